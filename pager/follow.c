/* follow.c: see follow.h. */
#include "pager/follow.h"

#include "pager/commands.h"
#include "text/watch.h"

#include <string.h>
#include <sys/stat.h>

#define LOOK_MS 100 /* where nobody tells of changes, they are looked for so often */
#define GAP_MS  20  /* frames are no closer than this: a screen cannot be read faster */

/* As much of a line that has no end yet is looked at for its beginning. */
#define TAIL_BYTES 4096

static bool is_file(struct tl_app *app)
{
	return tl_source_descriptor(app->text.src) >= 0;
}

/* Where the last whole line ends.  A longer line than can be looked at is shown as it comes. */
static uint64_t whole_lines_end(struct tl_app *app)
{
	struct tl_source *src = app->text.src;
	uint64_t end = tl_source_limit(src), k, at, n;
	struct tl_buf tail = TL_BUF_INIT;
	const uint8_t *newline = NULL;

	if (!tl_source_is_flat(src) || end <= app->following.from)
		return end;
	n = end - app->following.from < TAIL_BYTES ? end - app->following.from : TAIL_BYTES;
	k = tl_pos_chunk(src, end - n);
	at = tl_pos_byte(src, end - n);
	if (tl_source_read_part(src, k, at, n, &tail, NULL) == TL_FOUND && tail.len < n)
		tl_source_read_part(src, k + 1, 0, n - tail.len, &tail, NULL);
	if (tail.len == n)
		newline = memrchr(tail.data, '\n', n);
	if (newline)
		end -= n - (uint64_t)(newline + 1 - tail.data);
	else if (n < TAIL_BYTES && !tl_layout_line_is_long(tl_view_layout(app->text.view), end - 1))
		end = app->following.from; /* all that is new */
	tl_buf_fini(&tail);
	return end;
}

/* Scroll to the end.  A terminal that keeps what scrolls off it gets all rows while they are few. */
static void show_end(struct tl_app *app)
{
	struct tl_view *v = app->text.view;
	unsigned rows = tl_view_rows(v);
	uint64_t last = tl_view_pos(v, rows - 1), end = whole_lines_end(app);
	enum tl_moved moved = tl_view_end_at(v, end);
	int row = last == TL_NOPOS ? -1 : tl_view_row_of(v, last);

	app->following.behind = moved == TL_LATER;
	app->text.end_seen = true;
	app->following.shown = end;
	if (row > 0 && app->scrolled + rows - 1 - (unsigned)row < rows)
		app->scrolled += rows - 1 - (unsigned)row;
	else if (row < 0)
		app->jumped = true;
	tl_app_dirty(app);
}

/* Does new text hold the pattern?  True: that ends it. */
static bool look_for_pattern(struct tl_app *app)
{
	struct tl_following *f = &app->following;
	uint64_t hit;

	if (f->how == TL_FOLLOW_ON) {
		f->looked = tl_source_limit(app->text.src);
		return false;
	}
	while (tl_find_in_new_text(app, &f->looked, f->shown, &hit)) {
		tl_app_bell(app);
		if (f->how == TL_FOLLOW_RING)
			continue;
		tl_view_end_at(app->text.view, f->looked);
		return true;
	}
	return false;
}

/* With --follow-name it is the file that has the name now. */
static void watch(struct tl_app *app)
{
	struct tl_following *f = &app->following;
	const struct tl_file *file = tl_app_file(app);
	bool named = app->opt.follow_name && file && !file->kept;

	tl_watch_close(f->watch);
	f->watch = NULL;
	if (is_file(app))
		f->watch =
		    tl_watch_open(tl_source_descriptor(app->text.src), named ? file->name : NULL);
}

/* Look at the text, and show its end if there is news. */
static void look(struct tl_app *app)
{
	struct tl_following *f = &app->following;
	enum tl_change change = tl_app_refresh_text(app, app->opt.follow_name);
	uint64_t end = tl_source_limit(app->text.src);
	struct tl_extent ext;

	f->next_ms = tl_now_ms() + GAP_MS;
	if (change == TL_SHRANK || change == TL_REPLACED) {
		f->from = f->looked = 0; /* all of it is new */
		app->new_file = true;
		app->name_shown = false;
		show_end(app);
		watch(app);
		f->behind = true; /* what came before it was watched */
	} else if (end != f->shown || f->behind) {
		f->behind = false;
		show_end(app);
	}
	tl_source_extent(app->text.src, &ext);
	if (look_for_pattern(app) ||
	    (ext.complete && app->opt.exit_follow_on_close && !is_file(app)))
		tl_follow_end(app);
}

/* Is the last row the last one before `end`?  Of a text that does not fill the screen none is. */
static bool shows_end(const struct tl_view *v, uint64_t end)
{
	unsigned rows = tl_view_rows(v);

	return tl_view_pos(v, rows - 1) != TL_NOPOS && tl_view_pos(v, rows) == end;
}

static bool names_fifo(struct tl_app *app)
{
	const struct tl_file *file = tl_app_file(app);
	struct stat st;

	return file && stat(file->name, &st) == 0 && S_ISFIFO(st.st_mode);
}

static void start(struct tl_app *app, enum tl_follow how)
{
	struct tl_following *f = &app->following;

	if (app->text.help)
		return;
	tl_source_want(app->text.src, UINT64_MAX);
	tl_app_refresh_text(app, app->opt.follow_name);
	if (shows_end(app->text.view, tl_source_limit(app->text.src)))
		tl_app_edge_bell(app);
	tl_app_set_last_mark(app);
	if (tl_source_limit(app->text.src) > 0) /* what comes stands below the last line */
		tl_unread_line(app, tl_source_limit(app->text.src) - 1);
	f->how = how;
	f->is_fifo = names_fifo(app);
	f->from = f->looked = tl_source_limit(app->text.src);
	f->next_ms = 0;
	app->mode = TL_MODE_FOLLOW;
	watch(app);
	show_end(app);
	look(app); /* what came before it was watched; and a pipe may have ended already */
}

void tl_follow_on(struct tl_app *app, const struct tl_number *n)
{
	start(app, TL_FOLLOW_ON);
}

void tl_follow_to_match(struct tl_app *app, const struct tl_number *n)
{
	start(app, TL_FOLLOW_STOP);
}

void tl_follow_with_bell(struct tl_app *app, const struct tl_number *n)
{
	start(app, TL_FOLLOW_RING);
}

void tl_follow_end(struct tl_app *app)
{
	struct tl_following *f = &app->following;

	if (app->mode != TL_MODE_FOLLOW)
		return;
	app->mode = TL_MODE_COMMAND;
	tl_watch_close(f->watch);
	f->watch = NULL;
	tl_source_stop(app->text.src);
	tl_tty_flush(&app->tty);
	tl_app_dirty(app);
}

void tl_follow_key(struct tl_app *app, unsigned key)
{
	if (key == tl_options_intr_key(&app->opt))
		tl_follow_end(app);
}

void tl_follow_more(struct tl_app *app)
{
	app->following.behind = true;
	if (tl_now_ms() >= app->following.next_ms)
		look(app);
}

int tl_follow_fd(const struct tl_app *app)
{
	/* While it is too early to look, events may gather. */
	if (app->mode != TL_MODE_FOLLOW || app->following.behind)
		return -1;
	return tl_watch_fd(app->following.watch);
}

void tl_follow_told(struct tl_app *app)
{
	if (tl_watch_take(app->following.watch))
		tl_follow_more(app);
}

/* A FIFO that has ended, for now: its reader is asleep until somebody looks whether it goes on. */
static bool is_ended_fifo(const struct tl_app *app)
{
	struct tl_extent ext;

	tl_source_extent(app->text.src, &ext);
	return app->following.is_fifo && ext.complete;
}

int tl_follow_patience(const struct tl_app *app)
{
	const struct tl_following *f = &app->following;
	uint64_t now = tl_now_ms();

	if (f->behind)
		return f->next_ms > now ? (int)(f->next_ms - now) : 0;
	if (is_ended_fifo(app))
		return LOOK_MS;
	if (tl_source_descriptor(app->text.src) < 0)
		return -1; /* its reader tells */
	return tl_watch_works(f->watch) ? -1 : LOOK_MS;
}

void tl_follow_time(struct tl_app *app)
{
	look(app);
}

void tl_follow_message(struct tl_app *app, struct tl_buf *out)
{
	char key[8];
	bool pending;

	tl_options_print_intr(&app->opt, key, sizeof(key));
	tl_prompt_format(tl_prompt_proto(&app->opt, TL_PROMPT_WAIT, TL_PROMPT_OF_TEXT),
			 tl_app_shown_facts(app), out, &pending);
	tl_buf_printf(out, "... (%s or interrupt to abort)", key);
}
