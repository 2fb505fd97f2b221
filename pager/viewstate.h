/*
 * viewstate.h: what a view is made of, for its own files only: view.c keeps the table of rows and
 * moves it, viewrows.c tells which row comes next or before, viewcells.c makes their cells.
 * Everything is for the main thread.
 */
#ifndef TL_PAGER_VIEWSTATE_H
#define TL_PAGER_VIEWSTATE_H

#include "pager/view.h"

struct tl_view {
	struct tl_layout lay;
	struct tl_source *src;
	struct tl_lineindex *lines;
	struct tl_filter *filter;
	const struct tl_matcher *hilite;
	uint64_t hilite_only; /* start of the one line to highlight in; TL_NOPOS: all */
	struct tl_scratch *scratch;
	bool target_hidden;
	uint64_t link, link_end;     /* text of the selected link; TL_NOPOS: none */
	uint64_t unread, unread_end; /* the line to show as the first unread one; TL_NOPOS: none */
	char (*mark_in)(void *arg, uint64_t pos, uint64_t next);
	void *mark_arg;
	size_t (*tail_of)(void *arg, uint64_t pos, char *out, size_t size);
	void *tail_arg;
	tl_view_note *note;
	void *note_arg;
	struct tl_view_opts opts;
	unsigned rows, cols;
	uint64_t *pos;     /* rows + 1: of each row, and of what follows the last */
	uint64_t *heads;   /* rows: of the header lines that are shown */
	uint64_t head_end; /* where they end; TL_NOPOS: not known */
	bool heads_known, heads_pending;
	struct tl_row row;                 /* for laying out */
	uint64_t origin_line, origin_next; /* the line with the layout's origin, and the next */
	unsigned digits;                   /* of the line number column now */
	uint64_t soft_end; /* where going on has found no more line that passes the filter */
	uint64_t redo;     /* what is to be shown at row redo_row once more is known; TL_NOPOS */
	unsigned redo_row;
	bool in_place; /* rows begin where they did with other options */
	bool squished;
	bool pending;
	bool started;
	struct tl_err err;
};

/* ---- view.c */

/* Columns left of the text: the status column and line numbers. */
unsigned tl_view_prefix_cols(const struct tl_view *v);
/* Options or width have changed: lay out accordingly from now on. */
void tl_view_apply_opts(struct tl_view *v);
/* Rows from the top to the last one that is not empty. */
unsigned tl_view_rows_used(const struct tl_view *v);

/* ---- viewrows.c.  FAILED: tl_view_error() tells. */

/* The layout has failed: keep its error.  Returns TL_FAILED. */
enum tl_lookup tl_view_failed(struct tl_view *v);
/* Does a line start at pos? */
bool tl_view_at_line_start(struct tl_view *v, uint64_t pos);
/*
 * Lay out the row at pos into v->row; *at gets where it really starts (lines that do not
 * pass the filter are passed over), *next what follows it.
 */
enum tl_lookup tl_view_row_at(struct tl_view *v, uint64_t pos, uint64_t *at, uint64_t *next);
/* Where the row before the one at pos starts. */
enum tl_lookup tl_view_row_before(struct tl_view *v, uint64_t pos, uint64_t *out);
/* The first blank line of the run that *pos is in, with -s. */
enum tl_lookup tl_view_to_blank_start(struct tl_view *v, uint64_t *pos);
/* Is the line at pos one of the header's? */
bool tl_view_in_header(struct tl_view *v, uint64_t pos);
/* Are there header lines, before which nothing is shown? */
bool tl_view_heads_text(const struct tl_view *v);
/* The first position that can be shown. */
uint64_t tl_view_first_pos(const struct tl_view *v);

#endif
