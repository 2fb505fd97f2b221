/*
 * cursor.h: read a text across chunk borders, in both directions.
 *
 * A cursor keeps one chunk pinned: neighbouring reads cost nothing.  It hands out
 * runs of bytes, never single ones, so that callers can use memchr and SIMD.
 * One thread at a time; storage is the caller's.
 *
 * Positions given may be behind a chunk's last byte; those handed back are always of a
 * byte, or, behind the last byte of all, of the end: they can be compared.
 */
#ifndef TL_TEXT_CURSOR_H
#define TL_TEXT_CURSOR_H

#include "text/source.h"

struct tl_cursor {
	struct tl_source *src; /* borrowed */
	uint64_t k;            /* pinned chunk, TL_NOPOS: none */
	struct tl_span span;
	bool head;         /* the span is tl_source_head()'s: nothing is pinned */
	bool hasty;        /* set by who must not wait: after some chunks without a byte that had
			    * to be made, or before one that takes long, the answer is PENDING; the
			    * source looks on, if it can */
	struct tl_err err; /* of the last TL_FAILED */
};

void tl_cursor_init(struct tl_cursor *cur, struct tl_source *src);
void tl_cursor_fini(struct tl_cursor *cur);

/* Let go of the pinned chunk, so that a grown or replaced file is read anew. */
void tl_cursor_drop(struct tl_cursor *cur);

/*
 * The longest run of bytes starting at pos.  FOUND: out->len > 0, valid until the next
 * call on this cursor.  NONE: pos is the end of the text.  PENDING: more will come
 * there (a pipe); it was asked for.
 */
enum tl_lookup tl_cursor_forward(struct tl_cursor *cur, uint64_t pos, struct tl_span *out);

/* The longest run of bytes ending just before pos.  NONE: pos is the beginning.  The run
 * starts at tl_pos_make(chunk of its last byte, 0): *start gets that. */
enum tl_lookup tl_cursor_backward(struct tl_cursor *cur, uint64_t pos, struct tl_span *out,
				  uint64_t *start);

/*
 * pos + n bytes forward over chunk borders and holes: where the byte after a run of n
 * bytes beginning at pos stands.  The run must be one that tl_cursor_forward gave.
 */
uint64_t tl_cursor_after(struct tl_cursor *cur, uint64_t pos, size_t n);

/*
 * Find the start of the line that holds pos: just behind the nearest newline before pos.
 * Looks back over at most `limit` bytes; NONE if no newline was there, with *out where it
 * gave up.  At the beginning of the text: FOUND.
 */
enum tl_lookup tl_cursor_line_start(struct tl_cursor *cur, uint64_t pos, uint64_t limit,
				    uint64_t *out);

/*
 * Find the start of the next line: just behind the first newline at or after pos.  Looks
 * at most `limit` bytes ahead.  NONE: no newline there, *out is where it gave up (the end
 * of the text, or pos + limit).  PENDING: a pipe has not brought so much yet.
 */
enum tl_lookup tl_cursor_next_line(struct tl_cursor *cur, uint64_t pos, uint64_t limit,
				   uint64_t *out);

/*
 * Append the bytes from pos to the end of its line (without the newline) to buf, at most
 * `limit`; *next gets the start of the next line or where it stopped (a newline just behind
 * the limit still ends the line).  FOUND even for a last line without newline; NONE at the
 * end of the text; PENDING when the newline is not here.  With PENDING and FAILED the bytes
 * there are stay appended.
 */
enum tl_lookup tl_cursor_read_line(struct tl_cursor *cur, uint64_t pos, uint64_t limit,
				   struct tl_buf *buf, uint64_t *next);

#endif
