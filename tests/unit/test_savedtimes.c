/*
 * test_savedtimes.c: the times of a file are kept from run to run with its counts, and used where they still
 * hold; files that grow and are replaced.
 */
#include "index/savedtimes.h"

#include "base/bytes.h"
#include "index/timeindex.h"
#include "tests/unit/timestory.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#define CHUNK ((size_t)1 << TL_FILE_SHIFT)

/* ---- the bytes */

static const char head[] = "  bash-1234  [001] d..1.     5.000001: a\n"
			   "  bash-1234  [001] d..1.     5.000002: b\n"
			   "  bash-1234  [001] d..1.     5.000003: c\n"
			   "  bash-1234  [001] d..1.     5.000004: d\n";

static const struct tl_timefacts some_facts[] = {
	{ 5000001000, 5000004000, 5000001000, 5000004000, 0, TL_TIMES_SOME | TL_TIMES_EXACT },
	{ 0, 0, 0, 0, 0, TL_TIMES_EXACT },
	{ 7, 3, -2, 9, 86400, TL_TIMES_SOME | TL_TIMES_BACK | TL_TIMES_SAMPLED },
	{ 8, 8, 8, 8, 0, TL_TIMES_SOME },
	{ 0, 0, 0, 0, 0, 0 },
	{ 9, 9, 9, 9, 0, TL_TIMES_SOME | TL_TIMES_EXACT | TL_TIMES_OPEN },
};
#define NFACTS (sizeof(some_facts) / sizeof(*some_facts))

static struct tl_timeform some_form(void)
{
	struct tl_timeform form;

	assert_true(
	    tl_timeform_detect((struct tl_span){ (const uint8_t *)head, strlen(head) }, 0, &form));
	return form;
}

static void test_round_trip(void **state)
{
	struct tl_timeform form = some_form(), other = form;
	struct tl_buf body = TL_BUF_INIT;
	struct tl_timefacts *facts;
	struct tl_span span;

	assert_true(tl_savedtimes_encode(&form, some_facts, NFACTS, &body));
	span = (struct tl_span){ body.data, body.len };
	facts = tl_savedtimes_decode(span, &form, NFACTS);
	assert_non_null(facts);
	for (size_t k = 0; k < NFACTS; k++) {
		assert_int_equal(facts[k].first, some_facts[k].first);
		assert_int_equal(facts[k].last, some_facts[k].last);
		assert_int_equal(facts[k].min, some_facts[k].min);
		assert_int_equal(facts[k].max, some_facts[k].max);
		assert_int_equal(facts[k].advance, some_facts[k].advance);
		assert_int_equal(facts[k].flags, some_facts[k].flags);
	}
	free(facts);
	assert_null(tl_savedtimes_decode(span, &form, NFACTS - 1));
	assert_null(tl_savedtimes_decode(span, &form, NFACTS + 1));
	other.zone = 3600; /* lines of it would tell other times */
	assert_null(tl_savedtimes_decode(span, &other, NFACTS));
	tl_buf_fini(&body);
}

/* What FORMAT.md says of how lines tell times. */
static uint64_t key_of(const struct tl_timeform *form, uint32_t readers)
{
	uint8_t key[64] = { 0 };

	memcpy(key, tl_timeform_name(form), strlen(tl_timeform_name(form)));
	tl_put16(key + 52, form->year);
	key[55] = (uint8_t)form->clock;
	tl_put32(key + 60, readers);
	return XXH3_64bits(key, sizeof(key));
}

/* Times that another version read may be others. */
static void test_readers(void **state)
{
	struct tl_timeform form = some_form();
	struct tl_buf body = TL_BUF_INIT;
	struct tl_timefacts *facts;

	assert_true(tl_savedtimes_encode(&form, some_facts, NFACTS, &body));
	for (uint32_t version = 0; version <= TL_TIMEFORM_READERS + 1; version++) {
		tl_put64(body.data, key_of(&form, version));
		facts =
		    tl_savedtimes_decode((struct tl_span){ body.data, body.len }, &form, NFACTS);
		assert_int_equal(facts != NULL, version == TL_TIMEFORM_READERS);
		free(facts);
	}
	tl_buf_fini(&body);
}

static void test_damage(void **state)
{
	struct tl_timeform form = some_form();
	struct tl_buf body = TL_BUF_INIT;

	assert_true(tl_savedtimes_encode(&form, some_facts, NFACTS, &body));
	for (size_t n = 0; n < body.len; n++)
		assert_null(tl_savedtimes_decode((struct tl_span){ body.data, n }, &form, NFACTS));
	for (size_t i = 0; i < body.len * 8; i++) {
		body.data[i / 8] ^= (uint8_t)(1 << i % 8);
		free(tl_savedtimes_decode((struct tl_span){ body.data, body.len }, &form, NFACTS));
		body.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	tl_buf_fini(&body);
}

static void test_senseless(void **state)
{
	static const struct tl_timefacts senseless[][2] = {
		{ { 5, 5, 6, 5, 0, TL_TIMES_SOME }, { 0 } },          /* min after max */
		{ { 5, 5, 5, 5, 0, 0 }, { 0 } },                      /* times of none */
		{ { 5, 5, 5, 5, 0, TL_TIMES_SOME | 1 << 7 }, { 0 } }, /* a flag we do not know */
		{ { 5, 5, 5, 5, 0, TL_TIMES_SOME | TL_TIMES_OPEN },
		  { 0 } }, /* open in the middle */
	};
	struct tl_timeform form = some_form();

	for (size_t i = 0; i < sizeof(senseless) / sizeof(*senseless); i++) {
		struct tl_buf body = TL_BUF_INIT;

		assert_true(tl_savedtimes_encode(&form, senseless[i], 2, &body));
		assert_null(
		    tl_savedtimes_decode((struct tl_span){ body.data, body.len }, &form, 2));
		tl_buf_fini(&body);
	}
}

/* ---- files */

struct scene {
	char top[64], dir[96], path[96];
	struct tl_jobs *pool;
	struct tl_source *src;
	struct tl_lineindex *lines;
	struct tl_timeindex *ti;
	struct story story;
};

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	if (!s)
		return -1;
	snprintf(s->top, sizeof(s->top), "/tmp/test_savedtimes.XXXXXX");
	if (!mkdtemp(s->top))
		return -1;
	snprintf(s->dir, sizeof(s->dir), "%s/cache", s->top);
	snprintf(s->path, sizeof(s->path), "%s/text", s->top);
	assert_true(tl_jobs_open(2, &s->pool, NULL));
	cook(&s->story, &(struct recipe){ .kind = TRACE, .nlines = 120000, .step = SEC });
	assert_true(s->story.text.len > 9 * CHUNK);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;
	char command[128];

	eat(&s->story);
	tl_jobs_close(s->pool);
	snprintf(command, sizeof(command), "rm -rf '%s'", s->top);
	free(s);
	return system(command);
}

/* Write [from, to) of the story at the end of the file. */
static void write_some(struct scene *s, size_t from, size_t to)
{
	int fd = open(s->path, O_WRONLY | O_CREAT | O_APPEND | (from == 0 ? O_TRUNC : 0), 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, s->story.text.data + from, to - from), to - from);
	close(fd);
}

static void open_text(struct scene *s, const char *dir)
{
	assert_true(tl_source_open_file(s->path, &s->src, NULL));
	assert_true(tl_lineindex_new(s->src, s->pool, NULL, &s->lines, NULL));
	tl_lineindex_set_dir(s->lines, dir);
	assert_true(tl_timeindex_new(s->src, s->lines, s->pool, NULL, &s->ti, NULL));
}

static void close_text(struct scene *s)
{
	tl_timeindex_close(s->ti);
	tl_lineindex_close(s->lines);
	tl_source_close(s->src);
}

static uint64_t chunks_read(struct scene *s)
{
	uint64_t done, total;

	tl_timeindex_progress(s->ti, &done, &total);
	return done;
}

static void wait_all_read(struct scene *s)
{
	uint64_t done, total;

	tl_timeindex_start(s->ti);
	do {
		poll(NULL, 0, 1);
		tl_timeindex_progress(s->ti, &done, &total);
	} while (done < total);
}

static void ask(struct scene *s, uint64_t ns)
{
	const struct line *want = first_at(&s->story, ns);
	struct tl_timehit hit;

	assert_int_equal(tl_timeindex_locate(s->ti, ns, NULL, &hit, NULL),
			 want ? TL_FOUND : TL_NONE);
	if (want) {
		assert_int_equal(hit.pos, want->at);
		assert_int_equal(hit.time, want->ns);
	}
}

/* Ask for the times of lines in the first n bytes. */
static void ask_some(struct scene *s, size_t nbytes)
{
	for (int i = 0; i < 8; i++) {
		const struct line *l = &s->story.lines[(size_t)rand() % s->story.n];

		if (l->at + l->len < nbytes)
			ask(s, l->ns);
	}
}

/* Count, read, save. */
static void make_saved(struct scene *s)
{
	uint64_t n;

	open_text(s, s->dir);
	tl_lineindex_start(s->lines);
	while (tl_lineindex_count(s->lines, &n) == TL_PENDING)
		poll(NULL, 0, 1);
	wait_all_read(s);
	close_text(s); /* waits for the step that saves */
}

static void test_same_file(void **state)
{
	struct scene *s = *state;
	uint64_t first, last;

	write_some(s, 0, s->story.text.len);
	make_saved(s);
	open_text(s, s->dir);
	assert_true(tl_lineindex_load(s->lines));
	assert_int_equal(chunks_read(s), (s->story.text.len + CHUNK - 1) / CHUNK);
	assert_int_equal(tl_timeindex_range(s->ti, &first, &last), TL_FOUND);
	assert_int_equal(first, s->story.lines[0].ns);
	assert_int_equal(last, s->story.lines[s->story.n - 1].ns);
	ask_some(s, s->story.text.len);
	close_text(s);
	open_text(s, NULL);
	assert_int_equal(chunks_read(s), 0);
	close_text(s);
}

/* Who asks for the range alone gets it from what was saved; no chunk is read for it. */
static void test_range_of_saved(void **state)
{
	struct scene *s = *state;
	uint64_t first, last;

	write_some(s, 0, s->story.text.len);
	make_saved(s);
	open_text(s, s->dir);
	assert_int_equal(tl_timeindex_measure(s->ti, NULL, &first, &last, NULL), TL_FOUND);
	assert_int_equal(last, s->story.lines[s->story.n - 1].ns);
	assert_int_equal(chunks_read(s), (s->story.text.len + CHUNK - 1) / CHUNK);
	close_text(s);
}

/* The counts alone were saved by a run that had no use for times; samples are saved, too. */
static void test_samples(void **state)
{
	struct scene *s = *state;
	uint64_t n, first, last;

	write_some(s, 0, s->story.text.len);
	open_text(s, s->dir);
	tl_lineindex_start(s->lines);
	while (tl_lineindex_count(s->lines, &n) == TL_PENDING)
		poll(NULL, 0, 1);
	close_text(s);
	open_text(s, s->dir);
	ask_some(s, s->story.text.len); /* loads */
	assert_int_equal(tl_timeindex_measure(s->ti, NULL, &first, &last, NULL), TL_FOUND);
	assert_int_equal(last, s->story.lines[s->story.n - 1].ns);
	close_text(s);
}

static void test_appended(void **state)
{
	struct scene *s = *state;
	size_t size = s->story.text.len - CHUNK;

	write_some(s, 0, size);
	make_saved(s);
	write_some(s, size, s->story.text.len);
	open_text(s, s->dir);
	assert_true(tl_lineindex_load(s->lines));
	assert_int_equal(chunks_read(s), size / CHUNK);
	ask_some(s, s->story.text.len);
	wait_all_read(s);
	ask_some(s, s->story.text.len);
	close_text(s);
}

/* In pieces that end anywhere, in the middle of times, too. */
static void test_grows(void **state)
{
	struct scene *s = *state;
	size_t had = 100000;

	write_some(s, 0, had);
	open_text(s, NULL);
	for (int i = 0; i < 20 && had < s->story.text.len; i++) {
		size_t more = i % 4 == 3 ? 3 * CHUNK / 2 : 1 + (size_t)rand() % 5000;

		if (more > s->story.text.len - had)
			more = s->story.text.len - had;
		ask_some(s, had);
		write_some(s, had, had + more);
		had += more;
		assert_int_equal(tl_source_refresh(s->src, false, NULL), TL_GREW);
		tl_timeindex_grow(s->ti);
		if (i % 3 == 0)
			wait_all_read(s);
	}
	ask_some(s, had);
	close_text(s);
}

static void test_replaced(void **state)
{
	struct scene *s = *state;
	struct story other;
	struct story was = s->story;

	write_some(s, 0, s->story.text.len);
	open_text(s, NULL);
	ask_some(s, s->story.text.len);
	cook(&other, &(struct recipe){ .kind = DAYS, .nlines = 9000, .step = SEC });
	s->story = other;
	write_some(s, 0, other.text.len);
	tl_source_refresh(s->src, false, NULL);
	tl_source_drop_cache(s->src);
	tl_lineindex_reset(s->lines);
	tl_timeindex_reset(s->ti);
	ask_some(s, other.text.len);
	wait_all_read(s);
	ask_some(s, other.text.len);
	close_text(s);
	eat(&other);
	s->story = was;
}

/* What has no times costs nothing, and says so. */
static void test_no_times(void **state)
{
	struct scene *s = *state;
	uint64_t first, last, n;
	struct tl_timehit hit;

	memset(s->story.text.data, 'x', s->story.text.len);
	for (size_t i = 0; i < s->story.text.len; i += 77)
		s->story.text.data[i] = '\n';
	write_some(s, 0, s->story.text.len);
	open_text(s, s->dir);
	tl_lineindex_start(s->lines);
	while (tl_lineindex_count(s->lines, &n) == TL_PENDING)
		poll(NULL, 0, 1);
	assert_null(tl_timeindex_form(s->ti));
	assert_int_equal(tl_timeindex_range(s->ti, &first, &last), TL_NONE);
	assert_int_equal(tl_timeindex_locate(s->ti, 5, NULL, &hit, NULL), TL_NONE);
	close_text(s);
}

#define in_scene(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_readers),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_senseless),
		in_scene(test_same_file),
		in_scene(test_range_of_saved),
		in_scene(test_samples),
		in_scene(test_appended),
		in_scene(test_grows),
		in_scene(test_replaced),
		in_scene(test_no_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
