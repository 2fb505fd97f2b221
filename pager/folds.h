/*
 * folds.h: calls that are folded: one line is shown for each, the one that enters it.  The lines of its
 * thread up to where it returns are hidden; those of other threads are not.  Apart from that, what
 * is deeper than some level can be hidden all over the text.
 */
#ifndef TL_PAGER_FOLDS_H
#define TL_PAGER_FOLDS_H

#include "index/callcache.h"
#include "index/callnav.h"
#include "search/filter.h"

/* A call that is folded.  Lines of its thread that begin in [range.start, range.end) are hidden. */
struct tl_fold {
	uint64_t entry; /* where its line starts */
	struct tl_callrange range;
	uint64_t nlines; /* hidden */
	uint64_t last;   /* where the last of them starts */
	bool unended;    /* the text ended before the call did */
};

/* Plain data; all zero is none.  Main thread. */
struct tl_folds {
	struct tl_fold *folds;       /* by entry */
	struct tl_callrange *ranges; /* of the same, for moves */
	size_t n, cap;
	uint64_t levels; /* that are shown; 0: all */
};

void tl_folds_fini(struct tl_folds *f);

static inline bool tl_folds_any(const struct tl_folds *f)
{
	return f->n > 0 || f->levels > 0;
}

/* The fold of the line that starts at pos; NULL: it is none. */
const struct tl_fold *tl_folds_find(const struct tl_folds *f, uint64_t pos);

/* False: out of memory. */
bool tl_folds_add(struct tl_folds *f, const struct tl_fold *fold);
void tl_folds_remove(struct tl_folds *f, const struct tl_fold *fold);
void tl_folds_clear(struct tl_folds *f);

/*
 * How many callers up of a line is the first that stands in the uppermost `levels`, as far as the calls of its
 * chunk tell; 0: it does so itself, or levels are 0.
 */
uint64_t tl_folds_above(uint64_t levels, const struct tl_calls *calls,
			const struct tl_callline *line);

/*
 * Unfold what hides a line, whose chunk's calls these are and whose position this is: the calls that
 * do, and levels if they do.  False: nothing hides it.
 */
bool tl_folds_reveal(struct tl_folds *f, const struct tl_calls *calls,
		     const struct tl_callline *line, uint64_t pos);

/* What they hide now, for a filter; borrows src and cache.  False: out of memory. */
bool tl_folds_sieve(const struct tl_folds *f, struct tl_source *src, struct tl_callcache *cache,
		    struct tl_sieve *out);

/*
 * How many lines right behind `line` levels hide in its call, as far as these calls of its chunk tell;
 * *all: they tell of all.
 */
uint64_t tl_folds_below(const struct tl_folds *f, const struct tl_calls *calls,
			const struct tl_callline *line, bool *all);

#endif
