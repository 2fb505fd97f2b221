/*
 * perfout.c: see perfout.h.
 *
 * Three layers: `stream` is a file with a buffer in front of it; a record is put on it either
 * straight or by way of the compressor, whose input is emptied before anything goes straight so
 * that the order stays; header and features are made at the beginning (pipe mode) or when the
 * file is closed, the attributes in front having got their room at the beginning.
 */
#include "tests/trace/perfout.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#define BUFFER    (1u << 18)
#define CHUNK     (32u << 10)  /* compressed it still fits a record, whatever is in it */
#define MMAP_LEN  (528u << 10) /* what perf would have mapped; unpacked chunks are smaller */
#define NAMEALIGN 64
#define HEADER    104
#define ATTR_SIZE 128 /* PERF_ATTR_SIZE_VER7 */

/* perf's own records and features; tools/lib/perf/include/perf/event.h, tools/perf/util/header.h */
enum {
	REC_HEADER_ATTR = 64,
	REC_HEADER_BUILD_ID = 67,
	REC_FINISHED_ROUND = 68,
	REC_ID_INDEX = 69,
	REC_AUXTRACE_INFO = 70,
	REC_AUXTRACE = 71,
	REC_EVENT_UPDATE = 78,
	REC_TIME_CONV = 79,
	REC_HEADER_FEATURE = 80,
	REC_COMPRESSED = 81,
};

enum {
	FEAT_BUILD_ID = 2,
	FEAT_HOSTNAME = 3,
	FEAT_OSRELEASE = 4,
	FEAT_VERSION = 5,
	FEAT_ARCH = 6,
	FEAT_NRCPUS = 7,
	FEAT_CPUID = 9,
	FEAT_CMDLINE = 11,
	FEAT_EVENT_DESC = 12,
	FEAT_PMU_MAPPINGS = 16,
	FEAT_AUXTRACE = 18,
	FEAT_SAMPLE_TIME = 21,
	FEAT_DIR_FORMAT = 24,
	FEAT_COMPRESSED = 27,
	FEAT_END = 32,
};

/* perf_event.h */
enum {
	REC_MMAP = 1,
	REC_LOST = 2,
	REC_COMM = 3,
	REC_EXIT = 4,
	REC_FORK = 7,
	REC_SAMPLE = 9,
	REC_MMAP2 = 10,
	REC_AUX = 11,
	REC_ITRACE_START = 12,
	REC_SWITCH = 14,
	REC_SWITCH_CPU_WIDE = 15,

	MISC_KERNEL = 1,
	MISC_USER = 2,
	MISC_COMM_EXEC = 1 << 13,
	MISC_SWITCH_OUT = 1 << 13,
	MISC_SWITCH_PREEMPT = 1 << 14,
	MISC_MMAP_BUILD_ID = 1 << 14,
	MISC_BUILD_ID_SIZE = 1 << 15,
};

struct stream {
	int fd;
	uint8_t *buf;
	size_t used;
	uint64_t size; /* written, buffered bytes included */
	ZSTD_CCtx *zstd;
	struct tl_buf raw;         /* records to be compressed */
	uint64_t unpacked, packed; /* bytes before and after */
};

struct perfout {
	struct perfout_options opt;
	struct stream *streams; /* `data`, then data.0 .. */
	unsigned nstreams;
	struct stream *out; /* one of them */
	struct tl_err err;
	bool failed;
	struct tl_buf record;    /* the one being made */
	struct tl_buf build_ids; /* the feature section */
	struct tl_buf index;     /* offset, size of each AUXTRACE record */
	uint64_t data_at;        /* behind header and attributes */
	uint64_t first, last;    /* times; first > last: none yet */
	/* AUX data being written */
	bool in_aux;
	uint64_t aux_at, aux_want, aux_got;
};

/* ---- bytes */

static bool failed(struct perfout *p)
{
	p->failed = true;
	return false;
}

static void nomem(struct perfout *p)
{
	if (!p->failed)
		tl_err_nomem(&p->err);
	p->failed = true;
}

static bool write_all(int fd, const uint8_t *bytes, size_t n)
{
	while (n) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		bytes += done;
		n -= (size_t)done;
	}
	return true;
}

static bool flush(struct perfout *p, struct stream *s)
{
	if (p->failed)
		return false;
	if (!write_all(s->fd, s->buf, s->used)) {
		tl_err_sys(&p->err, "cannot write the recording");
		return failed(p);
	}
	s->used = 0;
	return true;
}

static void put(struct perfout *p, struct stream *s, const void *bytes, size_t n)
{
	s->size += n;
	if (n > BUFFER - s->used && !flush(p, s))
		return;
	if (n >= BUFFER) {
		if (!p->failed && !write_all(s->fd, bytes, n)) {
			tl_err_sys(&p->err, "cannot write the recording");
			p->failed = true;
		}
		return;
	}
	if (n)
		memcpy(s->buf + s->used, bytes, n);
	s->used += n;
}

/* Bytes that were written already are written again. */
static void patch(struct perfout *p, struct stream *s, uint64_t at, const void *bytes, size_t n)
{
	if (!flush(p, s))
		return;
	if (pwrite(s->fd, bytes, n, (off_t)at) != (ssize_t)n) {
		tl_err_sys(&p->err, "cannot write the recording's header");
		p->failed = true;
	}
}

static void add(struct perfout *p, struct tl_buf *b, const void *bytes, size_t n)
{
	if (n && !tl_buf_append(b, bytes, n))
		nomem(p);
}

static void add16(struct perfout *p, struct tl_buf *b, uint16_t v)
{
	add(p, b, &v, sizeof(v));
}

static void add32(struct perfout *p, struct tl_buf *b, uint32_t v)
{
	add(p, b, &v, sizeof(v));
}

static void add64(struct perfout *p, struct tl_buf *b, uint64_t v)
{
	add(p, b, &v, sizeof(v));
}

/* `n` bytes are followed by zeros up to a multiple of `align`. */
static void add_zeros(struct perfout *p, struct tl_buf *b, size_t n, size_t align)
{
	static const uint8_t zeros[NAMEALIGN];

	add(p, b, zeros, (align - n % align) % align);
}

/* A string as records have it: NUL, then zeros to a multiple of 8. */
static void add_name(struct perfout *p, struct tl_buf *b, const char *s)
{
	add(p, b, s, strlen(s) + 1);
	add_zeros(p, b, strlen(s) + 1, 8);
}

/* A string as features have it: its length, itself, zeros. */
static void add_string(struct perfout *p, struct tl_buf *b, const char *s)
{
	size_t n = strlen(s) + 1;

	add32(p, b, (uint32_t)((n + NAMEALIGN - 1) / NAMEALIGN * NAMEALIGN));
	add(p, b, s, n);
	add_zeros(p, b, n, NAMEALIGN);
}

/* ---- records */

/* Begin a record in p->record; end_record() fills in its size. */
static struct tl_buf *begin_record(struct perfout *p, uint32_t type, uint16_t misc)
{
	p->record.len = 0;
	add32(p, &p->record, type);
	add16(p, &p->record, misc);
	add16(p, &p->record, 0);
	return &p->record;
}

static bool end_record(struct perfout *p)
{
	uint16_t size = (uint16_t)p->record.len;

	if (p->failed)
		return false;
	if (p->record.len > UINT16_MAX) {
		tl_err_set(&p->err, "a record of %zu bytes is too long", p->record.len);
		return failed(p);
	}
	memcpy(p->record.data + 6, &size, sizeof(size));
	return true;
}

static void compress_chunk(struct perfout *p, struct stream *s, const uint8_t *bytes, size_t n)
{
	size_t room = ZSTD_compressBound(n) + 64;
	struct tl_buf *b = begin_record(p, REC_COMPRESSED, 0);
	ZSTD_inBuffer in = { bytes, n, 0 };
	ZSTD_outBuffer out;

	if (!tl_buf_reserve(b, room)) {
		nomem(p);
		return;
	}
	/* One zstd stream through the whole file; each record ends with a flush. */
	out = (ZSTD_outBuffer){ b->data + b->len, room, 0 };
	if (ZSTD_compressStream2(s->zstd, &out, &in, ZSTD_e_flush)) {
		tl_err_set(&p->err, "zstd did not flush");
		p->failed = true;
		return;
	}
	b->len += out.pos;
	s->unpacked += n;
	s->packed += out.pos;
	if (end_record(p)) /* its size need not be a multiple of 8; perf 6.1 */
		put(p, s, b->data, b->len);
}

/* What waits to be compressed goes out. */
static void compress_all(struct perfout *p, struct stream *s)
{
	size_t chunk = p->opt.compress_chunk ? p->opt.compress_chunk : CHUNK;

	for (size_t at = 0; at < s->raw.len && !p->failed; at += chunk)
		compress_chunk(p, s, s->raw.data + at,
			       s->raw.len - at < chunk ? s->raw.len - at : chunk);
	s->raw.len = 0;
}

/* The record made goes out as it is. */
static void put_plain(struct perfout *p, struct stream *s)
{
	if (end_record(p))
		put(p, s, p->record.data, p->record.len);
}

/* Before a record of perf's own: those of the kernel that wait for the compressor come first. */
static struct tl_buf *begin_plain(struct perfout *p, uint32_t type, uint16_t misc)
{
	if (p->in_aux && !p->failed) {
		tl_err_set(&p->err, "a record in the middle of AUX data");
		p->failed = true;
	}
	compress_all(p, p->out);
	return begin_record(p, type, misc);
}

/* sample_id, perf_event.h: what stands behind a record of the kernel's. */
static void add_id(struct perfout *p, struct tl_buf *b, const struct perfout_id *id)
{
	const struct perfout_attr *a = &p->opt.attrs[id->attr];
	uint64_t number = id->nth < a->nids ? a->ids[id->nth] : 0;

	if (!(a->flags & PERFOUT_SAMPLE_ID_ALL))
		return;
	if (a->sample_type & PERFOUT_TID) {
		add32(p, b, (uint32_t)id->pid);
		add32(p, b, (uint32_t)id->tid);
	}
	if (a->sample_type & PERFOUT_TIME)
		add64(p, b, id->time);
	if (a->sample_type & PERFOUT_ID)
		add64(p, b, number);
	if (a->sample_type & PERFOUT_STREAM_ID)
		add64(p, b, number);
	if (a->sample_type & PERFOUT_CPU) {
		add32(p, b, (uint32_t)id->cpu);
		add32(p, b, 0);
	}
	if (a->sample_type & PERFOUT_IDENTIFIER)
		add64(p, b, number);
}

/* The record made goes out as the kernel's. */
static void put_kernel(struct perfout *p, const struct perfout_id *id)
{
	struct stream *s = p->out;

	if (p->in_aux && !p->failed) {
		tl_err_set(&p->err, "a record in the middle of AUX data");
		p->failed = true;
	}
	if (!end_record(p))
		return;
	if (id->time < p->first)
		p->first = id->time;
	if (id->time > p->last)
		p->last = id->time;
	if (!p->opt.compressed) {
		put(p, s, p->record.data, p->record.len);
		return;
	}
	add(p, &s->raw, p->record.data, p->record.len);
	if (s->raw.len >= CHUNK)
		compress_all(p, s);
}

/* ---- attributes and features */

static void add_attr(struct perfout *p, struct tl_buf *b, const struct perfout_attr *a)
{
	size_t start = b->len;

	add32(p, b, a->type);
	add32(p, b, ATTR_SIZE);
	add64(p, b, a->config);
	add64(p, b, a->sample_period ? a->sample_period : 1);
	add64(p, b, a->sample_type);
	add64(p, b, a->read_format);
	add64(p, b, a->flags);
	add64(p, b, 0); /* wakeup_events, bp_type */
	add64(p, b, a->config1);
	add64(p, b, a->config2);
	add64(p, b, 0); /* branch_sample_type */
	add64(p, b, 0); /* sample_regs_user */
	add32(p, b, 0); /* sample_stack_user */
	add32(p, b, (uint32_t)a->clockid);
	while (b->len - start < ATTR_SIZE && !p->failed)
		add64(p, b, 0);
}

static void add_event_desc(struct perfout *p, struct tl_buf *b)
{
	add32(p, b, (uint32_t)p->opt.nattrs);
	add32(p, b, ATTR_SIZE);
	for (size_t i = 0; i < p->opt.nattrs; i++) {
		const struct perfout_attr *a = &p->opt.attrs[i];

		add_attr(p, b, a);
		add32(p, b, (uint32_t)a->nids);
		add_string(p, b, a->name ? a->name : "event");
		add(p, b, a->ids, a->nids * sizeof(*a->ids));
	}
}

static void add_cmdline(struct perfout *p, struct tl_buf *b)
{
	uint32_t n = 0;

	while (p->opt.cmdline[n])
		n++;
	add32(p, b, n);
	for (uint32_t i = 0; i < n; i++)
		add_string(p, b, p->opt.cmdline[i]);
}

static uint32_t zstd_ratio(const struct perfout *p)
{
	uint64_t in = 0, out = 0;

	for (unsigned i = 0; i < p->nstreams; i++) {
		in += p->streams[i].unpacked;
		out += p->streams[i].packed;
	}
	return out ? (uint32_t)(in / out) : 1;
}

/* Append a feature section; nothing: there is no such feature here. */
static void add_feature(struct perfout *p, struct tl_buf *b, int feature)
{
	const struct perfout_options *o = &p->opt;
	const char *s = feature == FEAT_HOSTNAME    ? o->hostname
			: feature == FEAT_OSRELEASE ? o->osrelease
			: feature == FEAT_VERSION   ? o->version
			: feature == FEAT_ARCH      ? o->arch
			: feature == FEAT_CPUID     ? o->cpuid
						    : NULL;

	if (s)
		add_string(p, b, s);
	if (feature == FEAT_BUILD_ID)
		add(p, b, p->build_ids.data, p->build_ids.len);
	if (feature == FEAT_NRCPUS && o->nrcpus) {
		add32(p, b, o->nrcpus);
		add32(p, b, o->nrcpus);
	}
	if (feature == FEAT_CMDLINE && o->cmdline)
		add_cmdline(p, b);
	if (feature == FEAT_EVENT_DESC && !o->no_event_desc)
		add_event_desc(p, b);
	if (feature == FEAT_PMU_MAPPINGS && !o->no_pmu_mappings) {
		add32(p, b, 2);
		add32(p, b, 1);
		add_string(p, b, "software");
		add32(p, b, PERFOUT_PT_TYPE);
		add_string(p, b, "intel_pt");
	}
	if (feature == FEAT_AUXTRACE && p->index.len && !o->no_aux_index) {
		add64(p, b, p->index.len / 16);
		add(p, b, p->index.data, p->index.len);
	}
	if (feature == FEAT_SAMPLE_TIME && !o->no_sample_time && p->first <= p->last) {
		add64(p, b, p->first);
		add64(p, b, p->last);
	}
	if (feature == FEAT_DIR_FORMAT && o->mode == PERFOUT_DIR)
		add64(p, b, o->nfiles ? 1 : 0); /* perf record --threads; --kcore */
	if (feature == FEAT_COMPRESSED && o->compressed) {
		add32(p, b, 1); /* version */
		add32(p, b, 1); /* zstd */
		add32(p, b, 1); /* level */
		add32(p, b, zstd_ratio(p));
		add32(p, b, MMAP_LEN);
	}
}

/* Header, the ids of each attribute, the attributes: room for them, or themselves. */
static void make_header(struct perfout *p, struct tl_buf *b, uint64_t data_size,
			const uint64_t features[4])
{
	uint64_t nids = 0, at = HEADER;

	for (size_t i = 0; i < p->opt.nattrs; i++)
		nids += p->opt.attrs[i].nids;
	p->data_at = HEADER + nids * 8 + p->opt.nattrs * (ATTR_SIZE + 16);
	add(p, b, "PERFILE2", 8);
	add64(p, b, HEADER);
	add64(p, b, ATTR_SIZE + 16);
	add64(p, b, HEADER + nids * 8);
	add64(p, b, p->opt.nattrs * (ATTR_SIZE + 16));
	add64(p, b, p->data_at);
	add64(p, b, data_size);
	add64(p, b, 0); /* event types: not used any more */
	add64(p, b, 0);
	add(p, b, features, 32);
	for (size_t i = 0; i < p->opt.nattrs; i++)
		add(p, b, p->opt.attrs[i].ids, p->opt.attrs[i].nids * 8);
	for (size_t i = 0; i < p->opt.nattrs; i++) {
		add_attr(p, b, &p->opt.attrs[i]);
		add64(p, b, at);
		add64(p, b, p->opt.attrs[i].nids * 8);
		at += p->opt.attrs[i].nids * 8;
	}
}

/* File mode: the features behind the data, then the header again as it should be. */
static void finish_file(struct perfout *p)
{
	struct stream *s = p->streams;
	uint64_t data_size = s->size - p->data_at;
	uint64_t features[4] = { 0 }, nfeatures = 0, at;
	struct tl_buf sections = TL_BUF_INIT, table = TL_BUF_INIT, head = TL_BUF_INIT;

	for (int f = 0; f < FEAT_END; f++) {
		size_t before = sections.len;

		add_feature(p, &sections, f);
		if (sections.len == before)
			continue;
		features[0] |= 1ull << f;
		nfeatures++;
		add64(p, &table, before);
		add64(p, &table, sections.len - before);
	}
	at = s->size + nfeatures * 16;
	for (uint64_t i = 0; i < nfeatures && !p->failed; i++) {
		uint64_t offset;

		memcpy(&offset, table.data + i * 16, 8);
		offset += at;
		memcpy(table.data + i * 16, &offset, 8);
	}
	put(p, s, table.data, table.len);
	put(p, s, sections.data, sections.len);
	make_header(p, &head, data_size, features);
	patch(p, s, 0, head.data, head.len);
	tl_buf_fini(&sections);
	tl_buf_fini(&table);
	tl_buf_fini(&head);
}

/* Pipe mode: what the header would tell comes as records, at the beginning. */
static void begin_pipe(struct perfout *p)
{
	struct stream *s = p->streams;
	uint64_t size = 16;

	put(p, s, "PERFILE2", 8);
	put(p, s, &size, 8);
	for (size_t i = 0; i < p->opt.nattrs; i++) {
		const struct perfout_attr *a = &p->opt.attrs[i];
		struct tl_buf *b = begin_record(p, REC_HEADER_ATTR, 0);

		add_attr(p, b, a);
		add(p, b, a->ids, a->nids * 8);
		put_plain(p, s);
	}
	for (int f = 0; f < FEAT_END; f++) {
		struct tl_buf *b = begin_record(p, REC_HEADER_FEATURE, 0);

		add64(p, b, (uint64_t)f);
		add_feature(p, b, f);
		if (b->len == 16)
			continue;
		add_zeros(p, b, b->len, 8);
		put_plain(p, s);
	}
	for (size_t i = 0; i < p->opt.nattrs; i++) {
		const struct perfout_attr *a = &p->opt.attrs[i];
		struct tl_buf *b = begin_record(p, REC_EVENT_UPDATE, 0);

		if (!a->name || !a->nids)
			continue;
		add64(p, b, 2); /* PERF_EVENT_UPDATE__NAME */
		add64(p, b, a->ids[0]);
		add_name(p, b, a->name);
		put_plain(p, s);
	}
}

/* ---- open and close */

static bool open_stream(struct perfout *p, struct stream *s, const char *path)
{
	s->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (s->fd < 0) {
		tl_err_sys(&p->err, "cannot create '%s'", path);
		return failed(p);
	}
	s->buf = malloc(BUFFER);
	if (p->opt.compressed)
		s->zstd = ZSTD_createCCtx();
	if (!s->buf || (p->opt.compressed && !s->zstd)) {
		nomem(p);
		return false;
	}
	return true;
}

static bool open_streams(struct perfout *p, const char *path)
{
	char *name;
	bool ok = true;

	if (p->opt.mode != PERFOUT_DIR)
		return open_stream(p, &p->streams[0], path);
	if (mkdir(path, 0777) && errno != EEXIST) {
		tl_err_sys(&p->err, "cannot create the folder '%s'", path);
		return failed(p);
	}
	name = malloc(strlen(path) + 32);
	if (!name) {
		nomem(p);
		return false;
	}
	for (unsigned i = 0; i < p->nstreams && ok; i++) {
		strcpy(name, path);
		strcat(name, "/data");
		if (i)
			sprintf(name + strlen(name), ".%u", i - 1);
		ok = open_stream(p, &p->streams[i], name);
	}
	free(name);
	return ok;
}

bool perfout_open(const char *path, const struct perfout_options *options, struct perfout **out,
		  struct tl_err *err)
{
	static const uint64_t none[4];
	struct tl_buf head = TL_BUF_INIT;
	struct perfout *p = calloc(1, sizeof(*p));

	if (!p)
		return tl_err_nomem(err);
	p->opt = *options;
	p->first = UINT64_MAX;
	if (p->opt.compress_chunk > CHUNK)
		p->opt.compress_chunk = CHUNK;
	p->nstreams = 1 + (p->opt.mode == PERFOUT_DIR ? p->opt.nfiles : 0);
	p->streams = calloc(p->nstreams, sizeof(*p->streams));
	if (!p->streams) {
		free(p);
		return tl_err_nomem(err);
	}
	for (unsigned i = 0; i < p->nstreams; i++)
		p->streams[i].fd = -1;
	p->out = p->streams;
	if (!open_streams(p, path))
		goto fail;
	if (p->opt.mode == PERFOUT_PIPE) {
		begin_pipe(p);
	} else {
		make_header(p, &head, 0, none);
		put(p, p->streams, head.data, head.len);
		tl_buf_fini(&head);
	}
	if (p->failed)
		goto fail;
	*out = p;
	return true;
fail:
	p->failed = true;
	return perfout_close(p, err);
}

bool perfout_close(struct perfout *p, struct tl_err *err)
{
	bool ok;

	if (!p)
		return true;
	if (p->in_aux && !p->failed) {
		tl_err_set(&p->err, "closed in the middle of AUX data");
		p->failed = true;
	}
	for (unsigned i = 0; i < p->nstreams && !p->failed; i++)
		compress_all(p, &p->streams[i]);
	if (p->opt.mode != PERFOUT_PIPE && !p->failed)
		finish_file(p);
	for (unsigned i = 0; i < p->nstreams; i++) {
		struct stream *s = &p->streams[i];

		if (!p->failed)
			flush(p, s);
		if (s->fd >= 0 && close(s->fd) && !p->failed) {
			tl_err_sys(&p->err, "cannot write the recording");
			p->failed = true;
		}
		free(s->buf);
		ZSTD_freeCCtx(s->zstd);
		tl_buf_fini(&s->raw);
	}
	ok = !p->failed;
	if (!ok && err)
		*err = p->err;
	tl_buf_fini(&p->record);
	tl_buf_fini(&p->build_ids);
	tl_buf_fini(&p->index);
	free(p->streams);
	free(p);
	return ok;
}

bool perfout_ok(const struct perfout *p)
{
	return !p->failed;
}

uint64_t perfout_size(const struct perfout *p)
{
	return p->out->size + p->out->raw.len;
}

void perfout_file(struct perfout *p, int file)
{
	if (file + 1 >= 0 && (unsigned)(file + 1) < p->nstreams) {
		p->out = &p->streams[file + 1];
	} else if (!p->failed) {
		tl_err_set(&p->err, "there is no file data.%d", file);
		p->failed = true;
	}
}

/* ---- what is usual */

void perfout_usual(struct perfout_usual *store, uint64_t config, unsigned percpu,
		   struct perfout_options *options)
{
	static const char *const cmdline[] = { "perf", "record", "-e", "intel_pt//u", NULL };
	uint64_t type = PERFOUT_IP | PERFOUT_TID | PERFOUT_TIME | PERFOUT_IDENTIFIER |
			(percpu ? PERFOUT_CPU : 0);
	uint64_t flags = PERFOUT_DISABLED | PERFOUT_EXCLUDE_KERNEL | PERFOUT_EXCLUDE_HV |
			 PERFOUT_ENABLE_ON_EXEC | PERFOUT_SAMPLE_ID_ALL;
	unsigned n = percpu < 1 ? 1 : percpu < 64 ? percpu : 64;

	for (unsigned i = 0; i < n; i++) {
		store->ids[0][i] = 100 + i;
		store->ids[1][i] = 200 + i;
	}
	store->attrs[0] = (struct perfout_attr){
		.name = "intel_pt//u",
		.type = PERFOUT_PT_TYPE,
		.config = config,
		.sample_type = type,
		.read_format = 4, /* PERF_FORMAT_ID */
		.flags = flags,
		.ids = store->ids[0],
		.nids = n,
	};
	store->attrs[1] = (struct perfout_attr){
		.name = "dummy:u",
		.type = 1,   /* PERF_TYPE_SOFTWARE */
		.config = 9, /* PERF_COUNT_SW_DUMMY */
		.sample_type = type,
		.read_format = 4,
		.flags = flags | PERFOUT_MMAP | PERFOUT_COMM | PERFOUT_TASK | PERFOUT_MMAP2 |
			 PERFOUT_COMM_EXEC | (percpu ? PERFOUT_CONTEXT_SWITCH : 0),
		.ids = store->ids[1],
		.nids = n,
	};
	*options = (struct perfout_options){
		.attrs = store->attrs,
		.nattrs = 2,
		.hostname = "tracer",
		.osrelease = "6.1.0",
		.version = "6.1.0",
		.arch = "x86_64",
		.cpuid = "GenuineIntel,6,94,3",
		.cmdline = cmdline,
		.nrcpus = n,
	};
}

void perfout_pt_usual(struct perfout_pt *pt, bool percpu)
{
	*pt = (struct perfout_pt){
		.time_shift = 31,
		/* 2^31 * 10^9 / (24 MHz * 168 / 2), rounded */
		.time_mult = 1065220063,
		.time_zero = 12345000000000,
		.have_sched_switch = percpu ? 2 : 0,
		.per_cpu_mmaps = percpu,
		.tsc_ctc_n = 168,
		.tsc_ctc_d = 2,
		.max_nonturbo_ratio = 20,
	};
}

/* perf_event.h on time_zero */
uint64_t perfout_tsc_to_ns(const struct perfout_pt *pt, uint64_t tsc)
{
	uint64_t quot = tsc >> pt->time_shift;
	uint64_t rem = tsc & ((1ull << pt->time_shift) - 1);

	return pt->time_zero + quot * pt->time_mult + ((rem * pt->time_mult) >> pt->time_shift);
}

uint64_t perfout_ns_to_tsc(const struct perfout_pt *pt, uint64_t ns)
{
	uint64_t t = ns - pt->time_zero;
	uint64_t quot = t / pt->time_mult, rem = t % pt->time_mult;

	return (quot << pt->time_shift) +
	       ((rem << pt->time_shift) + pt->time_mult - 1) / pt->time_mult;
}

/* ---- perf's own records */

void perfout_plain(struct perfout *p, uint32_t type, uint16_t misc, const void *body, size_t len)
{
	struct tl_buf *b = begin_plain(p, type, misc);

	add(p, b, body, len);
	add_zeros(p, b, len, 8);
	put_plain(p, p->out);
}

/* struct perf_record_auxtrace_info and the enum in tools/perf/util/intel-pt.h */
void perfout_auxtrace_info(struct perfout *p, const struct perfout_pt *pt)
{
	struct tl_buf *b = begin_plain(p, REC_AUXTRACE_INFO, 0);
	const char *filter = pt->filter ? pt->filter : "";
	size_t len = *filter ? strlen(filter) + 1 : 0;

	add32(p, b, 1); /* PERF_AUXTRACE_INTEL_PT */
	add32(p, b, 0);
	add64(p, b, PERFOUT_PT_TYPE);
	add64(p, b, pt->time_shift);
	add64(p, b, pt->time_mult);
	add64(p, b, pt->time_zero);
	add64(p, b, 1); /* cap_user_time_zero */
	add64(p, b, PERFOUT_PT_TSC);
	add64(p, b, PERFOUT_PT_NORETCOMP);
	add64(p, b, (uint64_t)pt->have_sched_switch);
	add64(p, b, pt->snapshot_mode);
	add64(p, b, pt->per_cpu_mmaps);
	add64(p, b, PERFOUT_PT_MTC);
	add64(p, b, 15u << PERFOUT_PT_MTC_PERIOD);
	add64(p, b, pt->tsc_ctc_n);
	add64(p, b, pt->tsc_ctc_d);
	add64(p, b, PERFOUT_PT_CYC);
	add64(p, b, pt->max_nonturbo_ratio);
	add64(p, b, (len + 7) / 8 * 8);
	add(p, b, filter, len);
	add_zeros(p, b, len, 8);
	add64(p, b, pt->event_trace);
	put_plain(p, p->out);
}

void perfout_time_conv(struct perfout *p, const struct perfout_pt *pt)
{
	struct tl_buf *b = begin_plain(p, REC_TIME_CONV, 0);

	add64(p, b, pt->time_shift);
	add64(p, b, pt->time_mult);
	add64(p, b, pt->time_zero);
	add64(p, b, 0);          /* time_cycles */
	add64(p, b, UINT64_MAX); /* time_mask */
	add64(p, b, 1);          /* cap_user_time_zero, cap_user_time_short */
	put_plain(p, p->out);
}

void perfout_id_index(struct perfout *p, const struct perfout_id_entry *entries, size_t n)
{
	struct tl_buf *b = begin_plain(p, REC_ID_INDEX, 0);

	add64(p, b, n);
	for (size_t i = 0; i < n; i++) {
		add64(p, b, entries[i].id);
		add64(p, b, entries[i].idx);
		add64(p, b, (uint64_t)entries[i].cpu);
		add64(p, b, (uint64_t)entries[i].tid);
	}
	put_plain(p, p->out);
}

void perfout_finished_round(struct perfout *p)
{
	begin_plain(p, REC_FINISHED_ROUND, 0);
	put_plain(p, p->out);
}

void perfout_build_id(struct perfout *p, const char *path, int32_t pid, bool kernel,
		      const uint8_t *id, size_t len)
{
	uint8_t bytes[24] = { 0 };
	bool pipe = p->opt.mode == PERFOUT_PIPE;
	uint16_t misc = (uint16_t)(MISC_BUILD_ID_SIZE | (kernel ? MISC_KERNEL : MISC_USER));
	/* perf leaves the type 0 in the feature section */
	struct tl_buf *b = begin_plain(p, pipe ? REC_HEADER_BUILD_ID : 0, misc);

	if (len > 20)
		len = 20;
	memcpy(bytes, id, len);
	bytes[20] = (uint8_t)len;
	add32(p, b, (uint32_t)pid);
	add(p, b, bytes, sizeof(bytes));
	add(p, b, path, strlen(path) + 1);
	add_zeros(p, b, strlen(path) + 1, NAMEALIGN);
	if (pipe) {
		/* header and pid make 12 bytes, the name a multiple of 64 */
		add_zeros(p, b, b->len, 8);
		put_plain(p, p->out);
	} else if (end_record(p)) {
		add(p, &p->build_ids, b->data, b->len);
	}
}

/* ---- AUX data */

static void note_in_index(struct perfout *p, uint64_t size)
{
	if (p->out != p->streams)
		return; /* perf indexes `data` only */
	add64(p, &p->index, p->out->size);
	add64(p, &p->index, size);
}

void perfout_auxtrace_begin(struct perfout *p, uint64_t size, uint64_t offset, uint64_t reference,
			    uint32_t idx, int32_t tid, int32_t cpu)
{
	struct tl_buf *b = begin_plain(p, REC_AUXTRACE, 0);

	if (size == PERFOUT_UNKNOWN && p->opt.mode == PERFOUT_PIPE && !p->failed) {
		tl_err_set(&p->err, "AUX data of unknown size in a pipe");
		p->failed = true;
	}
	add64(p, b, size == PERFOUT_UNKNOWN ? 0 : (size + 7) / 8 * 8);
	add64(p, b, offset);
	add64(p, b, reference);
	add32(p, b, idx);
	add32(p, b, (uint32_t)tid);
	add32(p, b, (uint32_t)cpu);
	add32(p, b, 0);
	note_in_index(p, b->len);
	p->in_aux = true;
	p->aux_at = p->out->size;
	p->aux_want = size;
	p->aux_got = 0;
	put_plain(p, p->out);
}

void perfout_auxtrace_bytes(struct perfout *p, const void *bytes, size_t n)
{
	p->aux_got += n;
	put(p, p->out, bytes, n);
}

void perfout_auxtrace_end(struct perfout *p)
{
	static const uint8_t zeros[8];
	uint64_t size = (p->aux_got + 7) / 8 * 8;

	put(p, p->out, zeros, size - p->aux_got);
	p->in_aux = false;
	if (p->aux_want == PERFOUT_UNKNOWN) {
		patch(p, p->out, p->aux_at + 8, &size, sizeof(size));
	} else if (p->aux_want != p->aux_got && !p->failed) {
		tl_err_set(&p->err, "%llu bytes of AUX data, but %llu were told",
			   (unsigned long long)p->aux_got, (unsigned long long)p->aux_want);
		p->failed = true;
	}
}

void perfout_auxtrace(struct perfout *p, const void *bytes, size_t n, uint64_t offset,
		      uint64_t reference, uint32_t idx, int32_t tid, int32_t cpu)
{
	perfout_auxtrace_begin(p, n, offset, reference, idx, tid, cpu);
	perfout_auxtrace_bytes(p, bytes, n);
	perfout_auxtrace_end(p);
}

void perfout_auxtrace_copy(struct perfout *p, int fd, uint64_t at, uint64_t size, uint64_t offset,
			   uint64_t reference, uint32_t idx, int32_t tid, int32_t cpu)
{
	uint8_t *chunk = malloc(BUFFER);
	uint64_t done = 0;

	if (!chunk) {
		nomem(p);
		return;
	}
	perfout_auxtrace_begin(p, size, offset, reference, idx, tid, cpu);
	while (done < size && !p->failed) {
		size_t want = size - done < BUFFER ? (size_t)(size - done) : BUFFER;
		ssize_t got = pread(fd, chunk, want, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			tl_err_sys(&p->err, "cannot read AUX data");
			p->failed = true;
		} else if (!got) {
			break; /* end() says how much there was */
		} else {
			perfout_auxtrace_bytes(p, chunk, (size_t)got);
			done += (uint64_t)got;
		}
	}
	perfout_auxtrace_end(p);
	free(chunk);
}

/* ---- the kernel's records */

void perfout_record(struct perfout *p, uint32_t type, uint16_t misc, const void *body, size_t len,
		    const struct perfout_id *id)
{
	struct tl_buf *b = begin_record(p, type, misc);

	add(p, b, body, len);
	add_zeros(p, b, len, 8);
	add_id(p, b, id);
	put_kernel(p, id);
}

void perfout_comm(struct perfout *p, int32_t pid, int32_t tid, const char *comm, bool exec,
		  const struct perfout_id *id)
{
	struct tl_buf *b = begin_record(p, REC_COMM, exec ? MISC_COMM_EXEC : 0);

	add32(p, b, (uint32_t)pid);
	add32(p, b, (uint32_t)tid);
	add_name(p, b, comm);
	add_id(p, b, id);
	put_kernel(p, id);
}

void perfout_mmap(struct perfout *p, int32_t pid, int32_t tid, uint64_t addr, uint64_t len,
		  uint64_t pgoff, const char *path, const struct perfout_id *id)
{
	struct tl_buf *b = begin_record(p, REC_MMAP, pid < 0 ? MISC_KERNEL : MISC_USER);

	add32(p, b, (uint32_t)pid);
	add32(p, b, (uint32_t)tid);
	add64(p, b, addr);
	add64(p, b, len);
	add64(p, b, pgoff);
	add_name(p, b, path);
	add_id(p, b, id);
	put_kernel(p, id);
}

void perfout_mmap2(struct perfout *p, const struct perfout_mmap2 *m, const struct perfout_id *id)
{
	uint16_t misc = m->pid < 0 ? MISC_KERNEL : MISC_USER;
	struct tl_buf *b;

	if (m->build_id)
		misc |= MISC_MMAP_BUILD_ID;
	b = begin_record(p, REC_MMAP2, misc);
	add32(p, b, (uint32_t)m->pid);
	add32(p, b, (uint32_t)m->tid);
	add64(p, b, m->addr);
	add64(p, b, m->len);
	add64(p, b, m->pgoff);
	if (m->build_id) {
		uint8_t bytes[24] = { 0 };

		bytes[0] = (uint8_t)(m->build_id_len < 20 ? m->build_id_len : 20);
		memcpy(bytes + 4, m->build_id, bytes[0]);
		add(p, b, bytes, sizeof(bytes));
	} else {
		add32(p, b, m->maj);
		add32(p, b, m->min);
		add64(p, b, m->inode);
		add64(p, b, m->generation);
	}
	add32(p, b, m->prot ? m->prot : 5);
	add32(p, b, m->flags ? m->flags : 2);
	add_name(p, b, m->path);
	add_id(p, b, id);
	put_kernel(p, id);
}

static void task(struct perfout *p, uint32_t type, const int32_t who[4], uint64_t time,
		 const struct perfout_id *id)
{
	struct tl_buf *b = begin_record(p, type, 0);

	add(p, b, who, 4 * sizeof(*who));
	add64(p, b, time);
	add_id(p, b, id);
	put_kernel(p, id);
}

void perfout_fork(struct perfout *p, int32_t pid, int32_t ppid, int32_t tid, int32_t ptid,
		  uint64_t time, const struct perfout_id *id)
{
	task(p, REC_FORK, (int32_t[]){ pid, ppid, tid, ptid }, time, id);
}

void perfout_exit(struct perfout *p, int32_t pid, int32_t ppid, int32_t tid, int32_t ptid,
		  uint64_t time, const struct perfout_id *id)
{
	task(p, REC_EXIT, (int32_t[]){ pid, ppid, tid, ptid }, time, id);
}

void perfout_itrace_start(struct perfout *p, int32_t pid, int32_t tid, const struct perfout_id *id)
{
	int32_t body[2] = { pid, tid };

	perfout_record(p, REC_ITRACE_START, 0, body, sizeof(body), id);
}

void perfout_aux(struct perfout *p, uint64_t offset, uint64_t size, uint64_t flags,
		 const struct perfout_id *id)
{
	uint64_t body[3] = { offset, size, flags };

	perfout_record(p, REC_AUX, 0, body, sizeof(body), id);
}

static uint16_t switch_misc(bool out, bool preempted)
{
	return (uint16_t)((out ? MISC_SWITCH_OUT : 0) | (preempted ? MISC_SWITCH_PREEMPT : 0));
}

void perfout_switch(struct perfout *p, bool out, bool preempted, const struct perfout_id *id)
{
	perfout_record(p, REC_SWITCH, switch_misc(out, preempted), NULL, 0, id);
}

void perfout_switch_cpu_wide(struct perfout *p, bool out, bool preempted, int32_t other_pid,
			     int32_t other_tid, const struct perfout_id *id)
{
	int32_t body[2] = { other_pid, other_tid };

	perfout_record(p, REC_SWITCH_CPU_WIDE, switch_misc(out, preempted), body, sizeof(body), id);
}

void perfout_lost(struct perfout *p, uint64_t event_id, uint64_t lost, const struct perfout_id *id)
{
	uint64_t body[2] = { event_id, lost };

	perfout_record(p, REC_LOST, 0, body, sizeof(body), id);
}

/* PERF_RECORD_SAMPLE has the id's parts among its own, in an order of its own; perf_event.h. */
void perfout_sample(struct perfout *p, const struct perfout_sample *s, const struct perfout_id *id)
{
	const struct perfout_attr *a = &p->opt.attrs[id->attr];
	uint64_t type = a->sample_type, number = id->nth < a->nids ? a->ids[id->nth] : 0;
	struct tl_buf *b = begin_record(p, REC_SAMPLE, s->misc ? s->misc : MISC_USER);

	if (type & PERFOUT_IDENTIFIER)
		add64(p, b, number);
	if (type & PERFOUT_IP)
		add64(p, b, s->ip);
	if (type & PERFOUT_TID) {
		add32(p, b, (uint32_t)id->pid);
		add32(p, b, (uint32_t)id->tid);
	}
	if (type & PERFOUT_TIME)
		add64(p, b, id->time);
	if (type & PERFOUT_ADDR)
		add64(p, b, s->addr);
	if (type & PERFOUT_ID)
		add64(p, b, number);
	if (type & PERFOUT_STREAM_ID)
		add64(p, b, number);
	if (type & PERFOUT_CPU) {
		add32(p, b, (uint32_t)id->cpu);
		add32(p, b, 0);
	}
	if (type & PERFOUT_PERIOD)
		add64(p, b, s->period);
	if (type & PERFOUT_READ)
		add64(p, b, 0);
	if (type & PERFOUT_CALLCHAIN) {
		add64(p, b, s->nchain);
		add(p, b, s->chain, s->nchain * sizeof(*s->chain));
	}
	if (type & PERFOUT_RAW) {
		add32(p, b, s->raw_len);
		add(p, b, s->raw, s->raw_len);
		add_zeros(p, b, s->raw_len + 4u, 8);
	}
	put_kernel(p, id);
}
