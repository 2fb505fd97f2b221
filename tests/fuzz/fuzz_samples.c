/*
 * fuzz_samples.c: any bytes as a recording of samples, read as text from the first chunk to the
 * last and then from the last to the first: the same bytes come.
 */
#include "decoders/perf/samples.h"

#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_CHUNKS 64

static void check(void *self)
{
	const struct tl_decoder_ops *ops = &tl_decoder_perf_samples;
	uint64_t n = ops->chunks(self), first = 0, last = 0, before = 0, k, byte;
	bool timed = ops->range(self, &first, &last);
	struct tl_buf all = TL_BUF_INIT, one = TL_BUF_INIT;
	size_t behind;

	must(n > 0 && (!timed || first <= last));
	if (n > MAX_CHUNKS)
		n = MAX_CHUNKS;
	for (k = 0; k < n; k++) {
		must(ops->decode(self, k, &all, NULL));
		must(all.len == 0 || all.data[all.len - 1] == '\n');
		must((ops->time(self, k) != TL_DECODER_NOTIME) == timed);
		must(!timed || ops->time(self, k) >= before);
		before = ops->time(self, k);
	}
	for (behind = all.len; k-- > 0; behind -= one.len) {
		one.len = 0;
		must(ops->decode(self, k, &one, NULL) && one.len <= behind);
		must(one.len == 0 || memcmp(all.data + behind - one.len, one.data, one.len) == 0);
	}
	if (timed) {
		struct tl_place place;

		must(ops->locate(self, first + (last - first) / 2, &k, &byte, NULL));
		must(ops->describe(self, k, byte, &place, NULL));
	}
	tl_buf_fini(&all);
	tl_buf_fini(&one);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct tl_decoder_options options = { .symfs = "/nonexistent" };
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct tl_span saved = { NULL, 0 };
	char path[64];
	void *self;

	must(fd >= 0 && write(fd, data, n) == (ssize_t)n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (tl_decoder_perf_samples.open(path, &options, saved, &self, NULL)) {
		check(self);
		tl_decoder_perf_samples.close(self);
	}
	close(fd);
	return 0;
}
