/* samples.h: the decoder of recordings without Intel PT, for the table of decoders. */
#ifndef TL_DECODERS_PERF_SAMPLES_H
#define TL_DECODERS_PERF_SAMPLES_H

#include "decoders/decoder.h"
#include "decoders/perf/perfdata.h"

/* The samples of a perf.data as `perf script` prints them.  Refuses a recording that has Intel PT
 * data: that is another decoder's. */
extern const struct tl_decoder_ops tl_decoder_perf_samples;

/* Its open(), for a recording that was opened before, which is taken. */
bool tl_perf_samples_open(struct tl_perf *perf, const struct tl_decoder_options *options,
			  void **self, struct tl_err *err);

#endif
