/*
 * decoding.h: recordings and compressed files among the files: what reads one, and with what options.
 */
#ifndef TL_PAGER_DECODING_H
#define TL_PAGER_DECODING_H

#include "decoders/decoder.h"
#include "decoders/packed/packed.h"
#include "decoders/stream/stream.h"
#include "pager/option.h"

/* A file whose text has to be made: one of the three is set. */
struct tl_format {
	const struct tl_decoder_ops *decoder;  /* a recording */
	const struct tl_codec_ops *codec;      /* a compressed file that can be read at any place */
	const struct tl_stream_format *stream; /* one that is read from its beginning */
	char *path;                            /* the file to open, with malloc */
	const char *name;                      /* of it, for messages; the caller's */
};

/*
 * The format of a file, or of the file `data` in a folder, as perf makes one; the path is to be
 * freed.  False: it is text, or options say that it is to be shown as it is.  Only regular
 * files are looked into; "-" is standard input, if that is one and was not read yet, and must
 * stay open.  Any thread.
 */
bool tl_decoding_probe(const struct tl_options *o, const char *name, struct tl_format *out);

/* Open what probe() has found.  `index_dir`, `pool` and `progress` as in decoder.h.  Any thread
 * but those of the pool. */
bool tl_decoding_open(const struct tl_options *o, const struct tl_format *format,
		      const char *index_dir, struct tl_jobs *pool,
		      const struct tl_progress *progress, struct tl_source **out,
		      struct tl_err *err);

/*
 * Where in `to` the first line is that has the time of the line at `pos` in `from`, or a later one, which are
 * texts of the same recording; of several with that time, the first of the same thread.  Where a text has no
 * times, a place nearby.  TL_NOPOS: nobody can
 * tell.  Decodes a chunk or two of each.  In the text of a compressed file made again it is the same
 * place.  Any thread.
 */
uint64_t tl_decoding_same_time(struct tl_source *from, uint64_t pos, struct tl_source *to);

/* Decode what a screen of so many lines from pos on shows, so that it is in the cache.  Any thread. */
void tl_decoding_prepare(struct tl_source *src, uint64_t pos, unsigned nlines);

#endif
