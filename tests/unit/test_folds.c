/* test_folds.c: which lines folded calls hide, told from a list of lines; by chunks, alone and together. */
#include "tests/unit/fake_source.h"

#include "pager/folds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define NLINES 200

static const uint8_t text[NLINES * 10]; /* a line is ten bytes */
static struct fake fake;
static struct tl_source *src;
static struct tl_callcache *cache;
static struct tl_callline lines[NLINES]; /* `byte`: in the text */
static bool relative;
static struct tl_folds folds;

static uint64_t pos_of(int i)
{
	return fake_pos(&fake, (size_t)i * 10);
}

/* With relative depths the text shows them from the lowest in the chunk on, which is 2 below its beginning. */
static bool tell(void *arg, uint64_t k, struct tl_calls *out, struct tl_err *err)
{
	out->absolute = !relative;
	for (int i = 0; i < NLINES; i++) {
		struct tl_callline *c;

		if (pos_of(i) >> FAKE_SHIFT != k)
			continue;
		if (i % 9 == 0) { /* a break is no line, and is not hidden */
			c = tl_calls_add(out);
			*c = (struct tl_callline){ .byte = pos_of(i) & UINT32_MAX,
						   .thread = lines[i].thread,
						   .depth = 100,
						   .kind = TL_CALL_BREAK };
		}
		c = tl_calls_add(out);
		*c = lines[i];
		c->byte = pos_of(i) & UINT32_MAX;
		if (relative)
			c->depth -= 2;
	}
	for (uint64_t t = 0; t < 3; t++)
		*tl_calls_add_thread(out) = (struct tl_callthread){ .thread = t, .lowest = -2 };
	return true;
}

static int set_up(void **state)
{
	const struct tl_callteller who = { NULL, tell };

	fake_init(&fake, text);
	for (size_t at = 0; at < NLINES * 10;) {
		at += (size_t)(10 + rand() % 300);
		at -= at % 10;
		fake.ends[fake.nchunks++] = at < NLINES * 10 ? at : NLINES * 10;
	}
	for (int i = 0; i < NLINES; i++)
		lines[i] = (struct tl_callline){ .thread = (uint64_t)rand() % 3,
						 .depth = rand() % 9,
						 .kind = (uint8_t)(rand() % 20 ? TL_CALL_ENTRY
									       : TL_CALL_GAP) };
	assert_true(tl_source_new(&fake_ops, &fake, &src, NULL));
	return tl_callcache_new(src, &who, &cache, NULL) ? 0 : -1;
}

static int tear_down(void **state)
{
	tl_folds_fini(&folds);
	tl_callcache_close(cache);
	tl_source_close(src);
	return 0;
}

static struct tl_fold a_fold(int first, int end)
{
	return (struct tl_fold){ .entry = pos_of(first),
				 .range = { lines[first].thread, pos_of(first) + 1,
					    end < NLINES ? pos_of(end) : TL_NOPOS } };
}

static bool is_hidden(int i)
{
	for (size_t n = 0; n < folds.n; n++)
		if (lines[i].thread == folds.folds[n].range.thread &&
		    pos_of(i) > folds.folds[n].entry && pos_of(i) < folds.folds[n].range.end)
			return true;
	return folds.levels > 0 && lines[i].kind != TL_CALL_GAP &&
	       (uint64_t)lines[i].depth >= folds.levels;
}

static void check_sieve(void)
{
	struct tl_sieve sieve;
	struct tl_buf at = TL_BUF_INIT;
	int i = 0;

	assert_true(tl_folds_sieve(&folds, src, cache, &sieve));
	for (uint64_t k = 0; k < fake.nchunks; k++) {
		size_t n = 0;

		at.len = 0;
		assert_true(sieve.hidden(sieve.arg, k, &at));
		for (; i < NLINES && pos_of(i) >> FAKE_SHIFT == k; i++) {
			uint32_t byte = (uint32_t)pos_of(i);

			if (is_hidden(i))
				assert_memory_equal(at.data + 4 * n++, &byte, 4);
		}
		assert_int_equal(at.len, 4 * n);
	}
	tl_buf_fini(&at);
	sieve.close(sieve.arg);
}

static void lines_of_the_thread_are_hidden(void **state)
{
	for (int round = 0; round < 60; round++) {
		int first = rand() % NLINES, end = first + 1 + rand() % NLINES;
		struct tl_fold fold = a_fold(first, end);

		assert_true(tl_folds_add(&folds, &fold));
		assert_true(tl_folds_find(&folds, pos_of(first))->entry == fold.entry);
		if (round % 3 == 2)
			tl_folds_remove(&folds, &folds.folds[(size_t)rand() % folds.n]);
		folds.levels = (uint64_t)(rand() % 10);
		relative = rand() % 2;
		tl_callcache_drop(cache);
		check_sieve();
	}
	tl_folds_clear(&folds);
	assert_false(tl_folds_any(&folds));
	check_sieve();
}

/* What hides a line is unfolded, and nothing else. */
static void a_line_is_revealed(void **state)
{
	for (int round = 0; round < 200; round++) {
		int first = rand() % NLINES, end = first + 1 + rand() % NLINES, i = rand() % NLINES;
		struct tl_fold fold = a_fold(first, end);
		const struct tl_calls *calls;
		bool was = is_hidden(i);
		size_t n;

		assert_true(tl_folds_add(&folds, &fold));
		folds.levels = (uint64_t)(rand() % 10);
		was = is_hidden(i);
		n = folds.n;
		tl_callcache_drop(cache);
		assert_int_equal(tl_callcache_pin(cache, pos_of(i) >> FAKE_SHIFT, &calls, NULL),
				 TL_FOUND);
		assert_int_equal(tl_folds_reveal(&folds, calls,
						 tl_calls_find(calls, pos_of(i) & UINT32_MAX),
						 pos_of(i)),
				 was);
		tl_callcache_unpin(cache, calls);
		assert_false(is_hidden(i));
		assert_true(was || folds.n == n);
		check_sieve();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lines_of_the_thread_are_hidden, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_line_is_revealed, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
