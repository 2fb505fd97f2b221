/* test_perfdamage.c: of a perf.data file that is broken, what is whole is read. */
#include "tests/unit/perfstory.h"

#include <zstd.h>

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

int main(void)
{
#define T(f) cmocka_unit_test_teardown(f, clean)
	const struct CMUnitTest tests[] = {
		T(test_refused),       T(test_probe),         T(test_cut_off),
		T(test_not_ended),     T(test_broken_record), T(test_record_too_long),
		T(test_unknown_type),  T(test_index),         T(test_no_index),
		T(test_absurd_aux),    T(test_absurd_header), T(test_absurd_features),
		T(test_broken_stream), T(test_compressed2),   T(test_tracing_data),
		T(test_aux_samples),   T(test_names),         T(test_many_ids),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
