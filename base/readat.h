/* readat.h: all bytes of a stretch of a file, or none. */
#ifndef TL_BASE_READAT_H
#define TL_BASE_READAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Read n bytes from an offset on.  False: the file ends before, or errno says why not.  Any thread. */
bool tl_read_at(int fd, void *to, size_t n, uint64_t at);

#endif
