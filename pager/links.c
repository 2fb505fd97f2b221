/* links.c: see links.h. */
#include "pager/links.h"

#include "text/escape.h"

#include <string.h>

#define ESC 0x1b

/* The sequence that begins at byte `at`, if it is of a link: its parameters and URI. */
static bool read_sequence(struct tl_span line, size_t at, struct tl_link *out)
{
	const uint8_t *p = line.data + at, *semicolon;
	size_t len, body;

	if (*p != ESC || tl_escape_parse(p, line.len - at, &len) != TL_ESCAPE_LINK)
		return false;
	body = len - (p[len - 1] == '\\' ? 2 : 1); /* before ST or BEL */
	semicolon = body > 4 ? memchr(p + 4, ';', body - 4) : NULL;
	if (!semicolon)
		return false;
	out->start = at;
	out->text = at + len;
	out->params = at + 4;
	out->params_len = (size_t)(semicolon - (p + 4));
	out->uri = (size_t)(semicolon + 1 - line.data);
	out->uri_len = at + body - out->uri;
	return true;
}

/* The first sequence at or after `from`. */
static bool next_sequence(struct tl_span line, size_t from, struct tl_link *out)
{
	while (from < line.len) {
		const uint8_t *esc = memchr(line.data + from, ESC, line.len - from);

		if (!esc)
			return false;
		if (read_sequence(line, (size_t)(esc - line.data), out))
			return true;
		from = (size_t)(esc - line.data) + 1;
	}
	return false;
}

/* The same, and where its text ends. */
static bool next_link(struct tl_span line, size_t from, struct tl_link *out)
{
	struct tl_link following;

	if (!next_sequence(line, from, out))
		return false;
	out->end = next_sequence(line, out->text, &following) ? following.start : line.len;
	return true;
}

static bool has_text(const struct tl_link *link)
{
	return link->uri_len > 0 && link->end > link->text;
}

bool tl_link_next(struct tl_span line, size_t from, struct tl_link *out)
{
	while (next_link(line, from, out)) {
		if (has_text(out))
			return true;
		from = out->text;
	}
	return false;
}

bool tl_link_prev(struct tl_span line, size_t before, struct tl_link *out)
{
	struct tl_link link;
	size_t from = 0;
	bool found = false;

	while (next_link(line, from, &link) && link.start < before) {
		if (has_text(&link)) {
			*out = link;
			found = true;
		}
		from = link.text;
	}
	return found;
}

/* Do the parameters, with colons between them, say id=...? */
static bool has_id(struct tl_span line, const struct tl_link *link, const char *id, size_t len)
{
	const char *p = (const char *)line.data + link->params, *end = p + link->params_len;

	while (p < end) {
		const char *colon = memchr(p, ':', (size_t)(end - p));
		size_t n = (size_t)((colon ? colon : end) - p);

		if (n == len + 3 && memcmp(p, "id=", 3) == 0 && memcmp(p + 3, id, len) == 0)
			return true;
		p += n + 1;
	}
	return false;
}

bool tl_link_by_id(struct tl_span line, size_t from, const char *id, size_t len,
		   struct tl_link *out)
{
	while (next_link(line, from, out)) {
		if (has_id(line, out, id, len))
			return true;
		from = out->text;
	}
	return false;
}

size_t tl_link_scheme(const char *uri)
{
	size_t n = strcspn(uri, ":");

	return uri[n] == ':' ? n : 0;
}
