/* filelist.h: the files to look at, and where one was in each. */
#ifndef TL_PAGER_FILELIST_H
#define TL_PAGER_FILELIST_H

#include "pager/preprocess.h"
#include "text/source.h"

#include <stdbool.h>

struct tl_file {
	char *name;   /* "-" is standard input */
	char *path;   /* that it led to when it was listed, or the name; NULL: not asked for yet */
	uint64_t pos; /* of the row at `row` when it was last left; TL_NOPOS: never shown */
	unsigned row;
	struct tl_source *kept;         /* a pipe's source: cannot be opened a second time */
	struct tl_replacement replaced; /* by LESSOPEN, while the text is open */

	/* filelist.c's: the next ones in the buckets of its name and of its path. */
	struct tl_file *same_name, *same_path;
};

struct tl_filelist {
	struct tl_file **files;
	size_t n;
	size_t current;  /* n: none; for the caller to move */
	size_t previous; /* what # names; n: none; goes with its file */

	/* filelist.c's: by name and by path, nbuckets each; and files whose path is not known. */
	struct tl_file **by_name, **by_path;
	size_t nbuckets, npathless;
};

/* Put a file before the one at `at` (n: at the end).  The name is copied.  False: out of memory. */
bool tl_filelist_add(struct tl_filelist *fl, const char *name, size_t at);
/* Put the names of the command line at the end; of those that are one file, whatever leads to it,
 * only the first.  Borrows the names.  False: out of memory. */
bool tl_filelist_add_all(struct tl_filelist *fl, char **names, size_t n);
/* The place of the file with this name, or that the name leads to; n: it is not listed. */
size_t tl_filelist_find(struct tl_filelist *fl, const char *name);
void tl_filelist_remove(struct tl_filelist *fl, size_t i);
void tl_filelist_fini(struct tl_filelist *fl);

#endif
