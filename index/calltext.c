/*
 * calltext.c: see calltext.h.  A chunk is looked at in place, with the byte before it, which tells where its
 * first line begins, and as much behind it as is looked at of a line; where that is not
 * possible, it is read.
 */
#include "index/calltext.h"

#include <string.h>

/* How many lines around one that tells no depth are asked for it. */
#define NEARBY 256

/* A chunk within the text around it: data[start, end). */
struct stretch {
	const uint8_t *data;
	size_t start, end, len;
	bool begins; /* a line begins at `start` */
};

/* ---- reading */

static bool ends_with_newline(const struct tl_buf *buf)
{
	return buf->len > 0 && buf->data[buf->len - 1] == '\n';
}

/* Does a line begin where chunk k does? */
static bool begins_line(struct tl_source *src, uint64_t k, struct tl_buf *buf)
{
	bool whole = tl_source_has_whole_lines(src);

	for (; k > 0 && !whole; k--) {
		buf->len = 0;
		if (tl_source_read_last(src, k - 1, 1, buf, NULL) != TL_FOUND || buf->len > 0)
			return ends_with_newline(buf);
	}
	return true;
}

/* Append what is behind chunk k, as far as it may be looked at of a line. */
static bool read_behind(struct tl_source *src, uint64_t k, struct tl_buf *buf, struct tl_err *err)
{
	size_t until = buf->len + TL_CALLFORM_LINE, had = buf->len;
	enum tl_lookup found = TL_FOUND;
	bool ended = ends_with_newline(buf);

	while (found == TL_FOUND && buf->len < until && !ended) {
		found = tl_source_read_part(src, ++k, 0, until - buf->len, buf, err);
		ended = buf->len > had && memchr(buf->data + had, '\n', buf->len - had);
		had = buf->len;
	}
	return found != TL_FAILED;
}

/* False: it cannot be read. */
static bool read_stretch(struct tl_source *src, uint64_t k, struct tl_buf *buf, struct stretch *out,
			 struct tl_err *err)
{
	bool begins = begins_line(src, k, buf);

	buf->len = 0;
	if (tl_source_read(src, k, buf, err) == TL_FAILED)
		return false;
	*out = (struct stretch){ .end = buf->len, .begins = begins };
	if (!tl_source_has_whole_lines(src) && !read_behind(src, k, buf, err))
		return false;
	out->data = buf->data;
	out->len = buf->len;
	return true;
}

static struct stretch mapped_stretch(const struct tl_mapped *m)
{
	size_t before = m->before > 0;

	return (struct stretch){
		.data = m->chunk.data - before,
		.start = before,
		.end = before + m->chunk.len,
		.len = before + m->chunk.len + m->after,
		.begins = !before || m->chunk.data[-1] == '\n',
	};
}

/* ---- lines */

static bool tell_lines(const struct stretch *s, const struct tl_linetaker *taker)
{
	size_t at = s->start;

	taker->begin(taker->arg);
	if (!s->begins) {
		const uint8_t *nl = memchr(s->data + at, '\n', s->end - at);

		at = nl ? (size_t)(nl + 1 - s->data) : s->end;
	}
	while (at < s->end) {
		const uint8_t *line = s->data + at, *nl = memchr(line, '\n', s->len - at);
		size_t len = nl ? (size_t)(nl - line) : s->len - at;

		if (!taker->line(taker->arg, (struct tl_span){ line, len }, at - s->start))
			return false;
		at += len + 1;
	}
	return true;
}

/* False: not possible; what was told is to be forgotten. */
static bool tell_in_place(struct tl_source *src, uint64_t k, const struct tl_linetaker *taker)
{
	struct tl_mapped m;
	struct stretch s;
	bool ok;

	if (!tl_source_map(src, k, 1, TL_CALLFORM_LINE, &m))
		return false;
	s = mapped_stretch(&m);
	ok = tell_lines(&s, taker);
	return tl_source_unmap(src, &m) && ok;
}

bool tl_calltext_lines(struct tl_source *src, uint64_t k, const struct tl_linetaker *taker,
		       struct tl_err *err)
{
	struct tl_buf buf = TL_BUF_INIT;
	struct stretch s;
	bool ok;

	if (tell_in_place(src, k, taker))
		return true;
	ok = read_stretch(src, k, &buf, &s, err) && (tell_lines(&s, taker) || tl_err_nomem(err));
	tl_buf_fini(&buf);
	return ok;
}

/* ---- their calls */

/* How deep something stands that comes after this line. */
static int32_t depth_behind(const struct tl_callline *c)
{
	return c->depth + (c->kind == TL_CALL_ENTRY);
}

/* As deep as the line of its thread before it leaves things, or as the one behind it begins. */
static int32_t depth_nearby(const struct tl_calls *c, size_t i)
{
	for (size_t n = 1; n <= NEARBY && n <= i; n++)
		if (c->lines[i - n].thread == c->lines[i].thread &&
		    c->lines[i - n].depth != TL_CALL_NODEPTH)
			return depth_behind(&c->lines[i - n]);
	for (size_t n = 1; n <= NEARBY && i + n < c->nlines; n++)
		if (c->lines[i + n].thread == c->lines[i].thread &&
		    c->lines[i + n].depth != TL_CALL_NODEPTH)
			return c->lines[i + n].depth;
	return 0;
}

#define SLOT_BITS 12
#define SLOTS     (1 << SLOT_BITS)
#define ODD       UINT64_C(0x9e3779b97f4a7c15) /* spreads numbers over the upper bits of their product */

/* Threads of which there were lines; of more than half the slots, every one is. */
struct threads {
	uint64_t slots[SLOTS]; /* ~thread; 0: free */
	unsigned n;
};

struct taking {
	const struct tl_callform *form;
	struct tl_calls *out;
	size_t had;
	bool first;  /* of the text's chunks */
	size_t seen; /* lines before it are in `threads` */
	struct threads threads;
};

static void begin_taking(void *arg)
{
	struct taking *t = arg;

	t->out->nlines = t->seen = t->had;
	t->threads = (struct threads){ .n = 0 };
}

/* Its slot, or the free one where it would be. */
static uint64_t *slot_of(struct threads *s, uint64_t thread)
{
	size_t i = thread * ODD >> (64 - SLOT_BITS);

	while (s->slots[i] != 0 && s->slots[i] != ~thread)
		i = (i + 1) % SLOTS;
	return &s->slots[i];
}

static void add_thread(struct threads *s, uint64_t thread)
{
	uint64_t *slot = slot_of(s, thread);

	if (s->n < SLOTS / 2 && *slot == 0 && thread != TL_CALL_NOTHREAD) {
		*slot = ~thread;
		s->n++;
	}
}

static bool was_seen(struct taking *t, uint64_t thread)
{
	for (; t->seen < t->out->nlines; t->seen++)
		add_thread(&t->threads, t->out->lines[t->seen].thread);
	return t->threads.n == SLOTS / 2 || *slot_of(&t->threads, thread) != 0;
}

static bool add_line(struct taking *t, const struct tl_callline *line)
{
	struct tl_callline *added = tl_calls_add(t->out);

	if (added)
		*added = *line;
	return added != NULL;
}

static bool take_line(void *arg, struct tl_span line, size_t byte)
{
	struct taking *t = arg;
	struct tl_callline between;
	struct tl_callread read;

	if (!tl_callform_read_all(t->form, line, &read))
		return true;
	read.line.byte = byte;
	between = (struct tl_callline){ .byte = byte,
					.thread = read.line.thread,
					.depth = TL_CALL_NODEPTH,
					.kind = TL_CALL_BREAK };
	/* With its first line of all, nothing is left behind. */
	if (read.anew && (!t->first || was_seen(t, read.line.thread)) && !add_line(t, &between))
		return false;
	return add_line(t, &read.line);
}

bool tl_calltext_calls(const struct tl_callform *form, struct tl_source *src, uint64_t k,
		       struct tl_calls *out, struct tl_err *err)
{
	struct taking t = { .form = form, .out = out, .had = out->nlines, .first = k == 0 };
	const struct tl_linetaker taker = { begin_taking, take_line, &t };

	out->absolute = true;
	if (!tl_calltext_lines(src, k, &taker, err)) {
		out->nlines = t.had;
		return false;
	}
	for (size_t i = t.had; i < out->nlines; i++)
		if (out->lines[i].depth == TL_CALL_NODEPTH)
			out->lines[i].depth = depth_nearby(out, i);
	return true;
}
