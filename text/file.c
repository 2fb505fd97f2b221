/*
 * file.c: a text in a file, read with pread in chunks of 1 MiB; scans look at it through
 * windows (window.h).  The size is that of
 * the last look; refresh() looks again.  A file cut off under us is found out by a short
 * read, which moves the end.  When the path names another file, that one is put behind the
 * old descriptor with dup3(), so that reads on other threads need no lock.
 */
#include "text/source.h"

#include "text/window.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK ((size_t)1 << TL_FILE_SHIFT)

struct file {
	int fd;
	char *path;    /* to look for a successor; NULL: only a descriptor was given */
	char *what;    /* for messages */
	bool is_block; /* a device */
	_Atomic uint64_t size;
	struct tl_windows *windows; /* NULL: none, all is read */
	pthread_mutex_t lock;       /* of: */
	struct tl_identity ident;   /* as of open or the last refresh */
};

static void file_extent(void *self, struct tl_extent *out)
{
	struct file *f = self;

	*out = tl_extent_of_bytes(atomic_load(&f->size), true);
}

/* A device tells its size only this way; all reads say where, so moving is harmless. */
static uint64_t size_of(int fd, const struct stat *st)
{
	off_t size = S_ISBLK(st->st_mode) ? lseek(fd, 0, SEEK_END) : st->st_size;

	return size > 0 ? (uint64_t)size : 0;
}

static struct tl_identity identity_of(int fd, const struct stat *st)
{
	return (struct tl_identity){
		.dev = st->st_dev,
		.ino = st->st_ino,
		.size = size_of(fd, st),
		.mtime = st->st_mtim,
	};
}

/* Only `end` bytes were there when `size` were expected: unless somebody has looked in
 * the meantime, that is the end from now on. */
static void cut_off(struct file *f, uint64_t size, uint64_t end)
{
	struct stat st;

	if (fstat(f->fd, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size < end)
		end = (uint64_t)st.st_size;
	atomic_compare_exchange_strong(&f->size, &size, end);
}

static enum tl_lookup file_read_part(void *self, uint64_t k, size_t at, size_t n,
				     struct tl_buf *out, struct tl_err *err)
{
	struct file *f = self;
	uint64_t size = atomic_load(&f->size), from = (k << TL_FILE_SHIFT) + at;
	size_t got = 0;

	if (k >= tl_extent_of_bytes(size, true).nchunks)
		return TL_NONE;
	if (at >= CHUNK || from >= size)
		return TL_FOUND;
	if (n > CHUNK - at)
		n = CHUNK - at;
	if (n > size - from)
		n = (size_t)(size - from);
	if (!tl_buf_reserve(out, n)) {
		tl_err_nomem(err);
		return TL_FAILED;
	}
	while (got < n) {
		ssize_t r = pread(f->fd, out->data + out->len + got, n - got, (off_t)(from + got));

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0) {
			tl_err_sys(err, "cannot read '%s' at byte %" PRIu64, f->what, from + got);
			return TL_FAILED;
		}
		if (r == 0)
			break;
		got += (size_t)r;
	}
	if (got < n)
		cut_off(f, size, from + got);
	out->len += got;
	return got > 0 ? TL_FOUND : TL_NONE;
}

static enum tl_lookup file_read(void *self, uint64_t k, struct tl_buf *out, struct tl_err *err)
{
	return file_read_part(self, k, 0, CHUNK, out, err);
}

static bool file_map(void *self, uint64_t k, size_t before, size_t after, struct tl_mapped *out)
{
	struct file *f = self;
	uint64_t size = atomic_load(&f->size), from = k << TL_FILE_SHIFT, left;
	const uint8_t *data;
	struct tl_window *w;

	if (from >= size || size - from <= CHUNK)
		return false;
	left = size - from - CHUNK;
	out->before = before < from ? before : (size_t)from;
	out->after = after < left ? after : (size_t)left;
	if (!tl_windows_take(f->windows, f->fd, size, from - out->before,
			     out->before + CHUNK + out->after, &data, &w))
		return false;
	out->chunk = (struct tl_span){ data + out->before, CHUNK };
	out->window = w;
	out->end = from + CHUNK + out->after;
	return true;
}

/* The rest of a page that the file ends in reads as zeros, without a signal: ask. */
static bool file_unmap(void *self, const struct tl_mapped *m)
{
	struct file *f = self;
	struct stat st;
	bool whole = fstat(f->fd, &st) == 0 && (uint64_t)st.st_size >= m->end;

	return tl_windows_give(f->windows, m->window) && whole;
}

static bool same_file(const struct tl_identity *a, const struct tl_identity *b)
{
	return a->dev == b->dev && a->ino == b->ino;
}

/* What has become of the file, seen from what it was. */
static enum tl_change compare(const struct tl_identity *was, const struct tl_identity *is)
{
	if (!same_file(was, is))
		return TL_REPLACED;
	if (is->size != was->size)
		return is->size > was->size ? TL_GREW : TL_SHRANK;
	if (is->mtime.tv_sec != was->mtime.tv_sec || is->mtime.tv_nsec != was->mtime.tv_nsec)
		return TL_REPLACED; /* written in place */
	return TL_SAME;
}

/* Does the path name another file by now?  Then read that one from now on; if it cannot
 * be read, the old one. */
static void follow_path(struct file *f)
{
	struct stat old, new;
	int fd;

	if (!f->path || f->is_block || stat(f->path, &new) < 0 || !S_ISREG(new.st_mode) ||
	    fstat(f->fd, &old) < 0 || (old.st_dev == new.st_dev &&old.st_ino == new.st_ino))
		return;
	fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return;
	if (fstat(fd, &new) == 0 && S_ISREG(new.st_mode))
		dup3(fd, f->fd, O_CLOEXEC);
	tl_windows_forget(f->windows);
	close(fd);
}

static enum tl_change file_refresh(void *self, bool by_name, struct tl_err *err)
{
	struct file *f = self;
	struct tl_identity ident;
	enum tl_change change = TL_SAME;
	struct stat st;

	if (by_name)
		follow_path(f);
	/* A write sets the time before the size: what looks written in place may be a file
	 * that just grows.  The second look, if needed, sees the size too. */
	for (int looks = 0; looks < 2; looks++) {
		if (fstat(f->fd, &st) < 0) {
			tl_err_sys(err, "cannot look at '%s'", f->what);
			return TL_SAME;
		}
		ident = identity_of(f->fd, &st);
		change = compare(&f->ident, &ident);
		if (change != TL_REPLACED)
			break;
	}
	pthread_mutex_lock(&f->lock);
	f->ident = ident;
	pthread_mutex_unlock(&f->lock);
	atomic_store(&f->size, ident.size);
	return change;
}

static int file_descriptor(void *self)
{
	const struct file *f = self;

	return f->fd;
}

static bool file_identity(void *self, struct tl_identity *out)
{
	struct file *f = self;

	if (f->is_block)
		return false;
	pthread_mutex_lock(&f->lock);
	*out = f->ident;
	pthread_mutex_unlock(&f->lock);
	return true;
}

static void file_close(void *self)
{
	struct file *f = self;

	tl_windows_free(f->windows);
	close(f->fd);
	pthread_mutex_destroy(&f->lock);
	free(f->path);
	free(f->what);
	free(f);
}

static const struct tl_source_ops file_ops = {
	.name = "file",
	.shift = TL_FILE_SHIFT,
	.extent = file_extent,
	.read = file_read,
	.read_part = file_read_part,
	.map = file_map,
	.unmap = file_unmap,
	.refresh = file_refresh,
	.descriptor = file_descriptor,
	.identity = file_identity,
	.close = file_close,
};

/*
 * Can all of it be read at any place?  Files in /proc say that they are empty, files in
 * /sys that they are a page long, and neither is true; such ones are read like a pipe.
 */
static bool is_random_access(int fd, const struct stat *st)
{
	uint64_t size = size_of(fd, st);
	char byte;

	if (S_ISBLK(st->st_mode))
		return size > 0;
	if (!S_ISREG(st->st_mode))
		return false;
	if (size == 0)
		return pread(fd, &byte, 1, 0) == 0; /* an error: trace_pipe, for one */
	return size > 4096 || pread(fd, &byte, 1, (off_t)size - 1) != 0;
}

bool tl_source_is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && is_random_access(fd, &st);
}

/* Takes fd.  `path` may be NULL. */
static bool open_either(int fd, const char *path, const char *what, struct tl_source **out,
			struct tl_err *err)
{
	struct stat st;
	struct file *f;

	if (fstat(fd, &st) < 0) {
		tl_err_sys(err, "cannot read '%s'", what);
		goto fail;
	}
	if (S_ISDIR(st.st_mode)) {
		tl_err_set(err, "'%s' is a directory", what);
		goto fail;
	}
	if (!is_random_access(fd, &st))
		return tl_source_open_pipe(fd, what, out, err);
	f = calloc(1, sizeof(*f));
	if (!f) {
		tl_err_nomem(err);
		goto fail;
	}
	f->fd = fd;
	pthread_mutex_init(&f->lock, NULL);
	f->is_block = S_ISBLK(st.st_mode);
	f->ident = identity_of(fd, &st);
	atomic_init(&f->size, f->ident.size);
	if (S_ISREG(st.st_mode) && f->ident.size > CHUNK)
		f->windows = tl_windows_new();
	f->path = path ? strdup(path) : NULL;
	f->what = strdup(what);
	if (!f->what || (path && !f->path)) {
		file_close(f);
		return tl_err_nomem(err);
	}
	return tl_source_new(&file_ops, f, out, err);
fail:
	if (fd >= 0)
		close(fd);
	return false;
}

bool tl_source_open_file(const char *path, struct tl_source **out, struct tl_err *err)
{
	/* Not to wait for the other end of a FIFO: one can leave while nobody writes. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return tl_err_sys(err, "cannot open '%s'", path);
	return open_either(fd, path, path, out, err);
}

bool tl_source_open_fd(int fd, const char *what, struct tl_source **out, struct tl_err *err)
{
	return open_either(fd, NULL, what, out, err);
}
