/*
 * gaspredicates.c: comparisons and products whose last operand, a constant, says of which kind they
 * are: there are words for that, which become part of the name.
 */
#include "decoders/pt/gas.h"

#include <string.h>

static const char *float_predicate(unsigned n)
{
	static const char names[32][9] = {
		"eq",    "lt",     "le",     "unord",    "neq",    "nlt",    "nle",    "ord",
		"eq_uq", "nge",    "ngt",    "false",    "neq_oq", "ge",     "gt",     "true",
		"eq_os", "lt_oq",  "le_oq",  "unord_s",  "neq_us", "nlt_uq", "nle_uq", "ord_s",
		"eq_us", "nge_uq", "ngt_uq", "false_os", "neq_os", "ge_oq",  "gt_oq",  "true_us",
	};

	return names[n];
}

static const char *integer_predicate(unsigned n)
{
	static const char names[8][4] = { "eq", "lt", "le", "", "neq", "nlt", "nle", "" };

	return names[n];
}

static const char *product_halves(unsigned n)
{
	switch (n) {
	case 0x00:
		return "lql";
	case 0x01:
		return "hql";
	case 0x10:
		return "lqh";
	case 0x11:
		return "hqh";
	default:
		return "";
	}
}

/* The word for the constant of a comparison or such; "": none.  *at: before how many of the
 * name's last bytes it goes. */
static const char *predicate(const struct tl_gas *g, uint64_t n, unsigned *at)
{
	switch (g->insn->mnemonic) {
	case ZYDIS_MNEMONIC_CMPPS:
	case ZYDIS_MNEMONIC_CMPPD:
	case ZYDIS_MNEMONIC_CMPSS:
	case ZYDIS_MNEMONIC_CMPSD:
		*at = 2;
		return n < 8 ? float_predicate((unsigned)n) : "";
	case ZYDIS_MNEMONIC_VCMPPS:
	case ZYDIS_MNEMONIC_VCMPPD:
	case ZYDIS_MNEMONIC_VCMPSS:
	case ZYDIS_MNEMONIC_VCMPSD:
	case ZYDIS_MNEMONIC_VCMPPH:
	case ZYDIS_MNEMONIC_VCMPSH:
		*at = 2;
		return n < 32 ? float_predicate((unsigned)n) : "";
	case ZYDIS_MNEMONIC_VPCMPB:
	case ZYDIS_MNEMONIC_VPCMPW:
	case ZYDIS_MNEMONIC_VPCMPD:
	case ZYDIS_MNEMONIC_VPCMPQ:
		*at = 1;
		return n < 8 ? integer_predicate((unsigned)n) : "";
	case ZYDIS_MNEMONIC_VPCMPUB:
	case ZYDIS_MNEMONIC_VPCMPUW:
	case ZYDIS_MNEMONIC_VPCMPUD:
	case ZYDIS_MNEMONIC_VPCMPUQ:
		*at = 2;
		return n < 8 ? integer_predicate((unsigned)n) : "";
	case ZYDIS_MNEMONIC_PCLMULQDQ:
	case ZYDIS_MNEMONIC_VPCLMULQDQ:
		*at = 3;
		return product_halves((unsigned)n);
	default:
		return "";
	}
}

uint8_t *tl_gas_put_with_predicate(uint8_t *p, struct tl_gas *g, const char *name)
{
	const ZydisDecodedOperand *last = g->nops ? &g->ops[g->nops - 1] : NULL;
	const char *word;
	unsigned at;
	size_t len;

	if (!last || last->type != ZYDIS_OPERAND_TYPE_IMMEDIATE)
		return NULL;
	word = predicate(g, last->imm.value.u, &at);
	if (!*word)
		return NULL;
	g->nops--;
	len = strlen(name) - at;
	p = tl_gas_put_text(tl_gas_put_text((uint8_t *)memcpy(p, name, len) + len, word),
			    name + len);
	return p;
}
