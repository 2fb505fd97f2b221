/*
 * gaplist.h: the lines of a text that tell of a gap or error, as :gaps lists them.
 */
#ifndef TL_PAGER_GAPLIST_H
#define TL_PAGER_GAPLIST_H

#include "base/buf.h"
#include "text/source.h"

/* So many are listed. */
#define TL_GAPLIST_MOST 100000

struct tl_gaplist;

struct tl_gaplist *tl_gaplist_new(void); /* NULL: no memory */
void tl_gaplist_free(struct tl_gaplist *list);

/* The line at pos is one; in any order, and more than once.  What there is no memory for, or that is too
 * many, is left out.  Any thread, but not beside those below. */
void tl_gaplist_add(struct tl_gaplist *list, uint64_t pos, struct tl_span line);

/* They are all: put them in order.  How many there are. */
size_t tl_gaplist_end(struct tl_gaplist *list);

/* Was one left out? */
bool tl_gaplist_full(const struct tl_gaplist *list);

/* How many, and where line i is; after _end(). */
size_t tl_gaplist_count(const struct tl_gaplist *list);
uint64_t tl_gaplist_pos(const struct tl_gaplist *list, size_t i);

/* Append them, a line each, with their numbers from 1.  False: no memory. */
bool tl_gaplist_text(const struct tl_gaplist *list, struct tl_buf *out);

#endif
