/*
 * dsofile.h: where the files of a recording's binaries may be, and which of them are the right
 * ones.
 */
#ifndef TL_DECODERS_PERF_DSOFILE_H
#define TL_DECODERS_PERF_DSOFILE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TL_DSOFILE_ID 20

/* Where to look; const after init(). */
struct tl_dsofile_places {
	char *symfs;    /* a folder that stands for "/"; NULL: "/" does */
	char *beside;   /* the folder the recording lies in, ends with '/' */
	char *cache;    /* perf's: ~/.debug, or what $PERF_BUILDID_DIR says; NULL: none */
	uid_t owner;    /* of the recording */
	char *kcore;    /* a copy of the kernel's memory; NULL: none */
	char *kallsyms; /* the kernel's symbols; NULL: none */
	char *vmlinux;  /* the kernel, as chosen; NULL: it is looked for */
};

bool tl_dsofile_places_init(struct tl_dsofile_places *p, const char *recording, const char *symfs);

/*
 * Take the kernel's symbols, and the copy of its memory if there is one beside them, from another
 * place than beside the recording; and the kernel itself.  NULL: as it is.  False: not there.
 */
bool tl_dsofile_places_kernel(struct tl_dsofile_places *p, const char *kallsyms,
			      const char *vmlinux, struct tl_err *err);
void tl_dsofile_places_fini(struct tl_dsofile_places *p);

/* An opened file. */
struct tl_dsofile {
	int fd; /* -1: none */
	uint64_t size;
	char *path;
};

void tl_dsofile_close(struct tl_dsofile *f);

/* Open a regular file to read, and nothing else: no pipe, no device.  Errno tells why not. */
bool tl_dsofile_open(const char *path, struct tl_dsofile *out);

/* What is looked for.  id_len 0: the recording does not tell the build-id. */
struct tl_dsofile_want {
	const char *path;
	uint8_t id[TL_DSOFILE_ID];
	size_t id_len;
};

/* Is a build-id the one that was recorded?  Old recordings have zeros behind a short one. */
bool tl_dsofile_same_id(const struct tl_dsofile_want *want, const uint8_t *id, size_t len);

/* The binary that ran.  False: not found; `why` tells for a reader of the trace. */
bool tl_dsofile_find_code(const struct tl_dsofile_places *p, const struct tl_dsofile_want *want,
			  struct tl_dsofile *out, struct tl_err *why);

/*
 * The kernel, not packed and with its symbols: the one that was chosen, by build-id in perf's cache,
 * or where its packages put it, for a release (NULL: not told) and below symfs.
 */
bool tl_dsofile_find_kernel(const struct tl_dsofile_places *p, const struct tl_dsofile_want *want,
			    const char *release, struct tl_dsofile *out, struct tl_err *why);

/* Call fn for each file that may be that kernel, or has its debug information; otherwise as each_symbols(). */
void tl_dsofile_each_kernel(const struct tl_dsofile_places *p, const struct tl_dsofile_want *want,
			    const char *release, bool (*fn)(void *arg, struct tl_dsofile *file),
			    void *arg);

/*
 * A file that a program left of what it compiled: below symfs, where it was, or beside the recording.
 * Anybody can write to /tmp: it is believed if it is ours, root's, or of the recording's owner.
 * False: not found, or another's; `why` (may be NULL) tells.
 */
bool tl_dsofile_find_dump(const struct tl_dsofile_places *p, const struct tl_dsofile_want *want,
			  struct tl_dsofile *out, struct tl_err *why);

/*
 * The places that may have its symbols, in perf's order: call fn for each that is a file of the
 * wanted build-id, until it says false; it takes the file.  `code` is the binary, if it was found.
 */
void tl_dsofile_each_symbols(const struct tl_dsofile_places *p, const struct tl_dsofile_want *want,
			     const struct tl_dsofile *code,
			     bool (*fn)(void *arg, struct tl_dsofile *file), void *arg);

/* A file that perf's cache has for a build-id: "elf", "debug", "vdso", "kallsyms". */
bool tl_dsofile_open_cached(const struct tl_dsofile_places *p, const struct tl_dsofile_want *want,
			    const char *name, struct tl_dsofile *out);

#endif
