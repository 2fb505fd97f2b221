/* messages.c: what is said on the bottom line until a key is typed; one after another. */
#include "pager/app.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Messages do not break into what the user is typing. */
void tl_app_show_messages(struct tl_app *app)
{
	if (app->nmessages > 0 && app->mode == TL_MODE_COMMAND)
		app->mode = TL_MODE_MESSAGE;
	tl_app_dirty(app);
}

static void add_message(struct tl_app *app, const char *text)
{
	char **more = realloc(app->messages, (app->nmessages + 1) * sizeof(*more));

	if (!more)
		return;
	app->messages = more;
	more[app->nmessages] = strdup(text);
	if (more[app->nmessages])
		app->nmessages++;
	if (app->text.view && tl_view_squished(app->text.view)) {
		if (app->options_pending)
			tl_app_apply_options(app);
		tl_view_refresh(app->text.view);
	}
	tl_app_show_messages(app);
}

void tl_app_message(struct tl_app *app, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add_message(app, text);
}

void tl_app_message_proto(struct tl_app *app, int kind)
{
	if (app->nmessages == 0)
		app->message_is_proto = true;
	add_message(app, tl_prompt_proto(&app->opt, kind, tl_app_prompt_text(app)));
}

void tl_app_drop_message(struct tl_app *app)
{
	free(app->messages[0]);
	app->nmessages--;
	memmove(app->messages, app->messages + 1, app->nmessages * sizeof(*app->messages));
	app->message_is_proto = false;
	if (app->nmessages == 0)
		app->mode = TL_MODE_COMMAND;
	tl_app_prompt_read(app);
	if (app->nmessages == 0 && app->after_message) {
		void (*next)(struct tl_app * app) = app->after_message;

		app->after_message = NULL;
		next(app);
	}
	if (app->nmessages == 0 && app->go_on.next != SIZE_MAX) {
		size_t next = app->go_on.next;

		app->go_on.next = SIZE_MAX;
		tl_app_open_near(app, next, app->go_on.step);
	}
	tl_app_dirty(app);
}

void tl_app_print_messages(struct tl_app *app)
{
	for (size_t i = 0; i < app->nmessages; i++)
		fprintf(stderr, "%s\n", app->messages[i]);
}
