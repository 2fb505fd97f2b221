/* threads.c: see threads.h.  The table; what happens to a thread is in depth.c. */
#include "decoders/pt/threads.h"

#include <stdlib.h>
#include <string.h>

/* Kept from one stretch to the next. */
#define KEEP_THREADS 256
#define KEEP_FRAMES  4096

static bool add_thread(struct tl_pt_threads *threads, uint64_t key)
{
	struct tl_pt_thread *t;

	if (threads->n == threads->cap) {
		size_t cap = threads->cap ? 2 * threads->cap : 16;

		t = realloc(threads->v, cap * sizeof(*t));
		if (!t)
			return false;
		memset(t + threads->cap, 0, (cap - threads->cap) * sizeof(*t));
		threads->v = t;
		threads->cap = cap;
	}
	t = &threads->v[threads->n++];
	*t = (struct tl_pt_thread){ .key = key,
				    .since = TL_PT_NOTIME,
				    .last = TL_PT_NONE,
				    .frames = t->frames,
				    .cap = t->cap };
	return true;
}

bool tl_pt_threads_search(struct tl_pt_threads *threads, uint64_t key)
{
	uint32_t number = tl_keyindex_number(&threads->by_key, key);

	if (number == TL_KEYINDEX_NONE)
		return false;
	while (threads->n <= number)
		if (!add_thread(threads, threads->by_key.keys[threads->n]))
			return false;
	threads->last = number;
	return true;
}

const struct tl_pt_thread *tl_pt_threads_have(const struct tl_pt_threads *threads, uint64_t key)
{
	uint32_t number = tl_keyindex_have(&threads->by_key, key);

	return number < threads->n ? &threads->v[number] : NULL;
}

bool tl_pt_thread_begin(struct tl_pt_thread *t, const struct tl_pt_thread *from)
{
	uint32_t n = from->nframes;

	if (n > t->cap) {
		struct tl_pt_frame *frames = realloc(t->frames, n * sizeof(*frames));

		if (!frames)
			return false;
		t->frames = frames;
		t->cap = n;
	}
	for (uint32_t i = 0; i < n; i++) {
		t->frames[i] = from->frames[i];
		t->frames[i].call = TL_PT_NONE;
	}
	t->nframes = n;
	t->base = -(int32_t)n;
	t->since = from->since;
	t->left = from->left;
	t->left_flags = from->left_flags;
	t->left_at = from->left_at;
	t->left_next = from->left_next;
	t->left_time = from->left_time;
	return true;
}

void tl_pt_threads_clear(struct tl_pt_threads *threads)
{
	threads->n = 0;
	threads->last = 0;
	tl_keyindex_clear(&threads->by_key);
}

void tl_pt_threads_trim(struct tl_pt_threads *threads)
{
	for (size_t i = 0; i < threads->cap; i++) {
		struct tl_pt_thread *t = &threads->v[i];

		if (t->cap > KEEP_FRAMES || threads->cap > KEEP_THREADS) {
			free(t->frames);
			t->frames = NULL;
			t->cap = 0;
		}
	}
	tl_pt_threads_clear(threads);
	if (threads->cap > KEEP_THREADS)
		tl_pt_threads_fini(threads);
}

void tl_pt_threads_fini(struct tl_pt_threads *threads)
{
	for (size_t i = 0; i < threads->cap; i++)
		free(threads->v[i].frames);
	free(threads->v);
	tl_keyindex_fini(&threads->by_key);
	*threads = (struct tl_pt_threads){ 0 };
}
