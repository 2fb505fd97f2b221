/*
 * code.h: the flow of the code that was traced, remembered block by block.
 *
 * Decoding a trace means following the program's instructions from one decision (a conditional
 * or indirect branch) to the next, over and over through the same code.  So an instruction is
 * disassembled once: a *block* is the straight run from an address to the next change of flow,
 * and knows its length, what ends it and where that leads.  Blocks belong to file offsets of
 * binaries, not to addresses: all processes that map a binary share them.
 *
 * All workers read the table without locks and add to it with compare-and-swap; what is there
 * never changes.  When it has grown over its budget, segments that begin later use a new, empty
 * table, and the old one goes with its last user.
 */
#ifndef TL_DECODERS_PT_CODE_H
#define TL_DECODERS_PT_CODE_H

#include "decoders/perf/dso.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What ends a block. */
enum tl_pt_end {
	TL_PT_END_NOCODE,   /* the bytes are not there, or no instruction: nobody can go on here */
	TL_PT_END_FALL,     /* nothing: the block was long enough, go on behind it */
	TL_PT_END_JMP,      /* direct */
	TL_PT_END_CALL,     /* direct */
	TL_PT_END_COND,     /* conditional jump: needs a TNT bit */
	TL_PT_END_INDIRECT, /* all others need a TIP: an indirect jump */
	TL_PT_END_INDCALL,
	TL_PT_END_RET, /* near; may be compressed to a TNT bit */
	TL_PT_END_FARRET,
	TL_PT_END_INT,
	TL_PT_END_IRET,
	TL_PT_END_SYSCALL,
	TL_PT_END_SYSRET,
	TL_PT_END_VMENTRY,
};

struct tl_pt_block {
	struct tl_pt_block *same_bucket;
	uint64_t offset; /* in the binary */
	uint32_t owner;  /* which binary, and the mode */
	int64_t target;  /* JMP, CALL, COND: offset of where it leads minus our own */
	_Atomic(struct tl_pt_block *) taken, next; /* the blocks there and behind; NULL: look up */
	uint32_t nbytes;                           /* all of it, the ending instruction included */
	uint16_t ninsns;
	uint8_t end;       /* enum tl_pt_end */
	uint8_t last_len;  /* bytes of the ending instruction */
	uint8_t lengths[]; /* bytes of each instruction */
};

struct tl_pt_code;  /* shared by all workers */
struct tl_pt_table; /* one generation of it */

/* `budget` in bytes.  NULL: out of memory. */
struct tl_pt_code *tl_pt_code_open(size_t budget);
void tl_pt_code_close(struct tl_pt_code *code);

/* Use the table for a while: its blocks stay until release.  NULL: out of memory.  Any thread. */
struct tl_pt_table *tl_pt_code_acquire(struct tl_pt_code *code);
void tl_pt_code_release(struct tl_pt_code *code, struct tl_pt_table *table);

/* What a block has for its owner. */
static inline uint32_t tl_pt_code_owner(const struct tl_dso *dso, unsigned mode)
{
	return (uint32_t)tl_dso_number(dso) << 2 | mode / 32;
}

/* Bits of its code. */
static inline unsigned tl_pt_block_mode(const struct tl_pt_block *b)
{
	unsigned mode = (b->owner & 3) * 32;

	return mode ? mode : 16;
}

/*
 * The block that begins at a file offset of a binary, in code of `mode` bits (64, 32, 16).
 * NULL: out of memory.  Any thread.
 */
struct tl_pt_block *tl_pt_code_block(struct tl_pt_table *table, struct tl_dso *dso, uint64_t offset,
				     unsigned mode);

#endif
