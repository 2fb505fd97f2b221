/*
 * linetimes.h: what is known of lines on the screen, as their times (texttimes.h), for prompts and
 * the time column.  Who draws asks and goes on; a worker finds out, and TL_MSG_TIME says that it has.
 */
#ifndef TL_PAGER_LINETIMES_H
#define TL_PAGER_LINETIMES_H

#include "pager/texttimes.h"

struct tl_linetimes;

/* Borrows all until close(), which waits for the line that is being looked at.  Main thread. */
bool tl_linetimes_open(struct tl_texttimes *times, struct tl_jobs *pool, struct tl_mailbox *mailbox,
		       struct tl_linetimes **out, struct tl_err *err);
void tl_linetimes_close(struct tl_linetimes *lt); /* NULL is fine */

/* The text has grown: lines of which nobody could tell are asked about again; `anew`: all are, as they have other
 * times now.  NULL is fine.  Main thread. */
void tl_linetimes_grow(struct tl_linetimes *lt, bool anew);

/*
 * The place of the line that holds pos.  FOUND: place->time_ns is its time.  NONE: nobody can tell.
 * PENDING: it was asked for; only so many of the last ones that were asked for are found out.  Main
 * thread.
 */
enum tl_lookup tl_linetimes_get(struct tl_linetimes *lt, uint64_t pos, struct tl_place *out);

#endif
