/*
 * test_view.c: the window on a text against a plain model of it: all rows in an array, and
 * the number of the one at the top, which is negative where empty rows stand above the text.
 */
#include "fake_source.h"
#include "pager/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>
#include <poll.h>

#include "drawing.h"

#define MAX_ROWS 30
#define MAX_COLS 120

static struct tl_jobs *pool;
static struct tl_mailbox *mailbox;

static int setup(void **state)
{
	return tl_jobs_open(1, &pool, NULL) && tl_mailbox_open(&mailbox, NULL) ? 0 : -1;
}

static int teardown(void **state)
{
	tl_jobs_close(pool);
	tl_mailbox_close(mailbox);
	return 0;
}

/* ---- the model */

struct model {
	struct tl_buf text;
	struct tl_view *v;
	struct tl_source *src;
	struct tl_filter *filter;
	unsigned nrows, ncols; /* of the window */
	long top;
	uint64_t origin; /* where a row begins whatever the options; TL_NOPOS: nowhere */
	uint64_t *pos;   /* of all rows, n of them, and the end of the text */
	long n;
};

static bool is_blank(const struct tl_buf *text, uint64_t pos)
{
	const uint8_t *p = text->data + pos;
	size_t n = text->len - pos;

	return (n > 0 && p[0] == '\n') || (n > 1 && p[0] == '\r' && p[1] == '\n');
}

/* For the filter "a", and -s. */
static bool is_shown(const struct model *m, uint64_t pos, bool after_blank)
{
	const struct tl_buf *t = &m->text;
	uint64_t start = pos, end = pos;

	if (tl_view_opts(m->v)->squeeze && is_blank(t, pos) && after_blank)
		return false;
	while (start > 0 && t->data[start - 1] != '\n')
		start--;
	while (end < t->len && t->data[end] != '\n')
		end++;
	return !m->filter || memchr(t->data + start, 'a', end - start);
}

static void lay_out(struct model *m)
{
	struct tl_layout lay;
	struct tl_row row;
	uint64_t pos = 0;
	bool after_blank = false;

	tl_layout_init(&lay, m->src);
	lay.opts = tl_view_opts(m->v)->text;
	lay.opts.cols = m->ncols;
	tl_layout_set_origin(&lay, m->origin);
	row_init(&row, m->ncols);
	free(m->pos);
	m->pos = malloc((m->text.len + 2) * sizeof(*m->pos));
	m->n = 0;
	while (tl_layout_row(&lay, pos, &row) == TL_FOUND) {
		bool at_line = pos == 0 || m->text.data[pos - 1] == '\n';

		if (is_shown(m, pos, at_line && after_blank))
			m->pos[m->n++] = pos;
		after_blank = at_line && is_blank(&m->text, pos);
		pos = row.next;
	}
	m->pos[m->n] = pos;
	row_fini(&row);
	tl_layout_fini(&lay);
}

static void check_window(const struct model *m)
{
	for (unsigned i = 0; i < m->nrows; i++) {
		long k = m->top + (long)i;
		uint64_t want = k >= 0 && k < m->n ? m->pos[k] : TL_NOPOS;

		assert_int_equal(tl_view_pos(m->v, i), want);
	}
}

static long row_holding(const struct model *m, uint64_t pos)
{
	long k = 0;

	while (k + 1 < m->n && m->pos[k + 1] <= pos)
		k++;
	return k;
}

static long line_holding(const struct model *m, uint64_t pos)
{
	while (pos > 0 && m->text.data[pos - 1] != '\n')
		pos--;
	return row_holding(m, pos);
}

static void set_size(struct model *m, unsigned rows, unsigned cols)
{
	m->nrows = rows;
	m->ncols = cols;
	assert_true(tl_view_resize(m->v, rows, cols, NULL));
}

static void open_model(struct model *m, const struct tl_view_opts *vo, unsigned rows, unsigned cols)
{
	m->pos = NULL;
	m->filter = NULL;
	m->origin = TL_NOPOS;
	m->src = text_source(m->text.data, m->text.len);
	assert_true(tl_view_open(m->src, NULL, &m->v, NULL));
	tl_view_set_opts(m->v, vo);
	set_size(m, rows, cols);
}

static void close_model(struct model *m)
{
	tl_view_close(m->v);
	tl_filter_close(m->filter);
	tl_source_close(m->src);
	free(m->pos);
	tl_buf_fini(&m->text);
}

static struct tl_view_opts plain_opts(void)
{
	struct tl_view_opts vo = { .number_width = 7, .tildes = true, .hilite = TL_HILITE_ALL };

	vo.text.charset = TL_CHARSET_UTF8;
	vo.text.ntabs = 1;
	vo.text.tabs[0] = 8;
	return vo;
}

/* ---- moving */

static void move_forward(struct model *m, uint64_t n, bool force)
{
	uint64_t left, want = n;
	enum tl_moved moved = tl_view_forward(m->v, n, force, &left);

	for (; want > 0; want--) {
		if (m->top + (long)m->nrows >= m->n && !force)
			break;
		if (m->top == m->n - 1)
			break;
		m->top++;
	}
	assert_int_equal(left, want);
	assert_int_equal(moved, left ? TL_AT_EDGE : TL_MOVED);
}

static void move_backward(struct model *m, uint64_t n, bool force)
{
	uint64_t left, want = n;
	enum tl_moved moved = tl_view_backward(m->v, n, force, &left);

	for (; want > 0 && m->top > (force ? 1 - (long)m->nrows : 0); want--)
		m->top--;
	assert_int_equal(left, want);
	assert_int_equal(moved, left ? TL_AT_EDGE : TL_MOVED);
}

static void jump(struct model *m, uint64_t pos, unsigned row, bool exact)
{
	long k = exact ? row_holding(m, pos) : line_holding(m, pos);

	assert_int_equal(tl_view_jump(m->v, pos, row, exact), TL_MOVED);
	m->top = k - (long)(row < m->nrows ? row : m->nrows - 1);
}

static void random_move(struct model *m)
{
	uint64_t n = rand() % 4 ? 1 + (uint64_t)rand() % 5 : (uint64_t)rand() % 60;

	switch (rand() % 8) {
	case 0:
	case 1:
		move_forward(m, n, rand() % 3 == 0);
		break;
	case 2:
	case 3:
		move_backward(m, n, rand() % 3 == 0);
		break;
	case 4:
		if (m->filter) /* which line is meant is up to the filter */
			break;
		jump(m, (uint64_t)rand() % m->text.len, (unsigned)rand() % (m->nrows + 2),
		     rand() % 2 && !m->filter && !tl_view_opts(m->v)->text.chop);
		break;
	case 5:
		assert_int_equal(tl_view_end(m->v), TL_MOVED);
		m->top = m->n - (long)m->nrows;
		break;
	case 6:
		assert_int_equal(tl_view_start(m->v, rand() % 2), TL_MOVED);
		m->top = 0;
		break;
	case 7: /* stays where it is */
		rand() % 2 ? tl_view_refresh(m->v) : tl_view_grow(m->v);
		break;
	}
	check_window(m);
	/* with a filter the end is known to be one when something has looked for more */
	if (!m->filter || m->top + (long)m->nrows < m->n || tl_view_at_end(m->v)) {
		assert_int_equal(tl_view_at_end(m->v), m->top + (long)m->nrows >= m->n);
		assert_int_equal(tl_view_shows_all(m->v),
				 m->top <= 0 && m->top + (long)m->nrows >= m->n);
	}
}

static void open_random(struct model *m, int round)
{
	struct tl_view_opts vo = plain_opts();

	m->text = (struct tl_buf)TL_BUF_INIT;
	random_text(&m->text, round % NTEXTS, 1 + (unsigned)rand() % 60,
		    rand() % 3 ? (unsigned)rand() % 12 : 150);
	tl_buf_putc(&m->text, 'x'); /* not empty */
	random_layout_opts(&vo.text);
	vo.text.bs = TL_BS_SPECIAL;
	vo.text.chop = rand() % 3 == 0;
	open_model(m, &vo, 1 + (unsigned)rand() % MAX_ROWS, 1 + (unsigned)rand() % MAX_COLS);
}

static void moves_are_those_of_the_model(void **state)
{
	srand(1);
	for (int round = 0; round < 400; round++) {
		struct model m;

		open_random(&m, round);
		lay_out(&m);
		tl_view_start(m.v, false);
		m.top = 0;
		check_window(&m);
		for (int i = 0; i < 60; i++)
			random_move(&m);
		close_model(&m);
	}
}

static void runs_of_blank_lines_are_squeezed(void **state)
{
	srand(2);
	for (int round = 0; round < 400; round++) {
		struct model m;
		struct tl_view_opts vo;

		open_random(&m, round);
		vo = *tl_view_opts(m.v);
		vo.squeeze = true;
		tl_view_set_opts(m.v, &vo);
		lay_out(&m);
		tl_view_start(m.v, false);
		m.top = 0;
		for (int i = 0; i < 60; i++)
			random_move(&m);
		close_model(&m);
	}
}

static void await_filter(struct tl_filter *f, uint64_t end)
{
	struct pollfd fd = { tl_mailbox_fd(mailbox), POLLIN, 0 };
	struct tl_msg msg;
	uint64_t pos = 0;
	enum tl_lookup found;

	while ((found = tl_filter_next(f, pos, &pos)) != TL_NONE) {
		if (found == TL_FOUND) {
			pos = end;
			continue;
		}
		assert_int_equal(poll(&fd, 1, 20000), 1);
		while (tl_mailbox_take(mailbox, &msg))
			;
	}
}

static void only_lines_that_pass_are_shown(void **state)
{
	srand(3);
	for (int round = 0; round < 200; round++) {
		struct model m;
		struct tl_view_opts vo;
		struct tl_matcher **matchers = calloc(1, sizeof(*matchers));

		open_random(&m, round);
		vo = *tl_view_opts(m.v);
		vo.squeeze = rand() % 2;
		tl_view_set_opts(m.v, &vo);
		assert_true(tl_matcher_new("a", 1, 0, &matchers[0], NULL));
		assert_true(
		    tl_filter_new(m.src, matchers, 1, NULL, NULL, pool, mailbox, &m.filter, NULL));
		await_filter(m.filter, m.text.len);
		tl_view_set_filter(m.v, m.filter);
		lay_out(&m);
		if (m.n > 0) {
			tl_view_start(m.v, false);
			m.top = 0;
			check_window(&m);
			for (int i = 0; i < 40; i++)
				random_move(&m);
		}
		close_model(&m);
	}
}

static void the_top_stays_when_the_size_changes(void **state)
{
	srand(4);
	for (int round = 0; round < 300; round++) {
		struct model m;
		unsigned lines_seen = 0;

		open_random(&m, round);
		lay_out(&m);
		tl_view_start(m.v, false);
		m.top = 0;
		for (int i = 0; i < 20; i++) {
			uint64_t at;

			move_forward(&m, (uint64_t)rand() % 6, rand() % 3 == 0);
			check_window(&m);
			at = m.pos[m.top];
			set_size(&m, 1 + (unsigned)rand() % MAX_ROWS,
				 1 + (unsigned)rand() % MAX_COLS);
			/* A row begins at what was at the top, but not among blanks between words
			 * that are not shown. */
			m.origin = tl_view_pos(m.v, 0) == at ? at : TL_NOPOS;
			assert_true(m.origin == at || tl_view_opts(m.v)->text.wordwrap);
			lay_out(&m);
			m.top = row_holding(&m, at);
			check_window(&m);
			lines_seen += m.nrows;
		}
		assert_true(lines_seen > 0);
		close_model(&m);
	}
}

/* J and K of less go on until one line is left. */
static void force_leaves_one_line(void **state)
{
	struct model m = { .text = TL_BUF_INIT };
	struct tl_view_opts vo = plain_opts();
	uint64_t left;

	tl_buf_puts(&m.text, "0\n1\n2\n");
	open_model(&m, &vo, 5, 10);
	lay_out(&m);
	tl_view_start(m.v, false);
	m.top = 0;
	assert_int_equal(tl_view_backward(m.v, 100, true, &left), TL_AT_EDGE);
	assert_int_equal(left, 96);
	m.top = -4;
	check_window(&m);
	assert_int_equal(tl_view_forward(m.v, 100, true, &left), TL_AT_EDGE);
	assert_int_equal(left, 100 - 6);
	m.top = 2;
	check_window(&m);
	assert_int_equal(tl_view_backward(m.v, 1, false, &left), TL_MOVED);
	m.top = 1;
	check_window(&m);
	close_model(&m);
}

static void an_empty_text_has_no_rows(void **state)
{
	struct model m = { .text = TL_BUF_INIT };
	struct tl_view_opts vo = plain_opts();
	struct tl_cell cells[3 * 10];
	bool pending;
	uint64_t left;

	open_model(&m, &vo, 3, 10);
	assert_true(tl_view_empty(m.v));
	assert_int_equal(tl_view_start(m.v, false), TL_MOVED);
	assert_true(tl_view_at_end(m.v));
	assert_true(tl_view_shows_all(m.v));
	assert_int_equal(tl_view_pos(m.v, 0), TL_NOPOS);
	tl_view_forward(m.v, 5, true, &left);
	tl_view_backward(m.v, 5, true, &left);
	tl_view_jump(m.v, 0, 1, false);
	assert_int_equal(tl_view_end(m.v), TL_MOVED);
	tl_view_refresh(m.v);
	tl_view_grow(m.v);
	assert_int_equal(tl_view_compose(m.v, cells, &pending), 3);
	assert_int_equal(cells[0].text[0], '~');
	assert_int_equal(tl_view_widest(m.v), 0);
	close_model(&m);
}

static void a_row_is_found_by_its_bytes(void **state)
{
	struct model m = { .text = TL_BUF_INIT };
	struct tl_view_opts vo = plain_opts();

	tl_buf_puts(&m.text, "0123456789ab\nc\nd\ne\n");
	open_model(&m, &vo, 3, 10);
	lay_out(&m);
	tl_view_start(m.v, false);
	for (uint64_t pos = 0; pos < m.text.len; pos++) {
		long k = row_holding(&m, pos);

		assert_int_equal(tl_view_row_of(m.v, pos), k < 3 ? k : -1);
	}
	close_model(&m);
}

static void lines_are_walked_for_commands(void **state)
{
	struct model m = { .text = TL_BUF_INIT };
	struct tl_view_opts vo = plain_opts();
	uint64_t pos;

	tl_buf_puts(&m.text, "0123456789ab\n\ncd\n");
	open_model(&m, &vo, 3, 5);
	assert_int_equal(tl_view_next_line(m.v, 4, &pos), TL_FOUND);
	assert_int_equal(pos, 13);
	assert_int_equal(tl_view_next_line(m.v, 13, &pos), TL_FOUND);
	assert_int_equal(pos, 14);
	assert_int_equal(tl_view_prev_line(m.v, 15, &pos), TL_FOUND);
	assert_int_equal(pos, 13);
	assert_int_equal(tl_view_prev_line(m.v, 13, &pos), TL_FOUND);
	assert_int_equal(pos, 0);
	assert_int_equal(tl_view_prev_line(m.v, 4, &pos), TL_NONE);
	close_model(&m);
}

/* ---- texts that grow */

struct growing {
	struct fake fake;
	struct tl_source *src;
	struct tl_view *v;
};

static void open_growing(struct growing *g, const char *text, bool complete, bool squeeze)
{
	struct tl_view_opts vo = plain_opts();

	fake_init(&g->fake, (const uint8_t *)text);
	g->fake.complete = complete;
	g->fake.nchunks = 1;
	assert_true(tl_source_new(&fake_ops, &g->fake, &g->src, NULL));
	assert_true(tl_view_open(g->src, NULL, &g->v, NULL));
	vo.squeeze = squeeze;
	tl_view_set_opts(g->v, &vo);
	assert_true(tl_view_resize(g->v, 4, 10, NULL));
}

static void close_growing(struct growing *g)
{
	tl_view_close(g->v);
	tl_source_close(g->src);
}

static void grow(struct growing *g, size_t to, bool complete)
{
	g->fake.ends[g->fake.nchunks - 1] = to;
	g->fake.complete = complete;
	tl_source_drop_cache(g->src);
	tl_view_grow(g->v);
}

static void rows_that_still_come_are_pending(void **state)
{
	struct growing g;
	struct tl_cell cells[4 * 10];
	bool pending;
	uint64_t left;

	open_growing(&g, "one\ntwo\nthree\nfour\nfive\nsix\n", false, false);
	g.fake.ends[0] = 6;
	assert_int_equal(tl_view_start(g.v, true), TL_LATER);
	assert_true(tl_view_pending(g.v));
	assert_int_equal(tl_view_pos(g.v, 0), 0);
	assert_int_equal(tl_view_pos(g.v, 1), 4);
	assert_int_equal(tl_view_pos(g.v, 2), TL_NOPOS);
	assert_int_equal(tl_view_compose(g.v, cells, &pending), 2);
	assert_int_equal(cells[20].text[0], ' '); /* no ~ where text may come */
	assert_false(tl_view_at_end(g.v));
	grow(&g, 14, false);
	assert_true(tl_view_pending(g.v));
	assert_int_equal(tl_view_pos(g.v, 2), 8);
	grow(&g, 24, false);
	assert_int_equal(tl_view_pos(g.v, 3), 14);
	assert_false(tl_view_pending(g.v));
	assert_int_equal(tl_view_forward(g.v, 3, false, &left), TL_LATER);
	assert_int_equal(left, 2);
	grow(&g, 28, true);
	assert_int_equal(tl_view_forward(g.v, left, false, &left), TL_AT_EDGE);
	assert_int_equal(left, 1);
	assert_int_equal(tl_view_pos(g.v, 0), 8);
	assert_true(tl_view_at_end(g.v));
	close_growing(&g);
}

static void a_file_that_grows_goes_on(void **state)
{
	struct growing g;
	uint64_t left;

	open_growing(&g, "one\ntwo\nthree\nfour\nfive\nsix\n", true, false);
	g.fake.ends[0] = 10; /* within "three" */
	assert_int_equal(tl_view_start(g.v, false), TL_MOVED);
	assert_int_equal(tl_view_pos(g.v, 2), 8);
	assert_int_equal(tl_view_pos(g.v, 3), TL_NOPOS);
	assert_true(tl_view_at_end(g.v));
	grow(&g, 24, true);
	assert_int_equal(tl_view_pos(g.v, 3), 14);
	assert_false(tl_view_at_end(g.v));
	assert_int_equal(tl_view_forward(g.v, 1, false, &left), TL_MOVED);
	/* past the end, then more comes */
	assert_int_equal(tl_view_forward(g.v, 2, true, &left), TL_MOVED);
	assert_int_equal(tl_view_pos(g.v, 0), 14);
	grow(&g, 28, true);
	assert_int_equal(tl_view_pos(g.v, 0), 14);
	assert_int_equal(tl_view_pos(g.v, 1), 19);
	assert_int_equal(tl_view_pos(g.v, 2), 24);
	close_growing(&g);
}

/* A run of blank lines that comes in parts is still one row. */
static void a_blank_run_may_come_in_parts(void **state)
{
	struct growing g;
	uint64_t left;

	open_growing(&g, "a\n\n\n\n\n\nb\nc\nd\ne\n", false, true);
	g.fake.ends[0] = 4;
	tl_view_start(g.v, false);
	assert_int_equal(tl_view_pos(g.v, 1), 2);
	assert_int_equal(tl_view_pos(g.v, 2), TL_NOPOS);
	g.fake.ends[0] = 6;
	tl_source_drop_cache(g.src);
	tl_layout_reset(tl_view_layout(g.v));
	assert_int_equal(tl_view_forward(g.v, 1, false, &left), TL_LATER);
	assert_int_equal(tl_view_pos(g.v, 2), TL_NOPOS);
	g.fake.ends[0] = 15;
	tl_source_drop_cache(g.src);
	tl_layout_reset(tl_view_layout(g.v));
	assert_int_equal(tl_view_forward(g.v, 1, false, &left), TL_MOVED);
	assert_int_equal(tl_view_pos(g.v, 1), 2);
	assert_int_equal(tl_view_pos(g.v, 2), 7);
	close_growing(&g);
}

static void a_replaced_text_is_shown_from_where_it_can_be(void **state)
{
	struct growing g;
	uint64_t left;

	open_growing(&g, "one\ntwo\nthree\nfour\nfive\nsix\n", true, false);
	g.fake.ends[0] = 28;
	tl_view_start(g.v, false);
	tl_view_forward(g.v, 2, false, &left);
	assert_int_equal(tl_view_pos(g.v, 0), 8);
	g.fake.ends[0] = 8;
	tl_source_drop_cache(g.src);
	tl_view_text_replaced(g.v);
	/* nothing is left of it: the end is shown */
	assert_int_equal(tl_view_row_of(g.v, 4), 3);
	tl_view_start(g.v, false);
	g.fake.ends[0] = 5;
	tl_source_drop_cache(g.src);
	tl_view_text_replaced(g.v);
	assert_int_equal(tl_view_pos(g.v, 0), 0);
	assert_int_equal(tl_view_pos(g.v, 1), 4);
	assert_int_equal(tl_view_pos(g.v, 2), TL_NOPOS);
	close_growing(&g);
}

static void what_cannot_be_read_is_said(void **state)
{
	struct growing g;

	open_growing(&g, "one\ntwo\n", true, false);
	g.fake.ends[0] = 8;
	g.fake.failing = 0;
	assert_int_equal(tl_view_start(g.v, false), TL_BROKEN);
	assert_string_equal(tl_view_error(g.v)->msg, "chunk 0 is broken");
	close_growing(&g);
}

/* ---- cells */

static char mark_at_4(void *arg, uint64_t pos, uint64_t next)
{
	return pos <= 4 && 4 < next ? 'm' : 0;
}

static void check_screen(struct tl_view *v, unsigned rows, unsigned cols, bool pending,
			 const char *const *want)
{
	struct tl_cell cells[MAX_ROWS * MAX_COLS];
	char text[MAX_COLS * TL_CELL_BYTES], attrs[MAX_COLS + 1], all[sizeof(text) + MAX_COLS + 2];
	bool numbers_pending;

	assert_int_equal(tl_view_compose(v, cells, &numbers_pending), rows);
	assert_int_equal(numbers_pending, pending);
	for (unsigned i = 0; i < rows; i++) {
		picture(cells + i * cols, cols, text, attrs);
		snprintf(all, sizeof(all), *attrs ? "%s~%s" : "%s", text, attrs);
		assert_string_equal(all, want[i]);
	}
}

static void rows_have_numbers_and_a_status(void **state)
{
	const char *text = "one\ntwo wraps\n\n\nlast";
	struct tl_source *src = text_source(text, strlen(text));
	struct tl_lineindex *lines;
	struct tl_view *v;
	struct tl_view_opts vo = plain_opts();
	struct tl_matcher *m;

	assert_true(tl_lineindex_new(src, pool, NULL, &lines, NULL));
	assert_true(tl_view_open(src, lines, &v, NULL));
	vo.numbers = true;
	vo.status_cols = 2;
	vo.number_width = 2;
	tl_view_set_opts(v, &vo);
	assert_true(tl_view_resize(v, 6, 10, NULL));
	assert_true(tl_matcher_new("r", 1, 0, &m, NULL));
	tl_view_start(v, false);
	tl_view_set_hilite(v, m, TL_NOPOS);
	tl_view_set_status(v, mark_at_4, NULL);
	check_screen(v, 6, 10, false,
		     (const char *const[]){ "   1 one~   b", "m  2 two w~r  b", "*  2 raps~r  b r",
					    "   3~   b", "   4~   b", "   5 last~   b" });
	vo.squeeze = true;
	vo.number_width = 3;
	tl_view_set_opts(v, &vo);
	assert_true(tl_view_resize(v, 6, 11, NULL));
	check_screen(v, 6, 11, false,
		     (const char *const[]){ "    1 one~    b", "m   2 two w~r   b",
					    "*   2 raps~r   b r", "    3~    b", "    5 last~    b",
					    "~~b" });
	/* too narrow for all that */
	assert_true(tl_view_resize(v, 2, 5, NULL));
	check_screen(v, 2, 5, false, (const char *const[]){ "one", "two w" });
	tl_view_close(v);
	tl_lineindex_close(lines);
	tl_matcher_free(m);
	tl_source_close(src);
}

/* A number that is not known yet leaves its place free. */
static void numbers_may_come_later(void **state)
{
	struct fake f;
	struct tl_source *src;
	struct tl_lineindex *lines;
	struct tl_view *v;
	struct tl_view_opts vo = plain_opts();
	const uint8_t *text = (const uint8_t *)"one\ntwo\n";

	fake_init(&f, text);
	f.nchunks = 2;
	f.ends[0] = 4;
	f.ends[1] = 8;
	assert_true(tl_source_new(&fake_ops, &f, &src, NULL));
	assert_true(tl_lineindex_new(src, pool, NULL, &lines, NULL));
	assert_true(tl_view_open(src, lines, &v, NULL));
	vo.numbers = true;
	tl_view_set_opts(v, &vo);
	assert_true(tl_view_resize(v, 1, 20, NULL));
	tl_view_jump(v, UINT64_C(1) << FAKE_SHIFT, 0, false);
	check_screen(v, 1, 20, true, (const char *const[]){ "        two" });
	tl_lineindex_offer(lines, 0, (struct tl_span){ text, 4 });
	check_screen(v, 1, 20, false, (const char *const[]){ "      2 two~      b" });
	tl_view_close(v);
	tl_lineindex_close(lines);
	tl_source_close(src);
}

/* Numbers that follow from the row above are those the index gives. */
static void numbers_are_those_of_the_index(void **state)
{
	srand(5);
	for (int round = 0; round < 100; round++) {
		struct model m;
		struct tl_lineindex *lines;
		struct tl_view_opts vo;
		struct tl_cell cells[MAX_ROWS * MAX_COLS];
		bool pending;

		open_random(&m, round);
		assert_true(tl_lineindex_new(m.src, pool, NULL, &lines, NULL));
		tl_lineindex_offer(lines, 0, (struct tl_span){ m.text.data, m.text.len });
		vo = *tl_view_opts(m.v);
		vo.numbers = true;
		vo.squeeze = rand() % 2;
		tl_view_close(m.v);
		assert_true(tl_view_open(m.src, lines, &m.v, NULL));
		tl_view_set_opts(m.v, &vo);
		set_size(&m, 10, 40);
		for (int i = 0; i < 10; i++) {
			tl_view_jump(m.v, (uint64_t)rand() % m.text.len, 0, true);
			tl_view_compose(m.v, cells, &pending);
			assert_false(pending);
			for (unsigned y = 0; y < 10; y++) {
				uint64_t line = 0, pos = tl_view_pos(m.v, y);
				unsigned shown = 0;

				for (uint64_t p = 0; pos != TL_NOPOS && p < pos; p++)
					line += m.text.data[p] == '\n';
				for (unsigned x = 0; x < 7; x++)
					if (cells[y * 40 + x].text[0] != ' ')
						shown = shown * 10 +
							(unsigned)(cells[y * 40 + x].text[0] - '0');
				if (pos != TL_NOPOS)
					assert_int_equal(shown, line + 1);
			}
		}
		tl_lineindex_close(lines);
		close_model(&m);
	}
}

static void matches_are_highlighted(void **state)
{
	const char *text = "a needle, neneedledle\nn\bne\bee\bed\bdl\ble\be\n"
			   "\033[31mnee\033[1mdle\033[m\nwrapped needle in\n0123456789needle\n";
	struct tl_source *src = text_source(text, strlen(text));
	struct tl_view *v;
	struct tl_view_opts vo = plain_opts();
	struct tl_matcher *m;

	assert_true(tl_view_open(src, NULL, &v, NULL));
	vo.text.raw = TL_RAW_SGR;
	tl_view_set_opts(v, &vo);
	assert_true(tl_view_resize(v, 8, 12, NULL));
	assert_true(
	    tl_matcher_new("needle", 6, TL_MATCH_STRIP_ESCAPES | TL_MATCH_OVERSTRIKE, &m, NULL));
	tl_view_set_hilite(v, m, TL_NOPOS);
	tl_view_start(v, false);
	check_screen(v, 8, 12, false,
		     (const char *const[]){ "a needle, ne~  rrrrrr", "needledle~rrrrrr",
					    "needle~rrrrrr", "needle~rrrrrr",
					    "wrapped need~        rrrr", "le in~rr",
					    "0123456789ne~          rr", "edle~rrrr" });
	/* in one line only */
	tl_view_set_hilite(v, m, (uint64_t)(strstr(text, "wrapped") - text));
	check_screen(v, 8, 12, false,
		     (const char *const[]){ "a needle, ne", "needledle", "needle~bbbbbb",
					    "needle~ssssss", "wrapped need~        rrrr",
					    "le in~rr", "0123456789ne", "edle" });
	vo.hilite = TL_HILITE_NONE;
	tl_view_set_opts(v, &vo);
	check_screen(v, 8, 12, false,
		     (const char *const[]){ "a needle, ne", "needledle", "needle~bbbbbb",
					    "needle~ssssss", "wrapped need", "le in",
					    "0123456789ne", "edle" });
	tl_view_close(v);
	tl_matcher_free(m);
	tl_source_close(src);
}

static void chopped_lines_are_highlighted_where_they_show(void **state)
{
	struct tl_buf text = TL_BUF_INIT;
	struct tl_source *src;
	struct tl_view *v;
	struct tl_view_opts vo = plain_opts();
	struct tl_matcher *m;

	for (int i = 0; i < 100000; i++)
		tl_buf_puts(&text, "0123456789");
	tl_buf_puts(&text, "\nneedle\n");
	memcpy(text.data + 900003, "needle", 6);
	src = text_source(text.data, text.len);
	assert_true(tl_view_open(src, NULL, &v, NULL));
	assert_true(tl_matcher_new("needle", 6, 0, &m, NULL));
	tl_view_set_hilite(v, m, TL_NOPOS);
	vo.text.chop = true;
	vo.text.hshift = 900000;
	tl_view_set_opts(v, &vo);
	assert_true(tl_view_resize(v, 3, 12, NULL));
	tl_view_start(v, false);
	check_screen(v, 3, 12, false, (const char *const[]){ "012needle901~   rrrrrr", "", "~~b" });
	tl_view_close(v);
	tl_matcher_free(m);
	tl_source_close(src);
	tl_buf_fini(&text);
}

static void the_widest_line_is_found(void **state)
{
	struct model m = { .text = TL_BUF_INIT };
	struct tl_view_opts vo = plain_opts();
	uint64_t left;

	tl_buf_puts(&m.text, "ab\n0123456789\tx\nshort\n0123456789012345678901234567\nx\n");
	open_model(&m, &vo, 3, 8);
	vo.text.chop = true;
	vo.text.hshift = 3;
	tl_view_set_opts(m.v, &vo);
	tl_view_start(m.v, false);
	assert_int_equal(tl_view_widest(m.v), 17); /* of those on the screen */
	tl_view_forward(m.v, 1, false, &left);
	assert_int_equal(tl_view_widest(m.v), 28);
	/* wrapped: from the line's beginning, wherever the screen begins */
	vo.text.chop = false;
	vo.text.hshift = 0;
	tl_view_set_opts(m.v, &vo);
	assert_true(tl_view_resize(m.v, 1, 8, NULL));
	tl_view_jump(m.v, 12, 0, true);
	assert_int_equal(tl_view_pos(m.v, 0), 11);
	assert_int_equal(tl_view_widest(m.v), 17);
	close_model(&m);
}

static void a_short_text_may_leave_the_rest_alone(void **state)
{
	struct model m = { .text = TL_BUF_INIT };
	struct tl_view_opts vo = plain_opts();
	struct tl_cell cells[5 * 8];
	bool pending;
	uint64_t left;

	tl_buf_puts(&m.text, "one\ntwo\n");
	open_model(&m, &vo, 5, 8);
	tl_view_start(m.v, true);
	assert_int_equal(tl_view_compose(m.v, cells, &pending), 2);
	tl_view_grow(m.v);
	assert_int_equal(tl_view_compose(m.v, cells, &pending), 2);
	tl_view_forward(m.v, 1, false, &left);
	assert_int_equal(tl_view_compose(m.v, cells, &pending), 2);
	tl_view_forward(m.v, 1, true, &left);
	assert_int_equal(tl_view_compose(m.v, cells, &pending), 5);
	tl_view_start(m.v, true);
	tl_view_refresh(m.v);
	assert_int_equal(tl_view_compose(m.v, cells, &pending), 5);
	vo.tildes = false;
	tl_view_set_opts(m.v, &vo);
	tl_view_compose(m.v, cells, &pending);
	assert_int_equal(cells[4 * 8].text[0], ' ');
	close_model(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moves_are_those_of_the_model),
		cmocka_unit_test(runs_of_blank_lines_are_squeezed),
		cmocka_unit_test(only_lines_that_pass_are_shown),
		cmocka_unit_test(the_top_stays_when_the_size_changes),
		cmocka_unit_test(force_leaves_one_line),
		cmocka_unit_test(an_empty_text_has_no_rows),
		cmocka_unit_test(a_row_is_found_by_its_bytes),
		cmocka_unit_test(lines_are_walked_for_commands),
		cmocka_unit_test(rows_that_still_come_are_pending),
		cmocka_unit_test(a_file_that_grows_goes_on),
		cmocka_unit_test(a_blank_run_may_come_in_parts),
		cmocka_unit_test(a_replaced_text_is_shown_from_where_it_can_be),
		cmocka_unit_test(what_cannot_be_read_is_said),
		cmocka_unit_test(rows_have_numbers_and_a_status),
		cmocka_unit_test(numbers_may_come_later),
		cmocka_unit_test(numbers_are_those_of_the_index),
		cmocka_unit_test(matches_are_highlighted),
		cmocka_unit_test(chopped_lines_are_highlighted_where_they_show),
		cmocka_unit_test(the_widest_line_is_found),
		cmocka_unit_test(a_short_text_may_leave_the_rest_alone),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
