/*
 * dso.c: see dso.h.
 *
 * A binary is opened by the first question about its code, its symbol tables are read by the
 * first question about its symbols; either happens once, behind the binary's lock, and is const
 * from then on.  Code is read in pieces that stay for ever, and are published one by one: a reader
 * takes no lock, and a file that is cut short under our hands is a short read, not a signal.
 */
#include "decoders/perf/dso.h"

#include "decoders/perf/dsofile.h"
#include "decoders/perf/elffile.h"
#include "decoders/perf/kallsyms.h"
#include "decoders/perf/symbols.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define PIECE_SHIFT 16 /* 64 KiB: a read that costs as much as some ten system calls */
#define PIECE       ((size_t)1 << PIECE_SHIFT)
#define MAX_CODE    (UINT64_C(1) << 38) /* bytes of a file that code is looked for in */
#define MAX_TEXT    ((size_t)512 << 20) /* of a file of symbols in text form */
#define BUCKETS     1024                /* most recordings have less than a hundred binaries */

#define RECORD_MMAP  1 /* enum perf_event_type */
#define RECORD_MMAP2 10

#define KERNEL "[kernel.kallsyms]"

enum kind {
	KIND_FILE,
	KIND_VDSO,   /* the kernel's, in every process */
	KIND_KERNEL, /* by address */
	KIND_MODULE, /* by address, from what the kernel's has */
	KIND_JIT,    /* by address: memory that perf looks for a compiler's list of symbols for */
	KIND_MEMORY  /* by address: other mappings without a file */
};

struct piece {
	size_t len;
	uint8_t bytes[];
};

struct tl_dso {
	struct tl_dsos *all;
	struct tl_dso *next; /* in its bucket */
	unsigned number;
	enum kind kind;
	int32_t pid;
	struct tl_dsofile_want want;
	char *path, *name;

	pthread_mutex_t lock; /* of what is below, until it is published by its flag */
	atomic_bool opened, loaded;

	struct tl_dsofile file;
	struct tl_buf memory; /* the vdso */
	struct tl_elf elf;    /* of kcore: where an address is in it */
	_Atomic(struct piece *) *pieces;
	size_t npieces;
	struct tl_err why;

	struct tl_symbols *symbols; /* NULL: none */
};

struct tl_dsos {
	const struct tl_perf *perf;
	struct tl_dsofile_places places;
	const struct tl_perf_build_id **ids; /* by path */
	size_t nids;

	pthread_mutex_t lock; /* of what is below */
	struct tl_dso *buckets[BUCKETS];
	unsigned ndsos;
};

/* ---- the build-ids of the recording */

static int compare_ids(const void *a, const void *b)
{
	const struct tl_perf_build_id *x = *(const struct tl_perf_build_id *const *)a;
	const struct tl_perf_build_id *y = *(const struct tl_perf_build_id *const *)b;
	int order = strcmp(x->path, y->path);

	return order ? order : (x > y) - (x < y);
}

static bool sort_ids(struct tl_dsos *all)
{
	const struct tl_perf_features *f = all->perf ? tl_perf_features(all->perf) : NULL;

	if (!f || f->nbuild_ids == 0)
		return true;
	all->ids = malloc(f->nbuild_ids * sizeof(*all->ids));
	if (!all->ids)
		return false;
	for (size_t i = 0; i < f->nbuild_ids; i++)
		if (f->build_ids[i].path)
			all->ids[all->nids++] = &f->build_ids[i];
	qsort(all->ids, all->nids, sizeof(*all->ids), compare_ids);
	return true;
}

static const struct tl_perf_build_id *find_id(const struct tl_dsos *all, const char *path)
{
	size_t lo = 0, hi = all->nids;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(all->ids[mid]->path, path) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	/* The last one of that path: what was recorded later holds, as in perf. */
	return lo > 0 && strcmp(all->ids[lo - 1]->path, path) == 0 ? all->ids[lo - 1] : NULL;
}

/* ---- the registry */

bool tl_dsos_open(const struct tl_perf *perf, const char *symfs, struct tl_dsos **out,
		  struct tl_err *err)
{
	struct tl_dsos *all = calloc(1, sizeof(*all));

	if (!all)
		return tl_err_nomem(err);
	all->perf = perf;
	pthread_mutex_init(&all->lock, NULL);
	if (!tl_dsofile_places_init(&all->places, perf ? tl_perf_path(perf) : "", symfs) ||
	    !sort_ids(all)) {
		tl_dsos_close(all);
		return tl_err_nomem(err);
	}
	*out = all;
	return true;
}

static void dso_free(struct tl_dso *d)
{
	for (size_t i = 0; i < d->npieces; i++)
		free(atomic_load_explicit(&d->pieces[i], memory_order_relaxed));
	free(d->pieces);
	tl_dsofile_close(&d->file);
	tl_elf_fini(&d->elf);
	tl_buf_fini(&d->memory);
	tl_symbols_free(d->symbols);
	if (d->name != d->path)
		free(d->name);
	free(d->path);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

void tl_dsos_close(struct tl_dsos *all)
{
	if (!all)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		while (all->buckets[i]) {
			struct tl_dso *next = all->buckets[i]->next;

			dso_free(all->buckets[i]);
			all->buckets[i] = next;
		}
	free(all->ids);
	tl_dsofile_places_fini(&all->places);
	pthread_mutex_destroy(&all->lock);
	free(all);
}

static bool begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* "x.ko", "x.ko.xz": where the name of the module ends; NULL: it is none. */
static const char *module_end(const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *end = strstr(base, ".ko");

	return end && end > base && (end[3] == '\0' || end[3] == '.') ? end : NULL;
}

/* What the kernel and perf call mappings that are no file: perf's is_anon_memory() and
 * is_no_dso_memory(). */
static enum kind kind_of(const char *path, int32_t pid)
{
	static const char *const jit[] = { "//anon", "/dev/zero", "/anon_hugepage",
					   "[stack", "/SYSV",     "[heap]" };

	for (size_t i = 0; i < sizeof(jit) / sizeof(*jit); i++)
		if (begins(path, jit[i]))
			return KIND_JIT;
	if (strcmp(path, "[vdso]") == 0)
		return KIND_VDSO;
	if (begins(path, "[kernel") || begins(path, "[guest.kernel"))
		return KIND_KERNEL;
	if ((path[0] == '[' && pid == -1) || module_end(path))
		return KIND_MODULE;
	/* "/memfd:" too may hold what a compiler wrote; perf shows it by this name. */
	return path[0] == '[' || begins(path, "/memfd:") ? KIND_MEMORY : KIND_FILE;
}

/* The name perf shows.  NULL: out of memory. */
static char *shown_name(enum kind kind, char *path, int32_t pid)
{
	const char *end = module_end(path), *base = end;
	char *name;

	if (kind == KIND_JIT)
		return asprintf(&name, "/tmp/perf-%" PRId32 ".map", pid) < 0 ? NULL : name;
	if (kind == KIND_KERNEL)
		return strdup(KERNEL);
	if (kind != KIND_MODULE || path[0] == '[')
		return path;
	while (base > path && base[-1] != '/')
		base--;
	if (asprintf(&name, "[%.*s]", (int)(end - base), base) < 0)
		return NULL;
	for (char *p = name; *p; p++)
		if (*p == '-')
			*p = '_';
	return name;
}

static struct tl_dso *dso_new(struct tl_dsos *all, enum kind kind, const char *path,
			      const struct tl_dsofile_want *want, int32_t pid)
{
	struct tl_dso *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->all = all;
	d->kind = kind;
	d->pid = pid;
	d->file.fd = -1;
	d->elf.fd = -1;
	pthread_mutex_init(&d->lock, NULL);
	d->path = strdup(path);
	d->name = d->path ? shown_name(kind, d->path, pid) : NULL;
	if (!d->name) {
		dso_free(d);
		return NULL;
	}
	d->want = *want;
	d->want.path = d->path;
	return d;
}

static size_t bucket_of(const char *path)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (; *path; path++)
		h = (h ^ (uint8_t)*path) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 32) % BUCKETS;
}

static bool is_same(const struct tl_dso *d, enum kind kind, const char *path,
		    const struct tl_dsofile_want *want, int32_t pid)
{
	return strcmp(d->path, path) == 0 && d->want.id_len == want->id_len &&
	       memcmp(d->want.id, want->id, want->id_len) == 0 &&
	       ((kind != KIND_JIT && kind != KIND_MEMORY) || d->pid == pid);
}

struct tl_dso *tl_dsos_get(struct tl_dsos *all, const char *path, const uint8_t *build_id,
			   size_t build_id_len, int32_t pid)
{
	enum kind kind = kind_of(path, pid);
	struct tl_dsofile_want want = { .id_len = 0 };
	struct tl_dso *d;
	size_t bucket;

	if (kind == KIND_KERNEL)
		path = KERNEL;
	if (build_id && build_id_len > 0) {
		want.id_len = build_id_len < TL_DSOFILE_ID ? build_id_len : TL_DSOFILE_ID;
		memcpy(want.id, build_id, want.id_len);
	} else {
		const struct tl_perf_build_id *known = find_id(all, path);

		if (known) {
			want.id_len = known->len < TL_DSOFILE_ID ? known->len : TL_DSOFILE_ID;
			memcpy(want.id, known->id, want.id_len);
		}
	}
	bucket = bucket_of(path);
	pthread_mutex_lock(&all->lock);
	for (d = all->buckets[bucket]; d && !is_same(d, kind, path, &want, pid); d = d->next)
		;
	if (!d && (d = dso_new(all, kind, path, &want, pid))) {
		d->number = all->ndsos++;
		d->next = all->buckets[bucket];
		all->buckets[bucket] = d;
	}
	pthread_mutex_unlock(&all->lock);
	return d;
}

const char *tl_dso_name(const struct tl_dso *d)
{
	return d->name;
}

unsigned tl_dso_number(const struct tl_dso *d)
{
	return d->number;
}

uint64_t tl_dso_pgoff(const struct tl_dso *d, uint64_t start, uint64_t pgoff)
{
	switch (d->kind) {
	case KIND_FILE:
		return pgoff;
	case KIND_VDSO:
		return 0;
	default:
		return start;
	}
}

/* The kernel's, which has what its modules ask for. */
static struct tl_dso *kernel_of(struct tl_dso *d)
{
	return d->kind == KIND_KERNEL ? d : tl_dsos_get(d->all, KERNEL, NULL, 0, -1);
}

/* ---- is this the machine and the boot that was recorded? */

static bool same_machine(const struct tl_dso *d)
{
	const struct tl_perf_features *f = d->all->perf ? tl_perf_features(d->all->perf) : NULL;
	struct utsname u;

	return f && f->hostname && f->osrelease && uname(&u) == 0 &&
	       strcmp(f->hostname, u.nodename) == 0 && strcmp(f->osrelease, u.release) == 0;
}

/* All of a file of /proc or /sys, which have no size, or of another one.  False: it cannot be
 * read, or is too long. */
static bool read_all(const char *path, struct tl_buf *out)
{
	FILE *f = fopen(path, "re");
	size_t n = 1;

	if (!f)
		return false;
	while (n > 0 && out->len <= MAX_TEXT) {
		if (!tl_buf_reserve(out, PIECE))
			break;
		n = fread(out->data + out->len, 1, PIECE, f);
		out->len += n;
	}
	fclose(f);
	return n == 0;
}

/* ---- opening */

/* This process' vdso: the mapping, from the kernel's own list. */
static bool copy_own_vdso(struct tl_buf *out)
{
	unsigned long start, end;
	char line[512];
	FILE *f = fopen("/proc/self/maps", "re");
	bool found = false;

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = strstr(line, "[vdso]") && sscanf(line, "%lx-%lx", &start, &end) == 2 &&
			end > start;
	fclose(f);
	return found && tl_buf_append(out, (const void *)start, end - start);
}

static bool is_recorded_vdso(const struct tl_dso *d)
{
	uint8_t id[TL_DSOFILE_ID];
	struct tl_elf elf;
	bool same;

	if (!tl_elf_init_memory(&elf, (struct tl_span){ d->memory.data, d->memory.len }))
		return false;
	same = d->want.id_len > 0 ? tl_dsofile_same_id(&d->want, id, tl_elf_build_id(&elf, id))
				  : same_machine(d);
	tl_elf_fini(&elf);
	return same;
}

static void open_vdso(struct tl_dso *d)
{
	if (tl_dsofile_open_cached(&d->all->places, &d->want, "vdso", &d->file))
		return;
	if (copy_own_vdso(&d->memory) && is_recorded_vdso(d))
		return;
	d->memory.len = 0;
	tl_err_set(&d->why,
		   "'[vdso]' of the recorded kernel is not here; 'perf buildid-cache' on the "
		   "machine it came from can bring it along");
}

/* The kernel's code is known where the recording was made with --kcore. */
static void open_kernel(struct tl_dso *d)
{
	char *path = NULL;

	if (d->all->places.kcore && asprintf(&path, "%skcore", d->all->places.kcore) > 0 &&
	    tl_dsofile_open(path, &d->file) && !tl_elf_init_fd(&d->elf, d->file.fd, d->file.size))
		tl_dsofile_close(&d->file);
	free(path);
	if (d->file.fd < 0)
		tl_err_set(&d->why, "'" KERNEL "' has no code in this recording; record with "
				    "'perf record --kcore'");
}

static bool make_pieces(struct tl_dso *d)
{
	uint64_t size = d->file.size < MAX_CODE ? d->file.size : MAX_CODE;

	if (d->file.fd < 0)
		return true;
	d->npieces = (size_t)((size + PIECE - 1) >> PIECE_SHIFT);
	d->pieces = calloc(d->npieces ? d->npieces : 1, sizeof(*d->pieces));
	if (d->pieces)
		return true;
	d->npieces = 0;
	return tl_err_nomem(&d->why);
}

static void open_dso(struct tl_dso *d)
{
	if (atomic_load_explicit(&d->opened, memory_order_acquire))
		return;
	pthread_mutex_lock(&d->lock);
	if (!atomic_load_explicit(&d->opened, memory_order_relaxed)) {
		switch (d->kind) {
		case KIND_FILE:
			tl_dsofile_find_code(&d->all->places, &d->want, &d->file, &d->why);
			break;
		case KIND_VDSO:
			open_vdso(d);
			break;
		case KIND_KERNEL:
			open_kernel(d);
			break;
		default:
			tl_err_set(&d->why,
				   "'%s' is memory without a file: its code was not recorded",
				   d->path);
		}
		make_pieces(d);
		atomic_store_explicit(&d->opened, true, memory_order_release);
	}
	pthread_mutex_unlock(&d->lock);
}

/* ---- code */

/* Read a piece and publish it; of two threads that read the same one, the first wins. */
static const struct piece *read_piece(struct tl_dso *d, size_t i)
{
	uint64_t at = (uint64_t)i << PIECE_SHIFT;
	size_t want = d->file.size - at < PIECE ? (size_t)(d->file.size - at) : PIECE;
	struct piece *p = malloc(sizeof(*p) + want), *none = NULL;

	if (!p)
		return NULL;
	p->len = 0;
	while (p->len < want) {
		ssize_t n =
		    pread(d->file.fd, p->bytes + p->len, want - p->len, (off_t)(at + p->len));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		p->len += (size_t)n;
	}
	if (!atomic_compare_exchange_strong_explicit(&d->pieces[i], &none, p, memory_order_acq_rel,
						     memory_order_acquire)) {
		free(p);
		return none;
	}
	return p;
}

static bool file_bytes(struct tl_dso *d, uint64_t offset, const uint8_t **bytes, size_t *len)
{
	size_t i = (size_t)(offset >> PIECE_SHIFT), in = (size_t)(offset & (PIECE - 1));
	const struct piece *p;

	if (offset >> PIECE_SHIFT >= d->npieces)
		return false;
	p = atomic_load_explicit(&d->pieces[i], memory_order_acquire);
	if (!p)
		p = read_piece(d, i);
	if (!p || in >= p->len)
		return false;
	*bytes = p->bytes + in;
	*len = p->len - in;
	return true;
}

/* The kernel's code, in segments of a core file that are not in the order of addresses. */
static bool kernel_bytes(struct tl_dso *d, uint64_t addr, const uint8_t **bytes, size_t *len)
{
	for (size_t i = 0; i < d->elf.nsegments; i++) {
		const struct tl_elf_segment *s = &d->elf.segments[i];
		uint64_t in = addr - s->vaddr;

		if (addr < s->vaddr || in >= s->filesz || s->offset > UINT64_MAX - in)
			continue;
		if (!file_bytes(d, s->offset + in, bytes, len))
			return false;
		if (*len > s->filesz - in)
			*len = (size_t)(s->filesz - in);
		return true;
	}
	return false;
}

bool tl_dso_code(struct tl_dso *d, uint64_t offset, const uint8_t **bytes, size_t *len)
{
	if (d->kind == KIND_MODULE && !(d = kernel_of(d)))
		return false;
	open_dso(d);
	if (d->memory.len > 0) {
		if (offset >= d->memory.len)
			return false;
		*bytes = d->memory.data + offset;
		*len = d->memory.len - (size_t)offset;
		return true;
	}
	if (d->kind == KIND_KERNEL)
		return kernel_bytes(d, offset, bytes, len);
	return file_bytes(d, offset, bytes, len);
}

const char *tl_dso_why(struct tl_dso *d)
{
	if (d->kind == KIND_MODULE && !(d = kernel_of(d)))
		return "out of memory";
	open_dso(d);
	return d->why.msg;
}

/* ---- symbols */

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
struct reference {
	char name[64];
	uint64_t at;
	unsigned left; /* records to look at */
};

static bool look_for_reference(void *arg, const struct tl_perf_record *r)
{
	struct reference *ref = arg;
	size_t name_at = r->type == RECORD_MMAP ? 32 : 64;
	const char *name;

	if ((r->type == RECORD_MMAP || r->type == RECORD_MMAP2) && r->len > name_at) {
		size_t n = strnlen((const char *)r->body + name_at, r->len - name_at);

		name = (const char *)r->body + name_at;
		if (n > strlen(KERNEL) && n - strlen(KERNEL) < sizeof(ref->name) &&
		    begins(name, KERNEL)) {
			memcpy(ref->name, name + strlen(KERNEL), n - strlen(KERNEL));
			memcpy(&ref->at, r->body + 24, sizeof(ref->at));
			return false;
		}
	}
	return --ref->left > 0;
}

/* Is the running kernel the one that was recorded?  /sys/kernel/notes has its build-id. */
static bool is_running_kernel(const struct tl_dso *d)
{
	struct tl_buf notes = TL_BUF_INIT;
	uint8_t id[TL_DSOFILE_ID];
	bool same = false;

	if (d->want.id_len == 0)
		return same_machine(d);
	if (read_all("/sys/kernel/notes", &notes))
		same = tl_dsofile_same_id(&d->want, id,
					  tl_elf_note_build_id(notes.data, notes.len, id));
	tl_buf_fini(&notes);
	return same;
}

static bool load_kernel(struct tl_dso *d, struct tl_symbols *t)
{
	struct reference ref = { .left = 1000 };
	struct tl_buf text = TL_BUF_INIT;
	struct tl_dsofile cached;
	char *path = NULL;
	bool got = false;

	if (d->all->places.kcore && asprintf(&path, "%skallsyms", d->all->places.kcore) > 0)
		got = read_all(path, &text);
	free(path);
	if (!got) {
		text.len = 0;
		if (d->all->perf)
			tl_perf_walk(d->all->perf, look_for_reference, &ref, NULL);
	}
	if (!got && tl_dsofile_open_cached(&d->all->places, &d->want, "kallsyms", &cached)) {
		got = read_all(cached.path, &text);
		tl_dsofile_close(&cached);
	}
	if (!got && is_running_kernel(d)) {
		text.len = 0;
		got = read_all("/proc/kallsyms", &text);
	}
	if (got)
		return tl_kallsyms_add(t, &text, ref.name, ref.at);
	tl_buf_fini(&text);
	return true;
}

/* Anybody can write to /tmp: as in perf, the map is believed if it is ours or root's. */
static bool load_perfmap(struct tl_dso *d, struct tl_symbols *t)
{
	const char *symfs = d->all->places.symfs;
	struct tl_buf text = TL_BUF_INIT;
	struct stat st;
	char *path;
	bool ok = true;

	if (asprintf(&path, "%s/tmp/perf-%" PRId32 ".map", symfs ? symfs : "", d->pid) < 0)
		return false;
	if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_uid == 0 || st.st_uid == geteuid()) && read_all(path, &text))
		ok = tl_perfmap_add(t, &text);
	else
		tl_buf_fini(&text);
	free(path);
	return ok;
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
	case KIND_JIT:
	case KIND_MEMORY:
		ok = load_perfmap(d, t);
		break;
	case KIND_MODULE:
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
	if (d->kind == KIND_MODULE && !(d = kernel_of(d)))
		return NULL;
	if (atomic_load_explicit(&d->loaded, memory_order_acquire))
		return d->symbols;
	open_dso(d);
	pthread_mutex_lock(&d->lock);
	if (!atomic_load_explicit(&d->loaded, memory_order_relaxed)) {
		d->symbols = load_symbols(d);
		atomic_store_explicit(&d->loaded, true, memory_order_release);
	}
	pthread_mutex_unlock(&d->lock);
	return d->symbols;
}

bool tl_dso_symbol(struct tl_dso *d, uint64_t offset, struct tl_symbol *out)
{
	struct tl_symbols *t = symbols_of(d);

	return t && tl_symbols_find(t, offset, out);
}

bool tl_dso_find(struct tl_dso *d, const char *name, uint64_t *offset)
{
	struct tl_symbols *t = symbols_of(d);

	return t && tl_symbols_named(t, name, offset);
}
