/*
 * beginning.c: what is said and asked before the screen is up.  As in less, the terminal is not
 * touched yet: messages stand where the shell's output does, and one key of a line that the
 * terminal edits is the answer.
 */
#include "pager/app.h"

#include "pager/signals.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void say(const char *text)
{
	if (write(STDOUT_FILENO, text, strlen(text)) < 0) {
		/* Nobody reads it; the first frame will find out. */
	}
}

static bool say_messages(struct tl_app *app)
{
	bool any = app->nmessages > 0;

	for (size_t i = 0; i < app->nmessages; i++) {
		say(app->messages[i]);
		say("\n");
		free(app->messages[i]);
	}
	app->nmessages = 0;
	return any;
}

/* The first byte of what is typed; ^C counts as RETURN.  False: there will be none. */
static bool read_key(struct tl_app *app, unsigned *key)
{
	struct pollfd p[2] = { { app->tty.fd, POLLIN, 0 }, { tl_signals.wake, POLLIN, 0 } };
	unsigned char c;

	*key = '\n';
	while (!tl_app_interrupted() && !tl_app_ending()) {
		if (p[1].revents)
			tl_signals_awake();
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return false;
		if (!p[0].revents)
			continue;
		if (read(app->tty.fd, &c, 1) != 1)
			return false;
		*key = c;
		return true;
	}
	return true;
}

static bool ask_return(struct tl_app *app)
{
	unsigned key;

	say("Press RETURN to continue ");
	if (!read_key(app, &key))
		return false;
	say("\n");
	if (key != '\r' && key != '\n' && key != ' ')
		tl_tty_unget(&app->tty, (struct tl_key){ (uint16_t)key, 0 });
	return true;
}

static bool ask_char(struct tl_app *app)
{
	unsigned key;

	say(app->char_prompt);
	if (!read_key(app, &key))
		return false;
	say("\n");
	app->mode = TL_MODE_COMMAND;
	app->char_done(app, key);
	return true;
}

void tl_app_begin_talk(struct tl_app *app)
{
	bool ok = true, said = false;

	while (ok && !app->quit && app->mode == TL_MODE_CHAR) {
		said |= say_messages(app);
		ok = ask_char(app);
	}
	if (ok && !app->quit) {
		said |= say_messages(app);
		ok = !said || ask_return(app);
	}
	if (app->mode == TL_MODE_MESSAGE)
		app->mode = TL_MODE_COMMAND;
	if (!ok)
		tl_app_quit(app, TL_EXIT_ERROR);
}
