/*
 * timestamp.c: which format a text's times have, and the time of a line; see timestamp.h.
 *
 * Every row of the table is tried on every one of the first lines.  The row with the most times wins,
 * if enough of the lines that should have one do.
 */
#include "index/timestamp.h"

#include "index/calendar.h"
#include "index/timekinds.h"

#include <string.h>

#define HEAD       65536
#define HEAD_LINES 512
#define LEAST      3 /* times that make a format, where not all lines have one */

const char *tl_timeform_name(const struct tl_timeform *f)
{
	return f->kind ? f->kind->name : "none";
}

static bool find(const struct tl_timeform *f, const struct tl_stampline *l, size_t *col,
		 struct tl_stamp *out)
{
	const struct tl_timekind *k = f->kind;

	for (*col = k->next(l, 0); *col != TL_STAMP_NOWHERE; *col = k->next(l, *col + 1))
		if (k->at(f, l, *col, out))
			return true;
	return false;
}

bool tl_timeform_read(const struct tl_timeform *f, const uint8_t *line, size_t len, uint64_t *ns)
{
	struct tl_stampline l = { line, len };
	struct tl_stamp stamp;
	size_t col;

	if (!f->kind || (!f->kind->at(f, &l, f->col, &stamp) && !find(f, &l, &col, &stamp)))
		return false;
	*ns = stamp.ns;
	return true;
}

/* What the first lines say of one row. */
struct tally {
	struct tl_timeform form;
	unsigned times;  /* lines with one */
	unsigned others; /* lines that should have one */
	unsigned votes;  /* for form.col, by majority */
};

static unsigned round_up(unsigned digits)
{
	return (digits + 2) / 3 * 3;
}

static void count_time(struct tally *t, size_t col, const struct tl_stamp *s)
{
	struct tl_timeform *f = &t->form;

	if (t->times++ == 0)
		f->zone = s->zone;
	if (round_up(s->digits) > f->digits)
		f->digits = round_up(s->digits);
	if (t->votes == 0)
		f->col = (uint32_t)col;
	t->votes += f->col == col ? 1 : -1u;
}

/* Blank lines, comments and what is indented by a tab belong to the line before. */
static bool should_have_time(const struct tl_timekind *k, const struct tl_stampline *l)
{
	if (l->len == 0 || l->s[0] == '\t' || l->s[0] == '#')
		return false;
	return !k->goes_on || !k->goes_on(l);
}

static void count_line(struct tally *t, const struct tl_stampline *l)
{
	struct tl_stamp stamp;
	size_t col;

	if (find(&t->form, l, &col, &stamp))
		count_time(t, col, &stamp);
	else if (should_have_time(t->form.kind, l))
		t->others++;
}

static void count_lines(struct tally *t, struct tl_span head)
{
	const uint8_t *p = head.data, *end = p + (head.len < HEAD ? head.len : HEAD);

	for (unsigned n = 0; p < end && n < HEAD_LINES; n++) {
		const uint8_t *nl = memchr(p, '\n', (size_t)(end - p));
		struct tl_stampline l = { p, (size_t)((nl ? nl : end) - p) };

		/* The last line may be cut in its time. */
		if (!nl && n > 0)
			break;
		count_line(t, &l);
		p = nl ? nl + 1 : end;
	}
}

static bool is_enough(const struct tally *t)
{
	unsigned least = t->form.kind->least ? t->form.kind->least : LEAST;

	return t->times > 0 && (t->times >= least || t->others == 0) && t->times * 2 > t->others;
}

bool tl_timeform_detect(struct tl_span head, time_t changed, struct tl_timeform *out)
{
	unsigned most = 0;

	*out = (struct tl_timeform){ 0 };
	for (size_t i = 0; i < tl_ntimekinds; i++) {
		struct tally t = { .form = { .kind = &tl_timekinds[i] } };

		t.form.clock = t.form.kind->clock;
		t.form.deltas = t.form.kind->deltas;
		count_lines(&t, head);
		if (t.times <= most || !is_enough(&t))
			continue;
		most = t.times;
		t.form.sparse = t.others > t.times / 4;
		*out = t.form;
	}
	return out->kind != NULL;
}
