/*
 * test_sync.c: every way to find a PSB against a loop of a few lines, at all alignments and up
 * against unmapped pages; what a PSB+ tells.
 */
#include "decoders/pt/sync.h"

#include "decoders/pt/slices.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define ROOM 4096u

static uint8_t *room; /* ROOM bytes; the pages before and behind cannot be touched */

static int map_room(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *map = mmap(NULL, ROOM + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED || mprotect(map + page, ROOM, PROT_READ | PROT_WRITE))
		return -1;
	room = map + page;
	return 0;
}

/* As libipt looks for it: go to the end of a run of 02 82; its last eight are the PSB. */
static size_t naive_find(const uint8_t *p, size_t len, size_t at)
{
	for (size_t i = at; i + 1 < len; i++) {
		size_t end = i;

		while (end + 1 < len && p[end] == 0x02 && p[end + 1] == 0x82)
			end += 2;
		if (end - i >= TL_PT_PSB_SIZE)
			return end - TL_PT_PSB_SIZE;
	}
	return len;
}

static void put_pairs(uint8_t *p, size_t pairs)
{
	for (size_t i = 0; i < pairs; i++) {
		p[2 * i] = 0x02;
		p[2 * i + 1] = 0x82;
	}
}

static void check_all(const uint8_t *p, size_t len, size_t at)
{
	size_t want = naive_find(p, len, at);

	for (const struct tl_pt_psbscan *const *s = tl_pt_psbscan_all(); *s; s++)
		assert_int_equal((*s)->find(p, len, at), want);
	assert_int_equal(tl_pt_find_psb(p, len, at), want);
}

static void test_every_alignment(void **state)
{
	for (size_t len = 0; len <= 300; len += 1 + len / 40) {
		uint8_t *p = room + ROOM - len; /* ends at an unmapped page */

		memset(p, 0x59, len);
		check_all(p, len, 0);
		for (size_t at = 0; at + TL_PT_PSB_SIZE <= len; at++) {
			memset(p, 0x59, len);
			put_pairs(p + at, 8);
			assert_int_equal(naive_find(p, len, 0), at);
			check_all(p, len, 0);
			check_all(p, len, at);
			check_all(p, len, at + 1);
			check_all(p, len, len);
			memmove(room, p, len);
			check_all(room, len, 0); /* begins behind an unmapped page */
		}
	}
}

/* More and less than eight: the last eight are the PSB. */
static void test_runs(void **state)
{
	for (size_t pairs = 1; pairs <= 80; pairs++) {
		for (size_t at = 0; at < 140; at++) {
			const size_t len = 400;

			memset(room, 0x02, len); /* the hardest neighbours */
			put_pairs(room + at, pairs);
			check_all(room, len, 0);
			check_all(room, len, at + 2);
			check_all(room, at + 2 * pairs, 0);
			check_all(room, at + 2 * pairs + 1, 0);
			if (pairs >= 8)
				assert_int_equal(tl_pt_find_psb(room, len, 0), at + 2 * pairs - 16);
			memset(room, 0x82, at); /* and behind it */
			check_all(room, len, 0);
		}
	}
}

static void test_behind_the_end(void **state)
{
	put_pairs(room, 8);
	check_all(room, 16, 16);
	assert_int_equal(tl_pt_find_psb(room, 16, 17), 16);
	assert_int_equal(tl_pt_find_psb(room, 16, SIZE_MAX), 16);
	assert_int_equal(tl_pt_find_psb(NULL, 0, 0), 0);
}

static void test_random(void **state)
{
	uint32_t seed = 12345;

	for (int round = 0; round < 3000; round++) {
		for (size_t i = 0; i < 600; i++) {
			seed = seed * 1664525 + 1013904223;
			/* Mostly alternating, so that runs of all lengths come about. */
			room[i] = (seed >> 24) < 12 ? (uint8_t)(seed >> 16) : i & 1 ? 0x82 : 0x02;
		}
		for (size_t at = 0; at <= 600;) {
			check_all(room, 600, at);
			at = naive_find(room, 600, at) + 1;
		}
	}
}

/* ---- PSB+ */

static struct tl_pt_psb_plus psb_plus(const uint8_t *rest, size_t n)
{
	uint8_t *p = room + ROOM - n - TL_PT_PSB_SIZE; /* no byte behind it may be read */
	struct tl_pt_psb_plus plus;

	put_pairs(p, 8);
	memcpy(p + TL_PT_PSB_SIZE, rest, n);
	tl_pt_psb_plus(p, TL_PT_PSB_SIZE + n, &plus);
	return plus;
}

static const uint8_t whole[] = {
	0x00, 0x00,                                              /* PAD */
	0x19, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0xff,          /* TSC */
	0x02, 0x73, 0x11, 0x22, 0x00, 0x33, 0x00,                /* TMA */
	0x02, 0x43, 1,    2,    3,    4,    5,    6,             /* PIP */
	0x02, 0xc8, 1,    2,    3,    4,    5,                   /* VMCS */
	0x02, 0xc3, 0x88, 1,    2,    3,    4,    5,    6, 7, 8, /* MNT */
	0x99, 0x01, 0x99, 0x20,                                  /* MODE */
	0x02, 0x03, 0x16, 0x00,                                  /* CBR */
	0x59, 0x42, 0x07, 0x03, 0x00,                            /* MTC, CYC */
	0xdd, 1,    2,    3,    4,    5,    6,    7,    8,       /* FUP */
	0x02, 0x23,                                              /* PSBEND */
	0x19, 9,    9,    9,    9,    9,    9,    9,             /* not of it */
};

static void test_psb_plus(void **state)
{
	struct tl_pt_psb_plus plus = psb_plus(whole, sizeof(whole));

	assert_true(plus.has_tsc);
	assert_int_equal(plus.tsc, UINT64_C(0xff020304050607));
	assert_int_equal(plus.len, TL_PT_PSB_SIZE + sizeof(whole) - 8);
}

static void test_psb_plus_cut_off(void **state)
{
	for (size_t n = 0; n < sizeof(whole) - 8; n++) {
		struct tl_pt_psb_plus plus = psb_plus(whole, n);

		assert_int_equal(plus.has_tsc, n >= 10);
		assert_in_range(plus.len, TL_PT_PSB_SIZE, TL_PT_PSB_SIZE + n);
	}
}

static void test_psb_plus_of_other_packets(void **state)
{
	static const uint8_t ovf[] = { 0x02, 0xf3, 0x19, 1, 2, 3, 4, 5, 6, 7 };
	static const uint8_t tnt[] = { 0x99, 0x01, 0x06, 0x19, 1, 2, 3, 4, 5, 6, 7 };
	static const uint8_t bad_fup[] = { 0xbd, 1, 2, 0x19, 1, 2, 3, 4, 5, 6, 7 };
	static const uint8_t long_cyc[] = { 0x07, 0xff, 0xff, 0xff };
	uint8_t pads[2 * TL_PT_PSB_PLUS_MAX] = { 0 };

	assert_int_equal(psb_plus(ovf, sizeof(ovf)).len, 16);
	assert_false(psb_plus(ovf, sizeof(ovf)).has_tsc);
	assert_int_equal(psb_plus(tnt, sizeof(tnt)).len, 18);
	assert_false(psb_plus(tnt, sizeof(tnt)).has_tsc);
	assert_int_equal(psb_plus(bad_fup, sizeof(bad_fup)).len, 16);
	assert_int_equal(psb_plus(long_cyc, sizeof(long_cyc)).len, 16);
	assert_int_equal(psb_plus(pads, sizeof(pads)).len, TL_PT_PSB_PLUS_MAX);
}

static void test_preamble(void **state)
{
	static const uint8_t flow[] = { 0x59, 0x42, 0x06 };

	assert_true(tl_pt_is_preamble(whole, 0));
	assert_true(tl_pt_is_preamble(whole, 56)); /* up to the FUP */
	assert_int_equal(whole[56], 0xdd);
	assert_false(tl_pt_is_preamble(whole, 56 + 9));
	assert_false(tl_pt_is_preamble(whole, 9)); /* a TSC cut off */
	assert_true(tl_pt_is_preamble(flow, 2));
	assert_false(tl_pt_is_preamble(flow, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_alignment),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_behind_the_end),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_psb_plus),
		cmocka_unit_test(test_psb_plus_cut_off),
		cmocka_unit_test(test_psb_plus_of_other_packets),
		cmocka_unit_test(test_preamble),
	};

	return cmocka_run_group_tests(tests, map_room, NULL);
}
