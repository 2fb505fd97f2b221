/* numberkeys.h: the number before a command, and the keys that edit it.  Main thread. */
#ifndef TL_PAGER_NUMBERKEYS_H
#define TL_PAGER_NUMBERKEYS_H

#include "pager/app.h"
#include "pager/keymap.h"

/* What was typed, as a number; and forget it. */
void tl_number_take(struct tl_app *app, struct tl_number *n);
void tl_number_forget(struct tl_app *app);

/* A digit, a point, or the terminal's character for erasing.  False: none of these. */
bool tl_number_key(struct tl_app *app, unsigned key);

/*
 * The keys typed behind a number: TL_FIT_WHOLE: they edited it.  TL_FIT_PREFIX: they may, with more
 * to come.  TL_FIT_NOT: they are a command's.
 */
enum tl_fit tl_number_edit(struct tl_app *app, const uint8_t *keys, size_t n);

#endif
