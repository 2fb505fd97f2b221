/*
 * find.c: /, ?, n, N and &: what the user typed becomes a matcher, a scan, and a jump.
 * The scan runs on the workers as an operation (app.h); its end comes as a message.
 */
#include "pager/commands.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As much of a new line is looked at while a file is followed. */
#define NEW_LINE_MAX (UINT64_C(1) << 20)

/* No line: what a search with -g has found so far. */
#define NO_HIT (TL_NOPOS - 1)

/* ---- scans that run */

static bool running(struct tl_scan *scan)
{
	struct tl_scan_result r;

	if (!scan)
		return false;
	tl_scan_result(scan, &r);
	return r.state == TL_SCAN_RUNNING;
}

/* Stop the search, and the counts that would be in the way of the next one. */
void tl_find_cancel(struct tl_app *app)
{
	struct tl_find *f = &app->find;

	tl_scan_close(f->scan);
	tl_scan_close(f->before);
	f->scan = f->before = NULL;
	if (running(f->count)) {
		tl_scan_close(f->count);
		f->count = NULL;
	}
}

/* The pattern, the text or the filter is another one: the count is of no use. */
static void drop_counts(struct tl_app *app)
{
	tl_find_cancel(app);
	tl_scan_close(app->find.count);
	app->find.count = NULL;
}

/* ---- patterns */

static bool has_capital(const char *pattern)
{
	for (const char *p = pattern; *p; p++) {
		if (*p == '\\' && p[1])
			p++; /* \S and the like are not capitals typed for their own sake */
		else if (isupper((unsigned char)*p))
			return true;
	}
	return false;
}

/* The TL_MATCH_ flags that options ask for. */
static unsigned option_flags(struct tl_app *app, const char *pattern)
{
	unsigned flags = 0;

	if (app->opt.icase == 2 || (app->opt.icase == 1 && !has_capital(pattern)))
		flags |= TL_MATCH_ICASE;
	if (app->opt.raw == 2)
		flags |= TL_MATCH_STRIP_ESCAPES;
	if (app->opt.backspace == 0)
		flags |= TL_MATCH_OVERSTRIKE | TL_MATCH_CRLF;
	if (app->charset == TL_CHARSET_UTF8)
		flags |= TL_MATCH_UTF8;
	return flags;
}

static bool compile(struct tl_app *app, const char *pattern, unsigned flags,
		    struct tl_matcher **out)
{
	struct tl_err err = TL_ERR_INIT;

	if (tl_matcher_new(pattern, strlen(pattern), flags | option_flags(app, pattern), out, &err))
		return true;
	tl_app_message(app, "%s", err.msg);
	return false;
}

static void show_hilite(struct tl_app *app)
{
	struct tl_find *f = &app->find;
	const struct tl_matcher *m = f->matcher;

	if (!app->text.view)
		return;
	tl_view_set_hilite(app->text.view, m, app->opt.hilite == 1 ? f->last_hit : TL_NOPOS);
	tl_app_dirty(app);
}

/* The old matcher goes when no scan uses it any more. */
static void set_matcher(struct tl_app *app, struct tl_matcher *m)
{
	struct tl_find *f = &app->find;

	drop_counts(app);
	if (app->text.view)
		tl_view_set_hilite(app->text.view, NULL, TL_NOPOS);
	if (app->under.view)
		tl_view_set_hilite(app->under.view, NULL, TL_NOPOS);
	tl_matcher_free(f->matcher);
	f->matcher = m;
	f->found = TL_NOPOS;
	f->last_hit = NO_HIT;
}

void tl_find_recompile(struct tl_app *app)
{
	struct tl_find *f = &app->find;
	struct tl_matcher *m;

	if (f->pattern && compile(app, f->pattern, f->flags, &m)) {
		set_matcher(app, m);
		show_hilite(app);
	}
}

/* ---- scanning */

static struct tl_scan_request request(struct tl_app *app, bool backward, uint64_t from,
				      uint64_t nth)
{
	return (struct tl_scan_request){
		.src = app->text.src,
		.m = app->find.matcher,
		.lines = app->opt.numbers != 0 ? app->text.lines : NULL,
		.mailbox = app->mailbox,
		.filter = app->text.filter,
		.backward = backward,
		.from = from,
		.until = backward ? 0 : TL_NOPOS,
		.nth = nth,
	};
}

static void start_scan(struct tl_app *app, bool backward, uint64_t from, uint64_t nth)
{
	struct tl_find *f = &app->find;
	struct tl_scan_request req = request(app, backward, from, nth);
	struct tl_err err = TL_ERR_INIT;

	tl_find_cancel(app);
	f->found = TL_NOPOS;
	f->scan_backward = backward;
	f->scan_nth = nth;
	if (!tl_scan_start(&req, app->jobs, &f->scan, &err)) {
		tl_app_message(app, "%s", err.msg);
		return;
	}
	tl_app_begin(app, TL_OP_SEARCH, nth, false);
}

/*
 * Where a search starts: a new one at the edge of the screen, a repeated one at the line
 * after (backward: before) the one at -j's row; -a and -A as less(1) says.  False: no text there.
 */
static bool search_start(struct tl_app *app, bool backward, bool repeat, uint64_t *from)
{
	struct tl_view *v = app->text.view;
	unsigned rows = tl_view_rows(v), row = tl_move_jump_row(app);
	bool next = !backward;
	uint64_t pos;

	*from = backward ? TL_NOPOS : 0;
	if (tl_view_empty(v))
		return true;
	if (app->opt.search_from == 1) {
		row = backward ? 0 : rows;
		next = false;
	} else if (app->opt.search_from == 2 && !repeat) {
		row = backward ? rows : 0;
		next = false;
	}
	pos = tl_view_pos(v, row);
	while (pos == TL_NOPOS) { /* an empty row: the nearest with text */
		if (backward ? row == 0 : row >= rows)
			break;
		row = backward ? row - 1 : row + 1;
		pos = tl_view_pos(v, row);
		next = false; /* it comes after the empty one already */
	}
	if (pos == TL_NOPOS)
		return false;
	if (!next && tl_layout_line_start(tl_view_layout(v), pos, from) == TL_FOUND &&
	    (!backward || *from == pos))
		return true;
	/* Backward from within a line, that line is the first looked at. */
	if (tl_layout_next_line(tl_view_layout(v), pos, from) != TL_FOUND)
		*from = pos;
	return true;
}

static void search(struct tl_app *app, bool backward, bool repeat, uint64_t nth)
{
	struct tl_find *f = &app->find;
	uint64_t from;

	if (!f->matcher) {
		tl_app_message(app, "No previous regular expression");
		return;
	}
	tl_unread_forget(app);
	if (f->hilite_off) {
		f->hilite_off = false;
		tl_app_apply_options(app);
	}
	if (search_start(app, backward, repeat, &from))
		start_scan(app, backward, from, nth);
	else
		tl_app_message(app, "Nothing to search");
	show_hilite(app);
}

/* ---- how a scan ends */

static void count_hits(struct tl_app *app, uint64_t line_pos)
{
	struct tl_find *f = &app->find;
	struct tl_scan_request all = request(app, false, 0, 0), before = all;

	if (!app->opt.hit_count)
		return;
	before.until = line_pos;
	tl_scan_close(f->before);
	f->before = NULL;
	tl_scan_start(&before, app->jobs, &f->before, NULL);
	if (!f->count)
		tl_scan_start(&all, app->jobs, &f->count, NULL);
}

/*
 * With lines cut off at the edge, shift so that the match can be seen: not at all if it is on
 * the first screen of columns, else half a screen before it, but not past the line's end.
 */
static void shift_to_hit(struct tl_app *app, uint64_t pos)
{
	struct tl_layout *lay = tl_view_layout(app->text.view);
	struct tl_scratch *scratch;
	struct tl_buf line = TL_BUF_INIT;
	struct tl_cursor cur;
	uint64_t width = app->cols, next, left, right, end_col, shift = app->hshift;
	size_t start = 0, end = 0;
	bool found = false;

	if ((!app->opt.chop && app->hshift == 0) || !tl_scratch_new(&scratch, NULL))
		return;
	tl_cursor_init(&cur, app->text.src);
	if (tl_cursor_read_line(&cur, pos, TL_STRETCH, &line, &next) == TL_FOUND)
		found =
		    tl_matcher_in_line(app->find.matcher, scratch,
				       (struct tl_span){ line.data, line.len }, 0, &start, &end);
	tl_cursor_fini(&cur);
	tl_scratch_free(scratch);
	tl_buf_fini(&line);
	if (!found || tl_layout_column(lay, pos, start, &left) != TL_FOUND ||
	    tl_layout_width(lay, pos, &end_col) != TL_FOUND)
		return;
	if (tl_layout_column(lay, pos, end, &right) != TL_FOUND)
		right = end_col;
	if (right < width)
		shift = 0;
	else if (left <= shift || right >= shift + width) {
		shift = left > width / 2 ? left - width / 2 : 0;
		if (shift + width > end_col)
			shift = end_col >= width ? end_col - width + 1 : 0;
	}
	if (shift == app->hshift)
		return;
	app->hshift = shift;
	app->jumped = true;
	tl_app_apply_options(app);
}

static void go_to_hit(struct tl_app *app, uint64_t pos)
{
	struct tl_find *f = &app->find;

	f->last_hit = pos;
	if (f->keep)
		tl_view_refresh(app->text.view);
	else
		tl_move_jump_line(app, pos);
	shift_to_hit(app, pos);
	f->keep = false;
	show_hilite(app);
	count_hits(app, pos);
}

/* The search went on while the user read elsewhere: do not take the page away. */
static void announce_hit(struct tl_app *app, uint64_t pos)
{
	app->find.found = pos;
	tl_app_message(app, "Found at %d%% (n goes there)",
		       (int)(tl_source_fraction(app->text.src, pos) * 100));
}

static void missed(struct tl_app *app)
{
	struct tl_find *f = &app->find;
	bool back = f->scan_backward;

	if (f->wrap) {
		f->wrap = false;
		start_scan(app, back, back ? TL_NOPOS : 0, f->scan_nth);
		return;
	}
	if (f->all_files &&
	    (back ? app->files.current > 0 : app->files.current + 1 < app->files.n)) {
		size_t next = back ? app->files.current - 1 : app->files.current + 1;

		if (tl_app_open_near(app, next, back ? -1 : 1)) {
			start_scan(app, back, back ? TL_NOPOS : 0, f->scan_nth);
			return;
		}
	}
	f->keep = false;
	tl_app_message(app, "Pattern not found: %s", f->pattern);
}

void tl_find_progress(struct tl_app *app)
{
	struct tl_find *f = &app->find;
	struct tl_scan_result r;
	bool moved = app->op.moved;

	tl_app_dirty(app);
	if (!f->scan || app->op.kind != TL_OP_SEARCH)
		return;
	tl_scan_result(f->scan, &r);
	if (r.state == TL_SCAN_RUNNING)
		return;
	tl_scan_close(f->scan);
	f->scan = NULL;
	app->op.kind = TL_OP_NONE;
	switch (r.state) {
	case TL_SCAN_HIT:
		if (moved)
			announce_hit(app, r.line_pos);
		else
			go_to_hit(app, r.line_pos);
		break;
	case TL_SCAN_MISS:
		missed(app);
		break;
	case TL_SCAN_FAILED:
		tl_app_message(app, "%s", r.err.msg);
		break;
	default:
		break;
	}
}

bool tl_find_counting(struct tl_app *app)
{
	return running(app->find.count) || running(app->find.before);
}

void tl_find_hit_count(struct tl_app *app, char *out, size_t size)
{
	struct tl_find *f = &app->find;
	struct tl_scan_result before, all;

	*out = '\0';
	if (!f->count || !f->before)
		return;
	tl_scan_result(f->before, &before);
	tl_scan_result(f->count, &all);
	if (before.state == TL_SCAN_RUNNING || all.state == TL_SCAN_RUNNING) {
		uint64_t hits;
		double done = tl_scan_progress(f->count, &hits);

		snprintf(out, size, "%" PRIu64 " hits (%d%%)", hits, (int)(done * 100));
		return;
	}
	snprintf(out, size, "hit %" PRIu64 " of %" PRIu64, before.hits + 1, all.hits);
}

/* ---- / and ? */

static struct {
	bool backward;
	uint64_t nth;
	bool invert, literal, keep, wrap, all_files, first_file;
	bool filter;
} asked;

static void make_prompt(struct tl_app *app)
{
	snprintf(app->line.prompt, sizeof(app->line.prompt), "%s%s%s%s%s%s%s",
		 asked.invert ? "Non-match " : "", asked.first_file ? "First-file " : "",
		 asked.all_files ? "EOF-ignore " : "", asked.keep ? "Keep-pos " : "",
		 asked.literal ? "Regex-off " : "", asked.wrap ? "Wrap " : "",
		 asked.filter     ? "&/"
		 : asked.backward ? "?"
				  : "/");
}

/* Modifiers stand before the first character of the pattern. */
static bool modifier_key(struct tl_app *app, unsigned key)
{
	bool *flag = NULL;

	if (app->line.text.len > 0 || app->line.literal)
		return false;
	switch (key) {
	case CTRL('N'):
	case '!':
		flag = &asked.invert;
		break;
	case CTRL('R'):
		flag = &asked.literal;
		break;
	case CTRL('E'):
	case '*':
		flag = asked.filter ? NULL : &asked.all_files;
		break;
	case CTRL('F'):
	case '@':
		flag = asked.filter ? NULL : &asked.first_file;
		break;
	case CTRL('K'):
		flag = asked.filter ? NULL : &asked.keep;
		break;
	case CTRL('W'):
		flag = asked.filter ? NULL : &asked.wrap;
		break;
	}
	if (!flag)
		return false;
	*flag = !*flag;
	if (flag == &asked.all_files) /* a search cannot both go on and wrap */
		asked.wrap = false;
	else if (flag == &asked.wrap)
		asked.all_files = false;
	make_prompt(app);
	return true;
}

/* Take the pattern; the empty one is the last one again. */
static bool take_pattern(struct tl_app *app, const char *text, unsigned flags)
{
	struct tl_find *f = &app->find;
	struct tl_matcher *m;
	char *copy;

	if (*text == '\0') {
		if (!f->pattern) {
			tl_app_message(app, "No previous regular expression");
			return false;
		}
		return true;
	}
	if (!compile(app, text, flags, &m))
		return false;
	copy = strdup(text);
	if (!copy) {
		tl_matcher_free(m);
		return false;
	}
	set_matcher(app, m);
	free(f->pattern);
	f->pattern = copy;
	f->flags = flags;
	return true;
}

static void pattern_done(struct tl_app *app, const char *text)
{
	struct tl_find *f = &app->find;
	unsigned flags =
	    (asked.invert ? TL_MATCH_INVERT : 0) | (asked.literal ? TL_MATCH_LITERAL : 0);

	if (!take_pattern(app, text, flags))
		return;
	f->backward = asked.backward;
	f->keep = asked.keep;
	f->wrap = asked.wrap;
	f->all_files = asked.all_files;
	if (asked.first_file && !app->text.help) {
		size_t i = asked.backward ? app->files.n - 1 : 0;

		if (i != app->files.current && !tl_app_open(app, i))
			return;
		start_scan(app, asked.backward, asked.backward ? TL_NOPOS : 0, asked.nth);
		show_hilite(app);
		return;
	}
	search(app, asked.backward, *text == '\0', asked.nth);
}

static void ask_pattern(struct tl_app *app, const struct tl_number *n, bool backward)
{
	memset(&asked, 0, sizeof(asked));
	asked.backward = backward;
	asked.nth = n->given && n->n > 0 ? n->n : 1;
	tl_app_ask(app, backward ? "?" : "/", &app->find.history, pattern_done);
	app->line_key = modifier_key;
}

void tl_find_forward(struct tl_app *app, const struct tl_number *n)
{
	ask_pattern(app, n, false);
}

void tl_find_backward(struct tl_app *app, const struct tl_number *n)
{
	ask_pattern(app, n, true);
}

static void again(struct tl_app *app, const struct tl_number *n, bool backward)
{
	struct tl_find *f = &app->find;
	uint64_t pending = f->found;

	if (pending != TL_NOPOS && backward == f->scan_backward) {
		f->found = TL_NOPOS;
		go_to_hit(app, pending);
		return;
	}
	search(app, backward, true, n->given && n->n > 0 ? n->n : 1);
}

void tl_find_again(struct tl_app *app, const struct tl_number *n)
{
	app->find.wrap = app->find.all_files = false;
	again(app, n, app->find.backward);
}

void tl_find_reverse(struct tl_app *app, const struct tl_number *n)
{
	app->find.wrap = app->find.all_files = false;
	again(app, n, !app->find.backward);
}

void tl_find_again_files(struct tl_app *app, const struct tl_number *n)
{
	app->find.all_files = true;
	again(app, n, app->find.backward);
}

void tl_find_reverse_files(struct tl_app *app, const struct tl_number *n)
{
	app->find.all_files = true;
	again(app, n, !app->find.backward);
}

void tl_find_toggle_hilite(struct tl_app *app, const struct tl_number *n)
{
	if (!app->find.matcher) {
		tl_app_message(app, "No previous regular expression");
		return;
	}
	app->find.hilite_off = !app->find.hilite_off;
	tl_app_apply_options(app);
	show_hilite(app);
}

void tl_find_hilite_changed(struct tl_app *app)
{
	app->find.hilite_off = false;
	app->find.last_hit = NO_HIT;
	show_hilite(app);
}

void tl_find_clear(struct tl_app *app, const struct tl_number *n)
{
	set_matcher(app, NULL);
	free(app->find.pattern);
	app->find.pattern = NULL;
	show_hilite(app);
}

/* ---- F */

bool tl_find_in_new_text(struct tl_app *app, uint64_t *from, uint64_t end, uint64_t *hit)
{
	struct tl_cursor cur;
	struct tl_scratch *scratch;
	struct tl_buf line = TL_BUF_INIT;
	uint64_t next;
	bool found = false;

	if (!app->find.matcher || !tl_scratch_new(&scratch, NULL))
		return false;
	tl_cursor_init(&cur, app->text.src);
	while (!found && *from < end &&
	       tl_cursor_read_line(&cur, *from, NEW_LINE_MAX, &line, &next) == TL_FOUND) {
		found = tl_matcher_line(app->find.matcher, scratch,
					(struct tl_span){ line.data, line.len });
		*hit = *from;
		*from = next;
		line.len = 0;
	}
	tl_cursor_fini(&cur);
	tl_buf_fini(&line);
	tl_scratch_free(scratch);
	return found;
}

/* ---- & */

static void free_filters(struct tl_find *f)
{
	for (size_t i = 0; i < f->nfilters; i++)
		free(f->filter_patterns[i]);
	f->nfilters = 0;
}

/* Make the filter of the current text from the patterns. */
static void make_filter(struct tl_app *app)
{
	struct tl_find *f = &app->find;
	struct tl_text *t = &app->text;
	struct tl_matcher **m;
	struct tl_err err = TL_ERR_INIT;

	drop_counts(app);
	tl_view_set_filter(t->view, NULL);
	tl_filter_close(t->filter);
	t->filter = NULL;
	if (f->nfilters == 0 || t->help)
		return;
	m = calloc(f->nfilters, sizeof(*m));
	if (!m)
		return;
	for (size_t i = 0; i < f->nfilters; i++)
		if (!compile(app, f->filter_patterns[i], f->filter_flags[i], &m[i])) {
			while (i-- > 0)
				tl_matcher_free(m[i]);
			free(m);
			free_filters(f);
			return;
		}
	if (!tl_filter_new(t->src, m, f->nfilters, app->opt.numbers ? t->lines : NULL, app->jobs,
			   app->mailbox, &t->filter, &err)) {
		tl_app_message(app, "%s", err.msg);
		return;
	}
	tl_view_set_filter(t->view, t->filter);
}

static bool add_filter(struct tl_find *f, const char *text, unsigned flags)
{
	char **patterns = realloc(f->filter_patterns, (f->nfilters + 1) * sizeof(*patterns));
	unsigned *all;

	if (!patterns)
		return false;
	f->filter_patterns = patterns;
	all = realloc(f->filter_flags, (f->nfilters + 1) * sizeof(*all));
	if (!all)
		return false;
	f->filter_flags = all;
	patterns[f->nfilters] = strdup(text);
	if (!patterns[f->nfilters])
		return false;
	all[f->nfilters++] = flags;
	return true;
}

static bool shows_nothing(const struct tl_view *v)
{
	for (unsigned i = 0; i < tl_view_rows(v); i++)
		if (tl_view_pos(v, i) != TL_NOPOS)
			return false;
	return true;
}

bool tl_find_show_filtered(struct tl_app *app)
{
	enum tl_moved moved;

	if (!app->text.filter || !shows_nothing(app->text.view))
		return true;
	if (tl_view_pending(app->text.view))
		return false;
	moved = tl_view_end(app->text.view); /* all that passes is above */
	app->jumped = true;
	tl_app_dirty(app);
	return moved != TL_LATER;
}

static void filter_done(struct tl_app *app, const char *text)
{
	struct tl_find *f = &app->find;
	unsigned flags =
	    (asked.invert ? TL_MATCH_INVERT : 0) | (asked.literal ? TL_MATCH_LITERAL : 0);

	if (*text == '\0') {
		free_filters(f);
	} else {
		struct tl_matcher *probe;

		if (!compile(app, text, flags, &probe))
			return;
		tl_matcher_free(probe);
		if (!add_filter(f, text, flags)) {
			tl_app_message(app, "out of memory");
			return;
		}
	}
	make_filter(app);
	tl_view_refresh(app->text.view);
	if (!tl_find_show_filtered(app))
		tl_app_begin(app, TL_OP_FILTER, 0, false);
	app->jumped = true;
	tl_app_dirty(app);
}

void tl_find_filter(struct tl_app *app, const struct tl_number *n)
{
	if (app->text.help) {
		tl_app_bell(app);
		return;
	}
	memset(&asked, 0, sizeof(asked));
	asked.filter = true;
	tl_app_ask(app, "&/", &app->find.history, filter_done);
	app->line_key = modifier_key;
}

/* ---- the text changes */

void tl_find_text_closing(struct tl_app *app)
{
	tl_time_text_closing(app);
	drop_counts(app);
	app->find.found = TL_NOPOS;
	app->find.last_hit = NO_HIT;
	if (app->text.view) {
		tl_view_set_hilite(app->text.view, NULL, TL_NOPOS);
		tl_view_set_filter(app->text.view, NULL);
	}
	tl_filter_close(app->text.filter);
	app->text.filter = NULL;
}

void tl_find_text_opened(struct tl_app *app)
{
	if (!app->text.view)
		return;
	make_filter(app);
	show_hilite(app);
}

void tl_find_fini(struct tl_app *app)
{
	struct tl_find *f = &app->find;

	drop_counts(app);
	tl_matcher_free(f->matcher);
	free(f->pattern);
	free_filters(f);
	free(f->filter_patterns);
	free(f->filter_flags);
	tl_history_fini(&f->history);
}
