/* gasx87.c: names of x87 instructions: whose operand in memory has letters of its own, s, l, t and ll. */
#include "decoders/pt/gas.h"

#include "decoders/pt/print.h"

bool tl_gas_is_x87(const struct tl_gas *g)
{
	return g->insn->encoding == ZYDIS_INSTRUCTION_ENCODING_LEGACY &&
	       g->insn->opcode_map == ZYDIS_OPCODE_MAP_DEFAULT && g->insn->opcode >= 0xd8 &&
	       g->insn->opcode <= 0xdf;
}

/*
 * AT&T's syntax has had these two pairs the wrong way round since the first assembler for it, where
 * what is written to is not the top of the stack.
 */
static const char *exchanged(const struct tl_gas *g)
{
	if (!g->att || g->insn->raw.modrm.mod != 3 ||
	    (g->insn->opcode != 0xdc && g->insn->opcode != 0xde))
		return NULL;
	switch (g->insn->mnemonic) {
	case ZYDIS_MNEMONIC_FSUB:
		return "fsubr";
	case ZYDIS_MNEMONIC_FSUBR:
		return "fsub";
	case ZYDIS_MNEMONIC_FDIV:
		return "fdivr";
	case ZYDIS_MNEMONIC_FDIVR:
		return "fdiv";
	case ZYDIS_MNEMONIC_FSUBP:
		return "fsubrp";
	case ZYDIS_MNEMONIC_FSUBRP:
		return "fsubp";
	case ZYDIS_MNEMONIC_FDIVP:
		return "fdivrp";
	case ZYDIS_MNEMONIC_FDIVRP:
		return "fdivp";
	default:
		return NULL;
	}
}

static bool takes_integer(const struct tl_gas *g)
{
	switch (g->insn->mnemonic) {
	case ZYDIS_MNEMONIC_FIADD:
	case ZYDIS_MNEMONIC_FICOM:
	case ZYDIS_MNEMONIC_FICOMP:
	case ZYDIS_MNEMONIC_FIDIV:
	case ZYDIS_MNEMONIC_FIDIVR:
	case ZYDIS_MNEMONIC_FILD:
	case ZYDIS_MNEMONIC_FIMUL:
	case ZYDIS_MNEMONIC_FIST:
	case ZYDIS_MNEMONIC_FISTP:
	case ZYDIS_MNEMONIC_FISTTP:
	case ZYDIS_MNEMONIC_FISUB:
	case ZYDIS_MNEMONIC_FISUBR:
		return true;
	default:
		return false;
	}
}

static bool takes_float(const struct tl_gas *g)
{
	switch (g->insn->mnemonic) {
	case ZYDIS_MNEMONIC_FADD:
	case ZYDIS_MNEMONIC_FCOM:
	case ZYDIS_MNEMONIC_FCOMP:
	case ZYDIS_MNEMONIC_FDIV:
	case ZYDIS_MNEMONIC_FDIVR:
	case ZYDIS_MNEMONIC_FLD:
	case ZYDIS_MNEMONIC_FMUL:
	case ZYDIS_MNEMONIC_FST:
	case ZYDIS_MNEMONIC_FSTP:
	case ZYDIS_MNEMONIC_FSUB:
	case ZYDIS_MNEMONIC_FSUBR:
		return true;
	default:
		return false;
	}
}

uint8_t *tl_gas_put_x87(uint8_t *p, const struct tl_gas *g, const char *name)
{
	const ZydisDecodedOperand *memory = tl_gas_memory(g);
	const char *other = exchanged(g);

	p = tl_gas_put_text(p, other ? other : name);
	if (!g->att || !memory)
		return p;
	if (takes_integer(g))
		return memory->size == 16   ? PUT_LITERAL(p, "s")
		       : memory->size == 32 ? PUT_LITERAL(p, "l")
					    : PUT_LITERAL(p, "ll");
	if (takes_float(g))
		return memory->size == 32   ? PUT_LITERAL(p, "s")
		       : memory->size == 64 ? PUT_LITERAL(p, "l")
					    : PUT_LITERAL(p, "t");
	return p;
}
