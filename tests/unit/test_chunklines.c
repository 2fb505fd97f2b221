/*
 * test_chunklines.c: the text of a chunk is a function of its events, whatever was made before, by
 * however many threads; and it is bounded.  Beside it, the pieces that lines are made of.
 */
#include "tests/unit/fake_events.h"

#include "decoders/pt/pen.h"

#include <pthread.h>

#define NCHUNKS 12
#define NEVENTS 700

static struct tl_pt_event chunks[NCHUNKS][NEVENTS];

static void make_chunks(void)
{
	static const struct tl_context *const contexts[] = { &task, &other, &bare, NULL };
	static const unsigned flags[] = { CALL, CALL, RETURN, RETURN, START, END, HWINT, IRET };
	uint64_t x = 88172645463325252, time = T;

	for (size_t k = 0; k < NCHUNKS; k++)
		for (size_t i = 0; i < NEVENTS; i++) {
			struct tl_pt_event *ev = &chunks[k][i];

			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			time += x % 1000;
			*ev = branch(contexts[x >> 20 & 3], time, flags[x >> 30 & 7],
				     MAIN + (x >> 33) % 0x1400, MAIN + (x >> 40) % 0x1400, x % 50);
			ev->queue = x >> 50 & 1;
			if (x >> 55 == 7)
				*ev = other_kind(TL_PT_EV_ERROR, MAIN, i, TL_PT_ERR_BADPKT);
		}
}

struct reader {
	struct tl_pt_style *style;
	const struct tl_buf *want;
	unsigned step;
	bool same;
};

static void *read_chunks(void *arg)
{
	struct reader *r = arg;

	r->same = true;
	for (size_t i = 0; i < 4 * NCHUNKS; i++) {
		size_t k = (i * r->step + i / NCHUNKS) % NCHUNKS;
		struct tl_buf text = TL_BUF_INIT;

		r->same =
		    r->same &&
		    tl_pt_lines_format(r->style, chunks[k], NEVENTS, NULL, &text, NULL, NULL) &&
		    text.len == r->want[k].len && memcmp(text.data, r->want[k].data, text.len) == 0;
		tl_buf_fini(&text);
	}
	return NULL;
}

static void same_text_in_any_order(void **state)
{
	static const char *const names[] = { "calls", "returns", "branches", "perf",
					     "graph", "spt",     "insns" };
	static const size_t budgets[] = { 1, 20000, 32 << 20 };

	make_chunks();
	for (size_t v = 0; v < COUNT(names); v++) {
		struct tl_buf want[NCHUNKS];

		memset(want, 0, sizeof(want));
		for (size_t k = 0; k < NCHUNKS; k++) {
			struct tl_pt_style *style = style_of(names[v], NULL, true);

			assert_true(tl_pt_lines_format(style, chunks[k], NEVENTS, NULL, &want[k],
						       NULL, NULL));
			tl_pt_style_close(style);
		}
		for (size_t b = 0; b < COUNT(budgets); b++) {
			struct tl_pt_style *style = style_of(names[v], NULL, true);
			struct reader readers[] = { { style, want, 5, false },
						    { style, want, 7, false } };
			pthread_t threads[2];

			style->names_budget = budgets[b];
			for (size_t i = 0; i < 2; i++)
				assert_int_equal(
				    pthread_create(&threads[i], NULL, read_chunks, &readers[i]), 0);
			for (size_t i = 0; i < 2; i++) {
				pthread_join(threads[i], NULL);
				assert_true(readers[i].same);
			}
			tl_pt_style_close(style);
		}
		for (size_t k = 0; k < NCHUNKS; k++)
			tl_buf_fini(&want[k]);
	}
}

/* A name is told in full up to a page, and then cut. */
static void long_names(void **state)
{
	static char name[10001];
	static struct tl_symbol symbol = { 0, 0x100, name };
	static struct tl_dso dso = { "/bin/b", "", &symbol, 1, NULL };
	static const struct tl_map map = { 0, 0x1000, 0, &dso };
	static const struct tl_space space = { 3, 1, &map, 0, NULL, 0 };
	static const struct tl_context ctx = { 3, 1, 1, 0, "b", &space };
	const struct tl_pt_event events[] = { branch(&ctx, T, CALL, 1, 0x2000, 1) };
	static const size_t lengths[] = { 1, 15, 16, 17, 31, 4000, 4096, 10000 };

	for (size_t i = 0; i < COUNT(lengths); i++) {
		size_t len = lengths[i] < 4096 ? lengths[i] : 4096;
		struct tl_buf want = TL_BUF_INIT;

		memset(name, 'n', sizeof(name) - 1);
		name[lengths[i]] = '\0';
		tl_buf_printf(&want, "%.*s+1 -> 2000\n", (int)len, name);
		assert_functions("calls", events, tl_buf_str(&want));
		tl_buf_fini(&want);
	}
}

static void many_threads(void **state)
{
	enum { N = 5000 };
	struct tl_context *contexts = calloc(N, sizeof(*contexts));
	struct tl_pt_event *events = calloc(2 * N, sizeof(*events));
	struct tl_pt_style *style = style_of("calls", "task,insns", true);
	struct tl_buf text = TL_BUF_INIT, want = TL_BUF_INIT;

	for (int i = 0; i < N; i++) {
		contexts[i] = (struct tl_context){ (uint32_t)i, 1, i + 1, 0, "t", &space_a };
		events[i] = branch(&contexts[i], T, CALL, MAIN, F1, 1);
		events[N + i] = branch(&contexts[i], T, CALL, F1, F2, 1);
		tl_buf_printf(&want, "%16s-%-6d [~    1] main -> f1\n", "t", i + 1);
	}
	for (int i = 0; i < N; i++)
		tl_buf_printf(&want, "%16s-%-6d [+    1]   f1 -> f2\n", "t", i + 1);
	for (int i = 0; i < 2; i++) {
		text.len = 0;
		assert_true(tl_pt_lines_format(style, events, 2 * N, NULL, &text, NULL, NULL));
		assert_text(&text, tl_buf_str(&want));
	}
	tl_buf_fini(&text);
	tl_buf_fini(&want);
	tl_pt_style_close(style);
	free(events);
	free(contexts);
}

/* The last event whose line begins before a place. */
static size_t last_before(const size_t *starts, ptrdiff_t at)
{
	size_t i = 0;

	while (starts[i + 1] < (size_t)at)
		i++;
	return i;
}

/* What would be far too much text ends with a line that says so. */
static void text_is_bounded(void **state)
{
	static const char *const names[] = {
		"calls", "returns", "branches", "graph", "perf", "spt"
	};
	struct tl_pt_event events[100];
	size_t starts[101];

	for (size_t v = 0; v < COUNT(names); v++) {
		struct tl_pt_style *style = style_of(names[v], NULL, true);
		struct tl_buf all = TL_BUF_INIT, text = TL_BUF_INIT;
		const char *gap;

		for (size_t i = 0; i < COUNT(events); i++)
			events[i] = branch(&task, T + i, CALL, MAIN, F1, 1);
		assert_true(
		    tl_pt_lines_format(style, events, COUNT(events), NULL, &all, NULL, NULL));
		style->text_most = 1000;
		assert_true(tl_buf_puts(&text, "# head\n"));
		assert_true(
		    tl_pt_lines_format(style, events, COUNT(events), NULL, &text, starts, NULL));
		gap = strstr(tl_buf_str(&text), "[gap: ");
		assert_non_null(gap);
		assert_true(gap - tl_buf_str(&text) >= 1000 && text.len < 1400);
		assert_memory_equal(text.data + 7, all.data, (size_t)(gap - tl_buf_str(&text)) - 7);
		assert_int_equal(atoi(gap + 6),
				 COUNT(events) - 1 - last_before(starts, gap - tl_buf_str(&text)));
		assert_int_equal(starts[100], text.len);
		assert_int_equal(starts[99], text.len);
		tl_buf_fini(&all);
		tl_buf_fini(&text);
		tl_pt_style_close(style);
	}
}

static void numbers(void **state)
{
	static const uint64_t values[] = { 0,       1,         9,         10,        99,
					   100,     101,       0xfff,     0x1000,    999999,
					   1000000, 123456789, 999999999, UINT64_MAX };

	for (size_t i = 0; i < COUNT(values); i++) {
		char is[64], want[64];

		for (size_t width = 0; width < 25; width += 6) {
			*put_dec((uint8_t *)is, values[i], width) = '\0';
			snprintf(want, sizeof(want), "%*llu", (int)width,
				 (unsigned long long)values[i]);
			assert_string_equal(is, want);
		}
		*put_hex((uint8_t *)is, values[i]) = '\0';
		snprintf(want, sizeof(want), "%llx", (unsigned long long)values[i]);
		assert_string_equal(is, want);
		*put_hex_16((uint8_t *)is, values[i]) = '\0';
		snprintf(want, sizeof(want), "%16llx", (unsigned long long)values[i]);
		assert_string_equal(is, want);
		if (values[i] >= 1000000000)
			continue;
		*put_9_digits((uint8_t *)is, (uint32_t)values[i]) = '\0';
		snprintf(want, sizeof(want), "%09llu", (unsigned long long)values[i]);
		assert_string_equal(is, want);
	}
}

static void events_grow(void **state)
{
	struct tl_pt_events evs = { NULL, 0, 0 };

	for (uint32_t i = 0; i < 1000; i++) {
		assert_true(tl_pt_events_reserve(&evs, 1));
		evs.v[evs.n++].insns = i;
	}
	assert_int_equal(evs.v[999].insns, 999);
	assert_false(tl_pt_events_reserve(&evs, SIZE_MAX / 4));
	assert_int_equal(evs.v[0].insns, 0);
	tl_pt_events_fini(&evs);
	assert_null(evs.v);
}

static void nothing_to_say(void **state)
{
	assert_lines_of("calls", NULL, true, NULL, 0, "");
	assert_lines_of("perf", NULL, true, NULL, 0, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_text_in_any_order),
		cmocka_unit_test(long_names),
		cmocka_unit_test(many_threads),
		cmocka_unit_test(text_is_bounded),
		cmocka_unit_test(numbers),
		cmocka_unit_test(events_grow),
		cmocka_unit_test(nothing_to_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
