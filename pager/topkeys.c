/*
 * topkeys.c: :top, the functions of the time slice at hand and what they cost, as a text of its own.
 *
 * An operation: first a worker tells the time of the line at hand, then all count the chunks of that
 * slice, and one makes the text of it (costjob.h).
 */
#include "pager/commands.h"

#include "decoders/textcosts.h"
#include "pager/costjob.h"
#include "pager/seek.h"
#include "pager/textcalls.h"
#include "pager/toptable.h"
#include "text/part.h"

#include <stdlib.h>

/* ---- the text */

/* What the slice is; all of the text where it is wider. */
static bool put_heading(struct tl_app *app, struct tl_buf *out)
{
	const struct tl_top *top = &app->top;
	char from[TL_TIMETEXT_MAX], to[TL_TIMETEXT_MAX];

	if (top->last_ns == UINT64_MAX)
		return tl_buf_printf(out, "%s\n", app->text.name);
	return tl_buf_printf(out, "%s from %s to %s\n", app->text.name,
			     tl_texttimes_print(app->text.times, top->first_ns, from),
			     tl_texttimes_print(app->text.times, top->last_ns, to));
}

static bool make_table(void *arg, const struct tl_cost_result *result,
		       const struct tl_progress *progress, struct tl_err *err)
{
	return tl_toptable_put(arg, result, progress, err);
}

static void drop_table(void *arg)
{
	tl_buf_fini(arg);
	free(arg);
}

/* Takes the count, of which workers make the text. */
static bool start_job(struct tl_app *app, const struct tl_cost_count *count, struct tl_err *err)
{
	struct tl_top *top = &app->top;
	struct tl_cost_use use = { make_table, drop_table, NULL };

	top->text = calloc(1, sizeof(*top->text));
	use.arg = top->text;
	if (!top->text || !put_heading(app, top->text)) {
		count->ops->close(count->count);
		if (top->text)
			drop_table(top->text);
		return tl_err_nomem(err);
	}
	return tl_costjob_start(count, &use, app->jobs, app->mailbox, &top->job, err);
}

/* ---- the operation */

/* The slice that holds a time; all of the text if it is not wider than a slice, or has no times.  False: that
 * is not known yet. */
static bool choose_slice(struct tl_app *app, uint64_t time)
{
	struct tl_top *top = &app->top;
	uint64_t first, last, width = app->opt.slice_ns;
	enum tl_lookup found = TL_NONE;

	top->first_ns = 0;
	top->last_ns = UINT64_MAX;
	if (time != TL_DECODER_NOTIME)
		found = tl_texttimes_range(app->text.times, &first, &last);
	if (found != TL_FOUND)
		return found != TL_PENDING;
	if (width == 0)
		width = tl_seek_default_slice(first, last);
	if (width > last - first)
		return true;
	top->first_ns = first + tl_seek_slice(first, time, width) * width;
	top->last_ns = top->first_ns + (width - 1);
	return true;
}

/* How a text tells its calls that is not decoded. */
static bool find_form(struct tl_app *app, struct tl_callform *out, struct tl_err *err)
{
	struct tl_text *t = &app->text;

	return (t->calls || tl_textcalls_open(t->src, &t->calls, err)) &&
	       tl_textcalls_form(t->calls, out, err);
}

/*
 * The times to be counted: the slice, and of it what --time has left of the text.  What was left out has holes: whatever
 * ran before one did not run through it.  Gives `ranges`, room for all; how many, 0: all of the text.
 */
static size_t choose_times(struct tl_app *app, const struct tl_part_span *parts, size_t nparts,
			   struct tl_textrange *ranges)
{
	const struct tl_top *top = &app->top;
	bool all = top->last_ns == UINT64_MAX;
	size_t n = 0;

	for (size_t i = 0; nparts > 1 && i < nparts; i++) {
		uint64_t first = parts[i].first_ns, last = parts[i].last_ns;

		first = first > top->first_ns ? first : top->first_ns;
		last = last < top->last_ns ? last : top->last_ns;
		if (first <= last)
			ranges[n++] = (struct tl_textrange){ first, last };
	}
	if (n == 0 && !all)
		ranges[n++] = (struct tl_textrange){ top->first_ns, top->last_ns };
	return n;
}

static bool count_text(struct tl_app *app, struct tl_cost_count *out, struct tl_err *err)
{
	struct tl_textcosts_of of = {
		.src = app->text.src,
		.times = tl_texttimes_index(app->text.times),
	};
	size_t nparts;
	const struct tl_part_span *parts = tl_part_times(app->text.src, &nparts);
	struct tl_textrange *ranges = calloc(nparts + 1, sizeof(*ranges));
	bool ok;

	if (!ranges)
		return tl_err_nomem(err);
	of.ranges = ranges;
	of.nranges = choose_times(app, parts, nparts, ranges);
	ok = find_form(app, &of.calls, err) && tl_textcosts_open(&of, out, err);
	free(ranges);
	return ok;
}

static bool begin_count(struct tl_app *app, struct tl_cost_count *out, struct tl_err *err)
{
	const struct tl_decoder_ops *ops;
	void *self;

	ops = tl_app_decoder(app, &self);
	if (ops)
		return ops->costs(self, app->top.first_ns, app->top.last_ns, out, err);
	return count_text(app, out, err);
}

/* The slice is known. */
static void count(struct tl_app *app)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_cost_count begun;

	if (begin_count(app, &begun, &err) && start_job(app, &begun, &err))
		return;
	tl_app_end_op(app);
	tl_app_message(app, "%s", err.msg);
}

/* Where not all is known yet, a worker finds it out, and this is called again. */
static void find_slice(struct tl_app *app)
{
	struct tl_place place = { .time_ns = TL_DECODER_NOTIME };

	if (tl_time_place(app, app->top.base, &place) != TL_PENDING &&
	    choose_slice(app, place.time_ns))
		count(app);
}

void tl_top_progress(struct tl_app *app)
{
	struct tl_err err = TL_ERR_INIT;
	enum tl_cost_state state;
	struct tl_costjob *job = app->top.job;

	if (app->op.kind != TL_OP_TOP)
		return;
	if (!job) {
		find_slice(app);
		return;
	}
	state = tl_costjob_state(job, NULL, &err);
	if (state == TL_COST_RUNNING)
		return;
	app->op.kind = TL_OP_NONE;
	tl_app_dirty(app);
	if (state == TL_COST_DONE) /* which takes the text */
		tl_app_show_own(app, app->top.text, app->text.name, "?e(END) .q goes back");
	else
		tl_app_message(app, "%s", err.msg);
	tl_top_cancel(app);
}

double tl_top_how_far(struct tl_app *app)
{
	double done = 0;

	if (app->top.job)
		tl_costjob_state(app->top.job, &done, NULL);
	return done;
}

void tl_top_cancel(struct tl_app *app)
{
	tl_costjob_leave(app->top.job, &app->top.left);
	app->top.job = NULL;
}

void tl_top_text_closes(struct tl_app *app)
{
	tl_top_cancel(app);
	tl_costjob_close_all(&app->top.left);
}

bool tl_top_possible(struct tl_app *app)
{
	const struct tl_decoder_ops *ops = tl_app_decoder(app, NULL);
	struct tl_callform form;

	if (app->text.help)
		return app->text.prompt != NULL;
	return ops ? ops->costs != NULL : find_form(app, &form, NULL);
}

void tl_top_begin(struct tl_app *app)
{
	if (app->text.help) {
		tl_app_leave_help(app);
		return;
	}
	tl_top_cancel(app);
	app->top.base = tl_move_base(app);
	tl_app_begin(app, TL_OP_TOP, 0, false);
	find_slice(app);
}
