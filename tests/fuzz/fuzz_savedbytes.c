/*
 * fuzz_savedbytes.c: any bytes as what a decoder saved.  They are tried as they are, and with
 * the key and the checksum made right, which a fuzzer does not guess.
 */
#include "index/savedbytes.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/sum.h"

#define KEY_BYTES 80 /* as index/FORMAT.md says */

static const struct tl_identity file = { 1, 2, 1 << 20, { 3, 4 } };
static const struct tl_origin origin = { 5, 6, 7 };

static void try(const uint8_t *data, size_t n)
{
	struct tl_buf out = TL_BUF_INIT, all = TL_BUF_INIT, again = TL_BUF_INIT;

	if (tl_savedbytes_decode((struct tl_span){ data, n }, &file, &origin, &out)) {
		must(out.len <= file.size / 8 + (1 << 20));
		must(tl_savedbytes_encode(&file, &origin, (struct tl_span){ out.data, out.len },
					  &all));
		must(tl_savedbytes_decode((struct tl_span){ all.data, all.len }, &file, &origin,
					  &again));
		must(again.len == out.len &&
		     (out.len == 0 || !memcmp(again.data, out.data, out.len)));
	} else {
		must(out.len == 0);
	}
	tl_buf_fini(&out);
	tl_buf_fini(&all);
	tl_buf_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tl_buf key = TL_BUF_INIT;
	uint8_t *copy;

	try(data, n);
	if (n < KEY_BYTES + 2 * SUM_BYTES)
		return 0;
	must(tl_savedbytes_encode(&file, &origin, (struct tl_span){ NULL, 0 }, &key));
	copy = fuzz_copy(data, n);
	memcpy(copy, key.data, KEY_BYTES);
	fuzz_mend_sum(copy, n);
	try(copy, n);
	free(copy);
	tl_buf_fini(&key);
	return 0;
}
