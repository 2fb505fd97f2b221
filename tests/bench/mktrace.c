/*
 * mktrace: make trace text to page through, any size, the same bytes for the same seed.
 *
 *	mktrace [-s SEED] SIZE[K|M|G] FILE
 *
 * The text looks like what ftrace prints.  Timestamps are unique and increase, so one names
 * its line.  Three lines hold a word that is nowhere else (at 1 %, 50 % and 99.9 % of the
 * bytes); FILE.meta tells where, and where each percent of the file begins:
 *
 *	bytes N
 *	lines N
 *	WORD or first, last, 0% .. 99%: LINE OFFSET TIMESTAMP     (lines count from 1)
 *
 * FILE "-" is standard output, without the side file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK    (1u << 20)
#define LINE_MAX 512 /* no line is longer */

static uint64_t seed = 1;

static uint64_t rnd(void) /* splitmix64 */
{
	uint64_t z = (seed += 0x9e3779b97f4a7c15u);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static uint32_t below(uint32_t n)
{
	return (uint32_t)((rnd() >> 32) * n >> 32);
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define PICK(a)  ((a)[below(COUNT(a))])

static const char *const tasks[] = {
	"<idle>",       "bash",  "kworker/u16:1", "kworker/3:0H",  "systemd",     "dbus-daemon",
	"ksoftirqd/2",  "nginx", "postgres",      "rcu_sched",     "irq/31-xhci", "NetworkManager",
	"cc1",          "ld",    "firefox",       "Socket Thread", "node",        "python3",
	"jbd2/nvme0n1", "sshd",  "containerd",    "java",          "mysqld",      "perf",
};

static const char *const functions[] = {
	"schedule",        "vfs_write",        "ksys_write",       "fget_light",
	"mutex_unlock",    "wake_up_process",  "do_nanosleep",     "ep_poll",
	"tcp_recvmsg",     "sock_sendmsg",     "ip_rcv",           "napi_poll",
	"__free_pages_ok", "handle_mm_fault",  "filemap_fault",    "lru_cache_add",
	"ext4_da_write",   "submit_bio",       "nvme_poll",        "update_rq_clock",
	"set_next_entity", "rcu_note_context", "clockevents_prog", "native_write_msr",
};

static const char latency[][8] = { "d..1.", "d..2.", "d.h1.", "d.h3.", "..s2.", "....." };

/*
 * What an event prints behind its time.  %t a task, %f a function, %p a process number,
 * %d a small number, %x an address.
 */
static const char *const events[] = {
	"sched_switch: prev_comm=%t prev_pid=%p prev_prio=120 prev_state=S ==> next_comm=%t "
	"next_pid=%p next_prio=120",
	"sched_wakeup: comm=%t pid=%p prio=120 target_cpu=00%d",
	"sched_stat_runtime: comm=%t pid=%p runtime=%p%d [ns]",
	"irq_handler_entry: irq=%d name=nvme0q%d",
	"irq_handler_exit: irq=%d ret=handled",
	"softirq_entry: vec=%d [action=TIMER]",
	"softirq_exit: vec=%d [action=TIMER]",
	"hrtimer_start: hrtimer=%x function=tick_sched_timer expires=%p%p softexpires=%p%p",
	"sys_enter: NR %d (%d, %x, %p, 0, 0, 0)",
	"sys_exit: NR %d = %p",
	"kmem_cache_alloc: call_site=%f+0x%d ptr=%x bytes_req=%p bytes_alloc=%p",
	"page_fault_user: address=%x ip=%x error_code=0x%d",
	"block_rq_issue: 259,0 WS %p () %p%d + 8 [%t]",
	"%f <-%f",
	"%f <-%f",
	"%f <-%f",
};

static const struct {
	const char *word;
	unsigned permille;
} needles[] = { { "quux_early_17", 10 }, { "quux_middle_52", 500 }, { "quux_late_9931x", 999 } };

static const char header[] = "# tracer: nop\n"
			     "#\n"
			     "#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"
			     "#              | |         |   |||||     |         |\n";

/* ---- one line */

static char *put(char *at, const char *s)
{
	size_t n = strlen(s);

	memcpy(at, s, n);
	return at + n;
}

static char *put_padded(char *at, uint64_t v, int width, char pad)
{
	char digits[20];
	int n = 0;

	do
		digits[n++] = (char)('0' + v % 10);
	while (v /= 10);
	for (; width > n; width--)
		*at++ = pad;
	while (n > 0)
		*at++ = digits[--n];
	return at;
}

static char *put_address(char *at)
{
	uint64_t v = rnd();

	at = put(at, "ffff8");
	for (int i = 0; i < 11; i++, v >>= 4)
		*at++ = "0123456789abcdef"[v & 15];
	return at;
}

static char *put_event(char *at, const char *fmt)
{
	for (; *fmt; fmt++) {
		if (*fmt != '%') {
			*at++ = *fmt;
			continue;
		}
		switch (*++fmt) {
		case 't':
			at = put(at, PICK(tasks));
			break;
		case 'f':
			at = put(at, PICK(functions));
			break;
		case 'p':
			at = put_padded(at, 1 + below(32000), 0, 0);
			break;
		case 'd':
			at = put_padded(at, below(8), 0, 0);
			break;
		case 'x':
			at = put_address(at);
			break;
		}
	}
	return at;
}

static char *put_time(char *at, uint64_t us)
{
	at = put_padded(at, us / 1000000, 5, ' ');
	*at++ = '.';
	return put_padded(at, us % 1000000, 6, '0');
}

static char *put_line(char *at, uint64_t us, const char *needle)
{
	const char *task = PICK(tasks);
	size_t n = strlen(task);

	memset(at, ' ', 16);
	memcpy(at + 16 - n, task, n);
	at[16] = '-';
	memset(at + 17, ' ', 8);
	put_padded(at + 17, 1 + below(32000), 0, 0);
	at = put(at + 24, "[00");
	*at++ = (char)('0' + below(8));
	at = put(at, "] ");
	at = put(at, PICK(latency));
	*at++ = ' ';
	at = put_time(at, us);
	at = put(at, ": ");
	at = needle ? put(put(at, "tracing_mark_write: "), needle) : put_event(at, PICK(events));
	*at++ = '\n';
	return at;
}

/* ---- the file and its side file */

static uint64_t parse_size(const char *s)
{
	char *end;
	uint64_t n = strtoull(s, &end, 10);

	switch (*end) {
	case 'G':
		n <<= 10; /* fall through */
	case 'M':
		n <<= 10; /* fall through */
	case 'K':
		n <<= 10;
	}
	return n;
}

static bool write_all(int fd, const char *at, size_t n)
{
	while (n > 0) {
		ssize_t put_now = write(fd, at, n);

		if (put_now < 0 && errno == EINTR)
			continue;
		if (put_now < 0)
			return false;
		at += put_now;
		n -= (size_t)put_now;
	}
	return true;
}

static void note(FILE *meta, const char *what, uint64_t line, uint64_t offset, uint64_t us)
{
	char time[32];

	if (!meta)
		return;
	*put_time(time, us) = 0;
	fprintf(meta, "%s %llu %llu %s\n", what, (unsigned long long)line,
		(unsigned long long)offset, time + strspn(time, " "));
}

static bool generate(int fd, FILE *meta, uint64_t size)
{
	uint64_t offset = sizeof(header) - 1, line = 4, us = 1000000000, last = 0;
	unsigned percent = 0, next = 0;
	static char block[BLOCK + LINE_MAX];
	char *at = put(block, header), label[8];

	while (offset < size) {
		const char *needle = NULL;
		char *start = at;

		line++;
		us += 1 + below(19);
		if (line == 5)
			note(meta, "first", line, offset, us);
		for (; percent < 100 && offset >= size / 100 * percent; percent++) {
			snprintf(label, sizeof(label), "%u%%", percent);
			note(meta, label, line, offset, us);
		}
		if (next < COUNT(needles) && offset >= size / 1000 * needles[next].permille) {
			needle = needles[next++].word;
			note(meta, needle, line, offset, us);
		}
		at = put_line(at, us, needle);
		last = offset;
		offset += (uint64_t)(at - start);
		if (at - block >= BLOCK) {
			if (!write_all(fd, block, (size_t)(at - block)))
				return false;
			at = block;
		}
	}
	note(meta, "last", line, last, us);
	if (meta)
		fprintf(meta, "lines %llu\nbytes %llu\n", (unsigned long long)line,
			(unsigned long long)offset);
	return write_all(fd, block, (size_t)(at - block));
}

int main(int argc, char **argv)
{
	FILE *meta = NULL;
	char path[4096];
	int opt, fd = 1;

	while ((opt = getopt(argc, argv, "s:")) != -1) {
		if (opt != 's')
			argc = 0;
		else
			seed = strtoull(optarg, NULL, 10);
	}
	if (argc - optind != 2) {
		fprintf(stderr, "usage: mktrace [-s SEED] SIZE[K|M|G] FILE\n");
		return 2;
	}
	if (strcmp(argv[optind + 1], "-") != 0) {
		fd = open(argv[optind + 1], O_WRONLY | O_CREAT | O_TRUNC, 0666);
		snprintf(path, sizeof(path), "%s.meta", argv[optind + 1]);
		meta = fd < 0 ? NULL : fopen(path, "w");
		if (!meta) {
			perror(fd < 0 ? argv[optind + 1] : path);
			return 1;
		}
	}
	if (!generate(fd, meta, parse_size(argv[optind])) || (meta && fclose(meta) != 0)) {
		perror("mktrace");
		return 1;
	}
	return 0;
}
