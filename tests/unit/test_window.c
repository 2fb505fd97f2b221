/* text/window.c: what is mapped is the file; a file cut off under a scan is told, not fatal. */
#include "text/source.h"
#include "text/window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB  (UINT64_C(1) << 20)
#define SIZE (40 * MIB + 123)

static char path[] = "/tmp/tless-window-XXXXXX";
static int fd = -1;

static uint8_t byte_at(uint64_t pos)
{
	return (uint8_t)(pos % 251 + 1); /* never 0 */
}

static int make_file(void **state)
{
	uint8_t *block = malloc(MIB);

	assert_non_null(block);
	memcpy(path + strlen(path) - 6, "XXXXXX", 6);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	for (uint64_t at = 0; at < SIZE; at += MIB) {
		size_t n = SIZE - at < MIB ? (size_t)(SIZE - at) : (size_t)MIB;

		for (size_t i = 0; i < n; i++)
			block[i] = byte_at(at + i);
		assert_int_equal(write(fd, block, n), n);
	}
	free(block);
	return 0;
}

static int drop_file(void **state)
{
	close(fd);
	unlink(path);
	return 0;
}

static void check_bytes(const uint8_t *data, uint64_t from, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] != byte_at(from + i))
			fail_msg("byte %llu differs", (unsigned long long)(from + i));
}

static void windows_show_the_file(void **state)
{
	struct tl_windows *ws = tl_windows_new();
	struct tl_window *w;
	const uint8_t *data;

	assert_non_null(ws);
	for (uint64_t k = 0; k < 40; k++) { /* each chunk with a byte before and a bit behind */
		uint64_t from = k * MIB - (k > 0);
		size_t len = MIB + (k > 0) + (k < 39 ? 65536 : 123);

		assert_true(tl_windows_take(ws, fd, SIZE, from, len, &data, &w));
		check_bytes(data, from, len);
		assert_true(tl_windows_give(ws, w));
	}
	assert_false(tl_windows_take(ws, fd, SIZE, SIZE - 10, 11, &data, &w));
	assert_false(tl_windows_take(ws, fd, SIZE, SIZE + 1, 1, &data, &w));
	tl_windows_free(ws);
}

/* As many at once as there are windows; then no more, and later again. */
static void windows_are_few(void **state)
{
	struct tl_windows *ws = tl_windows_new();
	struct tl_window *w[64];
	const uint8_t *data;
	int n = 0;

	while (n < 64 &&
	       tl_windows_take(ws, fd, UINT64_C(1) << 40, (uint64_t)n << 32, 1, &data, &w[n]))
		n++;
	assert_in_range(n, 2, 63);
	assert_true(tl_windows_give(ws, w[--n]));
	assert_true(tl_windows_take(ws, fd, SIZE, 0, 100, &data, &w[n]));
	check_bytes(data, 0, 100);
	for (; n >= 0; n--)
		tl_windows_give(ws, w[n]);
	tl_windows_free(ws);
}

static void a_cut_is_told(void **state)
{
	struct tl_windows *ws = tl_windows_new();
	struct tl_window *w;
	const uint8_t *data;
	volatile uint8_t byte;

	assert_true(tl_windows_take(ws, fd, SIZE, 20 * MIB, MIB, &data, &w));
	assert_int_equal(data[5], byte_at(20 * MIB + 5));
	assert_int_equal(ftruncate(fd, 4096), 0);
	byte = data[MIB / 2]; /* SIGBUS */
	assert_int_equal(byte, 0);
	assert_false(tl_windows_give(ws, w));
	tl_windows_free(ws);
}

/* A source notices also what no signal tells: the rest of the last page. */
static void a_source_tells_it_too(void **state)
{
	struct tl_source *src = NULL;
	struct tl_mapped m;
	struct tl_err err = TL_ERR_INIT;

	assert_true(tl_source_open_file(path, &src, &err));
	assert_true(tl_source_map(src, 3, 1, 100, &m));
	assert_int_equal(m.chunk.len, MIB);
	assert_int_equal(m.before, 1);
	assert_int_equal(m.after, 100);
	check_bytes(m.chunk.data - 1, 3 * MIB - 1, MIB + 101);
	assert_true(tl_source_unmap(src, &m));
	assert_true(tl_source_map(src, 3, 1, 0, &m));
	assert_int_equal(ftruncate(fd, (off_t)(4 * MIB - 10)), 0);
	assert_false(tl_source_unmap(src, &m));
	assert_false(tl_source_map(src, 40, 1, 0, &m)); /* the last one may grow: it is read */
	tl_source_close(src);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* First: cmocka puts its own SIGBUS handler in before each test, and ours is
		 * installed once. */
		cmocka_unit_test_setup_teardown(a_cut_is_told, make_file, drop_file),
		cmocka_unit_test_setup_teardown(windows_show_the_file, make_file, drop_file),
		cmocka_unit_test_setup_teardown(windows_are_few, make_file, drop_file),
		cmocka_unit_test_setup_teardown(a_source_tells_it_too, make_file, drop_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
