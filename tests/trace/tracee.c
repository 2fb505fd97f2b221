/* tracee.c: see tracee.h. */
#include "tests/trace/tracee.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <unistd.h>

enum { SLOTS = 1 << 14 };

static void free_maps(struct recording_map *maps, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free((char *)maps[i].path);
	free(maps);
}

static void forget_code(struct tracee *p)
{
	memset(p->at, 0, SLOTS * sizeof(*p->at));
}

struct tracee *tracee_new(pid_t pid, const struct tracee *copy_of)
{
	struct tracee *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->pid = pid;
	p->users = 1;
	p->code = malloc(SLOTS * sizeof(*p->code));
	p->at = calloc(SLOTS, sizeof(*p->at));
	if (!p->code || !p->at)
		goto fail;
	if (copy_of && copy_of->nmaps) {
		p->maps = calloc(copy_of->nmaps, sizeof(*p->maps));
		if (!p->maps)
			goto fail;
		for (size_t i = 0; i < copy_of->nmaps; i++) {
			p->maps[i] = copy_of->maps[i];
			p->maps[i].path = strdup(copy_of->maps[i].path);
		}
		p->nmaps = copy_of->nmaps;
	}
	return p;
fail:
	tracee_drop(p);
	return NULL;
}

void tracee_drop(struct tracee *p)
{
	if (!p || --p->users > 0)
		return;
	free_maps(p->maps, p->nmaps);
	free(p->code);
	free(p->at);
	free(p);
}

void tracee_forget(struct tracee *p)
{
	free_maps(p->maps, p->nmaps);
	p->maps = NULL;
	p->nmaps = 0;
	forget_code(p);
}

static bool same_map(const struct recording_map *a, const struct recording_map *b)
{
	return a->start == b->start && a->len == b->len && a->pgoff == b->pgoff &&
	       a->inode == b->inode && !strcmp(a->path, b->path);
}

/* A line of /proc/PID/maps.  False: not executable, or not a mapping the kernel tells of. */
static bool parse_map(const char *line, struct recording_map *m)
{
	uint64_t end;
	char perm[8];
	const char *path;
	int at = 0;

	memset(m, 0, sizeof(*m));
	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %" SCNx64 " %x:%x %" SCNu64 " %n", &m->start,
		   &end, perm, &m->pgoff, &m->maj, &m->min, &m->inode, &at) < 7)
		return false;
	path = line + at;
	if (perm[2] != 'x' || !strcmp(path, "[vsyscall]"))
		return false;
	m->len = end - m->start;
	m->prot = (perm[0] == 'r' ? PROT_READ : 0) | (perm[1] == 'w' ? PROT_WRITE : 0) | PROT_EXEC;
	m->shared = perm[3] == 's';
	m->path = strdup(*path ? path : "//anon");
	return m->path;
}

void tracee_look(struct tracee *p, struct recording *rec, struct recording_thread *t)
{
	struct recording_map *maps = NULL, m;
	size_t n = 0, cap = 0;
	char name[64], line[4500];
	FILE *f;

	snprintf(name, sizeof(name), "/proc/%d/maps", (int)p->pid);
	f = fopen(name, "r");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		bool known = false;

		line[strcspn(line, "\n")] = '\0';
		if (!parse_map(line, &m))
			continue;
		if (n == cap) {
			struct recording_map *more =
			    realloc(maps, (cap = 2 * cap + 16) * sizeof(*maps));

			if (!more) {
				free((char *)m.path);
				break;
			}
			maps = more;
		}
		maps[n++] = m;
		for (size_t i = 0; i < p->nmaps && !known; i++)
			known = same_map(&p->maps[i], &m);
		if (!known)
			recording_mmap(rec, t, &m);
	}
	fclose(f);
	free_maps(p->maps, p->nmaps);
	p->maps = maps;
	p->nmaps = n;
	forget_code(p);
}

/* Only code of files that cannot be written to stays what it is. */
static bool is_constant(const struct tracee *p, uint64_t ip)
{
	for (size_t i = 0; i < p->nmaps; i++) {
		const struct recording_map *m = &p->maps[i];

		if (ip >= m->start && ip - m->start < m->len)
			return m->inode && !(m->prot & PROT_WRITE);
	}
	return false;
}

const struct code *tracee_code(struct tracee *p, uint64_t ip)
{
	size_t slot = (size_t)((ip * UINT64_C(0x9e3779b97f4a7c15)) >> 50) % SLOTS;
	struct code *c = &p->code[slot];
	uint8_t bytes[CODE_MAX];
	struct iovec here = { bytes, sizeof(bytes) }, there = { (void *)(uintptr_t)ip, CODE_MAX };
	ssize_t n;

	if (p->at[slot] == ip)
		return c;
	p->at[slot] = 0;
	n = process_vm_readv(p->pid, &here, 1, &there, 1, 0);
	if (n < 0) {
		/* Perhaps up against the end of a page. */
		there.iov_len = 4096 - (ip & 4095);
		if (there.iov_len > CODE_MAX)
			there.iov_len = CODE_MAX;
		n = process_vm_readv(p->pid, &here, 1, &there, 1, 0);
	}
	if (code_decode(bytes, n > 0 ? (size_t)n : 0, ip, c) && is_constant(p, ip))
		p->at[slot] = ip;
	return c;
}

void tracee_hide_vdso(pid_t pid, uint64_t sp)
{
	uint64_t at = sp + 8; /* behind argc */

	while (ptrace(PTRACE_PEEKDATA, pid, at, 0) != 0)
		at += 8;
	at += 8;
	while (ptrace(PTRACE_PEEKDATA, pid, at, 0) != 0)
		at += 8;
	at += 8;
	for (;; at += 16) {
		long type = ptrace(PTRACE_PEEKDATA, pid, at, 0);

		if (type == AT_NULL || (type == -1 && errno))
			return;
		if (type == AT_SYSINFO_EHDR)
			ptrace(PTRACE_POKEDATA, pid, at, AT_IGNORE);
	}
}

void tracee_comm(pid_t tid, char comm[16])
{
	char name[64];
	ssize_t n = 0;
	int fd;

	snprintf(name, sizeof(name), "/proc/%d/comm", (int)tid);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, comm, 16);
		close(fd);
	}
	comm[n > 0 ? n - 1 : 0] = '\0';
}

char tracee_state(pid_t tid)
{
	char name[64], text[512], *p;
	ssize_t n = 0;
	int fd;

	snprintf(name, sizeof(name), "/proc/%d/stat", (int)tid);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	text[n > 0 ? n : 0] = '\0';
	p = strrchr(text, ')');
	return p && p[1] ? p[2] : '\0';
}
