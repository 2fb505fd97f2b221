/*
 * view_spt.c: the view `spt`: the layout of simple-pt's sptdecode.
 *
 *	TIME      DELTA         INSNS   OPERATION
 *	0.000     [+0.000]      [+   1] _dl_aux_init+436
 *	                        [+   6] __libc_start_main+455 -> _dl_discover_osversion
 *	                        [+   9]     main+22 -> f1
 *
 * A call is a line, and so is any other event that comes with a new time; times are in
 * microseconds from the recording's first, deltas from the time printed before, in this chunk.
 * Depth begins at 0 in each chunk and after an error.  Unlike sptdecode it merges all CPUs.
 */
#include "decoders/pt/pen.h"

#include <intel-pt.h>

#define TIME_WIDTH 24

/* What of a line is not names. */
#define FIXED (TIME_WIDTH + TL_PT_EXTRA_LONGEST + 2 * PEN_INDENT)

/* libipt's words for an error, which are sptdecode's. */
static const char *error_text(unsigned code)
{
	switch (code) {
	case TL_PT_ERR_BADPKT:
		return pt_errstr(pte_bad_packet);
	case TL_PT_ERR_NODATA:
		return pt_errstr(pte_eos);
	case TL_PT_ERR_NOINSN:
		return pt_errstr(pte_nomap);
	case TL_PT_ERR_MISMATCH:
		return pt_errstr(pte_bad_query);
	case TL_PT_ERR_OVERFLOW:
		return pt_errstr(pte_overflow);
	case TL_PT_ERR_LOST:
		return "lost trace data";
	case TL_PT_ERR_LOOP:
		return "endless loop";
	default:
		return pt_errstr(pte_internal);
	}
}

/* 1402 ns: 1.402 */
static uint8_t *put_us(uint8_t *p, uint64_t ns)
{
	p = put_dec(p, ns / 1000, 0);
	*p++ = '.';
	*p++ = (uint8_t)('0' + ns % 1000 / 100);
	return put_pair(p, ns % 100);
}

/* %-9.3f [%+-.3f], 24 wide */
static uint8_t *put_time(uint8_t *p, uint64_t since_begin, uint64_t since_last)
{
	uint8_t *begin = p;

	p = put_us(p, since_begin);
	if (p < begin + 9)
		p = put_blanks(p, (size_t)(begin + 9 - p));
	p = PUT_LITERAL(p, " [+");
	p = put_us(p, since_last);
	*p++ = ']';
	if (p < begin + TIME_WIDTH)
		p = put_blanks(p, (size_t)(begin + TIME_WIDTH - p));
	return p;
}

/* Four columns a level, up to where the other views stop too. */
static uint8_t *put_indent(uint8_t *p, int32_t level)
{
	return put_blanks(p, 4 * (size_t)(level < PEN_LEVELS ? level : PEN_LEVELS));
}

/* The state of a chunk. */
struct spt {
	uint64_t begin, last; /* times, ns */
	bool timed;           /* `last` is one */
	uint64_t ratio;
};

/* "[pwre: hw: 0 cstate: 2 sub-cstate: 0] main+22", which sptdecode does not indent either. */
static uint8_t *put_extra(struct tl_pt_pen *pen, struct tl_buf *out, uint8_t *p,
			  const struct tl_pt_event *events, size_t i)
{
	const struct tl_pt_event *ev = &events[i];

	if (!pen_shows_extra(ev))
		return p;
	p = tl_pt_put_extra(pen, p, events, i);
	if (ev->from) {
		*p++ = ' ';
		p = pen_name(pen, out, p, tl_pt_ctx(ev)->space, ev->from, 1);
	}
	if (p)
		*p++ = '\n';
	return p;
}

static inline uint8_t *put_line(struct tl_pt_pen *pen, struct spt *spt, struct tl_buf *out,
				uint8_t *p, const struct tl_pt_event *events, size_t i,
				struct tl_pt_thread *t)
{
	const struct tl_pt_event *ev = &events[i];
	const struct tl_space *space = tl_pt_ctx(ev)->space;
	bool timed = ev->time != TL_PT_NOTIME && (!spt->timed || ev->time != spt->last);
	bool call = ev->flags & TL_PT_CALL && !(ev->flags & TL_PT_TRACE_END) && ev->to;
	uint64_t ip = ev->from ? ev->from : ev->to, since;

	if (ev->kind == TL_PT_EV_CBR) {
		if (ev->to == spt->ratio)
			return p;
		spt->ratio = ev->to;
		p = PUT_LITERAL(p, "frequency ");
		p = put_dec(p, ev->to, 0);
		*p++ = '\n';
		return p;
	}
	if (ev->kind != TL_PT_EV_BRANCH)
		return put_extra(pen, out, p, events, i);
	if (ev->flags & TL_PT_ASYNC && ev->from) {
		p = PUT_LITERAL(p, "interrupted ");
		p = pen_name(pen, out, p, space, ev->from, FIXED);
		if (!p)
			return NULL;
		*p++ = '\n';
	}
	if (timed) {
		since = spt->timed && ev->time > spt->last ? ev->time - spt->last : 0;
		p = put_time(p, ev->time > spt->begin ? ev->time - spt->begin : 0, since);
		spt->timed = true;
		spt->last = ev->time;
	} else if (call) {
		p = put_blanks(p, TIME_WIDTH);
	}
	if (timed || call) {
		p = PUT_LITERAL(p, "[+");
		p = put_dec(p, t->insns, 4);
		p = PUT_LITERAL(p, "] ");
		p = put_indent(p, t->level);
		p = pen_name(pen, out, p, space, ip, 16);
		if (p && call) {
			p = PUT_LITERAL(p, " -> ");
			p = pen_name(pen, out, p, space, ev->to, 1);
		}
		if (!p)
			return NULL;
		*p++ = '\n';
	}
	if (call)
		t->level++;
	else if (ev->flags & TL_PT_RETURN && t->level > 0)
		t->level--;
	if (call || ev->flags & TL_PT_RETURN || timed)
		t->insns = 0;
	return p;
}

static bool format(struct tl_pt_pen *pen, const struct tl_pt_event *events, size_t n,
		   struct tl_buf *out, size_t *starts)
{
	struct spt spt = { .begin = pen->style->first_time };

	for (size_t i = 0; i < n; i++) {
		const struct tl_pt_event *ev = &events[i];
		struct tl_pt_thread *t = pen_thread(pen, i);
		uint8_t *p;

		if (!pen_begin(pen, out, starts, i))
			return false;
		if (ev->kind == TL_PT_EV_ERROR) {
			if (!tl_buf_printf(out, "%llx:%llx: error %s\n", (unsigned long long)ev->to,
					   (unsigned long long)ev->from, error_text(ev->code)))
				return false;
			t->level = 0;
			t->insns = 0;
			continue;
		}
		t->insns += ev->insns;
		p = pen_room(out, out->data + out->len, FIXED);
		p = p ? put_line(pen, &spt, out, p, events, i, t) : NULL;
		if (!p)
			return false;
		out->len = (size_t)(p - out->data);
	}
	return true;
}

const struct tl_pt_view tl_pt_view_spt = {
	.name = "spt",
	.wants = TL_PT_WANT_DEPTHS | TL_PT_WANT_EXTRAS,
	.form = TL_PT_NAME_SHORT,
	.walks = true,
	.heads = "TIME      DELTA         INSNS   OPERATION\n",
	.format = format,
	.put_who = tl_pt_put_who,
};
