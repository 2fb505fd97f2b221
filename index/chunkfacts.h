/* chunkfacts.h: what is kept of a chunk that was counted. */
#ifndef TL_INDEX_CHUNKFACTS_H
#define TL_INDEX_CHUNKFACTS_H

#include "index/bytescan.h"
#include "text/source.h"

/* Beside the TL_HAS_ bits of a chunk. */
enum {
	TL_CHUNK_EMPTY = 1 << 8,     /* no bytes at all */
	TL_CHUNK_ENDS_LINE = 1 << 9, /* the last byte is a newline */
};

struct tl_chunk_facts {
	uint32_t newlines;
	uint16_t marks; /* TL_HAS_ and TL_CHUNK_ bits */
};

/* One pass over the bytes of a chunk.  Any thread. */
static inline struct tl_chunk_facts tl_chunk_survey(struct tl_span span)
{
	struct tl_chunk_facts facts = { 0, TL_CHUNK_EMPTY };
	unsigned has;

	if (span.len > 0) {
		facts.newlines = (uint32_t)tl_bytescan()->survey(span.data, span.len, &has);
		facts.marks = (uint16_t)has;
		if (span.data[span.len - 1] == '\n')
			facts.marks |= TL_CHUNK_ENDS_LINE;
	}
	return facts;
}

#endif
