/*
 * test_demo.c: the bundled recording still reads, with names and without a gap, wherever the
 * source tree lies.  Run from its top.
 */
#include "decoders/decoder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define DEMO "tests/trace/demo"

static void the_demo_shows_its_calls(void **state)
{
	static const char *const lines[] = {
		" main+",           " -> place_queens\n",      " -> wrapper_cmp\n",
		" -> take_a_nap\n", " -> pthread_cond_wait\n",
	};
	const struct tl_decoder_options options = { .view = "calls", .symfs = DEMO };
	const struct tl_decoder_ops *ops;
	struct tl_buf text = TL_BUF_INIT;
	struct tl_err err = TL_ERR_INIT;
	uint8_t head[4096];
	uint64_t first, last, n;
	FILE *f = fopen(DEMO "/perf.data", "rb");
	void *self;

	assert_non_null(f);
	n = fread(head, 1, sizeof(head), f);
	fclose(f);
	ops = tl_decoder_probe(head, n);
	assert_non_null(ops);
	if (!ops->open(DEMO "/perf.data", &options, (struct tl_span){ 0 }, &self, &err))
		fail_msg("%s", err.msg);
	n = ops->chunks(self);
	assert_true(n > 1);
	for (uint64_t k = 0; k < n; k++)
		assert_true(ops->decode(self, k, &text, &err));
	assert_true(text.len > 1000000);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (!strstr(tl_buf_str(&text), lines[i]))
			fail_msg("no line has: %s", lines[i]);
	assert_int_equal(ops->gaps(self), 0);
	assert_true(ops->range(self, &first, &last));
	assert_true(last - first > 1000000);
	ops->close(self);
	tl_buf_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_demo_shows_its_calls) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
