/* select.c: see select.h. */
#include "decoders/perf/select.h"

#include "base/timespec.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ITEMS 10000 /* of a list */

/* ---- lists */

/* What may stand between the items of a list is told by the caller, as a string. */
struct word {
	const char *s;
	size_t n;
};

/* The next item; false: no more.  An empty one between two separators is given, too. */
static bool next_word(const char **rest, const char *separators, struct word *w)
{
	if (!*rest)
		return false;
	w->s = *rest;
	w->n = strcspn(*rest, separators);
	*rest = w->s[w->n] ? w->s + w->n + 1 : NULL;
	return true;
}

/* "--cpu: 'x' is not ..."; the words are the user's, and may be long. */
static bool refuse(struct tl_err *err, const char *option, struct word w, const char *why)
{
	return tl_err_set(err, "--%s: '%.*s' %s", option, w.n > 80 ? 80 : (int)w.n, w.s, why);
}

static bool grow(void **array, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : 4;
	void *bigger;

	if (n < *cap)
		return true;
	bigger = realloc(*array, more * size);
	if (!bigger)
		return false;
	*array = bigger;
	*cap = more;
	return true;
}

struct list {
	struct tl_select_range *v;
	size_t n, cap;
};

static bool add_range(struct list *l, uint64_t first, uint64_t last, struct tl_err *err)
{
	if (l->n >= MAX_ITEMS)
		return tl_err_set(err, "more than %d things to select", MAX_ITEMS);
	if (!grow((void **)&l->v, l->n, &l->cap, sizeof(*l->v)))
		return tl_err_nomem(err);
	l->v[l->n++] = (struct tl_select_range){ first, last };
	return true;
}

static int by_first(const void *a, const void *b)
{
	const struct tl_select_range *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/* Sort, and join what overlaps. */
static void tidy(struct list *l)
{
	size_t n = 0;

	if (l->n > 0)
		qsort(l->v, l->n, sizeof(*l->v), by_first);
	for (size_t i = 0; i < l->n; i++) {
		if (n > 0 && l->v[i].first <= l->v[n - 1].last) {
			if (l->v[i].last > l->v[n - 1].last)
				l->v[n - 1].last = l->v[i].last;
		} else {
			l->v[n++] = l->v[i];
		}
	}
	l->n = n;
}

/* ---- numbers: CPUs and threads */

static bool read_number(const char **s, const char *end, uint64_t *n)
{
	const char *p = *s;

	for (*n = 0; p < end && *p >= '0' && *p <= '9'; p++) {
		*n = *n * 10 + (unsigned)(*p - '0');
		if (*n > INT32_MAX)
			return false;
	}
	if (p == *s)
		return false;
	*s = p;
	return true;
}

static bool parse_numbers(const char *text, const char *option, const char *why, struct list *l,
			  struct tl_err *err)
{
	struct word w;

	while (next_word(&text, ",", &w)) {
		const char *p = w.s, *end = w.s + w.n;
		uint64_t first, last;

		if (!read_number(&p, end, &first))
			return refuse(err, option, w, why);
		last = first;
		if (p < end && *p == '-') {
			p++;
			if (!read_number(&p, end, &last))
				return refuse(err, option, w, why);
		}
		if (p != end)
			return refuse(err, option, w, why);
		if (last < first)
			return refuse(err, option, w, "ends before it begins");
		if (!add_range(l, first, last, err))
			return false;
	}
	tidy(l);
	return true;
}

/* ---- times */

/* One end of START,STOP: a time, or a sign and a distance from the recording's first or last. */
static bool read_end(struct word w, uint64_t first_ns, uint64_t last_ns, uint64_t *ns,
		     struct tl_err *err)
{
	const char *p = w.s, *why;
	bool after = w.n > 0 && *p == '+', before = w.n > 0 && *p == '-';

	p += after || before;
	if (!tl_time_read(&p, ns, &why))
		return refuse(err, "time", w, why);
	if (p != w.s + w.n)
		return refuse(err, "time", w,
			      "is not a time; say it like 12345.678901234 or +1.5ms");
	if (before)
		*ns = last_ns > *ns ? last_ns - *ns : 0;
	else if (after)
		*ns = *ns < TL_TIME_NONE - first_ns ? first_ns + *ns : TL_TIME_NONE - 1;
	return true;
}

static bool parse_ends(struct word w, uint64_t first_ns, uint64_t last_ns, struct list *l,
		       struct tl_err *err)
{
	const char *comma = memchr(w.s, ',', w.n);
	uint64_t start = 0, stop = TL_TIME_NONE - 1;
	struct word a = { w.s, 0 }, b;

	if (!comma)
		return refuse(err, "time", w, "is not START,STOP");
	a.n = (size_t)(comma - w.s);
	b = (struct word){ comma + 1, w.n - a.n - 1 };
	if (memchr(b.s, ',', b.n))
		return refuse(err, "time", w, "is not START,STOP; ranges have spaces between");
	if ((a.n > 0 && !read_end(a, first_ns, last_ns, &start, err)) ||
	    (b.n > 0 && !read_end(b, first_ns, last_ns, &stop, err)))
		return false;
	if (stop < start)
		return refuse(err, "time", w, "ends before it begins");
	return add_range(l, start, stop, err);
}

static bool parse_slices(const char *text, uint64_t first_ns, uint64_t last_ns, struct list *l,
			 struct tl_err *err)
{
	bool only = !strchr(text, ',');
	uint64_t from, to;
	struct word w;
	const char *why;

	while (next_word(&text, ",", &w)) {
		if (!tl_time_parse_slice(w.s, w.n, only, first_ns, last_ns, &from, &to, &why))
			return refuse(err, "time", w, why);
		if (!add_range(l, from, to, err))
			return false;
	}
	return true;
}

static bool parse_times(const char *text, uint64_t first_ns, uint64_t last_ns, struct list *l,
			struct tl_err *err)
{
	struct word w, all = { text, strlen(text) };

	if (first_ns == TL_TIME_NONE || last_ns == TL_TIME_NONE || first_ns > last_ns)
		return tl_err_set(err, "--time: the recording has no times to select by");
	if (strchr(text, '%')) {
		if (!parse_slices(text, first_ns, last_ns, l, err))
			return false;
	} else {
		while (next_word(&text, " ", &w)) {
			if (w.n > 0 && !parse_ends(w, first_ns, last_ns, l, err))
				return false;
		}
		if (l->n == 0)
			return refuse(err, "time", all, "is not START,STOP");
	}
	tidy(l);
	return true;
}

/* ---- names */

static bool parse_comms(const char *text, struct tl_select *s, struct tl_err *err)
{
	struct word w;
	size_t cap = 0;

	while (next_word(&text, ",", &w)) {
		if (w.n == 0)
			return refuse(err, "comm", w, "is no name");
		if (s->ncomms >= MAX_ITEMS)
			return tl_err_set(err, "more than %d things to select", MAX_ITEMS);
		if (!grow((void **)&s->comms, s->ncomms, &cap, sizeof(*s->comms)))
			return tl_err_nomem(err);
		s->comms[s->ncomms] = strndup(w.s, w.n);
		if (!s->comms[s->ncomms])
			return tl_err_nomem(err);
		s->ncomms++;
	}
	return true;
}

/* ---- all together */

bool tl_select_parse(struct tl_select *s, const struct tl_decoder_options *options,
		     uint64_t first_ns, uint64_t last_ns, struct tl_err *err)
{
	struct list times = { 0 }, cpus = { 0 }, tids = { 0 };
	bool ok = true;

	*s = (struct tl_select){ 0 };
	if (options->time)
		ok = parse_times(options->time, first_ns, last_ns, &times, err);
	if (ok && options->cpu)
		ok = parse_numbers(options->cpu, "cpu", "is no CPU; say it like 0,2-4", &cpus, err);
	if (ok && options->tid)
		ok = parse_numbers(options->tid, "tid", "is no thread; say it like 17,18", &tids,
				   err);
	if (ok && options->comm)
		ok = parse_comms(options->comm, s, err);
	s->times = times.v;
	s->ntimes = times.n;
	s->cpus = cpus.v;
	s->ncpus = cpus.n;
	s->tids = tids.v;
	s->ntids = tids.n;
	return ok;
}

void tl_select_fini(struct tl_select *s)
{
	for (size_t i = 0; i < s->ncomms; i++)
		free(s->comms[i]);
	free(s->comms);
	free(s->times);
	free(s->cpus);
	free(s->tids);
	*s = (struct tl_select){ 0 };
}

bool tl_select_any(const struct tl_select *s)
{
	return s->ntimes || s->ncpus || s->ntids || s->ncomms;
}

/* Does a list have anything of [first, last]? */
static bool has(const struct tl_select_range *v, size_t n, uint64_t first, uint64_t last)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (v[mid].last < first)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && v[lo].first <= last;
}

bool tl_select_overlaps(const struct tl_select *s, uint64_t first, uint64_t last)
{
	return s->ntimes == 0 || first == TL_TIME_NONE || has(s->times, s->ntimes, first, last);
}

bool tl_select_time(const struct tl_select *s, uint64_t time)
{
	return tl_select_overlaps(s, time, time);
}

bool tl_select_cpu(const struct tl_select *s, int32_t cpu)
{
	return s->ncpus == 0 || (cpu >= 0 && has(s->cpus, s->ncpus, (uint64_t)cpu, (uint64_t)cpu));
}

bool tl_select_tid(const struct tl_select *s, int32_t tid)
{
	return s->ntids == 0 || (tid >= 0 && has(s->tids, s->ntids, (uint64_t)tid, (uint64_t)tid));
}

bool tl_select_context(const struct tl_select *s, const struct tl_context *c)
{
	if (!tl_select_cpu(s, c->cpu) || !tl_select_tid(s, c->tid))
		return false;
	for (size_t i = 0; i < s->ncomms; i++) {
		if (strcmp(s->comms[i], c->comm) == 0)
			return true;
	}
	return s->ncomms == 0;
}
