/*
 * decoder.h: the whole contract between the pager and a format that has to be decoded before
 * it can be read.
 *
 * A decoder turns a file into a row of chunks of text, each made alone, in any order, by any
 * thread: a pure function of the file, the options and the chunk's number.  Everything else
 * (caching, line numbers, search, scrolling) comes from text/, index/ and search/ by way of
 * source.h: tl_decoder_open() makes a decoder look like any other text source.
 */
#ifndef TL_DECODERS_DECODER_H
#define TL_DECODERS_DECODER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/jobs.h"
#include "base/progress.h"
#include "decoders/calltree.h"
#include "text/calls.h"
#include "text/source.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TL_DECODER_ABI    1
#define TL_DECODER_NOTIME UINT64_MAX

/* Positions in a decoded text: chunk number above, byte in the chunk below. */
#define TL_DECODER_SHIFT 32

/* What the user chose; strings are borrowed during open().  NULL: not chosen. */
struct tl_decoder_options {
	/* --trace-view: calls (default), returns, branches, insns, graph, perf, spt */
	const char *view;
	const char *columns;     /* --trace-columns: names of columns to show, comma-separated */
	const char *disassembly; /* --disassembly: att (default), intel */
	unsigned source;         /* --source: 1 file and line, 2 the line too */
	const char *time;        /* --time: A,B in perf's syntax */
	const char *cpu;         /* --cpu: 0,2-4 */
	const char *tid;         /* --tid: 17,18 */
	const char *comm;        /* --comm: name,name */
	const char *symfs;    /* --symfs: a folder that stands for / when binaries are looked for */
	const char *kallsyms; /* --kallsyms: the kernel's symbols, as /proc/kallsyms has them */
	const char *vmlinux;  /* --vmlinux: the kernel itself */
	struct tl_jobs *pool; /* to share the work of opening, may be NULL: all on this thread */
	/* Told on open()'s thread how far that is; may give it up.  NULL: nobody asks. */
	const struct tl_progress *progress;
};

/* What is known of a line. */
struct tl_place {
	uint64_t time_ns;      /* of the line; TL_DECODER_NOTIME: the trace has no time */
	uint64_t chunk_ns;     /* where its chunk begins, likewise */
	char queue[32];        /* "cpu 3", "thread 4711", "" */
	int32_t pid, tid, cpu; /* -1: not known */
};

/* What was counted. */
struct tl_cost_result {
	const struct tl_calltree *tree;
	struct tl_callnames *names;
	uint64_t ngaps; /* gaps and errors: behind each, nothing is known of the thread's callers */
	bool has_time;  /* else costs are instructions only */
	bool no_insns;  /* nobody knows of instructions */

	/* Of samples instead: one event is counted, and so many samples are of others.  NULL: none is.
	 * Its name is fit to be shown, as those of functions.
	 * Nodes have how many samples as `calls`, and the sum of their periods as `insns`. */
	const char *event;
	uint64_t nothers;
};

/*
 * Counting what calls cost (calltree.h): each chunk alone, then the parts in a row.  What a
 * decoder was opened for is counted, and of that what is in a time.
 */
struct tl_cost_ops {
	/* Gives *part, for add() or drop().  Any thread, several at once. */
	bool (*chunk)(void *count, uint64_t k, void **part, struct tl_err *err);

	/* Takes the parts, in the order of the chunks.  One thread at a time. */
	bool (*add)(void *count, void *part, struct tl_err *err);
	void (*drop)(void *part);

	/* All that was added: *tree's node 0 is the root, below which are threads by name.  Both are
	 * the count's, and end with it. */
	bool (*result)(void *count, struct tl_cost_result *out, struct tl_err *err);
	void (*close)(void *count);

	/* Find out which chunks are to be counted, before all else; *stop ends it, and is an error.  NULL: it is
	 * known.  A worker's. */
	bool (*begin)(void *count, const atomic_bool *stop, uint64_t *first, uint64_t *end,
		      struct tl_err *err);
};

/* A count that was begun; to be ended with ops->close(). */
struct tl_cost_count {
	const struct tl_cost_ops *ops;
	void *count;
	uint64_t first, end; /* chunks first .. end - 1 are to be counted */
};

struct tl_decoder_ops {
	unsigned abi;     /* TL_DECODER_ABI */
	const char *name; /* "perf" */

	/* 0 = not mine .. 100 = sure.  Looks at the first bytes of a file only. */
	int (*probe)(const uint8_t *head, size_t len);

	/*
	 * Gives *self, released with close().  `saved` is what save() gave for this very file earlier,
	 * whatever the options were, or is empty; it is foreign bytes, and any doubt
	 * means to do without.  Milliseconds, whatever the size; may use options->pool.  Where all
	 * of the file has to be looked at, options->progress is told.
	 */
	bool (*open)(const char *path, const struct tl_decoder_options *options,
		     struct tl_span saved, void **self, struct tl_err *err);

	/* How many chunks there are; never changes. */
	uint64_t (*chunks)(const void *self);

	/*
	 * Append the text of chunk k: whole lines, none perhaps.  Damage in the file is a line of
	 * text; false is for what is wrong with us (no memory).  Any thread, several at once.
	 */
	bool (*decode)(void *self, uint64_t k, struct tl_buf *out, struct tl_err *err);

	/* First time in chunk k, ns; never decreases with k.  TL_DECODER_NOTIME: not known.
	 * Any thread, at once. */
	uint64_t (*time)(const void *self, uint64_t k);

	/* First and last time of the text.  False: it has no time.  Any thread, at once. */
	bool (*range)(const void *self, uint64_t *first_ns, uint64_t *last_ns);

	/* The first line at or after a time; *byte may be the chunk's end where there is none in
	 * it.  False: the text has no time.  Decodes a chunk or two.  Any thread. */
	bool (*locate)(void *self, uint64_t time_ns, uint64_t *k, uint64_t *byte,
		       struct tl_err *err);

	/* What the line that holds this byte of chunk k tells of.  Decodes a chunk.  Any thread. */
	bool (*describe)(void *self, uint64_t k, uint64_t byte, struct tl_place *out,
			 struct tl_err *err);

	/* Append the lines of chunk k as calls.h has them.  NULL where nobody can tell from more than
	 * the text.  Any thread, several at once. */
	bool (*calls)(void *self, uint64_t k, struct tl_calls *out, struct tl_err *err);

	/* Gaps and errors in the chunks decoded so far, for the prompt.  Any thread, at once. */
	uint64_t (*gaps)(const void *self);

	/* Is it known that no line of chunk k tells of a gap or error?  May decode, but not what can be
	 * spared.  NULL: only the text tells.  Any thread. */
	bool (*whole)(void *self, uint64_t k);

	/* Begin to count what calls cost in a time, ns, both included; 0 and UINT64_MAX: any.  The count
	 * borrows the decoder and ends before it.  NULL, or false: nobody can tell.  Any thread. */
	bool (*costs)(void *self, uint64_t first_ns, uint64_t last_ns, struct tl_cost_count *out,
		      struct tl_err *err);

	/* Likewise, samples by their stacks; of all that the decoder was opened for. */
	bool (*samples)(void *self, struct tl_cost_count *out, struct tl_err *err);

	/*
	 * A number for what the lines depend on beside the file and the options: files that were
	 * found, say.  Where it is another one, what is known of the lines is not believed.  NULL:
	 * nothing.  Once, behind open(), on its thread.
	 */
	uint64_t (*state)(void *self);

	/* Append what open() took long to find out of the file, for the next time.  Any thread. */
	bool (*save)(const void *self, struct tl_buf *out);

	/* Nobody wants what is being made any more; close() follows when no thread is inside.  What
	 * takes long ends soon, with whatever it has.  NULL: nothing takes long.  Any thread, at
	 * once. */
	void (*stop)(void *self);

	void (*close)(void *self);
};

/* The decoder that is surest of these first bytes of a file; NULL: it is text.  Any thread. */
const struct tl_decoder_ops *tl_decoder_probe(const uint8_t *head, size_t len);

/* All of them; ends with NULL. */
extern const struct tl_decoder_ops *const tl_decoders[];

/*
 * Open a file with a decoder as a source.  `index_dir` (may be NULL: none) is where save()'s
 * bytes are kept between runs.  tl_decoder_of() is the way back from such a source to its decoder; false
 * for any other source.  Any thread but those of options->pool, which opening waits for.
 */
bool tl_decoder_open(const struct tl_decoder_ops *ops, const char *path,
		     const struct tl_decoder_options *options, const char *index_dir,
		     struct tl_source **out, struct tl_err *err);
bool tl_decoder_of(struct tl_source *src, const struct tl_decoder_ops **ops, void **self);

#endif
