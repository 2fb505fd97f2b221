/*
 * savedbytes.c: see savedbytes.h and FORMAT.md.  The head says what the bytes belong to; it has
 * to be the same byte for byte, so reading makes the head that is expected and compares.
 */
#include "index/savedbytes.h"

#include "base/bytes.h"
#include "index/cachedir.h"
#include "index/origin.h"
#include "index/savedindex.h"

#include <string.h>
#include <xxhash.h>
#include <zstd.h>

#define VERSION       1
#define HEAD_SIZE     88 /* with the length */
#define MAGIC         "TLBYTES\n"
#define CHECKSUM_SIZE 8
#define LEVEL         1

/* What a file can have told of itself: a table of 16 bytes for each 128 at the most, and more
 * than that nobody shall make us allocate. */
#define MOST(file_size) ((file_size) / 8 + (1u << 20))
#define MOST_OF_ALL     ((uint64_t)1 << 30)

static uint64_t most(const struct tl_identity *file)
{
	uint64_t n = MOST(file->size);

	return n < MOST_OF_ALL ? n : MOST_OF_ALL;
}

bool tl_savedbytes_encode(const struct tl_identity *file, const struct tl_origin *origin,
			  struct tl_span bytes, struct tl_buf *out)
{
	size_t start = out->len, room = ZSTD_compressBound(bytes.len), n;
	uint8_t *p;

	if (bytes.len > most(file) || !tl_buf_reserve(out, HEAD_SIZE + room + CHECKSUM_SIZE))
		return false;
	p = out->data + start;
	tl_origin_put_key(p, MAGIC, VERSION, file, origin);
	tl_put64(p + TL_ORIGIN_KEY, bytes.len);
	n = ZSTD_compress(p + HEAD_SIZE, room, bytes.data, bytes.len, LEVEL);
	if (ZSTD_isError(n))
		return false;
	tl_put64(p + HEAD_SIZE + n, XXH3_64bits(p, HEAD_SIZE + n));
	out->len += HEAD_SIZE + n + CHECKSUM_SIZE;
	return true;
}

bool tl_savedbytes_decode(struct tl_span all, const struct tl_identity *file,
			  const struct tl_origin *origin, struct tl_buf *out)
{
	uint8_t key[TL_ORIGIN_KEY];
	uint64_t len;
	size_t n;

	if (all.len < HEAD_SIZE + CHECKSUM_SIZE)
		return false;
	n = all.len - CHECKSUM_SIZE;
	tl_origin_put_key(key, MAGIC, VERSION, file, origin);
	if (memcmp(all.data, key, TL_ORIGIN_KEY) != 0 ||
	    tl_get64(all.data + n) != XXH3_64bits(all.data, n))
		return false;
	len = tl_get64(all.data + TL_ORIGIN_KEY);
	n -= HEAD_SIZE;
	if (len > most(file) || ZSTD_getFrameContentSize(all.data + HEAD_SIZE, n) != len ||
	    !tl_buf_reserve(out, (size_t)len + 1) ||
	    ZSTD_decompress(out->data + out->len, (size_t)len, all.data + HEAD_SIZE, n) != len)
		return false;
	out->len += (size_t)len;
	return true;
}

bool tl_savedbytes_save(const char *dir, const struct tl_identity *file,
			const struct tl_origin *origin, struct tl_span bytes, struct tl_err *err)
{
	struct tl_buf all = TL_BUF_INIT;
	char name[TL_SAVEDINDEX_NAME];
	bool ok;

	tl_savedindex_name(file, origin, TL_SAVEDBYTES_SUFFIX, name);
	ok = tl_savedbytes_encode(file, origin, bytes, &all)
		 ? tl_cachedir_write(dir, name, &all, err)
		 : tl_err_set(err, "cannot save what was found out: too much of it");
	tl_buf_fini(&all);
	if (ok)
		tl_cachedir_prune(dir, TL_SAVEDBYTES_SUFFIX, TL_SAVEDINDEX_MAX_FILES);
	return ok;
}

bool tl_savedbytes_load(const char *dir, const struct tl_identity *file,
			const struct tl_origin *origin, struct tl_buf *out)
{
	struct tl_buf all = TL_BUF_INIT;
	char name[TL_SAVEDINDEX_NAME];
	size_t max = (size_t)most(file);
	bool ok;

	tl_savedindex_name(file, origin, TL_SAVEDBYTES_SUFFIX, name);
	ok = tl_cachedir_read(dir, name, max + max / 128 + 1024, &all) &&
	     tl_savedbytes_decode((struct tl_span){ all.data, all.len }, file, origin, out);
	tl_buf_fini(&all);
	return ok;
}
