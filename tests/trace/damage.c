/*
 * damage.c: see damage.h.
 *
 * The file is looked through once for its parts: stretches of AUX data, records, and fields
 * whose value other bytes are found by.  What to damage is picked from these lists.  Nothing
 * found in the file is trusted: it may be damaged already.
 */
#include "tests/trace/damage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	REC_HEADER_ATTR = 64,
	REC_ID_INDEX = 69,
	REC_AUXTRACE_INFO = 70,
	REC_AUXTRACE = 71,
	REC_HEADER_FEATURE = 80,
	REC_MMAP2 = 10,
	REC_AUX = 11,

	FEAT_EVENT_DESC = 12,
	FEAT_AUXTRACE = 18,
};

struct part { /* a record (with its AUX data), or a stretch of AUX data, or a field */
	uint64_t at, size;
	const char *name; /* of a field */
};

struct list {
	struct part *v;
	size_t n, cap;
};

struct parts {
	struct tl_buf *file;
	struct list records, aux, fields;
	bool nomem;
	uint64_t rng;
};

static uint64_t rnd(struct parts *p) /* splitmix64 */
{
	uint64_t z = (p->rng += 0x9e3779b97f4a7c15u);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static uint64_t below(struct parts *p, uint64_t n)
{
	return n ? rnd(p) % n : 0;
}

/* A number of the file; 0 where there is none. */
static uint64_t get(const struct parts *p, uint64_t at, unsigned width)
{
	uint64_t v = 0;

	if (at <= p->file->len && width <= p->file->len - at)
		memcpy(&v, p->file->data + at, width);
	return v;
}

static void set(struct parts *p, uint64_t at, unsigned width, uint64_t v)
{
	if (at <= p->file->len && width <= p->file->len - at)
		memcpy(p->file->data + at, &v, width);
}

static void add(struct parts *p, struct list *l, uint64_t at, uint64_t size, const char *name)
{
	if (at > p->file->len || size > p->file->len - at || !size)
		return;
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 256;
		struct part *v = realloc(l->v, cap * sizeof(*v));

		if (!v) {
			p->nomem = true;
			return;
		}
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = (struct part){ at, size, name };
}

static void field(struct parts *p, uint64_t at, uint64_t width, const char *name)
{
	add(p, &p->fields, at, width, name);
}

/* ---- what there is in a file */

static void attr_fields(struct parts *p, uint64_t at)
{
	field(p, at, 4, "attr.type");
	field(p, at + 4, 4, "attr.size");
	field(p, at + 8, 8, "attr.config");
	field(p, at + 24, 8, "attr.sample_type");
	field(p, at + 40, 8, "attr.flags");
}

static void feature_fields(struct parts *p, unsigned feature, uint64_t at, uint64_t size)
{
	if (size < 4 || size > p->file->len)
		return;
	field(p, at, 4, "feature's first number");
	if (size >= 8)
		field(p, at + 4, 4, "feature's second number");
	if (feature == FEAT_EVENT_DESC) {
		attr_fields(p, at + 8);
		field(p, at + 8 + get(p, at + 4, 4), 4, "EVENT_DESC.nr_ids");
		field(p, at + 12 + get(p, at + 4, 4), 4, "EVENT_DESC.name length");
	}
	if (feature == FEAT_AUXTRACE)
		for (uint64_t k = 8; k + 16 <= size; k += 16) {
			field(p, at + k, 8, "AUXTRACE index: offset");
			field(p, at + k + 8, 8, "AUXTRACE index: size");
		}
}

static void info_fields(struct parts *p, uint64_t at, uint64_t size)
{
	static const char *const names[] = {
		"AUXTRACE_INFO.type",         "AUXTRACE_INFO.pmu_type",
		"AUXTRACE_INFO.time_shift",   "AUXTRACE_INFO.time_mult",
		"AUXTRACE_INFO.time_zero",    "AUXTRACE_INFO.cap_time_zero",
		"AUXTRACE_INFO.tsc_bit",      "AUXTRACE_INFO.noretcomp_bit",
		"AUXTRACE_INFO.sched_switch", "AUXTRACE_INFO.snapshot",
		"AUXTRACE_INFO.per_cpu",      "AUXTRACE_INFO.mtc_bit",
		"AUXTRACE_INFO.mtc_freq",     "AUXTRACE_INFO.tsc_ctc_n",
		"AUXTRACE_INFO.tsc_ctc_d",    "AUXTRACE_INFO.cyc_bit",
		"AUXTRACE_INFO.max_nonturbo", "AUXTRACE_INFO.filter length",
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names) && 16 + i * 8 <= size; i++)
		field(p, at + 8 + i * 8, 8, names[i]);
}

static void record_fields(struct parts *p, uint64_t at, uint64_t size)
{
	uint64_t type = get(p, at, 4);

	field(p, at + 6, 2, "record's size");
	switch (type) {
	case REC_MMAP2:
		field(p, at + 16, 8, "MMAP2.addr");
		field(p, at + 24, 8, "MMAP2.len");
		field(p, at + 32, 8, "MMAP2.pgoff");
		break;
	case REC_AUX:
		field(p, at + 8, 8, "AUX.offset");
		field(p, at + 16, 8, "AUX.size");
		field(p, at + 24, 8, "AUX.flags");
		break;
	case REC_HEADER_ATTR:
		attr_fields(p, at + 8);
		break;
	case REC_ID_INDEX:
		field(p, at + 8, 8, "ID_INDEX.nr");
		break;
	case REC_AUXTRACE_INFO:
		info_fields(p, at, size);
		break;
	case REC_AUXTRACE:
		field(p, at + 8, 8, "AUXTRACE.size");
		field(p, at + 16, 8, "AUXTRACE.offset");
		field(p, at + 24, 8, "AUXTRACE.reference");
		field(p, at + 32, 4, "AUXTRACE.idx");
		field(p, at + 36, 4, "AUXTRACE.tid");
		field(p, at + 40, 4, "AUXTRACE.cpu");
		break;
	case REC_HEADER_FEATURE:
		field(p, at + 8, 8, "FEATURE.id");
		if (size > 16)
			feature_fields(p, (unsigned)get(p, at + 8, 8), at + 16, size - 16);
		break;
	default:
		break;
	}
}

static void find_records(struct parts *p, uint64_t at, uint64_t end)
{
	while (at + 8 <= end) {
		uint64_t size = get(p, at + 6, 2), aux = 0;

		if (size < 8 || size > end - at)
			return;
		record_fields(p, at, size);
		if (get(p, at, 4) == REC_AUXTRACE && size >= 16) {
			aux = get(p, at + 8, 8);
			if (aux > end - at - size)
				return;
			add(p, &p->aux, at + size, aux, NULL);
		}
		add(p, &p->records, at, size + aux, NULL);
		at += size + aux;
	}
}

static bool is_pipe(const struct parts *p)
{
	return get(p, 8, 8) == 16;
}

static void find_header(struct parts *p)
{
	static const char *const names[] = {
		"header.size",         "header.attr_size",   "header.attrs.offset",
		"header.attrs.size",   "header.data.offset", "header.data.size",
		"header.types.offset", "header.types.size",  "header.features[0]",
		"header.features[1]",
	};
	uint64_t attr_size = get(p, 16, 8), attrs = get(p, 24, 8), nattrs;
	uint64_t table = get(p, 40, 8) + get(p, 48, 8), features = get(p, 72, 8);

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		field(p, 8 + i * 8, 8, names[i]);
	nattrs = attr_size ? get(p, 32, 8) / attr_size : 0;
	for (uint64_t i = 0; i < nattrs && i < 16 && attr_size >= 64; i++) {
		attr_fields(p, attrs + i * attr_size);
		field(p, attrs + (i + 1) * attr_size - 16, 8, "attr's ids: offset");
		field(p, attrs + (i + 1) * attr_size - 8, 8, "attr's ids: size");
	}
	for (unsigned f = 0; f < 64; f++) {
		if (!(features >> f & 1))
			continue;
		field(p, table, 8, "feature section: offset");
		field(p, table + 8, 8, "feature section: size");
		feature_fields(p, f, get(p, table, 8), get(p, table + 8, 8));
		table += 16;
	}
}

static void find_parts(struct parts *p)
{
	if (is_pipe(p)) {
		field(p, 8, 8, "header.size");
		find_records(p, 16, p->file->len);
		return;
	}
	find_header(p);
	if (get(p, 40, 8) <= p->file->len && get(p, 48, 8) <= p->file->len - get(p, 40, 8))
		find_records(p, get(p, 40, 8), get(p, 40, 8) + get(p, 48, 8));
}

/* ---- ways to damage it */

static bool in_aux(const struct parts *p, uint64_t at)
{
	for (size_t i = 0; i < p->aux.n; i++)
		if (at - p->aux.v[i].at < p->aux.v[i].size)
			return true;
	return false;
}

/* A place in AUX data.  False: there is none. */
static bool aux_place(struct parts *p, uint64_t *at, uint64_t *left)
{
	const struct part *a;
	uint64_t k;

	if (!p->aux.n)
		return false;
	a = &p->aux.v[below(p, p->aux.n)];
	k = below(p, a->size);
	*at = a->at + k;
	*left = a->size - k;
	return true;
}

static bool cut(struct parts *p, bool aux, char *what, size_t size)
{
	uint64_t at = below(p, p->file->len), left;

	if (aux && !aux_place(p, &at, &left))
		return false;
	p->file->len = at;
	snprintf(what, size, "cut at byte %" PRIu64, at);
	return true;
}

static bool flip(struct parts *p, bool aux, char *what, size_t size)
{
	unsigned n = 1 + (unsigned)below(p, 4);
	uint64_t at = 0, left;

	for (unsigned i = 0; i < n; i++) {
		if (aux && !aux_place(p, &at, &left))
			return false;
		for (unsigned tries = 0; !aux && tries < 1000; tries++) {
			at = below(p, p->file->len);
			if (!in_aux(p, at))
				break;
		}
		p->file->data[at] ^= (uint8_t)(1u << below(p, 8));
	}
	snprintf(what, size, "%u bits flipped, the last at byte %" PRIu64, n, at);
	return true;
}

static bool overwrite(struct parts *p, bool aux, bool noise, char *what, size_t size)
{
	uint64_t at = below(p, p->file->len), left = p->file->len - at, n;

	if (aux && !aux_place(p, &at, &left))
		return false;
	n = 1 + below(p, left < 4096 ? left : 4096);
	for (uint64_t i = 0; i < n; i++)
		p->file->data[at + i] = noise ? (uint8_t)rnd(p) : 0;
	snprintf(what, size, "%" PRIu64 " bytes of %s at byte %" PRIu64, n,
		 noise ? "noise" : "zeros", at);
	return true;
}

/* A number is lowered by what is missing now, if it is beyond `at`. */
static void shift(struct parts *p, uint64_t where, uint64_t at, uint64_t gone)
{
	if (get(p, where, 8) > at)
		set(p, where, 8, get(p, where, 8) - gone);
}

static void drop_from_index(struct parts *p, uint64_t at, uint64_t end, uint64_t gone,
			    uint64_t section)
{
	uint64_t n = get(p, section, 8), kept = 0;

	for (uint64_t i = 0; i < n && section + 24 + i * 16 <= p->file->len; i++) {
		uint64_t entry = section + 8 + i * 16, to = section + 8 + kept * 16;
		uint64_t offset = get(p, entry, 8), size = get(p, entry + 8, 8);

		if (offset >= at && offset < end)
			continue;
		set(p, to, 8, offset >= end ? offset - gone : offset);
		set(p, to + 8, 8, size);
		kept++;
	}
	set(p, section, 8, kept);
}

static bool hole(struct parts *p, char *what, size_t size)
{
	const struct part *records = p->records.v, *pick = NULL;
	uint64_t end, table, features;
	size_t n = 0;

	for (size_t i = 0; i < p->records.n; i++)
		if (get(p, records[i].at, 4) == REC_AUXTRACE && below(p, ++n) == 0)
			pick = &records[i];
	if (!pick)
		return false;
	end = pick->at + pick->size;
	memmove(p->file->data + pick->at, p->file->data + end, p->file->len - end);
	p->file->len -= pick->size;
	snprintf(what, size, "the AUXTRACE record at byte %" PRIu64 " is missing", pick->at);
	if (is_pipe(p))
		return true;
	set(p, 48, 8, get(p, 48, 8) - pick->size);
	table = get(p, 40, 8) + get(p, 48, 8);
	features = get(p, 72, 8);
	for (unsigned f = 0; f < 64; f++) {
		if (!(features >> f & 1))
			continue;
		shift(p, table, pick->at, pick->size);
		if (f == FEAT_AUXTRACE)
			drop_from_index(p, pick->at, end, pick->size, get(p, table, 8));
		table += 16;
	}
	return true;
}

static bool absurd(struct parts *p, char *what, size_t size)
{
	const struct part *f;
	uint64_t old, v;

	if (!p->fields.n)
		return false;
	f = &p->fields.v[below(p, p->fields.n)];
	old = get(p, f->at, (unsigned)f->size);
	switch (below(p, 12)) {
	case 0:
		v = 0;
		break;
	case 1:
		v = old + 1;
		break;
	case 2:
		v = old - 1;
		break;
	case 3:
		v = UINT64_MAX;
		break;
	case 4:
		v = UINT64_MAX >> 1;
		break;
	case 5:
		v = UINT64_MAX - below(p, 64);
		break;
	case 6:
		v = p->file->len;
		break;
	case 7:
		v = p->file->len - below(p, 64);
		break;
	case 8:
		v = 1 + below(p, 16);
		break;
	case 9:
		v = old ^ 1ull << below(p, f->size * 8);
		break;
	case 10:
		v = UINT32_MAX - below(p, 16);
		break;
	default:
		v = rnd(p);
	}
	set(p, f->at, (unsigned)f->size, v);
	snprintf(what, size, "%s is %#" PRIx64 ", not %#" PRIx64, f->name, v, old);
	return true;
}

static bool retype(struct parts *p, char *what, size_t size)
{
	const struct part *r;
	uint64_t type;

	if (!p->records.n)
		return false;
	r = &p->records.v[below(p, p->records.n)];
	type = below(p, 2) ? 1 + below(p, 22) : below(p, 4) ? 64 + below(p, 24) : rnd(p);
	snprintf(what, size, "the record at byte %" PRIu64 " is of type %u, not %u", r->at,
		 (uint32_t)type, (uint32_t)get(p, r->at, 4));
	set(p, r->at, 4, type);
	return true;
}

static bool swap(struct parts *p, char *what, size_t size)
{
	struct tl_buf b = TL_BUF_INIT;
	const struct part *one, *two;
	size_t i;

	if (p->records.n < 2)
		return false;
	i = below(p, p->records.n - 1);
	one = &p->records.v[i];
	two = &p->records.v[i + 1 + below(p, p->records.n - i - 1)];
	if (!tl_buf_append(&b, p->file->data + two->at, two->size) ||
	    !tl_buf_append(&b, p->file->data + one->at + one->size,
			   two->at - one->at - one->size) ||
	    !tl_buf_append(&b, p->file->data + one->at, one->size)) {
		tl_buf_fini(&b);
		return false;
	}
	memcpy(p->file->data + one->at, b.data, b.len);
	tl_buf_fini(&b);
	snprintf(what, size, "the records at bytes %" PRIu64 " and %" PRIu64 " changed places",
		 one->at, two->at);
	return true;
}

const char *damage_name(enum damage_kind kind)
{
	static const char *const names[DAMAGE_KINDS] = {
		[DAMAGE_CUT] = "cut",     [DAMAGE_CUT_AUX] = "cut-aux",
		[DAMAGE_FLIP] = "flip",   [DAMAGE_FLIP_AUX] = "flip-aux",
		[DAMAGE_ZERO] = "zero",   [DAMAGE_ZERO_AUX] = "zero-aux",
		[DAMAGE_NOISE] = "noise", [DAMAGE_HOLE] = "hole",
		[DAMAGE_FIELD] = "field", [DAMAGE_TYPE] = "type",
		[DAMAGE_SWAP] = "swap",
	};

	return (unsigned)kind < DAMAGE_KINDS ? names[kind] : "?";
}

static bool apply(struct parts *p, enum damage_kind kind, char *what, size_t size)
{
	switch (kind) {
	case DAMAGE_CUT:
	case DAMAGE_CUT_AUX:
		return cut(p, kind == DAMAGE_CUT_AUX, what, size);
	case DAMAGE_FLIP:
	case DAMAGE_FLIP_AUX:
		return flip(p, kind == DAMAGE_FLIP_AUX, what, size);
	case DAMAGE_ZERO:
	case DAMAGE_ZERO_AUX:
		return overwrite(p, kind == DAMAGE_ZERO_AUX, false, what, size);
	case DAMAGE_NOISE:
		return overwrite(p, false, true, what, size);
	case DAMAGE_HOLE:
		return hole(p, what, size);
	case DAMAGE_FIELD:
		return absurd(p, what, size);
	case DAMAGE_TYPE:
		return retype(p, what, size);
	case DAMAGE_SWAP:
		return swap(p, what, size);
	default:
		return false;
	}
}

bool damage(struct tl_buf *file, enum damage_kind kind, uint64_t seed, char *what, size_t size)
{
	struct parts p = { .file = file, .rng = seed * DAMAGE_KINDS + kind };
	bool ok = false;

	if (file->len) {
		find_parts(&p);
		ok = !p.nomem && apply(&p, kind, what, size);
	}
	free(p.records.v);
	free(p.aux.v);
	free(p.fields.v);
	return ok;
}
