/* Signals and job control: how the pager ends, stops, comes back, and leaves the terminal. */
#include "tests/pty/fixture.h"
#include "tests/pty/idle.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

static struct fixture f;

static int set_up(void **state)
{
	fixture_init(&f);
	fixture_lines(&f, "a.txt", "line %d\n", 1000);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

static void term_ends_it_with_15_and_a_clean_terminal(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	term_signal(t, SIGTERM);
	check_exit(t, 15);
	check_that(t, term_modes_restored(t));
	check_that(t, !term_alternate(t));
}

static void a_hang_up_ends_it(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	term_signal(t, SIGHUP);
	check_that(t, term_wait_exit(t, TIMEOUT_MS));
	if (!pager_is_less()) /* 590 just dies */
		check_that(t, term_modes_restored(t));
}

static void an_interrupt_only_gives_a_prompt(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_keys(t, "50g");
	check_keys(t, "^C");
	check_keys(t, "j");
	check_row(t, 0, "line 51");
	check_keys(t, "/abc^C");
	check_keys(t, "j");
	check_row(t, 0, "line 52");
}

static void with_K_an_interrupt_ends_it_with_2(void **state)
{
	struct term *t = fixture_open(&f, "-K", "a.txt", NULL);

	term_keys(t, "^C");
	check_exit(t, 2);
	check_that(t, term_modes_restored(t));
}

static void it_stops_and_comes_back(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_keys(t, "50g");
	term_keys(t, "^Z");
	check_stop(t);
	check_that(t, term_modes_restored(t));
	check_that(t, !term_alternate(t));
	term_foreground(t);
	check_text(t, "line 50");
	check_idle(t);
	check_that(t, term_alternate(t));
	check_row(t, 0, "line 50");
	check_keys(t, "j");
	check_row(t, 0, "line 51");
}

static void stopped_by_somebody_else_it_paints_anew_and_restores_the_modes(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	term_signal(t, SIGSTOP);
	check_stop(t);
	term_foreground(t);
	check_keys(t, "50g");
	check_row(t, 0, "line 50");
	check_quit(t);
	check_that(t, term_modes_restored(t));
}

static void some_signals_do_nothing(void **state)
{
	struct term *t;

	only_tless(); /* 590 knows no SIGUSR1 */
	t = fixture_open(&f, "a.txt", NULL);
	term_signal(t, SIGQUIT);
	term_signal(t, SIGPIPE);
	term_signal(t, SIGUSR1);
	check_keys(t, "^\\");
	check_keys(t, "50g");
	check_row(t, 0, "line 50");
}

static void a_signal_types_keys(void **state)
{
	struct term *t;

	only_tless();
	fixture_setenv(&f, "LESS_SIGUSR1", "50gj");
	t = fixture_open(&f, "a.txt", NULL);
	term_signal(t, SIGUSR1);
	check_row(t, 0, "line 51");
	check_keys(t, "g");
	check_row(t, 0, "line 1");
	term_signal(t, SIGUSR1);
	check_row(t, 0, "line 51");
}

/* Wait until it has started what it needs (a reader of the pipe) and does nothing any more. */
static bool sleeps(struct term *t)
{
	const struct timespec ms = { 0, 1000000 };
	uint64_t before = 0, end = term_now_ns() + TIMEOUT_MS * UINT64_C(1000000);
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)term_pid(t));
	for (int same = 0; same < 20;) {
		uint64_t now = idle_activity(term_pid(t));

		same = now == before && idle_sleeps(term_pid(t)) && stat(path, &st) == 0 &&
			       st.st_nlink > 3
			   ? same + 1
			   : 0;
		before = now;
		if (term_now_ns() > end)
			return false;
		nanosleep(&ms, NULL);
	}
	term_poll(t);
	return true;
}

/* sudo asks for a password before there is any text. */
static void the_terminal_is_let_alone_before_there_is_text(void **state)
{
	struct term *t;

	f.opts.stdin_pipe = true;
	t = fixture_page(&f, NULL);
	check_that(t, sleeps(t));
	check_that(t, term_raw(t)->len == 0);
	check_that(t, term_modes_restored(t));
	check_that(t, term_feed(t, "text\n", 5));
	check_row(t, short_row(t, 1, 0), "text");
	term_feed_end(t);
	check_quit(t);
	check_that(t, term_modes_restored(t));
}

static void an_interrupt_ends_the_wait_for_a_first_line(void **state)
{
	struct term *t;

	f.opts.stdin_pipe = true;
	t = fixture_page(&f, NULL);
	check_that(t, sleeps(t));
	term_signal(t, SIGINT);
	check_idle(t);
	check_quit(t);
	check_that(t, term_modes_restored(t));
}

static void it_notices_a_new_size_when_it_comes_back(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	term_keys(t, "^Z");
	check_stop(t);
	term_resize(t, 10, 40);
	term_foreground(t);
	check_row(t, 8, "line 9");
	check_idle(t);
	check_keys(t, "<Space>");
	check_row(t, 8, "line 18");
}

static void quitting_in_each_mode_restores_the_terminal(void **state)
{
	static const char *const before[] = { "/abc", "-", "5", "<Esc>", ":" };

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		struct term *t = fixture_open(&f, "a.txt", NULL);

		term_keys(t, before[i]);
		term_signal(t, SIGTERM);
		check_exit(t, 15);
		check_that(t, term_modes_restored(t));
		fixture_end(&f);
	}
}

static void an_editor_gets_the_terminal_and_gives_it_back(void **state)
{
	struct term *t;

	fixture_setenv(&f, "VISUAL", "echo edits >edited;:");
	t = fixture_open(&f, "a.txt", NULL);
	check_keys(t, "500g");
	check_keys(t, "v");
	check_row(t, 0, "line 500");
	check_keys(t, "j");
	check_row(t, 0, "line 501");
}

static void a_shell_command_is_run(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	term_keys(t, "!echo hello from the shell<Enter>");
	check_text(t, "!done  (press RETURN)");
	check_that(t, term_find(t, "hello from the shell") >= 0);
	check_idle(t);
	check_keys(t, "<Enter>");
	check_row(t, 0, "line 1");
}

static void a_reader_that_leaves_ends_the_copy(void **state)
{
	const char *argv[] = { "/bin/sh", "-c", NULL, NULL };
	char command[5000];
	struct capture c;

	snprintf(command, sizeof(command), "'%s' a.txt a.txt a.txt | head -n 1; echo done",
		 pager_path());
	argv[2] = command;
	fixture_capture(&f, argv, NULL, &c);
	assert_int_equal(c.status, 0);
	assert_string_equal(tl_buf_str(&c.out), "line 1\ndone\n");
	assert_string_equal(tl_buf_str(&c.err), "");
	capture_fini(&c);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(term_ends_it_with_15_and_a_clean_terminal),
		TEST(a_hang_up_ends_it),
		TEST(an_interrupt_only_gives_a_prompt),
		TEST(with_K_an_interrupt_ends_it_with_2),
		TEST(it_stops_and_comes_back),
		TEST(stopped_by_somebody_else_it_paints_anew_and_restores_the_modes),
		TEST(some_signals_do_nothing),
		TEST(a_signal_types_keys),
		TEST(the_terminal_is_let_alone_before_there_is_text),
		TEST(an_interrupt_ends_the_wait_for_a_first_line),
		TEST(it_notices_a_new_size_when_it_comes_back),
		TEST(quitting_in_each_mode_restores_the_terminal),
		TEST(an_editor_gets_the_terminal_and_gives_it_back),
		TEST(a_shell_command_is_run),
		TEST(a_reader_that_leaves_ends_the_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
