/*
 * sampleset.h: the samples of a recording, by time, a stretch at a time.
 *
 * perf writes what each CPU saw in turns, so samples are in order within a stretch of the file
 * and not from one to the next.  One walk notes for each 16 KiB of records from when to when
 * their samples are; a chunk is a stretch of time, so long that the blocks it touches are mostly
 * its own, and its samples are sorted when it is asked for.  Their order is that of time and,
 * within that, of the file, as perf's is.  Without times it is that of the file.
 */
#ifndef TL_DECODERS_PERF_SAMPLESET_H
#define TL_DECODERS_PERF_SAMPLESET_H

#include "decoders/perf/perfdata.h"

struct tl_sampleset; /* const after end(); any thread */

struct tl_sample {
	uint64_t time;  /* ns; 0 where the recording has none */
	uint64_t place; /* orders like the file */
	size_t at;      /* of its body in the gathered bytes */
	uint32_t len;   /* of that */
	uint16_t misc;
	struct tl_perf_id id;
};

/* Samples of a chunk, sorted.  All zero is an empty one; kept, it is storage for the next. */
struct tl_gathered {
	struct tl_sample *v;
	size_t n, cap;
	struct tl_buf bytes;
	char why[508]; /* "", or one line: not all could be had */
};

/*
 * Begin one, without samples; borrows perf until close.  Then add() gets all records, as
 * tl_perf_walk() gives them (false: no more can be taken), and end() tells
 * what broke the walk, "": nothing.  One thread.  What could not be had is said in why().
 */
bool tl_sampleset_open(const struct tl_perf *perf, struct tl_sampleset **out, struct tl_err *err);
bool tl_sampleset_add(struct tl_sampleset *s, const struct tl_perf_record *r);
bool tl_sampleset_end(struct tl_sampleset *s, const char *broken, struct tl_err *err);
void tl_sampleset_close(struct tl_sampleset *s);

/* Why samples are missing, one line; "": none are. */
const char *tl_sampleset_why(const struct tl_sampleset *s);

size_t tl_sampleset_nchunks(const struct tl_sampleset *s); /* 0: no samples */

/* First and last time; false: samples have none. */
bool tl_sampleset_range(const struct tl_sampleset *s, uint64_t *first, uint64_t *last);

/* First time of a chunk; it may begin later, never earlier. */
uint64_t tl_sampleset_time(const struct tl_sampleset *s, size_t k);

/* The last chunk that begins at or before a time, or the first. */
size_t tl_sampleset_at(const struct tl_sampleset *s, uint64_t time);

/* False: no memory. */
bool tl_sampleset_gather(const struct tl_sampleset *s, size_t k, struct tl_gathered *g,
			 struct tl_err *err);
void tl_gathered_fini(struct tl_gathered *g);

#endif
