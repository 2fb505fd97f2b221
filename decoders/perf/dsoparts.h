/*
 * dsoparts.h: what dso.c (which binary is meant), dsocode.c (its bytes), dsopoke.c (what was
 * changed of them), dsosource.c (what it was compiled from) and dsosymbols.c share.
 */
#ifndef TL_DECODERS_PERF_DSOPARTS_H
#define TL_DECODERS_PERF_DSOPARTS_H

#include "decoders/perf/dso.h"
#include "decoders/perf/dsofile.h"
#include "decoders/perf/elffile.h"
#include "decoders/perf/jitlines.h"
#include "decoders/perf/symbols.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define KERNEL  "[kernel.kallsyms]"
#define BUCKETS 1024 /* most recordings have less than a hundred binaries */

enum kind {
	KIND_FILE,
	KIND_VDSO,    /* the kernel's, in every process */
	KIND_KERNEL,  /* by address */
	KIND_MODULE,  /* by address, from what the kernel's has */
	KIND_SYMBOL,  /* likewise, and is one symbol */
	KIND_POKED,   /* likewise: another one, changed */
	KIND_JIT,     /* by address: memory that perf looks for a compiler's list of symbols for */
	KIND_JITDUMP, /* a file of a compiler, with code and names */
	KIND_MEMORY   /* by address: other mappings without a file */
};

struct piece; /* of a file's bytes */
struct poke;  /* what of a page was changed: dsopoke.c */

#define POKED_PAGES 1024 /* lists of them, by a hash of their addresses */

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
	struct tl_elf elf;    /* of kcore, or of the kernel: where an address is in it */
	bool linked;          /* of the kernel: as it was linked, */
	uint64_t moved;       /* from where it moved by so much when it was started */
	bool by_offset;       /* its symbols are */
	_Atomic(struct piece *) *pieces;
	size_t npieces;
	struct tl_err why;

	struct tl_dso *base; /* POKED: which one */
	uint32_t poked;      /* and by how many pokes */
	uint64_t start, len; /* SYMBOL: its addresses */

	struct tl_symbols *symbols; /* NULL: none */

	pthread_mutex_t source_lock; /* of what is below, always */
	bool source_opened;
	struct tl_srclines *source; /* NULL: none */
	struct tl_jitlines *lines;  /* JITDUMP; NULL: none */
	struct tl_dsofile source_file;
	struct tl_dsofile source_shared; /* what it shares with others */
	struct tl_elf source_elf;        /* where addresses are in the binary */
	uint64_t source_moved;           /* of the kernel: by so much from where they were linked */
};

struct tl_dsos {
	const struct tl_perf *perf;
	struct tl_dsofile_places places;
	const struct tl_perf_build_id **ids; /* by path */
	size_t nids;
	atomic_bool stopped;

	pthread_mutex_t lock; /* of what is below */
	struct tl_dso *buckets[BUCKETS];
	struct tl_dso *made; /* what has no name of its own, a list */
	uint32_t nksymbols;  /* of these, what the kernel made */
	unsigned ndsos;

	struct poke *pokes[POKED_PAGES]; /* const once somebody asks for code */
	uint32_t npokes;
	size_t poked_bytes;
};

static inline bool begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* A new one, in no table yet.  NULL: out of memory. */
struct tl_dso *tl_dso_new(struct tl_dsos *all, enum kind kind, const char *path,
			  const struct tl_dsofile_want *want, int32_t pid);

/* The one that has what this one is asked for: the kernel's has its modules', too.  NULL: out of
 * memory. */
struct tl_dso *tl_dso_kernel(struct tl_dso *d);

/* tl_dso_code() of one that was changed. */
bool tl_dso_poked_code(struct tl_dso *d, uint64_t addr, const uint8_t **bytes, size_t *len);

/* Release what was changed. */
void tl_dsos_drop_pokes(struct tl_dsos *all);

/* Is this the machine, and the kernel, that was recorded? */
bool tl_dso_same_machine(const struct tl_dso *d);

/* The kernel's first mapping: a symbol's name, and its address when it was recorded. */
struct tl_dso_reference {
	char name[64];
	uint64_t at; /* 0: it was not */
};
void tl_dso_find_reference(const struct tl_dso *d, struct tl_dso_reference *ref);

/* A JIT compiler's list of names for the binary's process.  False: not found. */
bool tl_dso_find_perfmap(const struct tl_dso *d, struct tl_dsofile *out);

/* Look for the binary, once; any thread. */
void tl_dso_open(struct tl_dso *d);

/* Release what was opened and read. */
void tl_dso_drop_code(struct tl_dso *d);
void tl_dso_drop_source(struct tl_dso *d);

#endif
