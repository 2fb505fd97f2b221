/*
 * openwait.h: a file that takes long to open.  There is no text yet that could be shown: a line
 * says how far it is, and ^C gives it up.
 */
#ifndef TL_PAGER_OPENWAIT_H
#define TL_PAGER_OPENWAIT_H

#include "base/progress.h"
#include "pager/app.h"

struct tl_openwait {
	struct tl_progress progress; /* for what opens the file */
	struct tl_app *app;
	const char *name;
	uint64_t started_ms, shown_ms; /* 0: nothing is shown */
	size_t width;                  /* of what is, where there is no screen yet */
	bool given_up;
};

/* Borrows the name until end().  Main thread. */
void tl_openwait_begin(struct tl_openwait *w, struct tl_app *app, const char *name);
void tl_openwait_end(struct tl_openwait *w);

#endif
