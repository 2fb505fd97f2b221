/*
 * shelf.h: chunks of text that were made a moment ago, as somebody is likely to want them.
 *
 * Making a chunk means making all of the text from a point up to it: what is made on the way is put
 * here too, and what is read ahead.
 */
#ifndef TL_DECODERS_PACKED_SHELF_H
#define TL_DECODERS_PACKED_SHELF_H

#include "text/source.h"

#define TL_SHELF_CHUNKS 24 /* kept at the most, but for those in use */
#define TL_CHUNK_BYTES  ((size_t)1 << TL_FILE_SHIFT)

struct tl_piece {
	struct tl_piece *next; /* the shelf's */
	uint64_t k;
	size_t len;
	unsigned users;
	bool wanted; /* somebody has read it; until then it was made for somebody who will */
	uint64_t used_at;
	uint8_t *data; /* TL_CHUNK_BYTES */
};

struct tl_shelf; /* opaque; has its own lock: all functions on any thread */

struct tl_shelf *tl_shelf_new(void); /* NULL: out of memory */
void tl_shelf_free(struct tl_shelf *sh);

/* Room for a chunk, len 0; NULL: out of memory.  To be put or dropped. */
struct tl_piece *tl_shelf_blank(struct tl_shelf *sh);
void tl_shelf_drop(struct tl_shelf *sh, struct tl_piece *piece);

/* Put chunk k, unless it is there already; gives back what is there now, pinned.  When there are
 * too many, those go first that somebody has read, but for the last few. */
struct tl_piece *tl_shelf_put(struct tl_shelf *sh, uint64_t k, struct tl_piece *piece);

/* The chunk, pinned: to be read until unpin(); NULL: it is not here. */
struct tl_piece *tl_shelf_pin(struct tl_shelf *sh, uint64_t k);
void tl_shelf_unpin(struct tl_shelf *sh, struct tl_piece *piece);
bool tl_shelf_has(struct tl_shelf *sh, uint64_t k);

#endif
