/*
 * fuzz_textcosts.c: any bytes as a printed trace of which costs are counted.  The first byte says into how many
 * chunks it is cut, which must not matter.
 */
#include "decoders/textcosts.h"

#include "tests/fuzz/fuzz.h"
#include "tests/unit/fake_source.h"

static bool keep(void *arg, struct tl_span lines)
{
	return tl_buf_append(arg, lines.data, lines.len);
}

static void count_chunks(const struct tl_callform *form, const uint8_t *data, size_t n,
			 uint64_t nchunks, struct tl_buf *out)
{
	struct tl_textcosts_of of = { .calls = *form };
	struct tl_cost_result result;
	struct tl_cost_count count;
	atomic_bool stop = false;
	bool nomem;
	struct fake f;
	void *part;

	fake_init(&f, data);
	f.nchunks = nchunks;
	for (uint64_t k = 0; k < nchunks; k++)
		f.ends[k] = n * (k + 1) / nchunks;
	must(tl_source_new(&fake_ops, &f, &of.src, NULL));
	must(tl_timeindex_new(of.src, NULL, NULL, NULL, &of.times, NULL));
	must(tl_textcosts_open(&of, &count, NULL));
	must(count.ops->begin(count.count, &stop, &count.first, &count.end, NULL));
	for (uint64_t k = count.first; k < count.end; k++)
		must(count.ops->chunk(count.count, k, &part, NULL) &&
		     count.ops->add(count.count, part, NULL));
	must(count.ops->result(count.count, &result, NULL));
	must(tl_calltree_fold(result.tree, 0, result.names, TL_COST_NS, keep, out, &nomem));
	must(tl_buf_printf(out, "%llu gaps", (unsigned long long)result.ngaps));
	count.ops->close(count.count);
	tl_timeindex_close(of.times);
	tl_source_close(of.src);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tl_buf whole = TL_BUF_INIT, parts = TL_BUF_INIT;
	struct tl_callform form;
	uint8_t *copy;

	if (n < 1)
		return 0;
	copy = fuzz_copy(data + 1, n - 1);
	if (tl_callform_detect((struct tl_span){ copy, n - 1 }, &form)) {
		count_chunks(&form, copy, n - 1, 1, &whole);
		count_chunks(&form, copy, n - 1, 1 + data[0] % 8, &parts);
		must(whole.len == parts.len && memcmp(whole.data, parts.data, whole.len) == 0);
	}
	tl_buf_fini(&whole);
	tl_buf_fini(&parts);
	free(copy);
	return 0;
}
