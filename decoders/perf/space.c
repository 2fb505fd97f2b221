/* space.c: see space.h; also tl_space_find() of timeline.h. */
#include "decoders/perf/space.h"

#include "decoders/perf/paint.h"

#include <stdlib.h>
#include <string.h>

/*
 * What one image may cost: epochs, and mappings in all its pictures together (32 bytes each).  A
 * recording that would need more is no usual one; then neighbouring epochs share a picture.
 */
#define MAX_EPOCHS 4096
#define MAX_MAPS   ((uint64_t)4 << 20)

/* A space, and the kernel's picture in it, in a list of those with the same user picture. */
struct combination {
	struct tl_space space;
	const struct epoch *kernel;
	struct combination *next;
};

struct epoch {
	uint32_t from; /* the record that begins it; the first epoch holds before, too */
	uint32_t upto; /* how many of the image's changes its picture shows */
	bool made;
	struct tl_map *maps;
	size_t nmaps;
	struct combination *combinations;
};

struct change {
	struct tl_map map;
	uint32_t when;
	uint32_t next; /* of the same image */
	bool fills;
};

struct image {
	uint32_t base, base_when;
	uint32_t first, last; /* changes; NONE */
	struct epoch *epochs; /* NULL until first asked */
	uint32_t nepochs;
};

#define NONE UINT32_MAX

struct tl_spaces {
	struct image *images;
	size_t nimages, image_cap;
	struct change *changes;
	size_t nchanges, change_cap;
	uint32_t nspaces;
};

/* An image's changes in order, those that it has from its base first. */
struct history {
	const struct change **v;
	size_t n, cap, inherited;
	struct tl_paint *paint;
};

static bool grow(void **array, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : 16;
	void *bigger;

	if (n < *cap)
		return true;
	if (n >= NONE - 1)
		return false;
	bigger = realloc(*array, more * size);
	if (!bigger)
		return false;
	*array = bigger;
	*cap = more;
	return true;
}

struct tl_spaces *tl_spaces_open(void)
{
	struct tl_spaces *s = calloc(1, sizeof(*s));
	uint32_t image;

	if (s && tl_spaces_image(s, TL_SPACES_EMPTY, 0, &image) &&
	    tl_spaces_image(s, TL_SPACES_EMPTY, 0, &image))
		return s;
	tl_spaces_close(s);
	return NULL;
}

void tl_spaces_close(struct tl_spaces *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->nimages; i++) {
		for (uint32_t e = 0; e < s->images[i].nepochs; e++) {
			struct epoch *ep = &s->images[i].epochs[e];

			for (struct combination *c = ep->combinations, *next; c; c = next) {
				next = c->next;
				free(c);
			}
			free(ep->maps);
		}
		free(s->images[i].epochs);
	}
	free(s->images);
	free(s->changes);
	free(s);
}

bool tl_spaces_image(struct tl_spaces *s, uint32_t base, uint32_t when, uint32_t *image)
{
	if (!grow((void **)&s->images, s->nimages, &s->image_cap, sizeof(*s->images)))
		return false;
	*image = (uint32_t)s->nimages;
	s->images[s->nimages++] =
	    (struct image){ .base = base, .base_when = when, .first = NONE, .last = NONE };
	return true;
}

static bool add_change(struct tl_spaces *s, uint32_t image, uint32_t when, const struct tl_map *map,
		       bool fills)
{
	struct image *im = &s->images[image];
	uint32_t number = (uint32_t)s->nchanges;

	if (map->start >= map->end || image == TL_SPACES_EMPTY)
		return true;
	if (!grow((void **)&s->changes, s->nchanges, &s->change_cap, sizeof(*s->changes)))
		return false;
	s->changes[s->nchanges++] =
	    (struct change){ .map = *map, .when = when, .next = NONE, .fills = fills };
	if (im->last == NONE)
		im->first = number;
	else
		s->changes[im->last].next = number;
	im->last = number;
	return true;
}

bool tl_spaces_map(struct tl_spaces *s, uint32_t image, uint32_t when, const struct tl_map *map)
{
	return add_change(s, image, when, map, false);
}

bool tl_spaces_fill(struct tl_spaces *s, uint32_t image, uint32_t when, const struct tl_map *map)
{
	return add_change(s, image, when, map, true);
}

/* Do two mappings show the same bytes at the same addresses? */
static bool agree(const struct tl_map *a, const struct tl_map *b)
{
	return a->dso == b->dso && (!a->dso || a->start - a->pgoff == b->start - b->pgoff);
}

/* ---- the changes of an image, its base's included */

static bool add_changes(const struct tl_spaces *s, struct history *h, const struct image *im,
			uint32_t before)
{
	for (uint32_t c = im->first; c != NONE && s->changes[c].when < before;
	     c = s->changes[c].next) {
		if (!grow((void **)&h->v, h->n, &h->cap, sizeof(*h->v)))
			return false;
		h->v[h->n++] = &s->changes[c];
	}
	return true;
}

/* An image and the record before which it counts, on the way down to a process. */
struct step {
	uint32_t image, before;
};

static bool add_bases(const struct tl_spaces *s, struct history *h, const struct image *im)
{
	struct step *steps = NULL;
	size_t n = 0, cap = 0;
	bool ok = true;

	while (ok && im->base != TL_SPACES_EMPTY) {
		ok = grow((void **)&steps, n, &cap, sizeof(*steps));
		if (ok)
			steps[n++] = (struct step){ im->base, im->base_when };
		im = &s->images[im->base];
	}
	while (ok && n-- > 0)
		ok = add_changes(s, h, &s->images[steps[n].image], steps[n].before);
	free(steps);
	return ok;
}

static bool open_canvas(struct history *h)
{
	struct tl_paint_range *ranges = calloc(h->n ? h->n : 1, sizeof(*ranges));

	if (!ranges)
		return false;
	for (size_t i = 0; i < h->n; i++)
		ranges[i] = (struct tl_paint_range){ h->v[i]->map.start, h->v[i]->map.end };
	h->paint = tl_paint_open(ranges, h->n);
	free(ranges);
	return h->paint != NULL;
}

static void history_close(struct history *h)
{
	tl_paint_close(h->paint);
	free(h->v);
}

static bool history_open(const struct tl_spaces *s, const struct image *im, struct history *h)
{
	*h = (struct history){ 0 };
	if (add_bases(s, h, im)) {
		h->inherited = h->n;
		if (add_changes(s, h, im, TL_SPACES_NEVER) && open_canvas(h))
			return true;
	}
	history_close(h);
	return false;
}

/* ---- epochs */

/* While a change is painted: does it hide anything else? */
struct hiding {
	const struct history *h;
	const struct tl_map *map;
	bool fills;
	bool conflict;
};

static void hides(void *arg, uint32_t hidden)
{
	struct hiding *w = arg;
	const struct tl_map *old = &w->h->v[hidden]->map;

	if (w->fills && !w->h->v[hidden]->fills)
		return;
	if (old->dso && !agree(old, w->map))
		w->conflict = true;
}

/* Let so many epochs share a picture that all of them cost no more than they may. */
static void share(struct image *im, const uint64_t *pieces)
{
	uint64_t all = 0, n = im->nepochs, together;
	uint32_t kept = 0;

	for (uint32_t e = 0; e < im->nepochs; e++)
		all += pieces[e];
	together = n / MAX_EPOCHS > all / MAX_MAPS ? n / MAX_EPOCHS : all / MAX_MAPS;
	if (together++ == 0)
		return;
	for (uint32_t e = 0; e < im->nepochs; e++) {
		if (e % together == 0)
			im->epochs[kept++] = im->epochs[e];
		else
			im->epochs[kept - 1].upto = im->epochs[e].upto;
	}
	im->nepochs = kept;
}

/* Epochs as they are found, and how many pieces are seen at the end of each. */
struct finding {
	struct epoch *v;
	uint64_t *pieces;
	size_t n, cap, pieces_cap;
};

static bool begin_epoch(struct finding *f, uint32_t from)
{
	if (!grow((void **)&f->v, f->n, &f->cap, sizeof(*f->v)) ||
	    !grow((void **)&f->pieces, f->n, &f->pieces_cap, sizeof(*f->pieces)))
		return false;
	f->pieces[f->n] = 0;
	f->v[f->n++] = (struct epoch){ .from = from };
	return true;
}

static bool find_epochs(struct image *im, const struct history *h)
{
	struct finding f = { 0 };
	bool ok = begin_epoch(&f, 0);

	for (size_t i = 0; ok && i < h->n; i++) {
		struct hiding w = { h, &h->v[i]->map, h->v[i]->fills, false };

		tl_paint_put(h->paint, (uint32_t)i, hides, &w);
		if (w.conflict && i >= h->inherited)
			ok = begin_epoch(&f, h->v[i]->when);
		f.v[f.n - 1].upto = (uint32_t)i + 1;
		f.pieces[f.n - 1] = tl_paint_count(h->paint);
	}
	if (ok) {
		im->epochs = f.v;
		im->nepochs = (uint32_t)f.n;
		share(im, f.pieces);
	} else {
		free(f.v);
	}
	free(f.pieces);
	return ok;
}

static bool make_epochs(const struct tl_spaces *s, struct image *im)
{
	struct history h;
	bool ok;

	if (im->epochs)
		return true;
	if (!history_open(s, im, &h))
		return false;
	ok = find_epochs(im, &h);
	history_close(&h);
	return ok;
}

/* What is seen after the first upto changes, neighbours that agree joined. */
static bool make_picture(struct epoch *ep, const struct history *h)
{
	struct tl_paint_range piece;
	size_t cursor = 0, cap = 0;
	struct tl_map *last = NULL;
	uint32_t i;

	while (tl_paint_next(h->paint, &cursor, &piece, &i)) {
		const struct tl_map *m = &h->v[i]->map;

		if (!m->dso)
			continue;
		if (last && last->end == piece.start && agree(last, m)) {
			last->end = piece.end;
			continue;
		}
		if (!grow((void **)&ep->maps, ep->nmaps, &cap, sizeof(*ep->maps)))
			return false;
		last = &ep->maps[ep->nmaps++];
		*last = (struct tl_map){ piece.start, piece.end,
					 m->pgoff + (piece.start - m->start), m->dso };
	}
	ep->made = true;
	return true;
}

static bool make_epoch(struct tl_spaces *s, struct image *im, struct epoch *ep)
{
	struct history h;
	bool ok;

	if (ep->made)
		return true;
	if (!history_open(s, im, &h))
		return false;
	for (uint32_t i = 0; i < ep->upto; i++)
		tl_paint_put(h.paint, i, NULL, NULL);
	ok = make_picture(ep, &h);
	if (!ok) {
		free(ep->maps);
		ep->maps = NULL;
		ep->nmaps = 0;
	}
	history_close(&h);
	return ok;
}

/* The epoch of an image after the first `when` records; NULL: no memory. */
static struct epoch *epoch_at(struct tl_spaces *s, uint32_t image, uint32_t when, uint32_t *next)
{
	struct image *im = &s->images[image];
	uint32_t lo = 0, hi;

	/* A process that maps nothing itself has its parent's picture. */
	while (im->first == NONE && im->base != TL_SPACES_EMPTY) {
		when = im->base_when;
		next = NULL;
		im = &s->images[im->base];
	}
	if (!make_epochs(s, im))
		return NULL;
	hi = im->nepochs;
	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (im->epochs[mid].from < when)
			lo = mid;
		else
			hi = mid;
	}
	if (next && hi < im->nepochs && im->epochs[hi].from < *next)
		*next = im->epochs[hi].from;
	return make_epoch(s, im, &im->epochs[lo]) ? &im->epochs[lo] : NULL;
}

const struct tl_space *tl_spaces_get(struct tl_spaces *s, uint32_t image, uint32_t when,
				     uint32_t *next)
{
	struct epoch *kernel = epoch_at(s, TL_SPACES_KERNEL, when, next);
	struct epoch *user = epoch_at(s, image, when, next);
	struct combination *c;

	if (!kernel || !user)
		return NULL;
	for (c = user->combinations; c; c = c->next) {
		if (c->kernel == kernel)
			return &c->space;
	}
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->kernel = kernel;
	c->space = (struct tl_space){ s->nspaces++,  user->nmaps,  user->maps,
				      kernel->nmaps, kernel->maps, image };
	c->next = user->combinations;
	user->combinations = c;
	return &c->space;
}

/* ---- finding an address */

static const struct tl_map *find_in(const struct tl_map *maps, size_t n, uint64_t ip)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (maps[mid].end <= ip)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && maps[lo].start <= ip ? &maps[lo] : NULL;
}

const struct tl_map *tl_space_find(const struct tl_space *space, uint64_t ip)
{
	const struct tl_map *m = find_in(space->maps, space->nmaps, ip);

	return m ? m : find_in(space->kernel, space->nkernel, ip);
}
