/* test_lines.c: events, and the lines each view makes of them. */
#include "tests/unit/fake_events.h"

#include "decoders/pt/pen.h"

/* ---- calls */

static void calls_as_in_the_manual(void **state)
{
	const struct tl_pt_event events[] = {
		branch(&task, T, CALL, MAIN + 190, F1, 13),
		branch(&task, T + 20, CALL, F1 + 22, F2, 9),
		branch(&task, T + 140, CALL, F2 + 1, 0x7f0000000010, 1300000),
	};
	const char *want =
	    "           tcall-4711   [003] 12345.678901234:         ~ [~   13] main+190 -> f1\n"
	    "           tcall-4711   [003] 12345.678901254:     +20ns [+    9]   f1+22 -> f2\n"
	    "           tcall-4711   [003] 12345.678901374:    +120ns [+1300000]     f2+1 -> "
	    "7f0000000010\n";

	assert_lines("calls", events, want);
	assert_lines(NULL, events, want);
}

static void returns_are_indented_as_their_calls(void **state)
{
	const struct tl_pt_event events[] = {
		branch(&task, T, CALL, MAIN + 1, F1, 13),
		branch(&task, T, CALL, F1 + 22, F2, 9),
		branch(&task, T + 5, RETURN, F2 + 9, F1 + 27, 10),
		branch(&task, T + 6, RETURN, F1 + 33, MAIN + 6, 3),
		branch(&task, T + 9, CALL, MAIN + 8, F2, 2),
	};

	assert_lines(
	    "returns", events,
	    "           tcall-4711   [003] 12345.678901234:         ~ [~   13] main+1 -> f1\n"
	    "           tcall-4711   [003] 12345.678901234:      +0ns [+    9]   f1+22 -> f2\n"
	    "           tcall-4711   [003] 12345.678901239:      +5ns [+   10]   f1+27 <- f2+9\n"
	    "           tcall-4711   [003] 12345.678901240:      +1ns [+    3] main+6 <- f1+33\n"
	    "           tcall-4711   [003] 12345.678901243:      +3ns [+    2] main+8 -> f2\n");
	/* Without their lines, the instructions up to them are counted all the same. */
	assert_lines(
	    "calls", events,
	    "           tcall-4711   [003] 12345.678901234:         ~ [~   13] main+1 -> f1\n"
	    "           tcall-4711   [003] 12345.678901234:      +0ns [+    9]   f1+22 -> f2\n"
	    "           tcall-4711   [003] 12345.678901243:      +9ns [+   15] main+8 -> f2\n");
}

static void depth_counts_from_the_shallowest(void **state)
{
	const struct tl_pt_event events[] = {
		branch(&task, T, CALL, F2 + 1, WRITE, 1),
		branch(&task, T, RETURN, WRITE + 1, F2 + 6, 1),
		branch(&task, T, RETURN, F2 + 7, F1 + 5, 1),
		branch(&task, T, RETURN, F1 + 7, MAIN + 5, 1),
		branch(&task, T, CALL, MAIN + 9, F1, 1),
	};

	assert_functions("returns", events,
			 "    f2+1 -> write\n"
			 "    f2+6 <- write+1\n"
			 "  f1+5 <- f2+7\n"
			 "main+5 <- f1+7\n"
			 "main+9 -> f1\n");
}

static void a_return_past_open_calls_closes_them(void **state)
{
	const struct tl_pt_event events[] = {
		branch(&task, T, CALL, MAIN, F1, 1),
		branch(&task, T, CALL, F1, F2, 1),
		branch(&task, T, CALL, F2, WRITE, 1),
		branch(&task, T, RETURN, F1 + 50, MAIN + 5, 1), /* after a longjmp() into f1 */
		branch(&task, T, CALL, MAIN + 10, F1, 1),
		branch(&task, T, CALL, F1 + 10, F2, 1),
		branch(&task, T, RETURN, F2 + 20, WRITE, 1), /* a jump made of push and ret */
		branch(&task, T, CALL, WRITE + 1, F1, 1),
	};

	assert_functions("returns", events,
			 "main -> f1\n"
			 "  f1 -> f2\n"
			 "    f2 -> write\n"
			 "main+5 <- f1+50\n"
			 "main+10 -> f1\n"
			 "  f1+10 -> f2\n"
			 "  write <- f2+20\n"
			 "  write+1 -> f1\n");
}

static void recursion_returns_one_by_one(void **state)
{
	const struct tl_pt_event events[] = {
		branch(&task, T, CALL, F1 + 1, F1, 1),
		branch(&task, T, CALL, F1 + 1, F1, 1),
		branch(&task, T, RETURN, F1 + 9, F1 + 6, 1),
		branch(&task, T, RETURN, F1 + 9, F1 + 6, 1),
	};

	assert_functions("returns", events,
			 "f1+1 -> f1\n"
			 "  f1+1 -> f1\n"
			 "  f1+6 <- f1+9\n"
			 "f1+6 <- f1+9\n");
}

static void system_calls_and_signals(void **state)
{
	const struct tl_pt_event events[] = {
		branch(&task, T, START, 0, MAIN, 0),
		branch(&task, T, CALL, MAIN + 1, WRITE, 1),
		branch(&task, T, SYSCALL | TL_PT_TRACE_END, WRITE + 16, 0, 1),
		branch(&task, T, START, 0, WRITE + 21, 0),
		branch(&task, T, HWINT | TL_PT_TRACE_END, WRITE + 22, KERNEL, 1),
		branch(&task, T, START, 0, WRITE + 22, 0),
		branch(&task, T, END | TL_PT_ASYNC, WRITE + 23, 0, 1),
		branch(&task, T, START, 0, HANDLER, 0), /* a signal, */
		branch(&task, T, CALL, HANDLER + 3, F1, 1),
		branch(&task, T, RETURN, F1 + 3, HANDLER + 8, 1),
		branch(&task, T, RETURN, HANDLER + 9, RESTORER, 1),
		branch(&task, T, SYSCALL | TL_PT_TRACE_END, RESTORER + 7, 0, 1), /* sigreturn() */
		branch(&task, T, START, 0, WRITE + 23, 0),
		branch(&task, T, RETURN, WRITE + 30, MAIN + 6, 1),
	};

	assert_functions("returns", events,
			 "[tr strt] -> main\n"
			 "main+1 -> write\n"
			 "  write+16 -> [tr end syscall]\n"
			 "  [tr strt] -> write+21\n"
			 "  write+22 -> [tr end hw int] ffffffff81000000\n"
			 "  [tr strt] -> write+22\n"
			 "  write+23 -> [tr end async]\n"
			 "    [tr strt] -> handler\n"
			 "    handler+3 -> f1\n"
			 "    handler+8 <- f1+3\n"
			 "    401400 <- handler+9\n"
			 "    401407 -> [tr end syscall]\n"
			 "  [tr strt] -> write+23\n"
			 "main+6 <- write+30\n");
}

static void calls_out_of_a_filter(void **state)
{
	const struct tl_pt_event events[] = {
		branch(&task, T, CALL, MAIN, F1, 1),
		branch(&task, T, CALL | TL_PT_TRACE_END, F1 + 1, 0x7f0000000000, 1),
		branch(&task, T, START, 0, F1 + 6, 0),
		branch(&task, T, CALL, F1 + 10, F2, 1),       /* a PLT entry, */
		branch(&task, T, END, F2, 0x7f0000000000, 1), /* that jumps out */
		branch(&task, T, START, 0, F1 + 15, 0),       /* and what it was for, done */
		branch(&task, T, RETURN | TL_PT_TRACE_END, F1 + 16, 0, 1),
		branch(&task, T, START, 0, HANDLER, 0),
	};

	assert_functions("calls", events,
			 "main -> f1\n"
			 "  f1+1 -> [tr end call] 7f0000000000\n"
			 "  [tr strt] -> f1+6\n"
			 "  f1+10 -> f2\n"
			 "    f2 -> [tr end] 7f0000000000\n"
			 "  [tr strt] -> f1+15\n"
			 "f1+16 -> [tr end return]\n"
			 "[tr strt] -> handler\n");
}

static void into_the_kernel_and_back(void **state)
{
	const uint64_t entry = KERNEL, sys = KERNEL + 0x100, irq = KERNEL + 0x200;
	const struct tl_pt_event events[] = {
		branch(&task, T, SYSCALL, WRITE + 16, entry, 1),
		branch(&task, T, CALL, entry + 1, sys, 1),
		branch(&task, T, HWINT, sys + 1, irq, 1),
		branch(&task, T, IRET, irq + 9, sys + 1, 1),
		branch(&task, T, RETURN, sys + 9, entry + 6, 1),
		branch(&task, T, SYSRET, entry + 9, WRITE + 21, 1),
		branch(&task, T, HWINT, MAIN, irq, 1),
		branch(&task, T, CALL, irq + 9, sys, 1),
		branch(&task, T, IRET, sys + 9, F2, 1), /* to elsewhere: all of the kernel is left */
	};

	assert_functions("returns", events,
			 "write+16 -> [syscall] ffffffff81000000\n"
			 "  ffffffff81000001 -> ffffffff81000100\n"
			 "    ffffffff81000101 -> [hw int] ffffffff81000200\n"
			 "    ffffffff81000101 <- [iret] ffffffff81000209\n"
			 "  ffffffff81000006 <- ffffffff81000109\n"
			 "write+21 <- [sysret] ffffffff81000009\n"
			 "main -> [hw int] ffffffff81000200\n"
			 "  ffffffff81000209 -> ffffffff81000100\n"
			 "f2 <- [iret] ffffffff81000109\n");
}

static void threads_are_told_apart(void **state)
{
	const struct tl_pt_event events[] = {
		branch(&task, T, CALL, MAIN, F1, 1),
		branch(&other, T + 1, CALL, MAIN, F2, 2),
		branch(&bare, T + 2, CALL, MAIN, F2, 3),
		branch(&task, T + 1000000, CALL, F1, F2, 4),
		branch(&other, T + 1234567, CALL, F2, F1, 5),
		branch(&other, T + 12 * S, CALL, F2, F1, 6),
		branch(&task, T + 5000000000 * S, CALL, F1, F2, 7),
	};

	assert_lines(
	    "calls", events,
	    "           tcall-4711   [003] 12345.678901234:         ~ [~    1] main -> f1\n"
	    "        a?worker-4712   [---] 12345.678901235:         ~ [~    2] main -> f2\n"
	    "               x-9      [128] 12345.678901236:         ~ [~    3] 401000 -> 401180\n"
	    "           tcall-4711   [003] 12345.679901234:  +1.000ms [+    4]   f1 -> f2\n"
	    "        a?worker-4712   [---] 12345.680135801:  +1.234ms [+    5]   f2 -> f1\n"
	    "        a?worker-4712   [---] 12357.678901234:  +11.998s [+    6]     f2 -> f1\n"
	    "           tcall-4711   [003] 5000012345.678901234: +4999999999.999s [+    7]     "
	    "f1 -> f2\n");
}

static void far_deep_is_told_in_numbers(void **state)
{
	enum { DEEP = 103 };
	struct tl_pt_event events[DEEP];
	struct tl_pt_style *style = style_of("calls", "function", true);
	struct tl_buf text = TL_BUF_INIT, want = TL_BUF_INIT;

	for (int i = 0; i < DEEP; i++) {
		events[i] = branch(&task, T, CALL, F1, F1, 1);
		if (i <= 100)
			tl_buf_printf(&want, "%*sf1 -> f1\n", 2 * i, "");
		else
			tl_buf_printf(&want, "%200s{+%d} f1 -> f1\n", "", i - 100);
	}
	assert_true(tl_pt_lines_format(style, events, DEEP, NULL, &text, NULL, NULL));
	assert_text(&text, tl_buf_str(&want));
	tl_buf_fini(&text);
	tl_buf_fini(&want);
	tl_pt_style_close(style);
}

static void extras(void **state)
{
	const struct tl_pt_event events[] = {
		branch(&task, T, CALL, MAIN, F1, 1),
		other_kind(TL_PT_EV_PTWRITE, F1 + 2, 0x1234567890abcdef, 0),
		other_kind(TL_PT_EV_PTWRITE, 0, 0, 0),
		{ .kind = TL_PT_EV_CBR, .ctx = &task, .to = 32, .code = 1 }, /* not another */
		other_kind(TL_PT_EV_CBR, F1 + 2, 32, 0),
		other_kind(TL_PT_EV_TX, F1 + 2, 1, 0),
		other_kind(TL_PT_EV_TX, F1 + 2, 0, 0),
		branch(&task, T, TL_PT_BRANCH | TL_PT_TX_ABORT, F1 + 2, F1 + 9, 1),
		other_kind(TL_PT_EV_MWAIT, F1 + 2, 0x300000060, 0),
		other_kind(TL_PT_EV_PWRE, F1 + 2, 0x2180, 0),
		other_kind(TL_PT_EV_PWRX, 0, 0x423, 0),
		other_kind(TL_PT_EV_EXSTOP, 0, 1, 0),
		{ .kind = TL_PT_EV_CFE, .ctx = &task, .to = 8, .from = F1, .code = 1 },
		{ .kind = TL_PT_EV_EVD, .ctx = &task, .to = UINT64_MAX, .length = 1 },
		{ .kind = TL_PT_EV_EVD, .ctx = &task, .to = 48, .length = 2 },
		{ .kind = TL_PT_EV_EVD, .ctx = &task, .to = 1, .length = 63 },
		{ .kind = TL_PT_EV_CFE, .ctx = &task, .to = 31, .length = 255 },
		{ .kind = TL_PT_EV_IFLAG, .ctx = &task, .to = 1, .from = F1, .code = 1 },
		other_kind(TL_PT_EV_IFLAG, F1, 0, 0),
		other_kind(TL_PT_EV_MODE, F1, 32, 0),
	};

	assert_functions("calls", events,
			 "main -> f1\n"
			 "  f1+2 [ptwrite: 0x1234567890abcdef]\n"
			 "  [ptwrite: 0x0]\n"
			 "  f1+2 [cbr: 32 freq: 3200 MHz (128%)]\n"
			 "  f1+2 [tx: begin]\n"
			 "  f1+2 [tx: commit]\n"
			 "  f1+2 -> [tx abrt] f1+9\n"
			 "  f1+2 [mwait: hints: 0x60 extensions: 0x3]\n"
			 "  f1+2 [pwre: hw: 1 cstate: 2 sub-cstate: 1]\n"
			 "  [pwrx: deepest cstate: 3 last cstate: 2 wake reason: 0x4]\n"
			 "  [exstop: ip: 1]\n"
			 "  f1 [cfe: VMEXIT IP: 1 vector: 0 VMXQ: 0xffffffffffffffff VMXR: 0x30 "
			 "EVD_63: 0x1]\n"
			 "  [cfe: 31 IP: 0 vector: 255]\n"
			 "  f1 [iflag: 0->1 via branch]\n"
			 "  f1 [iflag: 1->0 non branch]\n"
			 "  f1 [mode: 32-bit]\n");
}

static void every_branch_with_its_flags(void **state)
{
	const struct tl_pt_event events[] = {
		branch(&task, T, START, 0, MAIN, 0),
		branch(&task, T + 1, TL_PT_BRANCH | TL_PT_CONDITIONAL, MAIN + 2, MAIN + 9, 2),
		branch(&task, T + 2, CALL | TL_PT_IN_TX, MAIN + 9, F1, 1),
		branch(&task, T + 3, RETURN, F1 + 1, MAIN + 14, 2),
		branch(&task, T + 4, SYSCALL | TL_PT_TRACE_END, MAIN + 16, 0, 1),
		other_kind(TL_PT_EV_PTWRITE, MAIN, 1, 0),
	};

	assert_lines("branches", events,
		     "           tcall-4711   [003] 12345.678901234:         ~ [~    0] tr strt    "
		     "           -> main\n"
		     "           tcall-4711   [003] 12345.678901235:      +1ns [+    2] jcc        "
		     "           main+2 -> main+9\n"
		     "           tcall-4711   [003] 12345.678901236:      +1ns [+    1] call       "
		     "       (x) main+9 -> f1\n"
		     "           tcall-4711   [003] 12345.678901237:      +1ns [+    2] return     "
		     "           f1+1 -> main+14\n"
		     "           tcall-4711   [003] 12345.678901238:      +1ns [+    1] tr end  "
		     "syscall       main+16 ->\n"
		     "           tcall-4711   [003] 12345.678901334:     +96ns [+    0]            "
		     "           main [ptwrite: 0x1]\n");
}

static void functions_as_blocks(void **state)
{
	const struct tl_pt_event events[] = {
		branch(&task, T, RETURN, F2 + 1, MAIN + 5, 1),
		branch(&task, T + 10, CALL, MAIN + 10, F1, 1),
		branch(&task, T + 20, CALL, F1 + 2, F2, 1),
		branch(&other, T + 20, CALL, F1 + 2, F2, 1),
		branch(&task, T + 90, RETURN, F2 + 9, F1 + 7, 1),
		branch(&task, T + 100, CALL, F1 + 10, WRITE, 1),
		branch(&task, T + 110, SYSCALL | TL_PT_TRACE_END, WRITE + 16, 0, 1),
		branch(&task, T + 1110, START, 0, WRITE + 21, 1),
		branch(&task, T + 1120, RETURN, WRITE + 30, F1 + 15, 1),
		branch(&task, T + 1200, CALL, F1 + 20, HANDLER, 1),
		branch(&task, T + 1210, END, HANDLER, 0x7f0000000000, 1), /* a PLT's jump */
		branch(&task, T + 1234567, START, 0, F1 + 25, 1),
		branch(&task, T + 1234577, RETURN, F1 + 26, MAIN + 15, 1),
		branch(&task, T + 1234587, CALL, MAIN + 20, F1, 1),
		branch(&task, T + 1234597, HWINT, F1 + 1, KERNEL, 1),
		other_kind(TL_PT_EV_PTWRITE, 0, 9, 0),
		other_kind(TL_PT_EV_ERROR, 0, 1, TL_PT_ERR_BADPKT),
	};

	assert_functions("graph", events,
			 "              | } /* f2 */\n"
			 "              | f1() {\n"
			 "     0.070 us |   f2();\n"
			 "              | f2() {\n"
			 "              |   write() {\n"
			 "              |     [tr end syscall] write\n"
			 "              |     [tr strt] write\n"
			 "     1.020 us |   } /* write */\n"
			 "              |   handler() {\n"
			 "              |     [tr end] handler\n"
			 "# 1233.367 us |   } /* handler */\n"
			 "# 1234.567 us | } /* f1 */\n"
			 "              | f1() {\n"
			 "              |   [hw int] ffffffff81000000() {\n"
			 "              |     [ptwrite: 0x9]\n"
			 "[gap: bad packet at cpu 3 offset 0x1]\n");
}

static void a_handler_is_a_block(void **state)
{
	const struct tl_pt_event events[] = {
		branch(&task, T, CALL, MAIN + 10, F1, 1),
		branch(&task, T + 10, END | TL_PT_ASYNC, F1 + 5, 0, 1),
		branch(&task, T + 100, START, 0, HANDLER, 1),
		branch(&task, T + 110, CALL, HANDLER + 2, F2, 1),
		branch(&task, T + 120, RETURN, F2 + 9, HANDLER + 7, 1),
		branch(&task, T + 130, RETURN, HANDLER + 9, WRITE, 1), /* what ends it */
		branch(&task, T + 140, SYSCALL | TL_PT_TRACE_END, WRITE + 7, 0, 1),
		branch(&task, T + 300, START, 0, F1 + 5, 1),
		branch(&task, T + 400, RETURN, F1 + 9, MAIN + 15, 1),
	};

	assert_functions("graph", events,
			 "              | f1() {\n"
			 "              |   [tr end async] f1\n"
			 "              |   [tr strt] handler() {\n"
			 "     0.010 us |     f2();\n"
			 "              |     [return] handler\n"
			 "              |     [tr end syscall] write\n"
			 "     0.200 us |   } /* handler */\n"
			 "     0.400 us | } /* f1 */\n");
}

/* ---- calls */

/* "kind depth", a word for each line. */
static void assert_calls(const char *view, const struct tl_pt_event *events, size_t n,
			 const char *want)
{
	struct tl_pt_style *style = style_of(view, NULL, true);
	struct tl_buf text = TL_BUF_INIT, told = TL_BUF_INIT;
	struct tl_calls calls = { 0 };
	size_t starts[32], next = 0;

	assert_true(n < 32);
	assert_true(tl_pt_lines_format(style, events, n, NULL, &text, starts, NULL));
	assert_true(tl_pt_lines_calls(style, events, n, NULL, text.data, starts, &calls, NULL));
	assert_false(calls.absolute);
	for (size_t i = 0; i < calls.nlines; i++) {
		const struct tl_callline *l = &calls.lines[i];
		const uint8_t *end = memchr(text.data + l->byte, '\n', text.len - l->byte);

		assert_int_equal(l->byte, next); /* each line is told of */
		next = (size_t)(end + 1 - text.data);
		assert_true(
		    tl_buf_printf(&told, "%s%c%d", i ? " " : "", ".+-=!"[l->kind], l -> depth));
		assert_true(!l->function == (l->kind == TL_CALL_OTHER || l->kind == TL_CALL_GAP));
	}
	assert_int_equal(next, text.len);
	for (size_t i = 0; i < calls.nthreads; i++)
		assert_true(tl_buf_printf(&told, " (%d %d)", calls.threads[i].lowest,
					  calls.threads[i].ends));
	assert_string_equal(tl_buf_str(&told), want);
	tl_calls_fini(&calls);
	tl_buf_fini(&text);
	tl_buf_fini(&told);
	tl_pt_style_close(style);
}

#define ASSERT_CALLS(view, events, want) \
	assert_calls(view, events, sizeof(events) / sizeof(*(events)), want)

static void calls_of_a_chunk(void **state)
{
	const struct tl_pt_event events[] = {
		branch(&task, T, RETURN, F2 + 1, MAIN + 5, 1),
		branch(&task, T + 10, CALL, MAIN + 10, F1, 1),
		branch(&task, T + 20, CALL, F1 + 2, F2, 1),
		branch(&other, T + 20, CALL, F1 + 2, F2, 1),
		branch(&task, T + 90, RETURN, F2 + 9, F1 + 7, 1),
		branch(&task, T + 110, SYSCALL | TL_PT_TRACE_END, F1 + 16, 0, 1),
		branch(&task, T + 1110, START, 0, F1 + 21, 1),
		other_kind(TL_PT_EV_ERROR, 0, 1, TL_PT_ERR_BADPKT),
		branch(&task, T + 1120, RETURN, F1 + 30, MAIN + 15, 1),
		branch(&task, T + 1130, RETURN, MAIN + 30, WRITE, 1),
		branch(&task, T + 1200, CALL, WRITE + 20, HANDLER, 1),
	};

	ASSERT_CALLS("returns", events, "--1 +-1 +0 +0 -0 .0 .0 !0 --1 --2 +-2 (-2 -1) (0 1)");
	ASSERT_CALLS("branches", events, "--1 +-1 +0 +0 -0 .0 .0 !0 --1 --2 +-2 (-2 -1) (0 1)");
	ASSERT_CALLS("perf", events, "--1 +-1 +0 +0 -0 .0 .0 !0 --1 --2 +-2 (-2 -1) (0 1)");
	ASSERT_CALLS("calls", events, "+-1 =0 +0 .0 .0 !0 +-2 (-2 -1) (0 1)");
	ASSERT_CALLS("graph", events, "--1 +-1 =0 +0 .0 .0 !0 --1 --2 +-2 (-2 -1) (0 1)");
}

/* Where instructions have lines, the branch is told on its own. */
static void calls_of_instructions(void **state)
{
	struct tl_pt_event events[] = {
		branch(&task, T, 0, MAIN + 4, 0, 1),
		branch(&task, T, 0, MAIN + 10, 0, 1),
		branch(&task, T, CALL, MAIN + 10, F1, 0),
		branch(&task, T + 1, 0, F1, 0, 1),
		branch(&task, T + 2, 0, F1 + 1, 0, 1),
		branch(&task, T + 2, RETURN, F1 + 1, MAIN + 15, 0),
		branch(&task, T + 3, 0, MAIN + 15, 0, 1),
	};

	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++)
		if (events[i].flags == 0)
			events[i].kind = TL_PT_EV_INSN;
	ASSERT_CALLS("insns", events, ".0 +0 .1 -0 .0 (0 0)");
}

/* Two lines for one event, in spt. */
static void calls_of_an_interrupt(void **state)
{
	const struct tl_pt_event events[] = {
		branch(&task, T, CALL, MAIN + 10, F1, 1),
		branch(&task, T + 1, HWINT, F1 + 1, KERNEL, 1),
	};

	ASSERT_CALLS("spt", events, "+0 .1 +1 (0 2)");
}

static void calls_name_functions(void **state)
{
	const struct tl_pt_event events[] = {
		branch(&task, T, CALL, MAIN + 10, F1, 1),
		branch(&task, T + 1, CALL, F1 + 1, F2, 1),
		branch(&task, T + 2, RETURN, F2 + 8, F1 + 6, 1),
		branch(&task, T + 3, RETURN, F2 + 8, MAIN + 15, 1), /* f1 ended in a tail call */
		branch(&other, T + 4, CALL, MAIN + 10, F1, 1),
	};
	struct tl_pt_style *style = style_of("returns", NULL, true);
	struct tl_buf text = TL_BUF_INIT;
	struct tl_calls calls = { 0 };
	size_t starts[6];

	assert_true(tl_pt_lines_format(style, events, 5, NULL, &text, starts, NULL));
	assert_true(tl_pt_lines_calls(style, events, 5, NULL, text.data, starts, &calls, NULL));
	assert_int_equal(calls.nlines, 5);
	assert_true(calls.lines[0].function != calls.lines[1].function);
	assert_true(calls.lines[2].function == calls.lines[1].function);
	assert_true(calls.lines[3].function == calls.lines[0].function);
	assert_true(calls.lines[4].function == calls.lines[0].function);
	assert_true(calls.lines[3].thread == calls.lines[0].thread);
	assert_true(calls.lines[4].thread != calls.lines[0].thread);
	tl_calls_fini(&calls);
	tl_buf_fini(&text);
	tl_pt_style_close(style);
}

/* ---- columns and heads */

static void assert_head(const char *view, const char *columns, bool has_time, const char *want)
{
	struct tl_pt_style *style = style_of(view, columns, has_time);
	struct tl_buf text = TL_BUF_INIT;

	assert_true(tl_pt_lines_head(style, &text));
	assert_text(&text, want);
	tl_buf_fini(&text);
	tl_pt_style_close(style);
}

static void heads(void **state)
{
	assert_head(
	    NULL, NULL, true,
	    "#           TASK-TID     CPU     TIMESTAMP (s)       DELTA    INSNS  FUNCTION\n");
	assert_head("returns", NULL, false, "#           TASK-TID     CPU     INSNS  FUNCTION\n");
	assert_head("calls", "cpu,insns", true, "# CPU     INSNS  FUNCTION\n");
	assert_head("calls", "function", true, "# FUNCTION\n");
	assert_head("perf", NULL, true, "");
	assert_head("spt", NULL, true, "TIME      DELTA         INSNS   OPERATION\n");
}

static void columns_shown_and_hidden(void **state)
{
	const struct tl_pt_event events[] = { branch(&task, T, CALL, MAIN, F1, 1),
					      branch(&task, T + 1, CALL, F1, F2, 1) };

	assert_lines_of("calls", "cpu,delta", true, events, 2,
			"[003]         ~ main -> f1\n[003]      +1ns   f1 -> f2\n");
	assert_lines_of("calls", "time", true, events, 2,
			"12345.678901234: main -> f1\n12345.678901235:   f1 -> f2\n");
	assert_lines_of("calls", "-task,-delta,-insns,", true, events, 2,
			"[003] 12345.678901234: main -> f1\n[003] 12345.678901235:   f1 -> f2\n");
	assert_lines_of("calls", "time,task", false, events, 2,
			"           tcall-4711   main -> f1\n           tcall-4711     f1 -> f2\n");
	/* Other programs' layouts do not change. */
	assert_lines_of("perf", "function", false, events, 1,
			"           tcall  4711 [003]   call                             401000 "
			"main+0x0 (/bin/a) =>           401100 f1+0x0 (/bin/a)\n");
}

static void assert_refused(const char *view, const char *columns, const char *want)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_pt_style *style;

	assert_false(tl_pt_style_open(view, columns, NULL, true, &style, &err));
	assert_null(style);
	assert_string_equal(err.msg, want);
}

static void names_that_are_none(void **state)
{
	assert_refused(
	    "call", NULL,
	    "no trace view 'call'; there are: calls, returns, branches, insns, graph, perf, spt");
	assert_refused(
	    "calls", "task,Time",
	    "no trace column 'Time'; there are: task, cpu, time, delta, insns, bytes, function");
	assert_refused(
	    "calls", "-all",
	    "no trace column 'all'; there are: task, cpu, time, delta, insns, bytes, function");
}

static void no_time_at_all(void **state)
{
	const struct tl_pt_event events[] = {
		branch(&task, TL_PT_NOTIME, CALL, MAIN, F1, 1),
		branch(&task, TL_PT_NOTIME, CALL, F1, F2, 1),
	};

	assert_lines_of("calls", NULL, false, events, 2,
			"           tcall-4711   [003] [~    1] main -> f1\n"
			"           tcall-4711   [003] [+    1]   f1 -> f2\n");
	assert_lines_of(
	    "calls", NULL, true, events, 2,
	    "           tcall-4711   [003]                          ~ [~    1] main -> f1\n"
	    "           tcall-4711   [003]                          ~ [+    1]   f1 -> f2\n");
}

/* ---- damage */

static void gaps(void **state)
{
	struct tl_pt_event events[] = {
		branch(&task, T, CALL, MAIN, F1, 1),
		other_kind(TL_PT_EV_ERROR, 0x401136, 0x1f40, TL_PT_ERR_OVERFLOW),
		branch(&task, T + 200, START, 0, F2, 0),
		branch(&task, T + 201, CALL, F2, F1, 7),
		other_kind(TL_PT_EV_ERROR, 0, 0, TL_PT_ERR_LOST),
		other_kind(TL_PT_EV_ERROR, 0x7f0000000010, 16, TL_PT_ERR_NOINSN),
		other_kind(TL_PT_EV_ERROR, 0x999, 16, TL_PT_ERR_NOINSN),
		other_kind(TL_PT_EV_ERROR, 0x401fff, 16, TL_PT_ERR_NOINSN),
		other_kind(TL_PT_EV_ERROR, 0x402008, 16, TL_PT_ERR_NOINSN),
		other_kind(TL_PT_EV_ERROR, 0, 16, TL_PT_ERR_MISMATCH),
	};
	const char *place = "           tcall-4711   [003] 12345.678901334: ";
	struct tl_buf want = TL_BUF_INIT, text = TL_BUF_INIT;

	events[5].queue = 1;
	events[6].queue = 2; /* of a file that has two */
	tl_buf_printf(
	    &want,
	    "           tcall-4711   [003] 12345.678901234:         ~ [~    1] main -> f1\n"
	    "%s[gap: overflow at cpu 3 offset 0x1f40 ip 0x401136]\n"
	    "           tcall-4711   [003] 12345.678901434:    +200ns [~    0]   [tr strt] -> f2\n"
	    "           tcall-4711   [003] 12345.678901435:      +1ns [+    7]   f2 -> f1\n"
	    "%s[gap: lost trace data at cpu 3 offset 0x0]\n"
	    "%s[gap: no code at thread 4712 offset 0x10 ip 0x7f0000000010: '/lib/gone.so' is not "
	    "here]\n"
	    "%s[gap: no code at queue 2 offset 0x10 ip 0x999: nothing is mapped there]\n"
	    "%s[gap: no code at cpu 3 offset 0x10 ip 0x401fff: no instruction at 0x1fff of /bin/a; "
	    "is it the binary that was recorded?]\n"
	    "%s[gap: no code at cpu 3 offset 0x10 ip 0x402008: nothing at 0x2008 of /bin/a, which "
	    "is cut off or not the binary that was recorded]\n"
	    "%s[gap: trace does not fit the code at cpu 3 offset 0x10]\n",
	    place, place, place, place, place, place, place);
	assert_lines("calls", events, tl_buf_str(&want));
	assert_lines_of("insns", "function", true, events + 1, 1,
			"[gap: overflow at cpu 3 offset 0x1f40 ip 0x401136]\n");
	assert_true(tl_pt_lines_damage(&text, "'a\nb' is cut off at byte 5"));
	assert_text(&text, "[gap: 'a?b' is cut off at byte 5]\n");
	tl_buf_fini(&want);
	tl_buf_fini(&text);
}

/* ---- perf */

static void as_perf_script_prints(void **state)
{
	struct tl_pt_event events[] = {
		branch(&task, T, START, 0, MAIN, 0),
		branch(&task, T + 1, CALL, MAIN + 0x12, F1, 0),
		branch(&task, T + 2, HWINT | TL_PT_TRACE_END, F1 + 1, KERNEL, 0),
		branch(&other, 5, RETURN, 0x7f0000000010, MAIN + 0xff, 0),
		branch(&task, T, TL_PT_BRANCH | TL_PT_CONDITIONAL, MAIN, MAIN, 0), /* not with cr */
		other_kind(TL_PT_EV_ERROR, 0x7f5948676e18, 5, TL_PT_ERR_OVERFLOW),
		other_kind(TL_PT_EV_ERROR, 0, 5, TL_PT_ERR_LOST),
		other_kind(TL_PT_EV_PTWRITE, MAIN, 5, 0),
	};

	events[6].ctx = &other;
	events[6].time = TL_PT_NOTIME;
	assert_lines(
	    "perf", events,
	    "           tcall  4711 [003] 12345.678901234:   tr strt                               "
	    "0 "
	    "[unknown] ([unknown]) =>           401000 main+0x0 (/bin/a)\n"
	    "           tcall  4711 [003] 12345.678901235:   call                             "
	    "401012 "
	    "main+0x12 (/bin/a) =>           401100 f1+0x0 (/bin/a)\n"
	    "           tcall  4711 [003] 12345.678901236:   tr end  hw int                   "
	    "401101 "
	    "f1+0x1 (/bin/a) => ffffffff81000000 [unknown] ([unknown])\n"
	    "        a?worker  4712 [-01]     0.000000005:   return                     "
	    "7f0000000010 "
	    "[unknown] (/lib/gone?.so) =>           4010ff main+0xff (/bin/a)\n"
	    " instruction trace error type 1 time 12345.678901334 cpu 3 pid 4711 tid 4711 ip "
	    "0x7f5948676e18 code 7: Overflow packet\n"
	    " instruction trace error type 1 time 0 cpu -1 pid 4711 tid 4712 ip 0 code 8: Lost "
	    "trace "
	    "data\n");
}

/* The words of perf_sample__sprintf_flags(), 21 wide. */
static void flags_as_perf_names_them(void **state)
{
	static const struct {
		unsigned flags;
		const char *want;
	} rows[] = {
		{ CALL, "call" },
		{ RETURN, "return" },
		{ TL_PT_BRANCH | TL_PT_CONDITIONAL, "jcc" },
		{ TL_PT_BRANCH, "jmp" },
		{ CALL | TL_PT_INTERRUPT, "int" },
		{ IRET, "iret" },
		{ SYSCALL, "syscall" },
		{ SYSRET, "sysret" },
		{ TL_PT_BRANCH | TL_PT_ASYNC, "async" },
		{ HWINT, "hw int" },
		{ TL_PT_BRANCH | TL_PT_TX_ABORT, "tx abrt" },
		{ TL_PT_BRANCH | TL_PT_TX_ABORT | TL_PT_IN_TX, "tx abrt           (x)" },
		{ START, "tr strt" },
		{ END, "tr end" },
		{ END | TL_PT_IN_TX, "tr end            (x)" },
		{ END | TL_PT_ASYNC, "tr end  async" },
		{ END | TL_PT_CONDITIONAL, "tr end  jcc" },
		{ START | TL_PT_ASYNC | TL_PT_IN_TX, "tr strt async     (x)" },
		{ SYSCALL | TL_PT_TRACE_END, "tr end  syscall" },
		{ SYSRET | TL_PT_TRACE_END, "tr end  sysret" },
		{ HWINT | TL_PT_TRACE_END, "tr end  hw int" },
		{ CALL | TL_PT_VMENTRY, "vmentry" },
		{ CALL | TL_PT_VMEXIT | TL_PT_TRACE_END, "tr end  vmexit" },
		{ TL_PT_CALL | TL_PT_RETURN, "cr" },
		{ CALL | TL_PT_RETURN | TL_PT_IN_TX, "bcrx" },
		{ START | TL_PT_TRACE_END, "tr strt tr end" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct tl_pt_words words;
		char want[32];

		tl_pt_pen_make_words(&words, rows[i].flags);
		words.cell[words.cell_len] = '\0';
		snprintf(want, sizeof(want), "%-21s", rows[i].want);
		assert_string_equal((char *)words.cell, want);
	}
}

/* Making the words of flags is slow; common ones are not to push each other out. */
static void common_flags_keep_their_words(void **state)
{
	static const unsigned kinds[] = {
		CALL,    RETURN, TL_PT_BRANCH | TL_PT_CONDITIONAL, TL_PT_BRANCH,
		SYSCALL, SYSRET, CALL | TL_PT_INTERRUPT,           IRET,
		HWINT,   START,  TL_PT_BRANCH | TL_PT_ASYNC,       TL_PT_BRANCH | TL_PT_TX_ABORT,
	};
	static const unsigned more[] = { 0, TL_PT_TRACE_END, TL_PT_IN_TX };
	unsigned owner[TL_PT_NWORDS] = { 0 };

	for (size_t i = 0; i < COUNT(kinds); i++)
		for (size_t j = 0; j < COUNT(more); j++) {
			unsigned flags = kinds[i] | more[j], slot = pen_words_slot(flags);

			if (kinds[i] == START && more[j] == TL_PT_TRACE_END)
				continue;
			assert_true(owner[slot] == 0 || owner[slot] == flags);
			owner[slot] = flags;
		}
}

/* ---- spt */

static void as_sptdecode_prints(void **state)
{
	struct tl_pt_event events[] = {
		branch(&task, recording.features.time_first, TL_PT_BRANCH | TL_PT_TRACE_END,
		       MAIN + 436 - 300, 0, 1),
		branch(&task, recording.features.time_first, CALL, MAIN + 5, F1, 6),
		branch(&task, recording.features.time_first, CALL, F1 + 22, F2, 9),
		branch(&task, recording.features.time_first + 1402, CALL, F2 + 9, 0x77, 4),
		branch(&task, recording.features.time_first + 1402, RETURN, 0x78, F2 + 14, 4),
		branch(&task, recording.features.time_first + 2000, RETURN, F2 + 15, F1 + 27, 1),
		branch(&task, recording.features.time_first + 2000, CALL, F1 + 28, F2, 1),
		other_kind(TL_PT_EV_ERROR, 0x401136, 0x1f40, TL_PT_ERR_NOINSN),
		other_kind(TL_PT_EV_CBR, 0, 32, 0),
		other_kind(TL_PT_EV_CBR, 0, 32, 0),
		branch(&task, recording.features.time_first + 2000, CALL, MAIN, F1, 6),
	};

	assert_lines("spt", events,
		     "0.000     [+0.000]      [+   1] main+136\n"
		     "                        [+   6] main+5 -> f1\n"
		     "                        [+   9]     f1+22 -> f2\n"
		     "1.402     [+1.402]      [+   4]         f2+9 -> 77\n"
		     "2.000     [+0.598]      [+   1]         f2+15\n"
		     "                        [+   1]     f1+28 -> f2\n"
		     "1f40:401136: error no memory mapped at this address\n"
		     "frequency 32\n"
		     "                        [+   6] main -> f1\n");
}

/* ---- source lines */

static void lines_tell_what_they_were_compiled_from(void **state)
{
	const struct tl_pt_event calls[] = {
		branch(&task, T, START, 0, MAIN + 1, 0),
		branch(&task, T, CALL, MAIN + 0x12, F1, 1),
		branch(&task, T, RETURN, F1 + 0x20, MAIN + 0x17, 3),
		branch(&task, T, CALL, F2 + 1, WRITE, 1),
		branch(&task, T, CALL, WRITE + 1, F1, 1), /* of which nothing is known */
		branch(&bare, T, CALL, KERNEL, F1, 1),    /* nor where that is */
		other_kind(TL_PT_EV_PTWRITE, F1 + 2, 7, 0),
	};
	static const char *const views[] = { "calls", "returns", "branches" };
	static const char *const wants[] = {
		"[tr strt] -> main+1  a.c:1\n"
		"main+18 -> f1  a.c:18\n"
		"f2+1 -> write  b?c.h:129 inner (inlined) < a.c:? outer\n"
		"  write+1 -> f1\n"
		"ffffffff81000000 -> 401100\n"
		"    f1+2 [ptwrite: 0x7]  a.c:2\n",
		"[tr strt] -> main+1  a.c:1\n"
		"main+18 -> f1  a.c:18\n"
		"main+23 <- f1+32  a.c:32\n"
		"f2+1 -> write  b?c.h:129 inner (inlined) < a.c:? outer\n"
		"  write+1 -> f1\n"
		"ffffffff81000000 -> 401100\n"
		"    f1+2 [ptwrite: 0x7]  a.c:2\n",
		"tr strt               -> main+1  a.c:1\n"
		"call                  main+18 -> f1  a.c:18\n"
		"return                f1+32 -> main+23  a.c:32\n"
		"call                  f2+1 -> write  b?c.h:129 inner (inlined) < a.c:? outer\n"
		"call                    write+1 -> f1\n"
		"call                  ffffffff81000000 -> 401100\n"
		"                          f1+2 [ptwrite: 0x7]  a.c:2\n",
	};

	for (size_t i = 0; i < COUNT(views); i++) {
		struct tl_pt_style *style = style_of(views[i], "function", true);
		struct tl_buf text = TL_BUF_INIT;

		assert_true(tl_pt_style_source(style, false, NULL));
		assert_true(
		    tl_pt_lines_format(style, calls, COUNT(calls), NULL, &text, NULL, NULL));
		assert_text(&text, wants[i]);
		tl_buf_fini(&text);
		tl_pt_style_close(style);
	}
}

/* Lines that were long once do not make the room for all that come later: it counts in the cache. */
static void room_is_for_lines_as_they_are(void **state)
{
	struct tl_pt_style *style = style_of("calls", NULL, true);
	struct tl_pt_event many[500];
	struct tl_buf text = TL_BUF_INIT;

	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = branch(&task, T + i, CALL, MAIN + 18, F1, 1);
	atomic_store(&style->line, 4000);
	for (unsigned i = 0; i < 60; i++) {
		tl_buf_fini(&text);
		assert_true(tl_pt_lines_format(style, many, COUNT(many), NULL, &text, NULL, NULL));
	}
	assert_true(text.cap < 3 * text.len);
	tl_buf_fini(&text);
	tl_pt_style_close(style);
}

/* ---- insns */

static void instructions_disassembled(void **state)
{
	static const uint8_t code[] = {
		0x55,                                     /* push %rbp */
		0x48, 0x89, 0xe5,                         /* mov %rsp, %rbp */
		0xe8, 0xf7, 0x00, 0x00, 0x00,             /* call to f1 */
		0x8b, 0x04, 0x8d, 0x10, 0x00, 0x00, 0x00, /* mov 0x10(,%rcx,4), %eax */
		0x06,                                     /* not in 64-bit code */
	};
	struct tl_pt_event events[] = {
		branch(&task, T, 0, MAIN, 0, 1),
		branch(&task, T, 0, MAIN + 1, 0, 1),
		branch(&task, T, CALL, MAIN + 4, 0, 1),
		branch(&task, T, 0, MAIN + 9, 0, 1),
		branch(&task, T, 0, MAIN + 16, 0, 1),
		branch(&task, T, 0, 0x7f0000000010, 0, 1),
		branch(&task, T, 0, 0x999, 0, 1),
		/* The same bytes, but in code of 32 and of 16 bits. */
		branch(&task, T, 0, MAIN + 16, 0, 1),
		branch(&task, T, 0, MAIN + 1, 0, 1),
		branch(&task, T, 0, MAIN + 1, 0, 1),
		other_kind(TL_PT_EV_PTWRITE, MAIN, 7, 0),
		other_kind(TL_PT_EV_CBR, 0, 33, 0),
		other_kind(TL_PT_EV_CBR, 0, 33, 0),
	};

	memcpy(a_code, code, sizeof(code));
	for (size_t i = 0; i < 10; i++) {
		events[i].kind = TL_PT_EV_INSN;
		events[i].to = i < 7 ? 64 : i < 9 ? 32 : 16;
	}
	assert_lines_of(
	    "insns", "-task,-cpu", true, events, COUNT(events),
	    "12345.678901234:           401000 main+0x0 (/bin/a)                             "
	    " push %rbp\n"
	    "12345.678901234:           401001 main+0x1 (/bin/a)                             "
	    " mov %rsp, %rbp\n"
	    "12345.678901234:           401004 main+0x4 (/bin/a)                             "
	    " call 0x401100 <f1>\n"
	    "12345.678901234:           401009 main+0x9 (/bin/a)                             "
	    " mov 0x10(,%rcx,4), %eax\n"
	    "12345.678901234:           401010 main+0x10 (/bin/a)                            "
	    " (bad)\n"
	    "12345.678901234:     7f0000000010 [unknown] (/lib/gone?.so)                     "
	    " (no code)\n"
	    "12345.678901234:              999 [unknown] ([unknown])                         "
	    " (no code)\n"
	    "12345.678901234:           401010 main+0x10 (/bin/a)                            "
	    " push %es\n"
	    "12345.678901234:           401001 main+0x1 (/bin/a)                             "
	    " dec %eax\n"
	    "12345.678901234:           401001 main+0x1 (/bin/a)                             "
	    " dec %ax\n"
	    "12345.678901334: [ptwrite: 0x7]\n"
	    "12345.678901334: [cbr: 33 freq: 3300 MHz (132%)]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_tell_what_they_were_compiled_from),
		cmocka_unit_test(calls_as_in_the_manual),
		cmocka_unit_test(returns_are_indented_as_their_calls),
		cmocka_unit_test(depth_counts_from_the_shallowest),
		cmocka_unit_test(a_return_past_open_calls_closes_them),
		cmocka_unit_test(recursion_returns_one_by_one),
		cmocka_unit_test(system_calls_and_signals),
		cmocka_unit_test(calls_out_of_a_filter),
		cmocka_unit_test(into_the_kernel_and_back),
		cmocka_unit_test(threads_are_told_apart),
		cmocka_unit_test(far_deep_is_told_in_numbers),
		cmocka_unit_test(extras),
		cmocka_unit_test(every_branch_with_its_flags),
		cmocka_unit_test(functions_as_blocks),
		cmocka_unit_test(a_handler_is_a_block),
		cmocka_unit_test(calls_of_a_chunk),
		cmocka_unit_test(calls_of_instructions),
		cmocka_unit_test(calls_of_an_interrupt),
		cmocka_unit_test(calls_name_functions),
		cmocka_unit_test(heads),
		cmocka_unit_test(columns_shown_and_hidden),
		cmocka_unit_test(names_that_are_none),
		cmocka_unit_test(no_time_at_all),
		cmocka_unit_test(gaps),
		cmocka_unit_test(as_perf_script_prints),
		cmocka_unit_test(flags_as_perf_names_them),
		cmocka_unit_test(common_flags_keep_their_words),
		cmocka_unit_test(as_sptdecode_prints),
		cmocka_unit_test(room_is_for_lines_as_they_are),
		cmocka_unit_test(instructions_disassembled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
