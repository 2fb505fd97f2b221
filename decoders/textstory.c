/* textstory.c: see textstory.h.  One walk over the lines of a chunk. */
#include "decoders/textstory.h"

#include "decoders/keyindex.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define NOWHERE      UINT32_MAX
#define NAMES_MOST   (1u << 16) /* whose number is kept */
#define KEEP_NODES   (1u << 18) /* from chunk to chunk */
#define NAME_LONGEST 4096

/* A name that was seen. */
struct known {
	uint64_t hash;
	uint32_t name;
};

/* A thread, and its story that goes on. */
struct teller {
	uint64_t task; /* hash of its name */
	bool begun;
	struct tl_textstory story;
	struct tl_textstack stack;
};

struct tl_textcounter {
	const struct tl_textfilter *filter;
	struct known *known;
	uint32_t nknown, known_slots;
	struct teller *tellers; /* those from ntellers on have nothing but memory */
	uint32_t ntellers, tellers_cap;
	struct tl_keyindex by_thread; /* tellers have the same numbers */
	uint32_t last_teller;
	uint32_t range; /* of the last line with a time; NOWHERE: in none */
	size_t range_near;
	uint64_t chunk;
	bool some_time; /* a line of the chunk has told its own */
	bool looked_before;
	uint64_t before_ns; /* then: time of the line before the chunk */

	struct tl_calltree tree; /* all stories' */
	struct tl_textpart part; /* the arrays grow here */
	uint32_t stories_cap, ended_cap, frames_cap;
};

struct tl_textcounter *tl_textcounter_new(void)
{
	return calloc(1, sizeof(struct tl_textcounter));
}

void tl_textcounter_free(struct tl_textcounter *c)
{
	if (!c)
		return;
	for (uint32_t i = 0; i < c->tellers_cap; i++)
		tl_textstack_fini(&c->tellers[i].stack);
	free(c->tellers);
	tl_keyindex_fini(&c->by_thread);
	free(c->known);
	tl_calltree_fini(&c->tree);
	free(c->part.stories);
	free(c->part.ended);
	free(c->part.frames);
	free(c);
}

void tl_textpart_free(struct tl_textpart *part)
{
	if (!part)
		return;
	free(part->nodes);
	free(part->stories);
	free(part->ended);
	free(part->frames);
	free(part);
}

/* ---- names */

static bool grow_known(struct tl_textcounter *c)
{
	uint32_t slots = c->known_slots ? 2 * c->known_slots : 256;
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
		uint64_t at = c->known[i].hash;

		if (c->known[i].name == TL_CALL_NONAME)
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

/* The number of a name with that hash; TL_CALL_NONAME: no memory. */
static uint32_t number_of(struct tl_textcounter *c, struct tl_span name, uint64_t hash)
{
	char text[NAME_LONGEST + 1];
	struct known *k;

	if (2 * c->nknown >= c->known_slots && !grow_known(c))
		return TL_CALL_NONAME;
	for (uint64_t at = hash;; at++) {
		k = &c->known[at & (c->known_slots - 1)];
		if (k->name == TL_CALL_NONAME)
			break;
		if (k->hash == hash)
			return k->name;
	}
	if (name.len > NAME_LONGEST)
		name.len = NAME_LONGEST;
	memcpy(text, name.data, name.len);
	text[name.len] = '\0';
	k->hash = hash;
	k->name = tl_callnames_add(c->filter->names, text);
	c->nknown += k->name != TL_CALL_NONAME;
	return k->name;
}

/* ---- threads */

static bool add_teller(struct tl_textcounter *c, uint64_t thread)
{
	struct teller *t;

	if (c->ntellers == c->tellers_cap) {
		uint32_t cap = c->tellers_cap ? 2 * c->tellers_cap : 16;
		struct teller *tellers = realloc(c->tellers, cap * sizeof(*tellers));

		if (!tellers)
			return false;
		memset(tellers + c->tellers_cap, 0, (cap - c->tellers_cap) * sizeof(*tellers));
		c->tellers = tellers;
		c->tellers_cap = cap;
	}
	t = &c->tellers[c->ntellers++];
	t->task = 0;
	t->begun = false;
	t->story = (struct tl_textstory){ .thread = thread, .anew = c->part.all_lost };
	t->stack.tree = &c->tree;
	t->stack.names = c->filter->names;
	t->stack.timed = c->filter->times.kind != NULL;
	return true;
}

/* NULL: no memory. */
static struct teller *find_teller(struct tl_textcounter *c, uint64_t thread)
{
	uint32_t number = c->last_teller;

	if (number < c->ntellers && c->tellers[number].story.thread == thread)
		return &c->tellers[number];
	number = tl_keyindex_number(&c->by_thread, thread);
	if (number == TL_KEYINDEX_NONE || (number == c->ntellers && !add_teller(c, thread)))
		return NULL;
	c->last_teller = number;
	return &c->tellers[number];
}

/* ---- stories */

/* Room for more in one of the part's arrays; NULL: no memory. */
static void *grown(void *v, uint32_t n, uint32_t more, uint32_t *cap, size_t size)
{
	uint32_t wanted = 2 * *cap + more;
	void *bigger = *cap - n >= more && v ? v : realloc(v, wanted * size);

	if (bigger && *cap - n < more)
		*cap = wanted;
	return bigger;
}

static void begin_story(struct tl_textcounter *c, struct teller *t, bool anew)
{
	t->begun = true;
	t->story.anew = anew;
	t->story.lost = t->story.deep = t->story.off = false;
	t->story.first_ns = t->story.last_ns = TL_TEXT_NOTIME;
	t->story.early_ns = 0;
	t->story.range = c->range;
	t->stack.n = t->stack.nended = 0;
}

static bool end_story(struct tl_textcounter *c, struct teller *t, bool lost)
{
	struct tl_textpart *p = &c->part;
	struct tl_textstack *s = &t->stack;
	struct tl_textstory *stories =
	    grown(p->stories, p->nstories, 1, &c->stories_cap, sizeof(*stories));
	struct tl_textended *ended =
	    grown(p->ended, p->nended, s->nended + 1, &c->ended_cap, sizeof(*ended));
	struct tl_textframe *frames =
	    grown(p->frames, p->nframes, s->n + 1, &c->frames_cap, sizeof(*frames));

	p->stories = stories ? stories : p->stories;
	p->ended = ended ? ended : p->ended;
	p->frames = frames ? frames : p->frames;
	if (!stories || !ended || !frames)
		return false;
	t->story.lost = lost;
	t->story.first_ended = p->nended;
	t->story.nended = s->nended;
	t->story.first_frame = p->nframes;
	t->story.nframes = s->n;
	if (s->nended > 0)
		memcpy(ended + p->nended, s->ended, s->nended * sizeof(*ended));
	if (s->n > 0)
		memcpy(frames + p->nframes, s->v, s->n * sizeof(*frames));
	p->nended += s->nended;
	p->nframes += s->n;
	stories[p->nstories++] = t->story;
	t->begun = false;
	t->story.anew = lost;
	return true;
}

/* Something is missing in a thread. */
static bool lose(struct tl_textcounter *c, struct teller *t)
{
	if (!t->begun && t->story.anew)
		return true; /* which is known already */
	if (!t->begun)
		begin_story(c, t, false);
	return end_story(c, t, true);
}

static bool lose_all(struct tl_textcounter *c)
{
	for (uint32_t i = 0; i < c->ntellers; i++)
		if (!lose(c, &c->tellers[i]))
			return false;
	c->part.all_lost = true;
	return true;
}

/* ---- lines */

static uint32_t range_of(struct tl_textcounter *c, uint64_t ns)
{
	const struct tl_textfilter *f = c->filter;
	size_t *i = &c->range_near;

	if (f->nranges == 0)
		return 0;
	while (*i > 0 && ns < f->ranges[*i].first)
		--*i;
	while (*i + 1 < f->nranges && ns > f->ranges[*i].last)
		++*i;
	return ns >= f->ranges[*i].first && ns <= f->ranges[*i].last ? (uint32_t)*i : NOWHERE;
}

/* The first lines of the chunk have no time of their own: they belong to the one before. */
static uint64_t time_before(struct tl_textcounter *c)
{
	const struct tl_textfilter *f = c->filter;

	if (!c->looked_before && tl_timeindex_at(f->index, tl_pos_make(f->src, c->chunk, 0), NULL,
						 &c->before_ns, NULL) != TL_FOUND)
		c->before_ns = TL_TEXT_NOTIME;
	c->looked_before = true;
	return c->before_ns;
}

/* False: the line is not to be counted. */
static bool take_time(struct tl_textcounter *c, struct tl_span line, uint64_t *ns)
{
	const struct tl_textfilter *f = c->filter;
	size_t len = line.len < TL_CALLFORM_LINE ? line.len : TL_CALLFORM_LINE;

	*ns = TL_TEXT_NOTIME;
	if (!f->times.kind)
		return true;
	if (tl_timeform_read(&f->times, line.data, len, ns)) {
		c->range = range_of(c, *ns);
		c->some_time = true;
	} else if (!c->some_time && f->nranges > 0) {
		uint64_t before = time_before(c);

		c->range = before != TL_TEXT_NOTIME ? range_of(c, before) : NOWHERE;
	}
	return c->range != NOWHERE;
}

/* How long ran what lines without times have left running?  Who knows the time before them can tell. */
static bool is_new_to_time(const struct teller *t, uint64_t ns)
{
	return t->story.deep && t->story.last_ns == TL_TEXT_NOTIME && ns != TL_TEXT_NOTIME;
}

static bool take_name(struct tl_textcounter *c, struct teller *t, struct tl_span task)
{
	uint64_t hash = XXH3_64bits(task.data, task.len) | 1;

	if (hash == t->task)
		return true;
	t->task = hash;
	t->story.name = number_of(c, task, hash);
	return t->story.name != TL_CALL_NONAME;
}

/* What ran until the line belongs to what runs. */
static void pass_time(struct teller *t, uint64_t ns)
{
	struct tl_textstory *s = &t->story;

	if (ns == TL_TEXT_NOTIME)
		return;
	if (s->last_ns == TL_TEXT_NOTIME && !s->off)
		s->first_ns = ns;
	else if (!s->off && s->last_ns != TL_TEXT_NOTIME && ns > s->last_ns)
		*(s->deep ? &tl_textstack_top(&t->stack)->self : &s->early_ns) += ns - s->last_ns;
	s->last_ns = ns;
}

static bool take_call(struct tl_textcounter *c, struct teller *t, const struct tl_callread *r)
{
	struct tl_textexit how = { TL_CALL_NONAME, r->has_duration, r->duration_ns };
	int32_t depth = r->line.depth;
	bool exits = r->line.kind == TL_CALL_EXIT;

	static const struct tl_span no_name = { (const uint8_t *)"[unknown]", 9 };

	if (r->name.len > 0)
		how.name = number_of(c, r->name, r->line.function);
	else if (!exits) /* not what a level is that was not seen, and may get a name */
		how.name = number_of(c, no_name, 0);
	if (how.name == TL_CALL_NONAME && (!exits || r->name.len > 0))
		return false;
	if (!t->story.deep && !tl_textstack_begin_partial(&t->stack, exits ? depth : depth - 1))
		return false;
	t->story.deep = true;
	switch (r->line.kind) {
	case TL_CALL_ENTRY:
		return tl_textstack_enter(&t->stack, depth, how.name);
	case TL_CALL_EXIT:
		return tl_textstack_exit(&t->stack, depth, &how);
	case TL_CALL_LEAF:
		return tl_textstack_leaf(&t->stack, depth, &how);
	default:
		return tl_textstack_to(&t->stack, depth);
	}
}

/* Depths do not mean any more what they did, but no time has passed. */
static bool begin_anew(struct tl_textcounter *c, struct teller *t, uint64_t ns)
{
	pass_time(t, ns);
	if (!end_story(c, t, true))
		return false;
	begin_story(c, t, true);
	return true;
}

static bool take_line(void *arg, struct tl_span line, size_t byte)
{
	struct tl_textcounter *c = arg;
	struct tl_callread r;
	struct teller *t;
	uint64_t ns;

	if (!tl_callform_read_all(&c->filter->calls, line, &r) || !take_time(c, line, &ns))
		return true;
	c->part.ngaps += r.line.kind == TL_CALL_GAP;
	if (r.line.thread == TL_CALL_NOTHREAD)
		return r.line.kind != TL_CALL_GAP || lose_all(c);
	t = find_teller(c, r.line.thread);
	if (!t)
		return false;
	if (r.task.len > 0 && !take_name(c, t, r.task))
		return false;
	if (r.line.kind == TL_CALL_GAP)
		return lose(c, t);
	if (t->begun && t->story.range != c->range && !end_story(c, t, true))
		return false;
	if (t->begun && is_new_to_time(t, ns) && !end_story(c, t, false))
		return false;
	if (!t->begun)
		begin_story(c, t, t->story.anew);
	if (r.anew && !begin_anew(c, t, ns))
		return false;
	pass_time(t, ns);
	t->story.off = r.off || (t->story.off && r.line.depth == TL_CALL_NODEPTH);
	return r.line.depth == TL_CALL_NODEPTH || take_call(c, t, &r);
}

/* ---- parts */

static void begin_chunk(void *arg)
{
	struct tl_textcounter *c = arg;

	c->ntellers = 0;
	tl_keyindex_clear(&c->by_thread);
	c->some_time = c->looked_before = false;
	c->range = 0;
	c->range_near = 0;
	tl_calltree_clear(&c->tree);
	c->part.nstories = c->part.nended = c->part.nframes = 0;
	c->part.ngaps = 0;
	c->part.all_lost = false;
}

static void *copy(const void *from, size_t size)
{
	void *to = malloc(size ? size : 1);

	if (to && size)
		memcpy(to, from, size);
	return to;
}

static bool make_part(const struct tl_textcounter *c, struct tl_textpart *out)
{
	*out = c->part;
	out->nnodes = c->tree.n;
	out->nodes = copy(c->tree.v, out->nnodes * sizeof(*out->nodes));
	out->stories = copy(out->stories, out->nstories * sizeof(*out->stories));
	out->ended = copy(out->ended, out->nended * sizeof(*out->ended));
	out->frames = copy(out->frames, out->nframes * sizeof(*out->frames));
	return out->nodes && out->stories && out->ended && out->frames;
}

static bool count_lines(struct tl_textcounter *c, uint64_t k, struct tl_err *err)
{
	const struct tl_linetaker taker = { begin_chunk, take_line, c };

	if (!tl_calltext_lines(c->filter->src, k, &taker, err))
		return false;
	for (uint32_t i = 0; i < c->ntellers; i++)
		if (c->tellers[i].begun && !end_story(c, &c->tellers[i], false))
			return tl_err_nomem(err);
	return true;
}

bool tl_textcounter_count(struct tl_textcounter *c, const struct tl_textfilter *filter, uint64_t k,
			  struct tl_textpart **out, struct tl_err *err)
{
	struct tl_textpart *part = calloc(1, sizeof(*part));
	bool ok;

	c->filter = filter;
	c->chunk = k;
	ok = part ? count_lines(c, k, err) && (make_part(c, part) || tl_err_nomem(err))
		  : tl_err_nomem(err);
	if (c->tree.cap > KEEP_NODES)
		tl_calltree_fini(&c->tree);
	if (!ok) {
		tl_textpart_free(part);
		return false;
	}
	*out = part;
	return true;
}
