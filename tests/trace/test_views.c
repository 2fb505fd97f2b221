/*
 * test_views.c: the same place in another view of a recording.
 *
 * A program with threads is recorded, and shown in every view.  From lines all over each view,
 * tl_decoding_same_time() goes to every other view; where it should come to is known from a look at
 * the times and threads of all lines there.
 */
#include "pager/decoding.h"

#include <libgen.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const views[] = { "calls", "returns", "branches", "insns", "graph" };

enum { NVIEWS = sizeof(views) / sizeof(views[0]) };

/* A line of a view. */
struct line {
	uint64_t pos, time;
	int32_t tid;
};

struct view {
	struct tl_source *src;
	struct line *lines;
	size_t n;
};

static char data[PATH_MAX];

/* False: there is no recording, as ptrace is not permitted. */
static bool record(const char *options)
{
	char self[PATH_MAX], command[4 * PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int status;

	assert_true(n > 0);
	self[n] = '\0';
	dirname(self);
	snprintf(command, sizeof(command), "%s/record -o %s %s %s/programs/threads >/dev/null 2>&1",
		 self, data, options, self);
	status = system(command);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77);
	return WEXITSTATUS(status) == 0;
}

static void add_line(struct view *v, uint64_t pos, const struct tl_place *place)
{
	if ((v->n & (v->n - 1)) == 0)
		v->lines = realloc(v->lines, (v->n ? 2 * v->n : 1) * sizeof(*v->lines));
	v->lines[v->n++] = (struct line){ pos, place->time_ns, place->tid };
}

static void list_lines(struct view *v)
{
	const struct tl_decoder_ops *ops;
	struct tl_place place;
	struct tl_span span;
	void *self;

	assert_true(tl_decoder_of(v->src, &ops, &self));
	for (uint64_t k = 0; k < ops->chunks(self); k++) {
		assert_int_equal(tl_source_pin(v->src, k, &span, NULL), TL_FOUND);
		for (size_t at = 0; at < span.len;) {
			const uint8_t *line = span.data + at;

			assert_true(ops->describe(self, k, at, &place, NULL));
			if (*line != '#') /* the head has no time of its own */
				add_line(v, tl_pos_make(v->src, k, at), &place);
			at += (size_t)((uint8_t *)memchr(line, '\n', span.len - at) - line) + 1;
		}
		tl_source_unpin(v->src, k, &span);
	}
}

static void open_view(struct view *v, const char *name)
{
	struct tl_options o;
	struct tl_format format;
	struct tl_err err = TL_ERR_INIT;

	tl_options_init(&o);
	o.trace_view = strdup(name);
	assert_true(tl_decoding_probe(&o, data, &format));
	if (!tl_decoding_open(&o, &format, NULL, NULL, NULL, &v->src, &err))
		fail_msg("%s", err.msg);
	free(format.path);
	tl_options_fini(&o);
	list_lines(v);
}

/* The first line with this time or a later one. */
static size_t first_at(const struct view *v, uint64_t time)
{
	size_t low = 0, high = v->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (v->lines[mid].time < time)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static uint64_t apart(const struct line *a, const struct line *b)
{
	return a->time > b->time ? a->time - b->time : b->time - a->time;
}

/*
 * What a look at all lines says: the thread's line that is nearest in time, the later one of two; `others`
 * counts where lines of other threads come first.
 */
static uint64_t expected(const struct view *v, const struct line *l, unsigned *others)
{
	size_t first = first_at(v, l->time), behind = first, before = first;

	while (behind < v->n && v->lines[behind].tid != l->tid)
		behind++;
	while (before > 0 && v->lines[before - 1].tid != l->tid)
		before--;
	if (before > 0 &&
	    (behind == v->n || apart(&v->lines[before - 1], l) < apart(&v->lines[behind], l)))
		behind = before - 1;
	if (behind == v->n)
		behind = first;
	*others += behind != first;
	return behind < v->n ? v->lines[behind].pos : TL_NOPOS;
}

/* A position behind a chunk's last byte is the next chunk's first. */
static uint64_t of_byte(const struct view *v, uint64_t pos)
{
	size_t low = 0, high = v->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (v->lines[mid].pos < pos)
			low = mid + 1;
		else
			high = mid;
	}
	return low < v->n ? v->lines[low].pos : TL_NOPOS;
}

/* Does another thread have a line just before, at the same time? */
static bool is_second(const struct view *v, size_t i)
{
	return i > 0 && v->lines[i - 1].time == v->lines[i].time &&
	       v->lines[i - 1].tid != v->lines[i].tid;
}

/* Some of all lines, and some more of those that matter. */
static bool is_tried(const struct view *v, size_t i)
{
	return i % (1 + v->n / 100) == 0 || (is_second(v, i) && i % 8 == 0);
}

static void the_place_is_the_same_in_all_views(void **state)
{
	struct view all[NVIEWS] = { 0 };
	unsigned others = 0;

	if (!record("--per-cpu 3"))
		skip();
	for (size_t i = 0; i < NVIEWS; i++)
		open_view(&all[i], views[i]);
	for (size_t i = 0; i < NVIEWS; i++)
		for (size_t j = 0; j < NVIEWS; j++)
			for (size_t n = 0; n < all[i].n; n++) {
				const struct line *l = &all[i].lines[n];
				uint64_t want, got;

				if (!is_tried(&all[i], n))
					continue;
				want = expected(&all[j], l, &others);
				got = tl_decoding_same_time(all[i].src, l->pos, all[j].src);
				if (of_byte(&all[j], got) != want)
					fail_msg("%s, line %zu, to %s", views[i], n, views[j]);
			}
	for (size_t i = 0; i < NVIEWS; i++) {
		tl_source_close(all[i].src);
		free(all[i].lines);
	}
	assert_true(others > 0);
}

static int setup(void **state)
{
	strcpy(data, "/tmp/tless-views-XXXXXX");
	return mkstemp(data) >= 0 ? 0 : -1;
}

static int teardown(void **state)
{
	return unlink(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_place_is_the_same_in_all_views, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
