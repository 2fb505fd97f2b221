/*
 * codegraph.h: the code of an ELF file as basic blocks, to be walked at random.
 *
 * Where an indirect branch can go is made up: functions for calls, later blocks of the same
 * function for jumps.  A decoder of traces cannot tell: it knows the code only.
 */
#ifndef TESTS_TRACE_CODEGRAPH_H
#define TESTS_TRACE_CODEGRAPH_H

#include "base/err.h"
#include "tests/trace/code.h"

#include <stddef.h>
#include <stdint.h>

#define CODEGRAPH_NEVER UINT32_MAX /* a cost: from there no way leads to a return */
#define CODEGRAPH_NONE  UINT32_MAX /* no block */

struct codegraph_block {
	uint64_t start, last, end; /* first and last instruction, and what is behind */
	uint32_t next, target;     /* blocks: behind it, and where its branch goes */
	uint32_t first_alt, nalts; /* in alts: where its indirect branch may go */
	uint32_t cost; /* instructions from here to the function's return, on the shortest way */
	uint32_t cheapest; /* the block to go to for that */
	uint16_t ninsns;
	uint16_t bias; /* of a conditional branch: taken that many times of 65536 */
	uint8_t kind;  /* enum code_kind of the last instruction; CODE_BAD: cannot be walked */
};

struct codegraph {
	struct codegraph_block *blocks; /* by address */
	size_t nblocks;
	uint32_t *alts;
	size_t nalts;
	uint32_t entry; /* the block of the ELF entry point */
	/* What is mapped: the executable segment. */
	uint64_t addr, len, offset;
	uint8_t build_id[20];
	size_t build_id_len;
};

/* Reads an ELF file with symbols, for x86-64. */
bool codegraph_open(const char *path, struct codegraph **out, struct tl_err *err);
void codegraph_close(struct codegraph *g);

#endif
