/* costs.c: see costs.h. */
#include "decoders/pt/costs.h"

#include "decoders/decoder.h"
#include "decoders/keyindex.h"
#include "decoders/pt/costpart.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Calls deeper than so many levels count for the function at that one; and a stack that has
 * returned from so many calls nobody saw is given up. */
#define MOST_LEVELS 1024

/* Calls that are open; a stack that has more is given up. */
#define MOST_FRAMES (1u << 18)

/* Nodes of all threads.  When there are more, what they cost is put away with the stacks as known
 * so far. */
#define MOST_NODES (1u << 22)

/* What is asked of memory comes within so many steps. */
#define NODES_AHEAD 8

/* For segments that several slices need; see TL_PT_SHARED_BYTES. */
#define SHARED_BYTES ((size_t)32 << 20)

struct worker {
	struct worker *next;
	struct tl_pt_scratch scratch;
	struct tl_pt_costcounter *counter;
};

/* A thread of the recording, now. */
struct thread {
	bool told; /* something; else no stack yet */
	uint32_t comm, image, stretch;
	struct tl_calltree tree;
	struct tl_pt_callstack stack;
};

struct count {
	struct tl_pt_costs_of of;
	struct tl_pt_segments *shared;
	struct tl_callnames *names;
	struct tl_pt_costfilter filter;
	pthread_mutex_t lock; /* of the list */
	struct worker *idle;

	/* Of add() and result(). */
	struct tl_pt_moment *ends; /* last event of each queue */
	struct thread **threads;
	uint32_t nthreads, threads_cap;
	struct tl_keyindex by_key; /* threads have the same numbers */
	uint32_t *map;             /* of a part's nodes: those of the thread */
	uint32_t *keys;            /* and, as far as can be told before, their keys */
	size_t map_cap;
	struct tl_calltree sum;
	uint64_t ngaps;
};

/* ---- opening */

void tl_pt_costs_close(void *count)
{
	struct count *c = count;
	struct worker *w, *next;

	if (!c)
		return;
	for (w = c->idle; w; w = next) {
		next = w->next;
		tl_pt_scratch_fini(&w->scratch);
		tl_pt_costcounter_free(w->counter);
		free(w);
	}
	for (uint32_t i = 0; i < c->nthreads; i++) {
		tl_calltree_fini(&c->threads[i]->tree);
		tl_pt_callstack_fini(&c->threads[i]->stack);
		free(c->threads[i]);
	}
	tl_pt_segments_close(c->shared);
	tl_calltree_fini(&c->sum);
	tl_callnames_free(c->names);
	free(c->threads);
	tl_keyindex_fini(&c->by_key);
	free(c->ends);
	free(c->map);
	free(c->keys);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

bool tl_pt_costs_open(const struct tl_pt_costs_of *of, void **count, struct tl_err *err)
{
	struct count *c = calloc(1, sizeof(*c));
	size_t nqueues = tl_perf_nqueues(of->gatherer.perf);

	*count = NULL;
	if (!c)
		return tl_err_nomem(err);
	pthread_mutex_init(&c->lock, NULL);
	c->of = *of;
	c->of.gatherer.want = TL_PT_WANT_DEPTHS | TL_PT_WANT_TAILS;
	c->names = tl_callnames_new();
	c->ends = calloc(nqueues + 1, sizeof(*c->ends));
	c->filter = (struct tl_pt_costfilter){ of->select, of->first_ns, of->last_ns,
					       (uint32_t)nqueues, c->names };
	c->ngaps = of->ndamage;
	c->sum.most = MOST_NODES;
	if (!c->names || !c->ends || tl_calltree_root(&c->sum, TL_CALL_NONAME) == TL_CALL_NONODE) {
		tl_pt_costs_close(c);
		return tl_err_nomem(err);
	}
	if (!tl_pt_segments_open(SHARED_BYTES, tl_pt_gather_segment, &c->of.gatherer, &c->shared,
				 err)) {
		tl_pt_costs_close(c);
		return false;
	}
	c->of.gatherer.shared = c->shared;
	*count = c;
	return true;
}

/* ---- parts */

static struct worker *take_worker(struct count *c)
{
	struct worker *w;

	pthread_mutex_lock(&c->lock);
	w = c->idle;
	if (w)
		c->idle = w->next;
	pthread_mutex_unlock(&c->lock);
	if (w)
		return w;
	w = calloc(1, sizeof(*w));
	if (w)
		w->counter = tl_pt_costcounter_new();
	if (w && !w->counter) {
		free(w);
		w = NULL;
	}
	return w;
}

static void put_worker(struct count *c, struct worker *w)
{
	tl_pt_scratch_trim(&w->scratch);
	pthread_mutex_lock(&c->lock);
	w->next = c->idle;
	c->idle = w;
	pthread_mutex_unlock(&c->lock);
}

bool tl_pt_costs_chunk(void *count, uint64_t k, void **part, struct tl_err *err)
{
	struct count *c = count;
	struct worker *w = take_worker(c);
	struct tl_pt_costpart *p = NULL;
	bool ok;

	if (!w)
		return tl_err_nomem(err);
	w->scratch.n = 0;
	ok =
	    ((c->of.chosen && k >= c->of.nchosen) ||
	     tl_pt_gather_threads(&c->of.gatherer, c->of.chosen ? c->of.chosen[k] : (size_t)k,
				  &w->scratch, err)) &&
	    (tl_pt_costcounter_count(w->counter, &c->filter, w->scratch.events, w->scratch.n, &p) ||
	     tl_err_nomem(err));
	put_worker(c, w);
	*part = p;
	return ok;
}

void tl_pt_costs_drop(void *part)
{
	tl_pt_costpart_free(part);
}

/* ---- threads */

static bool add_thread(struct count *c)
{
	struct thread *t;

	if (c->nthreads == c->threads_cap) {
		uint32_t cap = c->threads_cap ? 2 * c->threads_cap : 16;
		struct thread **threads = realloc(c->threads, cap * sizeof(struct thread *));

		if (!threads)
			return false;
		c->threads = threads;
		c->threads_cap = cap;
	}
	t = calloc(1, sizeof(*t));
	if (!t)
		return false;
	c->threads[c->nthreads++] = t;
	return true;
}

static struct thread *find_thread(struct count *c, uint64_t key)
{
	uint32_t number = tl_keyindex_number(&c->by_key, key);

	if (number == TL_KEYINDEX_NONE)
		return NULL;
	while (c->nthreads <= number)
		if (!add_thread(c))
			return NULL;
	return c->threads[number];
}

/* What the thread's nodes cost is put away below its name. */
static bool put_away(struct count *c, struct thread *t)
{
	uint32_t to = tl_calltree_child(&c->sum, 0, t->comm);

	return to != TL_CALL_NONODE && tl_calltree_move(&t->tree, &c->sum, to);
}

/* A stack of which nothing is known. */
static bool begin_anew(struct count *c, struct thread *t)
{
	uint32_t root;

	if (t->told && !put_away(c, t))
		return false;
	tl_calltree_clear(&t->tree);
	root = tl_calltree_root(&t->tree, TL_CALL_NONAME);
	t->stack.most = MOST_LEVELS;
	t->stack.leaving = (struct tl_pt_leaving){ .known = true };
	t->told = true;
	return root != TL_CALL_NONODE && tl_pt_callstack_begin(&t->stack, &t->tree, root);
}

/* Costs are put away, and only the stack is kept. */
static bool shrink(struct count *c, struct thread *t)
{
	struct tl_calltree tree = { 0 };
	struct tl_pt_callstack *s = &t->stack;
	uint32_t at, from = TL_CALL_NONODE;

	if (!put_away(c, t))
		return false;
	at = tl_calltree_root(&tree, TL_CALL_NONAME);
	if (at != TL_CALL_NONODE)
		tree.v[at].level = t->tree.v[s->root].level;
	for (uint32_t i = 0; at != TL_CALL_NONODE && i < s->n; i++) {
		/* Those that are too deep have the node of the one before. */
		if (s->v[i].node != from) {
			from = s->v[i].node;
			at = tl_calltree_child(&tree, at, t->tree.v[from].name);
		}
		s->v[i].node = at;
	}
	s->root = 0;
	tl_calltree_fini(&t->tree);
	t->tree = tree;
	return at != TL_CALL_NONODE;
}

/* ---- stories */

/* Of how often the base of a story was entered, what the frame knows better. */
static uint64_t entered(const struct tl_pt_story *story, const struct tl_callnode *node,
			bool first_named, uint32_t was, struct tl_pt_stackframe *frame)
{
	uint64_t calls = node->calls;

	if (frame->first == TL_CALL_NONAME)
		frame->first = node->name;
	if (node->name == frame->first)
		return 0;
	return calls - (first_named && story->first_counts && was == node->name && calls > 0);
}

/* Trees are larger than caches are: what of it a story needs is asked for before that. */
static void expect_nodes(struct count *c, const struct thread *t, const struct tl_pt_costpart *part,
			 const struct tl_pt_story *story)
{
	const struct tl_pt_callstack *s = &t->stack;
	uint32_t first = story->first_node;

	c->keys[first] = t->tree.v[tl_pt_callstack_caller(s)].key;
	for (uint32_t i = first + 1; i < first + story->nodes; i++) {
		const struct tl_callnode *n = &part->nodes[i];

		if (n->parent == first && n->name == TL_CALL_NONAME)
			c->keys[i] = t->tree.v[tl_pt_callstack_top(s)].key;
		else
			c->keys[i] = tl_calltree_key(c->keys[n->parent], n->name);
		tl_calltree_expect(&t->tree, c->keys[i]);
	}
}

/* The nodes of a story, below the function that runs now. */
static bool take_nodes(struct count *c, struct thread *t, const struct tl_pt_costpart *part,
		       const struct tl_pt_story *story)
{
	struct tl_pt_callstack *s = &t->stack;
	struct tl_pt_stackframe *top = &s->v[s->n - 1];
	uint32_t first = story->first_node, end = first + story->nodes;
	uint32_t was = t->tree.v[top->node].name;
	bool named = false;

	c->map[first] = tl_pt_callstack_caller(s);
	expect_nodes(c, t, part, story);
	for (uint32_t i = first + 1; i < end; i++) {
		const struct tl_callnode *n = &part->nodes[i];
		uint64_t calls = n->calls;
		uint32_t to;

		if (i + NODES_AHEAD < end)
			tl_calltree_expect_node(&t->tree, c->keys[i + NODES_AHEAD]);
		if (n->parent == first && n->name == TL_CALL_NONAME) {
			to = top->node;
		} else {
			if (n->parent == first) {
				calls = entered(story, n, !named, was, top);
				named = true;
			}
			to = tl_pt_callstack_child(s, &t->tree, c->map[n->parent], n->name);
		}
		if (to == TL_CALL_NONODE)
			return false;
		t->tree.v[to].calls += calls;
		t->tree.v[to].insns += n->insns;
		t->tree.v[to].ns += n->ns;
		c->map[i] = to;
	}
	return true;
}

static bool take_frames(struct count *c, struct thread *t, const struct tl_pt_costpart *part,
			const struct tl_pt_story *story)
{
	struct tl_pt_callstack *s = &t->stack;
	const struct tl_pt_stackframe *v = &part->frames[story->first_frame];

	s->v[s->n - 1].node = c->map[v[0].node];
	for (uint32_t i = 1; i < story->frames; i++) {
		struct tl_pt_stackframe frame = v[i];

		frame.node = c->map[frame.node];
		if (!tl_pt_callstack_push(s, &frame))
			return false;
	}
	if (story->leaving.known)
		s->leaving = story->leaving;
	return true;
}

/* It has returned from a call that nobody saw. */
static bool lift(struct count *c, struct thread *t, uint32_t name)
{
	struct tl_pt_callstack *s = &t->stack;
	struct tl_pt_leaving leaving = s->leaving;

	if (t->tree.v[s->root].level <= -MOST_LEVELS) {
		if (!begin_anew(c, t))
			return false;
		s->leaving = leaving;
		return name == TL_CALL_NONAME || tl_pt_callstack_rename(s, &t->tree, name, false);
	}
	s->n = 1;
	s->v[0] = (struct tl_pt_stackframe){ .node = s->root, .first = name };
	s->root = tl_calltree_lift(&t->tree, s->root, name);
	return s->root != TL_CALL_NONODE;
}

static bool end_as_told(struct count *c, struct thread *t, const struct tl_pt_story *story)
{
	enum tl_pt_stacked stacked = TL_PT_STACK_DONE;

	switch (story->ending) {
	case TL_PT_ENDS_OPEN:
		break;
	case TL_PT_ENDS_LOST:
		return begin_anew(c, t);
	case TL_PT_ENDS_RETURN:
		stacked = tl_pt_callstack_return(&t->stack, &t->tree, story->to, story->flags,
						 story->name);
		break;
	case TL_PT_ENDS_LEAP:
		stacked =
		    tl_pt_callstack_leap(&t->stack, &t->tree, c->names, story->name, story->flags);
		break;
	case TL_PT_ENDS_START:
		stacked = tl_pt_callstack_start(&t->stack, &t->tree, story->to, story->name);
		break;
	}
	if (stacked == TL_PT_STACK_EMPTY)
		return lift(c, t, story->name);
	return stacked != TL_PT_STACK_NOMEM;
}

static bool take_story(struct count *c, const struct tl_pt_costpart *part,
		       const struct tl_pt_story *story)
{
	struct thread *t = find_thread(c, story->key);

	if (!t)
		return false;
	if (!t->told || t->stretch != story->stretch || t->image != story->image) {
		if (!begin_anew(c, t))
			return false;
	} else if (t->comm != story->comm && !put_away(c, t)) {
		return false;
	}
	t->comm = story->comm;
	t->image = story->image;
	t->stretch = story->stretch;
	if (!take_nodes(c, t, part, story) || !take_frames(c, t, part, story) ||
	    !end_as_told(c, t, story))
		return false;
	return t->stack.n <= MOST_FRAMES || begin_anew(c, t);
}

/* ---- adding up */

/* What ran over the border between two slices. */
static void join_queues(struct count *c, struct tl_pt_costpart *part)
{
	for (uint32_t i = 0; i < part->nqueues; i++) {
		struct tl_pt_queue_ends *q = &part->queues[i];

		if (!q->some)
			continue;
		if (q->node != TL_CALL_NONODE)
			part->nodes[q->node].ns += tl_pt_moment_between(&c->ends[i], &q->first);
		c->ends[i] = q->last;
	}
}

static bool make_map(struct count *c, size_t n)
{
	if (n <= c->map_cap)
		return true;
	free(c->map);
	free(c->keys);
	c->map = malloc(n * sizeof(*c->map));
	c->keys = malloc(n * sizeof(*c->keys));
	c->map_cap = c->map && c->keys ? n : 0;
	return c->map_cap > 0;
}

/* All that is remembered stays below a bound. */
static bool bound(struct count *c)
{
	uint64_t n = 0;
	bool ok = true;

	for (uint32_t i = 0; i < c->nthreads; i++)
		n += c->threads[i]->tree.n;
	for (uint32_t i = 0; ok && n > MOST_NODES && i < c->nthreads; i++)
		ok = !c->threads[i]->told || shrink(c, c->threads[i]);
	return ok;
}

bool tl_pt_costs_add(void *count, void *part, struct tl_err *err)
{
	struct count *c = count;
	struct tl_pt_costpart *p = part;
	bool ok = make_map(c, p->nnodes);

	join_queues(c, p);
	for (uint32_t i = 0; ok && i < p->nstories; i++)
		ok = take_story(c, p, &p->stories[i]);
	ok = ok && bound(c);
	c->ngaps += p->ngaps;
	tl_pt_costpart_free(p);
	return ok || tl_err_nomem(err);
}

bool tl_pt_costs_result(void *count, struct tl_cost_result *out, struct tl_err *err)
{
	struct count *c = count;

	for (uint32_t i = 0; i < c->nthreads; i++)
		if (c->threads[i]->told && !put_away(c, c->threads[i]))
			return tl_err_nomem(err);
	*out = (struct tl_cost_result){
		.tree = &c->sum,
		.names = c->names,
		.ngaps = c->ngaps,
		.has_time = tl_pt_slices_timed(c->of.gatherer.slices),
	};
	return true;
}
