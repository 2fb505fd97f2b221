/*
 * mouse.h: what the mouse does.  Terminals report it as keys: ESC [ M and three bytes (X10), or
 * ESC [ < and numbers (SGR); xterm's "Control Sequences", "Mouse Tracking".  The key table has
 * the beginnings, and what follows is read here.  Main thread.
 */
#ifndef TL_PAGER_MOUSE_H
#define TL_PAGER_MOUSE_H

#include "pager/app.h"
#include "pager/keymap.h"

/* ---- the options --mouse, --emouse */

/* --emouse: a list of features, "-" for none. */
bool tl_mouse_parse(struct tl_options *o, const char *text, struct tl_err *err);
void tl_mouse_print(const struct tl_options *o, char *out, size_t size);
/* What --mouse says. */
void tl_mouse_say(const struct tl_options *o, char *out, size_t size);
/* --mouse was changed: its features are on or off. */
void tl_mouse_changed(struct tl_options *o);

/* Is anything to be done with the mouse, so that the terminal must report it? */
bool tl_mouse_enabled(const struct tl_app *app);

/* ---- reports */

/* Are these the first bytes of a report?  *out is the action that reads it. */
enum tl_fit tl_mouse_begins(const uint8_t *keys, size_t n, struct tl_binding *out);
bool tl_mouse_is_action(const char *action);

/* The beginning of a report was read: the keys that follow are its rest, until it is complete. */
void tl_mouse_begin(const char *action);
bool tl_mouse_reading(void);
/* One byte of it; what the mouse did is done with the last one, if commands are typed now. */
void tl_mouse_key(struct tl_app *app, unsigned key);

#endif
