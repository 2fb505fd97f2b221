/*
 * option.c: see option.h; the rows themselves are in optiontable.c.  Words of the command line
 * and the variables are read by one scanner, since less reads them alike: letters in a row,
 * a value up to a `$`, -+ for defaults, --names, and +commands.
 */
#include "pager/option.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int *int_at(struct tl_options *o, const struct tl_option *opt)
{
	return (int *)((char *)o + opt->at);
}

static char **text_at(struct tl_options *o, const struct tl_option *opt)
{
	return (char **)((char *)o + opt->at);
}

static bool is_flag(const struct tl_option *opt)
{
	return opt->kind == TL_OPT_BOOL || opt->kind == TL_OPT_TRIPLE;
}

bool tl_option_needs_value(const struct tl_option *opt)
{
	return opt->kind == TL_OPT_NUMBER || opt->kind == TL_OPT_STRING;
}

void tl_options_init(struct tl_options *o)
{
	memset(o, 0, sizeof(*o));
	for (const struct tl_option *opt = tl_option_table(); opt->name; opt++)
		if (is_flag(opt) || opt->kind == TL_OPT_NUMBER)
			*int_at(o, opt) = opt->initial;
		else if (opt->parse)
			opt->parse(o, "", NULL);
}

static void free_list(char **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

void tl_options_fini(struct tl_options *o)
{
	for (const struct tl_option *opt = tl_option_table(); opt->name; opt++)
		if (opt->kind == TL_OPT_STRING && opt->at > 0)
			free(*text_at(o, opt));
	for (int i = 0; i < TL_NPROMPTS; i++)
		free(o->prompt[i]);
	free_list(o->first_commands, o->nfirst);
	free_list(o->every_commands, o->nevery);
	memset(o, 0, sizeof(*o));
}

/* ---- looking up */

const struct tl_option *tl_option_by_letter(char c, bool *upper)
{
	for (const struct tl_option *opt = tl_option_table(); opt->name; opt++) {
		if (opt->letter == 0)
			continue;
		*upper = opt->kind == TL_OPT_TRIPLE && toupper((unsigned char)opt->letter) == c;
		if (opt->letter == c || *upper)
			return opt;
	}
	return NULL;
}

enum agreement { AGREE_NOT, AGREE_PREFIX_OF_OURS, AGREE_PREFIX, AGREE_WHOLE };

/* How well does what was typed agree with one of an option's names?  What abbreviates one of
 * less's names in less does so here. */
static enum agreement agree(const struct tl_option *opt, const char *typed, size_t len,
			    bool shouted)
{
	enum agreement best = AGREE_NOT;
	size_t n;

	for (const char *name = opt->name; *name && best != AGREE_WHOLE; name += n) {
		name += *name == '|';
		n = strcspn(name, "|");
		if (len <= n &&
		    (shouted ? strncasecmp(name, typed, len) == 0 : strncmp(name, typed, len) == 0))
			best = len == n                  ? AGREE_WHOLE
			       : opt->flags & TL_OPT_OWN ? AGREE_PREFIX_OF_OURS
							 : AGREE_PREFIX;
	}
	return best;
}

const struct tl_option *tl_option_by_name(const char *name, size_t len, bool *upper,
					  struct tl_err *err)
{
	const struct tl_option *found = NULL;
	size_t nfound = 0;

	/* A whole name wins over others that begin with it. */
	for (int want = AGREE_WHOLE; want > AGREE_NOT && nfound == 0; want--)
		for (const struct tl_option *opt = tl_option_table(); opt->name; opt++) {
			bool shouted = opt->kind == TL_OPT_TRIPLE && isupper((unsigned char)*name);

			if (len == 0 || (int)agree(opt, name, len, shouted) != want)
				continue;
			found = opt;
			*upper = shouted;
			nfound++;
		}
	if (nfound == 1)
		return found;
	if (nfound > 1)
		tl_err_set(err, "--%.*s is an ambiguous abbreviation", (int)len, name);
	else
		tl_err_set(err, "There is no --%.*s option", (int)len, name);
	return NULL;
}

/* "-j (--jump-target)" */
static const char *describe(const struct tl_option *opt, char *out, size_t size)
{
	int len = (int)strcspn(opt->name, "|");

	if (opt->letter)
		snprintf(out, size, "-%c (--%.*s)", opt->letter, len, opt->name);
	else
		snprintf(out, size, "--%.*s", len, opt->name);
	return out;
}

/* ---- setting */

/* The value of a flag that is `now`, once its letter was given. */
static int other_value(const struct tl_option *opt, int now, bool upper)
{
	int want = upper ? 2 : 1;

	if (opt->kind == TL_OPT_BOOL)
		return !now;
	return now == want ? 0 : want;
}

static bool set_number(int *at, const struct tl_option *opt, const char *text, struct tl_err *err)
{
	char *end, name[64];
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < -1000000000L || n > 1000000000L)
		return tl_err_set(err, "Number is required after %s",
				  describe(opt, name, sizeof(name)));
	*at = (int)n;
	return true;
}

static bool set_text(char **at, const char *text, struct tl_err *err)
{
	char *copy = strdup(text);

	if (!copy)
		return tl_err_nomem(err);
	free(*at);
	*at = copy;
	return true;
}

static bool set_value(struct tl_options *o, const struct tl_option *opt, const char *text,
		      struct tl_err *err)
{
	if (opt->kind == TL_OPT_NUMBER)
		return set_number(int_at(o, opt), opt, text, err);
	if (opt->parse)
		return opt->parse(o, text, err);
	return set_text(text_at(o, opt), text, err);
}

static void reset(struct tl_options *o, const struct tl_option *opt)
{
	if (is_flag(opt) || opt->kind == TL_OPT_NUMBER) {
		*int_at(o, opt) = opt->initial;
	} else if (opt->parse) {
		opt->parse(o, "", NULL);
	} else if (opt->kind == TL_OPT_STRING) {
		free(*text_at(o, opt));
		*text_at(o, opt) = NULL;
	}
}

/* ---- the command line and the variables */

struct scanner {
	struct tl_options *o;
	const char *s; /* what is left of the word, or of the variable */
	char **words;  /* the words of the command line that follow; NULL: a variable */
	bool reset;    /* behind -+ */
};

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

/* The value of an option: a new string; NULL: none there, or no memory. */
static char *take_value(struct scanner *in, const struct tl_option *opt, struct tl_err *err)
{
	bool backslash = in->o->use_backslash && opt->kind == TL_OPT_STRING;
	char name[64], *value;
	size_t n;

	if (*in->s == '\0' && in->words && *in->words) {
		value = strdup(*in->words++);
		if (!value)
			tl_err_nomem(err);
		return value;
	}
	in->s += strspn(in->s, " \t");
	if (opt->kind == TL_OPT_NUMBER)
		n = (*in->s == '-') + strspn(in->s + (*in->s == '-'), "0123456789");
	else if (opt->chars)
		n = strspn(in->s, opt->chars);
	else
		for (n = 0; in->s[n] && in->s[n] != '$'; n++)
			if (backslash && in->s[n] == '\\' && in->s[n + 1])
				n++;
	if (*in->s == '\0' || (n == 0 && opt->chars)) {
		tl_err_set(err, "Value is required after %s", describe(opt, name, sizeof(name)));
		return NULL;
	}
	value = copy_value(in->s, n, backslash);
	if (!value)
		tl_err_nomem(err);
	in->s += n;
	return value;
}

static bool take_option(struct scanner *in, const struct tl_option *opt, bool upper,
			struct tl_err *err)
{
	char *value;
	bool ok;

	if (in->reset) {
		reset(in->o, opt);
		return true;
	}
	if (!tl_option_needs_value(opt)) {
		*int_at(in->o, opt) =
		    opt->kind == TL_OPT_DO ? opt->initial : other_value(opt, opt->initial, upper);
		return true;
	}
	value = take_value(in, opt, err);
	ok = value && set_value(in->o, opt, value, err);
	free(value);
	return ok;
}

static bool take_name(struct scanner *in, struct tl_err *err)
{
	size_t len = strcspn(in->s, "= \t$");
	bool upper;
	const struct tl_option *opt = tl_option_by_name(in->s, len, &upper, err);

	if (!opt)
		return false;
	in->s += len;
	if (*in->s == '=') {
		if (!tl_option_needs_value(opt))
			return tl_err_set(err, "The --%.*s option should not be followed by =",
					  (int)strcspn(opt->name, "|"), opt->name);
		in->s++;
	}
	return take_option(in, opt, upper, err);
}

static bool add_command(char ***list, size_t *n, const char *cmd, size_t len, struct tl_err *err)
{
	char **more = realloc(*list, (*n + 1) * sizeof(**list));

	if (!more)
		return tl_err_nomem(err);
	*list = more;
	more[*n] = strndup(cmd, len);
	if (!more[*n])
		return tl_err_nomem(err);
	(*n)++;
	return true;
}

void tl_options_every_command(struct tl_options *o, const char *cmd)
{
	free_list(o->every_commands, o->nevery);
	o->every_commands = NULL;
	o->nevery = 0;
	if (*cmd)
		add_command(&o->every_commands, &o->nevery, cmd, strlen(cmd), NULL);
}

/* +cmd: for the first file; ++cmd: for every one. */
static bool take_command(struct scanner *in, struct tl_err *err)
{
	bool every = *in->s == '+';
	const char *cmd = in->s + every;
	size_t len = strcspn(cmd, "$");

	in->s = cmd + len;
	if (every)
		return add_command(&in->o->every_commands, &in->o->nevery, cmd, len, err);
	return add_command(&in->o->first_commands, &in->o->nfirst, cmd, len, err);
}

static bool take_item(struct scanner *in, struct tl_err *err)
{
	const struct tl_option *opt;
	bool upper, name;
	char c = *in->s++;

	if (c == ' ' || c == '\t' || c == '$')
		return true;
	if (c == '+')
		return take_command(in, err);
	if (c == '-') {
		name = *in->s == '-';
		in->s += name;
		in->reset = *in->s == '+';
		in->s += in->reset;
		return !name || take_name(in, err);
	}
	if (isdigit((unsigned char)c)) { /* -5 is -z5, -+5 too: there is a number to take */
		c = 'z';
		in->s--;
		in->reset = false;
	}
	opt = tl_option_by_letter(c, &upper);
	if (!opt)
		return tl_err_set(err, "There is no -%c option", c);
	return take_option(in, opt, upper, err);
}

static void scan(struct scanner *in, const char *text, tl_option_warn *warn, void *arg)
{
	in->s = text;
	in->reset = false;
	while (*in->s) {
		struct tl_err err = TL_ERR_INIT;

		if (take_item(in, &err))
			continue;
		warn(arg, err.msg);
		/* What stands behind it may belong to it: go on with the next word. */
		in->s += strcspn(in->s, " \t$");
	}
}

void tl_options_from_env(struct tl_options *o, const char *value, tl_option_warn *warn, void *arg)
{
	struct scanner in = { .o = o };

	scan(&in, value, warn, arg);
}

int tl_options_from_args(struct tl_options *o, int argc, char **argv, tl_option_warn *warn,
			 void *arg)
{
	struct scanner in = { .o = o, .words = argc > 0 ? argv + 1 : argv };

	/* A lone - or + is a file. */
	while (*in.words && strchr("-+", **in.words) && (*in.words)[0] && (*in.words)[1]) {
		const char *word = *in.words++;

		if (!strcmp(word, "--"))
			break;
		scan(&in, word, warn, arg);
	}
	return (int)(in.words - argv);
}

/* ---- the - and _ commands */

static void tell(const struct tl_options *o, const struct tl_option *opt, char *say, size_t size)
{
	const char *const *says = opt->says;
	char number[16];
	const char *value = NULL;

	*say = '\0';
	switch (opt->kind) {
	case TL_OPT_BOOL:
	case TL_OPT_TRIPLE:
		value = says[*int_at((struct tl_options *)o, opt)];
		snprintf(say, size, "%s", value ? value : "");
		return;
	case TL_OPT_DO:
		snprintf(say, size, "%s", says[0]);
		return;
	case TL_OPT_NUMBER:
		snprintf(number, sizeof(number), "%d", *int_at((struct tl_options *)o, opt));
		value = number;
		break;
	case TL_OPT_STRING:
		if (opt->print) {
			opt->print(o, say, size);
			return;
		}
		value = *text_at((struct tl_options *)o, opt);
		if (!value && (opt->flags & TL_OPT_REOPEN))
			value = "(default)";
		break;
	}
	snprintf(say, size, "%s%s%s", says[1] ? says[1] : "", value ? value : "",
		 says[2] ? says[2] : "");
}

bool tl_option_change(struct tl_options *o, const struct tl_option *opt, bool upper,
		      enum tl_opt_action action, const char *value, char *say, size_t size,
		      struct tl_err *err)
{
	bool with_value = tl_option_needs_value(opt);
	char name[64];

	*say = '\0';
	if (action == TL_OPT_ASK && (opt->flags & TL_OPT_NO_QUERY))
		return tl_err_set(err, "Cannot query the %s option",
				  describe(opt, name, sizeof(name)));
	if (action != TL_OPT_ASK && (opt->flags & TL_OPT_FIXED))
		return tl_err_set(err, "Cannot change the %s option",
				  describe(opt, name, sizeof(name)));
	if (action == TL_OPT_UNSET && with_value)
		return tl_err_set(err, "Cannot use -! for an option with a value");
	if (action == TL_OPT_RESET)
		reset(o, opt);
	else if (action == TL_OPT_TOGGLE && with_value && value && *value) {
		if (!set_value(o, opt, value, err))
			return false;
	} else if (action != TL_OPT_ASK && is_flag(opt))
		*int_at(o, opt) = other_value(
		    opt, action == TL_OPT_TOGGLE ? *int_at(o, opt) : opt->initial, upper);
	tell(o, opt, say, size);
	return true;
}
