/*
 * dso.h: the binaries a recording ran: their code bytes and their symbols.
 *
 * Found by the path that was recorded, below --symfs, by build-id in ~/.debug and
 * /usr/lib/debug; a file whose build-id is another is refused by name.  Looked for and read
 * when first asked, never before.  Offsets are file offsets throughout, as a mapping's pgoff is.
 */
#ifndef TL_DECODERS_PERF_DSO_H
#define TL_DECODERS_PERF_DSO_H

#include "decoders/perf/jitdump.h"
#include "decoders/perf/perfdata.h"
#include "decoders/perf/srclines.h"

#include <string.h>

struct tl_dsos; /* all of a recording's */
struct tl_dso;  /* one; lives as long as its tl_dsos */

struct tl_symbol {
	uint64_t start, end; /* file offsets; end is behind the last byte */
	const char *name;    /* demangled; lives as long as the dso */
};

/* Borrows `perf` (for its build-ids) until close; copies symfs (may be NULL). */
bool tl_dsos_open(const struct tl_perf *perf, const char *symfs, struct tl_dsos **out,
		  struct tl_err *err);
void tl_dsos_close(struct tl_dsos *all);

/* Reading of debug information ends soon, and tells what it has: close() follows.  Any thread. */
void tl_dsos_stop(struct tl_dsos *all);

/*
 * Where the kernel's symbols and code are to be taken from; either may be NULL: where they are
 * found.  Before anything is asked.  False: a file is not there.
 */
bool tl_dsos_use_kernel(struct tl_dsos *all, const char *kallsyms, const char *vmlinux,
			struct tl_err *err);

/*
 * The binary of a mapping.  `path` as recorded ("[vdso]", "//anon", "[kernel.kallsyms]_text"
 * and the like too); build_id may be NULL (then the recording's table is asked).  The same one for
 * the same path and build-id.  Opens nothing.  Any thread; NULL: out of memory.
 */
struct tl_dso *tl_dsos_get(struct tl_dsos *all, const char *path, const uint8_t *build_id,
			   size_t build_id_len, int32_t pid);

/*
 * Code that the kernel made while it was recorded (a BPF program, a trampoline): KSYMBOL records
 * name it.  Offsets are addresses; its bytes are the kernel's.  The kernel itself when there are more
 * than is believed; NULL: out of memory.  One thread, the one that calls tl_dsos_get().
 */
struct tl_dso *tl_dsos_ksymbol(struct tl_dsos *all, const char *name, uint64_t start, uint64_t len);

/*
 * The same binary as `d`, the code of which the kernel changed: from now on it has `bytes` at
 * addr.  Of the kernel and what belongs to it only; copies the bytes.  `d` itself when more has been
 * changed than is believed; NULL: out of memory.  One thread, the one that calls tl_dsos_get().
 */
struct tl_dso *tl_dso_poked(struct tl_dso *d, uint64_t addr, const uint8_t *bytes, size_t len);

/* Is it a jitdump, which a program maps only to tell where it is? */
bool tl_dso_is_jitdump(const struct tl_dso *d);

/* tl_jitdump_walk() of one that is a jitdump; false also: it is not there, tl_dso_why() tells. */
bool tl_dso_jit_codes(struct tl_dso *d, struct tl_jitdump_head *head,
		      bool (*fn)(void *arg, const struct tl_jit_code *code), void *arg);

/* The kernel's.  NULL: out of memory. */
struct tl_dso *tl_dsos_kernel(struct tl_dsos *all);

/* The i-th stretch of addresses that the copy of the kernel's code has; false: no more. */
bool tl_dsos_kcore_segment(struct tl_dsos *all, size_t i, uint64_t *start, uint64_t *end);

/*
 * A number for which files were found, of all binaries: where it is the same, so are all code and symbols.
 * Looks for each.  One thread.
 */
uint64_t tl_dsos_state(struct tl_dsos *all);

/* The name perf prints in brackets behind a symbol: the recorded path, "[kernel.kallsyms]", ... */
const char *tl_dso_name(const struct tl_dso *d);
unsigned tl_dso_number(const struct tl_dso *d); /* 0, 1, ... within its tl_dsos */

/*
 * The offset at which a mapping of it begins, from what was recorded.  Where there is no file
 * (the kernel, its modules, JIT code) offsets are addresses, and the vdso is mapped whole: there,
 * what a recording has for pgoff differs from kernel to kernel.  struct tl_map has this one.
 */
uint64_t tl_dso_pgoff(const struct tl_dso *d, uint64_t start, uint64_t pgoff);

/*
 * The code from a file offset on: *bytes, *len of them at most up to the end of what is
 * readable there; they stay put until tl_dsos_close().  False: none; tl_dso_why() says why.
 * Any thread.  Memory without a file has none.
 */
bool tl_dso_code(struct tl_dso *d, uint64_t offset, const uint8_t **bytes, size_t *len);

/*
 * The same as a copy of `n` bytes, as many of them as there are: what tl_dso_code() gives can end
 * amid an instruction, and go on elsewhere.  How many.  Any thread.
 */
static inline size_t tl_dso_copy_code(struct tl_dso *d, uint64_t offset, uint8_t *to, size_t n)
{
	size_t done = 0, len;
	const uint8_t *bytes;

	while (done < n && tl_dso_code(d, offset + done, &bytes, &len)) {
		if (len > n - done)
			len = n - done;
		memcpy(to + done, bytes, len);
		done += len;
	}
	return done;
}

/* One line on why there is no code, naming the file and what to do; "" if there is.  Any thread. */
const char *tl_dso_why(struct tl_dso *d);

/* The symbol that holds an offset, chosen among aliases as perf does; false: none.
 * Any thread; the first call per binary reads its symbol tables. */
bool tl_dso_symbol(struct tl_dso *d, uint64_t offset, struct tl_symbol *out);

/* The same, but its name is as the linker has it, not demangled.  Any thread. */
bool tl_dso_linked(struct tl_dso *d, uint64_t offset, struct tl_symbol *out);

/*
 * Call fn for the place in the source of the code at an offset, and for those of the calls it was
 * inlined by, innermost first; functions have their names as symbols have.  False: it is not known.
 * Any thread; waits for others that ask about the same binary, fn must not ask about one itself.
 */
bool tl_dso_source(struct tl_dso *d, uint64_t offset, tl_srcline_fn *fn, void *arg);

/* The file offset of a function's start by name, for tests and address filters; false: none. */
bool tl_dso_find(struct tl_dso *d, const char *name, uint64_t *offset);

#endif
