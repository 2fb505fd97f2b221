/*
 * filesource.h: what the text of a file comes from: a recording's decoder, a decompressor, standard
 * input, what LESSOPEN's program makes of it, or the file itself.  Main thread.
 */
#ifndef TL_PAGER_FILESOURCE_H
#define TL_PAGER_FILESOURCE_H

#include "pager/app.h"

/* Gives *src, to be closed unless f keeps it (f->kept).  False: err says why not. */
bool tl_filesource_open(struct tl_app *app, struct tl_file *f, struct tl_source **src,
			struct tl_err *err);
/* Is there something that can be opened under this name?  False: err says why not. */
bool tl_filesource_may_open(struct tl_app *app, const char *name, struct tl_err *err);
/* The source is closed: LESSCLOSE may have something to clean up. */
void tl_filesource_end(struct tl_app *app, struct tl_file *f);
/* Where indexes are kept, to be freed; NULL: nowhere. */
char *tl_filesource_index_dir(struct tl_app *app);

#endif
