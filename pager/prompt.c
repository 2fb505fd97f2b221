/*
 * prompt.c: see prompt.h.  The language needs no stack: a condition that fails skips to its
 * own `:` or `.`, counting the conditionals on the way; a `:` that is reached stands behind a
 * part that was written, and skips likewise; a `.` that is reached says nothing.
 */
#include "pager/prompt.h"

#include "pager/names.h"

#include <inttypes.h>
#include <string.h>

/* The built-in prompts say what less's say. */
static const char *const builtin[TL_NPROMPTS] = {
	[TL_PROMPT_SHORT] = "?n?f%f .?m(%T %i of %m) ..?e(END) ?x- Next\\: %x..%t",
	[TL_PROMPT_MEDIUM] = "?n?f%f .?m(%T %i of %m) ..?e(END) ?x- Next\\: %x.:"
			     "?pB%pB\\%:byte %bB?s/%s...%t",
	[TL_PROMPT_LONG] = "?f%f .?n?m(%T %i of %m) ..?ltlines %lt-%lb?L/%L. :byte %bB?s/%s. ."
			   "?e(END) ?x- Next\\: %x.:?pB%pB\\%..?c (column %c).%t",
	[TL_PROMPT_EQUALS] = "?f%f .?m(%T %i of %m) .?ltlines %lt-%lb?L/%L. .byte %bB?s/%s. "
			     "?e(END) :?pB%pB\\%..?c (column %c).%t",
	[TL_PROMPT_HELP] = "HELP -- ?eEND -- Press g to see it again:Press RETURN for more., "
			   "or q when done",
	[TL_PROMPT_WAIT] = "Waiting for data",
};

/* What more(1) prompts with. */
static const char more_builtin[] = "--More--(?eEND ?x- Next\\: %x.:?pB%pB\\%:byte %bB?s/%s...%t)";

/* What = says of a text with times: what less says, and the time. */
static const char timed_equals[] = "?f%f .?m(%T %i of %m) .?ltlines %lt-%lb?L/%L. .byte %bB?s/%s. "
				   "?e(END) :?pB%pB\\%..?c (column %c).?w%t time %w.?k mark %k."
				   "?S slice %S.%t";

/* A decoded text has no bytes to count. */
static const char *const decoded_builtin[TL_NPROMPTS] = {
	[TL_PROMPT_LONG] = "?f%f .?n?m(%T %i of %m) ..?ltlines %lt-%lb?L/%L. .?v%v .?e(END) "
			   "?x- Next\\: %x.:?pB%pB\\%..?c (column %c).%t",
	[TL_PROMPT_EQUALS] = "?f%f .?m(%T %i of %m) .?ltlines %lt-%lb?L/%L. .?wtime %w ."
			     "?kmark %k .?q%q .?Sslice %S .?v%v .?e(END) :?pB%pB\\%..%t",
};

int tl_prompt_kind(const struct tl_options *o)
{
	if (o->more)
		return o->prompt_kind == TL_PROMPT_SHORT ? TL_PROMPT_MEDIUM : TL_PROMPT_SHORT;
	return o->prompt_kind;
}

const char *tl_prompt_proto(const struct tl_options *o, int kind, enum tl_prompt_text text)
{
	if (o->prompt[kind])
		return o->prompt[kind];
	if (o->more && kind == TL_PROMPT_MEDIUM)
		return more_builtin;
	if (text == TL_PROMPT_OF_TIMES && kind == TL_PROMPT_EQUALS)
		return timed_equals;
	return text == TL_PROMPT_OF_RECORDING && decoded_builtin[kind] ? decoded_builtin[kind]
								       : builtin[kind];
}

#define MAX_PROMPT 65536 /* bytes; what is behind them no terminal shows */

struct writer {
	const struct tl_prompt_facts *facts;
	struct tl_buf *out;
	size_t start; /* of the prompt in `out` */
	bool *pending;
};

/* The letter that may follow b, d, l, p, P says which line; none means the top one. */
static enum tl_prompt_line line_letter(char what, const char **p)
{
	static const char letters[] = { 't', 'm', 'b', 'B', 'j' };
	const char *which = memchr(letters, **p, sizeof(letters));

	if (!which || !strchr("bdlpP", what))
		return TL_LINE_TOP;
	++*p;
	return (enum tl_prompt_line)(which - letters);
}

/* What less does not tell; nothing stands for it where the text has no such thing. */
static const char own_facts[] = "kqSvw";

static void put_text(struct writer *w, char what)
{
	const char *text = w->facts->text(w->facts->arg, what);

	tl_buf_puts(w->out, text ? text : "?");
}

/* %x; p stands behind it. */
static void put_fact(struct writer *w, char what, const char **p)
{
	enum tl_prompt_line line = line_letter(what, p);
	const char *text;
	bool pending = false;
	uint64_t n;

	if (what == 't') { /* blanks at the end go away */
		while (w->out->len > w->start && w->out->data[w->out->len - 1] == ' ')
			w->out->len--;
	} else if (what == '%') {
		tl_buf_putc(w->out, '%');
	} else if (strchr("bBcCdDilLmpPQsW", what)) {
		if (w->facts->number(w->facts->arg, what, line, &n, &pending))
			tl_buf_printf(w->out, "%" PRIu64, n);
		else
			tl_buf_putc(w->out, '?');
		*w->pending |= pending;
	} else if (strchr(own_facts, what)) {
		if (w->facts->state(w->facts->arg, what))
			put_text(w, what);
	} else if (strchr("EfFTx", what)) {
		put_text(w, what);
	} else if (strchr("gGy", what)) { /* f, F and x as words of the shell */
		text = w->facts->text(w->facts->arg, what == 'g' ? 'f' : what == 'G' ? 'F' : 'x');
		if (!text || !tl_names_quote(w->out, text))
			tl_buf_putc(w->out, '?');
	}
}

/* ?x; p stands behind it. */
static bool condition(struct writer *w, char what, const char **p)
{
	enum tl_prompt_line line = line_letter(what, p);
	bool pending = false;
	uint64_t n;

	if (what == 'a') /* something was written so far */
		return w->out->len > w->start;
	if (strchr("bBdDlLpPs", what)) /* one that comes later counts as known */
		return w->facts->number(w->facts->arg, what, line, &n, &pending) || pending;
	if (what == 'Q')
		return w->facts->number(w->facts->arg, what, line, &n, &pending) && n < 100;
	return w->facts->state(w->facts->arg, what);
}

/* Behind the `:` or `.` that ends the part of a conditional in which p stands. */
static const char *skip_part(const char *p)
{
	unsigned level = 1;

	for (; *p; p++)
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '?')
			level++;
		else if (*p == ':' && level == 1)
			return p + 1;
		else if (*p == '.' && --level == 0)
			return p + 1;
	return p;
}

void tl_prompt_format(const char *proto, const struct tl_prompt_facts *facts, struct tl_buf *out,
		      bool *pending)
{
	struct writer w = { facts, out, out->len, pending };
	const char *p = proto;

	*pending = false;
	while (*p && out->len - w.start < MAX_PROMPT) {
		char c = *p++;

		if (c == ':') {
			p = skip_part(p);
		} else if (c == '.') {
			continue;
		} else if (c != '\\' && c != '?' && c != '%') {
			tl_buf_putc(out, (uint8_t)c);
		} else if (*p) { /* one that stands at the very end is dropped */
			char what = *p++;

			if (c == '\\')
				tl_buf_putc(out, (uint8_t)what);
			else if (c == '%')
				put_fact(&w, what, &p);
			else if (!condition(&w, what, &p))
				p = skip_part(p);
		}
	}
}
