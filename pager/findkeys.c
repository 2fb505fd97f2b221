/* findkeys.c: / and ? and &: the modifiers before a pattern, and what becomes of it. */
#include "pager/finding.h"

#include <stdio.h>
#include <string.h>

/* What is being asked for. */
static struct {
	unsigned type;
	uint64_t nth;
	bool filter;
	bool plain; /* ^L: the next character is no modifier */
	bool sub;   /* ^S: a digit is to follow */
	bool live;  /* --incsearch: where one was when it began: */
	uint64_t pos, hshift;
	unsigned row;
} asked;

static void make_prompt(struct tl_app *app)
{
	char modifiers[112];

	if (asked.sub) {
		snprintf(app->line.prompt, sizeof(app->line.prompt),
			 "Sub-pattern (1-%d):", TL_SEARCH_NSUBS);
		return;
	}
	tl_searchtype_describe(asked.type, modifiers, sizeof(modifiers));
	snprintf(app->line.prompt, sizeof(app->line.prompt), "%s%s%s", modifiers,
		 asked.plain ? "Lit " : "",
		 asked.filter                      ? "&/"
		 : asked.type & TL_SEARCH_BACKWARD ? "?"
						   : "/");
}

/* The modifier that a key stands for; 0: none. */
static unsigned modifier_of(unsigned key)
{
	switch (key) {
	case CTRL('N'):
	case '!':
		return TL_SEARCH_NON_MATCH;
	case CTRL('R'):
		return TL_SEARCH_LITERAL;
	case CTRL('E'):
	case '*':
		return asked.filter ? 0 : TL_SEARCH_PAST_EOF;
	case CTRL('F'):
	case '@':
		return asked.filter ? 0 : TL_SEARCH_FIRST_FILE;
	case CTRL('K'):
		return asked.filter ? 0 : TL_SEARCH_KEEP;
	case CTRL('W'):
		return asked.filter ? 0 : TL_SEARCH_WRAP;
	}
	return 0;
}

static bool sub_key(struct tl_app *app, unsigned key)
{
	asked.sub = false;
	if (key >= '1' && key <= '0' + TL_SEARCH_NSUBS)
		asked.type = tl_searchtype_toggle(asked.type, TL_SEARCH_SUB(key - '0'));
	make_prompt(app);
	return true;
}

/* Modifiers stand before the first character of the pattern. */
static bool modifier_key(struct tl_app *app, unsigned key)
{
	unsigned modifier;

	if (asked.sub)
		return sub_key(app, key);
	if (app->line.npending > 0 || app->line.npart > 0)
		return false;
	if (asked.plain || app->line.text.len > 0) {
		if (asked.plain) {
			asked.plain = false;
			make_prompt(app);
		}
		return false;
	}
	modifier = modifier_of(key);
	if (modifier)
		asked.type = tl_searchtype_toggle(asked.type, modifier);
	else if (key == CTRL('L'))
		asked.plain = true;
	else if (key == CTRL('S'))
		asked.sub = true;
	else
		return false;
	make_prompt(app);
	return true;
}

/* ---- searching while the pattern is typed: each time from where one was */

static void remember_place(struct tl_app *app)
{
	struct tl_view *v = app->text.view;
	unsigned row = 0;

	while (row + 1 < tl_view_rows(v) && tl_view_pos(v, row) == TL_NOPOS)
		row++;
	asked.pos = tl_view_pos(v, row);
	asked.row = row;
	asked.hshift = app->hshift;
	asked.live = asked.pos != TL_NOPOS;
}

static void go_back(struct tl_app *app)
{
	if (!asked.live)
		return;
	tl_app_end_op(app);
	if (app->hshift != asked.hshift) {
		app->hshift = asked.hshift;
		tl_app_apply_options(app);
	}
	tl_view_jump(app->text.view, asked.pos, asked.row, true);
	app->jumped = true;
	tl_app_dirty(app);
}

static void pattern_changed(struct tl_app *app)
{
	if (!asked.live || app->line.npart > 0 || app->line.npending > 0)
		return;
	go_back(app);
	tl_find_incremental(app, tl_lineedit_text(&app->line), asked.type);
}

static void pattern_done(struct tl_app *app, const char *text)
{
	go_back(app);
	if (asked.filter)
		tl_filtering_add(app, text, asked.type);
	else
		tl_find_search(app, text, asked.type, asked.nth);
}

void tl_findkeys_ask(struct tl_app *app, unsigned type, bool filter, uint64_t nth)
{
	memset(&asked, 0, sizeof(asked));
	asked.type = type;
	asked.filter = filter;
	asked.nth = nth;
	tl_app_ask(app, "", &app->find.history, pattern_done);
	make_prompt(app);
	app->line_key = modifier_key;
	if (!app->opt.incsearch || filter)
		return;
	remember_place(app);
	app->line_changed = pattern_changed;
	app->line_cancelled = go_back;
}

static void ask(struct tl_app *app, const struct tl_number *n, unsigned type)
{
	tl_findkeys_ask(app, type | tl_searchtype_default(&app->opt), false, tl_number_or(n, 1));
}

void tl_find_forward(struct tl_app *app, const struct tl_number *n)
{
	ask(app, n, 0);
}

void tl_find_backward(struct tl_app *app, const struct tl_number *n)
{
	ask(app, n, TL_SEARCH_BACKWARD);
}
