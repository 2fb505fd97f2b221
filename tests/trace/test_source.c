/*
 * test_source.c: where in the source the instructions of a recorded program come from, against
 * addr2line: every instruction that ran, and all calls that were inlined; with both versions of debug
 * information, in a file of its own, compressed, without the table of addresses, and without any.
 */
#include "tests/trace/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The name of the innermost function is not compared: where a function's pieces are apart, addr2line
 * takes another. */
#define INNERMOST "sed -E 's/\\t([^ ]+) [^<]*(\\(inlined\\) <)/\\t\\1 \\2/'"

/* The program is where its binary says: addresses are the same. */
static const char ours[] =
    "cd $FOLDER && $BIN --no-index --trace-view=insns --source data |"
    "sed -nE 's/^.*: +([0-9a-f]+) ([^ ]*) \\([^)]*\\/prog\\) *([^ ]+ .*)/\\1\\t\\3/p' | sort -u |"
    "sed -E -e 's/\\t.*  ([^ ]+:[0-9?]+.*)$/\\t\\1/' -e t -e 's/\\t.*/\\t/' >ours;" INNERMOST
    " ours";

/* Where it knows nothing, it has names of object files. */
static const char theirs[] =
    "cd $FOLDER && cut -f 1 ours | addr2line -a -i -s -f -C -e whole | awk '\n"
    "function flush() {\n"
    "  if (at != \"\") print at \"\\t\" (n > 1 ? places : only)\n"
    "}\n"
    "/^0x/ { flush(); at = $0; sub(/^0x0*/, \"\", at); n = 0; places = \"\"; next }\n"
    "{\n"
    "  name = $0; sub(/\\(.*/, \"\", name); getline; sub(/ \\(disc.*/, \"\")\n"
    "  if ($0 ~ /\\?$|^\\?\\?:/) { only = \"\"; next }\n"
    "  only = $0\n"
    "  if (n++) places = places \" (inlined) < \"\n"
    "  places = places $0 \" \" name\n"
    "}\n"
    "END { flush() }' |" INNERMOST;

static void check(const char *what)
{
	struct tl_buf want = TL_BUF_INIT, got = TL_BUF_INIT;

	commands_run(ours, &got);
	commands_run(theirs, &want);
	assert_non_null(strstr(tl_buf_str(&want), "inlines.h"));
	assert_non_null(strstr(tl_buf_str(&want), "(inlined) < inlines.cc"));
	commands_same(&want, &got, what);
	tl_buf_fini(&want);
	tl_buf_fini(&got);
}

static void quietly(const char *command)
{
	struct tl_buf out = TL_BUF_INIT;

	commands_run(command, &out);
	tl_buf_fini(&out);
}

/* A copy of a program, which the tests change behind its recording. */
static bool record(const char *program)
{
	setenv("PROGRAM", program, 1);
	return commands_can(
	    "cd $FOLDER && rm -f prog whole data && cp $HERE/programs/$PROGRAM prog &&"
	    "cp prog whole && $HERE/record -o data ./prog >/dev/null 2>&1");
}

static void as_addr2line_has_it(void **state)
{
	if (*state && !record(*state))
		skip();
	check("in the binary");
	if (*state) /* the rest once */
		return;
	quietly("cd $FOLDER && objcopy --compress-debug-sections whole prog");
	check("compressed");
	quietly("cd $FOLDER && objcopy -R .debug_aranges whole prog");
	check("without a table of addresses");
	quietly("cd $FOLDER && objcopy --only-keep-debug whole prog.debug &&"
		"strip -o prog whole && objcopy --add-gnu-debuglink=prog.debug prog");
	check("in a file of its own");
	quietly("cd $FOLDER && rm prog.debug && d=.debug/.build-id &&"
		"id=$(readelf -n whole | sed -n 's/.*Build ID: //p') &&"
		"mkdir -p $d/$(echo $id | cut -c 1-2)/$(echo $id | cut -c 3-) &&"
		"cp whole $d/$(echo $id | cut -c 1-2)/$(echo $id | cut -c 3-)/elf");
	check("in perf's cache");
	quietly("cd $FOLDER && rm -r .debug");
}

/* What is broken is as if it were not there, or wrong; but it comes to an end. */
static void spoiled(void **state)
{
	quietly(
	    "cd $FOLDER && readelf -SW whole |"
	    "sed -nE 's/.* (\\.debug_[a-z_]*) +PROGBITS +[0-9a-f]+ +([0-9a-f]+) .*/\\2/p' >at &&"
	    "test $(wc -l <at) -gt 5 && while read at; do\n"
	    "  cp whole prog && printf '\\377\\377\\177\\0\\200' |"
	    "  dd of=prog bs=1 seek=$((0x$at + 40)) conv=notrunc 2>/dev/null || exit 1\n"
	    "  timeout 20 $BIN --no-index --trace-view=insns --source data >/dev/null || exit 1\n"
	    "done <at");
}

static void without_any(void **state)
{
	struct tl_buf want = TL_BUF_INIT, got = TL_BUF_INIT;

	quietly("cd $FOLDER && strip -o prog whole");
	commands_run("cd $FOLDER && $BIN --no-index data | grep -v ld-linux", &want);
	commands_run("cd $FOLDER && $BIN --no-index --source data | grep -v ld-linux |"
		     "sed 's/  [^ ]*\\.[chS]*:[0-9].*//'",
		     &got);
	commands_same(&want, &got, "a stripped binary");
	tl_buf_fini(&want);
	tl_buf_fini(&got);
}

static void calls_tell_where_they_are(void **state)
{
	struct tl_buf out = TL_BUF_INIT;

	quietly("cd $FOLDER && cp whole prog");
	for (const char *const *view =
		 (const char *const[]){ "calls", "returns", "branches", NULL };
	     *view; view++) {
		out.len = 0;
		setenv("VIEW", *view, 1);
		commands_run("cd $FOLDER && $BIN --no-index --source --trace-view=$VIEW data |"
			     "grep -E 'main.* -> .*run' | head -1",
			     &out);
		assert_non_null(strstr(tl_buf_str(&out), "  inlines.cc:43\n"));
	}
	out.len = 0;
	commands_run("cd $FOLDER && $BIN --no-index --SOURCE data |"
		     "grep -E 'main.* -> .*run' | head -1",
		     &out);
	/* The compiler was told of the file by a path from where it ran. */
	if (commands_can("test -r tests/trace/programs/inlines.cc"))
		assert_non_null(
		    strstr(tl_buf_str(&out), "  inlines.cc:43 | return run(40) == 12345;\n"));
	tl_buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "dwarf_5", as_addr2line_has_it, NULL, NULL, NULL },
		{ "dwarf_4", as_addr2line_has_it, NULL, NULL, "inlines4" },
		cmocka_unit_test(calls_tell_where_they_are),
		cmocka_unit_test(spoiled),
		cmocka_unit_test(without_any),
	};
	int rc;

	if (!commands_begin())
		return 1;
	/* The leak checker stumbles over libraries that are loaded late; see fuzz_srclines.c. */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	if (!record("inlines")) {
		fprintf(stderr, "skipped: programs cannot be recorded here\n");
		return commands_end() ? 77 : 1;
	}
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	return commands_end() ? rc : 1;
}
