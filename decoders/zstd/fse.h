/*
 * fse.h: tables of Finite State Entropy, as zstd's sequences use them (RFC 8878, section 4.1).
 * Any thread.
 */
#ifndef TL_DECODERS_ZSTD_FSE_H
#define TL_DECODERS_ZSTD_FSE_H

#include "decoders/zstd/format.h"
#include "text/source.h"

#define TL_FSE_LOG_MAX 9

struct tl_fse_table {
	uint8_t log; /* its size is 1 << log; 0: one symbol that takes no bits */
	struct tl_fse_cell {
		uint8_t symbol;
		uint8_t bits;  /* to read for the next state, */
		uint16_t base; /* which is this plus those bits */
	} cell[1 << TL_FSE_LOG_MAX];
};

/* What RFC 8878 predefines for a table, as a description. */
struct tl_span tl_fse_predefined(enum tl_zstd_table which);

/* Build what is described at p, and say how long the description is.  0: damaged. */
size_t tl_fse_read(const uint8_t *p, size_t n, enum tl_zstd_table which, struct tl_fse_table *out);

/* The table that knows one symbol only; false: there is no such symbol. */
bool tl_fse_single(uint8_t symbol, enum tl_zstd_table which, struct tl_fse_table *out);

#endif
