/* calls.c: see calls.h. */
#include "text/calls.h"

#include <stdlib.h>

void tl_calls_clear(struct tl_calls *c)
{
	c->nlines = c->nthreads = 0;
	c->absolute = false;
}

void tl_calls_fini(struct tl_calls *c)
{
	free(c->lines);
	free(c->threads);
	*c = (struct tl_calls){ .absolute = false };
}

static void *grown(void *v, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap ? 2 * *cap : 256;
	void *bigger = n < *cap ? v : realloc(v, more * size);

	if (bigger && n == *cap)
		*cap = more;
	return bigger;
}

struct tl_callline *tl_calls_add(struct tl_calls *c)
{
	struct tl_callline *v = grown(c->lines, c->nlines, &c->lines_cap, sizeof(*v));

	if (!v)
		return NULL;
	c->lines = v;
	return &v[c->nlines++];
}

struct tl_callthread *tl_calls_add_thread(struct tl_calls *c)
{
	struct tl_callthread *v = grown(c->threads, c->nthreads, &c->threads_cap, sizeof(*v));

	if (!v)
		return NULL;
	c->threads = v;
	return &v[c->nthreads++];
}
