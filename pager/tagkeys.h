/*
 * tagkeys.h: -t, :t, t and T: to the places of a tag, one after the other.  Main thread.
 */
#ifndef TL_PAGER_TAGKEYS_H
#define TL_PAGER_TAGKEYS_H

#include "pager/app.h"

/* -t at the start: look the tag up.  The name of the file to open, or NULL, with a message. */
const char *tl_tag_first(struct tl_app *app, const char *tag, struct tl_err *err);

/* In the file that was opened for it: go to the tag's line. */
void tl_tag_go_to_line(struct tl_app *app);

/* -t while the pager runs. */
void tl_tag_examine(struct tl_app *app, const char *tag);

/* Which of the tag's places is shown, from 1, and how many there are; 0: no tag was looked up. */
size_t tl_tag_current(void);
size_t tl_tag_count(void);

void tl_tag_fini(void);

#endif
