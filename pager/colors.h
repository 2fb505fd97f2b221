/*
 * colors.h: how each role of a cell (cell.h) looks, and the four attributes of overstrike and
 * prompts: what -D, --color and --use-color choose.  One table, read by the screen.
 */
#ifndef TL_PAGER_COLORS_H
#define TL_PAGER_COLORS_H

#include "base/err.h"
#include "pager/cell.h"

/* What is sent for a role or an attribute. */
struct tl_look {
	bool given;     /* else nothing was chosen */
	bool add;       /* "+": beside the usual attribute, not in its place */
	uint32_t flags; /* TL_OWN_ attributes */
	uint32_t fg, bg;
};

struct tl_colors {
	int on;                         /* --use-color: roles have their looks */
	struct tl_look role[TL_NROLES]; /* with colours */
	uint32_t plain[TL_NROLES];      /* without: TL_OWN_ attributes */
	struct tl_look own[4];          /* of TL_OWN_BOLD, UNDERLINE, BLINK, STANDOUT */
};

/* The looks that nobody chose. */
void tl_colors_init(struct tl_colors *c);

/*
 * Take what stands behind -D: a letter, and a colour ("Nyb", "d+g", "S12.-*"); "" behind the
 * letter takes the look away.  Fails with less's words.
 */
bool tl_colors_set(struct tl_colors *c, const char *text, struct tl_err *err);

/* `attr` without role, with the colours and attributes it stands for. */
struct tl_attr tl_colors_resolve(const struct tl_colors *c, struct tl_attr attr);

#endif
