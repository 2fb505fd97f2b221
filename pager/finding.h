/*
 * finding.h: what the files about searching share: find.c (the search itself), pattern.c,
 * hitshift.c, findkeys.c (/ and ? and what is typed behind them), filtering.c (&).  Main thread.
 */
#ifndef TL_PAGER_FINDING_H
#define TL_PAGER_FINDING_H

#include "pager/commands.h"
#include "pager/searchtype.h"

/* Make a matcher of a pattern as options and `type` say.  False: it is not valid. */
bool tl_find_compile(struct tl_app *app, const char *pattern, unsigned type,
		     struct tl_matcher **out);

/* The pattern that hits are shown of and n repeats; false: not valid, the old one stays. */
bool tl_find_set_pattern(struct tl_app *app, const char *text, unsigned type);
void tl_find_forget_pattern(struct tl_app *app);

/* Search for the nth line, where `type` says; an empty pattern is the last one.  What goes wrong
 * is said. */
void tl_find_search(struct tl_app *app, const char *pattern, unsigned type, uint64_t nth);

/* The same while the pattern is being typed: what goes wrong is not said. */
void tl_find_incremental(struct tl_app *app, const char *pattern, unsigned type);

/* Shift sideways, if lines are cut off, so that the first match in the line at pos, or the match there in
 * a long one, can be seen. */
void tl_find_shift_to_hit(struct tl_app *app, uint64_t pos);

/* ---- findfiles.c: in other files */

/* A search has missed here: go on in the next file that may have a hit.  False: there is none. */
bool tl_find_look_in_files(struct tl_app *app);
/* Is the hunt for that file over?  Then *hits were passed on the way; missed() is what comes next. */
bool tl_find_hunted(struct tl_app *app, uint64_t *hits);
/* How much of all that is to be searched is through, 0 .. 1. */
double tl_find_how_far(struct tl_app *app);

/* ---- */

/* Search all of the text that was just opened. */
void tl_find_whole_text(struct tl_app *app);

/* The counts of hits are of no use any more. */
void tl_find_drop_counts(struct tl_app *app);

/* Ask for a pattern of lines to show; what is typed modifies the type as that of a search. */
void tl_findkeys_ask(struct tl_app *app, unsigned type, bool filter, uint64_t nth);

/* & with this pattern. */
void tl_filtering_add(struct tl_app *app, const char *pattern, unsigned type);
/* Patterns, or what is folded, have changed: make the filter anew; show the text through it. */
void tl_filtering_renew(struct tl_app *app);
void tl_filtering_show(struct tl_app *app);
void tl_filtering_text_opened(struct tl_app *app);
void tl_filtering_fini(struct tl_app *app);

#endif
