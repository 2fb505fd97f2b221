/*
 * timecolumn.c: see timecolumn.h.  The view asks line by line, from the top of the screen to its
 * bottom: the line above is the one it asked for before, and for the first one it is looked for when the
 * frame begins.
 */
#include "pager/timecolumn.h"
#include "pager/commands.h"

#include "pager/texttimes.h"
#include "text/cursor.h"

#include <stdio.h>
#include <string.h>

enum { COLUMN_LINE = 1 << 0, COLUMN_MARK = 1 << 1 };

#define LINE_BYTES 4096 /* a line's time is not farther in */

static const struct {
	const char *name, *says;
} kinds[] = {
	[0] = { "off", "No column of times" },
	[COLUMN_LINE] = { "line", "Show the time since the line above" },
	[COLUMN_MARK] = { "mark", "Show the time since the mark" },
	[COLUMN_LINE |
	    COLUMN_MARK] = { "both", "Show the times since the line above and since the mark" },
};

enum { NKINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* A time that may not be known. */
struct time {
	bool known;
	uint64_t ns;
};

/* Of the frame being drawn. */
static struct {
	struct time mark, above;
	uint64_t first; /* the line that `above` is above of */
} frame;

/* ---- options */

bool tl_timecolumn_parse(struct tl_options *o, const char *text, struct tl_err *err)
{
	for (int i = 0; i < NKINDS; i++) {
		if (strcmp(text, kinds[i].name) == 0 || (!err && i == 0)) {
			o->time_column = i;
			return true;
		}
	}
	return tl_err_set(err, "--time-column: '%s' is none of off, line, mark, both", text);
}

void tl_timecolumn_print(const struct tl_options *o, char *out, size_t size)
{
	snprintf(out, size, "%s", kinds[o->time_column].says);
}

unsigned tl_timecolumn_width(struct tl_app *app)
{
	int kind = app->opt.time_column;
	unsigned n = !!(kind & COLUMN_LINE) + !!(kind & COLUMN_MARK);

	if (n == 0 || app->text.help || !tl_texttimes_any(app->text.times))
		return 0;
	return n * (TL_TIME_SHORT + 1);
}

void tl_timecolumn_switch(struct tl_app *app, const struct tl_number *n)
{
	if (!tl_texttimes_any(app->text.times)) {
		tl_app_message(app, "This text has no times");
		return;
	}
	app->opt.time_column = (app->opt.time_column + 1) % NKINDS;
	app->jumped = true;
	tl_app_apply_options(app);
}

/* ---- times of lines */

static struct time from_place(struct tl_app *app, uint64_t pos)
{
	struct tl_place place;
	struct time t = { .known = tl_time_place(app, pos, &place) == TL_FOUND };

	if (t.known)
		t.ns = place.time_ns;
	return t;
}

/* *has false: the line has no time of its own. */
static struct time time_of(struct tl_app *app, uint64_t pos, struct tl_span bytes, bool *has)
{
	struct time t = { .known = true };
	enum tl_lookup found = tl_texttimes_line(app->text.times, pos, bytes, &t.ns);

	*has = found != TL_NONE;
	if (found == TL_PENDING)
		return from_place(app, pos);
	t.known = found == TL_FOUND;
	return t;
}

/* Of the line that begins there, or of one before that has one. */
static struct time time_at(struct tl_app *app, uint64_t pos)
{
	struct tl_buf bytes = TL_BUF_INIT;
	struct time t = { .known = false };
	struct tl_cursor cur;
	uint64_t next;
	bool has = false;

	tl_cursor_init(&cur, app->text.src);
	cur.hasty = true;
	if (!tl_app_decoder(app, NULL) &&
	    tl_cursor_read_line(&cur, pos, LINE_BYTES, &bytes, &next) == TL_FOUND)
		t = time_of(app, pos, (struct tl_span){ bytes.data, bytes.len }, &has);
	tl_cursor_fini(&cur);
	tl_buf_fini(&bytes);
	return has ? t : from_place(app, pos);
}

/* ---- drawing */

static void put_since(const struct time *t, const struct time *since, char *out)
{
	char text[32] = "";

	if (t->known && since->known)
		tl_time_print_span((int64_t)(t->ns - since->ns), false, text);
	if (strlen(text) > TL_TIME_SHORT) /* years */
		text[0] = '\0';
	sprintf(out + strlen(out), "%*s ", TL_TIME_SHORT, text);
}

static void note(void *arg, const struct tl_view_line *line, char *out)
{
	struct tl_app *app = arg;
	struct time t;
	bool has;

	if (line->above == TL_NOPOS && line->pos != frame.first) /* a header's line */
		frame.above.known = false;
	t = time_of(app, line->pos, line->bytes, &has);
	if (!has)
		return;
	if (app->opt.time_column & COLUMN_LINE)
		put_since(&t, &frame.above, out);
	if (app->opt.time_column & COLUMN_MARK)
		put_since(&t, &frame.mark, out);
	frame.above = t;
}

void tl_timecolumn_attach(struct tl_app *app)
{
	tl_view_set_note(app->text.view, note, app);
}

void tl_timecolumn_prepare(struct tl_app *app)
{
	struct tl_view *v = app->text.view;
	unsigned row = 0, rows;
	uint64_t above;

	if (app->opt.time_column == 0 || !v || tl_view_empty(v))
		return;
	/* A pipe may not have told before what it brings. */
	if (tl_view_opts(v)->note_cols != tl_timecolumn_width(app))
		tl_app_apply_options(app);
	if (tl_view_opts(v)->note_cols == 0)
		return;
	rows = tl_view_rows(v);
	while (row + 1 < rows && (tl_view_pos(v, row) == TL_NOPOS || !tl_view_starts_line(v, row)))
		row++;
	frame.first = tl_view_pos(v, row);
	frame.above.known = frame.mark.known = false;
	if (app->opt.time_column & COLUMN_MARK && tl_time_mark(app) != TL_NOPOS)
		frame.mark = from_place(app, tl_time_mark(app));
	if (app->opt.time_column & COLUMN_LINE && frame.first != TL_NOPOS &&
	    tl_view_prev_line(v, frame.first, &above) == TL_FOUND)
		frame.above = time_at(app, above);
}
