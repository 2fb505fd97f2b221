/* optiontable.c: the rows of the option table, and the options that parse their own values. */
#include "pager/option.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Set *at to a copy of text, NULL for the empty one. */
static bool set_string(char **at, const char *text, struct tl_err *err)
{
	char *copy = *text ? strdup(text) : NULL;

	if (*text && !copy)
		return tl_err_nomem(err);
	free(*at);
	*at = copy;
	return true;
}

/* -j: N, -N, or .N (a fraction of the screen). */
static bool handle_jump(struct tl_options *o, const struct tl_option *opt, const char *text,
			char *out, size_t size, struct tl_err *err)
{
	struct tl_where w = { false, 1, 0 };
	char *end;

	if (!text) {
		if (o->jump.is_fraction)
			snprintf(out, size, "Position target at screen position %g",
				 o->jump.fraction);
		else
			snprintf(out, size, "Position target at screen line %d", o->jump.row);
		return true;
	}
	if (*text) {
		w.is_fraction = strchr(text, '.') != NULL;
		if (w.is_fraction)
			w.fraction = strtod(text, &end);
		else
			w.row = (int)strtol(text, &end, 10);
		if (end == text || *end || w.fraction < 0 || w.fraction >= 1 || w.row == 0)
			return tl_err_set(err, "Invalid jump target '%s' after -j", text);
	}
	o->jump = w;
	return true;
}

/* -x: one tab width, or a list of stops, the last two of which give the rest. */
static bool handle_tabs(struct tl_options *o, const struct tl_option *opt, const char *text,
			char *out, size_t size, struct tl_err *err)
{
	unsigned n = 0, last = 0, stops[sizeof(o->tabs) / sizeof(o->tabs[0])];

	if (!text) {
		size_t used =
		    (size_t)snprintf(out, size, "Tab stops %s", o->ntabs > 1 ? "" : "every ");

		for (unsigned i = o->ntabs > 1; i < o->ntabs && used < size; i++)
			used += (size_t)snprintf(out + used, size - used, "%s%u",
						 i > (o->ntabs > 1) ? "," : "", o->tabs[i]);
		if (o->ntabs > 1 && used < size)
			snprintf(out + used, size - used, " and then every %u spaces",
				 o->tabs[o->ntabs - 1] - o->tabs[o->ntabs - 2]);
		else if (used < size)
			snprintf(out + used, size - used, " spaces");
		return true;
	}
	for (const char *p = text; *p && n < sizeof(stops) / sizeof(stops[0]) - 1;) {
		char *end;
		unsigned long v = strtoul(p, &end, 10);

		if (end == p)
			return tl_err_set(err, "Invalid tab stops '%s' after -x", text);
		if (v > last && v < 100000)
			stops[n++] = last = (unsigned)v;
		p = *end == ',' ? end + 1 : end;
		if (*end && *end != ',')
			return tl_err_set(err, "Invalid tab stops '%s' after -x", text);
	}
	if (n == 0) {
		o->ntabs = 1;
		o->tabs[0] = 8;
	} else if (n == 1) {
		o->ntabs = 1;
		o->tabs[0] = stops[0];
	} else { /* a list counts from column 0 */
		o->ntabs = n + 1;
		o->tabs[0] = 0;
		memcpy(o->tabs + 1, stops, n * sizeof(stops[0]));
	}
	return true;
}

/* -#: columns, or a fraction of the width. */
static bool handle_shift(struct tl_options *o, const struct tl_option *opt, const char *text,
			 char *out, size_t size, struct tl_err *err)
{
	char *end;
	double fraction = 0;
	long n = 0;

	if (!text) {
		if (o->shift_fraction > 0)
			snprintf(out, size, "Horizontal shift %g of screen width",
				 o->shift_fraction);
		else
			snprintf(out, size, "Horizontal shift %d columns", o->shift);
		return true;
	}
	if (*text) {
		if (strchr(text, '.'))
			fraction = strtod(text, &end);
		else
			n = strtol(text, &end, 10);
		if (end == text || *end || n < 0 || n > 1000000 || fraction < 0 || fraction > 1)
			return tl_err_set(err, "Invalid shift '%s' after -#", text);
	}
	o->shift = (int)n;
	o->shift_fraction = fraction;
	return true;
}

/* -P: a letter says which prompt, none means the short one. */
static bool handle_prompt(struct tl_options *o, const struct tl_option *opt, const char *text,
			  char *out, size_t size, struct tl_err *err)
{
	static const char letters[] = "smM=hw";
	const char *which;
	int kind = TL_PROMPT_SHORT;

	if (!text) {
		snprintf(out, size, "%s",
			 o->prompt[o->prompt_kind] ? o->prompt[o->prompt_kind] : "");
		return true;
	}
	which = *text ? strchr(letters, *text) : NULL;
	if (which) {
		kind = (int)(which - letters);
		text++;
	}
	return set_string(&o->prompt[kind], text, err);
}

static bool handle_pattern(struct tl_options *o, const struct tl_option *opt, const char *text,
			   char *out, size_t size, struct tl_err *err)
{
	if (!text) {
		snprintf(out, size, "%s", o->pattern ? o->pattern : "");
		return true;
	}
	return set_string(&o->pattern, text, err);
}

static bool handle_help(struct tl_options *o, const struct tl_option *opt, const char *text,
			char *out, size_t size, struct tl_err *err)
{
	o->quit_now = '?';
	return true;
}

static bool handle_version(struct tl_options *o, const struct tl_option *opt, const char *text,
			   char *out, size_t size, struct tl_err *err)
{
	if (out)
		snprintf(out, size, "tless %s", TL_VERSION);
	else
		o->quit_now = 'V';
	return true;
}

#define AT(field) offsetof(struct tl_options, field)
#define NONE                     \
	{                        \
		NULL, NULL, NULL \
	}

/* clang-format off */
static const struct tl_option table[] = {
	{ 'a', "search-skip-screen|SEARCH-SKIP-SCREEN", TL_OPT_TRIPLE, 0, AT(search_from), 2,
	  { "Search starts after the target line", "Search skips displayed screen",
	    "Search includes all of displayed screen" },
	  "search on from the end of the screen (-A: from its top line, the default)", NULL },
	{ 'b', "buffers", TL_OPT_NUMBER, TL_OPT_IGNORED, AT(buffers), 64,
	  { "Max buffer space per file (K): " }, "accepted; memory is bounded anyway", NULL },
	{ 'B', "auto-buffers", TL_OPT_BOOL, TL_OPT_IGNORED, AT(auto_buffers), 0,
	  { "Don't automatically allocate buffers", "Allocate buffers automatically when needed" },
	  "accepted; memory is bounded anyway", NULL },
	{ 'c', "clear-screen|CLEAR-SCREEN", TL_OPT_TRIPLE, TL_OPT_REPAINT, AT(clear_first), 0,
	  { "Repaint by scrolling from bottom of screen", "Repaint by painting from top of screen",
	    "Repaint by painting from top of screen" }, "repaint from the top, not by scrolling", NULL },
	{ 'd', "dumb", TL_OPT_BOOL, TL_OPT_FIXED, AT(dumb_ok), 0, NONE,
	  "do not complain about a terminal that cannot do much", NULL },
	{ 'D', "color", TL_OPT_STRING, TL_OPT_IGNORED, AT(ignored_text), 0, { "Color: " },
	  "accepted", NULL },
	{ 'e', "quit-at-eof|QUIT-AT-EOF", TL_OPT_TRIPLE, 0, AT(quit_at_eof), 0,
	  { "Don't quit at end-of-file", "Quit at end-of-file",
	    "Quit immediately at end-of-file" },
	  "quit when the end is reached for the second time (-E: the first)", NULL },
	{ 'f', "force", TL_OPT_BOOL, 0, AT(force_open), 0,
	  { "Open only regular files", "Open even non-regular files" },
	  "open files that are not regular, and binary ones, without asking", NULL },
	{ 'F', "quit-if-one-screen", TL_OPT_BOOL, 0, AT(quit_if_one_screen), 0,
	  { "Don't quit if end-of-file on first screen", "Quit if end-of-file on first screen" },
	  "quit if everything fits on one screen", NULL },
	{ 'g', "hilite-search|HILITE-SEARCH", TL_OPT_TRIPLE, TL_OPT_REPAINT | TL_OPT_NEGATED,
	  AT(hilite), 1,
	  { "Highlight only the last match", "Highlight all matches", "Don't highlight any matches" },
	  "highlight only the last hit (-G: none)", NULL },
	{ 'h', "max-back-scroll", TL_OPT_NUMBER, 0, AT(back_scroll), -1, { "Backwards scroll limit: " },
	  "scroll back by no more than this many lines; repaint for more", NULL },
	{ 'i', "ignore-case|IGNORE-CASE", TL_OPT_TRIPLE, TL_OPT_SEARCH | TL_OPT_REPAINT, AT(icase), 0,
	  { "Case is significant in searches", "Ignore case in searches",
	    "Ignore case in searches and in patterns" },
	  "ignore case unless the pattern has a capital (-I: always)", NULL },
	{ 'j', "jump-target", TL_OPT_NUMBER, 0, AT(jump), 0, { "Target line: " },
	  "the line of the screen where search hits and marks are shown", handle_jump },
	{ 'J', "status-column", TL_OPT_BOOL, TL_OPT_REPAINT, AT(status_column), 0,
	  { "Don't display a status column", "Display a status column" },
	  "show marks and search hits in a column on the left", NULL },
	{ 'k', "lesskey-file", TL_OPT_STRING, TL_OPT_FIXED | TL_OPT_IGNORED, AT(ignored_text), 0,
	  { "Lesskey file: " }, "accepted", NULL },
	{ 'K', "quit-on-intr", TL_OPT_BOOL, 0, AT(quit_on_intr), 0,
	  { "Interrupt (ctrl-C) returns to prompt", "Interrupt (ctrl-C) exits less" },
	  "quit on ^C", NULL },
	{ 'L', "no-lessopen", TL_OPT_BOOL, TL_OPT_IGNORED, AT(no_lessopen), 0,
	  { "Use the LESSOPEN filter", "Don't use the LESSOPEN filter" }, "accepted", NULL },
	{ 'm', "long-prompt|LONG-PROMPT", TL_OPT_TRIPLE, TL_OPT_REPAINT, AT(prompt_kind), 0,
	  { "Short prompt", "Medium prompt", "Long prompt" },
	  "prompt with the percentage (-M: with line numbers too)", NULL },
	{ 'n', "line-numbers|LINE-NUMBERS", TL_OPT_TRIPLE, TL_OPT_REPAINT | TL_OPT_NEGATED,
	  AT(numbers), 1,
	  { "Don't use line numbers", "Use line numbers", "Constantly display line numbers" },
	  "do without line numbers (-N: show them on the left)", NULL },
	{ 'o', "log-file", TL_OPT_STRING, TL_OPT_IGNORED, AT(ignored_text), 0, { "log file: " },
	  "accepted", NULL },
	{ 'O', "LOG-FILE", TL_OPT_STRING, TL_OPT_IGNORED, AT(ignored_text), 0, { "Log file: " },
	  "accepted", NULL },
	{ 'p', "pattern", TL_OPT_STRING, TL_OPT_FIXED, AT(pattern), 0, { "Pattern: " },
	  "start at the first line that matches the pattern", handle_pattern },
	{ 'P', "prompt", TL_OPT_STRING, TL_OPT_REPAINT, AT(prompt), 0, { "prompt: " },
	  "set a prompt: -Ps short, -Pm medium, -PM long, -P= the = message, -Ph help, -Pw waiting",
	  handle_prompt },
	{ 'q', "quiet|QUIET|silent|SILENT", TL_OPT_TRIPLE, 0, AT(quiet), 0,
	  { "Ring the bell for errors AND at eof/bof", "Ring the bell for errors but not at eof/bof",
	    "Never ring the bell" }, "do not ring at the beginning and end (-Q: never)", NULL },
	{ 'r', "raw-control-chars|RAW-CONTROL-CHARS", TL_OPT_TRIPLE, TL_OPT_REPAINT, AT(raw), 0,
	  { "Display control characters as ^X", "Display control characters directly (not recommended)",
	    "Display ANSI sequences directly, other control characters as ^X" },
	  "send control characters to the terminal (-R: only colours, the sane choice)", NULL },
	{ 's', "squeeze-blank-lines", TL_OPT_BOOL, TL_OPT_REPAINT, AT(squeeze), 0,
	  { "Display all blank lines", "Squeeze multiple blank lines" },
	  "show several blank lines as one", NULL },
	{ 'S', "chop-long-lines", TL_OPT_BOOL, TL_OPT_REPAINT, AT(chop), 0,
	  { "Fold long lines", "Chop long lines" }, "cut long lines instead of wrapping them", NULL },
	{ 't', "tag", TL_OPT_STRING, TL_OPT_IGNORED | TL_OPT_FIXED, AT(ignored_text), 0, { "tag: " },
	  "accepted", NULL },
	{ 'T', "tag-file", TL_OPT_STRING, TL_OPT_IGNORED, AT(ignored_text), 0, { "tags file: " },
	  "accepted", NULL },
	{ 'u', "underline-special|UNDERLINE-SPECIAL", TL_OPT_TRIPLE,
	  TL_OPT_REPAINT | TL_OPT_SEARCH, AT(backspace), 0,
	  { "Display underlined text in underline mode", "Backspaces cause overstrike",
	    "Print backspace as ^H" }, "send backspaces to the terminal (-U: show them as ^H)", NULL },
	{ 'V', "version", TL_OPT_DO, 0, AT(quit_now), 0, NONE, "print the version", handle_version },
	{ 'w', "hilite-unread|HILITE-UNREAD", TL_OPT_TRIPLE, TL_OPT_IGNORED, AT(ignored), 0,
	  { "Don't highlight first unread line", "Highlight first unread line after forward-screen",
	    "Highlight first unread line after any forward movement" }, "accepted", NULL },
	{ 'x', "tabs", TL_OPT_NUMBER, TL_OPT_REPAINT, AT(tabs), 0, { "Tab stops: " },
	  "tab stops: a width, or a list", handle_tabs },
	{ 'X', "no-init", TL_OPT_BOOL, TL_OPT_FIXED, AT(no_init), 0, NONE,
	  "stay on the main screen", NULL },
	{ 'y', "max-forw-scroll", TL_OPT_NUMBER, 0, AT(forw_scroll), -1, { "Forward scroll limit: " },
	  "scroll forward by no more than this many lines; repaint for more", NULL },
	{ 'z', "window", TL_OPT_NUMBER, 0, AT(window), -1, { "Scroll window size: " },
	  "lines a window has; negative: the screen less so many", NULL },
	{ '"', "quotes", TL_OPT_STRING, TL_OPT_IGNORED, AT(ignored_text), 0, { "quotes: " },
	  "accepted", NULL },
	{ '~', "tilde", TL_OPT_BOOL, TL_OPT_REPAINT | TL_OPT_NEGATED, AT(tildes), 1,
	  { "Don't show tildes after end of file", "Show tildes after end of file" },
	  "show nothing instead of ~ after the end", NULL },
	{ '#', "shift", TL_OPT_NUMBER, 0, AT(shift), 0, { "Horizontal shift: " },
	  "columns to shift by with the arrow keys; 0: half the screen", handle_shift },
	{ '?', "help", TL_OPT_DO, TL_OPT_FIXED, AT(quit_now), 0, NONE, "print this list", handle_help },
	{ 0, "hit-count", TL_OPT_BOOL, TL_OPT_REPAINT, AT(hit_count), 0,
	  { "Don't count search hits", "Show the number of the search hit and of all hits" },
	  "show \"hit 3 of 1,204\" in the prompt after a search", NULL },
	{ 0, "index-dir", TL_OPT_STRING, TL_OPT_FIXED, AT(index_dir), 0, { "Index directory: " },
	  "where line indexes are kept (default: $XDG_CACHE_HOME/tless)", NULL },
	{ 0, "line-num-width", TL_OPT_NUMBER, TL_OPT_REPAINT, AT(number_width), 7,
	  { "Line number width: " }, "columns the line numbers of -N take at least", NULL },
	{ 0, "no-index", TL_OPT_BOOL, TL_OPT_FIXED, AT(no_index), 0, NONE,
	  "neither load nor save a line index", NULL },
	{ 0, "no-keypad", TL_OPT_BOOL, TL_OPT_FIXED, AT(no_keypad), 0, NONE,
	  "do not switch the terminal's keypad", NULL },
	{ 0, "past-eof", TL_OPT_BOOL, 0, AT(past_eof), 0,
	  { "Don't scroll past end of file", "Scroll past end of file" },
	  "let forward commands scroll past the end", NULL },
	{ 0, "rscroll", TL_OPT_STRING, TL_OPT_REPAINT, AT(rscroll), 0, { "rscroll character: " },
	  "the character that marks cut lines; - for none", NULL },
	{ 0, "wordwrap", TL_OPT_BOOL, TL_OPT_REPAINT, AT(wordwrap), 0,
	  { "Wrap lines at any character", "Wrap lines at spaces" }, "wrap long lines at blanks", NULL },
	/* What callers pass to less, accepted so that they need not know the difference. */
	{ 0, "cmd", TL_OPT_STRING, TL_OPT_IGNORED, AT(ignored_text), 0, { "command: " }, "accepted", NULL },
	{ 0, "exit-follow-on-close", TL_OPT_BOOL, TL_OPT_IGNORED, AT(ignored), 0, NONE, "accepted", NULL },
	{ 0, "file-size", TL_OPT_BOOL, TL_OPT_IGNORED, AT(ignored), 0, NONE, "accepted", NULL },
	{ 0, "follow-name", TL_OPT_BOOL, TL_OPT_IGNORED, AT(ignored), 0, NONE, "accepted", NULL },
	{ 0, "form-feed", TL_OPT_BOOL, TL_OPT_IGNORED, AT(ignored), 0, NONE, "accepted", NULL },
	{ 0, "header", TL_OPT_STRING, TL_OPT_IGNORED, AT(ignored_text), 0, { "Header lines: " }, "accepted", NULL },
	{ 0, "incsearch", TL_OPT_BOOL, TL_OPT_IGNORED, AT(ignored), 0, NONE, "accepted", NULL },
	{ 0, "intr", TL_OPT_STRING, TL_OPT_IGNORED, AT(ignored_text), 0, { "interrupt character: " }, "accepted", NULL },
	{ 0, "match-shift", TL_OPT_STRING, TL_OPT_IGNORED, AT(ignored_text), 0, { "Search match shift: " }, "accepted", NULL },
	{ 0, "modelines", TL_OPT_NUMBER, TL_OPT_IGNORED, AT(ignored), 0, { "Modelines: " }, "accepted", NULL },
	{ 0, "mouse|MOUSE", TL_OPT_TRIPLE, TL_OPT_IGNORED, AT(ignored), 0, NONE, "accepted", NULL },
	{ 0, "no-histdups", TL_OPT_BOOL, TL_OPT_IGNORED, AT(ignored), 0, NONE, "accepted", NULL },
	{ 0, "no-number-headers", TL_OPT_BOOL, TL_OPT_IGNORED, AT(ignored), 0, NONE, "accepted", NULL },
	{ 0, "no-search-headers", TL_OPT_BOOL, TL_OPT_IGNORED, AT(ignored), 0, NONE, "accepted", NULL },
	{ 0, "no-vbell", TL_OPT_BOOL, TL_OPT_IGNORED, AT(ignored), 0, NONE, "accepted", NULL },
	{ 0, "proc-backspace", TL_OPT_BOOL, TL_OPT_IGNORED, AT(ignored), 0, NONE, "accepted", NULL },
	{ 0, "proc-return", TL_OPT_BOOL, TL_OPT_IGNORED, AT(ignored), 0, NONE, "accepted", NULL },
	{ 0, "proc-tab", TL_OPT_BOOL, TL_OPT_IGNORED, AT(ignored), 0, NONE, "accepted", NULL },
	{ 0, "redraw-on-quit", TL_OPT_BOOL, TL_OPT_IGNORED, AT(ignored), 0, NONE, "accepted", NULL },
	{ 0, "save-marks", TL_OPT_BOOL, TL_OPT_IGNORED, AT(ignored), 0, NONE, "accepted", NULL },
	{ 0, "search-options", TL_OPT_STRING, TL_OPT_IGNORED, AT(ignored_text), 0, { "Search options: " }, "accepted", NULL },
	{ 0, "show-preproc-errors", TL_OPT_BOOL, TL_OPT_IGNORED, AT(ignored), 0, NONE, "accepted", NULL },
	{ 0, "status-col-width", TL_OPT_NUMBER, TL_OPT_IGNORED, AT(ignored), 2, { "Status column width: " }, "accepted", NULL },
	{ 0, "status-line", TL_OPT_BOOL, TL_OPT_IGNORED, AT(ignored), 0, NONE, "accepted", NULL },
	{ 0, "use-backslash", TL_OPT_BOOL, TL_OPT_IGNORED, AT(ignored), 0, NONE, "accepted", NULL },
	{ 0, "use-color", TL_OPT_BOOL, TL_OPT_IGNORED, AT(ignored), 0, NONE, "accepted", NULL },
	{ 0, "wheel-lines", TL_OPT_NUMBER, TL_OPT_IGNORED, AT(ignored), 1, { "Lines to scroll: " }, "accepted", NULL },
	{ 0, NULL, TL_OPT_BOOL, 0, 0, 0, NONE, NULL, NULL },
};
/* clang-format on */

const struct tl_option *tl_option_table(void)
{
	return table;
}
