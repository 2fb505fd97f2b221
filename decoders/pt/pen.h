/*
 * pen.h: what one thread needs at hand to write the lines of a chunk; shared by the views.
 *
 * A pen keeps texts between chunks (names, tasks, flags: pure, so that it does not matter what
 * it wrote before), and for the length of one chunk what is known of each thread in it: depth
 * of calls, time and instructions since the line before.
 */
#ifndef TL_DECODERS_PT_PEN_H
#define TL_DECODERS_PT_PEN_H

#include "decoders/pt/event.h"
#include "decoders/pt/flow.h"
#include "decoders/pt/lines.h"
#include "decoders/pt/names.h"
#include "decoders/pt/print.h"
#include "decoders/pt/threads.h"

#include <pthread.h>
#include <stdatomic.h>

/* Columns that can be shown or hidden. */
enum {
	TL_PT_COL_TASK = 1 << 0,
	TL_PT_COL_CPU = 1 << 1,
	TL_PT_COL_TIME = 1 << 2,
	TL_PT_COL_DELTA = 1 << 3,
	TL_PT_COL_INSNS = 1 << 4,
	TL_PT_COL_BYTES = 1 << 5, /* of an instruction, before it */
};

struct tl_pt_pen;

/* A view: a row of the table in lines.c. */
struct tl_pt_view {
	const char *name;
	unsigned wants;   /* TL_PT_WANT_ */
	unsigned columns; /* TL_PT_COL_ shown if nothing else was asked for; 0: fixed layout */
	enum tl_pt_name_form form;
	bool walks;        /* needs pen->steps */
	bool looks_back;   /* and is better with what was before the chunk */
	const char *heads; /* of what is behind the columns; with fixed layout, of all */
	bool (*format)(struct tl_pt_pen *pen, const struct tl_pt_event *events, size_t n,
		       struct tl_buf *out, size_t *starts);
	/* Task and CPU, and a blank; at most TL_PT_WHO_LONGEST bytes. */
	uint8_t *(*put_who)(uint8_t *p, const struct tl_context *ctx, unsigned columns);
};

extern const struct tl_pt_view tl_pt_view_calls, tl_pt_view_returns, tl_pt_view_branches,
    tl_pt_view_insns, tl_pt_view_graph, tl_pt_view_perf, tl_pt_view_spt;

struct tl_pt_style {
	const struct tl_pt_view *view;
	unsigned columns; /* TL_PT_COL_ to show */
	enum tl_pt_syntax syntax;
	bool source;                /* lines tell what they were compiled from, */
	struct tl_srctext *srctext; /* and show it; NULL: not */
	bool has_time;
	const struct tl_perf *perf; /* NULL: queues go by number */
	uint64_t first_time;        /* of the recording, ns; 0: not told */
	uint32_t cbr_khz;           /* frequency at a core to bus ratio of 1; 0: not known */
	uint32_t max_ratio;         /* without turbo; 0: not known */
	pthread_mutex_t mutex;      /* for the pens that are not in use */
	struct tl_pt_pen *idle;
	unsigned npens; /* made so far */
	/* Bytes for the names of all pens together, and as many for their sources; each pen has
	 * some, though, however many there are. */
	size_t names_budget;
	size_t text_most;    /* bytes of a chunk */
	_Atomic size_t line; /* bytes of a line, about */
};

/* ---- texts that are kept */

#define TL_PT_WHO_LONGEST 112
#define TL_PT_NWHOS       128
#define TL_PT_NWORDS      128

struct tl_pt_who {
	const struct tl_context *ctx;
	uint32_t len;
	uint8_t text[TL_PT_WHO_LONGEST + TL_PRINT_SLACK];
};

struct tl_pt_words {
	uint32_t key; /* flags + 1; 0: empty */
	uint8_t cell_len, word_len;
	uint8_t cell[48 + TL_PRINT_SLACK]; /* "tr end  syscall", in perf's 21 cells */
	uint8_t word[48 + TL_PRINT_SLACK]; /* "[tr end syscall] " */
};

/* What walking over the events found out about one. */
struct tl_pt_step {
	uint32_t thread;
	int32_t depth;  /* as in struct tl_pt_move */
	uint32_t peer;  /* a return's call, a call's return; TL_PT_NONE: not in the chunk */
	uint32_t next;  /* the thread's next event; TL_PT_NONE: none */
	uint32_t began; /* of a return whose call is not: number in the pen's begans; TL_PT_NONE */
	int8_t moves;   /* as in struct tl_pt_move */
};

/* When a function began that is left in the chunk, and not called in it. */
struct tl_pt_began {
	uint64_t time; /* may be TL_PT_NOTIME */
	uint64_t to;   /* where the call led; 0: not known */
	bool before;   /* it was before that time */
};

struct tl_pt_pen {
	struct tl_pt_pen *next; /* in the list of idle ones */
	const struct tl_pt_style *style;
	struct tl_pt_names names;
	struct tl_pt_names sources;   /* used where style->source */
	struct tl_pt_names functions; /* symbols alone, for those who ask for calls */
	struct tl_pt_who whos[TL_PT_NWHOS];
	struct tl_pt_words words[TL_PT_NWORDS];

	uint64_t second; /* the one last written, in ns, */
	uint8_t second_text[32 + TL_PRINT_SLACK];
	size_t second_len;

	struct tl_pt_threads threads;
	struct tl_pt_step *steps;
	size_t steps_cap;
	struct tl_pt_began *begans;
	size_t nbegans, begans_cap;

	size_t text_end; /* the chunk's text is not to begin a line from here on */
	size_t full_at;  /* the event of which it would have been */
};

struct tl_pt_pen *tl_pt_pen_new(const struct tl_pt_style *style);
void tl_pt_pen_free(struct tl_pt_pen *pen);

/*
 * Follow the threads through a chunk's events: fills pen->threads, pen->steps and pen->begans.
 * `past` is where they stood before; NULL: not known.
 */
bool tl_pt_pen_walk(struct tl_pt_pen *pen, const struct tl_pt_event *events, size_t n,
		    const struct tl_pt_past *past);

/* Append what the walk over these events found; `starts` as tl_pt_lines_format() gave it, and the text. */
bool tl_pt_pen_calls(struct tl_pt_pen *pen, const struct tl_pt_event *events, size_t n,
		     const uint8_t *text, const size_t *starts, struct tl_calls *out);

/* Give back what only a chunk of unusual size needs. */
void tl_pt_pen_trim(struct tl_pt_pen *pen);

uint64_t tl_pt_pen_make_second(struct tl_pt_pen *pen, uint64_t time);
void tl_pt_pen_make_words(struct tl_pt_words *words, unsigned flags);
void tl_pt_pen_make_who(struct tl_pt_pen *pen, struct tl_pt_who *who, const struct tl_context *ctx);

/* As the views with columns show task and CPU: "            main-4711   [003] ". */
uint8_t *tl_pt_put_who(uint8_t *p, const struct tl_context *ctx, unsigned columns);

/* An error's line, for views with columns. */
bool tl_pt_put_gap(struct tl_pt_pen *pen, const struct tl_pt_event *ev, struct tl_buf *out);

/*
 * What is beside the flow of control, "[ptwrite: 0x1f]"; a CFE with the data behind it, an
 * aborted transaction.  Room: TL_PT_EXTRA_LONGEST.  pen->steps is needed.
 */
#define TL_PT_EXTRA_DATA    4
#define TL_PT_EXTRA_LONGEST (96 + 32 * TL_PT_EXTRA_DATA)
uint8_t *tl_pt_put_extra(const struct tl_pt_pen *pen, uint8_t *p, const struct tl_pt_event *events,
			 size_t i);

/* perf's words for an error, "Overflow packet". */
const char *tl_pt_error_text(unsigned code);

extern const struct tl_context tl_pt_nobody; /* where an event has no context */

static inline const struct tl_context *tl_pt_ctx(const struct tl_pt_event *ev)
{
	return ev->ctx ? ev->ctx : &tl_pt_nobody;
}

static inline bool pen_is_extra(const struct tl_pt_event *ev)
{
	return ev->kind >= TL_PT_EV_PTWRITE;
}

/* Is it a line of its own, where what is as it was before is none? */
static inline bool pen_shows_extra(const struct tl_pt_event *ev)
{
	return pen_is_extra(ev) && ev->kind != TL_PT_EV_EVD &&
	       !(ev->kind == TL_PT_EV_CBR && ev->code);
}

/* Event i's lines begin here.  False: the chunk has too much text. */
static inline bool pen_begin(struct tl_pt_pen *pen, const struct tl_buf *out, size_t *starts,
			     size_t i)
{
	if (starts)
		starts[i] = out->len;
	pen->full_at = i;
	return out->len < pen->text_end;
}

/* ---- pieces of a line; room for each is the caller's business */

/* Room for `n` bytes and the slack at p in out; NULL: out of memory. */
static inline uint8_t *pen_room(struct tl_buf *out, uint8_t *p, size_t n)
{
	if ((size_t)(out->data + out->cap - p) >= n + 2 * TL_PRINT_SLACK)
		return p;
	out->len = (size_t)(p - out->data);
	if (!tl_buf_reserve(out, n + 2 * TL_PRINT_SLACK))
		return NULL;
	return out->data + out->len;
}

static inline uint8_t *pen_who(struct tl_pt_pen *pen, uint8_t *p, const struct tl_context *ctx)
{
	struct tl_pt_who *who = &pen->whos[ctx->id % TL_PT_NWHOS];

	if (who->ctx != ctx)
		tl_pt_pen_make_who(pen, who, ctx);
	return put_text(p, who->text, who->len);
}

/* 12345.678901234: */
static inline uint8_t *pen_time(struct tl_pt_pen *pen, uint8_t *p, uint64_t time)
{
	uint64_t ns = time - pen->second;

	if (ns >= 1000000000)
		ns = tl_pt_pen_make_second(pen, time);
	p = put_text(p, pen->second_text, pen->second_len);
	p = put_9_digits(p, (uint32_t)ns);
	*p++ = ':';
	return p;
}

/* The factor was searched for: the flags that occur, with `tr end` and in transactions too, do
 * not share a slot. */
static inline unsigned pen_words_slot(unsigned flags)
{
	return (flags * 539) >> 10 & (TL_PT_NWORDS - 1);
}

static inline const struct tl_pt_words *pen_words(struct tl_pt_pen *pen, unsigned flags)
{
	struct tl_pt_words *words = &pen->words[pen_words_slot(flags)];

	if (words->key != flags + 1)
		tl_pt_pen_make_words(words, flags);
	return words;
}

/* The text of an address, and room for `more` behind it. */
static inline uint8_t *pen_name(struct tl_pt_pen *pen, struct tl_buf *out, uint8_t *p,
				const struct tl_space *space, uint64_t ip, size_t more)
{
	const struct tl_pt_name *name = tl_pt_names_get(&pen->names, space, ip, 64);

	if (!name)
		return NULL;
	p = pen_room(out, p, name->len + more);
	return p ? put_text(p, name->text, name->len) : NULL;
}

/* The same of an instruction, in code of so many bits; with room for the end of the line. */
static inline uint8_t *pen_insn(struct tl_pt_pen *pen, struct tl_buf *out, uint8_t *p,
				const struct tl_space *space, uint64_t ip, unsigned mode)
{
	const struct tl_pt_name *name = tl_pt_names_get(&pen->names, space, ip, mode);

	if (!name)
		return NULL;
	p = pen_room(out, p, name->len + 1);
	return p ? put_text(p, name->text, name->len) : NULL;
}

/* Where what is at an address was compiled from goes behind a line, that ends at p, newline included. */
static inline uint8_t *pen_source(struct tl_pt_pen *pen, struct tl_buf *out, uint8_t *p,
				  const struct tl_space *space, uint64_t ip)
{
	const struct tl_pt_name *name = tl_pt_names_get(&pen->sources, space, ip, 64);

	if (!name)
		return NULL;
	p = pen_room(out, p, name->len + 1);
	if (!p)
		return NULL;
	p = put_text(p - 1, name->text, name->len);
	*p++ = '\n';
	return p;
}

/* Columns from the first to the time; room: PEN_COLUMNS. */
#define PEN_COLUMNS (TL_PT_WHO_LONGEST + 128)

static inline uint8_t *pen_place(struct tl_pt_pen *pen, uint8_t *p, const struct tl_pt_event *ev)
{
	unsigned columns = pen->style->columns;

	if (columns & (TL_PT_COL_TASK | TL_PT_COL_CPU))
		p = pen_who(pen, p, tl_pt_ctx(ev));
	if (columns & TL_PT_COL_TIME) {
		if (ev->time != TL_PT_NOTIME)
			p = pen_time(pen, p, ev->time);
		else
			p = put_blanks(p, 16);
		*p++ = ' ';
	}
	return p;
}

/* Time since the thread's line before: "   +120ns ", "  +1.234ms "; "        ~ " if none. */
uint8_t *tl_pt_put_long_delta(uint8_t *p, uint64_t ns);

static inline uint8_t *pen_delta(uint8_t *p, const struct tl_pt_thread *t, uint64_t time)
{
	uint64_t ns;
	uint8_t *q;

	memset(p, ' ', 16);
	if (!t->seen || time == TL_PT_NOTIME || t->time == TL_PT_NOTIME) {
		p[8] = '~';
		return p + 10;
	}
	ns = time > t->time ? time - t->time : 0;
	if (ns >= 1000000)
		return tl_pt_put_long_delta(p, ns);
	q = put_dec_before(p + 7, ns);
	q[-1] = '+';
	p[7] = 'n';
	p[8] = 's';
	return p + 10;
}

/* Instructions since then: "[+   13] ". */
static inline uint8_t *pen_insns(uint8_t *p, const struct tl_pt_thread *t)
{
	*p++ = '[';
	*p++ = t->seen && !t->gap ? '+' : '~';
	p = put_dec(p, t->insns, 5);
	*p++ = ']';
	*p++ = ' ';
	return p;
}

/* All columns of a thread's next line. */
static inline uint8_t *pen_columns(struct tl_pt_pen *pen, uint8_t *p, const struct tl_pt_event *ev,
				   struct tl_pt_thread *t)
{
	unsigned columns = pen->style->columns;

	p = pen_place(pen, p, ev);
	if (columns & TL_PT_COL_DELTA)
		p = pen_delta(p, t, ev->time);
	if (columns & TL_PT_COL_INSNS)
		p = pen_insns(p, t);
	t->seen = true;
	t->gap = false;
	t->time = ev->time;
	t->insns = 0;
	return p;
}

/*
 * Indentation, 2 columns a level; room: PEN_INDENT.  A text is not to grow with the square of
 * the depth, so that levels from the 100th on are told in numbers: "{+3} ".
 */
#define PEN_LEVELS 100
#define PEN_INDENT (2 * PEN_LEVELS + 32)

static inline uint8_t *pen_indent(uint8_t *p, int32_t depth)
{
	if (depth <= PEN_LEVELS)
		return put_blanks(p, 2 * (size_t)depth);
	p = put_blanks(p, 2 * PEN_LEVELS);
	p = PUT_LITERAL(p, "{+");
	p = put_dec(p, (uint64_t)(depth - PEN_LEVELS), 0);
	return PUT_LITERAL(p, "} ");
}

/* ---- the lines of a chunk, for views with columns */

static inline struct tl_pt_thread *pen_thread(struct tl_pt_pen *pen, size_t i)
{
	return &pen->threads.v[pen->steps[i].thread];
}

/*
 * Append event i's line at p, for which it makes room, and return its end: p itself where the view
 * shows nothing of the event.  Errors do not come here.  `which` of the views that share it, is up
 * to them.  NULL: out of memory.
 */
typedef uint8_t *pen_put_fn(struct tl_pt_pen *pen, struct tl_buf *out, uint8_t *p,
			    const struct tl_pt_event *events, size_t i, int which);

/* tl_pt_view.format() of these views; `out` has some room.  `put` and `which` are constants, and cost nothing. */
static inline __attribute__((always_inline)) bool pen_lines(struct tl_pt_pen *pen,
							    const struct tl_pt_event *events,
							    size_t n, struct tl_buf *out,
							    size_t *starts, pen_put_fn *put,
							    int which)
{
	for (size_t i = 0; i < n; i++) {
		struct tl_pt_thread *t = pen_thread(pen, i);
		uint8_t *p;

		if (!pen_begin(pen, out, starts, i))
			return false;
		t->insns += events[i].insns;
		if (events[i].kind == TL_PT_EV_ERROR) {
			if (!tl_pt_put_gap(pen, &events[i], out))
				return false;
			t->gap = true;
			continue;
		}
		p = put(pen, out, out->data + out->len, events, i, which);
		if (!p)
			return false;
		out->len = (size_t)(p - out->data);
	}
	return true;
}

#endif
