/*
 * gasprefixes.c: the prefixes of an instruction that are shown as words before its name: those that
 * it needs for what it does (lock, rep), and those that have no effect on it.
 */
#include "decoders/pt/gas.h"

#include "decoders/pt/print.h"

static uint8_t *put_word(uint8_t *p, const char *word)
{
	p = tl_gas_put_text(p, word);
	*p++ = ' ';
	return p;
}

static bool is_near_branch(const struct tl_gas *g)
{
	return g->insn->meta.branch_type == ZYDIS_BRANCH_TYPE_NEAR ||
	       g->insn->meta.branch_type == ZYDIS_BRANCH_TYPE_SHORT;
}

/* loop and jrcxz. */
static bool counts_in_cx(const struct tl_gas *g)
{
	return g->insn->opcode_map == ZYDIS_OPCODE_MAP_DEFAULT && g->insn->opcode >= 0xe0 &&
	       g->insn->opcode <= 0xe3;
}

/* Both compare and stop at what they found. */
static bool compares(const struct tl_gas *g)
{
	return g->is_string &&
	       ((g->insn->opcode & 0xfe) == 0xa6 || (g->insn->opcode & 0xfe) == 0xae);
}

static const char *repeat(const struct tl_gas *g, uint8_t value, ZydisPrefixType type)
{
	const ZydisInstructionAttributes attributes = g->insn->attributes;

	if (g->is_string && g->insn->opcode != 0xd7)
		return value == 0xf2 ? "repnz" : compares(g) ? "repz" : "rep";
	if (type == ZYDIS_PREFIX_TYPE_MANDATORY)
		return NULL;
	if (value == 0xf2 && is_near_branch(g) && !counts_in_cx(g))
		return "bnd";
	if (type == ZYDIS_PREFIX_TYPE_EFFECTIVE) {
		if (attributes & ZYDIS_ATTRIB_HAS_XACQUIRE)
			return "xacquire";
		if (attributes & ZYDIS_ATTRIB_HAS_XRELEASE)
			return "xrelease";
	}
	return value == 0xf2 ? "repnz" : "repz";
}

static const char *segment(const struct tl_gas *g, uint8_t value, ZydisPrefixType type)
{
	if (value == 0x3e && (g->insn->attributes & ZYDIS_ATTRIB_HAS_NOTRACK))
		return "notrack";
	if (g->att && g->insn->attributes &
			  (ZYDIS_ATTRIB_HAS_BRANCH_NOT_TAKEN | ZYDIS_ATTRIB_HAS_BRANCH_TAKEN))
		return NULL; /* the name tells */
	if (type == ZYDIS_PREFIX_TYPE_EFFECTIVE && tl_gas_memory(g) &&
	    tl_gas_memory(g)->mem.type != ZYDIS_MEMOP_TYPE_AGEN &&
	    (g->mode != 64 || value == 0x64 || value == 0x65))
		return NULL; /* the operand does */
	switch (value) {
	case 0x26:
		return "es";
	case 0x2e:
		return "cs";
	case 0x36:
		return "ss";
	case 0x3e:
		return "ds";
	case 0x64:
		return "fs";
	default:
		return "gs";
	}
}

/* Another size of the operands; only the last such prefix can have that effect. */
static const char *operand_size(const struct tl_gas *g, unsigned i, ZydisPrefixType type)
{
	const ZydisDecodedInstruction *insn = g->insn;
	const char *name = g->mode == 16 ? "data32" : "data16";

	for (unsigned k = i + 1; k < insn->raw.prefix_count; k++)
		if (insn->raw.prefixes[k].value == 0x66)
			return name;
	if (type == ZYDIS_PREFIX_TYPE_MANDATORY)
		return NULL;
	if (type == ZYDIS_PREFIX_TYPE_IGNORED || insn->operand_width == 8)
		return name;
	if (g->mode == 64 && (is_near_branch(g) || insn->operand_width == 64))
		return name;
	return insn->operand_width == (g->mode == 16 ? 32 : 16) ? NULL : name;
}

static const char *address_size(const struct tl_gas *g)
{
	if (tl_gas_memory(g) || counts_in_cx(g))
		return NULL;
	return g->mode == 32 ? "addr16" : "addr32";
}

/* Bits of a REX prefix that mean something for this instruction. */
static unsigned rex_used(const struct tl_gas *g)
{
	const ZydisDecodedInstruction *insn = g->insn;
	unsigned used = 0;

	if (insn->operand_width == 64 && !is_near_branch(g) &&
	    insn->mnemonic != ZYDIS_MNEMONIC_PUSH && insn->mnemonic != ZYDIS_MNEMONIC_POP)
		used |= 8;
	for (unsigned i = 0; i < g->nops; i++) {
		switch (g->ops[i].encoding) {
		case ZYDIS_OPERAND_ENCODING_MODRM_REG:
			used |= 4;
			break;
		case ZYDIS_OPERAND_ENCODING_MODRM_RM:
			used |= insn->raw.modrm.mod != 3 && insn->raw.modrm.rm == 4 ? 3 : 1;
			break;
		case ZYDIS_OPERAND_ENCODING_OPCODE:
			used |= 1;
			break;
		default:
			break;
		}
	}
	return used;
}

/* One of those that any REX prefix gives instead of ah, ch, dh, bh. */
static bool has_low_byte(const struct tl_gas *g)
{
	for (unsigned i = 0; i < g->nops; i++)
		if (g->ops[i].type == ZYDIS_OPERAND_TYPE_REGISTER &&
		    g->ops[i].reg.value >= ZYDIS_REGISTER_SPL &&
		    g->ops[i].reg.value <= ZYDIS_REGISTER_DIL)
			return true;
	return false;
}

static const char *rex(const struct tl_gas *g, uint8_t value, ZydisPrefixType type)
{
	static const char names[16][9] = { "rex",    "rex.B",   "rex.X",   "rex.XB",
					   "rex.R",  "rex.RB",  "rex.RX",  "rex.RXB",
					   "rex.W",  "rex.WB",  "rex.WX",  "rex.WXB",
					   "rex.WR", "rex.WRB", "rex.WRX", "rex.WRXB" };
	unsigned bits = value & 15;

	if (type != ZYDIS_PREFIX_TYPE_IGNORED && (bits ? !(bits & ~rex_used(g)) : has_low_byte(g)))
		return NULL;
	return names[bits];
}

/* How a prefix is shown; NULL: not as a word of its own. */
static const char *word_for(const struct tl_gas *g, unsigned i)
{
	uint8_t value = g->insn->raw.prefixes[i].value;
	ZydisPrefixType type = g->insn->raw.prefixes[i].type;

	switch (value) {
	case 0xf0:
		return "lock";
	case 0xf2:
	case 0xf3:
		return repeat(g, value, type);
	case 0x66:
		return operand_size(g, i, type);
	case 0x67:
		return address_size(g);
	default:
		return (value & 0xf0) == 0x40 ? rex(g, value, type) : segment(g, value, type);
	}
}

uint8_t *tl_gas_put_prefixes(uint8_t *p, const struct tl_gas *g)
{
	for (unsigned i = 0; i < g->insn->raw.prefix_count; i++) {
		const char *word = word_for(g, i);

		if (word)
			p = put_word(p, word);
	}
	return p;
}
