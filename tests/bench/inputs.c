/*
 * inputs.c: what scenarios are about: the text that mktrace made, the same compressed, which
 * scripts/bench has put beside it, and many small files.
 */
#include "tests/bench/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NFILES     10000
#define FILE_LINES 30

bool bench_file_open(struct bench_file *file, const char *path)
{
	char meta[4200], line[256], what[64], time[32];
	unsigned long long nr, offset;
	unsigned percent;
	FILE *f;

	memset(file, 0, sizeof(*file));
	if (!realpath(path, file->path))
		return false;
	snprintf(meta, sizeof(meta), "%s.meta", path);
	f = fopen(meta, "r");
	if (!f)
		return false;
	while (fgets(line, sizeof(line), f)) {
		int n = sscanf(line, "%63s %llu %llu %31s", what, &nr, &offset, time);
		struct place p = { nr, "" };

		if (n == 2 && strcmp(what, "lines") == 0)
			file->nlines = nr;
		else if (n == 2 && strcmp(what, "bytes") == 0)
			file->nbytes = nr;
		if (n != 4)
			continue;
		snprintf(p.time, sizeof(p.time), "%s", time);
		if (strcmp(what, "first") == 0)
			file->first = p;
		else if (strcmp(what, "last") == 0)
			file->last = p;
		else if (strncmp(what, LITERAL_LOW, strlen(LITERAL_LOW)) == 0)
			file->early = p;
		else if (strncmp(what, LITERAL, strlen(LITERAL)) == 0)
			file->late = p;
		else if (sscanf(what, "%u%%", &percent) == 1 && percent < 100)
			file->percent[percent] = p;
	}
	fclose(f);
	return file->nlines > 0 && file->nbytes > 0;
}

static void open_compressed(struct bench_file *file, const struct bench_file *text,
			    const char *suffix)
{
	*file = *text;
	if ((size_t)snprintf(file->path, sizeof(file->path), "%s%s", text->path, suffix) >=
		sizeof(file->path) ||
	    access(file->path, R_OK) != 0)
		file->path[0] = '\0';
}

static bool write_file(const char *path, int number)
{
	FILE *f = fopen(path, "w");
	bool ok = f != NULL;

	for (int i = 0; ok && i < FILE_LINES; i++)
		ok = fprintf(f, "%05d.%02d of a file like many others, with nothing new to say\n",
			     number, i) > 0;
	return f && fclose(f) == 0 && ok;
}

static void make_many(struct bench_file *many)
{
	static const char *names[NFILES];
	static char name[NFILES][16];
	char path[sizeof(many->path) + 16];
	const char *tmp = getenv("TMPDIR");
	bool ok;

	*many = (struct bench_file){ .names = names };
	snprintf(many->path, sizeof(many->path), "%s/tless-bench-files-XXXXXX", tmp ? tmp : "/tmp");
	ok = mkdtemp(many->path) != NULL;
	for (; ok && many->nnames < NFILES; many->nnames++) {
		int i = many->nnames;

		snprintf(name[i], sizeof(name[i]), "f%05d", i);
		names[i] = name[i];
		snprintf(path, sizeof(path), "%s/%s", many->path, name[i]);
		ok = write_file(path, i);
	}
	if (!ok)
		many->path[0] = '\0';
	snprintf(many->first.time, sizeof(many->first.time), "00000.00 of");
}

void bench_inputs_make(struct bench_file inputs[NINPUTS])
{
	open_compressed(&inputs[ONE_FRAME], &inputs[THE_TEXT], ".zst");
	open_compressed(&inputs[FRAMES], &inputs[THE_TEXT], ".frames.zst");
	make_many(&inputs[MANY_FILES]);
}

void bench_inputs_remove(struct bench_file inputs[NINPUTS])
{
	const struct bench_file *many = &inputs[MANY_FILES];
	char path[sizeof(many->path) + 16];

	for (int i = 0; i < many->nnames; i++) {
		snprintf(path, sizeof(path), "%s/%s", many->path, many->names[i]);
		unlink(path);
	}
	rmdir(many->path);
}
