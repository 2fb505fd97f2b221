/*
 * app.h: the running pager: one thread that reads keys, moves the view, draws frames, and
 * listens to the mailbox.  Nothing in it waits: work that takes long is an *operation*
 * (a search, a line number not counted yet, a pipe's end), which goes on while keys
 * are read; ^C ends it.
 *
 * app.c has the loop, signals.h what interrupts it, drawing.c the frames, status.c the bottom line,
 * messages.c what is said on it; command.c the table of commands (commands.h) and their keys
 * (keymap.h), which moving.c, marking.c, filekeys.c and optionkeys.c carry out; find.c the
 * searching; asking.c what is typed on the bottom line; timekeys.c moves in time; opening.c the
 * texts, shown.c the one that is shown; shell.c what runs other programs.  All of it: main thread.
 */
#ifndef TL_PAGER_APP_H
#define TL_PAGER_APP_H

#include "base/jobs.h"
#include "base/mailbox.h"
#include "decoders/decoder.h"
#include "pager/fade.h"
#include "pager/filehunt.h"
#include "pager/filelist.h"
#include "pager/follow.h"
#include "pager/histfile.h"
#include "pager/lineedit.h"
#include "pager/linkkeys.h"
#include "pager/marks.h"
#include "pager/option.h"
#include "pager/prompt.h"
#include "pager/screen.h"
#include "pager/tty.h"
#include "pager/view.h"
#include "search/scan.h"

/* The version of less that tless behaves like. */
#define TL_LESS_VERSION "710"

/* How less's callers know the end: exit statuses. */
enum { TL_EXIT_OK = 0, TL_EXIT_ERROR = 1, TL_EXIT_INTERRUPT = 2, TL_EXIT_SIGNAL = 15 };

/* A text with what belongs to it; the help text is a second one. */
struct tl_text {
	struct tl_source *src;
	struct tl_lineindex *lines;
	struct tl_view *view;
	struct tl_texttimes *times;
	struct tl_textcalls *calls; /* NULL: nobody has asked yet */
	struct tl_filter *filter;   /* NULL: all lines */
	bool counting;              /* lines are being counted, or were */
	bool loaded;                /* a saved index was looked for */
	bool help;                  /* it is the help text, or another one of our own */
	const char *prompt; /* of one of our own, as prompts are written; NULL: the help's */
	bool told;          /* what is wrong with it */
	bool looked;        /* what it is, if it comes through a pipe */
	bool end_seen;      /* of a pipe: something has looked for more behind it */
	uint64_t end;       /* where it ended when last looked at */
	char *part;         /* what --time said when it was opened; NULL: nothing */
	const char *name;   /* borrowed */
};

/* What keys mean now. */
enum tl_mode {
	TL_MODE_COMMAND,
	TL_MODE_LINE,    /* a line is being typed; `line_done` gets it */
	TL_MODE_CHAR,    /* one key is asked for; `char_done` gets it */
	TL_MODE_MESSAGE, /* a message waits to be read */
	TL_MODE_FOLLOW,  /* F */
};

enum tl_op_kind {
	TL_OP_NONE,
	TL_OP_SEARCH,
	TL_OP_LINE,     /* go to line `n` (from 0) */
	TL_OP_END,      /* go to the end of a text that is still coming */
	TL_OP_FORWARD,  /* `n` rows to go */
	TL_OP_BACKWARD, /* likewise */
	TL_OP_TIME,     /* go to a time */
	TL_OP_LINK,     /* go to a link */
	TL_OP_GAP,      /* go to where something is missing, or list all such places */
	TL_OP_TOP,      /* count what functions cost */
	TL_OP_CALL,     /* go to a line by the calls around it */
	TL_OP_FILTER,   /* show the first lines that pass */
	TL_OP_BRACKET,  /* go to the bracket that belongs to another */
	TL_OP_TAG,      /* go to the line of a tag */
	TL_OP_REOPEN,   /* make a recording's text anew (reopening.h) */
};

struct tl_op {
	enum tl_op_kind kind;
	uint64_t started_ms;
	uint32_t burst;     /* keys of this one or before were typed ahead */
	uint64_t shown_ms;  /* when progress was shown, 0: not yet */
	uint64_t looked_ms; /* when it was last renewed */
	uint64_t n;
	uint64_t seen; /* extent at the last look, for TL_OP_END */
	uint64_t seen_ms;
	bool force;
	bool busy;   /* has work to go on with, waits for nobody */
	bool moved;  /* the view was moved by hand while a search ran */
	bool so_far; /* TL_OP_END: the end that there is so far is shown */
};

/* The number typed before a command. */
struct tl_number {
	bool given;
	uint64_t n;
	double fraction; /* what stood behind a point, 0 <= f < 1 */
	bool has_fraction;
};

static inline uint64_t tl_number_or(const struct tl_number *n, uint64_t otherwise)
{
	return n->given && n->n > 0 ? n->n : otherwise;
}

/* The last search.  Types are made of TL_SEARCH_ (searchtype.h). */
struct tl_find {
	struct tl_history history;
	char *pattern;
	unsigned pattern_type; /* that it was compiled for */
	unsigned type;         /* of the last search: what n repeats */
	struct tl_matcher *matcher;
	bool hilite_off; /* ESC-u */
	struct tl_scan *scan;
	unsigned scan_type;
	uint64_t scan_nth;        /* hits to go */
	uint64_t scan_from;       /* where it began */
	bool wrapped;             /* it has gone on at the other end */
	bool tell_wrapped;        /* and this is still to be said */
	bool incremental;         /* the pattern is still being typed */
	size_t began_in;          /* file */
	size_t home;              /* the file from which it went to others; SIZE_MAX: none */
	struct tl_filehunt *hunt; /* for a file with a hit: of hunt_n files from hunt_from on */
	size_t hunt_from, hunt_n;
	size_t hunt_next;     /* the file that it ended before; SIZE_MAX: there was none */
	bool hunt_passed_all; /* and it may go on there */
	uint64_t found;       /* hit of a search that went on while one moved; TL_NOPOS */
	uint64_t last_hit;
	struct tl_scan *count;  /* of all hits, for --hit-count */
	struct tl_scan *before; /* of the hits before the last one */
	char **filter_patterns; /* of &, kept to make the filter again */
	unsigned *filter_types;
	size_t nfilters;
};

/* Moves in time, and what prompts and the time column tell of it. */
struct tl_times {
	struct tl_history history;
	struct tl_seek *seek;       /* of TL_OP_TIME */
	int kind;                   /* of it, enum tl_seek_kind */
	struct tl_linetimes *lines; /* NULL: nobody has asked yet */
	bool wanted;                /* something that is shown waits for it */
	bool unsure; /* a time was found before all of the text was known to be in order */
	char mark;   /* the one that was set last; 0: none */
	char text[64];
};

/* Gaps and errors. */
struct tl_gaps {
	struct tl_scan *scan; /* of TL_OP_GAP */
	bool backward;
	struct tl_matcher *matcher;
	const struct tl_decoder_ops *ops; /* of the text that is searched; may be NULL */
	void *decoder;
	struct tl_gaplist *list;   /* what is found; NULL: one is to be gone to */
	struct tl_gaplist *listed; /* what is shown, as a text of its own */
};

/* What functions cost. */
struct tl_top {
	uint64_t base;              /* the line whose time slice is asked for */
	uint64_t first_ns, last_ns; /* the slice; 0 and UINT64_MAX: all of the text */
	struct tl_costjob *job;     /* of TL_OP_TOP; NULL: the line's time is not known yet */
	struct tl_costjob *left;    /* those that were given up, and end by themselves */
	struct tl_buf *text;        /* of the job: what is shown when it has ended */
};

/* Moves by calls. */
struct tl_callkeys {
	struct tl_callnav *nav; /* of TL_OP_CALL */
	int move;               /* of it, enum tl_callmove */
	uint64_t levels;        /* that are to be shown then, and no more; 0: it just moves */
};

struct tl_app {
	struct tl_options opt;
	const char *progname;
	bool called_less; /* by that name: callers ask for its version */
	enum tl_charset charset;
	struct tl_jobs *jobs;
	struct tl_mailbox *mailbox;
	struct tl_tty tty;
	struct tl_screen *screen;
	unsigned rows, cols; /* of the terminal; the last row is the prompt's */
	struct tl_cell *cells;
	struct tl_endings endings;
	unsigned used; /* rows of text in the last frame */

	struct tl_filelist files;
	struct tl_marks marks;
	struct tl_histfile histfile;
	struct tl_text text;  /* what is shown */
	struct tl_text under; /* the file, while help is shown */
	bool new_file;        /* the prompt names the file once */
	bool name_shown;      /* it has */
	struct {
		uint64_t line, pos; /* what pos was found for; TL_NOPOS: not there, or not yet */
		uint64_t here_pos;  /* of the line opt.header.here */
		bool pending;
	} header;
	struct {
		size_t next; /* file to open when the message was read; SIZE_MAX: none */
		int step;
	} go_on;
	bool opened_any;

	enum tl_mode mode;
	struct tl_lineedit line;
	void (*line_done)(struct tl_app *app, const char *text);
	bool (*line_key)(struct tl_app *app, unsigned key); /* sees keys first; true: took it */
	void (*line_changed)(struct tl_app *app);           /* after each key; may be NULL */
	void (*line_cancelled)(struct tl_app *app);         /* likewise */
	void (*char_done)(struct tl_app *app, unsigned key);
	char char_prompt[512];
	struct tl_history command_history, file_history;
	char **messages;
	size_t nmessages;
	void (*after_message)(struct tl_app *app); /* when all were read, once; may be NULL */
	bool message_is_proto; /* the first one is a prompt to be formatted anew each time */

	unsigned char keys[32]; /* of a command being typed */
	unsigned nkeys;
	unsigned char lost_keys[32]; /* typed before them, and left out; they are shown */
	unsigned nlost;
	char number_text[32];
	unsigned number_at;            /* the cursor in it */
	struct tl_keymap *number_keys; /* that edit it, once one was typed */
	struct tl_keymap *keymap;      /* the built-in keys, once one was typed */
	struct tl_op op;
	struct tl_find find;
	struct tl_times times;
	struct tl_gaps gaps;
	struct tl_top top;
	struct tl_callkeys calls;
	struct tl_links links;
	struct tl_reopening *reopening; /* NULL: never yet */

	struct tl_following following; /* TL_MODE_FOLLOW */
	unsigned half_window;          /* d, u; 0: half the screen */
	uint64_t hshift;
	bool dirty, numbers_pending, prompt_pending;
	bool options_pending; /* the message about a changed option is read first */
	uint64_t drawn_ms;    /* when the last frame was drawn; 0: long ago */
	uint64_t count_at_ms; /* when to start counting lines; 0: no plan */
	unsigned scrolled;
	bool jumped;
	bool first_draw;
	bool undrawn;       /* opened again: before it is drawn there is no row to move from */
	bool target_gone;   /* a command has taken the target line's mark away */
	bool unread_set;    /* the command that runs has named the first unread line */
	bool at_end_before; /* -e: the end was reached already */
	bool quit;
	int status;
	char *last_shell;
};

/* ---- app.c */

/* Run until the user quits; `names` are the files.  Returns the exit status. */
int tl_app_run(struct tl_app *app, char **names, size_t n);

/* Something on the screen is different now. */
void tl_app_dirty(struct tl_app *app);
/* The prompt has been read: it need not name the file again. */
void tl_app_prompt_read(struct tl_app *app);
/* Ring for a mistake, or for the edge of the text: -q and -Q make the screen flash instead. */
void tl_app_bell(struct tl_app *app);
void tl_app_edge_bell(struct tl_app *app);
void tl_app_quit(struct tl_app *app, int status);
/* Was ^C typed since it was last acted upon?  For the few things that are done on the spot. */
bool tl_app_interrupted(void);
/* Has a signal come that ends the program? */
bool tl_app_ending(void);
/* Start or end an operation. */
void tl_app_begin(struct tl_app *app, enum tl_op_kind kind, uint64_t n, bool force);
void tl_app_end_op(struct tl_app *app);
/* Does the prompt wait for a new command? */
bool tl_app_at_prompt(const struct tl_app *app);
/* Leave the terminal to another program, and take it back. */
void tl_app_suspend(struct tl_app *app);
void tl_app_resume(struct tl_app *app);

/* ---- messages.c */

/* Say something on the bottom line and wait for a key.  Before the screen is up: stderr. */
void tl_app_message(struct tl_app *app, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same with a prompt (prompt.h), formatted again when numbers become known. */
void tl_app_message_proto(struct tl_app *app, int kind);
/* Show the messages there are as soon as nothing is being typed. */
void tl_app_show_messages(struct tl_app *app);
/* The first one was read: the next one is shown, or what waited for them goes on. */
void tl_app_drop_message(struct tl_app *app);
/* There is no screen yet: print them on standard error. */
void tl_app_print_messages(struct tl_app *app);

/* ---- drawing.c */

/* Draw a frame.  Quits instead where options say so: -F, -E. */
void tl_app_draw(struct tl_app *app);
/* Leave the screen, on the way out; --redraw-on-quit: what it showed is printed again where the
 * terminal takes it away. */
void tl_app_draw_last(struct tl_app *app);
/* Let the options take effect on the view and the screen. */
void tl_app_apply_options(struct tl_app *app);
/* They are seen already (hits, or not, no target line), but every row goes on beginning where it does. */
void tl_app_show_options(struct tl_app *app, bool hits);
/* The mark of the target line alone is set or taken away. */
void tl_app_show_target(struct tl_app *app);

/* ---- asking.c */

/* Ask for a line; `done` gets it unless it is cancelled.  What
 * is typed is added to the history, if there is one. */
void tl_app_ask(struct tl_app *app, const char *prompt, struct tl_history *history,
		void (*done)(struct tl_app *app, const char *text));
/* Ask for one key. */
void tl_app_ask_char(struct tl_app *app, void (*done)(struct tl_app *app, unsigned key),
		     const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* A key while a line is typed. */
void tl_app_line_key(struct tl_app *app, unsigned key);
/* The history file is needed now: read it, unless that was done. */
void tl_app_load_history(struct tl_app *app);
/* Write it now if --autosave says so for this kind of action, m ! or /. */
void tl_app_autosave(struct tl_app *app, char action);
/* Write what is new. */
void tl_app_save_history(struct tl_app *app);
/* The line is complete, as if Return had been typed; or given up. */
void tl_app_line_end(struct tl_app *app);
void tl_app_line_cancel(struct tl_app *app);
/* ---- beginning.c */

/* Say the messages there are, and ask what is to be asked, on a terminal that is not set up yet. */
void tl_app_begin_talk(struct tl_app *app);

/* ---- opening.c */

/* Make file i the current one.  False: it was not opened; the message was shown. */
bool tl_app_open(struct tl_app *app, size_t i);
/* Open file i, or the next one in this direction that can be opened. */
bool tl_app_open_near(struct tl_app *app, size_t i, int step);
/* Put a file's name into the history of :e. */
void tl_app_remember_name(struct tl_app *app, const char *name);
void tl_app_close_text(struct tl_app *app);
/* Run LESSCLOSE for all that is left to clean up. */
void tl_app_end_replacements(struct tl_app *app);
/* What a text is made of, or options that it depends on, have changed.  Open it again; *src NULL: they do not matter
 * to it.  False: it cannot be made. */
bool tl_app_open_again(struct tl_app *app, struct tl_source **src, struct tl_err *err);
/* Show src, which it takes, in place of the text; the file's position and marks are those in src already.  False:
 * out of memory, and the pager ends. */
bool tl_app_show_instead(struct tl_app *app, struct tl_source *src, struct tl_err *err);
void tl_app_show_help(struct tl_app *app);
/* Likewise a text that was made, which it takes, with a name and a prompt that live as long.  False: a
 * message says why not. */
bool tl_app_show_own(struct tl_app *app, struct tl_buf *text, const char *name, const char *prompt);
/* Back to the text below it; where there is none (--help) the help stays. */
void tl_app_leave_help(struct tl_app *app);
/* The help text, made from the tables. */
bool tl_help_text(struct tl_buf *out);

/* ---- reopening.c */

/* Both, with the same time at the top, at once.  False: it cannot be made; the old one stays. */
bool tl_app_reopen(struct tl_app *app, struct tl_err *err);

/* ---- shown.c */

struct tl_file *tl_app_file(struct tl_app *app); /* NULL: help, or none */
/* The first row of the screen that has text; TL_NOPOS: nothing is shown yet. */
uint64_t tl_app_first_row(struct tl_app *app, unsigned *row);
/* Remember where one is in the file. */
void tl_app_save_position(struct tl_app *app);
/* Put the position aside for ''. */
void tl_app_set_last_mark(struct tl_app *app);
/* Count a text of a chunk or two at once, so that its line numbers are never pending. */
void tl_app_count_small(struct tl_app *app);
/* Start counting lines if options allow, or someone asked (force). */
void tl_app_count_lines(struct tl_app *app, bool force);
/* The decoder that makes the text, *self (may be NULL) with it; NULL: the text is none of that
 * kind. */
const struct tl_decoder_ops *tl_app_decoder(struct tl_app *app, void **self);
/* Is the text made from its file, by a decoder or a decompressor? */
bool tl_app_is_made(struct tl_app *app);
/* Say what is wrong with the text, once. */
void tl_app_tell_trouble(struct tl_app *app);
/* Say why a recording that comes through a pipe is shown as bytes, once. */
void tl_app_tell_recording(struct tl_app *app);
/* Look whether the file on disk has changed; by_name: or another one has got its name. */
enum tl_change tl_app_refresh_text(struct tl_app *app, bool by_name);
/* A read has found less than there was: say so. */
void tl_app_notice_shrinking(struct tl_app *app);
/* The end of what LESSOPEN's program writes is shown: say if it has failed, where that is wanted. */
void tl_app_check_preprocessor(struct tl_app *app);

/* ---- status.c */

/*
 * Draw the bottom line below the `used` rows of text in `cells`; returns the cursor's column.  A
 * message that is wider than the screen takes rows from the text, which moves up.
 */
unsigned tl_app_bottom_line(struct tl_app *app, struct tl_cell *cells, unsigned used);
const struct tl_prompt_facts *tl_app_facts(struct tl_app *app);
/* The same for a prompt on the screen: names hold no escape characters there.  A text is valid until
 * the next one is asked for. */
const struct tl_prompt_facts *tl_app_shown_facts(struct tl_app *app);

/* What = has to tell of. */
enum tl_prompt_text tl_app_prompt_text(struct tl_app *app);

/* Is the end of the text on the screen, and known to be the end? */
bool tl_app_at_end(struct tl_app *app);
/* What V says: the program's name and version; called less, the version it behaves like. */
const char *tl_app_version(const struct tl_app *app);

/* ---- command.c */

/* One key in command mode. */
void tl_command_key(struct tl_app *app, unsigned key);
/* Do what a row's name says, as if its key had been typed with the number n before it. */
void tl_command_do(struct tl_app *app, const char *action, uint64_t n);
/* Is this an action that lesskey files can bind keys to? */
bool tl_command_known(const char *action);

/* A command of the table: the keys, what it is called, and what it does. */
struct tl_command {
	const char *keys; /* alternatives separated by blanks: "j ^E ESC-v :n DownArrow" */
	const char *name;
	void (*run)(struct tl_app *app, const struct tl_number *n);
	const char *help;
	bool moves; /* may run while a search goes on */
};
const struct tl_command *tl_command_table(void); /* ends with keys == NULL */

/* ---- moving.c */

/* Jump to the line that holds pos, to the row that -j names; to a line, from 0; to the end
 * (as_mark: for '$, which keeps the place for '' only if it goes far). */
void tl_move_jump_line(struct tl_app *app, uint64_t pos);
void tl_move_to_line(struct tl_app *app, uint64_t line);
void tl_move_to_end(struct tl_app *app, bool as_mark);
/* While one waits for the end: show the one that there is so far. */
void tl_move_end_so_far(struct tl_app *app);
/* Lines are about to be cut off: shift them so that what is at the top left stays there. */
void tl_move_keep_column(struct tl_app *app);
/* Row of the screen (from 0) that -j names. */
unsigned tl_move_jump_row(const struct tl_app *app);
/* What stands there, or nearest to it: moves in time and by calls are measured from it; TL_NOPOS: there
 * is no line at all. */
uint64_t tl_move_base(struct tl_app *app);
/* Go on with an operation; true: it is over. */
bool tl_move_step(struct tl_app *app);

/* ---- find.c */

void tl_find_forward(struct tl_app *app, const struct tl_number *n);
void tl_find_backward(struct tl_app *app, const struct tl_number *n);
void tl_find_again(struct tl_app *app, const struct tl_number *n);
void tl_find_reverse(struct tl_app *app, const struct tl_number *n);
void tl_find_again_files(struct tl_app *app, const struct tl_number *n);
void tl_find_reverse_files(struct tl_app *app, const struct tl_number *n);
void tl_find_toggle_hilite(struct tl_app *app, const struct tl_number *n);
/* With lines cut off at the edge, shift so that bytes [start, end) of the line at pos can be seen:
 * not at all if they are on the first screen of columns, else half a screen before them, but not
 * past the line's end. */
void tl_find_shift_to(struct tl_app *app, uint64_t pos, size_t start, size_t end);
/* -g or -G was changed: hits of the last search are forgotten with -g. */
void tl_find_hilite_changed(struct tl_app *app);
void tl_find_clear(struct tl_app *app, const struct tl_number *n);
void tl_find_filter(struct tl_app *app, const struct tl_number *n);
/* F: look for the pattern in the lines from *from to end; *hit is the first that has it, and *from
 * is behind it then. */
bool tl_find_in_new_text(struct tl_app *app, uint64_t *from, uint64_t end, uint64_t *hit);
/* The scan has moved on: act on its end. */
void tl_find_progress(struct tl_app *app);
/* The prompt is about to be shown: if a search has gone round the end, that is said first. */
void tl_find_say_wrapped(struct tl_app *app);
void tl_find_cancel(struct tl_app *app);
/* ^C: a search that has gone to other files is given up, and the file is shown where it began. */
void tl_find_interrupted(struct tl_app *app);
/* Go on until lines that pass the filter are on the screen.  True: they are, or there are none. */
bool tl_find_show_filtered(struct tl_app *app);
/* ^C was typed: all lines are shown again. */
void tl_find_drop_filter(struct tl_app *app);
/* Options that patterns depend on have changed. */
void tl_find_recompile(struct tl_app *app);
/* The text is another one: the scans end, the filter is made for it. */
void tl_find_text_closing(struct tl_app *app);
void tl_find_text_opened(struct tl_app *app);
void tl_find_fini(struct tl_app *app);
/* Are hits being counted for --hit-count? */
bool tl_find_counting(struct tl_app *app);
/* "hit 3 of 1,204" into out, or "". */
void tl_find_hit_count(struct tl_app *app, char *out, size_t size);

/* ---- timekeys.c */

/* A worker has found a time or a gap, or told a place: act on it. */
void tl_time_progress(struct tl_app *app);
/* How far the operation is, 0 .. 1; negative: it does not take so long. */
double tl_time_how_far(struct tl_app *app);
void tl_time_cancel(struct tl_app *app);
void tl_time_text_grew(struct tl_app *app);
/* The text goes away: nothing may look at it any more. */
void tl_time_text_closing(struct tl_app *app);
void tl_time_fini(struct tl_app *app);
/* This mark was set. */
void tl_time_mark_set(struct tl_app *app, char letter);

/* ---- gapkeys.c */

/* A worker has ended a search for gaps. */
void tl_gap_progress(struct tl_app *app);
double tl_gap_how_far(struct tl_app *app);
/* ^C: what was found so far is listed. */
void tl_gap_interrupted(struct tl_app *app);
void tl_gap_cancel(struct tl_app *app);
void tl_gap_fini(struct tl_app *app);
/* Is the list shown?  Then Return goes to the gap at the top, or the n-th. */
bool tl_gap_list_shown(struct tl_app *app);
void tl_gap_go_to_listed(struct tl_app *app, const struct tl_number *n);
/* It is not any more. */
void tl_gap_list_left(struct tl_app *app);

/* ---- topkeys.c */

/* Can costs be counted in the text, or is a text of our own shown that one goes back from? */
bool tl_top_possible(struct tl_app *app);
void tl_top_begin(struct tl_app *app);
/* A worker has found something out. */
void tl_top_progress(struct tl_app *app);
double tl_top_how_far(struct tl_app *app);
void tl_top_cancel(struct tl_app *app);
/* Wait until nobody counts any more. */
void tl_top_text_closes(struct tl_app *app);

/* ---- callkeys.c */

/* A worker has found a line by its calls: go there. */
void tl_call_progress(struct tl_app *app);
/* How far TL_OP_CALL is, 0 .. 1. */
double tl_call_how_far(struct tl_app *app);
/* Give it up; also before the text goes away. */
void tl_call_cancel(struct tl_app *app);

/* ---- foldkeys.c */

/* A jump is about to go there: unfold what hides it. */
void tl_fold_reveal(struct tl_app *app, uint64_t pos);
/* What is to stand behind the line that starts at pos, `arg` being the app; 0: nothing. */
size_t tl_fold_tail(void *arg, uint64_t pos, char *out, size_t size);

/* ---- timeshown.c */

/*
 * What is known of the line that holds pos.  PENDING: something that is drawn waits for it, and is
 * drawn again then.
 */
enum tl_lookup tl_time_place(struct tl_app *app, uint64_t pos, struct tl_place *out);
/* The mark from which times are counted: the last one set, or that of ''; TL_NOPOS: it is in another
 * file. */
uint64_t tl_time_mark(struct tl_app *app);
/*
 * For prompts: %w the time of the line at pos, %q its queue, %S its time slice, %k the time since the
 * mark, %v the gaps seen so far.  NULL: not known; if it will be, the bottom line is drawn again then.
 * Valid until the next call.  tl_time_has(): is there such a thing in this text?
 */
const char *tl_time_fact(struct tl_app *app, char what, uint64_t pos);
bool tl_time_has(struct tl_app *app, char what, uint64_t pos);

/* ---- brackets.c */

/* Go on with TL_OP_BRACKET; true: it is over.  How far it is, 0 .. 1. */
bool tl_bracket_step(struct tl_app *app);
double tl_bracket_progress(struct tl_app *app);

/* ---- tagkeys.c */

/* Go on with TL_OP_TAG; true: it is over.  How far it is, 0 .. 1.  Give it up. */
bool tl_tag_step(struct tl_app *app);
double tl_tag_progress(struct tl_app *app);
void tl_tag_cancel(struct tl_app *app);

/* ---- shell.c */

void tl_shell_command(struct tl_app *app, const struct tl_number *n);
void tl_shell_prompt_command(struct tl_app *app, const struct tl_number *n);
void tl_shell_edit(struct tl_app *app, const struct tl_number *n);

/* ---- piping.c, logfile.c */

void tl_pipe_from_mark(struct tl_app *app, const struct tl_number *n);
void tl_pipe_between(struct tl_app *app, const struct tl_number *n);
void tl_shell_save(struct tl_app *app, const struct tl_number *n);

/* ---- cat.c */

/* Standard output is no terminal: copy the files there.  Returns the exit status. */
int tl_cat(const struct tl_options *o, char **names, size_t n);

#endif
