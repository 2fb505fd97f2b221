/*
 * Lines of some MiB: what is found in them is shown, keys go by what is on the screen, and nothing
 * takes one back to their beginning.
 */
#include "tests/pty/fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

#define MIB ((size_t)1 << 20)

static struct fixture f;

/* Words of eight bytes with their number from 0 on: row r of 80 columns has word 10 r first. */
static void put_words(struct tl_buf *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_true(tl_buf_printf(text, "w%06zu ", i));
}

static void put_at(struct tl_buf *text, size_t word, const char *what)
{
	memcpy(text->data + 8 * word, what, strlen(what));
}

static int set_up(void **state)
{
	struct tl_buf text = TL_BUF_INIT;

	fixture_init(&f);
	only_tless(); /* less shows the line that has a hit from its beginning on */
	put_words(&text, 3 * MIB / 8);
	put_at(&text, 1000, "needle1");
	put_at(&text, 1001, "needle2");
	put_at(&text, 200000, "needle3");
	put_at(&text, 300000, "needle4");
	text.data[2 * MIB - 3] = 'x'; /* across a chunk, a stretch and a row */
	memcpy(text.data + 2 * MIB - 3, "across", 6);
	assert_true(tl_buf_puts(&text, "\nlast needle5\n"));
	fixture_file(&f, "one", (char *)text.data, (long)text.len);
	tl_buf_fini(&text);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

static const struct {
	const char *keys, *in_top_row;
} searches[] = {
	{ "/needle<Enter>", "needle1 needle2 w001002" },
	{ "/needle<Enter>n", "needle3 w200001" },
	{ "/needle<Enter>nn", "needle4 w300001" },
	{ "/needle<Enter>nnnN", "needle4 w300001" },
	{ "/needle<Enter>nnN", "needle3 w200001" },
	{ "/needle<Enter>nnNN", "needle1 needle2" },
	{ "3/needle<Enter>", "needle3 w200001" },
	{ "/needle<Enter>2n", "needle4 w300001" },
	{ "G?needle[1-4]<Enter>", "needle4 w300001" },
	{ "G2?needle[1-4]<Enter>", "needle3 w200001" },
	{ "-I<Enter>G4?NEEDLE[1-4]<Enter>", "needle1 needle2" },
	{ "/needle[34]<Enter>", "needle3 w200001" },
	{ "/needle[34] (w3|w30).*<Enter>", "needle4 w300001" },
	{ "/^w000000<Enter>", "w000000 w000001" },
	{ "50%/needle<Enter>", "needle3 w200001" },
	{ "50%?needle<Enter>", "needle1 needle2" },
	{ "/w393215 $<Enter>", "w393214 w393215" },
};

static void each_match_is_a_hit(void **state)
{
	int wrong = 0;

	for (size_t i = 0; i < sizeof(searches) / sizeof(searches[0]); i++) {
		struct term *t = fixture_open(&f, "one", NULL);

		check_keys(t, searches[i].keys);
		if (!strstr(term_row(t, 0), searches[i].in_top_row)) {
			print_error("%s: \"%s\", not \"%s\"\n", searches[i].keys, term_row(t, 0),
				    searches[i].in_top_row);
			wrong++;
		}
		fixture_end(&f);
	}
	assert_int_equal(wrong, 0);
}

/* Over the border of a stretch, and shown as a hit on both of its sides. */
static void a_match_may_lie_across_a_border(void **state)
{
	struct term *t = fixture_open(&f, "one", NULL);
	int y;

	check_keys(t, "/across<Enter>");
	check_that(t, strstr(term_row(t, 0), " wacr") || strstr(term_row(t, 0), "acr"));
	y = (int)strlen(term_row(t, 0));
	check_that(t, term_cell(t, 0, y - 1).reverse);
	check_that(t, strncmp(term_row(t, 1), "oss", 3) == 0);
	check_that(t, term_cell(t, 1, 0).reverse && term_cell(t, 1, 2).reverse);
	check_that(t, !term_cell(t, 1, 3).reverse);
	fixture_end(&f);
}

static void hits_are_counted_as_they_are_found(void **state)
{
	struct term *t = fixture_open(&f, "--hit-count", "one", NULL);

	check_keys(t, "/needle<Enter>");
	check_text(t, "hit 1 of 5");
	check_keys(t, "n");
	check_text(t, "hit 3 of 5");
	check_keys(t, "nn");
	check_text(t, "hit 5 of 5");
	check_row(t, (int)term_find(t, "last needle5"), "last needle5");
	fixture_end(&f);
}

/* Cut off, its rows are a MiB and then 64 KiB wide; a hit is shifted to. */
static void cut_off_it_goes_on_below(void **state)
{
	struct term *t = fixture_open(&f, "-S", "one", NULL);

	check_that(t, strncmp(term_row(t, 0), "w000000 w000001", 15) == 0);
	check_that(t, strncmp(term_row(t, 1), "w131072 w131073", 15) == 0); /* at a MiB */
	check_that(t, strncmp(term_row(t, 2), "w139264 w139265", 15) == 0);
	check_keys(t, "<Right>");
	check_that(t, strncmp(term_row(t, 1), "w131077 w131078", 15) == 0);
	check_keys(t, "<Left>/needle<Enter>");
	check_that(t, strstr(term_row(t, 0), "needle1 needle2") != NULL);
	check_keys(t, "n");
	check_that(t, strstr(term_row(t, 0), "needle3 w200001") != NULL);
	check_keys(t, "n");
	check_that(t, strstr(term_row(t, 0), "needle4 w300001") != NULL);
	check_keys(t, "NN");
	check_that(t, strstr(term_row(t, 0), "needle1 needle2") != NULL);
	check_keys(t, "G");
	check_row(t, term_rows(t) - 2, "");
	check_keys(t, "<Esc>{");
	check_row(t, term_rows(t) - 2, "last needle5");
	check_keys(t, "50%");
	check_that(t, strncmp(term_row(t, 0), "w196608 w196609", 15) == 0);
	fixture_end(&f);
}

/* Each row of a page is found again, forwards, backwards and by a mark. */
static void moving_goes_by_rows(void **state)
{
	struct term *t = fixture_open(&f, "one", NULL);
	char top[8];

	check_keys(t, "50%");
	snprintf(top, sizeof(top), "%.7s", term_row(t, 0));
	check_that(t, strcmp(top, "w196600") >= 0 && strcmp(top, "w196620") < 0);
	check_keys(t, "mxf");
	check_that(t, strncmp(top, term_row(t, 0), 7) != 0);
	check_keys(t, "b");
	check_that(t, strncmp(top, term_row(t, 0), 7) == 0);
	check_keys(t, "jjkkG");
	check_row(t, term_rows(t) - 2, "last needle5");
	check_keys(t, "'x");
	check_that(t, strncmp(top, term_row(t, 0), 7) == 0);
	check_keys(t, "g");
	check_that(t, strncmp(term_row(t, 0), "w000000", 7) == 0);
	/* a shift is not a way back to its beginning */
	check_keys(t, "50%<Right><Left>");
	check_that(t, strncmp("w196608", term_row(t, 0), 7) == 0);
	fixture_end(&f);
}

static void a_filter_takes_the_whole_line(void **state)
{
	struct term *t = fixture_open(&f, "one", NULL);

	check_keys(t, "&needle4<Enter>");
	check_that(t, strncmp(term_row(t, 0), "w000000", 7) == 0);
	check_keys(t, "G");
	check_that(t, term_find(t, "last") < 0);
	check_that(t, strstr(term_row(t, term_rows(t) - 2), "w393215") != NULL);
	check_keys(t, "g/needle3<Enter>");
	check_that(t, strstr(term_row(t, 0), "needle3 w200001") != NULL);
	check_keys(t, "&<Enter>&!needle4<Enter>");
	check_row(t, 0, "last needle5");
	check_keys(t, "?needle3<Enter>");
	check_text(t, "Pattern not found");
	fixture_end(&f);
}

/* Without a newline so far, it is found all the same, and what comes is shown. */
static void an_endless_line_may_grow(void **state)
{
	struct tl_buf text = TL_BUF_INIT;
	struct term *t;
	FILE *to;

	put_words(&text, MIB / 4);
	fixture_file(&f, "grows", (char *)text.data, (long)text.len);
	t = fixture_page(&f, "+F", "grows", NULL);
	check_text(t, "w262143");
	check_text(t, "Waiting");
	to = fopen(fixture_path(&f, "grows"), "a");
	assert_non_null(to);
	fputs("and a needle more", to);
	fclose(to);
	check_text(t, "and a needle more");
	check_keys(t, "^X");
	check_keys(t, "g/needle<Enter>");
	check_that(t, strstr(term_row(t, 0), "and a needle more") != NULL);
	fixture_end(&f);
	tl_buf_fini(&text);
}

/* A stretch has the colours that were on before it, whether one scrolls or jumps there. */
static void colours_go_on(void **state)
{
	struct tl_buf text = TL_BUF_INIT;
	struct term *t;

	assert_true(tl_buf_puts(&text, "\033[31m"));
	put_words(&text, MIB / 8);
	fixture_file(&f, "red", (char *)text.data, (long)text.len);
	t = fixture_open(&f, "-R", "red", NULL);
	check_keys(t, "50%");
	check_that(t, term_cell(t, 0, 0).fg == term_cell(t, 10, 10).fg);
	check_that(t, term_cell(t, 0, 0).fg == 1);
	check_keys(t, "G");
	check_that(t, term_cell(t, 5, 5).fg == 1);
	fixture_end(&f);
	tl_buf_fini(&text);
}

static void put_link(struct tl_buf *text, const char *name)
{
	assert_true(tl_buf_printf(text, "\033]8;;http://x/%s\033\\%s\033]8;;\033\\ ", name, name));
}

/* The message tells of the link `name`, of one letter. */
static bool tells_of(struct term *t, const char *name)
{
	const char *at = strstr(term_row(t, term_rows(t) - 1), "Link: http://x/");

	return at && at[15] == *name;
}

static void links_are_found_one_by_one(void **state)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	struct tl_buf text = TL_BUF_INIT;
	struct term *t;

	for (int i = 0; i < 4; i++) {
		put_words(&text, 40000);
		put_link(&text, names[i]);
	}
	put_link(&text, "five");
	fixture_file(&f, "links", (char *)text.data, (long)text.len);
	t = fixture_open(&f, "-R", "links", NULL);
	for (int i = 0; i < 4; i++) {
		check_keys(t, "^O^N");
		check_that(t, tells_of(t, names[i]));
		check_that(t, strstr(term_row(t, 0), names[i]) != NULL);
		check_keys(t, "<Enter>");
	}
	for (int i = 2; i >= 0; i--) {
		check_keys(t, "^O^P");
		check_that(t, tells_of(t, names[i]));
		check_keys(t, "<Enter>");
	}
	check_keys(t, "4^O^N");
	check_text(t, "Link: http://x/five");
	fixture_end(&f);
	tl_buf_fini(&text);
}

static void file_lines_are_passed_at_once(void **state)
{
	struct term *t = fixture_open(&f, "one", NULL);

	check_keys(t, "50%<Esc>j");
	check_that(t, strstr(term_row(t, term_rows(t) - 2), "w393215") != NULL);
	check_keys(t, "<Esc>j");
	check_row(t, term_rows(t) - 2, "last needle5");
	check_keys(t, "<Esc>k");
	check_that(t, strncmp(term_row(t, 0), "w000000", 7) == 0);
	fixture_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_match_is_a_hit),
		cmocka_unit_test(a_match_may_lie_across_a_border),
		cmocka_unit_test(hits_are_counted_as_they_are_found),
		cmocka_unit_test(cut_off_it_goes_on_below),
		cmocka_unit_test(moving_goes_by_rows),
		cmocka_unit_test(a_filter_takes_the_whole_line),
		cmocka_unit_test(an_endless_line_may_grow),
		cmocka_unit_test(colours_go_on),
		cmocka_unit_test(links_are_found_one_by_one),
		cmocka_unit_test(file_lines_are_passed_at_once),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
