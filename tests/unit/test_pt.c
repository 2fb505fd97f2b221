/*
 * test_pt.c: the text of a recording is a pure function of the recording: whatever the order,
 * the threads, the memory, and what was saved.  Recordings are made here, of a small program
 * that is not run but walked (tests/trace/recording.h).
 */
#include "decoders/pt/pt.h"

#include "tests/trace/perfout.h"
#include "tests/trace/recording.h"

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const struct tl_decoder_ops *const ops = &tl_decoder_pt_ops;

static uint32_t seed;

static uint32_t rnd(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(seed >> 4) * n >> 28);
}

/* ---- a program: a call of f1 and f2, a system call, and again */

#define BASE UINT64_C(0x401000)
#define PAGE 4096

static const uint8_t program[] = {
	/* 00 */ 0xe8,    0x1b, 0,    0,    0, /* call f1 */
	/* 05 */ 0xe8,    0x36, 0,    0,    0, /* call f2 */
	/* 0a */ 0x0f,    0x05,                /* syscall */
	/* 0c */ 0xeb,    0xf2,                /* jmp 00 */
	/* 0e */ 0x90,    0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	/* 17 */ 0x90,    0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	/* 20 f1 */ 0x90,                      /* nop */
	/* 21 */ 0x85,    0xc0,                /* test eax, eax */
	/* 23 */ 0x74,    0x05,                /* je 2a */
	/* 25 */ 0xe8,    0x16, 0,    0,    0, /* call f2 */
	/* 2a */ 0xc3,                         /* ret */
	/* 2b */ 0x90,    0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	/* 36 */ 0x90,    0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	/* 40 f2 */ 0x85, 0xc0, /* test eax, eax */
	/* 42 */ 0x75,    0xfc, /* jne f2 */
	/* 44 */ 0xff,    0xd3, /* call rbx: f3 */
	/* 46 */ 0xc3,          /* ret */
	/* 47 f3 */ 0x90, 0xc3, /* nop; ret */
};

enum { F3 = 0x47 };

struct thread {
	struct recording_thread *rt;
	uint64_t ip, stack[8];
	unsigned depth;
};

static uint64_t go(struct recording *rec, struct thread *t, const struct code *code)
{
	uint64_t behind = t->ip + code->len;

	switch (code->kind) {
	case CODE_JMP:
		return code->target;
	case CODE_JCC:
		return recording_random(rec, 3) ? behind : code->target;
	case CODE_CALL:
	case CODE_CALL_INDIRECT:
		t->stack[t->depth++] = behind;
		return code->kind == CODE_CALL ? code->target : BASE + F3;
	case CODE_RET:
		return t->stack[--t->depth];
	default:
		return behind;
	}
}

static void step(struct recording *rec, struct thread *t)
{
	struct code code;
	uint64_t to;

	assert_true(
	    code_decode(program + (t->ip - BASE), sizeof(program) - (t->ip - BASE), t->ip, &code));
	to = go(rec, t, &code);
	if (code.kind == CODE_SYSCALL)
		recording_syscall(rec, t->rt, t->ip);
	else
		recording_insn(rec, t->rt, &code, t->ip, to);
	t->ip = to;
}

struct files {
	char dir[64], program[96], data[96];
};

static void write_file(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void make_files(struct files *f)
{
	uint8_t elf[PAGE + sizeof(program)] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };

	elf[16] = 2;  /* ET_EXEC */
	elf[18] = 62; /* x86-64 */
	elf[20] = 1;
	elf[52] = 64;
	memcpy(elf + PAGE, program, sizeof(program));
	snprintf(f->dir, sizeof(f->dir), "/tmp/tless-pt-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->program, sizeof(f->program), "%s/program", f->dir);
	snprintf(f->data, sizeof(f->data), "%s/perf.data", f->dir);
	write_file(f->program, elf, sizeof(elf));
}

static void remove_files(struct files *f)
{
	unlink(f->data);
	unlink(f->program);
	rmdir(f->dir);
}

/* Four threads, on so many CPUs (0: traced each for itself). */
static void record(struct files *f, const struct recording_config *how, unsigned nsteps)
{
	struct recording_config config = *how;
	struct recording_map map = { .start = BASE, .len = PAGE, .pgoff = PAGE, .prot = 5 };
	struct tl_err err = TL_ERR_INIT;
	struct thread threads[4];
	struct recording *rec;

	make_files(f);
	map.path = f->program;
	config.path = f->data;
	config.psb_bytes = 1024;
	assert_true(recording_open(&config, &rec, &err));
	for (unsigned i = 0; i < 4; i++) {
		threads[i] = (struct thread){ .ip = BASE };
		threads[i].rt =
		    recording_fork(rec, i ? threads[0].rt : NULL, 4000, 4000 + (int)i, "walker");
		if (i == 0)
			recording_mmap(rec, threads[0].rt, &map);
	}
	recording_comm(rec, threads[2].rt, "other", false);
	for (unsigned i = 0; i < nsteps;) {
		struct thread *t = &threads[recording_random(rec, 4)];

		recording_run(rec, t->rt);
		for (unsigned burst = 100 + recording_random(rec, 3000); burst > 0; burst--, i++)
			step(rec, t);
		recording_interrupt(rec, t->rt, t->ip);
	}
	assert_true(recording_close(rec, &err));
}

static const struct recording_config cases[] = {
	{ .ncpus = 1, .seed = 1 },
	{ .ncpus = 3, .seed = 2 },
	{ .ncpus = 2, .wide = true, .seed = 3, .overflow_every = 20000 },
	{ .ncpus = 0, .seed = 4 },
	{ .ncpus = 2, .no_mtc = true, .no_cyc = true, .seed = 5 }, /* time stands for long */
	{ .ncpus = 2, .no_time = true, .no_mtc = true, .no_cyc = true, .seed = 6 },
	{ .ncpus = 3, .cut = true, .no_retcomp = true, .pipe = true, .seed = 7 },
};
#define NCASES (sizeof(cases) / sizeof(*cases))

/* ---- its text */

struct text {
	struct tl_buf *chunks;
	uint64_t n;
};

static void *open_pt(const char *path, const struct tl_decoder_options *options,
		     const struct tl_buf *saved)
{
	struct tl_span span = { saved ? saved->data : NULL, saved ? saved->len : 0 };
	struct tl_err err = TL_ERR_INIT;
	void *self;

	if (!ops->open(path, options, span, &self, &err))
		fail_msg("%s", err.msg);
	return self;
}

static void decode(void *self, uint64_t k, struct tl_buf *out)
{
	struct tl_err err = TL_ERR_INIT;

	out->len = 0;
	if (!ops->decode(self, k, out, &err))
		fail_msg("%s", err.msg);
}

static struct text read_text(void *self)
{
	struct text t = { NULL, ops->chunks(self) };

	assert_true(t.n > 0);
	t.chunks = calloc(t.n, sizeof(*t.chunks));
	for (uint64_t k = 0; k < t.n; k++)
		decode(self, k, &t.chunks[k]);
	return t;
}

static void free_text(struct text *t)
{
	for (uint64_t k = 0; k < t->n; k++)
		tl_buf_fini(&t->chunks[k]);
	free(t->chunks);
}

static bool same(const struct tl_buf *a, const struct tl_buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static void same_text(const struct text *a, const struct text *b)
{
	assert_int_equal(a->n, b->n);
	for (uint64_t k = 0; k < a->n; k++)
		assert_true(same(&a->chunks[k], &b->chunks[k]));
}

struct reader {
	void *self;
	const struct text *want;
	uint32_t seed;
	bool ok;
};

/* Chunks in any order. */
static void *read_some(void *arg)
{
	struct reader *r = arg;
	struct tl_buf buf = TL_BUF_INIT;

	r->ok = true;
	for (uint64_t i = 0; i < r->want->n && r->ok; i++) {
		uint64_t k = (uint64_t)rand_r(&r->seed) % r->want->n;

		buf.len = 0;
		r->ok = ops->decode(r->self, k, &buf, NULL) && same(&buf, &r->want->chunks[k]);
	}
	tl_buf_fini(&buf);
	return NULL;
}

static void check_threads(void *self, const struct text *want)
{
	struct reader readers[4];
	pthread_t threads[4];

	for (unsigned i = 0; i < 4; i++) {
		readers[i] = (struct reader){ self, want, i, false };
		assert_int_equal(pthread_create(&threads[i], NULL, read_some, &readers[i]), 0);
	}
	for (unsigned i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_true(readers[i].ok);
	}
}

static unsigned count(const struct text *t, const char *what)
{
	unsigned n = 0;

	for (uint64_t k = 0; k < t->n; k++) {
		const char *s = t->chunks[k].len ? tl_buf_str(&t->chunks[k]) : "";

		for (; (s = strstr(s, what)); s++)
			n++;
	}
	return n;
}

static void check_case(const struct recording_config *how, const char *view)
{
	struct tl_decoder_options options = { .view = view };
	struct tl_buf saved = TL_BUF_INIT, again = TL_BUF_INIT;
	struct text want, other;
	struct tl_jobs *pool;
	struct files f;
	void *self;

	record(&f, how, 300000);
	self = open_pt(f.data, &options, NULL);
	want = read_text(self);
	assert_true(want.n > 2);
	assert_int_equal(count(&want, "[gap:"), ops->gaps(self));
	assert_true(how->overflow_every ? ops->gaps(self) > 0 : ops->gaps(self) == 0);
	check_threads(self, &want);
	tl_pt_limit_shared(self, 0);
	check_threads(self, &want);
	assert_int_equal(count(&want, "[gap:"), ops->gaps(self)); /* once a chunk */
	assert_true(ops->save(self, &saved));
	ops->close(self);

	assert_true(tl_jobs_open(2, &pool, NULL));
	options.pool = pool;
	self = open_pt(f.data, &options, NULL); /* in another order from the start */
	check_threads(self, &want);
	ops->close(self);

	self = open_pt(f.data, &options, &saved);
	assert_true(ops->save(self, &again));
	assert_true(same(&saved, &again));
	other = read_text(self);
	same_text(&want, &other);
	free_text(&other);
	ops->close(self);

	saved.data[saved.len / 2] ^= 1; /* of no use: found out again */
	self = open_pt(f.data, &options, &saved);
	other = read_text(self);
	same_text(&want, &other);
	free_text(&other);
	ops->close(self);

	tl_jobs_close(pool);
	tl_buf_fini(&saved);
	tl_buf_fini(&again);
	free_text(&want);
	remove_files(&f);
}

static void test_text_is_a_pure_function(void **state)
{
	for (size_t i = 0; i < NCASES; i++)
		check_case(&cases[i], i & 1 ? "branches" : NULL);
}

/* ---- times.  In perf's view a line stands for itself. */

struct line {
	uint64_t k, byte, time;
	int cpu, tid;
	const char *s;
	size_t len;
};

struct lines {
	struct line *v;
	size_t n, cap;
};

/* Not with sscanf(), which looks for the end of all the text first. */
static uint64_t read_time(const char *s, char end)
{
	char *behind;
	uint64_t sec = strtoull(s, &behind, 10), ns;

	assert_int_equal(*behind, '.');
	ns = strtoull(behind + 1, &behind, 10);
	assert_int_equal(*behind, end);
	return sec * 1000000000 + ns;
}

static void read_line(struct line *l)
{
	const char *error = " instruction trace error type 1 time ";
	const char *at;

	if (strncmp(l->s, error, strlen(error)) == 0) {
		l->time = read_time(l->s + strlen(error), ' ');
		l->cpu = atoi(strstr(l->s, " cpu ") + 5);
		l->tid = atoi(strstr(l->s, " tid ") + 5);
		return;
	}
	at = memchr(l->s, '[', l->len);
	assert_non_null(at);
	l->cpu = atoi(at + 1);
	l->time = read_time(strchr(at, ']') + 2, ':');
	while (at[-1] == ' ')
		at--;
	while (at[-1] != ' ')
		at--;
	l->tid = atoi(at);
}

static struct lines read_lines(const struct text *t)
{
	struct lines all = { NULL, 0, 0 };

	for (uint64_t k = 0; k < t->n; k++) {
		const char *text = tl_buf_str(&t->chunks[k]);
		size_t len;

		for (size_t at = 0; at < t->chunks[k].len; at += len) {
			struct line *l;

			len = (size_t)(strchr(text + at, '\n') + 1 - (text + at));
			if (all.n == all.cap) {
				all.cap = all.cap ? 2 * all.cap : 1000;
				all.v = realloc(all.v, all.cap * sizeof(*all.v));
			}
			l = &all.v[all.n++];
			*l = (struct line){ .k = k, .byte = at, .s = text + at, .len = len };
			read_line(l);
		}
	}
	return all;
}

static void check_order(void *self, const struct lines *all)
{
	uint64_t first, last;

	assert_true(ops->range(self, &first, &last));
	for (size_t i = 0; i < all->n; i++) {
		const struct line *l = &all->v[i];

		assert_true(l->time >= first && l->time <= last);
		assert_true(l->time >= ops->time(self, l->k));
		if (l->k + 1 < ops->chunks(self))
			assert_true(l->time < ops->time(self, l->k + 1));
		if (i > 0)
			assert_true(l->time >= all->v[i - 1].time);
	}
}

static void check_places(void *self, const struct lines *all)
{
	for (unsigned round = 0; round < 60; round++) {
		size_t i = rnd((uint32_t)all->n), first = i;
		const struct line *l = &all->v[i];
		struct tl_place place;
		uint64_t k, byte;

		assert_true(
		    ops->describe(self, l->k, l->byte + rnd((uint32_t)l->len), &place, NULL));
		assert_int_equal(place.time_ns, l->time);
		assert_int_equal(place.chunk_ns, ops->time(self, l->k));
		assert_int_equal(place.tid, l->tid);
		assert_true(strncmp(place.queue, "cpu ", 4) == 0 ||
			    strncmp(place.queue, "thread ", 7) == 0);

		while (first > 0 && all->v[first - 1].time == l->time)
			first--;
		assert_true(ops->locate(self, l->time, &k, &byte, NULL));
		assert_int_equal(k, all->v[first].k);
		assert_int_equal(byte, all->v[first].byte);
		assert_true(ops->locate(self, l->time + 1, &k, &byte, NULL));
		while (i < all->n && all->v[i].time <= l->time)
			i++;
		if (i < all->n && all->v[i].k == k)
			assert_int_equal(byte, all->v[i].byte);
		else if (i < all->n) /* behind the last line of its chunk */
			assert_int_equal(k, all->v[i - 1].k);
	}
}

static void test_times(void **state)
{
	for (size_t i = 0; i < NCASES; i++) {
		struct tl_decoder_options options = { .view = "perf" };
		struct files f;
		struct lines all;
		struct text text;
		void *self;

		if (cases[i].no_time)
			continue;
		record(&f, &cases[i], 100000);
		self = open_pt(f.data, &options, NULL);
		text = read_text(self);
		all = read_lines(&text);
		assert_true(all.n > 1000);
		check_order(self, &all);
		check_places(self, &all);
		free(all.v);
		free_text(&text);
		ops->close(self);
		remove_files(&f);
	}
}

static void test_without_time(void **state)
{
	struct tl_decoder_options options = { .view = NULL };
	uint64_t first, last, k, byte;
	struct tl_err err = TL_ERR_INIT;
	struct tl_place place;
	struct files f;
	void *self;

	record(&f, &cases[5], 100000);
	self = open_pt(f.data, &options, NULL);
	assert_false(ops->range(self, &first, &last));
	assert_true(ops->time(self, 0) == TL_DECODER_NOTIME);
	assert_false(ops->locate(self, 5, &k, &byte, &err));
	assert_string_equal(err.msg, "the trace has no time");
	assert_true(ops->describe(self, 1, 0, &place, NULL));
	assert_true(place.time_ns == TL_DECODER_NOTIME);
	assert_string_equal(place.queue, "cpu 0");
	ops->close(self);
	remove_files(&f);
}

/* The column heads are not of any event. */
static void test_describe_the_head(void **state)
{
	struct tl_decoder_options options = { .view = NULL };
	struct tl_place place;
	struct files f;
	void *self;

	record(&f, &cases[0], 20000);
	self = open_pt(f.data, &options, NULL);
	assert_true(ops->describe(self, 0, 3, &place, NULL));
	assert_int_equal(place.tid, -1);
	assert_string_equal(place.queue, "");
	assert_int_equal(place.time_ns, ops->time(self, 0));
	ops->close(self);
	remove_files(&f);
}

/* ---- calls */

/* Where each thread stands, from the beginning; four of them. */
static int32_t *level_of(int32_t levels[4], uint64_t thread)
{
	assert_true(thread >= 4000 && thread < 4004);
	return &levels[thread - 4000];
}

/* Lines are in the text, and depths go on from chunk to chunk. */
static void check_calls(void *self, const struct text *text, bool whole)
{
	struct tl_calls calls = { 0 };
	int32_t levels[4] = { 0 };
	size_t nlines = 0;

	for (uint64_t k = 0; k < text->n; k++) {
		tl_calls_clear(&calls);
		assert_true(ops->calls(self, k, &calls, NULL));
		assert_true(calls.nthreads > 0);
		nlines += calls.nlines;
		for (size_t i = 0; i < calls.nlines; i++) {
			const struct tl_callline *l = &calls.lines[i];
			int32_t depth = *level_of(levels, l->thread) + l->depth;

			assert_true(l->byte < text->chunks[k].len);
			assert_true(l->byte == 0 || text->chunks[k].data[l->byte - 1] == '\n');
			if (whole) /* main, f1, f2, f3 */
				assert_in_range(depth, 0, 3);
			if (l->kind == TL_CALL_ENTRY)
				assert_true(l->function != 0);
		}
		for (size_t i = 0; i < calls.nthreads; i++) {
			const struct tl_callthread *t = &calls.threads[i];

			assert_int_equal(t->begins, 0);
			assert_true(t->lowest <= 0 && t->lowest <= t->ends);
			*level_of(levels, t->thread) += t->ends;
		}
	}
	assert_true(nlines > 1000);
	tl_calls_fini(&calls);
}

static void test_calls_go_on_across_chunks(void **state)
{
	static const char *const views[] = { "calls", "returns", "branches",
					     "graph", "perf",    "insns" };

	for (size_t i = 0; i < NCASES; i++) {
		struct tl_decoder_options options = { .view = views[i % 6] };
		struct files f;
		struct text text;
		void *self;

		record(&f, &cases[i], 30000);
		self = open_pt(f.data, &options, NULL);
		text = read_text(self);
		/* Without time a thread's stays on two CPUs are not in order. */
		check_calls(self, &text, !cases[i].overflow_every && !cases[i].no_time);
		free_text(&text);
		ops->close(self);
		remove_files(&f);
	}
}

/* ---- durations */

#define OPEN_MOST 64

/* Calls that are open in a text in graph view, of a thread: when each began. */
struct opened {
	uint64_t times[OPEN_MOST];
	unsigned n;
};

struct spans {
	struct opened threads[4];
	unsigned nknown, nbounds,
	    nblank; /* ends of calls: with a time, with a least one, without */
};

/* "+   12.345 us", "> 1234.567 us", as the text has it, of a time in ns. */
static bool is_duration(const char *cell, uint64_t ns)
{
	char want[40];

	snprintf(want, sizeof(want), "%" PRIu64 ".%03u", ns / 1000, (unsigned)(ns % 1000));
	want[8] = '\0';
	while (cell[2] == ' ')
		cell++;
	return strncmp(cell + 2, want, strlen(want)) == 0;
}

/* A line: "  walker-4001 [000] 12345.678901234: CELL          | } ... */
static void follow_line(struct spans *s, const char *line, size_t len)
{
	const char *bar = memchr(line, '|', len), *cell, *at;
	struct opened *o;
	uint64_t time;

	if (!bar || *line == '#')
		return;
	cell = bar - 14;
	at = memchr(line, '-', len);
	o = &s->threads[atoi(at + 1) - 4000];
	time = read_time(strchr(at, ']') + 2, ':');
	for (at = bar + 1; *at == ' '; at++)
		;
	if (line[len - 1] == '{') {
		assert_true(o->n < OPEN_MOST);
		o->times[o->n++] = time;
	} else if (*at == '}' && o->n > 0) {
		o->n--;
		s->nknown += *cell != '>';
		s->nbounds += *cell == '>';
		if (*cell != '>' && !is_duration(cell, time - o->times[o->n]))
			fail_msg("began at %" PRIu64 ": %.*s", o->times[o->n], (int)len, line);
		/* A least one that would not be so was not shown. */
		if (*cell == '>')
			assert_true(strtod(cell + 1, NULL) * 1000 <=
				    (double)(time - o->times[o->n]) + 1);
	} else if (*at == '}') {
		s->nblank++;
	}
}

static void follow_text(struct spans *s, const struct tl_buf *text)
{
	const uint8_t *at = text->data, *end = at + text->len, *newline;

	for (; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		follow_line(s, (const char *)at, (size_t)(newline - at));
	}
}

static void check_durations(const struct text *text)
{
	struct spans s = { 0 };

	for (uint64_t k = 0; k < text->n; k++)
		follow_text(&s, &text->chunks[k]);
	assert_true(s.nknown > 1000);
	assert_int_equal(s.nbounds, 0);
	assert_int_equal(s.nblank, 0);
}

/* The end of each call tells the time since its begin, wherever that is. */
static void test_durations(void **state)
{
	for (size_t i = 1; i < 4; i += 2) {
		struct tl_decoder_options options = { .view = "graph" };
		struct text text;
		struct files f;
		void *self;

		record(&f, &cases[i], 100000);
		self = open_pt(f.data, &options, NULL);
		text = read_text(self);
		assert_true(text.n > 2);
		check_durations(&text);
		check_threads(self, &text);
		ops->close(self);

		self = open_pt(f.data, &options, NULL); /* from anywhere */
		check_threads(self, &text);
		ops->close(self);
		free_text(&text);
		remove_files(&f);
	}
}

/* A selected stretch knows of the time before it. */
static void test_durations_of_a_selection(void **state)
{
	struct tl_decoder_options options = { .view = "graph", .time = "30%-60%" };
	struct spans s = { 0 };
	struct text text;
	struct files f;
	void *self;

	record(&f, &cases[1], 100000);
	self = open_pt(f.data, &options, NULL);
	text = read_text(self);
	for (uint64_t k = 0; k < text.n; k++)
		assert_null(text.chunks[k].len
				? strstr(tl_buf_str(&text.chunks[k]), ":"
								      "              | }")
				: NULL);
	follow_text(&s, &text.chunks[0]);
	assert_true(s.nknown > 100);
	free_text(&text);
	ops->close(self);
	remove_files(&f);
}

/* ---- selections */

/* The lines of a selection are those of the whole text that fit. */
static void check_selection(const struct files *f, const struct lines *all,
			    const struct tl_decoder_options *options, uint64_t from, uint64_t to,
			    int cpu, int tid, uint64_t *nchunks)
{
	void *self = open_pt(f->data, options, NULL);
	struct text text = read_text(self);
	struct lines some = read_lines(&text);
	size_t j = 0;

	*nchunks = text.n;
	for (size_t i = 0; i < all->n; i++) {
		const struct line *l = &all->v[i];

		if (l->time < from || l->time > to || (cpu >= 0 && l->cpu != cpu) ||
		    (tid >= 0 && l->tid != tid))
			continue;
		assert_true(j < some.n);
		assert_int_equal(some.v[j].len, l->len);
		assert_memory_equal(some.v[j].s, l->s, l->len);
		j++;
	}
	assert_int_equal(j, some.n);
	if (some.n > 0)
		check_order(self, &some);
	free(some.v);
	free_text(&text);
	ops->close(self);
}

static void test_selections(void **state)
{
	struct tl_decoder_options options = { .view = "perf" };
	struct files f;
	struct lines all;
	struct text text;
	uint64_t n, from, to;
	char times[64];
	void *self;

	record(&f, &cases[1], 300000);
	self = open_pt(f.data, &options, NULL);
	text = read_text(self);
	all = read_lines(&text);
	for (size_t i = 1; i < 5; i++) {
		from = all.v[all.n * i / 6].time;
		to = all.v[all.n * i / 6 + 1000].time;
		snprintf(times, sizeof(times), "%d.%09d,%d.%09d", (int)(from / 1000000000),
			 (int)(from % 1000000000), (int)(to / 1000000000), (int)(to % 1000000000));
		options.time = times;
		check_selection(&f, &all, &options, from, to, -1, -1, &n);
		assert_true(n < text.n);
	}
	options.tid = "4002";
	check_selection(&f, &all, &options, from, to, -1, 4002, &n);
	options.time = NULL;
	check_selection(&f, &all, &options, 0, UINT64_MAX, -1, 4002, &n);
	options.tid = NULL;
	options.comm = "other";
	check_selection(&f, &all, &options, 0, UINT64_MAX, -1, 4002, &n);
	options.comm = NULL;
	options.cpu = "1";
	check_selection(&f, &all, &options, 0, UINT64_MAX, 1, -1, &n);
	options.cpu = "17";
	check_selection(&f, &all, &options, 0, UINT64_MAX, 17, -1, &n);
	options.cpu = NULL;
	options.time = "1.0,2.0"; /* before all of it */
	check_selection(&f, &all, &options, 1000000000, 2000000000, -1, -1, &n);
	assert_int_equal(n, 1);
	free(all.v);
	free_text(&text);
	ops->close(self);
	remove_files(&f);
}

/* ---- what is not as it should be */

static void test_refused(void **state)
{
	struct tl_decoder_options options = { .view = NULL };
	struct tl_err err = TL_ERR_INIT;
	struct perfout_options how;
	struct perfout_usual usual;
	struct perfout *out;
	struct files f;
	void *self;

	make_files(&f);
	assert_false(ops->open(f.program, &options, (struct tl_span){ NULL, 0 }, &self, &err));
	assert_null(self);
	perfout_usual(&usual, 0, 1, &how);
	assert_true(perfout_open(f.data, &how, &out, &err));
	assert_true(perfout_close(out, &err));
	assert_false(ops->open(f.data, &options, (struct tl_span){ NULL, 0 }, &self, &err));
	assert_non_null(strstr(err.msg, "has no Intel PT data"));
	remove_files(&f);

	record(&f, &cases[0], 1000);
	options.view = "nonsense";
	assert_false(ops->open(f.data, &options, (struct tl_span){ NULL, 0 }, &self, &err));
	assert_non_null(strstr(err.msg, "nonsense"));
	remove_files(&f);
}

/* Any chunk of a broken recording is text, and the same one each time. */
static void check_broken(const struct files *f, const char *view)
{
	struct tl_decoder_options options = { .view = view };
	struct tl_err err = TL_ERR_INIT;
	struct text text;
	void *self;

	if (!ops->open(f->data, &options, (struct tl_span){ NULL, 0 }, &self, &err)) {
		assert_true(err.msg[0] != '\0');
		return;
	}
	text = read_text(self);
	check_threads(self, &text);
	free_text(&text);
	ops->close(self);
}

static uint8_t *read_file(const char *path, size_t *n)
{
	struct stat st;
	FILE *f = fopen(path, "rb");
	uint8_t *bytes;

	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &st), 0);
	*n = (size_t)st.st_size;
	bytes = malloc(*n);
	assert_int_equal(fread(bytes, 1, *n, f), *n);
	fclose(f);
	return bytes;
}

static void test_broken(void **state)
{
	struct files f;
	uint8_t *bytes, *copy;
	size_t n;

	seed = 99;
	record(&f, &cases[1], 40000);
	bytes = read_file(f.data, &n);
	copy = malloc(n);
	for (unsigned round = 0; round < 30; round++) {
		memcpy(copy, bytes, n);
		for (unsigned flips = 1 + rnd(60); flips > 0; flips--)
			copy[104 + rnd((uint32_t)n - 104)] ^= (uint8_t)(1 << rnd(8));
		write_file(f.data, copy, n);
		check_broken(&f, round & 1 ? "insns" : NULL);
		write_file(f.data, bytes, rnd((uint32_t)n)); /* cut off */
		check_broken(&f, NULL);
	}
	free(bytes);
	free(copy);
	remove_files(&f);
}

#define NS UINT64_C(1000000000)

/* Lines of two stretches of time: what is before the second one's first line does not lead to it. */
static void check_break(const struct files *f, uint64_t from, uint64_t to, uint64_t from2,
			uint64_t to2)
{
	struct tl_calls calls = { 0 };
	char times[200];
	struct tl_decoder_options options = { .view = "perf", .time = times };
	struct text text;
	struct lines some;
	size_t first = 0, n = 0;
	void *self;

	snprintf(times, sizeof(times),
		 "%" PRIu64 ".%09" PRIu64 ",%" PRIu64 ".%09" PRIu64 " %" PRIu64 ".%09" PRIu64
		 ",%" PRIu64 ".%09" PRIu64,
		 from / NS, from % NS, to / NS, to % NS, from2 / NS, from2 % NS, to2 / NS,
		 to2 % NS);
	self = open_pt(f->data, &options, NULL);
	text = read_text(self);
	some = read_lines(&text);
	while (first < some.n && some.v[first].time < from2)
		first++;
	assert_in_range(first, 1, some.n - 1);
	for (uint64_t k = 0; k < text.n; k++) {
		tl_calls_clear(&calls);
		assert_true(ops->calls(self, k, &calls, NULL));
		for (size_t i = 0; i < calls.nlines; i++) {
			const struct line *before = &some.v[first - 1], *next = &some.v[first];
			uint64_t byte = calls.lines[i].byte;

			if (calls.lines[i].kind != TL_CALL_BREAK)
				continue;
			assert_true(k > before->k || (k == before->k && byte > before->byte));
			assert_true(k < next->k || (k == next->k && byte <= next->byte));
			n++;
		}
	}
	assert_int_equal(n, 1);
	tl_calls_fini(&calls);
	free(some.v);
	free_text(&text);
	ops->close(self);
}

static void test_breaks_between_selected_times(void **state)
{
	struct tl_decoder_options options = { .view = "perf" };
	struct files f;
	struct text text;
	struct lines all;
	size_t last = 0;
	void *self;

	record(&f, &cases[0], 100000);
	self = open_pt(f.data, &options, NULL);
	text = read_text(self);
	all = read_lines(&text);
	check_break(&f, all.v[100].time, all.v[5000].time, all.v[all.n / 2].time,
		    all.v[all.n - 10].time);
	check_break(&f, all.v[100].time, all.v[110].time, all.v[120].time, all.v[130].time);
	while (all.v[last].k < 2)
		last++;
	/* It begins in a slice, and its lines in the next one. */
	check_break(&f, all.v[100].time, all.v[110].time, all.v[last - 1].time + 1,
		    all.v[last + 1000].time);
	free(all.v);
	free_text(&text);
	ops->close(self);
	remove_files(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_a_pure_function),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_without_time),
		cmocka_unit_test(test_describe_the_head),
		cmocka_unit_test(test_calls_go_on_across_chunks),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_durations_of_a_selection),
		cmocka_unit_test(test_selections),
		cmocka_unit_test(test_breaks_between_selected_times),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
