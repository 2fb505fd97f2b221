/* track.c: which tables and repeat offsets are in force between two blocks. */
#include "decoders/zstd/track.h"

#include "base/readat.h"

#include <stdlib.h>
#include <string.h>

#define FEW 1024 /* sequences, which take 10 us to read */

void tl_zstd_track_begin(struct tl_zstd_track *t)
{
	memset(t, 0, sizeof(*t));
	t->before = tl_zstd_offsets_first;
}

/* ---- blocks are read again */
struct block {
	struct tl_buf bytes; /* behind the header */
	struct tl_zstd_sections sections;
};

static bool load(const struct tl_packed_file *file, uint64_t at, struct block *out)
{
	uint8_t head[TL_ZSTD_BLOCK_HEAD];
	struct tl_zstd_block b;

	out->bytes.len = 0;
	if (!tl_read_at(file->fd, head, sizeof(head), at))
		return false;
	b = tl_zstd_read_block(head);
	if (b.type != TL_ZSTD_COMPRESSED || b.stored > TL_ZSTD_BLOCK_MAX ||
	    !tl_buf_reserve(&out->bytes, b.stored) ||
	    !tl_read_at(file->fd, out->bytes.data, b.stored, at + sizeof(head)))
		return false;
	out->bytes.len = b.stored;
	return tl_zstd_read_sections(out->bytes.data, b.stored, &out->sections);
}

/*
 * Where the description of one of the tables stands within the block; TL_ZSTD_NCODES: what follows
 * them, the sequences.  The tables before it have to be read to know how long they are.
 */
static bool find(const struct block *b, enum tl_zstd_table which, struct tl_span *out)
{
	struct tl_fse_table ignored;
	const uint8_t *p = b->bytes.data + b->sections.tables;
	size_t left = b->bytes.len - b->sections.tables, n = 0;

	if (b->sections.nseq == 0)
		return false;
	for (int i = 0; i <= (int)which; i++) {
		p += n;
		left -= n;
		n = left;
		if (i == TL_ZSTD_NCODES)
			break;
		switch (b->sections.mode[i]) {
		case TL_ZSTD_TABLE:
			n = tl_fse_read(p, left, (enum tl_zstd_table)i, &ignored);
			if (n == 0)
				return false;
			break;
		case TL_ZSTD_SAME:
			if (left == 0)
				return false;
			n = 1;
			break;
		default:
			n = 0;
		}
	}
	*out = (struct tl_span){ p, n };
	return true;
}

bool tl_zstd_describe(const struct tl_packed_file *file, uint64_t at, enum tl_zstd_table which,
		      struct tl_buf *out, enum tl_zstd_mode *mode)
{
	struct block b = { TL_BUF_INIT, { 0 } };
	struct tl_span d = { NULL, 0 };
	bool ok = load(file, at, &b);

	*mode = TL_ZSTD_TABLE;
	if (ok && which == TL_ZSTD_TREE) {
		const uint8_t *p = b.bytes.data + b.sections.tree;

		d = (struct tl_span){ p, tl_zstd_tree_length(p, b.sections.literals_end -
								    b.sections.tree) };
		ok = b.sections.new_tree && d.len > 0;
	} else if (ok) {
		ok = find(&b, which, &d);
		*mode = b.sections.mode[which];
		if (*mode == TL_ZSTD_PREDEFINED)
			d = tl_fse_predefined(which);
	}
	ok = ok && *mode != TL_ZSTD_REPEAT && tl_buf_append(out, d.data, d.len);
	tl_buf_fini(&b.bytes);
	return ok;
}

static bool load_table(const struct tl_packed_file *file, uint64_t at, enum tl_zstd_table which,
		       struct tl_fse_table *out)
{
	struct tl_buf d = TL_BUF_INIT;
	enum tl_zstd_mode mode;
	bool ok = at > 0 && tl_zstd_describe(file, at, which, &d, &mode);

	if (ok && mode == TL_ZSTD_SAME)
		ok = tl_fse_single(d.data[0], which, out);
	else if (ok)
		ok = tl_fse_read(d.data, d.len, which, out) > 0;
	tl_buf_fini(&d);
	return ok;
}

static bool offsets_of(const struct tl_packed_file *file, const struct tl_zstd_since *since,
		       struct tl_zstd_offsets *out)
{
	struct block b = { TL_BUF_INIT, { 0 } };
	struct tl_fse_table table[TL_ZSTD_NCODES];
	const struct tl_fse_table *tables[TL_ZSTD_NCODES];
	struct tl_span stream;
	bool ok = load(file, since->at, &b) && find(&b, TL_ZSTD_NCODES, &stream);

	for (int i = 0; ok && i < TL_ZSTD_NCODES; i++) {
		tables[i] = &table[i];
		ok = load_table(file, since->table[i], (enum tl_zstd_table)i, &table[i]);
	}
	ok = ok && tl_zstd_offsets_read(stream.data, stream.len, b.sections.nseq, tables, out);
	tl_buf_fini(&b.bytes);
	return ok;
}

/*
 * Backwards from the last block until all three are numbers, or until what was known before.  False:
 * not all are.
 */
static bool work_out(struct tl_zstd_track *t, const struct tl_packed_file *file)
{
	struct tl_zstd_offsets all = tl_zstd_offsets_same, one = all;

	for (; t->nblocks > 0 && !tl_zstd_offsets_known(&all) && !t->lost; t->nblocks--) {
		t->lost = !offsets_of(file, &t->block[t->nblocks - 1], &one);
		all = tl_zstd_offsets_after(&one, &all);
	}
	t->nblocks = 0;
	t->nseq = 0;
	t->before = tl_zstd_offsets_after(&t->before, &all);
	return !t->lost && tl_zstd_offsets_known(&t->before);
}

/* ---- blocks pass */
/*
 * The oldest block is forgotten, unless all are soon read: where a text repeats itself for long, it
 * takes many blocks to come to three offsets, but those have few sequences.
 */
static void make_room(struct tl_zstd_track *t, const struct tl_packed_file *file)
{
	if (t->nseq <= FEW) {
		work_out(t, file);
		return;
	}
	t->nblocks--;
	t->nseq -= t->block[0].nseq;
	memmove(t->block, t->block + 1, t->nblocks * sizeof(*t->block));
	t->before = tl_zstd_offsets_same; /* not known any more */
}

static void note_sequences(struct tl_zstd_track *t, const struct tl_packed_file *file, uint64_t at,
			   const struct tl_zstd_sections *s)
{
	struct tl_zstd_since *b;

	for (int i = 0; i < TL_ZSTD_NCODES; i++)
		if (s->mode[i] != TL_ZSTD_REPEAT)
			t->table[i] = (struct tl_zstd_place){ at, s->mode[i] == TL_ZSTD_SAME };
	if (t->nblocks == TL_ZSTD_TRACK_BLOCKS)
		make_room(t, file);
	t->nseq += s->nseq;
	b = &t->block[t->nblocks++];
	b->at = at;
	b->nseq = s->nseq;
	for (int i = 0; i < TL_ZSTD_NCODES; i++)
		b->table[i] = t->table[i].at;
}

void tl_zstd_track_block(struct tl_zstd_track *t, const struct tl_packed_file *file, uint64_t at,
			 const struct tl_zstd_block *head, const uint8_t *bytes)
{
	struct tl_zstd_sections s;

	if (head->type != TL_ZSTD_COMPRESSED || t->lost)
		return;
	if (!tl_zstd_read_sections(bytes, head->stored, &s)) {
		t->lost = true;
		return;
	}
	if (s.new_tree)
		t->table[TL_ZSTD_TREE].at = at;
	if (s.nseq > 0)
		note_sequences(t, file, at, &s);
}

/* ---- points */
/* Does no later block use this table as it is now? */
static bool redefined(enum tl_zstd_table which, const struct tl_zstd_block *next,
		      const uint8_t *bytes)
{
	struct tl_zstd_sections s;

	return bytes && next->type == TL_ZSTD_COMPRESSED &&
	       tl_zstd_read_sections(bytes, next->stored, &s) && s.nseq > 0 &&
	       s.mode[which] != TL_ZSTD_REPEAT;
}

bool tl_zstd_track_save(struct tl_zstd_track *t, const struct tl_packed_file *file, uint64_t at,
			const struct tl_zstd_block *next, const uint8_t *bytes,
			uint32_t state[TL_POINT_STATE])
{
	if (t->lost)
		return false;
	for (int i = 0; i < TL_ZSTD_NTABLES; i++) {
		uint64_t distance = t->table[i].at == 0 ? 0 : at - t->table[i].at;

		if (t->table[i].single) {
			if (!redefined((enum tl_zstd_table)i, next, bytes))
				return false;
			distance = 0;
		}
		if (distance > UINT32_MAX)
			return false;
		state[TL_ZSTD_STATE_TABLES + i] = (uint32_t)distance;
	}
	if (!work_out(t, file))
		return false;
	for (int i = 0; i < 3; i++)
		state[i] = t->before.v[i].value;
	return true;
}

bool tl_zstd_track_restore(struct tl_zstd_track *t, uint64_t at,
			   const uint32_t state[TL_POINT_STATE])
{
	tl_zstd_track_begin(t);
	for (int i = 0; i < 3; i++)
		t->before.v[i].value = state[i];
	for (int i = 0; i < TL_ZSTD_NTABLES; i++) {
		uint32_t distance = state[TL_ZSTD_STATE_TABLES + i];

		if (distance > at)
			return false;
		t->table[i].at = distance == 0 ? 0 : at - distance;
	}
	return true;
}
