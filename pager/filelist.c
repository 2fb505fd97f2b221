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
