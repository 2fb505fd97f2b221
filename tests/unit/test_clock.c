/* test_clock.c: times from hand-made timing packets, worked out by hand. */
#include "decoders/pt/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A crystal of 100 TSC ticks, an MTC each 8 of its ticks. */
static const struct tl_perf_pt_info info = {
	.mtc_freq = 3,
	.tsc_ctc_n = 200,
	.tsc_ctc_d = 2,
	.max_nonturbo_ratio = 30,
};

static bool give(struct tl_pt_clock *c, enum tl_pt_packet_type type, uint64_t value, uint16_t extra)
{
	struct tl_pt_packet p = { .type = (uint8_t)type, .value = value, .extra = extra };

	return tl_pt_clock_packet(c, &p);
}

static void nothing_runs_before_a_tsc(void **state)
{
	struct tl_pt_clock c;

	tl_pt_clock_init(&c, &info, 10000);
	assert_false(give(&c, TL_PT_PKT_CBR, 15, 0));
	assert_false(give(&c, TL_PT_PKT_TMA, 800, 0));
	assert_false(give(&c, TL_PT_PKT_MTC, 101, 0));
	assert_false(give(&c, TL_PT_PKT_CYC, 10, 0));
	assert_true(give(&c, TL_PT_PKT_TSC, 12345, 0));
	assert_int_equal(c.tsc, 12345);
}

static void mtc_counts_from_tma(void **state)
{
	struct tl_pt_clock c;

	tl_pt_clock_init(&c, &info, 10000);
	give(&c, TL_PT_PKT_TSC, 1000000, 0);
	/* Tick 803 was 40 before; tick 800, where MTC's low bits were 0, 300 before that. */
	give(&c, TL_PT_PKT_TMA, 803, 40);
	assert_int_equal(c.tsc, 1000000);
	assert_true(give(&c, TL_PT_PKT_MTC, 101, 0)); /* tick 808 */
	assert_int_equal(c.tsc, 1000000 - 40 - 300 + 800);
	assert_true(give(&c, TL_PT_PKT_MTC, 103, 0)); /* 824: one was lost */
	assert_int_equal(c.tsc, 1000000 - 340 + 2400);
}

static void mtc_wraps_at_eight_bits(void **state)
{
	struct tl_pt_clock c;

	tl_pt_clock_init(&c, &info, 10000);
	give(&c, TL_PT_PKT_TSC, 5000, 0);
	give(&c, TL_PT_PKT_TMA, 254 * 8, 0);
	give(&c, TL_PT_PKT_MTC, 255, 0);
	give(&c, TL_PT_PKT_MTC, 0, 0);
	assert_int_equal(c.tsc, 5000 + 2 * 800);
	give(&c, TL_PT_PKT_MTC, 2, 0);
	assert_int_equal(c.tsc, 5000 + 4 * 800);
}

static void a_tsc_needs_its_own_tma(void **state)
{
	struct tl_pt_clock c;

	tl_pt_clock_init(&c, &info, 10000);
	give(&c, TL_PT_PKT_TSC, 5000, 0);
	give(&c, TL_PT_PKT_TMA, 80, 0);
	give(&c, TL_PT_PKT_TSC, 90000, 0);
	assert_false(give(&c, TL_PT_PKT_MTC, 11, 0));
	assert_int_equal(c.tsc, 90000);
}

static void cycles_last_as_cbr_says_until_measured(void **state)
{
	struct tl_pt_clock c;

	tl_pt_clock_init(&c, &info, 10000);
	give(&c, TL_PT_PKT_TSC, 10000, 0);
	give(&c, TL_PT_PKT_TMA, 80, 0);
	assert_false(give(&c, TL_PT_PKT_CYC, 7, 0)); /* how long is not known */
	give(&c, TL_PT_PKT_CBR, 15, 0);              /* half the speed of the TSC */
	assert_true(give(&c, TL_PT_PKT_CYC, 100, 0));
	assert_int_equal(c.tsc, 10200);
	give(&c, TL_PT_PKT_CYC, 100, 0);
	assert_int_equal(c.tsc, 10400);
	give(&c, TL_PT_PKT_MTC, 11, 0); /* 800 ticks for 200 cycles */
	assert_int_equal(c.tsc, 10800);
	give(&c, TL_PT_PKT_CYC, 100, 0);
	assert_int_equal(c.tsc, 11200);
	give(&c, TL_PT_PKT_CBR, 30, 0); /* another speed: measured again */
	give(&c, TL_PT_PKT_CYC, 0, 0);
	assert_int_equal(c.tsc, 10900);
}

static void cycles_that_were_lost_measure_nothing(void **state)
{
	struct tl_pt_clock c;

	tl_pt_clock_init(&c, &info, 10000);
	give(&c, TL_PT_PKT_TSC, 10000, 0);
	give(&c, TL_PT_PKT_TMA, 80, 0);
	give(&c, TL_PT_PKT_CBR, 30, 0);
	give(&c, TL_PT_PKT_CYC, 100, 0);
	give(&c, TL_PT_PKT_OVF, 0, 0); /* 700 cycles were not told */
	give(&c, TL_PT_PKT_MTC, 11, 0);
	give(&c, TL_PT_PKT_CYC, 100, 0);
	assert_int_equal(c.tsc, 10900);
	/* Nor does a TSC, which is told because the clocks had stopped. */
	give(&c, TL_PT_PKT_TSC, 50000, 0);
	give(&c, TL_PT_PKT_CYC, 100, 0);
	assert_int_equal(c.tsc, 50100);
}

static void odd_values_do_no_harm(void **state)
{
	struct tl_perf_pt_info none = { .mtc_freq = 3 };
	struct tl_pt_clock c;

	tl_pt_clock_init(&c, &none, 10000);
	give(&c, TL_PT_PKT_TSC, 10000, 0);
	give(&c, TL_PT_PKT_TMA, 80, 0); /* no ratio of TSC and crystal was recorded */
	assert_false(give(&c, TL_PT_PKT_MTC, 11, 0));
	give(&c, TL_PT_PKT_CBR, 0, 0);
	assert_false(give(&c, TL_PT_PKT_CYC, 100, 0));
	assert_int_equal(c.tsc, 10000);

	tl_pt_clock_init(&c, &info, 10000);
	give(&c, TL_PT_PKT_TSC, 10000, 0);
	give(&c, TL_PT_PKT_CBR, 30, 0);
	assert_false(give(&c, TL_PT_PKT_CYC, UINT64_MAX >> 3, 0));
	assert_int_equal(c.tsc, 10000);
}

/* A packet has 56 bits of it. */
static void a_long_uptime_comes_round(void **state)
{
	const uint64_t turn = UINT64_C(1) << 56;
	struct tl_pt_clock c;

	tl_pt_clock_init(&c, &info, 3 * turn - 5);
	give(&c, TL_PT_PKT_TSC, turn - 7, 0);
	assert_int_equal(c.tsc, 3 * turn - 7);
	give(&c, TL_PT_PKT_TSC, 9, 0);
	assert_int_equal(c.tsc, 3 * turn + 9);
	tl_pt_clock_init(&c, &info, 3 * turn + 5);
	give(&c, TL_PT_PKT_TSC, turn - 7, 0);
	assert_int_equal(c.tsc, 3 * turn - 7);
	tl_pt_clock_init(&c, &info, 5);
	give(&c, TL_PT_PKT_TSC, turn - 7, 0);
	assert_int_equal(c.tsc, turn - 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_runs_before_a_tsc),
		cmocka_unit_test(mtc_counts_from_tma),
		cmocka_unit_test(mtc_wraps_at_eight_bits),
		cmocka_unit_test(a_tsc_needs_its_own_tma),
		cmocka_unit_test(cycles_last_as_cbr_says_until_measured),
		cmocka_unit_test(cycles_that_were_lost_measure_nothing),
		cmocka_unit_test(odd_values_do_no_harm),
		cmocka_unit_test(a_long_uptime_comes_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
