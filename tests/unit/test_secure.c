/* test_secure.c: what LESSSECURE and its companions forbid, and the variables in general. */
#include "pager/env.h"
#include "pager/secure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char said[512];

static void warn(void *arg, const char *message)
{
	snprintf(said + strlen(said), sizeof(said) - strlen(said), "%s\n", message);
}

static void variables(const char *secure, const char *allow, const char *disallow)
{
	unsetenv("LESSSECURE");
	unsetenv("LESSSECURE_ALLOW");
	unsetenv("LESSSECURE_DISALLOW");
	if (secure)
		setenv("LESSSECURE", secure, 1);
	if (allow)
		setenv("LESSSECURE_ALLOW", allow, 1);
	if (disallow)
		setenv("LESSSECURE_DISALLOW", disallow, 1);
	said[0] = '\0';
	tl_secure_init(warn, NULL);
}

static unsigned nallowed(void)
{
	unsigned n = 0;

	for (int i = 0; i < TL_NFEATURES; i++)
		n += tl_secure_allows((enum tl_feature)i);
	return n;
}

static void nothing_is_forbidden_by_default(void **state)
{
	variables(NULL, NULL, NULL);
	assert_int_equal(nallowed(), TL_NFEATURES);
	variables("", "edit", NULL);
	assert_int_equal(nallowed(), TL_NFEATURES);
}

static void secure_mode_forbids_all_but_what_is_allowed(void **state)
{
	variables("1", NULL, NULL);
	assert_int_equal(nallowed(), 0);
	variables("0", "hist, edit,,", "stop");
	assert_int_equal(nallowed(), 2);
	assert_true(tl_secure_allows(TL_SECURE_HISTORY));
	assert_true(tl_secure_allows(TL_SECURE_EDIT));
	assert_string_equal(said, "");
}

static void single_features_are_forbidden_by_name(void **state)
{
	variables(NULL, NULL, "shell,pi");
	assert_int_equal(nallowed(), TL_NFEATURES - 2);
	assert_false(tl_secure_allows(TL_SECURE_SHELL));
	assert_false(tl_secure_allows(TL_SECURE_PIPE));
}

static void names_that_say_nothing_are_told(void **state)
{
	variables("1", "l,xyz,sh", NULL);
	assert_int_equal(nallowed(), 1);
	assert_string_equal(said, "LESSSECURE_ALLOW: ambiguous name \"l\"\n"
				  "LESSSECURE_ALLOW: invalid name \"xyz\"\n");
}

static void files_and_environment_have_ranks(void **state)
{
	setenv("LESS_A", "environment", 1);
	setenv("LESS_EMPTY", "", 1);
	assert_string_equal(tl_env("LESS_A"), "environment");
	assert_null(tl_env("LESS_EMPTY"));
	assert_true(tl_env_set(TL_ENV_SYSTEM, "LESS_A", "system"));
	assert_true(tl_env_set(TL_ENV_SYSTEM, "LESS_EMPTY", "system"));
	assert_string_equal(tl_env("LESS_A"), "environment");
	assert_string_equal(tl_env("LESS_EMPTY"), "system");
	assert_true(tl_env_set(TL_ENV_USER, "LESS_A", "first"));
	assert_true(tl_env_set(TL_ENV_USER, "LESS_A", ""));
	assert_string_equal(tl_env("LESS_A"), "");
	assert_false(tl_env_is_set("LESS_A"));
	tl_env_fini();
	assert_string_equal(tl_env("LESS_A"), "environment");
}

static void noconfig_hides_the_environment(void **state)
{
	setenv("LESS_A", "a", 1);
	setenv("LESS_B", "b", 1);
	setenv("TERM", "xterm", 1);
	setenv("LESSNOCONFIG", "-", 1);
	assert_true(tl_env_no_config());
	assert_null(tl_env("LESS_A"));
	assert_string_equal(tl_env("TERM"), "xterm");
	setenv("LESSNOCONFIG", "LESS,LESS_B", 1);
	assert_null(tl_env("LESS_A"));
	assert_string_equal(tl_env("LESS_B"), "b");
	unsetenv("LESSNOCONFIG");
	assert_string_equal(tl_env("LESS_A"), "a");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_forbidden_by_default),
		cmocka_unit_test(secure_mode_forbids_all_but_what_is_allowed),
		cmocka_unit_test(single_features_are_forbidden_by_name),
		cmocka_unit_test(names_that_say_nothing_are_told),
		cmocka_unit_test(files_and_environment_have_ranks),
		cmocka_unit_test(noconfig_hides_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
