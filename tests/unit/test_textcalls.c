/* test_textcalls.c: how a text tells its calls, and what is said where it does not. */
#include "pager/textcalls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct tl_textcalls *open_text(const char *text, struct tl_source **src)
{
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_textcalls *calls;

	assert_true(tl_buf_append(&buf, text, strlen(text)));
	assert_true(tl_source_open_memory(&buf, src, NULL));
	assert_true(tl_textcalls_open(*src, &calls, NULL));
	return calls;
}

static void lines_tell_calls(void **state)
{
	struct tl_source *src;
	struct tl_textcalls *calls = open_text(" 0)               |  f() {\n"
					       " 0)   0.250 us    |    g();\n"
					       " 0)   1.000 us    |  }\n",
					       &src);
	struct tl_callform form;
	struct tl_err err = TL_ERR_INIT;

	assert_true(tl_textcalls_form(calls, &form, &err));
	assert_string_equal(err.msg, "");
	tl_textcalls_close(calls);
	tl_source_close(src);
}

/* Also when it is asked again, and nothing is looked at any more. */
static void lines_without_calls_are_told(void **state)
{
	struct tl_source *src;
	struct tl_textcalls *calls = open_text("one\ntwo\n", &src);
	struct tl_callform form;

	for (int i = 0; i < 2; i++) {
		struct tl_err err = TL_ERR_INIT;

		assert_false(tl_textcalls_form(calls, &form, &err));
		assert_string_equal(err.msg, "The lines of this text tell no calls");
	}
	tl_textcalls_close(calls);
	tl_source_close(src);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_tell_calls),
		cmocka_unit_test(lines_without_calls_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
