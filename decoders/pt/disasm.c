/* disasm.c: see disasm.h.  64-bit code only: a recording does not say what mode ran. */
#include "decoders/pt/disasm.h"

#include "decoders/pt/print.h"

#include <Zydis/Zydis.h>
#include <stdbool.h>
#include <string.h>

static void set_up(ZydisDecoder *decoder, ZydisFormatter *formatter, enum tl_pt_syntax syntax)
{
	ZydisDecoderInit(decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	ZydisFormatterInit(formatter, syntax == TL_PT_SYNTAX_INTEL ? ZYDIS_FORMATTER_STYLE_INTEL
								   : ZYDIS_FORMATTER_STYLE_ATT);
	/* qword ptr [...], as binutils; AT&T's syntax has it in the name of the instruction. */
	ZydisFormatterSetProperty(formatter, ZYDIS_FORMATTER_PROP_FORCE_SIZE,
				  syntax == TL_PT_SYNTAX_INTEL);
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

static bool is_vector(const ZydisDecodedInstruction *insn, const ZydisDecodedOperand *operands)
{
	for (unsigned i = 0; i < insn->operand_count_visible; i++) {
		ZydisRegister reg = operands[i].reg.value;

		if (operands[i].type == ZYDIS_OPERAND_TYPE_REGISTER &&
		    ((reg >= ZYDIS_REGISTER_MM0 && reg <= ZYDIS_REGISTER_ZMM31) ||
		     (reg >= ZYDIS_REGISTER_K0 && reg <= ZYDIS_REGISTER_K7)))
			return true;
	}
	return insn->mnemonic == ZYDIS_MNEMONIC_CVTTSD2SI ||
	       insn->mnemonic == ZYDIS_MNEMONIC_CVTTSS2SI ||
	       insn->mnemonic == ZYDIS_MNEMONIC_CVTSD2SI ||
	       insn->mnemonic == ZYDIS_MNEMONIC_CVTSS2SI;
}

/*
 * Which byte of the text is a size at the end of a name that gas does not have, as a vector register
 * tells it; 0: none.
 */
static size_t size_too_many(const char *text, const ZydisDecodedInstruction *insn,
			    const ZydisDecodedOperand *operands)
{
	const char *name = ZydisMnemonicGetString(insn->mnemonic);
	const char *at;

	if (!name || !is_vector(insn, operands))
		return 0;
	at = strstr(text, name);
	if (!at || !at[strlen(name)] || at[strlen(name)] == ' ')
		return 0;
	return (size_t)(at - text) + strlen(name);
}

/* AT&T's syntax has a star before where an indirect branch finds its target; Zydis writes it before
 * some only. */
static uint8_t *put_checked(uint8_t *p, enum tl_pt_syntax syntax, const char *text,
			    const ZydisDecodedInstruction *insn,
			    const ZydisDecodedOperand *operands)
{
	size_t len = strlen(text), n = 0;
	const char *blank = strrchr(text, ' ');

	if (syntax == TL_PT_SYNTAX_ATT && insn->meta.branch_type != ZYDIS_BRANCH_TYPE_NONE &&
	    insn->operand_count_visible == 1 && operands[0].type != ZYDIS_OPERAND_TYPE_IMMEDIATE &&
	    blank && blank[1] != '*') {
		n = (size_t)(blank + 1 - text);
		memcpy(p, text, n);
		p[n] = '*';
		memcpy(p + n + 1, text + n, len - n);
		return p + len + 1;
	}
	if (syntax == TL_PT_SYNTAX_ATT)
		n = size_too_many(text, insn, operands);
	memcpy(p, text, len);
	if (n) {
		memmove(p + n, p + n + 1, len - n - 1);
		len--;
	}
	return p + len;
}

uint8_t *tl_pt_put_insn(uint8_t *p, enum tl_pt_syntax syntax, const uint8_t *code, size_t len,
			uint64_t ip, struct tl_pt_insn *out)
{
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction insn;
	ZydisFormatter formatter;
	ZydisDecoder decoder;
	char text[TL_PT_DISASM_LONGEST - 1];

	*out = (struct tl_pt_insn){ 0, 0 };
	set_up(&decoder, &formatter, syntax);
	if (ZYAN_FAILED(ZydisDecoderDecodeFull(&decoder, code, len, &insn, operands)) ||
	    ZYAN_FAILED(ZydisFormatterFormatInstruction(&formatter, &insn, operands,
							insn.operand_count_visible, text,
							sizeof(text), ip, NULL)))
		return PUT_LITERAL(p, "(bad)");
	out->len = insn.length;
	out->target = direct_target(&insn, operands, ip);
	return put_checked(p, syntax, text, &insn, operands);
}
