/* now.h: the time that goes by, and how often others are told how far something is.  Any thread. */
#ifndef TL_BASE_NOW_H
#define TL_BASE_NOW_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define TL_NEWS_EVERY_NS (50 * UINT64_C(1000000)) /* 20 messages a second */

/* ns since something that does not matter. */
static inline uint64_t tl_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Is it time to say that there is news?  In any case when nothing is left to come.  *told_ns: when that was said last,
 * 0 at the beginning. */
static inline bool tl_is_news(uint64_t *told_ns, bool is_last)
{
	uint64_t now = tl_now_ns();

	if (!is_last && now - *told_ns < TL_NEWS_EVERY_NS)
		return false;
	*told_ns = now;
	return true;
}

#endif
