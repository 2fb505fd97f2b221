/* test_cpu.c: TLESS_CPU forbids, and never grants.  Each answer is asked of a fresh process. */
#include "base/cpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned features(const char *level)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (level)
			setenv("TLESS_CPU", level, 1);
		else
			unsetenv("TLESS_CPU");
		_exit((int)tl_cpu_features());
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return (unsigned)WEXITSTATUS(status);
}

static void test_levels(void **state)
{
	const unsigned sse2 = TL_CPU_SSE2, avx2 = sse2 | TL_CPU_AVX2,
		       avx512 = avx2 | TL_CPU_AVX512BW;
	unsigned all = features(NULL);

	assert_int_equal(features("plain"), 0);
	assert_int_equal(features("sse2"), all & sse2);
	assert_int_equal(features("avx2"), all & avx2);
	assert_int_equal(features("avx512"), all & (avx512 | TL_CPU_NEON));
	assert_int_equal(features("no such level"), all);
	assert_int_equal(features(""), all);
}

/* Who has a level has those below it: the tables rely on it. */
static void test_levels_include_each_other(void **state)
{
	unsigned all = features(NULL);

	assert_true(!(all & TL_CPU_AVX512BW) || (all & TL_CPU_AVX2));
	assert_true(!(all & TL_CPU_AVX2) || (all & TL_CPU_SSE2));
	assert_int_equal(tl_cpu_features(), tl_cpu_features());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_levels_include_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
