/*
 * fuzz_lineedit.c: any keys typed into a line, in any charset, on a screen of any width, with bound
 * keys, a history and completions.  The cursor stays within the text, and on the screen; what was
 * typed before can be had again.
 *
 * The input: a byte of flags, the screen's columns, a line of bindings (an action and two keys each),
 * and the keys.
 */
#include "pager/lineedit.h"

#include "tests/fuzz/fuzz.h"

#include <stdio.h>

#define MAX_TEXT 4096 /* it takes no more than half of that */

enum {
	UTF8 = 1,
	LATIN1 = 2,
	HISTORY = 4,
	COMPLETER = 8,
	WHOLE_LINE = 16,
	LONG_PROMPT = 32,
	LONG_BYTES = 64
};

static void find_words(const char *word, size_t n, struct tl_words *out)
{
	static const char *const words[] = { "", "a", "ab", "a b\303\244", "\033\377" };
	char start[64];

	must(strlen(word) >= n);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		snprintf(start, sizeof(start), "%.*s%s", (int)(n < 32 ? n : 32), word, words[i]);
		if (n % 3 < 2 || i % 2)
			tl_words_add(out, start);
	}
}

static const char *ending(const char *word)
{
	return word[0] == 'a' ? "/" : "";
}

static void begin(struct tl_lineedit *le, unsigned flags, struct tl_history *history)
{
	static const struct tl_completer words = { .find = find_words, .ending = ending },
					 lines = { find_words, ending, true };
	enum tl_charset cs = flags & UTF8     ? TL_CHARSET_UTF8
			     : flags & LATIN1 ? TL_CHARSET_LATIN1
					      : TL_CHARSET_ASCII;

	tl_lineedit_start(le, flags & LONG_PROMPT ? "W\303\244hle \346\274\242\001: " : "/",
			  flags & HISTORY ? history : NULL, cs);
	if (flags & COMPLETER)
		le->completer = flags & WHOLE_LINE ? &lines : &words;
}

/* Bind what a line of the input says; returns how long it is. */
static size_t bind(struct tl_lineedit *le, const uint8_t *data, size_t n)
{
	const uint8_t *end = memchr(data, '\n', n);
	size_t len = end ? (size_t)(end - data) : 0;

	for (size_t i = 0; i + 3 <= len; i += 3)
		must(tl_lineedit_bind(le, (const char *)data + i + 1, 1 + data[i] / 128,
				      (enum tl_edit_action)(data[i] % (TL_EDIT_LITERAL + 1))));
	return end ? len + 1 : 0;
}

static void check(const struct tl_lineedit *le, unsigned cols)
{
	struct tl_cell *cells = malloc(cols * sizeof(*cells)); /* just so many */

	must(cells && le->first <= le->at && le->at <= le->text.len && le->text.len < MAX_TEXT);
	must(tl_lineedit_draw(le, cells, cols) < cols);
	free(cells);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tl_history history = { 0 };
	struct tl_lineedit le = { 0 };
	enum tl_charset cs;
	unsigned cols, flags;

	if (n < 2)
		return 0;
	flags = data[0];
	setenv("LESSBINFMT", flags & LONG_BYTES ? "a byte that is no text, as %x" : "", 1);
	tl_charset_from_env(&cs);
	cols = 2 + data[1] % 100;
	begin(&le, flags, &history);
	for (size_t i = 2 + bind(&le, data + 2, n - 2); i < n; i++) {
		enum tl_edit now;

		le.cols = data[1] < 200 ? cols : 0;
		now = tl_lineedit_key(&le, data[i], 0x7f, 0x15);
		check(&le, cols);
		if (now == TL_EDIT_DONE)
			tl_history_add(&history, tl_lineedit_text(&le));
		if (now == TL_EDIT_DONE || now == TL_EDIT_CANCEL)
			begin(&le, flags, &history);
	}
	tl_lineedit_fini(&le);
	tl_history_fini(&history);
	return 0;
}
