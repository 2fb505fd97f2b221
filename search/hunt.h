/*
 * hunt.h: the hits in one chunk, for scan.c: those among the lines that begin in it, and the matches in
 * its parts of long lines.
 */
#ifndef TL_SEARCH_HUNT_H
#define TL_SEARCH_HUNT_H

#include "search/chunkrun.h"
#include "search/scan.h"

#include <pthread.h>

/* Does the filter let a long line through that begins in chunk `from` and goes on, as far as is known, to
 * chunk `to`? */
struct tl_judged {
	pthread_mutex_t lock;
	bool any, passes;
	uint64_t from, to;
};

/* What is looked for, in all chunks; const but for what is judged. */
struct tl_hunt {
	const struct tl_scan_request *req; /* borrowed */
	const atomic_bool *stop;           /* borrowed */
	struct tl_longlines how;
	struct tl_judged judged;
};

void tl_hunt_init(struct tl_hunt *h, const struct tl_scan_request *req, const atomic_bool *stop);
void tl_hunt_fini(struct tl_hunt *h);

/* A chunk, and who looks at it. */
struct tl_chunklook {
	struct tl_hunt *hunt;
	struct tl_worker *w;
	struct tl_scratch *s;
	uint64_t k;
	uint64_t low, high; /* hits in [low, high) count */
	struct tl_err *err;
	struct tl_chunkrun run; /* gets what there is; its bytes are gone when the look is over */
};

/* A place that the hits of a chunk are counted up to. */
struct tl_hitcount {
	uint64_t nth;    /* 0: all of them */
	uint64_t hits;   /* up to there, or all */
	uint64_t first;  /* the first, in the direction of the search, if there is one */
	uint64_t pos;    /* the nth */
	uint64_t resume; /* behind the last match in a part of a long line, forward */
};

/*
 * Look for the nth hit of the chunk in the direction of the search.  FOUND; NONE: there are fewer;
 * PENDING: those so far, the chunk goes on; FAILED: *err says why.  Any thread, with a worker's
 * buffer and scratch of its own.
 */
enum tl_lookup tl_hunt_look(struct tl_chunklook *c, struct tl_hitcount *n);

#endif
