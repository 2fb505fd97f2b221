/* summary.c: see summary.h. */
#include "decoders/pt/summary.h"

#include <stdlib.h>
#include <string.h>

/* Events in a summary.  Ordinary code leaves a hundred. */
#define MOST 8192

void tl_pt_summary_fini(struct tl_pt_summary *s)
{
	free(s->events);
	free(s->numbers);
	free(s->parts);
	*s = (struct tl_pt_summary){ 0 };
}

void tl_pt_summer_fini(struct tl_pt_summer *s)
{
	for (size_t i = 0; i < s->nlists; i++)
		free(s->lists[i].v);
	free(s->lists);
	tl_pt_threads_fini(&s->threads);
	*s = (struct tl_pt_summer){ 0 };
}

/* ---- making one */

static struct tl_pt_picked *list_of(struct tl_pt_summer *s, size_t i)
{
	if (i >= s->nlists) {
		size_t n = s->threads.cap;
		struct tl_pt_picked *lists = realloc(s->lists, n * sizeof(*lists));

		if (!lists)
			return NULL;
		memset(lists + s->nlists, 0, (n - s->nlists) * sizeof(*lists));
		s->lists = lists;
		s->nlists = n;
	}
	return &s->lists[i];
}

static bool append(struct tl_pt_picked *list, const struct tl_pt_event *ev)
{
	if (list->n == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 64;
		const struct tl_pt_event **v = realloc(list->v, cap * sizeof(*v));

		if (!v)
			return false;
		list->v = v;
		list->cap = cap;
	}
	list->v[list->n++] = ev;
	return true;
}

/* Does it end with where the trace stops, and is that all that happens there? */
static bool is_end(const struct tl_pt_picked *list)
{
	const struct tl_pt_event *last = list->n > 0 ? list->v[list->n - 1] : NULL;

	return last && last->kind == TL_PT_EV_BRANCH && last->flags & TL_PT_TRACE_END &&
	       !(last->flags & TL_PT_RETURN);
}

/* An event that changes nothing, whatever was before? */
static bool is_idle(const struct tl_pt_event *ev)
{
	const unsigned flags = TL_PT_CALL | TL_PT_RETURN | TL_PT_TRACE_BEGIN | TL_PT_TRACE_END;

	return ev->kind == TL_PT_EV_BRANCH
		   ? !(ev->flags & flags)
		   : ev->kind != TL_PT_EV_ERROR && ev->kind != TL_PT_EV_LEAP;
}

/* May it end a call? */
static bool is_back(const struct tl_pt_event *ev)
{
	return ev->kind == TL_PT_EV_LEAP ||
	       (ev->kind == TL_PT_EV_BRANCH && ev->flags & (TL_PT_RETURN | TL_PT_TRACE_BEGIN));
}

/* Is all known of what it did? */
static bool is_told(const struct tl_pt_event *ev, const struct tl_pt_move *move)
{
	return move->closed || (ev->kind == TL_PT_EV_LEAP && !move->open);
}

/* Frames are numbered by where their call is in the list. */
static bool reduce(struct tl_pt_thread *t, struct tl_pt_picked *list, const struct tl_pt_event *ev)
{
	bool resumed = tl_pt_thread_resumes(t, ev) && ev->flags & TL_PT_TRACE_BEGIN;
	struct tl_pt_move move;
	bool ok;

	if (!tl_pt_thread_follow(t, ev, (uint32_t)list->n, &move))
		return false;
	if (ev->kind == TL_PT_EV_ERROR) {
		list->n -= is_end(list);
		return (list->n > 0 && list->v[list->n - 1]->kind == TL_PT_EV_ERROR) ||
		       append(list, ev);
	}
	if (resumed && is_end(list)) {
		list->n--;
		return true;
	}
	if (move.closed && !(ev->flags & TL_PT_TRACE_END)) {
		list->n = move.closed->call;
		return true;
	}
	if (is_told(ev, &move) && ev->kind == TL_PT_EV_LEAP)
		return true;
	ok = append(list, ev);
	/* It may have ended a call from before, with all those since. */
	if (is_back(ev) && !resumed && !move.closed)
		t->nframes = 0;
	return ok;
}

static size_t pack(struct tl_pt_summer *s, const struct tl_pt_event *events,
		   struct tl_pt_summary *out)
{
	size_t at = 0;

	for (size_t i = 0; i < s->threads.n; i++) {
		const struct tl_pt_picked *list = &s->lists[i];

		out->parts[i] =
		    (struct tl_pt_part){ s->threads.v[i].key, s->threads.v[i].since, at, list->n };
		for (size_t j = 0; j < list->n; j++) {
			out->numbers[at] = (uint32_t)(list->v[j] - events);
			out->events[at++] = *list->v[j];
		}
	}
	return s->threads.n;
}

bool tl_pt_summary_make(struct tl_pt_summer *s, const struct tl_pt_event *events, size_t n,
			struct tl_pt_summary *out)
{
	size_t total = 0;

	*out = (struct tl_pt_summary){ 0 };
	tl_pt_threads_trim(&s->threads);
	for (size_t i = 0; i < n; i++) {
		struct tl_pt_picked *list;
		size_t had = s->threads.n;
		struct tl_pt_thread *t;

		if (!tl_pt_threads_find(&s->threads, tl_pt_thread_key(&events[i])))
			return false;
		t = &s->threads.v[s->threads.last];
		list = list_of(s, s->threads.last);
		if (!list)
			return false;
		if (s->threads.n > had)
			list->n = 0;
		if (t->since == TL_PT_NOTIME)
			t->since = events[i].time;
		if (!is_idle(&events[i]) && !reduce(t, list, &events[i]))
			return false;
		if (events[i].kind == TL_PT_EV_ERROR)
			out->gap = events[i].time;
	}
	for (size_t i = 0; i < s->threads.n; i++)
		total += s->lists[i].n;
	out->opaque = total > MOST;
	if (out->opaque)
		return true;
	out->events = malloc((total + 1) * sizeof(*out->events));
	out->numbers = malloc((total + 1) * sizeof(*out->numbers));
	out->parts = malloc((s->threads.n + 1) * sizeof(*out->parts));
	if (!out->events || !out->numbers || !out->parts) {
		tl_pt_summary_fini(out);
		return false;
	}
	out->nparts = pack(s, events, out);
	return true;
}

/* ---- following */

void tl_pt_past_clear(struct tl_pt_past *past)
{
	tl_pt_threads_trim(&past->threads);
	past->gap = 0;
	past->nlate = 0;
}

void tl_pt_past_fini(struct tl_pt_past *past)
{
	tl_pt_threads_fini(&past->threads);
	free(past->late);
	*past = (struct tl_pt_past){ 0 };
}

bool tl_pt_past_add_late(struct tl_pt_past *past, uint32_t event, uint64_t time)
{
	if (past->nlate == past->late_cap) {
		size_t cap = past->late_cap ? 2 * past->late_cap : 16;
		struct tl_pt_late *late = realloc(past->late, cap * sizeof(*late));

		if (!late)
			return false;
		past->late = late;
		past->late_cap = cap;
	}
	past->late[past->nlate++] = (struct tl_pt_late){ event, time };
	return true;
}

bool tl_pt_past_follow(struct tl_pt_past *past, const struct tl_pt_event *ev)
{
	struct tl_pt_move move;

	if (!tl_pt_threads_find(&past->threads, tl_pt_thread_key(ev)))
		return false;
	if (ev->kind == TL_PT_EV_ERROR)
		past->gap = ev->time;
	return tl_pt_thread_follow(&past->threads.v[past->threads.last], ev, TL_PT_NONE, &move);
}

/* The thread of a part, which is seen at the latest now.  NULL: out of memory. */
static struct tl_pt_thread *thread_of(struct tl_pt_past *past, const struct tl_pt_part *part)
{
	struct tl_pt_thread *t;

	if (!tl_pt_threads_find(&past->threads, part->key))
		return NULL;
	t = &past->threads.v[past->threads.last];
	if (t->since == TL_PT_NOTIME)
		t->since = part->since;
	return t;
}

bool tl_pt_summary_follow(const struct tl_pt_summary *s, struct tl_pt_past *past)
{
	struct tl_pt_move move;

	for (size_t i = 0; i < s->nparts; i++) {
		const struct tl_pt_part *part = &s->parts[i];
		struct tl_pt_thread *t = thread_of(past, part);

		if (!t)
			return false;
		for (size_t j = 0; j < part->n; j++)
			if (!tl_pt_thread_follow(t, &s->events[part->first + j], TL_PT_NONE, &move))
				return false;
	}
	if (s->gap)
		past->gap = s->gap;
	return true;
}

size_t tl_pt_summary_unknown(const struct tl_pt_summary *s, struct tl_pt_past *past)
{
	struct tl_pt_move move;
	size_t n = 0;

	for (size_t i = 0; i < s->nparts; i++) {
		const struct tl_pt_part *part = &s->parts[i];
		struct tl_pt_thread *t = thread_of(past, part);

		if (!t)
			return SIZE_MAX;
		for (size_t j = 0; j < part->n; j++) {
			const struct tl_pt_event *ev = &s->events[part->first + j];
			bool resumes = tl_pt_thread_resumes(t, ev);

			if (!tl_pt_thread_follow(t, ev, TL_PT_NONE, &move))
				return SIZE_MAX;
			n += is_back(ev) && !is_told(ev, &move) &&
			     !(resumes && ev->flags & TL_PT_TRACE_BEGIN);
		}
	}
	return n;
}
