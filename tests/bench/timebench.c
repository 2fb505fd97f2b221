/*
 * timebench: measure the time index on a trace in text.
 *
 *	timebench [-r RUNS] [-p PAGER] FILE
 *
 * FILE is made by mktrace, in order, and read once before (page cache warm).  Lines are counted with and without
 * the samples of times, taking turns; then times are looked up by an index that knows nothing, by one that was
 * loaded, and all lines are read; and the pager is asked for times, until they are on the screen.  CPU time is what
 * threads took together.  Printed are medians.
 * Exit status 1: counting takes more than 1.3 times as long with times, a look-up or the screen more than 50 ms cold
 * or 5 ms warm, or an answer is wrong.
 */
#include "index/timeindex.h"
#include "tests/bench/timescreen.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MAX_RUNS 16
#define NASKED   20
#define MAX_COST 1.30
#define MAX_COLD 50.0
#define MAX_WARM 5.0

struct bench {
	const char *path;
	struct tl_jobs *pool;
	struct tl_source *src;
	struct tl_lineindex *lines;
	struct tl_timeindex *times; /* NULL: none */
	struct tl_mailbox *mailbox;
};

static double wall_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

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

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "timebench: %s\n", what);
	exit(2);
}

static void begin(struct bench *b, bool with_times, const char *dir)
{
	must(tl_jobs_open(0, &b->pool, NULL) && tl_mailbox_open(&b->mailbox, NULL) &&
		 tl_source_open_file(b->path, &b->src, NULL) &&
		 tl_lineindex_new(b->src, b->pool, b->mailbox, &b->lines, NULL),
	     "cannot open the file");
	tl_lineindex_set_dir(b->lines, dir);
	b->times = NULL;
	must(!with_times ||
		 tl_timeindex_new(b->src, b->lines, b->pool, b->mailbox, &b->times, NULL),
	     "out of memory");
}

static void end(struct bench *b)
{
	tl_timeindex_close(b->times);
	tl_lineindex_close(b->lines);
	tl_source_close(b->src);
	tl_jobs_close(b->pool);
	tl_mailbox_close(b->mailbox);
}

static void wait_for_news(struct bench *b)
{
	struct pollfd p = { .fd = tl_mailbox_fd(b->mailbox), .events = POLLIN };
	struct tl_msg msg;

	poll(&p, 1, 100);
	while (tl_mailbox_take(b->mailbox, &msg))
		;
}

static double count(struct bench *b, bool with_times, const char *dir)
{
	uint64_t n;
	double cpu;

	begin(b, with_times, dir);
	cpu = cpu_ms();
	tl_lineindex_start(b->lines);
	while (tl_lineindex_count(b->lines, &n) == TL_PENDING)
		wait_for_news(b);
	cpu = cpu_ms() - cpu;
	end(b);
	return cpu;
}

static uint64_t asked(const uint64_t range[2], int i)
{
	return range[0] + (range[1] - range[0]) / (NASKED + 1) * (uint64_t)(i + 1);
}

/* Its time is the one asked for or later, and that of the line before is not: of texts that are in order. */
static bool is_right(struct bench *b, const struct tl_timehit *hit, uint64_t ns)
{
	uint64_t before;

	return hit->time >= ns &&
	       (hit->pos == 0 ||
		tl_timeindex_at(b->times, hit->pos - 1, NULL, &before, NULL) != TL_FOUND ||
		before < ns);
}

static double ask(struct bench *b, uint64_t ns, bool *right)
{
	struct tl_timehit hit;
	double t = wall_ms();

	must(tl_timeindex_locate(b->times, ns, NULL, &hit, NULL) == TL_FOUND, "nothing found");
	t = wall_ms() - t;
	*right = *right && is_right(b, &hit, ns);
	return t;
}

static double read_all(struct bench *b)
{
	uint64_t done, total;
	double cpu = cpu_ms();

	tl_timeindex_start(b->times);
	do {
		wait_for_news(b);
		tl_timeindex_progress(b->times, &done, &total);
	} while (done < total);
	return cpu_ms() - cpu;
}

/* The time of the first line at a time or after it. */
static uint64_t first_at(struct bench *b, uint64_t ns)
{
	struct tl_timehit hit;

	must(tl_timeindex_locate(b->times, ns, NULL, &hit, NULL) == TL_FOUND, "nothing found");
	return hit.time;
}

/* Medians of the pager's answers. */
struct screens {
	double asked, part;
};

static struct screens on_screen(const struct timescreen *how, const uint64_t times[NASKED])
{
	double ask[NASKED], part[NASKED - 1];

	for (int i = 0; i < NASKED; i++) {
		ask[i] = timescreen_ask(how, times[i]);
		must(ask[i] >= 0, "the pager does not show a time");
	}
	for (int i = 0; i < NASKED - 1; i++) {
		part[i] = timescreen_part(how, times[i], times[i + 1]);
		must(part[i] >= 0, "the pager does not show a part");
	}
	return (struct screens){ median(ask, NASKED), median(part, NASKED - 1) };
}

static int report(const char *what, double ms, double most)
{
	printf("%-44s %10.2f ms%s\n", what, ms, most > 0 && ms > most ? "  MISSED" : "");
	return most > 0 && ms > most;
}

int main(int argc, char **argv)
{
	static char dir[] = "/tmp/timebench-XXXXXX";
	double plain[MAX_RUNS], sampled[MAX_RUNS], cold[NASKED], warm[NASKED], all, base, cost;
	char command[64];
	int runs = 5, opt, missed = 0;
	struct timescreen saved = { .pager = "build/tless", .index_dir = dir }, bare;
	struct screens with, without;
	uint64_t range[2], times[NASKED];
	bool right = true;
	struct bench b;

	while ((opt = getopt(argc, argv, "r:p:")) != -1) {
		if (opt == 'r')
			runs = atoi(optarg);
		else if (opt == 'p')
			saved.pager = optarg;
	}
	if (optind != argc - 1 || runs < 1 || runs > MAX_RUNS || !mkdtemp(dir)) {
		fprintf(stderr, "usage: timebench [-r RUNS] [-p PAGER] FILE\n");
		return 2;
	}
	b.path = argv[optind];
	for (int i = 0; i < runs; i++) {
		plain[i] = count(&b, false, NULL);
		sampled[i] = count(&b, true, NULL);
	}
	begin(&b, true, NULL);
	must(tl_timeindex_measure(b.times, NULL, &range[0], &range[1], NULL) == TL_FOUND,
	     "the text has no times");
	end(&b);
	for (int i = 0; i < NASKED; i++) {
		begin(&b, true, NULL);
		cold[i] = ask(&b, asked(range, i), &right);
		end(&b);
	}
	count(&b, true, dir);
	for (int i = 0; i < NASKED; i++) {
		begin(&b, true, dir);
		tl_lineindex_load(b.lines);
		warm[i] = ask(&b, asked(range, i), &right);
		end(&b);
	}
	begin(&b, true, dir);
	all = read_all(&b); /* and saves them */
	for (int i = 0; i < NASKED; i++)
		times[i] = first_at(&b, asked(range, i));
	end(&b);
	saved.file = b.path;
	bare = saved;
	bare.index_dir = NULL;
	with = on_screen(&saved, times);
	without = on_screen(&bare, times);

	base = median(plain, runs);
	cost = median(sampled, runs) / base;
	report("count lines, CPU", base, 0);
	report("count lines and sample times, CPU", median(sampled, runs), 0);
	printf("%-44s %10.2f%s\n", "ratio", cost, cost > MAX_COST ? "  MISSED" : "");
	missed += cost > MAX_COST;
	report("the rest of reading all times, CPU", all, 0);
	missed += report("a time, nothing indexed", median(cold, NASKED), MAX_COLD);
	missed += report("a time, index loaded", median(warm, NASKED), MAX_WARM);
	missed += report("@ and a time, on the screen, nothing saved", without.asked, MAX_COLD);
	missed += report("@ and a time, on the screen, index saved", with.asked, MAX_WARM);
	missed += report("--time, first screen, nothing saved", without.part, MAX_COLD);
	missed += report("--time, first screen, index saved", with.part, MAX_COLD);
	if (!right)
		printf("WRONG ANSWER\n");
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return system(command) != 0 || missed > 0 || !right;
}
