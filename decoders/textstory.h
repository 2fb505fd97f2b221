/*
 * textstory.h: what the calls in a chunk of a printed trace cost, as far as that chunk tells.
 *
 * A chunk does not know which calls are open when it begins.  Each of its threads tells a *story*: a
 * tree below those calls, which of them have ended, and which are open at the end (textstack.h).  Who has the
 * stories of all chunks in a row knows the rest (textcosts.c).
 */
#ifndef TL_DECODERS_TEXTSTORY_H
#define TL_DECODERS_TEXTSTORY_H

#include "base/err.h"
#include "decoders/textstack.h"
#include "index/calltext.h"
#include "index/timeindex.h"

#define TL_TEXT_NOTIME UINT64_MAX

/* Times that are counted, both included. */
struct tl_textrange {
	uint64_t first, last;
};

struct tl_textstory {
	uint64_t thread;
	uint32_t name;  /* of the thread, as told last; TL_CALL_NONAME: not told */
	uint32_t range; /* of the times, that all lines are in */
	bool anew;      /* what was open before is not any more: something is missing */
	bool lost;      /* likewise at the end */
	bool deep;      /* a line has told its depth; else only times are known */
	/* At the end the thread is not traced; where no line is deep: somewhere. */
	bool off;
	uint64_t first_ns, last_ns; /* of its lines */
	/* Between lines before one is deep: for what is running at the beginning. */
	uint64_t early_ns;
	uint32_t first_ended, nended;
	/* The first is what was open before, as in a partial stack. */
	uint32_t first_frame, nframes;
};

/* Plain data. */
struct tl_textpart {
	struct tl_callnode *nodes;
	uint32_t nnodes;
	struct tl_textstory *stories; /* of a thread in order */
	uint32_t nstories;
	struct tl_textended *ended;
	uint32_t nended;
	struct tl_textframe *frames;
	uint32_t nframes;
	uint64_t ngaps;
	bool
	    all_lost; /* something is missing, nobody knows of whom: threads without a story, too */
};

/* What is counted; borrowed, const while workers are at it. */
struct tl_textfilter {
	struct tl_source *src;
	struct tl_callform calls;
	struct tl_timeform times;          /* kind NULL: lines do not tell them */
	struct tl_timeindex *index;        /* where they do */
	const struct tl_textrange *ranges; /* sorted */
	size_t nranges;                    /* 0: all */
	struct tl_callnames *names;
};

struct tl_textcounter; /* what a worker needs for it, kept from chunk to chunk */

struct tl_textcounter *tl_textcounter_new(void); /* NULL: no memory */
void tl_textcounter_free(struct tl_textcounter *c);

/* Count a chunk.  Gives *out, to be freed with _free().  False: no memory, or it cannot be read. */
bool tl_textcounter_count(struct tl_textcounter *c, const struct tl_textfilter *filter, uint64_t k,
			  struct tl_textpart **out, struct tl_err *err);
void tl_textpart_free(struct tl_textpart *part);

#endif
