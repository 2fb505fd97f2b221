/*
 * timeshown.c: what is told of times: by prompts, of the line at the top.  Where it takes reading or
 * decoding, a worker is asked, and what is shown is drawn again when it is there.
 */
#include "pager/app.h"

#include "pager/linetimes.h"
#include "pager/seek.h"

#include <inttypes.h>
#include <stdio.h>

enum tl_lookup tl_time_place(struct tl_app *app, uint64_t pos, struct tl_place *out)
{
	struct tl_times *t = &app->times;
	enum tl_lookup found;

	if (!tl_texttimes_any(app->text.times))
		return TL_NONE;
	if (!t->lines &&
	    !tl_linetimes_open(app->text.times, app->jobs, app->mailbox, &t->lines, NULL))
		return TL_NONE;
	found = tl_linetimes_get(t->lines, pos, out);
	t->wanted |= found == TL_PENDING;
	return found;
}

uint64_t tl_time_mark(struct tl_app *app)
{
	struct tl_file *f = tl_app_file(app);
	const struct tl_mark *m = tl_marks_of(&app->marks, (unsigned char)app->times.mark);

	if (!f)
		return TL_NOPOS;
	if (!m || !tl_mark_is_in(m, f->name))
		m = tl_marks_of(&app->marks, TL_MARK_LAST);
	return tl_mark_is_in(m, f->name) ? m->pos : TL_NOPOS;
}

/* ---- prompts */

static const char *gaps_text(uint64_t n, char *out, size_t size)
{
	if (n == 0)
		return NULL;
	snprintf(out, size, n == 1 ? "%" PRIu64 " gap" : "%" PRIu64 " gaps", n);
	return out;
}

static uint64_t count_gaps(struct tl_app *app)
{
	void *self;
	const struct tl_decoder_ops *ops = tl_app_decoder(app, &self);

	return ops ? ops->gaps(self) : 0;
}

/* The slice of a time; NULL: nobody knows yet how many there are. */
static const char *slice_text(struct tl_app *app, uint64_t time)
{
	struct tl_times *t = &app->times;
	uint64_t first, last, width = app->opt.slice_ns;
	enum tl_lookup found = tl_texttimes_range(app->text.times, &first, &last);

	t->wanted |= found == TL_PENDING;
	if (found != TL_FOUND)
		return NULL;
	if (time > last) /* what was known of a text that is still coming */
		last = time;
	if (width == 0)
		width = tl_seek_default_slice(first, last);
	snprintf(t->text, sizeof(t->text), "%" PRIu64 " of %" PRIu64,
		 tl_seek_slice(first, time, width) + 1, tl_seek_slice(first, last, width) + 1);
	return t->text;
}

static const char *since_mark(struct tl_app *app, uint64_t time)
{
	struct tl_place mark;

	if (tl_time_place(app, tl_time_mark(app), &mark) != TL_FOUND)
		return NULL;
	return tl_time_print_span((int64_t)(time - mark.time_ns), true, app->times.text);
}

const char *tl_time_fact(struct tl_app *app, char what, uint64_t pos)
{
	struct tl_place place;

	if (what == 'v')
		return gaps_text(count_gaps(app), app->times.text, sizeof(app->times.text));
	if (tl_time_place(app, pos, &place) != TL_FOUND)
		return NULL;
	switch (what) {
	case 'q':
		snprintf(app->times.text, sizeof(app->times.text), "%s", place.queue);
		return place.queue[0] ? app->times.text : NULL;
	case 'w':
		return tl_texttimes_print(app->text.times, place.time_ns, app->times.text);
	case 'k':
		return since_mark(app, place.time_ns);
	default:
		return slice_text(app, place.time_ns);
	}
}

bool tl_time_has(struct tl_app *app, char what, uint64_t pos)
{
	struct tl_place place;
	enum tl_lookup found;

	switch (what) {
	case 'v':
		return count_gaps(app) > 0;
	case 'k': /* before the first time there is nothing to count from */
		return tl_time_mark(app) != TL_NOPOS &&
		       tl_time_place(app, tl_time_mark(app), &place) != TL_NONE;
	case 'q': /* one that comes later counts as known */
		found = tl_app_decoder(app, NULL) ? tl_time_place(app, pos, &place) : TL_NONE;
		return found == TL_PENDING || (found == TL_FOUND && place.queue[0]);
	default:
		return tl_texttimes_any(app->text.times);
	}
}
