/*
 * timekeys.c: @, ;, and , move in the time of a decoded text; ESC-; and ESC-, go to where
 * something is missing from it; and what prompts tell of times.
 *
 * Jumps and gaps are operations (app.h).  For prompts the top line's place is asked of a worker,
 * too, and the prompt is drawn again when it is there.
 */
#include "pager/commands.h"

#include "base/timespec.h"
#include "pager/seek.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What stands in the lines of gaps and errors, in all views. */
#define GAP "[gap: "

static const char no_times[] = "This text has no times";

/* ---- the text's times */

/* False: it has none; a message says so. */
static bool has_times(struct tl_app *app, uint64_t *first, uint64_t *last)
{
	void *self;
	const struct tl_decoder_ops *ops = tl_app_decoder(app, &self);

	if (ops && ops->range(self, first, last))
		return true;
	tl_app_message(app, "%s", no_times);
	return false;
}

static uint64_t slice_width(struct tl_app *app, uint64_t first, uint64_t last)
{
	return app->opt.slice_ns ? app->opt.slice_ns : tl_seek_default_slice(first, last);
}

static const char *time_text(uint64_t ns, char out[32])
{
	snprintf(out, 32, "%" PRIu64 ".%09" PRIu64, ns / 1000000000, ns % 1000000000);
	return out;
}

/* The line from which moves in time are measured: the one they put others at. */
static uint64_t base(struct tl_app *app)
{
	struct tl_view *v = app->text.view;
	unsigned row = tl_move_jump_row(app), rows = tl_view_rows(v);

	for (unsigned i = row; i < rows; i++)
		if (tl_view_pos(v, i) != TL_NOPOS)
			return tl_view_pos(v, i);
	while (row-- > 0)
		if (tl_view_pos(v, row) != TL_NOPOS)
			return tl_view_pos(v, row);
	return TL_NOPOS;
}

/* ---- jumps */

static void begin(struct tl_app *app, struct tl_seek_request *req)
{
	struct tl_err err = TL_ERR_INIT;

	tl_time_cancel(app);
	req->src = app->text.src;
	req->mailbox = app->mailbox;
	req->base = base(app);
	if (req->base == TL_NOPOS) /* no line at all */
		return;
	if (tl_seek_start(req, app->jobs, &app->times.seek, &err))
		tl_app_begin(app, TL_OP_TIME, 0, false);
	else
		tl_app_message(app, "%s", err.msg);
	app->times.kind = (int)req->kind;
}

static void say_edge(struct tl_app *app)
{
	char from[32], to[32];
	uint64_t first, last;

	if (app->times.kind != TL_SEEK_WRITTEN)
		tl_app_bell(app);
	else if (has_times(app, &first, &last))
		tl_app_message(app, "The text goes from %s to %s", time_text(first, from),
			       time_text(last, to));
}

static void seek_progress(struct tl_app *app)
{
	struct tl_seek_result r;

	tl_seek_result(app->times.seek, &r);
	if (r.state == TL_SEEK_RUNNING)
		return;
	tl_seek_close(app->times.seek);
	app->times.seek = NULL;
	app->op.kind = TL_OP_NONE;
	tl_app_dirty(app);
	switch (r.state) {
	case TL_SEEK_FOUND:
		tl_move_jump_line(app, r.pos);
		break;
	case TL_SEEK_EDGE:
		say_edge(app);
		break;
	case TL_SEEK_NOTIME:
		tl_app_message(app, "%s", no_times);
		break;
	default:
		tl_app_message(app, "%s", r.err.msg);
	}
}

static void slices(struct tl_app *app, const struct tl_number *n, bool back)
{
	struct tl_seek_request req = { .kind = TL_SEEK_SLICES };
	uint64_t first, last, by = tl_number_or(n, 1);

	if (!has_times(app, &first, &last))
		return;
	if (by > INT64_MAX)
		by = INT64_MAX;
	req.nslices = back ? -(int64_t)by : (int64_t)by;
	req.slice_ns = slice_width(app, first, last);
	begin(app, &req);
}

void tl_time_next_slice(struct tl_app *app, const struct tl_number *n)
{
	slices(app, n, false);
}

void tl_time_previous_slice(struct tl_app *app, const struct tl_number *n)
{
	slices(app, n, true);
}

static void goto_done(struct tl_app *app, const char *text)
{
	struct tl_seek_request req = { .kind = TL_SEEK_WRITTEN };
	struct tl_time_ref ref = { .now = 0 };
	struct tl_err err = TL_ERR_INIT;
	uint64_t time;

	text += strspn(text, " ");
	if (*text == '\0' || !has_times(app, &ref.first, &ref.last))
		return;
	if (strlen(text) >= sizeof(req.text))
		tl_app_message(app, "This is too long for a time");
	else if (!tl_time_parse(text, &ref, &time, &err))
		tl_app_message(app, "%s", err.msg);
	else {
		strcpy(req.text, text);
		begin(app, &req);
	}
}

void tl_time_goto(struct tl_app *app, const struct tl_number *n)
{
	uint64_t first, last;

	if (has_times(app, &first, &last))
		tl_app_ask(app, "Time: ", &app->times.history, goto_done);
}

/* :s, behind which one may type the rest of the word. */
static void width_done(struct tl_app *app, const char *text)
{
	bool upper;
	enum tl_opt_found how;
	const struct tl_option *opt = tl_option_by_name("slice", 5, &upper, &how);
	struct tl_err err = TL_ERR_INIT;
	char say[128];

	if (!strncmp(text, "lice", 4))
		text += 4;
	text += strspn(text, " =");
	if (!tl_option_change(&app->opt, opt, false, TL_OPT_TOGGLE, text, say, sizeof(say), &err))
		tl_app_message(app, "%s", err.msg);
	else if (*text == '\0')
		tl_app_message(app, "%s", say);
}

void tl_time_set_slice(struct tl_app *app, const struct tl_number *n)
{
	tl_app_ask(app, ":s", NULL, width_done);
}

/* ---- gaps */

static void gap_progress(struct tl_app *app)
{
	struct tl_scan_result r;

	tl_scan_result(app->times.scan, &r);
	if (r.state == TL_SCAN_RUNNING)
		return;
	tl_scan_close(app->times.scan);
	app->times.scan = NULL;
	app->op.kind = TL_OP_NONE;
	tl_app_dirty(app);
	if (r.state == TL_SCAN_HIT)
		tl_move_jump_line(app, r.pos);
	else if (r.state == TL_SCAN_MISS)
		tl_app_message(app, "No gap %s here", app->times.backward ? "before" : "behind");
	else if (r.state == TL_SCAN_FAILED)
		tl_app_message(app, "%s", r.err.msg);
}

static void seek_gap(struct tl_app *app, const struct tl_number *n, bool back)
{
	struct tl_times *t = &app->times;
	struct tl_scan_request req = {
		.src = app->text.src,
		.lines = app->opt.numbers != 0 ? app->text.lines : NULL,
		.mailbox = app->mailbox,
		.filter = app->text.filter,
		.backward = back,
		.from = base(app),
		.until = back ? 0 : TL_NOPOS,
		.nth = tl_number_or(n, 1),
	};
	struct tl_layout *lay = tl_view_layout(app->text.view);
	struct tl_err err = TL_ERR_INIT;

	tl_time_cancel(app);
	if (req.from == TL_NOPOS)
		return;
	if (back ? tl_layout_line_start(lay, req.from, &req.from) != TL_FOUND
		 : tl_layout_next_line(lay, req.from, &req.from) != TL_FOUND) {
		tl_app_message(app, "No gap %s here", back ? "before" : "behind");
		return;
	}
	t->backward = back;
	if ((!t->gap && !tl_matcher_new(GAP, strlen(GAP), TL_MATCH_LITERAL, &t->gap, &err)) ||
	    (req.m = t->gap, !tl_scan_start(&req, app->jobs, &t->scan, &err))) {
		tl_app_message(app, "%s", err.msg);
		return;
	}
	tl_app_begin(app, TL_OP_GAP, 0, false);
}

void tl_time_next_gap(struct tl_app *app, const struct tl_number *n)
{
	seek_gap(app, n, false);
}

void tl_time_previous_gap(struct tl_app *app, const struct tl_number *n)
{
	seek_gap(app, n, true);
}

/* ---- operations */

void tl_time_progress(struct tl_app *app)
{
	if (app->times.asked != TL_NOPOS)
		tl_app_dirty(app); /* a prompt may have asked */
	if (app->op.kind == TL_OP_TIME && app->times.seek)
		seek_progress(app);
	else if (app->op.kind == TL_OP_GAP && app->times.scan)
		gap_progress(app);
}

double tl_time_how_far(struct tl_app *app)
{
	uint64_t hits;

	return app->times.scan ? tl_scan_progress(app->times.scan, &hits) : -1;
}

void tl_time_cancel(struct tl_app *app)
{
	tl_seek_close(app->times.seek);
	tl_scan_close(app->times.scan);
	app->times.seek = NULL;
	app->times.scan = NULL;
}

void tl_time_text_closing(struct tl_app *app)
{
	tl_time_cancel(app);
	tl_seek_close(app->times.asking);
	app->times.asking = NULL;
	app->times.asked = TL_NOPOS;
	app->times.known = false;
}

void tl_time_fini(struct tl_app *app)
{
	tl_time_text_closing(app);
	tl_matcher_free(app->times.gap);
	tl_history_fini(&app->times.history);
}

/* ---- prompts */

/* The place of the line at pos; NULL: not known yet, or nobody can tell. */
static const struct tl_place *place_of(struct tl_app *app, uint64_t pos)
{
	struct tl_times *t = &app->times;
	struct tl_seek_request req = {
		.src = app->text.src,
		.mailbox = app->mailbox,
		.kind = TL_SEEK_DESCRIBE,
		.base = pos,
	};
	struct tl_seek_result r;

	if (t->asking) {
		tl_seek_result(t->asking, &r);
		if (r.state == TL_SEEK_RUNNING)
			return t->known && t->place_pos == pos ? &t->place : NULL;
		tl_seek_close(t->asking);
		t->asking = NULL;
		t->known = r.state == TL_SEEK_FOUND;
		t->place = r.place;
		t->place_pos = t->asked;
		if (!t->known && t->asked == pos) /* not again and again */
			return NULL;
	}
	if (t->known && t->place_pos == pos)
		return &t->place;
	if (pos != TL_NOPOS && tl_seek_start(&req, app->jobs, &t->asking, NULL))
		t->asked = pos;
	return NULL;
}

static const char *gaps_text(uint64_t n, char *out, size_t size)
{
	if (n == 0)
		return NULL;
	snprintf(out, size, n == 1 ? "%" PRIu64 " gap" : "%" PRIu64 " gaps", n);
	return out;
}

const char *tl_time_fact(struct tl_app *app, char what, uint64_t pos)
{
	struct tl_times *t = &app->times;
	const struct tl_place *place;
	uint64_t first, last, time, width;
	void *self;
	const struct tl_decoder_ops *ops = tl_app_decoder(app, &self);

	if (!ops)
		return NULL;
	if (what == 'v')
		return gaps_text(ops->gaps(self), t->text, sizeof(t->text));
	place = place_of(app, pos);
	if (!place)
		return NULL;
	if (what == 'q')
		return place->queue[0] ? place->queue : NULL;
	time = place->time_ns != TL_DECODER_NOTIME ? place->time_ns : place->chunk_ns;
	if (time == TL_DECODER_NOTIME || !ops->range(self, &first, &last))
		return NULL;
	if (what == 'w')
		return time_text(time, t->text);
	width = slice_width(app, first, last);
	snprintf(t->text, sizeof(t->text), "%" PRIu64 " of %" PRIu64,
		 tl_seek_slice(first, time, width) + 1, tl_seek_slice(first, last, width) + 1);
	return t->text;
}

bool tl_time_has(struct tl_app *app, char what, uint64_t pos)
{
	const struct tl_place *place;
	uint64_t first, last;
	void *self;
	const struct tl_decoder_ops *ops = tl_app_decoder(app, &self);

	if (!ops)
		return false;
	if (what == 'v')
		return ops->gaps(self) > 0;
	if (what == 'q') {
		place = place_of(app, pos);
		return !place || place->queue[0]; /* one that comes later counts as known */
	}
	return ops->range(self, &first, &last);
}
