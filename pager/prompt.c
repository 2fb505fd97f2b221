/* prompt.c: see prompt.h. */
#include "pager/prompt.h"

#include <inttypes.h>
#include <string.h>

/* The built-in prompts say what less's say. */
static const char *const builtin[TL_NPROMPTS] = {
	[TL_PROMPT_SHORT] = "?n?f%f .?m(%T %i of %m) ..?e(END) ?x- Next\\: %x..%t",
	[TL_PROMPT_MEDIUM] = "?n?f%f .?m(%T %i of %m) ..?e(END) ?x- Next\\: %x.:"
			     "?pB%pB\\%:byte %bB?s/%s...%t",
	[TL_PROMPT_LONG] = "?f%f .?n?m(%T %i of %m) ..?ltlines %lt-%lb?L/%L. :byte %bB?s/%s. ."
			   "?e(END) ?x- Next\\: %x.:?pB%pB\\%..%t",
	[TL_PROMPT_EQUALS] = "?f%f .?m(%T %i of %m) .?ltlines %lt-%lb?L/%L. .byte %bB?s/%s. "
			     "?e(END) :?pB%pB\\%..%t",
	[TL_PROMPT_HELP] = "HELP -- ?eEND -- Press g to see it again:Press RETURN for more., "
			   "or q when done",
	[TL_PROMPT_WAIT] = "Waiting for data",
};

const char *tl_prompt_proto(const struct tl_options *o, int kind)
{
	return o->prompt[kind] ? o->prompt[kind] : builtin[kind];
}

struct writer {
	const struct tl_prompt_facts *facts;
	struct tl_buf *out;
	bool *pending;
};

/* The letter that may follow b, d, l, p says which line; none means the top one. */
static enum tl_prompt_line line_letter(const char **p)
{
	switch (**p) {
	case 't':
		++*p;
		return TL_LINE_TOP;
	case 'm':
		++*p;
		return TL_LINE_MIDDLE;
	case 'b':
		++*p;
		return TL_LINE_BOTTOM;
	case 'B':
		++*p;
		return TL_LINE_AFTER;
	case 'j':
		++*p;
		return TL_LINE_TARGET;
	}
	return TL_LINE_TOP;
}

static bool takes_line(char c)
{
	return c && strchr("bdlpP", c) != NULL;
}

static bool is_number(char c)
{
	return c && strchr("bBcdDilLmpPs", c) != NULL;
}

static void put_number(struct writer *w, char what, enum tl_prompt_line line)
{
	uint64_t n;
	bool pending = false;

	if (w->facts->number(w->facts->arg, what, line, &n, &pending)) {
		tl_buf_printf(w->out, "%" PRIu64, n);
	} else {
		tl_buf_putc(w->out, '?');
		*w->pending |= pending;
	}
}

/* %t: blanks at the end go away. */
static void trim(struct tl_buf *out)
{
	while (out->len > 0 && out->data[out->len - 1] == ' ')
		out->len--;
}

static void put_escape(struct writer *w, const char **p)
{
	char c = *(*p)++;
	enum tl_prompt_line line = TL_LINE_TOP;
	const char *text;

	if (takes_line(c))
		line = line_letter(p);
	if (c == 't') {
		trim(w->out);
	} else if (is_number(c)) {
		put_number(w, c, line);
	} else if (c == '%') {
		tl_buf_putc(w->out, '%');
	} else {
		text = w->facts->text(w->facts->arg, c);
		if (text)
			tl_buf_puts(w->out, text);
	}
}

static bool condition(struct writer *w, const char **p)
{
	char c = *(*p)++;
	enum tl_prompt_line line = TL_LINE_TOP;
	uint64_t n;
	bool pending = false;

	if (takes_line(c))
		line = line_letter(p);
	if (is_number(c) && c != 'c' && c != 'm')
		return w->facts->number(w->facts->arg, c, line, &n, &pending) || pending;
	return w->facts->state(w->facts->arg, c);
}

static void put_part(struct writer *w, const char **p, bool say);

/* What follows the condition, up to its period, with an else part behind a colon. */
static void put_conditional(struct writer *w, const char **p, bool say)
{
	bool yes = condition(w, p);

	put_part(w, p, say && yes);
	if (**p == ':') {
		++*p;
		put_part(w, p, say && !yes);
	}
	if (**p == '.')
		++*p;
}

/* Text up to an unescaped : or . of the enclosing conditional, or the end. */
static void put_part(struct writer *w, const char **p, bool say)
{
	struct tl_buf nothing = TL_BUF_INIT;
	struct tl_buf *out = w->out;
	bool ignored = false, *pending = w->pending;

	if (!say) { /* walk through it all the same, for the nesting */
		w->out = &nothing;
		w->pending = &ignored;
	}
	while (**p && **p != '.' && **p != ':') {
		char c = *(*p)++;

		if (c == '\\' && **p)
			tl_buf_putc(w->out, (uint8_t) * (*p)++);
		else if (c == '?' && **p)
			put_conditional(w, p, say);
		else if (c == '%' && **p)
			put_escape(w, p);
		else
			tl_buf_putc(w->out, (uint8_t)c);
	}
	w->out = out;
	w->pending = pending;
	tl_buf_fini(&nothing);
}

void tl_prompt_format(const char *proto, const struct tl_prompt_facts *facts, struct tl_buf *out,
		      bool *pending)
{
	struct writer w = { facts, out, pending };
	const char *p = proto;

	*pending = false;
	while (*p) {
		put_part(&w, &p, true);
		if (*p) /* a . or : outside of any conditional is text */
			tl_buf_putc(out, (uint8_t)*p++);
	}
}
