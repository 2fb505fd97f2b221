/*
 * test_timeline.c: who ran what, when.  Recordings are written for each test, read back, and asked;
 * any sequence of records is compared with a replay that keeps a byte per page.
 */
#include "decoders/perf/timeline.h"

#include "base/bytes.h"
#include "tests/trace/perfout.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- binaries: only which one is asked for matters here */

struct tl_dso {
	char path[64];
	int32_t pid;
	uint8_t id[TL_PERF_BUILD_ID];
	size_t id_len;
};

struct tl_dsos {
	struct tl_dso v[64];
	size_t n;
};

static struct tl_dsos dsos;

struct tl_dso *tl_dsos_get(struct tl_dsos *all, const char *path, const uint8_t *build_id,
			   size_t build_id_len, int32_t pid)
{
	struct tl_dso *d;

	for (size_t i = 0; i < all->n; i++) {
		d = &all->v[i];
		if (strcmp(d->path, path) == 0 && d->id_len == build_id_len &&
		    memcmp(d->id, build_id ? build_id : d->id, build_id_len) == 0)
			return d;
	}
	assert_true(all->n < 64);
	d = &all->v[all->n++];
	snprintf(d->path, sizeof(d->path), "%s", path);
	d->pid = pid;
	d->id_len = build_id_len;
	if (build_id)
		memcpy(d->id, build_id, build_id_len);
	return d;
}

/* By address but for files, of which "/lib/modules" is none; test_dso.c has the real rule. */
uint64_t tl_dso_pgoff(const struct tl_dso *d, uint64_t start, uint64_t pgoff)
{
	if (strcmp(d->path, "[vdso]") == 0)
		return 0;
	if (d->path[0] == '[' || strncmp(d->path, "//", 2) == 0 ||
	    strncmp(d->path, "/lib/modules/", 13) == 0)
		return start;
	return pgoff;
}

struct tl_dso *tl_dsos_kernel(struct tl_dsos *all)
{
	return tl_dsos_get(all, "[kernel.kallsyms]", NULL, 0, -1);
}

struct tl_dso *tl_dsos_ksymbol(struct tl_dsos *all, const char *name, uint64_t start, uint64_t len)
{
	return tl_dsos_get(all, name, NULL, 0, -1);
}

/* A binary that was changed has a mark behind its name. */
struct tl_dso *tl_dso_poked(struct tl_dso *d, uint64_t addr, const uint8_t *bytes, size_t len)
{
	char path[80];

	snprintf(path, sizeof(path), "%s*%02x", d->path, bytes[0]);
	return tl_dsos_get(&dsos, path, NULL, 0, -1);
}

bool tl_dso_is_jitdump(const struct tl_dso *d)
{
	return tl_jitdump_name(d->path);
}

/* What the only jitdump has. */
static const struct tl_jit_code *jit_codes;
static size_t njit_codes;
static struct tl_jitdump_head jit_head;

bool tl_dso_jit_codes(struct tl_dso *d, struct tl_jitdump_head *head,
		      bool (*fn)(void *arg, const struct tl_jit_code *code), void *arg)
{
	*head = jit_head;
	for (size_t i = 0; i < njit_codes; i++)
		if (!fn(arg, &jit_codes[i]))
			return false;
	return true;
}

/* Of the copy of the kernel's code, which has more than is told to be mapped. */
static unsigned nsegments;

bool tl_dsos_kcore_segment(struct tl_dsos *all, size_t i, uint64_t *start, uint64_t *end)
{
	*start = i ? 0xffffffff80000000 : 0x1000;
	*end = *start + 0x3000000;
	return i < nsegments;
}

/* ---- a recording */

struct rec {
	char path[64];
	struct perfout_usual usual;
	struct perfout_options options;
	struct perfout *out;
	struct tl_perf *perf;
	struct tl_timeline *tl;
	bool percpu;
};

static void begin(struct rec *r, unsigned percpu)
{
	struct tl_err err = TL_ERR_INIT;
	struct perfout_pt pt;
	int fd;

	memset(r, 0, sizeof(*r));
	dsos.n = 0;
	snprintf(r->path, sizeof(r->path), "/tmp/tless-timeline-XXXXXX");
	fd = mkstemp(r->path);
	assert_true(fd >= 0);
	close(fd);
	r->percpu = percpu > 0;
	perfout_usual(&r->usual, PERFOUT_PT_PT | PERFOUT_PT_TSC | PERFOUT_PT_BRANCH, percpu,
		      &r->options);
	assert_true(perfout_open(r->path, &r->options, &r->out, &err));
	perfout_pt_usual(&pt, percpu > 0);
	perfout_auxtrace_info(r->out, &pt);
}

/* Ends the writing, opens what was written. */
static void finish(struct rec *r)
{
	struct tl_err err = TL_ERR_INIT;

	assert_true(perfout_close(r->out, &err));
	if (!tl_perf_open(r->path, &r->perf, &err))
		fail_msg("%s", err.msg);
	assert_int_equal(tl_perf_ndamage(r->perf), 0);
	assert_true(tl_timeline_build(r->perf, &dsos, NULL, &r->tl, &err));
}

static void end(struct rec *r)
{
	tl_timeline_close(r->tl);
	tl_perf_close(r->perf);
	unlink(r->path);
}

static const struct perfout_id *at(uint64_t time, int32_t pid, int32_t tid, int32_t cpu)
{
	static struct perfout_id id;

	id = (struct perfout_id){ .pid = pid, .tid = tid, .time = time, .cpu = cpu, .attr = 1 };
	return &id;
}

static void mmap2(struct rec *r, uint64_t time, int32_t pid, uint64_t addr, uint64_t len,
		  uint64_t pgoff, const char *path)
{
	struct perfout_mmap2 m = {
		.pid = pid, .tid = pid, .addr = addr, .len = len, .pgoff = pgoff, .path = path
	};

	perfout_mmap2(r->out, &m, at(time, pid, pid, 0));
}

static const struct tl_context *ask(struct rec *r, int32_t cpu, int32_t tid, uint64_t time,
				    uint64_t *until)
{
	struct tl_perf_queue q = { .cpu = cpu, .tid = tid };
	const struct tl_context *c = tl_timeline_context(r->tl, &q, time, until);

	assert_non_null(c);
	assert_true(*until > time || time == TL_TIMELINE_NOTIME);
	return c;
}

static void check_who(const struct tl_context *c, int32_t pid, int32_t tid, int32_t cpu,
		      const char *comm)
{
	assert_int_equal(c->pid, pid);
	assert_int_equal(c->tid, tid);
	assert_int_equal(c->cpu, cpu);
	assert_string_equal(c->comm, comm);
}

/* "" is nothing. */
static void check_code(const struct tl_context *c, uint64_t ip, const char *path, uint64_t offset)
{
	const struct tl_map *m = tl_space_find(c->space, ip);

	if (!*path) {
		assert_null(m);
		return;
	}
	assert_non_null(m);
	assert_string_equal(m->dso->path, path);
	assert_int_equal(m->pgoff + (ip - m->start), offset);
}

/* ---- rules */

static void test_empty(void **state)
{
	struct rec r;
	uint64_t until, first, last;

	begin(&r, 2);
	finish(&r);
	check_who(ask(&r, 1, -1, 100, &until), -1, -1, 1, ":-1");
	assert_int_equal(until, UINT64_MAX);
	check_who(ask(&r, -1, 42, 0, &until), -1, 42, -1, ":42");
	assert_int_equal(ask(&r, -1, 42, 0, &until)->space->nmaps, 0);
	assert_int_equal(tl_timeline_ngaps(r.tl), 0);
	assert_false(tl_timeline_range(r.tl, &first, &last));
	end(&r);
	tl_timeline_close(NULL);
}

/* A CPU's trace is of whom SWITCH brings in; what leaves stays until then. */
static void test_switches(void **state)
{
	struct rec r;
	uint64_t until, first, last;

	begin(&r, 2);
	perfout_comm(r.out, 10, 10, "one", false, at(100, 10, 10, 0));
	perfout_itrace_start(r.out, 10, 11, at(200, 10, 11, 1));
	perfout_switch(r.out, false, false, at(300, 20, 21, 1));
	perfout_switch(r.out, true, true, at(400, 20, 21, 1));
	perfout_switch(r.out, false, false, at(500, 0, 0, 1));
	perfout_switch(r.out, false, false, at(450, 10, 10, 0));
	finish(&r);
	check_who(ask(&r, 1, -1, 199, &until), -1, -1, 1, ":-1");
	assert_int_equal(until, 200);
	check_who(ask(&r, 1, -1, 200, &until), 10, 11, 1, ":11");
	assert_int_equal(until, 300);
	check_who(ask(&r, 1, -1, 300, &until), 20, 21, 1, ":21");
	assert_int_equal(until, 500);
	check_who(ask(&r, 1, -1, 499, &until), 20, 21, 1, ":21");
	check_who(ask(&r, 1, -1, 500, &until), 0, 0, 1, "swapper");
	assert_int_equal(until, UINT64_MAX);
	check_who(ask(&r, 0, -1, 449, &until), -1, -1, 0, ":-1");
	check_who(ask(&r, 0, -1, 450, &until), 10, 10, 0, "one");
	check_who(ask(&r, 1, -1, TL_TIMELINE_NOTIME, &until), 0, 0, 1, "swapper");
	assert_int_equal(until, UINT64_MAX);
	assert_true(tl_timeline_range(r.tl, &first, &last));
	assert_int_equal(first, 100);
	assert_int_equal(last, 500);
	end(&r);
}

static void test_switch_cpu_wide(void **state)
{
	struct rec r;
	uint64_t until;

	begin(&r, 1);
	perfout_switch_cpu_wide(r.out, true, false, 30, 31, at(100, 10, 11, 0));
	perfout_switch_cpu_wide(r.out, false, false, 10, 11, at(110, 30, 31, 0));
	perfout_switch_cpu_wide(r.out, true, false, 0, 0, at(200, 30, 31, 0));
	finish(&r);
	check_who(ask(&r, 0, -1, 99, &until), -1, -1, 0, ":-1");
	check_who(ask(&r, 0, -1, 100, &until), 30, 31, 0, ":31");
	assert_int_equal(until, 200);
	check_who(ask(&r, 0, -1, 200, &until), 0, 0, 0, "swapper");
	end(&r);
}

/* Old kernels tell by a tracepoint who comes. */
static void test_sched_switch(void **state)
{
	static const uint64_t ids[] = { 500 }, chain[] = { 1, 2, 3 };
	struct perfout_sample sample = { .chain = chain, .nchain = 3, .raw_len = 64 };
	struct perfout_attr attrs[3];
	uint32_t raw[16] = { 0 };
	struct tl_err err = TL_ERR_INIT;
	struct perfout_id id = { 10, 11, 100, 1, 2, 0 };
	struct rec r;
	uint64_t until;

	begin(&r, 2);
	/* Once more, with another event. */
	assert_true(perfout_close(r.out, &err));
	memcpy(attrs, r.usual.attrs, 2 * sizeof(*attrs));
	attrs[2] =
	    (struct perfout_attr){ .name = "sched:sched_switch",
				   .type = 2,
				   .config = 300,
				   .sample_type = PERFOUT_IP | PERFOUT_TID | PERFOUT_TIME |
						  PERFOUT_CPU | PERFOUT_PERIOD | PERFOUT_RAW |
						  PERFOUT_CALLCHAIN | PERFOUT_IDENTIFIER,
				   .flags = PERFOUT_SAMPLE_ID_ALL,
				   .ids = ids,
				   .nids = 1 };
	r.options.attrs = attrs;
	r.options.nattrs = 3;
	assert_true(perfout_open(r.path, &r.options, &r.out, &err));
	perfout_comm(r.out, 20, 21, "next", false, at(50, 20, 21, 0));
	raw[14] = 21; /* next_pid */
	sample.raw = raw;
	perfout_sample(r.out, &sample, &id);
	id.time = 200;
	raw[14] = 0;
	perfout_sample(r.out, &sample, &id);
	id.time = 300;
	raw[14] = 21;
	sample.raw_len = 56; /* cut off before it */
	perfout_sample(r.out, &sample, &id);
	finish(&r);
	check_who(ask(&r, 1, -1, 99, &until), -1, -1, 1, ":-1");
	check_who(ask(&r, 1, -1, 100, &until), 20, 21, 1, "next");
	assert_int_equal(until, 200);
	check_who(ask(&r, 1, -1, 400, &until), 0, 0, 1, "swapper");
	end(&r);
}

/* A thread's trace is of that thread; SWITCH tells its CPU. */
static void test_thread_queue(void **state)
{
	static const uint8_t bytes[8];
	struct rec r;
	uint64_t until;

	begin(&r, 2);
	perfout_auxtrace(r.out, bytes, sizeof(bytes), 0, 1, 0, 11, -1);
	perfout_comm(r.out, 10, 11, "worker", false, at(100, 10, 11, 0));
	perfout_switch(r.out, false, false, at(200, 10, 11, 1));
	perfout_switch(r.out, false, false, at(300, 20, 20, 1));
	perfout_switch(r.out, false, false, at(400, 10, 11, 0));
	finish(&r);
	assert_int_equal(tl_perf_nqueues(r.perf), 1);
	/* Its process is known from the first, its name is not. */
	check_who(ask(&r, -1, 11, 50, &until), 10, 11, -1, ":11");
	assert_int_equal(until, 100);
	check_who(ask(&r, -1, 11, 100, &until), 10, 11, -1, "worker");
	assert_int_equal(until, 200);
	check_who(ask(&r, -1, 11, 250, &until), 10, 11, 1, "worker");
	assert_int_equal(until, 400);
	check_who(ask(&r, -1, 11, 400, &until), 10, 11, 0, "worker");
	end(&r);
}

/* Names: by COMM, inherited by FORK, ":TID" before. */
static void test_comm(void **state)
{
	struct rec r;
	uint64_t until;

	begin(&r, 0);
	perfout_fork(r.out, 10, 10, 12, 10, 90, at(90, 10, 10, 0));
	perfout_comm(r.out, 10, 10, "sh", false, at(100, 10, 10, 0));
	perfout_fork(r.out, 10, 10, 11, 10, 200, at(200, 10, 10, 0));
	perfout_fork(r.out, 20, 10, 20, 10, 300, at(300, 10, 10, 0));
	perfout_comm(r.out, 20, 20, "a long name xyz", true, at(400, 20, 20, 0));
	/* The tid again, of a process whose name nobody knows. */
	perfout_fork(r.out, 20, 30, 20, 30, 500, at(500, 30, 30, 0));
	finish(&r);
	check_who(ask(&r, -1, 10, 99, &until), 10, 10, -1, ":10");
	check_who(ask(&r, -1, 10, 100, &until), 10, 10, -1, "sh");
	check_who(ask(&r, -1, 11, 200, &until), 10, 11, -1, "sh");
	check_who(ask(&r, -1, 12, 500, &until), 10, 12, -1, ":12");
	check_who(ask(&r, -1, 20, 300, &until), 20, 20, -1, "sh");
	assert_int_equal(until, 400);
	check_who(ask(&r, -1, 20, 400, &until), 20, 20, -1, "a long name xyz");
	check_who(ask(&r, -1, 20, 500, &until), 20, 20, -1, ":20");
	end(&r);
}

/* A FORK gives a tid to another process. */
static void test_tid_again(void **state)
{
	struct rec r;
	uint64_t until;

	begin(&r, 0);
	perfout_fork(r.out, 10, 10, 12, 10, 90, at(90, 10, 10, 0));
	perfout_exit(r.out, 10, 10, 12, 10, 95, at(95, 10, 10, 0));
	perfout_fork(r.out, 20, 20, 12, 20, 100, at(100, 20, 20, 0));
	finish(&r);
	check_who(ask(&r, -1, 12, 99, &until), 10, 12, -1, ":12");
	assert_int_equal(until, 100);
	check_who(ask(&r, -1, 12, 100, &until), 20, 12, -1, ":12");
	end(&r);
}

/* Threads share; FORK copies; exec clears; what comes later replaces. */
static void test_mappings(void **state)
{
	struct rec r;
	uint64_t until;
	const struct tl_context *c;

	begin(&r, 0);
	mmap2(&r, 100, 10, 0x1000, 0x4000, 0x8000, "/bin/sh");
	perfout_fork(r.out, 10, 10, 11, 10, 150, at(150, 10, 10, 0));
	perfout_fork(r.out, 20, 10, 20, 10, 200, at(200, 10, 10, 0));
	mmap2(&r, 300, 10, 0x2000, 0x1000, 0, "/lib/a.so");
	perfout_comm(r.out, 20, 20, "ls", true, at(400, 20, 20, 0));
	mmap2(&r, 410, 20, 0x1000, 0x1000, 0, "/bin/ls");
	finish(&r);

	c = ask(&r, -1, 11, 200, &until);
	check_who(c, 10, 11, -1, ":11");
	check_code(c, 0x1000, "/bin/sh", 0x8000);
	check_code(c, 0x2fff, "/bin/sh", 0x9fff);
	check_code(c, 0x5000, "", 0);
	assert_int_equal(until, 300);
	c = ask(&r, -1, 11, 300, &until);
	check_code(c, 0x2fff, "/lib/a.so", 0xfff);
	check_code(c, 0x3000, "/bin/sh", 0xa000);
	assert_ptr_equal(c->space, ask(&r, -1, 10, 300, &until)->space);
	/* The child has what its parent had then. */
	c = ask(&r, -1, 20, 399, &until);
	check_code(c, 0x2fff, "/bin/sh", 0x9fff);
	assert_int_equal(until, 400);
	c = ask(&r, -1, 20, 410, &until);
	check_code(c, 0x1000, "/bin/ls", 0);
	check_code(c, 0x2fff, "", 0);
	assert_int_equal(until, UINT64_MAX);
	/* A mapping that hides nothing does not make the answer another. */
	assert_ptr_equal(c->space, ask(&r, -1, 20, 400, &until)->space);
	assert_int_equal(until, UINT64_MAX);
	end(&r);
}

/* perf's FORK records on what ran before do not copy, the MMAPs that follow tell all. */
static void test_fork_without_maps(void **state)
{
	const uint32_t body[6] = { 20, 10, 20, 10, 0, 0 };
	struct rec r;
	uint64_t until;

	begin(&r, 0);
	mmap2(&r, 0, 10, 0x1000, 0x4000, 0, "/bin/sh");
	perfout_record(r.out, 7, 1 << 13, body, sizeof(body), at(0, 0, 0, 0));
	finish(&r);
	check_code(ask(&r, -1, 10, 5, &until), 0x1000, "/bin/sh", 0);
	check_code(ask(&r, -1, 20, 5, &until), 0x1000, "", 0);
	end(&r);
}

static void test_kernel_and_special(void **state)
{
	static const uint8_t build_id[20] = { 1, 2, 3 };
	const uint64_t text = UINT64_C(0xffffffff81000000);
	struct perfout_mmap2 m = { .pid = 10, .tid = 10, .len = 0x1000 };
	struct rec r;
	uint64_t until;
	const struct tl_context *c;
	const struct tl_map *map;

	begin(&r, 0);
	perfout_mmap(r.out, -1, 0, text, 0xe00000, text + 0x200, "[kernel.kallsyms]_text",
		     at(0, -1, 0, 0));
	perfout_mmap(r.out, -1, 0, UINT64_C(0xffffffffc0000000), 0x5000, 0, "/lib/modules/a.ko",
		     at(0, -1, 0, 0));
	mmap2(&r, 100, 10, 0x10000, 0x1000, 0, "//anon");
	mmap2(&r, 100, 10, 0x20000, 0x1000, 0x7000, "[vdso]");
	m.addr = 0x30000;
	m.path = "/bin/with-id";
	m.build_id = build_id;
	m.build_id_len = sizeof(build_id);
	perfout_mmap2(r.out, &m, at(100, 10, 10, 0));
	m.addr = 0x30800;
	m.len = 0x400;
	m.path = "/some/data";
	m.prot = 3; /* not executable */
	perfout_mmap2(r.out, &m, at(200, 10, 10, 0));
	finish(&r);
	c = ask(&r, -1, 10, 100, &until);
	assert_int_equal(until, 200);
	check_code(c, text + 5, "[kernel.kallsyms]_text", text + 5);
	check_code(c, UINT64_C(0xffffffffc0000010), "/lib/modules/a.ko",
		   UINT64_C(0xffffffffc0000010));
	check_code(c, 0x10010, "//anon", 0x10010);
	check_code(c, 0x20010, "[vdso]", 0x10);
	check_code(c, 0x30900, "/bin/with-id", 0x900);
	map = tl_space_find(c->space, 0x30000);
	assert_int_equal(map->dso->id_len, sizeof(build_id));
	assert_memory_equal(map->dso->id, build_id, sizeof(build_id));
	check_code(ask(&r, -1, 10, 200, &until), 0x30900, "", 0);
	/* Who has nothing mapped, or is not known, has the kernel. */
	check_code(ask(&r, 0, -1, 100, &until), text, "[kernel.kallsyms]_text", text);
	end(&r);
}

static void ksymbol(struct rec *r, uint64_t time, uint64_t addr, uint32_t len, uint16_t flags,
		    const char *name)
{
	uint8_t body[64] = { 0 };

	tl_put64(body, addr);
	tl_put32(body + 8, len);
	tl_put16(body + 14, flags);
	strcpy((char *)body + 16, name);
	perfout_record(r->out, 17, 0, body, 16 + strlen(name) + 1, at(time, -1, 0, 0));
}

static void poke(struct rec *r, uint64_t time, uint64_t addr, uint8_t byte)
{
	uint8_t body[16] = { 0 };

	tl_put64(body, addr);
	tl_put16(body + 8, 1);
	tl_put16(body + 10, 1);
	body[13] = byte;
	perfout_record(r->out, 20, 1, body, 14, at(time, -1, 0, 0));
}

/* Code that the kernel makes and changes; and what is in the copy of it only. */
static void test_kernel_changes(void **state)
{
	const uint64_t text = UINT64_C(0xffffffff81000000), mod = UINT64_C(0xffffffffc0000000);
	const struct tl_context *c;
	struct rec r;
	uint64_t until;

	begin(&r, 0);
	/* As old perf had it: the kernel up to the end, its modules on top. */
	perfout_mmap(r.out, -1, 0, text, -text - 1, text, "[kernel.kallsyms]_text",
		     at(0, -1, 0, 0));
	perfout_mmap(r.out, -1, 0, mod, 0x1000, 0, "[mod]", at(0, -1, 0, 0));
	ksymbol(&r, 100, mod + 0x5000, 0x100, 0, "bpf_prog");
	poke(&r, 200, text + 0x123, 0xaa);
	poke(&r, 300, mod + 0x20, 0xbb);
	poke(&r, 300, text + 0x500, 0xcc);
	poke(&r, 400, 0xfff1000, 0xdd);
	ksymbol(&r, 500, mod + 0x5000, 0x100, 1, "bpf_prog"); /* it is unloaded */
	nsegments = 2;
	finish(&r);
	nsegments = 0;
	c = ask(&r, -1, 10, 100, &until);
	check_code(c, text, "[kernel.kallsyms]_text", text);
	check_code(c, mod + 0x5010, "bpf_prog", mod + 0x5010);
	check_code(c, mod + 0x5100, "[kernel.kallsyms]_text", mod + 0x5100);
	check_code(c, text - 0x10, "[kernel.kallsyms]", text - 0x10);
	check_code(c, 0x2000, "", 0); /* no place for a kernel */
	assert_int_equal(until, 200);
	c = ask(&r, -1, 10, 200, &until);
	check_code(c, text, "[kernel.kallsyms]_text*aa", text);
	check_code(c, mod, "[mod]", mod);
	check_code(c, mod + 0x6000, "[kernel.kallsyms]_text", mod + 0x6000);
	c = ask(&r, -1, 10, 300, &until);
	check_code(c, text, "[kernel.kallsyms]_text*aa*cc", text);
	check_code(c, mod + 0xfff, "[mod]*bb", mod + 0xfff);
	check_code(c, mod + 0x5010, "bpf_prog", mod + 0x5010);
	c = ask(&r, -1, 10, 500, &until);
	check_code(c, 0xfff1000, "[kernel.kallsyms]*dd", 0xfff1000);
	check_code(c, 0xfff1001, "", 0);
	check_code(c, mod + 0x5010, "bpf_prog", mod + 0x5010);
	end(&r);
}

#define T0 UINT64_C(20000000000000) /* a time that the processor's clock can tell */

/* Code that was compiled at run time, by a dump with times of either clock. */
static void test_jitdump(void **state)
{
	static const struct tl_jit_code codes[] = {
		{ T0 + 300, 0x10100, 0x10, 0x40, .name = "f" },
		{ T0 + 400, 0x10200, 0x10, 0x80, .name = "g" },
		{ T0 + 500, 0x10108, 0x10, 0xc0, .name = "h" }, /* in the place of f */
	};
	static const char dump[] = "/tmp/jit-10.dump";

	jit_codes = codes;
	njit_codes = 3;
	/* CLOCK_MONOTONIC; the processor's; and none that is perf's. */
	for (unsigned clock = 0; clock < 3; clock++) {
		static struct tl_jit_code in_tsc[3];
		const struct tl_context *c;
		struct rec r;
		uint64_t until;

		begin(&r, 0);
		jit_head = (struct tl_jitdump_head){ .pid = 10, .tsc = clock == 1 };
		if (clock == 0) {
			perfout_close(r.out, NULL);
			r.usual.attrs[0].flags |= PERFOUT_USE_CLOCKID;
			r.usual.attrs[1].flags |= PERFOUT_USE_CLOCKID;
			r.usual.attrs[0].clockid = r.usual.attrs[1].clockid = 1;
			assert_true(perfout_open(r.path, &r.options, &r.out, NULL));
		} else if (clock == 1) {
			struct perfout_pt pt;

			perfout_pt_usual(&pt, false);
			for (unsigned i = 0; i < 3; i++) {
				in_tsc[i] = codes[i];
				in_tsc[i].time = perfout_ns_to_tsc(&pt, codes[i].time);
			}
			jit_codes = in_tsc;
		}
		mmap2(&r, T0 + 100, 10, 0x10000, 0x1000, 0, "//anon");
		mmap2(&r, T0 + 200, 10, 0x70000, 0x1000, 0, dump);
		mmap2(&r, T0 + 210, 10, 0x70000, 0x1000, 0, dump);
		finish(&r);
		c = ask(&r, -1, 10, T0 + 450, &until);
		check_code(c, 0x10000, "//anon", 0x10000);
		check_code(c, 0x10110, clock < 2 ? "//anon" : dump, clock < 2 ? 0x10110 : 0xc8);
		check_code(c, 0x10208, dump, 0x88);
		check_code(c, 0x10109, dump, clock < 2 ? 0x49 : 0xc1);
		/* What fills memory makes no new space, what takes another's place does. */
		assert_int_equal(until, clock < 2 ? T0 + 500 : UINT64_MAX);
		if (clock < 2)
			assert_ptr_equal(ask(&r, -1, 10, T0 + 250, &until)->space, c->space);
		check_code(ask(&r, -1, 10, T0 + 500, &until), 0x10109, dump, 0xc1);
		end(&r);
	}
	njit_codes = 0;
}

/* The memory with the code is mapped again: what was compiled is still there, also in a child. */
static void test_memory_grows(void **state)
{
	static const struct tl_jit_code codes[] = {
		{ T0 + 300, 0x10100, 0x10, 0x40, .name = "f" },
		{ T0 + 500, 0x10200, 0x10, 0x80, .name = "g" },
	};
	static const char dump[] = "/tmp/jit-10.dump";
	const struct perfout_mmap2 writable = {
		.pid = 10, .tid = 10, .addr = 0x10000, .len = 0x1000, .prot = 3, .path = "//anon"
	};
	const struct tl_context *c;
	struct rec r;
	uint64_t until;

	jit_codes = codes;
	njit_codes = 2;
	jit_head = (struct tl_jitdump_head){ .pid = 10 };
	begin(&r, 0);
	perfout_close(r.out, NULL);
	r.usual.attrs[0].flags |= PERFOUT_USE_CLOCKID;
	r.usual.attrs[1].flags |= PERFOUT_USE_CLOCKID;
	r.usual.attrs[0].clockid = r.usual.attrs[1].clockid = 1;
	assert_true(perfout_open(r.path, &r.options, &r.out, NULL));
	mmap2(&r, T0 + 100, 10, 0x10000, 0x1000, 0, "//anon");
	mmap2(&r, T0 + 200, 10, 0x70000, 0x1000, 0, dump);
	perfout_mmap2(r.out, &writable, at(T0 + 350, 10, 10, 0));
	mmap2(&r, T0 + 400, 10, 0x10000, 0x9000, 0, "//anon");
	perfout_fork(r.out, 20, 10, 20, 10, T0 + 600, at(T0 + 600, 10, 10, 0));
	mmap2(&r, T0 + 700, 20, 0x10000, 0xa000, 0, "[anon:code]");
	mmap2(&r, T0 + 800, 10, 0x10000, 0xa000, 0, "/memfd:code (deleted)");
	perfout_comm(r.out, 10, 10, "new", true, at(T0 + 900, 10, 10, 0));
	mmap2(&r, T0 + 910, 10, 0x10000, 0x1000, 0, "//anon");
	finish(&r);
	for (uint64_t t = T0 + 350; t < T0 + 900; t += 50) {
		c = ask(&r, -1, 10, t, &until);
		check_code(c, 0x10108, dump, 0x48);
		if (t >= T0 + 500)
			check_code(c, 0x10208, dump, 0x88);
	}
	check_code(ask(&r, -1, 20, T0 + 800, &until), 0x10208, dump, 0x88);
	check_code(ask(&r, -1, 10, T0 + 950, &until), 0x10108, "//anon", 0x10108);
	end(&r);
	njit_codes = 0;
}

/* In the file's order, when the times are not in order, or equal, or not told. */
static void test_order(void **state)
{
	struct rec r;
	uint64_t until;

	begin(&r, 1);
	perfout_comm(r.out, 10, 10, "third", false, at(300, 10, 10, 0));
	perfout_comm(r.out, 10, 10, "second", false, at(200, 10, 10, 0));
	perfout_comm(r.out, 10, 10, "not", false, at(100, 10, 10, 0));
	perfout_comm(r.out, 10, 10, "first", false, at(100, 10, 10, 0));
	perfout_comm(r.out, 10, 10, "before", false, at(0, 10, 10, 0));
	finish(&r);
	check_who(ask(&r, -1, 10, 0, &until), 10, 10, -1, "before");
	assert_int_equal(until, 100);
	check_who(ask(&r, -1, 10, 99, &until), 10, 10, -1, "before");
	check_who(ask(&r, -1, 10, 100, &until), 10, 10, -1, "first");
	check_who(ask(&r, -1, 10, 200, &until), 10, 10, -1, "second");
	check_who(ask(&r, -1, 10, UINT64_MAX - 1, &until), 10, 10, -1, "third");
	end(&r);
}

/* Without times a thread's trace is read as things were when it left. */
static void test_end_of_a_thread(void **state)
{
	struct rec r;
	uint64_t until;

	begin(&r, 0);
	mmap2(&r, 100, 10, 0x1000, 0x1000, 0, "/lib/a.so");
	perfout_fork(r.out, 10, 10, 11, 10, 150, at(150, 10, 10, 0));
	perfout_exit(r.out, 10, 10, 11, 10, 200, at(200, 10, 11, 0));
	mmap2(&r, 300, 10, 0x1000, 0x1000, 0, "/lib/b.so");
	finish(&r);
	check_code(ask(&r, -1, 11, TL_TIMELINE_NOTIME, &until), 0x1000, "/lib/a.so", 0);
	check_code(ask(&r, -1, 10, TL_TIMELINE_NOTIME, &until), 0x1000, "/lib/b.so", 0);
	end(&r);
}

static void test_gaps(void **state)
{
	static const uint8_t bytes[64];
	const uint64_t lost = 7;
	struct rec r;
	const struct tl_gap *g;

	begin(&r, 2);
	perfout_auxtrace(r.out, bytes, 64, 0, 1, 0, -1, 0);
	perfout_auxtrace(r.out, bytes, 64, 0, 1, 1, -1, 1);
	perfout_auxtrace(r.out, bytes, 64, 100, 1, 1, -1, 1);
	perfout_aux(r.out, 0, 10, 0, at(50, 10, 10, 1));
	perfout_aux(r.out, 0, 10, PERFOUT_AUX_OVERWRITE, at(60, 10, 10, 1));
	perfout_lost(r.out, 1, 3, at(900, 10, 10, 0));
	perfout_aux(r.out, 0, 64, PERFOUT_AUX_TRUNCATED, at(500, 10, 11, 1));
	perfout_aux(r.out, 100, 32, PERFOUT_AUX_PARTIAL, at(400, 10, 11, 1));
	perfout_aux(r.out, 0, 500, PERFOUT_AUX_COLLISION, at(450, 10, 11, 0));
	perfout_record(r.out, 13, 0, &lost, sizeof(lost), at(700, 10, 10, 0));
	perfout_aux(r.out, 0, 64, 0, at(910, 10, 10, 0));
	perfout_aux(r.out, 64, 64, PERFOUT_AUX_OVERWRITE, at(920, 10, 10, 0));
	perfout_aux(r.out, 64, 64, 0, at(930, 10, 10, 0)); /* these bytes are not there */
	perfout_aux(r.out, 128, 64, 0, at(940, 10, 10, 0));
	finish(&r);
	assert_int_equal(tl_timeline_ngaps(r.tl), 6);
	g = tl_timeline_gap(r.tl, 0);
	assert_int_equal(g->time, 400);
	assert_int_equal(tl_perf_queue(r.perf, g->queue)->cpu, 1);
	assert_int_equal(g->offset, 64 + 32);
	assert_int_equal(g->type, 11);
	assert_int_equal(g->count, PERFOUT_AUX_PARTIAL);
	assert_int_equal(g->tid, 11);
	g = tl_timeline_gap(r.tl, 1);
	assert_int_equal(tl_perf_queue(r.perf, g->queue)->cpu, 0);
	assert_int_equal(g->offset, 64);
	g = tl_timeline_gap(r.tl, 2);
	assert_int_equal(g->time, 500);
	assert_int_equal(g->offset, 64);
	assert_int_equal(g->cpu, 1);
	g = tl_timeline_gap(r.tl, 3);
	assert_int_equal(g->type, 13);
	assert_int_equal(g->count, 7);
	assert_int_equal(g->queue, UINT32_MAX);
	assert_int_equal(g->offset, UINT64_MAX);
	g = tl_timeline_gap(r.tl, 4);
	assert_int_equal(g->type, 2);
	assert_int_equal(g->count, 3);
	g = tl_timeline_gap(r.tl, 5);
	assert_int_equal(g->time, 930);
	assert_int_equal(tl_perf_queue(r.perf, g->queue)->cpu, 0);
	assert_int_equal(g->offset, 64);
	end(&r);
}

/* Records that are too short for what they are, and numbers that are none. */
static void test_nonsense(void **state)
{
	static const uint8_t zeros[64];
	uint64_t until, huge[9] = { 0 };
	struct rec r;

	begin(&r, 1);
	for (uint32_t type = 1; type < 22; type++) {
		if (type == 9)
			continue; /* a sample is never a record with a sample_id */
		for (size_t len = 0; len <= 64; len += 8)
			perfout_record(r.out, type, 0, zeros, len, at(10, -1, -1, -1));
		for (size_t len = 0; len <= 64; len += 8)
			perfout_record(r.out, type, 0xffff, zeros, len, at(10, -1, -1, -1));
	}
	memset(huge, 0xff, sizeof(huge));
	for (uint32_t type = 1; type < 22; type++) {
		if (type != 9)
			perfout_record(r.out, type, 0, huge, sizeof(huge), at(20, -1, -1, -1));
	}
	/* A mapping around the end of the address space is cut there. */
	mmap2(&r, 30, 10, UINT64_MAX - 0xfff, 0x4000, 0, "/top");
	finish(&r);
	check_code(ask(&r, -1, 10, 30, &until), UINT64_MAX - 1, "/top", 0xffe);
	ask(&r, 0, -1, 30, &until);
	ask(&r, -1, -1, 30, &until);
	end(&r);
}

/* ---- any sequence, any order of asking, several who ask */

#define PAGES   32
#define NTHREAD 6 /* tids 1.. */
#define NPID    4 /* pids 1.. */
#define NCPU    2
#define NOPS    80

struct op {
	enum { RUNS, COMM, EXEC, FORK, THREAD, MAP } kind;
	uint64_t time;
	int32_t pid, tid, cpu, other; /* other: the parent */
	unsigned start, end, file;
};

struct naive {
	int32_t runs[NCPU], pid[NTHREAD + 1];
	char comm[NTHREAD + 1][16];
	uint32_t page[NPID + 1][PAGES]; /* file << 16 | page of it; 0: nothing */
};

static unsigned below(unsigned *rand, unsigned n)
{
	*rand = *rand * 1103515245 + 12345;
	return (*rand >> 16) % n;
}

static void make_op(unsigned *rand, unsigned i, struct op *o)
{
	*o = (struct op){ .kind = below(rand, 10) < 5 ? MAP : below(rand, 6),
			  .time = below(rand, 8) ? 100 + 10 * below(rand, 25) : 0,
			  .cpu = (int32_t)below(rand, NCPU) };
	o->tid = 1 + (int32_t)below(rand, NTHREAD);
	o->pid = 1 + o->tid % NPID;
	o->file = 1 + below(rand, 6);
	o->start = below(rand, PAGES);
	o->end = o->start + 1 + below(rand, 4);
	if (o->kind == FORK || o->kind == THREAD) {
		o->other = 1 + (int32_t)below(rand, NTHREAD);
		o->pid = o->kind == THREAD ? 1 + o->other % NPID : 1 + (int32_t)below(rand, NPID);
	}
}

static void write_op(struct rec *r, const struct op *o)
{
	const struct perfout_id *id = at(o->time, o->pid, o->tid, o->cpu);
	char name[16];

	switch (o->kind) {
	case RUNS:
		perfout_switch(r->out, false, false, id);
		break;
	case COMM:
	case EXEC:
		snprintf(name, sizeof(name), "comm%u", o->file);
		perfout_comm(r->out, o->pid, o->tid, name, o->kind == EXEC, id);
		break;
	case FORK:
	case THREAD:
		perfout_fork(r->out, o->pid, 1 + o->other % NPID, o->tid, o->other, o->time, id);
		break;
	case MAP:
		snprintf(name, sizeof(name), "/file%u", o->file);
		mmap2(r, o->time, o->pid, o->start * 0x1000, (o->end - o->start) * 0x1000,
		      (o->start + 7) * 0x1000, name);
		break;
	}
}

static void know(struct naive *nv, int32_t pid, int32_t tid)
{
	if (!nv->pid[tid])
		nv->pid[tid] = pid;
}

static void replay(struct naive *nv, const struct op *o)
{
	int32_t ppid = 1 + o->other % NPID;

	switch (o->kind) {
	case RUNS:
		know(nv, o->pid, o->tid);
		nv->runs[o->cpu] = o->tid;
		break;
	case COMM:
	case EXEC:
		know(nv, o->pid, o->tid);
		snprintf(nv->comm[o->tid], 16, "comm%u", o->file);
		if (o->kind == EXEC)
			memset(nv->page[o->pid], 0, sizeof(nv->page[0]));
		break;
	case FORK:
	case THREAD:
		know(nv, ppid, o->other);
		nv->pid[o->tid] = o->pid;
		memmove(nv->comm[o->tid], nv->comm[o->other], 16);
		if (o->pid != ppid)
			memcpy(nv->page[o->pid], nv->page[ppid], sizeof(nv->page[0]));
		break;
	case MAP: /* as written: of the process's first thread */
		if (o->pid <= NTHREAD)
			know(nv, o->pid, o->pid);
		for (unsigned p = o->start; p < o->end && p < PAGES; p++)
			nv->page[o->pid][p] = o->file << 16 | (p + 7);
		break;
	}
}

/* By time, the first of all that are left. */
static void replay_until(struct naive *nv, const struct op *ops, uint64_t time)
{
	memset(nv, 0, sizeof(*nv));
	for (uint64_t t = 0; t <= time && t <= 400; t += 10) {
		for (unsigned i = 0; i < NOPS; i++) {
			if (ops[i].time == t)
				replay(nv, &ops[i]);
		}
	}
}

static void check_naive(const struct naive *nv, const struct tl_context *c, int32_t cpu,
			int32_t tid)
{
	char name[16];

	if (tid < 0)
		tid = nv->runs[cpu] ? nv->runs[cpu] : -1;
	assert_int_equal(c->tid, tid);
	if (tid < 0)
		return;
	if (nv->pid[tid])
		assert_int_equal(c->pid, nv->pid[tid]);
	snprintf(name, sizeof(name), ":%d", tid);
	assert_string_equal(c->comm, nv->comm[tid][0] ? nv->comm[tid] : name);
	for (unsigned p = 0; nv->pid[tid] && p < PAGES; p++) {
		uint32_t want = nv->page[nv->pid[tid]][p];

		if (!want)
			continue; /* may hold what comes later */
		snprintf(name, sizeof(name), "/file%u", want >> 16);
		check_code(c, p * 0x1000, name, (want & 0xffff) * 0x1000);
	}
}

static void test_any_sequence(void **state)
{
	for (unsigned round = 0; round < 120; round++) {
		const struct tl_context *seen[NCPU + NTHREAD][31] = { 0 };
		unsigned rand = round;
		struct op ops[NOPS];
		struct rec r;

		begin(&r, NCPU);
		for (unsigned i = 0; i < NOPS; i++) {
			make_op(&rand, i, &ops[i]);
			write_op(&r, &ops[i]);
		}
		finish(&r);
		for (unsigned k = 0; k < 200; k++) {
			unsigned who = below(&rand, NCPU + NTHREAD);
			int32_t cpu = who < NCPU ? (int32_t)who : -1;
			int32_t tid = who < NCPU ? -1 : (int32_t)(who - NCPU) + 1;
			unsigned slot = below(&rand, 31);
			uint64_t time = 90 + 10 * slot, until;
			const struct tl_context *c = ask(&r, cpu, tid, time, &until);
			struct naive nv;

			replay_until(&nv, ops, time);
			check_naive(&nv, c, cpu, tid);
			/* The same answer is right for as long as it was said. */
			replay_until(&nv, ops, until - 1);
			check_naive(&nv, c, cpu, tid);
			if (seen[who][slot])
				assert_ptr_equal(seen[who][slot], c);
			seen[who][slot] = c;
		}
		end(&r);
	}
}

/* The answers do not depend on what was asked before. */
static void test_order_of_asking(void **state)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_timeline *other;
	unsigned rand = 99;
	struct op ops[NOPS];
	struct rec r;

	begin(&r, NCPU);
	for (unsigned i = 0; i < NOPS; i++) {
		make_op(&rand, i, &ops[i]);
		write_op(&r, &ops[i]);
	}
	finish(&r);
	assert_true(tl_timeline_build(r.perf, &dsos, NULL, &other, &err));
	for (int i = 40; i >= 0; i--) {
		for (int32_t tid = 1; tid <= NTHREAD; tid++) {
			struct tl_perf_queue q = { .cpu = -1, .tid = tid };
			uint64_t until;

			tl_timeline_context(other, &q, (uint64_t)i * 10, &until);
		}
	}
	for (uint64_t time = 0; time <= 400; time += 10) {
		for (int32_t tid = 1; tid <= NTHREAD; tid++) {
			struct tl_perf_queue q = { .cpu = -1, .tid = tid };
			uint64_t until_a, until_b;
			const struct tl_context *a = tl_timeline_context(r.tl, &q, time, &until_a);
			const struct tl_context *b = tl_timeline_context(other, &q, time, &until_b);

			assert_int_equal(until_a, until_b);
			check_who(b, a->pid, a->tid, a->cpu, a->comm);
			assert_int_equal(a->space->nmaps, b->space->nmaps);
			if (a->space->nmaps > 0)
				assert_memory_equal(a->space->maps, b->space->maps,
						    a->space->nmaps * sizeof(struct tl_map));
		}
	}
	tl_timeline_close(other);
	end(&r);
}

struct asker {
	struct tl_timeline *tl;
	const struct tl_context *seen[NCPU + NTHREAD][41];
	bool backwards;
};

static void *ask_all(void *arg)
{
	struct asker *a = arg;

	for (int k = 0; k <= 40; k++) {
		int slot = a->backwards ? 40 - k : k;

		for (int32_t who = 0; who < NCPU + NTHREAD; who++) {
			struct tl_perf_queue q = { .cpu = who < NCPU ? who : -1,
						   .tid = who < NCPU ? -1 : who - NCPU + 1 };
			uint64_t until;

			a->seen[who][slot] =
			    tl_timeline_context(a->tl, &q, (uint64_t)slot * 10, &until);
		}
	}
	return NULL;
}

static void test_two_at_once(void **state)
{
	struct asker a = { 0 }, b = { .backwards = true };
	pthread_t thread;
	unsigned rand = 4;
	struct op o;
	struct rec r;

	begin(&r, NCPU);
	for (unsigned i = 0; i < NOPS; i++) {
		make_op(&rand, i, &o);
		write_op(&r, &o);
	}
	finish(&r);
	a.tl = b.tl = r.tl;
	assert_int_equal(pthread_create(&thread, NULL, ask_all, &a), 0);
	ask_all(&b);
	pthread_join(thread, NULL);
	assert_memory_equal(a.seen, b.seen, sizeof(a.seen));
	end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_switches),
		cmocka_unit_test(test_switch_cpu_wide),
		cmocka_unit_test(test_sched_switch),
		cmocka_unit_test(test_thread_queue),
		cmocka_unit_test(test_comm),
		cmocka_unit_test(test_tid_again),
		cmocka_unit_test(test_mappings),
		cmocka_unit_test(test_fork_without_maps),
		cmocka_unit_test(test_kernel_and_special),
		cmocka_unit_test(test_kernel_changes),
		cmocka_unit_test(test_jitdump),
		cmocka_unit_test(test_memory_grows),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_end_of_a_thread),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_any_sequence),
		cmocka_unit_test(test_order_of_asking),
		cmocka_unit_test(test_two_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
