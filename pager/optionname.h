/*
 * optionname.h: an option's long name, typed at the prompt of -- or __: as soon as only one option
 * can be meant its name is put there whole, and TAB goes through those that could be.
 */
#ifndef TL_PAGER_OPTIONNAME_H
#define TL_PAGER_OPTIONNAME_H

#include "pager/app.h"

/* Ask for a name; `done` gets it, whole or as it was typed.  `first` sees keys as long as nothing
 * is typed; true: it took one. */
void tl_optionname_ask(struct tl_app *app, const char *prompt,
		       void (*done)(struct tl_app *app, const char *name),
		       bool (*first)(struct tl_app *app, unsigned key));

#endif
