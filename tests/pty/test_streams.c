/* Compressed files, and what comes compressed through a pipe: shown as text, as far as it is good. */
#include "tests/pty/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each has the lines 1 to 400, packed by the tool that the format is named after. */
#define PACKED "tests/fuzz/corpus/fuzz_stream/seq."

static const char *const kinds[] = { "bz2", "gz", "lz", "lz4", "lzma", "xz", "Z", "zst" };
#define NKINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct fixture f;

static int set_up(void **state)
{
	fixture_init(&f);
	only_tless();
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

static char packed[4096];

static long read_packed(const char *kind)
{
	char path[128];
	FILE *from;
	long n;

	snprintf(path, sizeof(path), PACKED "%s", kind);
	from = fopen(path, "rb");
	assert_non_null(from);
	n = (long)fread(packed, 1, sizeof(packed), from);
	fclose(from);
	assert_true(n > 0 && n < (long)sizeof(packed));
	return n;
}

/* The name says nothing. */
static void a_compressed_file_is_a_text(void **state)
{
	for (size_t i = 0; i < NKINDS; i++) {
		struct term *t;

		fixture_file(&f, "text", packed, read_packed(kinds[i]));
		t = fixture_open(&f, "-M", "text", NULL);
		check_row(t, 0, "1");
		check_keys(t, "G");
		check_row(t, 22, "400");
		check_text(t, "lines 378-400/400 (END)");
		check_keys(t, "200g");
		check_row(t, 0, "200");
		check_keys(t, "?^17$<Enter>");
		check_row(t, 0, "17");
		fixture_end(&f);
	}
}

static void compressed_data_from_a_pipe_is_a_text(void **state)
{
	char command[64];

	for (size_t i = 0; i < NKINDS; i++) {
		struct term *t;

		fixture_file(&f, "text", packed, read_packed(kinds[i]));
		snprintf(command, sizeof(command), "cat text");
		f.opts.stdin_cmd = command;
		t = fixture_open(&f, NULL);
		check_row(t, 0, "1");
		check_keys(t, "G");
		check_row(t, 22, "400");
		fixture_end(&f);
	}
}

static void the_bytes_are_shown_where_they_are_wanted(void **state)
{
	struct term *t;

	fixture_file(&f, "text.bz2", packed, read_packed("bz2"));
	t = fixture_page(&f, "-f", "--raw-file", "text.bz2", NULL);
	check_text(t, "BZh9");
	check_idle(t);
	f.opts.stdin_cmd = "cat text.bz2";
	t = fixture_page(&f, "--raw-file", NULL);
	check_text(t, "BZh9");
}

/* ... and back. */
static void a_file_may_be_shown_in_both_ways_in_turn(void **state)
{
	struct term *t;

	fixture_file(&f, "text.xz", packed, read_packed("xz"));
	t = fixture_open(&f, "-f", "text.xz", NULL);
	check_row(t, 0, "1");
	check_keys(t, "--raw-file<Enter><Enter>");
	check_text(t, "<FD>7zXZ^@");
	check_keys(t, "--raw-file<Enter><Enter>");
	check_keys(t, "g");
	check_row(t, 0, "1");
}

static void a_file_that_is_cut_off_is_shown_and_told(void **state)
{
	struct term *t;

	fixture_file(&f, "cut.xz", packed, read_packed("xz") - 60);
	t = fixture_page(&f, "cut.xz", NULL);
	check_text(t, "'cut.xz': cut off at byte 304; what came before is shown");
	check_keys(t, "<Enter>g");
	check_row(t, 0, "1");
	check_keys(t, "/^300$<Enter>");
	check_row(t, 0, "300");
}

static void what_follows_is_told(void **state)
{
	long n = read_packed("bz2");
	struct term *t;

	memcpy(packed + n, "garbage", 7);
	fixture_file(&f, "more.bz2", packed, n + 7);
	t = fixture_page(&f, "more.bz2", NULL);
	check_text(t, "'more.bz2': what follows from byte 467 on is not bzip2");
	check_keys(t, "<Enter>G");
	check_row(t, 22, "400");
}

/* 90 MiB of the letter a, in 130 bytes. */
static long make_bomb(void)
{
	char command[128];

	snprintf(command, sizeof(command), "head -c 94371840 /dev/zero | tr '\\0' a | gzip -1 >%s",
		 fixture_path(&f, "bomb"));
	return system(command);
}

static void a_bomb_is_stopped(void **state)
{
	struct term *t;

	if (make_bomb() != 0)
		skip();
	f.opts.stdin_cmd = "cat bomb";
	t = fixture_page(&f, "-S", "--spool-size=1M", NULL);
	check_text(t, "aaaa");
	term_keys(t, "G");
	check_text(t, "standard input: stopped reading at");
	check_text(t, "--spool-size are full");
	check_keys(t, "<Enter>g");
	check_row(
	    t, 0,
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>");
	term_keys(t, "q");
	check_exit(t, 0);
}

/* Nobody waits for the rest of a line that begins like something compressed. */
static void a_slow_text_is_not_taken_for_compressed(void **state)
{
	struct term *t;

	f.opts.stdin_pipe = true;
	t = fixture_page(&f, NULL);
	check_that(t, term_feed(t, "BZ", 2));
	check_text(t, "BZ");
	check_that(t, term_feed(t, "h9 is how it begins\n", 20));
	check_text(t, "BZh9 is how it begins");
	term_feed_end(t);
	check_last(t, "(END)");
}

static void without_a_terminal_the_text_is_written(void **state)
{
	char command[2048];

	fixture_file(&f, "a.xz", packed, read_packed("xz"));
	fixture_file(&f, "b", packed, read_packed("Z"));
	fixture_file(&f, "c.lz4", packed, read_packed("lz4") - 6);
	snprintf(command, sizeof(command),
		 "unset TLESS LESS; cd '%s' && '%s' a.xz b c.lz4 2>err | wc -l >out",
		 fixture_path(&f, "."), pager_path());
	assert_int_equal(system(command), 0);
	assert_string_equal(fixture_contents(&f, "out"), "1200");
	assert_string_equal(fixture_contents(&f, "err"),
			    "'c.lz4': cut off at byte 1485; what came before is shown");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(a_compressed_file_is_a_text),
		TEST(compressed_data_from_a_pipe_is_a_text),
		TEST(the_bytes_are_shown_where_they_are_wanted),
		TEST(a_file_may_be_shown_in_both_ways_in_turn),
		TEST(a_file_that_is_cut_off_is_shown_and_told),
		TEST(what_follows_is_told),
		TEST(a_bomb_is_stopped),
		TEST(a_slow_text_is_not_taken_for_compressed),
		TEST(without_a_terminal_the_text_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
