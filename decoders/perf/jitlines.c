/*
 * jitlines.c: see jitlines.h.  u64 the function's address, the number of entries; each entry is u64
 * address, u32 line, u32 column, and the file's name, where "\xff" is the name of the one before.
 */
#include "decoders/perf/jitlines.h"

#include "base/bytes.h"
#include "decoders/perf/jitdump.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD  16 /* bytes of a record, before its entries */
#define ENTRY 16 /* of an entry, before its name */
#define MAX_RECORD \
	((size_t)4 << 20) /* a function with 100000 places of the source; read are so many */

/* V8 adds to all addresses what an ELF file's header has: where perf once put the code. */
#define V8_HEADER 0x40

struct function {
	uint64_t at, size, addr; /* its code, as struct tl_jit_code has it */
	uint64_t lines;
	uint32_t nlines;
};

/* From an address on, up to the next one's. */
struct row {
	uint64_t in;   /* the function */
	uint32_t name; /* where in `bytes` */
	uint32_t line;
	uint32_t number; /* among those of the function */
};

struct tl_jitlines {
	int fd;
	bool is_v8, failed;
	struct function *functions; /* by `at`, as they are in the file */
	size_t nfunctions, cap;

	const struct function *read; /* whose are: */
	uint8_t *bytes;              /* a NUL is behind the last one */
	struct row *rows;            /* by address */
	size_t nrows;
};

/* ---- which functions there are */

static bool add_function(void *arg, const struct tl_jit_code *c)
{
	struct tl_jitlines *j = arg;

	if (c->nlines <= HEAD)
		return true;
	if (j->nfunctions == j->cap) {
		size_t cap = j->cap ? 2 * j->cap : 64;
		struct function *more = realloc(j->functions, cap * sizeof(*more));

		if (!more) {
			j->failed = true;
			return false;
		}
		j->functions = more;
		j->cap = cap;
	}
	j->functions[j->nfunctions++] =
	    (struct function){ c->at, c->size, c->addr, c->lines, c->nlines };
	return true;
}

struct tl_jitlines *tl_jitlines_open(int fd, uint64_t size)
{
	struct tl_jitlines *j = calloc(1, sizeof(*j));
	struct tl_jitdump_head head;

	if (!j)
		return NULL;
	j->fd = fd;
	if (tl_jitdump_walk(fd, size, &head, add_function, j) && !j->failed && j->nfunctions > 0) {
		j->is_v8 = head.is_v8;
		return j;
	}
	tl_jitlines_close(j);
	return NULL;
}

void tl_jitlines_close(struct tl_jitlines *j)
{
	if (!j)
		return;
	free(j->functions);
	free(j->bytes);
	free(j->rows);
	free(j);
}

/* NULL: none that tells of its source. */
static const struct function *function_at(const struct tl_jitlines *j, uint64_t at)
{
	size_t low = 0, high = j->nfunctions;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (j->functions[mid].at <= at)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0 || at - j->functions[low - 1].at >= j->functions[low - 1].size)
		return NULL;
	return &j->functions[low - 1];
}

/* ---- what is told of one */

static int by_address(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return x->in != y->in ? (x->in > y->in) - (x->in < y->in)
			      : (x->number > y->number) - (x->number < y->number);
}

/* The bytes of its record, as many as there are. */
static size_t read_bytes(struct tl_jitlines *j, const struct function *f)
{
	size_t want = f->nlines < MAX_RECORD ? f->nlines : MAX_RECORD, n = 0;

	j->bytes = malloc(want + 1);
	while (j->bytes && n < want) {
		ssize_t got = pread(j->fd, j->bytes + n, want - n, (off_t)(f->lines + n));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	if (j->bytes)
		j->bytes[n] = 0;
	return n;
}

/* The entries; those that are not whole are as if they were not there. */
static void read_rows(struct tl_jitlines *j, const struct function *f, size_t n)
{
	uint64_t left = n > HEAD ? tl_get64(j->bytes + 8) : 0, lowest = UINT64_MAX;
	size_t at = HEAD;
	uint32_t name = 0;

	if (left > n / (ENTRY + 1))
		left = n / (ENTRY + 1);
	j->rows = left > 0 ? malloc((size_t)left * sizeof(*j->rows)) : NULL;
	for (; j->rows && left > 0 && n - at > ENTRY; left--) {
		const uint8_t *p = j->bytes + at;
		size_t len = strnlen((const char *)p + ENTRY, n - at - ENTRY);

		if (len == n - at - ENTRY)
			break;
		if (len != 1 || p[ENTRY] != 0xff)
			name = (uint32_t)at + ENTRY;
		at += ENTRY + len + 1;
		if (name == 0)
			continue;
		j->rows[j->nrows] = (struct row){ .in = tl_get64(p) - f->addr,
						  .name = name,
						  .line = tl_get32(p + 8),
						  .number = (uint32_t)j->nrows };
		lowest = j->rows[j->nrows].in < lowest ? j->rows[j->nrows].in : lowest;
		j->nrows++;
	}
	for (size_t i = 0; j->is_v8 && lowest >= V8_HEADER && i < j->nrows; i++)
		j->rows[i].in -= V8_HEADER;
	if (j->nrows > 0)
		qsort(j->rows, j->nrows, sizeof(*j->rows), by_address);
}

static void read_function(struct tl_jitlines *j, const struct function *f)
{
	free(j->bytes);
	free(j->rows);
	j->rows = NULL;
	j->nrows = 0;
	j->read = f;
	read_rows(j, f, read_bytes(j, f));
}

bool tl_jitlines_find(struct tl_jitlines *j, uint64_t at, tl_srcline_fn *fn, void *arg)
{
	const struct function *f = function_at(j, at);
	struct tl_srcline place = { .line = 0 };
	size_t low = 0, high;

	if (!f)
		return false;
	if (j->read != f)
		read_function(j, f);
	for (high = j->nrows; low < high;) {
		size_t mid = low + (high - low) / 2;

		if (j->rows[mid].in <= at - f->at)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0)
		return false;
	place.path = (const char *)j->bytes + j->rows[low - 1].name;
	place.line = j->rows[low - 1].line;
	fn(arg, &place);
	return true;
}
