/*
 * commands.h: tests that are pipes of shell commands: tless on one side, a program that is believed
 * on the other.
 *
 * Commands find $HERE, the folder of the test program, $BIN, the pager of the same build, $FOLDER,
 * which is empty at the beginning and goes at the end, and $HOME, the same; locale C.
 */
#ifndef TESTS_TRACE_COMMANDS_H
#define TESTS_TRACE_COMMANDS_H

#include "base/buf.h"

#include <stdbool.h>

/* Before the first test, and behind the last one.  False: it cannot be done. */
bool commands_begin(void);
bool commands_end(void);

/* What a command prints is appended; a test that is running fails where the command does. */
void commands_run(const char *command, struct tl_buf *out);

/* Does it succeed? */
bool commands_can(const char *command);

/* Line by line; `what` goes into the message. */
void commands_same(struct tl_buf *want, struct tl_buf *got, const char *what);

#endif
