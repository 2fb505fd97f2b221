/* test_disasm.c: single instructions as text, whatever the CPU here has. */
#include "decoders/pt/disasm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *bytes;
	size_t len;
	const char *text;
};

#define ROW(b, t)                       \
	{                               \
		(b), sizeof(b) - 1, (t) \
	}

static void check(enum tl_pt_syntax syntax, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t text[TL_PT_DISASM_LONGEST + 1];
		struct tl_pt_insn insn;

		*tl_pt_put_insn(text, syntax, 64, (const uint8_t *)rows[i].bytes, rows[i].len,
				0x1000, &insn) = 0;
		assert_string_equal((char *)text, rows[i].text);
		assert_int_equal(insn.len, rows[i].len);
	}
}

/* gas's names of vector instructions have a suffix only where no register tells the size. */
static void registers_tell_the_size(void **state)
{
	static const struct row rows[] = {
		ROW("\x62\xe1\xfe\x48\x6f\x06", "vmovdqu64 (%rsi), %zmm16"),
		ROW("\x62\xe1\xfe\x28\x6f\x06", "vmovdqu64 (%rsi), %ymm16"),
		ROW("\x0f\x10\x06", "movups (%rsi), %xmm0"),
		ROW("\xc5\xf8\x11\x07", "vmovups %xmm0, (%rdi)"),
		ROW("\xf2\x0f\x10\x07", "movsd (%rdi), %xmm0"),
		ROW("\xf2\x0f\x2c\x07", "cvttsd2si (%rdi), %eax"),
		ROW("\xc5\xfc\x5a\x07", "vcvtps2pd (%rdi), %ymm0"),
		ROW("\xc5\xfd\x5a\x07", "vcvtpd2psy (%rdi), %xmm0"),
		ROW("\xf2\x48\x0f\x2a\x07", "cvtsi2sdq (%rdi), %xmm0"),
		ROW("\xff\x05\x10\x00\x00\x00", "incl 0x10(%rip)  # 0x1016"),
		ROW("\x48\x81\x45\xf8\xff\xff\xff\xff", "addq $0xffffffffffffffff, -0x8(%rbp)"),
	};

	check(TL_PT_SYNTAX_ATT, rows, sizeof(rows) / sizeof(rows[0]));
}

/* Any bytes: the text has its room and nothing in it that a terminal would obey. */
static void any_bytes(void **state)
{
	static const unsigned modes[] = { 64, 32, 16 };
	static const uint8_t prefixes[] = { 0x66, 0xf2, 0xf3, 0x67, 0x64, 0x2e, 0xf0, 0x4f };
	static const uint8_t openers[] = { 0x0f, 0x62, 0xc4, 0xc5, 0x8f, 0xdb, 0x48 };
	uint64_t random = 1;

	for (unsigned round = 0; round < 60000; round++) {
		uint8_t text[TL_PT_DISASM_LONGEST], code[15];
		struct tl_pt_insn insn;
		uint8_t *end;

		for (size_t i = 0; i < sizeof(code); i++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			code[i] = (uint8_t)(random >> 33);
			if (i < round % 16 && random >> 62)
				code[i] = prefixes[random >> 41 & 7];
			else if (i == round % 16)
				code[i] = openers[(random >> 41) % sizeof(openers)];
		}
		end = tl_pt_put_insn(text, round & 1 ? TL_PT_SYNTAX_ATT : TL_PT_SYNTAX_INTEL,
				     modes[round / 2 % 3], code, sizeof(code) - round / 7 % 15,
				     random, &insn);
		assert_in_range(end - text, 1, TL_PT_DISASM_LONGEST);
		assert_in_range(insn.len, 0, sizeof(code));
		for (uint8_t *p = text; p < end; p++)
			assert_in_range(*p, ' ', '~');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers_tell_the_size),
		cmocka_unit_test(any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
