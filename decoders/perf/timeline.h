/*
 * timeline.h: who ran where, with what mapped, at any time: the sideband of a recording
 * (MMAP, MMAP2, COMM, FORK, EXIT, ITRACE_START, SWITCH, AUX, LOST, KSYMBOL, TEXT_POKE) as a
 * table to look up by time instead of a story to be replayed.
 *
 * Built once; const for its readers, who may be any thread and ask in any order: the answers
 * do not depend on what was asked before.
 */
#ifndef TL_DECODERS_PERF_TIMELINE_H
#define TL_DECODERS_PERF_TIMELINE_H

#include "decoders/perf/dso.h"
#include "decoders/perf/perfdata.h"

#define TL_TIMELINE_NOTIME UINT64_MAX /* as a question: the end of the recording */

struct tl_timeline;

struct tl_map {
	uint64_t start, end; /* addresses */
	/* File offset of `start`.  Where no file lies behind it (anonymous and JIT memory, the kernel
	 * itself): the address `start`; the vdso begins at 0, as a file of its own. */
	uint64_t pgoff;
	struct tl_dso *dso;
};

/*
 * What a process had mapped for a while: user mappings sorted by address, not overlapping;
 * the kernel's likewise.  Mappings that hide nothing are in it from the beginning, so that a process
 * has few spaces; a new one comes with fork and exec, and where a mapping takes another's
 * place.
 */
struct tl_space {
	uint32_t id; /* counts from 0, in the order in which they were asked for */
	size_t nmaps;
	const struct tl_map *maps;
	size_t nkernel;
	const struct tl_map *kernel;
	uint32_t image; /* what the process runs from one exec (or fork) to the next */
};

/* One combination of who, where and what; lives as long as the timeline, and is the same
 * pointer for the same combination. */
struct tl_context {
	uint32_t id;      /* counts from 0, in the order in which they were asked for */
	int32_t pid, tid; /* -1: not known */
	int32_t cpu;      /* -1: not known */
	const char *comm; /* ":TID" where no name was recorded, as perf has it */
	const struct tl_space *space;
};

/* Lost or cut off AUX data, AUX data that is told of and not in the file, or lost sideband, in a
 * queue. */
struct tl_gap {
	uint64_t time;   /* ns; TL_TIMELINE_NOTIME: not told */
	unsigned queue;  /* UINT32_MAX: no queue in particular */
	uint64_t offset; /* in the queue's joined bytes; UINT64_MAX: not known */
	int32_t pid, tid, cpu;
	uint64_t count; /* LOST: records; AUX: the flags (OVERWRITE alone is no gap) */
	uint32_t type;  /* PERF_RECORD_AUX, _LOST, ... */
};

/* Borrows both until close; walks the records once, which `also` (may be NULL) gets too.  Damage in
 * them is skipped over. */
bool tl_timeline_build(const struct tl_perf *perf, struct tl_dsos *dsos,
		       struct tl_perf_listener *also, struct tl_timeline **out, struct tl_err *err);
void tl_timeline_close(struct tl_timeline *tl);

/*
 * Who ran what at `time` (ns), for a queue's trace: by its thread where it has one, else who
 * was on its CPU.  Records of that time and earlier count, as in perf.  *until is the first later
 * time at which the answer may be another (UINT64_MAX: never).  TL_TIMELINE_NOTIME asks for the
 * end, which is where its thread exits if it has one.  Never NULL, but when out of memory.  Any
 * thread.
 */
const struct tl_context *tl_timeline_context(struct tl_timeline *tl, const struct tl_perf_queue *q,
					     uint64_t time, uint64_t *until);

/* The mapping that holds an address; NULL: none.  Any thread. */
const struct tl_map *tl_space_find(const struct tl_space *space, uint64_t ip);

/* The gaps, by time. */
size_t tl_timeline_ngaps(const struct tl_timeline *tl);
const struct tl_gap *tl_timeline_gap(const struct tl_timeline *tl, size_t i);

/* First and last time of any record; false: none has one. */
bool tl_timeline_range(const struct tl_timeline *tl, uint64_t *first, uint64_t *last);

#endif
