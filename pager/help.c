/* help.c: the help screen and --help, from the tables of commands and options. */
#include "pager/app.h"

#include <ctype.h>
#include <stdio.h>
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

static void put_option(struct tl_buf *out, const struct tl_option *opt)
{
	char names[160], letters[16] = "";
	const char *value = "";
	size_t len = strcspn(opt->name, "|");

	if (opt->kind == TL_OPT_NUMBER)
		value = "=N";
	else if (tl_option_needs_value(opt))
		value = "=TEXT";
	if (opt->letter && opt->kind == TL_OPT_TRIPLE)
		snprintf(letters, sizeof(letters), "-%c -%c", opt->letter,
			 toupper((unsigned char)opt->letter));
	else if (opt->letter)
		snprintf(letters, sizeof(letters), "-%c", opt->letter);
	snprintf(names, sizeof(names), "--%.*s%s", (int)len, opt->name, value);
	tl_buf_printf(out, "  %-5s %-22s %s\n", letters, names, opt->help);
}

static void put_options(struct tl_buf *out)
{
	for (const struct tl_option *opt = tl_option_table(); opt->name; opt++)
		if (!(opt->flags & TL_OPT_IGNORED))
			put_option(out, opt);
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
			tl_buf_puts(out, "\n  Accepted for the sake of scripts made for less, "
					 "without effect:\n\n");
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
	{ "^N  !", "Lines that do NOT match." },
	{ "^E  *", "On into the next files, behind the end of this one." },
	{ "^F  @", "From the first file (for ?: the last one) on." },
	{ "^K", "Highlight what matches, but stay here." },
	{ "^R", "No regular expression: the text as it is." },
	{ "^S n", "What the n-th (...) of the pattern matches." },
	{ "^W", "On from the other end if nothing is found." },
	{ "^L", "Take the next character as it is." },
	{ NULL, NULL },
};

static const struct row editing[] = {
	{ "LeftArrow  ESC-h", "One character to the left." },
	{ "RightArrow  ESC-l", "One character to the right." },
	{ "^LeftArrow  ESC-LeftArrow  ESC-b", "One word to the left." },
	{ "^RightArrow  ESC-RightArrow  ESC-w", "One word to the right." },
	{ "Home  ESC-0", "To the beginning." },
	{ "End  ESC-$", "To the end." },
	{ "Backspace", "Erase the character before the cursor." },
	{ "Delete  ESC-x", "Erase the character under the cursor." },
	{ "^Backspace  ESC-Backspace", "Erase the word before the cursor." },
	{ "^Delete  ESC-Delete  ESC-X", "Erase the word under the cursor." },
	{ "^U", "Erase the line." },
	{ "UpArrow  ESC-k", "The line before, of those alike." },
	{ "DownArrow  ESC-j", "The line after it." },
	{ "TAB", "Complete a name; again: the next one." },
	{ "backTAB  ESC-TAB  ^O", "The previous one." },
	{ "^L", "All names that fit." },
	{ "^V  ^A", "Take the next key as it is." },
	{ "^G  ^C", "Give up." },
	{ NULL, NULL },
};

static const struct row more[] = {
	{ "Mouse", "With --mouse the wheel scrolls, the left button sets the mark #," },
	{ "", "and the others return to it; --emouse says more." },
	{ "Keys", "~/.config/lesskey or ~/.lesskey says more of them: \"x forw-line\"." },
	{ "Variables", "LESS and TLESS have options; the manual lists the others." },
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
	put_heading(out, "PATTERNS", "are regular expressions.  Typed first behind / ? &:");
	put_rows(out, patterns, 23);
	put_heading(out, "WHILE A SEARCH RUNS",
		    "its progress is shown; moving works, ^C stops it.");
	put_heading(out, "OPTIONS", "on the command line, in LESS and TLESS, or with - and --");
	put_options(out);
	put_ignored_options(out);
	put_heading(out, "LINE EDITING", "where a pattern, a name or a command is typed");
	put_rows(out, editing, 36);
	put_heading(out, "MORE", "");
	put_rows(out, more, 10);
	return tl_buf_puts(out, "");
}
