/* -t, :t, t and T: from place to place of a tag. */
#include "tests/pty/fixture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fixture f;

static int set_up(void **state)
{
	struct tl_buf text = TL_BUF_INIT;

	fixture_init(&f);
	f.opts.rows = 6;
	for (int i = 1; i <= 60; i++)
		tl_buf_printf(&text,
			      i == 30   ? "int foo(int x)\n"
			      : i == 40 ? "int foo(int x) { return 0; }\n"
					: "line %d\n",
			      i);
	fixture_file(&f, "a.c", (const char *)text.data, (long)text.len);
	tl_buf_fini(&text);
	fixture_lines(&f, "b.c", "other %d\n", 60);
	fixture_file(&f, "tags",
		     "bar\tb.c\t20\n"
		     "foo\ta.c\t/^int foo(int x)$/;\"\tf\n"
		     "foo\ta.c\t/^int foo(int x) {/\n"
		     "foo\tb.c\t50;\"\tf\n"
		     "gone\tmissing.c\t1\n"
		     "lost\ta.c\t/^no such line$/\n",
		     -1);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

static void from_place_to_place(void **state)
{
	struct term *t = fixture_open(&f, "-tfoo", NULL);

	check_row(t, 0, "int foo(int x)");
	check_last(t, "a.c (tag 1 of 3)");
	check_keys(t, "t");
	check_row(t, 0, "int foo(int x) { return 0; }");
	check_last(t, "a.c (tag 2 of 3)");
	check_keys(t, "t");
	check_row(t, 0, "other 50");
	check_last(t, "b.c (tag 3 of 3)");
	check_keys(t, "t");
	check_last(t, "No next tag  (press RETURN)");
	check_keys(t, "<Enter>2T");
	check_row(t, 0, "int foo(int x)");
	check_keys(t, "T");
	check_last(t, "No previous tag  (press RETURN)");
}

static void a_tag_is_asked_for(void **state)
{
	struct term *t = fixture_open(&f, "-j3", "a.c", NULL);

	check_keys(t, ":t");
	check_last(t, "tag:");
	check_keys(t, "bar<Enter>");
	check_row(t, 2, "other 20");
	check_keys(t, "-tfoo<Enter>");
	check_row(t, 2, "int foo(int x)");
}

static void what_cannot_be_found_is_said(void **state)
{
	struct term *t = fixture_open(&f, "b.c", NULL);

	check_keys(t, "t");
	check_last(t, "No next tag  (press RETURN)");
	check_keys(t, "<Enter>:tzzz<Enter>");
	check_last(t, "No such tag in tags file  (press RETURN)");
	check_keys(t, "<Enter>:tgone<Enter>");
	check_last(t, "missing.c: No such file or directory  (press RETURN)");
	check_keys(t, "<Enter>5g:tlost<Enter>");
	check_last(t, "Tag not found  (press RETURN)");
	check_row(t, 0, "other 5"); /* where it was */
	check_keys(t, "<Enter>-Tnone<Enter>");
	check_last(t, "Tags file \"none\"  (press RETURN)");
	check_keys(t, "<Enter>:tfoo<Enter>");
	check_last(t, "No tags file  (press RETURN)");
}

static void check_refused(const char *arg, const char *file, const char *message)
{
	struct term *t = fixture_page(&f, arg, file, NULL);

	check_text(t, message);
	check_exit(t, 1);
}

static void the_start_needs_a_tag(void **state)
{
	check_refused("-tzzz", NULL, "No such tag in tags file");
	check_refused("-tfoo", "a.c", "No filenames allowed with -t option");
	check_refused("-tlost", NULL, "Tag not found");
}

static void a_program_knows_tags(void **state)
{
	struct term *t;

	unlink(fixture_path(&f, "tags"));
	fixture_file(&f, "global", "#!/bin/sh\necho \"$2 40 a.c text\"\necho \"$2 7 b.c text\"\n",
		     -1);
	chmod(fixture_path(&f, "global"), 0755);
	fixture_setenv(&f, "LESSGLOBALTAGS", fixture_path(&f, "global"));
	t = fixture_open(&f, "-tfoo", NULL);
	check_row(t, 0, "int foo(int x) { return 0; }");
	check_keys(t, "t");
	check_row(t, 0, "other 7");
}

static void a_program_without_end_is_left(void **state)
{
	static const char *const programs[] = { "yes 'foo 40 a.c text' #", "cat /dev/zero #" };
	struct term *t;

	only_tless(); /* less waits for its end */
	unlink(fixture_path(&f, "tags"));
	fixture_setenv(&f, "LESSGLOBALTAGS", programs[0]);
	t = fixture_open(&f, "-tfoo", NULL);
	check_row(t, 0, "int foo(int x) { return 0; }");
	check_keys(t, "t");
	check_text(t, "tag 2 of 100000");
	fixture_setenv(&f, "LESSGLOBALTAGS", programs[1]);
	check_refused("-tfoo", NULL, "No such tag in tags file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(from_place_to_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_tag_is_asked_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_found_is_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_start_needs_a_tag, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_program_knows_tags, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_program_without_end_is_left, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
