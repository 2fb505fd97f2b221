/*
 * fuzz_jitdump.c: any bytes as a compiler's dump: what it tells of lies in the file, and as a binary
 * of a recording it has that code, those names and those lines of the source.
 */
#include "decoders/perf/dso.h"

#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_INPUT 65536

struct seen {
	struct tl_dso *dso;
	size_t n;
};

static void place(void *arg, const struct tl_srcline *place)
{
	must(place->path && strlen(place->path) < ((struct seen *)arg)->n);
}

static bool look(void *arg, const struct tl_jit_code *c)
{
	struct seen *s = arg;
	const uint8_t *bytes;
	struct tl_symbol symbol;
	size_t len;

	must(c->size > 0 && c->size <= s->n && c->at <= s->n - c->size);
	must(c->addr <= UINT64_MAX - c->size);
	must(tl_dso_code(s->dso, c->at, &bytes, &len) && len > 0);
	for (size_t i = 0; i < c->size && i < 16; i++)
		tl_dso_source(s->dso, c->at + i, place, s);
	if (tl_dso_symbol(s->dso, c->at, &symbol))
		must(symbol.start <= c->at && c->at < symbol.end);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char dir[] = "/tmp/tless-fuzz-XXXXXX", path[64];
	struct tl_jitdump_head head;
	struct seen seen = { .n = n };
	struct tl_dsos *all;
	FILE *f;

	if (n > MAX_INPUT)
		return 0;
	must(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/jit-1.dump", dir);
	f = fopen(path, "w");
	must(f && fwrite(data, 1, n, f) == n && fclose(f) == 0);
	must(tl_dsos_open(NULL, NULL, &all, NULL));
	seen.dso = tl_dsos_get(all, path, NULL, 0, 1);
	must(seen.dso && tl_dso_is_jitdump(seen.dso));
	tl_dso_jit_codes(seen.dso, &head, look, &seen);
	tl_dsos_close(all);
	unlink(path);
	rmdir(dir);
	return 0;
}
