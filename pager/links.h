/*
 * links.h: OSC 8 hyperlinks in a line of text: ESC ] 8 ; parameters ; URI ST, the text of the link,
 * and another such sequence, with an empty URI to end it.  No I/O, no state; any thread.
 */
#ifndef TL_PAGER_LINKS_H
#define TL_PAGER_LINKS_H

#include "text/source.h"

/* Byte offsets in the line. */
struct tl_link {
	size_t start, end; /* from its sequence to the one that ends it, or to the line's end */
	size_t text;       /* where its text begins; it goes on to `end` */
	size_t params, params_len; /* "id=x:..." */
	size_t uri, uri_len;
};

/* The first link with a text that starts at or after `from`. */
bool tl_link_next(struct tl_span line, size_t from, struct tl_link *out);

/* The last link with a text that starts before `before`. */
bool tl_link_prev(struct tl_span line, size_t before, struct tl_link *out);

/* The first sequence at or after `from` whose parameter `id` is this one; text and URI may be
 * empty. */
bool tl_link_by_id(struct tl_span line, size_t from, const char *id, size_t len,
		   struct tl_link *out);

/* How many bytes of the URI its scheme takes ("https" in "https://x"); 0: it has none. */
size_t tl_link_scheme(const char *uri);

#endif
