/*
 * watch.h: be told when a file changes, without looking again and again: inotify on the file that
 * is open, and where the name counts on the folder it stands in.  File systems on which others write
 * unseen (NFS, FUSE, /proc) are not watched, nor is anything when the system has no watches left:
 * then tl_watch_works() is false, and one has to look from time to time.  One thread.
 */
#ifndef TL_TEXT_WATCH_H
#define TL_TEXT_WATCH_H

#include <stdbool.h>

struct tl_watch;

/*
 * Watch the file behind the descriptor `fd` (-1: none), and, when `path` is not NULL, who gets that
 * name.  Borrows both.  NULL: no memory.
 */
struct tl_watch *tl_watch_open(int fd, const char *path);
void tl_watch_close(struct tl_watch *w); /* NULL is fine */

/* Will all changes be told? */
bool tl_watch_works(const struct tl_watch *w);

/* To poll for reading; -1: it does not work. */
int tl_watch_fd(const struct tl_watch *w);

/* Take what was told, without waiting.  True: the file has changed, or another one may have its
 * name.  It may stop working then (the folder is gone). */
bool tl_watch_take(struct tl_watch *w);

#endif
