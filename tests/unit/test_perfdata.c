/*
 * test_perfdata.c: perf.data files come apart as they were put together, in every mode; and
 * when they are broken, what is whole still does.  Files are made with tests/trace/perfout.h,
 * and damaged by changing their bytes.
 */
#include "decoders/perf/perfdata.h"

#include "tests/trace/perfout.h"

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <cmocka.h>

#define CONFIG                                                                 \
	(PERFOUT_PT_PT | PERFOUT_PT_TSC | PERFOUT_PT_MTC | PERFOUT_PT_BRANCH | \
	 3 << PERFOUT_PT_MTC_PERIOD)

static char dir[] = "/tmp/tless-perfdata-XXXXXX";
static char path[64], other[64];

static int make_dir(void **state)
{
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/perf.data", dir);
	snprintf(other, sizeof(other), "%s/other.data", dir);
	return 0;
}

static int remove_dir(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	return system(command);
}

static int clean(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'/*", dir);
	return system(command);
}

/* ---- writing */

static struct perfout_usual usual;
static struct perfout_options options;

static struct perfout *begin(enum perfout_mode mode, unsigned percpu)
{
	struct perfout *out;
	struct tl_err err = TL_ERR_INIT;

	perfout_usual(&usual, CONFIG, percpu, &options);
	options.mode = mode;
	if (mode == PERFOUT_DIR)
		options.nfiles = 2;
	assert_true(perfout_open(path, &options, &out, &err));
	return out;
}

static void end(struct perfout *out)
{
	struct tl_err err = TL_ERR_INIT;

	if (!perfout_close(out, &err))
		fail_msg("%s", err.msg);
}

static void info(struct perfout *out, bool percpu)
{
	struct perfout_pt pt;

	perfout_pt_usual(&pt, percpu);
	perfout_auxtrace_info(out, &pt);
}

static struct perfout_id id_at(uint64_t time, unsigned attr)
{
	return (struct perfout_id){ .pid = 40, .tid = 41, .time = time, .cpu = 1, .attr = attr };
}

/* Bytes that tell where they are in the trace of a queue. */
static void aux_bytes(uint8_t *to, size_t n, uint64_t offset, unsigned queue)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(1 + (offset + i + 100 * queue) % 251);
}

static void aux(struct perfout *out, uint64_t offset, size_t n, uint32_t idx, int32_t tid,
		int32_t cpu)
{
	uint8_t bytes[4096];

	assert_true(n <= sizeof(bytes));
	aux_bytes(bytes, n, offset, idx);
	perfout_auxtrace(out, bytes, n, offset, 0, idx, tid, cpu);
}

/* A recording with all there is in it: two CPUs, AUX data in pieces, five kinds of record. */
static void story(struct perfout *out)
{
	struct perfout_id id = id_at(1000, 1);
	uint8_t build_id[20] = { 0xab, 0xcd, 1, 2, 3 };

	info(out, true);
	perfout_build_id(out, "/bin/true", -1, false, build_id, sizeof(build_id));
	perfout_comm(out, 40, 41, "story", true, &id);
	aux(out, 0, 13, 0, -1, 0);
	id.time = 1010;
	perfout_mmap(out, 40, 41, 0x400000, 0x1000, 0, "/bin/true", &id);
	aux(out, 0, 16, 1, -1, 1);
	perfout_finished_round(out);
	id = id_at(1020, 0);
	perfout_itrace_start(out, 40, 41, &id);
	aux(out, 13, 2000, 0, -1, 0);
	id.time = 1030;
	id.cpu = 0;
	perfout_aux(out, 0, 2013, 0, &id);
	aux(out, 2013 + 50, 24, 0, -1, 0);
	id = id_at(1040, 1);
	perfout_exit(out, 40, 1, 41, 1, 1040, &id);
}

/* ---- reading */

static struct tl_perf *open_file(const char *name)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_perf *p;

	if (!tl_perf_open(name, &p, &err))
		fail_msg("%s", err.msg);
	return p;
}

static struct tl_perf *open_sound(void)
{
	struct tl_perf *p = open_file(path);

	if (tl_perf_ndamage(p) > 0)
		fail_msg("%s", tl_perf_damage(p, 0));
	return p;
}

struct seen {
	size_t n;
	struct tl_perf_record r[64];
	uint8_t body[64][256];
	size_t stop_at;
};

static bool see(void *arg, const struct tl_perf_record *r)
{
	struct seen *s = arg;
	size_t n = s->n;

	/* What perf writes differs with the mode. */
	if (r->type >= 64)
		return true;
	assert_true(n < 64 && r->len <= sizeof(s->body[n]));
	s->r[n] = *r;
	memcpy(s->body[n], r->body, r->len);
	s->n++;
	return s->n != s->stop_at;
}

static struct seen walk(const struct tl_perf *p)
{
	struct seen s = { 0 };
	struct tl_err err = TL_ERR_INIT;

	if (!tl_perf_walk(p, see, &s, &err))
		fail_msg("%s", err.msg);
	return s;
}

/* The reason why a walk does not come to the end. */
static struct seen walk_broken(const struct tl_perf *p, const char *why)
{
	struct seen s = { 0 };
	struct tl_err err = TL_ERR_INIT;

	assert_false(tl_perf_walk(p, see, &s, &err));
	if (!strstr(err.msg, why))
		fail_msg("'%s' is not in '%s'", why, err.msg);
	return s;
}

static void expect_damage(const struct tl_perf *p, const char *what)
{
	for (size_t i = 0; i < tl_perf_ndamage(p); i++)
		if (strstr(tl_perf_damage(p, i), what))
			return;
	fail_msg("'%s' is not among %zu complaints, '%s' is", what, tl_perf_ndamage(p),
		 tl_perf_ndamage(p) ? tl_perf_damage(p, 0) : "");
}

/* The bytes of a queue are those of the trace, piece by piece. */
static void check_queue(const struct tl_perf *p, size_t number, unsigned idx)
{
	const struct tl_perf_queue *q = tl_perf_queue(p, number);
	uint8_t want[4096];
	uint64_t at = 0;

	for (size_t i = 0; i < q->npieces; i++) {
		const struct tl_perf_aux_piece *piece = &q->pieces[i];
		struct tl_buf got = TL_BUF_INIT;

		assert_int_equal(piece->at, at);
		assert_true(piece->size <= sizeof(want));
		assert_true(tl_perf_read_aux(p, q, at, piece->size, &got, NULL));
		assert_int_equal(got.len, piece->size);
		aux_bytes(want, piece->size, piece->aux_offset, idx);
		/* Nothing tells how much of the last one is padding. */
		if (i + 1 == q->npieces || piece[1].after_gap)
			for (size_t k = 0; k < 7 && got.len > 0 && !got.data[got.len - 1]; k++)
				got.len--;
		assert_memory_equal(got.data, want, got.len);
		at += piece->size;
		tl_buf_fini(&got);
	}
	assert_int_equal(q->size, at);
	assert_int_equal(q->number, number);
}

static void check_story_queues(const struct tl_perf *p)
{
	const struct tl_perf_queue *q;
	struct tl_buf got = TL_BUF_INIT;
	uint8_t want[100];

	assert_int_equal(tl_perf_nqueues(p), 2);
	q = tl_perf_queue(p, 0);
	assert_int_equal(q->cpu, 0);
	assert_int_equal(q->tid, -1);
	assert_int_equal(q->npieces, 3);
	assert_int_equal(q->pieces[0].size, 13); /* 16 in the file */
	assert_int_equal(q->pieces[1].size, 2000);
	assert_int_equal(q->pieces[2].aux_offset, 2063);
	assert_false(q->pieces[0].after_gap);
	assert_false(q->pieces[1].after_gap);
	assert_true(q->pieces[2].after_gap);
	check_queue(p, 0, 0);
	assert_int_equal(tl_perf_queue(p, 1)->cpu, 1);
	assert_int_equal(tl_perf_queue(p, 1)->size, 16);
	check_queue(p, 1, 1);
	/* Across the border of two pieces. */
	assert_true(tl_perf_read_aux(p, q, 3, 100, &got, NULL));
	aux_bytes(want, 100, 3, 0);
	assert_memory_equal(got.data, want, 100);
	tl_buf_fini(&got);
}

static void check_story_records(const struct seen *s)
{
	static const uint32_t types[] = { 3, 1, 12, 11, 4 };

	assert_int_equal(s->n, 5);
	for (size_t i = 0; i < 5; i++) {
		const struct tl_perf_record *r = &s->r[i];

		assert_int_equal(r->type, types[i]);
		assert_int_equal(r->id.time, 1000 + 10 * i);
		assert_int_equal(r->id.pid, 40);
		assert_int_equal(r->id.tid, 41);
		assert_int_equal(r->id.cpu, i == 3 ? 0 : 1);
		assert_int_equal(r->id.id, i == 2 || i == 3 ? 100 : 200);
		assert_non_null(r->id.attr);
		assert_string_equal(r->id.attr->name, i == 2 || i == 3 ? "intel_pt//u" : "dummy:u");
		assert_int_equal(r->id_len, 32);
	}
	assert_int_equal(s->r[0].misc & 1 << 13, 1 << 13); /* COMM_EXEC */
	assert_string_equal((const char *)s->body[0] + 8, "story");
	assert_string_equal((const char *)s->body[1] + 32, "/bin/true");
}

static void check_story(const struct tl_perf *p)
{
	const struct tl_perf_features *f = tl_perf_features(p);
	const struct tl_perf_pt_info *pt = tl_perf_pt_info(p);
	struct seen s = walk(p);

	check_story_queues(p);
	check_story_records(&s);
	assert_string_equal(f->hostname, "tracer");
	assert_string_equal(f->osrelease, "6.1.0");
	assert_string_equal(f->version, "6.1.0");
	assert_string_equal(f->arch, "x86_64");
	assert_string_equal(f->cmdline, "perf record -e intel_pt//u");
	assert_int_equal(f->nrcpus_online, 2);
	assert_int_equal(f->nrcpus_avail, 2);
	assert_int_equal(f->nbuild_ids, 1);
	assert_string_equal(f->build_ids[0].path, "/bin/true");
	assert_int_equal(f->build_ids[0].id[1], 0xcd);
	assert_int_equal(f->build_ids[0].len, 20);
	assert_int_equal(tl_perf_nattrs(p), 2);
	assert_int_equal(tl_perf_attr(p, 1)->nids, 2);
	assert_int_equal(tl_perf_attr(p, 1)->ids[1], 201);
	assert_ptr_equal(tl_perf_attr_of_id(p, 101), tl_perf_attr(p, 0));
	assert_ptr_equal(tl_perf_attr_of_id(p, 200), tl_perf_attr(p, 1));
	assert_null(tl_perf_attr_of_id(p, 7));
	assert_non_null(pt);
	assert_ptr_equal(pt->attr, tl_perf_attr(p, 0));
	assert_true(pt->have_tsc && pt->have_mtc && !pt->have_cyc && !pt->noretcomp && pt->branch);
	assert_int_equal(pt->mtc_freq, 3);
	assert_int_equal(pt->pmu_type, PERFOUT_PT_TYPE);
	assert_int_equal(pt->tsc_ctc_n, 168);
	assert_int_equal(pt->tsc_ctc_d, 2);
	assert_int_equal(pt->max_nonturbo_ratio, 20);
	assert_int_equal(pt->family, 6);
	assert_int_equal(pt->model, 94);
	assert_int_equal(pt->stepping, 3);
	assert_true(pt->per_cpu_mmaps && !pt->snapshot_mode && pt->cap_time_zero);
}

/* ---- the modes */

static void test_file(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 2);
	struct tl_perf *p;

	story(out);
	end(out);
	p = open_sound();
	assert_string_equal(tl_perf_path(p), path);
	check_story(p);
	assert_int_equal(tl_perf_features(p)->time_first, 1000);
	assert_int_equal(tl_perf_features(p)->time_last, 1040);
	tl_perf_close(p);
	tl_perf_close(NULL);
}

static void test_pipe(void **state)
{
	struct perfout *out = begin(PERFOUT_PIPE, 2);
	struct tl_perf *p;

	story(out);
	end(out);
	p = open_sound();
	check_story(p);
	tl_perf_close(p);
}

/* Of each length that COMPRESSED records can cut records at. */
static void test_compressed(void **state)
{
	static const size_t chunks[] = { 0, 1, 3, 8, 50, 1000 };

	for (size_t i = 0; i < sizeof(chunks) / sizeof(*chunks); i++) {
		for (unsigned mode = PERFOUT_FILE; mode <= PERFOUT_PIPE; mode++) {
			struct tl_err err = TL_ERR_INIT;
			struct tl_perf *p;
			struct perfout *out;

			perfout_usual(&usual, CONFIG, 2, &options);
			options.mode = mode;
			options.compressed = true;
			options.compress_chunk = chunks[i];
			assert_true(perfout_open(path, &options, &out, &err));
			story(out);
			end(out);
			p = open_sound();
			check_story(p);
			tl_perf_close(p);
			unlink(path);
		}
	}
}

static void check_folder(const char *name)
{
	struct tl_perf *p = open_file(name);
	struct seen s = walk(p);

	assert_int_equal(tl_perf_ndamage(p), 0);
	assert_int_equal(s.n, 3);
	assert_string_equal((const char *)s.body[0] + 8, "first");
	assert_string_equal((const char *)s.body[1] + 8, "second");
	assert_string_equal((const char *)s.body[2] + 8, "third");
	assert_int_equal(tl_perf_nqueues(p), 1);
	assert_int_equal(tl_perf_queue(p, 0)->npieces, 2);
	assert_false(tl_perf_queue(p, 0)->pieces[1].after_gap);
	check_queue(p, 0, 0);
	tl_perf_close(p);
}

static void test_folder(void **state)
{
	struct perfout *out = begin(PERFOUT_DIR, 2);
	struct perfout_id id = id_at(1000, 1);
	char data[80];

	info(out, true);
	perfout_comm(out, 40, 41, "first", true, &id);
	perfout_file(out, 1);
	id.time = 1001;
	perfout_comm(out, 40, 41, "third", true, &id);
	aux(out, 64, 64, 0, -1, 0);
	perfout_file(out, 0);
	id.time = 1002;
	perfout_comm(out, 40, 41, "second", true, &id);
	aux(out, 0, 64, 0, -1, 0);
	end(out);
	check_folder(path);
	/* The file in it stands for all of it. */
	snprintf(data, sizeof(data), "%s/data", path);
	check_folder(data);
}

static void test_walk_stops(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 2);
	struct seen s = { .stop_at = 2 };
	struct tl_perf *p;

	story(out);
	end(out);
	p = open_sound();
	assert_true(tl_perf_walk(p, see, &s, NULL));
	assert_int_equal(s.n, 2);
	tl_perf_close(p);
}

/* More than one buffer of records, with AUX data of all sizes between. */
static bool count_comms(void *arg, const struct tl_perf_record *r)
{
	uint64_t *n = arg;

	if (r->type == 3 && r->id.time == *n + 1)
		++*n;
	return true;
}

static void test_long(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 1);
	uint64_t n = 0, offset = 0;
	struct tl_perf *p;

	info(out, true);
	for (uint64_t i = 0; i < 30000; i++) {
		struct perfout_id id = id_at(i + 1, 1);

		perfout_comm(out, 40, 41, "x", false, &id);
		if (i % 100 == 0) {
			aux(out, offset, i % 4001, 0, -1, 0);
			offset += i % 4001;
		}
	}
	end(out);
	p = open_sound();
	assert_true(tl_perf_walk(p, count_comms, &n, NULL));
	assert_int_equal(n, 30000);
	/* The last one's 1893 bytes are padded by 3. */
	assert_int_equal(tl_perf_queue(p, 0)->size, offset + 3);
	check_queue(p, 0, 0);
	tl_perf_close(p);
}

/* ---- AUX data */

static struct tl_perf *open_aux(struct perfout *out, size_t npieces)
{
	struct tl_perf *p;

	end(out);
	p = open_sound();
	assert_int_equal(tl_perf_nqueues(p), 1);
	assert_int_equal(tl_perf_queue(p, 0)->npieces, npieces);
	check_queue(p, 0, 0);
	return p;
}

static void test_saved_twice(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 1);
	struct tl_perf *p;

	info(out, true);
	aux(out, 0, 100, 0, -1, 0);
	aux(out, 60, 100, 0, -1, 0);  /* 40 of them are known */
	aux(out, 100, 20, 0, -1, 0);  /* all of them */
	aux(out, 160, 0, 0, -1, 0);   /* none */
	aux(out, 160, 100, 0, -1, 0); /* goes on */
	p = open_aux(out, 3);
	assert_int_equal(tl_perf_queue(p, 0)->size, 264); /* and 4 of padding */
	for (size_t i = 0; i < 3; i++)
		assert_false(tl_perf_queue(p, 0)->pieces[i].after_gap);
	tl_perf_close(p);
}

static void test_out_of_order(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 1);
	struct tl_perf *p;

	info(out, true);
	aux(out, 64, 64, 0, -1, 0);
	aux(out, 0, 64, 0, -1, 0);
	p = open_aux(out, 2);
	assert_false(tl_perf_queue(p, 0)->pieces[1].after_gap);
	tl_perf_close(p);
}

static void test_per_thread(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 0);
	struct tl_perf *p;

	info(out, false);
	aux(out, 0, 64, 1, 77, -1);
	aux(out, 0, 64, 0, 78, -1);
	aux(out, 64, 64, 1, 77, -1);
	end(out);
	p = open_sound();
	assert_int_equal(tl_perf_nqueues(p), 2);
	assert_int_equal(tl_perf_queue(p, 0)->tid, 78);
	assert_int_equal(tl_perf_queue(p, 0)->cpu, -1);
	assert_int_equal(tl_perf_queue(p, 1)->tid, 77);
	assert_int_equal(tl_perf_queue(p, 1)->size, 128);
	tl_perf_close(p);
}

/* Recording a program, perf names it in each CPU's data; who ran is told by the switches. */
static void test_per_cpu_of_thread(void **state)
{
	for (int switches = 0; switches < 2; switches++) {
		struct perfout *out = begin(PERFOUT_FILE, 2);
		struct perfout_pt pt;
		struct tl_perf *p;

		perfout_pt_usual(&pt, true);
		pt.have_sched_switch = switches ? 2 : 0;
		perfout_auxtrace_info(out, &pt);
		aux(out, 0, 64, 0, 77, 4);
		aux(out, 0, 64, 1, 77, 5);
		aux(out, 0, 64, 2, 78, -1);
		aux(out, 0, 64, 3, 77, 5);
		end(out);
		p = open_sound();
		assert_int_equal(tl_perf_nqueues(p), 4);
		assert_int_equal(tl_perf_queue(p, 0)->cpu, 4);
		assert_int_equal(tl_perf_queue(p, 0)->tid, switches ? -1 : 77);
		assert_int_equal(tl_perf_queue(p, 1)->cpu, 5);
		assert_int_equal(tl_perf_queue(p, 1)->tid, switches ? -1 : 77);
		assert_int_equal(tl_perf_queue(p, 2)->tid, 78);
		assert_ptr_equal(tl_perf_queue_of(p, 4, 77), tl_perf_queue(p, 0));
		assert_ptr_equal(tl_perf_queue_of(p, 5, 78), tl_perf_queue(p, 1));
		assert_ptr_equal(tl_perf_queue_of(p, 6, 78), tl_perf_queue(p, 2));
		assert_ptr_equal(tl_perf_queue_of(p, -1, 78), tl_perf_queue(p, 2));
		assert_null(tl_perf_queue_of(p, -1, 77));
		assert_null(tl_perf_queue_of(p, 6, -1));
		assert_null(tl_perf_queue_of(p, -1, -1));
		tl_perf_close(p);
	}
}

/* Without the TSC bit queues are shown one after another: those whose threads ended come first. */
static void test_untimed_order(void **state)
{
	static const int32_t tids[] = { 50, 51, 52, 53 }, shown[] = { 52, 50, 51, 53 };

	for (int timed = 0; timed < 2; timed++) {
		struct perfout_id id = id_at(1000, 1);
		struct perfout *out;
		struct tl_perf *p;

		perfout_usual(&usual, timed ? CONFIG : CONFIG & ~(UINT64_C(1) << 10), 0, &options);
		assert_true(perfout_open(path, &options, &out, NULL));
		info(out, false);
		for (size_t i = 0; i < 4; i++)
			aux(out, 0, 64, (uint32_t)i, tids[i], -1);
		perfout_exit(out, 40, 1, 52, 1, 1040, &id);
		perfout_exit(out, 40, 1, 99, 1, 1041, &id);
		perfout_exit(out, 40, 1, 50, 1, 1042, &id);
		perfout_exit(out, 40, 1, 52, 1, 1043, &id);
		end(out);
		assert_true(tl_perf_open(path, &p, NULL));
		assert_int_equal(tl_perf_nqueues(p), 4);
		for (unsigned i = 0; i < 4; i++) {
			const struct tl_perf_queue *q = tl_perf_queue(p, i);

			assert_int_equal(q->number, i);
			assert_int_equal(q->tid, timed ? tids[i] : shown[i]);
		}
		tl_perf_close(p);
	}
}

/* Pictures of a ring of 256 bytes: the second has 56 new ones, the third is all new. */
static void snapshot(struct perfout *out, uint64_t at, uint64_t head)
{
	uint8_t bytes[256];

	aux_bytes(bytes, sizeof(bytes), at, 0);
	perfout_auxtrace(out, bytes, sizeof(bytes), head, 0, 0, -1, 0);
}

static void test_snapshot(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 1);
	const struct tl_perf_queue *q;
	struct perfout_pt pt;
	struct tl_perf *p;
	uint8_t want[256];
	struct tl_buf got = TL_BUF_INIT;

	perfout_pt_usual(&pt, true);
	pt.snapshot_mode = true;
	perfout_auxtrace_info(out, &pt);
	snapshot(out, 1000, 100);
	snapshot(out, 1056, 156);
	snapshot(out, 5000, 20);
	end(out);
	p = open_sound();
	q = tl_perf_queue(p, 0);
	assert_int_equal(q->npieces, 3);
	assert_int_equal(q->pieces[0].size, 256);
	assert_int_equal(q->pieces[1].size, 56);
	assert_int_equal(q->pieces[2].size, 256);
	assert_false(q->pieces[1].after_gap);
	assert_true(q->pieces[2].after_gap);
	assert_true(tl_perf_read_aux(p, q, 128, 184, &got, NULL));
	aux_bytes(want, 184, 1128, 0);
	assert_memory_equal(got.data, want, 184);
	tl_buf_fini(&got);
	tl_perf_close(p);
}

/* Before the ring is full a picture goes on where the last one ended. */
static void test_snapshot_partial(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 1);
	struct perfout_pt pt;
	struct tl_perf *p;

	perfout_pt_usual(&pt, true);
	pt.snapshot_mode = true;
	perfout_auxtrace_info(out, &pt);
	aux(out, 0, 100, 0, -1, 0);
	aux(out, 100, 52, 0, -1, 0);
	p = open_aux(out, 2);
	assert_int_equal(tl_perf_queue(p, 0)->pieces[0].size, 100);
	assert_false(tl_perf_queue(p, 0)->pieces[1].after_gap);
	tl_perf_close(p);
}

static void test_read_aux_limits(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 1);
	const struct tl_perf_queue *q;
	struct tl_buf got = TL_BUF_INIT;
	struct tl_err err = TL_ERR_INIT;
	struct tl_perf *p;

	info(out, true);
	aux(out, 0, 64, 0, -1, 0);
	end(out);
	p = open_sound();
	q = tl_perf_queue(p, 0);
	assert_true(tl_perf_read_aux(p, q, 64, 0, &got, &err));
	assert_false(tl_perf_read_aux(p, q, 64, 1, &got, &err));
	assert_false(tl_perf_read_aux(p, q, 1, 64, &got, &err));
	assert_false(tl_perf_read_aux(p, q, UINT64_MAX, 2, &got, &err));
	assert_false(tl_perf_read_aux(p, q, 2, SIZE_MAX, &got, &err));
	assert_int_equal(got.len, 0);
	assert_int_equal(truncate(path, 600), 0);
	assert_false(tl_perf_read_aux(p, q, 0, 64, &got, &err));
	assert_non_null(strstr(err.msg, "has become shorter"));
	assert_int_equal(got.len, 0);
	tl_buf_fini(&got);
	tl_perf_close(p);
}

/* ---- bytes of a file, to change them */

static struct tl_buf load(void)
{
	struct tl_buf b = TL_BUF_INIT;
	int fd = open(path, O_RDONLY);
	ssize_t n;

	assert_true(fd >= 0 && tl_buf_reserve(&b, 4 << 20));
	n = read(fd, b.data, b.cap);
	assert_true(n > 0 && (size_t)n < b.cap);
	b.len = (size_t)n;
	close(fd);
	return b;
}

static void store(const uint8_t *bytes, size_t n)
{
	int fd = open(other, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

static struct tl_perf *open_changed(const struct tl_buf *b)
{
	store(b->data, b->len);
	return open_file(other);
}

static uint64_t get(const struct tl_buf *b, size_t at, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)b->data[at + i] << (8 * i);
	return v;
}

static void put(struct tl_buf *b, size_t at, size_t n, uint64_t v)
{
	assert_true(at + n <= b->len);
	for (size_t i = 0; i < n; i++)
		b->data[at + i] = (uint8_t)(v >> (8 * i));
}

/* Where in the header. */
enum { ATTR_SIZE = 16, ATTRS = 24, ATTRS_SIZE = 32, DATA = 40, DATA_SIZE = 48, BITS = 72 };

/* Where the nth record of a type is; 0: nowhere. */
static size_t find_record(const struct tl_buf *b, uint32_t type, unsigned nth)
{
	size_t at = get(b, DATA, 8), stop = at + get(b, DATA_SIZE, 8);

	while (at < stop) {
		if (get(b, at, 4) == type && nth-- == 0)
			return at;
		at += get(b, at + 6, 2) + (get(b, at, 4) == 71 ? get(b, at + 8, 8) : 0);
	}
	return 0;
}

/* Where the row of a feature's section is. */
static size_t feature_row(const struct tl_buf *b, unsigned feature)
{
	size_t row = get(b, DATA, 8) + get(b, DATA_SIZE, 8);

	for (unsigned i = 0; i < feature; i++)
		row += 16 * (b->data[BITS + i / 8] >> (i % 8) & 1);
	return row;
}

static struct tl_buf story_bytes(void)
{
	struct perfout *out = begin(PERFOUT_FILE, 2);

	story(out);
	end(out);
	return load();
}

/* ---- damage */

static void refuse(const void *bytes, size_t n, const char *why)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_perf *p;

	store(bytes, n);
	assert_false(tl_perf_open(other, &p, &err));
	if (!strstr(err.msg, why))
		fail_msg("'%s' is not in '%s'", why, err.msg);
}

static void test_refused(void **state)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_buf b = story_bytes();
	struct tl_perf *p;

	refuse("", 0, "not a perf.data");
	refuse("PERFILE2", 8, "cut off at byte 8");
	refuse("PERFILE1........", 16, "not a perf.data");
	refuse(b.data, 60, "cut off at byte 60, in its header");
	put(&b, 8, 8, 40); /* the rest of the header is right */
	store(b.data, b.len);
	p = open_file(other);
	expect_damage(p, "its header cannot have 40 bytes, as it says");
	assert_int_equal(tl_perf_ndamage(p), 1);
	assert_true(tl_perf_nattrs(p) > 0 && tl_perf_features(p)->version);
	tl_perf_close(p);
	refuse("2ELIFREP\0\0\0\0\0\0\0\x68", 16, "big-endian");
	assert_false(tl_perf_open(dir, &p, &err)); /* a folder without `data` */
	assert_false(tl_perf_open("/nonexistent", &p, &err));
	assert_non_null(strstr(err.msg, "/nonexistent"));
	assert_int_equal(mkfifo(path, 0600) == 0 || unlink(path) == 0, true);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_false(tl_perf_open(path, &p, &err));
	assert_non_null(strstr(err.msg, "not a regular file"));
	tl_buf_fini(&b);
}

static void test_probe(void **state)
{
	assert_int_equal(tl_perf_probe((const uint8_t *)"PERFILE2", 8), 100);
	assert_int_equal(tl_perf_probe((const uint8_t *)"2ELIFREP", 8), 100);
	assert_int_equal(tl_perf_probe((const uint8_t *)"PERFILE2", 7), 0);
	assert_int_equal(tl_perf_probe((const uint8_t *)"PERFILE3", 8), 0);
	assert_int_equal(tl_perf_probe(NULL, 0), 0);
}

/* Cut off anywhere: no more than was there, and no silence. */
static void check_cut(const struct tl_buf *whole, size_t n)
{
	static const uint32_t types[] = { 3, 1, 12, 11, 4 };
	struct tl_err err = TL_ERR_INIT;
	struct seen s = { 0 };
	struct tl_perf *p;
	uint64_t size = 0;
	bool sound;

	store(whole->data, n);
	if (!tl_perf_open(other, &p, &err)) {
		assert_true(n < 72);
		return;
	}
	sound = tl_perf_walk(p, see, &s, &err);
	assert_true(s.n <= 5);
	for (size_t i = 0; i < s.n; i++)
		assert_int_equal(s.r[i].type, types[i]);
	for (size_t i = 0; i < tl_perf_nqueues(p); i++) {
		size += tl_perf_queue(p, i)->size;
		check_queue(p, i, (unsigned)tl_perf_queue(p, i)->cpu);
	}
	assert_true(size <= 13 + 2000 + 24 + 16 + 2 * 7);
	if (n < whole->len && sound && tl_perf_ndamage(p) == 0)
		fail_msg("%zu of %zu bytes, and no complaint", n, whole->len);
	for (size_t i = 0; i < tl_perf_ndamage(p); i++)
		assert_non_null(strstr(tl_perf_damage(p, i), "other.data"));
	tl_perf_close(p);
}

static void test_cut_off(void **state)
{
	struct tl_buf b = story_bytes();
	size_t data_end = get(&b, DATA, 8) + get(&b, DATA_SIZE, 8);
	struct tl_perf *p;
	struct seen s;

	for (size_t n = 0; n <= b.len; n += n + 97 < data_end && n > 700 ? 97 : 1)
		check_cut(&b, n);

	/* Within AUX data: what is there is there. */
	store(b.data, find_record(&b, 71, 2) + 48 + 500);
	p = open_file(other);
	expect_damage(p, "cut off at byte");
	assert_int_equal(tl_perf_nqueues(p), 2);
	assert_int_equal(tl_perf_queue(p, 0)->size, 13 + 500);
	check_queue(p, 0, 0);
	s = walk_broken(p, "wants 2048 bytes");
	assert_int_equal(s.n, 3);
	tl_perf_close(p);
	tl_buf_fini(&b);
}

/* As perf leaves it when it is killed: no size, no features. */
static void test_not_ended(void **state)
{
	struct tl_buf b = story_bytes();
	struct tl_perf *p;
	struct seen s;

	b.len = get(&b, DATA, 8) + get(&b, DATA_SIZE, 8);
	put(&b, DATA_SIZE, 8, 0);
	p = open_changed(&b);
	assert_int_equal(tl_perf_ndamage(p), 1);
	expect_damage(p, "was not ended");
	check_story_queues(p);
	s = walk(p);
	assert_int_equal(s.n, 5);
	assert_int_equal(s.r[4].id.time, 1040);
	tl_perf_close(p);
	tl_buf_fini(&b);
}

/* Behind a broken record it goes on at the next AUX data. */
static void test_broken_record(void **state)
{
	struct tl_buf b = story_bytes();
	size_t at = find_record(&b, 1, 0);
	struct tl_perf *p;
	char why[64];
	struct seen s;

	snprintf(why, sizeof(why), "no record at byte %zu", at);
	put(&b, at + 6, 2, 4);
	p = open_changed(&b);
	s = walk_broken(p, why);
	assert_int_equal(s.n, 4);
	assert_int_equal(s.r[1].type, 12);
	check_story_queues(p);
	tl_perf_close(p);

	/* Without an index there is no such place, and the trace ends there. */
	put(&b, feature_row(&b, 18) + 8, 8, 0);
	p = open_changed(&b);
	expect_damage(p, why);
	assert_int_equal(tl_perf_nqueues(p), 1);
	assert_int_equal(tl_perf_queue(p, 0)->size, 16); /* nothing tells of padding now */
	s = walk_broken(p, why);
	assert_int_equal(s.n, 1);
	tl_perf_close(p);
	tl_buf_fini(&b);
}

static void test_record_too_long(void **state)
{
	struct tl_buf b = story_bytes();
	struct tl_perf *p;

	put(&b, find_record(&b, 4, 0) + 6, 2, 65528);
	p = open_changed(&b);
	walk_broken(p, "wants 65528 bytes");
	tl_perf_close(p);
	tl_buf_fini(&b);
}

static void test_unknown_type(void **state)
{
	struct tl_buf b = story_bytes();
	struct tl_perf *p;
	struct seen s;

	put(&b, find_record(&b, 1, 0), 4, 63);
	put(&b, find_record(&b, 68, 0), 4, UINT32_MAX);
	p = open_changed(&b);
	s = walk(p);
	assert_int_equal(s.n, 5);
	assert_int_equal(s.r[1].type, 63);
	assert_int_equal(s.r[1].id.time, 1010);
	assert_int_equal(tl_perf_ndamage(p), 0);
	tl_perf_close(p);
	tl_buf_fini(&b);
}

/* An index that lies is not used. */
static void check_index(struct tl_buf *b, const char *complaint)
{
	struct tl_perf *p = open_changed(b);

	if (complaint)
		expect_damage(p, complaint);
	else
		assert_int_equal(tl_perf_ndamage(p), 0);
	check_story_queues(p);
	assert_non_null(tl_perf_pt_info(p));
	tl_perf_close(p);
}

static void test_index(void **state)
{
	struct tl_buf b = story_bytes();
	size_t row = feature_row(&b, 18), index = get(&b, row, 8);
	uint64_t first = get(&b, index + 8, 8), second = get(&b, index + 24, 8);

	assert_int_equal(get(&b, index, 8), 4);
	check_index(&b, NULL);
	put(&b, index + 8, 8, second); /* out of order is fine */
	put(&b, index + 24, 8, first);
	check_index(&b, NULL);
	put(&b, index + 24, 8, second); /* twice is not */
	check_index(&b, "index of AUX data is broken");
	put(&b, index + 24, 8, first + 8);
	check_index(&b, "index of AUX data is broken");
	put(&b, index + 24, 8, UINT64_MAX - 3);
	check_index(&b, "index of AUX data is broken");
	put(&b, index, 8, UINT64_MAX);
	check_index(&b, "index of AUX data is broken");
	put(&b, index, 8, 0);
	check_index(&b, NULL);
	put(&b, row + 8, 8, 4);
	check_index(&b, NULL);
	put(&b, row, 8, b.len);
	check_index(&b, "not in the file");
	tl_buf_fini(&b);
}

static void test_no_index(void **state)
{
	struct tl_err err = TL_ERR_INIT;
	struct perfout *out;
	struct tl_perf *p;

	perfout_usual(&usual, CONFIG, 2, &options);
	options.no_aux_index = true;
	assert_true(perfout_open(path, &options, &out, &err));
	story(out);
	end(out);
	p = open_sound();
	check_story(p);
	tl_perf_close(p);
}

static void test_absurd_aux(void **state)
{
	struct tl_buf b = story_bytes();
	size_t at = find_record(&b, 71, 2);
	struct tl_perf *p;

	put(&b, at + 8, 8, UINT64_MAX - 7);
	p = open_changed(&b);
	expect_damage(p, "index of AUX data is broken");
	expect_damage(p, "cut off at byte");
	tl_perf_close(p);
	put(&b, at + 8, 8, 2000);
	put(&b, at + 16, 8, UINT64_MAX - 100);
	p = open_changed(&b);
	expect_damage(p, "left out");
	assert_int_equal(tl_perf_queue(p, 0)->npieces, 2);
	tl_perf_close(p);
	tl_buf_fini(&b);
}

static void test_absurd_header(void **state)
{
	struct tl_buf b = story_bytes();
	uint64_t attrs = get(&b, ATTRS, 8), attrs_size = get(&b, ATTRS_SIZE, 8);
	struct tl_perf *p;

	put(&b, ATTRS, 8, UINT64_MAX);
	p = open_changed(&b);
	expect_damage(p, "beyond the end");
	expect_damage(p, "describes no event");
	assert_int_equal(walk(p).n, 5);
	assert_int_equal(walk(p).r[0].id_len, 0);
	tl_perf_close(p);
	put(&b, ATTRS, 8, attrs);
	put(&b, ATTRS_SIZE, 8, UINT64_MAX);
	p = open_changed(&b);
	expect_damage(p, "beyond the end");
	tl_perf_close(p);
	put(&b, ATTRS_SIZE, 8, attrs_size);
	put(&b, ATTR_SIZE, 8, 8);
	p = open_changed(&b);
	expect_damage(p, "a description of an event of 8 bytes");
	tl_perf_close(p);
	put(&b, ATTR_SIZE, 8, UINT64_MAX);
	p = open_changed(&b);
	expect_damage(p, "a description of an event of");
	tl_perf_close(p);
	put(&b, ATTR_SIZE, 8, 144);
	put(&b, attrs + 128 + 8, 8, UINT64_MAX - 7); /* size of the first one's ids */
	p = open_changed(&b);
	expect_damage(p, "are not in the file");
	assert_int_equal(tl_perf_nattrs(p), 2);
	assert_int_equal(tl_perf_attr(p, 0)->nids, 0);
	assert_int_equal(tl_perf_attr(p, 1)->nids, 2);
	tl_perf_close(p);
	put(&b, DATA, 8, UINT64_MAX - 8);
	p = open_changed(&b);
	assert_int_equal(walk(p).n, 0);
	expect_damage(p, "cut off");
	tl_perf_close(p);
	tl_buf_fini(&b);
}

static void test_absurd_features(void **state)
{
	static const struct {
		unsigned feature;
		size_t at, n; /* a number in the section */
	} cases[] = { { 2, 6, 2 },  { 3, 0, 4 },  { 11, 0, 4 },       { 11, 4, 4 },
		      { 12, 0, 4 }, { 12, 4, 4 }, { 12, 8 + 128, 4 }, { 12, 8 + 128 + 4, 4 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tl_buf b = story_bytes();
		size_t at = get(&b, feature_row(&b, cases[i].feature), 8);
		struct tl_perf *p;
		char what[64];

		put(&b, at + cases[i].at, cases[i].n, UINT64_MAX >> 1);
		p = open_changed(&b);
		snprintf(what, sizeof(what), "feature %u is shorter", cases[i].feature);
		expect_damage(p, what);
		assert_int_equal(tl_perf_ndamage(p), 1);
		assert_string_equal(tl_perf_features(p)->arch, "x86_64");
		check_story_queues(p);
		tl_perf_close(p);
		tl_buf_fini(&b);
	}
}

/* A name is that of the event with its id; without one, of that in its place. */
static void test_names(void **state)
{
	struct tl_buf b = story_bytes();
	size_t at = get(&b, feature_row(&b, 12), 8) + 8 + 128, first, second;
	struct tl_perf *p;

	first = at + 8 + get(&b, at + 4, 4);
	at = first + 2 * 8 + 128;
	second = at + 8 + get(&b, at + 4, 4);
	assert_int_equal(get(&b, first, 8), 100);
	assert_int_equal(get(&b, second, 8), 200);
	put(&b, first, 8, 200);
	put(&b, second, 8, 100);
	p = open_changed(&b);
	assert_string_equal(tl_perf_attr(p, 0)->name, "dummy:u");
	assert_string_equal(tl_perf_attr(p, 1)->name, "intel_pt//u");
	tl_perf_close(p);
	put(&b, first, 8, 77);
	put(&b, second, 8, 78);
	p = open_changed(&b);
	assert_string_equal(tl_perf_attr(p, 0)->name, "intel_pt//u");
	assert_string_equal(tl_perf_attr(p, 1)->name, "dummy:u");
	tl_perf_close(p);
	tl_buf_fini(&b);
}

/* Many ids, and such as were made to fall on one another: the others are found all the same. */
static void test_many_ids(void **state)
{
	static uint64_t many[20000];
	struct tl_err err = TL_ERR_INIT;
	struct perfout *out;
	struct tl_perf *p;

	for (unsigned set = 0; set < 2; set++) {
		perfout_usual(&usual, CONFIG, 2, &options);
		for (size_t i = 0; i < 20000; i++)
			many[i] = set ? (i + 1) << 48 : 1000 + i;
		usual.attrs[0].ids = many;
		usual.attrs[0].nids = 20000;
		assert_true(perfout_open(path, &options, &out, &err));
		info(out, true);
		end(out);
		p = open_sound();
		assert_ptr_equal(tl_perf_attr_of_id(p, many[0]), tl_perf_attr(p, 0));
		assert_ptr_equal(tl_perf_attr_of_id(p, many[19]), tl_perf_attr(p, 0));
		assert_true(set || tl_perf_attr_of_id(p, many[19999]));
		assert_ptr_equal(tl_perf_attr_of_id(p, 200), tl_perf_attr(p, 1));
		tl_perf_close(p);
	}
}

static void test_broken_stream(void **state)
{
	struct tl_err err = TL_ERR_INIT;
	struct perfout *out;
	struct tl_buf b;
	struct tl_perf *p;
	struct seen s;
	size_t at;

	perfout_usual(&usual, CONFIG, 2, &options);
	options.compressed = true;
	assert_true(perfout_open(path, &options, &out, &err));
	story(out);
	end(out);
	b = load();
	at = find_record(&b, 81, 2);
	assert_true(at > 0);
	memset(b.data + at + 8, 0xff, get(&b, at + 6, 2) - 8);
	p = open_changed(&b);
	s = walk_broken(p, "compressed records at byte");
	assert_int_equal(s.n, 2);
	check_story_queues(p);
	tl_perf_close(p);

	/* A stream that ends within a record. */
	at = find_record(&b, 81, 1);
	put(&b, at, 4, 99);
	put(&b, find_record(&b, 81, 1), 4, 99);
	p = open_changed(&b);
	s = walk_broken(p, "compressed");
	assert_int_equal(s.n, 1);
	tl_perf_close(p);
	tl_buf_fini(&b);
}

/* What newer perfs write: the size of the stream's bytes before them, and padding behind. */
static void test_compressed2(void **state)
{
	struct tl_buf b = story_bytes();
	size_t comm = find_record(&b, 3, 0), n = get(&b, comm + 6, 2), packed;
	struct perfout *out = begin(PERFOUT_FILE, 2);
	uint8_t body[8 + 1024] = { 0 };
	struct tl_perf *p;
	struct seen s;

	packed = ZSTD_compress(body + 8, 1000, b.data + comm, n, 3);
	assert_false(ZSTD_isError(packed));
	memcpy(body, &(uint64_t){ packed }, 8);
	perfout_plain(out, 83, 0, body, 8 + packed + 16);
	end(out);
	p = open_file(path);
	s = walk(p);
	assert_int_equal(s.n, 1);
	assert_string_equal((const char *)s.body[0] + 8, "story");
	assert_true(s.r[0].unpacked);
	assert_int_equal(s.r[0].id.time, 1000);
	tl_perf_close(p);
	tl_buf_fini(&b);
}

/* In pipe mode the bytes of TRACING_DATA stand behind its record. */
static void test_tracing_data(void **state)
{
	struct perfout *out = begin(PERFOUT_PIPE, 2);
	struct perfout_id id = id_at(1000, 1);
	uint32_t size[2] = { 24 - 5, 0 };
	uint8_t bytes[16] = { 0xff };
	struct tl_perf *p;
	struct seen s;

	perfout_plain(out, 66, 0, size, 4);
	perfout_plain(out, 3, 0, bytes, sizeof(bytes)); /* 24 bytes, which are no record */
	perfout_comm(out, 40, 41, "behind", false, &id);
	end(out);
	p = open_sound();
	s = walk(p);
	assert_int_equal(s.n, 1);
	assert_string_equal((const char *)s.body[0] + 8, "behind");
	tl_perf_close(p);
}

static void test_aux_samples(void **state)
{
	struct tl_err err = TL_ERR_INIT;
	struct perfout *out;
	struct tl_perf *p;

	perfout_usual(&usual, CONFIG, 2, &options);
	usual.attrs[1].sample_type |= 1 << 20;
	assert_true(perfout_open(path, &options, &out, &err));
	info(out, true);
	end(out);
	p = open_file(path);
	assert_int_equal(tl_perf_ndamage(p), 1);
	expect_damage(p, "--aux-sample");
	tl_perf_close(p);
}

/* ---- AUXTRACE_INFO */

static void test_info_short(void **state)
{
	struct perfout *out = begin(PERFOUT_FILE, 1);
	const struct tl_perf_pt_info *pt;
	uint64_t v[] = { 1, PERFOUT_PT_TYPE, 10, 1000, 5, 1, 1 << 10, 1 << 11, 2, 0, 1 };
	struct tl_perf *p;

	perfout_plain(out, 70, 0, v, sizeof(v));
	aux(out, 0, 64, 0, -1, 0);
	end(out);
	p = open_sound();
	pt = tl_perf_pt_info(p);
	assert_non_null(pt);
	assert_int_equal(pt->time_mult, 1000);
	assert_int_equal(pt->have_sched_switch, 2);
	assert_true(pt->have_tsc && !pt->have_mtc && pt->per_cpu_mmaps);
	assert_int_equal(pt->tsc_ctc_n, 0);
	tl_perf_close(p);
}

static void test_info_odd(void **state)
{
	struct {
		uint64_t v[4];
		const char *complaint;
		bool is_pt;
	} cases[] = {
		{ { 4, PERFOUT_PT_TYPE, 10, 1000 }, "of kind 4", false },
		{ { 1, 99, 10, 1000 }, "no event in it is Intel PT's", true },
		{ { 1, PERFOUT_PT_TYPE, 64, 1000 }, "cannot be converted", true },
		{ { 1, PERFOUT_PT_TYPE, 10, UINT64_C(1) << 32 }, "cannot be converted", true },
	};
	struct perfout *out;
	struct tl_perf *p;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		out = begin(PERFOUT_FILE, 1);
		perfout_plain(out, 70, 0, cases[i].v, sizeof(cases[i].v));
		aux(out, 0, 64, 0, -1, 0);
		end(out);
		p = open_file(path);
		expect_damage(p, cases[i].complaint);
		assert_int_equal(tl_perf_ndamage(p), 1);
		assert_int_equal(tl_perf_pt_info(p) != NULL, cases[i].is_pt);
		tl_perf_close(p);
	}
	out = begin(PERFOUT_FILE, 1);
	aux(out, 0, 64, 0, -1, 0);
	end(out);
	p = open_file(path);
	expect_damage(p, "nothing in it tells");
	assert_null(tl_perf_pt_info(p));
	tl_perf_close(p);
}

static void test_clock(void **state)
{
	struct tl_perf_pt_info t = { .time_shift = 31,
				     .time_mult = 1065220063,
				     .time_zero = 12345 };
	static const uint64_t some[] = {
		0, 1, 2, 1000, 2147483647, 2147483648, 123456789012345, UINT64_C(1) << 62,
	};

	for (size_t i = 0; i < sizeof(some) / sizeof(*some); i++) {
		unsigned __int128 product = (unsigned __int128)some[i] * t.time_mult;
		uint64_t ns = tl_perf_tsc_to_ns(&t, some[i]), back = tl_perf_ns_to_tsc(&t, ns);

		assert_int_equal(ns, 12345 + (uint64_t)(product >> 31));
		/* The first TSC value that has this time. */
		assert_true(back <= some[i]);
		assert_int_equal(tl_perf_tsc_to_ns(&t, back), ns);
		assert_true(back == 0 || tl_perf_tsc_to_ns(&t, back - 1) < ns);
	}
	assert_int_equal(tl_perf_ns_to_tsc(&t, 12344), 0);
	/* No bit is lost in a shift beyond 32. */
	t = (struct tl_perf_pt_info){ .time_shift = 40, .time_mult = UINT32_MAX };
	assert_int_equal(tl_perf_tsc_to_ns(&t, (UINT64_C(1) << 40) - 1),
			 (uint64_t)((((unsigned __int128)1 << 40) - 1) * UINT32_MAX >> 40));
	/* A clock that began before perf's. */
	t = (struct tl_perf_pt_info){ .time_mult = 1, .time_zero = (uint64_t)-100 };
	assert_int_equal(tl_perf_tsc_to_ns(&t, 150), 50);
	assert_int_equal(tl_perf_ns_to_tsc(&t, 50), 150);
	t.time_mult = 0;
	assert_int_equal(tl_perf_ns_to_tsc(&t, 50), 0);
}

/* ---- sample_id */

static struct tl_perf *with_types(uint64_t type0, uint64_t type1, size_t nattrs, uint64_t flags,
				  const struct perfout_id *id)
{
	struct perfout *out;
	struct perfout_sample sample = { .ip = 0x1234, .addr = 5, .period = 6 };

	perfout_usual(&usual, CONFIG, 2, &options);
	usual.attrs[0].sample_type = type0;
	usual.attrs[1].sample_type = type1;
	usual.attrs[0].flags = usual.attrs[1].flags = flags;
	options.nattrs = nattrs;
	assert_true(perfout_open(path, &options, &out, NULL));
	perfout_comm(out, 7, 8, "x", false, id);
	perfout_sample(out, &sample, id);
	end(out);
	return open_sound();
}

static void check_types(uint64_t type0, uint64_t type1, size_t nattrs, const struct perfout_id *id)
{
	struct tl_perf *p = with_types(type0, type1, nattrs, PERFOUT_SAMPLE_ID_ALL, id);
	uint64_t type = id->attr ? type1 : type0;
	struct seen s = walk(p);
	bool has_id = type & (PERFOUT_ID | PERFOUT_IDENTIFIER);

	assert_int_equal(s.n, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct tl_perf_record *r = &s.r[i];

		assert_int_equal(r->id.pid, type & PERFOUT_TID ? id->pid : -1);
		assert_int_equal(r->id.tid, type & PERFOUT_TID ? id->tid : -1);
		assert_int_equal(r->id.time, type & PERFOUT_TIME ? id->time : UINT64_MAX);
		assert_int_equal(r->id.cpu, type & PERFOUT_CPU ? id->cpu : -1);
		assert_int_equal(r->id.id, has_id ? 100 + 100 * id->attr + id->nth : 0);
		assert_ptr_equal(r->id.attr, tl_perf_attr(p, id->attr));
		assert_int_equal(r->id_len, i == 1 ? 0 : r->len - 16);
	}
	tl_perf_close(p);
}

static void test_sample_types(void **state)
{
	static const uint64_t bits[] = { PERFOUT_IP,     PERFOUT_TID,       PERFOUT_TIME,
					 PERFOUT_ADDR,   PERFOUT_ID,        PERFOUT_CPU,
					 PERFOUT_PERIOD, PERFOUT_STREAM_ID, PERFOUT_IDENTIFIER };
	struct perfout_id id = id_at(77, 0);

	id.nth = 1;
	for (unsigned set = 0; set < 1u << 9; set++) {
		uint64_t type = 0;

		for (unsigned i = 0; i < 9; i++)
			type |= set >> i & 1 ? bits[i] : 0;
		check_types(type, 0, 1, &id);
	}
}

static void test_two_events(void **state)
{
	uint64_t base = PERFOUT_IP | PERFOUT_TID | PERFOUT_TIME;

	for (unsigned attr = 0; attr < 2; attr++) {
		struct perfout_id id = id_at(77, attr);

		check_types(base | PERFOUT_IDENTIFIER,
			    base | PERFOUT_IDENTIFIER | PERFOUT_CPU | PERFOUT_STREAM_ID |
				PERFOUT_ADDR,
			    2, &id);
		check_types(PERFOUT_IDENTIFIER | PERFOUT_CPU, PERFOUT_IDENTIFIER | PERFOUT_TIME, 2,
			    &id);
		/* Without an identifier the id is at the same place in both. */
		check_types(base | PERFOUT_ID | PERFOUT_CPU,
			    base | PERFOUT_ID | PERFOUT_CPU | PERFOUT_PERIOD, 2, &id);
	}
}

static void test_no_sample_id(void **state)
{
	struct perfout_id id = id_at(77, 0);
	struct tl_perf *p = with_types(PERFOUT_TID | PERFOUT_TIME, 0, 1, 0, &id);
	struct seen s = walk(p);

	assert_int_equal(s.r[0].id_len, 0);
	assert_int_equal(s.r[0].id.time, UINT64_MAX);
	assert_int_equal(s.r[1].id.time, 77);
	tl_perf_close(p);
}

/* What perf makes up has zeros where the kernel would say who and when. */
static void test_made_up(void **state)
{
	struct perfout_id id = { 0 };
	struct tl_perf *p;
	struct tl_buf b;
	struct seen s;
	size_t at;

	p = with_types(PERFOUT_IDENTIFIER | PERFOUT_TID | PERFOUT_TIME | PERFOUT_CPU,
		       PERFOUT_IDENTIFIER | PERFOUT_TID | PERFOUT_TIME | PERFOUT_CPU, 2,
		       PERFOUT_SAMPLE_ID_ALL, &id);
	tl_perf_close(p);
	b = load();
	at = find_record(&b, 3, 0);
	put(&b, at + get(&b, at + 6, 2) - 8, 8, 0);
	p = open_changed(&b);
	s = walk(p);
	assert_int_equal(s.r[0].id_len, 32);
	assert_int_equal(s.r[0].id.time, UINT64_MAX);
	assert_int_equal(s.r[0].id.tid, -1);
	assert_int_equal(s.r[0].id.cpu, -1);
	assert_ptr_equal(s.r[0].id.attr, tl_perf_attr(p, 0));
	tl_perf_close(p);
	/* An id nobody has: the shape is guessed, the event is not. */
	put(&b, at + get(&b, at + 6, 2) - 8, 8, 5555);
	p = open_changed(&b);
	s = walk(p);
	assert_int_equal(s.r[0].id.id, 5555);
	assert_null(s.r[0].id.attr);
	/* Shorter than its sample_id. */
	tl_perf_close(p);
	put(&b, at, 4, 14);
	put(&b, at + 6, 2, 16);
	put(&b, at + 16, 4, 14);
	put(&b, at + 16 + 6, 2, 8);
	put(&b, at + 24, 4, 14);
	put(&b, at + 24 + 6, 2, get(&b, DATA, 8) + get(&b, DATA_SIZE, 8) - at - 24);
	p = open_changed(&b);
	s = walk(p);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.r[0].id_len, 0);
	assert_int_equal(s.r[0].id.time, UINT64_MAX);
	tl_perf_close(p);
	tl_buf_fini(&b);
}

int main(void)
{
#define T(f) cmocka_unit_test_teardown(f, clean)
	const struct CMUnitTest tests[] = {
		T(test_file),
		T(test_pipe),
		T(test_compressed),
		T(test_folder),
		T(test_walk_stops),
		T(test_long),
		T(test_saved_twice),
		T(test_out_of_order),
		T(test_per_thread),
		T(test_per_cpu_of_thread),
		T(test_untimed_order),
		T(test_snapshot),
		T(test_snapshot_partial),
		T(test_read_aux_limits),
		T(test_refused),
		T(test_probe),
		T(test_cut_off),
		T(test_not_ended),
		T(test_broken_record),
		T(test_record_too_long),
		T(test_unknown_type),
		T(test_index),
		T(test_no_index),
		T(test_absurd_aux),
		T(test_absurd_header),
		T(test_absurd_features),
		T(test_broken_stream),
		T(test_info_short),
		T(test_info_odd),
		T(test_clock),
		T(test_sample_types),
		T(test_two_events),
		T(test_no_sample_id),
		T(test_made_up),
		T(test_compressed2),
		T(test_tracing_data),
		T(test_aux_samples),
		T(test_names),
		T(test_many_ids),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
