/* memory.c: a text that is all in memory (help, messages, the output of a command). */
#include "text/source.h"

#include <stdlib.h>

#define CHUNK (UINT64_C(1) << TL_FILE_SHIFT)

struct memory {
	struct tl_buf bytes; /* const after open */
};

static void memory_extent(void *self, struct tl_extent *out)
{
	const struct memory *m = self;

	*out = tl_extent_of_bytes(m->bytes.len, true);
}

static enum tl_lookup memory_read_part(void *self, uint64_t k, size_t at, size_t n,
				       struct tl_buf *out, struct tl_err *err)
{
	const struct memory *m = self;
	struct tl_extent ex = tl_extent_of_bytes(m->bytes.len, true);
	uint64_t len;

	if (k >= ex.nchunks)
		return TL_NONE;
	len = k + 1 == ex.nchunks ? ex.last_len : CHUNK;
	if (at > len)
		at = len;
	if (!tl_buf_append(out, m->bytes.data + k * CHUNK + at, n < len - at ? n : len - at)) {
		tl_err_nomem(err);
		return TL_FAILED;
	}
	return TL_FOUND;
}

static enum tl_lookup memory_read(void *self, uint64_t k, struct tl_buf *out, struct tl_err *err)
{
	return memory_read_part(self, k, 0, CHUNK, out, err);
}

static void memory_close(void *self)
{
	struct memory *m = self;

	tl_buf_fini(&m->bytes);
	free(m);
}

static const struct tl_source_ops memory_ops = {
	.name = "memory",
	.shift = TL_FILE_SHIFT,
	.extent = memory_extent,
	.read = memory_read,
	.read_part = memory_read_part,
	.close = memory_close,
};

bool tl_source_open_memory(struct tl_buf *bytes, struct tl_source **out, struct tl_err *err)
{
	struct memory *m = calloc(1, sizeof(*m));

	if (!m) {
		tl_buf_fini(bytes);
		return tl_err_nomem(err);
	}
	m->bytes = *bytes;
	*bytes = (struct tl_buf)TL_BUF_INIT;
	return tl_source_new(&memory_ops, m, out, err);
}
