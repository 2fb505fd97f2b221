/*
 * calltree.h: what calls cost, as a tree of who called whom: made by decoders (tl_cost_ops in
 * decoder.h), shown as folded stacks or as a table of functions.
 *
 * A node is a function as called along one path.  Nodes are numbers; a node's parent has a smaller
 * one, but for roots that were put on top of others later.
 */
#ifndef TL_DECODERS_CALLTREE_H
#define TL_DECODERS_CALLTREE_H

#include "base/buf.h"
#include "text/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- names of functions and threads, numbered */

#define TL_CALL_NONAME 0 /* of what is not known */

struct tl_callnames;

struct tl_callnames *tl_callnames_new(void); /* NULL: no memory */
void tl_callnames_free(struct tl_callnames *names);

/*
 * The number of a name, which is copied: control characters become `?`, and `;`, which stands
 * between names in folded stacks, a `:`.  TL_CALL_NONAME: no memory.  Any thread.
 */
uint32_t tl_callnames_add(struct tl_callnames *names, const char *name);

/* The name with a number; "[unknown]" of TL_CALL_NONAME.  Lives as long as the names.  Any thread. */
const char *tl_callnames_get(struct tl_callnames *names, uint32_t number);

/* ---- the tree; for one thread */

#define TL_CALL_NONODE UINT32_MAX

struct tl_callnode {
	uint32_t parent; /* TL_CALL_NONODE: a root */
	uint32_t name;
	uint32_t latest; /* the child that was asked for last */
	int32_t level;   /* of a root 0, or as tl_calltree_lift() says; of a child one more */
	uint32_t key;    /* hash of the path */
	uint64_t calls;  /* how often it was entered along this path */
	uint64_t insns;  /* executed in it, not in what it called */
	uint64_t ns;     /* likewise */
};

/* Plain data; all zero is empty.  Nodes may be read, and their costs added to, by anybody. */
struct tl_calltree {
	struct tl_callnode *v;
	uint32_t n, cap;
	uint32_t *slots;   /* by key: node + 1 */
	uint32_t nslots;   /* 0, or a power of two: at least twice as many as are */
	uint32_t nindexed; /* in them: the nodes before this one */
	uint32_t most;     /* nodes; then what is called counts for who calls; 0: any number */
};

void tl_calltree_fini(struct tl_calltree *t);
void tl_calltree_clear(struct tl_calltree *t); /* keeps the memory that is in use */

/* A new root; TL_CALL_NONODE: no memory. */
uint32_t tl_calltree_root(struct tl_calltree *t, uint32_t name);

/* What _child() does when it is not the one that was asked for last. */
uint32_t tl_calltree_find(struct tl_calltree *t, uint32_t parent, uint32_t name);

/* The child of a node with this name, new if need be; TL_CALL_NONODE: no memory. */
static inline uint32_t tl_calltree_child(struct tl_calltree *t, uint32_t parent, uint32_t name)
{
	uint32_t latest = t->v[parent].latest;

	if (latest != TL_CALL_NONODE && t->v[latest].name == name)
		return latest;
	return tl_calltree_find(t, parent, name);
}

/* The key of a child of a node with a key; given the name, no two of these have the same. */
static inline uint32_t tl_calltree_key(uint32_t parent_key, uint32_t name)
{
	uint64_t h = ((uint64_t)parent_key << 32 | name) * UINT64_C(0x9e3779b97f4a7c15);

	return (uint32_t)(h >> 32);
}

/* For who is about to ask for many children in a large tree: ask memory for what is about a key, some time
 * before tl_calltree_child(); first for its slot, and some time later for its node. */
static inline void tl_calltree_expect(const struct tl_calltree *t, uint32_t key)
{
	if (t->nslots > 0)
		__builtin_prefetch(&t->slots[key & (t->nslots - 1)]);
}

static inline void tl_calltree_expect_node(const struct tl_calltree *t, uint32_t key)
{
	uint32_t slot = t->nslots > 0 ? t->slots[key & (t->nslots - 1)] : 0;

	if (slot > 0)
		__builtin_prefetch(&t->v[slot - 1], 1);
}

/* Put a new root, without a name, above a root, which becomes its child `name`, and is one level above the old
 * root.  Gives the new one; TL_CALL_NONODE: no memory. */
uint32_t tl_calltree_lift(struct tl_calltree *t, uint32_t root, uint32_t name);

/*
 * Add the costs of all nodes to those of another tree, along the same paths below its node `to`,
 * and forget them here.  The root's own name is left out.  Paths that have none are not made.
 * False: no memory.
 */
bool tl_calltree_move(struct tl_calltree *from, struct tl_calltree *to_tree, uint32_t to);

/* ---- showing */

enum tl_cost_unit {
	TL_COST_NS,
	TL_COST_INSNS,
	TL_COST_SAMPLES, /* of a tree of samples: `calls` */
	TL_COST_PERIODS, /* likewise: `insns` */
};

/*
 * A line `outer;inner N` for each node with costs: those below node `root`, whose name is left out,
 * sorted by the names, outermost first.  take() gets whole lines, some at a time; false from it
 * ends it.  False: that, or no memory (then *nomem).
 */
bool tl_calltree_fold(const struct tl_calltree *t, uint32_t root, struct tl_callnames *names,
		      enum tl_cost_unit unit, bool (*take)(void *arg, struct tl_span lines),
		      void *arg, bool *nomem);

#endif
