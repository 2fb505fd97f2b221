/*
 * test_recorded.c: real programs, recorded without PT hardware, decoded by perf and by us.
 *
 * Each case records a program of tests/trace/programs in some configuration, and compares event
 * for event: what was executed (the truth) with `perf script`, so that the recording is known to
 * be good; then what tless makes of it with both.  The views that name functions are compared
 * with perf's names, the view `perf` byte for byte but for the digits of the time, which is
 * estimated between two timing packets, and the number of instructions with the truth.
 *
 * Where events of several CPUs are close in time, their order is a matter of the estimate; they
 * are compared thread by thread.
 */
#include "tests/trace/listing.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	NO_TIME = 1 << 0,
	LOOSE_TIME = 1 << 1, /* no CYC: estimates are worse */
	NO_CODE = 1 << 2,    /* some code is in no file */
	PIPE = 1 << 3,
	PTWRITES = 1 << 4,
	LATE_NAMES = 1 << 5, /* perf's clock stands still after an overflow, past a COMM record */
};

struct recipe {
	const char *name, *program;
	const char *options[8];
	unsigned flags;
};

static const struct recipe recipes[] = {
	{ "loops", "loops", { "--per-cpu", "1" }, 0 },
	{ "loops_long_tnt", "loops", { "--no-retcomp", "--long-tnt" }, LOOSE_TIME },
	{ "calls", "calls", { "--psb", "512" }, 0 },
	{ "calls_without_retcomp", "calls", { "--no-retcomp" }, 0 },
	{ "calls_deferred_tips", "calls", { "--no-retcomp", "--deferred-tips" }, LOOSE_TIME },
	{ "calls_without_cyc", "calls", { "--no-cyc" }, LOOSE_TIME },
	{ "calls_with_tsc_only", "calls", { "--no-cyc", "--no-mtc" }, LOOSE_TIME },
	{ "calls_one_psb", "calls", { "--psb", "0" }, 0 },
	{ "calls_piped", "calls", { "--pipe" }, PIPE },
	{ "calls_compressed", "calls", { "--compressed", "--psb", "300" }, 0 },
	{ "calls_overflowing", "calls", { "--overflow-every", "500" }, 0 },
	{ "calls_truncated", "calls", { "--truncate-every", "1000" }, 0 },
	{ "signals", "signals", { "--psb", "400" }, 0 },
	{ "threads_truncated", "threads", { "--truncate-every", "2000", "--per-cpu", "1" }, 0 },
	{ "signals_overflowing", "signals", { "--overflow-every", "300", "--seed", "2" }, 0 },
	{ "threads_one_cpu", "threads", { "--per-cpu", "1" }, 0 },
	{ "threads_three_cpus", "threads", { "--per-cpu", "3" }, 0 },
	{ "threads_wide", "threads", { "--wide", "--psb", "700" }, 0 },
	{ "threads_per_thread", "threads", { "--per-thread" }, 0 },
	{ "threads_without_time", "threads", { "--per-thread", "--no-time" }, NO_TIME },
	{ "threads_overflowing", "threads", { "--overflow-every", "700" }, LATE_NAMES },
	{ "forkexec", "forkexec", { "--cut", "--psb", "400" }, 0 },
	{ "forkexec_per_thread", "forkexec", { "--per-thread", "--no-cyc" }, LOOSE_TIME },
	{ "ptwrite", "ptwrite", { "--ptwrite-every", "1" }, PTWRITES },
	{ "vdso", "signals", { "--vdso" }, 0 },
	{ "jit", "jit", { "--no-retcomp" }, NO_CODE },
	{ "pie", "pie", { NULL }, 0 },
	{ "dl", "dl", { "--psb", "1000" }, 0 },
	{ "exceptions", "exceptions", { "--no-retcomp" }, 0 },
};

enum { NRECIPES = sizeof(recipes) / sizeof(recipes[0]) };

static char here[PATH_MAX];       /* the folder of this program */
static char tless[PATH_MAX + 16]; /* the pager, of the same build */
static char folder[PATH_MAX];     /* for files */
static const char *no_perf, *no_record;

/* A path in the folder; four are valid at a time. */
static const char *in_folder(const char *name)
{
	static char paths[4][PATH_MAX + 64];
	static unsigned n;

	n = (n + 1) % 4;
	snprintf(paths[n], sizeof(paths[n]), "%s/%s", folder, name);
	return paths[n];
}

/* Run with standard output (and, if `both`, error) in a file, for at most a minute. */
static int run(char *const argv[], const char *out, bool both)
{
	static char *env[] = { "PATH=/usr/bin:/bin:/usr/sbin", "LC_ALL=C", NULL, NULL };
	static char home[PATH_MAX + 8];
	int status, fd;
	pid_t pid;

	/* Nothing of the user's: perf's settings, build-id cache, saved indexes. */
	snprintf(home, sizeof(home), "HOME=%s", folder);
	env[2] = home;
	pid = fork();
	if (pid == 0) {
		fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0666);
		dup2(fd, STDOUT_FILENO);
		if (both) {
			dup2(fd, STDERR_FILENO);
		} else {
			fd = open("/dev/null", O_WRONLY);
			dup2(fd, STDERR_FILENO);
		}
		fd = open("/dev/null", O_RDONLY);
		dup2(fd, STDIN_FILENO);
		alarm(60);
		execvpe(argv[0], argv, env);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#define RUN(out, ...) run((char *[]){ __VA_ARGS__, NULL }, out, false)

static void record(const struct recipe *r)
{
	char recorder[PATH_MAX + 16], program[PATH_MAX + 64];
	char data[PATH_MAX + 64], truth[PATH_MAX + 64];
	char *argv[24] = { recorder, "-o", data, "--truth", truth };
	int n = 5, rc;

	snprintf(recorder, sizeof(recorder), "%s/record", here);
	snprintf(program, sizeof(program), "%s/programs/%s", here, r->program);
	snprintf(data, sizeof(data), "%s/data", folder);
	snprintf(truth, sizeof(truth), "%s/truth", folder);
	for (int i = 0; i < 8 && r->options[i]; i++)
		argv[n++] = (char *)r->options[i];
	argv[n++] = program;
	argv[n] = NULL;
	rc = run(argv, in_folder("log"), true);
	if (rc != 0)
		fail_msg("recording %s: exit status %d", r->name, rc);
}

/* perf script; perf reads a recording in pipe mode through a pipe only. */
static void perf(const struct recipe *r, const char *itrace, const char *fields, const char *out)
{
	char command[2 * PATH_MAX + 200];

	snprintf(command, sizeof(command),
		 "%s perf script -i %s --itrace=%s --ns -F %s 2>/dev/null",
		 r->flags & PIPE ? "cat \"$0\" |" : "", r->flags & PIPE ? "-" : "\"$0\"", itrace,
		 fields);
	assert_int_equal(RUN(in_folder(out), "sh", "-c", command, (char *)in_folder("data")), 0);
}

static void view(const char *name, const char *out)
{
	char option[64];
	int rc;

	snprintf(option, sizeof(option), "--trace-view=%s", name);
	rc = RUN(in_folder(out), tless, option, (char *)in_folder("data"));
	if (rc != 0)
		fail_msg("tless %s: exit status %d", option, rc);
}

/* ---- comparing */

static void all_read(const struct listing *l, const char *what)
{
	if (l->nunread)
		fail_msg("%s: %zu lines not understood, as '%s'", what, l->nunread, l->unread);
	if (l->n == 0)
		fail_msg("%s: no events", what);
}

static const struct listed *next_of(const struct listing *l, int tid, size_t *i)
{
	while (*i < l->n && l->v[*i].tid != tid)
		++*i;
	return *i < l->n ? &l->v[(*i)++] : NULL;
}

static const char *shown(const struct listed *e, char *text, size_t room)
{
	if (!e)
		return "nothing";
	snprintf(text, room, "%d [%d] %" PRIu64 " %s %" PRIx64 " %" PRIx64 " %s", e->tid, e->cpu,
		 e->ns, e->flags, e->from, e->to, e->where ? e->where : "");
	return text;
}

enum { ADDRESSES = 1, NAMES = 2, FLAGS = 4, TIMES = 8 };

static bool same(const struct listed *a, const struct listed *b, unsigned how, uint64_t slack)
{
	bool error = !strncmp(a->flags, "error", 5);
	uint64_t apart = a->ns > b->ns ? a->ns - b->ns : b->ns - a->ns;

	if ((how & FLAGS || error) && strcmp(a->flags, b->flags))
		return false;
	if (error)
		return true;
	if (a->cpu >= 0 && b->cpu >= 0 && a->cpu != b->cpu)
		return false;
	if (how & ADDRESSES && (a->from != b->from || a->to != b->to))
		return false;
	if (how & NAMES && strcmp(a->where, b->where))
		return false;
	return !(how & TIMES) || !a->ns || !b->ns || apart <= slack;
}

/* The same events of each thread, in the same order. */
static void compare(const struct listing *a, const char *aname, const struct listing *b,
		    const char *bname, unsigned how, uint64_t slack)
{
	char one[600], other[600];

	for (size_t first = 0; first < a->n; first++) {
		int tid = a->v[first].tid;
		size_t i = 0, j = 0, n = 0;
		const struct listed *x, *y;

		if (next_of(a, tid, &i) != &a->v[first])
			continue; /* a thread that was compared */
		i = 0;
		do {
			x = next_of(a, tid, &i);
			y = next_of(b, tid, &j);
			if ((x || y) && (!x || !y || !same(x, y, how, slack)))
				fail_msg("event %zu of thread %d:\n  %s: %s\n  %s: %s", n, tid,
					 aname, shown(x, one, sizeof(one)), bname,
					 shown(y, other, sizeof(other)));
			n++;
		} while (x);
	}
	if (a->n != b->n)
		fail_msg("%s has %zu events, %s %zu", aname, a->n, bname, b->n);
}

/* The file's lines, the digits of times replaced, as text; sorted by thread if asked. */
struct line {
	int tid;
	size_t at; /* keeps the order */
	char *text;
};

static int by_thread(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	return x->tid != y->tid ? (x->tid > y->tid) - (x->tid < y->tid)
				: (x->at > y->at) - (x->at < y->at);
}

/* The time is the first word of digits, a point and nine digits. */
static void blot_time(char *line)
{
	for (char *s = strchr(line, '.'); s; s = strchr(s + 1, '.')) {
		if (strspn(s + 1, "0123456789") != 9)
			continue;
		memset(s + 1, '#', 9);
		while (s > line && s[-1] >= '0' && s[-1] <= '9')
			*--s = '#';
		return;
	}
}

static struct line *read_lines(const char *path, bool names, size_t *n)
{
	FILE *f = fopen(path, "r");
	struct line *v = NULL;
	char *text = NULL, *s;
	size_t cap = 0, room = 0;

	*n = 0;
	assert_non_null(f);
	while (getline(&text, &room, f) > 0) {
		if (*n == cap) {
			cap = 2 * cap + 256;
			v = realloc(v, cap * sizeof(*v));
			assert_non_null(v);
		}
		blot_time(text);
		/* Behind the 16 columns of the name; or in the words of an error. */
		s = strstr(text, "instruction trace error") ? strstr(text, " tid ") + 5
		    : strlen(text) > 16                     ? text + 16
							    : text;
		v[*n] = (struct line){
			.tid = atoi(s),
			.at = *n,
			.text = strdup(names || strlen(text) < 16 ? text : text + 16),
		};
		++*n;
	}
	free(text);
	fclose(f);
	return v;
}

static void same_lines(const char *a, const char *b, bool threads, bool names)
{
	size_t na, nb;
	struct line *x = read_lines(a, names, &na), *y = read_lines(b, names, &nb);

	if (threads) {
		qsort(x, na, sizeof(*x), by_thread);
		qsort(y, nb, sizeof(*y), by_thread);
	}
	for (size_t i = 0; i < na && i < nb; i++) {
		if (strcmp(x[i].text, y[i].text))
			fail_msg("line %zu:\n  %s  %s", i + 1, x[i].text, y[i].text);
	}
	assert_int_equal(na, nb);
	for (size_t i = 0; i < na; i++)
		free(x[i].text);
	for (size_t i = 0; i < nb; i++)
		free(y[i].text);
	free(x);
	free(y);
}

/* Instructions of all threads, as the truth has them. */
static uint64_t true_insns(void)
{
	FILE *f = fopen(in_folder("truth"), "r");
	uint64_t sum = 0, n;
	char line[256];

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "insns %*d %" SCNu64, &n) == 1)
			sum += n;
	}
	fclose(f);
	return sum;
}

/* Lines of the view `insns` that show an instruction: those with an address and a binary. */
static uint64_t shown_insns(void)
{
	FILE *f = fopen(in_folder("insns"), "r");
	char *line = NULL;
	size_t room = 0;
	uint64_t n = 0;

	assert_non_null(f);
	while (getline(&line, &room, f) > 0)
		n += *line != '#' && !strstr(line, "[cbr ") && !strstr(line, "[ptwrite ") &&
		     !strstr(line, "[gap: ") && !strstr(line, "[tr strt]");
	free(line);
	fclose(f);
	return n;
}

/* Payloads, in order: of "ptwrite ..." in the truth, "[ptwrite 0x...]" in a view. */
static void same_payloads(void)
{
	FILE *truth = fopen(in_folder("truth"), "r"), *shows = fopen(in_folder("branches"), "r");
	char a[512], b[512];
	unsigned n = 0;
	uint64_t want;

	assert_non_null(truth);
	assert_non_null(shows);
	while (fgets(a, sizeof(a), truth)) {
		const char *at = NULL;

		if (sscanf(a, "ptwrite %*d %*d %*u %*x %" SCNx64, &want) != 1)
			continue;
		while (!at && fgets(b, sizeof(b), shows))
			at = strstr(b, "[ptwrite 0x");
		assert_non_null(at);
		assert_int_equal(strtoull(at + 9, NULL, 16), want);
		n++;
	}
	fclose(truth);
	fclose(shows);
	assert_int_equal(n, 30);
}

/* ---- the cases */

/* How far estimates of the time may be off.  Around a context switch they are wide. */
static uint64_t slack_of(const struct recipe *r)
{
	if (r->flags & LOOSE_TIME)
		return 1000000;
	return !strcmp(r->program, "threads") || !strcmp(r->program, "forkexec") ? 30000 : 1000;
}

static void check_perf(const struct recipe *r, const struct listing *truth, struct listing *perfs)
{
	perf(r, "be",
	     r->flags & NO_TIME ? "tid,flags,ip,sym,symoff,addr"
				: "tid,cpu,time,flags,ip,sym,symoff,addr",
	     "perf.be");
	assert_true(listing_perf(in_folder("perf.be"), perfs));
	all_read(perfs, "perf");
	if (!(r->flags & NO_CODE))
		compare(truth, "truth", perfs, "perf", FLAGS | ADDRESSES | TIMES, slack_of(r));
}

/* The view `perf` has addresses: the truth itself, without the names and jumps. */
static void check_addresses(const struct recipe *r)
{
	struct listing truth = { 0 }, l = { 0 };

	view("perf", "perf");
	assert_true(listing_truth(in_folder("truth"), &truth));
	if (r->flags & NO_CODE)
		listing_without_code(&truth, 0x10000000, 0x10001000);
	listing_keep_calls(&truth);
	assert_true(listing_perf(in_folder("perf"), &l));
	all_read(&l, "tless");
	compare(&truth, "truth", &l, "tless", FLAGS | ADDRESSES | TIMES, slack_of(r));
	listing_fini(&truth);
	listing_fini(&l);
}

static void check_views(const struct recipe *r, const struct listing *truth, struct listing *perfs)
{
	struct listing l = { 0 };

	if (!(r->flags & NO_TIME)) {
		perf(r, "cre", "comm,tid,cpu,time,flags,ip,sym,symoff,dso,addr", "perf.cre");
		same_lines(in_folder("perf.cre"), in_folder("perf"),
			   !strcmp(r->program, "threads") || !strcmp(r->program, "forkexec"),
			   !(r->flags & LATE_NAMES));
	}

	view("branches", "branches");
	assert_true(listing_branches(in_folder("branches"), &l));
	all_read(&l, "branches");
	compare(perfs, "perf", &l, "branches", FLAGS | NAMES | TIMES, slack_of(r));
	compare(truth, "truth", &l, "branches", FLAGS | TIMES, slack_of(r));
	listing_fini(&l);
	if (r->flags & PTWRITES)
		same_payloads();

	view("returns", "returns");
	assert_true(listing_returns(in_folder("returns"), &l));
	all_read(&l, "returns");
	listing_keep_calls(perfs);
	listing_as_returns(perfs);
	compare(perfs, "perf", &l, "returns", NAMES, 0);
	listing_fini(&l);

	view("insns", "insns");
	assert_int_equal(shown_insns(), true_insns());
}

static void recorded(void **state)
{
	const struct recipe *r = *state;
	struct listing truth = { 0 }, perfs = { 0 };

	if (no_record || no_perf) {
		print_message("skip: %s\n", no_record ? no_record : no_perf);
		skip();
	}
	record(r);
	assert_true(listing_truth(in_folder("truth"), &truth));
	all_read(&truth, "truth");
	check_perf(r, &truth, &perfs);
	check_addresses(r);
	/* Where code is missing perf gives up for longer than has to be. */
	if (!(r->flags & NO_CODE))
		check_views(r, &truth, &perfs);
	listing_fini(&truth);
	listing_fini(&perfs);
}

/* Is there what is needed? */
static void look_around(void)
{
	static const struct recipe smallest = { "loops", "loops", { NULL }, 0 };
	char self[PATH_MAX], recorder[PATH_MAX + 16], program[PATH_MAX + 32];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	struct stat st;

	self[n > 0 ? n : 0] = '\0';
	snprintf(here, sizeof(here), "%s", dirname(self));
	snprintf(tless, sizeof(tless), "%s/../../tless", here);
	if (stat(tless, &st) != 0)
		no_record = "the pager is not built";
	if (RUN(in_folder("log"), "perf", "--version") != 0)
		no_perf = "perf is not installed";
	snprintf(recorder, sizeof(recorder), "%s/record", here);
	snprintf(program, sizeof(program), "%s/programs/%s", here, smallest.program);
	if (!no_record &&
	    RUN(in_folder("log"), recorder, "-o", (char *)in_folder("data"), program) == 77)
		no_record = "ptrace is not permitted";
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[NRECIPES];
	const char *tmp = getenv("TMPDIR");
	int rc;

	snprintf(folder, sizeof(folder), "%s/tless-recorded-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(folder))
		return 1;
	look_around();
	for (size_t i = 0; i < NRECIPES; i++) {
		tests[i] = (struct CMUnitTest){
			.name = recipes[i].name,
			.test_func = recorded,
			.initial_state = (void *)&recipes[i],
		};
	}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	if (!getenv("KEEP"))
		RUN("/dev/null", "rm", "-rf", folder);
	else
		print_message("files: %s\n", folder);
	return rc;
}
