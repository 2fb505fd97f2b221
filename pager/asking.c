/* asking.c: a line, or one key, is asked for on the bottom line. */
#include "pager/app.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ESC "\033"

/* Keys that terminals send differently, by their termcap names. */
static const struct {
	const char *name, *otherwise;
	enum tl_edit_action action, after_esc;
} keys[] = {
	{ "kl", NULL, TL_EDIT_LEFT, TL_EDIT_WORD_LEFT },
	{ "kr", NULL, TL_EDIT_RIGHT, TL_EDIT_WORD_RIGHT },
	{ "ku", NULL, TL_EDIT_UP, TL_EDIT_NOTHING },
	{ "kd", NULL, TL_EDIT_DOWN, TL_EDIT_NOTHING },
	{ "kh", NULL, TL_EDIT_HOME, TL_EDIT_NOTHING },
	{ "@7", NULL, TL_EDIT_END, TL_EDIT_NOTHING },
	{ "kI", NULL, TL_EDIT_INSERT, TL_EDIT_NOTHING },
	{ "kD", "\177", TL_EDIT_DELETE, TL_EDIT_WORD_DELETE },
	{ "kB", NULL, TL_EDIT_COMPLETE_BACK, TL_EDIT_NOTHING },
};

static void bind_terminals_keys(struct tl_app *app)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *sent = tl_screen_key(app->screen, keys[i].name);
		char after_esc[TL_EDIT_KEYS_MAX + 1];

		if (!sent || !*sent)
			sent = keys[i].otherwise;
		if (!sent)
			continue;
		tl_lineedit_bind(&app->line, sent, strlen(sent), keys[i].action);
		if (keys[i].after_esc == TL_EDIT_NOTHING)
			continue;
		snprintf(after_esc, sizeof(after_esc), ESC "%s", sent);
		tl_lineedit_bind(&app->line, after_esc, strlen(after_esc), keys[i].after_esc);
	}
}

void tl_app_load_history(struct tl_app *app)
{
	struct tl_histfile *h = &app->histfile;

	app->find.history.unique = app->command_history.unique = app->opt.no_histdups;
	h->search = &app->find.history;
	h->shell = &app->command_history;
	h->marks = &app->marks;
	tl_histfile_load(h);
}

void tl_app_save_history(struct tl_app *app)
{
	if (app->histfile.loaded || (app->opt.save_marks && app->marks.changed)) {
		tl_app_load_history(app);
		tl_histfile_save(&app->histfile, app->opt.save_marks);
	}
}

void tl_app_autosave(struct tl_app *app, char action)
{
	const char *actions = app->opt.autosave ? app->opt.autosave : "";

	if (strchr(actions, action) || strchr(actions, '*'))
		tl_app_save_history(app);
}

void tl_app_ask(struct tl_app *app, const char *prompt, struct tl_history *history,
		void (*done)(struct tl_app *app, const char *text))
{
	if (app->line.nbindings == 0)
		bind_terminals_keys(app);
	if (history == &app->find.history || history == &app->command_history)
		tl_app_load_history(app);
	app->mode = TL_MODE_LINE;
	app->line_done = done;
	app->line_key = NULL;
	app->line_changed = app->line_cancelled = NULL;
	tl_lineedit_start(&app->line, prompt, history, app->charset);
	tl_app_dirty(app);
}

void tl_app_ask_char(struct tl_app *app, void (*done)(struct tl_app *app, unsigned key),
		     const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(app->char_prompt, sizeof(app->char_prompt), fmt, ap);
	va_end(ap);
	app->mode = TL_MODE_CHAR;
	app->char_done = done;
	tl_app_dirty(app);
}

void tl_app_line_cancel(struct tl_app *app)
{
	app->mode = TL_MODE_COMMAND;
	if (app->line_cancelled)
		app->line_cancelled(app);
	tl_app_show_messages(app);
}

/* Names of files are remembered when the files could be opened. */
void tl_app_line_end(struct tl_app *app)
{
	struct tl_history *history = app->line.history;

	app->mode = TL_MODE_COMMAND;
	app->target_gone = true;
	if (history && history != &app->file_history)
		tl_history_add(history, tl_lineedit_text(&app->line));
	if (history == &app->find.history)
		tl_app_autosave(app, '/');
	else if (history == &app->command_history)
		tl_app_autosave(app, '!');
	app->line_done(app, tl_lineedit_text(&app->line));
	tl_app_show_messages(app);
}

void tl_app_line_key(struct tl_app *app, unsigned key)
{
	tl_app_dirty(app);
	if (key == TL_KEY_END_COMMAND)
		key = '\r';
	app->line.cols = app->cols;
	if (app->line_key && app->line_key(app, key))
		return;
	switch (tl_lineedit_key(&app->line, key, app->tty.erase, app->tty.kill)) {
	case TL_EDIT_CANCEL:
		tl_app_line_cancel(app);
		return;
	case TL_EDIT_DONE:
		tl_app_line_end(app);
		return;
	case TL_EDIT_BAD:
		tl_app_bell(app);
		break;
	case TL_EDIT_MORE:
		break;
	}
	if (app->line_changed)
		app->line_changed(app);
}
