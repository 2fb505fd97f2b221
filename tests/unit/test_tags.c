/* test_tags.c: lines of tags files and of global -x; sorted files and others. */
#include "pager/tags.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct tl_span span(const char *text)
{
	return (struct tl_span){ (const uint8_t *)text, strlen(text) };
}

/* The tag's file, line, pattern; $ where the line ends there. */
static void check_line(const char *line, const char *expected)
{
	struct tl_tags tags = { NULL, 0 };
	struct tl_buf got = TL_BUF_INIT;

	if (tl_tags_take_line(&tags, span(line), "foo"))
		tl_buf_printf(&got, "%s %d %s%s", tags.tags[0].file, (int)tags.tags[0].line,
			      tags.tags[0].pattern ? tags.tags[0].pattern : "-",
			      tags.tags[0].whole_line ? "$" : "");
	assert_string_equal(tl_buf_str(&got), expected);
	tl_buf_fini(&got);
	tl_tags_fini(&tags);
}

static void test_lines(void **state)
{
	check_line("foo\ta.c\t12", "a.c 12 -");
	check_line("foo  a.c   12;\"\tf", "a.c 12 -");
	check_line("foo\ta.c\t/^int foo(int)$/;\"\tf", "a.c 0 int foo(int)$");
	check_line("foo\ta.c\t?^int foo(int)?", "a.c 0 int foo(int)");
	check_line("foo\ta.c\t/int \\/* \\\\ *\\//", "a.c 0 int /* \\ */");
	check_line("foo\ta.c\t/^cost: 5\\$/", "a.c 0 cost: 5$");
	check_line("foo\ta.c\t/no end", "a.c 0 no end");
	check_line("foo\ta.c\t/", "a.c 0 ");
	check_line("foo\ta.c\t/$/", "a.c 0 $");
	check_line("foo\ta.c", "");
	check_line("foo\ta.c\t", "");
	check_line("foo", "");
	check_line("foo\t", "");
	check_line("", "");
	check_line("food\ta.c\t12", "");
	check_line("fo\ta.c\t12", "");
}

static void test_global(void **state)
{
	struct tl_tags tags = { NULL, 0 };

	assert_true(tl_tags_take_global(&tags, span("foo    12 src/a.c   int foo(void)")));
	assert_string_equal(tags.tags[0].file, "src/a.c");
	assert_int_equal(tags.tags[0].line, 12);
	assert_false(tl_tags_take_global(&tags, span("foo src/a.c 12")));
	assert_false(tl_tags_take_global(&tags, span("foo 12")));
	assert_false(tl_tags_take_global(&tags, span("")));
	tl_tags_fini(&tags);
}

static size_t count(const char *file, const char *tag)
{
	struct tl_tags tags = { NULL, 0 };
	size_t n;

	tl_tags_search(&tags, span(file), tag);
	n = tags.n;
	tl_tags_fini(&tags);
	return n;
}

static void test_files(void **state)
{
	static const char plain[] = "b\tx\t1\na\tx\t2\r\nb\ty\t3\nab\tx\t4";
	static const char wrong[] = "!_TAG_FILE_SORTED\t1\t/x/\nz\tx\t1\na\tx\t2\nb\tx\t3\n";

	assert_int_equal(count(plain, "b"), 2);
	assert_int_equal(count(plain, "a"), 1);
	assert_int_equal(count(plain, "ab"), 1);
	assert_int_equal(count(plain, "abc"), 0);
	assert_int_equal(count("", "a"), 0);
	assert_int_equal(count(wrong, "a"), 1); /* it is not sorted */
	assert_int_equal(count(wrong, "z"), 1);
}

/* Every tag of a sorted file is found, wherever it stands. */
static void test_sorted_files(void **state)
{
	struct tl_buf file = TL_BUF_INIT;
	char tag[16];

	tl_buf_puts(&file, "!_TAG_FILE_FORMAT\t2\n!_TAG_FILE_SORTED\t1\t/0=unsorted/\n");
	for (int i = 0; i < 500; i++)
		for (int k = 0; k <= i % 3; k++)
			tl_buf_printf(&file, "t%04d\tfile%d\t%d\n", i * 2, k, i);
	for (int i = 0; i < 500; i++) {
		snprintf(tag, sizeof(tag), "t%04d", i * 2);
		assert_int_equal(count(tl_buf_str(&file), tag), i % 3 + 1);
		snprintf(tag, sizeof(tag), "t%04d", i * 2 + 1);
		assert_int_equal(count(tl_buf_str(&file), tag), 0);
	}
	tl_buf_fini(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_global),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_sorted_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
