/* cpu.c: see cpu.h. */
#include "base/cpu.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define KNOWN (1u << 31) /* set once the answer is cached */

static unsigned detect(void)
{
	unsigned f = 0;

#if defined(__x86_64__)
	__builtin_cpu_init();
	f |= TL_CPU_SSE2; /* part of the x86-64 base */
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
	    __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt"))
		f |= TL_CPU_AVX2;
	if ((f & TL_CPU_AVX2) && __builtin_cpu_supports("avx512f") &&
	    __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
		f |= TL_CPU_AVX512BW;
#elif defined(__aarch64__)
	f |= TL_CPU_NEON;
#endif
	return f;
}

static unsigned allowed(void)
{
	const char *level = getenv("TLESS_CPU");

	if (!level)
		return ~0u;
	if (!strcmp(level, "plain"))
		return 0;
	if (!strcmp(level, "sse2"))
		return TL_CPU_SSE2;
	if (!strcmp(level, "avx2"))
		return TL_CPU_SSE2 | TL_CPU_AVX2;
	return ~0u;
}

unsigned tl_cpu_features(void)
{
	static _Atomic unsigned cached;
	unsigned f = atomic_load_explicit(&cached, memory_order_relaxed);

	if (!f) { /* racing threads find the same */
		f = (detect() & allowed()) | KNOWN;
		atomic_store_explicit(&cached, f, memory_order_relaxed);
	}
	return f & ~KNOWN;
}
