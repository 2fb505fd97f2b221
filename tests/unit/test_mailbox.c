/* test_mailbox.c: what is posted arrives, wakes, and does not pile up. */
#include "base/mailbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static bool is_readable(const struct tl_mailbox *mb)
{
	struct pollfd p = { tl_mailbox_fd(mb), POLLIN, 0 };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLIN);
}

static struct tl_mailbox *open_box(void)
{
	struct tl_mailbox *mb;
	struct tl_err err = TL_ERR_INIT;

	assert_true(tl_mailbox_open(&mb, &err));
	return mb;
}

static void post(struct tl_mailbox *mb, enum tl_msg_kind kind, void *from)
{
	struct tl_msg msg = { kind, from };

	tl_mailbox_post(mb, &msg);
}

static void test_oldest_first(void **state)
{
	struct tl_mailbox *mb = open_box();
	struct tl_msg msg;
	int a, b;

	assert_false(is_readable(mb));
	assert_false(tl_mailbox_take(mb, &msg));
	post(mb, TL_MSG_INDEX, &a);
	post(mb, TL_MSG_TEXT, &b);
	assert_true(is_readable(mb));
	assert_true(tl_mailbox_take(mb, &msg));
	assert_true(msg.kind == TL_MSG_INDEX && msg.from == &a);
	assert_true(is_readable(mb)); /* as long as there is one */
	assert_true(tl_mailbox_take(mb, &msg));
	assert_true(msg.kind == TL_MSG_TEXT && msg.from == &b);
	assert_false(is_readable(mb));
	assert_false(tl_mailbox_take(mb, &msg));
	tl_mailbox_close(mb);
}

static void test_equal_ones_are_one(void **state)
{
	struct tl_mailbox *mb = open_box();
	struct tl_msg msg;
	int a, b;

	for (int i = 0; i < 1000; i++) {
		post(mb, TL_MSG_SCAN, &a);
		post(mb, TL_MSG_SCAN, &b);
		post(mb, TL_MSG_INDEX, &a);
	}
	for (int i = 0; i < 3; i++)
		assert_true(tl_mailbox_take(mb, &msg));
	assert_false(tl_mailbox_take(mb, &msg));
	post(mb, TL_MSG_SCAN, &a); /* taken, so it may come again */
	assert_true(is_readable(mb));
	assert_true(tl_mailbox_take(mb, &msg));
	tl_mailbox_close(mb);
}

static void test_many_different_ones(void **state)
{
	struct tl_mailbox *mb = open_box();
	struct tl_msg msg;
	static char senders[1000];

	for (size_t i = 0; i < sizeof(senders); i++)
		post(mb, TL_MSG_TEXT, &senders[i]);
	for (size_t i = 0; i < sizeof(senders); i++) {
		assert_true(tl_mailbox_take(mb, &msg));
		assert_ptr_equal(msg.from, &senders[i]);
	}
	assert_false(is_readable(mb));
	tl_mailbox_close(mb);
}

static void test_nobody_there(void **state)
{
	post(NULL, TL_MSG_TEXT, NULL);
	tl_mailbox_close(NULL);
}

#define NTHREADS 8
#define NROUNDS  20000

static struct tl_mailbox *shared;
static atomic_uint done[NTHREADS];

static void *post_rounds(void *arg)
{
	atomic_uint *mine = arg;

	for (unsigned i = 1; i <= NROUNDS; i++) {
		atomic_store(mine, i);
		post(shared, TL_MSG_SCAN, mine);
	}
	return NULL;
}

/*
 * A message means "look again": whatever was done before a post is seen by who takes the last
 * message of that sender, and who sleeps until the box is readable misses none.
 */
static void test_the_last_word_is_heard(void **state)
{
	pthread_t threads[NTHREADS];
	unsigned seen[NTHREADS] = { 0 }, ended = 0;

	shared = open_box();
	for (int i = 0; i < NTHREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, post_rounds, &done[i]), 0);
	while (ended < NTHREADS) {
		struct pollfd p = { tl_mailbox_fd(shared), POLLIN, 0 };
		struct tl_msg msg;

		assert_int_equal(poll(&p, 1, 10000), 1); /* else a wake-up was lost */
		while (tl_mailbox_take(shared, &msg)) {
			size_t i = (size_t)((atomic_uint *)msg.from - done);

			assert_true(i < NTHREADS);
			ended += seen[i] < NROUNDS && atomic_load(&done[i]) == NROUNDS;
			seen[i] = atomic_load(&done[i]);
		}
	}
	for (int i = 0; i < NTHREADS; i++)
		pthread_join(threads[i], NULL);
	tl_mailbox_close(shared);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oldest_first),
		cmocka_unit_test(test_equal_ones_are_one),
		cmocka_unit_test(test_many_different_ones),
		cmocka_unit_test(test_nobody_there),
		cmocka_unit_test(test_the_last_word_is_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
