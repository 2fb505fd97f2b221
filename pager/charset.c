/* charset.c: see charset.h. */
#include "pager/charset.h"

#include "pager/cell.h"
#include "pager/env.h"
#include "pager/unichars.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTE_FORMAT "<%02X>"
#define CODE_FORMAT "<U+%04lX>"

/* Const after the start. */
static struct {
	uint8_t kind[256];               /* enum tl_byte_kind, for TL_CHARSET_TABLE */
	char *byte_format, *code_format; /* NULL: the default */
	uint32_t look;
} the = { .look = TL_OWN_STANDOUT };

/* ---- LESSCHARDEF */

/* A letter for each byte, or a number and a letter for so many; the last one counts for the rest. */
static const char *define_bytes(const char *def)
{
	static const char letters[] = ".cb"; /* as in enum tl_byte_kind */
	size_t at = 0, n = 0;
	uint8_t kind = TL_BYTE_PRINT;

	for (const char *p = def; *p; p++) {
		const char *letter = strchr(letters, *p);

		if (*p >= '0' && *p <= '9') {
			n = n > 256 ? n : n * 10 + (size_t)(*p - '0');
			continue;
		}
		if (!letter)
			return "invalid chardef";
		kind = (uint8_t)(letter - letters);
		n = n == 0 ? 1 : n;
		if (at + n > sizeof(the.kind))
			return "chardef longer than 256";
		memset(the.kind + at, kind, n);
		at += n;
		n = 0;
	}
	memset(the.kind + at, kind, sizeof(the.kind) - at);
	return NULL;
}

/* ---- names */

#define ASCII_PRINT "20-7e "

/* The charsets less knows.  `print` are the bytes that can be printed; or `def` says all. */
static const struct charset {
	const char *names; /* separated by blanks */
	enum tl_charset is;
	const char *print, *def;
} charsets[] = {
	{ "utf-8 UTF-8 utf8 UTF8", TL_CHARSET_UTF8, NULL, NULL },
	{ "ascii US-ASCII ANSI_X3.4-1968", TL_CHARSET_ASCII, NULL, NULL },
	{ "iso8859 latin1 latin2 latin4 latin5 latin6 latin7 latin8 latin9 latin10 cyrillic "
	  "ISO-8859-1 ISO-8859-2 ISO-8859-4 ISO-8859-5 ISO-8859-9 ISO-8859-10 ISO-8859-13 "
	  "ISO-8859-14 ISO-8859-15 ISO-8859-16",
	  TL_CHARSET_LATIN1, NULL, NULL },
	{ "latin3 ISO-8859-3", TL_CHARSET_TABLE,
	  ASCII_PRINT "a0-a4 a6-ad af-bd bf-c2 c4-cf d1-e2 e4-ef f1-ff", NULL },
	{ "arabic ISO-8859-6", TL_CHARSET_TABLE,
	  ASCII_PRINT "a0-a0 a4-a4 ac-ad bb-bb bf-bf c1-da e0-f2", NULL },
	{ "greek ISO-8859-7", TL_CHARSET_TABLE, ASCII_PRINT "a0-a3 a6-a9 ab-ad af-d1 d3-fe", NULL },
	{ "greek2005 IBM9005", TL_CHARSET_TABLE, ASCII_PRINT "a0-ad af-d1 d3-fe", NULL },
	{ "hebrew ISO-8859-8", TL_CHARSET_TABLE, ASCII_PRINT "a0-a0 a2-be df-fa fd-fe", NULL },
	{ "koi8-r KOI8-R KOI8-U", TL_CHARSET_TABLE, ASCII_PRINT "80-ff", NULL },
	{ "KOI8-T", TL_CHARSET_TABLE,
	  ASCII_PRINT "80-87 89-8e 90-97 99-99 9b-9b a1-a7 ab-ae b0-b3 b5-b7 b9-b9 bb-bb bf-ff",
	  NULL },
	{ "georgianps GEORGIAN-PS", TL_CHARSET_TABLE, ASCII_PRINT "82-8c 91-9c 9f-ff", NULL },
	{ "tcvn TCVN5712-1", TL_CHARSET_TABLE, ASCII_PRINT "01-02 04-06 11-17 80-af b5-ff", NULL },
	{ "TIS-620", TL_CHARSET_TABLE, ASCII_PRINT "80-80 85-85 91-97 a0-ff", NULL },
	{ "next NEXTSTEP", TL_CHARSET_TABLE, ASCII_PRINT "81-fd", NULL },
	{ "dos IBM437", TL_CHARSET_TABLE, ASCII_PRINT "80-ff", NULL },
	{ "windows-1251 CP1251", TL_CHARSET_TABLE, ASCII_PRINT "80-97 99-ff", NULL },
	{ "windows windows-1252 CP1252", TL_CHARSET_TABLE,
	  ASCII_PRINT "80-80 82-8c 8e-8e 91-9c 9e-ff", NULL },
	{ "windows-1255 CP1255", TL_CHARSET_TABLE,
	  ASCII_PRINT "80-80 82-89 8b-8b 91-99 9b-9b a0-ff", NULL },
	/* in the manual of less */
	{ "ebcdic EBCDIC-US", TL_CHARSET_TABLE, NULL,
	  "5bc6bcc7bcc41b.9b7.9b5.b..8b6.10b6.b9.7b9.8b8.17b3.3b9.7b9.8b8.6b10.b.b.b." },
	{ "IBM-1047 IBM1047", TL_CHARSET_TABLE, NULL,
	  "4cbcbc3b9cbccbccbb4c6bcc5b3cbbc4bc4bccbc191.b" },
};

/* Is `name` one of the words of `names`? */
static bool is_among(const char *names, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = names; *p; p += strspn(p, " ")) {
		size_t word = strcspn(p, " ");

		if (word == len && memcmp(p, name, len) == 0)
			return true;
		p += word;
	}
	return false;
}

/* All but the printable ones: control characters where texts have them, else binary. */
static void set_table(const struct charset *c)
{
	unsigned first, last;

	if (c->def) {
		define_bytes(c->def);
		return;
	}
	memset(the.kind, TL_BYTE_BINARY, sizeof(the.kind));
	for (const char *p = "\b\t\n\f\r"; *p; p++)
		the.kind[(uint8_t)*p] = TL_BYTE_CONTROL;
	if (strncmp(c->names, "dos", 3) == 0 || strncmp(c->names, "windows", 7) == 0)
		the.kind[0x1a] = TL_BYTE_CONTROL; /* DOS ends a text with it */
	for (const char *p = c->print; sscanf(p, "%2x-%2x", &first, &last) == 2;
	     p += strcspn(p, " "), p += strspn(p, " "))
		memset(the.kind + first, TL_BYTE_PRINT, last - first + 1);
}

static bool by_name(const char *name, enum tl_charset *out)
{
	for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++)
		if (is_among(charsets[i].names, name)) {
			*out = charsets[i].is;
			if (*out == TL_CHARSET_TABLE)
				set_table(&charsets[i]);
			return true;
		}
	return false;
}

/* ---- the locale */

static bool says_utf8(const char *s)
{
	return strstr(s, "UTF-8") || strstr(s, "utf-8") || strstr(s, "UTF8") || strstr(s, "utf8");
}

/*
 * The locale's name tells most: whether that locale is installed does not matter then.  Else the
 * C library is asked.
 */
static enum tl_charset by_locale(void)
{
	static const char *const vars[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	enum tl_charset cs = TL_CHARSET_ASCII;
	const char *s = NULL, *dot;
	bool known;

	for (size_t i = 0; i < sizeof(vars) / sizeof(vars[0]) && (!s || !*s); i++)
		s = tl_env(vars[i]);
	if (!s || !*s || strcmp(s, "C") == 0 || strcmp(s, "POSIX") == 0)
		return cs;
	if (says_utf8(s))
		return TL_CHARSET_UTF8;
	known = setlocale(LC_CTYPE, "") && by_name(nl_langinfo(CODESET), &cs);
	setlocale(LC_CTYPE, "C");
	dot = strchr(s, '.');
	if (!known && dot && !by_name(dot + 1, &cs) && strstr(dot, "8859"))
		cs = TL_CHARSET_LATIN1;
	return cs;
}

/* ---- LESSBINFMT, LESSUTFBINFMT */

#define MAX_FORMAT_FLAGS 5 /* there are no more different ones */
#define CONVERSIONS      "diouxX"

/*
 * Is this a format for one number at most, with nothing else in it but ASCII?  A format from outside
 * must not make printf read what it was not given, nor send the terminal what it obeys: so no %c.
 */
static bool is_safe(const char *format)
{
	unsigned conversions = 0;

	for (const char *p = format; *p; p++)
		if (*p < ' ' || *p > '~')
			return false;
	for (const char *p = strchr(format, '%'); p; p = strchr(p + 1, '%')) {
		p++;
		if (*p == '%')
			continue;
		if (strspn(p, "-+ #0") > MAX_FORMAT_FLAGS)
			return false;
		p += strspn(p, "-+ #0");
		if (strspn(p, "0123456789") > 2)
			return false;
		p += strspn(p, "0123456789");
		if (*p == '.') {
			p++;
			if (strspn(p, "0123456789") > 2)
				return false;
			p += strspn(p, "0123456789");
		}
		p += *p == 'l';
		if (!*p || !strchr(CONVERSIONS, *p) || ++conversions > 1)
			return false;
	}
	return true;
}

static void set_format(const char *value, char **format)
{
	char look = '\0';

	free(*format);
	*format = NULL;
	if (!value || !*value || (*value == '*' && (!value[1] || !value[2])))
		return;
	if (*value == '*') {
		look = value[1];
		value += 2;
	}
	if (!is_safe(value))
		return;
	if (look)
		the.look = look == 'd'   ? TL_OWN_BOLD
			   : look == 'k' ? TL_OWN_BLINK
			   : look == 's' ? TL_OWN_STANDOUT
			   : look == 'u' ? TL_OWN_UNDERLINE
					 : 0;
	*format = strdup(value);
}

size_t tl_charset_format(bool is_byte, uint32_t code, char *out)
{
	const char *own = is_byte ? the.byte_format : the.code_format;
	const char *format = own ? own : is_byte ? BYTE_FORMAT : CODE_FORMAT;
	size_t n = 0;

	for (const char *p = format; *p; p++) {
		char spec[16], number[128];
		size_t len = 0, put;

		if (*p != '%' || p[1] == '%') {
			p += *p == '%';
			number[0] = *p;
			put = 1;
		} else { /* is_safe() has seen it: short, and for one number */
			do {
				if (*p != 'l')
					spec[len++] = *p;
				p++;
			} while (!strchr(CONVERSIONS, *p));
			spec[len++] = *p;
			spec[len] = '\0';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			put = (size_t)snprintf(number, sizeof(number), spec, code);
#pragma GCC diagnostic pop
		}
		if (put > TL_BINARY_MAX - n)
			put = TL_BINARY_MAX - n;
		memcpy(out + n, number, put);
		n += put;
	}
	out[n] = '\0';
	return n;
}

uint32_t tl_charset_look(void)
{
	return the.look;
}

/* ---- all of it */

enum tl_byte_kind tl_charset_byte(enum tl_charset cs, uint8_t byte)
{
	if (cs == TL_CHARSET_TABLE)
		return the.kind[byte];
	if (byte < 0x20 || byte == 0x7f)
		return (byte >= '\b' && byte <= '\r' && byte != '\v') ? TL_BYTE_CONTROL
								      : TL_BYTE_BINARY;
	if (byte < 0x80 || (cs == TL_CHARSET_LATIN1 && byte >= 0xa0))
		return TL_BYTE_PRINT;
	return TL_BYTE_BINARY;
}

static const char *choose(enum tl_charset *out)
{
	const char *name = tl_env("LESSCHARSET"), *def = tl_env("LESSCHARDEF");

	if (name && *name)
		return by_name(name, out) ? NULL : "invalid charset name";
	if (def && *def) {
		*out = TL_CHARSET_TABLE;
		return define_bytes(def);
	}
	*out = by_locale();
	return NULL;
}

const char *tl_charset_from_env(enum tl_charset *out)
{
	const char *def = tl_env("LESSUTFCHARDEF"), *wrong;

	*out = TL_CHARSET_ASCII;
	the.look = TL_OWN_STANDOUT;
	wrong = choose(out);
	if (!wrong && def)
		wrong = tl_unichars_define(def);
	set_format(tl_env("LESSBINFMT"), &the.byte_format);
	set_format(tl_env("LESSUTFBINFMT"), &the.code_format);
	return wrong;
}
