/*
 * scan.h: drive a matcher over a text, on all cores, in text order.
 * Chunks are searched in parallel; the first hit in the order of the search wins and
 * the rest is cancelled.  The answer does not depend on the number of workers.
 *
 * A hit is a line that matches.  In a *long line* each match is a hit, as one would not find it in the
 * line otherwise; but with INVERT the whole line is.  Of matches that overlap, and of empty ones close
 * together, the first counts; the count begins anew with each chunk.  A match in a long line that is
 * longer than 64 KiB may be missed, if its line does not end within 1 MiB.
 */
#ifndef TL_SEARCH_SCAN_H
#define TL_SEARCH_SCAN_H

#include "base/jobs.h"
#include "base/mailbox.h"
#include "index/lineindex.h"
#include "search/chunkrun.h"
#include "search/matcher.h"
#include "text/source.h"

struct tl_filter; /* filter.h */

struct tl_scan_request {
	struct tl_source *src;      /* borrowed until the scan has ended */
	const struct tl_matcher *m; /* likewise */
	struct tl_lineindex *lines; /* offered the chunks read; may be NULL */
	struct tl_mailbox *mailbox; /* TL_MSG_SCAN when it ended; may be NULL */
	struct tl_filter *filter;   /* only lines that pass count; NULL: all */
	bool backward;
	/* Forward: the first line looked at starts at `from` (a line start, or within a long line).
	 * Backward: the last line looked at starts before `from`.  TL_NOPOS: from the end.
	 * Matches in long lines likewise, here and below. */
	uint64_t from;
	uint64_t until;   /* forward: lines starting at or after it are not looked at;
			 * backward: lines starting before it.  TL_NOPOS (forward), 0 (backward): all */
	uint64_t nth;     /* stop at the nth hit, from 1; 0: count all hits: in the end HIT
			 * with the first one's pos, or MISS when there is none */
	size_t long_line; /* instead of TL_LONG_LINE (tests); 0: that */
	/* May be NULL.  Is it known in another way that no line that begins in chunk k matches?  May
	 * take as long as reading it.  Any thread. */
	bool (*barren)(void *arg, uint64_t k);
	/* May be NULL.  Where all hits are counted, forward: told each line that is one, but not what is
	 * found in long lines.  Any thread, several at once, in no order. */
	void (*each)(void *arg, uint64_t pos, struct tl_span line);
	void *arg; /* of these two */
};

enum tl_scan_state {
	TL_SCAN_RUNNING,
	TL_SCAN_HIT,
	TL_SCAN_MISS,
	TL_SCAN_CANCELLED,
	TL_SCAN_FAILED
};

struct tl_scan_result {
	enum tl_scan_state state;
	uint64_t pos;      /* HIT: start of the matching line, or of the match in a long one */
	uint64_t hits;     /* hits passed, this one included; the total of a count */
	struct tl_err err; /* FAILED */
};

struct tl_scan;

/* Start; returns at once.  A pipe is read on as far as needed: call tl_jobs_wake() when it has
 * brought more.  Main thread. */
bool tl_scan_start(const struct tl_scan_request *req, struct tl_jobs *pool, struct tl_scan **out,
		   struct tl_err *err);

/* What is known now.  Any thread. */
void tl_scan_result(struct tl_scan *scan, struct tl_scan_result *out);

/* Wait for the end (tests, `+/pattern` with no terminal).  Not on a worker. */
void tl_scan_wait(struct tl_scan *scan);

/* How much was searched, 0 .. 1; and hits so far.  Any thread. */
double tl_scan_progress(struct tl_scan *scan, uint64_t *hits);

/* Stop soon.  Does not wait.  Any thread. */
void tl_scan_cancel(struct tl_scan *scan);

/* Cancel, wait for the step under way, free.  NULL is fine.  Main thread. */
void tl_scan_close(struct tl_scan *scan);

#endif
