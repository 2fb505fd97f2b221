/*
 * linetimes.c: see linetimes.h.  Answers stand in a ring, which holds more than any screen: a question
 * never takes the place of one of the same screen.  Questions are on a stack, as the newest are of
 * what is shown now.
 */
#include "pager/linetimes.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define ANSWERS   2048
#define QUESTIONS 1024

struct answer {
	enum tl_lookup found;
	struct tl_place place;
};

struct tl_linetimes {
	struct tl_texttimes *times;
	struct tl_jobs *pool;
	struct tl_mailbox *mailbox;
	struct tl_job *job; /* NULL: nobody has asked yet */
	atomic_bool stop;
	pthread_mutex_t lock; /* of what follows */
	uint64_t of[ANSWERS]; /* the position that each answer is about; TL_NOPOS: none */
	struct answer answers[ANSWERS];
	size_t next; /* the oldest answer */
	uint64_t asked[QUESTIONS];
	size_t nasked;
};

/* With the lock held: the answer about a position, NULL: there is none, and it was not asked for. */
static struct answer *answer_of(struct tl_linetimes *lt, uint64_t pos)
{
	for (size_t i = 0; i < ANSWERS; i++)
		if (lt->of[i] == pos)
			return &lt->answers[i];
	return NULL;
}

/* ---- on workers */

static bool take_question(struct tl_linetimes *lt, uint64_t *pos)
{
	bool any;

	pthread_mutex_lock(&lt->lock);
	any = lt->nasked > 0;
	if (any)
		*pos = lt->asked[--lt->nasked];
	pthread_mutex_unlock(&lt->lock);
	return any;
}

static enum tl_step answer_step(void *self, struct tl_worker *w)
{
	struct tl_linetimes *lt = self;
	struct tl_msg msg = { TL_MSG_TIME, lt };
	enum tl_lookup found;
	struct tl_place place;
	struct answer *a;
	uint64_t pos;

	if (!take_question(lt, &pos))
		return TL_STEP_WAIT;
	found = tl_texttimes_describe(lt->times, pos, &lt->stop, &place, NULL);
	pthread_mutex_lock(&lt->lock);
	a = answer_of(lt, pos);
	if (a) {
		bool known = found == TL_FOUND && place.time_ns != TL_DECODER_NOTIME;

		a->found = known ? TL_FOUND : TL_NONE;
		a->place = place;
	}
	pthread_mutex_unlock(&lt->lock);
	tl_mailbox_post(lt->mailbox, &msg);
	return TL_STEP_MORE;
}

/* ---- the main thread */

bool tl_linetimes_open(struct tl_texttimes *times, struct tl_jobs *pool, struct tl_mailbox *mailbox,
		       struct tl_linetimes **out, struct tl_err *err)
{
	struct tl_linetimes *lt = calloc(1, sizeof(*lt));

	if (!lt)
		return tl_err_nomem(err);
	lt->times = times;
	lt->pool = pool;
	lt->mailbox = mailbox;
	pthread_mutex_init(&lt->lock, NULL);
	for (size_t i = 0; i < ANSWERS; i++)
		lt->of[i] = TL_NOPOS;
	*out = lt;
	return true;
}

void tl_linetimes_close(struct tl_linetimes *lt)
{
	if (!lt)
		return;
	if (lt->job) {
		atomic_store(&lt->stop, true);
		tl_job_cancel(lt->job);
		tl_job_join(lt->job);
		tl_job_release(lt->job);
	}
	pthread_mutex_destroy(&lt->lock);
	free(lt);
}

void tl_linetimes_grow(struct tl_linetimes *lt, bool anew)
{
	if (!lt)
		return;
	pthread_mutex_lock(&lt->lock);
	for (size_t i = 0; i < ANSWERS; i++)
		if (anew || lt->answers[i].found == TL_NONE)
			lt->of[i] = TL_NOPOS;
	pthread_mutex_unlock(&lt->lock);
}

/* With the lock held.  The oldest question is dropped where there are too many. */
static void ask(struct tl_linetimes *lt, uint64_t pos)
{
	if (lt->nasked == QUESTIONS) {
		for (size_t i = 0; i < ANSWERS; i++)
			if (lt->of[i] == lt->asked[0])
				lt->of[i] = TL_NOPOS;
		memmove(lt->asked, lt->asked + 1, (QUESTIONS - 1) * sizeof(*lt->asked));
		lt->nasked--;
	}
	lt->asked[lt->nasked++] = pos;
	lt->of[lt->next] = pos;
	lt->answers[lt->next].found = TL_PENDING;
	lt->next = (lt->next + 1) % ANSWERS;
}

enum tl_lookup tl_linetimes_get(struct tl_linetimes *lt, uint64_t pos, struct tl_place *out)
{
	static const struct tl_job_ops ops = { .step = answer_step };
	struct answer answer = { .found = TL_PENDING };
	struct answer *a;

	if (pos == TL_NOPOS)
		return TL_NONE;
	pthread_mutex_lock(&lt->lock);
	a = answer_of(lt, pos);
	if (a)
		answer = *a;
	else
		ask(lt, pos);
	pthread_mutex_unlock(&lt->lock);
	*out = answer.place;
	if (a)
		return answer.found;
	if (!lt->job)
		lt->job = tl_jobs_start(lt->pool, TL_URGENT, &ops, lt);
	else
		tl_jobs_wake(lt->pool);
	return lt->job ? TL_PENDING : TL_NONE;
}
