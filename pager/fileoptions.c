/* fileoptions.c: see fileoptions.h. */
#include "pager/fileoptions.h"

#include "pager/logfile.h"
#include "pager/modelines.h"
#include "pager/secure.h"
#include "pager/tagkeys.h"

#include <poll.h>

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
		if (action != TL_OPT_TOGGLE && action != TL_OPT_ASK)
			return false;
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

/* As much of a line is looked through for a modeline. */
#define MODELINE_MAX 4096

void tl_fileoption_read_modelines(struct tl_app *app)
{
	struct tl_cursor cur;
	struct tl_buf line = TL_BUF_INIT;
	uint64_t pos = 0, next;
	char value[128];
	bool upper;

	tl_cursor_init(&cur, app->text.src);
	for (int i = 0; i < app->opt.modelines && !tl_app_interrupted(); i++) {
		enum tl_lookup found;

		line.len = 0;
		found = tl_cursor_read_line(&cur, pos, MODELINE_MAX, &line, &next);
		if (found == TL_PENDING) { /* a pipe: less waits for it as well */
			poll(NULL, 0, 1);
			i--;
			continue;
		}
		if (found != TL_FOUND)
			break;
		pos = next;
		if (tl_modeline_tabs((struct tl_span){ line.data, line.len }, value, sizeof(value)))
			tl_option_by_letter('x', &upper)
			    ->parse(&app->opt, value, &(struct tl_err)TL_ERR_INIT);
	}
	tl_cursor_fini(&cur);
	tl_buf_fini(&line);
}
