/*
 * window.h: parts of a file mapped into memory, for scans that look at each byte once: they
 * run twice as fast as on bytes that were copied by read().
 *
 * A mapped file that is cut off answers with SIGBUS.  A handler then puts zeros in the
 * place of what is gone and marks the window: whoever looks at it learns, when he gives it
 * back, that what he saw is not to be trusted, and reads instead.
 */
#ifndef TL_TEXT_WINDOW_H
#define TL_TEXT_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tl_windows; /* of one file; any thread */
struct tl_window;

/* NULL: out of memory, or windows are not to be had on this machine. */
struct tl_windows *tl_windows_new(void);

/* Unmaps all; nobody may be looking any more. */
void tl_windows_free(struct tl_windows *ws);

/* What is mapped is of a file that was replaced: windows in use go when they are given back. */
void tl_windows_forget(struct tl_windows *ws);

/*
 * The bytes [from, from + len) of fd, which has `size` bytes; len is at most 1 MiB and a few
 * pages, and is not cut.  False: not possible, read instead.  Each success needs one give.
 */
bool tl_windows_take(struct tl_windows *ws, int fd, uint64_t size, uint64_t from, size_t len,
		     const uint8_t **data, struct tl_window **w);

/* False: the file was cut off meanwhile, and zeros may have stood in its place. */
bool tl_windows_give(struct tl_windows *ws, struct tl_window *w);

#endif
