/*
 * test_timecuts.c: a text whose last line is still being written has the times of the lines before it, and that of
 * the last one as soon as nothing can change it; never another one.
 */
#include "index/timefacts.h"
#include "index/timeindex.h"

#include "tests/unit/fake_text.h"
#include "tests/unit/timestory.h"

#include <dirent.h>

#define STAMPS  "tests/unit/stamps/"
#define CHANGED ((time_t)1795392000) /* 2026-11-23 */

static struct tl_timefacts facts_of(const struct tl_timeform *f, const char *text, size_t len)
{
	struct tl_timebytes b = { .chunk = { (const uint8_t *)text, len },
				  .begins = true,
				  .open = true };

	return tl_timefacts_read(f, &b);
}

static bool is_same(const struct tl_timefacts *a, const struct tl_timefacts *b)
{
	return a->first == b->first && a->last == b->last && a->min == b->min && a->max == b->max &&
	       a->advance == b->advance && a->flags == b->flags;
}

/* Cut each line but the first at each byte. */
static void check_cuts(const char *what, const char *text, size_t len)
{
	struct tl_timeform form;
	size_t at, next;

	if (!tl_timeform_detect((struct tl_span){ (const uint8_t *)text, len }, CHANGED, &form))
		return;
	for (at = 0; at < len; at = next) {
		const char *newline = memchr(text + at, '\n', len - at);
		struct tl_timefacts before, whole;

		next = newline ? (size_t)(newline + 1 - text) : len;
		if (at == 0 || !newline)
			continue;
		before = facts_of(&form, text, at);
		whole = facts_of(&form, text, next);
		for (size_t cut = at; cut < next; cut++) {
			struct tl_timefacts now = facts_of(&form, text, cut);

			if (!is_same(&now, &before) && !is_same(&now, &whole))
				fail_msg("%s: cut behind '%.*s'", what, (int)(cut - at), text + at);
		}
	}
}

static void test_samples(void **state)
{
	DIR *dir = opendir(STAMPS);
	unsigned n = 0;

	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir)); n++) {
		static char text[65536];
		char path[512];
		FILE *in;

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), STAMPS "%s", e->d_name);
		in = fopen(path, "r");
		assert_non_null(in);
		check_cuts(e->d_name, text, fread(text, 1, sizeof(text), in));
		fclose(in);
	}
	closedir(dir);
	assert_true(n > 40);
}

/* What ends in a fraction, in a zone, in a year, or in something that is no time. */
static void test_written(void **state)
{
	static const char *const lines[] = {
		"17953475%c1.123456789 up and running\n",
		"17953475%c1.5 0\n",
		"{\"ts\":17953475%c1.123456789}\n",
		"{\"ts\":17953475%c1123}\n",
		"{\"__REALTIME_TIMESTAMP\":\"17953475%c1123456\",\"X\":1}\n",
		"2026-11-22 12:39:3%c.123+01:00 up and running\n",
		"2026-11-22 12:39:3%c -0330 up and running\n",
		"2026-11-22 12:39:3%c,123 INFO [main] expires 2026-11-21 10:00:00\n",
		"INFO 2026-11-22 12:39:3%c,123 expires 2026-11-21 10:00:00\n",
		"22-Nov-2026 11:39:3%c.123 INFO [main] up\n",
		"[22/Nov/2026:12:39:3%c +0100] \"GET / HTTP/1.1\" 200\n",
		"[Sun Nov 22 11:39:3%c.123456 2026] [error] up and running\n",
		"Nov 22 11:39:3%c.123456 box su: up and running\n",
		"I1122 11:39:3%c.123456   17 main.cc:12] up and running\n",
		"11-22 11:39:3%c.123  1234  1240 I tag: up and running\n",
		"11:39:3%c.123 up and running\n",
		"[11:39:3%c] up and running\n",
		"bash-1 [001] 123.45678%c: sched_switch: said [002] 12.345678: x\n",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct tl_timeform form;
		char text[1024];
		int n = 0;

		for (char c = '1'; c <= '5'; c++)
			n += snprintf(text + n, sizeof(text) - (size_t)n, lines[i], c);
		if (!tl_timeform_detect((struct tl_span){ (const uint8_t *)text, (size_t)n },
					CHANGED, &form))
			fail_msg("%s has no times", lines[i]);
		check_cuts(lines[i], text, (size_t)n);
	}
}

/* What there is of line n. */
static void check_begun(const struct story *story, struct tl_timeindex *ti,
			const struct fake_text *fake, size_t n, size_t shown)
{
	const struct line *l = &story->lines[n];
	struct tl_span begun;
	uint64_t ns;

	if (n == story->n || l->at >= shown)
		return;
	begun = (struct tl_span){ story->text.data + l->at, shown - l->at };
	if (tl_timeindex_line(ti, fake_pos(fake, l->at), begun, &ns) == TL_FOUND)
		assert_int_equal(ns, l->ns);
}

/* A text grows by a byte: never is it out of order, and what it has got is found. */
static void grow(const struct story *story, unsigned shift)
{
	struct tl_buf copy = TL_BUF_INIT;
	struct tl_lineindex *lines;
	struct tl_timeindex *ti;
	struct fake_text fake;
	struct tl_source *src;
	struct tl_jobs *pool;
	size_t n = 0; /* lines that are there */

	assert_true(tl_buf_append(&copy, story->text.data, story->text.len));
	assert_true(tl_jobs_open(1, &pool, NULL));
	assert_true(fake_open(&fake, &copy, shift, false, true, pool, &src));
	assert_true(tl_lineindex_new(src, pool, NULL, &lines, NULL));
	assert_true(tl_timeindex_new(src, lines, pool, NULL, &ti, NULL));
	for (size_t shown = story->lines[2].at; shown <= story->text.len; shown++) {
		uint64_t first, last, got;
		struct tl_timehit hit;

		pthread_mutex_lock(&fake.lock);
		fake.shown = shown;
		pthread_mutex_unlock(&fake.lock);
		tl_timeindex_grow(ti);
		while (n < story->n && story->lines[n].at + story->lines[n].len < shown)
			n++;
		got = story->lines[n - 1].ns;
		assert_int_equal(tl_timeindex_measure(ti, NULL, &first, &last, NULL), TL_FOUND);
		assert_int_equal(first, story->lines[0].ns);
		assert_true(last == got || (n < story->n && last == story->lines[n].ns));
		assert_false(tl_timeindex_unordered(ti));
		check_begun(story, ti, &fake, n, shown);
		if (shown % 16 != 0)
			continue;
		assert_int_equal(tl_timeindex_locate(ti, got, NULL, &hit, NULL), TL_FOUND);
		assert_int_equal(hit.pos, fake_pos(&fake, story->lines[n - 1].at));
		assert_false(hit.unordered);
	}
	tl_timeindex_close(ti);
	tl_lineindex_close(lines);
	tl_source_close(src);
	fake_fini(&fake);
	tl_jobs_close(pool);
}

static void test_growing(void **state)
{
	for (int kind = 0; kind < NKINDS; kind++) {
		struct recipe r = { .kind = kind, .nlines = 12, .step = SEC };
		struct story story;

		if (kind == DELTAS)
			continue;
		cook(&story, &r);
		grow(&story, 7);
		grow(&story, 12);
		eat(&story);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_growing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
