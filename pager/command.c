/* command.c: the table of commands, and how keys find their way in it. */
#include "pager/commands.h"

#include <stdlib.h>
#include <string.h>

static void repaint(struct tl_app *app, const struct tl_number *n)
{
	tl_screen_forget(app->screen);
	tl_view_refresh(app->text.view);
	app->jumped = true;
	tl_app_dirty(app);
}

static void reload(struct tl_app *app, const struct tl_number *n)
{
	uint64_t top = tl_view_pos(app->text.view, 0);

	tl_tty_flush(&app->tty);
	if (tl_app_refresh_text(app, true) != TL_SAME && top != TL_NOPOS &&
	    top > tl_source_limit(app->text.src)) {
		tl_view_jump(app->text.view, 0, 0, false);
		tl_app_message(app, "Cannot seek to that file position");
	}
	repaint(app, n);
}

/* +cmd: from now on for each file opened. */
static void every_file_done(struct tl_app *app, const char *text)
{
	tl_options_every_command(&app->opt, text);
}

static void every_file(struct tl_app *app, const struct tl_number *n)
{
	tl_app_ask(app, "+", NULL, every_file_done);
}

static void help(struct tl_app *app, const struct tl_number *n)
{
	tl_app_show_help(app);
}

static void version(struct tl_app *app, const struct tl_number *n)
{
	tl_app_message(app, "%s", tl_app_version(app));
}

static void quit(struct tl_app *app, const struct tl_number *n)
{
	if (app->text.help)
		tl_app_leave_help(app);
	else
		tl_app_quit(app, TL_EXIT_OK);
}

/* clang-format off */
static const struct tl_command table[] = {
	{ "h H", "help", help, "Display this help.", false },
	{ "q Q :q :Q ZZ", "quit", quit, "Exit (from help: back to the file).", false },
	{ "", "MOVING", NULL, NULL, false },
	{ "j e ^E ^N CR DownArrow", "forward-line", tl_move_forward_line, "Forward one line (or N lines).", true },
	{ "k y ^Y ^K ^P UpArrow", "backward-line", tl_move_backward_line, "Backward one line (or N lines).", true },
	{ "f ^F ^V SPACE PageDown", "forward-window", tl_move_forward_window, "Forward one window (or N lines).", true },
	{ "b ^B ESC-v PageUp", "backward-window", tl_move_backward_window, "Backward one window (or N lines).", true },
	{ "z", "forward-window-set", tl_move_forward_window_set, "Forward one window (and set the window to N).", true },
	{ "w", "backward-window-set", tl_move_backward_window_set, "Backward one window (and set the window to N).", true },
	{ "ESC-SPACE", "forward-window-force", tl_move_forward_window_force, "Forward one window, past the end too.", true },
	{ "ESC-b", "backward-window-force", tl_move_backward_window_force, "Backward one window, past the beginning too.", true },
	{ "d ^D", "forward-half", tl_move_forward_half, "Forward one half-window (and set it to N).", true },
	{ "u ^U", "backward-half", tl_move_backward_half, "Backward one half-window (and set it to N).", true },
	{ "J", "forward-line-force", tl_move_forward_line_force, "Forward one line, past the end too.", true },
	{ "K Y", "backward-line-force", tl_move_backward_line_force, "Backward one line, past the beginning too.", true },
	{ "ESC-j", "forward-file-line", tl_move_forward_file_line, "Forward one line of the file (or N), however long.", true },
	{ "ESC-k", "backward-file-line", tl_move_backward_file_line, "Backward one line of the file (or N).", true },
	{ "ESC-) RightArrow", "shift-right", tl_move_shift_right, "Right half a screen (or N columns).", true },
	{ "ESC-( LeftArrow", "shift-left", tl_move_shift_left, "Left half a screen (or N columns).", true },
	{ "ESC-} ^RightArrow", "shift-end", tl_move_shift_end, "Right to the end of the longest line shown.", true },
	{ "ESC-{ ^LeftArrow", "shift-home", tl_move_shift_home, "Left to the first column.", true },
	{ "F", "follow", tl_follow_on, "Show the end and what comes there; ^C ends it.", false },
	{ "ESC-F", "follow-to-match", tl_follow_to_match, "Like F, but stop when the search pattern turns up.", false },
	{ "ESC-f", "follow-with-bell", tl_follow_with_bell, "Like F, but ring when the search pattern turns up.", false },
	{ "r ^R ^L", "repaint", repaint, "Repaint the screen.", false },
	{ "R", "reload", reload, "Repaint, look at the file anew, drop typed keys.", false },
	{ "", "JUMPING", NULL, NULL, false },
	{ "g < ESC-< Home", "goto-line", tl_move_goto_line, "To the first line (or line N).", true },
	{ "G > ESC-> End", "goto-end", tl_move_goto_end, "To the last line (or line N).", true },
	{ "ESC-G", "goto-end-buffered", tl_move_goto_end_buffered, "To the end of what a pipe has brought so far.", true },
	{ "p %", "goto-percent", tl_move_goto_percent, "To the beginning (or N percent into the file).", true },
	{ "P", "goto-offset", tl_move_goto_offset, "To the line with byte N.", true },
	{ "m", "mark", tl_mark_set_top, "m<letter> marks the top line.", false },
	{ "M", "mark-bottom", tl_mark_set_bottom, "M<letter> marks the bottom line.", false },
	{ "' ^X^X", "goto-mark", tl_mark_go_to, "To a mark; '' back, '^ to the beginning, '$ the end.", false },
	{ "ESC-m", "clear-mark", tl_mark_clear, "ESC-m<letter> forgets a mark.", false },
	{ "{", "forward-bracket {}", tl_bracket_curly_forward, "From a { in the top line to its }.", false },
	{ "}", "backward-bracket {}", tl_bracket_curly_backward, "From a } in the bottom line to its {.", false },
	{ "(", "forward-bracket ()", tl_bracket_round_forward, "From a ( in the top line to its ).", false },
	{ ")", "backward-bracket ()", tl_bracket_round_backward, "From a ) in the bottom line to its (.", false },
	{ "[", "forward-bracket []", tl_bracket_square_forward, "From a [ in the top line to its ].", false },
	{ "]", "backward-bracket []", tl_bracket_square_backward, "From a ] in the bottom line to its [.", false },
	{ "ESC-^F", "forward-bracket", tl_bracket_any_forward, "The same with the two characters that follow.", false },
	{ "ESC-^B", "backward-bracket", tl_bracket_any_backward, "Likewise backward.", false },
	{ "", "TIME (recordings)", NULL, NULL, false },
	{ "@", "goto-time", tl_time_goto, "To a time: 12345.678901234, +1.5ms, -20us, 50%.", false },
	{ ";", "next-slice", tl_time_next_slice, "To the next (N-th) time slice.", false },
	{ ",", "previous-slice", tl_time_previous_slice, "To the previous (N-th) time slice.", false },
	{ ":s", "slice", tl_time_set_slice, ":slice 1ms sets the width of time slices.", false },
	{ "ESC-;", "next-gap", tl_time_next_gap, "To the next (N-th) gap or error.", false },
	{ "ESC-,", "previous-gap", tl_time_previous_gap, "To the previous (N-th) gap or error.", false },
	{ "", "SEARCHING", NULL, NULL, false },
	{ "/", "search-forward", tl_find_forward, "/pattern finds the next (N-th) matching line.", false },
	{ "?", "search-backward", tl_find_backward, "?pattern finds the previous (N-th) matching line.", false },
	{ "n", "search-again", tl_find_again, "Repeat the search (for the N-th hit).", false },
	{ "N", "search-reverse", tl_find_reverse, "Repeat it in the other direction.", false },
	{ "ESC-n", "search-again-files", tl_find_again_files, "Repeat it, on into the next files.", false },
	{ "ESC-N", "search-reverse-files", tl_find_reverse_files, "Likewise in the other direction.", false },
	{ "ESC-u", "toggle-highlight", tl_find_toggle_hilite, "Turn the highlighting of hits off or on.", false },
	{ "ESC-U", "clear-search", tl_find_clear, "Forget the search pattern.", false },
	{ "&", "filter", tl_find_filter, "&pattern: matching lines only; & alone: all again.", false },
	{ "", "FILES", NULL, NULL, false },
	{ ":e ^X^V", "examine", tl_files_examine, "Examine a file; # is the previous one.", false },
	{ ":n", "next-file", tl_files_next, "The (N-th) next file of the command line.", false },
	{ ":p", "previous-file", tl_files_previous, "The (N-th) previous file.", false },
	{ ":x", "first-file", tl_files_nth, "The first (N-th) file.", false },
	{ ":d", "remove-file", tl_files_remove, "Take the current file off the list.", false },
	{ "= ^G :f", "file-info", tl_files_info, "Name of the file, and where one is in it.", false },
	{ "", "MISCELLANEOUS", NULL, NULL, false },
	{ "-", "toggle-option", tl_optionkey_toggle, "-<letter>, --<name> change an option, -+ resets it.", false },
	{ "_", "show-option", tl_optionkey_show, "_<letter> or __<name> says how an option is set.", false },
	{ "+", "every-file", every_file, "+cmd runs the command each time a file is opened.", false },
	{ "!", "shell", tl_shell_command, "!command runs it; % is the file, # the previous one.", false },
	{ "#", "pshell", tl_shell_prompt_command, "#command runs it; %f and the like as in prompts.", false },
	{ "|", "pipe", tl_pipe_from_mark, "|<mark>command gets the text from here to the mark.", false },
	{ "||", "pipe-between", tl_pipe_between, "||<mark><mark>command: the text between two marks.", false },
	{ "s", "save", tl_shell_save, "s file saves the text.", false },
	{ "v", "edit", tl_shell_edit, "Edit the file with $VISUAL or $EDITOR.", false },
	{ "V", "version", version, "Print the version.", false },
	{ NULL, NULL, NULL, NULL, false },
};
/* clang-format on */

const struct tl_command *tl_command_table(void)
{
	return table;
}

/* ---- keys */

/* Named keys and the bytes terminals send; those terminfo gives come on top. */
static const struct {
	const char *name, *termcap, *bytes[3];
} named[] = {
	{ "SPACE", NULL, { " " } },
	{ "CR", NULL, { "\r", "\n" } },
	{ "UpArrow", "ku", { "\033[A", "\033OA" } },
	{ "DownArrow", "kd", { "\033[B", "\033OB" } },
	{ "RightArrow", "kr", { "\033[C", "\033OC" } },
	{ "LeftArrow", "kl", { "\033[D", "\033OD" } },
	{ "^RightArrow", NULL, { "\033[1;5C", "\033Oc", "\033\033[C" } },
	{ "^LeftArrow", NULL, { "\033[1;5D", "\033Od", "\033\033[D" } },
	{ "PageUp", "kP", { "\033[5~" } },
	{ "PageDown", "kN", { "\033[6~" } },
	{ "Home", "kh", { "\033[H", "\033OH", "\033[1~" } },
	{ "End", "@7", { "\033[F", "\033OF", "\033[4~" } },
};

/* Write the bytes of a key sequence like "ESC-v", ":n", "^X^V"; returns the length. */
static size_t plain_bytes(const char *token, size_t len, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len;) {
		if (len - i > 4 && !strncmp(token + i, "ESC-", 4)) {
			out[n++] = '\033';
			i += 4;
			if (len - i == 5 && !strncmp(token + i, "SPACE", 5)) {
				out[n++] = ' ';
				i += 5;
			}
		} else if (token[i] == '^' && i + 1 < len) {
			out[n++] = (char)CTRL(token[i + 1]);
			i += 2;
		} else {
			out[n++] = token[i++];
		}
	}
	return n;
}

enum fit { FIT_NOT, FIT_PREFIX, FIT_WHOLE };

static enum fit fit_bytes(const char *bytes, size_t len, const struct tl_app *app)
{
	if (app->nkeys > len || memcmp(bytes, app->keys, app->nkeys) != 0)
		return FIT_NOT;
	return app->nkeys == len ? FIT_WHOLE : FIT_PREFIX;
}

static enum fit better(enum fit a, enum fit b)
{
	return a > b ? a : b;
}

static enum fit fit_token(struct tl_app *app, const char *token, size_t len)
{
	char bytes[32];
	enum fit fit = FIT_NOT;

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		const char *sent;

		if (strlen(named[i].name) != len || strncmp(named[i].name, token, len) != 0)
			continue;
		for (int k = 0; k < 3 && named[i].bytes[k]; k++)
			fit = better(fit,
				     fit_bytes(named[i].bytes[k], strlen(named[i].bytes[k]), app));
		sent = named[i].termcap ? tl_screen_key(app->screen, named[i].termcap) : NULL;
		if (sent)
			fit = better(fit, fit_bytes(sent, strlen(sent), app));
		return fit;
	}
	if (len >= sizeof(bytes))
		return FIT_NOT;
	return fit_bytes(bytes, plain_bytes(token, len, bytes), app);
}

/* The command whose keys are what was typed; *more when it could become one. */
static const struct tl_command *find_command(struct tl_app *app, bool *more)
{
	*more = false;
	for (const struct tl_command *c = table; c->keys; c++)
		for (const char *p = c->keys; *p;) {
			size_t len = strcspn(p, " ");
			enum fit fit = len ? fit_token(app, p, len) : FIT_NOT;

			if (fit == FIT_WHOLE)
				return c;
			if (fit == FIT_PREFIX)
				*more = true;
			p += len;
			p += strspn(p, " ");
		}
	return NULL;
}

static void read_number(struct tl_app *app, struct tl_number *n)
{
	char *point = strchr(app->number_text, '.');

	memset(n, 0, sizeof(*n));
	n->given = app->number_text[0] != '\0';
	n->n = strtoull(app->number_text, NULL, 10);
	n->has_fraction = point && point[1];
	if (n->has_fraction)
		n->fraction = strtod(point, NULL);
}

static bool number_key(struct tl_app *app, unsigned key)
{
	size_t len = strlen(app->number_text);

	if (app->nkeys > 0)
		return false;
	if ((key >= '0' && key <= '9') || (key == '.' && !strchr(app->number_text, '.'))) {
		if (key == '0' && len == 0)
			app->number_text[0] = '\0';
		if (len + 1 < sizeof(app->number_text)) {
			app->number_text[len] = (char)key;
			app->number_text[len + 1] = '\0';
		}
		return true;
	}
	if (len > 0 && ((int)key == app->tty.erase || key == '\b' || key == 0x7f)) {
		app->number_text[len - 1] = '\0';
		return true;
	}
	if (len > 0 && ((int)key == app->tty.kill)) {
		app->number_text[0] = '\0';
		return true;
	}
	return false;
}

static void run(struct tl_app *app, const struct tl_command *c)
{
	struct tl_number n;

	read_number(app, &n);
	app->number_text[0] = '\0';
	app->nkeys = 0;
	tl_app_dirty(app);
	if (app->op.kind == TL_OP_SEARCH && c->moves)
		app->op.moved = true; /* the search goes on, and says where it found something */
	else
		tl_app_end_op(app);
	if (app->text.view && tl_view_empty(app->text.view))
		tl_view_start(app->text.view, !app->opt.clear_first);
	app->unread_set = false;
	c->run(app, &n);
	if (!app->unread_set && app->mode != TL_MODE_LINE && app->mode != TL_MODE_CHAR)
		tl_unread_forget(app);
}

void tl_command_key(struct tl_app *app, unsigned key)
{
	const struct tl_command *c;
	struct tl_number n;
	bool more;

	tl_app_prompt_read(app);
	if (key == TL_KEY_END_COMMAND) { /* +123 */
		read_number(app, &n);
		app->nkeys = 0;
		app->number_text[0] = '\0';
		if (n.given)
			tl_move_to_line(app, n.n > 0 ? n.n - 1 : 0);
		tl_app_dirty(app);
		return;
	}
	if (number_key(app, key)) {
		tl_app_dirty(app);
		return;
	}
	if (app->nkeys < sizeof(app->keys))
		app->keys[app->nkeys++] = (unsigned char)key;
	c = find_command(app, &more);
	if (c) {
		run(app, c);
	} else if (!more) {
		app->nkeys = 0;
		app->number_text[0] = '\0';
		tl_app_bell(app);
		tl_app_dirty(app);
	} else {
		tl_app_dirty(app);
	}
}
