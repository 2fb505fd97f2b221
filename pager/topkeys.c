/*
 * topkeys.c: :top, the functions of the time slice at hand and what they cost, as a text of its own.
 *
 * An operation: first a worker tells the time of the line at hand, then all count the chunks of that
 * slice (costjob.h).
 */
#include "pager/commands.h"

#include "decoders/callrows.h"
#include "pager/costjob.h"
#include "pager/seek.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the text */

/* Microseconds, as ftrace prints durations. */
static const char *us(uint64_t ns, char out[32])
{
	snprintf(out, 32, "%" PRIu64 ".%03u", ns / 1000, (unsigned)(ns % 1000));
	return out;
}

static double percent(uint64_t part, uint64_t all)
{
	return all > 0 ? 100 * (double)part / (double)all : 0;
}

static bool put_row(struct tl_buf *out, const struct tl_callrow *r, const struct tl_callrow *all,
		    bool has_time, const char *name)
{
	char self[32], total[32];

	if (!has_time)
		return tl_buf_printf(
		    out, "%9" PRIu64 " %12" PRIu64 " %5.1f%% %12" PRIu64 " %5.1f%%  %s\n", r->calls,
		    r->insns, percent(r->insns, all->insns), r->total_insns,
		    percent(r->total_insns, all->insns), name);
	return tl_buf_printf(out, "%9" PRIu64 " %11" PRIu64 " %12s %5.1f%% %12s %5.1f%%  %s\n",
			     r->calls, r->insns, us(r->ns, self), percent(r->ns, all->ns),
			     us(r->total_ns, total), percent(r->total_ns, all->ns), name);
}

static const char heads[] =
    "    CALLS       INSNS    SELF (us)      %   TOTAL (us)      %  FUNCTION\n";
static const char heads_without_time[] =
    "    CALLS INSNS (SELF)      %  INSNS (ALL)      %  FUNCTION\n";

static bool put_rows(struct tl_buf *out, const struct tl_cost_result *r,
		     const struct tl_callrow *rows, size_t n)
{
	struct tl_callrow all = { 0 };
	char text[32];
	bool ok;

	for (size_t i = 0; i < n; i++) {
		all.calls += rows[i].calls;
		all.insns += rows[i].insns;
		all.ns += rows[i].ns;
	}
	ok = tl_buf_printf(out, "%zu function%s, %" PRIu64 " calls, %" PRIu64 " instructions", n,
			   n == 1 ? "" : "s", all.calls, all.insns);
	ok = ok && (!r->has_time || tl_buf_printf(out, ", %s us", us(all.ns, text)));
	ok = ok && (r->ngaps == 0 ||
		    tl_buf_printf(out, ", %" PRIu64 " gap%s", r->ngaps, r->ngaps == 1 ? "" : "s"));
	ok = ok && tl_buf_putc(out, '\n') &&
	     tl_buf_puts(out, r->has_time ? heads : heads_without_time);
	for (size_t i = 0; ok && i < n; i++)
		ok = put_row(out, &rows[i], &all, r->has_time,
			     tl_callnames_get(r->names, rows[i].name));
	return ok;
}

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

static void show(struct tl_app *app, const struct tl_cost_result *r)
{
	enum tl_cost_unit by = r->has_time ? TL_COST_NS : TL_COST_INSNS;
	struct tl_buf text = TL_BUF_INIT;
	struct tl_callrow *rows = NULL;
	size_t n = 0;
	bool ok = tl_callrows_make(r->tree, r->names, by, &rows, &n);

	ok = ok && put_heading(app, &text) && put_rows(&text, r, rows, n);
	free(rows);
	if (ok) { /* which takes the text */
		tl_app_show_own(app, &text, app->text.name, "?e(END) .q goes back");
		return;
	}
	tl_buf_fini(&text);
	tl_app_message(app, "out of memory");
}

/* ---- the operation */

/* The slice that holds a time; all of the text if it is not wider than a slice, or has no times. */
static void choose_slice(struct tl_app *app, uint64_t time)
{
	struct tl_top *top = &app->top;
	uint64_t first, last, width = app->opt.slice_ns;

	top->first_ns = 0;
	top->last_ns = UINT64_MAX;
	if (time == TL_DECODER_NOTIME ||
	    tl_texttimes_range(app->text.times, &first, &last) != TL_FOUND)
		return;
	if (width == 0)
		width = tl_seek_default_slice(first, last);
	if (width > last - first)
		return;
	top->first_ns = first + tl_seek_slice(first, time, width) * width;
	top->last_ns = top->first_ns + (width - 1);
}

/* The time of the line at hand is known, or that there is none. */
static void count(struct tl_app *app, uint64_t time)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_cost_count begun;
	const struct tl_decoder_ops *ops;
	void *self;

	choose_slice(app, time);
	ops = tl_app_decoder(app, &self);
	if (ops->costs(self, app->top.first_ns, app->top.last_ns, &begun, &err) &&
	    tl_costjob_start(&begun, app->jobs, app->mailbox, &app->top.job, &err))
		return;
	tl_app_end_op(app);
	tl_app_message(app, "%s", err.msg);
}

static void find_time(struct tl_app *app)
{
	struct tl_place place = { .time_ns = TL_DECODER_NOTIME };

	if (tl_time_place(app, app->top.base, &place) != TL_PENDING)
		count(app, place.time_ns);
}

void tl_top_progress(struct tl_app *app)
{
	struct tl_cost_result result;
	struct tl_err err = TL_ERR_INIT;
	enum tl_cost_state state;
	struct tl_costjob *job = app->top.job;

	if (app->op.kind != TL_OP_TOP)
		return;
	if (!job) {
		find_time(app);
		return;
	}
	state = tl_costjob_state(job, NULL, &err);
	if (state == TL_COST_RUNNING)
		return;
	app->op.kind = TL_OP_NONE;
	app->top.job = NULL;
	tl_app_dirty(app);
	if (state == TL_COST_DONE && tl_costjob_result(job, &result, &err))
		show(app, &result);
	else
		tl_app_message(app, "%s", err.msg);
	tl_costjob_close(job);
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
	tl_costjob_close(app->top.job);
	app->top.job = NULL;
}

bool tl_top_possible(struct tl_app *app)
{
	const struct tl_decoder_ops *ops = tl_app_decoder(app, NULL);

	return (app->text.help && app->text.prompt) || (ops && ops->costs);
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
	find_time(app);
}
