/*
 * logfile.h: s, -o and -O: what a pipe brings is copied to a file while it is read.  Main thread.
 */
#ifndef TL_PAGER_LOGFILE_H
#define TL_PAGER_LOGFILE_H

#include "pager/app.h"

/*
 * The text is a new one: start the log that -o or -O has asked for, if it is a pipe.  Where the
 * file exists, -o asks what to do with it first.
 */
void tl_log_text_opened(struct tl_app *app);

/* More has come: write it.  A little at a time; does nothing where there is no log. */
void tl_log_step(struct tl_app *app);

/* The text goes away: read and write the rest of it, until ^C, and end the log. */
void tl_log_text_closing(struct tl_app *app);

/* -o, -O and s while the pager runs: a name was given (force: overwrite), or is asked for. */
void tl_log_start(struct tl_app *app, const char *name, bool force);
void tl_log_tell(struct tl_app *app);

/* May there be a log of this text?  False, and a message: it is no pipe. */
bool tl_log_possible(struct tl_app *app);

#endif
