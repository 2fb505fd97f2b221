/*
 * idle.h: does a program wait for a key?  A test types the next key when the answer is
 * yes, and so needs no sleep and no guess.
 */
#ifndef TESTS_PTY_IDLE_H
#define TESTS_PTY_IDLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Does process `pid` sleep in a wait for its terminal, all threads asleep, with no typed
 * byte unread?  `tty` is an open descriptor of the terminal side of its pty.  All that the
 * process wrote up to then can be read from the other side without waiting.
 */
bool idle_waits_for_key(pid_t pid, int tty);

/* Does this system tell what a thread sleeps in?  Else only its silence can be seen. */
bool idle_can_tell(void);

/* Changes whenever a thread of the process ran; 0 when there is no such process. */
uint64_t idle_activity(pid_t pid);
/* Do all of its threads sleep? */
bool idle_sleeps(pid_t pid);

/* Bytes typed and not yet read. */
int idle_unread(int tty);

#endif
