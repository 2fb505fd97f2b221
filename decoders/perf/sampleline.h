/*
 * sampleline.h: a sample as the lines that `perf script` 6.1 prints of it with its default
 * fields: comm, tid, [cpu], time, period, event, ip, symbol, (binary); with a callchain, a
 * line for each of its entries and an empty one.
 */
#ifndef TL_DECODERS_PERF_SAMPLELINE_H
#define TL_DECODERS_PERF_SAMPLELINE_H

#include "decoders/perf/sampleset.h"
#include "decoders/perf/select.h"
#include "decoders/perf/timeline.h"

/* What lines need to know of the recording; borrows all. */
struct tl_sampleline {
	const struct tl_select *select; /* others have no lines */
	const struct tl_perf *perf;
	struct tl_timeline *timeline;
	int name_width;      /* of the longest event's name */
	bool has_chains;     /* some event has callchains */
	unsigned missing[3]; /* fields that the first event of a kind lacks, see sampleline.c */
};

/* Who was who lately, so that the timeline is asked once a change; all zero at first, for one
 * row of samples in order. */
struct tl_sampleline_who {
	struct {
		int32_t tid;
		uint64_t until;
		const struct tl_context *context;
	} slots[64];
};

void tl_sampleline_init(struct tl_sampleline *l, const struct tl_perf *perf,
			struct tl_timeline *timeline, const struct tl_select *select);

/* Append a sample's lines; body is its s->len bytes.  False: no memory. */
bool tl_sampleline_put(const struct tl_sampleline *l, const struct tl_sample *s,
		       const uint8_t *body, struct tl_sampleline_who *who, struct tl_buf *out);

/* ---- a sample as a stack */

#define TL_SAMPLE_FRAMES 127 /* that are shown of a callchain */

struct tl_sampleframe {
	const char *symbol; /* NULL: not known */
	const char *binary; /* NULL: not known */
};

struct tl_samplestack {
	const char *comm;
	uint64_t period;
	unsigned nframes;                               /* 0: the event tells no address */
	struct tl_sampleframe frames[TL_SAMPLE_FRAMES]; /* the innermost first */
};

enum tl_samplestack_is {
	TL_SAMPLESTACK_READ,
	TL_SAMPLESTACK_NOT_SELECTED,
	TL_SAMPLESTACK_BROKEN, /* its lines are a gap */
	TL_SAMPLESTACK_NOMEM,
};

/* What its lines tell, of which the text lives as long as the recording; body is its s->len bytes. */
enum tl_samplestack_is tl_sampleline_stack(const struct tl_sampleline *l, const struct tl_sample *s,
					   const uint8_t *body, struct tl_sampleline_who *who,
					   struct tl_samplestack *out);

#endif
