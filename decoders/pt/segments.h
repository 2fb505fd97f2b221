/*
 * segments.h: the events of segments that more than one slice needs, held in memory while
 * there is room, so that each is decoded once and not once a slice.
 *
 * Bounded: what was not used for longest goes first.  What is pinned stays, over the bound if
 * need be.
 */
#ifndef TL_DECODERS_PT_SEGMENTS_H
#define TL_DECODERS_PT_SEGMENTS_H

#include "decoders/pt/event.h"

#include "base/err.h"

struct tl_pt_segments; /* opaque; one a recording */

/* Decode a segment: append its events; *tail as tl_pt_flow_decode() has it.  Called without locks
 * held, by any thread, several at once. */
typedef bool tl_pt_segments_decode(void *arg, size_t queue, size_t index, struct tl_pt_events *out,
				   uint64_t *tail, struct tl_err *err);

/* `bytes` bounds the memory of events.  Borrows `arg` until close. */
bool tl_pt_segments_open(size_t bytes, tl_pt_segments_decode *decode, void *arg,
			 struct tl_pt_segments **out, struct tl_err *err);

/* Another bound from now on.  Any thread. */
void tl_pt_segments_limit(struct tl_pt_segments *s, size_t bytes);

/* Nothing may be pinned any more.  NULL is fine. */
void tl_pt_segments_close(struct tl_pt_segments *s);

/* Events that are held fast; plain data. */
struct tl_pt_pinned {
	const struct tl_pt_event *v;
	size_t n;
	uint64_t tail;
	void *entry; /* for unpin() */
};

/*
 * The events of segment `index` of a queue, which stay put until unpinned.  A thread that wants
 * what another one is decoding waits for it; if that fails, it fails for both.  Any thread.
 */
bool tl_pt_segments_pin(struct tl_pt_segments *s, size_t queue, size_t index,
			struct tl_pt_pinned *out, struct tl_err *err);
void tl_pt_segments_unpin(struct tl_pt_segments *s, const struct tl_pt_pinned *pinned);

#endif
