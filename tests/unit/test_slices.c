/*
 * test_slices.c: sync points are found whatever the steps of the scan, their times are put in
 * order whatever the damage, slices cover all segments once, and the saved form comes back
 * as it was or not at all.
 */
#include "decoders/pt/slices.h"

#include "decoders/pt/sync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include <cmocka.h>

#define NOTIME TL_PT_NOTIME

/* ---- made-up queues */

struct fake {
	struct tl_buf queues[8];
	size_t nqueues;
	uint64_t unreadable; /* no read may touch this offset; UINT64_MAX: all can be read */
};

static uint64_t fake_size(void *arg, size_t queue)
{
	return ((struct fake *)arg)->queues[queue].len;
}

static bool fake_read(void *arg, size_t queue, uint64_t at, size_t n, struct tl_buf *out)
{
	struct fake *f = arg;
	const struct tl_buf *b = &f->queues[queue];

	assert_true(at <= b->len && n <= b->len - at);
	if (f->unreadable >= at && f->unreadable < at + n)
		return false;
	return tl_buf_append(out, b->data + at, n);
}

static uint64_t fake_ns(void *arg, uint64_t tsc)
{
	return 2 * tsc;
}

static void put_psb(struct tl_buf *b)
{
	for (int i = 0; i < 8; i++)
		tl_buf_append(b, "\x02\x82", 2);
}

/* A PSB+; tsc NOTIME: without TSC. */
static void put_sync(struct tl_buf *b, uint64_t tsc)
{
	uint8_t packet[8] = { 0x19 };

	put_psb(b);
	for (int i = 0; i < 7; i++)
		packet[1 + i] = (uint8_t)(tsc >> (8 * i));
	if (tsc != NOTIME)
		tl_buf_append(b, packet, sizeof(packet));
	tl_buf_append(b, "\x02\x23", 2);
}

static void put_filler(struct tl_buf *b, size_t n)
{
	while (n-- > 0)
		tl_buf_putc(b, 0x06); /* a TNT */
}

static void fake_free(struct fake *f)
{
	for (size_t q = 0; q < f->nqueues; q++)
		tl_buf_fini(&f->queues[q]);
}

static void scan(struct fake *f, struct tl_jobs *pool, size_t step, bool timed,
		 struct tl_pt_synctable *out)
{
	struct tl_pt_aux aux = { f, f->nqueues, fake_size, fake_read, timed ? fake_ns : NULL };

	assert_true(tl_pt_synctable_scan(&aux, pool, NULL, step, out, NULL));
}

/* Gives up when it is asked for the second time. */
static bool give_up(void *arg, double done)
{
	unsigned *asked = arg;

	assert_true(done > 0 && done <= 1);
	return ++*asked < 2;
}

static void check_given_up(struct fake *f, struct tl_jobs *pool)
{
	struct tl_pt_aux aux = { f, f->nqueues, fake_size, fake_read, fake_ns };
	struct tl_pt_synctable t;
	unsigned asked = 0;
	struct tl_progress progress = { give_up, &asked };

	/* Where workers have done it all before this thread, it is done. */
	if (tl_pt_synctable_scan(&aux, pool, &progress, 1000, &t, NULL))
		assert_true(pool && asked < 2);
	else
		assert_int_equal(asked, 2);
	tl_pt_synctable_fini(&t);
}

static void same_table(const struct tl_pt_synctable *a, const struct tl_pt_synctable *b)
{
	assert_int_equal(a->nqueues, b->nqueues);
	assert_int_equal(a->timed, b->timed);
	for (size_t q = 0; q < a->nqueues; q++) {
		assert_int_equal(a->queues[q].size, b->queues[q].size);
		assert_int_equal(a->queues[q].n, b->queues[q].n);
		for (size_t i = 0; i < a->queues[q].n; i++) {
			assert_int_equal(a->queues[q].v[i].offset, b->queues[q].v[i].offset);
			assert_int_equal(a->queues[q].v[i].time, b->queues[q].v[i].time);
		}
	}
}

/* ---- the scan */

static void make_queues(struct fake *f)
{
	memset(f, 0, sizeof(*f));
	f->unreadable = UINT64_MAX;
	f->nqueues = 3;
	put_filler(&f->queues[0], 5);
	for (unsigned i = 0; i < 60; i++) {
		put_sync(&f->queues[0], 1000 + i);
		put_filler(&f->queues[0], (i * 37) % 90);
		put_sync(&f->queues[2], 900 + 3 * i);
		put_filler(&f->queues[2], (i * 101) % 300);
	}
	put_psb(&f->queues[0]); /* the very end */
}

/* Borders at every place of a PSB+, on one thread and on several. */
static void test_scan_by_any_step(void **state)
{
	struct tl_pt_synctable whole, parts;
	struct tl_jobs *pool;
	struct fake f;

	make_queues(&f);
	assert_true(tl_jobs_open(3, &pool, NULL));
	scan(&f, NULL, TL_PT_SCAN_STEP, true, &whole);
	assert_true(whole.timed);
	assert_int_equal(whole.queues[0].n, 61);
	assert_int_equal(whole.queues[0].v[0].offset, 5);
	assert_int_equal(whole.queues[0].v[0].time, 2000);
	assert_int_equal(whole.queues[0].v[59].time, 2 * 1059);
	assert_int_equal(whole.queues[0].v[60].offset, f.queues[0].len - 16);
	assert_int_equal(whole.queues[0].v[60].time, 2 * 1059); /* as the one before it */
	assert_int_equal(whole.queues[1].n, 0);
	assert_int_equal(whole.queues[2].n, 60);
	for (size_t step = 1; step < 200; step += 1 + step / 30) {
		scan(&f, step & 1 ? pool : NULL, step, true, &parts);
		same_table(&whole, &parts);
		tl_pt_synctable_fini(&parts);
	}
	tl_pt_synctable_fini(&whole);
	check_given_up(&f, NULL);
	check_given_up(&f, pool);
	tl_jobs_close(pool);
	fake_free(&f);
}

/* A run of 20 pairs is one PSB, its last eight, also where steps meet inside of it. */
static void test_scan_of_a_run(void **state)
{
	struct fake f = { .nqueues = 1, .unreadable = UINT64_MAX };
	struct tl_pt_synctable t;

	put_filler(&f.queues[0], 3);
	for (int i = 0; i < 12; i++)
		tl_buf_append(&f.queues[0], "\x02\x82", 2);
	put_sync(&f.queues[0], 7);
	for (size_t step = 1; step < 60; step++) {
		scan(&f, NULL, step, true, &t);
		assert_int_equal(t.queues[0].n, 1);
		assert_int_equal(t.queues[0].v[0].offset, 3 + 24);
		assert_int_equal(t.queues[0].v[0].time, 14);
		tl_pt_synctable_fini(&t);
	}
	fake_free(&f);
}

static void test_scan_skips_what_cannot_be_read(void **state)
{
	struct tl_pt_synctable t;
	struct fake f;

	make_queues(&f);
	f.unreadable = 0;
	scan(&f, NULL, 512, true, &t);
	assert_in_range(t.queues[0].n, 1, 60);
	assert_true(t.queues[0].v[0].offset >= 512);
	tl_pt_synctable_fini(&t);
	fake_free(&f);
}

static void test_no_queues(void **state)
{
	struct fake f = { .nqueues = 0 };
	struct tl_pt_synctable t;
	struct tl_pt_slices *s;

	scan(&f, NULL, 100, true, &t);
	assert_int_equal(t.nqueues, 0);
	assert_false(t.timed);
	assert_true(tl_pt_slices_cut(&t, 1, &s, NULL));
	assert_int_equal(tl_pt_slices_count(s), 0);
	tl_pt_slices_close(s);
}

/* ---- times */

static void make_table(struct tl_pt_synctable *t, size_t nqueues)
{
	*t = (struct tl_pt_synctable){ .nqueues = nqueues };
	t->queues = calloc(nqueues, sizeof(*t->queues));
}

static void add(struct tl_pt_synctable *t, size_t q, uint64_t offset, uint64_t time)
{
	struct tl_pt_queue_syncs *qs = &t->queues[q];

	qs->v = realloc(qs->v, (qs->n + 1) * sizeof(*qs->v));
	qs->v[qs->n++] = (struct tl_pt_sync){ offset, time };
	if (qs->size < offset + 64)
		qs->size = offset + 64;
}

static void settles_to(const uint64_t *in, const uint64_t *want, size_t n)
{
	struct tl_pt_synctable t;

	make_table(&t, 1);
	for (size_t i = 0; i < n; i++)
		add(&t, 0, 100 * i, in[i]);
	assert_true(tl_pt_synctable_settle(&t));
	for (size_t i = 0; i < n; i++)
		assert_int_equal(t.queues[0].v[i].time, want[i]);
	tl_pt_synctable_fini(&t);
}

#define SETTLES(in, want)                                         \
	do {                                                      \
		assert_int_equal(sizeof(in), sizeof(want));       \
		settles_to(in, want, sizeof(in) / sizeof(*(in))); \
	} while (0)

static void test_times_settle(void **state)
{
	static const uint64_t good[] = { 1, 2, 2, 3 };
	static const uint64_t high[] = { 1, 2, UINT64_MAX - 5, 3, 4 },
			      high_to[] = { 1, 2, 2, 3, 4 };
	static const uint64_t low[] = { 10, 11, 0, 12 }, low_to[] = { 10, 11, 11, 12 };
	static const uint64_t first[] = { 99, 10, 11, 12 }, first_to[] = { 10, 10, 11, 12 };
	static const uint64_t none[] = { NOTIME, 5, NOTIME, NOTIME, 6, NOTIME };
	static const uint64_t none_to[] = { 5, 5, 5, 5, 6, 6 };
	static const uint64_t two[] = { 5, 90, 6, 91, 7, 92, 8 },
			      two_to[] = { 5, 5, 6, 6, 7, 7, 8 };
	static const uint64_t back[] = { 4, 3, 2, 1 }, back_to[] = { 1, 1, 1, 1 };

	SETTLES(good, good);
	SETTLES(high, high_to);
	SETTLES(low, low_to);
	SETTLES(first, first_to);
	SETTLES(none, none_to);
	SETTLES(two, two_to);
	SETTLES(back, back_to);
}

static void test_a_queue_without_time(void **state)
{
	struct tl_pt_synctable t;

	make_table(&t, 3);
	add(&t, 0, 0, 50);
	add(&t, 1, 0, NOTIME);
	add(&t, 1, 99, NOTIME);
	add(&t, 2, 0, 40);
	assert_true(tl_pt_synctable_settle(&t));
	assert_true(t.timed);
	assert_int_equal(t.queues[1].v[0].time, 40);
	assert_int_equal(t.queues[1].v[1].time, 40);
	t.queues[0].v[0].time = t.queues[1].v[0].time = t.queues[1].v[1].time =
	    t.queues[2].v[0].time = NOTIME;
	assert_true(tl_pt_synctable_settle(&t));
	assert_false(t.timed);
	tl_pt_synctable_fini(&t);
}

/* ---- slices */

static uint32_t seed;

static uint32_t rnd(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static void random_table(struct tl_pt_synctable *t, size_t nqueues, bool timed)
{
	make_table(t, nqueues);
	for (size_t q = 0; q < nqueues; q++) {
		uint64_t offset = rnd(100), time = 1000 + rnd(5000);

		for (uint32_t i = rnd(300); i > 0; i--) {
			add(t, q, offset, timed ? time : NOTIME);
			offset += 16 + rnd(20000);
			time += rnd(3) ? rnd(1000) : 0; /* some are equal */
		}
	}
	tl_pt_synctable_settle(t);
}

/* Could an event of segment j, which has these times, be in slice i? */
static bool overlaps(const struct tl_pt_slices *s, size_t i, size_t q, size_t j)
{
	size_t n = tl_pt_slices_nsyncs(s, q);
	uint64_t from = tl_pt_slices_sync(s, q, j)->time, to = UINT64_MAX;
	uint64_t start = tl_pt_slices_get(s, i)->time;
	uint64_t end =
	    i + 1 < tl_pt_slices_count(s) ? tl_pt_slices_get(s, i + 1)->time - 1 : UINT64_MAX;

	if (j + 1 < n) {
		to = tl_pt_slices_sync(s, q, j + 1)->time;
		if (to > from)
			to--;
	}
	return from <= end && to >= start;
}

static void test_slices_cover_everything(void **state)
{
	for (seed = 1; seed < 3000000000u; seed += 123456789) {
		struct tl_pt_synctable t;
		struct tl_pt_slices *s;
		size_t nqueues = 1 + rnd(5), n;
		uint64_t least = UINT64_MAX;

		random_table(&t, nqueues, true);
		assert_true(tl_pt_slices_cut(&t, 1, &s, NULL));
		n = tl_pt_slices_count(s);
		for (size_t i = 0; i < n; i++) {
			if (i > 0)
				assert_true(tl_pt_slices_get(s, i)->time >
					    tl_pt_slices_get(s, i - 1)->time);
			assert_int_equal(tl_pt_slices_at(s, tl_pt_slices_get(s, i)->time), i);
			assert_int_equal(tl_pt_slices_at(s, tl_pt_slices_get(s, i)->time - 1),
					 i > 0 ? i - 1 : 0);
		}
		for (size_t q = 0; q < nqueues; q++) {
			if (tl_pt_slices_nsyncs(s, q) > 0 &&
			    tl_pt_slices_sync(s, q, 0)->time < least)
				least = tl_pt_slices_sync(s, q, 0)->time;
			for (size_t i = 0; i < n; i++) {
				size_t first, end;

				tl_pt_slices_segments(s, i, q, &first, &end);
				for (size_t j = 0; j < tl_pt_slices_nsyncs(s, q); j++)
					assert_int_equal(overlaps(s, i, q, j),
							 j >= first && j < end);
				if (nqueues == 1 && i > 0) { /* nothing is decoded twice */
					size_t before, behind;

					tl_pt_slices_segments(s, i - 1, q, &before, &behind);
					assert_int_equal(behind, first);
				}
			}
		}
		if (n > 0)
			assert_int_equal(tl_pt_slices_get(s, 0)->time, least);
		tl_pt_slices_close(s);
	}
}

static void test_slices_have_about_the_bytes(void **state)
{
	for (unsigned fine = 1; fine <= 4; fine *= 4) {
		struct tl_pt_synctable t;
		struct tl_pt_slices *s;

		make_table(&t, 2);
		for (unsigned i = 0; i < 1000; i++) {
			add(&t, 0, 1024 * i, 10 * i);
			add(&t, 1, 1024 * i, 10 * i + 5);
		}
		assert_true(tl_pt_synctable_settle(&t));
		assert_true(tl_pt_slices_cut(&t, fine, &s, NULL));
		assert_in_range(tl_pt_slices_count(s),
				2 * 1000 * 1024 / (TL_PT_SLICE_BYTES / fine) - 2,
				2 * 1000 * 1024 / (TL_PT_SLICE_BYTES / fine) + 2);
		tl_pt_slices_close(s);
	}
}

/* Long segments side by side: slices are not much shorter than they are. */
static void test_slices_of_long_segments(void **state)
{
	struct tl_pt_synctable t;
	struct tl_pt_slices *s;

	make_table(&t, 64);
	for (unsigned i = 0; i < 20; i++)
		for (unsigned q = 0; q < 64; q++)
			add(&t, q, UINT64_C(65536) * i, 6400 * i + 100 * q);
	assert_true(tl_pt_synctable_settle(&t));
	assert_true(tl_pt_slices_cut(&t, 1, &s, NULL));
	assert_in_range(tl_pt_slices_count(s), 64 * 20 * 65536 / TL_PT_SLICE_BYTES_MAX - 20,
			64 * 20 * 65536 / TL_PT_SLICE_BYTES_MAX + 1);
	tl_pt_slices_close(s);
}

static void test_slices_without_time(void **state)
{
	for (seed = 5; seed < 3000000000u; seed += 223456789) {
		struct tl_pt_synctable t;
		struct tl_pt_slices *s;
		size_t nqueues = 1 + rnd(5), i = 0;

		random_table(&t, nqueues, false);
		assert_true(tl_pt_slices_cut(&t, 1, &s, NULL));
		assert_false(tl_pt_slices_timed(s));
		for (size_t q = 0; q < nqueues; q++) {
			size_t at = 0;

			while (at < tl_pt_slices_nsyncs(s, q)) {
				size_t first, end;

				assert_true(i < tl_pt_slices_count(s));
				assert_int_equal(tl_pt_slices_get(s, i)->queue, q);
				assert_int_equal(tl_pt_slices_get(s, i)->time, NOTIME);
				for (size_t other = 0; other < nqueues; other++) {
					tl_pt_slices_segments(s, i, other, &first, &end);
					if (other != q)
						assert_int_equal(first, end);
				}
				tl_pt_slices_segments(s, i++, q, &first, &end);
				assert_int_equal(first, at);
				assert_true(end > first);
				at = end;
			}
		}
		assert_int_equal(i, tl_pt_slices_count(s));
		tl_pt_slices_close(s);
	}
}

static void test_sync_before(void **state)
{
	struct tl_pt_synctable t;
	struct tl_pt_slices *s;

	make_table(&t, 1);
	add(&t, 0, 50, 1);
	add(&t, 0, 100, 2);
	assert_true(tl_pt_synctable_settle(&t));
	assert_true(tl_pt_slices_cut(&t, 1, &s, NULL));
	assert_true(tl_pt_slices_sync_before(s, 0, 49) == SIZE_MAX);
	assert_int_equal(tl_pt_slices_sync_before(s, 0, 50), 0);
	assert_int_equal(tl_pt_slices_sync_before(s, 0, 99), 0);
	assert_int_equal(tl_pt_slices_sync_before(s, 0, UINT64_MAX), 1);
	tl_pt_slices_close(s);
}

/* ---- the saved form */

static bool decodes(const uint8_t *data, size_t n)
{
	struct tl_pt_synctable t;
	bool ok = tl_pt_synctable_decode((struct tl_span){ data, n }, &t);

	if (!ok) {
		assert_null(t.queues);
		assert_int_equal(t.nqueues, 0);
	}
	tl_pt_synctable_fini(&t);
	return ok;
}

static void test_saved_comes_back(void **state)
{
	for (int timed = 0; timed < 2; timed++) {
		struct tl_pt_synctable t, again;
		struct tl_buf buf = TL_BUF_INIT;

		seed = 77;
		random_table(&t, 5, timed);
		assert_true(tl_pt_synctable_encode(&t, &buf));
		assert_true(tl_pt_synctable_decode((struct tl_span){ buf.data, buf.len }, &again));
		same_table(&t, &again);
		tl_pt_synctable_fini(&t);
		tl_pt_synctable_fini(&again);
		tl_buf_fini(&buf);
	}
}

static void test_saved_is_doubted(void **state)
{
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_pt_synctable t;

	make_table(&t, 2);
	add(&t, 0, 0, 1000);
	add(&t, 0, 500, 2000);
	add(&t, 1, 70000, 1500);
	assert_true(tl_pt_synctable_settle(&t));
	assert_true(tl_pt_synctable_encode(&t, &buf));
	assert_true(decodes(buf.data, buf.len));
	for (size_t n = 0; n < buf.len; n++) {
		uint8_t *copy = malloc(n ? n : 1); /* so that reading behind it is seen */

		memcpy(copy, buf.data, n);
		assert_false(decodes(copy, n));
		free(copy);
	}
	for (size_t bit = 0; bit < 8 * buf.len; bit++) {
		buf.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(decodes(buf.data, buf.len));
		buf.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	tl_buf_putc(&buf, 0);
	assert_false(decodes(buf.data, buf.len));
	tl_buf_fini(&buf);
	tl_pt_synctable_fini(&t);
}

/* The bytes behind the magic, with a checksum that is right. */
static bool sealed_decodes(const char *bytes, size_t n)
{
	struct tl_buf buf = TL_BUF_INIT;
	uint64_t sum;
	bool ok;

	tl_buf_append(&buf, "TLPTSYN\1", 8);
	tl_buf_append(&buf, bytes, n);
	sum = XXH3_64bits(buf.data, buf.len);
	for (int i = 0; i < 8; i++)
		tl_buf_putc(&buf, (uint8_t)(sum >> (8 * i)));
	ok = decodes(buf.data, buf.len);
	tl_buf_fini(&buf);
	return ok;
}

#define SEALED(bytes) sealed_decodes(bytes, sizeof(bytes) - 1)

static void test_saved_makes_sense(void **state)
{
	assert_true(SEALED("\1\1\x40\2\5\1\x10\1"));
	assert_false(SEALED("\2\1\x40\2\5\1\x10\1"));   /* timed? */
	assert_false(SEALED("\1\2\x40\2\5\1\x10\1"));   /* a queue is missing */
	assert_false(SEALED("\1\1\x40\3\5\1\x10\1"));   /* a sync point is */
	assert_false(SEALED("\1\1\x40\2\5\1\x10\1\0")); /* more than told */
	assert_false(SEALED("\1\1\x40\2\5\1\x0f\1"));   /* PSBs that overlap */
	assert_false(SEALED("\1\1\x24\2\5\1\x10\1"));   /* behind the end */
	assert_false(SEALED("\1\1\x0f\1\0\1"));         /* no room for one */
	assert_false(SEALED("\1\1\x40\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\1"));
	assert_true(SEALED("\1\1\x40\1\0\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1"));
	assert_false(SEALED("\1\1\x40\1\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\1")); /* no time */
	assert_false(SEALED("\1\1\x40\1\0\xfe\xff\xff\xff\xff\xff\xff\xff\xff\3")); /* 65 bits */
	assert_false(SEALED("\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"));
	assert_false(SEALED("\1\1\x40\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\1\1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan_by_any_step),
		cmocka_unit_test(test_scan_of_a_run),
		cmocka_unit_test(test_scan_skips_what_cannot_be_read),
		cmocka_unit_test(test_no_queues),
		cmocka_unit_test(test_times_settle),
		cmocka_unit_test(test_a_queue_without_time),
		cmocka_unit_test(test_slices_cover_everything),
		cmocka_unit_test(test_slices_have_about_the_bytes),
		cmocka_unit_test(test_slices_of_long_segments),
		cmocka_unit_test(test_slices_without_time),
		cmocka_unit_test(test_sync_before),
		cmocka_unit_test(test_saved_comes_back),
		cmocka_unit_test(test_saved_is_doubted),
		cmocka_unit_test(test_saved_makes_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
