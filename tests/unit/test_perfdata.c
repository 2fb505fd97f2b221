/*
 * test_perfdata.c: perf.data files come apart as they were put together, in every mode.
 */
#include "tests/unit/perfstory.h"

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
		T(test_info_short),
		T(test_info_odd),
		T(test_clock),
		T(test_sample_types),
		T(test_two_events),
		T(test_no_sample_id),
		T(test_made_up),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
