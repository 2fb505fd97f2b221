/*
 * header.h: --header: lines and columns of the text that stay on the screen.  The view draws them
 * (view.h); here is the option, and the place in the text where the lines are.
 */
#ifndef TL_PAGER_HEADER_H
#define TL_PAGER_HEADER_H

#include "pager/option.h"
#include "pager/view.h"

struct tl_app;

/* The option's value: "L,C,N", each of which may be left out; "-" for no header.  An absent N is
 * o->header.here. */
bool tl_header_parse(struct tl_options *o, const char *text, struct tl_err *err);
void tl_header_print(const struct tl_options *o, char *out, size_t size);

/* Below: main thread. */

/* The option may be about to change: without N the header begins with the line at the top. */
void tl_header_look(struct tl_app *app);
/* What the view is to know of it.  If the line has not been counted yet, this is to be called again
 * (through tl_app_apply_options) when tl_header_pending() says so. */
struct tl_view_header tl_header_for_view(struct tl_app *app);
bool tl_header_pending(const struct tl_app *app);
/* Searches: what of a line is passed over, in *skip (false: nothing); and up to where lines are
 * (0: none). */
bool tl_header_search_skip(struct tl_app *app, struct tl_skip *skip);
uint64_t tl_header_search_from(struct tl_app *app);
/* Another text: its header begins with its first line. */
void tl_header_text_opened(struct tl_app *app);

#endif
