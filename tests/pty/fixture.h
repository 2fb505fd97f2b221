/*
 * fixture.h: what every terminal test starts from: a pager under test (the environment
 * variable TLESS, else build/tless), a folder of its own that is home, cache and working
 * directory, and checks that fail with a picture of the screen.
 *
 *	struct fixture f;
 *	fixture_init(&f);
 *	fixture_file(&f, "a.txt", "one\ntwo\n", -1);
 *	struct term *t = fixture_page(&f, "-N", "a.txt", NULL);
 *	check_keys(t, "G");
 *	check_text(t, "(END)");
 *	fixture_fini(&f);       // ends t too
 */
#ifndef TESTS_PTY_FIXTURE_H
#define TESTS_PTY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/pty/term.h"

#define TIMEOUT_MS 20000 /* far above what anything takes, also under a sanitizer */
#define MAX_ENV    32
#define MAX_TERMS  4

struct fixture {
	char dir[256];
	char work[600];        /* where the programs start, when opts.cwd points here */
	struct term_opts opts; /* for the next start: size, input, ... */
	char *env[MAX_ENV + 1];
	int nenv;
	struct term *terms[MAX_TERMS];
	int nterms;
};

/* The pager under test, and is it less(1)? */
const char *pager_path(void);
bool pager_is_less(void);

/* skip() the test where the pager is less, which does this differently. */
void only_tless(void);

void fixture_init(struct fixture *f);
void fixture_fini(struct fixture *f); /* ends the programs, removes the folder */

/* Set (or with NULL unset) a variable of the programs started later. */
void fixture_setenv(struct fixture *f, const char *name, const char *value);

/* A file in the folder; n < 0: `bytes` is a string.  Its path is valid until a few calls later. */
const char *fixture_file(struct fixture *f, const char *name, const char *bytes, long n);

/* A file of `n` lines made with a printf format that takes the line number. */
void fixture_lines(struct fixture *f, const char *name, const char *fmt, int n);

/*
 * On which row of the screen is line y (from 0) of a text of n lines, which does not fill it?  At
 * first such a text stands at the bottom of an alternate screen, as if it had scrolled in there; less
 * 590 has it at the top.
 */
int short_row(struct term *t, int n, int y);

const char *fixture_path(const struct fixture *f, const char *name);
/* What a short file of the folder holds, without its last newline; valid until the next call. */
const char *fixture_contents(const struct fixture *f, const char *name);

/* Start the pager, or another program, with these arguments and NULL; fails if it cannot. */
struct term *fixture_page(struct fixture *f, ...) __attribute__((sentinel));
struct term *fixture_run(struct fixture *f, const char *program, const char *const *args);

/* The same, and wait until it waits for a key. */
struct term *fixture_open(struct fixture *f, ...) __attribute__((sentinel));

/* End the program that was started last, before others are: there is room for few. */
void fixture_end(struct fixture *f);

/* ---- checks; `t` is drawn when they fail */

#define check_idle(t)       check_(t, term_wait_idle(t, TIMEOUT_MS), "idle", __FILE__, __LINE__)
#define check_text(t, s)    check_(t, term_wait_text(t, s, TIMEOUT_MS), s, __FILE__, __LINE__)
#define check_no_text(t, s) check_(t, term_wait_no_text(t, s, TIMEOUT_MS), s, __FILE__, __LINE__)
#define check_stop(t)       check_(t, term_wait_stop(t, TIMEOUT_MS), "stopped", __FILE__, __LINE__)
#define check_that(t, what) check_(t, what, #what, __FILE__, __LINE__)
#define check_row(t, y, s)  check_row_(t, y, s, __FILE__, __LINE__)
#define check_last(t, s)    check_row_(t, term_rows(t) - 1, s, __FILE__, __LINE__)
#define check_exit(t, n)    check_exit_(t, n, __FILE__, __LINE__)

/* Type keys, wait until they have been dealt with. */
#define check_keys(t, keys) check_keys_(t, keys, __FILE__, __LINE__)

/* Type q; that ends it, and all was well. */
#define check_quit(t) check_quit_(t, __FILE__, __LINE__)

/* What a short file of the folder holds, without its last newline. */
#define check_file(f, name, s) assert_string_equal(fixture_contents(f, name), s)

void check_(struct term *t, bool ok, const char *what, const char *file, int line);
void check_row_(struct term *t, int y, const char *want, const char *file, int line);
void check_exit_(struct term *t, int code, const char *file, int line);
void check_keys_(struct term *t, const char *keys, const char *file, int line);
void check_quit_(struct term *t, const char *file, int line);

/* ---- programs without a terminal */

struct capture {
	struct tl_buf out, err;
	int status; /* of waitpid(); -1: killed at the deadline */
};

/* Run argv in the fixture's folder and environment; stdin_path may be NULL (/dev/null). */
void fixture_capture(struct fixture *f, const char *const *argv, const char *stdin_path,
		     struct capture *out);
void capture_fini(struct capture *c);

#endif
