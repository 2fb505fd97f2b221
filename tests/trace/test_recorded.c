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
#include "decoders/perf/elffile.h"
#include "tests/trace/runs.h"

#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	NO_TIME = 1 << 0,
	LOOSE_TIME = 1 << 1, /* no CYC: estimates are worse */
	NO_CODE = 1 << 2,    /* some code is in no file */
	PIPE = 1 << 3,
	PTWRITES = 1 << 4,
	VDSO = 1 << 6,       /* what is called in it has a name */
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
	{ "vdso_times", "times", { "--vdso", "--psb", "500" }, VDSO },
	{ "jit", "jit", { "--no-retcomp" }, NO_CODE },
	{ "pie", "pie", { NULL }, 0 },
	{ "dl", "dl", { "--psb", "1000" }, 0 },
	{ "exceptions", "exceptions", { "--no-retcomp" }, 0 },
};

enum { NRECIPES = sizeof(recipes) / sizeof(recipes[0]) };

static const char *no_perf, *no_record;

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

/* ---- comparing */

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
		n += *line != '#' && !strstr(line, "[cbr: ") && !strstr(line, "[ptwrite: ") &&
		     !strstr(line, "[gap: ") && !strstr(line, "[tr strt]");
	free(line);
	fclose(f);
	return n;
}

/* Payloads, in order: of "ptwrite ..." in the truth, "[ptwrite: 0x...]" in a view. */
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
			at = strstr(b, "[ptwrite: 0x");
		assert_non_null(at);
		assert_int_equal(strtoull(at + 10, NULL, 16), want);
		n++;
	}
	fclose(truth);
	fclose(shows);
	assert_int_equal(n, 30);
}

/* Lines of the view `branches` that call a function. */
static unsigned count_lines(const char *call)
{
	FILE *f = fopen(in_folder("branches"), "r");
	char line[1024];
	unsigned n = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		const char *at = strstr(line, call);

		n += at && at[strlen(call)] == '\n';
	}
	fclose(f);
	return n;
}

/* What `perf record` does, too: the vdso is put into perf's cache, by its build-id. */
static void cache_vdso(void)
{
	const uint8_t *start = (const uint8_t *)getauxval(AT_SYSINFO_EHDR);
	enum { SIZE = 2 * 4096 };
	uint8_t id[TL_ELF_BUILD_ID];
	char hex[2 * TL_ELF_BUILD_ID + 1] = "", dir[PATH_MAX + 128], path[PATH_MAX + 160];
	struct tl_elf elf;
	size_t len;
	FILE *f;

	assert_true(start && tl_elf_init_memory(&elf, (struct tl_span){ start, SIZE }));
	len = tl_elf_build_id(&elf, id);
	tl_elf_fini(&elf);
	for (size_t i = 0; i < len; i++)
		sprintf(hex + 2 * i, "%02x", id[i]);
	snprintf(dir, sizeof(dir), "%s/.debug/.build-id/%.2s/%s", folder, hex, hex + 2);
	RUN("/dev/null", "mkdir", "-p", dir);
	snprintf(path, sizeof(path), "%s/vdso", dir);
	f = fopen(path, "w");
	assert_true(f && fwrite(start, 1, SIZE, f) == SIZE && fclose(f) == 0);
}

/* Without it there is the one of this process, which is the same. */
static void check_own_vdso(void)
{
	RUN("/dev/null", "rm", "-rf", (char *)in_folder(".debug"));
	view_of("data", "branches", "own");
	same_lines(in_folder("branches"), in_folder("own"), false, true);
	assert_int_equal(count_lines("-> __vdso_clock_gettime") + count_lines("-> clock_gettime"),
			 10);
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

	view_of("data", "perf", "perf");
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

	view_of("data", "branches", "branches");
	assert_true(listing_branches(in_folder("branches"), &l));
	all_read(&l, "branches");
	compare(perfs, "perf", &l, "branches", FLAGS | NAMES | TIMES, slack_of(r));
	compare(truth, "truth", &l, "branches", FLAGS | TIMES, slack_of(r));
	listing_fini(&l);
	if (r->flags & PTWRITES)
		same_payloads();
	if (r->flags & VDSO)
		check_own_vdso();
	view_of("data", "returns", "returns");
	assert_true(listing_returns(in_folder("returns"), &l));
	all_read(&l, "returns");
	listing_keep_calls(perfs);
	listing_as_returns(perfs);
	compare(perfs, "perf", &l, "returns", NAMES, 0);
	listing_fini(&l);

	view_of("data", "insns", "insns");
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
	if (r->flags & VDSO)
		cache_vdso();
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
	char recorder[PATH_MAX + 16], program[PATH_MAX + 32];
	struct stat st;

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
	int rc;

	if (!runs_begin())
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
	runs_end();
	return rc;
}
