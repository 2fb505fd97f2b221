/* workdir.h: a folder for the files of a test. */
#ifndef TL_TESTS_UNIT_WORKDIR_H
#define TL_TESTS_UNIT_WORKDIR_H

#include <ftw.h>
#include <stdio.h>

static inline int workdir_remove_one(const char *path, const struct stat *st, int type,
				     struct FTW *where)
{
	return remove(path);
}

/* With all that is in it.  0, or what nftw() says. */
static inline int workdir_remove(const char *dir)
{
	return nftw(dir, workdir_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
