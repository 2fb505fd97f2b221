/*
 * bench: measure the pager beside less(1) and beside commands that do the bare work, and say
 * whether the goals are met.
 *
 *	bench [-r RUNS] [-t SECONDS] [-p PAGER] [-l LESS] [-o WORD] FILE
 *
 * FILE is made by mktrace and read once before (page cache warm).  For each scenario the
 * runs of all sides are interleaved, so that a slow moment of the machine meets all of them;
 * printed are medians.  Trust the ratios more than the seconds.  -o: only scenarios whose
 * name has this word.  Exit status 1: a goal is missed.
 */
#include "tests/bench/scenario.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_RUNS   64
#define BRIEF_RUNS 5    /* times as many for what takes milliseconds */
#define SLOW_S     20.0 /* what takes longer is run once */

/* What does the same work with less ado; the scenario's input is $1, floor's path $2. */
static const struct {
	const char *name, *command;
} references[] = {
	{ "zstdcat", "zstd -dcq -T0 \"$1\" | wc -l" },
	{ "grep -rl", "exec grep -rl " MISSING " \"$1\"" },
	{ "wc -l", "exec wc -l \"$1\"" },
	{ "bare count", "exec \"$2\" \"$1\"" },
	{ "rg -c", "exec rg -c " LITERAL " \"$1\"" },
	{ "rg -c, no match", "exec rg -c " MISSING " \"$1\"" },
	{ "rg -ci", "exec rg -ci " ICASE " \"$1\"" },
	{ "rg -c regex", "exec rg -c '" REGEX "' \"$1\"" },
	{ "grep -c", "exec grep -c " LITERAL " \"$1\"" },
	{ "grep -cE", "exec grep -cE '" HARD_REGEX "' \"$1\"" },
	{ "cat | wc -l", "cat \"$1\" | wc -l" },
};

/*
 * What a scenario is held against.  Times: at most `limit` seconds; `faster` times faster
 * than less; at most `factor` times the reference.  Memory: at most `limit` MiB.  0: no goal.
 */
static const struct goal {
	const char *scenario, *reference;
	double limit, faster, factor;
} goals[] = {
	{ "first screen", NULL, 0, 1, 0 },
	{ "-N, G: number of the last line", "bare count", 0, 40, 1.3 },
	{ "G= typed together", "wc -l", 0, 0, 0 },
	{ "/literal, hit at 99.9%", "rg -c", 0, 200, 1 },
	{ "/literal ignoring case (-I)", "rg -ci", 0, 0, 1 },
	{ "/regex with a literal", "rg -c regex", 0, 0, 1 },
	{ "/regex without a prefix", "grep -cE", 0, 0, 1 },
	{ "/literal, no match", "rg -c, no match", 0, 200, 1 },
	{ "?literal from the end, hit at 1%", "rg -c", 0, 200, 1 },
	{ "second opening, line at 90%", NULL, 0.020, 0, 0 },
	{ "pipe, G", "cat | wc -l", 0, 1, 2 },
	{ "&literal, the match at 99.9%", "rg -c", 0, 30, 1.3 },
	{ "&regex, a tenth passes: first screen", NULL, 0.050, 0, 0 },
	{ "&regex, 200 pages back", NULL, 0.100, 0, 0 },
	{ "zstd, one frame: G=", "zstdcat", 0, 0, 1.11 },
	{ "zstd, one frame: /literal, no match", "zstdcat", 0, 0, 1.11 },
	{ "zstd, one frame: opened again, 90%", NULL, 0.050, 0, 0 },
	{ "zstd, frames: G=", "zstdcat", 0, 0, 1.11 },
	{ "zstd, frames: /literal, no match", "zstdcat", 0, 0, 1.11 },
	{ "zstd, frames: opened again, 90%", NULL, 0.050, 0, 0 },
	{ "10,000 files: first screen", NULL, 0, 1, 0 },
	{ "10,000 files: 5000:x:n:p", NULL, 0.050, 0, 0 },
	{ "10,000 files: /*literal, no match", "grep -rl", 0, 2, 0 },
	{ "^C in a search, until the prompt is back", NULL, 0.050, 0, 0 },
	{ "j while a search runs", NULL, 0.050, 0, 0 },
	{ "j right after the first screen", NULL, 0.050, 0, 0 },
	{ "peak private memory: G=, a search", NULL, 64, 0, 0 },
	{ "peak private memory: pipe, G", NULL, 64, 0, 0 },
};

#define RSS_MIB 128 /* that no scenario may need more memory than */

#define TIE 1.05 /* "no slower" is met within what two runs of one program differ by */

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

struct series {
	double value[MAX_RUNS];
	int n;
	uint64_t rss_kb; /* the most that a run had in memory */
	const char *why; /* it failed */
};

struct bench {
	struct bench_file inputs[NINPUTS];
	const char *pager, *less, *only;
	char floor[4096];
	int runs, timeout_ms;
	int missed;
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
	qsort(s->value, (size_t)s->n, sizeof(s->value[0]), by_value);
	return s->n % 2 ? s->value[s->n / 2] : (s->value[s->n / 2 - 1] + s->value[s->n / 2]) / 2;
}

/* Seconds a shell command takes; negative: it failed. */
static double time_command(const struct bench *b, const char *command, const char *input)
{
	uint64_t began = term_now_ns();
	pid_t pid = fork();
	int status, out;

	if (pid == 0) {
		out = open("/tmp", O_TMPFILE | O_WRONLY, 0600); /* grep takes /dev/null as -q */
		dup2(out >= 0 ? out : 2, 1);
		setenv("LC_ALL", "C", 1);
		execl("/bin/sh", "sh", "-c", command, "sh", input, b->floor, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) /* 1: grep found nothing */
		return -1;
	return (double)(term_now_ns() - began) / 1e9;
}

static void measure(const struct bench *b, const struct scenario *s, const char *pager,
		    struct series *to)
{
	struct run r = { .file = &b->inputs[s->input],
			 .pager = pager,
			 .timeout_ms = b->timeout_ms };
	bool slow = to->n > 0 && !(s->how & MEMORY) && to->value[0] > SLOW_S;

	if (!pager || to->why || slow)
		return;
	scenario_run(s, &r);
	to->why = r.why;
	to->rss_kb = r.rss_kb > to->rss_kb ? r.rss_kb : to->rss_kb;
	if (!r.why)
		to->value[to->n++] = (s->how & MEMORY) ? (double)r.anon_kb / 1024 : r.seconds;
}

static const struct goal *goal_of(const char *scenario)
{
	for (int i = 0; i < COUNT(goals); i++)
		if (strcmp(goals[i].scenario, scenario) == 0)
			return &goals[i];
	return NULL;
}

static const char *reference_command(const struct goal *g)
{
	for (int i = 0; g && g->reference && i < COUNT(references); i++)
		if (strcmp(references[i].name, g->reference) == 0)
			return references[i].command;
	return NULL;
}

static void print_value(const struct series *s, double value, bool memory)
{
	if (s->why)
		printf(" %s |", s->why);
	else if (value < 0)
		printf(" |");
	else
		printf(memory ? " %.1f MiB |" : value < 0.1 ? " %.4f |" : " %.3f |", value);
}

static void print_goal(struct bench *b, const struct goal *g, bool memory, double own, double less,
		       double reference, uint64_t rss_kb)
{
	static const struct goal none = { NULL, NULL, 0, 0, 0 };
	const char *sep = " ";
	bool ok = own >= 0 && rss_kb < RSS_MIB * 1024;

	if (!g)
		g = &none;
	if (ok && !g->limit && !(g->faster && less >= 0) && !(g->factor && reference >= 0)) {
		printf(" | |\n"); /* no goal, or nothing to hold it against */
		return;
	}
	if (rss_kb >= RSS_MIB * 1024) {
		printf(" RSS < %d MiB", RSS_MIB);
		sep = ", ";
	}
	if (g->limit) {
		printf(memory ? "%s< %g MiB" : "%s< %g s", sep, g->limit);
		ok = ok && own < g->limit;
		sep = ", ";
	}
	if (g->faster && less >= 0) {
		printf("%s%gx as fast as less", sep, g->faster);
		ok = ok && own * g->faster <= less * TIE;
		sep = ", ";
	}
	if (g->factor && reference >= 0) {
		printf("%s<= %gx %s", sep, g->factor, g->reference);
		ok = ok && own <= g->factor * reference * TIE;
	}
	printf(" | %s |\n", ok ? "PASS" : "FAIL");
	b->missed += !ok;
}

static void do_scenario(struct bench *b, const struct scenario *s)
{
	const struct goal *g = goal_of(s->name);
	const char *command = reference_command(g);
	const struct bench_file *input = &b->inputs[s->input];
	struct series own = { .n = 0 }, less = { .n = 0 }, reference = { .n = 0 };
	int runs = s->how & BRIEF ? b->runs * BRIEF_RUNS : b->runs;
	double o, l, c;

	if (!input->path[0]) {
		printf("| %s | skipped: there is no such file | | | | | | | |\n", s->name);
		return;
	}
	for (int i = 0; i < runs && i < MAX_RUNS; i++) {
		measure(b, s, b->pager, &own);
		measure(b, s, s->how & ALONE ? NULL : b->less, &less);
		if (command) {
			double seconds = time_command(b, command, input->path);

			if (seconds < 0)
				reference.why = "failed";
			else
				reference.value[reference.n++] = seconds;
		}
	}
	o = median(&own);
	l = median(&less);
	c = median(&reference);
	printf("| %s |", s->name);
	print_value(&own, o, (s->how & MEMORY));
	printf(" %.0f |", (double)own.rss_kb / 1024);
	print_value(&less, l, (s->how & MEMORY));
	if (o > 0 && l > 0)
		printf(" %.*f |", l / o < 10 ? 2 : 0, l / o);
	else
		printf(" |");
	if (c > 0)
		printf(" %s %.3f | %.2f |", g->reference, c, o > 0 ? o / c : 0);
	else
		printf(" %s | |", reference.why ? reference.why : "");
	print_goal(b, g, (s->how & MEMORY), o, l, c, own.rss_kb);
	fflush(stdout);
}

static bool warm_up(const char *path)
{
	static char buf[1 << 20];
	int fd = open(path, O_RDONLY);
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, buf, sizeof(buf))) > 0)
		;
	if (fd >= 0)
		close(fd);
	return n == 0;
}

static void find_floor(struct bench *b)
{
	ssize_t n = readlink("/proc/self/exe", b->floor, sizeof(b->floor) - 8);
	char *slash;

	b->floor[n > 0 ? n : 0] = 0;
	slash = strrchr(b->floor, '/');
	strcpy(slash ? slash + 1 : b->floor, "floor");
}

int main(int argc, char **argv)
{
	struct bench b = {
		.pager = "build/tless", .less = "/usr/bin/less", .runs = 3, .timeout_ms = 300000
	};
	char pager[4096];
	int opt;

	while ((opt = getopt(argc, argv, "r:t:p:l:o:")) != -1) {
		if (opt == 'r')
			b.runs = atoi(optarg);
		else if (opt == 't')
			b.timeout_ms = atoi(optarg) * 1000;
		else if (opt == 'p')
			b.pager = optarg;
		else if (opt == 'l')
			b.less = optarg;
		else if (opt == 'o')
			b.only = optarg;
		else
			argc = 0;
	}
	if (argc - optind != 1 || b.runs < 1) {
		fprintf(stderr,
			"usage: bench [-r RUNS] [-t SECONDS] [-p PAGER] [-l LESS] [-o WORD] "
			"FILE\n");
		return 2;
	}
	if (!realpath(b.pager, pager) || !bench_file_open(&b.inputs[THE_TEXT], argv[optind]) ||
	    !warm_up(b.inputs[THE_TEXT].path)) {
		fprintf(stderr, "bench: needs %s, %s and its .meta file (see mktrace)\n", b.pager,
			argv[optind]);
		return 2;
	}
	b.pager = pager;
	if (access(b.less, X_OK) != 0)
		b.less = NULL;
	find_floor(&b);
	bench_inputs_make(b.inputs);
	printf("%llu MiB, %llu lines; %d run%s, interleaved, page cache warm; seconds, medians\n\n",
	       (unsigned long long)(b.inputs[THE_TEXT].nbytes >> 20),
	       (unsigned long long)b.inputs[THE_TEXT].nlines, b.runs, b.runs > 1 ? "s" : "");
	printf("| scenario | tless | its RSS, MiB | less | less/tless | bare work | tless/bare | "
	       "goal | |\n"
	       "|---|---|---|---|---|---|---|---|---|\n");
	for (int i = 0; i < nscenarios; i++)
		if (!b.only || strstr(scenarios[i].name, b.only))
			do_scenario(&b, &scenarios[i]);
	bench_inputs_remove(b.inputs);
	if (b.missed)
		printf("\n%d goal%s missed\n", b.missed, b.missed > 1 ? "s" : "");
	return b.missed ? 1 : 0;
}
