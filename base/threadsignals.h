/* threadsignals.h: which of the program's threads gets signals.  Any thread. */
#ifndef TL_BASE_THREADSIGNALS_H
#define TL_BASE_THREADSIGNALS_H

#include <pthread.h>
#include <signal.h>

/* A thread that begins leaves signals to the one that owns the screen, but for those it brings about itself. */
static inline void tl_thread_leave_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGFPE);
	sigdelset(&all, SIGILL);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
}

#endif
