/*
 * optionscan.c: options as callers write them.  Words of the command line and the variables are
 * read by one scanner, since less reads them alike: letters in a row, a value up to a `$`, -+ for
 * defaults, --names, and +commands.
 */
#include "pager/option.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scanner {
	struct tl_options *o;
	const char *s; /* what is left of the word, or of the variable */
	bool env;      /* it is a variable */
	bool reset;    /* behind -+ */
	tl_option_warn *warn;
	void *arg;
};

static void tell(struct scanner *in, const struct tl_err *err)
{
	in->warn(in->arg, err->msg);
}

static bool unsupported(const struct tl_options *o, const struct tl_option *opt)
{
	return o->unsupported && o->unsupported[opt - tl_option_table()];
}

static char *copy_value(const char *s, size_t n, bool backslash)
{
	char *value = strndup(s, n), *to = value;

	if (!value || !backslash)
		return value;
	for (const char *from = value; *from; from++) {
		if (*from == '\\' && from[1])
			from++;
		*to++ = *from;
	}
	*to = '\0';
	return value;
}

/* How long the text of a value is at s. */
static size_t value_length(const struct tl_options *o, const struct tl_option *opt, const char *s)
{
	size_t n = 0;

	if (opt->chars)
		return strspn(s, opt->chars);
	while (s[n] && s[n] != '$')
		n += 1 + (o->use_backslash && s[n] == '\\' && s[n + 1]);
	return n;
}

static void set_value(struct scanner *in, const struct tl_option *opt, const char *value)
{
	struct tl_err err = TL_ERR_INIT;

	if (!unsupported(in->o, opt) && !tl_option_set_value(in->o, opt, value, &err))
		tell(in, &err);
}

/* `name` is what messages call the option. */
static void take_text(struct scanner *in, const struct tl_option *opt, const char *name)
{
	struct tl_err err = TL_ERR_INIT;
	char *value;
	size_t n;

	in->s += strspn(in->s, " \t");
	if (*in->s == '\0') {
		tl_err_set(&err, "Value is required after %s", name);
		tell(in, &err);
		return;
	}
	n = value_length(in->o, opt, in->s);
	value = copy_value(in->s, n, in->o->use_backslash);
	in->s += n;
	if (value)
		set_value(in, opt, value);
	free(value);
}

static void take_number(struct scanner *in, const struct tl_option *opt, const char *name)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_options scratch = { 0 };

	if (!tl_option_take_number(unsupported(in->o, opt) ? &scratch : in->o, opt, &in->s, name,
				   &err))
		tell(in, &err);
}

/* The letter or name of an option was read. */
static void take_option(struct scanner *in, const struct tl_option *opt, bool upper,
			const char *name)
{
	if (tl_option_needs_value(opt)) { /* also behind -+: less takes one all the same */
		if (*in->s == '\0')
			in->o->pending = opt;
		else if (opt->kind == TL_OPT_NUMBER)
			take_number(in, opt, name);
		else
			take_text(in, opt, name);
		return;
	}
	if (unsupported(in->o, opt))
		return;
	if (opt->kind == TL_OPT_DO || in->reset)
		tl_option_set_int(in->o, opt, opt->initial);
	else /* to send everything to the terminal is not what a variable should decide */
		tl_option_set_int(
		    in->o, opt,
		    tl_option_flipped(opt, opt->initial, upper || (in->env && opt->letter == 'r')));
}

/* Nothing of the word is of use behind this. */
static void give_up(struct scanner *in, const struct tl_err *err)
{
	tell(in, err);
	in->s += strlen(in->s);
}

static void take_name(struct scanner *in)
{
	const char *name = in->s;
	size_t len = strcspn(name, "= \t");
	enum tl_opt_found how;
	bool upper = false;
	const struct tl_option *opt = tl_option_by_name(name, len, &upper, &how);
	struct tl_err err = TL_ERR_INIT;

	if (!opt) {
		tl_err_set(&err,
			   how == TL_OPT_AMBIGUOUS
			       ? "--%s is an ambiguous abbreviation (\"%s --help\" for help)"
			       : "There is no --%s option (\"%s --help\" for help)",
			   name, in->o->progname);
		give_up(in, &err);
		return;
	}
	if (name[len] == '=' && !tl_option_needs_value(opt)) {
		tl_err_set(&err, "The --%s option should not be followed by =", name);
		give_up(in, &err);
		return;
	}
	in->s = name + len + (name[len] == '=');
	take_option(in, opt, upper, name);
}

static void take_letter(struct scanner *in, char c)
{
	struct tl_err err = TL_ERR_INIT;
	bool upper = false;
	const struct tl_option *opt;
	char name[3] = { '-', c, '\0' };

	if (in->o->more && c == 'n') /* as more has it */
		c = 'z';
	opt = tl_option_by_letter(c, &upper);
	if (opt) {
		take_option(in, opt, upper, name);
		return;
	}
	tl_err_set(&err, "There is no -%c option (\"%s --help\" for help)", c, in->o->progname);
	give_up(in, &err);
}

static bool add_command(char ***list, size_t *n, const char *cmd, size_t len)
{
	char **more = realloc(*list, (*n + 1) * sizeof(**list));

	if (!more)
		return false;
	*list = more;
	more[*n] = strndup(cmd, len);
	if (!more[*n])
		return false;
	(*n)++;
	return true;
}

bool tl_options_first_search(struct tl_options *o, const char *pattern)
{
	size_t len = strlen(pattern);
	char *cmd = malloc(len + 2);
	bool ok;

	if (!cmd)
		return false;
	cmd[0] = '/';
	memcpy(cmd + 1, pattern, len + 1);
	ok = add_command(&o->first_commands, &o->nfirst, cmd, len + 1);
	free(cmd);
	return ok;
}

void tl_options_every_command(struct tl_options *o, const char *cmd)
{
	for (size_t i = 0; i < o->nevery; i++)
		free(o->every_commands[i]);
	free(o->every_commands);
	o->every_commands = NULL;
	o->nevery = 0;
	if (*cmd)
		add_command(&o->every_commands, &o->nevery, cmd, strlen(cmd));
}

/* +cmd: for the first file; ++cmd: for every one. */
static void take_command(struct scanner *in)
{
	bool every = *in->s == '+';
	const char *cmd = in->s + every;
	size_t len = strcspn(cmd, "$");

	in->s = cmd + len;
	if (!every) {
		add_command(&in->o->first_commands, &in->o->nfirst, cmd, len);
		return;
	}
	tl_options_every_command(in->o, "");
	add_command(&in->o->every_commands, &in->o->nevery, cmd, len);
}

static void take_item(struct scanner *in)
{
	char c = *in->s++;

	if (c == ' ' || c == '\t' || c == '$')
		return;
	if (c == '+') {
		take_command(in);
	} else if (c == '-' && *in->s == '-') {
		in->s++;
		in->reset = *in->s == '+';
		in->s += in->reset;
		take_name(in);
	} else if (c == '-') {
		in->reset = *in->s == '+';
		in->s += in->reset;
	} else if (isdigit((unsigned char)c)) { /* -5 is -z5, -+5 too: there is a number to take */
		in->s--;
		take_letter(in, 'z');
	} else {
		take_letter(in, c);
	}
}

static void scan(struct scanner *in, const char *text)
{
	const struct tl_option *pending = in->o->pending;

	in->s = text;
	in->reset = false;
	in->o->pending = NULL;
	if (pending)
		set_value(in, pending, text);
	else
		while (*in->s && in->o->quit_now != 'V')
			take_item(in);
}

void tl_options_from_env(struct tl_options *o, const char *value, tl_option_warn *warn, void *arg)
{
	struct scanner in = { .o = o, .env = true, .warn = warn, .arg = arg };

	scan(&in, value);
}

static bool is_option(const char *word)
{
	return (*word == '+' || *word == '-') && word[1]; /* one alone is the name of a file */
}

int tl_options_from_args(struct tl_options *o, int argc, char **argv, bool names_end,
			 tl_option_warn *warn, void *arg)
{
	struct scanner in = { .o = o, .warn = warn, .arg = arg };
	struct tl_err err = TL_ERR_INIT;
	char name[64];
	int n = 0, i;

	for (i = 1; i < argc && o->quit_now != 'V'; i++) {
		char *word = argv[i];

		if (o->pending || (is_option(word) && strcmp(word, "--") != 0)) {
			scan(&in, word);
			continue;
		}
		if (strcmp(word, "--") == 0)
			i++;
		else if (!names_end) {
			argv[++n] = word;
			continue;
		}
		break;
	}
	for (; i < argc && o->quit_now != 'V'; i++)
		argv[++n] = argv[i];
	if (!o->pending || o->quit_now == 'V')
		return n;
	tl_err_set(&err, "Value is required after %s",
		   tl_option_describe(o->pending, name, sizeof(name)));
	tell(&in, &err);
	return -1;
}

/* ---- LESS_UNSUPPORT */

static const struct tl_option *next_listed(const char **p, bool *letters)
{
	enum tl_opt_found how;
	bool upper;
	size_t len;

	if (!*letters && !strncmp(*p, "--", 2)) {
		const char *name = *p + 2;

		len = strcspn(name, " ");
		*p = name + len;
		return tl_option_by_name(name, len, &upper, &how);
	}
	if (!*letters && **p == '-')
		++*p;
	*letters = true;
	return tl_option_by_letter(*(*p)++, &upper);
}

void tl_options_unsupport(struct tl_options *o, const char *list, tl_option_warn *warn, void *arg)
{
	const struct tl_option *table = tl_option_table(), *opt;
	bool letters = false;
	size_t n = 0;

	while (table[n].name)
		n++;
	free(o->unsupported);
	o->unsupported = calloc(n, 1);
	if (!o->unsupported)
		return;
	for (const char *p = list; *p;) {
		const char *from = p;

		if (*p == ' ') {
			p++;
			letters = false;
			continue;
		}
		opt = next_listed(&p, &letters);
		if (!opt) {
			struct tl_err err = TL_ERR_INIT;

			tl_err_set(&err, "invalid option in LESS_UNSUPPORT: %s", from);
			warn(arg, err.msg);
			return;
		}
		o->unsupported[opt - table] = 1;
	}
}
