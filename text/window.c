/*
 * window.c: see window.h.  A window is 8 MiB and a margin, so that mapping and unmapping
 * cost little; a few stay mapped, the least recently used one goes.
 */
#include "text/window.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define WINDOW (UINT64_C(8) << 20)
#define MARGIN (UINT64_C(1) << 20) /* mapped on both sides: a chunk and its lines lie in one */
#define KEPT   6                   /* a file's windows: chunks under way at a time lie in as many */
#define GUARDS 64                  /* windows there may be in all */

/* What the handler knows of a window.  base is published last and withdrawn first. */
struct guard {
	_Atomic uintptr_t base;
	_Atomic size_t size;
	atomic_bool cut;
	atomic_bool used;
};

static struct guard guards[GUARDS];
static uintptr_t page_size;

struct tl_window {
	uint64_t first; /* byte of the file at base */
	uint8_t *base;
	size_t size;
	unsigned users;
	uint64_t used_at;
	bool stale;
	struct guard *guard;
};

struct tl_windows {
	pthread_mutex_t lock;
	struct tl_window slots[KEPT];
	uint64_t clock;
};

/* ---- SIGBUS */

static void on_sigbus(int sig, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)info->si_addr;
	int saved = errno;

	for (int i = 0; i < GUARDS; i++) {
		uintptr_t base = atomic_load(&guards[i].base);
		size_t size = atomic_load(&guards[i].size);

		if (base == 0 || at < base || at >= base + size)
			continue;
		at &= ~(page_size - 1);
		atomic_store(&guards[i].cut, true);
		if (mmap((void *)at, base + size - at, PROT_READ,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED) {
			errno = saved;
			return;
		}
		break;
	}
	signal(sig, SIG_DFL); /* somebody else's: it happens again, and is fatal */
}

static bool handler_ready;

static void install_handler(void)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_sigaction = on_sigbus;
	sa.sa_flags = SA_SIGINFO;
	page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
	handler_ready = sigaction(SIGBUS, &sa, NULL) == 0;
}

static struct guard *guard_new(void *base, size_t size)
{
	for (int i = 0; i < GUARDS; i++) {
		bool free_one = false;

		if (!atomic_compare_exchange_strong(&guards[i].used, &free_one, true))
			continue;
		atomic_store(&guards[i].cut, false);
		atomic_store(&guards[i].size, size);
		atomic_store(&guards[i].base, (uintptr_t)base);
		return &guards[i];
	}
	return NULL;
}

static void guard_free(struct guard *g)
{
	atomic_store(&g->base, 0);
	atomic_store(&g->used, false);
}

/* ---- windows; the lock is held */

static void unmap(struct tl_window *w)
{
	if (!w->base)
		return;
	guard_free(w->guard);
	munmap(w->base, w->size);
	memset(w, 0, sizeof(*w));
}

static bool map(struct tl_window *w, int fd, uint64_t size, uint64_t first)
{
	uint64_t len = WINDOW + 2 * MARGIN;
	void *base;

	if (len > size - first)
		len = size - first;
	base = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, (off_t)first);
	if (base == MAP_FAILED)
		return false;
	*w = (struct tl_window){ .first = first, .base = base, .size = len };
	w->guard = guard_new(base, len);
	if (w->guard)
		return true;
	munmap(base, len);
	memset(w, 0, sizeof(*w));
	return false;
}

static bool holds(const struct tl_window *w, uint64_t from, size_t len)
{
	return w->base && !w->stale && from >= w->first && from - w->first <= w->size &&
	       len <= w->size - (from - w->first);
}

static struct tl_window *oldest_idle(struct tl_windows *ws)
{
	struct tl_window *found = NULL;

	for (int i = 0; i < KEPT; i++)
		if (ws->slots[i].users == 0 && (!found || ws->slots[i].used_at < found->used_at))
			found = &ws->slots[i];
	return found;
}

/* ---- for the file source */

struct tl_windows *tl_windows_new(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct tl_windows *ws;

	pthread_once(&once, install_handler);
	if (!handler_ready || sizeof(void *) < 8)
		return NULL;
	ws = calloc(1, sizeof(*ws));
	if (ws)
		pthread_mutex_init(&ws->lock, NULL);
	return ws;
}

void tl_windows_free(struct tl_windows *ws)
{
	if (!ws)
		return;
	for (int i = 0; i < KEPT; i++)
		unmap(&ws->slots[i]);
	pthread_mutex_destroy(&ws->lock);
	free(ws);
}

void tl_windows_forget(struct tl_windows *ws)
{
	if (!ws)
		return;
	pthread_mutex_lock(&ws->lock);
	for (int i = 0; i < KEPT; i++) {
		if (ws->slots[i].users == 0)
			unmap(&ws->slots[i]);
		else
			ws->slots[i].stale = true;
	}
	pthread_mutex_unlock(&ws->lock);
}

bool tl_windows_take(struct tl_windows *ws, int fd, uint64_t size, uint64_t from, size_t len,
		     const uint8_t **data, struct tl_window **out)
{
	/* A chunk and the byte before it do not lie on two sides of a border. */
	uint64_t first = (from + MARGIN / 2) / WINDOW * WINDOW;
	struct tl_window *w = NULL;

	if (!ws || from > size || len > size - from)
		return false;
	first = first >= MARGIN ? first - MARGIN : 0;
	pthread_mutex_lock(&ws->lock);
	for (int i = 0; i < KEPT && !w; i++)
		if (holds(&ws->slots[i], from, len))
			w = &ws->slots[i];
	if (!w) {
		w = oldest_idle(ws);
		if (w)
			unmap(w);
		if (w && (!map(w, fd, size, first) || !holds(w, from, len)))
			w = NULL;
	}
	if (w) {
		w->users++;
		w->used_at = ++ws->clock;
		*data = w->base + (from - w->first);
		*out = w;
	}
	pthread_mutex_unlock(&ws->lock);
	return w != NULL;
}

bool tl_windows_give(struct tl_windows *ws, struct tl_window *w)
{
	bool cut;

	pthread_mutex_lock(&ws->lock);
	cut = atomic_load(&w->guard->cut);
	if (cut)
		w->stale = true;
	if (--w->users == 0 && w->stale)
		unmap(w);
	pthread_mutex_unlock(&ws->lock);
	return !cut;
}
