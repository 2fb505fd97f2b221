/*
 * find.c: a search: the pattern becomes a matcher, a scan, and a jump.  The scan runs on the
 * workers as an operation (app.h); its end comes as a message.
 */
#include "pager/finding.h"
#include "pager/header.h"

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
	tl_filehunt_close(f->hunt);
	f->scan = f->before = NULL;
	f->hunt = NULL;
	if (running(f->count)) {
		tl_scan_close(f->count);
		f->count = NULL;
	}
}

/* The pattern, the text or the filter is another one: the count is of no use. */
void tl_find_drop_counts(struct tl_app *app)
{
	tl_find_cancel(app);
	tl_scan_close(app->find.count);
	app->find.count = NULL;
}

/* ---- patterns */

/* The same, for a search: a header may be left out. */
static bool compile_search(struct tl_app *app, const char *pattern, unsigned type,
			   struct tl_matcher **out)
{
	struct tl_skip skip;

	if (!tl_find_compile(app, pattern, type, out))
		return false;
	if (tl_header_search_skip(app, &skip))
		tl_matcher_set_skip(*out, &skip);
	return true;
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

	tl_find_drop_counts(app);
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

	if (f->pattern && compile_search(app, f->pattern, f->pattern_type, &m)) {
		set_matcher(app, m);
		show_hilite(app);
	}
}

static bool set_pattern(struct tl_app *app, const char *text, unsigned type)
{
	struct tl_find *f = &app->find;
	struct tl_matcher *m;
	char *copy;

	if (!compile_search(app, text, type, &m))
		return false;
	copy = strdup(text);
	if (!copy) {
		tl_matcher_free(m);
		return false;
	}
	set_matcher(app, m);
	free(f->pattern);
	f->pattern = copy;
	f->pattern_type = type;
	return true;
}

/* Of a pattern that was typed to be found where it does not match, less shows one match a line, also
 * when it is then searched for the other way. */
bool tl_find_set_pattern(struct tl_app *app, const char *text, unsigned type)
{
	return set_pattern(app, text, type | (type & TL_SEARCH_NON_MATCH ? TL_SEARCH_SHOW_ONE : 0));
}

void tl_find_forget_pattern(struct tl_app *app)
{
	set_matcher(app, NULL);
	free(app->find.pattern);
	app->find.pattern = NULL;
	show_hilite(app);
}

/* The last pattern again; the newest of the history if there is none. */
static bool use_last_pattern(struct tl_app *app, unsigned type)
{
	struct tl_find *f = &app->find;
	const char *last;

	if (f->pattern && !((type ^ f->pattern_type) & TL_SEARCH_LITERAL)) {
		unsigned alike = TL_SEARCH_NON_MATCH | TL_SEARCH_ALLSUBS;

		return !((type ^ f->pattern_type) & alike) ||
		       set_pattern(app, f->pattern, type | (f->pattern_type & TL_SEARCH_SHOW_ONE));
	}
	if (f->pattern) {
		tl_app_message(app, "Please re-enter search pattern");
		return false;
	}
	tl_app_load_history(app);
	last = tl_history_last(&f->history);
	if (!last) {
		tl_app_message(app, "No previous regular expression");
		return false;
	}
	if (tl_find_set_pattern(app, last, type))
		return true;
	tl_app_message(app, "Invalid pattern");
	return false;
}

/* ---- scanning */

static struct tl_scan_request request(struct tl_app *app, bool backward, uint64_t from,
				      uint64_t nth)
{
	uint64_t first = tl_header_search_from(app);

	if (!backward && from < first)
		from = first;
	return (struct tl_scan_request){
		.src = app->text.src,
		.m = app->find.matcher,
		.lines = app->opt.numbers != 0 ? app->text.lines : NULL,
		.mailbox = app->mailbox,
		.filter = app->text.filter,
		.backward = backward,
		.from = from,
		.until = backward ? first : TL_NOPOS,
		.nth = nth,
	};
}

/* Look from `from` to the text's end (backward: its beginning), or only up to `until`. */
static void start_scan(struct tl_app *app, uint64_t from, uint64_t until)
{
	struct tl_find *f = &app->find;
	bool back = f->scan_type & TL_SEARCH_BACKWARD;
	struct tl_scan_request req = request(app, back, from, f->scan_nth);
	struct tl_err err = TL_ERR_INIT;

	tl_find_cancel(app);
	f->found = TL_NOPOS;
	f->scan_from = from;
	if (until != TL_NOPOS)
		req.until = until;
	if (!tl_scan_start(&req, app->jobs, &f->scan, &err)) {
		tl_app_message(app, "%s", err.msg);
		return;
	}
	tl_app_begin(app, TL_OP_SEARCH, f->scan_nth, false);
}

void tl_find_whole_text(struct tl_app *app)
{
	start_scan(app, app->find.scan_type & TL_SEARCH_BACKWARD ? TL_NOPOS : 0, TL_NOPOS);
}

static bool shows_text(const struct tl_view *v)
{
	for (unsigned i = 0; i < tl_view_rows(v); i++)
		if (tl_view_pos(v, i) != TL_NOPOS)
			return true;
	return false;
}

/* In a long line each match is a hit: those behind what can be seen of the row (next), from there on, or
 * (backward) before it. */
static uint64_t in_long_line(struct tl_view *v, unsigned row, uint64_t pos, bool backward,
			     bool next)
{
	uint64_t start = pos, end = pos;

	if (row < tl_view_rows(v) && !tl_view_shown_part(v, row, &start, &end))
		return pos;
	return next ? end : backward ? start : pos;
}

/*
 * Where a search starts: a new one at the edge of the screen, a repeated one at the line
 * after (backward: before) the one at -j's row; -a and -A as less(1) says.  False: no text there.
 * From within a line, `within` is where, and `from` the line's start; else TL_NOPOS.
 */
static bool search_start(struct tl_app *app, bool backward, bool repeat, uint64_t *from,
			 uint64_t *within)
{
	struct tl_view *v = app->text.view;
	unsigned rows = tl_view_rows(v), row = tl_move_jump_row(app);
	bool next = !backward;
	uint64_t pos;

	*from = backward ? TL_NOPOS : 0;
	*within = TL_NOPOS;
	if (tl_view_empty(v) || !shows_text(v)) /* as in less: nothing passes a filter */
		return !(app->text.filter && repeat && !backward &&
			 tl_source_limit(app->text.src) > 0);
	if (app->opt.search_from == 1) {
		row = backward ? 0 : rows;
		next = false;
	} else if (app->opt.search_from == 2 && !repeat) {
		row = backward ? rows : 0;
		next = false;
	}
	pos = tl_view_pos(v, row);
	if (row == rows && tl_view_pos(v, rows - 1) == TL_NOPOS)
		pos = TL_NOPOS;   /* the text ends before the screen does */
	while (pos == TL_NOPOS) { /* an empty row: the nearest with text */
		if (backward ? row == 0 : row >= rows)
			break;
		row = backward ? row - 1 : row + 1;
		pos = tl_view_pos(v, row);
		next = backward; /* forward it comes after the empty one already */
	}
	if (pos == TL_NOPOS)
		return false;
	if (tl_layout_line_is_long(tl_view_layout(v), pos)) {
		*from = in_long_line(v, row, pos, backward, next);
		return true;
	}
	if (!next && tl_layout_line_start(tl_view_layout(v), pos, from) == TL_FOUND) {
		if (*from != pos)
			*within = pos;
		return true;
	}
	if (tl_layout_next_line(tl_view_layout(v), pos, from) != TL_FOUND)
		*from = backward ? TL_NOPOS : pos;
	return true;
}

/* Let hits be seen again that ESC-u has hidden. */
static void unhide_hits(struct tl_app *app)
{
	if (!app->find.hilite_off)
		return;
	app->find.hilite_off = false;
	tl_app_apply_options(app);
}

static void count_hits(struct tl_app *app, uint64_t line_pos);

static void go_to_hit(struct tl_app *app, uint64_t pos);

/* Is there a hit in a line from pos on, before `until`?  *next gets where the line ends. */
static bool hit_in_part(struct tl_app *app, uint64_t pos, uint64_t until, uint64_t *next)
{
	struct tl_buf line = TL_BUF_INIT;
	struct tl_scratch *scratch;
	struct tl_cursor cur;
	bool found = false;

	if (!tl_scratch_new(&scratch, NULL))
		return false;
	tl_cursor_init(&cur, app->text.src);
	if (tl_cursor_read_line(&cur, pos, TL_STRETCH, &line, next) == TL_FOUND) {
		size_t len = line.len < until - pos ? line.len : (size_t)(until - pos);

		found =
		    tl_matcher_line(app->find.matcher, scratch, (struct tl_span){ line.data, len });
	}
	tl_cursor_fini(&cur);
	tl_scratch_free(scratch);
	tl_buf_fini(&line);
	return found;
}

/*
 * A search that begins within a line: what is above the screen (backward: below it) does not
 * count.  True: the rest is the hit.  False: *from is where to go on.
 */
static bool search_rest(struct tl_app *app, uint64_t within, uint64_t *from)
{
	struct tl_find *f = &app->find;
	bool back = f->scan_type & TL_SEARCH_BACKWARD, hit;
	uint64_t next = *from;

	if (within == TL_NOPOS)
		return false;
	hit = back ? hit_in_part(app, *from, within, &next)
		   : hit_in_part(app, within, TL_NOPOS, &next);
	if (hit && f->scan_nth > 1) {
		f->scan_nth--;
		hit = false;
	}
	if (!hit) {
		*from = back ? *from : next;
	} else if (back) {
		go_to_hit(app, *from);
	} else { /* its row goes to -j's */
		f->last_hit = within;
		if (!(f->scan_type & TL_SEARCH_KEEP))
			tl_move_jump(app, within, tl_move_jump_row(app), true);
		count_hits(app, *from);
	}
	return hit;
}

static void missed(struct tl_app *app, uint64_t passed);

static void begin_scan(struct tl_app *app, unsigned type, bool repeat, uint64_t nth)
{
	struct tl_find *f = &app->find;
	uint64_t from, within;

	f->scan_type = type;
	f->scan_nth = nth;
	f->wrapped = false;
	f->home = f->hunt_next = SIZE_MAX;
	f->began_in = app->files.current;
	if ((type & TL_SEARCH_FIRST_FILE) && !app->text.help) {
		size_t i = type & TL_SEARCH_BACKWARD ? app->files.n - 1 : 0,
		       was = app->files.current;

		if (i != was && (!tl_app_open(app, i) || app->files.current == was))
			return;
		f->home = i != was ? was : SIZE_MAX;
		app->new_file = true;
		f->began_in = app->files.current;
		tl_find_whole_text(app);
	} else if (search_start(app, type & TL_SEARCH_BACKWARD, repeat, &from, &within)) {
		if (!search_rest(app, within, &from))
			start_scan(app, from, TL_NOPOS);
	} else if (type & TL_SEARCH_PAST_EOF) {
		missed(app, 0); /* there may be something in other files */
	} else if (!f->incremental) {
		tl_app_message(app, "Nothing to search");
	}
	show_hilite(app);
}

void tl_find_search(struct tl_app *app, const char *pattern, unsigned type, uint64_t nth)
{
	struct tl_find *f = &app->find;

	f->incremental = false;
	f->type = type & ~(unsigned)(TL_SEARCH_KEEP | TL_SEARCH_FIRST_FILE);
	if (*pattern == '\0') {
		if (!use_last_pattern(app, type))
			return;
	} else if (!tl_find_set_pattern(app, pattern, type)) {
		free(f->pattern); /* what can be seen of it stays */
		f->pattern = NULL;
		tl_app_message(app, "Invalid pattern");
		return;
	}
	tl_unread_forget(app);
	unhide_hits(app);
	begin_scan(app, type, *pattern == '\0', nth);
}

void tl_find_incremental(struct tl_app *app, const char *pattern, unsigned type)
{
	struct tl_find *f = &app->find;

	tl_app_end_op(app);
	type &= ~(unsigned)(TL_SEARCH_PAST_EOF | TL_SEARCH_FIRST_FILE);
	if (*pattern == '\0' || !tl_find_set_pattern(app, pattern, type)) {
		tl_find_forget_pattern(app);
		return;
	}
	f->incremental = true;
	unhide_hits(app);
	begin_scan(app, type, false, 1);
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

void tl_find_say_wrapped(struct tl_app *app)
{
	if (!app->find.tell_wrapped || app->mode != TL_MODE_COMMAND || app->op.kind != TL_OP_NONE)
		return;
	app->find.tell_wrapped = false;
	tl_app_message(app, app->find.scan_type & TL_SEARCH_BACKWARD
				? "Search hit top; continuing at bottom"
				: "Search hit bottom; continuing at top");
}

static void go_to_hit(struct tl_app *app, uint64_t pos)
{
	struct tl_find *f = &app->find;
	uint64_t end = tl_source_limit(app->text.src);

	if (pos >= end && end > 0) /* an empty match behind the last byte */
		pos = end - 1;
	f->last_hit = pos;
	if (f->scan_type & TL_SEARCH_KEEP)
		tl_view_refresh(app->text.view);
	else {
		tl_fold_reveal(app, pos);
		tl_move_jump(app, pos, tl_move_jump_row(app), true);
	}
	tl_find_shift_to_hit(app, pos);
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

/* Is there another place to look?  Then that goes on. */
static bool look_on(struct tl_app *app)
{
	struct tl_find *f = &app->find;
	bool back = f->scan_type & TL_SEARCH_BACKWARD;

	if ((f->scan_type & TL_SEARCH_WRAP) && !f->wrapped) {
		f->wrapped = f->tell_wrapped = true;
		start_scan(app, back ? TL_NOPOS : 0, f->scan_from);
		return true;
	}
	return tl_find_look_in_files(app);
}

/* A search that has been in other files is over, and the file is opened again. */
static void file_again(struct tl_app *app)
{
	app->new_file = app->undrawn = true;
	app->name_shown = false;
}

static void missed(struct tl_app *app, uint64_t passed)
{
	struct tl_find *f = &app->find;
	bool was_elsewhere;

	f->scan_nth -= passed < f->scan_nth ? passed : 0;
	if (look_on(app))
		return;
	if (f->incremental) {
		tl_find_forget_pattern(app);
		return;
	}
	was_elsewhere = f->home != SIZE_MAX || (f->scan_type & TL_SEARCH_FIRST_FILE);
	if (f->home < app->files.n && f->home != app->files.current)
		tl_app_open(app, f->home);
	if (!(f->scan_type & TL_SEARCH_BACKWARD))
		app->text.end_seen = true;
	tl_app_message(app, "Pattern not found: %s", f->pattern);
	if (was_elsewhere)
		app->after_message = file_again;
}

/* It goes on elsewhere: the same operation to the user. */
static void missed_here(struct tl_app *app, uint64_t passed)
{
	struct tl_op was = app->op;
	size_t file = app->files.current;

	app->op.kind = TL_OP_NONE;
	missed(app, passed);
	if (app->op.kind != TL_OP_SEARCH)
		return;
	app->op.started_ms = was.started_ms;
	app->op.seen_ms = was.seen_ms;
	app->op.burst = was.burst;
	app->op.moved = was.moved && app->files.current == file;
}

static void scan_ended(struct tl_app *app, const struct tl_scan_result *r)
{
	bool moved = app->op.moved;

	if (r->state == TL_SCAN_MISS) {
		missed_here(app, r->hits);
		return;
	}
	app->op.kind = TL_OP_NONE;
	if (r->state == TL_SCAN_FAILED)
		tl_app_message(app, "%s", r->err.msg);
	else if (r->state == TL_SCAN_HIT && moved)
		announce_hit(app, r->pos);
	else if (r->state == TL_SCAN_HIT)
		go_to_hit(app, r->pos);
}

void tl_find_progress(struct tl_app *app)
{
	struct tl_find *f = &app->find;
	struct tl_scan_result r;
	uint64_t passed;

	tl_app_dirty(app);
	if (app->op.kind != TL_OP_SEARCH)
		return;
	if (f->hunt && tl_find_hunted(app, &passed)) {
		missed_here(app, passed);
		return;
	}
	if (!f->scan)
		return;
	tl_scan_result(f->scan, &r);
	if (r.state == TL_SCAN_RUNNING)
		return;
	tl_scan_close(f->scan);
	f->scan = NULL;
	scan_ended(app, &r);
}

void tl_find_interrupted(struct tl_app *app)
{
	size_t home = app->find.home;

	if (app->op.kind != TL_OP_SEARCH || app->op.moved || home >= app->files.n ||
	    home == app->files.current)
		return;
	tl_app_end_op(app);
	tl_app_open(app, home);
	file_again(app);
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

static void again(struct tl_app *app, const struct tl_number *n, unsigned type)
{
	struct tl_find *f = &app->find;
	uint64_t pending = f->found;

	if (pending != TL_NOPOS && !((type ^ f->scan_type) & TL_SEARCH_BACKWARD)) {
		f->found = TL_NOPOS;
		go_to_hit(app, pending);
		return;
	}
	tl_find_search(app, "", type, tl_number_or(n, 1));
}

/* In the other direction once; the next n goes on as before. */
static void again_reversed(struct tl_app *app, const struct tl_number *n, unsigned modifier)
{
	unsigned type = app->find.type;

	again(app, n, (type ^ TL_SEARCH_BACKWARD) | modifier);
	app->find.type = type;
}

void tl_find_again(struct tl_app *app, const struct tl_number *n)
{
	again(app, n, app->find.type);
}

void tl_find_reverse(struct tl_app *app, const struct tl_number *n)
{
	again_reversed(app, n, 0);
}

void tl_find_again_files(struct tl_app *app, const struct tl_number *n)
{
	again(app, n, app->find.type | TL_SEARCH_PAST_EOF);
}

void tl_find_reverse_files(struct tl_app *app, const struct tl_number *n)
{
	again_reversed(app, n, TL_SEARCH_PAST_EOF);
}

void tl_find_toggle_hilite(struct tl_app *app, const struct tl_number *n)
{
	bool link = tl_links_selected(app);

	tl_links_unselect(app);
	if (!app->find.matcher) {
		if (!link)
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
	tl_links_unselect(app);
	tl_find_forget_pattern(app);
	tl_view_refresh(app->text.view);
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

/* ---- the text changes */

void tl_find_text_closing(struct tl_app *app)
{
	tl_time_text_closing(app);
	tl_call_cancel(app);
	tl_gap_cancel(app); /* it borrows the filter */
	tl_links_text_closing(app);
	tl_find_drop_counts(app);
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
	tl_filtering_text_opened(app);
	show_hilite(app);
}

void tl_find_fini(struct tl_app *app)
{
	struct tl_find *f = &app->find;

	tl_find_drop_counts(app);
	tl_matcher_free(f->matcher);
	free(f->pattern);
	tl_filtering_fini(app);
	tl_history_fini(&f->history);
}
