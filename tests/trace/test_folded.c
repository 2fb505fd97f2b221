/*
 * test_folded.c: --folded on real programs, recorded without PT hardware.
 *
 * The stacks are compared with those that this file counts from all instructions as `perf script`
 * lists them, one call and return after the other; the sums with what the programs did (the truth).
 * What is counted must not depend on where slices are cut, nor on how many workers count.
 * Samples are compared with what is counted from the lines of `perf script`.
 */
#include "decoders/decoder.h"
#include "decoders/recording.h"
#include "pager/costjob.h"

#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct recipe {
	const char *name, *program, *options;
	/* How much of all may be in other stacks than by perf's list, in thousandths: a stretch that a
	 * sync point cuts is counted for the two functions it is in, not for the last one, and the list does
	 * not tell where that is.  0: there is none but the first. */
	unsigned apart;
	bool stacks; /* calls and returns tell them all */
};

static const struct recipe recipes[] = {
	{ "calls_one_psb", "calls", "--psb 0", 0, true },
	{ "calls", "calls", "--psb 300", 20, true },
	{ "pie", "pie", "--psb 0", 0, true },
	{ "threads_three_cpus", "threads", "--per-cpu 3", 20, true },
	{ "threads_without_time", "threads", "--per-thread --no-time", 20, true },
	{ "signals", "signals", "--psb 400", 0, false },
	{ "forkexec", "forkexec", "--cut --psb 400", 0, false },
	{ "overflowing", "threads", "--overflow-every 700 --per-cpu 3", 0, false },
	{ "truncated", "threads", "--truncate-every 2000 --per-cpu 1", 0, false },
};

enum { NRECIPES = sizeof(recipes) / sizeof(recipes[0]) };

static char here[PATH_MAX];   /* the folder of this program */
static char folder[PATH_MAX]; /* for files; the current one */
static const char *no_perf, *no_record;

/* A shell command in the folder; its exit status. */
__attribute__((format(printf, 1, 2))) static int sh(const char *fmt, ...)
{
	char command[3 * PATH_MAX];
	va_list ap;
	int status;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void record(const struct recipe *r)
{
	int rc = sh("%s/record -o data --truth truth %s %s/programs/%s >log 2>&1", here, r->options,
		    here, r->program);

	if (rc != 0)
		fail_msg("recording %s: exit status %d", r->name, rc);
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t n = 0;

	assert_non_null(f);
	if (getdelim(&text, &n, '\0', f) < 0) {
		free(text);
		text = strdup("");
	}
	fclose(f);
	return text;
}

static void fold(const char *unit, const char *options, const char *out)
{
	assert_int_equal(sh("%s/../../tless --no-index --folded=%s %s data >%s 2>says", here, unit,
			    options, out),
			 0);
}

/* ---- stacks and their costs */

struct stack {
	char *path;
	uint64_t n;
};

struct stacks {
	struct stack *v;
	size_t n, cap;
};

static void add(struct stacks *s, const char *path, uint64_t n)
{
	if (s->n == s->cap) {
		s->cap = 2 * s->cap + 256;
		s->v = realloc(s->v, s->cap * sizeof(*s->v));
		assert_non_null(s->v);
	}
	s->v[s->n++] = (struct stack){ strdup(path), n };
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct stack *)a)->path, ((const struct stack *)b)->path);
}

/* Each path once. */
static void settle(struct stacks *s)
{
	size_t kept = 0;

	if (s->n > 0)
		qsort(s->v, s->n, sizeof(*s->v), by_path);
	for (size_t i = 0; i < s->n; i++) {
		if (kept > 0 && !strcmp(s->v[kept - 1].path, s->v[i].path)) {
			s->v[kept - 1].n += s->v[i].n;
			free(s->v[i].path);
		} else {
			s->v[kept++] = s->v[i];
		}
	}
	s->n = kept;
}

static void stacks_fini(struct stacks *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].path);
	free(s->v);
	*s = (struct stacks){ 0 };
}

static uint64_t sum_of(const struct stacks *s)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s->n; i++)
		sum += s->v[i].n;
	return sum;
}

/* Lines `a;b N`; none twice, and in the order of the names. */
static void read_stacks(const char *path, struct stacks *s)
{
	char *text = read_file(path), *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *blank = strrchr(line, ' '), *end;
		uint64_t n;

		assert_non_null(blank);
		*blank = '\0';
		n = strtoull(blank + 1, &end, 10);
		if (*end || n == 0 || !*line)
			fail_msg("%s: '%s %s'", path, line, blank + 1);
		add(s, line, n);
		/* `;` is less than what names are made of, as it is here. */
		for (char *c = s->v[s->n - 1].path; *c; c++)
			*c = *c == ';' ? '\1' : *c;
		if (s->n > 1 && strcmp(s->v[s->n - 2].path, s->v[s->n - 1].path) >= 0)
			fail_msg("%s: '%s' is in the wrong place", path, line);
	}
	free(text);
}

/* ---- the same, counted from a list of instructions */

#define MOST_FRAMES 2000

struct frame {
	char *name;
	uint64_t back;
};

struct thread {
	int tid;
	char comm[64];
	struct frame v[MOST_FRAMES];
	int n;
	uint64_t insns; /* since the last call or return */
	char last[16];  /* which one that was */
	uint64_t back;  /* of a call: behind it */
	struct stacks stacks;
};

static struct thread threads[32];
static int nthreads;

static struct thread *thread_of(int tid)
{
	int i = 0;

	while (i < nthreads && threads[i].tid != tid)
		i++;
	assert_true(i < 32);
	if (i == nthreads)
		threads[nthreads++] = (struct thread){ .tid = tid };
	return &threads[i];
}

static void name_top(struct thread *t, const char *name)
{
	free(t->v[t->n - 1].name);
	t->v[t->n - 1].name = strdup(name);
}

/* It has returned from what nobody saw called: all so far was below the function it is in now. */
static void lift(struct thread *t, const char *name)
{
	for (size_t i = 0; i < t->stacks.n; i++) {
		char *path;

		assert_true(asprintf(&path, "%s\1%s", name, t->stacks.v[i].path) > 0);
		free(t->stacks.v[i].path);
		t->stacks.v[i].path = path;
	}
	t->n = 1;
}

static void charge(struct thread *t)
{
	static char path[MOST_FRAMES * 64];
	char *p = path;

	for (int i = 0; i < t->n; i++) {
		assert_true(path + sizeof(path) - p > (ptrdiff_t)strlen(t->v[i].name) + 2);
		p += sprintf(p, "%s%s", i ? "\1" : "", t->v[i].name);
	}
	if (t->insns > 0)
		add(&t->stacks, path, t->insns);
	t->insns = 0;
}

/* longjmp goes back to the function that has called setjmp. */
static void leap(struct thread *t, const char *name)
{
	int at = t->n - 3;

	charge(t);
	while (at >= 0 && strcmp(t->v[at].name, name) != 0)
		at--;
	assert_true(at >= 0);
	while (t->n > at + 1)
		free(t->v[--t->n].name);
}

static void take_insn(struct thread *t, const char *flags, uint64_t ip, const char *name, int len)
{
	if (t->n == 0 || !strcmp(t->last, "call")) {
		assert_true(t->n < MOST_FRAMES);
		t->v[t->n++] = (struct frame){ strdup(name), t->back };
	} else if (!strcmp(t->last, "return")) {
		int at = t->n - 1;

		while (at > 0 && t->v[at].back != ip)
			at--;
		at = at > 0 ? at : t->n - 1;
		for (int i = at; i < t->n; i++)
			free(t->v[i].name);
		t->n = at;
		if (t->n == 0)
			lift(t, name);
		else
			free(t->v[t->n - 1].name);
		t->v[t->n - 1].name = strdup(name);
	} else if (!strcmp(t->last, "jmp") && !strcmp(t->v[t->n - 1].name, "__longjmp")) {
		leap(t, name);
	}
	name_top(t, name);
	t->insns++;
	snprintf(t->last, sizeof(t->last), "%s", flags);
	if (!strcmp(flags, "call") || !strcmp(flags, "return") || strstr(flags, "sys")) {
		t->back = ip + (unsigned)len;
		charge(t);
	}
}

/* It is interrupted in front of an instruction of this function. */
static void take_interrupt(struct thread *t, const char *name)
{
	if (t->insns == 0)
		return;
	name_top(t, name);
	charge(t);
}

/* What it has cost by now is the cost of the thread by its name. */
static void put_away(struct thread *t, struct stacks *out)
{
	for (size_t k = 0; k < t->stacks.n; k++) {
		char *path;

		assert_true(asprintf(&path, "%s\1%s", t->comm, t->stacks.v[k].path) > 0);
		add(out, path, t->stacks.v[k].n);
		free(path);
	}
	stacks_fini(&t->stacks);
}

/* What has no symbol is called by its file, as flame graphs have it. */
static void name_after(char *name, size_t size, const char *file)
{
	const char *slash = strrchr(file, '/');

	if (!strcmp(name, "[unknown]") && slash && slash[1])
		snprintf(name, size, "[%s]", slash + 1);
}

/* COMM TID EVENT [FLAGS] IP SYMBOL (FILE) ilen: N.  Of branches only interrupts matter: the others are
 * instructions, too. */
static void count_insns(const char *list, struct stacks *out)
{
	char *text = read_file(list), *save = NULL;

	nthreads = 0;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char comm[64], flags[16] = "", name[1024], file[1024];
		char *end = strstr(line, "tr end ");
		bool branch = strstr(line, " branches:"), interrupt = strstr(line, " async ");
		int tid, at = 0, len;
		struct thread *t;
		uint64_t ip;

		if (branch && !interrupt)
			continue;
		if (end)
			memset(end, ' ', 6);
		if (sscanf(line, "%63s %d %*s%n", comm, &tid, &at) != 2)
			fail_msg("perf: '%s'", line);
		if (sscanf(line + at, " %" SCNx64 " %1023s (%1023[^)]) ilen: %d", &ip, name, file,
			   &len) != 4 &&
		    sscanf(line + at, " %15s %" SCNx64 " %1023s (%1023[^)]) ilen: %d", flags, &ip,
			   name, file, &len) != 5)
			fail_msg("perf: '%s'", line);
		name_after(name, sizeof(name), file);
		t = thread_of(tid);
		if (branch) {
			take_interrupt(t, name);
			continue;
		}
		if (strcmp(t->comm, comm))
			put_away(t, out);
		strcpy(t->comm, comm);
		take_insn(t, flags, ip, name, len);
	}
	for (int i = 0; i < nthreads; i++) {
		struct thread *t = &threads[i];

		charge(t);
		put_away(t, out);
		for (int k = 0; k < t->n; k++)
			free(t->v[k].name);
	}
	free(text);
	settle(out);
}

/* How much of `a` is not in `b`, path by path; the first such path is told. */
static uint64_t apart(const struct stacks *a, const struct stacks *b, const struct stack **first)
{
	uint64_t sum = 0;
	size_t j = 0;

	*first = NULL;
	for (size_t i = 0; i < a->n; i++) {
		uint64_t there = 0;

		while (j < b->n && strcmp(b->v[j].path, a->v[i].path) < 0)
			j++;
		if (j < b->n && !strcmp(b->v[j].path, a->v[i].path))
			there = b->v[j].n;
		if (there < a->v[i].n) {
			sum += a->v[i].n - there;
			if (!*first)
				*first = &a->v[i];
		}
	}
	return sum;
}

/* ---- what a recording must hold */

static uint64_t true_insns(void)
{
	char *text = read_file("truth"), *save = NULL;
	uint64_t sum = 0, n;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (sscanf(line, "insns %*d %" SCNu64, &n) == 1)
			sum += n;
	free(text);
	return sum;
}

/* How long threads ran: from where the trace of one begins to where it ends. */
static uint64_t true_ns(void)
{
	char *text = read_file("truth"), *save = NULL;
	struct {
		int tid;
		uint64_t since;
	} on[32];
	int n = 0, i, tid, at;
	uint64_t sum = 0, ns;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, "%d %*d %" SCNu64 " %*x %*x %n", &tid, &ns, &at) != 2)
			continue;
		for (i = 0; i < n && on[i].tid != tid; i++)
			;
		if (i == n)
			on[n++].tid = tid;
		if (!strncmp(line + at, "tr strt", 7))
			on[i].since = ns;
		else if (!strncmp(line + at, "tr end", 6))
			sum += ns - on[i].since;
	}
	free(text);
	return sum;
}

static void check_sums(const struct recipe *r, const struct stacks *insns)
{
	struct stacks ns = { 0 }, part = { 0 };
	uint64_t sum = 0, want = true_ns(), have;

	assert_int_equal(sum_of(insns), true_insns());
	if (strstr(r->options, "--no-time")) {
		assert_int_not_equal(
		    sh("%s/../../tless --no-index --folded=ns data >ns 2>says", here), 0);
		return;
	}
	fold("ns", "", "ns");
	read_stacks("ns", &ns);
	have = sum_of(&ns);
	/* What ran just before a gap is not known to have. */
	if (!strstr(r->options, "every") && (have > want || want - have > want / 50))
		fail_msg("%" PRIu64 " ns, not %" PRIu64, have, want);
	stacks_fini(&ns);
	for (int i = 1; i <= 5; i++) { /* the parts are the whole */
		char option[64];

		snprintf(option, sizeof(option), "--time=20%%/%d", i);
		fold("insns", option, "part");
		read_stacks("part", &part);
		sum += sum_of(&part);
		stacks_fini(&part);
	}
	assert_int_equal(sum, sum_of(insns));
}

static void check_stacks(const struct recipe *r, const struct stacks *ours)
{
	struct stacks theirs = { 0 };
	const struct stack *less, *more;
	uint64_t sum;

	assert_int_equal(sh("perf script -i data --itrace=i1icr -F "
			    "comm,tid,event,ip,sym,dso,insnlen,flags >list "
			    "2>/dev/null"),
			 0);
	count_insns("list", &theirs);
	assert_int_equal(sum_of(&theirs), sum_of(ours));
	sum = apart(&theirs, ours, &less);
	apart(ours, &theirs, &more);
	if (sum * 1000 > r->apart * sum_of(ours))
		fail_msg("%" PRIu64 " of %" PRIu64 " are elsewhere: '%s' %" PRIu64
			 " is too few, '%s' %" PRIu64 " too many",
			 sum, sum_of(ours), less->path, less->n, more->path, more->n);
	stacks_fini(&theirs);
}

/* ---- the same with any number of workers, and slices */

static bool keep(void *arg, struct tl_span lines)
{
	return tl_buf_append(arg, lines.data, lines.len);
}

static char *folded_by(unsigned nworkers, const char *view)
{
	const struct tl_decoder_options options = { .view = view };
	struct tl_buf out = TL_BUF_INIT;
	struct tl_err err = TL_ERR_INIT;
	struct tl_cost_result result;
	struct tl_cost_count count;
	struct tl_costjob *job;
	struct tl_jobs *pool;
	double how_far;
	bool nomem;
	void *self;

	assert_true(tl_jobs_open(nworkers, &pool, &err));
	assert_true(
	    tl_decoder_recording.open("data", &options, (struct tl_span){ NULL, 0 }, &self, &err));
	assert_true(tl_decoder_recording.costs(self, 0, UINT64_MAX, &count, &err));
	assert_true(tl_costjob_start(&count, NULL, pool, NULL, &job, &err));
	tl_costjob_wait(job);
	assert_int_equal(tl_costjob_state(job, &how_far, &err), TL_COST_DONE);
	assert_true(how_far == 1);
	assert_true(tl_costjob_result(job, &result, &err));
	assert_true(
	    tl_calltree_fold(result.tree, 0, result.names, TL_COST_INSNS, keep, &out, &nomem));
	tl_costjob_close(job);
	tl_decoder_recording.close(self);
	tl_jobs_close(pool);
	assert_true(tl_buf_putc(&out, '\0'));
	return (char *)out.data;
}

static void check_ways(void)
{
	static const struct {
		unsigned nworkers;
		const char *view;
	} ways[] = { { 1, "calls" }, { 4, "insns" }, { 1, "insns" } };
	char *want = read_file("insns");

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		char *text = folded_by(ways[i].nworkers, ways[i].view);

		assert_string_equal(text, want);
		free(text);
	}
	free(want);
}

/* What is known of gaps without the text is what stands in it. */
static void check_gaps(bool some)
{
	const struct tl_decoder_options options = { .view = "calls" };
	struct tl_err err = TL_ERR_INIT;
	bool found = false;
	void *first, *second;

	assert_true(
	    tl_decoder_recording.open("data", &options, (struct tl_span){ NULL, 0 }, &first, &err));
	assert_true(tl_decoder_recording.open("data", &options, (struct tl_span){ NULL, 0 },
					      &second, &err));
	for (uint64_t k = 0; k < tl_decoder_recording.chunks(first); k++) {
		struct tl_buf text = TL_BUF_INIT;
		bool gap;

		assert_true(tl_decoder_recording.decode(second, k, &text, &err));
		gap = strstr(tl_buf_str(&text), "[gap: ") != NULL;
		/* Asked before the text was made, and behind it. */
		assert_int_equal(tl_decoder_recording.whole(first, k), !gap);
		assert_int_equal(tl_decoder_recording.whole(second, k), !gap);
		found = found || gap;
		tl_buf_fini(&text);
	}
	assert_int_equal(found, some);
	assert_int_equal(tl_decoder_recording.gaps(first), tl_decoder_recording.gaps(second));
	tl_decoder_recording.close(first);
	tl_decoder_recording.close(second);
}

static void folded(void **state)
{
	const struct recipe *r = *state;
	struct stacks ours = { 0 };

	if (no_record) {
		print_message("skip: %s\n", no_record);
		skip();
	}
	record(r);
	fold("insns", "", "insns");
	read_stacks("insns", &ours);
	check_sums(r, &ours);
	check_ways();
	check_gaps(strstr(r->options, "every"));
	settle(&ours);
	if (no_perf)
		print_message("no comparison: %s\n", no_perf);
	else if (r->stacks)
		check_stacks(r, &ours);
	stacks_fini(&ours);
	if (strstr(r->options, "every")) {
		char *says = read_file("says");

		assert_true(strstr(says, " gaps or errors; ") || strstr(says, " 1 gap or error; "));
		free(says);
	}
}

/* ---- the text of a recording, printed and read again */

static uint64_t sum_in(const char *file)
{
	char *text = read_file(file);
	uint64_t sum = 0;

	for (char *line = text; *line; line += strcspn(line, "\n") + 1)
		sum += strtoull(line + strcspn(line, " "), NULL, 10);
	free(text);
	return sum;
}

/* Which function a time belongs to may differ where one jumps to another; that it is somebody's may not. */
static void printed_views_cost_as_much(void **state)
{
	static const char *const views[] = { "graph", "returns", "calls" };
	uint64_t want, got;

	if (no_record) {
		print_message("skip: %s\n", no_record);
		skip();
	}
	record(&recipes[1]);
	fold("ns", "", "recorded");
	want = sum_in("recorded");
	assert_true(want > 1000);
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		assert_int_equal(sh("%s/../../tless --no-index --trace-view=%s data >printed &&"
				    " %s/../../tless --folded=ns printed >again 2>says",
				    here, views[i], here),
				 0);
		got = sum_in("again");
		if (got * 50 < want * 49 || got * 50 > want * 51)
			fail_msg("%s: %" PRIu64 " ns, recorded %" PRIu64, views[i], got, want);
	}
}

/* ---- samples */

/* What stackcollapse-perf makes of samples: comm PERIOD, and a line "ip symbol (binary)" for each frame. */
static const char collapse[] =
    "function put() { if (comm != \"\") n[comm path] += UNIT; comm = path = \"\" }\n"
    "function frame(at,  b) {\n"
    "	b = $NF; gsub(/[()]/, \"\", b); sub(/.*\\//, \"\", b)\n"
    "	if ($at != \"[unknown]\") return \";\" $at\n"
    "	return \";\" (b ~ /^\\[/ ? b : \"[\" b \"]\")\n"
    "}\n"
    "/^\\t/ { path = frame(2) path; next }\n"
    "NF { put(); comm = $1; period = $2 }\n"
    "NF > 2 { path = frame(4) }\n"
    "END { put(); for (i in n) print i, n[i] }\n";

static void write_collapse(const char *unit)
{
	const char *at = strstr(collapse, "UNIT");
	FILE *f = fopen("collapse", "w");

	assert_non_null(f);
	fprintf(f, "%.*s%s%s", (int)(at - collapse), collapse, unit, at + 4);
	fclose(f);
}

static void check_samples(const char *unit, const char *cost, const char *options)
{
	char *ours, *theirs;

	write_collapse(cost);
	fold(unit, options, "ours");
	assert_int_equal(
	    sh("perf script -i data --no-inline -F comm,period,ip,sym,dso %s 2>/dev/null "
	       "</dev/null | awk -f collapse | LC_ALL=C sort >theirs && "
	       "LC_ALL=C sort ours >sorted",
	       options),
	    0);
	ours = read_file("sorted");
	theirs = read_file("theirs");
	assert_string_equal(ours, theirs);
	assert_true(*ours);
	free(ours);
	free(theirs);
}

/* A shell that is busy, as others sample it; in the user's code, for nobody to see an exec half done. */
static void samples_are_folded(void **state)
{
	static const char *const how[] = { "-g", "" };

	for (size_t i = 0; i < 2; i++) {
		if (no_perf ||
		    sh("perf record -q -e cpu-clock:u -c 200000 %s -o data sh -c 'i=0; (while "
		       "[ $i -lt 20000 ]; do i=$((i+1)); done) & while [ $i -lt 30000 ]; "
		       "do i=$((i+1)); done; wait' >log 2>&1",
		       how[i]) != 0) {
			print_message("skip: perf takes no samples here\n");
			skip();
		}
		check_samples("samples", "1", "");
		check_samples(i ? "samples" : "periods", i ? "1" : "period", "--time 20%-60%");
		assert_int_not_equal(
		    sh("%s/../../tless --no-index --folded=ns data >ns 2>says", here), 0);
	}
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[NRECIPES + 2];
	char self[PATH_MAX];
	const char *tmp = getenv("TMPDIR");
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int rc;

	self[n > 0 ? n : 0] = '\0';
	snprintf(here, sizeof(here), "%s", dirname(self));
	snprintf(folder, sizeof(folder), "%s/tless-folded-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(folder) || chdir(folder) != 0)
		return 1;
	setenv("HOME", folder, 1);
	if (sh("perf --version >log 2>&1") != 0)
		no_perf = "perf is not installed";
	if (sh("%s/record -o data %s/programs/loops >log 2>&1", here, here) == 77)
		no_record = "ptrace is not permitted";
	for (size_t i = 0; i < NRECIPES; i++) {
		tests[i] = (struct CMUnitTest){
			.name = recipes[i].name,
			.test_func = folded,
			.initial_state = (void *)&recipes[i],
		};
	}
	tests[NRECIPES] = (struct CMUnitTest)cmocka_unit_test(samples_are_folded);
	tests[NRECIPES + 1] = (struct CMUnitTest)cmocka_unit_test(printed_views_cost_as_much);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	if (!getenv("KEEP"))
		sh("rm -rf %s", folder);
	return rc;
}
