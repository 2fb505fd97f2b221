/* cpu.h: which vector instructions this CPU has. */
#ifndef TL_BASE_CPU_H
#define TL_BASE_CPU_H

enum {
	TL_CPU_SSE2 = 1 << 0,
	TL_CPU_AVX2 = 1 << 1,     /* with BMI1, BMI2 and POPCNT */
	TL_CPU_AVX512BW = 1 << 2, /* with AVX2's and AVX512F, VL */
	TL_CPU_NEON = 1 << 3,
};

/*
 * The features of the running CPU, less what the environment variable TLESS_CPU
 * forbids: "plain", "sse2", "avx2" or "avx512" names the highest level to use
 * (for tests and measurements).  Any thread; cheap after the first call.
 */
unsigned tl_cpu_features(void);

#endif
