/* test_option.c: options in all the ways that callers spell them, and what `-` says. */
#include "pager/optionvalues.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char warned[1024]; /* all messages, a line each */

static void warn(void *arg, const char *message)
{
	size_t used = strlen(warned);

	snprintf(warned + used, sizeof(warned) - used, "%s\n", message);
}

static struct tl_options from_env(const char *value)
{
	struct tl_options o;

	warned[0] = '\0';
	tl_options_init(&o);
	tl_options_from_env(&o, value, warn, NULL);
	return o;
}

static int nnames; /* that the last command line had */

/* The words of the command line, split at single blanks; *rest is the first file's name. */
static struct tl_options from_args(const char *line, const char **rest)
{
	static char words[256], *argv[16];
	struct tl_options o;
	int argc = 0, n;

	warned[0] = '\0';
	snprintf(words, sizeof(words), "tless %s", line);
	for (char *p = strtok(words, " "); p; p = strtok(NULL, " "))
		argv[argc++] = p;
	argv[argc] = NULL;
	tl_options_init(&o);
	n = tl_options_from_args(&o, argc, argv, false, warn, NULL);
	nnames = n;
	if (rest)
		*rest = n > 0 ? argv[1] : "";
	return o;
}

static void test_defaults(void **state)
{
	struct tl_options o;

	tl_options_init(&o);
	assert_int_equal(o.numbers, 1);
	assert_int_equal(o.hilite, 2);
	assert_int_equal(o.search_from, 2);
	assert_int_equal(o.tildes, 1);
	assert_int_equal(o.window, -1);
	assert_int_equal(o.jump.row, 0);
	assert_false(o.jump.is_fraction);
	assert_int_equal(o.ntabs, 1);
	assert_int_equal(o.tabs[0], 8);
	assert_int_equal(o.number_width, 7);
	assert_null(o.prompt[TL_PROMPT_SHORT]);
	tl_options_fini(&o);
}

/* git, systemd, perf, bat and psql set these. */
static void test_what_callers_put_into_LESS(void **state)
{
	static const char *const git[] = {
		"FRX", "-FRX", "-F -R -X", "F R X", "-F$-R$-X", "-F-R-X"
	};
	struct tl_options o;

	for (size_t i = 0; i < sizeof(git) / sizeof(git[0]); i++) {
		o = from_env(git[i]);
		assert_true(o.quit_if_one_screen && o.raw == 2 && o.no_init);
		assert_string_equal(warned, "");
		tl_options_fini(&o);
	}
	o = from_env("FRSXMK");
	assert_true(o.quit_if_one_screen && o.raw == 2 && o.chop && o.no_init && o.quit_on_intr);
	assert_int_equal(o.prompt_kind, 2);
	tl_options_fini(&o);
	o = from_env("FRSXMK +G");
	assert_int_equal(o.nfirst, 1);
	assert_string_equal(o.first_commands[0], "G");
	tl_options_fini(&o);
	o = from_env("-imx4F");
	assert_true(o.icase == 1 && o.prompt_kind == 1 && o.quit_if_one_screen);
	assert_int_equal(o.tabs[0], 4);
	tl_options_fini(&o);
	o = from_env("--RAW-CONTROL-CHARS --quit-if-one-screen --no-lessopen -K");
	assert_true(o.raw == 2 && o.quit_if_one_screen && o.quit_on_intr);
	assert_string_equal(warned, "");
	tl_options_fini(&o);
}

static void test_what_man_puts_into_LESS(void **state)
{
	struct tl_options o = from_env(
	    "-ix8RmPm Manual page ls(1) ?ltline %lt?L/%L.:byte %bB?s/%s..?e (END):?pB %pB\\%.. "
	    "(press h for help or q to quit)$PM Manual page ls(1)$");

	assert_true(o.icase == 1 && o.raw == 2 && o.prompt_kind == 1);
	assert_int_equal(o.ntabs, 1);
	assert_int_equal(o.tabs[0], 8);
	assert_string_equal(o.prompt[TL_PROMPT_MEDIUM],
			    " Manual page ls(1) ?ltline %lt?L/%L.:byte %bB?s/%s..?e (END):?pB "
			    "%pB\\%.. (press h for help or q to quit)");
	assert_string_equal(o.prompt[TL_PROMPT_LONG], " Manual page ls(1)");
	assert_string_equal(warned, "");
	tl_options_fini(&o);
}

static void test_every_letter(void **state)
{
	const struct tl_option *opt;

	for (opt = tl_option_table(); opt->name; opt++) {
		char text[3] = { '-', opt->letter, '\0' };
		struct tl_options o;
		int value;

		if (!opt->letter || opt->kind == TL_OPT_NUMBER || opt->kind == TL_OPT_STRING)
			continue;
		o = from_args(text, NULL);
		value = *(int *)((char *)&o + opt->at);
		assert_string_equal(warned, "");
		if (opt->kind == TL_OPT_DO)
			assert_int_equal(value, opt->letter);
		else if (opt->kind == TL_OPT_BOOL)
			assert_int_equal(value, !opt->initial);
		else /* the letter of the default turns it off: -n, -A */
			assert_int_equal(value, opt->initial == 1 ? 0 : 1);
		tl_options_fini(&o);
		if (opt->kind != TL_OPT_TRIPLE)
			continue;
		text[1] = (char)toupper((unsigned char)opt->letter);
		o = from_env(text);
		assert_int_equal(*(int *)((char *)&o + opt->at), opt->initial == 2 ? 0 : 2);
		tl_options_fini(&o);
	}
}

static void test_options_of_one_word(void **state)
{
	const char *file;
	struct tl_options o = from_args("-Nx4,8 -j.5 a -S -z-2", &file);

	assert_string_equal(file, "a"); /* options may follow it */
	assert_true(o.numbers == 2 && o.chop);
	assert_int_equal(o.ntabs, 3);
	assert_int_equal(o.tabs[0], 0);
	assert_int_equal(o.tabs[1], 4);
	assert_int_equal(o.tabs[2], 8);
	assert_true(o.jump.is_fraction);
	assert_true(o.jump.fraction == 0.5);
	assert_int_equal(o.window, -2);
	tl_options_fini(&o);
}

static void test_values_come_back(void **state)
{
	const char *file;
	struct tl_options o = from_args("--trace-view=graph --SOURCE a", &file);
	static const char *const names[] = { "trace-view", "source", "tid" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		enum tl_opt_found how;
		bool upper = false;
		const struct tl_option *opt =
		    tl_option_by_name(names[i], strlen(names[i]), &upper, &how);
		struct tl_option_was was;
		struct tl_err err;
		char say[80];

		assert_non_null(opt);
		assert_true(tl_option_keep(&o, opt, &was));
		assert_true(tl_option_is_as(&o, &was));
		assert_true(tl_option_change(&o, opt, false, TL_OPT_TOGGLE, i == 1 ? NULL : "12",
					     say, sizeof(say), &err));
		assert_false(tl_option_is_as(&o, &was));
		tl_option_put_back(&o, &was);
		tl_option_was_fini(&was);
	}
	assert_string_equal(o.trace_view, "graph");
	assert_int_equal(o.trace_source, 2);
	assert_null(o.trace_tid);
	tl_options_fini(&o);
}

static void test_where_options_end(void **state)
{
	static const struct {
		const char *line, *file;
	} cases[] = {
		{ "-N a", "a" },         { "-- -N", "-N" },    { "-N -- -S", "-S" },
		{ "-N - -S", "-" },      { "+ a", "+" },       { "-N", "" },
		{ "-p pattern a", "a" }, { "-j 5 a", "a" },    { "--tabs 4 a", "a" },
		{ "+G a", "a" },         { "-p -- a", "a" },   { "a -N", "a" },
		{ "- -N", "-" },         { "-N a -p b", "a" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *file;
		struct tl_options o = from_args(cases[i].line, &file);

		assert_string_equal(file, cases[i].file);
		assert_string_equal(warned, "");
		tl_options_fini(&o);
	}
}

static void test_values(void **state)
{
	static const struct {
		const char *line;
		int row;
	} jumps[] = {
		{ "-j5", 5 },
		{ "-j 5", 5 },
		{ "-j-3", -3 },
		{ "-j0", 0 },
		{ "--jump-target=7", 7 },
		{ "--jump 7", 7 },
		{ "-j5 -+j7", 7 }, /* there must be a value, as in less */
		{ "-j5N", 5 },
	};
	struct tl_options o;

	for (size_t i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
		o = from_args(jumps[i].line, NULL);
		assert_int_equal(nnames, 0);
		assert_int_equal(o.jump.row, jumps[i].row);
		assert_string_equal(warned, "");
		tl_options_fini(&o);
	}
	o = from_args("-#5 --line-num-width 9 --rscroll=+ --index-dir=/x", NULL);
	assert_int_equal(o.shift, 5);
	assert_int_equal(o.number_width, 9);
	assert_string_equal(o.rscroll.text, "+");
	assert_string_equal(o.index_dir, "/x");
	tl_options_fini(&o);
	o = from_args("-#.25", NULL);
	assert_true(o.shift_fraction == 0.25);
	tl_options_fini(&o);
	o = from_args("-5", NULL); /* as more(1) has it */
	assert_int_equal(o.window, 5);
	tl_options_fini(&o);
	o = from_env("-+5");
	assert_int_equal(o.window, 5);
	tl_options_fini(&o);
	o = from_args("-x9,17,33 -x4", NULL); /* the last one counts */
	assert_int_equal(o.ntabs, 1);
	assert_int_equal(o.tabs[0], 4);
	tl_options_fini(&o);
}

static void test_many_tab_stops(void **state)
{
	char value[2048] = "-x";
	struct tl_options o;

	for (unsigned i = 1; i <= 100; i++)
		snprintf(value + strlen(value), sizeof(value) - strlen(value), "%u,", i * 3);
	o = from_env(value);
	assert_int_equal(o.ntabs, sizeof(o.tabs) / sizeof(o.tabs[0]));
	assert_int_equal(o.tabs[o.ntabs - 1], 3 * (o.ntabs - 1));
	tl_options_fini(&o);
	o = from_env("-x5,5,3,9"); /* those that do not go on to the right are left out */
	assert_int_equal(o.ntabs, 3);
	assert_int_equal(o.tabs[1], 5);
	assert_int_equal(o.tabs[2], 9);
	tl_options_fini(&o);
}

static void test_strings_end_at_a_dollar(void **state)
{
	struct tl_options o = from_env("-pneedle$S");

	assert_string_equal(o.first_commands[0], "/needle");
	assert_true(o.chop);
	tl_options_fini(&o);
	o = from_env("-p needle with blanks"); /* else they go to the end */
	assert_string_equal(o.first_commands[0], "/needle with blanks");
	tl_options_fini(&o);
	o = from_args("-pneedle$S a", NULL); /* on the command line as well */
	assert_string_equal(o.first_commands[0], "/needle");
	assert_true(o.chop);
	tl_options_fini(&o);
	o = from_args("-p needle$S a", NULL); /* but not where the value is a word of its own */
	assert_string_equal(o.first_commands[0], "/needle$S");
	assert_false(o.chop);
	tl_options_fini(&o);
	o = from_env("-pa\\$S"); /* a backslash is nothing special, */
	assert_string_equal(o.first_commands[0], "/a\\");
	assert_true(o.chop);
	tl_options_fini(&o);
	o = from_env("--use-backslash -pa\\$S\\\\"); /* unless asked for */
	assert_string_equal(o.first_commands[0], "/a$S\\");
	assert_false(o.chop);
	tl_options_fini(&o);
}

static void test_kinds_of_prompts(void **state)
{
	static const char letters[] = "smM=hw";
	struct tl_options o;

	for (int kind = 0; kind < TL_NPROMPTS; kind++) {
		char value[32];

		snprintf(value, sizeof(value), "-P%cabc$N", letters[kind]);
		o = from_env(value);
		assert_string_equal(o.prompt[kind], "abc");
		assert_int_equal(o.numbers, 2);
		tl_options_fini(&o);
	}
	o = from_env("-Pabc");
	assert_string_equal(o.prompt[TL_PROMPT_SHORT], "abc");
	tl_options_fini(&o);
	o = from_env("-Ps$"); /* an empty prompt is one */
	assert_string_equal(o.prompt[TL_PROMPT_SHORT], "");
	tl_options_fini(&o);
}

static void test_back_to_the_default(void **state)
{
	struct tl_options o = from_args("-FRNx4 -+FN -+R", NULL);

	assert_int_equal(o.quit_if_one_screen, 0);
	assert_int_equal(o.numbers, 1);
	assert_int_equal(o.raw, 0);
	assert_int_equal(o.tabs[0], 4);
	tl_options_fini(&o);
	o = from_env("-+S-S"); /* up to the next hyphen */
	assert_int_equal(o.chop, 1);
	tl_options_fini(&o);
	o = from_env("-S --+chop-long-lines");
	assert_int_equal(o.chop, 0);
	tl_options_fini(&o);
}

static void test_commands(void **state)
{
	struct tl_options o = from_args("-N+50 ++/x +G a", NULL);

	assert_int_equal(o.nfirst, 2);
	assert_string_equal(o.first_commands[0], "50");
	assert_string_equal(o.first_commands[1], "G");
	assert_int_equal(o.nevery, 1);
	assert_string_equal(o.every_commands[0], "/x");
	tl_options_fini(&o);
	o = from_env("-N +/two words$-S");
	assert_string_equal(o.first_commands[0], "/two words");
	assert_true(o.chop);
	tl_options_fini(&o);
}

static void check_name(const char *name, const char *found, bool upper)
{
	bool up = !upper;
	enum tl_opt_found how;
	const struct tl_option *opt = tl_option_by_name(name, strlen(name), &up, &how);

	assert_int_equal(opt != NULL, how >= TL_OPT_PREFIX);
	if (!found) {
		assert_null(opt);
		return;
	}
	assert_non_null(opt);
	assert_string_equal(opt->name, found);
	assert_int_equal(up, upper);
}

static void test_long_names(void **state)
{
	struct tl_options o;
	enum tl_opt_found how;

	check_name("chop-long-lines", "chop-long-lines", false);
	check_name("chop", "chop-long-lines", false);
	check_name("quit-at-eof", "quit-at-eof", false);
	check_name("QUIT-AT-EOF", "quit-at-eof", true);
	check_name("Quit-at", "quit-at-eof", true);
	check_name("quit-at-EOF", NULL, false);
	check_name("Long", "long-prompt", true);
	check_name("LINE-NUM", NULL, false); /* line-num-width may have a capital, too */
	check_name("LINE-NUMB", "line-numbers", true);
	check_name("silent", "quiet|silent", false);
	check_name("SILENT", "quiet|silent", true);
	check_name("q", NULL, false);
	check_name("log-file", "log-file", false);
	check_name("log", "log-file", false);
	check_name("log-F", NULL, false);
	check_name("Log", NULL, false);
	check_name("pattern", "pattern", false);
	check_name("tag", "tag", false); /* though tag-file begins so */
	check_name("tag-", "tag-file", false);
	check_name("mouse", "mouse", false);
	/* What abbreviates one of less's names does so here, whatever else begins alike. */
	check_name("ti", "tilde", false);
	check_name("co", "color", false);
	check_name("raw", "raw-control-chars", false);
	check_name("hi", NULL, false);
	check_name("time", "time", false); /* though time-column begins so */
	check_name("tim", NULL, false);
	check_name("time-c", "time-column", false);
	check_name("trace-v", "trace-view", false);
	check_name("trace-", NULL, false);
	check_name("com", "comm", false);
	check_name("raw-f", "raw-file", false);
	check_name("", NULL, false);
	check_name("chop-long-lines-x", NULL, false);
	for (const struct tl_option *opt = tl_option_table(); opt->name; opt++)
		for (const char *p = opt->name; *p; p += *p == '|') {
			size_t len = strcspn(p, "|");
			bool upper;

			if (!isupper((unsigned char)*p)) /* of LOG-FILE less finds the small one */
				assert_ptr_equal(tl_option_by_name(p, len, &upper, &how), opt);
			p += len;
		}
	o = from_args("--quit-at-e --RAW --tabs=3 --rscroll * -- a", NULL);
	assert_string_equal(warned, "");
	assert_true(o.quit_at_eof == 1 && o.raw == 2 && o.tabs[0] == 3);
	assert_string_equal(o.rscroll.text, "*");
	tl_options_fini(&o);
}

static void test_spool_sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t size;
		const char *says;
	} cases[] = {
		{ "1048576", 1 << 20, "The spool may grow to 1 MiB" },
		{ "500M", UINT64_C(500) << 20, "The spool may grow to 500 MiB" },
		{ "1.5g", UINT64_C(3) << 29, "The spool may grow to 1536 MiB" },
		{ "64K", 64 << 10, "The spool may grow to 0.0625 MiB" },
		{ "0", 0, "The spool may grow until the disk is nearly full" },
	};
	static const char *const bad[] = { "-1", "M", "1x", "1MM", "1e99", "inf", "many" };
	struct tl_options o;
	struct tl_err err;
	char says[100];

	tl_options_init(&o);
	assert_int_equal(o.spool_size, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(tl_option_parse_spool_size(&o, cases[i].text, &err));
		assert_int_equal(o.spool_size, cases[i].size);
		tl_option_print_spool_size(&o, says, sizeof(says));
		assert_string_equal(says, cases[i].says);
	}
	o.spool_size = 7;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(tl_option_parse_spool_size(&o, bad[i], &err));
		assert_int_equal(o.spool_size, 7);
	}
	tl_options_fini(&o);
}

static void test_slice_widths(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
		const char *says;
	} cases[] = {
		{ "1ms", 1000000, "Time slices are 1ms" },
		{ "20us", 20000, "Time slices are 20us" },
		{ "1500ns", 1500, "Time slices are 1.5us" },
		{ "0.5s", 500000000, "Time slices are 500ms" },
		{ "2", 2000000000, "Time slices are 2s" },
		{ "1234.567891234", UINT64_C(1234567891234), "Time slices are 1234.567891234s" },
		{ "1ns", 1, "Time slices are 1ns" },
	};
	static const char *const bad[] = { "ms",          "0",   "-1ms", "0.1ns",
					   "1 fortnight", "nan", "inf",  "1e30" };
	bool upper;
	enum tl_opt_found how;
	const struct tl_option *opt = tl_option_by_name("slice", 5, &upper, &how);
	struct tl_options o;
	struct tl_err err = TL_ERR_INIT;
	char say[128];

	tl_options_init(&o);
	assert_int_equal(o.slice_ns, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(tl_option_change(&o, opt, false, TL_OPT_TOGGLE, cases[i].text, say,
					     sizeof(say), &err));
		assert_int_equal(o.slice_ns, cases[i].ns);
		assert_string_equal(say, cases[i].says);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(tl_option_change(&o, opt, false, TL_OPT_TOGGLE, bad[i], say,
					      sizeof(say), &err));
	assert_int_equal(o.slice_ns, 1);
	assert_true(tl_option_change(&o, opt, false, TL_OPT_RESET, NULL, say, sizeof(say), &err));
	assert_int_equal(o.slice_ns, 0);
	tl_options_fini(&o);
}

static void test_time_column(void **state)
{
	static const char *const kinds[] = { "off", "line", "mark", "both" };
	struct tl_options o;
	struct tl_err err = TL_ERR_INIT;
	bool upper;
	enum tl_opt_found how;
	const struct tl_option *opt = tl_option_by_name("time-column", 11, &upper, &how);
	char say[128];

	tl_options_init(&o);
	for (int i = 3; i >= 0; i--) {
		assert_true(tl_option_change(&o, opt, false, TL_OPT_TOGGLE, kinds[i], say,
					     sizeof(say), &err));
		assert_int_equal(o.time_column, i);
		assert_true(strstr(say, "time") || i == 0);
	}
	o.time_column = 2;
	assert_false(
	    tl_option_change(&o, opt, false, TL_OPT_TOGGLE, "lines", say, sizeof(say), &err));
	assert_non_null(strstr(err.msg, "'lines' is none of off, line, mark, both"));
	assert_int_equal(o.time_column, 2);
	assert_true(tl_option_change(&o, opt, false, TL_OPT_RESET, NULL, say, sizeof(say), &err));
	assert_int_equal(o.time_column, 0);
	tl_options_fini(&o);
}

static void test_letters_and_names_are_not_used_twice(void **state)
{
	const struct tl_option *table = tl_option_table();

	for (const struct tl_option *a = table; a->name; a++)
		for (const struct tl_option *b = a + 1; b->name; b++) {
			assert_false(a->letter && a->letter == b->letter);
			assert_false(a->kind == TL_OPT_TRIPLE &&
				     toupper((unsigned char)a->letter) == b->letter && a->letter);
			assert_string_not_equal(a->name, b->name);
		}
}

#define NO_OPTION(name) "There is no " name " option (\"tless --help\" for help)\n"

static void test_bad_options(void **state)
{
	static const struct {
		const char *line, *says;
		int nnames;
	} cases[] = {
		{ "-@ a", NO_OPTION("-@"), 1 },
		{ "-@F -s", NO_OPTION("-@"), 0 },
		{ "-!S", NO_OPTION("-!"), 0 },
		{ "--foo", NO_OPTION("--foo"), 0 },
		{ "--foo=bar a", NO_OPTION("--foo=bar"), 1 },
		{ "--chop$N", NO_OPTION("--chop$N"), 0 },
		{ "--w", "--w is an ambiguous abbreviation (\"tless --help\" for help)\n", 0 },
		{ "--chop=3 a", "The --chop=3 option should not be followed by =\n", 1 },
		{ "-z", "Value is required after -z (--window)\n", -1 },
		{ "-zq a", "Number is required after -z\n", 1 },
		{ "-z x a", "Number is required after -z (--window)\n", 1 },
		{ "-zx a", "Number is required after -z\n", 0 }, /* -x takes the a */
		{ "--window=q", "Number is required after window=q\n", 0 },
		{ "--window q a", "Number is required after -z (--window)\n", 1 },
		{ "-z99999999999 a", "Number too large in -z\n", 1 },
		{ "-b-1 a", "Negative number not allowed in -b\n", 1 },
		{ "-j", "Value is required after -j (--jump-target)\n", -1 },
		{ "-jq a", "Number is required after -j\n", 1 },
		{ "-j q a", "Number is required after -j\n", 1 },
		{ "-j. a", "Invalid fraction in -j\n", 1 },
		{ "-# q", "Number is required after -#\n", 0 },
		{ "-#99999999999", "Number too large in -#\n", 0 },
		{ "-\" abc a", "-\" must be followed by 1 or 2 chars\n", 1 },
		{ "-x ,", "", 0 }, /* less does not mind */
		{ "-x q", "", 0 },
		{ "-p", "Value is required after -p (--pattern)\n", -1 },
		{ "--rscroll", "Value is required after --rscroll\n", -1 },
		{ "--line-num-width 17", "Line number width must not be larger than 16\n", 0 },
		{ "-@ --foo", NO_OPTION("-@") NO_OPTION("--foo"), 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tl_options o = from_args(cases[i].line, NULL);

		assert_string_equal(warned, cases[i].says);
		assert_int_equal(nnames, cases[i].nnames);
		assert_int_equal(o.jump.row, 0);
		assert_int_equal(o.tabs[0], 8);
		assert_int_equal(o.number_width, 7);
		assert_int_equal(o.quit_if_one_screen, 0);
		tl_options_fini(&o);
	}
}

/* What stands behind a bad option in the same word may belong to it. */
static void test_a_bad_option_ends_its_word(void **state)
{
	struct tl_options o = from_env("-N@S -F");

	assert_string_equal(warned, NO_OPTION("-@"));
	assert_true(o.numbers == 2 && !o.chop && !o.quit_if_one_screen);
	tl_options_fini(&o);
	o = from_args("-@S -N", NULL);
	assert_true(o.numbers == 2 && !o.chop);
	tl_options_fini(&o);
	o = from_args("-z99999999999S", NULL); /* a number ends where it ends */
	assert_true(o.window == -1 && o.chop);
	tl_options_fini(&o);
}

static void test_a_value_may_be_the_next_word(void **state)
{
	static char name[] = "tless", value[] = "5", file[] = "a";
	char *argv[] = { name, value, file, NULL };
	struct tl_options o = from_env("-N -j");

	assert_int_equal(tl_options_from_args(&o, 3, argv, false, warn, NULL), 1);
	assert_string_equal(argv[1], "a");
	assert_int_equal(o.jump.row, 5);
	assert_string_equal(warned, "");
	tl_options_fini(&o);
}

static void test_names_end_options_where_posix_is_wanted(void **state)
{
	static char name[] = "tless", file[] = "a", option[] = "-N";
	char *argv[] = { name, file, option, NULL };
	struct tl_options o;

	tl_options_init(&o);
	assert_int_equal(tl_options_from_args(&o, 3, argv, true, warn, NULL), 2);
	assert_string_equal(argv[2], "-N");
	assert_int_equal(o.numbers, 1);
	tl_options_fini(&o);
}

static void test_raw_in_a_variable_is_for_colours(void **state)
{
	struct tl_options o = from_env("-r");

	assert_int_equal(o.raw, 2);
	tl_options_fini(&o);
	o = from_env("--raw-control-chars");
	assert_int_equal(o.raw, 2);
	tl_options_fini(&o);
	o = from_args("-r", NULL);
	assert_int_equal(o.raw, 1);
	tl_options_fini(&o);
}

static void test_unsupported_options_are_ignored(void **state)
{
	static const struct {
		const char *list, *says;
		bool chop, numbers;
		int window;
	} cases[] = {
		{ "", "", true, true, 5 },
		{ "-S", "", false, true, 5 },
		{ "-X -S", "", false, true, 5 },
		{ "-Sn", "", false, false, 5 },
		{ "S", "", false, true, 5 },
		{ "--chop-long-lines -z", "", false, true, -1 },
		{ "-@ -S", "invalid option in LESS_UNSUPPORT: -@ -S\n", true, true, 5 },
		{ "--foo", "invalid option in LESS_UNSUPPORT: --foo\n", true, true, 5 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tl_options o;

		warned[0] = '\0';
		tl_options_init(&o);
		tl_options_unsupport(&o, cases[i].list, warn, NULL);
		tl_options_from_env(&o, "-SN -z5", warn, NULL);
		assert_int_equal(o.chop, cases[i].chop);
		assert_int_equal(o.numbers == 2, cases[i].numbers);
		assert_int_equal(o.window, cases[i].window);
		assert_string_equal(warned, cases[i].says);
		tl_options_fini(&o);
	}
}

static char said_after[256]; /* behind an error */

static void check_says(struct tl_options *o, const char *letter, enum tl_opt_action action,
		       const char *value, const char *says)
{
	struct tl_err err = TL_ERR_INIT;
	bool upper = false;
	enum tl_opt_found how;
	const struct tl_option *opt = letter[1]
					  ? tl_option_by_name(letter, strlen(letter), &upper, &how)
					  : tl_option_by_letter(letter[0], &upper);
	char say[256];

	assert_non_null(opt);
	if (tl_option_change(o, opt, upper, action, value, say, sizeof(say), &err))
		assert_string_equal(say, says);
	else
		assert_string_equal(err.msg, says);
	snprintf(said_after, sizeof(said_after), "%s", err.msg[0] ? say : "");
}

static void test_toggling(void **state)
{
	struct tl_options o;

	tl_options_init(&o);
	check_says(&o, "S", TL_OPT_TOGGLE, NULL, "Chop long lines");
	check_says(&o, "S", TL_OPT_TOGGLE, NULL, "Fold long lines");
	check_says(&o, "S", TL_OPT_UNSET, NULL, "Chop long lines");
	check_says(&o, "S", TL_OPT_UNSET, NULL, "Chop long lines");
	check_says(&o, "S", TL_OPT_ASK, NULL, "Chop long lines");
	check_says(&o, "S", TL_OPT_RESET, NULL, "Fold long lines");
	assert_int_equal(o.chop, 0);
	check_says(&o, "e", TL_OPT_TOGGLE, NULL, "Quit at end-of-file");
	check_says(&o, "E", TL_OPT_TOGGLE, NULL, "Quit immediately at end-of-file");
	check_says(&o, "E", TL_OPT_TOGGLE, NULL, "Don't quit at end-of-file");
	check_says(&o, "N", TL_OPT_TOGGLE, NULL, "Constantly display line numbers");
	check_says(&o, "N", TL_OPT_TOGGLE, NULL, "Don't use line numbers");
	check_says(&o, "n", TL_OPT_TOGGLE, NULL, "Use line numbers");
	check_says(&o, "n", TL_OPT_TOGGLE, NULL, "Don't use line numbers");
	check_says(&o, "n", TL_OPT_RESET, NULL, "Use line numbers");
	check_says(&o, "g", TL_OPT_TOGGLE, NULL, "Highlight matches for previous search only");
	check_says(&o, "G", TL_OPT_TOGGLE, NULL,
		   "Highlight all matches for previous search pattern");
	check_says(&o, "G", TL_OPT_TOGGLE, NULL, "Don't highlight search matches");
	check_says(&o, "A", TL_OPT_TOGGLE, NULL, "Search includes displayed screen");
	check_says(&o, "a", TL_OPT_UNSET, NULL, "Search skips displayed screen");
	check_says(&o, "IGNORE-CASE", TL_OPT_TOGGLE, NULL,
		   "Ignore case in searches and in patterns");
	check_says(&o, "i", TL_OPT_TOGGLE, NULL, "Ignore case in searches");
	check_says(&o, "~", TL_OPT_TOGGLE, NULL, "Don't show tildes after end of file");
	check_says(&o, "r", TL_OPT_TOGGLE, NULL,
		   "Display control characters directly (not recommended)");
	check_says(&o, "R", TL_OPT_TOGGLE, NULL,
		   "Display ANSI sequences directly, other control characters as ^X");
	check_says(&o, "R", TL_OPT_TOGGLE, NULL, "Display control characters as ^X");
	tl_options_fini(&o);
}

static void test_changing_values(void **state)
{
	struct tl_options o;

	tl_options_init(&o);
	check_says(&o, "z", TL_OPT_TOGGLE, "12", "Scroll window size is 12 lines");
	check_says(&o, "z", TL_OPT_TOGGLE, "", "Scroll window size is 12 lines");
	check_says(&o, "z", TL_OPT_TOGGLE, "x", "Number is required after -z (--window)");
	assert_string_equal(said_after, "");
	check_says(&o, "z", TL_OPT_TOGGLE, " 12x", "Scroll window size is 12 lines");
	check_says(&o, "z", TL_OPT_UNSET, NULL, "Can't use \"-!\" for a numeric option");
	check_says(&o, "z", TL_OPT_ASK, NULL, "Scroll window size is 12 lines");
	check_says(&o, "z", TL_OPT_RESET, NULL, "Scroll window size is -1 lines");
	check_says(&o, "b", TL_OPT_TOGGLE, "-1", "Negative number not allowed in -b (--buffers)");
	check_says(&o, "j", TL_OPT_TOGGLE, ".5", "Position target at screen position .5");
	check_says(&o, "j", TL_OPT_TOGGLE, "x", "Number is required after -j");
	assert_string_equal(said_after, "Position target at screen position .5");
	check_says(&o, "j", TL_OPT_TOGGLE, "", "Position target at screen position .5");
	check_says(&o, "j", TL_OPT_TOGGLE, ".1234567",
		   "Position target at screen position .123456");
	check_says(&o, "j", TL_OPT_TOGGLE, "-4", "Position target at screen line -4");
	check_says(&o, "j", TL_OPT_RESET, NULL, "Cannot use \"-+\" or \"-!\" for a string option");
	check_says(&o, "x", TL_OPT_TOGGLE, "4", "Tab stops every 4 spaces");
	check_says(&o, "x", TL_OPT_TOGGLE, "9,17", "Tab stops 9,17 and then every 8 spaces");
	check_says(&o, "x", TL_OPT_TOGGLE, "abc", "Tab stops 9,17 and then every 8 spaces");
	check_says(&o, "x", TL_OPT_TOGGLE, " 5, 3,9,a", "Tab stops 5,9 and then every 4 spaces");
	check_says(&o, "#", TL_OPT_TOGGLE, "4", "Horizontal shift 4 columns");
	check_says(&o, "#", TL_OPT_TOGGLE, "-4", "Negative number not allowed in -#");
	check_says(&o, "#", TL_OPT_TOGGLE, ".50", "Horizontal shift .5 of screen width");
	check_says(&o, "\"", TL_OPT_ASK, NULL, "quotes \"\"");
	check_says(&o, "\"", TL_OPT_TOGGLE, "a", "quotes aa");
	check_says(&o, "\"", TL_OPT_TOGGLE, "ab", "quotes ab");
	check_says(&o, "P", TL_OPT_TOGGLE, "mabc",
		   "Prompt (short): ?n?f%f .?m(%T %i of %m) ..?e(END) ?x- Next\\: %x..%t");
	check_says(&o, "m", TL_OPT_TOGGLE, NULL, "Medium prompt");
	check_says(&o, "P", TL_OPT_ASK, NULL, "Prompt (medium): abc");
	check_says(&o, "end-prompt", TL_OPT_TOGGLE, "mx", "Print after medium prompt: x");
	check_says(&o, "end-prompt", TL_OPT_TOGGLE, "m-", "Print after medium prompt: (nothing)");
	check_says(&o, "rscroll", TL_OPT_TOGGLE, "+", "rscroll character is +");
	check_says(&o, "y", TL_OPT_TOGGLE, "3", "Forward scroll limit is 3 lines");
	check_says(&o, "line-num-width", TL_OPT_TOGGLE, "9", "Line number width is 9 chars");
	check_says(&o, "line-num-width", TL_OPT_TOGGLE, "17",
		   "Line number width must not be larger than 16");
	assert_string_equal(said_after, "Line number width is 9 chars");
	check_says(&o, "line-num-width", TL_OPT_TOGGLE, "-2",
		   "Negative number not allowed in --line-num-width");
	assert_string_equal(said_after, "");
	tl_options_fini(&o);
}

static void test_what_cannot_be_changed(void **state)
{
	struct tl_options o;

	tl_options_init(&o);
	check_says(&o, "X", TL_OPT_TOGGLE, NULL, "Cannot change the -X (--no-init) option");
	check_says(&o, "X", TL_OPT_ASK, NULL, "Send init/deinit strings to terminal");
	check_says(&o, "p", TL_OPT_TOGGLE, "x", "Cannot change the -p (--pattern) option");
	check_says(&o, "p", TL_OPT_ASK, NULL, "Cannot query the -p (--pattern) option");
	check_says(&o, "no-index", TL_OPT_TOGGLE, NULL, "Cannot change the --no-index option");
	check_says(&o, "d", TL_OPT_UNSET, NULL, "Assume dumb terminal"); /* this way it can */
	check_says(&o, "incsearch", TL_OPT_TOGGLE, NULL, "Incremental search is on");
	check_says(&o, "V", TL_OPT_TOGGLE, NULL, "tless " TL_VERSION);
	assert_int_equal(o.no_init, 0);
	assert_int_equal(o.quit_now, 0); /* -V asks; it does not leave */
	tl_options_fini(&o);
}

/* Each option says something about each of its values, so that nobody wonders. */
static void test_all_options_say_something(void **state)
{
	struct tl_options o;

	tl_options_init(&o);
	for (const struct tl_option *opt = tl_option_table(); opt->name; opt++)
		for (int times = 0; times < 3; times++) {
			struct tl_err err = TL_ERR_INIT;
			char say[256];

			if (tl_option_change(&o, opt, times == 1, TL_OPT_TOGGLE, "1", say,
					     sizeof(say), &err))
				assert_true(say[0] != '\0' || (opt->flags & TL_OPT_NO_QUERY));
			else
				assert_true(err.msg[0] != '\0');
			assert_int_equal(tl_option_change(&o, opt, false, TL_OPT_ASK, NULL, say,
							  sizeof(say), &err),
					 !(opt->flags & TL_OPT_NO_QUERY));
			assert_true(say[0] != '\0' || (opt->flags & TL_OPT_NO_QUERY));
			assert_true(!tl_option_needs_value(opt) || opt->says[0] ||
				    (opt->flags & TL_OPT_FIXED));
		}
	tl_options_fini(&o);
}

static void test_shares_are_rounded(void **state)
{
	assert_int_equal(tl_option_share(.5, 11), 6);
	assert_int_equal(tl_option_share(.5, 13), 6);
	assert_int_equal(tl_option_share(.7, 24), 17);
	assert_int_equal(tl_option_share(.3, 25), 8);
	assert_int_equal(tl_option_share(.3, 24), 7);
	assert_int_equal(tl_option_share(0, 80), 0);
	assert_int_equal(tl_option_share(1, 80), 80);
}

static void test_say_fits_its_buffer(void **state)
{
	struct tl_options o = from_env("-x1,200,3000,40000,50000,60000,70000,80000");
	struct tl_err err = TL_ERR_INIT;
	char say[24];

	for (const struct tl_option *opt = tl_option_table(); opt->name; opt++)
		for (size_t size = 1; size < sizeof(say); size++) {
			memset(say, 'x', sizeof(say));
			tl_option_change(&o, opt, false, TL_OPT_ASK, NULL, say, size, &err);
			assert_non_null(memchr(say, '\0', size));
			assert_int_equal(say[size], 'x');
		}
	tl_options_fini(&o);
}

static void check_header(const char *value, unsigned lines, unsigned cols, uint64_t line)
{
	char env[64];
	struct tl_options o;

	snprintf(env, sizeof(env), "--header=%s", value);
	o = from_env(env);
	assert_int_equal(o.header.lines, lines);
	assert_int_equal(o.header.cols, cols);
	assert_int_equal(o.header.line, line);
	tl_options_fini(&o);
}

static void test_header(void **state)
{
	struct tl_options o;

	check_header("2", 2, 0, 1);
	check_header("2,5", 2, 5, 1);
	check_header(",5", 0, 5, 0);
	check_header("2,,7", 2, 0, 7);
	check_header("2,3,4,5", 2, 3, 4);
	check_header("2,3,18446744073709551614", 2, 3, UINT64_MAX - 1);
	check_header("-", 0, 0, 0);
	check_header("-1", 0, 0, 0);
	check_header("2147483647,2147483647", 100000, 100000, 1);
	check_header("2147483648", 0, 0, 0);
	check_header("2,-3", 0, 0, 0);
	tl_options_init(&o);
	check_says(&o, "header", TL_OPT_ASK, NULL, "Header (lines,columns,line-number) is 0,0,0");
	check_says(&o, "header", TL_OPT_TOGGLE, "2,3",
		   "Header (lines,columns,line-number) is 2,3,1");
	check_says(&o, "header", TL_OPT_TOGGLE, ",4,9",
		   "Header (lines,columns,line-number) is 2,4,9");
	check_says(&o, "header", TL_OPT_TOGGLE, "1,x", "Number is required after --header");
	check_says(&o, "header", TL_OPT_TOGGLE, "3;", "Number is required after --header");
	check_says(&o, "header", TL_OPT_TOGGLE, "3,4,x", "Number is required after --header");
	check_says(&o, "header", TL_OPT_TOGGLE, "3,99999999999", "Number too large in --header");
	check_says(&o, "header", TL_OPT_TOGGLE, "3,-1", "Negative number not allowed in --header");
	check_says(&o, "header", TL_OPT_TOGGLE, "3,4,-1",
		   "Negative number not allowed in --header");
	check_says(&o, "header", TL_OPT_ASK, NULL, "Header (lines,columns,line-number) is 2,4,9");
	check_says(&o, "header", TL_OPT_TOGGLE, "0", "Header (lines,columns,line-number) is 0,4,0");
	tl_options_fini(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_what_callers_put_into_LESS),
		cmocka_unit_test(test_what_man_puts_into_LESS),
		cmocka_unit_test(test_every_letter),
		cmocka_unit_test(test_options_of_one_word),
		cmocka_unit_test(test_values_come_back),
		cmocka_unit_test(test_where_options_end),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_many_tab_stops),
		cmocka_unit_test(test_strings_end_at_a_dollar),
		cmocka_unit_test(test_kinds_of_prompts),
		cmocka_unit_test(test_back_to_the_default),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_spool_sizes),
		cmocka_unit_test(test_slice_widths),
		cmocka_unit_test(test_time_column),
		cmocka_unit_test(test_letters_and_names_are_not_used_twice),
		cmocka_unit_test(test_bad_options),
		cmocka_unit_test(test_a_bad_option_ends_its_word),
		cmocka_unit_test(test_a_value_may_be_the_next_word),
		cmocka_unit_test(test_names_end_options_where_posix_is_wanted),
		cmocka_unit_test(test_raw_in_a_variable_is_for_colours),
		cmocka_unit_test(test_unsupported_options_are_ignored),
		cmocka_unit_test(test_toggling),
		cmocka_unit_test(test_changing_values),
		cmocka_unit_test(test_what_cannot_be_changed),
		cmocka_unit_test(test_all_options_say_something),
		cmocka_unit_test(test_shares_are_rounded),
		cmocka_unit_test(test_say_fits_its_buffer),
		cmocka_unit_test(test_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
