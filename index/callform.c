/*
 * callform.c: see callform.h.  Which form a text has is found by having each reader read the first lines.
 */
#include "index/callform.h"

#include "index/callreaders.h"
#include "index/heading.h"

#include <string.h>

#define SAMPLE_LINES 200

static bool is_call(const struct tl_callline *c)
{
	return c->kind == TL_CALL_ENTRY || c->kind == TL_CALL_EXIT || c->kind == TL_CALL_LEAF;
}

/* How many of the lines are calls, if the reader understands most that are not comments. */
static unsigned fits(const struct tl_callreader *reader, struct tl_span head,
		     struct tl_callform *out)
{
	struct tl_callform f = { .reader = reader };
	unsigned n = 0, read = 0, calls = 0, tasks = 0;
	size_t at = 0;

	while (at < head.len && n < SAMPLE_LINES) {
		const uint8_t *line = head.data + at;
		const uint8_t *end = memchr(line, '\n', head.len - at);
		struct tl_span span = { line, end ? (size_t)(end - line) : head.len - at };
		struct tl_callread c;

		at += span.len + 1;
		if (span.len == 0 || tl_is_heading(line, span.len) ||
		    (!end && n > 0)) /* that one may be cut */
			continue;
		n++;
		if (!tl_callform_read_all(&f, span, &c))
			continue;
		read++;
		calls += is_call(&c.line);
		tasks += is_call(&c.line) && !(c.line.thread & TL_CALL_BY_CPU);
		/* How long a call takes is not known when it begins. */
		f.no_durations |= c.line.kind == TL_CALL_ENTRY && c.has_duration;
	}
	f.by_task = tasks > 0;
	*out = f;
	return calls > 0 && read * 3 >= n * 2 && calls * 20 >= n ? calls : 0;
}

bool tl_callform_detect(struct tl_span head, struct tl_callform *out)
{
	unsigned most = 0;

	*out = (struct tl_callform){ .reader = NULL };
	for (size_t i = 0; tl_callreaders[i].name; i++) {
		struct tl_callform f;
		unsigned n = fits(&tl_callreaders[i], head, &f);

		if (n > most) {
			most = n;
			*out = f;
		}
	}
	return out->reader != NULL;
}

const char *tl_callform_name(const struct tl_callform *f)
{
	return f->reader->name;
}

bool tl_callform_read_all(const struct tl_callform *f, struct tl_span line, struct tl_callread *out)
{
	size_t n = line.len < TL_CALLFORM_LINE ? line.len : TL_CALLFORM_LINE;

	*out = (struct tl_callread){
		.line = { .thread = TL_CALL_NOTHREAD, .depth = TL_CALL_NODEPTH },
	};
	return n > 0 && f->reader->read(f, (struct tl_callrest){ line.data, line.data + n }, out);
}

bool tl_callform_read(const struct tl_callform *f, struct tl_span line, struct tl_callline *out)
{
	struct tl_callread all;
	bool read = tl_callform_read_all(f, line, &all);

	*out = all.line;
	return read;
}
