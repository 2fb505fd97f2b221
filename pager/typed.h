/*
 * typed.h: the keys that were typed and wait in tty.c: when the next one may act, and who gets it, which
 * the mode says.  Main thread.
 */
#ifndef TL_PAGER_TYPED_H
#define TL_PAGER_TYPED_H

#include "pager/app.h"

/*
 * May the next key act now?  Keys typed ahead, in one go with the command that began an
 * operation, were meant for what comes after it: they wait.  A key typed later acts as soon as
 * the operation shows its progress, and those before it with it.
 */
bool tl_typed_may_act(struct tl_app *app);

/* Let keys act, as long as they may. */
void tl_typed_act(struct tl_app *app);

#endif
