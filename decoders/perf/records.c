/*
 * records.c: the walk over the records of a recording.  Reads ahead a stretch that doubles
 * while the walk goes straight on and starts small again behind each leap over AUX bytes, so
 * that a walk costs about the bytes of the other records, and memory is one buffer.
 *
 * A record tells its size, so behind a broken one there is no place to go on from; but for the
 * AUXTRACE records that the index of the file names.
 */
#include "base/bytes.h"
#include "decoders/perf/recording.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEP_MIN ((size_t)16 << 10)
#define STEP_MAX ((size_t)256 << 10)
#define BUFFER   (STEP_MAX + TL_PERF_RECORD_MAX)

#define COMPRESSED2_HEAD 16    /* with the size of what is compressed */
#define COMPRESSED2_MAX  65519 /* of that */

struct walk {
	const struct tl_perf *p;
	const struct tl_perf_file *f;
	uint32_t number; /* of the file */
	tl_perf_visit *visit;
	void *arg;
	bool stopped; /* by the visitor */
	struct tl_perf_unpack *unpack;

	struct tl_err *err;
	bool failed; /* err is told; the first one only */

	uint64_t at; /* in the file, of: */
	uint8_t *buf;
	size_t len, step;
};

static bool told(struct walk *w)
{
	bool before = w->failed;

	w->failed = true;
	return before;
}

/* The bytes at an offset, n of them at least; NULL: not readable, and told so. */
static const uint8_t *bytes_at(struct walk *w, uint64_t offset, size_t n)
{
	size_t skip, want;

	if (offset >= w->at && offset - w->at <= w->len && n <= w->len - (offset - w->at))
		return w->buf + (offset - w->at);
	if (offset >= w->at && offset - w->at <= w->len) {
		skip = (size_t)(offset - w->at);
		w->len -= skip;
		memmove(w->buf, w->buf + skip, w->len);
		w->step = w->step < STEP_MAX ? w->step * 2 : STEP_MAX;
	} else {
		w->len = 0;
		w->step = STEP_MIN;
	}
	w->at = offset;
	want = n > w->step ? n : w->step;
	if (want > w->f->end - offset)
		want = (size_t)(w->f->end - offset);
	while (w->len < n) {
		ssize_t got =
		    pread(w->f->fd, w->buf + w->len, want - w->len, (off_t)(offset + w->len));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			bool first = !told(w);

			if (first && got < 0)
				tl_err_sys(w->err, "%s: cannot read byte %" PRIu64, w->f->name,
					   offset + w->len);
			else if (first)
				tl_err_set(w->err, "%s: has become shorter: no byte %" PRIu64,
					   w->f->name, offset + w->len);
			return NULL;
		}
		w->len += (size_t)got;
	}
	return w->buf;
}

static void cut_off(struct walk *w, uint64_t offset, uint64_t size)
{
	if (!told(w))
		tl_err_set(w->err,
			   "%s: cut off at byte %" PRIu64 ": the record at byte %" PRIu64
			   " wants %" PRIu64 " bytes",
			   w->f->name, w->f->end, offset, size);
}

/* Where to go on behind something broken: the next AUXTRACE record that is known. */
static uint64_t next_known(const struct tl_perf_file *f, uint64_t offset)
{
	size_t low = 0, high = f->naux;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (f->aux[mid].at <= offset)
			low = mid + 1;
		else
			high = mid;
	}
	return low < f->naux ? f->aux[low].at : f->end;
}

static void give(struct walk *w, uint64_t offset, const uint8_t *record, size_t size, bool unpacked)
{
	struct tl_perf_record r = {
		.type = tl_get32(record),
		.misc = tl_get16(record + 4),
		.file = w->number,
		.offset = offset,
		.body = record + TL_PERF_RECORD_HEAD,
		.len = size - TL_PERF_RECORD_HEAD,
		.unpacked = unpacked,
	};

	w->stopped = !w->visit(w->arg, &r);
}

/* The records in a COMPRESSED one.  Those that refer to other bytes of the file cannot be in
 * there. */
static void unpack(struct walk *w, uint64_t offset, const uint8_t *packed, size_t n)
{
	const char *bad = NULL;
	const uint8_t *record;
	size_t size;

	if (!w->unpack)
		w->unpack = tl_perf_unpack_open();
	if (!w->unpack) {
		if (!told(w))
			tl_err_nomem(w->err);
		return;
	}
	tl_perf_unpack_feed(w->unpack, packed, n);
	while (!w->stopped && tl_perf_unpack_next(w->unpack, &record, &size, &bad)) {
		uint32_t type = tl_get32(record);

		if (type != TL_PERF_RECORD_AUXTRACE && type != TL_PERF_RECORD_COMPRESSED &&
		    type != TL_PERF_RECORD_COMPRESSED2)
			give(w, offset, record, size, true);
	}
	if (bad && !told(w))
		tl_err_set(w->err, "%s: the compressed records at byte %" PRIu64 " are broken: %s",
			   w->f->name, offset, bad);
}

/*
 * perf 6.16 and later tell the size of COMPRESSED2 records that are too long for its 16 bits by
 * the lower ones, and do not pad them.  What that is of such a record; 0: it is as it says.
 */
static uint64_t overflown(const uint8_t *record, size_t size)
{
	uint64_t n = tl_get64(record + 8), padded = (COMPRESSED2_HEAD + n + 7) & ~(uint64_t)7;

	return tl_get32(record) == TL_PERF_RECORD_COMPRESSED2 && padded > n &&
		       padded > TL_PERF_RECORD_MAX && (uint16_t)padded == size
		   ? COMPRESSED2_HEAD + n
		   : 0;
}

/* What of a record is compressed, by its size; 0: it is none that has such. */
static size_t compressed2(const uint8_t *record)
{
	size_t size = tl_get16(record + 6);

	return tl_get32(record) == TL_PERF_RECORD_COMPRESSED2 && size > COMPRESSED2_HEAD
		   ? size - COMPRESSED2_HEAD
		   : 0;
}

/* The pieces of such a record up to `end`: a full one, and what came with it, each with a header
 * that tells its size. */
static void unpack_pieces(struct walk *w, uint64_t offset, uint64_t end)
{
	size_t n = COMPRESSED2_MAX;

	while (n > 0 && end - offset > COMPRESSED2_HEAD && !w->stopped) {
		const uint8_t *record;

		if (n > end - offset - COMPRESSED2_HEAD)
			n = (size_t)(end - offset - COMPRESSED2_HEAD);
		record = bytes_at(w, offset, COMPRESSED2_HEAD + n);
		if (!record)
			return;
		unpack(w, offset, record + COMPRESSED2_HEAD, n);
		offset += COMPRESSED2_HEAD + n;
		if (end - offset > COMPRESSED2_HEAD) {
			record = bytes_at(w, offset, COMPRESSED2_HEAD);
			n = record ? compressed2(record) : 0;
		}
	}
	if (offset < end && !w->stopped && !told(w))
		tl_err_set(w->err, "%s: no compressed records at byte %" PRIu64, w->f->name,
			   offset);
}

/* The bytes behind a record that belong to it. */
static uint64_t trailing(const struct walk *w, uint32_t type, const uint8_t *record, size_t size)
{
	if (type == TL_PERF_RECORD_AUXTRACE && size >= TL_PERF_AUXTRACE_HEAD)
		return tl_get64(record + 8);
	if (type == TL_PERF_RECORD_TRACING_DATA && w->p->pipe && size >= 12)
		return ((uint64_t)tl_get32(record + 8) + 7) & ~(uint64_t)7;
	return 0;
}

/* The record at an offset; the offset of the next one. */
static uint64_t one(struct walk *w, uint64_t offset)
{
	uint64_t left = w->f->end - offset, behind, more;
	const uint8_t *record;
	uint32_t type;
	size_t size;

	if (left < TL_PERF_RECORD_HEAD) {
		cut_off(w, offset, TL_PERF_RECORD_HEAD);
		return w->f->end;
	}
	record = bytes_at(w, offset, left < COMPRESSED2_HEAD ? left : COMPRESSED2_HEAD);
	if (!record)
		return w->f->end;
	size = tl_get16(record + 6);
	more = left < COMPRESSED2_HEAD ? 0 : overflown(record, size);
	if (more > 0) {
		unpack_pieces(w, offset, more < left ? offset + more : w->f->end);
		if (more <= left)
			return offset + more;
		cut_off(w, offset, more);
		return next_known(w->f, offset);
	}
	if (size < TL_PERF_RECORD_HEAD) {
		if (!told(w))
			tl_err_set(w->err,
				   "%s: no record at byte %" PRIu64 ": its size would be %zu",
				   w->f->name, offset, size);
		return next_known(w->f, offset);
	}
	if (size > left) {
		cut_off(w, offset, size);
		return next_known(w->f, offset);
	}
	record = bytes_at(w, offset, size);
	if (!record)
		return w->f->end;
	type = tl_get32(record);
	behind = trailing(w, type, record, size);
	if (type == TL_PERF_RECORD_COMPRESSED) {
		unpack(w, offset, record + 8, size - 8);
	} else if (type == TL_PERF_RECORD_COMPRESSED2 && size >= COMPRESSED2_HEAD) {
		size_t room = size - COMPRESSED2_HEAD;
		uint64_t n = tl_get64(record + 8);

		unpack(w, offset, record + COMPRESSED2_HEAD, n < room ? (size_t)n : room);
	} else {
		give(w, offset, record, size, false);
	}
	if (behind > left - size) {
		cut_off(w, offset, behind > UINT64_MAX - size ? UINT64_MAX : size + behind);
		return next_known(w->f, offset);
	}
	return offset + size + behind;
}

static void walk_file(struct walk *w, const struct tl_perf_file *f)
{
	uint64_t offset = f->start;
	size_t next = 0; /* AUX data behind the last one passed */

	w->f = f;
	w->at = w->len = 0;
	w->step = STEP_MIN;
	while (!w->stopped && offset < f->end) {
		while (next < f->naux && f->aux[next].at < offset)
			next++;
		if (next < f->naux && f->aux[next].at == offset)
			offset = f->aux[next].end;
		else
			offset = one(w, offset);
	}
	if (!w->stopped && tl_perf_unpack_rest(w->unpack) && !told(w))
		tl_err_set(w->err, "%s: the compressed records end within a record", f->name);
	tl_perf_unpack_close(w->unpack);
	w->unpack = NULL;
}

bool tl_perf_visit_all(const struct tl_perf *p, tl_perf_visit *visit, void *arg, struct tl_err *err)
{
	struct walk w = { .p = p, .visit = visit, .arg = arg, .err = err };

	w.buf = malloc(BUFFER);
	if (!w.buf)
		return tl_err_nomem(err);
	for (; w.number < p->nfiles && !w.stopped; w.number++)
		walk_file(&w, &p->files[w.number]);
	free(w.buf);
	return w.stopped || !w.failed;
}

bool tl_perf_visit_part(const struct tl_perf *p, uint32_t file, uint64_t start, uint64_t end,
			tl_perf_visit *visit, void *arg, struct tl_err *err)
{
	struct walk w = { .p = p, .number = file, .visit = visit, .arg = arg, .err = err };
	struct tl_perf_file part = p->files[file];

	part.start = start;
	part.end = end < part.end ? end : part.end;
	w.buf = malloc(BUFFER);
	if (!w.buf)
		return tl_err_nomem(err);
	walk_file(&w, &part);
	free(w.buf);
	return w.stopped || !w.failed;
}
