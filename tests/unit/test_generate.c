/*
 * test_generate.c: what the generator of big recordings writes is what perf and libipt decode
 * from it: every branch of its truth, every instruction it counted.
 */
#include "tests/unit/command.h"

#include <intel-pt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[64];        /* for the recordings */
static char generator[256]; /* the program under test, and the one it walks */
static char program[256];

static void generate(struct tl_buf *counts, const char *name, const char *options)
{
	if (!run(counts, "%s --program %s -o %s/%s --truth %s/%s.truth %s", generator, program, dir,
		 name, dir, name, options))
		fail_msg("generate %s failed", options);
}

/* The number behind a word that begins a line. */
static uint64_t counted(struct tl_buf *counts, const char *word)
{
	const char *at = strstr(tl_buf_str(counts), word);

	assert_non_null(at);
	return strtoull(at + strlen(word), NULL, 10);
}

/* ---- branches, as the truth has them and as perf has them */

struct branch {
	long tid;
	uint64_t seq, from, to;
	char what[24];
};

struct branches {
	struct branch *v;
	size_t n, cap;
};

static struct branch *new_branch(struct branches *list)
{
	if (list->n == list->cap) {
		list->cap = list->cap ? 2 * list->cap : 1024;
		list->v = realloc(list->v, list->cap * sizeof(*list->v));
		assert_non_null(list->v);
	}
	memset(&list->v[list->n], 0, sizeof(*list->v));
	list->v[list->n].seq = list->n;
	return &list->v[list->n++];
}

/* Without the blanks around it. */
static void set_what(struct branch *b, const char *s, size_t n)
{
	while (n && *s == ' ')
		s++, n--;
	while (n && s[n - 1] == ' ')
		n--;
	snprintf(b->what, sizeof(b->what), "%.*s", (int)n, s);
}

/* TID CPU NS FROM TO FLAGS */
static void read_truth(char *text, struct branches *list)
{
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		struct branch *b = new_branch(list);
		char *at;

		b->tid = strtol(line, &at, 10);
		strtol(at, &at, 10);
		strtoull(at, &at, 10);
		b->from = strtoull(at, &at, 16);
		b->to = strtoull(at, &at, 16);
		set_what(b, at, strlen(at));
	}
}

/* TID FLAGS FROM => TO; an error has no arrow. */
static void read_perf(char *text, struct branches *list)
{
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char *arrow = strstr(line, "=>"), *at, *from;
		struct branch *b = new_branch(list);

		if (!arrow)
			fail_msg("perf says: %s", line);
		b->tid = strtol(line, &at, 10);
		b->to = strtoull(arrow + 2, NULL, 16);
		for (from = arrow; from > at && from[-1] == ' ';)
			from--;
		while (from > at && from[-1] != ' ')
			from--;
		b->from = strtoull(from, NULL, 16);
		set_what(b, at, (size_t)(from - at));
	}
}

/* perf's order of threads that run at the same time is its own. */
static int by_thread(const void *a, const void *b)
{
	const struct branch *x = a, *y = b;

	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static void perf_agrees(const char *options)
{
	struct tl_buf counts = TL_BUF_INIT, truth = TL_BUF_INIT, perf = TL_BUF_INIT;
	struct branches want = { 0 }, got = { 0 };
	bool pipe = strstr(options, "--pipe");

	generate(&counts, "perf.data", options);
	assert_true(run(&truth, "cat %s/perf.data.truth", dir));
	/* perf reads what was written for a pipe right from a pipe only */
	run(&perf,
	    pipe ? "cat %s/perf.data | perf script %s -i -" : "perf script -i %s/perf.data %s", dir,
	    "--itrace=be -F tid,flags,ip,addr 2>/dev/null");
	tl_buf_str(&truth);
	tl_buf_str(&perf);
	read_truth((char *)truth.data, &want);
	read_perf((char *)perf.data, &got);
	assert_int_equal(want.n, counted(&counts, "branches "));
	assert_true(want.n > 10000);
	qsort(want.v, want.n, sizeof(*want.v), by_thread);
	qsort(got.v, got.n, sizeof(*got.v), by_thread);
	for (size_t i = 0; i < want.n && i < got.n; i++) {
		const struct branch *w = &want.v[i], *g = &got.v[i];

		if (w->tid != g->tid || w->from != g->from || w->to != g->to ||
		    strcmp(w->what, g->what))
			fail_msg("%s: branch %zu of %ld: %lx -> %lx %s, but perf has %ld: %lx -> "
				 "%lx %s",
				 options, i, w->tid, w->from, w->to, w->what, g->tid, g->from,
				 g->to, g->what);
	}
	if (want.n != got.n)
		fail_msg("%s: %zu branches, but perf has %zu", options, want.n, got.n);
	free(want.v);
	free(got.v);
	tl_buf_fini(&counts);
	tl_buf_fini(&truth);
	tl_buf_fini(&perf);
}

static void perf_finds_every_branch(void **state)
{
	static const char *const options[] = {
		"--size 100K",
		"--size 100K --seed 2 --no-retcomp --cpus 3 --piece 10000",
		"--size 100K --threads 3 --psb 4K",
		"--size 60K --no-retcomp --deferred-tips --long-tnt --pipe",
		"--size 60K --cyc --compressed",
		"--size 60K --no-mtc --cpus 2",
		"--size 100K --no-time --threads 2",
	};

	/* it may be a wrapper that finds no perf for this kernel */
	if (system("perf version >/dev/null 2>&1")) {
		print_message("skip: there is no perf to read the recordings\n");
		skip();
	}
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		perf_agrees(options[i]);
}

/* ---- libipt */

static void read_file(struct tl_buf *out, const char *name)
{
	assert_true(run(out, "cat %s/%s", dir, name));
}

static uint64_t get64(const uint8_t *at)
{
	uint64_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

/* The AUX bytes of a CPU, joined. */
static void read_aux(const struct tl_buf *file, uint32_t cpu, struct tl_buf *aux)
{
	uint64_t at = get64(file->data + 40), end = at + get64(file->data + 48);

	aux->len = 0;
	while (at < end) {
		const uint8_t *r = file->data + at;
		uint32_t type, its_cpu;
		uint16_t size;

		memcpy(&type, r, 4);
		memcpy(&size, r + 6, 2);
		assert_true(size >= 8);
		at += size;
		if (type != 71) /* PERF_RECORD_AUXTRACE */
			continue;
		memcpy(&its_cpu, r + 40, 4);
		if (its_cpu == cpu) {
			aux->len = get64(r + 16); /* what was padded before is overwritten */
			assert_true(tl_buf_append(aux, r + size, get64(r + 8)));
		}
		at += get64(r + 8);
	}
}

static uint64_t libipt_instructions(struct tl_buf *aux, struct pt_image *image)
{
	struct pt_config config;
	struct pt_insn_decoder *dec;
	struct pt_insn insn;
	struct pt_event event;
	uint64_t n = 0;
	int status;

	pt_config_init(&config);
	config.begin = aux->data;
	config.end = aux->data + aux->len;
	dec = pt_insn_alloc_decoder(&config);
	assert_non_null(dec);
	assert_int_equal(pt_insn_set_image(dec, image), 0);
	status = pt_insn_sync_forward(dec);
	while (status >= 0 && !(status & pts_eos)) {
		if (status & pts_event_pending) {
			status = pt_insn_event(dec, &event, sizeof(event));
			continue;
		}
		status = pt_insn_next(dec, &insn, sizeof(insn));
		if (insn.iclass != ptic_error)
			n++;
	}
	if (status < 0 && status != -pte_eos)
		fail_msg("libipt: %s", pt_errstr(pt_errcode(status)));
	pt_insn_free_decoder(dec);
	return n;
}

/* Where the program's code is: the executable PT_LOAD. */
static struct pt_image *image_of_program(void)
{
	struct tl_buf elf = TL_BUF_INIT;
	struct pt_image *image = pt_image_alloc(NULL);
	uint16_t n, size;
	const uint8_t *ph;

	assert_non_null(image);
	assert_true(run(&elf, "cat %s", program));
	ph = elf.data + get64(elf.data + 32);
	memcpy(&size, elf.data + 54, 2);
	memcpy(&n, elf.data + 56, 2);
	for (; n > 0; n--, ph += size)
		if (get64(ph) == (1 | 5ull << 32)) /* PT_LOAD, PF_R | PF_X */
			assert_int_equal(pt_image_add_file(image, program, get64(ph + 8),
							   get64(ph + 32), NULL, get64(ph + 16)),
					 0);
	tl_buf_fini(&elf);
	return image;
}

static void libipt_counts_the_same_instructions(void **state)
{
	static const char *const options[] = {
		"--size 200K --cpus 2 --piece 5000 --cut",
		"--size 200K --cpus 2 --no-retcomp --long-tnt --deferred-tips --psb 2K",
	};
	struct tl_buf counts = TL_BUF_INIT, file = TL_BUF_INIT, aux = TL_BUF_INIT;
	struct pt_image *image = image_of_program();

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		uint64_t n = 0;

		generate(&counts, "ipt.data", options[i]);
		read_file(&file, "ipt.data");
		for (uint32_t cpu = 0; cpu < 2; cpu++) {
			read_aux(&file, cpu, &aux);
			n += libipt_instructions(&aux, image);
		}
		assert_int_equal(n, counted(&counts, "insns "));
	}
	pt_image_free(image);
	tl_buf_fini(&counts);
	tl_buf_fini(&file);
	tl_buf_fini(&aux);
}

/* ---- */

static void same_options_make_the_same_bytes(void **state)
{
	struct tl_buf counts = TL_BUF_INIT, one = TL_BUF_INIT, two = TL_BUF_INIT;

	generate(&counts, "one", "--size 50K --cpus 2 --seed 7");
	read_file(&one, "one");
	generate(&counts, "one", "--size 50K --cpus 2 --seed 7");
	read_file(&two, "one");
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.data, two.data, one.len);
	generate(&counts, "one", "--size 50K --cpus 2 --seed 8");
	read_file(&two, "one");
	assert_true(one.len != two.len || memcmp(one.data, two.data, one.len));
	tl_buf_fini(&counts);
	tl_buf_fini(&one);
	tl_buf_fini(&two);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(perf_finds_every_branch),
		cmocka_unit_test(libipt_counts_the_same_instructions),
		cmocka_unit_test(same_options_make_the_same_bytes),
	};
	const char *slash = strrchr(argv[0], '/'), *tmp = getenv("TMPDIR");
	char cmd[128];
	int status;

	snprintf(generator, sizeof(generator), "%.*s/../trace/generate",
		 slash ? (int)(slash - argv[0]) : 1, slash ? argv[0] : ".");
	snprintf(program, sizeof(program), "%.*s/../trace/programs/scale",
		 slash ? (int)(slash - argv[0]) : 1, slash ? argv[0] : ".");
	snprintf(dir, sizeof(dir), "%s/tless-generate-XXXXXX",
		 tmp && strlen(tmp) < 32 ? tmp : "/tmp");
	if (!mkdtemp(dir))
		return 1;
	setenv("HOME", dir, 1); /* perf keeps what it finds there */
	status = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	if (system(cmd))
		return 1;
	return status;
}
