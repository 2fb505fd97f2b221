/*
 * option.h: the options of the command line, of LESS and TLESS, and of the `-` command.
 * One table: letter, long name, kind, where the value lives, what it says when toggled.
 * --help, the `-` and `_` commands and the manual's test read the same rows.
 */
#ifndef TL_PAGER_OPTION_H
#define TL_PAGER_OPTION_H

#include "base/err.h"
#include "pager/colors.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place on the screen: -j.  A row from the top (from 1), from the bottom (negative), or a
 * fraction of the height. */
struct tl_where {
	bool is_fraction;
	int row;
	double fraction;
};

/* --header: lines and columns that stay on the screen; the lines begin with line `line` of the
 * text, from 1 (0: there are none). */
struct tl_header {
	unsigned lines, cols;
	uint64_t line;
	uint64_t here; /* what `line` becomes when it is not given; TL_HEADER_UNCOUNTED */
};
#define TL_HEADER_UNCOUNTED UINT64_MAX /* a line whose number is not known */

enum {
	TL_PROMPT_SHORT,
	TL_PROMPT_MEDIUM,
	TL_PROMPT_LONG,
	TL_PROMPT_EQUALS,
	TL_PROMPT_HELP,
	TL_PROMPT_WAIT,
	TL_NPROMPTS
};

/* The values of all options.  Three-way ones are 0, 1 (lower case letter), 2 (upper case). */
struct tl_options {
	bool more;                   /* behave like more(1): -e, -m, -n and -p mean other things */
	const char *progname;        /* borrowed; what messages about options call the program */
	int search_from;             /* 0 -A, 1 -a, 2 default */
	int clear_first;             /* -c */
	int dumb_ok;                 /* -d */
	int quit_at_eof;             /* -e 1, -E 2 */
	int force_open;              /* -f */
	int quit_if_one_screen;      /* -F */
	int hilite;                  /* 0 none (-G), 1 the last hit only (-g), 2 all hits */
	int back_scroll;             /* -h; no effect, but told */
	int icase;                   /* -i 1, -I 2 */
	struct tl_where jump;        /* -j */
	int status_column;           /* -J */
	int quit_on_intr;            /* -K */
	int prompt_kind;             /* -m 1, -M 2 */
	int numbers;                 /* 0 -n, 1 default (not shown), 2 -N */
	int quiet;                   /* -q 1, -Q 2 */
	int raw;                     /* -r 1, -R 2 */
	int squeeze;                 /* -s */
	int chop;                    /* -S */
	int backspace;               /* -u 1, -U 2 */
	int no_init;                 /* -X */
	int forw_scroll;             /* -y; no effect, but told */
	int window;                  /* -z */
	int tildes;                  /* 1; -~ 0 */
	int shift;                   /* -#: columns, 0: half the screen */
	double shift_fraction;       /* -#.5: of the screen's width; 0: none */
	int match_shift;             /* columns shown before a hit that was out of sight */
	double match_shift_fraction; /* likewise of the width; negative: none */
	int no_keypad;
	int wordwrap;
	int number_width;
	int hit_count;
	int no_index;
	int past_eof;      /* scrolling goes on past both ends */
	int use_backslash; /* a backslash in a value makes the next character plain */
	int quit_now;      /* what to print instead: '?' the help, 'V' the version */
	unsigned ntabs;
	unsigned tabs[32];
	char *prompt[TL_NPROMPTS];
	struct {
		char text[5]; /* one character, or none: lines that are cut off have no mark */
		uint32_t flags;
	} rscroll;
	char *index_dir;
	/* What of a recording is shown, and how: as decoders/decoder.h says; NULL: not chosen. */
	char *trace_view, *trace_columns, *trace_disassembly, *trace_time, *trace_cpu, *trace_tid,
	    *trace_comm, *symfs, *kallsyms, *vmlinux;
	int trace_source;        /* 1: lines of recordings tell file and line; 2: and show it */
	int raw_file;            /* show the bytes of a recording */
	int folded;              /* enum tl_folded: write folded stacks instead */
	struct tl_colors colors; /* -D, --use-color */
	uint64_t spool_size;     /* of temporary files, in bytes; 0: what the disk can spare */
	int time_column; /* times beside each line: 1 since the line above, 2 since the mark, 3 both */
	uint64_t slice_ns; /* what ; and , step by; 0: a hundredth of the text's duration */
	/* Named as less names the option; TL_OPT_IGNORED in the table says which have no effect yet. */
	int buffers, auto_buffers, no_lessopen, hilite_unread, exit_follow_on_close, file_size,
	    follow_name, form_feed, hilite_target, incsearch, modelines, mouse, no_edit_warn,
	    no_histdups, no_number_headers, no_paste, no_vbell, old_bot, proc_backspace,
	    proc_return, proc_tab, redraw_on_quit, rmouse, save_marks, show_preproc_errors,
	    status_col_width, status_line, wheel_lines;
	int no_search_headers;   /* bits of enum tl_unsearched */
	unsigned mouse_features; /* of --mouse and --emouse; bits, see mouse.c */
	char *log_file, *log_file_over, *tag, *tag_file, *autosave, *cmd, *intr, *search_options;
	char quotes[3];                  /* around names of files with blanks; "": none */
	char *end_prompt[3];             /* written behind a prompt of each kind */
	const struct tl_option *pending; /* the next word of the command line is its value */
	char *unsupported;               /* LESS_UNSUPPORT: a byte for each row of the table */
	struct tl_header header;
	char **first_commands; /* +cmd */
	size_t nfirst;
	char **every_commands; /* ++cmd */
	size_t nevery;
};

enum tl_opt_kind {
	TL_OPT_BOOL,   /* the letter gives it the value it has not by default */
	TL_OPT_TRIPLE, /* likewise, and the capital letter gives it the value 2 */
	TL_OPT_NUMBER, /* a number follows */
	TL_OPT_STRING, /* text follows: the rest of the word up to a $, or else the next word */
	TL_OPT_DO,     /* no value at all: -?, -V */
};

enum {
	TL_OPT_REPAINT = 1 << 0,  /* the screen looks different after a change */
	TL_OPT_FIXED = 1 << 1,    /* only at the start, not with `-` */
	TL_OPT_IGNORED = 1 << 2,  /* accepted for the sake of callers; has no effect */
	TL_OPT_SEARCH = 1 << 3,   /* the pattern must be compiled again */
	TL_OPT_REOPEN = 1 << 4,   /* a decoded text is another one after a change */
	TL_OPT_NO_QUERY = 1 << 6, /* `_` cannot tell its value */
	TL_OPT_OWN = 1 << 5,      /* less has no such option: an abbreviation means less's first */
	TL_OPT_NEGATIVE = 1 << 7, /* a number that may be negative */
	TL_OPT_AT_ONCE = 1 << 8,  /* it shows behind the message already, in the rows as they are */
};

/* What searches pass over: --no-search-headers and its kin, of which the last one given counts. */
enum tl_unsearched {
	TL_UNSEARCHED_LINES = 1 << 0,
	TL_UNSEARCHED_COLS = 1 << 1,
};

/* --folded */
enum tl_folded {
	TL_FOLDED_NOT,
	TL_FOLDED_NS,
	TL_FOLDED_INSNS,
	TL_FOLDED_SAMPLES,
	TL_FOLDED_PERIODS,
	TL_FOLDED_WRONG, /* of something that it is not: nothing is to be written */
};

struct tl_option {
	int sets;         /* not 0: a flag that takes this value however it is changed */
	char letter;      /* the lower case one of a triple; 0: long name only */
	const char *name; /* long name, or names: "quiet|silent" */
	enum tl_opt_kind kind;
	unsigned flags;
	size_t at;   /* offset in struct tl_options of an int, or of a char * */
	int initial; /* for an int */
	int most;    /* the largest number allowed; 0: any */
	/*
	 * What `-` and `_` say.  Flags: for the values 0, 1 and 2.  With a value: the question,
	 * and what stands before and behind the value in the answer.
	 */
	const char *says[3];
	const char *help;  /* one line for --help */
	const char *chars; /* a string made of these only: other letters may follow it */
	/*
	 * Strings with a meaning: take the text, and tell the value.  `err` is NULL where the
	 * text is "" and the default is wanted.
	 */
	bool (*parse)(struct tl_options *o, const char *text, struct tl_err *err);
	void (*print)(const struct tl_options *o, char *out, size_t size);
	void (*changed)(struct tl_options *o); /* a flag has a new value */
};

/* The table; the last row has name NULL. */
const struct tl_option *tl_option_table(void);

void tl_options_init(struct tl_options *o);
void tl_options_fini(struct tl_options *o);

/* ---- optionscan.c: the command line and the variables */

/* Problems are told, one at a time, and parsing goes on behind them. */
typedef void tl_option_warn(void *arg, const char *message);

/*
 * Parse the contents of LESS or TLESS: the hyphen before the first letters is optional.  An option
 * at its end that lacks a value takes the next word of the command line, as in less.
 */
void tl_options_from_env(struct tl_options *o, const char *value, tl_option_warn *warn, void *arg);

/*
 * Parse argv, in which options and names of files may be mixed; -- ends the options, and so does
 * the first name where `names_end` (POSIXLY_CORRECT).  The names are moved to argv[1] and up;
 * returns how many.  -1: the last option lacks its value, as was told; less goes no further.
 * Stops behind an option that prints something instead (quit_now).
 */
int tl_options_from_args(struct tl_options *o, int argc, char **argv, bool names_end,
			 tl_option_warn *warn, void *arg);

/* LESS_UNSUPPORT: options that have no effect in the variables and on the command line. */
void tl_options_unsupport(struct tl_options *o, const char *list, tl_option_warn *warn, void *arg);

/* -p: search for the pattern in the first file, after the +commands so far.  False: no memory. */
bool tl_options_first_search(struct tl_options *o, const char *pattern);

/* How to quit at the end of the last file: 0 not, 1 when going on there, 2 when it is reached. */
int tl_options_quit_at_eof(const struct tl_options *o);

/* The + command: cmd is run for every file from now on, in place of what was; "": nothing. */
void tl_options_every_command(struct tl_options *o, const char *cmd);

/* How a name was found. */
enum tl_opt_found { TL_OPT_NONE, TL_OPT_AMBIGUOUS, TL_OPT_PREFIX, TL_OPT_WHOLE };

/*
 * Find by letter, or by long name or a prefix that only one (of less's options, or else of our
 * own) has; *upper tells that the capital letter of a triple was given, or its name with a
 * capital first letter.  NULL: none.
 */
const struct tl_option *tl_option_by_letter(char c, bool *upper);
const struct tl_option *tl_option_by_name(const char *name, size_t len, bool *upper,
					  enum tl_opt_found *how);

/* "-j (--jump-target)", written into `out`, which is returned. */
const char *tl_option_describe(const struct tl_option *opt, char *out, size_t size);

/* Give a flag or a number this value. */
void tl_option_set_int(struct tl_options *o, const struct tl_option *opt, int value);

/* The value of a flag that is `now`, once its letter (or the capital one) was given. */
int tl_option_flipped(const struct tl_option *opt, int now, bool upper);

/*
 * The decimal number that *text begins with, which is moved behind it.  Messages name `what` it is
 * for.  False: none, or one that is not allowed, and *n is as before.
 */
bool tl_option_parse_number(const char **text, const char *what, bool negative_ok, int *n,
			    struct tl_err *err);

/* The same for an option that is a number; `what` NULL: its names. */
bool tl_option_take_number(struct tl_options *o, const struct tl_option *opt, const char **text,
			   const char *what, struct tl_err *err);

/* Give an option a value. */
bool tl_option_set_value(struct tl_options *o, const struct tl_option *opt, const char *text,
			 struct tl_err *err);

/*
 * What the `-` command does with an option: toggle it or set it to `value`, give it its default
 * (-+) or the other value (-!), or only tell what it is (_).  An empty `value`, or none, only
 * tells.  The message to show goes to `say`, also where a value was refused: it is shown after the
 * error then, unless it is "".
 */
enum tl_opt_action { TL_OPT_TOGGLE, TL_OPT_RESET, TL_OPT_UNSET, TL_OPT_ASK };
bool tl_option_change(struct tl_options *o, const struct tl_option *opt, bool upper,
		      enum tl_opt_action action, const char *value, char *say, size_t size,
		      struct tl_err *err);

/* The value that an option with a text, or a flag, has or had. */
struct tl_option_was {
	const struct tl_option *opt;
	char *text; /* NULL: none */
	int flag;
};

/* Keep it; false: out of memory.  Ends with fini or put_back, which makes it the option's value again. */
bool tl_option_keep(const struct tl_options *o, const struct tl_option *opt,
		    struct tl_option_was *out);
bool tl_option_is_as(const struct tl_options *o, const struct tl_option_was *was);
void tl_option_put_back(struct tl_options *o, struct tl_option_was *was);
void tl_option_was_fini(struct tl_option_was *was);

/*
 * What becomes of backspaces, tabs or carriage returns: 0 the usual, 1 as -u has it, 2 as -U does.
 * `proc` is the value of --proc-backspace, --proc-tab or --proc-return, which goes first.
 */
static inline int tl_option_processing(const struct tl_options *o, int proc)
{
	return proc == 1 ? 0 : proc == 2 ? 2 : o->backspace;
}

/* A fraction (from 0 to 1) of so many rows or columns, rounded, a half to the even number. */
unsigned tl_option_share(double fraction, unsigned whole);

/* Does changing it need a value typed first? */
bool tl_option_needs_value(const struct tl_option *opt);

/* --intr: the key that ends a wait for text, and how it is shown: "^X". */
unsigned tl_options_intr_key(const struct tl_options *o);
void tl_options_print_intr(const struct tl_options *o, char *out, size_t size);

#endif
