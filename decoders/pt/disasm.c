/* disasm.c: see disasm.h. */
#include "decoders/pt/disasm.h"

#include "decoders/pt/gas.h"
#include "decoders/pt/print.h"

static bool decode(unsigned mode, const uint8_t *code, size_t len, ZydisDecodedInstruction *insn,
		   ZydisDecodedOperand *operands)
{
	ZydisMachineMode machine = mode == 64   ? ZYDIS_MACHINE_MODE_LONG_64
				   : mode == 32 ? ZYDIS_MACHINE_MODE_LONG_COMPAT_32
						: ZYDIS_MACHINE_MODE_LONG_COMPAT_16;
	ZydisStackWidth width = mode == 64   ? ZYDIS_STACK_WIDTH_64
				: mode == 32 ? ZYDIS_STACK_WIDTH_32
					     : ZYDIS_STACK_WIDTH_16;
	ZydisDecoder decoder;

	return ZYAN_SUCCESS(ZydisDecoderInit(&decoder, machine, width)) &&
	       ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, code, len, insn, operands));
}

/* Those that go through memory by registers of their own. */
static bool is_string(const ZydisDecodedInstruction *insn)
{
	if (insn->encoding != ZYDIS_INSTRUCTION_ENCODING_LEGACY ||
	    insn->opcode_map != ZYDIS_OPCODE_MAP_DEFAULT)
		return false;
	return (insn->opcode >= 0x6c && insn->opcode <= 0x6f) ||
	       (insn->opcode >= 0xa4 && insn->opcode <= 0xa7) ||
	       (insn->opcode >= 0xaa && insn->opcode <= 0xaf) || insn->opcode == 0xd7;
}

/* Zydis hides operands that assemblers show, and the other way round. */
static unsigned how_many(const ZydisDecodedInstruction *insn, bool string)
{
	unsigned visible = insn->operand_count_visible;

	if (string)
		return insn->opcode == 0xd7 ? 1 : 2;
	switch (insn->mnemonic) {
	case ZYDIS_MNEMONIC_CLZERO:
	case ZYDIS_MNEMONIC_INVLPGA:
	case ZYDIS_MNEMONIC_SKINIT:
	case ZYDIS_MNEMONIC_VMLOAD:
	case ZYDIS_MNEMONIC_VMRUN:
	case ZYDIS_MNEMONIC_VMSAVE:
		return 0;
	case ZYDIS_MNEMONIC_NOP:
		return visible > 1 ? 1 : visible;
	case ZYDIS_MNEMONIC_BLENDVPD:
	case ZYDIS_MNEMONIC_BLENDVPS:
	case ZYDIS_MNEMONIC_PBLENDVB:
	case ZYDIS_MNEMONIC_SHA256RNDS2:
		return visible + 1;
	default:
		return visible;
	}
}

uint8_t *tl_pt_put_insn(uint8_t *p, enum tl_pt_syntax syntax, unsigned mode, const uint8_t *code,
			size_t len, uint64_t ip, struct tl_pt_insn *out)
{
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction insn;
	struct tl_gas g;

	*out = (struct tl_pt_insn){ 0, 0 };
	if (!decode(mode, code, len, &insn, operands))
		return PUT_LITERAL(p, "(bad)");
	g = (struct tl_gas){ .insn = &insn,
			     .ops = operands,
			     .mode = mode,
			     .att = syntax == TL_PT_SYNTAX_ATT,
			     .is_string = is_string(&insn),
			     .ip = ip };
	g.nops = how_many(&insn, g.is_string);
	p = tl_gas_put_prefixes(p, &g);
	p = tl_gas_put_name(p, &g);
	p = tl_gas_put_operands(p, &g);
	if (g.comment)
		p = put_hex(PUT_LITERAL(p, "  # 0x"), g.refers);
	out->len = insn.length;
	out->target = g.refers;
	return p;
}
