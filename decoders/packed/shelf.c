/* shelf.c: see shelf.h.  A list so short that it is looked through. */
#include "decoders/packed/shelf.h"

#include <pthread.h>
#include <stdlib.h>

#define SPARE 4 /* blanks that are kept to be filled again */

struct tl_shelf {
	pthread_mutex_t lock; /* of all below */
	struct tl_piece *first;
	size_t n;
	struct tl_piece *spare;
	size_t nspare;
	uint64_t clock; /* of used_at */
};

struct tl_shelf *tl_shelf_new(void)
{
	struct tl_shelf *sh = calloc(1, sizeof(*sh));

	if (sh)
		pthread_mutex_init(&sh->lock, NULL);
	return sh;
}

static void free_pieces(struct tl_piece *piece)
{
	while (piece) {
		struct tl_piece *next = piece->next;

		free(piece->data);
		free(piece);
		piece = next;
	}
}

void tl_shelf_free(struct tl_shelf *sh)
{
	if (!sh)
		return;
	free_pieces(sh->first);
	free_pieces(sh->spare);
	pthread_mutex_destroy(&sh->lock);
	free(sh);
}

/* ---- the lock is held */

static void set_aside(struct tl_shelf *sh, struct tl_piece *piece)
{
	if (sh->nspare >= SPARE) {
		piece->next = NULL;
		free_pieces(piece);
		return;
	}
	piece->next = sh->spare;
	sh->spare = piece;
	sh->nspare++;
}

static bool goes_before(const struct tl_piece *a, const struct tl_piece *b)
{
	return a->wanted != b->wanted ? a->wanted : a->used_at < b->used_at;
}

/* Where the piece is that is least likely to be used again; NULL: all are in use. */
static struct tl_piece **oldest(struct tl_shelf *sh)
{
	struct tl_piece **old = NULL;

	for (struct tl_piece **at = &sh->first; *at; at = &(*at)->next)
		if ((*at)->users == 0 && (!old || goes_before(*at, *old)))
			old = at;
	return old;
}

static void make_room(struct tl_shelf *sh)
{
	struct tl_piece **at, *old;

	while (sh->n > TL_SHELF_CHUNKS && (at = oldest(sh))) {
		old = *at;
		*at = old->next;
		sh->n--;
		set_aside(sh, old);
	}
}

static struct tl_piece *find(struct tl_shelf *sh, uint64_t k)
{
	struct tl_piece *piece = sh->first;

	while (piece && piece->k != k)
		piece = piece->next;
	return piece;
}

static struct tl_piece *pin(struct tl_shelf *sh, struct tl_piece *piece)
{
	piece->users++;
	piece->used_at = ++sh->clock;
	return piece;
}

/* ---- */

struct tl_piece *tl_shelf_blank(struct tl_shelf *sh)
{
	struct tl_piece *piece;

	pthread_mutex_lock(&sh->lock);
	piece = sh->spare;
	if (piece) {
		sh->spare = piece->next;
		sh->nspare--;
	}
	pthread_mutex_unlock(&sh->lock);
	if (piece) {
		*piece = (struct tl_piece){ .data = piece->data };
		return piece;
	}
	piece = calloc(1, sizeof(*piece));
	if (piece && !(piece->data = malloc(TL_CHUNK_BYTES))) {
		free(piece);
		piece = NULL;
	}
	return piece;
}

void tl_shelf_drop(struct tl_shelf *sh, struct tl_piece *piece)
{
	if (!piece)
		return;
	pthread_mutex_lock(&sh->lock);
	set_aside(sh, piece);
	pthread_mutex_unlock(&sh->lock);
}

struct tl_piece *tl_shelf_put(struct tl_shelf *sh, uint64_t k, struct tl_piece *piece)
{
	struct tl_piece *there;

	pthread_mutex_lock(&sh->lock);
	there = find(sh, k);
	if (there) {
		set_aside(sh, piece);
	} else {
		there = piece;
		piece->k = k;
		piece->next = sh->first;
		sh->first = piece;
		sh->n++;
	}
	pin(sh, there);
	make_room(sh);
	pthread_mutex_unlock(&sh->lock);
	return there;
}

struct tl_piece *tl_shelf_pin(struct tl_shelf *sh, uint64_t k)
{
	struct tl_piece *piece;

	pthread_mutex_lock(&sh->lock);
	piece = find(sh, k);
	if (piece)
		pin(sh, piece)->wanted = true;
	pthread_mutex_unlock(&sh->lock);
	return piece;
}

void tl_shelf_unpin(struct tl_shelf *sh, struct tl_piece *piece)
{
	if (!piece)
		return;
	pthread_mutex_lock(&sh->lock);
	piece->users--;
	make_room(sh);
	pthread_mutex_unlock(&sh->lock);
}

bool tl_shelf_has(struct tl_shelf *sh, uint64_t k)
{
	bool has;

	pthread_mutex_lock(&sh->lock);
	has = find(sh, k) != NULL;
	pthread_mutex_unlock(&sh->lock);
	return has;
}
