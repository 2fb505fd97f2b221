/*
 * spool.h: bytes that come once, in order, and must stay readable in any order: the
 * newest 12 to 20 MiB in memory, older ones in a temporary file without a name (spoolfile.h).
 *
 * One thread, the writer, puts bytes in; any thread reads.  Chunks are 1 << TL_FILE_SHIFT
 * bytes.  Memory stays below 28 MiB (and 16 bytes a chunk) however much goes in.
 */
#ifndef TL_TEXT_SPOOL_H
#define TL_TEXT_SPOOL_H

#include "text/source.h"

struct tl_spool;

/* How large the files of all spools together may grow; 0, as at the beginning: until the disk has
 * no more to spare.  Any thread. */
void tl_spool_set_limit(uint64_t bytes);
uint64_t tl_spool_limit(void); /* UINT64_MAX: none */

/*
 * The file is made when memory is full, in $TMPDIR as it is now, else /tmp.  `wake(arg)`:
 * called on some thread when tl_spool_room(), which answered PENDING, would answer something
 * else; arg is borrowed.
 */
bool tl_spool_open(void (*wake)(void *arg), void *arg, struct tl_spool **out, struct tl_err *err);
void tl_spool_close(struct tl_spool *sp);

/* Never write chunks as they are, also when that is the quicker way: these shrink to next to
 * nothing.  Before the first tl_spool_room(). */
void tl_spool_always_pack(struct tl_spool *sp);

/*
 * Where the next bytes belong: FOUND: up to *n at *at, *n > 0.  PENDING: memory is full
 * until more is written to the file; wait for wake().  FAILED: memory is full and the file
 * cannot take more; what is in the spool stays readable.  The writer.
 */
enum tl_lookup tl_spool_room(struct tl_spool *sp, uint8_t **at, size_t *n, struct tl_err *err);

/* n bytes were put there; they can be read from now on.  The writer. */
void tl_spool_advance(struct tl_spool *sp, size_t n);

/* After FAILED: perhaps there is room again.  Any thread. */
void tl_spool_retry(struct tl_spool *sp);

/* Bytes in it.  Any thread. */
uint64_t tl_spool_size(struct tl_spool *sp);

/* Append what is there of chunk k to out: FOUND, NONE, or FAILED.  Any thread. */
enum tl_lookup tl_spool_read(struct tl_spool *sp, uint64_t k, struct tl_buf *out,
			     struct tl_err *err);

/* A full chunk where it lies in memory; false: it does not, or not any more.  It stays put until
 * unpin().  Any thread. */
bool tl_spool_pin(struct tl_spool *sp, uint64_t k, struct tl_span *out);
void tl_spool_unpin(struct tl_spool *sp, uint64_t k);

#endif
