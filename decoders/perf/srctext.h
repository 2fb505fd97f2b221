/*
 * srctext.h: lines of source files, for those who show them beside the code.  A few files are held in
 * memory; which ones does not change what is answered.
 */
#ifndef TL_DECODERS_PERF_SRCTEXT_H
#define TL_DECODERS_PERF_SRCTEXT_H

#include "base/buf.h"

struct tl_srctext;

/* NULL: out of memory.  Any thread. */
struct tl_srctext *tl_srctext_open(void);
void tl_srctext_close(struct tl_srctext *t);

/* Append a line (from 1) of a file, without blanks at its ends, as it is there: foreign bytes.  The path
 * may begin in a folder (NULL: it does not).  False: there is none, or no memory.  Any thread, several
 * at once. */
bool tl_srctext_line(struct tl_srctext *t, const char *folder, const char *path, unsigned line,
		     struct tl_buf *out);

#endif
