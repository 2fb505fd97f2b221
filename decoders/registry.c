/* registry.c: the formats that are decoded.  A new one is a folder, and a row here. */
#include "decoders/decoder.h"
#include "decoders/recording.h"

const struct tl_decoder_ops *const tl_decoders[] = {
	&tl_decoder_recording,
	NULL,
};
