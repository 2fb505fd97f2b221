/*
 * firstscreen: run a program on an 80x24 terminal until it waits for a key, and print what
 * the screen shows: what a user sees first, where there is no terminal.
 *
 *	firstscreen [-k KEYS] PROGRAM [ARGUMENT]...
 *
 * -k: type these keys then, as tests/pty/term.h spells them; may be given several times, and
 * each time the program is waited for.
 */
#include "tests/pty/term.h"

#include <stdlib.h>
#include <unistd.h>

#define TIMEOUT_MS 20000
#define MAX_KEYS   64

int main(int argc, char **argv)
{
	struct term_opts opts = { .rows = 24, .cols = 80 };
	const char *keys[MAX_KEYS];
	int opt, nkeys = 0;
	struct term *t;
	bool ok;

	while ((opt = getopt(argc, argv, "+k:")) == 'k' && nkeys < MAX_KEYS)
		keys[nkeys++] = optarg;
	if (opt != -1 || optind == argc) {
		fprintf(stderr, "usage: firstscreen [-k KEYS] PROGRAM [ARGUMENT]...\n");
		return 2;
	}
	setenv("TERM", "xterm-256color", 1);
	opts.argv = (const char *const *)argv + optind;
	t = term_open(&opts);
	if (!t) {
		perror(argv[optind]);
		return 1;
	}
	ok = term_wait_idle(t, TIMEOUT_MS);
	for (int i = 0; i < nkeys && ok; i++)
		ok = term_keys(t, keys[i]) && term_wait_idle(t, TIMEOUT_MS);
	fputs(term_screen(t), stdout);
	term_close(t);
	return ok ? 0 : 1;
}
