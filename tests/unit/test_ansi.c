/* test_ansi.c: escape sequences: where they end, what SGR does, and that it comes back. */
#include "pager/ansi.h"
#include "text/escape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ALL_FLAGS                                                                     \
	(TL_SGR_BOLD | TL_SGR_DIM | TL_SGR_ITALIC | TL_SGR_UNDERLINE | TL_SGR_BLINK | \
	 TL_SGR_REVERSE | TL_SGR_HIDDEN | TL_SGR_STRIKE)

static void check_parse(const char *s, enum tl_escape want, size_t want_len)
{
	size_t len = 0, n = strlen(s);

	assert_int_equal(tl_escape_parse((const uint8_t *)s, n, &len), want);
	if (want != TL_ESCAPE_NONE && want != TL_ESCAPE_CUT)
		assert_int_equal(len, want_len);
}

static void sequences_have_kinds_and_ends(void **state)
{
	check_parse("\033[m", TL_ESCAPE_SGR, 3);
	check_parse("\033[1;31mred", TL_ESCAPE_SGR, 7);
	check_parse("\033[38:2::1:2:3mx", TL_ESCAPE_SGR, 14);
	check_parse("\033[2Kx", TL_ESCAPE_OTHER, 4);
	check_parse("\033[?25h", TL_ESCAPE_OTHER, 6);
	check_parse("\033[1 qx", TL_ESCAPE_OTHER, 5);
	check_parse("\033]8;;http://a/\033\\text", TL_ESCAPE_LINK, 16);
	check_parse("\033]8;id=1;x\atext", TL_ESCAPE_LINK, 11);
	check_parse("\033]0;title\atext", TL_ESCAPE_OTHER, 10);
	check_parse("\033]2;t\033\\", TL_ESCAPE_OTHER, 7);
	check_parse("\033Mx", TL_ESCAPE_OTHER, 2);
	check_parse("\033(Bx", TL_ESCAPE_OTHER, 3);
	check_parse("\033\001", TL_ESCAPE_OTHER, 2);
	check_parse("\033\xc3\xa9", TL_ESCAPE_OTHER, 3);
	check_parse("\033\033[m", TL_ESCAPE_OTHER, 1);
	check_parse("\033Pq x\033\\", TL_ESCAPE_OTHER, 2);
	check_parse("\033[>4;2mx", TL_ESCAPE_OTHER, 3); /* what follows is text */
}

static void broken_sequences_end_where_they_break(void **state)
{
	check_parse("\033[1\x01x", TL_ESCAPE_OTHER, 4);
	check_parse("\033[1;31\033[m", TL_ESCAPE_OTHER, 6);
	check_parse("\033[1\xe4\xb8\xad.", TL_ESCAPE_OTHER, 6);
	check_parse("\033[1\n.", TL_ESCAPE_OTHER, 3);
	check_parse("\033]8;;a\033[m\033\\x", TL_ESCAPE_LINK, 11);
	check_parse("\033]8;;a\001b\ac", TL_ESCAPE_LINK, 9);
}

static void the_characters_can_be_chosen(void **state)
{
	tl_escape_configure("0123456789;[>", "mK", "]_*");
	check_parse("\033[>4;2mx", TL_ESCAPE_SGR, 7);
	check_parse("\033[1Kx", TL_ESCAPE_OTHER, 4);
	check_parse("\033[?25h", TL_ESCAPE_OTHER, 3);
	check_parse("\033_a\001b\033\\x", TL_ESCAPE_OTHER, 7);
	tl_escape_configure("0123456789:;[?!\"'#%()*+ ", "m", "]");
	check_parse("\033[?25h", TL_ESCAPE_OTHER, 6);
}

static void every_prefix_of_a_sequence_is_cut(void **state)
{
	static const char *const s[] = { "\033[1;38;5;200m", "\033]8;;http://a/\033\\", "\033(B",
					 "\033]0;t\a" };

	for (size_t i = 0; i < sizeof(s) / sizeof(s[0]); i++)
		for (size_t n = 1; n < strlen(s[i]); n++) {
			size_t len;

			assert_int_equal(tl_escape_parse((const uint8_t *)s[i], n, &len),
					 TL_ESCAPE_CUT);
		}
}

static void endless_sequences_are_none(void **state)
{
	static uint8_t b[2 * TL_ESCAPE_MAX];
	size_t len;

	memset(b, '1', sizeof(b));
	b[0] = 0x1b;
	b[1] = '[';
	assert_int_equal(tl_escape_parse(b, sizeof(b), &len), TL_ESCAPE_NONE);
	b[TL_ESCAPE_MAX - 1] = 'm';
	assert_int_equal(tl_escape_parse(b, sizeof(b), &len), TL_ESCAPE_SGR);
	assert_int_equal(len, TL_ESCAPE_MAX);
	b[1] = ']';
	assert_int_equal(tl_escape_parse(b, sizeof(b), &len), TL_ESCAPE_NONE);
	assert_int_equal(tl_escape_parse(b, TL_ESCAPE_MAX - 1, &len), TL_ESCAPE_CUT);
}

static struct tl_attr applied(struct tl_attr a, const char *s)
{
	tl_ansi_apply(&a, (const uint8_t *)s, strlen(s));
	return a;
}

static void check_sgr(const char *s, uint32_t flags, uint32_t fg, uint32_t bg)
{
	struct tl_attr a = applied((struct tl_attr){ 0, 0, 0 }, s);

	assert_int_equal(a.flags, flags);
	assert_int_equal(a.fg, fg);
	assert_int_equal(a.bg, bg);
}

static void attributes_turn_on_and_off(void **state)
{
	check_sgr("\033[1m", TL_SGR_BOLD, 0, 0);
	check_sgr("\033[1;2;3;4;5;7;8;9m", ALL_FLAGS, 0, 0);
	check_sgr("\033[6m", TL_SGR_BLINK, 0, 0);
	check_sgr("\033[1;2;22m", 0, 0, 0);
	check_sgr("\033[3;4;5;7;8;9;23;24;25;27;28;29m", 0, 0, 0);
	check_sgr("\033[1;31;42m", TL_SGR_BOLD, TL_COLOR_BASIC | 31, TL_COLOR_BASIC | 42);
	check_sgr("\033[1;31;42;0m", 0, 0, 0);
	check_sgr("\033[1;31;;4m", TL_SGR_UNDERLINE, 0, 0);
	check_sgr("\033[97;100m", 0, TL_COLOR_BASIC | 97, TL_COLOR_BASIC | 100);
	check_sgr("\033[31;42;39;49m", 0, 0, 0);
	check_sgr("\033[4:3m", TL_SGR_UNDERLINE, 0, 0);
	check_sgr("\033[4;1;4:0m", TL_SGR_BOLD, 0, 0);
	check_sgr("\033[10;26;50;99;1000;99999999999m", 0, 0, 0);
	check_sgr("\033[?1m", 0, 0, 0);
	check_sgr("\033[>4;2m", 0, 0, 0);
}

/* "m" alone is a reset: an empty parameter is 0. */
static void an_empty_sequence_resets(void **state)
{
	struct tl_attr a = { ALL_FLAGS | TL_OWN_BOLD, 1, 2 };

	a = applied(a, "\033[m");
	assert_int_equal(a.flags, TL_OWN_BOLD);
	assert_int_equal(a.fg, 0);
	assert_int_equal(a.bg, 0);
}

static void extended_colors_come_with_both_separators(void **state)
{
	check_sgr("\033[38;5;200m", 0, TL_COLOR_INDEX | 200, 0);
	check_sgr("\033[48;5;7;1m", TL_SGR_BOLD, 0, TL_COLOR_INDEX | 7);
	check_sgr("\033[38;2;1;2;3;4m", TL_SGR_UNDERLINE, TL_COLOR_RGB | 0x010203, 0);
	check_sgr("\033[38:5:200;1m", TL_SGR_BOLD, TL_COLOR_INDEX | 200, 0);
	check_sgr("\033[38:2:1:2:3m", 0, TL_COLOR_RGB | 0x010203, 0);
	check_sgr("\033[48:2::255:254:253;4m", TL_SGR_UNDERLINE, 0, TL_COLOR_RGB | 0xfffefd);
	/* with tolerance behind the colour */
	check_sgr("\033[38:2:0:1:2:3:0:1m", 0, TL_COLOR_RGB | 0x010203, 0);
	check_sgr("\033[58;5;9;1m", TL_SGR_BOLD, 0, 0);
	check_sgr("\033[58:2::1:2:3;1m", TL_SGR_BOLD, 0, 0);
}

static void broken_colors_change_nothing(void **state)
{
	check_sgr("\033[38m", 0, 0, 0);
	check_sgr("\033[38;5m", 0, 0, 0);
	check_sgr("\033[38;2;1;2m", 0, 0, 0);
	check_sgr("\033[38:5m", 0, 0, 0);
	check_sgr("\033[38:2:1:2;1m", TL_SGR_BOLD, 0, 0);
	check_sgr("\033[38;7;1m", 0, 0, 0);
}

static void random_attr(struct tl_attr *a)
{
	uint32_t *c[] = { &a->fg, &a->bg };

	a->flags = (uint32_t)rand() & ALL_FLAGS;
	for (int i = 0; i < 2; i++) {
		unsigned base = (rand() % 2 ? 30 : 90) + (i ? 10u : 0);

		switch (rand() % 4) {
		case 0:
			*c[i] = 0;
			break;
		case 1:
			*c[i] = TL_COLOR_BASIC | (base + (uint32_t)rand() % 8);
			break;
		case 2:
			*c[i] = TL_COLOR_INDEX | (rand() & 0xff);
			break;
		default:
			*c[i] = TL_COLOR_RGB | (rand() & 0xffffff);
		}
	}
}

static void what_is_encoded_applies_again(void **state)
{
	char out[80];

	srand(2);
	for (int i = 0; i < 100000; i++) {
		struct tl_attr a, b = { 0, 0, 0 };
		size_t n, len = 0;

		random_attr(&a);
		n = tl_ansi_encode(&a, out);
		assert_true(n <= sizeof(out));
		if (n > 0) {
			assert_int_equal(tl_escape_parse((uint8_t *)out, n, &len), TL_ESCAPE_SGR);
			assert_int_equal(len, n);
			tl_ansi_apply(&b, (uint8_t *)out, n);
		}
		assert_int_equal(a.flags, b.flags);
		assert_int_equal(a.fg, b.fg);
		assert_int_equal(a.bg, b.bg);
	}
}

/* Anything parsed may be applied, and what comes out can be said again. */
static void any_bytes_are_survived(void **state)
{
	static const char alphabet[] = "[]0123456789;:;:mmmK\\\a\033?<(8";
	uint8_t b[64];
	char out[80];

	srand(3);
	for (int i = 0; i < 300000; i++) {
		size_t n = 1 + (size_t)rand() % sizeof(b), len = 0;
		struct tl_attr a = { 0, 0, 0 }, again = { 0, 0, 0 };
		enum tl_escape kind;

		for (size_t k = 0; k < n; k++)
			b[k] = rand() % 20 ? (uint8_t)alphabet[rand() % (int)(sizeof(alphabet) - 1)]
					   : (uint8_t)rand();
		b[0] = 0x1b;
		kind = tl_escape_parse(b, n, &len);
		if (kind == TL_ESCAPE_NONE || kind == TL_ESCAPE_CUT)
			continue;
		assert_in_range(len, 1, n);
		if (kind != TL_ESCAPE_SGR)
			continue;
		tl_ansi_apply(&a, b, len);
		len = tl_ansi_encode(&a, out);
		tl_ansi_apply(&again, (uint8_t *)out, len);
		if (len > 0)
			assert_memory_equal(&a, &again, sizeof(a));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequences_have_kinds_and_ends),
		cmocka_unit_test(broken_sequences_end_where_they_break),
		cmocka_unit_test(the_characters_can_be_chosen),
		cmocka_unit_test(every_prefix_of_a_sequence_is_cut),
		cmocka_unit_test(endless_sequences_are_none),
		cmocka_unit_test(attributes_turn_on_and_off),
		cmocka_unit_test(an_empty_sequence_resets),
		cmocka_unit_test(extended_colors_come_with_both_separators),
		cmocka_unit_test(broken_colors_change_nothing),
		cmocka_unit_test(what_is_encoded_applies_again),
		cmocka_unit_test(any_bytes_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
