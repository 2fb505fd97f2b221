/*
 * test_perfout.c: what the writer of perf.data files writes is what perf reads.  Each shape of
 * file is shown to perf, which lists its records; the lists have to be the ones expected.
 */
#include "tests/trace/perfout.h"
#include "tests/unit/command.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PID 1000

static char dir[64];

static bool have_perf(void)
{
	/* it may be a wrapper that finds no perf for this kernel */
	return !system("perf version >/dev/null 2>&1");
}

static void need_perf(void)
{
	if (!have_perf()) {
		print_message("skip: there is no perf to read the files\n");
		skip();
	}
}

static const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* ---- one recording with a record of each kind */

static const uint8_t build_id[20] = "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20\21\22\23\24";
static const uint8_t psb[37] = { 0x02, 0x82, 0x02, 0x82, 0x02, 0x82, 0x02, 0x82, 0x02,
				 0x82, 0x02, 0x82, 0x02, 0x82, 0x02, 0x82, 0x02, 0x23 };

static void write_records(struct perfout *p, unsigned percpu)
{
	struct perfout_pt pt;
	struct perfout_id id = { PID, PID, 12345000001000, 0, 1, 0 };
	struct perfout_id_entry entry = { 100, 0, percpu ? 0 : -1, percpu ? -1 : PID };
	struct perfout_mmap2 map = { .pid = PID,
				     .tid = PID,
				     .addr = 0x400000,
				     .len = 0x1000,
				     .maj = 8,
				     .min = 1,
				     .inode = 77,
				     .path = "/nowhere/one" };
	int32_t tid = percpu ? -1 : PID, cpu = percpu ? 0 : -1;

	perfout_pt_usual(&pt, percpu);
	perfout_auxtrace_info(p, &pt);
	perfout_time_conv(p, &pt);
	perfout_id_index(p, &entry, 1);
	perfout_build_id(p, "/nowhere/one", -1, false, build_id, sizeof(build_id));
	perfout_comm(p, PID, PID, "program", true, &id);
	perfout_mmap2(p, &map, &id);
	map.addr = 0x500000;
	map.build_id = build_id;
	map.build_id_len = sizeof(build_id);
	map.path = "/nowhere/two";
	perfout_mmap2(p, &map, &id);
	perfout_mmap(p, PID, PID, 0x600000, 0x1000, 0, "/nowhere/three", &id);
	perfout_fork(p, PID + 1, PID, PID + 1, PID, id.time, &id);
	id.attr = 0;
	perfout_itrace_start(p, PID, PID, &id);
	id.attr = 1;
	id.time += 10;
	perfout_switch(p, false, false, &id);
	perfout_switch_cpu_wide(p, true, true, 7, 8, &id);
	perfout_lost(p, 100, 7, &id);
	id.attr = 0;
	perfout_aux(p, 0, sizeof(psb), PERFOUT_AUX_TRUNCATED, &id);
	perfout_auxtrace(p, psb, sizeof(psb), 0, 0x123, 0, tid, cpu);
	perfout_finished_round(p);
	id.attr = 1;
	id.time += 100;
	perfout_exit(p, PID + 1, PID, PID + 1, PID, id.time, &id);
	perfout_auxtrace(p, psb, sizeof(psb), sizeof(psb), 0x124, 0, tid, cpu);
}

/* What perf says of it, without what differs between per-thread and per-CPU recordings. */
static const char *const expected[] = {
	"PERF_RECORD_AUXTRACE_INFO type: 1\n",
	"PERF_RECORD_TIME_CONV",
	"PERF_RECORD_ID_INDEX nr: 1\n",
	"PERF_RECORD_COMM exec: program:1000/1000\n",
	"PERF_RECORD_MMAP2 1000/1000: [0x400000(0x1000) @ 0 08:01 77 0]: r-xp /nowhere/one\n",
	"PERF_RECORD_MMAP2 1000/1000: [0x500000(0x1000) @ 0 "
	"<0102030405060708090a0b0c0d0e0f1011121314>]: r-xp /nowhere/two\n",
	"PERF_RECORD_MMAP 1000/1000: [0x600000(0x1000) @ 0]: x /nowhere/three\n",
	"PERF_RECORD_FORK(1001:1001):(1000:1000)\n",
	"PERF_RECORD_ITRACE_START pid: 1000 tid: 1000\n",
	"PERF_RECORD_SWITCH IN",
	"PERF_RECORD_SWITCH_CPU_WIDE OUT preempt  next pid/tid:     7/8",
	"PERF_RECORD_LOST: id:100: lost:7\n",
	"PERF_RECORD_AUX offset: 0 size: 0x25 flags: 0x1 [T]\n",
	"PERF_RECORD_AUXTRACE size: 0x28  offset: 0  ref: 0x123  idx: 0  ",
	"PERF_RECORD_FINISHED_ROUND\n",
	"PERF_RECORD_EXIT(1001:1001):(1000:1000)\n",
	"PERF_RECORD_AUXTRACE size: 0x28  offset: 0x25  ref: 0x124  idx: 0  ",
};
#define NEXPECTED (sizeof(expected) / sizeof(*expected))

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

static void check_shape(enum perfout_mode mode, unsigned percpu, bool compressed, size_t chunk,
			uint64_t sample_type)
{
	struct perfout_usual store;
	struct perfout_options o;
	struct perfout *p;
	struct tl_err err = TL_ERR_INIT;
	struct tl_buf text = TL_BUF_INIT;
	const char *path = in_dir(mode == PERFOUT_DIR ? "folder" : "file");

	perfout_usual(&store, PERFOUT_PT_PT | PERFOUT_PT_TSC | PERFOUT_PT_BRANCH, percpu, &o);
	o.mode = mode;
	o.compressed = compressed;
	o.compress_chunk = chunk;
	if (sample_type)
		store.attrs[0].sample_type = store.attrs[1].sample_type = sample_type;
	assert_true(perfout_open(path, &o, &p, &err));
	write_records(p, percpu);
	if (!perfout_close(p, &err))
		fail_msg("%s", err.msg);
	if (mode == PERFOUT_PIPE)
		run(&text, "cat %s | perf script -i - -D 2>%s.err", path, path);
	else
		run(&text, "perf script -i %s -D 2>%s.err", path, path);
	for (size_t i = 0; i < NEXPECTED; i++)
		if (count(tl_buf_str(&text), expected[i]) != 1)
			fail_msg("mode %d, %u CPUs, sample_type %#llx: perf does not say once: %s",
				 mode, percpu, (unsigned long long)sample_type, expected[i]);
	/* of attr 0 and of attr 1 */
	if (!sample_type || sample_type & PERFOUT_TIME) {
		assert_non_null(strstr(tl_buf_str(&text), "12345000001010 "));
		assert_non_null(strstr(tl_buf_str(&text), "12345000001110 "));
	}
	run(&text, "cat %s.err", path);
	assert_null(strstr(tl_buf_str(&text), "rror"));
	tl_buf_fini(&text);
}

static void perf_reads_each_shape(void **state)
{
	need_perf();
	for (enum perfout_mode mode = PERFOUT_FILE; mode <= PERFOUT_DIR; mode++)
		for (unsigned percpu = 0; percpu <= 2; percpu += 2)
			check_shape(mode, percpu, false, 0, 0);
}

static void perf_reads_compressed_records(void **state)
{
	need_perf();
	check_shape(PERFOUT_FILE, 1, true, 0, 0);
	check_shape(PERFOUT_FILE, 1, true, 7, 0); /* each record is cut in pieces */
	check_shape(PERFOUT_FILE, 0, true, 50, 0);
	check_shape(PERFOUT_DIR, 2, true, 33, 0);
}

static void perf_reads_each_sample_id(void **state)
{
	static const uint64_t types[] = {
		PERFOUT_IP | PERFOUT_TID | PERFOUT_TIME | PERFOUT_ID,
		PERFOUT_IP | PERFOUT_TID | PERFOUT_TIME | PERFOUT_CPU | PERFOUT_STREAM_ID |
		    PERFOUT_ID,
		PERFOUT_IP | PERFOUT_TID | PERFOUT_TIME | PERFOUT_STREAM_ID | PERFOUT_IDENTIFIER,
		PERFOUT_IP | PERFOUT_TIME | PERFOUT_CPU | PERFOUT_IDENTIFIER,
		PERFOUT_IP | PERFOUT_TID | PERFOUT_CPU | PERFOUT_IDENTIFIER,
	};

	need_perf();
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		check_shape(PERFOUT_FILE, 2, false, 0, types[i]);
}

static void perf_reads_the_features(void **state)
{
	static const char *const said[] = {
		"# hostname : tracer\n",
		"# os release : 6.1.0\n",
		"# perf version : 6.1.0\n",
		"# arch : x86_64\n",
		"# nrcpus online : 2\n",
		"# nrcpus avail : 2\n",
		"# cpuid : GenuineIntel,6,94,3\n",
		"# cmdline : perf record -e intel_pt//u \n",
		"# event : name = intel_pt//u, , id = { 100, 101 }, type = 8,",
		"# event : name = dummy:u, , id = { 200, 201 }, type = 1,",
		"# pmu mappings: software = 1, intel_pt = 8\n",
		"# contains AUX area data",
		"# time of first sample : 12345.000001\n",
	};
	struct perfout_usual store;
	struct perfout_options o;
	struct perfout *p;
	struct tl_buf text = TL_BUF_INIT;
	const char *path = in_dir("features");

	need_perf();
	perfout_usual(&store, PERFOUT_PT_PT, 2, &o);
	assert_true(perfout_open(path, &o, &p, NULL));
	write_records(p, 2);
	assert_true(perfout_close(p, NULL));
	run(&text, "perf script -i %s --header-only", path);
	for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++)
		if (!strstr(tl_buf_str(&text), said[i]))
			fail_msg("perf does not say: %s", said[i]);
	run(&text, "perf buildid-list -i %s", path);
	assert_non_null(
	    strstr(tl_buf_str(&text), "0102030405060708090a0b0c0d0e0f1011121314 /nowhere/one\n"));
	tl_buf_fini(&text);
}

static void perf_reads_samples(void **state)
{
	static const uint64_t ids[] = { 7 };
	static const uint64_t chain[] = { (uint64_t)-512 /* PERF_CONTEXT_USER */, 0x1234, 0x5678 };
	struct perfout_attr attr = {
		.name = "cycles:u",
		.type = 0,
		.sample_period = 4000,
		.sample_type = PERFOUT_IP | PERFOUT_TID | PERFOUT_TIME | PERFOUT_CPU |
			       PERFOUT_PERIOD | PERFOUT_CALLCHAIN | PERFOUT_ADDR,
		.flags = PERFOUT_SAMPLE_ID_ALL | PERFOUT_FREQ | PERFOUT_COMM,
		.ids = ids,
		.nids = 1,
	};
	struct perfout_options o = { .attrs = &attr, .nattrs = 1 };
	struct perfout_id id = { PID, PID, 5000001000, 3, 0, 0 };
	struct perfout_sample s = {
		.ip = 0x1234, .addr = 0x4321, .period = 17, .chain = chain, .nchain = 3
	};
	struct perfout *p;
	struct tl_buf text = TL_BUF_INIT;
	const char *path = in_dir("samples");

	need_perf();
	assert_true(perfout_open(path, &o, &p, NULL));
	perfout_comm(p, PID, PID, "program", false, &id);
	id.time++;
	perfout_sample(p, &s, &id);
	assert_true(perfout_close(p, NULL));
	run(&text, "perf script -i %s --ns -F comm,tid,cpu,time,period,event,addr,ip 2>/dev/null",
	    path);
	/* blanks are perf's own */
	assert_non_null(strstr(tl_buf_str(&text), "program  1000 [003]     5.000001001:"));
	assert_non_null(strstr(tl_buf_str(&text), "17 "));
	assert_non_null(strstr(tl_buf_str(&text), "cycles:u"));
	assert_non_null(strstr(tl_buf_str(&text), " 4321"));
	assert_int_equal(count(tl_buf_str(&text), " 1234\n"), 1);
	assert_int_equal(count(tl_buf_str(&text), " 5678\n"), 1);
	tl_buf_fini(&text);
}

/* perf record --threads: each thread of perf has a file; no AUX data then. */
static void perf_reads_a_folder_of_files(void **state)
{
	struct perfout_usual store;
	struct perfout_options o;
	struct perfout *p;
	struct perfout_id id = { PID, PID, 12345000001000, 0, 1, 0 };
	struct tl_buf text = TL_BUF_INIT;
	const char *path = in_dir("threads");

	need_perf();
	for (int compressed = 0; compressed <= 1; compressed++) {
		perfout_usual(&store, PERFOUT_PT_PT, 2, &o);
		o.mode = PERFOUT_DIR;
		o.nfiles = 2;
		o.compressed = compressed;
		assert_true(perfout_open(path, &o, &p, NULL));
		perfout_comm(p, PID, PID, "first", false, &id);
		for (int i = 0; i < 2; i++) {
			perfout_file(p, i);
			id.time += 1000;
			perfout_comm(p, PID, PID, i ? "third" : "second", false, &id);
		}
		assert_true(perfout_close(p, NULL));
		run(&text, "perf script -i %s -D 2>&1", path);
		assert_int_equal(count(tl_buf_str(&text), "PERF_RECORD_COMM: first:1000/1000\n"),
				 1);
		assert_int_equal(count(tl_buf_str(&text), "PERF_RECORD_COMM: second:1000/1000\n"),
				 1);
		assert_int_equal(count(tl_buf_str(&text), "PERF_RECORD_COMM: third:1000/1000\n"),
				 1);
	}
	tl_buf_fini(&text);
}

/* ---- without perf */

static void size_may_come_afterwards(void **state)
{
	struct perfout_usual store;
	struct perfout_options o;
	struct perfout *p;
	struct tl_buf told = TL_BUF_INIT, untold = TL_BUF_INIT;

	perfout_usual(&store, PERFOUT_PT_PT, 0, &o);
	for (int i = 0; i < 2; i++) {
		assert_true(perfout_open(in_dir("size"), &o, &p, NULL));
		perfout_auxtrace_begin(p, i ? PERFOUT_UNKNOWN : 600000 + sizeof(psb), 0, 0, 0, PID,
				       -1);
		for (unsigned k = 0; k < 200; k++) {
			static const uint8_t bytes[3000] = { 0x02, 0x23 };

			perfout_auxtrace_bytes(p, bytes, sizeof(bytes));
		}
		perfout_auxtrace_bytes(p, psb, sizeof(psb));
		perfout_auxtrace_end(p);
		assert_true(perfout_close(p, NULL));
		run(i ? &untold : &told, "cat %s", in_dir("size"));
	}
	assert_int_equal(told.len, untold.len);
	assert_memory_equal(told.data, untold.data, told.len);
	tl_buf_fini(&told);
	tl_buf_fini(&untold);
}

static void copied_aux_data_is_the_same(void **state)
{
	struct perfout_usual store;
	struct perfout_options o;
	struct perfout *p;
	struct tl_buf given = TL_BUF_INIT, copied = TL_BUF_INIT;
	FILE *f = fopen(in_dir("bytes"), "w+");

	assert_non_null(f);
	fwrite("before", 1, 6, f);
	fwrite(psb, 1, sizeof(psb), f);
	fflush(f);
	perfout_usual(&store, PERFOUT_PT_PT, 0, &o);
	for (int i = 0; i < 2; i++) {
		assert_true(perfout_open(in_dir("copy"), &o, &p, NULL));
		if (i)
			perfout_auxtrace_copy(p, fileno(f), 6, sizeof(psb), 0, 0, 0, PID, -1);
		else
			perfout_auxtrace(p, psb, sizeof(psb), 0, 0, 0, PID, -1);
		assert_true(perfout_close(p, NULL));
		run(i ? &copied : &given, "cat %s", in_dir("copy"));
	}
	fclose(f);
	assert_int_equal(given.len, copied.len);
	assert_memory_equal(given.data, copied.data, given.len);
	tl_buf_fini(&given);
	tl_buf_fini(&copied);
}

static void a_wrong_size_is_an_error(void **state)
{
	struct perfout_usual store;
	struct perfout_options o;
	struct perfout *p;
	struct tl_err err = TL_ERR_INIT;

	perfout_usual(&store, PERFOUT_PT_PT, 0, &o);
	assert_true(perfout_open(in_dir("wrong"), &o, &p, NULL));
	perfout_auxtrace_begin(p, 10, 0, 0, 0, PID, -1);
	perfout_auxtrace_bytes(p, psb, 9);
	perfout_auxtrace_end(p);
	assert_false(perfout_ok(p));
	assert_false(perfout_close(p, &err));
	assert_string_equal(err.msg, "9 bytes of AUX data, but 10 were told");

	assert_false(perfout_open("/nowhere/at/all", &o, &p, &err));
}

static void times_convert_both_ways(void **state)
{
	struct perfout_pt pt;

	perfout_pt_usual(&pt, false);
	for (uint64_t ns = pt.time_zero; ns < pt.time_zero + 5000000000; ns += 12345677) {
		uint64_t tsc = perfout_ns_to_tsc(&pt, ns);

		assert_true(perfout_tsc_to_ns(&pt, tsc) >= ns);
		if (tsc)
			assert_true(perfout_tsc_to_ns(&pt, tsc - 1) < ns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(perf_reads_each_shape),
		cmocka_unit_test(perf_reads_compressed_records),
		cmocka_unit_test(perf_reads_each_sample_id),
		cmocka_unit_test(perf_reads_the_features),
		cmocka_unit_test(perf_reads_samples),
		cmocka_unit_test(perf_reads_a_folder_of_files),
		cmocka_unit_test(size_may_come_afterwards),
		cmocka_unit_test(copied_aux_data_is_the_same),
		cmocka_unit_test(a_wrong_size_is_an_error),
		cmocka_unit_test(times_convert_both_ways),
	};
	int status;

	snprintf(dir, sizeof(dir), "%s/tless-perfout-XXXXXX",
		 getenv("TMPDIR") && strlen(getenv("TMPDIR")) < 32 ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(dir))
		return 1;
	setenv("HOME", dir, 1); /* perf notes build-ids there */
	status = cmocka_run_group_tests(tests, NULL, NULL);
	{
		char cmd[128];

		snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
		if (system(cmd))
			return 1;
	}
	return status;
}
