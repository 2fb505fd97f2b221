/* tempfile.h: files without a name, which are gone when they are closed. */
#ifndef TL_BASE_TEMPFILE_H
#define TL_BASE_TEMPFILE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where they belong: $TMPDIR as it is now, else /tmp. */
const char *tl_tempfile_dir(void);

/* A file to read and write in a folder; -1 with errno.  Any thread. */
int tl_tempfile_open(const char *dir);

/* How much more may be written to one, so that others keep some room; UINT64_MAX: nobody knows.
 * False: not a MiB; `dir` is for the message.  Any thread, at once. */
bool tl_tempfile_room(int fd, const char *dir, uint64_t *room, struct tl_err *err);

/* Write all of n bytes at an offset.  False with errno.  Any thread. */
bool tl_tempfile_write(int fd, const uint8_t *p, size_t n, uint64_t at);

#endif
