/* lineedit.c: see lineedit.h. */
#include "pager/lineedit.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CTRL(c) ((c)&0x1f)
#define ESC     0x1b

void tl_history_add(struct tl_history *h, const char *line)
{
	char **lines, *copy;

	if (*line == '\0' || (h->n > 0 && !strcmp(h->lines[h->n - 1], line)))
		return;
	copy = strdup(line);
	lines = realloc(h->lines, (h->n + 1) * sizeof(*lines));
	if (lines)
		h->lines = lines;
	if (!copy || !lines) {
		free(copy);
		return;
	}
	h->lines[h->n++] = copy;
}

void tl_history_fini(struct tl_history *h)
{
	for (size_t i = 0; i < h->n; i++)
		free(h->lines[i]);
	free(h->lines);
	h->lines = NULL;
	h->n = 0;
}

static void forget_matches(struct tl_lineedit *le)
{
	for (size_t i = 0; i < le->nmatches; i++)
		free(le->matches[i]);
	free(le->matches);
	le->matches = NULL;
	le->nmatches = 0;
}

void tl_lineedit_start(struct tl_lineedit *le, const char *prompt, struct tl_history *history,
		       enum tl_charset charset)
{
	le->text.len = le->typed.len = 0;
	le->at = 0;
	snprintf(le->prompt, sizeof(le->prompt), "%s", prompt);
	le->history = history;
	le->browsing = history ? history->n : 0;
	le->before = TL_KEY_EDITS;
	le->literal = false;
	le->nesc = 0;
	le->charset = charset;
	le->complete_files = false;
	forget_matches(le);
}

void tl_lineedit_fini(struct tl_lineedit *le)
{
	forget_matches(le);
	tl_buf_fini(&le->text);
	tl_buf_fini(&le->typed);
}

const char *tl_lineedit_text(struct tl_lineedit *le)
{
	return tl_buf_str(&le->text);
}

/* ---- the text */

static bool continues(const struct tl_lineedit *le, size_t i)
{
	return le->charset == TL_CHARSET_UTF8 && i < le->text.len &&
	       (le->text.data[i] & 0xc0) == 0x80;
}

static size_t char_before(const struct tl_lineedit *le, size_t i)
{
	do
		i--;
	while (i > 0 && continues(le, i));
	return i;
}

static size_t char_after(const struct tl_lineedit *le, size_t i)
{
	do
		i++;
	while (i < le->text.len && continues(le, i));
	return i;
}

static void remove_range(struct tl_lineedit *le, size_t from, size_t to)
{
	if (from < to)
		memmove(le->text.data + from, le->text.data + to, le->text.len - to);
	le->text.len -= to - from;
	le->at = from;
}

static void insert(struct tl_lineedit *le, const char *bytes, size_t n)
{
	if (!tl_buf_reserve(&le->text, n))
		return;
	memmove(le->text.data + le->at + n, le->text.data + le->at, le->text.len - le->at);
	memcpy(le->text.data + le->at, bytes, n);
	le->text.len += n;
	le->at += n;
}

/* Moving by words goes to where one begins. */
static size_t word_before(const struct tl_lineedit *le)
{
	size_t i = le->at;

	while (i > 0 && le->text.data[i - 1] == ' ')
		i--;
	while (i > 0 && le->text.data[i - 1] != ' ')
		i--;
	return i;
}

static size_t word_after(const struct tl_lineedit *le)
{
	size_t i = le->at;

	while (i < le->text.len && le->text.data[i] != ' ')
		i++;
	while (i < le->text.len && le->text.data[i] == ' ')
		i++;
	return i;
}

/* Erasing takes either blanks or what is between blanks. */
static void erase_word_before(struct tl_lineedit *le)
{
	size_t i = le->at;
	bool blank = i > 0 && le->text.data[i - 1] == ' ';

	while (i > 0 && (le->text.data[i - 1] == ' ') == blank)
		i--;
	remove_range(le, i, le->at);
}

static void erase_word_after(struct tl_lineedit *le)
{
	size_t i = le->at;
	bool blank = i < le->text.len && le->text.data[i] == ' ';

	while (i < le->text.len && (le->text.data[i] == ' ') == blank)
		i++;
	remove_range(le, le->at, i);
}

static enum tl_edit move(struct tl_lineedit *le, size_t to)
{
	le->at = to;
	return TL_EDIT_MORE;
}

/* What stands before the cursor when one begins to browse is what earlier lines begin with. */
static enum tl_edit browse(struct tl_lineedit *le, int step)
{
	struct tl_history *h = le->history;
	size_t to = le->browsing;

	if (!h)
		return TL_EDIT_BAD;
	le->now = TL_KEY_RECALLS;
	if (le->before != TL_KEY_RECALLS)
		le->alike = le->at;
	do {
		if (step < 0 ? to == 0 : to >= h->n)
			return TL_EDIT_BAD;
		to += (size_t)step;
	} while (to < h->n && le->alike > 0 &&
		 strncmp(h->lines[to], (const char *)le->text.data, le->alike) != 0);
	if (le->browsing == h->n) {
		le->typed.len = 0;
		tl_buf_append(&le->typed, le->text.data, le->text.len);
	}
	le->text.len = 0;
	if (to == h->n)
		tl_buf_append(&le->text, le->typed.data, le->typed.len);
	else
		tl_buf_puts(&le->text, h->lines[to]);
	le->at = le->text.len;
	le->browsing = to;
	return TL_EDIT_MORE;
}

/* ---- completion of file names */

static void find_matches(struct tl_lineedit *le)
{
	glob_t g;
	char pattern[4096];

	le->word = le->at;
	while (le->word > 0 && le->text.data[le->word - 1] != ' ')
		le->word--;
	snprintf(pattern, sizeof(pattern), "%.*s*", (int)(le->at - le->word),
		 (const char *)le->text.data + le->word);
	if (glob(pattern, GLOB_MARK | GLOB_TILDE, NULL, &g) != 0)
		return;
	le->matches = calloc(g.gl_pathc, sizeof(*le->matches));
	for (size_t i = 0; le->matches && i < g.gl_pathc; i++)
		if ((le->matches[le->nmatches] = strdup(g.gl_pathv[i])) != NULL)
			le->nmatches++;
	globfree(&g);
}

/* The first match, then one match on (or back) with each key. */
static enum tl_edit complete(struct tl_lineedit *le, bool back)
{
	le->now = TL_KEY_COMPLETES;
	if (le->nmatches == 0) {
		find_matches(le);
		if (le->nmatches == 0)
			return TL_EDIT_BAD;
		le->match = back ? le->nmatches - 1 : 0;
	} else {
		le->match = (le->match + (back ? le->nmatches - 1 : 1)) % le->nmatches;
	}
	remove_range(le, le->word, le->at);
	insert(le, le->matches[le->match], strlen(le->matches[le->match]));
	return TL_EDIT_MORE;
}

/* ---- keys */

static enum tl_edit rub_out(struct tl_lineedit *le)
{
	if (le->at == 0)
		return TL_EDIT_CANCEL;
	remove_range(le, char_before(le, le->at), le->at);
	return TL_EDIT_MORE;
}

/* Keys that begin with ESC: cursor keys of the usual terminals and less's ESC-x. */
static const struct {
	const char *keys;
	char what;
} sequences[] = {
	{ "\033[A", 'k' },    { "\033OA", 'k' },    { "\033[B", 'j' },    { "\033OB", 'j' },
	{ "\033[C", 'l' },    { "\033OC", 'l' },    { "\033[D", 'h' },    { "\033OD", 'h' },
	{ "\033[H", '0' },    { "\033OH", '0' },    { "\033[F", '$' },    { "\033OF", '$' },
	{ "\033[1~", '0' },   { "\033[4~", '$' },   { "\033[3~", 'x' },   { "\033[3;5~", 'X' },
	{ "\033[1;5C", 'w' }, { "\033[1;5D", 'b' }, { "\033[1;3C", 'w' }, { "\033[1;3D", 'b' },
	{ "\033[Z", 't' },    { "\033k", 'k' },     { "\033j", 'j' },     { "\033l", 'l' },
	{ "\033h", 'h' },     { "\0330", '0' },     { "\033$", '$' },     { "\033w", 'w' },
	{ "\033b", 'b' },     { "\033x", 'x' },     { "\033X", 'X' },     { "\033\b", 'W' },
	{ "\033\177", 'W' },
};

static enum tl_edit act(struct tl_lineedit *le, char what)
{
	switch (what) {
	case 'k':
		return browse(le, -1);
	case 'j':
		return browse(le, 1);
	case 'l':
		return le->at < le->text.len ? move(le, char_after(le, le->at)) : TL_EDIT_BAD;
	case 'h':
		return le->at > 0 ? move(le, char_before(le, le->at)) : TL_EDIT_BAD;
	case '0':
		return move(le, 0);
	case '$':
		return move(le, le->text.len);
	case 'w':
		return move(le, word_after(le));
	case 'b':
		return move(le, word_before(le));
	case 'x':
		if (le->at < le->text.len)
			remove_range(le, le->at, char_after(le, le->at));
		return TL_EDIT_MORE;
	case 'X':
		erase_word_after(le);
		return TL_EDIT_MORE;
	case 'W':
		erase_word_before(le);
		return TL_EDIT_MORE;
	case 't':
		return le->complete_files ? complete(le, true) : TL_EDIT_BAD;
	}
	return TL_EDIT_BAD;
}

/* Does the sequence go on?  What no row knows is swallowed whole: a function key is no text. */
static bool sequence_goes_on(const struct tl_lineedit *le, unsigned key)
{
	if (le->nesc < 2)
		return true;
	if (le->nesc == 2)
		return key == '[' || key == 'O';
	return le->esc[1] == '[' && (key < 0x40 || key > 0x7e); /* CSI, ECMA-48 5th ed. */
}

static enum tl_edit sequence_key(struct tl_lineedit *le, unsigned key)
{
	size_t n;

	if (le->nesc < sizeof(le->esc))
		le->esc[le->nesc] = (char)key;
	le->nesc++;
	if (sequence_goes_on(le, key))
		return TL_EDIT_MORE;
	n = le->nesc;
	le->nesc = 0;
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++)
		if (n <= sizeof(le->esc) && strlen(sequences[i].keys) == n &&
		    memcmp(sequences[i].keys, le->esc, n) == 0)
			return act(le, sequences[i].what);
	return TL_EDIT_BAD;
}

static enum tl_edit plain_key(struct tl_lineedit *le, unsigned key, int erase, int kill, int werase)
{
	char byte = (char)key;

	if ((int)key == erase || key == '\b' || key == 0x7f)
		return rub_out(le);
	if ((int)key == kill || key == CTRL('U')) {
		if (le->text.len == 0)
			return TL_EDIT_CANCEL;
		remove_range(le, 0, le->text.len);
		return TL_EDIT_MORE;
	}
	if ((int)key == werase || key == CTRL('W'))
		return act(le, 'W');
	switch (key) {
	case '\r':
	case '\n':
		return TL_EDIT_DONE;
	case CTRL('A'):
	case CTRL('V'):
		le->literal = true;
		return TL_EDIT_MORE;
	case CTRL('G'):
		return TL_EDIT_CANCEL;
	case CTRL('P'):
		return act(le, 'k');
	case '\t':
	case CTRL('O'):
		if (le->complete_files)
			return complete(le, key != '\t');
		break;
	}
	insert(le, &byte, 1);
	return TL_EDIT_MORE;
}

enum tl_edit tl_lineedit_key(struct tl_lineedit *le, unsigned key, int erase, int kill, int werase)
{
	enum tl_edit answer = TL_EDIT_MORE;
	char byte = (char)key;

	le->now = TL_KEY_EDITS;
	if (le->literal) {
		le->literal = false;
		insert(le, &byte, 1);
	} else if (le->nesc > 0 || key == ESC) {
		answer = sequence_key(le, key);
		if (le->nesc > 0) /* not a whole key yet */
			return answer;
	} else {
		answer = plain_key(le, key, erase, kill, werase);
	}
	le->before = le->now;
	if (le->now != TL_KEY_COMPLETES)
		forget_matches(le);
	return answer;
}

/* ---- drawing */

unsigned tl_cells_put(struct tl_cell *cells, unsigned cols, unsigned col, const char *text,
		      size_t n, uint32_t flags, enum tl_charset charset)
{
	for (size_t i = 0; i < n;) {
		struct tl_char c = tl_char_at((const uint8_t *)text + i, n - i, charset);
		char shown[16];
		size_t len = 1;

		if (c.kind == TL_CHAR_COMBINING) {
			struct tl_cell *last = col > 0 ? &cells[col - 1] : NULL;

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
	unsigned room = cols > 1 ? cols - 1 : 1, col;
	size_t from = 0, width;

	for (unsigned i = 0; i < cols; i++)
		cells[i] = tl_cell_blank();
	col = tl_cells_put(cells, room, 0, le->prompt, strlen(le->prompt), 0, le->charset);
	if (le->text.len == 0)
		return col;
	/* Leave out characters on the left until the cursor is on the screen. */
	width = tl_text_width(text, le->at, le->charset);
	while (from < le->at && col + width >= room) {
		size_t next = char_after(le, from);

		width -= tl_text_width(text + from, next - from, le->charset);
		from = next;
	}
	tl_cells_put(cells, room, col, text + from, le->text.len - from, 0, le->charset);
	return col + width < room ? col + (unsigned)width : room;
}
