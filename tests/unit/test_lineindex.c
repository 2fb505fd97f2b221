/*
 * test_lineindex.c: every line of a text found, and every position's line, against a plain
 * walk; texts that grow, break and are replaced while they are counted.
 */
#include "index/lineindex.h"

#include "index/bytescan.h"
#include "tests/unit/fake_source.h"

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CHUNK ((size_t)1 << TL_FILE_SHIFT)

/* A flat text that the test changes while workers read it. */
struct live {
	pthread_mutex_t lock; /* of all below */
	struct tl_buf text;
	bool complete;
	uint64_t failing; /* this chunk cannot be read */
	size_t held_back; /* bytes the extent promises and read does not give */
	unsigned nreads;
	bool wanted;
	bool stop_next_read; /* with the bytes in hand, to let the test do something */
	sem_t stopped, go_on;
};

static void live_extent(void *self, struct tl_extent *out)
{
	struct live *l = self;

	pthread_mutex_lock(&l->lock);
	*out = tl_extent_of_bytes(l->text.len, l->complete);
	pthread_mutex_unlock(&l->lock);
}

static enum tl_lookup live_read(void *self, uint64_t k, struct tl_buf *out, struct tl_err *err)
{
	struct live *l = self;
	enum tl_lookup answer = TL_FOUND;
	size_t from = k * CHUNK, n;
	bool stop;

	pthread_mutex_lock(&l->lock);
	l->nreads++;
	stop = l->stop_next_read;
	l->stop_next_read = false;
	n = from < l->text.len ? l->text.len - from : 0;
	if (k == l->failing) {
		tl_err_set(err, "broken");
		answer = TL_FAILED;
	} else if (n == 0) {
		answer = l->complete ? TL_NONE : TL_PENDING;
	} else {
		n = n < CHUNK ? n - l->held_back : CHUNK;
		assert_true(tl_buf_append(out, l->text.data + from, n));
	}
	pthread_mutex_unlock(&l->lock);
	if (stop) {
		sem_post(&l->stopped);
		sem_wait(&l->go_on);
	}
	return answer;
}

static void live_want(void *self, uint64_t n)
{
	struct live *l = self;

	pthread_mutex_lock(&l->lock);
	l->wanted = true;
	pthread_mutex_unlock(&l->lock);
}

static void live_close(void *self)
{
	struct live *l = self;

	tl_buf_fini(&l->text);
	pthread_mutex_destroy(&l->lock);
	sem_destroy(&l->stopped);
	sem_destroy(&l->go_on);
	free(l);
}

static const struct tl_source_ops live_ops = {
	.name = "live",
	.shift = TL_FILE_SHIFT,
	.extent = live_extent,
	.read = live_read,
	.want = live_want,
	.close = live_close,
};

/* What every test has. */
struct setup {
	struct tl_jobs *pool;
	struct tl_mailbox *mailbox;
	struct tl_source *src;
	struct tl_lineindex *ix;
	struct live *live; /* the source's own, if it is one of these */
};

static void open_index(struct setup *s, const struct tl_source_ops *ops, void *self)
{
	assert_true(tl_jobs_open(2, &s->pool, NULL));
	assert_true(tl_mailbox_open(&s->mailbox, NULL));
	assert_true(tl_source_new(ops, self, &s->src, NULL));
	assert_true(tl_lineindex_new(s->src, s->pool, s->mailbox, &s->ix, NULL));
}

static void open_live(struct setup *s, const void *text, size_t n, bool complete)
{
	struct live *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	pthread_mutex_init(&l->lock, NULL);
	sem_init(&l->stopped, 0, 0);
	sem_init(&l->go_on, 0, 0);
	l->complete = complete;
	l->failing = UINT64_MAX;
	assert_true(tl_buf_append(&l->text, text, n));
	s->live = l;
	open_index(s, &live_ops, l);
}

static void close_all(struct setup *s)
{
	tl_lineindex_close(s->ix);
	tl_source_close(s->src);
	tl_mailbox_close(s->mailbox);
	tl_jobs_close(s->pool);
}

static void append(struct setup *s, const void *text, size_t n)
{
	pthread_mutex_lock(&s->live->lock);
	assert_true(tl_buf_append(&s->live->text, text, n));
	pthread_mutex_unlock(&s->live->lock);
}

static void change(struct setup *s, const void *text, size_t n)
{
	pthread_mutex_lock(&s->live->lock);
	s->live->text.len = 0;
	assert_true(tl_buf_append(&s->live->text, text, n));
	pthread_mutex_unlock(&s->live->lock);
}

static void set_complete(struct setup *s)
{
	pthread_mutex_lock(&s->live->lock);
	s->live->complete = true;
	pthread_mutex_unlock(&s->live->lock);
}

/* Wait for a message of the index; one must come. */
static void wait_for_news(struct setup *s)
{
	struct pollfd p = { .fd = tl_mailbox_fd(s->mailbox), .events = POLLIN };
	struct tl_msg msg;

	assert_int_equal(poll(&p, 1, 60000), 1);
	while (tl_mailbox_take(s->mailbox, &msg)) {
		assert_int_equal(msg.kind, TL_MSG_INDEX);
		assert_ptr_equal(msg.from, s->ix);
	}
}

/* Count all there is.  Whoever hears PENDING can rely on a message. */
static uint64_t count_all(struct setup *s)
{
	uint64_t n;

	tl_lineindex_start(s->ix);
	while (tl_lineindex_count(s->ix, &n) == TL_PENDING)
		wait_for_news(s);
	assert_int_equal(tl_lineindex_count(s->ix, &n), TL_FOUND);
	return n;
}

static uint64_t naive_lines(const uint8_t *text, size_t n)
{
	uint64_t lines = 0;

	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	return lines + (n > 0 && text[n - 1] != '\n');
}

static void check_find(struct setup *s, uint64_t line, enum tl_lookup want, uint64_t want_pos)
{
	uint64_t pos = 77;

	assert_int_equal(tl_lineindex_find(s->ix, line, &pos), want);
	if (want == TL_FOUND)
		assert_int_equal(pos, want_pos);
}

static void check_line_of(struct setup *s, uint64_t pos, uint64_t want)
{
	uint64_t line = 77;

	assert_int_equal(tl_lineindex_line_of(s->ix, pos, &line), TL_FOUND);
	assert_int_equal(line, want);
}

/*
 * The lines of a flat text, by their starts and by positions in them: all lines and
 * positions of a short text, of a long one those at chunk borders and some others.
 */
static void check_flat(struct setup *s, const uint8_t *text, size_t n)
{
	uint64_t line = 0;

	assert_int_equal(count_all(s), naive_lines(text, n));
	for (size_t i = 0, next = 0; i < n; i++) {
		bool starts = i == 0 || text[i - 1] == '\n';
		bool at_border = n < 1000 || (i + 2) % CHUNK < 4;

		line += i > 0 && starts;
		if (at_border || (starts && i >= next))
			check_line_of(s, i, line);
		if (starts && (at_border || i >= next)) {
			check_find(s, line, TL_FOUND, i);
			next = i + 4001;
		}
	}
	check_find(s, naive_lines(text, n), TL_NONE, 0);
	check_find(s, UINT64_MAX, TL_NONE, 0);
	check_line_of(s, n, n > 0 && text[n - 1] == '\n' ? line + 1 : line);
}

/* n bytes in lines of up to `longest`, the same for the same seed. */
static uint8_t *make_text(size_t n, size_t longest, uint64_t seed)
{
	uint8_t *text = malloc(n + 1);
	size_t left = 1;

	assert_non_null(text);
	for (size_t i = 0; i < n; i++) {
		seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		if (--left == 0) {
			text[i] = '\n';
			left = 1 + (seed >> 33) % longest;
		} else {
			text[i] = 'a' + (seed >> 40) % 26;
		}
	}
	text[n] = '\0';
	return text;
}

static void test_small_texts(void **state)
{
	static const char *const texts[] = { "",       "\n",   "a",   "a\n",          "a\nb",
					     "a\nb\n", "\n\n", "\na", "\n\n\nabc\n\n" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct setup s;

		open_live(&s, texts[i], strlen(texts[i]), true);
		check_flat(&s, (const uint8_t *)texts[i], strlen(texts[i]));
		close_all(&s);
	}
}

static void test_many_chunks(void **state)
{
	size_t n = 3 * CHUNK + 12345;
	uint8_t *text = make_text(n, 5000, 1);
	struct setup s;

	memset(text + CHUNK - 10, 'x', CHUNK + 20); /* a line over a whole chunk */
	text[3 * CHUNK - 1] = '\n';                 /* one that ends with its chunk */
	open_live(&s, text, n, true);
	check_flat(&s, text, n);
	close_all(&s);
	free(text);
}

static void test_full_last_chunk(void **state)
{
	uint8_t *text = make_text(2 * CHUNK, 5000, 2);
	struct setup s;

	text[2 * CHUNK - 1] = '\n';
	open_live(&s, text, 2 * CHUNK, true);
	check_flat(&s, text, 2 * CHUNK);
	close_all(&s);
	free(text);
}

/* Positions with holes between the chunks, and chunks without a byte. */
static void test_holes(void **state)
{
	static const uint8_t text[] = "one\ntwo\nthree\nfour\nfive";
	static const size_t ends[] = { 0, 4, 4, 4, 14, 19, 23, 23 };
	size_t n = sizeof(text) - 1;
	struct fake fake;
	struct setup s;
	uint64_t line = 0;

	fake_init(&fake, text);
	memcpy(fake.ends, ends, sizeof(ends));
	fake.nchunks = sizeof(ends) / sizeof(*ends);
	open_index(&s, &fake_ops, &fake);
	assert_int_equal(count_all(&s), 5);
	for (size_t i = 0; i < n; i++) {
		line += i > 0 && text[i - 1] == '\n';
		if (i == 0 || text[i - 1] == '\n')
			check_find(&s, line, TL_FOUND, fake_pos(&fake, i));
		check_line_of(&s, fake_pos(&fake, i), line);
	}
	check_find(&s, 5, TL_NONE, 0);
	check_line_of(&s, fake_pos(&fake, n), 4);
	check_line_of(&s, UINT64_C(2) << FAKE_SHIFT, 1); /* an empty chunk */
	close_all(&s);
}

static void test_only_empty_chunks(void **state)
{
	struct fake fake;
	struct setup s;

	fake_init(&fake, (const uint8_t *)"");
	fake.nchunks = 3;
	open_index(&s, &fake_ops, &fake);
	assert_int_equal(count_all(&s), 0);
	check_find(&s, 0, TL_NONE, 0);
	close_all(&s);
}

static void offer(struct setup *s, uint64_t k, const uint8_t *text, size_t n)
{
	size_t from = k * CHUNK;
	struct tl_span span = { text + from, n - from < CHUNK ? n - from : CHUNK };

	tl_lineindex_offer(s->ix, k, span);
}

/* Nothing runs in the background: what is offered is counted, in any order. */
static void test_offers(void **state)
{
	size_t n = 2 * CHUNK + 500;
	uint8_t *text = make_text(n, 100, 3);
	uint64_t line, done, total, nlines;
	struct setup s;
	uint32_t newlines;
	unsigned has;

	open_live(&s, text, n, true);
	check_find(&s, 0, TL_FOUND, 0); /* needs no count */
	check_find(&s, 1, TL_PENDING, 0);
	assert_int_equal(tl_lineindex_chunk(s.ix, 1, &newlines, &has), TL_PENDING);
	offer(&s, 1, text, n);
	offer(&s, 2, text, n);
	tl_lineindex_progress(s.ix, &done, &total);
	assert_int_equal(done, 2);
	assert_int_equal(total, 3);
	assert_int_equal(tl_lineindex_line_of(s.ix, CHUNK + 1, &line), TL_PENDING);
	assert_int_equal(tl_lineindex_count(s.ix, &nlines), TL_PENDING);
	assert_int_equal(tl_lineindex_chunk(s.ix, 1, &newlines, &has), TL_FOUND);
	assert_int_equal(newlines, tl_bytescan()->count(text + CHUNK, CHUNK, '\n'));
	offer(&s, 0, text, n);
	offer(&s, 0, text, n); /* once more does not count twice */
	assert_int_equal(tl_lineindex_count(s.ix, &nlines), TL_FOUND);
	assert_int_equal(nlines, naive_lines(text, n));
	check_line_of(&s, CHUNK + 9999, tl_bytescan()->count(text, CHUNK + 9999, '\n'));
	assert_int_equal(s.live->nreads, 1); /* for the look-up in chunk 1 */
	check_flat(&s, text, n);
	close_all(&s);
	free(text);
}

/* The bytes of a chunk that was the last when they were read, and is not any more. */
static void test_outdated_offer(void **state)
{
	size_t n = CHUNK + 1000;
	uint8_t *text = make_text(n, 100, 4);
	struct setup s;
	uint32_t newlines;
	unsigned has;

	open_live(&s, text, 700, false);
	append(&s, text + 700, 200); /* it is the last still, but longer */
	offer(&s, 0, text, 700);
	assert_int_equal(tl_lineindex_chunk(s.ix, 0, &newlines, &has), TL_PENDING);
	append(&s, text + 900, n - 900);
	offer(&s, 0, text, 900);
	assert_int_equal(tl_lineindex_chunk(s.ix, 0, &newlines, &has), TL_PENDING);
	offer(&s, 0, text, n);
	assert_int_equal(tl_lineindex_chunk(s.ix, 0, &newlines, &has), TL_FOUND);
	set_complete(&s);
	check_flat(&s, text, n);
	close_all(&s);
	free(text);
}

static void test_marks(void **state)
{
	uint8_t *text = make_text(3 * CHUNK, 100, 5);
	struct setup s;
	uint32_t newlines;
	unsigned has;

	text[CHUNK + 5] = 0x1b;
	text[3 * CHUNK - 1] = 0xe4;
	open_live(&s, text, 3 * CHUNK, true);
	count_all(&s);
	assert_int_equal(tl_lineindex_chunk(s.ix, 0, &newlines, &has), TL_FOUND);
	assert_int_equal(has, 0);
	assert_int_equal(tl_lineindex_chunk(s.ix, 1, &newlines, &has), TL_FOUND);
	assert_int_equal(has, TL_HAS_ESCAPE);
	assert_int_equal(tl_lineindex_chunk(s.ix, 2, &newlines, &has), TL_FOUND);
	assert_int_equal(has, TL_HAS_HIGH);
	assert_int_equal(tl_lineindex_chunk(s.ix, 3, &newlines, &has), TL_PENDING);
	close_all(&s);
	free(text);
}

/* A pipe: a bit of a line, then chunks, then its end. */
static void test_growth(void **state)
{
	static const size_t steps[] = { 0, 1, 2, 700, 701, CHUNK - 1, CHUNK, CHUNK + 1, 0, 0 };
	size_t n = 4 * CHUNK + 99, have = 0;
	uint8_t *text = make_text(n, 300, 6);
	struct setup s;

	open_live(&s, "", 0, false);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		size_t to = steps[i] > have ? steps[i] : have < n ? have + CHUNK + 7 : n;

		to = i == 0 ? 0 : to < n ? to : n;
		append(&s, text + have, to - have);
		have = to;
		assert_int_equal(count_all(&s), naive_lines(text, have));
		check_line_of(&s, have, tl_bytescan()->count(text, have, '\n'));
		check_find(&s, naive_lines(text, have), TL_PENDING, 0);
	}
	append(&s, text + have, n - have);
	set_complete(&s);
	check_flat(&s, text, n);
	assert_false(s.live->wanted);
	close_all(&s);
	free(text);
}

/* Nothing runs in the background: what was known before is not all there is to know. */
static void test_growth_and_reset_are_noticed(void **state)
{
	uint64_t nlines = 77, done, total;
	struct setup s;

	open_live(&s, "a\nb\nc", 5, false);
	tl_lineindex_offer(s.ix, 0, (struct tl_span){ (const uint8_t *)"a\nb\nc", 5 });
	assert_int_equal(tl_lineindex_count(s.ix, &nlines), TL_FOUND);
	assert_int_equal(nlines, 3);
	append(&s, "\nd", 2);
	assert_int_equal(tl_lineindex_count(s.ix, &nlines), TL_PENDING);
	tl_lineindex_offer(s.ix, 0, (struct tl_span){ (const uint8_t *)"a\nb\nc\nd", 7 });
	assert_int_equal(tl_lineindex_count(s.ix, &nlines), TL_FOUND);
	assert_int_equal(nlines, 4);
	tl_lineindex_reset(s.ix);
	assert_int_equal(tl_lineindex_count(s.ix, &nlines), TL_PENDING);
	assert_int_equal(nlines, 0);
	tl_lineindex_progress(s.ix, &done, &total);
	assert_int_equal(done, 0);
	assert_int_equal(total, 1);
	close_all(&s);
}

/* Only what is new is read again. */
static void test_growth_keeps_counts(void **state)
{
	size_t n = 6 * CHUNK + 10;
	uint8_t *text = make_text(n, 300, 7);
	struct setup s;
	unsigned before;

	open_live(&s, text, n, true);
	count_all(&s);
	before = s.live->nreads;
	append(&s, text, 20);
	count_all(&s);
	assert_int_equal(s.live->nreads, before + 1);
	close_all(&s);
	free(text);
}

static void test_reset(void **state)
{
	size_t n = 3 * CHUNK;
	uint8_t *old = make_text(n, 300, 8), *new = make_text(n - 5, 200, 9);
	struct setup s;

	open_live(&s, old, n, true);
	count_all(&s);
	change(&s, new, n - 5);
	tl_source_drop_cache(s.src);
	tl_lineindex_reset(s.ix);
	check_flat(&s, new, n - 5);
	close_all(&s);
	free(old);
	free(new);
}

/* What workers read of the old text must not get into the new. */
static void test_reset_while_counting(void **state)
{
	size_t n = 5 * CHUNK;
	uint8_t *texts[2] = { make_text(n, 300, 10), make_text(n, 20, 11) };
	struct setup s;
	uint64_t nlines;

	open_live(&s, texts[0], n, true);
	for (int i = 1; i < 20; i++) {
		tl_lineindex_start(s.ix);
		if (tl_lineindex_count(s.ix, &nlines) == TL_PENDING)
			wait_for_news(&s);
		change(&s, texts[i % 2], n);
		tl_source_drop_cache(s.src);
		tl_lineindex_reset(s.ix);
		if (i % 5 == 0)
			assert_int_equal(count_all(&s), naive_lines(texts[i % 2], n));
	}
	close_all(&s);
	free(texts[0]);
	free(texts[1]);
}

/* A worker has old bytes in hand when the text is replaced by one of the same size. */
static void test_reset_during_read(void **state)
{
	uint64_t nlines;
	struct setup s;

	open_live(&s, "a\nb\nc\nd\n", 8, true);
	s.live->stop_next_read = true;
	tl_lineindex_start(s.ix);
	sem_wait(&s.live->stopped);
	change(&s, "one line", 8);
	tl_lineindex_reset(s.ix);
	sem_post(&s.live->go_on);
	while (tl_lineindex_count(s.ix, &nlines) == TL_PENDING)
		wait_for_news(&s);
	assert_int_equal(nlines, 1);
	close_all(&s);
}

/* A worker has read the last chunk when it grows, within it and beyond. */
static void test_growth_during_read(void **state)
{
	size_t n = CHUNK + 700;
	uint8_t *text = make_text(n, 100, 16);
	static const size_t to[] = { 900, CHUNK + 700 };

	for (int i = 0; i < 2; i++) {
		struct setup s;

		open_live(&s, text, 500, false);
		s.live->stop_next_read = true;
		tl_lineindex_start(s.ix);
		sem_wait(&s.live->stopped);
		append(&s, text + 500, to[i] - 500);
		sem_post(&s.live->go_on);
		set_complete(&s);
		check_flat(&s, text, to[i]);
		close_all(&s);
	}
	free(text);
}

/* The extent says that there is more than can be read; counting ends all the same. */
static void test_broken_promise(void **state)
{
	struct setup s;

	open_live(&s, "a\nb\nc\nd\n", 8, true);
	s.live->held_back = 3;
	assert_int_equal(count_all(&s), 3);
	close_all(&s);
}

static void test_cut_off(void **state)
{
	size_t n = 3 * CHUNK + 50;
	uint8_t *text = make_text(n, 300, 12);
	struct setup s;

	open_live(&s, text, n, true);
	count_all(&s);
	change(&s, text, CHUNK + 20); /* and nobody said so */
	tl_source_drop_cache(s.src);
	check_flat(&s, text, CHUNK + 20);
	close_all(&s);
	free(text);
}

static void test_unreadable_chunk(void **state)
{
	size_t n = 4 * CHUNK;
	uint8_t *text = make_text(n, 300, 13);
	uint64_t nlines = 0, line, done, total;
	struct setup s;

	open_live(&s, text, n, true);
	s.live->failing = 2;
	tl_lineindex_start(s.ix);
	while (tl_lineindex_count(s.ix, &nlines) == TL_PENDING)
		wait_for_news(&s);
	assert_int_equal(tl_lineindex_count(s.ix, &nlines), TL_FAILED);
	assert_int_equal(nlines, tl_bytescan()->count(text, 2 * CHUNK, '\n'));
	check_find(&s, nlines + 1, TL_FAILED, 0);
	assert_int_equal(tl_lineindex_line_of(s.ix, 3 * CHUNK, &line), TL_FAILED);
	check_line_of(&s, CHUNK, tl_bytescan()->count(text, CHUNK, '\n'));
	do /* the others are counted all the same */
		tl_lineindex_progress(s.ix, &done, &total);
	while (done < 3);

	pthread_mutex_lock(&s.live->lock);
	s.live->failing = UINT64_MAX;
	pthread_mutex_unlock(&s.live->lock);
	check_flat(&s, text, n);
	close_all(&s);
	free(text);
}

static void test_close_while_counting(void **state)
{
	uint8_t *text = make_text(8 * CHUNK, 300, 14);

	for (int i = 0; i < 20; i++) {
		struct setup s;

		open_live(&s, text, 8 * CHUNK, true);
		tl_lineindex_start(s.ix);
		if (i % 2)
			wait_for_news(&s);
		close_all(&s);
	}
	free(text);
}

struct searcher {
	struct setup *s;
	const uint8_t *text;
	size_t n;
	bool backward;
};

static void *search(void *arg)
{
	struct searcher *me = arg;
	uint64_t n = (me->n + CHUNK - 1) / CHUNK;

	for (uint64_t i = 0; i < n; i++)
		offer(me->s, me->backward ? n - 1 - i : i, me->text, me->n);
	return NULL;
}

/* Searches in both directions, the job, a text that grows, and questions all the while. */
static void test_all_at_once(void **state)
{
	size_t n = 7 * CHUNK + 333, have = n - 2 * CHUNK;
	uint8_t *text = make_text(n, 300, 15);
	pthread_t threads[2];
	struct searcher searchers[2];
	uint64_t line = 1, pos, number;
	struct setup s;

	open_live(&s, text, have, false);
	tl_lineindex_start(s.ix);
	for (int i = 0; i < 2; i++) {
		searchers[i] = (struct searcher){ &s, text, have, i == 1 };
		assert_int_equal(pthread_create(&threads[i], NULL, search, &searchers[i]), 0);
	}
	for (; have < n; have += 1000) {
		append(&s, text + have, n - have < 1000 ? n - have : 1000);
		if (have % 64 == 0)
			tl_lineindex_start(s.ix);
		if (tl_lineindex_find(s.ix, line, &pos) == TL_FOUND) {
			assert_int_equal(text[pos - 1], '\n');
			assert_int_equal(tl_lineindex_line_of(s.ix, pos, &number), TL_FOUND);
			assert_int_equal(number, line);
			line += 13;
		}
	}
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	set_complete(&s);
	check_flat(&s, text, n);
	close_all(&s);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_texts),
		cmocka_unit_test(test_many_chunks),
		cmocka_unit_test(test_full_last_chunk),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_only_empty_chunks),
		cmocka_unit_test(test_offers),
		cmocka_unit_test(test_outdated_offer),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_growth_and_reset_are_noticed),
		cmocka_unit_test(test_growth_keeps_counts),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_reset_while_counting),
		cmocka_unit_test(test_reset_during_read),
		cmocka_unit_test(test_growth_during_read),
		cmocka_unit_test(test_broken_promise),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_unreadable_chunk),
		cmocka_unit_test(test_close_while_counting),
		cmocka_unit_test(test_all_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
