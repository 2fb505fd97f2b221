/*
 * costpart.c: see costpart.h.  First the events are gone through as they are, queue by queue in
 * time, for what ran how long; then thread by thread, for who called whom.
 */
#include "decoders/pt/costpart.h"

#include "decoders/keyindex.h"
#include "decoders/pt/threads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

#define NAMES_MOST (1u << 17) /* addresses whose function is kept */
#define KEEP_STEPS (1u << 18) /* from slice to slice */

/* The function at an address. */
struct known {
	uint64_t ip;
	uint32_t space, name;
	uint32_t before, behind; /* so many bytes are in it before the address, and from there on */
};

/* An event on its way. */
struct step {
	uint64_t ns;           /* that ran before it */
	uint32_t next;         /* event of the thread */
	uint32_t stretch : 31; /* if it is counted */
	uint32_t first : 1;    /* of its queue */
};

struct thread {
	uint64_t key;
	uint32_t first, last; /* events */
};

struct tl_pt_costcounter {
	const struct tl_pt_costfilter *filter;
	struct known *known;
	uint32_t nknown, known_slots;
	struct step *steps;
	size_t steps_cap;
	struct thread *threads;
	uint32_t nthreads, threads_cap;
	struct tl_keyindex by_key; /* threads have the same numbers */
	uint32_t last_thread;
	const struct tl_context *ctx; /* last looked at: */
	uint32_t comm;                /* its name */
	bool wanted;                  /* it is selected */
	bool all;                     /* everybody is */
	uint64_t here, here_len;      /* addresses of the function that runs; len 0: not known */
	uint32_t here_space;
	size_t range; /* of the times, last looked at */

	struct tl_calltree tree; /* all stories' */
	struct tl_pt_callstack stack;
	struct tl_pt_story story;
	struct tl_pt_story *stories;
	uint32_t nstories, stories_cap;
	struct tl_pt_stackframe *frames;
	uint32_t nframes, frames_cap;
	struct tl_pt_queue_ends *queues;
	uint64_t ngaps;
};

struct tl_pt_costcounter *tl_pt_costcounter_new(void)
{
	return calloc(1, sizeof(struct tl_pt_costcounter));
}

void tl_pt_costcounter_free(struct tl_pt_costcounter *c)
{
	if (!c)
		return;
	free(c->known);
	free(c->steps);
	free(c->threads);
	tl_keyindex_fini(&c->by_key);
	tl_calltree_fini(&c->tree);
	tl_pt_callstack_fini(&c->stack);
	free(c->stories);
	free(c->frames);
	free(c);
}

void tl_pt_costpart_free(struct tl_pt_costpart *part)
{
	if (!part)
		return;
	free(part->nodes);
	free(part->stories);
	free(part->frames);
	free(part->queues);
	free(part);
}

/* ---- names */

/* The symbol that holds it, as far as that is mapped there. */
static void note_reach(struct known *k, const struct tl_map *map, const struct tl_symbol *symbol)
{
	uint64_t at = k->ip - map->start + map->pgoff, before = at - symbol->start,
		 behind = symbol->end - at;

	if (before > k->ip - map->start)
		before = k->ip - map->start;
	if (behind > map->end - k->ip)
		behind = map->end - k->ip;
	if (before < UINT32_MAX && behind < UINT32_MAX && symbol->end > at) {
		k->before = (uint32_t)before;
		k->behind = (uint32_t)behind;
	}
}

static uint32_t name_of(struct tl_callnames *names, const struct tl_space *space, struct known *k)
{
	uint64_t ip = k->ip;
	const struct tl_map *map = tl_space_find(space, ip);
	struct tl_symbol symbol;
	const char *name, *slash;
	char text[256];

	if (!map)
		return tl_callnames_add(names, "[unknown]");
	if (tl_dso_symbol(map->dso, ip - map->start + map->pgoff, &symbol)) {
		note_reach(k, map, &symbol);
		return tl_callnames_add(names, symbol.name);
	}
	name = tl_dso_name(map->dso);
	slash = strrchr(name, '/');
	if (slash && slash[1])
		name = slash + 1;
	if (*name == '[')
		return tl_callnames_add(names, name);
	snprintf(text, sizeof(text), "[%.*s]", (int)sizeof(text) - 3, name);
	return tl_callnames_add(names, text);
}

static uint32_t hash_known(uint32_t space, uint64_t ip)
{
	uint64_t h = (ip ^ ((uint64_t)space << 40)) * UINT64_C(0x9e3779b97f4a7c15);

	return (uint32_t)(h ^ (h >> 32));
}

static bool grow_known(struct tl_pt_costcounter *c)
{
	uint32_t slots = c->known_slots ? 2 * c->known_slots : 1024;
	struct known *known;

	if (slots > NAMES_MOST) {
		memset(c->known, 0, c->known_slots * sizeof(*c->known));
		c->nknown = 0;
		return true;
	}
	known = calloc(slots, sizeof(*known));
	if (!known)
		return false;
	for (uint32_t i = 0; i < c->known_slots; i++) {
		uint32_t at = hash_known(c->known[i].space, c->known[i].ip);

		if (c->known[i].name == 0)
			continue;
		while (known[at & (slots - 1)].name)
			at++;
		known[at & (slots - 1)] = c->known[i];
	}
	free(c->known);
	c->known = known;
	c->known_slots = slots;
	return true;
}

/* The function at an address; NULL: no memory. */
static const struct known *name_at(struct tl_pt_costcounter *c, const struct tl_space *space,
				   uint64_t ip)
{
	struct known *k;

	if (2 * c->nknown >= c->known_slots && !grow_known(c))
		return NULL;
	for (uint32_t at = hash_known(space->id, ip);; at++) {
		k = &c->known[at & (c->known_slots - 1)];
		if (k->ip == ip && k->space == space->id && k->name)
			return k;
		if (k->name == 0)
			break;
	}
	*k = (struct known){ .ip = ip, .space = space->id };
	k->name = name_of(c->filter->names, space, k);
	c->nknown += k->name != 0;
	return k->name ? k : NULL;
}

/* The name of where an event leads to is asked for soon: ask memory for it now. */
static void expect_name(const struct tl_pt_costcounter *c, const struct tl_pt_event *ev)
{
	if (ev->to && ev->ctx && c->known_slots > 0)
		__builtin_prefetch(
		    &c->known[hash_known(ev->ctx->space->id, ev->to) & (c->known_slots - 1)]);
}

/* ---- threads */

static bool add_thread(struct tl_pt_costcounter *c, uint64_t key)
{
	if (c->nthreads == c->threads_cap) {
		uint32_t cap = c->threads_cap ? 2 * c->threads_cap : 16;
		struct thread *threads = realloc(c->threads, cap * sizeof(*threads));

		if (!threads)
			return false;
		c->threads = threads;
		c->threads_cap = cap;
	}
	c->threads[c->nthreads++] = (struct thread){ key, NONE, NONE };
	return true;
}

/* NULL: no memory. */
static struct thread *find_thread(struct tl_pt_costcounter *c, uint64_t key)
{
	if (c->last_thread < c->nthreads && c->threads[c->last_thread].key == key)
		return &c->threads[c->last_thread];
	c->last_thread = tl_keyindex_number(&c->by_key, key);
	if (c->last_thread == TL_KEYINDEX_NONE)
		return NULL;
	while (c->nthreads <= c->last_thread)
		if (!add_thread(c, c->by_key.keys[c->nthreads]))
			return NULL;
	return &c->threads[c->last_thread];
}

/* ---- the first way: what is selected, and how long it ran */

/* Which of the stretches of time that are selected an event is in; NONE: none. */
static uint32_t stretch_of(struct tl_pt_costcounter *c, uint64_t time)
{
	const struct tl_select *s = c->filter->select;

	if (time == TL_PT_NOTIME)
		return 0;
	if (time < c->filter->first_ns || time > c->filter->last_ns)
		return NONE;
	if (!s || s->ntimes == 0)
		return 0;
	while (c->range > 0 && time < s->times[c->range].first)
		c->range--;
	while (c->range + 1 < s->ntimes && time > s->times[c->range].last)
		c->range++;
	return time >= s->times[c->range].first && time <= s->times[c->range].last
		   ? (uint32_t)c->range
		   : NONE;
}

static bool is_wanted(struct tl_pt_costcounter *c, const struct tl_pt_event *ev)
{
	if (c->all || !ev->ctx)
		return true;
	if (ev->ctx != c->ctx) {
		c->ctx = ev->ctx;
		c->wanted = tl_select_context(c->filter->select, ev->ctx);
	}
	return c->wanted;
}

/* Does time go on for a function before such an event? */
static bool ran_before(const struct tl_pt_event *ev)
{
	return (ev->kind == TL_PT_EV_BRANCH && !(ev->flags & TL_PT_TRACE_BEGIN)) ||
	       ev->kind == TL_PT_EV_TAIL || ev->kind == TL_PT_EV_LEAP;
}

static bool runs_behind(const struct tl_pt_event *ev)
{
	return ev->kind != TL_PT_EV_ERROR && !(ev->flags & TL_PT_TRACE_END);
}

static bool look_at_event(struct tl_pt_costcounter *c, const struct tl_pt_event *events, size_t i)
{
	const struct tl_pt_event *ev = &events[i];
	struct tl_pt_queue_ends *q = &c->queues[ev->queue];
	struct step *step = &c->steps[i];
	struct tl_pt_moment now = { .time = ev->time, .key = tl_pt_thread_key(ev) };
	struct thread *t;

	now.stretch = is_wanted(c, ev) ? stretch_of(c, ev->time) : NONE;
	now.runs = now.stretch != NONE && runs_behind(ev);
	*step =
	    (struct step){ .next = NONE, .stretch = now.stretch & NONE >> 1, .first = !q->some };
	if (!q->some) {
		q->first = now;
		q->some = true;
	} else if (ran_before(ev)) {
		step->ns = tl_pt_moment_between(&q->last, &now);
	}
	q->last = now;
	if (now.stretch == NONE)
		return true;
	c->ngaps += ev->kind == TL_PT_EV_ERROR;
	t = find_thread(c, now.key);
	if (!t)
		return false;
	if (t->last == NONE)
		t->first = (uint32_t)i;
	else
		c->steps[t->last].next = (uint32_t)i;
	t->last = (uint32_t)i;
	return true;
}

static bool look_at_all(struct tl_pt_costcounter *c, const struct tl_pt_event *events, size_t n)
{
	if (n > c->steps_cap) {
		free(c->steps);
		c->steps_cap = 0;
		c->steps = malloc(n * sizeof(*c->steps));
		if (!c->steps)
			return false;
		c->steps_cap = n;
	}
	c->nthreads = 0;
	tl_keyindex_clear(&c->by_key);
	for (size_t i = 0; i < n; i++)
		if (!look_at_event(c, events, i))
			return false;
	return true;
}

/* ---- the second way: stories */

static bool begin_story(struct tl_pt_costcounter *c)
{
	uint32_t root = tl_calltree_root(&c->tree, TL_CALL_NONAME);

	c->story.first_node = root;
	c->story.first_counts = false;
	c->here_len = 0;
	return root != TL_CALL_NONODE && tl_pt_callstack_begin(&c->stack, &c->tree, root);
}

static bool keep_frames(struct tl_pt_costcounter *c)
{
	uint32_t n = c->stack.n;

	if (c->frames_cap - c->nframes < n) {
		uint32_t cap = 2 * c->frames_cap + n;
		struct tl_pt_stackframe *frames = realloc(c->frames, cap * sizeof(*frames));

		if (!frames)
			return false;
		c->frames = frames;
		c->frames_cap = cap;
	}
	memcpy(c->frames + c->nframes, c->stack.v, n * sizeof(*c->frames));
	c->story.first_frame = c->nframes;
	c->story.frames = n;
	c->nframes += n;
	return true;
}

static bool end_story(struct tl_pt_costcounter *c, enum tl_pt_ending ending)
{
	if (c->nstories == c->stories_cap) {
		uint32_t cap = c->stories_cap ? 2 * c->stories_cap : 64;
		struct tl_pt_story *stories = realloc(c->stories, cap * sizeof(*stories));

		if (!stories)
			return false;
		c->stories = stories;
		c->stories_cap = cap;
	}
	if (!keep_frames(c))
		return false;
	c->story.nodes = c->tree.n - c->story.first_node;
	c->story.leaving = c->stack.leaving;
	c->story.ending = ending;
	c->stories[c->nstories++] = c->story;
	return true;
}

/* A story of the event's thread goes on with it: the same one, or a new one. */
static bool go_on(struct tl_pt_costcounter *c, const struct tl_pt_event *ev, uint32_t stretch)
{
	uint32_t image;

	if (ev->ctx && ev->ctx != c->ctx) {
		c->ctx = ev->ctx;
		c->comm = tl_callnames_add(c->filter->names, ev->ctx->comm);
		if (c->comm == TL_CALL_NONAME)
			return false;
	}
	image = ev->ctx ? ev->ctx->space->image : c->story.image;
	if (c->comm == c->story.comm && image == c->story.image && stretch == c->story.stretch)
		return true;
	if (!end_story(c, TL_PT_ENDS_OPEN))
		return false;
	if (image != c->story.image || stretch != c->story.stretch)
		c->stack.leaving = (struct tl_pt_leaving){ .known = true };
	c->story.comm = c->comm;
	c->story.image = image;
	c->story.stretch = stretch;
	return begin_story(c);
}

/* The branch at hand ends the story: what it does is done later. */
static bool end_with(struct tl_pt_costcounter *c, const struct tl_pt_event *ev, uint32_t name,
		     enum tl_pt_ending ending)
{
	c->story.to = ev->to;
	c->story.flags = ending == TL_PT_ENDS_LEAP ? ev->code : ev->flags;
	c->story.name = name;
	if (!end_story(c, ending))
		return false;
	if (ending != TL_PT_ENDS_RETURN && ending != TL_PT_ENDS_LEAP)
		c->stack.leaving = (struct tl_pt_leaving){ .known = true };
	return begin_story(c);
}

/* What ran before the event: a jump may have led from the function that was called to this one. */
static bool add_costs(struct tl_pt_costcounter *c, const struct tl_pt_event *ev,
		      const struct step *step)
{
	struct tl_pt_callstack *s = &c->stack;
	bool base = s->n == 1 && c->tree.v[s->v[0].node].name == TL_CALL_NONAME;
	struct tl_callnode *node;

	/* Mostly it is the function that the branch before led to. */
	if (ran_before(ev) && ev->from && ev->ctx &&
	    (ev->from - c->here >= c->here_len || ev->ctx->space->id != c->here_space)) {
		const struct known *k = name_at(c, ev->ctx->space, ev->from);

		if (!k || !tl_pt_callstack_rename(s, &c->tree, k->name, true))
			return false;
		if (base)
			c->story.first_counts = true;
	}
	node = &c->tree.v[tl_pt_callstack_top(s)];
	node->insns += ev->insns;
	node->ns += step->ns;
	if (step->first)
		c->queues[ev->queue].node =
		    ran_before(ev) ? tl_pt_callstack_top(s) : TL_CALL_NONODE;
	return true;
}

static bool take_branch(struct tl_pt_costcounter *c, const struct tl_pt_event *ev)
{
	enum tl_pt_stacked stacked = TL_PT_STACK_DONE;
	bool begins = ev->flags & TL_PT_TRACE_BEGIN;
	uint32_t name = TL_CALL_NONAME;

	c->here_len = 0;
	if (ev->to && ev->ctx) {
		const struct known *k = name_at(c, ev->ctx->space, ev->to);

		if (!k)
			return false;
		name = k->name;
		c->here = ev->to - k->before;
		c->here_len = (uint64_t)k->before + k->behind;
		c->here_space = k->space;
	}
	if (begins)
		stacked = tl_pt_callstack_start(&c->stack, &c->tree, ev->to, name);
	else if (ev->flags & TL_PT_RETURN)
		stacked = tl_pt_callstack_return(&c->stack, &c->tree, ev->to, ev->flags, name);
	if (stacked == TL_PT_STACK_NOMEM)
		return false;
	if (stacked != TL_PT_STACK_DONE &&
	    !end_with(c, ev, name, begins ? TL_PT_ENDS_START : TL_PT_ENDS_RETURN))
		return false;
	if (!tl_pt_callstack_leave(&c->stack, &c->tree, ev, name))
		return false;
	if (c->tree.v[tl_pt_callstack_top(&c->stack)].name != name)
		c->here_len = 0;
	return true;
}

static bool take_leap(struct tl_pt_costcounter *c, const struct tl_pt_event *ev)
{
	const struct known *k = ev->ctx ? name_at(c, ev->ctx->space, ev->to) : NULL;
	uint32_t name = k ? k->name : TL_CALL_NONAME;

	c->here_len = 0;
	return tl_pt_callstack_leap(&c->stack, &c->tree, c->filter->names, name, ev->code) !=
		   TL_PT_STACK_UNKNOWN ||
	       end_with(c, ev, name, TL_PT_ENDS_LEAP);
}

static bool tell_thread(struct tl_pt_costcounter *c, const struct thread *t,
			const struct tl_pt_event *events)
{
	const struct tl_pt_event *ev = &events[t->first];

	c->ctx = ev->ctx;
	c->comm = tl_callnames_add(c->filter->names, ev->ctx ? ev->ctx->comm : ":-1");
	c->story = (struct tl_pt_story){
		.key = t->key,
		.comm = c->comm,
		.stretch = c->steps[t->first].stretch,
		.image = ev->ctx ? ev->ctx->space->image : 0,
	};
	c->stack.leaving = (struct tl_pt_leaving){ 0 };
	if (c->comm == TL_CALL_NONAME || !begin_story(c))
		return false;
	for (uint32_t i = t->first; i != NONE; i = c->steps[i].next) {
		ev = &events[i];
		if (c->steps[i].next != NONE)
			expect_name(c, &events[c->steps[i].next]);
		if (!go_on(c, ev, c->steps[i].stretch) || !add_costs(c, ev, &c->steps[i]))
			return false;
		if (ev->kind == TL_PT_EV_ERROR && !end_with(c, ev, 0, TL_PT_ENDS_LOST))
			return false;
		if (ev->kind == TL_PT_EV_BRANCH && !take_branch(c, ev))
			return false;
		if (ev->kind == TL_PT_EV_LEAP && !take_leap(c, ev))
			return false;
	}
	return end_story(c, TL_PT_ENDS_OPEN);
}

/* ---- parts */

static void *copy(const void *from, size_t size)
{
	void *to = malloc(size ? size : 1);

	if (to && size)
		memcpy(to, from, size);
	return to;
}

static bool make_part(const struct tl_pt_costcounter *c, struct tl_pt_costpart *part)
{
	part->nnodes = c->tree.n;
	part->nodes = copy(c->tree.v, part->nnodes * sizeof(*part->nodes));
	part->nstories = c->nstories;
	part->stories = copy(c->stories, part->nstories * sizeof(*part->stories));
	part->nframes = c->nframes;
	part->frames = copy(c->frames, part->nframes * sizeof(*part->frames));
	return part->nodes && part->stories && part->frames;
}

static void trim(struct tl_pt_costcounter *c)
{
	if (c->steps_cap > KEEP_STEPS) {
		free(c->steps);
		c->steps = NULL;
		c->steps_cap = 0;
	}
	if (c->tree.cap > KEEP_STEPS)
		tl_calltree_fini(&c->tree);
}

bool tl_pt_costcounter_count(struct tl_pt_costcounter *c, const struct tl_pt_costfilter *filter,
			     const struct tl_pt_event *events, size_t n,
			     struct tl_pt_costpart **out)
{
	struct tl_pt_costpart *part = calloc(1, sizeof(*part));
	bool ok = part != NULL && n < NONE;

	c->filter = filter;
	c->ctx = NULL;
	c->range = 0;
	c->all = !filter->select || !tl_select_any_context(filter->select);
	c->nstories = c->nframes = 0;
	c->ngaps = 0;
	c->stack.partial = true;
	c->stack.most = INT32_MAX;
	tl_calltree_clear(&c->tree);
	if (ok) {
		part->nqueues = filter->nqueues;
		part->queues = calloc(filter->nqueues + 1, sizeof(*part->queues));
		c->queues = part->queues;
		for (uint32_t q = 0; part->queues && q < filter->nqueues; q++)
			part->queues[q].node = TL_CALL_NONODE;
	}
	ok = ok && part->queues && look_at_all(c, events, n);
	if (ok)
		part->ngaps = c->ngaps;
	for (uint32_t i = 0; ok && i < c->nthreads; i++)
		ok = tell_thread(c, &c->threads[i], events);
	ok = ok && make_part(c, part);
	trim(c);
	if (!ok) {
		tl_pt_costpart_free(part);
		return false;
	}
	*out = part;
	return true;
}
