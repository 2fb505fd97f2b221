/* bytes.h: little-endian numbers out of unaligned bytes, as recordings hold them. */
#ifndef TL_DECODERS_PERF_BYTES_H
#define TL_DECODERS_PERF_BYTES_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t tl_get16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return le16toh(v);
}

static inline uint32_t tl_get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static inline uint64_t tl_get64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

#endif
