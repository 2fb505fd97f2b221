/* foldedtext.h: --folded of a text whose lines tell calls: what is counted in it. */
#ifndef TL_PAGER_FOLDEDTEXT_H
#define TL_PAGER_FOLDEDTEXT_H

#include "base/jobs.h"
#include "decoders/decoder.h"
#include "pager/decoding.h"
#include "pager/option.h"

struct tl_foldedtext; /* an open text, with what its times are looked up in */

/*
 * Open the file `name` ("-" is standard input), `format` being what it is compressed with, if that is set; wait
 * for all of it where it is a pipe; and begin to count what --time selects.  The count is to be closed before the
 * text.  False: err says why.  Main thread.
 */
bool tl_foldedtext_open(const struct tl_options *o, const char *name,
			const struct tl_format *format, struct tl_jobs *pool,
			struct tl_foldedtext **out, struct tl_cost_count *count,
			struct tl_err *err);
void tl_foldedtext_close(struct tl_foldedtext *t); /* NULL is fine */

#endif
