/*
 * test_scan.c: the scan against a plain loop over the lines, whatever the chunks, the number of
 * workers, the direction and the kind of source; and how it ends.
 */
#include "search/filter.h"
#include "search/scan.h"
#include "tests/unit/fake_text.h"
#include "tests/unit/oracle.h"

#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

static struct tl_jobs *pools[3]; /* of 1, 2 and 4 workers */

static int setup(void **state)
{
	for (int i = 0; i < 3; i++)
		if (!tl_jobs_open(1u << i, &pools[i], NULL))
			return -1;
	return 0;
}

static int teardown(void **state)
{
	for (int i = 0; i < 3; i++)
		tl_jobs_close(pools[i]);
	return 0;
}

static struct tl_matcher *compile(const char *pattern, unsigned flags)
{
	struct tl_matcher *m;

	assert_true(tl_matcher_new(pattern, strlen(pattern), flags, &m, NULL));
	return m;
}

/* ---- against the plain loop */

struct pattern {
	const char *text;
	unsigned flags;
};

static const struct pattern patterns[] = {
	{ "ab", 0 },
	{ "AB", TL_MATCH_ICASE },
	{ "b", 0 },
	{ "aba", TL_MATCH_LITERAL },
	{ "", 0 },
	{ "[ab]c", 0 },
	{ "^a", 0 },
	{ "c$", TL_MATCH_UTF8 },
	{ "^$", 0 },
	{ "b.*c", TL_MATCH_UTF8 },
	{ "(?=ab)a", 0 },
	{ "zzz", 0 },
	{ "a", TL_MATCH_INVERT },
	{ "[^a]b", TL_MATCH_INVERT },
	{ "ab", TL_MATCH_STRIP_ESCAPES | TL_MATCH_OVERSTRIKE | TL_MATCH_CRLF },
	{ "c$", TL_MATCH_CRLF },
	{ "abcabcabcabcabcabcabcabc", 0 },
};
#define NPATTERNS (sizeof(patterns) / sizeof(patterns[0]))

static void random_text(struct tl_buf *out)
{
	static const char *const words[] = { "a", "b",  "c",      "ab",   "B",        "abc",
					     " ", "\r", "\033[m", "a\ba", "\xc3\xa9", "\n" };
	unsigned newlines = (unsigned)rand() % 8;

	out->len = 0;
	for (int i = rand() % 120; i > 0; i--)
		assert_true(tl_buf_puts(
		    out, (unsigned)rand() % 20 < newlines ? "\n" : words[(unsigned)rand() % 12]));
	if (rand() % 8 == 0)
		assert_true(tl_buf_puts(out, "abcabcabcabcabcabcabcabc"));
}

/* Places that may be hits: lines, and matches in long ones. */
struct lines {
	size_t start[1000];
	bool hit[1000];
	size_t n;
};

/* The matches in [start, end), a long line, chunk by chunk. */
static void find_matches(const struct fake_text *t, const struct tl_matcher *m, size_t start,
			 size_t end, size_t long_line, bool passes, struct lines *out)
{
	struct tl_span line = { t->bytes.data + start, end - start };
	struct tl_scratch *s;

	assert_true(tl_scratch_new(&s, NULL));
	for (size_t k = 0; k < t->nchunks; k++) {
		size_t from = t->start[k] > start ? t->start[k] : start, a, b;
		/* the end of the line belongs to the chunk of its newline */
		size_t to = t->start[k + 1] <= end && t->start[k + 1] < t->bytes.len
				? t->start[k + 1]
				: end + 1;

		if (from >= to)
			continue;
		assert_true(tl_matcher_open_piece(m, s, line, true, true));
		for (size_t at = from - start; at < to - start;) {
			if (!tl_matcher_in_piece(m, s, at, true, &a, &b) || a >= to - start)
				break;
			at = b > a ? b : a + long_line;
			if (a < from - start)
				continue;
			out->start[out->n] = start + a;
			out->hit[out->n++] = passes;
		}
	}
	tl_scratch_free(s);
}

static void find_lines(const struct fake_text *t, const struct pattern *p,
		       const struct tl_matcher *m, size_t long_line, const struct pattern *filter,
		       struct lines *out)
{
	struct oracle o, of;
	const uint8_t *data = t->bytes.data;

	assert_true(oracle_init(&o, p->text, strlen(p->text), p->flags));
	assert_true(oracle_init(&of, filter->text, strlen(filter->text), filter->flags));
	out->n = 0;
	for (size_t at = 0, end; at < t->bytes.len; at = end + 1) {
		struct tl_span line = { data + at, 0 };

		for (end = at; end < t->bytes.len && data[end] != '\n'; end++)
			;
		line.len = end - at;
		if (line.len > long_line && !(p->flags & TL_MATCH_INVERT)) {
			find_matches(t, m, at, end, long_line, oracle_line(&of, line) == 1, out);
			continue;
		}
		out->start[out->n] = at;
		out->hit[out->n++] = oracle_line(&o, line) == 1 && oracle_line(&of, line) == 1;
	}
	oracle_fini(&o);
	oracle_fini(&of);
}

/* The end of the text is behind its last chunk. */
static uint64_t hit_pos(const struct fake_text *t, size_t at)
{
	return at < t->bytes.len || at == 0 ? fake_pos(t, at) : fake_pos(t, at - 1) + 1;
}

/* What the scan should answer. */
static void expect(const struct fake_text *t, const struct lines *lines,
		   const struct tl_scan_request *req, struct tl_scan_result *out)
{
	uint64_t low = req->backward ? req->until : req->from;
	uint64_t high = req->backward ? req->from : req->until;

	*out = (struct tl_scan_result){ .state = TL_SCAN_MISS };
	for (size_t i = 0; i < lines->n; i++) {
		size_t l = req->backward ? lines->n - 1 - i : i;
		uint64_t pos = hit_pos(t, lines->start[l]);

		if (!lines->hit[l] || pos < low || pos >= high)
			continue;
		if (++out->hits == 1 || out->hits == req->nth)
			out->pos = pos;
		if (req->nth == 0 || out->hits == req->nth)
			out->state = TL_SCAN_HIT;
		if (out->hits == req->nth)
			break;
	}
	if (out->state == TL_SCAN_MISS)
		out->pos = 0;
}

static uint64_t random_start(const struct fake_text *t, const struct lines *lines)
{
	return lines->n ? hit_pos(t, lines->start[(size_t)rand() % lines->n]) : 0;
}

static void one_round(void)
{
	const struct pattern *p = &patterns[(size_t)rand() % NPATTERNS];
	const struct pattern *all = &patterns[4], *filter = all;
	static struct lines lines;
	struct tl_buf text = TL_BUF_INIT;
	struct tl_jobs *pool = pools[rand() % 3];
	struct tl_scan_request req = { .nth = (uint64_t)rand() % 5, .until = TL_NOPOS };
	size_t long_line = rand() % 2 ? 1 + (size_t)rand() % 20 : TL_LONG_LINE;
	struct tl_scan_result got, want;
	struct tl_source *src;
	struct fake_text t;
	struct tl_scan *scan;
	struct tl_matcher *m = compile(p->text, p->flags);
	uint64_t hits;

	random_text(&text);
	assert_true(
	    fake_open(&t, &text, 3 + (unsigned)rand() % 6, rand() % 2, rand() % 2, pool, &src));
	if (rand() % 4 == 0)
		filter = &patterns[(size_t)rand() % NPATTERNS];
	find_lines(&t, p, m, long_line, filter, &lines);
	req.long_line = long_line;
	req.src = src;
	req.m = m;
	req.backward = rand() % 2;
	if (req.backward) {
		req.from = rand() % 2 ? TL_NOPOS : random_start(&t, &lines);
		req.until = rand() % 2 ? 0 : random_start(&t, &lines);
	} else {
		req.from = rand() % 2 ? 0 : random_start(&t, &lines);
		req.until = rand() % 2 ? TL_NOPOS : random_start(&t, &lines);
	}
	if (filter != all) {
		struct tl_matcher **ms = calloc(1, sizeof(*ms));

		ms[0] = compile(filter->text, filter->flags);
		assert_true(tl_filter_new(src, ms, 1, NULL, NULL, pool, NULL, &req.filter, NULL));
		tl_filter_stop(req.filter);
	}
	if (rand() % 2)
		assert_true(tl_lineindex_new(src, pool, NULL, &req.lines, NULL));
	expect(&t, &lines, &req, &want);
	assert_true(tl_scan_start(&req, pool, &scan, NULL));
	tl_scan_wait(scan);
	tl_scan_result(scan, &got);
	if (got.state != want.state || got.hits != want.hits || got.pos != want.pos) {
		print_message("'%s' %#x filter '%s' %#x backward %d from %ld until %ld nth %d "
			      "long %zu shift %u in '%.*s': state %d %d hits %d %d pos %d %d\n",
			      p->text, p->flags, filter->text, filter->flags, req.backward,
			      (long)req.from, (long)req.until, (int)req.nth, long_line, t.shift,
			      (int)t.bytes.len, (char *)t.bytes.data, got.state, want.state,
			      (int)got.hits, (int)want.hits, (int)got.pos, (int)want.pos);
		fail();
	}
	if (got.state == TL_SCAN_MISS)
		assert_true(tl_scan_progress(scan, &hits) == 1.0);
	tl_scan_close(scan);
	tl_filter_close(req.filter);
	tl_lineindex_close(req.lines);
	tl_source_close(src);
	fake_fini(&t);
	tl_matcher_free(m);
}

static void test_against_a_plain_loop(void **state)
{
	for (int round = 0; round < 8000; round++)
		one_round();
}

/* ---- lines too long to hold */

static struct tl_source *one_line(size_t len, const char *needle, size_t at)
{
	struct tl_buf text = TL_BUF_INIT;
	struct tl_source *src;

	assert_true(tl_buf_puts(&text, "before\n"));
	assert_true(tl_buf_reserve(&text, len + 7));
	memset(text.data + text.len, '.', len);
	memcpy(text.data + text.len + at, needle, strlen(needle));
	text.len += len;
	assert_true(tl_buf_puts(&text, "\nafter\n"));
	assert_true(tl_source_open_memory(&text, &src, NULL));
	return src;
}

static void check_long(struct tl_source *src, const char *pattern, unsigned flags, uint64_t hits,
		       uint64_t first)
{
	struct tl_matcher *m = compile(pattern, flags);

	for (int backward = 0; backward < 2; backward++) {
		struct tl_scan_request req = { .src = src, .m = m, .backward = backward };
		struct tl_scan_result got;
		struct tl_scan *scan;

		*(backward ? &req.from : &req.until) = TL_NOPOS;
		assert_true(tl_scan_start(&req, pools[1], &scan, NULL));
		tl_scan_wait(scan);
		tl_scan_result(scan, &got);
		assert_int_equal(got.hits, hits);
		if (hits == 1)
			assert_int_equal(got.pos, first);
		tl_scan_close(scan);
	}
	tl_matcher_free(m);
}

static void test_long_line(void **state)
{
	size_t len = (size_t)9 << 20, piece = (size_t)1 << 20;

	for (size_t at = piece - 12; at <= piece + 12; at += 3) {
		struct tl_source *src = one_line(len, "needle", at);

		check_long(src, "needle", 0, 1, 7 + at);
		check_long(src, "NEEDLE", TL_MATCH_ICASE, 1, 7 + at);
		tl_source_close(src);
	}
	for (size_t at = 4 * piece - 70000; at < 4 * piece + 70000; at += 35001) {
		struct tl_source *src = one_line(len, "needle", at);

		check_long(src, "ne+dle\\b", 0, 1, 7 + at);
		check_long(src, "^ne+dle", 0, 0, 0);
		check_long(src, "ne+dle$", 0, 0, 0);
		tl_source_close(src);
	}
	struct tl_source *src = one_line(len, "needle", len - 6);

	check_long(src, "needle$", 0, 1, 7 + len - 6);
	check_long(src, "$", 0, 3, 0);
	check_long(src, "^.", 0, 3, 0);
	check_long(src, "^\\.\\.", 0, 1, 7);
	check_long(src, "needle", TL_MATCH_INVERT, 2, 0);
	check_long(src, "^b|^a", TL_MATCH_INVERT, 1, 7);
	check_long(src, "\\Aafter", 0, 1, 7 + len + 1);
	tl_source_close(src);
}

/* The nth match, by every number of workers, both ways, copied and in place. */
static void check_nth(struct tl_source *src, const struct tl_matcher *m, const uint64_t *want,
		      uint64_t n)
{
	for (uint64_t i = 0; i < 3 * n; i += i < 4 ? 1 : n / 7) {
		bool backward = i % 2, count = i >= n;
		struct tl_scan_request req = {
			.src = src,
			.m = m,
			.backward = backward,
			.nth = count ? 0 : i + 1,
		};
		struct tl_scan_result got;
		struct tl_scan *scan;

		*(backward ? &req.from : &req.until) = TL_NOPOS;
		assert_true(tl_scan_start(&req, pools[i % 3], &scan, NULL));
		tl_scan_wait(scan);
		tl_scan_result(scan, &got);
		assert_int_equal(got.state, TL_SCAN_HIT);
		assert_int_equal(got.hits, count ? n : i + 1);
		if (!count)
			assert_int_equal(got.pos, want[backward ? n - 1 - i : i]);
		else
			assert_int_equal(got.pos, want[backward ? n - 1 : 0]);
		tl_scan_close(scan);
	}
}

/* A needle at every so many bytes, and one that lies across each chunk's border. */
static void make_needles(struct tl_buf *text, uint64_t *want, uint64_t *n)
{
	size_t len = ((size_t)19 << 20) + 12345;

	assert_true(tl_buf_puts(text, "before needle\n"));
	assert_true(tl_buf_reserve(text, len + 20));
	memset(text->data + text->len, '.', len - text->len);
	text->len = len;
	want[0] = 0;
	*n = 1;
	for (size_t at = 100; at < len - 100; at += 50000 + at % 777) {
		size_t border = (at + ((size_t)1 << 20)) >> 20 << 20;

		memcpy(text->data + at, "needle", 6);
		want[(*n)++] = at;
		if (border - at < 50000 && border - at > 20 && border < len) {
			memcpy(text->data + border - 3, "needle", 6);
			want[(*n)++] = border - 3;
			at = border + 100;
		}
	}
	assert_true(tl_buf_puts(text, "\nneedle"));
	want[(*n)++] = len + 1;
}

static void test_matches_in_a_long_line(void **state)
{
	static const char *const kinds[] = { "needle", "ne+dle\\b",
					     "(?<=[.\\n ]|^)n\\we+d\\wle|needle" };
	struct tl_buf text = TL_BUF_INIT, copy = TL_BUF_INIT;
	char path[] = "/tmp/test-scan-XXXXXX";
	uint64_t want[1000], n;
	struct tl_source *src[2];
	int fd = mkstemp(path);

	make_needles(&text, want, &n);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.data, text.len), text.len);
	close(fd);
	assert_true(tl_buf_append(&copy, text.data, text.len));
	assert_true(tl_source_open_file(path, &src[0], NULL));
	assert_true(tl_source_open_memory(&copy, &src[1], NULL));
	for (int i = 0; i < 6; i++) {
		struct tl_matcher *m = compile(kinds[i % 3], TL_MATCH_UTF8);

		check_nth(src[i / 3], m, want, n);
		tl_matcher_free(m);
	}
	tl_source_close(src[0]);
	tl_source_close(src[1]);
	unlink(path);
	tl_buf_fini(&text);
}

/* ---- how it ends */

static void open_abc(struct fake_text *t, bool pipe, struct tl_source **src)
{
	struct tl_buf text = TL_BUF_INIT;

	for (int i = 0; i < 40; i++)
		assert_true(tl_buf_printf(&text, "line %d\n", i));
	assert_true(fake_open(t, &text, 4, false, pipe, pools[1], src));
}

static int messages(struct tl_mailbox *mb, void *from)
{
	struct tl_msg msg;
	int n = 0;

	while (tl_mailbox_take(mb, &msg)) {
		assert_int_equal(msg.kind, TL_MSG_SCAN);
		assert_ptr_equal(msg.from, from);
		n++;
	}
	return n;
}

static void test_one_message_at_the_end(void **state)
{
	struct tl_matcher *m = compile("line 3$", 0);
	struct tl_scan_result got;
	struct tl_mailbox *mb;
	struct tl_source *src;
	struct tl_scan *scan;
	struct fake_text t;

	assert_true(tl_mailbox_open(&mb, NULL));
	open_abc(&t, false, &src);
	struct tl_scan_request req = {
		.src = src, .m = m, .mailbox = mb, .until = TL_NOPOS, .nth = 1
	};
	assert_true(tl_scan_start(&req, pools[1], &scan, NULL));
	tl_scan_wait(scan);
	assert_int_equal(messages(mb, scan), 1);
	tl_scan_cancel(scan); /* too late */
	tl_scan_result(scan, &got);
	assert_int_equal(got.state, TL_SCAN_HIT);
	assert_int_equal(got.pos, 21);
	assert_int_equal(messages(mb, scan), 0);
	tl_scan_close(scan);
	tl_source_close(src);
	fake_fini(&t);
	tl_mailbox_close(mb);
	tl_matcher_free(m);
}

static void test_cancel_while_a_pipe_brings_nothing(void **state)
{
	struct tl_matcher *m = compile("line 39", 0);
	struct tl_scan_result got;
	struct tl_mailbox *mb;
	struct tl_source *src;
	struct tl_scan *scan;
	struct fake_text t;

	assert_true(tl_mailbox_open(&mb, NULL));
	for (int backward = 0; backward < 2; backward++) {
		open_abc(&t, true, &src);
		t.shown = 100;
		t.stuck = true;
		struct tl_scan_request req = {
			.src = src,
			.m = m,
			.mailbox = mb,
			.nth = 1,
			.backward = backward,
		};
		*(backward ? &req.from : &req.until) = TL_NOPOS;
		assert_true(tl_scan_start(&req, pools[1], &scan, NULL));
		tl_scan_cancel(scan);
		tl_scan_wait(scan);
		tl_scan_result(scan, &got);
		assert_int_equal(got.state, TL_SCAN_CANCELLED);
		assert_int_equal(messages(mb, scan), 1);
		tl_scan_close(scan);
		tl_source_close(src);
		fake_fini(&t);
	}
	tl_mailbox_close(mb);
	tl_matcher_free(m);
}

/* ---- a huge line, and a filter that judges it from its beginning */

static struct {
	struct fake_text text;
	struct tl_scan *_Atomic scan; /* given up in the read that `left` counts down to */
	atomic_uint nreads, left;
} huge;

static enum tl_lookup read_huge(void *self, uint64_t k, struct tl_buf *out, struct tl_err *err)
{
	struct tl_scan *scan;

	atomic_fetch_add(&huge.nreads, 1);
	if (atomic_fetch_sub(&huge.left, 1) == 1) {
		while (!(scan = atomic_load(&huge.scan)))
			poll(NULL, 0, 1);
		tl_scan_cancel(scan);
	}
	return fake_read(self, k, out, err);
}

#define HUGE_CHUNKS 20000

/* Search it for what is at its end.  Returns how often something was read. */
static unsigned search_huge(bool indexed, unsigned reads, enum tl_scan_state state)
{
	struct tl_matcher *m = compile("zzz", TL_MATCH_LITERAL),
			  **dots = malloc(sizeof(struct tl_matcher *));
	struct tl_buf text = TL_BUF_INIT;
	struct tl_scan_result got;
	struct tl_source *src, *none;
	struct tl_scan *scan;

	assert_non_null(dots);
	*dots = compile(".", TL_MATCH_LITERAL);
	for (int i = 0; i < HUGE_CHUNKS; i++)
		assert_true(tl_buf_puts(&text, "................"));
	assert_true(tl_buf_puts(&text, "zzz\n"));
	assert_true(fake_open(&huge.text, &text, 4, false, false, pools[0], &src));
	huge.text.ops.read = read_huge;
	struct tl_scan_request req = {
		.src = src, .m = m, .from = TL_NOPOS, .nth = 1, .backward = true, .long_line = 64
	};
	assert_true(tl_source_open_memory(&text, &none, NULL)); /* the filter reads elsewhere */
	assert_true(tl_filter_new(none, dots, 1, NULL, NULL, pools[0], NULL, &req.filter, NULL));
	tl_filter_stop(req.filter);
	if (indexed)
		assert_true(tl_lineindex_new(src, pools[0], NULL, &req.lines, NULL));
	for (uint64_t k = 0; indexed && k < HUGE_CHUNKS; k++)
		tl_lineindex_offer(req.lines, k, (struct tl_span){ huge.text.bytes.data, 16 });
	atomic_store(&huge.nreads, 0);
	atomic_store(&huge.left, reads);
	atomic_store(&huge.scan, NULL);
	assert_true(tl_scan_start(&req, pools[0], &scan, NULL));
	atomic_store(&huge.scan, scan);
	tl_scan_wait(scan);
	tl_scan_result(scan, &got);
	tl_scan_close(scan);
	assert_int_equal(got.state, state);
	tl_lineindex_close(req.lines);
	tl_filter_close(req.filter);
	tl_source_close(none);
	tl_source_close(src);
	fake_fini(&huge.text);
	tl_matcher_free(m);
	return atomic_load(&huge.nreads);
}

static void test_filter_in_a_huge_line(void **state)
{
	assert_in_range(search_huge(false, 5000, TL_SCAN_CANCELLED), 5000, 5010);
	assert_in_range(search_huge(true, UINT_MAX, TL_SCAN_HIT), 1, HUGE_CHUNKS / 2);
}

/* The hit is in a line that is here, though its chunk is not full and nothing more comes. */
static void test_hit_in_an_open_chunk(void **state)
{
	struct tl_matcher *m = compile("line 1$", 0);
	struct tl_scan_result got;
	struct tl_source *src;
	struct tl_scan *scan;
	struct fake_text t;

	open_abc(&t, true, &src);
	t.shown = 15; /* of the 16 of the first chunk */
	t.stuck = true;
	struct tl_scan_request req = { .src = src, .m = m, .until = TL_NOPOS, .nth = 1 };
	assert_true(tl_scan_start(&req, pools[1], &scan, NULL));
	tl_scan_wait(scan);
	tl_scan_result(scan, &got);
	assert_int_equal(got.state, TL_SCAN_HIT);
	assert_int_equal(got.pos, 7);
	tl_scan_close(scan);
	tl_source_close(src);
	fake_fini(&t);
	tl_matcher_free(m);
}

static void test_failure_comes_in_its_turn(void **state)
{
	static const struct {
		const char *pattern;
		enum tl_scan_state state;
	} cases[] = { { "line 2$", TL_SCAN_HIT }, { "line 20$", TL_SCAN_FAILED } };
	struct tl_scan_result got;
	struct tl_source *src;
	struct tl_scan *scan;
	struct fake_text t;

	for (int i = 0; i < 2; i++) {
		struct tl_matcher *m = compile(cases[i].pattern, 0);

		open_abc(&t, false, &src);
		t.broken = 8;
		struct tl_scan_request req = { .src = src, .m = m, .until = TL_NOPOS, .nth = 1 };
		assert_true(tl_scan_start(&req, pools[1], &scan, NULL));
		tl_scan_wait(scan);
		tl_scan_result(scan, &got);
		assert_int_equal(got.state, cases[i].state);
		if (got.state == TL_SCAN_FAILED)
			assert_string_equal(got.err.msg, "chunk 8 is broken");
		tl_scan_close(scan);
		tl_source_close(src);
		fake_fini(&t);
		tl_matcher_free(m);
	}
}

static void test_close_at_any_time(void **state)
{
	struct tl_matcher *m = compile("nowhere", 0);
	struct tl_source *src;
	struct fake_text t;

	open_abc(&t, true, &src);
	for (int i = 0; i < 300; i++) {
		struct tl_scan_request req = { .src = src, .m = m, .until = TL_NOPOS };
		struct tl_scan *scan;

		assert_true(tl_scan_start(&req, pools[2], &scan, NULL));
		tl_scan_close(scan);
	}
	tl_scan_close(NULL);
	tl_source_close(src);
	fake_fini(&t);
	tl_matcher_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_a_plain_loop),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_matches_in_a_long_line),
		cmocka_unit_test(test_one_message_at_the_end),
		cmocka_unit_test(test_cancel_while_a_pipe_brings_nothing),
		cmocka_unit_test(test_filter_in_a_huge_line),
		cmocka_unit_test(test_hit_in_an_open_chunk),
		cmocka_unit_test(test_failure_comes_in_its_turn),
		cmocka_unit_test(test_close_at_any_time),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
