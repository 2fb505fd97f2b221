/*
 * test_segments.c: decoded once while there is room, again when there was none; several
 * threads that want the same one wait for the first.
 */
#include "decoders/pt/segments.h"

#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NEVENTS 100
#define ONE     (NEVENTS * sizeof(struct tl_pt_event) + 1024) /* of an entry, and then some */

struct fake {
	struct tl_pt_segments *s;
	atomic_uint ndecoded;
	bool fails;
	bool waits; /* for go_on, having posted begun */
	sem_t begun, go_on;
};

static bool fake_decode(void *arg, size_t queue, size_t index, struct tl_pt_events *out,
			uint64_t *tail, struct tl_err *err)
{
	struct fake *f = arg;

	atomic_fetch_add(&f->ndecoded, 1);
	if (f->waits) {
		sem_post(&f->begun);
		sem_wait(&f->go_on);
	}
	if (f->fails)
		return tl_err_set(err, "broken");
	if (!tl_pt_events_reserve(out, NEVENTS))
		return tl_err_nomem(err);
	for (size_t i = 0; i < NEVENTS; i++)
		out->v[out->n++] = (struct tl_pt_event){
			.time = i, .from = queue, .to = index, .queue = (uint32_t)queue
		};
	*tail = queue * 1000 + index;
	return true;
}

static void open_fake(struct fake *f, size_t bytes)
{
	memset(f, 0, sizeof(*f));
	sem_init(&f->begun, 0, 0);
	sem_init(&f->go_on, 0, 0);
	assert_true(tl_pt_segments_open(bytes, fake_decode, f, &f->s, NULL));
}

static void close_fake(struct fake *f)
{
	tl_pt_segments_close(f->s);
	sem_destroy(&f->begun);
	sem_destroy(&f->go_on);
}

static void check(const struct tl_pt_pinned *p, size_t queue, size_t index)
{
	assert_int_equal(p->n, NEVENTS);
	assert_int_equal(p->tail, queue * 1000 + index);
	for (size_t i = 0; i < NEVENTS; i++) {
		assert_int_equal(p->v[i].from, queue);
		assert_int_equal(p->v[i].to, index);
	}
}

static void use(struct fake *f, size_t queue, size_t index)
{
	struct tl_pt_pinned p;

	assert_true(tl_pt_segments_pin(f->s, queue, index, &p, NULL));
	check(&p, queue, index);
	tl_pt_segments_unpin(f->s, &p);
}

static void test_decoded_once(void **state)
{
	struct fake f;

	open_fake(&f, 100 * ONE);
	for (int round = 0; round < 3; round++)
		for (size_t queue = 0; queue < 3; queue++)
			for (size_t index = 0; index < 30; index++)
				use(&f, queue, index);
	assert_int_equal(f.ndecoded, 90);
	close_fake(&f);
}

static void test_the_longest_unused_goes(void **state)
{
	struct fake f;

	open_fake(&f, 3 * ONE);
	use(&f, 0, 1);
	use(&f, 0, 2);
	use(&f, 0, 3);
	use(&f, 0, 1);
	use(&f, 0, 4); /* 2 goes */
	assert_int_equal(f.ndecoded, 4);
	use(&f, 0, 1);
	use(&f, 0, 3);
	use(&f, 0, 4);
	assert_int_equal(f.ndecoded, 4);
	use(&f, 0, 2);
	assert_int_equal(f.ndecoded, 5);
	close_fake(&f);
}

static void test_pinned_stay(void **state)
{
	struct tl_pt_pinned p[10];
	struct fake f;

	open_fake(&f, 0); /* no room for any */
	for (size_t i = 0; i < 10; i++)
		assert_true(tl_pt_segments_pin(f.s, 1, i, &p[i], NULL));
	for (size_t i = 0; i < 10; i++)
		use(&f, 1, i);
	assert_int_equal(f.ndecoded, 10);
	for (size_t i = 0; i < 10; i++) {
		check(&p[i], 1, i);
		tl_pt_segments_unpin(f.s, &p[i]);
	}
	use(&f, 1, 0);
	assert_int_equal(f.ndecoded, 11);
	close_fake(&f);
}

static void test_failure_is_told_and_tried_again(void **state)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_pt_pinned p;
	struct fake f;

	open_fake(&f, 10 * ONE);
	f.fails = true;
	assert_false(tl_pt_segments_pin(f.s, 0, 0, &p, &err));
	assert_string_equal(err.msg, "broken");
	f.fails = false;
	use(&f, 0, 0);
	assert_int_equal(f.ndecoded, 2);
	close_fake(&f);
}

/* ---- threads */

static void *pin_5_7(void *arg)
{
	struct fake *f = arg;
	struct tl_pt_pinned p;

	if (!tl_pt_segments_pin(f->s, 5, 7, &p, NULL))
		return NULL;
	tl_pt_segments_unpin(f->s, &p);
	return f;
}

static void wait_for_the_first(bool fails)
{
	pthread_t threads[4];
	struct fake f;

	open_fake(&f, 10 * ONE);
	f.waits = true;
	f.fails = fails;
	assert_int_equal(pthread_create(&threads[0], NULL, pin_5_7, &f), 0);
	sem_wait(&f.begun);
	f.waits = false;
	for (int i = 1; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, pin_5_7, &f), 0);
	sem_post(&f.go_on);
	for (int i = 0; i < 4; i++) {
		void *result;

		pthread_join(threads[i], &result);
		assert_true((result == &f) == !fails);
	}
	if (!fails)
		assert_int_equal(f.ndecoded, 1);
	close_fake(&f);
}

static void test_threads_wait_for_the_first(void **state)
{
	wait_for_the_first(false);
	wait_for_the_first(true);
}

static void *use_many(void *arg)
{
	struct fake *f = arg;
	unsigned seed = (unsigned)(uintptr_t)&seed;

	for (int i = 0; i < 3000; i++) {
		size_t queue = (size_t)rand_r(&seed) % 4, index = (size_t)rand_r(&seed) % 8;
		struct tl_pt_pinned p;

		if (!tl_pt_segments_pin(f->s, queue, index, &p, NULL))
			return NULL;
		if (p.n != NEVENTS || p.v[NEVENTS - 1].to != index || p.v[0].from != queue)
			return NULL;
		tl_pt_segments_unpin(f->s, &p);
	}
	return f;
}

static void test_many_threads(void **state)
{
	pthread_t threads[4];
	struct fake f;

	open_fake(&f, 5 * ONE);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, use_many, &f), 0);
	for (int i = 0; i < 4; i++) {
		void *result;

		pthread_join(threads[i], &result);
		assert_ptr_equal(result, &f);
	}
	close_fake(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decoded_once),
		cmocka_unit_test(test_the_longest_unused_goes),
		cmocka_unit_test(test_pinned_stay),
		cmocka_unit_test(test_failure_is_told_and_tried_again),
		cmocka_unit_test(test_threads_wait_for_the_first),
		cmocka_unit_test(test_many_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
