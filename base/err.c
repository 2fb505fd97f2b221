/* err.c: see err.h. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A file name can hold anything; a message goes to a terminal. */
static void make_printable(char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
}

static void format(struct tl_err *err, const char *fmt, va_list ap)
{
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
}

bool tl_err_set(struct tl_err *err, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return false;
	err->sys = 0;
	va_start(ap, fmt);
	format(err, fmt, ap);
	va_end(ap);
	make_printable(err->msg);
	return false;
}

bool tl_err_sys(struct tl_err *err, const char *fmt, ...)
{
	int saved = errno;
	size_t used;
	va_list ap;

	if (!err)
		return false;
	err->sys = saved;
	va_start(ap, fmt);
	format(err, fmt, ap);
	va_end(ap);
	used = strlen(err->msg);
	snprintf(err->msg + used, sizeof(err->msg) - used, ": %s", strerror(saved));
	make_printable(err->msg);
	errno = saved;
	return false;
}

bool tl_err_nomem(struct tl_err *err)
{
	return tl_err_set(err, "out of memory");
}

bool tl_err_prefix(struct tl_err *err, const char *fmt, ...)
{
	char below[sizeof(err->msg)];
	size_t used;
	va_list ap;

	if (!err)
		return false;
	memcpy(below, err->msg, sizeof(below));
	va_start(ap, fmt);
	format(err, fmt, ap);
	va_end(ap);
	used = strlen(err->msg);
	snprintf(err->msg + used, sizeof(err->msg) - used, "%s", below);
	make_printable(err->msg);
	return false;
}
