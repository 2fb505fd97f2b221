/* complete.c: see complete.h. */
#include "pager/complete.h"

#include "pager/env.h"
#include "pager/secure.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void tl_words_add(struct tl_words *list, const char *word)
{
	char **words = realloc(list->words, (list->n + 1) * sizeof(*words));

	if (!words)
		return;
	list->words = words;
	words[list->n] = strdup(word);
	if (words[list->n])
		list->n++;
}

void tl_words_fini(struct tl_words *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->words[i]);
	free(list->words);
	*list = (struct tl_words){ NULL, 0 };
}

/* ---- quoting */

static const char *from_env(const char *name, const char *otherwise)
{
	const char *value = tl_env(name);

	return value ? value : otherwise;
}

static const char *escape(void)
{
	return from_env("LESSMETAESCAPE", "\\");
}

static const char *metachars(void)
{
	return from_env("LESSMETACHARS", "; *?\t\n'\"()<>[]|&^`#\\$%=~{},");
}

void tl_complete_quote(const char *name, struct tl_buf *out)
{
	for (; *name; name++) {
		if (strchr(metachars(), *name))
			tl_buf_puts(out, escape());
		tl_buf_putc(out, *name);
	}
}

size_t tl_complete_word_start(const char *line, size_t at)
{
	const char *esc = escape();
	size_t len = strlen(esc), start = strspn(line, " ");
	bool quoted = false;

	if (start >= at)
		return at;
	for (size_t i = 0; i < at; i++) {
		if (len > 0 && i + len < at && !strncmp(line + i, esc, len)) {
			i += len; /* the character behind it is a plain one */
		} else if (quoted) {
			quoted = line[i] != '"';
		} else if (line[i] == '"') {
			quoted = true;
		} else if (line[i] == ' ') {
			start = i + 1;
		}
	}
	return start;
}

/* ---- file names */

/* The pattern for glob(3): what is typed may hold wildcards, unless a quote was opened. */
static bool make_pattern(const char *word, size_t n, struct tl_buf *out)
{
	const char *esc = escape();
	size_t len = strlen(esc);
	bool quoted = n > 0 && *word == '"';

	for (size_t i = quoted ? 1 : 0; i < n; i++) {
		if (quoted) {
			tl_buf_putc(out, '\\');
		} else if (len > 0 && i + len < n && !strncmp(word + i, esc, len)) {
			tl_buf_putc(out, '\\');
			i += len;
		}
		tl_buf_putc(out, word[i]);
	}
	return tl_buf_putc(out, '*');
}

static void find_files(const char *word, size_t n, struct tl_words *out)
{
	struct tl_buf pattern = TL_BUF_INIT, quoted = TL_BUF_INIT;
	glob_t g;

	if (tl_secure_allows(TL_SECURE_GLOB) && make_pattern(word, n, &pattern) &&
	    glob(tl_buf_str(&pattern), GLOB_TILDE, NULL, &g) == 0) {
		for (size_t i = 0; i < g.gl_pathc; i++) {
			quoted.len = 0;
			tl_complete_quote(g.gl_pathv[i], &quoted);
			tl_words_add(out, tl_buf_str(&quoted));
		}
		globfree(&g);
	}
	tl_buf_fini(&pattern);
	tl_buf_fini(&quoted);
}

static const char *file_ending(const char *word)
{
	struct stat st;

	/* As typed: a name with an escape in it is none. */
	if (stat(word, &st) != 0 || !S_ISDIR(st.st_mode))
		return "";
	return from_env("LESSSEPARATOR", "/");
}

const struct tl_completer tl_complete_files = { find_files, file_ending, false };
