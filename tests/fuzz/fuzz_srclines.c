/*
 * fuzz_srclines.c: any bytes as a file with debug information: each address near its beginning is asked
 * for.  What is told is a string, and the same the second time.
 */
#include "decoders/perf/srclines.h"

#include "tests/fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

/* libdw is loaded late and has variables of each thread: glibc's and the leak checker's idea of where
 * those are do not agree, and it stumbles over them. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

#define MAX_INPUT 65536
#define ADDRESSES 0x3000

/* A sum of all that is told. */
static void add(void *arg, const struct tl_srcline *place)
{
	uint64_t *sum = arg;

	must(place->path != NULL);
	*sum = *sum * 31 + strlen(place->path) + place->line + place->inlined;
	if (place->function)
		*sum += strlen(place->function);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint64_t sums[2] = { 0, 0 };
	struct tl_srclines *s;
	int fd;

	if (n > MAX_INPUT)
		return 0;
	fd = memfd_create("fuzz_srclines", MFD_CLOEXEC);
	must(fd >= 0 && write(fd, data, n) == (ssize_t)n);
	s = tl_srclines_open(fd, -1, NULL);
	for (unsigned i = 0; s && i < 2; i++)
		for (uint64_t at = 0; at < ADDRESSES; at++)
			tl_srclines_find(s, at, add, &sums[i]);
	must(sums[0] == sums[1]);
	tl_srclines_close(s);
	close(fd);
	return 0;
}
