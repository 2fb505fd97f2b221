/* optiontable.c: the rows of the option table. */
#include "pager/optionvalues.h"

#include "pager/header.h"
#include "pager/mouse.h"
#include "pager/searchtype.h"

#include <stddef.h>

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
/* What the value of -D is made of: a blank ends it. */
#define COLOR_CHARS                                                                     \
	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!\"#%&'()*+,-./" \
	":;<=>?@[\\]^_`{|}~"

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
	       tl_option_parse_color, tl_option_print_color, "color desc: "),
	TRIPLE('e', "quit-at-eof", quit_at_eof, 0, 0,
	       "quit when going on at the end (-E: at the end)",
	       "Don't quit at end-of-file", "Quit at end-of-file", "Quit immediately at end-of-file"),
	BOOL('f', "force", force_open, 0, 0,
	     "open also what is no regular file, or is binary",
	     "Open only regular files", "Open even non-regular files"),
	BOOL('F', "quit-if-one-screen", quit_if_one_screen, 0, 0,
	     "quit if the text fits on one screen",
	     "Don't quit if end-of-file on first screen", "Quit if end-of-file on first screen"),
	TRIPLE('g', "hilite-search", hilite, 2, TL_OPT_REPAINT | TL_OPT_AT_ONCE,
	       "highlight the last hit only (-G: none at all)",
	       "Don't highlight search matches", "Highlight matches for previous search only",
	       "Highlight all matches for previous search pattern"),
	NUMBER('h', "max-back-scroll", back_scroll, -1, TL_OPT_IGNORED, "",
	       "Backwards scroll limit: ", "Backwards scroll limit is ", " lines"),
	TRIPLE('i', "ignore-case", icase, 0, TL_OPT_REPAINT | TL_OPT_AT_ONCE | TL_OPT_SEARCH,
	       "small letters match both cases (-I: all do)",
	       "Case is significant in searches", "Ignore case in searches",
	       "Ignore case in searches and in patterns"),
	PARSED('j', "jump-target", "0123456789.-", 0,
	       "the screen's line where hits and marks are put",
	       tl_option_parse_jump, tl_option_print_jump, "Target line: "),
	BOOL('J', "status-column", status_column, 0, TL_OPT_REPAINT,
	     "show marks and hits in a column on the left",
	     "Don't display a status column", "Display a status column"),
	PARSED('k', "lesskey-file", NULL, TL_OPT_FIXED | TL_OPT_NO_QUERY, "a compiled file of key bindings",
	       tl_option_parse_lesskey_file, NULL, NULL),
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
	       "start at the first line that matches", tl_option_parse_pattern, NULL, NULL),
	PARSED('P', "prompt", NULL, TL_OPT_REPAINT,
	       "set a prompt; first letter s m M = h w: which",
	       tl_option_parse_prompt, tl_option_print_prompt, "prompt: "),
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
	  .says = { "tags file: " }, .print = tl_option_print_tag_file,
	  .help = "the file of tags, in place of \"tags\"" },
	TRIPLE('u', "underline-special", backspace, 0, TL_OPT_REPAINT | TL_OPT_AT_ONCE | TL_OPT_SEARCH,
	       "send backspaces (-U: show them as ^H)",
	       "Display underlined text in underline mode", "Backspaces cause overstrike",
	       "Print backspace as ^H"),
	FLAG('V', "version", TL_OPT_DO, quit_now, 'V', 0, "print the version", "tless " TL_VERSION),
	TRIPLE('w', "hilite-unread", hilite_unread, 0, TL_OPT_REPAINT,
	       "mark the first unread line (-W: more often)",
	       "Don't highlight first unread line", "Highlight first unread line after forward-screen",
	       "Highlight first unread line after any forward movement"),
	PARSED('x', "tabs", "0123456789,", TL_OPT_REPAINT, "tab stops: a width, or a list of columns",
	       tl_option_parse_tabs, tl_option_print_tabs, "Tab stops: "),
	BOOL('X', "no-init", no_init, 0, TL_OPT_FIXED, "stay on the terminal's main screen",
	     "Send init/deinit strings to terminal", "Don't use init/deinit strings"),
	NUMBER('y', "max-forw-scroll", forw_scroll, -1, TL_OPT_IGNORED, "",
	       "Forward scroll limit: ", "Forward scroll limit is ", " lines"),
	NUMBER('z', "window", window, -1, TL_OPT_NEGATIVE, "lines of a window; -N: the screen's less N",
	       "Scroll window size: ", "Scroll window size is ", " lines"),
	PARSED('"', "quotes", NULL, 0, "the quotes of names with blanks", tl_option_parse_quotes, tl_option_print_quotes, "quotes: "),
	BOOL('~', "tilde", tildes, 1, TL_OPT_REPAINT, "show no ~ behind the end",
	     "Don't show tildes after end of file", "Show tildes after end of file"),
	PARSED('#', "shift", "0123456789.", 0, "columns the arrow keys shift; 0: half a screen",
	       tl_option_parse_shift, tl_option_print_shift, "Horizontal shift: "),
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
	       tl_option_parse_rscroll, tl_option_print_rscroll, "rscroll character: "),
	{ .name = "slice", .kind = TL_OPT_STRING, .flags = TL_OPT_OWN, .says = { "Slice width: " },
	  .parse = tl_option_parse_slice, .print = tl_option_print_slice,
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
	  .says = { "Autosave actions: " }, .print = tl_option_print_autosave,
	  .help = "save the history after these: m / ! or *" },
	STRING(0, "cmd", cmd, TL_OPT_FIXED | TL_OPT_NO_QUERY,
	       "commands for the first screen, unless -F quits", NULL),
	PARSED(0, "emouse", NULL, TL_OPT_REPAINT, "what the mouse does: vscroll,click,... or -",
	       tl_mouse_parse, tl_mouse_print, "Mouse features: "),
	PARSED(0, "end-prompt", NULL, TL_OPT_IGNORED, "", tl_option_parse_end_prompt, tl_option_print_end_prompt,
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
	  .says = { "interrupt character: " }, .print = tl_option_print_intr,
	  .help = "this key ends a wait for text, as ^C does" },
	PARSED(0, "lesskey-content", NULL, TL_OPT_FIXED | TL_OPT_NO_QUERY,
	       "key bindings, as in a lesskey file, with ;", tl_option_parse_lesskey_content, NULL, NULL),
	PARSED(0, "lesskey-src", NULL, TL_OPT_FIXED | TL_OPT_NO_QUERY, "a file of key bindings",
	       tl_option_parse_lesskey_src, NULL, NULL),
	{ .name = "match-shift", .kind = TL_OPT_STRING, .chars = "0123456789.",
	  .says = { "Search match shift: " }, .parse = tl_option_parse_match_shift, .print = tl_option_print_match_shift,
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
	{ .name = "no-search-header-columns", .kind = TL_OPT_BOOL, .flags = TL_OPT_REPAINT | TL_OPT_AT_ONCE | TL_OPT_SEARCH, .at = AT(no_search_headers), .sets = TL_UNSEARCHED_COLS, .print = tl_option_print_unsearched, .help = "searches pass over header columns" },
	{ .name = "no-search-header-lines", .kind = TL_OPT_BOOL, .flags = TL_OPT_REPAINT | TL_OPT_AT_ONCE | TL_OPT_SEARCH, .at = AT(no_search_headers), .sets = TL_UNSEARCHED_LINES, .print = tl_option_print_unsearched, .help = "searches pass over header lines" },
	{ .name = "no-search-headers", .kind = TL_OPT_BOOL, .flags = TL_OPT_REPAINT | TL_OPT_AT_ONCE | TL_OPT_SEARCH, .at = AT(no_search_headers), .sets = TL_UNSEARCHED_LINES | TL_UNSEARCHED_COLS, .print = tl_option_print_unsearched, .help = "searches pass over header lines and columns" },
	BOOL(0, "no-vbell", no_vbell, 0, 0, "do not flash the screen for a bell",
	     "Display visual bell", "Don't display visual bell"),
	BOOL(0, "old-bot", old_bot, 0, TL_OPT_IGNORED, "",
	     "Use new bottom of screen behavior", "Use old bottom of screen behavior"),
	TRIPLE(0, "proc-backspace", proc_backspace, 0, TL_OPT_REPAINT | TL_OPT_AT_ONCE | TL_OPT_SEARCH,
	       "overstrike acts; in capitals: show ^H",
	       "Backspace handling is specified by the -U option",
	       "Display underline text in underline mode",
	       "Print backspaces as ^H"),
	TRIPLE(0, "proc-return", proc_return, 0, TL_OPT_REPAINT | TL_OPT_AT_ONCE | TL_OPT_SEARCH,
	       "drop CR before newline; in capitals: show ^M",
	       "Carriage return handling is specified by the -U option",
	       "Delete carriage return before newline",
	       "Print carriage return as ^M"),
	TRIPLE(0, "proc-tab", proc_tab, 0, TL_OPT_REPAINT | TL_OPT_AT_ONCE | TL_OPT_SEARCH,
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
