/*
 * job.h: a program as the foreground job of a tiny shell on a pty.  The shell is a process
 * of its own between the test and the program, since only a parent in the same session
 * makes ^Z stop a program, and only one in another process group gets the terminal back.
 */
#ifndef TESTS_PTY_JOB_H
#define TESTS_PTY_JOB_H

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

struct term_opts;

struct job {
	int master, tty; /* the two sides of the pty; ours stays open to look at the modes */
	int events;      /* from the shell: started, stopped, ended */
	int control;     /* to the shell: a byte is `fg` */
	int feed;        /* the program's standard input, or -1 */
	pid_t shell, pid, feeder;
	bool stopped, exited, feeder_ended;
	int status;           /* of waitpid() */
	struct termios modes; /* of the terminal before the program began */
};

/* False: errno says why.  All is closed then. */
bool job_start(struct job *job, const struct term_opts *opts);

/* Take in the shell's news, without waiting. */
void job_poll(struct job *job);

/* Kill what still runs, close everything. */
void job_end(struct job *job);

#endif
