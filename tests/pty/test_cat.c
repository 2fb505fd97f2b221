/* Where standard output is no terminal the pager is cat: byte for byte, whatever they are. */
#include "tests/pty/fixture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static struct fixture f;

static int set_up(void **state)
{
	fixture_init(&f);
	fixture_lines(&f, "a.txt", "line %d\n", 1000);
	fixture_file(&f, "b.txt", "no newline at the end", -1);
	fixture_file(&f, "empty", "", 0);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

/* The pager on `files` (and standard input) prints what cat prints. */
static void check_cat(const char *const *files, const char *stdin_path)
{
	const char *own[8] = { pager_path() }, *cat[8] = { "/bin/cat" };
	struct capture a, b;

	for (int i = 0; i < 6 && files[i]; i++)
		own[i + 1] = cat[i + 1] = files[i];
	fixture_capture(&f, cat, stdin_path, &a);
	fixture_capture(&f, own, stdin_path, &b);
	assert_int_equal(b.status, 0);
	assert_int_equal(a.out.len, b.out.len);
	assert_memory_equal(tl_buf_str(&a.out), tl_buf_str(&b.out), a.out.len);
	capture_fini(&a);
	capture_fini(&b);
}

static void a_file_is_copied(void **state)
{
	check_cat((const char *const[]){ "a.txt", NULL }, NULL);
	check_cat((const char *const[]){ "b.txt", NULL }, NULL);
	check_cat((const char *const[]){ "empty", NULL }, NULL);
}

static void several_files_are_copied_in_order(void **state)
{
	check_cat((const char *const[]){ "b.txt", "empty", "a.txt", NULL }, NULL);
}

static void standard_input_is_copied(void **state)
{
	check_cat((const char *const[]){ NULL }, fixture_path(&f, "a.txt"));
	check_cat((const char *const[]){ "-", NULL }, fixture_path(&f, "a.txt"));
}

static void any_byte_is_copied(void **state)
{
	size_t n = 3u << 20;
	char *bytes;
	uint32_t x = 1;

	only_tless(); /* less 590 asks whether one wants to see a binary file */
	bytes = malloc(n);
	for (size_t i = 0; i < n; i++) {
		x = x * 1664525u + 1013904223u;
		bytes[i] = (char)(x >> 24);
	}
	fixture_file(&f, "noise", bytes, (long)n);
	free(bytes);
	check_cat((const char *const[]){ "noise", NULL }, NULL);
	check_cat((const char *const[]){ NULL }, fixture_path(&f, "noise"));
}

static void options_do_not_change_the_copy(void **state)
{
	const char *argv[] = { pager_path(), "-N", "-S", "-R", "-M", "a.txt", NULL };
	struct capture a, b;

	fixture_capture(&f, (const char *const[]){ "/bin/cat", "a.txt", NULL }, NULL, &a);
	fixture_capture(&f, argv, NULL, &b);
	assert_int_equal(b.status, 0);
	assert_string_equal(tl_buf_str(&a.out), tl_buf_str(&b.out));
	capture_fini(&a);
	capture_fini(&b);
}

static void a_missing_file_is_said_and_the_others_copied(void **state)
{
	const char *argv[] = { pager_path(), "a.txt", "missing", "b.txt", NULL };
	struct capture c;

	fixture_capture(&f, argv, NULL, &c);
	assert_non_null(strstr(tl_buf_str(&c.out), "line 1000\n"));
	assert_non_null(strstr(tl_buf_str(&c.out), "no newline at the end"));
	if (!pager_is_less()) /* it says so in the middle of the text */
		assert_non_null(strstr(tl_buf_str(&c.err), "missing: No such file or directory"));
	capture_fini(&c);
}

static void only_a_missing_file_fails(void **state)
{
	const char *argv[] = { pager_path(), "missing", NULL };
	struct capture c;

	only_tless(); /* less 590 exits with 0 */
	fixture_capture(&f, argv, NULL, &c);
	assert_true(WIFEXITED(c.status));
	assert_int_equal(WEXITSTATUS(c.status), 1);
	assert_int_equal(c.out.len, 0);
	assert_non_null(strstr(tl_buf_str(&c.err), "missing: No such file or directory"));
	capture_fini(&c);
}

static void a_long_pipe_is_copied(void **state)
{
	const char *argv[] = { "/bin/sh", "-c", NULL, NULL };
	char command[5000];
	struct capture c;

	snprintf(command, sizeof(command), "seq 1 2000000 | '%s' | cksum; seq 1 2000000 | cksum",
		 pager_path());
	argv[2] = command;
	fixture_capture(&f, argv, NULL, &c);
	assert_int_equal(c.status, 0);
	assert_true(c.out.len % 2 == 0);
	assert_memory_equal(c.out.data, c.out.data + c.out.len / 2, c.out.len / 2);
	capture_fini(&c);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(a_file_is_copied),
		TEST(several_files_are_copied_in_order),
		TEST(standard_input_is_copied),
		TEST(any_byte_is_copied),
		TEST(options_do_not_change_the_copy),
		TEST(a_missing_file_is_said_and_the_others_copied),
		TEST(only_a_missing_file_fails),
		TEST(a_long_pipe_is_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
