/* optionkeys.c: - and _: options while the pager runs. */
#include "pager/commands.h"
#include "pager/optionname.h"

#include "pager/fileoptions.h"

#include <stdlib.h>
#include <string.h>

static struct {
	enum tl_opt_action action;
	const struct tl_option *opt;
	bool upper;
} changing;

/* A text made with the option's new value; if that is not possible, the old value stays. */
static bool reopen(struct tl_app *app, const char *old, bool was, struct tl_err *err)
{
	char **text = (char **)((char *)&app->opt + changing.opt->at);
	int *flag = (int *)((char *)&app->opt + changing.opt->at);

	if (tl_app_reopen(app, err))
		return true;
	if (changing.opt->kind == TL_OPT_STRING) {
		free(*text);
		*text = old ? strdup(old) : NULL;
	} else {
		*flag = was;
	}
	return false;
}

/* Change an option that decoded texts depend on. */
static bool change_and_reopen(struct tl_app *app, const char *value, char *say, size_t size,
			      struct tl_err *err)
{
	const struct tl_option *opt = changing.opt;
	const char *now = NULL;
	char *old = NULL;
	bool was = false, ok;

	if (opt->kind == TL_OPT_STRING)
		now = *(char **)((char *)&app->opt + opt->at);
	else
		was = *(int *)((char *)&app->opt + opt->at);
	old = now ? strdup(now) : NULL;
	ok = tl_option_change(&app->opt, opt, changing.upper, changing.action, value, say, size,
			      err) &&
	     reopen(app, old, was, err);
	free(old);
	return ok;
}

static void change_option(struct tl_app *app, const char *value)
{
	char say[512];
	struct tl_err err = TL_ERR_INIT;
	bool asks = changing.action == TL_OPT_ASK ||
		    (changing.action == TL_OPT_TOGGLE && tl_option_needs_value(changing.opt) &&
		     (!value || !*value));

	if (tl_fileoption_change(app, changing.opt, changing.action, value))
		return;
	if ((changing.opt->flags & TL_OPT_REOPEN) && !asks) {
		if (!change_and_reopen(app, value, say, sizeof(say), &err)) {
			tl_app_message(app, "%s", err.msg);
			return;
		}
	} else if (!tl_option_change(&app->opt, changing.opt, changing.upper, changing.action,
				     value, say, sizeof(say), &err)) {
		tl_app_message(app, "%s", err.msg);
		return;
	}
	if (changing.action != TL_OPT_ASK) {
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
	if (changing.opt->letter == 'g' && app->options_pending && app->opt.hilite == 2)
		tl_app_apply_options(app); /* hits are seen at once */
	/* What was typed needs no confirmation, but for plain numbers less gives one. */
	if (*say && (!value || !*value || changing.opt->kind == TL_OPT_NUMBER))
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
	if (changing.action == TL_OPT_TOGGLE && !tl_fileoption_may_ask(app, opt))
		return;
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
	const struct tl_option *opt = tl_option_by_name(name, strlen(name), &upper, &err);

	if (!opt) {
		tl_app_message(app, "%s", err.msg);
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

		tl_optionname_ask(app, asking ? "__" : how, option_name_done);
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
