/*
 * test_callnav.c: moves by calls, compared with what a program that keeps a stack for each thread knows.
 * It makes up traces of several threads, with and without returns, with gaps, cut into chunks
 * anywhere, their depths told as they are or relative to each chunk.
 */
#include "tests/unit/fake_source.h"

#include "index/callnav.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define THREADS 3
#define LINES   400
#define NOLINE  (-1)

/* A line, and what is known from the stack. */
struct line {
	struct tl_callline call; /* depth: as it is */
	uint64_t chunk;
	int caller;   /* the entry of the function that it is in; NOLINE: before the trace */
	int returned; /* where that returns, or what comes then; NOLINE: it does not */
	int closed;   /* of an entry: its exit, or what comes behind it */
};

struct thread {
	int stack[LINES];
	int depth, n;
	int before; /* its depth when the chunk began */
};

struct trace {
	bool returns, relative;
	struct line lines[LINES];
	int n;
	int broken; /* before this line is something left out; 0: nowhere */
	struct tl_callthread ends[FAKE_CHUNKS][THREADS];
	struct fake fake;
	struct tl_source *src;
	struct tl_callcache *cache;
	struct tl_jobs *pool;
	struct tl_mailbox *mailbox;
};

/* Chunks without lines are known, as of views that write nothing where functions return. */
static bool has_no_lines(void *self, uint64_t k)
{
	const struct trace *t =
	    (const struct trace *)((const char *)self - offsetof(struct trace, fake));

	for (int i = 0; i < t->n; i++)
		if (t->lines[i].chunk == k)
			return false;
	return k < t->fake.nchunks;
}

/* ---- making a trace up */

static bool is_of(const struct trace *t, int i, uint64_t thread)
{
	return t->lines[i].call.thread == thread;
}

static struct line *add_line(struct trace *t, uint64_t thread, struct thread *th,
			     enum tl_callkind kind, int depth)
{
	struct line *l = &t->lines[t->n++];

	*l = (struct line){
		.call = { .byte = 10 * (uint64_t)t->n,
			  .thread = thread,
			  .depth = depth,
			  .kind = (uint8_t)kind },
		.caller = th->n > 0 ? th->stack[th->n - 1] : NOLINE,
		.returned = NOLINE,
		.closed = NOLINE,
		.chunk = t->fake.nchunks - 1,
	};
	return l;
}

/* The thread leaves the function that it is in. */
static void leave(struct trace *t, uint64_t thread, struct thread *th)
{
	uint64_t function = 0;

	if (th->n > 0)
		function = t->lines[th->stack[--th->n]].call.function;
	th->depth--;
	if (t->returns)
		add_line(t, thread, th, TL_CALL_EXIT, th->depth)->call.function = function;
}

static void one_line(struct trace *t, uint64_t thread, struct thread *th)
{
	int what = rand() % 100;
	struct line *l;

	if (what < 42) {
		l = add_line(t, thread, th, TL_CALL_ENTRY, th->depth++);
		l->call.function = 1 + (uint64_t)rand() % 5;
		th->stack[th->n++] = t->n - 1;
	} else if (what < 80) {
		leave(t, thread, th);
	} else if (what < 90 && t->returns) {
		add_line(t, thread, th, TL_CALL_LEAF, th->depth)->call.function =
		    1 + (uint64_t)rand() % 5;
	} else if (what < 98 && t->returns) {
		add_line(t, thread, th, TL_CALL_OTHER, th->depth);
	} else if (what == 99) {
		add_line(t, thread, th, TL_CALL_GAP, th->depth);
	}
}

/* Behind the call that entry i enters: the first line of its thread that is no deeper. */
static int close_of(const struct trace *t, int i)
{
	for (int j = i + 1; j < t->n; j++)
		if (is_of(t, j, t->lines[i].call.thread) &&
		    t->lines[j].call.depth <= t->lines[i].call.depth)
			return j;
	return NOLINE;
}

static bool tell(void *arg, uint64_t k, struct tl_calls *out, struct tl_err *err)
{
	struct trace *t = arg;

	out->absolute = !t->relative;
	for (int i = 0; i < t->n; i++) {
		struct tl_callline *c;

		if (t->lines[i].chunk != k)
			continue;
		if (t->broken > 0 && i == t->broken)
			*tl_calls_add(out) = (struct tl_callline){ .byte = t->lines[i].call.byte,
								   .thread = TL_CALL_NOTHREAD,
								   .kind = TL_CALL_BREAK };
		c = tl_calls_add(out);
		*c = t->lines[i].call;
		if (t->relative)
			c->depth -= t->ends[k][c->thread].begins;
	}
	for (int i = 0; t->relative && i < THREADS; i++) {
		struct tl_callthread *th = tl_calls_add_thread(out);

		*th = t->ends[k][i];
		th->ends -= th->begins;
		th->begins = 0;
	}
	return true;
}

static void begin_chunk(struct trace *t, struct thread *threads)
{
	for (int i = 0; i < THREADS && t->fake.nchunks > 0; i++)
		t->ends[t->fake.nchunks - 1][i].ends = threads[i].depth;
	t->fake.nchunks++;
	for (int i = 0; i < THREADS; i++)
		t->ends[t->fake.nchunks - 1][i] =
		    (struct tl_callthread){ .thread = (uint64_t)i, .begins = threads[i].depth };
}

static void make_trace(struct trace *t, bool returns, bool relative)
{
	static struct thread threads[THREADS];
	static struct tl_source_ops ops;
	struct tl_callteller who = { t, tell };

	memset(threads, 0, sizeof(threads));
	memset(t, 0, sizeof(*t));
	fake_init(&t->fake, NULL);
	t->returns = returns;
	t->relative = relative;
	begin_chunk(t, threads);
	while (t->n < LINES - 2) {
		uint64_t thread = (uint64_t)(rand() % THREADS);

		if (rand() % 20 == 0 && t->fake.nchunks < FAKE_CHUNKS - 4) {
			begin_chunk(t, threads);
			for (int i = rand() % 3; i > 0; i--)
				leave(t, thread, &threads[thread]);
			if (rand() % 2)
				begin_chunk(t, threads);
		}
		one_line(t, thread, &threads[thread]);
	}
	begin_chunk(t, threads); /* an empty one */
	begin_chunk(t, threads);
	for (int i = 0; i < t->n; i++)
		if (t->lines[i].call.kind == TL_CALL_ENTRY)
			t->lines[i].closed = close_of(t, i);
	for (int i = 0; i < t->n; i++)
		if (t->lines[i].caller != NOLINE)
			t->lines[i].returned = t->lines[t->lines[i].caller].closed;
	ops = fake_ops;
	ops.known_empty = has_no_lines;
	assert_true(tl_source_new(&ops, &t->fake, &t->src, NULL));
	assert_true(tl_callcache_new(t->src, &who, &t->cache, NULL));
	assert_true(tl_jobs_open(2, &t->pool, NULL));
	assert_true(tl_mailbox_open(&t->mailbox, NULL));
}

static void end_trace(struct trace *t)
{
	tl_jobs_close(t->pool);
	tl_mailbox_close(t->mailbox);
	tl_callcache_close(t->cache);
	tl_source_close(t->src);
}

static uint64_t pos_of(const struct trace *t, int i)
{
	return (t->lines[i].chunk << FAKE_SHIFT) + t->lines[i].call.byte;
}

static struct tl_callnav_result go(struct trace *t, enum tl_callmove move, uint64_t pos,
				   uint64_t nth, const struct tl_callrange *unseen, size_t nunseen)
{
	struct tl_callnav_request req = { .src = t->src,
					  .cache = t->cache,
					  .mailbox = t->mailbox,
					  .move = move,
					  .pos = pos,
					  .nth = nth,
					  .unseen = unseen,
					  .nunseen = nunseen };
	struct tl_callnav_result r;
	struct tl_callnav *nav;
	struct tl_msg msg;

	assert_true(tl_callnav_start(&req, t->pool, &nav, NULL));
	while (!tl_mailbox_take(t->mailbox, &msg))
		usleep(20);
	tl_callnav_result(nav, &r);
	assert_int_equal(msg.kind, TL_MSG_TIME);
	assert_int_not_equal(r.state, TL_CALLNAV_RUNNING);
	tl_callnav_close(nav);
	return r;
}

/* ---- what is right */

static bool is_gap(const struct trace *t, int i)
{
	return t->lines[i].call.kind == TL_CALL_GAP;
}

/* The gap that a move from i to j (NOLINE: to the end) meets first; NOLINE. */
static int gap_between(const struct trace *t, int i, int j, int step)
{
	for (int g = i + step; g >= 0 && g < t->n; g += step) {
		if (is_of(t, g, t->lines[i].call.thread) && is_gap(t, g))
			return g;
		if (g == j)
			break;
	}
	return NOLINE;
}

static int next_no_deeper(const struct trace *t, int i, int step)
{
	for (int j = i + step; j >= 0 && j < t->n; j += step)
		if (is_of(t, j, t->lines[i].call.thread) &&
		    (is_gap(t, i) || is_gap(t, j) ||
		     t->lines[j].call.depth <= t->lines[i].call.depth))
			return j;
	return NOLINE;
}

/* The function of a line; 0: not known, or not without looking beyond a gap. */
static uint64_t function_of(const struct trace *t, int i)
{
	int in = t->lines[i].caller;

	if (t->lines[i].call.function)
		return t->lines[i].call.function;
	if (t->lines[i].call.kind == TL_CALL_EXIT || is_gap(t, i) || in == NOLINE ||
	    gap_between(t, i, in, -1) != NOLINE)
		return 0;
	return t->lines[in].call.function;
}

static int next_entry(const struct trace *t, int i, uint64_t function, int step)
{
	for (int j = i + step; j >= 0 && j < t->n; j += step)
		if (is_of(t, j, t->lines[i].call.thread) && t->lines[j].call.function == function &&
		    t->lines[j].call.kind != TL_CALL_EXIT)
			return j;
	return NOLINE;
}

/* One move: where it leads, or NOLINE; *gap: because of that one. */
static int truth(const struct trace *t, enum tl_callmove move, int i, uint64_t function, int *gap)
{
	int to = NOLINE;

	*gap = NOLINE;
	switch (move) {
	case TL_TO_CALLER:
		to = t->lines[i].caller;
		*gap = gap_between(t, i, to, -1);
		break;
	case TL_TO_RETURN:
		to = t->lines[i].returned;
		if (to == NOLINE) { /* below where the trace began */
			for (to = i + 1; to < t->n; to++)
				if (is_of(t, to, t->lines[i].call.thread) &&
				    t->lines[to].call.depth < t->lines[i].call.depth)
					break;
			to = to < t->n ? to : NOLINE;
		}
		*gap = gap_between(t, i, to, 1);
		break;
	case TL_STEP_OVER:
	case TL_STEP_BACK:
		return next_no_deeper(t, i, move == TL_STEP_OVER ? 1 : -1);
	default:
		return next_entry(t, i, function, move == TL_NEXT_ENTRY ? 1 : -1);
	}
	return *gap != NOLINE ? NOLINE : to;
}

static void check_move(struct trace *t, enum tl_callmove move, int i, unsigned nth)
{
	struct tl_callnav_result r = go(t, move, pos_of(t, i), nth, NULL, 0);
	bool seeks = move == TL_NEXT_ENTRY || move == TL_PREVIOUS_ENTRY;
	uint64_t function = seeks ? function_of(t, i) : 0;
	int at = i, gap = NOLINE;
	unsigned done = 0;

	if (seeks && function == 0) { /* what a gap hides, or the beginning */
		assert_true(r.state == TL_CALLNAV_NONAME || t->lines[i].call.kind == TL_CALL_EXIT);
		return;
	}
	if (is_gap(t, i) && (move == TL_TO_CALLER || move == TL_TO_RETURN)) {
		assert_int_equal(r.state, TL_CALLNAV_GAP);
		return;
	}
	for (; done < nth; done++) {
		int to;

		if (done > 0 && is_gap(t, at)) { /* a step has led there: that is the end */
			gap = at;
			break;
		}
		to = truth(t, move, at, function, &gap);
		if (to == NOLINE)
			break;
		at = to;
	}
	assert_int_equal(r.done, done);
	if (done == nth) {
		assert_int_equal(r.state, TL_CALLNAV_FOUND);
		assert_true(r.pos == pos_of(t, at));
	} else if (gap != NOLINE) {
		assert_int_equal(r.state, TL_CALLNAV_GAP);
		assert_true(r.pos == pos_of(t, gap));
	} else {
		assert_int_equal(r.state, TL_CALLNAV_EDGE);
		assert_true(done == 0 || r.pos == pos_of(t, at));
	}
}

static void moves_are_what_the_stack_says(void **state)
{
	static struct trace t;

	for (int round = 0; round < 40; round++) {
		srand((unsigned)round);
		make_trace(&t, round & 1, round & 2);
		for (int n = 0; n < 60; n++)
			check_move(&t, rand() % (TL_PREVIOUS_ENTRY + 1), rand() % t.n,
				   1 + (unsigned)rand() % 3);
		end_trace(&t);
	}
}

/* ---- the ends of calls, and lines that are not seen */

/* The entry of the call that a line enters, leaves, or is in; NOLINE. */
static int entry_of(const struct trace *t, int i)
{
	int in = t->lines[i].caller;

	if (t->lines[i].call.kind == TL_CALL_ENTRY)
		return i;
	if (t->lines[i].call.kind == TL_CALL_EXIT) {
		for (in = i; in >= 0 && t->lines[in].closed != i; in--)
			;
		if (in >= 0 && t->lines[in].call.depth != t->lines[i].call.depth)
			return NOLINE;
	}
	return is_gap(t, i) || in < 0 || gap_between(t, i, in, -1) != NOLINE ? NOLINE : in;
}

static void check_end(struct trace *t, int i)
{
	struct tl_callnav_result r = go(t, TL_CALL_END, pos_of(t, i), 1, NULL, 0);
	uint64_t passed = 0;
	int last, gap;

	i = entry_of(t, i);
	if (i == NOLINE) {
		assert_int_equal(r.state, TL_CALLNAV_NONAME);
		return;
	}
	assert_true(r.begin == pos_of(t, i));
	last = t->lines[i].closed;
	gap = gap_between(t, i, last, 1);
	if (gap != NOLINE)
		last = gap;
	for (int j = i + 1; j < (last == NOLINE ? t->n : last); j++)
		passed += is_of(t, j, t->lines[i].call.thread);
	if (gap != NOLINE) {
		assert_int_equal(r.state, TL_CALLNAV_GAP);
		assert_true(r.pos == pos_of(t, gap));
	} else if (last == NOLINE) {
		assert_int_equal(r.state, TL_CALLNAV_EDGE);
		assert_true(r.pos == TL_NOPOS);
	} else {
		bool own = t->lines[last].call.kind == TL_CALL_EXIT &&
			   t->lines[last].call.depth == t->lines[i].call.depth;

		assert_int_equal(r.state, TL_CALLNAV_FOUND);
		assert_true(r.pos == pos_of(t, last) + own);
		passed += own;
	}
	assert_int_equal(r.passed, passed);
}

static void a_call_ends_where_it_returns(void **state)
{
	static struct trace t;

	for (int round = 0; round < 12; round++) {
		srand((unsigned)round);
		make_trace(&t, round & 1, round & 2);
		for (int n = 0; n < 60; n++)
			check_end(&t, rand() % t.n);
		end_trace(&t);
	}
}

/* Where a call is folded, steps go from its line to the first one behind it. */
static void what_is_not_seen_is_passed_over(void **state)
{
	static struct trace t;

	for (int round = 0; round < 12; round++) {
		srand((unsigned)round);
		make_trace(&t, true, round & 1);
		for (int i = 0; i < t.n; i++) {
			int end = t.lines[i].closed;
			struct tl_callrange fold = { t.lines[i].call.thread, pos_of(&t, i) + 1, 0 };
			struct tl_callnav_result r;

			if (t.lines[i].call.kind != TL_CALL_ENTRY || end == NOLINE ||
			    gap_between(&t, i, end, 1) != NOLINE ||
			    t.lines[end].call.kind != TL_CALL_EXIT ||
			    t.lines[end].call.depth != t.lines[i].call.depth)
				continue;
			fold.end = pos_of(&t, end) + 1;
			end = next_no_deeper(&t, end, 1);
			r = go(&t, TL_STEP_OVER, pos_of(&t, i), 1, &fold, 1);
			assert_int_equal(r.state,
					 end == NOLINE ? TL_CALLNAV_EDGE : TL_CALLNAV_FOUND);
			if (end == NOLINE)
				continue;
			assert_true(r.pos == pos_of(&t, end));
			if (is_gap(&t, end) || t.lines[end].call.depth < t.lines[i].call.depth)
				continue;
			r = go(&t, TL_STEP_BACK, pos_of(&t, end), 1, &fold, 1);
			assert_true(r.pos == pos_of(&t, i));
		}
		end_trace(&t);
	}
}

/* No caller, and no return, is looked for where something is left out between lines; steps go on. */
static void calls_end_where_lines_are_left_out(void **state)
{
	static const enum tl_callmove moves[] = { TL_TO_CALLER, TL_TO_RETURN };
	static struct trace t;

	for (int round = 0; round < 12; round++) {
		srand((unsigned)round);
		make_trace(&t, round & 1, round & 2);
		t.broken = 100 + rand() % 200;
		for (int i = 0; i < t.n; i++) {
			bool before = i < t.broken;
			int to = before ? t.lines[i].returned : t.lines[i].caller;
			int next = i + (before ? 1 : -1);
			struct tl_callnav_result r;

			if (to == NOLINE || (to < t.broken) == before || is_gap(&t, i) ||
			    gap_between(&t, i, to, before ? 1 : -1) != NOLINE)
				continue;
			r = go(&t, moves[before], pos_of(&t, i), 1, NULL, 0);
			assert_int_equal(r.state, TL_CALLNAV_GAP);
			assert_true(r.pos == pos_of(&t, t.broken));
			while (!is_of(&t, next, t.lines[i].call.thread))
				next += before ? 1 : -1;
			if ((next < t.broken) == before)
				continue;
			r = go(&t, before ? TL_STEP_OVER : TL_STEP_BACK, pos_of(&t, i), 1, NULL, 0);
			assert_int_equal(r.state, TL_CALLNAV_FOUND);
			assert_true(r.pos == pos_of(&t, next));
		}
		end_trace(&t);
	}
}

static void a_line_of_nobody_leads_nowhere(void **state)
{
	static struct trace t;

	make_trace(&t, true, false);
	assert_int_equal(go(&t, TL_STEP_OVER, pos_of(&t, 5) + 1, 1, NULL, 0).state,
			 TL_CALLNAV_NOCALL);
	end_trace(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moves_are_what_the_stack_says),
		cmocka_unit_test(a_call_ends_where_it_returns),
		cmocka_unit_test(what_is_not_seen_is_passed_over),
		cmocka_unit_test(calls_end_where_lines_are_left_out),
		cmocka_unit_test(a_line_of_nobody_leads_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
