/* test_err.c: messages are one printable line that fits, whatever goes into them. */
#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void test_set(void **state)
{
	struct tl_err err = TL_ERR_INIT;

	assert_int_equal(err.msg[0], '\0');
	assert_false(tl_err_set(&err, "no %s at %d", "line", 3));
	assert_string_equal(err.msg, "no line at 3");
	assert_int_equal(err.sys, 0);
	assert_false(tl_err_nomem(&err));
	assert_string_equal(err.msg, "out of memory");
}

static void test_system_calls(void **state)
{
	struct tl_err err = TL_ERR_INIT;

	errno = ENOENT;
	assert_false(tl_err_sys(&err, "cannot open '%s'", "a"));
	assert_int_equal(errno, ENOENT);
	assert_int_equal(err.sys, ENOENT);
	assert_string_equal(err.msg, "cannot open 'a': No such file or directory");
	tl_err_set(&err, "other");
	assert_int_equal(err.sys, 0); /* nothing is left of it */
}

static void test_prefix(void **state)
{
	struct tl_err err = TL_ERR_INIT;

	errno = EIO;
	tl_err_sys(&err, "cannot read");
	assert_false(tl_err_prefix(&err, "%s: ", "a.txt"));
	assert_string_equal(err.msg, "a.txt: cannot read: Input/output error");
	assert_int_equal(err.sys, EIO);
	tl_err_prefix(&err, "%s", err.msg); /* its own message is fine */
	assert_memory_equal(err.msg, "a.txt: cannot", 13);
}

static void test_nobody_listens(void **state)
{
	errno = ENOENT;
	assert_false(tl_err_set(NULL, "x"));
	assert_false(tl_err_sys(NULL, "x"));
	assert_false(tl_err_prefix(NULL, "x"));
	assert_false(tl_err_nomem(NULL));
}

static void test_nothing_unprintable(void **state)
{
	struct tl_err err = TL_ERR_INIT;

	tl_err_set(&err, "a%sb", "\033]0;x\007\n\177\t");
	assert_string_equal(err.msg, "a?]0;x????b");
	tl_err_set(&err, "Grüße"); /* UTF-8 stays */
	assert_string_equal(err.msg, "Grüße");
	tl_err_prefix(&err, "\r");
	assert_string_equal(err.msg, "?Grüße");
	errno = ENOENT;
	tl_err_sys(&err, "a\nb");
	assert_string_equal(err.msg, "a?b: No such file or directory");
	tl_err_set(&err, "%s",
		   "\xc2\x9b"
		   "1m"); /* C1 controls, which some terminals obey */
	assert_string_equal(err.msg, "??1m");
}

/* Long names are cut, not in the middle of a character, and what follows still fits. */
static void test_long_messages(void **state)
{
	struct tl_err err = TL_ERR_INIT;
	char name[8 * sizeof(err.msg)];

	for (size_t pad = 0; pad < 4; pad++) {
		memset(name, 'x', pad);
		for (size_t i = pad; i + 3 < sizeof(name); i += 3)
			memcpy(name + i, "€", 4);
		tl_err_set(&err, "%s", name);
		assert_in_range(strlen(err.msg), sizeof(err.msg) - 4, sizeof(err.msg) - 1);
		assert_int_equal((strlen(err.msg) - pad) % 3, 0);
		errno = ENOENT;
		tl_err_sys(&err, "%s", name);
		assert_true(strlen(err.msg) < sizeof(err.msg));
		assert_non_null(strstr(err.msg, "€: No such file or directory"));
		tl_err_prefix(&err, "%s", name);
		assert_true(strlen(err.msg) < sizeof(err.msg));
		assert_memory_equal(err.msg, name, sizeof(err.msg) - 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_system_calls),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_nobody_listens),
		cmocka_unit_test(test_nothing_unprintable),
		cmocka_unit_test(test_long_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
