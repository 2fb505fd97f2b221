/*
 * calltext.h: the calls in the chunks of a text whose lines tell them by how far they are indented
 * (callform.h).  A line belongs to the chunk it begins in, so each chunk can be read alone.
 */
#ifndef TL_INDEX_CALLTEXT_H
#define TL_INDEX_CALLTEXT_H

#include "index/callform.h"
#include "text/calls.h"
#include "text/source.h"

/*
 * Append the lines that begin in chunk k and belong to a thread; depths are absolute.  Lines that do not
 * tell their depth get that of where they stand.  What is not here, or past the end, has no lines.
 * False: out of memory, or it cannot be read.  Any thread, several at once.
 */
bool tl_calltext_calls(const struct tl_callform *form, struct tl_source *src, uint64_t k,
		       struct tl_calls *out, struct tl_err *err);

/* Who is told the lines of a chunk. */
struct tl_linetaker {
	void (*begin)(void *arg); /* again: what was told before is to be forgotten */
	/* A line that begins at that byte of the chunk, its first TL_CALLFORM_LINE bytes at least if it goes on
	 * behind the chunk.  False: no memory. */
	bool (*line)(void *arg, struct tl_span line, size_t byte);
	void *arg;
};

/* Tell the lines that begin in chunk k.  False as above.  Any thread, several at once. */
bool tl_calltext_lines(struct tl_source *src, uint64_t k, const struct tl_linetaker *taker,
		       struct tl_err *err);

#endif
