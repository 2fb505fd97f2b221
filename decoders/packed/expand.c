/* expand.c: see expand.h. */
#include "decoders/packed/expand.h"

#include "base/tempfile.h"
#include "text/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK     ((size_t)1 << 20)
#define ASK_AGAIN ((uint64_t)64 << 20) /* for room, behind so many bytes */

/* Stop where there are so many bytes, and so many times more than were read. */
#define MANY      (UINT64_C(256) << 20)
#define MANY_FOLD 1000

/* A compressed file, read from its beginning. */
struct reading {
	const struct tl_codec_ops *codec;
	struct tl_packed_file file;
	void *stream;
};

static void end(struct reading *r)
{
	if (r->stream)
		r->codec->close(r->stream);
	if (r->file.fd >= 0)
		close(r->file.fd);
}

static bool begin(struct reading *r, const struct tl_codec_ops *codec, const char *path,
		  struct tl_err *err)
{
	static const struct tl_point start;
	const struct tl_span nothing = { NULL, 0 };
	struct stat st;

	*r = (struct reading){ .codec = codec, .file = { .fd = -1, .path = path } };
	r->file.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (r->file.fd < 0 || fstat(r->file.fd, &st) < 0) {
		tl_err_sys(err, "cannot open '%s'", path);
		end(r);
		return false;
	}
	r->file.size = (uint64_t)st.st_size;
	if (codec->open(&r->file, &start, nothing, &r->stream, err))
		return true;
	r->stream = NULL;
	end(r);
	return false;
}

size_t tl_packed_head(const struct tl_codec_ops *codec, const char *path, uint8_t *out, size_t n)
{
	enum tl_lookup found = TL_FOUND;
	struct reading r;
	size_t have = 0;

	if (!begin(&r, codec, path, NULL))
		return 0;
	while (have < n && found == TL_FOUND && codec->at(r.stream) < TL_HEAD_INPUT) {
		size_t got = 0;

		found = codec->next(r.stream, out + have, n - have, &got, NULL);
		have += got;
	}
	end(&r);
	return have;
}

/* May a block be written behind `at` bytes?  *left is how much may be before one asks again. */
static bool has_room(int fd, uint64_t at, uint64_t *left, struct tl_err *err)
{
	if (at + BLOCK > tl_spool_limit())
		return tl_err_set(err, "the %llu MiB of --spool-size are full",
				  (unsigned long long)(tl_spool_limit() >> 20));
	if (*left < BLOCK) {
		if (!tl_tempfile_room(fd, tl_tempfile_dir(), left, err))
			return false;
		*left = *left < ASK_AGAIN ? *left : ASK_AGAIN;
	}
	*left -= BLOCK;
	return true;
}

/* The text, block by block, to `fd`. */
static bool write_text(struct reading *r, const struct tl_progress *progress, int fd,
		       uint8_t *block, struct tl_err *broken, struct tl_err *err)
{
	enum tl_lookup found = TL_FOUND;
	uint64_t at = 0, left = 0;

	while (found == TL_FOUND) {
		uint64_t read = r->codec->at(r->stream);
		size_t got = 0;

		if (at > MANY && at / MANY_FOLD > read) {
			tl_err_set(broken,
				   "%s: its text is more than 1000 times its size, and is not read "
				   "beyond byte %llu",
				   r->file.path, (unsigned long long)at);
			return true;
		}
		if (!tl_progress_step(progress,
				      r->file.size ? (double)read / (double)r->file.size : 0))
			return tl_err_set(err, "%s: interrupted", r->file.path);
		if (!has_room(fd, at, &left, err))
			return tl_err_prefix(err, "%s cannot be unpacked: ", r->file.path);
		found = r->codec->next(r->stream, block, BLOCK, &got, broken);
		if (!tl_tempfile_write(fd, block, got, at))
			return tl_err_sys(
			    err, "cannot unpack '%s' in %s (make room, or set TMPDIR elsewhere)",
			    r->file.path, tl_tempfile_dir());
		at += got;
	}
	return true;
}

bool tl_packed_expand(const struct tl_codec_ops *codec, const char *path,
		      const struct tl_progress *progress, int *fd, struct tl_err *broken,
		      struct tl_err *err)
{
	uint8_t *block = malloc(BLOCK);
	struct reading r;
	bool ok;

	*fd = -1;
	if (!block || !begin(&r, codec, path, err)) {
		free(block);
		return block ? false : tl_err_nomem(err);
	}
	*fd = tl_tempfile_open(tl_tempfile_dir());
	ok = *fd >= 0 ? write_text(&r, progress, *fd, block, broken, err)
		      : tl_err_sys(err, "cannot unpack '%s' in %s (set TMPDIR elsewhere)", path,
				   tl_tempfile_dir());
	end(&r);
	free(block);
	if (!ok && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	return ok;
}
