/* test_prompt.c: less's prompt language, and the prompts that people set. */
#include "pager/prompt.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* What the pager would know. */
struct known {
	const char *states;  /* letters of ?x that are true */
	const char *unknown; /* letters of numbers that nobody knows */
	const char *pending; /* and of those that will be known later */
	const char *name, *next;
};

/* 100 and more for a number, by its letter, and by the line it is asked for. */
static bool number(void *arg, char what, enum tl_prompt_line line, uint64_t *n, bool *pending)
{
	static const char letters[] = "bBcdDilLmpPsCQW";
	const struct known *k = arg;

	assert_non_null(strchr(letters, what));
	*pending = k->pending && strchr(k->pending, what);
	*n = 100 + 10 * (uint64_t)(strchr(letters, what) - letters) + line;
	return !*pending && !(k->unknown && strchr(k->unknown, what));
}

static const char *text(void *arg, char what)
{
	const struct known *k = arg;

	switch (what) {
	case 'x':
		return k->next;
	case 'T':
		return "file";
	case 'E':
		return "vi";
	case 'k':
		return "+1.5ms";
	case 'w':
		return "12.5";
	case 'q':
		return "cpu 3";
	case 'S':
		return "5 of 100";
	case 'v':
		return "2 gaps";
	default:
		return k->name;
	}
}

static bool is_state(void *arg, char what)
{
	const struct known *k = arg;

	return k->states && strchr(k->states, what);
}

static void check(const char *proto, const struct known *known, const char *expected)
{
	struct known copy = *known;
	struct tl_prompt_facts facts = { &copy, number, text, is_state };
	struct tl_buf out = TL_BUF_INIT;
	bool pending;

	tl_prompt_format(proto, &facts, &out, &pending);
	assert_string_equal(tl_buf_str(&out), expected);
	assert_int_equal(pending, strchr(expected, '?') && known->pending);
	tl_buf_fini(&out);
}

static const struct known plain = { .name = "a.txt", .states = "f" };

static void test_text(void **state)
{
	check("", &plain, "");
	check("abc", &plain, "abc");
	check("a\\.b\\:c\\?d\\%e\\\\f", &plain, "a.b:c?d%e\\f");
	check("\\a", &plain, "a");
	check("Grüße", &plain, "Grüße");
}

static void test_numbers(void **state)
{
	check("%b %B %c %d %D %i", &plain, "100 110 120 130 140 150");
	check("%l %L %m %p %P %s", &plain, "160 170 180 190 200 210");
	check("%bt %bm %bb %bB %bj", &plain, "100 101 102 103 104");
	check("%dt %dm %db %dB %dj", &plain, "130 131 132 133 134");
	check("%lt %lm %lb %lB %lj", &plain, "160 161 162 163 164");
	check("%pt %pm %pb %pB %pj", &plain, "190 191 192 193 194");
	check("%C %Q %W ?QY:N.", &plain, "220 230 240 N");
	check("%w%k%q%S%v|%n%y", &plain, "|?"); /* not less's, and there are none */
	check("%Pt %Pm %Pb %PB %Pj", &plain, "200 201 202 203 204");
	check("%st %Lb %ib", &plain, "210t 170b 150b"); /* these are about no line */
	check("%lq", &plain, "160q");
}

static void test_texts(void **state)
{
	const struct known two = { .name = "dir/a", .next = "b" };

	check("%f %F %g %E %T %x %y%%", &two, "dir/a dir/a dir/a vi file b b%");
	check("%x", &plain, "?");
	check("[%%%z%o]", &plain, "[%]"); /* no such facts */
}

static void test_what_is_not_known(void **state)
{
	const struct known pipe = { .unknown = "BsLDpP" };
	const struct known counting = { .pending = "lLdDP" };

	check("%B %s %L %D %p %P %b", &pipe, "? ? ? ? ? ? 100");
	check("%lt/%L", &counting, "?/?");
	check("%b", &counting, "100");
}

static void test_trailing_blanks(void **state)
{
	struct tl_prompt_facts facts = { (void *)&plain, number, text, is_state };
	struct tl_buf out = TL_BUF_INIT;
	bool pending;

	check("a   %t|", &plain, "a|");
	check("   %t", &plain, "");
	tl_buf_puts(&out, "& "); /* what stands before the prompt is none of its business */
	tl_prompt_format("  %t?ano.", &facts, &out, &pending);
	assert_string_equal(tl_buf_str(&out), "& ");
	tl_buf_fini(&out);
}

static void test_conditions(void **state)
{
	const struct known all = { .states = "cefgmnx" }, none = { .unknown = "bBdDlLpPs" };
	const struct known counting = { .pending = "lL" };
	static const char letters[] = "cefgmnxbBdDlLpPs";

	for (size_t i = 0; i < sizeof(letters) - 1; i++) {
		char proto[] = "?.yes:no.";

		proto[1] = letters[i];
		memmove(proto + 2, "yes:no.", 8);
		check(proto, &all, "yes");
		check(proto, &none, "no");
	}
	check("?ltyes:no.", &all, "yes"); /* the letter of the line is not text */
	check("?pBB.", &all, "B");
	check("?zyes:no.", &all, "no");
	check("?lyes:no.", &counting, "yes"); /* it will be there */
}

static void test_anything_so_far(void **state)
{
	check("?ayes:no.", &plain, "no");
	check("x?ayes:no.", &plain, "xyes");
	check("?ex.?a, ..y", &plain, "y");
	check("?fx.?a, .y", &plain, "x, y");
}

static void test_nesting(void **state)
{
	const struct known many = { .states = "fm", .name = "n", .next = "x" };
	const struct known last = { .states = "e", .name = "n" };

	check("?f?m%f many:%f one.:none.", &many, "n many");
	check("?f?m%f many:%f one.:none.", &plain, "a.txt one");
	check("?f?m%f many:%f one.:none.", &last, "none");
	check("?x?m1:2.:?e3:4..", &many, "4");
	check("?x?m1:2.:?e3:4..", &last, "3");
	check("?e?e?e?e1....2", &last, "12");
	check("?f?f?f?f1....2", &last, "2");
	check("?e\\.\\:a:b.", &last, ".:a"); /* escaped, also where it is skipped */
	check("?f\\.\\:a:b.", &last, "b");
	check("?f?e.\\?:b.", &last, "b");
}

/* As less has it: a : skips to the end, a . is nothing, and what is cut short ends there. */
static void test_malformed(void **state)
{
	check("foo: bar", &plain, "foo");
	check("foo. bar", &plain, "foo bar");
	check("foo: bar. baz", &plain, "foo baz");
	check("abc?", &plain, "abc");
	check("abc%", &plain, "abc");
	check("abc\\", &plain, "abc");
	check("a?e1", &plain, "a");
	check("a?f1", &plain, "a1");
	check("?f", &plain, "");
	check("?e\\", &plain, "");
	check("%b?", &plain, "100");
}

static void test_the_prompt_of_man(void **state)
{
	const char *proto = " Manual page ls(1) ?ltline %lt?L/%L.:byte %bB?s/%s..?e (END):?pB "
			    "%pB\\%.. (press h for help or q to quit)";
	const struct known pipe = { .unknown = "LBspP" }, end = { .states = "e" };
	const struct known without = { .unknown = "lL" };

	check(proto, &pipe, " Manual page ls(1) line 160 (press h for help or q to quit)");
	check(proto, &end, " Manual page ls(1) line 160/170 (END) (press h for help or q to quit)");
	check(proto, &without,
	      " Manual page ls(1) byte 103/210 193% (press h for help or q to quit)");
}

static void test_the_built_in_prompts(void **state)
{
	const struct known first = { .states = "fnmx", .name = "a", .next = "b" };
	const struct known middle = { .states = "fmx", .name = "a", .next = "b" };
	const struct known end = { .states = "fe", .name = "a" };
	const struct known pipe = { .unknown = "LBsp" };
	const struct known recording = { .states = "fwkqSv", .name = "a", .unknown = "Bbs" };
	const struct known timed = { .states = "ewSf", .name = "a" };
	const struct known without = { .states = "f", .name = "a", .unknown = "lLp" };
	struct tl_options o;

	tl_options_init(&o);
	check(tl_prompt_proto(&o, TL_PROMPT_SHORT, TL_PROMPT_OF_TEXT), &first,
	      "a (file 150 of 180)");
	check(tl_prompt_proto(&o, TL_PROMPT_SHORT, TL_PROMPT_OF_TEXT), &middle, "");
	check(tl_prompt_proto(&o, TL_PROMPT_SHORT, TL_PROMPT_OF_TEXT), &end, "(END)");
	check(tl_prompt_proto(&o, TL_PROMPT_MEDIUM, TL_PROMPT_OF_TEXT), &middle, "193%");
	check(tl_prompt_proto(&o, TL_PROMPT_MEDIUM, TL_PROMPT_OF_TEXT), &pipe, "byte 103");
	check(tl_prompt_proto(&o, TL_PROMPT_LONG, TL_PROMPT_OF_TEXT), &first,
	      "a (file 150 of 180) lines 160-162/170 193%");
	check(tl_prompt_proto(&o, TL_PROMPT_LONG, TL_PROMPT_OF_TEXT), &end,
	      "a lines 160-162/170 (END)");
	check(tl_prompt_proto(&o, TL_PROMPT_LONG, TL_PROMPT_OF_TEXT), &pipe, "lines 160-162");
	check(tl_prompt_proto(&o, TL_PROMPT_LONG, TL_PROMPT_OF_TEXT), &without, "a byte 103/210");
	check(tl_prompt_proto(&o, TL_PROMPT_EQUALS, TL_PROMPT_OF_TEXT), &middle,
	      "a (file 150 of 180) lines 160-162/170 byte 103/210 193%");
	check(tl_prompt_proto(&o, TL_PROMPT_HELP, TL_PROMPT_OF_TEXT), &end,
	      "HELP -- END -- Press g to see it again, or q when done");
	check(tl_prompt_proto(&o, TL_PROMPT_LONG, TL_PROMPT_OF_RECORDING), &recording,
	      "a lines 160-162/170 2 gaps 193%");
	check(tl_prompt_proto(&o, TL_PROMPT_EQUALS, TL_PROMPT_OF_RECORDING), &recording,
	      "a lines 160-162/170 time 12.5 mark +1.5ms cpu 3 slice 5 of 100 2 gaps 193%");
	check(tl_prompt_proto(&o, TL_PROMPT_EQUALS, TL_PROMPT_OF_RECORDING), &without, "a");
	check(tl_prompt_proto(&o, TL_PROMPT_SHORT, TL_PROMPT_OF_RECORDING), &end, "(END)");
	check(tl_prompt_proto(&o, TL_PROMPT_EQUALS, TL_PROMPT_OF_TIMES), &timed,
	      "a lines 160-162/170 byte 103/210 (END) time 12.5 slice 5 of 100");
	check(tl_prompt_proto(&o, TL_PROMPT_EQUALS, TL_PROMPT_OF_TIMES), &without,
	      "a byte 103/210");
	check(tl_prompt_proto(&o, TL_PROMPT_LONG, TL_PROMPT_OF_TIMES), &timed,
	      "a lines 160-162/170 (END)");
	check("%w|%k|%q|%S|%v", &recording, "12.5|+1.5ms|cpu 3|5 of 100|2 gaps");
	o.prompt[TL_PROMPT_SHORT] = strdup("own");
	assert_string_equal(tl_prompt_proto(&o, TL_PROMPT_SHORT, TL_PROMPT_OF_RECORDING), "own");
	assert_string_equal(tl_prompt_proto(&o, TL_PROMPT_SHORT, TL_PROMPT_OF_TEXT), "own");
	tl_options_fini(&o);
}

static void test_deep_and_long_prompts(void **state)
{
	const struct known end = { .states = "e", .name = "name" };
	struct tl_prompt_facts facts = { (void *)&end, number, text, is_state };
	struct tl_buf proto = TL_BUF_INIT, out = TL_BUF_INIT;
	bool pending;

	for (int i = 0; i < 1000000; i++)
		tl_buf_puts(&proto, "?e?f:");
	tl_prompt_format(tl_buf_str(&proto), &facts, &out, &pending);
	assert_int_equal(out.len, 0);
	proto.len = 0;
	for (int i = 0; i < 1000000; i++)
		tl_buf_puts(&proto, "%f");
	tl_prompt_format(tl_buf_str(&proto), &facts, &out, &pending);
	assert_in_range(out.len, 1000, 100000); /* no terminal is so wide */
	tl_buf_fini(&proto);
	tl_buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_what_is_not_known),
		cmocka_unit_test(test_trailing_blanks),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_anything_so_far),
		cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_the_prompt_of_man),
		cmocka_unit_test(test_the_built_in_prompts),
		cmocka_unit_test(test_deep_and_long_prompts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
