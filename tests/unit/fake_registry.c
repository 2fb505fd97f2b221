/* fake_registry.c: the table of decoders for a pager under test: the fake one before the others
 * (the archive's own table is not linked then). */
#include "tests/unit/fake_decoder.h"

const struct tl_decoder_ops *const tl_decoders[] = { &fake_decoder, NULL };
