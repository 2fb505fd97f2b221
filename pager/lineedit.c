/* lineedit.c: see lineedit.h. */
#include "pager/lineedit.h"

#include "pager/celltext.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 2047 /* as in less: what is pasted by mistake ends somewhere */

static void forget_completion(struct tl_lineedit *le)
{
	le->completing = false;
	tl_words_fini(&le->words);
}

void tl_lineedit_start(struct tl_lineedit *le, const char *prompt, struct tl_history *history,
		       enum tl_charset charset)
{
	le->text.len = 0;
	le->at = le->first = 0;
	snprintf(le->prompt, sizeof(le->prompt), "%s", prompt);
	le->history = history;
	le->browsing = history ? history->n : 0;
	le->alike_known = false;
	le->literal = false;
	le->npart = le->npending = 0;
	le->charset = charset;
	le->completer = NULL;
	forget_completion(le);
}

void tl_lineedit_fini(struct tl_lineedit *le)
{
	forget_completion(le);
	tl_buf_fini(&le->text);
	tl_buf_fini(&le->original);
	free(le->bindings);
	le->bindings = NULL;
	le->nbindings = 0;
}

const char *tl_lineedit_text(struct tl_lineedit *le)
{
	return tl_buf_str(&le->text);
}

/* ---- characters and their columns */

static struct tl_char char_at(const struct tl_lineedit *le, size_t i)
{
	return tl_char_at(le->text.data + i, le->text.len - i, le->charset);
}

static unsigned width_at(const struct tl_lineedit *le, size_t i)
{
	struct tl_char c = char_at(le, i);
	char shown[TL_BINARY_MAX + 1];

	if (c.kind == TL_CHAR_COMBINING)
		return 0;
	return c.kind == TL_CHAR_PRINT ? c.width : (unsigned)tl_char_show(&c, shown);
}

static unsigned width_between(const struct tl_lineedit *le, size_t from, size_t to)
{
	const char *text = (const char *)le->text.data; /* NULL, when nothing was typed ever */

	return to > from ? (unsigned)tl_text_width(text + from, to - from, le->charset) : 0;
}

static unsigned prompt_width(const struct tl_lineedit *le)
{
	return (unsigned)tl_text_width(le->prompt, strlen(le->prompt), le->charset);
}

static size_t next_char(const struct tl_lineedit *le, size_t i)
{
	return i + char_at(le, i).len;
}

static bool continues(const struct tl_lineedit *le, size_t i)
{
	return le->charset == TL_CHARSET_UTF8 && (le->text.data[i] & 0xc0) == 0x80;
}

static size_t previous_char(const struct tl_lineedit *le, size_t i)
{
	do
		i--;
	while (i > 0 && continues(le, i));
	return i;
}

/* Behind the characters at i that take no column: they belong to what is before them. */
static size_t skip_combining(const struct tl_lineedit *le, size_t i)
{
	while (i < le->text.len && width_at(le, i) == 0)
		i = next_char(le, i);
	return i;
}

/* ---- the cursor, and which part of a long line is shown: it moves by half of the room */

static unsigned half_room(const struct tl_lineedit *le)
{
	unsigned taken = prompt_width(le);

	return le->cols > taken ? (le->cols - taken) / 2 : 0;
}

static void show_later_part(struct tl_lineedit *le)
{
	unsigned half = half_room(le), cols = 0;
	size_t i = le->first;

	while (cols < half && i < le->text.len) {
		cols += width_at(le, i);
		i = next_char(le, i);
	}
	le->first = skip_combining(le, i);
}

static void show_earlier_part(struct tl_lineedit *le)
{
	unsigned half = half_room(le), cols = 0;
	size_t i = le->first;

	while (cols < half && i > 0) {
		i = previous_char(le, i);
		cols += width_at(le, i);
	}
	le->first = i;
}

static void go_right(struct tl_lineedit *le)
{
	unsigned col;

	if (le->at >= le->text.len)
		return;
	col = prompt_width(le) + width_between(le, le->first, le->at) + width_at(le, le->at);
	/* The last column stays free, and the one before it if more follows. */
	if (le->cols > 0 && (col >= le->cols || (col == le->cols - 1 && le->at + 1 < le->text.len)))
		show_later_part(le);
	le->at = skip_combining(le, next_char(le, le->at));
}

static void go_left(struct tl_lineedit *le)
{
	size_t i = le->at;

	if (i == 0)
		return;
	do
		i = previous_char(le, i);
	while (i > 0 && width_at(le, i) == 0);
	if (i < le->first)
		show_earlier_part(le);
	le->at = i;
}

static void go_home(struct tl_lineedit *le)
{
	le->at = le->first = 0;
}

static void go_end(struct tl_lineedit *le)
{
	while (le->at < le->text.len)
		go_right(le);
}

static bool blank_at(const struct tl_lineedit *le, size_t i)
{
	return le->text.data[i] == ' ';
}

/* Moving by words goes to where one begins. */
static void go_word_left(struct tl_lineedit *le)
{
	while (le->at > 0 && blank_at(le, le->at - 1))
		go_left(le);
	while (le->at > 0 && !blank_at(le, le->at - 1))
		go_left(le);
}

static void go_word_right(struct tl_lineedit *le)
{
	while (le->at < le->text.len && !blank_at(le, le->at))
		go_right(le);
	while (le->at < le->text.len && blank_at(le, le->at))
		go_right(le);
}

/* ---- changing the text */

enum tl_edit tl_lineedit_insert(struct tl_lineedit *le, const void *bytes, size_t n)
{
	if (le->text.len + n > LINE_MAX_BYTES || !tl_buf_reserve(&le->text, n))
		return TL_EDIT_BAD;
	memmove(le->text.data + le->at + n, le->text.data + le->at, le->text.len - le->at);
	memcpy(le->text.data + le->at, bytes, n);
	le->text.len += n;
	le->alike_known = false;
	go_right(le);
	return TL_EDIT_MORE;
}

static enum tl_edit insert_text(struct tl_lineedit *le, const char *text, size_t n)
{
	for (size_t i = 0; i < n;) {
		struct tl_char c = tl_char_at((const uint8_t *)text + i, n - i, le->charset);

		if (tl_lineedit_insert(le, text + i, c.len) != TL_EDIT_MORE)
			return TL_EDIT_BAD;
		i += c.len;
	}
	return TL_EDIT_MORE;
}

void tl_lineedit_set(struct tl_lineedit *le, const char *text)
{
	go_home(le);
	le->text.len = 0;
	tl_buf_puts(&le->text, text);
	go_end(le);
}

/* The character before the cursor, with what combines with it. */
static void erase_left(struct tl_lineedit *le)
{
	size_t to = le->at;

	go_left(le);
	memmove(le->text.data + le->at, le->text.data + to, le->text.len - to);
	le->text.len -= to - le->at;
	le->alike_known = false;
}

static void erase_right(struct tl_lineedit *le)
{
	if (le->at == le->text.len)
		return;
	go_right(le);
	erase_left(le);
}

static enum tl_edit backspace(struct tl_lineedit *le)
{
	if (le->at == 0)
		return TL_EDIT_CANCEL;
	erase_left(le);
	return TL_EDIT_MORE;
}

/* Erasing takes either blanks or what is between blanks. */
static void erase_word_left(struct tl_lineedit *le)
{
	bool blank = le->at > 0 && blank_at(le, le->at - 1);

	while (le->at > 0 && blank_at(le, le->at - 1) == blank)
		erase_left(le);
}

static void erase_word_right(struct tl_lineedit *le)
{
	bool blank = le->at < le->text.len && blank_at(le, le->at);

	while (le->at < le->text.len && blank_at(le, le->at) == blank)
		erase_right(le);
}

static enum tl_edit kill_line(struct tl_lineedit *le)
{
	if (le->text.len == 0)
		return TL_EDIT_CANCEL;
	go_home(le);
	le->text.len = 0;
	le->alike_known = false;
	return TL_EDIT_MORE;
}

/* ---- lines typed before */

/* What stands before the cursor when one begins to browse is what the lines begin with. */
static enum tl_edit browse(struct tl_lineedit *le, bool up)
{
	struct tl_history *h = le->history;
	size_t i = le->browsing;

	if (!le->alike_known)
		le->alike = le->at;
	le->alike_known = true;
	for (;;) {
		if (up ? i == 0 : i + 1 >= h->n)
			return TL_EDIT_BAD;
		i = up ? i - 1 : i + 1;
		if (le->alike == 0 ||
		    !strncmp(h->lines[i].text, tl_buf_str(&le->text), le->alike)) {
			le->browsing = i;
			tl_lineedit_set(le, h->lines[i].text);
			return TL_EDIT_MORE;
		}
	}
}

/* ---- completion */

/* Find what the word at the cursor could become; false: nothing. */
static bool find_words(struct tl_lineedit *le)
{
	const char *text;

	forget_completion(le);
	while (!le->completer->whole_line && le->at < le->text.len && !blank_at(le, le->at))
		go_right(le);
	if (le->at == 0 && !le->completer->whole_line)
		return false;
	text = tl_buf_str(&le->text);
	le->word_at = le->completer->whole_line ? 0 : tl_complete_word_start(text, le->at);
	le->original.len = 0;
	tl_buf_append(&le->original, text + le->word_at, le->at - le->word_at);
	le->completer->find(text + le->word_at, le->at - le->word_at, &le->words);
	return le->words.n > 0;
}

static enum tl_edit replace_word(struct tl_lineedit *le, const char *word, size_t n)
{
	while (le->at > le->word_at)
		erase_left(le);
	if (insert_text(le, word, n) == TL_EDIT_MORE)
		return TL_EDIT_MORE;
	le->completing = false;
	return TL_EDIT_BAD;
}

static enum tl_edit put_word(struct tl_lineedit *le, const char *word)
{
	const char *ending = le->completer->ending ? le->completer->ending(word) : "";
	enum tl_edit answer = replace_word(le, word, strlen(word));

	if (answer == TL_EDIT_MORE)
		answer = insert_text(le, ending, strlen(ending));
	return answer;
}

/* The next word with each key; behind the last one comes what was typed. */
static enum tl_edit complete(struct tl_lineedit *le, bool back)
{
	size_t n;

	if (!le->completing) {
		if (!find_words(le))
			return TL_EDIT_BAD;
		le->completing = true;
		le->word = le->words.n;
	}
	n = le->words.n;
	le->word = (le->word + (back ? n : 1)) % (n + 1);
	if (le->word < n)
		return put_word(le, le->words.words[le->word]);
	le->completing = false;
	return replace_word(le, (const char *)le->original.data, le->original.len);
}

static enum tl_edit expand(struct tl_lineedit *le)
{
	struct tl_buf all = TL_BUF_INIT;
	enum tl_edit answer = TL_EDIT_BAD;

	if (!find_words(le))
		return answer;
	for (size_t i = 0; i < le->words.n; i++) {
		if (i > 0)
			tl_buf_putc(&all, ' ');
		tl_buf_puts(&all, le->words.words[i]);
	}
	answer = put_word(le, tl_buf_str(&all));
	tl_buf_fini(&all);
	return answer;
}

/* ---- all that keys do */

enum tl_edit tl_lineedit_do(struct tl_lineedit *le, enum tl_edit_action action)
{
	if (action != TL_EDIT_COMPLETE && action != TL_EDIT_COMPLETE_BACK &&
	    action != TL_EDIT_EXPAND)
		le->completing = false;
	switch (action) {
	case TL_EDIT_NOTHING:
	case TL_EDIT_INSERT:
		break;
	case TL_EDIT_LEFT:
		go_left(le);
		break;
	case TL_EDIT_RIGHT:
		go_right(le);
		break;
	case TL_EDIT_WORD_LEFT:
		go_word_left(le);
		break;
	case TL_EDIT_WORD_RIGHT:
		go_word_right(le);
		break;
	case TL_EDIT_HOME:
		go_home(le);
		break;
	case TL_EDIT_END:
		go_end(le);
		break;
	case TL_EDIT_BACKSPACE:
		return backspace(le);
	case TL_EDIT_DELETE:
		erase_right(le);
		break;
	case TL_EDIT_WORD_BACKSPACE:
		erase_word_left(le);
		break;
	case TL_EDIT_WORD_DELETE:
		erase_word_right(le);
		break;
	case TL_EDIT_KILL:
		return kill_line(le);
	case TL_EDIT_ABORT:
		kill_line(le);
		return TL_EDIT_CANCEL;
	case TL_EDIT_UP:
	case TL_EDIT_DOWN:
		return browse(le, action == TL_EDIT_UP);
	case TL_EDIT_COMPLETE:
	case TL_EDIT_COMPLETE_BACK:
		return complete(le, action == TL_EDIT_COMPLETE_BACK);
	case TL_EDIT_EXPAND:
		return expand(le);
	case TL_EDIT_LITERAL:
		le->literal = true;
		break;
	}
	return TL_EDIT_MORE;
}

/* ---- drawing */

unsigned tl_lineedit_draw(const struct tl_lineedit *le, struct tl_cell *cells, unsigned cols)
{
	const char *text = (const char *)le->text.data;
	unsigned room = cols > 1 ? cols - 1 : 1, col, cursor;
	size_t end = le->first;

	for (unsigned i = 0; i < cols; i++)
		cells[i] = tl_cell_blank();
	col = tl_cells_put(cells, room, 0, le->prompt, strlen(le->prompt), 0, le->charset);
	cursor = col + width_between(le, le->first, le->at);
	/* As many whole characters as fit. */
	for (unsigned used = col; end < le->text.len; end = next_char(le, end)) {
		used += width_at(le, end);
		if (used > room)
			break;
	}
	if (end > le->first)
		tl_cells_put(cells, room, col, text + le->first, end - le->first, 0, le->charset);
	return cursor < room ? cursor : room;
}
