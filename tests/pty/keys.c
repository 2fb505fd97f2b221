/*
 * keys.c: see keys.h.  libvterm makes the bytes, as what an arrow key sends depends on the
 * mode the program has put the terminal in.
 */
#include "tests/pty/keys.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	VTermKey key;
	uint32_t ch;
} names[] = {
	{ "Enter", VTERM_KEY_ENTER, 0 },   { "Esc", VTERM_KEY_ESCAPE, 0 },
	{ "Tab", VTERM_KEY_TAB, 0 },       { "BS", VTERM_KEY_BACKSPACE, 0 },
	{ "Up", VTERM_KEY_UP, 0 },         { "Down", VTERM_KEY_DOWN, 0 },
	{ "Left", VTERM_KEY_LEFT, 0 },     { "Right", VTERM_KEY_RIGHT, 0 },
	{ "Ins", VTERM_KEY_INS, 0 },       { "Del", VTERM_KEY_DEL, 0 },
	{ "Home", VTERM_KEY_HOME, 0 },     { "End", VTERM_KEY_END, 0 },
	{ "PageUp", VTERM_KEY_PAGEUP, 0 }, { "PageDown", VTERM_KEY_PAGEDOWN, 0 },
	{ "Space", VTERM_KEY_NONE, ' ' },  { "lt", VTERM_KEY_NONE, '<' },
	{ "^", VTERM_KEY_NONE, '^' },
};

static bool is_name(const char *s, size_t n, const char *name)
{
	return strlen(name) == n && memcmp(s, name, n) == 0;
}

/* The inside of <...>.  False: no such key. */
static bool press_named(VTerm *vt, const char *s, size_t n)
{
	VTermModifier mod = VTERM_MOD_NONE;

	for (; n > 2 && s[1] == '-' && strchr("CSA", s[0]); s += 2, n -= 2)
		mod |= s[0] == 'C' ? VTERM_MOD_CTRL : s[0] == 'S' ? VTERM_MOD_SHIFT : VTERM_MOD_ALT;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!is_name(s, n, names[i].name))
			continue;
		if (names[i].ch)
			vterm_keyboard_unichar(vt, names[i].ch, mod);
		else
			vterm_keyboard_key(vt, names[i].key, mod);
		return true;
	}
	if (s[0] == 'F' && n >= 2 && n <= 3) {
		int f = atoi(s + 1);

		if (f >= 1 && f <= 12) {
			vterm_keyboard_key(vt, VTERM_KEY_FUNCTION(f), mod);
			return true;
		}
	}
	if (n == 1 && mod != VTERM_MOD_NONE) {
		vterm_keyboard_unichar(vt, (unsigned char)s[0], mod);
		return true;
	}
	return false;
}

const char *keys_press(VTerm *vt, const char *keys)
{
	unsigned char c = (unsigned char)*keys;
	uint32_t ch;
	int more;

	if (c == '<') {
		const char *end = strchr(keys, '>');

		if (end && press_named(vt, keys + 1, (size_t)(end - keys - 1)))
			return end + 1;
	}
	if (c == '^' && keys[1] && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]_@?", keys[1])) {
		ch = keys[1] == '?' ? 0x7f : (uint32_t)(keys[1] & 0x1f);
		vterm_keyboard_unichar(vt, ch, VTERM_MOD_NONE);
		return keys + 2;
	}
	more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
	ch = more ? c & (0x3fu >> more) : c;
	for (keys++; more > 0 && ((unsigned char)*keys & 0xc0) == 0x80; more--, keys++)
		ch = ch << 6 | ((unsigned char)*keys & 0x3f);
	vterm_keyboard_unichar(vt, ch, VTERM_MOD_NONE);
	return keys;
}
