/* test_complete.c: file names: which there are, how they are written in a command. */
#include "pager/complete.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/tless-complete-XXXXXX";
static const char *const names[] = { "abc", "abd", "x y", "d$1", "q\"" };

static int make_files(void **state)
{
	if (!mkdtemp(folder) || chdir(folder) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		close(open(names[i], O_CREAT | O_WRONLY, 0600));
	return mkdir("sub", 0700) || mkdir("s t", 0700) || symlink("sub", "sub/abc");
}

static int remove_files(void **state)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(names[i]);
	unlink("sub/abc");
	rmdir("sub");
	rmdir("s t");
	return chdir("/") || rmdir(folder);
}

/* The names found, each followed by what comes behind it, with bars between. */
static void check_found(const char *word, const char *want)
{
	struct tl_words found = { NULL, 0 };
	char got[512] = "";
	size_t n = 0;

	tl_complete_files.find(word, strlen(word), &found);
	for (size_t i = 0; i < found.n; i++)
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%s%s", i > 0 ? "|" : "",
				      found.words[i], tl_complete_files.ending(found.words[i]));
	assert_string_equal(got, want);
	tl_words_fini(&found);
}

static void test_names(void **state)
{
	check_found("a", "abc|abd");
	check_found("abc", "abc");
	check_found("nothing", "");
	check_found("su", "sub/");
	check_found("sub/", "sub/abc");
	check_found("?b", "abc|abd");
	check_found("/no/such/place", "");
}

static void test_names_with_special_characters(void **state)
{
	check_found("x", "x\\ y");
	check_found("x\\ ", "x\\ y");
	check_found("\"x ", "x\\ y");
	check_found("\"?", "");
	check_found("d", "d\\$1");
	check_found("d\\$", "d\\$1");
	check_found("q", "q\\\"");
	check_found("s", "s\\ t|sub/"); /* as typed this is no folder's name */
}

static void test_the_variables(void **state)
{
	setenv("LESSSEPARATOR", "::", 1);
	check_found("su", "sub::");
	unsetenv("LESSSEPARATOR");
	setenv("LESSMETACHARS", "$b", 1);
	setenv("LESSMETAESCAPE", "^^", 1);
	check_found("x", "x y");
	check_found("ab", "a^^bc|a^^bd");
	check_found("a^^b", "a^^bc|a^^bd");
	unsetenv("LESSMETACHARS");
	unsetenv("LESSMETAESCAPE");
}

static void check_start(const char *line, size_t want)
{
	assert_int_equal(tl_complete_word_start(line, strlen(line)), want);
}

static void test_where_a_word_begins(void **state)
{
	check_start("abc", 0);
	check_start("  abc", 2);
	check_start("one two", 4);
	check_start("one ", 4);
	check_start("   ", 3);
	check_start("one\\ two", 0);
	check_start("a \"one two", 2);
	check_start("\"one two\" x", 10);
	check_start("a \\\"one two", 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_names_with_special_characters),
		cmocka_unit_test(test_the_variables),
		cmocka_unit_test(test_where_a_word_begins),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
