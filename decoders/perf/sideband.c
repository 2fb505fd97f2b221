/* sideband.c: see sideband.h.  Bodies of records: include/uapi/linux/perf_event.h. */
#include "decoders/perf/sideband.h"

#include "base/bytes.h"

#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define TIME_CONV        79 /* enum perf_user_event_type, tools/perf/util/event.h */
#define ATTR_USE_CLOCKID (UINT64_C(1) << 25)
#define MAX_JITDUMPS     4096       /* a process each */
#define MAX_JIT_CODES    (4u << 20) /* in all of them */

#define MMAP_NAME      32 /* where an MMAP record has its path */
#define MMAP2_NAME     64
#define MMAP2_PROT     56
#define MMAP2_BUILD_ID 36 /* with its length 4 bytes before */
/* OVERWRITE is in each AUX record of a snapshot: the buffer went round.  What bytes are missing by
 * that is seen where they are joined (`after_gap` of a piece). */
#define AUX_GAPS (PERF_AUX_FLAG_TRUNCATED | PERF_AUX_FLAG_PARTIAL | PERF_AUX_FLAG_COLLISION)

/* A jitdump, and which process mapped it when. */
struct jit {
	struct tl_dso *dso;
	int32_t pid, tid;
	uint64_t time;
	bool monotonic; /* perf's clock is CLOCK_MONOTONIC */
};

struct reader {
	struct tl_sideband *s;
	const struct tl_perf *perf;
	struct tl_dsos *dsos;
	struct tl_perf_listener *also; /* NULL: nobody */
	struct jit *jits;              /* jitdumps that were mapped */
	size_t njits, jit_cap;
	size_t ncodes;
	struct tl_perf_pt_info conv; /* how times of the processor are told; time_mult 0: not */
	bool failed;                 /* no memory */
};

static bool grow(void **array, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : 64;
	void *bigger;

	if (n < *cap)
		return true;
	if (n >= UINT32_MAX - 1)
		return false;
	bigger = realloc(*array, more * size);
	if (!bigger)
		return false;
	*array = bigger;
	*cap = more;
	return true;
}

/* ---- strings */

static size_t hash(const char *s, size_t n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (size_t i = 0; i < n; i++)
		h = (h ^ (uint8_t)s[i]) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 32);
}

static bool more_slots(struct tl_sideband *s)
{
	size_t n = s->nslots ? s->nslots * 2 : 64;
	uint32_t *slots = malloc(n * sizeof(*slots));

	if (!slots)
		return false;
	memset(slots, 0xff, n * sizeof(*slots));
	for (size_t i = 0; i < s->nslots; i++) {
		const char *name;
		size_t at;

		if (s->name_slots[i] == UINT32_MAX)
			continue;
		name = (const char *)s->names.data + s->name_slots[i];
		at = hash(name, strlen(name)) & (n - 1);
		while (slots[at] != UINT32_MAX)
			at = (at + 1) & (n - 1);
		slots[at] = s->name_slots[i];
	}
	free(s->name_slots);
	s->name_slots = slots;
	s->nslots = n;
	return true;
}

/* Where the string of n bytes is in `names`; they are no NULs. */
static bool intern(struct tl_sideband *s, const char *bytes, size_t n, uint32_t *name)
{
	size_t at;

	if (s->nnames * 2 >= s->nslots && !more_slots(s))
		return false;
	for (at = hash(bytes, n) & (s->nslots - 1); s->name_slots[at] != UINT32_MAX;
	     at = (at + 1) & (s->nslots - 1)) {
		const char *known = (const char *)s->names.data + s->name_slots[at];

		if (strncmp(known, bytes, n) == 0 && known[n] == '\0') {
			*name = s->name_slots[at];
			return true;
		}
	}
	if (s->names.len > UINT32_MAX / 2)
		return false;
	*name = (uint32_t)s->names.len;
	if (!tl_buf_append(&s->names, bytes, n) || !tl_buf_putc(&s->names, 0))
		return false;
	s->name_slots[at] = *name;
	s->nnames++;
	return true;
}

/* ---- records */

static struct tl_side *add_at(struct reader *rd, uint64_t time, enum tl_side_kind kind)
{
	struct tl_sideband *s = rd->s;
	struct tl_side *side;

	if (!grow((void **)&s->v, s->n, &s->cap, sizeof(*s->v))) {
		rd->failed = true;
		return NULL;
	}
	side = &s->v[s->n];
	*side = (struct tl_side){ .time = time == UINT64_MAX ? 0 : time, .kind = (uint8_t)kind };
	s->n++;
	return side;
}

static struct tl_side *add(struct reader *rd, const struct tl_perf_record *r,
			   enum tl_side_kind kind)
{
	return add_at(rd, r->id.time, kind);
}

static int32_t number_at(const struct tl_perf_record *r, size_t at)
{
	return (int32_t)tl_get32(r->body + at);
}

static void add_runs(struct reader *rd, const struct tl_perf_record *r, int32_t pid, int32_t tid)
{
	struct tl_side *side = add(rd, r, TL_SIDE_RUNS);

	if (side) {
		side->pid = pid;
		side->tid = tid;
		side->cpu = r->id.cpu;
	}
}

static void read_comm(struct reader *rd, const struct tl_perf_record *r, size_t len)
{
	const char *comm = (const char *)r->body + 8;
	struct tl_side *side;

	if (len < 8)
		return;
	side = add(rd, r, TL_SIDE_COMM);
	if (!side)
		return;
	side->pid = number_at(r, 0);
	side->tid = number_at(r, 4);
	side->fresh = r->misc & PERF_RECORD_MISC_COMM_EXEC;
	if (!intern(rd->s, comm, strnlen(comm, len - 8), &side->name))
		rd->failed = true;
}

static void read_task(struct reader *rd, const struct tl_perf_record *r, size_t len)
{
	struct tl_side *side;

	if (len < 16)
		return;
	side = add(rd, r, r->type == PERF_RECORD_FORK ? TL_SIDE_FORK : TL_SIDE_EXIT);
	if (!side)
		return;
	side->pid = number_at(r, 0);
	side->tid = number_at(r, 8);
	side->parent.pid = number_at(r, 4);
	side->parent.tid = number_at(r, 12);
	side->fresh = r->misc & PERF_RECORD_MISC_FORK_EXEC;
}

/* What of an MMAP or MMAP2 record is in other places. */
struct mapped {
	const char *path;
	size_t path_max;
	const uint8_t *build_id; /* NULL: not told */
	size_t build_id_len;
	bool code;
};

static bool read_mapped(const struct tl_perf_record *r, size_t len, struct mapped *m)
{
	size_t name = r->type == PERF_RECORD_MMAP2 ? MMAP2_NAME : MMAP_NAME;

	if (len < name)
		return false;
	*m = (struct mapped){ .path = (const char *)r->body + name, .path_max = len - name };
	if (r->type == PERF_RECORD_MMAP) {
		m->code = !(r->misc & PERF_RECORD_MISC_MMAP_DATA);
		return true;
	}
	m->code = tl_get32(r->body + MMAP2_PROT) & PROT_EXEC;
	if (r->misc & PERF_RECORD_MISC_MMAP_BUILD_ID) {
		m->build_id_len = r->body[MMAP2_BUILD_ID - 4];
		m->build_id = r->body + MMAP2_BUILD_ID;
		if (m->build_id_len == 0 || m->build_id_len > TL_PERF_BUILD_ID)
			m->build_id = NULL;
	}
	return true;
}

/* A compiler maps its dump once; what is in it is read when all records are. */
static void note_jitdump(struct reader *rd, const struct tl_perf_record *r, struct tl_dso *dso)
{
	const struct tl_perf_attr *attr = r->id.attr;
	struct jit jit = { dso, number_at(r, 0), number_at(r, 4), r->id.time,
			   attr && attr->flags & ATTR_USE_CLOCKID &&
			       attr->clockid == CLOCK_MONOTONIC };

	for (size_t i = 0; i < rd->njits; i++)
		if (rd->jits[i].dso == dso && rd->jits[i].pid == jit.pid)
			return;
	if (rd->njits >= MAX_JITDUMPS)
		return;
	if (!grow((void **)&rd->jits, rd->njits, &rd->jit_cap, sizeof(*rd->jits))) {
		rd->failed = true;
		return;
	}
	rd->jits[rd->njits++] = jit;
}

/* What perf inject --jit takes for memory that a compiler writes to. */
static bool is_memory(const char *path)
{
	return strncmp(path, "//anon", 6) == 0 || strncmp(path, "[anon:", 6) == 0 ||
	       strncmp(path, "/memfd:", 7) == 0;
}

static void read_map(struct reader *rd, const struct tl_perf_record *r, size_t len)
{
	unsigned mode = r->misc & PERF_RECORD_MISC_CPUMODE_MASK;
	bool kernel = mode == PERF_RECORD_MISC_KERNEL;
	struct tl_sideband *s = rd->s;
	struct tl_map map = { 0 };
	struct tl_side *side;
	struct mapped m;
	char path[4096];
	size_t n;

	if (mode == PERF_RECORD_MISC_GUEST_KERNEL || mode == PERF_RECORD_MISC_GUEST_USER ||
	    !read_mapped(r, len, &m))
		return;
	n = strnlen(m.path, m.path_max < sizeof(path) - 1 ? m.path_max : sizeof(path) - 1);
	memcpy(path, m.path, n);
	path[n] = '\0';
	map.start = tl_get64(r->body + 8);
	map.end = map.start + tl_get64(r->body + 16);
	if (map.end < map.start)
		map.end = UINT64_MAX;
	if (map.end == map.start)
		return;
	if (m.code) {
		map.dso = tl_dsos_get(rd->dsos, path, m.build_id, m.build_id ? m.build_id_len : 0,
				      kernel ? -1 : number_at(r, 0));
		rd->failed = !map.dso;
		if (map.dso)
			map.pgoff = tl_dso_pgoff(map.dso, map.start, tl_get64(r->body + 24));
	}
	if (rd->failed || !grow((void **)&s->maps, s->nmaps, &s->map_cap, sizeof(*s->maps))) {
		rd->failed = true;
		return;
	}
	side = add(rd, r, kernel ? TL_SIDE_KERNEL_MAP : TL_SIDE_MAP);
	if (!side)
		return;
	side->pid = number_at(r, 0);
	side->tid = number_at(r, 4);
	side->memory = is_memory(path);
	side->map = (uint32_t)s->nmaps;
	s->maps[s->nmaps++] = map;
	if (map.dso && tl_dso_is_jitdump(map.dso))
		note_jitdump(rd, r, map.dso);
}

/* A mapping of the kernel by a record of its own kind. */
static void add_kernel_map(struct reader *rd, const struct tl_perf_record *r,
			   const struct tl_map *map)
{
	struct tl_sideband *s = rd->s;
	struct tl_side *side;

	rd->failed = !map->dso || !grow((void **)&s->maps, s->nmaps, &s->map_cap, sizeof(*s->maps));
	if (rd->failed)
		return;
	side = add(rd, r, TL_SIDE_KERNEL_MAP);
	if (!side)
		return;
	side->pid = side->tid = -1;
	side->map = (uint32_t)s->nmaps;
	s->maps[s->nmaps++] = *map;
}

/* Code that the kernel made.  When it goes away nobody runs it any more, so that is not noted. */
static void read_ksymbol(struct reader *rd, const struct tl_perf_record *r, size_t len)
{
	const size_t name_at = 16;
	struct tl_map map;
	char name[1024]; /* KSYM_NAME_LEN is 512, linux/kallsyms.h */
	size_t n;

	if (len <= name_at || tl_get16(r->body + 14) & PERF_RECORD_KSYMBOL_FLAGS_UNREGISTER)
		return;
	map.start = map.pgoff = tl_get64(r->body);
	map.end = map.start + tl_get32(r->body + 8);
	if (map.end <= map.start)
		return;
	n = strnlen((const char *)r->body + name_at,
		    len - name_at < sizeof(name) ? len - name_at : sizeof(name) - 1);
	memcpy(name, r->body + name_at, n);
	name[n] = '\0';
	map.dso = tl_dsos_ksymbol(rd->dsos, name, map.start, map.end - map.start);
	add_kernel_map(rd, r, &map);
}

/* u64 addr; u16 old_len, new_len; the old bytes, the new ones. */
static void read_text_poke(struct reader *rd, const struct tl_perf_record *r, size_t len)
{
	const size_t old_at = 12;
	struct tl_sideband *s = rd->s;
	struct tl_side_poke poke;
	struct tl_side *side;
	size_t new_at;

	if (len < old_at)
		return;
	poke = (struct tl_side_poke){ .addr = tl_get64(r->body),
				      .at = s->poked.len,
				      .len = tl_get16(r->body + 10) };
	new_at = old_at + tl_get16(r->body + 8);
	if (new_at > len || poke.len > len - new_at || poke.len == 0)
		return;
	if (!tl_buf_append(&s->poked, r->body + new_at, poke.len) ||
	    !grow((void **)&s->pokes, s->npokes, &s->poke_cap, sizeof(*s->pokes))) {
		rd->failed = true;
		return;
	}
	side = add(rd, r, TL_SIDE_POKE);
	if (!side)
		return;
	side->poke = (uint32_t)s->npokes;
	s->pokes[s->npokes++] = poke;
}

static void read_switch(struct reader *rd, const struct tl_perf_record *r, size_t len)
{
	bool out = r->misc & PERF_RECORD_MISC_SWITCH_OUT;

	if (!out)
		add_runs(rd, r, r->id.pid, r->id.tid);
	else if (r->type == PERF_RECORD_SWITCH_CPU_WIDE && len >= 8)
		add_runs(rd, r, number_at(r, 0), number_at(r, 4));
	/* Out without a successor: perf goes on with the thread that left, and so do we; what is
	 * traced before the next comes in is the kernel on its way out. */
}

/*
 * Before there were SWITCH records perf recorded the tracepoint sched_switch.  A sample's fields
 * stand in the order of their bits (but IDENTIFIER, which is first), 8 bytes each before the
 * call chain; the tracepoint's own layout has been the same since it exists.
 */
static const uint8_t *find_raw(const struct tl_perf_record *r, size_t *n)
{
	const uint64_t simple = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID |
				PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR | PERF_SAMPLE_ID |
				PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD;
	uint64_t type = r->id.attr->sample_type;
	size_t at = 8 * (size_t)__builtin_popcountll(type & simple);

	if (!(type & PERF_SAMPLE_RAW) || type & PERF_SAMPLE_READ)
		return NULL;
	if (type & PERF_SAMPLE_CALLCHAIN) {
		if (r->len < 8 || at > r->len - 8 || tl_get64(r->body + at) > r->len / 8)
			return NULL;
		at += 8 + 8 * (size_t)tl_get64(r->body + at);
	}
	if (r->len < 4 || at > r->len - 4)
		return NULL;
	*n = tl_get32(r->body + at);
	return *n <= r->len - 4 - at ? r->body + at + 4 : NULL;
}

static void read_sample(struct reader *rd, const struct tl_perf_record *r)
{
	const size_t next_pid = 56;
	const uint8_t *raw;
	size_t n = 0;

	if (!r->id.attr || r->id.attr->type != PERF_TYPE_TRACEPOINT || !r->id.attr->name ||
	    strcmp(r->id.attr->name, "sched:sched_switch") != 0)
		return;
	raw = find_raw(r, &n);
	if (raw && n >= next_pid + 4)
		add_runs(rd, r, -1, (int32_t)tl_get32(raw + next_pid));
}

/* ---- gaps */

/* Where a queue's joined bytes have the AUX byte `aux_end` of its buffer. */
static uint64_t offset_in(const struct tl_perf_queue *q, uint64_t aux_end)
{
	size_t lo = 0, hi = q->npieces;
	const struct tl_perf_aux_piece *piece;
	uint64_t into;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (q->pieces[mid].aux_offset <= aux_end)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0)
		return UINT64_MAX;
	piece = &q->pieces[lo - 1];
	into = aux_end - piece->aux_offset;
	return piece->at + (into < piece->size ? into : piece->size);
}

/*
 * Does an AUX record tell of the first bytes that are not in the recording any more?  Those that
 * are missing between others are seen in the queue.  A snapshot leaves out what it likes.
 */
static bool ends_early(const struct tl_perf *perf, const struct tl_perf_queue *q, uint64_t from,
		       uint64_t end, uint64_t flags)
{
	const struct tl_perf_pt_info *pt = tl_perf_pt_info(perf);
	const struct tl_perf_aux_piece *last;

	if (!pt || pt->snapshot_mode || flags & PERF_AUX_FLAG_OVERWRITE || end <= from)
		return false;
	if (!q || q->npieces == 0)
		return tl_perf_nqueues(perf) > 0 && from == 0;
	last = &q->pieces[q->npieces - 1];
	return from <= last->aux_offset + last->size && end > last->aux_offset + last->size;
}

static void read_gap(struct reader *rd, const struct tl_perf_record *r, size_t len)
{
	struct tl_sideband *s = rd->s;
	struct tl_gap gap = { .time = r->id.time == 0 ? TL_TIMELINE_NOTIME : r->id.time,
			      .queue = UINT32_MAX,
			      .offset = UINT64_MAX,
			      .pid = r->id.pid,
			      .tid = r->id.tid,
			      .cpu = r->id.cpu,
			      .type = r->type };
	size_t count_at = r->type == PERF_RECORD_AUX ? 16 : r->type == PERF_RECORD_LOST ? 8 : 0;

	if (len < count_at + 8)
		return;
	gap.count = tl_get64(r->body + count_at);
	if (r->type == PERF_RECORD_AUX) {
		uint64_t from = tl_get64(r->body), end = from + tl_get64(r->body + 8);
		const struct tl_perf_queue *q = tl_perf_queue_of(rd->perf, gap.cpu, gap.tid);

		if (!(gap.count & AUX_GAPS) && !ends_early(rd->perf, q, from, end, gap.count))
			return;
		if (q) {
			gap.queue = q->number;
			gap.offset = offset_in(q, end < from ? from : end);
		}
	}
	if (!grow((void **)&s->gaps, s->ngaps, &s->gap_cap, sizeof(*s->gaps))) {
		rd->failed = true;
		return;
	}
	s->gaps[s->ngaps++] = gap;
}

/* ---- all of them */

static bool read_record(void *arg, const struct tl_perf_record *r)
{
	struct reader *rd = arg;
	struct tl_sideband *s = rd->s;
	size_t len = r->len - (r->id_len < r->len ? r->id_len : r->len);

	if (rd->also && !rd->also->fn(rd->also->arg, r))
		return false;
	if (r->id.time != UINT64_MAX && r->id.time != 0) {
		s->first = r->id.time < s->first ? r->id.time : s->first;
		s->last = r->id.time > s->last ? r->id.time : s->last;
	}
	switch (r->type) {
	case PERF_RECORD_MMAP:
	case PERF_RECORD_MMAP2:
		read_map(rd, r, len);
		break;
	case PERF_RECORD_COMM:
		read_comm(rd, r, len);
		break;
	case PERF_RECORD_FORK:
	case PERF_RECORD_EXIT:
		read_task(rd, r, len);
		break;
	case PERF_RECORD_ITRACE_START:
		if (len >= 8)
			add_runs(rd, r, number_at(r, 0), number_at(r, 4));
		break;
	case PERF_RECORD_SWITCH:
	case PERF_RECORD_SWITCH_CPU_WIDE:
		read_switch(rd, r, len);
		break;
	case PERF_RECORD_SAMPLE:
		read_sample(rd, r);
		break;
	case PERF_RECORD_AUX:
	case PERF_RECORD_LOST:
	case PERF_RECORD_LOST_SAMPLES:
		read_gap(rd, r, len);
		break;
	case TIME_CONV:
		if (len >= 24) {
			rd->conv.time_shift = (uint16_t)tl_get64(r->body);
			rd->conv.time_mult = (uint32_t)tl_get64(r->body + 8);
			rd->conv.time_zero = tl_get64(r->body + 16);
		}
		break;
	case PERF_RECORD_KSYMBOL:
		read_ksymbol(rd, r, len);
		break;
	case PERF_RECORD_TEXT_POKE:
		read_text_poke(rd, r, len);
		break;
	default:
		break;
	}
	return !rd->failed;
}

/* ---- code that was compiled at run time */

struct jit_reader {
	struct reader *rd;
	const struct jit *jit;
	struct tl_jitdump_head head;
};

/*
 * When was it there?  Where the clocks differ: as long as the dump is, so that names and code are
 * found at least where nothing was compiled twice at an address.
 */
static uint64_t jit_time(const struct jit_reader *jr, uint64_t time)
{
	const struct tl_perf_pt_info *pt = tl_perf_pt_info(jr->rd->perf);
	const struct tl_perf_pt_info *conv = jr->rd->conv.time_mult ? &jr->rd->conv : pt;

	if (jr->head.tsc && conv && conv->time_mult && conv->time_shift < 64)
		return tl_perf_tsc_to_ns(conv, time);
	return !jr->head.tsc && jr->jit->monotonic ? time : jr->jit->time;
}

static bool add_jit_code(void *arg, const struct tl_jit_code *code)
{
	struct jit_reader *jr = arg;
	struct reader *rd = jr->rd;
	struct tl_sideband *s = rd->s;
	struct tl_side *side;

	if (rd->ncodes++ >= MAX_JIT_CODES)
		return false;
	if (!grow((void **)&s->maps, s->nmaps, &s->map_cap, sizeof(*s->maps))) {
		rd->failed = true;
		return false;
	}
	side = add_at(rd, jit_time(jr, code->time), TL_SIDE_FILL);
	if (!side)
		return false;
	side->pid = jr->jit->pid;
	side->tid = jr->jit->tid;
	side->map = (uint32_t)s->nmaps;
	s->maps[s->nmaps++] =
	    (struct tl_map){ code->addr, code->addr + code->size, code->at, jr->jit->dso };
	return true;
}

/* A dump that is missing or broken is told where its code was run. */
static void read_jitdumps(struct reader *rd)
{
	for (size_t i = 0; i < rd->njits && !rd->failed && rd->ncodes < MAX_JIT_CODES; i++) {
		struct jit_reader jr = { .rd = rd, .jit = &rd->jits[i] };

		tl_dso_jit_codes(jr.jit->dso, &jr.head, add_jit_code, &jr);
	}
	free(rd->jits);
	rd->jits = NULL;
	rd->njits = 0;
}

/* One run behind another, both sorted, to `out`; equal times keep their order. */
static void merge_runs(struct tl_side *out, const struct tl_side *a, size_t na,
		       const struct tl_side *b, size_t nb)
{
	while (na > 0 && nb > 0) {
		if (b->time < a->time) {
			*out++ = *b++;
			nb--;
		} else {
			*out++ = *a++;
			na--;
		}
	}
	memcpy(out, a, na * sizeof(*a));
	memmove(out + na, b, nb * sizeof(*b)); /* it may be there already */
}

static size_t run_length(const struct tl_side *v, size_t n)
{
	size_t i = n > 0;

	while (i < n && v[i - 1].time <= v[i].time)
		i++;
	return i;
}

/* How many of the sorted v[0 .. n) come before a record of time t, equal times included. */
static size_t count_until(const struct tl_side *v, size_t n, uint64_t t)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (v[mid].time <= t)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/*
 * Put each run to its place in what is sorted before it; only what overlaps is moved.  Cheap where
 * that is little, as in files of perf: else it stops after a while, with nothing lost.
 */
static bool sort_near(struct tl_side *v, size_t n, struct tl_side *room)
{
	size_t budget = 16 * n;

	for (size_t at = run_length(v, n), nb; at < n; at += nb) {
		size_t low = count_until(v, at, v[at].time), moved = at - low;

		nb = run_length(v + at, n - at);
		if (moved + nb > budget)
			return false;
		budget -= moved + nb;
		memcpy(room, v + low, moved * sizeof(*v));
		/* What is written never overtakes what is read of the run. */
		merge_runs(v + low, room, moved, v + at, nb);
	}
	return true;
}

/* Merge neighbouring runs until there is one. */
static void sort_far(struct tl_sideband *s, struct tl_side **room)
{
	for (bool sorted = false; !sorted;) {
		struct tl_side *from = s->v, *to = *room;

		for (size_t at = 0; at < s->n;) {
			size_t na = run_length(from + at, s->n - at);
			size_t nb = run_length(from + at + na, s->n - at - na);

			merge_runs(to + at, from + at, na, from + at + na, nb);
			sorted = na + nb == s->n;
			at += na + nb;
		}
		s->v = to;
		*room = from;
	}
}

/*
 * By time, equal times in the file's order.  A file is sorted, or has sorted runs, one for each
 * time a CPU's buffer was read, that overlap their neighbours.  False: no memory.
 */
static bool sort_by_time(struct tl_sideband *s)
{
	struct tl_side *room;

	if (run_length(s->v, s->n) == s->n)
		return true;
	room = malloc(s->cap * sizeof(*room));
	if (!room)
		return false;
	if (!sort_near(s->v, s->n, room))
		sort_far(s, &room);
	free(room);
	return true;
}

static int gap_by_time(const void *a, const void *b)
{
	const struct tl_gap *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->queue != y->queue)
		return x->queue < y->queue ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

bool tl_sideband_read(struct tl_sideband *s, const struct tl_perf *perf, struct tl_dsos *dsos,
		      struct tl_perf_listener *also)
{
	struct reader rd = { .s = s, .perf = perf, .dsos = dsos, .also = also };
	struct tl_err broken = TL_ERR_INIT;

	*s = (struct tl_sideband){ .first = UINT64_MAX };
	/* Where the file is broken the walk ends; what was read counts, and perfdata.h tells. */
	if (!tl_perf_walk(perf, read_record, &rd, &broken) && also)
		also->broken = broken;
	read_jitdumps(&rd);
	if (rd.failed)
		return false;
	if (!sort_by_time(s))
		return false;
	if (s->ngaps > 0)
		qsort(s->gaps, s->ngaps, sizeof(*s->gaps), gap_by_time);
	return true;
}

void tl_sideband_fini(struct tl_sideband *s)
{
	free(s->v);
	free(s->maps);
	free(s->pokes);
	tl_buf_fini(&s->poked);
	free(s->name_slots);
	free(s->gaps);
	tl_buf_fini(&s->names);
	*s = (struct tl_sideband){ 0 };
}
