/*
 * paste.h: --no-paste.  A terminal that is asked to puts ESC [200~ and ESC [201~ around text that is
 * pasted (xterm's "Control Sequences", "Bracketed Paste Mode").  Main thread.
 */
#ifndef TL_PAGER_PASTE_H
#define TL_PAGER_PASTE_H

#include "pager/app.h"

/*
 * Is the key not to be acted on: part of such a mark, or pasted where nothing may be?  With --no-paste
 * text is taken into a line that is being typed, up to the first newline of it.
 */
bool tl_paste_takes(struct tl_app *app, unsigned key);

#endif
