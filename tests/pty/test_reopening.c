/*
 * Options of recordings that change while the pager runs: the text is made anew, which may take long, and keys are
 * answered meanwhile.  The pager is the one with a decoder of made-up recordings, some of whose views are never there
 * (endless), or when a test says so (late).
 */
#include "tests/pty/fakerecording.h"

#include <stdlib.h>
#include <unistd.h>

static char *lines[100];

static int set_up(void **state)
{
	char *p;

	fake_begin();
	p = (char *)tl_buf_str(&whole.out);
	for (int i = 0; i < 100; i++) {
		lines[i] = p;
		p = strchr(p, '\n');
		*p++ = '\0';
	}
	return 0;
}

/* Line i in the views brief and late. */
static const char *brief(size_t i)
{
	static char line[200];
	const char *words = strstr(lines[i], "some");

	assert_non_null(words);
	snprintf(line, sizeof(line), "%.*s", (int)(words + 4 - lines[i]), lines[i]);
	return line;
}

static void check_view(struct term *t, const char *name)
{
	char want[60];

	snprintf(want, sizeof(want), "View: %s", name);
	check_keys(t, "__trace-view<Enter>");
	check_text(t, want);
	check_keys(t, "<Enter>");
}

/* The key is taken: nothing waits for the view that does not come. */
static void press(struct term *t, const char *keys)
{
	term_keys(t, keys);
}

static void keys_act_on_the_old_view_until_the_new_one_is_there(void **state)
{
	struct term *t = open_fake(NULL, "a.data");

	check_keys(t, "50j");
	press(t, "--trace-view=late<Enter>");
	check_text(t, "Changing the view... (^C to stop)");
	press(t, "j");
	check_text(t, lines[73]);
	check_row(t, 0, lines[51]);
	press(t, "/ line 60 <Enter>");
	check_text(t, lines[75]);
	press(t, "ma");
	press(t, "2j");
	check_text(t, "Changing the view... (^C to stop)");
	fixture_file(&f, "a.data.go", "", -1);
	check_no_text(t, "Changing");
	check_no_text(t, "some_");
	check_idle(t);
	check_view(t, "late");
	check_keys(t, "g50j");
	check_row(t, 0, brief(50));
	unlink(fixture_path(&f, "a.data.go"));
	check_quit(t);
}

/* Where one is when it is there, not where one was when it was asked for; so with marks. */
static void the_place_is_the_last_one(void **state)
{
	struct term *t = open_fake(NULL, "a.data");

	check_keys(t, "10j");
	press(t, "--trace-view=late<Enter>");
	check_text(t, "Changing the view");
	press(t, "20j");
	check_text(t, lines[52]);
	press(t, "mb");
	press(t, "5j");
	check_text(t, lines[57]);
	fixture_file(&f, "a.data.go", "", -1);
	check_no_text(t, "some_");
	check_idle(t);
	check_row(t, 0, brief(35));
	check_keys(t, "'b");
	check_row(t, 0, brief(30));
	unlink(fixture_path(&f, "a.data.go"));
}

static void it_can_be_given_up(void **state)
{
	struct term *t = open_fake(NULL, "a.data");

	check_keys(t, "50j");
	press(t, "--trace-view=endless<Enter>jjj");
	check_text(t, "Changing the view... 50% (^C to stop)");
	press(t, "^C");
	check_text(t, "The view stays as it was");
	check_keys(t, "<Enter>");
	check_row(t, 0, lines[50]); /* what was typed ahead is dropped */
	check_view(t, "(default)");
	check_keys(t, "j");
	check_row(t, 0, lines[51]);
	press(t, "--trace-view=late<Enter>");
	check_text(t, "Changing the view... (^C to stop)");
	press(t, "^C");
	check_text(t, "The view stays as it was");
	check_keys(t, "<Enter>--trace-view=brief<Enter>");
	check_row(t, 0, brief(51));
	check_quit(t);
}

/* What is filtered stays filtered, too. */
static void giving_it_up_changes_nothing(void **state)
{
	struct term *t = open_fake(NULL, "a.data");

	check_keys(t, "& line 7<Enter>");
	check_row(t, 0, lines[7]);
	check_row(t, 1, lines[70]);
	press(t, "--trace-view=endless<Enter>");
	check_text(t, "Changing the view");
	press(t, "^C");
	check_text(t, "The view stays as it was");
	check_keys(t, "<Enter>");
	check_row(t, 0, lines[7]);
	check_row(t, 1, lines[70]);
	check_quit(t);
}

/* An option whose text was never seen may be wrong, and keep the file from being opened again. */
static void what_was_not_shown_is_not_kept(void **state)
{
	struct term *t = open_fake(NULL, "a.data");

	fixture_file(&f, "b.txt", "another text\n", -1);
	press(t, "--trace-view=endless<Enter>");
	check_text(t, "Changing the view");
	check_keys(t, ":e b.txt<Enter>");
	check_row(t, 0, "another text");
	check_view(t, "(default)");
	check_keys(t, ":p");
	check_row(t, 0, lines[0]);
	check_quit(t);
}

/* In the bytes of a recording nothing is at a time. */
static void marks_do_not_lead_nowhere(void **state)
{
	struct term *t = open_fake(NULL, "a.data");

	check_keys(t, "-S<Enter>10jma--raw-file<Enter>");
	check_row(t, 0, "FAKETRACE");
	check_keys(t, "'a");
	check_text(t, "Mark not set");
	check_keys(t, "<Enter>");
	check_row(t, 0, "FAKETRACE");
	check_quit(t);
}

static void nobody_waits_for_it_to_leave(void **state)
{
	struct term *t = open_fake(NULL, "a.data");

	fixture_file(&f, "b.txt", "another text\n", -1);
	press(t, "--trace-view=endless<Enter>");
	check_text(t, "Changing the view");
	press(t, ":e b.txt<Enter>");
	check_text(t, "another text");
	check_no_text(t, "Changing");
	check_quit(t);
	t = open_fake(NULL, "a.data");
	press(t, "--trace-view=late<Enter>");
	check_text(t, "Changing the view");
	press(t, "h");
	check_text(t, "MOVING");
	press(t, "q");
	check_text(t, "Changing the view");
	press(t, "q");
	check_exit(t, 0);
}

/* Of several options typed ahead each one counts, but one text is made. */
static void the_next_option_does_not_wait(void **state)
{
	struct term *t = open_fake(NULL, "a.data");

	check_keys(t, "50j");
	check_keys(t, "--trace-view=endless<Enter>--tid=5<Enter>--trace-view=brief<Enter>j");
	check_row(t, 0, brief(51));
	check_keys(t, "__tid<Enter>");
	check_text(t, "5");
	check_keys(t, "<Enter>");
	check_view(t, "brief");
	check_keys(t, "-+-trace-view<Enter><Enter>");
	/* One that is wrong is taken back alone. */
	press(t, "--trace-view=late<Enter>");
	check_text(t, "Changing the view");
	press(t, "--trace-view=nope<Enter>");
	check_text(t, "there is no view 'nope'");
	press(t, "<Enter>");
	check_text(t, "Changing the view");
	fixture_file(&f, "a.data.go", "", -1);
	check_no_text(t, "some_");
	check_idle(t);
	check_view(t, "late");
	unlink(fixture_path(&f, "a.data.go"));
}

static void the_same_value_changes_nothing(void **state)
{
	struct term *t;

	fixture_file(&f, "c.data", "FAKETRACE\nchunks 50\nlines 300\n", -1);
	t = open_fake(NULL, "c.data");
	check_keys(t, "50j--trace-view=brief<Enter>");
	check_row(t, 0, brief(50));
	/* It cannot be opened again. */
	fixture_file(&f, "c.data", "FAKETRACE\nrefuse\n", -1);
	check_keys(t, "--trace-view=twice<Enter>");
	check_text(t, "refused");
	check_keys(t, "<Enter>");
	check_keys(t, "--trace-view=brief<Enter>");
	check_row(t, 0, brief(50));
	check_last(t, ":");
	check_keys(t, "-+-source<Enter>");
	check_no_text(t, "refused");
	check_keys(t, "<Enter>-!-source<Enter>");
	check_text(t, "Show where in the source");
	check_keys(t, "<Enter>");
	check_text(t, "refused");
	check_keys(t, "<Enter>");
	check_row(t, 0, brief(50));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keys_act_on_the_old_view_until_the_new_one_is_there,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_place_is_the_last_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_can_be_given_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(giving_it_up_changes_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_not_shown_is_not_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(marks_do_not_lead_nowhere, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_waits_for_it_to_leave, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_next_option_does_not_wait, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_same_value_changes_nothing, set_up, tear_down),
	};

	if (pager_is_less()) {
		printf("less has no such texts\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
