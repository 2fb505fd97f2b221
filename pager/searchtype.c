/* searchtype.c: see searchtype.h. */
#include "pager/searchtype.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In the order in which a prompt names them. */
static const struct {
	unsigned modifier;
	const char *name;
} names[] = {
	{ TL_SEARCH_NON_MATCH, "Non-match " }, { TL_SEARCH_FIRST_FILE, "First-file " },
	{ TL_SEARCH_PAST_EOF, "EOF-ignore " }, { TL_SEARCH_KEEP, "Keep-pos " },
	{ TL_SEARCH_LITERAL, "Regex-off " },   { TL_SEARCH_WRAP, "Wrap " },
};

/* In the order in which the option tells them. */
static const struct {
	unsigned modifier;
	char letter;
} letters[] = {
	{ TL_SEARCH_PAST_EOF, 'E' },  { TL_SEARCH_FIRST_FILE, 'F' }, { TL_SEARCH_KEEP, 'K' },
	{ TL_SEARCH_NON_MATCH, 'N' }, { TL_SEARCH_LITERAL, 'R' },    { TL_SEARCH_WRAP, 'W' },
};

unsigned tl_searchtype_toggle(unsigned type, unsigned modifier)
{
	type ^= modifier;
	if (modifier == TL_SEARCH_PAST_EOF)
		type &= ~(unsigned)TL_SEARCH_WRAP;
	if (type & TL_SEARCH_WRAP)
		type &= ~(unsigned)TL_SEARCH_PAST_EOF;
	return type;
}

void tl_searchtype_describe(unsigned type, char *out, size_t size)
{
	size_t n = 0;

	*out = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((type & names[i].modifier) && n < size)
			n += (size_t)snprintf(out + n, size - n, "%s", names[i].name);
	for (unsigned i = 1; i <= TL_SEARCH_NSUBS; i++)
		if ((type & TL_SEARCH_SUB(i)) && n < size)
			n += (size_t)snprintf(out + n, size - n, "Sub-%u ", i);
}

/* The modifier a letter or digit of the option stands for; 0: none. */
static unsigned modifier_of(char c)
{
	if (c >= '1' && c <= '0' + TL_SEARCH_NSUBS)
		return TL_SEARCH_SUB((unsigned)(c - '0'));
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (letters[i].letter == toupper((unsigned char)c))
			return letters[i].modifier;
	return 0;
}

unsigned tl_searchtype_default(const struct tl_options *o)
{
	unsigned type = 0;

	for (const char *p = o->search_options ? o->search_options : ""; *p; p++)
		type |= modifier_of(*p);
	if (type & TL_SEARCH_WRAP)
		type &= ~(unsigned)TL_SEARCH_PAST_EOF;
	return type;
}

bool tl_searchtype_parse(struct tl_options *o, const char *text, struct tl_err *err)
{
	char *copy;

	if (strcmp(text, "-") != 0)
		for (const char *p = text; *p; p++)
			if (!modifier_of(*p))
				return tl_err_set(err, "invalid search option '%c'", *p);
	copy = strdup(text);
	if (!copy)
		return tl_err_nomem(err);
	free(o->search_options);
	o->search_options = copy;
	return true;
}

void tl_searchtype_print(const struct tl_options *o, char *out, size_t size)
{
	unsigned type = tl_searchtype_default(o);
	char set[16];
	size_t n = 0;

	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (type & letters[i].modifier)
			set[n++] = letters[i].letter;
	for (unsigned i = 1; i <= TL_SEARCH_NSUBS; i++)
		if (type & TL_SEARCH_SUB(i))
			set[n++] = (char)('0' + i);
	set[n] = '\0';
	snprintf(out, size, "search options: %s", n > 0 ? set : "-");
}
