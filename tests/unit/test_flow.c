/*
 * test_flow.c: what the flow decoder makes of a few instructions and a few packets.  Recordings
 * of whole programs are compared with what they did in tests/trace/; here is what such
 * recordings rarely or never hold.
 */
#include "tests/trace/ptout.h"
#include "tests/unit/fake_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The program; LOOP .. are its addresses. */
static const uint8_t program[] = {
	0x90,                            /* 1000 nop */
	0x75, 0xfd,                      /* 1001 jne 1000 */
	0xe8, 0x08, 0x00, 0x00, 0x00,    /* 1003 call 1010 */
	0xeb, 0xf6,                      /* 1008 jmp 1000 */
	0xff, 0xe0,                      /* 100a jmp *rax */
	0x0f, 0x05,                      /* 100c syscall */
	0xcc, 0xcc,                      /* 100e */
	0x90,                            /* 1010 nop */
	0xc3,                            /* 1011 ret */
	0xff, 0x25, 0,    0,    0,    0, /* 1012 jmp *[rip] */
	0xeb, 0xfe,                      /* 1018 jmp 1018 */
	0xe8, 0x00, 0x00, 0x00, 0x00,    /* 101a call 101f */
	0xc3,                            /* 101f ret */
	0x0f, 0x0b,                      /* 1020 ud2 */
	0x06,                            /* 1022 no instruction */
	0xe8, 0xe8, 0xff, 0xff, 0xff,    /* 1023 call 1010 */
	0x06,                            /* 1028 push %es, but in 64 bits */
	0xeb, 0xd5,                      /* 1029 jmp 1000 */
};
enum {
	LOOP = 0x1000,
	JNE = 0x1001,
	CALL = 0x1003,
	BACK = 0x1008,
	JMPRAX = 0x100a,
	SYSCALL = 0x100c,
	FUNC = 0x1010,
	RET = 0x1011,
	JMPMEM = 0x1012,
	SELF = 0x1018,
	GETPC = 0x101a,
	GETPC_RET = 0x101f,
	UD2 = 0x1020,
	NOINSN = 0x1022,
	CALL_AGAIN = 0x1023,
	OUTSIDE = 0x9000,
};

struct fixture {
	struct tl_pt_program *prog;
	struct tl_perf_queue queue;
	struct tl_pt_segment seg;
	struct ptout *out;
	struct tl_pt_events events;
	uint64_t tail;
	char text[4096];
};

static void begin(struct fixture *f, const struct ptout_config *config)
{
	memset(f, 0, sizeof(*f));
	fake_dso.code = program;
	fake_dso.len = sizeof(program);
	fake_map.start = FAKE_START;
	fake_map.end = FAKE_START + sizeof(program);
	fake_info = (struct tl_perf_pt_info){
		.noretcomp = !config->retcomp,
		.have_tsc = config->tsc,
		.mtc_freq = config->mtc_freq,
		.tsc_ctc_n = 100,
		.tsc_ctc_d = 1,
		.max_nonturbo_ratio = 25,
	};
	f->queue.tid = 1;
	f->queue.cpu = -1;
	f->out = ptout_open(config);
	assert_non_null(f->out);
	assert_true(tl_pt_program_open(NULL, NULL, &f->prog, NULL));
	f->seg.time = f->seg.next_time = TL_PT_NOTIME;
}

static void end(struct fixture *f)
{
	tl_pt_events_fini(&f->events);
	tl_pt_program_close(f->prog);
	ptout_close(f->out);
}

static const char *const words[] = { "branch ", "call ",  "return ", "cond ",  "sys ",
				     "async ",  "int ",   "abort ",  "begin ", "end ",
				     "tx ",     "entry ", "exit " };

static const char *const extras[] = { "cbr",    "tx",  "mwait", "pwre",  "pwrx",
				      "exstop", "cfe", "evd",   "iflag", "mode" };

/* The events as lines that a test can spell out. */
static const char *decode(struct fixture *f, unsigned want)
{
	size_t used = 0;

	ptout_flush(f->out);
	assert_false(ptout_failed(f->out));
	f->seg.queue = &f->queue;
	f->seg.bytes = ptout_bytes(f->out)->data;
	f->seg.len = ptout_bytes(f->out)->len;
	if (!f->seg.next)
		f->seg.next = f->seg.len;
	f->events.n = 0;
	assert_true(tl_pt_flow_decode(f->prog, &f->seg, want, &f->events, &f->tail, NULL));
	f->text[0] = '\0';
	for (size_t i = 0; i < f->events.n && used < sizeof(f->text) - 100; i++) {
		const struct tl_pt_event *e = &f->events.v[i];
		char *p = f->text + used;
		size_t room = sizeof(f->text) - used;

		if (e->kind == TL_PT_EV_BRANCH) {
			int n = snprintf(p, room, "%x>%x ", (unsigned)e->from, (unsigned)e->to);

			for (unsigned bit = 1; bit < 13; bit++)
				if (e->flags & 1 << bit)
					n += snprintf(p + n, room - (size_t)n, "%s", words[bit]);
			p[n - 1] = '\n';
			used += (size_t)n;
		} else if (e->kind == TL_PT_EV_ERROR) {
			used += (size_t)snprintf(p, room, "error %u at %x\n", e->code,
						 (unsigned)e->from);
		} else if (e->kind == TL_PT_EV_PTWRITE) {
			used += (size_t)snprintf(p, room, "wrote %x at %x\n", (unsigned)e->to,
						 (unsigned)e->from);
		} else if (e->kind == TL_PT_EV_LEAP) {
			used += (size_t)snprintf(p, room, "leap %x>%x\n", (unsigned)e->from,
						 (unsigned)e->to);
		} else if (e->kind == TL_PT_EV_INSN) {
			used +=
			    (size_t)snprintf(p, room, e->to == 64 ? "insn %x\n" : "insn %x, %u\n",
					     (unsigned)e->from, (unsigned)e->to);
		} else {
			used += (size_t)snprintf(p, room, "%s %x,%x,%x at %x\n",
						 extras[e->kind - TL_PT_EV_CBR], (unsigned)e->to,
						 e->length, e->code, (unsigned)e->from);
		}
	}
	return f->text;
}

static const struct ptout_config plain, compressed = { .retcomp = true };

static void conditional_and_direct_branches(void **state)
{
	struct fixture f;

	begin(&f, &compressed);
	ptout_psb(f.out, 0);
	ptout_enable(f.out, LOOP);
	ptout_cond(f.out, true);
	ptout_cond(f.out, false);
	ptout_call_direct(f.out, BACK);
	ptout_ret(f.out, BACK);
	ptout_cond(f.out, true);
	assert_string_equal(decode(&f, TL_PT_WANT_BRANCHES), "0>1000 begin\n"
							     "1001>1000 cond\n"
							     "1003>1010 call\n"
							     "1011>1008 return\n"
							     "1008>1000\n"
							     "1001>1000 cond\n");
	/* nop jne, nop jne call, nop ret, jmp, nop jne */
	assert_int_equal(f.events.v[2].insns, 3);
	assert_int_equal(f.events.v[3].insns, 2);
	assert_string_equal(decode(&f, TL_PT_WANT_CALLS), "1003>1010 call\n");
	assert_int_equal(f.events.v[0].insns, 5);
	assert_int_equal(f.tail, 5);
	assert_string_equal(decode(&f, TL_PT_WANT_RETURNS), "0>1000 begin\n1011>1008 return\n");
	assert_string_equal(decode(&f, TL_PT_WANT_INSNS),
			    "insn 1000\ninsn 1001\ninsn 1000\ninsn 1001\ninsn 1003\n"
			    "insn 1010\ninsn 1011\ninsn 1008\ninsn 1000\ninsn 1001\n");
	end(&f);
}

static void a_return_elsewhere_has_its_address(void **state)
{
	struct fixture f;

	begin(&f, &compressed);
	ptout_psb(f.out, 0);
	ptout_enable(f.out, CALL);
	ptout_call_direct(f.out, BACK);
	ptout_ret(f.out, SYSCALL);
	ptout_disable(f.out, PTOUT_NOIP);
	assert_string_equal(decode(&f, TL_PT_WANT_BRANCHES), "0>1003 begin\n1003>1010 call\n"
							     "1011>100c return\n"
							     "100c>0 call sys end\n");
	end(&f);
}

/* Only what leads into the midst of another function. */
static void indirect_jumps_leap(void **state)
{
	struct fixture f;

	begin(&f, &compressed);
	ptout_psb(f.out, 0);
	for (int i = 0; i < 5; i++) {
		static const uint64_t to[] = { LOOP, FUNC, RET, UD2, CALL_AGAIN };

		ptout_enable(f.out, JMPRAX);
		ptout_indirect(f.out, to[i]);
		ptout_disable(f.out, to[i]);
	}
	assert_string_equal(decode(&f, TL_PT_WANT_LEAPS), "error 5 at 1022\nleap 100a>1023\n");
	assert_non_null(strstr(decode(&f, TL_PT_WANT_BRANCHES | TL_PT_WANT_LEAPS),
			       "leap 100a>1023\n100a>1023\n"));
	end(&f);
}

/* It is how code finds its own address, and no call to return from. */
static void a_call_of_the_next_instruction_is_not_remembered(void **state)
{
	struct fixture f;

	begin(&f, &compressed);
	ptout_psb(f.out, 0);
	ptout_enable(f.out, CALL);
	ptout_call_direct(f.out, BACK);
	ptout_ret(f.out, GETPC);
	ptout_enable(f.out, GETPC);
	ptout_ret(f.out, LOOP); /* 101a calls 101f, which returns */
	assert_string_equal(decode(&f, TL_PT_WANT_CALLS | TL_PT_WANT_RETURNS),
			    "0>1003 begin\n1003>1010 call\n1011>101a return\n0>101a begin\n"
			    "101a>101f call\n101f>1000 return\n");
	end(&f);
}

static void deferred_tips_come_behind_their_tnt(void **state)
{
	static const struct ptout_config config = { .deferred_tips = true };
	struct fixture f;

	begin(&f, &config);
	ptout_psb(f.out, 0);
	ptout_enable(f.out, LOOP);
	ptout_cond(f.out, true);
	ptout_cond(f.out, false);
	ptout_call_direct(f.out, BACK);
	ptout_ret(f.out, JMPRAX);
	ptout_indirect(f.out, LOOP);
	ptout_cond(f.out, true);
	ptout_cond(f.out, true);
	assert_string_equal(decode(&f, TL_PT_WANT_BRANCHES),
			    "0>1000 begin\n1001>1000 cond\n1003>1010 call\n1011>100a return\n"
			    "100a>1000\n1001>1000 cond\n1001>1000 cond\n");
	end(&f);
}

static void an_interrupt_comes_between_instructions(void **state)
{
	struct fixture f;

	begin(&f, &plain);
	ptout_psb(f.out, 0);
	ptout_enable(f.out, LOOP);
	ptout_cond(f.out, true);
	ptout_async(f.out, JNE, FUNC);
	ptout_ret(f.out, JNE);
	ptout_cond(f.out, true);
	ptout_async(f.out, LOOP, PTOUT_NOIP);
	assert_string_equal(decode(&f, TL_PT_WANT_BRANCHES),
			    "0>1000 begin\n1001>1000 cond\n1001>1010 call async int\n"
			    "1011>1001 return\n1001>1000 cond\n1000>0 async end\n");
	assert_int_equal(f.events.v[2].insns, 1); /* the nop; the jne is still to come */
	end(&f);
}

static void what_leaves_an_address_filter(void **state)
{
	static const struct {
		uint64_t from, to;
		const char *lines;
	} cases[] = {
		{ JMPMEM, OUTSIDE, "0>1012 begin\n1012>9000 end\n" },
		{ CALL, FUNC, "0>1003 begin\n1003>1010 call end\n" }, /* direct */
		{ JNE, LOOP, "0>1001 begin\n1001>1000 cond end\n" },  /* conditional */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;

		begin(&f, &plain);
		ptout_psb(f.out, 0);
		ptout_enable(f.out, cases[i].from);
		ptout_disable(f.out, cases[i].to);
		assert_string_equal(decode(&f, TL_PT_WANT_BRANCHES), cases[i].lines);
		end(&f);
	}
}

/* After each error decoding goes on at the next address that a packet tells. */
static void errors_are_told_and_left_behind(void **state)
{
	struct fixture f;

	begin(&f, &plain);
	ptout_psb(f.out, 0);
	ptout_enable(f.out, OUTSIDE);
	ptout_cond(f.out, true);
	ptout_indirect(f.out, LOOP);
	ptout_cond(f.out, true);
	ptout_indirect(f.out, NOINSN); /* but there is a conditional branch */
	ptout_cond(f.out, true);
	ptout_indirect(f.out, SYSCALL);
	ptout_disable(f.out, PTOUT_NOIP);
	assert_string_equal(decode(&f, TL_PT_WANT_BRANCHES),
			    "0>9000 begin\nerror 5 at 9000\n0>1000 begin\n1001>1000 cond\n"
			    "error 6 at 1001\n0>1022 begin\nerror 5 at 1022\n0>100c begin\n"
			    "100c>0 call sys end\n");
	end(&f);
}

static void an_endless_loop_ends(void **state)
{
	struct fixture f;

	begin(&f, &plain);
	ptout_psb(f.out, 0);
	ptout_enable(f.out, SELF);
	ptout_cond(f.out, true);
	assert_string_equal(decode(&f, TL_PT_WANT_RETURNS), "0>1018 begin\nerror 10 at 1018\n");
	/* Each of its turns is an event here; they do not fill the memory. */
	decode(&f, TL_PT_WANT_BRANCHES);
	assert_true(f.events.n > 1000 && f.events.n < 4 << 20);
	assert_int_equal(f.events.v[f.events.n - 1].kind, TL_PT_EV_ERROR);
	end(&f);
	/* Likewise on the way to an interrupt elsewhere; the time it takes is not taken again. */
	begin(&f, &plain);
	ptout_psb(f.out, 0);
	ptout_enable(f.out, SELF);
	ptout_async(f.out, LOOP, SELF);
	ptout_async(f.out, LOOP, SELF);
	assert_string_equal(decode(&f, TL_PT_WANT_RETURNS), "0>1018 begin\nerror 10 at 1018\n");
	end(&f);
}

static void an_overflow_is_a_gap(void **state)
{
	struct fixture f;

	begin(&f, &compressed);
	ptout_psb(f.out, 0);
	ptout_enable(f.out, CALL);
	ptout_call_direct(f.out, BACK);
	ptout_cond(f.out, true);
	ptout_flush(f.out);
	ptout_overflow(f.out);
	ptout_cond(f.out, true);
	ptout_resolve(f.out, LOOP);
	ptout_cond(f.out, true);
	decode(&f, TL_PT_WANT_BRANCHES);
	assert_non_null(strstr(f.text, "error 7 at "));
	assert_non_null(strstr(f.text, "0>1000 begin\n1001>1000 cond\n"));
	end(&f);
}

static void ptwrite_tells_where_it_was(void **state)
{
	struct fixture f;

	begin(&f, &plain);
	ptout_psb(f.out, 0);
	ptout_enable(f.out, LOOP);
	ptout_ptwrite(f.out, 0x1234, 8, JNE);
	ptout_ptwrite(f.out, 0x5678, 4, PTOUT_NOIP);
	ptout_cond(f.out, true);
	assert_string_equal(
	    decode(&f, TL_PT_WANT_BRANCHES | TL_PT_WANT_EXTRAS),
	    "cbr 19,0,1 at 0\n0>1000 begin\nwrote 1234 at 1001\nwrote 5678 at 1001\n"
	    "1001>1000 cond\n");
	assert_string_equal(decode(&f, TL_PT_WANT_BRANCHES), "0>1000 begin\n1001>1000 cond\n");
	end(&f);
}

/* The processor's own packets for transactions, which ptout does not write. */
static void transactions(void **state)
{
	static const uint8_t
	    packets
		[] = {
			0x02, 0x82, 0x02, 0x82, 0x02, 0x82, 0x02, 0x82, 0x02,
			0x82, 0x02, 0x82, 0x02, 0x82, 0x02, 0x82, 0x99, 0x01,
			0x5d, 0x00, 0x10, 0x00, 0x00, 0x02, 0x23, /* at LOOP */
			0x99, 0x21, 0x3d, 0x01, 0x10,             /* a transaction begins at JNE */
			0x06,                                     /* taken */
			0x99, 0x22, 0x3d, 0x01, 0x10,             /* it is aborted at JNE */
			0x2d, 0x10, 0x10,                         /* and goes on at FUNC */
			0x2d, 0x00, 0x10,                         /* which returns to LOOP */
			0x06,
		};
	struct fixture f;

	begin(&f, &plain);
	assert_true(tl_buf_append(ptout_bytes(f.out), packets, sizeof(packets)));
	assert_string_equal(decode(&f, TL_PT_WANT_BRANCHES), "1001>1000 cond tx\n1001>1010 abort\n"
							     "1011>1000 return\n1001>1000 cond\n");
	assert_string_equal(decode(&f, TL_PT_WANT_CALLS | TL_PT_WANT_EXTRAS),
			    "tx 1,0,0 at 1001\n1001>1010 abort\n");
	end(&f);
}

/* A PSB+ at LOOP, in 64 bits, and what comes behind it. */
static const char *extras_at_loop(struct fixture *f, const uint8_t *packets, size_t n)
{
	static const uint8_t psb[] = {
		0x02, 0x82, 0x02, 0x82, 0x02, 0x82, 0x02, 0x82, 0x02, 0x82, 0x02, 0x82, 0x02,
		0x82, 0x02, 0x82, 0x99, 0x01, 0x5d, 0x00, 0x10, 0x00, 0x00, 0x02, 0x23,
	};

	begin(f, &plain);
	assert_true(tl_buf_append(ptout_bytes(f->out), psb, sizeof(psb)));
	assert_true(tl_buf_append(ptout_bytes(f->out), packets, n));
	return decode(f, TL_PT_WANT_BRANCHES | TL_PT_WANT_EXTRAS);
}

static void power_events(void **state)
{
	static const uint8_t packets[] = {
		0x02, 0xc2, 0x60, 0,    0,    0, 1, 0, 0, 0, /* MWAIT */
		0x02, 0x22, 0x00, 0x20,                      /* PWRE of it */
		0x02, 0xe2, 0x3d, 0x01, 0x10,                /* EXSTOP, for all three: at JNE */
		0x02, 0xa2, 0x22, 0x04, 0,    0, 0,          /* PWRX */
		0x02, 0x22, 0x80, 0x20,                      /* PWRE of the hardware */
		0x02, 0x62,                                  /* EXSTOP */
		0x06,                                        /* taken */
		0x02, 0xc2, 0x61, 0,    0,    0, 0, 0, 0, 0, /* MWAIT, and its FUP is lost */
		0x06,
	};
	struct fixture f;

	assert_string_equal(extras_at_loop(&f, packets, sizeof(packets)),
			    "mwait 60,0,0 at 1001\npwre 2000,0,0 at 1001\nexstop 1,0,0 at 1001\n"
			    "pwrx 422,0,0 at 1001\npwre 2080,0,0 at 1001\nexstop 0,0,0 at 1001\n"
			    "1001>1000 cond\n1001>1000 cond\nmwait 61,0,0 at 1000\n");
	end(&f);
}

static void frequencies_are_told_when_they_change(void **state)
{
	static const uint8_t packets[] = {
		0x02, 0x03, 0x20, 0x00, /* first told: */
		0x06,                   /* taken */
		0x02, 0x03, 0x20, 0x00, /* the same */
		0x02, 0x03, 0x10, 0x00, /* another */
	};
	struct fixture f;

	assert_string_equal(extras_at_loop(&f, packets, sizeof(packets)),
			    "cbr 20,0,1 at 1000\n1001>1000 cond\ncbr 10,0,0 at 1000\n");
	end(&f);
}

static void traced_events(void **state)
{
	static const uint8_t packets[] = {
		0x02, 0x53, 0x00, 8,    7,    0,    0, 0, 0, 0, 0, /* a page fault's address */
		0x02, 0x13, 0x01, 0x0e,             /* an interrupt; the FUP is the branch's */
		0x3d, 0x01, 0x10, 0x2d, 0x10, 0x10, /* from JNE to FUNC */
		0x02, 0x13, 0x82, 0x00,             /* IRET, which is at RET here, */
		0x3d, 0x11, 0x10, 0x2d, 0x00, 0x10, /* and goes to LOOP as any branch */
		0x06,                               /* taken */
		0x02, 0x53, 0x01, 5,    0,    0,    0, 0, 0, 0, 0, /* of no event */
		0x3d, 0x00, 0x10, 0x01,                            /* the trace ends */
		0x02, 0x13, 0x07, 0x00,                            /* and a guest is entered */
	};
	struct fixture f;

	assert_string_equal(extras_at_loop(&f, packets, sizeof(packets)),
			    "cfe 1,e,1 at 1001\nevd 708,0,0 at 1001\n1001>1010 call async int\n"
			    "cfe 2,0,1 at 1011\n1011>1000 return\n1001>1000 cond\n"
			    "1000>0 async end\ncfe 7,0,0 at 0\nevd 5,1,0 at 0\n");
	end(&f);
}

/* What waits for a FUP when the trace overflows does not get the address behind the gap. */
static void what_waits_is_before_an_overflow(void **state)
{
	static const uint8_t packets[] = {
		0x06,                                              /* taken */
		0x02, 0x53, 0x00, 8,    7,    0,    0, 0, 0, 0, 0, /* a page fault's address */
		0x02, 0x92, 0x34, 0x12, 0,    0,    /* a PTWRITE with a FUP to come */
		0x02, 0xf3,                         /* and both are lost */
		0x3d, 0x10, 0x10,                   /* on again, at FUNC */
		0x02, 0x13, 0x01, 0x0e,             /* an interrupt without data */
		0x3d, 0x11, 0x10, 0x2d, 0x00, 0x10, /* at RET */
	};
	struct fixture f;
	const char *text = extras_at_loop(&f, packets, sizeof(packets));
	const char *wrote = strstr(text, "wrote 1234 at 1000\n"), *gap = strstr(text, "error 7");

	if (!wrote || !gap || wrote > gap)
		fail_msg("%s", text);
	assert_null(strstr(text, "evd"));
	assert_non_null(strstr(gap, "cfe 1,e,1 at 1011\n"));
	end(&f);
}

static void a_guest_is_left(void **state)
{
	static const uint8_t packets[] = {
		0x02, 0x43, 0x01, 0,    0,    0,    0, 0, /* PIP: in a guest ... */
		0x31, 0x00, 0x10,                         /* at LOOP */
		0x3d, 0x01, 0x10,                         /* that stops at JNE */
		0x02, 0x43, 0x00, 0,    0,    0,    0, 0, /* for */
		0x2d, 0x10, 0x10,                         /* FUNC */
		0x2d, 0x00, 0x10,                         /* which returns to LOOP */
		0x3d, 0x01, 0x10, 0x2d, 0x10, 0x10,
	};
	struct fixture f;

	assert_non_null(strstr(extras_at_loop(&f, packets, sizeof(packets)),
			       "1001>1010 call exit\n1011>1000 return\n"
			       "1001>1010 call async int\n"));
	end(&f);
}

static void flags_and_modes(void **state)
{
	static const uint8_t packets[] = {
		0x99, 0x05, 0x3d, 0x01, 0x10, /* interrupts are allowed at JNE */
		0x06,                         /* taken */
		0x99, 0x05, 0x3d, 0x01, 0x10, /* told again */
		0x06,                         /* taken */
		0x3d, 0x01, 0x10,             /* an interrupt at JNE, */
		0x99, 0x01, 0x2d, 0x10, 0x10, /* and they are off in FUNC */
		0x99, 0x06, 0x2d, 0x28, 0x10, /* which goes to code of 32 bits: no other would be */
		0x06,                         /* push %es, jmp, nop, jne: taken */
	};
	struct fixture f;

	assert_string_equal(extras_at_loop(&f, packets, sizeof(packets)),
			    "iflag 1,0,0 at 1001\n1001>1000 cond\n1001>1000 cond\n"
			    "1001>1010 call async int\niflag 0,0,1 at 1010\n"
			    "1011>1028 return\nmode 20,0,0 at 1028\niflag 1,0,1 at 1028\n"
			    "1029>1000\n1001>1000 cond\n");
	end(&f);
}

/* What is known of the code behind a call is not what another mode makes of the same bytes. */
static void modes_do_not_share_code(void **state)
{
	static const uint8_t packets[] = {
		0x02, 0x82, 0x02, 0x82, 0x02, 0x82, 0x02, 0x82, 0x02, 0x82,
		0x02, 0x82, 0x02, 0x82, 0x02, 0x82, 0x99, 0x01, 0x02, 0x23, /* */
		0x51, 0x23, 0x10, 0x00, 0x00,                               /* begin at the call */
		0x99, 0x20, 0x3d, 0x10, 0x10,                               /* it is at FUNC now */
		0x99, 0x02, 0x2d, 0x28, 0x10,                               /* 32 bits; back */
		0x06,                                                       /* taken */
	};
	uint8_t *bytes;
	struct fixture f;

	begin(&f, &plain);
	assert_true(tl_buf_append(ptout_bytes(f.out), packets, sizeof(packets)));
	assert_string_equal(decode(&f, TL_PT_WANT_BRANCHES),
			    "0>1023 begin\n1023>1010 call\n1011>1028 return\n1029>1000\n"
			    "1001>1000 cond\n");
	assert_string_equal(decode(&f, TL_PT_WANT_INSNS),
			    "insn 1023\ninsn 1010\ninsn 1011\ninsn 1028, 32\ninsn 1029, 32\n"
			    "insn 1000, 32\ninsn 1001, 32\n");
	bytes = ptout_bytes(f.out)->data;
	bytes[31] = 0x01; /* 64 bits */
	assert_string_equal(decode(&f, TL_PT_WANT_BRANCHES),
			    "0>1023 begin\n1023>1010 call\n1011>1028 return\nerror 5 at 1028\n");
	end(&f);
}

/*
 * A segment ends at the address of the next PSB+: what is walked without packets before it
 * belongs to the first, what comes behind it to the second; together they are the whole.
 */
static void segments_share_no_event(void **state)
{
	static const uint64_t places[] = { CALL, FUNC, RET };

	for (size_t i = 0; i < 3; i++) {
		struct fixture f;
		char both[4096];
		size_t second;

		begin(&f, &compressed);
		ptout_psb(f.out, 0);
		ptout_enable(f.out, LOOP);
		ptout_cond(f.out, false);
		if (places[i] != CALL)
			ptout_call_direct(f.out, BACK);
		ptout_psb(f.out, places[i]);
		second = (size_t)ptout_last_psb(f.out);
		if (places[i] == CALL)
			ptout_call_direct(f.out, BACK);
		ptout_ret(f.out, BACK);
		f.seg.next = second;
		snprintf(both, sizeof(both), "%s", decode(&f, TL_PT_WANT_BRANCHES));
		assert_int_equal(f.tail + (places[i] == CALL ? 0 : f.events.v[1].insns),
				 places[i] == CALL   ? 2
				 : places[i] == FUNC ? 3
						     : 4);
		f.seg.bytes += second;
		f.seg.len -= second;
		f.seg.next = f.seg.len;
		f.events.n = 0;
		assert_true(tl_pt_flow_decode(f.prog, &f.seg, TL_PT_WANT_BRANCHES, &f.events,
					      &f.tail, NULL));
		assert_int_equal(f.events.n, places[i] == CALL ? 2 : 1);
		assert_int_equal(f.events.v[f.events.n - 1].from, RET);
		assert_int_equal(f.events.v[f.events.n - 1].to, BACK);
		assert_string_equal(both, places[i] == CALL ? "0>1000 begin\n"
							    : "0>1000 begin\n1003>1010 call\n");
		end(&f);
	}
}

/* What was walked on a way that does not lead there did not happen. */
static void a_next_sync_point_elsewhere_is_an_error(void **state)
{
	struct fixture f;

	begin(&f, &compressed);
	ptout_psb(f.out, 0);
	ptout_enable(f.out, LOOP);
	ptout_cond(f.out, false);
	ptout_psb(f.out, JMPRAX);
	f.seg.next = (size_t)ptout_last_psb(f.out);
	assert_string_equal(decode(&f, TL_PT_WANT_BRANCHES), "0>1000 begin\nerror 6 at 1010\n");
	f.seg.next_after_gap = true; /* bytes are missing: nobody knows where it went */
	assert_string_equal(decode(&f, TL_PT_WANT_BRANCHES), "0>1000 begin\n");
	end(&f);
}

static void times_stay_within_the_segment(void **state)
{
	static const struct ptout_config config = { .tsc = true, .mtc = true, .mtc_freq = 3 };
	struct fixture f;

	begin(&f, &config);
	ptout_time(f.out, 100000);
	ptout_psb(f.out, 0);
	ptout_enable(f.out, LOOP);
	for (unsigned i = 0; i < 100; i++) {
		ptout_cond(f.out, true);
		ptout_time(f.out, 100000 + (i + 1) * 250);
	}
	f.seg.time = 100000;
	f.seg.next_time = 120000;
	decode(&f, TL_PT_WANT_BRANCHES);
	assert_int_equal(f.events.n, 101);
	for (unsigned i = 1; i <= 100; i++) {
		uint64_t truth = 100000 + (i - 1) * 250, told = f.events.v[i].time;

		assert_true(told >= f.events.v[i - 1].time);
		/* An MTC comes each 800; up to six branches wait for their TNT. */
		if (truth < 118000)
			assert_in_range(told, truth - 800, truth + 6 * 250);
		assert_true(told < 120000);
	}
	assert_int_equal(f.events.v[100].time, 119999);
	f.seg.next_time = 100000; /* both at the same time */
	decode(&f, TL_PT_WANT_BRANCHES);
	assert_int_equal(f.events.v[0].time, 100000);
	assert_int_equal(f.events.v[100].time, 100000);
	end(&f);
}

/* In proportion to the instructions run, and the same in all views. */
static void times_between_timing_packets_are_paced(void **state)
{
	static const struct ptout_config config = { .tsc = true };
	struct fixture f;
	uint64_t fifth;

	begin(&f, &config);
	ptout_time(f.out, 1000);
	ptout_psb(f.out, 0);
	ptout_enable(f.out, LOOP);
	for (unsigned i = 0; i < 12; i++)
		ptout_cond(f.out, true);
	f.seg.time = 1000;
	decode(&f, TL_PT_WANT_BRANCHES);
	for (unsigned i = 0; i <= 12; i++) /* nobody knows when the last one was */
		assert_int_equal(f.events.v[i].time, 1000);
	f.seg.next_time = 1000 + 61;
	decode(&f, TL_PT_WANT_BRANCHES);
	for (unsigned i = 0; i <= 12; i++)
		assert_in_range(f.events.v[i].time, 1000 + 5 * i - (i > 0), 1000 + 5 * i);
	f.seg.next_time = 5000; /* but the thread has left at 1100 */
	decode(&f, TL_PT_WANT_BRANCHES);
	assert_in_range(f.events.v[6].time, 1049, 1050);
	assert_in_range(f.events.v[12].time, 1099, 1100);
	fifth = f.events.v[5].time;
	decode(&f, TL_PT_WANT_INSNS);
	assert_int_equal(f.events.n, 24);
	assert_int_equal(f.events.v[9].from, JNE);
	assert_int_equal(f.events.v[9].time, fifth);
	end(&f);
}

/* A thread that waits in the kernel did not take that long to get there. */
static void times_are_not_paced_while_off(void **state)
{
	static const struct ptout_config config = { .tsc = true, .cyc = true };
	struct fixture f;

	begin(&f, &config);
	ptout_time(f.out, 1000);
	ptout_psb(f.out, 0);
	ptout_enable(f.out, LOOP);
	ptout_time(f.out, 1100);
	for (unsigned i = 0; i < 6; i++)
		ptout_cond(f.out, true);
	ptout_async(f.out, LOOP, PTOUT_NOIP);
	ptout_time(f.out, 900000);
	ptout_enable(f.out, LOOP);
	f.seg.time = 1000;
	f.seg.next_time = 1000000;
	decode(&f, TL_PT_WANT_BRANCHES);
	assert_int_equal(f.events.n, 9);
	for (unsigned i = 1; i < 8; i++)
		assert_true(f.events.v[i].time <= 1100);
	assert_true(f.events.v[8].time >= 899000);
	end(&f);
}

/* CYC stands before the TNT whose time it tells: the last of its branches. */
static void cycles_tell_when_a_tnt_was_full(void **state)
{
	static const struct ptout_config config = { .tsc = true, .cyc = true };
	struct fixture f;

	begin(&f, &config);
	ptout_time(f.out, 100000);
	ptout_psb(f.out, 0);
	ptout_enable(f.out, LOOP);
	for (unsigned i = 1; i <= 12; i++) {
		ptout_time(f.out, 100000 + 5 * i);
		ptout_cond(f.out, true);
	}
	f.seg.time = 100000;
	decode(&f, TL_PT_WANT_BRANCHES);
	assert_int_equal(f.events.n, 13);
	for (unsigned i = 1; i <= 12; i++)
		assert_in_range(f.events.v[i].time, 100000 + 5 * i - 2, 100000 + 5 * i);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conditional_and_direct_branches),
		cmocka_unit_test(a_return_elsewhere_has_its_address),
		cmocka_unit_test(indirect_jumps_leap),
		cmocka_unit_test(a_call_of_the_next_instruction_is_not_remembered),
		cmocka_unit_test(deferred_tips_come_behind_their_tnt),
		cmocka_unit_test(an_interrupt_comes_between_instructions),
		cmocka_unit_test(what_leaves_an_address_filter),
		cmocka_unit_test(errors_are_told_and_left_behind),
		cmocka_unit_test(an_endless_loop_ends),
		cmocka_unit_test(an_overflow_is_a_gap),
		cmocka_unit_test(ptwrite_tells_where_it_was),
		cmocka_unit_test(transactions),
		cmocka_unit_test(power_events),
		cmocka_unit_test(frequencies_are_told_when_they_change),
		cmocka_unit_test(traced_events),
		cmocka_unit_test(what_waits_is_before_an_overflow),
		cmocka_unit_test(a_guest_is_left),
		cmocka_unit_test(flags_and_modes),
		cmocka_unit_test(modes_do_not_share_code),
		cmocka_unit_test(segments_share_no_event),
		cmocka_unit_test(a_next_sync_point_elsewhere_is_an_error),
		cmocka_unit_test(times_stay_within_the_segment),
		cmocka_unit_test(times_between_timing_packets_are_paced),
		cmocka_unit_test(cycles_tell_when_a_tnt_was_full),
		cmocka_unit_test(times_are_not_paced_while_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
