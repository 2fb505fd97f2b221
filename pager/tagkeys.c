/* tagkeys.c: see tagkeys.h. */
#include "pager/tagkeys.h"

#include "pager/commands.h"
#include "pager/secure.h"
#include "pager/tags.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The places of the last tag, the one shown, and the search for what its line begins with. */
static struct {
	struct tl_tags tags;
	size_t current;
	struct tl_matcher *matcher;
	struct tl_scan *scan;
	bool at_start; /* -t of the command line: there is nothing else to show */
	size_t back;   /* file to show again if the line is not found; SIZE_MAX: stay */
} state;

size_t tl_tag_current(void)
{
	return state.tags.n > 0 ? state.current + 1 : 0;
}

size_t tl_tag_count(void)
{
	return state.tags.n;
}

void tl_tag_cancel(struct tl_app *app)
{
	tl_scan_close(state.scan);
	state.scan = NULL;
	tl_matcher_free(state.matcher);
	state.matcher = NULL;
}

void tl_tag_fini(void)
{
	tl_tags_fini(&state.tags);
}

/* ---- looking up */

static bool look_up(struct tl_app *app, const char *tag, struct tl_err *err)
{
	const char *path = app->opt.tag_file && *app->opt.tag_file ? app->opt.tag_file : "tags";
	struct tl_tags found = { NULL, 0 };

	tag += strspn(tag, " \t");
	tl_tags_fini(&state.tags);
	state.current = 0;
	switch (tl_tags_find(path, tag, &found)) {
	case TL_TAGS_NO_FILE:
		return tl_err_set(err, "No tags file");
	case TL_TAGS_NO_TAG:
		return tl_err_set(err, "No such tag in tags file");
	case TL_TAGS_FOUND:
		state.tags = found;
	}
	return true;
}

const char *tl_tag_first(struct tl_app *app, const char *tag, struct tl_err *err)
{
	if (!tl_secure_allows(TL_SECURE_TAGS)) {
		tl_err_set(err, "tags support is not available");
		return NULL;
	}
	state.at_start = true;
	return look_up(app, tag, err) ? state.tags.tags[0].file : NULL;
}

/* ---- the line */

/* What a line begins with, as a pattern. */
static bool make_matcher(const struct tl_tag *tag, struct tl_matcher **out, struct tl_err *err)
{
	struct tl_buf pattern = TL_BUF_INIT;
	bool ok = tl_buf_putc(&pattern, '^');

	for (const char *p = tag->pattern; ok && *p; p++) {
		if (strchr("\\^$.[]|()*+?{}", *p))
			ok = tl_buf_putc(&pattern, '\\');
		ok = ok && tl_buf_putc(&pattern, (uint8_t)*p);
	}
	if (ok && tag->whole_line)
		ok = tl_buf_putc(&pattern, '$');
	ok = ok && tl_matcher_new((const char *)pattern.data, pattern.len, TL_MATCH_CRLF, out, err);
	tl_buf_fini(&pattern);
	return ok;
}

void tl_tag_go_to_line(struct tl_app *app)
{
	const struct tl_tag *tag;
	struct tl_err err = TL_ERR_INIT;
	struct tl_scan_request req = {
		.src = app->text.src, .mailbox = app->mailbox, .until = TL_NOPOS, .nth = 1
	};

	if (state.tags.n == 0 || !app->text.src)
		return;
	tag = &state.tags.tags[state.current];
	if (!tag->pattern) {
		tl_move_to_line(app, tag->line - 1);
		return;
	}
	tl_app_end_op(app);
	tl_tag_cancel(app);
	if (make_matcher(tag, &state.matcher, &err)) {
		req.m = state.matcher;
		if (tl_scan_start(&req, app->jobs, &state.scan, &err)) {
			tl_app_begin(app, TL_OP_TAG, 0, false);
			return;
		}
	}
	tl_app_message(app, "%s", err.msg);
}

/* less goes back to where it was, or ends where there is nothing. */
static void not_found(struct tl_app *app)
{
	if (state.at_start) {
		tl_screen_stop(app->screen);
		fprintf(stderr, "Tag not found\n");
		tl_app_quit(app, TL_EXIT_ERROR);
		return;
	}
	if (state.back < app->files.n)
		tl_app_open(app, state.back);
	tl_app_message(app, "Tag not found");
}

bool tl_tag_step(struct tl_app *app)
{
	struct tl_scan_result r;

	if (!state.scan)
		return true;
	tl_scan_result(state.scan, &r);
	if (r.state == TL_SCAN_RUNNING)
		return false;
	tl_tag_cancel(app);
	if (r.state == TL_SCAN_HIT)
		tl_move_jump_line(app, r.pos);
	else if (r.state == TL_SCAN_MISS)
		not_found(app);
	else if (r.state == TL_SCAN_FAILED)
		tl_app_message(app, "%s", r.err.msg);
	return true;
}

double tl_tag_progress(struct tl_app *app)
{
	uint64_t hits;

	return state.scan ? tl_scan_progress(state.scan, &hits) : 0;
}

/* ---- commands */

static void show_current(struct tl_app *app)
{
	size_t before = app->files.current;

	state.at_start = false;
	state.back = SIZE_MAX;
	if (app->text.help)
		tl_app_leave_help(app);
	if (!tl_files_open_name(app, state.tags.tags[state.current].file) ||
	    app->mode == TL_MODE_CHAR) /* the user is asked whether to see it */
		return;
	if (app->files.current != before)
		state.back = before; /* a new file comes behind it */
	app->new_file = true;        /* the prompt tells which place it is */
	app->name_shown = false;
	tl_tag_go_to_line(app);
}

void tl_tag_examine(struct tl_app *app, const char *tag)
{
	struct tl_err err = TL_ERR_INIT;

	if (!tl_tag_first(app, tag, &err))
		tl_app_message(app, "%s", err.msg);
	else
		show_current(app);
}

void tl_tag_next(struct tl_app *app, const struct tl_number *n)
{
	uint64_t by = tl_number_or(n, 1);

	if (by >= state.tags.n - state.current || state.tags.n == 0) {
		tl_app_message(app, "No next tag");
	} else {
		state.current += (size_t)by;
		show_current(app);
	}
}

void tl_tag_previous(struct tl_app *app, const struct tl_number *n)
{
	uint64_t by = tl_number_or(n, 1);

	if (by > state.current) {
		tl_app_message(app, "No previous tag");
	} else {
		state.current -= (size_t)by;
		show_current(app);
	}
}

static void tag_done(struct tl_app *app, const char *tag)
{
	if (*tag)
		tl_tag_examine(app, tag);
}

/* In a recording :t may go on as :top. */
static void tag_or_top(struct tl_app *app, const char *text)
{
	if (!strcmp(text, "op"))
		tl_top_begin(app);
	else
		tag_done(app, text + strspn(text, " "));
}

void tl_tag_ask(struct tl_app *app, const struct tl_number *n)
{
	if (tl_top_possible(app))
		tl_app_ask(app, ":t", NULL, tag_or_top);
	else
		tl_app_ask(app, "tag: ", NULL, tag_done);
}
