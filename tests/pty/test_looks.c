/*
 * How things look: colours of -D and --use-color, the status column, lines that are marked as
 * unread or as the target of jumps.
 */
#include "tests/pty/fixture.h"

#include <string.h>

static struct fixture f;

static int set_up(void **state)
{
	fixture_init(&f);
	fixture_lines(&f, "a.txt", "line %d of text, word by word\n", 100);
	f.opts.rows = 6;
	f.opts.cols = 24;
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

/* Columns of row y that are reverse ('r'), underlined ('u'), bold ('b') or have a background. */
static const char *marks(struct term *t, int y)
{
	static char out[100];
	int n = 0;

	for (int x = 0; x < term_cols(t); x++) {
		struct term_cell c = term_cell(t, y, x);

		out[x] = c.reverse                    ? 'r'
			 : c.bg != TERM_DEFAULT_COLOR ? 'c'
			 : c.underline                ? 'u'
			 : c.bold                     ? 'b'
						      : ' ';
		if (out[x] != ' ')
			n = x + 1;
	}
	out[n] = '\0';
	return out;
}

#define check_marks(t, y, want)                                                       \
	do {                                                                          \
		if (strcmp(marks(t, y), want) != 0)                                   \
			fail_msg("row %d: \"%s\", not \"%s\"", y, marks(t, y), want); \
	} while (0)

static void colors_are_shown_and_changed(void **state)
{
	struct term *t = fixture_open(&f, "--use-color", "-N", "a.txt", NULL);

	check_keys(t, "/o(f)<Enter>");
	check_marks(t, 0, "      b        cc"); /* number bold, hit with a background */
	assert_int_equal(term_cell(t, 0, 6).fg, 6);
	assert_int_equal(term_cell(t, 0, 15).bg, 10);
	assert_int_equal(term_cell(t, 0, 16).bg, 3); /* what the parentheses matched */
	check_marks(t, 5, "c");
	check_keys(t, "-DNr<Enter>");
	check_marks(t, 0, "               cc");
	assert_int_equal(term_cell(t, 0, 6).fg, 1);
	check_keys(t, "-DXr<Enter>");
	check_last(t, "'X'  (press RETURN)");
	check_keys(t, "<Enter>--use-color<Enter>");
	check_text(t, "Don't use color");
	check_keys(t, "<Enter>");
	check_marks(t, 0, "      b        rr");
}

static void capital_letters_need_use_color(void **state)
{
	struct term *t = fixture_open(&f, "-Ddg", "-N", "a.txt", NULL);

	check_marks(t, 0, "");
	assert_int_equal(term_cell(t, 0, 6).fg, 2);
	f.opts.cols = 0;
	check_keys(t, "-DNr<Enter>");
	check_text(t, "Set --use-color before");
}

static void the_status_column_tells_of_hits_and_marks(void **state)
{
	struct term *t = fixture_open(&f, "-J", "-S", "a.txt", NULL);

	check_keys(t, "/word<Enter>");
	check_row(t, 0, "> line 1 of text, word >");
	check_keys(t, "3<Right>");
	check_row(t, 0, "> e 1 of text, word by >");
	check_keys(t, "20<Right>");
	check_row(t, 0, "<  word");
	check_keys(t, "<Esc>u");
	check_row(t, 0, "<  word");
	check_marks(t, 0, "r");
	check_keys(t, "<Esc>{/text<Enter>");
	check_row(t, 0, "* line 1 of text, word >");
	check_keys(t, "/nothing<Enter><Enter>ma");
	check_row(t, 0, "a line 1 of text, word >");
	check_keys(t, "--status-col-width<Enter>4<Enter><Enter>");
	check_row(t, 0, "a   line 1 of text, wor>");
	check_keys(t, "--status-line<Enter><Enter>");
	check_marks(t, 0, "r   rrrrrrrrrrrrrrrrrrrr");
}

static void the_first_unread_line_is_marked(void **state)
{
	struct term *t;

	f.opts.cols = 40;
	t = fixture_open(&f, "-w", "a.txt", NULL);
	check_keys(t, "3j");
	check_marks(t, 2, "");
	check_keys(t, "<Space>");
	check_marks(t, 0, "rrrrrrrrrrrrrrrrrrrrrrrrrrrr");
	check_keys(t, "j");
	check_marks(t, 0, "");
	check_keys(t, "b");
	check_marks(t, 4, "rrrrrrrrrrrrrrrrrrrrrrrrrrrr");
	check_keys(t, "50g");
	check_marks(t, 0, "rrrrrrrrrrrrrrrrrrrrrrrrrrrrr");
	check_keys(t, "-J<Enter>");
	check_marks(t, 0, "r");
	check_keys(t, "-W<Enter>3j");
	check_marks(t, 2, "r");
	check_keys(t, "2k");
	check_marks(t, 1, "r");
	check_keys(t, "-W<Enter>2k");
	check_marks(t, 1, "");
}

static void the_target_line_is_marked(void **state)
{
	struct term *t;

	f.opts.cols = 40;
	t = fixture_open(&f, "--hilite-target", "-j3", "a.txt", NULL);
	check_marks(t, 0, "");
	check_marks(t, 2, "uuuuuuuuuuuuuuuuuuuuuuuuuuuu");
	check_keys(t, "/word<Enter>");
	check_marks(t, 2, "uuuuuuuuuuuuuuuurrrruuuurrrr");
	check_keys(t, "--status-line<Enter><Enter>");
	check_marks(t, 2, "uuuuuuuuuuuuuuuurrrruuuurrrruuuuuuuuuuuu");
	check_keys(t, "=");
	check_marks(t, 2, "                rrrr    rrrr");
	check_keys(t, "<Enter>");
	check_marks(t, 2, "uuuuuuuuuuuuuuuurrrruuuurrrruuuuuuuuuuuu");
}

static void cut_lines_have_another_mark(void **state)
{
	struct term *t = fixture_open(&f, "-S", "--rscroll=*u+", "a.txt", NULL);

	check_row(t, 0, "line 1 of text, word by+");
	check_marks(t, 0, "                       u");
	check_keys(t, "--rscroll<Enter>-<Enter>");
	check_text(t, "character is -");
	check_keys(t, "<Enter>");
	check_row(t, 0, "line 1 of text, word by");
}

static void half_a_character_is_no_hit(void **state)
{
	struct term *t;

	fixture_file(&f, "wide",
		     "ab\xf0\x9f\x90\xb3"
		     "cd\n",
		     -1);
	fixture_setenv(&f, "LESSCHARSET", "utf-8");
	t = fixture_open(&f, "-S", "-#3", "--use-color", "wide", NULL);
	check_keys(t, "/b.c<Enter>");
	assert_int_equal(term_cell(t, 0, 2).bg, 10);
	check_keys(t, "<Right>");
	assert_int_equal(term_cell(t, 0, 0).bg, 6); /* the mark of what is cut off */
	assert_int_equal(term_cell(t, 0, 1).bg, 10);
}

/* ---- hyperlinks */

#define LINK(params, uri, text) "\033]8;" params ";" uri "\033\\" text "\033]8;;\033\\"

static void make_links(void)
{
	struct tl_buf b = TL_BUF_INIT;

	for (int i = 1; i < 40; i++)
		tl_buf_printf(&b, "line %d%s\n", i,
			      i == 2 ? " " LINK("", "http://x", "one") " " LINK("", "#far", "two")
			      : i == 30 ? " " LINK("id=far", "nowhere", "three")
					: "");
	fixture_file(&f, "links", (const char *)b.data, (long)b.len);
	tl_buf_fini(&b);
	f.opts.cols = 60;
}

static void links_are_selected_one_after_the_other(void **state)
{
	struct term *t;

	make_links();
	t = fixture_open(&f, "-R", "links", NULL);
	check_marks(t, 1, "       uuu uuu");
	check_keys(t, "^O^L");
	check_text(t, "No OSC8 link selected");
	check_keys(t, "<Enter>^O^N");
	check_last(t, "Link: http://x  (press RETURN)");
	check_marks(t, 1, "       rrr uuu");
	check_keys(t, "<Enter>^On");
	check_last(t, "Link: #far  (press RETURN)");
	check_marks(t, 1, "       uuu rrr");
	check_keys(t, "<Enter>^O^N");
	check_last(t, "Link: nowhere  (press RETURN)");
	check_row(t, 0, "line 30 three");
	check_keys(t, "<Enter>^O^N");
	check_text(t, "OSC 8 link not found");
	check_keys(t, "<Enter>g^O^L");
	check_row(t, 0, "line 30 three");
	check_keys(t, "2^O^P");
	check_last(t, "Link: http://x  (press RETURN)");
	check_keys(t, "<Enter><Esc>u");
	check_marks(t, 0, "       uuu uuu");
}

/* Are these bytes in what was written to the terminal? */
static bool was_sent(struct term *t, const char *bytes)
{
	const struct tl_buf *raw = term_raw(t);

	return memmem(raw->data, raw->len, bytes, strlen(bytes)) != NULL;
}

static void links_go_through_to_the_terminal(void **state)
{
	struct term *t;

	make_links();
	t = fixture_open(&f, "-R", "links", NULL);
	assert_true(was_sent(t, "\033]8;;http://x\033\\"));
	assert_true(was_sent(t, "\033]8;;\033\\"));
	assert_false(was_sent(t, "nowhere"));
	check_keys(t, "30g");
	assert_true(was_sent(t, "\033]8;id=far;nowhere\033\\"));
	t = fixture_open(&f, "-f", "links", NULL); /* without -R they are characters */
	check_row(t, 1, "line 2 ESC]8;;http://xESC\\oneESC]8;;ESC\\ ESC]8;;#farESC\\two");
	assert_false(was_sent(t, "\033]8;"));
}

static void links_are_opened(void **state)
{
	struct term *t;

	make_links();
	fixture_setenv(&f, "LESS_OSC8_OPEN_http", "echo opened");
	fixture_setenv(&f, "LESS_OSC8_OPEN_NONE", "\020-echo no notice");
	t = fixture_open(&f, "-R", "links", NULL);
	check_keys(t, "^O^N<Enter>");
	term_keys(t, "^O^O");
	check_text(t, "opened http://x");
	check_text(t, "link done  (press RETURN)");
	check_keys(t, "<Enter>^O^N<Enter>^O^O");
	check_row(t, 0, "line 30 three");
	check_keys(t, "^O^N<Enter>^O^O");
	check_row(t, 0, "line 30 three");
	fixture_setenv(&f, "LESSSECURE", "1");
	t = fixture_open(&f, "-R", "links", NULL);
	check_keys(t, "^O^N<Enter>^O^O");
	check_text(t, "Command not available");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(colors_are_shown_and_changed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(capital_letters_need_use_color, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_status_column_tells_of_hits_and_marks, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_first_unread_line_is_marked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_target_line_is_marked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cut_lines_have_another_mark, set_up, tear_down),
		cmocka_unit_test_setup_teardown(half_a_character_is_no_hit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(links_are_selected_one_after_the_other, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(links_go_through_to_the_terminal, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(links_are_opened, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
