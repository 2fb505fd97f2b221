/* optionname.c: see optionname.h. */
#include "pager/optionname.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- names that begin alike */

static void add_name(const struct tl_option *opt, const char *name, size_t len, bool shouted,
		     struct tl_words *out)
{
	char copy[64];

	if (len >= sizeof(copy))
		return;
	for (size_t i = 0; i < len; i++)
		copy[i] = (char)(shouted ? toupper((unsigned char)name[i]) : name[i]);
	copy[len] = '\0';
	tl_words_add(out, copy);
}

/* An option's names; those of a triple have a second form, in capitals. */
static void add_names(const struct tl_option *opt, const char *word, size_t n, struct tl_words *out)
{
	size_t len;

	for (const char *name = opt->name; *name; name += len) {
		name += *name == '|';
		len = strcspn(name, "|");
		if (n > len || strncasecmp(name, word, n) != 0)
			continue;
		if (n == 0 || *word == *name)
			add_name(opt, name, len, false, out);
		if (opt->kind == TL_OPT_TRIPLE && (n == 0 || isupper((unsigned char)*word)))
			add_name(opt, name, len, true, out);
	}
}

/* Names that less goes through after the others, in its order, which is not that of our table. */
static const char *const last_names[] = {
	"hilite-target",
	"hilite-unread",
	"help",
	"old-bot",
	"follow-name",
	"use-backslash",
	"rscroll",
	"no-histdups",
	"mouse",
	"emouse",
	"rmouse",
	"wheel-lines",
	"save-marks",
	"line-num-width",
	"status-col-width",
	"incsearch",
	"use-color",
	"file-size",
	"status-line",
	"header",
	"no-paste",
	"form-feed",
	"past-eof",
	"no-edit-warn",
	"no-warn-edit",
	"no-number-headers",
	"no-search-headers",
	"no-search-header-lines",
	"no-search-header-columns",
	"redraw-on-quit",
	"search-options",
	"exit-follow-on-close",
	"no-vbell",
	"modelines",
	"intr",
	"wordwrap",
	"show-preproc-errors",
	"proc-backspace",
	"proc-tab",
	"proc-return",
	"match-shift",
	"autosave",
	"end-prompt",
};

static size_t rank(const char *name)
{
	size_t i = 0, n = sizeof(last_names) / sizeof(last_names[0]);

	while (i < n && strcasecmp(last_names[i], name) != 0)
		i++;
	return i < n ? i + 1 : 0;
}

/* Insertion keeps the order of the table where ranks are equal. */
static void sort(struct tl_words *list)
{
	for (size_t i = 1; i < list->n; i++) {
		char *word = list->words[i];
		size_t k = i;

		for (; k > 0 && rank(list->words[k - 1]) > rank(word); k--)
			list->words[k] = list->words[k - 1];
		list->words[k] = word;
	}
}

/* What can only be set at the start is not offered; but it is a name. */
static bool offered(const struct tl_option *opt)
{
	return !(opt->flags & TL_OPT_FIXED) || !strcmp(opt->name, "use-backslash");
}

/*
 * The names that begin with the n bytes at `word`, in less's order.  What abbreviates names of
 * less's options does not stand for our own.
 */
static void find(const char *word, size_t n, bool all, struct tl_words *out)
{
	for (int own = 0; own < 2 && out->n == 0; own++)
		for (const struct tl_option *opt = tl_option_table(); opt->name; opt++)
			if (!(opt->flags & TL_OPT_OWN) == !own && (all || offered(opt)))
				add_names(opt, word, n, out);
	sort(out);
}

static void find_offered(const char *word, size_t n, struct tl_words *out)
{
	find(word, n, false, out);
}

static const struct tl_completer names = { find_offered, NULL, true };

/* ---- typing one */

static struct {
	bool found;     /* what was typed can mean one option only */
	char typed[64]; /* that, before the name was put there */
	bool (*first)(struct tl_app *app, unsigned key);
} asked;

/*
 * A name of less's stands there, and goes on otherwise than what is typed: that can still be one of
 * our own options.
 */
static void type_on(struct tl_app *app, unsigned key)
{
	size_t n = strlen(asked.typed);
	char text[sizeof(asked.typed)];

	if (key <= ' ' || key >= 0x7f || n + 1 >= sizeof(text))
		return;
	memcpy(text, asked.typed, n);
	text[n] = (char)key;
	text[n + 1] = '\0';
	if (strncmp(tl_lineedit_text(&app->line), text, n + 1) == 0) {
		memcpy(asked.typed, text, n + 2);
		return;
	}
	for (const struct tl_option *opt = tl_option_table(); opt->name; opt++)
		if ((opt->flags & TL_OPT_OWN) && strncmp(opt->name, text, n + 1) == 0) {
			tl_lineedit_set(&app->line, text);
			asked.found = false;
			return;
		}
}

/* Once the name is complete nothing is added to it any more. */
static bool name_key(struct tl_app *app, unsigned key)
{
	bool ready = tl_lineedit_ready(&app->line);

	if (ready && *tl_lineedit_text(&app->line) == '\0' && asked.first(app, key))
		return true;
	if (key == '=' && ready) {
		tl_app_line_end(app);
		return true;
	}
	if (!asked.found || key == '\t' || key == '\r' || key == '\n')
		return false;
	if ((int)key == app->tty.erase || (int)key == app->tty.kill)
		tl_app_line_cancel(app);
	else
		type_on(app, key);
	return true;
}

static void name_changed(struct tl_app *app)
{
	const char *typed = tl_lineedit_text(&app->line);
	size_t n = strlen(typed);
	struct tl_words all = { NULL, 0 };
	enum tl_opt_found how;
	bool upper, was = asked.found;
	size_t i = 0;

	if (n == 0 || !tl_lineedit_ready(&app->line))
		return;
	snprintf(asked.typed, sizeof(asked.typed), "%s", typed);
	asked.found = tl_option_by_name(typed, n, &upper, &how) != NULL;
	find(typed, n, true, &all);
	if (asked.found && !was && all.n > 0) {
		while (i + 1 < all.n && strlen(all.words[i]) != n)
			i++;
		if (strlen(all.words[i]) != n) /* no name is as short as this */
			i = 0;
		tl_lineedit_set(&app->line, all.words[i]);
	} else if (!asked.found && all.n == 0) {
		tl_app_bell(app);
	}
	tl_words_fini(&all);
}

void tl_optionname_ask(struct tl_app *app, const char *prompt,
		       void (*done)(struct tl_app *app, const char *name),
		       bool (*first)(struct tl_app *app, unsigned key))
{
	asked.found = false;
	asked.first = first;
	tl_app_ask(app, prompt, NULL, done);
	app->line.completer = &names;
	app->line_key = name_key;
	app->line_changed = name_changed;
}
