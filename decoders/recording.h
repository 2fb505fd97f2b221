/* recording.h: the decoder of perf.data files, for the table of decoders. */
#ifndef TL_DECODERS_RECORDING_H
#define TL_DECODERS_RECORDING_H

#include "decoders/decoder.h"

/* Any perf.data: the control flow of Intel PT where it has that, else its samples. */
extern const struct tl_decoder_ops tl_decoder_recording;

#endif
