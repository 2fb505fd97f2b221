/*
 * What the pager finds around it can be broken, huge or missing: lesskey, history and tags files,
 * LESSOPEN's programs, variables, the terminal's size.  The text is shown all the same.
 */
#include "tests/pty/fixture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fixture f;

static int set_up(void **state)
{
	only_tless();
	fixture_init(&f);
	fixture_lines(&f, "a.txt", "line %d\n", 1000);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

/* A file of noise; the same at each run. */
static void noise_file(const char *name, size_t n)
{
	char *bytes = malloc(n);
	uint32_t x = 12345;

	assert_non_null(bytes);
	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)((x = x * 1664525 + 1013904223) >> 24);
	fixture_file(&f, name, bytes, (long)n);
	free(bytes);
}

/* No control characters but those the pager itself sends may reach the terminal: none of `bytes`. */
static void check_never_sent(struct term *t, const char *bytes)
{
	const struct tl_buf *raw = term_raw(t);

	check_that(t, raw->len == 0 || !memmem(raw->data, raw->len, bytes, strlen(bytes)));
}

/* It reads, moves, searches and quits. */
static void check_usable(struct term *t)
{
	while (term_find(t, "RETURN") >= 0)
		check_keys(t, "<Enter>");
	check_keys(t, "^Ug");
	check_keys(t, "/line 500<Enter>");
	check_text(t, "line 500");
	check_keys(t, "m.");
	check_quit(t);
	check_that(t, term_modes_restored(t));
	fixture_end(&f);
}

static void open_and_use(void)
{
	struct term *t = fixture_page(&f, "a.txt", NULL);

	check_idle(t);
	check_usable(t);
}

/* Each in turn is what the variable names. */
static void use_with_each_file(const char *variable)
{
	assert_int_equal(mkdir(fixture_path(&f, "folder"), 0755), 0);
	noise_file("noise", 200000);
	fixture_file(&f, "null", "\0\0\0\0\0\0", 6);
	fixture_file(&f, "long", "\033[31m", -1);
	assert_int_equal(truncate(fixture_path(&f, "long"), 8 << 20), 0);
	for (size_t i = 0; i < 6; i++) {
		static const char *const names[] = { "folder", "noise",  "null",
						     "long",   "none/x", "/dev/full" };

		fixture_setenv(&f, variable,
			       *names[i] == '/' ? names[i] : fixture_path(&f, names[i]));
		open_and_use();
	}
}

static void bad_lesskey_files_are_told(void **state)
{
	use_with_each_file("LESSKEY");
}

static void bad_lesskey_sources_are_told(void **state)
{
	use_with_each_file("LESSKEYIN");
}

static void bad_history_files_are_left_out(void **state)
{
	use_with_each_file("LESSHISTFILE");
}

static void bad_tags_files_are_told(void **state)
{
	static const char *const options[] = { "-Tfolder", "-Tnoise", "-Tnull", "-Tnone" };

	assert_int_equal(mkdir(fixture_path(&f, "folder"), 0755), 0);
	noise_file("noise", 200000);
	fixture_file(&f, "null", "\0\0\0\0\0\0", 6);
	for (size_t i = 0; i < 4; i++) {
		struct term *t = fixture_open(&f, options[i], "a.txt", NULL);

		check_keys(t, ":tmain<Enter>");
		check_that(t, term_find(t, "No ") >= 0);
		check_usable(t);
	}
}

static void a_home_that_cannot_be_used_is_no_trouble(void **state)
{
	static const char *const homes[] = { NULL, "", "/dev/null", "relative", "/proc" };

	for (size_t i = 0; i < 5; i++) {
		fixture_setenv(&f, "HOME", homes[i]);
		fixture_setenv(&f, "XDG_CONFIG_HOME", homes[i]);
		fixture_setenv(&f, "XDG_DATA_HOME", homes[i]);
		fixture_setenv(&f, "XDG_STATE_HOME", homes[i]);
		fixture_setenv(&f, "XDG_CACHE_HOME", homes[i]);
		open_and_use();
	}
}

/* ---- LESSOPEN */

static void programs_that_fail_show_the_file(void **state)
{
	static const char *const programs[] = {
		"|exit 3; #%s",
		"|kill -9 $$; #%s",
		"exit 3; #%s",
		"kill -9 $$; #%s",
		"|/no/such/program %s",
		"/no/such/program %s",
		"echo /no/such/file; #%s",
		"cat /dev/zero; #%s",
		"yes; #%s",
		"%s",
		"|%s %s",
		"%d%n%s",
		"|",
		"",
	};

	fixture_setenv(&f, "LESSCLOSE", "exit 5; #%s %s");
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		struct term *t;

		fixture_setenv(&f, "LESSOPEN", programs[i]);
		t = fixture_page(&f, "a.txt", NULL);
		if (term_wait_idle(t, TIMEOUT_MS)) /* it may have ended with a message */
			term_keys(t, "<Enter><Enter>q");
		check_that(t, term_wait_exit(t, TIMEOUT_MS));
		check_that(t, term_modes_restored(t));
		fixture_end(&f);
	}
}

static void what_a_program_writes_without_end_can_be_read(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESSOPEN", "|yes; #%s");
	t = fixture_open(&f, "a.txt", NULL);
	check_row(t, 22, "y");
	check_keys(t, "<Space>j");
	check_quit(t);
	fixture_setenv(&f, "LESSOPEN", "|cat /dev/zero; #%s");
	t = fixture_open(&f, "a.txt", NULL);
	check_text(t, "^@^@^@^@");
	check_quit(t);
}

/* One that ends by it, and ones that do not; `started` tells that it runs. */
static void interrupt_ends_waiting_for_a_program(void **state)
{
	static const char *const programs[] = {
		"|echo started >&2; sleep 60; #%s",
		"|trap '' INT; echo started >&2; sleep 60; #%s",
		"trap '' INT; echo started >&2; sleep 60; #%s",
	};

	for (size_t i = 0; i < 3; i++) {
		struct term *t;

		fixture_setenv(&f, "LESSOPEN", programs[i]);
		t = fixture_page(&f, "a.txt", NULL);
		check_text(t, "started");
		term_keys(t, "^C");
		check_text(t, "line 3");
		check_idle(t);
		check_usable(t);
	}
}

/* ---- variables */

static void garbage_in_LESS_is_told(void **state)
{
	static const char *const pieces[] = {
		"--nothing ", "-Dq ",  "-\033[31m", "-x0,,9 ",
		"-j.. ",      "-P$ ",  "\377\200 ", "--header=9,9,9,9 ",
		"--color=X ", "-#-1 ", "-y$",       "-z99999999999999 ",
		"-@ ",        "--=x ", "- -- ",     "\t\r\n"
	};
	struct tl_buf value = TL_BUF_INIT;
	struct term *t;

	for (size_t i = 0; value.len < 100000; i++)
		tl_buf_puts(&value, pieces[i * 7 % (sizeof(pieces) / sizeof(pieces[0]))]);
	fixture_setenv(&f, "LESS", tl_buf_str(&value));
	tl_buf_fini(&value);
	t = fixture_page(&f, "a.txt", NULL);
	check_idle(t);
	check_never_sent(t, "-\033[31m");
	term_keys(t, "<Enter>");
	check_text(t, "line 3");
	check_idle(t);
	check_usable(t);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(bad_lesskey_files_are_told),
		TEST(bad_lesskey_sources_are_told),
		TEST(bad_history_files_are_left_out),
		TEST(bad_tags_files_are_told),
		TEST(a_home_that_cannot_be_used_is_no_trouble),
		TEST(programs_that_fail_show_the_file),
		TEST(what_a_program_writes_without_end_can_be_read),
		TEST(interrupt_ends_waiting_for_a_program),
		TEST(garbage_in_LESS_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
