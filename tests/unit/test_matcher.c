/*
 * test_matcher.c: the engines against the oracle, line by line, over random patterns
 * and texts, forward and backward; and the promises of matcher.h one by one.
 */
#include "tests/unit/oracle.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>

static struct tl_scratch *scratch;

static int setup(void **state)
{
	return tl_scratch_new(&scratch, NULL) ? 0 : -1;
}

static int teardown(void **state)
{
	tl_scratch_free(scratch);
	return 0;
}

static struct tl_span span(const char *s)
{
	return (struct tl_span){ (const uint8_t *)s, strlen(s) };
}

static struct tl_matcher *compile(const char *pattern, unsigned flags)
{
	struct tl_matcher *m;
	struct tl_err err = TL_ERR_INIT;

	if (!tl_matcher_new(pattern, strlen(pattern), flags, &m, &err))
		fail_msg("%s: %s", pattern, err.msg);
	return m;
}

static bool piece_matches(const struct tl_matcher *m, const char *piece, bool begins, bool ends)
{
	size_t start, end;

	return tl_matcher_open_piece(m, scratch, span(piece), begins, ends) &&
	       tl_matcher_in_piece(m, scratch, 0, true, &start, &end);
}

static bool line_matches(const char *pattern, unsigned flags, const char *line)
{
	struct tl_matcher *m = compile(pattern, flags);
	bool found = tl_matcher_line(m, scratch, span(line));

	tl_matcher_free(m);
	return found;
}

/* ---- one promise each */

static void check_engine(const char *pattern, unsigned flags, const char *engine)
{
	struct tl_matcher *m = compile(pattern, flags);

	if (strncmp(tl_matcher_engine(m), engine, strlen(engine)) != 0)
		fail_msg("%s runs on %s, not %s", pattern, tl_matcher_engine(m), engine);
	tl_matcher_free(m);
}

static void test_engines(void **state)
{
	check_engine("needle", 0, "literal ");
	check_engine("needle\\.c", TL_MATCH_UTF8, "literal ");
	check_engine("a.*b", TL_MATCH_LITERAL, "literal ");
	check_engine("needle", TL_MATCH_ICASE, "literal-icase ");
	check_engine("needle", TL_MATCH_ICASE | TL_MATCH_UTF8, "literal-icase ");
	check_engine("\xc3\xa9", TL_MATCH_UTF8, "literal ");
	check_engine("\xc3\xa9", TL_MATCH_ICASE | TL_MATCH_UTF8, "jit");
	check_engine("\xc3\xa9", TL_MATCH_ICASE | TL_MATCH_UTF8 | TL_MATCH_LITERAL, "jit");
	check_engine("needle_[0-9]+x", TL_MATCH_UTF8, "jit+literal");
	check_engine("[0-9]+", TL_MATCH_UTF8, "jit");
	check_engine("", 0, "all");
}

/* What parentheses must have matched, in one of a line's matches. */
static void test_groups(void **state)
{
	static const struct {
		const char *pattern;
		unsigned flags;
		const char *line;
		bool matches;
	} t[] = {
		{ "(abc)|(def)", TL_MATCH_SUB(1), "xabcx", true },
		{ "(abc)|(def)", TL_MATCH_SUB(1), "def", false },
		{ "(abc)|(def)", TL_MATCH_SUB(1), "def abc", true },
		{ "(abc)|(def)", TL_MATCH_SUB(2), "abc def", true },
		{ "(abc)|(def)", TL_MATCH_SUB(1) | TL_MATCH_SUB(2), "abc def", false },
		{ "(abc).*(def)", TL_MATCH_SUB(1) | TL_MATCH_SUB(2), "abc def", true },
		{ "a(b*)", TL_MATCH_SUB(1), "a", false },
		{ "a(b*)", TL_MATCH_SUB(1), "a ab", true },
		{ "abc", TL_MATCH_SUB(1), "abc", false },
		{ "(a)(b)(c)(d)(e)(f)", TL_MATCH_SUB(5), "abcdef", true },
		{ "(a)", TL_MATCH_SUB(5), "a", false },
		{ "(abc)|(def)", TL_MATCH_SUB(1) | TL_MATCH_INVERT, "def", true },
		{ "(ä)|(b)", TL_MATCH_SUB(2) | TL_MATCH_UTF8, "ä\xff b", true },
		{ "(a)", TL_MATCH_SUB(1) | TL_MATCH_OVERSTRIKE, "a\ba", true },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct tl_matcher *m = compile(t[i].pattern, t[i].flags);
		struct tl_span run = span(t[i].line);
		size_t start, end;

		assert_int_equal(tl_matcher_line(m, scratch, run), t[i].matches);
		assert_int_equal(tl_matcher_next_line(m, scratch, run, 0, &start, &end),
				 t[i].matches);
		assert_int_equal(tl_matcher_prev_line(m, scratch, run, run.len, &start, &end),
				 t[i].matches);
		tl_matcher_free(m);
	}
}

static void test_bad_pattern(void **state)
{
	struct tl_matcher *m;
	struct tl_err err = TL_ERR_INIT;

	assert_false(tl_matcher_new("a(b", 3, 0, &m, &err));
	assert_string_equal(err.msg, "missing closing parenthesis");
	assert_false(tl_matcher_new("\xff+", 2, TL_MATCH_UTF8, &m, &err));
	assert_true(err.msg[0] != '\0');
}

static void test_lines_are_the_world(void **state)
{
	struct tl_matcher *m = compile("b\\s*c|^x$", 0);
	struct tl_span run = span("ab\nc\nxx\nx\nbc");
	size_t start, end;

	assert_true(tl_matcher_next_line(m, scratch, run, 0, &start, &end));
	assert_int_equal(start, 8);
	assert_int_equal(end, 10);
	assert_true(tl_matcher_next_line(m, scratch, run, 10, &start, &end));
	assert_int_equal(start, 10);
	assert_int_equal(end, 12);
	assert_false(tl_matcher_next_line(m, scratch, run, 12, &start, &end));
	assert_true(tl_matcher_prev_line(m, scratch, run, 10, &start, &end));
	assert_int_equal(start, 8);
	assert_false(tl_matcher_prev_line(m, scratch, run, 8, &start, &end));
	tl_matcher_free(m);
}

static void test_a_literal_newline_matches_nothing(void **state)
{
	struct tl_matcher *m;
	size_t start, end;

	assert_true(tl_matcher_new("b\nc", 3, TL_MATCH_LITERAL, &m, NULL));
	assert_false(tl_matcher_next_line(m, scratch, span("ab\ncd\n"), 0, &start, &end));
	tl_matcher_free(m);
}

static void test_invert(void **state)
{
	struct tl_matcher *m = compile("a", TL_MATCH_INVERT);
	size_t start, end;

	assert_true(tl_matcher_next_line(m, scratch, span("a\nb\na\n"), 0, &start, &end));
	assert_int_equal(start, 2);
	assert_true(tl_matcher_in_line(m, scratch, span("ba"), 0, &start, &end));
	assert_int_equal(start, 1); /* ignored here */
	tl_matcher_free(m);
}

static size_t skip_three(const struct tl_skip *skip, struct tl_span line)
{
	return line.len < skip->cols ? line.len : skip->cols;
}

static void test_the_beginning_of_lines_can_be_left_out(void **state)
{
	struct tl_skip skip = { skip_three, 3, 0 };
	struct tl_matcher *m = compile("^a", 0), *literal = compile("a", 0);
	struct tl_span run = span("abc\na\nxyzb\nxyzaa\nabca\nyyyy\n");
	size_t start, end;

	tl_matcher_set_skip(m, &skip);
	tl_matcher_set_skip(literal, &skip);
	assert_true(tl_matcher_next_line(m, scratch, run, 0, &start, &end));
	assert_int_equal(start, 11);
	assert_true(tl_matcher_prev_line(literal, scratch, run, run.len, &start, &end));
	assert_int_equal(start, 17);
	assert_true(tl_matcher_in_line(literal, scratch, span("aaaxa"), 0, &start, &end));
	assert_int_equal(start, 4);
	assert_int_equal(end, 5);
	assert_false(tl_matcher_in_line(literal, scratch, span("aaaxa"), 5, &start, &end));
	assert_false(tl_matcher_line(m, scratch, span("aaa")));
	tl_matcher_free(m);
	tl_matcher_free(literal);
}

static void test_match_in_a_converted_line(void **state)
{
	unsigned flags = TL_MATCH_STRIP_ESCAPES | TL_MATCH_OVERSTRIKE | TL_MATCH_CRLF;
	struct tl_matcher *m = compile("bar$", flags);
	struct tl_span line = span("fo\033[1mo b\bb\033[0mar\r");
	size_t start, end;

	assert_true(tl_matcher_in_line(m, scratch, line, 0, &start, &end));
	assert_int_equal(start, 8);
	assert_int_equal(end, 17);
	assert_false(tl_matcher_in_line(m, scratch, line, 9, &start, &end));
	tl_matcher_free(m);
	assert_false(line_matches("bar$", 0, "bar\r"));
	assert_true(line_matches("1m", 0, "\033[1mx"));
	assert_false(line_matches("1m", flags, "\033[1mx"));
}

static void test_from_keeps_what_is_before(void **state)
{
	struct tl_matcher *m = compile("^a|(?<=b)c", 0);
	size_t start, end;

	assert_true(tl_matcher_in_line(m, scratch, span("aabc"), 1, &start, &end));
	assert_int_equal(start, 3);
	assert_false(tl_matcher_in_line(m, scratch, span("abc"), 3, &start, &end));
	assert_false(tl_matcher_in_line(m, scratch, span("abc"), 4, &start, &end));
	tl_matcher_free(m);
}

static void test_utf8(void **state)
{
	assert_true(line_matches("^.$", TL_MATCH_UTF8, "\xc3\xa9"));
	assert_false(line_matches("^.$", 0, "\xc3\xa9"));
	assert_true(line_matches("\xc3\x89", TL_MATCH_UTF8 | TL_MATCH_ICASE, "\xc3\xa9"));
	assert_false(line_matches("a.b", TL_MATCH_UTF8,
				  "a\xff"
				  "b"));
	assert_true(line_matches("ab", TL_MATCH_UTF8,
				 "\xff"
				 "ab"));
	assert_true(line_matches("[^x]b", TL_MATCH_UTF8,
				 "\xff\xc3\xa9"
				 "b"));
}

static void test_pieces(void **state)
{
	struct tl_matcher *m = compile("^ab$", 0);

	assert_true(piece_matches(m, "ab", true, true));
	assert_false(piece_matches(m, "ab", false, true));
	assert_false(piece_matches(m, "ab", true, false));
	tl_matcher_free(m);
	m = compile("ab", TL_MATCH_INVERT);
	assert_true(piece_matches(m, "ab", false, false));
	assert_true(tl_matcher_overlap(m) >= 1);
	tl_matcher_free(m);
}

/* Would take longer than the age of the universe: ends, and counts as no match. */
static void test_catastrophic_patterns_end(void **state)
{
	struct tl_matcher *m = compile("(x+x+)+y|zq", 0);
	struct tl_span run = span("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nzq\n");
	size_t start, end;

	assert_true(tl_matcher_next_line(m, scratch, run, 0, &start, &end));
	assert_int_equal(start, 49);
	tl_matcher_free(m);
}

static void test_stop(void **state)
{
	static const char *const patterns[] = { "a", "[ab]", "(?=a)a", "ab?a*" };
	atomic_bool stop = true;
	size_t start, end;

	for (size_t i = 0; i < 4; i++) {
		struct tl_matcher *m = compile(patterns[i], 0);

		tl_scratch_set_stop(scratch, &stop);
		assert_false(tl_matcher_next_line(m, scratch, span("a\n"), 0, &start, &end));
		assert_false(tl_matcher_prev_line(m, scratch, span("a\n"), 2, &start, &end));
		tl_scratch_set_stop(scratch, NULL);
		assert_true(tl_matcher_next_line(m, scratch, span("a\n"), 0, &start, &end));
		tl_matcher_free(m);
	}
}

/* ---- everything, at random, against the oracle */

static const char *const atoms[] = {
	"a",       "b",        "ab",         "x_l",    "[ab]",        "[^a]",        "[^]a]",
	"\\s",     "\\S",      "\\w",        "\\d",    "\\D",         "\\W",         ".",
	"^",       "$",        "\\b",        "\\B",    "(a|b)",       "(?:ab)+",     "a*",
	"b?",      "a+",       "a{2}",       "a{0,2}", "[[:space:]]", "[[:alpha:]]", "|",
	"\\x61",   "\xc3\xa9", "[\xc3\xa9]", "\\n",    "\\R",         "(?=a)",       "(?!b)",
	"(?<=a)",  "(a)\\1",   "(?i)a",      "a++",    "(?>a*)",      "\\.",         "[.]",
	"\\A",     "\\z",      "\\Z",        "\\K",    "\\Q.\\E",     "[a-f]",       "[\\s]",
	"[^\\s]",  "\\h",      "\\N",        "x",      "\\x{e9}",     "[^\\W]",      "[^\\x{e9}]",
	"(",       ")",        "*",          "[",      "\\",          "{",           "\r",
	"(?<q>b)",
};

static const char *const words[] = {
	"a",        "b",        "ab",   "x_l",  "\n",
	"\n",       "\r\n",     "\r",   "\t",   ".",
	"1",        " ",        "A",    "B",    "\xc3\xa9",
	"\xc3\x89", "\xff",     "\xc3", "\xa9", "\xe2\x82\xac",
	"\033[1m",  "\033[0m",  "_\b",  "\b",   "aa",
	"x",        "\xc2\xa0", "-",
};

static void random_text(struct tl_buf *out, const char *const *from, size_t n, unsigned most)
{
	out->len = 0;
	for (unsigned i = (unsigned)rand() % (most + 1); i > 0; i--)
		assert_true(tl_buf_puts(out, from[(size_t)rand() % n]));
}

static void describe(const struct tl_buf *pattern, unsigned flags, const struct tl_buf *text,
		     size_t at)
{
	print_message("pattern '%.*s' flags %#x at %zu of text '%.*s'\n", (int)pattern->len,
		      pattern->data, flags, at, (int)text->len, text->data);
}

struct line {
	size_t start, end;
};

/* Does the oracle say the match in this line is at the same place? */
static bool same_place(struct oracle *o, const struct tl_matcher *m, struct tl_span line)
{
	size_t start, end;
	int found = oracle_search(o, line);

	if (tl_matcher_in_line(m, scratch, line, 0, &start, &end) != found)
		return false;
	if (!found)
		return true;
	return start == tl_converted_start(&o->converted, o->start) &&
	       end == (o->end > o->start ? tl_converted_end(&o->converted, o->end) : start);
}

static void check_text(struct oracle *o, const struct tl_matcher *m, const struct tl_buf *pattern,
		       const struct tl_buf *text)
{
	static struct line hits[5000];
	struct tl_span run = { text->data, text->len };
	size_t n = 0, got = 0, start = 0, end = 0;

	for (size_t at = 0; at < run.len; at = end) {
		const uint8_t *nl = memchr(run.data + at, '\n', run.len - at);
		struct tl_span line = { run.data + at, run.len - at };
		int found;

		end = run.len;
		if (nl) {
			line.len = (size_t)(nl - line.data);
			end = at + line.len + 1;
		}
		found = oracle_line(o, line);
		if (found < 0)
			return;
		if (found)
			hits[n++] = (struct line){ at, end };
		if (pattern->len > 0 && !same_place(o, m, line)) {
			describe(pattern, o->flags, text, at);
			fail();
		}
	}
	for (size_t at = 0; tl_matcher_next_line(m, scratch, run, at, &start, &end); at = end) {
		if (got == n || hits[got].start != start || hits[got].end != end) {
			describe(pattern, o->flags, text, start);
			fail();
		}
		got++;
	}
	if (got != n) {
		describe(pattern, o->flags, text, hits[got].start);
		fail();
	}
	for (size_t at = run.len; tl_matcher_prev_line(m, scratch, run, at, &start, &end);
	     at = start) {
		if (got == 0 || hits[got - 1].start != start || hits[got - 1].end != end) {
			describe(pattern, o->flags, text, start);
			fail();
		}
		got--;
	}
	if (got != 0) {
		describe(pattern, o->flags, text, hits[got - 1].start);
		fail();
	}
}

static void test_against_the_oracle(void **state)
{
	struct tl_buf pattern = TL_BUF_INIT, text = TL_BUF_INIT;
	unsigned compiled = 0;

	for (int round = 0; round < 30000; round++) {
		unsigned flags = (unsigned)rand() % 128;
		struct tl_matcher *m;
		struct oracle o;

		if (rand() % 2)
			flags &= TL_MATCH_UTF8 | TL_MATCH_ICASE;
		random_text(&pattern, atoms, sizeof(atoms) / sizeof(atoms[0]), 5);
		tl_buf_str(&pattern);
		if (!oracle_init(&o, (char *)pattern.data, pattern.len, flags))
			continue;
		compiled++;
		assert_true(tl_matcher_new((char *)pattern.data, pattern.len, flags, &m, NULL));
		for (int i = 0; i < 4; i++) {
			random_text(&text, words, sizeof(words) / sizeof(words[0]),
				    i == 3 && round % 64 == 0 ? 4000 : 30);
			check_text(&o, m, &pattern, &text);
		}
		tl_matcher_free(m);
		oracle_fini(&o);
	}
	assert_true(compiled > 5000);
	tl_buf_fini(&pattern);
	tl_buf_fini(&text);
}

/* From one match to the next, whatever has to be converted, and what is no character. */
static void test_a_piece_is_searched_on(void **state)
{
	static const struct {
		const char *pattern;
		unsigned flags;
		const char *text;
		bool begins, ends;
		size_t n, start[4];
	} cases[] = {
		{ "ab", 0, "abxabab", true, true, 3, { 0, 3, 5 } },
		{ "^ab", 0, "abxab", true, true, 1, { 0 } },
		{ "^ab", 0, "abxab", false, true, 0, { 0 } },
		{ "ab$", 0, "abxab", true, false, 0, { 0 } },
		{ "a?b$", 0, "abxab", true, true, 1, { 3 } },
		{ "a+", 0, "aabaaa", true, true, 2, { 0, 3 } },
		{ "[^.]", TL_MATCH_UTF8, "\xc3\xa9.\xc3\xa9x", true, true, 3, { 0, 3, 5 } },
		{ "[^.]", TL_MATCH_UTF8, "\xa9.\xc3\xa9x\xff", true, true, 2, { 2, 4 } },
		{ "ab", TL_MATCH_STRIP_ESCAPES, "\033[ma\033[1mb.ab", true, true, 2, { 3, 10 } },
		{ "ab", TL_MATCH_OVERSTRIKE, "a\bab\bbab", true, true, 2, { 0, 6 } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tl_matcher *m = compile(cases[i].pattern, cases[i].flags);
		size_t at = 0, start, end, n = 0;

		assert_true(tl_matcher_open_piece(m, scratch, span(cases[i].text), cases[i].begins,
						  cases[i].ends));
		for (; tl_matcher_in_piece(m, scratch, at, true, &start, &end); at = end) {
			assert_in_range(n, 0, cases[i].n);
			assert_int_equal(start, cases[i].start[n++]);
			assert_true(end > start);
		}
		assert_int_equal(n, cases[i].n);
		tl_matcher_free(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_engines),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_bad_pattern),
		cmocka_unit_test(test_lines_are_the_world),
		cmocka_unit_test(test_a_literal_newline_matches_nothing),
		cmocka_unit_test(test_invert),
		cmocka_unit_test(test_the_beginning_of_lines_can_be_left_out),
		cmocka_unit_test(test_match_in_a_converted_line),
		cmocka_unit_test(test_from_keeps_what_is_before),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_catastrophic_patterns_end),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_a_piece_is_searched_on),
		cmocka_unit_test(test_against_the_oracle),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
