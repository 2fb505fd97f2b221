/*
 * format.h: a compressed format that is read from its beginning to its end, in pieces: the contract
 * between stream.c, which feeds it, and the files of this folder, one for each library.
 *
 * A file is made of *members*, one after another, each with a beginning of its own: of bzip2 a stream,
 * of lz4 a frame.
 */
#ifndef TL_DECODERS_STREAM_FORMAT_H
#define TL_DECODERS_STREAM_FORMAT_H

#include "base/err.h"
#include "text/source.h"

enum tl_stream_step {
	TL_STREAM_GOES_ON, /* it has taken or given something, or needs more input */
	TL_STREAM_ENDS,    /* the member does */
	TL_STREAM_BREAKS,  /* the bytes are damaged */
	TL_STREAM_REFUSES, /* they are not, but cannot be read here */
};

#define TL_STREAM_MAGIC_MAX 16

/* A const table. */
struct tl_stream_format {
	const char *name; /* "bzip2" */

	/* The first bytes of each member. */
	uint8_t magic[TL_STREAM_MAGIC_MAX];
	size_t magic_len;
	/* Of so many first bytes, which begin with the magic ones: are they a member's?  NULL: yes. */
	bool (*check)(const uint8_t *head);
	size_t check_len;

	/* Of four bytes behind a member: does another one, that no file begins with, begin there?  NULL:
	 * no. */
	bool (*follows)(const uint8_t *head);

	/* Begin a member; NULL: out of memory.  Released with end(). */
	void *(*begin)(void);

	/*
	 * Take from *in, which moves on, and put up to n bytes, n > 0, at `out`; *got says how many.
	 * `last`: no input follows *in.  BREAKS, REFUSES: err says how or why, and not where; the bytes
	 * before it were given.
	 */
	enum tl_stream_step (*run)(void *member, struct tl_span *in, bool last, uint8_t *out,
				   size_t n, size_t *got, struct tl_err *err);

	void (*end)(void *member); /* NULL is fine */
};

/* zstd and lz4 frames that hold no text, as a table of places (RFC 8878, 3.1.2). */
static inline bool tl_stream_is_skippable(const uint8_t *head)
{
	return (head[0] & 0xf0) == 0x50 && head[1] == 0x2a && head[2] == 0x4d && head[3] == 0x18;
}

/* All of them; ends with NULL. */
extern const struct tl_stream_format *const tl_stream_formats[];
extern const struct tl_stream_format tl_stream_bzip2, tl_stream_compress, tl_stream_gzip,
    tl_stream_lz4, tl_stream_lzip, tl_stream_lzma, tl_stream_xz, tl_stream_zstd;

#endif
