/*
 * feed.h: where a text comes from that comes once and in order: a pipe, or what a decompressor makes
 * of a file.  pipe.c keeps it in a spool, and reads no further than somebody wants.
 */
#ifndef TL_TEXT_FEED_H
#define TL_TEXT_FEED_H

#include "text/source.h"

/* A const table, for one kind of feed. */
struct tl_feed_ops {
	const char *name; /* of the kind of source */

	/*
	 * Put up to n bytes, n > 0, at `buf`.  FOUND: *got > 0.  PENDING: there are none yet, ask
	 * again.  NONE: that was the end.  FAILED: it breaks off here, and err says where and why;
	 * *got bytes are good nevertheless.  The reader's thread.
	 */
	enum tl_lookup (*read)(void *self, uint8_t *buf, size_t n, size_t *got, struct tl_err *err);

	/* Something that poll() finds readable when read() has something to do; -1: call it at any
	 * time.  The reader's thread. */
	int (*descriptor)(void *self);

	/* read() may wait for its input, and shall not do so any longer.  May be NULL.  Any thread. */
	void (*cancel)(void *self);

	/* How much of all there is has been read, 0 .. 1; negative: nobody knows.  May be NULL.  Any
	 * thread. */
	double (*progress)(void *self);

	/* After the end, or a fault: is it any use to read again?  May be NULL: no.  The reader's thread
	 * is asleep. */
	bool (*again)(void *self);

	void (*close)(void *self);
};

/*
 * A feed that hands on what a descriptor brings.  Takes fd; `what` names it in messages, and is
 * copied.  Gives *self, to be released with tl_fd_feed.close().
 */
extern const struct tl_feed_ops tl_fd_feed;
bool tl_fd_feed_new(int fd, const char *what, void **self, struct tl_err *err);

/* Takes `self` (on failure too); `what` names it in messages, and is copied. */
bool tl_source_open_feed(const struct tl_feed_ops *ops, void *self, const char *what,
			 struct tl_source **out, struct tl_err *err);

#endif
