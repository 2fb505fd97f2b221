/* ansi.c: see ansi.h. */
#include "pager/ansi.h"

#include <stdio.h>

/* Parameters with their separators: 38:2::r:g:b and 38;2;r;g;b mean the same. */
struct params {
	unsigned v[64];
	bool sub[64]; /* preceded by ':' */
	unsigned n;
};

static void read_params(struct params *ps, const uint8_t *p, size_t len)
{
	unsigned v = 0;
	bool sub = false;

	ps->n = 0;
	for (size_t i = 2; i < len && ps->n < 64; i++) {
		if (p[i] >= '0' && p[i] <= '9') {
			v = v > 99999 ? v : v * 10 + (p[i] - '0');
		} else {
			ps->v[ps->n] = v;
			ps->sub[ps->n++] = sub;
			v = 0;
			sub = p[i] == ':';
		}
	}
}

/* An extended colour at parameter i (38 or 48); returns the index of its last parameter. */
static unsigned extended_color(const struct params *ps, unsigned i, uint32_t *color)
{
	unsigned end = i + 1, have;

	if (end < ps->n && ps->sub[end]) { /* the colon form says itself how long it is */
		while (end < ps->n && ps->sub[end])
			end++;
		have = end - i - 1;
		if (ps->v[i + 1] == 5 && have >= 2)
			*color = TL_COLOR_INDEX | (ps->v[i + 2] & 0xff);
		else if (ps->v[i + 1] == 2 && have >= 4) {
			/* behind the colour space, which some leave out, and before the tolerance */
			const unsigned *c = &ps->v[i + (have == 4 ? 2 : 3)];

			*color =
			    TL_COLOR_RGB | (c[0] & 0xff) << 16 | (c[1] & 0xff) << 8 | (c[2] & 0xff);
		}
		return end - 1;
	}
	if (i + 2 < ps->n && ps->v[i + 1] == 5) {
		*color = TL_COLOR_INDEX | (ps->v[i + 2] & 0xff);
		return i + 2;
	}
	if (i + 4 < ps->n && ps->v[i + 1] == 2) {
		*color = TL_COLOR_RGB | (ps->v[i + 2] & 0xff) << 16 | (ps->v[i + 3] & 0xff) << 8 |
			 (ps->v[i + 4] & 0xff);
		return i + 4;
	}
	return ps->n; /* cut short: nothing sensible can follow */
}

/* Parameters 1 to 9 turn on, 21 to 29 off. */
static const uint32_t sgr_on[10] = {
	0,
	TL_SGR_BOLD,
	TL_SGR_DIM,
	TL_SGR_ITALIC,
	TL_SGR_UNDERLINE,
	TL_SGR_BLINK,
	TL_SGR_BLINK,
	TL_SGR_REVERSE,
	TL_SGR_HIDDEN,
	TL_SGR_STRIKE,
};
static const uint32_t sgr_off[10] = {
	0,
	TL_SGR_BOLD,
	TL_SGR_BOLD | TL_SGR_DIM,
	TL_SGR_ITALIC,
	TL_SGR_UNDERLINE,
	TL_SGR_BLINK,
	0,
	TL_SGR_REVERSE,
	TL_SGR_HIDDEN,
	TL_SGR_STRIKE,
};
#define ALL_SGR                                                                       \
	(TL_SGR_BOLD | TL_SGR_DIM | TL_SGR_ITALIC | TL_SGR_UNDERLINE | TL_SGR_BLINK | \
	 TL_SGR_REVERSE | TL_SGR_HIDDEN | TL_SGR_STRIKE)

void tl_ansi_apply(struct tl_attr *attr, const uint8_t *p, size_t len)
{
	struct params ps;
	uint32_t ignored;

	for (size_t i = 2; i + 1 < len; i++)
		if ((p[i] < '0' || p[i] > '9') && p[i] != ';' && p[i] != ':')
			return; /* private or broken: not SGR */
	read_params(&ps, p, len);
	for (unsigned i = 0; i < ps.n; i++) {
		unsigned v = ps.v[i];

		if (v == 0) {
			attr->flags &= ~(uint32_t)ALL_SGR;
			attr->fg = attr->bg = 0;
		} else if (v < 10) {
			/* 4:0 is "no underline" in the colon form */
			bool off = v == 4 && i + 1 < ps.n && ps.sub[i + 1] && ps.v[i + 1] == 0;

			attr->flags = off ? attr->flags & ~sgr_on[v] : attr->flags | sgr_on[v];
		} else if (v >= 21 && v <= 29) {
			attr->flags &= ~sgr_off[v - 20];
		} else if ((v >= 30 && v <= 37) || (v >= 90 && v <= 97)) {
			attr->fg = TL_COLOR_BASIC | v;
		} else if ((v >= 40 && v <= 47) || (v >= 100 && v <= 107)) {
			attr->bg = TL_COLOR_BASIC | v;
		} else if (v == 38) {
			i = extended_color(&ps, i, &attr->fg);
		} else if (v == 48) {
			i = extended_color(&ps, i, &attr->bg);
		} else if (v == 58) { /* of the underline: no terminal has to know it */
			i = extended_color(&ps, i, &ignored);
		} else if (v == 39) {
			attr->fg = 0;
		} else if (v == 49) {
			attr->bg = 0;
		}
		while (i + 1 < ps.n && ps.sub[i + 1])
			i++;
	}
}

bool tl_ansi_resets(const uint8_t *p, size_t len)
{
	struct params ps;

	if (len > 2 && p[2] >= '<' && p[2] <= '?')
		return false;
	read_params(&ps, p, len);
	for (unsigned i = 0; i < ps.n; i++)
		if (ps.v[i] == 0 && !ps.sub[i] &&
		    (i == 0 || (ps.v[i - 1] != 5 && ps.v[i - 1] != 2)))
			return true;
	return false;
}

static char *put_color(char *q, uint32_t color, unsigned extended)
{
	uint32_t v = color & 0xffffff;

	switch (color & 0xff000000u) {
	case TL_COLOR_BASIC:
		return q + sprintf(q, "%u;", v);
	case TL_COLOR_INDEX:
		return q + sprintf(q, "%u;5;%u;", extended, v);
	case TL_COLOR_RGB:
		return q + sprintf(q, "%u;2;%u;%u;%u;", extended, v >> 16, v >> 8 & 0xff, v & 0xff);
	}
	return q;
}

size_t tl_ansi_encode(const struct tl_attr *attr, char *out)
{
	char *q = out;

	q += sprintf(q, "\033[");
	for (unsigned v = 1; v < 10; v++)
		if (v != 6 && (attr->flags & sgr_on[v]))
			q += sprintf(q, "%u;", v);
	q = put_color(q, attr->fg, 38);
	q = put_color(q, attr->bg, 48);
	if (q[-1] == '[')
		return 0;
	q[-1] = 'm';
	return (size_t)(q - out);
}
