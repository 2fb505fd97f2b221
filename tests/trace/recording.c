/* recording.c: see recording.h. */
#include "tests/trace/recording.h"

#include "decoders/perf/elffile.h"
#include "tests/trace/perfout.h"
#include "tests/trace/ptout.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

enum {
	MTC_FREQ = 3,
	SWITCH_TICKS = 6000, /* TSC ticks that a context switch takes: 3 us */
	KERNEL_TICKS = 400,  /* and a system call or signal */
	PIECE = 24 << 10,    /* AUX bytes a record, at most about */
	OVERFLOW_INSNS = 60, /* how long an overflow lasts */
	VDSO_BYTES = 4096,   /* of it, with its headers and notes; it is larger */
	LOST_INSNS = 500,    /* and until lost AUX data goes on */
};

/* The AUX bytes of a CPU or thread. */
struct queue {
	struct ptout *out;
	uint64_t reported; /* bytes an AUX record told of; an AUXTRACE record follows at once */
	int cpu, tid;      /* -1: the other */
	unsigned idx;
	size_t piece; /* bytes of the next AUX record */

	bool lost, sure;      /* in an overflow; nothing behind the last packet */
	bool truncated;       /* lost since AUX data was not fetched, not by an overflow */
	uint64_t truncate_at; /* in instructions */
	uint64_t until;       /* when it is over, or the next one comes, in instructions */
	uint64_t ninsns;
	bool psb_soon;
	unsigned psb_in; /* instructions until the PSB that is due */
	struct recording_thread *current;
	bool started;
};

struct recording_thread {
	struct recording_thread *next;
	struct queue *q;
	int pid, tid, ppid, ptid;
	int shown; /* the tid in the truth: a queue's tid does not change by exec() */
	unsigned cpu;
	bool in_user; /* as the trace knows */
	bool begun, dead;
	char comm[16];
	uint64_t ninsns;
};

struct recording {
	struct recording_config cfg;
	struct perfout *out;
	struct perfout_pt pt;
	struct perfout_usual usual;
	FILE *truth;
	struct queue *queues; /* one a CPU */
	struct recording_thread *threads;
	unsigned nthreads;
	int first_tid; /* perf puts it on what all of a program's CPUs recorded */
	uint64_t tsc, random, nptwrites;
	bool vdso_told;
	bool failed;
};

unsigned recording_random(struct recording *rec, unsigned n)
{
	/* xorshift64* */
	rec->random ^= rec->random >> 12;
	rec->random ^= rec->random << 25;
	rec->random ^= rec->random >> 27;
	return (unsigned)((rec->random * UINT64_C(2685821657736338717)) >> 33) % n;
}

uint64_t recording_tsc(struct recording *rec)
{
	return ++rec->tsc;
}

static uint64_t now_ns(const struct recording *rec)
{
	return perfout_tsc_to_ns(&rec->pt, rec->tsc);
}

static bool queue_init(struct recording *rec, struct queue *q, unsigned idx, int cpu, int tid)
{
	const struct recording_config *cfg = &rec->cfg;
	struct ptout_config pc = {
		.tsc = !cfg->no_time,
		.mtc = !cfg->no_time && !cfg->no_mtc,
		.cyc = !cfg->no_time && !cfg->no_cyc,
		.mtc_freq = MTC_FREQ,
		.tsc_ctc_n = rec->pt.tsc_ctc_n,
		.tsc_ctc_d = rec->pt.tsc_ctc_d,
		.max_nonturbo = rec->pt.max_nonturbo_ratio,
		.retcomp = !cfg->no_retcomp,
		.deferred_tips = cfg->deferred_tips,
		.long_tnt = cfg->long_tnt,
	};

	q->out = ptout_open(&pc);
	q->idx = idx;
	q->cpu = cpu;
	q->tid = tid;
	q->piece = PIECE / 2 + recording_random(rec, PIECE / 2);
	q->until = cfg->overflow_every;
	q->truncate_at = cfg->truncate_every;
	return q->out;
}

static void start_file(struct recording *rec)
{
	const struct recording_config *cfg = &rec->cfg;
	struct perfout_id_entry ids[128];
	size_t n = 0, nids = rec->usual.attrs[0].nids;

	for (unsigned a = 0; a < 2; a++) {
		for (size_t i = 0; i < nids; i++) {
			ids[n++] = (struct perfout_id_entry){
				.id = rec->usual.ids[a][i],
				.idx = i,
				.cpu = cfg->ncpus ? (int64_t)i : -1,
				.tid = -1,
			};
		}
	}
	perfout_auxtrace_info(rec->out, &rec->pt);
	perfout_time_conv(rec->out, &rec->pt);
	perfout_id_index(rec->out, ids, n);
}

bool recording_open(const struct recording_config *config, struct recording **out,
		    struct tl_err *err)
{
	struct recording *rec = calloc(1, sizeof(*rec));
	struct perfout_options opt;
	uint64_t bits = PERFOUT_PT_PT | PERFOUT_PT_BRANCH;

	if (!rec)
		return tl_err_nomem(err);
	rec->cfg = *config;
	rec->random = config->seed * 0x9e3779b97f4a7c15 + 0x1234567;
	rec->tsc = 5000000000;
	perfout_pt_usual(&rec->pt, config->ncpus > 0);
	if (config->wide)
		rec->pt.have_sched_switch = 3;
	if (!config->no_time)
		bits |= PERFOUT_PT_TSC;
	if (!config->no_time && !config->no_mtc)
		bits |= PERFOUT_PT_MTC | (uint64_t)MTC_FREQ << PERFOUT_PT_MTC_PERIOD;
	if (!config->no_time && !config->no_cyc)
		bits |= PERFOUT_PT_CYC;
	if (config->no_retcomp)
		bits |= PERFOUT_PT_NORETCOMP;
	perfout_usual(&rec->usual, bits, config->ncpus, &opt);
	opt.mode = config->pipe ? PERFOUT_PIPE : PERFOUT_FILE;
	opt.compressed = config->compressed;
	if (config->truth) {
		rec->truth = fopen(config->truth, "w");
		if (!rec->truth) {
			tl_err_sys(err, "cannot write '%s'", config->truth);
			goto fail;
		}
	}
	rec->queues = calloc(config->ncpus + 1, sizeof(*rec->queues));
	if (!rec->queues) {
		tl_err_nomem(err);
		goto fail;
	}
	for (unsigned i = 0; i < config->ncpus; i++) {
		if (!queue_init(rec, &rec->queues[i], i, (int)i, -1)) {
			tl_err_nomem(err);
			goto fail;
		}
	}
	if (!perfout_open(config->path, &opt, &rec->out, err))
		goto fail;
	start_file(rec);
	*out = rec;
	return true;
fail:
	recording_close(rec, NULL);
	return false;
}

/* ---- records */

/* Whose records they are: of the thread, now. */
static struct perfout_id id_of(const struct recording *rec, const struct recording_thread *t,
			       unsigned attr)
{
	return (struct perfout_id){
		.pid = t->pid,
		.tid = t->tid,
		.time = now_ns(rec),
		.cpu = (int)t->cpu,
		.attr = attr,
		.nth = rec->cfg.ncpus ? t->cpu : 0,
	};
}

static void go_on(struct recording *rec, unsigned ticks)
{
	rec->tsc += ticks / 2 + recording_random(rec, ticks / 2 + 1);
}

/* Hand the bytes of a queue to perf: an AUX record, and the data itself. */
static void write_piece(struct recording *rec, struct queue *q, const struct recording_thread *t,
			size_t n, uint64_t flags)
{
	struct tl_buf *buf = ptout_bytes(q->out);
	struct perfout_id id = id_of(rec, t, 0);

	if (n > buf->len)
		n = buf->len;
	if (n == 0)
		return;
	if (q->tid >= 0)
		id.tid = q->tid; /* whatever exec() made of it */
	perfout_aux(rec->out, q->reported, n, flags, &id);
	perfout_auxtrace(rec->out, buf->data, n, q->reported, recording_random(rec, 1 << 30),
			 q->idx, q->tid >= 0 || rec->cfg.wide ? q->tid : rec->first_tid, q->cpu);
	q->reported += n;
	memmove(buf->data, buf->data + n, buf->len - n);
	buf->len -= n;
	q->piece = PIECE / 2 + recording_random(rec, PIECE / 2);
}

static void write_pieces(struct recording *rec, struct queue *q, const struct recording_thread *t)
{
	size_t have = ptout_size(q->out) - q->reported;

	if (have < q->piece)
		return;
	write_piece(rec, q, t, rec->cfg.cut ? q->piece : have, 0);
}

static void tell(struct recording *rec, const struct recording_thread *t, uint64_t from,
		 uint64_t to, const char *flags)
{
	if (rec->truth && !t->q->lost)
		fprintf(rec->truth, "%d %d %" PRIu64 " %" PRIx64 " %" PRIx64 " %s\n", t->shown,
			t->q->cpu, now_ns(rec), from, to, flags);
}

static void tell_overflow(struct recording *rec, const struct recording_thread *t)
{
	if (rec->truth)
		fprintf(rec->truth, "overflow %d %d %" PRIu64 "\n", t->shown, t->q->cpu,
			now_ns(rec));
}

/* ---- threads */

struct recording_thread *recording_fork(struct recording *rec, struct recording_thread *parent,
					int pid, int tid, const char *comm)
{
	struct recording_thread *t = calloc(1, sizeof(*t));
	struct perfout_id id;

	if (!t)
		goto fail;
	t->pid = pid;
	t->tid = t->shown = tid;
	snprintf(t->comm, sizeof(t->comm), "%s", parent ? parent->comm : comm);
	if (rec->cfg.ncpus) {
		t->cpu = rec->nthreads % rec->cfg.ncpus;
		t->q = &rec->queues[t->cpu];
	} else {
		t->q = calloc(1, sizeof(*t->q));
		if (!t->q || !queue_init(rec, t->q, rec->nthreads, -1, tid))
			goto fail;
	}
	if (rec->nthreads++ == 0)
		rec->first_tid = tid;
	t->next = rec->threads;
	rec->threads = t;
	go_on(rec, 20);
	if (!parent) {
		id = id_of(rec, t, 1);
		perfout_comm(rec->out, pid, tid, comm, false, &id);
		return t;
	}
	t->ppid = parent->pid;
	t->ptid = parent->tid;
	id = id_of(rec, parent, 1);
	perfout_fork(rec->out, pid, t->ppid, tid, t->ptid, id.time, &id);
	return t;
fail:
	rec->failed = true;
	if (t)
		free(t->q);
	free(t);
	return NULL;
}

void recording_comm(struct recording *rec, struct recording_thread *t, const char *comm, bool exec)
{
	struct perfout_id id = id_of(rec, t, 1);

	snprintf(t->comm, sizeof(t->comm), "%s", comm);
	perfout_comm(rec->out, t->pid, t->tid, t->comm, exec, &id);
}

static void put_away(struct recording *rec, struct recording_thread *t, bool preempted)
{
	struct queue *q = t->q;
	struct perfout_id id;

	if (q->current != t)
		return;
	go_on(rec, KERNEL_TICKS);
	if (q->lost && !q->truncated) {
		/* Over before the next thread comes, so that it is clear whose it was. */
		q->lost = false;
		q->until = q->ninsns + rec->cfg.overflow_every;
		ptout_time(q->out, rec->tsc);
		ptout_resolve(q->out, PTOUT_NOIP);
		tell_overflow(rec, t);
	}
	id = id_of(rec, t, 1);
	if (rec->cfg.ncpus && !rec->cfg.wide)
		perfout_switch(rec->out, true, preempted, &id);
	if (!rec->cfg.wide)
		ptout_flush(q->out);
	write_pieces(rec, q, t);
	q->current = NULL;
}

void recording_exit(struct recording *rec, struct recording_thread *t)
{
	struct perfout_id id;

	if (t->dead)
		return;
	go_on(rec, KERNEL_TICKS);
	id = id_of(rec, t, 1);
	perfout_exit(rec->out, t->pid, t->ppid, t->tid, t->ptid, id.time, &id);
	put_away(rec, t, false);
	t->dead = true;
}

void recording_retid(struct recording *rec, struct recording_thread *t, int tid)
{
	t->tid = tid;
	if (rec->cfg.ncpus)
		t->shown = tid;
}

/* perf notes which vdso it was: this kernel's, as it is in this process too. */
static void tell_vdso(struct recording *rec)
{
	const void *start = (const void *)getauxval(AT_SYSINFO_EHDR);
	uint8_t id[TL_ELF_BUILD_ID];
	struct tl_elf elf;
	size_t len;

	if (rec->vdso_told || !start ||
	    !tl_elf_init_memory(&elf, (struct tl_span){ start, VDSO_BYTES }))
		return;
	len = tl_elf_build_id(&elf, id);
	if (len > 0)
		perfout_build_id(rec->out, "[vdso]", -1, false, id, len);
	rec->vdso_told = true;
	tl_elf_fini(&elf);
}

void recording_mmap(struct recording *rec, struct recording_thread *t,
		    const struct recording_map *map)
{
	const char *symfs = rec->cfg.symfs;
	size_t below = symfs ? strlen(symfs) : 0;
	struct perfout_id id;
	struct perfout_mmap2 m = {
		.pid = t->pid,
		.tid = t->tid,
		.addr = map->start,
		.len = map->len,
		.pgoff = map->pgoff,
		.maj = map->maj,
		.min = map->min,
		.inode = map->inode,
		.prot = map->prot,
		.flags = map->shared ? 1 : 2, /* MAP_SHARED, MAP_PRIVATE */
		.path = map->path,
	};

	if (!strcmp(map->path, "[vdso]"))
		tell_vdso(rec);
	if (below && !strncmp(map->path, symfs, below) && map->path[below] == '/')
		m.path += below;
	go_on(rec, 20);
	id = id_of(rec, t, 1);
	perfout_mmap2(rec->out, &m, &id);
}

unsigned recording_cpu(const struct recording_thread *t)
{
	return t->cpu;
}

/* ---- running */

static void switch_wide(struct recording *rec, struct queue *q, struct recording_thread *from,
			struct recording_thread *to)
{
	struct recording_thread idle = { .cpu = to->cpu };
	struct perfout_id id;

	id = id_of(rec, from ? from : &idle, 1);
	perfout_switch_cpu_wide(rec->out, true, false, to->pid, to->tid, &id);
	go_on(rec, SWITCH_TICKS);
	id = id_of(rec, to, 1);
	perfout_switch_cpu_wide(rec->out, false, false, from ? from->pid : 0, from ? from->tid : 0,
				&id);
}

/* The buffer for AUX data is full, in the kernel: tracing ends until somebody fetches it. */
static void fill_up(struct recording *rec, struct recording_thread *t)
{
	struct queue *q = t->q;

	if (!rec->cfg.truncate_every || q->lost || q->ninsns < q->truncate_at)
		return;
	if (rec->truth)
		fprintf(rec->truth, "lost %d %d %" PRIu64 "\n", t->shown, q->cpu, now_ns(rec));
	ptout_flush(q->out);
	write_piece(rec, q, t, SIZE_MAX, PERFOUT_AUX_TRUNCATED);
	ptout_overflow(q->out);
	q->lost = q->truncated = true;
	q->truncate_at = q->ninsns + LOST_INSNS;
}

static void go_on_recording(struct recording *rec, struct queue *q)
{
	q->lost = q->truncated = false;
	q->truncate_at = q->ninsns + rec->cfg.truncate_every;
	ptout_restart(q->out);
}

void recording_run(struct recording *rec, struct recording_thread *t)
{
	struct queue *q = t->q;
	struct recording_thread *before = q->current;
	struct perfout_id id;

	if (before == t)
		return;
	if (before)
		put_away(rec, before, true);
	go_on(rec, SWITCH_TICKS);
	if (rec->cfg.wide) {
		switch_wide(rec, q, before, t);
	} else if (rec->cfg.ncpus) {
		id = id_of(rec, t, 1);
		perfout_switch(rec->out, false, false, &id);
	}
	q->current = t;
	if (!t->begun && (!rec->cfg.wide || !q->started)) {
		id = id_of(rec, t, 0);
		perfout_itrace_start(rec->out, t->pid, t->tid, &id);
	}
	t->begun = true;
	go_on(rec, KERNEL_TICKS);
	ptout_time(q->out, rec->tsc);
	/* The kernel clears the packet byte count as it begins to trace: a PSB. */
	if (q->truncated && !rec->cfg.wide)
		go_on_recording(rec, q);
	else if (!rec->cfg.wide || !q->started) {
		ptout_psb(q->out, PTOUT_NOIP);
	}
	q->started = true;
	go_on(rec, SWITCH_TICKS);
	ptout_time(q->out, rec->tsc);
}

void recording_block(struct recording *rec, struct recording_thread *t)
{
	put_away(rec, t, false);
}

static void enter(struct recording *rec, struct recording_thread *t, uint64_t ip)
{
	if (t->in_user)
		return;
	go_on(rec, KERNEL_TICKS);
	ptout_time(t->q->out, rec->tsc);
	if (t->q->truncated && t->q->ninsns >= t->q->truncate_at)
		go_on_recording(rec, t->q);
	tell(rec, t, 0, ip, "tr strt");
	ptout_enable(t->q->out, ip);
	t->q->sure = true;
	t->in_user = true;
}

/* Overflows begin where the flow is known up to the instruction: what a decoder makes of
 * direct branches behind the last packet would be guesswork. */
static void overflow(struct recording *rec, struct recording_thread *t, uint64_t next)
{
	struct queue *q = t->q;

	if (!rec->cfg.overflow_every || q->ninsns < q->until || q->truncated)
		return;
	if (q->lost) {
		q->lost = false;
		q->until = q->ninsns + rec->cfg.overflow_every;
		tell_overflow(rec, t);
		tell(rec, t, 0, next, "tr strt");
		ptout_resolve(q->out, next);
		q->sure = true;
	} else if (q->sure) {
		ptout_flush(q->out);
		ptout_overflow(q->out);
		q->lost = true;
		q->until = q->ninsns + OVERFLOW_INSNS;
	}
}

/* A PSB may come between any two instructions, but for where it would part what belongs
 * together. */
static void psb(struct recording *rec, struct queue *q, uint64_t next)
{
	uint64_t since = ptout_size(q->out) - ptout_last_psb(q->out);

	if (!rec->cfg.psb_bytes || since < rec->cfg.psb_bytes)
		return;
	if (!q->psb_soon) {
		q->psb_soon = true;
		q->psb_in = recording_random(rec, 12);
	}
	if (q->psb_in-- > 0)
		return;
	q->psb_soon = false;
	ptout_psb(q->out, next);
}

static void branch(struct recording *rec, struct recording_thread *t, const struct code *code,
		   uint64_t from, uint64_t to)
{
	struct ptout *out = t->q->out;
	uint64_t next = from + code->len;

	switch (code->kind) {
	case CODE_JCC:
		if (to == code->target)
			tell(rec, t, from, to, "jcc");
		ptout_cond(out, to == code->target);
		t->q->sure = true;
		break;
	case CODE_JMP:
		tell(rec, t, from, to, "jmp");
		break;
	case CODE_JMP_INDIRECT:
		tell(rec, t, from, to, "jmp");
		ptout_indirect(out, to);
		t->q->sure = true;
		break;
	case CODE_CALL:
		tell(rec, t, from, to, "call");
		if (to != next)
			ptout_call_direct(out, next);
		break;
	case CODE_CALL_INDIRECT:
		tell(rec, t, from, to, "call");
		ptout_call_indirect(out, to, next);
		t->q->sure = true;
		break;
	case CODE_RET:
		tell(rec, t, from, to, "return");
		ptout_ret(out, to);
		t->q->sure = true;
		break;
	default:
		break;
	}
}

static void one_more(struct recording *rec, struct recording_thread *t)
{
	rec->tsc += 1 + recording_random(rec, 6);
	ptout_time(t->q->out, rec->tsc);
	t->q->ninsns++;
	if (!t->q->lost)
		t->ninsns++;
}

void recording_insn(struct recording *rec, struct recording_thread *t, const struct code *code,
		    uint64_t from, uint64_t to)
{
	enter(rec, t, from);
	one_more(rec, t);
	t->q->sure = false;
	if (code->kind != CODE_OTHER)
		branch(rec, t, code, from, to);
	overflow(rec, t, to);
	psb(rec, t->q, to);
	write_pieces(rec, t->q, t);
}

void recording_syscall(struct recording *rec, struct recording_thread *t, uint64_t from)
{
	enter(rec, t, from);
	one_more(rec, t);
	tell(rec, t, from, 0, "tr end  syscall");
	ptout_disable(t->q->out, PTOUT_NOIP);
	t->in_user = false;
	go_on(rec, KERNEL_TICKS);
	fill_up(rec, t);
}

void recording_interrupt(struct recording *rec, struct recording_thread *t, uint64_t ip)
{
	if (!t->in_user)
		return;
	go_on(rec, 10);
	ptout_time(t->q->out, rec->tsc);
	tell(rec, t, ip, 0, "tr end  async");
	ptout_async(t->q->out, ip, PTOUT_NOIP);
	t->in_user = false;
	go_on(rec, KERNEL_TICKS);
	fill_up(rec, t);
}

void recording_ptwrite(struct recording *rec, struct recording_thread *t, const struct code *code,
		       uint64_t from, uint64_t payload, unsigned size)
{
	enter(rec, t, from);
	if (rec->cfg.ptwrite_every && ++rec->nptwrites % rec->cfg.ptwrite_every == 0) {
		ptout_ptwrite(t->q->out, payload, size, from);
		if (rec->truth && !t->q->lost)
			fprintf(rec->truth, "ptwrite %d %d %" PRIu64 " %" PRIx64 " %" PRIx64 "\n",
				t->shown, t->q->cpu, now_ns(rec), from,
				size == 4 ? payload & 0xffffffff : payload);
	}
	recording_insn(rec, t, code, from, from + code->len);
}

/* ---- the end */

static void close_queue(struct recording *rec, struct queue *q, struct recording_thread *t)
{
	if (q->out && t && rec->out) {
		ptout_flush(q->out);
		write_piece(rec, q, t, SIZE_MAX, 0);
		rec->failed |= ptout_failed(q->out);
	}
	ptout_close(q->out);
	q->out = NULL;
}

bool recording_close(struct recording *rec, struct tl_err *err)
{
	bool ok;

	if (!rec)
		return true;
	for (struct recording_thread *t = rec->threads; t; t = t->next) {
		if (rec->truth)
			fprintf(rec->truth, "insns %d %" PRIu64 "\n", t->shown, t->ninsns);
		if (t->q->out)
			close_queue(rec, t->q, t);
	}
	for (unsigned i = 0; rec->queues && i < rec->cfg.ncpus; i++)
		close_queue(rec, &rec->queues[i], NULL);
	if (rec->out)
		perfout_finished_round(rec->out);
	ok = perfout_close(rec->out, err);
	if (rec->truth && fclose(rec->truth) != 0 && ok)
		ok = tl_err_sys(err, "cannot write '%s'", rec->cfg.truth);
	if (rec->failed && ok)
		ok = tl_err_set(err, "'%s': packets could not be made", rec->cfg.path);
	while (rec->threads) {
		struct recording_thread *t = rec->threads;

		rec->threads = t->next;
		if (!rec->cfg.ncpus)
			free(t->q);
		free(t);
	}
	free(rec->queues);
	free(rec);
	return ok;
}
