/* lineedit.c: see lineedit.h. */
#include "pager/lineedit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CTRL(c) ((c)&0x1f)
#define ESC     0x1b

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

bool tl_lineedit_ready(const struct tl_lineedit *le)
{
	return le->npending == 0 && le->npart == 0 && !le->literal;
}

bool tl_lineedit_bind(struct tl_lineedit *le, const char *keys, size_t n,
		      enum tl_edit_action action)
{
	struct tl_edit_binding *all, b = { .action = (unsigned char)action };

	if (n > TL_EDIT_KEYS_MAX)
		n = TL_EDIT_KEYS_MAX;
	b.n = (unsigned char)n;
	memcpy(b.keys, keys, n);
	all = realloc(le->bindings, (le->nbindings + 1) * sizeof(*all));
	if (!all)
		return false;
	le->bindings = all;
	all[le->nbindings++] = b;
	return true;
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

static enum tl_edit insert_char(struct tl_lineedit *le, const void *bytes, size_t n)
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

		if (insert_char(le, text + i, c.len) != TL_EDIT_MORE)
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

/* ---- keys */

static enum tl_edit act(struct tl_lineedit *le, enum tl_edit_action action)
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

/* less's keys, and the cursor keys of the usual terminals. */
#define BIND(keys, action)                     \
	{                                      \
		keys, sizeof(keys) - 1, action \
	}
static const struct tl_edit_binding usual[] = {
	BIND("\t", TL_EDIT_COMPLETE),
	BIND("\017", TL_EDIT_COMPLETE_BACK),
	BIND("\033\t", TL_EDIT_COMPLETE_BACK),
	BIND("\033[Z", TL_EDIT_COMPLETE_BACK),
	BIND("\014", TL_EDIT_EXPAND),
	BIND("\026", TL_EDIT_LITERAL),
	BIND("\001", TL_EDIT_LITERAL),
	BIND("\007", TL_EDIT_ABORT),
	BIND("\033l", TL_EDIT_RIGHT),
	BIND("\033[C", TL_EDIT_RIGHT),
	BIND("\033OC", TL_EDIT_RIGHT),
	BIND("\033h", TL_EDIT_LEFT),
	BIND("\033[D", TL_EDIT_LEFT),
	BIND("\033OD", TL_EDIT_LEFT),
	BIND("\033b", TL_EDIT_WORD_LEFT),
	BIND("\033\033[D", TL_EDIT_WORD_LEFT),
	BIND("\033\033OD", TL_EDIT_WORD_LEFT),
	BIND("\033[1;5D", TL_EDIT_WORD_LEFT),
	BIND("\033[1;3D", TL_EDIT_WORD_LEFT),
	BIND("\033w", TL_EDIT_WORD_RIGHT),
	BIND("\033\033[C", TL_EDIT_WORD_RIGHT),
	BIND("\033\033OC", TL_EDIT_WORD_RIGHT),
	BIND("\033[1;5C", TL_EDIT_WORD_RIGHT),
	BIND("\033[1;3C", TL_EDIT_WORD_RIGHT),
	BIND("\0330", TL_EDIT_HOME),
	BIND("\033[H", TL_EDIT_HOME),
	BIND("\033OH", TL_EDIT_HOME),
	BIND("\033[1~", TL_EDIT_HOME),
	BIND("\033$", TL_EDIT_END),
	BIND("\033[F", TL_EDIT_END),
	BIND("\033OF", TL_EDIT_END),
	BIND("\033[4~", TL_EDIT_END),
	BIND("\033i", TL_EDIT_INSERT),
	BIND("\033[2~", TL_EDIT_INSERT),
	BIND("\033x", TL_EDIT_DELETE),
	BIND("\033[3~", TL_EDIT_DELETE),
	BIND("\033X", TL_EDIT_WORD_DELETE),
	BIND("\033[3;5~", TL_EDIT_WORD_DELETE),
	BIND("\033\033[3~", TL_EDIT_WORD_DELETE),
	BIND("\033\b", TL_EDIT_WORD_BACKSPACE),
	BIND("\033\177", TL_EDIT_WORD_BACKSPACE),
	BIND("\033k", TL_EDIT_UP),
	BIND("\033[A", TL_EDIT_UP),
	BIND("\033OA", TL_EDIT_UP),
	BIND("\033j", TL_EDIT_DOWN),
	BIND("\033[B", TL_EDIT_DOWN),
	BIND("\033OB", TL_EDIT_DOWN),
	/* What the terminal calls by these names may be others: they are seen to before. */
	BIND("\b", TL_EDIT_BACKSPACE),
	BIND("\177", TL_EDIT_BACKSPACE),
	BIND("\025", TL_EDIT_KILL),
};

enum fit { FIT_NOT, FIT_PREFIX, FIT_WHOLE };

static enum fit fit(const struct tl_lineedit *le, const struct tl_edit_binding *b)
{
	if (le->npending > b->n || memcmp(le->pending, b->keys, le->npending) != 0)
		return FIT_NOT;
	return le->npending == b->n ? FIT_WHOLE : FIT_PREFIX;
}

/* What the pending bytes are bound to. */
static enum fit find_binding(const struct tl_lineedit *le, enum tl_edit_action *action)
{
	enum fit best = FIT_NOT;

	for (size_t i = le->nbindings + sizeof(usual) / sizeof(usual[0]); i-- > 0;) {
		size_t own = sizeof(usual) / sizeof(usual[0]);
		const struct tl_edit_binding *b = i < own ? &usual[i] : &le->bindings[i - own];
		enum fit f = fit(le, b);

		*action = b->action;
		if (f == FIT_WHOLE)
			return f;
		if (f > best)
			best = f;
	}
	return best;
}

/* Where there is nothing to complete or to browse, the keys for it are text. */
static bool has_use_for(const struct tl_lineedit *le, enum tl_edit_action action)
{
	switch (action) {
	case TL_EDIT_COMPLETE:
	case TL_EDIT_COMPLETE_BACK:
	case TL_EDIT_EXPAND:
		return le->completer != NULL;
	case TL_EDIT_UP:
	case TL_EDIT_DOWN:
		return le->history != NULL;
	default:
		return true;
	}
}

static enum tl_edit edit_byte(struct tl_lineedit *le, unsigned key, int erase, int kill);

/* The first of the pending bytes begins no key: it is text, and the others are looked at again. */
static enum tl_edit take_back(struct tl_lineedit *le, int erase, int kill)
{
	char bytes[TL_EDIT_KEYS_MAX];
	unsigned n = le->npending;
	enum tl_edit answer;

	memcpy(bytes, le->pending, n);
	le->npending = 0;
	le->completing = false;
	answer = insert_char(le, bytes, 1);
	for (unsigned i = 1; i < n && answer != TL_EDIT_DONE && answer != TL_EDIT_CANCEL; i++)
		answer = edit_byte(le, (unsigned char)bytes[i], erase, kill);
	return answer;
}

static enum tl_edit edit_byte(struct tl_lineedit *le, unsigned key, int erase, int kill)
{
	enum tl_edit_action action;
	enum fit f;

	if (le->npending == 0) {
		if (key == '\r' || key == '\n')
			return TL_EDIT_DONE;
		if (le->literal) {
			char byte = (char)key;

			le->literal = false;
			return insert_char(le, &byte, 1);
		}
		if ((int)key == erase)
			return act(le, TL_EDIT_BACKSPACE);
		if ((int)key == kill)
			return act(le, TL_EDIT_KILL);
	}
	le->pending[le->npending++] = (char)key;
	f = find_binding(le, &action);
	if (f == FIT_PREFIX && le->npending < TL_EDIT_KEYS_MAX)
		return TL_EDIT_MORE;
	if (f != FIT_WHOLE || !has_use_for(le, action))
		return take_back(le, erase, kill);
	le->npending = 0;
	return act(le, action);
}

/* A byte that is not ASCII: characters are put in when they are complete. */
static enum tl_edit high_byte(struct tl_lineedit *le, uint8_t byte)
{
	struct tl_char c;

	if (le->npart == 0 && (byte & 0xc0) == 0x80)
		return TL_EDIT_BAD;
	le->part[le->npart++] = byte;
	c = tl_char_at(le->part, le->npart, le->charset);
	if (c.kind == TL_CHAR_CUT)
		return TL_EDIT_MORE;
	if (c.invalid || c.len != le->npart) {
		le->npart = 0;
		return TL_EDIT_BAD;
	}
	le->npart = 0;
	le->literal = false;
	le->completing = false;
	return insert_char(le, le->part, c.len);
}

enum tl_edit tl_lineedit_key(struct tl_lineedit *le, unsigned key, int erase, int kill)
{
	enum tl_edit answer = TL_EDIT_MORE, after;

	if (key == 0)
		return TL_EDIT_MORE;
	if (le->npart > 0 && (key & 0xc0) != 0x80) { /* the character never came */
		le->npart = 0;
		answer = TL_EDIT_BAD;
	}
	if (key >= 0x80 && le->charset == TL_CHARSET_UTF8 && le->npending == 0)
		return high_byte(le, (uint8_t)key);
	after = edit_byte(le, key, erase, kill);
	return after == TL_EDIT_MORE ? answer : after;
}

/* ---- drawing */

unsigned tl_cells_put(struct tl_cell *cells, unsigned cols, unsigned col, const char *text,
		      size_t n, uint32_t flags, enum tl_charset charset)
{
	for (size_t i = 0; i < n;) {
		struct tl_char c = tl_char_at((const uint8_t *)text + i, n - i, charset);
		char shown[TL_BINARY_MAX + 1];
		size_t len = 1;

		if (c.kind == TL_CHAR_COMBINING) {
			struct tl_cell *last = col > 0 ? &cells[col - 1] : NULL;

			if (last && last->width == 0 && col > 1) /* behind a wide one */
				last--;
			if (last && last->len + c.len <= TL_CELL_BYTES) {
				memcpy(last->text + last->len, text + i, c.len);
				last->len = (uint8_t)(last->len + c.len);
			}
			i += c.len;
			continue;
		}
		if (c.kind == TL_CHAR_PRINT) {
			if (col + c.width > cols)
				return col;
			cells[col] = tl_cell_blank();
			cells[col].width = c.width;
			cells[col].len = c.len;
			memcpy(cells[col].text, text + i, c.len);
			cells[col].attr.flags = flags;
			if (c.width == 2)
				cells[col + 1] = (struct tl_cell){ { flags, 0, 0 }, 0, 0, "" };
			col += c.width;
			i += c.len;
			continue;
		}
		len = tl_char_show(&c, shown);
		for (size_t k = 0; k < len && col < cols; k++) {
			cells[col] = tl_cell_blank();
			cells[col].text[0] = shown[k];
			cells[col++].attr.flags = flags;
		}
		i += c.len;
	}
	return col;
}

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
