/*
 * damage.h: makes broken perf.data files out of good ones, the same for the same seed.
 *
 * A reader of foreign bytes has to be shown what disks, networks, crashes and malice do to a
 * file.  Each kind damages what it is named for; they can be applied one upon another.
 */
#ifndef TESTS_TRACE_DAMAGE_H
#define TESTS_TRACE_DAMAGE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum damage_kind {
	DAMAGE_CUT,      /* the file ends anywhere */
	DAMAGE_CUT_AUX,  /* it ends inside AUX data */
	DAMAGE_FLIP,     /* some bits anywhere but in AUX data */
	DAMAGE_FLIP_AUX, /* some bits of AUX data */
	DAMAGE_ZERO,     /* a stretch of zeros anywhere, as after a crash */
	DAMAGE_ZERO_AUX, /* a stretch of AUX data is zeros: PAD packets */
	DAMAGE_NOISE,    /* a stretch of random bytes anywhere */
	DAMAGE_HOLE,     /* an AUXTRACE record is missing; the index and all offsets fit */
	DAMAGE_FIELD,    /* a size, count, offset or parameter is absurd */
	DAMAGE_TYPE,     /* a record says to be of another type */
	DAMAGE_SWAP,     /* two records changed places */
	DAMAGE_KINDS
};

/* "cut", "cut-aux", ... in the order of the enum. */
const char *damage_name(enum damage_kind kind);

/*
 * Damage the file in `file`.  What was done is told in `what` (say, of 128 bytes).  False: there
 * is nothing of the kind to damage in it, or no memory; it is unchanged then.
 */
bool damage(struct tl_buf *file, enum damage_kind kind, uint64_t seed, char *what, size_t size);

#endif
