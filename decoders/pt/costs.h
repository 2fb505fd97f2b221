/*
 * costs.h: what calls cost in a recording: the parts that its slices tell (costpart.h), put together
 * in their order, thread by thread.
 *
 * What ran between two events belongs to the function that the second one finds running, and so to
 * the calls that are open there.  Time in which the trace of a thread was off, or in which another
 * thread had its CPU, is nobody's.  Behind a gap, and where the stack of a thread cannot be known for another
 * reason, a new stack begins with what runs; whom that returns to is put below all that was called since.
 */
#ifndef TL_DECODERS_PT_COSTS_H
#define TL_DECODERS_PT_COSTS_H

#include "decoders/decoder.h"
#include "decoders/pt/gather.h"

/* What a count is opened with; borrowed until close. */
struct tl_pt_costs_of {
	struct tl_pt_gatherer gatherer; /* its `want` and `shared` are not used */
	const struct tl_select *select; /* NULL: all */
	const size_t *chosen;           /* the slice of chunk k is chosen[k]; NULL: k */
	uint64_t nchosen;               /* chunks that have a slice, where `chosen` says which */
	uint64_t first_ns, last_ns;     /* both included */
	uint64_t ndamage;               /* gaps that no slice knows of */
};

/* As tl_cost_ops (decoder.h) has them. */
bool tl_pt_costs_open(const struct tl_pt_costs_of *of, void **count, struct tl_err *err);
bool tl_pt_costs_chunk(void *count, uint64_t k, void **part, struct tl_err *err);
bool tl_pt_costs_add(void *count, void *part, struct tl_err *err);
void tl_pt_costs_drop(void *part);
bool tl_pt_costs_result(void *count, struct tl_cost_result *out, struct tl_err *err);
void tl_pt_costs_close(void *count);

#endif
