/*
 * fuzz_recording.c: any bytes as a recording, from the file to the text.  What follows the first
 * bytes that look like an ELF file is the binary that ran, its path as recorded is "/601"; other
 * binaries are not found, whatever the machine has.  The text of each chunk is whole lines, and the
 * same again after others were made.
 */
#include "decoders/pt/pt.h"

#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define BINARY     601 /* the descriptor; below --symfs it is a name */
#define MAX_CHUNKS 48  /* that are decoded */
#define MAX_TEXT   (8u << 20)

static const struct tl_decoder_ops *const ops = &tl_decoder_pt_ops;

static const char *const views[] = {
	"calls", "returns", "branches", "insns", "graph", "perf", "spt"
};

enum { NVIEWS = sizeof(views) / sizeof(views[0]) };

static int file_of(const uint8_t *data, size_t n)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	must(fd >= 0 && write(fd, data, n) == (ssize_t)n);
	return fd;
}

/* Where the binary begins; n: there is none. */
static size_t binary_at(const uint8_t *data, size_t n)
{
	const uint8_t *at = n > 0 ? memmem(data, n, "\177ELF", 4) : NULL;

	return at ? (size_t)(at - data) : n;
}

static void check_lines(const struct tl_buf *text)
{
	must(text->len == 0 || text->data[text->len - 1] == '\n');
	must(text->len == 0 || !memchr(text->data, '\0', text->len));
}

/* Each place of a chunk can be asked about. */
static void ask(void *self, uint64_t k, size_t len)
{
	struct tl_place place;
	uint64_t at, byte, first, last;

	must(ops->describe(self, k, len / 2, &place, NULL));
	if (ops->range(self, &first, &last))
		must(first <= last && ops->locate(self, first, &at, &byte, NULL) &&
		     at < ops->chunks(self));
}

static void decode(void *self)
{
	struct tl_buf text[MAX_CHUNKS], again = TL_BUF_INIT;
	uint64_t n = ops->chunks(self), made, before = 0;
	size_t sum = 0;

	must(n > 0);
	for (made = 0; made < n && made < MAX_CHUNKS && sum < MAX_TEXT; made++) {
		text[made] = (struct tl_buf)TL_BUF_INIT;
		must(ops->decode(self, made, &text[made], NULL));
		check_lines(&text[made]);
		sum += text[made].len;
		must(ops->time(self, made) >= before);
		before = ops->time(self, made);
	}
	ask(self, made - 1, text[made - 1].len);
	while (made-- > 0) {
		again.len = 0;
		must(ops->decode(self, made, &again, NULL) && again.len == text[made].len);
		must(again.len == 0 || !memcmp(again.data, text[made].data, again.len));
		tl_buf_fini(&text[made]);
	}
	tl_buf_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	size_t split = binary_at(data, n);
	int fd = file_of(data, split), binary = file_of(data + split, n - split);
	char path[64];

	must(dup2(binary, BINARY) == BINARY);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	setenv("HOME", "/dev/null", 1); /* no build-id cache */
	unsetenv("PERF_BUILDID_DIR");
	for (size_t i = 0; i < 2; i++) {
		struct tl_decoder_options options = { .view = views[(n + i) % NVIEWS],
						      .symfs = "/proc/self/fd" };
		struct tl_err err = TL_ERR_INIT;
		void *self;

		if (ops->open(path, &options, (struct tl_span){ NULL, 0 }, &self, &err)) {
			decode(self);
			ops->close(self);
		} else {
			must(strstr(err.msg, path));
		}
	}
	close(BINARY);
	close(binary);
	close(fd);
	return 0;
}
