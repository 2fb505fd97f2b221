/* textcosts.c: see textcosts.h. */
#include "decoders/textcosts.h"

#include "decoders/keyindex.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Nodes that are remembered, of all threads.  When there are more, what they cost is put away, and only what is
 * open is kept; or not even that, if it is more than half of them: else the next part would have too many
 * again, and all would be put away for each. */
#define MOST_NODES (1u << 22)

/* Threads; when there are more, what all of them have open is given up. */
#define MOST_THREADS (1u << 16)

/* Near the end of a range lines of several CPUs may be mixed up, and be in the chunk before or behind. */
#define MIXED_CHUNKS 1

struct worker {
	struct worker *next;
	struct tl_textcounter *counter;
};

struct thread {
	uint32_t root, name;
	uint32_t range;
	uint64_t last_ns;
	bool off;      /* it is not traced now */
	uint64_t told; /* number of the part that told of it last */
	struct tl_textstack stack;
};

struct count {
	struct tl_textfilter filter;
	struct tl_textrange *ranges;
	pthread_mutex_t lock; /* of the list */
	struct worker *idle;

	/* Of add() and result(). */
	struct tl_calltree tree; /* of all threads: each has a root */
	struct tl_calltree sum;
	struct thread **threads;
	uint32_t nthreads, threads_cap;
	struct tl_keyindex by_key; /* threads have the same numbers */
	uint32_t *map;             /* of a part's nodes, or of the tree's; NONODE: not known */
	uint32_t *path;
	size_t map_cap;
	uint32_t most_nodes;
	uint64_t nparts, ngaps;
	bool has_costs; /* something took time */
};

/* ---- opening */

static void forget_threads(struct count *c)
{
	for (uint32_t i = 0; i < c->nthreads; i++) {
		tl_textstack_fini(&c->threads[i]->stack);
		free(c->threads[i]);
	}
	c->nthreads = 0;
	tl_keyindex_clear(&c->by_key);
}

static void costs_close(void *count)
{
	struct count *c = count;
	struct worker *w, *next;

	for (w = c->idle; w; w = next) {
		next = w->next;
		tl_textcounter_free(w->counter);
		free(w);
	}
	forget_threads(c);
	tl_calltree_fini(&c->tree);
	tl_calltree_fini(&c->sum);
	tl_callnames_free((struct tl_callnames *)c->filter.names);
	free(c->threads);
	tl_keyindex_fini(&c->by_key);
	free(c->map);
	free(c->path);
	free(c->ranges);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* ---- which chunks */

static uint64_t chunk_of(const struct count *c, uint64_t pos, uint64_t n)
{
	uint64_t k = pos == TL_NOPOS ? n : tl_pos_chunk(c->filter.src, pos);

	return k < n ? k : n;
}

/* Where the first line is at a time or later; NOPOS: all are earlier. */
static bool locate(const struct count *c, uint64_t ns, const atomic_bool *stop, uint64_t *pos,
		   bool *unordered, struct tl_err *err)
{
	struct tl_timehit hit = { .unordered = false };
	enum tl_lookup found = tl_timeindex_locate(c->filter.index, ns, stop, &hit, err);

	*unordered |= hit.unordered;
	*pos = found == TL_FOUND ? hit.pos : TL_NOPOS;
	if (found == TL_PENDING)
		return tl_err_set(err, "interrupted");
	return found != TL_FAILED;
}

/* The chunks of all ranges, and of what is between them. */
static bool costs_begin(void *count, const atomic_bool *stop, uint64_t *first, uint64_t *end,
			struct tl_err *err)
{
	struct count *c = count;
	const struct tl_textfilter *f = &c->filter;
	uint64_t from = 0, to = TL_NOPOS, last;
	bool unordered = false;
	struct tl_extent ext;

	tl_source_extent(f->src, &ext);
	*first = 0;
	*end = ext.nchunks;
	if (f->nranges == 0)
		return true;
	last = f->ranges[f->nranges - 1].last;
	if (!locate(c, f->ranges[0].first, stop, &from, &unordered, err) ||
	    (last < UINT64_MAX && !locate(c, last + 1, stop, &to, &unordered, err)))
		return false;
	if (unordered)
		return true;
	*first = chunk_of(c, from, ext.nchunks);
	*first -= *first < MIXED_CHUNKS ? *first : MIXED_CHUNKS;
	*end = chunk_of(c, to, ext.nchunks) + 1 + MIXED_CHUNKS;
	*end = *end < ext.nchunks ? *end : ext.nchunks;
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
		w->counter = tl_textcounter_new();
	if (w && !w->counter) {
		free(w);
		w = NULL;
	}
	return w;
}

static bool costs_chunk(void *count, uint64_t k, void **part, struct tl_err *err)
{
	struct count *c = count;
	struct worker *w = take_worker(c);
	struct tl_textpart *p = NULL;
	bool ok;

	if (!w)
		return tl_err_nomem(err);
	ok = tl_textcounter_count(w->counter, &c->filter, k, &p, err);
	pthread_mutex_lock(&c->lock);
	w->next = c->idle;
	c->idle = w;
	pthread_mutex_unlock(&c->lock);
	*part = p;
	return ok;
}

static void costs_drop(void *part)
{
	tl_textpart_free(part);
}

/* ---- threads */

static uint32_t name_thread(struct count *c, uint64_t key)
{
	char text[40];

	if (key & TL_CALL_IS_IDLE)
		snprintf(text, sizeof(text), "<idle>");
	else if (key == TL_CALL_ALL)
		snprintf(text, sizeof(text), "trace");
	else if (key & TL_CALL_BY_CPU)
		snprintf(text, sizeof(text), "cpu %" PRIu64, key & ~TL_CALL_BY_CPU);
	else
		snprintf(text, sizeof(text), "thread %" PRIu64, key);
	return tl_callnames_add(c->filter.names, text);
}

static bool add_thread(struct count *c, uint64_t key)
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
	t->last_ns = TL_TEXT_NOTIME;
	t->name = name_thread(c, key);
	t->root = tl_calltree_root(&c->tree, t->name);
	t->stack.tree = &c->tree;
	t->stack.names = c->filter.names;
	t->stack.timed = c->filter.times.kind != NULL;
	c->threads[c->nthreads++] = t;
	return t->name != TL_CALL_NONAME && t->root != TL_CALL_NONODE &&
	       tl_textstack_begin(&t->stack, t->root);
}

/* NULL: no memory. */
static struct thread *find_thread(struct count *c, uint64_t key)
{
	uint32_t number = tl_keyindex_number(&c->by_key, key);

	if (number == TL_KEYINDEX_NONE)
		return NULL;
	while (c->nthreads <= number)
		if (!add_thread(c, c->by_key.keys[c->nthreads]))
			return NULL;
	return c->threads[number];
}

/* ---- stories */

/* All that is open has ended, or nobody knows. */
static bool lose(struct thread *t)
{
	t->last_ns = TL_TEXT_NOTIME;
	t->off = false;
	return tl_textstack_to(&t->stack, 0);
}

static bool make_map(struct count *c, size_t n)
{
	if (n > c->map_cap) {
		uint32_t *map = realloc(c->map, n * sizeof(*map)), *path;

		if (map)
			c->map = map;
		path = map ? realloc(c->path, n * sizeof(*path)) : NULL;
		if (!path)
			return false;
		c->path = path;
		c->map_cap = n;
	}
	if (n > 0)
		memset(c->map, 0xff, n * sizeof(*c->map));
	return true;
}

/* The node of the tree that a part's node is; those of a story's base are in the map. */
static uint32_t find_node(struct count *c, const struct tl_textpart *p, uint32_t node)
{
	uint32_t n = 0, to;

	for (; c->map[node] == TL_CALL_NONODE && p->nodes[node].parent != TL_CALL_NONODE;
	     node = p->nodes[node].parent)
		c->path[n++] = node;
	to = c->map[node];
	while (n > 0 && to != TL_CALL_NONODE) {
		uint32_t name = p->nodes[c->path[--n]].name;

		to = name == TL_CALL_NONAME ? tl_textstack_unknown(&c->tree, to)
					    : tl_calltree_child(&c->tree, to, name);
		c->map[c->path[n]] = to;
	}
	return to;
}

/* A call that was open before the chunk: what it cost there. */
static bool take_base(struct count *c, struct thread *t, const struct tl_textframe *f)
{
	struct tl_textframe *top;

	if (!tl_textstack_to(&t->stack, f->index + 1))
		return false;
	top = tl_textstack_top(&t->stack);
	top->self += f->self;
	top->below += f->below;
	c->map[f->node] = top->node;
	return true;
}

static bool take_frames(struct count *c, struct thread *t, const struct tl_textpart *p,
			const struct tl_textstory *s)
{
	for (uint32_t i = s->first_ended; i < s->first_ended + s->nended; i++) {
		const struct tl_textended *e = &p->ended[i];

		if (!take_base(c, t, &e->frame) ||
		    (e->told && !tl_textstack_exit(&t->stack, e->frame.index, &e->how)))
			return false;
	}
	if (!take_base(c, t, &p->frames[s->first_frame]))
		return false;
	for (uint32_t i = s->first_frame + 1; i < s->first_frame + s->nframes; i++) {
		struct tl_textframe frame = p->frames[i];

		frame.node = find_node(c, p, frame.node);
		if (frame.node == TL_CALL_NONODE || !tl_textstack_push(&t->stack, &frame))
			return false;
	}
	return true;
}

static bool take_story(struct count *c, const struct tl_textpart *p, const struct tl_textstory *s)
{
	struct thread *t = find_thread(c, s->thread);

	if (!t)
		return false;
	t->told = c->nparts;
	if (s->name != TL_CALL_NONAME)
		t->name = c->tree.v[t->root].name = s->name;
	if ((s->anew || t->range != s->range) && !lose(t))
		return false;
	t->range = s->range;
	if (!t->off && t->last_ns != TL_TEXT_NOTIME && s->first_ns != TL_TEXT_NOTIME &&
	    s->first_ns > t->last_ns)
		tl_textstack_top(&t->stack)->self += s->first_ns - t->last_ns;
	if (!t->off)
		tl_textstack_top(&t->stack)->self += s->early_ns;
	if (s->last_ns != TL_TEXT_NOTIME)
		t->last_ns = s->last_ns;
	t->off = s->off || (t->off && !s->deep);
	if (s->deep && !take_frames(c, t, p, s))
		return false;
	return !s->lost || lose(t);
}

static bool take_costs(struct count *c, const struct tl_textpart *p)
{
	for (uint32_t i = 0; i < p->nnodes; i++) {
		const struct tl_callnode *n = &p->nodes[i];
		uint32_t to;

		if (!n->calls && !n->ns)
			continue;
		to = find_node(c, p, i);
		if (to == TL_CALL_NONODE)
			return false;
		c->tree.v[to].calls += n->calls;
		c->tree.v[to].ns += n->ns;
	}
	return true;
}

/* ---- putting away */

/* Where a node's path is in the sum, without the levels that nobody knows. */
static uint32_t find_sum(struct count *c, uint32_t node)
{
	uint32_t n = 0, to;

	for (; c->map[node] == TL_CALL_NONODE && c->tree.v[node].parent != TL_CALL_NONODE;
	     node = c->tree.v[node].parent)
		c->path[n++] = node;
	if (c->map[node] == TL_CALL_NONODE)
		c->map[node] = tl_calltree_child(&c->sum, 0, c->tree.v[node].name);
	to = c->map[node];
	while (n > 0 && to != TL_CALL_NONODE) {
		uint32_t name = c->tree.v[c->path[--n]].name;

		if (name != TL_CALL_NONAME)
			to = tl_calltree_child(&c->sum, to, name);
		c->map[c->path[n]] = to;
	}
	return to;
}

static bool put_away(struct count *c)
{
	if (!make_map(c, c->tree.n))
		return false;
	for (uint32_t i = 0; i < c->tree.n; i++) {
		struct tl_callnode *n = &c->tree.v[i];
		uint32_t to;

		if (!n->calls && !n->ns)
			continue;
		to = find_sum(c, i);
		if (to != TL_CALL_NONODE && n->name == TL_CALL_NONAME)
			to = tl_calltree_child(&c->sum, to, TL_CALL_NONAME);
		if (to == TL_CALL_NONODE)
			return false;
		c->sum.v[to].calls += n->calls;
		c->sum.v[to].ns += n->ns;
		c->has_costs |= n->ns != 0;
		n->calls = n->ns = 0;
	}
	return true;
}

/* The nodes of what a thread has open, in another tree. */
static bool move_stack(struct thread *t, struct tl_calltree *tree)
{
	const struct tl_calltree *old = t->stack.tree;
	uint32_t at = tl_calltree_root(tree, t->name);

	for (uint32_t i = 0; at != TL_CALL_NONODE && i < t->stack.n; i++) {
		struct tl_textframe *f = &t->stack.v[i];
		uint32_t name = old->v[f->node].name;

		if (i > 0)
			at = name == TL_CALL_NONAME ? tl_textstack_unknown(tree, at)
						    : tl_calltree_child(tree, at, name);
		f->node = at;
	}
	t->root = t->stack.v[0].node;
	return at != TL_CALL_NONODE;
}

/* Too much to be remembered: what is open is a gap for all. */
static bool give_up(struct count *c)
{
	bool ok = true;

	for (uint32_t i = 0; ok && i < c->nthreads; i++)
		ok = lose(c->threads[i]);
	ok = ok && put_away(c);
	forget_threads(c);
	tl_calltree_fini(&c->tree);
	c->ngaps++;
	return ok;
}

static uint64_t count_open(const struct count *c)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < c->nthreads; i++)
		n += c->threads[i]->stack.n;
	return n;
}

/* All that is remembered stays below a bound. */
static bool bound(struct count *c)
{
	struct tl_calltree tree = { 0 };
	bool ok = true;

	if (c->tree.n <= c->most_nodes && c->nthreads <= MOST_THREADS)
		return true;
	if (c->nthreads > MOST_THREADS || count_open(c) > c->most_nodes / 2)
		return give_up(c);
	ok = put_away(c);
	for (uint32_t i = 0; ok && i < c->nthreads; i++) {
		ok = move_stack(c->threads[i], &tree);
		tl_textstack_trim(&c->threads[i]->stack);
	}
	tl_calltree_fini(&c->tree);
	c->tree = tree;
	return ok;
}

/* ---- adding up */

static bool lose_others(struct count *c)
{
	for (uint32_t i = 0; i < c->nthreads; i++)
		if (c->threads[i]->told != c->nparts && !lose(c->threads[i]))
			return false;
	return true;
}

static bool costs_add(void *count, void *part, struct tl_err *err)
{
	struct count *c = count;
	struct tl_textpart *p = part;
	bool ok = make_map(c, p->nnodes);

	c->nparts++;
	for (uint32_t i = 0; ok && i < p->nstories; i++)
		ok = take_story(c, p, &p->stories[i]);
	ok = ok && take_costs(c, p) && (!p->all_lost || lose_others(c)) && bound(c);
	c->ngaps += p->ngaps;
	tl_textpart_free(p);
	return ok || tl_err_nomem(err);
}

static bool costs_result(void *count, struct tl_cost_result *out, struct tl_err *err)
{
	struct count *c = count;
	bool ok = true;

	for (uint32_t i = 0; ok && i < c->nthreads; i++)
		ok = lose(c->threads[i]);
	if (!ok || !put_away(c))
		return tl_err_nomem(err);
	/* What was printed is rounded, and sums are a little more than their parts. */
	for (uint32_t i = 0; i < c->sum.n; i++)
		if (c->sum.v[i].ns > INT64_MAX)
			c->sum.v[i].ns = 0;
	*out = (struct tl_cost_result){
		.tree = &c->sum,
		.names = c->filter.names,
		.ngaps = c->ngaps,
		.has_time = c->has_costs || c->filter.times.kind != NULL,
		.no_insns = true,
	};
	return true;
}

static const struct tl_cost_ops ops = {
	.begin = costs_begin,
	.chunk = costs_chunk,
	.add = costs_add,
	.drop = costs_drop,
	.result = costs_result,
	.close = costs_close,
};

/* What times lines have; false: they do not tell what is asked for. */
static bool take_times(struct count *c, const struct tl_textcosts_of *of, struct tl_err *err)
{
	const struct tl_timeform *form = of->times ? tl_timeindex_form(of->times) : NULL;

	if (form && form->period == 0 && !form->deltas) {
		c->filter.times = *form;
		c->filter.index = of->times;
	}
	if (of->nranges == 0)
		return true;
	if (!c->filter.times.kind)
		return tl_err_set(err, "the lines of this text tell no times");
	c->ranges = calloc(of->nranges, sizeof(*c->ranges));
	if (!c->ranges)
		return tl_err_nomem(err);
	memcpy(c->ranges, of->ranges, of->nranges * sizeof(*c->ranges));
	c->filter.ranges = c->ranges;
	c->filter.nranges = of->nranges;
	return true;
}

bool tl_textcosts_open(const struct tl_textcosts_of *of, struct tl_cost_count *out,
		       struct tl_err *err)
{
	struct count *c = calloc(1, sizeof(*c));

	if (!c)
		return tl_err_nomem(err);
	pthread_mutex_init(&c->lock, NULL);
	c->filter.src = of->src;
	c->filter.calls = of->calls;
	c->filter.names = tl_callnames_new();
	c->sum.most = MOST_NODES;
	c->most_nodes = of->most_nodes ? of->most_nodes : MOST_NODES;
	if (!take_times(c, of, err)) {
		costs_close(c);
		return false;
	}
	if (!c->filter.names || tl_calltree_root(&c->sum, TL_CALL_NONAME) == TL_CALL_NONODE) {
		costs_close(c);
		return tl_err_nomem(err);
	}
	*out = (struct tl_cost_count){ .ops = &ops, .count = c };
	return true;
}
