/*
 * callreaders.h: a reader for each layout in which programs print calls; for callform.c, which finds out
 * which one a text has.
 */
#ifndef TL_INDEX_CALLREADERS_H
#define TL_INDEX_CALLREADERS_H

#include "index/callform.h"

/* The rest of a line: [p, end). */
struct tl_callrest {
	const uint8_t *p, *end;
};

struct tl_callreader {
	const char *name;
	/* As tl_callform_read_all(). */
	bool (*read)(const struct tl_callform *f, struct tl_callrest line, struct tl_callread *out);
};

/* All of them; ends with a NULL name.  Of two that understand a text as well, the first is taken. */
extern const struct tl_callreader tl_callreaders[];

#endif
