/* history.h: lines typed before, newest last: one list for searches, one for commands, ... */
#ifndef TL_PAGER_HISTORY_H
#define TL_PAGER_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

struct tl_history_line {
	char *text;
	bool fresh; /* typed in this run: not yet in the history file */
};

struct tl_history {
	struct tl_history_line *lines;
	size_t n;
	bool unique; /* a line that is added goes away where it stood before */
};

/* Add a line, unless it is empty or the last one already.  Copied. */
void tl_history_add(struct tl_history *h, const char *line);
/* Likewise a line that was read from the history file. */
void tl_history_add_old(struct tl_history *h, const char *line);

/* Put the lines of `old` before those of h; `old` is empty then. */
void tl_history_prepend(struct tl_history *h, struct tl_history *old);

/* Once there are more than twice n lines, forget all but the newest n. */
void tl_history_limit(struct tl_history *h, size_t n);

/* The newest line, or NULL.  Borrowed until the next change. */
const char *tl_history_last(const struct tl_history *h);

void tl_history_fini(struct tl_history *h);

#endif
