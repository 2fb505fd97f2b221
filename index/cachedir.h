/*
 * cachedir.h: a directory of files that can be made again at any time.
 *
 * Such files are read only when nobody else can have put them there, are written aside and
 * renamed, so that a reader sees all of one or none of it, and are kept few.
 */
#ifndef TL_INDEX_CACHEDIR_H
#define TL_INDEX_CACHEDIR_H

#include "base/buf.h"
#include "base/err.h"

#define TL_CACHEDIR_NAME 256 /* room for a file's name */

/* The usual place: $XDG_CACHE_HOME/tless, else ~/.cache/tless.  Gives it with malloc;
 * NULL: neither is set to an absolute path, or there is no such home.  Reads the environment: main
 * thread. */
char *tl_cachedir_default(void);

/*
 * Append a file to `out`, if it is a regular one, ours, and of at most `max` bytes.  False
 * in any other case, for whatever reason; `out` is as it was.  Any thread.
 */
bool tl_cachedir_read(const char *dir, const char *name, size_t max, struct tl_buf *out);

/* The same, but open it for pread: *size is how long it is.  -1: no such file.  Any thread. */
int tl_cachedir_open(const char *dir, const char *name, uint64_t max, uint64_t *size);

/* Write or replace a file, readable for its owner only; makes the directory and those
 * above it.  Any thread. */
bool tl_cachedir_write(const char *dir, const char *name, const struct tl_buf *bytes,
		       struct tl_err *err);

/*
 * The same for one too large to be held in memory: begin(), put() what it consists of, and end(),
 * which must follow in any case; where `keep` is false, or something went wrong before, nothing
 * is left of it.  One thread.
 */
struct tl_cachedir_file {
	const char *dir, *name; /* borrowed until end() */
	int dirfd, fd;
	bool failed;
	char temp[TL_CACHEDIR_NAME];
};
bool tl_cachedir_begin(const char *dir, const char *name, struct tl_cachedir_file *out,
		       struct tl_err *err);
bool tl_cachedir_put(struct tl_cachedir_file *f, const void *bytes, size_t n);
bool tl_cachedir_end(struct tl_cachedir_file *f, bool keep, struct tl_err *err);

/*
 * Keep the `keep` newest files of those whose names end in `suffix`, and remove what
 * writers that died half-way left behind.  Any thread.
 */
void tl_cachedir_prune(const char *dir, const char *suffix, size_t keep);

#endif
