/*
 * colors.c: see colors.h.  A colour is one or two letters or one or two numbers with a point
 * between them, `-` or nothing where it stays as it is, and letters for attributes behind it.
 */
#include "pager/colors.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define MAX_LOOK 11 /* longer ones are refused */

/* ---- what there is to set */

static const struct {
	char letter;
	enum tl_role role;
	const char *look; /* with --use-color */
	uint32_t plain;   /* without; some roles come with attributes in the cell */
} roles[] = {
	{ 'B', TL_ROLE_BINARY, "kR", 0 },
	{ 'C', TL_ROLE_CONTROL, "kR", 0 },
	{ 'E', TL_ROLE_ERROR, "kY", TL_OWN_STANDOUT },
	{ 'H', TL_ROLE_HEADER, "", 0 },
	{ 'J', TL_ROLE_TARGET, "_", TL_OWN_UNDERLINE },
	{ 'M', TL_ROLE_MARK, "Wb", TL_OWN_STANDOUT },
	{ 'N', TL_ROLE_NUMBER, "c*", TL_OWN_BOLD },
	{ 'O', TL_ROLE_LINK, "_", TL_OWN_UNDERLINE },
	{ 'P', TL_ROLE_PROMPT, "kC", TL_OWN_STANDOUT },
	{ 'R', TL_ROLE_RSCROLL, "kc", 0 },
	{ 'S', TL_ROLE_SEARCH, "kG", TL_OWN_STANDOUT },
	{ 'T', TL_ROLE_TILDE, "d*", TL_OWN_BOLD },
	{ 'W', TL_ROLE_UNREAD, "Wm", TL_OWN_STANDOUT },
	{ '1', TL_ROLE_SUB1, "ky", TL_OWN_STANDOUT },
	{ '2', TL_ROLE_SUB1 + 1, "wb", TL_OWN_STANDOUT },
	{ '3', TL_ROLE_SUB1 + 2, "YM", TL_OWN_STANDOUT },
	{ '4', TL_ROLE_SUB1 + 3, "Yr", TL_OWN_STANDOUT },
	{ '5', TL_ROLE_SUB1 + 4, "Wc", TL_OWN_STANDOUT },
};

/* Where colours meet, the later one wins; standout comes last. */
static const struct {
	char letter;
	uint32_t flag;
} owns[] = {
	{ 'u', TL_OWN_UNDERLINE },
	{ 'd', TL_OWN_BOLD },
	{ 'k', TL_OWN_BLINK },
	{ 's', TL_OWN_STANDOUT },
};

/* ---- reading */

static bool basic_color(char letter, uint32_t *color)
{
	static const char letters[] = "krgybmcw"; /* in the order of their SGR numbers */
	const char *at = letter ? strchr(letters, tolower((unsigned char)letter)) : NULL;

	if (letter == '-') {
		*color = 0;
		return true;
	}
	if (!at)
		return false;
	*color = TL_COLOR_BASIC | (uint32_t)((letter == *at ? 30 : 90) + (at - letters));
	return true;
}

static bool indexed_color(const char **p, uint32_t *color)
{
	uint32_t n = 0;

	*color = 0;
	if (**p == '-') {
		(*p)++;
		return true;
	}
	if (!isdigit((unsigned char)**p))
		return false;
	for (; isdigit((unsigned char)**p); (*p)++) {
		n = n * 10 + (uint32_t)(**p - '0');
		if (n > 99999)
			return false;
	}
	*color = TL_COLOR_INDEX | n;
	return true;
}

/* The attribute a letter behind (or in place of) a colour stands for; 0: none. */
static uint32_t attribute(char letter)
{
	switch (letter) {
	case 's':
	case '~':
		return TL_OWN_STANDOUT;
	case 'u':
	case '_':
		return TL_OWN_UNDERLINE;
	case 'd':
	case '*':
		return TL_OWN_BOLD;
	case 'l':
	case '&':
		return TL_OWN_BLINK;
	}
	return 0;
}

static bool letters_look(const char **p, struct tl_look *look)
{
	const char *s = *p;

	if (!basic_color(*s++, &look->fg))
		return false;
	if (*s && !attribute(*s)) {
		if (!basic_color(*s++, &look->bg))
			return false;
		look->bg += look->bg ? 10 : 0;
	}
	*p = s;
	return true;
}

static bool numbers_look(const char **p, struct tl_look *look)
{
	if (**p != '.' && !indexed_color(p, &look->fg))
		return false;
	if (**p == '.') {
		(*p)++;
		if (**p && !attribute(**p) && !indexed_color(p, &look->bg))
			return false;
	}
	if (look->fg == look->bg) /* nothing could be seen: less leaves the background alone */
		look->bg = 0;
	return true;
}

static bool read_look(const char *text, struct tl_look *look)
{
	const char *p = text;

	memset(look, 0, sizeof(*look));
	if (*text == '\0')
		return true;
	if (strlen(text) > MAX_LOOK)
		return false;
	look->given = true;
	look->add = *p == '+';
	p += look->add;
	if (*p == '\0' || !strcmp(p, "*")) /* alone it means plain */
		return true;
	if (!attribute(*p) && !letters_look(&p, look)) {
		look->fg = look->bg = 0;
		if (!numbers_look(&p, look))
			return false;
	}
	for (; attribute(*p); p++) /* what follows them is not looked at */
		look->flags |= attribute(*p);
	return true;
}

void tl_colors_init(struct tl_colors *c)
{
	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		read_look(roles[i].look, &c->role[roles[i].role]);
		c->plain[roles[i].role] = roles[i].plain;
	}
	c->role[TL_ROLE_COLON] = c->role[TL_ROLE_PROMPT];
	c->plain[TL_ROLE_HIT_CONTROL] = TL_OWN_STANDOUT;
}

static bool set_look(struct tl_look *at, const char *text, struct tl_err *err)
{
	struct tl_look look;

	if (!read_look(text, &look))
		return tl_err_set(err, "Invalid color string \"%s\"", text);
	*at = look;
	return true;
}

bool tl_colors_set(struct tl_colors *c, const char *text, struct tl_err *err)
{
	char shown[4] = { *text, '\0' };

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]) && *text; i++) {
		if (roles[i].letter != *text)
			continue;
		if (!c->on)
			return tl_err_set(err, "Set --use-color before changing colors");
		if (!set_look(&c->role[roles[i].role], text + 1, err))
			return false;
		c->role[TL_ROLE_COLON] = c->role[TL_ROLE_PROMPT];
		return true;
	}
	for (size_t i = 0; i < sizeof(owns) / sizeof(owns[0]) && *text; i++)
		if (owns[i].letter == *text)
			return set_look(&c->own[i], text + 1, err);
	if (*text == 'n') /* plain text is known, and has no look */
		return tl_err_set(err, "Invalid color string \"%s\"", text + 1);
	if (iscntrl((unsigned char)*text))
		snprintf(shown, sizeof(shown), *text == '\033' ? "ESC" : "^%c", *text ^ 0x40);
	return tl_err_set(err, "Invalid color specifier '%s'", shown);
}

/* ---- looking up */

static void apply(struct tl_attr *attr, const struct tl_look *look)
{
	if (look->fg)
		attr->fg = look->fg;
	if (look->bg)
		attr->bg = look->bg;
	attr->flags |= look->flags;
}

struct tl_attr tl_colors_resolve(const struct tl_colors *c, struct tl_attr attr)
{
	enum tl_role role = TL_ROLE_OF(attr.flags);
	uint32_t own;

	attr.flags &= ~TL_ROLE_MASK;
	if (role == TL_ROLE_BINARY) /* -DB is taken, and has no effect in less either */
		role = TL_ROLE_NONE;
	if (role != TL_ROLE_NONE && c->on)
		attr.flags &= ~(uint32_t)TL_OWN_STANDOUT; /* rather than both */
	else
		attr.flags |= c->plain[role];
	own = attr.flags;
	/* An attribute's look takes its place, unless it is said to come beside it. */
	for (size_t i = 0; i < sizeof(owns) / sizeof(owns[0]); i++) {
		if (!(own & owns[i].flag) || !c->own[i].given)
			continue;
		if (!c->own[i].add)
			attr.flags &= ~owns[i].flag;
		apply(&attr, &c->own[i]);
	}
	if (role != TL_ROLE_NONE && c->on)
		apply(&attr, &c->role[role]);
	return attr;
}
