/* event.c: see event.h. */
#include "decoders/pt/event.h"

#include <stdlib.h>

void tl_pt_events_fini(struct tl_pt_events *evs)
{
	free(evs->v);
	*evs = (struct tl_pt_events){ NULL, 0, 0 };
}

bool tl_pt_events_reserve(struct tl_pt_events *evs, size_t extra)
{
	const size_t most = SIZE_MAX / 2 / sizeof(*evs->v);
	struct tl_pt_event *v;
	size_t need, cap;

	if (extra > most - evs->n)
		return false;
	need = evs->n + extra;
	if (need <= evs->cap)
		return true;
	cap = evs->cap < 64 ? 64 : evs->cap + evs->cap / 2;
	if (cap < need || cap > most)
		cap = need;
	v = realloc(evs->v, cap * sizeof(*v));
	if (!v)
		return false;
	evs->v = v;
	evs->cap = cap;
	return true;
}
