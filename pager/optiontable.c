/* optiontable.c: the rows of the option table, and the options that parse their own values. */
#include "pager/option.h"
#include "pager/searchtype.h"

#include "decoders/timespec.h"
#include "pager/header.h"
#include "pager/keyfiles.h"
#include "pager/mouse.h"
#include "pager/prompt.h"
#include "pager/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- -j: a row from the top, a negative one from the bottom, .N a fraction of the screen */

/* Six digits count; what stands behind them is ignored, as less does. */
static bool parse_fraction(const char *digits, const char *what, double *fraction,
			   struct tl_err *err)
{
	double unit = 0.1;

	if (*digits < '0' || *digits > '9')
		return tl_err_set(err, "Invalid fraction in %s", what);
	*fraction = 0;
	for (int i = 0; i < 6 && *digits >= '0' && *digits <= '9'; i++, unit /= 10)
		*fraction += (*digits++ - '0') * unit;
	return true;
}

static const char *print_fraction(double fraction, char *out, size_t size)
{
	int n = snprintf(out, size, ".%06d", (int)(fraction * 1e6 + 0.5));

	while (n > 2 && out[n - 1] == '0')
		out[--n] = '\0';
	return out;
}

static bool parse_jump(struct tl_options *o, const char *text, struct tl_err *err)
{
	struct tl_where w = { false, 0, 0 };

	if (*text == '.') {
		w.is_fraction = true;
		if (!parse_fraction(text + 1, "-j", &w.fraction, err))
			return false;
	} else if (err && !tl_option_parse_number(&text, "-j", true, &w.row, err)) {
		return false;
	}
	o->jump = w;
	return true;
}

static void print_jump(const struct tl_options *o, char *out, size_t size)
{
	char fraction[16];

	if (o->jump.is_fraction)
		snprintf(out, size, "Position target at screen position %s",
			 print_fraction(o->jump.fraction, fraction, sizeof(fraction)));
	else
		snprintf(out, size, "Position target at screen line %d", o->jump.row);
}

/* ---- -x: one tab width, or a list of stops, the last two of which give the rest */

#define MAX_STOPS (sizeof(((struct tl_options *)0)->tabs) / sizeof(unsigned) - 1)

/* A stop that is not behind the one before it is left out, and so is what follows a letter. */
static bool parse_tabs(struct tl_options *o, const char *text, struct tl_err *err)
{
	unsigned stops[MAX_STOPS], n = 0, last = 0;

	for (const char *p = text; n < MAX_STOPS; p++) {
		unsigned long stop;

		p += strspn(p, " ");
		stop = *p >= '0' && *p <= '9' ? strtoul(p, (char **)&p, 10) : 0;
		if (stop > last && stop < 100000)
			stops[n++] = last = (unsigned)stop;
		p += strspn(p, " ");
		if (*p != ',')
			break;
	}
	if (n > 1) { /* a list counts from column 0 */
		o->ntabs = n + 1;
		o->tabs[0] = 0;
		memcpy(o->tabs + 1, stops, n * sizeof(stops[0]));
	} else if (n == 1 || !err) { /* a list without any changes nothing */
		o->ntabs = 1;
		o->tabs[0] = n == 1 ? stops[0] : 8;
	}
	return true;
}

static void print_tabs(const struct tl_options *o, char *out, size_t size)
{
	size_t used;

	if (o->ntabs == 1) {
		snprintf(out, size, "Tab stops every %u spaces", o->tabs[0]);
		return;
	}
	used = (size_t)snprintf(out, size, "Tab stops %u", o->tabs[1]);
	for (unsigned i = 2; i < o->ntabs && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, ",%u", o->tabs[i]);
	if (used < size)
		snprintf(out + used, size - used, " and then every %u spaces",
			 o->tabs[o->ntabs - 1] - o->tabs[o->ntabs - 2]);
}

/* ---- -#: columns, or .N: a fraction of the width */

static bool parse_shift(struct tl_options *o, const char *text, struct tl_err *err)
{
	double fraction = 0;
	int n = 0;

	if (*text == '.') {
		if (!parse_fraction(text + 1, "-#", &fraction, err))
			return false;
	} else if (err && !tl_option_parse_number(&text, "-#", false, &n, err)) {
		return false;
	}
	o->shift = n;
	o->shift_fraction = fraction;
	return true;
}

static void print_shift(const struct tl_options *o, char *out, size_t size)
{
	char fraction[16];

	if (o->shift_fraction > 0)
		snprintf(out, size, "Horizontal shift %s of screen width",
			 print_fraction(o->shift_fraction, fraction, sizeof(fraction)));
	else
		snprintf(out, size, "Horizontal shift %d columns", o->shift);
}

/* ---- --match-shift: likewise */

static bool parse_match_shift(struct tl_options *o, const char *text, struct tl_err *err)
{
	double fraction = -1;
	int n = 0;

	if (!err) { /* half of the screen */
		fraction = 0.5;
	} else if (*text == '.') {
		if (!parse_fraction(text + 1, "--match-shift", &fraction, err))
			return false;
	} else if (!tl_option_parse_number(&text, "--match-shift", false, &n, err)) {
		return false;
	}
	o->match_shift = n;
	o->match_shift_fraction = fraction;
	return true;
}

static void print_match_shift(const struct tl_options *o, char *out, size_t size)
{
	char fraction[16];

	if (o->match_shift_fraction >= 0)
		snprintf(out, size, "Search match shift is %s of screen width",
			 print_fraction(o->match_shift_fraction, fraction, sizeof(fraction)));
	else
		snprintf(out, size, "Search match shift is %d", o->match_shift);
}

/* ---- -P: a letter says which prompt, none means the short one */

static bool parse_prompt(struct tl_options *o, const char *text, struct tl_err *err)
{
	static const char letters[TL_NPROMPTS + 1] = "smM=hw";
	const char *which = *text ? strchr(letters, *text) : NULL;
	char **at = &o->prompt[which ? which - letters : TL_PROMPT_SHORT];
	char *copy;

	if (!err) {
		for (int i = 0; i < TL_NPROMPTS; i++) {
			free(o->prompt[i]);
			o->prompt[i] = NULL;
		}
		return true;
	}
	copy = strdup(which ? text + 1 : text);
	if (!copy)
		return tl_err_nomem(err);
	free(*at);
	*at = copy;
	return true;
}

static const char *prompt_name(const struct tl_options *o)
{
	static const char *const names[] = { "short", "medium", "long" };

	return names[o->prompt_kind];
}

static void print_prompt(const struct tl_options *o, char *out, size_t size)
{
	snprintf(out, size, "Prompt (%s): %s", prompt_name(o),
		 tl_prompt_proto(o, o->prompt_kind, false));
}

/* ---- --end-prompt: as -P, for the same three prompts; "-" for none */

static bool parse_end_prompt(struct tl_options *o, const char *text, struct tl_err *err)
{
	static const char letters[] = "smM";
	const char *which = *text ? strchr(letters, *text) : NULL;
	char **at = &o->end_prompt[which ? which - letters : TL_PROMPT_SHORT];
	char *copy = NULL;

	if (!err)
		return true;
	text += which != NULL;
	if (*text && strcmp(text, "-") != 0) {
		copy = strdup(text);
		if (!copy)
			return tl_err_nomem(err);
	}
	free(*at);
	*at = copy;
	return true;
}

static void print_end_prompt(const struct tl_options *o, char *out, size_t size)
{
	const char *text = o->end_prompt[o->prompt_kind];

	snprintf(out, size, "Print after %s prompt: %s", prompt_name(o), text ? text : "(nothing)");
}

/* ---- -p: a search to begin with */

static bool parse_pattern(struct tl_options *o, const char *text, struct tl_err *err)
{
	if (err && o->more) /* more's is a command, for every file */
		tl_options_every_command(o, text);
	else if (err && !tl_options_first_search(o, text))
		return tl_err_nomem(err);
	return true;
}

/* ---- -": one or two quotes */

static bool parse_quotes(struct tl_options *o, const char *text, struct tl_err *err)
{
	if (strlen(text) > 2)
		return tl_err_set(err, "-\" must be followed by 1 or 2 chars");
	o->quotes[0] = err ? text[0] : '"';
	o->quotes[1] = err && text[0] && text[1] ? text[1] : o->quotes[0];
	o->quotes[2] = '\0';
	return true;
}

static void print_quotes(const struct tl_options *o, char *out, size_t size)
{
	snprintf(out, size, "quotes %s", o->quotes);
}

/* ---- -D: a letter and a colour */

/* A blank ends it. */
#define COLOR_CHARS                                                                     \
	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!\"#%&'()*+,-./" \
	":;<=>?@[\\]^_`{|}~"

static bool parse_color(struct tl_options *o, const char *text, struct tl_err *err)
{
	int on = o->colors.on;

	if (err)
		return tl_colors_set(&o->colors, text, err);
	tl_colors_init(&o->colors);
	o->colors.on = on;
	return true;
}

/* It is shown, and not told. */
static void print_color(const struct tl_options *o, char *out, size_t size)
{
	*out = '\0';
}

/* ---- --rscroll */

/* A character, behind *d, *k, *s or *u where it is bold, blinks, stands out or is underlined. */
static bool parse_rscroll(struct tl_options *o, const char *text, struct tl_err *err)
{
	uint32_t flags = TL_OWN_STANDOUT;
	struct tl_char c;
	char mark[5] = ">";

	if (text[0] == '*' && text[1]) {
		flags = text[1] == 'd'   ? TL_OWN_BOLD
			: text[1] == 'k' ? TL_OWN_BLINK
			: text[1] == 's' ? TL_OWN_STANDOUT
			: text[1] == 'u' ? TL_OWN_UNDERLINE
					 : 0;
		text += 2;
	}
	if (!strcmp(text, "-")) {
		o->rscroll.text[0] = '\0';
		return true;
	}
	if (*text) {
		c = tl_char_at((const uint8_t *)text, strlen(text), TL_CHARSET_UTF8);
		if (c.width > 1)
			return tl_err_set(err, "cannot set rscroll to a wide character");
		if (c.kind != TL_CHAR_PRINT)
			return tl_err_set(err, "cannot set rscroll to a control character");
		mark[tl_char_encode(c.code, mark)] = '\0';
	}
	memcpy(o->rscroll.text, mark, sizeof(mark));
	o->rscroll.flags = flags;
	return true;
}

static void print_autosave(const struct tl_options *o, char *out, size_t size)
{
	snprintf(out, size, "Autosave actions: %s", o->autosave ? o->autosave : "-");
}

static void print_rscroll(const struct tl_options *o, char *out, size_t size)
{
	snprintf(out, size, "rscroll character is %s", o->rscroll.text[0] ? o->rscroll.text : "-");
}

/* ---- --slice: 1ms, 20us, 0.5s; without a unit: seconds */

/* ---- --intr: a character, or ^ and one */

unsigned tl_options_intr_key(const struct tl_options *o)
{
	const char *s = o->intr && *o->intr ? o->intr : "^X";

	return s[0] == '^' && s[1] ? (unsigned char)s[1] & 0x1f : (unsigned char)s[0];
}

void tl_options_print_intr(const struct tl_options *o, char *out, size_t size)
{
	unsigned key = tl_options_intr_key(o);

	if (key == 0x1b)
		snprintf(out, size, "ESC");
	else if (key < ' ' || key == 0x7f)
		snprintf(out, size, "^%c", (int)(key ^ 0x40));
	else
		snprintf(out, size, "%c", (int)key);
}

static void print_intr(const struct tl_options *o, char *out, size_t size)
{
	char key[8];

	tl_options_print_intr(o, key, sizeof(key));
	snprintf(out, size, "interrupt character is %s", key);
}

static bool parse_slice(struct tl_options *o, const char *text, struct tl_err *err)
{
	uint64_t ns = 0;

	if (*text && !tl_time_parse_width(text, &ns, err))
		return tl_err_prefix(err, "--slice: ");
	o->slice_ns = ns;
	return true;
}

static void print_slice(const struct tl_options *o, char *out, size_t size)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = { { "s", 1000000000 }, { "ms", 1000000 }, { "us", 1000 }, { "ns", 1 } };
	size_t i = 0;

	if (o->slice_ns == 0) {
		snprintf(out, size, "Time slices are a hundredth of the text's duration");
		return;
	}
	while (o->slice_ns < units[i].ns)
		i++;
	snprintf(out, size, "Time slices are %.12g%s", (double)o->slice_ns / (double)units[i].ns,
		 units[i].name);
}

/* ---- -k, --lesskey-src, --lesskey-content: read at once */

static bool parse_lesskey_file(struct tl_options *o, const char *text, struct tl_err *err)
{
	return !err || tl_keyfiles_add_compiled(text, err);
}

static bool parse_lesskey_src(struct tl_options *o, const char *text, struct tl_err *err)
{
	return !err || tl_keyfiles_add_source(text, err);
}

static bool parse_lesskey_content(struct tl_options *o, const char *text, struct tl_err *err)
{
	return !err || tl_keyfiles_add_content(text, err);
}

/* ---- -T */

static void print_tag_file(const struct tl_options *o, char *out, size_t size)
{
	snprintf(out, size, "Tags file \"%s\"", o->tag_file ? o->tag_file : "tags");
}

/* ---- the table */

#define AT(field) offsetof(struct tl_options, field)

/* Rows by kind; `says` is what option.h says it is for that kind. */
#define FLAG(l, n, k, field, init, how, text, ...)                                           \
	{                                                                                    \
		.letter = (l), .name = (n), .kind = (k), .at = AT(field), .initial = (init), \
		.flags = (how), .help = (text), .says = {                                    \
			__VA_ARGS__                                                          \
		}                                                                            \
	}
#define BOOL(l, n, field, init, how, text, ...) \
	FLAG(l, n, TL_OPT_BOOL, field, init, how, text, __VA_ARGS__)
#define TRIPLE(l, n, field, init, how, text, ...) \
	FLAG(l, n, TL_OPT_TRIPLE, field, init, how, text, __VA_ARGS__)
#define NUMBER(l, n, field, init, how, text, ...) \
	FLAG(l, n, TL_OPT_NUMBER, field, init, how, text, __VA_ARGS__)
#define BOUNDED(l, n, field, init, max, how, text, ...)                                     \
	{                                                                                   \
		.letter = (l), .name = (n), .kind = TL_OPT_NUMBER, .at = AT(field),         \
		.initial = (init), .most = (max), .flags = (how), .help = (text), .says = { \
			__VA_ARGS__                                                         \
		}                                                                           \
	}
#define STRING(l, n, field, how, text, ...) \
	FLAG(l, n, TL_OPT_STRING, field, 0, how, text, __VA_ARGS__)
#define PARSED(l, n, from, how, text, parser, printer, question)                                   \
	{                                                                                          \
		.letter = (l), .name = (n), .kind = TL_OPT_STRING, .flags = (how), .help = (text), \
		.says = { question }, .chars = (from), .parse = (parser), .print = (printer)       \
	}
/* What a decoded text is made with. */
#define CHOICE(n, field, text, question, answer) \
	STRING(0, n, field, TL_OPT_REPAINT | TL_OPT_REOPEN | TL_OPT_OWN, text, question, answer)
/* Accepted so that callers of less need not know the difference. */

/* clang-format off */
static const struct tl_option table[] = {
	TRIPLE('a', "search-skip-screen", search_from, 2, 0,
	       "search from behind the screen (-A: -j's line)",
	       "Search includes displayed screen", "Search skips displayed screen",
	       "Search includes all of displayed screen"),
	NUMBER('b', "buffers", buffers, 64, TL_OPT_IGNORED, "",
	       "Max buffer space per file (K): ", "Max buffer space per file: ", "K"),
	BOOL('B', "auto-buffers", auto_buffers, 1, TL_OPT_IGNORED, "",
	     "Don't automatically allocate buffers", "Automatically allocate buffers when needed"),
	TRIPLE('c', "clear-screen", clear_first, 0, TL_OPT_REPAINT,
	       "repaint from the top, not by scrolling",
	       "Repaint by scrolling from bottom of screen", "Repaint by painting from top of screen",
	       "Repaint by painting from top of screen"),
	BOOL('d', "dumb", dumb_ok, 0, TL_OPT_FIXED,
	     "no warning about a terminal that can do little",
	     "Assume intelligent terminal", "Assume dumb terminal"),
	PARSED('D', "color", COLOR_CHARS, TL_OPT_REPAINT | TL_OPT_NO_QUERY,
	       "colour of a kind of text: Nyb, Sk+, d12.3*",
	       parse_color, print_color, "color desc: "),
	TRIPLE('e', "quit-at-eof", quit_at_eof, 0, 0,
	       "quit when going on at the end (-E: at the end)",
	       "Don't quit at end-of-file", "Quit at end-of-file", "Quit immediately at end-of-file"),
	BOOL('f', "force", force_open, 0, 0,
	     "open also what is no regular file, or is binary",
	     "Open only regular files", "Open even non-regular files"),
	BOOL('F', "quit-if-one-screen", quit_if_one_screen, 0, 0,
	     "quit if the text fits on one screen",
	     "Don't quit if end-of-file on first screen", "Quit if end-of-file on first screen"),
	TRIPLE('g', "hilite-search", hilite, 2, TL_OPT_REPAINT,
	       "highlight the last hit only (-G: none at all)",
	       "Don't highlight search matches", "Highlight matches for previous search only",
	       "Highlight all matches for previous search pattern"),
	NUMBER('h', "max-back-scroll", back_scroll, -1, TL_OPT_IGNORED, "",
	       "Backwards scroll limit: ", "Backwards scroll limit is ", " lines"),
	TRIPLE('i', "ignore-case", icase, 0, TL_OPT_SEARCH | TL_OPT_REPAINT,
	       "small letters match both cases (-I: all do)",
	       "Case is significant in searches", "Ignore case in searches",
	       "Ignore case in searches and in patterns"),
	PARSED('j', "jump-target", "0123456789.-", 0,
	       "the screen's line where hits and marks are put",
	       parse_jump, print_jump, "Target line: "),
	BOOL('J', "status-column", status_column, 0, TL_OPT_REPAINT,
	     "show marks and hits in a column on the left",
	     "Don't display a status column", "Display a status column"),
	PARSED('k', "lesskey-file", NULL, TL_OPT_FIXED | TL_OPT_NO_QUERY, "a compiled file of key bindings",
	       parse_lesskey_file, NULL, NULL),
	BOOL('K', "quit-on-intr", quit_on_intr, 0, 0, "quit on ^C, with status 2",
	     /* less says so */ "Don't quit if end-of-file on first screen",
	     "Interrupt (ctrl-C) exits less"),
	BOOL('L', "no-lessopen", no_lessopen, 0, 0, "do not run LESSOPEN",
	     "Use the LESSOPEN filter", "Don't use the LESSOPEN filter"),
	TRIPLE('m', "long-prompt", prompt_kind, 0, TL_OPT_REPAINT,
	       "prompt with percentage (-M: with line numbers)",
	       "Short prompt", "Medium prompt", "Long prompt"),
	TRIPLE('n', "line-numbers", numbers, 1, TL_OPT_REPAINT,
	       "no line numbers (-N: show them on the left)",
	       "Don't use line numbers", "Use line numbers", "Constantly display line numbers"),
	STRING('o', "log-file", log_file, 0, "copy what a pipe brings to a file", "log file: ",
	       "Log file \"", "\""),
	STRING('O', "LOG-FILE", log_file_over, 0, "likewise, overwriting the file without asking",
	       "Log file: ", "Log file \"", "\""),
	PARSED('p', "pattern", NULL, TL_OPT_FIXED | TL_OPT_NO_QUERY,
	       "start at the first line that matches", parse_pattern, NULL, NULL),
	PARSED('P', "prompt", NULL, TL_OPT_REPAINT,
	       "set a prompt; first letter s m M = h w: which",
	       parse_prompt, print_prompt, "prompt: "),
	TRIPLE('q', "quiet|silent", quiet, 0, 0,
	       "no bell at beginning and end (-Q: never)",
	       "Ring the bell for errors AND at eof/bof", "Ring the bell for errors but not at eof/bof",
	       "Never ring the bell"),
	TRIPLE('r', "raw-control-chars", raw, 0, TL_OPT_REPAINT | TL_OPT_SEARCH,
	       "send control characters (-R: colours only)",
	       "Display control characters as ^X", "Display control characters directly (not recommended)",
	       "Display ANSI sequences directly, other control characters as ^X"),
	BOOL('s', "squeeze-blank-lines", squeeze, 0, TL_OPT_REPAINT, "show several blank lines as one",
	     "Display all blank lines", "Squeeze multiple blank lines"),
	BOOL('S', "chop-long-lines", chop, 0, TL_OPT_REPAINT, "cut long lines, do not wrap them",
	     "Fold long lines", "Chop long lines"),
	STRING('t', "tag", tag, TL_OPT_NO_QUERY, "start at a tag that ctags(1) has listed", "tag: "),
	{ .letter = 'T', .name = "tag-file", .kind = TL_OPT_STRING, .at = AT(tag_file),
	  .says = { "tags file: " }, .print = print_tag_file,
	  .help = "the file of tags, in place of \"tags\"" },
	TRIPLE('u', "underline-special", backspace, 0, TL_OPT_REPAINT | TL_OPT_SEARCH,
	       "send backspaces (-U: show them as ^H)",
	       "Display underlined text in underline mode", "Backspaces cause overstrike",
	       "Print backspace as ^H"),
	FLAG('V', "version", TL_OPT_DO, quit_now, 'V', 0, "print the version", "tless " TL_VERSION),
	TRIPLE('w', "hilite-unread", hilite_unread, 0, TL_OPT_REPAINT,
	       "mark the first unread line (-W: more often)",
	       "Don't highlight first unread line", "Highlight first unread line after forward-screen",
	       "Highlight first unread line after any forward movement"),
	PARSED('x', "tabs", "0123456789,", TL_OPT_REPAINT, "tab stops: a width, or a list of columns",
	       parse_tabs, print_tabs, "Tab stops: "),
	BOOL('X', "no-init", no_init, 0, TL_OPT_FIXED, "stay on the terminal's main screen",
	     "Send init/deinit strings to terminal", "Don't use init/deinit strings"),
	NUMBER('y', "max-forw-scroll", forw_scroll, -1, TL_OPT_IGNORED, "",
	       "Forward scroll limit: ", "Forward scroll limit is ", " lines"),
	NUMBER('z', "window", window, -1, TL_OPT_NEGATIVE, "lines of a window; -N: the screen's less N",
	       "Scroll window size: ", "Scroll window size is ", " lines"),
	PARSED('"', "quotes", NULL, 0, "the quotes of names with blanks", parse_quotes, print_quotes, "quotes: "),
	BOOL('~', "tilde", tildes, 1, TL_OPT_REPAINT, "show no ~ behind the end",
	     "Don't show tildes after end of file", "Show tildes after end of file"),
	PARSED('#', "shift", "0123456789.", 0, "columns the arrow keys shift; 0: half a screen",
	       parse_shift, print_shift, "Horizontal shift: "),
	FLAG('?', "help", TL_OPT_DO, quit_now, '?', 0, "show this help", "Use \"h\" for help"),
	CHOICE("comm", trace_comm, "recording: only threads of these names", "Names: ", "Names: "),
	CHOICE("cpu", trace_cpu, "recording: only these CPUs: 0,2-4", "CPUs: ", "CPUs: "),
	BOOL(0, "hit-count", hit_count, 0, TL_OPT_REPAINT | TL_OPT_OWN, "prompt with \"hit 3 of 1204\"",
	     "Don't count search hits", "Show the number of the search hit and of all hits"),
	STRING(0, "index-dir", index_dir, TL_OPT_FIXED | TL_OPT_OWN, "keep line indexes there, not in ~/.cache",
	       "Index directory: ", "Index directory: "),
	BOUNDED(0, "line-num-width", number_width, 7, 16, TL_OPT_REPAINT,
	       "columns that -N's numbers take at least",
	       "Line number width: ", "Line number width is ", " chars"),
	BOOL(0, "no-index", no_index, 0, TL_OPT_FIXED | TL_OPT_OWN, "neither load nor save line indexes",
	     "Use saved line indexes", "Don't use saved line indexes"),
	BOOL(0, "no-keypad", no_keypad, 0, TL_OPT_FIXED, "do not switch the terminal's keypad",
	     "Use keypad mode", "Don't use keypad mode"),
	BOOL(0, "past-eof", past_eof, 0, 0, "scroll past both ends of the text",
	     "Stop scrolling at end of file", "Don't stop scrolling at end of file"),
	BOOL(0, "raw-file", raw_file, 0, TL_OPT_REPAINT | TL_OPT_REOPEN | TL_OPT_OWN,
	     "show the bytes of a recording, not its text",
	     "Decode recordings", "Show recordings as the bytes they are"),
	PARSED(0, "rscroll", NULL, TL_OPT_REPAINT, "the mark of cut lines; - for none",
	       parse_rscroll, print_rscroll, "rscroll character: "),
	{ .name = "slice", .kind = TL_OPT_STRING, .flags = TL_OPT_OWN, .says = { "Slice width: " },
	  .parse = parse_slice, .print = print_slice,
	  .help = "; and , step by so much time: 1ms, 20us" },
	CHOICE("symfs", symfs, "recording: binaries lie below this folder", "Binaries below: ",
	       "Binaries below: "),
	CHOICE("tid", trace_tid, "recording: only these threads: 17,18", "Threads: ", "Threads: "),
	CHOICE("time", trace_time, "recording: only from A to B: A,B", "Time: ", "Time: "),
	CHOICE("trace-columns", trace_columns, "recording: columns to show, with commas",
	       "Columns: ", "Columns: "),
	CHOICE("trace-view", trace_view, "recording: calls, returns, branches, ...", "View: ",
	       "View: "),
	BOOL(0, "use-backslash", use_backslash, 0, 0,
	     "\\ quotes in values that follow: \\$ is a $",
	     "Don't use backslash escaping in command line parameters",
	     "Use backslash escaping in command line parameters"),
	BOOL(0, "wordwrap", wordwrap, 0, TL_OPT_REPAINT, "wrap long lines at blanks",
	     "Wrap lines at any character", "Wrap lines at spaces"),
	{ .name = "autosave", .kind = TL_OPT_STRING, .at = AT(autosave),
	  .says = { "Autosave actions: " }, .print = print_autosave,
	  .help = "save the history after these: m / ! or *" },
	STRING(0, "cmd", cmd, TL_OPT_FIXED | TL_OPT_NO_QUERY,
	       "commands for the first screen, unless -F quits", NULL),
	PARSED(0, "emouse", NULL, TL_OPT_REPAINT, "what the mouse does: vscroll,click,... or -",
	       tl_mouse_parse, tl_mouse_print, "Mouse features: "),
	PARSED(0, "end-prompt", NULL, TL_OPT_IGNORED, "", parse_end_prompt, print_end_prompt,
	       "Print after prompt: "),
	BOOL(0, "exit-follow-on-close", exit_follow_on_close, 0, 0, "F ends when the pipe does",
	     "Don't exit F command when input closes", "Exit F command when input closes"),
	BOOL(0, "file-size", file_size, 0, 0, "read a pipe to its end at once",
	     "Don't get size of each file", "Get size of each file"),
	BOOL(0, "follow-name", follow_name, 0, 0, "F follows the name, to the file that has it",
	     "F command follows file descriptor", "F command follows file name"),
	BOOL(0, "form-feed", form_feed, 0, TL_OPT_REPAINT, "stop scrolling at a form feed",
	     "Don't stop on form feed", "Stop on form feed"),
	PARSED(0, "header", "0123456789,-", TL_OPT_REPAINT | TL_OPT_SEARCH,
	       "L,C,N: L lines from N on, C columns stay",
	       tl_header_parse, tl_header_print, "Header lines: "),
	BOOL(0, "hilite-target", hilite_target, 0, TL_OPT_REPAINT,
	     "mark the line where jumps put things (-j)",
	     "Don't highlight target line", "Highlight target line"),
	BOOL(0, "incsearch", incsearch, 0, 0, "search while the pattern is typed",
	     "Incremental search is off", "Incremental search is on"),
	{ .name = "intr", .kind = TL_OPT_STRING, .at = AT(intr),
	  .says = { "interrupt character: " }, .print = print_intr,
	  .help = "this key ends a wait for text, as ^C does" },
	PARSED(0, "lesskey-content", NULL, TL_OPT_FIXED | TL_OPT_NO_QUERY,
	       "key bindings, as in a lesskey file, with ;", parse_lesskey_content, NULL, NULL),
	PARSED(0, "lesskey-src", NULL, TL_OPT_FIXED | TL_OPT_NO_QUERY, "a file of key bindings",
	       parse_lesskey_src, NULL, NULL),
	{ .name = "match-shift", .kind = TL_OPT_STRING, .chars = "0123456789.",
	  .says = { "Search match shift: " }, .parse = parse_match_shift, .print = print_match_shift,
	  .help = "columns before a hit shifted in" },
	NUMBER(0, "modelines", modelines, 0, 0,
	       "lines looked at for vim's tab stops",
	       "Lines to read looking for modelines: ", "Read ", " lines looking for modelines"),
	{ .name = "mouse", .kind = TL_OPT_TRIPLE, .flags = TL_OPT_REPAINT, .at = AT(mouse),
	  .says = { "" }, .print = tl_mouse_say, .changed = tl_mouse_changed,
	  .help = "the mouse scrolls and marks (--MOUSE: reversed)" },
	BOOL(0, "no-edit-warn|no-warn-edit", no_edit_warn, 0, 0,
	     "v does not warn that LESSOPEN made the text",
	     "Warn when editing a file opened via LESSOPEN", "Don't warn when editing a file opened via LESSOPEN"),
	BOOL(0, "no-histdups", no_histdups, 0, 0, "keep a line once in the history",
	     "Allow duplicates in history list", "Remove duplicates from history list"),
	BOOL(0, "no-number-headers", no_number_headers, 0, TL_OPT_REPAINT, "header lines have no line numbers",
	     "Number header lines", "Don't number header lines"),
	BOOL(0, "no-paste", no_paste, 0, TL_OPT_REPAINT, "no pasted text but in a line being typed",
	     "Accept pasted input", "Ignore pasted input"),
	BOOL(0, "no-search-header-columns", no_search_header_columns, 0, TL_OPT_REPAINT | TL_OPT_SEARCH, "searches pass over header columns",
	     "Search includes header lines and columns", "Search includes header lines but not header columns"),
	BOOL(0, "no-search-header-lines", no_search_header_lines, 0, TL_OPT_REPAINT | TL_OPT_SEARCH, "searches pass over header lines",
	     "Search includes header lines and columns", "Search includes header columns but not header lines"),
	BOOL(0, "no-search-headers", no_search_headers, 0, TL_OPT_REPAINT | TL_OPT_SEARCH, "searches pass over header lines and columns",
	     "Search includes header lines and columns", "Search does not include header lines or columns"),
	BOOL(0, "no-vbell", no_vbell, 0, 0, "do not flash the screen for a bell",
	     "Display visual bell", "Don't display visual bell"),
	BOOL(0, "old-bot", old_bot, 0, TL_OPT_IGNORED, "",
	     "Use new bottom of screen behavior", "Use old bottom of screen behavior"),
	TRIPLE(0, "proc-backspace", proc_backspace, 0, TL_OPT_REPAINT | TL_OPT_SEARCH,
	       "overstrike acts; in capitals: show ^H",
	       "Backspace handling is specified by the -U option",
	       "Display underline text in underline mode",
	       "Print backspaces as ^H"),
	TRIPLE(0, "proc-return", proc_return, 0, TL_OPT_REPAINT | TL_OPT_SEARCH,
	       "drop CR before newline; in capitals: show ^M",
	       "Carriage return handling is specified by the -U option",
	       "Delete carriage return before newline",
	       "Print carriage return as ^M"),
	TRIPLE(0, "proc-tab", proc_tab, 0, TL_OPT_REPAINT,
	       "expand tabs; in capitals: show ^I",
	       "Tab handling is specified by the -U option",
	       "Expand tabs to spaces",
	       "Print tabs as ^I"),
	BOOL(0, "redraw-on-quit", redraw_on_quit, 0, 0, "leave the last screen on the terminal",
	     "Don't redraw screen when quitting", "Redraw last screen when quitting"),
	BOOL(0, "rmouse", rmouse, 0, 0, "turn the direction of the mouse wheel around",
	     "Normal mouse scroll direction", "Reverse mouse scroll direction"),
	BOOL(0, "save-marks", save_marks, 0, 0, "keep marks in the history file",
	     "Don't save marks in history file", "Save marks in history file"),
	{ .name = "search-options", .kind = TL_OPT_STRING, .at = AT(search_options),
	  .says = { "Search options: " }, .parse = tl_searchtype_parse, .print = tl_searchtype_print,
	  .help = "search as after ^E ^W ...: EFKNRW15" },
	BOOL(0, "show-preproc-errors", show_preproc_errors, 0, 0,
	     "say if LESSOPEN's program fails",
	     "Don't show error message if preprocessor fails", "Show error message if preprocessor fails"),
	BOUNDED(0, "status-col-width", status_col_width, 2, 4, TL_OPT_REPAINT,
	       "columns of -J's column, up to 4",
	       "Status column width: ", "Status column width is ", " chars"),
	BOOL(0, "status-line", status_line, 0, TL_OPT_REPAINT, "mark lines to the screen's edge",
	     "Line highlight applies to text only", "Line highlight applies to entire width of screen"),
	BOOL(0, "use-color", colors.on, 0, TL_OPT_REPAINT, "show prompts, hits, numbers in colour",
	     "Don't use color", "Use color"),
	NUMBER(0, "wheel-lines", wheel_lines, 1, 0, "lines or columns that the mouse wheel scrolls",
	       "Lines to scroll on mouse wheel: ", "Scroll ", " line(s) on mouse wheel"),
	{ .name = NULL },
};
/* clang-format on */

const struct tl_option *tl_option_table(void)
{
	return table;
}
