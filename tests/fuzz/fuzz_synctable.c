/*
 * fuzz_synctable.c: any bytes as saved sync points.  A fuzzer does not guess checksums, so each
 * input is tried once as it is and once with the checksum made right; what is taken must survive
 * being written and read again, and can be cut into slices.
 */
#include "decoders/pt/slices.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/sum.h"

static void check_again(const struct tl_pt_synctable *t)
{
	struct tl_pt_synctable again;
	struct tl_buf buf = TL_BUF_INIT;

	must(tl_pt_synctable_encode(t, &buf));
	must(tl_pt_synctable_decode((struct tl_span){ buf.data, buf.len }, &again));
	must(again.nqueues == t->nqueues && again.timed == t->timed);
	for (size_t q = 0; q < t->nqueues; q++) {
		must(again.queues[q].size == t->queues[q].size);
		must(again.queues[q].n == t->queues[q].n);
		must(t->queues[q].n == 0 || memcmp(again.queues[q].v, t->queues[q].v,
						   t->queues[q].n * sizeof(*t->queues[q].v)) == 0);
	}
	tl_pt_synctable_fini(&again);
	tl_buf_fini(&buf);
}

static void check_slices(const struct tl_pt_slices *s, size_t nqueues)
{
	for (size_t i = 0; i < tl_pt_slices_count(s); i++) {
		for (size_t q = 0; q < nqueues && q < 16; q++) {
			size_t first, end;

			tl_pt_slices_segments(s, i, q, &first, &end);
			must(first <= end && end <= tl_pt_slices_nsyncs(s, q));
		}
		must(i == 0 || !tl_pt_slices_timed(s) ||
		     tl_pt_slices_get(s, i)->time > tl_pt_slices_get(s, i - 1)->time);
	}
}

static void try(const uint8_t *data, size_t n)
{
	struct tl_pt_synctable t;
	struct tl_pt_slices *s;
	size_t nqueues;

	if (!tl_pt_synctable_decode((struct tl_span){ data, n }, &t))
		return;
	check_again(&t);
	nqueues = t.nqueues;
	must(tl_pt_slices_cut(&t, 1, &s, NULL));
	check_slices(s, nqueues);
	tl_pt_slices_close(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint8_t *copy;

	try(data, n);
	if (n < SUM_BYTES)
		return 0;
	copy = fuzz_copy(data, n);
	fuzz_mend_sum(copy, n);
	try(copy, n);
	free(copy);
	return 0;
}
