/* test_keyindex.c: keys have numbers in the order in which they came. */
#include "decoders/keyindex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(keys_are_numbered) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
