/* test_costjob.c: counting with workers: whoever gives it up does not wait until all is added. */
#include "pager/costjob.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Chunk 0 is counted when others are; the first add() waits until it may go on. */
struct fake {
	uint64_t nchunks;
	sem_t counted, adding, go;
	atomic_int nadded, nresults, nmade, nalive, nclosed;
};

static bool fake_chunk(void *count, uint64_t k, void **part, struct tl_err *err)
{
	struct fake *f = count;

	for (uint64_t i = 1; k == 0 && i < f->nchunks; i++)
		sem_wait(&f->counted);
	atomic_fetch_add(&f->nalive, 1);
	*part = f;
	if (k > 0)
		sem_post(&f->counted);
	return true;
}

static bool fake_add(void *count, void *part, struct tl_err *err)
{
	struct fake *f = count;

	atomic_fetch_sub(&f->nalive, 1);
	if (atomic_fetch_add(&f->nadded, 1) == 0) {
		sem_post(&f->adding);
		sem_wait(&f->go);
	}
	return true;
}

static void fake_drop(void *part)
{
	atomic_fetch_sub(&((struct fake *)part)->nalive, 1);
}

static bool fake_result(void *count, struct tl_cost_result *out, struct tl_err *err)
{
	atomic_fetch_add(&((struct fake *)count)->nresults, 1);
	*out = (struct tl_cost_result){ .tree = NULL };
	return true;
}

static void fake_close(void *count)
{
	atomic_fetch_add(&((struct fake *)count)->nclosed, 1);
}

static bool fake_make(void *arg, const struct tl_cost_result *result,
		      const struct tl_progress *progress, struct tl_err *err)
{
	atomic_fetch_add(&((struct fake *)arg)->nmade, 1);
	return true;
}

static void fake_forget(void *arg)
{
}

static const struct tl_cost_ops fake_ops = {
	.chunk = fake_chunk,
	.add = fake_add,
	.drop = fake_drop,
	.result = fake_result,
	.close = fake_close,
};

static struct tl_costjob *start(struct fake *f, uint64_t nchunks, struct tl_jobs *pool)
{
	struct tl_cost_count count = { &fake_ops, f, 0, nchunks };
	struct tl_cost_use use = { fake_make, fake_forget, f };
	struct tl_costjob *job;
	struct tl_err err = TL_ERR_INIT;

	*f = (struct fake){ .nchunks = nchunks };
	sem_init(&f->counted, 0, 0);
	sem_init(&f->adding, 0, 0);
	sem_init(&f->go, 0, 0);
	assert_true(tl_costjob_start(&count, &use, pool, NULL, &job, &err));
	return job;
}

static void end(struct fake *f)
{
	assert_int_equal(atomic_load(&f->nalive), 0);
	assert_int_equal(atomic_load(&f->nclosed), 1);
	sem_destroy(&f->counted);
	sem_destroy(&f->adding);
	sem_destroy(&f->go);
}

static void all_is_added(void **state)
{
	struct tl_jobs *pool = *state;
	struct fake f;
	struct tl_costjob *job = start(&f, 20, pool);

	sem_post(&f.go);
	tl_costjob_wait(job);
	assert_int_equal(tl_costjob_state(job, NULL, NULL), TL_COST_DONE);
	tl_costjob_close(job);
	assert_int_equal(atomic_load(&f.nadded), 20);
	assert_int_equal(atomic_load(&f.nmade), 1);
	end(&f);
}

/* While one part is added, and others wait for that. */
static void what_waits_is_not_added(void **state)
{
	struct tl_jobs *pool = *state;
	struct fake f;
	struct tl_costjob *job = start(&f, 20, pool), *left = NULL;

	sem_wait(&f.adding);
	tl_costjob_leave(job, &left);
	sem_post(&f.go);
	tl_costjob_close_all(&left);
	assert_null(left);
	assert_int_equal(atomic_load(&f.nadded), 1);
	assert_int_equal(atomic_load(&f.nmade), 0);
	end(&f);
}

/* While the last part is added. */
static void no_sum_is_made(void **state)
{
	struct tl_jobs *pool = *state;
	struct fake f;
	struct tl_costjob *job = start(&f, 1, pool), *left = NULL;

	sem_wait(&f.adding);
	tl_costjob_leave(job, &left);
	sem_post(&f.go);
	tl_costjob_close_all(&left);
	assert_int_equal(atomic_load(&f.nadded), 1);
	assert_int_equal(atomic_load(&f.nresults), 0);
	end(&f);
}

static int setup(void **state)
{
	struct tl_jobs *pool;

	if (!tl_jobs_open(2, &pool, NULL))
		return -1;
	*state = pool;
	return 0;
}

static int teardown(void **state)
{
	tl_jobs_close(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_added),
		cmocka_unit_test(what_waits_is_not_added),
		cmocka_unit_test(no_sum_is_made),
	};

	alarm(20); /* whoever waits for the wrong thing must not hang the run */
	return cmocka_run_group_tests(tests, setup, teardown);
}
