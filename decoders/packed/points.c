/* points.c: see points.h.  One array in the order of the text, under one mutex, which is not held
 * while windows are compressed, written or read. */
#include "decoders/packed/points.h"

#include "base/readat.h"
#include "base/tempfile.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>
#include <zstd.h>

#define MIN_GAP       (UINT64_C(8) << 20) /* a few 10 ms of decompression */
#define MAX_GAP       (UINT64_C(128) << 20)
#define PLAIN_GAP     (UINT64_C(1) << 20) /* of points that need no window */
#define FILE_BYTES    (UINT64_C(1) << 30) /* of windows that are kept in the file */
#define MEMORY_BYTES  (UINT64_C(8) << 20)
#define MAX_POINTS    ((size_t)1 << 17)
#define IN_MEMORY     UINT64_MAX /* `at` of such windows */
#define MOST_TEXT     32768 /* bytes of text for one of a file: blocks of zstd that repeat one */
#define WINDOW_LEVEL  1     /* of zstd: this is done beside decompression */
#define WINDOW_FACTOR 16    /* so much text for a byte of window */

struct row {
	struct tl_spot spot;
	uint8_t *bytes; /* IN_MEMORY */
};

struct tl_points {
	char *dir;
	/* Of the thread that adds. */
	ZSTD_CCtx *cctx;
	struct tl_buf packed;
	uint64_t file_end;

	pthread_mutex_t lock; /* of all below */
	struct row *rows;
	size_t n, room;
	int fd; /* changes once, from -1, before a row says that something is there */
	bool no_file;
	uint64_t in_file, in_memory; /* bytes of windows */
	unsigned thinned;            /* how often */
};

static bool make_room(struct tl_points *pts, size_t n)
{
	size_t room = pts->room > 0 ? pts->room : 16;
	struct row *more;

	if (n <= pts->room)
		return true;
	while (room < n)
		room *= 2;
	more = realloc(pts->rows, room * sizeof(*more));
	if (!more)
		return false;
	pts->rows = more;
	pts->room = room;
	return true;
}

static bool new_points(struct tl_points **out)
{
	struct tl_points *pts = calloc(1, sizeof(*pts));

	if (!pts)
		return false;
	pts->fd = -1;
	pthread_mutex_init(&pts->lock, NULL);
	*out = pts;
	return true;
}

bool tl_points_new(const char *dir, struct tl_points **out, struct tl_err *err)
{
	struct tl_points *pts;

	if (!new_points(&pts))
		return tl_err_nomem(err);
	pts->dir = dir ? strdup(dir) : NULL;
	if ((dir && !pts->dir) || !make_room(pts, 1)) {
		tl_points_free(pts);
		return tl_err_nomem(err);
	}
	pts->rows[pts->n++] = (struct row){ 0 };
	*out = pts;
	return true;
}

void tl_points_free(struct tl_points *pts)
{
	if (!pts)
		return;
	for (size_t i = 0; i < pts->n; i++)
		free(pts->rows[i].bytes);
	if (pts->fd >= 0)
		close(pts->fd);
	ZSTD_freeCCtx(pts->cctx);
	tl_buf_fini(&pts->packed);
	pthread_mutex_destroy(&pts->lock);
	free(pts->rows);
	free(pts->dir);
	free(pts);
}

/* ---- the file */

/* Put the bytes of a window into the file.  False: it cannot be written. */
static bool store_in_file(struct tl_points *pts, struct tl_span bytes, struct tl_spot *spot)
{
	if (pts->no_file)
		return false;
	if (pts->fd < 0) {
		int fd = pts->dir ? tl_tempfile_open(pts->dir) : -1;

		if (fd < 0)
			fd = tl_tempfile_open(tl_tempfile_dir());
		pthread_mutex_lock(&pts->lock);
		pts->fd = fd;
		pthread_mutex_unlock(&pts->lock);
	}
	if (pts->fd < 0 || !tl_tempfile_write(pts->fd, bytes.data, bytes.len, pts->file_end)) {
		pts->no_file = true;
		return false;
	}
	spot->at = pts->file_end;
	pts->file_end += bytes.len;
	return true;
}

/* ---- dropping some; the lock is held */

static void count_out(struct tl_points *pts, struct row *row)
{
	struct tl_spot *spot = &row->spot;

	if (spot->stored == 0)
		return;
	if (spot->at == IN_MEMORY) {
		pts->in_memory -= spot->stored;
		free(row->bytes);
	} else {
		pts->in_file -= spot->stored;
		/* Who holds a copy of the point reads zeros, and notices. */
		fallocate(pts->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)spot->at,
			  spot->stored);
	}
}

static uint64_t gap_of(const struct tl_points *pts, size_t window)
{
	uint64_t gap = (uint64_t)window * WINDOW_FACTOR;

	if (window == 0)
		return PLAIN_GAP << pts->thinned;
	gap = gap < MIN_GAP ? MIN_GAP : gap > MAX_GAP ? MAX_GAP : gap;
	return gap << pts->thinned;
}

static void thin_out(struct tl_points *pts)
{
	size_t kept = 1;

	pts->thinned++;
	for (size_t i = 1; i < pts->n; i++) {
		struct row *row = &pts->rows[i];
		uint64_t before = pts->rows[kept - 1].spot.point.text;

		if (row->spot.point.text - before >= gap_of(pts, row->spot.window))
			pts->rows[kept++] = *row;
		else
			count_out(pts, row);
	}
	pts->n = kept;
}

static bool is_too_much(const struct tl_points *pts)
{
	return pts->n >= MAX_POINTS || pts->in_file > FILE_BYTES || pts->in_memory > MEMORY_BYTES;
}

/* ---- adding */

/* Compress the window, and put it somewhere. */
static bool store(struct tl_points *pts, struct tl_span window, struct row *row)
{
	size_t room = ZSTD_compressBound(window.len), n;
	struct tl_span bytes = window;

	if (window.len == 0)
		return true;
	if (!pts->cctx)
		pts->cctx = ZSTD_createCCtx();
	pts->packed.len = 0;
	if (!pts->cctx || !tl_buf_reserve(&pts->packed, room))
		return false;
	n = ZSTD_compressCCtx(pts->cctx, pts->packed.data, room, window.data, window.len,
			      WINDOW_LEVEL);
	if (!ZSTD_isError(n) && n < window.len)
		bytes = (struct tl_span){ pts->packed.data, n };
	row->spot.window = (uint32_t)window.len;
	row->spot.stored = (uint32_t)bytes.len;
	row->spot.hash = XXH3_64bits(window.data, window.len);
	if (store_in_file(pts, bytes, &row->spot))
		return true;
	row->spot.at = IN_MEMORY;
	row->bytes = malloc(bytes.len);
	if (row->bytes)
		memcpy(row->bytes, bytes.data, bytes.len);
	return row->bytes != NULL;
}

bool tl_points_add(struct tl_points *pts, const struct tl_point *p, struct tl_span window)
{
	struct row row = { .spot.point = *p };
	bool ok;

	if (window.len > TL_WINDOW_MAX ||
	    p->text < tl_points_last(pts) + tl_points_gap(pts, window.len) ||
	    !store(pts, window, &row))
		return false;
	pthread_mutex_lock(&pts->lock);
	ok = make_room(pts, pts->n + 1);
	if (ok) {
		pts->rows[pts->n++] = row;
		*(row.spot.at == IN_MEMORY ? &pts->in_memory : &pts->in_file) += row.spot.stored;
		while (is_too_much(pts))
			thin_out(pts);
	} else {
		free(row.bytes);
	}
	pthread_mutex_unlock(&pts->lock);
	return ok;
}

uint64_t tl_points_gap(struct tl_points *pts, size_t window)
{
	uint64_t gap;

	pthread_mutex_lock(&pts->lock);
	gap = gap_of(pts, window);
	pthread_mutex_unlock(&pts->lock);
	return gap;
}

uint64_t tl_points_last(struct tl_points *pts)
{
	uint64_t text;

	pthread_mutex_lock(&pts->lock);
	text = pts->rows[pts->n - 1].spot.point.text;
	pthread_mutex_unlock(&pts->lock);
	return text;
}

bool tl_points_plausible(uint64_t file_bytes, uint64_t text_bytes)
{
	return text_bytes / MOST_TEXT <= file_bytes;
}

/* Do they begin with the text, and does each stand behind the one before? */
static bool make_sense(const struct tl_point *all, size_t n, const struct tl_packed_file *file,
		       uint64_t text_size)
{
	if (n == 0 || all[0].text != 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint64_t end = i + 1 < n ? all[i + 1].file : file->size;
		uint64_t text_end = i + 1 < n ? all[i + 1].text : text_size;

		if (all[i].file >= file->size || all[i].text > text_size ||
		    !tl_points_plausible(end - all[i].file, text_end - all[i].text))
			return false;
		if (i > 0 && (all[i].file <= all[i - 1].file || all[i].text < all[i - 1].text))
			return false;
	}
	return true;
}

/* How many are left if they are at least so far apart; they go to `rows`, unless it is NULL. */
static size_t spread(const struct tl_point *all, size_t n, uint64_t apart, struct row *rows)
{
	uint64_t last = 0;
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (i > 0 && all[i].text - last < apart)
			continue;
		if (rows)
			rows[kept] = (struct row){ .spot.point = all[i] };
		last = all[i].text;
		kept++;
	}
	return kept;
}

bool tl_points_set(struct tl_points *pts, const struct tl_point *all, size_t n,
		   const struct tl_packed_file *file, uint64_t text_size)
{
	bool ok = make_sense(all, n, file, text_size);
	uint64_t apart = 0;
	size_t kept = n;

	while (ok && kept > MAX_POINTS) {
		apart = apart > 0 ? 2 * apart : 1;
		kept = spread(all, n, apart, NULL);
	}
	pthread_mutex_lock(&pts->lock);
	ok = ok && make_room(pts, kept);
	if (ok)
		pts->n = spread(all, n, apart, pts->rows);
	pthread_mutex_unlock(&pts->lock);
	return ok;
}

/* ---- looking up */

/* The last row at or before it; the lock is held. */
static size_t row_before(const struct tl_points *pts, uint64_t text)
{
	size_t low = 0, high = pts->n;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (pts->rows[mid].spot.point.text <= text)
			low = mid;
		else
			high = mid;
	}
	return low;
}

void tl_points_find(struct tl_points *pts, uint64_t text, struct tl_spot *out, uint64_t *next)
{
	size_t i;

	pthread_mutex_lock(&pts->lock);
	i = row_before(pts, text);
	*out = pts->rows[i].spot;
	*next = i + 1 < pts->n ? pts->rows[i + 1].spot.point.text : UINT64_MAX;
	pthread_mutex_unlock(&pts->lock);
}

/* The row of that very point, or NULL: it was dropped; the lock is held. */
static struct row *row_of(struct tl_points *pts, const struct tl_spot *spot)
{
	struct row *row = &pts->rows[row_before(pts, spot->point.text)];

	return row->spot.point.text == spot->point.text && row->spot.at == spot->at ? row : NULL;
}

bool tl_points_stored(struct tl_points *pts, const struct tl_spot *spot, struct tl_buf *out)
{
	const struct row *row;
	bool ok;
	int fd;

	if (!tl_buf_reserve(out, spot->stored + 1))
		return false;
	pthread_mutex_lock(&pts->lock);
	fd = pts->fd;
	row = spot->at == IN_MEMORY ? row_of(pts, spot) : NULL;
	ok = row || spot->at != IN_MEMORY;
	if (row)
		memcpy(out->data + out->len, row->bytes, spot->stored);
	pthread_mutex_unlock(&pts->lock);
	ok = ok && (row || tl_read_at(fd, out->data + out->len, spot->stored, spot->at));
	if (ok)
		out->len += spot->stored;
	return ok;
}

bool tl_points_window(struct tl_points *pts, const struct tl_spot *spot, struct tl_buf *out)
{
	struct tl_buf stored = TL_BUF_INIT;
	uint8_t *to;
	bool ok;

	if (spot->stored == 0)
		return true;
	ok = tl_buf_reserve(out, spot->window) && tl_points_stored(pts, spot, &stored);
	if (ok) {
		to = out->data + out->len;
		if (spot->stored == spot->window)
			memcpy(to, stored.data, stored.len);
		else
			ok = ZSTD_decompress(to, spot->window, stored.data, stored.len) ==
			     spot->window;
		ok = ok && XXH3_64bits(to, spot->window) == spot->hash;
	}
	tl_buf_fini(&stored);
	if (ok)
		out->len += spot->window;
	return ok;
}

void tl_points_forget(struct tl_points *pts, const struct tl_spot *spot)
{
	struct row *row;

	pthread_mutex_lock(&pts->lock);
	row = row_of(pts, spot);
	if (row && row != pts->rows) { /* without the first one there is nothing */
		if (spot->at == IN_MEMORY)
			count_out(pts, row);
		memmove(row, row + 1, (size_t)(pts->rows + pts->n - (row + 1)) * sizeof(*row));
		pts->n--;
	}
	pthread_mutex_unlock(&pts->lock);
}

/* ---- kept from run to run */

struct tl_spot *tl_points_copy(struct tl_points *pts, size_t *n)
{
	struct tl_spot *all;

	pthread_mutex_lock(&pts->lock);
	*n = pts->n;
	all = malloc(pts->n * sizeof(*all));
	for (size_t i = 0; all && i < pts->n; i++)
		all[i] = pts->rows[i].spot;
	pthread_mutex_unlock(&pts->lock);
	return all;
}

bool tl_points_adopt(int fd, struct tl_spot *all, size_t n, struct tl_points **out)
{
	struct tl_points *pts = NULL;
	bool ok = new_points(&pts);

	if (ok) {
		pts->fd = fd;
		ok = make_room(pts, n);
	} else {
		close(fd);
	}
	for (size_t i = 0; ok && i < n; i++)
		pts->rows[i] = (struct row){ .spot = all[i] };
	free(all);
	if (!ok) {
		tl_points_free(pts);
		return false;
	}
	pts->n = n;
	*out = pts;
	return true;
}
