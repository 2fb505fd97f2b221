/*
 * fileoptions.h: options whose change does something at once: -o and -O start a log.  Main thread.
 */
#ifndef TL_PAGER_FILEOPTIONS_H
#define TL_PAGER_FILEOPTIONS_H

#include "pager/app.h"

/* Before the value of an option that its letter named is asked for.  False: it cannot be changed
 * now; a message says so. */
bool tl_fileoption_may_ask(struct tl_app *app, const struct tl_option *opt);

/*
 * An option is changed (value, NULL or "" if none was typed) or asked for.  True: it was one of
 * those, and all is done and said.
 */
bool tl_fileoption_change(struct tl_app *app, const struct tl_option *opt,
			  enum tl_opt_action action, const char *value);

/* --modelines: the text's first lines may say how far apart tab stops are: set them.  Waits for the
 * lines of a pipe. */
void tl_fileoption_read_modelines(struct tl_app *app);

#endif
