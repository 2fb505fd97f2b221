/*
 * sampleid.c: whom a record is of and when, from the sample_id that the kernel puts behind
 * each record (sample_id_all), or from the start of a sample.
 *
 * Which fields there are is the matter of the event's sample_type.  With several events the id
 * has to be read before the event is known; perf therefore lets all events of a recording have
 * their id at the same place, and the first event tells where.
 * Layout: perf_event_open(2), PERF_RECORD_SAMPLE and sample_id.
 */
#include "base/bytes.h"
#include "decoders/perf/recording.h"

#include <string.h>

/* sample_type, perf_event.h */
#define SAMPLE_IP         (1u << 0)
#define SAMPLE_TID        (1u << 1)
#define SAMPLE_TIME       (1u << 2)
#define SAMPLE_ADDR       (1u << 3)
#define SAMPLE_ID         (1u << 6)
#define SAMPLE_CPU        (1u << 7)
#define SAMPLE_STREAM_ID  (1u << 9)
#define SAMPLE_IDENTIFIER (1u << 16)

#define FLAG_SAMPLE_ID_ALL (1u << 18)

/* The place of the next field if sample_type has it. */
static int16_t next(uint64_t type, uint64_t bit, int16_t *at)
{
	int16_t here = *at;

	if (!(type & bit))
		return -1;
	*at = (int16_t)(here + 8);
	return here;
}

struct tl_perf_layout tl_perf_layout_of(const struct tl_perf_attr *attr)
{
	struct tl_perf_layout l;
	uint64_t type = attr->sample_type;
	int16_t at = 0, identifier, id;

	l.tid = next(type, SAMPLE_TID, &at);
	l.time = next(type, SAMPLE_TIME, &at);
	id = next(type, SAMPLE_ID, &at);
	next(type, SAMPLE_STREAM_ID, &at);
	l.cpu = next(type, SAMPLE_CPU, &at);
	identifier = next(type, SAMPLE_IDENTIFIER, &at);
	l.id = identifier >= 0 ? identifier : id;
	l.size = attr->flags & FLAG_SAMPLE_ID_ALL ? at : 0;

	at = 0;
	identifier = next(type, SAMPLE_IDENTIFIER, &at);
	next(type, SAMPLE_IP, &at);
	l.s_tid = next(type, SAMPLE_TID, &at);
	l.s_time = next(type, SAMPLE_TIME, &at);
	next(type, SAMPLE_ADDR, &at);
	id = next(type, SAMPLE_ID, &at);
	l.s_id = identifier >= 0 ? identifier : id;
	next(type, SAMPLE_STREAM_ID, &at);
	l.s_cpu = next(type, SAMPLE_CPU, &at);
	l.s_size = at;
	return l;
}

/* The attr of a record and its layout; the first one's where it is not known. */
static const struct tl_perf_layout *layout_for(const struct tl_perf *p, struct tl_perf_record *r)
{
	const struct tl_perf_layout *first = &p->layouts[0];
	const uint8_t *block = r->body;
	int16_t at = first->s_id;

	r->id.attr = &p->attrs[0];
	if (r->type != TL_PERF_RECORD_SAMPLE) {
		if (r->len < (size_t)first->size || first->size == 0)
			return first;
		/* From the end: the blocks of two events may differ in size before the id. */
		at = first->id < 0 ? -1 : (int16_t)(first->id - first->size);
		block = r->body + r->len;
		if (first->id < 0)
			return first;
	} else if (at < 0 || r->len < (size_t)at + 8) {
		return first;
	}
	r->id.id = tl_get64(block + at);
	if (p->nattrs == 1)
		return first;
	r->id.attr = tl_perf_attr_of_id(p, r->id.id);
	return r->id.attr ? &p->layouts[r->id.attr - p->attrs] : first;
}

static void fill(struct tl_perf_id *id, const uint8_t *block, int16_t tid, int16_t time,
		 int16_t cpu)
{
	if (tid >= 0) {
		id->pid = (int32_t)tl_get32(block + tid);
		id->tid = (int32_t)tl_get32(block + tid + 4);
	}
	if (time >= 0 && tl_get64(block + time) != 0)
		id->time = tl_get64(block + time);
	if (cpu >= 0)
		id->cpu = (int32_t)tl_get32(block + cpu);
}

static bool all_zero(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i])
			return false;
	return true;
}

void tl_perf_fill_id(const struct tl_perf *p, struct tl_perf_record *r)
{
	const struct tl_perf_layout *l;

	r->id = (struct tl_perf_id){ .pid = -1, .tid = -1, .time = UINT64_MAX, .cpu = -1 };
	r->id_len = 0;
	if (p->nattrs == 0 || r->type >= TL_PERF_RECORD_USER)
		return;
	l = layout_for(p, r);
	if (r->type == TL_PERF_RECORD_SAMPLE) {
		if (r->len >= (size_t)l->s_size)
			fill(&r->id, r->body, l->s_tid, l->s_time, l->s_cpu);
	} else if (l->size > 0 && r->len >= (size_t)l->size) {
		const uint8_t *block = r->body + r->len - l->size;

		r->id_len = (size_t)l->size;
		/* Zeros are what perf puts behind the records that it makes up itself. */
		if (!all_zero(block, r->id_len))
			fill(&r->id, block, l->tid, l->time, l->cpu);
	}
}
