/*
 * timeparts.h: --time for texts that are not decoded: the part of the text that is shown.
 */
#ifndef TL_PAGER_TIMEPARTS_H
#define TL_PAGER_TIMEPARTS_H

#include "base/jobs.h"
#include "base/progress.h"
#include "text/source.h"

/* What became of it. */
enum tl_timeparts {
	TL_TIMEPARTS_DONE,
	TL_TIMEPARTS_EMPTY,  /* the part has no lines, and is the text now: err says so */
	TL_TIMEPARTS_WHOLE,  /* this text has no parts: err says why */
	TL_TIMEPARTS_FAILED, /* err */
};

/*
 * The part of *src that `text` names, in place of *src, which it takes then; a compressed text is
 * decompressed first.  Where times are not in order all lines are looked at, and those are shown that
 * have such a time, or belong to one that has.  Times that an earlier run has saved in `index_dir` (NULL: nowhere)
 * need not be found again.  Waits for the workers of `pool`, telling progress (may be NULL).  Main thread.
 */
enum tl_timeparts tl_timeparts_open(struct tl_source **src, const char *text, const char *index_dir,
				    struct tl_jobs *pool, const struct tl_progress *progress,
				    struct tl_err *err);

#endif
