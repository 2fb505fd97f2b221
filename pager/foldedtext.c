/* foldedtext.c: see foldedtext.h. */
#include "pager/foldedtext.h"

#include "decoders/textcosts.h"
#include "pager/timeranges.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define HEAD_BYTES (64u << 10)
#define ROUND_MS   10 /* between two looks at a text that is still coming */

struct tl_foldedtext {
	struct tl_source *src;
	struct tl_timeindex *times;
};

/* ---- the text */

static bool open_source(const struct tl_options *o, const char *name,
			const struct tl_format *format, struct tl_jobs *pool,
			struct tl_source **out, struct tl_err *err)
{
	int fd;

	if (format->codec || format->stream)
		return tl_decoding_open(o, format, NULL, pool, NULL, out, err);
	if (strcmp(name, "-") != 0)
		return tl_source_open_file(name, out, err);
	fd = dup(STDIN_FILENO);
	return fd >= 0 ? tl_source_open_fd(fd, "standard input", out, err)
		       : tl_err_sys(err, "cannot read standard input");
}

/* A text that comes through a pipe, or is decompressed. */
static bool wait_for_all(struct tl_source *src, struct tl_err *err)
{
	const struct timespec nap = { 0, ROUND_MS * 1000000 };
	struct tl_extent ext;

	tl_source_want(src, UINT64_MAX);
	for (tl_source_extent(src, &ext); !ext.complete; tl_source_extent(src, &ext))
		nanosleep(&nap, NULL);
	return !tl_source_trouble(src, err);
}

static bool find_form(struct tl_source *src, const char *name, struct tl_callform *out,
		      struct tl_err *err)
{
	struct tl_buf head = TL_BUF_INIT;
	bool ok = tl_source_read_part(src, 0, 0, HEAD_BYTES, &head, err) != TL_FAILED;

	if (ok && !tl_callform_detect((struct tl_span){ head.data, head.len }, out))
		ok = tl_err_set(
		    err, "--folded counts calls: %s is no recording, and its lines tell none",
		    name);
	tl_buf_fini(&head);
	return ok;
}

/* ---- what is selected */

/* Gives *out. */
static bool choose_ranges(const char *text, struct tl_timeindex *times, const char *name,
			  struct tl_textrange **out, size_t *n, struct tl_err *err)
{
	struct tl_timerange *ranges = calloc(TL_MAX_TIMERANGES, sizeof(*ranges));
	uint64_t first, last;
	enum tl_lookup found = tl_timeindex_measure(times, NULL, &first, &last, err);
	bool ok = false;

	*out = calloc(TL_MAX_TIMERANGES, sizeof(**out));
	if (!ranges || !*out)
		tl_err_nomem(err);
	else if (found == TL_NONE)
		tl_err_set(err, "--time: %s has no times", name);
	else
		ok = found == TL_FOUND && tl_timeranges_parse(text, tl_timeindex_form(times), first,
							      last, ranges, n, err);
	for (size_t i = 0; ok && i < *n; i++)
		(*out)[i] = (struct tl_textrange){
			ranges[i].from_start ? 0 : ranges[i].first,
			ranges[i].to_end ? UINT64_MAX : ranges[i].last,
		};
	free(ranges);
	return ok;
}

static bool begin(struct tl_foldedtext *t, const struct tl_options *o, const char *name,
		  struct tl_cost_count *count, struct tl_err *err)
{
	struct tl_textcosts_of of = { .src = t->src, .times = t->times };
	struct tl_textrange *ranges = NULL;
	bool ok = find_form(t->src, name, &of.calls, err) &&
		  (!o->trace_time ||
		   choose_ranges(o->trace_time, t->times, name, &ranges, &of.nranges, err));

	of.ranges = ranges;
	ok = ok && tl_textcosts_open(&of, count, err);
	free(ranges);
	return ok;
}

bool tl_foldedtext_open(const struct tl_options *o, const char *name,
			const struct tl_format *format, struct tl_jobs *pool,
			struct tl_foldedtext **out, struct tl_cost_count *count, struct tl_err *err)
{
	struct tl_foldedtext *t = calloc(1, sizeof(*t));

	if (!t)
		return tl_err_nomem(err);
	if (open_source(o, name, format, pool, &t->src, err) && wait_for_all(t->src, err) &&
	    tl_timeindex_new(t->src, NULL, pool, NULL, &t->times, err) &&
	    begin(t, o, name, count, err)) {
		*out = t;
		return true;
	}
	tl_foldedtext_close(t);
	return false;
}

void tl_foldedtext_close(struct tl_foldedtext *t)
{
	if (!t)
		return;
	tl_timeindex_close(t->times);
	tl_source_close(t->src);
	free(t);
}
