/*
 * view_perf.c: the view `perf`: what `perf script --itrace=cre --ns
 * -F comm,tid,cpu,time,flags,ip,sym,symoff,dso,addr` of linux-perf 6.1 prints, byte for byte,
 * so that scripts for it go on working.  Without `time` for a trace that has none.
 */
#include "decoders/foreign.h"
#include "decoders/pt/pen.h"

#include <stdio.h>

#define SHOWN (TL_PT_CALL | TL_PT_ASYNC | TL_PT_TRACE_END | TL_PT_RETURN | TL_PT_TRACE_BEGIN)

/* What of a line is not names. */
#define FIXED (PEN_COLUMNS + 128)

static uint8_t *put_who(uint8_t *p, const struct tl_context *ctx, unsigned columns)
{
	uint8_t comm[64];
	int n = (int)(tl_foreign_put(comm, ctx->comm ? ctx->comm : "", sizeof(comm)) - comm);

	return p + sprintf((char *)p, "%16.*s %5d [%03d] ", n, (char *)comm, ctx->tid, ctx->cpu);
}

/* perf_event__fprintf_auxtrace_error() in perf's tools/perf/util/auxtrace.c; type 1: instructions. */
static bool put_error(const struct tl_pt_event *ev, struct tl_buf *out)
{
	const struct tl_context *ctx = tl_pt_ctx(ev);
	char time[40] = "0";

	if (ev->time != TL_PT_NOTIME && ev->time != 0)
		snprintf(time, sizeof(time), "%llu.%09llu",
			 (unsigned long long)(ev->time / 1000000000),
			 (unsigned long long)(ev->time % 1000000000));
	return tl_buf_printf(
	    out,
	    " instruction trace error type 1 time %s cpu %d pid %d tid %d ip %#llx "
	    "code %u: %s\n",
	    time, ctx->cpu, ctx->pid, ctx->tid, (unsigned long long)ev->from, ev->code,
	    tl_pt_error_text(ev->code));
}

static bool format(struct tl_pt_pen *pen, const struct tl_pt_event *events, size_t n,
		   struct tl_buf *out, size_t *starts)
{
	bool has_time = pen->style->has_time;

	for (size_t i = 0; i < n; i++) {
		const struct tl_pt_event *ev = &events[i];
		const struct tl_context *ctx = tl_pt_ctx(ev);
		const struct tl_pt_words *words;
		uint8_t *p;

		if (!pen_begin(pen, out, starts, i))
			return false;
		if (ev->kind == TL_PT_EV_ERROR) {
			if (!put_error(ev, out))
				return false;
			continue;
		}
		if (ev->kind != TL_PT_EV_BRANCH || !(ev->flags & SHOWN))
			continue;
		p = pen_room(out, out->data + out->len, FIXED);
		if (!p)
			return false;
		p = pen_who(pen, p, ctx);
		if (has_time) {
			p = pen_time(pen, p, ev->time != TL_PT_NOTIME ? ev->time : 0);
			*p++ = ' ';
		}
		words = pen_words(pen, ev->flags);
		p = PUT_LITERAL(p, "  ");
		p = put_text(p, words->cell, words->cell_len);
		p = PUT_LITERAL(p, "  ");
		p = pen_name(pen, out, p, ctx->space, ev->from, 4);
		if (!p)
			return false;
		p = PUT_LITERAL(p, " => ");
		p = pen_name(pen, out, p, ctx->space, ev->to, 1);
		if (!p)
			return false;
		*p++ = '\n';
		out->len = (size_t)(p - out->data);
	}
	return true;
}

const struct tl_pt_view tl_pt_view_perf = {
	.name = "perf",
	.wants = TL_PT_WANT_DEPTHS,
	.form = TL_PT_NAME_PERF,
	.format = format,
	.put_who = put_who,
};
