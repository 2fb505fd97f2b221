/*
 * test_insns.c: the instructions of a recorded program, as tless disassembles them, against objdump.
 *
 * The bytes are to be the same, each and every one; the text, but for how the two write the same
 * thing: names of conditions, sizes in names, signs of numbers, addresses relative to %rip.
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

/* Address, bytes and text of each instruction that ran, once. */
static const char ours[] =
    "$BIN --no-index --trace-view=insns --trace-columns=+bytes --disassembly=$SYNTAX $FOLDER/data |"
    "sed -nE -e 's/^.*: +([0-9a-f]+) [^(]*\\([^)]*\\/calls\\) +(([0-9a-f]{2} )+) "
    "*(.*)/\\1\\t\\2\\t\\4/'"
    " -e 's/ +\\t/\\t/' -e 's/ <.*//' -e '/\\t/p' | sort -u >$FOLDER/ours";

static const char theirs[] =
    "objdump -w -d -M $SYNTAX $HERE/programs/calls |"
    "sed -nE -e 's/^ *([0-9a-f]+):\\t(([0-9a-f]{2} )+) *\\t/\\1\\t\\2\\t/' -e 's/ +\\t/\\t/'"
    " -e 's/-?0x[0-9a-f]+\\(%rip\\)(.*) # ([0-9a-f]+).*/0x\\2\\1/'"
    " -e 's/\\[rip[^]]*\\](.*) # ([0-9a-f]+).*/[0x\\2]\\1/'"
    " -e 's/ +#.*//' -e 's/ <.*//' -e 's/ +$//' -e '/\\t/p' | sort >$FOLDER/theirs";

/* Print what differs, and how many were looked at. */
static const char compare[] =
    "join -t '\t' $FOLDER/ours $FOLDER/theirs | awk -F '\t' '\n"
    "function plain(s, name) {\n"
    "  sub(/^ *((addr32|data16|cs|notrack|bnd) )*/, \"\", s)\n"
    "  match(s, /^((lock|rep[a-z]*) )?[a-z0-9]+/)\n"
    "  name = substr(s, 1, RLENGTH)\n"
    "  s = substr(s, RLENGTH + 1)\n"
    "  if (name ~ /^(j|set|cmov)/) {\n"
    "    sub(/nbe$/, \"a\", name); sub(/nle$/, \"g\", name); sub(/nb$/, \"ae\", name)\n"
    "    sub(/nl$/, \"ge\", name); sub(/nz$/, \"ne\", name); sub(/z$/, \"e\", name)\n"
    "  }\n"
    "  sub(/^movabs/, \"mov\", name)\n"
    "  sub(/[bwlqydx]+$/, \"\", name)\n"
    "  s = tolower(s)\n"
    "  gsub(/[xyz]mmword/, \"word\", s)\n"
    "  gsub(/[qdbtf]?(word|yte) ptr/, \"ptr\", s)\n"
    "  gsub(/[][ ]|\\+0x0]/, \"\", s); gsub(/0x0\\(/, \"(\", s); sub(/\\+0x0(,|$)/, \"\", s)\n"
    "  gsub(/0x/, \"\", s)\n"
    "  return name \" \" s\n"
    "}\n"
    "$2 != $4 { print \"bytes: \" $0 }\n"
    "{\n"
    "  a = plain($3); b = plain($5); n++\n"
    "  if (a ~ /-/) { gsub(/-?[0-9a-f]+/, \"\", a); gsub(/-?[0-9a-f]+/, \"\", b) }\n"
    /* Operands that only one of them shows, or names them otherwise. */
    "  if (a != b && a !~ /^(nop|sa?r|sh[lr]|rep sto|rep mov|cqo|cdqe|cd|cwde|vpcmp|pcmp)/)\n"
    "    print $1 \": \" $3 \" (\" a \"), but objdump: \" $5 \" (\" b \")\"\n"
    "}\n"
    "END { print n > ENVIRON[\"FOLDER\"] \"/count\" }'";

static void as_objdump_has_them(void **state)
{
	struct tl_buf out = TL_BUF_INIT, count = TL_BUF_INIT;

	setenv("SYNTAX", *state, 1);
	if (!commands_can("test -s $FOLDER/data"))
		commands_run("$HERE/record -o $FOLDER/data $HERE/programs/calls 2>&1", &out);
	commands_run(ours, &out);
	commands_run(theirs, &out);
	out.len = 0;
	commands_run(compare, &out);
	assert_string_equal(tl_buf_str(&out), "");
	commands_run("cat $FOLDER/count", &count);
	assert_true(atoi(tl_buf_str(&count)) > 2000);
	tl_buf_fini(&count);
	tl_buf_fini(&out);
}

static void bytes_are_not_shown_unasked(void **state)
{
	struct tl_buf out = TL_BUF_INIT;

	commands_run("$BIN --no-index --trace-view=insns $FOLDER/data |"
		     "sed -nE 's/.*main\\+0x0 \\([^)]*\\) +//p' | head -1",
		     &out);
	assert_non_null(strchr("abcdefghijklmnopqrstuvwxyz", tl_buf_str(&out)[0]));
	assert_true(tl_buf_str(&out)[2] != ' ');
	tl_buf_fini(&out);
}

static void there_are_two_syntaxes(void **state)
{
	struct tl_buf out = TL_BUF_INIT;

	commands_run("$BIN --no-index --disassembly=masm $FOLDER/data 2>&1 || true", &out);
	assert_string_equal(tl_buf_str(&out),
			    "no syntax 'masm' of instructions; there are: att, intel\n");
	tl_buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "att", as_objdump_has_them, NULL, NULL, "att" },
		{ "intel", as_objdump_has_them, NULL, NULL, "intel" },
		cmocka_unit_test(bytes_are_not_shown_unasked),
		cmocka_unit_test(there_are_two_syntaxes),
	};
	int rc;

	if (!commands_begin())
		return 1;
	if (!commands_can("$HERE/record -o $FOLDER/data $HERE/programs/calls >/dev/null 2>&1")) {
		fprintf(stderr, "skipped: programs cannot be recorded here\n");
		return commands_end() ? 77 : 1;
	}
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	return commands_end() ? rc : 1;
}
