/*
 * test_manual.c: man/tless.1 and the tables name the same options and keys.  The manual's rows
 * are its `.It Fl` and `.It Ic` lines; run from the top of the source.
 */
#include "pager/app.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANUAL    "man/tless.1"
#define MAX_WORDS 512

struct words {
	char *word[MAX_WORDS];
	size_t n;
};

/* What the manual lists: letters and names of options, by whether they do anything; keys. */
static struct words options, ignored, keys;

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
		fail_msg("%s has \"%s\" twice", MANUAL, word);
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

/* The words behind each `macro` of a line, up to the next macro. */
static void add_words(struct words *to, char *line, const char *macro)
{
	bool wanted = false;

	for (char *p = strtok(line, " \n"); p; p = strtok(NULL, " \n")) {
		if (isupper((unsigned char)p[0]) && islower((unsigned char)p[1]) && !p[2]) {
			wanted = !strcmp(p, macro);
		} else if (wanted && strcmp(p, ",") != 0) {
			unescape(p);
			add(to, p);
		}
	}
}

static int read_manual(void **state)
{
	FILE *f = fopen(MANUAL, "r");
	bool in_commands = false, in_ignored = false;
	char line[512];

	if (!f) {
		fprintf(stderr, "%s is not here\n", MANUAL);
		return -1;
	}
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, ".S", 2)) {
			in_ignored = !strcmp(line, ".Ss Options without effect\n");
			if (line[2] == 'h')
				in_commands = !strcmp(line, ".Sh COMMANDS\n");
		}
		if (!strncmp(line, ".It Fl ", 7))
			add_words(in_ignored ? &ignored : &options, line + 4, "Fl");
		else if (!strncmp(line, ".It Ic ", 7) && in_commands)
			add_words(&keys, line + 4, "Ic");
	}
	fclose(f);
	return 0;
}

static int forget_manual(void **state)
{
	struct words *all[] = { &options, &ignored, &keys };

	for (size_t i = 0; i < 3; i++)
		while (all[i]->n > 0)
			free(all[i]->word[--all[i]->n]);
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
	while (known.n > 0)
		free(known.word[--known.n]);
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
		cmocka_unit_test(test_every_key_is_in_the_manual),
		cmocka_unit_test(test_the_help_fits),
	};

	return cmocka_run_group_tests(tests, read_manual, forget_manual);
}
