/*
 * unread.c: -w and -W: the first line not seen before is marked after a move forward, and the
 * line that a jump by number went to, until the next command.
 */
#include "pager/commands.h"

void tl_unread_forget(struct tl_app *app)
{
	if (!app->text.view || !tl_view_has_unread(app->text.view))
		return;
	tl_view_set_unread(app->text.view, TL_NOPOS);
	tl_app_dirty(app);
}

void tl_unread_line(struct tl_app *app, uint64_t pos)
{
	if (app->opt.hilite_unread == 0 || !app->text.view)
		return;
	tl_view_set_unread(app->text.view, pos);
	app->unread_set = true;
}

/* Rows of the line that are on the screen stay as they are. */
void tl_unread_below(struct tl_app *app, bool whole_screen)
{
	struct tl_view *v = app->text.view;
	uint64_t pos = tl_view_pos(v, tl_view_rows(v));

	if (pos == TL_NOPOS || !(app->opt.hilite_unread == 2 || whole_screen))
		return;
	tl_unread_line(app, pos);
	tl_view_clip_unread(v, pos, UINT64_MAX);
}

/* Does the line that ends before pos end with CR LF?  Less takes it for an empty one. */
static bool ends_with_cr(struct tl_view *v, uint64_t pos)
{
	struct tl_span span;
	uint64_t start;

	return tl_cursor_backward(&tl_view_layout(v)->cur, pos - 1, &span, &start) == TL_FOUND &&
	       span.data[span.len - 1] == '\r';
}

void tl_unread_above(struct tl_app *app, bool whole_screen)
{
	struct tl_view *v = app->text.view;
	uint64_t top = tl_view_pos(v, 0);

	if (top == TL_NOPOS || top == 0 || ends_with_cr(v, top) ||
	    !(app->opt.hilite_unread == 2 || whole_screen))
		return;
	tl_unread_line(app, top - 1);
	if (!tl_view_has_header(v))
		tl_view_clip_unread(v, 0, top);
}
