/*
 * runs.h: for tests that run programs in a folder of their own, and compare what they list.
 * Failures are those of the test that calls.
 */
#ifndef TESTS_TRACE_RUNS_H
#define TESTS_TRACE_RUNS_H

#include "tests/trace/listing.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

extern char here[PATH_MAX];       /* the folder of this program */
extern char tless[PATH_MAX + 16]; /* the pager, of the same build */
extern char folder[PATH_MAX];     /* for files */

/* Make the folder, and find the others.  False: it cannot be made. */
bool runs_begin(void);
/* Remove it, if the environment does not say KEEP. */
void runs_end(void);

/* A path in the folder; four are valid at a time. */
const char *in_folder(const char *name);

/* Run with standard output (and, if `both`, error) in a file, for at most a minute.  The exit
 * status, 128 and the signal, or 127. */
int run(char *const argv[], const char *out, bool both);

#define RUN(out, ...) run((char *[]){ __VA_ARGS__, NULL }, out, false)

/* A view of a recording in the folder, into a file there. */
void view_of(const char *recording, const char *name, const char *out);

/* Each line was understood, and there are some. */
void all_read(const struct listing *l, const char *what);

enum { ADDRESSES = 1, NAMES = 2, FLAGS = 4, TIMES = 8 };

/* The same events of each thread, in the same order; times (ns) may be so far apart. */
void compare(const struct listing *a, const char *aname, const struct listing *b, const char *bname,
	     unsigned how, uint64_t slack);

/* Two files (whole paths) have the same lines, but for digits of times; `threads`: sorted by
 * thread first; `names`: with the names of threads. */
void same_lines(const char *a, const char *b, bool threads, bool names);

#endif
