/* opening.c: files become texts, and the place in each is kept. */
#include "pager/app.h"

#include "pager/decoding.h"
#include "pager/env.h"
#include "pager/fileoptions.h"
#include "pager/header.h"
#include "pager/logfile.h"
#include "pager/looksbinary.h"
#include "pager/secure.h"
#include "pager/tagkeys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Chunks counted at once on opening: small texts never show a pending line number. */
#define COUNT_AT_ONCE 2

/* The source has changed, on some thread: jobs that wait look again, and the main loop too. */

static void on_change(void *arg)
{
	struct tl_app *app = arg;
	struct tl_msg msg = { TL_MSG_TEXT, NULL };

	tl_jobs_wake(app->jobs);
	tl_mailbox_post(app->mailbox, &msg);
}

struct tl_file *tl_app_file(struct tl_app *app)
{
	if (app->text.help || app->files.current >= app->files.n)
		return NULL;
	return app->files.files[app->files.current];
}

uint64_t tl_app_first_row(struct tl_app *app, unsigned *row)
{
	struct tl_view *v = app->text.view;

	*row = 0;
	if (!v || tl_view_empty(v))
		return TL_NOPOS;
	while (*row + 1 < tl_view_rows(v) && tl_view_pos(v, *row) == TL_NOPOS)
		++*row;
	return tl_view_pos(v, *row);
}

void tl_app_save_position(struct tl_app *app)
{
	struct tl_file *f = tl_app_file(app);
	unsigned row;
	uint64_t pos = tl_app_first_row(app, &row);

	if (!f || !app->text.view || tl_view_empty(app->text.view))
		return;
	f->pos = pos;
	f->row = row;
}

void tl_app_set_last_mark(struct tl_app *app)
{
	struct tl_file *f = tl_app_file(app);
	unsigned row;
	uint64_t pos = f ? tl_app_first_row(app, &row) : TL_NOPOS;

	if (pos != TL_NOPOS)
		tl_marks_set(&app->marks, TL_MARK_LAST, f->name, pos, row);
}

/* ---- text */

/* LESSCLOSE may have something to clean up. */
static void end_replacement(struct tl_app *app, struct tl_file *f)
{
	struct tl_err err = TL_ERR_INIT;

	if (!tl_preprocess_close(f->name, &f->replaced, &err))
		tl_app_message(app, "%s", err.msg);
}

static void close_text(struct tl_app *app, struct tl_text *t)
{
	struct tl_file *f = tl_app_file(app);

	if (!t->src)
		return;
	tl_view_close(t->view);
	tl_lineindex_close(t->lines);
	if (!f || f->kept != t->src || t->help) {
		tl_source_close(t->src);
		if (f)
			end_replacement(app, f);
	}
	memset(t, 0, sizeof(*t));
}

void tl_app_close_text(struct tl_app *app)
{
	tl_app_end_op(app);
	tl_log_text_closing(app);
	tl_find_text_closing(app);
	tl_app_save_position(app);
	close_text(app, &app->text);
}

void tl_app_count_small(struct tl_app *app)
{
	struct tl_text *t = &app->text;
	struct tl_extent ext;

	if (t->counting || !t->lines || app->opt.numbers == 0 || tl_app_decoder(app, NULL))
		return;
	tl_source_extent(t->src, &ext);
	for (uint64_t k = 0; k < ext.nchunks && ext.nchunks <= COUNT_AT_ONCE; k++) {
		struct tl_span span;

		if (tl_source_pin(t->src, k, &span, NULL) != TL_FOUND)
			return;
		tl_lineindex_offer(t->lines, k, span);
		tl_source_unpin(t->src, k, &span);
	}
}

void tl_app_count_lines(struct tl_app *app, bool force)
{
	struct tl_text *t = &app->text;

	if (!t->lines || (app->opt.numbers == 0 && !force && !t->counting))
		return;
	app->count_at_ms = 0;
	if (!t->loaded)
		tl_lineindex_load(t->lines);
	t->loaded = true;
	t->counting = true;
	tl_lineindex_start(t->lines);
}

const struct tl_decoder_ops *tl_app_decoder(struct tl_app *app, void **self)
{
	const struct tl_decoder_ops *ops;
	void *decoder;

	if (!tl_decoder_of(app->text.src, &ops, &decoder))
		return NULL;
	if (self)
		*self = decoder;
	return ops;
}

/* Where indexes are kept, to be freed; NULL: nowhere. */
static char *index_dir(struct tl_app *app)
{
	if (app->opt.no_index || !tl_secure_allows(TL_SECURE_HISTORY))
		return NULL;
	return app->opt.index_dir ? strdup(app->opt.index_dir) : tl_lineindex_default_dir();
}

static bool make_text(struct tl_app *app, struct tl_source *src, const char *name,
		      struct tl_err *err)
{
	struct tl_text *t = &app->text;
	char *dir = index_dir(app);

	memset(t, 0, sizeof(*t));
	t->src = src;
	t->name = name;
	if (!tl_lineindex_new(src, app->jobs, app->mailbox, &t->lines, err) ||
	    !tl_view_open(src, t->lines, &t->view, err)) {
		tl_lineindex_close(t->lines);
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

/* ---- what may be opened */

static bool looks_binary(struct tl_app *app, struct tl_source *src)
{
	struct tl_span span;

	return tl_source_head(src, &span) && tl_looks_binary(span, app->charset, app->opt.raw == 2);
}

/* The messages are the ones less gives. */
static bool check_kind(struct tl_app *app, const char *name, struct tl_err *err)
{
	struct stat st;

	if (stat(name, &st) != 0)
		return tl_err_set(err, "%s: %s", name, strerror(errno));
	if (S_ISDIR(st.st_mode) && !app->opt.force_open)
		return tl_err_set(err, "%s is a directory", name);
	if (!S_ISREG(st.st_mode) && !app->opt.force_open)
		return tl_err_set(err, "%s is not a regular file (use -f to see it)", name);
	return true;
}

bool tl_app_may_open(struct tl_app *app, const char *name, struct tl_err *err)
{
	/* LESSOPEN may know what to do with it. */
	if (strcmp(name, "-") == 0 || (tl_env_is_set("LESSOPEN") && !app->opt.no_lessopen))
		return true;
	return check_kind(app, name, err);
}

/* A recording; false with *ops NULL: the file is none. */
static bool open_recording(struct tl_app *app, const char *name, const struct tl_decoder_ops **ops,
			   struct tl_source **src, struct tl_err *err)
{
	char *path, *dir;
	bool ok;

	*ops = tl_decoding_probe(&app->opt, name, &path);
	if (!*ops)
		return false;
	dir = index_dir(app);
	ok = tl_decoding_open(&app->opt, *ops, path, dir, app->jobs, src, err);
	free(dir);
	free(path);
	return ok;
}

static bool open_standard_input(struct tl_app *app, struct tl_file *f, struct tl_source **src,
				struct tl_err *err)
{
	const struct tl_decoder_ops *ops;
	int fd;

	if (open_recording(app, f->name, &ops, src, err) || ops)
		return *src != NULL;
	if (isatty(STDIN_FILENO) && !app->opt.force_open)
		return tl_err_set(err, "- is a terminal (use -f to open it)");
	fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return tl_err_sys(err, "cannot read standard input");
	/* Only this copy: quitting closes the pipe for good. */
	close(STDIN_FILENO);
	if (open("/dev/null", O_RDONLY) < 0)
		return tl_err_sys(err, "cannot open /dev/null");
	if (!tl_source_open_fd(fd, "standard input", src, err))
		return false;
	f->kept = *src;
	return true;
}

static bool open_path(struct tl_app *app, const char *path, struct tl_source **src,
		      struct tl_err *err)
{
	const struct tl_decoder_ops *ops;

	if (open_recording(app, path, &ops, src, err) || ops)
		return *src != NULL;
	if (!check_kind(app, path, err))
		return false;
	if (tl_source_open_file(path, src, err))
		return true;
	if (err->sys) /* as less says it */
		tl_err_set(err, "%s: %s", path, strerror(err->sys));
	return false;
}

/* What LESSOPEN has made: another file, what comes from a pipe, or nothing. */
static bool open_replacement(struct tl_app *app, struct tl_file *f, int fd, struct tl_source **src,
			     struct tl_err *err)
{
	struct tl_buf nothing = TL_BUF_INIT;

	switch (f->replaced.kind) {
	case TL_REPLACED_BY_PIPE:
		if (!tl_source_open_pipe(fd, f->name, src, err))
			return false;
		if (strcmp(f->name, "-") == 0)
			f->kept = *src;
		return true;
	case TL_REPLACED_BY_NOTHING:
		return tl_source_open_memory(&nothing, src, err);
	default:
		return open_path(app, f->replaced.path, src, err);
	}
}

static bool open_source(struct tl_app *app, struct tl_file *f, struct tl_source **src,
			struct tl_err *err)
{
	struct tl_err warning = TL_ERR_INIT;
	bool replaced = f->replaced.kind == TL_REPLACED_BY_FILE;
	int fd = -1;

	if (f->kept) {
		*src = f->kept;
		return true;
	}
	if (!replaced && !app->opt.no_lessopen)
		replaced = tl_preprocess_open(f->name, &f->replaced, &fd, &warning);
	if (warning.msg[0])
		tl_app_message(app, "%s", warning.msg);
	if (replaced && open_replacement(app, f, fd, src, err))
		return true;
	if (replaced) {
		end_replacement(app, f);
		return false;
	}
	if (strcmp(f->name, "-") != 0)
		return open_path(app, f->name, src, err);
	return open_standard_input(app, f, src, err);
}

void tl_app_check_preprocessor(struct tl_app *app)
{
	struct tl_file *f = tl_app_file(app);
	struct tl_err err = TL_ERR_INIT;
	struct tl_extent ext;

	if (!app->opt.show_preproc_errors || !f || f->replaced.pid == 0)
		return;
	tl_source_extent(app->text.src, &ext);
	if (ext.complete && tl_view_at_end(app->text.view) &&
	    !tl_preprocess_ended(&f->replaced, &err))
		tl_app_message(app, "%s", err.msg);
}

static const char *shown_name(const struct tl_file *f)
{
	return f->name;
}

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
	tl_source_want(app->text.src, app->opt.file_size ? UINT64_MAX : 1);
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
	tl_buf_fini(&quoted);
}

static bool is_doubtful(struct tl_app *app, const struct tl_file *f, struct tl_source *src)
{
	/* Once is enough. */
	return strcmp(tl_source_kind(src), "file") == 0 && !app->opt.force_open &&
	       f->pos == TL_NOPOS && looks_binary(app, src);
}

static void ask_about_binary(struct tl_app *app, const struct tl_file *f,
			     void (*answer)(struct tl_app *app, unsigned key))
{
	tl_app_ask_char(app, answer, "\"%s\" may be a binary file.  See it anyway? ",
			shown_name(f));
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
	if (!make_text(app, src, shown_name(f), &err)) {
		tl_app_message(app, "%s", err.msg);
		if (f->kept != src)
			tl_source_close(src);
		return false;
	}
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
	end_replacement(app, app->files.files[i]);
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
	if (!open_source(app, f, &src, &err)) {
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
		end_replacement(app, app->files.files[i]);
}

/* ---- the same recording, made another text */

/* Positions in the old text become those of the same times in the new one. */
static void translate_positions(struct tl_file *f, struct tl_marks *marks, struct tl_source *from,
				struct tl_source *to)
{
	f->pos = tl_decoding_same_time(from, f->pos, to);
	for (size_t i = 0; i < TL_NMARKS; i++)
		if (tl_mark_is_in(&marks->marks[i], f->name))
			marks->marks[i].pos = tl_decoding_same_time(from, marks->marks[i].pos, to);
}

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

bool tl_app_reopen(struct tl_app *app, struct tl_err *err)
{
	struct tl_source *src = NULL, *old;
	struct tl_file *f;
	char *path = NULL;

	if (app->text.help)
		tl_app_leave_help(app);
	f = tl_app_file(app);
	if (!f || f->kept)
		return true;
	if (!tl_app_decoder(app, NULL) && !tl_decoding_probe(&app->opt, f->name, &path))
		return true; /* it does not depend on such options */
	free(path);
	if (!open_source(app, f, &src, err))
		return false;
	tl_app_end_op(app);
	tl_app_save_position(app);
	translate_positions(f, &app->marks, app->text.src, src);
	tl_find_text_closing(app);
	old = app->text.src;
	tl_view_close(app->text.view);
	tl_lineindex_close(app->text.lines);
	memset(&app->text, 0, sizeof(app->text));
	tl_source_close(old);
	if (!make_text(app, src, shown_name(f), err)) {
		tl_source_close(src);
		tl_app_quit(app, TL_EXIT_ERROR); /* no memory for anything */
		return false;
	}
	show_again(app, f);
	show_something(app);
	return true;
}

/* ---- changes on disk */

void tl_app_notice_shrinking(struct tl_app *app)
{
	uint64_t end;

	if (strcmp(tl_source_kind(app->text.src), "file") != 0)
		return;
	end = tl_source_end(app->text.src);
	if (end < app->text.end) {
		if (tl_app_refresh_text(app, false) == TL_SAME) {
			/* Its size is right again: what was read is not what is there now. */
			tl_source_drop_cache(app->text.src);
			tl_view_text_replaced(app->text.view);
		}
		if (app->mode != TL_MODE_FOLLOW)
			tl_app_message(app, "%s shrank while it was open", app->text.name);
	}
	app->text.end = end;
}

enum tl_change tl_app_refresh_text(struct tl_app *app, bool by_name)
{
	struct tl_err err = TL_ERR_INIT;
	enum tl_change change = tl_source_refresh(app->text.src, by_name, &err);

	switch (change) {
	case TL_SAME:
		return change;
	case TL_GREW:
		tl_view_grow(app->text.view);
		if (app->text.filter)
			tl_filter_grow(app->text.filter);
		break;
	case TL_SHRANK:
	case TL_REPLACED:
		if (tl_app_decoder(app, NULL)) {
			if (app->mode != TL_MODE_FOLLOW)
				tl_app_message(app, "%s was replaced while it was open",
					       app->text.name);
			if (!tl_app_reopen(app, &err))
				tl_app_message(app, "%s", err.msg);
			return change;
		}
		tl_find_text_closing(app);
		tl_source_drop_cache(app->text.src);
		tl_lineindex_reset(app->text.lines);
		tl_find_text_opened(app);
		tl_view_text_replaced(app->text.view);
		break;
	}
	app->text.end = tl_source_limit(app->text.src);
	tl_app_count_lines(app, false);
	tl_app_dirty(app);
	return change;
}

/* ---- help */

void tl_app_show_help(struct tl_app *app)
{
	struct tl_buf text = TL_BUF_INIT;
	struct tl_source *src = NULL;
	struct tl_err err = TL_ERR_INIT;

	if (app->text.help)
		return;
	if (!tl_help_text(&text) || !tl_source_open_memory(&text, &src, &err)) {
		tl_buf_fini(&text);
		tl_app_message(app, "out of memory");
		return;
	}
	tl_app_end_op(app);
	tl_app_save_position(app);
	tl_app_set_last_mark(app);
	tl_find_text_closing(app);
	app->under = app->text;
	if (!make_text(app, src, "HELP", &err)) {
		tl_source_close(src);
		app->text = app->under;
		memset(&app->under, 0, sizeof(app->under));
		tl_app_message(app, "%s", err.msg);
		return;
	}
	app->text.help = true;
	app->hshift = 0;
	tl_header_text_opened(app);
	tl_app_apply_options(app);
	tl_find_text_opened(app);
	tl_app_count_lines(app, true);
	tl_app_dirty(app);
}

void tl_app_leave_help(struct tl_app *app)
{
	if (!app->under.src) /* it is all there is (--help) */
		return;
	tl_app_end_op(app);
	tl_find_text_closing(app);
	close_text(app, &app->text);
	app->text = app->under;
	memset(&app->under, 0, sizeof(app->under));
	app->new_file = true;
	app->name_shown = false;
	tl_header_text_opened(app);
	tl_app_apply_options(app);
	tl_find_text_opened(app);
	tl_app_dirty(app);
}
