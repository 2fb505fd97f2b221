/* header.c: see header.h. */
#include "pager/header.h"

#include "pager/app.h"
#include "text/escape.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define WHAT "--header" /* in messages */
#define MAX  100000     /* lines or columns of a header */
#define WALK 10000      /* lines before the header that are counted on the spot */

/* ---- the option */

/* Lines or columns, and the comma behind them, as far as they are there. */
static bool read_number(const char **s, unsigned *n, struct tl_err *err)
{
	int value;

	if (**s && **s != ',') {
		if (!tl_option_parse_number(s, WHAT, false, &value, err))
			return false;
		*n = value < MAX ? (unsigned)value : MAX;
	}
	if (**s == ',')
		++*s;
	else if (**s)
		return tl_err_set(err, "Number is required after " WHAT);
	return true;
}

/* The line's number, which may be larger than others.  What follows it does not matter. */
static bool read_line(const char *s, uint64_t *n, struct tl_err *err)
{
	char *end;
	uint64_t value = strtoull(s, &end, 10);

	if (*s == '-')
		return tl_err_set(err, "Negative number not allowed in " WHAT);
	if (end != s)
		*n = value;
	else if (*s)
		return tl_err_set(err, "Number is required after " WHAT);
	return true;
}

bool tl_header_parse(struct tl_options *o, const char *text, struct tl_err *err)
{
	struct tl_header h = o->header;
	uint64_t line = h.here ? h.here : 1;

	if (*text == '\0' || *text == '-')
		h.lines = h.cols = 0;
	else if (!read_number(&text, &h.lines, err) || !read_number(&text, &h.cols, err) ||
		 !read_line(text, &line, err))
		return false;
	h.line = h.lines > 0 ? line > 0 ? line : 1 : 0;
	o->header = h;
	return true;
}

void tl_header_print(const struct tl_options *o, char *out, size_t size)
{
	const struct tl_header *h = &o->header;
	char line[24] = "?";

	if (h->line != TL_HEADER_UNCOUNTED || !o->numbers)
		snprintf(line, sizeof(line), "%" PRIu64, o->numbers ? h->line : 0);
	snprintf(out, size, "Header (lines,columns,line-number) is %u,%u,%s", h->lines, h->cols,
		 line);
}

/* ---- its place */

void tl_header_look(struct tl_app *app)
{
	struct tl_view *v = app->text.view;
	struct tl_header *h = &app->opt.header;
	unsigned row = 0;
	uint64_t line;

	h->here = 1;
	app->header.here_pos = 0;
	if (!v || tl_view_empty(v))
		return;
	while (row < tl_view_rows(v) && tl_view_pos(v, row) == TL_NOPOS)
		row++;
	if (row == tl_view_rows(v))
		return;
	app->header.here_pos = tl_view_pos(v, row);
	h->here = TL_HEADER_UNCOUNTED;
	if (tl_lineindex_line_of(app->text.lines, app->header.here_pos, &line) == TL_FOUND)
		h->here = line + 1;
}

/* Find line `line`, from 0, without waiting for the whole text to be counted. */
static enum tl_lookup find_line(struct tl_app *app, uint64_t line, uint64_t *pos)
{
	struct tl_layout *lay = tl_view_layout(app->text.view);
	enum tl_lookup found = tl_lineindex_find(app->text.lines, line, pos);
	struct tl_span span;

	if (found != TL_PENDING || line > WALK)
		return found;
	*pos = 0;
	for (found = TL_FOUND; found == TL_FOUND && line > 0; line--)
		found = tl_layout_next_line(lay, *pos, pos);
	if (found == TL_FOUND)
		found = tl_cursor_forward(&lay->cur, *pos, &span);
	return found;
}

static void locate(struct tl_app *app)
{
	const struct tl_header *h = &app->opt.header;
	enum tl_lookup found;
	struct tl_extent ext;

	if (h->line == app->header.line && !app->header.pending)
		return;
	app->header.line = h->line;
	app->header.pending = false;
	app->header.pos = TL_NOPOS;
	if (h->line == 0)
		return;
	if (h->line == h->here && h->here != 1) {
		app->header.pos = app->header.here_pos;
		return;
	}
	found = h->line == 1 ? TL_FOUND : find_line(app, h->line - 1, &app->header.pos);
	if (h->line == 1)
		app->header.pos = 0;
	if (found == TL_FOUND)
		return;
	app->header.pos = TL_NOPOS;
	app->header.pending = found == TL_PENDING;
	if (!app->header.pending)
		return;
	tl_app_count_lines(app, true);
	tl_source_extent(app->text.src, &ext);
	if (!ext.complete)
		tl_source_want(app->text.src, ext.nchunks + 8);
}

struct tl_view_header tl_header_for_view(struct tl_app *app)
{
	const struct tl_options *o = &app->opt;

	locate(app);
	return (struct tl_view_header){
		.lines = o->header.lines,
		.cols = o->header.cols,
		.pos = app->header.pos,
		.unnumbered = o->no_number_headers,
		.plain_lines = o->no_search_headers & TL_UNSEARCHED_LINES,
	};
}

/* ---- searches */

/* Bytes before column `cols`; what is no character has no width here. */
static size_t bytes_before(const struct tl_skip *skip, struct tl_span line)
{
	enum tl_charset charset = (enum tl_charset)skip->charset;
	unsigned col = 0, last = 0;
	size_t i = 0, len;

	while (i < line.len && col < skip->cols) {
		struct tl_char c = tl_char_at(line.data + i, line.len - i, charset);

		if (line.data[i] == 0x1b) {
			tl_escape_parse(line.data + i, line.len - i, &len);
			i += len > 0 ? len : 1;
			continue;
		}
		i += c.len;
		if (c.kind == TL_CHAR_PRINT)
			col += last = c.width;
		else if (line.data[i - 1] == '\b')
			col -= last < col ? last : col;
	}
	return i;
}

bool tl_header_search_skip(struct tl_app *app, struct tl_skip *skip)
{
	const struct tl_options *o = &app->opt;

	*skip = (struct tl_skip){ bytes_before, o->header.cols, (unsigned)app->charset };
	return o->header.cols > 0 && (o->no_search_headers & TL_UNSEARCHED_COLS) != 0;
}

uint64_t tl_header_search_from(struct tl_app *app)
{
	const struct tl_options *o = &app->opt;
	uint64_t end = TL_NOPOS;

	if (o->no_search_headers & TL_UNSEARCHED_LINES)
		end = tl_view_header_end(app->text.view);
	return end == TL_NOPOS ? 0 : end;
}

bool tl_header_pending(const struct tl_app *app)
{
	return app->header.pending;
}

void tl_header_text_opened(struct tl_app *app)
{
	app->header.line = 0;
	app->header.pending = false;
	app->header.pos = TL_NOPOS;
	app->opt.header.here = 1;
	if (app->opened_any && app->opt.header.line > 0)
		app->opt.header.line = 1;
}
