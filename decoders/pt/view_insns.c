/*
 * view_insns.c: the view `insns`: every instruction, disassembled.  All behind the columns
 * depends on the address alone, so that it is one look-up.
 *
 *	          401136 main+0x12 (/bin/a)             callq 0x401106 <f1>
 */
#include "decoders/pt/pen.h"

static inline uint8_t *put_line(struct tl_pt_pen *pen, struct tl_buf *out, uint8_t *p,
				const struct tl_pt_event *events, size_t i, int which)
{
	const struct tl_pt_event *ev = &events[i];
	struct tl_pt_thread *t = pen_thread(pen, i);

	if (ev->kind == TL_PT_EV_EVD || ev->kind == TL_PT_EV_LEAP ||
	    (ev->kind == TL_PT_EV_BRANCH && !(ev->flags & TL_PT_TX_ABORT)))
		return p;
	if (ev->kind == TL_PT_EV_CBR) { /* told at each sync point, changed or not */
		if (ev->to == (uint32_t)t->level)
			return p;
		t->level = (int32_t)ev->to;
	}
	p = pen_room(out, p, PEN_COLUMNS + TL_PT_EXTRA_LONGEST);
	if (!p)
		return NULL;
	p = pen_columns(pen, p, ev, t);
	if (ev->kind == TL_PT_EV_INSN)
		p = pen_insn(pen, out, p, tl_pt_ctx(ev)->space, ev->from, (unsigned)ev->to);
	else
		p = tl_pt_put_extra(pen, p, events, i);
	if (p)
		*p++ = '\n';
	return p;
}

static bool format(struct tl_pt_pen *pen, const struct tl_pt_event *events, size_t n,
		   struct tl_buf *out, size_t *starts)
{
	return pen_lines(pen, events, n, out, starts, put_line, 0);
}

const struct tl_pt_view tl_pt_view_insns = {
	.name = "insns",
	/* Branches have no lines: depths need them. */
	.wants = TL_PT_WANT_INSNS | TL_PT_WANT_DEPTHS | TL_PT_WANT_EXTRAS,
	.columns = TL_PT_COL_TASK | TL_PT_COL_CPU | TL_PT_COL_TIME,
	.form = TL_PT_NAME_INSN,
	.walks = true,
	.heads = "ADDRESS SYMBOL (BINARY)    INSTRUCTION\n",
	.format = format,
	.put_who = tl_pt_put_who,
};
