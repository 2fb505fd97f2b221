/*
 * fuzz_callform.c: any bytes as a text that may be a trace: which form it has, and what its lines tell.
 * The first byte says into how many chunks it is cut, which must not matter.
 */
#include "index/calltext.h"

#include "tests/fuzz/fuzz.h"
#include "tests/unit/fake_source.h"

static void read_lines(const struct tl_callform *form, const uint8_t *data, size_t n)
{
	struct tl_callline c;

	for (size_t at = 0; at < n;) {
		const uint8_t *nl = memchr(data + at, '\n', n - at);
		size_t len = nl ? (size_t)(nl - data) - at : n - at;

		if (tl_callform_read(form, (struct tl_span){ data + at, len }, &c))
			must(c.depth == TL_CALL_NODEPTH || (c.depth >= 0 && c.depth < INT32_MAX));
		at += len + 1;
	}
}

/* Each is of a line of its own, but one that says that something is left out before a line. */
static void check_bytes(const struct tl_calls *calls, size_t i)
{
	const struct tl_callline *c = &calls->lines[i], *before = c - 1;

	must(
	    i == 0 || c->byte > before->byte ||
	    (c->byte == before->byte && before->kind == TL_CALL_BREAK && c->kind != TL_CALL_BREAK));
}

static void read_chunks(const struct tl_callform *form, const uint8_t *data, size_t n,
			uint64_t nchunks)
{
	struct tl_calls calls = { .absolute = false };
	struct tl_source *src;
	struct fake f;

	fake_init(&f, data);
	f.nchunks = nchunks;
	for (uint64_t k = 0; k < nchunks; k++)
		f.ends[k] = n * (k + 1) / nchunks;
	must(tl_source_new(&fake_ops, &f, &src, NULL));
	for (uint64_t k = 0; k < nchunks; k++) {
		tl_calls_clear(&calls);
		must(tl_calltext_calls(form, src, k, &calls, NULL));
		for (size_t i = 0; i < calls.nlines; i++) {
			must(calls.lines[i].byte < fake_len(&f, k));
			check_bytes(&calls, i);
			must(calls.lines[i].depth != TL_CALL_NODEPTH);
		}
	}
	tl_calls_fini(&calls);
	tl_source_close(src);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tl_callform form;
	uint8_t *copy;

	if (n < 1)
		return 0;
	copy = fuzz_copy(data + 1, n - 1);
	if (tl_callform_detect((struct tl_span){ copy, n - 1 }, &form)) {
		read_lines(&form, copy, n - 1);
		read_chunks(&form, copy, n - 1, 1 + data[0] % 8);
	}
	free(copy);
	return 0;
}
