/*
 * dsosymbols.c: the symbols of a binary: from its file and those that belong to it, from the
 * kernel's list, from a JIT compiler's.
 */
#include "decoders/perf/dsoparts.h"

#include "base/bytes.h"
#include "decoders/perf/kallsyms.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define READ_SIZE ((size_t)64 << 10)
#define MAX_TEXT  ((size_t)512 << 20) /* of a file of symbols in text form */

#define RECORD_MMAP  1 /* enum perf_event_type */
#define RECORD_MMAP2 10

/* All of a file, also of /proc and /sys where files have no size.  False: it cannot be read, or
 * is too long. */
static bool read_fd(int fd, struct tl_buf *out)
{
	ssize_t n = 1;

	while (n != 0 && out->len <= MAX_TEXT) {
		if (!tl_buf_reserve(out, READ_SIZE))
			return false;
		n = pread(fd, out->data + out->len, READ_SIZE, (off_t)out->len);
		if (n > 0)
			out->len += (size_t)n;
		else if (n < 0 && errno != EINTR)
			return false;
	}
	return n == 0;
}

static bool read_all(const char *path, struct tl_buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && read_fd(fd, out);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* What the candidates have brought so far: symbols may be in one file, and what ran in another. */
struct sources {
	struct tl_dsofile files[2];
	struct tl_elf elfs[2];
	unsigned n;
	struct tl_elf *syms, *runtime;
};

/* perf's rule: symbols are the first .symtab's; what ran is the first with a .dynsym. */
static bool take_source(void *arg, struct tl_dsofile *file)
{
	struct sources *s = arg;
	struct tl_elf *e = &s->elfs[s->n];
	bool wanted = false;

	if (!tl_elf_init_fd(e, file->fd, file->size)) {
		tl_dsofile_close(file);
		return true;
	}
	if (!s->syms && tl_symbols_elf_has_symtab(e)) {
		s->syms = e;
		wanted = true;
	}
	if (!s->runtime && (tl_symbols_elf_has_dynsym(e) || tl_symbols_elf_has_debugdata(e))) {
		s->runtime = e;
		wanted = true;
	}
	if (wanted) {
		s->files[s->n++] = *file;
	} else {
		tl_elf_fini(e);
		tl_dsofile_close(file);
	}
	return !s->syms || !s->runtime;
}

static bool load_file(struct tl_dso *d, struct tl_symbols *t)
{
	struct sources s = { .n = 0 };
	bool ok = true;

	tl_dsofile_each_symbols(&d->all->places, &d->want, &d->file, take_source, &s);
	if (!s.syms && s.runtime) {
		s.syms = s.runtime;
		ok = tl_symbols_add_debugdata(t, s.runtime);
	}
	if (!s.runtime)
		s.runtime = s.syms;
	if (s.syms)
		ok = ok && tl_symbols_add_elf(t, s.syms, s.runtime);
	for (unsigned i = 0; i < s.n; i++) {
		tl_elf_fini(&s.elfs[i]);
		tl_dsofile_close(&s.files[i]);
	}
	return ok;
}

static bool load_vdso(struct tl_dso *d, struct tl_symbols *t)
{
	struct tl_elf elf;
	bool ok = true;

	if (d->memory.len > 0
		? tl_elf_init_memory(&elf, (struct tl_span){ d->memory.data, d->memory.len })
		: d->file.fd >= 0 && tl_elf_init_fd(&elf, d->file.fd, d->file.size)) {
		ok = tl_symbols_add_elf(t, &elf, &elf);
		tl_elf_fini(&elf);
	}
	return ok;
}

/* The first mapping of the kernel: its name ends with the name of a symbol, and its pgoff is
 * that symbol's address.  perf writes it to the begin of each recording. */
struct search {
	struct tl_dso_reference *ref;
	unsigned left; /* records to look at */
};

static bool look_for_reference(void *arg, const struct tl_perf_record *r)
{
	struct search *search = arg;
	struct tl_dso_reference *ref = search->ref;
	size_t name_at = r->type == RECORD_MMAP ? 32 : 64;
	const char *name;

	if ((r->type == RECORD_MMAP || r->type == RECORD_MMAP2) && r->len > name_at) {
		size_t n = strnlen((const char *)r->body + name_at, r->len - name_at);

		name = (const char *)r->body + name_at;
		if (n > strlen(KERNEL) && n - strlen(KERNEL) < sizeof(ref->name) &&
		    begins(name, KERNEL)) {
			memcpy(ref->name, name + strlen(KERNEL), n - strlen(KERNEL));
			ref->at = tl_get64(r->body + 24);
			return false;
		}
	}
	return --search->left > 0;
}

void tl_dso_find_reference(const struct tl_dso *d, struct tl_dso_reference *ref)
{
	struct search search = { .ref = ref, .left = 1000 };

	*ref = (struct tl_dso_reference){ .at = 0 };
	if (d->all->perf)
		tl_perf_walk(d->all->perf, look_for_reference, &search, NULL);
}

/* Is the running kernel the one that was recorded?  /sys/kernel/notes has its build-id. */
static bool is_running_kernel(const struct tl_dso *d)
{
	struct tl_buf notes = TL_BUF_INIT;
	uint8_t id[TL_DSOFILE_ID];
	bool same = false;

	if (d->want.id_len == 0)
		return tl_dso_same_machine(d);
	if (read_all("/sys/kernel/notes", &notes))
		same = tl_dsofile_same_id(&d->want, id,
					  tl_elf_note_build_id(notes.data, notes.len, id));
	tl_buf_fini(&notes);
	return same;
}

/* What is told of the kernel's symbols in text form, from the nearest place. */
static bool read_kallsyms(struct tl_dso *d, struct tl_buf *text)
{
	struct tl_dsofile cached;
	bool got;

	if (d->all->places.kallsyms && read_all(d->all->places.kallsyms, text))
		return true;
	text->len = 0;
	if (tl_dsofile_open_cached(&d->all->places, &d->want, "kallsyms", &cached)) {
		got = read_fd(cached.fd, text);
		tl_dsofile_close(&cached);
		if (got)
			return true;
	}
	text->len = 0;
	/* The kernel that was linked has more to tell than a user may see of the running one. */
	return !d->linked && is_running_kernel(d) && read_all("/proc/kallsyms", text);
}

static bool load_kernel(struct tl_dso *d, struct tl_symbols *t)
{
	struct tl_buf text = TL_BUF_INIT;
	struct tl_dso_reference ref;

	if (read_kallsyms(d, &text)) {
		tl_dso_find_reference(d, &ref);
		if (!tl_kallsyms_add(t, &text, ref.name, ref.at))
			return false;
		/* Who may not see the addresses gets a list without them. */
		if (tl_symbols_count(t) > 0 || !d->linked)
			return true;
	} else {
		tl_buf_fini(&text);
	}
	d->by_offset = d->linked;
	return !d->linked || tl_symbols_add_elf(t, &d->elf, &d->elf);
}

bool tl_dso_find_perfmap(const struct tl_dso *d, struct tl_dsofile *out)
{
	struct tl_dsofile_want want = { .path = NULL };
	char path[64];

	snprintf(path, sizeof(path), "/tmp/perf-%" PRId32 ".map", d->pid);
	want.path = path;
	return tl_dsofile_find_dump(&d->all->places, &want, out, NULL);
}

static bool load_perfmap(struct tl_dso *d, struct tl_symbols *t)
{
	struct tl_buf text = TL_BUF_INIT;
	struct tl_dsofile file;
	bool found;

	if (!tl_dso_find_perfmap(d, &file))
		return true;
	found = read_fd(file.fd, &text);
	tl_dsofile_close(&file);
	if (found)
		return tl_perfmap_add(t, &text);
	tl_buf_fini(&text);
	return true;
}

bool tl_dso_jit_codes(struct tl_dso *d, struct tl_jitdump_head *head,
		      bool (*fn)(void *arg, const struct tl_jit_code *code), void *arg)
{
	tl_dso_open(d);
	return d->file.fd >= 0 && tl_jitdump_walk(d->file.fd, d->file.size, head, fn, arg);
}

static bool add_jit_code(void *arg, const struct tl_jit_code *c)
{
	struct tl_symbols *t = arg;
	struct tl_symbol_row row = {
		.start = c->at, .size = c->size, .bind = STB_GLOBAL, .type = STT_FUNC
	};

	if (!c->name[0])
		return true; /* it moves, and was told before */
	row.name = tl_symbols_printf(t, "%s", c->name);
	return row.name && tl_symbols_add(t, &row);
}

static bool load_jitdump(struct tl_dso *d, struct tl_symbols *t)
{
	struct tl_jitdump_head head;

	return tl_jitdump_walk(d->file.fd, d->file.size, &head, add_jit_code, t);
}

static struct tl_symbols *load_symbols(struct tl_dso *d)
{
	struct tl_symbols *t = tl_symbols_new();
	bool ok = false;

	if (!t)
		return NULL;
	switch (d->kind) {
	case KIND_FILE:
		ok = load_file(d, t);
		break;
	case KIND_VDSO:
		ok = load_vdso(d, t);
		break;
	case KIND_KERNEL:
		ok = load_kernel(d, t);
		break;
	case KIND_JITDUMP:
		ok = d->file.fd >= 0 && load_jitdump(d, t);
		break;
	case KIND_JIT:
	case KIND_MEMORY:
		ok = load_perfmap(d, t);
		break;
	case KIND_SYMBOL:
		ok = tl_symbols_add(t, &(struct tl_symbol_row){ .start = d->start,
								.size = d->len,
								.name = d->name,
								.type = STT_FUNC,
								.final = true });
		break;
	case KIND_MODULE: /* the kernel's has them */
	case KIND_POKED:
		break;
	}
	if (ok && tl_symbols_count(t) > 0 && tl_symbols_finish(t))
		return t;
	tl_symbols_free(t);
	return NULL;
}

/* NULL: it has none. */
static struct tl_symbols *symbols_of(struct tl_dso *d)
{
	if (!d)
		return NULL;
	if (atomic_load_explicit(&d->loaded, memory_order_acquire))
		return d->symbols;
	tl_dso_open(d);
	pthread_mutex_lock(&d->lock);
	if (!atomic_load_explicit(&d->loaded, memory_order_relaxed)) {
		d->symbols = load_symbols(d);
		atomic_store_explicit(&d->loaded, true, memory_order_release);
	}
	pthread_mutex_unlock(&d->lock);
	return d->symbols;
}

/* The one whose table of symbols it is. */
static struct tl_dso *owner_of(struct tl_dso *d)
{
	if (d->base)
		d = d->base;
	return d->kind == KIND_MODULE ? tl_dso_kernel(d) : d;
}

typedef bool find_fn(struct tl_symbols *t, uint64_t offset, struct tl_symbol *out);

static bool find_symbol(struct tl_dso *d, uint64_t offset, find_fn *find, struct tl_symbol *out)
{
	struct tl_symbols *t = symbols_of(d = owner_of(d));
	uint64_t at;

	if (!t || !d->by_offset)
		return t && find(t, offset, out);
	if (!tl_elf_offset(&d->elf, offset - d->moved, &at) || !find(t, at, out))
		return false;
	out->start += offset - at;
	out->end += offset - at;
	return true;
}

bool tl_dso_symbol(struct tl_dso *d, uint64_t offset, struct tl_symbol *out)
{
	return find_symbol(d, offset, tl_symbols_find, out);
}

bool tl_dso_linked(struct tl_dso *d, uint64_t offset, struct tl_symbol *out)
{
	return find_symbol(d, offset, tl_symbols_linked, out);
}

bool tl_dso_find(struct tl_dso *d, const char *name, uint64_t *offset)
{
	struct tl_symbols *t = symbols_of(owner_of(d));

	return t && tl_symbols_named(t, name, offset);
}
