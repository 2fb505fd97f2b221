/*
 * callform.h: how the lines of a text tell the calls that were traced: ftrace's function_graph
 * (`trace-cmd report`, the file `trace`), `perf script --call-trace` and `--call-ret-trace`,
 * `uftrace replay` and `dump`, sptdecode, and tless's own views, saved.  Nobody has to say which it is.
 *
 * In all of them depth is how far a name is indented, so that each line tells by itself how deep
 * it stands, and in whose thread.
 */
#ifndef TL_INDEX_CALLFORM_H
#define TL_INDEX_CALLFORM_H

#include "text/calls.h"
#include "text/source.h"

/* The depth of a line that does not tell it. */
#define TL_CALL_NODEPTH INT32_MIN

/* Bytes of a line that are looked at: a name can stand behind four blanks for each of some thousand levels. */
#define TL_CALLFORM_LINE 65536

/* Plain data, const once it is known; any thread. */
struct tl_callform {
	const struct tl_callreader *reader; /* a row of the table; NULL: no calls */
	bool by_task;      /* a task's calls are its own; else they are told by CPU only */
	bool no_durations; /* what looks like one is something else (uftrace's ELAPSED) */
};

/* Threads that are known by their CPU only have the first in their number, the idle tasks of CPUs the
 * second; no other thread's number is so large. */
#define TL_CALL_BY_CPU  (UINT64_C(1) << 40)
#define TL_CALL_IS_IDLE (UINT64_C(1) << 41)

/* Of a text whose lines do not say whose they are. */
#define TL_CALL_ALL (TL_CALL_BY_CPU | UINT64_C(1) << 42)

/* All that a line tells; spans are parts of it, and empty where it does not say that. */
struct tl_callread {
	struct tl_callline line;
	struct tl_span name; /* of the function, whose hash is line.function */
	struct tl_span task; /* name of the thread */
	bool off;            /* the thread is not traced from here on */
	bool anew;           /* depths of the thread are counted anew from here on */
	bool has_duration;
	uint64_t duration_ns; /* of the call that ends here */
};

/* Look at the first lines of a text, the last one perhaps cut.  False: they tell no calls. */
bool tl_callform_detect(struct tl_span head, struct tl_callform *out);

/* "ftrace", "perf script", ... */
const char *tl_callform_name(const struct tl_callform *f);

/* Read a line, without its newline; all but the `byte` of out is set.  False: a line of nobody, that
 * tells nothing. */
bool tl_callform_read(const struct tl_callform *f, struct tl_span line, struct tl_callline *out);
bool tl_callform_read_all(const struct tl_callform *f, struct tl_span line,
			  struct tl_callread *out);

#endif
