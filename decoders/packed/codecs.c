/* codecs.c: the compressed formats that are read at any place.  A new one is a row here. */
#include "decoders/packed/codec.h"

const struct tl_codec_ops *const tl_codecs[] = {
	&tl_codec_zstd,
	&tl_codec_gzip,
	NULL,
};

const struct tl_codec_ops *tl_codec_probe(const uint8_t *head, size_t len)
{
	const struct tl_codec_ops *best = NULL;
	int surest = 0;

	for (size_t i = 0; tl_codecs[i]; i++) {
		int sure = tl_codecs[i]->probe(head, len);

		if (sure > surest) {
			surest = sure;
			best = tl_codecs[i];
		}
	}
	return best;
}
