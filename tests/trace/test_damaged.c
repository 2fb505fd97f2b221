/*
 * test_damaged.c: every damaged recording opens to what can be decoded, each gap told in place.
 *
 * Good recordings of every form are made with `generate` and damaged in every way that
 * damage.h knows, and in some of our own: binaries that are missing or are others, lost data
 * that is only told.  What comes out is an error that names the file, or text: in bounded time and
 * memory, the same in any order of chunks, telling what is missing, and with all lines that the
 * damage did not reach.  Which ones it reached is known from the good recording: damage to AUX
 * data reaches as far as the sync points around it.
 */
#include "decoders/pt/pt.h"
#include "decoders/pt/slices.h"
#include "tests/trace/damage.h"
#include "tests/trace/perfout.h"

#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* Of each kind of damage and recording; another number as an argument. */
static unsigned seeds = 5;

/* No file here decodes to more, or for longer: good ones have 2 MB and need 30 ms.  A build with
 * sanitizers, on a busy machine, is slow. */
#define MAX_TEXT    ((size_t)64 << 20)
#define MAX_SECONDS 20

static const struct tl_decoder_ops *const ops = &tl_decoder_pt_ops;

struct recipe {
	const char *name, *options;
	bool no_time;
};

static const struct recipe recipes[] = {
	{ "cpus", "--cpus 2 --cut", false },
	{ "one_cpu_with_cyc", "--cyc --no-retcomp", false },
	{ "threads", "--threads 3", false },
	{ "pipe", "--cpus 2 --pipe --cut", false },
	{ "compressed", "--cpus 2 --compressed", false },
	{ "no_index", "--cpus 3 --no-index --deferred-tips --no-retcomp", false },
	{ "no_time", "--threads 2 --no-time", true },
};

enum { NRECIPES = sizeof(recipes) / sizeof(recipes[0]) };

/* The view whose lines depend on nothing but their segment, if shown without these columns. */
static const char plain_view[] = "branches", plain_columns[] = "-delta,-insns";

static const char *const views[] = { "calls", "perf", "graph", "insns", "returns", "spt" };

enum { NVIEWS = sizeof(views) / sizeof(views[0]) };

static char here[PATH_MAX], folder[PATH_MAX], program[PATH_MAX + 32];
static char data_path[PATH_MAX + 32], binary[PATH_MAX + 32];
static char doing[600]; /* what is told if it fails */

/* ---- files */

static void read_file(const char *path, struct tl_buf *out)
{
	FILE *f = fopen(path, "rb");
	uint8_t bytes[65536];
	size_t n;

	assert_non_null(f);
	out->len = 0;
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		assert_true(tl_buf_append(out, bytes, n));
	fclose(f);
}

static void write_file(const char *path, const struct tl_buf *bytes)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes->data, 1, bytes->len, f), bytes->len);
	assert_int_equal(fclose(f), 0);
}

static void generate(const char *options, struct tl_buf *out)
{
	char cmd[5 * PATH_MAX];

	snprintf(cmd, sizeof(cmd),
		 "%s/generate --program %s --map %s --psb 512 --piece 3K --size 20K --seed 7 %s "
		 "-o %s >/dev/null",
		 here, program, binary, options, data_path);
	if (system(cmd) != 0)
		fail_msg("failed: %s", cmd);
	read_file(data_path, out);
}

static void copy(struct tl_buf *to, const struct tl_buf *from)
{
	to->len = 0;
	assert_true(tl_buf_append(to, from->data, from->len));
}

/* ---- decoding */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* What is to be seen of a file: its text, all chunks one after another, or the error. */
struct seen {
	bool opens;
	struct tl_buf text;
	struct tl_err err;
};

static void seen_fini(struct seen *s)
{
	tl_buf_fini(&s->text);
}

static void check_error(const struct seen *s, const char *path)
{
	if (!strstr(s->err.msg, path) || strchr(s->err.msg, '\n'))
		fail_msg("%s: a bad message: %s", doing, s->err.msg);
}

/* All chunks forwards; then again, from the last one to the first, by a decoder of its own. */
static void look_at(const char *path, const char *view, const char *columns, struct seen *out)
{
	struct tl_decoder_options options = { .view = view, .columns = columns };
	struct tl_buf again = TL_BUF_INIT;
	double start = now();
	size_t *starts;
	uint64_t n;
	void *self;

	*out = (struct seen){ .text = TL_BUF_INIT, .err = TL_ERR_INIT };
	out->opens = ops->open(path, &options, (struct tl_span){ NULL, 0 }, &self, &out->err);
	if (!out->opens) {
		check_error(out, path);
		return;
	}
	n = ops->chunks(self);
	starts = calloc(n + 1, sizeof(*starts));
	assert_non_null(starts);
	for (uint64_t k = 0; k < n; k++) {
		if (!ops->decode(self, k, &out->text, &out->err))
			fail_msg("%s: chunk %" PRIu64 ": %s", doing, k, out->err.msg);
		starts[k + 1] = out->text.len;
		if (out->text.len > MAX_TEXT)
			fail_msg("%s: too much text", doing);
	}
	assert_true(out->text.len > 0 && out->text.data[out->text.len - 1] == '\n');
	assert_null(memchr(out->text.data, '\0', out->text.len));
	ops->close(self);
	assert_true(ops->open(path, &options, (struct tl_span){ NULL, 0 }, &self, NULL));
	assert_int_equal(ops->chunks(self), n);
	while (n-- > 0) {
		again.len = 0;
		assert_true(ops->decode(self, n, &again, NULL));
		if (again.len != starts[n + 1] - starts[n] ||
		    (again.len && memcmp(again.data, out->text.data + starts[n], again.len) != 0))
			fail_msg("%s: chunk %" PRIu64 " is another one backwards", doing, n);
	}
	ops->close(self);
	if (now() - start > MAX_SECONDS)
		fail_msg("%s: took %.1f s", doing, now() - start);
	tl_buf_fini(&again);
	free(starts);
}

static bool tells(struct seen *s)
{
	const char *text = tl_buf_str(&s->text);

	return strstr(text, "[gap: ") || strstr(text, "instruction trace error") ||
	       strstr(text, ": error "); /* the view spt */
}

/* ---- lines */

/* Damage reaches lines of these times: [from, to). */
struct window {
	uint64_t from, to;
};

static const struct window nothing = { UINT64_MAX, UINT64_MAX };

static size_t line_end(const struct tl_buf *b, size_t at)
{
	const uint8_t *nl = memchr(b->data + at, '\n', b->len - at);

	return nl ? (size_t)(nl - b->data) + 1 : b->len;
}

/* "  server/0-4000   [000] 12444.206350450: ..." */
static bool time_of(const uint8_t *line, size_t len, uint64_t *ns)
{
	const uint8_t *at = memchr(line, ']', len);
	char number[40];
	char *end;
	uint64_t s;

	if (!at)
		return false;
	len -= (size_t)(at + 1 - line);
	if (len >= sizeof(number))
		len = sizeof(number) - 1;
	memcpy(number, at + 1, len);
	number[len] = '\0';
	s = strtoull(number, &end, 10);
	if (*end != '.')
		return false;
	*ns = s * 1000000000 + strtoull(end + 1, NULL, 10);
	return true;
}

/* The next line that shows an event outside of the window. */
static bool next_line(const struct tl_buf *b, const struct window *w, size_t *at, size_t *end)
{
	for (*at = *end; *at < b->len; *at = *end) {
		size_t len = (*end = line_end(b, *at)) - *at;
		uint64_t ns;

		if (b->data[*at] == '#' || memmem(b->data + *at, len, "[gap: ", 6))
			continue;
		if (w->from == UINT64_MAX || !time_of(b->data + *at, len, &ns) || ns < w->from ||
		    ns >= w->to)
			return true;
	}
	return false;
}

/* Two lines that differ in their number of blanks at most: how deep calls are is counted from the
 * start of a chunk, and chunks may be others. */
static bool same_line(const uint8_t *a, const uint8_t *b)
{
	for (;; a++, b++) {
		while (*a == ' ' && a[1] == ' ')
			a++;
		while (*b == ' ' && b[1] == ' ')
			b++;
		if (*a != *b)
			return false;
		if (*a == '\n')
			return true;
	}
}

/* Says whether the lines outside of the window are the same ones, and fails if they must be. */
static bool same_lines(const struct tl_buf *good, const struct tl_buf *bad, const struct window *w,
		       bool must)
{
	size_t i = 0, iend = 0, j = 0, jend = 0, n = 0;

	for (;; n++) {
		bool x = next_line(good, w, &i, &iend), y = next_line(bad, w, &j, &jend);

		if (!x && !y)
			return true;
		if (x && y && same_line(good->data + i, bad->data + j))
			continue;
		if (must)
			fail_msg("%s:\nline %zu, outside of %" PRIu64 " .. %" PRIu64
				 ":\n  was %.*s  is  %.*s",
				 doing, n, w->from, w->to, x ? (int)(iend - i) : 8,
				 x ? (const char *)good->data + i : "nothing\n",
				 y ? (int)(jend - j) : 8,
				 y ? (const char *)bad->data + j : "nothing\n");
		return false;
	}
}

/* ---- what damage reaches */

/* Bytes [from, to) of AUX data at `at` of a file, which are a queue's from `offset` on. */
static void reach(const struct tl_pt_slices *s, size_t queue, uint64_t from, uint64_t to,
		  struct window *w)
{
	size_t n = tl_pt_slices_nsyncs(s, queue), first, last;
	uint64_t end = UINT64_MAX, start = 0;

	first = tl_pt_slices_sync_before(s, queue, from);
	last = tl_pt_slices_sync_before(s, queue, to) + 1; /* SIZE_MAX + 1 is 0 */
	/* The segment before ends where the damaged one begins. */
	if (first != SIZE_MAX && first > 0)
		start = tl_pt_slices_sync(s, queue, first - 1)->time;
	if (last + 1 < n)
		end = tl_pt_slices_sync(s, queue, last + 1)->time;
	if (w->from == UINT64_MAX)
		*w = (struct window){ start, end };
	w->from = start < w->from ? start : w->from;
	w->to = end > w->to ? end : w->to;
}

/* The times that damage to these bytes of the good file reaches. */
static struct window window_of(const char *path, uint64_t from, uint64_t to)
{
	struct window w = nothing;
	struct tl_pt_slices *s;
	struct tl_perf *perf;

	assert_true(tl_perf_open(path, &perf, NULL));
	assert_true(tl_pt_slices_open(perf, NULL, NULL, (struct tl_span){ NULL, 0 }, 1, &s, NULL));
	for (size_t q = 0; q < tl_perf_nqueues(perf); q++) {
		const struct tl_perf_queue *queue = tl_perf_queue(perf, q);

		for (size_t i = 0; i < queue->npieces; i++) {
			const struct tl_perf_aux_piece *p = &queue->pieces[i];
			uint64_t a = p->file_offset > from ? p->file_offset : from;
			uint64_t b = p->file_offset + p->size < to ? p->file_offset + p->size : to;

			if (a < b)
				reach(s, q, p->at + (a - p->file_offset),
				      p->at + (b - p->file_offset), &w);
		}
	}
	tl_pt_slices_close(s);
	tl_perf_close(perf);
	return w;
}

/* Where two files differ; after `what` damage() told. */
static void changed_bytes(const struct tl_buf *good, const struct tl_buf *bad, const char *what,
			  uint64_t *from, uint64_t *to)
{
	size_t n = good->len < bad->len ? good->len : bad->len, i;

	*to = good->len;
	if (sscanf(what, "the AUXTRACE record at byte %" SCNu64 " is missing", from) == 1) {
		*to = *from + (good->len - bad->len);
		return;
	}
	for (i = 0; i < n && good->data[i] == bad->data[i]; i++)
		;
	*from = i;
	if (good->len != bad->len)
		return;
	for (i = n; i > *from && good->data[i - 1] == bad->data[i - 1]; i--)
		;
	*to = i;
}

static bool is_local(enum damage_kind kind)
{
	return kind == DAMAGE_CUT || kind == DAMAGE_CUT_AUX || kind == DAMAGE_FLIP_AUX ||
	       kind == DAMAGE_ZERO_AUX || kind == DAMAGE_HOLE;
}

static bool must_tell(enum damage_kind kind)
{
	return kind == DAMAGE_CUT || kind == DAMAGE_CUT_AUX || kind == DAMAGE_HOLE;
}

/* Nobody can see that up to 7 bytes are missing at the end of a queue: as many zeros may stand
 * behind the piece before.  An AUXTRACE record has a header of 48 bytes. */
static bool is_padding(const struct tl_buf *good, const struct tl_buf *bad)
{
	return good->len - bad->len == 48 + 8;
}

/* ---- the cases */

struct counts {
	unsigned files, open, tell, differ;
};

static void check_plain(const struct recipe *r, enum damage_kind kind, const struct tl_buf *good,
			const struct tl_buf *bad, const char *what, const struct seen *was,
			struct counts *counts)
{
	struct window w;
	struct seen is;
	uint64_t from, to;
	bool same, told;

	changed_bytes(good, bad, what, &from, &to);
	write_file(data_path, good);
	w = window_of(data_path, from, to);
	write_file(data_path, bad);
	look_at(data_path, plain_view, plain_columns, &is);
	counts->open += is.opens;
	if (is.opens) {
		same = same_lines(&was->text, &is.text, &nothing, false);
		told = tells(&is);
		counts->differ += !same;
		counts->tell += told;
		if (!same && !told && must_tell(kind) && !is_padding(good, bad))
			fail_msg("%s: lines are missing, and nothing says so", doing);
		if (is_local(kind) && !r->no_time)
			same_lines(&was->text, &is.text, &w, true);
	}
	seen_fini(&is);
}

static void damaged(void **state)
{
	const struct recipe *r = *state;
	struct tl_buf good = TL_BUF_INIT, bad = TL_BUF_INIT;
	struct counts counts = { 0 };
	char what[128];
	struct seen was, is;

	snprintf(doing, sizeof(doing), "%s", r->name);
	generate(r->options, &good);
	look_at(data_path, plain_view, plain_columns, &was);
	assert_true(was.opens && !tells(&was));
	assert_true(was.text.len > 100000);
	for (int kind = 0; kind < DAMAGE_KINDS; kind++) {
		for (unsigned seed = 0; seed < seeds; seed++) {
			copy(&bad, &good);
			assert_true(damage(&bad, (enum damage_kind)kind, seed, what, sizeof(what)));
			counts.files++;
			snprintf(doing, sizeof(doing), "%s, %s %u: %s", r->name,
				 damage_name((enum damage_kind)kind), seed, what);
			check_plain(r, (enum damage_kind)kind, &good, &bad, what, &was, &counts);
			look_at(data_path, views[counts.files % NVIEWS], NULL, &is);
			seen_fini(&is);
		}
	}
	print_message("%s: %u files, %u open, %u differ, %u tell\n", r->name, counts.files,
		      counts.open, counts.differ, counts.tell);
	seen_fini(&was);
	tl_buf_fini(&good);
	tl_buf_fini(&bad);
}

/* ---- the binary */

enum binary_kind {
	BINARY_MISSING,
	BINARY_EMPTY,
	BINARY_CUT_HEADERS,
	BINARY_CUT_CODE,
	BINARY_OTHER_FILE,
	BINARY_OTHER_BUILD_ID,
	BINARY_OTHER_CODE,
	BINARY_FOLDER,
	BINARY_FIFO,
	BINARY_KINDS
};

static const char *const binary_names[BINARY_KINDS] = {
	"missing",          "empty",      "cut in its headers", "cut in its code", "a text",
	"another build-id", "other code", "a folder",           "a fifo",
};

/* Puts the damaged binary in the place of the good one. */
static void spoil_binary(enum binary_kind kind, const struct tl_buf *good,
			 const struct tl_perf_build_id *id)
{
	struct tl_buf bad = TL_BUF_INIT;
	uint8_t *at;

	copy(&bad, good);
	unlink(binary);
	switch (kind) {
	case BINARY_EMPTY:
		bad.len = 0;
		break;
	case BINARY_CUT_HEADERS:
		bad.len = 100;
		break;
	case BINARY_CUT_CODE:
		bad.len = 30000;
		break;
	case BINARY_OTHER_FILE:
		memset(bad.data, 'x', bad.len);
		break;
	case BINARY_OTHER_BUILD_ID:
		at = memmem(bad.data, bad.len, id->id, id->len);
		assert_non_null(at);
		at[3] ^= 1;
		break;
	case BINARY_OTHER_CODE:
		for (size_t i = 8192; i < 24576; i++)
			bad.data[i] = (uint8_t)(i * 2654435761u >> 13);
		break;
	case BINARY_FOLDER:
		assert_int_equal(mkdir(binary, 0777), 0);
		break;
	case BINARY_FIFO:
		assert_int_equal(mkfifo(binary, 0666), 0);
		break;
	default:
		break;
	}
	if (kind != BINARY_MISSING && kind != BINARY_FOLDER && kind != BINARY_FIFO)
		write_file(binary, &bad);
	tl_buf_fini(&bad);
}

static void binaries(void **state)
{
	struct tl_buf good = TL_BUF_INIT, data = TL_BUF_INIT;
	struct tl_perf_build_id id;
	struct tl_perf *perf;
	struct seen was, is;

	read_file(binary, &good);
	generate(recipes[0].options, &data);
	look_at(data_path, plain_view, plain_columns, &was);
	assert_true(tl_perf_open(data_path, &perf, NULL));
	assert_int_equal(tl_perf_features(perf)->nbuild_ids, 1);
	id = tl_perf_features(perf)->build_ids[0];
	for (int kind = 0; kind < BINARY_KINDS; kind++) {
		snprintf(doing, sizeof(doing), "the binary is %s", binary_names[kind]);
		spoil_binary((enum binary_kind)kind, &good, &id);
		for (unsigned i = 0; i < NVIEWS; i++) {
			look_at(data_path, views[i], NULL, &is);
			if (!is.opens || !tells(&is))
				fail_msg("%s, %s: %s", doing, views[i],
					 is.opens ? "no gap" : is.err.msg);
			seen_fini(&is);
		}
		look_at(data_path, plain_view, plain_columns, &is);
		assert_true(is.opens && is.text.len < was.text.len);
		/* All is told that can be told without code, and why there is none. */
		if (!strstr(tl_buf_str(&is.text), "[tr strt]") &&
		    !strstr(tl_buf_str(&is.text), "tr strt"))
			fail_msg("%s: no line tells where the trace begins", doing);
		if (kind != BINARY_OTHER_CODE && (!strstr(tl_buf_str(&is.text), "[gap: no code") ||
						  !strstr(tl_buf_str(&is.text), binary)))
			fail_msg("%s: nothing says so", doing);
		seen_fini(&is);
		if (unlink(binary) != 0)
			rmdir(binary);
	}
	write_file(binary, &good);
	look_at(data_path, plain_view, plain_columns, &is);
	assert_true(same_lines(&was.text, &is.text, &nothing, true));
	seen_fini(&is);
	seen_fini(&was);
	tl_perf_close(perf);
	tl_buf_fini(&good);
	tl_buf_fini(&data);
}

/* ---- lost data that records tell of */

enum { AUX_FLAGS = 24, RECORD_LOST = 2, RECORD_EXIT = 4, RECORD_AUX = 11 };

struct places {
	uint32_t type; /* of these records */
	uint64_t at[64];
	size_t n;
};

static bool note(void *arg, const struct tl_perf_record *r)
{
	struct places *p = arg;

	if (r->type == p->type && p->n < sizeof(p->at) / sizeof(p->at[0]))
		p->at[p->n++] = r->offset;
	return true;
}

static struct places find(uint32_t type)
{
	struct places p = { .type = type };
	struct tl_perf *perf;

	assert_true(tl_perf_open(data_path, &perf, NULL));
	assert_true(tl_perf_walk(perf, note, &p, NULL));
	tl_perf_close(perf);
	return p;
}

static unsigned count(struct seen *s, const char *what)
{
	const char *at = tl_buf_str(&s->text);
	unsigned n = 0;

	for (; (at = strstr(at, what)); at++)
		n++;
	return n;
}

/* The recording tells of one loss, and the text tells it and is else the same. */
static void check_told(const struct tl_buf *bad, const struct seen *was)
{
	struct seen is;

	write_file(data_path, bad);
	look_at(data_path, plain_view, plain_columns, &is);
	assert_true(is.opens);
	same_lines(&was->text, &is.text, &nothing, true);
	if (count(&is, "[gap: lost ") != 1)
		fail_msg("%s: it is told %u times", doing, count(&is, "[gap: lost "));
	seen_fini(&is);
	look_at(data_path, "perf", NULL, &is);
	assert_int_equal(count(&is, "Lost trace data"), 1);
	seen_fini(&is);
}

static void told(const char *options, bool has_time)
{
	struct tl_buf good = TL_BUF_INIT;
	struct places aux, exits;
	struct seen was;

	generate(options, &good);
	look_at(data_path, plain_view, plain_columns, &was);
	aux = find(RECORD_AUX);
	exits = find(RECORD_EXIT);
	assert_true(aux.n > 4 && exits.n > 0);
	for (size_t i = 0; i < aux.n; i++) {
		snprintf(doing, sizeof(doing), "%s: AUX record %zu", options, i);
		good.data[aux.at[i] + AUX_FLAGS] ^= PERFOUT_AUX_TRUNCATED;
		check_told(&good, &was);
		good.data[aux.at[i] + AUX_FLAGS] ^= PERFOUT_AUX_TRUNCATED;
	}
	/* Without time, the order of threads is that of their ends. */
	snprintf(doing, sizeof(doing), "%s: LOST", options);
	good.data[exits.at[0]] = RECORD_LOST;
	if (has_time)
		check_told(&good, &was);
	seen_fini(&was);
	tl_buf_fini(&good);
}

static void losses(void **state)
{
	told("--cpus 2", true);
	told("--threads 3", true);
	told("--threads 2 --no-time", false);
}

/* ---- a folder, as of `perf record --threads`: the AUX data of each CPU is in a file of its own */

struct copying {
	const struct tl_perf *from;
	struct perfout *to;
};

static bool copy_record(void *arg, const struct tl_perf_record *r)
{
	struct copying *c = arg;
	struct perfout_id id = { r->id.pid, r->id.tid, r->id.time, r->id.cpu, 1, 0 };

	if (r->type >= 64)
		return true; /* perf's own */
	if (r->type == RECORD_AUX)
		id.attr = 0;
	id.nth = (unsigned)r->id.cpu;
	perfout_file(c->to, r->type == RECORD_AUX ? r->id.cpu : -1);
	perfout_record(c->to, r->type, r->misc, r->body, r->len - r->id_len, &id);
	return true;
}

/* Makes one of the recording in data_path, which has two CPUs. */
static void make_folder(const char *path)
{
	struct perfout_usual store;
	struct perfout_options options;
	struct copying c;
	struct perfout_pt pt;
	struct tl_perf *perf;

	assert_true(tl_perf_open(data_path, &perf, NULL));
	perfout_usual(&store, tl_perf_pt_info(perf)->attr->config, 2, &options);
	options.mode = PERFOUT_DIR;
	options.nfiles = 2;
	c.from = perf;
	assert_true(perfout_open(path, &options, &c.to, NULL));
	perfout_pt_usual(&pt, true);
	perfout_auxtrace_info(c.to, &pt);
	assert_true(tl_perf_walk(perf, copy_record, &c, NULL));
	for (size_t q = 0; q < tl_perf_nqueues(perf); q++) {
		const struct tl_perf_queue *queue = tl_perf_queue(perf, q);

		perfout_file(c.to, (int)q);
		for (size_t i = 0; i < queue->npieces; i++)
			perfout_auxtrace_copy(c.to, queue->pieces[i].fd,
					      queue->pieces[i].file_offset, queue->pieces[i].size,
					      queue->pieces[i].aux_offset, 1 + i, (uint32_t)q, -1,
					      queue->cpu);
	}
	assert_true(perfout_close(c.to, NULL));
	tl_perf_close(perf);
}

/* Only the lines of CPU 0. */
static void keep_first_cpu(struct seen *s)
{
	size_t kept = 0, end;

	for (size_t at = 0; at < s->text.len; at = end) {
		end = line_end(&s->text, at);
		if (!memmem(s->text.data + at, end - at, "[000]", 5))
			continue;
		memmove(s->text.data + kept, s->text.data + at, end - at);
		kept += end - at;
	}
	s->text.len = kept;
}

static void folders(void **state)
{
	char path[PATH_MAX + 40], second[PATH_MAX + 48], third[PATH_MAX + 48], cmd[PATH_MAX + 60];
	struct tl_buf good = TL_BUF_INIT, bad = TL_BUF_INIT;
	struct seen one, was, is;
	uint32_t rng = 1;

	snprintf(path, sizeof(path), "%s/folder", folder);
	snprintf(second, sizeof(second), "%s/data.1", path);
	snprintf(third, sizeof(third), "%s/data.2", path);
	snprintf(doing, sizeof(doing), "a folder");
	generate("--cpus 2", &good);
	look_at(data_path, plain_view, plain_columns, &one);
	make_folder(path);
	look_at(path, plain_view, plain_columns, &was);
	assert_true(was.opens && !tells(&was));
	same_lines(&one.text, &was.text, &nothing, true);
	keep_first_cpu(&was);
	read_file(second, &good);
	/* An empty file is as of a thread that had nothing to write. */
	for (unsigned i = 0; i < 6 * seeds + 3; i++) {
		size_t at = i == 0 ? 1 : (rng = rng * 1664525 + 1013904223) % good.len;

		copy(&bad, &good);
		if (i % 3 == 0)
			bad.len = at;
		else
			memset(bad.data + at, i % 3 == 1 ? 0 : 0xff,
			       good.len - at < 500 ? good.len - at : 500);
		write_file(second, &bad);
		snprintf(doing, sizeof(doing), "data.1 of a folder, damage %u at %zu", i, at);
		look_at(path, plain_view, plain_columns, &is);
		if (!is.opens || (i % 3 == 0 && !tells(&is)))
			fail_msg("%s: %s", doing, is.opens ? "nothing tells of it" : is.err.msg);
		keep_first_cpu(&is);
		same_lines(&was.text, &is.text, &nothing, true);
		seen_fini(&is);
	}
	write_file(third, &good); /* in place of data.1 */
	unlink(second);
	snprintf(doing, sizeof(doing), "a folder without data.1");
	look_at(path, plain_view, plain_columns, &is);
	assert_true(is.opens && strstr(tl_buf_str(&is.text), "data.1 is not in the folder"));
	same_lines(&one.text, &is.text, &nothing, true);
	seen_fini(&is);
	snprintf(cmd, sizeof(cmd), "rm -r %s", path);
	assert_int_equal(system(cmd), 0);
	seen_fini(&one);
	seen_fini(&was);
	tl_buf_fini(&good);
	tl_buf_fini(&bad);
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[NRECIPES + 3];
	const char *tmp = getenv("TMPDIR");
	char self[PATH_MAX], cmd[PATH_MAX + 16];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	struct tl_buf bytes = TL_BUF_INIT;
	int failed;

	if (argc > 1)
		seeds = (unsigned)strtoul(argv[1], NULL, 10);
	self[n > 0 ? n : 0] = '\0';
	snprintf(here, sizeof(here), "%s", dirname(self));
	snprintf(program, sizeof(program), "%s/programs/scale", here);
	snprintf(folder, sizeof(folder), "%s/tless-damaged-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(folder)) {
		perror(folder);
		return 1;
	}
	snprintf(data_path, sizeof(data_path), "%s/perf.data", folder);
	snprintf(binary, sizeof(binary), "%s/scale", folder);
	setenv("HOME", folder, 1); /* no build-id cache */
	read_file(program, &bytes);
	write_file(binary, &bytes);
	tl_buf_fini(&bytes);
	for (int i = 0; i < NRECIPES; i++)
		tests[i] = (struct CMUnitTest){ .name = recipes[i].name,
						.test_func = damaged,
						.initial_state = (void *)&recipes[i] };
	tests[NRECIPES] = (struct CMUnitTest)cmocka_unit_test(binaries);
	tests[NRECIPES + 1] = (struct CMUnitTest)cmocka_unit_test(losses);
	tests[NRECIPES + 2] = (struct CMUnitTest)cmocka_unit_test(folders);
	failed = cmocka_run_group_tests_name("damaged", tests, NULL, NULL);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", folder);
	return system(cmd) != 0 || failed;
}
