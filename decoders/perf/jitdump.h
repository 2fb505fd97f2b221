/*
 * jitdump.h: what a compiler at run time tells of the code it made: jit-PID.dump, tools/perf/
 * Documentation/jitdump-specification.txt in the kernel's source.
 *
 * The program maps the file when it begins it, so that the recording knows of it.  The code's
 * bytes stay where they are: to us the dump is a binary that has many functions, and each record
 * of it maps one of them somewhere, at a time.
 */
#ifndef TL_DECODERS_PERF_JITDUMP_H
#define TL_DECODERS_PERF_JITDUMP_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* A function that was put (or moved) to an address. */
struct tl_jit_code {
	uint64_t time;    /* as the dump has it */
	uint64_t addr;    /* from then on */
	uint64_t size;    /* at least 1 */
	uint64_t at;      /* where its bytes are in the file */
	uint64_t lines;   /* and what tells of its source (jitlines.h): the rest of a record, */
	uint32_t nlines;  /* of so many bytes; 0: nothing does */
	const char *name; /* of a move "": it keeps its name; borrowed during the call */
};

struct tl_jitdump_head {
	int32_t pid;
	bool tsc;   /* times are the processor's; else ns of CLOCK_MONOTONIC */
	bool is_v8; /* written by V8 (Node.js, Chrome) */
};

/* "jit-4711.dump", at the end of a path. */
bool tl_jitdump_name(const char *path);

/*
 * Call fn for each function, in the file's order, until it says false.  A file that was cut off,
 * or goes on with nonsense, ends there.  False: it is no jitdump (in the byte order of this
 * machine), or no memory.  Any thread.
 */
bool tl_jitdump_walk(int fd, uint64_t size, struct tl_jitdump_head *head,
		     bool (*fn)(void *arg, const struct tl_jit_code *code), void *arg);

#endif
