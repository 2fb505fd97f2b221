/* test_links.c: hyperlinks in a line: which there are, and what belongs to them. */
#include "pager/links.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LINK(params, uri) "\033]8;" params ";" uri "\033\\"
#define END               LINK("", "")

static struct tl_span span(const char *s)
{
	return (struct tl_span){ (const uint8_t *)s, strlen(s) };
}

/* "uri=text" of the link. */
static const char *tell(const char *line, const struct tl_link *l)
{
	static char out[128];

	snprintf(out, sizeof(out), "%.*s=%.*s", (int)l->uri_len, line + l->uri,
		 (int)(l->end - l->text), line + l->text);
	return out;
}

static const char line[] =
    "a " LINK("", "http://x/;y") "one" END
				 " b " LINK("id=q", "u") "two" LINK("x=1:id=r", "v") "three";

static void links_are_found_forward_and_backward(void **state)
{
	struct tl_link l;

	assert_true(tl_link_next(span(line), 0, &l));
	assert_string_equal(tell(line, &l), "http://x/;y=one");
	assert_int_equal(l.start, 2);
	assert_true(tl_link_next(span(line), l.end, &l));
	assert_string_equal(tell(line, &l), "u=two");
	assert_true(tl_link_next(span(line), l.end, &l));
	assert_string_equal(tell(line, &l), "v=three");
	assert_int_equal(l.end, strlen(line));
	assert_false(tl_link_next(span(line), l.end, &l));
	assert_true(tl_link_prev(span(line), SIZE_MAX, &l));
	assert_string_equal(tell(line, &l), "v=three");
	assert_true(tl_link_prev(span(line), l.start, &l));
	assert_string_equal(tell(line, &l), "u=two");
	assert_true(tl_link_prev(span(line), l.start, &l));
	assert_false(tl_link_prev(span(line), l.start, &l));
}

static void anchors_are_found_by_their_id(void **state)
{
	struct tl_link l;

	assert_true(tl_link_by_id(span(line), 0, "q", 1, &l));
	assert_string_equal(tell(line, &l), "u=two");
	assert_true(tl_link_by_id(span(line), 0, "r", 1, &l));
	assert_string_equal(tell(line, &l), "v=three");
	assert_false(tl_link_by_id(span(line), l.end, "r", 1, &l));
	assert_false(tl_link_by_id(span(line), 0, "1", 1, &l));
	assert_false(tl_link_by_id(span(line), 0, "", 0, &l));
	/* they need no URI and no text */
	assert_true(tl_link_by_id(span("x" LINK("id=z", "") END), 0, "z", 1, &l));
}

static void what_is_no_link_is_passed_over(void **state)
{
	static const char *const none[] = {
		"",         "\033]8;;",     LINK("", "u") END,
		END "text", "\033]8;u\a x", "\033]9;;u\a x",
		"\033[1mx", "\033]8;;u",
	};
	struct tl_link l;

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		if (tl_link_next(span(none[i]), 0, &l))
			fail_msg("%zu: %s", i, tell(none[i], &l));
		assert_false(tl_link_prev(span(none[i]), SIZE_MAX, &l));
	}
	/* BEL ends a sequence too */
	assert_true(tl_link_next(span("\033]8;;u\ax\033]8;;\ay"), 0, &l));
	assert_int_equal(l.end - l.text, 1);
}

static void a_scheme_ends_at_the_colon(void **state)
{
	assert_int_equal(tl_link_scheme("https://x"), 5);
	assert_int_equal(tl_link_scheme("man:cat(1)"), 3);
	assert_int_equal(tl_link_scheme("plain"), 0);
	assert_int_equal(tl_link_scheme(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_are_found_forward_and_backward),
		cmocka_unit_test(anchors_are_found_by_their_id),
		cmocka_unit_test(what_is_no_link_is_passed_over),
		cmocka_unit_test(a_scheme_ends_at_the_colon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
