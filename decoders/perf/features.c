/*
 * features.c: what perf tells about a recording behind its data (or, in pipe mode, in FEATURE
 * records of the same content): the machine, the command, names of events, build-ids.
 * Each section is on its own: a broken one is left out.
 * Layout: tools/perf/Documentation/perf.data-file-format.txt, HEADER_*.
 */
#include "base/bytes.h"
#include "decoders/perf/recording.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SECTION 16 /* offset and size of a section, in the table */

#define MISC_BUILD_ID_SIZE (1u << 15) /* PERF_RECORD_MISC_BUILD_ID_SIZE */
#define BUILD_ID_HEAD      28         /* pid and 24 bytes for the id; the path follows */

#define UPDATE_NAME 2 /* PERF_EVENT_UPDATE__NAME */

/* Bytes that are eaten from the front; once `bad`, they give nothing. */
struct bytes {
	const uint8_t *at;
	size_t left;
	bool bad;
};

static const uint8_t *take(struct bytes *b, size_t n)
{
	const uint8_t *at = b->at;

	if (b->bad || n > b->left) {
		b->bad = true;
		return NULL;
	}
	b->at += n;
	b->left -= n;
	return at;
}

static uint32_t take32(struct bytes *b)
{
	const uint8_t *p = take(b, 4);

	return p ? tl_get32(p) : 0;
}

static uint64_t take64(struct bytes *b)
{
	const uint8_t *p = take(b, 8);

	return p ? tl_get64(p) : 0;
}

/* A string with its (padded) length before it. */
static const uint8_t *take_string(struct bytes *b, size_t *n)
{
	*n = take32(b);
	return take(b, *n);
}

/* False: no memory. */
static bool keep_string(struct tl_perf *p, struct bytes *b, const char **out)
{
	size_t n;
	const uint8_t *s = take_string(b, &n);

	if (!s)
		return true;
	*out = tl_perf_keep_string(p, s, n);
	return *out != NULL;
}

/* The arguments of the command, joined by spaces. */
static bool add_cmdline(struct tl_perf *p, struct bytes *b)
{
	struct tl_buf line = TL_BUF_INIT;
	uint32_t argc = take32(b);
	bool ok = true;

	for (uint32_t i = 0; i < argc && !b->bad && ok; i++) {
		size_t n;
		const uint8_t *s = take_string(b, &n);

		if (s)
			ok = (i == 0 || tl_buf_putc(&line, ' ')) &&
			     tl_buf_append(&line, s, strnlen((const char *)s, n));
	}
	if (ok && line.len > 0) {
		p->features.cmdline = tl_perf_keep_string(p, line.data, line.len);
		ok = p->features.cmdline != NULL;
	}
	tl_buf_fini(&line);
	return ok;
}

static bool add_event_desc(struct tl_perf *p, struct bytes *b)
{
	uint32_t n = take32(b), attr_size = take32(b);

	for (uint32_t i = 0; i < n && !b->bad; i++) {
		const uint8_t *attr = take(b, attr_size), *name, *ids;
		uint32_t nids = take32(b);
		size_t len;

		name = take_string(b, &len);
		ids = nids <= b->left / 8 ? take(b, (size_t)nids * 8) : take(b, SIZE_MAX);
		if (!attr || !name || !ids)
			break;
		if (!tl_perf_name_attr(p, nids > 0 ? tl_get64(ids) : 0, i, name, len))
			return false;
	}
	return true;
}

bool tl_perf_add_build_id(struct tl_perf *p, uint16_t misc, const uint8_t *bytes, size_t n)
{
	struct tl_perf_build_id *ids = (struct tl_perf_build_id *)p->features.build_ids, *id;

	if (n < BUILD_ID_HEAD || p->features.nbuild_ids >= TL_PERF_MAX_IDS)
		return true;
	if (!tl_perf_grow((void **)&ids, p->features.nbuild_ids, &p->build_id_cap, sizeof(*ids)))
		return false;
	p->features.build_ids = ids;
	id = &ids[p->features.nbuild_ids];
	*id = (struct tl_perf_build_id){
		.pid = (int32_t)tl_get32(bytes),
		.misc = misc,
		.len = TL_PERF_BUILD_ID,
		.path = tl_perf_keep_string(p, bytes + BUILD_ID_HEAD, n - BUILD_ID_HEAD),
	};
	if (misc & MISC_BUILD_ID_SIZE && bytes[4 + TL_PERF_BUILD_ID] < TL_PERF_BUILD_ID)
		id->len = bytes[4 + TL_PERF_BUILD_ID];
	memcpy(id->id, bytes + 4, id->len);
	if (!id->path)
		return false;
	p->features.nbuild_ids++;
	return true;
}

/* A row of records with headers. */
static bool add_build_ids(struct tl_perf *p, struct bytes *b)
{
	while (b->left > 0) {
		const uint8_t *head = take(b, 8), *body;
		size_t size = head ? tl_get16(head + 6) : 0;

		if (size < 8 || !(body = take(b, size - 8))) {
			b->bad = true;
			return true;
		}
		if (!tl_perf_add_build_id(p, tl_get16(head + 4), body, size - 8))
			return false;
	}
	return true;
}

bool tl_perf_add_feature(struct tl_perf *p, unsigned feature, const uint8_t *bytes, size_t n)
{
	struct tl_perf_features *f = &p->features;
	struct bytes b = { bytes, n, false };
	bool ok = true;

	switch (feature) {
	case TL_PERF_FEATURE_BUILD_ID:
		ok = add_build_ids(p, &b);
		break;
	case TL_PERF_FEATURE_HOSTNAME:
		ok = keep_string(p, &b, &f->hostname);
		break;
	case TL_PERF_FEATURE_OSRELEASE:
		ok = keep_string(p, &b, &f->osrelease);
		break;
	case TL_PERF_FEATURE_VERSION:
		ok = keep_string(p, &b, &f->version);
		break;
	case TL_PERF_FEATURE_ARCH:
		ok = keep_string(p, &b, &f->arch);
		break;
	case TL_PERF_FEATURE_NRCPUS:
		f->nrcpus_avail = take32(&b);
		f->nrcpus_online = take32(&b);
		break;
	case TL_PERF_FEATURE_CPUID:
		ok = keep_string(p, &b, &f->cpuid);
		break;
	case TL_PERF_FEATURE_CMDLINE:
		ok = add_cmdline(p, &b);
		break;
	case TL_PERF_FEATURE_EVENT_DESC:
		ok = add_event_desc(p, &b);
		break;
	case TL_PERF_FEATURE_SAMPLE_TIME:
		f->time_first = take64(&b);
		f->time_last = take64(&b);
		break;
	default:
		break;
	}
	if (ok && b.bad)
		ok = tl_perf_complain(p, p->files[0].name, "feature %u is shorter than it says",
				      feature);
	return ok;
}

bool tl_perf_update_event(struct tl_perf *p, const uint8_t *bytes, size_t n)
{
	if (n < 16 || tl_get64(bytes) != UPDATE_NAME)
		return true;
	return tl_perf_name_attr(p, tl_get64(bytes + 8), SIZE_MAX, bytes + 16, n - 16);
}

/* A section's bytes and what they tell. */
static bool read_section(struct tl_perf *p, unsigned feature, uint64_t offset, uint64_t size)
{
	uint8_t *bytes = malloc(size > 0 ? size : 1);
	bool ok;

	if (!bytes)
		return false;
	if (tl_perf_pread(p->files[0].fd, bytes, size, offset))
		ok = tl_perf_add_feature(p, feature, bytes, size);
	else
		ok = tl_perf_complain(p, p->files[0].name,
				      "cannot read feature %u at byte %" PRIu64, feature, offset);
	free(bytes);
	return ok;
}

/* Those whose bytes are read whole. */
static bool wanted(unsigned feature)
{
	switch (feature) {
	case TL_PERF_FEATURE_BUILD_ID:
	case TL_PERF_FEATURE_HOSTNAME:
	case TL_PERF_FEATURE_OSRELEASE:
	case TL_PERF_FEATURE_VERSION:
	case TL_PERF_FEATURE_ARCH:
	case TL_PERF_FEATURE_NRCPUS:
	case TL_PERF_FEATURE_CPUID:
	case TL_PERF_FEATURE_CMDLINE:
	case TL_PERF_FEATURE_EVENT_DESC:
	case TL_PERF_FEATURE_SAMPLE_TIME:
		return true;
	default:
		return false;
	}
}

bool tl_perf_read_features(struct tl_perf *p, uint64_t table, const uint64_t bits[4],
			   uint64_t file_size, uint64_t *index, uint64_t *index_size)
{
	unsigned missing = 0;
	uint64_t first_missing = 0;

	for (unsigned i = 0; i < TL_PERF_FEATURES; i++) {
		uint64_t offset = table, size = 0;
		uint8_t row[SECTION];
		bool there;

		if (!(bits[i / 64] >> (i % 64) & 1))
			continue;
		there = tl_perf_pread(p->files[0].fd, row, sizeof(row), table);
		table += sizeof(row);
		if (there) {
			offset = tl_get64(row);
			size = tl_get64(row + 8);
			there = offset <= file_size && size <= file_size - offset &&
				(!wanted(i) || size <= TL_PERF_MAX_SECTION);
		}
		if (!there) {
			if (missing++ == 0)
				first_missing = offset;
		} else if (i == TL_PERF_FEATURE_AUXTRACE) {
			*index = offset;
			*index_size = size;
		} else if (wanted(i) && !read_section(p, i, offset, size)) {
			return false;
		}
	}
	return missing == 0 ||
	       tl_perf_complain(p, p->files[0].name,
				"%u of its features, from byte %" PRIu64
				" on, are not in the file, which ends at byte %" PRIu64,
				missing, first_missing, file_size);
}
