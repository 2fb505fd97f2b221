/* signals.c: see signals.h. */
#include "pager/signals.h"

#include "pager/layout.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct tl_signals tl_signals = { .wake = -1 };

static void on_signal(int sig)
{
	int saved = errno;
	uint64_t one = 1;

	switch (sig) {
	case SIGINT:
		tl_signals.interrupt = 1;
		tl_layout_interrupt(true);
		break;
	case SIGWINCH:
		tl_signals.resize = 1;
		break;
	case SIGTSTP:
		tl_signals.stop = 1;
		break;
	case SIGCONT:
		tl_signals.cont = 1;
		break;
	case SIGUSR1:
		tl_signals.user = 1;
		break;
	default:
		tl_signals.end = sig;
	}
	if (write(tl_signals.wake, &one, sizeof(one)) < 0) {
		/* Awake anyway. */
	}
	errno = saved;
}

bool tl_signals_catch(struct tl_err *err)
{
	static const int caught[] = {
		SIGINT, SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGUSR1
	};
	struct sigaction sa;

	tl_signals.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (tl_signals.wake < 0)
		return tl_err_sys(err, "cannot make an eventfd");
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigaction(caught[i], &sa, NULL);
	sa.sa_handler = SIG_IGN; /* a closed terminal or pipe is seen by write() */
	sigaction(SIGPIPE, &sa, NULL);
	sigaction(SIGQUIT, &sa, NULL); /* as less */
	return true;
}

void tl_signals_close(void)
{
	if (tl_signals.wake >= 0)
		close(tl_signals.wake);
	tl_signals.wake = -1;
}

void tl_signals_awake(void)
{
	uint64_t count;

	if (read(tl_signals.wake, &count, sizeof(count)) < 0) {
		/* Nothing there: another signal's mark was seen already. */
	}
}

void tl_signals_stop(void)
{
	signal(SIGTSTP, SIG_DFL);
	kill(getpid(), SIGTSTP);
	/* Here again after SIGCONT. */
	signal(SIGTSTP, on_signal);
	tl_signals.cont = 0;
}
