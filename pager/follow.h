/*
 * follow.h: F, ESC-F and ESC-f: the end of a text that grows stays on the screen.  The main loop polls
 * tl_follow_fd() beside its other descriptors and sleeps no longer than tl_follow_patience();
 * where the system tells of changes nothing is done in between.  However fast the text grows, it
 * is looked at only so often, and only its end is read.  Main thread.
 */
#ifndef TL_PAGER_FOLLOW_H
#define TL_PAGER_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

struct tl_app;
struct tl_buf;
struct tl_watch;

/* What is done when the search pattern turns up in new text. */
enum tl_follow { TL_FOLLOW_ON, TL_FOLLOW_STOP, TL_FOLLOW_RING };

struct tl_following {
	enum tl_follow how;
	uint64_t from;    /* where the text ended when it began */
	uint64_t looked;  /* new text was looked through for the pattern up to here */
	uint64_t shown;   /* the screen shows the end that was here */
	uint64_t next_ms; /* not to be looked at before; 0: at any time */
	bool is_fifo;     /* with a name: others may write to it when those who did have gone */
	bool behind;      /* there is more to be looked at */
	struct tl_watch *watch;
};

/* A key in the mode: the interrupt key ends it, all else is dropped. */
void tl_follow_key(struct tl_app *app, unsigned key);

/* The text, or the filter's answer, has grown; or something else is to be shown anew. */
void tl_follow_more(struct tl_app *app);

/* Leave the mode; does nothing in another one. */
void tl_follow_end(struct tl_app *app);

/* To poll for reading (-1: none), and what to do when it is readable. */
int tl_follow_fd(const struct tl_app *app);
void tl_follow_told(struct tl_app *app);

/* How long to sleep, in ms (-1: until something happens), and what to do then. */
int tl_follow_patience(const struct tl_app *app);
void tl_follow_time(struct tl_app *app);

/* Append what is said while one waits for text: "Waiting for data... (^X or interrupt to abort)". */
void tl_follow_message(struct tl_app *app, struct tl_buf *out);

#endif
