/* progress.h: somebody waits for work that takes long, and may have enough of it. */
#ifndef TL_BASE_PROGRESS_H
#define TL_BASE_PROGRESS_H

#include <stdbool.h>

/* Told now and then, each few milliseconds, how much is done, 0 .. 1.  False: give up. */
struct tl_progress {
	bool (*step)(void *arg, double done);
	void *arg;
};

/* NULL: nobody waits. */
static inline bool tl_progress_step(const struct tl_progress *p, double done)
{
	return !p || p->step(p->arg, done);
}

#endif
