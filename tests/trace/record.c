/*
 * record.c: records a program with Intel PT on a machine that has none.
 *
 *	record -o OUT [--truth FILE] [options] PROG ARGS...
 *
 * All threads and children of PROG are single-stepped under ptrace, one at a time, in bursts;
 * recording.c makes of it a machine with CPUs and a perf.data file (and says what is in the
 * file of the truth).  The vdso is hidden from programs, so that they use real system calls;
 * --vdso leaves it.  PTWRITE is executed here, so that the processor need not have it.
 *
 *	--per-cpu N          N virtual CPUs (default 2)
 *	--per-thread         a queue for each thread
 *	--wide               as perf record -a (with --per-cpu)
 *	--no-retcomp --no-time --no-cyc --no-mtc
 *	--deferred-tips      (with --no-retcomp)
 *	--long-tnt           TNT packets of up to 47 bits
 *	--psb BYTES          a PSB+ each so many bytes (default 2048, 0: none)
 *	--ptwrite-every N    each n-th PTWRITE (default 1; 0: none)
 *	--overflow-every N   an overflow about each N instructions
 *	--truncate-every N   AUX data is lost about each N instructions
 *	--pipe --compressed  the container
 *	--cut                AUX records end inside of packets
 *	--symfs DIR          files below DIR (a real path) are named without it
 *	--seed S             of all that is random
 */
#include "tests/trace/recording.h"
#include "tests/trace/tracee.h"

#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/reg.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum state {
	NEW,    /* its first stop has not come */
	READY,  /* stopped; can be stepped */
	KERNEL, /* in a system call that blocks */
	GONE,
};

struct thread {
	struct thread *next;
	struct tracee *proc;
	struct recording_thread *rt;
	pid_t tid;
	enum state state;
	bool in_kernel;  /* inside a system call: the next stop is its end */
	bool restarting; /* ... which will be tried again, unless a handler comes first */
	int deliver;     /* the signal to go on with */
	long nr, arg;    /* of the last system call */
	uint64_t ip;
	unsigned until_irq;
};

struct recorder {
	struct recording *rec;
	struct thread *threads, *current[64]; /* who is on a CPU */
	unsigned slice[64];                   /* for how long yet */
	unsigned ncpus, cpu;
	bool per_thread, vdso;
	pid_t early[64]; /* stopped before their parent told of them */
	unsigned nearly;
	pid_t first;
	int exit_code;
};

static struct thread *find(struct recorder *r, pid_t tid)
{
	for (struct thread *t = r->threads; t; t = t->next) {
		if (t->tid == tid && t->state != GONE)
			return t;
	}
	return NULL;
}

static struct thread *add_thread(struct recorder *r, pid_t tid, struct tracee *proc,
				 struct recording_thread *rt)
{
	struct thread *t = calloc(1, sizeof(*t));

	if (!t || !proc || !rt) {
		fprintf(stderr, "record: out of memory\n");
		exit(1);
	}
	t->tid = tid;
	t->proc = proc;
	t->rt = rt;
	t->state = NEW;
	t->in_kernel = true;
	t->until_irq = 3000 + recording_random(r->rec, 3000);
	t->next = r->threads;
	r->threads = t;
	return t;
}

static void read_ip(struct thread *t)
{
	t->ip = (uint64_t)ptrace(PTRACE_PEEKUSER, t->tid, RIP * sizeof(long), 0);
}

/* It is no more, whether it said so or not. */
static void gone(struct recorder *r, struct thread *t)
{
	if (t->state == GONE)
		return;
	recording_interrupt(r->rec, t->rt, t->ip);
	recording_exit(r->rec, t->rt);
	for (unsigned i = 0; i < r->ncpus; i++) {
		if (r->current[i] == t)
			r->current[i] = NULL;
	}
	t->state = GONE;
	tracee_drop(t->proc);
	t->proc = NULL;
}

static void forked(struct recorder *r, struct thread *t, int event)
{
	unsigned long msg = 0;
	struct recording_thread *rt;
	struct tracee *proc;
	struct thread *child;
	pid_t tid, pid;

	ptrace(PTRACE_GETEVENTMSG, t->tid, 0, &msg);
	tid = (pid_t)msg;
	/* A thread of this process, or a process of its own? */
	pid = tid;
	if (event == PTRACE_EVENT_CLONE) {
		char path[64];

		snprintf(path, sizeof(path), "/proc/%d/task/%d", (int)t->proc->pid, (int)tid);
		if (access(path, F_OK) == 0)
			pid = t->proc->pid;
	}
	if (pid == t->proc->pid) {
		proc = t->proc;
		proc->users++;
	} else {
		proc = tracee_new(pid, t->proc);
	}
	rt = recording_fork(r->rec, t->rt, pid, tid, "");
	child = add_thread(r, tid, proc, rt);
	for (unsigned i = 0; i < r->nearly; i++) {
		if (r->early[i] == tid) {
			r->early[i] = r->early[--r->nearly];
			child->state = READY;
			read_ip(child);
			break;
		}
	}
}

/* A process became another program: the thread that asked for it is the only one that is left,
 * and has the id of the process. */
static void execed(struct recorder *r, pid_t pid)
{
	unsigned long former = 0;
	struct thread *t;
	char comm[16];

	ptrace(PTRACE_GETEVENTMSG, pid, 0, &former);
	t = find(r, (pid_t)former);
	if (!t)
		return;
	for (struct thread *o = r->threads; o; o = o->next) {
		if (o->state != GONE && o->proc == t->proc && o != t)
			gone(r, o);
	}
	if (t->tid != pid) {
		t->tid = pid;
		recording_retid(r->rec, t->rt, pid);
	}
	t->state = READY;
	t->in_kernel = true;
	tracee_comm(t->tid, comm);
	recording_comm(r->rec, t->rt, comm, true);
	tracee_forget(t->proc);
	tracee_look(t->proc, r->rec, t->rt);
	read_ip(t);
	if (!r->vdso)
		tracee_hide_vdso(t->tid,
				 (uint64_t)ptrace(PTRACE_PEEKUSER, t->tid, RSP * sizeof(long), 0));
}

/* The system call is over: what did it change? */
static void after_syscall(struct recorder *r, struct thread *t)
{
	long rax = ptrace(PTRACE_PEEKUSER, t->tid, RAX * sizeof(long), 0);
	char comm[16];

	t->restarting = rax <= -512 && rax >= -516; /* ERESTART..., linux/errno.h */
	switch (t->nr) {
	case SYS_mmap:
	case SYS_mprotect:
	case SYS_munmap:
	case SYS_mremap:
	case SYS_pkey_mprotect:
	case SYS_shmat:
		tracee_look(t->proc, r->rec, t->rt);
		break;
	case SYS_prctl:
		if (t->arg == 15) { /* PR_SET_NAME */
			tracee_comm(t->tid, comm);
			recording_comm(r->rec, t->rt, comm, false);
		}
		break;
	}
	t->nr = -1;
}

/* A stop that says something else than that a step is done.  True: that is all; false: the
 * thread is ready and where it was. */
static bool special(struct recorder *r, struct thread *t, int status)
{
	int event = status >> 16;

	if (WIFEXITED(status) || WIFSIGNALED(status)) {
		if (t->tid == r->first)
			r->exit_code =
			    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		gone(r, t);
		return true;
	}
	switch (event) {
	case PTRACE_EVENT_CLONE:
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
		forked(r, t, event);
		return true;
	case PTRACE_EVENT_EXEC:
		execed(r, t->tid);
		return true;
	case PTRACE_EVENT_EXIT: {
		unsigned long code = 0;

		ptrace(PTRACE_GETEVENTMSG, t->tid, 0, &code);
		if (t->tid == r->first)
			r->exit_code = WIFEXITED((int)code) ? WEXITSTATUS((int)code)
							    : 128 + WTERMSIG((int)code);
		gone(r, t);
		ptrace(PTRACE_CONT, t->tid, 0, 0);
		return true;
	}
	}
	return false;
}

/* Any stop of a thread that is not being waited for. */
static void stopped(struct recorder *r, struct thread *t, int status)
{
	if (t->state == NEW && WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP) {
		t->state = READY;
		read_ip(t);
		return;
	}
	if (special(r, t, status)) {
		/* The rest of its system call is still to come. */
		if (t->state == KERNEL)
			ptrace(PTRACE_SINGLESTEP, t->tid, 0, 0);
		return;
	}
	t->state = READY;
	t->in_kernel = false;
	read_ip(t);
	after_syscall(r, t);
	if (WSTOPSIG(status) != SIGTRAP)
		t->deliver = WSTOPSIG(status);
}

static void take_in(struct recorder *r, pid_t tid, int status)
{
	struct thread *t = find(r, tid);

	if (t)
		stopped(r, t, status);
	else if (WIFSTOPPED(status) && status >> 16 == PTRACE_EVENT_EXIT)
		ptrace(PTRACE_CONT, tid, 0, 0);
	else if (WIFSTOPPED(status) && status >> 16 == PTRACE_EVENT_EXEC)
		execed(r, tid); /* by another thread than the first, which is gone */
	else if (WIFSTOPPED(status) && r->nearly < 64)
		r->early[r->nearly++] = tid;
}

/* Wait for the step of a thread; a system call may take for ever.  False: it does. */
static bool wait_for(struct thread *t, bool may_block, int *status)
{
	for (unsigned i = 0;; i++) {
		pid_t got = waitpid(t->tid, status, __WALL | (may_block ? WNOHANG : 0));
		char state;

		if (got == t->tid)
			return true;
		if (got < 0 && errno != EINTR) {
			if (t->nr == SYS_execve)
				return false; /* it becomes the first thread */
			*status = 0;          /* as if it had exited */
			return true;
		}
		if (i < 50)
			continue;
		state = tracee_state(t->tid);
		if (state == 'S' || state == 'D') {
			/* Once more: it may have stopped in between. */
			if (waitpid(t->tid, status, __WALL | WNOHANG) == t->tid)
				return true;
			return false;
		}
		nanosleep(&(struct timespec){ .tv_nsec = 20000 }, NULL);
	}
}

/* The kernel put it at the beginning of a signal handler. */
static bool at_handler(struct thread *t)
{
	siginfo_t si;

	return ptrace(PTRACE_GETSIGINFO, t->tid, 0, &si) == 0 && si.si_signo == SIGTRAP &&
	       si.si_code == SIGTRAP;
}

/* Is a stop by SIGTRAP a signal that the program is to get? */
static bool own_trap(struct thread *t)
{
	siginfo_t si;

	return ptrace(PTRACE_GETSIGINFO, t->tid, 0, &si) == 0 &&
	       (si.si_code <= 0 || si.si_code == SI_KERNEL);
}

/*
 * A step at a REP instruction is one round of it, and a page to be cleared takes thousands: stop
 * behind it instead.  Another signal may come first.
 */
static bool run_rep(struct thread *t, const struct code *c, int *status)
{
	uint64_t behind = t->ip + c->len;
	long text;

	errno = 0;
	text = ptrace(PTRACE_PEEKTEXT, t->tid, behind, 0);
	if (errno || ptrace(PTRACE_POKETEXT, t->tid, behind, (text & ~0xffl) | 0xcc) < 0)
		return false;
	ptrace(PTRACE_CONT, t->tid, 0, 0);
	wait_for(t, false, status);
	ptrace(PTRACE_POKETEXT, t->tid, behind, text);
	if (WIFSTOPPED(*status) && *status >> 8 == SIGTRAP) {
		read_ip(t);
		if (t->ip == behind + 1)
			ptrace(PTRACE_POKEUSER, t->tid, RIP * sizeof(long), behind);
	}
	return true;
}

static void ptwrite(struct recorder *r, struct thread *t, const struct code *c)
{
	struct user_regs_struct regs;
	unsigned reg = 0, size = 0;
	uint64_t value;

	ptrace(PTRACE_GETREGS, t->tid, 0, &regs);
	code_ptwrite(c, &reg, &size);
	value = ((uint64_t[]){ regs.rax, regs.rcx, regs.rdx, regs.rbx, regs.rsp, regs.rbp, regs.rsi,
			       regs.rdi, regs.r8, regs.r9, regs.r10, regs.r11, regs.r12, regs.r13,
			       regs.r14, regs.r15 })[reg];
	recording_ptwrite(r->rec, t->rt, c, t->ip, value, size);
	t->ip += c->len;
	ptrace(PTRACE_POKEUSER, t->tid, RIP * sizeof(long), t->ip);
}

/* The clock of this machine is the recording's. */
static void rdtsc(struct recorder *r, struct thread *t, const struct code *c)
{
	uint64_t tsc = recording_tsc(r->rec), from = t->ip;
	struct user_regs_struct regs;

	ptrace(PTRACE_GETREGS, t->tid, 0, &regs);
	regs.rax = (uint32_t)tsc;
	regs.rdx = tsc >> 32;
	regs.rip = t->ip += c->len;
	ptrace(PTRACE_SETREGS, t->tid, 0, &regs);
	recording_insn(r->rec, t->rt, c, from, t->ip);
}

/* One step of a thread that is ready.  False: it cannot go on for now. */
static bool step(struct recorder *r, struct thread *t)
{
	bool delivering = t->deliver, syscall;
	unsigned reg, size;
	uint64_t from;
	struct code code = { .kind = CODE_OTHER };
	int status;

	if (delivering)
		recording_interrupt(r->rec, t->rt, t->ip);
	if (t->restarting)
		t->ip -= 2; /* the system call; if a handler comes first, it is where it is */
	from = t->ip;
	if (!t->in_kernel) {
		code = *tracee_code(t->proc, t->ip);
		if (code.kind == CODE_PTWRITE && !delivering && code_ptwrite(&code, &reg, &size)) {
			ptwrite(r, t, &code);
			return true;
		}
		if (code.kind == CODE_RDTSC && !delivering) {
			rdtsc(r, t, &code);
			return true;
		}
	}
	syscall = code.kind == CODE_SYSCALL;
	if (syscall) {
		t->nr = ptrace(PTRACE_PEEKUSER, t->tid, RAX * sizeof(long), 0);
		t->arg = ptrace(PTRACE_PEEKUSER, t->tid, RDI * sizeof(long), 0);
	}
	if (code.rep && !delivering && code.kind == CODE_OTHER && run_rep(t, &code, &status))
		goto done;
	ptrace(PTRACE_SINGLESTEP, t->tid, 0, t->deliver);
	t->deliver = 0;
	if (!wait_for(t, syscall || t->in_kernel, &status)) {
		if (syscall)
			recording_syscall(r->rec, t->rt, from);
		t->in_kernel = true;
		t->restarting = false;
		t->state = KERNEL;
		return false;
	}
done:
	if (WIFSTOPPED(status) && status >> 16 && status >> 16 != PTRACE_EVENT_EXIT && syscall) {
		recording_syscall(r->rec, t->rt, from);
		t->in_kernel = true;
		t->restarting = false;
	}
	if (WIFSTOPPED(status) && status >> 16 == PTRACE_EVENT_EXIT && syscall)
		recording_syscall(r->rec, t->rt, from);
	if (special(r, t, status))
		return t->state == READY;
	read_ip(t);
	if (t->in_kernel) {
		t->in_kernel = false;
		after_syscall(r, t);
		if (WSTOPSIG(status) != SIGTRAP)
			t->deliver = WSTOPSIG(status);
		return true;
	}
	if (delivering && WSTOPSIG(status) == SIGTRAP && at_handler(t)) {
		t->restarting = false;
		return true;
	}
	if (syscall && (t->ip != from || WSTOPSIG(status) == SIGTRAP)) {
		recording_syscall(r->rec, t->rt, from);
		t->restarting = false;
		after_syscall(r, t);
	} else if (WSTOPSIG(status) != SIGTRAP || (code.kind == CODE_INT && own_trap(t))) {
		/* A signal came before the instruction was executed, or by it. */
		if (t->restarting)
			t->ip = from + 2;
	} else {
		if (!(code.rep && t->ip == from))
			recording_insn(r->rec, t->rt, &code, from, t->ip);
		return true;
	}
	if (WSTOPSIG(status) != SIGTRAP || own_trap(t))
		t->deliver = WSTOPSIG(status);
	return true;
}

/* Who goes on: CPU after CPU, so that their times interleave; on each the thread that is there,
 * until its slice ends. */
static struct thread *pick(struct recorder *r)
{
	for (unsigned i = 0; i < r->ncpus; i++) {
		unsigned cpu = r->cpu = (r->cpu + 1) % r->ncpus;
		struct thread *cur = r->current[cpu], *first = NULL, *next = NULL;
		bool passed = false;

		if (cur && cur->state == READY && r->slice[cpu] > 0)
			return cur;
		for (struct thread *t = r->threads; t; t = t->next) {
			if (t->state == READY && recording_cpu(t->rt) == cpu && t != cur) {
				if (!first)
					first = t;
				if (passed && !next)
					next = t;
			}
			passed |= t == cur;
		}
		r->slice[cpu] = r->per_thread ? 100 : 1000 + recording_random(r->rec, 3000);
		if (next || first)
			return next ? next : first;
		if (cur && cur->state == READY)
			return cur;
	}
	return NULL;
}

static void run(struct recorder *r, struct thread *t)
{
	unsigned cpu = recording_cpu(t->rt), burst = 20 + recording_random(r->rec, 200);
	struct thread *before = r->current[cpu];

	if (before && before != t && !r->per_thread)
		recording_interrupt(r->rec, before->rt, before->ip);
	r->current[cpu] = t;
	recording_run(r->rec, t->rt);
	while (burst-- > 0 && r->slice[cpu] > 0) {
		r->slice[cpu]--;
		if (!step(r, t))
			break;
		if (--t->until_irq == 0) {
			/* The timer, say. */
			recording_interrupt(r->rec, t->rt, t->ip);
			t->until_irq = 3000 + recording_random(r->rec, 3000);
		}
	}
	if (t->state == KERNEL) {
		recording_block(r->rec, t->rt);
		r->current[cpu] = NULL;
	}
}

static bool anyone(struct recorder *r)
{
	struct thread **at = &r->threads;

	while (*at) {
		struct thread *t = *at;

		if (t->state == GONE) {
			*at = t->next;
			free(t);
		} else {
			at = &t->next;
		}
	}
	return r->threads;
}

static void loop(struct recorder *r)
{
	while (anyone(r)) {
		struct thread *t;
		int status;
		pid_t tid;

		while ((tid = waitpid(-1, &status, __WALL | WNOHANG)) > 0)
			take_in(r, tid, status);
		t = pick(r);
		if (t) {
			run(r, t);
			continue;
		}
		if (!anyone(r))
			break;
		tid = waitpid(-1, &status, __WALL);
		if (tid > 0)
			take_in(r, tid, status);
		else if (errno != EINTR)
			break;
	}
}

/* One CPU for us and all that is traced: only one of us ever runs, and to wake up another CPU
 * for each step takes three times as long. */
static void stay_here(void)
{
	cpu_set_t set;
	int cpu = sched_getcpu();

	CPU_ZERO(&set);
	CPU_SET(cpu > 0 ? cpu : 0, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static int start(struct recorder *r, char **argv)
{
	long options = PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
		       PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL;
	struct recording_thread *rt;
	int status;
	pid_t pid;

	stay_here();
	pid = fork();
	if (pid < 0)
		return 1;
	if (pid == 0) {
		personality(ADDR_NO_RANDOMIZE);
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0)
			_exit(126);
		raise(SIGSTOP);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status)) {
		fprintf(stderr, "record: cannot trace: ptrace is not permitted\n");
		return 77;
	}
	ptrace(PTRACE_SETOPTIONS, pid, 0, options);
	ptrace(PTRACE_CONT, pid, 0, 0);
	if (waitpid(pid, &status, __WALL) != pid || status >> 16 != PTRACE_EVENT_EXEC) {
		fprintf(stderr, "record: cannot run '%s'\n", argv[0]);
		kill(pid, SIGKILL);
		return 127;
	}
	r->first = pid;
	rt = recording_fork(r->rec, NULL, pid, pid, "perf-exec");
	add_thread(r, pid, tracee_new(pid, NULL), rt);
	execed(r, pid);
	return 0;
}

static unsigned long number(const char *s)
{
	char *end;
	unsigned long n = strtoul(s, &end, 0);

	if (!*s || *end) {
		fprintf(stderr, "record: '%s' is not a number\n", s);
		exit(2);
	}
	return n;
}

static void parse(int argc, char **argv, struct recording_config *cfg, struct recorder *r)
{
	static const struct option longs[] = {
		{ "truth", required_argument, NULL, 't' },
		{ "per-cpu", required_argument, NULL, 'c' },
		{ "per-thread", no_argument, NULL, 'T' },
		{ "wide", no_argument, NULL, 'w' },
		{ "no-retcomp", no_argument, NULL, 'R' },
		{ "no-time", no_argument, NULL, 'N' },
		{ "no-cyc", no_argument, NULL, 'C' },
		{ "no-mtc", no_argument, NULL, 'M' },
		{ "deferred-tips", no_argument, NULL, 'D' },
		{ "long-tnt", no_argument, NULL, 'L' },
		{ "psb", required_argument, NULL, 'p' },
		{ "ptwrite-every", required_argument, NULL, 'W' },
		{ "overflow-every", required_argument, NULL, 'O' },
		{ "truncate-every", required_argument, NULL, 'A' },
		{ "pipe", no_argument, NULL, 'P' },
		{ "compressed", no_argument, NULL, 'Z' },
		{ "cut", no_argument, NULL, 'X' },
		{ "vdso", no_argument, NULL, 'v' },
		{ "symfs", required_argument, NULL, 'S' },
		{ "seed", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "+o:", longs, NULL)) != -1) {
		switch (c) {
		case 'o':
			cfg->path = optarg;
			break;
		case 't':
			cfg->truth = optarg;
			break;
		case 'c':
			cfg->ncpus = (unsigned)number(optarg);
			break;
		case 'T':
			cfg->ncpus = 0;
			break;
		case 'w':
			cfg->wide = true;
			break;
		case 'R':
			cfg->no_retcomp = true;
			break;
		case 'N':
			cfg->no_time = true;
			break;
		case 'C':
			cfg->no_cyc = true;
			break;
		case 'M':
			cfg->no_mtc = true;
			break;
		case 'D':
			cfg->deferred_tips = true;
			break;
		case 'L':
			cfg->long_tnt = true;
			break;
		case 'p':
			cfg->psb_bytes = number(optarg);
			break;
		case 'W':
			cfg->ptwrite_every = (unsigned)number(optarg);
			break;
		case 'O':
			cfg->overflow_every = (unsigned)number(optarg);
			break;
		case 'A':
			cfg->truncate_every = (unsigned)number(optarg);
			break;
		case 'P':
			cfg->pipe = true;
			break;
		case 'Z':
			cfg->compressed = true;
			break;
		case 'X':
			cfg->cut = true;
			break;
		case 'v':
			r->vdso = true;
			break;
		case 'S':
			cfg->symfs = optarg;
			break;
		case 's':
			cfg->seed = number(optarg);
			break;
		default:
			exit(2);
		}
	}
	if (!cfg->path || optind >= argc || cfg->ncpus > 64) {
		fprintf(stderr, "usage: record -o OUT [--truth FILE] [options] PROG ARGS...\n");
		exit(2);
	}
	r->per_thread = cfg->ncpus == 0;
	r->ncpus = cfg->ncpus ? cfg->ncpus : 1;
}

int main(int argc, char **argv)
{
	struct recording_config cfg = { .ncpus = 2, .psb_bytes = 2048, .ptwrite_every = 1 };
	struct recorder r = { .exit_code = 1 };
	struct tl_err err = TL_ERR_INIT;
	int rc;

	parse(argc, argv, &cfg, &r);
	if (!recording_open(&cfg, &r.rec, &err)) {
		fprintf(stderr, "record: %s\n", err.msg);
		return 1;
	}
	rc = start(&r, argv + optind);
	if (rc == 0) {
		loop(&r);
		rc = r.exit_code;
	}
	if (!recording_close(r.rec, &err)) {
		fprintf(stderr, "record: %s\n", err.msg);
		return 1;
	}
	return rc;
}
