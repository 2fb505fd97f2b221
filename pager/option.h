/*
 * option.h: the options of the command line, of LESS and TLESS, and of the `-` command.
 * One table: letter, long name, kind, where the value lives, what it says when toggled.
 * --help, the `-` and `_` commands and the manual's test read the same rows.
 */
#ifndef TL_PAGER_OPTION_H
#define TL_PAGER_OPTION_H

#include "base/err.h"

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
	int search_from;        /* -a 1, -A 2 */
	int buffers;            /* -b: accepted, not needed */
	int auto_buffers;       /* -B */
	int clear_first;        /* -c */
	int dumb_ok;            /* -d */
	int quit_at_eof;        /* -e 1, -E 2 */
	int force_open;         /* -f */
	int quit_if_one_screen; /* -F */
	int hilite;             /* 1 all hits, 0 -g last hit only, 2 -G none */
	int back_scroll;        /* -h */
	int icase;              /* -i 1, -I 2 */
	struct tl_where jump;   /* -j */
	int status_column;      /* -J */
	int quit_on_intr;       /* -K */
	int no_lessopen;        /* -L */
	int prompt_kind;        /* -m 1, -M 2 */
	int numbers;            /* 0 -n, 1 default (not shown), 2 -N */
	int quiet;              /* -q 1, -Q 2 */
	int raw;                /* -r 1, -R 2 */
	int squeeze;            /* -s */
	int chop;               /* -S */
	int backspace;          /* -u 1, -U 2 */
	int no_init;            /* -X */
	int forw_scroll;        /* -y */
	int window;             /* -z */
	int tildes;             /* 1; -~ 0 */
	int shift;              /* -#: columns, 0: half the screen */
	double shift_fraction;
	int no_keypad;
	int wordwrap;
	int number_width;
	int hit_count;
	int no_index;
	int past_eof; /* j and space scroll past the end */
	int quit_now; /* --help, --version: what to print */
	unsigned ntabs;
	unsigned tabs[32];
	char *pattern; /* -p: /pattern to start with */
	char *prompt[TL_NPROMPTS];
	char *rscroll;
	char *index_dir;
	int ignored; /* where options without a meaning here leave their value */
	char *ignored_text;
	char **first_commands; /* +cmd */
	size_t nfirst;
	char **every_commands; /* ++cmd */
	size_t nevery;
};

enum tl_opt_kind {
	TL_OPT_BOOL,   /* the letter turns it on */
	TL_OPT_TRIPLE, /* lower case 1, upper case 2 */
	TL_OPT_NUMBER, /* a value follows */
	TL_OPT_STRING, /* the rest of the word, or the next one; ends at $ */
	TL_OPT_DO,     /* an action: -?, -V, -p */
};

enum {
	TL_OPT_REPAINT = 1 << 0, /* the screen looks different after a change */
	TL_OPT_FIXED = 1 << 1,   /* only at the start, not with `-` */
	TL_OPT_IGNORED = 1 << 2, /* accepted for the sake of callers; has no effect */
	TL_OPT_SEARCH = 1 << 3,  /* the pattern must be compiled again */
	TL_OPT_NEGATED = 1 << 4, /* the letter turns it off */
};

struct tl_option {
	char letter;      /* lower case one of a triple; 0: long name only */
	const char *name; /* long name(s): "chop-long-lines", a triple's upper case one after a | */
	enum tl_opt_kind kind;
	unsigned flags;
	size_t at; /* offset in struct tl_options */
	int initial;
	/* What `-` says then: off|on(1)|on(2); for numbers and strings the question to ask. */
	const char *says[3];
	const char *help; /* one line for --help */
	/* Parse text, "" setting the default, or (text == NULL) print the value into out.
	 * NULL for plain kinds. */
	bool (*handle)(struct tl_options *o, const struct tl_option *opt, const char *text,
		       char *out, size_t size, struct tl_err *err);
};

/* The table; the last row has name NULL. */
const struct tl_option *tl_option_table(void);

void tl_options_init(struct tl_options *o);
void tl_options_fini(struct tl_options *o);

/* Parse the contents of LESS or TLESS: words, "-" before them optional, `$` ends a string.
 * Problems are reported through warn(), and parsing goes on. */
void tl_options_from_env(struct tl_options *o, const char *value,
			 void (*warn)(void *arg, const char *message), void *arg);

/*
 * Parse argv up to the first file name; returns its index.  False: err names the option.
 */
bool tl_options_from_args(struct tl_options *o, int argc, char **argv, int *first_file,
			  struct tl_err *err);

/* Find by letter (upper tells which case was given), or by long name or unique prefix of one. */
const struct tl_option *tl_option_by_letter(char c, bool *upper);
const struct tl_option *tl_option_by_name(const char *name, size_t len, bool *upper,
					  struct tl_err *err);

/* What the `-` command does with an option: toggle, set to default (-+), set the other way (-!);
 * `value` for numbers and strings.  The message to show goes to say. */
enum tl_opt_action { TL_OPT_TOGGLE, TL_OPT_RESET, TL_OPT_UNSET, TL_OPT_ASK };
bool tl_option_change(struct tl_options *o, const struct tl_option *opt, bool upper,
		      enum tl_opt_action action, const char *value, char *say, size_t size,
		      struct tl_err *err);

/* Does changing it need a value typed first? */
bool tl_option_needs_value(const struct tl_option *opt);

#endif
