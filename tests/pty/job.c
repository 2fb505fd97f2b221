/* job.c: see job.h. */
#include "tests/pty/job.h"

#include "tests/pty/term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

struct event {
	enum { STARTED, STOPPED, EXITED } what;
	int value;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void tell(int events, int what, int value)
{
	struct event e = { what, value };

	if (write(events, &e, sizeof(e)) != sizeof(e))
		_exit(126);
}

static void default_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < 32; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The program's process, until exec. */
static void become_program(const struct term_opts *opts, int tty, int input)
{
	setpgid(0, 0);
	tcsetpgrp(tty, getpid());
	default_signals();
	if (opts->cwd && chdir(opts->cwd) < 0)
		_exit(125);
	if (input >= 0)
		dup2(input, 0);
	if (opts->file_limit) {
		struct rlimit limit = { opts->file_limit, opts->file_limit };

		signal(SIGXFSZ, SIG_IGN); /* the write fails, as on a full disk */
		setrlimit(RLIMIT_FSIZE, &limit);
	}
	execve(opts->argv[0], (char *const *)opts->argv,
	       opts->env ? (char *const *)opts->env : environ);
	_exit(127);
}

/* The shell's process: start the job, hand the terminal to and fro, tell the test. */
static void run_shell(const struct term_opts *opts, int input, int events, int control)
{
	int status, tty = 2;
	char fg;
	pid_t pid;

	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	pid = fork();
	if (pid < 0)
		_exit(126);
	if (pid == 0)
		become_program(opts, tty, input);
	setpgid(pid, pid);
	tcsetpgrp(tty, pid);
	tell(events, STARTED, pid);
	if (input > 2)
		close(input); /* or the program would not see its end */
	for (;;) {
		if (waitpid(pid, &status, WUNTRACED) < 0)
			_exit(126);
		tcsetpgrp(tty, getpid());
		if (!WIFSTOPPED(status)) {
			tell(events, EXITED, status);
			_exit(0);
		}
		tell(events, STOPPED, status);
		if (read(control, &fg, 1) != 1)
			_exit(0);
		tcsetpgrp(tty, pid);
		kill(-pid, SIGCONT);
	}
}

/* Standard input as opts asks for it: *fd for the program, or -1 for the terminal. */
static bool open_input(struct job *job, const struct term_opts *opts, int *fd)
{
	int p[2];

	*fd = -1;
	if (opts->stdin_path) {
		*fd = open(opts->stdin_path, O_RDONLY | O_CLOEXEC);
		return *fd >= 0;
	}
	if (!opts->stdin_cmd && !opts->stdin_pipe)
		return true;
	if (pipe2(p, O_CLOEXEC) < 0)
		return false;
	*fd = p[0];
	if (opts->stdin_pipe) {
		job->feed = p[1];
		return true;
	}
	job->feeder = fork();
	if (job->feeder == 0) {
		setpgid(0, 0);
		default_signals();
		dup2(p[1], 1);
		if (opts->cwd && chdir(opts->cwd) < 0)
			_exit(125);
		execl("/bin/sh", "sh", "-c", opts->stdin_cmd, (char *)NULL);
		_exit(127);
	}
	close(p[1]);
	return job->feeder > 0;
}

bool job_start(struct job *job, const struct term_opts *opts)
{
	struct winsize size = { .ws_row = (unsigned short)(opts->rows ? opts->rows : 24),
				.ws_col = (unsigned short)(opts->cols ? opts->cols : 80) };
	int events[2] = { -1, -1 }, control[2] = { -1, -1 }, input = -1;
	struct event e;

	*job = (struct job){ .master = -1, .tty = -1, .events = -1, .control = -1, .feed = -1 };
	signal(SIGPIPE, SIG_IGN);
	if (!open_input(job, opts, &input) || pipe2(events, O_CLOEXEC) < 0)
		goto fail;
	job->events = events[0];
	if (pipe2(control, O_CLOEXEC) < 0)
		goto fail;
	job->control = control[1];
	if (openpty(&job->master, &job->tty, NULL, NULL, &size) < 0)
		goto fail;
	tcgetattr(job->tty, &job->modes);
	fcntl(job->master, F_SETFD, FD_CLOEXEC);
	fcntl(job->tty, F_SETFD, FD_CLOEXEC);
	job->shell = fork();
	if (job->shell == 0) {
		close(job->master);
		close(job->control);
		close(job->events);
		close_fd(&job->feed);
		login_tty(job->tty);
		run_shell(opts, input, events[1], control[0]);
	}
	if (job->shell < 0)
		goto fail;
	close_fd(&events[1]);
	close_fd(&control[0]);
	close_fd(&input);
	if (read(job->events, &e, sizeof(e)) != sizeof(e)) {
		errno = ECHILD;
		goto fail;
	}
	job->pid = e.value;
	fcntl(job->events, F_SETFL, O_NONBLOCK);
	fcntl(job->master, F_SETFL, O_NONBLOCK);
	return true;
fail:
	close_fd(&events[1]);
	close_fd(&control[0]);
	close_fd(&input);
	job_end(job);
	return false;
}

void job_poll(struct job *job)
{
	struct event e;

	while (!job->exited && read(job->events, &e, sizeof(e)) == sizeof(e)) {
		job->stopped = e.what == STOPPED;
		job->exited = e.what == EXITED;
		job->status = e.value;
	}
	if (job->feeder > 0 && !job->feeder_ended &&
	    waitpid(job->feeder, NULL, WNOHANG) == job->feeder)
		job->feeder_ended = true;
}

void job_end(struct job *job)
{
	int saved = errno;

	if (job->pid > 0)
		job_poll(job);
	if (job->pid > 0 && !job->exited)
		kill(-job->pid, SIGKILL);
	close_fd(&job->control); /* a shell with a stopped job gives up */
	close_fd(&job->feed);
	if (job->feeder > 0 && !job->feeder_ended) {
		kill(-job->feeder, SIGKILL);
		waitpid(job->feeder, NULL, 0);
	}
	if (job->shell > 0)
		waitpid(job->shell, NULL, 0);
	close_fd(&job->master);
	close_fd(&job->tty);
	close_fd(&job->events);
	errno = saved;
}
