/*
 * recording.h: a machine with Intel PT that does not exist, and `perf record` on it.
 *
 * The caller runs real threads, one instruction at a time, and tells what each did; here are
 * the virtual CPUs they ran on, their clock, the context switches, the PT packets of each CPU
 * (or thread), the sideband records, and the list of what a decoder must find: the truth.
 * Tracing is of user space only: each way into the kernel ends it, each way back begins it.
 *
 * The truth has a line for each branch taken, in order of time:
 *
 *	TID CPU NS FROM TO FLAGS
 *
 * tid and CPU in decimal (CPU -1 in a per-thread recording), the time in ns of perf's clock, two
 * addresses in hex (0 where the trace has none), and perf's words for the kind, up to the end
 * of the line: `call`, `return`, `jcc`, `jmp`, `syscall`, `tr strt`, `tr end  syscall`, ...
 * Other lines begin with a word:
 *
 *	overflow TID CPU NS
 *	lost TID CPU NS
 *	ptwrite TID CPU NS IP PAYLOAD
 *	insns TID N                     at the end: how many instructions were traced
 */
#ifndef TESTS_TRACE_RECORDING_H
#define TESTS_TRACE_RECORDING_H

#include "base/err.h"
#include "tests/trace/code.h"

#include <stdbool.h>
#include <stdint.h>

struct recording_config {
	const char *path, *truth; /* truth may be NULL */
	unsigned ncpus;           /* 0: per thread */
	bool wide;                /* as perf record -a: no PSB at a context switch */
	bool no_retcomp, no_time, no_cyc, no_mtc;
	bool deferred_tips, long_tnt;
	uint64_t psb_bytes;
	unsigned ptwrite_every;  /* each n-th PTWRITE is in the trace; 0: none */
	unsigned overflow_every; /* an overflow about each n instructions; 0: none */
	unsigned truncate_every; /* AUX data is lost about each n instructions; 0: never */
	bool pipe, compressed;
	bool cut;          /* AUX records end anywhere, even inside a packet */
	const char *symfs; /* NULL, or a folder whose name is left out of paths in it */
	uint64_t seed;
};

struct recording;
struct recording_thread;

bool recording_open(const struct recording_config *config, struct recording **out,
		    struct tl_err *err);
/* Writes all that waits.  False: not all was written. */
bool recording_close(struct recording *rec, struct tl_err *err);

/* ---- threads.  `parent` NULL: the first one.  Gives a pointer valid until close. */
struct recording_thread *recording_fork(struct recording *rec, struct recording_thread *parent,
					int pid, int tid, const char *comm);
void recording_comm(struct recording *rec, struct recording_thread *t, const char *comm, bool exec);
void recording_exit(struct recording *rec, struct recording_thread *t);
/* exec() in a thread that is not the first: it takes over the id of its process. */
void recording_retid(struct recording *rec, struct recording_thread *t, int tid);

struct recording_map {
	uint64_t start, len, pgoff, inode;
	uint32_t maj, min, prot;
	bool shared;
	const char *path;
};
void recording_mmap(struct recording *rec, struct recording_thread *t,
		    const struct recording_map *map);

/* ---- running */

/* The CPU it is on (0 in a per-thread recording). */
unsigned recording_cpu(const struct recording_thread *t);
/* It runs on its CPU from now on, and who was there before does not. */
void recording_run(struct recording *rec, struct recording_thread *t);
/* It stops running for want of something; it is in the kernel. */
void recording_block(struct recording *rec, struct recording_thread *t);

/* One instruction of a running thread went from `from` to `to`.  System calls are not told
 * this way. */
void recording_insn(struct recording *rec, struct recording_thread *t, const struct code *code,
		    uint64_t from, uint64_t to);
/* A system call instruction at `from` left for the kernel. */
void recording_syscall(struct recording *rec, struct recording_thread *t, uint64_t from);
/* It is interrupted before the instruction at `ip` (a signal, a fault, its end), if it is in
 * user space as far as the trace knows. */
void recording_interrupt(struct recording *rec, struct recording_thread *t, uint64_t ip);
/* A PTWRITE instruction ran. */
void recording_ptwrite(struct recording *rec, struct recording_thread *t, const struct code *code,
		       uint64_t from, uint64_t payload, unsigned size);

/* What the processor's clock shows, a step on. */
uint64_t recording_tsc(struct recording *rec);

/* Random numbers of the recording's seed, below n. */
unsigned recording_random(struct recording *rec, unsigned n);

#endif
