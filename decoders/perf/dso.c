/*
 * dso.c: see dso.h: which binary a mapping means, and what it is called.
 *
 * A binary is opened by the first question about its code, its symbol tables are read by the
 * first question about its symbols; either happens once, behind the binary's lock, and is const
 * from then on.
 */
#include "decoders/perf/dsoparts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

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

bool tl_dsos_use_kernel(struct tl_dsos *all, const char *kallsyms, const char *vmlinux,
			struct tl_err *err)
{
	return tl_dsofile_places_kernel(&all->places, kallsyms, vmlinux, err);
}

static void dso_free(struct tl_dso *d)
{
	tl_dso_drop_source(d);
	tl_dso_drop_code(d);
	tl_symbols_free(d->symbols);
	if (d->name != d->path)
		free(d->name);
	free(d->path);
	pthread_mutex_destroy(&d->source_lock);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

static void free_list(struct tl_dso *d)
{
	while (d) {
		struct tl_dso *next = d->next;

		dso_free(d);
		d = next;
	}
}

void tl_dsos_close(struct tl_dsos *all)
{
	if (!all)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		free_list(all->buckets[i]);
	free_list(all->made);
	tl_dsos_drop_pokes(all);
	free(all->ids);
	tl_dsofile_places_fini(&all->places);
	pthread_mutex_destroy(&all->lock);
	free(all);
}

void tl_dsos_stop(struct tl_dsos *all)
{
	atomic_store_explicit(&all->stopped, true, memory_order_relaxed);
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
	if (tl_jitdump_name(path))
		return KIND_JITDUMP;
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
		return path; /* also of code that the kernel made */
	while (base > path && base[-1] != '/')
		base--;
	if (asprintf(&name, "[%.*s]", (int)(end - base), base) < 0)
		return NULL;
	for (char *p = name; *p; p++)
		if (*p == '-')
			*p = '_';
	return name;
}

struct tl_dso *tl_dso_new(struct tl_dsos *all, enum kind kind, const char *path,
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
	d->source_shared.fd = -1;
	pthread_mutex_init(&d->lock, NULL);
	pthread_mutex_init(&d->source_lock, NULL);
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
	if (!d && (d = tl_dso_new(all, kind, path, &want, pid))) {
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
	case KIND_JITDUMP:
		return pgoff;
	case KIND_VDSO:
		return 0;
	default:
		return start;
	}
}

bool tl_dso_is_jitdump(const struct tl_dso *d)
{
	return d->kind == KIND_JITDUMP;
}

struct tl_dso *tl_dsos_kernel(struct tl_dsos *all)
{
	return tl_dsos_get(all, KERNEL, NULL, 0, -1);
}

struct tl_dso *tl_dso_kernel(struct tl_dso *d)
{
	switch (d->kind) {
	case KIND_MODULE:
	case KIND_SYMBOL:
		return tl_dsos_kernel(d->all);
	default:
		return d;
	}
}
