/*
 * matcher.c: see matcher.h.
 *
 * Three layers.  Where a line matches is found by an engine: the literal search, or PCRE2.  A
 * run of lines is not cut into lines first: the engine says where the next hit is, then
 * the line around it is found.  And where the flags ask for conversion, a run is looked at
 * in blocks, so that only lines which hold something to convert are converted.
 */
#include "search/matcher.h"

#include "index/bytescan.h"
#include "search/convert.h"
#include "search/literal.h"
#include "search/regex.h"
#include "search/required.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Blocks begin small, since the hit may be near, and grow to what fits the L2 cache. */
#define BLOCK_MIN ((size_t)4 << 10)
#define BLOCK_MAX ((size_t)64 << 10)

#define OVERLAP_MIN       ((size_t)64 << 10)
#define PIECE_MAX_LITERAL ((size_t)1 << 20)
#define PIECE_MAX_REGEX   ((size_t)4 << 20)

/* A required literal that is likelier than 1 in 2^BITS_WORTH bytes filters too little, where
 * the pattern can run over whole blocks instead. */
#define BITS_WORTH 12

enum engine {
	ENGINE_ALL,     /* the empty pattern: every line */
	ENGINE_NONE,    /* a literal with a newline in it: no line */
	ENGINE_LITERAL, /* `needle` is all */
	ENGINE_FILTER,  /* `needle` finds candidate lines for `regex` */
	ENGINE_BLOCKS,  /* `regex` over many lines at once */
	ENGINE_LINES,   /* `regex`, line by line */
};

struct tl_matcher {
	enum engine engine;
	unsigned flags;
	unsigned watch; /* TL_HAS_ bits of bytes that make a conversion necessary */
	const struct tl_literal *literal;
	struct tl_needle needle;
	struct tl_regex *regex;
	struct tl_skip skip; /* bytes == NULL: nothing */
	char name[32];
};

/* A piece that is searched from several places. */
struct piece {
	struct tl_span text; /* without what is skipped; converted, if it has to be */
	size_t skip;         /* bytes of the piece before it */
	size_t least;        /* byte of the text that a match may begin at */
	bool converted, ends;
	struct tl_regex_known known;
};

struct tl_scratch {
	struct tl_regex_scratch *regex;
	struct tl_converted converted;
	struct piece piece;
	const atomic_bool *stop;
	bool clean;
};

/* ---- compiling */

/* A bit for each pair of parentheses that must have matched something. */
static unsigned subs(const struct tl_matcher *m)
{
	return (m->flags & TL_MATCH_SUBS) >> TL_MATCH_SUB_SHIFT;
}

static void name_engine(struct tl_matcher *m)
{
	const char *icase = m->flags & TL_MATCH_ICASE ? "-icase" : "";

	if (m->engine == ENGINE_ALL || m->engine == ENGINE_NONE)
		snprintf(m->name, sizeof(m->name), "%s", m->engine == ENGINE_ALL ? "all" : "none");
	else if (m->engine == ENGINE_LITERAL)
		snprintf(m->name, sizeof(m->name), "literal%s %s", icase, m->literal->name);
	else
		snprintf(m->name, sizeof(m->name), "%s%s",
			 tl_regex_is_jit(m->regex) ? "jit" : "pcre2",
			 m->engine == ENGINE_FILTER ? "+literal" : "");
}

static bool is_ascii(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] & 0x80)
			return false;
	return true;
}

static bool set_literal(struct tl_matcher *m, const void *bytes, size_t len, struct tl_err *err)
{
	m->engine = ENGINE_LITERAL;
	if (len == 0)
		m->engine = ENGINE_ALL;
	else if (memchr(bytes, '\n', len))
		m->engine = ENGINE_NONE;
	else if (!tl_needle_init(&m->needle, bytes, len, m->flags & TL_MATCH_ICASE))
		return tl_err_nomem(err);
	/* The CR before a newline does no harm to a literal without one. */
	if (len == 0 || !memchr(bytes, '\r', len))
		m->watch &= ~(unsigned)TL_HAS_CR;
	return true;
}

static bool set_regex(struct tl_matcher *m, const char *pattern, size_t len,
		      const struct tl_required *req, struct tl_err *err)
{
	unsigned flags = (m->flags & TL_MATCH_ICASE ? TL_REGEX_ICASE : 0) |
			 (m->flags & TL_MATCH_UTF8 ? TL_REGEX_UTF : 0) |
			 (m->flags & TL_MATCH_LITERAL ? TL_REGEX_LITERAL : 0);

	if (!tl_regex_new(pattern, len, flags, req, &m->regex, err))
		return false;
	m->engine = tl_regex_is_multiline(m->regex) && !subs(m) ? ENGINE_BLOCKS : ENGINE_LINES;
	if (!req || req->literal.len == 0)
		return true;
	if (m->engine == ENGINE_BLOCKS && req->bits < BITS_WORTH)
		return true;
	if (memchr(req->literal.data, '\n', req->literal.len)) {
		m->engine = ENGINE_NONE;
		return true;
	}
	m->engine = ENGINE_FILTER;
	if (!tl_needle_init(&m->needle, req->literal.data, req->literal.len,
			    m->flags & TL_MATCH_ICASE))
		return tl_err_nomem(err);
	return true;
}

static bool set_pattern(struct tl_matcher *m, const char *pattern, size_t len, struct tl_err *err)
{
	bool utf = m->flags & TL_MATCH_UTF8, icase = m->flags & TL_MATCH_ICASE;
	struct tl_required req;
	bool ok;

	if (subs(m)) /* parentheses are known line by line only */
		return set_regex(m, pattern, len, NULL, err);
	if (m->flags & TL_MATCH_LITERAL) {
		if (!icase || !utf || is_ascii(pattern, len))
			return set_literal(m, pattern, len, err);
		return set_regex(m, pattern, len, NULL, err);
	}
	if (!tl_required_find(pattern, len, utf, icase, &req))
		return tl_err_nomem(err);
	if (len == 0 || req.exact)
		ok = tl_regex_check(pattern, len, utf ? TL_REGEX_UTF : 0, err) &&
		     set_literal(m, req.literal.data, req.literal.len, err);
	else
		ok = set_regex(m, pattern, len, &req, err);
	tl_required_fini(&req);
	return ok;
}

bool tl_matcher_new(const char *pattern, size_t len, unsigned flags, struct tl_matcher **out,
		    struct tl_err *err)
{
	struct tl_matcher *m = calloc(1, sizeof(*m));

	if (!m)
		return tl_err_nomem(err);
	m->flags = flags;
	m->watch = (flags & TL_MATCH_STRIP_ESCAPES ? TL_HAS_ESCAPE : 0) |
		   (flags & TL_MATCH_OVERSTRIKE ? TL_HAS_BACKSPACE : 0) |
		   (flags & TL_MATCH_CRLF ? TL_HAS_CR : 0);
	m->literal = tl_literal();
	if (!set_pattern(m, pattern, len, err)) {
		tl_matcher_free(m);
		return false;
	}
	name_engine(m);
	*out = m;
	return true;
}

void tl_matcher_free(struct tl_matcher *m)
{
	if (!m)
		return;
	tl_needle_fini(&m->needle);
	tl_regex_free(m->regex);
	free(m);
}

void tl_matcher_set_skip(struct tl_matcher *m, const struct tl_skip *skip)
{
	m->skip = *skip;
}

const char *tl_matcher_engine(const struct tl_matcher *m)
{
	return m->name;
}

unsigned tl_matcher_flags(const struct tl_matcher *m)
{
	return m->flags;
}

bool tl_scratch_new(struct tl_scratch **out, struct tl_err *err)
{
	struct tl_scratch *s = calloc(1, sizeof(*s));

	if (!s)
		return tl_err_nomem(err);
	if (!tl_regex_scratch_new(&s->regex, err)) {
		free(s);
		return false;
	}
	*out = s;
	return true;
}

void tl_scratch_free(struct tl_scratch *s)
{
	if (!s)
		return;
	tl_regex_scratch_free(s->regex);
	tl_converted_fini(&s->converted);
	free(s);
}

void tl_scratch_set_stop(struct tl_scratch *s, const atomic_bool *stop)
{
	s->stop = stop;
}

void tl_scratch_set_clean(struct tl_scratch *s, bool clean)
{
	s->clean = clean;
}

static bool stopped(const struct tl_scratch *s)
{
	return s->stop && atomic_load_explicit(s->stop, memory_order_relaxed);
}

/* ---- one line, as bytes */

static bool find_literal(const struct tl_matcher *m, struct tl_span text, size_t from,
			 size_t *start)
{
	size_t at = TL_LITERAL_NONE;

	if (from < text.len)
		at = m->literal->first(&m->needle, text.data + from, text.len - from);
	if (at == TL_LITERAL_NONE)
		return false;
	*start = from + at;
	return true;
}

/* In text that is one line or a piece of one, not to be converted. */
static bool find_on(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span text,
		    size_t from, bool ends, struct tl_regex_known *known, size_t *start,
		    size_t *end)
{
	switch (m->engine) {
	case ENGINE_ALL:
		*start = *end = from;
		return true;
	case ENGINE_NONE:
		return false;
	case ENGINE_LITERAL:
		if (!find_literal(m, text, from, start))
			return false;
		*end = *start + m->needle.len;
		return true;
	case ENGINE_FILTER:
		if (!find_literal(m, text, from, start))
			return false;
		break;
	default:
		break;
	}
	return tl_regex_search_on(m->regex, s->regex, text, from, ends, known, start, end) ==
	       TL_REGEX_MATCH;
}

static bool find_raw(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span text,
		     size_t from, bool ends, size_t *start, size_t *end)
{
	struct tl_regex_known known = { NULL, false };

	return find_on(m, s, text, from, ends, &known, start, end);
}

static bool has_watched(const struct tl_matcher *m, const struct tl_scratch *s, struct tl_span text)
{
	unsigned has = 0;

	if (!m->watch || s->clean || text.len == 0)
		return false;
	tl_bytescan()->survey(text.data, text.len, &has);
	return has & m->watch;
}

static struct tl_span converted_text(const struct tl_scratch *s)
{
	return (struct tl_span){ s->converted.text.data, s->converted.text.len };
}

/* Bytes of the line that are not searched. */
static size_t skipped(const struct tl_matcher *m, struct tl_span line)
{
	return m->skip.bytes ? m->skip.bytes(&m->skip, line) : 0;
}

static struct tl_span behind(struct tl_span line, size_t n)
{
	return (struct tl_span){ line.data + n, line.len - n };
}

static bool in_searched(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span line,
			size_t from, size_t *start, size_t *end)
{
	size_t a, b;

	if (!has_watched(m, s, line))
		return find_raw(m, s, line, from, true, start, end);
	if (!tl_convert(line, m->flags, &s->converted))
		return false;
	from = tl_converted_at(&s->converted, from);
	if (!find_raw(m, s, converted_text(s), from, true, &a, &b))
		return false;
	*start = tl_converted_start(&s->converted, a);
	*end = b > a ? tl_converted_end(&s->converted, b) : *start;
	return true;
}

bool tl_matcher_in_line(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span line,
			size_t from, size_t *start, size_t *end)
{
	size_t skip = skipped(m, line);

	if (from > line.len)
		return false;
	if (!in_searched(m, s, behind(line, skip), from > skip ? from - skip : 0, start, end))
		return false;
	*start += skip;
	*end += skip;
	return true;
}

/* In a line or a piece of one, already converted; INVERT ignored. */
static bool counts(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span text,
		   size_t from, bool ends)
{
	size_t start, end;

	if (subs(m))
		return tl_regex_search_groups(m->regex, s->regex, text, from, ends, subs(m), &start,
					      &end) == TL_REGEX_MATCH;
	return find_raw(m, s, text, from, ends, &start, &end);
}

/* INVERT ignored. */
static bool matches(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span line)
{
	line = behind(line, skipped(m, line));
	if (!has_watched(m, s, line))
		return counts(m, s, line, 0, true);
	return tl_convert(line, m->flags, &s->converted) &&
	       counts(m, s, converted_text(s), 0, true);
}

bool tl_matcher_line(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span line)
{
	return matches(m, s, line) != !!(m->flags & TL_MATCH_INVERT);
}

bool tl_matcher_open_piece(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span piece,
			   bool begins, bool ends)
{
	/* The CR at a piece's end is not one before a newline. */
	unsigned flags = ends ? m->flags : m->flags & ~(unsigned)TL_MATCH_CRLF;
	struct piece *p = &s->piece;

	*p = (struct piece){ .skip = begins ? skipped(m, piece) : 0, .ends = ends };
	p->text = behind(piece, p->skip);
	p->converted = has_watched(m, s, p->text);
	if (p->converted) {
		if (!tl_convert(p->text, flags, &s->converted))
			return false;
		p->text = converted_text(s);
	}
	/* Not from the first byte, so that `^` and \A find no line start there. */
	p->least = !begins && m->regex && p->text.len > 0 ? 1 : 0;
	return true;
}

/* Where [a, b) of the piece that is searched stands in the piece as it is. */
static void in_stored(const struct tl_scratch *s, size_t a, size_t b, size_t *start, size_t *end)
{
	const struct piece *p = &s->piece;

	*start = p->skip + (p->converted ? tl_converted_start(&s->converted, a) : a);
	*end = !p->converted ? p->skip + b
	       : b > a       ? p->skip + tl_converted_end(&s->converted, b)
			     : *start;
}

bool tl_matcher_in_piece(const struct tl_matcher *m, struct tl_scratch *s, size_t from,
			 bool counting, size_t *start, size_t *end)
{
	struct piece *p = &s->piece;
	size_t at = from > p->skip ? from - p->skip : 0, a, b;
	bool found;

	if (p->converted)
		at = tl_converted_at(&s->converted, at);
	if (at < p->least)
		at = p->least;
	if (at > p->text.len || stopped(s))
		return false;
	found = counting && subs(m)
		    ? tl_regex_search_groups(m->regex, s->regex, p->text, at, p->ends, subs(m), &a,
					     &b) == TL_REGEX_MATCH
		    : find_on(m, s, p->text, at, p->ends, &p->known, &a, &b);
	if (!found)
		return false;
	in_stored(s, a, b, start, end);
	return true;
}

size_t tl_matcher_groups(const struct tl_matcher *m, struct tl_scratch *s, size_t start,
			 struct tl_match_group groups[TL_MATCH_GROUPS])
{
	size_t bounds[2 * TL_MATCH_GROUPS], n;
	struct piece *p = &s->piece;

	if (!m->regex || !tl_regex_has_groups(m->regex))
		return 0;
	start = start > p->skip ? start - p->skip : 0;
	if (p->converted)
		start = tl_converted_at(&s->converted, start);
	n = tl_regex_groups(m->regex, s->regex, p->text, start, bounds, TL_MATCH_GROUPS);
	for (size_t i = 0; i < n; i++)
		in_stored(s, bounds[2 * i], bounds[2 * i + 1], &groups[i].start, &groups[i].end);
	return n;
}

bool tl_matcher_is_literal(const struct tl_matcher *m)
{
	return m->engine == ENGINE_LITERAL;
}

size_t tl_matcher_overlap(const struct tl_matcher *m)
{
	size_t len = m->engine == ENGINE_LITERAL ? m->needle.len : 0;

	return len > OVERLAP_MIN ? len : OVERLAP_MIN;
}

size_t tl_matcher_piece_max(const struct tl_matcher *m)
{
	size_t overlap = tl_matcher_overlap(m);

	return (m->regex ? PIECE_MAX_REGEX : PIECE_MAX_LITERAL) + 2 * (overlap - OVERLAP_MIN);
}

/* ---- lines in a run: [start, end) is a line with its newline */

static size_t line_end(struct tl_span run, size_t at)
{
	const uint8_t *nl = memchr(run.data + at, '\n', run.len - at);

	return nl ? (size_t)(nl - run.data) + 1 : run.len;
}

/* The start of the line that holds byte `at`, not before `from`, which is a line start. */
static size_t line_start(struct tl_span run, size_t from, size_t at)
{
	const uint8_t *nl = memrchr(run.data + from, '\n', at - from);

	return nl ? (size_t)(nl - run.data) + 1 : from;
}

/* The line [start, end) without its newline. */
static struct tl_span body(struct tl_span run, size_t start, size_t end)
{
	if (end > start && run.data[end - 1] == '\n')
		end--;
	return (struct tl_span){ run.data + start, end - start };
}

/* A part of the run, from a line start to a line end. */
struct part {
	size_t from, to;
};

/* What find functions answer: the line of a hit. */
struct hit {
	size_t start, end;
};

static struct tl_span upto(struct tl_span run, size_t to)
{
	return (struct tl_span){ run.data, to };
}

/* A block of about `size` bytes from the part's beginning on. */
static struct part block_ahead(struct tl_span run, struct part part, size_t size)
{
	if (part.to - part.from <= size)
		return part;
	part.to = line_end(upto(run, part.to), part.from + size - 1);
	return part;
}

static struct part block_behind(struct tl_span run, struct part part, size_t size)
{
	if (part.to - part.from <= size)
		return part;
	part.from = line_start(run, part.from, part.to - size);
	return part;
}

static size_t next_size(size_t size)
{
	return size < BLOCK_MAX ? 2 * size : size;
}

typedef bool find_fn(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span run,
		     struct part part, struct hit *hit);

/* Line by line, whatever the engine. */
static bool first_by_line(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span run,
			  struct part part, struct hit *hit)
{
	for (size_t at = part.from, end; at < part.to && !stopped(s); at = end) {
		end = line_end(upto(run, part.to), at);
		if (tl_matcher_line(m, s, body(run, at, end))) {
			*hit = (struct hit){ at, end };
			return true;
		}
	}
	return false;
}

static bool last_by_line(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span run,
			 struct part part, struct hit *hit)
{
	for (size_t end = part.to, at; end > part.from && !stopped(s); end = at) {
		at = line_start(run, part.from, end - 1);
		if (tl_matcher_line(m, s, body(run, at, end))) {
			*hit = (struct hit){ at, end };
			return true;
		}
	}
	return false;
}

/* The literal says in which line to look. */
static bool first_candidate(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span run,
			    struct part part, struct hit *hit)
{
	size_t at, start, end;

	while (part.from < part.to && !stopped(s)) {
		if (!find_literal(m, upto(run, part.to), part.from, &at))
			return false;
		*hit = (struct hit){ line_start(run, part.from, at),
				     line_end(upto(run, part.to), at) };
		if (m->engine == ENGINE_LITERAL)
			return true;
		if (tl_regex_search(m->regex, s->regex, body(run, hit->start, hit->end), 0, true,
				    &start, &end) == TL_REGEX_MATCH)
			return true;
		part.from = hit->end;
	}
	return false;
}

static bool last_candidate(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span run,
			   struct part part, struct hit *hit)
{
	size_t at, start, end;

	while (part.from < part.to && !stopped(s)) {
		at = m->literal->last(&m->needle, run.data + part.from, part.to - part.from);
		if (at == TL_LITERAL_NONE)
			return false;
		at += part.from;
		*hit = (struct hit){ line_start(run, part.from, at),
				     line_end(upto(run, part.to), at) };
		if (m->engine == ENGINE_LITERAL)
			return true;
		if (tl_regex_search(m->regex, s->regex, body(run, hit->start, hit->end), 0, true,
				    &start, &end) == TL_REGEX_MATCH)
			return true;
		part.to = hit->start;
	}
	return false;
}

/*
 * One block, many lines at once.  A match that begins in a line says only that the line may
 * match, if the match goes on behind its newline; then the line is looked at alone.
 */
static bool first_in_block(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span run,
			   struct part part, struct hit *hit)
{
	while (part.from < part.to && !stopped(s)) {
		struct tl_span text = { run.data + part.from, part.to - part.from };
		enum tl_regex_answer answer;
		size_t start, end;

		answer = tl_regex_search_lines(m->regex, s->regex, text, &start, &end);
		if (answer == TL_REGEX_ERROR) /* one bad line: find the good ones */
			return first_by_line(m, s, run, part, hit);
		if (answer == TL_REGEX_NONE)
			return false;
		if (start == text.len && text.data[start - 1] == '\n')
			return false; /* behind the last line */
		hit->start = line_start(run, part.from, part.from + start);
		hit->end = line_end(upto(run, part.to), part.from + start);
		if (part.from + end < hit->end || matches(m, s, body(run, hit->start, hit->end)))
			return true;
		part.from = hit->end;
	}
	return false;
}

static bool first_by_blocks(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span run,
			    struct part part, struct hit *hit)
{
	for (size_t size = BLOCK_MIN; part.from < part.to; size = next_size(size)) {
		struct part block = block_ahead(run, part, size);

		if (first_in_block(m, s, run, block, hit))
			return true;
		if (stopped(s))
			return false;
		part.from = block.to;
	}
	return false;
}

static bool last_by_blocks(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span run,
			   struct part part, struct hit *hit)
{
	for (size_t size = BLOCK_MIN; part.from < part.to; size = next_size(size)) {
		struct part block = block_behind(run, part, size);
		bool found = false;

		part.to = block.from;
		while (first_in_block(m, s, run, block, hit)) {
			found = true;
			block.from = hit->end;
		}
		if (stopped(s))
			return false;
		if (found)
			return true;
	}
	return false;
}

static bool first_line(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span run,
		       struct part part, struct hit *hit)
{
	(void)m, (void)s;
	if (part.from == part.to)
		return false;
	*hit = (struct hit){ part.from, line_end(upto(run, part.to), part.from) };
	return true;
}

static bool last_line(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span run,
		      struct part part, struct hit *hit)
{
	(void)m, (void)s;
	if (part.from == part.to)
		return false;
	*hit = (struct hit){ line_start(run, part.from, part.to - 1), part.to };
	return true;
}

static bool no_line(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span run,
		    struct part part, struct hit *hit)
{
	return false;
}

/* By engine: in a part where nothing is to be converted. */
static find_fn *const first_clean[] = {
	[ENGINE_ALL] = first_line,          [ENGINE_NONE] = no_line,
	[ENGINE_LITERAL] = first_candidate, [ENGINE_FILTER] = first_candidate,
	[ENGINE_BLOCKS] = first_by_blocks,  [ENGINE_LINES] = first_by_line,
};

static find_fn *const last_clean[] = {
	[ENGINE_ALL] = last_line,          [ENGINE_NONE] = no_line,
	[ENGINE_LITERAL] = last_candidate, [ENGINE_FILTER] = last_candidate,
	[ENGINE_BLOCKS] = last_by_blocks,  [ENGINE_LINES] = last_by_line,
};

/* ---- parts where something may be to convert */

/* The watched bytes, and for each where it is next; looked up again only when passed. */
struct watch {
	uint8_t byte[3];
	size_t
	    at[3]; /* forward: the next one, or the end; backward: behind the next, or the start */
	int n;
};

static void watch_init(struct watch *w, unsigned bits, size_t at)
{
	static const struct {
		unsigned bit;
		uint8_t byte;
	} all[] = { { TL_HAS_ESCAPE, 0x1b }, { TL_HAS_BACKSPACE, '\b' }, { TL_HAS_CR, '\r' } };

	w->n = 0;
	for (int i = 0; i < 3; i++) {
		if (bits & all[i].bit) {
			w->byte[w->n] = all[i].byte;
			w->at[w->n++] = at;
		}
	}
}

/* The first watched byte in the part, or its end. */
static size_t watch_next(struct watch *w, struct tl_span run, struct part part)
{
	size_t nearest = part.to;

	for (int i = 0; i < w->n; i++) {
		if (w->at[i] <= part.from) {
			const uint8_t *p =
			    memchr(run.data + part.from, w->byte[i], part.to - part.from);

			w->at[i] = p ? (size_t)(p - run.data) : part.to;
		}
		if (w->at[i] < nearest)
			nearest = w->at[i];
	}
	return nearest;
}

/* Behind the last watched byte in the part, or its beginning. */
static size_t watch_prev(struct watch *w, struct tl_span run, struct part part)
{
	size_t nearest = part.from;

	for (int i = 0; i < w->n; i++) {
		if (w->at[i] >= part.to) {
			const uint8_t *p =
			    memrchr(run.data + part.from, w->byte[i], part.to - part.from);

			w->at[i] = p ? (size_t)(p - run.data) + 1 : part.from;
		}
		if (w->at[i] > nearest)
			nearest = w->at[i];
	}
	return nearest;
}

static bool first_mixed(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span run,
			struct part part, unsigned has, struct hit *hit)
{
	struct watch w;

	watch_init(&w, has & m->watch, part.from);
	while (part.from < part.to && !stopped(s)) {
		size_t at = watch_next(&w, run, part);
		struct part clean = { part.from, part.to };

		if (at < part.to)
			clean.to = line_start(run, part.from, at);
		if (clean.to > clean.from && first_clean[m->engine](m, s, run, clean, hit))
			return true;
		if (clean.to == part.to)
			return false;
		*hit = (struct hit){ clean.to, line_end(upto(run, part.to), at) };
		if (matches(m, s, body(run, hit->start, hit->end)))
			return true;
		part.from = hit->end;
	}
	return false;
}

static bool last_mixed(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span run,
		       struct part part, unsigned has, struct hit *hit)
{
	struct watch w;

	watch_init(&w, has & m->watch, part.to);
	while (part.from < part.to && !stopped(s)) {
		size_t behind = watch_prev(&w, run, part);
		struct part clean = { part.from, part.to };

		if (behind > part.from)
			clean.from = line_end(upto(run, part.to), behind - 1);
		if (clean.to > clean.from && last_clean[m->engine](m, s, run, clean, hit))
			return true;
		if (clean.from == part.from)
			return false;
		*hit = (struct hit){ line_start(run, part.from, behind - 1), clean.from };
		if (matches(m, s, body(run, hit->start, hit->end)))
			return true;
		part.to = hit->start;
	}
	return false;
}

static bool find_first(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span run,
		       struct part part, struct hit *hit)
{
	if ((m->flags & TL_MATCH_INVERT) || m->skip.bytes)
		return first_by_line(m, s, run, part, hit);
	if (!m->watch || s->clean)
		return first_clean[m->engine](m, s, run, part, hit);
	for (size_t size = BLOCK_MIN; part.from < part.to; size = next_size(size)) {
		struct part block = block_ahead(run, part, size);
		unsigned has = 0;

		tl_bytescan()->survey(run.data + block.from, block.to - block.from, &has);
		if (has & m->watch ? first_mixed(m, s, run, block, has, hit)
				   : first_clean[m->engine](m, s, run, block, hit))
			return true;
		if (stopped(s))
			return false;
		part.from = block.to;
	}
	return false;
}

static bool find_last(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span run,
		      struct part part, struct hit *hit)
{
	if ((m->flags & TL_MATCH_INVERT) || m->skip.bytes)
		return last_by_line(m, s, run, part, hit);
	if (!m->watch || s->clean)
		return last_clean[m->engine](m, s, run, part, hit);
	for (size_t size = BLOCK_MIN; part.from < part.to; size = next_size(size)) {
		struct part block = block_behind(run, part, size);
		unsigned has = 0;

		tl_bytescan()->survey(run.data + block.from, block.to - block.from, &has);
		if (has & m->watch ? last_mixed(m, s, run, block, has, hit)
				   : last_clean[m->engine](m, s, run, block, hit))
			return true;
		if (stopped(s))
			return false;
		part.to = block.from;
	}
	return false;
}

bool tl_matcher_next_line(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span run,
			  size_t from, size_t *start, size_t *end)
{
	struct hit hit;

	if (from >= run.len || !find_first(m, s, run, (struct part){ from, run.len }, &hit))
		return false;
	*start = hit.start;
	*end = hit.end;
	return true;
}

bool tl_matcher_prev_line(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span run,
			  size_t before, size_t *start, size_t *end)
{
	struct hit hit;

	if (before > run.len)
		before = run.len;
	if (before == 0 || !find_last(m, s, run, (struct part){ 0, before }, &hit))
		return false;
	*start = hit.start;
	*end = hit.end;
	return true;
}
