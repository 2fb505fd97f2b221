/*
 * fake_decoder.h: a decoder for tests.  Its recording is a small file of words and numbers,
 *
 *	FAKETRACE
 *	chunks 50
 *	lines 300		at the most, in a chunk
 *	delay 2000		microseconds that decoding a chunk takes
 *	hollow 10 40		chunks without a line, from .. to
 *	times 0			a recording without times
 *	refuse			open() fails
 *	opening			open() is half done until it is given up
 *
 * of which the text is a pure function: lines with times that never go back, chunks without
 * lines here and there, and a gap line now and then.  Views: calls, brief (shorter lines), twice
 * (two lines for each), few (every seventh line); endless (open() is half done until it is given up), late
 * (as brief, but a time is looked for until a file beside the recording, with .go behind its name, is there).
 */
#ifndef TL_TESTS_FAKE_DECODER_H
#define TL_TESTS_FAKE_DECODER_H

#include "decoders/decoder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FAKE_FIRST_NS UINT64_C(12345678901234) /* of chunk 0 */
#define FAKE_CHUNK_NS UINT64_C(1000000)        /* a chunk is a millisecond */

struct fake_decoder {
	uint64_t nchunks, hollow_from, hollow_to;
	unsigned lines, delay_us, width, repeat, each;
	bool times;
	char got[32]; /* what was saved earlier */
	char *go;     /* the file that locate() waits for; NULL: none */
	atomic_bool stopped;
	atomic_uint ndecoded;
	atomic_uint_fast64_t gaps;
};

static inline uint64_t fake_random(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* Lines of chunk k; every seventh or so has none. */
static inline unsigned fake_nlines(const struct fake_decoder *f, uint64_t k)
{
	uint64_t r = fake_random(k);

	if ((k >= f->hollow_from && k < f->hollow_to) || r % 7 == 3)
		return 0;
	return (unsigned)(r / 7 % f->lines) + 1;
}

static inline uint64_t fake_time(const struct fake_decoder *f, uint64_t k, unsigned i)
{
	return FAKE_FIRST_NS + k * FAKE_CHUNK_NS + i * (FAKE_CHUNK_NS / f->lines);
}

/* How many lines line i is in this view. */
static inline unsigned fake_repeat(const struct fake_decoder *f, unsigned i)
{
	return i % f->each == 0 ? f->repeat : 0;
}

static inline bool fake_is_gap(uint64_t k, unsigned i)
{
	return i == 5 && fake_random(k + 1000) % 4 == 0;
}

static inline bool fake_line(const struct fake_decoder *f, uint64_t k, unsigned i,
			     struct tl_buf *out)
{
	uint64_t t = fake_time(f, k, i), r = fake_random(k * 1000 + i);

	if (f->times &&
	    !tl_buf_printf(out, "%5" PRIu64 ".%09" PRIu64 " ", t / 1000000000, t % 1000000000))
		return false;
	if (fake_is_gap(k, i))
		return tl_buf_printf(out, "[gap: queue %u lost %u bytes]\n", (unsigned)(r % 4),
				     (unsigned)(r % 5000));
	return tl_buf_printf(out, "chunk %" PRIu64 " line %u %.*s\n", k, i, (int)f->width,
			     r % 100 == 0 ? "needle" : "some_function -> another_function");
}

static inline int fake_probe(const uint8_t *head, size_t len)
{
	return len >= 10 && memcmp(head, "FAKETRACE\n", 10) == 0 ? 100 : 0;
}

/* Until it is given up. */
static inline void fake_wait(const struct tl_progress *progress)
{
	struct timespec t = { 0, 1000000 };

	while (tl_progress_step(progress, 0.5))
		nanosleep(&t, NULL);
}

static inline bool fake_open(const char *path, const struct tl_decoder_options *options,
			     struct tl_span saved, void **self, struct tl_err *err)
{
	struct fake_decoder *f = calloc(1, sizeof(*f));
	FILE *file = fopen(path, "r");
	char line[128];
	bool refused = false;

	if (!f || !file) {
		free(f);
		return tl_err_sys(err, "cannot open '%s'", path);
	}
	f->nchunks = 10;
	f->lines = 100;
	f->times = true;
	f->width = 60;
	f->repeat = f->each = 1;
	while (fgets(line, sizeof(line), file) && line[0]) {
		unsigned times;

		sscanf(line, "chunks %" SCNu64, &f->nchunks);
		sscanf(line, "lines %u", &f->lines);
		sscanf(line, "delay %u", &f->delay_us);
		sscanf(line, "hollow %" SCNu64 " %" SCNu64, &f->hollow_from, &f->hollow_to);
		if (sscanf(line, "times %u", &times) == 1)
			f->times = times;
		refused = refused || !strncmp(line, "refuse", 6);
		if (!strncmp(line, "opening", 7)) {
			fake_wait(options->progress);
			refused = true;
		}
	}
	fclose(file);
	if (refused)
		tl_err_set(err, "'%s': refused", path);
	if (options->view && !strcmp(options->view, "endless")) {
		fake_wait(options->progress);
		refused = true;
	} else if (options->view && !strcmp(options->view, "late")) {
		f->width = 4;
		if (asprintf(&f->go, "%s.go", path) < 0)
			f->go = NULL;
	} else if (options->view && !strcmp(options->view, "brief"))
		f->width = 4;
	else if (options->view && !strcmp(options->view, "twice"))
		f->repeat = 2;
	else if (options->view && !strcmp(options->view, "few"))
		f->each = 7;
	else if (options->view && strcmp(options->view, "calls") != 0)
		refused = tl_err_set(err, "there is no view '%s'; there are: calls, brief, twice",
				     options->view) ||
			  true;
	if (refused) {
		free(f);
		return false;
	}
	if (saved.len > 0 && saved.len < sizeof(f->got))
		memcpy(f->got, saved.data, saved.len);
	*self = f;
	return true;
}

static inline uint64_t fake_chunks(const void *self)
{
	return ((const struct fake_decoder *)self)->nchunks;
}

static inline bool fake_decode(void *self, uint64_t k, struct tl_buf *out, struct tl_err *err)
{
	struct fake_decoder *f = self;
	unsigned n = fake_nlines(f, k);

	atomic_fetch_add(&f->ndecoded, 1);
	if (f->delay_us) {
		struct timespec t = { f->delay_us / 1000000, f->delay_us % 1000000 * 1000 };

		nanosleep(&t, NULL);
	}
	for (unsigned i = 0; i < n; i++) {
		for (unsigned r = 0; r < fake_repeat(f, i); r++)
			if (!fake_line(f, k, i, out))
				return tl_err_nomem(err);
		if (fake_is_gap(k, i))
			atomic_fetch_add(&f->gaps, 1);
	}
	return true;
}

static inline uint64_t fake_chunk_time(const void *self, uint64_t k)
{
	const struct fake_decoder *f = self;

	return f->times ? fake_time(f, k, 0) : TL_DECODER_NOTIME;
}

static inline bool fake_range(const void *self, uint64_t *first, uint64_t *last)
{
	const struct fake_decoder *f = self;

	if (!f->times || f->nchunks == 0)
		return false;
	*first = fake_time(f, 0, 0);
	*last = fake_time(f, f->nchunks, 0) - 1;
	return true;
}

static inline bool fake_locate(void *self, uint64_t time_ns, uint64_t *k, uint64_t *byte,
			       struct tl_err *err)
{
	struct fake_decoder *f = self;
	struct tl_buf text = TL_BUF_INIT;
	bool ok = true;

	struct timespec t = { 0, 1000000 };

	if (!f->times || f->nchunks == 0)
		return tl_err_set(err, "no times");
	while (f->go && access(f->go, F_OK) != 0 && !atomic_load(&f->stopped))
		nanosleep(&t, NULL);
	*k = time_ns < FAKE_FIRST_NS ? 0 : (time_ns - FAKE_FIRST_NS) / FAKE_CHUNK_NS;
	if (*k >= f->nchunks)
		*k = f->nchunks - 1;
	for (unsigned i = 0; ok && i < fake_nlines(f, *k) && fake_time(f, *k, i) < time_ns; i++)
		for (unsigned r = 0; ok && r < fake_repeat(f, i); r++)
			ok = fake_line(f, *k, i, &text);
	*byte = text.len;
	tl_buf_fini(&text);
	return ok || tl_err_nomem(err);
}

static inline bool fake_describe(void *self, uint64_t k, uint64_t byte, struct tl_place *out,
				 struct tl_err *err)
{
	struct fake_decoder *f = self;
	struct tl_buf text = TL_BUF_INIT;
	unsigned i, n = fake_nlines(f, k);
	bool ok = true;

	*out = (struct tl_place){ .time_ns = TL_DECODER_NOTIME,
				  .chunk_ns = fake_chunk_time(f, k),
				  .pid = -1,
				  .tid = -1,
				  .cpu = -1 };
	for (i = 0; ok && i < n && text.len <= byte; i++)
		for (unsigned r = 0; ok && r < fake_repeat(f, i); r++)
			ok = fake_line(f, k, i, &text);
	tl_buf_fini(&text);
	if (!ok)
		return tl_err_nomem(err);
	if (i > 0 && f->times) {
		out->time_ns = fake_time(f, k, i - 1);
		out->cpu = (int32_t)((i - 1) % 4);
		snprintf(out->queue, sizeof(out->queue), "cpu %d", out->cpu);
	}
	return true;
}

static inline uint64_t fake_gaps(const void *self)
{
	return atomic_load(&((struct fake_decoder *)self)->gaps);
}

/* It takes its time, too, but less. */
static inline bool fake_whole(void *self, uint64_t k)
{
	const struct fake_decoder *f = self;
	struct timespec t = { 0, (long)f->delay_us % 1000000 * 100 };

	nanosleep(&t, NULL);
	return fake_nlines(f, k) <= 5 || !fake_is_gap(k, 5);
}

/* A line is a call of a nanosecond and two instructions, in the second half of a chunk by the first one's
 * function. */
struct fake_count {
	const struct fake_decoder *f;
	uint64_t first, last;
	struct tl_callnames *names;
	struct tl_calltree tree;
	uint32_t outer, inner;
};

static inline bool fake_count_chunk(void *count, uint64_t k, void **part, struct tl_err *err)
{
	const struct fake_count *c = count;
	uint64_t *n = calloc(2, sizeof(*n));
	struct timespec t = { 0, (long)c->f->delay_us % 1000000 * 1000 };

	nanosleep(&t, NULL);
	for (unsigned i = 0; n && i < fake_nlines(c->f, k); i++) {
		uint64_t time = fake_time(c->f, k, i);

		if (time >= c->first && time <= c->last)
			n[time % FAKE_CHUNK_NS >= FAKE_CHUNK_NS / 2]++;
	}
	*part = n;
	return n || tl_err_nomem(err);
}

static inline bool fake_count_add(void *count, void *part, struct tl_err *err)
{
	struct fake_count *c = count;
	const uint64_t *n = part;

	for (unsigned i = 0; i < 2; i++) {
		struct tl_callnode *node = &c->tree.v[i ? c->inner : c->outer];

		node->calls += n[i];
		node->ns += n[i];
		node->insns += 2 * n[i];
	}
	free(part);
	return true;
}

static inline bool fake_count_result(void *count, struct tl_cost_result *out, struct tl_err *err)
{
	struct fake_count *c = count;

	*out = (struct tl_cost_result){
		.tree = &c->tree,
		.names = c->names,
		.has_time = c->f->times,
	};
	return true;
}

static inline void fake_count_close(void *count)
{
	struct fake_count *c = count;

	tl_calltree_fini(&c->tree);
	tl_callnames_free(c->names);
	free(c);
}

static inline bool fake_costs(void *self, uint64_t first_ns, uint64_t last_ns,
			      struct tl_cost_count *out, struct tl_err *err)
{
	static const struct tl_cost_ops ops = { fake_count_chunk,  fake_count_add,   free,
						fake_count_result, fake_count_close, NULL };
	const struct fake_decoder *f = self;
	struct fake_count *c = calloc(1, sizeof(*c));
	uint32_t root;

	if (!c)
		return tl_err_nomem(err);
	c->f = f;
	c->first = first_ns;
	c->last = last_ns;
	c->names = tl_callnames_new();
	root = tl_calltree_root(&c->tree, TL_CALL_NONAME);
	root = tl_calltree_child(&c->tree, root, tl_callnames_add(c->names, "fake"));
	c->outer = tl_calltree_child(&c->tree, root, tl_callnames_add(c->names, "some_function"));
	c->inner =
	    tl_calltree_child(&c->tree, c->outer, tl_callnames_add(c->names, "another_function"));
	*out = (struct tl_cost_count){ &ops, c, 0, f->nchunks };
	return true;
}

static inline bool fake_save(const void *self, struct tl_buf *out)
{
	const struct fake_decoder *f = self;

	return tl_buf_printf(out, "%" PRIu64 " chunks", f->nchunks);
}

static inline void fake_stop(void *self)
{
	atomic_store(&((struct fake_decoder *)self)->stopped, true);
}

static inline void fake_close_decoder(void *self)
{
	free(((struct fake_decoder *)self)->go);
	free(self);
}

static const struct tl_decoder_ops fake_decoder = {
	.abi = TL_DECODER_ABI,
	.name = "fake",
	.probe = fake_probe,
	.open = fake_open,
	.chunks = fake_chunks,
	.decode = fake_decode,
	.time = fake_chunk_time,
	.range = fake_range,
	.locate = fake_locate,
	.describe = fake_describe,
	.gaps = fake_gaps,
	.whole = fake_whole,
	.costs = fake_costs,
	.save = fake_save,
	.stop = fake_stop,
	.close = fake_close_decoder,
};

#endif
