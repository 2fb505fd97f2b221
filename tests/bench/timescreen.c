/* timescreen.c: see timescreen.h. */
#include "tests/bench/timescreen.h"

#include "tests/pty/term.h"

#include <inttypes.h>
#include <stdio.h>

#define TIMEOUT_MS 120000

static struct term *open_pager(const struct timescreen *s, const char *part)
{
	char index[4200];
	const char *args[6] = { s->pager, index };
	const char *env[] = { "TERM=xterm-256color", "LANG=C.UTF-8",   "PATH=/usr/bin:/bin",
			      "HOME=/nonexistent",   "LESSHISTFILE=-", NULL };
	struct term_opts opts = { .argv = args, .env = env };
	int n = 2;

	snprintf(index, sizeof(index), s->index_dir ? "--index-dir=%s" : "--no-index%s",
		 s->index_dir ? s->index_dir : "");
	if (part)
		args[n++] = part;
	args[n] = s->file;
	return term_open(&opts);
}

static void print_time(char out[32], uint64_t ns)
{
	snprintf(out, 32, "%" PRIu64 ".%06" PRIu64, ns / 1000000000, ns % 1000000000 / 1000);
}

static double since(uint64_t began)
{
	return (double)(term_now_ns() - began) / 1e6;
}

double timescreen_ask(const struct timescreen *s, uint64_t ns)
{
	struct term *t = open_pager(s, NULL);
	char time[32], shown[40];
	uint64_t began;
	double ms = -1;
	bool ok;

	print_time(time, ns);
	snprintf(shown, sizeof(shown), " %s:", time);
	ok = t && term_wait_idle(t, TIMEOUT_MS) && term_keys(t, "@") && term_keys(t, time) &&
	     term_wait_idle(t, TIMEOUT_MS);
	began = term_now_ns();
	if (ok && term_keys(t, "<Enter>") && term_wait_text(t, shown, TIMEOUT_MS))
		ms = since(began);
	term_close(t);
	return ms;
}

double timescreen_part(const struct timescreen *s, uint64_t from_ns, uint64_t to_ns)
{
	char from[32], to[32], option[80], shown[40];
	uint64_t began = term_now_ns();
	struct term *t;
	double ms = -1;

	print_time(from, from_ns);
	print_time(to, to_ns);
	snprintf(option, sizeof(option), "--time=%s,%s", from, to);
	snprintf(shown, sizeof(shown), " %s:", from);
	t = open_pager(s, option);
	if (t && term_wait_text(t, shown, TIMEOUT_MS))
		ms = since(began);
	term_close(t);
	return ms;
}
