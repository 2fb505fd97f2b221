/*
 * secure.h: what LESSSECURE, LESSSECURE_ALLOW and LESSSECURE_DISALLOW forbid.  With LESSSECURE set
 * everything here is forbidden but what is allowed by name, else nothing but what is disallowed.
 */
#ifndef TL_PAGER_SECURE_H
#define TL_PAGER_SECURE_H

#include <stdbool.h>

enum tl_feature {
	TL_SECURE_EDIT,     /* v */
	TL_SECURE_EXAMINE,  /* :e */
	TL_SECURE_GLOB,     /* * in file names, and completing them */
	TL_SECURE_HISTORY,  /* the history file, and saved line indexes */
	TL_SECURE_LESSKEY,  /* lesskey files and variables */
	TL_SECURE_LESSOPEN, /* LESSOPEN and LESSCLOSE */
	TL_SECURE_LOGFILE,  /* s, -o, -O */
	TL_SECURE_OSC8,     /* opening links */
	TL_SECURE_PIPE,     /* | */
	TL_SECURE_SHELL,    /* ! and # */
	TL_SECURE_STOP,     /* being stopped with ^Z */
	TL_SECURE_TAGS,     /* tags files */
	TL_NFEATURES
};

/* Told of a name that is no feature's, or several ones'. */
typedef void tl_secure_warn(void *arg, const char *message);

/* Read the variables.  Until then everything is allowed.  Main thread. */
void tl_secure_init(tl_secure_warn *warn, void *arg);

/* May the feature be used?  Any thread, after tl_secure_init(). */
bool tl_secure_allows(enum tl_feature feature);

#endif
