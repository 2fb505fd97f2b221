/*
 * test_timeindex.c: every time asked for in texts of all kinds, cold, counted and read, against a plain walk
 * over the lines.
 */
#include "index/timeindex.h"

#include "text/part.h"

#include "tests/unit/fake_text.h"
#include "tests/unit/timestory.h"

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

/* What is known of lines at once is right, when all is read. */
static void ask_lines(struct setup *s)
{
	for (size_t i = 0; i < s->story->n; i += 1 + (size_t)rand() % 20) {
		const struct line *l = &s->story->lines[i];
		struct tl_span line = { s->story->text.data + l->at, l->len };
		uint64_t ns;
		enum tl_lookup found =
		    tl_timeindex_line(s->ti, fake_pos(&s->fake, l->at), line, &ns);

		if (!l->has)
			assert_int_equal(found, TL_NONE);
		else if (found == TL_FOUND)
			assert_int_equal(ns, l->ns);
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

/* In chunks that are longer than what is looked through for the time of a line. */
static void ask_places_in_long_chunks(const struct story *story)
{
	struct setup s;

	open_all(&s, story, 14, false, 1);
	if (story->ordered)
		ask_places(&s, 100);
	read_all(&s);
	ask_places(&s, 10);
	ask_all(&s, true, 20);
	close_all(&s);
}

static void check(const struct recipe *r)
{
	struct story story;

	cook(&story, r);
	ask_places_in_long_chunks(&story);
	for (unsigned i = 0; i < 2; i++) {
		unsigned shift = 10 + (unsigned)rand() % 3, nthreads = 1 + i;
		bool ragged = i % 2;
		struct setup s;

		ask_cold(&story, shift, ragged, 4);
		open_all(&s, &story, shift, ragged, nthreads);
		ask_all(&s, false, 50);
		read_all(&s);
		ask_all(&s, true, 40);
		ask_places(&s, 100);
		ask_lines(&s);
		check_range(&s);
		close_all(&s);
		open_all(&s, &story, shift, ragged, nthreads);
		count_all(&s);
		ask_all(&s, false, 50);
		close_all(&s);
	}
	eat(&story);
}

static void test_ordered(void **state)
{
	check(&(struct recipe){ .kind = TRACE, .nlines = 1200, .step = SEC });
	check(&(struct recipe){
	    .kind = TRACE, .nlines = 1200, .step = SEC, .newline_missing = true });
}

static void test_equal(void **state)
{
	check(&(struct recipe){ .kind = TRACE, .nlines = 1200, .step = SEC, .equal = 97 });
}

static void test_bare(void **state)
{
	check(&(struct recipe){ .kind = TRACE, .nlines = 2000, .step = SEC, .bare = 50 });
	check(&(struct recipe){ .kind = TRACE, .nlines = 6000, .step = SEC, .bare = 97 });
}

static void test_huge_line(void **state)
{
	check(&(struct recipe){ .kind = TRACE, .nlines = 1000, .step = SEC, .huge = 100000 });
}

static void test_interleaved(void **state)
{
	check(&(struct recipe){
	    .kind = TRACE, .nlines = 1200, .step = SEC, .jitter = 30, .late = 10 * SEC });
}

static void test_blocks(void **state)
{
	check(&(struct recipe){ .kind = TRACE, .nlines = 1200, .step = SEC, .blocks = 4 });
}

static void test_days(void **state)
{
	check(&(struct recipe){ .kind = DAYS, .nlines = 1200, .step = 100 * SEC });
	check(&(struct recipe){ .kind = DAYS, .nlines = 1200, .step = SEC, .bare = 20 });
	check(&(struct recipe){
	    .kind = DAYS, .nlines = 1200, .step = 100 * SEC, .jitter = 10, .late = 600 * SEC });
}

/* The range of a text of which nothing is known yet; also as it is asked for again and again. */
static void check_cold_range(const struct story *story, unsigned shift)
{
	uint64_t first, last, low = story->lines[0].ns, high = story->lines[story->n - 1].ns;
	enum tl_lookup found;
	struct setup s;

	open_all(&s, story, shift, false, 2);
	assert_int_equal(tl_timeindex_measure(s.ti, NULL, &first, &last, NULL), TL_FOUND);
	assert_int_equal(first, low);
	assert_int_equal(last, high);
	assert_false(tl_timeindex_unordered(s.ti));
	close_all(&s);
	open_all(&s, story, shift, false, 2);
	while ((found = tl_timeindex_range(s.ti, &first, &last)) == TL_PENDING)
		poll(NULL, 0, 1);
	assert_int_equal(found, TL_FOUND);
	assert_int_equal(first, low);
	assert_int_equal(last, high);
	assert_false(tl_timeindex_unordered(s.ti));
	close_all(&s);
}

/* A chunk is of a day or more: what they begin with does not tell how many days have passed. */
static void test_many_days(void **state)
{
	for (uint64_t step = 500; step <= 15000; step *= 3) {
		struct recipe r = { .kind = DAYS, .nlines = 3000, .step = step * SEC };
		struct story story;

		check(&r);
		cook(&story, &r);
		for (unsigned shift = 10; shift <= 12; shift++)
			check_cold_range(&story, shift);
		eat(&story);
	}
}

/* Two days with a line every hour, among lines of every second: samples do not see them.  What was said before all
 * was read is known to be wrong then. */
static void test_pauses(void **state)
{
	struct story story = { .ordered = true };
	uint64_t now = beginning(DAYS), asked, first, last;
	struct tl_timehit hit;
	enum tl_lookup found;
	struct setup s;

	for (size_t i = 0; i < 40000; i++) {
		now += i >= 20000 && i < 20048 ? 3600 * SEC : SEC;
		add_stamped(&story, DAYS, now % DAY, now);
	}
	asked = story.lines[39000].ns;
	open_all(&s, &story, 16, false, 1);
	count_all(&s);
	found = tl_timeindex_locate(s.ti, asked, NULL, &hit, NULL);
	assert_true(found == TL_NONE || found == TL_FOUND);
	if (!hit.sure) {
		assert_int_equal(found, TL_NONE);
		read_all(&s);
		assert_true(tl_timeindex_miscounted(s.ti));
	}
	ask_all(&s, false, 2000);
	assert_false(tl_timeindex_miscounted(s.ti));
	assert_int_equal(tl_timeindex_measure(s.ti, NULL, &first, &last, NULL), TL_FOUND);
	assert_int_equal(last, now);
	assert_false(tl_timeindex_unordered(s.ti));
	close_all(&s);
	eat(&story);
}

/* Nights of 14 hours without a line: the morning is a new day, not a line that came 10 hours late. */
static void test_nights(void **state)
{
	struct story story = { .ordered = true };
	uint64_t now = 8 * 3600 * SEC;

	for (size_t i = 0; i < 2000; i++) {
		now += i % 400 == 399 ? 14 * 3600 * SEC : 90 * SEC;
		add_stamped(&story, DAYS, now % DAY, now);
	}
	for (unsigned shift = 10; shift <= 14; shift += 2) {
		struct setup s;

		open_all(&s, &story, shift, false, 2);
		read_all(&s);
		ask_all(&s, true, 20);
		check_range(&s);
		close_all(&s);
	}
	eat(&story);
}

/* A part's times are told as those of the whole, whatever its first lines look like. */
static void test_part(void **state)
{
	static const char text[] = " 00:00:00.000000 IP a\n 00:00:03.000000 IP b\n"
				   " 00:00:01.000000 IP c\n 00:00:02.000000 IP d\n"
				   " 00:00:04.000000 IP e\n 00:00:05.000000 IP f\n";
	struct tl_stretch from_third = { 2 * 22, TL_NOPOS };
	struct tl_buf copy = TL_BUF_INIT;
	struct tl_source *src, *part;
	struct tl_timeindex *ti;
	struct tl_jobs *pool;

	assert_true(tl_buf_append(&copy, text, sizeof(text) - 1));
	assert_true(tl_jobs_open(1, &pool, NULL));
	assert_true(tl_source_open_memory(&copy, &src, NULL));
	assert_true(tl_source_open_part(src, &from_third, 1, &part, NULL));
	assert_true(tl_timeindex_new(part, NULL, pool, NULL, &ti, NULL));
	assert_non_null(tl_timeindex_form(ti));
	assert_true(tl_timeindex_form(ti)->deltas);
	tl_timeindex_close(ti);
	tl_source_close(part);
	tl_jobs_close(pool);
}

static void test_deltas(void **state)
{
	check(&(struct recipe){ .kind = DELTAS, .nlines = 1200, .step = SEC });
	check(&(struct recipe){ .kind = DELTAS, .nlines = 1200, .step = SEC, .bare = 30 });
}

/* Anything, of any format. */
static struct recipe some_recipe(void)
{
	struct recipe r = {
		.kind = rand() % NKINDS,
		.nlines = 50 + (size_t)rand() % 1500,
		.step = SEC,
		.equal = rand() % 3 ? 0 : (unsigned)rand() % 100,
		.bare = rand() % 2 ? 0 : (unsigned)rand() % 60,
		.empty = rand() % 2 ? 0 : (unsigned)rand() % 30,
		.late = 5 * SEC + (uint64_t)rand() % 60 * SEC,
		.huge = rand() % 4 ? 0 : 1 + (size_t)rand() % 20000,
		.newline_missing = rand() % 4 == 0,
		.crlf = rand() % 3 == 0,
		.bom = rand() % 4 == 0,
		.cut = rand() % 2 == 0,
	};

	switch (r.kind == DELTAS ? 3 : rand() % 5) {
	case 0:
		r.jitter = 1 + (unsigned)rand() % 50;
		break;
	case 1:
		r.streams = 2 + (unsigned)rand() % 8;
		break;
	case 2:
		r.blocks = r.kind == DAYS ? 1 : 2 + (size_t)rand() % 5;
		break;
	default:
		break;
	}
	if (r.kind == DAYS)
		r.step *= 1 + (uint64_t)rand() % 5000;
	return r;
}

static void test_any(void **state)
{
	for (unsigned i = 0; i < 12; i++) {
		struct recipe r = some_recipe();

		check(&r);
	}
}

/* A pipe brings a little each time: what is here is found, and what was cut there is read again. */
static void test_pipe(void **state)
{
	struct story story;
	struct setup s;

	cook(&story, &(struct recipe){ .kind = TRACE, .nlines = 400, .step = SEC, .bare = 20 });
	open_all(&s, &story, 10, true, 2);
	s.fake.shown = 0;
	while (s.fake.shown < story.text.len) {
		const struct line *last = NULL;
		struct tl_timehit hit;

		for (int i = 0; i < 8; i++)
			fake_want(&s.fake, UINT64_MAX);
		tl_timeindex_grow(s.ti);
		for (size_t i = 0; i < story.n; i++)
			if (story.lines[i].has &&
			    story.lines[i].at + story.lines[i].len < s.fake.shown)
				last = &story.lines[i];
		if (!last || !tl_timeindex_form(s.ti))
			continue;
		assert_int_equal(tl_timeindex_locate(s.ti, last->ns, NULL, &hit, NULL), TL_FOUND);
		assert_int_equal(hit.time, last->ns);
		assert_int_equal(hit.pos, fake_pos(&s.fake, first_at(&story, last->ns)->at));
	}
	read_all(&s);
	ask_all(&s, true, 10);
	close_all(&s);
	eat(&story);
}

struct asker {
	struct setup *s;
	atomic_bool stop;
};

/* Whatever it gets, it gets it from a form that the text had at some time. */
static void *ask_on(void *arg)
{
	struct asker *a = arg;

	while (!atomic_load(&a->stop)) {
		uint64_t first, last;
		struct tl_timehit hit;

		if (tl_timeindex_locate(a->s->ti, 50 * SEC, &a->stop, &hit, NULL) == TL_FOUND)
			tl_timeindex_at(a->s->ti, hit.pos, &a->stop, &first, NULL);
		tl_timeindex_range(a->s->ti, &first, &last);
	}
	return NULL;
}

/* The first line tells a time in its own way, and it is all there is when somebody asks. */
static void test_other_form_comes(void **state)
{
	static const char first[] = "Log started 2026-11-22 11:39:33";
	struct story story = { .ordered = true };
	struct asker asker = { .stop = false };
	struct tl_timehit hit;
	unsigned anew = 0;
	pthread_t thread;
	struct setup s;
	uint64_t ns;

	add_line(&story, false, 0, first, sizeof(first) - 1);
	for (unsigned i = 0; i < 100; i++)
		add_stamped(&story, DMESG, (i + 1) * SEC, (i + 1) * SEC);
	open_all(&s, &story, 10, true, 2);
	s.fake.shown = story.lines[1].at;
	tl_timeindex_grow(s.ti);
	assert_non_null(tl_timeindex_form(s.ti));
	assert_string_equal(tl_timeform_name(tl_timeindex_form(s.ti)), "ISO 8601");
	assert_int_equal(tl_timeindex_at(s.ti, 0, NULL, &ns, NULL), TL_FOUND);
	asker.s = &s;
	assert_int_equal(pthread_create(&thread, NULL, ask_on, &asker), 0);
	for (bool all = false; !all;) {
		fake_want(&s.fake, UINT64_MAX);
		anew += tl_timeindex_grow(s.ti);
		pthread_mutex_lock(&s.fake.lock);
		all = s.fake.shown == story.text.len;
		pthread_mutex_unlock(&s.fake.lock);
	}
	anew += tl_timeindex_grow(s.ti);
	atomic_store(&asker.stop, true);
	pthread_join(thread, NULL);
	assert_string_equal(tl_timeform_name(tl_timeindex_form(s.ti)), "dmesg");
	assert_in_range(anew, 1, 8);
	assert_int_equal(tl_timeindex_locate(s.ti, 50 * SEC, NULL, &hit, NULL), TL_FOUND);
	assert_int_equal(hit.time, 50 * SEC);
	assert_int_equal(tl_timeindex_at(s.ti, 0, NULL, &ns, NULL), TL_NONE);
	read_all(&s);
	ask_all(&s, true, 1);
	close_all(&s);
	eat(&story);
}

/* Chunks that begin with a line are read by others while somebody bisects: what was seen of them before is
 * not compared with what is known then. */
static void test_read_meanwhile(void **state)
{
	struct story story = { .ordered = true };
	struct setup s;
	char line[65];

	for (uint64_t ns = SEC; ns <= 20 * 16 * SEC; ns += SEC) {
		snprintf(line, sizeof(line), "  bash-1234  [001] d..1. %5u.000000: %24s",
			 (unsigned)(ns / SEC), "x");
		assert_int_equal(strlen(line), 63);
		add_line(&story, true, ns, line, 63);
	}
	open_all(&s, &story, 10, false, 1);
	for (unsigned i = 0; i < 2000; i++) {
		struct tl_timehit hit;

		tl_timeindex_reset(s.ti);
		tl_timeindex_start(s.ti);
		assert_int_equal(tl_timeindex_locate(s.ti, 200 * SEC, NULL, &hit, NULL), TL_FOUND);
		assert_int_equal(hit.time, 200 * SEC);
		assert_false(hit.unordered);
	}
	close_all(&s);
	eat(&story);
}

static size_t reads(struct setup *s)
{
	size_t n;

	pthread_mutex_lock(&s->fake.lock);
	n = s->fake.nreads;
	pthread_mutex_unlock(&s->fake.lock);
	return n;
}

/* Where all lines were read, a look-up reads the chunk of the answer and the edges of its neighbours, once, and
 * nothing is read in the background. */
static void test_known_is_not_read_again(void **state)
{
	const struct recipe r = { .kind = TRACE, .nlines = 4000, .step = SEC };
	enum tl_lookup found;
	struct story story;
	struct setup s;
	uint64_t ns;
	size_t had;

	cook(&story, &r);
	open_all(&s, &story, 10, false, 2);
	read_all(&s);
	had = reads(&s);
	ask(&s, story.lines[2000].ns, true);
	assert_true(reads(&s) <= had + 3);
	had = reads(&s);
	for (int i = 0; i < 3; i++)
		ask(&s, story.lines[2000].ns, true);
	assert_int_equal(reads(&s), had);
	tl_timeindex_start(s.ti);
	found = tl_timeindex_at(s.ti, fake_pos(&s.fake, story.lines[2000].at), NULL, &ns, NULL);
	assert_int_equal(found, TL_FOUND);
	tl_timeindex_close(s.ti); /* what goes on in the background has ended */
	s.ti = NULL;
	assert_true(reads(&s) <= had + 1);
	close_all(&s);
	eat(&story);
}

static void test_stop(void **state)
{
	atomic_bool stop = true;
	struct story story;
	struct tl_timehit hit;
	uint64_t first, last;
	struct setup s;

	cook(&story, &(struct recipe){ .kind = DELTAS, .nlines = 1000, .step = SEC });
	open_all(&s, &story, 10, false, 1);
	assert_int_equal(tl_timeindex_locate(s.ti, 50 * SEC, &stop, &hit, NULL), TL_PENDING);
	tl_timeindex_stop(s.ti);
	/* Unless all is read already. */
	assert_int_not_equal(tl_timeindex_measure(s.ti, &stop, &first, &last, NULL), TL_FAILED);
	ask(&s, 50 * SEC, false);
	close_all(&s);
	eat(&story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ordered),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_bare),
		cmocka_unit_test(test_huge_line),
		cmocka_unit_test(test_interleaved),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_deltas),
		cmocka_unit_test(test_many_days),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_other_form_comes),
		cmocka_unit_test(test_read_meanwhile),
		cmocka_unit_test(test_any),
		cmocka_unit_test(test_pauses),
		cmocka_unit_test(test_part),
		cmocka_unit_test(test_nights),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_known_is_not_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
