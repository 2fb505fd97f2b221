/*
 * merge.c: see merge.h.  A binary heap of runs, the one whose next event comes first on top.
 * A queue often goes on for long before another one has its turn, so the top run gives all it
 * has up to where the next best begins, in one copy.
 */
#include "decoders/pt/merge.h"

#include <stdlib.h>
#include <string.h>

/* A run in the heap; `place` decides at equal times. */
struct cursor {
	struct tl_pt_run run;
	size_t place;
};

static bool before(const struct cursor *a, const struct cursor *b)
{
	if (a->run.v->time != b->run.v->time)
		return a->run.v->time < b->run.v->time;
	return a->place < b->place;
}

static void sift_down(struct cursor *heap, size_t n, size_t i)
{
	for (;;) {
		size_t least = i, child = 2 * i + 1;
		struct cursor c;

		for (size_t j = child; j < child + 2 && j < n; j++)
			if (before(&heap[j], &heap[least]))
				least = j;
		if (least == i)
			return;
		c = heap[i];
		heap[i] = heap[least];
		heap[least] = c;
		i = least;
	}
}

/* How many events of the top run come before all others. */
static size_t in_one_go(const struct cursor *heap, size_t n)
{
	const struct tl_pt_run *run = &heap[0].run;
	const struct cursor *second = &heap[1];
	size_t count = 1;

	if (n == 1)
		return run->n;
	if (n > 2 && before(&heap[2], second))
		second = &heap[2];
	while (count < run->n &&
	       (run->v[count].time < second->run.v->time ||
		(run->v[count].time == second->run.v->time && heap[0].place < second->place)))
		count++;
	return count;
}

bool tl_pt_merge(const struct tl_pt_run *runs, size_t nruns, struct tl_pt_events *out)
{
	struct cursor *heap = malloc((nruns ? nruns : 1) * sizeof(*heap));
	size_t n = 0, total = 0;

	for (size_t i = 0; heap && i < nruns; i++) {
		if (runs[i].n == 0)
			continue;
		heap[n++] = (struct cursor){ runs[i], i };
		total += runs[i].n;
	}
	if (!heap || !tl_pt_events_reserve(out, total)) {
		free(heap);
		return false;
	}
	for (size_t i = n; i-- > 0;)
		sift_down(heap, n, i);
	while (n > 0) {
		size_t count = in_one_go(heap, n);
		struct tl_pt_run *run = &heap[0].run;

		memcpy(out->v + out->n, run->v, count * sizeof(*run->v));
		out->n += count;
		run->v += count;
		run->n -= count;
		if (run->n == 0)
			heap[0] = heap[--n];
		sift_down(heap, n, 0);
	}
	free(heap);
	return true;
}
