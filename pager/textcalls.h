/*
 * textcalls.h: the calls of a text, whoever knows them: the decoder that makes it, or its lines
 * (index/callform.h).  What moves by calls or folds them asks here.
 */
#ifndef TL_PAGER_TEXTCALLS_H
#define TL_PAGER_TEXTCALLS_H

#include "index/callcache.h"
#include "index/callform.h"
#include "index/callnav.h"
#include "pager/folds.h"

struct tl_textcalls; /* of a text that is shown; made when it is first asked for */

/* Borrows src; nothing is read yet.  Main thread. */
bool tl_textcalls_open(struct tl_source *src, struct tl_textcalls **out, struct tl_err *err);
/* No worker may ask any more.  NULL is fine. */
void tl_textcalls_close(struct tl_textcalls *t);

/* The calls of its chunks, for as long as it is open.  For a text that shows no calls pin() says
 * so: FAILED. */
struct tl_callcache *tl_textcalls_cache(struct tl_textcalls *t);

/* How the lines tell them; false: they do not, or a decoder does, or they cannot be read, as err says.  Looks at the
 * first 64 KiB when first asked.  Any thread. */
bool tl_textcalls_form(struct tl_textcalls *t, struct tl_callform *out, struct tl_err *err);

/* Those of them that are folded. */
struct tl_folds *tl_textcalls_folds(struct tl_textcalls *t);

#endif
