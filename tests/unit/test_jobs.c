/*
 * test_jobs.c: the worker pool: who goes first, who is asked again, and that every job ends
 * once.  Steps wait for each other at gates, so that the order is the test's and no clock's.
 */
#include "base/jobs.h"

#include "base/now.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The clock of this program.  When it leaps, the first look sees the time before, and later ones an hour later. */
static atomic_bool clock_leaps;
static atomic_ullong clock_before_ns;
static atomic_int clock_looks;

int clock_gettime(clockid_t id, struct timespec *t)
{
	int ret = (int)syscall(SYS_clock_gettime, id, t);

	if (id != CLOCK_MONOTONIC || !atomic_load(&clock_leaps))
		return ret;
	if (atomic_fetch_add(&clock_looks, 1) > 0) {
		t->tv_sec += 3600;
	} else {
		t->tv_sec = (time_t)(atomic_load(&clock_before_ns) / 1000000000);
		t->tv_nsec = (long)(atomic_load(&clock_before_ns) % 1000000000);
	}
	return ret;
}

static struct tl_jobs *open_pool(unsigned nthreads)
{
	struct tl_jobs *pool;
	struct tl_err err = TL_ERR_INIT;

	assert_true(tl_jobs_open(nthreads, &pool, &err));
	return pool;
}

/* A job of `total` steps. */
struct counted {
	int total;
	atomic_int begun, ended;
	atomic_int ndone, ncancelled;
	atomic_bool steps_after_done, early_done;
	unsigned width;
	sem_t done_sem;
};

static enum tl_step counted_step(void *self, struct tl_worker *w)
{
	struct counted *c = self;
	int i = atomic_fetch_add(&c->begun, 1);

	if (atomic_load(&c->ndone) > 0 || w->id >= c->width)
		atomic_store(&c->steps_after_done, true);
	if (i >= c->total) {
		atomic_fetch_sub(&c->begun, 1);
		return TL_STEP_DONE;
	}
	atomic_fetch_add(&c->ended, 1);
	return TL_STEP_MORE;
}

static void counted_done(void *self, bool cancelled)
{
	struct counted *c = self;

	if (!cancelled && atomic_load(&c->ended) != c->total)
		atomic_store(&c->early_done, true);
	atomic_fetch_add(&c->ncancelled, cancelled);
	atomic_fetch_add(&c->ndone, 1);
	sem_post(&c->done_sem);
}

static const struct tl_job_ops counted_ops = { counted_step, counted_done };

static void counted_init(struct counted *c, int total, const struct tl_jobs *pool)
{
	memset(c, 0, sizeof(*c));
	c->total = total;
	c->width = tl_jobs_width(pool);
	sem_init(&c->done_sem, 0, 0);
}

static void run_join_release(struct tl_jobs *pool, const struct tl_job_ops *ops, void *self)
{
	struct tl_job *job = tl_jobs_start(pool, TL_URGENT, ops, self);

	assert_non_null(job);
	tl_job_join(job);
	tl_job_release(job);
}

static void test_width(void **state)
{
	struct tl_jobs *pool = open_pool(0);

	assert_in_range(tl_jobs_width(pool), 1, 16);
	tl_jobs_close(pool);
	pool = open_pool(3);
	assert_int_equal(tl_jobs_width(pool), 3);
	tl_jobs_close(pool);
	pool = open_pool(100);
	assert_int_equal(tl_jobs_width(pool), 16);
	tl_jobs_close(pool);
	tl_jobs_close(NULL);
	tl_job_release(NULL);
}

static void test_every_step_once_and_done_at_the_end(void **state)
{
	for (unsigned width = 1; width <= 8; width *= 2) {
		struct tl_jobs *pool = open_pool(width);
		struct counted c;

		for (int total = 0; total < 2000; total = total * 3 + 1) {
			counted_init(&c, total, pool);
			run_join_release(pool, &counted_ops, &c);
			assert_int_equal(c.ended, total);
			assert_int_equal(c.ndone, 1);
			assert_int_equal(c.ncancelled, 0);
			assert_false(c.steps_after_done || c.early_done);
		}
		tl_jobs_close(pool);
	}
}

static void test_a_handle_given_back_at_once(void **state)
{
	struct tl_jobs *pool = open_pool(2);
	struct counted c;

	for (int i = 0; i < 200; i++) {
		counted_init(&c, 3, pool);
		tl_job_release(tl_jobs_start(pool, TL_URGENT, &counted_ops, &c));
		sem_wait(&c.done_sem); /* the job goes on all the same */
		assert_int_equal(c.ended, 3);
	}
	tl_jobs_close(pool);
}

/* ---- who goes first: one worker, kept busy until all jobs are there */

static struct {
	char order[64]; /* letters of the steps, as they came; one worker writes */
	sem_t held, go;
} line;

struct lettered {
	char letter;
	int left;
};

static enum tl_step lettered_step(void *self, struct tl_worker *w)
{
	struct lettered *l = self;

	if (l->left-- == 0)
		return TL_STEP_DONE;
	line.order[strlen(line.order)] = l->letter;
	if (l->letter == '(') {
		sem_post(&line.held);
		sem_wait(&line.go);
	}
	return TL_STEP_MORE;
}

static const struct tl_job_ops lettered_ops = { lettered_step, NULL };

static void test_urgent_ones_first_and_old_before_new(void **state)
{
	struct tl_jobs *pool = open_pool(1);
	struct lettered first = { '(', 1 }, a = { 'a', 3 }, b = { 'b', 2 }, u = { 'u', 3 },
			v = { 'v', 2 };
	struct lettered *const jobs[] = { &first, &a, &u, &b, &v };
	struct tl_job *handles[5];

	memset(&line, 0, sizeof(line));
	sem_init(&line.held, 0, 0);
	sem_init(&line.go, 0, 0);
	for (int i = 0; i < 5; i++) {
		bool urgent = jobs[i] == &u || jobs[i] == &v;

		handles[i] =
		    tl_jobs_start(pool, urgent ? TL_URGENT : TL_BACKGROUND, &lettered_ops, jobs[i]);
		if (i == 0)
			sem_wait(&line.held);
	}
	sem_post(&line.go);
	for (int i = 0; i < 5; i++) {
		tl_job_join(handles[i]);
		tl_job_release(handles[i]);
	}
	assert_string_equal(line.order, "(uuuvvaaabb");
	tl_jobs_close(pool);
}

/* ---- an urgent job that comes in the middle of another one */

struct interrupted {
	struct tl_jobs *pool;
	struct lettered *urgent;
	struct tl_job *handle;
	int steps;
};

static enum tl_step start_another(void *self, struct tl_worker *w)
{
	struct interrupted *in = self;

	if (in->steps == 2)
		in->handle = tl_jobs_start(in->pool, TL_URGENT, &lettered_ops, in->urgent);
	if (in->steps++ == 4)
		return TL_STEP_DONE;
	line.order[strlen(line.order)] = '.';
	return TL_STEP_MORE;
}

static void test_an_urgent_job_overtakes(void **state)
{
	static const struct tl_job_ops ops = { start_another, NULL };
	struct tl_jobs *pool = open_pool(1);
	struct lettered u = { 'u', 2 };
	struct interrupted in = { pool, &u, NULL, 0 };
	struct tl_job *job;

	memset(line.order, 0, sizeof(line.order));
	job = tl_jobs_start(pool, TL_BACKGROUND, &ops, &in);
	tl_job_join(job);
	assert_string_equal(line.order, "...uu.");
	tl_job_release(job);
	tl_job_release(in.handle);
	tl_jobs_close(pool);
}

static void join_and_release(struct tl_job *job)
{
	tl_job_join(job);
	tl_job_release(job);
}

static void test_the_background_is_quiet_while_hushed(void **state)
{
	struct tl_jobs *pool = open_pool(1);
	struct lettered b = { 'b', 2 }, u = { 'u', 2 };
	struct tl_job *background;

	memset(line.order, 0, sizeof(line.order));
	tl_jobs_hush(pool, 60000);
	background = tl_jobs_start(pool, TL_BACKGROUND, &lettered_ops, &b);
	join_and_release(tl_jobs_start(pool, TL_URGENT, &lettered_ops, &u));
	usleep(2000);
	assert_string_equal(line.order, "uu");
	tl_jobs_hush(pool, 0);
	join_and_release(background);
	assert_string_equal(line.order, "uubb");
	tl_jobs_close(pool);
}

/* By itself, also when the worker is asleep and it was to last longer. */
static void test_a_hush_passes(void **state)
{
	struct tl_jobs *pool = open_pool(1);
	struct lettered b = { 'b', 1 };
	struct tl_job *background;

	memset(line.order, 0, sizeof(line.order));
	tl_jobs_hush(pool, 60000);
	background = tl_jobs_start(pool, TL_BACKGROUND, &lettered_ops, &b);
	usleep(1000);
	tl_jobs_hush(pool, 1);
	join_and_release(background);
	assert_string_equal(line.order, "b");
	tl_jobs_close(pool);
}

/* Between two looks of the worker at the clock, too: if it took the second for an answer to what the first was asked
 * for, it would sleep for ever. */
static void test_a_hush_passes_between_two_looks(void **state)
{
	struct tl_jobs *pool = open_pool(1);
	struct lettered b = { 'b', 1 };

	memset(line.order, 0, sizeof(line.order));
	atomic_store(&clock_before_ns, tl_now_ns());
	tl_jobs_hush(pool, 1);
	atomic_store(&clock_looks, 0);
	atomic_store(&clock_leaps, true);
	join_and_release(tl_jobs_start(pool, TL_BACKGROUND, &lettered_ops, &b));
	atomic_store(&clock_leaps, false);
	assert_string_equal(line.order, "b");
	tl_jobs_close(pool);
}

static void test_cancelling_while_hushed(void **state)
{
	struct tl_jobs *pool = open_pool(1);
	struct lettered b = { 'b', 1 }, c = { 'c', 1 };
	struct tl_job *background;

	memset(line.order, 0, sizeof(line.order));
	tl_jobs_hush(pool, 60000);
	background = tl_jobs_start(pool, TL_BACKGROUND, &lettered_ops, &b);
	tl_job_cancel(background);
	join_and_release(background);
	tl_job_release(tl_jobs_start(pool, TL_BACKGROUND, &lettered_ops, &c));
	tl_jobs_close(pool);
	assert_string_equal(line.order, "");
}

/* ---- cancelling */

struct held {
	sem_t inside, go;
	atomic_int nsteps, ndone;
	bool cancelled;
	enum tl_step answer;
};

static enum tl_step held_step(void *self, struct tl_worker *w)
{
	struct held *h = self;

	atomic_fetch_add(&h->nsteps, 1);
	sem_post(&h->inside);
	sem_wait(&h->go);
	return h->answer;
}

static void held_done(void *self, bool cancelled)
{
	struct held *h = self;

	h->cancelled = cancelled;
	atomic_fetch_add(&h->ndone, 1);
}

static const struct tl_job_ops held_ops = { held_step, held_done };

static void held_init(struct held *h, enum tl_step answer)
{
	memset(h, 0, sizeof(*h));
	sem_init(&h->inside, 0, 0);
	sem_init(&h->go, 0, 0);
	h->answer = answer;
}

static void test_cancelling_a_running_job(void **state)
{
	static const enum tl_step answers[] = { TL_STEP_MORE, TL_STEP_WAIT, TL_STEP_DONE };
	struct tl_jobs *pool = open_pool(2);

	for (int i = 0; i < 3; i++) {
		struct held h;
		struct tl_job *job;

		held_init(&h, answers[i]);
		job = tl_jobs_start(pool, TL_URGENT, &held_ops, &h);
		sem_wait(&h.inside);
		sem_wait(&h.inside); /* both workers are in a step */
		assert_false(tl_job_cancelled(job));
		tl_job_cancel(job);
		tl_job_cancel(job);
		assert_true(tl_job_cancelled(job));
		assert_int_equal(h.ndone, 0); /* steps are under way */
		sem_post(&h.go);
		sem_post(&h.go);
		tl_job_join(job);
		assert_int_equal(h.nsteps, 2);
		assert_int_equal(h.ndone, 1);
		assert_true(h.cancelled);
		tl_job_cancel(job); /* late, and of no effect */
		tl_job_join(job);
		tl_job_release(job);
	}
	tl_jobs_close(pool);
}

static void test_cancelling_a_job_that_never_ran(void **state)
{
	struct tl_jobs *pool = open_pool(1);
	struct held h;
	struct counted c;
	struct tl_job *blocker, *job;

	held_init(&h, TL_STEP_DONE);
	counted_init(&c, 10, pool);
	blocker = tl_jobs_start(pool, TL_URGENT, &held_ops, &h);
	sem_wait(&h.inside);
	job = tl_jobs_start(pool, TL_URGENT, &counted_ops, &c);
	tl_job_cancel(job);
	sem_post(&h.go);
	tl_job_join(job);
	assert_int_equal(c.ended, 0);
	assert_int_equal(c.ndone, 1);
	assert_int_equal(c.ncancelled, 1);
	tl_job_release(blocker);
	tl_job_release(job);
	tl_jobs_close(pool);
}

/* The step that asks whether it is wanted still. */
struct patient {
	_Atomic(struct tl_job *) job;
	sem_t inside;
	atomic_int ndone;
	bool release; /* done() gives the handle back */
};

static enum tl_step patient_step(void *self, struct tl_worker *w)
{
	struct patient *p = self;
	struct tl_job *job;

	sem_post(&p->inside);
	while (!(job = atomic_load(&p->job)) || !tl_job_cancelled(job))
		usleep(100);
	return TL_STEP_MORE;
}

static void patient_done(void *self, bool cancelled)
{
	struct patient *p = self;

	atomic_fetch_add(&p->ndone, cancelled ? 1 : 100);
	if (p->release)
		tl_job_release(p->job);
}

static const struct tl_job_ops patient_ops = { patient_step, patient_done };

static void test_a_long_step_hears_of_it(void **state)
{
	struct tl_jobs *pool = open_pool(2);
	struct patient p;

	memset(&p, 0, sizeof(p));
	sem_init(&p.inside, 0, 0);
	atomic_store(&p.job, tl_jobs_start(pool, TL_URGENT, &patient_ops, &p));
	sem_wait(&p.inside);
	tl_job_cancel(p.job);
	tl_job_join(p.job);
	assert_int_equal(p.ndone, 1);
	tl_job_release(p.job);
	tl_jobs_close(pool);
}

/* ---- waiting and waking */

/* Things that come one at a time, and workers that take them. */
struct pipe {
	struct tl_jobs *pool;
	atomic_int brought, taken;
	int total;
};

static enum tl_step take_one(void *self, struct tl_worker *w)
{
	struct pipe *p = self;
	int taken = atomic_load(&p->taken);

	for (;;) {
		if (taken == p->total)
			return TL_STEP_DONE;
		if (taken == atomic_load(&p->brought))
			return TL_STEP_WAIT;
		if (atomic_compare_exchange_weak(&p->taken, &taken, taken + 1))
			return TL_STEP_MORE;
	}
}

static void *bring(void *arg)
{
	struct pipe *p = arg;

	for (int i = 0; i < p->total; i++) {
		atomic_fetch_add(&p->brought, 1);
		tl_jobs_wake(p->pool);
	}
	return NULL;
}

static void test_no_wake_is_lost(void **state)
{
	static const struct tl_job_ops ops = { take_one, NULL };

	for (unsigned width = 1; width <= 4; width++) {
		struct tl_jobs *pool = open_pool(width);

		for (int round = 0; round < 50; round++) {
			struct pipe p = { .pool = pool, .total = 100 };
			struct tl_job *job = tl_jobs_start(pool, TL_URGENT, &ops, &p);
			pthread_t thread;

			assert_int_equal(pthread_create(&thread, NULL, bring, &p), 0);
			tl_job_join(job); /* hangs if one is lost */
			assert_int_equal(p.taken, p.total);
			pthread_join(thread, NULL);
			tl_job_release(job);
		}
		tl_jobs_close(pool);
	}
}

static enum tl_step look_then_wait(void *self, struct tl_worker *w)
{
	struct held *h = self;

	if (atomic_fetch_add(&h->nsteps, 1) == 1)
		return TL_STEP_DONE;
	sem_post(&h->inside);
	sem_wait(&h->go);
	return TL_STEP_WAIT;
}

/* Woken after it has looked, and before it says that there was nothing. */
static void test_a_wake_during_the_step_counts(void **state)
{
	static const struct tl_job_ops ops = { look_then_wait, NULL };
	struct tl_jobs *pool = open_pool(1);
	struct held h;
	struct tl_job *job;

	held_init(&h, TL_STEP_WAIT);
	job = tl_jobs_start(pool, TL_URGENT, &ops, &h);
	sem_wait(&h.inside);
	tl_jobs_wake(pool);
	sem_post(&h.go);
	tl_job_join(job);
	assert_int_equal(h.nsteps, 2);
	tl_job_release(job);
	tl_jobs_close(pool);
}

/* The first step does something slowly, the second finds nothing, the third ends. */
static enum tl_step slow_idle_end(void *self, struct tl_worker *w)
{
	struct held *h = self;

	switch (atomic_fetch_add(&h->nsteps, 1)) {
	case 0:
		sem_post(&h->inside);
		sem_wait(&h->go);
		return TL_STEP_MORE;
	case 1:
		return TL_STEP_WAIT;
	default:
		return TL_STEP_DONE;
	}
}

/* Comes to run on the second worker when the job above has gone to sleep there. */
static enum tl_step let_it_go(void *self, struct tl_worker *w)
{
	struct held *h = self;

	sem_post(&h->go);
	return TL_STEP_DONE;
}

static void test_a_step_that_did_something_wakes_its_job(void **state)
{
	static const struct tl_job_ops ops = { slow_idle_end, NULL }, release = { let_it_go, NULL };
	struct tl_jobs *pool = open_pool(2);
	struct held h;
	struct tl_job *job, *other;

	held_init(&h, TL_STEP_WAIT);
	job = tl_jobs_start(pool, TL_URGENT, &ops, &h);
	sem_wait(&h.inside);
	other = tl_jobs_start(pool, TL_BACKGROUND, &release, &h);
	tl_job_join(job);
	assert_in_range(h.nsteps, 3, 4); /* both workers may take one that ends it */
	tl_job_release(job);
	tl_job_release(other);
	tl_jobs_close(pool);
}

/* One worker does something, and the others have nothing to do until it has: each time anew. */
struct leader {
	atomic_bool led;
	atomic_int nidle;
	int seen, left; /* of who leads */
	bool alone;
};

static enum tl_step lead_or_wait(void *self, struct tl_worker *w)
{
	struct leader *l = self;
	bool over;

	if (atomic_exchange(&l->led, true)) {
		atomic_fetch_add(&l->nidle, 1);
		return TL_STEP_WAIT;
	}
	for (int i = 0; i < 50000 && atomic_load(&l->nidle) == l->seen; i++)
		usleep(100);
	l->alone |= atomic_load(&l->nidle) == l->seen;
	l->seen = atomic_load(&l->nidle);
	over = l->alone || --l->left == 0;
	atomic_store(&l->led, over);
	return over ? TL_STEP_DONE : TL_STEP_MORE;
}

static void test_a_step_that_did_something_wakes_other_workers(void **state)
{
	static const struct tl_job_ops ops = { lead_or_wait, NULL };
	struct tl_jobs *pool = open_pool(2);
	struct leader l = { .left = 100 };

	run_join_release(pool, &ops, &l);
	assert_false(l.alone);
	tl_jobs_close(pool);
}

static enum tl_step always_wait(void *self, struct tl_worker *w)
{
	struct held *h = self;

	if (atomic_fetch_add(&h->nsteps, 1) == 0)
		sem_post(&h->inside);
	return TL_STEP_WAIT;
}

static void test_a_sleeping_job_is_left_alone_and_can_be_cancelled(void **state)
{
	static const struct tl_job_ops ops = { always_wait, held_done };
	struct tl_jobs *pool = open_pool(1);
	struct held h;
	struct counted c;
	struct tl_job *job;

	held_init(&h, TL_STEP_WAIT);
	job = tl_jobs_start(pool, TL_URGENT, &ops, &h);
	sem_wait(&h.inside);
	counted_init(&c, 1000, pool);
	run_join_release(pool, &counted_ops, &c); /* others go on meanwhile */
	assert_int_equal(h.nsteps, 1);
	tl_job_cancel(job);
	tl_job_join(job);
	assert_int_equal(h.nsteps, 1);
	assert_int_equal(h.ndone, 1);
	assert_true(h.cancelled);
	tl_job_release(job);
	tl_jobs_close(pool);
}

/* ---- closing */

static void test_closing_ends_every_job(void **state)
{
	static const struct tl_job_ops wait_ops = { always_wait, held_done };
	struct tl_jobs *pool = open_pool(2);
	struct patient running;
	struct held sleeping;
	struct counted never[10];

	memset(&running, 0, sizeof(running));
	running.release = true;
	sem_init(&running.inside, 0, 0);
	held_init(&sleeping, TL_STEP_WAIT);
	tl_job_release(tl_jobs_start(pool, TL_URGENT, &wait_ops, &sleeping));
	sem_wait(&sleeping.inside);
	atomic_store(&running.job, tl_jobs_start(pool, TL_URGENT, &patient_ops, &running));
	sem_wait(&running.inside);
	sem_wait(&running.inside); /* both workers */
	for (int i = 0; i < 10; i++) {
		counted_init(&never[i], 5, pool);
		tl_job_release(tl_jobs_start(pool, TL_BACKGROUND, &counted_ops, &never[i]));
	}
	tl_jobs_close(pool);
	assert_int_equal(running.ndone, 1);
	assert_int_equal(sleeping.ndone, 1);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(never[i].ndone, 1);
		assert_int_equal(never[i].ncancelled, 1);
	}
}

/* A job that starts another one when it ends, even while the pool closes. */
struct chain {
	struct tl_jobs *pool;
	struct counted *next;
	atomic_int ndone;
};

static enum tl_step chain_step(void *self, struct tl_worker *w)
{
	return TL_STEP_WAIT;
}

static void chain_done(void *self, bool cancelled)
{
	struct chain *c = self;

	atomic_fetch_add(&c->ndone, 1);
	tl_job_release(tl_jobs_start(c->pool, TL_URGENT, &counted_ops, c->next));
}

static void test_a_job_started_while_closing(void **state)
{
	static const struct tl_job_ops ops = { chain_step, chain_done };
	struct tl_jobs *pool = open_pool(1);
	struct counted next;
	struct chain c = { pool, &next, 0 };

	counted_init(&next, 5, pool);
	tl_job_release(tl_jobs_start(pool, TL_URGENT, &ops, &c));
	tl_jobs_close(pool);
	assert_int_equal(c.ndone, 1);
	assert_int_equal(next.ndone, 1);
	assert_int_equal(next.ncancelled, 1);
}

/* ---- all at once */

#define STARTERS 4
#define EACH     200

struct starter {
	struct tl_jobs *pool;
	struct counted jobs[EACH];
	unsigned seed;
};

static void *start_and_cancel(void *arg)
{
	struct starter *s = arg;
	struct tl_job *handles[EACH];

	for (int i = 0; i < EACH; i++) {
		counted_init(&s->jobs[i], rand_r(&s->seed) % 20, s->pool);
		handles[i] =
		    tl_jobs_start(s->pool, rand_r(&s->seed) % 2 ? TL_URGENT : TL_BACKGROUND,
				  &counted_ops, &s->jobs[i]);
		if (rand_r(&s->seed) % 3 == 0)
			tl_job_cancel(handles[rand_r(&s->seed) % (unsigned)(i + 1)]);
		if (rand_r(&s->seed) % 5 == 0)
			tl_jobs_wake(s->pool);
	}
	for (int i = 0; i < EACH; i++) {
		tl_job_join(handles[i]);
		tl_job_release(handles[i]);
	}
	return NULL;
}

static void test_many_threads(void **state)
{
	static struct starter starters[STARTERS];
	struct tl_jobs *pool = open_pool(16);
	pthread_t threads[STARTERS];

	for (int i = 0; i < STARTERS; i++) {
		starters[i].pool = pool;
		starters[i].seed = (unsigned)i;
		assert_int_equal(pthread_create(&threads[i], NULL, start_and_cancel, &starters[i]),
				 0);
	}
	for (int i = 0; i < STARTERS; i++) {
		pthread_join(threads[i], NULL);
		for (int k = 0; k < EACH; k++) {
			struct counted *c = &starters[i].jobs[k];

			assert_int_equal(c->ndone, 1);
			assert_false(c->steps_after_done || c->early_done);
			assert_true(c->ncancelled == 1 || c->ended == c->total);
		}
	}
	tl_jobs_close(pool);
}

/* ---- what a worker is */

static atomic_bool signals_blocked;
static atomic_int kept;

static enum tl_step look_around(void *self, struct tl_worker *w)
{
	sigset_t set;

	pthread_sigmask(SIG_SETMASK, NULL, &set);
	atomic_store(&signals_blocked, sigismember(&set, SIGINT) && sigismember(&set, SIGTERM) &&
					   sigismember(&set, SIGWINCH));
	tl_buf_putc(&w->buf, 'x');
	atomic_store(&kept, (int)w->buf.len);
	return w->buf.len < 3 ? TL_STEP_MORE : TL_STEP_DONE;
}

static void test_workers(void **state)
{
	static const struct tl_job_ops ops = { look_around, NULL };
	struct tl_jobs *pool = open_pool(1);

	run_join_release(pool, &ops, NULL);
	assert_true(signals_blocked); /* they are for the thread that owns the screen */
	assert_int_equal(kept, 3);    /* the buffer stays from step to step */
	tl_jobs_close(pool);
}

static enum tl_step endless_step(void *self, struct tl_worker *w)
{
	atomic_bool *enough = self;

	return atomic_load(enough) ? TL_STEP_DONE : TL_STEP_MORE;
}

/* The end of a cancelled job does not wait for an older one that always has work. */
static void test_a_cancelled_job_ends_before_older_work(void **state)
{
	static const struct tl_job_ops ops = { endless_step, NULL };
	struct tl_jobs *pool = open_pool(2);
	atomic_bool enough = false, never = false;
	struct tl_job *old = tl_jobs_start(pool, TL_BACKGROUND, &ops, &enough);
	struct tl_job *later = tl_jobs_start(pool, TL_BACKGROUND, &ops, &never);

	tl_job_cancel(later);
	tl_job_join(later);
	tl_job_release(later);
	atomic_store(&enough, true);
	tl_job_join(old);
	tl_job_release(old);
	tl_jobs_close(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_every_step_once_and_done_at_the_end),
		cmocka_unit_test(test_a_handle_given_back_at_once),
		cmocka_unit_test(test_urgent_ones_first_and_old_before_new),
		cmocka_unit_test(test_an_urgent_job_overtakes),
		cmocka_unit_test(test_the_background_is_quiet_while_hushed),
		cmocka_unit_test(test_a_hush_passes),
		cmocka_unit_test(test_a_hush_passes_between_two_looks),
		cmocka_unit_test(test_cancelling_while_hushed),
		cmocka_unit_test(test_cancelling_a_running_job),
		cmocka_unit_test(test_cancelling_a_job_that_never_ran),
		cmocka_unit_test(test_a_cancelled_job_ends_before_older_work),
		cmocka_unit_test(test_a_long_step_hears_of_it),
		cmocka_unit_test(test_no_wake_is_lost),
		cmocka_unit_test(test_a_wake_during_the_step_counts),
		cmocka_unit_test(test_a_step_that_did_something_wakes_its_job),
		cmocka_unit_test(test_a_step_that_did_something_wakes_other_workers),
		cmocka_unit_test(test_a_sleeping_job_is_left_alone_and_can_be_cancelled),
		cmocka_unit_test(test_closing_ends_every_job),
		cmocka_unit_test(test_a_job_started_while_closing),
		cmocka_unit_test(test_many_threads),
		cmocka_unit_test(test_workers),
	};

	alarm(20); /* a lost wake-up must not hang the run */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
