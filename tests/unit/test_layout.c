/* test_layout.c: lines to rows, shown as pictures.  What holds for all texts is in test_layoutways.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "paper.h"

static struct tl_layout_opts opts; /* of the next check() */

static void plain_opts(unsigned cols)
{
	memset(&opts, 0, sizeof(opts));
	opts.cols = cols;
	opts.charset = TL_CHARSET_UTF8;
	opts.ntabs = 1;
	opts.tabs[0] = 8;
	opts.rscroll_cell = tl_cell_blank();
	opts.rscroll_cell.text[0] = '>';
	opts.rscroll_cell.attr.flags = TL_OWN_STANDOUT;
}

/* The rows of the text are these; "text~looks", where there is something to see. */
static void check_bytes(const char *text, size_t n, const char *const *rows)
{
	struct paper p;
	uint64_t pos = 0;
	size_t i = 0;
	char shown[MAX_COLS * TL_CELL_BYTES], attrs[MAX_COLS + 1],
	    all[sizeof(shown) + MAX_COLS + 2];

	open_text(&p, text, n);
	p.lay.opts = opts;
	for (; tl_layout_row(&p.lay, pos, &p.row) == TL_FOUND; pos = p.row.next) {
		picture(p.row.cells, opts.cols, shown, attrs);
		snprintf(all, sizeof(all), *attrs ? "%s~%s" : "%s", shown, attrs);
		assert_non_null(rows[i]);
		assert_string_equal(all, rows[i]);
		assert_int_equal(p.row.pos, pos);
		i++;
	}
	assert_int_equal(pos, n);
	assert_null(rows[i]);
	close_paper(&p);
}

#define check(text, ...) \
	check_bytes(text, sizeof(text) - 1, (const char *const[]){ __VA_ARGS__, NULL })

static void lines_wrap(void **state)
{
	plain_opts(10);
	check("short\n0123456789\n0123456789ab\n\nend", "short", "0123456789", "0123456789", "ab",
	      "", "end");
	check("\n\n", "", "");
	check("0123456789", "0123456789");
	check("01234567890123456789\n", "0123456789", "0123456789");
	plain_opts(1);
	check("ab\nc", "a", "b", "c");
}

static void lines_are_chopped(void **state)
{
	plain_opts(10);
	opts.chop = true;
	check("0123456789\n0123456789a\nab\n", "0123456789", "0123456789", "ab");
	opts.rscroll = true;
	check("0123456789\n0123456789a\nab\n", "0123456789", "012345678>~         r", "ab");
	check("01234567\xe4\xb8\xadx\n", "01234567 >~         r");
	check("012345678\xe4\xb8\xad\n", "012345678>~         r");
}

static void lines_are_shifted(void **state)
{
	plain_opts(10);
	opts.chop = opts.rscroll = true;
	opts.hshift = 4;
	check("0123456789abcd\nabc\nabcde\n", "456789abcd", "", "e");
	check("0123456789abcde\n", "456789abc>~         r");
	check("a\tb\n", "    b");
	/* half a wide character */
	check("012\xe4\xb8\xadx\n", " x~r");
	check("01\xe4\xb8\xadxy\n", "xy");
	check("0123\xe4\xb8\xadx\n", "\xe4\xb8\xadx");
	/* what is shifted out still counts */
	opts.raw = TL_RAW_SGR;
	check("\033[1mabcdef\033[mg\n", "efg~ss");
	check("a\ba_\bbc\bcd\bde\be_\bff\n", "eff~bu");
}

static void tabs_stop(void **state)
{
	plain_opts(20);
	check("\tx\n1234567\tx\n12345678\tx\n", "        x", "1234567 x", "12345678        x");
	opts.tabs[0] = 4;
	check("\tx\n123\tx\n", "    x", "123 x");
	opts.ntabs = 3;
	opts.tabs[0] = 2, opts.tabs[1] = 5, opts.tabs[2] = 9;
	check("a\tb\tc\td\te\n", "a b  c   d   e");
}

/* One that does not fit fills the row, and starts the next one. */
static void a_tab_at_the_edge_is_there_twice(void **state)
{
	plain_opts(10);
	check("12345678\tx\n", "12345678", "        x");
	check("123456789\tx\n", "123456789", "        x");
	check("1234567890\tx\n", "1234567890", "        x");
	plain_opts(8);
	check("1234567\tx\n", "1234567", "x");
	plain_opts(4);
	check("\tx\n", "", "x");
	check("a\tx\n", "a", "", "x");
}

static void wide_characters_do_not_straddle_rows(void **state)
{
	plain_opts(5);
	check("\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\n", "\xe4\xb8\xad\xe6\x96\x87", "\xe4\xb8\xad");
	check("a\xe4\xb8\xad\xe6\x96\x87z\n", "a\xe4\xb8\xad\xe6\x96\x87", "z");
	plain_opts(1);
	check("\xe4\xb8\xad"
	      "a\n",
	      "", "a");
}

static void combining_characters_join(void **state)
{
	plain_opts(4);
	check("e\xcc\x81te\xcc\x81s\xcc\x83\xcc\x81\n", "e\xcc\x81te\xcc\x81s\xcc\x83\xcc\x81");
	check("abcd\xcc\x81"
	      "e\n",
	      "abcd\xcc\x81", "e");
	check("\xe4\xb8\xad\xcc\x81x\n", "\xe4\xb8\xad\xcc\x81x");
	/* nothing to join: it goes out with the next one */
	check("\xcc\x81x\n", "\xcc\x81x");
	check("\xef\xbb\xbf"
	      "abcde\n",
	      "\xef\xbb\xbf"
	      "abcd",
	      "e");
	/* no more than a cell holds */
	check("a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81"
	      "\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\n",
	      "a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81"
	      "\xcc\x81\xcc\x81");
}

static void overstrike_is_bold_and_underlined(void **state)
{
	plain_opts(20);
	check("x\bxy\n", "xy~b");
	check("_\bxy\n", "xy~u");
	check("x\b_y\n", "xy~u");
	check("_\bx\bxx\bx\b_z\n", "xxz~BB");
	check("a\ba\ba\n", "a~b");
	check("\xe4\xb8\xad\b\xe4\xb8\xad"
	      "e\xcc\x81\b"
	      "e\xcc\x81z\n",
	      "\xe4\xb8\xad"
	      "e\xcc\x81z~bbb");
	/* another character takes the place, with the looks of the old one */
	check("+\boa\ba\bz\n", "oz~ b");
	check("\xe4\xb8\xad\bxy\n", "xy");
	check("x\b\xe4\xb8\xadz\n", "\xe4\xb8\xadz");
	/* _ over _ is what was meant before in the row */
	check("_\b_\n", "_~b");
	check("_\bx_\b_\n_\b_\n", "x_~uu", "_~b");
	check("x\bx_\b_\n", "x_~bb");
}

static void backspaces_go_back(void **state)
{
	plain_opts(20);
	check("ab\b\bab!\n", "ab!~b");
	check("__\b\bab\n", "ab~u");
	check("abc\b\n", "ab");
	check("abc\bX\n", "abX");
	check("a\b\r\n", "");
	check("a\b\tb\n", "        b");
	/* not over nothing, nor over a stand-in */
	check("\bab\n", "^Hab~rr");
	check("ab\b\b\bx\n", "^Hx~rr");
	check("a\x01\bb\n", "a^A^Hb~ rrrr");
}

static void overstrike_at_the_edge_stays_in_its_row(void **state)
{
	plain_opts(5);
	check("abcde\bef\bf\n", "abcde~    b", "f~b");
	check("abcd\xe4\xb8\xad\bx\n", "abcd", "x");
	check("abcde_\bf\n", "abcde", "f~u");
}

static void control_characters_are_shown(void **state)
{
	plain_opts(20);
	check("a\0b\x01\x7f\n", "a^@b^A^?~ rr rrrr");
	check("\033[1mx\n", "ESC[1mx~rrr");
	check("a\xff\xc3\xe4\xb8z\n", "a<FF><C3><E4><B8>z~ rrrrrrrrrrrrrrrr");
	check("\xc2\x85\n", "<U+0085>~rrrrrrrr");
	/* they are not parted */
	plain_opts(5);
	check("abcd\x01x\n", "abcd", "^Ax~rr");
	check("ab\xffx\n", "ab", "<FF>x~rrrr");
	check("abcde\x01\n", "abcde", "^A~rr");
	plain_opts(3);
	check("\xff\n", "<FF~rrr");
	plain_opts(9);
	opts.charset = TL_CHARSET_ASCII;
	check("\xc3\xa9\n", "<C3><A9>~rrrrrrrr");
	opts.charset = TL_CHARSET_LATIN1;
	check("\xe9\x9b\n", "\xe9<9B>~ rrrr");
}

static void a_CR_before_the_newline_is_not_shown(void **state)
{
	plain_opts(10);
	check("ab\r\n\r\nx\ry\r\r\nz\r", "ab", "", "x^My~ rr", "z");
	check("0123456789\r\nx\n", "0123456789", "x");
	check("a\r\r\r\n\r\rb\n", "a", "^Mb~rr"); /* nor more than one */
	opts.cr = TL_BS_CONTROL;
	check("ab\r\n", "ab^M~  rr");
	opts.cr = TL_BS_PRINT; /* as less has it, though its manual says that they are sent */
	check("ab\r\nc\rd\n", "ab^M~  rr", "c^Md~ rr");
}

static void u_and_U_change_what_backspace_is(void **state)
{
	plain_opts(20);
	opts.bs = TL_BS_PRINT;
	check("a\bab\tx\n", "a\bab      x");
	check("x\bxx\bxx\bxx\bxx\bxx\bxx\bxx\bxx\bxx\bxy\n",
	      "x\bxx\bxx\bxx\bxx\bxx\bxx\bxx\bxx\bxx\bxy");
	check("ab\b\n", "ab"); /* nothing takes its place */
	/* there must be something to go back over */
	check("\b\ba\n", "^H^Ha~rrrr");
	check("\x01\ba\n", "^A^Ha~rrrr");
	opts.bs = opts.tab = TL_BS_CONTROL;
	opts.formats = true;
	check("a\bab\tc\xe2\x80\x8b\n", "a^Hab^Ic<U+200B>~ rr  rr rrrrrrrr");
	opts.tab = TL_BS_SPECIAL;
	check("a\bab\tc\n", "a^Hab   c~ rr");
	opts.bs = TL_BS_SPECIAL;
	opts.tab = TL_BS_CONTROL;
	check("a\bab\tc\n", "ab^Ic~b rr");
}

/* Nothing is overstruck behind an escape sequence. */
static void a_sequence_is_not_gone_back_over(void **state)
{
	plain_opts(20);
	opts.raw = TL_RAW_SGR;
	check("a\033[m\bb\n", "a^Hb~ rr");
	check("\033[ma\ba\n", "a~b");
}

static void underlined_words_wrap(void **state)
{
	plain_opts(6);
	opts.wordwrap = true;
	check("_\ba_\bb_\b _\bc_\bd_\be_\bf_\bg\n", "ab ~uuu", "cdefg~uuuuu");
}

static void R_lets_SGR_act(void **state)
{
	plain_opts(10);
	opts.raw = TL_RAW_SGR;
	check("a\033[1mb\033[31mc\033[md\n", "abcd~ ss");
	check("\033[1mab\nc\033[m\n", "ab~ss", "c"); /* a line's end is the end of it */
	check("a\033[2Kb\033Mc\033(Bd\n", "abcd");
	check("a\033]8;;http://x\033\\bc\033]8;;\033\\d\n", "abcd~ uu");
	check("a\033]0;title\ab\n", "ab");
	check("a\033[1\x01"
	      "b\n",
	      "ab");
	check("a\033\n", "a");
	check("a\033[1\n", "a");
	/* it goes on in the next row */
	check("01234\033[1m56789abc\033[md\n", "0123456789~     sssss", "abcd~sss");
	check("0123456789\033[1ma\n", "0123456789", "a~s");
	/* over overstrike */
	check("\033[31ma\ba_\bb\033[m\n", "ab~bu");
}

static void r_sends_everything(void **state)
{
	plain_opts(10);
	opts.raw = TL_RAW_ALL;
	check("a\x01"
	      "b\033Mc\n",
	      "a\x01"
	      "b\033Mc");
	check("a\033[1mb\033[mc\n", "abc~ s");
	check("a\ba\n", "a~b"); /* only -u lets backspaces through */
	check("\xc2\x85\n", "\xc2\x85");
	check("\xff\n", "<FF>~rrrr"); /* not UTF-8 at all */
}

static void some_characters_are_not_there(void **state)
{
	plain_opts(4);
	check("ab\xc2\xad\xef\xb8\x8f"
	      "cd\xe2\x80\x8d\n",
	      "abcd");
	check("abc\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd\n", "abc", "\xf0\x9f\x91\x8d");
	plain_opts(9);
	opts.formats = true;
	check("a\xef\xb8\x8f\n", "a<U+FE0F>~ rrrrrrrr");
}

/* Lam and alef are one, as are the letters of a Hangul syllable. */
static void letters_join(void **state)
{
	plain_opts(3);
	check("\xd9\x84\xd8\xa7xyz\n", "\xd9\x84\xd8\xa7xy", "z");
	check("\xd9\x85\xd8\xa7xyz\n", "\xd9\x85\xd8\xa7x", "yz");
	check("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xabxy\n", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xabx",
	      "y");
}

static void words_wrap(void **state)
{
	plain_opts(10);
	opts.wordwrap = true;
	check("the quick brown fox\n", "the quick", "brown fox");
	check("0123456789abc de\n", "0123456789", "abc de");
	check("aaa 0123456789abc\n", "aaa", "0123456789", "abc");
	/* blanks that do not fit vanish */
	check("0123456789   \nx\n", "0123456789", "x");
	check("01234 6789   abc\n", "01234 6789", "abc");
	check("01234567\t\tx\n", "01234567", "x");
	check("   0123456789\n", "   0123456", "789"); /* blanks alone are no row */
	/* the word takes its looks along, and leaves no trace */
	check("aa b\bbcdefghi j\n", "aa", "bcdefghi j~b");
	check("aa x_\bb_\bc_\bd_\be_\bf_\bg_\bh\n", "aa", "xbcdefgh~ uuuuuuu");
	opts.raw = TL_RAW_SGR;
	check("aaaa \033[1mbb\033[mccccc\n", "aaaa", "bbccccc~ss");
}

static void in_chop_mode_a_row_may_begin_at_the_origin(void **state)
{
	struct paper p;
	const char *text = "0123456789abcdefgh\nnext\n";

	open_text(&p, text, strlen(text));
	p.lay.opts.cols = 5;
	p.lay.opts.chop = true;
	for (uint64_t pos = 0; pos < 18; pos++) {
		tl_layout_set_origin(&p.lay, TL_NOPOS);
		assert_int_equal(tl_layout_row(&p.lay, pos, &p.row), TL_FOUND);
		assert_int_equal(p.row.pos, 0);
		tl_layout_set_origin(&p.lay, pos);
		assert_int_equal(tl_layout_row(&p.lay, pos, &p.row), TL_FOUND);
		assert_int_equal(p.row.pos, pos);
		assert_int_equal(p.row.next, 19);
		assert_true(p.row.ends_line);
		assert_int_equal(p.row.cells[0].text[0], text[pos]);
		assert_int_equal(tl_layout_draw(&p.lay, pos, &p.row), TL_FOUND);
		assert_int_equal(p.row.cells[0].text[0], text[pos]);
	}
	close_paper(&p);
}

static void cells_know_their_bytes(void **state)
{
	struct paper p;
	const char *text = "a\xe4\xb8\xad\tx\bxz\xff\n";
	/* a, two columns, a tab up to 8, x over x, z, <FF> */
	static const uint32_t want[] = { 0, 1, 1, 4, 4, 4, 4, 4, 5, 8, 9, 9, 9, 9, UINT32_MAX };

	open_text(&p, text, strlen(text));
	assert_int_equal(tl_layout_row(&p.lay, 0, &p.row), TL_FOUND);
	assert_int_equal(p.row.ncells, 14);
	assert_int_equal(p.row.width, 14);
	assert_memory_equal(p.row.offs, want, sizeof(want));
	close_paper(&p);
}

static void the_end_is_no_row(void **state)
{
	struct paper p;
	uint64_t pos;

	open_text(&p, "ab\ncd", 5);
	assert_int_equal(tl_layout_row(&p.lay, 5, &p.row), TL_NONE);
	assert_int_equal(tl_layout_row(&p.lay, 3, &p.row), TL_FOUND);
	assert_true(p.row.ends_line);
	assert_false(p.row.pending);
	assert_int_equal(p.row.next, 5);
	assert_int_equal(tl_layout_prev(&p.lay, 0, &pos), TL_NONE);
	close_paper(&p);
	open_text(&p, "", 0);
	assert_int_equal(tl_layout_row(&p.lay, 0, &p.row), TL_NONE);
	assert_int_equal(tl_layout_prev(&p.lay, 0, &pos), TL_NONE);
	close_paper(&p);
}

static void a_line_that_still_comes_is_pending(void **state)
{
	struct fake f;
	struct tl_source *src;
	struct paper p;

	fake_init(&f, (const uint8_t *)"one\ntwo and more\n");
	f.nchunks = 2;
	f.complete = false;
	f.ends[0] = 4;
	f.ends[1] = 7;
	assert_true(tl_source_new(&fake_ops, &f, &src, NULL));
	open_source(&p, src);
	assert_int_equal(tl_layout_row(&p.lay, 0, &p.row), TL_FOUND);
	assert_false(p.row.pending);
	assert_int_equal(tl_layout_row(&p.lay, p.row.next, &p.row), TL_FOUND);
	assert_true(p.row.pending);
	assert_int_equal(p.row.ncells, 3);
	assert_int_equal(tl_layout_row(&p.lay, p.row.next, &p.row), TL_PENDING);
	f.ends[1] = 17;
	f.complete = true;
	tl_layout_reset(&p.lay);
	tl_source_drop_cache(src);
	assert_int_equal(tl_layout_row(&p.lay, (uint64_t)1 << FAKE_SHIFT, &p.row), TL_FOUND);
	assert_false(p.row.pending);
	assert_int_equal(p.row.ncells, 12);
	close_paper(&p);
}

static void what_cannot_be_read_fails(void **state)
{
	struct fake f;
	struct tl_source *src;
	struct paper p;
	uint64_t pos, second = (uint64_t)1 << FAKE_SHIFT;

	fake_init(&f, (const uint8_t *)"one\ntwo\n");
	f.nchunks = 2;
	f.ends[0] = 4;
	f.ends[1] = 8;
	f.failing = 1;
	assert_true(tl_source_new(&fake_ops, &f, &src, NULL));
	open_source(&p, src);
	assert_int_equal(tl_layout_row(&p.lay, second, &p.row), TL_FAILED);
	assert_string_equal(p.lay.cur.err.msg, "chunk 1 is broken");
	assert_int_equal(tl_layout_row_start(&p.lay, second, &pos), TL_FAILED);
	assert_int_equal(tl_layout_row(&p.lay, 0, &p.row), TL_FOUND);
	close_paper(&p);
}

static void widths_are_those_of_one_row(void **state)
{
	struct paper p;
	const char *text = "a\tb\xe4\xb8\xad\n\n\x01\bx\bx\n";
	uint64_t cols;

	open_text(&p, text, strlen(text));
	p.lay.opts.cols = 3;
	assert_int_equal(tl_layout_width(&p.lay, 0, &cols), TL_FOUND);
	assert_int_equal(cols, 11);
	assert_int_equal(tl_layout_width(&p.lay, 7, &cols), TL_FOUND);
	assert_int_equal(cols, 0);
	assert_int_equal(tl_layout_width(&p.lay, 8, &cols), TL_FOUND);
	assert_int_equal(cols, 5);
	assert_int_equal(p.lay.opts.cols, 3);
	assert_int_equal(tl_layout_width(&p.lay, strlen(text), &cols), TL_NONE);
	close_paper(&p);
}

static void blank_runs_have_ends(void **state)
{
	struct paper p;
	const char *text = "\n\r\na\n\n\n\r\n\nb\n\r\rc\n\n";
	uint64_t pos;

	open_text(&p, text, strlen(text));
	assert_true(tl_layout_is_blank(&p.lay, 0));
	assert_true(tl_layout_is_blank(&p.lay, 1));
	assert_false(tl_layout_is_blank(&p.lay, 3));
	assert_false(tl_layout_is_blank(&p.lay, 12));
	assert_int_equal(tl_layout_blank_end(&p.lay, 0, &pos), TL_FOUND);
	assert_int_equal(pos, 3);
	for (uint64_t at = 5; at < 10; at += at == 7 ? 2 : 1) {
		assert_int_equal(tl_layout_blank_end(&p.lay, at, &pos), TL_FOUND);
		assert_int_equal(pos, 10);
		assert_int_equal(tl_layout_blank_start(&p.lay, at, &pos), TL_FOUND);
		assert_int_equal(pos, 5);
	}
	assert_int_equal(tl_layout_blank_start(&p.lay, 1, &pos), TL_FOUND);
	assert_int_equal(pos, 0);
	assert_int_equal(tl_layout_blank_end(&p.lay, strlen(text) - 1, &pos), TL_FOUND);
	assert_int_equal(pos, strlen(text));
	close_paper(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_wrap),
		cmocka_unit_test(lines_are_chopped),
		cmocka_unit_test(lines_are_shifted),
		cmocka_unit_test(tabs_stop),
		cmocka_unit_test(a_tab_at_the_edge_is_there_twice),
		cmocka_unit_test(wide_characters_do_not_straddle_rows),
		cmocka_unit_test(combining_characters_join),
		cmocka_unit_test(overstrike_is_bold_and_underlined),
		cmocka_unit_test(backspaces_go_back),
		cmocka_unit_test(overstrike_at_the_edge_stays_in_its_row),
		cmocka_unit_test(control_characters_are_shown),
		cmocka_unit_test(a_CR_before_the_newline_is_not_shown),
		cmocka_unit_test(u_and_U_change_what_backspace_is),
		cmocka_unit_test(a_sequence_is_not_gone_back_over),
		cmocka_unit_test(underlined_words_wrap),
		cmocka_unit_test(R_lets_SGR_act),
		cmocka_unit_test(r_sends_everything),
		cmocka_unit_test(some_characters_are_not_there),
		cmocka_unit_test(letters_join),
		cmocka_unit_test(words_wrap),
		cmocka_unit_test(in_chop_mode_a_row_may_begin_at_the_origin),
		cmocka_unit_test(cells_know_their_bytes),
		cmocka_unit_test(the_end_is_no_row),
		cmocka_unit_test(a_line_that_still_comes_is_pending),
		cmocka_unit_test(what_cannot_be_read_fails),
		cmocka_unit_test(widths_are_those_of_one_row),
		cmocka_unit_test(blank_runs_have_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
