/*
 * callkeys.c: o O l L x X move by the calls of a trace, from the line that jumps go to (-j).  All are
 * operations (app.h): a worker looks for the line.
 */
#include "pager/commands.h"

#include "pager/textcalls.h"

#include <string.h>

/* What is said where the text ends first. */
static const char *const edges[] = {
	[TL_TO_CALLER] = "No caller in this trace before this line",
	[TL_TO_RETURN] = "No return in this trace behind this line",
	[TL_STEP_OVER] = "No line of this thread behind this one is as deep or less",
	[TL_STEP_BACK] = "No line of this thread before this one is as deep or less",
	[TL_NEXT_ENTRY] = "No entry of this function behind this line, in this thread",
	[TL_PREVIOUS_ENTRY] = "No entry of this function before this line, in this thread",
};

static struct tl_textcalls *calls_of(struct tl_app *app, struct tl_err *err)
{
	struct tl_text *t = &app->text;

	return t->calls || tl_textcalls_open(t->src, &t->calls, err) ? t->calls : NULL;
}

/* The line to move from.  False: there is none. */
static bool base_line(struct tl_app *app, uint64_t *pos)
{
	*pos = tl_move_base(app);
	return *pos != TL_NOPOS &&
	       tl_layout_line_start(tl_view_layout(app->text.view), *pos, pos) == TL_FOUND;
}

bool tl_call_begin(struct tl_app *app, uint64_t *pos)
{
	struct tl_err err = TL_ERR_INIT;

	tl_call_cancel(app);
	if (!base_line(app, pos))
		return false;
	if (calls_of(app, &err))
		return true;
	tl_app_message(app, "%s", err.msg);
	return false;
}

/* Unseen are the lines in calls that are folded, for moves from one depth to another. */
static void start_at(struct tl_app *app, uint64_t pos, enum tl_callmove how, uint64_t nth,
		     bool unfolded)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_callnav_request req = {
		.src = app->text.src,
		.mailbox = app->mailbox,
		.move = how,
		.pos = pos,
		.nth = nth,
	};

	req.cache = tl_textcalls_cache(app->text.calls);
	if (!unfolded) {
		req.unseen = tl_textcalls_folds(app->text.calls)->ranges;
		req.nunseen = tl_textcalls_folds(app->text.calls)->n;
	}
	if (!tl_callnav_start(&req, app->jobs, &app->calls.nav, &err)) {
		tl_app_message(app, "%s", err.msg);
		return;
	}
	app->calls.move = how;
	app->calls.levels = 0;
	tl_app_begin(app, TL_OP_CALL, 0, false);
}

static void start(struct tl_app *app, enum tl_callmove how, uint64_t nth, bool unfolded)
{
	uint64_t pos;

	if (tl_call_begin(app, &pos))
		start_at(app, pos, how, nth, unfolded);
}

static void move(struct tl_app *app, const struct tl_number *n, enum tl_callmove how)
{
	start(app, how, tl_number_or(n, 1), false);
}

void tl_call_find_end(struct tl_app *app)
{
	start(app, TL_CALL_END, 1, true);
}

void tl_call_find_outer(struct tl_app *app, uint64_t pos, uint64_t n, uint64_t levels)
{
	start_at(app, pos, TL_TO_CALLER, n, true);
	app->calls.levels = levels;
}

void tl_call_caller(struct tl_app *app, const struct tl_number *n)
{
	move(app, n, TL_TO_CALLER);
}

void tl_call_return(struct tl_app *app, const struct tl_number *n)
{
	move(app, n, TL_TO_RETURN);
}

void tl_call_step_over(struct tl_app *app, const struct tl_number *n)
{
	move(app, n, TL_STEP_OVER);
}

void tl_call_step_back(struct tl_app *app, const struct tl_number *n)
{
	move(app, n, TL_STEP_BACK);
}

void tl_call_next_entry(struct tl_app *app, const struct tl_number *n)
{
	move(app, n, TL_NEXT_ENTRY);
}

void tl_call_previous_entry(struct tl_app *app, const struct tl_number *n)
{
	move(app, n, TL_PREVIOUS_ENTRY);
}

/* ---- the operation */

/* Where a call ends that is to be folded. */
static bool fold(struct tl_app *app, const struct tl_callnav_result *r)
{
	bool found = r->state == TL_CALLNAV_FOUND || r->state == TL_CALLNAV_GAP ||
		     r->state == TL_CALLNAV_EDGE;

	if (app->calls.move != TL_CALL_END)
		return false;
	if (found)
		tl_fold_found(app, r);
	else if (r->state == TL_CALLNAV_NONAME)
		tl_app_message(app, "Not known where this function was called");
	return found || r->state == TL_CALLNAV_NONAME;
}

/* Go where the move led, or as far as it came, and say why not farther. */
static void arrive(struct tl_app *app, const struct tl_callnav_result *r)
{
	bool went = r->state == TL_CALLNAV_FOUND || r->state == TL_CALLNAV_GAP ||
		    (r->state == TL_CALLNAV_EDGE && r->done > 0);

	if (app->calls.levels > 0) {
		tl_fold_levels_found(app, r, app->calls.levels);
		return;
	}
	if (fold(app, r))
		return;
	if (went) {
		tl_fold_reveal(app, r->pos);
		tl_app_set_last_mark(app); /* '' comes back, however near it is */
		tl_move_jump_line(app, r->pos);
	}
	switch (r->state) {
	case TL_CALLNAV_EDGE:
		tl_app_message(app, "%s", edges[app->calls.move]);
		break;
	case TL_CALLNAV_GAP:
		tl_app_message(app, "Something is missing here: calls are not known across it");
		break;
	case TL_CALLNAV_NOCALL:
		tl_app_message(app, "This line belongs to no thread of a trace");
		break;
	case TL_CALLNAV_NONAME:
		tl_app_message(app, "Not known which function this is");
		break;
	case TL_CALLNAV_FAILED:
		tl_app_message(app, "%s", r->err.msg);
		break;
	default:
		break;
	}
}

void tl_call_progress(struct tl_app *app)
{
	struct tl_callnav_result r;

	if (app->op.kind != TL_OP_CALL || !app->calls.nav)
		return;
	tl_callnav_result(app->calls.nav, &r);
	if (r.state == TL_CALLNAV_RUNNING)
		return;
	tl_call_cancel(app);
	app->op.kind = TL_OP_NONE;
	tl_app_dirty(app);
	arrive(app, &r);
}

double tl_call_how_far(struct tl_app *app)
{
	return app->calls.nav ? tl_callnav_progress(app->calls.nav) : 0;
}

void tl_call_cancel(struct tl_app *app)
{
	tl_callnav_close(app->calls.nav);
	app->calls.nav = NULL;
}
