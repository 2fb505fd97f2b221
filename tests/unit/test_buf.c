/* test_buf.c: a buffer that grows, and keeps what it holds. */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void test_empty(void **state)
{
	struct tl_buf b = TL_BUF_INIT;

	assert_true(tl_buf_append(&b, NULL, 0));
	assert_null(b.data);
	assert_string_equal(tl_buf_str(&b), "");
	assert_int_equal(b.len, 0);
	tl_buf_fini(&b);
	assert_null(b.data);
	tl_buf_fini(&b); /* once more is fine */
	assert_true(tl_buf_puts(&b, "again"));
	assert_string_equal(tl_buf_str(&b), "again");
	tl_buf_fini(&b);
}

static void test_appending(void **state)
{
	struct tl_buf b = TL_BUF_INIT;

	assert_true(tl_buf_puts(&b, "one"));
	assert_true(tl_buf_putc(&b, ' '));
	assert_true(tl_buf_printf(&b, "%s %d", "two", 3));
	assert_true(tl_buf_append(&b, "\0x", 2));
	assert_int_equal(b.len, 11);
	assert_memory_equal(b.data, "one two 3\0x", 11);
	assert_true(tl_buf_printf(&b, "%s", ""));
	assert_int_equal(b.len, 11);
	tl_buf_str(&b); /* the NUL behind them does not count */
	assert_int_equal(b.len, 11);
	assert_int_equal(b.data[11], '\0');
	tl_buf_fini(&b);
}

/* Through all sizes, past the one from which blocks are aligned. */
static void test_growing(void **state)
{
	struct tl_buf b = TL_BUF_INIT;
	const size_t n = 300000;

	for (size_t i = 0; i < n; i++) {
		assert_true(tl_buf_putc(&b, (uint8_t)(i * 7)));
		assert_true(b.len <= b.cap);
	}
	for (size_t i = 0; i < n; i++)
		assert_int_equal(b.data[i], (uint8_t)(i * 7));
	assert_int_equal((uintptr_t)b.data % 64, 0);
	tl_buf_fini(&b);
}

static void test_reserving(void **state)
{
	struct tl_buf b = TL_BUF_INIT;
	uint8_t *data;

	assert_true(tl_buf_puts(&b, "x"));
	for (size_t extra = 1; extra < 1000000; extra = extra * 3 + 1) {
		assert_true(tl_buf_reserve(&b, extra));
		assert_true(b.cap - b.len >= extra);
		assert_int_equal(b.len, 1);
		assert_int_equal(b.data[0], 'x');
		memset(b.data + 1, 'y', extra); /* it is all there */
	}
	data = b.data;
	assert_true(tl_buf_reserve(&b, 10));
	assert_ptr_equal(b.data, data);
	tl_buf_fini(&b);
}

static void test_too_much(void **state)
{
	struct tl_buf b = TL_BUF_INIT;
	struct tl_buf before;

	assert_true(tl_buf_puts(&b, "kept"));
	before = b;
	assert_false(tl_buf_reserve(&b, SIZE_MAX));
	assert_false(tl_buf_reserve(&b, SIZE_MAX / 2));
	assert_false(tl_buf_reserve(&b, SIZE_MAX - 4));
	assert_memory_equal(&b, &before, sizeof(b));
	assert_string_equal(tl_buf_str(&b), "kept");
	tl_buf_fini(&b);
}

static void test_long_formats(void **state)
{
	struct tl_buf b = TL_BUF_INIT;

	assert_true(tl_buf_printf(&b, "%0100000d|", 5));
	assert_true(tl_buf_printf(&b, "%s", "end"));
	assert_int_equal(b.len, 100004);
	assert_string_equal(tl_buf_str(&b) + 99999, "5|end");
	tl_buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),    cmocka_unit_test(test_appending),
		cmocka_unit_test(test_growing),  cmocka_unit_test(test_reserving),
		cmocka_unit_test(test_too_much), cmocka_unit_test(test_long_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
