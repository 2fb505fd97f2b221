/* preprocess.c: see preprocess.h. */
#include "pager/preprocess.h"

#include "base/buf.h"
#include "pager/app.h"
#include "pager/env.h"
#include "pager/names.h"
#include "pager/secure.h"
#include "pager/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long a program is waited for that lost its reader, or that has closed its output: in steps. */
#define END_STEP_MS  2
#define END_STEPS    50
#define STATUS_STEPS 500
#define INTERRUPT_MS 100 /* how soon ^C is seen at the latest */
/* Bytes of a name; what is longer than a path can be is none. */
#define MAX_NAME (2 * PATH_MAX)

/* ---- the command */

/* Count the %s; with any other % it is no command. */
static bool count_names(const char *proto, size_t *n)
{
	*n = 0;
	for (; *proto; proto++)
		if (*proto == '%') {
			proto++;
			if (*proto == 's')
				++*n;
			else if (*proto != '%')
				return false;
		}
	return true;
}

/* The command with the names, quoted, for its %s in turn. */
static bool make_command(struct tl_buf *out, const char *proto, const char *const names[2])
{
	bool ok = true;

	for (size_t n = 0; ok && *proto; proto++) {
		if (*proto != '%')
			ok = tl_buf_putc(out, (uint8_t)*proto);
		else if (*++proto == 's')
			ok = tl_names_quote(out, names[n++]);
		else
			ok = tl_buf_putc(out, '%');
	}
	return ok;
}

/* Start a command, its output to be read from *fd.  Signals that we ignore are not for it. */
static bool start(const char *command, int *fd, pid_t *pid)
{
	extern char **environ;
	struct tl_buf words = TL_BUF_INIT;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t normal;
	int ends[2];
	bool ok;

	if (!tl_shell_words(&words, command) || pipe2(ends, O_CLOEXEC) != 0) {
		tl_buf_fini(&words);
		return false;
	}
	sigemptyset(&normal);
	sigaddset(&normal, SIGPIPE);
	sigaddset(&normal, SIGXFSZ);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &normal);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	ok = posix_spawn(pid, "/bin/sh", &actions, &attr,
			 (char *[]){ (char *)"sh", (char *)"-c", (char *)tl_buf_str(&words), NULL },
			 environ) == 0;
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	tl_buf_fini(&words);
	close(ends[1]);
	if (ok)
		*fd = ends[0];
	else
		close(ends[0]);
	return ok;
}

/* -1: no status is known.  After ^C, a program that does not end by it is left alone. */
static int wait_for(pid_t pid)
{
	for (int i = 0; i < END_STEPS;) {
		bool hurry = tl_app_interrupted();
		int status = 0;
		pid_t ended = waitpid(pid, &status, hurry ? WNOHANG : 0);

		if (ended == pid)
			return status;
		if (ended < 0 && errno != EINTR)
			return -1;
		if (hurry) {
			poll(NULL, 0, END_STEP_MS);
			i++;
		}
	}
	return -1;
}

/* ---- opening */

/* Does the pipe bring anything?  Waits until that is known; nothing is read. */
static bool brings_something(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };

	/* A ^C just before poll() would not end it. */
	while (!tl_app_interrupted()) {
		int n = poll(&p, 1, INTERRUPT_MS);

		if (n > 0)
			return (p.revents & POLLIN) != 0;
		if (n < 0 && errno != EINTR)
			break;
	}
	return false;
}

static bool open_pipe(bool status_counts, pid_t pid, int from, struct tl_replacement *r, int *fd)
{
	int status;

	if (brings_something(from)) {
		r->kind = TL_REPLACED_BY_PIPE;
		r->pid = pid;
		*fd = from;
		return true;
	}
	close(from);
	status = wait_for(pid);
	if (!status_counts || status != 0)
		return false;
	r->kind = TL_REPLACED_BY_NOTHING;
	return true;
}

/* The first line that was printed is the other file's name.  No more is read. */
static bool read_name(pid_t pid, int from, struct tl_replacement *r)
{
	struct tl_buf line = TL_BUF_INIT;
	const uint8_t *end = NULL;
	char bytes[512];
	ssize_t n;

	while (!end && line.len < MAX_NAME && brings_something(from)) {
		n = read(from, bytes, sizeof(bytes));
		if (n <= 0 || !tl_buf_append(&line, bytes, (size_t)n))
			break;
		end = memchr(line.data, '\n', line.len);
	}
	close(from);
	wait_for(pid);
	if (end)
		line.len = (size_t)(end - line.data);
	if (line.len > 0)
		r->path = strdup(tl_buf_str(&line));
	tl_buf_fini(&line);
	if (!r->path)
		return false;
	r->kind = TL_REPLACED_BY_FILE;
	return true;
}

bool tl_preprocess_open(const char *name, struct tl_replacement *r, int *fd, struct tl_err *err)
{
	const char *proto = tl_env("LESSOPEN"), *names[2] = { name, name };
	struct tl_buf command = TL_BUF_INIT;
	size_t n, bars;
	pid_t pid;
	int from;
	bool ok;

	memset(r, 0, sizeof(*r));
	if (!proto || !tl_secure_allows(TL_SECURE_LESSOPEN))
		return false;
	bars = strspn(proto, "|");
	proto += bars;
	if (*proto == '-')
		proto++;
	else if (strcmp(name, "-") == 0)
		return false;
	if (!count_names(proto, &n) || n != 1)
		return tl_err_set(err, "LESSOPEN ignored: must contain exactly one %%s");
	ok = make_command(&command, proto, names) && start(tl_buf_str(&command), &from, &pid);
	tl_buf_fini(&command);
	if (!ok)
		return false;
	return bars > 0 ? open_pipe(bars > 1, pid, from, r, fd) : read_name(pid, from, r);
}

/* ---- the end */

static bool tell_status(int status, struct tl_err *err)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		return tl_err_set(err, "Input preprocessor failed (status %d)",
				  WEXITSTATUS(status));
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGPIPE)
		return tl_err_set(err, "Input preprocessor terminated: %s",
				  strsignal(WTERMSIG(status)));
	return true;
}

bool tl_preprocess_ended(struct tl_replacement *r, struct tl_err *err)
{
	int status;
	pid_t pid = r->pid, ended = 0;

	/* The end of what it writes is seen a moment before its own. */
	for (int i = 0; pid > 0 && i < STATUS_STEPS; i++) {
		ended = waitpid(pid, &status, WNOHANG);
		if (ended != 0 || r->waited)
			break;
		poll(NULL, 0, END_STEP_MS);
	}
	r->waited = true;
	if (pid == 0 || ended != pid)
		return true;
	r->pid = 0;
	return tell_status(status, err);
}

/* A program whose reader is gone ends when it writes on; one that does not is left alone. */
static void reap(struct tl_replacement *r)
{
	for (int i = 0; i < END_STEPS && r->pid > 0; i++) {
		if (waitpid(r->pid, NULL, WNOHANG) != 0)
			r->pid = 0;
		else
			poll(NULL, 0, END_STEP_MS);
	}
}

bool tl_preprocess_close(const char *name, struct tl_replacement *r, struct tl_err *err)
{
	const char *proto = tl_env("LESSCLOSE");
	const char *names[2] = { name, r->kind == TL_REPLACED_BY_FILE ? r->path : "-" };
	struct tl_buf command = TL_BUF_INIT;
	bool ok = true, run;
	size_t n;
	pid_t pid;
	int fd;

	if (r->kind == TL_REPLACED_NOT)
		return true;
	reap(r);
	run = proto && tl_secure_allows(TL_SECURE_LESSOPEN);
	if (run && (!count_names(proto, &n) || n > 2))
		ok = tl_err_set(err, "LESSCLOSE ignored; must contain no more than 2 %%s");
	else if (run && make_command(&command, proto, names) &&
		 start(tl_buf_str(&command), &fd, &pid)) {
		close(fd);
		wait_for(pid);
	}
	tl_buf_fini(&command);
	free(r->path);
	memset(r, 0, sizeof(*r));
	return ok;
}
