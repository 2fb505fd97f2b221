/*
 * fuzz_timeline.c: any bytes as a recording whose sideband is asked, at the time of each record
 * and between: answers there always are, they hold until they say, and mappings do not overlap.
 */
#include "decoders/perf/timeline.h"

#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_TIMES 64

struct asked {
	uint64_t times[MAX_TIMES];
	int32_t tids[MAX_TIMES], cpus[MAX_TIMES];
	size_t n;
};

static bool see(void *arg, const struct tl_perf_record *r)
{
	struct asked *a = arg;

	a->times[a->n] = r->id.time;
	a->tids[a->n] = r->id.tid;
	a->cpus[a->n] = r->id.cpu;
	return ++a->n < MAX_TIMES;
}

static void check_maps(const struct tl_map *maps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		must(maps[i].start < maps[i].end && maps[i].dso);
		must(i == 0 || maps[i - 1].end <= maps[i].start);
	}
}

static void ask(struct tl_timeline *tl, const struct tl_perf_queue *q, uint64_t time)
{
	uint64_t until, later;
	const struct tl_context *c = tl_timeline_context(tl, q, time, &until);

	must(c && c->comm && c->space);
	must(until > time || time == TL_TIMELINE_NOTIME);
	must(tl_timeline_context(tl, q, time, &later) == c && later == until);
	if (time != TL_TIMELINE_NOTIME) {
		must(tl_timeline_context(tl, q, until - 1, &later) == c);
		must(until == UINT64_MAX || later == until);
	}
	check_maps(c->space->maps, c->space->nmaps);
	check_maps(c->space->kernel, c->space->nkernel);
	for (size_t i = 0; i < c->space->nmaps && i < 4; i++)
		must(tl_space_find(c->space, c->space->maps[i].start) == &c->space->maps[i]);
}

static void check(const struct tl_perf *p, struct tl_timeline *tl)
{
	struct asked a = { .n = 0 };
	uint64_t first, last;

	tl_perf_walk(p, see, &a, NULL);
	for (size_t i = 0; i < a.n; i++) {
		struct tl_perf_queue thread = { .cpu = -1, .tid = a.tids[i] };
		struct tl_perf_queue cpu = { .cpu = a.cpus[i], .tid = -1 };

		ask(tl, &thread, a.times[i]);
		ask(tl, &thread, a.times[a.n - 1 - i]);
		ask(tl, &cpu, a.times[i] / 2);
		ask(tl, &cpu, a.times[i]);
	}
	for (size_t i = 0; i < tl_timeline_ngaps(tl); i++) {
		const struct tl_gap *g = tl_timeline_gap(tl, i);

		must(i == 0 || tl_timeline_gap(tl, i - 1)->time <= g->time);
		must(g->offset == UINT64_MAX || g->offset <= tl_perf_queue(p, g->queue)->size);
	}
	must(!tl_timeline_range(tl, &first, &last) || first <= last);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct tl_err err = TL_ERR_INIT;
	struct tl_timeline *tl;
	struct tl_dsos *dsos;
	struct tl_perf *p;
	char path[64];

	must(fd >= 0 && write(fd, data, n) == (ssize_t)n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (tl_perf_open(path, &p, &err)) {
		must(tl_dsos_open(p, NULL, &dsos, &err));
		must(tl_timeline_build(p, dsos, NULL, &tl, &err));
		check(p, tl);
		tl_timeline_close(tl);
		tl_dsos_close(dsos);
		tl_perf_close(p);
	}
	close(fd);
	return 0;
}
