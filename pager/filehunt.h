/*
 * filehunt.h: a search that goes from file to file passes over those that have no hit, without
 * making texts of them.  Workers read the files, several at a time, and count their hits in the
 * order of the list; where a file is not as plain as that, the hunt ends before it.
 */
#ifndef TL_PAGER_FILEHUNT_H
#define TL_PAGER_FILEHUNT_H

#include "base/jobs.h"
#include "base/mailbox.h"
#include "pager/charset.h"
#include "pager/filelist.h"
#include "search/matcher.h"

#define TL_FILEHUNT_FILES 1024 /* in one hunt, at most */

struct tl_filehunt;

struct tl_filehunt_request {
	const struct tl_filelist *files; /* the names are copied */
	size_t from, n;                  /* the first one, and how many; n <= TL_FILEHUNT_FILES */
	bool backward;                   /* through the list */
	const struct tl_matcher *m;      /* borrowed until the hunt is closed */
	uint64_t nth;                    /* the hit that is looked for, from 1 */
	enum tl_charset charset;
	bool escapes; /* are expected in text (-R) */
	struct tl_mailbox *mailbox;
};

/* Borrows pool and mailbox: TL_MSG_SCAN when it is over.  NULL: out of memory.  Main thread. */
struct tl_filehunt *tl_filehunt_start(const struct tl_filehunt_request *req, struct tl_jobs *pool);

/*
 * The first *nfiles have *hits hits together, fewer than nth.  True: it is over, and the next one
 * has the hit, or has to be opened to know; or there is no next one.  Any thread.
 */
bool tl_filehunt_result(struct tl_filehunt *h, size_t *nfiles, uint64_t *hits);

/* Waits for what workers are at.  NULL is fine. */
void tl_filehunt_close(struct tl_filehunt *h);

#endif
