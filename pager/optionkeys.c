/* optionkeys.c: - and _: options while the pager runs. */
#include "pager/commands.h"
#include "pager/header.h"
#include "pager/optionname.h"
#include "pager/reopening.h"

#include "pager/fileoptions.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
	enum tl_opt_action action;
	const struct tl_option *opt;
	bool upper;
	bool target_gone; /* what it was when the name began */
} changing;

/* Change an option that decoded texts depend on: one is made with its new value; if that is not possible, the old
 * value stays. */
static bool change_and_reopen(struct tl_app *app, const char *value, char *say, size_t size,
			      struct tl_err *err)
{
	struct tl_option_was was;

	if (!tl_option_keep(&app->opt, changing.opt, &was))
		return tl_err_nomem(err);
	if (!tl_option_change(&app->opt, changing.opt, changing.upper, changing.action, value, say,
			      size, err)) {
		tl_option_was_fini(&was);
		return false;
	}
	if (tl_option_is_as(&app->opt, &was)) {
		tl_option_was_fini(&was);
		return true;
	}
	if (tl_reopening_begin(app, &was, err))
		return true;
	tl_option_put_back(&app->opt, &was);
	return false;
}

/* The error, and what less tells after it: how the option is now. */
static void tell_error(struct tl_app *app, const struct tl_err *err, const char *say)
{
	tl_app_message(app, "%s", err->msg);
	if (*say)
		tl_app_message(app, "%s", say);
}

static void take_effect(struct tl_app *app)
{
	tl_screen_set_colors(app->screen, &app->opt.colors); /* of the message, too */
	if (changing.opt->flags & TL_OPT_SEARCH)
		tl_find_recompile(app);
	if (changing.opt->letter == 'g')
		tl_find_hilite_changed(app);
	if (changing.opt->flags & TL_OPT_REPAINT) {
		app->jumped = true;
		app->options_pending = true;
	}
	if (app->opt.numbers != 0)
		tl_app_count_lines(app, false);
}

/* --no-search-headers and the like: less shows hits again behind the message. */
static bool is_of_header(const struct tl_option *opt)
{
	return opt->at == offsetof(struct tl_options, no_search_headers);
}

static void change_option(struct tl_app *app, const char *value)
{
	char say[512] = "";
	struct tl_err err = TL_ERR_INIT;
	bool own = changing.opt->flags & TL_OPT_OWN;
	bool at_once = changing.opt->flags & TL_OPT_AT_ONCE && changing.action != TL_OPT_ASK;
	bool asks = changing.action == TL_OPT_ASK ||
		    (changing.action == TL_OPT_TOGGLE && tl_option_needs_value(changing.opt) &&
		     (!value || !*value));

	if (tl_fileoption_change(app, changing.opt, changing.action, value))
		return;
	if (changing.opt->kind == TL_OPT_DO && changing.opt->initial == 'V') {
		tl_app_message(app, "%s", tl_app_version(app));
		return;
	}
	if (at_once && !app->find.hilite_off) /* what was changed before comes to light */
		tl_app_show_options(app, false);
	if (changing.opt->parse == tl_header_parse)
		tl_header_look(app);
	if ((changing.opt->flags & TL_OPT_REOPEN) && !asks) {
		if (!change_and_reopen(app, value, say, sizeof(say), &err)) {
			tl_app_message(app, "%s", err.msg);
			return;
		}
	} else if (!tl_option_change(&app->opt, changing.opt, changing.upper, changing.action,
				     value, say, sizeof(say), &err)) {
		tell_error(app, &err, own ? "" : say);
		return;
	}
	if (changing.action != TL_OPT_ASK)
		take_effect(app);
	if (at_once && app->opt.hilite == 2) {
		app->find.hilite_off = false;
		tl_app_show_options(app, !is_of_header(changing.opt));
	}
	/* What was typed needs no confirmation, but less gives one. */
	if (*say && !(own && value && *value && changing.opt->kind == TL_OPT_STRING))
		tl_app_message(app, "%s", say);
	else if (app->options_pending)
		tl_app_apply_options(app);
}

static void option_value_done(struct tl_app *app, const char *value)
{
	tl_unread_forget(app);
	change_option(app, value);
}

static void take_option(struct tl_app *app, const struct tl_option *opt, bool upper)
{
	bool squished;

	changing.opt = opt;
	changing.upper = upper;
	if (tl_option_needs_value(opt) && changing.action == TL_OPT_TOGGLE &&
	    !(opt->flags & TL_OPT_FIXED)) {
		tl_app_ask(app, opt->says[0] ? opt->says[0] : "Value: ", NULL, option_value_done);
		return;
	}
	/* A short text is painted anew with the message: without the mark. */
	squished = app->text.view && tl_view_squished(app->text.view);
	change_option(app, NULL);
	if (opt->at == offsetof(struct tl_options, hilite_target)) {
		app->target_gone = squished;
		tl_app_show_target(app);
	}
}

/* ---- names and letters */

static void option_name_done(struct tl_app *app, const char *name)
{
	enum tl_opt_found how;
	bool upper = false;
	const struct tl_option *opt = tl_option_by_name(name, strlen(name), &upper, &how);

	app->target_gone = changing.target_gone; /* there is no command before the value */
	if (opt)
		take_option(app, opt, upper);
	else
		tl_app_message(app, "There is no --%s option", name);
}

/* -- is followed by + or !: the same as -+ and -! followed by -. */
static bool other_action(struct tl_app *app, unsigned key);

static void ask_name(struct tl_app *app)
{
	static const char *const prompts[] = {
		[TL_OPT_TOGGLE] = "--",
		[TL_OPT_RESET] = "--+",
		[TL_OPT_UNSET] = "--!",
		[TL_OPT_ASK] = "__",
	};

	changing.target_gone = app->target_gone;
	tl_optionname_ask(app, prompts[changing.action], option_name_done, other_action);
}

static bool other_action(struct tl_app *app, unsigned key)
{
	if (key == '-' || key == '_')
		return true;
	if (changing.action == TL_OPT_ASK || (key != '+' && key != '!'))
		return false;
	changing.action = key == '+' ? TL_OPT_RESET : TL_OPT_UNSET;
	ask_name(app);
	return true;
}

/* As less writes a key in a message. */
static const char *key_text(unsigned key, char *out, size_t size)
{
	if (key == 0x1b)
		snprintf(out, size, "ESC");
	else if (key < 0x20 || key == 0x7f)
		snprintf(out, size, "^%c", (int)key ^ 0x40);
	else if (key < 0x7f)
		snprintf(out, size, "%c", (int)key);
	else
		snprintf(out, size, "<%X>", key & 0xff);
	return out;
}

static void option_key(struct tl_app *app, unsigned key)
{
	bool asking = changing.action == TL_OPT_ASK, upper = false;
	const struct tl_option *opt;
	char text[8];

	if (key == (asking ? '_' : '-')) {
		ask_name(app);
		return;
	}
	if (!asking && (key == '+' || key == '!')) {
		changing.action = key == '+' ? TL_OPT_RESET : TL_OPT_UNSET;
		tl_app_ask_char(app, option_key, "-%c", (int)key);
		return;
	}
	if ((!asking && (key == '\r' || key == '\n')) || (int)key == app->tty.erase ||
	    (int)key == app->tty.kill || key == '\b')
		return;
	if (key == '\r')
		key = '\n';
	opt = key > 0 && key < 0x80 ? tl_option_by_letter((char)key, &upper) : NULL;
	if (opt && changing.action == TL_OPT_TOGGLE && !tl_fileoption_may_ask(app, opt))
		return;
	if (opt)
		take_option(app, opt, upper);
	else
		tl_app_message(app, "There is no -%s option", key_text(key, text, sizeof(text)));
}

void tl_optionkey_toggle(struct tl_app *app, const struct tl_number *n)
{
	changing.action = TL_OPT_TOGGLE;
	tl_app_ask_char(app, option_key, "-");
}

void tl_optionkey_show(struct tl_app *app, const struct tl_number *n)
{
	changing.action = TL_OPT_ASK;
	tl_app_ask_char(app, option_key, "_");
}
