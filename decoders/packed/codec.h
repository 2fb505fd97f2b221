/*
 * codec.h: the whole contract between the packed text (packed.h) and a compressed format that can
 * be read from places in its middle.
 *
 * A *point* is such a place: a byte of the file, the byte of the text that comes from there, and
 * what a decompressor has to know to begin there.  A frame's or member's beginning needs
 * nothing; inside of one it is the last text before it (the window) and some bits of state.  A *stream*
 * decompresses from a point onwards, and can say where points are on its way.
 */
#ifndef TL_DECODERS_PACKED_CODEC_H
#define TL_DECODERS_PACKED_CODEC_H

#include "base/buf.h"
#include "base/err.h"
#include "text/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TL_POINT_STATE 8

/* Padding, and frames and blocks without text, can be as long as a file: next() comes back behind about
 * so many bytes of a file, and who wants the text's beginning only looks no further for it. */
#define TL_CODEC_INPUT ((uint64_t)1 << 20)
#define TL_HEAD_INPUT  ((uint64_t)8 << 20)

struct tl_point {
	uint64_t text;                  /* offset in the text */
	uint64_t file;                  /* offset in the file of the next byte to read */
	uint32_t state[TL_POINT_STATE]; /* the codec's own; all 0 at the beginning of a part */
};

/* A file that is being decompressed, for messages and reading.  Shared by all streams, const. */
struct tl_packed_file {
	int fd;           /* for pread */
	const char *path; /* for messages */
	uint64_t size;
};

struct tl_codec_ops {
	const char *name; /* "zstd" */

	/* 0 = not mine .. 100 = sure.  Looks at the first bytes of a file only. */
	int (*probe)(const uint8_t *head, size_t len);

	/*
	 * The codec's own table of the whole file (a seek table at its end): append all points, in
	 * order, and tell the text's size.  NONE: it has none; a damaged one counts as none.  Quick.
	 * May be NULL.  Any thread.
	 */
	enum tl_lookup (*table)(const struct tl_packed_file *file, struct tl_buf *points,
				uint64_t *text_size);

	/*
	 * Where a part that stands alone (a frame), and begins at byte `at` of the file, ends, and how
	 * long its text is (UINT64_MAX: that does not stand there), without decompressing it.  FOUND;
	 * NONE: the file ends at `at`; FAILED: nothing is known, or nothing good stands there.
	 * May be NULL: parts cannot be told apart.  Any thread.
	 */
	enum tl_lookup (*part)(const struct tl_packed_file *file, uint64_t at, uint64_t *end,
			       uint64_t *text_len);

	/* A stream from a point on; `window`: what window() gave for it, or nothing at the beginning
	 * of a part.  Borrows the file; released with close().  Any thread. */
	bool (*open)(const struct tl_packed_file *file, const struct tl_point *from,
		     struct tl_span window, void **stream, struct tl_err *err);

	/*
	 * Put up to n bytes of text, n > 0, at `out`.  FOUND: it may stop where a point could be, and
	 * *got is 0 where TL_CODEC_INPUT bytes of the file, or more, held no text: ask again.  NONE: the
	 * end, all is well.  FAILED: it breaks here, and err says where in the file and how; *got bytes
	 * are good nevertheless.  One thread at a time, in a few milliseconds for a MiB.
	 */
	enum tl_lookup (*next)(void *stream, uint8_t *out, size_t n, size_t *got,
			       struct tl_err *err);

	/*
	 * Can one begin behind what next() has given so far?  False: not just here, ask again after the
	 * next next().  *out without its `text`; *window: how many bytes of the text before it open()
	 * wants to have.  0 at the beginning of a part.
	 */
	bool (*point)(void *stream, struct tl_point *out, size_t *window);

	/* How far into the file the stream has read. */
	uint64_t (*at)(const void *stream);

	/* How much memory a stream takes, about, when that is more than a MiB or two: its window.  May
	 * be NULL: it never is.  One thread at a time. */
	size_t (*weight)(const void *stream);

	void (*close)(void *stream);
};

/* The codec that is surest of these first bytes of a file; NULL: none.  Any thread. */
const struct tl_codec_ops *tl_codec_probe(const uint8_t *head, size_t len);

/* All of them; ends with NULL. */
extern const struct tl_codec_ops *const tl_codecs[];
extern const struct tl_codec_ops tl_codec_zstd, tl_codec_gzip;

#endif
