/* commands.c: see commands.h. */
#include "tests/trace/commands.h"

#include <libgen.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

bool commands_begin(void)
{
	const char *tmp = getenv("TMPDIR");
	char self[PATH_MAX], bin[PATH_MAX + 16], folder[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	snprintf(folder, sizeof(folder), "%s/tless-commands-XXXXXX", tmp ? tmp : "/tmp");
	if (n < 0 || !mkdtemp(folder))
		return false;
	self[n] = '\0';
	snprintf(bin, sizeof(bin), "%s", dirname(self));
	setenv("HERE", bin, 1);
	strcat(bin, "/../../tless");
	setenv("BIN", bin, 1);
	setenv("FOLDER", folder, 1);
	setenv("HOME", folder, 1);
	setenv("LC_ALL", "C", 1);
	unsetenv("TLESS");
	unsetenv("LESS");
	return true;
}

bool commands_end(void)
{
	return commands_can("rm -rf \"$FOLDER\"");
}

bool commands_can(const char *command)
{
	return system(command) == 0;
}

void commands_run(const char *command, struct tl_buf *out)
{
	FILE *f = popen(command, "r");
	char bytes[4096];
	size_t n;

	assert_non_null(f);
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		assert_true(tl_buf_append(out, bytes, n));
	if (pclose(f) != 0)
		fail_msg("%s", command);
}

void commands_same(struct tl_buf *wanted, struct tl_buf *gotten, const char *what)
{
	const char *want = tl_buf_str(wanted), *got = tl_buf_str(gotten);

	for (unsigned line = 1; *want; line++) {
		size_t n = strcspn(want, "\n") + 1;

		if (strncmp(want, got, n) != 0)
			fail_msg("%s, line %u: \"%.*s\", but it should be \"%.*s\"", what, line,
				 (int)strcspn(got, "\n"), got, (int)n - 1, want);
		want += n;
		got += n;
	}
	assert_string_equal(got, "");
}
