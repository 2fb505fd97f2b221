/*
 * auxtrace.c: the AUX data of a recording: what AUXTRACE_INFO tells of it, where the AUXTRACE
 * records are (by the index in the file's features, each entry looked at, or by a walk), and
 * its clock.
 * Layout: tools/perf/util/intel-pt.h (INTEL_PT_*), tools/perf/util/auxtrace.h.
 */
#include "base/bytes.h"
#include "decoders/perf/recording.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TYPE_INTEL_PT 1
#define INDEX_ENTRY   16 /* offset of a record, size of its head */
#define INDEX_BATCH   256
#define SAMPLE_AUX    (1u << 20) /* of sample_type; perf_event.h */

/* Numbers of AUXTRACE_INFO, in their order; older perfs write fewer. */
enum {
	PMU_TYPE,
	TIME_SHIFT,
	TIME_MULT,
	TIME_ZERO,
	CAP_USER_TIME_ZERO,
	TSC_BIT,
	NORETCOMP_BIT,
	HAVE_SCHED_SWITCH,
	SNAPSHOT_MODE,
	PER_CPU_MMAPS,
	MTC_BIT,
	MTC_FREQ_BITS,
	TSC_CTC_N,
	TSC_CTC_D,
	CYC_BIT,
	MAX_NONTURBO_RATIO,
	NINFO
};

/* Where attr.config has them by default (format of the intel_pt PMU), for older recordings. */
#define CONFIG_TSC       (1u << 10)
#define CONFIG_NORETCOMP (1u << 11)
#define CONFIG_BRANCH    (1u << 13)
#define CONFIG_PT        (1u << 0)
#define CONFIG_MTC_FREQ  (15u << 14)

bool tl_perf_add_auxinfo(struct tl_perf *p, const uint8_t *body, size_t n)
{
	struct tl_perf_pt_info *pt = &p->pt;
	uint64_t v[NINFO] = { 0 };
	const char *name = p->files[0].name;
	uint32_t type;

	if (p->has_info)
		return true;
	p->has_info = true;
	if (n < 8)
		return tl_perf_complain(p, name, "what it says about its AUX data is cut off");
	type = tl_get32(body);
	if (type != TYPE_INTEL_PT)
		return tl_perf_complain(p, name,
					"its AUX data is of kind %" PRIu32
					", which is not Intel PT, and not decoded",
					type);
	for (size_t i = 0; i < NINFO && 16 + 8 * i <= n; i++)
		v[i] = tl_get64(body + 8 + 8 * i);
	p->is_pt = true;
	p->mtc_freq_bits = v[MTC_FREQ_BITS];
	*pt = (struct tl_perf_pt_info){
		.pmu_type = (uint32_t)v[PMU_TYPE],
		.time_shift = (uint16_t)v[TIME_SHIFT],
		.time_mult = (uint32_t)v[TIME_MULT],
		.time_zero = v[TIME_ZERO],
		.cap_time_zero = v[CAP_USER_TIME_ZERO] != 0,
		.tsc_bit = v[TSC_BIT],
		.noretcomp_bit = v[NORETCOMP_BIT],
		.mtc_bit = v[MTC_BIT],
		.cyc_bit = v[CYC_BIT],
		.have_sched_switch = v[HAVE_SCHED_SWITCH] <= 3 ? (int)v[HAVE_SCHED_SWITCH] : 0,
		.snapshot_mode = v[SNAPSHOT_MODE] != 0,
		.per_cpu_mmaps = v[PER_CPU_MMAPS] != 0,
		.tsc_ctc_n = (uint32_t)v[TSC_CTC_N],
		.tsc_ctc_d = (uint32_t)v[TSC_CTC_D],
		.max_nonturbo_ratio = (uint32_t)v[MAX_NONTURBO_RATIO],
	};
	if (v[TIME_SHIFT] > 63 || v[TIME_MULT] > UINT32_MAX) {
		pt->cap_time_zero = false;
		pt->time_shift = 0;
		pt->time_mult = 0;
		return tl_perf_complain(
		    p, name, "its clock cannot be converted: shift %" PRIu64 ", factor %" PRIu64,
		    v[TIME_SHIFT], v[TIME_MULT]);
	}
	return true;
}

bool tl_perf_add_auxtrace(struct tl_perf *p, size_t file, uint64_t offset, const uint8_t *body,
			  size_t n)
{
	const struct tl_perf_file *f = &p->files[file];
	struct tl_perf_auxfound *found;
	uint64_t at, size;

	if (n < TL_PERF_AUXTRACE_HEAD - TL_PERF_RECORD_HEAD || p->nfound >= TL_PERF_MAX_PIECES)
		return true;
	if (!tl_perf_grow((void **)&p->found, p->nfound, &p->found_cap, sizeof(*p->found)))
		return false;
	at = offset + TL_PERF_RECORD_HEAD + n; /* within the file: the record was read */
	size = tl_get64(body);
	if (size > f->end - at)
		size = f->end - at; /* that it is cut off comes to light in the walk */
	found = &p->found[p->nfound];
	*found = (struct tl_perf_auxfound){
		.file = (uint32_t)file,
		.idx = tl_get32(body + 24),
		.tid = (int32_t)tl_get32(body + 28),
		.cpu = (int32_t)tl_get32(body + 32),
		.file_offset = at,
		.size = size,
		.aux_offset = tl_get64(body + 8),
		.order = p->nfound,
	};
	/* So that no sum of the two can overflow. */
	if (found->aux_offset > INT64_MAX)
		return tl_perf_complain(p, f->name,
					"the AUX data at byte %" PRIu64 " says it is at %" PRIu64
					" of the trace, left out",
					offset, found->aux_offset);
	p->nfound++;
	return true;
}

static int by_offset(const void *a, const void *b)
{
	const struct tl_perf_known *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* Offsets of records, without their sizes, which are all the same.  False: not to be read. */
static bool read_offsets(const struct tl_perf_file *f, uint64_t offset, struct tl_perf_known *out,
			 size_t n)
{
	uint8_t batch[INDEX_BATCH * INDEX_ENTRY];

	while (n > 0) {
		size_t k = n < INDEX_BATCH ? n : INDEX_BATCH;

		if (!tl_perf_pread(f->fd, batch, k * INDEX_ENTRY, offset))
			return false;
		for (size_t i = 0; i < k; i++)
			(out++)->at = tl_get64(batch + i * INDEX_ENTRY);
		offset += k * INDEX_ENTRY;
		n -= k;
	}
	return true;
}

/* Is there an AUXTRACE record, behind all before, and are its bytes in the data?  *nomem: false
 * for want of it. */
static bool take_record(struct tl_perf *p, uint64_t free_from, struct tl_perf_known *known,
			bool *nomem)
{
	const struct tl_perf_file *f = &p->files[0];
	uint8_t head[TL_PERF_AUXTRACE_HEAD];
	uint64_t at = known->at;

	if (at < free_from || at > f->end || f->end - at < sizeof(head) ||
	    !tl_perf_pread(f->fd, head, sizeof(head), at))
		return false;
	if (tl_get32(head) != TL_PERF_RECORD_AUXTRACE || tl_get16(head + 6) != sizeof(head) ||
	    tl_get64(head + 8) > f->end - at - sizeof(head))
		return false;
	known->end = at + sizeof(head) + tl_get64(head + 8);
	*nomem = !tl_perf_add_auxtrace(p, 0, at, head + TL_PERF_RECORD_HEAD,
				       sizeof(head) - TL_PERF_RECORD_HEAD);
	return !*nomem;
}

bool tl_perf_read_auxindex(struct tl_perf *p, uint64_t offset, uint64_t size, bool *usable)
{
	struct tl_perf_file *f = &p->files[0];
	uint8_t count[8];
	uint64_t n;
	bool nomem = false;

	*usable = false;
	if (size < sizeof(count) || !tl_perf_pread(f->fd, count, sizeof(count), offset))
		return true;
	n = tl_get64(count);
	if (n == 0)
		return true; /* the records then say whether there are any */
	if (n > (size - sizeof(count)) / INDEX_ENTRY || n > TL_PERF_MAX_PIECES)
		return tl_perf_complain(p, f->name, "its index of AUX data is broken, all is read");
	f->aux = calloc(n, sizeof(*f->aux));
	if (!f->aux)
		return false;
	if (read_offsets(f, offset + sizeof(count), f->aux, n)) {
		f->naux = n;
		qsort(f->aux, n, sizeof(*f->aux), by_offset);
		*usable = true;
		for (size_t i = 0; *usable && i < n; i++)
			*usable = take_record(p, i > 0 ? f->aux[i - 1].end : f->start, &f->aux[i],
					      &nomem);
	}
	if (*usable || nomem)
		return !nomem;
	free(f->aux);
	f->aux = NULL;
	f->naux = 0;
	p->nfound = 0;
	return tl_perf_complain(p, f->name, "its index of AUX data is broken, all is read");
}

/* "GenuineIntel,6,94,3" */
static void take_cpuid(struct tl_perf_pt_info *pt, const char *cpuid)
{
	unsigned family, model, stepping;

	if (!cpuid || sscanf(cpuid, "GenuineIntel,%5u,%5u,%5u", &family, &model, &stepping) != 3)
		return;
	pt->family = family;
	pt->model = model;
	pt->stepping = stepping;
}

/* The value in config's bits of a mask. */
static uint64_t masked(uint64_t config, uint64_t mask)
{
	return mask ? (config & mask) / (mask & -mask) : 0;
}

bool tl_perf_finish_pt(struct tl_perf *p)
{
	struct tl_perf_pt_info *pt = &p->pt;
	const char *name = p->files[0].name;
	uint64_t config;

	if (!p->has_info && p->nfound > 0)
		return tl_perf_complain(p, name,
					"nothing in it tells of what kind its AUX data is");
	if (!p->is_pt)
		return true;
	for (size_t i = 0; i < p->nattrs; i++) {
		if (!(p->attrs[i].sample_type & SAMPLE_AUX))
			continue;
		if (!tl_perf_complain(p, name,
				      "AUX data in samples (perf record --aux-sample) is not read"))
			return false;
		break;
	}
	take_cpuid(pt, p->features.cpuid);
	for (size_t i = 0; i < p->nattrs && !pt->attr; i++)
		if (p->attrs[i].type == pt->pmu_type)
			pt->attr = &p->attrs[i];
	if (!pt->attr)
		return tl_perf_complain(
		    p, name, "no event in it is Intel PT's (of type %" PRIu32 ")", pt->pmu_type);
	config = pt->attr->config;
	pt->have_tsc = config & (pt->tsc_bit ? pt->tsc_bit : CONFIG_TSC);
	pt->noretcomp = config & (pt->noretcomp_bit ? pt->noretcomp_bit : CONFIG_NORETCOMP);
	pt->have_mtc = config & pt->mtc_bit;
	pt->have_cyc = config & pt->cyc_bit;
	/* Bit 13 counts where bit 0 is known, since Linux 4.15; before, branches were always on. */
	pt->branch = !(config & CONFIG_PT) || config & CONFIG_BRANCH;
	if (pt->have_mtc)
		pt->mtc_freq =
		    (unsigned)masked(config, p->mtc_freq_bits ? p->mtc_freq_bits : CONFIG_MTC_FREQ);
	return true;
}

/* Linux perf_event.h, time_zero: ns = zero + tsc * mult / 2^shift, with no bit lost. */
uint64_t tl_perf_tsc_to_ns(const struct tl_perf_pt_info *info, uint64_t tsc)
{
	uint64_t whole = tsc >> info->time_shift;
	uint64_t part = tsc & ((UINT64_C(1) << info->time_shift) - 1);

	return info->time_zero + whole * info->time_mult +
	       (uint64_t)((unsigned __int128)part * info->time_mult >> info->time_shift);
}

uint64_t tl_perf_ns_to_tsc(const struct tl_perf_pt_info *info, uint64_t ns)
{
	uint64_t since = ns - info->time_zero;
	unsigned __int128 tsc;

	/* time_zero may lie before perf's 0; what lies before time_zero is before the TSC's 0. */
	if (info->time_mult == 0 || since > INT64_MAX)
		return 0;
	tsc = (((unsigned __int128)since << info->time_shift) + info->time_mult - 1) /
	      info->time_mult;
	return tsc > UINT64_MAX ? UINT64_MAX : (uint64_t)tsc;
}
