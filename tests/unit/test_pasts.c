/*
 * test_pasts.c: what is told of the time before a slice is what following all events from the
 * first one on tells: in any order, by any number of threads.  A jump may know less, never anything
 * else.  Stories are random; slices are a few events each.
 */
#include "decoders/pt/leaps.h"
#include "decoders/pt/pasts.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifdef __SANITIZE_THREAD__
#define ROUNDS 4 /* slow */
#else
#define ROUNDS 20
#endif

static uint32_t seed;

static uint32_t rnd(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(seed >> 4) * n >> 28);
}

/* ---- a story: threads that call, return, leave the trace and come back */

#define NTHREADS 3
#define DEEPEST  40

static struct tl_context contexts[NTHREADS];

/* Functions are of 0x100 bytes. */
bool tl_pt_function_at(const struct tl_space *space, uint64_t at, struct tl_pt_function *out)
{
	*out = (struct tl_pt_function){ .start = at & ~UINT64_C(0xff) };
	return true;
}

bool tl_pt_same_function(const struct tl_pt_function *a, const struct tl_pt_function *b)
{
	return a->start == b->start;
}

bool tl_pt_is_outermost(const char *name)
{
	return false;
}

/* Returns to anywhere; something gets lost; signals come.  What they do is not always told right. */
enum { WILD = 1, ERRORS = 2, SIGNALS = 4 };

struct actor {
	uint64_t backs[DEEPEST + 1];
	unsigned depth;
	bool out;                        /* of the trace, */
	uint64_t resume;                 /* to come back here */
	unsigned handlers[8], nhandlers; /* depths at which signals came */
	uint64_t resumes[8];
};

struct story {
	struct tl_pt_event *events;
	size_t n;
	size_t *cuts; /* where slices begin, and the end */
	size_t nslices;
	struct tl_pt_move *truth;
	struct tl_pt_frame *closed; /* of each event */
};

static uint64_t some_function(void)
{
	return 0x401000 + 0x100 * (uint64_t)rnd(30);
}

static void call(struct actor *a, struct tl_pt_event *e)
{
	e->flags = TL_PT_BRANCH | TL_PT_CALL;
	e->from = some_function() + 5 * rnd(8);
	e->to = some_function();
	a->backs[a->depth++] = e->from + 5;
}

static void leave_trace(struct actor *a, struct tl_pt_event *e)
{
	bool async = rnd(2);

	e->flags = (uint16_t)(TL_PT_BRANCH | TL_PT_TRACE_END |
			      (async ? TL_PT_ASYNC : TL_PT_CALL | TL_PT_SYSCALLRET));
	e->from = 0x501000 + 7 * (uint64_t)rnd(100);
	a->out = true;
	a->resume = async ? e->from : e->from + 5;
}

static void come_back(struct actor *a, struct tl_pt_event *e, unsigned how)
{
	e->flags = TL_PT_BRANCH | TL_PT_TRACE_BEGIN;
	a->out = false;
	if (a->nhandlers > 0 && a->depth == a->handlers[a->nhandlers - 1] && rnd(2)) {
		e->to = a->resumes[--a->nhandlers]; /* the handler is over */
	} else if (how & SIGNALS && a->nhandlers < 8 && a->depth < DEEPEST && rnd(10) == 0) {
		a->resumes[a->nhandlers] = a->resume;
		a->handlers[a->nhandlers++] = a->depth;
		e->to = 0x601000;
	} else {
		e->to = a->resume;
	}
}

static void go_back(struct actor *a, struct tl_pt_event *e, unsigned how)
{
	unsigned least = a->nhandlers ? a->handlers[a->nhandlers - 1] : 0;

	e->flags = TL_PT_BRANCH | TL_PT_RETURN;
	e->from = some_function() + 0xf0;
	if (how & WILD && rnd(30) == 0) {
		e->to = 0x701000 + rnd(1000); /* nobody called from there */
	} else if (how & WILD && rnd(30) == 0 && a->depth > least) {
		a->depth = least + rnd(a->depth - least); /* past several */
		e->to = a->backs[a->depth];
	} else {
		e->to = a->backs[--a->depth];
	}
}

/* Into the innermost of the calls of some function, perhaps but for who called what leaps. */
static void leap(struct actor *a, struct tl_pt_event *e, unsigned least)
{
	bool resumes = rnd(2);
	uint64_t function = a->backs[least + rnd(a->depth - resumes - least)] & ~UINT64_C(0xff);

	a->depth -= resumes;
	while ((a->backs[--a->depth] & ~UINT64_C(0xff)) != function)
		;
	e->kind = TL_PT_EV_LEAP;
	e->to = function + 0x80;
	e->code = resumes ? TL_PT_LEAPS_RESUMES : TL_PT_LEAPS_SURELY;
}

static void tell_event(struct actor *a, struct tl_pt_event *e, unsigned how)
{
	unsigned least = a->nhandlers ? a->handlers[a->nhandlers - 1] : 0;

	e->kind = TL_PT_EV_BRANCH;
	e->length = 5;
	if (how & ERRORS && rnd(300) == 0)
		e->kind = TL_PT_EV_ERROR;
	else if (a->out)
		come_back(a, e, how);
	else if (rnd(8) == 0)
		leave_trace(a, e);
	else if (rnd(8) == 0)
		e->flags = TL_PT_BRANCH; /* a jump */
	else if (rnd(60) == 0 && a->depth > least + 1)
		leap(a, e, least);
	else if (a->depth <= least || (a->depth < DEEPEST && rnd(2)))
		call(a, e);
	else
		go_back(a, e, how);
}

static void follow_all(struct story *s)
{
	struct tl_pt_past all = { 0 };

	for (size_t i = 0; i < s->n; i++) {
		assert_true(tl_pt_threads_find(&all.threads, tl_pt_thread_key(&s->events[i])));
		assert_true(tl_pt_thread_follow(&all.threads.v[all.threads.last], &s->events[i],
						(uint32_t)i, &s->truth[i]));
		if (s->truth[i].closed)
			s->closed[i] = *s->truth[i].closed;
	}
	tl_pt_past_fini(&all);
}

static void tell(struct story *s, size_t n, unsigned how)
{
	struct actor actors[NTHREADS] = { 0 };

	*s = (struct story){ .n = n };
	s->events = calloc(n, sizeof(*s->events));
	s->truth = calloc(n, sizeof(*s->truth));
	s->closed = calloc(n, sizeof(*s->closed));
	s->cuts = calloc(n + 2, sizeof(*s->cuts));
	for (size_t i = 0; i < n; i++) {
		struct tl_pt_event *e = &s->events[i];
		uint32_t who = rnd(NTHREADS);

		contexts[who].tid = 100 + (int32_t)who;
		e->time = 1000 + 10 * i;
		e->ctx = &contexts[who];
		tell_event(&actors[who], e, how);
		if (i == 0 || rnd(20) == 0)
			s->cuts[s->nslices++] = i;
	}
	s->cuts[s->nslices] = n;
	follow_all(s);
}

static void forget(struct story *s)
{
	free(s->events);
	free(s->truth);
	free(s->closed);
	free(s->cuts);
}

/* ---- its slices */

static uint64_t slice_time(void *arg, size_t slice)
{
	const struct story *s = arg;

	return s->events[s->cuts[slice]].time;
}

static bool gather(void *arg, size_t slice, struct tl_pt_scratch *sc, struct tl_err *err)
{
	const struct story *s = arg;
	size_t n = s->cuts[slice + 1] - s->cuts[slice];

	sc->all.n = 0;
	if (!tl_pt_events_reserve(&sc->all, n))
		return tl_err_nomem(err);
	memcpy(sc->all.v, s->events + s->cuts[slice], n * sizeof(*sc->all.v));
	sc->events = sc->all.v;
	sc->n = sc->all.n = n;
	return true;
}

static struct tl_pt_pasts *open_pasts(struct story *s)
{
	const struct tl_pt_slicing from = { s,          s->nslices, TL_PT_LOOK_BACK,
					    slice_time, gather,     gather };
	struct tl_pt_pasts *h;

	assert_true(tl_pt_pasts_open(&from, &h, NULL));
	return h;
}

/* When a function began that event i of a slice returns from, if that was found out later; else 0. */
static uint64_t late_time(const struct tl_pt_past *past, size_t i)
{
	for (size_t j = 0; j < past->nlate; j++)
		if (past->late[j].event == i)
			return past->late[j].time;
	return 0;
}

/* Follow a slice from its past.  How many calls are not known that the truth knows; SIZE_MAX: something
 * is another than it is in truth. */
static size_t unknown_in(struct tl_pt_pasts *h, const struct story *s, size_t slice,
			 struct tl_pt_scratch *sc, struct tl_pt_past *past)
{
	size_t unknown = 0;

	if (!tl_pt_pasts_gather(h, slice, TL_PT_LOOK_BACK, sc, past, NULL))
		return SIZE_MAX;
	for (size_t i = 0; i < sc->n; i++) {
		size_t at = s->cuts[slice] + i;
		uint64_t began = s->truth[at].closed ? s->closed[at].time : 0, late;
		struct tl_pt_move move;

		if (!tl_pt_threads_find(&past->threads, tl_pt_thread_key(&sc->events[i])) ||
		    !tl_pt_thread_follow(&past->threads.v[past->threads.last], &sc->events[i],
					 (uint32_t)at, &move))
			return SIZE_MAX;
		late = late_time(past, i);
		if ((move.closed && move.closed->time != began) || (late && late != began))
			return SIZE_MAX;
		/* What took longer than is shown has to. */
		if (move.open && began &&
		    past->threads.v[past->threads.last].since <= s->closed[at].time)
			return SIZE_MAX;
		unknown += began && !move.closed && !late;
	}
	return unknown;
}

static size_t unknown_in_one(struct tl_pt_pasts *h, const struct story *s, size_t slice)
{
	struct tl_pt_scratch sc = { 0 };
	struct tl_pt_past past = { 0 };
	size_t n = unknown_in(h, s, slice, &sc, &past);

	tl_pt_scratch_fini(&sc);
	tl_pt_past_fini(&past);
	return n;
}

static void test_from_the_first_on(void **state)
{
	for (seed = 1; seed <= ROUNDS; seed++) {
		uint32_t round = seed;
		struct tl_pt_pasts *h;
		struct story s;

		tell(&s, 6000, 0);
		h = open_pasts(&s);
		for (size_t k = 0; k < s.nslices; k++)
			assert_int_equal(unknown_in_one(h, &s, k), 0);
		/* And what was known once is known again. */
		for (size_t i = 0; i < s.nslices; i++)
			assert_int_equal(unknown_in_one(h, &s, rnd((uint32_t)s.nslices)), 0);
		tl_pt_pasts_close(h);
		forget(&s);
		seed = round;
	}
}

/* Backwards, and anywhere: less is known, and nothing is wrong. */
static void test_jumps(void **state)
{
	for (seed = 1; seed <= ROUNDS; seed++) {
		uint32_t round = seed;
		size_t unknown = 0, n;
		struct tl_pt_pasts *h;
		struct story s;

		tell(&s, 3000, 0);
		h = open_pasts(&s);
		for (size_t i = 0; i < s.nslices; i++) {
			size_t k = round & 2 ? rnd((uint32_t)s.nslices) : s.nslices - 1 - i;

			n = unknown_in_one(h, &s, k);
			assert_true(n != SIZE_MAX);
			unknown += n;
		}
		assert_true(unknown < s.n / 10);
		/* Then from the beginning: what was looked at before is in the way of nothing. */
		for (size_t k = 0; k < s.nslices; k++)
			assert_int_equal(unknown_in_one(h, &s, k), 0);
		tl_pt_pasts_close(h);
		forget(&s);
		seed = round;
	}
}

/* ---- several threads, each taking the next slice as they come */

struct crew {
	struct tl_pt_pasts *h;
	const struct story *s;
	pthread_mutex_t lock;
	size_t next, unknown;
	bool ok;
};

static void *work(void *arg)
{
	struct crew *c = arg;
	struct tl_pt_scratch sc = { 0 };
	struct tl_pt_past past = { 0 };
	size_t k, n;

	for (;;) {
		pthread_mutex_lock(&c->lock);
		k = c->next++;
		pthread_mutex_unlock(&c->lock);
		if (k >= c->s->nslices)
			break;
		n = unknown_in(c->h, c->s, k, &sc, &past);
		pthread_mutex_lock(&c->lock);
		c->ok = c->ok && n != SIZE_MAX;
		c->unknown += n;
		pthread_mutex_unlock(&c->lock);
	}
	tl_pt_scratch_fini(&sc);
	tl_pt_past_fini(&past);
	return NULL;
}

static void test_many_at_once(void **state)
{
	for (seed = 1; seed <= ROUNDS; seed++) {
		uint32_t round = seed;
		pthread_t threads[5];
		struct crew c = { .ok = true };
		struct story s;

		tell(&s, 6000, 0);
		c.s = &s;
		c.h = open_pasts(&s);
		pthread_mutex_init(&c.lock, NULL);
		for (size_t i = 0; i < 5; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, work, &c), 0);
		for (size_t i = 0; i < 5; i++)
			pthread_join(threads[i], NULL);
		assert_true(c.ok);
		assert_int_equal(c.unknown, 0);
		pthread_mutex_destroy(&c.lock);
		tl_pt_pasts_close(c.h);
		forget(&s);
		seed = round;
	}
}

/* Whatever is told: the way here makes no difference to what a slice's threads do in it. */
static void test_any_story(void **state)
{
	for (seed = 1; seed <= ROUNDS; seed++) {
		struct tl_pt_scratch sc = { 0 };
		struct tl_pt_past forward = { 0 }, jump = { 0 };
		uint32_t round = seed;
		struct tl_pt_pasts *h, *other;
		struct story s;

		tell(&s, 3000, round % 8);
		h = open_pasts(&s);
		other = open_pasts(&s);
		for (size_t k = 0; k < s.nslices; k++) {
			size_t i = s.nslices - 1 - k;

			assert_true(
			    tl_pt_pasts_gather(other, i, TL_PT_LOOK_BACK, &sc, &jump, NULL));
			assert_true(tl_pt_pasts_gather(h, k, TL_PT_LOOK_BACK, &sc, &forward, NULL));
			assert_true(
			    tl_pt_pasts_gather(other, k, TL_PT_LOOK_BACK, &sc, &jump, NULL));
			assert_int_equal(forward.gap, jump.gap);
			assert_int_equal(forward.threads.n, jump.threads.n);
			for (size_t t = 0; t < forward.threads.n; t++) {
				const struct tl_pt_thread *x = &forward.threads.v[t],
							  *y = &jump.threads.v[t];

				assert_int_equal(x->key, y->key);
				assert_int_equal(x->base, y->base);
				assert_int_equal(x->nframes, y->nframes);
				for (uint32_t f = 0; f < x->nframes; f++)
					assert_int_equal(x->frames[f].back, y->frames[f].back);
			}
		}
		tl_pt_scratch_fini(&sc);
		tl_pt_past_fini(&forward);
		tl_pt_past_fini(&jump);
		tl_pt_pasts_close(h);
		tl_pt_pasts_close(other);
		forget(&s);
		seed = round;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_the_first_on),
		cmocka_unit_test(test_jumps),
		cmocka_unit_test(test_many_at_once),
		cmocka_unit_test(test_any_story),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
