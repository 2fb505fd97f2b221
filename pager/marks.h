/*
 * marks.h: places by letter, over all files: one for each letter, one for the mouse, and the last
 * one, where '' goes.  They can be kept in the history file.
 */
#ifndef TL_PAGER_MARKS_H
#define TL_PAGER_MARKS_H

#include "base/buf.h"
#include "text/source.h"

#include <stdbool.h>

#define TL_MARK_LAST  '\''
#define TL_MARK_MOUSE '#'
#define TL_NMARKS     54

struct tl_mark {
	char *file;   /* as in the list of files; NULL: the mark is not set */
	uint64_t pos; /* of the row marked */
	unsigned row; /* where on the screen it stood, from 0 */
	bool cleared; /* by the user: what the history file says of it does not hold */
	bool foreign; /* from the history file: `file` is a full path, and may be any */
};

struct tl_marks {
	struct tl_mark marks[TL_NMARKS];
	bool changed; /* since they were last saved */
};

/* The mark of a letter, or of TL_MARK_LAST or TL_MARK_MOUSE, set or not; NULL: no such mark. */
struct tl_mark *tl_marks_of(struct tl_marks *m, unsigned letter);
/* The letter of the i-th, in the order in which they win where they meet in a line. */
char tl_marks_letter(size_t i);

/* Set a mark, or with pos TL_NOPOS forget it.  The name is copied. */
void tl_marks_set(struct tl_marks *m, unsigned letter, const char *file, uint64_t pos,
		  unsigned row);

/* Is it set, and in this file? */
bool tl_mark_is_in(const struct tl_mark *m, const char *file);

/* Marks from the history file may be in this file: then they get its name. */
void tl_marks_adopt(struct tl_marks *m, const char *file);
/* The file is taken off the list: its marks are forgotten. */
void tl_marks_forget_file(struct tl_marks *m, const char *file);
void tl_marks_fini(struct tl_marks *m);

/* Take marks that are neither set nor cleared from `old`, which is empty then. */
void tl_marks_add_missing(struct tl_marks *m, struct tl_marks *old);
/* Put the marks that were set or cleared in this run over those of `old`. */
void tl_marks_override(struct tl_marks *old, const struct tl_marks *m);

/* A line of the history file: "m a 1 1234 /path/of/file".  One that is none is left out. */
void tl_marks_read(struct tl_marks *m, const char *line);
/* All that are set, as such lines, with full paths. */
void tl_marks_write(const struct tl_marks *m, struct tl_buf *out);

#endif
