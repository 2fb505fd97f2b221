/*
 * source.h: a text is a row of chunks.
 *
 * A chunk is a run of contiguous text that can be read, pinned, counted, searched
 * and cached alone: 1 MiB of a file, a frame of a compressed file, a slice of a
 * trace.  A *position* is (chunk number << shift) + byte in the chunk: it orders like
 * the text, and for files, pipes and memory, whose chunks are full (1 << 20 bytes
 * but for the last), it is the byte offset.  Elsewhere positions have holes between
 * chunks, but there a chunk holds whole lines.
 */
#ifndef TL_TEXT_SOURCE_H
#define TL_TEXT_SOURCE_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define TL_FILE_SHIFT 20 /* 1 MiB chunks; pread of this size ran fastest, see docs/ */
#define TL_NOPOS      UINT64_MAX

enum tl_lookup {
	TL_NONE,    /* there is none, and never will be unless the text grows */
	TL_PENDING, /* not known or not here yet; a message follows when it is */
	TL_FOUND,
	TL_FAILED, /* cannot be read; the error says why */
};

/* Bytes somebody else owns. */
struct tl_span {
	const uint8_t *data;
	size_t len;
};

/* How much text there is, as far as known now. */
struct tl_extent {
	uint64_t nchunks;  /* chunks that can be read, the last one perhaps growing */
	uint64_t last_len; /* bytes of the last chunk now; UINT64_MAX: known when read */
	bool complete;     /* no more will come by itself (a pipe's end was seen) */
};

/* The extent of `nbytes` bytes in full chunks of 1 << TL_FILE_SHIFT. */
static inline struct tl_extent tl_extent_of_bytes(uint64_t nbytes, bool complete)
{
	uint64_t n = (nbytes + (UINT64_C(1) << TL_FILE_SHIFT) - 1) >> TL_FILE_SHIFT;

	return (struct tl_extent){
		.nchunks = n,
		.last_len = n > 0 ? nbytes - ((n - 1) << TL_FILE_SHIFT) : 0,
		.complete = complete,
	};
}

/* What a file on disk was when it was opened or last refreshed; key of the saved index. */
struct tl_identity {
	uint64_t dev, ino, size;
	struct timespec mtime;
};

/* Of a text made from a file, beside the file's identity. */
struct tl_origin {
	uint64_t text;       /* tells apart the texts that can be made from the same file */
	uint64_t head, tail; /* hashes of the file's own first and last bytes */
};

struct tl_chunk_facts; /* index/chunkfacts.h */

enum tl_change { TL_SAME, TL_GREW, TL_SHRANK, TL_REPLACED };

/* A full chunk where it lies, for a scan. */
struct tl_mapped {
	struct tl_span chunk;
	size_t before, after; /* bytes of the text that can be read there before and behind it */
	uint64_t end;         /* position behind all that */
	void *window;
};

/* What a kind of text provides.  A const table; see file.c, pipe.c, memory.c. */
struct tl_source_ops {
	const char *name; /* "file", "pipe", ... */
	unsigned shift;   /* of positions; TL_FILE_SHIFT promises full chunks */

	/* Any thread. */
	void (*extent)(void *self, struct tl_extent *out);

	/*
	 * Append the bytes of chunk k to `out`.  FOUND, PENDING (the pipe has not brought
	 * it), NONE (past the end), FAILED (err is set).  Any thread, several at once.
	 */
	enum tl_lookup (*read)(void *self, uint64_t k, struct tl_buf *out, struct tl_err *err);

	/* Every chunk ends with a newline, but for the last: it is a text of its own, and nobody
	 * has to look at its neighbours to know its lines. */
	bool whole_lines;

	/* Append up to n bytes of chunk k, from byte `at` on; otherwise like read().  May be NULL
	 * where it is not cheaper than read().  Any thread. */
	enum tl_lookup (*read_part)(void *self, uint64_t k, size_t at, size_t n, struct tl_buf *out,
				    struct tl_err *err);

	/* Show chunk k in place, as tl_source_map() says; both or neither, may be NULL. */
	bool (*map)(void *self, uint64_t k, size_t before, size_t after, struct tl_mapped *out);
	bool (*unmap)(void *self, const struct tl_mapped *m);

	/* Somebody needs chunks 0 .. n-1, or all (UINT64_MAX): go and get them.  May be NULL.
	 * Any thread, does not block. */
	void (*want)(void *self, uint64_t n);

	/* Give up getting what was wanted but is not here (^C).  May be NULL.  Any thread. */
	void (*stop)(void *self);

	/* Of a text that is being made: how much of what it is made from was read, 0 .. 1; negative:
	 * nobody knows.  May be NULL.  Any thread. */
	double (*progress)(void *self);

	/* Look whether the file has changed, and go on with what it is now (REPLACED: written in
	 * place); by_name: with its successor, when the path names another file (REPLACED,
	 * too).  What ended too early is tried again (GREW).  May be NULL: never changes.  Main
	 * thread. */
	enum tl_change (*refresh)(void *self, bool by_name, struct tl_err *err);

	/* The descriptor of the file that is read, to watch it.  May be NULL: none.  Main thread. */
	int (*descriptor)(void *self);

	/* False: no file stands behind it.  May be NULL.  Any thread. */
	bool (*identity)(void *self, struct tl_identity *out);

	/* False, or NULL: the text is what stands in the file, not made from it.  Any thread. */
	bool (*origin)(void *self, struct tl_origin *out);

	/* What is known of chunk k without reading it, as it would be counted now, and its length.
	 * False: nothing.  May be NULL.  Any thread, at once. */
	bool (*facts)(void *self, uint64_t k, struct tl_chunk_facts *out, size_t *len);

	/* Is something wrong with the text, although it can be read: does it end where its file is
	 * damaged, or where no more could be kept?  It is complete then.  May be NULL.  Any
	 * thread, at once. */
	bool (*trouble)(void *self, struct tl_err *out);

	/* Is chunk k known to hold nothing?  At once, without reading it.  May be NULL.  Any
	 * thread. */
	bool (*known_empty)(void *self, uint64_t k);

	/* Find out in the background which chunk, from k on or (backward) before k, is the next with
	 * a byte in it; on_change's function is called when something is known.  May be NULL where
	 * reading on does not take long.  Any thread, does not block. */
	void (*look)(void *self, uint64_t k, bool backward);

	/* May it take long to read chunk k, now?  Who must not wait asks look() to begin there instead,
	 * and reads it when something is known.  May be NULL: never.  Any thread, at once. */
	bool (*takes_long)(void *self, uint64_t k);

	/* Nobody wants what is read from now on, and close() follows: what takes long ends soon.  May be
	 * NULL.  Any thread, at once. */
	void (*abandon)(void *self);

	/* Releases self; no thread may be inside any more. */
	void (*close)(void *self);

	/* Call fn(arg), on any thread, whenever extent() would answer more than before.
	 * May be NULL where it never does.  Main thread, before the first want(). */
	void (*on_change)(void *self, void (*fn)(void *arg), void *arg);
};

struct tl_source;

/* Takes `self` (closes it on failure too). */
bool tl_source_new(const struct tl_source_ops *ops, void *self, struct tl_source **out,
		   struct tl_err *err);
void tl_source_close(struct tl_source *src);

/*
 * The file sources.  `fd` and `bytes` are taken (on failure too); a path or a description
 * for messages is copied.  open_file() and open_fd() look what stands there: bytes that
 * can be read in any order make a file, all else (FIFO, tty, /proc) is read as a pipe.
 * open_fd() is for a standard input that may be a pipe or `< file`; `what` names it.
 */
bool tl_source_open_file(const char *path, struct tl_source **out, struct tl_err *err);
bool tl_source_open_fd(int fd, const char *what, struct tl_source **out, struct tl_err *err);
bool tl_source_open_pipe(int fd, const char *what, struct tl_source **out, struct tl_err *err);
bool tl_source_open_memory(struct tl_buf *bytes, struct tl_source **out, struct tl_err *err);

/* Is it read as a file by open_fd(), or (false) as a pipe? */
bool tl_source_is_file(int fd);

/* The operations, for all kinds; threads as above. */
void tl_source_extent(const struct tl_source *src, struct tl_extent *out);
enum tl_lookup tl_source_read(struct tl_source *src, uint64_t k, struct tl_buf *out,
			      struct tl_err *err);

/* Append up to n bytes from byte `at` of chunk k: FOUND, with fewer where it ends; or as read. */
enum tl_lookup tl_source_read_part(struct tl_source *src, uint64_t k, size_t at, size_t n,
				   struct tl_buf *out, struct tl_err *err);

/* Append the last n bytes of chunk k, a chunk that is not the text's last: FOUND, with fewer where it
 * is shorter; or as read. */
enum tl_lookup tl_source_read_last(struct tl_source *src, uint64_t k, size_t n, struct tl_buf *out,
				   struct tl_err *err);
bool tl_source_has_whole_lines(const struct tl_source *src);

/*
 * Look at chunk k without copying it, at up to `before` bytes before it, and at up to `after` bytes
 * behind it, fewer only where the text begins or ends.  False: not possible for this chunk, which includes a last one that may grow: read it.
 * Until unmap() on the same thread; that is false when the file was cut off meanwhile: forget
 * what was seen, and read.  Any thread.
 */
bool tl_source_map(struct tl_source *src, uint64_t k, size_t before, size_t after,
		   struct tl_mapped *out);
bool tl_source_unmap(struct tl_source *src, const struct tl_mapped *m);

void tl_source_want(struct tl_source *src, uint64_t nchunks);
void tl_source_stop(struct tl_source *src);
double tl_source_progress(struct tl_source *src);
enum tl_change tl_source_refresh(struct tl_source *src, bool by_name, struct tl_err *err);
int tl_source_descriptor(struct tl_source *src); /* -1: none */
bool tl_source_identity(struct tl_source *src, struct tl_identity *out);
bool tl_source_origin(struct tl_source *src, struct tl_origin *out);
bool tl_source_facts(struct tl_source *src, uint64_t k, struct tl_chunk_facts *out, size_t *len);
bool tl_source_trouble(struct tl_source *src, struct tl_err *out); /* may be NULL */
bool tl_source_known_empty(const struct tl_source *src, uint64_t k);
bool tl_source_look(struct tl_source *src, uint64_t k, bool backward); /* false: it does not */
void tl_source_abandon(struct tl_source *src);
bool tl_source_takes_long(const struct tl_source *src, uint64_t k);
void tl_source_on_change(struct tl_source *src, void (*fn)(void *arg), void *arg);
const char *tl_source_kind(const struct tl_source *src);
/* What was given with these operations to tl_source_new(); NULL: it is another kind of source. */
void *tl_source_self(const struct tl_source *src, const struct tl_source_ops *ops);
unsigned tl_source_shift(const struct tl_source *src);

/*
 * Bytes that stay put, through the cache: at most TL_CACHE_CHUNKS chunks are kept, and of large
 * ones no more than TL_CACHE_BYTES; least recently used ones go first, pinned ones never.  A pinned span does not grow
 * with the file; unpin and pin again.  Any thread; each FOUND needs one unpin.
 */
#define TL_CACHE_CHUNKS 16
#define TL_CACHE_BYTES  ((size_t)64 << 20)
enum tl_lookup tl_source_pin(struct tl_source *src, uint64_t k, struct tl_span *out,
			     struct tl_err *err);
void tl_source_unpin(struct tl_source *src, uint64_t k, const struct tl_span *span);

/*
 * The first bytes of a file, for the first screen: reading all of chunk 0 takes longer than
 * all the rest of starting a pager.  Stays valid as long as the source; false where there is
 * nothing of the kind (a pipe), or after tl_source_drop_cache().  Any thread.
 */
#define TL_HEAD_BYTES (64u << 10)
bool tl_source_head(struct tl_source *src, struct tl_span *out);

/* Forget cached chunks: the file was replaced or has shrunk.  Main thread. */
void tl_source_drop_cache(struct tl_source *src);

/* Are chunks full, but for the last?  Then positions are byte offsets, without holes. */
static inline bool tl_source_is_flat(const struct tl_source *src)
{
	return tl_source_shift(src) == TL_FILE_SHIFT;
}

/* Chunk and byte of a position, and back. */
static inline uint64_t tl_pos_chunk(const struct tl_source *src, uint64_t pos)
{
	return pos >> tl_source_shift(src);
}
static inline uint64_t tl_pos_byte(const struct tl_source *src, uint64_t pos)
{
	return pos & ((UINT64_C(1) << tl_source_shift(src)) - 1);
}
static inline uint64_t tl_pos_make(const struct tl_source *src, uint64_t k, uint64_t byte)
{
	return (k << tl_source_shift(src)) + byte;
}

/*
 * The position just behind the last byte known now.  Where the last chunk's length is
 * known only when read, this reads it.  Any thread.
 */
uint64_t tl_source_end(struct tl_source *src);

/* A position no byte known now is at or behind, but perhaps farther than the end: at once, where
 * the end would have to be read.  Any thread. */
uint64_t tl_source_limit(struct tl_source *src);

/* How far into the text a position is, 0 .. 1, and the position that far in (not
 * necessarily a line start).  By bytes for files, by chunks elsewhere.  Any thread. */
double tl_source_fraction(struct tl_source *src, uint64_t pos);
uint64_t tl_source_at(struct tl_source *src, double fraction);

#endif
