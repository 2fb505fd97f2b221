/*
 * fuzz_elf.c: any bytes as a binary that ran: its headers, its build-id, its symbols with those of
 * its PLT, and its code, read from a file as in earnest.  What is found must hold together: a
 * symbol found at an offset holds it, and the code is the file's bytes.
 */
#include "decoders/perf/dso.h"
#include "decoders/perf/elffile.h"
#include "decoders/perf/symbols.h"

#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_INPUT 65536

/* The parts alone, on bytes that end where the input does. */
static void try_parts(const uint8_t *data, size_t n)
{
	uint8_t id[TL_ELF_BUILD_ID];
	struct tl_symbols *t;
	struct tl_elf e;

	if (!tl_elf_init_memory(&e, (struct tl_span){ data, n }))
		return;
	must(tl_elf_build_id(&e, id) <= sizeof(id));
	t = tl_symbols_new();
	must(t && tl_symbols_add_elf(t, &e, &e) && tl_symbols_finish(t));
	for (uint64_t at = 0; at < n + 4096; at += 7) {
		struct tl_symbol s;

		if (tl_symbols_find(t, at, &s)) {
			must(s.start <= at && (at < s.end || at == s.start));
			must(s.name[0] != '\0');
		}
	}
	tl_symbols_free(t);
	tl_elf_fini(&e);
}

/* The whole, as the program does it. */
static void try_file(const uint8_t *data, size_t n)
{
	int fd = memfd_create("fuzz_elf", MFD_CLOEXEC);
	struct tl_dsos *all;
	struct tl_dso *d;
	char path[64];
	size_t got = 0;

	must(fd >= 0 && write(fd, data, n) == (ssize_t)n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	must(tl_dsos_open(NULL, NULL, &all, NULL));
	d = tl_dsos_get(all, path, NULL, 0, 1);
	must(d != NULL);
	for (uint64_t at = 0; at < n; at += got) {
		const uint8_t *bytes;
		struct tl_symbol s;
		uint64_t start;

		must(tl_dso_code(d, at, &bytes, &got) && got > 0 && got <= n - at);
		must(memcmp(bytes, data + at, got) == 0);
		if (tl_dso_symbol(d, at, &s))
			tl_dso_find(d, s.name, &start);
	}
	tl_dsos_close(all);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n > MAX_INPUT)
		return 0;
	try_parts(data, n);
	try_file(data, n);
	return 0;
}
