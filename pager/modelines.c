/* modelines.c: see modelines.h. */
#include "pager/modelines.h"

#include <string.h>

static bool begins_with(struct tl_span s, const char *word)
{
	size_t n = strlen(word);

	return s.len >= n && memcmp(s.data, word, n) == 0;
}

static void cut(struct tl_span *s, size_t n)
{
	s->data += n;
	s->len -= n;
}

static void skip(struct tl_span *s, const char *chars)
{
	while (s->len > 0 && *s->data && strchr(chars, *s->data))
		cut(s, 1);
}

/* The setting at the beginning of s, which goes behind it. */
static struct tl_span take_setting(struct tl_span *s)
{
	struct tl_span setting = { s->data, 0 };

	while (setting.len < s->len && s->data[setting.len] != ' ' && s->data[setting.len] != ':')
		setting.len++;
	cut(s, setting.len);
	return setting;
}

static bool take_value(struct tl_span setting, char *out, size_t size)
{
	static const char *const names[] = { "ts=", "tabstop=" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (begins_with(setting, names[i])) {
			cut(&setting, strlen(names[i]));
			if (setting.len == 0 || *setting.data < '0' || *setting.data > '9')
				return false;
			if (setting.len > size - 1)
				setting.len = size - 1;
			memcpy(out, setting.data, setting.len);
			out[setting.len] = '\0';
			return true;
		}
	return false;
}

/* The settings behind a program's name.  Those of `set` end where a colon stands in place of one. */
static bool settings(struct tl_span s, bool needs_set, char *out, size_t size)
{
	bool set, found = false;

	skip(&s, " ");
	set = begins_with(s, "set ");
	if (needs_set && !set)
		return false;
	if (set)
		cut(&s, 4);
	while (s.len > 0) {
		skip(&s, set ? " " : " :");
		if (s.len == 0 || *s.data == ':')
			break;
		found |= take_value(take_setting(&s), out, size);
		if (set && s.len > 0 && *s.data == ':')
			cut(&s, 1);
	}
	return found;
}

bool tl_modeline_tabs(struct tl_span line, char *out, size_t size)
{
	static const struct {
		const char *name;
		bool needs_set;
	} programs[] = { { "vim:", false }, { "vi:", false }, { "ex:", false }, { "less:", true } };
	bool found = false;

	for (size_t at = 0; at < line.len; at++) {
		struct tl_span rest = { line.data + at, line.len - at };

		if (at > 0 && line.data[at - 1] != ' ')
			continue;
		for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
			if (begins_with(rest, programs[i].name)) {
				cut(&rest, strlen(programs[i].name));
				found |= settings(rest, programs[i].needs_set, out, size);
				break;
			}
	}
	return found;
}
