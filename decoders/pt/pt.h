/* pt.h: the Intel PT decoder, for the table of decoders. */
#ifndef TL_DECODERS_PT_PT_H
#define TL_DECODERS_PT_PT_H

#include "decoders/decoder.h"
#include "decoders/perf/perfdata.h"

/* A perf.data with Intel PT as text, a slice of the trace a chunk. */
extern const struct tl_decoder_ops tl_decoder_pt_ops;

/* Its open(), for a recording that was opened before, which is taken. */
bool tl_pt_open(struct tl_perf *perf, const struct tl_decoder_options *options,
		struct tl_span saved, void **self, struct tl_err *err);

/* Bytes for events of segments that several slices need; another number from now on, for tests. */
#define TL_PT_SHARED_BYTES ((size_t)48 << 20)
void tl_pt_limit_shared(void *self, size_t bytes);

/* Slices of what is opened from now on are so many times smaller, for tests: small recordings have
 * many then.  Main thread. */
void tl_pt_cut_finer(unsigned times);

#endif
