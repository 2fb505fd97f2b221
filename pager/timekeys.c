/*
 * timekeys.c: @, ;, and , move in the time of a text.  The jumps are operations (app.h).
 */
#include "pager/commands.h"

#include "pager/linetimes.h"
#include "pager/seek.h"

#include <stdlib.h>
#include <string.h>

static const char no_times[] = "This text has no times";

/* False: the text has no times; a message says so. */
static bool has_times(struct tl_app *app)
{
	if (tl_texttimes_any(app->text.times))
		return true;
	tl_app_message(app, "%s", no_times);
	return false;
}

/* ---- jumps */

static void begin(struct tl_app *app, struct tl_seek_request *req)
{
	struct tl_err err = TL_ERR_INIT;

	tl_app_refresh_text(app, false); /* a file may have grown meanwhile */
	tl_time_cancel(app);
	req->times = app->text.times;
	req->mailbox = app->mailbox;
	req->base = tl_move_base(app);
	if (req->base == TL_NOPOS) { /* of what was a file with times there is no line any more */
		tl_app_message(app, "This text is empty");
		return;
	}
	if (tl_seek_start(req, app->jobs, &app->times.seek, &err))
		tl_app_begin(app, TL_OP_TIME, 0, false);
	else
		tl_app_message(app, "%s", err.msg);
	app->times.kind = (int)req->kind;
}

static void say_edge(struct tl_app *app, const struct tl_seek_result *r)
{
	char from[TL_TIMETEXT_MAX], to[TL_TIMETEXT_MAX];

	if (app->times.kind != TL_SEEK_WRITTEN) {
		tl_app_bell(app);
		return;
	}
	if (r->spot.pos != TL_NOPOS) /* before the beginning, as @11:00 often is a bit */
		tl_move_jump_line(app, r->spot.pos);
	tl_app_message(app, "The text goes from %s to %s",
		       tl_texttimes_print(app->text.times, r->first, from),
		       tl_texttimes_print(app->text.times, r->last, to));
}

/* Whoever asks for a time has to know when lines before the answer have later ones. */
static void say_doubt(struct tl_app *app, const struct tl_timespot *spot)
{
	if (app->times.kind != TL_SEEK_WRITTEN)
		return;
	if (spot->unordered)
		tl_app_message(app, "The times are not in order; this is the first line at that "
				    "time or later");
	app->times.unsure = spot->unsure && !spot->unordered;
}

/* The text was in order as far as anybody had looked, or days seemed to have passed; now it turns out that it is
 * not so. */
static void say_second_thoughts(struct tl_app *app)
{
	bool miscounted = tl_texttimes_miscounted(app->text.times);

	if (!app->times.unsure || app->mode != TL_MODE_COMMAND ||
	    (!miscounted && !tl_texttimes_unordered(app->text.times)))
		return;
	app->times.unsure = false;
	if (miscounted)
		tl_app_message(app, "More days have passed in the text than were known; seek that "
				    "time again");
	else
		tl_app_message(
		    app, "The times are not in order, as was found now; a line before the one "
			 "that was sought may have its time");
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
		tl_move_jump_line(app, r.spot.pos);
		say_doubt(app, &r.spot);
		break;
	case TL_SEEK_EDGE:
		say_edge(app, &r);
		app->times.unsure = app->times.kind == TL_SEEK_WRITTEN;
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
	struct tl_seek_request req = { .kind = TL_SEEK_SLICES, .slice_ns = app->opt.slice_ns };
	uint64_t by = tl_number_or(n, 1);

	if (!has_times(app))
		return;
	if (by > INT64_MAX)
		by = INT64_MAX;
	req.nslices = back ? -(int64_t)by : (int64_t)by;
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

	text += strspn(text, " ");
	if (*text == '\0' || !has_times(app))
		return;
	if (strlen(text) >= sizeof(req.text)) {
		tl_app_message(app, "This is too long for a time");
		return;
	}
	strcpy(req.text, text);
	begin(app, &req);
}

void tl_time_goto(struct tl_app *app, const struct tl_number *n)
{
	/* Asked for in any case: who types on would give commands otherwise. */
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

/* ---- operations */

void tl_time_progress(struct tl_app *app)
{
	if (app->times.wanted)
		tl_app_dirty(app);
	app->times.wanted = false;
	if (app->op.kind == TL_OP_TIME && app->times.seek)
		seek_progress(app);
	say_second_thoughts(app);
}

double tl_time_how_far(struct tl_app *app)
{
	return tl_texttimes_progress(app->text.times);
}

void tl_time_cancel(struct tl_app *app)
{
	tl_seek_close(app->times.seek);
	app->times.seek = NULL;
}

void tl_time_text_grew(struct tl_app *app)
{
	bool anew = tl_texttimes_grow(app->text.times);

	tl_linetimes_grow(app->times.lines, anew);
}

void tl_time_text_closing(struct tl_app *app)
{
	tl_time_cancel(app);
	tl_linetimes_close(app->times.lines);
	app->times.lines = NULL;
	app->times.unsure = false;
}

void tl_time_mark_set(struct tl_app *app, char letter)
{
	app->times.mark = letter;
}

void tl_time_fini(struct tl_app *app)
{
	tl_time_text_closing(app);
	tl_history_fini(&app->times.history);
}
