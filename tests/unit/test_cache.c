/* test_cache.c: what the chunk cache keeps, and that threads may share it. */
#include "fake_source.h"
#include "text/cache.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* 64 chunks of 10 bytes: chunk k is k times a character. */
struct fixture {
	uint8_t text[10 * FAKE_CHUNKS];
	struct fake fake;
	struct tl_cache *cache;
};

static int setup(void **state)
{
	struct fixture *fx = calloc(1, sizeof(*fx));

	fake_init(&fx->fake, fx->text);
	fx->fake.nchunks = FAKE_CHUNKS;
	for (int k = 0; k < FAKE_CHUNKS; k++) {
		memset(fx->text + 10 * k, '0' + k, 10);
		fx->fake.ends[k] = 10 * ((size_t)k + 1);
	}
	*state = fx;
	return tl_cache_open(&fake_ops, &fx->fake, &fx->cache, NULL) ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	tl_cache_close(fx->cache);
	free(fx);
	return 0;
}

static struct tl_span pin(struct fixture *fx, uint64_t k)
{
	struct tl_span span = { NULL, 0 };

	assert_int_equal(tl_cache_pin(fx->cache, k, &span, NULL), TL_FOUND);
	assert_int_equal(span.len, fake_len(&fx->fake, k));
	assert_memory_equal(span.data, fx->text + fake_start(&fx->fake, k), span.len);
	return span;
}

static void touch(struct fixture *fx, uint64_t k)
{
	struct tl_span span = pin(fx, k);

	tl_cache_unpin(fx->cache, k, &span);
}

static unsigned reads_of(struct fixture *fx, uint64_t k)
{
	unsigned before = fx->fake.nreads;

	touch(fx, k);
	return fx->fake.nreads - before;
}

static void keeps_the_chunks_used_last(void **state)
{
	struct fixture *fx = *state;

	for (uint64_t k = 0; k < TL_CACHE_CHUNKS; k++)
		touch(fx, k);
	touch(fx, 0);
	touch(fx, 40); /* for which 1 has to go */
	assert_int_equal(reads_of(fx, 0), 0);
	assert_int_equal(reads_of(fx, 2), 0);
	assert_int_equal(reads_of(fx, 40), 0);
	assert_int_equal(reads_of(fx, 1), 1);
}

static void never_moves_pinned_chunks(void **state)
{
	struct tl_span spans[2 * TL_CACHE_CHUNKS], again;
	struct fixture *fx = *state;
	uint64_t k;

	for (k = 0; k < 2 * TL_CACHE_CHUNKS; k++)
		spans[k] = pin(fx, k);
	again = pin(fx, 3);
	assert_ptr_equal(again.data, spans[3].data);
	tl_cache_unpin(fx->cache, 3, &again);
	for (k = 0; k < 2 * TL_CACHE_CHUNKS; k++)
		assert_memory_equal(spans[k].data, fx->text + 10 * k, 10);
	for (k = 0; k < 2 * TL_CACHE_CHUNKS; k++)
		tl_cache_unpin(fx->cache, k, &spans[k]);
	/* It was over its bound, and is not any more. */
	fx->fake.nreads = 0;
	for (k = 0; k < 2 * TL_CACHE_CHUNKS; k++)
		touch(fx, k);
	assert_true(fx->fake.nreads >= TL_CACHE_CHUNKS);
}

static void reads_a_grown_tail_anew(void **state)
{
	struct fixture *fx = *state;
	struct tl_span old, new;

	fx->fake.tell_last = true;
	fx->fake.nchunks = 3;
	fx->fake.ends[2] = 24;
	old = pin(fx, 2);
	assert_int_equal(old.len, 4);
	fx->fake.ends[2] = 27;
	new = pin(fx, 2);
	assert_int_equal(new.len, 7);
	assert_memory_equal(old.data, fx->text + 20, 4);
	tl_cache_unpin(fx->cache, 2, &old);
	tl_cache_unpin(fx->cache, 2, &new);
	assert_int_equal(reads_of(fx, 2), 0);
	/* It got its last bytes and is not the last one any more, at once. */
	fx->fake.ends[2] = 30;
	fx->fake.nchunks = 4;
	assert_int_equal(reads_of(fx, 2), 1);
	assert_int_equal(reads_of(fx, 2), 0);
}

static void forgets_dropped_chunks(void **state)
{
	struct fixture *fx = *state;
	struct tl_span old, new;

	touch(fx, 1);
	old = pin(fx, 2);
	tl_cache_drop(fx->cache);
	memset(fx->text + 10, '#', 20); /* chunks 1 and 2 */
	touch(fx, 1);
	new = pin(fx, 2);
	assert_memory_equal(old.data, "2222222222", 10);
	tl_cache_unpin(fx->cache, 2, &old);
	assert_memory_equal(new.data, "##########", 10);
	tl_cache_unpin(fx->cache, 2, &new);
}

static void does_not_keep_failures(void **state)
{
	struct fixture *fx = *state;
	struct tl_err err = TL_ERR_INIT;
	struct tl_span span;

	fx->fake.failing = 5;
	assert_int_equal(tl_cache_pin(fx->cache, 5, &span, &err), TL_FAILED);
	assert_string_equal(err.msg, "chunk 5 is broken");
	assert_int_equal(tl_cache_pin(fx->cache, 99, &span, &err), TL_NONE);
	fx->fake.failing = UINT64_MAX;
	touch(fx, 5);
}

static void pins_empty_chunks(void **state)
{
	struct fixture *fx = *state;

	fx->fake.ends[0] = 0;
	touch(fx, 0);
	assert_int_equal(reads_of(fx, 0), 0);
}

/* A read that lasts until the test lets it go. */
struct gate {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool inside, open;
};

static void wait_at_gate(void *arg)
{
	struct gate *g = arg;

	pthread_mutex_lock(&g->lock);
	g->inside = true;
	pthread_cond_broadcast(&g->cond);
	while (!g->open)
		pthread_cond_wait(&g->cond, &g->lock);
	pthread_mutex_unlock(&g->lock);
}

static void *touch_seven(void *arg)
{
	touch(arg, 7);
	return NULL;
}

/* While one thread reads a chunk, others get theirs, drop the cache, or wait. */
static void reads_without_the_lock(void **state)
{
	struct gate gate = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false };
	struct fixture *fx = *state;
	pthread_t threads[3];

	touch(fx, 1);
	fx->fake.arg = &gate;
	fx->fake.in_read = wait_at_gate;
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, touch_seven, fx), 0);
	pthread_mutex_lock(&gate.lock);
	while (!gate.inside)
		pthread_cond_wait(&gate.cond, &gate.lock);
	pthread_mutex_unlock(&gate.lock);
	assert_int_equal(reads_of(fx, 1), 0);
	tl_cache_drop(fx->cache); /* also what is being read */
	pthread_mutex_lock(&gate.lock);
	gate.open = true;
	pthread_cond_broadcast(&gate.cond);
	pthread_mutex_unlock(&gate.lock);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(reads_of(fx, 1), 1);
}

static void *touch_many(void *arg)
{
	struct fixture *fx = arg;
	unsigned seed = (unsigned)(uintptr_t)&seed;

	for (int i = 0; i < 2000; i++) {
		uint64_t a = (uint64_t)rand_r(&seed) % FAKE_CHUNKS;
		struct tl_span span = pin(fx, a);

		touch(fx, (uint64_t)rand_r(&seed) % FAKE_CHUNKS);
		if (i % 100 == 0)
			tl_cache_drop(fx->cache);
		tl_cache_unpin(fx->cache, a, &span);
	}
	return NULL;
}

/* Chunks of 16 MiB, made when they are read. */
static enum tl_lookup large_read(void *self, uint64_t k, struct tl_buf *out, struct tl_err *err)
{
	const size_t n = (size_t)16 << 20;
	unsigned *reads = self;

	(*reads)++;
	assert_true(tl_buf_reserve(out, n));
	memset(out->data, (int)k, n);
	out->len = n;
	return TL_FOUND;
}

static void large_extent(void *self, struct tl_extent *out)
{
	*out = (struct tl_extent){ 100, UINT64_MAX, true };
}

static void keeps_few_large_chunks(void **state)
{
	static const struct tl_source_ops ops = {
		.name = "large", .shift = 32, .extent = large_extent, .read = large_read
	};
	/* 16 of them would have room by number; 1 is used again and again. */
	static const uint64_t touched[] = { 1, 2, 1, 3, 1, 4, 1, 5, 1, 6, 1, 7, 1, 8, 1, 9, 1, 9 };
	struct tl_cache *cache;
	struct tl_span span;
	unsigned reads = 0;

	assert_true(tl_cache_open(&ops, &reads, &cache, NULL));
	for (size_t i = 0; i < sizeof(touched) / sizeof(touched[0]); i++) {
		assert_int_equal(tl_cache_pin(cache, touched[i], &span, NULL), TL_FOUND);
		assert_int_equal(span.data[span.len - 1], touched[i]);
		tl_cache_unpin(cache, touched[i], &span);
	}
	assert_int_equal(reads, 9);
	assert_int_equal(tl_cache_pin(cache, 2, &span, NULL), TL_FOUND);
	assert_int_equal(reads, 10);
	tl_cache_unpin(cache, 2, &span);
	tl_cache_close(cache);
}

static void serves_many_threads(void **state)
{
	struct fixture *fx = *state;
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, touch_many, fx), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_true(fx->fake.nreads < 4 * 2 * 2000); /* something was found in it */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keeps_the_chunks_used_last, setup, teardown),
		cmocka_unit_test_setup_teardown(never_moves_pinned_chunks, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_a_grown_tail_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(forgets_dropped_chunks, setup, teardown),
		cmocka_unit_test_setup_teardown(does_not_keep_failures, setup, teardown),
		cmocka_unit_test_setup_teardown(pins_empty_chunks, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_without_the_lock, setup, teardown),
		cmocka_unit_test(keeps_few_large_chunks),
		cmocka_unit_test_setup_teardown(serves_many_threads, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
