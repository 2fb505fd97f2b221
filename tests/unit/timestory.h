/*
 * timestory.h: texts with times for tests, and what a plain walk over their lines says.
 */
#ifndef TL_TESTS_TIMESTORY_H
#define TL_TESTS_TIMESTORY_H

#include "base/buf.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEC  UINT64_C(1000000000)
#define USEC UINT64_C(1000)
#define DAY  (86400 * SEC)

struct line {
	size_t at, len;
	bool has; /* a time of its own */
	uint64_t ns;
};

struct story {
	struct tl_buf text;
	struct line *lines;
	size_t n, room;
	bool ordered;
};

enum { TRACE, DAYS, DELTAS }; /* ftrace, strace -tt, strace -r */

static inline void add_line(struct story *s, bool has, uint64_t ns, const char *bytes, size_t len)
{
	if (s->n == s->room) {
		s->room = s->room ? 2 * s->room : 256;
		s->lines = realloc(s->lines, s->room * sizeof(*s->lines));
		assert_non_null(s->lines);
	}
	s->lines[s->n++] = (struct line){ s->text.len, len, has, ns };
	assert_true(tl_buf_append(&s->text, bytes, len));
	assert_true(tl_buf_append(&s->text, "\n", 1));
}

/* What a line says; of DELTAS `ns` is the time since the one before. */
static inline void add_stamped(struct story *s, int kind, uint64_t raw, uint64_t ns)
{
	char line[200];
	int n = 0;

	switch (kind) {
	case TRACE:
		n = snprintf(line, sizeof(line),
			     "  bash-1234  [001] d..1. %5" PRIu64 ".%06" PRIu64 ": ", raw / SEC,
			     raw % SEC / USEC);
		break;
	case DAYS:
		n = snprintf(line, sizeof(line), "%02d:%02d:%02d.%06d ", (int)(raw / SEC / 3600),
			     (int)(raw / SEC / 60 % 60), (int)(raw / SEC % 60),
			     (int)(raw % SEC / USEC));
		break;
	case DELTAS:
		n = snprintf(line, sizeof(line), "%6" PRIu64 ".%06" PRIu64 " ", raw / SEC,
			     raw % SEC / USEC);
		break;
	}
	n += snprintf(line + n, sizeof(line) - (size_t)n, "write(1, \"%.*s\", 5) = 5", rand() % 60,
		      "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh");
	add_line(s, true, ns, line, (size_t)n);
}

struct recipe {
	const char *what;
	int kind;
	size_t nlines;
	uint64_t step;   /* at most so much between two lines */
	unsigned equal;  /* of 100 lines have the time of the one before */
	unsigned bare;   /* of 100 have none */
	unsigned jitter; /* of 100 are late, by up to `late` */
	uint64_t late;
	size_t blocks; /* the text is so many ordered ones, all of the same time */
	size_t huge;   /* in the middle a line of so many bytes */
	bool newline_missing;
};

static inline void cook(struct story *s, const struct recipe *r)
{
	uint64_t now = 5 * SEC;

	memset(s, 0, sizeof(*s));
	s->ordered = r->jitter == 0 && r->blocks <= 1;
	if (r->kind == DAYS)
		now = 20 * 3600 * SEC;
	if (r->kind == DELTAS)
		now = 0;
	for (size_t i = 0; i < r->nlines; i++) {
		uint64_t step =
		    (unsigned)rand() % 100 < r->equal ? 0 : (uint64_t)rand() * 1000 % r->step;
		uint64_t ns;

		if (r->blocks > 1 && i > 0 && i % (r->nlines / r->blocks) == 0)
			now = 5 * SEC;
		step -= step % USEC;
		if (r->huge && i == r->nlines / 2) {
			char *x = malloc(r->huge);

			assert_non_null(x);
			memset(x, 'x', r->huge);
			add_line(s, false, 0, x, r->huge);
			free(x);
		}
		if ((unsigned)rand() % 100 < r->bare && i > 20) {
			add_line(s, false, 0, "\tat some place, 12", (size_t)rand() % 18);
			continue;
		}
		now += step;
		ns = now;
		if ((unsigned)rand() % 100 < r->jitter && ns > r->late)
			ns -= (uint64_t)rand() * 1000 % r->late / USEC * USEC;
		add_stamped(s, r->kind,
			    r->kind == DELTAS ? step
			    : r->kind == DAYS ? ns % DAY
					      : ns,
			    ns);
	}
	if (r->newline_missing)
		s->text.len--;
}

static inline const struct line *first_at(const struct story *s, uint64_t ns)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->lines[i].has && s->lines[i].ns >= ns)
			return &s->lines[i];
	return NULL;
}

static inline void eat(struct story *s)
{
	free(s->lines);
	tl_buf_fini(&s->text);
}

#endif
