/*
 * option.c: see option.h: finding options, setting them, and what `-` and `_` say.  The rows
 * themselves are in optiontable.c; optionscan.c reads the command line and the variables.
 */
#include "pager/option.h"

#include <ctype.h>
#include <limits.h>
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

unsigned tl_option_share(double fraction, unsigned whole)
{
	double share = fraction * whole;
	unsigned n = (unsigned)share;
	double rest = share - n;

	return n + (rest > 0.5 || (rest == 0.5 && n % 2 == 1));
}

void tl_options_init(struct tl_options *o)
{
	memset(o, 0, sizeof(*o));
	o->progname = "tless";
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
	for (int i = 0; i < 3; i++)
		free(o->end_prompt[i]);
	free_list(o->first_commands, o->nfirst);
	free_list(o->every_commands, o->nevery);
	free(o->unsupported);
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

/* How much of an option's name was typed, and which one. */
struct agreement {
	size_t len; /* of the name; 0: another name was typed */
	bool shouted;
};

/*
 * Does what was typed begin one of the names of an option?  As less has it, a name may also be
 * typed beginning with a capital letter, and then in any case: that means the capital letter of a
 * triple; and the other letters of a name that is written in capitals are taken as small ones.
 */
static bool begins(const char *name, size_t n, const char *typed, size_t len, bool shouted)
{
	if (len > n || (shouted && !isupper((unsigned char)*typed)))
		return false;
	for (size_t i = 0; i < len; i++) {
		char want = i > 0 ? (char)tolower((unsigned char)name[i]) : name[i];

		if (want != (shouted ? (char)tolower((unsigned char)typed[i]) : typed[i]))
			return false;
	}
	return true;
}

static struct agreement agree(const struct tl_option *opt, const char *typed, size_t len)
{
	struct agreement best = { 0, false };
	size_t n;

	for (const char *name = opt->name; *name && best.len != len; name += n) {
		name += *name == '|';
		n = strcspn(name, "|");
		for (int shouted = 0; shouted < 2; shouted++)
			if (best.len == 0 || n == len)
				if (begins(name, n, typed, len, shouted))
					best = (struct agreement){ n, shouted };
	}
	return best;
}

const struct tl_option *tl_option_by_name(const char *name, size_t len, bool *upper,
					  enum tl_opt_found *how)
{
	const struct tl_option *found = NULL;
	size_t nfound = 0;

	*how = TL_OPT_NONE;
	/* Less's options come before ours, so that its abbreviations stay what they are. */
	for (unsigned own = 0; own <= TL_OPT_OWN && nfound == 0; own += TL_OPT_OWN)
		for (const struct tl_option *opt = tl_option_table(); opt->name; opt++) {
			struct agreement a;

			if (len == 0 || (opt->flags & TL_OPT_OWN) != own)
				continue;
			a = agree(opt, name, len);
			if (a.len == 0)
				continue;
			if (nfound++ == 0 || a.len == len) {
				found = opt;
				*upper = a.shouted;
			}
			if (a.len == len) { /* a whole name wins over others that begin with it */
				*how = TL_OPT_WHOLE;
				return found;
			}
		}
	if (nfound > 0)
		*how = nfound == 1 ? TL_OPT_PREFIX : TL_OPT_AMBIGUOUS;
	return nfound == 1 ? found : NULL;
}

const char *tl_option_describe(const struct tl_option *opt, char *out, size_t size)
{
	int len = (int)strcspn(opt->name, "|");

	if (opt->letter)
		snprintf(out, size, "-%c (--%.*s)", opt->letter, len, opt->name);
	else
		snprintf(out, size, "--%.*s", len, opt->name);
	return out;
}

/* ---- setting */

void tl_option_set_int(struct tl_options *o, const struct tl_option *opt, int value)
{
	*int_at(o, opt) = value;
	if (opt->changed)
		opt->changed(o);
}

int tl_options_quit_at_eof(const struct tl_options *o)
{
	if (o->more)
		return o->quit_at_eof ? 2 : 1;
	return o->quit_at_eof;
}

int tl_option_flipped(const struct tl_option *opt, int now, bool upper)
{
	int want = upper ? 2 : 1;

	if (opt->sets)
		return opt->sets;
	if (opt->kind == TL_OPT_BOOL)
		return !now;
	return now == want ? 0 : want;
}

bool tl_option_parse_number(const char **text, const char *what, bool negative_ok, int *n,
			    struct tl_err *err)
{
	const char *s = *text + strspn(*text, " \t");
	bool negative = *s == '-';
	long long value = 0;

	if (!isdigit((unsigned char)s[negative]))
		return tl_err_set(err, "Number is required after %s", what);
	for (s += negative; isdigit((unsigned char)*s); s++)
		if (value <= INT_MAX)
			value = value * 10 + (*s - '0');
	*text = s;
	if (value > INT_MAX)
		return tl_err_set(err, "Number too large in %s", what);
	if (negative && !negative_ok)
		return tl_err_set(err, "Negative number not allowed in %s", what);
	*n = (int)(negative ? -value : value);
	return true;
}

bool tl_option_take_number(struct tl_options *o, const struct tl_option *opt, const char **text,
			   const char *what, struct tl_err *err)
{
	char name[64];
	int n;

	if (!what)
		what = tl_option_describe(opt, name, sizeof(name));
	if (!tl_option_parse_number(text, what, opt->flags & TL_OPT_NEGATIVE, &n, err))
		return false;
	if (opt->most > 0 && n > opt->most)
		return tl_err_set(err, "%.*s must not be larger than %d",
				  (int)strcspn(opt->says[0], ":"), opt->says[0], opt->most);
	*int_at(o, opt) = n;
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

bool tl_option_set_value(struct tl_options *o, const struct tl_option *opt, const char *text,
			 struct tl_err *err)
{
	if (opt->kind == TL_OPT_NUMBER)
		return tl_option_take_number(o, opt, &text, NULL, err);
	if (opt->parse)
		return opt->parse(o, text, err);
	return set_text(text_at(o, opt), text, err);
}

static void reset(struct tl_options *o, const struct tl_option *opt)
{
	if (is_flag(opt) || opt->kind == TL_OPT_NUMBER) {
		tl_option_set_int(o, opt, opt->initial);
	} else if (opt->parse) {
		opt->parse(o, "", NULL);
	} else if (opt->kind == TL_OPT_STRING) {
		free(*text_at(o, opt));
		*text_at(o, opt) = NULL;
	}
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
		if (opt->print) {
			opt->print(o, say, size);
			return;
		}
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

/* Why can it not be changed in this way, or told?  NULL: it can. */
static const char *refusal(const struct tl_option *opt, enum tl_opt_action action)
{
	bool other_than_toggle = action == TL_OPT_RESET || action == TL_OPT_UNSET;

	if (action == TL_OPT_ASK && (opt->flags & TL_OPT_NO_QUERY))
		return "Cannot query the %s option";
	if (action == TL_OPT_TOGGLE && (opt->flags & TL_OPT_FIXED))
		return "Cannot change the %s option";
	if (opt->kind == TL_OPT_STRING && other_than_toggle &&
	    (action == TL_OPT_UNSET || !(opt->flags & TL_OPT_OWN)))
		return "Cannot use \"-+\" or \"-!\" for a string option";
	if (opt->kind == TL_OPT_NUMBER && action == TL_OPT_UNSET)
		return "Can't use \"-!\" for a numeric option";
	return NULL;
}

/* A number that is none changes nothing; of all else less tells how it is now, after the error too. */
static bool is_told_after(const struct tl_option *opt, const char *value)
{
	struct tl_err err;
	int n;

	return opt->kind == TL_OPT_STRING ||
	       (opt->most > 0 &&
		tl_option_parse_number(&value, "", opt->flags & TL_OPT_NEGATIVE, &n, &err));
}

bool tl_option_change(struct tl_options *o, const struct tl_option *opt, bool upper,
		      enum tl_opt_action action, const char *value, char *say, size_t size,
		      struct tl_err *err)
{
	const char *why = refusal(opt, action);
	bool ok = true;
	char name[64];

	*say = '\0';
	if (why)
		return tl_err_set(err, why, tl_option_describe(opt, name, sizeof(name)));
	if (action == TL_OPT_RESET && !opt->sets)
		reset(o, opt);
	else if (action == TL_OPT_TOGGLE && tl_option_needs_value(opt) && value && *value)
		ok = tl_option_set_value(o, opt, value, err);
	else if (action != TL_OPT_ASK && is_flag(opt))
		tl_option_set_int(
		    o, opt,
		    tl_option_flipped(opt, action == TL_OPT_TOGGLE ? *int_at(o, opt) : opt->initial,
				      upper));
	if ((ok || is_told_after(opt, value)) && !(opt->flags & TL_OPT_NO_QUERY))
		tell(o, opt, say, size);
	return ok;
}

bool tl_option_keep(const struct tl_options *o, const struct tl_option *opt,
		    struct tl_option_was *out)
{
	const char *text;

	*out = (struct tl_option_was){ .opt = opt };
	if (opt->kind != TL_OPT_STRING) {
		out->flag = *int_at((struct tl_options *)o, opt);
		return true;
	}
	text = *text_at((struct tl_options *)o, opt);
	out->text = text ? strdup(text) : NULL;
	return out->text || !text;
}

bool tl_option_is_as(const struct tl_options *o, const struct tl_option_was *was)
{
	const char *text;

	if (was->opt->kind != TL_OPT_STRING)
		return *int_at((struct tl_options *)o, was->opt) == was->flag;
	text = *text_at((struct tl_options *)o, was->opt);
	return text && was->text ? !strcmp(text, was->text) : text == was->text;
}

void tl_option_put_back(struct tl_options *o, struct tl_option_was *was)
{
	if (was->opt->kind == TL_OPT_STRING) {
		free(*text_at(o, was->opt));
		*text_at(o, was->opt) = was->text;
		was->text = NULL;
	} else {
		*int_at(o, was->opt) = was->flag;
	}
}

void tl_option_was_fini(struct tl_option_was *was)
{
	free(was->text);
	was->text = NULL;
}
