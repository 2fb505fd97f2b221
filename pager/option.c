/* option.c: see option.h; the rows themselves are in optiontable.c. */
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

static void add_command(char ***list, size_t *n, const char *cmd)
{
	char **more = realloc(*list, (*n + 1) * sizeof(**list));

	if (!more)
		return;
	*list = more;
	more[*n] = strdup(cmd);
	if (more[*n])
		(*n)++;
}

void tl_options_init(struct tl_options *o)
{
	memset(o, 0, sizeof(*o));
	for (const struct tl_option *opt = tl_option_table(); opt->name; opt++)
		if (opt->kind == TL_OPT_BOOL || opt->kind == TL_OPT_TRIPLE ||
		    (opt->kind == TL_OPT_NUMBER && !opt->handle))
			*int_at(o, opt) = opt->initial;
	o->jump.row = 1;
	o->ntabs = 1;
	o->tabs[0] = 8;
}

static void free_list(char **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

void tl_options_fini(struct tl_options *o)
{
	free(o->pattern);
	for (int i = 0; i < TL_NPROMPTS; i++)
		free(o->prompt[i]);
	free(o->rscroll);
	free(o->index_dir);
	free(o->ignored_text);
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
		if (opt->letter == c) {
			*upper = false;
			return opt;
		}
		if (opt->kind == TL_OPT_TRIPLE && toupper((unsigned char)opt->letter) == c) {
			*upper = true;
			return opt;
		}
	}
	return NULL;
}

/* Compare `name` with one alternative of an option's names; how well do they agree? */
enum agreement { AGREE_NOT, AGREE_PREFIX, AGREE_WHOLE };

static enum agreement agree(const char *alt, size_t altlen, const char *name, size_t len)
{
	if (len > altlen || strncasecmp(alt, name, len) != 0)
		return AGREE_NOT;
	return len == altlen ? AGREE_WHOLE : AGREE_PREFIX;
}

const struct tl_option *tl_option_by_name(const char *name, size_t len, bool *upper,
					  struct tl_err *err)
{
	const struct tl_option *found = NULL;
	bool found_upper = false, ambiguous = false;
	/* Capital letters ask for the upper case one of a triple: --QUIT-AT-EOF. */
	bool shouted =
	    len > 1 && isupper((unsigned char)name[0]) && isupper((unsigned char)name[1]);

	for (const struct tl_option *opt = tl_option_table(); opt->name; opt++) {
		const char *alt = opt->name;
		bool second = false;

		while (*alt) {
			size_t altlen = strcspn(alt, "|");
			enum agreement how = agree(alt, altlen, name, len);
			bool up = second || (shouted && opt->kind == TL_OPT_TRIPLE);

			if (how == AGREE_WHOLE) {
				*upper = up;
				return opt;
			}
			if (how == AGREE_PREFIX) {
				ambiguous = found && (found != opt || found_upper != up);
				found = opt;
				found_upper = up;
				if (ambiguous)
					break;
			}
			alt += altlen + (alt[altlen] == '|');
			second = opt->kind == TL_OPT_TRIPLE;
		}
		if (ambiguous)
			break;
	}
	if (ambiguous) {
		tl_err_set(err, "--%.*s is an ambiguous abbreviation", (int)len, name);
		return NULL;
	}
	if (!found)
		tl_err_set(err, "There is no --%.*s option", (int)len, name);
	*upper = found_upper;
	return found;
}

bool tl_option_needs_value(const struct tl_option *opt)
{
	return opt->kind == TL_OPT_NUMBER || opt->kind == TL_OPT_STRING ||
	       (opt->kind == TL_OPT_DO && opt->handle && opt->says[0]);
}

/* ---- setting */

static bool set_text(struct tl_options *o, const struct tl_option *opt, const char *text,
		     struct tl_err *err)
{
	char *copy;

	if (opt->handle)
		return opt->handle(o, opt, text, NULL, 0, err);
	copy = strdup(text);
	if (!copy)
		return tl_err_nomem(err);
	free(*text_at(o, opt));
	*text_at(o, opt) = copy;
	return true;
}

static bool set_number(struct tl_options *o, const struct tl_option *opt, const char *text,
		       struct tl_err *err)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (opt->handle)
		return opt->handle(o, opt, text, NULL, 0, err);
	if (end == text || n < -1000000000L || n > 1000000000L)
		return tl_err_set(err, "Number is required after -%c (--%s)",
				  opt->letter ? opt->letter : '-', opt->name);
	*int_at(o, opt) = (int)n;
	return true;
}

static void set_flag(struct tl_options *o, const struct tl_option *opt, bool upper)
{
	if (opt->kind == TL_OPT_TRIPLE)
		*int_at(o, opt) = (opt->flags & TL_OPT_NEGATED) ? (upper ? 2 : 0) : upper ? 2 : 1;
	else
		*int_at(o, opt) = !(opt->flags & TL_OPT_NEGATED);
}

/* Back to the default; a handler takes the empty text as that. */
static void reset(struct tl_options *o, const struct tl_option *opt)
{
	if (opt->kind == TL_OPT_DO)
		return;
	if (opt->handle) {
		opt->handle(o, opt, "", NULL, 0, NULL);
	} else if (opt->kind == TL_OPT_STRING) {
		free(*text_at(o, opt));
		*text_at(o, opt) = NULL;
	} else {
		*int_at(o, opt) = opt->initial;
	}
}

/* ---- the command line and the environment */

/*
 * One source of option words.  In LESS a string ends at `$` or the end of the value, and a
 * number at the first character that cannot belong to it; on the command line a
 * string is the rest of the word or the next word.
 */
struct feed {
	bool env;
	const char *p;    /* rest of the word (or of the whole environment value) */
	char **next_word; /* command line: the words that follow; advanced when one is taken */
};

/* Take the value of an option as a new string. */
static char *take_value(struct feed *f, bool number)
{
	size_t n;
	char *value;

	if (*f->p == '\0' && !f->env && *f->next_word) {
		value = strdup(*f->next_word);
		f->next_word++;
		return value;
	}
	if (f->env)
		while (*f->p == ' ')
			f->p++;
	n = strlen(f->p);
	if (number) {
		n = strspn(f->p, "0123456789.,-");
		if (n == 0)
			n = strcspn(f->p, " $");
	} else if (f->env) {
		for (n = 0; f->p[n] && f->p[n] != '$'; n++)
			if (f->p[n] == '\\' && f->p[n + 1] == '$')
				n++;
	}
	value = strndup(f->p, n);
	f->p += n;
	if (f->env && *f->p == '$')
		f->p++;
	if (value && f->env) { /* \$ is a dollar sign */
		char *to = value;

		for (const char *from = value; *from; from++)
			if (from[0] != '\\' || from[1] != '$')
				*to++ = *from;
		*to = '\0';
	}
	return value;
}

static bool apply(struct tl_options *o, const struct tl_option *opt, bool upper, struct feed *f,
		  enum tl_opt_action how, struct tl_err *err)
{
	bool ok = true, number = opt->kind == TL_OPT_NUMBER;
	char *value;

	if (how == TL_OPT_RESET) {
		reset(o, opt);
		return true;
	}
	if (opt->kind == TL_OPT_DO && !tl_option_needs_value(opt))
		return opt->handle(o, opt, "", NULL, 0, err);
	if (!tl_option_needs_value(opt)) {
		if (how == TL_OPT_UNSET)
			*int_at(o, opt) = !opt->initial;
		else
			set_flag(o, opt, upper);
		return true;
	}
	if (*f->p == '\0' && (f->env || !*f->next_word))
		return tl_err_set(err, "Value is required after -%c (--%s)",
				  opt->letter ? opt->letter : '-', opt->name);
	value = take_value(f, number);
	if (!value)
		return tl_err_nomem(err);
	ok = number ? set_number(o, opt, value, err) : set_text(o, opt, value, err);
	free(value);
	return ok;
}

/* --name, --name=value, --name value. */
static bool parse_long(struct tl_options *o, struct feed *f, enum tl_opt_action how,
		       struct tl_err *err)
{
	size_t len = strcspn(f->p, f->env ? "= $" : "=");
	bool upper = false;
	const struct tl_option *opt = tl_option_by_name(f->p, len, &upper, err);

	if (!opt) {
		f->p += f->env ? strcspn(f->p, " $") : strlen(f->p);
		return false;
	}
	f->p += len;
	if (*f->p == '=') {
		f->p++;
		if (!tl_option_needs_value(opt))
			return tl_err_set(err, "The --%.*s option should not be followed by =",
					  (int)strcspn(opt->name, "|"), opt->name);
	}
	return apply(o, opt, upper, f, how, err);
}

/* A run of option letters. */
static bool parse_letters(struct tl_options *o, struct feed *f, enum tl_opt_action how,
			  struct tl_err *err)
{
	while (*f->p && *f->p != ' ') {
		bool upper = false;
		char c = *f->p;
		const struct tl_option *opt;

		if (c == '$' || (f->env && c == '-')) {
			f->p++;
			continue;
		}
		/* -Ps, -PM: the letter behind P tells which prompt. */
		opt = tl_option_by_letter(c, &upper);
		f->p++;
		if (!opt)
			return tl_err_set(err, "There is no -%c option", c);
		if (!apply(o, opt, upper, f, how, err))
			return false;
	}
	return true;
}

/* +cmd: for the first file; ++cmd: for every one. */
static void parse_plus(struct tl_options *o, const char *cmd)
{
	if (*cmd == '+')
		add_command(&o->every_commands, &o->nevery, cmd + 1);
	else
		add_command(&o->first_commands, &o->nfirst, *cmd ? cmd : "G");
}

void tl_options_from_env(struct tl_options *o, const char *value,
			 void (*warn)(void *arg, const char *message), void *arg)
{
	struct feed f = { .env = true, .p = value };

	while (*f.p) {
		struct tl_err err = TL_ERR_INIT;
		enum tl_opt_action how = TL_OPT_TOGGLE;
		bool ok = true, is_long = false;

		if (*f.p == ' ' || *f.p == '$') {
			f.p++;
			continue;
		}
		if (*f.p == '+') {
			char *cmd = strndup(f.p + 1, strcspn(f.p + 1, " $"));

			f.p += 1 + strcspn(f.p + 1, " $");
			if (cmd)
				parse_plus(o, cmd);
			free(cmd);
			continue;
		}
		if (*f.p == '-') {
			f.p++;
			if (*f.p == '-' && f.p[1] && f.p[1] != ' ') {
				is_long = true;
				f.p++;
			}
			if (*f.p == '+' || *f.p == '!') {
				how = *f.p == '+' ? TL_OPT_RESET : TL_OPT_UNSET;
				f.p++;
			}
		}
		ok = is_long ? parse_long(o, &f, how, &err) : parse_letters(o, &f, how, &err);
		if (!ok)
			warn(arg, err.msg);
	}
}

bool tl_options_from_args(struct tl_options *o, int argc, char **argv, int *first_file,
			  struct tl_err *err)
{
	char **word = argv + 1;

	while (*word) {
		const char *p = *word;
		struct feed f = { .env = false, .next_word = word + 1 };
		enum tl_opt_action how = TL_OPT_TOGGLE;

		if (*p == '+') {
			parse_plus(o, p + 1);
			word++;
			continue;
		}
		if (*p != '-' || p[1] == '\0')
			break;
		if (!strcmp(p, "--")) {
			word++;
			break;
		}
		p += p[1] == '-' ? 2 : 1;
		f.p = p;
		if (*f.p == '+' || *f.p == '!') {
			how = *f.p == '+' ? TL_OPT_RESET : TL_OPT_UNSET;
			f.p++;
		}
		if (p == *word + 2 ? !parse_long(o, &f, how, err) : !parse_letters(o, &f, how, err))
			return false;
		word = f.next_word;
	}
	*first_file = (int)(word - argv);
	return true;
}

/* ---- the - and _ commands */

bool tl_option_change(struct tl_options *o, const struct tl_option *opt, bool upper,
		      enum tl_opt_action action, const char *value, char *say, size_t size,
		      struct tl_err *err)
{
	int *v;

	*say = '\0';
	if (action != TL_OPT_ASK && (opt->flags & TL_OPT_FIXED))
		return tl_err_set(err, "Cannot change the -%c (--%.*s) option",
				  opt->letter ? opt->letter : '-', (int)strcspn(opt->name, "|"),
				  opt->name);
	if (tl_option_needs_value(opt)) {
		if (action == TL_OPT_RESET)
			reset(o, opt);
		else if (action != TL_OPT_ASK && value &&
			 !(opt->kind == TL_OPT_NUMBER ? set_number(o, opt, value, err)
						      : set_text(o, opt, value, err)))
			return false;
		if (opt->handle)
			return opt->handle(o, opt, NULL, say, size, err);
		if (opt->kind == TL_OPT_NUMBER)
			snprintf(say, size, "%s%d", opt->says[0] ? opt->says[0] : "",
				 *int_at(o, opt));
		else
			snprintf(say, size, "%s%s", opt->says[0] ? opt->says[0] : "",
				 *text_at(o, opt) ? *text_at(o, opt) : "");
		return true;
	}
	if (opt->kind == TL_OPT_DO)
		return opt->handle(o, opt, action == TL_OPT_ASK ? NULL : "", say, size, err);
	v = int_at(o, opt);
	switch (action) {
	case TL_OPT_TOGGLE:
		if (opt->kind == TL_OPT_TRIPLE) {
			int want = (opt->flags & TL_OPT_NEGATED) ? (upper ? 2 : 0) : upper ? 2 : 1;
			int other = (opt->flags & TL_OPT_NEGATED) ? 1 : 0;

			*v = *v == want ? other : want;
		} else {
			*v = !*v;
		}
		break;
	case TL_OPT_RESET:
		*v = opt->initial;
		break;
	case TL_OPT_UNSET:
		*v = !opt->initial;
		break;
	case TL_OPT_ASK:
		break;
	}
	snprintf(say, size, "%s", opt->says[*v] ? opt->says[*v] : "");
	return true;
}
