/*
 * required.c: see required.h.  A recursive descent over what PCRE2's pattern syntax
 * calls sequences, groups, classes and escapes.  Literal characters side by side form a
 * run; what stands in an alternative or an optional group is dropped again, and of the runs
 * that are left the rarest is the required literal.
 */
#include "search/required.h"

#include "search/literal.h"

#include <ctype.h>

#define MAX_DEPTH 64
#define MAX_RUNS  64
#define MAX_BITS  64

enum atom {
	ATOM_CHAR,  /* one literal character, in ps->chr */
	ATOM_OTHER, /* consumes text, which is not known */
	ATOM_EMPTY, /* looks at the place only: ^ $ \b */
	ATOM_GROUP,
	ATOM_UNKNOWN, /* give up */
};

struct parser {
	const uint8_t *p, *end;
	bool utf, icase;
	struct tl_required *out;
	unsigned depth;
	bool nomem;

	uint8_t chr[4]; /* the character of ATOM_CHAR, encoded */
	size_t chr_len;

	/* Runs, one behind the other; the last one, from run_start[nruns], is growing. */
	struct tl_buf bytes;
	size_t run_start[MAX_RUNS + 1];
	size_t nruns;
	bool only_chars; /* so far nothing but single characters */
};

static bool parse_alternatives(struct parser *ps);

static int peek(const struct parser *ps, size_t ahead)
{
	return (size_t)(ps->end - ps->p) > ahead ? ps->p[ahead] : -1;
}

static void emit(struct parser *ps, const void *bytes, size_t n)
{
	if (!tl_buf_append(&ps->out->pattern, bytes, n))
		ps->nomem = true;
}

/* ---- runs */

static void end_run(struct parser *ps)
{
	if (ps->bytes.len == ps->run_start[ps->nruns])
		return;
	if (ps->nruns < MAX_RUNS)
		ps->run_start[++ps->nruns] = ps->bytes.len;
	else
		ps->bytes.len = ps->run_start[ps->nruns];
}

static void drop_runs(struct parser *ps, size_t nruns)
{
	ps->nruns = nruns;
	ps->bytes.len = ps->run_start[nruns];
}

static void add_char(struct parser *ps)
{
	if (!tl_buf_append(&ps->bytes, ps->chr, ps->chr_len))
		ps->nomem = true;
}

static unsigned bits_of(const struct parser *ps, size_t run)
{
	unsigned sum = 0;

	for (size_t i = ps->run_start[run]; i < ps->run_start[run + 1]; i++) {
		uint8_t c = ps->bytes.data[i];
		unsigned rank = tl_literal_rank(c);

		if (ps->icase && isalpha(c) && tl_literal_rank(c ^ 0x20) > rank)
			rank = tl_literal_rank(c ^ 0x20);
		sum += 3 * 18 + 255 - rank; /* literal.c's scale: 18 a bit, 255 is 3 bits */
	}
	return sum / 18 < MAX_BITS ? sum / 18 : MAX_BITS;
}

static void choose_run(struct parser *ps)
{
	struct tl_required *out = ps->out;
	size_t best = 0, len;

	end_run(ps);
	for (size_t i = 0; i < ps->nruns; i++) {
		unsigned bits = bits_of(ps, i);

		if (bits > out->bits) {
			out->bits = bits;
			best = i;
		}
	}
	if (ps->nruns == 0)
		return;
	len = ps->run_start[best + 1] - ps->run_start[best];
	if (!tl_buf_append(&out->literal, ps->bytes.data + ps->run_start[best], len))
		ps->nomem = true;
	out->exact = ps->only_chars && ps->nruns == 1;
}

/* ---- atoms */

static enum atom single(struct parser *ps, uint8_t byte)
{
	ps->chr[0] = byte;
	ps->chr_len = 1;
	if (byte == '\n')
		ps->out->multiline = false;
	if (byte >= 0x80) {
		ps->out->bytewise = false;
		ps->out->ascii = false;
	}
	return ATOM_CHAR;
}

/* A character as it is; p stands on it. */
static enum atom parse_char(struct parser *ps)
{
	const uint8_t *from = ps->p++;

	single(ps, *from);
	if (*from < 0x80 || !ps->utf) {
		emit(ps, from, 1);
		return ATOM_CHAR;
	}
	while (ps->p < ps->end && (*ps->p & 0xc0) == 0x80 && ps->p - from < 4)
		ps->p++;
	ps->chr_len = (size_t)(ps->p - from);
	memcpy(ps->chr, from, ps->chr_len);
	emit(ps, from, ps->chr_len);
	return ps->icase ? ATOM_OTHER : ATOM_CHAR;
}

/* The number behind \x; p stands behind the x.  -1: not understood. */
static int parse_hex(struct parser *ps)
{
	bool braces = peek(ps, 0) == '{';
	int value = 0, digits = 0;

	ps->p += braces;
	while (isxdigit(peek(ps, 0)) && (braces ? digits < 6 : digits < 2)) {
		int c = tolower(*ps->p++);

		value = value * 16 + (c <= '9' ? c - '0' : c - 'a' + 10);
		digits++;
	}
	if (digits == 0 || (braces && peek(ps, 0) != '}'))
		return -1;
	ps->p += braces;
	return value;
}

/* The control character that an escape letter stands for, or -1. */
static int control_escape(int c)
{
	switch (c) {
	case 't':
		return '\t';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 'f':
		return '\f';
	case 'a':
		return '\a';
	case 'e':
		return 0x1b;
	default:
		return -1;
	}
}

/* \p{Lu}, \pL, and the negated ones; p stands behind the letter. */
static bool skip_property(struct parser *ps)
{
	ps->out->bytewise = false;
	ps->out->multiline = false;
	if (peek(ps, 0) != '{') {
		ps->p++;
		return ps->p <= ps->end;
	}
	while (ps->p < ps->end && *ps->p != '}')
		ps->p++;
	return ps->p++ < ps->end;
}

/* What stands for itself, escaped or not: a character below 0x80. */
static enum atom emit_since(struct parser *ps, const uint8_t *from, enum atom atom)
{
	emit(ps, from, (size_t)(ps->p - from));
	return atom;
}

static enum atom parse_escape(struct parser *ps)
{
	const uint8_t *from = ps->p;
	int c = peek(ps, 1), value;

	if (c < 0)
		return ATOM_UNKNOWN;
	ps->p += 2;
	if (control_escape(c) >= 0) {
		single(ps, (uint8_t)control_escape(c));
		return emit_since(ps, from, ATOM_CHAR);
	}
	if (c < 0x80 && !isalnum(c)) {
		single(ps, (uint8_t)c);
		return emit_since(ps, from, ATOM_CHAR);
	}
	switch (c) {
	case 'd':
	case 'w':
		return emit_since(ps, from, ATOM_OTHER);
	case 's':
		emit(ps, "[^\\S\\n]", 7);
		return ATOM_OTHER;
	case 'D':
	case 'W':
	case 'H':
		ps->out->bytewise = false;
		emit(ps, "[^\\", 3);
		value = tolower(c);
		emit(ps, &(uint8_t){ (uint8_t)value }, 1);
		emit(ps, "\\n]", 3);
		return ATOM_OTHER;
	case 'S':
	case 'V':
	case 'h':
	case 'N':
		if (c == 'N' && peek(ps, 0) == '{')
			return ATOM_UNKNOWN;
		ps->out->bytewise = false;
		return emit_since(ps, from, ATOM_OTHER);
	case 'b':
		return emit_since(ps, from, ATOM_EMPTY);
	case 'B':
		ps->out->bytewise = false;
		return emit_since(ps, from, ATOM_EMPTY);
	case 'A':
	case 'z':
	case 'Z':
	case 'G':
	case 'K':
		ps->out->multiline = false;
		return emit_since(ps, from, ATOM_EMPTY);
	case 'R':
	case 'X':
	case 'v':
		ps->out->multiline = false;
		ps->out->bytewise = false;
		return emit_since(ps, from, ATOM_OTHER);
	case 'p':
	case 'P':
		return skip_property(ps) ? emit_since(ps, from, ATOM_OTHER) : ATOM_UNKNOWN;
	case 'x':
		value = parse_hex(ps);
		if (value < 0)
			return ATOM_UNKNOWN;
		if (value < 0x80) {
			single(ps, (uint8_t)value);
			return emit_since(ps, from, ATOM_CHAR);
		}
		ps->out->bytewise = false;
		return emit_since(ps, from, ATOM_OTHER);
	default:
		if (c < '1' || c > '9' || isdigit(peek(ps, 0)))
			return ATOM_UNKNOWN;
		ps->out->multiline = false; /* a back reference */
		return emit_since(ps, from, ATOM_OTHER);
	}
}

/* ---- classes */

struct class
{
	bool negated;
	int members;  /* single characters and other things in it */
	int only;     /* the last single character */
	int low;      /* where a range may begin, -1: nowhere */
	bool newline; /* it may match a newline, if not negated */
};

static void class_char(struct parser *ps, struct class *cl, int value)
{
	cl->members++;
	cl->only = value;
	cl->low = value;
	if (value == '\n')
		cl->newline = true;
	if (value >= 0x80)
		ps->out->bytewise = false;
}

static void class_set(struct parser *ps, struct class *cl, bool newline, bool bytewise)
{
	cl->members += 2; /* no single character */
	cl->low = -1;
	if (newline)
		cl->newline = true;
	if (!bytewise)
		ps->out->bytewise = false;
}

static bool parse_class_escape(struct parser *ps, struct class *cl)
{
	int c = peek(ps, 1), value;

	ps->p += 2;
	if (c < 0)
		return false;
	value = c == 'b' ? '\b' : control_escape(c);
	if (value < 0 && c < 0x80 && !isalnum(c))
		value = c;
	if (c == 'x') {
		value = parse_hex(ps);
		if (value < 0)
			return false;
	}
	if (value >= 0) {
		class_char(ps, cl, value);
		return true;
	}
	switch (c) {
	case 'd':
	case 'w':
		class_set(ps, cl, false, true);
		return true;
	case 's':
		class_set(ps, cl, true, true);
		return true;
	case 'S':
	case 'V':
	case 'h':
		class_set(ps, cl, false, false);
		return true;
	case 'D':
	case 'W':
	case 'H':
	case 'v':
		class_set(ps, cl, true, false);
		return true;
	case 'p':
	case 'P':
		class_set(ps, cl, true, false);
		return skip_property(ps);
	default:
		return false;
	}
}

/* [:alpha:], inside a class; p stands on its bracket. */
static bool parse_posix(struct parser *ps, struct class *cl)
{
	static const char *const names[] = {
		"alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph",
		"lower", "print", "punct", "space", "upper", "word",  "xdigit",
	};
	const uint8_t *name = ps->p + 2, *stop = name;
	bool negated = peek(ps, 2) == '^';
	size_t len;

	name += negated;
	stop = name;
	while (stop < ps->end && islower(*stop))
		stop++;
	len = (size_t)(stop - name);
	if (ps->end - stop < 2 || stop[0] != ':' || stop[1] != ']')
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) != len || memcmp(names[i], name, len) != 0)
			continue;
		class_set(ps, cl, negated || strchr("acs", names[i][0]), !negated);
		ps->p = stop + 2;
		return true;
	}
	return false;
}

/* A member of a class, or the hyphen of a range and its upper end. */
static bool parse_member(struct parser *ps, struct class *cl)
{
	int low = cl->low;

	if (peek(ps, 0) == '[' && (peek(ps, 1) == ':' || peek(ps, 1) == '.' || peek(ps, 1) == '='))
		return peek(ps, 1) == ':' && parse_posix(ps, cl);
	if (peek(ps, 0) == '-' && low >= 0 && peek(ps, 1) >= 0 && peek(ps, 1) != ']') {
		ps->p++;
		cl->low = -1;
		if (!parse_member(ps, cl))
			return false;
		if (cl->low < 0) /* no character there: strange */
			return false;
		if (low <= '\n' && cl->low >= '\n')
			cl->newline = true;
		cl->members++;
		cl->low = -1;
		return true;
	}
	if (peek(ps, 0) == '\\')
		return parse_class_escape(ps, cl);
	if (*ps->p >= 0x80)
		ps->out->ascii = false;
	class_char(ps, cl, *ps->p++);
	return true;
}

static enum atom parse_class(struct parser *ps)
{
	struct class cl = { .low = -1 };
	const uint8_t *from;

	ps->p++;
	if (peek(ps, 0) == '[' && peek(ps, 1) == ':' && (peek(ps, 2) == '<' || peek(ps, 2) == '>'))
		return ATOM_UNKNOWN;
	cl.negated = peek(ps, 0) == '^';
	ps->p += cl.negated;
	emit(ps, "[^\\n", cl.negated ? 4 : 1);
	if (peek(ps, 0) == ']') { /* the first one is a member */
		emit(ps, "\\", 1);
		from = ps->p++;
		class_char(ps, &cl, ']');
	} else {
		from = ps->p;
	}
	while (peek(ps, 0) != ']')
		if (ps->p >= ps->end || !parse_member(ps, &cl) || ps->p > ps->end)
			return ATOM_UNKNOWN;
	ps->p++;
	emit_since(ps, from, ATOM_OTHER);
	if (cl.negated)
		ps->out->bytewise = false;
	else if (cl.newline)
		ps->out->multiline = false;
	else if (cl.members == 1 && cl.only < 0x80)
		return single(ps, (uint8_t)cl.only);
	return ATOM_OTHER;
}

/* ---- groups */

/* Behind "(?": what kind of group; p is moved behind its opening.  False: not understood. */
static bool open_group(struct parser *ps, bool *looks)
{
	int c = peek(ps, 0), d = peek(ps, 1);
	uint8_t close;

	*looks = false;
	if (c == ':') {
		ps->p++;
		return true;
	}
	if (c == '=' || c == '!' || c == '>') {
		ps->out->multiline = false;
		*looks = c != '>';
		ps->p++;
		return true;
	}
	if (c == '<' && (d == '=' || d == '!')) {
		ps->out->multiline = false;
		*looks = true;
		ps->p += 2;
		return true;
	}
	if (c == 'P' && d == '<') {
		ps->p++;
		c = '<';
	}
	if (c != '<' && c != '\'')
		return false;
	close = c == '<' ? '>' : '\'';
	ps->p++;
	while (isalnum(peek(ps, 0)) || peek(ps, 0) == '_')
		ps->p++;
	if (peek(ps, 0) != close)
		return false;
	ps->p++;
	return true;
}

static enum atom parse_group(struct parser *ps)
{
	const uint8_t *from = ps->p++;
	bool looks = false;
	size_t nruns;

	end_run(ps);
	nruns = ps->nruns;
	if (peek(ps, 0) == '*')
		return ATOM_UNKNOWN; /* a verb */
	if (peek(ps, 0) == '?') {
		ps->p++;
		if (!open_group(ps, &looks))
			return ATOM_UNKNOWN;
	}
	emit(ps, from, (size_t)(ps->p - from));
	if (++ps->depth > MAX_DEPTH || !parse_alternatives(ps) || peek(ps, 0) != ')')
		return ATOM_UNKNOWN;
	ps->depth--;
	ps->p++;
	emit(ps, ")", 1);
	if (looks)
		drop_runs(ps, nruns);
	return ATOM_GROUP;
}

static enum atom parse_atom(struct parser *ps)
{
	switch (*ps->p) {
	case '\\':
		return parse_escape(ps);
	case '[':
		return parse_class(ps);
	case '(':
		return parse_group(ps);
	case '.':
		ps->out->bytewise = false;
		emit(ps, ps->p++, 1);
		return ATOM_OTHER;
	case '^':
	case '$':
		emit(ps, ps->p++, 1);
		return ATOM_EMPTY;
	case '*':
	case '+':
	case '?':
		return ATOM_UNKNOWN;
	default:
		return parse_char(ps);
	}
}

/* ---- sequences */

/* How often the atom before p may come.  False: not understood. */
static bool parse_quantifier(struct parser *ps, bool *present, bool *optional)
{
	const uint8_t *from = ps->p;
	int c = peek(ps, 0);

	*present = *optional = false;
	if (c == '*' || c == '?' || c == '+') {
		*optional = c != '+';
		ps->p++;
	} else if (c == '{' && isdigit(peek(ps, 1))) {
		*optional = true;
		for (ps->p++; isdigit(peek(ps, 0)); ps->p++)
			if (*ps->p != '0')
				*optional = false;
		if (peek(ps, 0) == ',')
			for (ps->p++; isdigit(peek(ps, 0)); ps->p++)
				;
		if (peek(ps, 0) != '}')
			return false;
		ps->p++;
	} else {
		/* Newer PCRE2s take {,3} and { 1 } for quantifiers, older ones for text. */
		return !(c == '{' && (peek(ps, 1) == ',' || peek(ps, 1) == ' '));
	}
	*present = true;
	if (peek(ps, 0) == '?') {
		ps->p++;
	} else if (peek(ps, 0) == '+') {
		ps->out->multiline = false; /* possessive */
		ps->p++;
	}
	emit(ps, from, (size_t)(ps->p - from));
	return true;
}

static bool parse_item(struct parser *ps)
{
	size_t nruns;
	bool present, optional;
	enum atom atom;

	if (*ps->p == '(')
		end_run(ps);
	nruns = ps->nruns;
	atom = parse_atom(ps);
	if (atom == ATOM_UNKNOWN || ps->p > ps->end)
		return false;
	if (!parse_quantifier(ps, &present, &optional))
		return false;
	if (atom == ATOM_EMPTY && present)
		return false;
	if (atom != ATOM_CHAR || present)
		ps->only_chars = false;
	if (atom == ATOM_GROUP) {
		end_run(ps);
		if (optional)
			drop_runs(ps, nruns);
	} else if (atom != ATOM_CHAR) {
		end_run(ps);
	} else if (!present) {
		add_char(ps);
	} else {
		/* x+: a run may end with the first x, another begin with the last. */
		if (!optional)
			add_char(ps);
		end_run(ps);
		if (!optional)
			add_char(ps);
	}
	return true;
}

static bool parse_alternatives(struct parser *ps)
{
	size_t nruns = ps->nruns;
	bool several = false;

	while (ps->p < ps->end && *ps->p != ')') {
		if (*ps->p == '|') {
			several = true;
			ps->only_chars = false;
			end_run(ps);
			emit(ps, ps->p++, 1);
		} else if (!parse_item(ps)) {
			return false;
		}
	}
	end_run(ps);
	if (several)
		drop_runs(ps, nruns);
	return true;
}

bool tl_required_find(const char *pattern, size_t len, bool utf, bool icase,
		      struct tl_required *out)
{
	struct parser ps = {
		.p = (const uint8_t *)pattern,
		.end = (const uint8_t *)pattern + len,
		.utf = utf,
		.icase = icase,
		.out = out,
		.only_chars = true,
	};

	*out = (struct tl_required){ .multiline = true, .bytewise = true, .ascii = true };
	if (parse_alternatives(&ps) && ps.p == ps.end) {
		choose_run(&ps);
	} else {
		out->multiline = out->bytewise = out->ascii = false;
		out->pattern.len = 0;
	}
	tl_buf_fini(&ps.bytes);
	if (ps.nomem)
		tl_required_fini(out);
	return !ps.nomem;
}

void tl_required_fini(struct tl_required *req)
{
	tl_buf_fini(&req->literal);
	tl_buf_fini(&req->pattern);
	*req = (struct tl_required){ 0 };
}
