/*
 * view_calls.c: the views `calls`, `returns` and `branches`: who called whom, indented.
 *
 *	main+22 -> f1                       a call
 *	main+27 <- f1+33                    a return, indented as its call
 *	write+16 -> [tr end syscall]        a branch of another kind, in perf's words
 *	[tr strt] -> write+18               the trace begins (again) here
 *	loop+7 -> [hw int] asm_exc_page_fault
 *	main+40 [ptwrite: 0x1f]             and what else the packets tell
 *
 * In `branches` the kind of each has a column of its own, and all arrows go forward.
 */
#include "decoders/pt/pen.h"

#define ALL_COLUMNS \
	(TL_PT_COL_TASK | TL_PT_COL_CPU | TL_PT_COL_TIME | TL_PT_COL_DELTA | TL_PT_COL_INSNS)

/* What of a line is not names. */
#define FIXED (PEN_COLUMNS + PEN_INDENT + TL_PT_EXTRA_LONGEST)

enum { CALLS, RETURNS, BRANCHES };

static inline bool is_shown(const struct tl_pt_event *ev, int which)
{
	const unsigned entries =
	    TL_PT_CALL | TL_PT_ASYNC | TL_PT_TRACE_BEGIN | TL_PT_TRACE_END | TL_PT_TX_ABORT;

	if (ev->kind == TL_PT_EV_BRANCH)
		return which == BRANCHES || ev->flags & entries ||
		       (which == RETURNS && ev->flags & TL_PT_RETURN);
	return pen_shows_extra(ev);
}

/* From, arrow, to; which of them are there depends on the kind. */
static inline uint8_t *put_branch(struct tl_pt_pen *pen, struct tl_buf *out, uint8_t *p,
				  const struct tl_pt_event *ev, bool branches)
{
	const unsigned plain = TL_PT_BRANCH | TL_PT_CALL, back = TL_PT_BRANCH | TL_PT_RETURN;
	const struct tl_space *space = tl_pt_ctx(ev)->space;
	unsigned flags = ev->flags & ~(unsigned)TL_PT_IN_TX;
	bool backward = !branches && flags & TL_PT_RETURN &&
			!(flags & (TL_PT_TRACE_BEGIN | TL_PT_TRACE_END)) && ev->to && ev->from;
	bool with_word = !branches && flags != plain && (!backward || flags != back);
	const struct tl_pt_words *words = with_word ? pen_words(pen, flags) : NULL;
	uint64_t left = backward ? ev->to : ev->from, right = backward ? ev->from : ev->to;

	if (left) {
		p = pen_name(pen, out, p, space, left, 64);
		if (!p)
			return NULL;
		*p++ = ' ';
	} else if (with_word) {
		p = put_text(p, words->word, words->word_len);
		with_word = false;
	}
	p = backward ? PUT_LITERAL(p, "<- ") : PUT_LITERAL(p, "-> ");
	if (with_word)
		p = put_text(p, words->word, words->word_len);
	if (!right) {
		p[-1] = '\n';
		return p;
	}
	p = pen_name(pen, out, p, space, right, 1);
	if (p)
		*p++ = '\n';
	return p;
}

static uint8_t *put_extra(struct tl_pt_pen *pen, struct tl_buf *out, uint8_t *p,
			  const struct tl_pt_event *events, size_t i)
{
	const struct tl_pt_event *ev = &events[i];

	if (ev->from) {
		p = pen_name(pen, out, p, tl_pt_ctx(ev)->space, ev->from, TL_PT_EXTRA_LONGEST);
		if (!p)
			return NULL;
		*p++ = ' ';
	}
	p = tl_pt_put_extra(pen, p, events, i);
	*p++ = '\n';
	return p;
}

static inline uint8_t *put_line(struct tl_pt_pen *pen, struct tl_buf *out, uint8_t *p,
				const struct tl_pt_event *events, size_t i, int which)
{
	const struct tl_pt_event *ev = &events[i];
	struct tl_pt_thread *t = pen_thread(pen, i);

	if (!is_shown(ev, which))
		return p;
	p = pen_room(out, p, FIXED);
	if (!p)
		return NULL;
	p = pen_columns(pen, p, ev, t);
	if (which == BRANCHES && ev->kind == TL_PT_EV_BRANCH) {
		const struct tl_pt_words *words = pen_words(pen, ev->flags);

		p = put_text(p, words->cell, words->cell_len);
		*p++ = ' ';
	} else if (which == BRANCHES) {
		p = put_blanks(p, 22);
	}
	p = pen_indent(p, pen->steps[i].depth - t->lowest);
	p = ev->kind == TL_PT_EV_BRANCH ? put_branch(pen, out, p, ev, which == BRANCHES)
					: put_extra(pen, out, p, events, i);
	if (p && pen->style->source)
		p = pen_source(pen, out, p, tl_pt_ctx(ev)->space, ev->from ? ev->from : ev->to);
	return p;
}

static bool format_calls(struct tl_pt_pen *pen, const struct tl_pt_event *events, size_t n,
			 struct tl_buf *out, size_t *starts)
{
	return pen_lines(pen, events, n, out, starts, put_line, CALLS);
}

static bool format_returns(struct tl_pt_pen *pen, const struct tl_pt_event *events, size_t n,
			   struct tl_buf *out, size_t *starts)
{
	return pen_lines(pen, events, n, out, starts, put_line, RETURNS);
}

static bool format_branches(struct tl_pt_pen *pen, const struct tl_pt_event *events, size_t n,
			    struct tl_buf *out, size_t *starts)
{
	return pen_lines(pen, events, n, out, starts, put_line, BRANCHES);
}

/* Returns are wanted even where they are not shown: without them there is no depth. */
const struct tl_pt_view tl_pt_view_calls = {
	.name = "calls",
	.wants = TL_PT_WANT_DEPTHS | TL_PT_WANT_EXTRAS,
	.columns = ALL_COLUMNS,
	.form = TL_PT_NAME_SHORT,
	.walks = true,
	.heads = "FUNCTION\n",
	.format = format_calls,
	.put_who = tl_pt_put_who,
};

const struct tl_pt_view tl_pt_view_returns = {
	.name = "returns",
	.wants = TL_PT_WANT_DEPTHS | TL_PT_WANT_EXTRAS,
	.columns = ALL_COLUMNS,
	.form = TL_PT_NAME_SHORT,
	.walks = true,
	.heads = "FUNCTION\n",
	.format = format_returns,
	.put_who = tl_pt_put_who,
};

const struct tl_pt_view tl_pt_view_branches = {
	.name = "branches",
	.wants = TL_PT_WANT_BRANCHES | TL_PT_WANT_LEAPS | TL_PT_WANT_EXTRAS,
	.columns = ALL_COLUMNS,
	.form = TL_PT_NAME_SHORT,
	.walks = true,
	.heads = "FLAGS                 FUNCTION\n",
	.format = format_branches,
	.put_who = tl_pt_put_who,
};
