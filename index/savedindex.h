/*
 * savedindex.h: the counts of a file's chunks, kept from one run to the next.  FORMAT.md
 * describes the bytes one by one.
 *
 * What is read is foreign: nothing is believed or allocated before it was checked, and
 * there is no message, as the caller just counts again.
 */
#ifndef TL_INDEX_SAVEDINDEX_H
#define TL_INDEX_SAVEDINDEX_H

#include "base/buf.h"
#include "index/chunkfacts.h"
#include "text/source.h"

/* Files smaller than this are counted in a millisecond or two, and not worth a file; so are texts
 * of fewer chunks than that, where chunks have to be made first. */
#define TL_SAVEDINDEX_MIN_BYTES  (UINT64_C(8) << 20)
#define TL_SAVEDINDEX_MIN_CHUNKS 3

/* So many files are kept in a directory. */
#define TL_SAVEDINDEX_MAX_FILES 512

/*
 * Save the counts of the first n chunks of a file, of which the last had last_len bytes and
 * the others were whole; the bytes of the first and last are read once more.  Does nothing
 * and says true where there is nothing worth it: a small file, no file.  Any thread.
 * Of texts made from a file no chunk is read, here and below.  `times`: the body of the section of that
 * name, or nothing; it is left out where it is too long.
 */
bool tl_savedindex_save(const char *dir, struct tl_source *src, const struct tl_chunk_facts *facts,
			uint64_t n, uint64_t last_len, struct tl_span times, struct tl_err *err);

/*
 * The counts that are saved of this file, as far as they still hold: all if it is as it
 * was, those of the whole chunks if it only grew.  Gives *facts, to free(), and *n.  The
 * last of them had *last_len bytes when it was counted.  Reads two chunks.  Any thread.
 * A text made from a file may depend on other files too: its counts are a good guess.
 * What stands in the section of times, for n chunks, is appended to `times`, unchecked.
 */
bool tl_savedindex_load(const char *dir, struct tl_source *src, struct tl_chunk_facts **facts,
			uint64_t *n, uint64_t *last_len, struct tl_buf *times);

/* The layer below: names and bytes. */

#define TL_SAVEDINDEX_SUFFIX ".tli"
#define TL_SAVEDINDEX_NAME   21 /* 16 hex digits, the suffix, a NUL */

/* What the counts belong to. */
struct tl_saved_head {
	struct tl_identity file;
	uint64_t text;       /* tells apart texts made from the same file */
	unsigned shift;      /* of positions */
	uint64_t nchunks;    /* counted, from the first on without a gap; at least 1 */
	uint64_t last_len;   /* bytes of the last of them; the others are whole */
	uint64_t first_hash; /* XXH3-64 of the bytes of the first and the last of them; of a text */
	uint64_t last_hash;  /* made from a file: of the file's own first and last bytes */
};

/* What belongs to a file is called, or, where `origin` is not NULL, to a text made from it; the
 * suffix has four bytes. */
void tl_savedindex_name(const struct tl_identity *file, const struct tl_origin *origin,
			const char *suffix, char name[TL_SAVEDINDEX_NAME]);

/* Append the whole file to `out`.  False: out of memory.  Any thread. */
bool tl_savedindex_encode(const struct tl_saved_head *head, const struct tl_chunk_facts *facts,
			  struct tl_span times, struct tl_buf *out);

/*
 * Take a file apart.  Gives *facts, head->nchunks of them, to free(); *times is within `file`, len 0: there are
 * none.  False: it is damaged, of another version, or has more than max_chunks chunks.  Any thread.
 */
bool tl_savedindex_decode(struct tl_span file, uint64_t max_chunks, struct tl_saved_head *head,
			  struct tl_chunk_facts **facts, struct tl_span *times);

#endif
