/*
 * test_jit.c: code that is in no binary: a compiler's dump gives its bytes and names, each for its
 * time, and a list of names gives names.  Recorded, decoded, and compared with what happened and with
 * what perf makes of it.
 */
#include "tests/trace/runs.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Estimates of the time, ns. */
enum { SLACK = 1000 };

static const char *no_record;
static bool no_perf;

static void record(const char *how)
{
	char recorder[PATH_MAX + 16], program[PATH_MAX + 32];
	int rc;

	if (no_record) {
		print_message("skip: %s\n", no_record);
		skip();
	}
	snprintf(recorder, sizeof(recorder), "%s/record", here);
	snprintf(program, sizeof(program), "%s/programs/jitdump", here);
	rc = run((char *[]){ recorder, "-o", (char *)in_folder("data"), "--truth",
			     (char *)in_folder("truth"), "--no-retcomp", program, folder,
			     (char *)how, NULL },
		 in_folder("log"), true);
	if (rc != 0)
		fail_msg("recording: exit status %d", rc);
}

/* The file there whose name begins so; "": none. */
static const char *find(const char *begin)
{
	static char name[256];
	DIR *d = opendir(folder);
	struct dirent *e;

	name[0] = '\0';
	while ((e = readdir(d)))
		if (strncmp(e->d_name, begin, strlen(begin)) == 0)
			snprintf(name, sizeof(name), "%s", e->d_name);
	closedir(d);
	return name;
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

static void show_source(const char *recording, const char *out)
{
	assert_int_equal(RUN(in_folder(out), tless, "--no-index", "--trace-view=insns", "--source",
			     (char *)in_folder(recording)),
			 0);
}

static void compare_truth(const char *recording)
{
	struct listing truth = { 0 }, branches = { 0 };

	assert_true(listing_truth(in_folder("truth"), &truth));
	view_of(recording, "branches", "branches");
	assert_true(listing_branches(in_folder("branches"), &branches));
	all_read(&branches, "branches");
	compare(&truth, "truth", &branches, "branches", FLAGS | TIMES, SLACK);
	listing_fini(&truth);
	listing_fini(&branches);
}

/* "one" and "two" are at one address, "both" calls "two" twice, "two" is moved. */
static void expect_names(void)
{
	assert_int_equal(lines_with("branches", "-> one\n"), 3);
	assert_int_equal(lines_with("branches", "-> two\n"), 3 + 3 * 2 + 3);
	assert_int_equal(lines_with("branches", "-> both\n"), 3);
	assert_int_equal(lines_with("branches", "100000"), 0);
}

static void test_jitdump(void **state)
{
	char dump[PATH_MAX + 64];

	record(NULL);
	compare_truth("data");
	expect_names();
	view_of("data", "insns", "insns");
	assert_int_equal(lines_with("insns", "two+0x2 "), 12);

	/* What the dump tells of the source: "one" runs 3 times, "both" too, "two" tells nothing. */
	show_source("data", "source");
	assert_int_equal(lines_with("source", "  one.lang:10\n"), 3);
	assert_int_equal(lines_with("source", "  one.lang:11\n"), 3);
	assert_int_equal(lines_with("source", "  one.lang:12\n"), 3);
	assert_int_equal(lines_with("source", "  both.lang:7\n"), 3);
	assert_int_equal(lines_with("source", "  made.lang:90\n"), 3 * 2);
	assert_int_equal(lines_with("source", ".lang:"), 18);

	/* Brought along with the recording, in a folder of another name. */
	snprintf(dump, sizeof(dump), "%s", in_folder(find("jit-")));
	assert_int_equal(mkdir(in_folder("elsewhere"), 0777), 0);
	RUN("/dev/null", "mv", dump, (char *)in_folder("data"), (char *)in_folder("elsewhere"));
	compare_truth("elsewhere/data");
	expect_names();

	/* Not there: told, with what to do. */
	RUN("/dev/null", "sh", "-c", "rm \"$0\"/jit-*", (char *)in_folder("elsewhere"));
	view_of("elsewhere/data", "branches", "branches");
	assert_int_equal(lines_with("branches", ".dump' not found; copy it beside the recording"),
			 18);
	RUN("/dev/null", "rm", "-r", (char *)in_folder("elsewhere"));
}

/* What `perf inject --jit` makes of it are binaries like others. */
static void test_inject(void **state)
{
	struct listing truth = { 0 }, perfs = { 0 }, branches = { 0 };

	if (no_perf)
		skip();
	record(NULL);
	if (RUN(in_folder("log"), "perf", "inject", "--jit", "-i", (char *)in_folder("data"), "-o",
		(char *)in_folder("jitted")) != 0)
		skip();
	assert_int_equal(RUN(in_folder("perf"), "perf", "script", "-i", (char *)in_folder("jitted"),
			     "--itrace=be", "--ns", "-F", "tid,cpu,time,flags,ip,sym,symoff,addr"),
			 0);
	assert_true(listing_truth(in_folder("truth"), &truth));
	assert_true(listing_perf(in_folder("perf"), &perfs));
	compare(&truth, "truth", &perfs, "perf", FLAGS | ADDRESSES | TIMES, SLACK);
	/* Ours of the dump, then of those binaries. */
	for (unsigned i = 0; i < 2; i++) {
		view_of(i ? "jitted" : "data", "branches", "branches");
		assert_true(listing_branches(in_folder("branches"), &branches));
		compare(&perfs, "perf", &branches, "branches", FLAGS | NAMES | TIMES, SLACK);
		listing_fini(&branches);
		/* Its DWARF tells the same lines as the dump, but for the last of each function. */
		show_source(i ? "jitted" : "data", "source");
		RUN(in_folder(i ? "lines-1" : "lines-0"), "sed", "-nE",
		    "s/^.*: +([0-9a-f]+) .* ([a-z]+\\.lang:[0-9]+)$/\\1 \\2/p",
		    (char *)in_folder("source"));
		RUN("/dev/null", "rm", "-f", (char *)in_folder(find("jit-")));
	}
	assert_int_equal(lines_with("lines-0", ".lang:"), 18);
	assert_int_equal(lines_with("lines-1", ".lang:"), 9);
	assert_int_equal(RUN(in_folder("log"), "grep", "-vxFf", (char *)in_folder("lines-0"),
			     (char *)in_folder("lines-1")),
			 1);
	listing_fini(&truth);
	listing_fini(&perfs);
}

/* Names without code, from a list beside the recording. */
static void test_map(void **state)
{
	record("map");
	view_of("data", "branches", "branches");
	assert_int_equal(lines_with("branches", "-> one\n"), 3);
	assert_int_equal(lines_with("branches", "-> two\n"), 3);
	assert_int_equal(lines_with("branches", "is memory without a file"), 6);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jitdump),
		cmocka_unit_test(test_inject),
		cmocka_unit_test(test_map),
	};
	char recorder[PATH_MAX + 16];
	struct stat st;
	int rc;

	if (!runs_begin())
		return 1;
	snprintf(recorder, sizeof(recorder), "%s/record", here);
	if (stat(tless, &st) != 0)
		no_record = "the pager is not built";
	else if (RUN(in_folder("log"), recorder, "-o", (char *)in_folder("data"), "/bin/true") ==
		 77)
		no_record = "ptrace is not permitted";
	no_perf = RUN(in_folder("log"), "perf", "--version") != 0;
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	runs_end();
	return rc;
}
