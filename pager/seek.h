/*
 * seek.h: find a place in a text by its time.  That may read or decode a chunk or two, so a worker does
 * it, and TL_MSG_TIME says when it has.
 */
#ifndef TL_PAGER_SEEK_H
#define TL_PAGER_SEEK_H

#include "pager/texttimes.h"

enum tl_seek_kind {
	TL_SEEK_WRITTEN, /* the first line at the time that `text` says, or later; with + and -
			  * counted from the line at `base`, and no farther than the text goes */
	TL_SEEK_SLICES,  /* the beginning of the nth slice after that of the line at `base`, or
			  * (negative) before it; slices without lines are passed over */
};

struct tl_seek_request {
	struct tl_texttimes *times; /* borrowed until close */
	struct tl_mailbox *mailbox;
	enum tl_seek_kind kind;
	uint64_t base; /* a position */
	char text[64]; /* as tl_texttimes_parse() reads it */
	int64_t nslices;
	uint64_t slice_ns; /* 0: tl_seek_default_slice() */
};

enum tl_seek_state {
	TL_SEEK_RUNNING,
	TL_SEEK_FOUND, /* spot: of a byte */
	TL_SEEK_EDGE, /* the text does not go so far: it goes from first to last; of a time before that,
			 * spot is the first line with one, else its pos is TL_NOPOS */
	TL_SEEK_NOTIME, /* the text has no times */
	TL_SEEK_FAILED, /* err */
};

struct tl_seek_result {
	enum tl_seek_state state;
	struct tl_timespot spot;
	uint64_t first, last;
	struct tl_err err;
};

struct tl_seek;

/* Start; returns at once.  False: out of memory.  Main thread. */
bool tl_seek_start(const struct tl_seek_request *req, struct tl_jobs *pool, struct tl_seek **out,
		   struct tl_err *err);

/* What is known now.  Any thread. */
void tl_seek_result(struct tl_seek *seek, struct tl_seek_result *out);

/* Give up, wait for the chunk that is being decoded, free.  NULL is fine.  Main thread. */
void tl_seek_close(struct tl_seek *seek);

/* The slice that holds a time, from 0, and how many of them a text has. */
uint64_t tl_seek_slice(uint64_t first_ns, uint64_t time_ns, uint64_t slice_ns);

/* A hundredth of a duration, at least a nanosecond. */
uint64_t tl_seek_default_slice(uint64_t first_ns, uint64_t last_ns);

#endif
