/* screen.c: see screen.h. */
#include "pager/screen.h"

#include "pager/env.h"
#include "pager/fade.h"
#include "pager/grid.h"
#include "pager/linktable.h"
#include "pager/termout.h"

#include <stdlib.h>
#include <string.h>

/* What is known of the terminal's contents. */
enum known {
	KNOWN_NOT,    /* anything may stand there */
	KNOWN_ALL,    /* `grid` does */
	KNOWN_PROMPT, /* text was printed from an unknown line on; the cursor is in the prompt */
};

struct tl_screen {
	struct tl_screen_opts opts;
	struct tl_termout to;
	unsigned rows, cols;
	struct tl_grid grid;         /* as the terminal shows it */
	const struct tl_cell **want; /* rows of the frame to come; borrowed while it is drawn */
	struct tl_cell *blank;       /* such a row, and the last one without its corner */
	struct tl_cell *spared;
	enum known known;
	unsigned printed; /* rows of the frame above the prompt when KNOWN_PROMPT */
	unsigned prompt_row;
	unsigned links; /* generation of the link table that the cells speak of */
	bool faded;     /* what was painted has other colours than now */
	bool partial;   /* not all of the terminal is used: it cannot scroll */
	bool started, alternate;
	bool low; /* a short text stands at the bottom, as if it had scrolled in there */
};

static const struct tl_attr plain;

/* ---- cells */

/* How many columns from the left are not blank. */
static unsigned row_length(struct tl_screen *s, const struct tl_cell *row)
{
	return tl_cells_length(row, s->cols);
}

static void put_cells(struct tl_screen *s, const struct tl_cell *row, unsigned from, unsigned to)
{
	for (unsigned x = from; x < to; x++) {
		if (row[x].len == 0)
			continue; /* the right half of the one before */
		tl_termout_pen(&s->to, &row[x].attr);
		tl_buf_append(&s->to.bytes, row[x].text, row[x].len);
	}
	s->to.x = to;
}

static void clear_row(struct tl_screen *s, unsigned y)
{
	unsigned n = row_length(s, s->grid.row[y]);

	if (n == 0)
		return;
	tl_termout_move(&s->to, y, 0);
	tl_termout_pen(&s->to, &plain);
	if (s->to.ti.cap[TL_CAP_CLEAR_EOL]) {
		tl_termout_cap(&s->to, TL_CAP_CLEAR_EOL);
	} else {
		if (y == s->rows - 1 && n == s->cols)
			n--; /* nothing stands in the corner */
		for (unsigned i = 0; i < n; i++)
			tl_buf_putc(&s->to.bytes, ' ');
		tl_termout_lose_cursor(&s->to);
	}
	tl_grid_blank(&s->grid, y, y + 1);
}

/* Does the row hold bytes that may move the cursor anywhere (-r, -u)? */
static bool has_raw(struct tl_screen *s, const struct tl_cell *row)
{
	for (unsigned x = 0; x < s->cols; x++)
		if (row[x].len > 0 && (uint8_t)row[x].text[0] < 0x20)
			return true;
	return false;
}

/* Does the row hold what terminals do not agree upon: wide or composed characters? */
static bool is_fragile(const struct tl_cell *row, unsigned n)
{
	for (unsigned x = 0; x < n; x++)
		if (row[x].width != 1 || row[x].len != 1)
			return true;
	return false;
}

/* Bring row y of the terminal from `old` to `want`. */
static void paint_row(struct tl_screen *s, unsigned y, struct tl_cell *old,
		      const struct tl_cell *want)
{
	unsigned first = 0, last = s->cols, length, old_length;

	while (first < s->cols && tl_cell_looks_same(&old[first], &want[first]))
		first++;
	if (first == s->cols)
		return;
	while (last > first && tl_cell_looks_same(&old[last - 1], &want[last - 1]))
		last--;
	if (has_raw(s, want) || has_raw(s, old)) { /* all of it, from a clean line on */
		clear_row(s, y);
		first = 0;
		last = s->cols;
	}
	/* Where characters stand behind such ones is not sure: write them all again. */
	if (is_fragile(want, last) || is_fragile(old, last))
		last = s->cols;
	/* Not from the middle of a wide character, old or new. */
	while (first > 0 && (want[first].len == 0 || old[first].len == 0))
		first--;
	while (last < s->cols && (want[last].len == 0 || old[last].len == 0))
		last++;
	length = row_length(s, want);
	old_length = row_length(s, old);
	tl_termout_move(&s->to, y, first);
	put_cells(s, want, first, last < length ? last : length > first ? length : first);
	if (old_length > length && last > length) {
		tl_termout_pen(&s->to, &plain);
		if (s->to.ti.cap[TL_CAP_CLEAR_EOL])
			tl_termout_cap(&s->to, TL_CAP_CLEAR_EOL);
		else
			put_cells(s, want, length > first ? length : first, old_length);
	}
	if (s->to.x >= s->cols || has_raw(s, want))
		tl_termout_lose_cursor(&s->to); /* where am and xenl leave it */
}

/* ---- scrolling */

static void scroll_up(struct tl_screen *s, unsigned k)
{
	clear_row(s, s->prompt_row); /* it would scroll into the text */
	tl_termout_pen(&s->to, &plain);
	tl_termout_move(&s->to, s->rows - 1, 0);
	for (unsigned i = 0; i < k; i++)
		tl_buf_putc(&s->to.bytes, '\n');
	tl_grid_scroll(&s->grid, (int)k);
}

static void scroll_down(struct tl_screen *s, unsigned k)
{
	enum tl_cap cap =
	    s->to.ti.cap[TL_CAP_SCROLL_DOWN] ? TL_CAP_SCROLL_DOWN : TL_CAP_INSERT_LINE;

	clear_row(s, s->prompt_row);
	tl_termout_pen(&s->to, &plain);
	for (unsigned i = 0; i < k; i++) {
		tl_termout_move(&s->to, 0, 0);
		tl_termout_cap(&s->to, cap);
		tl_termout_lose_cursor(&s->to); /* some terminals move the cursor */
	}
	tl_grid_scroll(&s->grid, -(int)k);
}

/* ---- frames */

/* Returns the row of the prompt. */
static unsigned compose(struct tl_screen *s, const struct tl_frame *f)
{
	unsigned used = f->used < s->rows ? f->used : s->rows - 1;
	unsigned top = s->low ? s->rows - 1 - used : 0, prompt_row = top + used;

	for (unsigned y = 0; y < s->rows; y++)
		s->want[y] = s->blank;
	for (unsigned i = 0; i < used; i++)
		s->want[top + i] = f->text + (size_t)i * s->cols;
	s->want[prompt_row] = f->prompt;
	return prompt_row;
}

/* The cell in the lower right corner would make many terminals scroll. */
static void spare_corner(struct tl_screen *s)
{
	if (!s->to.ti.auto_margin)
		return;
	memcpy(s->spared, s->want[s->rows - 1], s->cols * sizeof(*s->spared));
	s->spared[s->cols - 1] = tl_cell_blank();
	s->want[s->rows - 1] = s->spared;
}

/* Print rows from the cursor's line on, as cat would; on the main screen, and on
 * terminals that cannot move the cursor. */
static void print_down(struct tl_screen *s, unsigned from, unsigned prompt_row)
{
	for (unsigned y = from; y < prompt_row; y++) {
		const struct tl_cell *row = s->want[y];
		unsigned n = row_length(s, row);

		put_cells(s, row, 0, n);
		tl_termout_pen(&s->to, &plain);
		/* A full row has taken the cursor down already where the margin is not delayed. */
		if (n < s->cols || !s->to.ti.auto_margin || s->to.ti.delayed_margin)
			tl_buf_puts(&s->to.bytes, "\r\n");
	}
}

static void print_prompt(struct tl_screen *s, unsigned prompt_row)
{
	const struct tl_cell *row = s->want[prompt_row];

	put_cells(s, row, 0, row_length(s, row));
	tl_termout_pen(&s->to, &plain);
}

/* Empty the line the cursor is in, which is the prompt's. */
static void erase_prompt(struct tl_screen *s)
{
	unsigned n = row_length(s, s->grid.row[s->printed]);

	tl_buf_putc(&s->to.bytes, '\r');
	if (s->to.ti.cap[TL_CAP_CLEAR_EOL]) {
		tl_termout_cap(&s->to, TL_CAP_CLEAR_EOL);
		return;
	}
	for (unsigned i = 0; i < n && i + 1 < s->cols; i++)
		tl_buf_putc(&s->to.bytes, ' ');
	tl_buf_putc(&s->to.bytes, '\r');
}

/* How many rows of the frame to come are the last ones of what was printed. */
static unsigned rows_seen(struct tl_screen *s, unsigned n)
{
	for (unsigned k = s->printed > n ? s->printed - n : 0; k < s->printed; k++) {
		unsigned y = 0;

		while (y + k < s->printed &&
		       tl_cells_look_same(s->grid.row[y + k], s->want[y], s->cols))
			y++;
		if (y + k == s->printed)
			return y;
	}
	return 0;
}

/* Without cursor movement: what is new is printed below. */
static void draw_dumb(struct tl_screen *s, unsigned prompt_row)
{
	unsigned from = 0;

	if (s->known == KNOWN_PROMPT) {
		from = rows_seen(s, prompt_row);
		erase_prompt(s);
	}
	print_down(s, from, prompt_row);
	print_prompt(s, prompt_row);
	s->known = KNOWN_PROMPT;
	s->printed = prompt_row;
}

static bool text_unchanged(struct tl_screen *s, unsigned prompt_row)
{
	for (unsigned y = 0; y < prompt_row; y++)
		if (!tl_cells_look_same(s->grid.row[y], s->want[y], s->cols))
			return false;
	return true;
}

static void clear_all(struct tl_screen *s)
{
	tl_termout_pen(&s->to, &plain);
	if (s->to.ti.cap[TL_CAP_CLEAR]) {
		tl_termout_cap(&s->to, TL_CAP_CLEAR);
		tl_termout_lose_cursor(&s->to); /* not every one brings the cursor home */
		tl_grid_blank(&s->grid, 0, s->rows);
	} else {
		tl_grid_fill(&s->grid, 0, s->rows, (struct tl_cell){ { 0, 0, 0 }, 1, 1, "\001" });
	}
	s->known = KNOWN_ALL;
}

static void paint(struct tl_screen *s, const struct tl_frame *f, unsigned prompt_row)
{
	unsigned text_rows = s->rows - 1;

	if (!s->opts.clear_first && !s->partial && prompt_row == text_rows &&
	    s->prompt_row == text_rows) {
		int k = 0;

		if (!s->alternate && f->scrolled > 0 && f->scrolled <= text_rows)
			k = (int)f->scrolled;
		else
			k = tl_grid_find_scroll(&s->grid, s->want, text_rows);
		if (k > 0)
			scroll_up(s, (unsigned)k);
		else if (k < 0 &&
			 (s->to.ti.cap[TL_CAP_SCROLL_DOWN] || s->to.ti.cap[TL_CAP_INSERT_LINE]))
			scroll_down(s, (unsigned)-k);
	}
	for (unsigned y = 0; y < s->rows; y++)
		if (!tl_grid_has_row(&s->grid, y, s->want[y])) {
			paint_row(s, y, s->grid.row[y], s->want[y]);
			tl_grid_set_row(&s->grid, y, s->want[y]);
		}
	tl_termout_pen(&s->to, &plain);
	tl_termout_move(&s->to, prompt_row, f->cursor_col < s->cols ? f->cursor_col : s->cols - 1);
	s->prompt_row = prompt_row;
}

void tl_screen_draw(struct tl_screen *s, const struct tl_frame *f)
{
	unsigned prompt_row;

	if (!s->started)
		tl_screen_start(s);
	if (s->links != tl_linktable_generation() && s->known == KNOWN_ALL)
		tl_screen_forget(s); /* the numbers in its cells mean other links now */
	s->links = tl_linktable_generation();
	prompt_row = compose(s, f);
	if (f->used >= s->rows - 1)
		s->low = false;
	spare_corner(s);
	if (tl_screen_dumb(s)) {
		draw_dumb(s, prompt_row);
	} else if (s->known == KNOWN_PROMPT && prompt_row == s->printed &&
		   text_unchanged(s, prompt_row)) {
		erase_prompt(s);
		print_prompt(s, prompt_row);
	} else if (s->known == KNOWN_NOT && !s->alternate && f->scrolled > 0 &&
		   (f->last || !s->partial)) {
		/* The first frame on the main screen goes on where the shell left off. */
		print_down(s, 0, prompt_row);
		print_prompt(s, prompt_row);
		s->printed = prompt_row;
		s->known = prompt_row == s->rows - 1 ? KNOWN_ALL : KNOWN_PROMPT;
		s->prompt_row = prompt_row;
		tl_termout_lose_cursor(&s->to);
	} else {
		if (s->known != KNOWN_ALL)
			clear_all(s);
		paint(s, f, prompt_row);
		tl_termout_flush(&s->to);
		return;
	}
	for (unsigned y = 0; y < s->rows; y++)
		tl_grid_set_row(&s->grid, y, s->want[y]);
	if (s->known == KNOWN_ALL)
		tl_termout_move(&s->to, prompt_row, f->cursor_col);
	tl_termout_flush(&s->to);
}

void tl_screen_forget(struct tl_screen *s)
{
	s->low = false;
	s->known = KNOWN_NOT;
	tl_termout_lose_cursor(&s->to);
	s->to.pen = s->to.shown = plain;
}

void tl_screen_clear_prompt(struct tl_screen *s)
{
	if (!s->started)
		return;
	tl_termout_pen(&s->to, &plain);
	if (s->known == KNOWN_ALL && !tl_screen_dumb(s)) {
		clear_row(s, s->prompt_row);
		tl_termout_move(&s->to, s->prompt_row, 0);
	} else {
		tl_buf_putc(&s->to.bytes, '\r');
		tl_termout_cap(&s->to, TL_CAP_CLEAR_EOL);
	}
	tl_termout_flush(&s->to);
}

void tl_screen_notice(struct tl_screen *s, const char *text)
{
	tl_termout_pen(&s->to, &plain);
	if (!tl_screen_dumb(s))
		tl_terminfo_move(&s->to.ti, s->rows - 1, 0, &s->to.bytes);
	tl_buf_putc(&s->to.bytes, '\r');
	tl_termout_cap(&s->to, TL_CAP_CLEAR_EOL);
	tl_termout_cap(&s->to, TL_CAP_STANDOUT);
	tl_buf_puts(&s->to.bytes, text);
	tl_termout_cap(&s->to, TL_CAP_END_STANDOUT);
	tl_termout_flush(&s->to);
	tl_screen_forget(s);
}

void tl_screen_bell(struct tl_screen *s)
{
	tl_buf_putc(&s->to.bytes, '\a');
	tl_termout_flush(&s->to);
}

void tl_screen_flash(struct tl_screen *s)
{
	if (!s->to.ti.cap[TL_CAP_FLASH])
		return;
	tl_termout_cap(&s->to, TL_CAP_FLASH);
	tl_termout_flush(&s->to);
}

void tl_screen_write(struct tl_screen *s, const char *bytes, size_t n)
{
	tl_buf_append(&s->to.bytes, bytes, n);
	tl_termout_flush(&s->to);
}

/* ---- life */

static void free_rows(struct tl_screen *s)
{
	tl_grid_fini(&s->grid);
	free(s->want);
	free(s->blank);
	free(s->spared);
}

bool tl_screen_open(int fd, const struct tl_screen_opts *opts, struct tl_screen **out,
		    struct tl_err *err)
{
	struct tl_screen *s = calloc(1, sizeof(*s));

	if (!s)
		return tl_err_nomem(err);
	s->to.fd = fd;
	s->opts = *opts;
	tl_colors_init(&s->to.colors);
	tl_terminfo_read(&s->to.ti);
	tl_screen_size(s, &s->rows, &s->cols);
	if (!s->want) {
		tl_screen_close(s);
		return tl_err_nomem(err);
	}
	*out = s;
	return true;
}

void tl_screen_close(struct tl_screen *s)
{
	if (!s)
		return;
	tl_screen_stop(s);
	tl_buf_fini(&s->to.bytes);
	free_rows(s);
	free(s);
}

bool tl_screen_dumb(const struct tl_screen *s)
{
	return !s->to.ti.cap[TL_CAP_MOVE] || !s->to.ti.cap[TL_CAP_CLEAR];
}

static bool make_rows(struct tl_screen *s, unsigned rows, unsigned cols)
{
	struct tl_screen new = { .rows = rows };

	new.want = calloc(rows, sizeof(*new.want));
	new.blank = calloc(cols, sizeof(*new.blank));
	new.spared = calloc(cols, sizeof(*new.spared));
	if (!new.want || !new.blank || !new.spared || !tl_grid_init(&new.grid, rows, cols)) {
		free_rows(&new);
		return false;
	}
	for (unsigned x = 0; x < cols; x++)
		new.blank[x] = tl_cell_blank();
	free_rows(s);
	s->grid = new.grid;
	s->want = new.want;
	s->blank = new.blank;
	s->spared = new.spared;
	s->rows = rows;
	s->cols = cols;
	return true;
}

void tl_screen_size(struct tl_screen *s, unsigned *rows, unsigned *cols)
{
	s->partial = tl_termout_size(&s->to, rows, cols);
	if (*rows < 2)
		*rows = 2; /* a line of text and the prompt, wherever they end up */
	if (s->want && *rows == s->rows && *cols == s->cols)
		return;
	if (!make_rows(s, *rows, *cols)) {
		*rows = s->rows;
		*cols = s->cols;
		return;
	}
	tl_screen_forget(s);
}

/* Clicks, motion with a button down, and numbers instead of bytes: xterm's modes. */
static void switch_mouse(struct tl_screen *s, bool on)
{
	const char *seq = tl_env(on ? "LESS_TERMCAP_MOUSE_START" : "LESS_TERMCAP_MOUSE_END");

	if (!seq)
		seq =
		    on ? "\033[?1000h\033[?1002h\033[?1006h" : "\033[?1006l\033[?1002l\033[?1000l";
	tl_buf_puts(&s->to.bytes, seq);
}

/* xterm's "Bracketed Paste Mode". */
static void switch_paste(struct tl_screen *s, bool on)
{
	const char *seq =
	    tl_env(on ? "LESS_TERMCAP_BRACKETED_PASTE_START" : "LESS_TERMCAP_BRACKETED_PASTE_END");

	tl_buf_puts(&s->to.bytes, seq ? seq : on ? "\033[?2004h" : "\033[?2004l");
}

void tl_screen_set_opts(struct tl_screen *s, const struct tl_screen_opts *opts)
{
	if (s->started && s->opts.mouse != opts->mouse)
		switch_mouse(s, opts->mouse);
	if (s->started && s->opts.mark_paste != opts->mark_paste)
		switch_paste(s, opts->mark_paste);
	s->opts = *opts;
	if (s->faded && s->known == KNOWN_ALL)
		tl_screen_forget(s);
	s->faded = false;
}

void tl_screen_set_colors(struct tl_screen *s, const struct tl_colors *colors)
{
	if (memcmp(&s->to.colors, colors, sizeof(*colors)) == 0)
		return;
	s->to.colors = *colors;
	s->faded = true;
}

void tl_screen_endings(const struct tl_screen *s, struct tl_endings *out)
{
	out->standout = s->to.ti.cap[TL_CAP_END_STANDOUT];
	out->underline = s->to.ti.cap[TL_CAP_END_UNDERLINE];
	out->all = s->to.ti.cap[TL_CAP_END_ALL];
}

void tl_screen_start(struct tl_screen *s)
{
	if (s->started)
		return;
	s->started = true;
	if (!s->opts.no_init && s->to.ti.cap[TL_CAP_ENTER_SCREEN]) {
		tl_termout_cap(&s->to, TL_CAP_ENTER_SCREEN);
		s->alternate = true;
	}
	if (!s->opts.no_keypad)
		tl_termout_cap(&s->to, TL_CAP_ENTER_KEYPAD);
	if (s->opts.mouse)
		switch_mouse(s, true);
	if (s->opts.mark_paste)
		switch_paste(s, true);
	tl_screen_forget(s);
	s->low = s->alternate && !s->opts.clear_first;
}

void tl_screen_stop(struct tl_screen *s)
{
	if (!s->started)
		return;
	tl_screen_clear_prompt(s);
	if (s->opts.mark_paste)
		switch_paste(s, false);
	if (s->opts.mouse)
		switch_mouse(s, false);
	if (!s->opts.no_keypad)
		tl_termout_cap(&s->to, TL_CAP_EXIT_KEYPAD);
	if (s->alternate)
		tl_termout_cap(&s->to, TL_CAP_EXIT_SCREEN);
	tl_termout_flush(&s->to);
	s->started = s->alternate = false;
	tl_screen_forget(s);
}

bool tl_screen_started(const struct tl_screen *s)
{
	return s->started;
}

bool tl_screen_alternate(const struct tl_screen *s)
{
	return s->alternate;
}

const char *tl_screen_key(struct tl_screen *s, const char *name)
{
	return tl_terminfo_key(name);
}

bool tl_screen_dead(const struct tl_screen *s)
{
	return s->to.dead;
}
