/* term.c: see term.h.  The pty and the process are job.c's, "idle" is idle.c's. */
#include "tests/pty/term.h"

#include "tests/pty/idle.h"
#include "tests/pty/job.h"
#include "tests/pty/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#define IO_TIMEOUT_MS 10000 /* for typing and feeding */
#define IDLE_POLL_US  200   /* between two looks at /proc */
#define QUIET_NS      300000000
#define NTEXTS        8

struct term {
	struct job job;
	VTerm *vt;
	VTermScreen *screen;
	int rows, cols;
	bool alternate, cursor_hidden;
	unsigned bells, scrolled_off;
	struct tl_buf raw;
	size_t shown;        /* bytes of raw the emulator has got */
	struct tl_buf typed; /* made by the emulator, not yet written */
	struct tl_buf text[NTEXTS], all;
	unsigned next_text;
	uint64_t seen_activity, quiet_since;
};

uint64_t term_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* ---- what the emulator tells */

static int on_prop(VTermProp prop, VTermValue *val, void *user)
{
	struct term *t = user;

	if (prop == VTERM_PROP_ALTSCREEN)
		t->alternate = val->boolean;
	else if (prop == VTERM_PROP_CURSORVISIBLE)
		t->cursor_hidden = !val->boolean;
	return 1;
}

static int on_bell(void *user)
{
	((struct term *)user)->bells++;
	return 1;
}

static int on_pushline(int cols, const VTermScreenCell *cells, void *user)
{
	((struct term *)user)->scrolled_off++;
	return 1;
}

static const VTermScreenCallbacks screen_callbacks = {
	.settermprop = on_prop,
	.bell = on_bell,
	.sb_pushline = on_pushline,
};

static void on_output(const char *bytes, size_t n, void *user)
{
	tl_buf_append(&((struct term *)user)->typed, bytes, n);
}

/* ---- life */

struct term *term_open(const struct term_opts *opts)
{
	struct term *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->rows = opts->rows ? opts->rows : 24;
	t->cols = opts->cols ? opts->cols : 80;
	t->vt = vterm_new(t->rows, t->cols);
	vterm_set_utf8(t->vt, 1);
	vterm_output_set_callback(t->vt, on_output, t);
	t->screen = vterm_obtain_screen(t->vt);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_set_callbacks(t->screen, &screen_callbacks, t);
	vterm_screen_reset(t->screen, 1);
	t->alternate = t->cursor_hidden = false;
	if (!job_start(&t->job, opts)) {
		term_close(t);
		return NULL;
	}
	return t;
}

void term_close(struct term *t)
{
	if (!t)
		return;
	job_end(&t->job);
	vterm_free(t->vt);
	tl_buf_fini(&t->raw);
	tl_buf_fini(&t->typed);
	for (int i = 0; i < NTEXTS; i++)
		tl_buf_fini(&t->text[i]);
	tl_buf_fini(&t->all);
	free(t);
}

pid_t term_pid(const struct term *t)
{
	return t->job.exited ? 0 : t->job.pid;
}

/* ---- moving bytes */

/* How many bytes at the end begin a UTF-8 character that is not complete. */
static size_t cut_character(const uint8_t *bytes, size_t n)
{
	for (size_t k = 1; k <= 3 && k <= n; k++) {
		uint8_t c = bytes[n - k];

		if (c >= 0xc0)
			return k < (c >= 0xf0 ? 4u : c >= 0xe0 ? 3u : 2u) ? k : 0;
		if (c < 0x80)
			break;
	}
	return 0;
}

/* One read.  False: nothing there. */
static bool read_some(struct term *t)
{
	size_t n;
	char buf[65536];
	ssize_t got = read(t->job.master, buf, sizeof(buf));

	if (got <= 0)
		return false;
	tl_buf_append(&t->raw, buf, (size_t)got);
	/* libvterm 0.1 loses a character that comes in two pieces: keep its beginning back. */
	n = t->raw.len - t->shown;
	n -= cut_character(t->raw.data + t->shown, n);
	vterm_input_write(t->vt, (const char *)t->raw.data + t->shown, n);
	t->shown += n;
	return true;
}

void term_poll(struct term *t)
{
	job_poll(&t->job); /* before the output, so that what came before the end is read */
	for (int i = 0; i < 64 && read_some(t); i++)
		;
}

/* Sleep until there is something to take in. */
static void wait_news(struct term *t, uint64_t ns)
{
	struct timespec ts = { (time_t)(ns / 1000000000u), (long)(ns % 1000000000u) };
	struct pollfd p[2] = { { .fd = t->job.master, .events = POLLIN },
			       { .fd = t->job.exited ? -1 : t->job.events, .events = POLLIN } };

	(void)ppoll(p, 2, &ts, NULL);
}

/* Write all, taking in output meanwhile so that neither side blocks the other. */
static bool write_all(struct term *t, int fd, const void *bytes, size_t n)
{
	uint64_t deadline = term_now_ns() + IO_TIMEOUT_MS * 1000000ull;
	const char *at = bytes;

	while (n > 0 && term_now_ns() < deadline) {
		ssize_t put = write(fd, at, n);

		if (put < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		if (put > 0) {
			at += put;
			n -= (size_t)put;
			continue;
		}
		term_poll(t);
		if (t->job.exited)
			return false;
		wait_news(t, 1000000);
	}
	return n == 0;
}

bool term_keys(struct term *t, const char *keys)
{
	bool ok;

	t->typed.len = 0;
	while (*keys)
		keys = keys_press(t->vt, keys);
	ok = write_all(t, t->job.master, t->typed.data, t->typed.len);
	t->typed.len = 0;
	idle_unread(t->job.tty); /* they have arrived now: a sleeping reader is awake */
	return ok;
}

int term_unread(const struct term *t)
{
	return idle_unread(t->job.tty);
}

bool term_feed(struct term *t, const void *bytes, size_t n)
{
	fcntl(t->job.feed, F_SETFL, O_NONBLOCK);
	return write_all(t, t->job.feed, bytes, n);
}

bool term_feed_some(struct term *t, const void *bytes, size_t n, size_t *taken)
{
	ssize_t put;

	fcntl(t->job.feed, F_SETFL, O_NONBLOCK);
	put = write(t->job.feed, bytes, n);
	if (put > 0)
		*taken += (size_t)put;
	return put > 0;
}

void term_feed_end(struct term *t)
{
	if (t->job.feed >= 0)
		close(t->job.feed);
	t->job.feed = -1;
}

/* ---- waiting */

static bool wait_for(struct term *t, bool (*until)(struct term *, void *), void *arg,
		     int timeout_ms, uint64_t step_ns)
{
	uint64_t now, deadline = term_now_ns() + (uint64_t)timeout_ms * 1000000u;

	for (;;) {
		term_poll(t);
		if (until(t, arg))
			return true;
		now = term_now_ns();
		if (t->job.exited || now >= deadline)
			return false;
		wait_news(t, step_ns < deadline - now ? step_ns : deadline - now);
	}
}

bool term_wait(struct term *t, bool (*until)(struct term *t, void *arg), void *arg, int timeout_ms)
{
	return wait_for(t, until, arg, timeout_ms, 1000000000u);
}

static bool shows(struct term *t, void *arg)
{
	return term_find(t, arg) >= 0;
}

static bool shows_not(struct term *t, void *arg)
{
	return term_find(t, arg) < 0;
}

bool term_wait_text(struct term *t, const char *needle, int timeout_ms)
{
	return term_wait(t, shows, (void *)needle, timeout_ms);
}

bool term_wait_no_text(struct term *t, const char *needle, int timeout_ms)
{
	return term_wait(t, shows_not, (void *)needle, timeout_ms);
}

/*
 * For a system whose /proc does not tell what a thread sleeps in: keys read, and no thread
 * ran for QUIET_NS.
 */
static bool long_quiet(struct term *t)
{
	uint64_t now = term_now_ns(), activity = idle_activity(t->job.pid);

	if (activity != t->seen_activity || idle_unread(t->job.tty) > 0) {
		t->seen_activity = activity;
		t->quiet_since = now;
	}
	return now - t->quiet_since > QUIET_NS;
}

static bool is_idle(struct term *t, void *arg)
{
	if (t->job.exited || t->job.stopped)
		return false;
	if (idle_can_tell() ? !idle_waits_for_key(t->job.pid, t->job.tty) : !long_quiet(t))
		return false;
	term_poll(t); /* all it wrote before it slept */
	return true;
}

bool term_wait_idle(struct term *t, int timeout_ms)
{
	t->seen_activity = 0;
	return wait_for(t, is_idle, NULL, timeout_ms, IDLE_POLL_US * 1000u);
}

static bool has_stopped(struct term *t, void *arg)
{
	return t->job.stopped;
}

static bool has_exited(struct term *t, void *arg)
{
	return t->job.exited;
}

bool term_wait_stop(struct term *t, int timeout_ms)
{
	return term_wait(t, has_stopped, NULL, timeout_ms);
}

bool term_wait_exit(struct term *t, int timeout_ms)
{
	bool ended = term_wait(t, has_exited, NULL, timeout_ms);

	term_poll(t);
	return ended;
}

static bool feed_broken(struct term *t, void *arg)
{
	struct pollfd p = { .fd = t->job.feed };

	if (t->job.feeder > 0)
		return t->job.feeder_ended;
	return poll(&p, 1, 0) == 1 && (p.revents & POLLERR);
}

bool term_feed_broken(struct term *t, int timeout_ms)
{
	uint64_t deadline = term_now_ns() + (uint64_t)timeout_ms * 1000000u;

	/* Not term_wait(): the reader may have ended, and its feeder not yet noticed. */
	while (!feed_broken(t, NULL)) {
		if (term_now_ns() > deadline)
			return false;
		wait_news(t, 1000000);
		term_poll(t);
	}
	return true;
}

int term_exit_status(const struct term *t)
{
	return t->job.exited ? t->job.status : -1;
}

/* ---- acting on it */

void term_signal(struct term *t, int sig)
{
	if (!t->job.exited)
		kill(t->job.pid, sig);
}

void term_resize(struct term *t, int rows, int cols)
{
	struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

	t->rows = rows;
	t->cols = cols;
	vterm_set_size(t->vt, rows, cols);
	ioctl(t->job.master, TIOCSWINSZ, &size);
}

void term_foreground(struct term *t)
{
	t->job.stopped = false;
	if (write(t->job.control, "f", 1) != 1)
		t->job.exited = true;
}

/* ---- the screen */

static void put_utf8(struct tl_buf *b, uint32_t c)
{
	if (c < 0x80) {
		tl_buf_putc(b, (uint8_t)c);
	} else if (c < 0x800) {
		tl_buf_putc(b, (uint8_t)(0xc0 | c >> 6));
		tl_buf_putc(b, (uint8_t)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		tl_buf_putc(b, (uint8_t)(0xe0 | c >> 12));
		tl_buf_putc(b, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		tl_buf_putc(b, (uint8_t)(0x80 | (c & 0x3f)));
	} else {
		tl_buf_putc(b, (uint8_t)(0xf0 | c >> 18));
		tl_buf_putc(b, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
		tl_buf_putc(b, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		tl_buf_putc(b, (uint8_t)(0x80 | (c & 0x3f)));
	}
}

static bool get_cell(struct term *t, int y, int x, VTermScreenCell *cell)
{
	return vterm_screen_get_cell(t->screen, (VTermPos){ y, x }, cell) != 0;
}

static void put_cell(struct tl_buf *b, const VTermScreenCell *cell)
{
	if (cell->chars[0] == (uint32_t)-1)
		return; /* the right half of a wide character */
	if (cell->chars[0] == 0)
		tl_buf_putc(b, ' ');
	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i]; i++)
		put_utf8(b, cell->chars[i]);
}

static void put_row(struct term *t, int y, struct tl_buf *b)
{
	size_t start = b->len;
	VTermScreenCell cell;

	for (int x = 0; x < t->cols; x++)
		if (get_cell(t, y, x, &cell))
			put_cell(b, &cell);
	while (b->len > start && b->data[b->len - 1] == ' ')
		b->len--;
}

int term_rows(const struct term *t)
{
	return t->rows;
}

int term_cols(const struct term *t)
{
	return t->cols;
}

const char *term_row(struct term *t, int y)
{
	struct tl_buf *b = &t->text[t->next_text++ % NTEXTS];

	b->len = 0;
	put_row(t, y, b);
	return tl_buf_str(b);
}

const char *term_screen(struct term *t)
{
	t->all.len = 0;
	for (int y = 0; y < t->rows; y++) {
		put_row(t, y, &t->all);
		tl_buf_putc(&t->all, '\n');
	}
	return tl_buf_str(&t->all);
}

int term_find(struct term *t, const char *needle)
{
	for (int y = 0; y < t->rows; y++)
		if (strstr(term_row(t, y), needle))
			return y;
	return -1;
}

static int color(VTermColor c, bool is_default)
{
	if (is_default)
		return TERM_DEFAULT_COLOR;
	if (VTERM_COLOR_IS_INDEXED(&c))
		return c.indexed.idx;
	return 0x1000000 | c.rgb.red << 16 | c.rgb.green << 8 | c.rgb.blue;
}

struct term_cell term_cell(struct term *t, int y, int x)
{
	struct term_cell out = { .fg = TERM_DEFAULT_COLOR, .bg = TERM_DEFAULT_COLOR };
	struct tl_buf b = TL_BUF_INIT;
	VTermScreenCell cell;

	if (!get_cell(t, y, x, &cell))
		return out;
	put_cell(&b, &cell);
	/* libvterm leaves the right half of a wide character with the looks of what was there. */
	if (cell.chars[0] == (uint32_t)-1 && x > 0) {
		unsigned width = cell.width;

		get_cell(t, y, x - 1, &cell);
		cell.width = width;
	}
	snprintf(out.text, sizeof(out.text), "%s", tl_buf_str(&b));
	tl_buf_fini(&b);
	out.width = cell.width;
	out.bold = cell.attrs.bold;
	out.underline = cell.attrs.underline != VTERM_UNDERLINE_OFF;
	out.reverse = cell.attrs.reverse;
	out.italic = cell.attrs.italic;
	out.blink = cell.attrs.blink;
	out.fg = color(cell.fg, VTERM_COLOR_IS_DEFAULT_FG(&cell.fg));
	out.bg = color(cell.bg, VTERM_COLOR_IS_DEFAULT_BG(&cell.bg));
	return out;
}

void term_cursor(const struct term *t, int *y, int *x)
{
	VTermPos pos;

	vterm_state_get_cursorpos(vterm_obtain_state(t->vt), &pos);
	*y = pos.row;
	*x = pos.col;
}

bool term_cursor_visible(const struct term *t)
{
	return !t->cursor_hidden;
}

bool term_alternate(const struct term *t)
{
	return t->alternate;
}

unsigned term_bells(const struct term *t)
{
	return t->bells;
}

unsigned term_scrolled_off(const struct term *t)
{
	return t->scrolled_off;
}

const struct tl_buf *term_raw(const struct term *t)
{
	return &t->raw;
}

bool term_modes_restored(const struct term *t)
{
	const struct termios *was = &t->job.modes;
	struct termios now;

	if (tcgetattr(t->job.tty, &now) < 0)
		return false;
	return now.c_iflag == was->c_iflag && now.c_oflag == was->c_oflag &&
	       now.c_cflag == was->c_cflag && now.c_lflag == was->c_lflag &&
	       memcmp(now.c_cc, was->c_cc, sizeof(now.c_cc)) == 0;
}

void term_print(struct term *t, FILE *to)
{
	int y, x;

	term_cursor(t, &y, &x);
	fprintf(to, "+---- %dx%d, cursor %d,%d%s, %d bytes typed and not read, ", t->cols, t->rows,
		y, x, t->alternate ? ", alternate screen" : "", idle_unread(t->job.tty));
	if (!t->job.exited)
		fprintf(to, "%s\n", t->job.stopped ? "stopped" : "running");
	else if (WIFSIGNALED(t->job.status))
		fprintf(to, "killed by signal %d\n", WTERMSIG(t->job.status));
	else
		fprintf(to, "exited with %d\n", WEXITSTATUS(t->job.status));
	for (int row = 0; row < t->rows; row++)
		fprintf(to, "|%s\n", term_row(t, row));
	fprintf(to, "+----\n");
}

static char attr_mark(const struct term_cell *c)
{
	bool colored = c->fg != TERM_DEFAULT_COLOR || c->bg != TERM_DEFAULT_COLOR;
	int set = c->bold | c->underline << 1 | c->reverse << 2 | colored << 3;

	return " bu3r567c9ABCDEF"[set];
}

void term_dump(struct term *t, struct tl_buf *to)
{
	int y, x;

	for (y = 0; y < t->rows; y++) {
		size_t start;

		tl_buf_printf(to, "|%s\n~", term_row(t, y));
		start = to->len;
		for (x = 0; x < t->cols; x++) {
			struct term_cell cell = term_cell(t, y, x);

			tl_buf_putc(to, (uint8_t)attr_mark(&cell));
		}
		while (to->len > start && to->data[to->len - 1] == ' ')
			to->len--;
		if (to->len == start)
			to->len--; /* no attributes: no line of marks */
		else
			tl_buf_putc(to, '\n');
	}
	term_cursor(t, &y, &x);
	tl_buf_printf(to, "@%d,%d\n", y, x);
}
