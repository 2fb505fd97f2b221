/* filekeys.c: :e, :n, :p, :x, :d and =. */
#include "pager/commands.h"

#include "pager/secure.h"

#include <glob.h>
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
	    !app->text.help && tl_view_at_end(app->text.view)) {
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

void tl_files_remove(struct tl_app *app, const struct tl_number *n)
{
	size_t gone = app->files.current;

	if (app->files.n < 2 || app->text.help) {
		tl_app_bell(app);
		return;
	}
	if (!(gone > 0 && tl_app_open_near(app, gone - 1, -1)) &&
	    !tl_app_open_near(app, gone + 1, 1))
		return;
	tl_marks_forget_file(&app->marks, app->files.files[gone]->name);
	tl_filelist_remove(&app->files, gone);
	if (app->files.current > gone)
		app->files.current--;
}

/* The place of a name in the list; a new one comes after the current file. */
static size_t list_file(struct tl_app *app, const char *name, size_t at)
{
	for (size_t i = 0; i < app->files.n; i++)
		if (!strcmp(app->files.files[i]->name, name))
			return i;
	return tl_filelist_add(&app->files, name, at) ? at : app->files.n;
}

/* Names, with wildcards, separated by blanks; a name with a blank in it is found as it is. */
static void examine_names(struct tl_app *app, const char *text)
{
	size_t at = app->files.current < app->files.n ? app->files.current + 1 : app->files.n;
	size_t first = SIZE_MAX;
	char *words = strdup(text), *save = NULL;
	bool one = access(text, F_OK) == 0;

	for (char *w = one ? words : strtok_r(words, " ", &save); w;
	     w = one ? NULL : strtok_r(NULL, " ", &save)) {
		glob_t g;

		if (one || !tl_secure_allows(TL_SECURE_GLOB) ||
		    glob(w, GLOB_NOCHECK | GLOB_TILDE, NULL, &g) != 0) {
			size_t i = list_file(app, w, at);

			at += i == at;
			first = first == SIZE_MAX ? i : first;
			continue;
		}
		for (size_t k = 0; k < g.gl_pathc; k++) {
			size_t i = list_file(app, g.gl_pathv[k], at);

			at += i == at;
			first = first == SIZE_MAX ? i : first;
		}
		globfree(&g);
	}
	free(words);
	if (first >= app->files.n)
		return;
	if (at > first + 1) { /* as if each had been opened, and then the first one */
		for (size_t i = first; i < at; i++)
			tl_app_remember_name(app, app->files.files[i]->name);
		tl_app_remember_name(app, app->files.files[app->files.current]->name);
	}
	tl_app_open(app, first);
}

static void examine_done(struct tl_app *app, const char *name)
{
	name += strspn(name, " ");
	if (app->text.help)
		tl_app_leave_help(app);
	if (*name == '\0') { /* the current one again */
		tl_app_refresh_text(app, true);
		return;
	}
	if (!strcmp(name, "#") && app->files.previous < app->files.n)
		go_to_file(app, app->files.previous, 1, "previous", 1);
	else
		examine_names(app, name);
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
