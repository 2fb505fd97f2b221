/*
 * test_modes.c: a program that goes from code of 64 bits to that of 32 and 16 and back.
 *
 * No program here can do so on its own; so a trace is written packet by packet, of a walk through
 * programs/modes.S.  A sync point is in the midst of the code of 32 bits.
 */
#include "tests/trace/commands.h"
#include "tests/trace/perfout.h"
#include "tests/trace/ptout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PID 4711

/* Where the linker is told to put the code, and where that is in the file. */
#define START  0x401000
#define OFFSET 0x1000

static uint64_t address(const char *symbol)
{
	struct tl_buf text = TL_BUF_INIT;
	uint64_t a;

	setenv("SYMBOL", symbol, 1);
	commands_run("nm $HERE/programs/modes | awk -v s=$SYMBOL '$3 == s { print $1 }'", &text);
	a = strtoull(tl_buf_str(&text), NULL, 16);
	assert_true(a >= START);
	tl_buf_fini(&text);
	return a;
}

/* A jump to code of another mode: MODE.Exec goes before the TIP. */
static void go(struct ptout *pt, uint8_t mode, uint64_t to)
{
	const uint8_t packet[] = { 0x99, mode };

	ptout_raw(pt, packet, sizeof(packet), PTOUT_NOIP);
	ptout_indirect(pt, to);
}

/* A PSB+ where the next instruction is the one told last, in code of 32 bits. */
static void sync_there(struct ptout *pt, uint64_t ip)
{
	uint8_t packets[27] = { 0 };

	for (unsigned i = 0; i < 16; i += 2) {
		packets[i] = 0x02;
		packets[i + 1] = 0x82;
	}
	packets[16] = 0x99;
	packets[17] = 0x02;
	packets[18] = 0x7d; /* FUP of six bytes */
	for (unsigned i = 0; i < 6; i++)
		packets[19 + i] = (uint8_t)(ip >> 8 * i);
	packets[25] = 0x02;
	packets[26] = 0x23;
	ptout_raw(pt, packets, sizeof(packets), PTOUT_NOIP);
}

static void walk(struct ptout *pt)
{
	ptout_enable(pt, address("in64"));
	go(pt, 0x02, address("in32"));
	sync_there(pt, address("in32"));
	ptout_ret(pt, address("back"));
	ptout_cond(pt, false);
	go(pt, 0x00, address("in16"));
	go(pt, 0x01, address("in64_again"));
	ptout_disable(pt, PTOUT_NOIP);
	ptout_flush(pt);
}

static void put_recording(struct perfout *out, const struct perfout_pt *info, struct ptout *pt)
{
	const struct perfout_id_entry ids[] = { { .id = 100, .tid = PID },
						{ .id = 200, .tid = PID } };
	struct perfout_id id = { .pid = PID, .tid = PID, .time = 1000, .attr = 1 };
	char program[4096];
	struct perfout_mmap2 map = { .pid = PID,
				     .tid = PID,
				     .addr = START,
				     .len = 4096,
				     .pgoff = OFFSET,
				     .inode = 7,
				     .path = program };

	snprintf(program, sizeof(program), "%s/programs/modes", getenv("HERE"));
	perfout_auxtrace_info(out, info);
	perfout_time_conv(out, info);
	perfout_id_index(out, ids, 2);
	perfout_comm(out, PID, PID, "modes", false, &id);
	perfout_mmap2(out, &map, &id);
	id.attr = 0;
	id.time = 2000;
	perfout_itrace_start(out, PID, PID, &id);
	perfout_aux(out, 0, ptout_bytes(pt)->len, 0, &id);
	perfout_auxtrace(out, ptout_bytes(pt)->data, ptout_bytes(pt)->len, 0, 1, 0, PID, -1);
	perfout_finished_round(out);
}

static void record(void)
{
	const struct ptout_config config = { 0 };
	struct ptout *pt = ptout_open(&config);
	struct perfout_options options;
	struct perfout_usual usual;
	struct perfout_pt info;
	struct perfout *out;
	char path[4096];

	assert_non_null(pt);
	walk(pt);
	assert_false(ptout_failed(pt));
	snprintf(path, sizeof(path), "%s/data", getenv("FOLDER"));
	perfout_pt_usual(&info, false);
	perfout_usual(&usual, PERFOUT_PT_PT | PERFOUT_PT_BRANCH, 0, &options);
	options.mode = PERFOUT_FILE;
	assert_true(perfout_open(path, &options, &out, NULL));
	put_recording(out, &info, pt);
	assert_true(perfout_close(out, NULL));
	ptout_close(pt);
}

static void each_mode_has_its_instructions(void **state)
{
	struct tl_buf got = TL_BUF_INIT;

	record();
	commands_run("$BIN --no-index --trace-view=insns --trace-columns=function $FOLDER/data |"
		     "sed -E -e '/^#|cbr/d' -e 's/^ *[0-9a-f]+ //' -e 's/ \\([^)]*\\) +/ /' -e "
		     "'s/0x4[0-9a-f]+ //'",
		     &got);
	assert_string_equal(tl_buf_str(&got), "in64+0x0 inc %rax\n"
					      "in64+0x3 ljmp *(%rax)\n"
					      "[mode: 32-bit]\n"
					      "in32+0x0 inc %eax\n"
					      "in32+0x1 push %es\n"
					      "in32+0x2 mov 0x8(%ebp), %edx\n"
					      "in32+0x5 call <deeper>\n"
					      "deeper+0x0 dec %ecx\n"
					      "deeper+0x1 pusha\n"
					      "deeper+0x2 ret\n"
					      "in32+0xa jne <in32+13>\n"
					      "in32+0xc nop\n"
					      "in32+0xd ljmp *(%eax)\n"
					      "[mode: 16-bit]\n"
					      "in16+0x0 inc %ax\n"
					      "in16+0x1 mov 0x4(%bx,%si), %ecx\n"
					      "in16+0x5 ljmp *(%bx)\n"
					      "[mode: 64-bit]\n"
					      "in64_again+0x0 mov %eax, %r8d\n"
					      "in64_again+0x3 syscall\n");
	tl_buf_fini(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mode_has_its_instructions),
	};
	int rc;

	if (!commands_begin())
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	return commands_end() ? rc : 1;
}
