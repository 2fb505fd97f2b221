/*
 * histfile.h: the history file that tless shares with less: patterns, shell commands and marks of
 * earlier runs.  It is read when the first of them is asked for, not before.  Saving reads it again
 * and adds what is new, so that several runs do not take from each other.
 *
 *	.less-history-file:
 *	.search
 *	"pattern
 *	.shell
 *	"command
 *	.mark
 *	m a 1 1234 /path/of/file
 */
#ifndef TL_PAGER_HISTFILE_H
#define TL_PAGER_HISTFILE_H

#include "base/buf.h"
#include "pager/history.h"
#include "pager/marks.h"

#include <stdbool.h>

enum tl_hist_section { TL_HIST_NONE, TL_HIST_SEARCH, TL_HIST_SHELL, TL_HIST_MARK };

/* An entry of the file; `text` is valid during the call. */
typedef void tl_histfile_entry(void *arg, enum tl_hist_section section, const char *text);

/* Tell the entries in the n bytes of a file.  False: they are no history file's. */
bool tl_histfile_parse(const char *bytes, size_t n, tl_histfile_entry *entry, void *arg);

/*
 * The file's name, as LESSHISTFILE and others say: the one that exists, or else the one that is to
 * be made.  False: there is to be none.
 */
bool tl_histfile_name(bool to_write, struct tl_buf *out);

struct tl_histfile {
	struct tl_history *search, *shell; /* borrowed, as `marks` */
	struct tl_marks *marks;
	bool loaded;
};

/* Put what the file has before what is there; once.  Main thread; reads a small file. */
void tl_histfile_load(struct tl_histfile *h);

/* Write what is new; with save_marks the marks of this run too.  What cannot be written is left
 * out silently, as by less. */
void tl_histfile_save(struct tl_histfile *h, bool save_marks);

#endif
