/*
 * calls.c: what is known of the calls in a chunk (text/calls.h): each line of text gets the depth
 * that depth.c found for its event.
 */
#include "decoders/pt/pen.h"

#include <string.h>

#define NONE TL_PT_NONE

/* FNV-1a, 64 bits.  False: out of memory. */
static bool hash_name(struct tl_pt_pen *pen, const struct tl_space *space, uint64_t ip,
		      uint64_t *hash)
{
	const struct tl_pt_name *name = tl_pt_names_get(&pen->functions, space, ip, 64);
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	if (!name)
		return false;
	for (uint32_t i = 0; i < name->len; i++)
		h = (h ^ name->text[i]) * UINT64_C(0x100000001b3);
	*hash = h ? h : 1;
	return true;
}

/* Where the function begins, or some place in it, that event i enters or leaves; 0: not known. */
static uint64_t function_of(const struct tl_pt_pen *pen, const struct tl_pt_event *events, size_t i)
{
	const struct tl_pt_step *step = &pen->steps[i];

	if (step->moves > 0)
		return events[i].to;
	/* Named as the call named it: it may have ended in a tail call. */
	if (step->peer != NONE)
		return events[step->peer].to;
	if (step->began != NONE && pen->begans[step->began].to)
		return pen->begans[step->began].to;
	return events[i].from;
}

/* Are both ends of a call told on its line?  So where the next event is the return, and has none. */
static bool is_leaf(const struct tl_pt_pen *pen, size_t i, const size_t *starts)
{
	uint32_t peer = pen->steps[i].peer;

	return peer != NONE && pen->steps[i].next == peer && starts[peer] == starts[peer + 1];
}

/* All of an event's line but its place. */
static bool describe(struct tl_pt_pen *pen, const struct tl_pt_event *events, size_t i,
		     const size_t *starts, struct tl_callline *line)
{
	const struct tl_pt_step *step = &pen->steps[i];
	const struct tl_pt_event *ev = &events[i];
	uint64_t ip;

	*line = (struct tl_callline){
		.thread = pen->threads.v[step->thread].key,
		.depth = step->depth,
		.kind = ev->kind == TL_PT_EV_ERROR ? TL_CALL_GAP : TL_CALL_OTHER,
	};
	if (step->moves == 0)
		return true;
	if (step->moves < 0)
		line->kind = TL_CALL_EXIT;
	else
		line->kind = is_leaf(pen, i, starts) ? TL_CALL_LEAF : TL_CALL_ENTRY;
	/* A trace that starts again in a signal's handler is in it already. */
	if (step->moves > 0 && ev->flags & TL_PT_TRACE_BEGIN)
		line->depth--;
	ip = function_of(pen, events, i);
	return !ip || hash_name(pen, tl_pt_ctx(ev)->space, ip, &line->function);
}

/* An event can have several lines: the last one is its own, those before lead up to it. */
static bool add_lines(const struct tl_callline *line, const uint8_t *text, size_t from, size_t to,
		      struct tl_calls *out)
{
	while (from < to) {
		const uint8_t *end = memchr(text + from, '\n', to - from);
		struct tl_callline *at = tl_calls_add(out);

		if (!at)
			return false;
		*at = *line;
		at->byte = from;
		from = end ? (size_t)(end + 1 - text) : to;
		if (from < to) {
			at->kind = TL_CALL_OTHER;
			at->function = 0;
		}
	}
	return true;
}

static bool add_threads(const struct tl_pt_pen *pen, struct tl_calls *out)
{
	for (size_t i = 0; i < pen->threads.n; i++) {
		const struct tl_pt_thread *t = &pen->threads.v[i];
		struct tl_callthread *at = tl_calls_add_thread(out);

		if (!at)
			return false;
		*at = (struct tl_callthread){
			.thread = t->key,
			.lowest = t->lowest,
			.ends = t->base + (int32_t)t->nframes,
		};
	}
	return true;
}

/* A branch without a line, where instructions have lines: what it does is told on the last one, which
 * is the branch itself, or what was interrupted. */
static bool tell_before(struct tl_pt_pen *pen, const struct tl_pt_event *events, size_t i,
			const size_t *starts, struct tl_calls *out)
{
	const struct tl_pt_thread *t = pen_thread(pen, i);
	struct tl_callline *at = t->last != NONE ? &out->lines[t->last] : NULL, line;

	if (!at || at->kind != TL_CALL_OTHER || pen->steps[i].moves == 0)
		return true;
	if (!describe(pen, events, i, starts, &line))
		return false;
	line.byte = at->byte;
	*at = line;
	return true;
}

bool tl_pt_pen_calls(struct tl_pt_pen *pen, const struct tl_pt_event *events, size_t n,
		     const uint8_t *text, const size_t *starts, struct tl_calls *out)
{
	/* From here on `last` is the number of a thread's line that tells an instruction. */
	for (size_t i = 0; i < pen->threads.n; i++)
		pen->threads.v[i].last = NONE;
	for (size_t i = 0; i < n; i++) {
		struct tl_callline line;

		if (starts[i] == starts[i + 1]) {
			if (!tell_before(pen, events, i, starts, out))
				return false;
			continue;
		}
		if (!describe(pen, events, i, starts, &line) ||
		    !add_lines(&line, text, starts[i], starts[i + 1], out))
			return false;
		pen_thread(pen, i)->last =
		    events[i].kind == TL_PT_EV_INSN ? (uint32_t)out->nlines - 1 : NONE;
	}
	return add_threads(pen, out);
}
