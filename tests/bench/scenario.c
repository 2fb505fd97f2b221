/*
 * scenario.c: see scenario.h.  Each run has an empty home of its own, so that a saved index
 * is only there where the scenario made one.  Keys are typed the moment the first screen is
 * complete: a pager that counts lines in the background does so on the clock.
 */
#include "tests/bench/scenario.h"

#include "tests/pty/idle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAMPLE_MS 10 /* between two looks at the memory */

/* ---- steps: each does nothing once the run has failed */

static bool failed(const struct run *r)
{
	return r->why != NULL;
}

static void sample_memory(struct run *r)
{
	char path[64], line[256];
	unsigned long kb;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)term_pid(r->t));
	f = fopen(path, "r");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "RssAnon: %lu kB", &kb) == 1 && kb > r->anon_kb)
			r->anon_kb = kb;
		else if (sscanf(line, "VmHWM: %lu kB", &kb) == 1 && kb > r->rss_kb)
			r->rss_kb = kb;
	fclose(f);
}

static void expect(struct run *r, bool (*until)(struct term *t, void *arg), const void *arg,
		   const char *why)
{
	uint64_t deadline = term_now_ns() + (uint64_t)r->timeout_ms * 1000000u;

	while (!failed(r) && !term_wait(r->t, until, (void *)arg, SAMPLE_MS)) {
		sample_memory(r);
		if (!term_pid(r->t))
			r->why = "pager ended";
		else if (term_now_ns() > deadline)
			r->why = why;
	}
}

/* The pager's arguments: its path, an option, and the files. */
static void list_args(struct run *r, const char *option, const char **args)
{
	*args++ = r->pager;
	if (option)
		*args++ = option;
	for (int i = 0; i < r->file->nnames; i++)
		*args++ = r->file->names[i];
	if (r->file->nnames == 0)
		*args++ = r->file->path;
	*args = NULL;
}

static void open_pager(struct run *r, const char *option, bool pipe)
{
	const char **args = calloc((size_t)r->file->nnames + 4, sizeof(*args));
	char home[100], command[4200];
	const char *env[] = { "TERM=xterm-256color", "LANG=C.UTF-8", "PATH=/usr/bin:/bin",
			      "LESSHISTFILE=-",      home,           NULL };
	struct term_opts opts = { .argv = args, .env = env };

	if (failed(r) || !args) {
		free(args);
		return;
	}
	snprintf(home, sizeof(home), "HOME=%s", r->home);
	list_args(r, option, args);
	if (r->file->nnames > 0)
		opts.cwd = r->file->path;
	if (pipe) {
		snprintf(command, sizeof(command), "exec cat '%s'", r->file->path);
		opts.stdin_cmd = command;
		args[1] = NULL;
	}
	r->t = term_open(&opts);
	if (!r->t)
		r->why = "cannot start";
	free(args);
}

static void start_clock(struct run *r)
{
	r->began = term_now_ns();
}

static void stop_clock(struct run *r)
{
	r->seconds = (double)(term_now_ns() - r->began) / 1e9;
}

static void type(struct run *r, const char *keys)
{
	if (!failed(r) && !term_keys(r->t, keys))
		r->why = "pager takes no keys";
}

/* ---- what to wait for */

static bool has_text(struct term *t, void *arg)
{
	return term_find(t, arg) >= 0;
}

static const char *bottom(struct term *t)
{
	return term_row(t, term_rows(t) - 1);
}

static bool first_screen_shown(struct term *t, void *arg)
{
	return term_find(t, arg) >= 0 && term_row(t, term_rows(t) - 2)[0] && bottom(t)[0];
}

static bool at_end(struct term *t, void *arg)
{
	return strstr(bottom(t), "(END)") && term_find(t, arg) >= 0;
}

static bool has_line_number(struct term *t, void *arg)
{
	for (int y = 0; y < term_rows(t); y++)
		if (strtoull(term_row(t, y), NULL, 10) == *(const uint64_t *)arg)
			return true;
	return false;
}

static bool top_moved(struct term *t, void *arg)
{
	const char *top = term_row(t, 0);

	return top[0] && strcmp(top, arg) != 0;
}

/* Lines that pass a filter are shown, and its prompt. */
static bool filter_shown(struct term *t, void *arg)
{
	return strncmp(bottom(t), "& ", 2) == 0 && !strstr(bottom(t), "Filtering") &&
	       term_row(t, term_rows(t) - 2)[0];
}

static bool waits_for_key(struct term *t, void *arg)
{
	return term_wait_idle(t, 1);
}

static void first_screen(struct run *r)
{
	expect(r, first_screen_shown, r->file->first.time, "no first screen");
}

static void shows(struct run *r, const char *text, const char *why)
{
	expect(r, has_text, text, why);
}

/* Until the keys typed are on their way: read by the pager, and it is at work. */
static void wait_until_busy(struct run *r)
{
	uint64_t deadline = term_now_ns() + 1000000000u;

	while (!failed(r) && term_unread(r->t) > 0 && term_now_ns() < deadline)
		;
	term_poll(r->t);
}

/* ---- the scenarios */

static void do_first_screen(struct run *r)
{
	start_clock(r);
	open_pager(r, NULL, false);
	first_screen(r);
	stop_clock(r);
}

static void do_end(struct run *r)
{
	open_pager(r, NULL, false);
	first_screen(r);
	start_clock(r);
	type(r, "G");
	expect(r, at_end, r->file->last.time, "no prompt at the end");
	stop_clock(r);
}

static void do_end_number(struct run *r)
{
	start_clock(r);
	open_pager(r, "-N", false);
	first_screen(r);
	type(r, "G");
	expect(r, has_line_number, &r->file->nlines, "no number at the end");
	stop_clock(r);
}

static void do_end_position(struct run *r)
{
	char count[64];

	snprintf(count, sizeof(count), "%llu/%llu", (unsigned long long)r->file->nlines,
		 (unsigned long long)r->file->nlines);
	start_clock(r);
	open_pager(r, NULL, false);
	first_screen(r);
	type(r, "G=");
	shows(r, count, "no line number");
	stop_clock(r);
}

static void search(struct run *r, const char *option, const char *keys, const char *hit)
{
	open_pager(r, option, false);
	first_screen(r);
	start_clock(r);
	type(r, keys);
	shows(r, hit, "no hit");
	stop_clock(r);
}

static void do_literal(struct run *r)
{
	search(r, NULL, "/" LITERAL "<Enter>", r->file->late.time);
}

static void do_icase(struct run *r)
{
	search(r, "-I", "/" ICASE "<Enter>", r->file->late.time);
}

static void do_regex(struct run *r)
{
	search(r, NULL, "/" REGEX "<Enter>", r->file->late.time);
}

static void do_hard_regex(struct run *r)
{
	search(r, NULL, "/" HARD_REGEX "<Enter>", r->file->late.time);
}

static void do_no_match(struct run *r)
{
	search(r, NULL, "/" MISSING "<Enter>", "Pattern not found");
}

static void do_backward(struct run *r)
{
	open_pager(r, NULL, false);
	first_screen(r);
	type(r, "G");
	expect(r, at_end, r->file->last.time, "no prompt at the end");
	start_clock(r);
	type(r, "?" LITERAL_LOW "<Enter>");
	shows(r, r->file->early.time, "no hit");
	stop_clock(r);
}

static void do_percent(struct run *r)
{
	open_pager(r, NULL, false);
	first_screen(r);
	start_clock(r);
	type(r, "50%");
	/* Any of the few lines around the middle will do: the percentage is rounded. */
	shows(r, r->file->percent[50].time, "not at 50%");
	stop_clock(r);
}

static void go_to_line(struct run *r, const struct place *p)
{
	char keys[32];

	snprintf(keys, sizeof(keys), "%llug", (unsigned long long)p->line);
	type(r, keys);
	shows(r, p->time, "not at that line");
}

static void do_line(struct run *r)
{
	open_pager(r, NULL, false);
	first_screen(r);
	start_clock(r);
	go_to_line(r, &r->file->percent[90]);
	stop_clock(r);
}

static void do_second_opening(struct run *r)
{
	do_end_position(r);
	if (!failed(r))
		sample_memory(r);
	type(r, "q");
	if (!failed(r) && !term_wait_exit(r->t, r->timeout_ms))
		r->why = "does not quit";
	if (failed(r))
		return;
	term_close(r->t);
	r->t = NULL;
	start_clock(r);
	open_pager(r, NULL, false);
	first_screen(r);
	go_to_line(r, &r->file->percent[90]);
	stop_clock(r);
}

/* &: the first lines that pass are at the end. */
static void do_filter(struct run *r)
{
	search(r, NULL, "&" LITERAL "<Enter>G", r->file->late.time);
}

static void filter_tenth(struct run *r)
{
	open_pager(r, NULL, false);
	first_screen(r);
	expect(r, waits_for_key, NULL, "never idle");
	start_clock(r);
	type(r, "&" TENTH "<Enter>");
	expect(r, filter_shown, NULL, "no filtered screen");
	stop_clock(r);
}

static void do_filter_pages(struct run *r)
{
	filter_tenth(r);
	type(r, "G");
	expect(r, waits_for_key, NULL, "no prompt at the end");
	start_clock(r);
	for (int i = 0; i < 200; i++)
		type(r, "b");
	expect(r, waits_for_key, NULL, "no prompt");
	stop_clock(r);
}

static void do_all_files(struct run *r)
{
	open_pager(r, NULL, false);
	first_screen(r);
	start_clock(r);
	type(r, "/*" MISSING "<Enter>");
	shows(r, "Pattern not found", "no answer");
	stop_clock(r);
}

static void do_other_file(struct run *r)
{
	open_pager(r, NULL, false);
	first_screen(r);
	start_clock(r);
	type(r, "5000:x:n:p");
	shows(r, "file 5000 of 10000", "not there");
	stop_clock(r);
}

static void do_pipe(struct run *r)
{
	start_clock(r);
	open_pager(r, NULL, true);
	first_screen(r);
	type(r, "G");
	expect(r, at_end, r->file->last.time, "no prompt at the end");
	stop_clock(r);
}

static void do_interrupt(struct run *r)
{
	open_pager(r, NULL, false);
	first_screen(r);
	expect(r, waits_for_key, NULL, "never idle");
	type(r, "/" MISSING "<Enter>");
	wait_until_busy(r);
	if (!failed(r) && has_text(r->t, "Pattern not found"))
		r->why = "search was over";
	start_clock(r);
	type(r, "^C");
	expect(r, waits_for_key, NULL, "no prompt");
	stop_clock(r);
}

static void key_answered(struct run *r)
{
	char top[512];

	if (failed(r))
		return;
	snprintf(top, sizeof(top), "%s", term_row(r->t, 0));
	start_clock(r);
	type(r, "j");
	expect(r, top_moved, top, "key not answered");
	stop_clock(r);
}

static void do_key_in_search(struct run *r)
{
	open_pager(r, NULL, false);
	first_screen(r);
	type(r, "/" MISSING "<Enter>");
	wait_until_busy(r);
	key_answered(r);
}

static void do_key_in_count(struct run *r)
{
	open_pager(r, NULL, false);
	first_screen(r);
	key_answered(r);
}

static void do_memory(struct run *r)
{
	do_end_position(r);
	type(r, "<Enter>g/" MISSING "<Enter>");
	shows(r, "Pattern not found", "no answer");
}

const struct scenario scenarios[] = {
	{ "first screen", do_first_screen, THE_TEXT, BRIEF },
	{ "G, until the prompt is back", do_end, THE_TEXT, 0 },
	{ "-N, G: number of the last line", do_end_number, THE_TEXT, 0 },
	{ "G= typed together", do_end_position, THE_TEXT, 0 },
	{ "/literal, hit at 99.9%", do_literal, THE_TEXT, 0 },
	{ "/literal ignoring case (-I)", do_icase, THE_TEXT, 0 },
	{ "/regex with a literal", do_regex, THE_TEXT, 0 },
	{ "/regex without a prefix", do_hard_regex, THE_TEXT, 0 },
	{ "/literal, no match", do_no_match, THE_TEXT, 0 },
	{ "?literal from the end, hit at 1%", do_backward, THE_TEXT, 0 },
	{ "50%", do_percent, THE_TEXT, BRIEF },
	{ "line at 90% by number", do_line, THE_TEXT, 0 },
	{ "second opening, line at 90%", do_second_opening, THE_TEXT, 0 },
	{ "pipe, G", do_pipe, THE_TEXT, 0 },
	{ "&literal, the match at 99.9%", do_filter, THE_TEXT, 0 },
	{ "&regex, a tenth passes: first screen", filter_tenth, THE_TEXT, BRIEF },
	{ "&regex, 200 pages back", do_filter_pages, THE_TEXT, BRIEF | ALONE },
	{ "zstd, one frame: G=", do_end_position, ONE_FRAME, ALONE },
	{ "zstd, one frame: /literal, no match", do_no_match, ONE_FRAME, ALONE },
	{ "zstd, one frame: opened again, 90%", do_second_opening, ONE_FRAME, ALONE },
	{ "zstd, frames: G=", do_end_position, FRAMES, ALONE },
	{ "zstd, frames: /literal, no match", do_no_match, FRAMES, ALONE },
	{ "zstd, frames: opened again, 90%", do_second_opening, FRAMES, ALONE },
	{ "10,000 files: first screen", do_first_screen, MANY_FILES, BRIEF },
	{ "10,000 files: 5000:x:n:p", do_other_file, MANY_FILES, BRIEF },
	{ "10,000 files: /*literal, no match", do_all_files, MANY_FILES, 0 },
	{ "^C in a search, until the prompt is back", do_interrupt, THE_TEXT, BRIEF },
	{ "j while a search runs", do_key_in_search, THE_TEXT, BRIEF },
	{ "j right after the first screen", do_key_in_count, THE_TEXT, BRIEF },
	{ "peak private memory: G=, a search", do_memory, THE_TEXT, MEMORY },
	{ "peak private memory: pipe, G", do_pipe, THE_TEXT, MEMORY },
};
const int nscenarios = sizeof(scenarios) / sizeof(scenarios[0]);

static void remove_tree(const char *path)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", path);
	if (system(command) != 0)
		fprintf(stderr, "bench: cannot remove %s\n", path);
}

void scenario_run(const struct scenario *s, struct run *r)
{
	snprintf(r->home, sizeof(r->home), "/tmp/tless-bench-XXXXXX");
	r->t = NULL;
	r->why = mkdtemp(r->home) ? NULL : "no temporary folder";
	r->anon_kb = r->rss_kb = 0;
	s->drive(r);
	if (r->t && term_pid(r->t))
		sample_memory(r);
	if (r->why && r->t && getenv("BENCH_SHOW"))
		term_print(r->t, stderr);
	if (r->why)
		r->seconds = -1;
	term_close(r->t);
	r->t = NULL;
	remove_tree(r->home);
}
