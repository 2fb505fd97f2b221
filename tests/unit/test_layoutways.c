/*
 * test_layoutways.c: what must hold for the rows of all texts: they follow each other, can be walked
 * both ways, and are the same wherever one comes from and however the text is cut into chunks; in
 * lines longer than a stretch, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "pager/ansi.h"
#include "paper.h"
#include "text/escape.h"

/* A source of full chunks of any size: positions are byte offsets. */
struct flat {
	const struct tl_buf *text;
	struct tl_source_ops ops;
};

static void flat_extent(void *self, struct tl_extent *out)
{
	const struct flat *f = self;
	size_t size = (size_t)1 << f->ops.shift, n = f->text->len;

	*out = (struct tl_extent){ (n + size - 1) / size, n ? (n - 1) % size + 1 : 0, true };
}

static enum tl_lookup flat_read(void *self, uint64_t k, struct tl_buf *out, struct tl_err *err)
{
	const struct flat *f = self;
	size_t at = (size_t)k << f->ops.shift, n = (size_t)1 << f->ops.shift;

	if (at >= f->text->len)
		return TL_NONE;
	tl_buf_append(out, f->text->data + at, f->text->len - at < n ? f->text->len - at : n);
	return TL_FOUND;
}

static struct tl_source *flat_source(struct flat *f, const struct tl_buf *text, unsigned shift)
{
	struct tl_source *src = NULL;

	f->text = text;
	f->ops = (struct tl_source_ops){
		.name = "flat",
		.shift = shift,
		.extent = flat_extent,
		.read = flat_read,
		.close = fake_close,
	};
	assert_true(tl_source_new(&f->ops, f, &src, NULL));
	return src;
}

struct walk {
	uint64_t *pos; /* n + 1 of them */
	uint64_t *sum; /* of what a row shows */
	size_t n;
};

static uint64_t sum_of(const struct tl_row *row, unsigned cols)
{
	uint64_t h = 14695981039346656037u;

#define ADD(x) h = (h ^ (uint64_t)(x)) * 1099511628211u
	ADD(row->ncells);
	ADD(row->ends_line);
	ADD(row->starts_line);
	for (unsigned i = 0; i < cols; i++) {
		const struct tl_cell *c = &row->cells[i];

		ADD(c->attr.flags);
		ADD(c->attr.fg);
		ADD(c->attr.bg);
		ADD(c->width);
		for (unsigned k = 0; k < c->len; k++)
			ADD(c->text[k]);
		ADD(row->offs[i] == UINT32_MAX ? 0 : row->anchor + row->offs[i] - row->pos);
	}
#undef ADD
	return h;
}

static void check_row(const struct tl_row *row, unsigned cols)
{
	assert_in_range(row->ncells, 0, cols);
	assert_true(row->next > row->pos);
	for (unsigned i = 0; i < cols; i++) {
		const struct tl_cell *c = &row->cells[i];

		assert_in_range(c->width, 0, 2);
		assert_in_range(c->len, c->width ? 1 : 0, c->width ? TL_CELL_BYTES : 0);
		if (c->width == 2)
			assert_true(i + 1 < cols && row->cells[i + 1].width == 0);
		if (c->width == 0)
			assert_true(i > 0 && row->cells[i - 1].width == 2);
		if (i >= row->ncells)
			assert_true(c->len == 1 && c->text[0] == ' ' && c->attr.flags == 0);
		if (row->offs[i] != UINT32_MAX) /* what fills the row may start the next one */
			assert_in_range(row->anchor + row->offs[i], row->pos, row->next);
	}
}

static void walk_forward(struct paper *p, struct walk *w, uint64_t end)
{
	size_t max = 1024;

	w->n = 0;
	w->pos = malloc((max + 1) * sizeof(*w->pos));
	w->sum = malloc((max + 1) * sizeof(*w->sum));
	w->pos[0] = 0;
	while (tl_layout_row(&p->lay, w->pos[w->n], &p->row) == TL_FOUND) {
		assert_int_equal(p->row.pos, w->pos[w->n]);
		check_row(&p->row, p->lay.opts.cols);
		w->sum[w->n++] = sum_of(&p->row, p->lay.opts.cols);
		if (w->n == max) {
			max *= 2;
			w->pos = realloc(w->pos, (max + 1) * sizeof(*w->pos));
			w->sum = realloc(w->sum, (max + 1) * sizeof(*w->sum));
		}
		w->pos[w->n] = p->row.next;
	}
	assert_int_equal(w->pos[w->n], end);
}

static void walk_fini(struct walk *w)
{
	free(w->pos);
	free(w->sum);
}

static void walk_backward(struct paper *p, const struct walk *w, uint64_t end)
{
	uint64_t pos = end;

	for (size_t i = w->n; i > 0; i--) {
		assert_int_equal(tl_layout_prev(&p->lay, pos, &pos), TL_FOUND);
		assert_int_equal(pos, w->pos[i - 1]);
	}
	assert_int_equal(tl_layout_prev(&p->lay, pos, &pos), TL_NONE);
}

static size_t row_with(const struct walk *w, uint64_t pos)
{
	size_t lo = 0, hi = w->n;

	while (hi - lo > 1) {
		size_t mid = (lo + hi) / 2;

		if (w->pos[mid] <= pos)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

/* Rows in any order, and rows of any byte, from a layout that may know something or not. */
static void visit(struct paper *p, const struct walk *w, uint64_t len, int times)
{
	while (len > 0 && times-- > 0) {
		uint64_t byte = ((uint64_t)rand() << 16 ^ (uint64_t)rand()) % len, start;
		size_t i = row_with(w, byte);

		if (rand() % 4 == 0)
			tl_layout_reset(&p->lay);
		assert_int_equal(tl_layout_row_start(&p->lay, byte, &start), TL_FOUND);
		assert_int_equal(start, w->pos[i]);
		if (rand() % 8 == 0)
			tl_layout_reset(&p->lay);
		assert_int_equal(tl_layout_row(&p->lay, start, &p->row), TL_FOUND);
		assert_int_equal(p->row.pos, start);
		assert_int_equal(p->row.next, w->pos[i + 1]);
		assert_int_equal(sum_of(&p->row, p->lay.opts.cols), w->sum[i]);
		assert_int_equal(tl_layout_row(&p->lay, byte, &p->row), TL_FOUND);
		assert_int_equal(p->row.pos, start);
		assert_int_equal(sum_of(&p->row, p->lay.opts.cols), w->sum[i]);
	}
}

static void check_invariants(const struct tl_buf *text, const struct tl_layout_opts *o, int times)
{
	struct paper p;
	struct walk w;
	struct flat flat;

	open_text(&p, text->data, text->len);
	p.lay.opts = *o;
	walk_forward(&p, &w, text->len);
	visit(&p, &w, text->len, times);
	walk_backward(&p, &w, text->len);
	close_paper(&p);

	/* cut into chunks elsewhere */
	open_source(&p, flat_source(&flat, text, 9 + (unsigned)rand() % 9));
	p.lay.opts = *o;
	visit(&p, &w, text->len, times);
	walk_backward(&p, &w, text->len);
	close_paper(&p);
	walk_fini(&w);
}

static void rows_do_not_depend_on_the_way(void **state)
{
	srand(4);
	for (int round = 0; round < 2000; round++) {
		struct tl_buf text = TL_BUF_INIT;
		struct tl_layout_opts o;

		random_text(&text, round % NTEXTS, 1 + (unsigned)rand() % 30,
			    (unsigned)rand() % 200);
		random_layout_opts(&o);
		if (rand() % 3 == 0) {
			o.chop = true;
			o.hshift = rand() % 2 ? (uint64_t)rand() % 50 : 0;
		}
		check_invariants(&text, &o, 20);
		tl_buf_fini(&text);
	}
}

/* Chunks of whole lines, positions with holes: the same rows at the positions of their bytes. */
static void rows_do_not_depend_on_chunks(void **state)
{
	srand(5);
	for (int round = 0; round < 300; round++) {
		struct tl_buf text = TL_BUF_INIT;
		struct paper a, b;
		struct fake f;
		struct tl_source *src;
		uint64_t pos = 0;

		random_text(&text, round % NTEXTS, 1 + (unsigned)rand() % 30,
			    (unsigned)rand() % 200);
		fake_init(&f, text.data);
		for (size_t i = 0; i < text.len; i++)
			if (text.data[i] == '\n' && rand() % 3 == 0 && f.nchunks < FAKE_CHUNKS - 1)
				f.ends[f.nchunks++] = i + 1;
		if (fake_start(&f, f.nchunks) < text.len)
			f.ends[f.nchunks++] = text.len;
		assert_true(tl_source_new(&fake_ops, &f, &src, NULL));
		open_text(&a, text.data, text.len);
		open_source(&b, src);
		random_layout_opts(&a.lay.opts);
		b.lay.opts = a.lay.opts;
		while (tl_layout_row(&a.lay, pos, &a.row) == TL_FOUND) {
			uint64_t there;

			assert_int_equal(tl_layout_row(&b.lay, fake_pos(&f, (size_t)pos), &b.row),
					 TL_FOUND);
			assert_int_equal(sum_of(&a.row, a.lay.opts.cols),
					 sum_of(&b.row, b.lay.opts.cols));
			assert_int_equal(b.row.next, fake_pos(&f, (size_t)a.row.next));
			assert_int_equal(tl_layout_prev(&b.lay, b.row.next, &there), TL_FOUND);
			assert_int_equal(there, fake_pos(&f, (size_t)pos));
			pos = a.row.next;
		}
		assert_int_equal(pos, text.len);
		close_paper(&a);
		close_paper(&b);
		tl_buf_fini(&text);
	}
}

/* ---- lines longer than a stretch */

static void put_line(struct tl_buf *b, size_t upto, int kind)
{
	while (b->len < upto)
		put_random(b, rand() % 4 ? TEXT_ASCII : kind);
	b->len = upto;
}

static void long_lines_have_rows_too(void **state)
{
	srand(6);
	for (int kind = 0; kind < NTEXTS; kind++) {
		struct tl_buf text = TL_BUF_INIT;
		struct tl_layout_opts o;

		random_text(&text, kind, 5, 50);
		put_line(&text, text.len + (size_t)rand() % TL_STRETCH + 3 * TL_STRETCH, kind);
		tl_buf_putc(&text, '\n');
		random_text(&text, kind, 5, 50);
		tl_buf_putc(&text, '\n');
		put_line(&text, text.len + 2 * TL_STRETCH + (size_t)rand() % TL_STRETCH, kind);
		random_layout_opts(&o);
		if (o.cols < 20)
			o.cols += 20;
		check_invariants(&text, &o, 40);
		tl_buf_fini(&text);
	}
}

static void very_long_rows_go_on_below(void **state)
{
	srand(9);
	for (int kind = 0; kind < NTEXTS; kind++) {
		struct tl_buf text = TL_BUF_INIT;
		struct tl_layout_opts o;

		random_text(&text, kind, 5, 50);
		put_line(&text, text.len + (size_t)TL_LONG_ROW + 3 * TL_STRETCH, kind);
		tl_buf_putc(&text, '\n');
		put_line(&text, text.len + 2 * TL_STRETCH + (size_t)rand() % TL_STRETCH, kind);
		random_layout_opts(&o);
		o.chop = true;
		check_invariants(&text, &o, 5);
		tl_buf_fini(&text);
	}
}

/* A line's end at, before and behind a boundary; the next line begins where it can. */
static void newlines_may_stand_at_a_boundary(void **state)
{
	static const size_t at[] = { TL_STRETCH, 2 * TL_STRETCH, 3 * TL_STRETCH, 1 << 20,
				     (1 << 20) + TL_STRETCH };

	srand(7);
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		for (int by = -1; by <= 2; by++)
			for (int more = at[i] < 1 << 20 ? 0 : 2; more < 3; more++) {
				struct tl_buf text = TL_BUF_INIT;
				struct tl_layout_opts o;

				/* the line begins at 0 or a little later */
				random_text(&text, TEXT_ASCII, (unsigned)rand() % 3, 9);
				put_line(&text, at[i] + (size_t)by, TEXT_ASCII);
				if (more)
					tl_buf_putc(&text, '\n');
				if (more == 2)
					tl_buf_puts(&text, "next\n");
				random_layout_opts(&o);
				o.cols = 40 + (unsigned)rand() % 60;
				check_invariants(&text, &o, 4);
				tl_buf_fini(&text);
			}
}

/* What stands over a boundary is not cut: every row shows only whole things. */
static void boundaries_do_not_cut(void **state)
{
	static char long_link[3000];
	static const char *const s[] = { "\xc3\xa9",
					 "\xe4\xb8\xad",
					 "\xf0\x9f\x98\x80",
					 "\033[1;38;5;200m",
					 "\033]8;;http://a/b\033\\",
					 "a\xcc\x81\xcc\x80",
					 "a\ba",
					 "_\ba\ba",
					 long_link };
	struct paper p;

	memset(long_link + 8, 'x', sizeof(long_link) - 10); /* "\033]8;;" is before that */
	memcpy(long_link, "\033]8;;a:/", 8);
	long_link[sizeof(long_link) - 2] = '\a';
	for (size_t i = 0; i < sizeof(s) / sizeof(s[0]); i++)
		for (size_t before = 0; before <= strlen(s[i]); before += 1 + strlen(s[i]) / 50) {
			struct tl_buf text = TL_BUF_INIT;
			unsigned accents = 0;
			uint64_t pos = 0;

			srand(8);
			while (text.len < 2 * TL_STRETCH - before)
				tl_buf_putc(&text, 'a');
			tl_buf_puts(&text, s[i]);
			while (text.len < 2 * TL_STRETCH + 500)
				tl_buf_putc(&text, 'b');
			open_text(&p, text.data, text.len);
			p.lay.opts.cols = 100;
			p.lay.opts.raw = TL_RAW_SGR;
			for (; tl_layout_row(&p.lay, pos, &p.row) == TL_FOUND; pos = p.row.next)
				for (unsigned c = 0; c < p.row.ncells; c++) {
					assert_false(p.row.cells[c].attr.flags & TL_OWN_STANDOUT);
					if (p.row.cells[c].len == 1)
						assert_in_range(p.row.cells[c].text[0], 'a', 'b');
					accents += p.row.cells[c].len == 5;
				}
			assert_int_equal(accents, s[i][0] == 'a' && s[i][1] == '\xcc');
			close_paper(&p);
			tl_buf_fini(&text);
		}
}

/* Cut off, a line has a row for its first MiB, and one for each stretch behind that. */
static void a_long_line_can_be_shifted_far(void **state)
{
	struct paper p;
	struct tl_buf text = TL_BUF_INIT;
	uint64_t cols, len = (1 << 20) + 3 * TL_STRETCH + 100, pos = 0;

	tl_buf_puts(&text, "one\n");
	tl_buf_reserve(&text, len);
	while (text.len < len)
		tl_buf_putc(&text, (uint8_t)('a' + text.len % 26));
	tl_buf_puts(&text, "\nnext\n");
	open_text(&p, text.data, text.len);
	assert_int_equal(tl_layout_width(&p.lay, 4, &cols), TL_FOUND);
	assert_int_equal(cols, (1 << 20) + TL_STRETCH - 4);
	p.lay.opts.cols = 10;
	p.lay.opts.chop = true;
	for (uint64_t shift = 0; shift < cols; shift += 199983) {
		p.lay.opts.hshift = shift;
		tl_layout_reset(&p.lay);
		assert_int_equal(tl_layout_row(&p.lay, 4, &p.row), TL_FOUND);
		assert_int_equal(p.row.pos, 4);
		assert_int_equal(p.row.next, (1 << 20) + TL_STRETCH);
		assert_false(p.row.ends_line);
		for (unsigned i = 0; i < 10; i++)
			assert_int_equal(p.row.cells[i].text[0], 'a' + (4 + shift + i) % 26);
	}
	p.lay.opts.hshift = 0;
	tl_layout_reset(&p.lay);
	for (unsigned i = 0; i < 5; i++, pos = p.row.next) {
		uint64_t want = i < 2 ? 4 * i : (1 << 20) + (i - 1) * TL_STRETCH;

		assert_int_equal(pos, want);
		assert_int_equal(tl_layout_row(&p.lay, pos, &p.row), TL_FOUND);
		assert_int_equal(p.row.starts_line, i < 2);
		assert_int_equal(p.row.ends_line, i == 0 || i == 4);
	}
	assert_int_equal(pos, len + 1);
	close_paper(&p);
	tl_buf_fini(&text);
}

static void columns_are_told(void **state)
{
	struct paper p;
	const char *text = "a\tb\xe4\xb8\xad\033[31mx\nnext\n";
	uint64_t col;

	open_text(&p, text, strlen(text));
	p.lay.opts.raw = TL_RAW_SGR;
	assert_int_equal(tl_layout_column(&p.lay, 0, 2, &col), TL_FOUND);
	assert_int_equal(col, 8);
	assert_int_equal(tl_layout_column(&p.lay, 0, 3, &col), TL_FOUND);
	assert_int_equal(col, 9);
	assert_int_equal(tl_layout_column(&p.lay, 0, 11, &col), TL_FOUND);
	assert_int_equal(col, 11);
	assert_int_equal(tl_layout_column(&p.lay, 0, 12, &col), TL_NONE);
	assert_int_equal(tl_layout_column(&p.lay, 2, 1, &col), TL_FOUND); /* of the rest */
	assert_int_equal(col, 1);
	close_paper(&p);
}

static void a_signal_ends_a_long_look(void **state)
{
	struct paper p;
	struct tl_buf text = TL_BUF_INIT;
	size_t len = (size_t)2 << 20; /* it is looked for after a MiB */
	uint64_t pos;

	assert_true(tl_buf_reserve(&text, len));
	memset(text.data, 'x', len);
	text.len = len;
	open_text(&p, text.data, text.len);
	tl_layout_interrupt(true);
	assert_int_equal(tl_layout_next_line(&p.lay, 0, &pos), TL_FAILED);
	assert_string_equal(p.lay.cur.err.msg, "");
	assert_int_equal(tl_layout_line_start(&p.lay, len, &pos), TL_FAILED);
	tl_layout_interrupt(false);
	assert_int_equal(tl_layout_next_line(&p.lay, 0, &pos), TL_FOUND);
	assert_int_equal(pos, len);
	close_paper(&p);
	tl_buf_fini(&text);
}

/* What length a line has is found out near the place asked about. */
static void long_lines_are_known(void **state)
{
	struct paper p;
	struct tl_buf text = TL_BUF_INIT;
	size_t len[] = { 10, TL_STRETCH, TL_STRETCH + 1, 3 * TL_STRETCH, TL_STRETCH + 1 };

	for (size_t i = 0; i < 5; i++) {
		for (size_t n = 0; n < len[i]; n++)
			tl_buf_putc(&text, 'x');
		if (i < 4)
			tl_buf_putc(&text, '\n');
	}
	open_text(&p, text.data, text.len);
	for (size_t i = 0, at = 0; i < 5; at += len[i] + 1, i++) {
		assert_int_equal(tl_layout_line_is_long(&p.lay, at), i > 1);
		assert_int_equal(tl_layout_line_is_long(&p.lay, at + len[i] / 2), i > 1);
		assert_int_equal(tl_layout_line_is_long(&p.lay, at + len[i]), i > 1);
	}
	close_paper(&p);
	tl_buf_fini(&text);
}

/* Row for row the colours are those that the line has there, however one comes. */
static void colours_are_carried_into_stretches(void **state)
{
	static const char *const on[] = { "\033[31m", "\033[1m", "\033[0;44m",
					  "\033[4m",  "\033[m",  "\033[39m" };
	struct paper p;
	struct tl_buf text = TL_BUF_INIT;
	struct tl_attr want = { 0, 0, 0 };
	uint64_t pos = 0;
	size_t len = (1 << 20) - 2 * TL_STRETCH; /* so near all is known */

	srand(8);
	while (text.len < len) {
		if (rand() % 3 == 0)
			tl_buf_puts(&text, on[(unsigned)rand() % 6]);
		for (int n = rand() % (rand() % 4 == 0 ? 60000 : 2000); n > 0; n--)
			tl_buf_putc(&text, 'x');
	}
	open_text(&p, text.data, text.len);
	p.lay.opts.raw = TL_RAW_SGR;
	for (; tl_layout_row(&p.lay, pos, &p.row) == TL_FOUND; pos = p.row.next) {
		size_t at = (size_t)pos, used;

		assert_int_equal(p.row.pos, pos);
		for (unsigned i = 0; i < p.row.ncells; i++) {
			for (; text.data[at] == '\033'; at += used)
				if (tl_escape_parse(text.data + at, text.len - at, &used))
					tl_ansi_apply(&want, text.data + at, used);
			assert_memory_equal(&p.row.cells[i].attr, &want, sizeof(want));
			at++;
		}
		for (; at < p.row.next; at += used)
			if (tl_escape_parse(text.data + at, text.len - at, &used))
				tl_ansi_apply(&want, text.data + at, used);
		if (rand() % 8 == 0)
			tl_layout_reset(&p.lay);
	}
	assert_int_equal(pos, text.len);
	close_paper(&p);
	tl_buf_fini(&text);
}

/* From too far away they are not, from wherever one comes. */
static void colours_from_far_away_are_not(void **state)
{
	struct paper p;
	struct tl_buf text = TL_BUF_INIT;

	tl_buf_puts(&text, "\033[31m");
	while (text.len < (2 << 20) + 5)
		tl_buf_putc(&text, 'x');
	open_text(&p, text.data, text.len);
	p.lay.opts.raw = TL_RAW_SGR;
	p.lay.opts.cols = 64; /* a row begins at each stretch */
	for (uint64_t pos = 0; pos < text.len; pos += TL_STRETCH) {
		assert_int_equal(tl_layout_row(&p.lay, pos, &p.row), TL_FOUND);
		assert_int_equal(p.row.cells[63].attr.fg != 0, pos <= (1 << 20));
		if (pos > 0) {
			assert_int_equal(tl_layout_prev(&p.lay, pos, &pos), TL_FOUND);
			assert_int_equal(tl_layout_row(&p.lay, pos, &p.row), TL_FOUND);
			assert_int_equal(p.row.cells[0].attr.fg != 0, pos < (1 << 20) + TL_STRETCH);
			pos = p.row.next;
		}
	}
	close_paper(&p);
	tl_buf_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_do_not_depend_on_the_way),
		cmocka_unit_test(rows_do_not_depend_on_chunks),
		cmocka_unit_test(long_lines_have_rows_too),
		cmocka_unit_test(very_long_rows_go_on_below),
		cmocka_unit_test(newlines_may_stand_at_a_boundary),
		cmocka_unit_test(boundaries_do_not_cut),
		cmocka_unit_test(a_long_line_can_be_shifted_far),
		cmocka_unit_test(a_signal_ends_a_long_look),
		cmocka_unit_test(columns_are_told),
		cmocka_unit_test(long_lines_are_known),
		cmocka_unit_test(colours_are_carried_into_stretches),
		cmocka_unit_test(colours_from_far_away_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
