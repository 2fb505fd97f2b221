/*
 * timerows.h: what the two halves of the time index share: timeindex.c keeps the facts of the chunks and
 * fills them in, timelocate.c answers from them.
 */
#ifndef TL_INDEX_TIMEROWS_H
#define TL_INDEX_TIMEROWS_H

#include "index/timefacts.h"
#include "index/timeindex.h"

#include <pthread.h>

struct tl_timerow {
	struct tl_timefacts facts;
	bool claimed; /* a worker reads it line by line */
	bool broken;  /* it could not be read; counts as one without a time, until the next start */
};

/* A form that the text had at some time: whoever was given it may go on using it. */
struct tl_timeform_kept {
	struct tl_timeform form;
	struct tl_timeform_kept *older;
};

/* How far a text goes. */
struct tl_timeend {
	uint64_t nchunks;
	uint64_t last_len; /* of the last; UINT64_MAX: known when read */
};

struct tl_timeindex {
	struct tl_source *src;
	struct tl_lineindex *lines;
	struct tl_jobs *pool;
	struct tl_mailbox *mailbox;
	int64_t origin; /* of a part: what its lines' times are from where it begins */

	pthread_mutex_t lock;   /* of all below */
	pthread_cond_t changed; /* rows got facts, or were given up */
	_Atomic(const struct tl_timeform *) form;
	struct tl_timeform_kept *forms;
	atomic_bool none;    /* so much was looked at that there is no form to be found any more */
	size_t looked;       /* bytes that were looked at for a form, in vain */
	struct tl_job *job;  /* reads all lines; started once */
	struct tl_job *ends; /* looks at the text's ends */
	bool going;          /* the job shall go on */
	bool measuring;      /* that job runs */
	bool measured;       /* the ends are known, or were when the text was shorter */
	bool fresh;          /* and nothing has come since */
	bool given_up;       /* they could not be had, and nothing has come since */
	atomic_bool closing;
	struct tl_timerow *rows;
	size_t room;
	uint64_t n; /* chunks known */
	struct tl_timeend end;
	bool complete;
	uint64_t next;              /* chunks below it are read line by line, claimed or broken */
	uint64_t passed;            /* chunks below it are read or broken */
	uint64_t nexact;            /* chunks read line by line */
	uint64_t tail;              /* no chunk before it is open; TL_NOPOS: none is at all */
	struct tl_timeend tail_end; /* of the text, when it was open */
	uint64_t generation;
	uint64_t posted_at;
	uint64_t changes; /* of rows */
	uint64_t ranged;  /* what it was when the range was made; */
	bool has_range;   /* false: there were no times */
	uint64_t first_time, last_time;
	uint64_t saved; /* chunks that are read line by line in the saved index */
	atomic_bool unordered;
	uint64_t
	    told; /* a chunk that an answer was given of before all before it was read; TL_NOPOS: none */
	int64_t told_base;
	atomic_bool miscounted; /* that was not its base */
	uint64_t based; /* a chunk whose base was asked for, for the next line on the screen */
	int64_t base;
};

/* A chunk somebody reads. */
struct tl_timework {
	uint64_t k;
	uint64_t generation;
	struct tl_timeend end; /* of the text, before it was read: what came later does not count */
	struct tl_timebytes bytes;
	struct tl_buf last; /* what bytes.last points to */
	struct tl_mapped map;
	bool mapped;
	bool pinned; /* bytes.chunk is, in the cache */
};

/* Lock held: see how much text there is now. */
void tl_timerows_look(struct tl_timeindex *ti);

/* Lock held: put facts of chunk k < ti->n in place of worse ones; `end`: of the text that they are of.  Open ones of a
 * text that has another end by now are not taken. */
void tl_timerows_keep(struct tl_timeindex *ti, uint64_t k, const struct tl_timefacts *facts,
		      const struct tl_timeend *end);

/* Lock held: what is to be added to the times of chunk k, which has these facts, by all that is known of those
 * before; of times that begin anew or add up. */
int64_t tl_timerows_base(struct tl_timeindex *ti, const struct tl_timeform *f, uint64_t k,
			 const struct tl_timefacts *facts);

/* Lock held: see how far all is read. */
void tl_timerows_pass(struct tl_timeindex *ti);

/* Lock held: k < ti->n, chunk k is free to be read line by line. */
static inline bool tl_timerow_is_free(const struct tl_timerow *row)
{
	return !(row->facts.flags & TL_TIMES_EXACT) && !row->claimed && !row->broken;
}

/* Is this the form of what the text is now, not of what was there before a reset?  With the lock held it stays so. */
static inline bool tl_timerows_have(struct tl_timeindex *ti, const struct tl_timeform *f)
{
	return atomic_load(&ti->form) == f;
}

/* Begin to work at the first chunk below `end` that is not read line by line, in the form `f`; false: none is
 * free, or the text has another form by now. */
bool tl_timerows_claim(struct tl_timeindex *ti, const struct tl_timeform *f, uint64_t end,
		       struct tl_timework *w);

/* Likewise at chunk k, whether others do or not; false: there is none. */
bool tl_timerows_work(struct tl_timeindex *ti, const struct tl_timeform *f, uint64_t k,
		      struct tl_timework *w);

/* Get the bytes, in `buf` where they cannot be mapped; release() gives them back, and is false if they were
 * not to be trusted: then fetch again, without the map. */
enum tl_lookup tl_timework_fetch(struct tl_timeindex *ti, struct tl_timework *w, bool may_map,
				 struct tl_buf *buf, struct tl_err *err);
bool tl_timework_release(struct tl_timeindex *ti, struct tl_timework *w);

/* Likewise get them through the cache, where the screen finds them then. */
enum tl_lookup tl_timework_pin(struct tl_timeindex *ti, struct tl_timework *w, struct tl_err *err);

/* The work has its chunk's bytes: see what has to be known of the neighbours.  False: out of memory. */
bool tl_timework_look_around(struct tl_timeindex *ti, struct tl_timework *w);

/* What the line index calls. */
extern const struct tl_companion tl_timeindex_companion;

/* The work is done, or (facts NULL) could not be.  False: the text has changed meanwhile. */
bool tl_timerows_put(struct tl_timeindex *ti, const struct tl_timework *w,
		     const struct tl_timefacts *facts);

/* Fetch, read every line, put. */
enum tl_lookup tl_timerows_read(struct tl_timeindex *ti, const struct tl_timeform *f,
				struct tl_timework *w, struct tl_buf *buf,
				struct tl_timefacts *facts, struct tl_err *err);

#endif
