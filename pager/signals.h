/*
 * signals.h: signals leave a mark here and wake the loop, which acts upon it.
 */
#ifndef TL_PAGER_SIGNALS_H
#define TL_PAGER_SIGNALS_H

#include "base/err.h"

#include <signal.h>

/* The loop clears a mark when it acts; `end` is the signal that ends the program. */
struct tl_signals {
	volatile sig_atomic_t interrupt, resize, stop, cont, user, end;
	int wake; /* can be read when there is a new one */
};
extern struct tl_signals tl_signals;

/* Main thread, all of it.  close() is fine without catch(). */
bool tl_signals_catch(struct tl_err *err);
void tl_signals_close(void);
/* The marks are about to be looked at: `wake` tells of later ones again. */
void tl_signals_awake(void);
/* Stop as if nothing caught SIGTSTP; returns after SIGCONT. */
void tl_signals_stop(void);

#endif
