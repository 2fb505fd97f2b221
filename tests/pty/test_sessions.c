/*
 * Sessions that were recorded with less(1): tests/sessions/NAME.session, replayed here, a test
 * each.  After each step text and attributes of all rows are compared.  README.md there has the
 * format.
 *
 * RECORD_SESSIONS=1 with TLESS=path/to/less writes the screens anew: look at the difference before
 * committing it.  SESSION=TEXT does only those with TEXT in their name.
 */
#include "tests/pty/session.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#define LATE_MS 3000 /* so long a screen may be completed after the pager takes keys */

struct wanted {
	const struct session_screen *screen;
	struct session_screen now;
};

static bool same_row(const struct session_screen *a, const struct session_screen *b, int y)
{
	const char *at = a->text[y] ? a->text[y] : "", *al = a->look[y] ? a->look[y] : "";
	const char *bt = b->text[y] ? b->text[y] : "", *bl = b->look[y] ? b->look[y] : "";

	return strcmp(at, bt) == 0 && strcmp(al, bl) == 0;
}

static bool is_shown(struct term *t, void *arg)
{
	struct wanted *w = arg;

	session_take(&w->now, t);
	for (int y = 0; y < w->now.n; y++)
		if (!same_row(w->screen, &w->now, y))
			return false;
	return true;
}

static void complain(const char *path, const struct session *s, size_t step,
		     const struct session_screen *want, const struct session_screen *got)
{
	fprintf(stderr, "%s: step %zu, key %s (- less, + here)\n", path, step,
		s->steps[step].keys ? s->steps[step].keys : "(start)");
	for (int y = 0; y < got->n; y++) {
		if (same_row(want, got, y))
			continue;
		fprintf(stderr, "-%2d %s\n", y, want->text[y] ? want->text[y] : "");
		fprintf(stderr, "   %s\n", want->look[y] ? want->look[y] : "");
		fprintf(stderr, "+%2d %s\n", y, got->text[y]);
		fprintf(stderr, "   %s\n", got->look[y]);
	}
}

/* Type step i, and compare, or take the screen as it is. */
static bool do_step(struct session *s, size_t i, struct term *t, struct session_screen *screen,
		    const char *path, bool record)
{
	struct wanted w = { .screen = screen };
	bool ok = true;

	if (s->steps[i].keys)
		ok = term_keys(t, s->steps[i].keys);
	ok = ok && (term_wait_idle(t, TIMEOUT_MS) || term_exit_status(t) >= 0);
	if (!ok) {
		fprintf(stderr, "%s: step %zu: the pager is not idle\n", path, i);
	} else if (record) {
		struct tl_buf shown = TL_BUF_INIT;

		session_take(&w.now, t);
		session_difference(screen, &w.now, &shown);
		tl_buf_fini(&s->steps[i].shown);
		s->steps[i].shown = shown;
		session_apply(screen, &shown);
	} else {
		ok = session_apply(screen, &s->steps[i].shown) &&
		     (is_shown(t, &w) || term_wait(t, is_shown, &w, LATE_MS));
		if (!ok)
			complain(path, s, i, screen, &w.now);
	}
	session_forget(&w.now);
	return ok;
}

static void replay(void **state)
{
	const char *path = *state;
	bool record = getenv("RECORD_SESSIONS") != NULL, ok;
	struct session_screen screen = { .n = 0 };
	struct session s;
	struct term *t;

	ok = session_read(&s, path);
	if (ok) {
		t = fixture_run(&s.f, pager_path(), (const char *const *)s.words);
		for (size_t i = 0; ok && i < s.nsteps; i++)
			ok = do_step(&s, i, t, &screen, path, record);
	}
	if (ok && record)
		ok = session_write(&s, path);
	session_forget(&screen);
	session_fini(&s);
	assert_true(ok);
}

int main(void)
{
	const char *only = getenv("SESSION");
	struct CMUnitTest *tests;
	glob_t found;
	size_t n = 0;
	int status;

	if (glob("tests/sessions/*.session", 0, NULL, &found) != 0) {
		fprintf(stderr, "no tests/sessions here\n");
		return 1;
	}
	tests = calloc(found.gl_pathc, sizeof(*tests));
	if (!tests)
		return 1;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char *path = found.gl_pathv[i];

		if (!only || strstr(path, only))
			tests[n++] = (struct CMUnitTest){ path + strlen("tests/sessions/"), replay,
							  NULL, NULL, path };
	}
	status = _cmocka_run_group_tests("sessions", tests, n, NULL, NULL);
	free(tests);
	globfree(&found);
	return status;
}
