/* test_colors.c: what -D takes and refuses, and what a cell looks like then. */
#include "pager/colors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* The look of a cell with these flags as text: attributes, then the colours' numbers. */
static const char *look(const struct tl_colors *c, uint32_t flags)
{
	static char out[64];
	struct tl_attr in = { flags, 0, 0 }, a = tl_colors_resolve(c, in);
	char *q = out;

	assert_false(a.flags & TL_ROLE_MASK);
	if (a.flags & TL_OWN_BOLD)
		*q++ = 'd';
	if (a.flags & TL_OWN_UNDERLINE)
		*q++ = 'u';
	if (a.flags & TL_OWN_BLINK)
		*q++ = 'l';
	if (a.flags & TL_OWN_STANDOUT)
		*q++ = 's';
	sprintf(q, "%s%u.%u", (a.fg | a.bg) & TL_COLOR_INDEX ? "#" : "", a.fg & 0xffffff,
		a.bg & 0xffffff);
	return out;
}

static void set(struct tl_colors *c, const char *text)
{
	struct tl_err err = TL_ERR_INIT;

	if (!tl_colors_set(c, text, &err))
		fail_msg("-D%s: %s", text, err.msg);
}

static void check_refused(struct tl_colors *c, const char *text, const char *why)
{
	struct tl_err err = TL_ERR_INIT;

	assert_false(tl_colors_set(c, text, &err));
	assert_string_equal(err.msg, why);
}

static void without_colors_roles_are_attributes(void **state)
{
	struct tl_colors c;

	tl_colors_init(&c);
	assert_string_equal(look(&c, 0), "0.0");
	assert_string_equal(look(&c, TL_ROLE(TL_ROLE_NUMBER)), "d0.0");
	assert_string_equal(look(&c, TL_ROLE(TL_ROLE_TILDE)), "d0.0");
	assert_string_equal(look(&c, TL_ROLE(TL_ROLE_LINK)), "u0.0");
	assert_string_equal(look(&c, TL_ROLE(TL_ROLE_SEARCH)), "s0.0");
	assert_string_equal(look(&c, TL_ROLE(TL_ROLE_SUB5)), "s0.0");
	assert_string_equal(look(&c, TL_ROLE(TL_ROLE_COLON)), "0.0");
	assert_string_equal(look(&c, TL_ROLE(TL_ROLE_SEARCH) | TL_OWN_BOLD), "ds0.0");
}

static void with_colors_they_have_some(void **state)
{
	struct tl_colors c;

	tl_colors_init(&c);
	c.on = 1;
	assert_string_equal(look(&c, TL_ROLE(TL_ROLE_NUMBER)), "d36.0");
	assert_string_equal(look(&c, TL_ROLE(TL_ROLE_ERROR)), "30.103");
	assert_string_equal(look(&c, TL_ROLE(TL_ROLE_COLON)), "30.106");
	assert_string_equal(look(&c, TL_ROLE(TL_ROLE_SUB1)), "30.43");
	/* overstrike stays beside the colour, standout does not */
	assert_string_equal(look(&c, TL_ROLE(TL_ROLE_SEARCH) | TL_OWN_BOLD), "d30.102");
	assert_string_equal(look(&c, TL_ROLE(TL_ROLE_CONTROL) | TL_OWN_STANDOUT), "30.101");
	assert_string_equal(look(&c, TL_ROLE(TL_ROLE_HIT_CONTROL) | TL_OWN_STANDOUT), "0.0");
	set(&c, "N");
	assert_string_equal(look(&c, TL_ROLE(TL_ROLE_NUMBER)), "0.0");
	set(&c, "PG-");
	assert_string_equal(look(&c, TL_ROLE(TL_ROLE_COLON)), "92.0");
}

static const struct {
	const char *color, *look;
} good[] = {
	{ "r", "31.0" },
	{ "rg", "31.42" },
	{ "-B", "0.104" },
	{ "w*_", "du37.0" },
	{ "K~&", "ls90.0" },
	{ "12.34", "#12.34" },
	{ "12", "#12.0" },
	{ ".7", "#0.7" },
	{ "-.7d", "d#0.7" },
	{ "5.5", "#5.0" },
	{ "1.", "#1.0" },
	{ "-", "0.0" },
	{ "*", "0.0" },
	{ "d", "d0.0" },
	{ "us", "us0.0" },
	{ "+", "s0.0" },
	{ "+*", "s0.0" },
	{ "+r", "s31.0" },
	{ "rg.", "31.42" },
	{ "1r", "#1.0" },
	{ "dr", "d0.0" },
	{ "300", "#300.0" },
	{ "rg*x", "d31.42" },
	{ "", "s0.0" },
	{ "rdddddddddd", "d31.0" },
};

static void a_color_is_letters_or_numbers(void **state)
{
	struct tl_colors c;
	char text[32];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		tl_colors_init(&c);
		snprintf(text, sizeof(text), "s%s", good[i].color);
		set(&c, text);
		if (strcmp(look(&c, TL_ROLE(TL_ROLE_PROMPT)), good[i].look) != 0)
			fail_msg("-D%s: %s", text, look(&c, TL_ROLE(TL_ROLE_PROMPT)));
	}
}

static void what_is_none_is_refused(void **state)
{
	static const char *const bad[] = {
		"z", "rz", "r1", "r.", "..", "rddddddddddd", "2147483648"
	};
	struct tl_colors c;
	char text[32], why[64];

	tl_colors_init(&c);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "s%s", bad[i]);
		snprintf(why, sizeof(why), "Invalid color string \"%s\"", bad[i]);
		check_refused(&c, text, why);
	}
	assert_string_equal(look(&c, TL_OWN_STANDOUT), "s0.0");
	check_refused(&c, "n1", "Invalid color string \"1\"");
	check_refused(&c, "xr", "Invalid color specifier 'x'");
	check_refused(&c, "\001r", "Invalid color specifier '^A'");
	check_refused(&c, "\033r", "Invalid color specifier 'ESC'");
	check_refused(&c, "Nr", "Set --use-color before changing colors");
	c.on = 1;
	check_refused(&c, "6r", "Invalid color specifier '6'");
	set(&c, "5r");
}

static void small_letters_change_attributes(void **state)
{
	struct tl_colors c;

	tl_colors_init(&c);
	set(&c, "dg");
	set(&c, "u+b");
	set(&c, "sy");
	assert_string_equal(look(&c, TL_OWN_BOLD), "32.0");
	assert_string_equal(look(&c, TL_OWN_UNDERLINE), "u34.0");
	assert_string_equal(look(&c, TL_ROLE(TL_ROLE_SEARCH) | TL_OWN_BOLD), "33.0");
	assert_string_equal(look(&c, TL_ROLE(TL_ROLE_NUMBER)), "32.0");
	c.on = 1; /* capital letters win */
	assert_string_equal(look(&c, TL_ROLE(TL_ROLE_NUMBER)), "d36.0");
	assert_string_equal(look(&c, TL_OWN_STANDOUT), "33.0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_colors_roles_are_attributes),
		cmocka_unit_test(with_colors_they_have_some),
		cmocka_unit_test(a_color_is_letters_or_numbers),
		cmocka_unit_test(what_is_none_is_refused),
		cmocka_unit_test(small_letters_change_attributes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
