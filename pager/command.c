/* command.c: the table of commands, and how keys find their way in it. */
#include "pager/commands.h"

#include "pager/keyfiles.h"
#include "pager/mouse.h"
#include "pager/numberkeys.h"

#include <inttypes.h>
#include <stdio.h>
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
	if (app->text.help && app->under.src)
		tl_app_leave_help(app);
	else
		tl_app_quit(app, TL_EXIT_OK);
}

/* clang-format off */
static const struct tl_command table[] = {
	{ "h H", "help", help, "Display this help.", false },
	{ "q Q :q :Q ZZ", "quit", quit, "Exit (here: back to the file).", false },
	{ "", "MOVING", NULL, NULL, false },
	{ "j e ^E ^N CR DownArrow", "forw-line", tl_move_forward_line, "Forward one line (or N lines).", true },
	{ "k y ^Y ^K ^P UpArrow", "back-line", tl_move_backward_line, "Backward one line (or N lines).", true },
	{ "f ^F ^V SPACE PageDown", "forw-screen", tl_move_forward_window, "Forward one window (or N lines).", true },
	{ "b ^B ESC-v PageUp", "back-screen", tl_move_backward_window, "Backward one window (or N lines).", true },
	{ "z", "forw-window", tl_move_forward_window_set, "Forward one window (and set the window to N).", true },
	{ "w", "back-window", tl_move_backward_window_set, "Backward one window (and set the window to N).", true },
	{ "ESC-SPACE", "forw-screen-force", tl_move_forward_window_force, "Forward one window, past the end too.", true },
	{ "ESC-b", "back-screen-force", tl_move_backward_window_force, "Backward one window, past the beginning too.", true },
	{ "d ^D", "forw-scroll", tl_move_forward_half, "Forward one half-window (and set it to N).", true },
	{ "u ^U", "back-scroll", tl_move_backward_half, "Backward one half-window (and set it to N).", true },
	{ "J", "forw-line-force", tl_move_forward_line_force, "Forward one line, past the end too.", true },
	{ "K Y", "back-line-force", tl_move_backward_line_force, "Backward one line, past the beginning too.", true },
	{ "ESC-j", "forw-newline", tl_move_forward_file_line, "Forward one line of the file (or N), however long.", true },
	{ "ESC-k", "back-newline", tl_move_backward_file_line, "Backward one line of the file, likewise.", true },
	{ "ESC-) RightArrow", "right-scroll", tl_move_shift_right, "Right half a screen (or N columns).", true },
	{ "ESC-( LeftArrow", "left-scroll", tl_move_shift_left, "Left half a screen (or N columns).", true },
	{ "ESC-] ESC-RightArrow", "right-limit-scroll", tl_move_shift_right_limited, "Likewise, but not past the longest line.", true },
	{ "ESC-} ^RightArrow", "end-scroll", tl_move_shift_end, "Right to the end of the longest line shown.", true },
	{ "ESC-{ ^LeftArrow", "no-scroll", tl_move_shift_home, "Left to the first column.", true },
	{ "F", "forw-forever", tl_follow_on, "Show the end and what is added there; ^C ends it.", false },
	{ "ESC-F", "forw-until-hilite", tl_follow_to_match, "Like F, but stop where the pattern turns up.", false },
	{ "ESC-f", "forw-bell-hilite", tl_follow_with_bell, "Like F, but ring the bell where it turns up.", false },
	{ "r ^R ^L", "repaint", repaint, "Repaint the screen.", false },
	{ "R", "repaint-flush", reload, "Repaint, and look at the file anew.", false },
	{ "", "SEARCHING", NULL, NULL, false },
	{ "/", "forw-search", tl_find_forward, "/pattern finds the next (N-th) matching line.", false },
	{ "?", "back-search", tl_find_backward, "?pattern finds the previous (N-th) matching line.", false },
	{ "n", "repeat-search", tl_find_again, "Search again (for the N-th matching line).", false },
	{ "N", "reverse-search", tl_find_reverse, "Search again in the other direction.", false },
	{ "ESC-n", "repeat-search-all", tl_find_again_files, "Search again, on into the next files.", false },
	{ "ESC-N", "reverse-search-all", tl_find_reverse_files, "The same in the other direction.", false },
	{ "ESC-u", "undo-hilite", tl_find_toggle_hilite, "Turn the highlighting of hits off or on.", false },
	{ "ESC-U", "clear-search", tl_find_clear, "Forget the search pattern.", false },
	{ "^O^N ^On", "osc8-forw-search", tl_links_forward, "Select the next (N-th) hyperlink (OSC 8).", false },
	{ "^O^P ^Op", "osc8-back-search", tl_links_backward, "Select the previous (N-th) hyperlink.", false },
	{ "^O^L ^Ol", "osc8-jump", tl_links_jump, "Go to the hyperlink selected.", false },
	{ "^O^O ^Oo", "osc8-open", tl_links_open, "Open it, as LESS_OSC8_OPEN_scheme says.", false },
	{ "&", "filter", tl_find_filter, "&pattern shows matching lines only; & alone: all.", false },
	{ "", "JUMPING", NULL, NULL, false },
	{ "g < ESC-< Home", "goto-line", tl_move_goto_line, "To the first line (or line N).", true },
	{ "G > ESC-> End", "goto-end", tl_move_goto_end, "To the last line (or line N).", true },
	{ "ESC-G", "goto-end-buffered", tl_move_goto_end_buffered, "To the end of what a pipe has brought by now.", true },
	{ "p %", "percent", tl_move_goto_percent, "To the beginning (or N percent of the file).", true },
	{ "P", "goto-pos", tl_move_goto_offset, "To the line with byte N.", true },
	{ "m", "set-mark", tl_mark_set_top, "m<letter> marks the top line.", false },
	{ "M", "set-mark-bottom", tl_mark_set_bottom, "M<letter> marks the bottom line.", false },
	{ "' ^X^X", "goto-mark", tl_mark_go_to, "'<letter> goes to a mark; '' back, '^ '$ the ends.", false },
	{ "ESC-m", "clear-mark", tl_mark_clear, "ESC-m<letter> forgets a mark.", false },
	{ "{", "forw-bracket {}", tl_bracket_curly_forward, "From a { in the top line to its }.", false },
	{ "}", "back-bracket {}", tl_bracket_curly_backward, "From a } in the bottom line to its {.", false },
	{ "(", "forw-bracket ()", tl_bracket_round_forward, "From a ( in the top line to its ).", false },
	{ ")", "back-bracket ()", tl_bracket_round_backward, "From a ) in the bottom line to its (.", false },
	{ "[", "forw-bracket []", tl_bracket_square_forward, "From a [ in the top line to its ].", false },
	{ "]", "back-bracket []", tl_bracket_square_backward, "From a ] in the bottom line to its [.", false },
	{ "ESC-^F", "forw-bracket", tl_bracket_any_forward, "Followed by two characters: these are the brackets.", false },
	{ "ESC-^B", "back-bracket", tl_bracket_any_backward, "The same backward.", false },
	{ "", "FILES", NULL, NULL, false },
	{ ":e ^X^V E", "examine", tl_files_examine, ":e name opens a file; # is the previous one.", false },
	{ ":n", "next-file", tl_files_next, "The next (N-th next) file of the list.", false },
	{ ":p", "prev-file", tl_files_previous, "The previous (N-th previous) file.", false },
	{ ":x", "index-file", tl_files_nth, "The first (N-th) file.", false },
	{ ":d", "remove-file", tl_files_remove, "Take the current file off the list.", false },
	{ ":t", "goto-tag", tl_tag_ask, ":t name goes to a tag; :top: what functions cost.", false },
	{ "t", "next-tag", tl_tag_next, "To the next (N-th next) place of the tag.", false },
	{ "T", "prev-tag", tl_tag_previous, "To the previous (N-th previous) place of the tag.", false },
	{ "= ^G :f", "status", tl_files_info, "The name of the file, and where in it you are.", false },
	{ "", "MISCELLANEOUS", NULL, NULL, false },
	{ "-", "toggle-option", tl_optionkey_toggle, "-<letter> or --<name> changes an option.", false },
	{ "_", "display-option", tl_optionkey_show, "_<letter> or __<name> says how an option is set.", false },
	{ "+", "firstcmd", every_file, "+cmd runs the command each time a file is opened.", false },
	{ "!", "shell", tl_shell_command, "!command runs it; % is this file, # the previous.", false },
	{ "#", "pshell", tl_shell_prompt_command, "#command runs it; %f and so on as in prompts.", false },
	{ "|", "pipe", tl_pipe_from_mark, "|<mark>command gets the text up to the mark.", false },
	{ "||", "pipe-between", tl_pipe_between, "||<mark><mark>command gets what is between them.", false },
	{ "s", "save", tl_shell_save, "s name saves what came from a pipe.", false },
	{ "v", "visual", tl_shell_edit, "Edit the file with $VISUAL or $EDITOR.", false },
	{ "V", "version", version, "Print the version.", false },
	{ "", "TIME, IN TEXTS THAT TELL IT", NULL, NULL, false },
	{ "@", "goto-time", tl_time_goto, "To a time: @12345.678901234, @+1.5ms, @50%.", false },
	{ ";", "next-slice", tl_time_next_slice, "To the next (N-th) time slice.", false },
	{ ",", "previous-slice", tl_time_previous_slice, "To the previous (N-th) time slice.", false },
	{ ":s", "slice", tl_time_set_slice, ":slice 1ms sets the width of time slices.", false },
	{ "ESC-t", "time-column", tl_timecolumn_switch, "Show times since the line above, a mark, both, none.", false },
	{ "ESC-;", "next-gap", tl_gap_next, "To the next (N-th) gap or error.", false },
	{ "ESC-,", "previous-gap", tl_gap_previous, "To the previous (N-th) gap or error.", false },
	{ ":g", "list-gaps", tl_gap_list, ":gaps lists all gaps and errors; Return goes to one.", false },
	{ "", "CALLS, IN TRACES", NULL, NULL, false },
	{ "o", "goto-caller", tl_call_caller, "Back to the caller (or N up).", false },
	{ "O", "goto-return", tl_call_return, "To where the function returns (or N up).", false },
	{ "l", "step-over", tl_call_step_over, "Over a call, to the next line as deep or less.", false },
	{ "L", "step-back", tl_call_step_back, "The same backward.", false },
	{ "x", "next-entry", tl_call_next_entry, "To the next (N-th) entry of this function.", false },
	{ "X", "previous-entry", tl_call_previous_entry, "To the previous (N-th) entry of it.", false },
	{ "c", "fold-call", tl_fold_call, "Fold this call, or unfold it; 5c: five levels only.", false },
	{ "C", "unfold-all", tl_fold_none, "Unfold all calls.", false },
	{ NULL, NULL, NULL, NULL, false },
};
/* clang-format on */

const struct tl_command *tl_command_table(void)
{
	return table;
}

/* ---- keys */

/* Other names that less has for actions. */
static const struct {
	const char *alias, *name;
} aliases[] = {
	{ "display-flag", "display-option" }, { "end", "goto-end" },
	{ "first-cmd", "firstcmd" },          { "flush-repaint", "repaint-flush" },
	{ "toggle-flag", "toggle-option" },
};

static const struct tl_command *find_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (!strcmp(aliases[i].alias, name))
			name = aliases[i].name;
	for (const struct tl_command *c = table; c->keys; c++)
		if (c->run && !strcmp(c->name, name))
			return c;
	return NULL;
}

bool tl_command_known(const char *action)
{
	/* Actions that are no commands, or do nothing here. */
	static const char *const others[] = { "digit", "debug" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(others[i], action))
			return true;
	return find_by_name(action) != NULL;
}

/* Keys that do something only with what is typed behind them, in the words of lesskey(5). */
static const char built_in_keys[] = "\\e/ forw-search *\n"
				    "\\e? back-search *\n"
				    "\\kH goto-line \\e{\n"
				    "\\kI goto-line \\e{\n"
				    "\\kE goto-end \\e}\n"
				    "\\kF goto-end \\e}\n"
				    "\\kM no-scroll\n"
				    "\\kS end-scroll\n"
				    "\\k1 help\n"
				    "\\kp1 goto-end\n"
				    "\\kp2 forw-line\n"
				    "\\kp3 forw-screen\n"
				    "\\kp4 left-scroll\n"
				    "\\kp6 right-scroll\n"
				    "\\kp7 goto-line\n"
				    "\\kp8 back-line\n"
				    "\\kp9 back-screen\n"
				    "\\kp0 noaction 0\n"
				    "\\kp* noaction *\n"
				    "\\kp/ noaction /\n"
				    "\\kp- noaction -\n"
				    "\\kp+ noaction +\n"
				    "\\kp. noaction .\n"
				    "\\kp, noaction ,\n"
				    "\\kpe forw-line\n"
				    "\\e[M mouse\n"
				    "\\e[< mouse6\n";

/* Names of keys in the table, and how lesskey(5) spells them behind \k. */
static const struct {
	const char *name, *spelling;
} named[] = {
	{ "UpArrow", "u" },   { "DownArrow", "d" },    { "RightArrow", "r" },
	{ "LeftArrow", "l" }, { "^RightArrow", "^r" }, { "^LeftArrow", "^l" },
	{ "PageUp", "U" },    { "PageDown", "D" },     { "Home", "h" },
	{ "End", "e" },
};

/* The code of a named key; 0: it is none. */
static uint16_t named_key(const char *token, size_t len)
{
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		size_t used;

		if (strlen(named[i].name) == len && !strncmp(named[i].name, token, len))
			return (uint16_t)(TL_KEY_SPECIAL +
					  tl_special_find(named[i].spelling,
							  strlen(named[i].spelling), &used));
	}
	if (len == 5 && !strncmp(token, "SPACE", 5))
		return ' ';
	return len == 2 && !strncmp(token, "CR", 2) ? '\r' : 0;
}

/* The keys of a word like "ESC-v", ":n", "^X^V", "ESC-SPACE"; returns how many. */
static size_t keys_of(const char *token, size_t len, uint16_t *keys)
{
	size_t n = 0;

	while (len > 0 && n < TL_MAX_KEYS) {
		size_t used = 1;

		keys[n] = named_key(token, len);
		if (keys[n]) {
			used = len;
		} else if (len > 4 && !strncmp(token, "ESC-", 4)) {
			keys[n] = '\033';
			used = 4;
		} else if (*token == '^' && len > 1) {
			keys[n] = token[1] & 0x1f;
			used = 2;
		} else {
			keys[n] = (unsigned char)*token;
		}
		n++;
		token += used;
		len -= used;
	}
	return n;
}

static void bind_row(struct tl_keymap *map, const struct tl_command *c)
{
	uint16_t keys[TL_MAX_KEYS];

	for (const char *p = c->keys; c->run && *p;) {
		size_t len = strcspn(p, " "), n = keys_of(p, len, keys);

		tl_keymap_bind(map, keys, n, c->name, NULL);
		if (n == 1 && keys[0] == '\r') {
			keys[0] = '\n';
			tl_keymap_bind(map, keys, n, c->name, NULL);
		}
		p += len;
		p += strspn(p, " ");
	}
}

static void bind_built_in(void *map, enum tl_section section, const uint16_t *keys, size_t n,
			  const char *action, const char *extra)
{
	tl_keymap_bind(map, keys, n, action, extra);
}

static bool any_action(void *arg, enum tl_section section, const char *action)
{
	return true;
}

/* The built-in keys, and those of lesskey files before them. */
static struct tl_keymap *all_keys(struct tl_app *app)
{
	struct tl_keymap *user = tl_keyfiles_commands();
	struct tl_lesskey_sink sink = { .known = any_action, .bind = bind_built_in };

	if (!app->keymap) {
		app->keymap = sink.arg = tl_keymap_new();
		if (!app->keymap)
			return NULL;
		tl_lesskey_source(built_in_keys, sizeof(built_in_keys) - 1, "", false, &sink);
		/* The last one bound counts: of | and || it is to be the first. */
		for (size_t i = sizeof(table) / sizeof(table[0]) - 1; i-- > 0;)
			bind_row(app->keymap, &table[i]);
	}
	if (!user)
		return app->keymap;
	tl_keymap_set_base(user, app->keymap);
	return user;
}

static void run(struct tl_app *app, const struct tl_command *c)
{
	struct tl_number n;

	tl_number_take(app, &n);
	app->nkeys = 0;
	tl_app_dirty(app);
	if (app->op.kind == TL_OP_SEARCH && c->moves)
		app->op.moved = true; /* the search goes on, and says where it found something */
	else
		tl_app_end_op(app);
	if (app->text.view && tl_view_empty(app->text.view))
		tl_view_start(app->text.view, !app->opt.clear_first);
	app->unread_set = false;
	if (app->options_pending && c->moves) /* by rows as they are now */
		tl_app_show_options(app, true);
	c->run(app, &n);
	if (app->mode == TL_MODE_LINE || app->mode == TL_MODE_CHAR)
		return;
	app->target_gone = true;
	if (!app->unread_set)
		tl_unread_forget(app);
}

void tl_command_do(struct tl_app *app, const char *action, uint64_t n)
{
	const struct tl_command *c = find_by_name(action);

	snprintf(app->number_text, sizeof(app->number_text), "%" PRIu64, n);
	if (c)
		run(app, c);
}

static void forget_keys(struct tl_app *app)
{
	app->nkeys = 0;
	tl_number_forget(app);
}

/* What keys are bound to; the extra string is typed behind it. */
static void act(struct tl_app *app, const struct tl_binding *b)
{
	const struct tl_command *c = find_by_name(b->action);
	bool quits = c && c->run == quit;

	if (tl_mouse_is_action(b->action)) {
		app->nkeys = 0;
		tl_mouse_begin(b->action);
	} else if (c) {
		if (b->extra && !quits)
			tl_tty_type(&app->tty, b->extra);
		run(app, c);
		if (b->extra && quits && app->quit)
			app->status = (unsigned char)*b->extra;
	} else if (!strcmp(b->action, "noaction")) {
		forget_keys(app);
		tl_tty_type(&app->tty, b->extra ? b->extra : "");
	} else {
		forget_keys(app);
		tl_app_bell(app);
	}
}

/* +123 and -p: the end of a command that options give. */
static void end_given_command(struct tl_app *app)
{
	struct tl_number n;

	tl_number_take(app, &n);
	app->nkeys = 0;
	if (n.given)
		tl_move_to_line(app, n.n > 0 ? n.n - 1 : 0);
}

/* Return in the list of gaps. */
static void go_to_listed(struct tl_app *app)
{
	struct tl_number n;

	tl_number_take(app, &n);
	app->nkeys = 0;
	tl_gap_go_to_listed(app, &n);
}

void tl_command_key(struct tl_app *app, unsigned key)
{
	struct tl_keymap *map = all_keys(app);
	struct tl_binding b = { "invalid", NULL };
	enum tl_fit fit;
	bool digit;

	tl_app_prompt_read(app);
	tl_app_dirty(app);
	if (key == TL_KEY_END_COMMAND) {
		end_given_command(app);
		return;
	}
	if (app->nkeys == 0)
		app->nlost = 0;
	if (app->nkeys < sizeof(app->keys))
		app->keys[app->nkeys++] = (unsigned char)key;
	fit = tl_number_edit(app, app->keys, app->nkeys);
	if (fit == TL_FIT_WHOLE)
		app->nkeys = 0;
	if (fit != TL_FIT_NOT)
		return;
	fit = map ? tl_keymap_find(map, app->keys, app->nkeys, &b) : TL_FIT_NOT;
	while (fit == TL_FIT_NOT && app->nkeys > 1) { /* perhaps without the first one */
		if (app->nlost < sizeof(app->lost_keys))
			app->lost_keys[app->nlost++] = app->keys[0];
		memmove(app->keys, app->keys + 1, --app->nkeys);
		fit = map ? tl_keymap_find(map, app->keys, app->nkeys, &b) : TL_FIT_NOT;
	}
	if (fit == TL_FIT_PREFIX)
		return;
	if (!strcmp(b.action, "forw-line") && (key == '\r' || key == '\n') &&
	    tl_gap_list_shown(app)) {
		go_to_listed(app);
		return;
	}
	digit = fit == TL_FIT_NOT || !strcmp(b.action, "digit");
	if (digit && app->nlost > 0) /* a number begins anew behind what led nowhere */
		tl_number_forget(app);
	if (app->nkeys == 1 && digit && tl_number_key(app, app->keys[0]))
		app->nkeys = 0;
	else
		act(app, &b);
}
