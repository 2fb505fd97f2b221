/*
 * srclines.h: from an address in a binary to the source it was compiled from, by its DWARF
 * (versions 2 to 5): file and line, and the calls that the compiler put there as a copy.
 *
 * What is read is remembered: which unit covers which addresses at the first question; a unit's lines
 * and functions at the first question about it.  The bytes are foreign: how much is read of a
 * unit, and how deep, is bounded.
 */
#ifndef TL_DECODERS_PERF_SRCLINES_H
#define TL_DECODERS_PERF_SRCLINES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* A place in the source.  Strings are valid during the call that tells of it. */
struct tl_srcline {
	const char *path;     /* as the compiler had it; never NULL */
	const char *folder;   /* where the compiler ran, if path begins there; NULL: not told */
	unsigned line;        /* 0: not told */
	const char *function; /* the linker's name, or the source's; NULL: not told */
	bool inlined; /* the function is a copy of one; the next place is where it is called */
};

typedef void tl_srcline_fn(void *arg, const struct tl_srcline *place);

struct tl_srclines; /* of one file */

/* Borrows the descriptors until close: of the file, and of what it shares with others (dwarffile.h; -1:
 * nothing).  NULL: there is nothing of the kind in the file, or nobody to read it (libdw).  What is
 * being read ends early when *stop becomes true (NULL: never); what is told then is not to be
 * believed.  Any thread. */
struct tl_srclines *tl_srclines_open(int fd, int shared, const atomic_bool *stop);
void tl_srclines_close(struct tl_srclines *s);

/*
 * Call fn for the place of the code at an address, as the binary has it, and for those of the calls it
 * was inlined by, innermost first.  False: it is not known.  One thread.
 */
bool tl_srclines_find(struct tl_srclines *s, uint64_t address, tl_srcline_fn *fn, void *arg);

#endif
