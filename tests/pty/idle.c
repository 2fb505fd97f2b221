/*
 * idle.c: see idle.h.  Linux tells it without guessing:
 *
 * - poll() on either side of a pty first delivers what the other side wrote, so a typed
 *   byte is either counted by FIONREAD or has been read;
 * - /proc/PID/task/TID/status has the state of a thread and counts how often it gave up
 *   the CPU.  Two looks that find all threads asleep with equal counts mean that nothing
 *   ran in between, hence that no thread was about to wake another one;
 * - /proc/PID/syscall says what the main thread sleeps in.  Waiting for the terminal is
 *   read() or poll() on it.  A poll that ends by itself within SOON_MS is not idleness:
 *   the program has a plan.
 */
#include "tests/pty/idle.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define SOON_MS   100
#define MAX_POLLS 64

static bool slurp(const char *path, char *buf, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, buf, cap - 1);
	close(fd);
	if (n <= 0)
		return false;
	buf[n] = 0;
	return true;
}

static unsigned long field(const char *status, const char *name)
{
	const char *at = strstr(status, name);

	return at ? strtoul(at + strlen(name), NULL, 10) : 0;
}

/* One look at all threads: a hash of who they are and how often each ran. */
static uint64_t look(pid_t pid, bool *asleep)
{
	uint64_t hash = 14695981039346656037u; /* FNV-1a */
	struct dirent *e;
	char path[64];
	DIR *dir;

	*asleep = true;
	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((e = readdir(dir))) {
		char file[400], status[4096];
		unsigned long ran[3];

		if (e->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s/status", path, e->d_name);
		if (!slurp(file, status, sizeof(status)))
			continue; /* the thread ended just now */
		if (!strstr(status, "State:\tS"))
			*asleep = false;
		ran[0] = strtoul(e->d_name, NULL, 10);
		ran[1] = field(status, "\nvoluntary_ctxt_switches:");
		ran[2] = field(status, "\nnonvoluntary_ctxt_switches:");
		for (int i = 0; i < 3; i++)
			hash = (hash ^ ran[i]) * 1099511628211u;
	}
	closedir(dir);
	return hash;
}

static bool is_terminal(pid_t pid, int fd)
{
	char path[64], target[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return false;
	target[n] = 0;
	return strncmp(target, "/dev/pts/", 9) == 0 || strcmp(target, "/dev/tty") == 0;
}

static bool peek(pid_t pid, unsigned long addr, void *to, size_t n)
{
	struct iovec here = { to, n }, there = { (void *)addr, n };

	return process_vm_readv(pid, &here, 1, &there, 1, 0) == (ssize_t)n;
}

static bool polls_terminal(pid_t pid, unsigned long fds, unsigned long n)
{
	struct pollfd polled[MAX_POLLS];

	if (n > MAX_POLLS)
		n = MAX_POLLS;
	if (!peek(pid, fds, polled, n * sizeof(polled[0])))
		return false;
	for (unsigned long i = 0; i < n; i++)
		if ((polled[i].events & POLLIN) && is_terminal(pid, polled[i].fd))
			return true;
	return false;
}

static bool sleeps_for_key(pid_t pid)
{
	unsigned long arg[6] = { 0 };
	char path[64], line[256];
	struct timespec ts;
	long nr;

	snprintf(path, sizeof(path), "/proc/%d/syscall", (int)pid);
	if (!slurp(path, line, sizeof(line)))
		return false;
	if (sscanf(line, "%ld %lx %lx %lx %lx %lx %lx", &nr, &arg[0], &arg[1], &arg[2], &arg[3],
		   &arg[4], &arg[5]) < 7)
		return false;
	switch (nr) {
	case SYS_read:
		return is_terminal(pid, (int)arg[0]);
#ifdef SYS_poll
	case SYS_poll:
		return ((int)arg[2] < 0 || (int)arg[2] >= SOON_MS) &&
		       polls_terminal(pid, arg[0], arg[1]);
#endif
	case SYS_ppoll:
		if (arg[2] && peek(pid, arg[2], &ts, sizeof(ts)) && ts.tv_sec == 0 &&
		    ts.tv_nsec < SOON_MS * 1000000L)
			return false;
		return polls_terminal(pid, arg[0], arg[1]);
#ifdef SYS_select
	case SYS_select:
#endif
	case SYS_pselect6:
#ifdef SYS_epoll_wait
	case SYS_epoll_wait:
#endif
	case SYS_epoll_pwait:
		return true; /* not looked into: all threads sleep, and no key is unread */
	default:
		return false;
	}
}

int idle_unread(int tty)
{
	struct pollfd p = { .fd = tty, .events = POLLIN };
	int n = 0;

	(void)poll(&p, 1, 0); /* delivers what was typed */
	return ioctl(tty, FIONREAD, &n) == 0 ? n : 0;
}

bool idle_can_tell(void)
{
	char line[256];

	return slurp("/proc/self/syscall", line, sizeof(line));
}

uint64_t idle_activity(pid_t pid)
{
	bool asleep;

	return look(pid, &asleep);
}

bool idle_sleeps(pid_t pid)
{
	bool asleep;

	return look(pid, &asleep) != 0 && asleep;
}

bool idle_waits_for_key(pid_t pid, int tty)
{
	uint64_t before;
	bool asleep;

	if (idle_unread(tty) != 0)
		return false;
	before = look(pid, &asleep);
	if (!before || !asleep || !sleeps_for_key(pid))
		return false;
	return look(pid, &asleep) == before && asleep && idle_unread(tty) == 0;
}
