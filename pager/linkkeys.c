/*
 * linkkeys.c: see linkkeys.h.  The next link is looked for by a scan for lines that hold the
 * bytes links begin with, as an operation (app.h); the lines it finds are read here.
 */
#include "pager/linkkeys.h"

#include "pager/commands.h"
#include "pager/env.h"
#include "pager/links.h"
#include "pager/names.h"
#include "pager/shell.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MARK     "\033]8;"
#define LINE_MAX (UINT64_C(1) << 20)           /* links further in are not found */
#define OPENER   "/usr/libexec/less-osc8-open" /* what less installs */

/* ---- the selection */

bool tl_links_selected(const struct tl_app *app)
{
	return app->links.line != TL_NOPOS;
}

static void select_link(struct tl_app *app, uint64_t line, const struct tl_buf *bytes,
			const struct tl_link *link)
{
	struct tl_links *l = &app->links;

	l->line = line;
	l->start = line + link->start;
	l->text = line + link->text;
	l->end = line + link->end;
	free(l->uri);
	l->uri = strndup((const char *)bytes->data + link->uri, link->uri_len);
	tl_view_set_link(app->text.view, l->text, l->end);
	tl_app_dirty(app);
}

void tl_links_unselect(struct tl_app *app)
{
	struct tl_links *l = &app->links;

	if (l->line == TL_NOPOS)
		return;
	l->line = TL_NOPOS;
	free(l->uri);
	l->uri = NULL;
	if (app->text.view)
		tl_view_set_link(app->text.view, TL_NOPOS, TL_NOPOS);
	tl_app_dirty(app);
}

static bool read_line(struct tl_app *app, uint64_t pos, struct tl_buf *line, uint64_t *next)
{
	struct tl_cursor cur;
	bool ok;

	tl_cursor_init(&cur, app->text.src);
	ok = tl_cursor_read_line(&cur, pos, LINE_MAX, line, next) == TL_FOUND;
	tl_cursor_fini(&cur);
	return ok;
}

/* ---- looking for one */

void tl_links_cancel(struct tl_app *app)
{
	struct tl_links *l = &app->links;

	tl_scan_close(l->scan);
	l->scan = NULL;
	free(l->id);
	l->id = NULL;
}

/* In a long line each sequence that may begin a link is a hit, and looked at alone; elsewhere a line is. */
static bool is_long(struct tl_app *app, uint64_t pos)
{
	return tl_layout_line_is_long(tl_view_layout(app->text.view), pos);
}

/* What was looked for is in the line at pos, its text at `text`. */
static void found(struct tl_app *app, uint64_t pos, uint64_t text)
{
	bool selected = !app->links.id, wrapped = app->links.wrapped;

	tl_links_cancel(app);
	app->op.kind = TL_OP_NONE;
	if (tl_view_row_of(app->text.view, text) < 0) {
		if (is_long(app, pos))
			tl_move_jump(app, text, tl_move_jump_row(app), true);
		else
			tl_move_jump_line(app, pos);
	}
	if (selected)
		tl_find_shift_to(app, pos, (size_t)(text - pos), (size_t)(app->links.end - pos));
	if (selected && app->links.uri)
		tl_app_message(app, "Link: %s", app->links.uri);
	if (wrapped)
		tl_app_message(app, "Search hit bottom; continuing at top");
}

static void missed(struct tl_app *app, bool passed_some)
{
	bool wrapped = app->links.wrapped;

	tl_links_cancel(app);
	app->op.kind = TL_OP_NONE;
	tl_app_message(app, "OSC 8 link not found");
	if (passed_some && app->links.uri)
		tl_app_message(app, "Link: %s", app->links.uri);
	if (wrapped)
		tl_app_message(app, "Search hit bottom; continuing at top");
}

/* The link that begins at pos; as look_in_line(). */
static bool look_at_mark(struct tl_app *app, uint64_t pos)
{
	struct tl_links *l = &app->links;
	struct tl_buf line = TL_BUF_INIT;
	struct tl_link link;
	struct tl_span span;
	uint64_t next;
	bool over = false;

	if (!read_line(app, pos, &line, &next))
		return false;
	span = (struct tl_span){ line.data, line.len };
	if (tl_link_next(span, 0, &link) && link.start == 0) {
		if (!l->id)
			select_link(app, pos, &line, &link);
		over = l->id
			   ? tl_link_by_id(span, 0, l->id, strlen(l->id), &link) && link.start == 0
			   : --l->left == 0;
	}
	tl_buf_fini(&line);
	if (over)
		found(app, pos, pos + link.text);
	return over;
}

/* Look through the line at pos; of the selected link's line only what is behind that link, or
 * (backward) before it.  True: the search is over. */
static bool look_in_line(struct tl_app *app, uint64_t pos)
{
	struct tl_links *l = &app->links;
	struct tl_buf line = TL_BUF_INIT;
	struct tl_link link;
	struct tl_span span;
	size_t from = l->backward ? SIZE_MAX : 0;
	uint64_t next;
	bool over = false;

	if (!read_line(app, pos, &line, &next))
		return false;
	if (pos == l->line)
		from = (size_t)((l->backward ? l->start : l->end) - pos);
	span = (struct tl_span){ line.data, line.len };
	if (l->id) {
		over = tl_link_by_id(span, from, l->id, strlen(l->id), &link);
	} else {
		while (!over && (l->backward ? tl_link_prev(span, from, &link)
					     : tl_link_next(span, from, &link))) {
			select_link(app, pos, &line, &link);
			from = l->backward ? link.start : link.end;
			over = --l->left == 0;
		}
	}
	tl_buf_fini(&line);
	if (over)
		found(app, pos, pos + link.text);
	return over;
}

/* Scan on from the line start `from` (backward: from the lines before it). */
static bool start_scan(struct tl_app *app, uint64_t from)
{
	struct tl_links *l = &app->links;
	struct tl_scan_request req = {
		.src = app->text.src,
		.lines = app->opt.numbers != 0 ? app->text.lines : NULL,
		.mailbox = app->mailbox,
		.filter = app->text.filter,
		.backward = l->backward,
		.from = from,
		.until = l->backward ? 0 : TL_NOPOS,
		.nth = 1,
	};
	struct tl_err err = TL_ERR_INIT;

	tl_scan_close(l->scan);
	l->scan = NULL;
	if ((l->matcher ||
	     tl_matcher_new(MARK, strlen(MARK), TL_MATCH_LITERAL, &l->matcher, &err)) &&
	    (req.m = l->matcher, tl_scan_start(&req, app->jobs, &l->scan, &err)))
		return true;
	tl_app_message(app, "%s", err.msg);
	return false;
}

static void search_on(struct tl_app *app, uint64_t from)
{
	if (start_scan(app, from))
		tl_app_begin(app, TL_OP_LINK, 0, false);
	else
		app->op.kind = TL_OP_NONE;
}

void tl_links_progress(struct tl_app *app)
{
	struct tl_links *l = &app->links;
	struct tl_scan_result r;
	uint64_t next;

	if (app->op.kind != TL_OP_LINK || !l->scan)
		return;
	tl_scan_result(l->scan, &r);
	if (r.state == TL_SCAN_RUNNING)
		return;
	if (r.state == TL_SCAN_HIT) {
		bool alone = is_long(app, r.pos);

		if (alone ? look_at_mark(app, r.pos) : look_in_line(app, r.pos))
			return;
		next = alone && !l->backward ? r.pos + 1 : r.pos;
		if (alone || l->backward ||
		    tl_layout_next_line(tl_view_layout(app->text.view), r.pos, &next) == TL_FOUND) {
			if (start_scan(app, next))
				return;
		}
	}
	if (l->id && !l->wrapped) {
		l->wrapped = true;
		if (start_scan(app, 0))
			return;
	}
	missed(app, l->left < l->asked);
}

/* Where a search begins that goes on from no link: at the first or last line on the screen. */
static bool screen_start(struct tl_app *app, bool backward, uint64_t *from)
{
	struct tl_view *v = app->text.view;
	struct tl_layout *lay = tl_view_layout(v);
	unsigned rows = tl_view_rows(v), row = backward ? rows : 0;
	uint64_t pos = TL_NOPOS;

	if (backward)
		while (row > 0 && pos == TL_NOPOS)
			pos = tl_view_pos(v, --row);
	else
		for (; row <= rows && pos == TL_NOPOS; row++)
			pos = tl_view_pos(v, row);
	if (pos == TL_NOPOS)
		return false;
	*from = pos;
	if (is_long(app, pos))
		return true;
	if (!backward && tl_layout_line_start(lay, pos, from) == TL_FOUND && *from == pos)
		return true;
	return tl_layout_next_line(lay, pos, from) == TL_FOUND;
}

static void search(struct tl_app *app, const struct tl_number *n, bool backward)
{
	struct tl_links *l = &app->links;
	uint64_t from;

	tl_links_cancel(app);
	l->backward = backward;
	l->wrapped = false;
	l->left = l->asked = tl_number_or(n, 1);
	if (tl_links_selected(app) && is_long(app, l->text)) {
		from = backward ? l->start : l->end;
	} else if (tl_links_selected(app) && tl_view_row_of(app->text.view, l->text) >= 0) {
		if (look_in_line(app, l->line))
			return;
		from = l->line;
		if (!backward && tl_layout_next_line(tl_view_layout(app->text.view), l->line,
						     &from) != TL_FOUND) {
			missed(app, l->left < l->asked);
			return;
		}
	} else if (!screen_start(app, backward, &from)) {
		tl_app_message(app, "Nothing to search");
		return;
	}
	search_on(app, from);
}

void tl_links_forward(struct tl_app *app, const struct tl_number *n)
{
	search(app, n, false);
}

void tl_links_backward(struct tl_app *app, const struct tl_number *n)
{
	search(app, n, true);
}

void tl_links_jump(struct tl_app *app, const struct tl_number *n)
{
	if (tl_links_selected(app))
		tl_move_jump_line(app, app->links.line);
	else
		tl_app_message(app, "No OSC8 link selected");
}

/* ---- opening */

/* #anchor: go to the link whose parameter id is `anchor`. */
static void go_to_anchor(struct tl_app *app, const char *anchor)
{
	struct tl_links *l = &app->links;
	uint64_t from = l->line;

	tl_links_cancel(app);
	l->backward = l->wrapped = false;
	l->left = l->asked = 1;
	l->id = strdup(anchor);
	if (!l->id || (!is_long(app, l->line) && look_in_line(app, l->line)))
		return;
	if (is_long(app, l->line))
		from = l->end;
	else if (tl_layout_next_line(tl_view_layout(app->text.view), l->line, &from) != TL_FOUND)
		from = 0;
	search_on(app, from);
}

/* LESS_OSC8_OPEN_https or the like, else LESS_OSC8_OPEN_ANY. */
static const char *handler_for(const char *uri)
{
	static const char name[] = "LESS_OSC8_OPEN_";
	size_t len = tl_link_scheme(uri);
	char var[64];
	const char *handler;

	if (len == 0)
		snprintf(var, sizeof(var), "%sNONE", name);
	else
		snprintf(var, sizeof(var), "%s%.*s", name, len < 40 ? (int)len : 40, uri);
	for (char *p = var + strlen(name); len > 0 && *p; p++)
		*p = (char)tolower((unsigned char)*p);
	handler = tl_env(var);
	if (!handler || !*handler || !strcmp(handler, "-"))
		handler = tl_env("LESS_OSC8_OPEN_ANY");
	if (handler && *handler)
		return handler;
	return access(OPENER, X_OK) == 0 ? "-" OPENER : NULL;
}

static void open_with(struct tl_app *app, const char *handler, const char *uri)
{
	struct tl_buf command = TL_BUF_INIT;
	const char *done = "link done";

	if (*handler == ('P' & 0x1f)) {
		handler++;
		done = NULL;
	}
	if (tl_buf_printf(&command, "%s ", handler) && tl_names_quote(&command, uri))
		tl_shell_command_line(app, tl_buf_str(&command), done);
	else
		tl_app_message(app, "Cannot open link containing dangerous characters");
	tl_buf_fini(&command);
}

void tl_links_open(struct tl_app *app, const struct tl_number *n)
{
	const char *uri = app->links.uri, *handler;
	size_t len;

	if (tl_shell_refused(app, TL_SECURE_OSC8))
		return;
	if (!tl_links_selected(app) || !uri) {
		tl_app_message(app, "No OSC8 link selected");
		return;
	}
	if (*uri == '#') {
		go_to_anchor(app, uri + 1);
		return;
	}
	handler = handler_for(uri);
	len = tl_link_scheme(uri);
	if (handler)
		open_with(app, handler, uri);
	else
		tl_app_message(app, "No handler for \"%.*s\" link type", len ? (int)len : 4,
			       len ? uri : "NONE");
}

bool tl_links_click(struct tl_app *app, unsigned y, unsigned x)
{
	struct tl_layout *lay = tl_view_layout(app->text.view);
	struct tl_buf line = TL_BUF_INIT;
	struct tl_link link;
	uint64_t pos, start, next;
	bool hit = false, again;

	if (!tl_view_pos_at(app->text.view, y, x, &pos) ||
	    tl_cursor_line_start(&lay->cur, pos, TL_STRETCH, &start) == TL_FAILED ||
	    !read_line(app, start, &line, &next))
		return false;
	if (tl_link_prev((struct tl_span){ line.data, line.len }, (size_t)(pos - start) + 1, &link))
		hit = pos - start >= link.text && pos - start < link.end;
	again = hit && app->links.start == start + link.start && tl_links_selected(app);
	if (hit && !again) {
		select_link(app, start, &line, &link);
		tl_app_message(app, "Link: %s", app->links.uri);
	}
	tl_buf_fini(&line);
	if (again)
		tl_links_open(app, NULL);
	return hit;
}

/* ---- life */

void tl_links_text_closing(struct tl_app *app)
{
	tl_links_cancel(app);
	tl_links_unselect(app);
}

void tl_links_fini(struct tl_app *app)
{
	tl_links_text_closing(app);
	tl_matcher_free(app->links.matcher);
}
