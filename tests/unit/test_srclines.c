/* test_srclines.c: what debug information that is in a file of its own must not do. */
#include "decoders/perf/srclines.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define AT 0x400000 /* where the code is linked to */

/* The leak checker stumbles over libraries that are loaded late; see fuzz_srclines.c. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static char dir[] = "/tmp/tless-srclines-XXXXXX";

static int make(void **state)
{
	char command[600];

	if (!mkdtemp(dir))
		return -1;
	snprintf(
	    command, sizeof(command),
	    "cd %s && printf 'int f(int i)\\n{\\n\\treturn i + 1;\\n}\\n' >a.c &&"
	    "cc -O0 -g -gdwarf-5 -gsplit-dwarf -fcf-protection=none -c a.c &&"
	    "cc -nostdlib -static -Wl,--build-id=none,-Ttext=0x%x,-ef -o a a.o && test -s a.dwo",
	    dir, AT);
	*state = system(command) == 0 ? dir : NULL;
	return 0;
}

static int drop(void **state)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	return system(command);
}

struct found {
	unsigned line;
	char function[20];
};

static void see(void *arg, const struct tl_srcline *place)
{
	struct found *f = arg;

	f->line = place->line;
	snprintf(f->function, sizeof(f->function), "%s", place->function ? place->function : "");
}

static struct found find(void)
{
	struct found f = { 0 };
	struct tl_srclines *s;
	char path[100];
	int fd;

	snprintf(path, sizeof(path), "%s/a", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	alarm(20); /* it must not wait for what is no file */
	s = tl_srclines_open(fd);
	assert_non_null(s);
	tl_srclines_find(s, AT, see, &f);
	alarm(0);
	tl_srclines_close(s);
	close(fd);
	return f;
}

/* The functions of a skeleton are looked for in a file; where it names a FIFO, lines are told. */
static void a_split_file_is_a_file(void **state)
{
	char dwo[100], away[100];
	struct found f;

	if (!*state)
		skip();
	snprintf(dwo, sizeof(dwo), "%s/a.dwo", dir);
	snprintf(away, sizeof(away), "%s/away", dir);
	f = find();
	assert_int_equal(f.line, 2);
	assert_string_equal(f.function, "f");
	assert_int_equal(rename(dwo, away), 0);
	assert_int_equal(find().line, 2);
	assert_int_equal(mkfifo(dwo, 0600), 0);
	f = find();
	assert_int_equal(f.line, 2);
	assert_string_equal(f.function, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_split_file_is_a_file),
	};

	return cmocka_run_group_tests(tests, make, drop);
}
