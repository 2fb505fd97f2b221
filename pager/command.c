/* command.c: the table of commands, keys to commands, and the commands that move. */
#include "pager/app.h"

#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- moving by rows */

static void moved_rows(struct tl_app *app, uint64_t n)
{
	if (n > app->rows)
		app->jumped = true;
	app->scrolled += (unsigned)(n > app->rows ? app->rows : n);
	app->new_file = false;
	tl_app_dirty(app);
}

static void broken(struct tl_app *app)
{
	const struct tl_err *err = tl_view_error(app->text.view);

	if (err->msg[0]) /* empty: the user said ^C */
		tl_app_message(app, "%s", err->msg);
}

/* -e, -E: going on at the end means the next file, or out. */
static bool leave_at_end(struct tl_app *app)
{
	if (app->opt.quit_at_eof == 0 || app->text.help || !tl_view_at_end(app->text.view))
		return false;
	if (!tl_app_open_near(app, app->files.current + 1, 1))
		tl_app_quit(app, TL_EXIT_OK);
	return true;
}

static void edge(struct tl_app *app)
{
	if (app->opt.quiet == 0)
		tl_app_bell(app);
}

/* Rows moved at a time: between such steps keys and ^C are seen to. */
#define STRIDE 2000

/* Move by at most a stride.  *left counts down; TL_MOVED with *left > 0: there is more. */
static enum tl_moved stride(struct tl_app *app, bool back, bool force, uint64_t *left)
{
	uint64_t n = *left < STRIDE ? *left : STRIDE, rest;
	enum tl_moved moved = back ? tl_view_backward(app->text.view, n, force, &rest)
				   : tl_view_forward(app->text.view, n, force, &rest);

	*left -= n - rest;
	if (back) {
		app->jumped = true;
		app->new_file = false;
		tl_app_dirty(app);
	} else {
		moved_rows(app, n - rest);
	}
	if (moved == TL_BROKEN)
		broken(app);
	return moved;
}

static void move_rows(struct tl_app *app, bool back, uint64_t n, bool force)
{
	uint64_t left = n;
	enum tl_moved moved = stride(app, back, force, &left);

	if (moved == TL_AT_EDGE && left == n)
		edge(app);
	if ((moved == TL_MOVED && left > 0) || moved == TL_LATER) {
		tl_app_begin(app, back ? TL_OP_BACKWARD : TL_OP_FORWARD, left, force);
		app->op.busy = moved == TL_MOVED;
	}
}

void tl_command_forward(struct tl_app *app, uint64_t n, bool force)
{
	if (!leave_at_end(app))
		move_rows(app, false, n, force || app->opt.past_eof);
}

void tl_command_backward(struct tl_app *app, uint64_t n, bool force)
{
	move_rows(app, true, n, force);
}

static uint64_t count_or(const struct tl_number *n, uint64_t otherwise)
{
	return n->given && n->n > 0 ? n->n : otherwise;
}

static uint64_t window(const struct tl_app *app)
{
	int w = app->opt.window;

	if (w <= 0)
		w += (int)app->rows;
	return w > 0 ? (uint64_t)w : 1;
}

static void forward_line(struct tl_app *app, const struct tl_number *n)
{
	tl_command_forward(app, count_or(n, 1), false);
}

static void backward_line(struct tl_app *app, const struct tl_number *n)
{
	tl_command_backward(app, count_or(n, 1), false);
}

static void forward_line_force(struct tl_app *app, const struct tl_number *n)
{
	tl_command_forward(app, count_or(n, 1), true);
}

static void backward_line_force(struct tl_app *app, const struct tl_number *n)
{
	tl_command_backward(app, count_or(n, 1), true);
}

static void forward_window(struct tl_app *app, const struct tl_number *n)
{
	tl_command_forward(app, count_or(n, window(app)), false);
}

static void backward_window(struct tl_app *app, const struct tl_number *n)
{
	tl_command_backward(app, count_or(n, window(app)), false);
}

static void forward_window_force(struct tl_app *app, const struct tl_number *n)
{
	tl_command_forward(app, count_or(n, window(app)), true);
}

static void forward_window_set(struct tl_app *app, const struct tl_number *n)
{
	if (n->given && n->n > 0 && n->n < 1000000)
		app->opt.window = (int)n->n;
	forward_window(app, n);
}

static void backward_window_set(struct tl_app *app, const struct tl_number *n)
{
	if (n->given && n->n > 0 && n->n < 1000000)
		app->opt.window = (int)n->n;
	backward_window(app, n);
}

static uint64_t half(struct tl_app *app, const struct tl_number *n)
{
	if (n->given && n->n > 0 && n->n < 1000000)
		app->half_window = (unsigned)n->n;
	if (app->half_window)
		return app->half_window;
	return app->rows > 3 ? app->rows / 2 : 1;
}

static void forward_half(struct tl_app *app, const struct tl_number *n)
{
	tl_command_forward(app, half(app, n), false);
}

static void backward_half(struct tl_app *app, const struct tl_number *n)
{
	tl_command_backward(app, half(app, n), false);
}

/* ESC-j, ESC-k: by lines of the text, however many rows they take. */
static void forward_file_line(struct tl_app *app, const struct tl_number *n)
{
	uint64_t pos = tl_view_pos(app->text.view, 0), next;

	for (uint64_t i = count_or(n, 1); i > 0 && pos != TL_NOPOS; i--) {
		if (tl_view_next_line(app->text.view, pos, &next) != TL_FOUND)
			break;
		pos = next;
	}
	if (pos != TL_NOPOS)
		tl_view_jump(app->text.view, pos, 0, true);
	tl_app_dirty(app);
}

static void backward_file_line(struct tl_app *app, const struct tl_number *n)
{
	uint64_t pos = tl_view_pos(app->text.view, 0), prev;

	for (uint64_t i = count_or(n, 1); i > 0 && pos != TL_NOPOS; i--) {
		if (tl_view_prev_line(app->text.view, pos, &prev) != TL_FOUND)
			break;
		pos = prev;
	}
	if (pos != TL_NOPOS)
		tl_view_jump(app->text.view, pos, 0, true);
	tl_app_dirty(app);
}

/* ---- jumping */

unsigned tl_command_jump_row(const struct tl_app *app)
{
	const struct tl_where *w = &app->opt.jump;
	int row = w->is_fraction ? (int)(w->fraction * app->rows) : w->row;

	if (row < 0)
		row += (int)app->rows;
	row = row > 0 ? row - 1 : 0;
	return (unsigned)row > app->rows - 2 ? app->rows - 2 : (unsigned)row;
}

static void jump(struct tl_app *app, uint64_t pos, unsigned row, bool exact)
{
	tl_app_set_last_mark(app);
	if (tl_view_jump(app->text.view, pos, row, exact) == TL_BROKEN)
		broken(app);
	app->jumped = true;
	app->new_file = false;
	tl_app_dirty(app);
}

void tl_command_jump(struct tl_app *app, uint64_t pos)
{
	jump(app, pos, tl_command_jump_row(app), false);
}

void tl_command_goto_line(struct tl_app *app, uint64_t line)
{
	if (line == 0) {
		jump(app, 0, tl_command_jump_row(app), false);
		return;
	}
	tl_app_count_lines(app, true);
	tl_app_begin(app, TL_OP_LINE, line, false);
}

static void show_end(struct tl_app *app)
{
	tl_app_set_last_mark(app);
	if (tl_view_end(app->text.view) == TL_BROKEN)
		broken(app);
	app->jumped = true;
	app->new_file = false;
	tl_app_dirty(app);
}

void tl_command_goto_end(struct tl_app *app)
{
	struct tl_extent ext;

	if (strcmp(tl_source_kind(app->text.src), "file") == 0)
		tl_app_refresh_text(app);
	tl_source_want(app->text.src, UINT64_MAX);
	tl_source_extent(app->text.src, &ext);
	if (ext.complete && !app->text.filter)
		show_end(app);
	else
		tl_app_begin(app, TL_OP_END, 0, false);
}

static void goto_beginning(struct tl_app *app, const struct tl_number *n)
{
	tl_command_goto_line(app, n->given && n->n > 0 ? n->n - 1 : 0);
}

static void goto_end(struct tl_app *app, const struct tl_number *n)
{
	if (n->given && n->n > 0)
		tl_command_goto_line(app, n->n - 1);
	else
		tl_command_goto_end(app);
}

/* ESC-G: the end of what a pipe has brought so far. */
static void goto_end_buffered(struct tl_app *app, const struct tl_number *n)
{
	if (n->given && n->n > 0)
		tl_command_goto_line(app, n->n - 1);
	else
		show_end(app);
}

static void goto_percent(struct tl_app *app, const struct tl_number *n)
{
	struct tl_extent ext;
	double f = ((double)n->n + n->fraction) / 100;
	uint64_t pos, end;

	tl_source_extent(app->text.src, &ext);
	if (!ext.complete) {
		tl_app_message(app, "Don't know length of file");
		return;
	}
	end = tl_source_end(app->text.src);
	pos = tl_source_at(app->text.src, f > 1 ? 1 : f);
	if (pos >= end && end > 0)
		pos = end - 1;
	tl_command_jump(app, pos);
}

static void goto_offset(struct tl_app *app, const struct tl_number *n)
{
	uint64_t end = tl_source_end(app->text.src);

	if (n->n > end) {
		tl_app_message(app, "Cannot seek to that file position");
		return;
	}
	tl_command_jump(app, n->n);
}

/* ---- shifting */

static void shift_by(struct tl_app *app, const struct tl_number *n, bool right)
{
	uint64_t by = app->cols / 2;

	if (n->given && n->n > 0 && n->n < 1000000)
		app->opt.shift = (int)n->n, app->opt.shift_fraction = 0;
	if (app->opt.shift > 0)
		by = (uint64_t)app->opt.shift;
	else if (app->opt.shift_fraction > 0)
		by = (uint64_t)(app->opt.shift_fraction * app->cols);
	if (right)
		app->hshift += by;
	else
		app->hshift = app->hshift > by ? app->hshift - by : 0;
	app->jumped = true;
	tl_app_apply_options(app);
}

static void shift_right(struct tl_app *app, const struct tl_number *n)
{
	shift_by(app, n, true);
}

static void shift_left(struct tl_app *app, const struct tl_number *n)
{
	shift_by(app, n, false);
}

static void shift_home(struct tl_app *app, const struct tl_number *n)
{
	app->hshift = 0;
	app->jumped = true;
	tl_app_apply_options(app);
}

static void shift_end(struct tl_app *app, const struct tl_number *n)
{
	uint64_t width = tl_view_widest(app->text.view);

	app->hshift = width > app->cols ? width - app->cols : 0;
	app->jumped = true;
	tl_app_apply_options(app);
}

/* ---- marks */

static bool is_mark(unsigned key)
{
	return (key >= 'a' && key <= 'z') || (key >= 'A' && key <= 'Z');
}

static void set_mark(struct tl_app *app, unsigned key, bool bottom)
{
	struct tl_file *f = tl_app_file(app);
	struct tl_view *v = app->text.view;
	int row = bottom ? (int)tl_view_rows(v) - 1 : 0;

	if (!is_mark(key) || !f) {
		tl_app_bell(app);
		return;
	}
	while (bottom ? row > 0 && tl_view_pos(v, (unsigned)row) == TL_NOPOS
		      : row + 1 < (int)tl_view_rows(v) && tl_view_pos(v, (unsigned)row) == TL_NOPOS)
		row += bottom ? -1 : 1;
	tl_file_mark(f, (char)key, tl_view_pos(v, (unsigned)row), row);
	if (app->opt.status_column)
		tl_app_dirty(app);
}

static void mark_top_key(struct tl_app *app, unsigned key)
{
	set_mark(app, key, false);
}

static void mark_bottom_key(struct tl_app *app, unsigned key)
{
	set_mark(app, key, true);
}

static void mark_top(struct tl_app *app, const struct tl_number *n)
{
	tl_app_ask_char(app, mark_top_key, "set mark: ");
}

static void mark_bottom(struct tl_app *app, const struct tl_number *n)
{
	tl_app_ask_char(app, mark_bottom_key, "set mark: ");
}

static void clear_mark_key(struct tl_app *app, unsigned key)
{
	struct tl_file *f = tl_app_file(app);

	if (!f || !tl_file_find_mark(f, (char)key)) {
		tl_app_bell(app);
		return;
	}
	tl_file_mark(f, (char)key, TL_NOPOS, 0);
	tl_app_dirty(app);
}

static void clear_mark(struct tl_app *app, const struct tl_number *n)
{
	tl_app_ask_char(app, clear_mark_key, "clear mark: ");
}

static void jump_previous(struct tl_app *app)
{
	struct tl_file *f = tl_app_file(app);

	if (!f)
		return;
	if (f->last_pos == TL_NOPOS)
		jump(app, 0, 0, false);
	else
		jump(app, f->last_pos, f->last_row, true);
}

static void goto_mark_key(struct tl_app *app, unsigned key)
{
	struct tl_file *f = tl_app_file(app);
	const struct tl_mark *m;

	switch (key) {
	case '\'':
	case CTRL('X'):
		jump_previous(app);
		return;
	case '^':
		jump(app, 0, tl_command_jump_row(app), false);
		return;
	case '$':
		tl_command_goto_end(app);
		return;
	}
	if (!f || !is_mark(key)) {
		tl_app_message(app, "Choose a letter between 'a' and 'z'");
		return;
	}
	m = tl_file_find_mark(f, (char)key);
	for (size_t i = 0; !m && i < app->files.n; i++) {
		m = tl_file_find_mark(app->files.files[i], (char)key);
		if (m && !tl_app_open(app, i))
			return;
	}
	if (!m) {
		tl_app_message(app, "Mark not set");
		return;
	}
	jump(app, m->pos, m->row > 0 ? (unsigned)m->row : tl_command_jump_row(app), true);
}

static void goto_mark(struct tl_app *app, const struct tl_number *n)
{
	tl_app_ask_char(app, goto_mark_key, "goto mark: ");
}

/* ---- files */

static void go_to_file(struct tl_app *app, size_t i, int step, const char *which, uint64_t nth)
{
	if (app->text.help)
		tl_app_leave_help(app);
	if (i < app->files.n && tl_app_open_near(app, i, step))
		return;
	if (i < app->files.n)
		return; /* the message says why */
	if (nth > 1)
		tl_app_message(app, "No (N-th) %s file", which);
	else
		tl_app_message(app, "No %s file", which);
}

static void next_file(struct tl_app *app, const struct tl_number *n)
{
	uint64_t by = count_or(n, 1);

	if (app->files.current + 1 >= app->files.n && app->opt.quit_at_eof && !app->text.help) {
		tl_app_quit(app, TL_EXIT_OK);
		return;
	}
	go_to_file(app, app->files.current + (size_t)by, 1, "next", by);
}

static void previous_file(struct tl_app *app, const struct tl_number *n)
{
	uint64_t by = count_or(n, 1);
	size_t i = by > app->files.current ? app->files.n : app->files.current - (size_t)by;

	go_to_file(app, i, -1, "previous", by);
}

static void index_file(struct tl_app *app, const struct tl_number *n)
{
	uint64_t i = count_or(n, 1);

	if (i > app->files.n)
		tl_app_message(app, "No such file");
	else
		go_to_file(app, (size_t)i - 1, 1, "such", 1);
}

static void remove_file(struct tl_app *app, const struct tl_number *n)
{
	size_t gone = app->files.current;

	if (app->files.n < 2 || app->text.help) {
		tl_app_bell(app);
		return;
	}
	if (!tl_app_open_near(app, gone + 1, 1) &&
	    !(gone > 0 && tl_app_open_near(app, gone - 1, -1)))
		return;
	tl_filelist_remove(&app->files, gone);
	if (app->files.current > gone)
		app->files.current--;
}

/* The place of a name in the list; a new one comes after the current file. */
static size_t list_file(struct tl_app *app, const char *name, size_t at)
{
	for (size_t i = 0; i < app->files.n; i++)
		if (!strcmp(app->files.files[i]->name, name))
			return i;
	return tl_filelist_add(&app->files, name, at) ? at : app->files.n;
}

/* Names, with wildcards, separated by blanks; a name with a blank in it is found as it is. */
static void examine_names(struct tl_app *app, const char *text)
{
	size_t at = app->files.current < app->files.n ? app->files.current + 1 : app->files.n;
	size_t first = SIZE_MAX, before = app->files.n;
	char *words = strdup(text), *save = NULL;
	bool one = access(text, F_OK) == 0;

	for (char *w = one ? words : strtok_r(words, " ", &save); w;
	     w = one ? NULL : strtok_r(NULL, " ", &save)) {
		glob_t g;

		if (one || glob(w, GLOB_NOCHECK | GLOB_TILDE, NULL, &g) != 0) {
			size_t i = list_file(app, w, at);

			at += i == at;
			first = first == SIZE_MAX ? i : first;
			continue;
		}
		for (size_t k = 0; k < g.gl_pathc; k++) {
			size_t i = list_file(app, g.gl_pathv[k], at);

			at += i == at;
			first = first == SIZE_MAX ? i : first;
		}
		globfree(&g);
	}
	free(words);
	if (first < app->files.n && !tl_app_open(app, first) && app->files.n == before + 1)
		tl_filelist_remove(&app->files, first); /* a new name that is not there */
}

static void examine_done(struct tl_app *app, const char *name)
{
	name += strspn(name, " ");
	if (app->text.help)
		tl_app_leave_help(app);
	if (*name == '\0') { /* the current one again */
		tl_app_refresh_text(app);
		return;
	}
	tl_history_add(&app->file_history, name);
	if (!strcmp(name, "#") && app->files.previous < app->files.n)
		go_to_file(app, app->files.previous, 1, "previous", 1);
	else
		examine_names(app, name);
}

static void examine(struct tl_app *app, const struct tl_number *n)
{
	if (tl_app_secure()) {
		tl_app_message(app, "Command not available");
		return;
	}
	tl_app_ask(app, "Examine: ", &app->file_history, examine_done);
	app->line.complete_files = true;
}

static void file_info(struct tl_app *app, const struct tl_number *n)
{
	tl_app_count_lines(app, app->opt.numbers != 0);
	tl_app_message_proto(app, TL_PROMPT_EQUALS);
}

/* ---- options */

static struct {
	enum tl_opt_action action;
	const struct tl_option *opt;
	bool upper;
} changing;

static void change_option(struct tl_app *app, const char *value)
{
	char say[512];
	struct tl_err err = TL_ERR_INIT;

	if (!tl_option_change(&app->opt, changing.opt, changing.upper, changing.action, value, say,
			      sizeof(say), &err)) {
		tl_app_message(app, "%s", err.msg);
		return;
	}
	if (changing.action != TL_OPT_ASK) {
		if (changing.opt->flags & TL_OPT_SEARCH)
			tl_find_recompile(app);
		if (changing.opt->flags & TL_OPT_REPAINT) {
			app->jumped = true;
			app->options_pending = true;
		}
		if (app->opt.numbers != 0)
			tl_app_count_lines(app, false);
	}
	if (*say)
		tl_app_message(app, "%s", say);
	else if (app->options_pending)
		tl_app_apply_options(app);
}

static void option_value_done(struct tl_app *app, const char *value)
{
	change_option(app, value);
}

static void take_option(struct tl_app *app, const struct tl_option *opt, bool upper)
{
	changing.opt = opt;
	changing.upper = upper;
	if (tl_option_needs_value(opt) && changing.action == TL_OPT_TOGGLE &&
	    !(opt->flags & TL_OPT_FIXED))
		tl_app_ask(app, opt->says[0] ? opt->says[0] : "Value: ", NULL, option_value_done);
	else
		change_option(app, NULL);
}

static void option_name_done(struct tl_app *app, const char *name)
{
	struct tl_err err = TL_ERR_INIT;
	bool upper = false;
	size_t len = strcspn(name, "=");
	const struct tl_option *opt = tl_option_by_name(name, len, &upper, &err);

	if (!opt) {
		tl_app_message(app, "%s", err.msg);
		return;
	}
	if (name[len] == '=' && changing.action == TL_OPT_TOGGLE) {
		changing.opt = opt;
		changing.upper = upper;
		change_option(app, name + len + 1);
		return;
	}
	take_option(app, opt, upper);
}

static void option_key(struct tl_app *app, unsigned key)
{
	bool asking = changing.action == TL_OPT_ASK, upper = false;
	const struct tl_option *opt;

	if (key == (asking ? '_' : '-')) {
		const char *how = changing.action == TL_OPT_RESET   ? "--+"
				  : changing.action == TL_OPT_UNSET ? "--!"
								    : "--";

		tl_app_ask(app, asking ? "__" : how, NULL, option_name_done);
		return;
	}
	if (!asking && (key == '+' || key == '!')) {
		changing.action = key == '+' ? TL_OPT_RESET : TL_OPT_UNSET;
		tl_app_ask_char(app, option_key, "-%c", (int)key);
		return;
	}
	if (key == '\r' || key == '\n' || (int)key == app->tty.erase || key == '\b')
		return;
	opt = key < 0x80 ? tl_option_by_letter((char)key, &upper) : NULL;
	if (!opt) {
		if (key >= 0x20 && key < 0x7f)
			tl_app_message(app, "There is no -%c option", (int)key);
		else
			tl_app_message(app, "There is no such option");
		return;
	}
	take_option(app, opt, upper);
}

static void toggle_option(struct tl_app *app, const struct tl_number *n)
{
	changing.action = TL_OPT_TOGGLE;
	tl_app_ask_char(app, option_key, "-");
}

static void ask_option(struct tl_app *app, const struct tl_number *n)
{
	changing.action = TL_OPT_ASK;
	tl_app_ask_char(app, option_key, "_");
}

/* ---- the rest */

static void repaint(struct tl_app *app, const struct tl_number *n)
{
	tl_screen_forget(app->screen);
	tl_view_refresh(app->text.view);
	app->jumped = true;
	tl_app_dirty(app);
}

static void reload(struct tl_app *app, const struct tl_number *n)
{
	tl_tty_flush(&app->tty);
	tl_app_refresh_text(app);
	repaint(app, n);
}

static void follow(struct tl_app *app, const struct tl_number *n)
{
	if (app->text.help) {
		tl_app_bell(app);
		return;
	}
	tl_source_want(app->text.src, UINT64_MAX);
	tl_app_refresh_text(app);
	show_end(app);
	app->text.lost = TL_SAME;
	app->mode = TL_MODE_FOLLOW;
}

static void help(struct tl_app *app, const struct tl_number *n)
{
	tl_app_show_help(app);
}

static void version(struct tl_app *app, const struct tl_number *n)
{
	tl_app_message(app, "tless %s", TL_VERSION);
}

static void quit(struct tl_app *app, const struct tl_number *n)
{
	if (app->text.help)
		tl_app_leave_help(app);
	else
		tl_app_quit(app, TL_EXIT_OK);
}

/* clang-format off */
static const struct tl_command table[] = {
	{ "h H", "help", help, "Display this help.", false },
	{ "q Q :q :Q ZZ", "quit", quit, "Exit (from help: back to the file).", false },
	{ "", "MOVING", NULL, NULL, false },
	{ "j e ^E ^N CR DownArrow", "forward-line", forward_line, "Forward one line (or N lines).", true },
	{ "k y ^Y ^K ^P UpArrow", "backward-line", backward_line, "Backward one line (or N lines).", true },
	{ "f ^F ^V SPACE PageDown", "forward-window", forward_window, "Forward one window (or N lines).", true },
	{ "b ^B ESC-v PageUp", "backward-window", backward_window, "Backward one window (or N lines).", true },
	{ "z", "forward-window-set", forward_window_set, "Forward one window (and set the window to N).", true },
	{ "w", "backward-window-set", backward_window_set, "Backward one window (and set the window to N).", true },
	{ "ESC-SPACE", "forward-window-force", forward_window_force, "Forward one window, past the end too.", true },
	{ "d ^D", "forward-half", forward_half, "Forward one half-window (and set it to N).", true },
	{ "u ^U", "backward-half", backward_half, "Backward one half-window (and set it to N).", true },
	{ "J", "forward-line-force", forward_line_force, "Forward one line, past the end too.", true },
	{ "K Y", "backward-line-force", backward_line_force, "Backward one line, past the beginning too.", true },
	{ "ESC-j", "forward-file-line", forward_file_line, "Forward one line of the file (or N), however long.", true },
	{ "ESC-k", "backward-file-line", backward_file_line, "Backward one line of the file (or N).", true },
	{ "ESC-) RightArrow", "shift-right", shift_right, "Right half a screen (or N columns).", true },
	{ "ESC-( LeftArrow", "shift-left", shift_left, "Left half a screen (or N columns).", true },
	{ "ESC-} ^RightArrow", "shift-end", shift_end, "Right to the end of the longest line shown.", true },
	{ "ESC-{ ^LeftArrow", "shift-home", shift_home, "Left to the first column.", true },
	{ "F", "follow", follow, "Show the end and wait for more, like \"tail -f\"; ^C ends it.", false },
	{ "r ^R ^L", "repaint", repaint, "Repaint the screen.", false },
	{ "R", "reload", reload, "Repaint, look at the file anew, drop typed keys.", false },
	{ "", "JUMPING", NULL, NULL, false },
	{ "g < ESC-< Home", "goto-line", goto_beginning, "To the first line (or line N).", true },
	{ "G > ESC-> End", "goto-end", goto_end, "To the last line (or line N).", true },
	{ "ESC-G", "goto-end-buffered", goto_end_buffered, "To the end of what a pipe has brought so far.", true },
	{ "p %", "goto-percent", goto_percent, "To the beginning (or N percent into the file).", true },
	{ "P", "goto-offset", goto_offset, "To the line with byte N.", true },
	{ "m", "mark", mark_top, "m<letter> marks the top line.", false },
	{ "M", "mark-bottom", mark_bottom, "M<letter> marks the bottom line.", false },
	{ "' ^X^X", "goto-mark", goto_mark, "'<letter> returns to a mark, '' to where one was; '^ beginning, '$ end.", false },
	{ "ESC-m", "clear-mark", clear_mark, "ESC-m<letter> forgets a mark.", false },
	{ "", "SEARCHING", NULL, NULL, false },
	{ "/", "search-forward", tl_find_forward, "/pattern finds the next (N-th) matching line.", false },
	{ "?", "search-backward", tl_find_backward, "?pattern finds the previous (N-th) matching line.", false },
	{ "n", "search-again", tl_find_again, "Repeat the search (for the N-th hit).", false },
	{ "N", "search-reverse", tl_find_reverse, "Repeat it in the other direction.", false },
	{ "ESC-n", "search-again-files", tl_find_again_files, "Repeat it, on into the next files.", false },
	{ "ESC-N", "search-reverse-files", tl_find_reverse_files, "Likewise in the other direction.", false },
	{ "ESC-u", "toggle-highlight", tl_find_toggle_hilite, "Turn the highlighting of hits off or on.", false },
	{ "ESC-U", "clear-search", tl_find_clear, "Forget the search pattern.", false },
	{ "&", "filter", tl_find_filter, "&pattern shows only matching lines; again: fewer; & alone: all.", false },
	{ "", "FILES", NULL, NULL, false },
	{ ":e ^X^V", "examine", examine, "Examine a file; # is the previous one.", false },
	{ ":n", "next-file", next_file, "The (N-th) next file of the command line.", false },
	{ ":p", "previous-file", previous_file, "The (N-th) previous file.", false },
	{ ":x", "first-file", index_file, "The first (N-th) file.", false },
	{ ":d", "remove-file", remove_file, "Take the current file off the list.", false },
	{ "= ^G :f", "file-info", file_info, "Name of the file, and where one is in it.", false },
	{ "", "MISCELLANEOUS", NULL, NULL, false },
	{ "-", "toggle-option", toggle_option, "-<letter> changes an option, --<name> by its name; -+ resets it.", false },
	{ "_", "show-option", ask_option, "_<letter> or __<name> says how an option is set.", false },
	{ "!", "shell", tl_shell_command, "!command runs it with $SHELL; % is the file, # the previous one.", false },
	{ "|", "pipe", tl_shell_pipe, "|<mark>command pipes the text between here and the mark to it.", false },
	{ "s", "save", tl_shell_save, "s file saves the text.", false },
	{ "v", "edit", tl_shell_edit, "Edit the file with $VISUAL or $EDITOR.", false },
	{ "V", "version", version, "Print the version.", false },
	{ NULL, NULL, NULL, NULL, false },
};
/* clang-format on */

const struct tl_command *tl_command_table(void)
{
	return table;
}

/* ---- keys */

/* Named keys and the bytes terminals send; those terminfo gives come on top. */
static const struct {
	const char *name, *termcap, *bytes[3];
} named[] = {
	{ "SPACE", NULL, { " " } },
	{ "CR", NULL, { "\r", "\n" } },
	{ "UpArrow", "ku", { "\033[A", "\033OA" } },
	{ "DownArrow", "kd", { "\033[B", "\033OB" } },
	{ "RightArrow", "kr", { "\033[C", "\033OC" } },
	{ "LeftArrow", "kl", { "\033[D", "\033OD" } },
	{ "^RightArrow", NULL, { "\033[1;5C", "\033Oc", "\033\033[C" } },
	{ "^LeftArrow", NULL, { "\033[1;5D", "\033Od", "\033\033[D" } },
	{ "PageUp", "kP", { "\033[5~" } },
	{ "PageDown", "kN", { "\033[6~" } },
	{ "Home", "kh", { "\033[H", "\033OH", "\033[1~" } },
	{ "End", "@7", { "\033[F", "\033OF", "\033[4~" } },
};

/* Write the bytes of a key sequence like "ESC-v", ":n", "^X^V"; returns the length. */
static size_t plain_bytes(const char *token, size_t len, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len;) {
		if (len - i > 4 && !strncmp(token + i, "ESC-", 4)) {
			out[n++] = '\033';
			i += 4;
			if (len - i == 5 && !strncmp(token + i, "SPACE", 5)) {
				out[n++] = ' ';
				i += 5;
			}
		} else if (token[i] == '^' && i + 1 < len) {
			out[n++] = (char)CTRL(token[i + 1]);
			i += 2;
		} else {
			out[n++] = token[i++];
		}
	}
	return n;
}

enum fit { FIT_NOT, FIT_PREFIX, FIT_WHOLE };

static enum fit fit_bytes(const char *bytes, size_t len, const struct tl_app *app)
{
	if (app->nkeys > len || memcmp(bytes, app->keys, app->nkeys) != 0)
		return FIT_NOT;
	return app->nkeys == len ? FIT_WHOLE : FIT_PREFIX;
}

static enum fit better(enum fit a, enum fit b)
{
	return a > b ? a : b;
}

static enum fit fit_token(struct tl_app *app, const char *token, size_t len)
{
	char bytes[32];
	enum fit fit = FIT_NOT;

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		const char *sent;

		if (strlen(named[i].name) != len || strncmp(named[i].name, token, len) != 0)
			continue;
		for (int k = 0; k < 3 && named[i].bytes[k]; k++)
			fit = better(fit,
				     fit_bytes(named[i].bytes[k], strlen(named[i].bytes[k]), app));
		sent = named[i].termcap ? tl_screen_key(app->screen, named[i].termcap) : NULL;
		if (sent)
			fit = better(fit, fit_bytes(sent, strlen(sent), app));
		return fit;
	}
	if (len >= sizeof(bytes))
		return FIT_NOT;
	return fit_bytes(bytes, plain_bytes(token, len, bytes), app);
}

/* The command whose keys are what was typed; *more when it could become one. */
static const struct tl_command *find_command(struct tl_app *app, bool *more)
{
	*more = false;
	for (const struct tl_command *c = table; c->keys; c++)
		for (const char *p = c->keys; *p;) {
			size_t len = strcspn(p, " ");
			enum fit fit = len ? fit_token(app, p, len) : FIT_NOT;

			if (fit == FIT_WHOLE)
				return c;
			if (fit == FIT_PREFIX)
				*more = true;
			p += len;
			p += strspn(p, " ");
		}
	return NULL;
}

static void read_number(struct tl_app *app, struct tl_number *n)
{
	char *point = strchr(app->number_text, '.');

	memset(n, 0, sizeof(*n));
	n->given = app->number_text[0] != '\0';
	n->n = strtoull(app->number_text, NULL, 10);
	n->has_fraction = point && point[1];
	if (n->has_fraction)
		n->fraction = strtod(point, NULL);
}

static bool number_key(struct tl_app *app, unsigned key)
{
	size_t len = strlen(app->number_text);

	if (app->nkeys > 0)
		return false;
	if ((key >= '0' && key <= '9') || (key == '.' && !strchr(app->number_text, '.'))) {
		if (key == '0' && len == 0)
			app->number_text[0] = '\0';
		if (len + 1 < sizeof(app->number_text)) {
			app->number_text[len] = (char)key;
			app->number_text[len + 1] = '\0';
		}
		return true;
	}
	if (len > 0 && ((int)key == app->tty.erase || key == '\b' || key == 0x7f)) {
		app->number_text[len - 1] = '\0';
		return true;
	}
	if (len > 0 && ((int)key == app->tty.kill)) {
		app->number_text[0] = '\0';
		return true;
	}
	return false;
}

static void run(struct tl_app *app, const struct tl_command *c)
{
	struct tl_number n;

	read_number(app, &n);
	app->number_text[0] = '\0';
	app->nkeys = 0;
	tl_app_dirty(app);
	if (app->op.kind == TL_OP_SEARCH && c->moves)
		app->op.moved = true; /* the search goes on, and says where it found something */
	else
		tl_app_end_op(app);
	if (app->text.view && tl_view_empty(app->text.view))
		tl_view_start(app->text.view, !app->opt.clear_first);
	c->run(app, &n);
}

void tl_command_key(struct tl_app *app, unsigned key)
{
	const struct tl_command *c;
	struct tl_number n;
	bool more;

	if (key == TL_KEY_END_COMMAND) { /* +123 */
		read_number(app, &n);
		app->nkeys = 0;
		app->number_text[0] = '\0';
		if (n.given)
			tl_command_goto_line(app, n.n > 0 ? n.n - 1 : 0);
		tl_app_dirty(app);
		return;
	}
	if (number_key(app, key)) {
		tl_app_dirty(app);
		return;
	}
	if (app->nkeys < sizeof(app->keys))
		app->keys[app->nkeys++] = (unsigned char)key;
	c = find_command(app, &more);
	if (c) {
		run(app, c);
	} else if (!more) {
		app->nkeys = 0;
		app->number_text[0] = '\0';
		tl_app_bell(app);
		tl_app_dirty(app);
	} else {
		tl_app_dirty(app);
	}
}

/* ---- operations */

static bool step_line(struct tl_app *app)
{
	uint64_t pos;
	struct tl_extent ext;

	switch (tl_lineindex_find(app->text.lines, app->op.n, &pos)) {
	case TL_FOUND:
		app->op.kind = TL_OP_NONE;
		tl_command_jump(app, pos);
		return true;
	case TL_PENDING:
		tl_source_extent(app->text.src, &ext);
		if (!ext.complete)
			tl_source_want(app->text.src, ext.nchunks + 8);
		return false;
	case TL_NONE:
		tl_app_message(app, "Cannot seek to line number %" PRIu64, app->op.n + 1);
		return true;
	case TL_FAILED:
		tl_app_message(app, "Cannot read that line");
		return true;
	}
	return true;
}

static bool step_end(struct tl_app *app)
{
	struct tl_extent ext;

	tl_source_extent(app->text.src, &ext);
	if (!ext.complete)
		return false;
	tl_app_set_last_mark(app);
	if (tl_view_end(app->text.view) == TL_LATER)
		return false;
	app->jumped = true;
	app->new_file = false;
	tl_app_dirty(app);
	return true;
}

bool tl_command_step(struct tl_app *app)
{
	enum tl_moved moved;

	switch (app->op.kind) {
	case TL_OP_NONE:
		return true;
	case TL_OP_SEARCH:
		tl_find_progress(app);
		return app->op.kind == TL_OP_NONE;
	case TL_OP_LINE:
		return step_line(app);
	case TL_OP_END:
		return step_end(app);
	case TL_OP_FORWARD:
	case TL_OP_BACKWARD:
		moved = stride(app, app->op.kind == TL_OP_BACKWARD, app->op.force, &app->op.n);
		app->op.busy = moved == TL_MOVED && app->op.n > 0;
		return !app->op.busy && moved != TL_LATER;
	}
	return true;
}
