/*
 * lines.h: events become lines of text.  One formatter per view; the lines of a chunk depend on
 * that chunk's events only.
 */
#ifndef TL_DECODERS_PT_LINES_H
#define TL_DECODERS_PT_LINES_H

#include "decoders/decoder.h"
#include "decoders/pt/threads.h"

struct tl_pt_style; /* a view, its columns, and caches of names; shared by all workers */

/*
 * `view` and `columns` as in tl_decoder_options (NULL: the default).  Columns are "cpu,time":
 * these, or "-task,+delta": the view's own but for these.  Borrows perf (may be NULL: queues go
 * by number) until close.  False: no such view or column; the message lists what there is.
 */
bool tl_pt_style_open(const char *view, const char *columns, const struct tl_perf *perf,
		      bool has_time, struct tl_pt_style **out, struct tl_err *err);
void tl_pt_style_close(struct tl_pt_style *style);

/* How instructions are written: "att" (the default), "intel".  Before the first line.  False: there
 * is no such syntax. */
bool tl_pt_style_disassembly(struct tl_pt_style *style, const char *syntax, struct tl_err *err);

/*
 * Lines tell what they were compiled from (view insns: each; calls, returns, branches: where they come
 * from), and show that line of the source, if asked.  Before the first line.  False: nobody can.
 */
bool tl_pt_style_source(struct tl_pt_style *style, bool with_text, struct tl_err *err);

/* Is each instruction a line in this view?  NULL, or no view: not. */
bool tl_pt_view_is_dense(const char *view);

/* Which events it shows: TL_PT_WANT_ bits for the flow decoder. */
unsigned tl_pt_style_wants(const struct tl_pt_style *style);

/* The column heads, one line, for the first chunk; nothing for views without. */
bool tl_pt_lines_head(const struct tl_pt_style *style, struct tl_buf *out);

/* Does it make use of a past? */
bool tl_pt_style_looks_back(const struct tl_pt_style *style);

/*
 * Append a line per event.  `past` is where the threads stood before, NULL: not known.  `starts`, if not NULL, gets events[i]'s byte in *out for each i,
 * and out->len at starts[n].  False: out of memory.  Any thread, several at once.
 */
bool tl_pt_lines_format(struct tl_pt_style *style, const struct tl_pt_event *events, size_t n,
			const struct tl_pt_past *past, struct tl_buf *out, size_t *starts,
			struct tl_err *err);

/*
 * Append what calls.h has of these events' lines; `past`, `text` and `starts` as format() had them.  Lines
 * of no event are left out.  False: out of memory.  Any thread, several at once.
 */
bool tl_pt_lines_calls(struct tl_pt_style *style, const struct tl_pt_event *events, size_t n,
		       const struct tl_pt_past *past, const uint8_t *text, const size_t *starts,
		       struct tl_calls *out, struct tl_err *err);

/*
 * Append the line of damage to the recording as a whole: "[gap: MSG]".  Damage in a place is
 * a line with the same "[gap: " in it.  False: out of memory.  Any thread.
 */
bool tl_pt_lines_damage(struct tl_buf *out, const char *msg);

#endif
