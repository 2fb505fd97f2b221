/*
 * Programs that start a pager, for real where they are installed: git, man, bat, and what journalctl and
 * psql would send.  They find the pager as `less` on the PATH.
 */
#include "tests/pty/fixture.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fixture f;

static int set_up(void **state)
{
	char path[PATH_MAX + 100], pager[PATH_MAX];

	fixture_init(&f);
	assert_non_null(realpath(pager_path(), pager));
	assert_int_equal(mkdir(fixture_path(&f, "bin"), 0700), 0);
	assert_int_equal(symlink(pager, fixture_path(&f, "bin/less")), 0);
	snprintf(path, sizeof(path), "%s:/usr/local/bin:/usr/bin:/bin", fixture_path(&f, "bin"));
	fixture_setenv(&f, "PATH", path);
	fixture_setenv(&f, "LANG", "C.UTF-8");
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

/* Run a shell command on the terminal. */
static struct term *run(const char *command)
{
	const char *words[] = { "-c", command, NULL };

	return fixture_run(&f, "/bin/sh", words);
}

static void need(const char *program)
{
	char path[64];

	snprintf(path, sizeof(path), "/usr/bin/%s", program);
	if (access(path, X_OK) == 0)
		return;
	fprintf(stderr, "%s is not installed\n", program);
	skip();
}

/* ---- git: LESS=FRX */

static void make_repository(void)
{
	const char *argv[] = {
		"/bin/sh", "-c",
		"git init -q && git config user.email a@example.org && "
		"git config user.name A && for i in 1 2 3 4 5 6; do seq $((i * 40)) "
		">numbers && git add numbers && git commit -qm \"Commit $i\"; done && "
		"sed s/^5$/five/ numbers >new && mv new numbers",
		NULL
	};
	struct capture c;

	need("git");
	fixture_capture(&f, argv, NULL, &c);
	assert_int_equal(c.status, 0);
	capture_fini(&c);
}

static void git_log_is_paged(void **state)
{
	struct term *t;

	make_repository();
	t = run("git log -p");
	check_text(t, "Commit 6");
	check_last(t, ":");
	check_that(t, term_cell(t, 0, 0).fg != TERM_DEFAULT_COLOR);
	term_keys(t, "/Commit 3<Enter>");
	check_row(t, 0, "    Commit 3");
	term_keys(t, "G");
	check_last(t, "(END)");
	check_row(t, 22, "+40");
	check_quit(t);
	check_that(t, term_modes_restored(t));
}

static void a_short_diff_is_not(void **state)
{
	struct term *t;

	make_repository();
	t = run("git diff --color; echo then");
	check_text(t, "+five");
	check_text(t, "then");
	check_that(t, term_wait_exit(t, TIMEOUT_MS));
	check_that(t, !term_alternate(t));
}

static void git_is_told_of_the_end(void **state)
{
	struct term *t;

	make_repository();
	t = run("git log -p --all; echo status $?");
	check_last(t, ":");
	term_keys(t, "q");
	check_text(t, "status"); /* that of a git whose reader has left */
	t = run("git -c core.pager='less -+F -S' log --oneline --color=never");
	check_text(t, "Commit 1");
	check_text(t, "(END)");
	check_quit(t);
}

/* ---- man: a prompt of its own, overstrike or SGR */

static void make_manual(void)
{
	char page[6000] = ".TH TRIED 1 2024-01-01\n.SH NAME\ntried \\- a \\fBbold\\fR and "
			  "\\fIunderlined\\fR page\n.SH DESCRIPTION\n";

	need("man");
	need("nroff");
	for (int i = 0; i < 60; i++)
		snprintf(page + strlen(page), sizeof(page) - strlen(page), "Line %d.\n.br\n", i);
	fixture_file(&f, "tried.1", page, -1);
}

static void check_manual(struct term *t)
{
	int y;

	check_text(t, "Manual page tried.1");
	check_last(t, " Manual page tried.1 line 1 (press h for help or q to quit)");
	y = term_find(t, "tried - a bold");
	check_that(t, y > 0);
	check_that(t, term_cell(t, y, 17).bold && !term_cell(t, y, 13).bold);
	check_that(t, term_cell(t, y, 26).underline);
	term_keys(t, "G");
	check_text(t, "(END)");
	check_quit(t);
}

static void man_shows_a_page(void **state)
{
	make_manual();
	check_manual(run("MANPAGER=less man ./tried.1"));
}

static void and_with_overstrike(void **state)
{
	make_manual();
	check_manual(run("GROFF_NO_SGR=1 MANPAGER=less man ./tried.1"));
}

/* ---- journalctl: LESS=FRSXMK, and +G in it for -e */

static void journalctl_shows_the_end(void **state)
{
	struct term *t;

	only_tless(); /* 590 shows nothing before the end of the pipe */
	fixture_lines(&f, "journal", "Nov 22 06:00:00 host program[1]: message %d\n", 500);
	t = run("(cat journal; exec sleep 1000) | LESS='FRSXMK +G' LESSCHARSET=utf-8 less");
	check_text(t, "message 500");
	check_text(t, "Waiting for data");
	term_keys(t, "^X");
	check_no_text(t, "Waiting");
	check_that(t, !term_alternate(t));
	term_keys(t, "k");
	check_row(t, 22, "Nov 22 06:00:00 host program[1]: message 499");
	term_keys(t, "^C"); /* K */
	check_that(t, term_wait_exit(t, TIMEOUT_MS));
	check_that(t, term_modes_restored(t));
}

static void and_when_it_ends_the_pager_does(void **state)
{
	struct term *t;

	fixture_lines(&f, "journal", "message %d\n", 500);
	t = run("LESS=FRSXMK exec less journal");
	check_text(t, "lines 1-23/500");
	term_signal(t, SIGTERM);
	check_exit(t, 15);
	check_that(t, term_modes_restored(t));
}

/* ---- psql: wide tables */

static void a_wide_table_can_be_shifted(void **state)
{
	struct term *t;

	fixture_lines(&f, "table",
		      "| %04d | aaaaaaaaaaaaaaaaaaaaaaaaa | bbbbbbbbbbbbbbbbbbbbbbbbb | "
		      "ccccccccccccccccccccccccc | ddddddddddddd |\n",
		      60);
	t = run("LESS=-iMSx4F exec less table");
	check_text(t, "| 0001 | aaa");
	check_that(t, term_find(t, "ccccccccccccccccccccccccc |") < 0);
	term_keys(t, "<Right>");
	check_text(t, "ccccccccccccccccccccccccc | ddddddddddddd |");
	term_keys(t, "<Left>");
	check_text(t, "| 0001 | aaa");
}

/* ---- bat: it asks `less --version`, and passes options */

static void bat_takes_it_for_less(void **state)
{
	struct term *t;

	need("batcat");
	fixture_lines(&f, "program.c", "int f%d(void);\n", 100);
	t = run("PAGER=less batcat --paging=always --color=always --style=numbers program.c");
	check_text(t, "f23");
	check_last(t, ":");
	check_that(t, term_cell(t, 0, 5).fg != TERM_DEFAULT_COLOR);
	term_keys(t, "G");
	check_row(t, 22, " 100 int f100(void);");
	check_quit(t);
	fixture_lines(&f, "short.c", "int f%d(void);\n", 3);
	t = run("PAGER=less batcat --paging=auto --color=always --style=plain short.c");
	check_text(t, "f3");
	check_exit(t, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(git_log_is_paged),
		TEST(a_short_diff_is_not),
		TEST(git_is_told_of_the_end),
		TEST(man_shows_a_page),
		TEST(and_with_overstrike),
		TEST(journalctl_shows_the_end),
		TEST(and_when_it_ends_the_pager_does),
		TEST(a_wide_table_can_be_shifted),
		TEST(bat_takes_it_for_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
