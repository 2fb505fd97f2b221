/* app.c: the main loop: signals, what workers tell, keys (typed.c), and when to draw; see app.h. */
#include "pager/app.h"

#include "decoders/packed/packed.h"
#include "pager/env.h"
#include "pager/header.h"
#include "pager/logfile.h"
#include "pager/mouse.h"
#include "pager/reopening.h"
#include "pager/secure.h"
#include "pager/signals.h"
#include "pager/tagkeys.h"
#include "pager/texttimes.h"
#include "pager/typed.h"
#include "text/escape.h"
#include "text/spool.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 30  /* an operation that takes longer shows its progress */
#define PROGRESS_MS 100 /* and renews it so often */
#define FRAME_MS    50  /* while it goes on, frames are no closer than that */

/* ---- small services */

bool tl_app_interrupted(void)
{
	return tl_signals.interrupt;
}

bool tl_app_ending(void)
{
	return tl_signals.end != 0;
}

void tl_app_dirty(struct tl_app *app)
{
	app->dirty = true;
}

static void ring(struct tl_app *app, bool visibly)
{
	if (!visibly)
		tl_screen_bell(app->screen);
	else if (!app->opt.no_vbell)
		tl_screen_flash(app->screen);
}

void tl_app_bell(struct tl_app *app)
{
	ring(app, app->opt.quiet == 2);
}

void tl_app_edge_bell(struct tl_app *app)
{
	static time_t last;
	time_t now = time(NULL);

	if (now == last) /* once a second, as in less */
		return;
	last = now;
	ring(app, app->opt.quiet != 0);
}

void tl_app_quit(struct tl_app *app, int status)
{
	app->quit = true;
	app->status = status;
}

void tl_app_prompt_read(struct tl_app *app)
{
	if (app->name_shown)
		app->new_file = false;
}

bool tl_app_at_prompt(const struct tl_app *app)
{
	return app->nkeys == 0 && app->number_text[0] == '\0' &&
	       (app->mode == TL_MODE_COMMAND || app->mode == TL_MODE_FOLLOW);
}

void tl_app_begin(struct tl_app *app, enum tl_op_kind kind, uint64_t n, bool force)
{
	app->op = (struct tl_op){ .kind = kind,
				  .n = n,
				  .force = force,
				  .started_ms = tl_now_ms(),
				  .burst = app->tty.burst };
	app->op.seen_ms = app->op.started_ms;
	tl_app_dirty(app);
}

void tl_app_end_op(struct tl_app *app)
{
	if (app->op.kind == TL_OP_NONE)
		return;
	if (app->op.kind == TL_OP_SEARCH)
		tl_find_cancel(app);
	if (app->op.kind == TL_OP_TIME)
		tl_time_cancel(app);
	if (app->op.kind == TL_OP_GAP)
		tl_gap_cancel(app);
	if (app->op.kind == TL_OP_TOP)
		tl_top_cancel(app);
	if (app->op.kind == TL_OP_CALL)
		tl_call_cancel(app);
	if (app->op.kind == TL_OP_LINK)
		tl_links_cancel(app);
	if (app->op.kind == TL_OP_TAG)
		tl_tag_cancel(app);
	if (app->op.kind == TL_OP_REOPEN)
		tl_reopening_put_aside(app);
	if (app->op.kind == TL_OP_END && !app->opt.file_size && !tl_packed_is(app->text.src))
		tl_source_stop(app->text.src); /* nobody waits for the rest of a pipe any more */
	app->op.kind = TL_OP_NONE;
	tl_app_dirty(app);
}

void tl_app_suspend(struct tl_app *app)
{
	tl_screen_stop(app->screen);
	tl_tty_cooked(&app->tty);
}

/* The terminal may have another size: views that do not know it must not be drawn. */
static void take_size(struct tl_app *app)
{
	tl_screen_size(app->screen, &app->rows, &app->cols);
	if (app->under.view)
		tl_view_resize(app->under.view, app->rows - 1, app->cols, NULL);
	if (app->text.view)
		tl_view_resize(app->text.view, app->rows - 1, app->cols, NULL);
}

void tl_app_resume(struct tl_app *app)
{
	tl_tty_raw(&app->tty);
	take_size(app);
	tl_screen_start(app->screen);
	tl_signals.resize = 1;
	tl_app_dirty(app);
}

/* ---- events */

/* Give up what goes on, and show what there is. */
static void stop_waiting(struct tl_app *app)
{
	bool busy = app->op.kind != TL_OP_NONE;
	enum tl_op_kind was = app->op.kind;

	app->nkeys = 0;
	app->number_text[0] = '\0';
	if (was == TL_OP_END)
		tl_move_end_so_far(app);
	tl_find_interrupted(app);
	tl_gap_interrupted(app);
	tl_reopening_interrupt(app);
	tl_follow_end(app);
	tl_app_end_op(app);
	if (app->text.src) {
		tl_source_stop(app->text.src);
		tl_texttimes_stop(app->text.times);
	}
	if (app->text.filter)
		tl_filter_stop(app->text.filter);
	app->first_draw = app->first_draw && !busy;
	tl_app_dirty(app);
}

static void handle_interrupt(struct tl_app *app)
{
	bool changes = app->op.kind == TL_OP_REOPEN; /* what is shown stays as it is */

	tl_signals.interrupt = 0;
	tl_layout_interrupt(false);
	tl_tty_raw(&app->tty); /* no more waiting for a first line */
	tl_app_bell(app);
	if (app->mode == TL_MODE_COMMAND)
		tl_app_prompt_read(app);
	if (app->opt.quit_on_intr) {
		tl_app_quit(app, TL_EXIT_INTERRUPT);
		return;
	}
	if (app->mode == TL_MODE_LINE)
		tl_app_line_cancel(app);
	else if (app->mode == TL_MODE_CHAR)
		app->mode = TL_MODE_COMMAND;
	else if (app->mode == TL_MODE_MESSAGE)
		tl_app_drop_message(app);
	stop_waiting(app);
	if (!changes)
		tl_find_drop_filter(app);
}

/* ^X ends the wait for a text that is still coming; keys typed before it are dropped. */
static void handle_read_interrupt(struct tl_app *app)
{
	struct tl_extent ext;

	if (app->op.kind == TL_OP_NONE || app->mode != TL_MODE_COMMAND || app->tty.n == 0 ||
	    app->tty.queue[(app->tty.head + app->tty.n - 1) % app->tty.cap].code !=
		tl_options_intr_key(&app->opt))
		return;
	tl_source_extent(app->text.src, &ext);
	if (ext.complete)
		return;
	tl_tty_flush(&app->tty);
	stop_waiting(app);
}

static void handle_stop(struct tl_app *app)
{
	bool shows = app->tty.raw;

	tl_signals.stop = 0;
	tl_follow_end(app);
	if (!tl_secure_allows(TL_SECURE_STOP))
		return;
	tl_app_suspend(app);
	tl_signals_stop();
	if (shows)
		tl_app_resume(app);
}

static void handle_resize(struct tl_app *app)
{
	tl_signals.resize = 0;
	if (app->mode == TL_MODE_COMMAND)
		tl_app_prompt_read(app);
	take_size(app);
	tl_screen_forget(app->screen);
	app->jumped = true;
	tl_app_apply_options(app);
	if (app->mode == TL_MODE_FOLLOW)
		tl_follow_more(app);
}

static void handle_signals(struct tl_app *app)
{
	tl_signals_awake();
	if (tl_signals.end) {
		tl_app_quit(app, TL_EXIT_SIGNAL);
		return;
	}
	if (tl_signals.interrupt)
		handle_interrupt(app);
	if (tl_signals.stop)
		handle_stop(app);
	if (tl_signals.cont) { /* stopped by somebody else: the screen is not ours any more */
		tl_signals.cont = 0;
		tl_tty_raw_again(&app->tty);
		tl_screen_forget(app->screen);
		tl_app_dirty(app);
	}
	if (tl_signals.user) { /* keys typed by another program */
		const char *keys = tl_env("LESS_SIGUSR1");

		tl_signals.user = 0;
		tl_tty_typed(&app->tty, keys ? keys : "");
	}
	if (tl_signals.resize)
		handle_resize(app);
}

static void text_changed(struct tl_app *app)
{
	tl_log_step(app);
	tl_app_tell_recording(app);
	tl_app_tell_trouble(app);
	tl_app_count_lines(app, false);
	tl_time_text_grew(app);
	if (app->text.filter)
		tl_filter_grow(app->text.filter);
	if (app->mode == TL_MODE_FOLLOW)
		tl_follow_more(app);
	else if (!tl_view_empty(app->text.view) && tl_view_pending(app->text.view))
		tl_view_grow(app->text.view);
	tl_app_dirty(app);
}

static void handle_messages(struct tl_app *app)
{
	struct tl_msg msg;

	while (tl_mailbox_take(app->mailbox, &msg)) {
		if (!app->text.view)
			continue;
		switch (msg.kind) {
		case TL_MSG_TEXT:
			text_changed(app);
			break;
		case TL_MSG_INDEX:
			if (tl_header_pending(app))
				tl_app_apply_options(app);
			if (app->numbers_pending || app->prompt_pending)
				tl_app_dirty(app);
			break;
		case TL_MSG_SCAN:
			tl_find_progress(app);
			tl_gap_progress(app);
			tl_time_progress(app);
			tl_links_progress(app);
			break;
		case TL_MSG_COSTS:
		case TL_MSG_TIME:
			tl_top_progress(app);
			tl_time_progress(app);
			tl_call_progress(app);
			break;
		case TL_MSG_FILTER:
			if (app->mode == TL_MODE_FOLLOW && app->following.behind)
				tl_follow_more(app);
			else if (app->text.filter && tl_view_pending(app->text.view)) {
				tl_view_grow(app->text.view);
				tl_app_dirty(app);
			}
			break;
		}
	}
	if (app->op.kind != TL_OP_NONE && app->text.view && tl_move_step(app)) {
		app->op.kind = TL_OP_NONE;
		tl_app_dirty(app);
	}
	tl_reopening_step(app);
}

/* ---- waiting */

/*
 * A program that sends its text through a pipe may ask for a password first (sudo): before it has
 * written something the terminal is not touched, and nothing is read from it.
 */
static bool before_text(struct tl_app *app)
{
	struct tl_extent ext;

	if (app->tty.raw)
		return false;
	tl_source_extent(app->text.src, &ext);
	return !ext.complete && ext.nchunks == 0 && app->nmessages == 0 &&
	       app->mode == TL_MODE_COMMAND && !tl_signals.interrupt;
}

static bool has_terminal(struct tl_app *app)
{
	if (before_text(app))
		return false;
	if (!app->tty.raw)
		tl_tty_raw(&app->tty);
	return true;
}

/*
 * Is there something to draw, and is it time?  Before an operation shows itself nothing is drawn;
 * then its progress is, but not at the pace of a pipe's messages.
 */
static bool may_draw(const struct tl_app *app, uint64_t now)
{
	if (!app->dirty)
		return false;
	if (app->op.kind == TL_OP_NONE)
		return true;
	return app->op.shown_ms != 0 && now >= app->drawn_ms + FRAME_MS;
}

/* How long to sleep, in ms; -1: until something happens. */
static int patience(struct tl_app *app)
{
	uint64_t now = tl_now_ms();

	if (app->op.kind == TL_OP_NONE && before_text(app)) /* nothing may be drawn */
		return -1;
	if (app->dirty && app->op.kind == TL_OP_NONE) /* drawing has found something to say */
		return 0;
	if (app->dirty && app->op.shown_ms != 0 && app->op.kind != TL_OP_NONE && !app->op.busy)
		return now < app->drawn_ms + FRAME_MS ? (int)(app->drawn_ms + FRAME_MS - now) : 0;
	if (app->op.kind != TL_OP_NONE && app->op.busy)
		return 0;
	if (app->op.kind != TL_OP_NONE && app->op.shown_ms == 0) {
		uint64_t due = app->op.started_ms + PATIENCE_MS;

		return due > now ? (int)(due - now) : 0;
	}
	if (app->op.kind != TL_OP_NONE)
		return PROGRESS_MS;
	if (app->count_at_ms)
		return app->count_at_ms > now ? (int)(app->count_at_ms - now) : 0;
	if (app->mode == TL_MODE_FOLLOW)
		return tl_follow_patience(app);
	if (tl_find_counting(app))
		return PROGRESS_MS;
	return -1;
}

static void on_time(struct tl_app *app)
{
	uint64_t now = tl_now_ms(), end;

	if (app->count_at_ms && now >= app->count_at_ms) {
		app->count_at_ms = 0;
		tl_app_count_lines(app, false);
	}
	if (app->op.kind != TL_OP_NONE) {
		app->op.looked_ms = now;
		if (app->op.shown_ms == 0 && now >= app->op.started_ms + PATIENCE_MS)
			app->op.shown_ms = now;
		end = tl_source_limit(app->text.src);
		if (end != app->op.seen) {
			app->op.seen = end;
			if (app->op.kind == TL_OP_END)
				tl_move_end_so_far(app);
			app->op.seen_ms = tl_now_ms(); /* the end of a long line takes its time */
		}
		tl_app_dirty(app);
	}
	if (app->mode == TL_MODE_FOLLOW)
		tl_follow_time(app);
	if (tl_find_counting(app))
		tl_app_dirty(app);
}

static void wait_for_events(struct tl_app *app)
{
	/* While a key is queued that must wait, reading goes on: a fresh one lets it act. */
	struct pollfd p[4] = {
		{ tl_signals.wake, POLLIN, 0 },
		{ tl_mailbox_fd(app->mailbox), POLLIN, 0 },
		{ app->tty.raw ? app->tty.fd : -1, POLLIN, 0 },
		{ tl_follow_fd(app), POLLIN, 0 },
	};
	int n = poll(p, 4, patience(app));

	if (n < 0 && errno != EINTR)
		tl_app_quit(app, TL_EXIT_ERROR);
	if (n == 0)
		on_time(app);
	if (n > 0 && (p[2].revents & (POLLIN | POLLHUP | POLLERR)))
		tl_tty_read(&app->tty);
	handle_read_interrupt(app);
	if (n > 0 && p[3].revents)
		tl_follow_told(app);
	if (app->tty.eof)
		tl_app_quit(app, TL_EXIT_ERROR);
}

static bool is_progress_due(const struct tl_app *app)
{
	const struct tl_op *op = &app->op;

	return op->kind != TL_OP_NONE &&
	       tl_now_ms() >=
		   (op->shown_ms == 0 ? op->started_ms + PATIENCE_MS : op->looked_ms + PROGRESS_MS);
}

static void loop(struct tl_app *app)
{
	while (!app->quit) {
		bool shows = has_terminal(app);

		handle_signals(app);
		handle_messages(app);
		if (!app->quit && shows)
			tl_typed_act(app);
		if (app->quit)
			break;
		if (is_progress_due(app)) /* also while there is never a quiet moment */
			on_time(app);
		if (shows && may_draw(app, tl_now_ms()))
			tl_app_draw(app);
		if (!app->quit && !(shows && tl_typed_may_act(app)))
			wait_for_events(app);
	}
}

/* ---- life */

static bool start(struct tl_app *app, char **names, size_t n, struct tl_err *err)
{
	struct tl_screen_opts so = { .no_init = app->opt.no_init,
				     .no_keypad = app->opt.no_keypad,
				     .mouse = tl_mouse_enabled(app),
				     .mark_paste = app->opt.no_paste };

	tl_escape_configure(tl_env("LESSANSIMIDCHARS"), tl_env("LESSANSIENDCHARS"),
			    tl_env("LESSANSIOSCCHARS"));
	app->first_draw = true;
	app->find.found = app->links.line = TL_NOPOS;
	app->go_on.next = SIZE_MAX;
	tl_spool_set_limit(app->opt.spool_size);
	if (n > 0 && !tl_filelist_add_all(&app->files, names, n))
		return tl_err_nomem(err);
	app->files.current = app->files.previous = app->files.n;
	if (!tl_mailbox_open(&app->mailbox, err) || !tl_jobs_open(0, &app->jobs, err) ||
	    !tl_tty_open(&app->tty, err) ||
	    !tl_screen_open(STDOUT_FILENO, &so, &app->screen, err) || !tl_signals_catch(err))
		return false;
	tl_screen_size(app->screen, &app->rows, &app->cols);
	return true;
}

static void finish(struct tl_app *app)
{
	tl_log_text_closing(app);
	tl_app_draw_last(app);
	tl_tty_cooked(&app->tty);
	if (app->text.help)
		tl_app_leave_help(app);
	if (app->text.lines && app->text.counting)
		tl_lineindex_save(app->text.lines, NULL);
	tl_app_set_last_mark(app); /* '' of the next run comes back */
	tl_app_close_text(app);
	tl_reopening_fini(app);
	tl_app_end_replacements(app);
	tl_app_save_history(app);
	tl_tag_fini();
	tl_find_fini(app);
	tl_gap_fini(app);
	tl_time_fini(app);
	tl_links_fini(app);
	tl_filelist_fini(&app->files);
	tl_keymap_free(app->keymap);
	tl_keymap_free(app->number_keys);
	tl_marks_fini(&app->marks);
	tl_jobs_close(app->jobs);
	tl_mailbox_close(app->mailbox);
	tl_screen_close(app->screen);
	tl_tty_close(&app->tty);
	tl_lineedit_fini(&app->line);
	tl_history_fini(&app->command_history);
	tl_history_fini(&app->file_history);
	for (size_t i = 0; i < app->nmessages; i++)
		free(app->messages[i]);
	free(app->messages);
	free(app->cells);
	free(app->last_shell);
	tl_signals_close();
}

/* A terminal that cannot move the cursor: say so, once, as less does. */
static void warn_dumb(struct tl_app *app)
{
	if (tl_screen_dumb(app->screen) && !app->opt.dumb_ok)
		tl_app_message(app, "WARNING: terminal is not fully functional");
}

int tl_app_run(struct tl_app *app, char **names, size_t n)
{
	struct tl_err err = TL_ERR_INIT;

	if (!start(app, names, n, &err)) {
		fprintf(stderr, "%s: %s\n", app->progname, err.msg);
		finish(app);
		return TL_EXIT_ERROR;
	}
	if (app->opt.quit_now == '?')
		tl_app_show_help(app);
	else if (!tl_app_open_near(app, 0, 1)) {
		tl_app_print_messages(app);
		finish(app);
		return TL_EXIT_ERROR;
	}
	warn_dumb(app);
	tl_app_begin_talk(app);
	loop(app);
	finish(app);
	return app->status;
}
