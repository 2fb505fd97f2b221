/* samples.h: the decoder of recordings without Intel PT, for the table of decoders. */
#ifndef TL_DECODERS_PERF_SAMPLES_H
#define TL_DECODERS_PERF_SAMPLES_H

#include "decoders/decoder.h"

/* The samples of a perf.data as `perf script` prints them.  Refuses a recording that has Intel PT
 * data: that is another decoder's. */
extern const struct tl_decoder_ops tl_decoder_perf_samples;

#endif
