/* make install, install-less and uninstall, into a folder of the test; run from the top of the source. */
#include "tests/pty/fixture.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fixture f;
static char build[PATH_MAX]; /* where the program was built */

static int set_up(void **state)
{
	fixture_init(&f);
	if (access("/usr/bin/make", X_OK) != 0) {
		fprintf(stderr, "make is not installed\n");
		skip();
	}
	only_tless();
	assert_non_null(realpath(pager_path(), build));
	*strrchr(build, '/') = '\0';
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

/* Run make, which must not build anything, for `target`; returns what waitpid() says. */
static int make(const char *target)
{
	char top[PATH_MAX], built[PATH_MAX + 40], tless[PATH_MAX + 40], dest[PATH_MAX];
	const char *argv[] = { "/usr/bin/make", "-s", "-C",          target, "-o", tless,
			       built,           dest, "PREFIX=/usr", NULL,   NULL };
	struct capture c;
	int status;

	assert_non_null(getcwd(top, sizeof(top)));
	argv[3] = top;
	argv[9] = target;
	snprintf(built, sizeof(built), "build=%s", build);
	snprintf(tless, sizeof(tless), "%s/tless", build);
	snprintf(dest, sizeof(dest), "DESTDIR=%s", fixture_path(&f, "dest"));
	fixture_capture(&f, argv, NULL, &c);
	status = c.status;
	if (status != 0)
		fprintf(stderr, "%s", tl_buf_str(&c.err));
	capture_fini(&c);
	return status;
}

static bool there(const char *path)
{
	char name[PATH_MAX];
	struct stat st;

	snprintf(name, sizeof(name), "dest/usr/%s", path);
	return lstat(fixture_path(&f, name), &st) == 0;
}

static void check_there(bool tless, bool links)
{
	assert_int_equal(there("bin/tless"), tless);
	assert_int_equal(there("share/man/man1/tless.1"), tless);
	assert_int_equal(there("share/bash-completion/completions/tless"), tless);
	assert_int_equal(there("share/zsh/site-functions/_tless"), tless);
	assert_int_equal(there("bin/less"), links);
	assert_int_equal(there("bin/more"), links);
	assert_int_equal(there("share/man/man1/less.1"), links);
	assert_int_equal(there("share/man/man1/more.1"), links);
}

static void it_is_installed_and_removed(void **state)
{
	assert_int_equal(make("install"), 0);
	check_there(true, false);
	assert_int_equal(make("uninstall"), 0);
	check_there(false, false);
}

static void under_the_names_of_less_too(void **state)
{
	const char *argv[] = { NULL, "--version", NULL };
	char less[PATH_MAX];
	struct capture c;

	assert_int_equal(make("install-less"), 0);
	assert_int_equal(make("install-less"), 0); /* again */
	check_there(true, true);
	snprintf(less, sizeof(less), "%s", fixture_path(&f, "dest/usr/bin/less"));
	argv[0] = less;
	fixture_capture(&f, argv, NULL, &c);
	assert_memory_equal(tl_buf_str(&c.out), "less ", 5);
	capture_fini(&c);
	assert_int_equal(make("uninstall"), 0);
	check_there(false, false);
}

static void another_less_is_let_alone(void **state)
{
	assert_int_equal(make("install"), 0);
	fixture_file(&f, "dest/usr/bin/less", "another\n", -1);
	assert_int_not_equal(make("install-less"), 0);
	assert_false(there("bin/more"));
	assert_int_equal(make("uninstall"), 0);
	assert_true(there("bin/less"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(it_is_installed_and_removed),
		TEST(under_the_names_of_less_too),
		TEST(another_less_is_let_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
