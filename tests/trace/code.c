/* code.c: see code.h; the decoding is Zydis'. */
#include "tests/trace/code.h"

#include <Zydis/Zydis.h>
#include <string.h>

static enum code_kind far_kind(const ZydisDecodedInstruction *insn)
{
	switch (insn->mnemonic) {
	case ZYDIS_MNEMONIC_SYSCALL:
	case ZYDIS_MNEMONIC_SYSENTER:
		return CODE_SYSCALL;
	case ZYDIS_MNEMONIC_INT:
		return insn->raw.imm[0].value.u == 0x80 ? CODE_SYSCALL : CODE_INT;
	case ZYDIS_MNEMONIC_INT3:
	case ZYDIS_MNEMONIC_INTO:
	case ZYDIS_MNEMONIC_INT1:
		return CODE_INT;
	case ZYDIS_MNEMONIC_IRET:
	case ZYDIS_MNEMONIC_IRETD:
	case ZYDIS_MNEMONIC_IRETQ:
	case ZYDIS_MNEMONIC_SYSRET:
		return CODE_FAR;
	case ZYDIS_MNEMONIC_PTWRITE:
		return CODE_PTWRITE;
	case ZYDIS_MNEMONIC_RDTSC:
		return CODE_RDTSC;
	default:
		return insn->meta.branch_type == ZYDIS_BRANCH_TYPE_FAR ? CODE_FAR : CODE_OTHER;
	}
}

static enum code_kind kind_of(const ZydisDecodedInstruction *insn)
{
	/* raw.imm[0] of a near branch is its displacement; without one it is indirect. */
	bool direct = insn->raw.imm[0].is_relative;

	if (insn->meta.branch_type != ZYDIS_BRANCH_TYPE_FAR) {
		switch (insn->meta.category) {
		case ZYDIS_CATEGORY_COND_BR:
			if (insn->mnemonic != ZYDIS_MNEMONIC_XBEGIN)
				return CODE_JCC;
			break;
		case ZYDIS_CATEGORY_UNCOND_BR:
			if (insn->mnemonic == ZYDIS_MNEMONIC_JMP)
				return direct ? CODE_JMP : CODE_JMP_INDIRECT;
			break;
		case ZYDIS_CATEGORY_CALL:
			return direct ? CODE_CALL : CODE_CALL_INDIRECT;
		case ZYDIS_CATEGORY_RET:
			if (insn->mnemonic == ZYDIS_MNEMONIC_RET)
				return CODE_RET;
			break;
		default:
			break;
		}
	}
	return far_kind(insn);
}

bool code_decode(const uint8_t *bytes, size_t n, uint64_t ip, struct code *out)
{
	ZydisDecoder dec;
	ZydisDecodedInstruction insn;

	memset(out, 0, sizeof(*out));
	ZydisDecoderInit(&dec, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&dec, NULL, bytes, n, &insn)))
		return false;
	out->kind = kind_of(&insn);
	out->len = insn.length;
	out->rep = insn.attributes &
		   (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE);
	if (insn.raw.imm[0].is_relative)
		out->target = ip + insn.length + (uint64_t)insn.raw.imm[0].value.s;
	memcpy(out->bytes, bytes, insn.length);
	return true;
}

bool code_ptwrite(const struct code *c, unsigned *reg, unsigned *size)
{
	const uint8_t *b = c->bytes;
	uint8_t rex = 0;

	/* F3 [REX] 0F AE /4; SDM vol. 2, PTWRITE. */
	if (*b++ != 0xf3)
		return false;
	if ((*b & 0xf0) == 0x40)
		rex = *b++;
	if (b[0] != 0x0f || b[1] != 0xae || (b[2] & 0xf8) != 0xe0)
		return false;
	*reg = (b[2] & 7) | (rex & 1 ? 8 : 0);
	*size = rex & 8 ? 8 : 4;
	return true;
}
