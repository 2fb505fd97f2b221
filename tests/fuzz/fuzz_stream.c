/* fuzz_stream.c: any bytes as a compressed file that is read from its beginning, or as what a pipe brings. */
#include "decoders/stream/stream.h"
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#define TEXT_MAX (4u << 20) /* of which so much is read */

static void read_all(const struct tl_stream_format *format, int fd, bool plain, size_t n)
{
	static uint8_t buf[48 << 10];
	struct tl_err err = TL_ERR_INIT;
	enum tl_lookup found = TL_FOUND;
	size_t text = 0, got;
	void *feed;

	must(tl_stream_new(format, fd, "it", &feed, &err));
	while ((found == TL_FOUND || found == TL_PENDING) && text < TEXT_MAX) {
		got = 0;
		found = tl_stream_feed.read(feed, buf, sizeof(buf), &got, &err);
		must(got <= sizeof(buf));
		must(found != TL_FOUND || got > 0);
		text += got;
	}
	must(found != TL_FAILED || err.msg[0]);
	must(!plain || text == n || text >= TEXT_MAX);
	tl_stream_feed.close(feed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct tl_stream_format *format = tl_stream_probe(data, n);
	int fd = memfd_create("input", MFD_CLOEXEC);

	must(fd >= 0 && write(fd, data, n) == (ssize_t)n);
	lseek(fd, 0, SEEK_SET);
	read_all(NULL, dup(fd), !format, n);
	lseek(fd, 0, SEEK_SET);
	if (format)
		read_all(format, fd, false, n);
	else
		close(fd);
	return 0;
}
