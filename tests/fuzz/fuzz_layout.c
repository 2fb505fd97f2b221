/*
 * fuzz_layout.c: the first bytes choose the options, the rest is the text.  It is laid out
 * from the beginning to the end; then rows must be found again backwards and from any of
 * their bytes, and look the same.
 */
#include "pager/layout.h"

#include "tests/fuzz/fuzz.h"

#define HEAD     8
#define MAX_COLS 256

static void read_opts(struct tl_layout_opts *o, const uint8_t head[HEAD])
{
	memset(o, 0, sizeof(*o));
	o->cols = 1u + head[0];
	o->chop = head[1] & 1;
	o->wordwrap = head[1] & 2;
	o->rscroll = head[1] & 4;
	o->hshift = o->chop ? head[2] : 0;
	o->bs = (enum tl_backspace)(head[3] % 3);
	o->tab = (enum tl_backspace)(head[3] / 3 % 3);
	o->cr = (enum tl_backspace)(head[3] / 9 % 3);
	o->formats = head[1] & 8;
	o->raw = (enum tl_rawmode)(head[4] % 3);
	o->charset = (enum tl_charset)(head[5] % 3);
	o->rscroll_cell = tl_cell_blank();
	o->ntabs = 1 + head[6] % 3u;
	for (unsigned i = 0; i < o->ntabs; i++)
		o->tabs[i] = (i ? o->tabs[i - 1] : 0) + 1u + head[7] % 16u;
}

static void check_row(const struct tl_row *row, unsigned cols)
{
	must(row->ncells <= cols && row->next > row->pos);
	for (unsigned i = 0; i < cols; i++) {
		const struct tl_cell *c = &row->cells[i];

		must(c->width <= 2 && c->len <= TL_CELL_BYTES && (c->width > 0) == (c->len > 0));
		must(c->width < 2 || (i + 1 < cols && row->cells[i + 1].width == 0));
		must(c->width > 0 || (i > 0 && row->cells[i - 1].width == 2));
	}
}

static bool same_cells(const struct tl_cell *a, const struct tl_cell *b, unsigned cols)
{
	for (unsigned i = 0; i < cols; i++)
		if (!tl_cell_same(&a[i], &b[i]))
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct tl_cell cells[MAX_COLS], cells_again[MAX_COLS];
	static uint32_t offs[MAX_COLS];
	struct tl_row row = { .cells = cells, .offs = offs };
	struct tl_row again = { .cells = cells_again, .offs = offs };
	struct tl_buf text = TL_BUF_INIT;
	struct tl_source *src;
	struct tl_layout lay, other;
	uint64_t pos = 0, prev, width;

	if (n < HEAD || !tl_buf_append(&text, data + HEAD, n - HEAD))
		return 0;
	n -= HEAD;
	if (!tl_source_open_memory(&text, &src, NULL))
		return 0;
	tl_layout_init(&lay, src);
	tl_layout_init(&other, src);
	read_opts(&lay.opts, data);
	other.opts = lay.opts;
	if (data[1] & 16) { /* a row begins somewhere */
		tl_layout_set_origin(&lay, n * data[7] / 256);
		tl_layout_set_origin(&other, n * data[7] / 256);
	}
	while (tl_layout_row(&lay, pos, &row) == TL_FOUND) {
		must(row.pos == pos);
		check_row(&row, lay.opts.cols);
		must(tl_layout_prev(&other, row.next, &prev) == TL_FOUND && prev == pos);
		must(tl_layout_row_start(&other, row.pos + (row.next - row.pos) / 2, &prev) ==
			 TL_FOUND &&
		     prev == pos);
		if (pos % 3 == 0)
			tl_layout_reset(&other);
		must(tl_layout_row(&other, pos, &again) == TL_FOUND && again.next == row.next);
		must(same_cells(cells, cells_again, lay.opts.cols));
		if (row.starts_line)
			must(tl_layout_width(&other, pos, &width) == TL_FOUND);
		pos = row.next;
	}
	must(pos == n);
	tl_layout_fini(&lay);
	tl_layout_fini(&other);
	tl_source_close(src);
	return 0;
}
