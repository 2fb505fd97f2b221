/* logfile.c: see logfile.h; also the texts of recordings and compressed files, which s saves whole. */
#include "pager/logfile.h"

#include "pager/pour.h"
#include "pager/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes written between two looks at the keyboard. */
#define STEP_BYTES (UINT64_C(8) << 20)
/* How long to wait for more when the end is waited for. */
#define WAIT_MS 20

static struct {
	bool on;
	int fd;
	char *name;
	uint64_t next; /* position that is written next */
} logged;

/* A name that waits for the answer what to do with the file. */
static char *asked_name;

static bool is_pipe(struct tl_app *app)
{
	return app->text.src && !app->text.help &&
	       strcmp(tl_source_kind(app->text.src), "pipe") == 0;
}

bool tl_log_possible(struct tl_app *app)
{
	if (is_pipe(app))
		return true;
	tl_app_message(app, "Input is not a pipe");
	return false;
}

void tl_log_tell(struct tl_app *app)
{
	if (logged.on)
		tl_app_message(app, "Log file \"%s\"", logged.name);
	else
		tl_app_message(app, "No log file");
}

/* ---- writing */

static void end_log(void)
{
	close(logged.fd);
	free(logged.name);
	logged.name = NULL;
	logged.on = false;
}

/* Write up to `limit` bytes of what is there.  True: there is more. */
static bool write_more(struct tl_app *app, uint64_t limit)
{
	struct tl_cursor cur;
	bool more = true;

	tl_cursor_init(&cur, app->text.src);
	while (logged.on && more && limit > 0) {
		struct tl_span span;
		ssize_t n;

		if (logged.next >= tl_source_limit(app->text.src) ||
		    tl_cursor_forward(&cur, logged.next, &span) != TL_FOUND) {
			more = false;
			break;
		}
		n = write(logged.fd, span.data, span.len);
		if (n < 0 && errno != EINTR) {
			tl_app_message(app, "Cannot write to \"%s\": %s", logged.name,
				       strerror(errno));
			end_log();
			more = false;
		}
		if (n > 0) {
			logged.next = tl_cursor_after(&cur, logged.next, (size_t)n);
			limit -= (uint64_t)n < limit ? (uint64_t)n : limit;
		}
	}
	tl_cursor_fini(&cur);
	return more;
}

void tl_log_step(struct tl_app *app)
{
	if (logged.on)
		write_more(app, STEP_BYTES);
}

/* Until the end of the pipe is written, or ^C. */
static void write_rest(struct tl_app *app)
{
	struct tl_extent ext;
	bool more = true;

	while (logged.on && !tl_app_interrupted()) {
		tl_source_extent(app->text.src, &ext); /* before: if it is complete, more is all */
		more = write_more(app, STEP_BYTES);
		if (!more && ext.complete)
			return;
		if (!more)
			poll(NULL, 0, WAIT_MS);
	}
}

void tl_log_text_closing(struct tl_app *app)
{
	struct tl_extent ext;
	uint64_t end;

	if (!logged.on || !is_pipe(app))
		return;
	tl_source_extent(app->text.src, &ext);
	if (!ext.complete) {
		tl_screen_notice(app->screen, "Finishing logfile... (interrupt to abort)");
		tl_source_want(app->text.src, UINT64_MAX);
	}
	write_rest(app);
	if (logged.on && tl_app_interrupted()) { /* as much as was read */
		tl_source_stop(app->text.src);
		end = tl_source_limit(app->text.src);
		if (end > logged.next)
			write_more(app, end - logged.next);
	}
	if (logged.on)
		end_log();
}

/* ---- starting */

static bool open_log(struct tl_app *app, const char *name, int how)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC | how, 0644);

	if (fd < 0) {
		tl_app_message(app, "Cannot write to \"%s\"", name);
		return false;
	}
	logged.fd = fd;
	logged.next = 0;
	logged.name = strdup(name);
	logged.on = logged.name != NULL;
	if (!logged.on)
		close(fd);
	else
		tl_log_step(app);
	return logged.on;
}

static void answered(struct tl_app *app, unsigned key)
{
	switch (key) {
	case 'o':
	case 'O':
		open_log(app, asked_name, O_TRUNC);
		break;
	case 'a':
	case 'A':
		open_log(app, asked_name, O_APPEND);
		break;
	case 'd':
	case 'D':
		break;
	case 'q':
	case 'Q':
		tl_app_quit(app, TL_EXIT_OK);
		return;
	default:
		tl_app_ask_char(app, answered,
				"Overwrite, Append, Don't log, or Quit? "
				"(Type \"O\", \"A\", \"D\" or \"Q\") ");
		return;
	}
	tl_log_tell(app);
}

/* True: it was started, or not; false: the answer to a question is waited for. */
static bool start(struct tl_app *app, const char *name, bool force)
{
	if (force || access(name, F_OK) != 0) {
		open_log(app, name, O_TRUNC);
		return true;
	}
	free(asked_name);
	asked_name = strdup(name);
	if (asked_name)
		tl_app_ask_char(app, answered,
				"Warning: \"%s\" exists; Overwrite, Append, Don't log, or Quit? ",
				name);
	return false;
}

void tl_log_start(struct tl_app *app, const char *name, bool force)
{
	if (!tl_log_possible(app)) {
		tl_log_tell(app);
		return;
	}
	if (logged.on)
		tl_app_message(app, "Log file is already in use");
	else if (!start(app, name, force))
		return;
	tl_log_tell(app);
}

void tl_log_text_opened(struct tl_app *app)
{
	const char *name = app->opt.log_file_over ? app->opt.log_file_over : app->opt.log_file;

	if (name && *name && is_pipe(app) && !logged.on && tl_secure_allows(TL_SECURE_LOGFILE))
		start(app, name, app->opt.log_file_over != NULL);
}

/* ---- s */

/* Where a decoded text is poured. */
struct save {
	int fd;
	struct tl_err *err;
};

static bool save_piece(void *arg, struct tl_span piece)
{
	struct save *to = arg;

	while (piece.len > 0) {
		ssize_t n = write(to->fd, piece.data, piece.len);

		if (tl_app_interrupted())
			return tl_err_set(to->err, "interrupted");
		if (n < 0 && errno != EINTR)
			return tl_err_sys(to->err, "cannot write");
		piece.data += n > 0 ? n : 0;
		piece.len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* A text that has to be made first is written by all workers. */
static void save_to(struct tl_app *app, int how)
{
	struct tl_err err = TL_ERR_INIT;
	int fd = open(asked_name, O_WRONLY | O_CREAT | O_CLOEXEC | how, 0666);
	struct save to = { fd, &err };

	if (fd < 0) {
		tl_app_message(app, "Cannot write to \"%s\": %s", asked_name, strerror(errno));
		return;
	}
	if (!tl_pour(app->text.src, app->jobs, save_piece, &to, &err) || err.msg[0])
		tl_app_message(app, "\"%s\": %s", asked_name, err.msg);
	else
		tl_app_message(app, "Saved to \"%s\"", asked_name);
	close(fd);
}

static void save_choice(struct tl_app *app, unsigned key)
{
	switch (key) {
	case 'o':
	case 'O':
		save_to(app, O_TRUNC);
		break;
	case 'a':
	case 'A':
		save_to(app, O_APPEND);
		break;
	}
}

static void save_made(struct tl_app *app, const char *name)
{
	free(asked_name);
	asked_name = strdup(name);
	if (!asked_name)
		return;
	if (access(asked_name, F_OK) == 0)
		tl_app_ask_char(app, save_choice,
				"Warning: \"%s\" exists; Overwrite, Append, Don't log, or Quit? ",
				asked_name);
	else
		save_to(app, O_EXCL);
}

static void name_done(struct tl_app *app, const char *name)
{
	if (!tl_secure_allows(TL_SECURE_LOGFILE))
		tl_app_message(app, "log file support is not available");
	else if (*name && tl_app_is_made(app))
		save_made(app, name);
	else if (*name)
		tl_log_start(app, name, false);
	else
		tl_log_tell(app);
}

void tl_shell_save(struct tl_app *app, const struct tl_number *n)
{
	if (!tl_app_is_made(app) && !tl_log_possible(app))
		return;
	tl_app_ask(app, "log file: ", &app->file_history, name_done);
	app->line.completer = &tl_complete_files;
}
