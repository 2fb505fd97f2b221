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

void tl_unread_below(struct tl_app *app, bool whole_screen)
{
	struct tl_view *v = app->text.view;

	if (app->opt.hilite_unread == 2 || whole_screen)
		tl_unread_line(app, tl_view_pos(v, tl_view_rows(v)));
}

void tl_unread_above(struct tl_app *app, bool whole_screen)
{
	uint64_t top = tl_view_pos(app->text.view, 0);

	if ((app->opt.hilite_unread == 2 || whole_screen) && top != TL_NOPOS && top > 0)
		tl_unread_line(app, top - 1);
}
