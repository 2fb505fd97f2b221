/* lesskey.c: see lesskey.h; lesskeybin.c reads the compiled form. */
#include "pager/lesskey.h"

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LESS_VERSION 710 /* that we behave like, for #version */

/* ---- keys with names */

/* The bytes are xterm's and its kin's. */
static const struct tl_special specials[] = {
	{ "b", "kbs", { "\177" } },
	{ "^b", NULL, { NULL } },
	{ "B", NULL, { NULL } },
	{ "d", "kcud1", { "\033[B", "\033OB" } },
	{ "^d", "kDN5", { "\033[1;5B" } },
	{ "+d", "kDN", { "\033[1;2B" } },
	{ "D", "knp", { "\033[6~" } },
	{ "^D", "kNXT5", { "\033[6;5~" } },
	{ "+D", "kNXT", { "\033[6;2~" } },
	{ "e", "kend", { "\033[F", "\033OF", "\033[4~" } },
	{ "^e", "kEND5", { "\033[1;5F" } },
	{ "E", "kEND5", { "\033[1;5F" } },
	{ "+e", "kEND", { "\033[1;2F" } },
	{ "F", "kEND", { "\033[1;2F" } },
	{ "h", "khome", { "\033[H", "\033OH", "\033[1~" } },
	{ "^h", "kHOM5", { "\033[1;5H" } },
	{ "H", "kHOM5", { "\033[1;5H" } },
	{ "+h", "kHOM", { "\033[1;2H" } },
	{ "I", "kHOM", { "\033[1;2H" } },
	{ "i", "kich1", { "\033[2~" } },
	{ "l", "kcub1", { "\033[D", "\033OD" } },
	{ "^l", "kLFT5", { "\033[1;5D", "\033Od", "\033\033[D" } },
	{ "L", "kLFT5", { "\033[1;5D", "\033Od", "\033\033[D" } },
	{ "+l", "kLFT", { "\033[1;2D" } },
	{ "M", "kLFT", { "\033[1;2D" } },
	{ "r", "kcuf1", { "\033[C", "\033OC" } },
	{ "^r", "kRIT5", { "\033[1;5C", "\033Oc" } },
	{ "R", "kRIT5", { "\033[1;5C", "\033Oc" } },
	{ "+r", "kRIT", { "\033[1;2C" } },
	{ "S", "kRIT", { "\033[1;2C" } },
	{ "t", "kcbt", { "\033[Z" } },
	{ "u", "kcuu1", { "\033[A", "\033OA" } },
	{ "^u", "kUP5", { "\033[1;5A" } },
	{ "+u", "kUP", { "\033[1;2A" } },
	{ "U", "kpp", { "\033[5~" } },
	{ "^U", "kPRV5", { "\033[5;5~" } },
	{ "+U", "kPRV", { "\033[5;2~" } },
	{ "x", "kdch1", { "\033[3~" } },
	{ "^x", "kDC5", { "\033[3;5~" } },
	{ "X", "kDC5", { "\033[3;5~" } },
	{ "+x", "kDC", { "\033[3;2~" } },
	{ "1", "kf1", { "\033OP", "\033[11~" } },
	{ "p1", "kc1", { "\033Oq" } },
	{ "p2", NULL, { "\033Or" } },
	{ "p3", "kc3", { "\033Os" } },
	{ "p4", NULL, { "\033Ot" } },
	{ "p5", "kb2", { "\033Ou" } },
	{ "p6", NULL, { "\033Ov" } },
	{ "p7", "ka1", { "\033Ow" } },
	{ "p8", NULL, { "\033Ox" } },
	{ "p9", "ka3", { "\033Oy" } },
	{ "p0", "kpZRO", { "\033Op" } },
	{ "p*", "kpMUL", { "\033Oj" } },
	{ "p/", "kpDIV", { "\033Oo" } },
	{ "p-", "kpSUB", { "\033Om" } },
	{ "p+", "kpADD", { "\033Ok" } },
	{ "p.", "kpDOT", { "\033On" } },
	{ "p,", "kpCMA", { "\033Ol" } },
	{ "pe", "kent", { "\033OM" } },
};

#define NSPECIALS (sizeof(specials) / sizeof(specials[0]))

const struct tl_special *tl_special(unsigned i)
{
	return i < NSPECIALS ? &specials[i] : NULL;
}

int tl_special_find(const char *s, size_t n, size_t *len)
{
	*len = n > 0 && strchr("^+p", *s) ? 2 : 1;
	if (*len > n)
		*len = n;
	for (size_t i = 0; i < NSPECIALS; i++)
		if (*len > 0 && strlen(specials[i].spelling) == *len &&
		    !strncmp(specials[i].spelling, s, *len))
			return (int)i;
	return -1;
}

/* ---- source text */

struct reader {
	const struct tl_lesskey_sink *sink;
	const char *file;
	unsigned line, errors;
	enum tl_section section;
	bool stopped[2];           /* a #stop was there */
	struct tl_buf name, value; /* of the variable being defined: += may follow */
	bool defining;
	bool broken; /* a ${ without end: no variables behind it */
};

/* The rest of a line. */
struct piece {
	const char *s, *end;
};

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

static void skip_blanks(struct piece *p)
{
	while (p->s < p->end && blank(*p->s))
		p->s++;
}

static void complain(struct reader *r, const char *what, const char *detail, size_t n,
		     const char *after)
{
	struct tl_buf b = TL_BUF_INIT;

	tl_buf_printf(&b, "%s: line %u: %s", r->file, r->line, what);
	for (size_t i = 0; i < n && i < 100; i++)
		if (detail[i] >= ' ' && detail[i] != 0x7f)
			tl_buf_putc(&b, (uint8_t)detail[i]);
		else
			tl_buf_printf(&b, "\\x%02x", (unsigned char)detail[i]);
	tl_buf_puts(&b, after);
	r->errors++;
	r->sink->error(r->sink->arg, tl_buf_str(&b));
	tl_buf_fini(&b);
}

static char octal(struct piece *p)
{
	unsigned c = 0;

	for (int i = 0; i < 3 && p->s < p->end && *p->s >= '0' && *p->s <= '7'; i++)
		c = c * 8 + (unsigned)(*p->s++ - '0');
	return (char)c;
}

/* What stands behind a backslash. */
static int escaped(struct reader *r, struct piece *p, bool specials_too)
{
	static const char letters[] = "b\be\033n\nr\rt\t";
	size_t len;
	int key;

	if (p->s == p->end)
		return 0;
	if (*p->s >= '0' && *p->s <= '7')
		return (unsigned char)octal(p);
	for (const char *l = letters; *l; l += 2)
		if (*p->s == *l) {
			p->s++;
			return l[1];
		}
	if (*p->s != 'k' || !specials_too)
		return (unsigned char)*p->s++;
	p->s++;
	key = tl_special_find(p->s, (size_t)(p->end - p->s), &len);
	if (key < 0)
		complain(r, "invalid escape sequence \"\\k", p->s, len, "\"");
	p->s += len;
	return key < 0 ? 0 : TL_KEY_SPECIAL + key;
}

/* The next character of a key, an extra string, a variable.  0: none, or one that cannot be typed. */
static int take_char(struct reader *r, struct piece *p, bool specials_too)
{
	char c = *p->s++;

	if (c == '\\')
		return escaped(r, p, specials_too);
	if (c == '^')
		return p->s < p->end ? *p->s++ & 0x1f : 0;
	return (unsigned char)c;
}

static void take_rest(struct reader *r, struct piece *p, struct tl_buf *out)
{
	while (p->s < p->end) {
		int c = take_char(r, p, false);

		if (c)
			tl_buf_putc(out, (uint8_t)c);
	}
}

static void binding(struct reader *r, struct piece p)
{
	uint16_t keys[TL_MAX_KEYS];
	size_t n = 0, len;
	struct tl_buf extra = TL_BUF_INIT;
	char action[64];

	do {
		int c = take_char(r, &p, true);

		if (c && n < TL_MAX_KEYS)
			keys[n++] = (uint16_t)c;
	} while (p.s < p.end && !blank(*p.s));
	skip_blanks(&p);
	if (p.s == p.end) {
		complain(r, "missing action", "", 0, "");
		return;
	}
	for (len = 0; p.s + len < p.end && !blank(p.s[len]);)
		len++;
	snprintf(action, sizeof(action), "%.*s", (int)(len < sizeof(action) ? len : 0), p.s);
	if (!*action || !r->sink->known(r->sink->arg, r->section, action)) {
		complain(r, "unknown action: \"", p.s, len, "\"");
		return;
	}
	p.s += len;
	skip_blanks(&p);
	take_rest(r, &p, &extra);
	if (n > 0 && !r->stopped[r->section])
		r->sink->bind(r->sink->arg, r->section, keys, n, action,
			      extra.len ? tl_buf_str(&extra) : NULL);
	tl_buf_fini(&extra);
}

/* ---- variables */

/* The end of a part of ${NAME/FROM/TO}: a slash or a bracket, unless behind a backslash. */
static const char *part_end(const char *s)
{
	for (; *s && *s != '/' && *s != '}'; s++)
		if (*s == '\\' && s[1])
			s++;
	return s;
}

/* Append without the backslashes that protect. */
static void put_part(struct tl_buf *out, const char *s, const char *end)
{
	for (; s < end; s++) {
		if (*s == '\\' && s + 1 < end)
			s++;
		tl_buf_putc(out, (uint8_t)*s);
	}
}

/* How much of `value` the pattern takes; 0: it does not stand there. */
static size_t pattern_len(const char *value, const char *s, const char *end)
{
	size_t n = 0;

	for (; s < end; s++) {
		if (*s == '\\' && s + 1 < end)
			s++;
		if (value[n++] != *s)
			return 0;
	}
	return n;
}

/* The replacement that stands last among those that fit is taken; 0: none fits. */
static size_t replace_at(const char *value, const char *list, struct tl_buf *out)
{
	const char *to = NULL, *to_end = NULL;
	size_t taken = 0;

	while (*list == '/' && part_end(list + 1) > list + 1) {
		const char *from = list + 1, *from_end = part_end(from);
		const char *with = *from_end == '/' ? from_end + 1 : from_end;
		const char *with_end = *from_end == '/' ? part_end(with) : from_end;
		size_t n = pattern_len(value, from, from_end);

		if (n > 0) {
			taken = n;
			to = with;
			to_end = with_end;
		}
		list = with_end;
	}
	if (taken)
		put_part(out, to, to_end);
	return taken;
}

/* The end of the replacements, at the bracket. */
static const char *list_end(const char *list)
{
	while (*list == '/' && part_end(list + 1) > list + 1) {
		list = part_end(list + 1);
		if (*list == '/')
			list = part_end(list + 1);
	}
	return *list == '/' ? strchr(list, '}') : *list == '}' ? list : NULL;
}

/* One ${...}, behind the bracket.  NULL: it has no end. */
static const char *expand_one(struct reader *r, const char *s, struct tl_buf *out)
{
	size_t len = strcspn(s, "/}");
	const char *end = list_end(s + len), *value;
	char *name = end ? strndup(s, len) : NULL;

	if (!name)
		return NULL;
	value = r->sink->get(r->sink->arg, name);
	while (value && *value) {
		size_t n = replace_at(value, s + len, out);

		if (n == 0)
			tl_buf_putc(out, (uint8_t)*value);
		value += n ? n : 1;
	}
	free(name);
	return end + 1;
}

static void finish_variable(struct reader *r)
{
	struct tl_buf value = TL_BUF_INIT;
	const char *s = tl_buf_str(&r->value);

	if (!r->defining)
		return;
	r->defining = false;
	while (s && *s && !r->broken) {
		if (s[0] == '$' && s[1] == '{') {
			s = expand_one(r, s + 2, &value);
			r->broken = !s;
		} else {
			tl_buf_putc(&value, (uint8_t)*s++);
		}
	}
	if (!r->broken)
		r->sink->set(r->sink->arg, tl_buf_str(&r->name), tl_buf_str(&value));
	tl_buf_fini(&value);
}

static void variable(struct reader *r, struct piece p)
{
	const char *equals = memchr(p.s, '=', (size_t)(p.end - p.s));

	if (equals && equals > p.s && equals[-1] == '+') { /* to what was defined last */
		p.s = equals + 1;
	} else {
		finish_variable(r);
		r->name.len = r->value.len = 0;
		do {
			int c = take_char(r, &p, false);

			if (c)
				tl_buf_putc(&r->name, (uint8_t)c);
		} while (p.s < p.end && !blank(*p.s) && *p.s != '=');
		skip_blanks(&p);
		if (p.s == p.end || *p.s != '=') {
			complain(r, "missing = in variable definition", "", 0, "");
			return;
		}
		p.s++;
		r->defining = true;
	}
	skip_blanks(&p);
	take_rest(r, &p, &r->value);
}

/* ---- lines */

static bool begins(const struct piece *p, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(p->end - p->s) >= n && !strncmp(p->s, word, n);
}

/* #version >= 600: does the rest of the line count? */
static bool version_fits(struct reader *r, struct piece *p)
{
	char op, end_of_line = '\n';
	bool equal;
	long n = 0;

	p->s += strlen("#version");
	skip_blanks(p);
	op = p->s < p->end ? *p->s++ : end_of_line;
	if (!strchr("<>=!", op)) {
		complain(r, "invalid operator '", &op, 1, "' in #version line");
		return false;
	}
	equal = p->s < p->end && *p->s == '=';
	p->s += equal;
	skip_blanks(p);
	if (p->s == p->end || *p->s < '0' || *p->s > '9') {
		complain(r, "non-numeric version number in #version line", "", 0, "");
		return false;
	}
	for (; p->s < p->end && *p->s >= '0' && *p->s <= '9'; p->s++)
		n = n < 1000000 ? n * 10 + (*p->s - '0') : n;
	switch (op) {
	case '<':
		return LESS_VERSION < n + equal;
	case '>':
		return LESS_VERSION + equal > n;
	case '=':
		return LESS_VERSION == n;
	default:
		return LESS_VERSION != n;
	}
}

/* A line that begins a section or says something about it.  True: nothing is left of it. */
static bool control_line(struct reader *r, struct piece *p)
{
	if (begins(p, "#line-edit"))
		r->section = TL_SECTION_EDIT;
	else if (begins(p, "#command"))
		r->section = TL_SECTION_COMMAND;
	else if (begins(p, "#env"))
		r->section = TL_SECTION_ENV;
	else if (begins(p, "#stop") && r->section != TL_SECTION_ENV && !r->stopped[r->section])
		r->stopped[r->section] = true;
	else if (begins(p, "#version"))
		return !version_fits(r, p);
	else
		return false;
	return true;
}

static void take_line(struct reader *r, struct piece p)
{
	if (control_line(r, &p))
		return;
	skip_blanks(&p);
	for (const char *c = p.s; c < p.end; c++)
		if (*c == '\r' || (*c == '#' && (c == p.s || c[-1] != '\\')))
			p.end = c;
	if (p.s == p.end)
		return;
	if (r->section == TL_SECTION_ENV)
		variable(r, p);
	else
		binding(r, p);
}

unsigned tl_lesskey_source(const char *text, size_t len, const char *file, bool semicolons,
			   const struct tl_lesskey_sink *sink)
{
	struct reader r = { .sink = sink, .file = file };
	struct tl_buf line = TL_BUF_INIT;

	for (size_t i = 0; i < len; i++) {
		line.len = 0;
		for (; i < len && text[i] != '\n' && !(semicolons && text[i] == ';'); i++) {
			if (semicolons && text[i] == '\\' && i + 1 < len && text[i + 1] == ';')
				i++;
			if (text[i])
				tl_buf_putc(&line, (uint8_t)text[i]);
		}
		r.line++;
		if (line.len > 0)
			take_line(
			    &r, (struct piece){ (char *)line.data, (char *)line.data + line.len });
	}
	finish_variable(&r);
	for (int s = 0; s < 2; s++)
		if (r.stopped[s])
			sink->stop(sink->arg, (enum tl_section)s);
	tl_buf_fini(&line);
	tl_buf_fini(&r.name);
	tl_buf_fini(&r.value);
	return r.errors;
}
