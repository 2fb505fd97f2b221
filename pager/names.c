/* names.c: see names.h. */
#include "pager/names.h"

#include "pager/env.h"
#include "pager/secure.h"

#include <glob.h>
#include <string.h>
#include <wordexp.h>

/* What shells see more in than themselves. */
#define METACHARS "; *?\t\n'\"()<>[]|&^`#\\$%=~{},"

static const char *meta_escape(void)
{
	const char *s = tl_env("LESSMETAESCAPE");

	return s ? s : "\\";
}

static bool is_meta(char c)
{
	const char *chars = tl_env("LESSMETACHARS");

	return strchr(chars ? chars : METACHARS, c) != NULL;
}

static bool quote_whole(struct tl_buf *out, const char *text)
{
	if (strchr(text, '"'))
		return false;
	return tl_buf_putc(out, '"') && tl_buf_puts(out, text) && tl_buf_putc(out, '"');
}

static bool has_meta(const char *text)
{
	for (; *text; text++)
		if (is_meta(*text))
			return true;
	return false;
}

bool tl_names_quote(struct tl_buf *out, const char *text)
{
	const char *escape = meta_escape();
	bool ok = true;

	if (*escape == '\0' && has_meta(text))
		return quote_whole(out, text);
	for (; ok && *text; text++) {
		if (*text == '\n' && is_meta(*text)) /* a shell drops an escaped one */
			ok = tl_buf_puts(out, "\"\n\"");
		else
			ok = (!is_meta(*text) || tl_buf_puts(out, escape)) &&
			     tl_buf_putc(out, (uint8_t)*text);
	}
	return ok;
}

static char open_quote(const char *quotes)
{
	return quotes && *quotes ? quotes[0] : '"';
}

static char close_quote(const char *quotes)
{
	return quotes && *quotes && quotes[1] ? quotes[1] : open_quote(quotes);
}

bool tl_names_next(const char **list, const char *quotes, struct tl_buf *out)
{
	const char *s = *list + strspn(*list, " "), *escape = meta_escape();
	size_t nescape = strlen(escape);
	bool ok = *s != '\0', quoted = false;

	for (; ok && *s && (quoted || *s != ' '); s++) {
		if (quoted && *s == close_quote(quotes)) {
			quoted = false;
		} else if (!quoted && *s == open_quote(quotes)) {
			quoted = true;
		} else {
			if (!quoted && nescape > 0 && strncmp(s, escape, nescape) == 0 &&
			    s[nescape])
				s += nescape;
			ok = tl_buf_putc(out, (uint8_t)*s);
		}
	}
	*list = s;
	return ok;
}

static bool put_name(struct tl_buf *out, const char *name, const char *quotes)
{
	if (!strchr(name, ' '))
		return tl_buf_puts(out, name);
	return tl_buf_putc(out, (uint8_t)open_quote(quotes)) && tl_buf_puts(out, name) &&
	       tl_buf_putc(out, (uint8_t)close_quote(quotes));
}

bool tl_names_expand(struct tl_buf *out, const char *text, const char *current,
		     const char *previous, const char *quotes)
{
	bool ok = true;

	for (; ok && *text; text++) {
		const char *name = *text == '%' ? current : *text == '#' ? previous : NULL;

		if ((*text == '%' || *text == '#') && text[1] == *text)
			ok = tl_buf_putc(out, (uint8_t) * ++text);
		else if (name)
			ok = put_name(out, name, quotes);
		else
			ok = tl_buf_putc(out, (uint8_t)*text);
	}
	return ok;
}

/* $ and ` as the shell has them.  False: this word is none of that kind. */
static bool expand_as_shell(const char *word, void (*each)(void *arg, const char *name), void *arg)
{
	wordexp_t we;

	if (!strpbrk(word, "$`") || wordexp(word, &we, 0) != 0)
		return false;
	for (size_t i = 0; i < we.we_wordc; i++)
		each(arg, we.we_wordv[i]);
	if (we.we_wordc == 0)
		each(arg, word);
	wordfree(&we);
	return true;
}

void tl_names_glob(const char *word, void (*each)(void *arg, const char *name), void *arg)
{
	glob_t g;

	if (!tl_secure_allows(TL_SECURE_GLOB)) {
		each(arg, word);
		return;
	}
	if (expand_as_shell(word, each, arg))
		return;
	if (glob(word, GLOB_NOMAGIC | GLOB_TILDE | GLOB_BRACE, NULL, &g) != 0) {
		each(arg, word);
		return;
	}
	for (size_t i = 0; i < g.gl_pathc; i++)
		each(arg, g.gl_pathv[i]);
	globfree(&g);
}
