/*
 * test_filter.c: the lines a filter shows against a plain loop, asked for in any order, while
 * the text grows and lists are dropped; PENDING answers are followed by a message.
 */
#include "search/filter.h"
#include "tests/unit/fake_text.h"
#include "tests/unit/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>
#include <poll.h>

static struct tl_jobs *pools[3]; /* of 1, 2 and 4 workers */
static struct tl_mailbox *mailbox;

static int setup(void **state)
{
	for (int i = 0; i < 3; i++)
		if (!tl_jobs_open(1u << i, &pools[i], NULL))
			return -1;
	return tl_mailbox_open(&mailbox, NULL) ? 0 : -1;
}

static int teardown(void **state)
{
	for (int i = 0; i < 3; i++)
		tl_jobs_close(pools[i]);
	tl_mailbox_close(mailbox);
	return 0;
}

/* A sieve that hides a third of all lines, by where they begin. */
static bool is_hidden(uint64_t pos)
{
	return (pos * UINT64_C(0x9e3779b97f4a7c15) >> 40) % 3 == 0;
}

static bool hidden_in(void *arg, uint64_t k, struct tl_buf *at)
{
	unsigned shift = *(unsigned *)arg;

	for (uint32_t byte = 0; byte < 1u << shift; byte++)
		if (is_hidden((k << shift) + byte) && !tl_buf_append(at, &byte, sizeof(byte)))
			return false;
	return true;
}

/* A filter of up to two patterns, and with `shift` of positions the sieve. */
static struct tl_filter *open_sieved(struct tl_source *src, struct tl_jobs *pool, const char *one,
				     const char *two, unsigned flags, const unsigned *shift)
{
	struct tl_matcher **m = calloc(2, sizeof(*m));
	struct tl_sieve sieve = { malloc(sizeof(*shift)), hidden_in, free };
	size_t n = (one != NULL) + (two != NULL);
	struct tl_filter *f;

	if (one)
		assert_true(tl_matcher_new(one, strlen(one), flags, &m[0], NULL));
	if (two)
		assert_true(tl_matcher_new(two, strlen(two), flags, &m[1], NULL));
	if (shift)
		*(unsigned *)sieve.arg = *shift;
	else
		free(sieve.arg);
	assert_true(tl_filter_new(src, m, n, shift ? &sieve : NULL, NULL, pool, mailbox, &f, NULL));
	return f;
}

static struct tl_filter *open_filter(struct tl_source *src, struct tl_jobs *pool, const char *one,
				     const char *two, unsigned flags)
{
	return open_sieved(src, pool, one, two, flags, NULL);
}

static void await_message(struct tl_filter *f)
{
	struct pollfd fd = { tl_mailbox_fd(mailbox), POLLIN, 0 };
	struct tl_msg msg;

	assert_int_equal(poll(&fd, 1, 20000), 1); /* that a test cannot hang */
	assert_true(tl_mailbox_take(mailbox, &msg));
	assert_int_equal(msg.kind, TL_MSG_FILTER);
	assert_ptr_equal(msg.from, f);
}

static void drain_mailbox(void)
{
	struct tl_msg msg;

	while (tl_mailbox_take(mailbox, &msg))
		;
}

typedef enum tl_lookup look_fn(struct tl_filter *f, uint64_t pos, uint64_t *out);

/* The final answer, as the pager gets it: ask again after each message, or when the
 * text has grown. */
static enum tl_lookup ask(struct tl_filter *f, struct fake_text *t, look_fn *look, uint64_t pos,
			  uint64_t *out)
{
	for (;;) {
		size_t shown = t->shown;
		enum tl_lookup found = look(f, pos, out);

		if (found != TL_PENDING)
			return found;
		if (t->shown != shown)
			tl_filter_grow(f);
		else
			await_message(f);
	}
}

static bool is_hit(struct oracle *o, struct oracle *and, struct tl_span line)
{
	return oracle_line(o, line) == 1 && oracle_line(and, line) == 1;
}

struct lines {
	uint64_t pos[2000];
	bool hit[2000];
	size_t n;
};

static void find_lines(const struct fake_text *t, const char *one, const char *two, unsigned flags,
		       bool sieved, struct lines *out)
{
	const uint8_t *data = t->bytes.data;
	struct oracle o, and;

	one = one ? one : "";
	two = two ? two : "";
	assert_true(oracle_init(&o, one, strlen(one), flags));
	assert_true(oracle_init(&and, two, strlen(two), *two ? flags : 0));
	out->n = 0;
	for (size_t at = 0, end; at < t->bytes.len; at = end + 1) {
		for (end = at; end < t->bytes.len && data[end] != '\n'; end++)
			;
		out->pos[out->n] = fake_pos(t, at);
		out->hit[out->n] = is_hit(&o, &and, (struct tl_span){ data + at, end - at }) &&
				   !(sieved && is_hidden(out->pos[out->n]));
		out->n++;
	}
	oracle_fini(&o);
	oracle_fini(&and);
}

static void check_next(struct tl_filter *f, struct fake_text *t, const struct lines *lines,
		       size_t i)
{
	uint64_t got = 0;
	size_t want = i;

	while (want < lines->n && !lines->hit[want])
		want++;
	if (want == lines->n) {
		assert_int_equal(ask(f, t, tl_filter_next, lines->pos[i], &got), TL_NONE);
	} else {
		assert_int_equal(ask(f, t, tl_filter_next, lines->pos[i], &got), TL_FOUND);
		assert_int_equal(got, lines->pos[want]);
	}
}

/* i == lines->n: from the end. */
static void check_prev(struct tl_filter *f, struct fake_text *t, const struct lines *lines,
		       size_t i)
{
	uint64_t got = 0, pos = i < lines->n ? lines->pos[i] : TL_NOPOS;
	size_t want = i;

	while (want > 0 && !lines->hit[want - 1])
		want--;
	if (want == 0) {
		assert_int_equal(ask(f, t, tl_filter_prev, pos, &got), TL_NONE);
	} else {
		assert_int_equal(ask(f, t, tl_filter_prev, pos, &got), TL_FOUND);
		assert_int_equal(got, lines->pos[want - 1]);
	}
}

static void one_round(void)
{
	static const char *const patterns[] = { "a", "ab", "^b", "[ab]c$", "zzz", "", "a.*c" };
	static const char *const words[] = { "a", "b", "c", "abc", " ", "\n", "\n" };
	static struct lines lines;
	const char *one = patterns[(unsigned)rand() % 7];
	const char *two = rand() % 3 ? NULL : patterns[(unsigned)rand() % 5];
	unsigned flags = (rand() % 2 ? TL_MATCH_INVERT : 0) | (rand() % 2 ? TL_MATCH_ICASE : 0);
	struct tl_jobs *pool = pools[rand() % 3];
	struct tl_buf text = TL_BUF_INIT;
	struct tl_source *src;
	struct tl_filter *f;
	struct fake_text t;
	uint64_t passing, count = 0;
	bool stops = rand() % 4 == 0, sieved = rand() % 3 == 0;
	unsigned shift = 3 + (unsigned)rand() % 5;

	if (sieved && rand() % 2) { /* nothing but that */
		one = two = NULL;
		flags = 0;
		stops = true;
	}
	for (int i = rand() % 150; i > 0; i--)
		assert_true(tl_buf_puts(&text, words[(unsigned)rand() % 7]));
	assert_true(fake_open(&t, &text, shift, rand() % 2, rand() % 2, pool, &src));
	find_lines(&t, one, two, flags, sieved, &lines);
	f = open_sieved(src, pool, one, two, flags, sieved ? &shift : NULL);
	for (int i = 0; i < 10 && lines.n > 0; i++) {
		size_t line = (size_t)rand() % lines.n;

		switch (rand() % (stops ? 4 : 3)) {
		case 0:
			check_next(f, &t, &lines, line);
			break;
		case 1:
			check_prev(f, &t, &lines, line);
			break;
		case 2:
			check_prev(f, &t, &lines, lines.n);
			break;
		default:
			tl_filter_stop(f);
		}
	}
	for (size_t i = 0; i < lines.n; i++) {
		check_next(f, &t, &lines, i);
		count += lines.hit[i];
	}
	check_prev(f, &t, &lines, lines.n); /* all has come */
	while (!stops && tl_filter_progress(f, &passing) < 1.0)
		await_message(f);
	if (!stops)
		assert_int_equal(passing, count);
	tl_filter_close(f);
	tl_source_close(src);
	fake_fini(&t);
	drain_mailbox();
}

static void test_against_a_plain_loop(void **state)
{
	for (int round = 0; round < 3000; round++)
		one_round();
}

/* More lines than lists are kept for: they are made again. */
static void test_lists_are_dropped_and_made_again(void **state)
{
	struct tl_buf text = TL_BUF_INIT;
	struct tl_source *src;
	struct tl_filter *f;
	struct fake_text none = { 0 };
	uint64_t pos, nbytes = 6 << 20;

	assert_true(tl_buf_reserve(&text, nbytes));
	memset(text.data, '\n', nbytes);
	text.len = nbytes;
	assert_true(tl_source_open_memory(&text, &src, NULL));
	f = open_filter(src, pools[1], "^$", NULL, 0);
	for (int round = 0; round < 2; round++) {
		for (uint64_t at = 0; at < nbytes; at += 500001) {
			assert_int_equal(ask(f, &none, tl_filter_next, at, &pos), TL_FOUND);
			assert_int_equal(pos, at);
		}
		assert_int_equal(ask(f, &none, tl_filter_prev, TL_NOPOS, &pos), TL_FOUND);
		assert_int_equal(pos, nbytes - 1);
	}
	tl_filter_close(f);
	tl_source_close(src);
	drain_mailbox();
}

/* A line at the end of the text that only passes before it has grown. */
static void test_growth_changes_the_last_line(void **state)
{
	struct tl_buf text = TL_BUF_INIT;
	struct tl_source *src;
	struct tl_filter *f;
	struct fake_text t;
	uint64_t pos;

	assert_true(tl_buf_puts(&text, "a1\nb\na2 no\n"));
	assert_true(fake_open(&t, &text, 4, false, false, pools[1], &src));
	t.bytes.len = t.start[1] = t.shown = 7; /* a file, for now */
	f = open_filter(src, pools[1], "a.$", NULL, 0);
	assert_int_equal(ask(f, &t, tl_filter_next, 3, &pos), TL_FOUND);
	assert_int_equal(pos, 5);
	t.bytes.len = t.start[1] = t.shown = 11;
	tl_filter_grow(f);
	assert_int_equal(ask(f, &t, tl_filter_next, 3, &pos), TL_NONE);
	assert_int_equal(ask(f, &t, tl_filter_prev, TL_NOPOS, &pos), TL_FOUND);
	assert_int_equal(pos, 0);
	tl_filter_close(f);
	tl_source_close(src);
	fake_fini(&t);
	drain_mailbox();
}

static void test_stop(void **state)
{
	struct tl_buf text = TL_BUF_INIT;
	struct tl_source *src;
	struct tl_filter *f;
	struct fake_text none = { 0 };
	uint64_t pos, passing;

	for (int i = 0; i < 300000; i++)
		assert_true(tl_buf_puts(&text, "a line\n"));
	assert_true(tl_source_open_memory(&text, &src, NULL));
	f = open_filter(src, pools[1], "line", NULL, 0);
	tl_filter_stop(f);
	assert_int_equal(ask(f, &none, tl_filter_next, 7, &pos), TL_FOUND); /* goes on */
	assert_int_equal(pos, 7);
	tl_filter_progress(f, &passing);
	assert_true(passing > 0);
	tl_filter_close(f);
	tl_source_close(src);
	drain_mailbox();
}

/* Chunks are looked at where they lie, and a line of several of them in its parts. */
static void test_lines_of_a_file(void **state)
{
	struct tl_buf text = TL_BUF_INIT;
	char path[] = "/tmp/test-filter-XXXXXX";
	uint64_t want[100], n = 0, pos = 0;
	struct tl_source *src;
	struct tl_filter *f;
	int fd = mkstemp(path);

	for (int i = 0; i < 60; i++) {
		size_t len = i % 20 == 7 ? (size_t)3 << 20 : 100000 + 1000 * (size_t)i;

		if (i % 3 == 1)
			want[n++] = text.len;
		assert_true(tl_buf_reserve(&text, len));
		memset(text.data + text.len, '.', len);
		if (i % 3 == 1)
			memcpy(text.data + text.len + len - 90, "needle", 6);
		text.len += len;
		assert_true(tl_buf_putc(&text, '\n'));
	}
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.data, text.len), text.len);
	close(fd);
	assert_true(tl_source_open_file(path, &src, NULL));
	f = open_filter(src, pools[1], "needle", NULL, 0);
	for (uint64_t i = 0; i <= n; i++) {
		enum tl_lookup found;

		while ((found = tl_filter_next(f, pos, &pos)) == TL_PENDING)
			await_message(f);
		assert_int_equal(found, i < n ? TL_FOUND : TL_NONE);
		if (i < n)
			assert_int_equal(pos++, want[i]);
	}
	tl_filter_close(f);
	tl_source_close(src);
	unlink(path);
	drain_mailbox();
	tl_buf_fini(&text);
}

static void test_passes(void **state)
{
	struct tl_buf text = TL_BUF_INIT;
	struct tl_scratch *s;
	struct tl_source *src;
	struct tl_filter *f;

	assert_true(tl_source_open_memory(&text, &src, NULL));
	assert_true(tl_scratch_new(&s, NULL));
	f = open_filter(src, pools[0], "a", "b", 0);
	assert_true(tl_filter_passes(f, s, (struct tl_span){ (const uint8_t *)"ba", 2 }));
	assert_false(tl_filter_passes(f, s, (struct tl_span){ (const uint8_t *)"aa", 2 }));
	tl_filter_close(f);
	tl_filter_close(NULL);
	tl_scratch_free(s);
	tl_source_close(src);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_a_plain_loop),
		cmocka_unit_test(test_lists_are_dropped_and_made_again),
		cmocka_unit_test(test_growth_changes_the_last_line),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_lines_of_a_file),
		cmocka_unit_test(test_passes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
