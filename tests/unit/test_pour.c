/* test_pour.c: chunks come in order, however many workers make them, until nobody wants more. */
#include "fake_source.h"
#include "pager/pour.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define SIZE 10000

struct fixture {
	struct fake fake;
	uint8_t text[SIZE];
	struct tl_source *src;
	struct tl_jobs *pool;
	struct tl_buf got;
	size_t enough; /* bytes after which no more are taken */
};

/* Chunks of uneven lengths, some empty; workers are of uneven speed. */
static void dawdle(void *arg)
{
	usleep((useconds_t)(rand() % 300));
}

static int setup(void **state)
{
	struct fixture *fx = calloc(1, sizeof(*fx));

	for (int i = 0; i < SIZE; i++)
		fx->text[i] = (uint8_t)(i * 7 + i / 256);
	fake_init(&fx->fake, fx->text);
	fx->fake.nchunks = FAKE_CHUNKS;
	for (size_t k = 0; k < FAKE_CHUNKS; k++)
		fx->fake.ends[k] = k % 9 == 4 && k > 0 ? fx->fake.ends[k - 1]
						       : (k + 1) * (SIZE / FAKE_CHUNKS) - k % 50;
	fx->fake.ends[FAKE_CHUNKS - 1] = SIZE;
	fx->fake.in_read = dawdle;
	fx->enough = SIZE_MAX;
	*state = fx;
	return tl_source_new(&fake_ops, &fx->fake, &fx->src, NULL) &&
		       tl_jobs_open(5, &fx->pool, NULL)
		   ? 0
		   : -1;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	tl_source_close(fx->src);
	tl_jobs_close(fx->pool);
	tl_buf_fini(&fx->got);
	free(fx);
	return 0;
}

static bool take(void *arg, struct tl_span bytes)
{
	struct fixture *fx = arg;

	assert_true(bytes.len > 0);
	tl_buf_append(&fx->got, bytes.data, bytes.len);
	return fx->got.len < fx->enough;
}

static void gives_everything_in_order(void **state)
{
	struct fixture *fx = *state;
	struct tl_err err = TL_ERR_INIT;

	assert_true(tl_pour(fx->src, fx->pool, take, fx, &err));
	assert_string_equal(err.msg, "");
	assert_int_equal(fx->got.len, SIZE);
	assert_memory_equal(fx->got.data, fx->text, SIZE);
	assert_int_equal(fx->fake.nreads, FAKE_CHUNKS);
}

static void stops_when_nobody_wants_more(void **state)
{
	struct fixture *fx = *state;
	struct tl_err err = TL_ERR_INIT;

	fx->enough = 500;
	assert_false(tl_pour(fx->src, fx->pool, take, fx, &err));
	assert_string_equal(err.msg, "");
	assert_true(fx->got.len >= 500 && fx->got.len < 1000);
	assert_memory_equal(fx->got.data, fx->text, fx->got.len);
	assert_true(fx->fake.nreads < 40); /* no more than were under way */
}

static void ends_where_a_chunk_fails(void **state)
{
	struct fixture *fx = *state;
	struct tl_err err = TL_ERR_INIT;

	fx->fake.failing = 30;
	assert_true(tl_pour(fx->src, fx->pool, take, fx, &err));
	assert_string_equal(err.msg, "chunk 30 is broken");
	assert_int_equal(fx->got.len, fx->fake.ends[29]);
	assert_memory_equal(fx->got.data, fx->text, fx->got.len);
}

static void gives_nothing_of_an_empty_text(void **state)
{
	struct fixture *fx = *state;
	struct tl_err err = TL_ERR_INIT;

	fx->fake.nchunks = 0;
	assert_true(tl_pour(fx->src, fx->pool, take, fx, &err));
	assert_int_equal(fx->got.len, 0);
	assert_string_equal(err.msg, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(gives_everything_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(stops_when_nobody_wants_more, setup, teardown),
		cmocka_unit_test_setup_teardown(ends_where_a_chunk_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(gives_nothing_of_an_empty_text, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
