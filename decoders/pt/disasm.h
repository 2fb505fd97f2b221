/* disasm.h: an instruction's bytes as text. */
#ifndef TL_DECODERS_PT_DISASM_H
#define TL_DECODERS_PT_DISASM_H

#include <stddef.h>
#include <stdint.h>

#define TL_PT_DISASM_LONGEST 256

enum tl_pt_syntax { TL_PT_SYNTAX_ATT, TL_PT_SYNTAX_INTEL };

/* What became known of an instruction. */
struct tl_pt_insn {
	size_t len;      /* bytes; 0: it is none */
	uint64_t target; /* where it goes to if it is a direct branch, else 0 */
};

/*
 * Write the instruction at `code`, TL_PT_DISASM_LONGEST bytes at the most; gives the byte behind it.
 * `len` bytes may be read; what is no instruction is "(bad)".  Any thread.
 */
uint8_t *tl_pt_put_insn(uint8_t *p, enum tl_pt_syntax syntax, const uint8_t *code, size_t len,
			uint64_t ip, struct tl_pt_insn *out);

#endif
