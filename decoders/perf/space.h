/*
 * space.h: what was mapped where, as timeline.c collects it and asks for it.
 *
 * An *image* is what a process runs between two events that throw all mappings away: it begins
 * with the process's first record, with a fork (a copy of the parent's at that moment) or an exec
 * (from nothing).  Moments are numbers of records, in their order; what a record tells holds for
 * all later numbers.
 *
 * Thousands of mappings must not mean thousands of copies.  A mapping over nothing hides
 * nothing; so all mappings up to one that hides another, an *epoch*, share one picture: that
 * at the epoch's end.  The usual process has one epoch from exec to exit, and one more each time
 * that a library takes the place of one that was unloaded (munmap is not recorded).  A picture is
 * made when it is first asked for.
 *
 * So a mapping can be found shortly before its record's time.  That is no loss: nobody runs code
 * where nothing is mapped, and times between timing packets are estimates, by which code can
 * seem to run before the mmap that brought it.
 */
#ifndef TL_DECODERS_PERF_SPACE_H
#define TL_DECODERS_PERF_SPACE_H

#include "decoders/perf/timeline.h"

#define TL_SPACES_NEVER UINT32_MAX

enum {
	TL_SPACES_KERNEL = 0, /* the image of the kernel */
	TL_SPACES_EMPTY = 1,  /* an image of nothing; takes no mappings */
};

struct tl_spaces; /* opaque; all images of a recording.  One thread at a time. */

struct tl_spaces *tl_spaces_open(void);
void tl_spaces_close(struct tl_spaces *s);

/* A new image that begins as a copy of `base` as it is at record `when`.  False: no memory. */
bool tl_spaces_image(struct tl_spaces *s, uint32_t base, uint32_t when, uint32_t *image);

/* Record `when` maps this; `when` never decreases.  map->dso NULL: it hides what is there, but
 * holds no code.  False: no memory. */
bool tl_spaces_map(struct tl_spaces *s, uint32_t image, uint32_t when, const struct tl_map *map);

/*
 * Likewise, code that is written into memory that is mapped: the memory was empty there, so hiding it
 * is no reason for another picture.  Compilers do so thousands of times.  A later tl_spaces_map() hides
 * it; whoever maps the same memory again must not tell.
 */
bool tl_spaces_fill(struct tl_spaces *s, uint32_t image, uint32_t when, const struct tl_map *map);

/*
 * The kernel's and an image's mappings after the first `when` records; *next is lowered to the
 * number of the record that may change the answer.  Not to be asked before the last
 * tl_spaces_map().  Lives as long as `s`; NULL: no memory.
 */
const struct tl_space *tl_spaces_get(struct tl_spaces *s, uint32_t image, uint32_t when,
				     uint32_t *next);

#endif
