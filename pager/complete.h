/*
 * complete.h: what a word that is being typed could become: file names for a command that takes
 * them, or whatever else a prompt has names for.
 */
#ifndef TL_PAGER_COMPLETE_H
#define TL_PAGER_COMPLETE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct tl_words {
	char **words;
	size_t n;
};

/* Copy a word to the end of the list.  Out of memory: it is left out. */
void tl_words_add(struct tl_words *list, const char *word);
void tl_words_fini(struct tl_words *list);

struct tl_completer {
	/* Add what the n bytes at `word` could become.  Main thread. */
	void (*find)(const char *word, size_t n, struct tl_words *out);
	/* What is put behind a word that was chosen: "/" for a folder; borrowed. */
	const char *(*ending)(const char *word);
	bool whole_line; /* blanks are part of the word */
};

/* File names, with what is special to the shell quoted by LESSMETAESCAPE. */
extern const struct tl_completer tl_complete_files;

/*
 * Where the word begins that ends at byte `at` of a line with file names: behind a blank
 * that is neither quoted with " nor escaped.
 */
size_t tl_complete_word_start(const char *line, size_t at);

/* Append a file name as it is typed in a command: characters special to the shell are escaped. */
void tl_complete_quote(const char *name, struct tl_buf *out);

#endif
