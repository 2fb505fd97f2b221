/* filesource.c: see filesource.h. */
#include "pager/filesource.h"

#include "pager/decoding.h"
#include "pager/env.h"
#include "pager/openwait.h"
#include "pager/secure.h"
#include "pager/timeparts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *tl_filesource_index_dir(struct tl_app *app)
{
	if (app->opt.no_index || !tl_secure_allows(TL_SECURE_HISTORY))
		return NULL;
	return app->opt.index_dir ? strdup(app->opt.index_dir) : tl_lineindex_default_dir();
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

bool tl_filesource_may_open(struct tl_app *app, const char *name, struct tl_err *err)
{
	/* LESSOPEN may know what to do with it. */
	if (strcmp(name, "-") == 0 || (tl_env_is_set("LESSOPEN") && !app->opt.no_lessopen))
		return true;
	return check_kind(app, name, err);
}

/* --time: of a text that is not decoded a part is shown.  Takes *src on failure. */
static bool take_part(struct tl_app *app, const char *name, struct tl_source **src,
		      struct tl_err *err)
{
	const struct tl_decoder_ops *ops;
	enum tl_timeparts became;
	struct tl_openwait wait;
	char *index_dir;
	void *decoder;

	if (!app->opt.trace_time || tl_decoder_of(*src, &ops, &decoder))
		return true;
	tl_openwait_begin(&wait, app, name);
	index_dir = tl_filesource_index_dir(app);
	became =
	    tl_timeparts_open(src, app->opt.trace_time, index_dir, app->jobs, &wait.progress, err);
	free(index_dir);
	tl_openwait_end(&wait);
	if (became != TL_TIMEPARTS_DONE)
		tl_err_prefix(err, "%s: ", name);
	if (became == TL_TIMEPARTS_WHOLE || became == TL_TIMEPARTS_EMPTY)
		tl_app_message(app, "%s", err->msg);
	if (became == TL_TIMEPARTS_FAILED) {
		tl_source_close(*src);
		*src = NULL;
	}
	return became != TL_TIMEPARTS_FAILED;
}

/* A recording or a compressed file; false with *is one false: the file is neither. */
static bool open_made(struct tl_app *app, const char *name, bool *is_one, struct tl_source **src,
		      struct tl_err *err)
{
	struct tl_openwait wait;
	struct tl_format format;
	char *dir;
	bool ok;

	*is_one = tl_decoding_probe(&app->opt, name, &format);
	if (!*is_one)
		return false;
	dir = tl_filesource_index_dir(app);
	tl_openwait_begin(&wait, app, name);
	ok = tl_decoding_open(&app->opt, &format, dir, app->jobs, &wait.progress, src, err);
	tl_openwait_end(&wait);
	if (!ok && wait.given_up)
		tl_err_set(err, "%s: interrupted", name);
	free(dir);
	free(format.path);
	return ok;
}

/* Compressed or not, unless its bytes are to be shown.  Takes fd. */
static bool open_descriptor(struct tl_app *app, int fd, const char *what, struct tl_source **src,
			    struct tl_err *err)
{
	if (!app->opt.raw_file && !tl_source_is_file(fd))
		return tl_stream_open_pipe(fd, what, src, err);
	return tl_source_open_fd(fd, what, src, err);
}

static bool open_standard_input(struct tl_app *app, struct tl_file *f, struct tl_source **src,
				struct tl_err *err)
{
	bool is_made;
	int fd;

	if (open_made(app, f->name, &is_made, src, err) || is_made)
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
	if (!open_descriptor(app, fd, "standard input", src, err))
		return false;
	f->kept = *src;
	return true;
}

static bool open_path(struct tl_app *app, const char *path, struct tl_source **src,
		      struct tl_err *err)
{
	bool is_made;

	if (open_made(app, path, &is_made, src, err) || is_made)
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

static bool open_whole(struct tl_app *app, struct tl_file *f, struct tl_source **src,
		       struct tl_err *err)
{
	struct tl_err warning = TL_ERR_INIT;
	bool replaced = f->replaced.kind == TL_REPLACED_BY_FILE;
	int fd = -1;

	if (!replaced && !app->opt.no_lessopen)
		replaced = tl_preprocess_open(f->name, &f->replaced, &fd, &warning);
	if (warning.msg[0])
		tl_app_message(app, "%s", warning.msg);
	if (replaced && open_replacement(app, f, fd, src, err))
		return true;
	if (replaced) {
		tl_filesource_end(app, f);
		return false;
	}
	if (strcmp(f->name, "-") != 0)
		return open_path(app, f->name, src, err);
	return open_standard_input(app, f, src, err);
}

bool tl_filesource_open(struct tl_app *app, struct tl_file *f, struct tl_source **src,
			struct tl_err *err)
{
	bool ok;

	if (f->kept) {
		*src = f->kept;
		return true;
	}
	if (!open_whole(app, f, src, err))
		return false;
	ok = take_part(app, f->name, src, err);
	if (f->kept)
		f->kept = *src;
	if (!ok)
		tl_filesource_end(app, f);
	return ok;
}

void tl_filesource_end(struct tl_app *app, struct tl_file *f)
{
	struct tl_err err = TL_ERR_INIT;

	if (!tl_preprocess_close(f->name, &f->replaced, &err))
		tl_app_message(app, "%s", err.msg);
}
