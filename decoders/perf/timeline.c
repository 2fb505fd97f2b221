/*
 * timeline.c: see timeline.h.
 *
 * The sideband is replayed once, in order of time, as perf does; what changes is written down as
 * histories: for each CPU the threads on it, for each thread its process and its name, for
 * each process the images it ran (space.h).  A moment is the number of records up to it, so
 * records of one time count together, and a question is a few binary searches.
 *
 * perf decodes a trace up to the time of a record, then applies the record (intel_pt_process_event()
 * in tools/perf/util/intel-pt.c: queues run while their time is less).  So an answer for time t
 * has applied the records with time <= t.
 */
#include "decoders/perf/timeline.h"

#include "decoders/perf/sideband.h"
#include "decoders/perf/space.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

#define KERNEL_SPACE (UINT64_C(1) << 63) /* addresses from here on */

/* The kernel's mappings in which changed code is looked for, one by one: no kernel has so many. */
#define MAX_KERNEL 16384

/* Values by time: v[i].value holds after record v[i].record. */
struct history {
	struct {
		uint32_t record, value;
	} * v;
	uint32_t n, cap;
};

/* What is known of a thread, a process or a CPU, by its number. */
struct who {
	int32_t key;
	uint32_t exit;         /* a thread's first EXIT record; NONE */
	bool traced;           /* a thread with a queue of its own */
	bool compiles;         /* a process that told what it wrote into its memory */
	struct history pid;    /* a thread's process */
	struct history comm;   /* a thread's name: offset in sideband.names; NONE: lost it */
	struct history cpu;    /* where a traced thread is */
	struct history tid;    /* a CPU's thread */
	struct history images; /* a process's */
};

struct table {
	struct who *v;
	size_t n, cap;
	uint32_t *slots; /* indexes in v; NONE: free; nslots is a power of 2 or 0 */
	size_t nslots;
};

/* A context, and its name where nobody recorded one. */
struct named_context {
	struct tl_context context;
	char name[16];
};

struct tl_timeline {
	struct tl_dsos *dsos;
	struct tl_sideband side; /* names, gaps and range are kept */
	uint64_t *times;         /* of the records, sorted */
	size_t ntimes;
	struct table threads, processes, cpus;
	struct tl_map *kernel; /* while it is built: what is mapped, the last one on top */
	size_t nkernel, kernel_cap;
	bool enough; /* no more changes are taken */

	pthread_mutex_t lock;     /* over all below */
	struct tl_spaces *spaces; /* pictures in it are made when asked for */
	struct named_context **contexts;
	size_t ncontexts, nslots; /* a hash table; nslots is a power of 2 or 0 */
};

/* ---- histories */

static bool history_add(struct history *h, uint32_t record, uint32_t value)
{
	if (h->n > 0 && h->v[h->n - 1].value == value)
		return true;
	if (h->n == h->cap) {
		uint32_t cap = h->cap ? h->cap * 2 : 2;
		void *bigger = h->cap < NONE / 2 ? realloc(h->v, cap * sizeof(*h->v)) : NULL;

		if (!bigger)
			return false;
		h->v = bigger;
		h->cap = cap;
	}
	h->v[h->n].record = record;
	h->v[h->n++].value = value;
	return true;
}

/* The value after the first `when` records, NONE before the first; *next is lowered to the record
 * that brings another. */
static uint32_t history_at(const struct history *h, uint32_t when, uint32_t *next)
{
	uint32_t lo = 0, hi = h->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (h->v[mid].record < when)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < h->n && h->v[lo].record < *next)
		*next = h->v[lo].record;
	return lo > 0 ? h->v[lo - 1].value : NONE;
}

static uint32_t history_last(const struct history *h)
{
	return h->n > 0 ? h->v[h->n - 1].value : NONE;
}

/* ---- tables */

static uint32_t mix(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x7feb352du;
	x ^= x >> 15;
	return x;
}

static struct who *table_find(const struct table *t, int32_t key)
{
	if (t->nslots == 0)
		return NULL;
	for (size_t at = mix((uint32_t)key);; at++) {
		uint32_t i = t->slots[at & (t->nslots - 1)];

		if (i == NONE)
			return NULL;
		if (t->v[i].key == key)
			return &t->v[i];
	}
}

static void put_slot(struct table *t, uint32_t i)
{
	size_t at = mix((uint32_t)t->v[i].key);

	while (t->slots[at & (t->nslots - 1)] != NONE)
		at++;
	t->slots[at & (t->nslots - 1)] = i;
}

static bool table_grow(struct table *t)
{
	size_t cap = t->cap ? t->cap * 2 : 16;
	struct who *v = cap < NONE / 4 ? realloc(t->v, cap * sizeof(*v)) : NULL;
	uint32_t *slots;

	if (!v)
		return false;
	t->v = v;
	slots = malloc(cap * 2 * sizeof(*slots));
	if (!slots)
		return false;
	memset(slots, 0xff, cap * 2 * sizeof(*slots));
	free(t->slots);
	t->slots = slots;
	t->nslots = cap * 2;
	t->cap = cap;
	for (size_t i = 0; i < t->n; i++)
		put_slot(t, (uint32_t)i);
	return true;
}

/* Finds it or makes it; NULL: no memory.  Valid until the next one is made. */
static struct who *table_get(struct table *t, int32_t key)
{
	struct who *w = table_find(t, key);

	if (w)
		return w;
	if (t->n == t->cap && !table_grow(t))
		return NULL;
	t->v[t->n] = (struct who){ .key = key, .exit = NONE };
	put_slot(t, (uint32_t)t->n);
	return &t->v[t->n++];
}

static void table_fini(struct table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->v[i].pid.v);
		free(t->v[i].comm.v);
		free(t->v[i].cpu.v);
		free(t->v[i].tid.v);
		free(t->v[i].images.v);
	}
	free(t->v);
	free(t->slots);
}

/* ---- the replay; each function applies a record, the number of which is `rec` */

/* A record says that a thread is of a process.  As in perf the first to say so is believed, until
 * a FORK makes the thread anew. */
static bool know_thread(struct tl_timeline *tl, uint32_t rec, int32_t pid, int32_t tid)
{
	struct who *thread;

	if (tid < 0)
		return true;
	thread = table_get(&tl->threads, tid);
	if (!thread)
		return false;
	return pid < 0 || history_last(&thread->pid) != NONE ||
	       history_add(&thread->pid, rec, (uint32_t)pid);
}

static bool new_image(struct tl_timeline *tl, uint32_t rec, int32_t pid, uint32_t base,
		      bool compiles)
{
	struct who *process = table_get(&tl->processes, pid);
	uint32_t image;

	if (!process)
		return false;
	process->compiles = compiles;
	return tl_spaces_image(tl->spaces, base, rec, &image) &&
	       history_add(&process->images, rec, image);
}

static bool apply_runs(struct tl_timeline *tl, uint32_t rec, const struct tl_side *side)
{
	struct who *cpu, *thread;

	if (!know_thread(tl, rec, side->pid, side->tid))
		return false;
	if (side->cpu < 0)
		return true;
	thread = side->tid < 0 ? NULL : table_find(&tl->threads, side->tid);
	if (thread && thread->traced && !history_add(&thread->cpu, rec, (uint32_t)side->cpu))
		return false;
	cpu = table_get(&tl->cpus, side->cpu);
	return cpu && history_add(&cpu->tid, rec, side->tid < 0 ? NONE : (uint32_t)side->tid);
}

static bool apply_comm(struct tl_timeline *tl, uint32_t rec, const struct tl_side *side)
{
	if (side->tid < 0)
		return true;
	if (!know_thread(tl, rec, side->pid, side->tid) ||
	    !history_add(&table_find(&tl->threads, side->tid)->comm, rec, side->name))
		return false;
	/* All mappings are gone after an exec; those of the new program follow. */
	return !side->fresh || side->pid < 0 ||
	       new_image(tl, rec, side->pid, TL_SPACES_EMPTY, false);
}

static bool apply_fork(struct tl_timeline *tl, uint32_t rec, const struct tl_side *side)
{
	const struct who *parent;
	struct who *child;
	uint32_t comm, base;

	if (side->tid < 0 || side->pid < 0)
		return true;
	if (!know_thread(tl, rec, side->parent.pid, side->parent.tid))
		return false;
	child = table_get(&tl->threads, side->tid);
	if (!child)
		return false;
	parent = table_find(&tl->threads, side->parent.tid);
	comm = parent ? history_last(&parent->comm) : NONE;
	if (!history_add(&child->pid, rec, (uint32_t)side->pid))
		return false;
	if ((comm != NONE || child->comm.n > 0) && !history_add(&child->comm, rec, comm))
		return false;
	if (side->pid == side->parent.pid)
		return true; /* a thread: it shares what its process has mapped */
	parent = table_find(&tl->processes, side->parent.pid);
	base = parent && !side->fresh ? history_last(&parent->images) : NONE;
	if (base == NONE)
		return new_image(tl, rec, side->pid, TL_SPACES_EMPTY, false);
	return new_image(tl, rec, side->pid, base, parent->compiles);
}

static bool map_kernel(struct tl_timeline *tl, uint32_t rec, const struct tl_map *map)
{
	if (tl->nkernel >= MAX_KERNEL)
		return tl_spaces_map(tl->spaces, TL_SPACES_KERNEL, rec, map);
	if (tl->nkernel == tl->kernel_cap) {
		size_t cap = tl->kernel_cap ? tl->kernel_cap * 2 : 64;
		struct tl_map *bigger = realloc(tl->kernel, cap * sizeof(*bigger));

		if (!bigger)
			return false;
		tl->kernel = bigger;
		tl->kernel_cap = cap;
	}
	tl->kernel[tl->nkernel++] = *map;
	return tl_spaces_map(tl->spaces, TL_SPACES_KERNEL, rec, map);
}

/* What is seen of the kernel's mappings around an address; NULL: nothing is.  *seen is all of
 * the mapping that none on top of it hides. */
static struct tl_map *kernel_around(struct tl_timeline *tl, uint64_t addr, struct tl_map *seen)
{
	uint64_t from = 0, to = UINT64_MAX;

	for (size_t i = tl->nkernel; i-- > 0;) {
		struct tl_map *m = &tl->kernel[i];

		if (addr - m->start < m->end - m->start) {
			from = from > m->start ? from : m->start;
			to = to < m->end ? to : m->end;
			*seen = (struct tl_map){ from, to, m->pgoff + (from - m->start), m->dso };
			return m;
		}
		if (m->start > addr && m->start < to)
			to = m->start;
		if (m->end <= addr && m->end > from)
			from = m->end;
	}
	return NULL;
}

/* Code is changed: the binary that is mapped there is another one from now on. */
static bool apply_poke(struct tl_timeline *tl, uint32_t rec, const struct tl_side *side)
{
	const struct tl_side_poke *poke = &tl->side.pokes[side->poke];
	struct tl_map map = { poke->addr, poke->addr + poke->len, poke->addr,
			      tl_dsos_kernel(tl->dsos) };
	struct tl_map *under;
	struct tl_dso *before;
	bool whole;

	if (tl->enough)
		return true;
	under = kernel_around(tl, poke->addr, &map);
	whole = under && under->start == map.start && under->end == map.end;
	if (!whole && tl->nkernel >= MAX_KERNEL)
		return true;
	before = map.dso;
	if (map.dso)
		map.dso =
		    tl_dso_poked(map.dso, poke->addr, tl->side.poked.data + poke->at, poke->len);
	if (!map.dso)
		return false;
	tl->enough = map.dso == before;
	if (tl->enough)
		return true;
	if (whole) {
		under->dso = map.dso;
		return tl_spaces_map(tl->spaces, TL_SPACES_KERNEL, rec, &map);
	}
	return map_kernel(tl, rec, &map);
}

/* The copy of the kernel's code has more than what was told to be mapped: trampolines, say. */
static bool map_kcore(struct tl_timeline *tl)
{
	struct tl_map map = { .dso = NULL };

	for (size_t i = 0; tl_dsos_kcore_segment(tl->dsos, i, &map.start, &map.end); i++) {
		map.pgoff = map.start;
		map.dso = tl_dsos_kernel(tl->dsos);
		if (map.start >= KERNEL_SPACE && !map_kernel(tl, 0, &map))
			return false;
	}
	return true;
}

static bool apply_map(struct tl_timeline *tl, uint32_t rec, const struct tl_side *side)
{
	const struct tl_map *map = &tl->side.maps[side->map];
	struct who *process;

	if (side->kind == TL_SIDE_KERNEL_MAP)
		return map_kernel(tl, rec, map);
	if (side->pid < 0)
		return true;
	if (!know_thread(tl, rec, side->pid, side->tid))
		return false;
	process = table_get(&tl->processes, side->pid);
	if (!process)
		return false;
	if (process->images.n == 0 && !new_image(tl, rec, side->pid, TL_SPACES_EMPTY, false))
		return false;
	/* Memory that grows, or may be written for a while, keeps the code that is in it; perf
	 * leaves such mappings out, too. */
	if (side->memory && process->compiles)
		return true;
	process->compiles = process->compiles || side->kind == TL_SIDE_FILL;
	if (side->kind == TL_SIDE_FILL)
		return tl_spaces_fill(tl->spaces, history_last(&process->images), rec, map);
	return tl_spaces_map(tl->spaces, history_last(&process->images), rec, map);
}

static bool apply(struct tl_timeline *tl, uint32_t rec, const struct tl_side *side)
{
	struct who *thread;

	switch ((enum tl_side_kind)side->kind) {
	case TL_SIDE_RUNS:
		return apply_runs(tl, rec, side);
	case TL_SIDE_COMM:
		return apply_comm(tl, rec, side);
	case TL_SIDE_FORK:
		return apply_fork(tl, rec, side);
	case TL_SIDE_EXIT:
		thread = side->tid < 0 ? NULL : table_get(&tl->threads, side->tid);
		if (thread && thread->exit == NONE)
			thread->exit = rec;
		return thread || side->tid < 0;
	case TL_SIDE_MAP:
	case TL_SIDE_FILL:
	case TL_SIDE_KERNEL_MAP:
		return apply_map(tl, rec, side);
	case TL_SIDE_POKE:
		return apply_poke(tl, rec, side);
	}
	return true;
}

static bool mark_traced(struct tl_timeline *tl, const struct tl_perf *perf)
{
	for (size_t i = 0; i < tl_perf_nqueues(perf); i++) {
		const struct tl_perf_queue *q = tl_perf_queue(perf, i);
		struct who *thread = q->tid < 0 ? NULL : table_get(&tl->threads, q->tid);

		if (thread)
			thread->traced = true;
		else if (q->tid >= 0)
			return false;
	}
	return true;
}

static bool replay(struct tl_timeline *tl)
{
	struct tl_sideband *side = &tl->side;

	tl->times = malloc((side->n ? side->n : 1) * sizeof(*tl->times));
	if (!tl->times)
		return false;
	tl->ntimes = side->n;
	if (!map_kcore(tl))
		return false;
	for (uint32_t i = 0; i < side->n; i++) {
		tl->times[i] = side->v[i].time;
		if (!apply(tl, i, &side->v[i]))
			return false;
	}
	/* All is in the tables now. */
	free(side->v);
	side->v = NULL;
	free(side->maps);
	side->maps = NULL;
	free(tl->kernel);
	tl->kernel = NULL;
	return true;
}

bool tl_timeline_build(const struct tl_perf *perf, struct tl_dsos *dsos,
		       struct tl_perf_listener *also, struct tl_timeline **out, struct tl_err *err)
{
	struct tl_timeline *tl = calloc(1, sizeof(*tl));

	if (!tl)
		return tl_err_nomem(err);
	pthread_mutex_init(&tl->lock, NULL);
	tl->dsos = dsos;
	tl->spaces = tl_spaces_open();
	if (!tl->spaces || !tl_sideband_read(&tl->side, perf, dsos, also) ||
	    !mark_traced(tl, perf) || !replay(tl)) {
		tl_timeline_close(tl);
		return tl_err_nomem(err);
	}
	*out = tl;
	return true;
}

void tl_timeline_close(struct tl_timeline *tl)
{
	if (!tl)
		return;
	for (size_t i = 0; i < tl->nslots; i++)
		free(tl->contexts[i]);
	free(tl->contexts);
	free(tl->kernel);
	tl_spaces_close(tl->spaces);
	table_fini(&tl->threads);
	table_fini(&tl->processes);
	table_fini(&tl->cpus);
	tl_sideband_fini(&tl->side);
	free(tl->times);
	pthread_mutex_destroy(&tl->lock);
	free(tl);
}

/* ---- contexts, each once */

static size_t context_hash(const struct tl_context *c)
{
	uint32_t h = mix((uint32_t)c->tid);

	h = mix(h ^ (uint32_t)c->pid);
	h = mix(h ^ (uint32_t)c->cpu);
	h = mix(h ^ c->space->id);
	/* Recorded names are one string each. */
	return mix(h ^ (uint32_t)(uintptr_t)c->comm);
}

static bool same(const struct tl_context *a, const struct tl_context *b)
{
	return a->tid == b->tid && a->pid == b->pid && a->cpu == b->cpu && a->comm == b->comm &&
	       a->space == b->space;
}

static bool more_contexts(struct tl_timeline *tl)
{
	size_t n = tl->nslots ? tl->nslots * 2 : 64;
	struct named_context **slots = calloc(n, sizeof(*slots));

	if (!slots)
		return false;
	for (size_t i = 0; i < tl->nslots; i++) {
		struct named_context *nc = tl->contexts[i];
		struct tl_context key;
		size_t at;

		if (!nc)
			continue;
		key = nc->context;
		if (key.comm == nc->name)
			key.comm = NULL;
		at = context_hash(&key);
		while (slots[at & (n - 1)])
			at++;
		slots[at & (n - 1)] = nc;
	}
	free(tl->contexts);
	tl->contexts = slots;
	tl->nslots = n;
	return true;
}

/* The one that is like `wanted`, the comm of which may be NULL; NULL: no memory. */
static const struct tl_context *intern(struct tl_timeline *tl, const struct tl_context *wanted)
{
	struct named_context *nc;
	size_t at;

	if (tl->ncontexts * 2 >= tl->nslots && !more_contexts(tl))
		return NULL;
	for (at = context_hash(wanted);; at++) {
		struct tl_context key;

		nc = tl->contexts[at & (tl->nslots - 1)];
		if (!nc)
			break;
		key = nc->context;
		if (key.comm == nc->name)
			key.comm = NULL;
		if (same(&key, wanted))
			return &nc->context;
	}
	nc = calloc(1, sizeof(*nc));
	if (!nc)
		return NULL;
	nc->context = *wanted;
	nc->context.id = (uint32_t)tl->ncontexts++;
	if (!wanted->comm) {
		snprintf(nc->name, sizeof(nc->name), ":%d", wanted->tid);
		nc->context.comm = nc->name;
	}
	tl->contexts[at & (tl->nslots - 1)] = nc;
	return &nc->context;
}

/* ---- questions */

/* How many records are up to a time. */
static uint32_t moment(const struct tl_timeline *tl, uint64_t time)
{
	size_t lo = 0, hi = tl->ntimes;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (tl->times[mid] <= time)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (uint32_t)lo;
}

/* Without times perf decodes a thread's trace when the thread is seen to exit, so that what its
 * process maps later does not count; a CPU's at the end. */
static uint32_t last_moment(const struct tl_timeline *tl, const struct who *thread)
{
	return thread && thread->exit != NONE ? thread->exit : (uint32_t)tl->ntimes;
}

static void find_thread(const struct tl_timeline *tl, const struct tl_perf_queue *q, uint32_t when,
			uint32_t *next, struct tl_context *c)
{
	const struct who *cpu, *thread;
	uint32_t value;

	c->tid = q->tid;
	c->cpu = q->cpu;
	if (q->tid < 0 && q->cpu >= 0) {
		cpu = table_find(&tl->cpus, q->cpu);
		c->tid = cpu ? (int32_t)history_at(&cpu->tid, when, next) : -1;
	}
	c->pid = -1;
	c->comm = c->tid == 0 ? "swapper" : NULL;
	if (c->tid < 0)
		return;
	thread = table_find(&tl->threads, c->tid);
	if (c->tid == 0)
		c->pid = 0;
	if (!thread)
		return;
	if (c->cpu < 0)
		c->cpu = (int32_t)history_at(&thread->cpu, when, next);
	value = history_at(&thread->pid, when, next);
	if (value == NONE && thread->pid.n > 0) /* not told yet, but it was the same */
		value = thread->pid.v[0].value;
	if (value != NONE)
		c->pid = (int32_t)value;
	value = history_at(&thread->comm, when, next);
	if (value != NONE)
		c->comm = (const char *)tl->side.names.data + value;
}

const struct tl_context *tl_timeline_context(struct tl_timeline *tl, const struct tl_perf_queue *q,
					     uint64_t time, uint64_t *until)
{
	const struct who *process;
	const struct tl_context *found = NULL;
	struct tl_context c = { 0 };
	uint32_t next = NONE, when, image = TL_SPACES_EMPTY;

	if (time != TL_TIMELINE_NOTIME)
		when = moment(tl, time);
	else
		when = last_moment(tl, q->tid < 0 ? NULL : table_find(&tl->threads, q->tid));
	find_thread(tl, q, when, &next, &c);
	process = c.pid < 0 ? NULL : table_find(&tl->processes, c.pid);
	if (process && process->images.n > 0) {
		image = history_at(&process->images, when, &next);
		if (image == NONE)
			image = process->images.v[0].value;
	}
	pthread_mutex_lock(&tl->lock);
	c.space = tl_spaces_get(tl->spaces, image, when, &next);
	if (c.space)
		found = intern(tl, &c);
	pthread_mutex_unlock(&tl->lock);
	*until = next == NONE || time == TL_TIMELINE_NOTIME ? UINT64_MAX : tl->times[next];
	return found;
}

size_t tl_timeline_ngaps(const struct tl_timeline *tl)
{
	return tl->side.ngaps;
}

const struct tl_gap *tl_timeline_gap(const struct tl_timeline *tl, size_t i)
{
	return &tl->side.gaps[i];
}

bool tl_timeline_range(const struct tl_timeline *tl, uint64_t *first, uint64_t *last)
{
	if (tl->side.first > tl->side.last)
		return false;
	*first = tl->side.first;
	*last = tl->side.last;
	return true;
}
