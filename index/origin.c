/* origin.c: see origin.h. */
#include "index/origin.h"

#include "base/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#define HASHED_BYTES ((size_t)64 << 10) /* at each end of the file */

struct tl_identity tl_identity_of(const struct stat *st)
{
	return (struct tl_identity){
		.dev = st->st_dev,
		.ino = st->st_ino,
		.size = (uint64_t)st->st_size,
		.mtime = st->st_mtim,
	};
}

bool tl_identity_is(const struct tl_identity *a, const struct tl_identity *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       a->mtime.tv_sec == b->mtime.tv_sec && a->mtime.tv_nsec == b->mtime.tv_nsec;
}

static bool hash_at(int fd, uint64_t at, uint64_t *hash)
{
	uint8_t *bytes = malloc(HASHED_BYTES);
	size_t got = 0;
	ssize_t n = 1;

	if (!bytes)
		return false;
	while (got < HASHED_BYTES && n != 0) {
		n = pread(fd, bytes + got, HASHED_BYTES - got, (off_t)(at + got));
		if (n < 0 && errno != EINTR)
			break;
		got += n > 0 ? (size_t)n : 0;
	}
	*hash = XXH3_64bits(bytes, got);
	free(bytes);
	return n >= 0;
}

bool tl_origin_hash(int fd, uint64_t size, struct tl_origin *out)
{
	uint64_t tail = size > HASHED_BYTES ? size - HASHED_BYTES : 0;

	return hash_at(fd, 0, &out->head) && hash_at(fd, tail, &out->tail);
}

void tl_origin_put_key(uint8_t key[TL_ORIGIN_KEY], const char *magic, uint64_t version,
		       const struct tl_identity *file, const struct tl_origin *origin)
{
	memcpy(key, magic, 8);
	tl_put64(key + 8, version);
	tl_put64(key + 16, origin->text);
	tl_put64(key + 24, file->dev);
	tl_put64(key + 32, file->ino);
	tl_put64(key + 40, file->size);
	tl_put64(key + 48, (uint64_t)file->mtime.tv_sec);
	tl_put64(key + 56, (uint64_t)file->mtime.tv_nsec);
	tl_put64(key + 64, origin->head);
	tl_put64(key + 72, origin->tail);
}
