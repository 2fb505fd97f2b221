/*
 * leaps.h: jumps that leave functions without a return: longjmp's, and those to who catches an exception.
 *
 * No packet tells them from others.  It is an indirect jump into the midst of a function, that
 * comes from another one; compilers have no reason to make such a jump.
 */
#ifndef TL_DECODERS_PT_LEAPS_H
#define TL_DECODERS_PT_LEAPS_H

#include "decoders/perf/space.h"

enum tl_pt_leaping {
	TL_PT_LEAPS_NOT, /* or nobody knows */
	TL_PT_LEAPS,
	TL_PT_LEAPS_SURELY, /* it is known by name what jumps there */
};

/* Does an indirect jump leap?  Any thread. */
enum tl_pt_leaping tl_pt_leaps(const struct tl_space *space, uint64_t from, uint64_t to);

/* Addresses. */
struct tl_pt_reach {
	uint64_t start, end;
};

/* Where the code of the function at an address is: all around, and the rest of it if that is a part which
 * the compiler put elsewhere.  False: nobody knows.  Any thread. */
bool tl_pt_leap_reach(const struct tl_space *space, uint64_t to, struct tl_pt_reach *around,
		      struct tl_pt_reach *rest);

#endif
