/* cat.c: standard output is not a terminal: copy the texts there, files byte for byte. */
#include "pager/app.h"

#include "index/cachedir.h"
#include "pager/decoding.h"
#include "pager/pour.h"
#include "pager/preprocess.h"
#include "pager/secure.h"
#include "pager/timeparts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK (256u << 10)

static bool write_all(const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = write(STDOUT_FILENO, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return false;
		p += w;
		n -= (size_t)w;
	}
	return true;
}

/* False: standard output takes no more. */
static bool copy(const char *name, int fd, char *block, int *status)
{
	for (;;) {
		ssize_t n = read(fd, block, BLOCK);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			fprintf(stderr, "%s: %s\n", name, strerror(errno));
			*status = TL_EXIT_ERROR;
			return true;
		}
		if (n == 0)
			return true;
		if (!write_all(block, (size_t)n))
			return false;
	}
}

/* ---- recordings, compressed files */

/* A message, unless the reader has enough; true: there is somebody to write for. */
static bool written(bool ok, int *status)
{
	if (ok)
		return true;
	if (errno != EPIPE) {
		fprintf(stderr, "cannot write standard output: %s\n", strerror(errno));
		*status = TL_EXIT_ERROR;
	}
	return false;
}

static bool copy_piece(void *arg, struct tl_span piece)
{
	return written(write_all((const char *)piece.data, piece.len), arg);
}

static void on_change(void *pool)
{
	tl_jobs_wake(pool);
}

static void complain(const struct tl_err *err, int *status)
{
	fprintf(stderr, "%s\n", err->msg);
	*status = TL_EXIT_ERROR;
}

/* With --time, of a text that is not decoded, the part. */
static bool take_part(const struct tl_options *o, const struct tl_format *format,
		      struct tl_jobs *pool, struct tl_source **src, struct tl_err *err)
{
	enum tl_timeparts became = TL_TIMEPARTS_DONE;

	if (o->trace_time && !(format && format->decoder))
		became = tl_timeparts_open(src, o->trace_time, NULL, pool, NULL, err);
	if (became ==
	    TL_TIMEPARTS_EMPTY) /* as perf script, nothing is written, and that is no error */
		*err = (struct tl_err)TL_ERR_INIT;
	return became == TL_TIMEPARTS_DONE || became == TL_TIMEPARTS_EMPTY;
}

/* NULL for the format: a file that is text. */
static bool open_source(const struct tl_options *o, const struct tl_format *format,
			const char *name, struct tl_jobs *pool, struct tl_source **src,
			struct tl_err *err)
{
	char *dir = NULL;
	bool ok;

	if (!format)
		return strcmp(name, "-") == 0
			   ? tl_source_open_fd(dup(STDIN_FILENO), "standard input", src, err)
			   : tl_source_open_file(name, src, err);
	if (!o->no_index && tl_secure_allows(TL_SECURE_HISTORY))
		dir = o->index_dir ? strdup(o->index_dir) : tl_cachedir_default();
	ok = tl_decoding_open(o, format, dir, pool, NULL, src, err);
	free(dir);
	return ok;
}

/* A text that has to be made, or is a part; workers are ahead.  False: standard output takes no more. */
static bool copy_made(const struct tl_options *o, const struct tl_format *format, const char *name,
		      size_t *opened, int *status)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_source *src = NULL;
	struct tl_jobs *pool = NULL;
	bool on = true;

	if (!tl_jobs_open(0, &pool, &err) || !open_source(o, format, name, pool, &src, &err)) {
		fprintf(stderr, "%s\n", err.msg);
	} else if (!take_part(o, format, pool, &src, &err)) {
		if (strncmp(err.msg, "--time", 6) == 0)
			tl_err_prefix(&err, "%s: ", name);
		complain(&err, status); /* the whole is not what was asked for */
	} else {
		++*opened;
		tl_source_on_change(src, on_change, pool);
		on = tl_pour(src, pool, copy_piece, status, &err);
		if (on && (err.msg[0] || tl_source_trouble(src, &err)))
			complain(&err, status);
	}
	tl_source_close(src);
	tl_jobs_close(pool);
	return on;
}

/* A text that can only be made from its beginning on, which needs no spool here. */
static bool copy_stream(const struct tl_format *format, char *block, size_t *opened, int *status)
{
	int fd = open(format->path, O_RDONLY | O_CLOEXEC);
	struct tl_err err = TL_ERR_INIT;
	enum tl_lookup found = TL_FOUND;
	bool on = true;
	size_t got;
	void *feed;

	if (fd < 0) {
		fprintf(stderr, "%s: %s\n", format->name, strerror(errno));
		return true;
	}
	if (!tl_stream_new(format->stream, fd, format->name, &feed, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		return true;
	}
	++*opened;
	while (on && (found == TL_FOUND || found == TL_PENDING)) {
		found = tl_stream_feed.read(feed, (uint8_t *)block, BLOCK, &got, &err);
		on = got == 0 || written(write_all(block, got), status);
	}
	if (on && found == TL_FAILED)
		complain(&err, status);
	tl_stream_feed.close(feed);
	return on;
}

/* ---- all of them */

/* One that can be read from the beginning: standard input, a file, or LESSOPEN's pipe. */
static int open_input(const char *name, const struct tl_replacement *r, int pipe_fd)
{
	switch (r->kind) {
	case TL_REPLACED_BY_PIPE:
		return pipe_fd;
	case TL_REPLACED_BY_NOTHING:
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	case TL_REPLACED_BY_FILE:
		return open(r->path, O_RDONLY | O_CLOEXEC);
	default:
		return strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	}
}

static bool copy_file(const char *name, const struct tl_replacement *r, int pipe_fd, char *block,
		      size_t *opened, int *status)
{
	int fd = open_input(name, r, pipe_fd);
	struct stat st;
	bool on;

	if (fd < 0 || fstat(fd, &st) != 0) {
		fprintf(stderr, "%s: %s\n", name, strerror(errno));
		return true;
	}
	if (S_ISDIR(st.st_mode)) {
		fprintf(stderr, "%s is a directory\n", name);
		close(fd);
		return true;
	}
	++*opened;
	on = written(copy(name, fd, block, status), status);
	if (fd != STDIN_FILENO)
		close(fd);
	return on;
}

/* What LESSOPEN makes of a file, a recording's text, or the file. */
static bool copy_any(const struct tl_options *o, const char *name, char *block, size_t *opened,
		     int *status)
{
	struct tl_replacement r = { 0 };
	struct tl_err err = TL_ERR_INIT;
	struct tl_format format;
	int fd = -1;
	bool on;

	if (!o->no_lessopen)
		tl_preprocess_open(name, &r, &fd, &err);
	if (err.msg[0])
		fprintf(stderr, "%s\n", err.msg);
	if (r.kind == TL_REPLACED_NOT && tl_decoding_probe(o, name, &format)) {
		on = format.stream && !o->trace_time ? copy_stream(&format, block, opened, status)
						     : copy_made(o, &format, name, opened, status);
		free(format.path);
	} else if (o->trace_time && r.kind == TL_REPLACED_NOT) {
		on = copy_made(o, NULL, name, opened, status);
	} else {
		on = copy_file(name, &r, fd, block, opened, status);
	}
	if (!tl_preprocess_close(name, &r, &err))
		fprintf(stderr, "%s\n", err.msg);
	return on;
}

int tl_cat(const struct tl_options *o, char **names, size_t n)
{
	char *block = malloc(BLOCK);
	int status = TL_EXIT_OK;
	size_t opened = 0;
	bool on = true;

	if (!block)
		return TL_EXIT_ERROR;
	for (size_t i = 0; on && i < n; i++)
		on = copy_any(o, names[i], block, &opened, &status);
	free(block);
	return opened == 0 ? TL_EXIT_ERROR : status;
}
