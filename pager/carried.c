/*
 * carried.c: see carried.h.  Texts with colours mostly turn all of them off again and again: from the
 * last place where they do, not far back, sequences are applied in order.
 */
#include "pager/carried.h"

#include "pager/ansi.h"
#include "pager/glyph.h"
#include "pager/stretch.h"
#include "text/escape.h"

#include <string.h>

#define ESC   0x1b
#define FIRST ((size_t)8 << 10) /* looked at first; nearly always it is enough */

/* Apply the sequences in the bytes.  *reset: all attributes were off at some place. */
static struct tl_attr apply_all(const uint8_t *p, size_t n, bool *reset)
{
	struct tl_attr attr = { 0, 0, 0 };
	const uint8_t *end = p + n;
	size_t len;

	*reset = false;
	while (p < end && (p = memchr(p, ESC, (size_t)(end - p))) != NULL) {
		enum tl_escape kind = tl_escape_parse(p, (size_t)(end - p), &len);

		if (kind == TL_ESCAPE_SGR || kind == TL_ESCAPE_LINK)
			tl_glyph_act(&attr, kind, p, len);
		*reset = *reset || (kind == TL_ESCAPE_SGR && tl_ansi_resets(p, len));
		p += len > 0 ? len : 1;
	}
	return attr;
}

struct tl_attr tl_carried_attr(struct tl_layout *lay, uint64_t pos)
{
	struct tl_attr attr = { 0, 0, 0 };
	struct tl_buf before = TL_BUF_INIT;
	bool reset = false, all = false;
	const uint8_t *nl;
	size_t n;

	if (lay->opts.raw == TL_RAW_NONE)
		return attr;
	for (size_t most = FIRST; !reset && !all; most = TL_CARRIED_FROM) {
		if (!tl_buf_reserve(&before, most))
			break;
		n = tl_stretch_copy_before(lay, pos, before.data, most);
		nl = n > 0 ? memrchr(before.data, '\n', n) : NULL;
		all = nl || n < most || most == TL_CARRIED_FROM;
		nl = nl ? nl + 1 : before.data;
		attr = apply_all(nl, n - (size_t)(nl - before.data), &reset);
	}
	tl_buf_fini(&before);
	return attr;
}
