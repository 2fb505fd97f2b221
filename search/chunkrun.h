/*
 * chunkrun.h: the lines that begin in a chunk, as one run of bytes, and what is in it of long lines.
 *
 * A chunk may begin and end in the middle of a line.  A line belongs to the chunk it begins
 * in, so each chunk can be searched alone, in any order, on any thread: it looks at the byte
 * before it to know where its first line begins, and reads on to where its last line ends.
 *
 * A long line has many chunks, and each of them is to be searched alone, too: a match belongs to the
 * chunk it begins in.  So a chunk tells which part of a long line it holds, with some of what is
 * around that.
 */
#ifndef TL_SEARCH_CHUNKRUN_H
#define TL_SEARCH_CHUNKRUN_H

#include "index/lineindex.h"
#include "search/matcher.h"
#include "text/source.h"

#include <stdatomic.h>

/* A line of more bytes is long, for who has no reason to ask for others. */
#define TL_LONG_LINE ((size_t)64 << 10)

/* How long lines are looked at. */
struct tl_longlines {
	size_t longest; /* bytes of a line that is not long: such lines are in the run, whole */
	bool parts;     /* tell the parts of long lines */
	size_t overlap; /* what a part has behind its chunk at least, if the line goes on so far; */
	size_t rest;    /* the whole rest of the line if it is no longer than that */
};

/* Matches that begin in bytes [from, to) of the text are the chunk's.  The end of the line counts as a
 * byte: a match may be empty. */
struct tl_linepart {
	struct tl_span text; /* no newline in it; data NULL: there is no such part */
	size_t from, to;
	uint64_t pos;      /* of byte `from` */
	bool begins, ends; /* the text begins, ends as the line does */
	bool open;         /* more of the line will come, right behind the text */
};

struct tl_chunkrun {
	struct tl_span chunk; /* all of the chunk */
	struct tl_span run;   /* the lines that begin in it and are not long, whole */
	uint64_t pos;         /* of the run's first byte */

	/* In front of the run, of a long line that began before the chunk; behind it, of one that
	 * begins in it. */
	struct tl_linepart head, tail;

	/* Where a long line begins that does not end in this chunk, TL_NOPOS: there is none.  It is the
	 * chunk's last one and not in the run; see tl_longline_matches(). */
	uint64_t long_pos;

	struct tl_mapped mapped; /* of tl_chunkrun_map() */

	bool settled; /* the chunk has all its bytes */
	bool pending; /* more will come: lines behind the run may begin in this chunk */
	bool at_end;  /* what is here depends on where the text ends now */
};

/*
 * Read chunk k and its lines into buf, which is emptied; the spans point into it.  FOUND; NONE: past
 * the end; PENDING: not here, or FAILED.  Any thread.
 */
enum tl_lookup tl_chunkrun_read(struct tl_source *src, uint64_t k, const struct tl_longlines *how,
				struct tl_buf *buf, struct tl_chunkrun *out, struct tl_err *err);

/*
 * The same without reading, where the chunk and what is needed around it can be looked at in
 * place.  False: read it.  After true, tl_source_unmap(src, &out->mapped) says whether what
 * was found there holds.
 */
bool tl_chunkrun_map(struct tl_source *src, uint64_t k, const struct tl_longlines *how,
		     struct tl_chunkrun *out);

/*
 * Have the index (may be NULL) count the chunk, which is in hand anyway, and tell s from what the
 * index knows whether anything in the run can need a conversion.
 */
void tl_chunkrun_offer(const struct tl_chunkrun *run, uint64_t k, struct tl_lineindex *lines,
		       struct tl_scratch *s);

/*
 * The part of the run whose lines begin in [low, high), and the line that low is in, if it is longer
 * than `longest`; *pos is that of its first byte.
 */
struct tl_span tl_chunkrun_part(const struct tl_chunkrun *run, uint64_t low, uint64_t high,
				size_t longest, uint64_t *pos);

/* How a search with m looks at lines, where each chunk is searched alone. */
struct tl_longlines tl_longlines_in_parts(const struct tl_matcher *m, size_t longest);

/*
 * Does the line that begins at pos, and is longer than `longest`, match (INVERT counts)?  Its parts are
 * looked at one after the other, where need be in a buffer, which is emptied first.  FOUND, NONE,
 * PENDING: its end is not here yet; or FAILED.  NONE also when *stop.  Any thread.
 */
enum tl_lookup tl_longline_matches(struct tl_source *src, uint64_t pos, size_t longest,
				   const struct tl_matcher *m, struct tl_scratch *s,
				   const atomic_bool *stop, struct tl_buf *buf, struct tl_err *err);

#endif
