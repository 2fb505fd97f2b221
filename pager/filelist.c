/* filelist.c: see filelist.h. */
#include "pager/filelist.h"

#include <stdlib.h>
#include <string.h>

static void file_free(struct tl_file *f)
{
	if (!f)
		return;
	tl_source_close(f->kept);
	free(f->replaced.path);
	free(f->path);
	free(f->name);
	free(f);
}

/* ---- files by name and by path: lists of names are compared with the list, one by one */

/* FNV-1a. */
static size_t bucket_of(const struct tl_filelist *fl, const char *key)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *key; key++)
		h = (h ^ (uint8_t)*key) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 32) & (fl->nbuckets - 1);
}

static void hash_name(struct tl_filelist *fl, struct tl_file *f)
{
	struct tl_file **at = &fl->by_name[bucket_of(fl, f->name)];

	f->same_name = *at;
	*at = f;
}

static void hash_path(struct tl_filelist *fl, struct tl_file *f)
{
	struct tl_file **at = &fl->by_path[bucket_of(fl, f->path)];

	f->same_path = *at;
	*at = f;
}

static void unhash(struct tl_filelist *fl, const struct tl_file *f)
{
	struct tl_file **at = &fl->by_name[bucket_of(fl, f->name)];

	while (*at != f)
		at = &(*at)->same_name;
	*at = f->same_name;
	if (!f->path) {
		fl->npathless--;
		return;
	}
	at = &fl->by_path[bucket_of(fl, f->path)];
	while (*at != f)
		at = &(*at)->same_path;
	*at = f->same_path;
}

/* Have room for one more file.  False: out of memory. */
static bool grow(struct tl_filelist *fl)
{
	size_t n = fl->nbuckets ? 2 * fl->nbuckets : 16;
	struct tl_file **files, **by_name, **by_path;

	if (fl->n < fl->nbuckets)
		return true;
	files = realloc(fl->files, n * sizeof(*files));
	if (files)
		fl->files = files;
	by_name = calloc(n, sizeof(*by_name));
	by_path = calloc(n, sizeof(*by_path));
	if (!files || !by_name || !by_path) {
		free(by_name);
		free(by_path);
		return false;
	}
	free(fl->by_name);
	free(fl->by_path);
	fl->by_name = by_name;
	fl->by_path = by_path;
	fl->nbuckets = n;
	for (size_t i = 0; i < fl->n; i++) {
		hash_name(fl, files[i]);
		if (files[i]->path)
			hash_path(fl, files[i]);
	}
	return true;
}

/* What a name leads to, or the name; NULL: out of memory. */
static char *path_of(const char *name)
{
	char *path = realpath(name, NULL);

	return path ? path : strdup(name);
}

/* False: out of memory, and some are not known. */
static bool know_paths(struct tl_filelist *fl)
{
	for (size_t i = 0; i < fl->n && fl->npathless > 0; i++) {
		struct tl_file *f = fl->files[i];

		if (f->path)
			continue;
		f->path = path_of(f->name);
		if (!f->path)
			return false;
		fl->npathless--;
		hash_path(fl, f);
	}
	return true;
}

static size_t index_of(const struct tl_filelist *fl, const struct tl_file *f)
{
	size_t i = 0;

	while (f && i < fl->n && fl->files[i] != f)
		i++;
	return f ? i : fl->n;
}

size_t tl_filelist_find(struct tl_filelist *fl, const char *name)
{
	struct tl_file *f;
	char *path;

	if (fl->n == 0)
		return 0;
	for (f = fl->by_name[bucket_of(fl, name)]; f; f = f->same_name)
		if (!strcmp(f->name, name))
			return index_of(fl, f);
	path = realpath(name, NULL);
	if (!path || !know_paths(fl)) {
		free(path);
		return fl->n;
	}
	for (f = fl->by_path[bucket_of(fl, path)]; f; f = f->same_path)
		if (!strcmp(f->path, path))
			break;
	free(path);
	return index_of(fl, f);
}

/* ---- the list */

/* Takes the path, which may be NULL. */
static bool add(struct tl_filelist *fl, const char *name, char *path, size_t at)
{
	struct tl_file *f = calloc(1, sizeof(*f));

	if (!f || !grow(fl) || !(f->name = strdup(name))) {
		free(path);
		file_free(f);
		return false;
	}
	f->path = path;
	f->pos = TL_NOPOS;
	memmove(fl->files + at + 1, fl->files + at, (fl->n - at) * sizeof(*fl->files));
	fl->files[at] = f;
	fl->n++;
	if (fl->previous >= at)
		fl->previous++;
	hash_name(fl, f);
	if (path)
		hash_path(fl, f);
	else
		fl->npathless++;
	return true;
}

bool tl_filelist_add(struct tl_filelist *fl, const char *name, size_t at)
{
	return add(fl, name, NULL, at);
}

bool tl_filelist_add_all(struct tl_filelist *fl, char **names, size_t n)
{
	bool ok = true;

	for (size_t i = 0; ok && i < n; i++) {
		/* Of a single one nobody needs to know. */
		char *path = n > 1 ? path_of(names[i]) : NULL;
		const struct tl_file *f = NULL;

		if (path && fl->nbuckets)
			f = fl->by_path[bucket_of(fl, path)];
		while (f && strcmp(f->path, path) != 0)
			f = f->same_path;
		if (f)
			free(path);
		else
			ok = add(fl, names[i], path, fl->n);
	}
	return ok;
}

void tl_filelist_remove(struct tl_filelist *fl, size_t i)
{
	unhash(fl, fl->files[i]);
	file_free(fl->files[i]);
	fl->n--;
	memmove(fl->files + i, fl->files + i + 1, (fl->n - i) * sizeof(*fl->files));
	if (fl->previous == i)
		fl->previous = fl->n;
	else if (fl->previous > i)
		fl->previous--;
}

void tl_filelist_fini(struct tl_filelist *fl)
{
	for (size_t i = 0; i < fl->n; i++)
		file_free(fl->files[i]);
	free(fl->files);
	free(fl->by_name);
	free(fl->by_path);
	memset(fl, 0, sizeof(*fl));
}
