/*
 * grid.h: what stands on the terminal, as rows of cells, and by how much another picture is the
 * same one scrolled.
 *
 * Rows are reached by pointers, so that scrolling moves no cells, and each keeps a number that
 * tells rows apart, so that only new ones are looked at for it.  Main thread.
 */
#ifndef TL_PAGER_GRID_H
#define TL_PAGER_GRID_H

#include "pager/cell.h"

struct tl_grid {
	unsigned rows, cols;
	struct tl_cell **row; /* each has cols cells; to be read, and changed by what is below */
	struct tl_cell *cells;
	uint64_t *sums;   /* 0: not known */
	uint64_t *wanted; /* of the rows that are to come */
};

/* All cells are blank.  False: out of memory, and *g is as it was. */
bool tl_grid_init(struct tl_grid *g, unsigned rows, unsigned cols);
/* An all-zero grid is fine. */
void tl_grid_fini(struct tl_grid *g);

/* Rows [from, to) get these cells, or become blank. */
void tl_grid_fill(struct tl_grid *g, unsigned from, unsigned to, struct tl_cell cell);
void tl_grid_blank(struct tl_grid *g, unsigned from, unsigned to);
/* Is row y byte by byte `want`, cols cells?  False may also mean that it only looks so. */
bool tl_grid_has_row(const struct tl_grid *g, unsigned y, const struct tl_cell *want);
/* Row y becomes `want`. */
void tl_grid_set_row(struct tl_grid *g, unsigned y, const struct tl_cell *want);
/* All rows go up (k > 0) or down (k < 0), |k| < rows; blank ones come in. */
void tl_grid_scroll(struct tl_grid *g, int k);

/*
 * The first n rows are to look like `want`: by how many rows up (> 0) or down (< 0) is most of
 * that here already?  0: it is in its place, or nowhere.
 */
int tl_grid_find_scroll(struct tl_grid *g, const struct tl_cell *const *want, unsigned n);

/* ---- cells and rows of them */

/* Does the cell look like an empty one? */
bool tl_cell_is_blank(const struct tl_cell *c);
/* Do two cells, or n of them, look the same? */
bool tl_cell_looks_same(const struct tl_cell *a, const struct tl_cell *b);
bool tl_cells_look_same(const struct tl_cell *a, const struct tl_cell *b, unsigned n);
/* How many of n cells there are from the first to the last that is not blank. */
unsigned tl_cells_length(const struct tl_cell *row, unsigned n);

#endif
