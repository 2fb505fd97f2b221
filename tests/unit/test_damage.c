/*
 * test_damage.c: broken files are made as promised, the same each time; and the reader of
 * perf.data files lives through them.
 */
#include "tests/trace/damage.h"

#include "decoders/perf/perfdata.h"
#include "tests/trace/perfout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define SEEDS   100
#define NPIECES 4
#define PIECE   400u

/* ---- a file in memory, to be written and read by its path */

static int memory_file(char path[64])
{
	int fd = memfd_create("damage", MFD_CLOEXEC);

	assert_true(fd >= 0);
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

/* Two CPUs, some pieces of AUX data each (all of its bytes 0x55), some records between. */
static void make_file(struct tl_buf *out, enum perfout_mode mode)
{
	struct perfout_usual store;
	struct perfout_options o;
	struct perfout_pt pt;
	struct perfout *p;
	struct perfout_id id = { 1, 1, 12345000001000, 0, 1, 0 };
	struct perfout_mmap2 map = { .pid = 1, .tid = 1, .addr = 4096, .len = 4096, .path = "x" };
	uint8_t aux[PIECE];
	char path[64];
	int fd = memory_file(path);
	ssize_t n;

	memset(aux, 0x55, sizeof(aux));
	perfout_usual(&store, PERFOUT_PT_PT | PERFOUT_PT_TSC, 2, &o);
	o.mode = mode;
	assert_true(perfout_open(path, &o, &p, NULL));
	perfout_pt_usual(&pt, true);
	perfout_auxtrace_info(p, &pt);
	perfout_comm(p, 1, 1, "x", true, &id);
	perfout_mmap2(p, &map, &id);
	for (unsigned i = 0; i < 2 * NPIECES; i++) {
		id.time += 1000;
		id.attr = 0;
		id.cpu = (int32_t)(i % 2);
		perfout_aux(p, i / 2 * PIECE, PIECE, 0, &id);
		perfout_auxtrace(p, aux, PIECE, i / 2 * PIECE, 1 + i, i % 2, -1, id.cpu);
	}
	assert_true(perfout_close(p, NULL));
	out->len = 0;
	assert_true(tl_buf_reserve(out, 65536));
	n = pread(fd, out->data, 65536, 0);
	assert_true(n > 0 && n < 65536);
	out->len = (size_t)n;
	close(fd);
}

static void copy(struct tl_buf *to, const struct tl_buf *from)
{
	to->len = 0;
	assert_true(tl_buf_append(to, from->data, from->len));
}

static uint64_t count_aux(const struct tl_buf *b)
{
	uint64_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		n += b->data[i] == 0x55;
	return n;
}

static bool same(const struct tl_buf *a, const struct tl_buf *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

/* ---- */

static void each_kind_damages(void **state)
{
	struct tl_buf good = TL_BUF_INIT, bad = TL_BUF_INIT, again = TL_BUF_INIT;
	char what[128], what2[128];

	for (enum perfout_mode mode = PERFOUT_FILE; mode <= PERFOUT_PIPE; mode++) {
		make_file(&good, mode);
		for (int kind = 0; kind < DAMAGE_KINDS; kind++) {
			unsigned changed = 0;

			for (unsigned seed = 0; seed < SEEDS; seed++) {
				copy(&bad, &good);
				copy(&again, &good);
				assert_true(
				    damage(&bad, (enum damage_kind)kind, seed, what, sizeof(what)));
				assert_true(damage(&again, (enum damage_kind)kind, seed, what2,
						   sizeof(what2)));
				assert_true(same(&bad, &again));
				assert_string_equal(what, what2);
				changed += !same(&bad, &good);
			}
			/* a field may get the value it had, alike records may be swapped */
			if (changed < SEEDS * 3 / 4)
				fail_msg("%s: %u of %u files changed", damage_name(kind), changed,
					 SEEDS);
		}
	}
	tl_buf_fini(&good);
	tl_buf_fini(&bad);
	tl_buf_fini(&again);
}

static void aux_data_is_hit_or_spared(void **state)
{
	struct tl_buf good = TL_BUF_INIT, bad = TL_BUF_INIT;
	uint64_t before;
	char what[128];

	make_file(&good, PERFOUT_FILE);
	before = count_aux(&good);
	for (unsigned seed = 0; seed < SEEDS; seed++) {
		copy(&bad, &good);
		assert_true(damage(&bad, DAMAGE_FLIP_AUX, seed, what, sizeof(what)));
		assert_true(count_aux(&bad) < before);
		copy(&bad, &good);
		assert_true(damage(&bad, DAMAGE_ZERO_AUX, seed, what, sizeof(what)));
		assert_true(count_aux(&bad) < before && bad.len == good.len);
		copy(&bad, &good);
		assert_true(damage(&bad, DAMAGE_FLIP, seed, what, sizeof(what)));
		assert_true(count_aux(&bad) >= 2 * NPIECES * PIECE);
		copy(&bad, &good);
		assert_true(damage(&bad, DAMAGE_CUT_AUX, seed, what, sizeof(what)));
		assert_true(bad.len < good.len && count_aux(&bad) < before);
	}
	tl_buf_fini(&good);
	tl_buf_fini(&bad);
}

/* Open what is in `b`; NULL: refused. */
static struct tl_perf *open_bytes(const struct tl_buf *b, int *fd, struct tl_err *err)
{
	struct tl_perf *p;
	char path[64];

	*fd = memory_file(path);
	assert_int_equal(write(*fd, b->data, b->len), b->len);
	return tl_perf_open(path, &p, err) ? p : NULL;
}

static void a_hole_leaves_a_file_that_fits(void **state)
{
	struct tl_buf good = TL_BUF_INIT, bad = TL_BUF_INIT;
	char what[128];

	for (enum perfout_mode mode = PERFOUT_FILE; mode <= PERFOUT_PIPE; mode++) {
		make_file(&good, mode);
		for (unsigned seed = 0; seed < 20; seed++) {
			struct tl_err err = TL_ERR_INIT;
			struct tl_perf *p;
			size_t pieces = 0;
			int fd;

			copy(&bad, &good);
			assert_true(damage(&bad, DAMAGE_HOLE, seed, what, sizeof(what)));
			p = open_bytes(&bad, &fd, &err);
			assert_non_null(p);
			for (size_t i = 0; i < tl_perf_nqueues(p); i++)
				pieces += tl_perf_queue(p, i)->npieces;
			assert_int_equal(pieces, 2 * NPIECES - 1);
			assert_string_equal(tl_perf_features(p)->hostname, "tracer");
			tl_perf_close(p);
			close(fd);
		}
	}
	tl_buf_fini(&good);
	tl_buf_fini(&bad);
}

static bool see(void *arg, const struct tl_perf_record *r)
{
	uint64_t *n = arg;

	for (size_t i = 0; i < r->len; i++)
		*n += r->body[i];
	return true;
}

/* One kind upon another: it opens, or says why not, and nothing worse. */
static void the_reader_lives_through_all(void **state)
{
	struct tl_buf good = TL_BUF_INIT, bad = TL_BUF_INIT, aux = TL_BUF_INIT;
	unsigned opened = 0, refused = 0;
	uint64_t sum = 0;
	char what[128];

	for (enum perfout_mode mode = PERFOUT_FILE; mode <= PERFOUT_PIPE; mode++) {
		make_file(&good, mode);
		for (unsigned k = 0; k < DAMAGE_KINDS * SEEDS; k++) {
			struct tl_err err = TL_ERR_INIT;
			struct tl_perf *p;
			int fd;

			copy(&bad, &good);
			for (unsigned i = 0; i <= k % 3; i++)
				damage(&bad, (enum damage_kind)((k / SEEDS + i) % DAMAGE_KINDS), k,
				       what, sizeof(what));
			p = open_bytes(&bad, &fd, &err);
			if (!p) {
				assert_true(err.msg[0] != '\0');
				refused++;
				close(fd);
				continue;
			}
			opened++;
			tl_perf_walk(p, see, &sum, &err);
			for (size_t i = 0; i < tl_perf_nqueues(p); i++) {
				const struct tl_perf_queue *q = tl_perf_queue(p, i);

				aux.len = 0;
				assert_true(q->size <= bad.len);
				tl_perf_read_aux(p, q, 0, q->size, &aux, &err);
			}
			tl_perf_close(p);
			close(fd);
		}
	}
	/* most damage is no reason to refuse the rest */
	assert_true(opened > refused);
	tl_buf_fini(&good);
	tl_buf_fini(&bad);
	tl_buf_fini(&aux);
}

static void nothing_to_damage(void **state)
{
	struct tl_buf b = TL_BUF_INIT;
	char what[128];

	assert_false(damage(&b, DAMAGE_CUT, 1, what, sizeof(what)));
	assert_true(tl_buf_puts(&b, "not a perf.data at all, and quite short"));
	assert_false(damage(&b, DAMAGE_HOLE, 1, what, sizeof(what)));
	assert_false(damage(&b, DAMAGE_ZERO_AUX, 1, what, sizeof(what)));
	assert_false(damage(&b, DAMAGE_SWAP, 1, what, sizeof(what)));
	assert_true(damage(&b, DAMAGE_CUT, 1, what, sizeof(what)));
	tl_buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_damages),
		cmocka_unit_test(aux_data_is_hit_or_spared),
		cmocka_unit_test(a_hole_leaves_a_file_that_fits),
		cmocka_unit_test(the_reader_lives_through_all),
		cmocka_unit_test(nothing_to_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
