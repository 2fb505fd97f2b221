/*
 * callreaders.h: a reader for each layout in which programs print calls; for callform.c, which finds out
 * which one a text has.
 */
#ifndef TL_INDEX_CALLREADERS_H
#define TL_INDEX_CALLREADERS_H

#include "index/callform.h"

/* Threads that are known by their CPU only have this in their number; no other thread's is so large, but
 * for idle tasks, which have another bit. */
#define TL_CALL_BY_CPU (UINT64_C(1) << 40)

/* The rest of a line: [p, end). */
struct tl_callrest {
	const uint8_t *p, *end;
};

struct tl_callreader {
	const char *name;
	/* As tl_callform_read(). */
	bool (*read)(const struct tl_callform *f, struct tl_callrest line, struct tl_callline *out);
};

/* All of them; ends with a NULL name.  Of two that understand a text as well, the first is taken. */
extern const struct tl_callreader tl_callreaders[];

#endif
