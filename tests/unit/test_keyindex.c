/* test_keyindex.c: keys have numbers in the order in which they came. */
#include "decoders/keyindex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

static void keys_are_numbered(void **state)
{
	struct tl_keyindex ix = { 0 };

	for (int round = 0; round < 2; round++) {
		assert_int_equal(tl_keyindex_have(&ix, 0), TL_KEYINDEX_NONE);
		for (uint32_t i = 0; i < 5000; i++) {
			/* Many have the same low bits. */
			uint64_t key = (uint64_t)i << 40 | i % 3;

			assert_int_equal(tl_keyindex_number(&ix, key), i);
			assert_int_equal(
			    tl_keyindex_number(&ix, (uint64_t)(i / 2) << 40 | i / 2 % 3), i / 2);
			assert_int_equal(ix.n, i + 1);
			assert_int_equal(ix.keys[i], key);
		}
		assert_int_equal(tl_keyindex_have(&ix, UINT64_C(17) << 40 | 2), 17);
		assert_int_equal(tl_keyindex_have(&ix, UINT64_C(17) << 40 | 1), TL_KEYINDEX_NONE);
		assert_int_equal(ix.n, 5000);
		tl_keyindex_clear(&ix);
	}
	tl_keyindex_fini(&ix);
	assert_int_equal(tl_keyindex_have(&ix, 0), TL_KEYINDEX_NONE);
	tl_keyindex_clear(&ix);
}

/* CPU time of many keys, each of which is the one before and `step`. */
static double measure(uint64_t step)
{
	struct tl_keyindex ix = { 0 };
	clock_t begun = clock();

	for (uint32_t i = 0; i < 60000; i++)
		assert_int_equal(tl_keyindex_number(&ix, step * (i + 1)), i);
	tl_keyindex_fini(&ix);
	return (double)(clock() - begun) / CLOCKS_PER_SEC;
}

/* Keys that multiplicative hashing with the golden ratio puts into one place, or that have no low bits. */
static void keys_do_not_meet(void **state)
{
	const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15);
	double plain = measure(1);
	uint64_t inverse = 1;

	for (int i = 0; i < 6; i++) /* each round doubles its correct bits */
		inverse *= 2 - golden * inverse;
	assert_true(golden * inverse == 1);
	assert_true(measure(inverse) < 50 * plain + 0.1);
	assert_true(measure(UINT64_C(1) << 40) < 50 * plain + 0.1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_numbered),
		cmocka_unit_test(keys_do_not_meet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
