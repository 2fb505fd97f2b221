/*
 * cachedir.c: see cachedir.h.  Names are looked up below a descriptor of the directory, so
 * that all steps of a write happen in the same one.
 */
#include "index/cachedir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A file being written is called `.NAME.tmp` and 16 hex digits. */
#define TEMP_MARK ".tmp"
#define TEMP_AGE  3600 /* seconds after which nobody is writing it any more */

/* Services and build machines name a home that is nowhere, /nonexistent say: it is not ours to make. */
static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *tl_cachedir_default(void)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *dir = NULL;
	int n = -1;

	if (cache && cache[0] == '/')
		n = asprintf(&dir, "%s/tless", cache);
	else if (home && home[0] == '/' && is_folder(home))
		n = asprintf(&dir, "%s/.cache/tless", home);
	return n < 0 ? NULL : dir;
}

static int open_dir(const char *dir)
{
	return open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Up to n bytes; less at the end of the file; -1 on an error. */
static ssize_t read_all(int fd, uint8_t *to, size_t n)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = read(fd, to + got, n - got);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		if (r == 0)
			break;
		got += (size_t)r;
	}
	return (ssize_t)got;
}

static bool write_all(int fd, const uint8_t *from, size_t n)
{
	while (n > 0) {
		ssize_t r = write(fd, from, n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return false;
		from += r;
		n -= (size_t)r;
	}
	return true;
}

int tl_cachedir_open(const char *dir, const char *name, uint64_t max, uint64_t *size)
{
	int dirfd = open_dir(dir), fd;
	struct stat st;

	if (dirfd < 0)
		return -1;
	/* Not to wait for a writer should it be a FIFO. */
	fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	close(dirfd);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	    st.st_size > 0 && (uintmax_t)st.st_size <= max) {
		*size = (uint64_t)st.st_size;
		return fd;
	}
	close(fd);
	return -1;
}

bool tl_cachedir_read(const char *dir, const char *name, size_t max, struct tl_buf *out)
{
	uint64_t size;
	int fd = tl_cachedir_open(dir, name, max, &size);
	bool ok;

	if (fd < 0)
		return false;
	ok = tl_buf_reserve(out, (size_t)size) &&
	     read_all(fd, out->data + out->len, (size_t)size) == (ssize_t)size;
	if (ok)
		out->len += (size_t)size;
	close(fd);
	return ok;
}

/* Like mkdir -p. */
static bool make_dirs(const char *dir, struct tl_err *err)
{
	char *path = strdup(dir);
	char *at = path;

	if (!path)
		return tl_err_nomem(err);
	do {
		at += strspn(at, "/");
		at += strcspn(at, "/");
		char after = *at;

		*at = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST) {
			tl_err_sys(err, "cannot make directory '%s'", path);
			free(path);
			return false;
		}
		*at = after;
	} while (*at);
	free(path);
	return true;
}

bool tl_cachedir_begin(const char *dir, const char *name, struct tl_cachedir_file *out,
		       struct tl_err *err)
{
	uint64_t salt;
	int n;

	*out = (struct tl_cachedir_file){ .dir = dir, .name = name, .fd = -1 };
	if (!make_dirs(dir, err))
		return false;
	if (getrandom(&salt, sizeof(salt), GRND_NONBLOCK) != sizeof(salt))
		salt = (uint64_t)getpid();
	n = snprintf(out->temp, sizeof(out->temp), ".%s" TEMP_MARK "%016" PRIx64, name, salt);
	if (n < 0 || (size_t)n >= sizeof(out->temp))
		return tl_err_set(err, "name too long: '%s'", name);
	out->dirfd = open_dir(dir);
	if (out->dirfd < 0)
		return tl_err_sys(err, "cannot open directory '%s'", dir);
	out->fd = openat(out->dirfd, out->temp,
			 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out->fd < 0) {
		tl_err_sys(err, "cannot write in '%s'", dir);
		close(out->dirfd);
		return false;
	}
	return true;
}

bool tl_cachedir_put(struct tl_cachedir_file *f, const void *bytes, size_t n)
{
	f->failed = f->failed || !write_all(f->fd, bytes, n);
	return !f->failed;
}

bool tl_cachedir_end(struct tl_cachedir_file *f, bool keep, struct tl_err *err)
{
	bool ok = close(f->fd) == 0 && !f->failed;

	ok = ok && (!keep || renameat(f->dirfd, f->temp, f->dirfd, f->name) == 0);
	if (!ok)
		tl_err_sys(err, "cannot write '%s/%s'", f->dir, f->name);
	if (!ok || !keep)
		unlinkat(f->dirfd, f->temp, 0);
	close(f->dirfd);
	return ok;
}

bool tl_cachedir_write(const char *dir, const char *name, const struct tl_buf *bytes,
		       struct tl_err *err)
{
	struct tl_cachedir_file f;

	if (!tl_cachedir_begin(dir, name, &f, err))
		return false;
	tl_cachedir_put(&f, bytes->data, bytes->len);
	return tl_cachedir_end(&f, true, err);
}

struct aged {
	char *name;
	struct timespec mtime;
};

static int newest_first(const void *a, const void *b)
{
	const struct aged *x = a, *y = b;

	if (x->mtime.tv_sec != y->mtime.tv_sec)
		return x->mtime.tv_sec > y->mtime.tv_sec ? -1 : 1;
	if (x->mtime.tv_nsec != y->mtime.tv_nsec)
		return x->mtime.tv_nsec > y->mtime.tv_nsec ? -1 : 1;
	return strcmp(x->name, y->name);
}

static bool ends_in(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n > m && !strcmp(name + n - m, suffix);
}

/* Something one of our writers did not come to rename? */
static bool is_left_over(int dirfd, const char *name, const char *suffix)
{
	const char *mark = strstr(name, TEMP_MARK);
	size_t m = strlen(suffix);
	struct stat st;

	return name[0] == '.' && mark && (size_t)(mark - name) > m &&
	       !strncmp(mark - m, suffix, m) && strlen(mark) == strlen(TEMP_MARK) + 16 &&
	       fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       st.st_mtime + TEMP_AGE < time(NULL);
}

/* The files with that suffix, and removes left-overs; NULL: out of memory. */
static struct aged *list(DIR *d, const char *suffix, size_t *n)
{
	size_t room = 64;
	struct aged *all = malloc(room * sizeof(*all));
	const struct dirent *e;
	struct stat st;

	*n = 0;
	if (!all)
		return NULL;
	while ((e = readdir(d))) {
		if (is_left_over(dirfd(d), e->d_name, suffix))
			unlinkat(dirfd(d), e->d_name, 0);
		if (!ends_in(e->d_name, suffix) || e->d_name[0] == '.' ||
		    fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (*n == room) {
			struct aged *more = realloc(all, 2 * room * sizeof(*all));

			if (!more)
				break;
			all = more;
			room *= 2;
		}
		all[*n].mtime = st.st_mtim;
		all[*n].name = strdup(e->d_name);
		if (!all[*n].name)
			break;
		++*n;
	}
	return all;
}

void tl_cachedir_prune(const char *dir, const char *suffix, size_t keep)
{
	DIR *d = opendir(dir);
	struct aged *all;
	size_t n;

	if (!d)
		return;
	all = list(d, suffix, &n);
	if (all && n > keep) {
		qsort(all, n, sizeof(*all), newest_first);
		for (size_t i = keep; i < n; i++)
			unlinkat(dirfd(d), all[i].name, 0);
	}
	for (size_t i = 0; all && i < n; i++)
		free(all[i].name);
	free(all);
	closedir(d);
}
