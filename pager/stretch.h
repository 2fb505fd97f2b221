/*
 * stretch.h: where lines and stretches begin, and the bytes of the one being laid out; for layout.c
 * and glyph.c.  Main thread.  FAILED: lay->cur.err tells.
 */
#ifndef TL_PAGER_STRETCH_H
#define TL_PAGER_STRETCH_H

#include "pager/layout.h"

/* All a row needs to know of those before it in its stretch. */
struct tl_row_state {
	uint32_t off; /* of its first byte, from the anchor */
	struct tl_attr attr;
};

/* Make lay->bytes hold the stretch that pos is in, or its beginning.  FOUND, PENDING or FAILED. */
enum tl_lookup tl_stretch_load(struct tl_layout *lay, uint64_t pos);
/* Have at least n bytes of the stretch at hand, if it has so many.  FOUND or FAILED. */
enum tl_lookup tl_stretch_fetch(struct tl_layout *lay, size_t n);
/* What follows the stretch that is loaded, another one of its line or another line; its bytes need not be
 * at hand.  FOUND, PENDING or FAILED. */
enum tl_lookup tl_stretch_next(struct tl_layout *lay, uint64_t *next, bool *ends_line);
/* The row of the stretch that holds byte `off`, or the last one known before it. */
size_t tl_stretch_row_holding(const struct tl_layout *lay, size_t off);
/* The next row starts at byte `off`.  False: out of memory. */
bool tl_stretch_add_row(struct tl_layout *lay, uint32_t off, struct tl_attr attr);

/* The byte before pos: FOUND with where it stands. */
enum tl_lookup tl_stretch_byte_before(struct tl_layout *lay, uint64_t pos, uint8_t *byte,
				      uint64_t *at);

/* Copy up to n bytes that begin at pos, or that end before it, wherever chunks are cut.  Returns how
 * many there are. */
size_t tl_stretch_copy_after(struct tl_layout *lay, uint64_t pos, uint8_t *to, size_t n);
size_t tl_stretch_copy_before(struct tl_layout *lay, uint64_t pos, uint8_t *to, size_t n);

/* tl_layout_interrupt() was called: this is the answer, FAILED with an empty error. */
enum tl_lookup tl_stretch_give_up(struct tl_layout *lay);

#endif
