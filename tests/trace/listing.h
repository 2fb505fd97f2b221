/*
 * listing.h: branches as several programs list them, read back to be compared: the truth of a
 * recording (recording.h), `perf script`, and tless' views `branches` and `returns`.
 */
#ifndef TESTS_TRACE_LISTING_H
#define TESTS_TRACE_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct listed {
	int tid, cpu;      /* cpu -1: not told */
	uint64_t ns;       /* 0: not told */
	uint64_t from, to; /* 0 in views, which have names */
	char flags[32];    /* perf's words with one blank between, or "error N", N perf's code */
	char *where;       /* "from -> to" with names as tless' views have them; NULL: none */
	char *leapt;       /* likewise of a branch before it that is not listed; NULL: not told */
};

struct listing {
	struct listed *v;
	size_t n, cap;
	size_t nunread; /* lines that were not understood */
	char *unread;   /* the first of them */
};

void listing_fini(struct listing *l);

/* Each reads a whole file; false: cannot be read. */
bool listing_truth(const char *path, struct listing *l);
/* -F [comm,]tid,cpu,time,flags,ip,sym,symoff,addr; without cpu, time, sym where they are not. */
bool listing_perf(const char *path, struct listing *l);
/* A view of tless with FLAGS column; or in the view `returns`, where the kind is in `where`. */
bool listing_branches(const char *path, struct listing *l);
bool listing_returns(const char *path, struct listing *l);

/* Leave only calls, returns, and where the trace begins and ends. */
void listing_keep_calls(struct listing *l);
/* Of a trace without RET compression: what can be known where code in [start, end) is missing.
 * What happens there is one error, and the trace begins again where a return leaves it. */
void listing_without_code(struct listing *l, uint64_t start, uint64_t end);
/* `where` becomes what the view `returns` has. */
void listing_as_returns(struct listing *l);

#endif
