/*
 * fuzz_savedindex.c: any bytes as a saved index.  A fuzzer does not guess checksums, so each
 * input is tried once as it is and once with the checksum made right; what is taken must
 * survive being written and read again.
 */
#include "index/savedindex.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/sum.h"

#define MAX_CHUNKS 4096

static void check_again(const struct tl_saved_head *head, const struct tl_chunk_facts *facts,
			struct tl_span times)
{
	struct tl_chunk_facts *again;
	struct tl_saved_head head_again;
	struct tl_span times_again;
	struct tl_buf buf = TL_BUF_INIT;

	must(tl_savedindex_encode(head, facts, times, &buf));
	must(tl_savedindex_decode((struct tl_span){ buf.data, buf.len }, MAX_CHUNKS, &head_again,
				  &again, &times_again));
	must(head_again.nchunks == head->nchunks && head_again.file.size == head->file.size &&
	     head_again.last_len == head->last_len && head_again.last_hash == head->last_hash);
	must(times_again.len == times.len &&
	     (times.len == 0 || !memcmp(times_again.data, times.data, times.len)));
	for (uint64_t k = 0; k < head->nchunks; k++)
		must(again[k].newlines == facts[k].newlines && again[k].marks == facts[k].marks);
	free(again);
	tl_buf_fini(&buf);
}

static void try(const uint8_t *data, size_t n)
{
	struct tl_chunk_facts *facts;
	struct tl_saved_head head;
	struct tl_span times;

	if (!tl_savedindex_decode((struct tl_span){ data, n }, MAX_CHUNKS, &head, &facts, &times))
		return;
	check_again(&head, facts, times);
	free(facts);
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
