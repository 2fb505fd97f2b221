/*
 * test_timeindex.c: every time asked for in texts of all kinds, cold, counted and read, against a plain walk
 * over the lines.
 */
#include "index/timeindex.h"

#include "tests/unit/fake_text.h"

#include <inttypes.h>
#include <poll.h>
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

/* ---- texts, and what a plain walk says of them */

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

static void add_line(struct story *s, bool has, uint64_t ns, const char *bytes, size_t len)
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
static void add_stamped(struct story *s, int kind, uint64_t raw, uint64_t ns)
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

static void cook(struct story *s, const struct recipe *r)
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

static const struct line *first_at(const struct story *s, uint64_t ns)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->lines[i].has && s->lines[i].ns >= ns)
			return &s->lines[i];
	return NULL;
}

/* ---- an index of one */

struct setup {
	struct tl_jobs *pool;
	struct fake_text fake;
	struct tl_source *src;
	struct tl_lineindex *lines;
	struct tl_timeindex *ti;
	const struct story *story;
};

static void open_all(struct setup *s, const struct story *story, unsigned shift, bool ragged,
		     unsigned nthreads)
{
	struct tl_buf copy = TL_BUF_INIT;

	memset(s, 0, sizeof(*s));
	s->story = story;
	assert_true(tl_buf_append(&copy, story->text.data, story->text.len));
	assert_true(tl_jobs_open(nthreads, &s->pool, NULL));
	assert_true(fake_open(&s->fake, &copy, shift, ragged, false, s->pool, &s->src));
	assert_true(tl_lineindex_new(s->src, s->pool, NULL, &s->lines, NULL));
	assert_true(tl_timeindex_new(s->src, s->lines, s->pool, NULL, &s->ti, NULL));
}

static void close_all(struct setup *s)
{
	tl_timeindex_close(s->ti);
	tl_lineindex_close(s->lines);
	tl_source_close(s->src);
	fake_fini(&s->fake);
	tl_jobs_close(s->pool);
}

static void read_all(struct setup *s)
{
	uint64_t done, total;

	tl_timeindex_start(s->ti);
	do {
		poll(NULL, 0, 1);
		tl_timeindex_progress(s->ti, &done, &total);
	} while (done < total);
}

static void count_all(struct setup *s)
{
	uint64_t n;

	tl_lineindex_start(s->lines);
	while (tl_lineindex_count(s->lines, &n) == TL_PENDING)
		poll(NULL, 0, 1);
}

static void ask(struct setup *s, uint64_t ns, bool must_be_sure)
{
	const struct line *want = first_at(s->story, ns);
	struct tl_err err = TL_ERR_INIT;
	struct tl_timehit hit;
	enum tl_lookup found = tl_timeindex_locate(s->ti, ns, NULL, &hit, &err);

	assert_true(found == TL_FOUND || found == TL_NONE);
	if (must_be_sure)
		assert_true(hit.sure);
	if (!hit.sure && !s->story->ordered)
		return;
	assert_int_equal(found, want ? TL_FOUND : TL_NONE);
	if (!want)
		return;
	assert_int_equal(hit.pos, fake_pos(&s->fake, want->at));
	assert_int_equal(hit.time, want->ns);
	if (s->story->ordered)
		assert_false(hit.unordered);
}

static uint64_t some_time(const struct story *s)
{
	const struct line *l = &s->lines[(size_t)rand() % s->n];
	uint64_t ns = l->has ? l->ns : 7 * SEC;

	switch (rand() % 4) {
	case 0:
		return ns + 1;
	case 1:
		return ns > 0 ? ns - 1 : 0;
	case 2:
		return ns + (uint64_t)rand() % (2 * SEC);
	default:
		return ns;
	}
}

/* All lines, and times in no line. */
static void ask_all(struct setup *s, bool must_be_sure, size_t every)
{
	ask(s, 0, must_be_sure);
	ask(s, UINT64_MAX, must_be_sure);
	for (size_t i = 0; i < s->story->n; i += every) {
		ask(s, s->story->lines[i].ns, must_be_sure);
		ask(s, some_time(s->story), must_be_sure);
	}
}

/* Any byte of any line has the time of the last line with one. */
static void ask_places(struct setup *s, size_t every)
{
	const struct story *story = s->story;

	for (size_t i = (size_t)rand() % every; i < story->n; i += 1 + (size_t)rand() % every) {
		size_t at = story->lines[i].at + (size_t)rand() % (story->lines[i].len + 1),
		       j = i + 1;
		enum tl_lookup found;
		uint64_t ns;

		if (at >= story->text.len)
			at = story->text.len - 1;
		while (j > 0 && !story->lines[j - 1].has)
			j--;
		found = tl_timeindex_at(s->ti, fake_pos(&s->fake, at), NULL, &ns, NULL);
		assert_int_equal(found, j > 0 ? TL_FOUND : TL_NONE);
		if (j > 0)
			assert_int_equal(ns, story->lines[j - 1].ns);
	}
}

static void check_range(struct setup *s)
{
	uint64_t first, last, low = UINT64_MAX, high = 0;

	for (size_t i = 0; i < s->story->n; i++) {
		if (!s->story->lines[i].has)
			continue;
		low = s->story->lines[i].ns < low ? s->story->lines[i].ns : low;
		high = s->story->lines[i].ns > high ? s->story->lines[i].ns : high;
	}
	assert_int_equal(tl_timeindex_range(s->ti, &first, &last), TL_FOUND);
	assert_int_equal(first, low);
	assert_int_equal(last, high);
	assert_int_equal(tl_timeindex_unordered(s->ti), !s->story->ordered);
}

/* Each question to an index that knows nothing. */
static void ask_cold(const struct story *story, unsigned shift, bool ragged, unsigned times)
{
	while (times-- > 0) {
		struct setup s;

		open_all(&s, story, shift, ragged, 1);
		ask(&s, some_time(story), false);
		ask(&s, some_time(story), false);
		if (story->ordered)
			ask_places(&s, story->n / 2);
		close_all(&s);
	}
}

static void check(const struct recipe *r)
{
	struct story story;

	cook(&story, r);
	for (unsigned i = 0; i < 4; i++) {
		unsigned shift = 10 + i, nthreads = 1 + i % 3;
		bool ragged = i % 2;
		struct setup s;

		ask_cold(&story, shift, ragged, 8);
		open_all(&s, &story, shift, ragged, nthreads);
		ask_all(&s, false, 50);
		read_all(&s);
		ask_all(&s, true, 20);
		ask_places(&s, 100);
		check_range(&s);
		close_all(&s);
		open_all(&s, &story, shift, ragged, nthreads);
		count_all(&s);
		ask_all(&s, false, 50);
		close_all(&s);
	}
	free(story.lines);
	tl_buf_fini(&story.text);
}

static void test_ordered(void **state)
{
	check(&(struct recipe){ .kind = TRACE, .nlines = 3000, .step = SEC });
	check(&(struct recipe){
	    .kind = TRACE, .nlines = 3000, .step = SEC, .newline_missing = true });
}

static void test_equal(void **state)
{
	check(&(struct recipe){ .kind = TRACE, .nlines = 3000, .step = SEC, .equal = 97 });
}

static void test_bare(void **state)
{
	check(&(struct recipe){ .kind = TRACE, .nlines = 5000, .step = SEC, .bare = 50 });
	check(&(struct recipe){ .kind = TRACE, .nlines = 20000, .step = SEC, .bare = 97 });
}

static void test_huge_line(void **state)
{
	check(&(struct recipe){ .kind = TRACE, .nlines = 1000, .step = SEC, .huge = 100000 });
}

static void test_interleaved(void **state)
{
	check(&(struct recipe){
	    .kind = TRACE, .nlines = 3000, .step = SEC, .jitter = 30, .late = 10 * SEC });
}

static void test_blocks(void **state)
{
	check(&(struct recipe){ .kind = TRACE, .nlines = 3000, .step = SEC, .blocks = 4 });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ordered),     cmocka_unit_test(test_equal),
		cmocka_unit_test(test_bare),        cmocka_unit_test(test_huge_line),
		cmocka_unit_test(test_interleaved), cmocka_unit_test(test_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
