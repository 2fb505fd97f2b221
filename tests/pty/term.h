/*
 * term.h: a program behind a terminal emulator.  The program runs on a pty as the
 * foreground job of a tiny shell (so that ^Z and fg work), its output goes through
 * libvterm, and a test types keys and looks at the cells.
 *
 * Nothing here sleeps for a fixed time: every wait ends with what was waited for, with the
 * program's end, or at its deadline.  One thread.
 */
#ifndef TESTS_PTY_TERM_H
#define TESTS_PTY_TERM_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct term;

struct term_opts {
	const char *const *argv; /* NULL-terminated; argv[0] is a path */
	const char *const *env;  /* NULL-terminated "NAME=value": the whole environment */
	const char *cwd;         /* NULL: stay */
	int rows, cols;          /* 0: 24, 80 */
	const char *stdin_path;  /* standard input is this file, */
	const char *stdin_cmd;   /* or what this shell command prints, */
	bool stdin_pipe;         /* or a pipe for term_feed(); else the terminal */
	uint64_t file_limit;     /* largest file it may write (as a full disk does); 0: any */
};

/* Start the program.  NULL: could not, errno says why.  Ends with term_close(). */
struct term *term_open(const struct term_opts *opts);

/* Kill what still runs.  NULL is fine. */
void term_close(struct term *t);

/* The program's process; 0 when it has ended. */
pid_t term_pid(const struct term *t);

/* ---- typing */

/*
 * Type keys.  <Enter> <Esc> <Tab> <BS> <Space> <Up> <Down> <Left> <Right> <Home> <End>
 * <PageUp> <PageDown> <Ins> <Del> <F1> .. <F12> are those keys, also as <C-Left>, <S-Tab>,
 * <A-x>; ^X with a capital letter or one of [ \ ] _ @ ? is a control key; <lt> is '<' and
 * <^> is '^'.  All else stands for itself.  False: the program takes no more input.
 */
bool term_keys(struct term *t, const char *keys);

/* Bytes typed that the program has not read yet. */
int term_unread(const struct term *t);

/* Write to the program's standard input (stdin_pipe); it must read, within the deadline. */
bool term_feed(struct term *t, const void *bytes, size_t n);

/* As far as it is taken without waiting; adds to *taken.  False: nothing was. */
bool term_feed_some(struct term *t, const void *bytes, size_t n, size_t *taken);
void term_feed_end(struct term *t);

/* Has the reader of our pipe, or of stdin_cmd, closed it?  Waits up to timeout_ms. */
bool term_feed_broken(struct term *t, int timeout_ms);

/* ---- waiting; false: deadline passed, or the program ended first */

bool term_wait(struct term *t, bool (*until)(struct term *t, void *arg), void *arg, int timeout_ms);

/* Until some row holds this text, or none does. */
bool term_wait_text(struct term *t, const char *needle, int timeout_ms);
bool term_wait_no_text(struct term *t, const char *needle, int timeout_ms);

/* Until all keys typed are read and the program waits for the next. */
bool term_wait_idle(struct term *t, int timeout_ms);

/* Until it has stopped (^Z), until it has ended. */
bool term_wait_stop(struct term *t, int timeout_ms);
bool term_wait_exit(struct term *t, int timeout_ms);

/* As waitpid() tells it; -1 while it runs. */
int term_exit_status(const struct term *t);

/* Take in what was written so far, without waiting. */
void term_poll(struct term *t);

/* ---- acting on it */

void term_signal(struct term *t, int sig);
void term_resize(struct term *t, int rows, int cols); /* SIGWINCH follows from the kernel */
void term_foreground(struct term *t);                 /* what the shell's `fg` does */

/* ---- the screen */

int term_rows(const struct term *t);
int term_cols(const struct term *t);

/* Row y as UTF-8 without blanks at its end; valid until a few calls later. */
const char *term_row(struct term *t, int y);

/* All rows, each ended by a newline; valid until the next call. */
const char *term_screen(struct term *t);

/* The number of the first row that holds the text, or -1. */
int term_find(struct term *t, const char *needle);

#define TERM_DEFAULT_COLOR (-1)

struct term_cell {
	char text[32]; /* UTF-8, " " where nothing was written, "" right of a wide character */
	int width;
	bool bold, underline, reverse, italic, blink;
	int fg, bg; /* palette index, 0x1000000 | RGB, or TERM_DEFAULT_COLOR */
};

struct term_cell term_cell(struct term *t, int y, int x);

void term_cursor(const struct term *t, int *y, int *x);
bool term_cursor_visible(const struct term *t);
bool term_alternate(const struct term *t); /* on the alternate screen? */
unsigned term_bells(const struct term *t);
unsigned term_scrolled_off(const struct term *t); /* rows that went into the scrollback */

/* Every byte the program wrote to the terminal. */
const struct tl_buf *term_raw(const struct term *t);

/* Are the terminal's modes what they were before the program began? */
bool term_modes_restored(const struct term *t);

/* A framed picture of the screen, and what the program does. */
void term_print(struct term *t, FILE *to);

/*
 * The screen as golden files have it: each row after a '|'; below a row with attributes a
 * line after '~' with a mark a column: b bold, u underline, r reverse, c colour, a hex digit
 * for several (1 bold + 2 underline + 4 reverse + 8 colour); last '@' row and column of the
 * cursor.
 */
void term_dump(struct term *t, struct tl_buf *to);

uint64_t term_now_ns(void);

#endif
