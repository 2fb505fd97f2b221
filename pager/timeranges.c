/* timeranges.c: see timeranges.h. */
#include "pager/timeranges.h"

#include <stdlib.h>
#include <string.h>

/* An end of a range that is a sign and a distance from the text's first or last time; false: it is none. */
static bool read_distance(const char *s, uint64_t first_ns, uint64_t last_ns, uint64_t *ns)
{
	const char *p = s + 1, *why;

	if ((*s != '+' && *s != '-') || !tl_time_read(&p, ns, &why) || *p)
		return false;
	if (*s == '-')
		*ns = last_ns > *ns ? last_ns - *ns : 0;
	else
		*ns = *ns < TL_TIME_NONE - first_ns ? first_ns + *ns : TL_TIME_NONE - 1;
	return true;
}

static bool read_end(const char *s, const struct tl_timeform *form, struct tl_time_ref ref,
		     uint64_t *ns, struct tl_err *err)
{
	if (read_distance(s, ref.first, ref.last, ns) || tl_timeform_parse(form, s, &ref, ns, err))
		return true;
	return tl_err_prefix(err, "--time: ");
}

/* The next of the words between separators; empty ones are given, too.  *rest is NULL behind the last. */
static char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, " "), *end = word + strcspn(word, ",");

	*rest = *end ? end + 1 : NULL;
	while (end > word && end[-1] == ' ')
		end--;
	*end = '\0';
	return word;
}

static bool parse_pair(char *from, char *to, const struct tl_timeform *form, uint64_t first_ns,
		       uint64_t last_ns, struct tl_timerange *r, struct tl_err *err)
{
	struct tl_time_ref ref = { .now = first_ns, .first = first_ns, .last = last_ns };

	*r = (struct tl_timerange){ .first = 0, .last = TL_TIME_NONE - 1 };
	r->from_start = !*from;
	r->to_end = !*to;
	if (*from && !read_end(from, form, ref, &r->first, err))
		return false;
	if (*from)
		ref.now = r->first;
	if (*to && !read_end(to, form, ref, &r->last, err))
		return false;
	if (r->last < r->first)
		return tl_err_set(err, "--time: '%s,%s' ends before it begins", from, to);
	return true;
}

static bool parse_pairs(char *text, const struct tl_timeform *form, uint64_t first_ns,
			uint64_t last_ns, struct tl_timerange *ranges, size_t *n,
			struct tl_err *err)
{
	char *rest = text;

	/* Times with a date have blanks in them. */
	for (char *p = text; form->clock == TL_CLOCK_PLAIN && *p; p++)
		if (*p == ' ' && p > text && p[-1] != ',' && p[1] && p[1] != ' ' && p[1] != ',')
			*p = ',';
	while (rest) {
		char *from = next_word(&rest);

		if (!rest)
			return tl_err_set(err, "--time: '%s' is not START,STOP", from);
		if (*n == TL_MAX_TIMERANGES)
			return tl_err_set(err, "--time: more than %d parts", TL_MAX_TIMERANGES);
		if (!parse_pair(from, next_word(&rest), form, first_ns, last_ns, &ranges[*n], err))
			return false;
		++*n;
	}
	return true;
}

static bool parse_slices(char *text, uint64_t first_ns, uint64_t last_ns,
			 struct tl_timerange *ranges, size_t *n, struct tl_err *err)
{
	bool only = !strchr(text, ',');
	char *rest = text;

	while (rest) {
		char *word = next_word(&rest);
		struct tl_timerange *r = &ranges[*n];
		const char *why;

		if (*n == TL_MAX_TIMERANGES)
			return tl_err_set(err, "--time: more than %d parts", TL_MAX_TIMERANGES);
		*r = (struct tl_timerange){ .first = 0 };
		if (!tl_time_parse_slice(word, strlen(word), only, first_ns, last_ns, &r->first,
					 &r->last, &why))
			return tl_err_set(err, "--time: '%s' %s", word, why);
		++*n;
	}
	return true;
}

static int by_first(const void *a, const void *b)
{
	const struct tl_timerange *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/* Sort, and join what overlaps. */
static void tidy(struct tl_timerange *ranges, size_t *n)
{
	size_t kept = 0;

	qsort(ranges, *n, sizeof(*ranges), by_first);
	for (size_t i = 0; i < *n; i++) {
		struct tl_timerange *last = kept > 0 ? &ranges[kept - 1] : NULL, *r = &ranges[i];

		if (!last || r->first > last->last) {
			ranges[kept++] = *r;
			continue;
		}
		last->from_start |= r->from_start;
		last->to_end |= r->to_end;
		if (r->last > last->last)
			last->last = r->last;
	}
	*n = kept;
}

bool tl_timeranges_parse(const char *text, const struct tl_timeform *form, uint64_t first_ns,
			 uint64_t last_ns, struct tl_timerange *ranges, size_t *n,
			 struct tl_err *err)
{
	char *copy = strdup(text);
	bool ok;

	*n = 0;
	if (!copy)
		return tl_err_nomem(err);
	ok = strchr(text, '%') ? parse_slices(copy, first_ns, last_ns, ranges, n, err)
			       : parse_pairs(copy, form, first_ns, last_ns, ranges, n, err);
	free(copy);
	tidy(ranges, n);
	return ok;
}
