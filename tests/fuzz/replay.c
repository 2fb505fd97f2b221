/*
 * replay.c: main() for a fuzz target where there is no fuzzer.  Feeds it the empty input,
 * every file in tests/fuzz/corpus/NAME, NAME being the program's own, and the files named as
 * arguments.  Each input is in memory of just its size, so that a sanitizer sees a read past
 * the end.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#define CORPUS     "tests/fuzz/corpus"
#define NO_CORPUS  77 /* scripts/run-tests: skipped */
#define MAX_LENGTH (16 << 20)

static bool replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	uint8_t *data;
	size_t n;

	if (!f || fstat(fileno(f), &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > MAX_LENGTH) {
		fprintf(stderr, "cannot replay '%s'\n", path);
		if (f)
			fclose(f);
		return false;
	}
	n = (size_t)st.st_size;
	data = malloc(n > 0 ? n : 1);
	if (!data || fread(data, 1, n, f) != n) {
		fprintf(stderr, "cannot read '%s'\n", path);
		free(data);
		fclose(f);
		return false;
	}
	fclose(f);
	printf("%s\n", path); /* the last one printed is the one that crashed */
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, n);
	free(data);
	return true;
}

/* How many files of the corpus were replayed; -1: one could not be. */
static int replay_corpus(const char *name)
{
	char dir[512], path[1024];
	const struct dirent *e;
	int replayed = 0;
	DIR *d;

	snprintf(dir, sizeof(dir), CORPUS "/%s", name);
	d = opendir(dir);
	if (!d)
		return 0;
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (!replay(path)) {
			closedir(d);
			return -1;
		}
		replayed++;
	}
	closedir(d);
	return replayed;
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	uint8_t nothing = 0;
	int replayed;

	name = name ? name + 1 : argv[0];
	LLVMFuzzerTestOneInput(&nothing, 0);
	for (int i = 1; i < argc; i++)
		if (!replay(argv[i]))
			return 1;
	replayed = replay_corpus(name);
	if (replayed < 0)
		return 1;
	if (replayed == 0 && argc == 1) {
		printf("no inputs in " CORPUS "/%s\n", name);
		return NO_CORPUS;
	}
	return 0;
}
