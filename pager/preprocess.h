/*
 * preprocess.h: LESSOPEN and LESSCLOSE: a program makes the text that is shown instead of a file,
 * as another file (whose name it prints) or as what it prints itself.  Main thread.
 */
#ifndef TL_PAGER_PREPROCESS_H
#define TL_PAGER_PREPROCESS_H

#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

/* What stands for a file.  All zero: nothing, the file itself is shown. */
struct tl_replacement {
	enum {
		TL_REPLACED_NOT,
		TL_REPLACED_BY_FILE,
		TL_REPLACED_BY_PIPE,
		TL_REPLACED_BY_NOTHING
	} kind;
	char *path;  /* of the other file */
	pid_t pid;   /* of the program that writes into the pipe; 0: none runs */
	bool waited; /* it was given time to end */
};

/*
 * Run LESSOPEN, if it is set, for a file ("-": standard input), and wait for the first thing it
 * prints.  True: there is a replacement; with *fd, to be closed by the caller, of a pipe.  False:
 * the file itself is to be shown; err->msg tells if something is wrong with LESSOPEN.
 */
bool tl_preprocess_open(const char *name, struct tl_replacement *r, int *fd, struct tl_err *err);

/*
 * The pipe has ended: how the program ended.  False: it failed, and err tells.  A program that goes
 * on is waited for once, shortly: true.
 */
bool tl_preprocess_ended(struct tl_replacement *r, struct tl_err *err);

/* The text has been closed: run LESSCLOSE, and forget the replacement.  False: err tells why not. */
bool tl_preprocess_close(const char *name, struct tl_replacement *r, struct tl_err *err);

#endif
