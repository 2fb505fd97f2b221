/*
 * gas.h: an instruction in the words of the GNU assembler, as objdump and gdb show it.
 *
 * Zydis decodes; what it calls things is not what people know from the other two: `jz` for `je`,
 * `movzxb` for `movzbl`, no size at all where no register tells it.  So the text is put together
 * here, in parts that share this struct: prefixes, name, operands, to be put in that order.
 */
#ifndef TL_DECODERS_PT_GAS_H
#define TL_DECODERS_PT_GAS_H

#include <Zydis/Zydis.h>
#include <stdbool.h>
#include <stdint.h>

struct tl_gas {
	const ZydisDecodedInstruction *insn; /* borrowed, as the operands are */
	const ZydisDecodedOperand *ops;      /* in Intel's order: the first is written to */
	unsigned nops;                       /* those shown; the name may tell of the last */
	unsigned mode;                       /* bits of the code: 64, 32, 16 */
	bool att;                            /* AT&T's syntax, else Intel's */
	bool is_string;                      /* movs, cmps, scas, lods, stos, ins, outs, xlat */
	uint64_t ip;
	/* Put by the operands: an address that they tell of, 0: none; and that they do not show it. */
	uint64_t refers;
	bool comment;
};

/* Each writes at p and gives the byte behind; any thread.  In all less than TL_PT_DISASM_LONGEST. */
uint8_t *tl_gas_put_prefixes(uint8_t *p, const struct tl_gas *g);
uint8_t *tl_gas_put_name(uint8_t *p, struct tl_gas *g);
uint8_t *tl_gas_put_operands(uint8_t *p, struct tl_gas *g);

/* Parts of the name: of x87, and where a constant is told by a word, with which it is not shown as
 * an operand.  `name` is Zydis'.  NULL: nothing of the kind. */
bool tl_gas_is_x87(const struct tl_gas *g);
uint8_t *tl_gas_put_x87(uint8_t *p, const struct tl_gas *g, const char *name);
uint8_t *tl_gas_put_with_predicate(uint8_t *p, struct tl_gas *g, const char *name);

/* The operand in memory; NULL: none. */
const ZydisDecodedOperand *tl_gas_memory(const struct tl_gas *g);

/* Does it make less of each element?  Then the register written to is the same for two sizes. */
bool tl_gas_narrows(const struct tl_gas *g);

static inline uint8_t *tl_gas_put_text(uint8_t *p, const char *text)
{
	while (*text)
		*p++ = (uint8_t)*text++;
	return p;
}

static inline bool tl_gas_is_gpr(ZydisRegister reg)
{
	return reg >= ZYDIS_REGISTER_AL && reg <= ZYDIS_REGISTER_R15;
}

/* 66 90, which the CPU calls a nop and assemblers an exchange of a register with itself. */
static inline bool tl_gas_is_idle_xchg(const struct tl_gas *g)
{
	return g->insn->mnemonic == ZYDIS_MNEMONIC_NOP && g->insn->opcode == 0x90 &&
	       g->insn->operand_width != (g->mode == 16 ? 16 : 32);
}

#endif
