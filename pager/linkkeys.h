/* linkkeys.h: the selected OSC 8 hyperlink: ^O^N, ^O^P, ^O^L, ^O^O.  Main thread. */
#ifndef TL_PAGER_LINKKEYS_H
#define TL_PAGER_LINKKEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tl_app;
struct tl_matcher;
struct tl_number;
struct tl_scan;

/* What is selected, and the search for another one.  All zero but `line`. */
struct tl_links {
	uint64_t line;       /* of the selected link; TL_NOPOS: none is */
	uint64_t start, end; /* from its sequence to the one behind its text */
	uint64_t text;       /* where its text begins */
	char *uri;

	struct tl_matcher *matcher; /* of lines with links */
	struct tl_scan *scan;
	bool backward, wrapped;
	uint64_t asked, left; /* how many links on, and how many of them are still to come */
	char *id;             /* looked for instead of a link */
};

void tl_links_forward(struct tl_app *app, const struct tl_number *n);
void tl_links_backward(struct tl_app *app, const struct tl_number *n);
void tl_links_jump(struct tl_app *app, const struct tl_number *n);
void tl_links_open(struct tl_app *app, const struct tl_number *n);

/* Is a link selected?  (?O in prompts) */
bool tl_links_selected(const struct tl_app *app);
/* Forget the selected link. */
void tl_links_unselect(struct tl_app *app);
/*
 * A click on row y, column x of the screen, from 0: selects the link there, or opens it if it is
 * selected.  False: there is none.
 */
bool tl_links_click(struct tl_app *app, unsigned y, unsigned x);

/* A worker has found a line with links: go on.  The search is over when the operation is. */
void tl_links_progress(struct tl_app *app);
void tl_links_cancel(struct tl_app *app);
/* The text goes away; and everything does. */
void tl_links_text_closing(struct tl_app *app);
void tl_links_fini(struct tl_app *app);

#endif
