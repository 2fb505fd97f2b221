/* test_srclines.c: debug information that is in files of its own, and what it must not do. */
#include "decoders/perf/srclines.h"

#include "decoders/perf/dwarffile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define AT 0x400000 /* where the code is linked to */

/* The leak checker stumbles over libraries that are loaded late; see fuzz_srclines.c. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static char dir[] = "/tmp/tless-srclines-XXXXXX";

static int make(void **state)
{
	char command[600];

	if (!mkdtemp(dir))
		return -1;
	snprintf(
	    command, sizeof(command),
	    "cd %s && printf 'int f(int i)\\n{\\n\\treturn i + 1;\\n}\\n' >a.c &&"
	    "cc -O0 -g -gdwarf-5 -gsplit-dwarf -fcf-protection=none -c a.c &&"
	    "cc -nostdlib -static -Wl,--build-id=none,-Ttext=0x%x,-ef -o a a.o && test -s a.dwo",
	    dir, AT);
	*state = system(command) == 0 ? dir : NULL;
	return 0;
}

static int drop(void **state)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	return system(command);
}

struct found {
	unsigned line;
	char function[20];
};

/* The innermost function counts. */
static void see(void *arg, const struct tl_srcline *place)
{
	struct found *f = arg;

	if (f->line > 0)
		return;
	f->line = place->line;
	snprintf(f->function, sizeof(f->function), "%s", place->function ? place->function : "");
}

static struct found find_in(const char *name)
{
	struct tl_dsofile_places places = { .symfs = NULL };
	struct tl_dsofile file, shared;
	struct found f = { 0 };
	struct tl_srclines *s;
	char path[100];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	alarm(20); /* it must not wait for what is no file */
	assert_true(tl_dsofile_open(path, &file));
	tl_dwarffile_find_shared(&places, &file, &shared);
	s = tl_srclines_open(file.fd, shared.fd, NULL);
	assert_non_null(s);
	tl_srclines_find(s, AT, see, &f);
	tl_srclines_close(s);
	tl_dsofile_close(&shared);
	tl_dsofile_close(&file);
	alarm(0);
	return f;
}

static struct found find(void)
{
	return find_in("a");
}

static bool in_dir(const char *command)
{
	char whole[1000];

	snprintf(whole, sizeof(whole), "cd %s && { %s; } >/dev/null 2>&1", dir, command);
	return system(whole) == 0;
}

/* The functions of a skeleton are looked for in a file; where it names a FIFO, lines are told. */
static void a_split_file_is_a_file(void **state)
{
	char dwo[100], away[100];
	struct found f;

	if (!*state)
		skip();
	snprintf(dwo, sizeof(dwo), "%s/a.dwo", dir);
	snprintf(away, sizeof(away), "%s/away", dir);
	f = find();
	assert_int_equal(f.line, 2);
	assert_string_equal(f.function, "f");
	assert_int_equal(rename(dwo, away), 0);
	assert_int_equal(find().line, 2);
	assert_int_equal(mkfifo(dwo, 0600), 0);
	f = find();
	assert_int_equal(f.line, 2);
	assert_string_equal(f.function, "");
}

/* All units of a program together, beside it. */
static void units_together_are_a_file(void **state)
{
	if (!*state)
		skip();
	assert_true(in_dir("rm a.dwo; mv away a.dwo; mkfifo a.dwp"));
	assert_int_equal(find().line, 2);
	assert_true(in_dir("rm a.dwp"));
	assert_string_equal(find().function, "f");
}

/* Where shared debug information is looked for may be a name that is too long for any file. */
static void a_long_root_is_no_place(void **state)
{
	static char root[100000];
	struct tl_dsofile_places places = { .symfs = root };
	struct tl_dsofile file, shared;
	char path[100];

	if (!*state)
		skip();
	memset(root, 'x', sizeof(root) - 1);
	assert_true(in_dir("printf 'gone\\0abcdefgh' >far &&"
			   "objcopy --add-section .gnu_debugaltlink=far a farther"));
	snprintf(path, sizeof(path), "%s/farther", dir);
	assert_true(tl_dsofile_open(path, &file));
	assert_false(tl_dwarffile_find_shared(&places, &file, &shared));
	tl_dsofile_close(&file);
}

/* What dwz takes out of several binaries: names of inlined functions are there. */
static void what_is_shared_is_a_file(void **state)
{
	static const char *const spoilers[] = {
		"rm shared",
		"rm shared; mkfifo shared",
		"ln -sf /dev/zero shared",
		"rm shared; mkdir shared",
		"rmdir shared; cp y shared", /* another one */
		"head -c 300 whole >shared",
		"printf '\\177ELF' >shared",
	};
	struct found f;

	if (!in_dir("printf 'struct s { int a, b; struct s *next; char name[20]; };\\n"
		    "static inline int copied(struct s *s)\\n{\\n int n = 0;\\n"
		    " while (s) { n += s->a * s->b; s = s->next; }\\n return n;\\n}\\n"
		    "int f(struct s *s) { return copied(s) + 1; }\\n' >s.c &&"
		    "for i in x y; do cc -O2 -g -fcf-protection=none -nostdlib -static"
		    " -Wl,--build-id,-Ttext=0x400000,-ef -o $i s.c || exit 1; done;"
		    "dwz -m shared -r x y && cp shared whole")) {
		print_message("skip: dwz is not installed\n");
		skip();
	}
	f = find_in("x");
	assert_true(f.line >= 2 && f.line <= 8);
	assert_string_equal(f.function, "copied");
	/* Lines are told all the same, without names. */
	for (size_t i = 0; i < sizeof(spoilers) / sizeof(*spoilers); i++) {
		assert_true(in_dir(spoilers[i]));
		assert_int_equal(find_in("x").line, f.line);
		assert_string_not_equal(find_in("x").function, "copied");
	}
	/* It names another one: that is not asked. */
	assert_true(
	    in_dir("rm shared; mkfifo third && printf 'third\\0abcdefghijklmnopqrst' >link &&"
		   "objcopy --add-section .gnu_debugaltlink=link whole shared"));
	assert_string_equal(find_in("x").function, "copied");
	/* A link that leads nowhere, that is cut off, or too long. */
	assert_true(in_dir("rm third; for n in 0 1 6 7 30; do head -c $n link >cut;"
			   "objcopy --update-section .gnu_debugaltlink=cut x x$n || exit 1; done"));
	assert_int_equal(find_in("x0").line, f.line);
	assert_int_equal(find_in("x6").line, f.line);
	assert_int_equal(find_in("x7").line, f.line);
	assert_int_equal(find_in("x30").line, f.line);
}

static bool opens(const char *name)
{
	struct tl_dsofile file;
	struct tl_srclines *s;
	char path[100];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_true(tl_dsofile_open(path, &file));
	s = tl_srclines_open(file.fd, -1, NULL);
	tl_srclines_close(s);
	tl_dsofile_close(&file);
	return s;
}

/* The last string of a section goes on behind it: libdw would follow it there. */
static void strings_without_an_end_are_not_read(void **state)
{
	static const char *const names[] = { "line_str", "str" };
	char command[500];

	/* Long names, as short ones are not worth packing. */
	if (!*state ||
	    !in_dir("long=$(printf '%0999d' 0) && "
		    "printf \"int f(int i)\\n{\\n\\treturn i + 1;\\n}\\nint g$long;\\n\" >b.c &&"
		    "cc -O0 -g -gdwarf-5 -fcf-protection=none -nostdlib -static"
		    " -fdebug-prefix-map=$PWD=/$long -Wl,--build-id=none,-Ttext=0x400000,-ef"
		    " -o whole b.c"))
		skip();
	assert_int_equal(find_in("whole").line, 2);
	for (unsigned i = 0; i < 2; i++) {
		snprintf(
		    command, sizeof(command),
		    "objcopy --dump-section .debug_%s=s whole && test -s s && truncate -s -1 s &&"
		    "objcopy --update-section .debug_%s=s whole open",
		    names[i], names[i]);
		assert_true(in_dir(command));
		assert_false(opens("open"));
		/* Packed, in both ways. */
		for (unsigned k = 0; k < 2; k++) {
			snprintf(command, sizeof(command),
				 "for i in whole open; do"
				 " objcopy --compress-debug-sections=%s $i $i-z || exit 1; done",
				 k ? "zlib-gnu" : "zlib");
			assert_true(in_dir(command));
			assert_int_equal(find_in("whole-z").line, 2);
			assert_false(opens("open-z"));
		}
	}
	/* Of a unit in a file of its own: lines are told. */
	assert_true(in_dir("objcopy --dump-section .debug_str.dwo=s a.dwo && truncate -s -1 s &&"
			   "objcopy --update-section .debug_str.dwo=s a.dwo"));
	assert_int_equal(find().line, 2);
	assert_string_equal(find().function, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_split_file_is_a_file),
		cmocka_unit_test(a_long_root_is_no_place),
		cmocka_unit_test(units_together_are_a_file),
		cmocka_unit_test(what_is_shared_is_a_file),
		cmocka_unit_test(strings_without_an_end_are_not_read),
	};

	return cmocka_run_group_tests(tests, make, drop);
}
