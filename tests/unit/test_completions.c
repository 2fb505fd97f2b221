/*
 * test_completions.c: the completions for bash and zsh have the options of the table, those with a
 * value with a =, and no others; run from the top of the source.
 */
#include "pager/option.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASH "scripts/completions/tless.bash"
#define ZSH  "scripts/completions/_tless"

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t cap = 0;

	assert_non_null(f);
	assert_true(getdelim(&text, &cap, '\0', f) > 0);
	fclose(f);
	return text;
}

/* How many times does `word` stand there, with something else than a name's letter behind it? */
static unsigned count(const char *text, const char *word)
{
	size_t len = strlen(word);
	unsigned n = 0;

	for (const char *p = text; (p = strstr(p, word)); p += len)
		n += !isalnum((unsigned char)p[len]) && p[len] != '-' && p[len] != '=';
	return n;
}

static void check_table(const char *path, const char *before, const char *behind_value)
{
	char *text = slurp(path);

	for (const struct tl_option *o = tl_option_table(); o->name; o++) {
		char names[160], *rest = names, *name, word[200];

		snprintf(names, sizeof(names), "%s", o->name);
		while ((name = strsep(&rest, "|"))) {
			snprintf(word, sizeof(word), "%s--%s%s", before, name,
				 tl_option_needs_value(o) ? behind_value : "");
			if (count(text, word) == 0)
				fail_msg("%s does not have \"%s\"", path, word);
		}
	}
	free(text);
}

static void bash_has_the_options(void **state)
{
	check_table(BASH, "", "=");
}

static void zsh_has_the_options(void **state)
{
	check_table(ZSH, "'", "=");
}

/* A name in a file is one of the table's. */
static void check_names(const char *path, const char *text, const char *before)
{
	for (const char *p = text; (p = strstr(p, before)); p++) {
		const char *name = p + strlen(before);
		size_t len = 0;
		enum tl_opt_found how;
		bool upper;

		while (isalnum((unsigned char)name[len]) || name[len] == '-')
			len++;
		if (len > 0 && !tl_option_by_name(name, len, &upper, &how))
			fail_msg("%s has \"%.*s\", which is no option", path, (int)len, name);
	}
}

static void there_are_no_others(void **state)
{
	char *bash = slurp(BASH), *zsh = slurp(ZSH);

	*strstr(bash, "_tless()") = '\0';
	check_names(BASH, bash, " --");
	check_names(BASH, bash, "\t--");
	check_names(ZSH, zsh, "'--");
	free(bash);
	free(zsh);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(bash_has_the_options),
		cmocka_unit_test(zsh_has_the_options),
		cmocka_unit_test(there_are_no_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
