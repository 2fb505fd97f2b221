/* test_cursor.c: a cursor against a plain byte array. */
#include "fake_source.h"
#include "text/cursor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* A random text, cut into chunks at random, some of them empty. */
struct text {
	uint8_t bytes[400];
	size_t len;
	struct fake fake;
	struct tl_source *src;
};

static void make_text(struct text *t, unsigned seed, bool whole_lines)
{
	srand(seed);
	t->len = (size_t)rand() % sizeof(t->bytes);
	for (size_t i = 0; i < t->len; i++)
		t->bytes[i] = rand() % 12 == 0 ? '\n' : (uint8_t)('a' + rand() % 26);
	fake_init(&t->fake, t->bytes);
	t->fake.nchunks = 1 + (uint64_t)rand() % 20;
	t->fake.tell_last = rand() % 3 == 0;
	for (uint64_t k = 0; k < t->fake.nchunks; k++) {
		size_t end = fake_start(&t->fake, k) + (size_t)(rand() % 4 ? rand() % 50 : 0);

		while (whole_lines && end > fake_start(&t->fake, k) && end < t->len &&
		       t->bytes[end - 1] != '\n')
			end++;
		t->fake.ends[k] = end < t->len ? end : t->len;
	}
	t->fake.ends[t->fake.nchunks - 1] = t->len;
	if (rand() % 3 == 0) /* empty at the end */
		t->fake.ends[t->fake.nchunks++] = t->len;
	assert_true(tl_source_new(&fake_ops, &t->fake, &t->src, NULL));
}

static void check_both_ways(struct text *t, struct tl_cursor *cur, size_t from)
{
	uint64_t pos = fake_pos(&t->fake, from), start;
	struct tl_span run;
	size_t at;

	for (at = from; tl_cursor_forward(cur, pos, &run) == TL_FOUND; at += run.len) {
		assert_in_range(run.len, 1, t->len - at);
		assert_memory_equal(run.data, t->bytes + at, run.len);
		pos = tl_cursor_after(cur, pos, run.len);
		assert_int_equal(pos, fake_pos(&t->fake, at + run.len));
	}
	assert_int_equal(at, t->len);

	pos = fake_pos(&t->fake, from);
	for (at = from; tl_cursor_backward(cur, pos, &run, &start) == TL_FOUND; at -= run.len) {
		assert_in_range(run.len, 1, at);
		assert_memory_equal(run.data, t->bytes + at - run.len, run.len);
		assert_int_equal(start, fake_pos(&t->fake, at - run.len));
		pos = start;
	}
	assert_int_equal(at, 0);
}

static void check_line_start(struct text *t, struct tl_cursor *cur, size_t i, uint64_t limit)
{
	size_t at = i;
	uint64_t pos, left = limit;
	enum tl_lookup found = tl_cursor_line_start(cur, fake_pos(&t->fake, i), limit, &pos);

	while (at > 0 && left > 0 && t->bytes[at - 1] != '\n')
		at--, left--;
	assert_int_equal(found, at == 0 || left > 0 ? TL_FOUND : TL_NONE);
	assert_int_equal(pos, fake_pos(&t->fake, at));
}

static void check_next_line(struct text *t, struct tl_cursor *cur, size_t i, uint64_t limit)
{
	size_t at = i;
	uint64_t pos, left = limit;
	enum tl_lookup found = tl_cursor_next_line(cur, fake_pos(&t->fake, i), limit, &pos);

	while (at < t->len && left > 0 && t->bytes[at] != '\n')
		at++, left--;
	if (at < t->len && left > 0) {
		assert_int_equal(found, TL_FOUND);
		at++;
	} else {
		assert_int_equal(found, TL_NONE);
	}
	assert_int_equal(pos, fake_pos(&t->fake, at));
}

static void check_read_line(struct text *t, struct tl_cursor *cur, size_t i, uint64_t limit)
{
	struct tl_buf line = TL_BUF_INIT;
	size_t end = i;
	uint64_t next;
	enum tl_lookup found = tl_cursor_read_line(cur, fake_pos(&t->fake, i), limit, &line, &next);

	while (end < t->len && end - i < limit && t->bytes[end] != '\n')
		end++;
	assert_int_equal(found, i < t->len ? TL_FOUND : TL_NONE);
	assert_int_equal(line.len, end - i);
	if (line.len > 0)
		assert_memory_equal(line.data, t->bytes + i, line.len);
	if (end < t->len && t->bytes[end] == '\n')
		end++;
	assert_int_equal(next, fake_pos(&t->fake, end));
	tl_buf_fini(&line);
}

static void agrees_with_a_byte_array(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 120; seed++) {
		struct tl_cursor cur;
		struct text t;

		make_text(&t, seed, seed % 2);
		tl_cursor_init(&cur, t.src);
		assert_int_equal(tl_source_end(t.src), fake_pos(&t.fake, t.len));
		for (size_t i = 0; i <= t.len; i++) {
			if (i % 16 == 0 || i == t.len)
				check_both_ways(&t, &cur, i);
			for (int n = 0; n < 4; n++) {
				static const uint64_t limits[] = { UINT64_MAX, 0, 5, 30 };

				check_line_start(&t, &cur, i, limits[n]);
				check_next_line(&t, &cur, i, limits[n]);
				check_read_line(&t, &cur, i, limits[n]);
			}
		}
		tl_cursor_fini(&cur);
		tl_source_close(t.src);
	}
}

/* Four chunks "ab\n" "" "cd\n" "ef"; positions as their neighbours would write them. */
static void small_text(struct fake *f, struct tl_source **src)
{
	fake_init(f, (const uint8_t *)"ab\ncd\nef");
	f->ends[0] = f->ends[1] = 3;
	f->ends[2] = 6;
	f->ends[3] = 8;
	f->nchunks = 4;
	assert_true(tl_source_new(&fake_ops, f, src, NULL));
}

static uint64_t at(uint64_t k, uint64_t b)
{
	return (k << FAKE_SHIFT) + b;
}

static void takes_both_names_of_a_border(void **state)
{
	const uint64_t borders[] = { at(0, 3), at(0, 99), at(1, 0), at(1, 7), at(2, 0) };
	struct tl_source *src;
	struct tl_cursor cur;
	struct tl_span run;
	struct fake f;
	uint64_t pos;

	(void)state;
	small_text(&f, &src);
	tl_cursor_init(&cur, src);
	for (size_t i = 0; i < sizeof(borders) / sizeof(*borders); i++) {
		assert_int_equal(tl_cursor_forward(&cur, borders[i], &run), TL_FOUND);
		assert_int_equal(run.len, 3);
		assert_memory_equal(run.data, "cd\n", 3);
		assert_int_equal(tl_cursor_after(&cur, borders[i], 1), at(2, 1));
		assert_int_equal(tl_cursor_backward(&cur, borders[i], &run, &pos), TL_FOUND);
		assert_memory_equal(run.data, "ab\n", 3);
		assert_int_equal(pos, at(0, 0));
		assert_int_equal(tl_cursor_line_start(&cur, borders[i], 10, &pos), TL_FOUND);
		assert_int_equal(pos, at(2, 0));
	}
	/* Anything behind the end is the end. */
	assert_int_equal(tl_cursor_forward(&cur, at(9, 9), &run), TL_NONE);
	assert_int_equal(tl_cursor_backward(&cur, at(9, 9), &run, &pos), TL_FOUND);
	assert_int_equal(pos, at(3, 0));
	assert_int_equal(run.len, 2);
	tl_cursor_fini(&cur);
	tl_source_close(src);
}

static void asks_for_what_is_not_here(void **state)
{
	struct tl_buf line = TL_BUF_INIT;
	struct tl_source *src;
	struct tl_cursor cur;
	struct tl_span run;
	struct fake f;
	uint64_t pos;

	(void)state;
	small_text(&f, &src);
	f.nchunks = 3;
	f.complete = false;
	tl_cursor_init(&cur, src);
	assert_int_equal(tl_cursor_forward(&cur, at(2, 3), &run), TL_PENDING);
	assert_int_equal(f.wanted, 4);
	assert_int_equal(tl_cursor_forward(&cur, at(4, 0), &run), TL_PENDING);
	assert_int_equal(f.wanted, 5);
	f.nchunks = 4;
	assert_int_equal(tl_cursor_forward(&cur, at(2, 3), &run), TL_FOUND);
	assert_memory_equal(run.data, "ef", 2);
	assert_int_equal(tl_cursor_next_line(&cur, at(2, 3), 99, &pos), TL_PENDING);
	assert_int_equal(tl_cursor_read_line(&cur, at(3, 0), 99, &line, &pos), TL_PENDING);
	assert_int_equal(line.len, 2);
	f.complete = true;
	assert_int_equal(tl_cursor_next_line(&cur, at(3, 0), 99, &pos), TL_NONE);
	assert_int_equal(pos, at(3, 2));
	tl_buf_fini(&line);
	tl_cursor_fini(&cur);
	tl_source_close(src);
}

static void hands_on_errors(void **state)
{
	struct tl_buf line = TL_BUF_INIT;
	struct tl_source *src;
	struct tl_cursor cur;
	struct tl_span run;
	struct fake f;
	uint64_t pos;

	(void)state;
	small_text(&f, &src);
	f.failing = 2;
	tl_cursor_init(&cur, src);
	assert_int_equal(tl_cursor_forward(&cur, at(0, 3), &run), TL_FAILED);
	assert_string_equal(cur.err.msg, "chunk 2 is broken");
	assert_int_equal(tl_cursor_backward(&cur, at(3, 0), &run, &pos), TL_FAILED);
	assert_int_equal(tl_cursor_line_start(&cur, at(3, 1), 99, &pos), TL_FAILED);
	assert_int_equal(tl_cursor_next_line(&cur, at(1, 0), 99, &pos), TL_FAILED);
	assert_int_equal(tl_cursor_read_line(&cur, at(2, 0), 99, &line, &pos), TL_FAILED);
	tl_cursor_fini(&cur);
	tl_source_close(src);
}

/* The extent promises a chunk that turns out to be gone: no loop, no crash. */
static void survives_a_text_cut_off(void **state)
{
	struct tl_source *src;
	struct tl_cursor cur;
	struct tl_span run;
	struct fake f;
	uint64_t pos;

	(void)state;
	small_text(&f, &src);
	f.cut = 3;
	tl_cursor_init(&cur, src);
	assert_int_equal(tl_cursor_forward(&cur, at(3, 0), &run), TL_NONE);
	assert_int_equal(tl_cursor_forward(&cur, at(2, 3), &run), TL_NONE);
	assert_int_equal(tl_cursor_backward(&cur, at(3, 2), &run, &pos), TL_FOUND);
	assert_int_equal(pos, at(2, 0));
	tl_cursor_fini(&cur);
	tl_source_close(src);
}

/* Full chunks: positions are byte offsets; a line may span many chunks. */
static void crosses_full_chunks(void **state)
{
	const size_t mib = 1 << TL_FILE_SHIFT, len = 3 * mib + 5;
	struct tl_buf bytes = TL_BUF_INIT, line = TL_BUF_INIT;
	struct tl_source *src;
	struct tl_cursor cur;
	struct tl_span run;
	uint64_t pos;

	(void)state;
	assert_true(tl_buf_reserve(&bytes, len));
	bytes.len = len;
	memset(bytes.data, 'x', len);
	bytes.data[mib - 1] = bytes.data[3 * mib] = '\n';
	assert_true(tl_source_open_memory(&bytes, &src, NULL));
	tl_cursor_init(&cur, src);
	assert_int_equal(tl_cursor_next_line(&cur, 10, UINT64_MAX, &pos), TL_FOUND);
	assert_int_equal(pos, mib);
	assert_int_equal(tl_cursor_next_line(&cur, mib, UINT64_MAX, &pos), TL_FOUND);
	assert_int_equal(pos, 3 * mib + 1);
	assert_int_equal(tl_cursor_line_start(&cur, 3 * mib, UINT64_MAX, &pos), TL_FOUND);
	assert_int_equal(pos, mib);
	assert_int_equal(tl_cursor_line_start(&cur, 3 * mib, mib + 7, &pos), TL_NONE);
	assert_int_equal(pos, 2 * mib - 7);
	assert_int_equal(tl_cursor_read_line(&cur, mib, UINT64_MAX, &line, &pos), TL_FOUND);
	assert_int_equal(line.len, 2 * mib);
	assert_int_equal(tl_cursor_forward(&cur, len, &run), TL_NONE);
	assert_int_equal(tl_cursor_forward(&cur, 2 * mib - 1, &run), TL_FOUND);
	assert_int_equal(run.len, 1);
	assert_int_equal(tl_cursor_after(&cur, 2 * mib - 1, 1), 2 * mib);
	tl_buf_fini(&line);
	tl_cursor_fini(&cur);
	tl_source_close(src);
}

/* ---- chunks that take long to make */

static uint64_t looked_from;
static unsigned nlooks;

static void note_look(void *self, uint64_t k, bool backward)
{
	looked_from = k;
	nlooks++;
	(void)self;
	(void)backward;
}

static bool empty_is_known; /* of those before chunk 20 */

static bool first_are_empty(void *self, uint64_t k)
{
	const struct fake *f = self;

	return empty_is_known && k < 20 && fake_len(f, k) == 0;
}

static uint64_t slow = UINT64_MAX; /* chunk */

static bool is_slow(void *self, uint64_t k)
{
	(void)self;
	return k == slow;
}

/* "ab\n", thirty chunks without a byte, "cd\n". */
static void hollow_text(struct fake *f, struct tl_source **src)
{
	static const struct tl_source_ops ops = {
		.name = "fake",
		.shift = FAKE_SHIFT,
		.whole_lines = true,
		.extent = fake_extent,
		.read = fake_read,
		.look = note_look,
		.known_empty = first_are_empty,
		.takes_long = is_slow,
		.close = fake_close,
	};

	fake_init(f, (const uint8_t *)"ab\ncd\n");
	for (int k = 0; k < 31; k++)
		f->ends[k] = 3;
	f->ends[31] = 6;
	f->nchunks = 32;
	nlooks = 0;
	empty_is_known = false;
	assert_true(tl_source_new(&ops, f, src, NULL));
}

static void does_not_wait_for_a_hollow_stretch(void **state)
{
	struct tl_source *src;
	struct tl_cursor cur;
	struct tl_span run;
	struct fake f;
	uint64_t pos;

	(void)state;
	hollow_text(&f, &src);
	tl_cursor_init(&cur, src);
	cur.hasty = true;
	assert_int_equal(tl_cursor_forward(&cur, 3, &run), TL_PENDING);
	assert_int_equal(nlooks, 1);
	assert_true(looked_from < 10);
	assert_true(f.nreads < 10);
	assert_int_equal(tl_cursor_backward(&cur, at(31, 0), &run, &pos), TL_PENDING);
	assert_int_equal(nlooks, 2);
	assert_true(looked_from > 20);
	assert_int_equal(tl_cursor_next_line(&cur, 0, UINT64_MAX, &pos), TL_FOUND);
	assert_true(pos >= 3 && pos <= at(31, 0)); /* behind the line, in whatever words */
	assert_true(f.nreads < 20);

	cur.hasty = false;
	assert_int_equal(tl_cursor_forward(&cur, 3, &run), TL_FOUND);
	assert_int_equal(run.data[0], 'c');
	tl_cursor_fini(&cur);
	tl_source_close(src);
}

static void steps_over_what_is_known_to_be_empty(void **state)
{
	struct tl_source *src;
	struct tl_cursor cur;
	struct tl_span run;
	struct fake f;
	uint64_t pos;

	(void)state;
	hollow_text(&f, &src);
	empty_is_known = true;
	tl_cursor_init(&cur, src);
	assert_int_equal(tl_cursor_forward(&cur, 3, &run), TL_FOUND);
	assert_int_equal(f.nreads, 1 + 32 - 20);
	assert_int_equal(tl_cursor_backward(&cur, at(20, 0), &run, &pos), TL_FOUND);
	assert_int_equal(f.nreads, 1 + 32 - 20); /* chunk 0 is in the cache */
	assert_int_equal(pos, 0);
	tl_cursor_fini(&cur);
	tl_source_close(src);
}

static void does_not_wait_for_a_chunk_that_takes_long(void **state)
{
	struct tl_source *src;
	struct tl_cursor cur;
	struct tl_span run;
	struct fake f;
	uint64_t pos;

	(void)state;
	hollow_text(&f, &src);
	tl_cursor_init(&cur, src);
	cur.hasty = true;
	slow = 0;
	assert_int_equal(tl_cursor_forward(&cur, 0, &run), TL_PENDING);
	assert_int_equal(nlooks, 1);
	assert_int_equal(looked_from, 0);
	assert_int_equal(tl_cursor_backward(&cur, 3, &run, &pos), TL_PENDING);
	assert_int_equal(f.nreads, 0);
	slow = 31;
	assert_int_equal(tl_cursor_forward(&cur, 0, &run), TL_FOUND);
	assert_int_equal(run.len, 3);
	assert_int_equal(tl_cursor_forward(&cur, at(31, 0), &run), TL_PENDING);
	assert_int_equal(looked_from, 31);
	assert_int_equal(f.nreads, 1);

	/* Who can wait reads it. */
	cur.hasty = false;
	assert_int_equal(tl_cursor_forward(&cur, at(31, 0), &run), TL_FOUND);
	slow = UINT64_MAX;
	tl_cursor_fini(&cur);
	tl_source_close(src);
}

/* A chunk of whole lines begins with a line: the one before it is not read to know. */
static void needs_no_neighbour_in_a_text_of_whole_lines(void **state)
{
	struct tl_source *src;
	struct tl_cursor cur;
	struct fake f;
	uint64_t pos;

	(void)state;
	hollow_text(&f, &src);
	tl_cursor_init(&cur, src);
	for (uint64_t b = 0; b < 3; b++) {
		assert_int_equal(tl_cursor_line_start(&cur, at(31, b), UINT64_MAX, &pos), TL_FOUND);
		assert_int_equal(pos, at(31, 0));
	}
	assert_int_equal(f.nreads, 1);
	assert_int_equal(tl_cursor_line_start(&cur, at(31, 3), UINT64_MAX, &pos), TL_FOUND);
	assert_int_equal(pos, at(31, 3));
	assert_int_equal(tl_cursor_line_start(&cur, at(30, 0), UINT64_MAX, &pos), TL_FOUND);
	assert_int_equal(pos, at(31, 0)); /* the other name of that place */
	tl_cursor_fini(&cur);
	tl_source_close(src);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_a_byte_array),
		cmocka_unit_test(takes_both_names_of_a_border),
		cmocka_unit_test(asks_for_what_is_not_here),
		cmocka_unit_test(hands_on_errors),
		cmocka_unit_test(survives_a_text_cut_off),
		cmocka_unit_test(crosses_full_chunks),
		cmocka_unit_test(does_not_wait_for_a_hollow_stretch),
		cmocka_unit_test(does_not_wait_for_a_chunk_that_takes_long),
		cmocka_unit_test(steps_over_what_is_known_to_be_empty),
		cmocka_unit_test(needs_no_neighbour_in_a_text_of_whole_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
