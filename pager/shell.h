/* shell.h: programs that are run by a shell, for !, |, v, LESSOPEN and the like. */
#ifndef TL_PAGER_SHELL_H
#define TL_PAGER_SHELL_H

#include "pager/app.h"
#include "pager/secure.h"

/* True, and a message: LESSSECURE forbids it.  Main thread, like all here. */
bool tl_shell_refused(struct tl_app *app, enum tl_feature feature);

/*
 * Append what sh is to be given to run a command as $SHELL runs it, with LESS_SHELL_COPTION; an
 * empty command is the shell itself.  False: out of memory.
 */
bool tl_shell_words(struct tl_buf *out, const char *command);

/* Write `!command` where the prompt was, as the line that a shell would leave there. */
void tl_shell_echo(struct tl_app *app, const char *command);

/*
 * Run a command, the terminal as it was before us; then it is ours again, but for the screen.
 * With `feed`, its standard input is a pipe, to which feed(app, fd) writes; a command that has
 * enough makes that fail with EPIPE.
 */
void tl_shell_run(struct tl_app *app, const char *command,
		  void (*feed)(struct tl_app *app, int fd));

/*
 * Run a command as ! does: it is shown before, unless a `-` stands before it; its output stays on
 * the screen, with `done` below it (NULL: no such notice) until a key is pressed, and then the
 * text comes back.
 */
void tl_shell_command_line(struct tl_app *app, const char *command, const char *done);

/* Append text with % and # as the names of the file and of the one before it. */
bool tl_shell_expand(struct tl_app *app, const char *text, struct tl_buf *out);

/* For app->line_key of a line that takes a command: ^P as its first character is kept. */
bool tl_shell_first_key(struct tl_app *app, unsigned key);

/* Wait for a key after a notice.  RETURN and the space bar end it, other keys are commands. */
void tl_shell_wait(struct tl_app *app);

#endif
