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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers_tell_the_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
