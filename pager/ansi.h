/* ansi.h: what SGR sequences (text/escape.h finds them) say about attributes and colours. */
#ifndef TL_PAGER_ANSI_H
#define TL_PAGER_ANSI_H

#include "pager/cell.h"

/* Apply the SGR sequence p[0..len) to attr; unknown parameters are passed over.
 * ECMA-48 5th ed., 8.3.117; 38/48 in both forms, with ; and with :. */
void tl_ansi_apply(struct tl_attr *attr, const uint8_t *p, size_t len);

/* Write the SGR sequence that turns plain into the TL_SGR_ attributes and colours of attr.
 * Returns its length, 0 where there is nothing to say; out has room for 80. */
size_t tl_ansi_encode(const struct tl_attr *attr, char *out);

/* Does the sequence turn off all that was on before it? */
bool tl_ansi_resets(const uint8_t *p, size_t len);

#endif
