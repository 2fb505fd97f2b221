/* test_keymap.c: tables of keys: which of several bindings counts. */
#include "pager/app.h"
#include "pager/keymap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

static struct tl_keymap *map, *base;

static void bind(struct tl_keymap *km, const char *keys, const char *action)
{
	uint16_t codes[TL_MAX_KEYS];
	size_t n = 0, len;

	for (; *keys; keys++)
		if (*keys == '<') { /* <u>: a key with a name */
			codes[n++] =
			    (uint16_t)(TL_KEY_SPECIAL + tl_special_find(keys + 1, 2, &len));
			keys += 1 + len;
		} else {
			codes[n++] = (unsigned char)*keys;
		}
	assert_true(tl_keymap_bind(km, codes, n, action, NULL));
}

/* "" for a prefix, NULL for nothing. */
static const char *action(const char *keys)
{
	struct tl_binding b;

	switch (tl_keymap_find(map, (const uint8_t *)keys, strlen(keys), &b)) {
	case TL_FIT_WHOLE:
		return b.action;
	case TL_FIT_PREFIX:
		return "";
	default:
		return NULL;
	}
}

static int set_up(void **state)
{
	map = tl_keymap_new();
	base = tl_keymap_new();
	return map && base ? 0 : -1;
}

static int tear_down(void **state)
{
	tl_keymap_free(map);
	tl_keymap_free(base);
	return 0;
}

static void test_whole_and_prefix(void **state)
{
	bind(map, "a", "one");
	bind(map, "bcd", "two");
	assert_string_equal(action("a"), "one");
	assert_string_equal(action("b"), "");
	assert_string_equal(action("bc"), "");
	assert_string_equal(action("bcd"), "two");
	assert_null(action("bcde"));
	assert_null(action("c"));
}

static void test_the_last_one_counts(void **state)
{
	bind(map, "a", "one");
	bind(map, "a", "two");
	bind(map, "xx", "long");
	bind(map, "x", "short");
	bind(map, "y", "short");
	bind(map, "yy", "long");
	assert_string_equal(action("a"), "two");
	assert_string_equal(action("x"), "short");
	assert_string_equal(action("y"), "");
	assert_string_equal(action("yy"), "long");
}

static void test_later_tables_come_first(void **state)
{
	bind(map, "a", "one");
	bind(map, "b", "one");
	assert_true(tl_keymap_push(map));
	bind(map, "a", "two");
	bind(base, "b", "base");
	bind(base, "c", "base");
	tl_keymap_set_base(map, base);
	assert_string_equal(action("a"), "two");
	assert_string_equal(action("b"), "one");
	assert_string_equal(action("c"), "base");
}

static void test_stop(void **state)
{
	bind(map, "a", "one");
	assert_true(tl_keymap_push(map));
	bind(map, "b", "two");
	tl_keymap_stop(map);
	bind(base, "c", "base");
	tl_keymap_set_base(map, base);
	assert_string_equal(action("b"), "two");
	assert_null(action("a"));
	assert_null(action("c"));
}

static void test_keys_with_names(void **state)
{
	bind(map, "<u>", "up");
	bind(map, "\033<u>x", "both");
	assert_string_equal(action("\033"), "");
	assert_string_equal(action("\033[A"), "up");
	assert_string_equal(action("\033OA"), "up");
	assert_string_equal(action("\033\033O"), "");
	assert_string_equal(action("\033\033OAx"), "both");
	assert_null(action("\033[B"));
}

/* Files written for less find the actions that they name. */
static void test_the_actions_of_less(void **state)
{
	static const char *const actions[] = {
		"back-bracket",
		"back-line",
		"back-line-force",
		"back-newline",
		"back-screen",
		"back-screen-force",
		"back-scroll",
		"back-search",
		"back-window",
		"clear-mark",
		"clear-search",
		"debug",
		"digit",
		"display-flag",
		"display-option",
		"end",
		"end-scroll",
		"examine",
		"filter",
		"first-cmd",
		"firstcmd",
		"flush-repaint",
		"forw-bell-hilite",
		"forw-bracket",
		"forw-forever",
		"forw-line",
		"forw-line-force",
		"forw-newline",
		"forw-screen",
		"forw-screen-force",
		"forw-scroll",
		"forw-search",
		"forw-until-hilite",
		"forw-window",
		"goto-end",
		"goto-end-buffered",
		"goto-line",
		"goto-mark",
		"goto-pos",
		"help",
		"index-file",
		"left-scroll",
		"next-file",
		"next-tag",
		"no-scroll",
		"osc8-back-search",
		"osc8-forw-search",
		"osc8-jump",
		"osc8-open",
		"percent",
		"pipe",
		"prev-file",
		"prev-tag",
		"pshell",
		"quit",
		"remove-file",
		"repaint",
		"repaint-flush",
		"repeat-search",
		"repeat-search-all",
		"reverse-search",
		"reverse-search-all",
		"right-limit-scroll",
		"right-scroll",
		"set-mark",
		"set-mark-bottom",
		"shell",
		"status",
		"toggle-flag",
		"toggle-option",
		"undo-hilite",
		"version",
		"visual",
	};

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!tl_command_known(actions[i]))
			fail_msg("there is no action %s", actions[i]);
	assert_false(tl_command_known("forward-line"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(test_whole_and_prefix),        TEST(test_the_last_one_counts),
		TEST(test_later_tables_come_first), TEST(test_stop),
		TEST(test_keys_with_names),         TEST(test_the_actions_of_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
