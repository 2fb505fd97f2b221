/* status.c: the bottom line: prompts, progress, messages; and the facts that prompts ask for. */
#include "pager/app.h"
#include "pager/celltext.h"
#include "pager/env.h"
#include "pager/finding.h"

#include "pager/promptline.h"
#include "pager/reopening.h"
#include "pager/tagkeys.h"
#include "pager/texttimes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- facts for prompts */

static uint64_t line_pos(struct tl_app *app, enum tl_prompt_line where)
{
	struct tl_view *v = app->text.view;
	unsigned rows = tl_view_rows(v), i = 0;
	uint64_t pos;

	switch (where) {
	case TL_LINE_TOP:
		for (i = 0; i < rows && tl_view_pos(v, i) == TL_NOPOS; i++)
			;
		return tl_view_pos(v, i < rows ? i : rows);
	case TL_LINE_MIDDLE:
		pos = tl_view_pos(v, rows / 2);
		if (pos != TL_NOPOS)
			return pos;
		/* A short first screen counts as if it stood at the bottom. */
		return tl_view_squished(v) ? tl_view_pos(v, 0) : line_pos(app, TL_LINE_BOTTOM);
	case TL_LINE_BOTTOM:
		for (i = rows; i > 0 && tl_view_pos(v, i - 1) == TL_NOPOS; i--)
			;
		return i > 0 ? tl_view_pos(v, i - 1) : TL_NOPOS;
	case TL_LINE_AFTER:
		return tl_view_pos(v, rows);
	case TL_LINE_TARGET:
		return tl_view_pos(v, tl_move_jump_row(app));
	}
	return TL_NOPOS;
}

/* A last line without a newline: who shows it has looked for more. */
static bool ends_within_line(struct tl_source *src, uint64_t nchunks)
{
	struct tl_span span;
	bool within;

	if (nchunks == 0 || tl_source_pin(src, nchunks - 1, &span, NULL) != TL_FOUND)
		return false;
	within = span.len > 0 && span.data[span.len - 1] != '\n';
	tl_source_unpin(src, nchunks - 1, &span);
	return within;
}

/*
 * Is it known how large the text is?  As in less, of a pipe only once something has looked for more and
 * found nothing, however far it was read.
 */
static bool complete(struct tl_app *app)
{
	struct tl_text *t = &app->text;
	struct tl_extent ext;

	tl_source_extent(t->src, &ext);
	if (!ext.complete)
		return false;
	t->end_seen |= tl_view_at_end(t->view) && ends_within_line(t->src, ext.nchunks);
	return t->end_seen || app->opt.file_size || strcmp(tl_source_kind(t->src), "pipe") != 0;
}

bool tl_app_at_end(struct tl_app *app)
{
	return complete(app) && tl_view_at_end(app->text.view);
}

static bool source_size(struct tl_app *app, uint64_t *n)
{
	if (tl_app_decoder(app, NULL)) /* nobody knows before all of it is decoded */
		return false;
	*n = tl_source_end(app->text.src);
	return complete(app);
}

static bool line_number(struct tl_app *app, enum tl_prompt_line where, uint64_t *n, bool *pending)
{
	uint64_t pos = line_pos(app, where), size;
	enum tl_lookup found;

	if (app->opt.numbers == 0 && !app->text.help)
		return false;
	if (pos == TL_NOPOS || line_pos(app, TL_LINE_BOTTOM) == TL_NOPOS)
		return false; /* not even one line is shown */
	found = tl_lineindex_line_of(app->text.lines, pos, n);
	if (where != TL_LINE_AFTER || !source_size(app, &size) || pos < size)
		++*n; /* behind the last line there is none: the last one is told */
	if (found == TL_FOUND)
		found = tl_view_shown_number(app->text.view, n);
	*pending = found == TL_PENDING;
	return found == TL_FOUND;
}

static bool line_count(struct tl_app *app, uint64_t *n, bool *pending)
{
	if (app->opt.numbers == 0 || !complete(app))
		return false;
	*pending = tl_lineindex_count(app->text.lines, n) == TL_PENDING ||
		   tl_view_shown_number(app->text.view, n) == TL_PENDING;
	return !*pending;
}

/* Rounded to the nearest, as less does. */
static uint64_t percent(uint64_t part, uint64_t whole)
{
	return whole == 0 ? 100 : (uint64_t)((double)part * 100 / (double)whole + 0.5);
}

static bool fact_number(void *arg, char what, enum tl_prompt_line where, uint64_t *n, bool *pending)
{
	struct tl_app *app = arg;
	uint64_t pos, size, line;

	switch (what) {
	case 'i':
		*n = tl_tag_count() > 0 ? tl_tag_current() : app->files.current + 1;
		return !app->text.help;
	case 'm':
		*n = tl_tag_count() > 0 ? tl_tag_count() : app->files.n;
		return true;
	case 'c':
		*n = app->hshift + 1;
		return true;
	case 'C':
		*n = app->hshift + app->cols;
		return true;
	case 'W':
		*n = tl_view_widest(app->text.view);
		return true;
	case 'Q':
		size = tl_view_widest(app->text.view);
		*n = size > 0 ? ((app->hshift + app->cols) * 100 + size / 2) / size : 0;
		return size > 0;
	case 'B':
	case 's':
		return source_size(app, n);
	case 'b':
		*n = line_pos(app, where);
		return *n != TL_NOPOS && !tl_app_decoder(app, NULL);
	case 'p':
		pos = line_pos(app, where);
		if (pos != TL_NOPOS && tl_app_decoder(app, NULL)) {
			*n = (uint64_t)(tl_source_fraction(app->text.src, pos) * 100 + 0.5);
			return true;
		}
		if (pos == TL_NOPOS || !source_size(app, &size))
			return false;
		*n = percent(pos, size);
		return true;
	case 'l':
		return line_number(app, where, n, pending);
	case 'L':
		return line_count(app, n, pending);
	case 'P':
		if (!line_number(app, where, &line, pending) || !line_count(app, &size, pending))
			return false;
		*n = size > 0 ? line * 100 / size : 0; /* rounded down, as less does here */
		return true;
	case 'd':
	case 'D': {
		uint64_t per = app->rows > 1 ? app->rows - 1 : 1;

		if (!(what == 'd' ? line_number(app, where, &line, pending)
				  : line_count(app, &line, pending)))
			return false;
		*n = line == 0 ? 1 : (line - 1) / per + 1;
		return true;
	}
	}
	return false;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static const char *fact_text(void *arg, char what)
{
	struct tl_app *app = arg;
	struct tl_filelist *fl = &app->files;

	switch (what) {
	case 'f':
		return app->text.name;
	case 'F':
		return app->text.name ? base_name(app->text.name) : "";
	case 'E':
		return tl_env_is_set("VISUAL")   ? tl_env("VISUAL")
		       : tl_env_is_set("EDITOR") ? tl_env("EDITOR")
						 : "vi";
	case 'x':
		return fl->current + 1 < fl->n ? fl->files[fl->current + 1]->name : NULL;
	case 'T':
		return tl_tag_count() > 0 ? "tag" : "file";
	case 'k':
	case 'q':
	case 'w':
	case 'S':
	case 'v':
		return tl_time_fact(app, what, line_pos(app, TL_LINE_TOP));
	}
	return NULL;
}

static bool fact_state(void *arg, char what)
{
	struct tl_app *app = arg;

	switch (what) {
	case 'e':
		return tl_app_at_end(app);
	case 'f':
	case 'g':
		return app->text.name && strcmp(app->text.name, "-") != 0;
	case 'n':
		return app->new_file;
	case 'm':
		return (tl_tag_count() > 0 ? tl_tag_count() : app->files.n) > 1;
	case 'c':
		return app->hshift > 0;
	case 'x':
		return !app->text.help && app->files.current + 1 < app->files.n;
	case 'O':
		return tl_links_selected(app);
	case 'k':
	case 'q':
	case 'w':
	case 'S':
	case 'v':
		return tl_time_has(app, what, line_pos(app, TL_LINE_TOP));
	}
	return false;
}

const struct tl_prompt_facts *tl_app_facts(struct tl_app *app)
{
	static struct tl_prompt_facts facts = { NULL, fact_number, fact_text, fact_state };

	facts.arg = app;
	return &facts;
}

/* Sequences of the prompt are colours; an ESC in a name is a character like others. */
static const char *shown_text(void *arg, char what)
{
	static struct tl_buf shown;
	const char *text = fact_text(arg, what);

	if (!text || !strchr(text, '\033'))
		return text;
	shown.len = 0;
	for (; *text; text++)
		if (!(*text == '\033' ? tl_buf_puts(&shown, "ESC")
				      : tl_buf_putc(&shown, (uint8_t)*text)))
			return NULL;
	return tl_buf_str(&shown);
}

const struct tl_prompt_facts *tl_app_shown_facts(struct tl_app *app)
{
	static struct tl_prompt_facts facts = { NULL, fact_number, shown_text, fact_state };

	facts.arg = app;
	return &facts;
}

enum tl_prompt_text tl_app_prompt_text(struct tl_app *app)
{
	if (tl_app_decoder(app, NULL))
		return TL_PROMPT_OF_RECORDING;
	/* Who calls it less may read what it says. */
	return !app->called_less && !app->opt.more && !app->text.help &&
		       tl_texttimes_any(app->text.times)
		   ? TL_PROMPT_OF_TIMES
		   : TL_PROMPT_OF_TEXT;
}

const char *tl_app_version(const struct tl_app *app)
{
	return app->called_less ? "less " TL_LESS_VERSION : "tless " TL_VERSION;
}

/* ---- the bottom line */

static double op_progress(struct tl_app *app)
{
	uint64_t done, total, hits;

	switch (app->op.kind) {
	case TL_OP_SEARCH:
		return tl_find_how_far(app);
	case TL_OP_LINE:
		tl_lineindex_progress(app->text.lines, &done, &total);
		return total ? (double)done / (double)total : 0;
	case TL_OP_LINK:
		return app->links.scan ? tl_scan_progress(app->links.scan, &hits) : 0;
	case TL_OP_TIME:
		return tl_time_how_far(app);
	case TL_OP_GAP:
		return tl_gap_how_far(app);
	case TL_OP_TOP:
		return tl_top_how_far(app);
	case TL_OP_CALL:
		return tl_call_how_far(app);
	case TL_OP_BRACKET:
		return tl_bracket_progress(app);
	case TL_OP_TAG:
		return tl_tag_progress(app);
	case TL_OP_REOPEN:
		return tl_reopening_how_far(app);
	default:
		if (app->text.filter && app->find.nfilters > 0)
			return tl_filter_progress(app->text.filter, &hits);
		return -1;
	}
}

/* One that has brought something since then is being read. */
#define FLOWING_MS 500

/* A text that has brought nothing for so long keeps one waiting. */
static uint64_t data_delay_ms(void)
{
	const char *delay = tl_env("LESS_DATA_DELAY");
	int ms = delay ? atoi(delay) : 0;

	return ms > 0 ? (uint64_t)ms : 4000;
}

static void op_text(struct tl_app *app, struct tl_buf *out)
{
	struct tl_extent ext;
	double done = op_progress(app), made;
	const char *what = NULL;

	tl_source_extent(app->text.src, &ext);
	made = ext.complete ? -1 : tl_source_progress(app->text.src);
	if (app->op.kind == TL_OP_SEARCH || app->op.kind == TL_OP_BRACKET ||
	    app->op.kind == TL_OP_LINK || app->op.kind == TL_OP_TAG || app->op.kind == TL_OP_CALL)
		what = "Searching";
	else if (app->op.kind == TL_OP_LINE)
		what = "Calculating line numbers";
	else if (app->op.kind == TL_OP_TIME || app->op.kind == TL_OP_GAP)
		what = "Seeking";
	else if (app->op.kind == TL_OP_TOP)
		what = "Counting";
	else if (app->op.kind == TL_OP_REOPEN)
		what = "Changing the view";
	else if (app->text.filter && app->find.nfilters > 0)
		what = "Filtering";
	else if (app->op.busy || tl_app_decoder(app, NULL))
		what = "Moving";
	else if (made >= 0)
		what = "Decompressing";
	else if (app->op.kind == TL_OP_END && tl_now_ms() < app->op.seen_ms + FLOWING_MS)
		what = "Reading";
	if (!what || (!ext.complete && tl_now_ms() >= app->op.seen_ms + data_delay_ms())) {
		tl_follow_message(app, out);
		return;
	}
	tl_buf_puts(out, what);
	if (made >= 0)
		done = made;
	if (done >= 0 && (ext.complete || made >= 0))
		tl_buf_printf(out, "... %d%% (^C to stop)", (int)(done * 100));
	else if (!ext.complete && (app->op.kind == TL_OP_END || app->op.kind == TL_OP_SEARCH ||
				   app->op.kind == TL_OP_LINE))
		tl_buf_printf(out, "... %llu MiB (^C to stop)",
			      (unsigned long long)(tl_source_end(app->text.src) >> 20));
	else
		tl_buf_printf(out, "... (^C to stop)");
}

static unsigned put(struct tl_app *app, struct tl_cell *row, unsigned col, const char *text,
		    uint32_t flags)
{
	return tl_cells_put(row, app->cols > 1 ? app->cols - 1 : 1, col, text, strlen(text), flags,
			    app->charset);
}

static bool op_visible(struct tl_app *app)
{
	return app->op.kind != TL_OP_NONE && app->op.shown_ms != 0;
}

static const char *prompt_now(struct tl_app *app)
{
	if (app->text.help && app->text.prompt)
		return app->text.prompt;
	return tl_prompt_proto(
	    &app->opt, app->text.help ? TL_PROMPT_HELP : tl_prompt_kind(&app->opt),
	    tl_app_decoder(app, NULL) ? TL_PROMPT_OF_RECORDING : TL_PROMPT_OF_TEXT);
}

/* The prompt of command mode.  Returns the cursor's column. */
static unsigned command_prompt(struct tl_app *app, struct tl_cell *row)
{
	struct tl_buf text = TL_BUF_INIT;
	char hits[64];
	unsigned col = 0;

	/* ESC may begin a key that edits the number: that is shown until it has become a command. */
	if (app->nkeys > 0 && !(app->number_text[0] && app->keys[0] == '\033')) {
		col = put(app, row, 0, " ", 0);
		col = tl_cells_put(row, app->cols - 1, col, (const char *)app->lost_keys,
				   app->nlost, 0, app->charset);
		return tl_cells_put(row, app->cols - 1, col, (const char *)app->keys, app->nkeys, 0,
				    app->charset);
	}
	if (app->number_text[0]) {
		col = put(app, row, 0, ":", 0);
		put(app, row, col, app->number_text, 0);
		return col + app->number_at;
	}
	if (op_visible(app)) {
		op_text(app, &text);
		col = put(app, row, 0, tl_buf_str(&text), TL_ROLE(TL_ROLE_ERROR));
		tl_buf_fini(&text);
		return col;
	}
	if (app->text.filter && app->find.nfilters > 0)
		col = put(app, row, 0, "& ", 0);
	tl_prompt_format(prompt_now(app), tl_app_shown_facts(app), &text, &app->prompt_pending);
	tl_find_hit_count(app, hits, sizeof(hits));
	if (*hits) {
		if (text.len > 0)
			tl_buf_putc(&text, ' ');
		tl_buf_puts(&text, hits);
	}
	if (app->new_file)
		app->name_shown = true;
	if (text.len == 0)
		col = put(app, row, col, ":", TL_ROLE(TL_ROLE_COLON));
	else
		col = tl_promptline_put(row, app->cols, col, tl_buf_str(&text), app->charset);
	tl_buf_fini(&text);
	return col;
}

static void clear_rows(struct tl_app *app, struct tl_cell *cells, unsigned from, unsigned to)
{
	for (size_t i = (size_t)from * app->cols; i < (size_t)to * app->cols; i++)
		cells[i] = tl_cell_blank();
}

/* Takes the text. */
static unsigned long_line(struct tl_app *app, struct tl_cell *cells, unsigned used,
			  struct tl_buf *text)
{
	size_t width = tl_text_width(tl_buf_str(text), text->len, app->charset);
	unsigned col, more = (unsigned)(width / app->cols), first;

	if (more > used)
		more = used;
	first = used - more;
	memmove(cells, cells + (size_t)more * app->cols,
		(size_t)first * app->cols * sizeof(*cells));
	clear_rows(app, cells, first, used + 1);
	col =
	    tl_cells_put(cells + (size_t)first * app->cols, (more + 1) * app->cols - 1, 0,
			 (const char *)text->data, text->len, TL_ROLE(TL_ROLE_ERROR), app->charset);
	tl_buf_fini(text);
	return col - more * app->cols;
}

static unsigned message_line(struct tl_app *app, struct tl_cell *cells, unsigned used)
{
	struct tl_buf text = TL_BUF_INIT;

	if (app->message_is_proto)
		tl_prompt_format(app->messages[0], tl_app_facts(app), &text, &app->prompt_pending);
	else
		tl_buf_puts(&text, app->messages[0]);
	tl_buf_puts(&text, "  (press RETURN)");
	return long_line(app, cells, used, &text);
}

static unsigned follow_line(struct tl_app *app, struct tl_cell *cells, unsigned used)
{
	struct tl_buf text = TL_BUF_INIT;

	tl_follow_message(app, &text);
	return long_line(app, cells, used, &text);
}

unsigned tl_app_bottom_line(struct tl_app *app, struct tl_cell *cells, unsigned used)
{
	struct tl_cell *row = cells + (size_t)used * app->cols;

	clear_rows(app, cells, used, used + 1);
	app->prompt_pending = false;
	switch (app->mode) {
	case TL_MODE_COMMAND:
		return command_prompt(app, row);
	case TL_MODE_LINE:
		return tl_lineedit_draw(&app->line, row, app->cols);
	case TL_MODE_CHAR:
		return put(app, row, 0, app->char_prompt, 0);
	case TL_MODE_MESSAGE:
		return message_line(app, cells, used);
	case TL_MODE_FOLLOW:
		return follow_line(app, cells, used);
	}
	return 0;
}
