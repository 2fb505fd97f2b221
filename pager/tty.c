/* tty.c: see tty.h. */
#include "pager/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

uint64_t tl_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

bool tl_tty_open(struct tl_tty *tty, struct tl_err *err)
{
	memset(tty, 0, sizeof(*tty));
	tty->erase = tty->kill = tty->werase = -1;
	tty->fd = open("/dev/tty", O_RDONLY | O_CLOEXEC);
	tty->owned = tty->fd >= 0;
	if (tty->fd < 0)
		tty->fd = STDERR_FILENO;
	if (tcgetattr(tty->fd, &tty->saved) != 0)
		return tl_err_sys(err, "cannot read keys from the terminal");
	return true;
}

void tl_tty_close(struct tl_tty *tty)
{
	tl_tty_cooked(tty);
	if (tty->owned && tty->fd >= 0)
		close(tty->fd);
	free(tty->queue);
	memset(tty, 0, sizeof(*tty));
	tty->fd = -1;
}

static int special(const struct termios *t, int which)
{
	return t->c_cc[which] == _POSIX_VDISABLE ? -1 : t->c_cc[which];
}

static void set_raw(struct tl_tty *tty)
{
	struct termios t = tty->saved;

	tty->erase = special(&t, VERASE);
	tty->kill = special(&t, VKILL);
	tty->werase = special(&t, VWERASE);
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHOE | ECHOK | ECHONL | IEXTEN);
	t.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON);
	t.c_oflag |= OPOST | ONLCR;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	tcsetattr(tty->fd, TCSADRAIN, &t);
}

void tl_tty_raw(struct tl_tty *tty)
{
	struct termios t;

	if (tty->raw || tcgetattr(tty->fd, &t) != 0)
		return;
	tty->saved = t;
	set_raw(tty);
	tty->raw = true;
}

void tl_tty_raw_again(struct tl_tty *tty)
{
	if (tty->raw)
		set_raw(tty);
}

void tl_tty_cooked(struct tl_tty *tty)
{
	if (!tty->raw)
		return;
	tcsetattr(tty->fd, TCSADRAIN, &tty->saved);
	tty->raw = false;
}

static void push(struct tl_tty *tty, uint16_t code, uint32_t burst)
{
	if (tty->n == tty->cap) {
		unsigned cap = tty->cap ? 2 * tty->cap : 64;
		struct tl_key *q = malloc(cap * sizeof(*q));

		if (!q)
			return;
		for (unsigned i = 0; i < tty->n; i++)
			q[i] = tty->queue[(tty->head + i) % tty->cap];
		free(tty->queue);
		tty->queue = q;
		tty->head = 0;
		tty->cap = cap;
	}
	tty->queue[(tty->head + tty->n++) % tty->cap] = (struct tl_key){ code, burst };
}

void tl_tty_read(struct tl_tty *tty)
{
	uint8_t bytes[512];
	ssize_t n = read(tty->fd, bytes, sizeof(bytes));

	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		tty->eof = true;
	tty->burst++;
	for (ssize_t i = 0; i < n; i++)
		push(tty, bytes[i], tty->burst);
}

bool tl_tty_next(struct tl_tty *tty, struct tl_key *key)
{
	if (tty->n == 0)
		return false;
	*key = tty->queue[tty->head];
	tty->head = (tty->head + 1) % tty->cap;
	tty->n--;
	return true;
}

/* Where the first key that was typed is in the queue; n: there is none. */
static unsigned first_typed(const struct tl_tty *tty)
{
	unsigned i = 0;

	while (i < tty->n && tty->queue[(tty->head + i) % tty->cap].burst == 0)
		i++;
	return i;
}

bool tl_tty_any_typed(const struct tl_tty *tty)
{
	return first_typed(tty) < tty->n;
}

bool tl_tty_next_typed(struct tl_tty *tty, struct tl_key *key)
{
	unsigned i = first_typed(tty);

	if (i == tty->n)
		return false;
	*key = tty->queue[(tty->head + i) % tty->cap];
	for (; i > 0; i--) /* the others move up */
		tty->queue[(tty->head + i) % tty->cap] = tty->queue[(tty->head + i - 1) % tty->cap];
	tty->head = (tty->head + 1) % tty->cap;
	tty->n--;
	return true;
}

void tl_tty_unget(struct tl_tty *tty, struct tl_key key)
{
	unsigned n = tty->n;

	push(tty, key.code, key.burst); /* makes room; the key belongs at the other end */
	if (tty->n == n)
		return;
	tty->head = (tty->head + tty->cap - 1) % tty->cap;
	tty->queue[tty->head] = key;
	/* The copy at the tail is beyond the count once the head has moved back. */
	tty->n = n + 1;
}

static void put_before(struct tl_tty *tty, const char *text, uint32_t burst)
{
	for (size_t n = strlen(text); n > 0; n--)
		tl_tty_unget(tty, (struct tl_key){ (uint8_t)text[n - 1], burst });
}

void tl_tty_type(struct tl_tty *tty, const char *text)
{
	put_before(tty, text, 0);
}

void tl_tty_typed(struct tl_tty *tty, const char *text)
{
	put_before(tty, text, ++tty->burst);
}

void tl_tty_give(struct tl_tty *tty, const char *text, bool end_command)
{
	for (; *text; text++)
		push(tty, (uint8_t)*text, 0);
	if (end_command)
		push(tty, TL_KEY_END_COMMAND, 0);
}

void tl_tty_flush(struct tl_tty *tty)
{
	tty->n = 0;
}
