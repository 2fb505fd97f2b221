/* cell.c: see cell.h. */
#include "pager/cell.h"

const struct tl_cell tl_blank = { { 0, 0, 0 }, 1, 1, " " };
