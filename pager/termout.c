/* termout.c: see termout.h. */
#include "pager/termout.h"

#include "pager/ansi.h"
#include "pager/env.h"
#include "pager/linktable.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

void tl_termout_flush(struct tl_termout *t)
{
	size_t done = 0;

	while (done < t->bytes.len && !t->dead) {
		ssize_t n = write(t->fd, t->bytes.data + done, t->bytes.len - done);

		if (n > 0) {
			done += (size_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			struct pollfd p = { t->fd, POLLOUT, 0 };

			if (poll(&p, 1, 1000) < 0 && errno != EINTR)
				t->dead = true;
		} else if (n < 0 && errno != EINTR) {
			t->dead = true;
		}
	}
	t->bytes.len = 0;
}

void tl_termout_cap(struct tl_termout *t, enum tl_cap cap)
{
	tl_terminfo_emit(&t->ti, cap, &t->bytes);
}

void tl_termout_move(struct tl_termout *t, unsigned y, unsigned x)
{
	if (t->y == y && t->x == x)
		return;
	tl_terminfo_move(&t->ti, y, x, &t->bytes);
	t->y = y;
	t->x = x;
}

void tl_termout_lose_cursor(struct tl_termout *t)
{
	t->y = UINT_MAX;
}

#define ANY_SGR                                                                       \
	(TL_SGR_BOLD | TL_SGR_DIM | TL_SGR_ITALIC | TL_SGR_UNDERLINE | TL_SGR_BLINK | \
	 TL_SGR_REVERSE | TL_SGR_HIDDEN | TL_SGR_STRIKE)

static bool has_sgr(const struct tl_attr *a)
{
	return (a->flags & ANY_SGR) || a->fg || a->bg;
}

/* Hyperlinks go through to the terminal. */
static void set_link(struct tl_termout *t, uint32_t link)
{
	size_t len;
	const uint8_t *body = tl_linktable_body(link, &len);

	if (link == TL_LINK_OF(t->pen.flags))
		return;
	tl_buf_puts(&t->bytes, "\033]");
	if (body)
		tl_buf_append(&t->bytes, body, len);
	else
		tl_buf_puts(&t->bytes, "8;;");
	tl_buf_puts(&t->bytes, "\033\\");
}

void tl_termout_pen(struct tl_termout *t, const struct tl_attr *a)
{
	char sgr[96];
	size_t n;

	if (t->pen.flags == a->flags && t->pen.fg == a->fg && t->pen.bg == a->bg)
		return;
	if (t->shown.flags & TL_OWN_STANDOUT)
		tl_termout_cap(t, TL_CAP_END_STANDOUT);
	if (t->shown.flags & TL_OWN_UNDERLINE)
		tl_termout_cap(t, TL_CAP_END_UNDERLINE);
	if (t->shown.flags & (TL_OWN_BOLD | TL_OWN_BLINK))
		tl_termout_cap(t, TL_CAP_END_ALL);
	if (has_sgr(&t->shown))
		tl_buf_puts(&t->bytes, "\033[m");
	set_link(t, TL_LINK_OF(a->flags));
	t->pen = *a;
	t->shown = tl_colors_resolve(&t->colors, *a);
	n = tl_ansi_encode(&t->shown, sgr);
	tl_buf_append(&t->bytes, sgr, n);
	if (t->shown.flags & TL_OWN_BLINK)
		tl_termout_cap(t, TL_CAP_BLINK);
	if (t->shown.flags & TL_OWN_BOLD)
		tl_termout_cap(t, TL_CAP_BOLD);
	if (t->shown.flags & TL_OWN_UNDERLINE)
		tl_termout_cap(t, TL_CAP_UNDERLINE);
	if (t->shown.flags & TL_OWN_STANDOUT)
		tl_termout_cap(t, TL_CAP_STANDOUT);
}

/* ---- the size */

static unsigned from_env(const char *name)
{
	const char *v = tl_env(name);
	long n = v ? strtol(v, NULL, 10) : 0;

	return n > 0 && n < 10000 ? (unsigned)n : 0;
}

/* The first that is not 0, within reason. */
static unsigned choose(unsigned a, unsigned b, int c, unsigned d)
{
	unsigned n = a ? a : b ? b : c > 0 ? (unsigned)c : d;

	return n > 4000 ? 4000 : n;
}

/* LESS_LINES, LESS_COLUMNS: so many, or (negative) so many less than there are. */
static void override(const char *name, unsigned *n)
{
	const char *v = tl_env(name);
	long want = v ? strtol(v, NULL, 10) : 0;

	if (want < 0)
		want += *n;
	if (want > 0 && want < 4000)
		*n = (unsigned)want;
}

bool tl_termout_size(const struct tl_termout *t, unsigned *rows, unsigned *cols)
{
	struct winsize ws = { 0, 0, 0, 0 };
	unsigned all_rows, all_cols;

	ioctl(t->fd, TIOCGWINSZ, &ws);
	*rows = all_rows = choose(ws.ws_row, from_env("LINES"), t->ti.nrows, 24);
	*cols = all_cols = choose(ws.ws_col, from_env("COLUMNS"), t->ti.ncols, 80);
	override("LESS_LINES", rows);
	override("LESS_COLUMNS", cols);
	return *rows != all_rows || *cols != all_cols;
}
