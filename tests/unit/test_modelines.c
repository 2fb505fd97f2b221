/* test_modelines.c: what lines say of tab stops. */
#include "pager/modelines.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

static void check(const char *line, const char *expected)
{
	char value[64] = "";

	if (!tl_modeline_tabs((struct tl_span){ (const uint8_t *)line, strlen(line) }, value,
			      sizeof(value)))
		value[0] = '\0';
	assert_string_equal(value, expected);
}

static void test_programs(void **state)
{
	check("/* vim: ts=3 */", "3");
	check("vi:ts=3", "3");
	check("# ex:sw=4:tabstop=3:et", "3");
	check("/* less: set ts=3 : */", "3");
	check("less: ts=3", "");
	check("less: se ts=3", "");
	check("navi: ts=3", "");
	check("(vi: ts=3", "");
	check("vim600: ts=3", "");
	check("vim set ts=3", "");
	check("vim: foo vi: ts=3", "3");
	check("less: ts=3 vim: ts=5", "5");
	check("", "");
	check("vim:", "");
}

static void test_settings(void **state)
{
	check("vim: set ts=3:", "3");
	check("vim: set sw=4:ts=3", "3");
	check("vim: set sw=4: ts=3", "3");
	check("vim: set ts=3 : ts=5", "3");
	check("vim: set ts=3:: ts=5", "3");
	check("vim: ts=3 : ts=5", "5");
	check("vim: ts=3 ts=5", "5");
	check("vim: ts=abc ts=3", "3");
	check("vim: ts = 3", "");
	check("vim: xts=3", "");
	check("vim: ts=", "");
	check("vim: ts=3,5 */", "3,5");
	check("vim: set : ts=5", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
