/*
 * filter.h: the view of a text in which only some lines exist: those that match (less's `&`), and that
 * are not hidden where they are (folded calls).
 * Per chunk it remembers how many lines pass; lists of line starts are kept for
 * the chunks looked at and made again when dropped, so memory stays bounded.  Workers
 * fill in the counts, the chunks asked for first.
 */
#ifndef TL_SEARCH_FILTER_H
#define TL_SEARCH_FILTER_H

#include "base/jobs.h"
#include "base/mailbox.h"
#include "index/lineindex.h"
#include "search/matcher.h"

struct tl_filter;

/* Which lines are hidden because of where they are.  A const function of the text. */
struct tl_sieve {
	void *arg;
	/* Append to `at` where the hidden lines of chunk k begin: uint32_t, ascending.  False: that
	 * cannot be known; none is.  Any thread, several at once. */
	bool (*hidden)(void *arg, uint64_t k, struct tl_buf *at);
	void (*close)(void *arg);
};

/* Takes the matchers (an array of n, each taken too): a line passes if all say so; and the sieve (NULL:
 * no line is hidden).  Borrows the rest.  TL_MSG_FILTER when an answer that was PENDING may be known,
 * and when all there is has been searched, which without matchers nobody does. */
bool tl_filter_new(struct tl_source *src, struct tl_matcher **m, size_t n,
		   const struct tl_sieve *sieve, struct tl_lineindex *lines, struct tl_jobs *pool,
		   struct tl_mailbox *mailbox, struct tl_filter **out, struct tl_err *err);
void tl_filter_close(struct tl_filter *f);

/* The source has more text: look on.  Main thread. */
void tl_filter_grow(struct tl_filter *f);

/* Do the matchers let a line pass?  It may be hidden nevertheless.  Any thread. */
bool tl_filter_passes(struct tl_filter *f, struct tl_scratch *s, struct tl_span line);

/* What it was made of: *n matchers.  Any thread. */
struct tl_matcher *const *tl_filter_matchers(const struct tl_filter *f, size_t *n);

/*
 * The first passing line that starts at or after pos (a line start).  FOUND, NONE, or PENDING:
 * not searched so far yet; workers now look there first.  Does not block for longer than
 * one chunk takes.  Main thread.
 */
enum tl_lookup tl_filter_next(struct tl_filter *f, uint64_t pos, uint64_t *out);

/* The last passing line that starts before pos. */
enum tl_lookup tl_filter_prev(struct tl_filter *f, uint64_t pos, uint64_t *out);

/* Passing lines so far, and how much is searched, 0 .. 1.  Any thread. */
double tl_filter_progress(struct tl_filter *f, uint64_t *passing);

/* Stop filling in the background until next()/prev() asks again (^C).  Main thread. */
void tl_filter_stop(struct tl_filter *f);

#endif
