/*
 * ptbench: measure how raw Intel PT recordings open, move and decode, beside `perf script`.
 *
 *	ptbench [-r RUNS] [-p PAGER] BIG SMALL
 *
 * BIG is for what must not depend on the size: the first screen, jumps, pages, memory.  SMALL is
 * decoded whole by both programs, with the same fields, to /dev/null.  Both are made by
 * tests/trace/generate and read once before (page cache warm).  Printed are medians; trust the
 * ratios more than the seconds.  Exit status 1: a goal is missed.
 */
#include "tests/pty/term.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_RUNS   32
#define TIMEOUT_MS 60000
#define PAGES      20

#define PERF_FIELDS "comm,tid,cpu,time,flags,ip,sym,symoff,dso,addr"

struct bench {
	const char *pager, *big, *small;
	char home[64];
	int runs, missed;
};

struct series {
	double v[MAX_RUNS];
	int n;
};

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(struct series *s)
{
	if (s->n == 0)
		return -1;
	qsort(s->v, (size_t)s->n, sizeof(s->v[0]), by_value);
	return s->v[s->n / 2];
}

static void add(struct series *s, double value)
{
	if (value >= 0 && s->n < MAX_RUNS)
		s->v[s->n++] = value;
}

static double since(uint64_t began)
{
	return (double)(term_now_ns() - began) / 1e9;
}

/* A line of the table; `limit` in the value's unit, 0: no goal. */
static void report(struct bench *b, const char *what, double value, const char *unit, double limit)
{
	bool met = value >= 0 && (limit == 0 || value <= limit);

	if (value < 0)
		printf("%-52s failed\n", what);
	else if (limit > 0)
		printf("%-52s %9.4f %-3s goal <= %.3g  %s\n", what, value, unit, limit,
		       met ? "met" : "MISSED");
	else
		printf("%-52s %9.4f %s\n", what, value, unit);
	fflush(stdout);
	b->missed += !met;
}

/* ---- on the terminal */

static bool filled(struct term *t, void *arg)
{
	const char *bottom = term_row(t, term_rows(t) - 1);

	return bottom[0] && term_row(t, term_rows(t) - 2)[0];
}

static bool top_is_another(struct term *t, void *arg)
{
	const char *top = term_row(t, 0);

	return top[0] && strcmp(top, arg) != 0 && filled(t, NULL);
}

static struct term *start(struct bench *b, const char *option)
{
	const char *args[] = { b->pager, option ? option : b->big, option ? b->big : NULL, NULL };
	char home[100];
	const char *env[] = { "TERM=xterm-256color", "LANG=C.UTF-8", "PATH=/usr/bin:/bin",
			      "LESSHISTFILE=-",      home,           NULL };
	struct term_opts opts = { .argv = args, .env = env, .cols = 160 };

	snprintf(home, sizeof(home), "HOME=%s", b->home);
	return term_open(&opts);
}

static void finish(struct term *t)
{
	if (t && term_pid(t)) {
		term_keys(t, "q");
		term_wait_exit(t, TIMEOUT_MS);
	}
	term_close(t);
}

static void forget_index(struct bench *b)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s/.cache'", b->home);
	if (system(command) != 0)
		fprintf(stderr, "cannot remove %s/.cache\n", b->home);
}

static double first_screen(struct bench *b, struct term **kept)
{
	uint64_t began = term_now_ns();
	struct term *t = start(b, NULL);
	double took = t && term_wait(t, filled, NULL, TIMEOUT_MS) ? since(began) : -1;

	if (kept)
		*kept = t;
	else
		finish(t);
	return took;
}

/* Seconds from typing keys until another screen is complete.  Nobody waits for the pager to be
 * idle before: it decodes in the background, and that is on the clock. */
static double go(struct term *t, const char *keys)
{
	char top[1024];
	uint64_t began;

	snprintf(top, sizeof(top), "%s", term_row(t, 0));
	began = term_now_ns();
	if (!term_keys(t, keys) || !term_wait(t, top_is_another, top, TIMEOUT_MS))
		return -1;
	return since(began);
}

static double memory_mib(struct term *t)
{
	char path[64], line[256];
	unsigned long kb, peak = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)term_pid(t));
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmHWM: %lu kB", &kb) == 1)
			peak = kb;
	if (f)
		fclose(f);
	return peak ? (double)peak / 1024 : -1;
}

static void opening(struct bench *b)
{
	struct series without = { .n = 0 }, with = { .n = 0 };

	for (int i = 0; i < b->runs; i++) {
		forget_index(b);
		add(&without, first_screen(b, NULL));
		add(&with, first_screen(b, NULL)); /* what the first one saved is there */
	}
	report(b, "first screen, no saved index", median(&without), "s", 0.3);
	report(b, "first screen, saved index", median(&with), "s", 0.05);
}

static const char *const places[] = { "@50%<Enter>", "@10%<Enter>", "@90%<Enter>", "@33.3%<Enter>",
				      "@77%<Enter>" };

static void moving(struct bench *b)
{
	struct series jumps = { .n = 0 }, ends = { .n = 0 }, forward = { .n = 0 },
		      back = { .n = 0 };
	struct term *t;

	if (first_screen(b, &t) < 0) {
		finish(t);
		report(b, "moving", -1, "", 0);
		return;
	}
	for (int i = 0; i < b->runs; i++) {
		for (size_t k = 0; k < sizeof(places) / sizeof(places[0]); k++)
			add(&jumps, go(t, places[k]));
		add(&ends, go(t, "G"));
		go(t, i % 2 ? "@60%<Enter>" : "@40%<Enter>");
		for (int k = 0; k < PAGES; k++)
			add(&forward, go(t, "f"));
		for (int k = 0; k < PAGES; k++)
			add(&back, go(t, "b"));
	}
	report(b, "@: a jump to a time", median(&jumps), "s", 0.05);
	report(b, "@: the slowest of them", jumps.n ? jumps.v[jumps.n - 1] : -1, "s", 0);
	report(b, "G", median(&ends), "s", 0);
	report(b, "a page forward", median(&forward), "s", 0);
	report(b, "a page back", median(&back), "s", 0);
	report(b, "peak memory (all of RSS)", memory_mib(t), "MiB", 256);
	finish(t);
}

/* ---- whole files */

/* Seconds for a shell command; the file is $1, the pager $2. */
static double command(const struct bench *b, const char *text, const char *file)
{
	uint64_t began = term_now_ns();
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 1);
		dup2(null, 2);
		setenv("HOME", b->home, 1);
		execl("/bin/sh", "sh", "-c", text, "sh", file, b->pager, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
		return -1;
	return since(began);
}

/* In the view that looks back for what is open. */
static void moving_in_graph(struct bench *b)
{
	struct term *t = start(b, "--trace-view=graph");
	struct series jumps = { .n = 0 };

	if (t && term_wait(t, filled, NULL, TIMEOUT_MS))
		for (int i = 0; i < b->runs; i++)
			for (size_t k = 0; k < sizeof(places) / sizeof(places[0]); k++)
				add(&jumps, go(t, places[k]));
	report(b, "@: a jump to a time, view graph", median(&jumps), "s", 0.05);
	finish(t);
}

static void whole(struct bench *b)
{
	struct series perf = { .n = 0 }, same = { .n = 0 }, calls = { .n = 0 }, insns = { .n = 0 },
		      read = { .n = 0 }, folded = { .n = 0 };
	double p, s;

	for (int i = 0; i < b->runs; i++) {
		if (i == 0)
			add(&perf,
			    command(b, "perf script -i \"$1\" --itrace=cr --ns -F " PERF_FIELDS,
				    b->small));
		add(&same, command(b, "\"$2\" --no-index --trace-view=perf \"$1\"", b->small));
		add(&calls, command(b, "\"$2\" --no-index \"$1\"", b->small));
		add(&folded, command(b, "\"$2\" --no-index --folded=ns \"$1\"", b->small));
		add(&insns, command(b, "\"$2\" --no-index --trace-view=insns \"$1\"", b->small));
		add(&read, command(b, "cat \"$1\"", b->big));
	}
	p = median(&perf);
	s = median(&same);
	report(b, "perf script, all calls and returns", p, "s", 0);
	report(b, "tless, the same text", s, "s", 0);
	report(b, "    of perf's time", p > 0 && s > 0 ? s / p : -1, "", 0.1);
	report(b, "tless, the calls view", median(&calls), "s", 0);
	report(b, "tless, folded stacks", median(&folded), "s", 0);
	report(b, "tless, every instruction", median(&insns), "s", 0);
	report(b, "reading the big file (cat > /dev/null)", median(&read), "s", 0);
}

int main(int argc, char **argv)
{
	struct bench b = { .pager = "build/tless", .runs = 3 };
	int c;

	while ((c = getopt(argc, argv, "r:p:")) != -1) {
		if (c == 'r')
			b.runs = atoi(optarg);
		else if (c == 'p')
			b.pager = optarg;
		else
			return 2;
	}
	if (argc - optind != 2 || b.runs < 1) {
		fprintf(stderr, "usage: ptbench [-r RUNS] [-p PAGER] BIG SMALL\n");
		return 2;
	}
	b.big = argv[optind];
	b.small = argv[optind + 1];
	snprintf(b.home, sizeof(b.home), "/tmp/tless-ptbench-XXXXXX");
	if (!mkdtemp(b.home))
		return 2;
	command(&b, "cat \"$1\"", b.big);
	opening(&b);
	moving(&b);
	moving_in_graph(&b);
	whole(&b);
	forget_index(&b);
	rmdir(b.home);
	return b.missed > 0;
}
