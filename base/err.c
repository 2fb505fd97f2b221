/* err.c: see err.h. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LONGEST (sizeof(((struct tl_err *)0)->msg) - 1)

/* Shorten to `max` bytes at the most, not in the middle of a UTF-8 character. */
static void cut(char *s, size_t max)
{
	size_t n = strlen(s);

	if (n <= max)
		return;
	while (max > 0 && ((unsigned char)s[max] & 0xc0) == 0x80)
		max--;
	s[max] = '\0';
}

/* A file name can hold anything; a message goes to a terminal. */
static void make_printable(char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)s[0], next = (unsigned char)s[1];

		if (c == 0xc2 && next >= 0x80 && next < 0xa0) /* C1 controls, in UTF-8 */
			*s++ = '?', *s = '?';
		else if (c < 0x20 || c == 0x7f)
			*s = '?';
	}
}

static void take(struct tl_err *err, char *text)
{
	cut(text, LONGEST);
	make_printable(text);
	memcpy(err->msg, text, strlen(text) + 1);
}

bool tl_err_set(struct tl_err *err, const char *fmt, ...)
{
	char text[2 * LONGEST + 1]; /* err->msg may be among the arguments */
	va_list ap;

	if (!err)
		return false;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err->sys = 0;
	take(err, text);
	return false;
}

bool tl_err_sys(struct tl_err *err, const char *fmt, ...)
{
	char text[2 * LONGEST + 1];
	int saved = errno;
	const char *reason;
	va_list ap;

	if (!err)
		return false;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	reason = strerror(saved);
	cut(text, LONGEST - strlen(reason) - 2); /* a long name leaves room for it */
	strcat(text, ": ");
	strcat(text, reason);
	err->sys = saved;
	take(err, text);
	errno = saved;
	return false;
}

bool tl_err_nomem(struct tl_err *err)
{
	tl_err_set(err, "out of memory");
	if (err)
		err->sys = ENOMEM; /* it may pass */
	return false;
}

bool tl_err_prefix(struct tl_err *err, const char *fmt, ...)
{
	char text[2 * LONGEST + 1];
	va_list ap;

	if (!err)
		return false;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cut(text, LONGEST);
	strcat(text, err->msg);
	take(err, text);
	return false;
}
