/* test_lesskey.c: lesskey files, as text and compiled; each case is what a file says and what a reader
 * makes of it, a line for each binding and variable. */
#include "pager/lesskey.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

static struct tl_buf seen;

static bool known(void *arg, enum tl_section section, const char *action)
{
	static const char *const names[] = { "quit", "forw-line", "left", "noaction" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], action))
			return true;
	return false;
}

static void bind(void *arg, enum tl_section section, const uint16_t *keys, size_t n,
		 const char *action, const char *extra)
{
	tl_buf_puts(&seen, section == TL_SECTION_EDIT ? "edit " : "");
	for (size_t i = 0; i < n; i++)
		if (keys[i] >= TL_KEY_SPECIAL)
			tl_buf_printf(&seen, "<%s>",
				      tl_special(keys[i] - TL_KEY_SPECIAL)->spelling);
		else if (keys[i] > ' ' && keys[i] < 0x7f)
			tl_buf_putc(&seen, (uint8_t)keys[i]);
		else
			tl_buf_printf(&seen, "[%02x]", keys[i]);
	tl_buf_printf(&seen, " %s", action);
	for (; extra && *extra; extra++)
		tl_buf_printf(&seen, *extra >= ' ' ? "'%c" : "'[%02x]", *extra);
	tl_buf_puts(&seen, "\n");
}

static void stop(void *arg, enum tl_section section)
{
	tl_buf_puts(&seen, "stop\n");
}

static void set(void *arg, const char *name, const char *value)
{
	tl_buf_printf(&seen, "%s=%s\n", name, value);
}

static const char *get(void *arg, const char *name)
{
	return !strcmp(name, "A") ? "x/b}x" : NULL;
}

static void error(void *arg, const char *message)
{
	tl_buf_printf(&seen, "! %s\n", message);
}

static const struct tl_lesskey_sink sink = { NULL, known, bind, stop, set, get, error };

static void check_lines(const char *text, bool semicolons, const char *want)
{
	seen.len = 0;
	tl_lesskey_source(text, strlen(text), "f", semicolons, &sink);
	assert_string_equal(tl_buf_str(&seen), want);
}

static void check(const char *text, const char *want)
{
	check_lines(text, false, want);
}

static void test_bindings(void **state)
{
	check("a quit", "a quit\n");
	check("# nothing\n\n  a\tquit  # bye\r\nb\\# quit\n", "a quit\nb# quit\n");
	check("^A^Xb quit\n\\e\\t\\101\\40 quit", "[01][18]b quit\n[1b][09]A[20] quit\n");
	check("\\ku\\k^d\\k+e\\kp* quit", "<u><^d><+e><p*> quit\n");
	check("a quit 3j\\n^A b\\ku ", "a quit'3'j'[0a]'[01]' 'b'k'u' \n");
	check("a quit\n#line-edit\nb left\n#command\nc noaction",
	      "a quit\nedit b left\nc noaction\n");
	check("a quit\n#stop\nb quit\n", "a quit\nstop\n");
	check(" #stop\n", "");
}

static void test_bad_bindings(void **state)
{
	check("a\nb foo x\n",
	      "! f: line 1: missing action\n! f: line 2: unknown action: \"foo\"\n");
	check("\\kz quit", "! f: line 1: invalid escape sequence \"\\kz\"\n");
	check("\\k^z quit", "! f: line 1: invalid escape sequence \"\\k^z\"\n");
	check("\\k", "! f: line 1: invalid escape sequence \"\\k\"\n! f: line 1: missing action\n");
	check("\n^", "! f: line 2: missing action\n");
	check("a \033[m", "! f: line 1: unknown action: \"\\x1b[m\"\n");
}

static void test_versions(void **state)
{
	check("#version >= 710 a quit\n#version > 709 b quit\n#version<711c quit\n",
	      "a quit\nb quit\n"
	      "c quit\n");
	check("#version > 710 a quit\n#version < 710 b quit\n#version != 710 c quit\n", "");
	check("#version = 710 a quit\n#version == 710 b quit\n#version <= 710 c quit\n",
	      "a quit\nb quit\nc quit\n");
	check("#version ~ 1 a quit\n#version > x\n#version",
	      "! f: line 1: invalid operator '~' in #version line\n"
	      "! f: line 2: non-numeric version number in #version line\n"
	      "! f: line 3: invalid operator '\\x0a' in #version line\n");
}

static void test_variables(void **state)
{
	check("#env\n FOO = a b \nX\t=y=z\nE=", "FOO=a b \nX=y=z\nE=\n");
	check("#env\nF=a\nF += b\nF+=\\ c\n", "F=ab c\n");
	check("#env\nF c\n", "! f: line 2: missing = in variable definition\n");
	check("#env\nF=^A\\101\\ku#x", "F=\001Aku\n");
}

static void test_values_of_others(void **state)
{
	check("#env\nF=1${A}2${NONE}3$A", "F=1x/b}x23$A\n");
	check("#env\nF=${A/x/yy}", "F=yy/b}yy\n");
	check("#env\nF=${A/x}", "F=/b}\n");
	check("#env\nF=${A/x/y/b/}", "F=y/}y\n");
	check("#env\nF=${A/\\\\//-/\\\\}/+}", "F=x-b+x\n");
	check("#env\nF=${A/x/y/x\\\\//z}", "F=zb}y\n"); /* the last one that fits */
	check("#env\nF=${A//q}.", "F=x/b}x.\n");
	check("#env\nE=1\nF=${A/x\nG=2\n", "E=1\n"); /* it has no end: nothing behind it counts */
}

static void test_content_has_semicolons(void **state)
{
	check_lines("a quit;b\\; noaction;#line-edit;c left", true,
		    "a quit\nb; noaction\nedit c left\n");
	check_lines("a quit\nb quit;c quit x\\;y", true, "a quit\nb quit\nc quit'x';'y\n");
}

#define COMPILED(text) (const uint8_t *)(text), sizeof(text) - 1

static void check_compiled(const uint8_t *bytes, size_t n, bool good, const char *want)
{
	seen.len = 0;
	assert_int_equal(tl_lesskey_compiled(bytes, n, &sink), good);
	assert_string_equal(tl_buf_str(&seen), want);
}

/* As the lesskey program of less 590 writes them. */
static void test_compiled(void **state)
{
	check_compiled(COMPILED("\0M+Gc\x07\0a\0\x98X\0\0ge\0\0v\x09\0FOO\0\x81"
				"bar\0xEnd"),
		       true, "a quit'X\nstop\nFOO=bar\n");
	check_compiled(COMPILED("\0M+Gc\x10\0\x0b\x04\x06\1\1\1\0\x18\x0b\x28\x06\1\1\1\0\x18xEnd"),
		       true, "<d> quit\n[0b] quit\n");
	check_compiled(COMPILED("\0M+Ge\x03\0\t\0\4xEnd"), true, "edit [09] left\n");
	check_compiled(COMPILED("j\0\x0ck\0\x98Z\0"), true, "j forw-line\nk quit'Z\n");
}

static void test_damaged_files(void **state)
{
	check_compiled(COMPILED(""), false, "");
	check_compiled(COMPILED("a quit\n"), false, "");
	check_compiled(COMPILED("\0M+G"), false, "");
	check_compiled(COMPILED("\0M+Gc\x07\0a\0\x98Xxxxx"), false, "");
	check_compiled(COMPILED("\0M+Gc\x3f\x3f"
				"a\0\x18xEnd"),
		       false, "");
	check_compiled(COMPILED("\0M+Gc\4\0a\0\x98XxEnd"), false, "");
	check_compiled(COMPILED("\0M+Gq\0\0xEnd"), false, "");
	check_compiled(COMPILED("\0M+Gc\2\0\x0b\4xEnd"), false, "");
}

static int forget(void **state)
{
	tl_buf_fini(&seen);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bindings),
		cmocka_unit_test(test_bad_bindings),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_values_of_others),
		cmocka_unit_test(test_content_has_semicolons),
		cmocka_unit_test(test_compiled),
		cmocka_unit_test(test_damaged_files),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
