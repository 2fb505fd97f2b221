/*
 * floor: how fast can this machine count the newlines of a cached file at all?
 *
 *	floor FILE        prints the number; the bare minimum a pager's `G` is held against
 *
 * Two threads take turns at blocks: read a block, compare 32 bytes at a time.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#define BLOCK   (1u << 20) /* the fastest of 64 KiB, 256 KiB and 1 MiB */
#define THREADS 2

static atomic_uint_fast64_t next_block, newlines;
static int fd;

static uint64_t count_plain(const uint8_t *at, size_t n)
{
	uint64_t sum = 0;

	for (const uint8_t *end = at + n; (at = memchr(at, '\n', (size_t)(end - at))); at++)
		sum++;
	return sum;
}

#ifdef __x86_64__
/* A block is BLOCK bytes at the most, so that 64 bits a lane are plenty. */
__attribute__((target("avx2"))) static uint64_t count_avx2(const uint8_t *at, size_t n)
{
	const __m256i newline = _mm256_set1_epi8('\n'), zero = _mm256_setzero_si256();
	__m256i sums = zero;
	uint64_t lane[4];

	while (n >= 128) {
		__m256i bytes = zero;

		/* A byte lane holds 255: 63 rounds of 4. */
		for (int i = 0; i < 63 && n >= 128; i++, at += 128, n -= 128)
			for (int j = 0; j < 4; j++) {
				__m256i v = _mm256_loadu_si256((const void *)(at + 32 * j));

				bytes = _mm256_sub_epi8(bytes, _mm256_cmpeq_epi8(v, newline));
			}
		sums = _mm256_add_epi64(sums, _mm256_sad_epu8(bytes, zero));
	}
	_mm256_storeu_si256((void *)lane, sums);
	return lane[0] + lane[1] + lane[2] + lane[3] + count_plain(at, n);
}
#endif

static uint64_t count(const uint8_t *at, size_t n)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2"))
		return count_avx2(at, n);
#endif
	return count_plain(at, n);
}

static void *work(void *arg)
{
	uint8_t *buf =
	    aligned_alloc(4096, BLOCK); /* pread copies twice as fast to an aligned one */
	uint64_t sum = 0;
	ssize_t n;

	if (!buf)
		exit(1);
	while ((n = pread(fd, buf, BLOCK, (off_t)(atomic_fetch_add(&next_block, 1) * BLOCK))) > 0)
		sum += count(buf, (size_t)n);
	atomic_fetch_add(&newlines, sum);
	free(buf);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];

	fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	if (fd < 0) {
		fprintf(stderr, "usage: floor FILE\n");
		return 2;
	}
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			return 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("%llu\n", (unsigned long long)newlines);
	return 0;
}
