/*
 * dsosource.c: the source a binary was compiled from, by the first of its files that tells: the
 * places are those of symbols.  A jitdump tells itself; the kernel's code may be a copy of memory, and
 * what it was compiled from is told by the kernel as it was linked.
 */
#include "decoders/perf/dsoparts.h"

#include "decoders/perf/demangle.h"
#include "decoders/perf/dwarffile.h"
#include "decoders/perf/srclines.h"

#include <elf.h>
#include <stdlib.h>

static bool take_source(void *arg, struct tl_dsofile *file)
{
	struct tl_dso *d = arg;

	if (file->size <= TL_DWARFFILE_MAX && !atomic_load(&d->all->stopped)) {
		tl_dwarffile_find_shared(&d->all->places, file, &d->source_shared);
		d->source = tl_srclines_open(file->fd, d->source_shared.fd, &d->all->stopped);
	}
	if (d->source) {
		d->source_file = *file;
	} else {
		tl_dsofile_close(&d->source_shared);
		tl_dsofile_close(file);
	}
	return !d->source;
}

/*
 * How far the kernel is from where it was linked: its first mapping has the name and the address of a
 * symbol; if that was not recorded, its list of symbols has others.
 */
static uint64_t find_move(struct tl_dso *d)
{
	static const char *const names[] = { "_stext", "_text" };
	struct tl_dso_reference ref;
	uint64_t linked, at;

	tl_dso_find_reference(d, &ref);
	if (ref.at && tl_symbols_elf_address(&d->source_elf, ref.name, &linked))
		return ref.at - linked;
	if (d->linked)
		return d->moved;
	for (unsigned i = 0; i < 2; i++)
		if (tl_symbols_elf_address(&d->source_elf, names[i], &linked) &&
		    tl_dso_find(d, names[i], &at))
			return at - linked;
	return 0;
}

/* The code may be a copy of memory: debug information is that of the kernel as it was linked. */
static void open_kernel(struct tl_dso *d)
{
	const struct tl_perf_features *f = d->all->perf ? tl_perf_features(d->all->perf) : NULL;

	tl_dsofile_each_kernel(&d->all->places, &d->want, f ? f->osrelease : NULL, take_source, d);
	if (!d->source)
		return;
	if (tl_elf_init_fd(&d->source_elf, d->source_file.fd, d->source_file.size))
		d->source_moved = find_move(d);
	else
		tl_dso_drop_source(d);
}

/* The addresses of debug information are those of the binary's segments, not offsets in it. */
static bool read_segments(struct tl_dso *d)
{
	const struct tl_dsofile *file = d->file.fd >= 0 ? &d->file : &d->source_file;

	return tl_elf_init_fd(&d->source_elf, file->fd, file->size);
}

static void open_file(struct tl_dso *d)
{
	tl_dsofile_each_symbols(&d->all->places, &d->want, &d->file, take_source, d);
	if (d->source && !read_segments(d))
		tl_dso_drop_source(d);
}

static void open_source(struct tl_dso *d)
{
	d->source_opened = true;
	tl_dso_open(d);
	if (d->kind == KIND_KERNEL)
		open_kernel(d);
	else if (d->kind == KIND_FILE)
		open_file(d);
	else if (d->kind == KIND_JITDUMP && d->file.fd >= 0)
		d->lines = tl_jitlines_open(d->file.fd, d->file.size);
}

void tl_dso_drop_source(struct tl_dso *d)
{
	tl_jitlines_close(d->lines);
	d->lines = NULL;
	if (!d->source)
		return;
	tl_srclines_close(d->source);
	tl_elf_fini(&d->source_elf);
	tl_dsofile_close(&d->source_shared);
	tl_dsofile_close(&d->source_file);
	d->source = NULL;
}

static bool to_address(const struct tl_dso *d, uint64_t offset, uint64_t *address)
{
	const struct tl_elf *e = &d->source_elf;

	if (d->kind == KIND_KERNEL) {
		*address = offset - d->source_moved;
		return true;
	}
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
	bool ok = false, stopped;

	if (d->base)
		d = d->base;
	pthread_mutex_lock(&d->source_lock);
	stopped = atomic_load_explicit(&d->all->stopped, memory_order_relaxed);
	if (!d->source_opened && !stopped)
		open_source(d);
	if (stopped)
		ok = false;
	else if (d->lines)
		ok = tl_jitlines_find(d->lines, offset, tell, &a);
	else if (d->source && to_address(d, offset, &address))
		ok = tl_srclines_find(d->source, address, tell, &a);
	pthread_mutex_unlock(&d->source_lock);
	return ok;
}
