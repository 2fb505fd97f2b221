/* pen.c: see pen.h.  The pieces that are made now and then. */
#include "decoders/pt/pen.h"

#include "decoders/foreign.h"

#include <stdio.h>
#include <stdlib.h>

/* A name of 15 bytes is the longest a kernel gives. */
#define COMM_LONGEST 64

/* For the names of functions that are only compared. */
#define FUNCTIONS_BYTES ((size_t)1 << 20)

static const struct tl_space nowhere = { UINT32_MAX, 0, NULL, 0, NULL, 0 };
const struct tl_context tl_pt_nobody = { UINT32_MAX, -1, -1, -1, ":-1", &nowhere };

struct tl_pt_pen *tl_pt_pen_new(const struct tl_pt_style *style)
{
	struct tl_pt_pen *pen = calloc(1, sizeof(*pen));

	if (!pen)
		return NULL;
	pen->style = style;
	pen->names.form = style->view->form;
	pen->names.syntax = style->syntax;
	pen->names.bytes = style->columns & TL_PT_COL_BYTES;
	pen->names.source = style->source;
	pen->names.srctext = pen->sources.srctext = style->srctext;
	pen->sources.form = TL_PT_NAME_SOURCE;
	pen->functions.form = TL_PT_NAME_SYMBOL;
	pen->functions.limit = FUNCTIONS_BYTES;
	tl_pt_pen_make_second(pen, 0);
	return pen;
}

void tl_pt_pen_free(struct tl_pt_pen *pen)
{
	if (!pen)
		return;
	tl_pt_threads_fini(&pen->threads);
	free(pen->steps);
	free(pen->begans);
	tl_pt_names_fini(&pen->names);
	tl_pt_names_fini(&pen->sources);
	tl_pt_names_fini(&pen->functions);
	free(pen);
}

/* ---- time */

uint64_t tl_pt_pen_make_second(struct tl_pt_pen *pen, uint64_t time)
{
	uint64_t ns = time % 1000000000;
	uint8_t *p;

	pen->second = time - ns;
	p = put_dec(pen->second_text, time / 1000000000, 5);
	*p++ = '.';
	pen->second_len = (size_t)(p - pen->second_text);
	return ns;
}

uint8_t *tl_pt_put_long_delta(uint8_t *p, uint64_t ns)
{
	bool ms = ns < 100000000;
	uint64_t thousandths = ms ? ns / 1000 : ns / 1000000;
	char text[48];
	int n;

	n = snprintf(text, sizeof(text), "+%llu.%03u%s", (unsigned long long)(thousandths / 1000),
		     (unsigned)(thousandths % 1000), ms ? "ms" : "s");
	return p + sprintf((char *)p, "%9.*s ", n, text);
}

/* ---- flags, as perf script names them */

#define BRANCH TL_PT_BRANCH
static const struct {
	unsigned flags;
	const char *name;
} kinds[] = {
	{ BRANCH | TL_PT_CALL, "call" },
	{ BRANCH | TL_PT_RETURN, "return" },
	{ BRANCH | TL_PT_CONDITIONAL, "jcc" },
	{ BRANCH, "jmp" },
	{ BRANCH | TL_PT_CALL | TL_PT_INTERRUPT, "int" },
	{ BRANCH | TL_PT_RETURN | TL_PT_INTERRUPT, "iret" },
	{ BRANCH | TL_PT_CALL | TL_PT_SYSCALLRET, "syscall" },
	{ BRANCH | TL_PT_RETURN | TL_PT_SYSCALLRET, "sysret" },
	{ BRANCH | TL_PT_ASYNC, "async" },
	{ BRANCH | TL_PT_CALL | TL_PT_ASYNC | TL_PT_INTERRUPT, "hw int" },
	{ BRANCH | TL_PT_TX_ABORT, "tx abrt" },
	{ BRANCH | TL_PT_TRACE_BEGIN, "tr strt" },
	{ BRANCH | TL_PT_TRACE_END, "tr end" },
	{ BRANCH | TL_PT_CALL | TL_PT_VMENTRY, "vmentry" },
	{ BRANCH | TL_PT_CALL | TL_PT_VMEXIT, "vmexit" },
};
#undef BRANCH

static const char *kind(unsigned flags)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].flags == flags)
			return kinds[i].name;
	return NULL;
}

void tl_pt_pen_make_words(struct tl_pt_words *words, unsigned flags)
{
	static const char letters[] = "bcrosyiABExgh"; /* a letter for each flag */
	const char *tx = flags & TL_PT_IN_TX ? "(x)" : "", *start = "", *name;
	unsigned rest = flags & ~(unsigned)TL_PT_IN_TX;
	char cell[64], raw[32];
	size_t n = 0;

	name = kind(rest);
	if (!name && rest & TL_PT_TRACE_BEGIN) {
		name = kind(rest & ~(unsigned)TL_PT_TRACE_BEGIN);
		start = "tr strt ";
	}
	if (!name && rest & TL_PT_TRACE_END) {
		name = kind(rest & ~(unsigned)TL_PT_TRACE_END);
		start = "tr end  ";
	}
	if (!name) {
		for (size_t i = 0; letters[i]; i++)
			if (flags & (1u << i))
				raw[n++] = letters[i];
		raw[n] = '\0';
		snprintf(cell, sizeof(cell), "%-21s", raw);
		start = "";
		name = raw;
		tx = "";
	} else {
		snprintf(cell, sizeof(cell), "%s%-*s%6s", start, *start ? 7 : 15, name, tx);
	}
	words->cell_len = (uint8_t)strlen(cell);
	memcpy(words->cell, cell, words->cell_len);
	n = strlen(start);
	n = (size_t)sprintf((char *)words->word, "[%.*s%s%s] ", n == 8 && start[6] == ' ' ? 7 : 8,
			    start, name, tx);
	words->word_len = (uint8_t)n;
	words->key = flags + 1;
}

/* ---- who */

void tl_pt_pen_make_who(struct tl_pt_pen *pen, struct tl_pt_who *who, const struct tl_context *ctx)
{
	uint8_t *end = pen->style->view->put_who(who->text, ctx, pen->style->columns);

	who->len = (uint32_t)(end - who->text);
	who->ctx = ctx;
}

uint8_t *tl_pt_put_who(uint8_t *p, const struct tl_context *ctx, unsigned columns)
{
	uint8_t comm[COMM_LONGEST];
	int n = (int)(tl_foreign_put(comm, ctx->comm ? ctx->comm : "", COMM_LONGEST) - comm);

	if (columns & TL_PT_COL_TASK)
		p += sprintf((char *)p, "%16.*s-%-6d ", n, (char *)comm, ctx->tid);
	if (columns & TL_PT_COL_CPU && ctx->cpu >= 0)
		p += sprintf((char *)p, "[%03d] ", ctx->cpu);
	else if (columns & TL_PT_COL_CPU)
		p += sprintf((char *)p, "[---] ");
	return p;
}

/* ---- errors */

const char *tl_pt_error_text(unsigned code)
{
	switch (code) {
	case TL_PT_ERR_BADPKT:
		return "Bad packet";
	case TL_PT_ERR_NODATA:
		return "No more data";
	case TL_PT_ERR_NOINSN:
		return "Failed to get instruction";
	case TL_PT_ERR_MISMATCH:
		return "Trace doesn't match instruction";
	case TL_PT_ERR_OVERFLOW:
		return "Overflow packet";
	case TL_PT_ERR_LOST:
		return "Lost trace data";
	case TL_PT_ERR_LOOP:
		return "Never-ending loop (refer perf config intel-pt.max-loops)";
	default:
		return "Unknown error!";
	}
}

static const char *error_word(unsigned code)
{
	switch (code) {
	case TL_PT_ERR_BADPKT:
		return "bad packet";
	case TL_PT_ERR_NODATA:
		return "trace ends";
	case TL_PT_ERR_NOINSN:
		return "no code";
	case TL_PT_ERR_MISMATCH:
		return "trace does not fit the code";
	case TL_PT_ERR_OVERFLOW:
		return "overflow";
	case TL_PT_ERR_LOST:
		return "lost trace data";
	case TL_PT_ERR_LOOP:
		return "endless loop";
	default:
		return "error";
	}
}

static const struct tl_perf_queue *queue_of(const struct tl_pt_pen *pen, unsigned number)
{
	const struct tl_perf *perf = pen->style->perf;

	return perf && number < tl_perf_nqueues(perf) ? tl_perf_queue(perf, number) : NULL;
}

/* Why there was no code at an address. */
static bool put_why(const struct tl_pt_event *ev, struct tl_buf *out)
{
	const struct tl_map *map = tl_space_find(tl_pt_ctx(ev)->space, ev->from);
	const char *why = map ? tl_dso_why(map->dso) : "";
	const uint8_t *bytes;
	uint8_t text[512];
	uint64_t at;
	size_t n;

	if (!map)
		return tl_buf_puts(out, ": nothing is mapped there");
	n = (size_t)(tl_foreign_put(text, why, sizeof(text)) - text);
	if (n > 0)
		return tl_buf_puts(out, ": ") && tl_buf_append(out, text, n);
	/* There is a binary, and what was recorded tells nothing against it. */
	n = (size_t)(tl_foreign_put(text, tl_dso_name(map->dso), sizeof(text)) - text);
	at = ev->from - map->start + map->pgoff;
	if (tl_dso_code(map->dso, at, &bytes, &(size_t){ 0 }))
		return tl_buf_printf(out, ": no instruction at 0x%llx of ",
				     (unsigned long long)at) &&
		       tl_buf_append(out, text, n) &&
		       tl_buf_puts(out, "; is it the binary that was recorded?");
	/* Addresses of the kernel have the highest bit; offsets in files have not. */
	return tl_buf_printf(out, ": nothing at 0x%llx of ", (unsigned long long)at) &&
	       tl_buf_append(out, text, n) &&
	       tl_buf_puts(out, at >> 63
				    ? ", which is not in the copy of the kernel's memory that "
				      "was made when the recording began"
				    : ", which is cut off or not the binary that was recorded");
}

bool tl_pt_put_gap(struct tl_pt_pen *pen, const struct tl_pt_event *ev, struct tl_buf *out)
{
	const struct tl_perf_queue *q = queue_of(pen, ev->queue);
	const char *what = "queue ";
	int number = (int)ev->queue;
	uint8_t *p;

	if (q && (q->cpu >= 0 || q->tid >= 0)) {
		what = q->cpu >= 0 ? "cpu " : "thread ";
		number = q->cpu >= 0 ? q->cpu : q->tid;
	}
	if (!tl_buf_reserve(out, PEN_COLUMNS))
		return false;
	p = pen_place(pen, out->data + out->len, ev);
	out->len = (size_t)(p - out->data);
	if (!tl_buf_printf(out, "[gap: %s at %s%d offset 0x%llx", error_word(ev->code), what,
			   number, (unsigned long long)ev->to))
		return false;
	if (ev->from && !tl_buf_printf(out, " ip 0x%llx", (unsigned long long)ev->from))
		return false;
	if (ev->code == TL_PT_ERR_NOINSN && !put_why(ev, out))
		return false;
	return tl_buf_puts(out, "]\n");
}
