/*
 * test_callmoves.c: moving by calls on recordings of real programs, and the durations of functions.
 *
 * A stack that is kept here, from the recorder's list of the branches that were executed, says where each
 * move should come to.  Recordings are cut into few chunks and into many: what is found must not
 * depend on it.
 */
#include "tests/trace/runs.h"

#include "decoders/decoder.h"
#include "decoders/pt/pt.h"
#include "decoders/recording.h"
#include "index/callnav.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef __SANITIZE_THREAD__
#define MOVES_FROM 15 /* slow */
#else
#define MOVES_FROM 60 /* lines of a view are moved from */
#endif

enum { LOOSE = 1 }; /* what a function's own return does is not all there is: exceptions, signals */

struct recipe {
	const char *name, *program, *options;
	/* Signals, and programs that begin anew: what is entered has no instruction of its own. */
	bool interrupted;
};

static const struct recipe recipes[] = {
	{ "calls", "calls", "--psb 300", false },
	{ "threads", "threads", "--per-cpu 3 --psb 300", false },
	{ "forkexec", "forkexec", "--cut --psb 400", true },
	{ "signals", "signals", "--psb 400", true },
	{ "exceptions", "exceptions", "--no-retcomp --psb 500", false },
};

enum { NRECIPES = sizeof(recipes) / sizeof(recipes[0]) };

static const char *no_record;

static int record(const struct recipe *r)
{
	char command[6 * PATH_MAX];

	snprintf(command, sizeof(command),
		 "'%s/record' -o '%s/data' --truth \"$HOME/truth\" %s '%s/programs/%s'", here,
		 folder, r->options, here, r->program);
	return RUN(in_folder("log"), "sh", "-c", command);
}

/* ---- the truth */

#define NOLINE (-1)
#define LEAP   "return leap" /* flags of a jump that is kept where calls and returns are */
#define DEEP   4096

enum kind { OTHER, ENTRY, EXIT };

/* A branch, and what the stack of its thread says of it. */
struct did {
	const struct listed *e;
	enum kind kind;
	int depth;    /* of the thread's calls, as text/calls.h counts */
	int caller;   /* the entry of the function it is in; NOLINE: not known */
	int back;     /* of an entry: where its function is left; NOLINE */
	int entry;    /* of an exit: of what it leaves; NOLINE */
	uint64_t pos; /* its line, in the view at hand */
};

struct frame {
	int entry;
	uint64_t from; /* the call is at this address; of an interrupted one: it goes on there */
	const char *where; /* is that, by name */
	bool interrupted;
};

struct stack {
	struct did *v; /* of the thread */
	int n;
	struct frame frames[DEEP];
	int depth, base; /* frames; the depth of the outermost */
	bool out;        /* of the trace, */
	bool by_itself;  /* not by a system call, */
	uint64_t at;     /* from here */
};

static bool begins_with(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* Is it behind a call there, or a system call? */
static bool is_behind(uint64_t call, uint64_t address)
{
	return address > call && address - call <= 8;
}

static bool comes_back_to(const struct frame *f, uint64_t address)
{
	return f->interrupted ? address == f->from || is_behind(f->from, address)
			      : is_behind(f->from, address);
}

static void enter(struct stack *s, int i, const char *where, uint64_t from, bool interrupted)
{
	assert_true(s->depth < DEEP);
	s->v[i].kind = ENTRY;
	s->frames[s->depth++] = (struct frame){ i, from, where, interrupted };
}

/* Frames from `at` on are left. */
static void leave(struct stack *s, int i, int at)
{
	s->v[i].kind = EXIT;
	s->v[i].entry = s->frames[at].entry;
	while (s->depth > at)
		s->v[s->frames[--s->depth].entry].back = i;
}

static int find_frame(const struct stack *s, uint64_t to)
{
	for (int at = s->depth - 1; at >= 0; at--)
		if (comes_back_to(&s->frames[at], to))
			return at;
	return NOLINE;
}

static void begin(struct stack *s, int i)
{
	uint64_t to = s->v[i].e->to;
	int at = find_frame(s, to);

	if (s->out && (to == s->at || is_behind(s->at, to)))
		return;
	if (at != NOLINE)
		leave(s, i, at);
	else if (s->out)
		enter(s, i, s->v[i - 1].e->where, s->at, true);
}

static void go_back(struct stack *s, int i)
{
	int at = find_frame(s, s->v[i].e->to);

	if (at != NOLINE) {
		leave(s, i, at);
	} else if (s->depth == 0) {
		s->base--;
		s->v[i].kind = EXIT;
	} else if (!s->frames[s->depth - 1].interrupted) {
		leave(s, i, s->depth - 1); /* as a retpoline does */
		s->v[i].entry = NOLINE;
	}
}

/* The bytes of the name that a place begins with: "main+22 -> f1" has "main", "operator new" is one. */
static size_t symbol_length(const char *where)
{
	const char *arrow = strstr(where, " ->");
	size_t n = arrow ? (size_t)(arrow - where) : strlen(where), end = n;

	while (end > 0 && where[end - 1] >= '0' && where[end - 1] <= '9')
		end--;
	return end > 1 && end < n && where[end - 1] == '+' ? end - 1 : n;
}

static bool same_symbol(const char *x, const char *y)
{
	size_t n = symbol_length(x);

	return symbol_length(y) == n && strncmp(x, y, n) == 0;
}

/* The jump of longjmp, or to who catches an exception. */
static bool is_leap(const struct listed *e)
{
	return begins_with(e->flags, LEAP) ||
	       (!strcmp(e->flags, "jmp") && e->where &&
		(begins_with(e->where, "__longjmp+") ||
		 (begins_with(e->where, "_Unwind_R") && !strstr(e->where, "-> _Unwind_R"))));
}

/* Back to the function that `where` leads to; not to the last one, which called what leaps. */
static void leap(struct stack *s, int i, const char *where)
{
	const char *to = strstr(where, "-> ") + 3;

	for (int at = s->depth - 2; at >= 0; at--) {
		if (!same_symbol(s->frames[at].where, to))
			continue;
		leave(s, i, at);
		if (!begins_with(s->v[i].e->flags, LEAP))
			s->v[i].kind = OTHER; /* it is no line's business */
		return;
	}
}

static void follow(struct stack *s, int i)
{
	const struct listed *e = s->v[i].e;
	bool call = false;

	if (e->leapt)
		leap(s, i, e->leapt);
	if (is_leap(e))
		leap(s, i, e->where);
	else if (begins_with(e->flags, "tr strt"))
		begin(s, i);
	else if (begins_with(e->flags, "return"))
		go_back(s, i);
	else
		call = begins_with(e->flags, "call");
	s->v[i].depth = s->base + s->depth - (s->v[i].kind == ENTRY);
	s->v[i].caller = s->depth - (s->v[i].kind == ENTRY) > 0
			     ? s->frames[s->depth - 1 - (s->v[i].kind == ENTRY)].entry
			     : NOLINE;
	if (call)
		enter(s, i, e->where, e->from, false);
	s->out = begins_with(e->flags, "tr end");
	s->at = e->from;
}

/* The branches of a thread among these. */
static struct stack *stack_of(const struct listing *all, int tid)
{
	struct stack *s = calloc(1, sizeof(*s));

	s->v = calloc(all->n + 1, sizeof(*s->v));
	for (size_t i = 0; i < all->n; i++) {
		if (all->v[i].tid != tid)
			continue;
		s->v[s->n] = (struct did){
			.e = &all->v[i], .back = NOLINE, .entry = NOLINE, .caller = NOLINE
		};
		follow(s, s->n++);
	}
	return s;
}

static void free_stack(struct stack *s)
{
	free(s->v);
	free(s);
}

/* ---- a view */

struct view {
	const char *name;
	struct tl_source *src;
	const struct tl_decoder_ops *ops;
	void *self;
	struct tl_callcache *cache;
	struct tl_jobs *pool;
	struct tl_mailbox *mailbox;
};

static bool tell(void *arg, uint64_t k, struct tl_calls *out, struct tl_err *err)
{
	struct view *v = arg;

	return v->ops->calls(v->self, k, out, err);
}

static void open_view(struct view *v, const char *name, unsigned finer)
{
	struct tl_decoder_options options = { .view = name };
	struct tl_callteller who = { v, tell };
	struct tl_err err = TL_ERR_INIT;

	v->name = name;
	tl_pt_cut_finer(finer);
	if (!tl_decoder_open(&tl_decoder_recording, in_folder("data"), &options, NULL, &v->src,
			     &err))
		fail_msg("%s", err.msg);
	tl_pt_cut_finer(1);
	assert_true(tl_decoder_of(v->src, &v->ops, &v->self));
	assert_true(tl_callcache_new(v->src, &who, &v->cache, NULL));
	assert_true(tl_jobs_open(2, &v->pool, NULL));
	assert_true(tl_mailbox_open(&v->mailbox, NULL));
}

static void close_view(struct view *v)
{
	tl_jobs_close(v->pool);
	tl_mailbox_close(v->mailbox);
	tl_callcache_close(v->cache);
	tl_source_close(v->src);
}

/* Each line of the thread is a branch. */
static void find_lines(struct view *v, struct stack *s, int tid)
{
	struct tl_calls calls = { 0 };
	int n = 0;

	for (uint64_t k = 0; k < v->ops->chunks(v->self); k++) {
		tl_calls_clear(&calls);
		assert_true(v->ops->calls(v->self, k, &calls, NULL));
		for (size_t i = 0; i < calls.nlines; i++) {
			if (calls.lines[i].thread != (uint64_t)tid)
				continue;
			assert_true(n < s->n);
			s->v[n++].pos = tl_pos_make(v->src, k, calls.lines[i].byte);
		}
	}
	assert_int_equal(n, s->n);
	tl_calls_fini(&calls);
}

/* Where a move ends; TL_NOPOS: nowhere. */
static uint64_t go(struct view *v, enum tl_callmove move, uint64_t pos)
{
	struct tl_callnav_request req = { .src = v->src,
					  .cache = v->cache,
					  .mailbox = v->mailbox,
					  .move = move,
					  .pos = pos,
					  .nth = 1 };
	struct tl_callnav_result r;
	struct tl_callnav *nav;
	struct tl_msg msg;

	assert_true(tl_callnav_start(&req, v->pool, &nav, NULL));
	while (!tl_mailbox_take(v->mailbox, &msg))
		usleep(20);
	tl_callnav_result(nav, &r);
	tl_callnav_close(nav);
	assert_int_not_equal(r.state, TL_CALLNAV_FAILED);
	return r.state == TL_CALLNAV_FOUND ? r.pos : TL_NOPOS;
}

/* ---- where a move should end */

static int no_deeper(const struct stack *s, int i, int step)
{
	for (int j = i + step; j >= 0 && j < s->n; j += step)
		if (s->v[j].depth <= s->v[i].depth)
			return j;
	return NOLINE;
}

/* Is it the same function that both enter?  `where` is "main+22 -> f1". */
static bool enter_the_same(const struct listed *a, const struct listed *b)
{
	return same_symbol(strstr(a->where, "-> ") + 3, strstr(b->where, "-> ") + 3);
}

/* The entry of the function that a line is about; NOLINE: not known.  A function that ends in a tail
 * call is left from another one, and goes by that name where its entry is long ago. */
static int entry_of(const struct stack *s, int i)
{
	const struct did *d = &s->v[i];

	if (d->kind == ENTRY)
		return i;
	if (d->kind == OTHER)
		return d->caller;
	if (d->entry == NOLINE ||
	    !same_symbol(d->e->where, strstr(s->v[d->entry].e->where, "-> ") + 3))
		return NOLINE;
	return d->entry;
}

static int same_function(const struct stack *s, int i, int step)
{
	const struct listed *entry = s->v[entry_of(s, i)].e;

	for (int j = i + step; j >= 0 && j < s->n; j += step)
		if (s->v[j].kind == ENTRY && enter_the_same(s->v[j].e, entry))
			return j;
	return NOLINE;
}

static void check(struct view *v, const struct stack *s, int i, enum tl_callmove move, int want)
{
	static const char *const names[] = {
		"caller", "return", "over", "back", "next", "previous"
	};
	uint64_t to = go(v, move, s->v[i].pos);
	int got = NOLINE;

	for (int j = 0; j < s->n && to != TL_NOPOS; j++)
		if (s->v[j].pos == to)
			got = j;
	if (got != want)
		fail_msg("%s: %s from branch %d of %d (%s %llx -> %llx, depth %d): %d, not %d",
			 v->name, names[move], i, s->v[i].e->tid, s->v[i].e->flags,
			 (unsigned long long)s->v[i].e->from, (unsigned long long)s->v[i].e->to,
			 s->v[i].depth, got, want);
}

static void check_moves(struct view *v, const struct stack *s, int i)
{
	const struct did *d = &s->v[i];

	check(v, s, i, TL_STEP_OVER, no_deeper(s, i, 1));
	check(v, s, i, TL_STEP_BACK, no_deeper(s, i, -1));
	if (d->caller != NOLINE) {
		check(v, s, i, TL_TO_CALLER, d->caller);
		check(v, s, i, TL_TO_RETURN, s->v[d->caller].back);
	}
	if (entry_of(s, i) != NOLINE) {
		check(v, s, i, TL_NEXT_ENTRY, same_function(s, i, 1));
		check(v, s, i, TL_PREVIOUS_ENTRY, same_function(s, i, -1));
	}
}

/* Is it the first of its thread?  There are a few threads. */
static bool first_of_thread(const struct listing *l, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (l->v[j].tid == l->v[i].tid)
			return false;
	return true;
}

static void check_view(const char *name, unsigned finer, const struct listing *truth)
{
	struct view v;

	open_view(&v, name, finer);
	for (size_t t = 0; t < truth->n; t++) {
		struct stack *s;
		int step;

		if (!first_of_thread(truth, t))
			continue;
		s = stack_of(truth, truth->v[t].tid);
		find_lines(&v, s, truth->v[t].tid);
		step = s->n / MOVES_FROM + 1;
		for (int i = finer % (unsigned)step; i < s->n; i += step)
			check_moves(&v, s, i);
		free_stack(s);
	}
	close_view(&v);
}

/* ---- entries and exits, where a line is not a branch */

/* The next that is one, from *i on; NULL: none. */
static const struct did *next_move(const struct stack *s, int *i)
{
	while (*i < s->n && s->v[*i].kind == OTHER)
		++*i;
	return *i < s->n ? &s->v[(*i)++] : NULL;
}

static void check_move(const struct stack *s, int *i, enum kind kind, int depth)
{
	const struct did *d = next_move(s, i);

	assert_non_null(d);
	if (d->kind != kind || d->depth != depth)
		fail_msg("branch %d of %d (%s %llx -> %llx): depth %d, not %d", *i - 1, d->e->tid,
			 d->e->flags, (unsigned long long)d->e->from, (unsigned long long)d->e->to,
			 depth, d->depth);
}

/* A thread's entries and exits, in the order of the text, are those of the truth. */
static void check_order(struct view *v, const struct stack *s, int tid)
{
	struct tl_calls calls = { 0 };
	int level = 0, i = 0;

	for (uint64_t k = 0; k < v->ops->chunks(v->self); k++) {
		tl_calls_clear(&calls);
		assert_true(v->ops->calls(v->self, k, &calls, NULL));
		for (size_t j = 0; j < calls.nlines; j++) {
			const struct tl_callline *l = &calls.lines[j];

			if (l->thread != (uint64_t)tid)
				continue;
			if (l->kind == TL_CALL_ENTRY || l->kind == TL_CALL_LEAF)
				check_move(s, &i, ENTRY, level + l->depth);
			if (l->kind == TL_CALL_EXIT || l->kind == TL_CALL_LEAF)
				check_move(s, &i, EXIT, level + l->depth);
		}
		level += tl_calls_ends(&calls, (uint64_t)tid);
	}
	assert_null(next_move(s, &i));
	tl_calls_fini(&calls);
}

static void check_orders(const char *name, unsigned finer, const struct listing *truth)
{
	struct view v;

	open_view(&v, name, finer);
	for (size_t t = 0; t < truth->n; t++) {
		struct stack *s;

		if (!first_of_thread(truth, t))
			continue;
		s = stack_of(truth, truth->v[t].tid);
		check_order(&v, s, truth->v[t].tid);
		free_stack(s);
	}
	close_view(&v);
}

/* The names that a view has for the branches, which are the same of each thread. */
static void take_names(struct listing *truth, struct listing *names)
{
	for (size_t t = 0; t < truth->n; t++) {
		size_t j = 0;

		for (size_t i = t; first_of_thread(truth, t) && i < truth->n; i++) {
			if (truth->v[i].tid != truth->v[t].tid)
				continue;
			while (j < names->n && names->v[j].tid != truth->v[i].tid)
				j++;
			assert_true(j < names->n);
			truth->v[i].where = names->v[j].where;
			names->v[j++].where = NULL;
		}
	}
	listing_fini(names);
}

/* ---- durations */

#define FINE 100

/* The ends of functions in the view graph, less their indentation, by thread. */
struct ends {
	char **v;
	size_t n, nleaves;
};

/* "TASK-TID [CPU] TIME: CELL | } NAME" */
static void take_end(struct ends *ends, const char *line, size_t len)
{
	const char *bar = memchr(line, '|', len), *at = bar;

	if (!bar || *line == '#')
		return;
	for (at++; *at == ' '; at++)
		;
	if (*at == '{') /* very deep: "{+12} " */
		at = strchr(at, ' ') + 1;
	ends->nleaves += len > 3 && memcmp(line + len - 3, "();", 3) == 0;
	if (*at != '}')
		return;
	if ((ends->n & (ends->n - 1)) == 0)
		ends->v = realloc(ends->v, (ends->n ? 2 * ends->n : 1) * sizeof(*ends->v));
	assert_true(asprintf(&ends->v[ends->n++], "%.*s%.*s", (int)(bar - line), line,
			     (int)(line + len - at), at) > 0);
}

static void take_ends(struct view *v, uint64_t k, struct ends *ends)
{
	struct tl_span text;

	assert_int_equal(tl_source_pin(v->src, k, &text, NULL), TL_FOUND);
	for (size_t at = 0, len; at < text.len; at += len + 1) {
		const char *line = (const char *)text.data + at;

		len = (size_t)((const char *)memchr(line, '\n', text.len - at) - line);
		take_end(ends, line, len);
	}
	tl_source_unpin(v->src, k, &text);
}

static void ends_of(struct ends *ends, unsigned finer)
{
	struct view v;

	*ends = (struct ends){ 0 };
	open_view(&v, "graph", finer);
	for (uint64_t k = 0; k < v.ops->chunks(v.self); k++)
		take_ends(&v, k, ends);
	close_view(&v);
}

static void free_ends(struct ends *ends)
{
	for (size_t i = 0; i < ends->n; i++)
		free(ends->v[i]);
	free(ends->v);
}

/* The name is that of where it returns from, where the call is too long ago: another one behind a tail
 * call. */
static bool same_but_name(const char *a, const char *b)
{
	size_t n = strcspn(a, "}");

	return strncmp(a, b, n + 1) == 0;
}

/* All of some are among all, in the same order of each thread; the others are of calls that would be on
 * one line if no border was between. */
static void check_ends(const struct ends *some, const struct ends *all)
{
	size_t i = 0, others = 0;

	for (size_t j = 0; j < all->n; j++) {
		if (i < some->n && same_but_name(some->v[i], all->v[j]))
			i++;
		else
			others++;
	}
	if (i < some->n)
		fail_msg("not in fine slices: %s", some->v[i]);
	assert_int_equal(others, some->nleaves - all->nleaves);
}

/* From anywhere: the same, or less is known. */
static void check_jumps(const struct ends *want, unsigned finer)
{
	struct ends *chunks;
	struct view v;
	uint64_t n;
	size_t i = 0, less = 0;

	open_view(&v, "graph", finer);
	n = v.ops->chunks(v.self);
	chunks = calloc(n, sizeof(*chunks));
	for (uint64_t k = n; k-- > 0;)
		take_ends(&v, k, &chunks[k]);
	for (uint64_t k = 0; k < n; k++) {
		for (size_t j = 0; j < chunks[k].n; j++, i++) {
			const char *got = chunks[k].v[j], *cell = strchr(got, ':') + 2;
			bool unknown;

			assert_true(i < want->n);
			unknown = *cell == '>' || memcmp(cell, "              ", 14) == 0;
			less += unknown;
			if (unknown ? strlen(got) != strlen(want->v[i]) : strcmp(got, want->v[i]))
				fail_msg("%s\nbackwards: %s", want->v[i], got);
		}
		free_ends(&chunks[k]);
	}
	assert_int_equal(i, want->n);
	assert_true(less < want->n / 20 + 20);
	free(chunks);
	close_view(&v);
}

static void check_durations(unsigned finer)
{
	struct ends coarse, fine;

	ends_of(&coarse, 1);
	ends_of(&fine, finer);
	check_ends(&coarse, &fine);
	check_jumps(&fine, finer);
	free_ends(&coarse);
	free_ends(&fine);
}

/* Jumps that leap are kept with the calls. */
static void name_leaps(struct listing *truth)
{
	for (size_t i = 0; i < truth->n; i++)
		if (is_leap(&truth->v[i]))
			strcpy(truth->v[i].flags, LEAP);
}

/* They have no lines: what comes next of the thread has it. */
static void drop_leaps(struct listing *truth)
{
	size_t n = 0;

	for (size_t i = 0; i < truth->n; i++) {
		size_t j = i + 1;

		if (strcmp(truth->v[i].flags, LEAP) != 0) {
			truth->v[n++] = truth->v[i];
			continue;
		}
		while (j < truth->n && truth->v[j].tid != truth->v[i].tid)
			j++;
		assert_true(j < truth->n && strcmp(truth->v[j].flags, LEAP) != 0);
		truth->v[j].leapt = truth->v[i].where;
	}
	truth->n = n;
}

static void moves(void **state)
{
	const struct recipe *r = *state;
	struct listing truth = { 0 }, names = { 0 };
	/* What an exception leaves was called further back than a few of the finest slices. */
	bool far = !strcmp(r->name, "exceptions");

	if (no_record) {
		print_message("skip: %s\n", no_record);
		skip();
	}
	assert_int_equal(record(r), 0);
	assert_true(listing_truth(in_folder("truth"), &truth));
	all_read(&truth, "truth");
	view_of("data", "branches", "branches");
	assert_true(listing_branches(in_folder("branches"), &names));
	take_names(&truth, &names);
	check_view("branches", far ? 2 : 40, &truth);
	name_leaps(&truth);
	listing_keep_calls(&truth);
	check_orders("graph", far ? 2 : FINE, &truth);
	if (!r->interrupted)
		check_orders("insns", 1, &truth);
	drop_leaps(&truth);
	check_view("perf", 1, &truth);
	check_view("returns", far ? 2 : FINE, &truth);
	check_durations(far ? 2 : FINE);
	listing_fini(&truth);
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[NRECIPES];
	int rc;

	if (!runs_begin())
		return 1;
	if (record(&recipes[0]) == 77)
		no_record = "ptrace is not permitted";
	for (size_t i = 0; i < NRECIPES; i++)
		tests[i] = (struct CMUnitTest){ .name = recipes[i].name,
						.test_func = moves,
						.initial_state = (void *)&recipes[i] };
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	runs_end();
	return rc;
}
