/*
 * timespec.h: times as people write them, in whole nanoseconds and without floating point.
 *
 * Numbers are decimal with an optional fraction and unit: ns, us, ms, s, m or min, h, d; seconds where none is
 * given, as perf prints them.  What is finer than a nanosecond is refused, not rounded.
 */
#ifndef TL_BASE_TIMESPEC_H
#define TL_BASE_TIMESPEC_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TL_TIME_NONE UINT64_MAX

/* What a time may be said relative to; TL_TIME_NONE: not known. */
struct tl_time_ref {
	uint64_t now;         /* + and - count from here */
	uint64_t first, last; /* 0% and 100% */
};

/*
 * What `@` at the prompt takes: `12345.678901234` (that time), `+1.5ms`, `-20us` (from now on or
 * back; never before 0), `50%` (of the range), `+10%` (of the range's length, from now).
 * The time need not be within the range.  False: err says what is wrong with it.  Any thread.
 */
bool tl_time_parse(const char *s, const struct tl_time_ref *ref, uint64_t *ns, struct tl_err *err);

/* A length of time, more than 0: `1ms`, `0.5` (seconds), `250ns`.  Any thread. */
bool tl_time_parse_width(const char *s, uint64_t *ns, struct tl_err *err);

/*
 * A length of time, negative ones too, as the functions above read it: with a sign, in the largest unit
 * of which it is at least one: `+1.5ms`.  In full; or rounded, with 3 digits behind the point if it
 * is not ns, and in TL_TIME_SHORT characters if it is less than three years.  Any thread.
 */
#define TL_TIME_SHORT 10
const char *tl_time_print_span(int64_t ns, bool in_full, char out[32]);

/*
 * Building stones for other syntaxes.  Both read from *s, and leave it behind what they took;
 * false: there is no such thing, and *why is a reason to put behind the words of the user.
 * A part is in thousand-millionths of a percent: 100% is TL_TIME_WHOLE.
 */
#define TL_TIME_WHOLE (UINT64_C(100) * 1000000000)
bool tl_time_read(const char **s, uint64_t *ns, const char **why);
bool tl_time_read_part(const char **s, uint64_t *part, const char **why);

/*
 * What the n bytes at s, behind which none of its characters follows, say of a range of times: `P%/N` (the
 * N-th slice of P percent, from 1), `P%-Q%`, and where it is the only one `P%`.  As perf script has it: ends are
 * rounded to whole ns, and a slice ends just before the next begins, but for the last.
 */
bool tl_time_parse_slice(const char *s, size_t n, bool only, uint64_t first_ns, uint64_t last_ns,
			 uint64_t *from, uint64_t *to, const char **why);

/* length * part / TL_TIME_WHOLE, rounded to the nearest, halves up; UINT64_MAX where it would be
 * more. */
uint64_t tl_time_part(uint64_t length, uint64_t part);

#endif
