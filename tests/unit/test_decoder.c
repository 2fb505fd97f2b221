/* test_decoder.c: a decoder as a text source, and what of it is kept from run to run. */
#include "tests/unit/fake_decoder.h"

#include "index/cachedir.h"
#include "index/lineindex.h"
#include "index/savedbytes.h"
#include "index/savedindex.h"
#include "text/cursor.h"

#include <dirent.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <cmocka.h>

/* The archive's table is empty of fakes. */
const struct tl_decoder_ops *const tl_decoders[] = { &fake_decoder, NULL };

struct fixture {
	char dir[64], index[80], path[80];
	struct tl_jobs *pool;
	struct tl_decoder_options options;
};

static int setup(void **state)
{
	struct fixture *fx = calloc(1, sizeof(*fx));

	snprintf(fx->dir, sizeof(fx->dir), "/tmp/tless-decoder-XXXXXX");
	assert_non_null(mkdtemp(fx->dir));
	snprintf(fx->index, sizeof(fx->index), "%s/index", fx->dir);
	snprintf(fx->path, sizeof(fx->path), "%s/fake.data", fx->dir);
	assert_true(tl_jobs_open(2, &fx->pool, NULL));
	fx->options.pool = fx->pool;
	*state = fx;
	return 0;
}

static unsigned clear_dir(const char *dir, const char *suffix)
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	unsigned n = 0;

	while (d && (e = readdir(d))) {
		if (e->d_name[0] == '.' || !strstr(e->d_name, suffix))
			continue;
		unlinkat(dirfd(d), e->d_name, 0);
		n++;
	}
	if (d)
		closedir(d);
	return n;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	tl_jobs_close(fx->pool);
	clear_dir(fx->index, "");
	rmdir(fx->index);
	clear_dir(fx->dir, "");
	rmdir(fx->dir);
	free(fx);
	return 0;
}

/* Write the recording; with `large` it has a size that makes it worth saving. */
static void record(struct fixture *fx, const char *facts, bool large)
{
	FILE *f = fopen(fx->path, "w");

	assert_non_null(f);
	fprintf(f, "FAKETRACE\n%s", facts);
	fclose(f);
	if (large)
		assert_int_equal(truncate(fx->path, (off_t)TL_SAVEDINDEX_MIN_BYTES), 0);
}

static struct tl_source *open_fake(struct fixture *fx)
{
	struct tl_source *src = NULL;
	struct tl_err err = TL_ERR_INIT;

	if (!tl_decoder_open(&fake_decoder, fx->path, &fx->options, fx->index, &src, &err))
		fail_msg("%s", err.msg);
	return src;
}

static struct fake_decoder *fake_of(struct tl_source *src)
{
	const struct tl_decoder_ops *ops;
	void *self;

	assert_true(tl_decoder_of(src, &ops, &self));
	assert_ptr_equal(ops, &fake_decoder);
	return self;
}

static void finds_the_surest(void **state)
{
	assert_ptr_equal(tl_decoder_probe((const uint8_t *)"FAKETRACE\nx", 11), &fake_decoder);
	assert_null(tl_decoder_probe((const uint8_t *)"FAKETRAC", 8));
	assert_null(tl_decoder_probe((const uint8_t *)"", 0));
}

static uint64_t elsewhere;

static uint64_t state_elsewhere(void *self)
{
	return elsewhere;
}

/* What is known of the lines is not believed when files that they depend on are others. */
static void depends_on_other_files(void **state)
{
	struct fixture *fx = *state;
	struct tl_decoder_ops ops = fake_decoder;
	struct tl_origin from[3];

	record(fx, "chunks 20\n", true);
	ops.state = state_elsewhere;
	for (unsigned i = 0; i < 3; i++) {
		struct tl_source *src;

		elsewhere = i ? 5 : 4;
		assert_true(tl_decoder_open(&ops, fx->path, &fx->options, fx->index, &src, NULL));
		assert_true(tl_source_origin(src, &from[i]));
		tl_source_close(src);
	}
	assert_int_not_equal(from[0].text, from[1].text);
	assert_int_equal(from[1].text, from[2].text);
}

static void gives_what_is_decoded(void **state)
{
	struct fixture *fx = *state;
	struct tl_buf got = TL_BUF_INIT, want = TL_BUF_INIT;
	struct tl_source *src, *memory;
	struct tl_identity ident;
	struct tl_extent ex;
	struct tl_buf bytes = TL_BUF_INIT;
	const struct tl_decoder_ops *ops;
	void *self;

	record(fx, "chunks 20\n", false);
	src = open_fake(fx);
	assert_string_equal(tl_source_kind(src), "decoded");
	assert_int_equal(tl_source_shift(src), TL_DECODER_SHIFT);
	assert_true(tl_source_has_whole_lines(src));
	assert_true(tl_source_identity(src, &ident));
	assert_true(ident.size > 10);
	tl_source_extent(src, &ex);
	assert_int_equal(ex.nchunks, 20);
	assert_true(ex.complete);
	for (uint64_t k = 20; k-- > 0;) {
		got.len = want.len = 0;
		assert_int_equal(tl_source_read(src, k, &got, NULL), TL_FOUND);
		assert_true(fake_decode(fake_of(src), k, &want, NULL));
		assert_int_equal(got.len, want.len);
		assert_true(got.len == 0 || !memcmp(got.data, want.data, got.len));
		assert_int_equal(tl_source_known_empty(src, k), got.len == 0);
	}
	assert_int_equal(tl_source_read(src, 20, &got, NULL), TL_NONE);
	tl_buf_fini(&got);
	tl_buf_fini(&want);
	tl_source_close(src);
	assert_true(tl_source_open_memory(&bytes, &memory, NULL));
	assert_false(tl_decoder_of(memory, &ops, &self));
	tl_source_close(memory);
}

static void decodes_an_empty_chunk_once(void **state)
{
	struct fixture *fx = *state;
	struct tl_buf got = TL_BUF_INIT;
	struct tl_source *src;

	record(fx, "chunks 20\nhollow 3 5\n", false);
	src = open_fake(fx);
	for (int i = 0; i < 3; i++)
		assert_int_equal(tl_source_read(src, 4, &got, NULL), TL_FOUND);
	assert_int_equal(got.len, 0);
	assert_int_equal(fake_of(src)->ndecoded, 1);
	tl_buf_fini(&got);
	tl_source_close(src);
}

static void says_why_it_cannot_open(void **state)
{
	struct fixture *fx = *state;
	struct tl_source *src = NULL;
	struct tl_err err = TL_ERR_INIT;

	assert_false(tl_decoder_open(&fake_decoder, fx->path, &fx->options, fx->index, &src, &err));
	assert_non_null(strstr(err.msg, "No such file"));
	record(fx, "refuse\n", false);
	assert_false(tl_decoder_open(&fake_decoder, fx->path, &fx->options, fx->index, &src, &err));
	assert_non_null(strstr(err.msg, "refused"));
	assert_null(src);
}

static void tells_of_a_new_file_once(void **state)
{
	struct fixture *fx = *state;
	struct tl_source *src;

	record(fx, "chunks 20\n", false);
	src = open_fake(fx);
	assert_int_equal(tl_source_refresh(src, true, NULL), TL_SAME);
	unlink(fx->path);
	assert_int_equal(tl_source_refresh(src, true, NULL), TL_SAME);
	record(fx, "chunks 200\n", false);
	assert_int_equal(tl_source_refresh(src, true, NULL), TL_REPLACED);
	assert_int_equal(tl_source_refresh(src, true, NULL), TL_SAME);
	tl_source_close(src);
}

static void keeps_what_open_found_out(void **state)
{
	struct fixture *fx = *state;
	struct tl_source *src;

	for (int with_pool = 0; with_pool < 2; with_pool++) {
		record(fx, "chunks 20\n", true);
		fx->options.pool = with_pool ? fx->pool : NULL;
		src = open_fake(fx);
		assert_string_equal(fake_of(src)->got, "");
		if (with_pool) { /* until the job is through */
			for (int i = 0; i < 2000; i++) {
				struct tl_source *second = open_fake(fx);
				bool there = fake_of(second)->got[0];

				tl_source_close(second);
				if (there)
					break;
				usleep(1000);
			}
		}
		tl_source_close(src);
		src = open_fake(fx);
		assert_string_equal(fake_of(src)->got, "20 chunks");
		tl_source_close(src);

		fx->options.view = "brief"; /* another text of the same file */
		fx->options.pool = NULL;
		src = open_fake(fx);
		assert_string_equal(fake_of(src)->got, "20 chunks");
		tl_source_close(src);
		fx->options.view = NULL;
		assert_int_equal(clear_dir(fx->index, TL_SAVEDBYTES_SUFFIX), 1);
	}
}

static void keeps_nothing_of_a_small_file(void **state)
{
	struct fixture *fx = *state;
	struct tl_source *src;

	record(fx, "chunks 20\n", false);
	fx->options.pool = NULL;
	src = open_fake(fx);
	tl_source_close(src);
	assert_int_equal(clear_dir(fx->index, TL_SAVEDBYTES_SUFFIX), 0);
}

/* ---- the file of saved bytes */

static const struct tl_identity file = { 3, 4, 4096, { 1700000000, 12 } };
static const struct tl_origin origin = { 7, 8, 9 };

static bool decodes(struct tl_buf *all, const struct tl_identity *ident,
		    const struct tl_origin *from)
{
	struct tl_buf out = TL_BUF_INIT;
	bool ok = tl_savedbytes_decode((struct tl_span){ all->data, all->len }, ident, from, &out);

	assert_true(ok || out.len == 0);
	if (ok)
		assert_memory_equal(out.data, "some bytes", out.len);
	tl_buf_fini(&out);
	return ok;
}

static void believes_no_other_bytes(void **state)
{
	const struct tl_span bytes = { (const uint8_t *)"some bytes", 10 };
	struct tl_buf all = TL_BUF_INIT;
	struct tl_identity other;
	struct tl_origin from;

	assert_true(tl_savedbytes_encode(&file, &origin, bytes, &all));
	assert_true(decodes(&all, &file, &origin));
	for (int i = 0; i < 5; i++) {
		other = file;
		*(i == 0   ? &other.dev
		  : i == 1 ? &other.ino
		  : i == 2 ? &other.size
		  : i == 3 ? (uint64_t *)&other.mtime.tv_sec
			   : (uint64_t *)&other.mtime.tv_nsec) += 1;
		assert_false(decodes(&all, &other, &origin));
	}
	for (int i = 0; i < 3; i++) {
		from = origin;
		*(i == 0 ? &from.text : i == 1 ? &from.head : &from.tail) += 1;
		assert_false(decodes(&all, &file, &from));
	}
	for (size_t i = 0; i < all.len; i++) {
		all.data[i] ^= 0x10;
		assert_false(decodes(&all, &file, &origin));
		all.data[i] ^= 0x10;
	}
	for (size_t n = all.len; all.len-- > 0;)
		assert_false(decodes(&all, &file, &origin) && n);
	tl_buf_fini(&all);
}

static void allocates_no_more_than_a_file_can_tell(void **state)
{
	struct tl_identity larger = file;
	struct tl_buf all = TL_BUF_INIT, out = TL_BUF_INIT;
	size_t n = (2u << 20) + 5000;
	uint8_t *zeros = calloc(1, n);

	larger.size = 16u << 20;
	assert_true(tl_savedbytes_encode(&larger, &origin, (struct tl_span){ zeros, n }, &all));
	assert_false(tl_savedbytes_encode(&file, &origin, (struct tl_span){ zeros, n }, &out));
	/* The same claim, of a small file. */
	all.data[40] = 0, all.data[41] = 0x10, all.data[42] = all.data[43] = 0;
	uint64_t sum = XXH3_64bits(all.data, all.len - 8);
	memcpy(all.data + all.len - 8, &sum, 8);
	assert_false(
	    tl_savedbytes_decode((struct tl_span){ all.data, all.len }, &file, &origin, &out));
	free(zeros);
	tl_buf_fini(&all);
	tl_buf_fini(&out);
}

/* ---- line numbers */

static uint64_t count_all(struct fixture *fx, struct tl_source *src, struct tl_lineindex *ix)
{
	uint64_t n;

	tl_lineindex_start(ix);
	for (int i = 0; tl_lineindex_count(ix, &n) != TL_FOUND; i++) {
		assert_true(i < 20000);
		usleep(1000);
	}
	return n;
}

static struct tl_lineindex *new_index(struct fixture *fx, struct tl_source *src)
{
	struct tl_lineindex *ix;

	assert_true(tl_lineindex_new(src, fx->pool, NULL, &ix, NULL));
	tl_lineindex_set_dir(ix, fx->index);
	return ix;
}

static void has_line_numbers_at_once_the_second_time(void **state)
{
	struct fixture *fx = *state;
	struct tl_source *src;
	struct tl_lineindex *ix;
	uint64_t want, n, pos, line;
	unsigned decoded;

	record(fx, "chunks 50\n", false);
	src = open_fake(fx);
	ix = new_index(fx, src);
	assert_false(tl_lineindex_load(ix));
	want = count_all(fx, src, ix);
	assert_true(tl_lineindex_save(ix, NULL));
	assert_int_equal(tl_lineindex_find(ix, want / 2, &pos), TL_FOUND);
	tl_lineindex_close(ix);
	tl_source_close(src);

	src = open_fake(fx);
	ix = new_index(fx, src);
	assert_true(tl_lineindex_load(ix));
	assert_int_equal(tl_lineindex_count(ix, &n), TL_FOUND);
	assert_int_equal(n, want);
	assert_int_equal(fake_of(src)->ndecoded, 0);
	assert_int_equal(tl_lineindex_line_of(ix, pos, &line), TL_FOUND);
	assert_int_equal(line, want / 2);
	decoded = fake_of(src)->ndecoded;
	assert_true(decoded <= 1);
	tl_lineindex_close(ix);
	tl_source_close(src);

	/* Of another text, and of a changed file, nothing is known. */
	for (int what = 0; what < 4; what++) {
		fx->options.view = what == 0 ? "brief" : NULL;
		fx->options.disassembly = what == 1 ? "intel" : NULL;
		fx->options.source = what > 1 ? (unsigned)what - 1 : 0;
		src = open_fake(fx);
		ix = new_index(fx, src);
		assert_false(tl_lineindex_load(ix));
		tl_lineindex_close(ix);
		tl_source_close(src);
	}
	fx->options.source = 0;
	record(fx, "chunks 50\ndelay 0\n", false);
	src = open_fake(fx);
	ix = new_index(fx, src);
	assert_false(tl_lineindex_load(ix));
	tl_lineindex_close(ix);
	tl_source_close(src);
}

/* The text of a recording depends on binaries too, which may have changed since. */
static void counts_anew_where_the_saved_counts_are_wrong(void **state)
{
	struct fixture *fx = *state;
	struct tl_source *src;
	struct tl_lineindex *ix;
	uint64_t want, n, pos, line;

	record(fx, "chunks 50\n", false);
	src = open_fake(fx);
	ix = new_index(fx, src);
	want = count_all(fx, src, ix);
	assert_true(tl_lineindex_save(ix, NULL));
	tl_lineindex_close(ix);
	tl_source_close(src);

	src = open_fake(fx);
	fake_of(src)->repeat = 2;
	ix = new_index(fx, src);
	assert_true(tl_lineindex_load(ix));
	assert_int_equal(tl_lineindex_count(ix, &n), TL_FOUND);
	assert_int_equal(n, want);
	assert_int_equal(tl_lineindex_find(ix, want / 2, &pos), TL_PENDING);
	assert_int_equal(count_all(fx, src, ix), 2 * want);
	assert_int_equal(tl_lineindex_find(ix, want, &pos), TL_FOUND);
	assert_int_equal(tl_lineindex_line_of(ix, pos, &line), TL_FOUND);
	assert_int_equal(line, want);
	tl_lineindex_close(ix);
	tl_source_close(src);
}

static void count_change(void *arg)
{
	atomic_fetch_add((atomic_uint *)arg, 1);
}

/* With source lines a chunk may take long when it is decoded for the first time: workers do that. */
static void tells_what_takes_long(void **state)
{
	struct fixture *fx = *state;
	struct tl_buf out = TL_BUF_INIT;
	struct tl_source *src;
	atomic_uint changes = 0;

	record(fx, "chunks 50\n", false);
	src = open_fake(fx);
	assert_false(tl_source_takes_long(src, 0));
	tl_source_close(src);

	fx->options.source = 1;
	src = open_fake(fx);
	tl_source_on_change(src, count_change, &changes);
	assert_true(tl_source_takes_long(src, 0));
	assert_true(tl_source_takes_long(src, 7));
	assert_int_equal(tl_source_read(src, 0, &out, NULL), TL_FOUND);
	assert_false(tl_source_takes_long(src, 0));
	assert_true(tl_source_look(src, 7, false));
	while (atomic_load(&changes) == 0)
		sched_yield();
	assert_false(tl_source_takes_long(src, 7));
	assert_true(tl_source_takes_long(src, 40));
	/* What comes after that is not believed. */
	tl_source_abandon(src);
	out.len = 0;
	assert_int_equal(tl_source_read(src, 40, &out, NULL), TL_PENDING);
	assert_int_equal(out.len, 0);
	tl_source_close(src);

	/* Nobody else could do it. */
	fx->options.pool = NULL;
	src = open_fake(fx);
	assert_false(tl_source_takes_long(src, 0));
	tl_source_close(src);
	tl_buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_surest),
		cmocka_unit_test_setup_teardown(depends_on_other_files, setup, teardown),
		cmocka_unit_test_setup_teardown(gives_what_is_decoded, setup, teardown),
		cmocka_unit_test_setup_teardown(decodes_an_empty_chunk_once, setup, teardown),
		cmocka_unit_test_setup_teardown(tells_what_takes_long, setup, teardown),
		cmocka_unit_test_setup_teardown(says_why_it_cannot_open, setup, teardown),
		cmocka_unit_test_setup_teardown(tells_of_a_new_file_once, setup, teardown),
		cmocka_unit_test_setup_teardown(keeps_what_open_found_out, setup, teardown),
		cmocka_unit_test_setup_teardown(keeps_nothing_of_a_small_file, setup, teardown),
		cmocka_unit_test(believes_no_other_bytes),
		cmocka_unit_test(allocates_no_more_than_a_file_can_tell),
		cmocka_unit_test_setup_teardown(has_line_numbers_at_once_the_second_time, setup,
						teardown),
		cmocka_unit_test_setup_teardown(counts_anew_where_the_saved_counts_are_wrong, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
