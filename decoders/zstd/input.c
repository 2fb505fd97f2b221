/* input.c: a file's bytes through a buffer. */
#include "decoders/zstd/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool tl_zstd_input_init(struct tl_zstd_input *in, const struct tl_packed_file *file, uint64_t at)
{
	*in = (struct tl_zstd_input){ .file = file, .at = at };
	in->buf = malloc(TL_ZSTD_INPUT_CAP);
	return in->buf != NULL;
}

void tl_zstd_input_fini(struct tl_zstd_input *in)
{
	free(in->buf);
	in->buf = NULL;
}

size_t tl_zstd_input_need(struct tl_zstd_input *in, size_t n, struct tl_err *err)
{
	size_t have = in->to - in->from;

	if (have >= n)
		return have;
	memmove(in->buf, in->buf + in->from, have);
	while (have < n && in->at + have < in->file->size) {
		uint64_t left = in->file->size - in->at - have;
		size_t room =
		    left < TL_ZSTD_INPUT_CAP - have ? (size_t)left : TL_ZSTD_INPUT_CAP - have;
		ssize_t got = pread(in->file->fd, in->buf + have, room, (off_t)(in->at + have));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			tl_err_sys(err, "cannot read '%s'", in->file->path);
		if (got <= 0)
			break;
		have += (size_t)got;
	}
	in->from = 0;
	in->to = have;
	return have;
}

void tl_zstd_input_skip(struct tl_zstd_input *in, uint64_t n)
{
	size_t have = in->to - in->from;

	in->at += n;
	in->from = n < have ? in->from + (size_t)n : in->to;
}
