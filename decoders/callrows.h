/* callrows.h: a call tree as a table of functions: what each costs, whoever called it. */
#ifndef TL_DECODERS_CALLROWS_H
#define TL_DECODERS_CALLROWS_H

#include "base/progress.h"
#include "decoders/calltree.h"

struct tl_callrow {
	uint32_t name;
	uint64_t calls;
	uint64_t insns, ns;             /* in the function itself */
	uint64_t total_insns, total_ns; /* with what it called; of its calls within itself once */
};

enum tl_callrows { TL_CALLROWS_MADE, TL_CALLROWS_GIVEN_UP, TL_CALLROWS_NOMEM };

/*
 * The functions of a tree as counts give it (decoder.h): below its node 0 are threads, below these
 * functions, and parents have smaller numbers than children.  Those that cost most by themselves come
 * first; of those that cost the same, those called most.  *out is to be freed.  `progress` may be NULL.
 */
enum tl_callrows tl_callrows_make(const struct tl_calltree *tree, struct tl_callnames *names,
				  enum tl_cost_unit by, const struct tl_progress *progress,
				  struct tl_callrow **out, size_t *n);

#endif
