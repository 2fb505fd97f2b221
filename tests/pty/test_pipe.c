/* Standard input that comes slowly, never ends, or is huge: nothing waits for more than it needs. */
#include "tests/pty/fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fixture f;

static int set_up(void **state)
{
	fixture_init(&f);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

static void feed_lines(struct term *t, int from, int to)
{
	char line[64];

	for (int i = from; i <= to; i++) {
		int n = snprintf(line, sizeof(line), "line %d\n", i);

		check_that(t, term_feed(t, line, (size_t)n));
	}
}

static void a_slow_pipe_is_shown_as_it_comes(void **state)
{
	struct term *t;

	f.opts.stdin_pipe = true;
	t = fixture_page(&f, NULL);
	feed_lines(t, 1, 3);
	check_row(t, short_row(t, 3, 2), "line 3");
	feed_lines(t, 4, 6);
	check_row(t, short_row(t, 6, 5), "line 6");
	term_feed_end(t);
	check_text(t, "(END)");
	check_row(t, short_row(t, 6, 0), "line 1");
}

static void a_full_screen_is_enough_for_a_prompt(void **state)
{
	struct term *t;

	f.opts.stdin_pipe = true;
	t = fixture_page(&f, NULL);
	feed_lines(t, 1, 100);
	check_last(t, ":");
	check_idle(t);
	check_keys(t, "<Space>");
	check_row(t, 0, "line 24");
	term_keys(t, "q");
	check_exit(t, 0);
	check_that(t, term_feed_broken(t, TIMEOUT_MS));
}

static void quitting_a_slow_pipe_is_possible_at_once(void **state)
{
	struct term *t;

	only_tless(); /* less wants ^C first */
	f.opts.stdin_pipe = true;
	t = fixture_page(&f, NULL);
	feed_lines(t, 1, 3);
	check_row(t, short_row(t, 3, 2), "line 3");
	term_keys(t, "q");
	check_exit(t, 0);
	check_that(t, term_feed_broken(t, TIMEOUT_MS));
}

static void an_interrupt_ends_the_wait_for_more(void **state)
{
	struct term *t;

	f.opts.stdin_pipe = true;
	t = fixture_page(&f, NULL);
	feed_lines(t, 1, 50);
	check_row(t, 22, "line 23");
	term_keys(t, "G");
	if (!pager_is_less())
		check_text(t, "line 50"); /* so far */
	term_keys(t, "^C");
	check_idle(t);
	check_keys(t, "g");
	check_row(t, 0, "line 1");
	term_keys(t, "q");
	check_exit(t, 0);
}

static void the_end_of_an_endless_pipe_can_be_left(void **state)
{
	struct term *t;

	only_tless();
	f.opts.stdin_cmd = "yes an endless text";
	t = fixture_page(&f, "+G", NULL);
	check_text(t, "an endless text");
	term_keys(t, "^C");
	check_idle(t);
	term_keys(t, "q");
	check_exit(t, 0);
	check_that(t, term_feed_broken(t, TIMEOUT_MS));
}

/* The end so far is on the screen while one waits for it, keys act on it, and then nobody reads on. */
static void the_end_of_an_endless_pipe_is_seen_so_far(void **state)
{
	struct term *t;
	char top[64];

	only_tless();
	f.opts.stdin_cmd = "yes | cat -n";
	t = fixture_page(&f, "+G", NULL);
	check_text(t, "Reading...");
	check_text(t, "(^C to stop)");
	check_that(t, atoi(term_row(t, 0)) > 1000);
	term_keys(t, "k");
	check_idle(t);
	check_last(t, ":");
	check_that(t, atoi(term_row(t, 0)) > 1000);
	snprintf(top, sizeof(top), "%s", term_row(t, 0));
	check_keys(t, "jjkk");
	check_row(t, 0, top);
	term_keys(t, "G");
	check_text(t, "Reading...");
	term_keys(t, "^C");
	check_idle(t);
	check_that(t, atoi(term_row(t, 0)) > atoi(top));
	check_keys(t, "''");
	check_row(t, 0, top);
	check_keys(t, "g");
	check_row(t, 0, "     1  y");
	term_keys(t, "q");
	check_exit(t, 0);
	check_that(t, term_feed_broken(t, TIMEOUT_MS));
}

/* Kilobytes that process has as its own memory. */
static unsigned long private_memory(struct term *t)
{
	char path[64], line[256];
	unsigned long kb = 0;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)term_pid(t));
	status = fopen(path, "r");
	assert_non_null(status);
	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "RssAnon: %lu", &kb) == 1)
			break;
	fclose(status);
	return kb;
}

/*
 * The writer tells on a file how far it got: nobody may have taken much more than a screen
 * from a pipe of gigabytes.
 */
static void a_huge_pipe_is_not_slurped(void **state)
{
	static char block[1 << 16];
	struct term *t;
	size_t taken = 0;

	f.opts.stdin_pipe = true;
	t = fixture_page(&f, NULL);
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = i % 64 == 63 ? '\n' : 'x';
	/* Feed until nobody takes it any more. */
	check_that(t, term_feed(t, block, 4096));
	check_idle(t);
	while (taken < (64u << 20) && term_feed_some(t, block, sizeof(block), &taken))
		check_idle(t);
	check_that(t, taken < (16u << 20));
	check_that(t, private_memory(t) < 200000); /* also under a sanitizer */
	term_keys(t, "q");
	check_exit(t, 0);
}

static void a_search_reads_on_as_far_as_it_needs(void **state)
{
	struct term *t;

	f.opts.stdin_cmd = "seq 1 3000000";
	t = fixture_page(&f, NULL);
	check_row(t, 22, "23");
	term_keys(t, "/^200000$<Enter>");
	check_row(t, 0, "200000");
	check_idle(t);
	term_keys(t, "G");
	check_text(t, "3000000");
	check_idle(t);
	check_keys(t, "1500000g");
	check_row(t, 0, "1500000");
	check_keys(t, "g");
	check_row(t, 0, "1");
}

/* The temporary file has a limit, which is the user's to raise. */
static void what_no_more_can_be_kept_of_is_told(void **state)
{
	struct term *t;

	only_tless();
	f.opts.stdin_cmd = "seq 1 9000000";
	t = fixture_page(&f, "--spool-size=1M", NULL);
	check_row(t, 0, "1");
	term_keys(t, "G");
	check_text(t, "standard input: stopped reading at");
	check_text(t, "the 1 MiB of --spool-size are full");
	check_keys(t, "<Enter>");
	check_last(t, "(END)");
	check_keys(t, "1000000g");
	check_row(t, 0, "1000000");
	check_keys(t, "/^5$<Enter>");
	check_text(t, "Pattern not found");
	check_keys(t, "<Enter>G");
	check_text(t, "stopped reading"); /* again, as it was tried again */
	check_keys(t, "<Enter>--spool-size<Enter>0<Enter>");
	check_keys(t, "__spool-size<Enter>");
	check_text(t, "until the disk is nearly full");
	term_keys(t, "<Enter>G");
	check_text(t, "9000000");
	check_last(t, "(END)");
	check_keys(t, "g");
	check_row(t, 0, "1");
}

/* However much of it was read: prompts are the same for a fast writer and a slow one. */
static void its_end_is_known_when_it_was_looked_for(void **state)
{
	struct term *t;

	f.opts.stdin_cmd = "seq 1 100";
	t = fixture_open(&f, "-M", NULL);
	check_last(t, "lines 1-23");
	check_keys(t, "j");
	check_last(t, "lines 2-24");
	check_keys(t, "/nowhere<Enter><Enter>");
	check_last(t, "lines 2-24/100 22%");
	f.opts.stdin_cmd = "seq 1 23";
	t = fixture_open(&f, NULL);
	check_last(t, ":");
	check_keys(t, "j");
	check_last(t, "(END)");
}

static void a_pipe_can_be_followed(void **state)
{
	struct term *t;

	only_tless(); /* less 590 loses a ^C now and then */
	f.opts.stdin_pipe = true;
	t = fixture_page(&f, NULL);
	feed_lines(t, 1, 100);
	check_row(t, 22, "line 23");
	term_keys(t, "F");
	check_text(t, "line 100");
	feed_lines(t, 101, 110);
	check_row(t, 22, "line 110");
	term_keys(t, "^C");
	check_idle(t);
	check_keys(t, "g");
	check_row(t, 0, "line 1");
}

static void log_is(long long size)
{
	struct stat st;

	assert_int_equal(stat(fixture_path(&f, "log"), &st), 0);
	assert_int_equal(st.st_size, size);
}

/* However fast it comes, and however much of it is on the disk by then. */
static void a_log_gets_all_of_a_fast_pipe(void **state)
{
	struct term *t;

	f.opts.stdin_cmd = "seq 5000000";
	t = fixture_page(&f, "-Olog", NULL);
	check_row(t, 0, "1");
	term_keys(t, "G");
	check_text(t, "5000000");
	check_last(t, "(END)");
	term_keys(t, "q");
	check_exit(t, 0);
	log_is(38888896);
	t = fixture_page(&f, "-Olog", NULL);
	check_row(t, 0, "1");
	term_keys(t, "q");
	check_exit(t, 0);
	log_is(38888896);
}

static void a_log_of_an_endless_pipe_can_be_left(void **state)
{
	struct term *t;

	only_tless();
	f.opts.stdin_cmd = "yes";
	t = fixture_page(&f, "-Olog", NULL);
	check_row(t, 0, "y");
	term_keys(t, "q");
	check_text(t, "Finishing logfile... (interrupt to abort)");
	term_keys(t, "^C");
	check_exit(t, 0);
}

/* Others may write to it when those who did have gone. */
static void a_fifo_with_a_name_can_be_followed(void **state)
{
	struct term *t;
	FILE *to;

	only_tless(); /* less waits for somebody to write before it does anything */
	assert_int_equal(mkfifo(fixture_path(&f, "fifo"), 0600), 0);
	t = fixture_page(&f, "fifo", NULL);
	check_text(t, "fifo is not a regular file (use -f to see it)");
	t = fixture_page(&f, "-f", "fifo", NULL);
	to = fopen(fixture_path(&f, "fifo"), "w");
	fputs("line 1\nline 2\n", to);
	fclose(to);
	check_text(t, "line 2");
	check_text(t, "(END)");
	term_keys(t, "F");
	check_text(t, "Waiting for data");
	to = fopen(fixture_path(&f, "fifo"), "w");
	fputs("line 3\n", to);
	fclose(to);
	check_text(t, "line 3");
	term_keys(t, "^C");
	check_idle(t);
	check_last(t, "(END)");
	unlink(fixture_path(&f, "fifo"));
}

static void a_device_without_end_can_be_looked_at(void **state)
{
	struct term *t;

	only_tless();
	t = fixture_page(&f, "-f", "/dev/zero", NULL);
	check_text(t, "^@^@^@^@");
	term_keys(t, "G");
	check_text(t, "Reading...");
	term_keys(t, "^C");
	check_idle(t);
	check_last(t, ":");
	term_keys(t, "q");
	check_exit(t, 0);
}

static void a_growing_file_can_be_followed(void **state)
{
	struct term *t;
	FILE *to;

	fixture_lines(&f, "log", "line %d\n", 100);
	t = fixture_open(&f, "log", NULL);
	term_keys(t, "F");
	check_text(t, "Waiting for data");
	check_row(t, 22, "line 100");
	to = fopen(fixture_path(&f, "log"), "a");
	fputs("line 101\nline 102\n", to);
	fclose(to);
	check_row(t, 22, "line 102");
	term_keys(t, "^C");
	check_idle(t);
	check_keys(t, "k");
	check_row(t, 22, "line 101");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(a_slow_pipe_is_shown_as_it_comes),
		TEST(a_full_screen_is_enough_for_a_prompt),
		TEST(quitting_a_slow_pipe_is_possible_at_once),
		TEST(an_interrupt_ends_the_wait_for_more),
		TEST(the_end_of_an_endless_pipe_can_be_left),
		TEST(the_end_of_an_endless_pipe_is_seen_so_far),
		TEST(a_huge_pipe_is_not_slurped),
		TEST(a_search_reads_on_as_far_as_it_needs),
		TEST(what_no_more_can_be_kept_of_is_told),
		TEST(its_end_is_known_when_it_was_looked_for),
		TEST(a_pipe_can_be_followed),
		TEST(a_log_gets_all_of_a_fast_pipe),
		TEST(a_log_of_an_endless_pipe_can_be_left),
		TEST(a_fifo_with_a_name_can_be_followed),
		TEST(a_device_without_end_can_be_looked_at),
		TEST(a_growing_file_can_be_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
