/*
 * timescreen.h: times on the screen, as timebench measures them: from a key to the line that was asked for, on a
 * terminal of 80x24.
 */
#ifndef TESTS_BENCH_TIMESCREEN_H
#define TESTS_BENCH_TIMESCREEN_H

#include <stdbool.h>
#include <stdint.h>

struct timescreen {
	const char *pager, *file;
	const char *index_dir; /* NULL: nothing is loaded or saved */
};

/* Milliseconds from Return behind @ and a time to the line that has it, which is in the file and stands there with
 * us; negative: it never came. */
double timescreen_ask(const struct timescreen *s, uint64_t ns);

/* Milliseconds from the start with --time to the first screen. */
double timescreen_part(const struct timescreen *s, uint64_t from_ns, uint64_t to_ns);

#endif
