/* disasm.h: an instruction's bytes as text, as objdump and gdb show it. */
#ifndef TL_DECODERS_PT_DISASM_H
#define TL_DECODERS_PT_DISASM_H

#include <stddef.h>
#include <stdint.h>

#define TL_PT_DISASM_LONGEST 256

enum tl_pt_syntax { TL_PT_SYNTAX_ATT, TL_PT_SYNTAX_INTEL };

/* What became known of an instruction. */
struct tl_pt_insn {
	size_t len; /* bytes; 0: it is none */
	uint64_t
	    target; /* the address its text ends in: where it goes to, or what is there; 0: none */
};

/*
 * Write the instruction at `code`, TL_PT_DISASM_LONGEST bytes at the most; gives the byte behind it.
 * `mode`: how many bits code there has, 64, 32 or 16.  `len` bytes may be read; what is no
 * instruction is "(bad)".  Any thread.
 *
 * The text is objdump's, but for a blank behind each comma and one behind the name, and "0x" before
 * every address.  "  # 0x4010" tells what is meant by an address relative to that of the instruction.
 */
uint8_t *tl_pt_put_insn(uint8_t *p, enum tl_pt_syntax syntax, unsigned mode, const uint8_t *code,
			size_t len, uint64_t ip, struct tl_pt_insn *out);

#endif
