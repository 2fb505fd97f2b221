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
	free(f->name);
	free(f);
}

bool tl_filelist_add(struct tl_filelist *fl, const char *name, size_t at)
{
	struct tl_file *f = calloc(1, sizeof(*f));
	struct tl_file **files = realloc(fl->files, (fl->n + 1) * sizeof(*files));

	if (files)
		fl->files = files;
	if (!f || !files || !(f->name = strdup(name))) {
		file_free(f);
		return false;
	}
	f->pos = TL_NOPOS;
	memmove(files + at + 1, files + at, (fl->n - at) * sizeof(*files));
	files[at] = f;
	fl->n++;
	if (fl->previous >= at)
		fl->previous++;
	return true;
}

struct place {
	char *path;
	size_t i; /* in the command line */
};

static int compare_places(const void *a, const void *b)
{
	const struct place *p = a, *q = b;
	int order = strcmp(p->path, q->path);

	return order ? order : p->i < q->i ? -1 : 1;
}

/* Those that come again lose their names. */
static void drop_repeated(struct place *places, char **names, size_t n)
{
	qsort(places, n, sizeof(*places), compare_places);
	for (size_t k = 1; k < n; k++)
		if (strcmp(places[k].path, places[k - 1].path) == 0)
			names[places[k].i] = NULL;
}

bool tl_filelist_add_all(struct tl_filelist *fl, char **names, size_t n)
{
	struct place *places = calloc(n, sizeof(*places));
	char **kept = calloc(n, sizeof(*kept));
	bool ok = places && kept;

	for (size_t i = 0; ok && i < n; i++) {
		kept[i] = names[i];
		places[i].i = i;
		places[i].path = n > 1 ? realpath(names[i], NULL) : NULL;
		if (!places[i].path)
			places[i].path = strdup(names[i]);
		ok = places[i].path;
	}
	if (ok)
		drop_repeated(places, kept, n);
	for (size_t i = 0; ok && i < n; i++)
		ok = !kept[i] || tl_filelist_add(fl, kept[i], fl->n);
	for (size_t i = 0; places && i < n; i++)
		free(places[i].path);
	free(places);
	free(kept);
	return ok;
}

void tl_filelist_remove(struct tl_filelist *fl, size_t i)
{
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
	memset(fl, 0, sizeof(*fl));
}
