/*
 * fake_code.h: a binary of a few bytes and one thread that runs it, for tests of the flow decoder.
 * The functions below stand for the real ones of perfdata.h, dso.h and timeline.h.
 */
#ifndef TESTS_UNIT_FAKE_CODE_H
#define TESTS_UNIT_FAKE_CODE_H

#include "decoders/pt/flow.h"

#define FAKE_START 0x1000u

struct tl_dso {
	const uint8_t *code;
	size_t len;
};

static struct tl_perf_pt_info fake_info;
static struct tl_dso fake_dso;
static struct tl_map fake_map = { .dso = &fake_dso };
static struct tl_space fake_space = { .maps = &fake_map, .nmaps = 1 };
static struct tl_context fake_context = {
	.pid = 1, .tid = 1, .cpu = -1, .comm = "x", .space = &fake_space
};

const struct tl_perf_pt_info *tl_perf_pt_info(const struct tl_perf *p)
{
	return &fake_info;
}

const char *tl_perf_path(const struct tl_perf *p)
{
	return "x";
}

uint64_t tl_perf_tsc_to_ns(const struct tl_perf_pt_info *i, uint64_t tsc)
{
	return tsc;
}

uint64_t tl_perf_ns_to_tsc(const struct tl_perf_pt_info *i, uint64_t ns)
{
	return ns;
}

unsigned tl_dso_number(const struct tl_dso *d)
{
	return 0;
}

bool tl_dso_code(struct tl_dso *d, uint64_t offset, const uint8_t **bytes, size_t *len)
{
	if (offset >= d->len)
		return false;
	*bytes = d->code + offset;
	*len = d->len - (size_t)offset;
	return true;
}

/* Functions of 16 bytes, the second one unknown. */
bool tl_dso_symbol(struct tl_dso *d, uint64_t offset, struct tl_symbol *out)
{
	*out = (struct tl_symbol){ offset / 16 * 16, offset / 16 * 16 + 16, "x" };
	return offset / 16 != 1;
}

bool tl_dso_linked(struct tl_dso *d, uint64_t offset, struct tl_symbol *out)
{
	return tl_dso_symbol(d, offset, out);
}

const struct tl_map *tl_space_find(const struct tl_space *s, uint64_t ip)
{
	return ip >= fake_map.start && ip < fake_map.end ? &fake_map : NULL;
}

const struct tl_context *tl_timeline_context(struct tl_timeline *tl, const struct tl_perf_queue *q,
					     uint64_t time, uint64_t *until)
{
	*until = time < 1000000 ? time + 100 : UINT64_MAX;
	return &fake_context;
}

#endif
