/*
 * test_screen.c: what the screen sends, shown to a terminal emulator (libvterm): after each
 * frame it must look like the frame, on different terminals, however one got there.
 */
#include "pager/screen.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <utf8proc.h>

#include <cmocka.h>
#include <vterm.h>

#define MAX_ROWS 40
#define MAX_COLS 100
#define MAX_LOG  4000

/* A terminal: the screen writes into a file, from where the emulator gets it. */
struct tty {
	struct tl_screen *screen;
	struct tl_screen_opts opts;
	int fd;
	unsigned rows, cols;
	VTerm *vt;
	VTermScreen *vs;
	bool hard_margin;                /* am without xenl: the cursor goes on at once */
	int escape;                      /* within a sequence */
	char log[MAX_LOG][MAX_COLS + 1]; /* what has scrolled out on the main screen */
	unsigned nlog;
	unsigned nbells;
};

static void row_text(struct tty *t, const VTermScreenCell *cells, unsigned cols, char *out)
{
	char *end = out;

	for (unsigned x = 0; x < cols; x++) {
		uint32_t c = cells[x].chars[0];

		*out++ = c == 0 || c == (uint32_t)-1 ? ' ' : c < 0x80 ? (char)c : '?';
		if (out[-1] != ' ')
			end = out;
	}
	*end = '\0';
}

static int pushed_out(int cols, const VTermScreenCell *cells, void *user)
{
	struct tty *t = user;

	assert_true(t->nlog < MAX_LOG);
	row_text(t, cells, (unsigned)cols, t->log[t->nlog++]);
	return 1;
}

static int rung(void *user)
{
	((struct tty *)user)->nbells++;
	return 1;
}

static const VTermScreenCallbacks callbacks = { .sb_pushline = pushed_out, .bell = rung };

static void feed(struct tty *t, const char *bytes, size_t n)
{
	VTermPos pos;

	if (!t->hard_margin) {
		vterm_input_write(t->vt, bytes, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)bytes[i];

		vterm_state_get_cursorpos(vterm_obtain_state(t->vt), &pos);
		vterm_input_write(t->vt, bytes + i, 1);
		if (c == 0x1b)
			t->escape = 1;
		else if (t->escape == 1)
			t->escape = c == '[' ? 2 : 0;
		else if (t->escape == 2)
			t->escape = c >= 0x40 ? 0 : 2;
		else if (c >= 0x20 && pos.col == (int)t->cols - 1)
			vterm_input_write(t->vt, "\r\n", 2);
	}
}

static void sync_tty(struct tty *t)
{
	char buf[65536];
	ssize_t n;

	assert_int_equal(lseek(t->fd, 0, SEEK_SET), 0);
	while ((n = read(t->fd, buf, sizeof(buf))) > 0)
		feed(t, buf, (size_t)n);
	assert_int_equal(ftruncate(t->fd, 0), 0);
	lseek(t->fd, 0, SEEK_SET);
}

static void set_tty_size(struct tty *t, unsigned rows, unsigned cols)
{
	char s[16];

	t->rows = rows;
	t->cols = cols;
	snprintf(s, sizeof(s), "%u", rows);
	setenv("LINES", s, 1);
	snprintf(s, sizeof(s), "%u", cols);
	setenv("COLUMNS", s, 1);
}

static void open_tty(struct tty *t, const char *term, const struct tl_screen_opts *so,
		     unsigned rows, unsigned cols)
{
	unsigned got_rows, got_cols;

	t->opts = *so;
	t->nlog = t->nbells = 0;
	t->escape = 0;
	t->hard_margin = !strcmp(term, "ansi");
	t->fd = memfd_create("terminal", 0);
	assert_true(t->fd >= 0);
	setenv("TERM", term, 1);
	set_tty_size(t, rows, cols);
	assert_true(tl_screen_open(t->fd, so, &t->screen, NULL));
	tl_screen_size(t->screen, &got_rows, &got_cols);
	assert_int_equal(got_rows, rows);
	assert_int_equal(got_cols, cols);
	t->vt = vterm_new((int)rows, (int)cols);
	vterm_set_utf8(t->vt, 1);
	t->vs = vterm_obtain_screen(t->vt);
	vterm_screen_enable_altscreen(t->vs, 1);
	vterm_screen_set_callbacks(t->vs, &callbacks, t);
	vterm_screen_reset(t->vs, 1);
}

static void close_tty(struct tty *t)
{
	tl_screen_close(t->screen);
	vterm_free(t->vt);
	close(t->fd);
}

/* ---- the emulated screen is the frame */

static bool matters(const struct tl_cell *c)
{
	return c->len != 1 || c->text[0] != ' ' || c->attr.bg ||
	       (c->attr.flags & (TL_OWN_STANDOUT | TL_OWN_UNDERLINE | TL_SGR_REVERSE |
				 TL_SGR_UNDERLINE | TL_SGR_STRIKE));
}

static void check_color(uint32_t want, const VTermColor *got)
{
	uint32_t v = want & 0xffffff;

	switch (want & 0xff000000) {
	case 0:
		assert_true(VTERM_COLOR_IS_DEFAULT_FG(got) || VTERM_COLOR_IS_DEFAULT_BG(got));
		return;
	case TL_COLOR_RGB:
		assert_true(VTERM_COLOR_IS_RGB(got));
		assert_int_equal(got->rgb.red << 16 | got->rgb.green << 8 | got->rgb.blue, v);
		return;
	case TL_COLOR_BASIC:
		v = v >= 100 ? v - 92 : v >= 90 ? v - 82 : v % 10;
		break;
	}
	assert_true(VTERM_COLOR_IS_INDEXED(got));
	assert_int_equal(got->indexed.idx, v);
}

static void check_cell(struct tty *t, unsigned y, unsigned x, const struct tl_cell *want)
{
	VTermScreenCell got;
	uint32_t f = want->attr.flags;
	utf8proc_int32_t code;
	utf8proc_ssize_t n;

	assert_true(vterm_screen_get_cell(t->vs, (VTermPos){ (int)y, (int)x }, &got));
	if (want->width == 0)
		return;
	if (!matters(want)) {
		assert_true(got.chars[0] == 0 || got.chars[0] == ' ');
		assert_false(got.attrs.reverse || got.attrs.underline || got.attrs.strike);
		assert_true(VTERM_COLOR_IS_DEFAULT_BG(&got.bg));
		return;
	}
	assert_int_equal(got.width, want->width);
	for (unsigned i = 0, k = 0; i < want->len && k < VTERM_MAX_CHARS_PER_CELL; k++) {
		n = utf8proc_iterate((const uint8_t *)want->text + i, want->len - (int)i, &code);
		assert_true(n > 0);
		if (code == ' ' && got.chars[0] == 0)
			code = 0;
		assert_int_equal(got.chars[k], code);
		i += (unsigned)n;
	}
	assert_int_equal(got.attrs.bold, !!(f & (TL_OWN_BOLD | TL_SGR_BOLD)));
	assert_int_equal(!!got.attrs.underline, !!(f & (TL_OWN_UNDERLINE | TL_SGR_UNDERLINE)));
	assert_int_equal(got.attrs.reverse, !!(f & (TL_OWN_STANDOUT | TL_SGR_REVERSE)));
	assert_int_equal(got.attrs.blink, !!(f & (TL_OWN_BLINK | TL_SGR_BLINK)));
	assert_int_equal(got.attrs.italic, !!(f & TL_SGR_ITALIC));
	assert_int_equal(got.attrs.strike, !!(f & TL_SGR_STRIKE));
	check_color(want->attr.fg, &got.fg);
	check_color(want->attr.bg, &got.bg);
}

/* The frame stands from row `at` on. */
static void check_frame(struct tty *t, const struct tl_frame *f, unsigned at)
{
	VTermPos pos;

	for (unsigned y = 0; y <= f->used; y++) {
		const struct tl_cell *row = y < f->used ? f->text + y * t->cols : f->prompt;

		for (unsigned x = 0; x < t->cols; x++) {
			/* nothing is put into the lower right corner */
			if (at + y == t->rows - 1 && x == t->cols - 1)
				continue;
			check_cell(t, at + y, x, &row[x]);
		}
	}
	vterm_state_get_cursorpos(vterm_obtain_state(t->vt), &pos);
	assert_int_equal(pos.row, at + f->used);
}

static void draw(struct tty *t, const struct tl_frame *f, unsigned at)
{
	VTermPos pos;

	tl_screen_draw(t->screen, f);
	sync_tty(t);
	check_frame(t, f, at);
	vterm_state_get_cursorpos(vterm_obtain_state(t->vt), &pos);
	assert_int_equal(pos.col, f->cursor_col);
}

/* ---- frames */

static void random_attr(struct tl_attr *a)
{
	static const uint32_t flags[] = { TL_OWN_BOLD,    TL_OWN_UNDERLINE, TL_OWN_STANDOUT,
					  TL_OWN_BLINK,   TL_SGR_BOLD,      TL_SGR_UNDERLINE,
					  TL_SGR_REVERSE, TL_SGR_ITALIC,    TL_SGR_STRIKE,
					  TL_SGR_BLINK };

	memset(a, 0, sizeof(*a));
	if (rand() % 3)
		return;
	for (int n = rand() % 3; n >= 0; n--)
		a->flags |= flags[rand() % 10];
	if (rand() % 2)
		a->fg = rand() % 2 ? TL_COLOR_BASIC | (30 + (uint32_t)rand() % 8)
				   : TL_COLOR_INDEX | (rand() & 0xff);
	if (rand() % 3 == 0)
		a->bg = rand() % 2 ? TL_COLOR_BASIC | (100 + (uint32_t)rand() % 8)
				   : TL_COLOR_RGB | (rand() & 0xffffff);
}

static void random_row(struct tl_cell *row, unsigned cols, bool ascii)
{
	static const char *const wide[] = { "\xe4\xb8\xad", "\xe6\x96\x87", "\xed\x95\x9c" };
	unsigned n = rand() % 4 == 0 ? cols : (unsigned)rand() % (cols + 1);
	struct tl_attr attr = { 0, 0, 0 };

	for (unsigned x = 0; x < cols; x++) {
		row[x] = tl_cell_blank();
		if (x >= n)
			continue;
		if (rand() % 6 == 0)
			random_attr(&attr);
		row[x].attr = attr;
		if (rand() % 5)
			row[x].text[0] = (char)('!' + rand() % 90);
		if (ascii)
			continue;
		/* the emulator may lose a combining character at the margin */
		if (rand() % 10 == 0 && x + 1 < cols) {
			memcpy(row[x].text, "e\xcc\x81", 3);
			row[x].len = 3;
		} else if (rand() % 8 == 0 && x + 1 < n) {
			memcpy(row[x].text, wide[rand() % 3], 3);
			row[x].len = 3;
			row[x].width = 2;
			row[x + 1] = (struct tl_cell){ attr, 0, 0, "" };
			x++;
		}
	}
}

#define DOC_ROWS 200

struct show {
	struct tl_cell doc[DOC_ROWS][MAX_COLS];
	struct tl_cell text[MAX_ROWS * MAX_COLS];
	struct tl_cell prompt[MAX_COLS];
	unsigned top;
};

static struct show show;

static void put_string(struct tl_cell *row, unsigned cols, const char *s)
{
	for (unsigned x = 0; x < cols; x++) {
		row[x] = tl_cell_blank();
		if (*s)
			row[x].text[0] = *s++;
	}
}

static void make_doc(unsigned cols, bool ascii)
{
	for (unsigned i = 0; i < DOC_ROWS; i++)
		random_row(show.doc[i], cols, ascii);
	show.top = 0;
}

/* Rows from show.top on, and a prompt. */
static struct tl_frame make_frame(const struct tty *t, unsigned used, unsigned scrolled)
{
	struct tl_frame f = { show.text, used, show.prompt, 0, scrolled, false };
	char prompt[20];
	int n = snprintf(prompt, sizeof(prompt), "p%u:", show.top);

	for (unsigned y = 0; y < used; y++)
		memcpy(show.text + y * t->cols, show.doc[(show.top + y) % DOC_ROWS],
		       t->cols * sizeof(struct tl_cell));
	put_string(show.prompt, t->cols, prompt);
	f.cursor_col = (unsigned)n < t->cols ? (unsigned)n : t->cols - 1;
	return f;
}

/* A screen like the last one, scrolled or changed somewhere. */
static unsigned random_step(struct tty *t, bool ascii)
{
	unsigned by =
	    (unsigned)rand() % 4 ? 1 + (unsigned)rand() % 3 : (unsigned)rand() % (t->rows + 2);

	switch (rand() % 5) {
	case 0:
	case 1:
		show.top = (show.top + by) % DOC_ROWS;
		return by;
	case 2:
		show.top = show.top > by ? show.top - by : 0;
		return 0;
	case 3: {
		struct tl_cell *row = show.doc[(show.top + (unsigned)rand() % t->rows) % DOC_ROWS];

		random_row(row, t->cols, ascii);
		return 0;
	}
	default:
		show.top = (unsigned)rand() % DOC_ROWS;
		return 0;
	}
}

static void resize(struct tty *t, bool ascii)
{
	unsigned rows, cols;

	set_tty_size(t, 2 + (unsigned)rand() % (MAX_ROWS - 2),
		     4 + (unsigned)rand() % (MAX_COLS - 4));
	vterm_set_size(t->vt, (int)t->rows, (int)t->cols);
	tl_screen_size(t->screen, &rows, &cols);
	assert_int_equal(rows, t->rows);
	assert_int_equal(cols, t->cols);
	tl_screen_forget(t->screen);
	make_doc(t->cols, ascii);
}

static struct tty tty;

static void walk(const char *term, const struct tl_screen_opts *so, bool ascii)
{
	struct tty *t = &tty;

	srand(1);
	for (int round = 0; round < 10; round++) {
		open_tty(t, term, so, 2 + (unsigned)rand() % (MAX_ROWS - 2),
			 4 + (unsigned)rand() % (MAX_COLS - 4));
		assert_false(tl_screen_dumb(t->screen));
		tl_screen_start(t->screen);
		make_doc(t->cols, ascii);
		for (int i = 0; i < 40; i++) {
			unsigned scrolled = i ? random_step(t, ascii) : 0;
			struct tl_frame f;
			unsigned used;

			if (rand() % 12 == 0)
				resize(t, ascii), scrolled = 0;
			if (rand() % 12 == 0)
				tl_screen_forget(t->screen), scrolled = 0;
			used = rand() % 6 ? t->rows - 1 : (unsigned)rand() % t->rows;
			f = make_frame(t, used, rand() % 2 ? scrolled : 0);
			if (i == 0)
				f.scrolled = 0;
			/* A first frame that goes on where the cursor is has a test of its own. */
			draw(t, &f, 0);
		}
		close_tty(t);
	}
}

static void frames_are_painted_on_xterm(void **state)
{
	walk("xterm-256color", &(struct tl_screen_opts){ .no_init = false }, false);
}

static void frames_are_painted_on_the_linux_console(void **state)
{
	walk("linux", &(struct tl_screen_opts){ .no_init = false }, false);
}

static void frames_are_painted_on_a_vt100(void **state)
{
	walk("vt100", &(struct tl_screen_opts){ .no_init = false }, true);
}

static void frames_are_painted_where_the_margin_is_hard(void **state)
{
	walk("ansi", &(struct tl_screen_opts){ .no_init = false }, true);
}

static void frames_are_painted_from_the_top(void **state)
{
	walk("xterm-256color", &(struct tl_screen_opts){ .clear_first = true }, false);
}

/* Row y of the terminal as text. */
static const char *line(struct tty *t, unsigned y)
{
	static char out[MAX_COLS + 1];
	VTermScreenCell cells[MAX_COLS];

	for (unsigned x = 0; x < t->cols; x++)
		vterm_screen_get_cell(t->vs, (VTermPos){ (int)y, (int)x }, &cells[x]);
	row_text(t, cells, t->cols, out);
	return out;
}

static void numbered_doc(unsigned cols)
{
	char s[32];

	for (unsigned i = 0; i < DOC_ROWS; i++) {
		snprintf(s, sizeof(s), "row %u", i);
		put_string(show.doc[i], cols, s);
		if (i % 7 == 0) /* up to the margin */
			for (unsigned x = (unsigned)strlen(s); x < cols; x++)
				show.doc[i][x].text[0] = '=';
	}
	show.top = 0;
}

static void check_doc_row(const char *got, unsigned i)
{
	char s[32];

	snprintf(s, sizeof(s), "row %u", i);
	assert_memory_equal(got, s, strlen(s));
	assert_true(got[strlen(s)] == '\0' || got[strlen(s)] == '=');
}

/* On the main screen text goes on below what stands there, and all of it stays in the
 * scrollback, each row once. */
static void check_main_screen(const char *term, unsigned before)
{
	struct tty *t = &tty;
	const struct tl_screen_opts so = { .no_init = true, .no_keypad = true };
	struct tl_frame f;
	unsigned used = 9, next = 0;

	open_tty(t, term, &so, 10, 20);
	numbered_doc(20);
	for (unsigned i = 0; i < before; i++)
		feed(t, "shell\r\n", 7);
	f = make_frame(t, used, 1);
	tl_screen_draw(t->screen, &f);
	sync_tty(t);
	check_frame(t, &f, 0);
	assert_false(tl_screen_alternate(t->screen));
	for (unsigned by = 1; by <= 12; by++) {
		show.top += by > used ? used : by;
		f = make_frame(t, used, by > used ? used : by);
		draw(t, &f, 0);
	}
	for (unsigned i = 0; i < t->nlog; i++) {
		if (i < before)
			assert_string_equal(t->log[i], "shell");
		else
			check_doc_row(t->log[i], next++);
	}
	assert_int_equal(next, show.top);
	close_tty(t);
}

static void the_main_screen_keeps_everything(void **state)
{
	check_main_screen("xterm-256color", 0);
	check_main_screen("xterm-256color", 4);
	check_main_screen("xterm-256color", 9);
	check_main_screen("vt100", 3);
	check_main_screen("ansi", 3);
}

/* A short text leaves what is above it, and below, alone; its prompt is right below it. */
static void a_short_text_is_printed_where_the_cursor_is(void **state)
{
	struct tty *t = &tty;
	const struct tl_screen_opts so = { .no_init = true };
	struct tl_frame f;

	open_tty(t, "xterm-256color", &so, 10, 20);
	numbered_doc(20);
	feed(t, "shell\r\nshell\r\n", 14);
	f = make_frame(t, 3, 1);
	draw(t, &f, 2);
	assert_string_equal(line(t, 1), "shell");
	/* another prompt, the same text */
	put_string(show.prompt, 20, "a longer prompt");
	f.cursor_col = 15;
	f.scrolled = 0;
	draw(t, &f, 2);
	put_string(show.prompt, 20, ":");
	f.cursor_col = 1;
	draw(t, &f, 2);
	assert_string_equal(line(t, 1), "shell");
	assert_string_equal(line(t, 5), ":");
	/* another text: the whole screen is taken */
	show.top = 5;
	f = make_frame(t, 9, 0);
	draw(t, &f, 0);
	tl_screen_stop(t->screen);
	sync_tty(t);
	assert_string_equal(line(t, 9), "");
	close_tty(t);
}

static void stopping_gives_the_terminal_back(void **state)
{
	struct tty *t = &tty;
	const struct tl_screen_opts so = { .no_init = false };
	struct tl_frame f;

	open_tty(t, "xterm-256color", &so, 10, 20);
	numbered_doc(20);
	feed(t, "shell\r\n", 7);
	for (int i = 0; i < 2; i++) {
		tl_screen_start(t->screen);
		assert_true(tl_screen_alternate(t->screen));
		f = make_frame(t, 9, 1);
		draw(t, &f, 0);
		tl_screen_stop(t->screen);
		assert_false(tl_screen_started(t->screen));
		sync_tty(t);
		assert_string_equal(line(t, 0), "shell");
		assert_string_equal(line(t, 1), "");
	}
	close_tty(t);
}

/* Without cursor movement rows come one below the other, each once. */
static void a_dumb_terminal_gets_rows_in_order(void **state)
{
	struct tty *t = &tty;
	const struct tl_screen_opts so = { .no_init = false };
	struct tl_frame f;
	char all[65536];
	size_t len = 0;
	unsigned next = 0, prompts = 0;
	ssize_t n;

	srand(3);
	open_tty(t, "dumb", &so, 10, 20);
	assert_true(tl_screen_dumb(t->screen));
	numbered_doc(20);
	for (unsigned by = 0; by <= 9; by++) {
		show.top += by;
		f = make_frame(t, 9, by);
		put_string(show.prompt, 20, by % 2 ? "a prompt that is long" : ":");
		tl_screen_draw(t->screen, &f);
		tl_screen_draw(t->screen, &f); /* nothing new */
	}
	lseek(t->fd, 0, SEEK_SET);
	while ((n = read(t->fd, all + len, sizeof(all) - len)) > 0)
		len += (size_t)n;
	vterm_set_size(t->vt, 200, 20);
	t->rows = 200;
	feed(t, all, len);
	while (next < show.top + 9)
		check_doc_row(line(t, next), next), next++;
	assert_string_equal(line(t, next), "a prompt that is lo");
	for (size_t i = 0; i < len; i++)
		prompts += all[i] == ':';
	assert_true(prompts > 0);
	assert_null(memchr(all, 0x1b, len));
	close_tty(t);
}

/* Bytes that act on the cursor (-r) spoil their row, not those around it. */
static void raw_bytes_do_not_spoil_other_rows(void **state)
{
	struct tty *t = &tty;
	const struct tl_screen_opts so = { .no_init = false };
	struct tl_frame f;

	open_tty(t, "xterm-256color", &so, 10, 20);
	numbered_doc(20);
	memcpy(show.doc[3][4].text, "\rZ", 2);
	show.doc[3][4].len = 2;
	memcpy(show.doc[5][5].text, "\b\bY", 3);
	show.doc[5][5].len = 3;
	f = make_frame(t, 9, 0);
	tl_screen_draw(t->screen, &f);
	show.doc[3][6].text[0] = 'x';
	show.doc[5][6].text[0] = 'x';
	f = make_frame(t, 9, 0);
	tl_screen_draw(t->screen, &f);
	show.top = 1;
	f = make_frame(t, 9, 1);
	tl_screen_draw(t->screen, &f);
	sync_tty(t);
	assert_string_equal(line(t, 1), "row 2");
	assert_string_equal(line(t, 2), "Z x");
	assert_string_equal(line(t, 3), "row 4");
	assert_string_equal(line(t, 4), "rowYx");
	assert_string_equal(line(t, 5), "row 6");
	assert_string_equal(line(t, 9), "p1:");
	close_tty(t);
}

static void the_bell_rings_unless_told_otherwise(void **state)
{
	struct tty *t = &tty;
	struct tl_screen_opts so = { .no_init = false };

	open_tty(t, "xterm-256color", &so, 10, 20);
	tl_screen_bell(t->screen);
	sync_tty(t);
	assert_int_equal(t->nbells, 1);
	tl_screen_flash(t->screen);
	sync_tty(t);
	assert_int_equal(t->nbells, 1);
	close_tty(t);
}

static void LESS_TERMCAP_wins(void **state)
{
	struct tty *t = &tty;
	struct tl_screen_opts so = { .no_init = false };
	struct tl_frame f;
	VTermScreenCell cell;

	setenv("LESS_TERMCAP_md", "\033[1;31m", 1);
	setenv("LESS_TERMCAP_me", "\033[m", 1);
	open_tty(t, "xterm-256color", &so, 10, 20);
	numbered_doc(20);
	show.doc[0][0].attr.flags = TL_OWN_BOLD;
	f = make_frame(t, 9, 0);
	tl_screen_draw(t->screen, &f);
	sync_tty(t);
	vterm_screen_get_cell(t->vs, (VTermPos){ 0, 0 }, &cell);
	assert_int_equal(cell.fg.indexed.idx, 1);
	vterm_screen_get_cell(t->vs, (VTermPos){ 0, 1 }, &cell);
	assert_true(VTERM_COLOR_IS_DEFAULT_FG(&cell.fg));
	close_tty(t);
	unsetenv("LESS_TERMCAP_md");
	unsetenv("LESS_TERMCAP_me");
}

static void keys_have_strings(void **state)
{
	struct tty *t = &tty;
	const struct tl_screen_opts so = { .no_init = false };

	open_tty(t, "xterm-256color", &so, 10, 20);
	assert_string_equal(tl_screen_key(t->screen, "ku"), "\033OA");
	assert_null(tl_screen_key(t->screen, "zz"));
	close_tty(t);
}

static void a_terminal_that_is_gone_is_noticed(void **state)
{
	struct tl_screen *s;
	const struct tl_screen_opts so = { .no_init = false };
	int fd = open("/dev/full", O_WRONLY);

	assert_true(fd >= 0);
	setenv("TERM", "xterm-256color", 1);
	assert_true(tl_screen_open(fd, &so, &s, NULL));
	assert_false(tl_screen_dead(s));
	tl_screen_bell(s);
	assert_true(tl_screen_dead(s));
	tl_screen_stop(s);
	tl_screen_close(s);
	close(fd);
}

/* A screen that has not changed costs nothing, one that has scrolled little. */
static void little_is_sent_for_little(void **state)
{
	struct tty *t = &tty;
	const struct tl_screen_opts so = { .no_init = false };
	struct tl_frame f;
	off_t sent;

	open_tty(t, "xterm-256color", &so, 40, 80);
	numbered_doc(80);
	show.top = 1;
	f = make_frame(t, 39, 0);
	draw(t, &f, 0);
	tl_screen_draw(t->screen, &f);
	assert_int_equal(lseek(t->fd, 0, SEEK_CUR), 0);
	show.top = 4;
	f = make_frame(t, 39, 3);
	tl_screen_draw(t->screen, &f);
	sent = lseek(t->fd, 0, SEEK_CUR);
	assert_in_range(sent, 1, 220);
	sync_tty(t);
	check_frame(t, &f, 0);
	show.top = 2;
	f = make_frame(t, 39, 0);
	tl_screen_draw(t->screen, &f);
	sent = lseek(t->fd, 0, SEEK_CUR);
	assert_in_range(sent, 1, 220);
	sync_tty(t);
	check_frame(t, &f, 0);
	close_tty(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_painted_on_xterm),
		cmocka_unit_test(frames_are_painted_on_the_linux_console),
		cmocka_unit_test(frames_are_painted_on_a_vt100),
		cmocka_unit_test(frames_are_painted_where_the_margin_is_hard),
		cmocka_unit_test(frames_are_painted_from_the_top),
		cmocka_unit_test(the_main_screen_keeps_everything),
		cmocka_unit_test(a_short_text_is_printed_where_the_cursor_is),
		cmocka_unit_test(stopping_gives_the_terminal_back),
		cmocka_unit_test(a_dumb_terminal_gets_rows_in_order),
		cmocka_unit_test(raw_bytes_do_not_spoil_other_rows),
		cmocka_unit_test(the_bell_rings_unless_told_otherwise),
		cmocka_unit_test(LESS_TERMCAP_wins),
		cmocka_unit_test(keys_have_strings),
		cmocka_unit_test(a_terminal_that_is_gone_is_noticed),
		cmocka_unit_test(little_is_sent_for_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
