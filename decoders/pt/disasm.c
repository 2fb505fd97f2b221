/* disasm.c: see disasm.h.  64-bit code only: a recording does not say what mode ran. */
#include "decoders/pt/disasm.h"

#include "decoders/pt/print.h"

#include <Zydis/Zydis.h>
#include <string.h>

static void set_up(ZydisDecoder *decoder, ZydisFormatter *formatter)
{
	ZydisDecoderInit(decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	ZydisFormatterInit(formatter, ZYDIS_FORMATTER_STYLE_ATT);
	ZydisFormatterSetProperty(formatter, ZYDIS_FORMATTER_PROP_ADDR_PADDING_ABSOLUTE,
				  ZYDIS_PADDING_DISABLED);
	ZydisFormatterSetProperty(formatter, ZYDIS_FORMATTER_PROP_ADDR_PADDING_RELATIVE,
				  ZYDIS_PADDING_DISABLED);
	ZydisFormatterSetProperty(formatter, ZYDIS_FORMATTER_PROP_DISP_PADDING,
				  ZYDIS_PADDING_DISABLED);
	ZydisFormatterSetProperty(formatter, ZYDIS_FORMATTER_PROP_IMM_PADDING,
				  ZYDIS_PADDING_DISABLED);
	ZydisFormatterSetProperty(formatter, ZYDIS_FORMATTER_PROP_HEX_UPPERCASE, ZYAN_FALSE);
}

static uint64_t direct_target(const ZydisDecodedInstruction *insn,
			      const ZydisDecodedOperand *operands, uint64_t ip)
{
	ZyanU64 to;

	if (insn->operand_count_visible != 1 || operands[0].type != ZYDIS_OPERAND_TYPE_IMMEDIATE ||
	    !operands[0].imm.is_relative ||
	    ZYAN_FAILED(ZydisCalcAbsoluteAddress(insn, &operands[0], ip, &to)))
		return 0;
	return to;
}

uint8_t *tl_pt_put_insn(uint8_t *p, const uint8_t *code, size_t len, uint64_t ip, uint64_t *target)
{
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction insn;
	ZydisFormatter formatter;
	ZydisDecoder decoder;
	char text[TL_PT_DISASM_LONGEST];

	*target = 0;
	set_up(&decoder, &formatter);
	if (ZYAN_FAILED(ZydisDecoderDecodeFull(&decoder, code, len, &insn, operands)) ||
	    ZYAN_FAILED(ZydisFormatterFormatInstruction(&formatter, &insn, operands,
							insn.operand_count_visible, text,
							sizeof(text), ip, NULL)))
		return PUT_LITERAL(p, "(bad)");
	*target = direct_target(&insn, operands, ip);
	len = strlen(text);
	memcpy(p, text, len);
	return p + len;
}
