/*
 * savedindex.c: see savedindex.h and FORMAT.md.  A fixed head, sections that each carry a
 * tag and a length so that later versions can add some, and a checksum over all of it.
 * The counts are stored as columns: zstd makes about two bytes a chunk of them.
 */
#include "index/savedindex.h"

#include "base/bytes.h"
#include "index/cachedir.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include <zstd.h>

#define VERSION       1
#define HEAD_SIZE     96
#define SECTION_HEAD  16
#define CHECKSUM_SIZE 8
#define ROW_SIZE      6           /* of a chunk: 4 bytes of newlines, 2 of marks */
#define OTHER_MAX     (64u << 10) /* for sections we do not know, beside 32 bytes a chunk */
#define MAX_SHIFT     40
#define LEVEL         3 /* zstd's default */

static const uint8_t magic[8] = { 'T', 'L', 'I', 'N', 'D', 'E', 'X', '\n' };
static const uint8_t tag_lines[4] = { 'L', 'I', 'N', 'E' };
static const uint8_t tag_times[4] = { 'T', 'I', 'M', 'E' };

void tl_savedindex_name(const struct tl_identity *file, const struct tl_origin *origin,
			const char *suffix, char name[TL_SAVEDINDEX_NAME])
{
	uint8_t key[24];

	tl_put64(key, file->dev);
	tl_put64(key + 8, file->ino);
	if (origin)
		tl_put64(key + 16, origin->text);
	snprintf(name, TL_SAVEDINDEX_NAME, "%016" PRIx64 "%.4s",
		 (uint64_t)XXH3_64bits(key, origin ? 24 : 16), suffix);
}

/* The most bytes an index of so many chunks can have; a longer file is none of ours. */
static size_t max_size(uint64_t nchunks)
{
	uint64_t most = SIZE_MAX / 64;

	return (size_t)(nchunks < most ? nchunks : most) * 32 + OTHER_MAX;
}

/* Writing. */

static void put_head(uint8_t *p, const struct tl_saved_head *head)
{
	memcpy(p, magic, sizeof(magic));
	tl_put32(p + 8, VERSION);
	tl_put32(p + 12, head->shift);
	tl_put64(p + 16, head->text);
	tl_put64(p + 24, head->file.dev);
	tl_put64(p + 32, head->file.ino);
	tl_put64(p + 40, head->file.size);
	tl_put64(p + 48, (uint64_t)head->file.mtime.tv_sec);
	tl_put64(p + 56, (uint64_t)head->file.mtime.tv_nsec);
	tl_put64(p + 64, head->nchunks);
	tl_put64(p + 72, head->last_len);
	tl_put64(p + 80, head->first_hash);
	tl_put64(p + 88, head->last_hash);
}

static void put_section(uint8_t *section, const uint8_t tag[4], size_t len)
{
	memcpy(section, tag, 4);
	tl_put32(section + 4, 0);
	tl_put64(section + 8, len);
}

/* Append the section of the counts; its length is known only afterwards. */
static bool put_lines(const struct tl_chunk_facts *facts, size_t n, struct tl_buf *out)
{
	uint8_t *rows = malloc(n * ROW_SIZE);
	size_t room = ZSTD_compressBound(n * ROW_SIZE), len;
	uint8_t *section;

	if (!rows || !tl_buf_reserve(out, SECTION_HEAD + room)) {
		free(rows);
		return false;
	}
	for (size_t k = 0; k < n; k++) {
		tl_put32(rows + 4 * k, facts[k].newlines);
		tl_put16(rows + 4 * n + 2 * k, facts[k].marks);
	}
	section = out->data + out->len;
	len = ZSTD_compress(section + SECTION_HEAD, room, rows, n * ROW_SIZE, LEVEL);
	free(rows);
	if (ZSTD_isError(len))
		return false;
	put_section(section, tag_lines, len);
	out->len += SECTION_HEAD + len;
	return true;
}

static bool put_times(struct tl_span times, struct tl_buf *out)
{
	if (times.len == 0)
		return true;
	if (!tl_buf_reserve(out, SECTION_HEAD + times.len))
		return false;
	put_section(out->data + out->len, tag_times, times.len);
	out->len += SECTION_HEAD;
	return tl_buf_append(out, times.data, times.len);
}

bool tl_savedindex_encode(const struct tl_saved_head *head, const struct tl_chunk_facts *facts,
			  struct tl_span times, struct tl_buf *out)
{
	size_t start = out->len;

	if (!tl_buf_reserve(out, HEAD_SIZE))
		return false;
	put_head(out->data + start, head);
	out->len += HEAD_SIZE;
	if (!put_lines(facts, head->nchunks, out) || !put_times(times, out) ||
	    !tl_buf_reserve(out, CHECKSUM_SIZE)) {
		out->len = start;
		return false;
	}
	tl_put64(out->data + out->len, XXH3_64bits(out->data + start, out->len - start));
	out->len += CHECKSUM_SIZE;
	return true;
}

/* Reading. */

static bool get_head(const uint8_t *p, struct tl_saved_head *head)
{
	uint64_t nsec = tl_get64(p + 56);

	if (memcmp(p, magic, sizeof(magic)) != 0 || tl_get32(p + 8) != VERSION)
		return false;
	*head = (struct tl_saved_head){
		.shift = tl_get32(p + 12),
		.text = tl_get64(p + 16),
		.file = { .dev = tl_get64(p + 24),
			  .ino = tl_get64(p + 32),
			  .size = tl_get64(p + 40) },
		.nchunks = tl_get64(p + 64),
		.last_len = tl_get64(p + 72),
		.first_hash = tl_get64(p + 80),
		.last_hash = tl_get64(p + 88),
	};
	head->file.mtime.tv_sec = (time_t)tl_get64(p + 48);
	head->file.mtime.tv_nsec = (long)nsec;
	return nsec < 1000000000 && head->shift <= MAX_SHIFT &&
	       head->last_len <= UINT64_C(1) << head->shift;
}

/* The body of the section of that tag; false: there is none, or the row of sections is
 * broken. */
static bool find_section(struct tl_span all, const uint8_t tag[4], struct tl_span *body)
{
	bool found = false;

	while (all.len > 0) {
		uint64_t len;

		if (all.len < SECTION_HEAD)
			return false;
		len = tl_get64(all.data + 8);
		if (len > all.len - SECTION_HEAD)
			return false;
		if (!found && memcmp(all.data, tag, 4) == 0) {
			*body = (struct tl_span){ all.data + SECTION_HEAD, (size_t)len };
			found = true;
		}
		all.data += SECTION_HEAD + len;
		all.len -= SECTION_HEAD + (size_t)len;
	}
	return found;
}

static bool row_makes_sense(const struct tl_chunk_facts *row, unsigned shift)
{
	const unsigned known = 0x7f | TL_CHUNK_EMPTY | TL_CHUNK_ENDS_LINE;

	if (row->marks & ~known)
		return false;
	if (row->marks & TL_CHUNK_EMPTY)
		return row->newlines == 0 && row->marks == TL_CHUNK_EMPTY;
	return row->newlines <= UINT64_C(1) << shift &&
	       (row->newlines > 0 || !(row->marks & TL_CHUNK_ENDS_LINE));
}

/* Gives the rows, or NULL. */
static struct tl_chunk_facts *get_lines(struct tl_span body, size_t n, unsigned shift)
{
	struct tl_chunk_facts *facts;
	uint8_t *rows;
	bool ok;

	if (ZSTD_getFrameContentSize(body.data, body.len) != n * ROW_SIZE)
		return NULL;
	rows = malloc(n * ROW_SIZE);
	facts = malloc(n * sizeof(*facts));
	ok = rows && facts &&
	     ZSTD_decompress(rows, n * ROW_SIZE, body.data, body.len) == n * ROW_SIZE;
	for (size_t k = 0; ok && k < n; k++) {
		facts[k].newlines = tl_get32(rows + 4 * k);
		facts[k].marks = tl_get16(rows + 4 * n + 2 * k);
		ok = row_makes_sense(&facts[k], shift);
	}
	free(rows);
	if (!ok) {
		free(facts);
		return NULL;
	}
	return facts;
}

bool tl_savedindex_decode(struct tl_span file, uint64_t max_chunks, struct tl_saved_head *head,
			  struct tl_chunk_facts **facts, struct tl_span *times)
{
	struct tl_span sections, body = { NULL, 0 };
	size_t len;

	if (file.len < HEAD_SIZE + CHECKSUM_SIZE)
		return false;
	len = file.len - CHECKSUM_SIZE;
	if (tl_get64(file.data + len) != XXH3_64bits(file.data, len) || !get_head(file.data, head))
		return false;
	if (head->nchunks == 0 || head->nchunks > max_chunks ||
	    head->nchunks > SIZE_MAX / sizeof(**facts))
		return false;
	sections = (struct tl_span){ file.data + HEAD_SIZE, len - HEAD_SIZE };
	if (!find_section(sections, tag_lines, &body))
		return false;
	if (!find_section(sections, tag_times, times))
		*times = (struct tl_span){ NULL, 0 };
	*facts = get_lines(body, (size_t)head->nchunks, head->shift);
	return *facts != NULL;
}

/* Against the text. */

/* Read the first `len` bytes of a chunk, which has more only if it has grown. */
static bool read_exactly(struct tl_source *src, uint64_t k, uint64_t len, struct tl_buf *buf)
{
	buf->len = 0;
	if (tl_source_read(src, k, buf, NULL) != TL_FOUND || buf->len < len)
		return false;
	buf->len = (size_t)len;
	return true;
}

/* What stands in the file itself. */
static uint64_t text_key(struct tl_source *src)
{
	const char *kind = tl_source_kind(src);

	return XXH3_64bits(kind, strlen(kind));
}

/* Bytes in the first n chunks. */
static uint64_t bytes_in(unsigned shift, uint64_t n, uint64_t last_len)
{
	return ((n - 1) << shift) + last_len;
}

/* Fill in the hashes.  False: it is not worth it, or has changed under our hands. */
static bool describe(struct tl_source *src, struct tl_saved_head *head)
{
	uint64_t nbytes = bytes_in(head->shift, head->nchunks, head->last_len);
	struct tl_buf buf = TL_BUF_INIT;
	bool ok;

	if (!tl_source_is_flat(src) || nbytes < TL_SAVEDINDEX_MIN_BYTES || nbytes > head->file.size)
		return false;
	head->text = text_key(src);
	ok = read_exactly(src, 0, UINT64_C(1) << head->shift, &buf);
	if (ok) {
		head->first_hash = XXH3_64bits(buf.data, buf.len);
		ok = read_exactly(src, head->nchunks - 1, head->last_len, &buf);
	}
	if (ok)
		head->last_hash = XXH3_64bits(buf.data, buf.len);
	tl_buf_fini(&buf);
	return ok;
}

/* The same for a text that is made from the file. */
static bool describe_made(const struct tl_origin *origin, struct tl_saved_head *head)
{
	head->text = origin->text;
	head->first_hash = origin->head;
	head->last_hash = origin->tail;
	return head->nchunks >= TL_SAVEDINDEX_MIN_CHUNKS;
}

bool tl_savedindex_save(const char *dir, struct tl_source *src, const struct tl_chunk_facts *facts,
			uint64_t n, uint64_t last_len, struct tl_span times, struct tl_err *err)
{
	struct tl_saved_head head = {
		.shift = tl_source_shift(src),
		.nchunks = n,
		.last_len = last_len,
	};
	struct tl_buf buf = TL_BUF_INIT;
	char name[TL_SAVEDINDEX_NAME];
	struct tl_origin origin;
	bool made = tl_source_origin(src, &origin), ok;

	if (n == 0 || !tl_source_identity(src, &head.file) ||
	    !(made ? describe_made(&origin, &head) : describe(src, &head)))
		return true;
	tl_savedindex_name(&head.file, made ? &origin : NULL, TL_SAVEDINDEX_SUFFIX, name);
	if (times.len > max_size(n) / 2)
		times.len = 0;
	ok = tl_savedindex_encode(&head, facts, times, &buf)
		 ? tl_cachedir_write(dir, name, &buf, err)
		 : tl_err_nomem(err);
	tl_buf_fini(&buf);
	if (ok)
		tl_cachedir_prune(dir, TL_SAVEDINDEX_SUFFIX, TL_SAVEDINDEX_MAX_FILES);
	return ok;
}

/* Is chunk k still the one that was counted?  Its bytes are counted again, too. */
static bool still_holds(struct tl_source *src, uint64_t k, uint64_t len, uint64_t hash,
			const struct tl_chunk_facts *facts)
{
	struct tl_buf buf = TL_BUF_INIT;
	bool ok = read_exactly(src, k, len, &buf) && XXH3_64bits(buf.data, buf.len) == hash;

	if (ok) {
		struct tl_chunk_facts now = tl_chunk_survey((struct tl_span){ buf.data, buf.len });

		ok = now.newlines == facts->newlines && now.marks == facts->marks;
	}
	tl_buf_fini(&buf);
	return ok;
}

static bool same_state(const struct tl_identity *a, const struct tl_identity *b)
{
	return a->size == b->size && a->mtime.tv_sec == b->mtime.tv_sec &&
	       a->mtime.tv_nsec == b->mtime.tv_nsec;
}

/* Can these be the counts of this file, before any byte of it is looked at? */
static bool belongs_to(const struct tl_saved_head *head, struct tl_source *src,
		       const struct tl_identity *file)
{
	uint64_t whole = UINT64_C(1) << tl_source_shift(src), covered;

	if (head->text != text_key(src))
		return false;
	if (!same_state(file, &head->file) && file->size <= head->file.size)
		return false;
	covered = bytes_in(head->shift, head->nchunks, head->last_len);
	return head->last_len > 0 && head->last_len <= whole && covered <= head->file.size &&
	       (head->last_len == whole || covered == head->file.size);
}

/* The counts of a file; those of the first and last chunk are made again. */
static bool holds_still(const struct tl_saved_head *head, struct tl_source *src,
			const struct tl_identity *file, const struct tl_chunk_facts *facts)
{
	uint64_t whole = UINT64_C(1) << tl_source_shift(src), last = head->nchunks - 1;

	return belongs_to(head, src, file) &&
	       still_holds(src, 0, last > 0 ? whole : head->last_len, head->first_hash, facts) &&
	       still_holds(src, last, head->last_len, head->last_hash, facts + last);
}

/* A made text has no part that stays when the file changes. */
static bool holds_made(const struct tl_saved_head *head, const struct tl_origin *origin,
		       const struct tl_identity *file)
{
	return head->text == origin->text && same_state(file, &head->file) &&
	       head->first_hash == origin->head && head->last_hash == origin->tail;
}

bool tl_savedindex_load(const char *dir, struct tl_source *src, struct tl_chunk_facts **facts,
			uint64_t *n, uint64_t *last_len, struct tl_buf *times)
{
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_span section;
	char name[TL_SAVEDINDEX_NAME];
	struct tl_saved_head head;
	struct tl_identity file;
	struct tl_origin origin;
	struct tl_extent ex;
	bool made = tl_source_origin(src, &origin), ok;

	tl_source_extent(src, &ex);
	if (!tl_source_identity(src, &file) ||
	    (!made && (!tl_source_is_flat(src) || file.size < TL_SAVEDINDEX_MIN_BYTES)))
		return false;
	tl_savedindex_name(&file, made ? &origin : NULL, TL_SAVEDINDEX_SUFFIX, name);
	ok = tl_cachedir_read(dir, name, max_size(ex.nchunks), &buf) &&
	     tl_savedindex_decode((struct tl_span){ buf.data, buf.len }, ex.nchunks, &head, facts,
				  &section);
	if (ok && section.len > 0 && !tl_buf_append(times, section.data, section.len))
		times->len = 0;
	tl_buf_fini(&buf);
	if (!ok)
		return false;
	if (head.shift != tl_source_shift(src) || head.file.dev != file.dev ||
	    head.file.ino != file.ino ||
	    !(made ? holds_made(&head, &origin, &file) : holds_still(&head, src, &file, *facts))) {
		free(*facts);
		times->len = 0;
		return false;
	}
	*n = head.nchunks;
	*last_len = head.last_len;
	return true;
}
