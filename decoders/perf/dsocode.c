/*
 * dsocode.c: the bytes of a binary.
 *
 * Read in pieces that stay for ever, and are published one by one: a reader takes no lock, and
 * a file that is cut short under our hands is a short read, not a signal.
 */
#include "decoders/perf/dsoparts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define PIECE_SHIFT 16 /* 64 KiB: a read that costs as much as some ten system calls */
#define PIECE       ((size_t)1 << PIECE_SHIFT)
#define MAX_CODE    (UINT64_C(1) << 38) /* bytes of a file that code is looked for in */

struct piece {
	size_t len;
	uint8_t bytes[];
};

bool tl_dso_same_machine(const struct tl_dso *d)
{
	const struct tl_perf_features *f = d->all->perf ? tl_perf_features(d->all->perf) : NULL;
	struct utsname u;

	return f && f->hostname && f->osrelease && uname(&u) == 0 &&
	       strcmp(f->hostname, u.nodename) == 0 && strcmp(f->osrelease, u.release) == 0;
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
				  : tl_dso_same_machine(d);
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

static bool open_elf(struct tl_dso *d)
{
	if (tl_elf_init_fd(&d->elf, d->file.fd, d->file.size))
		return true;
	tl_dsofile_close(&d->file);
	return false;
}

/* The kernel as it was linked: nearly what ran, but for where it was put, and what it changes of
 * itself when it is started. */
static bool open_linked(struct tl_dso *d)
{
	const struct tl_perf_features *f = d->all->perf ? tl_perf_features(d->all->perf) : NULL;
	struct tl_dso_reference ref;
	uint64_t linked;

	if (!tl_dsofile_find_kernel(&d->all->places, &d->want, f ? f->osrelease : NULL, &d->file,
				    &d->why) ||
	    !open_elf(d))
		return false;
	tl_dso_find_reference(d, &ref);
	if (ref.at && tl_symbols_elf_address(&d->elf, ref.name, &linked))
		d->moved = ref.at - linked;
	return d->linked = true;
}

/* The kernel's code: what was in memory, where the recording was made with --kcore. */
static void open_kernel(struct tl_dso *d)
{
	const char *kcore = d->all->places.kcore;

	if (kcore && tl_dsofile_open(kcore, &d->file) && open_elf(d))
		return;
	if (!open_linked(d) && !d->why.msg[0])
		tl_err_set(&d->why, "'" KERNEL "' has no code in this recording; record with "
				    "'perf record --kcore', or give --vmlinux");
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

/* The dump of the process whose memory it is; NULL: none was mapped. */
static struct tl_dso *find_dump(struct tl_dso *memory)
{
	struct tl_dsos *all = memory->all;
	struct tl_dso *d = NULL;

	pthread_mutex_lock(&all->lock);
	for (size_t i = 0; i < BUCKETS && !d; i++)
		for (d = all->buckets[i]; d; d = d->next)
			if (d->kind == KIND_JITDUMP && d->pid == memory->pid)
				break;
	pthread_mutex_unlock(&all->lock);
	return d;
}

/* Why memory has no code, and what would bring it. */
static void tell_memory(struct tl_dso *d)
{
	struct tl_dso *dump = find_dump(d);

	if (!dump) {
		tl_err_set(&d->why,
			   "'%s' is memory without a file: its code was not recorded; a compiler "
			   "that writes jit-%" PRId32 ".dump would bring it",
			   d->path, d->pid);
		return;
	}
	tl_dso_open(dump);
	if (dump->why.msg[0])
		tl_err_set(&d->why, "%s", dump->why.msg);
	else
		tl_err_set(&d->why, "'%s' is memory without a file, and '%s' does not tell of it",
			   d->path, dump->path);
}

/* Its bytes are in a copy of the kernel's memory, or nowhere: no file has them. */
static void tell_symbol(struct tl_dso *d)
{
	const uint8_t *bytes;
	size_t len;

	if (!tl_dso_code(d, d->start, &bytes, &len))
		tl_err_set(
		    &d->why,
		    "'%.200s' was made by the kernel, and its code is not in this recording; "
		    "'perf record --kcore' brings it if it is there before",
		    d->name);
}

void tl_dso_open(struct tl_dso *d)
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
		case KIND_JITDUMP:
			tl_dsofile_find_dump(&d->all->places, &d->want, &d->file, &d->why);
			break;
		case KIND_KERNEL:
			open_kernel(d);
			break;
		case KIND_SYMBOL:
			tell_symbol(d);
			break;
		default:
			tell_memory(d);
		}
		make_pieces(d);
		atomic_store_explicit(&d->opened, true, memory_order_release);
	}
	pthread_mutex_unlock(&d->lock);
}

static uint64_t mix(uint64_t h, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001b3); /* FNV-1a */
	return h;
}

static uint64_t mix_file(uint64_t h, const struct tl_dsofile *file)
{
	struct stat st;

	if (file->fd < 0 || fstat(file->fd, &st) != 0)
		return h;
	h = mix(h, file->path, strlen(file->path));
	h = mix(h, &st.st_size, sizeof(st.st_size));
	return mix(h, &st.st_mtim, sizeof(st.st_mtim));
}

static bool mix_symbols(void *arg, struct tl_dsofile *file)
{
	uint64_t *h = arg;

	*h = mix_file(*h, file);
	tl_dsofile_close(file);
	return true;
}

/* Of one: its path, the file that was found, and those that may have its symbols: they are not read. */
static uint64_t state_of(struct tl_dso *d)
{
	uint64_t h = mix(UINT64_C(0xcbf29ce484222325), d->path, strlen(d->path));
	struct tl_dsofile map;

	tl_dso_open(d);
	h = mix(h, &d->memory.len, sizeof(d->memory.len));
	h = mix_file(h, &d->file);
	if (d->kind == KIND_FILE)
		tl_dsofile_each_symbols(&d->all->places, &d->want, &d->file, mix_symbols, &h);
	else if ((d->kind == KIND_JIT || d->kind == KIND_MEMORY) && tl_dso_find_perfmap(d, &map))
		mix_symbols(&h, &map);
	return h;
}

uint64_t tl_dsos_state(struct tl_dsos *all)
{
	uint64_t state = 0;

	/* In any order; those that come meanwhile are put before these. */
	for (size_t i = 0; i < BUCKETS; i++) {
		struct tl_dso *d;

		pthread_mutex_lock(&all->lock);
		d = all->buckets[i];
		pthread_mutex_unlock(&all->lock);
		for (; d; d = d->next)
			state += state_of(d);
	}
	return state;
}

void tl_dso_drop_code(struct tl_dso *d)
{
	for (size_t i = 0; i < d->npieces; i++)
		free(atomic_load_explicit(&d->pieces[i], memory_order_relaxed));
	free(d->pieces);
	tl_dsofile_close(&d->file);
	tl_elf_fini(&d->elf);
	tl_buf_fini(&d->memory);
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
	addr -= d->moved;
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

bool tl_dsos_kcore_segment(struct tl_dsos *all, size_t i, uint64_t *start, uint64_t *end)
{
	struct tl_dso *d = all->places.kcore ? tl_dsos_kernel(all) : NULL;
	const struct tl_elf_segment *s;

	if (!d)
		return false;
	tl_dso_open(d);
	if (d->linked || i >= d->elf.nsegments)
		return false;
	s = &d->elf.segments[i];
	*start = s->vaddr;
	*end = s->filesz > UINT64_MAX - s->vaddr ? UINT64_MAX : s->vaddr + s->filesz;
	return true;
}

bool tl_dso_code(struct tl_dso *d, uint64_t offset, const uint8_t **bytes, size_t *len)
{
	if (d->kind == KIND_POKED)
		return tl_dso_poked_code(d, offset, bytes, len);
	d = tl_dso_kernel(d);
	if (!d)
		return false;
	tl_dso_open(d);
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
	d = d->base ? d->base : d;
	if (d->kind == KIND_MODULE)
		d = tl_dso_kernel(d);
	if (!d)
		return "out of memory";
	tl_dso_open(d);
	return d->why.msg;
}
