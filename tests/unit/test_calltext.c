/*
 * test_calltext.c: what lines tell of calls, for each of the forms that programs print, and a text cut into
 * chunks anywhere.
 */
#include "tests/unit/fake_text.h"

#include "index/calltext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* A text, and below it what its lines are: a letter (E entry, X exit, L leaf, o other, G gap, . nobody's
 * line), the thread's letter, the depth ('-': not told, '<' is 12), and the number of the function ('-': not told). */
struct sample {
	const char *name, *text, *want;
};

static const struct sample samples[] = {
	{ "uftrace", /* uftrace replay 0.13 */
	  "# DURATION     TID     FUNCTION\n"
	  "   2.083 us [  2510] | __monstartup();\n"
	  "            [  2510] | main() {\n"
	  "            [  2510] |   f1() {\n"
	  "   0.050 us [  2510] |     f3();\n"
	  "            [  2513] | th() {\n"
	  "   0.741 us [  2510] |   } /* f1 */\n"
	  "            [  2510] |   pthread_join() {\n"
	  "            [  2510] |     /* linux:sched-out */\n"
	  "            [  2513] |   std::vector<int, long>::operator()() {\n"
	  "   3.044 us [  2513] | } = 0; /* th */\n",
	  ".... La01 Ea02 Ea13 La24 Eb05 Xa13 Ea16 oa2- Eb17 Xb05" },
	{ "uftrace", /* -f tid,time,duration */
	  "# DURATION     TID        TIMESTAMP       FUNCTION\n"
	  "   2.083 us [  2510]    47769.499248781 | __monstartup();\n"
	  "            [  2510]    47769.499255471 | main(1, 0x7ffe) {\n"
	  "            [  2510]    47769.499255601 |   f1() = 7;\n"
	  "            [  2510]    47769.499255701 | }\n"
	  "            [  2510]                    |   /* LOST 7 records!! */\n"
	  "            [  2510]                    | /* LOST some records!! */\n",
	  ".... La01 Ea02 La13 Xa0- Ga1- Ga0-" },
	{ "uftrace dump",
	  "uftrace file header: magic         = 4674726163652100\n"
	  "reading 4123.dat\n"
	  "49088.715007188   4123: [entry] main(56073d224244) depth: 0\n"
	  "49088.715007249   4123: [entry] ns::f1(56073d22420f) depth: 1\n"
	  "49088.715007319   4124: [entry] malloc(56073d224070) depth: 12\n"
	  "49088.715007779   4124: [exit ] malloc(56073d224070) depth: 12\n"
	  "49088.715007249   4123: [exit ] ns::f1(56073d22420f) depth: 1\n",
	  ".... .... Ea01 Ea12 Eb<3 Xb<3 Xa12" },
	{ "ftrace",
	  "# tracer: function_graph\n"
	  "#\n"
	  "# CPU  DURATION                  FUNCTION CALLS\n"
	  "# |     |   |                     |   |   |   |\n"
	  " 0)               |  sys_open() {\n"
	  " 0)               |    do_sys_open() {\n"
	  " 1)   0.541 us    |  idle_cpu();\n"
	  " 0)   1.382 us    |      getname [vfs]();\n"
	  " 0)   ==========> |\n"
	  " 0) + 21.541 us   |      smp_irq() {\n"
	  " 0)   <========== |\n"
	  " 0) ! 123.1 us    |    } /* do_sys_open */\n"
	  " ------------------------------------------\n"
	  " 0)   sshd-1755    =>    <idle>-0   \n"
	  " ------------------------------------------\n"
	  "\n"
	  " 0) $ 2001.5 us   |  }\n"
	  "CPU:1 [LOST 12 EVENTS]\n",
	  ".... .... .... .... Ea01 Ea12 Lb03 La24 oa-- Ea25 oa-- Xa12 .... Ga-- .... Xa0- Gb--" },
	{ "ftrace", /* funcgraph-proc, funcgraph-abstime, latency-format */
	  "#     TIME        CPU  TASK/PID         DURATION                  FUNCTION CALLS\n"
	  " 1237.123456 |   0)   bash-1234   | d..1 |               |  f() {\n"
	  " 1237.123457 |   1)   <idle>-0    | .... |   0.541 us    |  tick();\n"
	  " 1237.123458 |   1)   kworker/1:2-77  | .... |   0.541 us    |    g();\n"
	  " 1237.123459 |   0)   bash-1234   | d..1 |   3.541 us    |  } /* f ret=0x0 */\n"
	  " 0)   bash-1234    =>    <idle>-0   \n",
	  ".... Ea01 Lb02 Lc13 Xa01 ...." },
	{ "ftrace", /* nofuncgraph-duration */
	  "# CPU  FUNCTION CALLS\n"
	  "# |     |   |   |   |\n"
	  " 0) f() {\n"
	  " 1)   idle();\n"
	  " 0)   g() {\n"
	  " 0)     h [vfs]();\n"
	  " 0)   } /* g */\n"
	  " 0) }\n"
	  "CPU:0 [LOST EVENTS]\n",
	  ".... .... Ea01 Lb12 Ea13 La24 Xa13 Xa0- Ga--" },
	{ "ftrace", /* nofuncgraph-duration, funcgraph-proc */
	  " 0)   bash-1234   | f() {\n"
	  " 0)   bash-1234   |   g();\n"
	  " 1)   bash-1234   | }\n",
	  "Ea01 La12 Xa0-" },
	{ "ftrace", /* nofuncgraph-cpu, funcgraph-abstime, funcgraph-proc */
	  " 1237.123456 |   bash-1234   |               |  f() {\n"
	  " 1237.123457 |   cat-99      |   0.541 us    |  f();\n"
	  " 1237.123458 |   bash-1234   |   0.541 us    |    g();\n"
	  " 1237.123459 |   bash-1234   |   3.541 us    |  }\n",
	  "Ea01 Lb01 La12 Xa0-" },
	{ "ftrace", /* nofuncgraph-cpu, funcgraph-proc */
	  "   bash-1234   |               |  f() {\n"
	  "   cat-99      |   0.541 us    |  f();\n"
	  "   bash-1234   |   0.541 us    |    g();\n"
	  "   bash-1234   |   3.541 us    |  }\n",
	  "Ea01 Lb01 La12 Xa0-" },
	{ "ftrace", /* nofuncgraph-cpu, funcgraph-abstime */
	  " 1237.123456 |               |  f() {\n"
	  " 1237.123458 |   0.541 us    |    g();\n"
	  " 1237.123459 |   3.541 us    |  }\n",
	  "Ea01 La12 Xa0-" },
	{ "ftrace", /* funcgraph-retval, as Linux 6.5 and 6.14 have it */
	  " 0)               |  f() {\n"
	  " 0)   0.541 us    |    g(); /* = 0xffff93fcfd346c00 */\n"
	  " 0)   3.541 us    |  } /* f = -22 */\n"
	  " 0)               |  f(fd=3, buf=0x7ffe) {\n"
	  " 0)   0.541 us    |    g(); /* <-f+0x10 ret=0x0 */\n"
	  " 0)   3.541 us    |  } /* f ret=0x0 */\n",
	  "Ea01 La12 Xa01 Ea01 La12 Xa01" },
	{ "uftrace", /* --demangle=full */
	  "            [ 29612] | std::function<int (int)>::operator()(int) const() {\n"
	  "            [ 29612] |   (anonymous namespace)::hidden(int) {\n"
	  "   0.040 us [ 29612] |     (anonymous namespace)::A::operator()(int);\n"
	  "   0.040 us [ 29612] |     operator<<(A&, int);\n"
	  "   0.040 us [ 29612] |     main::{lambda(int)#1}::operator()(int) const();\n"
	  "   0.151 us [ 29612] |   } /* (anonymous namespace)::hidden(int) */\n"
	  "   1.853 us [ 29612] | } /* std::function<int (int)>::operator()(int) const */\n",
	  "Ea01 Ea12 La23 La24 La25 Xa12 Xa01" },
	{ "trace-cmd",
	  "cpus=2\n"
	  "       bash-1234  [000]   123.456789: funcgraph_entry:                   |  f() {\n"
	  "       bash-1234  [000] d..1   123.456790: funcgraph_entry:        0.123 us   |    "
	  "g();\n"
	  "     <idle>-0     [001]   123.456791: funcgraph_entry:                   |  tick() {\n"
	  "     <idle>-0     [000]   123.456791: funcgraph_entry:                   |  tick() {\n"
	  "       bash-1234  [001]   123.456792: sched_switch:         prev_comm=bash ==> a\n"
	  "       bash-1234  [001]   123.456793: funcgraph_exit:       + 12.345 us  |  }\n"
	  "CPU:1 [12 EVENTS DROPPED]\n"
	  "CPU:1 [EVENTS DROPPED]\n",
	  ".... Ea01 La12 Eb03 Ec03 oa-- Xa0- G?-- G?--" },
	{ "trace-cmd", /* trace-cmd report -l */
	  "   tcall-4242    0..... 17919.128457: funcgraph_entry:                   |  vfs_read() "
	  "{\n"
	  "  <idle>-0       1..s.. 17919.123458: funcgraph_entry:        0.721 us   |  tick();\n"
	  "  <idle>-0       0d.... 17919.123458: funcgraph_entry:        0.721 us   |  tick();\n"
	  "   tcall-4242    0d.... 17919.128458: funcgraph_exit:         1.500 us   |  }\n",
	  "Ea01 Lb02 Lc02 Xa0-" },
	{ "perf script", /* perf script --call-trace */
	  "        server/0  4000 [000] 12444.206350450:  psb offs: 0                      \n"
	  "        server/0  4000 [000] 12444.206350450: (/usr/bin/scale       )\t    open_it   \n"
	  "        worker 1  4100 [001] 12444.206350599: (/usr/bin/scale       )\t    find      \n"
	  "        server/0  4000 [000] 12444.206350600: (/usr/bin/scale       )\t        write \n"
	  "        server/0  4000 [000] 12444.206350600: (/usr/bin/scale       )\t             \n"
	  " instruction trace error type 1 time 4525.744123981 cpu 0 pid 4100 tid 4100 ip 0 code "
	  "8: "
	  "Lost trace data\n",
	  "oa-- Ea11 Eb12 Ea23 oa-- Gb--" },
	{ "perf script", /* perf script --call-ret-trace */
	  "  server/0  4000 [000] 12444.206350450:   tr strt               ([unknown])\t_start\n"
	  "  server/0  4000 [000] 12444.206350450:   call                  (/usr/bin/scale)\t    "
	  "f\n"
	  "  server/0  4000 [000] 12444.206350450:   hw int                (/usr/bin/scale)\t      "
	  "  g\n"
	  "  server/0  4000 [000] 12444.206350450:   iret                  (/usr/bin/scale)\t      "
	  "  g\n"
	  "  server/0  4000 [000] 12444.206350450:   return                (/usr/bin/scale)\t    "
	  "f\n"
	  "  server/0  4000 [000] 12444.206350450:   tr end  syscall       (/usr/bin/scale)\t    "
	  "\n",
	  "oa0o Ea11 Ea22 Xa22 Xa11 oa--" },
	{ "sptdecode",
	  "TIME      DELTA         INSNS   OPERATION\n"
	  "frequency 32\n"
	  "0.000     [+0.000]      [+   1] _dl_aux_init+436\n"
	  "                        [+   6] __libc_start_main+455 -> discover\n"
	  "                        [+   9]     main+22 -> f1\n"
	  "1.402     [+1.402]      [+   4]         f1+9 -> f2+7\n"
	  "12.402     [+11.402]     [+   4]             f2+9\n"
	  "1f40:401136: error no memory mapped at this address\n",
	  ".... .... oa0- Ea01 Ea12 Ea23 oa3- Ga--" },
	{ "tless", /* --trace-view=returns */
	  "#           TASK-TID     CPU     TIMESTAMP (s)       DELTA    INSNS  FUNCTION\n"
	  "        server/0-4000   [000] 12444.206350450:         ~ [~    0] [tr strt] -> _start\n"
	  "        server/0-4000   [000] 12444.206350450:      +0ns [+   11] _start+42 -> f\n"
	  "        server/0-4000   [000] 12444.206350450:      +0ns [+   10]   f+27 -> [hw int] "
	  "g+1\n"
	  "        server/0-4000   [000] 12444.206350450:      +0ns [+    2]     g+3 -> [tr end "
	  "syscall]\n"
	  "        worker/1-4100   [001] 12444.206350620:     +21ns [+    0]     [ptwrite 0x1]\n"
	  "        server/0-4000   [000] 12444.206350620:      +0ns [+    1]   f+24 <- [iret] g+5\n"
	  "        server/0-4000   [000] 12444.206350620:      +0ns [+    1] _start+47 <- f+5\n"
	  "        server/0-4000   [000] 12444.206350620:      +0ns [+    1] [gap: lost data]\n",
	  ".... oa0- Ea01 Ea12 oa2- ob2- Xa12 Xa01 Ga--" },
	{ "tless", /* --trace-view=branches */
	  "#           TASK-TID     CPU     TIMESTAMP (s)  FLAGS                 FUNCTION\n"
	  "        server/0-4000   [000] 12444.206350450: tr strt                       -> _start\n"
	  "        server/0-4000   [000] 12444.206350450: call                        _start+42 -> "
	  "f\n"
	  "        server/0-4000   [000] 12444.206350450: jmp                           f+23 -> "
	  "f+42\n"
	  "        server/0-4000   [000] 12444.206350450: return                      f+5 -> "
	  "_start+47\n",
	  ".... oa4- Ea31 oa4- Xa31" },
	{ "uftrace", /* --trace-view=graph */
	  "#           TASK-TID     CPU     TIMESTAMP (s)       DURATION     FUNCTION\n"
	  "        server/0-4000   [000] 12444.206350450:              | [tr strt] _start\n"
	  "        server/0-4000   [000] 12444.206350450:              | f() {\n"
	  "        worker/1-4100   [001] 12444.206350599:    0.070 us  |   g();\n"
	  "        server/0-4000   [000] 12444.206350450:              |   [hw int] g() {\n"
	  "        server/0-4000   [000] 12444.206350620:     0.170 us |   } /* g */\n"
	  "        server/0-4000   [000] 12444.206350620:     0.170 us | } /* f */\n"
	  "        server/0-4000   [000] 12444.206350700: [gap: overflow at cpu 0 offset 0xa8]\n",
	  ".... oa0- Ea01 Lb12 Ea12 Xa12 Xa01 Ga--" },
};

/* What a word of `want` says a line is; the numbers for threads and functions are what they were first. */
struct names {
	uint64_t threads[26], functions[10];
};

static void check_same(uint64_t *known, uint64_t value, const char *what, unsigned line)
{
	if (*known == 0)
		*known = value + 1;
	if (*known != value + 1)
		fail_msg("line %u: another %s", line, what);
}

static void check_line(struct names *names, const char *want, bool read,
		       const struct tl_callline *c, unsigned line)
{
	static const char letters[] = "oEXLG";

	if (!read || *want == '.') {
		if (read || *want != '.')
			fail_msg("line %u: %s", line, read ? "of somebody" : "of nobody");
		return;
	}
	if (letters[c->kind] != want[0])
		fail_msg("line %u is %c, not %c", line, letters[c->kind], want[0]);
	if (want[1] == '?')
		assert_true(c->thread == TL_CALL_NOTHREAD);
	else
		check_same(&names->threads[want[1] - 'a'], c->thread, "thread", line);
	if (c->depth != (want[2] == '-' ? TL_CALL_NODEPTH : want[2] - '0'))
		fail_msg("line %u: depth %d, not %c", line, c->depth, want[2]);
	if (want[3] == '-')
		assert_true(c->function == 0);
	else if (want[3] != 'o')
		check_same(&names->functions[want[3] - '0'], c->function, "function", line);
}

static void check_sample(const struct sample *s)
{
	struct names names = { { 0 }, { 0 } };
	struct tl_callform form;
	const char *want = s->want, *line = s->text;

	assert_true(tl_callform_detect(
	    (struct tl_span){ (const uint8_t *)s->text, strlen(s->text) }, &form));
	assert_string_equal(tl_callform_name(&form), s->name);
	for (unsigned i = 1; *line; i++) {
		size_t len = strcspn(line, "\n");
		struct tl_callline c;
		bool read =
		    tl_callform_read(&form, (struct tl_span){ (const uint8_t *)line, len }, &c);

		if (len > 0) {
			check_line(&names, want, read, &c, i);
			want += strcspn(want, " ");
			want += strspn(want, " ");
		}
		line += len + 1;
	}
	assert_int_equal(*want, '\0');
	for (size_t i = 0; i < 26; i++) /* different letters are different threads */
		for (size_t j = 0; j < i && names.threads[i]; j++)
			assert_true(names.threads[i] != names.threads[j]);
	for (size_t i = 0; i < 10; i++)
		for (size_t j = 0; j < i && names.functions[i]; j++)
			assert_true(names.functions[i] != names.functions[j]);
}

static void each_form_is_recognised_and_read(void **state)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		check_sample(&samples[i]);
}

/* trace-cmd report, on a machine of many CPUs */
static void empty_processors_are_passed_over(void **state)
{
	char text[12000] = "cpus=512\n";
	size_t n = strlen(text);
	struct tl_callform form;

	for (unsigned cpu = 1; cpu < 512; cpu++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "CPU %u is empty\n", cpu);
	for (unsigned i = 0; i < 3; i++)
		n += (size_t)snprintf(
		    text + n, sizeof(text) - n,
		    " bash-1  [000]  1.00000%u: funcgraph_entry:  1.0 us |  g();\n", i);
	assert_true(tl_callform_detect((struct tl_span){ (const uint8_t *)text, n }, &form));
	assert_string_equal(tl_callform_name(&form), "trace-cmd");
}

/* Recursion of ten thousand levels, four blanks each. */
static void deep_lines_are_read(void **state)
{
	static const char head[] = "a  17 [000] 1.000000: (/a)\t", name[] = "f\n";
	enum { LEVELS = 10000, ROOM = sizeof(head) + 4 * LEVELS + sizeof(name) };
	char *line = malloc(ROOM);
	struct tl_callform form;
	struct tl_callline c;
	int n;

	assert_non_null(line);
	n = snprintf(line, ROOM, "%s%*s", head, 4 * LEVELS + (int)sizeof(name) - 1, name);
	assert_true(
	    tl_callform_detect((struct tl_span){ (const uint8_t *)line, (size_t)n }, &form));
	assert_true(
	    tl_callform_read(&form, (struct tl_span){ (const uint8_t *)line, (size_t)n - 1 }, &c));
	assert_int_equal(c.kind, TL_CALL_ENTRY);
	assert_int_equal(c.depth, LEVELS);
	free(line);
}

/* Our own views tell levels from the hundredth on as a number. */
static void numbers_of_levels_are_read(void **state)
{
	static const struct {
		const char *head, *tail;
		enum tl_callkind kind;
		int32_t depth;
	} lines[] = {
		{ "a-17 [000] 1.000000001:              | ", "{+7} f() {", TL_CALL_ENTRY, 107 },
		{ "a-17 [000] 1.000000001:     0.170 us | ", "{+6} } /* f */", TL_CALL_EXIT, 106 },
		{ "a-17 [000] 1.000000001:     0.170 us | ", "{+12} f();", TL_CALL_LEAF, 112 },
		{ "a-17 [000] 1.000000001:   +0ns [+   9] ", "{+1} g+3 -> f", TL_CALL_ENTRY, 101 },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char text[400];
		int n = snprintf(text, sizeof(text), "%s%200s%s", lines[i].head, "", lines[i].tail);
		struct tl_span line = { (const uint8_t *)text, (size_t)n };
		struct tl_callform form;
		struct tl_callread c;

		assert_true(tl_callform_detect(line, &form));
		assert_true(tl_callform_read_all(&form, line, &c));
		assert_int_equal(c.line.kind, lines[i].kind);
		assert_int_equal(c.name.len, 1);
		assert_int_equal(*c.name.data, 'f');
		assert_int_equal(c.line.depth, lines[i].depth);
	}
}

/* What is called there is one deeper, which has to be a number, too. */
static void depths_have_an_end(void **state)
{
	static const char text[] = "49088.715003483   4123: [entry] f(56073d224060) depth: 0\n"
				   "49088.715004264   4123: [exit ] f(56073d224060) depth: 0\n";
	static const char *const depths[] = { "2147483646", "2147483647", "2147483648" };
	struct tl_callform form;
	struct tl_callline c;
	char line[100];

	assert_true(
	    tl_callform_detect((struct tl_span){ (const uint8_t *)text, strlen(text) }, &form));
	for (int i = 0; i < 3; i++) {
		int n = snprintf(line, sizeof(line), "49088.7   4123: [entry] f(5607) depth: %s",
				 depths[i]);

		assert_int_equal(
		    tl_callform_read(&form, (struct tl_span){ (uint8_t *)line, (size_t)n }, &c),
		    i == 0);
	}
}

static void other_texts_are_no_traces(void **state)
{
	static const char *const texts[] = {
		"",
		"\n\n",
		"int main() {\n\tf();\n\treturn 0;\n}\n",
		"| a | table |\n|---|---|\n| f(); | g(); |\n",
		"12:03:04 host sshd[17]: session opened -> root\n12:03:05 host sshd[17]: closed\n",
		"  swapper     0 [000] 12.345678:  1 cycles:  ffffffff81 native_write_msr "
		"(kernel)\n",
		"[    0.000000] Linux version 6.1\n[    0.000001] Command line: a | b\n",
	};
	struct tl_callform form;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct tl_span head = { (const uint8_t *)texts[i], strlen(texts[i]) };

		assert_false(tl_callform_detect(head, &form));
	}
}

/* ---- what programs have printed, checked by what tells of calls besides indentation */

/* The thread of a line: the number in brackets, or the one before "[000]". */
static unsigned long thread_of(const char *line)
{
	const char *cpu = strstr(line, " [00"), *open = strchr(line, '[');

	while (cpu && cpu > line && cpu[-1] >= '0' && cpu[-1] <= '9')
		cpu--;
	return strtoul(cpu && cpu[1] != ' ' ? cpu : open + 1, NULL, 10);
}

/* +1: a call begins, -1: one ends, 0: neither, or both. */
static int step_of(const char *line)
{
	const char *bar = strrchr(line, '|');

	if (!bar)
		return strstr(line, "   call ") ? 1 : strstr(line, "   return ") ? -1 : 0;
	return strchr(bar, '{') ? 1 : strchr(bar, '}') ? -1 : 0;
}

struct stack {
	unsigned long thread;
	int depth, base; /* calls open; the depth of the first line */
	bool known;
	uint64_t number;
};

static struct stack *stack_of(struct stack *stacks, unsigned long thread)
{
	while (stacks->known && stacks->thread != thread)
		stacks++;
	stacks->thread = thread;
	return stacks;
}

/* perf has a trace that starts again where a call has left it pop what it was in. */
static bool is_told(const char *line)
{
	return !strstr(line, "   tr ") && (strchr(line, '|') || strchr(line, '\t'));
}

static void check_real_line(struct stack *stacks, const char *line, const struct tl_callline *c)
{
	struct stack *s = stack_of(stacks, thread_of(line));
	int step = step_of(line);

	s->depth -= step < 0;
	if (!s->known) {
		s->known = true;
		s->base = c->depth - s->depth;
		s->number = c->thread;
	}
	if (c->depth != s->base + s->depth || c->thread != s->number)
		fail_msg("depth %d, not %d: %s", c->depth, s->base + s->depth, line);
	if (step > 0)
		assert_int_equal(c->kind, TL_CALL_ENTRY);
	else if (step < 0)
		assert_int_equal(c->kind, TL_CALL_EXIT);
	else
		assert_true(c->kind == TL_CALL_LEAF || c->kind == TL_CALL_OTHER);
	s->depth += step > 0;
}

static void check_real(const char *name, const char *form_name, unsigned nthreads)
{
	static char head[64 << 10];
	struct stack stacks[16] = { { 0 } };
	struct tl_callform form;
	unsigned n = 0;
	char path[100];
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "tests/unit/calltraces/%s", name);
	f = fopen(path, "r");
	assert_non_null(f);
	len = fread(head, 1, sizeof(head) - 1, f);
	head[len] = '\0';
	fclose(f);
	assert_true(tl_callform_detect((struct tl_span){ (const uint8_t *)head, len }, &form));
	assert_string_equal(tl_callform_name(&form), form_name);
	for (char *line = strtok(head, "\n"); line; line = strtok(NULL, "\n")) {
		struct tl_span span = { (const uint8_t *)line, strlen(line) };
		struct tl_callline c;

		if (*line == '#' || !is_told(line))
			continue;
		assert_true(tl_callform_read(&form, span, &c));
		check_real_line(stacks, line, &c);
	}
	while (stacks[n].known)
		n++;
	assert_int_equal(n, nthreads);
}

static void indentation_is_the_stack(void **state)
{
	check_real("uftrace-threads", "uftrace", 3);
	check_real("uftrace-no-merge", "uftrace", 3);
	check_real("perf-call-ret-trace", "perf script", 4);
}

/* ---- chunks */

/* A long trace, with long lines and lines that tell no depth. */
static void make_text(struct tl_buf *out)
{
	for (int i = 0; i < 300; i++) {
		int depth = rand() % 20;

		tl_buf_printf(out, "      task %d  %d [000] 12.%06d: ", i % 3, 17 + i % 3, i);
		if (i % 17 == 3)
			tl_buf_printf(out, " psb offs: %x\n", i);
		else
			tl_buf_printf(out, "(/bin/a  )\t%*sf%d%*s\n", 4 * depth, "", rand() % 9,
				      i % 40 == 7 ? 6000 : rand() % 30, "");
	}
	out->len--; /* no newline at the end */
}

/* All lines, their `byte` being what it is in the whole text. */
static void read_all(const struct tl_callform *form, struct tl_source *src, struct fake_text *t,
		     struct tl_calls *out)
{
	for (size_t k = 0; k < t->nchunks; k++) {
		size_t had = out->nlines;

		assert_true(tl_calltext_calls(form, src, k, out, NULL));
		assert_true(out->absolute);
		for (size_t i = had; i < out->nlines; i++) {
			assert_true(out->lines[i].byte < t->start[k + 1] - t->start[k]);
			out->lines[i].byte += t->start[k];
		}
	}
}

static void chunks_may_begin_anywhere(void **state)
{
	for (unsigned round = 0; round < 16; round++) {
		struct tl_buf text = TL_BUF_INIT;
		struct tl_calls calls = { .absolute = false }, whole = { .absolute = false };
		struct tl_callform form;
		struct tl_source *src;
		struct fake_text t;

		srand(round);
		make_text(&text);
		assert_true(tl_callform_detect((struct tl_span){ text.data, text.len }, &form));
		assert_true(fake_open(&t, &text, 20, false, false, NULL, &src));
		read_all(&form, src, &t, &whole);
		tl_source_close(src);
		text = t.bytes;
		t.bytes = (struct tl_buf)TL_BUF_INIT;
		fake_fini(&t);
		assert_true(fake_open(&t, &text, 9 + round % 8, round & 1, false, NULL, &src));
		read_all(&form, src, &t, &calls);
		assert_int_equal(calls.nlines, 300);
		assert_int_equal(whole.nlines, 300);
		for (size_t i = 0; i < calls.nlines; i++) {
			const struct tl_callline *a = &calls.lines[i], *b = &whole.lines[i];

			assert_int_equal(a->byte, b->byte);
			assert_int_equal(a->thread, b->thread);
			assert_true(a->function == b->function);
			if (i % 17 != 3) /* not told: by what is near in the same chunk */
				assert_int_equal(a->depth, b->depth);
			assert_int_not_equal(a->depth, TL_CALL_NODEPTH);
		}
		tl_calls_fini(&calls);
		tl_calls_fini(&whole);
		tl_source_close(src);
		fake_fini(&t);
	}
}

/* Text of two pieces, made each by itself: what is deep in one says nothing of the other. */
static void pieces_do_not_belong_together(void **state)
{
	static const char lines[] =
	    "#           TASK-TID     CPU     TIMESTAMP (s)       DELTA    INSNS  FUNCTION\n"
	    "   a-1  [000] 12.000000001:         ~ [~    0] [tr strt] -> _start\n"
	    "   a-1  [000] 12.000000002:      +0ns [+   11] _start+42 -> f\n"
	    "   b-2  [000] 12.000000003:         ~ [~    0] g -> h\n"
	    "   a-1  [000] 12.000000004:         ~ [~    9] f+9 -> ~f\n"
	    "   b-2  [000] 12.000000005:         ~ [~    0] h+1 -> i\n"
	    "   b-2  [000] 12.000000006:      +1ns [+    2]   i+1 -> j\n";
	static const enum tl_callkind kinds[] = { TL_CALL_OTHER, TL_CALL_ENTRY, TL_CALL_ENTRY,
						  TL_CALL_BREAK, TL_CALL_ENTRY, TL_CALL_BREAK,
						  TL_CALL_ENTRY, TL_CALL_ENTRY };
	static const uint64_t threads[] = { 1, 1, 2, 1, 1, 2, 2, 2 };
	struct tl_calls calls = { .absolute = false };
	struct tl_callform form;
	struct tl_buf text = TL_BUF_INIT;
	struct tl_source *src;
	struct fake_text t;

	assert_true(tl_buf_append(&text, lines, strlen(lines)));
	assert_true(tl_callform_detect((struct tl_span){ text.data, text.len }, &form));
	assert_true(fake_open(&t, &text, 20, false, false, NULL, &src));
	read_all(&form, src, &t, &calls);
	assert_int_equal(calls.nlines, 8);
	for (size_t i = 0; i < calls.nlines; i++) {
		assert_int_equal(calls.lines[i].kind, kinds[i]);
		assert_int_equal(calls.lines[i].thread, threads[i]);
		assert_true(kinds[i] == TL_CALL_BREAK || calls.lines[i].depth == (i == 7));
	}
	assert_int_equal(calls.lines[3].byte, calls.lines[4].byte);
	tl_calls_fini(&calls);
	tl_source_close(src);
	fake_fini(&t);
}

/* A text of so many lines, each of a thread that has none before it, and the last of the first one's; what it costs to read,
 * in seconds of this thread. */
static double cost_of_threads(unsigned n, size_t *breaks)
{
	struct tl_calls calls = { .absolute = false };
	struct tl_callform form;
	struct tl_buf text = TL_BUF_INIT;
	struct tl_source *src;
	struct fake_text t;
	double least = 1e9;

	for (unsigned i = 0; i <= n; i++)
		tl_buf_printf(&text, "   a-%u  [000] 12.%09u:         ~ [~    0] g -> h\n",
			      1 + i % n, i);
	assert_true(tl_callform_detect((struct tl_span){ text.data, text.len }, &form));
	assert_true(fake_open(&t, &text, 21, false, false, NULL, &src));
	for (int i = 0; i < 3; i++) {
		struct timespec a, b;
		double s;

		tl_calls_clear(&calls);
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
		assert_true(tl_calltext_calls(&form, src, 0, &calls, NULL));
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
		s = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
		least = s < least ? s : least;
	}
	*breaks = calls.nlines - n - 1;
	assert_int_equal(calls.lines[calls.nlines - 1].thread, 1);
	assert_int_equal(calls.lines[calls.nlines - 2].kind, TL_CALL_BREAK);
	tl_calls_fini(&calls);
	tl_source_close(src);
	fake_fini(&t);
	return least;
}

/* A thread's first line of all has nothing before it; that is found out at a cost that goes with the lines. */
static void many_threads_begin(void **state)
{
	size_t breaks, most;
	double few = cost_of_threads(1500, &breaks);

	assert_int_equal(breaks, 1);
	assert_true(cost_of_threads(24000, &most) < 50 * few);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_is_recognised_and_read),
		cmocka_unit_test(empty_processors_are_passed_over),
		cmocka_unit_test(deep_lines_are_read),
		cmocka_unit_test(numbers_of_levels_are_read),
		cmocka_unit_test(depths_have_an_end),
		cmocka_unit_test(other_texts_are_no_traces),
		cmocka_unit_test(indentation_is_the_stack),
		cmocka_unit_test(chunks_may_begin_anywhere),
		cmocka_unit_test(pieces_do_not_belong_together),
		cmocka_unit_test(many_threads_begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
