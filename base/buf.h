/* buf.h: a byte buffer that grows. */
#ifndef TL_BASE_BUF_H
#define TL_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Storage held by the caller; all zero is a valid empty buffer. */
struct tl_buf {
	uint8_t *data; /* NULL until something was reserved */
	size_t len;
	size_t cap;
};

#define TL_BUF_INIT        \
	{                  \
		NULL, 0, 0 \
	}

void tl_buf_fini(struct tl_buf *b);

/* Make room for at least `extra` bytes behind `len`.  False: out of memory, b unchanged. */
bool tl_buf_reserve(struct tl_buf *b, size_t extra);

bool tl_buf_append(struct tl_buf *b, const void *bytes, size_t n);
bool tl_buf_putc(struct tl_buf *b, uint8_t byte);
bool tl_buf_puts(struct tl_buf *b, const char *s);
bool tl_buf_printf(struct tl_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A NUL behind the bytes, not counted in len; the bytes as a string, "" on out of memory. */
const char *tl_buf_str(struct tl_buf *b);

#endif
