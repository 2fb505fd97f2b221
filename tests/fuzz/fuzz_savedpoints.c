/*
 * fuzz_savedpoints.c: any bytes as what was saved of a compressed file's points.  They are tried as
 * they are, and with the key and the checksum made right, which a fuzzer does not guess.
 */
#include "decoders/packed/savedpoints.h"

#include "base/bytes.h"
#include "tests/fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

#define KEY_BYTES  80 /* as index/FORMAT.md says */
#define HEAD_BYTES 96
#define ROW_BYTES  72

static const struct tl_identity file = { 1, 2, 1 << 20, { 3, 4 } };
static const struct tl_origin origin = { 5, 6, 7 };

/* All points are in order, and what their windows hold is what was promised. */
static void look(struct tl_points *points, uint64_t text_size)
{
	struct tl_buf window = TL_BUF_INIT;
	struct tl_spot spot, before = { 0 };
	uint64_t next = 0;

	for (unsigned i = 0; i < 100 && next != UINT64_MAX; i++) {
		tl_points_find(points, next, &spot, &next);
		must(spot.point.text <= text_size && spot.point.file <= file.size);
		must(i == 0 || spot.point.text > before.point.text);
		must(next > spot.point.text);
		before = spot;
		window.len = 0;
		if (tl_points_window(points, &spot, &window))
			must(window.len == spot.window);
		else
			must(window.len == 0);
	}
	tl_buf_fini(&window);
}

static void try(const uint8_t *data, size_t n)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct tl_points *points;
	uint64_t text_size;

	must(fd >= 0 && write(fd, data, n) == (ssize_t)n);
	if (!tl_savedpoints_read(fd, n, &file, &origin, &points, &text_size))
		return;
	look(points, text_size);
	tl_points_free(points);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint8_t *copy;
	uint64_t len;

	try(data, n);
	if (n < HEAD_BYTES + 8)
		return 0;
	copy = fuzz_copy(data, n);
	memcpy(copy, "TLPOINT\n", 8);
	tl_put64(copy + 8, 1);
	tl_put64(copy + 16, origin.text);
	tl_put64(copy + 24, file.dev);
	tl_put64(copy + 32, file.ino);
	tl_put64(copy + 40, file.size);
	tl_put64(copy + 48, (uint64_t)file.mtime.tv_sec);
	tl_put64(copy + 56, (uint64_t)file.mtime.tv_nsec);
	tl_put64(copy + 64, origin.head);
	tl_put64(copy + 72, origin.tail);
	len = tl_get64(copy + KEY_BYTES + 8);
	if (len <= (n - HEAD_BYTES - 8) / ROW_BYTES) {
		len = HEAD_BYTES + len * ROW_BYTES;
		tl_put64(copy + len, XXH3_64bits(copy, (size_t)len));
	}
	try(copy, n);
	free(copy);
	return 0;
}
