/* pattern.c: a pattern as it was typed becomes a matcher, as options and modifiers say. */
#include "pager/finding.h"

#include <ctype.h>
#include <string.h>

static bool has_capital(const char *pattern)
{
	for (const char *p = pattern; *p; p++) {
		if (*p == '\\' && p[1])
			p++; /* \S and the like are not capitals typed for their own sake */
		else if (isupper((unsigned char)*p))
			return true;
	}
	return false;
}

/* The TL_MATCH_ flags that options ask for. */
static unsigned option_flags(struct tl_app *app, const char *pattern)
{
	unsigned flags = 0;

	if (app->opt.icase == 2 || (app->opt.icase == 1 && !has_capital(pattern)))
		flags |= TL_MATCH_ICASE;
	if (app->opt.raw == 2)
		flags |= TL_MATCH_STRIP_ESCAPES;
	if (tl_option_processing(&app->opt, app->opt.proc_backspace) == 0)
		flags |= TL_MATCH_OVERSTRIKE;
	if (tl_option_processing(&app->opt, app->opt.proc_return) == 0)
		flags |= TL_MATCH_CRLF;
	if (app->charset == TL_CHARSET_UTF8)
		flags |= TL_MATCH_UTF8;
	return flags;
}

static unsigned type_flags(unsigned type)
{
	unsigned flags = 0;

	if (type & TL_SEARCH_NON_MATCH)
		flags |= TL_MATCH_INVERT;
	if (type & TL_SEARCH_SHOW_ONE)
		flags |= TL_MATCH_SHOW_ONE;
	if (type & TL_SEARCH_LITERAL)
		flags |= TL_MATCH_LITERAL;
	for (unsigned i = 1; i <= TL_SEARCH_NSUBS; i++)
		if (type & TL_SEARCH_SUB(i))
			flags |= TL_MATCH_SUB(i);
	return flags;
}

/* A ) that closes nothing stands for itself, as it does in less; false: there is none. */
static bool escape_lone_parens(const char *pattern, struct tl_buf *out)
{
	unsigned depth = 0;
	bool any = false, set = false; /* within [ ] */

	for (const char *p = pattern; *p; p++) {
		if (*p == '\\' && p[1]) {
			tl_buf_putc(out, (uint8_t)*p++);
		} else if (set) {
			set = *p != ']';
		} else if (*p == '[') {
			set = true;
		} else if (*p == '(') {
			depth++;
		} else if (*p == ')' && depth > 0) {
			depth--;
		} else if (*p == ')') {
			tl_buf_putc(out, '\\');
			any = true;
		}
		tl_buf_putc(out, (uint8_t)*p);
	}
	return any;
}

bool tl_find_compile(struct tl_app *app, const char *pattern, unsigned type,
		     struct tl_matcher **out)
{
	unsigned flags = type_flags(type) | option_flags(app, pattern);
	struct tl_buf escaped = TL_BUF_INIT;
	bool ok = tl_matcher_new(pattern, strlen(pattern), flags, out, NULL);

	if (!ok && escape_lone_parens(pattern, &escaped))
		ok = tl_matcher_new(tl_buf_str(&escaped), escaped.len, flags, out, NULL);
	tl_buf_fini(&escaped);
	return ok;
}
