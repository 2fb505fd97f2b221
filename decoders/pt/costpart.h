/*
 * costpart.h: what a slice's events cost, as far as that slice tells.
 *
 * A slice does not know what its threads have called before it.  It is told as *stories*: a story
 * is a tree below the function that runs at its beginning, whoever that is, and the calls that
 * it leaves open; a story ends where a branch goes back to what is before it.  Who has the stories
 * of all slices in a row knows the stack at that point, and does what that branch does (costs.c).
 * So it makes no difference where slices are cut.
 */
#ifndef TL_DECODERS_PT_COSTPART_H
#define TL_DECODERS_PT_COSTPART_H

#include "decoders/perf/select.h"
#include "decoders/pt/callstack.h"

/* How a story ends. */
enum tl_pt_ending {
	TL_PT_ENDS_OPEN,   /* another one goes on, in this slice or the next */
	TL_PT_ENDS_LOST,   /* a gap: nothing is known of the stack any more */
	TL_PT_ENDS_RETURN, /* a return */
	TL_PT_ENDS_START,  /* the trace begins */
	TL_PT_ENDS_LEAP,   /* a jump that leaves functions; flags: enum tl_pt_leaping */
};

struct tl_pt_story {
	uint64_t key;               /* of the thread */
	uint32_t comm;              /* its name */
	uint32_t stretch;           /* of the selected times */
	uint32_t image;             /* of its process: what it ran before an exec is gone */
	bool first_counts;          /* of the base's nodes the first with a name was entered, */
	uint32_t first_node, nodes; /* in the part; the first is the root, the next the base */
	uint32_t first_frame, frames;
	struct tl_pt_leaving leaving; /* at its end; known: it was told here */
	enum tl_pt_ending ending;
	uint64_t to; /* of the branch that ends it */
	uint16_t flags;
	uint32_t name; /* of where it leads */
};

/* A queue in a slice: its first and last event. */
struct tl_pt_queue_ends {
	bool some;
	uint32_t node; /* that ran before the first one; TL_CALL_NONODE: nothing that counts */
	struct tl_pt_moment {
		uint64_t time;
		uint64_t key;
		uint32_t stretch;
		bool runs; /* on, behind the event */
	} first, last;
};

/* Plain data. */
struct tl_pt_costpart {
	struct tl_callnode *nodes;
	uint32_t nnodes;
	struct tl_pt_story *stories; /* thread by thread, in order */
	uint32_t nstories;
	struct tl_pt_stackframe *frames;
	uint32_t nframes;
	struct tl_pt_queue_ends *queues;
	uint32_t nqueues;
	uint64_t ngaps;
};

/* Does the time between two events of a queue belong to what ran?  Then how much, else 0. */
static inline uint64_t tl_pt_moment_between(const struct tl_pt_moment *before,
					    const struct tl_pt_moment *now)
{
	if (!before->runs || before->key != now->key || before->stretch != now->stretch ||
	    now->stretch == UINT32_MAX || before->time == TL_PT_NOTIME ||
	    now->time == TL_PT_NOTIME || now->time < before->time)
		return 0;
	return now->time - before->time;
}

/* What of the events is counted; borrowed. */
struct tl_pt_costfilter {
	const struct tl_select *select; /* NULL: all */
	uint64_t first_ns, last_ns;
	uint32_t nqueues;
	struct tl_callnames *names;
};

struct tl_pt_costcounter; /* what a thread needs for it, kept from slice to slice */

struct tl_pt_costcounter *tl_pt_costcounter_new(void);
void tl_pt_costcounter_free(struct tl_pt_costcounter *c);

/* Count a slice's events, each thread's and each queue's in their order.  Gives *out, to be freed with _free().  False: no memory. */
bool tl_pt_costcounter_count(struct tl_pt_costcounter *c, const struct tl_pt_costfilter *filter,
			     const struct tl_pt_event *events, size_t n,
			     struct tl_pt_costpart **out);
void tl_pt_costpart_free(struct tl_pt_costpart *part);

#endif
