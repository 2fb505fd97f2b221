/*
 * layout.h: the bytes of a line become rows of cells.
 *
 * Where a row starts is a function of the text and the options, never of how one came
 * there.  A row is laid out from its *anchor*: the start of its line or, in a line that
 * is longer than TL_STRETCH bytes, a fixed place near a multiple of TL_STRETCH where a new
 * row always begins.  So a line of any length costs at most TL_STRETCH bytes to show a
 * row of, forwards or backwards.  Lines that are cut off (-S) take one row up to TL_LONG_ROW bytes;
 * what is behind them in a longer line goes on below, each stretch a row.  One exception: a row may be
 * made to begin at some place of a line, its *origin*, as when an option changes while that is at the
 * top of the screen.
 */
#ifndef TL_PAGER_LAYOUT_H
#define TL_PAGER_LAYOUT_H

#include "base/buf.h"
#include "index/lineindex.h"
#include "pager/cell.h"
#include "pager/text.h"
#include "text/cursor.h"

#define TL_STRETCH  (UINT64_C(1) << 16)
#define TL_LONG_ROW (UINT64_C(1) << 20)
#define TL_MAX_TABS 32

/* What backspaces, tabs and carriage returns do; as tl_option_processing() says. */
enum tl_backspace {
	TL_BS_SPECIAL, /* overstrike, expanded, nothing in front of a newline (default) */
	TL_BS_PRINT,   /* -u: sent to the terminal; tabs are expanded, carriage returns shown */
	TL_BS_CONTROL, /* -U: shown as ^H, ^I, ^M */
};

enum tl_rawmode {
	TL_RAW_NONE,
	TL_RAW_SGR, /* -R: SGR and OSC 8 sequences act */
	TL_RAW_ALL, /* -r: all control characters go to the terminal */
};

/* The options a layout depends on; plain data. */
struct tl_layout_opts {
	unsigned cols;   /* width of the text, without line numbers and the like; > 0 */
	bool chop;       /* -S: one row a line, if it is not longer than TL_LONG_ROW */
	bool wordwrap;   /* wrap at blanks */
	uint64_t hshift; /* columns shifted out on the left */
	enum tl_backspace bs, tab, cr;
	bool formats; /* -U: characters that only say how to format are shown */
	enum tl_rawmode raw;
	enum tl_charset charset;
	bool rscroll; /* mark chopped rows at the right edge */
	struct tl_cell rscroll_cell;
	unsigned ntabs; /* -x */
	unsigned tabs[TL_MAX_TABS];
};

/* The stretch being laid out: its bytes, and the rows found in it so far. */
struct tl_layout {
	struct tl_layout_opts opts;
	struct tl_cursor cur;
	struct tl_lineindex
	    *lines;          /* borrowed; chunks without a newline are passed over; or NULL */
	uint64_t origin;     /* a row begins here; TL_NOPOS: wherever rows begin */
	struct tl_buf bytes; /* of the stretch, from `anchor` */
	uint64_t anchor;     /* TL_NOPOS: bytes hold nothing */
	uint64_t line_next;  /* what follows the bytes; the next line or stretch, when whole */
	uint64_t boundary;   /* a multiple of TL_STRETCH near which it ends; TL_NOPOS: none */
	uint64_t end;        /* where it ends; TL_NOPOS: not known yet */
	bool whole;          /* bytes reach the end of the line or stretch */
	bool pending;        /* the line's end has not come yet */
	bool ends_line;      /* a newline or the end of the text follows the bytes */
	bool starts_line;    /* the anchor is a line's start */
	struct tl_row_state *rows; /* where rows start */
	size_t nrows, maxrows;
};

/* A row as laid out; the cells belong to the caller. */
struct tl_row {
	struct tl_cell *cells; /* opts.cols of them, all filled */
	uint32_t *offs;        /* of each cell's first byte, from `anchor` */
	uint64_t anchor;       /* of the stretch it is in, or a place nearer to it */
	uint64_t pos;          /* of its first byte */
	uint64_t next;         /* where the next row starts */
	unsigned ncells;       /* columns used */
	uint64_t width;        /* the same with those shifted out */
	bool ends_line;        /* the next row belongs to another line */
	bool starts_line;
	bool pending; /* the text may go on within this row */
};

void tl_layout_init(struct tl_layout *lay, struct tl_source *src);
void tl_layout_fini(struct tl_layout *lay);

/* Let a row begin at pos, whatever the options; TL_NOPOS: nowhere in particular. */
void tl_layout_set_origin(struct tl_layout *lay, uint64_t pos);

/* Options or text have changed: forget what is buffered. */
void tl_layout_reset(struct tl_layout *lay);

/*
 * Lay out the row that starts at pos.  FOUND: row is filled.  NONE: pos is the end of the
 * text.  PENDING: nothing there yet.  FAILED: lay->cur.err says why.  Main thread.
 */
enum tl_lookup tl_layout_row(struct tl_layout *lay, uint64_t pos, struct tl_row *row);

/* The same, but for row->next: in a line cut off by -S it may be too small, as its end is not
 * looked for, and row->ends_line true where it is not. */
enum tl_lookup tl_layout_draw(struct tl_layout *lay, uint64_t pos, struct tl_row *row);

/*
 * The column at which byte `off` of the line, or of the rest of a line, at pos is shown, were it in one
 * row.  NONE: it is not in the row that -S would make of it.
 */
enum tl_lookup tl_layout_column(struct tl_layout *lay, uint64_t pos, size_t off, uint64_t *col);

/* Columns of the row that -S would make of the line or rest of a line at pos, if nothing were cut
 * off. */
enum tl_lookup tl_layout_width(struct tl_layout *lay, uint64_t pos, uint64_t *cols);

/* The start of the row that would hold the byte at pos with -S. */
enum tl_lookup tl_layout_chopped_start(struct tl_layout *lay, uint64_t pos, uint64_t *out);

/* Is the line that holds pos longer than TL_STRETCH, as far as it is here?  Does not take longer for
 * longer ones. */
bool tl_layout_line_is_long(struct tl_layout *lay, uint64_t pos);

/* The bytes of the row's stretch, from row->anchor to `extra` bytes behind the row's end or
 * the stretch's end; valid until the next call.  `row` must be the one laid out last. */
struct tl_span tl_layout_bytes(struct tl_layout *lay, const struct tl_row *row, size_t extra);

/* The start of the row that holds the byte at pos.  FOUND or FAILED, PENDING. */
enum tl_lookup tl_layout_row_start(struct tl_layout *lay, uint64_t pos, uint64_t *out);

/* The start of the last row of the line that ends just before pos (a line's start), or of
 * the row before pos in the same line.  NONE: pos is the beginning of the text. */
enum tl_lookup tl_layout_prev(struct tl_layout *lay, uint64_t pos, uint64_t *out);

/*
 * Runs of blank lines; a CR alone is blank too.  Is the line that starts at pos?  Then
 * tl_layout_blank_end() gives where the first line starts that is not, or the end of the
 * text, and tl_layout_blank_start() where the first blank line of the run does.
 */
bool tl_layout_is_blank(struct tl_layout *lay, uint64_t pos);
enum tl_lookup tl_layout_blank_end(struct tl_layout *lay, uint64_t pos, uint64_t *out);
enum tl_lookup tl_layout_blank_start(struct tl_layout *lay, uint64_t pos, uint64_t *out);

/* Start of the line that holds pos, and of the next line; any length.  They answer FAILED
 * with an empty error when tl_layout_interrupt() was called meanwhile (a signal handler may). */
enum tl_lookup tl_layout_line_start(struct tl_layout *lay, uint64_t pos, uint64_t *out);
enum tl_lookup tl_layout_next_line(struct tl_layout *lay, uint64_t pos, uint64_t *out);
void tl_layout_interrupt(bool on);

#endif
