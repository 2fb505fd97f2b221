/*
 * timestamp.c: which format a text's times have, and the time of a line; see timestamp.h.
 *
 * Every row of the table is tried on every one of the first lines.  The row with the most times wins,
 * if enough of the lines that should have one do.
 */
#include "index/timestamp.h"

#include "index/calendar.h"
#include "index/digits.h"
#include "index/heading.h"
#include "index/timefacts.h"
#include "index/timekinds.h"

#include <string.h>

#define HEAD         65536
#define HEAD_LINES   256
#define LEAST        3       /* times that make a format, where not all lines have one */
#define LEAST_RISING 6       /* the same, of mere numbers */
#define OTHERS       2       /* lines without for each with one, if its row says nothing else */
#define NEAR_ZERO    1000000 /* ns */
#define BELOW        64      /* the same, where those with one have nothing else */
#define BEHIND       14 /* bytes behind a time that may change it: a zone, or what says that it is none */
#define LONGEST      48 /* of a time, with what is around it */

#define EPOCH_SPAN (366 * TL_DAY) /* the first lines are not further apart */
#define DISORDER   (30 * TL_DAY)  /* lines may be before the first */

#define FIRST_LEAP_YEAR 1972

/* 1971-01-01 and 2499-01-01: when a file may have been written. */
#define FIRST_CHANGE ((time_t)31536000)
#define LAST_CHANGE  ((time_t)16693776000)

const char *tl_timeform_name(const struct tl_timeform *f)
{
	return f->kind ? f->kind->name : "none";
}

static bool find(const struct tl_timeform *f, const struct tl_stampline *l, size_t *col,
		 struct tl_stamp *out)
{
	const struct tl_timekind *k = f->kind;
	unsigned tries = 0;

	for (*col = k->next(l, 0); *col != TL_STAMP_NOWHERE; *col = k->next(l, *col + 1)) {
		if (k->at(f, l, *col, out))
			return true;
		if (++tries == k->tries)
			break;
	}
	return false;
}

/* What is behind the colours that a line begins with: dmesg -H and others put them there.  Behind the mark that
 * a text in UTF-8 begins with, too. */
static struct tl_stampline behind_colours(const uint8_t *line, size_t len)
{
	size_t at = 0;

	if (len > 2 && line[0] == 0xef && line[1] == 0xbb && line[2] == 0xbf)
		at = 3;
	while (len - at > 2 && line[at] == '\033' && line[at + 1] == '[') {
		for (at += 2; at < len && (tl_is_digit(line[at]) || line[at] == ';');)
			at++;
		at += at < len; /* m; or something that is no colour */
	}
	return (struct tl_stampline){ line + at, len - at };
}

/* `swapper     0     0.000000: PERF_RECORD_MMAP` is what perf found when it began to record, not a time of it. */
static bool is_made_up(const struct tl_stampline *l, const struct tl_stamp *s)
{
	static const char record[] = ": PERF_RECORD_";
	size_t n = sizeof(record) - 1;

	return s->ns == 0 && l->len - s->end >= n && memcmp(l->s + s->end, record, n) == 0;
}

bool tl_timeform_read(const struct tl_timeform *f, const uint8_t *line, size_t len, uint64_t *ns)
{
	struct tl_stampline l = behind_colours(line, len);
	struct tl_stamp stamp;
	size_t col;

	if (!f->kind ||
	    (!f->kind->at(f, &l, f->col, &stamp) && (f->fixed || !find(f, &l, &col, &stamp))) ||
	    is_made_up(&l, &stamp))
		return false;
	*ns = stamp.ns;
	return true;
}

bool tl_timeform_read_begun(const struct tl_timeform *f, const uint8_t *line, size_t len,
			    uint64_t *ns)
{
	struct tl_stampline l = behind_colours(line, len);
	struct tl_stamp stamp;
	size_t col;

	if (!f->kind)
		return false;
	/* One elsewhere counts when there is none in the usual column, all of which has to be there. */
	if ((!f->kind->at(f, &l, f->col, &stamp) &&
	     (f->fixed || l.len < f->col + LONGEST || !find(f, &l, &col, &stamp))) ||
	    is_made_up(&l, &stamp))
		return false;
	*ns = stamp.ns;
	return l.len >= stamp.end + BEHIND;
}

/* What the first lines say of one row. */
struct tally {
	struct tl_timeform form;
	unsigned times;    /* lines with one */
	unsigned others;   /* lines that should have one */
	unsigned indented; /* of those, the ones that begin with a blank */
	unsigned without;  /* lines that have none, blank ones not counted */
	unsigned votes;    /* for form.col, by majority */
	unsigned begin[2]; /* lines with it in column 0 or behind a weekday there, in column 1 */
	unsigned alone;    /* lines with nothing behind it */
	unsigned terse;    /* lines with one word behind it */
	unsigned precise;  /* lines with as many digits as the first */
	unsigned precision;
	unsigned up, back; /* later, earlier than the one before */
	uint64_t prev;
	uint64_t first;     /* time */
	uint64_t low, high; /* the least and the greatest */
	uint64_t leap_day;  /* the last one on a 29th of February; 0: none */
};

static unsigned round_up(unsigned digits)
{
	return (digits + 2) / 3 * 3;
}

/* Where lines do not say their year, one of these tells what it may be. */
static void note_leap_day(struct tally *t, uint64_t ns)
{
	struct tl_civil c;

	tl_civil_from_ns(ns, &c);
	if (c.month == 2 && c.day == 29)
		t->leap_day = ns;
}

/* Is there one word behind a time, like the name of a file in a table? */
static bool is_terse(const struct tl_stampline *l, size_t at)
{
	unsigned words = 0;

	for (; at < l->len; at++)
		words += !tl_is_blank(l->s[at]) && tl_is_blank(l->s[at - 1]);
	return words < 2;
}

static void count_time(struct tally *t, const struct tl_stampline *l, size_t col,
		       const struct tl_stamp *s)
{
	struct tl_timeform *f = &t->form;

	if (t->times++ == 0) {
		f->zone = s->zone;
		t->first = t->low = t->high = s->ns;
	} else if (s->ns < t->prev) {
		t->back += t->prev - s->ns;
	} else if (t->times > 2) { /* where each is the time since the one before, the first is 0 */
		t->up += s->ns - t->prev;
	}
	t->prev = s->ns;
	t->low = s->ns < t->low ? s->ns : t->low;
	t->high = s->ns > t->high ? s->ns : t->high;
	if (round_up(s->digits) > f->digits)
		f->digits = round_up(s->digits);
	if (f->kind->yearless)
		note_leap_day(t, s->ns);
	if (t->times == 1)
		t->precision = s->digits;
	t->precise += s->digits == t->precision;
	if (f->kind->rising)
		t->terse += is_terse(l, s->end);
	if (f->kind->prepare)
		return;
	if (col < 2 || (col == 4 && tl_weekday_named(l->s, l->len)))
		t->begin[col & 1]++;
	t->alone += l->len - s->end <= 1;
	if (t->votes == 0)
		f->col = (uint32_t)col;
	t->votes += f->col == col ? 1 : -1u;
}

/* Comments and what is indented by a tab (call chains, but source with examples, too): times in them say
 * nothing of the text. */
static bool is_aside(const struct tl_stampline *l)
{
	return l->s[0] == '\t' || l->s[0] == '#';
}

static void count_line(struct tally *t, const struct tl_stampline *l)
{
	struct tl_stamp stamp;
	size_t col = t->form.col;

	if (l->len == 0)
		return;
	if (is_aside(l)) {
		t->without++;
		return;
	}
	if ((t->form.kind->prepare && t->form.kind->at(&t->form, l, col, &stamp)) ||
	    find(&t->form, l, &col, &stamp)) {
		count_time(t, l, col, &stamp);
		return;
	}
	t->without++;
	if (t->form.kind->goes_on && t->form.kind->goes_on(l))
		return;
	t->others++;
	t->indented += l->s[0] == ' ';
}

static void count_lines(struct tally *t, struct tl_span head)
{
	const uint8_t *p = head.data, *end = p + (head.len < HEAD ? head.len : HEAD);
	bool begun = false;

	for (unsigned n = 0; p < end && n < HEAD_LINES; n += begun) {
		const uint8_t *nl = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((nl ? nl : end) - p);
		struct tl_stampline l = behind_colours(p, len < TL_TIME_LINE ? len : TL_TIME_LINE);

		/* The last line may be cut in its time. */
		if (!nl && p > head.data)
			break;
		begun |= l.len > 0 && !tl_is_heading(l.s, l.len);
		if (begun)
			count_line(t, &l);
		p = nl ? nl + 1 : end;
	}
}

/* Do all lines begin with their time, but for a few that may be said to tell another one? */
static bool begins_with_it(const struct tally *t)
{
	return (t->form.col < 2 || t->form.col == 4) &&
	       t->begin[t->form.col & 1] >= t->times - t->times / 8;
}

static bool is_enough(const struct tally *t)
{
	const struct tl_timekind *k = t->form.kind;
	unsigned limit = k->others ? k->others : OTHERS, others = t->others;

	if (t->times == 0 || (t->times < LEAST && others > 0))
		return false;
	/* Numbers that are as long as times since 1970, and mean something else, are further apart. */
	if (k->style == TL_STYLE_EPOCH && t->high - t->low > EPOCH_SPAN)
		return false;
	/* Any sorted table begins with numbers that never go back. */
	if (k->rising && (t->back > 0 || t->up == 0 || t->times < LEAST_RISING ||
			  t->precise < t->times || t->terse > t->times / 2))
		return false;
	/* A line that is nothing but a time is the head of those below. */
	if (t->alone == t->times && t->times >= LEAST && begins_with_it(t))
		limit = BELOW;
	/* What is indented goes on with a line that is not. */
	if (k->anywhere && begins_with_it(t))
		others -= t->indented;
	return (uint64_t)t->times * limit > others;
}

/* Do they go up and down, from near 0: is each the time since the line before?  Others, of lines of several CPUs, go
 * back by less. */
static bool tells_deltas(const struct tally *t)
{
	return t->form.clock != TL_CLOCK_CALENDAR && t->first < NEAR_ZERO && t->back > 0 &&
	       t->back >= t->up / 2;
}

static unsigned year_of(time_t t)
{
	struct tl_civil c;

	tl_civil_from_ns((uint64_t)t * TL_SECOND, &c);
	return c.year;
}

/* The last leap year up to this one, or the first that there is. */
static unsigned leap_year(unsigned year)
{
	struct tl_civil c = { .year = year, .month = 2, .day = 29 };

	while (c.year > FIRST_LEAP_YEAR && !tl_civil_valid(&c))
		c.year--;
	return c.year > FIRST_LEAP_YEAR ? c.year : FIRST_LEAP_YEAR;
}

static uint64_t in_year(uint64_t ns, unsigned year)
{
	struct tl_civil c;

	tl_civil_from_ns(ns, &c);
	c.year = year;
	return tl_civil_ns(&c);
}

/* A year that puts the lines before the time that the file was last written, give or take a zone. */
static void give_year(struct tally *t, time_t changed)
{
	uint64_t latest = (uint64_t)changed * TL_SECOND + 2 * TL_DAY, first;
	struct tl_timeform *f = &t->form;
	unsigned year = year_of(changed);

	if (t->leap_day > 0) {
		year = leap_year(year);
		if (in_year(t->leap_day, year) > latest)
			year = leap_year(year - 1);
		year -= t->first > t->leap_day + DISORDER; /* they began the year before */
	} else if (in_year(t->first, year) > latest) {
		year--;
	}
	first = in_year(t->first, year);
	f->year = (uint16_t)year;
	f->earliest = first > DISORDER ? first - DISORDER : 0;
}

bool tl_timeform_detect(struct tl_span head, time_t changed, struct tl_timeform *out)
{
	unsigned most = 0;

	/* Years that are none would lead out of what ns can say. */
	if (changed < FIRST_CHANGE || changed > LAST_CHANGE)
		changed = FIRST_CHANGE;
	*out = (struct tl_timeform){ 0 };
	for (size_t i = 0; i < tl_ntimekinds; i++) {
		const struct tl_timekind *k = &tl_timekinds[i];
		struct tally t = { .form = { .kind = k, .clock = k->clock, .deltas = k->deltas } };

		t.form.year = (uint16_t)leap_year(year_of(changed));
		if (k->prepare && !k->prepare(head, &t.form))
			continue;
		count_lines(&t, head);
		if (k->doubtful && out->kind == k - 1 && t.times == most) {
			*out = (struct tl_timeform){ 0 };
			most = 0;
			continue;
		}
		if (t.times <= most || !is_enough(&t))
			continue;
		most = t.times;
		t.form.deltas = k->deltas || tells_deltas(&t);
		t.form.period = k->clock == TL_CLOCK_DAY && !t.form.deltas ? TL_DAY : 0;
		t.form.fixed = k->anywhere && begins_with_it(&t);
		t.form.sparse = t.without > t.times / 4;
		if (k->yearless)
			give_year(&t, changed);
		else
			t.form.year = 0;
		*out = t.form;
		/* None of the rows behind is more like it. */
		if (!k->doubtful && t.others == 0 && t.times > t.without)
			break;
	}
	return out->kind != NULL;
}
