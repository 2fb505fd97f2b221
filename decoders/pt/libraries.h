/*
 * libraries.h: libipt and Zydis, loaded when the first recording is opened.
 *
 * Most runs of a pager show a text, and would wait for the two to be mapped and relocated: a tenth
 * of the time to the first screen.  libraries.c defines the functions that are used of them, so
 * that their callers need not know.
 */
#ifndef TL_DECODERS_PT_LIBRARIES_H
#define TL_DECODERS_PT_LIBRARIES_H

#include "base/err.h"

/* Load them, once.  False: one is not there; its functions fail then.  Any thread. */
bool tl_pt_libraries_load(struct tl_err *err);

#endif
