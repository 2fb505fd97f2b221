/*
 * test_samples.c: a recording without Intel PT reads as `perf script` prints it: by fixed texts,
 * by asking perf where it is installed, and chunk by chunk however it is cut.
 */
#include "decoders/perf/samples.h"

#include "base/bytes.h"
#include "tests/trace/perfout.h"
#include "tests/unit/command.h"
#include "tests/unit/workdir.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TYPE (PERFOUT_IDENTIFIER | PERFOUT_IP | PERFOUT_TID | PERFOUT_TIME | PERFOUT_CPU)

static const struct tl_decoder_ops *ops = &tl_decoder_perf_samples;
static char dir[] = "/tmp/tless-samples-XXXXXX";
static char path[64];

static int make_dir(void **state)
{
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/perf.data", dir);
	return 0;
}

static int remove_dir(void **state)
{
	return workdir_remove(dir);
}

/* ---- writing */

static struct perfout_attr attrs[2];
static struct perfout_options options;
static const uint64_t ids[2][2] = { { 100, 101 }, { 200, 201 } };

static struct perfout *begin(enum perfout_mode mode, uint64_t more)
{
	struct tl_err err = TL_ERR_INIT;
	struct perfout *out;

	for (unsigned i = 0; i < 2; i++)
		attrs[i] = (struct perfout_attr){
			.name = i ? "faults" : "cpu-clock",
			.type = 1,
			.config = i ? 2 : 0,
			.sample_period = 250000,
			.sample_type = TYPE | more,
			.flags = PERFOUT_SAMPLE_ID_ALL | PERFOUT_MMAP | PERFOUT_COMM | PERFOUT_TASK,
			.ids = ids[i],
			.nids = 2,
		};
	options = (struct perfout_options){
		.mode = mode, .attrs = attrs, .nattrs = 2, .version = "6.1.0", .arch = "x86_64"
	};
	if (mode == PERFOUT_DIR)
		options.nfiles = 2;
	if (!perfout_open(path, &options, &out, &err))
		fail_msg("%s", err.msg);
	return out;
}

static void end(struct perfout *out)
{
	struct tl_err err = TL_ERR_INIT;

	if (!perfout_close(out, &err))
		fail_msg("%s", err.msg);
}

static struct perfout_id id_at(uint64_t time, int32_t cpu, unsigned attr)
{
	return (struct perfout_id){ .pid = 40, .tid = 41, .time = time, .cpu = cpu, .attr = attr };
}

static void program(struct perfout *out)
{
	struct perfout_id id = id_at(1000, 0, 0);

	perfout_comm(out, 40, 40, "main", true, &id);
	perfout_comm(out, 40, 41, "worker", false, &id);
	perfout_mmap(out, 40, 40, 0x400000, 0x1000, 0, "/nowhere/prog", &id);
}

static void sample(struct perfout *out, uint64_t time, int32_t cpu, unsigned attr, uint64_t ip)
{
	struct perfout_sample s = { .ip = ip, .period = 7 };
	struct perfout_id id = id_at(time, cpu, attr);

	perfout_sample(out, &s, &id);
}

/* ---- reading */

static void *open_with(const struct tl_decoder_options *chosen)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_span saved = { NULL, 0 };
	void *self;

	if (!ops->open(path, chosen, saved, &self, &err))
		fail_msg("%s", err.msg);
	return self;
}

static void *open_plain(void)
{
	static const struct tl_decoder_options none;

	return open_with(&none);
}

static struct tl_buf all_text(void *self)
{
	struct tl_buf text = TL_BUF_INIT;

	for (uint64_t k = 0; k < ops->chunks(self); k++)
		assert_true(ops->decode(self, k, &text, NULL));
	return text;
}

static void expect(const struct tl_decoder_options *chosen, const char *want)
{
	void *self = open_with(chosen);
	struct tl_buf text = all_text(self);

	assert_string_equal(tl_buf_str(&text), want);
	tl_buf_fini(&text);
	ops->close(self);
}

static void expect_plain(const char *want)
{
	static const struct tl_decoder_options none;

	expect(&none, want);
}

/* What perf prints of the same file; skipped where there is no perf. */
static void expect_perf(void)
{
	struct tl_buf want = TL_BUF_INIT;

	if (run(&want, "perf script -i '%s' --no-inline 2>/dev/null </dev/null", path))
		expect_plain(tl_buf_str(&want));
	else
		print_message("no perf here: not compared with it\n");
	tl_buf_fini(&want);
}

/* ---- lines */

static void test_lines(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, PERFOUT_PERIOD);

	program(out);
	sample(out, UINT64_C(12345678901234), 1, 0, 0x400123);
	sample(out, UINT64_C(12345678902234), 0, 1, 0x500000);
	end(out);
	expect_plain("          worker    41 [001] 12345.678901:          7 cpu-clock:            "
		     "400123 [unknown] (/nowhere/prog)\n"
		     "          worker    41 [000] 12345.678902:          7    faults:            "
		     "500000 [unknown] ([unknown])\n");
	expect_perf();
}

/* Names out of the file do not end lines, nor do they tell a terminal what to do. */
static void test_foreign_names(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 0);
	struct perfout_id id = id_at(1000, 0, 0);

	perfout_comm(out, 40, 41, "a\nb\033[7m", true, &id);
	perfout_mmap(out, 40, 40, 0x400000, 0x1000, 0, "/no\rwhere\033", &id);
	sample(out, 2000, 1, 0, 0x400123);
	end(out);
	expect_plain("         a?b?[7m    41 [001]     0.000002:     250000 cpu-clock:            "
		     "400123 [unknown] (/no?where?)\n");
}

static void put_beside(const char *name, const void *bytes, size_t n)
{
	char file[128];
	FILE *f;

	snprintf(file, sizeof(file), "%s/%s", dir, name);
	f = fopen(file, "w");
	assert_true(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
}

static void remove_beside(const char *name)
{
	char file[128];

	snprintf(file, sizeof(file), "%s/%s", dir, name);
	assert_int_equal(remove(file), 0);
}

/* Symbols of the kernel, of a BPF program, and of code that was compiled at run time. */
static void test_names_beside(void **state)
{
	static const char kallsyms[] = "ffffffff81000000 T _text\n"
				       "ffffffff81000100 T do_work\n"
				       "ffffffff81000200 T other\n";
	static const char map[] = "7000 10 compiled\n";
	static const uint64_t kernel = UINT64_C(0xffffffff81000000);
	uint8_t body[32] = { 0 }, dump[40 + 56 + 5 + 4] = { 0 };
	struct perfout *out = begin(PERFOUT_FILE, 0);
	struct perfout_id id = id_at(1000, 0, 0), none = { .pid = -1 };
	struct perfout_sample in_kernel = { .misc = 1, .period = 7 };

	/* Of the processor's clock, of which this recording does not tell: all holds from the begin. */
	tl_put32(dump, 0x4a695444);
	tl_put32(dump + 4, 1);
	tl_put32(dump + 8, 40);
	tl_put64(dump + 32, 1);
	tl_put32(dump + 44, 56 + 5 + 4);
	tl_put64(dump + 40 + 32, 0x9000);
	tl_put64(dump + 40 + 40, 4);
	memcpy(dump + 40 + 56, "jump", 5);
	put_beside("kallsyms", kallsyms, strlen(kallsyms));
	put_beside("perf-40.map", map, strlen(map));
	put_beside("jit-40.dump", dump, sizeof(dump));
	/* It has been put elsewhere since. */
	perfout_mmap(out, -1, 0, kernel + 0x5000000, 0x10000, kernel + 0x5000000,
		     "[kernel.kallsyms]_text", &none);
	program(out);
	perfout_mmap(out, 40, 40, 0x7000, 0x3000, 0, "//anon", &id);
	perfout_mmap(out, 40, 40, 0x600000, 0x1000, 0, "/nowhere/jit-40.dump", &id);
	tl_put64(body, UINT64_C(0xffffffffc0000000));
	tl_put32(body + 8, 0x100);
	memcpy(body + 16, "bpf_prog_1", 11);
	perfout_record(out, 17, 0, body, 27, &id);
	in_kernel.ip = kernel + 0x5000123;
	id = id_at(2000, 1, 0);
	perfout_sample(out, &in_kernel, &id);
	in_kernel.ip = UINT64_C(0xffffffffc0000010);
	perfout_sample(out, &in_kernel, &id);
	sample(out, 2002, 1, 0, 0x700f);
	sample(out, 2003, 1, 0, 0x9002);
	end(out);
	expect_plain("          worker    41 [001]     0.000002:     250000 cpu-clock:  "
		     "ffffffff86000123 do_work+0x23 ([kernel.kallsyms])\n"
		     "          worker    41 [001]     0.000002:     250000 cpu-clock:  "
		     "ffffffffc0000010 bpf_prog_1+0x10 (bpf_prog_1)\n"
		     "          worker    41 [001]     0.000002:     250000 cpu-clock:            "
		     "  700f compiled+0xf (/tmp/perf-40.map)\n"
		     "          worker    41 [001]     0.000002:     250000 cpu-clock:            "
		     "  9002 jump+0x2 (/nowhere/jit-40.dump)\n");
	remove_beside("kallsyms");
	remove_beside("perf-40.map");
	remove_beside("jit-40.dump");
}

/* Without a period of its own a sample has that of its event. */
static void test_period(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 0);

	program(out);
	sample(out, 2000, 1, 0, 0x400123);
	end(out);
	expect_plain("          worker    41 [001]     0.000002:     250000 cpu-clock:            "
		     "400123 [unknown] (/nowhere/prog)\n");
	expect_perf();
}

static void test_callchain(void **state)
{
	static const uint64_t chain[] = { (uint64_t)-512, 0x400123, 0x400456, 0x900000 };
	struct perfout *out = begin(PERFOUT_FILE, PERFOUT_CALLCHAIN | PERFOUT_READ | PERFOUT_ADDR |
						      PERFOUT_STREAM_ID | PERFOUT_ID);
	struct perfout_sample s = { .ip = 0x400123, .period = 7, .chain = chain, .nchain = 4 };
	struct perfout_id id = id_at(2000, 1, 0);

	program(out);
	perfout_sample(out, &s, &id);
	end(out);
	expect_plain("worker    41 [001]     0.000002:     250000 cpu-clock: \n"
		     "\t             123 [unknown] (/nowhere/prog)\n"
		     "\t             456 [unknown] (/nowhere/prog)\n"
		     "\t          900000 [unknown] ([unknown])\n"
		     "\n");
}

static void test_unknown_thread(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 0);
	struct perfout_sample s = { .ip = 1 };
	struct perfout_id id = id_at(2000, 1, 0);

	id.pid = id.tid = 77;
	perfout_sample(out, &s, &id);
	id.pid = id.tid = 0;
	id.time = 3000;
	perfout_sample(out, &s, &id);
	end(out);
	expect_plain(
	    "             :77    77 [001]     0.000002:     250000 cpu-clock:                 "
	    "1 [unknown] ([unknown])\n"
	    "         swapper     0 [001]     0.000003:     250000 cpu-clock:                 "
	    "1 [unknown] ([unknown])\n");
	expect_perf();
}

static void test_selected(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 0);
	struct tl_decoder_options chosen = { .cpu = "1" };

	program(out);
	sample(out, 2000, 0, 0, 1);
	sample(out, 3000, 1, 0, 2);
	end(out);
	expect(&chosen,
	       "          worker    41 [001]     0.000003:     250000 cpu-clock:                "
	       " 2 [unknown] ([unknown])\n");
	chosen = (struct tl_decoder_options){ .time = "0.000001,0.000002" };
	expect(&chosen,
	       "          worker    41 [000]     0.000002:     250000 cpu-clock:                "
	       " 1 [unknown] ([unknown])\n");
	chosen = (struct tl_decoder_options){ .comm = "nobody" };
	expect(&chosen, "");
}

static void test_none(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 0);
	uint64_t first, last;
	void *self;

	program(out);
	end(out);
	expect_plain("[gap: the recording has no samples]\n");
	self = open_plain();
	assert_false(ops->range(self, &first, &last));
	assert_int_equal(ops->time(self, 0), TL_DECODER_NOTIME);
	ops->close(self);
}

static void test_refuses_pt(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 0);
	struct tl_decoder_options none = { 0 };
	struct tl_err err = TL_ERR_INIT;
	struct tl_span saved = { NULL, 0 };
	struct perfout_pt pt;
	void *self;

	perfout_pt_usual(&pt, true);
	perfout_auxtrace_info(out, &pt);
	end(out);
	assert_false(ops->open(path, &none, saved, &self, &err));
	assert_non_null(strstr(err.msg, "has Intel PT data"));
}

/* ---- order and chunks */

/* As perf record writes it: round by round, in each CPU by CPU. */
static void rounds(struct perfout *out, enum perfout_mode mode, unsigned nrounds, unsigned ncpus)
{
	program(out);
	for (unsigned r = 0; r < nrounds; r++) {
		for (unsigned cpu = 0; cpu < ncpus; cpu++) {
			if (mode == PERFOUT_DIR)
				perfout_file(out, (int)(cpu % 2));
			for (unsigned i = 0; i < 200; i++)
				sample(out, 1000000 + UINT64_C(1000) * (r * 200 + i) + 10 * (i % 7),
				       (int32_t)cpu, i % 2, r * 1000 + i);
		}
		perfout_finished_round(out);
	}
}

/* The lines are by time, none is missing, and time() and locate() fit them. */
static void check_order(unsigned nlines)
{
	void *self = open_plain();
	uint64_t before = 0, first, last;
	unsigned n = 0;

	assert_true(ops->range(self, &first, &last));
	for (uint64_t k = 0; k < ops->chunks(self); k++) {
		struct tl_buf text = TL_BUF_INIT;
		const char *line;

		assert_true(ops->decode(self, k, &text, NULL));
		for (line = tl_buf_str(&text); *line; line = strchr(line, '\n') + 1) {
			uint64_t s, us;

			assert_int_equal(sscanf(line + 29, "%" SCNu64 ".%" SCNu64, &s, &us), 2);
			us += s * 1000000;
			assert_true(us >= before);
			assert_true(us >= ops->time(self, k) / 1000);
			assert_true(k + 1 == ops->chunks(self) ||
				    us <= ops->time(self, k + 1) / 1000);
			before = us;
			n++;
		}
		tl_buf_fini(&text);
	}
	assert_int_equal(n, nlines);
	assert_int_equal(first / 1000, 1000);
	assert_int_equal(last / 1000, before);
	ops->close(self);
}

static void test_order(void **state)
{
	for (unsigned mode = PERFOUT_FILE; mode <= PERFOUT_DIR; mode++) {
		for (unsigned compressed = 0; compressed < 2; compressed++) {
			struct perfout *out = begin((enum perfout_mode)mode, 0);
			void *self;

			if (compressed) {
				struct tl_err err = TL_ERR_INIT;

				assert_true(perfout_close(out, &err));
				options.compressed = true;
				options.compress_chunk = 5000;
				assert_true(perfout_open(path, &options, &out, &err));
			}
			rounds(out, (enum perfout_mode)mode, 10, 4);
			end(out);
			check_order(8000);
			self = open_plain();
			assert_true(ops->chunks(self) > 3);
			ops->close(self);
			if (mode != PERFOUT_DIR)
				expect_perf();
			assert_int_equal(remove_dir(NULL), 0);
			assert_int_equal(mkdir(dir, 0700), 0);
		}
	}
}

/* The same bytes in whatever order chunks are asked for. */
static void test_any_order(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 0);
	struct tl_buf all, one = TL_BUF_INIT;
	size_t behind;
	void *self;

	rounds(out, PERFOUT_FILE, 10, 4);
	end(out);
	self = open_plain();
	all = all_text(self);
	behind = all.len;
	for (uint64_t k = ops->chunks(self); k-- > 0;) {
		one.len = 0;
		assert_true(ops->decode(self, k, &one, NULL));
		assert_true(one.len <= behind);
		behind -= one.len;
		assert_memory_equal(all.data + behind, one.data, one.len);
	}
	assert_int_equal(behind, 0);
	tl_buf_fini(&all);
	tl_buf_fini(&one);
	ops->close(self);
}

/* Times that are all alike do not end up in one chunk. */
static void test_one_time(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 0);
	struct tl_buf text;
	unsigned n = 0;
	void *self;

	program(out);
	for (unsigned i = 0; i < 10000; i++)
		sample(out, 5000, 0, 0, 1 + i);
	end(out);
	self = open_plain();
	assert_true(ops->chunks(self) > 3);
	text = all_text(self);
	for (const char *line = tl_buf_str(&text); *line; line = strchr(line, '\n') + 1) {
		const char *ip = strstr(line, "cpu-clock: ");

		assert_int_equal(strtoul(ip + 11, NULL, 16), 1 + n);
		n++;
	}
	assert_int_equal(n, 10000);
	tl_buf_fini(&text);
	ops->close(self);
}

static void test_no_time(void **state)
{
	struct perfout *out;
	struct tl_err err = TL_ERR_INIT;
	uint64_t k, byte;
	void *self;

	out = begin(PERFOUT_FILE, 0);
	end(out);
	attrs[0].sample_type = attrs[1].sample_type = PERFOUT_IP | PERFOUT_TID | PERFOUT_IDENTIFIER;
	assert_true(perfout_open(path, &options, &out, &err));
	program(out);
	sample(out, 0, 0, 0, 2);
	sample(out, 0, 0, 0, 1);
	end(out);
	expect_plain("          worker    41     250000 cpu-clock:                 2 [unknown] "
		     "([unknown])\n"
		     "          worker    41     250000 cpu-clock:                 1 [unknown] "
		     "([unknown])\n");
	self = open_plain();
	assert_int_equal(ops->time(self, 0), TL_DECODER_NOTIME);
	assert_false(ops->locate(self, 5, &k, &byte, &err));
	ops->close(self);
}

static void test_places(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 0);
	uint64_t k, byte;
	void *self;

	rounds(out, PERFOUT_FILE, 10, 4);
	end(out);
	self = open_plain();
	for (uint64_t t = 0; t < 3100000; t += 77777) {
		struct tl_place place;
		uint64_t want = t < 1000000 ? 1000000 : t;

		assert_true(ops->locate(self, t, &k, &byte, NULL));
		assert_true(ops->describe(self, k, byte, &place, NULL));
		assert_int_equal(place.chunk_ns, ops->time(self, k));
		if (place.time_ns < want) {
			/* Behind the last line of a chunk: the next one's first, or the end. */
			struct tl_buf text = TL_BUF_INIT;

			assert_true(ops->decode(self, k, &text, NULL));
			assert_int_equal(byte, text.len);
			tl_buf_fini(&text);
		} else {
			assert_true(place.time_ns < want + 1070);
			assert_int_equal(place.tid, 41);
			assert_true(place.cpu >= 0 && place.cpu < 4);
		}
	}
	ops->close(self);
}

/* ---- opening */

struct waiting {
	unsigned told, patience;
	double last;
};

static bool wait_on(void *arg, double done)
{
	struct waiting *w = arg;

	assert_true(done >= w->last && done <= 1);
	w->last = done;
	return ++w->told < w->patience;
}

static void test_waiting(void **state)
{
	struct perfout *out;
	struct tl_err err = TL_ERR_INIT;
	struct waiting w = { .patience = 1000 };
	struct tl_progress progress = { wait_on, &w };
	struct tl_decoder_options chosen = { .progress = &progress };
	struct tl_span saved = { NULL, 0 };
	void *self;

	unlink(path); /* it becomes a folder */
	out = begin(PERFOUT_DIR, 0);
	rounds(out, PERFOUT_DIR, 10, 4);
	end(out);
	ops->close(open_with(&chosen));
	assert_true(w.told >= 7 && w.last > 0.7);
	w = (struct waiting){ .patience = 3 };
	assert_false(ops->open(path, &chosen, saved, &self, &err));
	assert_non_null(strstr(err.msg, "interrupted"));
	assert_int_equal(w.told, 3);
	assert_int_equal(remove_dir(NULL), 0);
	assert_int_equal(mkdir(dir, 0700), 0);
}

/* ---- damage */

static void test_cut_off(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 0);
	struct tl_buf text;
	uint64_t data[2];
	const char *s;
	void *self;
	FILE *f;

	program(out);
	sample(out, 2000, 0, 0, 1);
	sample(out, 3000, 0, 0, 2);
	end(out);
	f = fopen(path, "rb");
	assert_non_null(f);
	/* Offset and size of the data, in the header. */
	assert_int_equal(fseek(f, 40, SEEK_SET), 0);
	assert_int_equal(fread(data, sizeof(*data), 2, f), 2);
	fclose(f);
	assert_int_equal(truncate(path, (off_t)(data[0] + data[1] - 20)), 0);
	self = open_plain();
	text = all_text(self);
	s = tl_buf_str(&text);
	assert_memory_equal(s, "[gap: ", 6);
	assert_non_null(strstr(s, "cut off at byte"));
	assert_non_null(strstr(s, "]\n          worker    41 [000]     0.000002:"));
	assert_null(strstr(s, "0.000003"));
	assert_true(ops->gaps(self) > 0);
	tl_buf_fini(&text);
	ops->close(self);
}

/* ---- stacks */

static bool keep(void *arg, struct tl_span lines)
{
	return tl_buf_append(arg, lines.data, lines.len);
}

/* Counts; the result is the count's, which is to be closed. */
static struct tl_cost_count count_all(void *self, struct tl_cost_result *result)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_cost_count count;
	void *part;

	if (!ops->samples(self, &count, &err))
		fail_msg("%s", err.msg);
	for (uint64_t k = count.first; k < count.end; k++) {
		assert_true(count.ops->chunk(count.count, k, &part, &err));
		if (k == 1) { /* once more, for nobody */
			count.ops->drop(part);
			assert_true(count.ops->chunk(count.count, k, &part, &err));
		}
		assert_true(count.ops->add(count.count, part, &err));
	}
	assert_true(count.ops->result(count.count, result, &err));
	return count;
}

static void expect_stacks(const struct tl_decoder_options *chosen, enum tl_cost_unit unit,
			  const char *want, uint64_t ngaps, uint64_t nothers)
{
	void *self = open_with(chosen);
	struct tl_buf text = TL_BUF_INIT;
	struct tl_cost_result result;
	struct tl_cost_count count = count_all(self, &result);
	bool nomem;

	assert_true(tl_calltree_fold(result.tree, 0, result.names, unit, keep, &text, &nomem));
	assert_string_equal(tl_buf_str(&text), want);
	assert_int_equal(result.ngaps, ngaps);
	assert_int_equal(result.nothers, nothers);
	if (*want) /* else there was none */
		assert_string_equal(result.event, "cpu-clock");
	count.ops->close(count.count);
	tl_buf_fini(&text);
	ops->close(self);
}

static void test_stacks(void **state)
{
	static const char kallsyms[] = "ffffffff81000000 T _text\n"
				       "ffffffff81000100 T do_work\n"
				       "ffffffff81000200 T other\n";
	static const uint64_t deep[] = { (uint64_t)-128,
					 UINT64_C(0xffffffff81000203),
					 UINT64_C(0xffffffff81000110),
					 (uint64_t)-512,
					 0x400123,
					 0x400456,
					 0x900000 };
	static const uint64_t flat[] = { (uint64_t)-512, 0x7008 };
	static const char map[] = "7000 10 a;b\n";
	static const struct tl_decoder_options all, late = { .time = "0.000003," },
						    nobody = { .comm = "nobody" };
	struct perfout *out = begin(PERFOUT_FILE, PERFOUT_CALLCHAIN | PERFOUT_PERIOD);
	struct perfout_sample s = { .misc = 1, .period = 7, .chain = deep, .nchain = 7 };
	struct perfout_id id = id_at(1000, 1, 0), none = { .pid = -1 };

	put_beside("kallsyms", kallsyms, strlen(kallsyms));
	put_beside("perf-40.map", map, strlen(map));
	perfout_mmap(out, -1, 0, UINT64_C(0xffffffff81000000), 0x10000,
		     UINT64_C(0xffffffff81000000), "[kernel.kallsyms]_text", &none);
	program(out);
	perfout_mmap(out, 40, 40, 0x7000, 0x3000, 0, "//anon", &id);
	for (uint64_t time = 2000; time < 5000; time += 1000) {
		id.time = time;
		s.period = time;
		perfout_sample(out, &s, &id);
	}
	id.attr = 1; /* the other event */
	perfout_sample(out, &s, &id);
	id.attr = 0;
	s = (struct perfout_sample){ .misc = 2, .period = 1, .chain = flat, .nchain = 2 };
	perfout_sample(out, &s, &id);
	s.nchain = 0;
	perfout_sample(out, &s, &id);
	perfout_record(out, 9, 2, NULL, 0, &id); /* a sample of nothing */
	end(out);
	expect_stacks(&all, TL_COST_SAMPLES,
		      "worker 1\n"
		      "worker;[unknown];[prog];[prog];do_work;other 3\n"
		      "worker;a:b 1\n",
		      1, 1);
	expect_stacks(&all, TL_COST_PERIODS,
		      "worker 1\n"
		      "worker;[unknown];[prog];[prog];do_work;other 9000\n"
		      "worker;a:b 1\n",
		      1, 1);
	expect_stacks(&late, TL_COST_SAMPLES,
		      "worker 1\n"
		      "worker;[unknown];[prog];[prog];do_work;other 2\n"
		      "worker;a:b 1\n",
		      1, 1);
	expect_stacks(&nobody, TL_COST_SAMPLES, "", 0, 0);
	remove_beside("kallsyms");
	remove_beside("perf-40.map");
}

/* The name of the event that is counted comes from the file, and goes to a terminal. */
static void test_event_name(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 0);
	struct tl_err err = TL_ERR_INIT;
	struct tl_cost_result result;
	struct tl_cost_count count;
	void *self;

	end(out);
	attrs[0].name = "\033]0;x\007\x9b"
			"31mcpu";
	assert_true(perfout_open(path, &options, &out, &err));
	program(out);
	sample(out, 2000, 0, 0, 1);
	sample(out, 3000, 0, 1, 1);
	end(out);
	self = open_plain();
	count = count_all(self, &result);
	assert_string_equal(result.event, "?]0:x??31mcpu");
	assert_int_equal(result.nothers, 1);
	count.ops->close(count.count);
	ops->close(self);
}

/* Without callchains it is the function that was interrupted.  In many chunks. */
static void test_flat_stacks(void **state)
{
	static const struct tl_decoder_options all, one = { .cpu = "1" };
	struct perfout *out = begin(PERFOUT_FILE, 0);
	void *self;

	rounds(out, PERFOUT_FILE, 100, 4);
	end(out);
	self = open_plain();
	assert_true(ops->chunks(self) > 1);
	ops->close(self);
	expect_stacks(&all, TL_COST_SAMPLES, "worker;[unknown] 40000\n", 0, 40000);
	expect_stacks(&one, TL_COST_SAMPLES, "worker;[unknown] 10000\n", 0, 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_foreign_names), cmocka_unit_test(test_names_beside),
		cmocka_unit_test(test_lines),         cmocka_unit_test(test_period),
		cmocka_unit_test(test_callchain),     cmocka_unit_test(test_unknown_thread),
		cmocka_unit_test(test_selected),      cmocka_unit_test(test_none),
		cmocka_unit_test(test_refuses_pt),    cmocka_unit_test(test_order),
		cmocka_unit_test(test_any_order),     cmocka_unit_test(test_one_time),
		cmocka_unit_test(test_no_time),       cmocka_unit_test(test_places),
		cmocka_unit_test(test_cut_off),       cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_stacks),        cmocka_unit_test(test_flat_stacks),
		cmocka_unit_test(test_event_name),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
