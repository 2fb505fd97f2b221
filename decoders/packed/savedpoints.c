/*
 * savedpoints.c: see savedpoints.h and index/FORMAT.md.  A head that has to be as expected, a row for
 * each point, a checksum over these, and then the windows, each with a hash in its row.
 */
#include "decoders/packed/savedpoints.h"

#include "base/bytes.h"
#include "base/readat.h"
#include "index/cachedir.h"
#include "index/origin.h"
#include "index/savedindex.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#define VERSION       1
#define HEAD_SIZE     96 /* with the text's size and the number of points */
#define ROW_SIZE      72
#define MAGIC         "TLPOINT\n"
#define CHECKSUM_SIZE 8
#define MAX_ROWS      ((uint64_t)1 << 17)
#define MOST_OF_ALL   ((uint64_t)256 << 20)
#define LEAST_GAP     (UINT64_C(8) << 20)
#define AT_ONCE       (UINT64_C(16) << 20) /* so much is written also by who is in a hurry */

/* How large the file may be: points shall not cost more than a part of what they help to read. */
static uint64_t most(const struct tl_identity *file)
{
	uint64_t n = file->size / 8 + ((uint64_t)1 << 20);

	return n < MOST_OF_ALL ? n : MOST_OF_ALL;
}

/* ---- saving */

static uint64_t size_of(const struct tl_spot *all, size_t n)
{
	uint64_t size = HEAD_SIZE + CHECKSUM_SIZE;

	for (size_t i = 0; i < n; i++)
		size += ROW_SIZE + all[i].stored;
	return size;
}

/* Keep those that are at least so far apart; returns how many. */
static size_t spread(struct tl_spot *all, size_t n, uint64_t apart)
{
	size_t kept = 1;

	for (size_t i = 1; i < n; i++)
		if (all[i].point.text - all[kept - 1].point.text >= apart)
			all[kept++] = all[i];
	return kept;
}

static void put_row(uint8_t *p, const struct tl_spot *spot, uint64_t at)
{
	tl_put64(p, spot->point.text);
	tl_put64(p + 8, spot->point.file);
	tl_put64(p + 16, at);
	tl_put32(p + 24, spot->stored);
	tl_put32(p + 28, spot->window);
	tl_put64(p + 32, spot->hash);
	for (size_t i = 0; i < TL_POINT_STATE; i++)
		tl_put32(p + 40 + 4 * i, spot->point.state[i]);
}

/* Head, rows and checksum. */
static bool put_table(const struct tl_identity *file, const struct tl_origin *origin,
		      const struct tl_spot *all, size_t n, uint64_t text_size, struct tl_buf *out)
{
	size_t size = HEAD_SIZE + n * ROW_SIZE;
	uint64_t at = size + CHECKSUM_SIZE;
	uint8_t *p;

	if (!tl_buf_reserve(out, (size_t)at))
		return false;
	p = out->data;
	tl_origin_put_key(p, MAGIC, VERSION, file, origin);
	tl_put64(p + TL_ORIGIN_KEY, text_size);
	tl_put64(p + TL_ORIGIN_KEY + 8, n);
	for (size_t i = 0; i < n; i++) {
		put_row(p + HEAD_SIZE + i * ROW_SIZE, &all[i], at);
		at += all[i].stored;
	}
	tl_put64(p + size, XXH3_64bits(p, size));
	out->len = size + CHECKSUM_SIZE;
	return true;
}

static bool put_windows(struct tl_cachedir_file *f, struct tl_points *points,
			const struct tl_spot *all, size_t n, const atomic_bool *stop)
{
	bool large = size_of(all, n) > AT_ONCE, ok = true;
	struct tl_buf bytes = TL_BUF_INIT;

	for (size_t i = 0; ok && i < n; i++) {
		bytes.len = 0;
		ok = !(large && atomic_load(stop)) && tl_points_stored(points, &all[i], &bytes) &&
		     tl_cachedir_put(f, bytes.data, bytes.len);
	}
	tl_buf_fini(&bytes);
	return ok;
}

bool tl_savedpoints_save(const char *dir, const struct tl_identity *file,
			 const struct tl_origin *origin, struct tl_points *points,
			 uint64_t text_size, const atomic_bool *stop)
{
	size_t n;
	struct tl_spot *all = tl_points_copy(points, &n);
	struct tl_buf table = TL_BUF_INIT;
	char name[TL_SAVEDINDEX_NAME];
	struct tl_cachedir_file f;
	bool ok = all != NULL;

	for (uint64_t apart = LEAST_GAP;
	     ok && n > 1 && (n > MAX_ROWS || size_of(all, n) > most(file)); apart *= 2)
		n = spread(all, n, apart);
	tl_savedindex_name(file, origin, TL_SAVEDPOINTS_SUFFIX, name);
	ok = ok && put_table(file, origin, all, n, text_size, &table) &&
	     tl_cachedir_begin(dir, name, &f, NULL);
	if (ok) {
		ok = tl_cachedir_put(&f, table.data, table.len) &&
		     put_windows(&f, points, all, n, stop);
		ok &= tl_cachedir_end(&f, ok, NULL);
	}
	if (ok)
		tl_cachedir_prune(dir, TL_SAVEDPOINTS_SUFFIX, TL_SAVEDINDEX_MAX_FILES);
	tl_buf_fini(&table);
	free(all);
	return ok;
}

/* ---- loading */

/* A row; `before` is the one before it, or NULL.  False: it makes no sense. */
static bool get_row(const uint8_t *p, uint64_t size, const struct tl_identity *file,
		    uint64_t text_size, const struct tl_spot *before, struct tl_spot *out)
{
	*out = (struct tl_spot){
		.point = { .text = tl_get64(p), .file = tl_get64(p + 8) },
		.at = tl_get64(p + 16),
		.stored = tl_get32(p + 24),
		.window = tl_get32(p + 28),
		.hash = tl_get64(p + 32),
	};
	for (size_t i = 0; i < TL_POINT_STATE; i++)
		out->point.state[i] = tl_get32(p + 40 + 4 * i);
	if (before ? out->point.text <= before->point.text || out->point.file < before->point.file
		   : out->point.text != 0 || out->stored != 0)
		return false;
	return out->point.text <= text_size && out->point.file <= file->size && out->at <= size &&
	       out->stored <= size - out->at && out->stored <= out->window &&
	       out->window <= TL_WINDOW_MAX && (out->stored > 0 || out->window == 0) &&
	       out->window <= out->point.text;
}

/* Gives the rows; NULL: they are of no use. */
static struct tl_spot *get_rows(int fd, uint64_t size, const struct tl_identity *file,
				const struct tl_origin *origin, uint64_t *n, uint64_t *text_size)
{
	uint8_t head[HEAD_SIZE], key[TL_ORIGIN_KEY], *table = NULL;
	struct tl_spot *all = NULL;
	size_t len;
	bool ok;

	tl_origin_put_key(key, MAGIC, VERSION, file, origin);
	if (size < HEAD_SIZE || !tl_read_at(fd, head, HEAD_SIZE, 0) ||
	    memcmp(head, key, TL_ORIGIN_KEY) != 0)
		return NULL;
	*text_size = tl_get64(head + TL_ORIGIN_KEY);
	*n = tl_get64(head + TL_ORIGIN_KEY + 8);
	if (*n == 0 || *n > MAX_ROWS || *n * ROW_SIZE > size ||
	    !tl_points_plausible(file->size, *text_size))
		return NULL;
	len = HEAD_SIZE + (size_t)*n * ROW_SIZE;
	table = malloc(len + CHECKSUM_SIZE);
	all = malloc((size_t)*n * sizeof(*all));
	ok = table && all && tl_read_at(fd, table, len + CHECKSUM_SIZE, 0) &&
	     tl_get64(table + len) == XXH3_64bits(table, len) &&
	     memcmp(table, head, HEAD_SIZE) == 0;
	for (size_t i = 0; ok && i < *n; i++)
		ok = get_row(table + HEAD_SIZE + i * ROW_SIZE, size, file, *text_size,
			     i > 0 ? &all[i - 1] : NULL, &all[i]);
	free(table);
	if (!ok) {
		free(all);
		return NULL;
	}
	return all;
}

bool tl_savedpoints_read(int fd, uint64_t size, const struct tl_identity *file,
			 const struct tl_origin *origin, struct tl_points **points,
			 uint64_t *text_size)
{
	struct tl_spot *all;
	uint64_t n;

	all = get_rows(fd, size, file, origin, &n, text_size);
	if (!all) {
		close(fd);
		return false;
	}
	return tl_points_adopt(fd, all, (size_t)n, points);
}

bool tl_savedpoints_load(const char *dir, const struct tl_identity *file,
			 const struct tl_origin *origin, struct tl_points **points,
			 uint64_t *text_size)
{
	char name[TL_SAVEDINDEX_NAME];
	uint64_t size;
	int fd;

	tl_savedindex_name(file, origin, TL_SAVEDPOINTS_SUFFIX, name);
	fd = tl_cachedir_open(dir, name, most(file), &size);
	return fd >= 0 && tl_savedpoints_read(fd, size, file, origin, points, text_size);
}
