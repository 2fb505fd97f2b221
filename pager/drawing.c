/* drawing.c: one frame: what the view and the bottom line have to show goes to the screen. */
#include "pager/app.h"

#include "pager/env.h"
#include "pager/header.h"
#include "pager/mouse.h"
#include "pager/timecolumn.h"
#include "text/spool.h"

#include <stdlib.h>
#include <string.h>

#define QUIET_MS 10 /* lines are counted when the screen has been let alone so long */

static bool reserve_cells(struct tl_app *app)
{
	struct tl_cell *cells = realloc(app->cells, (size_t)app->rows * app->cols * sizeof(*cells));

	if (!cells)
		return false;
	app->cells = cells;
	return true;
}

/* Is a line cut off at the right? */
static bool cuts_lines(struct tl_app *app)
{
	struct tl_view *v = app->text.view;

	return tl_view_layout(v)->opts.chop && tl_view_widest(v) > app->cols;
}

/* -F, -E: is there a reason to leave before or instead of showing a prompt? */
static bool leave_now(struct tl_app *app, unsigned used)
{
	bool last = app->files.current + 1 >= app->files.n;
	const char *lines = tl_env("LESS_SHELL_LINES");
	long shell_lines = lines ? strtol(lines, NULL, 10) : 1; /* that the shell's prompt takes */

	if (app->mode != TL_MODE_COMMAND || app->text.help || app->op.kind != TL_OP_NONE)
		return false;
	if (tl_options_quit_at_eof(&app->opt) == 2 && last && tl_app_at_end(app))
		return true;
	if (!app->opt.quit_if_one_screen || !tl_view_shows_all(app->text.view))
		return false;
	if (!app->first_draw) /* turned on later */
		return last && tl_app_at_prompt(app);
	return app->files.n == 1 && app->text.filter == NULL && shell_lines > 0 &&
	       used + shell_lines <= app->rows && !cuts_lines(app);
}

/* What was shown is left on the terminal, as cat would leave it. */
static void print_rows(struct tl_app *app, unsigned used)
{
	struct tl_screen_opts plain = { .no_init = true, .no_keypad = true };
	struct tl_frame f = { .text = app->cells, .used = used, .scrolled = 1, .last = true };
	struct tl_cell *prompt = app->cells + (size_t)used * app->cols;

	for (unsigned i = 0; i < app->cols; i++)
		prompt[i] = tl_cell_blank();
	f.prompt = prompt;
	if (!app->first_draw) { /* -E, later on */
		f.scrolled = app->jumped ? 0 : app->scrolled;
		tl_screen_draw(app->screen, &f);
		return;
	}
	if (tl_screen_alternate(app->screen))
		tl_screen_stop(app->screen);
	else if (tl_screen_started(app->screen))
		return; /* it stands there already */
	tl_screen_set_opts(app->screen, &plain);
	tl_screen_draw(app->screen, &f);
}

/* With -F nothing is sent to the terminal before it is known whether the text fits on it. */
static bool must_wait_to_decide(struct tl_app *app)
{
	return app->opt.quit_if_one_screen && app->first_draw && app->files.n == 1 &&
	       app->mode == TL_MODE_COMMAND && !app->text.help && tl_view_pending(app->text.view) &&
	       !tl_screen_started(app->screen);
}

/* --cmd is for whoever is still here. */
static void first_prompt_shown(struct tl_app *app)
{
	app->first_draw = false;
	if (!app->opt.cmd)
		return;
	app->name_shown = false; /* nobody has read that prompt */
	tl_tty_give(&app->tty, app->opt.cmd, false);
}

/* What +cmd searches and says comes before anything is shown. */
static bool starting(const struct tl_app *app)
{
	return app->first_draw && app->opt.nfirst > 0 &&
	       (app->mode == TL_MODE_MESSAGE || app->op.kind == TL_OP_SEARCH);
}

/* Returns how many. */
static unsigned blank_rows(struct tl_app *app)
{
	for (size_t i = 0; i < (size_t)app->rows * app->cols; i++)
		app->cells[i] = tl_cell_blank();
	return app->rows - 1;
}

void tl_app_draw(struct tl_app *app)
{
	struct tl_view *v = app->text.view;
	struct tl_frame f = { 0 };
	unsigned used = 0;

	tl_find_say_wrapped(app);
	tl_app_tell_trouble(app);
	app->dirty = app->undrawn = false;
	app->drawn_ms = tl_now_ms();
	if (!reserve_cells(app))
		return;
	if (v && tl_view_empty(v) && app->mode != TL_MODE_CHAR)
		tl_view_start(v, app->first_draw && !app->opt.clear_first && app->opt.nfirst == 0 &&
				     app->opt.nevery == 0);
	if (starting(app)) {
		used = blank_rows(app);
	} else if (v && !tl_view_empty(v)) {
		if (must_wait_to_decide(app))
			return;
		tl_app_count_small(app);
		/* A command takes the mark away, and it comes back with the prompt. */
		app->target_gone = app->target_gone && !tl_app_at_prompt(app);
		tl_view_hide_target(v, app->target_gone);
		tl_timecolumn_prepare(app);
		used = tl_view_compose(v, app->cells, &app->numbers_pending);
		if (tl_view_pos(v, tl_view_rows(v) - 1) == TL_NOPOS && !tl_view_pending(v))
			app->text.end_seen = true;
		if (leave_now(app, used)) {
			print_rows(app, used);
			tl_app_quit(app, TL_EXIT_OK);
			return;
		}
	} else {
		blank_rows(app);
	}
	app->used = used;
	f.text = app->cells;
	f.used = used;
	f.prompt = app->cells + (size_t)used * app->cols;
	f.cursor_col = tl_app_bottom_line(app, app->cells, used);
	f.scrolled = app->first_draw ? 1 : app->jumped ? 0 : app->scrolled;
	tl_screen_draw(app->screen, &f);
	if (v) {
		tl_app_notice_shrinking(app);
		tl_app_check_preprocessor(app);
	}
	if (app->numbers_pending || app->prompt_pending)
		tl_app_count_lines(app, true);
	else if (v && !app->text.counting)
		app->count_at_ms = tl_now_ms() + QUIET_MS;
	if (tl_app_at_prompt(app)) /* nothing to decide any more */
		app->opt.quit_if_one_screen = 0;
	if (app->first_draw && !starting(app))
		first_prompt_shown(app);
	app->scrolled = 0;
	app->jumped = false;
	if (tl_screen_dead(app->screen))
		tl_app_quit(app, TL_EXIT_ERROR);
}

void tl_app_draw_last(struct tl_app *app)
{
	bool gone = app->screen && tl_screen_alternate(app->screen);

	if (app->screen)
		tl_screen_stop(app->screen);
	if (!gone || !app->opt.redraw_on_quit || !app->cells)
		return;
	app->first_draw = true;
	print_rows(app, app->used);
}

/* ---- options */

static unsigned target_row(const struct tl_app *app)
{
	return app->opt.hilite_target && !app->text.help ? tl_move_jump_row(app) + 1 : 0;
}

/* The options for the view. */
static struct tl_view_opts view_opts(struct tl_app *app)
{
	struct tl_options *o = &app->opt;
	struct tl_view_opts vo = *tl_view_opts(app->text.view);

	vo.text.chop = o->chop || app->hshift > 0;
	vo.header = tl_header_for_view(app);
	vo.text.wordwrap = o->wordwrap;
	vo.text.hshift = app->hshift;
	vo.text.bs = (enum tl_backspace)tl_option_processing(o, o->proc_backspace);
	vo.text.tab = (enum tl_backspace)tl_option_processing(o, o->proc_tab);
	vo.text.cr = (enum tl_backspace)tl_option_processing(o, o->proc_return);
	vo.text.formats = o->backspace == 2;
	vo.text.raw = o->raw == 0 ? TL_RAW_NONE : o->raw == 1 ? TL_RAW_ALL : TL_RAW_SGR;
	if (app->text.help) /* it is made for these */
		vo.text.bs = vo.text.tab = vo.text.cr = TL_BS_SPECIAL, vo.text.raw = TL_RAW_NONE;
	vo.text.charset = app->charset;
	vo.text.rscroll = o->rscroll.text[0] != '\0';
	vo.text.rscroll_cell = tl_cell_blank();
	vo.text.rscroll_cell.attr.flags = o->rscroll.flags | TL_ROLE(TL_ROLE_RSCROLL);
	vo.text.rscroll_cell.len = (uint8_t)strlen(o->rscroll.text);
	memcpy(vo.text.rscroll_cell.text, o->rscroll.text, vo.text.rscroll_cell.len);
	vo.text.ntabs = o->ntabs;
	memcpy(vo.text.tabs, o->tabs, sizeof(vo.text.tabs));
	vo.numbers = o->numbers == 2;
	vo.number_width =
	    o->number_width > 0 && o->number_width < 30 ? (unsigned)o->number_width : 7;
	vo.status_cols = !o->status_column || app->text.help ? 0
			 : o->status_col_width > 0 && o->status_col_width <= 4
			     ? (unsigned)o->status_col_width
			     : 2;
	vo.status_edges = o->chop; /* less does not tell while only shifted */
	vo.status_line = o->status_line && !app->text.help;
	vo.target = target_row(app);
	vo.note_cols = tl_timecolumn_width(app);
	vo.squeeze = o->squeeze;
	vo.form_feed = o->form_feed;
	vo.tildes = o->tildes != 0;
	tl_screen_endings(app->screen, &app->endings);
	app->endings.colors = &o->colors;
	vo.endings = &app->endings;
	vo.hilite = o->hilite == 0 || app->find.hilite_off ? TL_HILITE_NONE : TL_HILITE_ALL;
	return vo;
}

void tl_app_show_options(struct tl_app *app, bool hits)
{
	struct tl_view_opts vo;

	if (!app->text.view)
		return;
	vo = view_opts(app);
	if (!hits)
		vo.hilite = TL_HILITE_NONE;
	app->target_gone = true;
	tl_view_set_opts_in_place(app->text.view, &vo);
	tl_app_dirty(app);
}

void tl_app_show_target(struct tl_app *app)
{
	if (!app->text.view)
		return;
	tl_view_set_target(app->text.view, target_row(app));
	tl_app_dirty(app);
}

void tl_app_apply_options(struct tl_app *app)
{
	struct tl_options *o = &app->opt;
	struct tl_screen_opts so = {
		.no_init = o->no_init,
		.no_keypad = o->no_keypad,
		.mouse = tl_mouse_enabled(app),
		.mark_paste = o->no_paste,
		.clear_first = o->clear_first != 0,
	};
	struct tl_view_opts vo;

	app->options_pending = false;
	tl_spool_set_limit(o->spool_size);
	tl_screen_set_colors(app->screen, &o->colors);
	tl_screen_set_opts(app->screen, &so);
	if (!app->text.view)
		return;
	if (o->chop && !tl_view_opts(app->text.view)->text.chop && !tl_view_empty(app->text.view))
		tl_move_keep_column(app);
	vo = view_opts(app);
	tl_view_set_opts(app->text.view, &vo);
	tl_view_resize(app->text.view, app->rows - 1, app->cols, NULL);
	tl_app_dirty(app);
}
