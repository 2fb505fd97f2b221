/*
 * :top and --folded, of made-up recordings (tests/unit/fake_decoder.h): a line is a call that takes a
 * nanosecond, of some_function, or in the second half of a millisecond of another_function by it; and of a
 * printed trace.
 */
#include "tests/pty/fakerecording.h"

#include <stdlib.h>
#include <string.h>

static double times[20000]; /* of the lines */
static size_t nlines;

static int set_up(void **state)
{
	fake_begin();
	nlines = 0;
	for (char *p = strtok((char *)tl_buf_str(&whole.out), "\n"); p && nlines < 20000;
	     p = strtok(NULL, "\n"))
		times[nlines++] = strtod(p, NULL);
	return 0;
}

static bool is_inner(double time)
{
	double ms = time * 1000;

	return ms - (double)(long)ms >= 0.5;
}

/* Lines with times from .. to, and how many of them are calls of another_function. */
static size_t count(double from, double to, size_t *inner)
{
	size_t n = 0;

	*inner = 0;
	for (size_t i = 0; i < nlines; i++) {
		if (times[i] < from - 1e-10 || times[i] >= to - 1e-10)
			continue;
		n++;
		*inner += is_inner(times[i]);
	}
	return n;
}

/* The row that shows a function, its blanks left out. */
static void check_function(struct term *t, const char *name, size_t calls, size_t self,
			   size_t total)
{
	char want[200], row[200];
	size_t len;

	snprintf(want, sizeof(want), "%zu %zu 0.%03zu ", calls, 2 * calls, self);
	for (int y = 0; y < term_rows(t); y++) {
		char *p = row;

		for (const char *s = term_row(t, y); *s && p < row + sizeof(row) - 1; s++)
			if (*s != ' ' || (p > row && p[-1] != ' '))
				*p++ = *s;
		p -= p > row && p[-1] == ' ';
		*p = '\0';
		len = strlen(row);
		if (len < strlen(name) || strcmp(row + len - strlen(name), name) != 0)
			continue;
		assert_memory_equal(row, want, strlen(want));
		snprintf(want, sizeof(want), "%% %zu.%03zu ", total / 1000, total % 1000);
		assert_non_null(strstr(row, want));
		return;
	}
	fail_msg("%s is not shown:\n%s\n%s\n%s", name, term_row(t, 0), term_row(t, 1),
		 term_row(t, 2));
}

static void a_slice_is_told(void **state)
{
	struct term *t = open_fake("--slice=1ms", "a.data");
	double from = times[0];
	size_t inner, n = count(from, from + 0.001, &inner);

	check_keys(t, ":top<Enter>");
	check_text(t, "a.data from 12345.678901234 to 12345.679901233");
	check_function(t, "some_function", n - inner, n - inner, n);
	check_function(t, "another_function", inner, inner, inner);
	check_last(t, "(END) q goes back");
	check_keys(t, "/another<Enter>");
	check_text(t, "another_function");
	check_keys(t, "q");
	check_text(t, "chunk 0 line");
	/* The slice of the line at hand. */
	check_keys(t, "@12345.681<Enter>:top<Enter>");
	n = count(from + 0.002, from + 0.003, &inner);
	check_text(t, "from 12345.680901234");
	check_function(t, "some_function", n - inner, n - inner, n);
	check_keys(t, ":top<Enter>"); /* once more: back */
	check_text(t, "12345.681");
	check_no_text(t, "functions");
}

static void all_of_it_can_be(void **state)
{
	struct term *t = open_fake("--slice=10s", "a.data");
	char text[80];

	check_keys(t, ":top<Enter>");
	snprintf(text, sizeof(text), "2 functions, %zu calls, %zu instructions", nlines,
		 2 * nlines);
	check_text(t, text);
	fixture_file(&f, "none.data", "FAKETRACE\nchunks 20\ntimes 0\n", -1);
	t = open_fake(NULL, "none.data");
	check_keys(t, ":top<Enter>");
	check_text(t, "2 functions");
	check_text(t, "INSNS (SELF)");
	check_no_text(t, " us");
}

static void counting_can_be_stopped(void **state)
{
	struct term *t;

	fixture_file(&f, "slow.data", "FAKETRACE\nchunks 4000\nlines 300\ndelay 20000\n", -1);
	t = open_fake("--slice=10s", "slow.data");
	check_that(t, term_keys(t, ":top<Enter>"));
	check_text(t, "Counting... ");
	check_that(t, term_keys(t, "^C"));
	check_idle(t);
	check_no_text(t, "functions");
	check_text(t, "chunk 0 line");
	check_keys(t, "j:topmost<Enter>"); /* a tag still */
	check_no_text(t, "functions");
}

static void stacks_are_written(void **state)
{
	size_t inner, n = count(0, 1e9, &inner);
	struct capture c;
	char want[200];

	fixture_capture(&f, (const char *const[]){ fake, "--folded=insns", "a.data", NULL }, NULL,
			&c);
	assert_int_equal(c.status, 0);
	snprintf(want, sizeof(want),
		 "fake;some_function %zu\nfake;some_function;another_function %zu\n",
		 2 * (n - inner), 2 * inner);
	assert_string_equal(tl_buf_str(&c.out), want);
	capture_fini(&c);
	fixture_lines(&f, "plain.txt", "line %d\n", 10);
	fixture_capture(&f, (const char *const[]){ fake, "--folded=ns", "plain.txt", NULL }, NULL,
			&c);
	assert_int_not_equal(c.status, 0);
	assert_int_equal(c.out.len, 0);
	capture_fini(&c);
	fixture_capture(&f, (const char *const[]){ fake, "--folded=samples", "a.data", NULL }, NULL,
			&c);
	assert_int_not_equal(c.status, 0);
	assert_string_equal(tl_buf_str(&c.err), "a.data has no samples to count\n");
	capture_fini(&c);
	fixture_capture(&f, (const char *const[]){ fake, "--folded=what", "a.data", NULL }, NULL,
			&c);
	assert_int_not_equal(c.status, 0);
	assert_int_equal(c.out.len, 0);
	capture_fini(&c);
}

/* function_graph, as trace-cmd prints it: 200 calls a millisecond of outer, half a microsecond of which are of
 * inner. */
static void make_graph(const char *name, int ncalls)
{
	struct tl_buf text = TL_BUF_INIT;

	for (int i = 0; i < ncalls; i++) {
		tl_buf_printf(&text, "  cat-17 [000] 10.%06d: funcgraph_entry: |  outer() {\n",
			      5 * i);
		tl_buf_printf(&text,
			      "  cat-17 [000] 10.%06d: funcgraph_entry: 0.500 us |    inner();\n",
			      5 * i + 1);
		tl_buf_printf(&text, "  cat-17 [000] 10.%06d: funcgraph_exit: 2.000 us |  }\n",
			      5 * i + 2);
	}
	fixture_file(&f, name, (const char *)text.data, (ssize_t)text.len);
	tl_buf_fini(&text);
}

static void printed_traces_tell_it_too(void **state)
{
	struct capture c;
	struct term *t;

	make_graph("graph.txt", 4000);
	t = open_fake("--slice=1ms", "graph.txt");
	check_keys(t, "@10.0105<Enter>:top<Enter>");
	check_text(t, "graph.txt from 10.010000 to 10.010999999");
	check_text(t, "2 functions, 400 calls, 400.000 us");
	check_text(t, "    CALLS    SELF (us)      %   TOTAL (us)      %  FUNCTION");
	check_text(t, "      200      300.000  75.0%      400.000 100.0%  outer");
	check_text(t, "      200      100.000  25.0%      100.000  25.0%  inner");
	check_keys(t, "q");
	check_text(t, "10.010500");
	fixture_capture(&f, (const char *const[]){ fake, "--folded=ns", "graph.txt", NULL }, NULL,
			&c);
	assert_int_equal(c.status, 0);
	assert_string_equal(tl_buf_str(&c.out), "cat;outer 6000000\ncat;outer;inner 2000000\n");
	capture_fini(&c);
	fixture_capture(&f,
			(const char *const[]){ fake, "--folded=ns", "--time=10.001,10.0019999",
					       "graph.txt", NULL },
			NULL, &c);
	assert_string_equal(tl_buf_str(&c.out), "cat;outer 300000\ncat;outer;inner 100000\n");
	capture_fini(&c);
	fixture_capture(&f, (const char *const[]){ fake, "--folded=insns", "graph.txt", NULL },
			NULL, &c);
	assert_int_not_equal(c.status, 0);
	assert_int_equal(c.out.len, 0);
	capture_fini(&c);
}

/* Nothing is counted that was not asked for. */
static void threads_of_a_text_are_not_chosen(void **state)
{
	static const char *const options[] = { "--tid=17", "--cpu=0", "--comm=cat" };
	struct capture c;

	make_graph("graph.txt", 10);
	for (size_t i = 0; i < 3; i++) {
		char want[100];

		fixture_capture(
		    &f, (const char *const[]){ fake, "--folded=ns", options[i], "graph.txt", NULL },
		    NULL, &c);
		assert_int_not_equal(c.status, 0);
		assert_int_equal(c.out.len, 0);
		snprintf(want, sizeof(want), "%.*s chooses from recordings only: of graph.txt, ",
			 (int)strcspn(options[i], "="), options[i]);
		assert_memory_equal(tl_buf_str(&c.err), want, strlen(want));
		capture_fini(&c);
	}
}

/* Whatever a file is called, a terminal is not told what to do. */
static void names_on_standard_error_are_clean(void **state)
{
	static const char name[] = "a\033[31m.txt";
	static const char text[] = " 0)               |  f() {\n 0)   0.250 us    |    g();\n"
				   "CPU:0 [LOST 120 EVENTS]\n 0)   0.100 us    |      k();\n";
	struct capture c;

	fixture_file(&f, name, text, (ssize_t)strlen(text));
	fixture_capture(&f, (const char *const[]){ fake, "--folded=ns", name, NULL }, NULL, &c);
	assert_int_equal(c.status, 0);
	assert_string_equal(tl_buf_str(&c.err), "a?[31m.txt: 1 gap or error; behind each a "
						"thread's stack begins anew\n");
	capture_fini(&c);
}

/* Nothing is counted of what is between the parts of a text, whatever ran before it. */
static void parts_are_counted_apart(void **state)
{
	const char *args[] = { "--slice=10s", "--time=10.001,10.001001,10.010,10.010003",
			       "graph.txt", NULL };
	struct term *t;

	make_graph("graph.txt", 4000);
	t = fixture_run(&f, fake, args);
	check_idle(t);
	check_text(t, "10.010002");
	check_keys(t, ":top<Enter>");
	check_text(t, "2 functions, 4 calls, 3.000 us");
	check_text(t, "        2        2.000  66.7%        3.000 100.0%  outer");
	check_text(t, "        2        1.000  33.3%        1.000  33.3%  inner");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_slice_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(all_of_it_can_be, set_up, tear_down),
		cmocka_unit_test_setup_teardown(counting_can_be_stopped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stacks_are_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(printed_traces_tell_it_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(parts_are_counted_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(threads_of_a_text_are_not_chosen, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(names_on_standard_error_are_clean, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
