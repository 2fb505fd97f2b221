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

#endif
