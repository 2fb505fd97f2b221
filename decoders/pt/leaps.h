/*
 * leaps.h: jumps that leave functions without a return: longjmp's, and those to who catches an exception.
 *
 * No packet tells them from others.  It is an indirect jump into the midst of a function, that
 * comes from another one; compilers have no reason to make such a jump.
 *
 * What is seldom executed of a function, compilers put elsewhere, with a symbol of its own: NAME.cold.  Both are
 * taken for one function by their names.
 */
#ifndef TL_DECODERS_PT_LEAPS_H
#define TL_DECODERS_PT_LEAPS_H

#include "decoders/perf/space.h"

/* Also the `code` of a TL_PT_EV_LEAP. */
enum tl_pt_leaping {
	TL_PT_LEAPS_NOT,     /* or nobody knows */
	TL_PT_LEAPS,         /* if the function it leads to has called another one */
	TL_PT_LEAPS_SURELY,  /* it is known by name what jumps there */
	TL_PT_LEAPS_RESUMES, /* and that goes on with what led to its own caller */
};

/* Does an indirect jump leap?  Any thread. */
enum tl_pt_leaping tl_pt_leaps(const struct tl_space *space, uint64_t from, uint64_t to);

/* A function, or a part of one, by addresses. */
struct tl_pt_function {
	const struct tl_dso *dso;
	uint64_t start, end;
	const char *name; /* the linker's */
};

/* The one at an address; false: nobody knows.  Any thread. */
bool tl_pt_function_at(const struct tl_space *space, uint64_t at, struct tl_pt_function *out);

/* Are they parts of one function?  Any thread. */
bool tl_pt_same_function(const struct tl_pt_function *a, const struct tl_pt_function *b);

/* Likewise by name alone, the linker's or the shown one. */
bool tl_pt_same_name(const char *a, const char *b);

/* Is it what programs and threads begin with, so that nothing has called it? */
bool tl_pt_is_outermost(const char *name);

#endif
