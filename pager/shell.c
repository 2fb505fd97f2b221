/* shell.c: !, |, s and v: other programs, and files written. */
#include "pager/app.h"

#include "pager/pour.h"
#include "pager/secure.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool refused(struct tl_app *app, enum tl_feature feature)
{
	if (tl_secure_allows(feature))
		return false;
	tl_app_message(app, "Command not available");
	return true;
}

/* What the terminal sends to us and the command alike: the command is meant. */
static const struct {
	int sig;
	void (*meanwhile)(int sig);
} shared[] = { { SIGINT, SIG_IGN }, { SIGQUIT, SIG_IGN }, { SIGTSTP, SIG_DFL } };

#define NSHARED (sizeof(shared) / sizeof(shared[0]))

/*
 * Run with the shell, the terminal as it was.  With `feed`, standard input is a pipe, to which
 * feed(app, fd) writes; a command that has enough makes it fail with EPIPE.
 */
static void run_shell(struct tl_app *app, const char *command,
		      void (*feed)(struct tl_app *app, int fd))
{
	const char *shell = getenv("SHELL");
	struct sigaction saved[NSHARED];
	int ends[2] = { -1, -1 };
	pid_t pid;

	if (!shell || !*shell)
		shell = "sh";
	if (feed && pipe2(ends, O_CLOEXEC) != 0)
		return;
	for (size_t i = 0; i < NSHARED; i++) {
		struct sigaction sa = { .sa_handler = shared[i].meanwhile };

		sigaction(shared[i].sig, &sa, &saved[i]);
	}
	pid = fork();
	if (pid == 0) {
		for (size_t i = 0; i < NSHARED; i++)
			signal(shared[i].sig, SIG_DFL);
		signal(SIGPIPE, SIG_DFL);
		if (feed || app->tty.fd >= 0)
			dup2(feed ? ends[0] : app->tty.fd, STDIN_FILENO);
		if (*command)
			execlp(shell, shell, "-c", command, (char *)NULL);
		else
			execlp(shell, shell, (char *)NULL);
		_exit(127); /* exit-ok: the child after a failed exec */
	}
	if (feed) {
		close(ends[0]);
		if (pid > 0)
			feed(app, ends[1]);
		close(ends[1]);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	for (size_t i = 0; i < NSHARED; i++)
		sigaction(shared[i].sig, &saved[i], NULL);
}

/* % is the current file, # the previous one, !! the last command; a backslash protects. */
static bool expand(struct tl_app *app, const char *text, struct tl_buf *out)
{
	struct tl_filelist *fl = &app->files;

	for (const char *p = text; *p; p++) {
		if (*p == '\\' && (p[1] == '%' || p[1] == '#' || p[1] == '!')) {
			tl_buf_putc(out, (uint8_t) * ++p);
		} else if (*p == '%' && app->text.name) {
			tl_buf_puts(out, app->text.name);
		} else if (*p == '#' && fl->previous < fl->n) {
			tl_buf_puts(out, fl->files[fl->previous]->name);
		} else if (*p == '!' && p == text && app->last_shell) {
			tl_buf_puts(out, app->last_shell);
		} else if (!tl_buf_putc(out, (uint8_t)*p)) {
			return false;
		}
	}
	return true;
}

/* The output stays on the screen until a key is pressed; only then the text comes back. */
static void done_notice(struct tl_app *app, const char *what)
{
	struct tl_key key;

	tl_tty_raw(&app->tty);
	printf("%s  (press RETURN)", what);
	fflush(stdout);
	while (!app->tty.eof && !tl_tty_next(&app->tty, &key)) {
		struct pollfd p = { app->tty.fd, POLLIN, 0 };

		if (poll(&p, 1, -1) < 0)
			break; /* ^C, or the terminal is going away: the main loop sees to it */
		tl_tty_read(&app->tty);
	}
	printf("\n");
	fflush(stdout);
	tl_app_resume(app);
}

static void shell_done(struct tl_app *app, const char *text)
{
	struct tl_buf command = TL_BUF_INIT;

	if (!expand(app, text, &command)) {
		tl_buf_fini(&command);
		return;
	}
	free(app->last_shell);
	app->last_shell = strdup(tl_buf_str(&command));
	tl_app_suspend(app);
	printf("!%s\n", tl_buf_str(&command));
	fflush(stdout);
	run_shell(app, tl_buf_str(&command), NULL);
	tl_buf_fini(&command);
	done_notice(app, "!done");
}

void tl_shell_command(struct tl_app *app, const struct tl_number *n)
{
	if (refused(app, TL_SECURE_SHELL))
		return;
	tl_app_ask(app, "!", &app->command_history, shell_done);
	app->line.completer = &tl_complete_files;
}

/* ---- | */

static uint64_t pipe_from, pipe_to;

/* Write the text between two positions; stops quietly when the reader has enough. */
static bool write_text(struct tl_app *app, int fd, uint64_t from, uint64_t to, struct tl_err *err)
{
	struct tl_cursor cur;
	bool ok = true;

	tl_cursor_init(&cur, app->text.src);
	while (ok && from < to) {
		struct tl_span span;
		ssize_t n;

		if (tl_cursor_forward(&cur, from, &span) != TL_FOUND)
			break;
		if (span.len > to - from)
			span.len = (size_t)(to - from);
		n = write(fd, span.data, span.len);
		if (n > 0)
			from = tl_cursor_after(&cur, from, (size_t)n);
		else if (n < 0 && errno != EINTR)
			ok = errno == EPIPE ? false : tl_err_sys(err, "cannot write");
	}
	tl_cursor_fini(&cur);
	return ok;
}

static void feed_pipe(struct tl_app *app, int fd)
{
	write_text(app, fd, pipe_from, pipe_to, NULL);
}

static void pipe_done(struct tl_app *app, const char *text)
{
	struct tl_buf command = TL_BUF_INIT;

	expand(app, text, &command);
	tl_app_suspend(app);
	printf("|%s\n", tl_buf_str(&command));
	fflush(stdout);
	run_shell(app, tl_buf_str(&command), feed_pipe);
	tl_buf_fini(&command);
	done_notice(app, "|done");
}

/* From the mark to the end of the screen, or from the top of the screen to the mark. */
static void pipe_mark(struct tl_app *app, unsigned key)
{
	struct tl_view *v = app->text.view;
	struct tl_file *f = tl_app_file(app);
	const struct tl_mark *m = f ? tl_file_find_mark(f, (char)key) : NULL;
	uint64_t top = tl_view_pos(v, 0), bottom = tl_view_pos(v, tl_view_rows(v)), mark;

	if (top == TL_NOPOS)
		top = 0;
	if (bottom == TL_NOPOS)
		bottom = tl_source_limit(app->text.src);
	if (key == '^')
		mark = 0;
	else if (key == '$')
		mark = tl_source_limit(app->text.src);
	else if (key == '.' || key == '\r' || key == '\n')
		mark = top;
	else if (m)
		mark = m->pos;
	else {
		tl_app_message(app, "Mark not set");
		return;
	}
	if (mark <= top) {
		pipe_from = mark;
		pipe_to = key == '.' || key == '\r' || key == '\n' || mark == top ? bottom : top;
		if (m || key == '^')
			pipe_to = bottom;
	} else {
		pipe_from = top;
		pipe_to = mark;
		if (tl_layout_next_line(tl_view_layout(v), mark, &pipe_to) != TL_FOUND)
			pipe_to = mark;
	}
	tl_app_ask(app, "!", &app->command_history, pipe_done);
	app->line.completer = &tl_complete_files;
}

void tl_shell_pipe(struct tl_app *app, const struct tl_number *n)
{
	if (!refused(app, TL_SECURE_PIPE))
		tl_app_ask_char(app, pipe_mark, "|mark: ");
}

/* ---- s */

static char *save_name;

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

/* A text that has to be decoded first is written by all workers. */
static bool save_text(struct tl_app *app, int fd, struct tl_err *err)
{
	struct save to = { fd, err };

	if (!tl_app_decoder(app, NULL))
		return write_text(app, fd, 0, tl_source_limit(app->text.src), err);
	return tl_pour(app->text.src, app->jobs, save_piece, &to, err) && !err->msg[0];
}

static void save_to(struct tl_app *app, int flags)
{
	struct tl_err err = TL_ERR_INIT;
	int fd = open(save_name, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);

	if (fd < 0) {
		tl_app_message(app, "Cannot write to \"%s\": %s", save_name, strerror(errno));
		return;
	}
	if (!save_text(app, fd, &err))
		tl_app_message(app, "\"%s\": %s", save_name, err.msg);
	else
		tl_app_message(app, "Saved to \"%s\"", save_name);
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

static void save_done(struct tl_app *app, const char *name)
{
	if (*name == '\0')
		return;
	free(save_name);
	save_name = strdup(name);
	if (!save_name)
		return;
	if (access(save_name, F_OK) == 0)
		tl_app_ask_char(app, save_choice,
				"Warning: \"%s\" exists; Overwrite, Append, Don't log, or Quit? ",
				save_name);
	else
		save_to(app, O_EXCL);
}

void tl_shell_save(struct tl_app *app, const struct tl_number *n)
{
	if (refused(app, TL_SECURE_LOGFILE))
		return;
	tl_app_ask(app, "log file: ", &app->file_history, save_done);
	app->line.completer = &tl_complete_files;
}

/* ---- v */

/* A file name as one word of the shell. */
static void quote(struct tl_buf *out, const char *name)
{
	tl_buf_putc(out, '\'');
	for (; *name; name++)
		if (*name == '\'')
			tl_buf_puts(out, "'\\''");
		else
			tl_buf_putc(out, (uint8_t)*name);
	tl_buf_putc(out, '\'');
}

void tl_shell_edit(struct tl_app *app, const struct tl_number *n)
{
	struct tl_buf command = TL_BUF_INIT;
	struct tl_file *f = tl_app_file(app);
	const char *editor = getenv("VISUAL");
	uint64_t line = 0, pos;

	if (refused(app, TL_SECURE_EDIT))
		return;
	if (!f || !strcmp(f->name, "-")) {
		tl_app_message(app, "Cannot edit standard input");
		return;
	}
	if (tl_app_decoder(app, NULL)) {
		tl_app_message(app, "A recording cannot be edited (s saves its text)");
		return;
	}
	if (!editor || !*editor)
		editor = getenv("EDITOR");
	if (!editor || !*editor)
		editor = "vi";
	pos = tl_view_pos(app->text.view, tl_move_jump_row(app));
	tl_buf_puts(&command, editor);
	if (pos != TL_NOPOS && tl_lineindex_line_of(app->text.lines, pos, &line) == TL_FOUND)
		tl_buf_printf(&command, " +%" PRIu64, line + 1);
	tl_buf_putc(&command, ' ');
	quote(&command, f->name);
	tl_app_suspend(app);
	run_shell(app, tl_buf_str(&command), NULL);
	tl_buf_fini(&command);
	tl_app_resume(app);
	tl_app_refresh_text(app, true);
}
