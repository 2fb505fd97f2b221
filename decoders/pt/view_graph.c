/*
 * view_graph.c: the view `graph`: functions as blocks, in the manner of ftrace's
 * function_graph, with the time each took on the line that closes it.
 *
 *	              | main() {
 *	     0.070 us |   f2();                     calls nothing itself
 *	              |   write() {
 *	              |     [tr end syscall] write  leaves the trace, and
 *	              |     [tr strt] write         comes back
 *	+   10.400 us |   }                         with `write` behind it in a comment
 *	              |   [tr strt] handler() {     a signal came
 *
 * A call in an earlier chunk is known by what the chunk is told of its past.  Where it is not, the
 * time is "> 12.345 us", as long as nothing is missing in what was seen.
 */
#include "decoders/pt/pen.h"

/* What of a line is not names. */
#define FIXED (PEN_COLUMNS + PEN_INDENT + 64 + TL_PT_EXTRA_LONGEST)

#define NONE TL_PT_NONE

/* ftrace's marks for times that are long. */
static uint8_t mark_of(uint64_t ns)
{
	static const struct {
		uint64_t ns;
		char mark;
	} marks[] = {
		{ 1000000000, '$' }, { 100000000, '@' }, { 10000000, '*' },
		{ 1000000, '#' },    { 100000, '!' },    { 10000, '+' },
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (ns > marks[i].ns)
			return (uint8_t)marks[i].mark;
	return ' ';
}

/* A number with a fraction, cut to 8 columns. */
static uint8_t *put_8_columns(uint8_t *p, uint64_t thousandths)
{
	uint8_t text[TL_PRINT_U64 + 8 + TL_PRINT_SLACK],
	    *end = put_dec(text, thousandths / 1000, 0);
	size_t len;

	*end++ = '.';
	*end++ = (uint8_t)('0' + thousandths % 1000 / 100);
	end = put_pair(end, thousandths % 100);
	len = (size_t)(end - text) < 8 ? (size_t)(end - text) : 8;
	if (text[len - 1] == '.')
		len--;
	p = put_blanks(p, 8 - len);
	return put_text(p, text, len);
}

/* "     0.070 us | ", "# 1837.709 us | ", "$  132.070 s  | ": as wide whatever the time, so that a
 * text stays in its place when one becomes known. */
static uint8_t *put_duration(uint8_t *p, uint8_t mark, uint64_t ns)
{
	bool long_one = ns >= UINT64_C(100000000000);

	*p++ = mark;
	*p++ = ' ';
	if (ns < 10000000) { /* nearly all of them */
		memset(p, ' ', 8);
		put_dec_before(p + 4, ns / 1000);
		p[4] = '.';
		p[5] = (uint8_t)('0' + ns % 1000 / 100);
		put_pair(p + 6, ns % 100);
		return PUT_LITERAL(p + 8, " us | ");
	}
	p = put_8_columns(p, long_one ? ns / 1000000 : ns);
	return long_one ? PUT_LITERAL(p, " s  | ") : PUT_LITERAL(p, " us | ");
}

static uint8_t *put_no_time(uint8_t *p)
{
	return PUT_LITERAL(p, "              | ");
}

static uint8_t *put_time_taken(uint8_t *p, uint64_t begin, uint64_t end)
{
	uint64_t ns = end > begin ? end - begin : 0;

	if (begin == TL_PT_NOTIME || end == TL_PT_NOTIME)
		return put_no_time(p);
	return put_duration(p, mark_of(ns), ns);
}

/* It took longer than this: when it was called is not known. */
static uint8_t *put_at_least(uint8_t *p, uint64_t since, uint64_t end)
{
	if (since == TL_PT_NOTIME || end == TL_PT_NOTIME || end <= since)
		return put_no_time(p);
	return put_duration(p, '>', end - since);
}

/* The time a return ends, `peer` being its call, or `began` what else is known of it. */
static inline uint8_t *put_time_since(uint8_t *p, const struct tl_pt_event *ev,
				      const struct tl_pt_event *peer,
				      const struct tl_pt_began *began)
{
	if (peer)
		return put_time_taken(p, peer->time, ev->time);
	if (!began)
		return put_no_time(p);
	return began->before ? put_at_least(p, began->time, ev->time)
			     : put_time_taken(p, began->time, ev->time);
}

/* A call's line; `leaf`: its return is next, and has no line. */
static uint8_t *put_call(struct tl_pt_pen *pen, struct tl_buf *out, uint8_t *p,
			 const struct tl_pt_event *ev, bool leaf)
{
	const struct tl_pt_words *words = pen_words(pen, ev->flags & ~(unsigned)TL_PT_IN_TX);

	if ((ev->flags & ~(unsigned)TL_PT_IN_TX) != (TL_PT_BRANCH | TL_PT_CALL))
		p = put_text(p, words->word, words->word_len);
	p = pen_name(pen, out, p, tl_pt_ctx(ev)->space, ev->to, 16);
	if (!p)
		return NULL;
	return leaf ? PUT_LITERAL(p, "();\n") : PUT_LITERAL(p, "() {\n");
}

/* Named as the call named it, where that is known: it may have ended in a tail call. */
static uint8_t *put_return(struct tl_pt_pen *pen, struct tl_buf *out, uint8_t *p,
			   const struct tl_pt_event *ev, uint64_t function)
{
	p = PUT_LITERAL(p, "} /* ");
	p = pen_name(pen, out, p, tl_pt_ctx(ev)->space, function ? function : ev->from, 16);
	return p ? PUT_LITERAL(p, " */\n") : NULL;
}

/* Any other event: in words, and where. */
static uint8_t *put_other(struct tl_pt_pen *pen, struct tl_buf *out, uint8_t *p,
			  const struct tl_pt_event *events, size_t i)
{
	const struct tl_pt_event *ev = &events[i];
	const struct tl_pt_words *words = pen_words(pen, ev->flags & ~(unsigned)TL_PT_IN_TX);
	uint64_t ip = ev->from ? ev->from : ev->to;

	if (pen_is_extra(ev)) {
		p = tl_pt_put_extra(pen, p, events, i);
		*p++ = ' ';
		ip = ev->from;
	} else {
		p = put_text(p, words->word, words->word_len);
	}
	if (ip)
		p = pen_name(pen, out, p, tl_pt_ctx(ev)->space, ip, 16);
	else
		p--;
	if (p)
		*p++ = '\n';
	return p;
}

/* Of a leap, only what it ends. */
static inline bool is_shown(const struct tl_pt_event *ev, bool back)
{
	const unsigned flags = TL_PT_CALL | TL_PT_RETURN | TL_PT_ASYNC | TL_PT_TRACE_BEGIN |
			       TL_PT_TRACE_END | TL_PT_TX_ABORT;

	if (ev->kind == TL_PT_EV_BRANCH)
		return (ev->flags & flags) != 0;
	return ev->kind == TL_PT_EV_LEAP ? back : pen_shows_extra(ev);
}

/* Is the next that its thread does the return from this call? */
static inline bool is_leaf(const struct tl_pt_pen *pen, const struct tl_pt_event *events, size_t i)
{
	const unsigned edges = TL_PT_TRACE_BEGIN | TL_PT_TRACE_END;
	const struct tl_pt_step *step = &pen->steps[i];

	return step->peer != NONE && step->next == step->peer &&
	       !((events[i].flags | events[step->peer].flags) & edges);
}

static inline uint8_t *put_line(struct tl_pt_pen *pen, struct tl_buf *out, uint8_t *p,
				const struct tl_pt_event *events, size_t i, int which)
{
	const unsigned edges = TL_PT_TRACE_BEGIN | TL_PT_TRACE_END;
	const struct tl_pt_step *step = &pen->steps[i];
	const struct tl_pt_event *ev = &events[i];
	struct tl_pt_thread *t = pen_thread(pen, i);
	const struct tl_pt_event *peer = step->peer != NONE ? &events[step->peer] : NULL;
	const struct tl_pt_began *began = step->began != NONE ? &pen->begans[step->began] : NULL;
	bool inside = ev->kind == TL_PT_EV_BRANCH && !(ev->flags & edges);
	bool call = inside && ev->flags & TL_PT_CALL && ev->to;
	/* A trace that starts again in a signal's handler. */
	bool handler = ev->flags & TL_PT_TRACE_BEGIN && step->moves > 0;
	/* A trace that goes on behind a call out of it is that call's end.  The return of a
	 * signal's handler is not its end: a system call follows. */
	bool ends = (peer && peer < ev) || (began && !began->before);
	bool back = inside ? ev->flags & TL_PT_RETURN && ev->from && step->moves < 0 : ends;
	bool leaf = call && is_leaf(pen, events, i);

	/* The end of a leaf is told on the line that began it. */
	if (!is_shown(ev, back) || (back && peer && is_leaf(pen, events, step->peer)))
		return p;
	p = pen_room(out, p, FIXED);
	if (!p)
		return NULL;
	p = pen_columns(pen, p, ev, t);
	if (leaf)
		p = put_time_taken(p, ev->time, peer->time);
	else
		p = back ? put_time_since(p, ev, peer, began) : put_no_time(p);
	p = pen_indent(p, step->depth - t->lowest - handler);
	if (call || handler)
		return put_call(pen, out, p, ev, leaf);
	if (!back)
		return put_other(pen, out, p, events, i);
	return put_return(pen, out, p, ev, peer ? peer->to : began ? began->to : 0);
}

static bool format(struct tl_pt_pen *pen, const struct tl_pt_event *events, size_t n,
		   struct tl_buf *out, size_t *starts)
{
	return pen_lines(pen, events, n, out, starts, put_line, 0);
}

const struct tl_pt_view tl_pt_view_graph = {
	.name = "graph",
	.wants = TL_PT_WANT_DEPTHS | TL_PT_WANT_EXTRAS,
	.columns = TL_PT_COL_TASK | TL_PT_COL_CPU | TL_PT_COL_TIME,
	.form = TL_PT_NAME_SYMBOL,
	.walks = true,
	.looks_back = true,
	.heads = "  DURATION      FUNCTION\n",
	.format = format,
	.put_who = tl_pt_put_who,
};
