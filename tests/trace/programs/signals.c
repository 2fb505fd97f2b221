/* Signals: handlers, nested ones, on another stack, out of a handler by siglongjmp, faults,
 * and a system call that is interrupted. */
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static volatile sig_atomic_t count;
static sigjmp_buf env;
static char other[16384];

__attribute__((noinline)) static void work(int n)
{
	for (int i = 0; i < n; i++)
		count += i & 1;
}

static void inner(int sig)
{
	work(3);
}

static void outer(int sig)
{
	work(5);
	raise(SIGUSR2);
	work(5);
}

static void fault(int sig)
{
	work(2);
	siglongjmp(env, sig);
}

static void alarmed(int sig)
{
	count++;
}

static void on(int sig, void (*fn)(int), int flags)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = fn;
	sa.sa_flags = flags;
	sigaction(sig, &sa, 0);
}

int main(void)
{
	stack_t ss = { .ss_sp = other, .ss_size = sizeof(other) };
	struct itimerval it = { .it_value = { .tv_usec = 30000 } };
	int *volatile nowhere = 0;
	char c;
	int fds[2];

	sigaltstack(&ss, 0);
	on(SIGUSR1, outer, SA_ONSTACK);
	on(SIGUSR2, inner, 0);
	on(SIGSEGV, fault, SA_NODEFER);
	on(SIGILL, fault, SA_NODEFER);
	on(SIGALRM, alarmed, 0);
	for (int i = 0; i < 3; i++) {
		raise(SIGUSR1);
		work(10);
	}
	if (sigsetjmp(env, 1) == 0)
		*nowhere = 1;
	if (sigsetjmp(env, 1) == 0)
		__asm__ volatile("ud2");
	/* Ignored by default. */
	raise(SIGURG);
	/* A read() that a signal ends, and one that goes on. */
	if (pipe(fds) < 0)
		return 1;
	setitimer(ITIMER_REAL, &it, 0);
	if (read(fds[0], &c, 1) != -1)
		return 1;
	on(SIGALRM, alarmed, SA_RESTART);
	it.it_value.tv_usec = 30000;
	setitimer(ITIMER_REAL, &it, 0);
	while (count < 0)
		pause();
	work(20);
	return count == 0;
}
