/*
 * part.h: a text that is a part of another one: some stretches of its bytes, one behind the other, as if
 * nothing else stood there.
 */
#ifndef TL_TEXT_PART_H
#define TL_TEXT_PART_H

#include "text/source.h"

/* Bytes [from, to) of a flat text.  `to` may be TL_NOPOS: up to its end, wherever that comes to be. */
struct tl_stretch {
	uint64_t from, to;
};

/*
 * Takes `below`, a flat text (tl_source_is_flat()), on failure too; the stretches are copied.  They come in the
 * order given, at least one of them; what is not there counts as empty.  A part has no identity: what is
 * found out about it is not saved.  It grows and is replaced with the text below.  Main thread.
 */
bool tl_source_open_part(struct tl_source *below, const struct tl_stretch *stretches, size_t n,
			 struct tl_source **out, struct tl_err *err);

/* The text below, still owned by the part; NULL: `src` is no part.  Any thread. */
struct tl_source *tl_part_below(struct tl_source *src);

/*
 * What is to be added to the times that its lines tell, where these depend on lines before the part (index/timefacts.h
 * says when); 0 if nobody has set it, or `src` is no part.  It is set before other threads know the part.
 */
void tl_part_set_origin(struct tl_source *part, int64_t origin_ns);
int64_t tl_part_origin(struct tl_source *src);

/*
 * The times that its lines were chosen by, where each line tells its own: sorted, none overlap.  What happened
 * between two of them is not in the text.  _set copies them; false: no memory.  NULL, *n 0: nobody has set them, or
 * `src` is no part.  They are set before other threads know the part.
 */
struct tl_part_span {
	uint64_t first_ns, last_ns; /* both included */
};
bool tl_part_set_times(struct tl_source *part, const struct tl_part_span *times, size_t n);
const struct tl_part_span *tl_part_times(struct tl_source *src, size_t *n);

/* The position below of one in the part, and back: of the nearest byte behind it that is in the part,
 * or the part's end.  Any thread. */
uint64_t tl_part_outer(struct tl_source *src, uint64_t pos);
uint64_t tl_part_inner(struct tl_source *src, uint64_t outer);

#endif
