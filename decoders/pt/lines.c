/*
 * lines.c: which views there are, and what they have in common: columns, and a pen for each
 * thread that writes.
 */
#include "decoders/pt/lines.h"

#include "decoders/foreign.h"
#include "decoders/perf/dwarflib.h"
#include "decoders/pt/pen.h"

#include <stdlib.h>

/* Memory for the texts of addresses, of all pens together, and of one at the least. */
#define NAMES_BYTES ((size_t)32 << 20)
#define NAMES_LEAST ((size_t)512 << 10)

/* Text of a chunk.  The name of a symbol can have 4 KiB, and a chunk some million events: who asks
 * for that much gets the begin of it. */
#define TEXT_MOST ((size_t)1 << 30)

/* Room that is made beforehand; a few long lines must not make it huge for chunks of short ones. */
#define MOST_ROOM ((size_t)64 << 20)

static const struct tl_pt_view *const views[] = {
	&tl_pt_view_calls, &tl_pt_view_returns, &tl_pt_view_branches, &tl_pt_view_insns,
	&tl_pt_view_graph, &tl_pt_view_perf,    &tl_pt_view_spt,
};

static const struct {
	const char *name;
	unsigned bit;
	const char *head; /* the first one has the line's '#' */
} columns_table[] = {
	{ "task", TL_PT_COL_TASK, "#           TASK-TID     " },
	{ "cpu", TL_PT_COL_CPU, "CPU     " },
	{ "time", TL_PT_COL_TIME, "TIMESTAMP (s)       " },
	{ "delta", TL_PT_COL_DELTA, "DELTA    " },
	{ "insns", TL_PT_COL_INSNS, "INSNS  " },
	{ "bytes", TL_PT_COL_BYTES, "" },
	{ "function", 0, "" }, /* always shown */
};
#define NCOLUMNS (sizeof(columns_table) / sizeof(*columns_table))

static bool is_word(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(word, name, len) == 0;
}

static const struct tl_pt_view *find_view(const char *name, struct tl_err *err)
{
	const size_t n = sizeof(views) / sizeof(*views);
	char list[200] = "";

	for (size_t i = 0; i < n; i++) {
		if (strcmp(name, views[i]->name) == 0)
			return views[i];
		if (i > 0)
			strcat(list, ", ");
		strcat(list, views[i]->name);
	}
	tl_err_set(err, "no trace view '%s'; there are: %s", name, list);
	return NULL;
}

/*
 * "task,time" shows these; "-delta,-insns" hides these of those shown by default, and
 * "+delta" shows one more.
 */
static bool read_columns(const char *text, unsigned by_default, unsigned *out, struct tl_err *err)
{
	bool hides = *text == '-' || *text == '+';
	unsigned columns = hides ? by_default : 0;

	while (*text) {
		size_t len = strcspn(text, ","), i;
		const char *word = text;
		char sign = *text;

		text += len + (text[len] == ',');
		if (sign == '-' || sign == '+')
			word++, len--;
		if (len == 0)
			continue;
		for (i = 0; i < NCOLUMNS; i++)
			if (is_word(word, len, columns_table[i].name))
				break;
		if (i == NCOLUMNS)
			return tl_err_set(err,
					  "no trace column '%.*s'; there are: task, cpu, time, "
					  "delta, insns, bytes, function",
					  (int)len, word);
		if (sign == '-')
			columns &= ~columns_table[i].bit;
		else
			columns |= columns_table[i].bit;
	}
	*out = columns;
	return true;
}

/* What the recording tells. */
static void know(struct tl_pt_style *style, const struct tl_perf *perf)
{
	const struct tl_perf_pt_info *info = tl_perf_pt_info(perf);

	style->first_time = tl_perf_features(perf)->time_first;
	style->max_ratio = info->max_nonturbo_ratio;
	/* TSC ticks a second; the TSC runs at the ratio without turbo. */
	if (info->max_nonturbo_ratio > 0 && info->time_mult > 0)
		style->cbr_khz = (uint32_t)((tl_perf_ns_to_tsc(info, info->time_zero + 1000000000) -
					     tl_perf_ns_to_tsc(info, info->time_zero)) /
					    info->max_nonturbo_ratio / 1000);
}

bool tl_pt_style_open(const char *view, const char *columns, const struct tl_perf *perf,
		      bool has_time, struct tl_pt_style **out, struct tl_err *err)
{
	struct tl_pt_style *style = calloc(1, sizeof(*style));

	*out = NULL;
	if (!style)
		return tl_err_nomem(err);
	pthread_mutex_init(&style->mutex, NULL);
	style->view = find_view(view ? view : views[0]->name, err);
	if (!style->view)
		goto fail;
	style->columns = style->view->columns;
	if (columns && !read_columns(columns, style->columns, &style->columns, err))
		goto fail;
	if (style->view->columns == 0)
		style->columns = TL_PT_COL_TASK | TL_PT_COL_CPU | TL_PT_COL_TIME;
	if (!has_time)
		style->columns &= ~(unsigned)(TL_PT_COL_TIME | TL_PT_COL_DELTA);
	style->has_time = has_time;
	style->perf = perf;
	if (perf)
		know(style, perf);
	style->names_budget = NAMES_BYTES;
	style->text_most = TEXT_MOST;
	atomic_store(&style->line, 96);
	*out = style;
	return true;
fail:
	tl_pt_style_close(style);
	return false;
}

bool tl_pt_style_disassembly(struct tl_pt_style *style, const char *syntax, struct tl_err *err)
{
	if (strcmp(syntax, "att") == 0)
		style->syntax = TL_PT_SYNTAX_ATT;
	else if (strcmp(syntax, "intel") == 0)
		style->syntax = TL_PT_SYNTAX_INTEL;
	else
		return tl_err_set(err, "no syntax '%s' of instructions; there are: att, intel",
				  syntax);
	return true;
}

bool tl_pt_style_source(struct tl_pt_style *style, bool with_text, struct tl_err *err)
{
	if (!tl_dwarflib(err))
		return false;
	style->source = true;
	if (with_text && !style->srctext)
		style->srctext = tl_srctext_open();
	return !with_text || style->srctext || tl_err_nomem(err);
}

void tl_pt_style_close(struct tl_pt_style *style)
{
	struct tl_pt_pen *pen, *next;

	if (!style)
		return;
	for (pen = style->idle; pen; pen = next) {
		next = pen->next;
		tl_pt_pen_free(pen);
	}
	tl_srctext_close(style->srctext);
	pthread_mutex_destroy(&style->mutex);
	free(style);
}

bool tl_pt_view_is_dense(const char *view)
{
	for (size_t i = 0; view && i < sizeof(views) / sizeof(views[0]); i++)
		if (strcmp(view, views[i]->name) == 0)
			return views[i]->wants & TL_PT_WANT_INSNS;
	return false;
}

unsigned tl_pt_style_wants(const struct tl_pt_style *style)
{
	return style->view->wants;
}

bool tl_pt_style_looks_back(const struct tl_pt_style *style)
{
	return style->view->looks_back;
}

bool tl_pt_lines_head(const struct tl_pt_style *style, struct tl_buf *out)
{
	const struct tl_pt_view *view = style->view;

	if (!view->heads)
		return true;
	if (view->columns == 0)
		return tl_buf_puts(out, view->heads);
	if (!(style->columns & TL_PT_COL_TASK) && !tl_buf_puts(out, "# "))
		return false;
	for (size_t i = 0; i < NCOLUMNS; i++)
		if (style->columns & columns_table[i].bit &&
		    !tl_buf_puts(out, columns_table[i].head))
			return false;
	return tl_buf_puts(out, view->heads);
}

/* ---- pens */

static struct tl_pt_pen *take_pen(struct tl_pt_style *style)
{
	struct tl_pt_pen *pen;
	unsigned npens;

	pthread_mutex_lock(&style->mutex);
	pen = style->idle;
	if (pen)
		style->idle = pen->next;
	else
		style->npens++;
	npens = style->npens;
	pthread_mutex_unlock(&style->mutex);
	if (!pen)
		pen = tl_pt_pen_new(style);
	if (pen) {
		size_t share = style->names_budget / npens;

		if (share < NAMES_LEAST && style->names_budget >= NAMES_LEAST)
			share = NAMES_LEAST;
		pen->names.limit = pen->sources.limit = share;
	}
	return pen;
}

static void give_pen(struct tl_pt_style *style, struct tl_pt_pen *pen)
{
	tl_pt_pen_trim(pen);
	pthread_mutex_lock(&style->mutex);
	pen->next = style->idle;
	style->idle = pen;
	pthread_mutex_unlock(&style->mutex);
}

/* There is more of it than a chunk may have. */
static bool put_full(const struct tl_pt_pen *pen, size_t n, struct tl_buf *out, size_t *starts)
{
	if (!tl_buf_printf(out, "[gap: %zu events of one stretch of time are too much text]\n",
			   n - pen->full_at))
		return false;
	for (size_t i = pen->full_at + 1; starts && i < n; i++)
		starts[i] = out->len;
	return true;
}

/* Lines were so long.  Too little room is made larger at once, too much of it slowly smaller: it counts as
 * what is kept of a chunk. */
static void learn(struct tl_pt_style *style, size_t expected, size_t was)
{
	size_t line = was > expected ? was : expected - (expected - was) / 8;

	if (line != expected)
		atomic_store_explicit(&style->line, line, memory_order_relaxed);
}

bool tl_pt_lines_format(struct tl_pt_style *style, const struct tl_pt_event *events, size_t n,
			const struct tl_pt_past *past, struct tl_buf *out, size_t *starts,
			struct tl_err *err)
{
	/* Room for lines as long as they were so far; more is made where they are longer. */
	size_t line = atomic_load_explicit(&style->line, memory_order_relaxed), at = out->len;
	struct tl_pt_pen *pen = take_pen(style);
	bool ok = pen != NULL;

	ok = ok && n < SIZE_MAX / 4 / line &&
	     tl_buf_reserve(out, (n + 1) * line < MOST_ROOM ? (n + 1) * line : MOST_ROOM);
	ok = ok && (!style->view->walks || tl_pt_pen_walk(pen, events, n, past));
	if (ok) {
		pen->text_end = out->len + style->text_most;
		ok = style->view->format(pen, events, n, out, starts) ||
		     (out->len >= pen->text_end && put_full(pen, n, out, starts));
	}
	if (ok && starts)
		starts[n] = out->len;
	if (ok && n > 0)
		learn(style, line, (out->len - at) / n * 9 / 8);
	if (pen)
		give_pen(style, pen);
	return ok || tl_err_nomem(err);
}

bool tl_pt_lines_calls(struct tl_pt_style *style, const struct tl_pt_event *events, size_t n,
		       const struct tl_pt_past *past, const uint8_t *text, const size_t *starts,
		       struct tl_calls *out, struct tl_err *err)
{
	struct tl_pt_pen *pen = take_pen(style);
	bool ok = pen && tl_pt_pen_walk(pen, events, n, past) &&
		  tl_pt_pen_calls(pen, events, n, text, starts, out);

	if (pen)
		give_pen(style, pen);
	return ok || tl_err_nomem(err);
}

bool tl_pt_lines_damage(struct tl_buf *out, const char *msg)
{
	size_t len = strlen(msg);
	uint8_t *p;

	if (!tl_buf_reserve(out, len + 16))
		return false;
	p = PUT_LITERAL(out->data + out->len, "[gap: ");
	p = tl_foreign_put(p, msg, len);
	p = PUT_LITERAL(p, "]\n");
	out->len = (size_t)(p - out->data);
	return true;
}
