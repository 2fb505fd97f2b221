/*
 * unpacked.h: records that came out of COMPRESSED ones, kept so that each can be had again: their
 * stream can be read from its beginning only.
 *
 * They are in a spool (text/spool.h), so memory is bounded, and what is kept on disk is about as
 * large as the recording.  No record lies across the border of two of its chunks.
 */
#ifndef TL_DECODERS_PERF_UNPACKED_H
#define TL_DECODERS_PERF_UNPACKED_H

#include "decoders/perf/recording.h"

struct tl_unpacked;

bool tl_unpacked_open(struct tl_unpacked **out, struct tl_err *err);
void tl_unpacked_close(struct tl_unpacked *u); /* NULL is fine */

/* Keep a record; *offset is where.  Waits for the disk where that is slower.  False: no more can be
 * kept; what was stays readable.  One thread, before end(). */
bool tl_unpacked_keep(struct tl_unpacked *u, const struct tl_perf_record *r, uint64_t *offset,
		      struct tl_err *err);

/* That was all; from now on they can be read. */
void tl_unpacked_end(struct tl_unpacked *u);

/* Like tl_perf_visit_part(): the records from `start`, which is the offset of one, up to `end`,
 * behind one.  Any thread. */
bool tl_unpacked_visit(struct tl_unpacked *u, uint64_t start, uint64_t end, tl_perf_visit *visit,
		       void *arg, struct tl_err *err);

#endif
