/*
 * linktable.h: OSC 8 sequences by number, so that a cell can say which link it belongs to.  The
 * layout puts them in, the screen sends them on, and the terminal makes links of them that can be
 * clicked.  One table; main thread.
 */
#ifndef TL_PAGER_LINKTABLE_H
#define TL_PAGER_LINKTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The number of "8;parameters;URI", from 1; the same one again for the same bytes.  0: it holds
 * bytes that are not to be sent, or there is no room before the table is renewed.
 */
uint32_t tl_linktable_number(const uint8_t *body, size_t len);

/* The bytes of that number; valid until the table is renewed. */
const uint8_t *tl_linktable_body(uint32_t number, size_t *len);

/* Before a frame is made: start anew if the table was full.  True: numbers mean something else
 * now. */
bool tl_linktable_renew(void);

/* How many times it was. */
unsigned tl_linktable_generation(void);

#endif
