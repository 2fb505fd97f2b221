/* grid.c: see grid.h. */
#include "pager/grid.h"

#include <stdlib.h>

/* ---- cells */

bool tl_cell_is_blank(const struct tl_cell *c)
{
	return c->len == 1 && c->text[0] == ' ' && c->attr.bg == 0 &&
	       !(c->attr.flags & (TL_ROLE_MASK | TL_OWN_STANDOUT | TL_OWN_UNDERLINE |
				  TL_SGR_REVERSE | TL_SGR_UNDERLINE | TL_SGR_STRIKE));
}

bool tl_cell_looks_same(const struct tl_cell *a, const struct tl_cell *b)
{
	return tl_cell_same(a, b) || (tl_cell_is_blank(a) && tl_cell_is_blank(b));
}

bool tl_cells_look_same(const struct tl_cell *a, const struct tl_cell *b, unsigned n)
{
	if (memcmp(a, b, n * sizeof(*a)) == 0)
		return true;
	for (unsigned x = 0; x < n; x++)
		if (!tl_cell_looks_same(&a[x], &b[x]))
			return false;
	return true;
}

unsigned tl_cells_length(const struct tl_cell *row, unsigned n)
{
	while (n > 0 && tl_cell_is_blank(&row[n - 1]))
		n--;
	return n;
}

/* ---- the grid */

bool tl_grid_init(struct tl_grid *g, unsigned rows, unsigned cols)
{
	struct tl_grid new = { .rows = rows, .cols = cols };

	new.cells = calloc((size_t)rows * cols, sizeof(*new.cells));
	new.row = calloc(rows, sizeof(*new.row));
	new.sums = calloc(rows, sizeof(*new.sums));
	new.wanted = calloc(rows, sizeof(*new.wanted));
	if (!new.cells || !new.row || !new.sums || !new.wanted) {
		tl_grid_fini(&new);
		return false;
	}
	for (unsigned y = 0; y < rows; y++)
		new.row[y] = new.cells + (size_t)y *cols;
	tl_grid_blank(&new, 0, rows);
	*g = new;
	return true;
}

void tl_grid_fini(struct tl_grid *g)
{
	free(g->cells);
	free(g->row);
	free(g->sums);
	free(g->wanted);
}

void tl_grid_fill(struct tl_grid *g, unsigned from, unsigned to, struct tl_cell cell)
{
	for (unsigned y = from; y < to; y++) {
		g->sums[y] = 0;
		for (unsigned x = 0; x < g->cols; x++)
			g->row[y][x] = cell;
	}
}

void tl_grid_blank(struct tl_grid *g, unsigned from, unsigned to)
{
	tl_grid_fill(g, from, to, tl_cell_blank());
}

bool tl_grid_has_row(const struct tl_grid *g, unsigned y, const struct tl_cell *want)
{
	return memcmp(g->row[y], want, g->cols * sizeof(*want)) == 0;
}

void tl_grid_set_row(struct tl_grid *g, unsigned y, const struct tl_cell *want)
{
	memcpy(g->row[y], want, g->cols * sizeof(*want));
	g->sums[y] = 0;
}

static void reverse(struct tl_grid *g, unsigned from, unsigned to)
{
	while (from + 1 < to) {
		struct tl_cell *row = g->row[from];
		uint64_t sum = g->sums[from];

		to--;
		g->row[from] = g->row[to];
		g->sums[from++] = g->sums[to];
		g->row[to] = row;
		g->sums[to] = sum;
	}
}

void tl_grid_scroll(struct tl_grid *g, int k)
{
	unsigned up = k > 0 ? (unsigned)k : g->rows - (unsigned)-k; /* taking turns */

	reverse(g, 0, up);
	reverse(g, up, g->rows);
	reverse(g, 0, g->rows);
	if (k > 0)
		tl_grid_blank(g, g->rows - up, g->rows);
	else
		tl_grid_blank(g, 0, g->rows - up);
}

/* ---- what has scrolled */

/* A number that is the same for rows that look the same, and hardly ever for others; not 0. */
static uint64_t row_sum(const struct tl_cell *row, unsigned n)
{
	uint64_t sum = 0, text;

	for (unsigned x = 0; x < n; x++) {
		const struct tl_cell *c = &row[x];

		sum *= UINT64_C(0x9e3779b97f4a7c15);
		if (c->len == 0 || tl_cell_is_blank(c))
			continue;
		memcpy(&text, c->text, sizeof(text));
		if (c->len < sizeof(text))
			text &= (UINT64_C(1) << 8 * c->len) - 1;
		sum += text + ((uint64_t)c->attr.flags << 32) + c->attr.fg + c->attr.bg * 3 + 1;
	}
	return sum ? sum : 1;
}

/* Do most rows of n look the same? */
static bool rows_match(const uint64_t *old, const uint64_t *new, unsigned n)
{
	unsigned differ = 0;

	for (unsigned y = 0; y < n; y++)
		if (old[y] != new[y] && ++differ > n / 4)
			return false;
	return true;
}

static uint64_t sum_of(struct tl_grid *g, unsigned y)
{
	if (g->sums[y] == 0)
		g->sums[y] = row_sum(g->row[y], g->cols);
	return g->sums[y];
}

/*
 * The number of a row that is to stand at y.  Most are here already, a row below or above; *shift,
 * where the one before was found, is looked at first: comparing is much quicker than adding up.
 */
static uint64_t wanted_sum(struct tl_grid *g, const struct tl_cell *want, unsigned y, int *shift)
{
	const int shifts[] = { *shift, 0, 1, -1 };

	for (size_t i = 0; i < sizeof(shifts) / sizeof(shifts[0]); i++) {
		int at = (int)y + shifts[i];

		if (at < 0 || at >= (int)g->rows || !tl_grid_has_row(g, (unsigned)at, want))
			continue;
		*shift = shifts[i];
		return sum_of(g, (unsigned)at);
	}
	return row_sum(want, g->cols);
}

int tl_grid_find_scroll(struct tl_grid *g, const struct tl_cell *const *want, unsigned n)
{
	int shift = 0;

	if (n < 3)
		return 0;
	for (unsigned y = 0; y < n; y++) {
		sum_of(g, y);
		g->wanted[y] = wanted_sum(g, want[y], y, &shift);
	}
	if (rows_match(g->sums, g->wanted, n))
		return 0;
	for (unsigned k = 1; k + 1 < n; k++) {
		if (rows_match(g->sums + k, g->wanted, n - k))
			return (int)k;
		if (rows_match(g->sums, g->wanted + k, n - k))
			return -(int)k;
	}
	return 0;
}
