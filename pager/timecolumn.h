/*
 * timecolumn.h: --time-column: the time of each line since the line above it, since a mark, or both,
 * beside the line numbers.  What is not known yet is blank and filled in when it is.  Main thread.
 */
#ifndef TL_PAGER_TIMECOLUMN_H
#define TL_PAGER_TIMECOLUMN_H

#include "pager/app.h"

/* Columns that it takes of the text that is shown; 0: none, as where there are no times. */
unsigned tl_timecolumn_width(struct tl_app *app);
/* Let the view show it. */
void tl_timecolumn_attach(struct tl_app *app);
/* A frame is about to be drawn. */
void tl_timecolumn_prepare(struct tl_app *app);

bool tl_timecolumn_parse(struct tl_options *o, const char *text, struct tl_err *err);
void tl_timecolumn_print(const struct tl_options *o, char *out, size_t size);

#endif
