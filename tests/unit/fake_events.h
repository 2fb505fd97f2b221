/*
 * fake_events.h: events made by hand, of a recording with two queues and a binary, and the lines that are
 * made of them.  The functions of timeline.h, dso.h and perfdata.h that lines need are defined below,
 * over a table of symbols.
 */
#ifndef TESTS_UNIT_FAKE_EVENTS_H
#define TESTS_UNIT_FAKE_EVENTS_H

#include "decoders/pt/flow.h"
#include "decoders/pt/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- a binary, /bin/a, of 0x2000 bytes mapped at 0x401000; and one without code */

struct tl_dso {
	const char *name, *why;
	const struct tl_symbol *symbols;
	size_t nsymbols;
	const uint8_t *code; /* of 0x1000 bytes from file offset 0x1000 */
};

static const struct tl_symbol a_symbols[] = {
	{ 0x1000, 0x1100, "main" },  { 0x1100, 0x1180, "f1" },      { 0x1180, 0x1200, "f2" },
	{ 0x1200, 0x1280, "write" }, { 0x1300, 0x1380, "handler" },
};

static uint8_t a_code[0x1000];
static struct tl_dso dso_a = { "/bin/a", "", a_symbols, 5, a_code };
static struct tl_dso dso_gone = { "/lib/gone\n.so", "'/lib/gone.so' is not here", NULL, 0, NULL };

static const struct tl_map maps[] = {
	{ 0x401000, 0x402010, 0x1000, &dso_a }, /* the file ends at 0x2000 */
	{ 0x7f0000000000, 0x7f0000001000, 0, &dso_gone },
};
static const struct tl_space space_a = { 0, 2, maps, 0, NULL, 0 };
static const struct tl_space empty = { 1, 0, NULL, 0, NULL, 0 };

const struct tl_map *tl_space_find(const struct tl_space *space, uint64_t ip)
{
	for (size_t i = 0; i < space->nmaps; i++)
		if (ip >= space->maps[i].start && ip < space->maps[i].end)
			return &space->maps[i];
	return NULL;
}

bool tl_dso_symbol(struct tl_dso *d, uint64_t offset, struct tl_symbol *out)
{
	for (size_t i = 0; i < d->nsymbols; i++)
		if (offset >= d->symbols[i].start && offset < d->symbols[i].end) {
			*out = d->symbols[i];
			return true;
		}
	return false;
}

bool tl_dso_linked(struct tl_dso *d, uint64_t offset, struct tl_symbol *out)
{
	return tl_dso_symbol(d, offset, out);
}

/* f2 is a copy of another function, or so it says. */
bool tl_dso_source(struct tl_dso *d, uint64_t offset, tl_srcline_fn *fn, void *arg)
{
	struct tl_srcline place = { .path = "/src/dir/a.c", .line = (unsigned)(offset & 0xff) };

	if (!d->code || offset >= 0x1200)
		return false;
	if (offset >= 0x1180) {
		place.path = "b\tc.h";
		place.function = "inner";
		place.inlined = true;
		fn(arg, &place);
		place.path = "a.c";
		place.line = 0;
		place.function = "outer";
		place.inlined = false;
	}
	fn(arg, &place);
	return true;
}

const char *tl_dso_name(const struct tl_dso *d)
{
	return d->name;
}

const char *tl_dso_why(struct tl_dso *d)
{
	return d->why;
}

bool tl_dso_code(struct tl_dso *d, uint64_t offset, const uint8_t **bytes, size_t *len)
{
	if (!d->code || offset < 0x1000 || offset >= 0x2000)
		return false;
	/* In pieces: an instruction can reach from one into the next. */
	*bytes = d->code + (offset - 0x1000);
	*len = 4 - offset % 4;
	return true;
}

/* A recording of two queues. */
struct tl_perf {
	struct tl_perf_features features;
	struct tl_perf_pt_info pt;
	struct tl_perf_queue queues[2];
};

static const struct tl_perf recording = {
	.features = { .time_first = UINT64_C(12345678900000) },
	.pt = { .time_mult = 1, .max_nonturbo_ratio = 25 },
	.queues = { { .number = 0, .cpu = 3, .tid = -1 }, { .number = 1, .cpu = -1, .tid = 4712 } },
};

size_t tl_perf_nqueues(const struct tl_perf *p)
{
	return 2;
}

const struct tl_perf_queue *tl_perf_queue(const struct tl_perf *p, size_t i)
{
	return &p->queues[i];
}

const struct tl_perf_pt_info *tl_perf_pt_info(const struct tl_perf *p)
{
	return &p->pt;
}

/* At 2.5 GHz. */
uint64_t tl_perf_ns_to_tsc(const struct tl_perf_pt_info *info, uint64_t ns)
{
	return ns * 5 / 2;
}

const struct tl_perf_features *tl_perf_features(const struct tl_perf *p)
{
	return &p->features;
}

/* ---- events */

static const struct tl_context task = { 0, 4711, 4711, 3, "tcall", &space_a };
static const struct tl_context other = { 1, 4711, 4712, -1, "a\tworker", &space_a };
static const struct tl_context bare = { 2, 9, 9, 128, "x", &empty };

#define S        UINT64_C(1000000000)
#define T        (12345 * S + 678901234)
#define MAIN     0x401000
#define F1       0x401100
#define F2       0x401180
#define WRITE    0x401200
#define HANDLER  0x401300
#define RESTORER 0x401400
#define KERNEL   UINT64_C(0xffffffff81000000)

enum {
	CALL = TL_PT_BRANCH | TL_PT_CALL,
	RETURN = TL_PT_BRANCH | TL_PT_RETURN,
	START = TL_PT_BRANCH | TL_PT_TRACE_BEGIN,
	END = TL_PT_BRANCH | TL_PT_TRACE_END,
	SYSCALL = CALL | TL_PT_SYSCALLRET,
	SYSRET = RETURN | TL_PT_SYSCALLRET,
	HWINT = CALL | TL_PT_ASYNC | TL_PT_INTERRUPT,
	IRET = RETURN | TL_PT_INTERRUPT,
};

static inline struct tl_pt_event branch(const struct tl_context *ctx, uint64_t time, unsigned flags,
					uint64_t from, uint64_t to, unsigned insns)
{
	return (struct tl_pt_event){ .time = time,
				     .from = from,
				     .to = to,
				     .ctx = ctx,
				     .insns = insns,
				     .flags = (uint16_t)flags,
				     .kind = TL_PT_EV_BRANCH,
				     .length = flags & TL_PT_CALL ? 5 : 1 };
}

static inline struct tl_pt_event other_kind(enum tl_pt_kind kind, uint64_t from, uint64_t to,
					    unsigned code)
{
	return (struct tl_pt_event){
		.time = T + 100, .from = from, .to = to, .ctx = &task, .kind = kind, .code = code
	};
}

static inline struct tl_pt_style *style_of(const char *view, const char *columns, bool has_time)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_pt_style *style;

	if (!tl_pt_style_open(view, columns, &recording, has_time, &style, &err))
		fail_msg("%s", err.msg);
	return style;
}

static inline void assert_text(struct tl_buf *text, const char *want)
{
	if (strcmp(tl_buf_str(text), want) != 0)
		fail_msg("is\n%s\nshould be\n%s", tl_buf_str(text), want);
}

static inline void assert_lines_of(const char *view, const char *columns, bool has_time,
				   const struct tl_pt_event *events, size_t n, const char *want)
{
	struct tl_pt_style *style = style_of(view, columns, has_time);
	struct tl_buf text = TL_BUF_INIT;
	struct tl_err err = TL_ERR_INIT;
	size_t *starts = calloc(n + 1, sizeof(*starts));

	assert_true(tl_pt_lines_format(style, events, n, NULL, &text, starts, &err));
	assert_text(&text, want);
	assert_int_equal(starts[0], 0);
	assert_int_equal(starts[n], text.len);
	for (size_t i = 1; i <= n; i++)
		if (starts[i] != starts[i - 1])
			assert_int_equal(text.data[starts[i] - 1], '\n');
	free(starts);
	tl_buf_fini(&text);
	tl_pt_style_close(style);
}

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define assert_lines(view, events, want) \
	assert_lines_of(view, NULL, true, events, COUNT(events), want)
/* Depth and arrows only. */
#define assert_functions(view, events, want) \
	assert_lines_of(view, "function", true, events, COUNT(events), want)

#endif
