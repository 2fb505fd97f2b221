/*
 * keymap.h: which keys do what.  A stack of tables: the last one pushed is asked first, the first
 * one is built in.  In a table the entry that was added last counts.
 */
#ifndef TL_PAGER_KEYMAP_H
#define TL_PAGER_KEYMAP_H

#include "pager/lesskey.h"

struct tl_keymap;

enum tl_fit {
	TL_FIT_NOT,    /* these keys do nothing */
	TL_FIT_PREFIX, /* not yet: some sequence begins with them */
	TL_FIT_WHOLE,
};

/* What keys do. */
struct tl_binding {
	const char *action;
	const char *extra; /* to be typed behind it; NULL: nothing */
};

struct tl_keymap *tl_keymap_new(void); /* NULL: no memory */
void tl_keymap_free(struct tl_keymap *km);

/* Begin a table, to be asked before those that are there. */
bool tl_keymap_push(struct tl_keymap *km);
/* Add to the table begun last; strings are copied.  False: no memory. */
bool tl_keymap_bind(struct tl_keymap *km, const uint16_t *keys, size_t nkeys, const char *action,
		    const char *extra);
/* What the table begun last does not bind is bound nowhere. */
void tl_keymap_stop(struct tl_keymap *km);

/* What is not found is looked up in `base`, which outlives km. */
void tl_keymap_set_base(struct tl_keymap *km, struct tl_keymap *base);

/*
 * What do these bytes do?  *out for TL_FIT_WHOLE.  Keys with names are what the terminal says (it is
 * asked once, so its description must have been read), or what is usual.
 */
enum tl_fit tl_keymap_find(struct tl_keymap *km, const uint8_t *keys, size_t n,
			   struct tl_binding *out);

#endif
