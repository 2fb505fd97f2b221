/*
 * points.h: where reading a packed text can begin, in order, and the windows that are needed there.
 *
 * Windows are compressed and lie in a temporary file without a name, or in the file of saved points
 * that was loaded; in memory only a few, where no file can be written.  When there are too many of
 * them every second point is dropped, and new ones come half as often.
 */
#ifndef TL_DECODERS_PACKED_POINTS_H
#define TL_DECODERS_PACKED_POINTS_H

#include "base/buf.h"
#include "decoders/packed/codec.h"

/* Points that need more than that are not kept: the window has to fit into memory twice. */
#define TL_WINDOW_MAX ((size_t)16 << 20)

/* A point, and its window as it is kept. */
struct tl_spot {
	struct tl_point point;
	uint64_t at;     /* where its bytes are */
	uint32_t stored; /* how many; 0: no window is needed */
	uint32_t window; /* what they become; as many: they are not compressed */
	uint64_t hash;   /* XXH3-64 of that */
};

/*
 * Can so many bytes of a file become that many of text?  No format here makes more than 32768 of
 * one.  What is only claimed is asked this, so that small files cannot claim texts whose chunks
 * nobody has the memory to count.
 */
bool tl_points_plausible(uint64_t file_bytes, uint64_t text_bytes);

struct tl_points; /* opaque; has its own lock: all functions on any thread */

/* None yet but the beginning of text and file.  `dir` (may be NULL) is tried first for the temporary
 * file; it is copied. */
bool tl_points_new(const char *dir, struct tl_points **out, struct tl_err *err);
void tl_points_free(struct tl_points *pts);

/*
 * A point behind all others, and the text before it; one thread.  False: there is no room for it, or
 * it is too close to the one before: no harm is done.
 */
bool tl_points_add(struct tl_points *pts, const struct tl_point *p, struct tl_span window);

/* How far behind the last one the next point shall be, if it needs such a window. */
uint64_t tl_points_gap(struct tl_points *pts, size_t window);
uint64_t tl_points_last(struct tl_points *pts); /* where the last one is in the text */

/* All there are, instead; they need no windows.  False: they make no sense, or no memory. */
bool tl_points_set(struct tl_points *pts, const struct tl_point *all, size_t n,
		   const struct tl_packed_file *file, uint64_t text_size);

/* The last point at or before a byte of the text, and where the next one is; UINT64_MAX: none. */
void tl_points_find(struct tl_points *pts, uint64_t text, struct tl_spot *out, uint64_t *next);

/* Append a point's window.  False: it cannot be read, or is not what it was. */
bool tl_points_window(struct tl_points *pts, const struct tl_spot *spot, struct tl_buf *out);

/* A point turned out to be of no use. */
void tl_points_forget(struct tl_points *pts, const struct tl_spot *spot);

/* For saving and loading: a copy of all, to free(); the bytes that are kept; all at once (takes
 * `fd`, where the windows are, and `all`, from malloc, on failure too). */
struct tl_spot *tl_points_copy(struct tl_points *pts, size_t *n);
bool tl_points_stored(struct tl_points *pts, const struct tl_spot *spot, struct tl_buf *out);
bool tl_points_adopt(int fd, struct tl_spot *all, size_t n, struct tl_points **out);

#endif
