/* sampleset.c: see sampleset.h. */
#include "decoders/perf/sampleset.h"

#include "decoders/perf/recording.h"
#include "decoders/perf/unpacked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK      ((uint64_t)16 << 10) /* of records, with one entry in the table */
#define DOUBLED    17 /* blocks become twice as large behind each 1 << DOUBLED of them */
#define CHUNK      ((uint64_t)64 << 10) /* of a chunk's samples, at least */
#define BLOCK_NS   UINT64_C(1000000000) /* a block does not reach over more than this */
#define CHUNK_MAX  ((uint64_t)16 << 20) /* of the blocks begun in one */
#define GATHER_MAX ((size_t)64 << 20)   /* that times all alike could pile up in one chunk */
#define PLACE_FILE 48                   /* above are the file's number, below an offset */

/* Where a sample is in the order of all. */
struct key {
	uint64_t time, place;
};

struct block {
	struct key first, last; /* of its samples */
	uint64_t start, end;    /* in its file */
	uint32_t file;          /* nfiles: among the unpacked records */
};

struct chunk {
	struct key from;
	size_t block; /* no block before this one has any of it */
};

struct tl_sampleset {
	const struct tl_perf *perf;
	struct block *blocks; /* sorted by `first` */
	size_t nblocks, block_cap;
	struct chunk *chunks;
	size_t nchunks, chunk_cap;
	bool timed;
	uint64_t last;
	char why[508];
	struct tl_unpacked *unpacked; /* samples from compressed records on; NULL: there are none */
	bool nomem;
};

static int by_key(const struct key *a, const struct key *b)
{
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return (a->place > b->place) - (a->place < b->place);
}

/* ---- the walk */

/* A sample is kept at an offset among the unpacked ones. */
static bool keep(struct tl_sampleset *s, const struct tl_perf_record *r, uint64_t *offset)
{
	struct tl_err err = TL_ERR_INIT;

	if ((s->unpacked || tl_unpacked_open(&s->unpacked, &err)) &&
	    tl_unpacked_keep(s->unpacked, r, offset, &err))
		return true;
	snprintf(s->why, sizeof(s->why), "%.200s: samples are left out: %.250s", s->perf->path,
		 err.msg);
	return false;
}

static struct key key_of(uint32_t file, uint64_t offset, const struct tl_perf_id *id)
{
	return (struct key){ id->time == UINT64_MAX ? 0 : id->time,
			     (uint64_t)file << PLACE_FILE | offset };
}

/* The block that a record at an offset belongs to; NULL: no memory. */
static struct block *block_for(struct tl_sampleset *s, uint32_t file, uint64_t offset,
			       const struct key *key)
{
	struct block *b = s->nblocks > 0 ? &s->blocks[s->nblocks - 1] : NULL;

	/* Blocks that reach far would have to be read for many chunks. */
	if (b && b->file == file && b->end <= offset &&
	    offset - b->start < BLOCK << (s->nblocks >> DOUBLED) &&
	    (key->time < b->first.time || key->time - b->first.time <= BLOCK_NS) &&
	    (key->time > b->last.time || b->last.time - key->time <= BLOCK_NS))
		return b;
	if (!tl_perf_grow((void **)&s->blocks, s->nblocks, &s->block_cap, sizeof(*s->blocks)))
		return NULL;
	b = &s->blocks[s->nblocks++];
	*b = (struct block){ .first = *key, .last = *key, .start = offset, .file = file };
	return b;
}

bool tl_sampleset_add(struct tl_sampleset *s, const struct tl_perf_record *r)
{
	uint64_t offset = r->offset;
	uint32_t file = r->file;
	struct block *b;
	struct key key;

	if (r->type != TL_PERF_RECORD_SAMPLE)
		return true;
	/* Then also what is not compressed: so no block has a COMPRESSED record in it. */
	if (r->unpacked || s->unpacked) {
		file = (uint32_t)s->perf->nfiles;
		if (!keep(s, r, &offset))
			return false;
	}
	key = key_of(file, offset, &r->id);
	b = block_for(s, file, offset, &key);
	if (!b) {
		s->nomem = true;
		return false;
	}
	b->end = offset + TL_PERF_RECORD_HEAD + r->len;
	if (by_key(&key, &b->first) < 0)
		b->first = key;
	if (by_key(&key, &b->last) > 0)
		b->last = key;
	if (key.time > s->last)
		s->last = key.time;
	s->timed = s->timed || r->id.time != UINT64_MAX;
	return true;
}

/* ---- chunks */

static int by_first(const void *a, const void *b)
{
	return by_key(&((const struct block *)a)->first, &((const struct block *)b)->first);
}

/* Bytes of the blocks [from, to) that reach to or beyond a key. */
static uint64_t open_at(const struct tl_sampleset *s, size_t from, size_t to, const struct key *key)
{
	uint64_t n = 0;

	for (size_t i = from; i < to; i++)
		if (by_key(&s->blocks[i].last, key) >= 0)
			n += s->blocks[i].end - s->blocks[i].start;
	return n;
}

/* The first block from `from` on that reaches to or beyond where block `to` begins. */
static size_t first_open(const struct tl_sampleset *s, size_t from, size_t to)
{
	while (from < to && by_key(&s->blocks[from].last, &s->blocks[to].first) < 0)
		from++;
	return from;
}

/*
 * Cut where as much has begun as is still open: what a chunk has to read is then not much
 * more than what is its own.
 */
static bool make_chunks(struct tl_sampleset *s)
{
	uint64_t begun = 0, look = CHUNK;
	size_t oldest = 0;

	if (s->nblocks > 0)
		qsort(s->blocks, s->nblocks, sizeof(*s->blocks), by_first);
	for (size_t i = 0; i < s->nblocks; i++) {
		const struct block *b = &s->blocks[i];
		bool cut = i == 0;

		if (!cut && begun >= look) {
			uint64_t open = open_at(s, oldest, i, &b->first);

			cut = begun >= open || begun >= CHUNK_MAX;
			look = cut ? CHUNK : 2 * begun;
		}
		if (cut) {
			if (!tl_perf_grow((void **)&s->chunks, s->nchunks, &s->chunk_cap,
					  sizeof(*s->chunks)))
				return false;
			oldest = first_open(s, oldest, i);
			s->chunks[s->nchunks++] = (struct chunk){ b->first, oldest };
			begun = 0;
		}
		begun += b->end - b->start;
	}
	return true;
}

bool tl_sampleset_open(const struct tl_perf *perf, struct tl_sampleset **out, struct tl_err *err)
{
	struct tl_sampleset *s = calloc(1, sizeof(*s));

	if (!s)
		return tl_err_nomem(err);
	s->perf = perf;
	*out = s;
	return true;
}

bool tl_sampleset_end(struct tl_sampleset *s, const char *broken, struct tl_err *err)
{
	if (s->nomem)
		return tl_err_nomem(err);
	if (!s->why[0])
		snprintf(s->why, sizeof(s->why), "%s", broken);
	if (s->unpacked)
		tl_unpacked_end(s->unpacked);
	return make_chunks(s) || tl_err_nomem(err);
}

void tl_sampleset_close(struct tl_sampleset *s)
{
	if (!s)
		return;
	tl_unpacked_close(s->unpacked);
	free(s->blocks);
	free(s->chunks);
	free(s);
}

const char *tl_sampleset_why(const struct tl_sampleset *s)
{
	return s->why;
}

size_t tl_sampleset_nchunks(const struct tl_sampleset *s)
{
	return s->nchunks;
}

bool tl_sampleset_range(const struct tl_sampleset *s, uint64_t *first, uint64_t *last)
{
	if (!s->timed)
		return false;
	*first = s->chunks[0].from.time;
	*last = s->last;
	return true;
}

uint64_t tl_sampleset_time(const struct tl_sampleset *s, size_t k)
{
	return s->chunks[k].from.time;
}

size_t tl_sampleset_at(const struct tl_sampleset *s, uint64_t time)
{
	size_t low = 0, high = s->nchunks;

	/* A time can begin in one chunk and go on in the next: the first of those. */
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->chunks[mid].from.time < time)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 ? low - 1 : 0;
}

/* ---- gathering */

struct gathering {
	const struct tl_sampleset *s;
	struct tl_gathered *g;
	uint32_t file;
	const struct key *from, *to; /* to NULL: to the end */
	bool nomem;
};

static bool gather_one(void *arg, struct tl_perf_record *r)
{
	struct gathering *w = arg;
	struct tl_gathered *g = w->g;
	struct key key;

	if (r->type != TL_PERF_RECORD_SAMPLE)
		return true;
	tl_perf_fill_id(w->s->perf, r);
	key = key_of(w->file, r->offset, &r->id);
	if (by_key(&key, w->from) < 0 || (w->to && by_key(&key, w->to) >= 0))
		return true;
	if (g->bytes.len > GATHER_MAX) {
		snprintf(g->why, sizeof(g->why), "%s: too many samples at one time, left out",
			 w->s->perf->path);
		return false;
	}
	if (!tl_perf_grow((void **)&g->v, g->n, &g->cap, sizeof(*g->v))) {
		w->nomem = true;
		return false;
	}
	g->v[g->n++] = (struct tl_sample){ key.time,         key.place, g->bytes.len,
					   (uint32_t)r->len, r->misc,   r->id };
	w->nomem = !tl_buf_append(&g->bytes, r->body, r->len);
	return !w->nomem;
}

static int by_order(const void *a, const void *b)
{
	const struct tl_sample *x = a, *y = b;
	struct key kx = { x->time, x->place }, ky = { y->time, y->place };

	return by_key(&kx, &ky);
}

static bool visit_block(struct gathering *w, const struct block *b, struct tl_err *err)
{
	const struct tl_sampleset *s = w->s;

	if (b->file == s->perf->nfiles)
		return tl_unpacked_visit(s->unpacked, b->start, b->end, gather_one, w, err);
	return tl_perf_visit_part(s->perf, b->file, b->start, b->end, gather_one, w, err);
}

bool tl_sampleset_gather(const struct tl_sampleset *s, size_t k, struct tl_gathered *g,
			 struct tl_err *err)
{
	const struct key *to = k + 1 < s->nchunks ? &s->chunks[k + 1].from : NULL;
	struct gathering w = { .s = s, .g = g, .from = &s->chunks[k].from, .to = to };

	g->n = 0;
	g->bytes.len = 0;
	g->why[0] = '\0';
	for (size_t i = s->chunks[k].block; i < s->nblocks && !w.nomem; i++) {
		const struct block *b = &s->blocks[i];
		struct tl_err why = TL_ERR_INIT;

		if (to && by_key(&b->first, to) >= 0)
			break;
		if (by_key(&b->last, w.from) < 0)
			continue;
		w.file = b->file;
		if (!visit_block(&w, b, &why))
			snprintf(g->why, sizeof(g->why), "%s", why.msg);
	}
	if (w.nomem)
		return tl_err_nomem(err);
	if (g->n > 1)
		qsort(g->v, g->n, sizeof(*g->v), by_order);
	return true;
}

void tl_gathered_fini(struct tl_gathered *g)
{
	free(g->v);
	tl_buf_fini(&g->bytes);
	*g = (struct tl_gathered){ 0 };
}
