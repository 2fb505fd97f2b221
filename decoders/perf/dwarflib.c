/* dwarflib.c: see dwarflib.h. */
#include "decoders/perf/dwarflib.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static struct {
	bool ok;
	struct tl_dwarflib functions;
	char missing[256]; /* why not */
} loaded;

static void load(void)
{
	/* What libdw itself needs, libelf, is searched too. */
	void *library = dlopen("libdw.so.1", RTLD_NOW | RTLD_LOCAL);

	loaded.ok = library != NULL;
	if (!library)
		snprintf(loaded.missing, sizeof(loaded.missing), "%s", dlerror());
#define X(function)                                                                        \
	if (loaded.ok) {                                                                   \
		loaded.functions.function =                                                \
		    (__typeof__(function) *)(uintptr_t)dlsym(library, #function);          \
		if (!loaded.functions.function) {                                          \
			loaded.ok = false;                                                 \
			snprintf(loaded.missing, sizeof(loaded.missing), "%s", dlerror()); \
		}                                                                          \
	}
	TL_DWARF_FUNCTIONS(X)
#undef X
	if (loaded.ok)
		loaded.functions.elf_version(EV_CURRENT);
}

const struct tl_dwarflib *tl_dwarflib(struct tl_err *err)
{
	static pthread_once_t control = PTHREAD_ONCE_INIT;

	pthread_once(&control, load);
	if (loaded.ok)
		return &loaded.functions;
	tl_err_set(err, "source lines cannot be read: %s", loaded.missing);
	return NULL;
}
