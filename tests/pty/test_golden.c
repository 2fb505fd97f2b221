/*
 * Golden cases: folders tests/golden/TOPIC/CASE/ with
 *
 *	in        the file to page (args names it, usually as "in"); other files may stand by
 *	args      words for the pager, parted by blanks or newlines; 'single quotes' keep blanks
 *	keys      what to type, as term_keys() reads it; after each line the pager must be idle
 *	screen    what term_dump() prints after the last key
 *	env       NAME=VALUE lines (optional)
 *	size      COLSxROWS (optional; 80x24)
 *
 * UPDATE_GOLDEN=1 writes `screen` anew: look at the difference before committing it.
 * GOLDEN=TEXT does only the cases with TEXT in their path.
 */
#include "tests/pty/fixture.h"

#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_CASES 500
#define MAX_WORDS 32

static char *cases[MAX_CASES];
static int ncases;

static int find_case(const char *path, const struct stat *st, int type, struct FTW *at)
{
	const char *only = getenv("GOLDEN");
	const char *name = path + at->base;

	if (type == FTW_F && strcmp(name, "keys") == 0 && ncases < MAX_CASES &&
	    (!only || strstr(path, only)))
		cases[ncases++] = strndup(path, (size_t)at->base - 1);
	return 0;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A file of the case as a string, to free(); NULL when there is none. */
static char *slurp(const char *dir, const char *name)
{
	char path[PATH_MAX];
	char *text = NULL;
	size_t cap = 0;
	ssize_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (!f)
		return NULL;
	n = getdelim(&text, &cap, 0, f);
	fclose(f);
	if (n < 0) {
		free(text);
		text = strdup("");
	}
	return text;
}

/* Split args in place. */
static void split(char *args, const char **words)
{
	int n = 0;

	while (*(args += strspn(args, " \n"))) {
		char quote = *args == '\'' ? *args++ : 0;

		assert_true(n < MAX_WORDS);
		words[n++] = args;
		args += strcspn(args, quote ? "'" : " \n");
		if (*args)
			*args++ = 0;
	}
	words[n] = NULL;
}

static void set_env(struct fixture *f, char *env)
{
	char *line;

	while ((line = strsep(&env, "\n"))) {
		char *eq = strchr(line, '=');

		if (!eq)
			continue;
		*eq = 0;
		fixture_setenv(f, line, eq + 1);
	}
}

static void type_all(struct term *t, char *keys)
{
	char *line;

	while ((line = strsep(&keys, "\n")))
		if (*line)
			check_keys(t, line);
}

/* Print both, as a reader compares best. */
static void complain(const char *dir, const char *want, const char *got)
{
	char *a = strdup(want ? want : ""), *b = strdup(got), *x, *y, *resta = a, *restb = b;

	fprintf(stderr, "%s: the screen differs (- expected, + got)\n", dir);
	while (resta || restb) {
		x = strsep(&resta, "\n");
		y = strsep(&restb, "\n");
		if (x && y && strcmp(x, y) == 0) {
			fprintf(stderr, " %s\n", x);
			continue;
		}
		if (x)
			fprintf(stderr, "-%s\n", x);
		if (y)
			fprintf(stderr, "+%s\n", y);
	}
	free(a);
	free(b);
}

static void write_screen(const char *dir, const char *dump)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/screen", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(dump, f);
	assert_int_equal(fclose(f), 0);
}

/* The case's files are copied: a pager may write beside them, and "in" has no path to show. */
static void copy_case(struct fixture *f, const char *dir)
{
	const char *argv[] = { "/bin/cp", "-r", dir, f->dir, NULL };
	char from[PATH_MAX], here[512];
	struct capture c;

	assert_non_null(realpath(dir, from));
	argv[2] = from;
	fixture_capture(f, argv, NULL, &c);
	assert_int_equal(c.status, 0);
	capture_fini(&c);
	snprintf(here, sizeof(here), "%s/%s", f->dir, strrchr(from, '/') + 1);
	snprintf(f->work, sizeof(f->work), "%s", here);
	f->opts.cwd = f->work;
}

static void golden(void **state)
{
	const char *dir = *state, *words[MAX_WORDS + 1];
	char *args = slurp(dir, "args"), *keys = slurp(dir, "keys");
	char *want = slurp(dir, "screen"), *env = slurp(dir, "env"), *size = slurp(dir, "size");
	struct tl_buf dump = TL_BUF_INIT;
	struct fixture f;
	struct term *t;

	assert_non_null(args);
	fixture_init(&f);
	copy_case(&f, dir);
	if (size)
		assert_int_equal(sscanf(size, "%dx%d", &f.opts.cols, &f.opts.rows), 2);
	if (env)
		set_env(&f, env);
	split(args, words);
	t = fixture_run(&f, pager_path(), words);
	check_idle(t);
	type_all(t, keys);
	term_dump(t, &dump);
	if (getenv("UPDATE_GOLDEN")) {
		write_screen(dir, tl_buf_str(&dump));
	} else if (!want || strcmp(want, tl_buf_str(&dump)) != 0) {
		complain(dir, want, tl_buf_str(&dump));
		fail();
	}
	tl_buf_fini(&dump);
	fixture_fini(&f);
	free(args);
	free(keys);
	free(want);
	free(env);
	free(size);
}

int main(void)
{
	static struct CMUnitTest tests[MAX_CASES];
	int status;

	if (nftw("tests/golden", find_case, 16, FTW_PHYS) != 0 || ncases == 0) {
		fprintf(stderr, "no tests/golden here\n");
		return 1;
	}
	qsort(cases, (size_t)ncases, sizeof(cases[0]), by_path);
	for (int i = 0; i < ncases; i++)
		tests[i] = (struct CMUnitTest){ cases[i] + strlen("tests/golden/"), golden, NULL,
						NULL, cases[i] };
	status = _cmocka_run_group_tests("golden", tests, (size_t)ncases, NULL, NULL);
	for (int i = 0; i < ncases; i++)
		free(cases[i]);
	return status;
}
