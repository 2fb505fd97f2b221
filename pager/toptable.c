/* toptable.c: see toptable.h.  What nobody knows of the text has no column. */
#include "pager/toptable.h"

#include "decoders/callrows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define ROWS_A_TELL 4096 /* between two looks whether somebody still waits */

static const char given_up[] = "interrupted";

/* Microseconds, as ftrace prints durations. */
static const char *us(uint64_t ns, char out[32])
{
	snprintf(out, 32, "%" PRIu64 ".%03u", ns / 1000, (unsigned)(ns % 1000));
	return out;
}

static double percent(uint64_t part, uint64_t all)
{
	return all > 0 ? 100 * (double)part / (double)all : 0;
}

/* "12.345  50.0% ": of all. */
static bool put_part(struct tl_buf *out, const char *text, uint64_t part, uint64_t all)
{
	return tl_buf_printf(out, " %12s %5.1f%%", text, percent(part, all));
}

static bool put_costs(struct tl_buf *out, const struct tl_cost_result *r,
		      const struct tl_callrow *row, const struct tl_callrow *all)
{
	char self[32], total[32];

	if (r->has_time)
		return (r->no_insns || tl_buf_printf(out, " %11" PRIu64, row->insns)) &&
		       put_part(out, us(row->ns, self), row->ns, all->ns) &&
		       put_part(out, us(row->total_ns, total), row->total_ns, all->ns);
	snprintf(self, sizeof(self), "%" PRIu64, row->insns);
	snprintf(total, sizeof(total), "%" PRIu64, row->total_insns);
	return r->no_insns || (put_part(out, self, row->insns, all->insns) &&
			       put_part(out, total, row->total_insns, all->insns));
}

static bool put_heads(struct tl_buf *out, const struct tl_cost_result *r)
{
	bool ok = tl_buf_puts(out, "    CALLS");

	if (r->has_time && !r->no_insns)
		ok = ok && tl_buf_puts(out, "       INSNS");
	if (r->has_time)
		ok = ok && tl_buf_puts(out, "    SELF (us)      %   TOTAL (us)      %");
	else if (!r->no_insns)
		ok = ok && tl_buf_puts(out, " INSNS (SELF)      %  INSNS (ALL)      %");
	return ok && tl_buf_puts(out, "  FUNCTION\n");
}

static bool put_rows(struct tl_buf *out, const struct tl_cost_result *r,
		     const struct tl_callrow *rows, size_t n, const struct tl_progress *progress,
		     struct tl_err *err)
{
	struct tl_callrow all = { 0 };
	char text[32];
	bool ok;

	for (size_t i = 0; i < n; i++) {
		all.calls += rows[i].calls;
		all.insns += rows[i].insns;
		all.ns += rows[i].ns;
	}
	ok = tl_buf_printf(out, "%zu function%s, %" PRIu64 " calls", n, n == 1 ? "" : "s",
			   all.calls);
	ok = ok && (r->no_insns || tl_buf_printf(out, ", %" PRIu64 " instructions", all.insns));
	ok = ok && (!r->has_time || tl_buf_printf(out, ", %s us", us(all.ns, text)));
	ok = ok && (r->ngaps == 0 ||
		    tl_buf_printf(out, ", %" PRIu64 " gap%s", r->ngaps, r->ngaps == 1 ? "" : "s"));
	ok = ok && tl_buf_putc(out, '\n') && put_heads(out, r);
	for (size_t i = 0; ok && i < n; i++) {
		if ((i + 1) % ROWS_A_TELL == 0 && !tl_progress_step(progress, 1))
			return tl_err_set(err, given_up);
		ok = tl_buf_printf(out, "%9" PRIu64, rows[i].calls) &&
		     put_costs(out, r, &rows[i], &all) &&
		     tl_buf_printf(out, "  %s\n", tl_callnames_get(r->names, rows[i].name));
	}
	return ok || tl_err_nomem(err);
}

bool tl_toptable_put(struct tl_buf *out, const struct tl_cost_result *result,
		     const struct tl_progress *progress, struct tl_err *err)
{
	enum tl_cost_unit by = result->has_time ? TL_COST_NS : TL_COST_INSNS;
	struct tl_callrow *rows;
	size_t n;
	bool ok;

	switch (tl_callrows_make(result->tree, result->names, by, progress, &rows, &n)) {
	case TL_CALLROWS_NOMEM:
		return tl_err_nomem(err);
	case TL_CALLROWS_GIVEN_UP:
		return tl_err_set(err, given_up);
	case TL_CALLROWS_MADE:
		break;
	}
	ok = put_rows(out, result, rows, n, progress, err);
	free(rows);
	return ok;
}
