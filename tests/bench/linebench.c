/*
 * linebench: measure the keys on one endless line beside the same keys on the same text with lines.
 *
 *	linebench [-r RUNS] [-p PAGER] FILE
 *
 * FILE is made by mktrace and read once before (page cache warm); FILE.line, the same with blanks in
 * place of newlines, is made where it is missing.  The keys are typed one after the other, and each
 * is timed until the pager waits for the next one; the two sides take turns.  Printed are medians.
 * Exit status 1: a key takes more than 50 ms and 1.5 times as long as with lines, or the memory of
 * a side is above 128 MiB.
 */
#include "tests/bench/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_RUNS   16
#define TIMEOUT_MS 120000
#define SLOW_MS    50
#define FACTOR     1.5
#define MEMORY_MIB 128

/* Typed in this order. */
static const char *const keys[] = {
	"j",
	"f",
	"b",
	"50%",
	"j",
	"k",
	"b",
	"f",
	"G",
	"k",
	"b",
	"/" LITERAL_LOW "<Enter><Enter>",
	"g",
	"/" LITERAL "<Enter>",
	"N",
	"g/" LITERAL "<Enter>",
	"-I<Enter>g/" ICASE "<Enter>",
	"g/" REGEX "<Enter>",
	"g/" HARD_REGEX "<Enter>",
	"g/" MISSING "<Enter><Enter>",
	"G?" LITERAL_LOW "<Enter>",
	"=",
	"<Enter>",
	"mx",
	"g",
	"'x",
	"<Right>",
	"<Left>",
	"-S<Enter><Enter>",
	"<Right>",
	"j",
	"f",
	"b",
	"G",
	"50%",
	"g/" LITERAL "<Enter>",
	"<Esc>{",
	"-S<Enter><Enter>",
	"-N<Enter><Enter>",
	"f",
	"G",
	"b",
	"g",
	"&" LITERAL "<Enter>",
	"&<Enter>",
};
#define NKEYS (sizeof(keys) / sizeof(keys[0]))

enum { LINES, ONE, NSIDES };

struct side {
	char path[4200];
	double ms[NKEYS + 1][MAX_RUNS]; /* the last: until the first screen */
	unsigned long peak_kb;
};

static struct side sides[NSIDES];
static const char *pager = "build/tless";
static char home[] = "/tmp/linebench-XXXXXX";

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v, int n)
{
	qsort(v, (size_t)n, sizeof(*v), by_value);
	return v[n / 2];
}

static bool make_line(const char *from, const char *to)
{
	static char block[1 << 20];
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");
	size_t n;
	bool ok = in && out;

	while (ok && (n = fread(block, 1, sizeof(block), in)) > 0) {
		for (char *nl = block; (nl = memchr(nl, '\n', n - (size_t)(nl - block)));)
			*nl = ' ';
		ok = fwrite(block, 1, n, out) == n;
	}
	if (in)
		fclose(in);
	return out && fclose(out) == 0 && ok;
}

static void note_memory(struct side *s, struct term *t)
{
	char path[64], line[256];
	unsigned long kb;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)term_pid(t));
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmHWM: %lu kB", &kb) == 1 && kb > s->peak_kb)
			s->peak_kb = kb;
	if (f)
		fclose(f);
}

static double since(uint64_t began)
{
	return (double)(term_now_ns() - began) / 1e6;
}

static bool run_side(struct side *s, int run)
{
	char home_is[64];
	const char *args[] = { pager, s->path, NULL };
	const char *env[] = { "TERM=xterm-256color", "LANG=C.UTF-8", "PATH=/usr/bin:/bin",
			      "LESSHISTFILE=-",      home_is,        NULL };
	struct term_opts opts = { .argv = args, .env = env };
	uint64_t began = term_now_ns();
	struct term *t;
	bool ok;

	snprintf(home_is, sizeof(home_is), "HOME=%s", home);
	t = term_open(&opts);
	ok = t && term_wait_idle(t, TIMEOUT_MS);
	s->ms[NKEYS][run] = since(began);
	for (size_t i = 0; ok && i < NKEYS; i++) {
		began = term_now_ns();
		ok = term_keys(t, keys[i]) && term_wait_idle(t, TIMEOUT_MS);
		s->ms[i][run] = since(began);
	}
	if (t)
		note_memory(s, t);
	term_close(t);
	return ok;
}

/* One row of the table; true: the goal is missed. */
static bool report(size_t i, int runs)
{
	double lines = median(sides[LINES].ms[i], runs), one = median(sides[ONE].ms[i], runs);
	bool missed = one > SLOW_MS && one > FACTOR * lines;

	printf("%-40s %9.1f %9.1f %6.2f%s\n", i < NKEYS ? keys[i] : "first screen", lines, one,
	       one / lines, missed ? "  MISSED" : "");
	return missed;
}

int main(int argc, char **argv)
{
	int runs = 3, opt, missed = 0;
	struct stat st;

	while ((opt = getopt(argc, argv, "r:p:")) != -1) {
		if (opt == 'r')
			runs = atoi(optarg);
		else if (opt == 'p')
			pager = optarg;
	}
	if (optind != argc - 1 || runs < 1 || runs > MAX_RUNS || !mkdtemp(home)) {
		fprintf(stderr, "usage: linebench [-r RUNS] [-p PAGER] FILE\n");
		return 2;
	}
	snprintf(sides[LINES].path, sizeof(sides[LINES].path), "%s", argv[optind]);
	snprintf(sides[ONE].path, sizeof(sides[ONE].path), "%s.line", argv[optind]);
	if (stat(sides[ONE].path, &st) < 0 && !make_line(sides[LINES].path, sides[ONE].path)) {
		fprintf(stderr, "linebench: cannot make '%s'\n", sides[ONE].path);
		return 2;
	}
	for (int run = 0; run < runs; run++)
		for (int i = 0; i < NSIDES; i++)
			if (!run_side(&sides[i], run)) {
				fprintf(stderr, "linebench: '%s' fails\n", sides[i].path);
				return 2;
			}
	printf("%-40s %9s %9s\n", "keys (ms, medians)", "lines", "one line");
	missed += report(NKEYS, runs);
	for (size_t i = 0; i < NKEYS; i++)
		missed += report(i, runs);
	printf("%-40s %9lu %9lu\n", "peak memory, MiB", sides[LINES].peak_kb / 1024,
	       sides[ONE].peak_kb / 1024);
	missed += sides[ONE].peak_kb / 1024 > MEMORY_MIB;
	rmdir(home);
	return missed > 0;
}
