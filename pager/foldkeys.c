/*
 * foldkeys.c: c folds and unfolds calls, C unfolds all.  Where a call ends a worker finds out (an operation,
 * callkeys.c); what is hidden then is the filter's business, which hides it together with what & does.
 */
#include "pager/commands.h"

#include "base/timespec.h"
#include "pager/finding.h"
#include "pager/folds.h"
#include "pager/textcalls.h"

#include <inttypes.h>
#include <stdio.h>

static struct tl_folds *folds_of(struct tl_app *app)
{
	return app->text.calls ? tl_textcalls_folds(app->text.calls) : NULL;
}

/* What is folded has changed: show it so. */
static void show(struct tl_app *app)
{
	tl_filtering_renew(app);
	tl_filtering_show(app);
}

/* How many callers up a line is shown, where no more than these levels are.  False: err. */
static bool find_above(struct tl_app *app, uint64_t pos, uint64_t levels, uint64_t *n,
		       struct tl_err *err)
{
	struct tl_callcache *cache = tl_textcalls_cache(app->text.calls);
	const struct tl_callline *line;
	const struct tl_calls *calls;

	if (tl_callcache_pin(cache, tl_pos_chunk(app->text.src, pos), &calls, err) != TL_FOUND)
		return false;
	line = tl_calls_find(calls, tl_pos_byte(app->text.src, pos));
	*n = line ? tl_folds_above(levels, calls, line) : 0;
	tl_callcache_unpin(cache, calls);
	return true;
}

/* Only so many levels, 0: all.  Where that hides the line at hand, its caller that is shown takes its place. */
static void show_levels(struct tl_app *app, uint64_t pos, uint64_t levels)
{
	struct tl_err err = TL_ERR_INIT;
	uint64_t n;

	/* It is on the screen, so that this does not take long. */
	if (!find_above(app, pos, levels, &n, &err)) {
		tl_app_message(app, "%s", err.msg);
	} else if (n > 0) {
		tl_call_find_outer(app, pos, n, levels);
	} else {
		folds_of(app)->levels = levels;
		show(app);
	}
}

void tl_fold_levels_found(struct tl_app *app, const struct tl_callnav_result *r, uint64_t levels)
{
	bool found = r->state == TL_CALLNAV_FOUND;
	uint64_t n;

	/* In another chunk it may still be too deep, as levels are counted from the least of a chunk. */
	if (found && find_above(app, r->pos, levels, &n, NULL) && n > 0) {
		tl_call_find_outer(app, r->pos, n, levels);
		return;
	}
	folds_of(app)->levels = levels;
	show(app);
	if (found || r->state == TL_CALLNAV_GAP)
		tl_move_jump_line(app, r->pos);
}

void tl_fold_call(struct tl_app *app, const struct tl_number *n)
{
	const struct tl_fold *fold;
	uint64_t pos;

	if (!tl_call_begin(app, &pos))
		return;
	if (n->given) {
		show_levels(app, pos, n->n);
		return;
	}
	fold = tl_folds_find(folds_of(app), pos);
	if (!fold) {
		tl_call_find_end(app);
		return;
	}
	tl_folds_remove(folds_of(app), fold);
	show(app);
}

void tl_fold_none(struct tl_app *app, const struct tl_number *n)
{
	struct tl_folds *folds = folds_of(app);

	if (!folds || !tl_folds_any(folds)) {
		tl_app_message(app, "Nothing is folded");
		return;
	}
	tl_folds_clear(folds);
	show(app);
}

void tl_fold_found(struct tl_app *app, const struct tl_callnav_result *r)
{
	struct tl_fold fold = {
		.entry = r->begin,
		.range = { r->thread, r->begin + 1, r->pos },
		.unended = r->pos == TL_NOPOS,
		.nlines = r->passed,
		.last = r->last,
	};
	bool here = tl_move_base(app) == r->begin;

	/* The text may grow, by lines that are not the call's. */
	if (fold.unended)
		fold.range.end = r->last + 1;
	if (r->passed == 0)
		tl_app_message(app, "This call has no lines of its own");
	else if (!tl_folds_add(folds_of(app), &fold))
		tl_app_message(app, "out of memory");
	else
		show(app);
	if (!here)
		tl_move_jump_line(app, r->begin);
}

void tl_fold_reveal(struct tl_app *app, uint64_t pos)
{
	struct tl_folds *folds = folds_of(app);
	const struct tl_callline *line;
	const struct tl_calls *calls;
	struct tl_callcache *cache;

	if (!folds || !tl_folds_any(folds) ||
	    tl_layout_line_start(tl_view_layout(app->text.view), pos, &pos) != TL_FOUND)
		return;
	cache = tl_textcalls_cache(app->text.calls);
	if (tl_callcache_pin(cache, tl_pos_chunk(app->text.src, pos), &calls, NULL) != TL_FOUND)
		return;
	line = tl_calls_find(calls, tl_pos_byte(app->text.src, pos));
	if (line && tl_folds_reveal(folds, calls, line, pos))
		tl_filtering_renew(app);
	tl_callcache_unpin(cache, calls);
}

/* ---- what the line of a folded call says */

static size_t levels_tail(struct tl_app *app, uint64_t pos, char *out, size_t size)
{
	struct tl_callcache *cache = tl_textcalls_cache(app->text.calls);
	const struct tl_callline *line;
	const struct tl_calls *calls;
	uint64_t n = 0;
	bool all = true;

	if (folds_of(app)->levels == 0 ||
	    tl_callcache_try(cache, tl_pos_chunk(app->text.src, pos), &calls) != TL_FOUND)
		return 0;
	line = tl_calls_find(calls, tl_pos_byte(app->text.src, pos));
	if (line)
		n = tl_folds_below(folds_of(app), calls, line, &all);
	tl_callcache_unpin(cache, calls);
	if (n == 0)
		return 0;
	return (size_t)snprintf(out, size, " +%" PRIu64 " line%s%s", n, n == 1 ? "" : "s",
				all ? "" : " or more");
}

/* How long a call took, where its return is a line: ", 1.5us" once it is known, else "". */
static const char *time_taken(struct tl_app *app, const struct tl_fold *fold, char out[64])
{
	struct tl_place begin, end;
	char span[32];

	*out = '\0';
	if (!fold->unended && fold->range.end == fold->last + 1 &&
	    tl_time_place(app, fold->entry, &begin) == TL_FOUND &&
	    tl_time_place(app, fold->last, &end) == TL_FOUND && end.time_ns > begin.time_ns)
		snprintf(out, 64, ", %s",
			 tl_time_print_span((int64_t)(end.time_ns - begin.time_ns), false, span) +
			     1);
	return out;
}

size_t tl_fold_tail(void *arg, uint64_t pos, char *out, size_t size)
{
	struct tl_app *app = arg;
	const struct tl_fold *fold = tl_folds_find(folds_of(app), pos);
	char taken[64];

	if (fold)
		return (size_t)snprintf(out, size, " +%" PRIu64 " line%s%s", fold->nlines,
					fold->nlines == 1 ? "" : "s", time_taken(app, fold, taken));
	return levels_tail(app, pos, out, size);
}
