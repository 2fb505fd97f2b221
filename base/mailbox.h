/* mailbox.h: how workers speak to the thread that owns the screen. */
#ifndef TL_BASE_MAILBOX_H
#define TL_BASE_MAILBOX_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* What a message is about.  It says "look again"; the facts are asked of `from`. */
enum tl_msg_kind {
	TL_MSG_TEXT = 1, /* a source has more text, or is complete now */
	TL_MSG_INDEX,    /* lines were counted further */
	TL_MSG_SCAN,     /* a search ended */
	TL_MSG_FILTER,   /* a filter knows more lines */
	TL_MSG_TIME,     /* a time was found, or the time of a place */
	TL_MSG_COSTS,    /* what calls cost was counted */
};

struct tl_msg {
	enum tl_msg_kind kind;
	void *from; /* the object concerned; not to be followed, only compared */
};

struct tl_mailbox;

bool tl_mailbox_open(struct tl_mailbox **out, struct tl_err *err);
void tl_mailbox_close(struct tl_mailbox *mb);

/*
 * Leave a copy of `msg` and wake the main loop.  An equal message that still lies
 * there is not doubled, so the box stays small however often workers post.  Any
 * thread; `mb` may be NULL: nobody listens.
 */
void tl_mailbox_post(struct tl_mailbox *mb, const struct tl_msg *msg);

/* Readable (POLLIN) while there are messages.  Main thread. */
int tl_mailbox_fd(const struct tl_mailbox *mb);

/* Take the oldest message; false when there is none.  Main thread. */
bool tl_mailbox_take(struct tl_mailbox *mb, struct tl_msg *msg);

#endif
