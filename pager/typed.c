/* typed.c: see typed.h. */
#include "pager/typed.h"

#include "pager/editkeys.h"
#include "pager/mouse.h"
#include "pager/paste.h"
#include "pager/reopening.h"
#include "pager/signals.h"

/* A changed option shows when the prompt does: not before a command is over that was begun instead
 * of reading the message. */
static void prompt_shown(struct tl_app *app)
{
	if (!tl_app_at_prompt(app))
		return;
	if (app->options_pending)
		tl_app_apply_options(app);
	if (app->opt.hilite_target)
		tl_app_show_target(app);
}

/* True: the key is a command as well. */
static bool message_key(struct tl_app *app, struct tl_key key)
{
	tl_app_drop_message(app);
	if (key.code == '\r' || key.code == '\n' || key.code == ' ' ||
	    key.code == TL_KEY_END_COMMAND)
		return false;
	tl_tty_unget(&app->tty, key);
	return true;
}

/* The first screen of an empty text leaves the terminal as it was; any other one shows that there is
 * nothing. */
static void show_nothing(struct tl_app *app)
{
	struct tl_view *v = app->text.view;

	if (v && app->mode == TL_MODE_COMMAND && tl_app_at_prompt(app) && tl_view_squished(v) &&
	    tl_view_pos(v, 0) == TL_NOPOS)
		tl_view_refresh(v);
}

static void act(struct tl_app *app, struct tl_key key)
{
	bool plain = key.code < TL_KEY_END_COMMAND && key.code & TL_KEY_PLAIN;

	app->drawn_ms = 0; /* what it does is shown at once */
	if (plain)
		key.code &= (uint16_t)~TL_KEY_PLAIN;
	if (tl_mouse_reading()) {
		tl_mouse_key(app, key.code);
		return;
	}
	if (tl_paste_takes(app, key.code))
		return;
	switch (app->mode) {
	case TL_MODE_MESSAGE:
		if (message_key(app, key))
			return;
		break;
	case TL_MODE_LINE:
		if (plain || !tl_editkeys_take(app, key.code))
			tl_app_line_key(app, key.code);
		break;
	case TL_MODE_CHAR:
		if (key.code == TL_KEY_END_COMMAND)
			break;
		app->mode = TL_MODE_COMMAND;
		tl_app_dirty(app);
		app->char_done(app, key.code);
		tl_app_show_messages(app);
		break;
	case TL_MODE_FOLLOW:
		tl_follow_key(app, key.code);
		break;
	case TL_MODE_COMMAND:
		tl_command_key(app, key.code);
		break;
	}
	prompt_shown(app);
}

/* n and N during a search want the hit after the one being searched. */
static bool only_repeats(const struct tl_app *app)
{
	if (app->op.kind != TL_OP_SEARCH)
		return false;
	for (unsigned i = 0; i < app->tty.n; i++) {
		uint16_t key = app->tty.queue[(app->tty.head + i) % app->tty.cap].code;

		if (key != 'n' && key != 'N')
			return false;
	}
	return true;
}

/* Another option, while the text is made anew: it is made with all of them then. */
static bool is_next_option(const struct tl_app *app)
{
	return app->op.kind == TL_OP_REOPEN && app->nkeys == 0 && app->number_text[0] == '\0' &&
	       app->tty.queue[app->tty.head].code == '-';
}

bool tl_typed_may_act(struct tl_app *app)
{
	struct tl_key last;

	if (app->tty.n == 0)
		return false;
	if (app->mode == TL_MODE_MESSAGE) /* it waits for the user, not for +cmd */
		return tl_tty_any_typed(&app->tty);
	if (app->op.kind == TL_OP_NONE || app->mode != TL_MODE_COMMAND || is_next_option(app))
		return true;
	last = app->tty.queue[(app->tty.head + app->tty.n - 1) % app->tty.cap];
	return app->op.shown_ms != 0 && last.burst > app->op.burst && !only_repeats(app);
}

static bool next_key(struct tl_app *app, struct tl_key *key)
{
	return app->mode == TL_MODE_MESSAGE ? tl_tty_next_typed(&app->tty, key)
					    : tl_tty_next(&app->tty, key);
}

void tl_typed_act(struct tl_app *app)
{
	struct tl_key key;

	while (!app->quit && !tl_signals.interrupt && tl_typed_may_act(app) &&
	       next_key(app, &key)) {
		bool undrawn = app->dirty && !app->first_draw && app->op.kind == TL_OP_NONE;

		act(app, key);
		show_nothing(app);
		if (app->quit && undrawn && app->text.view) /* what stays on a main screen */
			tl_app_draw(app);
		if (app->op.kind != TL_OP_NONE && app->text.view && tl_move_step(app))
			app->op.kind = TL_OP_NONE;
		tl_reopening_step(app);
	}
}
