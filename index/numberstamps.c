/*
 * numberstamps.c: times that are numbers of seconds, with a point.  Their column is that of the
 * point, which stays where it is while the seconds get more digits, as they are right-aligned.
 */
#include "index/calendar.h"
#include "index/digits.h"
#include "index/timekinds.h"

/* A time stands within so many bytes, or it is looked for in vain. */
#define LOOK 256

/* Seconds that fit into 64 bits as ns, with room for sums. */
#define SECOND_DIGITS 10

/* Seconds between two system calls; since 1970 (strace -ttt) there are more. */
#define MOST_DELTA 1000000000

struct number {
	size_t begin, end;
	uint64_t whole, fraction; /* of 10^9 */
	unsigned digits;          /* behind the point */
};

/* The digits before s[end]; false: none, or too many. */
static bool read_whole(const uint8_t *s, size_t end, struct number *n)
{
	uint64_t v = 0;
	unsigned count;

	if (end >= 8)
		v = tl_get64(s + end - 8);
	else
		for (size_t i = 0; i < end; i++)
			v |= (uint64_t)s[i] << (8 * (8 - end + i));
	count = tl_digits_count_last(v);
	if (count == 0)
		return false;
	if (count < 8)
		v &= ~UINT64_C(0) << (64 - 8 * count);
	n->whole = tl_digits_value(v);
	n->begin = end - count;
	for (uint64_t scale = 100000000; count >= 8 && n->begin > 0; count++, scale *= 10) {
		uint8_t c = s[n->begin - 1];

		if (!tl_is_digit(c))
			break;
		if (count >= SECOND_DIGITS)
			return false;
		n->whole += (c - '0') * scale;
		n->begin--;
	}
	return true;
}

/* The digits from s[begin] on as a fraction; false: none, or finer than a nanosecond. */
static bool read_fraction(const struct tl_stampline *l, size_t begin, struct number *n)
{
	uint32_t v;

	n->digits = tl_digits_fraction(l->s, l->len, begin, &v);
	n->fraction = v;
	n->end = begin + n->digits;
	return n->digits > 0 && (n->digits < 9 || n->end >= l->len || !tl_is_digit(l->s[n->end]));
}

/* The number around the point at `col`. */
static bool read_number(const struct tl_stampline *l, size_t col, struct number *n)
{
	return col < l->len && l->s[col] == '.' && read_fraction(l, col + 1, n) &&
	       read_whole(l->s, col, n);
}

static bool blank_before(const struct tl_stampline *l, size_t at)
{
	return at == 0 || tl_is_blank(l->s[at - 1]);
}

static void give(const struct number *n, struct tl_stamp *out)
{
	*out = (struct tl_stamp){
		.ns = n->whole * TL_SECOND + n->fraction,
		.end = n->end,
		.digits = n->digits,
	};
}

TL_STAMP_NEXT(point)
{
	size_t look = l->len < LOOK ? l->len : LOOK;

	while (from + 1 < look) {
		const uint8_t *p = memchr(l->s + from, '.', look - 1 - from);

		if (!p)
			break;
		from = (size_t)(p - l->s);
		if (from > 0 && tl_is_digit(p[-1]) && tl_is_digit(p[1]))
			return from;
		from++;
	}
	return TL_STAMP_NOWHERE;
}

/* The point behind the digits at `at`, if it is at or behind `from`. */
static size_t point_of(const struct tl_stampline *l, size_t at, size_t from)
{
	size_t end = tl_digits_end(l->s, l->len, at);

	return end > at && end < l->len && l->s[end] == '.' && end >= from ? end : TL_STAMP_NOWHERE;
}

/* In the line's first bracket. */
TL_STAMP_NEXT(bracket)
{
	size_t at = tl_stamp_behind_bracket(l);

	while (at < l->len && l->s[at] == ' ')
		at++;
	return at < l->len ? point_of(l, at, from) : TL_STAMP_NOWHERE;
}

/* The same in `[<    0.000123>]`. */
TL_STAMP_NEXT(angle)
{
	size_t at = tl_stamp_behind_bracket(l);

	if (at >= l->len || l->s[at] != '<')
		return TL_STAMP_NOWHERE;
	for (at++; at < l->len && l->s[at] == ' ';)
		at++;
	return point_of(l, at, from);
}

TL_STAMP_NEXT(lead_point)
{
	for (size_t at = tl_stamp_next_lead(l, 0); at != TL_STAMP_NOWHERE;
	     at = tl_stamp_next_lead(l, at + 1)) {
		size_t point = point_of(l, at, from);

		if (point != TL_STAMP_NOWHERE)
			return point;
	}
	return TL_STAMP_NOWHERE;
}

TL_STAMP_NEXT(lead_seconds)
{
	size_t at = tl_stamp_next_lead(l, 0);

	if (at != TL_STAMP_NOWHERE && l->s[at] == '(')
		return point_of(l, at + 1, from);
	return tl_stamp_next_lead_point(l, from);
}

TL_STAMP_NEXT(first_point)
{
	return point_of(l, 0, from);
}

/* Where `prepare` has found the column, and no other will do. */
TL_STAMP_NEXT(nowhere)
{
	return TL_STAMP_NOWHERE;
}

/* `time 12345.678901234 cpu 0`, in perf's lines of what is missing in a trace. */
static bool is_told(const struct tl_stampline *l, const struct number *n)
{
	return n->begin >= 5 && memcmp(l->s + n->begin - 5, "time ", 5) == 0 &&
	       l->len - n->end > 5 && memcmp(l->s + n->end, " cpu ", 5) == 0;
}

/* `[000] 12345.678901: `, of ftrace, trace-cmd, perf script and our own views. */
TL_STAMP_READER(trace)
{
	struct number n;

	if (!read_number(l, col, &n) || n.digits < 6 || !blank_before(l, n.begin))
		return false;
	if (n.end < l->len && l->s[n.end] == ':'
		? (n.end + 1 < l->len && !tl_is_blank(l->s[n.end + 1]))
		: !is_told(l, &n))
		return false;
	give(&n, out);
	return true;
}

/* Is there `c` in the line, behind `at`? */
static bool has_behind(const struct tl_stampline *l, size_t at, uint8_t c)
{
	return at < l->len && memchr(l->s + at, c, l->len - at);
}

/* ` 22291: [entry] f(` of uftrace dump */
static bool is_dumped(const struct tl_stampline *l, size_t at)
{
	size_t end = tl_digits_end(l->s, l->len, at);

	return end > at && l->len - end > 3 && memcmp(l->s + end, ": [", 3) == 0;
}

/* `  8,0    3 ` at the beginning, of blkparse. */
static bool is_block(const struct tl_stampline *l)
{
	size_t at = 0, end;

	while (at < l->len && l->s[at] == ' ')
		at++;
	end = tl_digits_end(l->s, l->len, at);
	return end > at && end < l->len && l->s[end] == ',';
}

/*
 * `  183.335481 |   0)  1.234 us | f();` of function_graph with its times, `754.990446346 0.050 us | f();` of
 * uftrace replay, `48057.618608178  22291: [entry] f(` of uftrace dump.
 */
TL_STAMP_READER(graph)
{
	struct number n;
	size_t at;

	if (!read_number(l, col, &n) || n.digits < 6 || !blank_before(l, n.begin) ||
	    n.end >= l->len || l->s[n.end] != ' ')
		return false;
	for (at = n.end; at < l->len && l->s[at] == ' ';)
		at++;
	if (at >= l->len ||
	    (l->s[at] != '|' &&
	     (n.digits != 9 || !(has_behind(l, at, '|') || is_dumped(l, at) || is_block(l)))))
		return false;
	give(&n, out);
	return true;
}

/* `[   12.345678]`, `[   12.345678 <    0.000001>]` and `[   12.345678                ]` of the kernel's messages
 * and the journal's, `[12.345s]` of Java's garbage collector. */
TL_STAMP_READER(bracket)
{
	struct number n;
	size_t at;

	if (!read_number(l, col, &n) || n.digits < 3)
		return false;
	for (at = n.end; at < l->len && l->s[at] == ' ';)
		at++;
	at += at == n.end && at < l->len && l->s[at] == 's';
	if (at >= l->len || (l->s[at] != ']' && (l->s[at] != '<' || at == n.end)))
		return false;
	for (at = n.begin; at > 0 && l->s[at - 1] == ' ';)
		at--;
	if (at == 0 || l->s[at - 1] != '[')
		return false;
	give(&n, out);
	return true;
}

/* `[<    0.000123>]` of dmesg: the time since the line before. */
TL_STAMP_READER(angle)
{
	struct number n;

	if (!read_number(l, col, &n) || n.digits != 6 || n.end >= l->len || l->s[n.end] != '>')
		return false;
	give(&n, out);
	return true;
}

/* `12.345: [GC (Allocation Failure)` of older ones of Java. */
TL_STAMP_READER(gc)
{
	struct number n;

	if (!read_number(l, col, &n) || n.digits != 3 || n.begin != 0 || l->len - n.end < 4 ||
	    memcmp(l->s + n.end, ": [", 3) != 0)
		return false;
	give(&n, out);
	return true;
}

/* Are there letters behind?  Numbers alone are a table of something. */
static bool has_words(const struct tl_stampline *l, size_t at)
{
	for (; at + 1 < l->len; at++)
		if ((uint8_t)((l->s[at] | 0x20) - 'a') < 26 &&
		    (uint8_t)((l->s[at + 1] | 0x20) - 'a') < 26)
			return true;
	return false;
}

/* `  12.345678 [0003]  sshd[1]` of perf sched timehist, `1.000123456  1,234  cycles`, `(000.001234)  can0`: seconds
 * at the beginning, which never go back. */
TL_STAMP_READER(seconds)
{
	struct number n;

	if (!read_number(l, col, &n) || (n.digits != 6 && n.digits != 9) || n.end >= l->len)
		return false;
	if (n.begin > 0 && l->s[n.begin - 1] == '('
		? l->s[n.end] != ')'
		: !blank_before(l, n.begin) || !tl_is_blank(l->s[n.end]))
		return false;
	if (!has_words(l, n.end))
		return false;
	give(&n, out);
	return true;
}

/* `     0.000123 openat(` of strace -r: the time since the line before. */
TL_STAMP_READER(delta)
{
	struct number n;

	if (!read_number(l, col, &n) || n.digits < 3 || !blank_before(l, n.begin) ||
	    n.whole > MOST_DELTA || !tl_stamp_is_call(l, n.end))
		return false;
	give(&n, out);
	return true;
}

/* `1.402     [+1.402]      [+   4] f` of sptdecode: microseconds. */
TL_STAMP_READER(spt)
{
	struct number n;
	size_t at;

	if (!read_number(l, col, &n) || n.begin != 0 || n.digits != 3)
		return false;
	for (at = n.end; at < l->len && l->s[at] == ' ';)
		at++;
	if (at == n.end || l->len - at < 3 || l->s[at] != '[' ||
	    (l->s[at + 1] != '+' && l->s[at + 1] != '-'))
		return false;
	*out = (struct tl_stamp){ .ns = n.whole * 1000 + n.fraction / 1000000,
				  .end = n.end,
				  .digits = 9 };
	return true;
}

/* `     0.043 ( 0.014 ms): ls/28964 brk(` of perf trace: milliseconds. */
TL_STAMP_READER(perf_trace)
{
	struct number n;

	if (!read_number(l, col, &n) || n.digits != 3 || !blank_before(l, n.begin) ||
	    l->len - n.end < 3 || memcmp(l->s + n.end, " (", 2) != 0 || !has_behind(l, n.end, ':'))
		return false;
	*out = (struct tl_stamp){ .ns = n.whole * 1000000 + n.fraction / 1000,
				  .end = n.end,
				  .digits = 6 };
	return true;
}

/* The unit behind a number, in what may be the line's times. */
TL_STAMP_NEXT(latency)
{
	size_t look = l->len < LOOK ? l->len : LOOK;

	while (from + 4 < look) {
		const uint8_t *p = memchr(l->s + from, 'u', look - 4 - from);

		if (!p)
			break;
		from = (size_t)(p - l->s);
		if (from > 0 && tl_is_digit(p[-1]) && p[1] == 's' && p[3] == ':')
			return from;
		from++;
	}
	return TL_STAMP_NOWHERE;
}

/* `  <idle>-0       3dNh3    4us+: try_to_wake_up` of the latency tracers: microseconds since the trace
 * began, and a mark where the next line is far off. */
TL_STAMP_READER(latency)
{
	const uint8_t *p = l->s + col;
	struct number n;

	if (col > l->len || l->len - col < 5 || memcmp(p, "us", 2) != 0 ||
	    !memchr(" !+#*@$", p[2], 7) || p[3] != ':' || p[4] != ' ' ||
	    !read_whole(l->s, col, &n) || !blank_before(l, n.begin))
		return false;
	*out = (struct tl_stamp){ .ns = n.whole * 1000, .end = col + 2, .digits = 6 };
	return true;
}

/* Calls that have no time of their own, what else happened, and the head. */
bool tl_stamp_goes_on_spt(const struct tl_stampline *l)
{
	return l->s[0] == ' ' || (l->len > 4 && memcmp(l->s, "TIME ", 5) == 0) ||
	       (l->len > 9 && memcmp(l->s, "frequency ", 10) == 0);
}

/* `  13.230 ms ` of uftrace replay -f elapsed. */
TL_STAMP_READER(elapsed)
{
	static const struct {
		char name[3];
		uint64_t ns;
	} units[] = { { "us", 1000 },
		      { "ms", 1000000 },
		      { " s", TL_SECOND },
		      { " m", 60 * TL_SECOND },
		      { " h", 3600 * TL_SECOND } };
	struct number n;

	if (!read_number(l, col, &n) || n.digits != 3 || l->len - n.end < 4 || l->s[n.end] != ' ' ||
	    l->s[n.end + 3] != ' ')
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (memcmp(l->s + n.end + 1, units[i].name, 2) != 0)
			continue;
		if (n.whole > 1000000) /* it never has more than three digits */
			return false;
		/* The fraction is of 10^9, and has three digits: so is the product a whole number. */
		*out = (struct tl_stamp){
			.ns = n.whole * units[i].ns + n.fraction / 1000000 * (units[i].ns / 1000),
			.end = n.end + 3,
			.digits = 6,
		};
		return true;
	}
	return false;
}

/* The head of uftrace's table says which columns there are: `# DURATION     TID     ELAPSED    FUNCTION`. */
bool tl_stamp_prepare_elapsed(struct tl_span head, struct tl_timeform *f)
{
	const uint8_t *end = memchr(head.data, '\n', head.len), *field;
	size_t n = end ? (size_t)(end - head.data) : 0;

	if (n == 0 || head.data[0] != '#' || !memmem(head.data, n, " FUNCTION", 9) ||
	    memmem(head.data, n, "TIMESTAMP", 9))
		return false;
	field = memmem(head.data, n, "  ELAPSED", 9);
	if (!field)
		return false;
	/* `#  ELAPSED  ` is above `   2.412 ms `. */
	f->col = (uint32_t)(field - head.data) + 3;
	return true;
}
