/*
 * lesskeybin.c: compiled lesskey files, as the lesskey program of less before 582 wrote them.  The
 * form, as found by looking at what it writes: "\0M+G"; sections, each a letter (c keys, e
 * line-editing keys, v variables), its length in two digits of radix 64, low one first, and
 * entries; "xEnd".  An entry is its keys, a NUL, a byte for the action, and with the high bit
 * of that a string with a NUL.  In keys, ^K begins six bytes for a key with a name.  Still older
 * files are the entries of a c section only.
 */
#include "pager/lesskey.h"

#include <string.h>

#define SPECIAL     0x0b
#define SPECIAL_LEN 6
#define SPECIAL_K   40 /* ^K itself */
#define EXTRA       0x80
#define STOP        103 /* the action of #stop */

/* Numbers of actions. */
static const struct {
	uint8_t number;
	const char *name;
} commands[] = {
	{ 2, "back-line" },          { 3, "back-screen" },
	{ 4, "back-scroll" },        { 5, "back-search" },
	{ 6, "digit" },              { 7, "display-option" },
	{ 8, "debug" },              { 9, "examine" },
	{ 10, "firstcmd" },          { 11, "repaint-flush" },
	{ 12, "forw-line" },         { 13, "forw-screen" },
	{ 14, "forw-scroll" },       { 15, "forw-search" },
	{ 16, "goto-end" },          { 17, "goto-line" },
	{ 18, "goto-mark" },         { 19, "help" },
	{ 20, "next-file" },         { 21, "percent" },
	{ 23, "prev-file" },         { 24, "quit" },
	{ 25, "repaint" },           { 26, "set-mark" },
	{ 27, "shell" },             { 28, "status" },
	{ 29, "forw-line-force" },   { 30, "back-line-force" },
	{ 31, "version" },           { 32, "visual" },
	{ 33, "forw-window" },       { 34, "back-window" },
	{ 35, "forw-bracket" },      { 36, "back-bracket" },
	{ 37, "pipe" },              { 38, "index-file" },
	{ 39, "undo-hilite" },       { 40, "forw-screen-force" },
	{ 41, "left-scroll" },       { 42, "right-scroll" },
	{ 43, "repeat-search" },     { 44, "repeat-search-all" },
	{ 45, "reverse-search" },    { 46, "reverse-search-all" },
	{ 47, "toggle-option" },     { 50, "forw-forever" },
	{ 51, "goto-pos" },          { 52, "remove-file" },
	{ 53, "next-tag" },          { 54, "prev-tag" },
	{ 55, "filter" },            { 56, "forw-until-hilite" },
	{ 57, "goto-end-buffered" }, { 58, "no-scroll" },
	{ 59, "end-scroll" },        { 62, "clear-mark" },
	{ 63, "set-mark-bottom" },   { 70, "clear-search" },
	{ 101, "noaction" },         { 102, "invalid" },
	{ 0, NULL },
}, edits[] = {
	{ 1, "backspace" },   { 2, "kill-line" },      { 3, "right" },
	{ 4, "left" },        { 5, "word-left" },      { 6, "word-right" },
	{ 7, "insert" },      { 8, "delete" },         { 9, "home" },
	{ 10, "end" },        { 11, "word-backspace" }, { 12, "word-delete" },
	{ 13, "up" },         { 14, "down" },          { 15, "expand" },
	{ 17, "forw-complete" }, { 18, "back-complete" }, { 19, "literal" },
	{ 20, "abort" },      { 101, "noaction" },     { 102, "invalid" },
	{ 0, NULL },
};

/* How \k spells the keys with names, by their numbers; SPECIAL_K is none. */
static const char *const spellings[] = {
	NULL, "r", "l", "u", "d", "U", "D", "h", "e", "x", "i", "^l", "^r", "^x", "1", "t", "^b",
};

struct entries {
	const uint8_t *p, *end;
};

static const char *action_name(enum tl_section section, uint8_t number)
{
	for (size_t i = 0; section == TL_SECTION_COMMAND && commands[i].name; i++)
		if (commands[i].number == number)
			return commands[i].name;
	for (size_t i = 0; section == TL_SECTION_EDIT && edits[i].name; i++)
		if (edits[i].number == number)
			return edits[i].name;
	return NULL;
}

/* The code of a key with a name; 0: no such key. */
static uint16_t special_code(uint8_t number)
{
	size_t len;

	if (number == SPECIAL_K)
		return SPECIAL;
	if (number == 0 || number >= sizeof(spellings) / sizeof(spellings[0]))
		return 0;
	return (uint16_t)(TL_KEY_SPECIAL +
			  tl_special_find(spellings[number], strlen(spellings[number]), &len));
}

/* A string; NULL: it does not end. */
static const char *take_string(struct entries *e)
{
	const uint8_t *nul = memchr(e->p, 0, (size_t)(e->end - e->p));
	const char *s = (const char *)e->p;

	if (!nul)
		return NULL;
	e->p = nul + 1;
	return s;
}

/* The keys of an entry, up to and with the NUL; *unknown: there is one that this program does
 * not know.  False: they do not end. */
static bool take_keys(struct entries *e, uint16_t *keys, size_t *n, bool *unknown)
{
	*n = 0;
	*unknown = false;
	while (e->p < e->end && *e->p) {
		uint16_t code = *e->p;
		size_t len = 1;

		if (code == SPECIAL) {
			if (e->end - e->p < SPECIAL_LEN)
				return false;
			code = special_code(e->p[1]);
			len = SPECIAL_LEN;
			*unknown |= code == 0;
		}
		if (*n < TL_MAX_KEYS)
			keys[(*n)++] = code;
		e->p += len;
	}
	return e->p++ < e->end;
}

static bool take_bindings(struct entries e, enum tl_section section,
			  const struct tl_lesskey_sink *sink)
{
	while (e.p < e.end) {
		uint16_t keys[TL_MAX_KEYS];
		const char *action, *extra = NULL;
		bool unknown;
		uint8_t number;
		size_t n;

		if (!take_keys(&e, keys, &n, &unknown) || e.p == e.end)
			return false;
		number = *e.p++;
		if (number & EXTRA && !(extra = take_string(&e)))
			return false;
		if (number == STOP && n == 0) {
			sink->stop(sink->arg, section);
			return true;
		}
		action = action_name(section, number & (uint8_t)~EXTRA);
		if (action && n > 0 && !unknown)
			sink->bind(sink->arg, section, keys, n, action, extra);
	}
	return true;
}

static bool take_variables(struct entries e, const struct tl_lesskey_sink *sink)
{
	while (e.p < e.end) {
		const char *name = take_string(&e), *value;

		if (!name || e.p == e.end || !(*e.p++ & EXTRA) || !(value = take_string(&e)))
			return false;
		sink->set(sink->arg, name, value);
	}
	return true;
}

bool tl_lesskey_compiled(const uint8_t *bytes, size_t len, const struct tl_lesskey_sink *sink)
{
	const uint8_t *p = bytes + 4, *end = bytes + len;

	if (len < 3)
		return false;
	if (len < 4 || memcmp(bytes, "\0M+G", 4) != 0)
		return (!bytes[len - 1] || !bytes[len - 2]) &&
		       take_bindings((struct entries){ bytes, end }, TL_SECTION_COMMAND, sink);
	if (len < 8 || memcmp(end - 3, "End", 3) != 0)
		return false;
	while (end - p >= 3 && *p != 'x') {
		size_t n = p[1] + 64u * p[2];
		struct entries e = { p + 3, p + 3 + n };

		if (n > (size_t)(end - p) - 3)
			return false;
		if (*p == 'v' ? !take_variables(e, sink)
			      : !(*p == 'c' || *p == 'e') ||
				    !take_bindings(
					e, *p == 'c' ? TL_SECTION_COMMAND : TL_SECTION_EDIT, sink))
			return false;
		p = e.end;
	}
	return p < end && *p == 'x';
}
