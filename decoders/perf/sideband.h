/*
 * sideband.h: the records that tell who ran and what was mapped, taken out of a recording, checked,
 * and put in order of time.  What a record means is timeline.c's business.
 *
 * perf writes a buffer of each CPU after the other: records are not in order in the file.  Equal
 * times stay in the file's order.  Records without a time (or with 0, as perf writes those on what
 * ran before it began) come first.
 */
#ifndef TL_DECODERS_PERF_SIDEBAND_H
#define TL_DECODERS_PERF_SIDEBAND_H

#include "decoders/perf/timeline.h"

enum tl_side_kind {
	TL_SIDE_RUNS, /* pid/tid is on a CPU from now on */
	TL_SIDE_COMM, /* pid/tid has a name; fresh: and a new program */
	TL_SIDE_FORK, /* pid/tid is made by parent; fresh: without its mappings */
	TL_SIDE_EXIT, /* pid/tid is gone */
	TL_SIDE_MAP,  /* pid/tid has a mapping; pid is the process */
	TL_SIDE_FILL, /* likewise: code that was compiled into its memory */
	TL_SIDE_KERNEL_MAP,
	TL_SIDE_POKE, /* the kernel changed code */
};

/* Which code: the bytes that are there from then on. */
struct tl_side_poke {
	uint64_t addr;
	size_t at; /* in `poked` */
	uint32_t len;
};

struct tl_side {
	uint64_t time; /* ns; 0: before all */
	int32_t pid, tid;
	union {
		int32_t cpu;   /* RUNS: -1: not told */
		uint32_t name; /* COMM: where its name is in `names` */
		uint32_t map;  /* MAP: index in `maps` */
		uint32_t poke; /* POKE: index in `pokes` */
		struct {
			int32_t pid, tid;
		} parent; /* FORK */
	};
	uint8_t kind; /* enum tl_side_kind */
	bool fresh;
	bool memory; /* MAP: of no file */
};

struct tl_sideband {
	struct tl_side *v;
	size_t n, cap;
	struct tl_map *maps; /* dso NULL: memory without code */
	size_t nmaps, map_cap;
	struct tl_side_poke *pokes;
	size_t npokes, poke_cap;
	struct tl_buf poked;
	struct tl_buf names;  /* strings, each once, with their NULs */
	uint32_t *name_slots; /* hash table of them; UINT32_MAX: free */
	size_t nnames, nslots;
	struct tl_gap *gaps; /* by time */
	size_t ngaps, gap_cap;
	uint64_t first, last; /* times of any record; first > last: none has one */
};

/* Walk the recording's records once.  What is broken is left out.  `also` (may be NULL) gets them
 * too.  Storage is the caller's; free with fini, also after false: no memory. */
bool tl_sideband_read(struct tl_sideband *s, const struct tl_perf *perf, struct tl_dsos *dsos,
		      struct tl_perf_listener *also);
void tl_sideband_fini(struct tl_sideband *s);

#endif
