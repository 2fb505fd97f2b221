/* disasm.h: an instruction's bytes as text. */
#ifndef TL_DECODERS_PT_DISASM_H
#define TL_DECODERS_PT_DISASM_H

#include <stddef.h>
#include <stdint.h>

#define TL_PT_DISASM_LONGEST 256

/*
 * Write the instruction at `code` in AT&T's syntax, TL_PT_DISASM_LONGEST bytes at the most;
 * gives the byte behind it.  *target is where it goes to if it is a direct branch, else 0.
 * `len` bytes may be read; what is no instruction is "(bad)".  Any thread.
 */
uint8_t *tl_pt_put_insn(uint8_t *p, const uint8_t *code, size_t len, uint64_t ip, uint64_t *target);

#endif
