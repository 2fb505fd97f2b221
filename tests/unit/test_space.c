/*
 * test_space.c: mappings over each other.  Address spaces are compared with a byte per page,
 * painted as the records come.
 */
#include "decoders/perf/space.h"

#include "decoders/perf/paint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Binaries are never looked into here: any address that is no NULL. */
static struct tl_dso *dso(unsigned n)
{
	static char some[64];

	return n ? (struct tl_dso *)(void *)(some + n) : NULL;
}

static unsigned rand_state;

static unsigned below(unsigned n)
{
	rand_state = rand_state * 1103515245 + 12345;
	return (rand_state >> 16) % n;
}

static void map_at(struct tl_spaces *s, uint32_t image, uint32_t when, uint64_t start, uint64_t end,
		   uint64_t pgoff, unsigned n)
{
	assert_true(tl_spaces_map(s, image, when, &(struct tl_map){ start, end, pgoff, dso(n) }));
}

static uint32_t new_image(struct tl_spaces *s, uint32_t base, uint32_t when)
{
	uint32_t image;

	assert_true(tl_spaces_image(s, base, when, &image));
	return image;
}

static const struct tl_space *get(struct tl_spaces *s, uint32_t image, uint32_t when,
				  uint32_t *next)
{
	const struct tl_space *sp;

	*next = TL_SPACES_NEVER;
	sp = tl_spaces_get(s, image, when, next);
	assert_non_null(sp);
	return sp;
}

static void check_map(const struct tl_space *sp, uint64_t ip, uint64_t start, uint64_t end,
		      uint64_t pgoff, unsigned n)
{
	const struct tl_map *m = tl_space_find(sp, ip);

	assert_non_null(m);
	assert_int_equal(m->start, start);
	assert_int_equal(m->end, end);
	assert_int_equal(m->pgoff, pgoff);
	assert_ptr_equal(m->dso, dso(n));
}

/* ---- paint */

static void count_hidden(void *arg, uint32_t hidden)
{
	unsigned *seen = arg;

	seen[hidden]++;
}

static void test_paint(void **state)
{
	const struct tl_paint_range ranges[] = { { 10, 50 }, { 20, 30 }, { 5, 25 }, { 5, 60 } };
	struct tl_paint *p = tl_paint_open(ranges, 4);
	unsigned seen[4] = { 0 };
	struct tl_paint_range piece;
	size_t cursor = 0;
	uint32_t i;

	assert_false(tl_paint_next(p, &cursor, &piece, &i));
	tl_paint_put(p, 0, count_hidden, seen);
	tl_paint_put(p, 1, count_hidden, seen);
	assert_int_equal(seen[0], 1);
	assert_int_equal(tl_paint_count(p), 3);
	tl_paint_put(p, 2, count_hidden, seen);
	assert_int_equal(seen[0], 2);
	assert_int_equal(seen[1], 1);
	cursor = 0;
	assert_true(tl_paint_next(p, &cursor, &piece, &i));
	assert_true(piece.start == 5 && piece.end == 25 && i == 2);
	assert_true(tl_paint_next(p, &cursor, &piece, &i));
	assert_true(piece.start == 25 && piece.end == 30 && i == 1);
	assert_true(tl_paint_next(p, &cursor, &piece, &i));
	assert_true(piece.start == 30 && piece.end == 50 && i == 0);
	assert_false(tl_paint_next(p, &cursor, &piece, &i));
	tl_paint_put(p, 3, count_hidden, seen);
	assert_int_equal(tl_paint_count(p), 1);
	cursor = 0;
	assert_true(tl_paint_next(p, &cursor, &piece, &i));
	assert_true(piece.start == 5 && piece.end == 60 && i == 3);
	tl_paint_close(p);
	p = tl_paint_open(NULL, 0);
	cursor = 0;
	assert_false(tl_paint_next(p, &cursor, &piece, &i));
	tl_paint_close(p);
	tl_paint_close(NULL);
}

#define CANVAS 9000 /* cells: more than 64 * 64, so that the tree has three levels */

static void test_paint_like_bytes(void **state)
{
	for (unsigned round = 0; round < 30; round++) {
		static struct tl_paint_range ranges[6000];
		static uint32_t want[CANVAS], have[CANVAS];
		unsigned n = round < 20 ? 1 + below(40) : 6000;
		struct tl_paint_range piece;
		size_t cursor = 0, pieces = 0;
		struct tl_paint *p;
		uint32_t i;

		memset(want, 0xff, sizeof(want));
		memset(have, 0xff, sizeof(have));
		for (unsigned k = 0; k < n; k++) {
			ranges[k].start = below(CANVAS - 1);
			ranges[k].end =
			    ranges[k].start + 1 +
			    below(round % 2 ? 4 : (unsigned)(CANVAS - ranges[k].start - 1));
			if (ranges[k].end > CANVAS)
				ranges[k].end = CANVAS;
		}
		p = tl_paint_open(ranges, n);
		assert_non_null(p);
		for (unsigned k = 0; k < n; k++) {
			tl_paint_put(p, k, NULL, NULL);
			for (uint64_t c = ranges[k].start; c < ranges[k].end; c++)
				want[c] = k;
		}
		while (tl_paint_next(p, &cursor, &piece, &i)) {
			pieces++;
			for (uint64_t c = piece.start; c < piece.end; c++) {
				assert_int_equal(have[c], TL_PAINT_NONE);
				have[c] = i;
			}
		}
		assert_memory_equal(want, have, sizeof(want));
		assert_int_equal(pieces, tl_paint_count(p));
		tl_paint_close(p);
	}
}

/* ---- spaces */

static void test_nothing(void **state)
{
	struct tl_spaces *s = tl_spaces_open();
	uint32_t next;
	const struct tl_space *sp = get(s, TL_SPACES_EMPTY, 5, &next);

	assert_int_equal(sp->nmaps + sp->nkernel, 0);
	assert_int_equal(next, TL_SPACES_NEVER);
	assert_null(tl_space_find(sp, 0));
	assert_null(tl_space_find(sp, UINT64_MAX));
	assert_ptr_equal(sp, get(s, TL_SPACES_EMPTY, 0, &next));
	tl_spaces_close(s);
	tl_spaces_close(NULL);
}

/* Mappings that hide nothing share a space; one that does begins another, and cuts. */
static void test_epochs(void **state)
{
	struct tl_spaces *s = tl_spaces_open();
	uint32_t im = new_image(s, TL_SPACES_EMPTY, 0), next;
	const struct tl_space *first, *second;

	map_at(s, im, 1, 0x1000, 0x5000, 0x100000, 1);
	map_at(s, im, 2, 0x8000, 0x9000, 0, 2);
	map_at(s, im, 3, 0x2000, 0x3000, 0x7000, 3);
	map_at(s, im, 4, 0x6000, 0x7000, 0, 4);
	first = get(s, im, 0, &next);
	assert_int_equal(next, 3);
	assert_int_equal(first->nmaps, 2);
	check_map(first, 0x2000, 0x1000, 0x5000, 0x100000, 1);
	check_map(first, 0x8fff, 0x8000, 0x9000, 0, 2);
	assert_null(tl_space_find(first, 0x9000));
	assert_null(tl_space_find(first, 0xfff));
	assert_null(tl_space_find(first, 0x6000));
	/* Record 3 counts after the first four. */
	assert_ptr_equal(first, get(s, im, 3, &next));
	assert_int_equal(next, 3);
	second = get(s, im, 4, &next);
	assert_ptr_not_equal(first, second);
	assert_int_equal(next, TL_SPACES_NEVER);
	assert_int_equal(second->nmaps, 5);
	check_map(second, 0x1fff, 0x1000, 0x2000, 0x100000, 1);
	check_map(second, 0x2fff, 0x2000, 0x3000, 0x7000, 3);
	check_map(second, 0x3000, 0x3000, 0x5000, 0x102000, 1);
	check_map(second, 0x6000, 0x6000, 0x7000, 0, 4);
	assert_ptr_equal(second, get(s, im, 1000, &next));
	assert_int_not_equal(first->id, second->id);
	tl_spaces_close(s);
}

/* The same bytes again at the same place, or more of them, are no news. */
static void test_same_again(void **state)
{
	struct tl_spaces *s = tl_spaces_open();
	uint32_t im = new_image(s, TL_SPACES_EMPTY, 0), next;
	const struct tl_space *sp;

	map_at(s, im, 1, 0x1000, 0x5000, 0x3000, 1);
	map_at(s, im, 2, 0x2000, 0x4000, 0x4000, 1);
	map_at(s, im, 3, 0x4000, 0x8000, 0x6000, 1);
	map_at(s, im, 4, 0x8000, 0x9000, 0, 1); /* the same file, but not on from there */
	sp = get(s, im, 1, &next);
	assert_int_equal(next, TL_SPACES_NEVER);
	assert_int_equal(sp->nmaps, 2);
	check_map(sp, 0x7fff, 0x1000, 0x8000, 0x3000, 1);
	check_map(sp, 0x8000, 0x8000, 0x9000, 0, 1);
	tl_spaces_close(s);
}

/* Memory without code hides code. */
static void test_hole(void **state)
{
	struct tl_spaces *s = tl_spaces_open();
	uint32_t im = new_image(s, TL_SPACES_EMPTY, 0), next;
	const struct tl_space *sp;

	map_at(s, im, 1, 0, 0x1000, 0, 0);
	map_at(s, im, 2, 0x1000, 0x5000, 0x1000, 1);
	map_at(s, im, 5, 0x2000, 0x3000, 0, 0);
	map_at(s, im, 6, 0x2000, 0x3000, 0, 0);
	sp = get(s, im, 5, &next);
	assert_int_equal(next, 5);
	assert_int_equal(sp->nmaps, 1);
	sp = get(s, im, 6, &next);
	assert_int_equal(next, TL_SPACES_NEVER);
	assert_int_equal(sp->nmaps, 2);
	assert_null(tl_space_find(sp, 0x2800));
	check_map(sp, 0x3000, 0x3000, 0x5000, 0x3000, 1);
	tl_spaces_close(s);
}

/* A copy has what was there when it was made, and both go their own ways. */
static void test_fork(void **state)
{
	struct tl_spaces *s = tl_spaces_open();
	uint32_t parent = new_image(s, TL_SPACES_EMPTY, 0), child, quiet, grandchild, next;
	const struct tl_space *sp;

	map_at(s, parent, 1, 0x1000, 0x2000, 0, 1);
	child = new_image(s, parent, 2);
	quiet = new_image(s, parent, 2);
	map_at(s, parent, 3, 0x1000, 0x2000, 0, 2);
	map_at(s, child, 4, 0x3000, 0x4000, 0, 3);
	grandchild = new_image(s, child, 5);
	map_at(s, grandchild, 6, 0x3000, 0x3800, 0, 4);
	map_at(s, child, 7, 0x1000, 0x2000, 0, 5);

	check_map(get(s, parent, 9, &next), 0x1000, 0x1000, 0x2000, 0, 2);
	sp = get(s, child, 7, &next);
	assert_int_equal(next, 7);
	check_map(sp, 0x1000, 0x1000, 0x2000, 0, 1);
	check_map(sp, 0x3000, 0x3000, 0x4000, 0, 3);
	sp = get(s, grandchild, 100, &next);
	assert_int_equal(sp->nmaps, 3);
	check_map(sp, 0x1000, 0x1000, 0x2000, 0, 1);
	check_map(sp, 0x3000, 0x3000, 0x3800, 0, 4);
	check_map(sp, 0x3800, 0x3800, 0x4000, 0x800, 3);
	/* One that maps nothing costs nothing. */
	sp = get(s, quiet, 100, &next);
	assert_int_equal(next, TL_SPACES_NEVER);
	assert_ptr_equal(sp, get(s, parent, 1, &next));
	tl_spaces_close(s);
}

static void test_kernel(void **state)
{
	const uint64_t text = UINT64_C(0xffffffff81000000), modules = UINT64_C(0xffffffffc0000000);
	struct tl_spaces *s = tl_spaces_open();
	uint32_t im = new_image(s, TL_SPACES_EMPTY, 0), next;
	const struct tl_space *one, *two;

	map_at(s, TL_SPACES_KERNEL, 1, text, UINT64_MAX, text, 1);
	map_at(s, im, 2, 0x1000, 0x2000, 0, 2);
	map_at(s, TL_SPACES_KERNEL, 3, modules, modules + 0x1000, 0, 3);
	one = get(s, im, 1, &next);
	assert_int_equal(next, 3);
	two = get(s, im, 4, &next);
	assert_ptr_not_equal(one, two);
	assert_ptr_equal(one->maps, two->maps);
	check_map(one, modules, text, UINT64_MAX, text, 1);
	check_map(two, modules, modules, modules + 0x1000, 0, 3);
	check_map(two, modules + 0x1000, modules + 0x1000, UINT64_MAX, modules + 0x1000, 1);
	check_map(get(s, TL_SPACES_EMPTY, 1, &next), text, text, UINT64_MAX, text, 1);
	tl_spaces_close(s);
}

/* ---- any sequence */

#define PAGES   48
#define RECORDS 60
#define IMAGES  5

/* A page of memory: which file's page is there, 0: none. */
struct naive {
	uint32_t page[IMAGES][RECORDS + 1][PAGES]; /* after so many records */
};

static uint32_t page_value(unsigned file, uint64_t offset)
{
	return file ? (uint32_t)(file << 16 | offset) : 0;
}

/*
 * What is known of a space: it has all that was mapped at that time; what it has beside that
 * was mapped later without hiding anything.
 */
static void check_naive(const struct naive *nv, unsigned image, unsigned when, unsigned next,
			const struct tl_space *sp)
{
	for (unsigned p = 0; p < PAGES; p++) {
		const struct tl_map *m = tl_space_find(sp, p);
		uint32_t have = 0, want = nv->page[image][when][p];

		if (m)
			have = page_value((unsigned)((char *)m->dso - (char *)dso(1)) + 1,
					  m->pgoff + (p - m->start));
		if (want) {
			assert_int_equal(have, want);
		} else if (have) {
			/* The first thing to come to this page is this one, before `next`. */
			unsigned r = when;

			while (r < RECORDS && !nv->page[image][r][p])
				r++;
			assert_int_equal(have, nv->page[image][r][p]);
			assert_true(r <= next);
		}
		/* And until `next` the answer is right. */
		for (unsigned r = when; r <= next && r <= RECORDS; r++) {
			if (nv->page[image][r][p])
				assert_int_equal(have, nv->page[image][r][p]);
		}
	}
	for (size_t i = 1; i < sp->nmaps; i++)
		assert_true(sp->maps[i - 1].end <= sp->maps[i].start);
}

static void test_any_sequence(void **state)
{
	static struct naive nv;

	for (unsigned round = 0; round < 150; round++) {
		struct tl_spaces *s = tl_spaces_open();
		uint32_t number[IMAGES], next;
		unsigned nimages = 1;
		const struct tl_space *asked[IMAGES][RECORDS + 1];

		rand_state = round;
		memset(&nv, 0, sizeof(nv));
		number[0] = new_image(s, TL_SPACES_EMPTY, 0);
		for (unsigned r = 0; r < RECORDS; r++) {
			unsigned im = below(nimages), start = below(PAGES - 1);
			unsigned end = start + 1 + below(round % 3 ? 3 : PAGES - start - 1);
			unsigned file = below(5), offset = below(3) ? start + 100 : below(100);

			for (unsigned i = 0; i < IMAGES; i++)
				memcpy(nv.page[i][r + 1], nv.page[i][r], sizeof(nv.page[i][r]));
			if (nimages < IMAGES && below(12) == 0) {
				number[nimages] = new_image(s, number[im], r);
				memcpy(nv.page[nimages][r + 1], nv.page[im][r],
				       sizeof(nv.page[im][r]));
				nimages++;
				continue;
			}
			end = end > PAGES ? PAGES : end;
			map_at(s, number[im], r, start, end, offset, file);
			for (unsigned p = start; p < end; p++)
				nv.page[im][r + 1][p] = page_value(file, offset + p - start);
		}
		memset(asked, 0, sizeof(asked));
		for (unsigned k = 0; k < 300; k++) {
			unsigned im = below(nimages), when = below(RECORDS + 1);
			const struct tl_space *sp = get(s, number[im], when, &next);

			assert_true(next >= when);
			/* Images of forks hold nothing before the fork in the naive table. */
			if (im == 0)
				check_naive(&nv, im, when, next, sp);
			for (unsigned p = 0; p < PAGES; p++) {
				const struct tl_map *m = tl_space_find(sp, p);

				if (nv.page[im][when][p])
					assert_true(
					    m &&
					    page_value(
						(unsigned)((char *)m->dso - (char *)dso(1)) + 1,
						m->pgoff + (p - m->start)) == nv.page[im][when][p]);
			}
			if (asked[im][when])
				assert_ptr_equal(asked[im][when], sp);
			asked[im][when] = sp;
		}
		tl_spaces_close(s);
	}
}

/* Ten thousand mappings that each replace another, and ten thousand more: as many pictures as
 * there may be, and not ten thousand of ten thousand. */
static void test_limit(void **state)
{
	struct tl_spaces *s = tl_spaces_open();
	uint32_t im = new_image(s, TL_SPACES_EMPTY, 0), next;
	const uint32_t n = 10000;
	unsigned pictures = 0;
	const struct tl_space *sp;

	for (uint32_t i = 0; i < n; i++)
		map_at(s, im, i, 0x100000 + i * 2, 0x100001 + i * 2, 0, 1);
	for (uint32_t i = 0; i < n; i++)
		map_at(s, im, n + i, 0x100000 + i * 2, 0x100001 + i * 2, 0, 2);
	for (uint32_t when = 0; when < 2 * n; when = next + 1) {
		sp = get(s, im, when, &next);
		pictures++;
		if (next == TL_SPACES_NEVER)
			break;
	}
	assert_in_range(pictures, 100, 420);
	sp = get(s, im, 2 * n, &next);
	assert_int_equal(sp->nmaps, n);
	check_map(sp, 0x100000 + (n - 1) * 2, 0x100000 + (n - 1) * 2, 0x100001 + (n - 1) * 2, 0, 2);
	tl_spaces_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paint),        cmocka_unit_test(test_paint_like_bytes),
		cmocka_unit_test(test_nothing),      cmocka_unit_test(test_epochs),
		cmocka_unit_test(test_same_again),   cmocka_unit_test(test_hole),
		cmocka_unit_test(test_fork),         cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_any_sequence), cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
