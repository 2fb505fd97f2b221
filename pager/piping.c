/* piping.c: | and ||: a part of the text is written to a command. */
#include "pager/shell.h"

#include "pager/commands.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long to wait for a pipe that has not brought the text yet. */
#define WAIT_MS 5

/* What is written: from the line of the row at `from` to the end of the line at `to`; TL_NOPOS: to
 * the end of the text. */
static struct {
	uint64_t from, to;
	uint64_t first; /* ||: the mark that was typed first */
	bool second;    /* it is there */
	bool two;
} part;

/* ---- writing */

/* How much of a span belongs to the part: up to `to` and on to the end of the line. */
static size_t wanted(struct tl_span span, uint64_t from, uint64_t to, bool *ended)
{
	uint64_t skip = to == TL_NOPOS ? span.len : from <= to ? to - from : 0;
	const uint8_t *end;

	*ended = false;
	if (skip >= span.len)
		return span.len;
	end = memchr(span.data + skip, '\n', span.len - skip);
	*ended = end != NULL;
	return end ? (size_t)(end - span.data) + 1 : span.len;
}

/* Wait for text that is still coming.  False: the reader is gone, by ^C perhaps, which is for it. */
static bool wait_for_text(struct tl_app *app, int fd)
{
	struct pollfd p = { fd, 0, 0 };

	tl_source_want(app->text.src, UINT64_MAX);
	poll(&p, 1, WAIT_MS);
	return !(p.revents & POLLERR);
}

/* Write until all is written, or the reader has enough. */
static void feed_part(struct tl_app *app, int fd)
{
	struct tl_cursor cur;
	uint64_t pos = part.from;
	bool ended = false;

	tl_cursor_init(&cur, app->text.src);
	while (!ended) {
		struct tl_span span;
		enum tl_lookup found = tl_cursor_forward(&cur, pos, &span);
		ssize_t n;

		if (found == TL_PENDING && wait_for_text(app, fd))
			continue;
		if (found != TL_FOUND)
			break;
		span.len = wanted(span, pos, part.to, &ended);
		n = write(fd, span.data, span.len);
		if (n < 0 && errno != EINTR)
			break;
		ended = ended && n == (ssize_t)span.len;
		if (n > 0)
			pos = tl_cursor_after(&cur, pos, (size_t)n);
	}
	tl_cursor_fini(&cur);
}

static void command_done(struct tl_app *app, const char *text)
{
	struct tl_buf command = TL_BUF_INIT;
	bool tell = *text != CTRL('P');

	if (tl_shell_expand(app, text + !tell, &command)) {
		tl_shell_echo(app, tl_buf_str(&command));
		tl_shell_run(app, tl_buf_str(&command), feed_part);
		tl_app_resume(app);
		if (tell) {
			tl_screen_notice(app->screen, "|done  (press RETURN)");
			tl_shell_wait(app);
		}
	}
	tl_buf_fini(&command);
}

static void ask_command(struct tl_app *app)
{
	tl_app_ask(app, "!", &app->command_history, command_done);
	app->line_key = tl_shell_first_key;
	app->line.completer = &tl_complete_files;
}

/* ---- from where to where */

static uint64_t top(struct tl_app *app)
{
	uint64_t pos = tl_view_pos(app->text.view, 0);

	return pos == TL_NOPOS ? 0 : pos;
}

/* TL_NOPOS where the last row is empty: to the end then. */
static uint64_t bottom(struct tl_app *app)
{
	return tl_view_pos(app->text.view, tl_view_rows(app->text.view) - 1);
}

/* One mark: from it to the screen's end if it is before the screen, else from the screen to it. */
static void take_mark(struct tl_app *app, uint64_t pos, bool screen)
{
	part.from = top(app);
	part.to = bottom(app);
	if (!screen && pos <= part.from)
		part.from = pos;
	else if (!screen && part.to != TL_NOPOS)
		part.to = pos;
	ask_command(app);
}

static void pipe_mark(struct tl_app *app, unsigned key);

static void take_second(struct tl_app *app, uint64_t pos)
{
	if (!part.second) {
		part.first = pos;
		part.second = true;
		tl_app_ask_char(app, pipe_mark, "|second mark: ");
		return;
	}
	part.from = part.first < pos ? part.first : pos;
	part.to = part.first < pos ? pos : part.first;
	ask_command(app);
}

static void take(struct tl_app *app, uint64_t pos, bool screen)
{
	if (part.two)
		take_second(app, pos);
	else
		take_mark(app, pos, screen);
}

/* ^N: a line number instead of a mark. */
static void number_done(struct tl_app *app, const char *text)
{
	uint64_t line = strtoull(text, NULL, 10), pos;

	tl_app_count_lines(app, true);
	if (line == 0 || tl_lineindex_find(app->text.lines, line - 1, &pos) != TL_FOUND)
		tl_app_message(app, "Invalid line number");
	else
		take(app, pos, false);
}

/* The marks that are no letters.  False: it is none of them. */
static bool special_mark(struct tl_app *app, unsigned key, uint64_t *pos)
{
	const struct tl_file *f = tl_app_file(app);
	const struct tl_mark *m;

	switch (key) {
	case '^':
		*pos = 0;
		return true;
	case '$':
		*pos = TL_NOPOS;
		return true;
	case '.':
	case ':':
	case '\r':
	case '\n':
		*pos = top(app);
		return true;
	case ';':
		*pos = bottom(app);
		return true;
	case '\'':
		m = tl_marks_of(&app->marks, TL_MARK_LAST);
		*pos = f && tl_mark_is_in(m, f->name) ? m->pos : 0;
		return true;
	}
	return false;
}

static void ask_two(struct tl_app *app)
{
	part.two = true;
	part.second = false;
	tl_app_ask_char(app, pipe_mark, "|first mark: ");
}

static void pipe_mark(struct tl_app *app, unsigned key)
{
	const struct tl_file *f = tl_app_file(app);
	const struct tl_mark *m;
	uint64_t pos;

	if (key == CTRL('N')) {
		tl_app_ask(app,
			   !part.two      ? "|line number: "
			   : !part.second ? "|first line number: "
					  : "|second line number: ",
			   NULL, number_done);
		return;
	}
	if (key == '|' && !part.two) {
		ask_two(app);
		return;
	}
	if (special_mark(app, key, &pos)) {
		take(app, pos, key == '.' || key == '\r' || key == '\n');
		return;
	}
	if (key == (unsigned)app->tty.erase || key == '\b' || key == 0x7f)
		return;
	if (key >= 0x80 || !isalpha((int)key)) {
		if (key < 0x20)
			tl_app_message(app, "Invalid mark letter ^%c", (int)key ^ 0x40);
		else
			tl_app_message(app, "Invalid mark letter %c", (int)key & 0x7f);
		return;
	}
	m = tl_marks_of(&app->marks, key);
	if (!m->file)
		tl_app_message(app, "Mark not set");
	else if (!f || !tl_mark_is_in(m, f->name))
		tl_app_message(app, "Mark not in current file");
	else
		take(app, m->pos, false);
}

void tl_pipe_from_mark(struct tl_app *app, const struct tl_number *n)
{
	if (tl_shell_refused(app, TL_SECURE_PIPE))
		return;
	part.two = part.second = false;
	tl_app_ask_char(app, pipe_mark, "|mark: ");
}

void tl_pipe_between(struct tl_app *app, const struct tl_number *n)
{
	if (!tl_shell_refused(app, TL_SECURE_PIPE))
		ask_two(app);
}
