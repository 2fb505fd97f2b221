/* diff.h: two pagers get the same keys, and their screens are compared after each. */
#ifndef TESTS_PTY_DIFF_H
#define TESTS_PTY_DIFF_H

#include "tests/pty/fixture.h"

struct diff {
	struct fixture *f;
	struct term *less, *own;
	struct tl_buf typed; /* all keys so far */
	const char *args;    /* for the report */
	bool colors;         /* compare them too */
	bool differs;
	bool prompt_differs; /* only the bottom row did, once or more: the walk goes on */
	bool ended;          /* both programs have */
};

/* The other pager's path, which DIFF_LESS in the environment may name; or NULL where it is not
 * installed (or is the one under test). */
const char *diff_less(void);

/* Is it a version since 700, whose ways the pager has where an older one has others? */
bool diff_less_is_new(void);

/* Start both with these words, separated by single spaces, and compare the first screens. */
void diff_open(struct diff *d, struct fixture *f, const char *args);
void diff_close(struct diff *d);

/*
 * Type one group of keys to both, wait until both are idle, compare.  False, with a report
 * on stderr: the screens differ, or only one program ended.  False, too, when both did.  A
 * bottom row that differs is reported once; what follows can still be compared.
 */
bool diff_keys(struct diff *d, const char *keys);

/* Is a message shown that takes more than the bottom row? */
bool diff_wide_message(struct diff *d);

#endif
