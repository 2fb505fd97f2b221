/* Bad input is ordinary input: said in a line, never a crash, a hang, or a garbled terminal. */
#include "tests/pty/fixture.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static void a_missing_file_is_said(void **state)
{
	struct term *t = fixture_page(&f, "missing", NULL);

	check_exit(t, 1);
	check_text(t, "missing: No such file or directory");
	check_that(t, !term_alternate(t));
	check_that(t, term_modes_restored(t));
}

static void a_missing_file_among_others_is_said(void **state)
{
	struct term *t = fixture_page(&f, "missing", "a.txt", NULL);

	check_text(t, "missing: No such file or directory");
	check_keys(t, "<Enter>");
	check_text(t, "line 1");
	term_keys(t, "q");
	check_that(t, term_wait_exit(t, TIMEOUT_MS));
}

static void a_folder_is_said(void **state)
{
	struct term *t;

	assert_int_equal(mkdir(fixture_path(&f, "folder"), 0755), 0);
	t = fixture_page(&f, "folder", NULL);
	check_text(t, "folder is a directory");
	check_that(t, term_wait_exit(t, TIMEOUT_MS));
}

static void an_unreadable_file_is_said(void **state)
{
	struct term *t;

	if (geteuid() == 0)
		skip(); /* root may read all */
	fixture_file(&f, "secret", "x\n", -1);
	chmod(fixture_path(&f, "secret"), 0);
	t = fixture_page(&f, "secret", NULL);
	check_text(t, "secret: Permission denied");
}

static void an_empty_file_is_shown(void **state)
{
	struct term *t;

	fixture_file(&f, "empty", "", 0);
	t = fixture_open(&f, "empty", NULL);
	check_text(t, "empty (END)");
	check_keys(t, "jkGg<Space>b");
	check_keys(t, "/x<Enter>");
	check_text(t, "Pattern not found");
	check_keys(t, "<Enter>=");
	term_keys(t, "<Enter>q");
	check_exit(t, 0);
}

static void a_last_line_may_lack_its_newline(void **state)
{
	struct term *t;

	fixture_file(&f, "cut", "one\ntwo", -1);
	t = fixture_open(&f, "cut", NULL);
	check_row(t, short_row(t, 2, 1), "two");
	check_text(t, "(END)");
	fixture_file(&f, "one", "x", -1);
	t = fixture_open(&f, "one", NULL);
	check_row(t, short_row(t, 1, 0), "x");
}

static void a_binary_file_is_asked_about(void **state)
{
	struct term *t;

	fixture_file(&f, "bin", "a\0b\1\2\3\4\5\0\0\n\xff\xfe\xfd\0", 15);
	t = fixture_page(&f, "bin", NULL);
	check_text(t, "\"bin\" may be a binary file.  See it anyway?");
	check_keys(t, "y<Enter>"); /* the terminal is not ours yet */
	check_text(t, "a^@b^A^B^C^D^E^@^@");
	check_text(t, "<FF><FE><FD>^@");
	t = fixture_page(&f, "bin", NULL);
	check_text(t, "See it anyway?");
	term_keys(t, "n<Enter>");
	check_that(t, term_wait_exit(t, TIMEOUT_MS));
	t = fixture_page(&f, "-f", "bin", NULL);
	check_row(t, short_row(t, 2, 0), "a^@b^A^B^C^D^E^@^@");
}

static void invalid_utf8_is_shown_as_bytes(void **state)
{
	struct term *t;

	fixture_file(&f, "utf8",
		     "ok \xc3\xa9 bad \xc3( \xe2\x82 \xf0\x90 end\n"
		     "next\n",
		     -1);
	t = fixture_open(&f, "-f", "utf8", NULL);
	check_row(t, short_row(t, 2, 0), "ok \xc3\xa9 bad <C3>( <E2><82> <F0><90> end");
	check_row(t, short_row(t, 2, 1), "next");
	if (pager_is_less())
		return; /* 590 does not search such a line */
	check_keys(t, "/end<Enter>");
	check_no_text(t, "Pattern not found");
}

static void crlf_is_no_trouble(void **state)
{
	struct term *t;

	fixture_file(&f, "crlf", "one\r\ntwo\r\nthree\r\n", -1);
	t = fixture_open(&f, "crlf", NULL);
	check_row(t, short_row(t, 3, 0), "one");
	check_row(t, short_row(t, 3, 2), "three");
	check_keys(t, "/two$<Enter>");
	check_keys(t, "-r<Enter>");
}

static void escapes_cannot_garble_the_terminal(void **state)
{
	struct term *t;

	fixture_file(&f, "esc",
		     "\033[2J\033[5;5Hx \033]0;title\007 \033c \033[?1049l \033[41mred\n"
		     "plain\n",
		     -1);
	t = fixture_open(&f, "-f", "-R", "esc", NULL);
	check_that(t, term_alternate(t));
	check_row(t, short_row(t, 2, 1), "plain");
	check_that(t, term_cell(t, short_row(t, 2, 1), 0).bg == TERM_DEFAULT_COLOR);
}

static void names_cannot_garble_the_terminal(void **state)
{
	static const char name[] = "a\033[31mb\033]0;t\007c";
	struct term *t;

	only_tless(); /* 590 shows caret notation */
	fixture_file(&f, name, "text\n", -1);
	t = fixture_open(&f, name, "-M", NULL);
	check_text(t, "aESC[31mbESC]0;t^Gc");
	check_keys(t, "=");
	check_text(t, "aESC[31mbESC]0;t^Gc");
	term_keys(t, "<Enter>q");
}

static void a_line_without_end_is_shown(void **state)
{
	size_t n = 20u << 20;
	char *bytes = malloc(n);
	struct term *t;

	only_tless(); /* less 590 takes minutes */
	memset(bytes, 'x', n);
	memcpy(bytes + n - 7, "the end", 7);
	fixture_file(&f, "line", bytes, (long)n);
	free(bytes);
	t = fixture_open(&f, "line", NULL);
	check_keys(t, "j<Space>");
	check_keys(t, "G");
	check_text(t, "the end");
	check_keys(t, "/the end<Enter>");
	check_keys(t, "<Enter>g-S<Enter>");
	check_keys(t, "<Right>");
	term_keys(t, "q");
	check_exit(t, 0);
}

/* ---- files that change while they are open */

static void write_lines(const char *mode, int from, int to)
{
	FILE *file = fopen(fixture_path(&f, "log"), mode);

	assert_non_null(file);
	for (int i = from; i <= to; i++)
		fprintf(file, "line %d\n", i);
	assert_int_equal(fclose(file), 0);
}

static void a_file_that_shrinks_is_no_crash(void **state)
{
	struct term *t;

	write_lines("w", 1, 200000);
	t = fixture_open(&f, "log", NULL);
	check_keys(t, "G");
	check_row(t, 22, "line 200000");
	assert_int_equal(truncate(fixture_path(&f, "log"), 12), 0);
	check_keys(t, "b");
	check_keys(t, "100000g");
	check_keys(t, "/nothing like it<Enter>");
	check_keys(t, "<Enter>R");
	check_keys(t, "g");
	check_row(t, 0, "line 1");
	term_keys(t, "q");
	check_exit(t, 0);
}

static void a_file_that_grows_shows_its_new_end(void **state)
{
	struct term *t;

	write_lines("w", 1, 100);
	t = fixture_open(&f, "log", NULL);
	check_keys(t, "G");
	check_row(t, 22, "line 100");
	write_lines("a", 101, 300);
	check_keys(t, "G");
	check_row(t, 22, "line 300");
}

static void a_file_that_is_replaced_can_be_read_anew(void **state)
{
	struct term *t;

	only_tless(); /* less 590 stays with the old one */
	write_lines("w", 1, 100);
	t = fixture_open(&f, "log", NULL);
	assert_int_equal(unlink(fixture_path(&f, "log")), 0);
	write_lines("w", 501, 600);
	check_keys(t, "R");
	check_row(t, 0, "line 501");
}

static void a_file_that_is_removed_stays_readable(void **state)
{
	struct term *t;

	write_lines("w", 1, 200000);
	t = fixture_open(&f, "log", NULL);
	assert_int_equal(unlink(fixture_path(&f, "log")), 0);
	check_keys(t, "G");
	check_row(t, 22, "line 200000");
}

/* ---- surroundings */

static void an_unknown_terminal_is_said_and_used(void **state)
{
	static const char *const terms[] = { "no-such-terminal", "dumb", "vt52", "" };

	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
		struct term *t;

		fixture_setenv(&f, "TERM", *terms[i] ? terms[i] : NULL);
		t = fixture_page(&f, "a.txt", NULL);
		check_idle(t);
		if (term_find(t, "RETURN") >= 0)
			check_keys(t, "<Enter>");
		check_text(t, "line 1");
		check_keys(t, "<Enter>");
		check_keys(t, "<Space>");
		check_text(t, "line 30");
		term_keys(t, "q");
		check_exit(t, 0);
		check_that(t, term_modes_restored(t));
		fixture_end(&f);
	}
}

/* Write something over every file below the folder; how many there were. */
static int spoil(const char *folder)
{
	struct dirent *e;
	DIR *dir = opendir(folder);
	int n = 0;

	while (dir && (e = readdir(dir))) {
		char path[600];
		FILE *file;

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		file = fopen(path, "r+");
		if (!file)
			continue;
		fseek(file, 10, SEEK_SET);
		fputs("no index any more, but this text and more of it", file);
		fclose(file);
		n++;
	}
	if (dir)
		closedir(dir);
	return n;
}

static void a_spoiled_index_is_made_anew(void **state)
{
	struct term *t;

	only_tless();
	fixture_setenv(&f, "XDG_CACHE_HOME", fixture_path(&f, ".cache"));
	fixture_lines(&f, "big", "line %d of a file that is large enough to be worth an index\n",
		      200000);
	for (int round = 0; round < 3; round++) {
		t = fixture_open(&f, "-N", "big", NULL);
		check_keys(t, "G");
		check_that(t, strncmp(term_row(t, 22), " 200000 line 200000", 19) == 0);
		term_keys(t, "q");
		check_exit(t, 0);
		fixture_end(&f);
		assert_true(spoil(fixture_path(&f, ".cache/tless")) > 0);
	}
}

static void a_cache_that_cannot_be_written_is_no_trouble(void **state)
{
	struct term *t;

	fixture_setenv(&f, "XDG_CACHE_HOME", "/proc/no/such/place");
	fixture_setenv(&f, "HOME", "/proc/no/such/home");
	t = fixture_open(&f, "-N", "a.txt", NULL);
	check_keys(t, "G");
	check_text(t, "   1000 line 1000");
	term_keys(t, "q");
	check_exit(t, 0);
	fixture_setenv(&f, "HOME", NULL);
	fixture_setenv(&f, "XDG_CACHE_HOME", NULL);
	t = fixture_open(&f, "a.txt", NULL);
	term_keys(t, "q");
	check_exit(t, 0);
}

static void a_full_disk_costs_no_text_that_was_read(void **state)
{
	struct term *t;

	f.opts.file_limit = 1 << 20;
	f.opts.stdin_cmd = "seq 1 10000000";
	t = fixture_page(&f, NULL);
	check_row(t, 22, "23");
	term_keys(t, "G");
	check_idle(t);
	check_keys(t, "<Enter>g");
	check_row(t, 0, "1");
	term_keys(t, "q");
	check_that(t, term_wait_exit(t, TIMEOUT_MS));
}

static void a_missing_TMPDIR_is_no_trouble(void **state)
{
	struct term *t;

	fixture_setenv(&f, "TMPDIR", "/no/such/folder");
	f.opts.stdin_cmd = "seq 1 100000";
	t = fixture_page(&f, NULL);
	check_row(t, 22, "23");
	term_keys(t, "G");
	check_text(t, "100000");
	check_idle(t);
	term_keys(t, "q");
	check_exit(t, 0);
}

static void noise_on_the_keyboard_is_survived(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_keys(t, "\xc3\xa9\xe4\xb8\xad");
	check_keys(t, "^@^A^D^H^]^_");
	check_keys(t, "<F1>q<F12><C-Left><A-x><S-Tab><Ins>");
	check_keys(t, "99999999999999999999999999j");
	term_keys(t, "^C");
	check_idle(t);
	check_keys(t, "<Enter><Enter>g");
	check_row(t, 0, "line 1");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(a_missing_file_is_said),
		TEST(a_missing_file_among_others_is_said),
		TEST(a_folder_is_said),
		TEST(an_unreadable_file_is_said),
		TEST(an_empty_file_is_shown),
		TEST(a_last_line_may_lack_its_newline),
		TEST(a_binary_file_is_asked_about),
		TEST(invalid_utf8_is_shown_as_bytes),
		TEST(crlf_is_no_trouble),
		TEST(escapes_cannot_garble_the_terminal),
		TEST(names_cannot_garble_the_terminal),
		TEST(a_line_without_end_is_shown),
		TEST(a_file_that_shrinks_is_no_crash),
		TEST(a_file_that_grows_shows_its_new_end),
		TEST(a_file_that_is_replaced_can_be_read_anew),
		TEST(a_file_that_is_removed_stays_readable),
		TEST(an_unknown_terminal_is_said_and_used),
		TEST(a_spoiled_index_is_made_anew),
		TEST(a_cache_that_cannot_be_written_is_no_trouble),
		TEST(a_full_disk_costs_no_text_that_was_read),
		TEST(a_missing_TMPDIR_is_no_trouble),
		TEST(noise_on_the_keyboard_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
