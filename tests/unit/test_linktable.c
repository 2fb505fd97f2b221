/* test_linktable.c: links by number: the same again for the same, none for what may not be sent,
 * and a new beginning when there are too many. */
#include "pager/linktable.h"

#include "pager/cell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static uint32_t number(const char *body)
{
	return tl_linktable_number((const uint8_t *)body, strlen(body));
}

static void the_same_link_has_the_same_number(void **state)
{
	uint32_t a = number("8;;http://a"), b = number("8;;http://b");
	const uint8_t *body;
	size_t len;

	assert_in_range(a, 1, TL_LINK_MAX);
	assert_in_range(b, 1, TL_LINK_MAX);
	assert_int_not_equal(a, b);
	assert_int_equal(number("8;;http://a"), a);
	body = tl_linktable_body(a, &len);
	assert_int_equal(len, 11);
	assert_memory_equal(body, "8;;http://a", 11);
	assert_null(tl_linktable_body(0, &len));
	assert_null(tl_linktable_body(99999, &len));
}

static void control_characters_are_not_sent(void **state)
{
	assert_int_equal(number("8;;a\033[31m"), 0);
	assert_int_equal(number("8;;a\001"), 0);
	assert_int_equal(number(""), 0);
}

static void a_full_table_starts_anew(void **state)
{
	unsigned before = tl_linktable_generation(), n = 0;
	char body[32];

	assert_false(tl_linktable_renew());
	do {
		snprintf(body, sizeof(body), "8;;u%u", n++);
	} while (number(body) != 0);
	assert_in_range(n, TL_LINK_MAX / 2, TL_LINK_MAX);
	assert_int_not_equal(number("8;;u0"), 0); /* those that are there stay until then */
	assert_true(tl_linktable_renew());
	assert_int_equal(tl_linktable_generation(), before + 1);
	assert_int_not_equal(number(body), 0);
	assert_false(tl_linktable_renew());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_link_has_the_same_number),
		cmocka_unit_test(control_characters_are_not_sent),
		cmocka_unit_test(a_full_table_starts_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
