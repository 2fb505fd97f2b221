/*
 * editkeys.h: the #line-edit bindings of lesskey files.  They are translated to the keys that
 * lineedit.c knows, so that it need not know of them; mouse reports are taken out.
 */
#ifndef TL_PAGER_EDITKEYS_H
#define TL_PAGER_EDITKEYS_H

#include "pager/app.h"

/* The name of the i-th editing action; NULL: there are no more. */
const char *tl_editkeys_action(size_t i);

/* Is there such an editing action? */
bool tl_editkeys_known(const char *action);

/*
 * A key typed into a line.  True: it was taken; what it stands for was put before the keys that
 * wait, marked with TL_KEY_PLAIN.  False: it is to be edited with as it is.
 */
bool tl_editkeys_take(struct tl_app *app, unsigned key);

#endif
