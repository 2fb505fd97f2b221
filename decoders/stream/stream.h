/*
 * stream.h: what is compressed and can be read from its beginning only, as a text: bzip2, xz, lzma,
 * lzip, lz4 and compress files, and whatever compressed data comes through a pipe.
 *
 * It is decompressed by the thread that reads pipes (text/feed.h), as far as somebody asks, into the
 * spool.  Members that follow one another are one text.  What is good is shown; where it breaks, and
 * how, is the source's trouble.
 */
#ifndef TL_DECODERS_STREAM_STREAM_H
#define TL_DECODERS_STREAM_STREAM_H

#include "base/err.h"
#include "text/feed.h"

struct tl_stream_format; /* format.h */

/* The format that begins with these first bytes; NULL: none.  Any thread. */
const struct tl_stream_format *tl_stream_probe(const uint8_t *head, size_t len);

/* A file of a format that is known; `what` names it in messages.  Main thread. */
bool tl_stream_open_file(const struct tl_stream_format *format, const char *path, const char *what,
			 struct tl_source **out, struct tl_err *err);

/*
 * What comes through a pipe, terminal or socket: as tl_source_open_pipe(), but decompressed if it
 * begins like something compressed.  Takes fd.  Plain text is not kept waiting: it is known by its
 * first byte, or else as soon as nothing follows for a moment.
 */
bool tl_stream_open_pipe(int fd, const char *what, struct tl_source **out, struct tl_err *err);

/*
 * The feed behind both, for who reads it in another way.  `format` NULL: to be found out.  Takes fd;
 * `what` is copied.  Gives *self, to be released with tl_stream_feed.close().
 */
extern const struct tl_feed_ops tl_stream_feed;
bool tl_stream_new(const struct tl_stream_format *format, int fd, const char *what, void **self,
		   struct tl_err *err);

#endif
