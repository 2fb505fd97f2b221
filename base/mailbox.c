/*
 * mailbox.c: see mailbox.h.  A short array under a mutex: the messages are
 * "look again" marks, so a handful of different ones exist at a time.
 */
#include "base/mailbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct tl_mailbox {
	pthread_mutex_t lock;
	int fd;
	struct tl_msg *msgs;
	size_t n, cap;
};

bool tl_mailbox_open(struct tl_mailbox **out, struct tl_err *err)
{
	struct tl_mailbox *mb = calloc(1, sizeof(*mb));

	if (!mb)
		return tl_err_nomem(err);
	mb->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (mb->fd < 0) {
		tl_err_sys(err, "cannot make an eventfd");
		free(mb);
		return false;
	}
	mb->cap = 16;
	mb->msgs = calloc(mb->cap, sizeof(*mb->msgs));
	if (!mb->msgs) {
		close(mb->fd);
		free(mb);
		return tl_err_nomem(err);
	}
	pthread_mutex_init(&mb->lock, NULL);
	*out = mb;
	return true;
}

void tl_mailbox_close(struct tl_mailbox *mb)
{
	if (!mb)
		return;
	pthread_mutex_destroy(&mb->lock);
	close(mb->fd);
	free(mb->msgs);
	free(mb);
}

static bool holds(const struct tl_mailbox *mb, const struct tl_msg *msg)
{
	for (size_t i = 0; i < mb->n; i++)
		if (mb->msgs[i].kind == msg->kind && mb->msgs[i].from == msg->from)
			return true;
	return false;
}

void tl_mailbox_post(struct tl_mailbox *mb, const struct tl_msg *msg)
{
	uint64_t one = 1;
	bool new;

	if (!mb)
		return;
	pthread_mutex_lock(&mb->lock);
	new = !holds(mb, msg);
	if (new) {
		if (mb->n == mb->cap) {
			struct tl_msg *more = realloc(mb->msgs, 2 * mb->cap * sizeof(*more));

			if (more) {
				mb->msgs = more;
				mb->cap *= 2;
			} else {
				mb->n--; /* better a lost wake-up than a crash */
			}
		}
		mb->msgs[mb->n++] = *msg;
	}
	pthread_mutex_unlock(&mb->lock);
	/* Without the lock, which the reader who wakes needs at once. */
	if (new &&write(mb->fd, &one, sizeof(one)) < 0) {
		/* The counter is full: the reader will wake anyway. */
	}
}

int tl_mailbox_fd(const struct tl_mailbox *mb)
{
	return mb->fd;
}

bool tl_mailbox_take(struct tl_mailbox *mb, struct tl_msg *msg)
{
	uint64_t count;
	bool got = false;

	pthread_mutex_lock(&mb->lock);
	if (mb->n > 0) {
		*msg = mb->msgs[0];
		mb->n--;
		memmove(mb->msgs, mb->msgs + 1, mb->n * sizeof(*mb->msgs));
		got = true;
	}
	if (mb->n == 0 && read(mb->fd, &count, sizeof(count)) < 0) {
		/* Nothing was in it: fine. */
	}
	pthread_mutex_unlock(&mb->lock);
	return got;
}
