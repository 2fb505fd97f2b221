/*
 * reopening.h: options of recordings have changed, and the text is made anew with the same time and thread under the
 * eye.  To open a recording, and to find times in it, takes up to seconds: a thread of its own does it, while the old
 * text is shown and keys act on it (TL_OP_REOPEN).  Main thread.
 */
#ifndef TL_PAGER_REOPENING_H
#define TL_PAGER_REOPENING_H

#include "pager/app.h"

/*
 * An option has changed: make the text anew.  Takes `was`, the value it had: it comes back if the text cannot be made,
 * or ^C is typed before it is there.  What was begun before is given up, but not its option.  A text that is no
 * recording is made anew at once.  False: nothing is made anew, and `was` is the caller's still.
 */
bool tl_reopening_begin(struct tl_app *app, struct tl_option_was *was, struct tl_err *err);

/* Show the new text if it is there, and nothing else goes on. */
void tl_reopening_step(struct tl_app *app);

/* Another command is carried out first. */
void tl_reopening_put_aside(struct tl_app *app);

/* ^C: the text and its options stay as they are, if one was waiting for another one. */
void tl_reopening_interrupt(struct tl_app *app);

/* How far it is, 0 to 1; negative: nobody knows. */
double tl_reopening_how_far(struct tl_app *app);

/* The text is closed: give up and wait; options whose text was not shown yet are put back. */
void tl_reopening_drop(struct tl_app *app);
void tl_reopening_fini(struct tl_app *app);

#endif
