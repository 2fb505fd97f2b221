/* gasoperands.c: operands: registers, numbers, addresses, and what AVX-512 adds to them. */
#include "decoders/pt/gas.h"

#include "decoders/pt/print.h"

#define MOST_SHOWN (ZYDIS_MAX_OPERAND_COUNT + 1)

/* In the row of what is shown: the rounding mode, which is no operand to Zydis. */
#define ROUNDING 255

static uint8_t *put_number(uint8_t *p, uint64_t n)
{
	return put_hex(PUT_LITERAL(p, "0x"), n);
}

static uint8_t *put_signed(uint8_t *p, int64_t n)
{
	if (n < 0)
		*p++ = '-';
	return put_number(p, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

static uint64_t cut(uint64_t n, unsigned bits)
{
	return bits < 64 ? n & ((UINT64_C(1) << bits) - 1) : n;
}

static uint8_t *put_register(uint8_t *p, const struct tl_gas *g, ZydisRegister reg)
{
	const char *name = ZydisRegisterGetString(reg);

	if (!name)
		return p;
	if (g->att)
		*p++ = '%';
	if (g->att && reg >= ZYDIS_REGISTER_DR0 && reg <= ZYDIS_REGISTER_DR15)
		return tl_gas_put_text(PUT_LITERAL(p, "db"), name + 2);
	return tl_gas_put_text(p, name);
}

/* %st is the top of the x87 stack, %st(0) an operand that happens to be. */
static uint8_t *put_stack_register(uint8_t *p, const struct tl_gas *g,
				   const ZydisDecodedOperand *op)
{
	p = g->att ? PUT_LITERAL(p, "%st") : PUT_LITERAL(p, "st");
	if (op->visibility == ZYDIS_OPERAND_VISIBILITY_IMPLICIT)
		return p;
	*p++ = '(';
	*p++ = (uint8_t)('0' + op->reg.value - ZYDIS_REGISTER_ST0);
	*p++ = ')';
	return p;
}

static bool is_stack_register(const ZydisDecodedOperand *op)
{
	return op->type == ZYDIS_OPERAND_TYPE_REGISTER && op->reg.value >= ZYDIS_REGISTER_ST0 &&
	       op->reg.value <= ZYDIS_REGISTER_ST7;
}

/* ---- memory */

static bool is_overridden(const struct tl_gas *g, ZydisRegister segment)
{
	const ZydisInstructionAttributes attributes = g->insn->attributes;

	switch (segment) {
	case ZYDIS_REGISTER_FS:
		return attributes & ZYDIS_ATTRIB_HAS_SEGMENT_FS;
	case ZYDIS_REGISTER_GS:
		return attributes & ZYDIS_ATTRIB_HAS_SEGMENT_GS;
	default:
		return g->mode != 64 && (attributes & ZYDIS_ATTRIB_HAS_SEGMENT);
	}
}

/* In Intel's syntax a number alone would not be an address. */
static uint8_t *put_segment(uint8_t *p, const struct tl_gas *g, const ZydisDecodedOperand *op,
			    bool number_alone)
{
	if (op->mem.type == ZYDIS_MEMOP_TYPE_AGEN ||
	    (!g->is_string && !is_overridden(g, op->mem.segment))) {
		if (number_alone && !g->att)
			p = PUT_LITERAL(p, "ds:");
		return p;
	}
	p = put_register(p, g, op->mem.segment);
	*p++ = ':';
	return p;
}

/* 128 bits that are no vector. */
static bool is_octoword(const struct tl_gas *g)
{
	return g->insn->mnemonic == ZYDIS_MNEMONIC_CMPXCHG16B ||
	       g->insn->mnemonic == ZYDIS_MNEMONIC_INVEPT ||
	       g->insn->mnemonic == ZYDIS_MNEMONIC_INVVPID;
}

static uint8_t *put_size(uint8_t *p, const struct tl_gas *g, const ZydisDecodedOperand *op)
{
	bool broadcast = g->insn->avx.broadcast.mode != ZYDIS_BROADCAST_MODE_INVALID &&
			 !g->insn->avx.broadcast.is_static;
	const char *name = NULL;

	switch (op->size) {
	case 8:
		name = "BYTE";
		break;
	case 16:
		name = "WORD";
		break;
	case 32:
		name = "DWORD";
		break;
	case 48:
		name = "FWORD";
		break;
	case 64:
		name = "QWORD";
		break;
	case 80:
		name = op->element_type == ZYDIS_ELEMENT_TYPE_FLOAT80 ||
			       op->element_type == ZYDIS_ELEMENT_TYPE_LONGBCD
			   ? "TBYTE"
			   : "FWORD";
		break;
	case 128:
		name = is_octoword(g) ? "OWORD" : "XMMWORD";
		break;
	case 256:
		name = "YMMWORD";
		break;
	case 512:
		/* A whole line of the cache is told by a byte in it. */
		name = g->insn->encoding == ZYDIS_INSTRUCTION_ENCODING_LEGACY ? "BYTE" : "ZMMWORD";
		break;
	}
	return name ? tl_gas_put_text(tl_gas_put_text(p, name), broadcast ? " BCST " : " PTR ") : p;
}

/* Memory that has a size to Zydis, and none in assembler. */
static bool is_sizeless(const struct tl_gas *g, const ZydisDecodedOperand *op)
{
	switch (g->insn->mnemonic) {
	case ZYDIS_MNEMONIC_LGDT:
	case ZYDIS_MNEMONIC_LIDT:
	case ZYDIS_MNEMONIC_SGDT:
	case ZYDIS_MNEMONIC_SIDT:
	case ZYDIS_MNEMONIC_INVPCID:
	case ZYDIS_MNEMONIC_LDDQU:
	case ZYDIS_MNEMONIC_VLDDQU:
	case ZYDIS_MNEMONIC_WRSSD:
	case ZYDIS_MNEMONIC_WRSSQ:
	case ZYDIS_MNEMONIC_WRUSSD:
	case ZYDIS_MNEMONIC_WRUSSQ:
	case ZYDIS_MNEMONIC_MOVDIR64B:
	case ZYDIS_MNEMONIC_ENQCMD:
	case ZYDIS_MNEMONIC_ENQCMDS:
	case ZYDIS_MNEMONIC_LDTILECFG:
	case ZYDIS_MNEMONIC_STTILECFG:
		return true;
	case ZYDIS_MNEMONIC_MOV:
		return g->insn->opcode >= 0xa0 && g->insn->opcode <= 0xa3;
	default:
		return op->mem.type == ZYDIS_MEMOP_TYPE_AGEN;
	}
}

/*
 * A SIB byte without an index says no more than one without SIB would, but where the base is the
 * stack pointer: shown by a register that does not exist.
 */
static const char *no_index(const struct tl_gas *g, const ZydisDecodedOperand *op)
{
	const ZydisDecodedInstruction *insn = g->insn;

	if (!(insn->attributes & ZYDIS_ATTRIB_HAS_SIB) || op->mem.index != ZYDIS_REGISTER_NONE)
		return NULL;
	if (op->mem.base == ZYDIS_REGISTER_NONE
		? g->mode == 64 && insn->address_width == 64 && insn->raw.sib.scale == 0
		: insn->raw.sib.base == 4 && insn->raw.sib.scale == 0)
		return NULL;
	return g->mode == 64 && insn->address_width == 64 ? "riz" : "eiz";
}

/* Base and index, between the brackets. */
static uint8_t *put_registers(uint8_t *p, const struct tl_gas *g, const ZydisDecodedOperand *op)
{
	const char *none = no_index(g, op);

	if (op->mem.base != ZYDIS_REGISTER_NONE)
		p = put_register(p, g, op->mem.base);
	if (op->mem.index == ZYDIS_REGISTER_NONE && !none)
		return p;
	if (g->att)
		*p++ = ',';
	else if (op->mem.base != ZYDIS_REGISTER_NONE)
		*p++ = '+';
	if (!none)
		p = put_register(p, g, op->mem.index);
	else
		p = tl_gas_put_text(g->att ? PUT_LITERAL(p, "%") : p, none);
	if (g->insn->address_width == 16)
		return p;
	*p++ = g->att ? ',' : '*';
	*p++ = (uint8_t)('0' + (none ? 1 << g->insn->raw.sib.scale : op->mem.scale));
	return p;
}

static bool has_registers(const struct tl_gas *g, const ZydisDecodedOperand *op)
{
	return op->mem.base != ZYDIS_REGISTER_NONE || op->mem.index != ZYDIS_REGISTER_NONE ||
	       no_index(g, op);
}

static uint8_t *put_broadcast(uint8_t *p, const struct tl_gas *g)
{
	static const uint8_t times[] = {
		[ZYDIS_BROADCAST_MODE_1_TO_2] = 2,   [ZYDIS_BROADCAST_MODE_1_TO_4] = 4,
		[ZYDIS_BROADCAST_MODE_1_TO_8] = 8,   [ZYDIS_BROADCAST_MODE_1_TO_16] = 16,
		[ZYDIS_BROADCAST_MODE_1_TO_32] = 32,
	};
	ZydisBroadcastMode mode = g->insn->avx.broadcast.mode;

	if (g->insn->avx.broadcast.is_static || mode >= sizeof(times) || !times[mode])
		return p;
	p = put_dec(PUT_LITERAL(p, "{1to"), times[mode], 0);
	*p++ = '}';
	return p;
}

static void note_address(struct tl_gas *g, const ZydisDecodedOperand *op)
{
	if (op->mem.base == ZYDIS_REGISTER_RIP || op->mem.base == ZYDIS_REGISTER_EIP) {
		g->refers = cut(g->ip + g->insn->length + (uint64_t)op->mem.disp.value,
				g->insn->address_width);
		g->comment = true;
	}
}

static uint8_t *put_att_memory(uint8_t *p, struct tl_gas *g, const ZydisDecodedOperand *op)
{
	bool registers = has_registers(g, op);

	p = put_segment(p, g, op, !registers);
	if (!registers)
		return put_number(p, cut((uint64_t)op->mem.disp.value, g->insn->address_width));
	if (op->mem.disp.has_displacement)
		p = put_signed(p, op->mem.disp.value);
	*p++ = '(';
	p = put_registers(p, g, op);
	*p++ = ')';
	return put_broadcast(p, g);
}

static uint8_t *put_intel_memory(uint8_t *p, struct tl_gas *g, const ZydisDecodedOperand *op)
{
	bool registers = has_registers(g, op);

	if (!is_sizeless(g, op))
		p = put_size(p, g, op);
	p = put_segment(p, g, op, !registers);
	if (!registers)
		return put_number(p, cut((uint64_t)op->mem.disp.value, g->insn->address_width));
	*p++ = '[';
	p = put_registers(p, g, op);
	if (op->mem.disp.has_displacement) {
		bool ip = op->mem.base == ZYDIS_REGISTER_RIP || op->mem.base == ZYDIS_REGISTER_EIP;

		if (op->mem.disp.value >= 0 || ip)
			*p++ = '+';
		p = ip ? put_number(p, (uint64_t)op->mem.disp.value)
		       : put_signed(p, op->mem.disp.value);
	}
	*p++ = ']';
	return tl_gas_narrows(g) ? put_broadcast(p, g) : p;
}

/* The register of 32 bits that has one of 16 in it. */
static ZydisRegister widened(ZydisRegister reg)
{
	return reg >= ZYDIS_REGISTER_AX && reg <= ZYDIS_REGISTER_R15W
		   ? reg - ZYDIS_REGISTER_AX + ZYDIS_REGISTER_EAX
		   : reg;
}

/* ---- the others */

static uint8_t *put_immediate(uint8_t *p, struct tl_gas *g, const ZydisDecodedOperand *op)
{
	ZyanU64 to;

	if (op->imm.is_relative) {
		if (ZYAN_FAILED(ZydisCalcAbsoluteAddress(g->insn, op, g->ip, &to)))
			to = 0;
		to = cut(to, g->mode == 64 ? 64 : 32);
		g->refers = to;
		return put_number(p, to);
	}
	if (op->visibility == ZYDIS_OPERAND_VISIBILITY_IMPLICIT)
		return PUT_LITERAL(p, "1");
	if (g->att)
		*p++ = '$';
	return put_number(p, op->imm.is_signed ? cut(op->imm.value.u, g->insn->operand_width)
					       : op->imm.value.u);
}

static uint8_t *put_pointer(uint8_t *p, const struct tl_gas *g, const ZydisDecodedOperand *op)
{
	p = put_number(g->att ? PUT_LITERAL(p, "$") : p, op->ptr.segment);
	p = g->att ? PUT_LITERAL(p, ", $") : PUT_LITERAL(p, ":");
	return put_number(p, op->ptr.offset);
}

static uint8_t *put_rounding(uint8_t *p, const struct tl_gas *g)
{
	switch (g->insn->avx.rounding.mode) {
	case ZYDIS_ROUNDING_MODE_RN:
		return PUT_LITERAL(p, "{rn-sae}");
	case ZYDIS_ROUNDING_MODE_RD:
		return PUT_LITERAL(p, "{rd-sae}");
	case ZYDIS_ROUNDING_MODE_RU:
		return PUT_LITERAL(p, "{ru-sae}");
	case ZYDIS_ROUNDING_MODE_RZ:
		return PUT_LITERAL(p, "{rz-sae}");
	default:
		return PUT_LITERAL(p, "{sae}");
	}
}

static uint8_t *put_mask(uint8_t *p, const struct tl_gas *g)
{
	ZydisRegister reg = g->insn->avx.mask.reg;

	if (reg >= ZYDIS_REGISTER_K1 && reg <= ZYDIS_REGISTER_K7) {
		*p++ = '{';
		p = put_register(p, g, reg);
		*p++ = '}';
	}
	if (g->insn->encoding == ZYDIS_INSTRUCTION_ENCODING_EVEX && g->insn->raw.evex.z)
		p = PUT_LITERAL(p, "{z}");
	return p;
}

static bool is_branch(const struct tl_gas *g)
{
	return g->insn->meta.branch_type != ZYDIS_BRANCH_TYPE_NONE;
}

/* The port of in and out; AT&T's syntax has it as an address. */
static bool is_port(const struct tl_gas *g, const ZydisDecodedOperand *op)
{
	return g->att && op->reg.value == ZYDIS_REGISTER_DX &&
	       g->insn->opcode_map == ZYDIS_OPCODE_MAP_DEFAULT &&
	       ((g->insn->opcode >= 0xec && g->insn->opcode <= 0xef) ||
		(g->insn->opcode >= 0x6c && g->insn->opcode <= 0x6f));
}

/* mov to a segment register, which has its 16 bits from a register of 32. */
static bool loads_segment(const struct tl_gas *g)
{
	return g->insn->mnemonic == ZYDIS_MNEMONIC_MOV && g->insn->opcode == 0x8e &&
	       g->insn->opcode_map == ZYDIS_OPCODE_MAP_DEFAULT;
}

static uint8_t *put_operand(uint8_t *p, struct tl_gas *g, const ZydisDecodedOperand *op)
{
	if (g->att && is_branch(g) &&
	    (op->type == ZYDIS_OPERAND_TYPE_REGISTER || op->type == ZYDIS_OPERAND_TYPE_MEMORY))
		*p++ = '*';
	switch (op->type) {
	case ZYDIS_OPERAND_TYPE_REGISTER:
		if (is_port(g, op))
			return PUT_LITERAL(p, "(%dx)");
		if (is_stack_register(op))
			return put_stack_register(p, g, op);
		return put_register(p, g,
				    loads_segment(g) ? widened(op->reg.value) : op->reg.value);
	case ZYDIS_OPERAND_TYPE_MEMORY:
		note_address(g, op);
		return g->att ? put_att_memory(p, g, op) : put_intel_memory(p, g, op);
	case ZYDIS_OPERAND_TYPE_POINTER:
		return put_pointer(p, g, op);
	case ZYDIS_OPERAND_TYPE_IMMEDIATE:
		return put_immediate(p, g, op);
	default:
		return p;
	}
}

/* ---- which, and in what order */

/* The top of the x87 stack is not shown where nothing else can be meant. */
static bool is_top_implied(const struct tl_gas *g)
{
	switch (g->insn->mnemonic) {
	case ZYDIS_MNEMONIC_FADD:
	case ZYDIS_MNEMONIC_FADDP:
	case ZYDIS_MNEMONIC_FMUL:
	case ZYDIS_MNEMONIC_FMULP:
	case ZYDIS_MNEMONIC_FSUB:
	case ZYDIS_MNEMONIC_FSUBP:
	case ZYDIS_MNEMONIC_FSUBR:
	case ZYDIS_MNEMONIC_FSUBRP:
	case ZYDIS_MNEMONIC_FDIV:
	case ZYDIS_MNEMONIC_FDIVP:
	case ZYDIS_MNEMONIC_FDIVR:
	case ZYDIS_MNEMONIC_FDIVRP:
	case ZYDIS_MNEMONIC_FCOMI:
	case ZYDIS_MNEMONIC_FCOMIP:
	case ZYDIS_MNEMONIC_FUCOMI:
	case ZYDIS_MNEMONIC_FUCOMIP:
	case ZYDIS_MNEMONIC_FCMOVB:
	case ZYDIS_MNEMONIC_FCMOVBE:
	case ZYDIS_MNEMONIC_FCMOVE:
	case ZYDIS_MNEMONIC_FCMOVNB:
	case ZYDIS_MNEMONIC_FCMOVNBE:
	case ZYDIS_MNEMONIC_FCMOVNE:
	case ZYDIS_MNEMONIC_FCMOVNU:
	case ZYDIS_MNEMONIC_FCMOVU:
		return tl_gas_memory(g);
	default:
		return true;
	}
}

static bool is_shown(const struct tl_gas *g, const ZydisDecodedOperand *op)
{
	if (op->encoding == ZYDIS_OPERAND_ENCODING_MASK)
		return false;
	if (op->visibility != ZYDIS_OPERAND_VISIBILITY_IMPLICIT)
		return true;
	if (op->type == ZYDIS_OPERAND_TYPE_IMMEDIATE) /* to shift by one */
		return !g->att;
	if (is_stack_register(op))
		return !is_top_implied(g);
	return true;
}

/* Which operands, as numbers, in Intel's order. */
static unsigned row_of(const struct tl_gas *g, uint8_t row[MOST_SHOWN])
{
	unsigned n = 0;

	for (unsigned i = 0; i < g->nops; i++)
		if (is_shown(g, &g->ops[i]))
			row[n++] = (uint8_t)i;
	return n;
}

/* Where the rounding mode goes: before the constant, and before a general register it converts. */
static unsigned add_rounding(const struct tl_gas *g, uint8_t row[MOST_SHOWN], unsigned n)
{
	unsigned at = n;

	if (!g->insn->avx.has_sae && g->insn->avx.rounding.mode == ZYDIS_ROUNDING_MODE_INVALID)
		return n;
	if (n > 0 && g->ops[row[n - 1]].type == ZYDIS_OPERAND_TYPE_IMMEDIATE)
		at--;
	if (g->att && at > 1 && g->ops[row[at - 1]].type == ZYDIS_OPERAND_TYPE_REGISTER &&
	    tl_gas_is_gpr(g->ops[row[at - 1]].reg.value))
		at--;
	memmove(row + at + 1, row + at, n - at);
	row[at] = ROUNDING;
	return n + 1;
}

/* Two that have the order of Intel's manuals in AT&T's syntax as well. */
static bool keeps_order(const struct tl_gas *g)
{
	return !g->att || g->insn->mnemonic == ZYDIS_MNEMONIC_ENTER ||
	       g->insn->mnemonic == ZYDIS_MNEMONIC_BOUND;
}

/* Those that wait for a write to memory, whose registers only AT&T's syntax shows, in Intel's order. */
static bool waits(const struct tl_gas *g)
{
	switch (g->insn->mnemonic) {
	case ZYDIS_MNEMONIC_MONITOR:
	case ZYDIS_MNEMONIC_MONITORX:
	case ZYDIS_MNEMONIC_MWAIT:
	case ZYDIS_MNEMONIC_MWAITX:
		return true;
	default:
		return false;
	}
}

static uint8_t *put_waiting_operands(uint8_t *p, const struct tl_gas *g)
{
	if (g->insn->mnemonic == ZYDIS_MNEMONIC_MWAIT)
		return PUT_LITERAL(p, " %eax, %ecx");
	if (g->insn->mnemonic == ZYDIS_MNEMONIC_MWAITX)
		return PUT_LITERAL(p, " %eax, %ecx, %ebx");
	p = g->insn->address_width == 64   ? PUT_LITERAL(p, " %rax")
	    : g->insn->address_width == 32 ? PUT_LITERAL(p, " %eax")
					   : PUT_LITERAL(p, " %ax");
	return PUT_LITERAL(p, ", %ecx, %edx");
}

static uint8_t *put_idle_operands(uint8_t *p, const struct tl_gas *g)
{
	ZydisRegister reg = g->insn->operand_width == 64   ? ZYDIS_REGISTER_RAX
			    : g->insn->operand_width == 32 ? ZYDIS_REGISTER_EAX
							   : ZYDIS_REGISTER_AX;

	*p++ = ' ';
	p = put_register(p, g, reg);
	return put_register(PUT_LITERAL(p, ", "), g, reg);
}

uint8_t *tl_gas_put_operands(uint8_t *p, struct tl_gas *g)
{
	uint8_t row[MOST_SHOWN];
	unsigned n;

	if (tl_gas_is_idle_xchg(g))
		return put_idle_operands(p, g);
	if (g->att && waits(g))
		return put_waiting_operands(p, g);
	n = add_rounding(g, row, row_of(g, row));

	for (unsigned i = 0; i < n; i++) {
		unsigned which = row[keeps_order(g) ? i : n - 1 - i];

		if (i == 0)
			*p++ = ' ';
		else if (g->att || which != ROUNDING)
			p = PUT_LITERAL(p, ", ");
		p = which == ROUNDING ? put_rounding(p, g) : put_operand(p, g, &g->ops[which]);
		if (which == 0)
			p = put_mask(p, g);
	}
	return p;
}
