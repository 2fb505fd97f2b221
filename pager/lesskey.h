/*
 * lesskey.h: files that bind keys and set variables: text as in lesskey(5) of less 710, and what the
 * lesskey program of older versions made of it.  The readers know the form only; what names mean
 * knows the sink.
 */
#ifndef TL_PAGER_LESSKEY_H
#define TL_PAGER_LESSKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A key sequence is made of bytes and of keys for which each terminal sends something else. */
#define TL_KEY_SPECIAL 0x100 /* + index of the key in the table of specials */
#define TL_MAX_KEYS    32    /* of a sequence; what is longer is cut */

/*
 * A key that has a name: how \k spells it, its terminfo name (NULL: none), and what terminals
 * send for it apart from what terminfo says.
 */
struct tl_special {
	const char *spelling;
	const char *terminfo;
	const char *bytes[3];
};
const struct tl_special *tl_special(unsigned i);           /* NULL: there are no more */
int tl_special_find(const char *s, size_t n, size_t *len); /* -1: no such key; *len used */

enum tl_section { TL_SECTION_COMMAND, TL_SECTION_EDIT, TL_SECTION_ENV };

/* What takes the contents of a file.  Strings are borrowed for the call. */
struct tl_lesskey_sink {
	void *arg;
	/* Is there such an action? */
	bool (*known)(void *arg, enum tl_section section, const char *action);
	/* Keys do `action`, then `extra` (NULL: nothing) is typed. */
	void (*bind)(void *arg, enum tl_section section, const uint16_t *keys, size_t nkeys,
		     const char *action, const char *extra);
	/* #stop: what is not bound by now is bound nowhere. */
	void (*stop)(void *arg, enum tl_section section);
	/* A variable; values are asked for with `get` (NULL: not set). */
	void (*set)(void *arg, const char *name, const char *value);
	const char *(*get)(void *arg, const char *name);
	void (*error)(void *arg, const char *message);
};

/*
 * Read source text; `semicolons` end lines too, as in --lesskey-content.  `file` is named in
 * messages.  Returns how many errors there were; the lines without one count.
 */
unsigned tl_lesskey_source(const char *text, size_t len, const char *file, bool semicolons,
			   const struct tl_lesskey_sink *sink);

/* Read a compiled file.  False: it is none, or is damaged; what came before the damage counts. */
bool tl_lesskey_compiled(const uint8_t *bytes, size_t len, const struct tl_lesskey_sink *sink);

#endif
