/*
 * pasts.h: where the threads stood when a slice began: which calls were open, since when.
 *
 * A slice is decoded alone, and says nothing of what was before.  So a few slices before it are
 * looked at, as summaries (summary.h), which is what a jump to anywhere can afford.  Where all
 * slices were gathered in order from the first one on, as they are when a whole text is read or poured
 * out, it is known, too, when a function began that returns after a longer time than that; and kept.
 *
 * Thus a past is a pure function of the slice, but for such times (`late`): what is shown of a slice
 * has its lines and its depths from the rest, and room for the times, be they known or not.
 */
#ifndef TL_DECODERS_PT_PASTS_H
#define TL_DECODERS_PT_PASTS_H

#include "decoders/pt/gather.h"
#include "decoders/pt/summary.h"

/* So many slices of usual size a jump looks back. */
#define TL_PT_LOOK_BACK 8

struct tl_pt_pasts; /* opaque; one a recording */

/* Where the slices come from; the functions are called by any thread, without locks held. */
struct tl_pt_slicing {
	void *arg;
	size_t n;
	size_t most; /* so many of them are looked back at, at the most */
	uint64_t (*time)(void *arg, size_t slice); /* its first, ns */
	bool (*gather)(void *arg, size_t slice, struct tl_pt_scratch *sc, struct tl_err *err);
	/* The same, but events that are neither branches nor errors may be left out. */
	bool (*gather_flow)(void *arg, size_t slice, struct tl_pt_scratch *sc, struct tl_err *err);
};

bool tl_pt_pasts_open(const struct tl_pt_slicing *from, struct tl_pt_pasts **out,
		      struct tl_err *err);
void tl_pt_pasts_close(struct tl_pt_pasts *h);

/*
 * Gather a slice and tell its past, of which `most` slices have to be looked at at the most.  May wait for other threads that are at
 * earlier slices.  Any thread, each its own scratch and past.
 */
bool tl_pt_pasts_gather(struct tl_pt_pasts *h, size_t slice, size_t most, struct tl_pt_scratch *sc,
			struct tl_pt_past *past, struct tl_err *err);

#endif
