/*
 * summary.h: what a stretch of events does to the calls of its threads, in few events: those that are
 * left when each call is dropped that returns within the stretch, with all that happened in it.
 *
 * Whatever is open when the stretch begins: following these events leads where following all of
 * them does.  An event that may end a call from before the stretch stays, and all before it.
 */
#ifndef TL_DECODERS_PT_SUMMARY_H
#define TL_DECODERS_PT_SUMMARY_H

#include "decoders/pt/threads.h"

/* A thread in it: its events first .. first + n - 1. */
struct tl_pt_part {
	uint64_t key;
	uint64_t since; /* the time of its first event, dropped or not */
	size_t first, n;
};

struct tl_pt_summary {
	struct tl_pt_event *events;
	uint32_t *numbers; /* of the events in the stretch */
	struct tl_pt_part *parts;
	size_t nparts;
	uint64_t gap; /* of its last error; 0: it has none */
	bool opaque;  /* it would be too long: it has nothing, and who needs it knows nothing */
};

/* Events that stay, as far as it is known. */
struct tl_pt_picked {
	const struct tl_pt_event **v;
	size_t n, cap;
};

/* What a thread needs at hand to make them; all zero is empty. */
struct tl_pt_summer {
	struct tl_pt_threads threads;
	struct tl_pt_picked *lists; /* one for each thread */
	size_t nlists;
};

/* Gives *out, to be freed with fini().  False: out of memory. */
bool tl_pt_summary_make(struct tl_pt_summer *s, const struct tl_pt_event *events, size_t n,
			struct tl_pt_summary *out);
void tl_pt_summary_fini(struct tl_pt_summary *s);
void tl_pt_summer_fini(struct tl_pt_summer *s);

/* Go on with what `past` knows, over the stretch.  False: out of memory. */
bool tl_pt_summary_follow(const struct tl_pt_summary *s, struct tl_pt_past *past);

/* The same for one event. */
bool tl_pt_past_follow(struct tl_pt_past *past, const struct tl_pt_event *ev);

/* How many of a summary's returns, and of the places where its threads begin again, `past` does not
 * tell the call or the end of; it goes on over the stretch meanwhile.  SIZE_MAX: out of memory. */
size_t tl_pt_summary_unknown(const struct tl_pt_summary *s, struct tl_pt_past *past);

/* Add one; they may come in any order until all are sorted.  False: out of memory. */
bool tl_pt_past_add_late(struct tl_pt_past *past, uint32_t event, uint64_t time);

void tl_pt_past_clear(struct tl_pt_past *past);
void tl_pt_past_fini(struct tl_pt_past *past);

#endif
