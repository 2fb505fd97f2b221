/*
 * session.h: recorded sessions: a file says how the pager is started, what is typed, and what
 * the screen shows after each step.  tests/sessions/README.md describes the format.
 */
#ifndef TESTS_PTY_SESSION_H
#define TESTS_PTY_SESSION_H

#include "tests/pty/fixture.h"

struct session {
	struct tl_buf head; /* the lines before the first screen, as they are in the file */
	struct fixture f;   /* environment, files, size */
	char **words;       /* arguments of the pager, nwords of them, and NULL */
	size_t nwords;
	struct session_step {
		char *keys; /* as term_keys() reads them; NULL: the first screen */
		struct tl_buf
		    shown; /* lines of the file: how the screen differs from the step before */
	} * steps;
	size_t nsteps;
};

/* Read the file; its texts are made in a folder of their own.  False: it cannot be read, or is no
 * session; the reason goes to standard error.  Ends with session_fini() in both cases. */
bool session_read(struct session *s, const char *path);
void session_fini(struct session *s);

/* Write it anew, with what the steps hold now. */
bool session_write(const struct session *s, const char *path);

/* A screen as text: for each row its characters and then, if there are any, its attributes. */
struct session_screen {
	char *text[200], *look[200];
	int n;
};
void session_take(struct session_screen *to, struct term *t);
void session_forget(struct session_screen *screen);

/* The lines that make `before` (all blank at first) into `after`; and the other way. */
void session_difference(const struct session_screen *before, const struct session_screen *after,
			struct tl_buf *lines);
bool session_apply(struct session_screen *screen, const struct tl_buf *lines);

#endif
