/*
 * dsosource.c: the source a binary was compiled from, by the first of its files that tells: the
 * places are those of symbols.  A jitdump tells itself.
 */
#include "decoders/perf/dsoparts.h"

#include "decoders/perf/demangle.h"
#include "decoders/perf/srclines.h"

#include <elf.h>
#include <stdlib.h>

/* Sections of debug information are held in memory. */
#define MAX_FILE (UINT64_C(4) << 30)

static bool take_source(void *arg, struct tl_dsofile *file)
{
	struct tl_dso *d = arg;

	d->source = file->size <= MAX_FILE ? tl_srclines_open(file->fd) : NULL;
	if (d->source)
		d->source_file = *file;
	else
		tl_dsofile_close(file);
	return !d->source;
}

/* The addresses of debug information are those of the binary's segments, not offsets in it. */
static bool read_segments(struct tl_dso *d)
{
	const struct tl_dsofile *file = d->file.fd >= 0 ? &d->file : &d->source_file;

	return tl_elf_init_fd(&d->source_elf, file->fd, file->size);
}

static void open_source(struct tl_dso *d)
{
	d->source_opened = true;
	tl_dso_open(d);
	if (d->kind == KIND_JITDUMP) {
		d->lines = d->file.fd >= 0 ? tl_jitlines_open(d->file.fd, d->file.size) : NULL;
		return;
	}
	tl_dsofile_each_symbols(&d->all->places, &d->want, &d->file, take_source, d);
	if (d->source && !read_segments(d))
		tl_dso_drop_source(d);
}

void tl_dso_drop_source(struct tl_dso *d)
{
	tl_jitlines_close(d->lines);
	d->lines = NULL;
	if (!d->source)
		return;
	tl_srclines_close(d->source);
	tl_elf_fini(&d->source_elf);
	tl_dsofile_close(&d->source_file);
	d->source = NULL;
}

static bool to_address(const struct tl_elf *e, uint64_t offset, uint64_t *address)
{
	for (size_t i = 0; i < e->nsegments; i++) {
		const struct tl_elf_segment *s = &e->segments[i];

		if (s->type == PT_LOAD && offset >= s->offset && offset - s->offset < s->filesz) {
			*address = s->vaddr + (offset - s->offset);
			return true;
		}
	}
	return false;
}

struct asking {
	tl_srcline_fn *fn;
	void *arg;
};

/* Names as symbols have them. */
static void tell(void *arg, const struct tl_srcline *place)
{
	const struct asking *a = arg;
	struct tl_srcline shown = *place;
	char *name = NULL;

	if (place->function && tl_demangle_maybe(place->function))
		name = tl_demangle(place->function);
	if (name)
		shown.function = name;
	a->fn(a->arg, &shown);
	free(name);
}

bool tl_dso_source(struct tl_dso *d, uint64_t offset, tl_srcline_fn *fn, void *arg)
{
	struct asking a = { fn, arg };
	uint64_t address;
	bool ok = false;

	if (d->base)
		d = d->base;
	if (d->kind != KIND_FILE && d->kind != KIND_JITDUMP)
		return false;
	pthread_mutex_lock(&d->source_lock);
	if (!d->source_opened)
		open_source(d);
	if (d->lines)
		ok = tl_jitlines_find(d->lines, offset, tell, &a);
	else if (d->source && to_address(&d->source_elf, offset, &address))
		ok = tl_srclines_find(d->source, address, tell, &a);
	pthread_mutex_unlock(&d->source_lock);
	return ok;
}
