/*
 * gasnames.c: what the GNU assembler calls an instruction: another word than Zydis has for it, or
 * the same with the size of the operand behind, where no register tells it.
 */
#include "decoders/pt/gas.h"

#include "decoders/pt/print.h"

const ZydisDecodedOperand *tl_gas_memory(const struct tl_gas *g)
{
	for (unsigned i = 0; i < g->nops; i++)
		if (g->ops[i].type == ZYDIS_OPERAND_TYPE_MEMORY)
			return &g->ops[i];
	return NULL;
}

/* b, w, l, q of an integer; 0 of another size. */
static char letter(unsigned bits)
{
	switch (bits) {
	case 8:
		return 'b';
	case 16:
		return 'w';
	case 32:
		return 'l';
	case 64:
		return 'q';
	default:
		return 0;
	}
}

static uint8_t *put_letter(uint8_t *p, unsigned bits)
{
	char c = letter(bits);

	if (c)
		*p++ = (uint8_t)c;
	return p;
}

/* ---- conditions: those of which there are two names */

static const char *condition(unsigned opcode)
{
	static const char names[16][3] = { "o", "no", "b", "ae", "e", "ne", "be", "a",
					   "s", "ns", "p", "np", "l", "ge", "le", "g" };

	return names[opcode & 15];
}

/* Jcc, setcc and cmovcc; NULL: it is none of them. */
static const char *conditional(const struct tl_gas *g)
{
	unsigned opcode = g->insn->opcode;

	if (g->insn->encoding != ZYDIS_INSTRUCTION_ENCODING_LEGACY)
		return NULL;
	if (g->insn->opcode_map == ZYDIS_OPCODE_MAP_DEFAULT)
		return (opcode & 0xf0) == 0x70 ? "j" : NULL;
	if (g->insn->opcode_map != ZYDIS_OPCODE_MAP_0F)
		return NULL;
	switch (opcode & 0xf0) {
	case 0x40:
		return "cmov";
	case 0x80:
		return "j";
	case 0x90:
		return "set";
	default:
		return NULL;
	}
}

static uint8_t *put_conditional(uint8_t *p, const struct tl_gas *g, const char *what)
{
	p = tl_gas_put_text(tl_gas_put_text(p, what), condition(g->insn->opcode));
	if (!g->att)
		return p;
	if (g->insn->attributes & ZYDIS_ATTRIB_HAS_BRANCH_TAKEN)
		p = PUT_LITERAL(p, ",pt");
	if (g->insn->attributes & ZYDIS_ATTRIB_HAS_BRANCH_NOT_TAKEN)
		p = PUT_LITERAL(p, ",pn");
	return p;
}

/* ---- words */

/* Where AT&T's syntax has a word of its own; NULL: none. */
static const char *att_word(const struct tl_gas *g)
{
	switch (g->insn->mnemonic) {
	case ZYDIS_MNEMONIC_CBW:
		return "cbtw";
	case ZYDIS_MNEMONIC_CWDE:
		return "cwtl";
	case ZYDIS_MNEMONIC_CDQE:
		return "cltq";
	case ZYDIS_MNEMONIC_CWD:
		return "cwtd";
	case ZYDIS_MNEMONIC_CDQ:
		return "cltd";
	case ZYDIS_MNEMONIC_CQO:
		return "cqto";
	default:
		return NULL;
	}
}

/* Where both syntaxes have another word than Zydis, and no more to it; NULL: none. */
static const char *word(const struct tl_gas *g)
{
	switch (g->insn->mnemonic) {
	case ZYDIS_MNEMONIC_IRETD:
		return g->mode == 16 ? (g->att ? "iretl" : "iretd") : "iret";
	case ZYDIS_MNEMONIC_IRET:
		return g->mode == 16 ? "iret" : "iretw";
	case ZYDIS_MNEMONIC_PUSHFQ:
		return "pushf";
	case ZYDIS_MNEMONIC_POPFQ:
		return "popf";
	case ZYDIS_MNEMONIC_PUSHFD:
		return g->mode == 16 ? (g->att ? "pushfl" : "pushfd") : "pushf";
	case ZYDIS_MNEMONIC_POPFD:
		return g->mode == 16 ? (g->att ? "popfl" : "popfd") : "popf";
	case ZYDIS_MNEMONIC_PUSHF:
		return g->mode == 16 ? "pushf" : "pushfw";
	case ZYDIS_MNEMONIC_POPF:
		return g->mode == 16 ? "popf" : "popfw";
	case ZYDIS_MNEMONIC_PUSHAD:
		return g->mode == 16 ? (g->att ? "pushal" : "pushad") : "pusha";
	case ZYDIS_MNEMONIC_POPAD:
		return g->mode == 16 ? (g->att ? "popal" : "popad") : "popa";
	case ZYDIS_MNEMONIC_PUSHA:
		return g->mode == 16 ? "pusha" : "pushaw";
	case ZYDIS_MNEMONIC_POPA:
		return g->mode == 16 ? "popa" : "popaw";
	case ZYDIS_MNEMONIC_NOP:
		return tl_gas_is_idle_xchg(g) ? "xchg" : NULL;
	default:
		return g->att ? att_word(g) : NULL;
	}
}

/* ---- sizes */

/* Whose operand in memory may have any size, so that its letter is needed without a register. */
static bool has_any_size(const struct tl_gas *g)
{
	switch (g->insn->mnemonic) {
	case ZYDIS_MNEMONIC_ADC:
	case ZYDIS_MNEMONIC_ADD:
	case ZYDIS_MNEMONIC_AND:
	case ZYDIS_MNEMONIC_BT:
	case ZYDIS_MNEMONIC_BTC:
	case ZYDIS_MNEMONIC_BTR:
	case ZYDIS_MNEMONIC_BTS:
	case ZYDIS_MNEMONIC_CMP:
	case ZYDIS_MNEMONIC_DEC:
	case ZYDIS_MNEMONIC_DIV:
	case ZYDIS_MNEMONIC_IDIV:
	case ZYDIS_MNEMONIC_IMUL:
	case ZYDIS_MNEMONIC_INC:
	case ZYDIS_MNEMONIC_MOV:
	case ZYDIS_MNEMONIC_MUL:
	case ZYDIS_MNEMONIC_NEG:
	case ZYDIS_MNEMONIC_NOP:
	case ZYDIS_MNEMONIC_NOT:
	case ZYDIS_MNEMONIC_OR:
	case ZYDIS_MNEMONIC_PTWRITE:
	case ZYDIS_MNEMONIC_RCL:
	case ZYDIS_MNEMONIC_RCR:
	case ZYDIS_MNEMONIC_ROL:
	case ZYDIS_MNEMONIC_ROR:
	case ZYDIS_MNEMONIC_SAR:
	case ZYDIS_MNEMONIC_SBB:
	case ZYDIS_MNEMONIC_SHL:
	case ZYDIS_MNEMONIC_SHR:
	case ZYDIS_MNEMONIC_SUB:
	case ZYDIS_MNEMONIC_TEST:
	case ZYDIS_MNEMONIC_XOR:
		return true;
	default:
		return false;
	}
}

/* To convert from: a general register would tell the size, the vector register does not. */
static bool converts_integer(const struct tl_gas *g)
{
	switch (g->insn->mnemonic) {
	case ZYDIS_MNEMONIC_CVTSI2SD:
	case ZYDIS_MNEMONIC_CVTSI2SS:
	case ZYDIS_MNEMONIC_VCVTSI2SD:
	case ZYDIS_MNEMONIC_VCVTSI2SS:
	case ZYDIS_MNEMONIC_VCVTSI2SH:
	case ZYDIS_MNEMONIC_VCVTUSI2SD:
	case ZYDIS_MNEMONIC_VCVTUSI2SS:
	case ZYDIS_MNEMONIC_VCVTUSI2SH:
		return true;
	default:
		return false;
	}
}

static bool writes_mask(const struct tl_gas *g)
{
	return g->ops[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
	       g->ops[0].reg.value >= ZYDIS_REGISTER_K0 && g->ops[0].reg.value <= ZYDIS_REGISTER_K7;
}

bool tl_gas_narrows(const struct tl_gas *g)
{
	if (g->insn->avx.vector_length == 512 && !writes_mask(g))
		return false;
	switch (g->insn->mnemonic) {
	case ZYDIS_MNEMONIC_VCVTPD2DQ:
	case ZYDIS_MNEMONIC_VCVTPD2PS:
	case ZYDIS_MNEMONIC_VCVTPD2UDQ:
	case ZYDIS_MNEMONIC_VCVTTPD2DQ:
	case ZYDIS_MNEMONIC_VCVTTPD2UDQ:
	case ZYDIS_MNEMONIC_VCVTQQ2PS:
	case ZYDIS_MNEMONIC_VCVTUQQ2PS:
	case ZYDIS_MNEMONIC_VCVTNEPS2BF16:
	case ZYDIS_MNEMONIC_VCVTDQ2PH:
	case ZYDIS_MNEMONIC_VCVTUDQ2PH:
	case ZYDIS_MNEMONIC_VCVTPS2PHX:
	case ZYDIS_MNEMONIC_VFPCLASSPD:
	case ZYDIS_MNEMONIC_VFPCLASSPS:
	case ZYDIS_MNEMONIC_VFPCLASSPH:
	case ZYDIS_MNEMONIC_VCVTPD2PH:
	case ZYDIS_MNEMONIC_VCVTQQ2PH:
	case ZYDIS_MNEMONIC_VCVTUQQ2PH:
		return true;
	default:
		return false;
	}
}

static uint8_t *put_vector_size(uint8_t *p, const ZydisDecodedOperand *memory)
{
	switch (memory->size) {
	case 128:
		return PUT_LITERAL(p, "x");
	case 256:
		return PUT_LITERAL(p, "y");
	case 512:
		return PUT_LITERAL(p, "z");
	default:
		return p;
	}
}

/* Is there a register as large as the operand in memory?  How far to shift says nothing of it. */
static bool register_tells(const struct tl_gas *g)
{
	for (unsigned i = 0; i < g->nops; i++)
		if (g->ops[i].type == ZYDIS_OPERAND_TYPE_REGISTER &&
		    !(g->ops[i].visibility == ZYDIS_OPERAND_VISIBILITY_IMPLICIT &&
		      g->ops[i].reg.value == ZYDIS_REGISTER_CL) &&
		    g->insn->mnemonic != ZYDIS_MNEMONIC_NOP)
			return true;
	return false;
}

/* The stack's own width needs no letter. */
static bool moves_stack(const struct tl_gas *g)
{
	switch (g->insn->mnemonic) {
	case ZYDIS_MNEMONIC_PUSH:
	case ZYDIS_MNEMONIC_POP:
	case ZYDIS_MNEMONIC_CALL:
	case ZYDIS_MNEMONIC_JMP:
	case ZYDIS_MNEMONIC_RET:
	case ZYDIS_MNEMONIC_ENTER:
	case ZYDIS_MNEMONIC_LEAVE:
		return true;
	default:
		return false;
	}
}

static uint8_t *put_stack_size(uint8_t *p, const struct tl_gas *g)
{
	unsigned width = g->insn->operand_width;

	/* A register has it, or in Intel's syntax the memory. */
	if ((!g->att && tl_gas_memory(g)) ||
	    (g->nops && g->ops[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
	     tl_gas_is_gpr(g->ops[0].reg.value)))
		return p;
	return width != g->mode && !(g->mode == 64 && width == 32) ? put_letter(p, width) : p;
}

static uint8_t *put_size(uint8_t *p, const struct tl_gas *g)
{
	const ZydisDecodedOperand *memory = tl_gas_memory(g);

	if (moves_stack(g))
		return put_stack_size(p, g);
	if (!g->att || !memory)
		return p;
	if (has_any_size(g))
		return register_tells(g) ? p : put_letter(p, memory->size);
	if (converts_integer(g) && g->mode == 64)
		return put_letter(p, memory->size);
	if (tl_gas_narrows(g) && g->insn->avx.broadcast.mode == ZYDIS_BROADCAST_MODE_INVALID)
		return put_vector_size(p, memory);
	return p;
}

/* ---- those with more to it */

static uint8_t *put_string(uint8_t *p, const struct tl_gas *g)
{
	static const char names[][5] = { "ins", "outs", "movs", "cmps", "stos", "lods", "scas" };
	unsigned opcode = g->insn->opcode, which;

	if (opcode == 0xd7)
		return PUT_LITERAL(p, "xlat");
	which = opcode <= 0x6d   ? 0
		: opcode <= 0x6f ? 1
		: opcode <= 0xa5 ? 2
		: opcode <= 0xa7 ? 3
		: opcode <= 0xab ? 4
		: opcode <= 0xad ? 5
				 : 6;
	p = tl_gas_put_text(p, names[which]);
	/* The others have a register. */
	return g->att && which <= 3 ? put_letter(p, tl_gas_memory(g)->size) : p;
}

/* movzbl and such: the sizes of both operands. */
static uint8_t *put_extension(uint8_t *p, const struct tl_gas *g, const char *what)
{
	return put_letter(put_letter(tl_gas_put_text(p, what), g->ops[1].size), g->ops[0].size);
}

static uint8_t *put_mov(uint8_t *p, const struct tl_gas *g)
{
	const ZydisDecodedInstruction *insn = g->insn;

	if (insn->raw.disp.size == 64 || (insn->raw.imm[0].size == 64))
		return PUT_LITERAL(p, "movabs");
	return put_size(PUT_LITERAL(p, "mov"), g);
}

/* The letter of a size that is not the one of the mode. */
static uint8_t *put_unusual(uint8_t *p, const struct tl_gas *g)
{
	return g->insn->operand_width != g->mode ? put_letter(p, g->insn->operand_width) : p;
}

/* Far calls, jumps and returns. */
static uint8_t *put_far(uint8_t *p, const struct tl_gas *g, const char *name)
{
	if (g->insn->mnemonic == ZYDIS_MNEMONIC_RET) {
		p = g->att ? PUT_LITERAL(p, "lret") : PUT_LITERAL(p, "retf");
		if (g->insn->operand_width != (g->mode == 16 ? 16 : 32))
			p = put_letter(p, g->insn->operand_width);
		return p;
	}
	if (g->att)
		*p++ = 'l';
	p = tl_gas_put_text(p, name);
	return g->att && g->mode != 64 ? put_unusual(p, g) : p;
}

static bool is_far(const struct tl_gas *g)
{
	return g->insn->meta.branch_type == ZYDIS_BRANCH_TYPE_FAR &&
	       (g->insn->mnemonic == ZYDIS_MNEMONIC_RET ||
		g->insn->mnemonic == ZYDIS_MNEMONIC_JMP ||
		g->insn->mnemonic == ZYDIS_MNEMONIC_CALL);
}

static uint8_t *put_crc32(uint8_t *p, const struct tl_gas *g)
{
	p = PUT_LITERAL(p, "crc32");
	return g->att && g->ops[1].type == ZYDIS_OPERAND_TYPE_MEMORY ? put_letter(p, g->ops[1].size)
								     : p;
}

static uint8_t *put_sysret(uint8_t *p, const struct tl_gas *g, const char *name)
{
	p = tl_gas_put_text(p, name);
	if (g->mode == 64)
		*p++ = g->insn->operand_width == 64 ? 'q' : g->att ? 'l' : 'd';
	return p;
}

/* Instructions that had the longer encoding first: without a word the assembler would take it. */
static bool is_vex_of_evex(const struct tl_gas *g)
{
	if (g->insn->encoding != ZYDIS_INSTRUCTION_ENCODING_VEX)
		return false;
	switch (g->insn->mnemonic) {
	case ZYDIS_MNEMONIC_VPDPBUSD:
	case ZYDIS_MNEMONIC_VPDPBUSDS:
	case ZYDIS_MNEMONIC_VPDPWSSD:
	case ZYDIS_MNEMONIC_VPDPWSSDS:
		return true;
	default:
		return false;
	}
}

/* The CPU's tables: in 64 bits there is one form of them. */
static uint8_t *put_table_size(uint8_t *p, const struct tl_gas *g)
{
	if (g->mode != 64)
		*p++ = g->insn->operand_width == 16 ? 'w' : g->att ? 'l' : 'd';
	return p;
}

uint8_t *tl_gas_put_name(uint8_t *p, struct tl_gas *g)
{
	const char *name = ZydisMnemonicGetString(g->insn->mnemonic);
	const char *other = conditional(g);
	uint8_t *end;

	if (!name)
		return p;
	if (other)
		return put_conditional(p, g, other);
	other = word(g);
	if (other)
		return tl_gas_put_text(p, other);
	if (g->is_string)
		return put_string(p, g);
	if (tl_gas_is_x87(g))
		return tl_gas_put_x87(p, g, name);
	if (is_far(g))
		return put_far(p, g, name);
	if (is_vex_of_evex(g))
		p = PUT_LITERAL(p, "{vex} ");
	end = tl_gas_put_with_predicate(p, g, name);
	if (end)
		return end;
	switch (g->insn->mnemonic) {
	case ZYDIS_MNEMONIC_MOVSX:
		return g->att ? put_extension(p, g, "movs") : tl_gas_put_text(p, name);
	case ZYDIS_MNEMONIC_MOVSXD:
		if (!g->att || g->ops[0].size != 64) /* without REX.W it extends nothing */
			return tl_gas_put_text(p, name);
		return put_extension(p, g, "movs");
	case ZYDIS_MNEMONIC_MOVZX:
		return g->att ? put_extension(p, g, "movz") : tl_gas_put_text(p, name);
	case ZYDIS_MNEMONIC_MOV:
		return put_mov(p, g);
	case ZYDIS_MNEMONIC_LGDT:
	case ZYDIS_MNEMONIC_LIDT:
	case ZYDIS_MNEMONIC_SGDT:
	case ZYDIS_MNEMONIC_SIDT:
		return put_table_size(tl_gas_put_text(p, name), g);
	case ZYDIS_MNEMONIC_CRC32:
		return put_crc32(p, g);
	case ZYDIS_MNEMONIC_SYSRET:
	case ZYDIS_MNEMONIC_SYSEXIT:
		return put_sysret(p, g, name);
	default:
		return put_size(tl_gas_put_text(p, name), g);
	}
}
