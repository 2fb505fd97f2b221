/* wordlist.h: lists of names with commas, each of which may be abbreviated. */
#ifndef TL_PAGER_WORDLIST_H
#define TL_PAGER_WORDLIST_H

#include <stddef.h>

/* A name, and the bits that it stands for. */
struct tl_word {
	const char *name;
	unsigned bits;
};

/* Told of a word that is the beginning of no name, or of several. */
typedef void tl_wordlist_warn(void *arg, const char *message);

/*
 * The bits that a list names, those of all its good words; names end with one that is NULL.  `what`
 * begins the messages.  Any thread.
 */
unsigned tl_wordlist_parse(const char *list, const struct tl_word *names, const char *what,
			   tl_wordlist_warn *warn, void *arg);

/* Write bits as a list of the names that stand first; "" for 0. */
void tl_wordlist_print(unsigned bits, const struct tl_word *names, char *out, size_t size);

#endif
