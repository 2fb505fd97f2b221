/* filekeys.c: :e, :n, :p, :x, :d and =. */
#include "pager/commands.h"

#include "pager/filesource.h"
#include "pager/names.h"
#include "pager/secure.h"
#include "pager/shell.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void go_to_file(struct tl_app *app, size_t i, int step, const char *which, uint64_t nth)
{
	if (app->text.help)
		tl_app_leave_help(app);
	if (i < app->files.n && tl_app_open_near(app, i, step))
		return;
	if (i < app->files.n)
		return; /* the message says why */
	if (nth > 1)
		tl_app_message(app, "No (N-th) %s file", which);
	else
		tl_app_message(app, "No %s file", which);
}

void tl_files_next(struct tl_app *app, const struct tl_number *n)
{
	size_t next = tl_app_file(app) || app->under.src ? app->files.current + 1 : 0;
	uint64_t by = tl_number_or(n, 1);

	if (app->files.current + 1 >= app->files.n && tl_options_quit_at_eof(&app->opt) &&
	    !app->text.help && tl_app_at_end(app)) {
		tl_app_quit(app, TL_EXIT_OK);
		return;
	}
	go_to_file(app, next + (size_t)by - 1, 1, "next", by);
}

void tl_files_previous(struct tl_app *app, const struct tl_number *n)
{
	if (app->text.help && app->under.src) { /* the help came after the file */
		tl_app_leave_help(app);
		return;
	}
	uint64_t by = tl_number_or(n, 1);
	size_t i = by > app->files.current ? app->files.n : app->files.current - (size_t)by;

	go_to_file(app, i, -1, "previous", by);
}

void tl_files_nth(struct tl_app *app, const struct tl_number *n)
{
	uint64_t i = tl_number_or(n, 1);

	if (i > app->files.n)
		tl_app_message(app, "No such file");
	else
		go_to_file(app, (size_t)i - 1, 1, "such", 1);
}

/* Where is the file in the list?  Opening others can take some out.  n: nowhere. */
static size_t index_of(const struct tl_filelist *fl, const struct tl_file *file)
{
	size_t i = 0;

	while (i < fl->n && fl->files[i] != file)
		i++;
	return i;
}

void tl_files_remove(struct tl_app *app, const struct tl_number *n)
{
	size_t gone = app->files.current;
	const struct tl_file *file;

	if (app->files.n < 2 || app->text.help || gone >= app->files.n) {
		tl_app_bell(app);
		return;
	}
	file = app->files.files[gone];
	if (!(gone > 0 && tl_app_open_near(app, gone - 1, -1)) &&
	    !tl_app_open_near(app, index_of(&app->files, file) + 1, 1))
		return;
	gone = index_of(&app->files, file);
	if (gone == app->files.n ||
	    gone == app->files.current) /* something is asked or said first */
		return;
	tl_marks_forget_file(&app->marks, app->files.files[gone]->name);
	tl_filelist_remove(&app->files, gone);
	if (app->files.current > gone)
		app->files.current--;
}

/* ---- :e */

/* The place of a file in the list; a new one comes at `at`.  files.n: out of memory. */
static size_t list_file(struct tl_app *app, const char *name, size_t at)
{
	size_t i = tl_filelist_find(&app->files, name);

	if (i < app->files.n)
		return i;
	return tl_filelist_add(&app->files, name, at) ? at : app->files.n;
}

static size_t behind_current(const struct tl_app *app)
{
	return app->files.current < app->files.n ? app->files.current + 1 : app->files.n;
}

bool tl_files_open_name(struct tl_app *app, const char *name)
{
	size_t i = list_file(app, name, behind_current(app));

	return i < app->files.n && tl_app_open(app, i);
}

/* Names that were typed: where the next new one goes, and the first that can be opened. */
struct examined {
	struct tl_app *app;
	size_t at, first, last;
	bool several;
};

/* A file that cannot be opened is told of, and is not listed. */
static void examine_name(void *arg, const char *name)
{
	struct examined *ex = arg;
	struct tl_app *app = ex->app;
	struct tl_err err = TL_ERR_INIT;
	size_t i;

	if (!tl_filesource_may_open(app, name, &err)) {
		tl_app_message(app, "%s", err.msg);
		app->new_file = true;
		app->name_shown = false;
		return;
	}
	i = list_file(app, name, ex->at);
	ex->at += i == ex->at;
	ex->last = i;
	if (ex->first == SIZE_MAX)
		ex->first = i;
	else if (i != ex->first)
		ex->several = true;
}

/* Names, with wildcards and quotes, separated by blanks; a name with a blank in it is found as it is
 * if there is one. */
static void examine_names(struct tl_app *app, const char *text)
{
	struct examined ex = { app, behind_current(app), SIZE_MAX, SIZE_MAX, false };
	struct tl_buf names = TL_BUF_INIT, word = TL_BUF_INIT;
	const char *list;

	if (strchr(text, ' ') && access(text, F_OK) == 0) {
		examine_name(&ex, text);
	} else if (tl_shell_expand(app, text, &names)) {
		list = tl_buf_str(&names);
		for (; tl_names_next(&list, app->opt.quotes, &word); word.len = 0)
			tl_names_glob(tl_buf_str(&word), examine_name, &ex);
	}
	tl_buf_fini(&names);
	tl_buf_fini(&word);
	if (ex.first >= app->files.n)
		return;
	if (ex.several) { /* as if each had been opened, and then the first one */
		for (size_t i = ex.first; i < ex.at; i++)
			tl_app_remember_name(app, app->files.files[i]->name);
		if (app->files.current < app->files.n)
			tl_app_remember_name(app, app->files.files[app->files.current]->name);
	}
	if (!ex.several || ex.first != app->files.current) {
		tl_app_open(app, ex.first);
		return;
	}
	app->files.previous = ex.last;
	app->new_file = true;
	app->name_shown = false;
}

static void examine_done(struct tl_app *app, const char *text)
{
	text += strspn(text, " ");
	if (app->text.help)
		tl_app_leave_help(app);
	if (*text == '\0') /* the current one again */
		tl_app_refresh_text(app, true);
	else
		examine_names(app, text);
}

void tl_files_examine(struct tl_app *app, const struct tl_number *n)
{
	if (!tl_secure_allows(TL_SECURE_EXAMINE)) {
		tl_app_message(app, "Command not available");
		return;
	}
	tl_app_ask(app, "Examine: ", &app->file_history, examine_done);
	app->line.completer = &tl_complete_files;
}

void tl_files_info(struct tl_app *app, const struct tl_number *n)
{
	if (app->text.help)
		return;
	tl_app_count_lines(app, app->opt.numbers != 0);
	tl_app_message_proto(app, TL_PROMPT_EQUALS);
}
