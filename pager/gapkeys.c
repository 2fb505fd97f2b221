/*
 * gapkeys.c: ESC-; and ESC-, go to where something is missing from a text, :gaps lists all such lines.
 *
 * Their lines are known by what stands in them.  In a recording the decoder knows of most pieces that they
 * have none without making their text.
 */
#include "pager/commands.h"

#include "pager/gaplist.h"

#include <stdio.h>
#include <string.h>

/*
 * What tells of a gap or error: in the views of recordings, of which `spt` is as sptdecode writes; and in
 * other texts, as perf script, perf trace, ftrace, trace-cmd report and uftrace print it.  Of so few
 * alternatives PCRE2 finds the first letters at once; with those of `spt` it would take twice as long.
 */
#define IN_TEXTS                                                                   \
	"\\[gap: |instruction trace error|EVENTS DROPPED\\]|LOST (?:[0-9]+ |some " \
	"|EVENTS\\])|_LOST lost "
#define IN_RECORDINGS IN_TEXTS "|^[0-9a-f]+:[0-9a-f]+: error "

/* On workers, while the scan runs: what they look at does not change then. */
static bool is_whole(void *arg, uint64_t k)
{
	struct tl_gaps *g = arg;

	return g->ops->whole(g->decoder, k);
}

static void add_to_list(void *arg, uint64_t pos, struct tl_span line)
{
	struct tl_gaps *g = arg;

	tl_gaplist_add(g->list, pos, line);
}

/* False: it could not be started; a message says why. */
static bool start(struct tl_app *app, struct tl_scan_request *req)
{
	struct tl_gaps *g = &app->gaps;
	struct tl_err err = TL_ERR_INIT;
	const char *pattern;

	req->src = app->text.src;
	req->lines = app->opt.numbers != 0 ? app->text.lines : NULL;
	req->mailbox = app->mailbox;
	req->arg = g;
	g->ops = tl_app_decoder(app, &g->decoder);
	if (g->ops && g->ops->whole)
		req->barren = is_whole;
	pattern = g->ops ? IN_RECORDINGS : IN_TEXTS;
	tl_matcher_free(g->matcher);
	g->matcher = NULL;
	if (tl_matcher_new(pattern, strlen(pattern), 0, &g->matcher, &err) &&
	    (req->m = g->matcher, tl_scan_start(req, app->jobs, &g->scan, &err))) {
		tl_app_begin(app, TL_OP_GAP, 0, false);
		return true;
	}
	tl_app_message(app, "%s", err.msg);
	return false;
}

/* ---- going to one */

static void seek_gap(struct tl_app *app, const struct tl_number *n, bool back)
{
	struct tl_scan_request req = {
		.filter = app->text.filter,
		.backward = back,
		.from = tl_move_base(app),
		.until = back ? 0 : TL_NOPOS,
		.nth = tl_number_or(n, 1),
	};
	struct tl_layout *lay = tl_view_layout(app->text.view);

	tl_gap_cancel(app);
	if (req.from == TL_NOPOS)
		return;
	if (back ? tl_layout_line_start(lay, req.from, &req.from) != TL_FOUND
		 : tl_layout_next_line(lay, req.from, &req.from) != TL_FOUND) {
		tl_app_message(app, "No gap %s here", back ? "before" : "behind");
		return;
	}
	app->gaps.backward = back;
	start(app, &req);
}

void tl_gap_next(struct tl_app *app, const struct tl_number *n)
{
	seek_gap(app, n, false);
}

void tl_gap_previous(struct tl_app *app, const struct tl_number *n)
{
	seek_gap(app, n, true);
}

/* ---- the list */

/* All that were found are shown; not all there are where it was `stopped`. */
static void show_list(struct tl_app *app, bool stopped)
{
	struct tl_gaplist *list = app->gaps.list;
	struct tl_buf text = TL_BUF_INIT;
	size_t n = tl_gaplist_end(list);
	const char *more = stopped ? " so far" : tl_gaplist_full(list) ? " at least" : "";

	app->gaps.list = NULL;
	if (n == 0) {
		tl_app_message(app, "No gap or error in this text%s", more);
		tl_gaplist_free(list);
		return;
	}
	if (!tl_buf_printf(&text, "%zu gap%s or error%s in %s%s\n", n, n == 1 ? "" : "s",
			   n == 1 ? "" : "s", app->text.name, more) ||
	    !tl_gaplist_text(list, &text)) {
		tl_buf_fini(&text);
		tl_app_message(app, "out of memory");
		tl_gaplist_free(list);
		return;
	}
	/* Its name lives as long as the text below. */
	if (!tl_app_show_own(
		app, &text, app->text.name,
		"?e(END) .N RETURN goes to gap N\\, RETURN to the top one\\, q back")) {
		tl_gaplist_free(list);
		return;
	}
	app->gaps.listed = list;
}

static void list_done(struct tl_app *app, const char *text)
{
	struct tl_scan_request req = { .until = TL_NOPOS, .each = add_to_list };

	if (strncmp("aps", text, strlen(text)) != 0) {
		tl_app_message(app, "There is no command :g%s", text);
		return;
	}
	if (app->text.help) {
		tl_app_leave_help(app);
		return;
	}
	tl_gap_cancel(app);
	app->gaps.list = tl_gaplist_new();
	if (!app->gaps.list)
		tl_app_message(app, "out of memory");
	else if (!start(app, &req))
		tl_gap_cancel(app);
}

void tl_gap_list(struct tl_app *app, const struct tl_number *n)
{
	tl_app_ask(app, ":g", NULL, list_done);
}

/* The list's first line is a heading; that and what is not counted yet stand for the first gap. */
static size_t line_at_top(struct tl_app *app)
{
	uint64_t line, pos = tl_move_base(app);

	if (pos == TL_NOPOS || tl_lineindex_line_of(app->text.lines, pos, &line) != TL_FOUND ||
	    line == 0)
		return 0;
	return (size_t)line - 1;
}

bool tl_gap_list_shown(struct tl_app *app)
{
	return app->text.help && app->gaps.listed;
}

void tl_gap_go_to_listed(struct tl_app *app, const struct tl_number *n)
{
	struct tl_gaplist *list = app->gaps.listed;
	size_t i = n->given && n->n > 0 ? (size_t)n->n - 1 : line_at_top(app);
	uint64_t pos;

	if (i >= tl_gaplist_count(list)) {
		tl_app_edge_bell(app);
		return;
	}
	pos = tl_gaplist_pos(list, i);
	tl_app_leave_help(app);
	tl_move_jump_line(app, pos);
}

void tl_gap_list_left(struct tl_app *app)
{
	tl_gaplist_free(app->gaps.listed);
	app->gaps.listed = NULL;
}

/* ---- the operation */

static void seek_ended(struct tl_app *app, const struct tl_scan_result *r)
{
	if (r->state == TL_SCAN_HIT)
		tl_move_jump_line(app, r->pos);
	else if (r->state == TL_SCAN_MISS)
		tl_app_message(app, "No gap %s here", app->gaps.backward ? "before" : "behind");
	else if (r->state == TL_SCAN_FAILED)
		tl_app_message(app, "%s", r->err.msg);
}

void tl_gap_progress(struct tl_app *app)
{
	struct tl_scan_result r;

	if (app->op.kind != TL_OP_GAP || !app->gaps.scan)
		return;
	tl_scan_result(app->gaps.scan, &r);
	if (r.state == TL_SCAN_RUNNING)
		return;
	tl_scan_close(app->gaps.scan);
	app->gaps.scan = NULL;
	app->op.kind = TL_OP_NONE;
	tl_app_dirty(app);
	if (!app->gaps.list || r.state == TL_SCAN_FAILED) {
		seek_ended(app, &r);
		tl_gap_cancel(app);
	} else {
		show_list(app, false);
	}
}

double tl_gap_how_far(struct tl_app *app)
{
	uint64_t hits;

	return app->gaps.scan ? tl_scan_progress(app->gaps.scan, &hits) : 0;
}

void tl_gap_interrupted(struct tl_app *app)
{
	if (!app->gaps.scan || !app->gaps.list)
		return;
	tl_scan_close(app->gaps.scan);
	app->gaps.scan = NULL;
	app->op.kind = TL_OP_NONE;
	show_list(app, true);
}

void tl_gap_cancel(struct tl_app *app)
{
	tl_scan_close(app->gaps.scan);
	app->gaps.scan = NULL;
	tl_gaplist_free(app->gaps.list);
	app->gaps.list = NULL;
}

void tl_gap_fini(struct tl_app *app)
{
	tl_gap_cancel(app);
	tl_gap_list_left(app);
	tl_matcher_free(app->gaps.matcher);
}
