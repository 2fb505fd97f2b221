/*
 * timeranges.h: what is typed for --time, about a text whose lines tell times.
 */
#ifndef TL_PAGER_TIMERANGES_H
#define TL_PAGER_TIMERANGES_H

#include "index/timestamp.h"

struct tl_timerange {
	uint64_t first, last; /* both included */
	bool from_start,
	    to_end; /* no limit was given: also lines without times before and behind */
};

#define TL_MAX_TIMERANGES 1000

/*
 * Take `text` apart, for a text that tells times in this form from first_ns to last_ns:
 *
 *   A,B            from A to B, each as tl_timeform_parse() reads it, +T (after the first time),
 *                  -T (before the last), or nothing; several: A,B,C,D or, where times have no
 *                  blanks in them, A,B C,D
 *   P%, P%/N, ...  as tl_time_parse_slice() reads them, separated by commas
 *
 * Gives `ranges`, of TL_MAX_TIMERANGES at the most, sorted, none of which overlap; *n > 0.  False: err has a
 * line for the user.  Any thread.
 */
bool tl_timeranges_parse(const char *text, const struct tl_timeform *form, uint64_t first_ns,
			 uint64_t last_ns, struct tl_timerange *ranges, size_t *n,
			 struct tl_err *err);

#endif
