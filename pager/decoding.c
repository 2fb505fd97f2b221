/* decoding.c: see decoding.h. */
#include "pager/decoding.h"

#include "decoders/packed/expand.h"
#include "text/cursor.h"
#include "text/part.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_BYTES 4096

static bool probe_file(struct tl_format *f)
{
	int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	uint8_t head[HEAD_BYTES];
	ssize_t n;

	if (fd < 0)
		return false;
	n = pread(fd, head, sizeof(head), 0);
	close(fd);
	if (n <= 0)
		return false;
	f->decoder = tl_decoder_probe(head, (size_t)n);
	if (f->decoder)
		return true;
	f->codec = tl_codec_probe(head, (size_t)n);
	if (!f->codec) {
		f->stream = tl_stream_probe(head, (size_t)n);
		return f->stream != NULL;
	}
	/* A compressed recording is one. */
	f->decoder = tl_decoder_probe(head, tl_packed_head(f->codec, f->path, head, sizeof(head)));
	if (f->decoder)
		f->codec = NULL;
	return true;
}

bool tl_decoding_probe(const struct tl_options *o, const char *name, struct tl_format *out)
{
	struct stat st;

	*out = (struct tl_format){ .name = name };
	if (!strcmp(name, "-")) { /* a pipe is not one: it can be read in one direction only */
		if (lseek(STDIN_FILENO, 0, SEEK_CUR) != 0)
			return false;
		name = "/dev/stdin";
		out->name = "standard input";
	}
	if (o->raw_file || stat(name, &st) != 0)
		return false;
	if (!S_ISDIR(st.st_mode))
		out->path = strdup(name);
	else if (asprintf(&out->path, "%s/data", name) < 0)
		out->path = NULL;
	if (out->path && stat(out->path, &st) == 0 && S_ISREG(st.st_mode) && probe_file(out))
		return true;
	free(out->path);
	out->path = NULL;
	return false;
}

bool tl_decoding_open(const struct tl_options *o, const struct tl_format *format,
		      const char *index_dir, struct tl_jobs *pool,
		      const struct tl_progress *progress, struct tl_source **out,
		      struct tl_err *err)
{
	/* Who copies options for another thread (reopening.c) has a list of these, too. */
	const struct tl_decoder_options chosen = {
		.view = o->trace_view,
		.columns = o->trace_columns,
		.disassembly = o->trace_disassembly,
		.source = (unsigned)o->trace_source,
		.time = o->trace_time,
		.cpu = o->trace_cpu,
		.tid = o->trace_tid,
		.comm = o->trace_comm,
		.symfs = o->symfs,
		.kallsyms = o->kallsyms,
		.vmlinux = o->vmlinux,
		.pool = pool,
		.progress = progress,
	};

	if (format->codec)
		return tl_packed_open(format->codec, format->path, format->name, index_dir, pool,
				      out, err);
	if (format->stream)
		return tl_stream_open_file(format->stream, format->path, format->name, out, err);
	return tl_decoder_open(format->decoder, format->path, &chosen, index_dir, out, err);
}

/* Without times: as far into the text, if the texts are cut alike. */
static uint64_t as_far(struct tl_source *from, uint64_t pos, struct tl_source *to)
{
	struct tl_extent a, b;

	tl_source_extent(from, &a);
	tl_source_extent(to, &b);
	if (a.nchunks != b.nchunks)
		return TL_NOPOS;
	return tl_source_at(to, tl_source_fraction(from, pos));
}

/* Lines before and behind a time that are looked at for one of the same thread. */
#define NEAR_LINES 4096

static bool same_thread(const struct tl_place *a, const struct tl_place *b)
{
	return a->tid == b->tid && (a->tid >= 0 || !strcmp(a->queue, b->queue));
}

/* Who walks over lines for one of a thread. */
struct thread_walk {
	const struct tl_decoder_ops *ops;
	void *self;
	struct tl_cursor cur;
	const struct tl_place *thread;
	uint64_t time;
};

static bool next_line(struct tl_cursor *cur, uint64_t *at, bool back)
{
	struct tl_span span;
	uint64_t start;

	if (!back)
		return tl_cursor_next_line(cur, *at, UINT64_MAX, at) == TL_FOUND;
	if (tl_cursor_backward(cur, *at, &span, &start) != TL_FOUND)
		return false;
	start = tl_pos_make(cur->src, tl_pos_chunk(cur->src, start),
			    tl_pos_byte(cur->src, start) + span.len - 1);
	return tl_cursor_line_start(cur, start, UINT64_MAX, at) == TL_FOUND;
}

/* The first line of the thread at pos or behind it, or else before it, that is not as far from the time as
 * `far`: how far it is, and *pos becomes where it starts; there is none: `far`. */
static uint64_t nearest_line(struct thread_walk *w, uint64_t *pos, bool back, uint64_t far)
{
	uint64_t at = *pos, distance;
	struct tl_place place;
	struct tl_span span;

	for (int n = 0; n < NEAR_LINES; n++) {
		if ((back || n > 0) && !next_line(&w->cur, &at, back))
			break;
		if (tl_cursor_forward(&w->cur, at, &span) != TL_FOUND)
			break;
		at = tl_pos_make(w->cur.src, w->cur.k, (uint64_t)(span.data - w->cur.span.data));
		if (!w->ops->describe(w->self, w->cur.k, tl_pos_byte(w->cur.src, at), &place,
				      NULL) ||
		    place.time_ns == TL_DECODER_NOTIME)
			break;
		distance =
		    place.time_ns > w->time ? place.time_ns - w->time : w->time - place.time_ns;
		if (distance >= far)
			break;
		if (same_thread(&place, w->thread)) {
			*pos = at;
			return distance;
		}
	}
	return far;
}

/* The line of the thread that is nearest to a time, which is at pos; if there is none near, the line at pos. */
static uint64_t of_thread(const struct tl_decoder_ops *ops, void *self, struct tl_source *src,
			  uint64_t pos, uint64_t time, const struct tl_place *thread)
{
	struct thread_walk w = { .ops = ops, .self = self, .thread = thread, .time = time };
	uint64_t behind = pos, before = pos, far;
	struct tl_span span;

	tl_cursor_init(&w.cur, src);
	w.cur.hasty = true;
	/* The chunk was decoded to look the time up, and does not take long. */
	if (tl_source_takes_long(src, tl_pos_chunk(src, pos)) &&
	    tl_source_pin(src, tl_pos_chunk(src, pos), &span, NULL) == TL_FOUND)
		tl_source_unpin(src, tl_pos_chunk(src, pos), &span);
	far = nearest_line(&w, &behind, false, UINT64_MAX);
	if (nearest_line(&w, &before, true, far) < far)
		behind = before;
	tl_cursor_fini(&w.cur);
	return behind;
}

/* Of texts that are not decoded, or parts of them. */
static uint64_t same_place(struct tl_source *from, uint64_t pos, struct tl_source *to)
{
	struct tl_source *a = tl_part_below(from), *b = tl_part_below(to);

	if (strcmp(tl_source_kind(a ? a : from), tl_source_kind(b ? b : to)) != 0 ||
	    pos == TL_NOPOS)
		return TL_NOPOS;
	if (a)
		pos = tl_part_outer(from, pos);
	return b ? tl_part_inner(to, pos) : pos;
}

uint64_t tl_decoding_same_time(struct tl_source *from, uint64_t pos, struct tl_source *to)
{
	const struct tl_decoder_ops *ops, *to_ops;
	struct tl_place place;
	uint64_t k, byte, time;
	void *self, *to_self;

	bool is_decoded = tl_decoder_of(from, &ops, &self);

	if (is_decoded != tl_decoder_of(to, &to_ops, &to_self) || pos == TL_NOPOS)
		return TL_NOPOS;
	if (!is_decoded)
		return same_place(from, pos, to);
	if (!ops->describe(self, tl_pos_chunk(from, pos), tl_pos_byte(from, pos), &place, NULL))
		return as_far(from, pos, to);
	time = place.time_ns != TL_DECODER_NOTIME ? place.time_ns : place.chunk_ns;
	if (time == TL_DECODER_NOTIME || !to_ops->locate(to_self, time, &k, &byte, NULL))
		return as_far(from, pos, to);
	return of_thread(to_ops, to_self, to, tl_pos_make(to, k, byte), time, &place);
}

void tl_decoding_prepare(struct tl_source *src, uint64_t pos, unsigned nlines)
{
	struct tl_cursor cur;

	if (pos == TL_NOPOS)
		return;
	tl_cursor_init(&cur, src);
	cur.hasty = true;
	while (nlines-- > 0 && next_line(&cur, &pos, false))
		;
	tl_cursor_fini(&cur);
}
