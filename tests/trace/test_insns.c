/*
 * test_insns.c: instructions as tless disassembles them, against objdump.
 *
 * The text is to be the same, but for what disasm.h tells of: blanks behind commas, 0x before
 * addresses.  Whole sections are read, of code made for this and of a program with its C library in
 * it, so that nothing depends on which of it this CPU runs; then what ran in a recording.
 */
#include "decoders/pt/disasm.h"
#include "tests/trace/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* From objdump's lines to address, [bytes,] text. */
#define THEIRS                                                                          \
	"sed -nE -e 's/^ *([0-9a-f]+):\\t/\\1\\t/' -e 's/ +\\t/\\t/' -e 's/ <.*//'"     \
	" -e 's/ +# (0x)?([0-9a-f]+)$/ # 0x\\2/' -e 's/ +/ /g' -e 's/ $//'"             \
	" -e 's/\\t(([a-z0-9.A-Z]+ )*(j[a-z]+(,p[nt])?|call[a-z]?|loop[a-z]*|xbegin)) " \
	"([0-9a-f]+)$/\\t\\1 0x\\5/'"                                                   \
	" -e '/^[0-9a-f]+\\t/p'"
#define OURS " -e 's/ <.*//' -e 's/, /,/g' -e 's/  # / # /'"

/* The `fwait` of `fstcw` and such is an instruction of its own: an event can lie between. */
#define FWAIT "sed -E 's/\\t(fstcw|fstsw|fstenv|fclex|finit|fsave)/\\tfwait/'"

/* ---- sections */

struct section {
	const char *file, *name, *syntax, *machine;
	unsigned mode;
	unsigned fewest; /* instructions */
};

/* The section's bytes, and in *address where it is. */
static void read_section(struct tl_buf *bytes, uint64_t *address)
{
	struct tl_buf text = TL_BUF_INIT;

	commands_run("objcopy -O binary -j $SECTION $HERE/programs/$FILE $FOLDER/code && "
		     "objdump -h -j $SECTION $HERE/programs/$FILE |"
		     "awk -v s=$SECTION '$2 == s { print \"0x\" $4 }'",
		     &text);
	*address = strtoull(tl_buf_str(&text), NULL, 16);
	commands_run("cat $FOLDER/code", bytes);
	tl_buf_fini(&text);
}

/* All instructions one after the other, as objdump goes; gives how many. */
static unsigned write_section(const struct section *s, const struct tl_buf *bytes, uint64_t address)
{
	enum tl_pt_syntax syntax =
	    strcmp(s->syntax, "att") == 0 ? TL_PT_SYNTAX_ATT : TL_PT_SYNTAX_INTEL;
	FILE *f = popen("sed -E " OURS " >$FOLDER/ours", "w");
	unsigned n = 0;

	assert_non_null(f);
	for (size_t at = 0; at < bytes->len; n++) {
		uint8_t text[TL_PT_DISASM_LONGEST], *end;
		struct tl_pt_insn insn;

		end = tl_pt_put_insn(text, syntax, s->mode, bytes->data + at, bytes->len - at,
				     address + at, &insn);
		fprintf(f, "%llx\t%.*s\n", (unsigned long long)(address + at), (int)(end - text),
			(char *)text);
		at += insn.len ? insn.len : 1;
	}
	assert_int_equal(pclose(f), 0);
	return n;
}

static void all_of_a_section(void **state)
{
	const struct section *s = *state;
	struct tl_buf bytes = TL_BUF_INIT, differences = TL_BUF_INIT;
	uint64_t address;

	setenv("FILE", s->file, 1);
	setenv("SECTION", s->name, 1);
	setenv("SYNTAX", s->syntax, 1);
	setenv("MACHINE", s->machine, 1);
	read_section(&bytes, &address);
	assert_true(write_section(s, &bytes, address) >= s->fewest);
	commands_run("objdump -w -d -z -m $MACHINE -M $SYNTAX --no-show-raw-insn -j $SECTION "
		     "$HERE/programs/$FILE | " THEIRS "| " FWAIT " >$FOLDER/theirs;"
		     "diff $FOLDER/theirs $FOLDER/ours | head -20",
		     &differences);
	assert_string_equal(tl_buf_str(&differences), "");
	tl_buf_fini(&differences);
	tl_buf_fini(&bytes);
}

/* ---- a recording */

/* Address, bytes and text of each instruction that ran, once. */
static const char ours[] =
    "$BIN --no-index --trace-view=insns --trace-columns=+bytes --disassembly=$SYNTAX $FOLDER/data |"
    "sed -nE -e 's/^.*: +([0-9a-f]+) [^(]*\\([^)]*\\/calls\\) +(([0-9a-f]{2} )+) "
    "*(.*)/\\1\\t\\2\\t\\4/'"
    " -e 's/ +\\t/\\t/'" OURS " -e '/\\t/p' | sort -u >$FOLDER/ours";

static void as_objdump_has_them(void **state)
{
	struct tl_buf out = TL_BUF_INIT, count = TL_BUF_INIT;

	setenv("SYNTAX", *state, 1);
	if (!commands_can("test -s $FOLDER/data"))
		commands_run("$HERE/record -o $FOLDER/data $HERE/programs/calls 2>&1", &out);
	commands_run(ours, &out);
	commands_run("objdump -w -d -M $SYNTAX $HERE/programs/calls |" THEIRS
		     "| sort >$FOLDER/theirs",
		     &out);
	out.len = 0;
	commands_run("join -t '\t' $FOLDER/ours $FOLDER/theirs |"
		     "awk -F '\t' '$2 != $4 || $3 != $5' | head -20",
		     &out);
	assert_string_equal(tl_buf_str(&out), "");
	commands_run("join -t '\t' $FOLDER/ours $FOLDER/theirs | wc -l", &count);
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
	static struct section sections[] = {
		{ "insns.o", ".text", "att", "i386:x86-64", 64, 1100 },
		{ "insns.o", ".text", "intel", "i386:x86-64", 64, 1100 },
		{ "insns.o", ".text32", "att", "i386", 32, 60 },
		{ "insns.o", ".text32", "intel", "i386", 32, 60 },
		{ "insns.o", ".text16", "att", "i8086", 16, 60 },
		{ "insns.o", ".text16", "intel", "i8086", 16, 60 },
		{ "calls", ".text", "att", "i386:x86-64", 64, 50000 },
	};
#define SECTION(i)                                                        \
	{                                                                 \
		"section " #i, all_of_a_section, NULL, NULL, &sections[i] \
	}
	const struct CMUnitTest tests[] = {
		SECTION(0), SECTION(1), SECTION(2), SECTION(3), SECTION(4), SECTION(5), SECTION(6),
	};
	const struct CMUnitTest recorded[] = {
		{ "att", as_objdump_has_them, NULL, NULL, "att" },
		{ "intel", as_objdump_has_them, NULL, NULL, "intel" },
		cmocka_unit_test(bytes_are_not_shown_unasked),
		cmocka_unit_test(there_are_two_syntaxes),
	};
	int rc;

	if (!commands_begin())
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	if (commands_can("$HERE/record -o $FOLDER/data $HERE/programs/calls >/dev/null 2>&1"))
		rc |= cmocka_run_group_tests(recorded, NULL, NULL);
	else
		fprintf(stderr, "skipped: programs cannot be recorded here\n");
	return commands_end() ? rc : 1;
}
