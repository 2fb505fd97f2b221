/*
 * view.h: the window on the text: which rows it shows, and how it moves.
 *
 * The view keeps the position of every row it shows, as less does, so that moving by
 * rows, by lines, over wrapped lines, filters and squeezed blank lines is one mechanism:
 * ask for the next or the previous row.  Rows of cells are made on demand; nothing here
 * knows the terminal.  Everything is for the main thread.
 */
#ifndef TL_PAGER_VIEW_H
#define TL_PAGER_VIEW_H

#include "index/lineindex.h"
#include "pager/cell.h"
#include "pager/layout.h"
#include "search/filter.h"
#include "search/matcher.h"

struct tl_view;
struct tl_endings;

/*
 * --header: lines and columns that stay on the screen, over what would stand there.  Any of
 * them cuts long lines off; with header lines nothing before them can be shown.
 */
struct tl_view_header {
	unsigned lines, cols;
	uint64_t pos;     /* where the first of the lines starts; TL_NOPOS: nowhere */
	bool unnumbered;  /* -N counts from the line behind them */
	bool plain_lines; /* matches in them are not highlighted */
};

struct tl_view_opts {
	struct tl_layout_opts text; /* cols is set by the view, chop by header too */
	struct tl_view_header header;
	bool numbers;                     /* -N */
	unsigned number_width;            /* --line-num-width: columns at least */
	unsigned status_cols;             /* -J: columns of the status column; 0: there is none */
	unsigned note_cols;               /* for what is noted of each line; 0: nothing is */
	bool status_edges;                /* it tells of hits beyond the edges */
	bool status_line;                 /* what marks a line takes all of it */
	unsigned target;                  /* row, from 1, that --hilite-target marks; 0: none */
	bool squeeze;                     /* -s */
	bool form_feed;                   /* scrolling stops where one comes onto the screen */
	const struct tl_endings *endings; /* see fade.h; borrowed, NULL: nothing fades */
	bool tildes;                      /* rows past the end show ~ */
	enum { TL_HILITE_NONE, TL_HILITE_ALL } hilite;
};

/* Borrows src and lines (which may be NULL). */
bool tl_view_open(struct tl_source *src, struct tl_lineindex *lines, struct tl_view **out,
		  struct tl_err *err);
void tl_view_close(struct tl_view *v);

/* rows: of text, without the prompt; > 0.  The top row stays. */
bool tl_view_resize(struct tl_view *v, unsigned rows, unsigned cols, struct tl_err *err);
const struct tl_view_opts *tl_view_opts(const struct tl_view *v);
void tl_view_set_opts(struct tl_view *v, const struct tl_view_opts *opts);
/* Likewise, but every row goes on beginning where it does until they are set again. */
void tl_view_set_opts_in_place(struct tl_view *v, const struct tl_view_opts *opts);
unsigned tl_view_rows(const struct tl_view *v);

/* Is a header set?  Where do its lines end?  TL_NOPOS: there are none, or that is not known. */
bool tl_view_has_header(const struct tl_view *v);
uint64_t tl_view_header_end(struct tl_view *v);

/* What -N says for a line, counted from 1; 0: nothing.  PENDING: not counted that far yet. */
enum tl_lookup tl_view_shown_number(struct tl_view *v, uint64_t *line);

/* Only lines that pass are shown; borrowed, NULL for all. */
void tl_view_set_filter(struct tl_view *v, struct tl_filter *f);
/* Matches of m are highlighted, in all lines or (only != TL_NOPOS) in the one that starts there, or
 * the row that holds that; borrowed, NULL for none. */
void tl_view_set_hilite(struct tl_view *v, const struct tl_matcher *m, uint64_t only);
/* Another row is marked as the target line, 0: none; see the options. */
void tl_view_set_target(struct tl_view *v, unsigned row);
/* It is not marked for now. */
void tl_view_hide_target(struct tl_view *v, bool hide);
/* The text of a link, at [start, end), is shown as selected; TL_NOPOS: none is. */
void tl_view_set_link(struct tl_view *v, uint64_t start, uint64_t end);
/* The position of the character at row y, column x of the screen.  False: there is none. */
bool tl_view_pos_at(struct tl_view *v, unsigned y, unsigned x, uint64_t *pos);
/* What row i shows of the text: [*start, *end), as far as it is not shifted out or cut off; where
 * everything is, *start == *end behind the row.  False: it is empty. */
bool tl_view_shown_part(struct tl_view *v, unsigned i, uint64_t *start, uint64_t *end);
/* The line that holds pos, or of a very long one the row that begins there, is shown as the first unread
 * one (-w); TL_NOPOS: none is. */
void tl_view_set_unread(struct tl_view *v, uint64_t pos);
/* Of that line, only what is at [start, end) is. */
void tl_view_clip_unread(struct tl_view *v, uint64_t start, uint64_t end);
bool tl_view_has_unread(const struct tl_view *v);
/* Columns of the longest line on the screen, from its first column on. */
uint64_t tl_view_widest(struct tl_view *v);
/* What stands in the status column of the line at [pos, next): a mark's letter, or 0. */
void tl_view_set_status(struct tl_view *v, char (*mark_in)(void *arg, uint64_t pos, uint64_t next),
			void *arg);

/*
 * What is noted of a line, beside its number: at most note_cols characters into `out`, ended with 0.  `above`:
 * the line shown above it; TL_NOPOS: it is the first one.  `bytes`: of the line, from its first on, as
 * many as are at hand; valid during the call.
 */
struct tl_view_line {
	uint64_t pos, above;
	struct tl_span bytes;
};
typedef void tl_view_note(void *arg, const struct tl_view_line *line, char *out);
void tl_view_set_note(struct tl_view *v, tl_view_note *note, void *arg);

/* What stands right behind the text of the line that starts at pos, printed into `out`; returns how long
 * it is, 0: nothing.  NULL: there is no such thing. */
void tl_view_set_tails(struct tl_view *v,
		       size_t (*tail_of)(void *arg, uint64_t pos, char *out, size_t size),
		       void *arg);

/* What became of a move. */
enum tl_moved {
	TL_MOVED,   /* all of it */
	TL_AT_EDGE, /* stopped at the beginning or end of the text */
	TL_AT_FEED, /* stopped at a row that begins with a form feed */
	TL_LATER,   /* the text, or the filter, has not got so far: call again with what is left */
	TL_BROKEN,  /* cannot be read: tl_view_error() */
};

/*
 * Scroll by n rows; *left gets how many were not done.  force: past the end too, until
 * only one line is left on the screen (less's J, ESC-SPACE).
 */
enum tl_moved tl_view_forward(struct tl_view *v, uint64_t n, bool force, uint64_t *left);
enum tl_moved tl_view_backward(struct tl_view *v, uint64_t n, bool force, uint64_t *left);

/*
 * Show the line that holds pos with its first row (or the row that holds pos, where
 * `exact`, or farther in than TL_STRETCH) at row `row`, from 0; above the text's beginning rows are
 * empty.
 */
enum tl_moved tl_view_jump(struct tl_view *v, uint64_t pos, unsigned row, bool exact);

/* Show the end of what is known of the text at the bottom of the screen, or what is before pos, where
 * a line begins. */
enum tl_moved tl_view_end(struct tl_view *v);
enum tl_moved tl_view_end_at(struct tl_view *v, uint64_t pos);

/* The first screen: as jump to the beginning, but a short text leaves the rest of the screen
 * alone (squished) until something is redrawn. */
enum tl_moved tl_view_start(struct tl_view *v, bool squish);

/* Position of row i, TL_NOPOS where it is empty.  i == rows: what follows the last row. */
uint64_t tl_view_pos(const struct tl_view *v, unsigned i);
/* Does a line start in row i (i == rows: behind the last row)?  In an empty one, too. */
bool tl_view_starts_line(struct tl_view *v, unsigned i);
bool tl_view_empty(const struct tl_view *v);     /* nothing was shown yet */
bool tl_view_at_end(const struct tl_view *v);    /* the last line known is on the screen */
bool tl_view_shows_all(const struct tl_view *v); /* and the first */
bool tl_view_squished(const struct tl_view *v);  /* less than a screen, nothing below it */
bool tl_view_pending(const struct tl_view *v);   /* rows are missing that may still come */
const struct tl_err *tl_view_error(const struct tl_view *v);

/* The row on which the line starting at pos (or the row holding pos) begins, or -1. */
int tl_view_row_of(const struct tl_view *v, uint64_t pos);

/* Work the rows out again from the top one: options, width or text have changed. */
void tl_view_refresh(struct tl_view *v);

/* More text, filter results or line numbers are there: fill what was missing. */
void tl_view_grow(struct tl_view *v);

/* The text was replaced: forget positions beyond `end`. */
void tl_view_text_replaced(struct tl_view *v);

/*
 * Make the rows' cells: `cells` has rows x cols of them.  Returns how many rows from the top
 * are used (fewer than rows only when squished).  *numbers_pending: a line number is missing.
 */
unsigned tl_view_compose(struct tl_view *v, struct tl_cell *cells, bool *numbers_pending);

/* Line moves for commands: the layout knows how. */
struct tl_layout *tl_view_layout(struct tl_view *v);
/* Next line start after the line of pos / previous line start, filter respected. */
enum tl_lookup tl_view_next_line(struct tl_view *v, uint64_t pos, uint64_t *out);
enum tl_lookup tl_view_prev_line(struct tl_view *v, uint64_t pos, uint64_t *out);

#endif
