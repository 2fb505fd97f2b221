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

/* ftrace, strace -tt, strace -r, seconds since 1970, ISO 8601 with a zone, dmesg, function_graph, log time behind a
 * level */
enum { TRACE, DAYS, DELTAS, EPOCH, ISO, DMESG, GRAPH, LEVEL, NKINDS };

#define NOON UINT64_C(1795348800) /* 2026-11-22, 12:00 */

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
	unsigned sec = (unsigned)(raw / SEC), us = (unsigned)(raw % SEC / USEC);
	char line[200];
	int n = 0;

	switch (kind) {
	case EPOCH:
		n = snprintf(line, sizeof(line), "%u.%06u ", sec, us);
		break;
	case ISO:
	case LEVEL: /* not farther than to the next midnight */
		sec -= (unsigned)NOON;
		n = snprintf(line, sizeof(line), "%s2026-11-22T%02u:%02u:%02u.%06u+01:00 ",
			     kind == ISO  ? ""
			     : rand() % 2 ? "INFO "
					  : "ERROR ",
			     13 + sec / 3600, sec / 60 % 60, sec % 60, us);
		break;
	case DMESG:
		n = snprintf(line, sizeof(line), "[%5u.%06u] ", sec, us);
		break;
	case GRAPH:
		n = snprintf(line, sizeof(line), "%5u.%06u |  1)               |  ", sec, us);
		break;
	case TRACE:
		n = snprintf(line, sizeof(line), "  bash-1234  [001] d..1. %5u.%06u: ", sec, us);
		break;
	case DAYS:
		n = snprintf(line, sizeof(line), "%02u:%02u:%02u.%06u ", sec / 3600, sec / 60 % 60,
			     sec % 60, us);
		break;
	case DELTAS:
		n = snprintf(line, sizeof(line), "%6u.%06u ", sec, us);
		break;
	}
	n += snprintf(line + n, sizeof(line) - (size_t)n, "write(1, \"%.*s\", 5) = 5", rand() % 60,
		      "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh");
	add_line(s, true, ns, line, (size_t)n);
}

struct recipe {
	int kind;
	size_t nlines;
	uint64_t step;   /* at most so much between two lines */
	unsigned equal;  /* of 100 lines have the time of the one before */
	unsigned bare;   /* of 100 have none */
	unsigned empty;  /* of 100 have nothing at all */
	unsigned jitter; /* of 100 are late, by up to `late` */
	uint64_t late;
	size_t blocks;    /* the text is so many ordered ones, all of the same time */
	unsigned streams; /* so many interleaved ones, each ordered, up to `late` apart */
	size_t huge;      /* in the middle a line of so many bytes */
	bool newline_missing;
	bool crlf; /* lines end so */
	bool bom;  /* the text begins so */
	bool cut;  /* behind all is the beginning of a line, which has no time yet */
};

static inline uint64_t beginning(int kind)
{
	switch (kind) {
	case DAYS:
		return 20 * 3600 * SEC;
	case DELTAS:
		return 0;
	case EPOCH:
	case ISO:
	case LEVEL:
		return NOON * SEC;
	default:
		return 5 * SEC;
	}
}

/* What makes the text none that programs write, but some people have. */
static inline void garnish(struct story *s, const struct recipe *r)
{
	static const uint8_t bom[] = { 0xef, 0xbb, 0xbf };
	struct tl_buf text = TL_BUF_INIT;

	if (r->bom)
		assert_true(tl_buf_append(&text, bom, sizeof(bom)));
	for (size_t i = 0; i < s->n; i++) {
		struct line *l = &s->lines[i];
		size_t at = i == 0 ? 0 : text.len;

		assert_true(tl_buf_append(&text, s->text.data + l->at, l->len));
		if (r->crlf)
			assert_true(tl_buf_append(&text, "\r", 1));
		assert_true(tl_buf_append(&text, "\n", 1));
		l->at = at;
		l->len = text.len - 1 - at;
	}
	tl_buf_fini(&s->text);
	s->text = text;
	if (r->cut) {
		const struct line *l = &s->lines[s->n / 2];
		size_t n = l->has ? 1 + (size_t)rand() % 12 : 0;

		for (size_t i = 0; i < n && i < l->len; i++)
			assert_true(tl_buf_append(&s->text, s->text.data + l->at + i, 1));
	}
}

static inline void cook(struct story *s, const struct recipe *r)
{
	uint64_t now = beginning(r->kind), latest = 0;

	memset(s, 0, sizeof(*s));
	s->ordered = true;
	for (size_t i = 0; i < r->nlines; i++) {
		uint64_t step =
		    (unsigned)rand() % 100 < r->equal ? 0 : (uint64_t)rand() * 100000 % r->step;
		uint64_t ns;

		if (r->blocks > 1 && i > 0 && i % (r->nlines / r->blocks) == 0)
			now = beginning(r->kind);
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
		if ((unsigned)rand() % 100 < r->empty && i > 20) {
			add_line(s, false, 0, "", 0);
			continue;
		}
		now += step;
		ns = now;
		if ((unsigned)rand() % 100 < r->jitter && ns - beginning(r->kind) > r->late)
			ns -= (uint64_t)rand() * 1000 % r->late / USEC * USEC;
		if (r->streams > 1)
			ns += (unsigned)rand() % r->streams * (r->late / r->streams) / USEC * USEC;
		s->ordered = s->ordered && ns >= latest;
		latest = ns > latest ? ns : latest;
		add_stamped(s, r->kind,
			    r->kind == DELTAS ? step
			    : r->kind == DAYS ? ns % DAY
					      : ns,
			    ns);
	}
	if (r->crlf || r->bom || r->cut)
		garnish(s, r);
	if (r->newline_missing && !r->cut)
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
