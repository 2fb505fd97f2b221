/*
 * generate: make an Intel PT recording of any size, the same bytes for the same options.
 *
 *	generate [options] -o FILE
 *
 *	--program ELF    the code to walk; default: programs/scale beside this program
 *	--map NAME       how MMAP2 names it; default: its real path
 *	--size N[K|M|G]  bytes of AUX data, about; default 1M
 *	--seed N
 *	--cpus N         one recording a CPU, threads come and go; default 1
 *	--threads N      one recording a thread
 *	--tasks N        how many threads share the CPUs; default 2 a CPU and one more
 *	--psb N          a PSB each so many bytes; default 16K
 *	--piece N        bytes in an AUXTRACE record, at most; default 1M
 *	--cut            pieces end anywhere, also inside packets
 *	--no-retcomp --no-time --no-mtc --cyc --deferred-tips --long-tnt
 *	--extras N       at each n-th block something that is not flow, each kind in turn
 *	--pipe --compressed --no-index
 *	--truth FILE     the branches, as recording.h describes it (in memory until the end)
 *
 * Nothing is run: threads walk the basic blocks of the program, conditional branches taken as
 * often as each one's own bias has it, indirect ones to one of a few places.  Calls deeper than
 * a limit take the shortest way to their return.  Time goes on with the instructions; system
 * calls and a timer leave user space and sometimes make another thread run.  The CPUs take
 * turns, the one that is behind in time first, so that all agree on who ran when.
 *
 * On success the counts are printed: `calls N`, `returns N`, ... a line each.
 */
#include "tests/trace/codegraph.h"
#include "tests/trace/perfout.h"
#include "tests/trace/ptout.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MAX_QUEUES = 64,
	MAX_TASKS = 256,
	STACK = 4096,
	DEEP = 28, /* calls */
	PID = 4000,
	TURN = 20000,    /* TSC ticks: 10 us */
	TIMER = 8000000, /* 4 ms */
	MTC_FREQ = 3,
};
#define BEGIN 200000000000 /* TSC; 100 s after the machine was started */

struct options {
	const char *out, *program, *map, *truth;
	uint64_t size, seed, psb, piece, extras;
	unsigned ncpus, nthreads, ntasks;
	int cut, no_retcomp, no_time, no_mtc, cyc, deferred_tips, long_tnt, pipe, compressed;
	int no_index;
};

struct task {
	int32_t pid, tid;
	char comm[20];
	uint32_t block;
	uint32_t stack[STACK]; /* blocks to return to */
	unsigned depth, limit; /* deeper than that: the shortest way back */
	uint64_t rng;
	uint64_t ready; /* TSC */
	bool running;
};

/* A CPU, or the one a thread has for itself. */
struct queue {
	struct ptout *pt;
	int32_t cpu; /* -1: per thread */
	unsigned number;
	struct task *task; /* who runs; NULL: idle */
	uint64_t tsc, next_timer, next_time, written;
	uint64_t blocks, nextras;
	bool in_tx, iflag;
};

struct branch { /* of the truth */
	uint64_t tsc, seq, from, to;
	const char *what;
	int32_t tid, cpu;
};

struct machine {
	struct options opt;
	struct codegraph *g;
	struct perfout *out;
	struct perfout_usual usual;
	struct perfout_pt info;
	struct queue queues[MAX_QUEUES];
	unsigned nqueues;
	struct task *tasks;
	unsigned ntasks;
	uint64_t time_step; /* ticks between two MTCs */
	uint64_t calls, returns, syscalls, interrupts, branches, insns, switches;
	FILE *truth;
	struct branch *log;
	size_t nlog, cap_log;
};

static void die(const char *what)
{
	fprintf(stderr, "generate: %s\n", what);
	exit(1);
}

static uint32_t rnd16(uint64_t *state) /* xorshift64* */
{
	uint64_t x = *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return (uint32_t)(x * 0x2545f4914f6cdd1du >> 48);
}

static uint64_t mixed(uint64_t x) /* splitmix64; never 0 for what we give it */
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return (x ^ x >> 31) | 1;
}

static void tell(struct machine *m, const struct queue *q, uint64_t from, uint64_t to,
		 const char *what)
{
	m->branches++;
	if (!m->truth)
		return;
	if (m->nlog == m->cap_log) {
		m->cap_log = m->cap_log ? 2 * m->cap_log : 4096;
		m->log = realloc(m->log, m->cap_log * sizeof(*m->log));
		if (!m->log)
			die("out of memory");
	}
	m->log[m->nlog] = (struct branch){ q->tsc, m->nlog, from, to, what, q->task->tid, q->cpu };
	m->nlog++;
}

/* ---- the recording */

static uint64_t ns_of(const struct machine *m, uint64_t tsc)
{
	return perfout_tsc_to_ns(&m->info, tsc);
}

static struct perfout_id id_of(const struct machine *m, const struct queue *q, const struct task *t,
			       unsigned attr)
{
	return (struct perfout_id){ t ? t->pid : 0, t ? t->tid : 0, ns_of(m, q->tsc),
				    q->cpu,         attr,           q->number };
}

/* AUX bytes that wait go to the file: all of them, or whole pieces. */
static void drain(struct machine *m, struct queue *q, bool all)
{
	struct tl_buf *b = ptout_bytes(q->pt);
	size_t done = 0;

	while (b->len - done >= m->opt.piece || (all && b->len > done)) {
		size_t n = b->len - done;
		struct perfout_id id = id_of(m, q, q->task, 0);

		if (m->opt.cut && n > m->opt.piece)
			n = m->opt.piece;
		perfout_aux(m->out, q->written, n, 0, &id);
		perfout_auxtrace(m->out, b->data + done, n, q->written, q->tsc, q->number,
				 q->cpu < 0 ? m->tasks[q->number].tid : -1, q->cpu);
		q->written += n;
		done += n;
	}
	if (!done)
		return;
	memmove(b->data, b->data + done, b->len - done);
	b->len -= done;
}

static void open_recording(struct machine *m)
{
	const struct options *o = &m->opt;
	struct perfout_id_entry ids[2 * MAX_QUEUES];
	struct perfout_options po;
	struct tl_err err = TL_ERR_INIT;
	bool percpu = !o->nthreads;
	unsigned psb = 0;
	uint64_t config = PERFOUT_PT_PT | PERFOUT_PT_BRANCH;

	while (psb < 15 && (2048ull << (psb + 1)) <= o->psb)
		psb++;
	config |= (uint64_t)psb << PERFOUT_PT_PSB_PERIOD;
	if (o->extras)
		config |=
		    PERFOUT_PT_PWR | PERFOUT_PT_FUP_ON_PTW | PERFOUT_PT_PTW | PERFOUT_PT_EVENT;
	if (o->no_retcomp)
		config |= PERFOUT_PT_NORETCOMP;
	if (!o->no_time)
		config |= PERFOUT_PT_TSC;
	if (!o->no_time && !o->no_mtc)
		config |= PERFOUT_PT_MTC | MTC_FREQ << PERFOUT_PT_MTC_PERIOD;
	if (!o->no_time && o->cyc)
		config |= PERFOUT_PT_CYC;
	perfout_pt_usual(&m->info, percpu);
	m->info.event_trace = o->extras > 0;
	perfout_usual(&m->usual, config, m->nqueues, &po);
	if (!percpu)
		for (int i = 0; i < 2; i++) {
			m->usual.attrs[i].sample_type &= ~(uint64_t)PERFOUT_CPU;
			m->usual.attrs[i].flags &= ~(uint64_t)PERFOUT_CONTEXT_SWITCH;
		}
	po.mode = o->pipe ? PERFOUT_PIPE : PERFOUT_FILE;
	po.compressed = o->compressed;
	po.no_aux_index = o->no_index;
	if (!perfout_open(o->out, &po, &m->out, &err))
		die(err.msg);
	perfout_auxtrace_info(m->out, &m->info);
	perfout_time_conv(m->out, &m->info);
	for (unsigned i = 0; i < 2 * m->nqueues; i++)
		ids[i] = (struct perfout_id_entry){
			.id = m->usual.ids[i / m->nqueues][i % m->nqueues],
			.idx = i % m->nqueues,
			.cpu = percpu ? (int64_t)(i % m->nqueues) : -1,
			.tid = percpu ? -1 : m->tasks[i % m->nqueues].tid,
		};
	perfout_id_index(m->out, ids, 2 * m->nqueues);
	perfout_build_id(m->out, o->map, -1, false, m->g->build_id, m->g->build_id_len);
}

/* Who there is, and what they have mapped. */
static void introduce(struct machine *m)
{
	struct perfout_id id = id_of(m, &m->queues[0], &m->tasks[0], 1);
	struct perfout_mmap2 map = { .addr = m->g->addr,
				     .len = (m->g->len + 4095) / 4096 * 4096,
				     .pgoff = m->g->offset,
				     .maj = 8,
				     .min = 1,
				     .inode = 1234,
				     .path = m->opt.map };

	for (unsigned i = 0; i < m->ntasks; i++) {
		const struct task *t = &m->tasks[i];

		id.pid = t->pid;
		id.tid = t->tid;
		id.time = ns_of(m, BEGIN + 100 + i);
		if (t->pid != t->tid)
			perfout_fork(m->out, t->pid, t->pid, t->tid, t->pid, id.time, &id);
		perfout_comm(m->out, t->pid, t->tid, t->comm, t->pid == t->tid, &id);
		if (t->pid != t->tid)
			continue;
		map.pid = t->pid;
		map.tid = t->tid;
		perfout_mmap2(m->out, &map, &id);
	}
	for (unsigned i = 0; i < m->nqueues; i++) {
		const struct queue *q = &m->queues[i];

		id = id_of(m, q, &m->tasks[i < m->ntasks ? i : 0], 0);
		id.time = ns_of(m, BEGIN + 1000);
		perfout_itrace_start(m->out, id.pid, id.tid, &id);
	}
}

/* ---- running */

/* Tell the packets what time it is: when an MTC is due, or always where cycles are told. */
static void clock_to_packets(struct machine *m, struct queue *q)
{
	if (q->tsc < q->next_time)
		return;
	ptout_time(q->pt, q->tsc);
	q->next_time = m->opt.cyc || m->opt.no_mtc ? 0 : (q->tsc / m->time_step + 1) * m->time_step;
}

static void enter_user(struct machine *m, struct queue *q)
{
	uint64_t ip = m->g->blocks[q->task->block].start;

	ptout_time(q->pt, q->tsc);
	if (m->opt.extras && q->nextras % 3 == 0)
		ptout_iflag(q->pt, q->iflag = !q->iflag, PTOUT_NOIP);
	ptout_enable(q->pt, ip);
	tell(m, q, 0, ip, "tr strt");
}

static void switch_in(struct machine *m, struct queue *q, struct task *t)
{
	struct perfout_id id;

	if (q->tsc < t->ready)
		q->tsc = t->ready;
	q->tsc += 400;
	q->task = t;
	t->running = true;
	m->switches++;
	if (q->cpu >= 0) {
		id = id_of(m, q, t, 1);
		perfout_switch(m->out, false, false, &id);
	}
	q->tsc += 200;
	/* The event is the task's: it is enabled anew, and hardware begins with a PSB. */
	ptout_time(q->pt, q->tsc);
	ptout_psb(q->pt, PTOUT_NOIP);
	enter_user(m, q);
}

static void switch_out(struct machine *m, struct queue *q, uint64_t pause)
{
	struct perfout_id id = id_of(m, q, q->task, 1);

	perfout_switch(m->out, true, !pause, &id);
	q->task->ready = q->tsc + pause;
	q->task->running = false;
	q->task = NULL;
}

/* The thread that waits longest takes an idle CPU. */
static void find_work(struct machine *m, struct queue *q)
{
	struct task *best = NULL;

	for (unsigned i = 0; i < m->ntasks; i++)
		if (!m->tasks[i].running && (!best || m->tasks[i].ready < best->ready))
			best = &m->tasks[i];
	if (best)
		switch_in(m, q, best);
	else
		q->tsc += TURN;
}

/* In the kernel: back after a while, or somebody else's turn. */
static void in_kernel(struct machine *m, struct queue *q, unsigned give_up)
{
	struct task *t = q->task;

	q->tsc += 300 + rnd16(&t->rng) % 2000;
	if (q->cpu >= 0 && rnd16(&t->rng) < give_up)
		switch_out(m, q, give_up < 65536 ? 2000 + rnd16(&t->rng) : 0);
	else
		enter_user(m, q);
}

static uint32_t choose(const struct machine *m, struct task *t, const struct codegraph_block *b)
{
	if (t->depth >= t->limit && b->cheapest != CODEGRAPH_NONE)
		return b->cheapest;
	return m->g->alts[b->first_alt + rnd16(&t->rng) % b->nalts];
}

static bool taken(const struct machine *m, struct task *t, const struct codegraph_block *b)
{
	uint32_t r = rnd16(&t->rng);

	/* Now and then it goes home a few calls, or it would never leave nested loops. */
	if (r < 16)
		t->limit = 1 + rnd16(&t->rng) % DEEP;
	if (t->depth >= t->limit && b->cheapest != CODEGRAPH_NONE)
		return b->cheapest == b->target;
	if (b->cost != CODEGRAPH_NEVER) {
		if (m->g->blocks[b->target].cost == CODEGRAPH_NEVER)
			return false;
		if (m->g->blocks[b->next].cost == CODEGRAPH_NEVER)
			return true;
	}
	return r < b->bias;
}

static void push(struct task *t, uint32_t back)
{
	if (t->depth == STACK)
		die("calls too deep: the program's functions do not end");
	t->stack[t->depth++] = back;
}

/* An interrupt or a signal, before the instruction that comes next. */
static void to_kernel(struct machine *m, struct queue *q)
{
	uint64_t ip = m->g->blocks[q->task->block].start;

	ptout_time(q->pt, q->tsc);
	if (m->opt.extras) { /* a page fault */
		ptout_raw(q->pt, (const uint8_t[]){ 0x02, 0x53, 0x00, 8, 7, 6, 5, 4, 3, 2, 1 }, 11,
			  PTOUT_NOIP);
		ptout_raw(q->pt, (const uint8_t[]){ 0x02, 0x13, 0x01, 14 }, 4, PTOUT_NOIP);
	}
	ptout_async(q->pt, ip, PTOUT_NOIP);
	m->interrupts++;
	tell(m, q, ip, 0, "tr end  async");
}

/* Before the instruction at `ip`; mwait and its like stand in for any other. */
static void extra(struct queue *q, uint64_t ip)
{
	static const uint8_t mwait[] = { 0x02, 0xc2, 0x60, 0, 0, 0, 1, 0, 0, 0 },
			     pwre[] = { 0x02, 0x22, 0x00, 0x21 }, stopped[] = { 0x02, 0xe2 },
			     pwrx[] = { 0x02, 0xa2, 0x23, 0x04, 0, 0, 0 }, stop[] = { 0x02, 0x62 },
			     hwpwre[] = { 0x02, 0x22, 0x80, 0x63 },
			     evd[] = { 0x02, 0x53, 0x01, 1, 0, 0, 0, 0, 0, 0, 0x80 },
			     evd2[] = { 0x02, 0x53, 0x02, 0x30, 0, 0, 0, 0, 0, 0, 0 },
			     exit[] = { 0x02, 0x13, 0x88, 0 }, smi[] = { 0x02, 0x13, 0x83, 0 };

	if (q->in_tx) {
		ptout_tx(q->pt, q->in_tx = false, ip);
		return;
	}
	switch (q->nextras++ % 8) {
	case 0:
		ptout_ptwrite(q->pt, q->nextras * 0x10001, 8, ip);
		break;
	case 1:
		ptout_cbr(q->pt, (uint8_t)(8 + q->nextras % 30));
		break;
	case 2:
		ptout_raw(q->pt, mwait, sizeof(mwait), PTOUT_NOIP);
		ptout_raw(q->pt, pwre, sizeof(pwre), PTOUT_NOIP);
		ptout_raw(q->pt, stopped, sizeof(stopped), ip);
		ptout_raw(q->pt, pwrx, sizeof(pwrx), PTOUT_NOIP);
		break;
	case 3:
		ptout_tx(q->pt, q->in_tx = true, ip);
		break;
	case 4:
		ptout_iflag(q->pt, q->iflag = !q->iflag, ip);
		break;
	case 5:
		ptout_raw(q->pt, evd, sizeof(evd), PTOUT_NOIP);
		ptout_raw(q->pt, evd2, sizeof(evd2), PTOUT_NOIP);
		ptout_raw(q->pt, exit, sizeof(exit), ip);
		break;
	case 6:
		ptout_raw(q->pt, hwpwre, sizeof(hwpwre), PTOUT_NOIP);
		ptout_raw(q->pt, stop, sizeof(stop), PTOUT_NOIP);
		break;
	default:
		ptout_raw(q->pt, smi, sizeof(smi), ip);
		break;
	}
}

/* One basic block.  False: the thread left user space, and maybe the CPU. */
static bool step(struct machine *m, struct queue *q)
{
	struct task *t = q->task;
	const struct codegraph_block *b = &m->g->blocks[t->block];
	uint32_t to;
	bool bit;

	if (b->kind == CODE_BAD) {
		/* It ends by a signal there, and is begun again. */
		to_kernel(m, q);
		t->block = m->g->entry;
		t->depth = 0;
		in_kernel(m, q, 0);
		return false;
	}
	if (m->opt.extras && (q->in_tx || ++q->blocks % m->opt.extras == 0))
		extra(q, b->start);
	m->insns += b->ninsns;
	q->tsc += (2u * b->ninsns + (rnd16(&t->rng) & 1)) / 3;
	clock_to_packets(m, q);
	switch (b->kind) {
	case CODE_OTHER:
		t->block = b->next;
		return true;
	case CODE_JCC:
		bit = taken(m, t, b);
		t->block = bit ? b->target : b->next;
		ptout_cond(q->pt, bit);
		if (bit)
			tell(m, q, b->last, m->g->blocks[b->target].start, "jcc");
		return true;
	case CODE_JMP:
		t->block = b->target;
		tell(m, q, b->last, m->g->blocks[b->target].start, "jmp");
		return true;
	case CODE_JMP_INDIRECT:
		t->block = to = choose(m, t, b);
		ptout_indirect(q->pt, m->g->blocks[to].start);
		tell(m, q, b->last, m->g->blocks[to].start, "jmp");
		return true;
	case CODE_CALL:
		push(t, b->next);
		t->block = b->target;
		ptout_call_direct(q->pt, b->end);
		ptout_at(q->pt, m->g->blocks[b->target].start);
		m->calls++;
		tell(m, q, b->last, m->g->blocks[b->target].start, "call");
		return true;
	case CODE_CALL_INDIRECT:
		to = choose(m, t, b);
		push(t, b->next);
		t->block = to;
		ptout_call_indirect(q->pt, m->g->blocks[to].start, b->end);
		m->calls++;
		tell(m, q, b->last, m->g->blocks[to].start, "call");
		return true;
	case CODE_RET:
		/* the first function does not return; if it does, it is begun again */
		t->block = to = t->depth ? t->stack[--t->depth] : m->g->entry;
		if (t->depth < t->limit)
			t->limit = DEEP;
		ptout_ret(q->pt, m->g->blocks[to].start);
		m->returns++;
		tell(m, q, b->last, m->g->blocks[to].start, "return");
		return true;
	case CODE_SYSCALL:
		t->block = b->next;
		ptout_time(q->pt, q->tsc);
		ptout_disable(q->pt, PTOUT_NOIP);
		m->syscalls++;
		tell(m, q, b->last, 0, "tr end  syscall");
		in_kernel(m, q, 200);
		return false;
	default:
		die("a block of a kind that is not walked");
		return false;
	}
}

static void interrupt(struct machine *m, struct queue *q)
{
	to_kernel(m, q);
	in_kernel(m, q, rnd16(&q->task->rng) & 1 ? 65536 : 0);
}

static void turn(struct machine *m, struct queue *q)
{
	uint64_t end = q->tsc + TURN;

	while (q->tsc < end) {
		if (!q->task) {
			find_work(m, q);
		} else if (q->tsc >= q->next_timer) {
			q->next_timer = q->tsc + TIMER;
			interrupt(m, q);
		} else {
			step(m, q);
		}
	}
}

/* Every thread ends by a last interrupt. */
static void finish(struct machine *m)
{
	uint64_t end = 0;
	struct perfout_id id;

	for (unsigned i = 0; i < m->nqueues; i++) {
		struct queue *q = &m->queues[i];

		if (q->task)
			to_kernel(m, q);
		ptout_flush(q->pt);
		if (ptout_failed(q->pt))
			die("packets could not be made");
		drain(m, q, true);
		if (q->tsc > end)
			end = q->tsc;
	}
	for (unsigned i = m->ntasks; i-- > 0;) {
		const struct task *t = &m->tasks[i];

		m->queues[0].tsc = end + 1000 - i;
		id = id_of(m, &m->queues[0], t, 1);
		perfout_exit(m->out, t->pid, t->pid == t->tid ? 1 : t->pid, t->tid,
			     t->pid == t->tid ? 1 : t->pid, id.time, &id);
	}
}

static void run(struct machine *m)
{
	uint64_t size = 0, round = 0;

	while (size < m->opt.size) {
		struct queue *q = &m->queues[0];
		uint64_t before;

		for (unsigned i = 1; i < m->nqueues; i++)
			if (m->queues[i].tsc < q->tsc)
				q = &m->queues[i];
		before = ptout_size(q->pt);
		turn(m, q);
		size += ptout_size(q->pt) - before;
		if (ptout_size(q->pt) - q->written >= m->opt.piece)
			drain(m, q, false);
		/* What is older than the round before is complete then: turns are much shorter. */
		if (size - round >= m->opt.piece * m->nqueues) {
			round = size;
			perfout_finished_round(m->out);
		}
		if (!perfout_ok(m->out))
			return;
	}
}

/* ---- setting up */

static void make_tasks(struct machine *m)
{
	static const char *const names[] = { "server", "worker", "client", "reader" };

	m->ntasks = m->opt.nthreads ? m->opt.nthreads
		    : m->opt.ntasks ? m->opt.ntasks
				    : 2 * m->nqueues + 1;
	m->tasks = calloc(m->ntasks, sizeof(*m->tasks));
	if (!m->tasks)
		die("out of memory");
	for (unsigned i = 0; i < m->ntasks; i++) {
		struct task *t = &m->tasks[i];
		unsigned nth = i / 2; /* two processes, unless there is one recording a thread */

		t->pid = PID + (m->opt.nthreads ? 0 : (int32_t)(i % 2) * 100);
		t->tid = m->opt.nthreads ? PID + (int32_t)i : t->pid + (int32_t)nth;
		snprintf(t->comm, sizeof(t->comm), "%s/%u", names[i % 4], i);
		t->block = m->g->entry;
		t->rng = mixed(m->opt.seed * 1000 + i);
		t->limit = DEEP;
		t->ready = BEGIN + 2000 + i * 300;
	}
}

static void make_queues(struct machine *m)
{
	const struct options *o = &m->opt;
	struct ptout_config pc = { .tsc = !o->no_time,
				   .mtc = !o->no_time && !o->no_mtc,
				   .cyc = !o->no_time && o->cyc,
				   .mtc_freq = MTC_FREQ,
				   .tsc_ctc_n = m->info.tsc_ctc_n,
				   .tsc_ctc_d = m->info.tsc_ctc_d,
				   .max_nonturbo = (uint8_t)m->info.max_nonturbo_ratio,
				   .retcomp = !o->no_retcomp,
				   .deferred_tips = o->deferred_tips,
				   .long_tnt = o->long_tnt,
				   .psb_bytes = o->psb };

	m->time_step = ((uint64_t)m->info.tsc_ctc_n << MTC_FREQ) / m->info.tsc_ctc_d;
	for (unsigned i = 0; i < m->nqueues; i++) {
		struct queue *q = &m->queues[i];

		q->pt = ptout_open(&pc);
		if (!q->pt)
			die("out of memory");
		q->number = i;
		q->cpu = o->nthreads ? -1 : (int32_t)i;
		q->tsc = BEGIN + 1500 + i * 37;
		q->next_timer = BEGIN + TIMER + i * 10007;
		if (o->nthreads)
			switch_in(m, q, &m->tasks[i]);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct branch *x = a, *y = b;

	if (x->tsc != y->tsc)
		return x->tsc < y->tsc ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static void write_truth(struct machine *m)
{
	qsort(m->log, m->nlog, sizeof(*m->log), by_time);
	for (size_t i = 0; i < m->nlog; i++) {
		const struct branch *b = &m->log[i];

		fprintf(m->truth, "%d %d %" PRIu64 " %" PRIx64 " %" PRIx64 " %s\n", b->tid, b->cpu,
			ns_of(m, b->tsc), b->from, b->to, b->what);
	}
	if (fclose(m->truth))
		die("cannot write the truth");
	free(m->log);
}

static uint64_t number(const char *s)
{
	char *end;
	uint64_t n = strtoull(s, &end, 10);

	n <<= *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;
	if (end == s || (*end && end[1]))
		die("not a number");
	return n;
}

static void parse(int argc, char **argv, struct options *o)
{
	const struct option table[] = {
		{ "program", 1, 0, 'p' },
		{ "map", 1, 0, 'm' },
		{ "size", 1, 0, 's' },
		{ "seed", 1, 0, 'r' },
		{ "cpus", 1, 0, 'c' },
		{ "threads", 1, 0, 't' },
		{ "tasks", 1, 0, 'k' },
		{ "psb", 1, 0, 'b' },
		{ "piece", 1, 0, 'i' },
		{ "truth", 1, 0, 'u' },
		{ "extras", 1, 0, 'x' },
		{ "cut", 0, &o->cut, 1 },
		{ "no-retcomp", 0, &o->no_retcomp, 1 },
		{ "no-time", 0, &o->no_time, 1 },
		{ "no-mtc", 0, &o->no_mtc, 1 },
		{ "cyc", 0, &o->cyc, 1 },
		{ "deferred-tips", 0, &o->deferred_tips, 1 },
		{ "long-tnt", 0, &o->long_tnt, 1 },
		{ "pipe", 0, &o->pipe, 1 },
		{ "compressed", 0, &o->compressed, 1 },
		{ "no-index", 0, &o->no_index, 1 },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "o:", table, NULL)) != -1) {
		switch (c) {
		case 0:
			break;
		case 'o':
			o->out = optarg;
			break;
		case 'p':
			o->program = optarg;
			break;
		case 'm':
			o->map = optarg;
			break;
		case 's':
			o->size = number(optarg);
			break;
		case 'r':
			o->seed = number(optarg);
			break;
		case 'c':
			o->ncpus = (unsigned)number(optarg);
			break;
		case 't':
			o->nthreads = (unsigned)number(optarg);
			break;
		case 'k':
			o->ntasks = (unsigned)number(optarg);
			break;
		case 'b':
			o->psb = number(optarg);
			break;
		case 'i':
			o->piece = number(optarg);
			break;
		case 'x':
			o->extras = number(optarg);
			break;
		case 'u':
			o->truth = optarg;
			break;
		default:
			die("see the head of generate.c for the options");
		}
	}
	if (!o->out || optind < argc)
		die("generate [options] -o FILE");
	if (o->ncpus > MAX_QUEUES || o->nthreads > MAX_QUEUES || o->ntasks > MAX_TASKS ||
	    !o->ncpus || !o->piece)
		die("too many CPUs, threads or tasks, or none");
}

/* programs/scale beside this program. */
static char *default_program(const char *self)
{
	const char *slash = strrchr(self, '/');
	int dir = slash ? (int)(slash - self) : 1;
	char *path = NULL;

	if (asprintf(&path, "%.*s/programs/scale", dir, slash ? self : ".") < 0)
		die("out of memory");
	return path;
}

int main(int argc, char **argv)
{
	static struct machine m;
	struct tl_err err = TL_ERR_INIT;
	char *program, *map = NULL;

	m.opt = (struct options){ .size = 1 << 20, .psb = 16 << 10, .piece = 1 << 20, .ncpus = 1 };
	parse(argc, argv, &m.opt);
	program = m.opt.program ? strdup(m.opt.program) : default_program(argv[0]);
	if (!codegraph_open(program, &m.g, &err))
		die(err.msg);
	if (!m.opt.map)
		m.opt.map = map = realpath(program, NULL);
	if (m.opt.truth && !(m.truth = fopen(m.opt.truth, "w")))
		die("cannot write the truth");
	m.nqueues = m.opt.nthreads ? m.opt.nthreads : m.opt.ncpus;
	make_tasks(&m);
	open_recording(&m);
	introduce(&m);
	make_queues(&m);
	run(&m);
	finish(&m);
	if (!perfout_close(m.out, &err))
		die(err.msg);
	if (m.truth)
		write_truth(&m);
	printf("insns %" PRIu64 "\nbranches %" PRIu64 "\ncalls %" PRIu64 "\nreturns %" PRIu64
	       "\nsyscalls %" PRIu64 "\ninterrupts %" PRIu64 "\nswitches %" PRIu64 "\n",
	       m.insns, m.branches, m.calls, m.returns, m.syscalls, m.interrupts, m.switches);
	for (unsigned i = 0; i < m.nqueues; i++)
		ptout_close(m.queues[i].pt);
	codegraph_close(m.g);
	free(m.tasks);
	free(program);
	free(map);
	return 0;
}
