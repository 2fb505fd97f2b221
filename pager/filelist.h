/* filelist.h: the files to look at, and where one was in each. */
#ifndef TL_PAGER_FILELIST_H
#define TL_PAGER_FILELIST_H

#include "pager/preprocess.h"
#include "text/source.h"

#include <stdbool.h>

struct tl_mark {
	char letter;  /* a-z, A-Z, # (bottom marks carry the row) */
	uint64_t pos; /* of the row marked */
	int row;      /* where on the screen it stood, from 0; -1: at the bottom */
};

struct tl_file {
	char *name;   /* "-" is standard input */
	uint64_t pos; /* of the row at `row` when it was last left; TL_NOPOS: never shown */
	unsigned row;
	uint64_t last_pos; /* where '' goes; TL_NOPOS: the beginning */
	unsigned last_row;
	struct tl_source *kept;         /* a pipe's source: cannot be opened a second time */
	struct tl_replacement replaced; /* by LESSOPEN, while the text is open */
	struct tl_mark *marks;
	size_t nmarks;
};

struct tl_filelist {
	struct tl_file **files;
	size_t n;
	size_t current;  /* n: none; for the caller to move */
	size_t previous; /* what # names; n: none; goes with its file */
};

/* Put a file before the one at `at` (n: at the end).  The name is copied.  False: out of memory. */
bool tl_filelist_add(struct tl_filelist *fl, const char *name, size_t at);
void tl_filelist_remove(struct tl_filelist *fl, size_t i);
void tl_filelist_fini(struct tl_filelist *fl);

/* Set a mark, or forget it (pos TL_NOPOS). */
bool tl_file_mark(struct tl_file *f, char letter, uint64_t pos, int row);
const struct tl_mark *tl_file_find_mark(const struct tl_file *f, char letter);

#endif
