/*
 * test_bytescan.c: every table this CPU can run against loops of three lines.  The bytes
 * lie between two unmapped pages, so that a read outside of them is a crash.
 */
#include "index/bytescan.h"

#include "base/cpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define ROOM      (4u << 20)
#define MAX_SHORT 300
#define MAX_ALIGN 64

#ifdef __SANITIZE_THREAD__
#define ALIGN_STEP 7 /* slow, and there are no threads here */
#else
#define ALIGN_STEP 1
#endif

static uint8_t *room; /* ROOM bytes, the pages before and behind cannot be touched */

static int map_room(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *map = mmap(NULL, ROOM + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED || mprotect(map + page, ROOM, PROT_READ | PROT_WRITE))
		return -1;
	room = map + page;
	return 0;
}

/* The loops to compare with. */

static uint64_t naive_count(const uint8_t *p, size_t n, uint8_t byte)
{
	uint64_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += p[i] == byte;
	return total;
}

static size_t naive_nth(const uint8_t *p, size_t n, uint8_t byte, uint64_t nth)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] == byte && nth-- == 0)
			return i;
	return n;
}

static unsigned naive_has_byte(uint8_t c)
{
	switch (c) {
	case 0x1b:
		return TL_HAS_ESCAPE;
	case '\b':
		return TL_HAS_BACKSPACE;
	case '\r':
		return TL_HAS_CR;
	case '\0':
		return TL_HAS_NUL;
	case '\t':
		return TL_HAS_TAB;
	case '\n':
		return 0;
	}
	if (c >= 0x80)
		return TL_HAS_HIGH;
	return c < 0x20 || c == 0x7f ? TL_HAS_CONTROL : 0;
}

static unsigned naive_has(const uint8_t *p, size_t n)
{
	unsigned has = 0;

	for (size_t i = 0; i < n; i++)
		has |= naive_has_byte(p[i]);
	return has;
}

/* Repeatable random numbers (xorshift). */
static uint64_t seed = 88172645463325252u;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* All tables over one run. */
static void check_run(const uint8_t *p, size_t n)
{
	uint64_t newlines = naive_count(p, n, '\n');
	uint64_t zeros = naive_count(p, n, 0), high = naive_count(p, n, 0x80);
	unsigned want = naive_has(p, n);

	for (const struct tl_bytescan *const *s = tl_bytescan_all(); *s; s++) {
		unsigned has = ~0u;

		assert_int_equal((*s)->count(p, n, '\n'), newlines);
		assert_int_equal((*s)->count(p, n, 0), zeros);
		assert_int_equal((*s)->count(p, n, 0x80), high);
		assert_int_equal((*s)->survey(p, n, &has), newlines);
		assert_int_equal(has, want);
	}
}

static void check_every_nth(const struct tl_bytescan *s, const uint8_t *p, size_t n)
{
	uint64_t total = 0;

	for (size_t i = 0; i < n; i++)
		if (p[i] == '\n')
			assert_int_equal(s->nth(p, n, '\n', total++), i);
	assert_int_equal(s->nth(p, n, '\n', total), n);
	assert_int_equal(s->nth(p, n, '\n', UINT64_MAX), n);
}

/* Contents that have caught out such loops. */
enum { PRINTABLE, ANY_BYTE, ALL_NEWLINES, NEAR_MISSES, ONE_ODD, NFILLS };

static void fill(uint8_t *p, size_t n, int how)
{
	static const uint8_t near[] = { '\n' - 1, '\n', '\n' + 1, 0x8a, 0, 0x80, 0x81, 0x7f, 0xff };

	for (size_t i = 0; i < n; i++) {
		uint64_t r = rnd() >> 20;

		switch (how) {
		case PRINTABLE:
			p[i] = r % 8 ? 0x20 + r % 0x5f : '\n';
			break;
		case ANY_BYTE:
			p[i] = (uint8_t)r;
			break;
		case ALL_NEWLINES:
			p[i] = '\n';
			break;
		case NEAR_MISSES:
			p[i] = near[r % sizeof(near)];
			break;
		case ONE_ODD:
			p[i] = 'x';
			break;
		}
	}
	if (how == ONE_ODD && n > 0)
		p[rnd() % n] = (uint8_t)rnd();
}

static void test_short_runs(void **state)
{
	for (int how = 0; how < NFILLS; how++)
		for (size_t align = 0; align < MAX_ALIGN; align += ALIGN_STEP) {
			fill(room, MAX_ALIGN + MAX_SHORT, how);
			for (size_t n = 0; n <= MAX_SHORT; n++)
				check_run(room + align, n);
		}
}

static void test_nth_of_short_runs(void **state)
{
	for (const struct tl_bytescan *const *s = tl_bytescan_all(); *s; s++)
		for (int how = 0; how < NFILLS; how++)
			for (size_t align = 0; align < MAX_ALIGN; align += 13) {
				fill(room, MAX_ALIGN + MAX_SHORT, how);
				for (size_t n = 0; n <= MAX_SHORT; n++)
					check_every_nth(*s, room + align, n);
			}
}

/* No byte before the run and none behind it is read. */
static void test_at_the_edge(void **state)
{
	for (int how = 0; how < NFILLS; how++) {
		fill(room, MAX_SHORT, how);
		fill(room + ROOM - MAX_SHORT, MAX_SHORT, how);
		for (size_t n = 0; n <= MAX_SHORT; n++) {
			check_run(room, n);
			check_run(room + ROOM - n, n);
			for (const struct tl_bytescan *const *s = tl_bytescan_all(); *s; s++) {
				check_every_nth(*s, room, n);
				check_every_nth(*s, room + ROOM - n, n);
			}
		}
	}
}

/* Long enough to overflow counters of a byte and of 16 bits in the lanes. */
static void test_long_runs(void **state)
{
	for (int how = 0; how < NFILLS; how++) {
		fill(room, ROOM, how);
		check_run(room, ROOM);
		check_run(room + 1, ROOM - 1);
		check_run(room + 5, 70001);
	}
}

static void test_nth_of_long_runs(void **state)
{
	for (int how = 0; how < NFILLS; how++) {
		size_t n = 3 * 8192 + 77;
		uint64_t total;

		fill(room, n, how);
		total = naive_count(room + 3, n, '\n');
		for (const struct tl_bytescan *const *s = tl_bytescan_all(); *s; s++)
			for (uint64_t i = 0; i <= total; i += 1 + total / 500)
				assert_int_equal((*s)->nth(room + 3, n, '\n', i),
						 naive_nth(room + 3, n, '\n', i));
	}
}

/* Each of the 256 bytes alone, wherever it stands in a vector. */
static void test_class_of_every_byte(void **state)
{
	enum { N = 130 };

	for (const struct tl_bytescan *const *s = tl_bytescan_all(); *s; s++)
		for (unsigned byte = 0; byte < 256; byte++) {
			memset(room, 'a', N);
			for (size_t at = 0; at < N; at++) {
				unsigned has = ~0u;
				uint64_t newlines;

				room[at] = (uint8_t)byte;
				newlines = (*s)->survey(room, N, &has);
				assert_int_equal(newlines, byte == '\n');
				assert_int_equal(has, naive_has_byte((uint8_t)byte));
				room[at] = 'a';
			}
		}
}

static void test_best_comes_first(void **state)
{
	const struct tl_bytescan *const *all = tl_bytescan_all();
	size_t n = 0;

	assert_ptr_equal(tl_bytescan(), all[0]);
	while (all[n]) {
		assert_int_equal(all[n]->features & ~tl_cpu_features(), 0);
		n++;
	}
	assert_int_equal(all[n - 1]->features, 0); /* one that always works */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short_runs),       cmocka_unit_test(test_nth_of_short_runs),
		cmocka_unit_test(test_at_the_edge),      cmocka_unit_test(test_long_runs),
		cmocka_unit_test(test_nth_of_long_runs), cmocka_unit_test(test_class_of_every_byte),
		cmocka_unit_test(test_best_comes_first),
	};

	return cmocka_run_group_tests(tests, map_room, NULL);
}
