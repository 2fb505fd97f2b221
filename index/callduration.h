/* callduration.h: how long a call took, as traces print it on the line that ends it. */
#ifndef TL_INDEX_CALLDURATION_H
#define TL_INDEX_CALLDURATION_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Read "0.541 us", "+ 12.345 us", "1.234  s" or "2.003  m" (two minutes and three seconds) in [p, end), which
 * blanks and what follows may surround.  False: none stands there, or one that says it is the
 * least ("> 12 us").  Any thread.
 */
bool tl_callduration_read(const uint8_t *p, const uint8_t *end, uint64_t *ns);

#endif
