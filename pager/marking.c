/* marking.c: m, M, ESC-m and ': setting marks and going to them. */
#include "pager/commands.h"

#include <ctype.h>
#include <string.h>

/* What was typed before the command whose letter is asked for. */
static struct tl_number number;
static bool bottom;

/* Keys that give the command up. */
static bool gives_up(const struct tl_app *app, unsigned key)
{
	return key == '\r' || key == '\n' || (int)key == app->tty.erase ||
	       (int)key == app->tty.kill;
}

/* The mark of a letter; NULL: it has none, and a message says so. */
static struct tl_mark *find(struct tl_app *app, unsigned key)
{
	char shown[TL_BINARY_MAX + 1] = { 0 };
	struct tl_char c;
	uint8_t byte = (uint8_t)key;

	if ((key < 0x80 && isalpha((int)key)) || key == TL_MARK_MOUSE)
		return tl_marks_of(&app->marks, key);
	c = tl_char_at(&byte, 1, app->charset);
	if (c.kind == TL_CHAR_PRINT)
		shown[0] = (char)key;
	else
		shown[tl_char_show(&c, shown)] = '\0';
	tl_app_message(app, "Invalid mark letter %s", shown);
	return NULL;
}

/* The screen is painted anew once a mark's letter was typed, whatever became of it. */
static void repaint(struct tl_app *app)
{
	tl_view_refresh(app->text.view);
	app->jumped = true;
	tl_app_dirty(app);
}

/* Marks of earlier runs are known from now on. */
static void load_marks(struct tl_app *app)
{
	struct tl_file *f = tl_app_file(app);

	tl_app_load_history(app);
	if (f)
		tl_marks_adopt(&app->marks, f->name);
}

/* ---- setting */

/* Where the mark goes: the line that was named, or the first or last row with text. */
static bool place(struct tl_app *app, uint64_t *pos, unsigned *row)
{
	struct tl_view *v = app->text.view;

	if (number.given && number.n > 0) {
		tl_app_count_lines(app, true);
		*row = bottom ? app->rows - 2 : 0;
		if (tl_lineindex_find(app->text.lines, number.n - 1, pos) == TL_FOUND)
			return true;
		tl_app_message(app, "Cannot find line number %llu", (unsigned long long)number.n);
		return false;
	}
	*pos = tl_app_first_row(app, row);
	if (bottom)
		for (*row = tl_view_rows(v) - 1, *pos = tl_view_pos(v, *row);
		     *pos == TL_NOPOS && *row > 0; *pos = tl_view_pos(v, *row))
			--*row;
	if (*pos == TL_NOPOS)
		tl_app_bell(app);
	return *pos != TL_NOPOS;
}

static void set_key(struct tl_app *app, unsigned key)
{
	struct tl_file *f = tl_app_file(app);
	uint64_t pos;
	unsigned row;

	if (!f || gives_up(app, key))
		return;
	tl_unread_forget(app);
	repaint(app);
	if (!find(app, key) || !place(app, &pos, &row))
		return;
	tl_marks_set(&app->marks, key, f->name, pos, row);
	tl_time_mark_set(app, (char)key);
	if (app->opt.save_marks)
		tl_app_autosave(app, 'm');
}

static void ask_set(struct tl_app *app, const struct tl_number *n, bool at_bottom)
{
	if (app->text.help)
		return;
	number = *n;
	bottom = at_bottom;
	tl_app_ask_char(app, set_key, "set mark: ");
}

void tl_mark_set_top(struct tl_app *app, const struct tl_number *n)
{
	ask_set(app, n, false);
}

void tl_mark_set_bottom(struct tl_app *app, const struct tl_number *n)
{
	ask_set(app, n, true);
}

static void clear_key(struct tl_app *app, unsigned key)
{
	struct tl_mark *m;

	if (gives_up(app, key))
		return;
	tl_unread_forget(app);
	repaint(app);
	if (!(m = find(app, key)))
		return;
	if (!m->file) {
		tl_app_bell(app);
		return;
	}
	tl_marks_set(&app->marks, key, "", TL_NOPOS, 0);
	if (app->opt.save_marks)
		tl_app_autosave(app, 'm');
}

void tl_mark_clear(struct tl_app *app, const struct tl_number *n)
{
	load_marks(app);
	tl_app_ask_char(app, clear_key, "clear mark: ");
}

/* ---- going there */

/* Make the mark's file the current one; a file that is not in the list is put at its end. */
static bool open_file_of(struct tl_app *app, const struct tl_mark *m)
{
	struct tl_file *f = tl_app_file(app);
	size_t i = 0;

	if (app->text.help) {
		tl_app_leave_help(app);
		f = tl_app_file(app);
	}
	if (f && tl_mark_is_in(m, f->name))
		return true;
	while (i < app->files.n && strcmp(app->files.files[i]->name, m->file) != 0)
		i++;
	if (i == app->files.n && !tl_filelist_add(&app->files, m->file, i))
		return false;
	return tl_app_open(app, i) && app->files.current == i;
}

static void go_to(struct tl_app *app, const struct tl_mark *mark)
{
	struct tl_mark m = *mark; /* opening its file changes the last one */
	unsigned row = m.row;

	if (!open_file_of(app, &m))
		return;
	if (number.given && number.n > 0)
		row = number.n < app->rows ? (unsigned)number.n - 1 : app->rows - 2;
	if (row > app->rows - 2)
		row = app->rows - 2;
	tl_move_jump(app, m.pos, row, true);
}

static void go_to_last(struct tl_app *app)
{
	struct tl_mark *last = tl_marks_of(&app->marks, TL_MARK_LAST);
	struct tl_file *f = tl_app_file(app);

	if (!last->file && f)
		tl_marks_set(&app->marks, TL_MARK_LAST, f->name, 0, tl_move_jump_row(app));
	if (last->file)
		go_to(app, last);
}

static void go_key(struct tl_app *app, unsigned key)
{
	struct tl_mark *m;
	unsigned row;

	tl_unread_forget(app);
	if (gives_up(app, key))
		return;
	switch (key) {
	case TL_MARK_LAST:
		go_to_last(app);
		return;
	case '^':
		tl_move_jump(app, 0, 0, false);
		return;
	case '$':
		tl_move_to_end(app, true);
		return;
	case '.': /* one is there */
		repaint(app);
		if (tl_app_first_row(app, &row) == TL_NOPOS)
			tl_app_message(app, "Cannot seek to that file position");
		return;
	}
	m = find(app, key);
	if (m && !m->file)
		tl_app_message(app, "Mark not set");
	else if (m)
		go_to(app, m);
}

void tl_mark_go(struct tl_app *app, char letter)
{
	number.given = false;
	go_key(app, (unsigned char)letter);
}

void tl_mark_set_at(struct tl_app *app, char letter, unsigned row)
{
	struct tl_file *f = tl_app_file(app);

	if (!f || row >= tl_view_rows(app->text.view) ||
	    tl_view_pos(app->text.view, row) == TL_NOPOS)
		return;
	tl_marks_set(&app->marks, (unsigned char)letter, f->name, tl_view_pos(app->text.view, row),
		     row);
	tl_app_dirty(app);
}

void tl_mark_go_to(struct tl_app *app, const struct tl_number *n)
{
	number = *n;
	load_marks(app);
	tl_app_ask_char(app, go_key, "goto mark: ");
}
