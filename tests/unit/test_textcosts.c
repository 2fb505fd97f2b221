/*
 * test_textcosts.c: what calls cost in printed traces: by hand, beside a count by a stack of its own for what
 * programs have printed, and the same wherever a text is cut.
 */
#include "tests/unit/fake_text.h"

#include "decoders/textcosts.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct tl_jobs *pool;

static bool keep(void *arg, struct tl_span lines)
{
	return tl_buf_append(arg, lines.data, lines.len);
}

/* As in struct tl_textcosts_of. */
static uint32_t most_nodes;

static void run(struct tl_source *src, const struct tl_textrange *ranges, size_t n, bool calls,
		struct tl_buf *out, uint64_t *ngaps)
{
	struct tl_textcosts_of of = {
		.src = src, .ranges = ranges, .nranges = n, .most_nodes = most_nodes
	};
	struct tl_buf head = TL_BUF_INIT;
	struct tl_cost_count count;
	struct tl_cost_result result;
	struct tl_err err = TL_ERR_INIT;
	atomic_bool stop = false;
	bool nomem;
	void *part;

	for (uint64_t k = 0; head.len < 4096 && tl_source_read(src, k, &head, &err) == TL_FOUND;)
		k++;
	assert_true(tl_callform_detect((struct tl_span){ head.data, head.len }, &of.calls));
	tl_buf_fini(&head);
	assert_true(tl_timeindex_new(src, NULL, pool, NULL, &of.times, &err));
	assert_true(tl_textcosts_open(&of, &count, &err));
	assert_true(count.ops->begin(count.count, &stop, &count.first, &count.end, &err));
	for (uint64_t k = count.first; k < count.end; k++) {
		assert_true(count.ops->chunk(count.count, k, &part, &err));
		assert_true(count.ops->add(count.count, part, &err));
	}
	assert_true(count.ops->result(count.count, &result, &err));
	assert_true(tl_calltree_fold(result.tree, 0, result.names, TL_COST_NS, keep, out, &nomem));
	if (calls) { /* how often, too */
		for (uint32_t i = 0; i < result.tree->n; i++)
			result.tree->v[i].insns = result.tree->v[i].calls;
		assert_true(tl_calltree_fold(result.tree, 0, result.names, TL_COST_INSNS, keep, out,
					     &nomem));
	}
	*ngaps = result.ngaps;
	count.ops->close(count.count);
	tl_timeindex_close(of.times);
}

/* The stacks of a text, in chunks of up to 1 << shift bytes; behind them how often each was entered, if
 * `calls`.  To be freed. */
static char *fold(const char *text, size_t len, unsigned shift, const struct tl_textrange *ranges,
		  size_t n, bool calls, uint64_t *ngaps)
{
	struct tl_buf bytes = TL_BUF_INIT, out = TL_BUF_INIT;
	uint64_t gaps;
	struct tl_source *src;
	struct fake_text t;

	assert_true(tl_buf_append(&bytes, text, len));
	assert_true(fake_open(&t, &bytes, shift, shift < 20 && (shift & 1), false, pool, &src));
	run(src, ranges, n, calls, &out, ngaps ? ngaps : &gaps);
	tl_source_close(src);
	fake_fini(&t);
	assert_true(tl_buf_putc(&out, '\0'));
	return (char *)out.data;
}

/* ---- by hand */

struct sample {
	const char *text, *want;
	uint64_t ngaps;
};

static const struct sample samples[] = {
	{ /* printed durations; the CPU's first call began before the trace, its last goes on */
	  " 0)   0.500 us    |    early();\n"
	  " 0)   2.000 us    |  } /* before */\n"
	  " 0)               |  f() {\n"
	  " 0)   0.250 us    |    g();\n"
	  " 1) + 12.345 us   |  tick [mod]();\n"
	  " 0)               |    h() {\n"
	  " 0)   1.000 us    |      g();\n"
	  " 0)   3.000 us    |    }\n"
	  " 0)   4.000 us    |  }\n"
	  " 0)               |  f() {\n"
	  " 0)   0.100 us    |    g();\n",
	  "cpu 0;before 1500\ncpu 0;before;early 500\ncpu 0;f 750\ncpu 0;f;g 350\ncpu 0;f;h 2000\n"
	  "cpu 0;f;h;g 1000\ncpu 1;tick 12345\n",
	  0 },
	{ /* lost events: what returns behind them was not seen to begin */
	  " 0)               |  f() {\n"
	  " 0)   0.250 us    |    g();\n"
	  "CPU:0 [LOST 120 EVENTS]\n"
	  " 0)   0.100 us    |      k();\n"
	  " 0)   3.000 us    |    }\n"
	  " 0)   0.250 us    |    g();\n"
	  " 0)   9.000 us    |  } /* f */\n",
	  "cpu 0;f 5750\ncpu 0;f;[unknown] 2900\ncpu 0;f;g 500\ncpu 0;f;k 100\n", 1 },
	{ /* times of entries only: what runs goes on until the thread's next line */
	  "  a  17 [000] 10.000000100: (/bin/a )\tf      \n"
	  "  b  18 [001] 10.000000150: (/bin/b )\t    x    \n"
	  "  a  17 [000] 10.000000200: (/bin/a )\t    g  \n"
	  "  a  17 [000] 10.000000500: (/bin/a )\t    h  \n"
	  "  a  17 [000] 10.000000600: (/bin/a )\t        g\n"
	  "  b  18 [001] 10.000000650: (/bin/b )\t    x\n"
	  "  a  17 [000] 10.000001000: (/bin/a )\tf\n"
	  "  a  17 [000] 10.000001500: (/bin/a )\tf\n"
	  "  a  17 [000] 10.000001600: (/bin/a )\t                \n",
	  "a;f 700\na;f;g 300\na;f;h 100\na;f;h;g 400\nb;x 500\n", 0 },
	{ /* entries and exits, times of the lines */
	  "    49088.000000100 | main() {\n"
	  "    49088.000000300 |   f() {\n"
	  "    49088.000001300 |   } /* f */\n"
	  "    49088.000001500 |   leaf();\n"
	  "    49088.000001600 |   f() {\n"
	  "    49088.000001700 |   } /* f */\n"
	  "    49088.000002000 | } /* main */\n",
	  "trace;main 700\ntrace;main;f 1100\ntrace;main;leaf 100\n", 0 },
	{ /* what is not traced is nobody's; depths that begin anew */
	  "  a  17 [000] 10.000000100:   tr strt               ([unknown])\tf\n"
	  "  a  17 [000] 10.000000200:   call                  (/bin/a)\tg\n"
	  "  a  17 [000] 10.000000300:   call                  (/bin/a)\t    h\n"
	  "  a  17 [000] 10.000000350:   tr end  syscall       (/bin/a)\t        \n"
	  "  a  17 [000] 10.000009000:  psb offs: 0\n"
	  "  a  17 [000] 10.000009900:   tr strt               ([unknown])\t        h\n"
	  "  a  17 [000] 10.000010000:   return                (/bin/a)\t    h\n"
	  "  a  17 [000] 10.000010010:   call                  (/bin/a)\t    k\n"
	  "  a  17 [000] 10.000010020:   call                  (/bin/a)\tx\n"
	  "  a  17 [000] 10.000010100:   return                (/bin/a)\tk\n"
	  "  a  17 [000] 10.000010200:   tr end  syscall       (/bin/a)\t\n",
	  "a;g 110\na;g;h 150\na;g;k 10\na;x 80\n", 0 },
	{ /* where a view of a recording begins anew, depths do, but no time has passed */
	  "        a-17     [000] 10.000000100:         ~ [~    0] [tr strt] -> _start\n"
	  "        a-17     [000] 10.000000200:    +100ns [+   11] _start+42 -> f\n"
	  "        a-17     [000] 10.000000300:    +100ns [+   11]   f+4 -> g\n"
	  "        a-17     [000] 10.000000500:         ~ [~    0] g+3 -> h\n"
	  "        a-17     [000] 10.000000600:    +100ns [+    2]   h+2 -> k\n"
	  "        a-17     [000] 10.000000900:    +300ns [+    2] g+8 <- h+2\n"
	  "        a-17     [000] 10.000001000:    +100ns [+    2] f+4 <- g+9\n",
	  "a;f 100\na;f;g 200\na;h 100\na;h;k 300\n", 0 },
	{ /* a gap in the view `graph`: its time is nobody's, and what returns behind it began who knows when */
	  "        a-17     [000] 10.000000100:               | f() {\n"
	  "        a-17     [000] 10.000000200:               |   g() {\n"
	  "        a-17     [000] 10.000000300: [gap: overflow at cpu 0 offset 0xa8]\n"
	  "        a-17     [000] 10.000005000:               |     [tr strt] g\n"
	  "        a-17     [000] 10.000005300:      5.100 us |   } /* g */\n"
	  "        a-17     [000] 10.000005400:      5.300 us | } /* f */\n",
	  "a;f 200\na;g 300\n", 1 },
	{ /* both: printed durations count, and what is cut is taken from the times */
	  "   t-17  [000]  1.000002: funcgraph_entry:                   |      early() {\n"
	  "   t-17  [000]  1.000003: funcgraph_exit:         5.000 us   |      }\n"
	  "   t-17  [000]  1.000004: funcgraph_exit:       + 90.000 us  |    } /* outer */\n"
	  "   t-17  [000]  1.000010: funcgraph_entry:                   |    f() {\n"
	  "   t-17  [000]  1.000011: funcgraph_entry:        0.123 us   |      g();\n"
	  "   t-17  [000]  1.000012: funcgraph_exit:         1.900 us   |    }\n"
	  "   t-17  [000]  1.000020: funcgraph_entry:                   |    h() {\n"
	  "   t-17  [000]  1.000021: funcgraph_entry:        0.500 us   |      g();\n"
	  "   t-17  [000]  1.000024: sched_switch:         prev_comm=t ==> a\n",
	  /* above `outer` 14 us, and the 0.1 us that f took less than its lines say, are somebody's */
	  "t;[unknown] 14100\nt;f 1777\nt;f;g 123\nt;h 3500\nt;h;g 500\nt;outer;early 5000\n", 0 },
};

static void costs_are_right(void **state)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];

		for (unsigned shift = 6; shift < 14; shift += 7) {
			uint64_t ngaps;
			char *got = fold(s->text, strlen(s->text), shift, NULL, 0, false, &ngaps);

			assert_string_equal(got, s->want);
			assert_int_equal(ngaps, s->ngaps);
			free(got);
		}
	}
}

/* ---- what programs have printed, counted by braces, and by the printed durations */

struct naive {
	unsigned long thread;
	unsigned n;
	char paths[64][400];
	double below[64];
};

struct cost {
	char path[400];
	double ns;
};

static void add_cost(struct cost *costs, const char *path, double ns)
{
	while (costs->path[0] && strcmp(costs->path, path) != 0)
		costs++;
	snprintf(costs->path, sizeof(costs->path), "%s", path);
	costs->ns += ns;
}

/* A line of uftrace replay: a duration or none, the thread in brackets, a bar, the call. */
static void count_naively(struct naive *threads, struct cost *costs, const char *line)
{
	const char *bracket = strchr(line, '['), *bar = strchr(line, '|');
	struct naive *t = threads;
	char name[200], unit[3] = "";
	double us = 0;
	bool told = sscanf(line, "%lf %2s", &us, unit) == 2;

	if (!bracket || !bar)
		return;
	us *= strcmp(unit, "ms") == 0 ? 1000 : 1;
	while (t->thread && t->thread != strtoul(bracket + 1, NULL, 10))
		t++;
	t->thread = strtoul(bracket + 1, NULL, 10);
	if (t->n == 0)
		snprintf(t->paths[t->n++], 400, "thread %lu", t->thread);
	if (strchr(bar, '}')) {
		t->n--;
		add_cost(costs, t->paths[t->n], us * 1000 - t->below[t->n]);
		t->below[t->n - 1] += us * 1000;
		return;
	}
	if (strstr(bar, "/*") || sscanf(bar + 1, " %199[^(]", name) != 1)
		return;
	strcpy(t->paths[t->n], t->paths[t->n - 1]);
	strcat(strcat(t->paths[t->n], ";"), name);
	t->below[t->n] = 0;
	if (strchr(bar, '{')) {
		t->n++;
	} else if (told) {
		add_cost(costs, t->paths[t->n], us * 1000);
		t->below[t->n - 1] += us * 1000;
	}
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct cost *)a)->path, ((const struct cost *)b)->path);
}

static void check_real(const char *name)
{
	static char text[64 << 10], copy[64 << 10];
	static struct naive threads[8];
	static struct cost costs[500];
	struct tl_buf want = TL_BUF_INIT;
	size_t len, n = 0;
	char path[100];
	FILE *f;

	memset(threads, 0, sizeof(threads));
	memset(costs, 0, sizeof(costs));
	snprintf(path, sizeof(path), "tests/unit/%s", name);
	f = fopen(path, "r");
	assert_non_null(f);
	len = fread(text, 1, sizeof(text) - 1, f);
	text[len] = '\0';
	fclose(f);
	strcpy(copy, text);
	for (char *line = strtok(copy, "\n"); line; line = strtok(NULL, "\n"))
		count_naively(threads, costs, line);
	while (costs[n].path[0])
		n++;
	assert_true(n > 3);
	qsort(costs, n, sizeof(*costs), by_path);
	for (size_t i = 0; i < n; i++)
		if (costs[i].ns >= 0.5)
			tl_buf_printf(&want, "%s %.0f\n", costs[i].path, costs[i].ns);
	tl_buf_putc(&want, '\0');
	for (unsigned shift = 7; shift < 22; shift += 5) {
		char *got = fold(text, len, shift, NULL, 0, false, NULL);

		assert_string_equal(got, (char *)want.data);
		free(got);
	}
	tl_buf_fini(&want);
}

static void as_a_stack_counts_what_was_printed(void **state)
{
	check_real("stamps/uftrace");
	check_real("calltraces/uftrace-threads");
}

/* perf --call-ret-trace: the times between a thread's lines, for what is open by calls and returns. */
static void as_a_stack_counts_times(void **state)
{
	static char text[64 << 10], copy[64 << 10];
	double sums[2] = { 0, 0 }, last[4] = { 0 };
	const char *const names[] = { "server/0", "client/2", "reader/3", "worker/1" };
	FILE *f = fopen("tests/unit/calltraces/perf-call-ret-trace", "r");
	size_t len;
	char *got;

	assert_non_null(f);
	len = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	strcpy(copy, text);
	got = fold(text, len, 9, NULL, 0, false, NULL);
	for (char *s = got; *s; s += strcspn(s, "\n") + 1)
		sums[0] += strtod(strchr(s, ' ') + 1, NULL);
	free(got);
	/* All of the time from a thread's first line to its last is somebody's, but for that when it was not
	 * traced. */
	for (char *line = strtok(copy, "\n"); line; line = strtok(NULL, "\n")) {
		const char *bracket = strstr(line, "] ");

		for (unsigned i = 0; bracket && i < 4; i++) {
			double now = strtod(bracket + 2, NULL);

			if (!strstr(line, names[i]))
				continue;
			sums[1] += last[i] ? (now - last[i]) * 1e9 : 0;
			last[i] = strstr(line, "tr end") ? 0 : now;
		}
	}
	assert_true(sums[1] > 0);
	if (sums[0] > sums[1] + 0.5)
		fail_msg("%.0f is more than %.0f", sums[0], sums[1]);
	assert_true(sums[0] > sums[1] * 0.5);
}

/* ---- cut anywhere */

struct maker {
	unsigned depth[3];
	uint64_t entered[3][32], now;
};

static void make_line(struct maker *m, struct tl_buf *out, bool timed, bool printed)
{
	unsigned i = (unsigned)rand() % 3, what = (unsigned)rand() % 8, *depth = &m->depth[i];
	char time[40] = "", took[32] = "";
	uint64_t ns = (uint64_t)rand() % 900;

	m->now += 1000 * ((uint64_t)rand() % 3);
	if (timed)
		snprintf(time, sizeof(time), "[00%u] %" PRIu64 ".%06" PRIu64 ": ", i,
			 m->now / 1000000000, m->now / 1000 % 1000000);
	else
		snprintf(time, sizeof(time), "[00%u] 7.000000: ", i);
	if (rand() % 60 == 0) {
		if (rand() % 2)
			tl_buf_printf(out, "CPU:%u [LOST 3 EVENTS]\n", i);
		else
			tl_buf_printf(out, "   task%u-%u %sfunction: xyz\n", i, 17 + i, time);
		return;
	}
	if (*depth > 0 && (what < 2 || *depth > 20)) {
		--*depth;
		ns = m->now - m->entered[i][*depth];
	}
	if (printed)
		snprintf(took, sizeof(took), "%" PRIu64 ".%03u us", ns / 1000,
			 (unsigned)(ns % 1000));
	if (rand() % 50 == 0)
		return; /* the line is lost, and nobody says so */
	tl_buf_printf(out, "   task%u-%u %s", i, 17 + i, time);
	if (what < 2 && m->depth[i] < 32)
		tl_buf_printf(out, "funcgraph_exit:  %14s |  %*s}%s\n", took, 2 * *depth, "",
			      rand() % 2 ? " /* named */" : "");
	else if (what < 5)
		tl_buf_printf(out, "funcgraph_entry: %14s |  %*sleaf%d();\n", took, 2 * *depth, "",
			      rand() % 4);
	else
		tl_buf_printf(out, "funcgraph_entry: %14s |  %*sf%d() {\n", "", 2 * *depth, "",
			      rand() % 3);
	if (what >= 5)
		m->entered[i][(*depth)++] = m->now;
}

static void wherever_a_text_is_cut(void **state)
{
	for (unsigned round = 0; round < 24; round++) {
		struct tl_buf text = TL_BUF_INIT;
		struct maker m = { .now = UINT64_C(5000000000) };
		char *whole, *parts;

		srand(round);
		for (int i = 0; i < 400; i++)
			make_line(&m, &text, round & 1, round & 2);
		whole = fold((char *)text.data, text.len, 20, NULL, 0, true, NULL);
		parts = fold((char *)text.data, text.len, 6 + round % 7, NULL, 0, true, NULL);
		if (round & 3)
			assert_true(strlen(whole) > 100);
		assert_string_equal(parts, whole);
		free(whole);
		free(parts);
		tl_buf_fini(&text);
	}
}

/* ---- times */

/* The lines of a text in a range. */
static void choose_lines(const struct tl_buf *text, double from, double to, struct tl_buf *out)
{
	const char *line = (const char *)text->data, *end = line + text->len, *next;

	for (; line < end; line = next) {
		const char *time = strstr(line, "] ");

		next = strchr(line, '\n') + 1;
		if (time && time < next && strtod(time + 2, NULL) >= from - 1e-7 &&
		    strtod(time + 2, NULL) <= to + 1e-7)
			tl_buf_append(out, line, (size_t)(next - line));
	}
}

static void a_time_is_as_if_nothing_else_was_there(void **state)
{
	for (unsigned round = 0; round < 6; round++) {
		struct tl_buf text = TL_BUF_INIT, part = TL_BUF_INIT;
		struct tl_textrange range = { 5100000000 + round * 1000000, 5150000000 };
		struct maker m = { .now = UINT64_C(5000000000) };
		char *want, *got;

		srand(round);
		for (int i = 0; i < 4000; i++) {
			if (rand() % 3 == 0)
				m.now += 100000;
			make_line(&m, &text, true, round & 1);
		}
		tl_buf_putc(&text, '\0');
		text.len--;
		choose_lines(&text, (double)range.first / 1e9, (double)range.last / 1e9, &part);
		assert_true(part.len > 1000);
		/* Gaps have no times, and belong to the line before. */
		for (char *p; (p = strstr((char *)text.data, "CPU:"));)
			memcpy(p, "cpu:", 4);
		want = fold((char *)part.data, part.len, 20, NULL, 0, true, NULL);
		got = fold((char *)text.data, text.len, 12, &range, 1, true, NULL);
		assert_string_equal(got, want);
		free(got);
		free(want);
		tl_buf_fini(&text);
		tl_buf_fini(&part);
	}
}

/* ---- bounds */

/* Lines of threads that call each other in turn: as deep as this, and as often again at the bottom. */
static void make_deep(struct tl_buf *out, unsigned nthreads, unsigned deep, unsigned often)
{
	for (unsigned i = 1; i <= nthreads; i++)
		for (unsigned d = 0; d < deep; d++)
			tl_buf_printf(out, "            [%6u] | %*sf%u() {\n", i, 2 * d, "", d);
	for (unsigned k = 0; k < often; k++)
		tl_buf_printf(out, "   1.000 us [%6u] | %*sg%u();\n", 1 + k % nthreads, 2 * deep,
			      "", k % 40);
	for (unsigned i = 1; i <= nthreads; i++)
		for (unsigned d = deep; d-- > 0;)
			tl_buf_printf(out, "   9.000 ms [%6u] | %*s} /* f%u */\n", i, 2 * d, "", d);
}

static char *fold_bounded(const struct tl_buf *text, uint32_t most, uint64_t *ngaps)
{
	char *got;

	most_nodes = most;
	got = fold((char *)text->data, text->len, 11, NULL, 0, false, ngaps);
	most_nodes = 0;
	return got;
}

static void what_is_remembered_is_bounded(void **state)
{
	struct tl_buf text = TL_BUF_INIT;
	uint64_t ngaps;
	char *want, *got;

	make_deep(&text, 4, 25, 2000);
	want = fold_bounded(&text, 0, &ngaps);
	assert_int_equal(ngaps, 0);
	/* 104 are open, and 160 others come and go: that is put away. */
	got = fold_bounded(&text, 220, &ngaps);
	assert_string_equal(got, want);
	assert_int_equal(ngaps, 0);
	free(got);
	/* What is open is too much: it is given up, once. */
	got = fold_bounded(&text, 100, &ngaps);
	assert_string_not_equal(got, want);
	assert_int_equal(ngaps, 1);
	free(got);
	free(want);
	tl_buf_fini(&text);
}

/* ---- deep */

#define DEEP 1100

/* A line a microsecond of function_graph, with times or without. */
static void add_line(struct tl_buf *out, bool timed, unsigned *us, unsigned depth, double took,
		     const char *call)
{
	char told[32] = "";

	if (took > 0)
		snprintf(told, sizeof(told), "%.3f us", took);
	if (timed)
		tl_buf_printf(out, "  cat-17 [000] 10.%06u: funcgraph_%s: %14s |  %*s%s\n", *us,
			      *call == '}' ? "exit" : "entry", told, 2 * depth, "", call);
	else
		tl_buf_printf(out, " 0) %14s |  %*s%s\n", told, 2 * depth, "", call);
	++*us;
}

/* As deep as it gets, a leaf there, back to the deepest that counts, another leaf, and back, if not `cut`.  Gives
 * what the deepest that counts took. */
static double make_very_deep(struct tl_buf *out, bool timed, bool cut)
{
	unsigned us = 0, depth = 0;
	double took = 0;

	for (; depth < DEEP; depth++)
		add_line(out, timed, &us, depth, 0, depth % 2 ? "f() {" : "g() {");
	add_line(out, timed, &us, depth, 0.5, "leaf();");
	while (depth-- > TL_TEXT_LEVELS)
		add_line(out, timed, &us, depth, us - depth, "}");
	/* Nothing but the durations of those that ended, or all of the time. */
	took = timed ? us - depth : us - 1 - (depth + 1) + 0.5;
	add_line(out, timed, &us, depth + 1, 0.5, "leaf();");
	if (cut)
		return took;
	took = us - depth;
	for (; depth + 1 > 0; depth--)
		add_line(out, timed, &us, depth, us - depth, "}");
	return took;
}

static void calls_too_deep_are_a_part_of_others(void **state)
{
	for (unsigned round = 0; round < 8; round++) {
		struct tl_buf text = TL_BUF_INIT;
		bool timed = round & 1, cut = round & 2;
		double took = make_very_deep(&text, timed, cut), sum = 0, most = 0;
		char *got =
		    fold((char *)text.data, text.len, round & 4 ? 14 : 24, NULL, 0, false, NULL);

		for (char *s = got; *s; s += strcspn(s, "\n") + 1) {
			double ns = strtod(strchr(strchr(s, ';'), ' '), NULL);
			unsigned levels = 0;

			for (const char *c = s; *c != '\n'; c++)
				levels += *c == ';';
			assert_in_range(levels, 1, TL_TEXT_LEVELS);
			if (levels == TL_TEXT_LEVELS)
				most += ns;
			sum += ns;
		}
		assert_true(most > took * 1000 - 0.5 && most < took * 1000 + 0.5);
		/* What is around it has a microsecond each before and behind. */
		sum -= (timed || !cut ? 1000.0 : 0) * (cut ? 1 : 2) * (TL_TEXT_LEVELS - 1);
		assert_true(sum > most - 0.5 && sum < most + 0.5);
		free(got);
		tl_buf_fini(&text);
	}
}

static int open_pool(void **state)
{
	return tl_jobs_open(2, &pool, NULL) ? 0 : -1;
}

static int close_pool(void **state)
{
	tl_jobs_close(pool);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(costs_are_right),
		cmocka_unit_test(as_a_stack_counts_what_was_printed),
		cmocka_unit_test(as_a_stack_counts_times),
		cmocka_unit_test(wherever_a_text_is_cut),
		cmocka_unit_test(a_time_is_as_if_nothing_else_was_there),
		cmocka_unit_test(what_is_remembered_is_bounded),
		cmocka_unit_test(calls_too_deep_are_a_part_of_others),
	};

	return cmocka_run_group_tests(tests, open_pool, close_pool);
}
