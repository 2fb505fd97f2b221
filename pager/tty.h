/* tty.h: the terminal as a keyboard: modes, and keys and which came together. */
#ifndef TL_PAGER_TTY_H
#define TL_PAGER_TTY_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

/* Keys are bytes, and a few that no keyboard sends. */
enum {
	TL_KEY_PLAIN = 0x100,       /* beside a byte: lesskey files do not change what it does */
	TL_KEY_END_COMMAND = 0x200, /* ends the text of a +cmd or -p */
};

struct tl_key {
	uint16_t code;
	uint32_t
	    burst; /* keys read in one go have the same, later ones a higher one; 0: given (+cmd) */
};

struct tl_tty {
	int fd;
	bool owned; /* fd was opened here */
	bool raw;
	bool eof;
	struct termios saved;
	int erase, kill, werase; /* the user's editing characters, -1: none */
	uint32_t burst;          /* of the keys read last */
	struct tl_key *queue;
	unsigned head, n, cap;
};

/* Keys come from the terminal, also when standard input is the text: /dev/tty, or else
 * standard error.  False: there is no terminal. */
bool tl_tty_open(struct tl_tty *tty, struct tl_err *err);
void tl_tty_close(struct tl_tty *tty);

/* No echo, byte by byte; ^C, ^Z and ^\ still send signals.  And back. */
void tl_tty_raw(struct tl_tty *tty);
void tl_tty_cooked(struct tl_tty *tty);

/* The same modes anew: somebody else has stopped the program and may have changed them. */
void tl_tty_raw_again(struct tl_tty *tty);

/* Take what was typed into the queue; call when fd is readable.  Does not block. */
void tl_tty_read(struct tl_tty *tty);

/* Take the first key of the queue; false: it is empty. */
bool tl_tty_next(struct tl_tty *tty, struct tl_key *key);
/* The first one that was typed, before those that were given (burst 0). */
bool tl_tty_next_typed(struct tl_tty *tty, struct tl_key *key);
/* Is there one? */
bool tl_tty_any_typed(const struct tl_tty *tty);
void tl_tty_unget(struct tl_tty *tty, struct tl_key key);
/* Put text before what is queued, as if typed long ago. */
void tl_tty_type(struct tl_tty *tty, const char *text);
/* The same, as if typed now. */
void tl_tty_typed(struct tl_tty *tty, const char *text);
/* Put text behind what is queued, as if typed long ago. */
void tl_tty_give(struct tl_tty *tty, const char *text, bool end_command);
void tl_tty_flush(struct tl_tty *tty);

uint64_t tl_now_ms(void); /* monotonic */

#endif
