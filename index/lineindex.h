/* lineindex.h: which line starts where; filled in by workers while you read. */
#ifndef TL_INDEX_LINEINDEX_H
#define TL_INDEX_LINEINDEX_H

#include "base/jobs.h"
#include "base/mailbox.h"
#include "text/source.h"

struct tl_lineindex; /* opaque; one per source */
struct tl_chunk_facts;

/*
 * One who finds out more about each chunk while it is counted, its bytes being at hand, and whose findings are
 * saved and loaded with the counts.  Any thread; the index's lock is held, but not by see() and save().
 */
struct tl_companion {
	/* Chunk k is counted in the background.  True: `note` is what shall be kept. */
	bool (*see)(void *self, uint64_t k, struct tl_span chunk,
		    const struct tl_chunk_facts *facts, void *note);
	void (*keep)(void *self, uint64_t k, const void *note);

	/* The text is another one now. */
	void (*forget)(void *self);

	/* Is there so much that was not saved that it is worth it? */
	bool (*unsaved)(void *self);

	/* Append what is known of the first n chunks; nothing, if it is nothing. */
	void (*save)(void *self, uint64_t n, struct tl_buf *out);

	/* That was saved; foreign bytes.  The last of the chunks had last_len bytes. */
	void (*load)(void *self, uint64_t n, uint64_t last_len, struct tl_span saved);
};
#define TL_COMPANION_NOTE 96 /* bytes, as aligned as malloc's */

/*
 * An empty index of `src`, which it borrows, as it does `mailbox` (TL_MSG_INDEX, at most
 * some tens a second; may be NULL) and `pool`.  Nothing is counted yet.
 */
bool tl_lineindex_new(struct tl_source *src, struct tl_jobs *pool, struct tl_mailbox *mailbox,
		      struct tl_lineindex **out, struct tl_err *err);

/* Stops counting, waits for the step under way, frees. */
void tl_lineindex_close(struct tl_lineindex *ix);

/* From now on there is a companion; ops NULL: none any more, and none is inside when it returns.  At
 * most one.  Main thread. */
void tl_lineindex_join(struct tl_lineindex *ix, const struct tl_companion *ops, void *self);

/*
 * Where saved indexes lie: `dir` is copied; NULL: nothing is loaded or saved.
 * tl_lineindex_default_dir() gives the usual place ($XDG_CACHE_HOME/tless, else
 * ~/.cache/tless) with malloc, or NULL.
 */
void tl_lineindex_set_dir(struct tl_lineindex *ix, const char *dir);
char *tl_lineindex_default_dir(void);

/* Load a saved index if there is one that fits.  True: it did.  The first call counts, others do
 * nothing.  Any thread. */
bool tl_lineindex_load(struct tl_lineindex *ix);

/* Count in the background what is not counted; call again when the source grew.  For a
 * pipe only chunks that are already here are counted; chunks that could not be read are
 * tried again.  Saves when complete, and says nothing if it cannot.  Main thread. */
void tl_lineindex_start(struct tl_lineindex *ix);

/* The source was replaced or has shrunk: forget everything.  Nobody may offer chunks of the
 * old text any more.  Main thread. */
void tl_lineindex_reset(struct tl_lineindex *ix);

/* Save now what is counted, if it is worth it: a file of some size, and more counted than
 * was loaded or saved before, or a companion has news.  False with err: could not.  Any thread. */
bool tl_lineindex_save(struct tl_lineindex *ix, struct tl_err *err);

/*
 * Find the start of a line.  `line` counts from 0.
 * TL_FOUND: *pos is the position of its first byte.  TL_PENDING: not counted that far
 * yet; draw without it, TL_MSG_INDEX follows.  TL_NONE: the text is complete and shorter.
 * TL_FAILED: something before it cannot be read, so that nobody knows.
 * Any thread; reads one chunk at the most.
 */
enum tl_lookup tl_lineindex_find(struct tl_lineindex *ix, uint64_t line, uint64_t *pos);

/* The number (from 0) of the line that holds pos; at the end of the text that of the line
 * that would begin there or goes on.  FOUND, PENDING or FAILED, as above. */
enum tl_lookup tl_lineindex_line_of(struct tl_lineindex *ix, uint64_t pos, uint64_t *line);

/*
 * How many lines there are; a last line without newline counts.  FOUND: of the text as it
 * is known now, all of it counted.  PENDING, FAILED: *nlines is the count so far.  Any thread.
 */
enum tl_lookup tl_lineindex_count(struct tl_lineindex *ix, uint64_t *nlines);

/* Chunks counted and chunks known, for a progress display.  Any thread. */
void tl_lineindex_progress(struct tl_lineindex *ix, uint64_t *done, uint64_t *total);

/*
 * Somebody has the bytes of chunk k in hand anyway (a search): count them, so that no
 * second pass is needed.  Cheap when already counted.  `span` must be the whole chunk.
 * Any thread.
 */
void tl_lineindex_offer(struct tl_lineindex *ix, uint64_t k, struct tl_span span);

/* Newlines in chunk k and its TL_HAS_ bits.  FOUND or PENDING.  Any thread. */
enum tl_lookup tl_lineindex_chunk(struct tl_lineindex *ix, uint64_t k, uint32_t *newlines,
				  unsigned *has);

#endif
