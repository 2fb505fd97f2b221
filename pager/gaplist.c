/* gaplist.c: see gaplist.h. */
#include "pager/gaplist.h"

#include <pthread.h>
#include <stdlib.h>

#define LINE_MOST 512 /* bytes of a line that are shown */

struct gap {
	uint64_t pos;
	size_t at; /* of its line in the text */
	size_t len;
};

struct tl_gaplist {
	pthread_mutex_t lock;
	struct gap *v;
	size_t n, cap;
	struct tl_buf text;
	bool full; /* there are more */
};

struct tl_gaplist *tl_gaplist_new(void)
{
	struct tl_gaplist *list = calloc(1, sizeof(*list));

	if (list)
		pthread_mutex_init(&list->lock, NULL);
	return list;
}

void tl_gaplist_free(struct tl_gaplist *list)
{
	if (!list)
		return;
	tl_buf_fini(&list->text);
	free(list->v);
	pthread_mutex_destroy(&list->lock);
	free(list);
}

static bool make_room(struct tl_gaplist *list)
{
	size_t cap = list->cap ? 2 * list->cap : 64;
	struct gap *v;

	if (list->n < list->cap)
		return true;
	v = realloc(list->v, cap * sizeof(*v));
	if (!v)
		return false;
	list->v = v;
	list->cap = cap;
	return true;
}

void tl_gaplist_add(struct tl_gaplist *list, uint64_t pos, struct tl_span line)
{
	size_t len = line.len < LINE_MOST ? line.len : LINE_MOST;

	pthread_mutex_lock(&list->lock);
	if (list->n < TL_GAPLIST_MOST && make_room(list) &&
	    tl_buf_append(&list->text, line.data, len))
		list->v[list->n++] = (struct gap){ pos, list->text.len - len, len };
	else
		list->full = true;
	pthread_mutex_unlock(&list->lock);
}

static int by_pos(const void *pa, const void *pb)
{
	const struct gap *a = pa, *b = pb;

	return a->pos < b->pos ? -1 : a->pos > b->pos;
}

size_t tl_gaplist_end(struct tl_gaplist *list)
{
	size_t kept = 0;

	if (list->n > 0)
		qsort(list->v, list->n, sizeof(*list->v), by_pos);
	for (size_t i = 0; i < list->n; i++)
		if (kept == 0 || list->v[kept - 1].pos != list->v[i].pos)
			list->v[kept++] = list->v[i];
	list->n = kept;
	return kept;
}

bool tl_gaplist_full(const struct tl_gaplist *list)
{
	return list->full;
}

size_t tl_gaplist_count(const struct tl_gaplist *list)
{
	return list->n;
}

uint64_t tl_gaplist_pos(const struct tl_gaplist *list, size_t i)
{
	return list->v[i].pos;
}

bool tl_gaplist_text(const struct tl_gaplist *list, struct tl_buf *out)
{
	bool ok = true;

	for (size_t i = 0; ok && i < list->n; i++) {
		const struct gap *g = &list->v[i];

		ok = tl_buf_printf(out, "%6zu  ", i + 1) &&
		     tl_buf_append(out, list->text.data + g->at, g->len) && tl_buf_putc(out, '\n');
	}
	return ok;
}
