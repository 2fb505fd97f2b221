/*
 * diff.c: see diff.h.  Compared is what one sees: text, underline and reverse of every cell,
 * bold (and colour where asked) of cells that are not blank.
 */
#include "tests/pty/diff.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_WORDS 16

const char *diff_less(void)
{
	const char *path = getenv("DIFF_LESS");

	if (!path || !*path)
		path = "/usr/bin/less";
	return access(path, X_OK) == 0 && !pager_is_less() ? path : NULL;
}

bool diff_less_is_new(void)
{
	char command[4200];
	int version = 0;
	FILE *out;

	snprintf(command, sizeof(command), "'%s' --version", diff_less());
	out = popen(command, "r");
	if (out && fscanf(out, "less %d", &version) != 1)
		version = 0;
	if (out)
		pclose(out);
	return version >= 700;
}

static bool same_cell(const struct term_cell *a, const struct term_cell *b, bool colors)
{
	bool blank = strcmp(a->text, " ") == 0;

	if (strcmp(a->text, b->text) != 0 || a->underline != b->underline ||
	    a->reverse != b->reverse)
		return false;
	if (colors && a->bg != b->bg)
		return false;
	return blank || (a->bold == b->bold && (!colors || a->fg == b->fg));
}

bool diff_wide_message(struct diff *d)
{
	int last = term_rows(d->own) - 1, edge = term_cols(d->own) - 1;
	const char *text = term_row(d->own, last);
	size_t len = strlen(text);

	return last > 0 && len > 0 && text[len - 1] == ')' &&
	       term_cell(d->own, last - 1, edge).reverse &&
	       term_cell(d->less, last - 1, edge).reverse;
}

/* The end of a wide message, reverse to the edge where the terminal scrolled in reverse. */
static void drop_reverse_end(struct diff *d, int y, int x, struct term_cell *less)
{
	if (y == term_rows(d->own) - 1 && diff_wide_message(d) &&
	    (size_t)x >= strlen(term_row(d->own, y)))
		less->reverse = false;
}

/* Columns that a line number takes, 0: none.  They are bold only in a newer less. */
static int number_columns(struct term *t, int y)
{
	int x = 0;

	while (x < 8 && strcmp(term_cell(t, y, x).text, " ") == 0)
		x++;
	while (x < 8 && strchr("0123456789", *term_cell(t, y, x).text))
		x++;
	return x == 7 ? x : 0;
}

/*
 * A text that does not fill the screen stands at its top in an older less, until something else is
 * shown, and at its bottom in a newer one: by how many rows is it lower there?
 */
static int lower(struct diff *d)
{
	int less_y, own_y, x;

	term_cursor(d->less, &less_y, &x);
	term_cursor(d->own, &own_y, &x);
	if (own_y != term_rows(d->own) - 1 || less_y >= own_y)
		return 0;
	for (int y = 0; y < own_y - less_y; y++)
		if (*term_row(d->own, y))
			return 0;
	return own_y - less_y;
}

static bool row_differs(struct diff *d, int y)
{
	int down = lower(d), less_y = y - down, number;

	if (less_y < 0)
		return false; /* blank, as lower() has seen */
	number = number_columns(d->less, less_y);
	for (int x = 0; x < term_cols(d->own); x++) {
		struct term_cell a = term_cell(d->less, less_y, x);
		struct term_cell b = term_cell(d->own, y, x);

		drop_reverse_end(d, y, x, &a);
		if (x < number)
			a.bold = b.bold;
		if (!same_cell(&a, &b, d->colors))
			return true;
	}
	return false;
}

/* The first row that differs, or -1. */
static int first_difference(struct diff *d)
{
	for (int y = 0; y < term_rows(d->own); y++)
		if (row_differs(d, y))
			return y;
	return -1;
}

static bool same(struct term *t, void *arg)
{
	return first_difference(arg) < 0;
}

/* A row and, where it has attributes, its marks. */
static void print_row(const char *who, struct term *t, int y)
{
	struct tl_buf dump = TL_BUF_INIT;
	char *line, *rest;

	term_dump(t, &dump);
	rest = (char *)(uintptr_t)tl_buf_str(&dump);
	for (int row = -1; (line = strsep(&rest, "\n"));) {
		row += *line == '|';
		if (row == y && (*line == '|' || *line == '~'))
			fprintf(stderr, "  %-5s %s\n", who, line);
	}
	tl_buf_fini(&dump);
}

/* Messages that say the same, if in other words. */
static const struct {
	const char *less, *own;
} same_messages[] = {
	{ "Pattern not found", "Pattern not found" }, /* and which */
	{ "Invalid pattern", "" },                    /* and why */
	{ "less ", "tless " },                        /* V */
};

static bool same_bottom(struct diff *d)
{
	int last = term_rows(d->own) - 1;
	const char *less = term_row(d->less, last), *own = term_row(d->own, last);

	for (size_t i = 0; i < sizeof(same_messages) / sizeof(same_messages[0]); i++)
		if (strncmp(less, same_messages[i].less, strlen(same_messages[i].less)) == 0 &&
		    strncmp(own, same_messages[i].own, strlen(same_messages[i].own)) == 0)
			return true;
	return false;
}

static void complain(struct diff *d, const char *what)
{
	fprintf(stderr, "DIFF less %s, typed %s%s%s\n", d->args, tl_buf_str(&d->typed),
		*what ? ": " : "", what);
	d->differs = true;
}

/* Wait until both wait for a key.  False: they do not. */
static bool settle(struct diff *d)
{
	bool less = term_wait_idle(d->less, TIMEOUT_MS), own = term_wait_idle(d->own, TIMEOUT_MS);

	if (less && own)
		return true;
	d->ended = !term_pid(d->less) && !term_pid(d->own);
	if (!d->ended) {
		complain(d, !term_pid(d->less)  ? "only less ended"
			    : !term_pid(d->own) ? "the pager ended"
			    : less              ? "the pager is not idle"
						: "less is not idle");
		term_print(d->less, stderr);
		term_print(d->own, stderr);
	} else if (term_exit_status(d->less) != term_exit_status(d->own)) {
		complain(d, "exit status differs");
	}
	return false;
}

static void compare(struct diff *d, const char *keys)
{
	int y, shown = 0;

	tl_buf_puts(&d->typed, keys);
	tl_buf_puts(&d->typed, " ");
	if (!settle(d))
		return;
	/* A screen may be completed (line numbers) when the pager already takes keys. */
	if (term_wait(d->own, same, d, d->prompt_differs ? 20 : 300))
		return;
	y = first_difference(d);
	if (y == term_rows(d->own) - 1 && (d->prompt_differs || same_bottom(d)))
		return;
	complain(d, "");
	if (y == term_rows(d->own) - 1) {
		d->prompt_differs = true;
		d->differs = false;
	}
	for (; y < term_rows(d->own) && shown < 3; y++) {
		if (!row_differs(d, y))
			continue;
		shown++;
		fprintf(stderr, " row %d\n", y);
		print_row("less", d->less, y);
		print_row("tless", d->own, y);
	}
}

void diff_open(struct diff *d, struct fixture *f, const char *args)
{
	const char *words[MAX_WORDS + 1] = { NULL };
	char copy[512], *rest = copy, *word;
	int n = 0;

	memset(d, 0, sizeof(*d));
	d->f = f;
	d->args = args;
	snprintf(copy, sizeof(copy), "%s", args);
	while ((word = strsep(&rest, " ")) && n < MAX_WORDS)
		words[n++] = word;
	d->less = fixture_run(f, diff_less(), words);
	d->own = fixture_run(f, pager_path(), words);
	compare(d, "");
}

void diff_close(struct diff *d)
{
	term_close(d->less);
	term_close(d->own);
	d->f->nterms -= 2;
	tl_buf_fini(&d->typed);
}

bool diff_keys(struct diff *d, const char *keys)
{
	if (d->differs || d->ended)
		return false;
	term_keys(d->less, keys);
	term_keys(d->own, keys);
	compare(d, keys);
	return !d->differs && !d->ended;
}
