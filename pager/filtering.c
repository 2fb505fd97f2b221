/* filtering.c: &: only lines that match are shown. */
#include "pager/finding.h"
#include "pager/folds.h"
#include "pager/textcalls.h"

#include <stdlib.h>
#include <string.h>

static void free_filters(struct tl_find *f)
{
	for (size_t i = 0; i < f->nfilters; i++)
		free(f->filter_patterns[i]);
	f->nfilters = 0;
}

/* What is folded in the text.  False: nothing. */
static bool make_sieve(struct tl_app *app, struct tl_sieve *out)
{
	struct tl_text *t = &app->text;
	struct tl_folds *folds = t->calls ? tl_textcalls_folds(t->calls) : NULL;
	bool any = folds && tl_folds_any(folds);

	tl_view_set_tails(t->view, any ? tl_fold_tail : NULL, app);
	return any && tl_folds_sieve(folds, t->src, tl_textcalls_cache(t->calls), out);
}

void tl_filtering_renew(struct tl_app *app)
{
	struct tl_find *f = &app->find;
	struct tl_text *t = &app->text;
	struct tl_sieve sieve;
	struct tl_matcher **m;
	bool folded;
	struct tl_err err = TL_ERR_INIT;

	tl_find_drop_counts(app);
	tl_view_set_filter(t->view, NULL);
	tl_filter_close(t->filter);
	t->filter = NULL;
	folded = make_sieve(app, &sieve);
	if ((f->nfilters == 0 && !folded) || t->help) {
		if (folded)
			sieve.close(sieve.arg);
		return;
	}
	m = calloc(f->nfilters + 1, sizeof(*m));
	if (!m) {
		if (folded)
			sieve.close(sieve.arg);
		return;
	}
	for (size_t i = 0; i < f->nfilters; i++)
		if (!tl_find_compile(app, f->filter_patterns[i], f->filter_types[i], &m[i])) {
			while (i-- > 0)
				tl_matcher_free(m[i]);
			free(m);
			free_filters(f);
			if (folded)
				sieve.close(sieve.arg);
			return;
		}
	if (!tl_filter_new(t->src, m, f->nfilters, folded ? &sieve : NULL,
			   app->opt.numbers ? t->lines : NULL, app->jobs, app->mailbox, &t->filter,
			   &err)) {
		tl_app_message(app, "%s", err.msg);
		return;
	}
	tl_view_set_filter(t->view, t->filter);
}

static bool add_filter(struct tl_find *f, const char *text, unsigned type)
{
	char **patterns = realloc(f->filter_patterns, (f->nfilters + 1) * sizeof(*patterns));
	unsigned *all;

	if (!patterns)
		return false;
	f->filter_patterns = patterns;
	all = realloc(f->filter_types, (f->nfilters + 1) * sizeof(*all));
	if (!all)
		return false;
	f->filter_types = all;
	patterns[f->nfilters] = strdup(text);
	if (!patterns[f->nfilters])
		return false;
	all[f->nfilters++] = type;
	return true;
}

static bool shows_nothing(const struct tl_view *v)
{
	for (unsigned i = 0; i < tl_view_rows(v); i++)
		if (tl_view_pos(v, i) != TL_NOPOS)
			return false;
	return true;
}

bool tl_find_show_filtered(struct tl_app *app)
{
	enum tl_moved moved;

	if (!app->text.filter || !shows_nothing(app->text.view))
		return true;
	if (tl_view_pending(app->text.view))
		return false;
	moved = tl_view_end(app->text.view); /* all that passes is above */
	app->jumped = true;
	tl_app_dirty(app);
	return moved != TL_LATER;
}

void tl_filtering_show(struct tl_app *app)
{
	tl_view_refresh(app->text.view);
	if (!tl_find_show_filtered(app))
		tl_app_begin(app, TL_OP_FILTER, 0, false);
	app->jumped = true;
	tl_app_dirty(app);
}

void tl_filtering_add(struct tl_app *app, const char *text, unsigned type)
{
	struct tl_find *f = &app->find;
	struct tl_matcher *probe;

	if (*text == '\0') {
		free_filters(f);
	} else if (!tl_find_compile(app, text, type, &probe)) {
		tl_app_message(app, "Invalid pattern");
		return;
	} else {
		tl_matcher_free(probe);
		if (!add_filter(f, text, type)) {
			tl_app_message(app, "out of memory");
			return;
		}
	}
	tl_filtering_renew(app);
	tl_filtering_show(app);
}

void tl_find_drop_filter(struct tl_app *app)
{
	if (app->find.nfilters > 0)
		tl_filtering_add(app, "", 0);
	else if (app->text.view && tl_view_squished(app->text.view)) /* it is painted anew */
		tl_view_refresh(app->text.view);
}

void tl_find_filter(struct tl_app *app, const struct tl_number *n)
{
	if (app->text.help)
		tl_app_bell(app);
	else
		tl_findkeys_ask(app, 0, true, 1);
}

void tl_filtering_text_opened(struct tl_app *app)
{
	tl_filtering_renew(app);
	if (app->text.filter &&
	    !tl_view_empty(app->text.view)) /* it was shown before the help was */
		tl_view_refresh(app->text.view);
}

void tl_filtering_fini(struct tl_app *app)
{
	free_filters(&app->find);
	free(app->find.filter_patterns);
	free(app->find.filter_types);
}
