/* test_histfile.c: the history file: where it is, what is read, how several runs share it. */
#include "pager/histfile.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char home[64];

/* One run of the program. */
struct run {
	struct tl_history search, shell;
	struct tl_marks marks;
	struct tl_histfile file;
};

static void start(struct run *r)
{
	memset(r, 0, sizeof(*r));
	r->file = (struct tl_histfile){ &r->search, &r->shell, &r->marks, false };
}

static void end(struct run *r)
{
	tl_history_fini(&r->search);
	tl_history_fini(&r->shell);
	tl_marks_fini(&r->marks);
}

static int set_up(void **state)
{
	strcpy(home, "/tmp/tless-histfile-XXXXXX");
	if (!mkdtemp(home) || chdir(home) != 0)
		return -1;
	setenv("HOME", home, 1);
	unsetenv("LESSHISTFILE");
	unsetenv("LESSHISTSIZE");
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_DATA_HOME");
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", home);
	return chdir("/") != 0 || system(command) != 0;
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void check_file(const char *name, const char *want)
{
	char got[4096];
	FILE *f = fopen(name, "r");
	size_t n;

	assert_non_null(f);
	n = fread(got, 1, sizeof(got) - 1, f);
	got[n] = '\0';
	fclose(f);
	assert_string_equal(got, want);
}

static void check_name(bool to_write, const char *want)
{
	struct tl_buf name = TL_BUF_INIT;
	char full[256] = "";

	if (want && *want != '/')
		snprintf(full, sizeof(full), "%s/%s", home, want);
	assert_int_equal(tl_histfile_name(to_write, &name), want != NULL);
	if (want)
		assert_string_equal(tl_buf_str(&name), *full ? full : want);
	tl_buf_fini(&name);
}

static void test_where_it_is(void **state)
{
	check_name(false, NULL);
	check_name(true, ".lesshst");
	setenv("XDG_DATA_HOME", "/no/such", 1);
	check_name(true, "/no/such/lesshst");
	assert_int_equal(mkdir(".local", 0700) || mkdir(".local/state", 0700), 0);
	check_name(true, ".local/state/lesshst");
	put(".lesshst", "");
	check_name(true, ".lesshst"); /* the one there is */
	check_name(false, ".lesshst");
	put(".local/state/lesshst", "");
	check_name(false, ".local/state/lesshst");
	setenv("XDG_STATE_HOME", "/no/such/state", 1);
	check_name(false, ".local/state/lesshst");
	setenv("LESSHISTFILE", "/some/where", 1);
	check_name(false, "/some/where");
	setenv("LESSHISTFILE", "-", 1);
	check_name(true, NULL);
	setenv("LESSHISTFILE", "/dev/null", 1);
	check_name(true, NULL);
}

static void test_two_runs_at_once(void **state)
{
	struct run a, b;

	put(".lesshst", ".less-history-file:\n.search\n\"one\n\"two\n.shell\n\"ls\n"
			".mark\nm a 2 5 /x\n");
	start(&a);
	start(&b);
	tl_history_add(&a.search, "early"); /* before the file was needed */
	tl_histfile_load(&a.file);
	tl_histfile_load(&b.file);
	assert_int_equal(a.search.n, 3);
	assert_string_equal(a.search.lines[0].text, "one");
	assert_string_equal(tl_history_last(&a.search), "early");
	assert_string_equal(tl_history_last(&b.shell), "ls");
	assert_int_equal(tl_marks_of(&a.marks, 'a')->pos, 5);
	tl_history_add(&b.search, "other");
	tl_history_add(&b.shell, "date");
	tl_histfile_save(&b.file, false);
	tl_histfile_save(&a.file, false);
	check_file(".lesshst", ".less-history-file:\n.search\n\"one\n\"two\n\"other\n\"early\n"
			       ".shell\n\"ls\n\"date\n.mark\nm a 2 5 /x\n");
	unlink(".lesshst");
	tl_histfile_save(&a.file, false); /* nothing is new */
	assert_int_not_equal(access(".lesshst", F_OK), 0);
	end(&a);
	end(&b);
}

static void test_size_and_mode(void **state)
{
	struct run r;
	struct stat st;

	setenv("LESSHISTSIZE", "3", 1);
	start(&r);
	for (int i = 0; i < 10; i++) {
		char text[8];

		snprintf(text, sizeof(text), "%d", i);
		tl_history_add(&r.search, text);
	}
	tl_histfile_save(&r.file, false);
	check_file(".lesshst", ".less-history-file:\n.search\n\"7\n\"8\n\"9\n.mark\n");
	assert_int_equal(stat(".lesshst", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	end(&r);
}

static void test_marks(void **state)
{
	struct run r;
	char want[256];

	put(".lesshst", ".less-history-file:\n.mark\nm a 1 2 /a\nm b 1 2 /b\nm c 1 2 /c\n");
	put("f", "");
	start(&r);
	tl_marks_set(&r.marks, 'b', "f", 70, 4);
	tl_histfile_load(&r.file);
	tl_marks_set(&r.marks, 'c', "", TL_NOPOS, 0);
	tl_histfile_save(&r.file, false);
	check_file(".lesshst", ".less-history-file:\n.mark\nm a 1 2 /a\nm b 1 2 /b\nm c 1 2 /c\n");
	tl_histfile_save(&r.file, true);
	snprintf(want, sizeof(want), ".less-history-file:\n.mark\nm a 1 2 /a\nm b 5 70 %s/f\n",
		 home);
	check_file(".lesshst", want);
	end(&r);
}

static void test_other_files_are_left_alone(void **state)
{
	struct run r;

	put(".lesshst", "dear diary\n");
	start(&r);
	tl_histfile_load(&r.file);
	assert_int_equal(r.search.n, 0);
	tl_history_add(&r.search, "x");
	tl_histfile_save(&r.file, false);
	check_file(".lesshst", "dear diary\n");
	setenv("LESSHISTFILE", home, 1); /* a folder */
	tl_histfile_save(&r.file, false);
	setenv("LESSHISTFILE", "/proc/no/such", 1);
	tl_histfile_save(&r.file, false);
	assert_true(r.search.lines[0].fresh); /* it was not saved */
	end(&r);
}

static void test_links_stay(void **state)
{
	struct run r;
	struct stat st;

	put("real", ".less-history-file:\n");
	assert_int_equal(symlink("real", ".lesshst"), 0);
	start(&r);
	tl_history_add(&r.shell, "ls");
	tl_histfile_save(&r.file, false);
	assert_true(lstat(".lesshst", &st) == 0 && S_ISLNK(st.st_mode));
	check_file("real", ".less-history-file:\n.shell\n\"ls\n.mark\n");
	end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_where_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_two_runs_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_size_and_mode, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_marks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_other_files_are_left_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_links_stay, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
