/*
 * perfout.h: writes perf.data files with Intel PT in them, as `perf record` would have.
 *
 * The caller says what happened (who was mapped, who ran, which AUX bytes came) in the order it
 * is to stand in the file; this module knows the container: header and attributes, feature
 * sections, the sample_id behind each record, the index of AUX data, pipe mode, compressed
 * records, folders.  AUX data is streamed: nothing is held in memory but a buffer.
 *
 * Errors latch: after the first one nothing more is written, and perfout_close() tells it.
 * Layout: tools/perf/Documentation/perf.data-file-format.txt, include/uapi/linux/perf_event.h.
 */
#ifndef TL_TESTS_TRACE_PERFOUT_H
#define TL_TESTS_TRACE_PERFOUT_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct perfout; /* opaque; a file being written */

/* The type that the intel_pt PMU has in our recordings, and bits of its config. */
#define PERFOUT_PT_TYPE  8
#define PERFOUT_PT_EVENT (UINT64_C(1) << 31)
enum {
	PERFOUT_PT_PT = 1 << 0,
	PERFOUT_PT_CYC = 1 << 1,
	PERFOUT_PT_PWR = 1 << 4,
	PERFOUT_PT_FUP_ON_PTW = 1 << 5,
	PERFOUT_PT_PTW = 1 << 12,
	PERFOUT_PT_MTC = 1 << 9,
	PERFOUT_PT_TSC = 1 << 10,
	PERFOUT_PT_NORETCOMP = 1 << 11,
	PERFOUT_PT_BRANCH = 1 << 13,
	PERFOUT_PT_MTC_PERIOD = 14, /* shift of a 4 bit field */
	PERFOUT_PT_PSB_PERIOD = 24, /* likewise; a PSB every 2^(n + 11) bytes */
};

/* perf_event_attr.sample_type; perf_event.h. */
enum {
	PERFOUT_IP = 1 << 0,
	PERFOUT_TID = 1 << 1,
	PERFOUT_TIME = 1 << 2,
	PERFOUT_ADDR = 1 << 3,
	PERFOUT_READ = 1 << 4, /* with read_format 0 */
	PERFOUT_CALLCHAIN = 1 << 5,
	PERFOUT_ID = 1 << 6,
	PERFOUT_CPU = 1 << 7,
	PERFOUT_PERIOD = 1 << 8,
	PERFOUT_STREAM_ID = 1 << 9,
	PERFOUT_RAW = 1 << 10,
	PERFOUT_IDENTIFIER = 1 << 16,
};

/* perf_event_attr's bit field behind read_format; perf_event.h. */
enum {
	PERFOUT_DISABLED = 1 << 0,
	PERFOUT_EXCLUDE_KERNEL = 1 << 5,
	PERFOUT_EXCLUDE_HV = 1 << 6,
	PERFOUT_MMAP = 1 << 8,
	PERFOUT_COMM = 1 << 9,
	PERFOUT_FREQ = 1 << 10,
	PERFOUT_ENABLE_ON_EXEC = 1 << 12,
	PERFOUT_TASK = 1 << 13,
	PERFOUT_SAMPLE_ID_ALL = 1 << 18,
	PERFOUT_MMAP2 = 1 << 23,
	PERFOUT_COMM_EXEC = 1 << 24,
	PERFOUT_USE_CLOCKID = 1 << 25,
	PERFOUT_CONTEXT_SWITCH = 1 << 26,
};

struct perfout_attr {
	const char *name; /* for EVENT_DESC; borrowed until close */
	uint32_t type;
	uint64_t config, config1, config2;
	uint64_t sample_period; /* 0: 1 */
	uint64_t sample_type, read_format;
	uint64_t flags;
	int32_t clockid;     /* of times, if flags say so */
	const uint64_t *ids; /* one for each CPU or thread; borrowed until close */
	size_t nids;
};

enum perfout_mode {
	PERFOUT_FILE,
	PERFOUT_PIPE, /* as `perf record -o - > FILE`: all by records, never seeks */
	PERFOUT_DIR,  /* a folder with `data` in it, and `data.0` .. as many as nfiles says */
};

struct perfout_options {
	enum perfout_mode mode;
	unsigned nfiles;
	const struct perfout_attr *attrs; /* borrowed until close; the sample_type of all records */
	size_t nattrs;
	/* Compress what came from the kernel (all records with a sample_id); each COMPRESSED
	 * record holds this many bytes before compression, which may cut a record in two.
	 * 0: a record for what there is when something else has to be written, 32 KiB at most. */
	bool compressed;
	size_t compress_chunk;

	/* Features; NULL or 0 leaves a string or the CPUs out. */
	const char *hostname, *osrelease, *version, *arch, *cpuid;
	const char *const *cmdline; /* ends with NULL */
	uint32_t nrcpus;
	bool no_aux_index; /* perf decodes no trace in a file without, but for a pipe */
	bool no_event_desc, no_pmu_mappings, no_sample_time;
};

/*
 * The usual recording of one program: intel_pt//u with `config` and a dummy event for the
 * sideband.  `percpu` is the number of CPUs, 0 for a per-thread recording of one thread (ids of
 * attr 0 are then 100, 101.., of attr 1 200, 201..).  Fills two attrs, and the options but
 * for mode and compression.  The ids live in `store` (2 * 64).
 */
struct perfout_usual {
	struct perfout_attr attrs[2];
	uint64_t ids[2][64];
};
void perfout_usual(struct perfout_usual *store, uint64_t config, unsigned percpu,
		   struct perfout_options *options);

/* Creates (or empties) `path`.  False: it cannot be written. */
bool perfout_open(const char *path, const struct perfout_options *options, struct perfout **out,
		  struct tl_err *err);

/* Write features and header and close.  False: something was not written.  NULL is fine. */
bool perfout_close(struct perfout *p, struct tl_err *err);

/* The errors so far; and how many bytes were written to the current file. */
bool perfout_ok(const struct perfout *p);
uint64_t perfout_size(const struct perfout *p);

/* Which file of a folder gets what follows: -1 is `data`, N is `data.N`. */
void perfout_file(struct perfout *p, int file);

/* ---- what perf itself writes: no sample_id, never compressed */

/* AUXTRACE_INFO, as intel_pt of perf 6.1 has it. */
struct perfout_pt {
	uint16_t time_shift;
	uint32_t time_mult;
	uint64_t time_zero;
	int have_sched_switch; /* 0 none, 2 SWITCH, 3 SWITCH_CPU_WIDE */
	bool snapshot_mode, per_cpu_mmaps;
	uint32_t tsc_ctc_n, tsc_ctc_d; /* TSC = CTC * n / d */
	uint32_t max_nonturbo_ratio;
	const char *filter; /* NULL: "" */
	bool event_trace;   /* the processor can */
};

/* A CPU with 2.0 GHz TSC (ratio 20) whose CTC runs at 24 MHz (TSC = CTC * 168 / 2). */
void perfout_pt_usual(struct perfout_pt *pt, bool percpu);

void perfout_auxtrace_info(struct perfout *p, const struct perfout_pt *pt);
void perfout_time_conv(struct perfout *p, const struct perfout_pt *pt);

/* ns of perf's clock for a TSC value; the least TSC value that gives at least ns. */
uint64_t perfout_tsc_to_ns(const struct perfout_pt *pt, uint64_t tsc);
uint64_t perfout_ns_to_tsc(const struct perfout_pt *pt, uint64_t ns);

struct perfout_id_entry {
	uint64_t id, idx;
	int64_t cpu, tid; /* -1: any */
};
void perfout_id_index(struct perfout *p, const struct perfout_id_entry *entries, size_t n);

/*
 * AUX data: begin, bytes as often as you like, end (which pads to 8 bytes).  `size` must be
 * what bytes() will add up to, or PERFOUT_UNKNOWN, which needs a file that can be sought.
 * `offset` counts the AUX bytes of the queue; cpu or tid is -1 (written as ~0).  perf has the
 * TSC when it wrote the record as `reference`: never 0, or perf finds no time in the trace.
 */
#define PERFOUT_UNKNOWN UINT64_MAX
void perfout_auxtrace_begin(struct perfout *p, uint64_t size, uint64_t offset, uint64_t reference,
			    uint32_t idx, int32_t tid, int32_t cpu);
void perfout_auxtrace_bytes(struct perfout *p, const void *bytes, size_t n);
void perfout_auxtrace_end(struct perfout *p);
/* The three together; and the same with bytes [at, at + size) of a file. */
void perfout_auxtrace(struct perfout *p, const void *bytes, size_t n, uint64_t offset,
		      uint64_t reference, uint32_t idx, int32_t tid, int32_t cpu);
void perfout_auxtrace_copy(struct perfout *p, int fd, uint64_t at, uint64_t size, uint64_t offset,
			   uint64_t reference, uint32_t idx, int32_t tid, int32_t cpu);

void perfout_finished_round(struct perfout *p);

/* An entry of the build-id feature (in pipe mode, a record of its own).  `len` 20 or fewer;
 * `kernel`: of [kernel.kallsyms] or a module, else user code. */
void perfout_build_id(struct perfout *p, const char *path, int32_t pid, bool kernel,
		      const uint8_t *id, size_t len);

/* Any record without a sample_id; `type` 64 and up.  `body` is padded to 8 bytes. */
void perfout_plain(struct perfout *p, uint32_t type, uint16_t misc, const void *body, size_t len);

/* ---- what the kernel writes: a sample_id stands behind it */

struct perfout_id {
	int32_t pid, tid;
	uint64_t time; /* ns */
	int32_t cpu;
	unsigned attr; /* which event's: its sample_type rules */
	unsigned nth;  /* which of its ids */
};

void perfout_comm(struct perfout *p, int32_t pid, int32_t tid, const char *comm, bool exec,
		  const struct perfout_id *id);
/* `pid` -1: the kernel's. */
void perfout_mmap(struct perfout *p, int32_t pid, int32_t tid, uint64_t addr, uint64_t len,
		  uint64_t pgoff, const char *path, const struct perfout_id *id);

struct perfout_mmap2 {
	int32_t pid, tid; /* pid -1: the kernel's */
	uint64_t addr, len, pgoff;
	uint32_t maj, min;
	uint64_t inode, generation;
	const uint8_t *build_id; /* NULL: with inode; else build_id_len bytes in their place */
	size_t build_id_len;
	uint32_t prot, flags; /* 0: readable and executable, private */
	const char *path;
};
void perfout_mmap2(struct perfout *p, const struct perfout_mmap2 *m, const struct perfout_id *id);

void perfout_fork(struct perfout *p, int32_t pid, int32_t ppid, int32_t tid, int32_t ptid,
		  uint64_t time, const struct perfout_id *id);
void perfout_exit(struct perfout *p, int32_t pid, int32_t ppid, int32_t tid, int32_t ptid,
		  uint64_t time, const struct perfout_id *id);
void perfout_itrace_start(struct perfout *p, int32_t pid, int32_t tid, const struct perfout_id *id);

enum { /* of AUX */
       PERFOUT_AUX_TRUNCATED = 1,
       PERFOUT_AUX_OVERWRITE = 2,
       PERFOUT_AUX_PARTIAL = 4,
       PERFOUT_AUX_COLLISION = 8,
};
void perfout_aux(struct perfout *p, uint64_t offset, uint64_t size, uint64_t flags,
		 const struct perfout_id *id);

/* Of the thread that the id names; out: it leaves the CPU, preempted or of its own. */
void perfout_switch(struct perfout *p, bool out, bool preempted, const struct perfout_id *id);
/* The same for CPU-wide events; other: who comes (out) or who went (in). */
void perfout_switch_cpu_wide(struct perfout *p, bool out, bool preempted, int32_t other_pid,
			     int32_t other_tid, const struct perfout_id *id);
void perfout_lost(struct perfout *p, uint64_t event_id, uint64_t lost, const struct perfout_id *id);

struct perfout_sample {
	uint16_t misc; /* 0: PERF_RECORD_MISC_USER */
	uint64_t ip, addr, period;
	const uint64_t *chain;
	size_t nchain;
	const void *raw;
	uint32_t raw_len;
};
void perfout_sample(struct perfout *p, const struct perfout_sample *s, const struct perfout_id *id);

/* Any record with a sample_id behind its body, which is padded to 8 bytes. */
void perfout_record(struct perfout *p, uint32_t type, uint16_t misc, const void *body, size_t len,
		    const struct perfout_id *id);

#endif
