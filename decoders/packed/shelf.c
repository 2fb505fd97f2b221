/* shelf.c: see shelf.h.  A list so short that it is looked through. */
#include "decoders/packed/shelf.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#define SPARE  8 /* blanks that are kept to be filled again */
#define RECENT 6 /* pieces that were read and stay */

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

/* Mappings of their own: between other things in the heap they would leave holes for good. */
static uint8_t *get_memory(void)
{
	void *p =
	    mmap(NULL, TL_CHUNK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static void free_pieces(struct tl_piece *piece)
{
	while (piece) {
		struct tl_piece *next = piece->next;

		munmap(piece->data, TL_CHUNK_BYTES);
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

/* Where the piece is that nobody uses, and nobody has used for longest; NULL: all are in use. */
static struct tl_piece **oldest(struct tl_shelf *sh, bool wanted)
{
	struct tl_piece **old = NULL;

	for (struct tl_piece **at = &sh->first; *at; at = &(*at)->next)
		if ((*at)->users == 0 && (*at)->wanted == wanted &&
		    (!old || (*at)->used_at < (*old)->used_at))
			old = at;
	return old;
}

/* Which one goes next: what was read will hardly be read again, but for the last few. */
static struct tl_piece **goes_next(struct tl_shelf *sh)
{
	struct tl_piece **at;
	size_t nwanted = 0;

	for (struct tl_piece *piece = sh->first; piece; piece = piece->next)
		nwanted += piece->wanted;
	at = oldest(sh, nwanted > RECENT);
	return at ? at : oldest(sh, nwanted <= RECENT);
}

static void make_room(struct tl_shelf *sh)
{
	struct tl_piece **at, *old;

	while (sh->n > TL_SHELF_CHUNKS && (at = goes_next(sh))) {
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
	if (piece && !(piece->data = get_memory())) {
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
