/* Moving about: what is at the top after which key. */
#include "tests/pty/fixture.h"

#include <string.h>

/* From the top of 1000 lines "line N" on 24 rows: keys, then the top row, then the last. */
static const struct {
	const char *keys, *top, *bottom;
} moves[] = {
	{ "j", "line 2", "line 24" },
	{ "<Enter>", "line 2", "line 24" },
	{ "<Down>", "line 2", "line 24" },
	{ "^N", "line 2", "line 24" },
	{ "e", "line 2", "line 24" },
	{ "7j", "line 8", "line 30" },
	{ "jjjk", "line 3", "line 25" },
	{ "5j<Up>", "line 5", "line 27" },
	{ "5jy", "line 5", "line 27" },
	{ "5j^P", "line 5", "line 27" },
	{ "5j3k", "line 3", "line 25" },
	{ "<Space>", "line 24", "line 46" },
	{ "f", "line 24", "line 46" },
	{ "^F", "line 24", "line 46" },
	{ "^V", "line 24", "line 46" },
	{ "<PageDown>", "line 24", "line 46" },
	{ "z", "line 24", "line 46" },
	{ "10zz", "line 21", "line 43" },
	{ "<Space><Space>b", "line 24", "line 46" },
	{ "<Space><Space>^B", "line 24", "line 46" },
	{ "<Space><Space><Esc>v", "line 24", "line 46" },
	{ "<Space><Space><PageUp>", "line 24", "line 46" },
	{ "<Space><Space>w", "line 24", "line 46" },
	{ "d", "line 13", "line 35" },
	{ "dd", "line 25", "line 47" },
	{ "ddu", "line 13", "line 35" },
	{ "4dd", "line 9", "line 31" },
	{ "4dddu", "line 9", "line 31" },
	{ "G", "line 978", "line 1000" },
	{ "<End>", "line 978", "line 1000" },
	{ ">", "line 978", "line 1000" },
	{ "Gg", "line 1", "line 23" },
	{ "G<Home>", "line 1", "line 23" },
	{ "G<lt>", "line 1", "line 23" },
	{ "500g", "line 500", "line 522" },
	{ "500G", "line 500", "line 522" },
	{ "990g", "line 990", NULL },
	{ "5000g", "line 1", NULL }, /* no such line: nothing moves */
	{ "50%", "line 507", "line 529" },
	{ "0%", "line 1", "line 23" },
	{ "100%", "line 1000", "~" },
	{ "50p", "line 507", "line 529" },
	{ "Gkk", "line 976", "line 998" },
	{ "GJJ", "line 980", NULL },
	{ "G<Space>", "line 978", "line 1000" },
	{ "G10k5j", "line 973", "line 995" },
	{ "50gma900g'a", "line 50", "line 72" },
	{ "50g900g''", "line 50", "line 72" },
	{ "900g'^", "line 1", "line 23" },
	{ "'$", "line 978", "line 1000" },
	{ "r", "line 1", "line 23" },
	{ "^L", "line 1", "line 23" },
};

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

static void keys_move_to_their_line(void **state)
{
	int wrong = 0;

	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		struct term *t = fixture_open(&f, "a.txt", NULL);

		check_keys(t, moves[i].keys);
		if (strcmp(term_row(t, 0), moves[i].top) != 0 ||
		    (moves[i].bottom && strcmp(term_row(t, 22), moves[i].bottom) != 0)) {
			print_error("%s: \"%s\" .. \"%s\", not \"%s\" .. \"%s\"\n", moves[i].keys,
				    term_row(t, 0), term_row(t, 22), moves[i].top, moves[i].bottom);
			wrong++;
		}
		fixture_end(&f);
	}
	assert_int_equal(wrong, 0);
}

static void the_end_stays_put(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_keys(t, "G");
	for (int i = 0; i < 5; i++)
		check_keys(t, "j");
	check_row(t, 22, "line 1000");
	check_last(t, "(END)");
	check_keys(t, "g");
	for (int i = 0; i < 5; i++)
		check_keys(t, "k");
	check_row(t, 0, "line 1");
}

/* Once a second: all of these keys come within two of them. */
static void the_end_rings_now_and_then(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);
	unsigned before;

	check_keys(t, "G");
	before = term_bells(t);
	check_keys(t, "jjjjjjjj");
	assert_in_range(term_bells(t) - before, 1, 2);
}

static void quits(void **state)
{
	static const char *const ways[] = { "q", "Q", ":q", ":Q", "ZZ" };

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct term *t = fixture_open(&f, "a.txt", NULL);

		term_keys(t, ways[i]);
		check_exit(t, 0);
		check_that(t, term_modes_restored(t));
		check_that(t, !term_alternate(t));
		fixture_end(&f);
	}
}

static void files_follow_each_other(void **state)
{
	struct term *t;

	fixture_lines(&f, "b.txt", "other %d\n", 50);
	t = fixture_open(&f, "a.txt", "b.txt", NULL);
	check_keys(t, "10g");
	check_keys(t, ":n");
	check_row(t, 0, "other 1");
	check_last(t, "b.txt (file 2 of 2)");
	check_keys(t, ":n");
	check_text(t, "No next file");
	check_keys(t, "<Enter>");
	check_keys(t, ":p");
	check_row(t, 0, "line 10"); /* where it was */
	check_keys(t, ":p");
	check_text(t, "No previous file");
	check_keys(t, "<Enter>");
	check_keys(t, "2:x");
	check_row(t, 0, "other 1");
	check_keys(t, ":d");
	check_row(t, 0, "line 10");
	check_keys(t, ":e b.txt<Enter>");
	check_row(t, 0, "other 1");
}

static void the_position_is_told(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_keys(t, "500g=");
	check_text(t, "lines 500-522/1000");
	check_text(t, "a.txt");
}

static void an_escape_too_many_is_shown(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	only_tless(); /* 590 keeps two */
	check_keys(t, "<Esc><Esc><Esc><Esc>");
	check_last(t, " ESCESCESCESC");
	check_keys(t, "j");
	check_last(t, ":");
	check_row(t, 0, "line 2");
	check_keys(t, "1<Esc><Esc>20g"); /* the number begins anew */
	check_row(t, 0, "line 20");
	check_keys(t, "<Esc>");
	check_last(t, " ESC");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(keys_move_to_their_line),     TEST(the_end_stays_put),
		TEST(the_end_rings_now_and_then),  TEST(quits),
		TEST(files_follow_each_other),     TEST(the_position_is_told),
		TEST(an_escape_too_many_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
