/*
 * spoolfile.h: the temporary file behind a spool.  It has no name, and it never fills the disk: it
 * ends while there is still some room for others, or at a limit that the user has set.
 *
 * Chunks (1 << TL_FILE_SHIFT bytes each) are compressed.  In a hurry they are written as they are, as
 * long as that is the quicker way and the file is small beside the room there is.
 */
#ifndef TL_TEXT_SPOOLFILE_H
#define TL_TEXT_SPOOLFILE_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tl_spoolfile;
struct tl_packer; /* what a thread needs to compress */

/* Where a chunk is. */
struct tl_spoolplace {
	uint64_t at;
	uint32_t len; /* never 0; of a whole chunk: it is not compressed */
};

/* Nothing is made before the first put(); `dir` is copied. */
bool tl_spoolfile_new(const char *dir, struct tl_spoolfile **out, struct tl_err *err);
void tl_spoolfile_close(struct tl_spoolfile *f);

bool tl_packer_new(struct tl_packer **out, struct tl_err *err);
void tl_packer_free(struct tl_packer *p);

/*
 * Write a chunk, somewhere.  False: it cannot be kept, and err says why and what to do; later
 * there may be room again.  Any thread, each with a packer of its own.
 */
bool tl_spoolfile_put(struct tl_spoolfile *f, struct tl_packer *p, const uint8_t *chunk, bool hurry,
		      struct tl_spoolplace *place, struct tl_err *err);

/* Append a chunk that was put there.  Any thread. */
bool tl_spoolfile_get(struct tl_spoolfile *f, const struct tl_spoolplace *place, struct tl_buf *out,
		      struct tl_err *err);

#endif
