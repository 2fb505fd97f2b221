/* command.h: what a shell command prints. */
#ifndef TESTS_UNIT_COMMAND_H
#define TESTS_UNIT_COMMAND_H

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* Put everything it prints into `out`, in place of what is there.  False: it failed. */
__attribute__((format(printf, 2, 3))) static inline bool run(struct tl_buf *out, const char *fmt,
							     ...)
{
	char command[1024], bytes[65536];
	va_list ap;
	FILE *f;
	size_t n;

	va_start(ap, fmt);
	n = (size_t)vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	assert_in_range(n, 1, sizeof(command) - 1);
	out->len = 0;
	f = popen(command, "r");
	assert_non_null(f);
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		assert_true(tl_buf_append(out, bytes, n));
	return pclose(f) == 0;
}

#endif
