/*
 * fuzz_savedtimes.c: any bytes as the section of times in a saved index.  The first byte says how many chunks
 * there are; a fuzzer does not guess the key, so each input is tried with it made right, too.  What is taken
 * must survive being written and read again, and chains over it must not trip.
 */
#include "index/savedtimes.h"

#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#define KEY 8

static const char traces[] = "  bash-1  [001] d..1.     5.000001: a\n"
			     "  bash-1  [001] d..1.     5.000002: b\n"
			     "  bash-1  [001] d..1.     5.000003: c\n"
			     "  bash-1  [001] d..1.     5.000004: d\n";

static void go_over(struct tl_timeform form, const struct tl_timefacts *facts, size_t n)
{
	for (unsigned kind = 0; kind < 3; kind++) {
		struct tl_timechain chain = { 0 };

		form.period = kind == 1 ? UINT64_C(86400000000000) : 0;
		form.deltas = kind == 2;
		for (size_t k = 0; k < n; k++)
			tl_timechain_chunk(&form, &chain, &facts[k]);
	}
}

static void try(const struct tl_timeform *form, struct tl_span body, size_t n)
{
	struct tl_timefacts *facts = tl_savedtimes_decode(body, form, n), *again;
	struct tl_buf buf = TL_BUF_INIT;

	if (!facts)
		return;
	go_over(*form, facts, n);
	must(tl_savedtimes_encode(form, facts, n, &buf));
	again = tl_savedtimes_decode((struct tl_span){ buf.data, buf.len }, form, n);
	must(again);
	for (size_t k = 0; k < n; k++)
		must(again[k].first == facts[k].first && again[k].last == facts[k].last &&
		     again[k].min == facts[k].min && again[k].max == facts[k].max &&
		     again[k].advance == facts[k].advance && again[k].flags == facts[k].flags);
	free(again);
	free(facts);
	tl_buf_fini(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tl_timefacts none = { 0 };
	struct tl_buf key = TL_BUF_INIT;
	struct tl_timeform form;
	uint8_t *copy;

	must(tl_timeform_detect((struct tl_span){ (const uint8_t *)traces, sizeof(traces) - 1 }, 0,
				&form));
	if (n < 1 + KEY)
		return 0;
	try(&form, (struct tl_span){ data + 1, n - 1 }, data[0] + 1u);
	must(tl_savedtimes_encode(&form, &none, 1, &key));
	copy = fuzz_copy(data + 1, n - 1);
	memcpy(copy, key.data, KEY);
	try(&form, (struct tl_span){ copy, n - 1 }, data[0] + 1u);
	free(copy);
	tl_buf_fini(&key);
	return 0;
}
