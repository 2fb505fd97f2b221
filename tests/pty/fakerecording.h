/*
 * fakerecording.h: for tests of decoded texts: the pager with a decoder of made-up recordings
 * (tests/unit/fake_decoder.h), and a.data, one of them.
 */
#ifndef TESTS_PTY_FAKERECORDING_H
#define TESTS_PTY_FAKERECORDING_H

#include "tests/pty/fixture.h"

#include <stdio.h>
#include <string.h>

static struct fixture f;
static char fake[4200];      /* that pager */
static struct capture whole; /* the text of a.data, as it writes it to a pipe */

static inline void fake_begin(void)
{
	char *slash;

	fixture_init(&f);
	snprintf(fake, sizeof(fake), "%s", pager_path());
	slash = strrchr(fake, '/');
	assert_non_null(slash);
	strcpy(slash, "/tests/unit/faketless");
	fixture_file(&f, "a.data", "FAKETRACE\nchunks 50\nlines 300\n", -1);
	fixture_capture(&f, (const char *const[]){ fake, "a.data", NULL }, NULL, &whole);
	assert_int_equal(whole.status, 0);
}

static inline int tear_down(void **state)
{
	capture_fini(&whole);
	fixture_fini(&f);
	return 0;
}

static inline struct term *open_fake(const char *option, const char *name)
{
	const char *args[] = { option ? option : name, option ? name : NULL, NULL };
	struct term *t = fixture_run(&f, fake, args);

	check_idle(t);
	return t;
}

#endif
