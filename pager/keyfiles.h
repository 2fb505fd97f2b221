/*
 * keyfiles.h: the lesskey files and variables that count, in less's order: the system's file, the
 * user's, LESSKEY_CONTENT, and what options name; the last one that binds a key wins.  The keys and
 * variables in them count from when they are read.  Main thread.
 */
#ifndef TL_PAGER_KEYFILES_H
#define TL_PAGER_KEYFILES_H

#include "base/err.h"
#include "pager/keymap.h"

/* Told what is wrong with a file; one with errors does not count at all. */
typedef void tl_keyfiles_warn(void *arg, const char *message);

/* Read the standard files, unless LESSNOCONFIG or LESSSECURE is set.  `warn` is kept. */
void tl_keyfiles_read(tl_keyfiles_warn *warn, void *arg);

/* --lesskey-src, -k, --lesskey-content. */
bool tl_keyfiles_add_source(const char *path, struct tl_err *err);
bool tl_keyfiles_add_compiled(const char *path, struct tl_err *err);
bool tl_keyfiles_add_content(const char *text, struct tl_err *err);

/* What they bind, for commands and for the editing of lines; NULL: nothing. */
struct tl_keymap *tl_keyfiles_commands(void);
struct tl_keymap *tl_keyfiles_edits(void);

void tl_keyfiles_fini(void);

#endif
