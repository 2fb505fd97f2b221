/* srctext.c: see srctext.h. */
#include "decoders/perf/srctext.h"

#include "decoders/perf/dsofile.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NFILES   64
#define MAX_FILE ((size_t)8 << 20)
#define MAX_ALL  ((size_t)32 << 20)

struct file {
	char *path;
	uint8_t *bytes; /* NULL: it cannot be read */
	size_t len;
	size_t *starts; /* of lines */
	size_t nlines;
};

struct tl_srctext {
	pthread_mutex_t lock;
	struct file files[NFILES];
	size_t nfiles, nbytes;
};

struct tl_srctext *tl_srctext_open(void)
{
	struct tl_srctext *t = calloc(1, sizeof(*t));

	if (t)
		pthread_mutex_init(&t->lock, NULL);
	return t;
}

static void drop_files(struct tl_srctext *t)
{
	for (size_t i = 0; i < t->nfiles; i++) {
		free(t->files[i].path);
		free(t->files[i].bytes);
		free(t->files[i].starts);
	}
	t->nfiles = t->nbytes = 0;
}

void tl_srctext_close(struct tl_srctext *t)
{
	if (!t)
		return;
	drop_files(t);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

static bool read_file(struct file *f)
{
	struct tl_dsofile file;
	size_t n = 0;
	ssize_t got = 1;

	if (!tl_dsofile_open(f->path, &file))
		return false;
	f->bytes = file.size <= MAX_FILE ? malloc((size_t)file.size + 1) : NULL;
	while (f->bytes && got > 0 && n < file.size) {
		got = pread(file.fd, f->bytes + n, (size_t)file.size - n, (off_t)n);
		n += got > 0 ? (size_t)got : 0;
	}
	tl_dsofile_close(&file);
	f->len = n;
	return f->bytes != NULL;
}

static bool find_lines(struct file *f)
{
	size_t n = 1;

	for (size_t i = 0; i < f->len; i++)
		n += f->bytes[i] == '\n';
	f->starts = malloc((n + 1) * sizeof(*f->starts));
	if (!f->starts)
		return false;
	f->starts[f->nlines++] = 0;
	for (size_t i = 0; i < f->len; i++)
		if (f->bytes[i] == '\n')
			f->starts[f->nlines++] = i + 1;
	f->starts[f->nlines] = f->len;
	return true;
}

/* NULL: no memory. */
static const struct file *file_of(struct tl_srctext *t, const char *path)
{
	struct file *f;

	for (size_t i = 0; i < t->nfiles; i++)
		if (strcmp(t->files[i].path, path) == 0)
			return &t->files[i];
	if (t->nfiles == NFILES || t->nbytes > MAX_ALL)
		drop_files(t);
	f = &t->files[t->nfiles];
	*f = (struct file){ .path = strdup(path) };
	if (!f->path)
		return NULL;
	if (!read_file(f) || !find_lines(f))
		f->nlines = 0;
	t->nfiles++;
	t->nbytes += f->len + f->nlines * sizeof(*f->starts);
	return f;
}

bool tl_srctext_line(struct tl_srctext *t, const char *folder, const char *path, unsigned line,
		     struct tl_buf *out)
{
	char whole[PATH_MAX];
	const struct file *f;
	size_t from, to;
	bool ok = false;

	if (path[0] != '/' && folder) {
		if (snprintf(whole, sizeof(whole), "%s/%s", folder, path) >= (int)sizeof(whole))
			return false;
		path = whole;
	}
	pthread_mutex_lock(&t->lock);
	f = file_of(t, path);
	if (f && line > 0 && line <= f->nlines) {
		from = f->starts[line - 1];
		to = f->starts[line];
		while (from < to && strchr(" \t", f->bytes[from]) && f->bytes[from])
			from++;
		while (to > from && strchr(" \t\r\n", f->bytes[to - 1]) && f->bytes[to - 1])
			to--;
		ok = to > from && tl_buf_append(out, f->bytes + from, to - from);
	}
	pthread_mutex_unlock(&t->lock);
	return ok;
}
