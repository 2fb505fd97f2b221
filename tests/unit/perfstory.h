/*
 * perfstory.h: small perf.data files: written with tests/trace/perfout.h, read, looked at whole, and
 * changed byte by byte.
 */
#ifndef TESTS_UNIT_PERFSTORY_H
#define TESTS_UNIT_PERFSTORY_H

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

#include <cmocka.h>

#define CONFIG                                                                 \
	(PERFOUT_PT_PT | PERFOUT_PT_TSC | PERFOUT_PT_MTC | PERFOUT_PT_BRANCH | \
	 3 << PERFOUT_PT_MTC_PERIOD)

static char dir[] = "/tmp/tless-perfdata-XXXXXX";
static char path[64], other[64];

static inline int make_dir(void **state)
{
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/perf.data", dir);
	snprintf(other, sizeof(other), "%s/other.data", dir);
	return 0;
}

static inline int remove_dir(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	return system(command);
}

static inline int clean(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'/*", dir);
	return system(command);
}

/* ---- writing */

static struct perfout_usual usual;
static struct perfout_options options;

static inline struct perfout *begin(enum perfout_mode mode, unsigned percpu)
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

static inline void end(struct perfout *out)
{
	struct tl_err err = TL_ERR_INIT;

	if (!perfout_close(out, &err))
		fail_msg("%s", err.msg);
}

static inline void info(struct perfout *out, bool percpu)
{
	struct perfout_pt pt;

	perfout_pt_usual(&pt, percpu);
	perfout_auxtrace_info(out, &pt);
}

static inline struct perfout_id id_at(uint64_t time, unsigned attr)
{
	return (struct perfout_id){ .pid = 40, .tid = 41, .time = time, .cpu = 1, .attr = attr };
}

/* Bytes that tell where they are in the trace of a queue. */
static inline void aux_bytes(uint8_t *to, size_t n, uint64_t offset, unsigned queue)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(1 + (offset + i + 100 * queue) % 251);
}

static inline void aux(struct perfout *out, uint64_t offset, size_t n, uint32_t idx, int32_t tid,
		       int32_t cpu)
{
	uint8_t bytes[4096];

	assert_true(n <= sizeof(bytes));
	aux_bytes(bytes, n, offset, idx);
	perfout_auxtrace(out, bytes, n, offset, 0, idx, tid, cpu);
}

/* A recording with all there is in it: two CPUs, AUX data in pieces, five kinds of record. */
static inline void story(struct perfout *out)
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

static inline struct tl_perf *open_file(const char *name)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_perf *p;

	if (!tl_perf_open(name, &p, &err))
		fail_msg("%s", err.msg);
	return p;
}

static inline struct tl_perf *open_sound(void)
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

static inline bool see(void *arg, const struct tl_perf_record *r)
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

static inline struct seen walk(const struct tl_perf *p)
{
	struct seen s = { 0 };
	struct tl_err err = TL_ERR_INIT;

	if (!tl_perf_walk(p, see, &s, &err))
		fail_msg("%s", err.msg);
	return s;
}

/* The reason why a walk does not come to the end. */
static inline struct seen walk_broken(const struct tl_perf *p, const char *why)
{
	struct seen s = { 0 };
	struct tl_err err = TL_ERR_INIT;

	assert_false(tl_perf_walk(p, see, &s, &err));
	if (!strstr(err.msg, why))
		fail_msg("'%s' is not in '%s'", why, err.msg);
	return s;
}

static inline void expect_damage(const struct tl_perf *p, const char *what)
{
	for (size_t i = 0; i < tl_perf_ndamage(p); i++)
		if (strstr(tl_perf_damage(p, i), what))
			return;
	fail_msg("'%s' is not among %zu complaints, '%s' is", what, tl_perf_ndamage(p),
		 tl_perf_ndamage(p) ? tl_perf_damage(p, 0) : "");
}

/* The bytes of a queue are those of the trace, piece by piece. */
static inline void check_queue(const struct tl_perf *p, size_t number, unsigned idx)
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

static inline void check_story_queues(const struct tl_perf *p)
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

static inline void check_story_records(const struct seen *s)
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

static inline void check_story(const struct tl_perf *p)
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

/* ---- bytes of a file, to change them */

static inline struct tl_buf load(void)
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

static inline void store(const uint8_t *bytes, size_t n)
{
	int fd = open(other, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

static inline struct tl_perf *open_changed(const struct tl_buf *b)
{
	store(b->data, b->len);
	return open_file(other);
}

static inline uint64_t get(const struct tl_buf *b, size_t at, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)b->data[at + i] << (8 * i);
	return v;
}

static inline void put(struct tl_buf *b, size_t at, size_t n, uint64_t v)
{
	assert_true(at + n <= b->len);
	for (size_t i = 0; i < n; i++)
		b->data[at + i] = (uint8_t)(v >> (8 * i));
}

/* Where in the header. */
enum { ATTR_SIZE = 16, ATTRS = 24, ATTRS_SIZE = 32, DATA = 40, DATA_SIZE = 48, BITS = 72 };

/* Where the nth record of a type is; 0: nowhere. */
static inline size_t find_record(const struct tl_buf *b, uint32_t type, unsigned nth)
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
static inline size_t feature_row(const struct tl_buf *b, unsigned feature)
{
	size_t row = get(b, DATA, 8) + get(b, DATA_SIZE, 8);

	for (unsigned i = 0; i < feature; i++)
		row += 16 * (b->data[BITS + i / 8] >> (i % 8) & 1);
	return row;
}

static inline struct tl_buf story_bytes(void)
{
	struct perfout *out = begin(PERFOUT_FILE, 2);

	story(out);
	end(out);
	return load();
}

#endif
