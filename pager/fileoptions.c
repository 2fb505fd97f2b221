/* fileoptions.c: see fileoptions.h. */
#include "pager/fileoptions.h"

#include "pager/logfile.h"
#include "pager/secure.h"
#include "pager/tagkeys.h"

bool tl_fileoption_may_ask(struct tl_app *app, const struct tl_option *opt)
{
	if (opt->letter == 'o')
		return tl_log_possible(app);
	return true;
}

static void change_log(struct tl_app *app, const char *value, bool force)
{
	if (!tl_secure_allows(TL_SECURE_LOGFILE))
		tl_app_message(app, "log file support is not available");
	else if (value && *value)
		tl_log_start(app, value, force);
	else
		tl_log_tell(app);
}

bool tl_fileoption_change(struct tl_app *app, const struct tl_option *opt,
			  enum tl_opt_action action, const char *value)
{
	switch (opt->letter) {
	case 'o':
	case 'O':
		change_log(app, action == TL_OPT_TOGGLE ? value : NULL, opt->letter == 'O');
		return true;
	case 't':
		if (action != TL_OPT_TOGGLE)
			return false;
		if (value && *value)
			tl_tag_examine(app, value);
		return true;
	}
	return false;
}
