/*
 * decoding.h: recordings among the files: which decoder reads one, and with what options.
 */
#ifndef TL_PAGER_DECODING_H
#define TL_PAGER_DECODING_H

#include "decoders/decoder.h"
#include "pager/option.h"

/*
 * The decoder for a file, or for the file `data` in a folder, as perf makes one; *path gets the
 * file to open, to be freed.  NULL: it is none of these, or options say that it is to be shown
 * as it is.  Only regular files are looked into; "-" is standard input, if that is one and
 * was not read yet, and must stay open.  Any thread.
 */
const struct tl_decoder_ops *tl_decoding_probe(const struct tl_options *o, const char *name,
					       char **path);

/* Open what probe() has found.  `index_dir` and `pool` as in decoder.h.  Main thread. */
bool tl_decoding_open(const struct tl_options *o, const struct tl_decoder_ops *ops,
		      const char *path, const char *index_dir, struct tl_jobs *pool,
		      struct tl_source **out, struct tl_err *err);

/*
 * Where in `to` the line is that has the time of the line at `pos` in `from`, which are texts
 * of the same recording; where a text has no times, a place nearby.  TL_NOPOS: nobody can
 * tell.  Decodes a chunk or two of each.
 */
uint64_t tl_decoding_same_time(struct tl_source *from, uint64_t pos, struct tl_source *to);

#endif
