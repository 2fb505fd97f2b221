/*
 * textcosts.h: what calls cost in a trace that a program has printed (index/callform.h), counted as
 * decoder.h has it: the stories of its chunks (textstory.h), put together in their order.
 *
 * What is missing in a text ends all that is open in its threads; so does what is open itself where it is too much
 * to be remembered (millions of calls), which is a gap.  Threads are known by their name, or by
 * "thread 17" or "cpu 3" where that is all that lines tell.
 */
#ifndef TL_DECODERS_TEXTCOSTS_H
#define TL_DECODERS_TEXTCOSTS_H

#include "decoders/decoder.h"
#include "decoders/textstory.h"

/* What is counted; the source and the index are borrowed until close, ranges are copied. */
struct tl_textcosts_of {
	struct tl_source *src;
	struct tl_callform calls;
	struct tl_timeindex *times;        /* of src; NULL: there is none */
	const struct tl_textrange *ranges; /* sorted, none of which overlap */
	size_t nranges;                    /* 0: all of the text */
	uint32_t most_nodes; /* of call trees, kept at a time; 0: as many as is good */
};

/*
 * Begin to count.  Of a text that is in order, only the chunks that hold such times are read.  False: no
 * memory; or times are to be chosen in a text that has none, or whose lines do not tell them by
 * themselves.  Looks at the first lines of the text.  Any thread.
 */
bool tl_textcosts_open(const struct tl_textcosts_of *of, struct tl_cost_count *out,
		       struct tl_err *err);

#endif
