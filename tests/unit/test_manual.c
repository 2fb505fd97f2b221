/*
 * test_manual.c: man/tless.1 and the program name the same options, keys, actions of lesskey and
 * variables.  The manual's rows are its `.It Fl`, `.It Ic` and `.It Ev` lines, and for actions
 * the `.Cm` of one section; the variables of the program are the strings in its source.  Run
 * from the top of the source.
 */
#include "pager/app.h"
#include "pager/editkeys.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANUAL    "man/tless.1"
#define MAX_WORDS 512

struct words {
	char *word[MAX_WORDS];
	size_t n;
};

/* What the manual lists: letters and names of options, by whether they do anything; options named
 * anywhere; keys, actions, variables. */
static struct words options, ignored, named, keys, actions, variables;

static bool holds(const struct words *w, const char *word)
{
	for (size_t i = 0; i < w->n; i++)
		if (!strcmp(w->word[i], word))
			return true;
	return false;
}

static void add(struct words *w, const char *word)
{
	if (holds(w, word))
		return;
	assert_true(w->n < MAX_WORDS);
	w->word[w->n] = strdup(word);
	assert_non_null(w->word[w->n]);
	w->n++;
}

static bool holds_letter(const struct words *w, char letter)
{
	char word[2] = { letter, '\0' };

	return holds(w, word);
}

/* Escapes of roff, as far as the manual uses them. */
static void unescape(char *s)
{
	static const struct {
		const char *escape, *plain;
	} escapes[] = {
		{ "\\&", "" },     { "\\-", "-" },   { "\\e", "\\" },  { "\\(aq", "'" },
		{ "\\(dq", "\"" }, { "\\(ha", "^" }, { "\\(ti", "~" },
	};
	char *to = s;

	while (*s) {
		size_t i = 0, n = sizeof(escapes) / sizeof(escapes[0]);

		while (i < n && strncmp(s, escapes[i].escape, strlen(escapes[i].escape)) != 0)
			i++;
		if (i == n) {
			*to++ = *s++;
		} else {
			s += strlen(escapes[i].escape);
			to = stpcpy(to, escapes[i].plain);
		}
	}
	*to = '\0';
}

/* Rows: each of their words stands once. */
static void add_row_word(struct words *w, const char *word)
{
	if (holds(w, word))
		fail_msg("%s has \"%s\" twice", MANUAL, word);
	add(w, word);
}

/* The words behind each `macro` of a line, up to the next macro. */
static void add_words(struct words *to, const char *line, const char *macro,
		      void (*add_word)(struct words *, const char *))
{
	bool wanted = false;
	char copy[512];

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *p = strtok(copy, " \n"); p; p = strtok(NULL, " \n")) {
		if (isupper((unsigned char)p[0]) && islower((unsigned char)p[1]) && !p[2]) {
			wanted = !strcmp(p, macro);
		} else if (wanted && (p[1] || !strchr(".,;:()[]?!|", p[0]))) {
			unescape(p);
			add_word(to, p);
		}
	}
}

static void take_line(const char *line)
{
	static bool in_commands, in_ignored, in_bindings, in_environment;

	if (!strncmp(line, ".Sh ", 4)) {
		in_commands = !strcmp(line, ".Sh COMMANDS\n");
		in_bindings = !strcmp(line, ".Sh KEY BINDINGS\n");
		in_environment = !strcmp(line, ".Sh ENVIRONMENT\n");
	}
	if (!strncmp(line, ".S", 2))
		in_ignored = !strcmp(line, ".Ss Options without effect\n");
	if (!strncmp(line, ".It Fl ", 7))
		add_words(in_ignored ? &ignored : &options, line + 4, "Fl", add_row_word);
	else if (!strncmp(line, ".It Ic ", 7) && in_commands)
		add_words(&keys, line + 4, "Ic", add_row_word);
	else if (!strncmp(line, ".It Ev ", 7) && in_environment)
		add_words(&variables, line + 4, "Ev", add_row_word);
	else if (!strncmp(line, ".Cm ", 4) && in_bindings)
		add_words(&actions, line + 1, "Cm", add);
	if (*line == '.')
		add_words(&named, line + 1, "Fl", add);
}

static int read_manual(void **state)
{
	FILE *f = fopen(MANUAL, "r");
	char line[512];

	if (!f) {
		fprintf(stderr, "%s is not here\n", MANUAL);
		return -1;
	}
	while (fgets(line, sizeof(line), f))
		take_line(line);
	fclose(f);
	return 0;
}

static void forget(struct words *w)
{
	while (w->n > 0)
		free(w->word[--w->n]);
}

static int forget_manual(void **state)
{
	struct words *all[] = { &options, &ignored, &named, &keys, &actions, &variables };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		forget(all[i]);
	return 0;
}

static void missing(const char *what)
{
	fail_msg("%s does not have \"%s\"", MANUAL, what);
}

static void check_name(const struct words *listed, const struct tl_option *opt, const char *name,
		       size_t len)
{
	char word[80];

	snprintf(word, sizeof(word), "-%.*s", (int)len, name);
	if (!holds(listed, word))
		missing(word);
	if (opt->kind != TL_OPT_TRIPLE)
		return;
	for (char *p = word; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	if (!holds(listed, word))
		missing(word);
}

static void test_every_option_is_in_the_manual(void **state)
{
	for (const struct tl_option *opt = tl_option_table(); opt->name; opt++) {
		const struct words *listed = opt->flags & TL_OPT_IGNORED ? &ignored : &options;
		char letter[2] = { opt->letter, '\0' };

		if (opt->letter && !holds(listed, letter))
			missing(letter);
		if (opt->letter && opt->kind == TL_OPT_TRIPLE &&
		    !holds_letter(listed, (char)toupper((unsigned char)opt->letter)))
			missing(opt->name);
		for (const char *p = opt->name; *p; p += *p == '|') {
			size_t len = strcspn(p, "|");

			check_name(listed, opt, p, len);
			p += len;
		}
	}
}

/* A whole name, not only the beginning of one. */
static bool is_option(const char *word)
{
	size_t len = strlen(word) - 1;
	enum tl_opt_found how;
	bool upper;

	if (word[0] != '-')
		return len == 0 && tl_option_by_letter(word[0], &upper);
	tl_option_by_name(word + 1, len, &upper, &how);
	return how == TL_OPT_WHOLE;
}

static void test_the_manual_has_no_other_options(void **state)
{
	assert_true(options.n > 60);
	for (size_t i = 0; i < options.n; i++)
		if (!is_option(options.word[i]))
			fail_msg("there is no option \"%s\"", options.word[i]);
	for (size_t i = 0; i < ignored.n; i++)
		if (!is_option(ignored.word[i]) || holds(&options, ignored.word[i]))
			fail_msg("there is no such option \"%s\"", ignored.word[i]);
	assert_true(named.n > options.n);
	for (size_t i = 0; i < named.n; i++)
		if (!is_option(named.word[i]))
			fail_msg("there is no option \"%s\"", named.word[i]);
}

/* mandoc warns of a `No` before punctuation, which is set in roman anyway. */
static void test_no_macro_of_the_manual_is_empty(void **state)
{
	FILE *f = fopen(MANUAL, "r");
	char line[512];

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		const char *no = *line == '.' ? strstr(line, " No ") : NULL;

		if (no && ispunct((unsigned char)no[4]) && isspace((unsigned char)no[5]))
			fail_msg("an empty macro: %s", line);
	}
	fclose(f);
}

/* The keys of a row of the command table. */
static void add_keys(struct words *to, const char *list)
{
	char copy[128];

	snprintf(copy, sizeof(copy), "%s", list);
	for (char *p = strtok(copy, " "); p; p = strtok(NULL, " "))
		add(to, p);
}

static void test_every_key_is_in_the_manual(void **state)
{
	struct words known = { .n = 0 };

	for (const struct tl_command *c = tl_command_table(); c->keys; c++)
		add_keys(&known, c->keys);
	assert_true(known.n > 90);
	for (size_t i = 0; i < known.n; i++)
		if (!holds(&keys, known.word[i]))
			missing(known.word[i]);
	for (size_t i = 0; i < keys.n; i++)
		if (!holds(&known, keys.word[i]))
			fail_msg("there is no key \"%s\"", keys.word[i]);
	forget(&known);
}

/* Actions that every section of a lesskey file has. */
static const char *const everywhere[] = { "noaction", "invalid", "mouse", "mouse6" };

static bool is_action(const char *word)
{
	for (size_t i = 0; i < sizeof(everywhere) / sizeof(everywhere[0]); i++)
		if (!strcmp(everywhere[i], word))
			return true;
	return tl_command_known(word) || tl_editkeys_known(word);
}

static void test_every_action_is_in_the_manual(void **state)
{
	const char *action;

	for (size_t i = 0; i < sizeof(everywhere) / sizeof(everywhere[0]); i++)
		if (!holds(&actions, everywhere[i]))
			missing(everywhere[i]);
	for (const struct tl_command *c = tl_command_table(); c->keys; c++) {
		char name[80]; /* brackets stand behind some */

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(c->name, " "), c->name);
		if (c->run && !holds(&actions, name))
			missing(name);
	}
	for (size_t i = 0; (action = tl_editkeys_action(i)); i++)
		if (!holds(&actions, action))
			missing(action);
	for (size_t i = 0; i < actions.n; i++)
		if (isalpha((unsigned char)*actions.word[i]) && !is_action(actions.word[i]))
			fail_msg("there is no action \"%s\"", actions.word[i]);
}

/* ---- variables */

/* A string of the source that is like the name of a variable, up to what comes in its place. */
static size_t variable_len(const char *s)
{
	size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	return n > 3 && (s[n] == '"' || s[n] == '%') ? n : 0;
}

/* Is the string at `s`, behind its quote, one for certain? */
static bool certainly_variable(const char *line, const char *s)
{
	static const char *const begin[] = { "LESS", "TLESS", "XDG_", "LC_" };

	for (size_t i = 0; i < sizeof(begin) / sizeof(begin[0]); i++)
		if (!strncmp(s, begin[i], strlen(begin[i])))
			return true;
	return s - line > 5 && !strncmp(s - 5, "env(", 4);
}

/* The strings of a file that are variables, or may be. */
static void read_source(const char *path, struct words *certain, struct words *possible)
{
	FILE *f = fopen(path, "r");
	char line[512];

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		for (char *p = strchr(line, '"'); p; p = strchr(p + 1, '"')) {
			size_t n = variable_len(p + 1);
			char name[80];

			snprintf(name, sizeof(name), "%.*s", (int)n, p + 1);
			if (n > 0)
				add(certainly_variable(line, p + 1) ? certain : possible, name);
		}
	fclose(f);
}

static void test_every_variable_is_in_the_manual(void **state)
{
	struct words certain = { .n = 0 }, possible = { .n = 0 };
	glob_t files = { 0 };

	assert_int_equal(glob("{base,text,index,search,decoders,decoders/*,pager}/*.c", GLOB_BRACE,
			      NULL, &files),
			 0);
	for (size_t i = 0; i < files.gl_pathc; i++)
		read_source(files.gl_pathv[i], &certain, &possible);
	globfree(&files);
	for (size_t i = 0; i < variables.n; i++) /* LESS_TERMCAP_xx is as in the source */
		variables.word[i][strcspn(variables.word[i], "abcdefghijklmnopqrstuvwxyz")] = '\0';
	assert_true(certain.n > 50);
	for (size_t i = 0; i < certain.n; i++)
		if (!holds(&variables, certain.word[i]))
			missing(certain.word[i]);
	for (size_t i = 0; i < variables.n; i++)
		if (!holds(&certain, variables.word[i]) && !holds(&possible, variables.word[i]))
			fail_msg("no variable \"%s\" is read", variables.word[i]);
	forget(&certain);
	forget(&possible);
}

/* --help is read on terminals of 80 columns, and says something about everything. */
static void test_the_help_fits(void **state)
{
	struct tl_buf text = TL_BUF_INIT;
	size_t col = 0;

	assert_true(tl_help_text(&text));
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '\n')
			col = 0;
		else if (text.data[i] == '\b')
			col--;
		else if (++col > 79)
			fail_msg("too long: %.*s...", 60, (char *)text.data + i + 1 - col);
	}
	for (const struct tl_option *opt = tl_option_table(); opt->name; opt++)
		assert_true((opt->flags & TL_OPT_IGNORED) || *opt->help);
	for (const struct tl_command *c = tl_command_table(); c->keys; c++)
		assert_true(!c->run || *c->help);
	tl_buf_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_option_is_in_the_manual),
		cmocka_unit_test(test_the_manual_has_no_other_options),
		cmocka_unit_test(test_no_macro_of_the_manual_is_empty),
		cmocka_unit_test(test_every_key_is_in_the_manual),
		cmocka_unit_test(test_every_action_is_in_the_manual),
		cmocka_unit_test(test_every_variable_is_in_the_manual),
		cmocka_unit_test(test_the_help_fits),
	};

	return cmocka_run_group_tests(tests, read_manual, forget_manual);
}
