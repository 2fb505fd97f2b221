/* opening.c: files become texts, one of them the one that is shown. */
#include "pager/app.h"

#include "pager/decoding.h"
#include "pager/fileoptions.h"
#include "pager/filesource.h"
#include "pager/header.h"
#include "pager/logfile.h"
#include "pager/looksbinary.h"
#include "pager/reopening.h"
#include "pager/tagkeys.h"
#include "pager/textcalls.h"
#include "pager/texttimes.h"
#include "pager/timecolumn.h"
#include "text/part.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_KEPT \
	5000 /* of files that were opened, for :e to offer; there may be no end of them */

/* ---- texts */

/* The source has changed, on some thread: jobs that wait look again, and the main loop too. */
static void on_change(void *arg)
{
	struct tl_app *app = arg;
	struct tl_msg msg = { TL_MSG_TEXT, NULL };

	tl_jobs_wake(app->jobs);
	tl_mailbox_post(app->mailbox, &msg);
}

/* Is the text closed with its source?  What a pipe brought stays. */
static bool ends_source(const struct tl_text *t, const struct tl_file *f)
{
	return !f || f->kept != t->src || t->help;
}

static void close_text(struct tl_app *app, struct tl_text *t)
{
	struct tl_file *f = tl_app_file(app);

	if (!t->src)
		return;
	if (ends_source(t, f))
		tl_source_abandon(t->src);
	if (!t->help) {
		tl_reopening_drop(app);
		tl_top_text_closes(app);
	}
	tl_view_close(t->view);
	tl_texttimes_close(t->times);
	tl_textcalls_close(t->calls);
	tl_lineindex_close(t->lines);
	if (ends_source(t, f)) {
		tl_source_close(t->src);
		if (f)
			tl_filesource_end(app, f);
	}
	free(t->part);
	memset(t, 0, sizeof(*t));
}

void tl_app_close_text(struct tl_app *app)
{
	if (app->text.src && ends_source(&app->text, tl_app_file(app)))
		tl_source_abandon(app->text.src);
	tl_app_end_op(app);
	tl_log_text_closing(app);
	tl_find_text_closing(app);
	tl_app_save_position(app);
	close_text(app, &app->text);
}

static bool make_text(struct tl_app *app, struct tl_source *src, const char *name,
		      struct tl_err *err)
{
	struct tl_text *t = &app->text;
	char *dir = tl_filesource_index_dir(app);

	memset(t, 0, sizeof(*t));
	t->src = src;
	t->name = name;
	if (!tl_lineindex_new(src, app->jobs, app->mailbox, &t->lines, err) ||
	    !tl_texttimes_open(src, t->lines, app->jobs, app->mailbox, &t->times, err) ||
	    !tl_view_open(src, t->lines, &t->view, err)) {
		tl_texttimes_close(t->times);
		tl_lineindex_close(t->lines);
		t->times = NULL;
		t->lines = NULL;
		t->src = NULL;
		free(dir);
		return false;
	}
	tl_source_on_change(src, on_change, app);
	tl_lineindex_set_dir(t->lines, dir);
	free(dir);
	return true;
}

/* ---- files */

/* The status column shows the marks of a line. */
static char mark_in(void *arg, uint64_t pos, uint64_t next)
{
	const struct tl_app *app = arg;

	for (size_t i = 0; i < TL_NMARKS; i++) {
		const struct tl_mark *m = &app->marks.marks[i];

		if (tl_marks_letter(i) != TL_MARK_LAST && m->file && m->pos >= pos &&
		    m->pos < next && tl_mark_is_in(m, app->files.files[app->files.current]->name))
			return tl_marks_letter(i);
	}
	return 0;
}

/* The text is there: show it where it was left. */
static void show_again(struct tl_app *app, struct tl_file *f)
{
	app->new_file = true;
	app->name_shown = false;
	app->hshift = 0;
	tl_header_text_opened(app);
	tl_app_apply_options(app);
	tl_view_set_status(app->text.view, mark_in, app);
	tl_timecolumn_attach(app);
	tl_source_want(app->text.src,
		       app->opt.file_size || tl_packed_is(app->text.src) ? UINT64_MAX : 1);
	tl_find_text_opened(app);
	if (f->pos != TL_NOPOS)
		tl_view_jump(app->text.view, f->pos, f->row, true);
	app->jumped = true;
	tl_app_dirty(app);
	tl_screen_forget(app->screen);
}

/* The same with a text that was opened, and run the commands of + and ++. */
static void show_text(struct tl_app *app, struct tl_file *f)
{
	bool first = !app->opened_any;

	tl_fileoption_read_modelines(app);
	show_again(app, f);
	tl_app_tell_trouble(app);
	app->opened_any = true;
	tl_log_text_opened(app);
	if (first && app->opt.tag)
		tl_tag_go_to_line(app);
	for (size_t i = 0; i < app->opt.nevery; i++)
		tl_tty_give(&app->tty, app->opt.every_commands[i], true);
	for (size_t i = 0; first && i < app->opt.nfirst; i++)
		tl_tty_give(&app->tty, app->opt.first_commands[i], true);
}

/* less forgets files that it cannot show. */
static void drop_file(struct tl_app *app, size_t i)
{
	tl_filelist_remove(&app->files, i);
	if (app->files.current > i)
		app->files.current--;
}

static void binary_answer(struct tl_app *app, unsigned key)
{
	size_t gone = app->files.current;

	if (key == 'y' || key == 'Y') {
		show_text(app, tl_app_file(app));
		return;
	}
	tl_app_close_text(app);
	app->files.current = app->files.n;
	drop_file(app, gone);
	if (!tl_app_open_near(app, gone, 1) && !tl_app_open_near(app, gone - 1, -1))
		tl_app_quit(app, TL_EXIT_ERROR);
}

void tl_app_remember_name(struct tl_app *app, const char *name)
{
	struct tl_buf quoted = TL_BUF_INIT;

	tl_complete_quote(name, &quoted);
	tl_history_add(&app->file_history, tl_buf_str(&quoted));
	tl_history_limit(&app->file_history, NAMES_KEPT);
	tl_buf_fini(&quoted);
}

static bool looks_binary(struct tl_app *app, struct tl_source *src)
{
	struct tl_span span;

	return tl_source_head(src, &span) && tl_looks_binary(span, app->charset, app->opt.raw == 2);
}

static bool is_doubtful(struct tl_app *app, const struct tl_file *f, struct tl_source *src)
{
	bool is_file = strcmp(tl_source_kind(src), "file") == 0 || tl_packed_is(src);

	/* Once is enough. */
	return is_file && !app->opt.force_open && f->pos == TL_NOPOS && looks_binary(app, src);
}

static void ask_about_binary(struct tl_app *app, const struct tl_file *f,
			     void (*answer)(struct tl_app *app, unsigned key))
{
	tl_app_ask_char(app, answer, "\"%s\" may be a binary file.  See it anyway? ", f->name);
}

static void remember_part(struct tl_app *app)
{
	app->text.part = app->opt.trace_time ? strdup(app->opt.trace_time) : NULL;
}

/* An open file becomes the text that is shown; asked: about a binary one.  Takes src. */
static bool take_source(struct tl_app *app, size_t i, struct tl_source *src, bool asked)
{
	struct tl_file *f = app->files.files[i];
	struct tl_err err = TL_ERR_INIT;

	tl_app_set_last_mark(app);
	if (app->text.src)
		tl_app_close_text(app);
	if (app->opt.status_column)
		tl_app_load_history(app); /* it shows marks */
	tl_marks_adopt(&app->marks, f->name);
	app->files.previous = app->files.current;
	app->files.current = i;
	if (!make_text(app, src, f->name, &err)) {
		tl_app_message(app, "%s", err.msg);
		if (f->kept != src)
			tl_source_close(src);
		return false;
	}
	remember_part(app);
	tl_app_remember_name(app, f->name);
	if (!asked && is_doubtful(app, f, src)) {
		tl_app_apply_options(app);
		ask_about_binary(app, f, binary_answer);
		return true;
	}
	show_text(app, f);
	return true;
}

/* A file that looks binary, while another one is still shown and the user is asked. */
static struct {
	struct tl_source *src; /* NULL: none */
	bool kept;
	size_t i;
	int step; /* to the next file if it is refused; 0: stay */
} doubtful;

static void drop_doubtful(void)
{
	if (!doubtful.kept)
		tl_source_close(doubtful.src);
	doubtful.src = NULL;
}

static void refuse_doubtful(struct tl_app *app)
{
	size_t i = doubtful.i, next = doubtful.step < 0 ? i - 1 : i;

	drop_doubtful();
	tl_filesource_end(app, app->files.files[i]);
	drop_file(app, i);
	app->new_file = true;
	app->name_shown = false;
	if (doubtful.step == 0)
		return;
	if (next < app->files.n)
		tl_app_open_near(app, next, doubtful.step);
	else
		tl_app_message(app, "No %s file", doubtful.step < 0 ? "previous" : "next");
}

static void doubtful_answer(struct tl_app *app, unsigned key)
{
	struct tl_source *src = doubtful.src;

	if (key != 'y' && key != 'Y') {
		refuse_doubtful(app);
		return;
	}
	doubtful.src = NULL;
	take_source(app, doubtful.i, src, true);
}

static bool open_file(struct tl_app *app, size_t i, int step)
{
	struct tl_file *f = app->files.files[i];
	struct tl_source *src = NULL;
	struct tl_err err = TL_ERR_INIT;

	if (i == app->files.current && app->text.src && !app->text.help)
		return true; /* it is the one that is shown */
	drop_doubtful();
	if (!tl_filesource_open(app, f, &src, &err)) {
		tl_app_message(app, "%s", err.msg);
		app->new_file = true;
		app->name_shown = false;
		drop_file(app, i);
		return false;
	}
	if (!app->text.src || !is_doubtful(app, f, src))
		return take_source(app, i, src, false);
	doubtful.src = src;
	doubtful.kept = f->kept == src;
	doubtful.i = i;
	doubtful.step = step;
	ask_about_binary(app, f, doubtful_answer);
	return true;
}

bool tl_app_open(struct tl_app *app, size_t i)
{
	return open_file(app, i, 0);
}

bool tl_app_open_near(struct tl_app *app, size_t i, int step)
{
	while (i < app->files.n) { /* going down below 0 wraps to a large number */
		if (open_file(app, i, step))
			return true;
		i = step < 0 ? i - 1 : i; /* it left the list: the next one has its place */
		if (app->text.src && i < app->files.n) {
			/* The message is read first, over the text that is there. */
			app->go_on.next = i;
			app->go_on.step = step;
			return true;
		}
	}
	return false;
}

void tl_app_end_replacements(struct tl_app *app)
{
	drop_doubtful();
	for (size_t i = 0; i < app->files.n; i++)
		tl_filesource_end(app, app->files.files[i]);
}

/* ---- the same recording, made another text */

/* Of a selection that ends before the time one was at, the end is nearest to that. */
static void show_something(struct tl_app *app)
{
	struct tl_view *v = app->text.view;

	if (tl_view_empty(v)) /* it begins at its first line */
		return;
	tl_view_refresh(v);
	for (unsigned i = 0; i < tl_view_rows(v); i++)
		if (tl_view_pos(v, i) != TL_NOPOS)
			return;
	if (!tl_view_pending(v))
		tl_view_end(v);
}

/* Is --time another one than the text was opened with? */
static bool part_changed(const struct tl_app *app)
{
	const char *now = app->opt.trace_time, *was = app->text.part;

	return now && was ? strcmp(now, was) != 0 : now != was;
}

bool tl_app_open_again(struct tl_app *app, struct tl_source **src, struct tl_err *err)
{
	struct tl_format format;
	struct tl_file *f;

	*src = NULL;
	if (app->text.help)
		tl_app_leave_help(app);
	f = tl_app_file(app);
	if (f && f->kept && part_changed(app))
		return tl_err_set(err, "--time cannot be changed for standard input");
	if (!f || f->kept)
		return true;
	if (!tl_decoding_probe(&app->opt, f->name, &format) && !tl_app_is_made(app) &&
	    !tl_part_below(app->text.src) && !part_changed(app))
		return true; /* it does not depend on such options */
	free(format.path);
	return tl_filesource_open(app, f, src, err);
}

bool tl_app_show_instead(struct tl_app *app, struct tl_source *src, struct tl_err *err)
{
	struct tl_file *f = tl_app_file(app);
	struct tl_source *old = app->text.src;

	tl_source_abandon(old);
	tl_find_text_closing(app);
	tl_top_text_closes(app);
	tl_view_close(app->text.view);
	tl_texttimes_close(app->text.times);
	tl_textcalls_close(app->text.calls);
	tl_lineindex_close(app->text.lines);
	free(app->text.part);
	memset(&app->text, 0, sizeof(app->text));
	tl_source_close(old);
	if (!make_text(app, src, f->name, err)) {
		tl_source_close(src);
		tl_app_quit(app, TL_EXIT_ERROR); /* no memory for anything */
		return false;
	}
	remember_part(app);
	show_again(app, f);
	show_something(app);
	return true;
}

/* ---- help */

bool tl_app_show_own(struct tl_app *app, struct tl_buf *text, const char *name, const char *prompt)
{
	struct tl_source *src = NULL;
	struct tl_err err = TL_ERR_INIT;

	if (!tl_source_open_memory(text, &src, &err)) {
		tl_buf_fini(text);
		tl_app_message(app, "out of memory");
		return false;
	}
	tl_app_end_op(app);
	tl_app_save_position(app);
	tl_app_set_last_mark(app);
	tl_find_text_closing(app);
	app->under = app->text;
	if (!make_text(app, src, name, &err)) {
		tl_source_close(src);
		app->text = app->under;
		memset(&app->under, 0, sizeof(app->under));
		tl_app_message(app, "%s", err.msg);
		return false;
	}
	app->text.help = true;
	app->text.prompt = prompt;
	app->hshift = 0;
	tl_header_text_opened(app);
	tl_app_apply_options(app);
	tl_find_text_opened(app);
	tl_app_count_lines(app, true);
	tl_app_dirty(app);
	return true;
}

void tl_app_show_help(struct tl_app *app)
{
	struct tl_buf text = TL_BUF_INIT;

	if (app->text.help)
		return;
	if (tl_help_text(&text)) {
		tl_app_show_own(app, &text, "HELP", NULL);
		return;
	}
	tl_buf_fini(&text);
	tl_app_message(app, "out of memory");
}

void tl_app_leave_help(struct tl_app *app)
{
	if (!app->under.src) /* it is all there is (--help) */
		return;
	tl_app_end_op(app);
	tl_find_text_closing(app);
	tl_gap_list_left(app);
	close_text(app, &app->text);
	app->text = app->under;
	memset(&app->under, 0, sizeof(app->under));
	app->new_file = true;
	app->name_shown = false;
	tl_header_text_opened(app);
	tl_app_apply_options(app);
	tl_find_text_opened(app);
	tl_app_tell_trouble(app);
	tl_app_dirty(app);
}
