/*
 * firstscreen: run a program on an 80x24 terminal until it waits for a key, and print what
 * the screen shows: what a user sees first, where there is no terminal.
 *
 *	firstscreen PROGRAM [ARGUMENT]...
 */
#include "tests/pty/term.h"

#include <stdlib.h>

#define TIMEOUT_MS 20000

int main(int argc, char **argv)
{
	struct term_opts opts = { .argv = (const char *const *)argv + 1 };
	struct term *t;
	bool ok;

	if (argc < 2) {
		fprintf(stderr, "usage: firstscreen PROGRAM [ARGUMENT]...\n");
		return 2;
	}
	setenv("TERM", "xterm-256color", 1);
	t = term_open(&opts);
	if (!t) {
		perror(argv[1]);
		return 1;
	}
	ok = term_wait_idle(t, TIMEOUT_MS);
	fputs(term_screen(t), stdout);
	term_close(t);
	return ok ? 0 : 1;
}
