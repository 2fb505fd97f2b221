/* test_history.c: lists of lines typed before. */
#include "pager/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

static void check(const struct tl_history *h, size_t n, const char *first, const char *last)
{
	assert_int_equal(h->n, n);
	assert_string_equal(h->lines[0].text, first);
	assert_string_equal(tl_history_last(h), last);
}

static void add(struct tl_history *h, int from, int to)
{
	char text[16];

	for (int i = from; i <= to; i++) {
		snprintf(text, sizeof(text), "%d", i);
		tl_history_add(h, text);
	}
}

static void test_repeated_lines(void **state)
{
	struct tl_history h = { .unique = false };

	assert_null(tl_history_last(&h));
	add(&h, 1, 3);
	tl_history_add(&h, "");
	tl_history_add(&h, "3");
	check(&h, 3, "1", "3");
	tl_history_add(&h, "1");
	check(&h, 4, "1", "1");
	h.unique = true;
	tl_history_add(&h, "2");
	check(&h, 4, "1", "2");
	tl_history_add(&h, "1");
	check(&h, 3, "3", "1");
	tl_history_fini(&h);
}

static void test_the_oldest_go(void **state)
{
	struct tl_history h = { .unique = false };

	add(&h, 1, 20);
	tl_history_limit(&h, 10);
	check(&h, 20, "1", "20");
	add(&h, 21, 21);
	tl_history_limit(&h, 10);
	check(&h, 10, "12", "21");
	add(&h, 22, 22);
	check(&h, 11, "12", "22");
	tl_history_fini(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_repeated_lines),
		cmocka_unit_test(test_the_oldest_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
