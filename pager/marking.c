/* marking.c: m, M, ' and what they remember. */
#include "pager/commands.h"

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
	tl_unread_forget(app);
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

void tl_mark_set_top(struct tl_app *app, const struct tl_number *n)
{
	tl_app_ask_char(app, mark_top_key, "set mark: ");
}

void tl_mark_set_bottom(struct tl_app *app, const struct tl_number *n)
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

void tl_mark_clear(struct tl_app *app, const struct tl_number *n)
{
	tl_app_ask_char(app, clear_mark_key, "clear mark: ");
}

static void jump_previous(struct tl_app *app)
{
	struct tl_file *f = tl_app_file(app);

	if (!f)
		return;
	if (f->last_pos == TL_NOPOS)
		tl_move_jump(app, 0, 0, false);
	else
		tl_move_jump(app, f->last_pos, f->last_row, true);
}

static void goto_mark_key(struct tl_app *app, unsigned key)
{
	struct tl_file *f = tl_app_file(app);
	const struct tl_mark *m;

	tl_unread_forget(app);
	switch (key) {
	case '\'':
	case CTRL('X'):
		jump_previous(app);
		return;
	case '^':
		tl_move_jump(app, 0, tl_move_jump_row(app), false);
		return;
	case '$':
		tl_move_to_end(app);
		return;
	}
	if (!f || !(is_mark(key) || key == '#')) { /* #: the mouse sets it */
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
	tl_move_jump(app, m->pos, (unsigned)m->row, true);
}

void tl_mark_go(struct tl_app *app, char letter)
{
	goto_mark_key(app, (unsigned char)letter);
}

void tl_mark_set_at(struct tl_app *app, char letter, unsigned row)
{
	struct tl_file *f = tl_app_file(app);

	if (!f || row >= tl_view_rows(app->text.view) ||
	    tl_view_pos(app->text.view, row) == TL_NOPOS)
		return;
	tl_file_mark(f, letter, tl_view_pos(app->text.view, row), (int)row);
	tl_app_dirty(app);
}

void tl_mark_go_to(struct tl_app *app, const struct tl_number *n)
{
	tl_app_ask_char(app, goto_mark_key, "goto mark: ");
}
