/*
 * perfdata.h: a perf.data file, taken apart: attributes, features, records, AUX data.
 *
 * The file is foreign bytes: sizes, counts and offsets are checked before use, and what can be
 * read is read.  What cannot is told in `damage`.  All is const after open(); any thread.
 * Layout: tools/perf/Documentation/perf.data-file-format.txt, include/uapi/linux/perf_event.h.
 */
#ifndef TL_DECODERS_PERF_PERFDATA_H
#define TL_DECODERS_PERF_PERFDATA_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TL_PERF_BUILD_ID 20

struct tl_perf; /* opaque; an open recording */

/* One event that was recorded (perf_event_attr and its name and ids). */
struct tl_perf_attr {
	uint32_t type;
	uint64_t config, config1, config2;
	uint64_t sample_period; /* or frequency, where flags say so */
	uint64_t sample_type, read_format, branch_sample_type, sample_regs_user, sample_regs_intr;
	uint64_t flags; /* the bit field behind read_format, bit 0 = disabled */
	uint32_t bp_type;
	int32_t clockid; /* of its times, where flags say so */
	const uint64_t *ids;
	size_t nids;
	const char *name; /* from the EVENT_DESC feature; NULL: not told */
};

/* What is at the end of a record that is no sample (sample_id_all), or in a sample. */
struct tl_perf_id {
	int32_t pid, tid; /* -1: not told */
	uint64_t time;    /* ns; UINT64_MAX: not told (a 0 too: perf made the record up) */
	int32_t cpu;      /* -1: not told */
	uint64_t id;      /* 0: not told */
	const struct tl_perf_attr *attr;
};

struct tl_perf_record {
	uint32_t type; /* PERF_RECORD_*, or 64 and up for perf's own */
	uint16_t misc;
	uint32_t file;   /* which of the recording's */
	uint64_t offset; /* in that, for messages */
	const uint8_t
	    *body;     /* behind the 8 bytes of the header; borrowed during the call, unaligned */
	size_t len;    /* of the body; the sample_id at its end included */
	size_t id_len; /* how much of that the sample_id is */
	bool unpacked; /* out of a COMPRESSED record, the offset of which `offset` is */
	struct tl_perf_id id;
};

/* From AUXTRACE_INFO and the PT event's attr. */
struct tl_perf_pt_info {
	uint32_t pmu_type;
	const struct tl_perf_attr *attr; /* the PT event's; NULL: none found */
	uint16_t time_shift;
	uint32_t time_mult;
	uint64_t time_zero;
	bool cap_time_zero;
	uint64_t tsc_bit, noretcomp_bit, mtc_bit, cyc_bit;    /* masks in attr->config */
	bool have_tsc, have_mtc, have_cyc, noretcomp, branch; /* as attr->config has them */
	int have_sched_switch;
	bool snapshot_mode, per_cpu_mmaps;
	unsigned mtc_freq; /* the MTC period's exponent as recorded: attr->config bits 14..17 */
	uint32_t tsc_ctc_n, tsc_ctc_d;    /* TSC = CTC * n / d; 0: not told */
	uint32_t max_nonturbo_ratio;      /* 0: not told */
	unsigned family, model, stepping; /* from the CPUID feature; 0: not told */
};

/* A stretch of AUX bytes in the file. */
struct tl_perf_aux_piece {
	uint64_t at;         /* where it begins in the queue's joined bytes */
	uint64_t size;       /* without the padding, of which only the next piece tells: at the end
			      * and before a gap up to 7 zeros may remain */
	uint64_t aux_offset; /* AUXTRACE.offset: a gap between pieces is lost or overwritten data */
	uint64_t file_offset;
	int fd;         /* borrowed: of the perf.data or of a file of its directory */
	bool after_gap; /* aux_offset does not go on where the piece before ended */
};

/* The AUX bytes of one CPU or one thread, in order. */
struct tl_perf_queue {
	unsigned number;  /* index in the list of queues */
	int32_t cpu, tid; /* -1: the other one tells; both: of a thread, on this CPU */
	struct tl_perf_aux_piece *pieces;
	size_t npieces;
	uint64_t size; /* of all pieces together */
};

struct tl_perf_build_id {
	const char *path;
	int32_t pid; /* -1: host kernel or not told */
	uint16_t misc;
	uint8_t id[TL_PERF_BUILD_ID];
	size_t len;
};

/* What the feature sections tell; strings NULL, numbers 0 where nothing. */
struct tl_perf_features {
	const char *hostname, *osrelease, *version, *arch, *cpuid, *cmdline;
	uint32_t nrcpus_online, nrcpus_avail;
	uint64_t time_first, time_last;
	const struct tl_perf_build_id *build_ids;
	size_t nbuild_ids;
};

/*
 * Open a perf.data file (also one in pipe mode), or a folder made by `perf record --threads`
 * or --kcore, whose file `data` it is.  Reads headers and the index of AUX data, or walks the
 * records where there is none, skipping AUX bytes.  False: not a perf.data, or not readable.
 */
bool tl_perf_open(const char *path, struct tl_perf **out, struct tl_err *err);

/* The same for a file whose bytes are in another one: fd, which is taken; `broken` says what is wrong
 * with it, "": nothing. */
bool tl_perf_open_expanded(const char *path, int fd, const char *broken, struct tl_perf **out,
			   struct tl_err *err);
void tl_perf_close(struct tl_perf *p);

const char *tl_perf_path(const struct tl_perf *p);
const struct tl_perf_features *tl_perf_features(const struct tl_perf *p);
size_t tl_perf_nattrs(const struct tl_perf *p);
const struct tl_perf_attr *tl_perf_attr(const struct tl_perf *p, size_t i);
/* The attr an id belongs to (the only one where samples carry none); NULL: unknown. */
const struct tl_perf_attr *tl_perf_attr_of_id(const struct tl_perf *p, uint64_t id);

/* NULL: no Intel PT in it. */
const struct tl_perf_pt_info *tl_perf_pt_info(const struct tl_perf *p);
size_t tl_perf_nqueues(const struct tl_perf *p);
const struct tl_perf_queue *tl_perf_queue(const struct tl_perf *p, size_t i);

/* The queue that a record of a CPU and a thread (-1: not told) belongs to: the CPU's, or else the
 * thread's; NULL: none. */
const struct tl_perf_queue *tl_perf_queue_of(const struct tl_perf *p, int32_t cpu, int32_t tid);

/* Append bytes [at, at + n) of a queue.  False: cannot be read (any more). */
bool tl_perf_read_aux(const struct tl_perf *p, const struct tl_perf_queue *q, uint64_t at, size_t n,
		      struct tl_buf *out, struct tl_err *err);

/* Somebody else who wants the records of a walk, and ends it where fn says false. */
struct tl_perf_listener {
	bool (*fn)(void *arg, const struct tl_perf_record *r);
	void *arg;
	struct tl_err broken; /* set behind the walk: it did not come to the end */
};

/*
 * Call fn for each record but AUXTRACE, in the file's order (compressed ones unpacked, all
 * files of a folder one after another), until it says false.  True: to the end, or fn stopped
 * it; false with err: broken there, after all that could be read.
 */
bool tl_perf_walk(const struct tl_perf *p, bool (*fn)(void *arg, const struct tl_perf_record *r),
		  void *arg, struct tl_err *err);

/* How much of the recording's bytes is before a record, 0 .. 1. */
double tl_perf_fraction(const struct tl_perf *p, const struct tl_perf_record *r);

/* What is wrong with the file, a line each for the reader of the text, in file order. */
size_t tl_perf_ndamage(const struct tl_perf *p);
const char *tl_perf_damage(const struct tl_perf *p, size_t i);

/* ns of perf's clock for a TSC value and back (rounded up); perf_event.h, time_zero. */
uint64_t tl_perf_tsc_to_ns(const struct tl_perf_pt_info *info, uint64_t tsc);
uint64_t tl_perf_ns_to_tsc(const struct tl_perf_pt_info *info, uint64_t ns);

/* Is it a perf.data?  100 by its magic, 0 not.  For the decoder's probe(). */
int tl_perf_probe(const uint8_t *head, size_t len);

#endif
