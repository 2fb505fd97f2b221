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

static void put_commands(struct tl_buf *out)
{
	for (const struct tl_command *c = tl_command_table(); c->keys; c++) {
		if (!c->run) {
			tl_buf_puts(out, "\n  ");
			put_bold(out, c->name);
			tl_buf_puts(out, "\n\n");
		} else {
			tl_buf_printf(out, "  %-23s %s\n", c->keys, c->help);
		}
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

/* Only their names, in lines that fill the screen. */
static void put_ignored_options(struct tl_buf *out)
{
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
		if (col > 0 && col + len > WIDTH) {
			tl_buf_putc(out, '\n');
			col = 0;
		}
		tl_buf_puts(out, name);
		col += len;
	}
	tl_buf_putc(out, '\n');
}

bool tl_help_text(struct tl_buf *out)
{
	tl_buf_puts(out, "\n  ");
	put_bold(out, "COMMANDS");
	tl_buf_puts(out, "   (N: a number typed before the command; ^K is ctrl-K)\n\n");
	put_commands(out);
	tl_buf_puts(out, "\n  ");
	put_bold(out, "PATTERNS");
	tl_buf_puts(
	    out, "   are Perl regular expressions. Typed first after / ? &:\n\n"
		 "  ^N or !    lines that do NOT match      ^R    no regular expression: as it is\n"
		 "  ^E or *    on into the next files       ^F or @    from the first file on\n"
		 "  ^K         highlight, but stay here     ^W    wrap around at the end\n");
	tl_buf_puts(out, "\n  ");
	put_bold(out, "WHILE A SEARCH RUNS");
	tl_buf_puts(out, "   its progress is shown; moving works, ^C stops it.\n");
	tl_buf_puts(out, "\n  ");
	put_bold(out, "OPTIONS");
	tl_buf_puts(out, "   on the command line, in LESS and TLESS, or with the - command\n\n");
	put_options(out);
	tl_buf_puts(out, "\n  Accepted for the sake of scripts made for less, without effect:\n\n");
	put_ignored_options(out);
	tl_buf_puts(out, "\n  ");
	put_bold(out, "LINE EDITING");
	tl_buf_puts(
	    out,
	    "   arrows, Home, End move; ^W erases a word, ^U the line; ^V\n"
	    "  quotes a key; up and down recall lines that begin alike; TAB completes names\n");
	return tl_buf_puts(out, "\n");
}
