/*
 * test_kernel.c: the kernel's code and symbols, from what lies beside a recording: a trace that
 * goes into the kernel, a module and a BPF program, and through code that changes, is what happened,
 * and what perf makes of it.
 */
#include "tests/trace/kerneltrace.h"
#include "tests/trace/runs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char elf[PATH_MAX + 32];
static bool no_perf;

/* ns: direct branches are in no packet, and all stands still while code is changed. */
enum { SLACK = 30000 };

enum { KCORE = 1, POKES = 2, BPF = 4, MOVED = 8 };

#define MOVED_BY 0x3e00000 /* a kernel is put at another place each time it is started */

static void make(const char *name, unsigned how)
{
	struct kerneltrace_config config = {
		.elf = elf,
		.folder = in_folder(name),
		.truth = in_folder("truth"),
		.ninsns = 6000,
		.seed = 3,
		.kcore = how & KCORE,
		.moved = how & MOVED ? MOVED_BY : 0,
		.pokes = how & POKES,
		.bpf = how & BPF,
	};
	struct tl_err err = TL_ERR_INIT;

	RUN("/dev/null", "rm", "-rf", (char *)in_folder(name));
	if (!kerneltrace_make(&config, &err))
		fail_msg("%s", err.msg);
}

static void perf(const char *recording, const char *itrace, const char *fields, const char *out)
{
	char command[2 * PATH_MAX + 200];

	snprintf(command, sizeof(command),
		 "perf script -i \"$0\" --itrace=%s --ns -F %s 2>/dev/null", itrace, fields);
	assert_int_equal(RUN(in_folder(out), "sh", "-c", command, (char *)in_folder(recording)), 0);
}

static void compare_truth(const char *recording)
{
	struct listing truth = { 0 }, branches = { 0 };

	assert_true(listing_truth(in_folder("truth"), &truth));
	all_read(&truth, "truth");
	view_of(recording, "branches", "branches");
	assert_true(listing_branches(in_folder("branches"), &branches));
	all_read(&branches, "branches");
	compare(&truth, "truth", &branches, "branches", FLAGS | TIMES, SLACK);
	listing_fini(&truth);
	listing_fini(&branches);
}

/* By the folder's name and by the name of the file in it. */
static void check(unsigned how)
{
	struct listing truth = { 0 }, perfs = { 0 }, branches = { 0 };

	make("rec", how);
	compare_truth("rec");
	compare_truth("rec/data");
	/* perf has the code of BPF programs from elsewhere. */
	if (no_perf || how & BPF)
		return;
	assert_true(listing_truth(in_folder("truth"), &truth));
	perf("rec", "be", "tid,cpu,time,flags,ip,sym,symoff,addr", "perf.be");
	assert_true(listing_perf(in_folder("perf.be"), &perfs));
	compare(&truth, "truth", &perfs, "perf", FLAGS | ADDRESSES | TIMES, SLACK);
	assert_true(listing_branches(in_folder("branches"), &branches));
	compare(&perfs, "perf", &branches, "branches", FLAGS | NAMES | TIMES, SLACK);
	listing_fini(&truth);
	listing_fini(&perfs);
	listing_fini(&branches);
}

static void test_kcore(void **state)
{
	check(KCORE);
	check(KCORE | MOVED);
}

static void test_pokes(void **state)
{
	check(KCORE | POKES);
}

static void test_bpf(void **state)
{
	check(KCORE | POKES | BPF);
}

static void options(const char *first, const char *second, const char *out)
{
	int rc = RUN(in_folder(out), tless, "--trace-view=branches", (char *)first, (char *)second,
		     (char *)in_folder("rec"));

	assert_int_equal(rc, 0);
}

static unsigned lines_with(const char *file, const char *part)
{
	FILE *f = fopen(in_folder(file), "r");
	char line[1024];
	unsigned n = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		n += strstr(line, part) != NULL;
	fclose(f);
	return n;
}

/* A list of symbols of another start of the same kernel; and no code, which is told. */
static void test_kallsyms(void **state)
{
	char option[PATH_MAX + 64], plain[PATH_MAX + 64];
	struct tl_err err = TL_ERR_INIT;

	make("rec", MOVED);
	view_of("rec/data", "branches", "branches");
	assert_int_equal(lines_with("branches", "entry_SYSCALL_64"), 0);
	assert_true(lines_with("branches", "record with 'perf record --kcore', or give --vmlinux") >
		    0);
	assert_true(kerneltrace_kallsyms(elf, in_folder("symbols"), 0x1000000, &err));
	snprintf(option, sizeof(option), "--kallsyms=%s", in_folder("symbols"));
	options("--no-index", option, "with-option");
	assert_true(lines_with("with-option", "program+10 -> entry_SYSCALL_64\n") > 10);
	assert_true(lines_with("with-option", "-> asm_sysvec_timer\n") > 10);

	/* The same, found beside the recording. */
	RUN("/dev/null", "cp", (char *)in_folder("symbols"), (char *)in_folder("rec/kallsyms"));
	view_of("rec/data", "branches", "branches");
	RUN(in_folder("diff"), "cmp", (char *)in_folder("branches"),
	    (char *)in_folder("with-option"));
	assert_int_equal(lines_with("diff", ""), 0);

	/* A file that is not there. */
	snprintf(plain, sizeof(plain), "--kallsyms=%s", in_folder("none"));
	assert_int_not_equal(run((char *[]){ tless, plain, (char *)in_folder("rec/data"), NULL },
				 in_folder("said"), true),
			     0);
	assert_int_equal(lines_with("said", "none'"), 1);
}

/* The kernel as it was linked, elsewhere: all that is code of it runs, and is named. */
static void test_vmlinux(void **state)
{
	char option[PATH_MAX + 64];
	struct listing truth = { 0 }, branches = { 0 };

	make("rec", MOVED);
	snprintf(option, sizeof(option), "--vmlinux=%s", elf);
	options("--no-index", option, "branches");
	assert_true(listing_truth(in_folder("truth"), &truth));
	assert_true(listing_branches(in_folder("branches"), &branches));
	all_read(&branches, "branches");
	compare(&truth, "truth", &branches, "branches", FLAGS | TIMES, SLACK);
	assert_true(lines_with("branches", "program+10 -> entry_SYSCALL_64\n") > 10);
	assert_true(lines_with("branches", "-> mod_helper\n") > 10);
	listing_fini(&truth);
	listing_fini(&branches);
	/* A list of symbols that has no addresses takes no names away. */
	RUN(in_folder("rec/kallsyms"), "echo", "0000000000000000 T entry_SYSCALL_64");
	options("--no-index", option, "branches");
	assert_true(lines_with("branches", "program+10 -> entry_SYSCALL_64\n") > 10);
}

/* A BPF program that was loaded after the copy of the kernel's memory was made. */
static void test_bpf_unknown(void **state)
{
	/* The second segment has no bytes. */
	static const char cut[] = "dd of=\"$0\" bs=1 count=8 seek=$((64 + 56 + 32)) conv=notrunc "
				  "</dev/zero";

	make("rec", KCORE | BPF);
	assert_int_equal(RUN(in_folder("log"), "sh", "-c", (char *)cut,
			     (char *)in_folder("rec/kcore_dir/kcore")),
			 0);
	view_of("rec", "branches", "branches");
	assert_true(lines_with("branches", "-> bpf_prog_0123456789abcdef_filter\n") > 10);
	assert_true(lines_with("branches", ": 'bpf_prog_0123456789abcdef_filter' was made by the "
					   "kernel, and its code is not in this recording;") > 10);
}

/*
 * What the kernel's code was compiled from, as it was linked; the code may be a copy of memory.  Each
 * address that ran has the line that addr2line has for where it was linked.
 */
static const char lines_of_kernel[] =
    "cd $0 && $1 --no-index --trace-view=insns --source --vmlinux=$2 rec |"
    "grep '\\[kernel.kallsyms\\]) ' |"
    "sed -E 's/^.*: +ffffffff([0-9a-f]+) .* ([a-zA-Z]+\\.S:[0-9]+)$/\\1 \\2/' | sort -u >ours &&"
    "cut -d ' ' -f 1 ours >at &&"
    "test $(wc -l <ours) -gt 25 && while read at; do\n"
    "  printf 'ffffffff%08x\\n' $((0x$at - $3))\n"
    "done <at | addr2line -s -e $2 | paste -d ' ' at - >theirs && cmp ours theirs";

static void compare_lines(unsigned how)
{
	char moved[20];

	make("rec", how);
	snprintf(moved, sizeof(moved), "%d", how & MOVED ? MOVED_BY : 0);
	if (run((char *[]){ "sh", "-c", (char *)lines_of_kernel, folder, tless, elf, moved, NULL },
		in_folder("log"), true) != 0)
		fail_msg("source lines of the kernel are others than addr2line's (%u)", how);
}

static void test_source(void **state)
{
	compare_lines(0);
	compare_lines(MOVED);
	compare_lines(KCORE | MOVED | POKES);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kcore),       cmocka_unit_test(test_pokes),
		cmocka_unit_test(test_bpf),         cmocka_unit_test(test_kallsyms),
		cmocka_unit_test(test_bpf_unknown), cmocka_unit_test(test_vmlinux),
		cmocka_unit_test(test_source),
	};
	int rc;

	if (!runs_begin())
		return 1;
	snprintf(elf, sizeof(elf), "%s/programs/kernel", here);
	no_perf = RUN(in_folder("log"), "perf", "--version") != 0;
	if (no_perf)
		print_message("skip: perf is not installed\n");
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	runs_end();
	return rc;
}
