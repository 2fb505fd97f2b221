/* samplecosts.c: see samplecosts.h.  A chunk is a tree for each event in it; they are added up in order. */
#include "decoders/perf/samplecosts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_NODES (1u << 22)
#define KNOWN      1024 /* names whose numbers are at hand; a power of two */

/* What a chunk has of an event. */
struct of_event {
	const struct tl_perf_attr *attr;
	uint64_t nsamples;
	struct tl_calltree tree;
};

struct part {
	struct of_event *events; /* in the order of their first samples */
	size_t nevents;
	uint64_t ngaps;
};

struct count {
	struct tl_samplecosts_of of;
	struct tl_callnames *names;

	/* Of add() and result(). */
	const struct tl_perf_attr *attr; /* whose samples are counted; NULL: there were none yet */
	struct tl_calltree sum;
	uint64_t ngaps, nothers;
};

/* Numbers of names, by where these are, so that workers seldom wait for each other. */
struct known {
	struct {
		const char *text;
		bool binary;
		uint32_t number;
	} v[KNOWN];
};

/* ---- a chunk */

/* A binary's name stands for what it has no name for. */
static uint32_t add_binary(struct count *c, const char *path)
{
	const char *slash = strrchr(path, '/');
	char name[512];

	if (*path == '[')
		return tl_callnames_add(c->names, path);
	snprintf(name, sizeof(name), "[%.500s]", slash && slash[1] ? slash + 1 : path);
	return tl_callnames_add(c->names, name);
}

static uint32_t number_of(struct count *c, struct known *known, const char *text, bool binary)
{
	size_t at = ((uintptr_t)text * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (KNOWN - 1);

	if (known->v[at].text == text && known->v[at].binary == binary)
		return known->v[at].number;
	known->v[at].text = text;
	known->v[at].binary = binary;
	known->v[at].number = binary ? add_binary(c, text) : tl_callnames_add(c->names, text);
	return known->v[at].number;
}

static uint32_t number_of_frame(struct count *c, struct known *known,
				const struct tl_sampleframe *frame)
{
	if (frame->symbol)
		return number_of(c, known, frame->symbol, false);
	return number_of(c, known, frame->binary ? frame->binary : "[unknown]", true);
}

static bool add_stack(struct count *c, struct known *known, const struct tl_samplestack *stack,
		      struct of_event *event)
{
	struct tl_calltree *t = &event->tree;
	uint32_t node = tl_calltree_child(t, 0, number_of(c, known, stack->comm, false));

	for (unsigned i = stack->nframes; i > 0 && node != TL_CALL_NONODE; i--)
		node = tl_calltree_child(t, node, number_of_frame(c, known, &stack->frames[i - 1]));
	if (node == TL_CALL_NONODE)
		return false;
	t->v[node].calls++;
	t->v[node].insns += stack->period;
	event->nsamples++;
	return true;
}

/* NULL: no memory. */
static struct of_event *event_of(struct part *part, const struct tl_perf_attr *attr)
{
	struct of_event *events;

	for (size_t i = 0; i < part->nevents; i++)
		if (part->events[i].attr == attr)
			return &part->events[i];
	events = realloc(part->events, (part->nevents + 1) * sizeof(*events));
	if (!events)
		return NULL;
	part->events = events;
	events += part->nevents;
	*events = (struct of_event){ .attr = attr };
	if (tl_calltree_root(&events->tree, TL_CALL_NONAME) == TL_CALL_NONODE)
		return NULL;
	part->nevents++;
	return events;
}

static bool add_sample(struct count *c, struct known *known, const struct tl_sample *s,
		       const uint8_t *body, struct tl_sampleline_who *who, struct part *part)
{
	struct tl_samplestack stack;
	struct of_event *event;

	switch (tl_sampleline_stack(c->of.line, s, body, who, &stack)) {
	case TL_SAMPLESTACK_NOMEM:
		return false;
	case TL_SAMPLESTACK_NOT_SELECTED:
		return true;
	case TL_SAMPLESTACK_BROKEN:
		part->ngaps++;
		return true;
	case TL_SAMPLESTACK_READ:
		break;
	}
	event = event_of(part, s->id.attr);
	return event && add_stack(c, known, &stack, event);
}

static void drop(void *arg)
{
	struct part *part = arg;

	if (!part)
		return;
	for (size_t i = 0; i < part->nevents; i++)
		tl_calltree_fini(&part->events[i].tree);
	free(part->events);
	free(part);
}

static bool count_chunk(void *arg, uint64_t k, void **out, struct tl_err *err)
{
	struct count *c = arg;
	struct tl_gathered g = { 0 };
	struct tl_sampleline_who who = { 0 };
	struct known *known = calloc(1, sizeof(*known));
	struct part *part = calloc(1, sizeof(*part));
	bool ok = (known && part) || tl_err_nomem(err);

	ok = ok && c->of.gather(c->of.arg, k, &g, err);
	for (size_t i = 0; ok && i < g.n; i++)
		ok = add_sample(c, known, &g.v[i], g.bytes.data + g.v[i].at, &who, part) ||
		     tl_err_nomem(err);
	if (ok)
		part->ngaps += g.why[0] != '\0';
	tl_gathered_fini(&g);
	free(known);
	if (!ok) {
		drop(part);
		part = NULL;
	}
	*out = part;
	return ok;
}

/* ---- adding up */

/* An event can have an attribute for each CPU. */
static bool is_same_event(const struct tl_perf_attr *a, const struct tl_perf_attr *b)
{
	return a == b || (a->name && b->name ? strcmp(a->name, b->name) == 0
					     : a->type == b->type && a->config == b->config);
}

static bool add_part(void *arg, void *parted, struct tl_err *err)
{
	struct count *c = arg;
	struct part *part = parted;
	bool ok = true;

	if (!c->attr && part->nevents > 0)
		c->attr = part->events[0].attr;
	for (size_t i = 0; ok && i < part->nevents; i++) {
		struct of_event *event = &part->events[i];

		if (is_same_event(c->attr, event->attr))
			ok = tl_calltree_move(&event->tree, &c->sum, 0);
		else
			c->nothers += event->nsamples;
	}
	c->ngaps += part->ngaps;
	drop(part);
	return ok || tl_err_nomem(err);
}

static bool give_result(void *arg, struct tl_cost_result *out, struct tl_err *err)
{
	struct count *c = arg;
	uint32_t event = TL_CALL_NONAME;

	if (c->attr && c->attr->name)
		event = tl_callnames_add(c->names, c->attr->name); /* clean */
	*out = (struct tl_cost_result){
		.tree = &c->sum,
		.names = c->names,
		.ngaps = c->ngaps,
		.no_insns = true,
		.event = tl_callnames_get(c->names, event),
		.nothers = c->nothers,
	};
	return true;
}

static void close_count(void *arg)
{
	struct count *c = arg;

	if (!c)
		return;
	tl_calltree_fini(&c->sum);
	tl_callnames_free(c->names);
	free(c);
}

bool tl_samplecosts_open(const struct tl_samplecosts_of *of, struct tl_cost_count *out,
			 struct tl_err *err)
{
	static const struct tl_cost_ops ops = {
		.chunk = count_chunk,
		.add = add_part,
		.drop = drop,
		.result = give_result,
		.close = close_count,
	};
	struct count *c = calloc(1, sizeof(*c));

	if (!c)
		return tl_err_nomem(err);
	c->of = *of;
	c->ngaps = of->ndamage;
	c->sum.most = MOST_NODES;
	c->names = tl_callnames_new();
	if (!c->names || tl_calltree_root(&c->sum, TL_CALL_NONAME) == TL_CALL_NONODE) {
		close_count(c);
		return tl_err_nomem(err);
	}
	*out = (struct tl_cost_count){ .ops = &ops, .count = c, .end = of->nchunks };
	return true;
}
