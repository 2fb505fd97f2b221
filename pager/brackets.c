/*
 * brackets.c: { } ( ) [ ], ESC-^F and ESC-^B: from a bracket to the one that belongs to it.
 * The text between may be long: it is looked through in steps, as an operation.
 */
#include "pager/commands.h"

#include <string.h>

/* Bytes looked through between two looks at the keyboard: a few milliseconds. */
#define STEP_BYTES (UINT64_C(8) << 20)

/* The search under way.  `open` is the bracket one starts from: behind it, or before it when going
 * backward, `close` is looked for. */
static struct {
	uint8_t open, close;
	bool backward;
	uint64_t nth;  /* bracket of the line that is still looked for; 0: it was found */
	uint64_t nest; /* brackets opened since */
	uint64_t from, pos;
} seek;

/* What a look at some bytes told. */
enum seen {
	SEEN_NOTHING,
	SEEN_IT,
	SEEN_LINE_END,
};

#define BLOCK 64

/* Is none of the two bytes in a block?  The compiler makes vector code of it. */
static bool lacks_both(const uint8_t *p, uint8_t a, uint8_t b)
{
	unsigned any = 0;

	for (int i = 0; i < BLOCK; i++)
		any |= (unsigned)(p[i] == a) | (unsigned)(p[i] == b);
	return any == 0;
}

/* Count one byte; true: it is the bracket that belongs to the first one. */
static bool closes(uint8_t c)
{
	if (c == seek.open)
		seek.nest++;
	else if (c == seek.close && seek.nest-- == 0)
		return true;
	return false;
}

/* Look for the nth bracket in the line: *at is the byte behind it. */
static enum seen look_in_line(struct tl_span span, size_t *at)
{
	for (size_t i = 0; i < span.len; i++) {
		if (span.data[i] == '\n')
			return SEEN_LINE_END;
		if (span.data[i] == seek.open && --seek.nth == 0) {
			*at = i + 1;
			return SEEN_IT;
		}
	}
	return SEEN_NOTHING;
}

static enum seen look_forward(struct tl_span span, size_t *at)
{
	for (size_t i = 0; i < span.len;) {
		size_t end = span.len - i < BLOCK ? span.len : i + BLOCK;

		if (end - i == BLOCK && lacks_both(span.data + i, seek.open, seek.close)) {
			i = end;
			continue;
		}
		for (; i < end; i++)
			if (closes(span.data[i])) {
				*at = i;
				return SEEN_IT;
			}
	}
	return SEEN_NOTHING;
}

static enum seen look_backward(struct tl_span span, size_t *at)
{
	for (size_t i = span.len; i > 0;) {
		size_t start = i < BLOCK ? 0 : i - BLOCK;

		if (i - start == BLOCK && lacks_both(span.data + start, seek.open, seek.close)) {
			i = start;
			continue;
		}
		for (; i > start; i--)
			if (closes(span.data[i - 1])) {
				*at = i - 1;
				return SEEN_IT;
			}
	}
	return SEEN_NOTHING;
}

/* Look at one run of bytes and move on; found tells what the cursor said. */
static enum seen look(struct tl_cursor *cur, enum tl_lookup *found, size_t *len)
{
	struct tl_span span;
	enum seen seen;
	uint64_t start;
	size_t at = 0;

	*len = 0;
	if (seek.nth == 0 && seek.backward) {
		*found = tl_cursor_backward(cur, seek.pos, &span, &start);
		if (*found != TL_FOUND)
			return SEEN_NOTHING;
		*len = span.len;
		seen = look_backward(span, &at);
		seek.pos = start + at;
		return seen;
	}
	*found = tl_cursor_forward(cur, seek.pos, &span);
	if (*found != TL_FOUND)
		return SEEN_NOTHING;
	*len = span.len;
	if (seek.nth == 0) {
		seen = look_forward(span, &at);
	} else {
		seen = look_in_line(span, &at);
		if (seen == SEEN_IT && seek.backward)
			at--; /* the bytes before it come next */
	}
	seek.pos = tl_cursor_after(cur, seek.pos, seen == SEEN_NOTHING ? span.len : at);
	return seen;
}

static void say_end(struct tl_app *app)
{
	const char *line = seek.backward ? "bottom" : "top";

	if (seek.nth > 0)
		tl_app_message(app, "No bracket in %s line", line);
	else
		tl_app_message(app, "No matching bracket");
}

static void show(struct tl_app *app)
{
	unsigned row = seek.backward ? 0 : tl_view_rows(app->text.view) - 1;

	tl_move_jump(app, seek.pos, row, false);
}

bool tl_bracket_step(struct tl_app *app)
{
	struct tl_cursor cur;
	enum tl_lookup found = TL_FOUND;
	bool over = false, first;
	uint64_t seen_bytes = 0;

	app->op.busy = true;
	tl_cursor_init(&cur, app->text.src);
	cur.hasty = true;
	while (!over && seen_bytes < STEP_BYTES) {
		size_t len;
		enum seen seen;

		first = seek.nth > 0;
		seen = look(&cur, &found, &len);
		seen_bytes += len;
		over = found == TL_NONE || found == TL_FAILED || seen == SEEN_LINE_END ||
		       (seen == SEEN_IT && !first);
		if (found == TL_PENDING)
			break;
		if (over && seen == SEEN_IT)
			show(app);
		else if (over && found == TL_FAILED)
			tl_app_message(app, "%s", cur.err.msg);
		else if (over)
			say_end(app);
	}
	tl_cursor_fini(&cur);
	app->op.busy = !over && found != TL_PENDING;
	return over;
}

double tl_bracket_progress(struct tl_app *app)
{
	double at = tl_source_fraction(app->text.src, seek.pos);
	double from = tl_source_fraction(app->text.src, seek.from);

	if (seek.backward)
		return from > 0 ? (from - at) / from : 1;
	return from < 1 ? (at - from) / (1 - from) : 1;
}

static void match(struct tl_app *app, uint8_t open, uint8_t close, bool backward, uint64_t nth)
{
	struct tl_view *v = app->text.view;
	uint64_t pos = tl_view_pos(v, backward ? tl_view_rows(v) - 1 : 0);

	if (pos == TL_NOPOS) {
		tl_app_message(app, "Nothing in %s line", backward ? "bottom" : "top");
		return;
	}
	seek.open = open;
	seek.close = close;
	seek.backward = backward;
	seek.nth = nth;
	seek.nest = 0;
	seek.from = seek.pos = pos;
	tl_app_begin(app, TL_OP_BRACKET, 0, false);
}

/* ---- commands */

void tl_bracket_curly_forward(struct tl_app *app, const struct tl_number *n)
{
	match(app, '{', '}', false, tl_number_or(n, 1));
}

void tl_bracket_curly_backward(struct tl_app *app, const struct tl_number *n)
{
	match(app, '}', '{', true, tl_number_or(n, 1));
}

void tl_bracket_round_forward(struct tl_app *app, const struct tl_number *n)
{
	match(app, '(', ')', false, tl_number_or(n, 1));
}

void tl_bracket_round_backward(struct tl_app *app, const struct tl_number *n)
{
	match(app, ')', '(', true, tl_number_or(n, 1));
}

void tl_bracket_square_forward(struct tl_app *app, const struct tl_number *n)
{
	match(app, '[', ']', false, tl_number_or(n, 1));
}

void tl_bracket_square_backward(struct tl_app *app, const struct tl_number *n)
{
	match(app, ']', '[', true, tl_number_or(n, 1));
}

/* ESC-^F, ESC-^B: the two brackets are typed. */
static struct {
	bool backward;
	uint64_t nth;
} asked;

static void brackets_done(struct tl_app *app, const char *text)
{
	uint8_t open = (uint8_t)text[0], close = open ? (uint8_t)text[1] : 0;

	if (close == 0)
		return;
	match(app, asked.backward ? close : open, asked.backward ? open : close, asked.backward,
	      asked.nth);
}

/* The second character ends the line. */
static bool second_key(struct tl_app *app, unsigned key)
{
	char pair[3];

	if (app->line.text.len != 1 || ((key < 0x20 || key > 0x7e) && key != '\r' && key != '\n') ||
	    (int)key == app->tty.erase || (int)key == app->tty.kill)
		return false;
	pair[0] = tl_lineedit_text(&app->line)[0];
	pair[1] = (char)key;
	pair[2] = '\0';
	app->mode = TL_MODE_COMMAND;
	brackets_done(app, pair);
	return true;
}

static void ask_brackets(struct tl_app *app, bool backward, const struct tl_number *n)
{
	asked.backward = backward;
	asked.nth = tl_number_or(n, 1);
	tl_app_ask(app, "Brackets: ", NULL, brackets_done);
	app->line_key = second_key;
}

void tl_bracket_any_forward(struct tl_app *app, const struct tl_number *n)
{
	ask_brackets(app, false, n);
}

void tl_bracket_any_backward(struct tl_app *app, const struct tl_number *n)
{
	ask_brackets(app, true, n);
}
