/* help.c: the help screen and --help, from the tables of commands and options. */
#include "pager/app.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 79 /* of the text: what every terminal has */

/* Bold, as a typewriter makes it: the view shows it so. */
static void put_bold(struct tl_buf *out, const char *s)
{
	for (; *s; s++)
		tl_buf_printf(out, "%c\b%c", *s, *s);
}

static void put_heading(struct tl_buf *out, const char *heading, const char *behind)
{
	tl_buf_puts(out, "\n  ");
	put_bold(out, heading);
	tl_buf_printf(out, "%s%s\n\n", *behind ? "   " : "", behind);
}

static void put_commands(struct tl_buf *out)
{
	for (const struct tl_command *c = tl_command_table(); c->keys; c++) {
		if (c->run)
			tl_buf_printf(out, "  %-23s %s\n", c->keys, c->help);
		else
			put_heading(out, c->name, "");
	}
}

static const char *value_of(const struct tl_option *opt)
{
	bool digits = opt->chars && *opt->chars == '0';

	if (opt->kind == TL_OPT_NUMBER)
		return "=N";
	if (!tl_option_needs_value(opt))
		return "";
	return !digits ? "=TEXT" : strchr(opt->chars, ',') ? "=N,N..." : "=N";
}

#define NAME_COLS 22

static void put_option(struct tl_buf *out, const struct tl_option *opt)
{
	char names[160], letters[16] = "";
	size_t len = strcspn(opt->name, "|");
	int width;

	if (opt->letter && opt->kind == TL_OPT_TRIPLE)
		snprintf(letters, sizeof(letters), "-%c -%c", opt->letter,
			 toupper((unsigned char)opt->letter));
	else if (opt->letter)
		snprintf(letters, sizeof(letters), "-%c", opt->letter);
	width = snprintf(names, sizeof(names), "--%.*s%s", (int)len, opt->name, value_of(opt));
	tl_buf_printf(out, "  %-5s %-*s", letters, NAME_COLS, names);
	if (width > NAME_COLS)
		tl_buf_printf(out, "\n  %-5s %-*s", "", NAME_COLS, "");
	tl_buf_printf(out, " %s\n", opt->help);
}

/* Options are shown in three parts. */
enum part { LETTERS, NAMES, OWN };

static enum part part_of(const struct tl_option *opt)
{
	return opt->flags & TL_OPT_OWN ? OWN : opt->letter ? LETTERS : NAMES;
}

static int by_name(const void *a, const void *b)
{
	const struct tl_option *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* The table has an order of its own, that of completion. */
static void put_options(struct tl_buf *out, enum part part)
{
	const struct tl_option *sorted[200];
	size_t n = 0;

	for (const struct tl_option *opt = tl_option_table(); opt->name; opt++)
		if (!(opt->flags & TL_OPT_IGNORED) && part_of(opt) == part &&
		    n < sizeof(sorted) / sizeof(sorted[0]))
			sorted[n++] = opt;
	if (part != LETTERS)
		qsort(sorted, n, sizeof(sorted[0]), by_name);
	for (size_t i = 0; i < n; i++)
		put_option(out, sorted[i]);
}

/* Of those without effect only the names, in lines that fill the screen. */
static void put_ignored_options(struct tl_buf *out)
{
	size_t before = out->len;
	unsigned col = 0;

	for (const struct tl_option *opt = tl_option_table(); opt->name; opt++) {
		char name[80];
		unsigned len;

		if (!(opt->flags & TL_OPT_IGNORED))
			continue;
		if (opt->letter)
			len = (unsigned)snprintf(name, sizeof(name), "  -%c", opt->letter);
		else
			len = (unsigned)snprintf(name, sizeof(name), "  --%.*s",
						 (int)strcspn(opt->name, "|"), opt->name);
		if (out->len == before)
			tl_buf_puts(out, "\n  Known from less, accepted, without effect:\n\n");
		if (col > 0 && col + len > WIDTH) {
			tl_buf_putc(out, '\n');
			col = 0;
		}
		tl_buf_puts(out, name);
		col += len;
	}
	if (out->len > before)
		tl_buf_putc(out, '\n');
}

/* What the tables of commands and options do not have; rows without keys go on with the last one. */
struct row {
	const char *keys, *help;
};

static const struct row patterns[] = {
	{ "^N !", "Lines that do NOT match." },
	{ "^E *", "On into the next files if nothing is found." },
	{ "^F @", "Begin in the first file (for ?: the last one)." },
	{ "^K", "Highlight what matches, but stay here." },
	{ "^R", "The pattern is plain text, no regular expression." },
	{ "^S n", "Only where the n-th (...) of the pattern matches." },
	{ "^W", "On from the other end if nothing is found." },
	{ "^L", "The next character is part of the pattern." },
	{ NULL, NULL },
};

static const struct row editing[] = {
	{ "LeftArrow ESC-h", "One character to the left." },
	{ "RightArrow ESC-l", "One character to the right." },
	{ "^LeftArrow ESC-LeftArrow ESC-b", "One word to the left." },
	{ "^RightArrow ESC-RightArrow ESC-w", "One word to the right." },
	{ "Home ESC-0", "To the beginning." },
	{ "End ESC-$", "To the end." },
	{ "Backspace", "Erase the character before the cursor." },
	{ "Delete ESC-x", "Erase the character under the cursor." },
	{ "^Backspace ESC-Backspace", "Erase the word before the cursor." },
	{ "^Delete ESC-Delete ESC-X", "Erase the word under the cursor." },
	{ "^U", "Erase the line." },
	{ "UpArrow ESC-k", "An earlier line that begins like this one." },
	{ "DownArrow ESC-j", "A later one." },
	{ "TAB", "Complete a name; again: the next that fits." },
	{ "backTAB ESC-TAB ^O", "Likewise, the previous one." },
	{ "^L", "Put all names there that fit." },
	{ "^V ^A", "Take the next key as it is." },
	{ "^G ^C", "Give up." },
	{ NULL, NULL },
};

static const struct row rest[] = {
	{ "Searching", "While a search runs, ^C stops it, and you can move about: then it" },
	{ "", "says what it has found, and n goes there." },
	{ "Mouse", "With --mouse the wheel scrolls, the left button sets the mark #," },
	{ "", "and the others return to it; --emouse says what else they do." },
	{ "Keys", "~/.config/lesskey or ~/.lesskey binds keys, as in \"x forw-line\"." },
	{ "Options", "LESS, and then TLESS, has options for every call." },
	{ "Manual", "tless(1) says more about all of these." },
	{ NULL, NULL },
};

static void put_rows(struct tl_buf *out, const struct row *rows, int width)
{
	for (; rows->keys; rows++)
		tl_buf_printf(out, "  %-*s %s\n", width, rows->keys, rows->help);
}

bool tl_help_text(struct tl_buf *out)
{
	put_heading(out, "COMMANDS", "N is a number typed before the command; ^K is ctrl-K.");
	put_commands(out);
	put_heading(out, "PATTERNS", "are Perl's regular expressions.  Typed first, behind / ? &:");
	put_rows(out, patterns, 23);
	put_heading(out, "OPTIONS", "on the command line, in LESS and TLESS, or with - and --");
	put_options(out, LETTERS);
	tl_buf_putc(out, '\n');
	put_options(out, NAMES);
	put_heading(out, "OPTIONS", "that less does not have");
	put_options(out, OWN);
	put_ignored_options(out);
	put_heading(out, "LINE EDITING", "where a pattern, a name or a command is typed");
	put_rows(out, editing, 33);
	put_heading(out, "BESIDES", "");
	put_rows(out, rest, 10);
	return tl_buf_puts(out, "");
}
