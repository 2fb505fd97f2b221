/* fuzz_zstd.c: any bytes as a zstd file. */
#include "tests/fuzz/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	return fuzz_codec(&tl_codec_zstd, data, n);
}
