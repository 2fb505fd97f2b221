/*
 * scenario.h: what is measured.  A scenario drives one pager on one file, on a terminal of
 * 80x24, from its start to what the user waited for.
 */
#ifndef TESTS_BENCH_SCENARIO_H
#define TESTS_BENCH_SCENARIO_H

#include "tests/pty/term.h"

#include <stdbool.h>
#include <stdint.h>

/* The words to look for; mktrace puts them in. */
#define LITERAL     "quux_late"
#define LITERAL_LOW "quux_early"
#define ICASE       "QUUX_LATE"
#define REGEX       "quux_[a-z]+_9[0-9]+x"
#define HARD_REGEX  "[a-z]+_l.te_[0-9]+x"
#define MISSING     "no_such_token_zq"
#define TENTH       "[0-9]5[0-9]: " /* one line in ten */

struct place {
	uint64_t line;
	char time[32]; /* names the line on the screen */
};

/* The file, and what mktrace noted about it. */
struct bench_file {
	char path[4096];
	uint64_t nlines, nbytes;
	struct place first, last, early, late, percent[100];
	const char *const
	    *names; /* of files in the folder `path`, nnames of them; NULL: it is a file */
	int nnames;
};

bool bench_file_open(struct bench_file *file, const char *path);

/* What scenarios are about. */
enum input {
	THE_TEXT,
	ONE_FRAME, /* it, compressed by zstd: beside it, FILE.zst */
	FRAMES,    /* and by pzstd: FILE.frames.zst */
	MANY_FILES,
	NINPUTS,
};

/* Make the other inputs of the text; what cannot be had has no path.  Call bench_inputs_remove()
 * in the end. */
void bench_inputs_make(struct bench_file inputs[NINPUTS]);
void bench_inputs_remove(struct bench_file inputs[NINPUTS]);

/* One run. */
struct run {
	const struct bench_file *file;
	const char *pager;
	int timeout_ms;

	struct term *t;
	char home[64];
	uint64_t began;
	double seconds;   /* the result; negative: failed, why says how */
	uint64_t anon_kb; /* peak of the private memory, sampled */
	uint64_t rss_kb;  /* of all that was in memory, the file's pages too */
	const char *why;
};

/* What is special about a scenario. */
enum {
	BRIEF = 1 << 0,  /* takes milliseconds: run it more often */
	MEMORY = 1 << 1, /* the result is run.anon_kb */
	ALONE = 1 << 2,  /* less cannot do it, or would take minutes */
};

struct scenario {
	const char *name;
	void (*drive)(struct run *r);
	enum input input;
	unsigned how;
};

extern const struct scenario scenarios[];
extern const int nscenarios;

/* Do a scenario once; r->file, pager and timeout_ms are set. */
void scenario_run(const struct scenario *s, struct run *r);

#endif
