/*
 * header.c: the start of a perf.data file and the events it describes.
 * Layout: tools/perf/Documentation/perf.data-file-format.txt.
 */
#include "base/bytes.h"
#include "decoders/perf/recording.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_PIPE 16
#define HEADER_FILE 104 /* with the bits of the features */
#define SECTION     16  /* offset and size of something */

#define PROBES 256 /* of the table of ids, for one that is not there */

#define ATTR_MIN 64  /* PERF_ATTR_SIZE_VER0 */
#define ATTR_MAX 128 /* as much as is looked at */

/* Is a stretch of the file within it? */
static bool fits(uint64_t offset, uint64_t size, uint64_t file_size)
{
	return offset <= file_size && size <= file_size - offset;
}

bool tl_perf_add_attr(struct tl_perf *p, const uint8_t *bytes, size_t n, const uint8_t *ids,
		      size_t nids)
{
	struct tl_perf_attr *attr;
	uint8_t a[ATTR_MAX] = { 0 };
	uint64_t *kept;
	size_t cap = p->attr_cap;

	if (p->nattrs >= TL_PERF_MAX_ATTRS)
		return true;
	if (nids > TL_PERF_MAX_IDS - p->nids) {
		if (!tl_perf_complain(p, p->files[0].name, "event %zu has %zu ids, left out",
				      p->nattrs, nids))
			return false;
		nids = 0;
	}
	if (!tl_perf_grow((void **)&p->attrs, p->nattrs, &cap, sizeof(*p->attrs)) ||
	    !(kept = tl_perf_keep(p, nids * sizeof(*kept))))
		return false;
	p->attr_cap = cap;
	memcpy(a, bytes, n < sizeof(a) ? n : sizeof(a));
	for (size_t i = 0; i < nids; i++)
		kept[i] = tl_get64(ids + 8 * i);
	attr = &p->attrs[p->nattrs++];
	*attr = (struct tl_perf_attr){
		.type = tl_get32(a),
		.config = tl_get64(a + 8),
		.sample_period = tl_get64(a + 16),
		.sample_type = tl_get64(a + 24),
		.read_format = tl_get64(a + 32),
		.flags = tl_get64(a + 40),
		.bp_type = tl_get32(a + 52),
		.config1 = tl_get64(a + 56),
		.config2 = tl_get64(a + 64),
		.branch_sample_type = tl_get64(a + 72),
		.sample_regs_user = tl_get64(a + 80),
		.clockid = (int32_t)tl_get32(a + 92),
		.sample_regs_intr = tl_get64(a + 96),
		.ids = kept,
		.nids = nids,
	};
	p->nids += nids;
	return true;
}

/* The attribute in a row of the table, and the ids it points to. */
static bool read_row(struct tl_perf *p, uint64_t offset, const uint8_t *row, size_t size,
		     uint64_t file_size)
{
	const char *name = p->files[0].name;
	uint64_t ids = tl_get64(row + size), ids_size = tl_get64(row + size + 8);
	uint32_t told = tl_get32(row + 4);
	uint8_t *bytes = NULL;
	bool ok;

	/* A size of 0 stands for the first edition's, perf_event_open(2). */
	if (told == 0)
		told = ATTR_MIN;
	if (told < ATTR_MIN || told > size) {
		if (!tl_perf_complain(p, name,
				      "the event described at byte %" PRIu64
				      " has a size of %" PRIu32 ", there is room for %zu",
				      offset, told, size))
			return false;
		told = (uint32_t)size;
	}
	if (ids_size > 0) {
		if (!fits(ids, ids_size, file_size) || ids_size / 8 > TL_PERF_MAX_IDS) {
			if (!tl_perf_complain(p, name,
					      "the ids of the event described at byte %" PRIu64
					      " are not in the file",
					      offset))
				return false;
			ids_size = 0;
		} else {
			bytes = malloc(ids_size);
			if (!bytes)
				return false;
			if (!tl_perf_pread(p->files[0].fd, bytes, ids_size, ids))
				ids_size = 0;
		}
	}
	ok = tl_perf_add_attr(p, row, told, bytes, ids_size / 8);
	free(bytes);
	return ok;
}

static bool read_attrs(struct tl_perf *p, uint64_t offset, uint64_t size, uint64_t row_size,
		       uint64_t file_size)
{
	const char *name = p->files[0].name;
	uint8_t row[4096];

	if (row_size < ATTR_MIN + SECTION || row_size > sizeof(row))
		return tl_perf_complain(p, name, "a description of an event of %" PRIu64 " bytes",
					row_size);
	if (!fits(offset, size, file_size)) {
		if (!tl_perf_complain(p, name,
				      "the descriptions of events (%" PRIu64 " bytes at %" PRIu64
				      ") go beyond the end of the file",
				      size, offset))
			return false;
		size = offset < file_size ? file_size - offset : 0;
	}
	if (size / row_size > TL_PERF_MAX_ATTRS) {
		if (!tl_perf_complain(p, name, "%" PRIu64 " events are too many, %u are read",
				      size / row_size, TL_PERF_MAX_ATTRS))
			return false;
		size = row_size * TL_PERF_MAX_ATTRS;
	}
	for (; size >= row_size; size -= row_size, offset += row_size) {
		if (!tl_perf_pread(p->files[0].fd, row, row_size, offset))
			return tl_perf_complain(p, name, "cannot read byte %" PRIu64, offset);
		if (!read_row(p, offset, row, row_size - SECTION, file_size))
			return false;
	}
	return true;
}

/* Where the records are: what the header says, as far as it is there. */
static bool place_data(struct tl_perf *p, uint64_t offset, uint64_t size, uint64_t file_size,
		       uint64_t *features)
{
	struct tl_perf_file *f = &p->files[0];

	f->start = offset < file_size ? offset : file_size;
	f->end = file_size;
	*features = 0;
	if (size == 0)
		return tl_perf_complain(p, f->name,
					"the recording was not ended, read up to the end of the "
					"file at byte %" PRIu64,
					file_size);
	if (!fits(offset, size, file_size)) {
		p->data_told = size <= UINT64_MAX - offset ? offset + size : UINT64_MAX;
		return true;
	}
	f->end = offset + size;
	*features = f->end;
	return true;
}

bool tl_perf_read_header(struct tl_perf *p, uint64_t file_size, uint64_t *features,
			 uint64_t bits[4], struct tl_err *err)
{
	struct tl_perf_file *f = &p->files[0];
	uint8_t h[HEADER_FILE] = { 0 };
	size_t n = file_size < sizeof(h) ? file_size : sizeof(h);
	uint64_t size;

	if (!tl_perf_pread(f->fd, h, n, 0))
		return tl_err_sys(err, "cannot read '%s'", f->name);
	if (n >= 8 && memcmp(h, "2ELIFREP", 8) == 0)
		return tl_err_set(
		    err, "%s: recorded on a big-endian machine, which is not supported", f->name);
	if (n < 8 || memcmp(h, "PERFILE2", 8) != 0)
		return tl_err_set(err, "%s: not a perf.data file", f->name);
	if (n < HEADER_PIPE)
		return tl_err_set(err, "%s: cut off at byte %zu, in its header", f->name, n);
	size = tl_get64(h + 8);
	if (size == HEADER_PIPE) {
		p->pipe = true;
		f->start = HEADER_PIPE;
		return true;
	}
	if (n < TL_PERF_HEADER_BITS)
		return tl_err_set(err, "%s: cut off at byte %zu, in its header", f->name, n);
	if (size < TL_PERF_HEADER_BITS) {
		/* There has been one header only: the rest of it is looked at as if it were right. */
		if (!tl_perf_complain(p, f->name,
				      "its header cannot have %" PRIu64 " bytes, as it says", size))
			return tl_err_nomem(err);
		size = HEADER_FILE;
	}
	for (size_t i = 0; i < 4 && size >= HEADER_FILE; i++)
		bits[i] = tl_get64(h + TL_PERF_HEADER_BITS + 8 * i);
	if (!place_data(p, tl_get64(h + 40), tl_get64(h + 48), file_size, features) ||
	    !read_attrs(p, tl_get64(h + 24), tl_get64(h + 32), tl_get64(h + 16), file_size))
		return tl_err_nomem(err);
	if (p->nattrs == 0 && !tl_perf_complain(p, f->name, "describes no event"))
		return tl_err_nomem(err);
	return true;
}

/* Ids are numbers that count up: spread them. */
static size_t slot_of(const struct tl_perf *p, uint64_t id)
{
	return (size_t)((id * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (p->nslots - 1);
}

/* The slot that has an id, or a free one for it; NULL: too many are in the way, which only ids
 * made for that can bring about. */
static struct tl_perf_idslot *find_slot(const struct tl_perf *p, uint64_t id)
{
	size_t s = slot_of(p, id);

	for (unsigned i = 0; i < PROBES; i++, s = (s + 1) & (p->nslots - 1)) {
		if (p->slots[s].id == id || p->slots[s].id == 0)
			return &p->slots[s];
	}
	return NULL;
}

static void add_ids(struct tl_perf *p, uint32_t number)
{
	const struct tl_perf_attr *attr = &p->attrs[number];

	for (size_t k = 0; k < attr->nids; k++) {
		struct tl_perf_idslot *slot = find_slot(p, attr->ids[k]);

		if (slot && !slot->id) /* the first one that claims it has it */
			*slot = (struct tl_perf_idslot){ attr->ids[k], number };
	}
}

bool tl_perf_name_attr(struct tl_perf *p, uint64_t id, size_t place, const uint8_t *name, size_t n)
{
	struct tl_perf_named *named;

	if (p->nnames >= TL_PERF_MAX_IDS)
		return true;
	if (!tl_perf_grow((void **)&p->names, p->nnames, &p->name_cap, sizeof(*p->names)))
		return false;
	named = &p->names[p->nnames];
	*named = (struct tl_perf_named){ id, place, tl_perf_keep_string(p, name, n) };
	return named->name && ++p->nnames;
}

static void give_names(struct tl_perf *p)
{
	for (size_t i = 0; i < p->nnames; i++) {
		const struct tl_perf_named *named = &p->names[i];
		const struct tl_perf_idslot *slot = named->id ? find_slot(p, named->id) : NULL;
		struct tl_perf_attr *attr = NULL;

		if (slot && slot->id)
			attr = &p->attrs[slot->attr];
		else if (named->place < p->nattrs)
			attr = &p->attrs[named->place];
		if (attr && !attr->name)
			attr->name = named->name;
	}
}

bool tl_perf_finish_attrs(struct tl_perf *p)
{
	free(p->layouts);
	free(p->slots);
	p->slots = NULL;
	p->nslots = 1;
	while (p->nslots < 2 * p->nids + 2)
		p->nslots *= 2;
	p->layouts = calloc(p->nattrs + 1, sizeof(*p->layouts));
	p->slots = calloc(p->nslots, sizeof(*p->slots));
	if (!p->layouts || !p->slots)
		return false;
	for (size_t i = 0; i < p->nattrs; i++) {
		p->layouts[i] = tl_perf_layout_of(&p->attrs[i]);
		add_ids(p, (uint32_t)i);
	}
	give_names(p);
	return true;
}

const struct tl_perf_attr *tl_perf_attr_of_id(const struct tl_perf *p, uint64_t id)
{
	const struct tl_perf_idslot *slot;

	/* Records that perf makes up have an id of 0, and count as the first event's. */
	if (p->nattrs == 1 || (p->nattrs > 0 && id == 0))
		return &p->attrs[0];
	slot = p->nslots > 0 ? find_slot(p, id) : NULL;
	return slot && slot->id ? &p->attrs[slot->attr] : NULL;
}
