/* linekeys.c: the keys of a line that is being typed (lineedit.h): which bytes do what to it. */
#include "pager/lineedit.h"

#include <stdlib.h>
#include <string.h>

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
	answer = tl_lineedit_insert(le, bytes, 1);
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
			return tl_lineedit_insert(le, &byte, 1);
		}
		if ((int)key == erase)
			return tl_lineedit_do(le, TL_EDIT_BACKSPACE);
		if ((int)key == kill)
			return tl_lineedit_do(le, TL_EDIT_KILL);
	}
	le->pending[le->npending++] = (char)key;
	f = find_binding(le, &action);
	if (f == FIT_PREFIX && le->npending < TL_EDIT_KEYS_MAX)
		return TL_EDIT_MORE;
	if (f != FIT_WHOLE || !has_use_for(le, action))
		return take_back(le, erase, kill);
	le->npending = 0;
	return tl_lineedit_do(le, action);
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
	return tl_lineedit_insert(le, le->part, c.len);
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
