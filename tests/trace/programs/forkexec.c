/* Processes: a fork that goes on by itself, one that becomes another program, one by vfork;
 * exec from another thread than the first; one that dies of a signal, one that ends while a
 * thread of it is busy. */
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile unsigned sink;
static char *self;

__attribute__((noinline)) static unsigned work(unsigned n)
{
	return n < 2 ? n : work(n - 1) + work(n - 2);
}

static void *leave(void *arg)
{
	execl(self, self, "child", (char *)0);
	return 0;
}

static void *spin(void *arg)
{
	/* With a condition: of a loop that never asks a trace cannot tell the rounds. */
	while (sink != ~0u)
		sink++;
	return 0;
}

int main(int argc, char **argv)
{
	pthread_t t;
	pid_t pid;
	int status, bad = 0;

	self = argv[0];
	if (argc > 1)
		return work(6) != 8;
	pid = fork();
	if (pid == 0) {
		sink = work(9);
		_exit(0);
	}
	sink = work(9);
	waitpid(pid, &status, 0);
	bad |= status;
	pid = fork();
	if (pid == 0) {
		pthread_create(&t, 0, leave, 0);
		pthread_join(t, 0);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	bad |= status;
	pid = vfork();
	if (pid == 0) {
		execl(self, self, "vforked", (char *)0);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	bad |= status;
	pid = fork();
	if (pid == 0) {
		sink = work(5);
		__asm__ volatile("ud2");
	}
	waitpid(pid, &status, 0);
	bad |= !WIFSIGNALED(status);
	pid = fork();
	if (pid == 0) {
		pthread_create(&t, 0, spin, 0);
		sink = work(5);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return bad | status;
}
