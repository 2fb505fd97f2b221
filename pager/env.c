/* env.c: see env.h. */
#include "pager/env.h"

#include <stdlib.h>
#include <string.h>

struct var {
	char *name, *value;
};

static struct {
	struct var *vars;
	size_t n;
} set[2]; /* by rank */

static struct var *find(enum tl_env_rank rank, const char *name)
{
	for (size_t i = 0; i < set[rank].n; i++)
		if (!strcmp(set[rank].vars[i].name, name))
			return &set[rank].vars[i];
	return NULL;
}

/* Is the name one of a list with commas? */
static bool listed(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (size_t n; *list; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		if (n == len && !strncmp(list, name, n))
			return true;
	}
	return false;
}

bool tl_env_no_config(void)
{
	const char *s = getenv("LESSNOCONFIG");

	return s && *s;
}

static bool hidden(const char *name)
{
	return tl_env_no_config() && strcmp(name, "TERM") != 0 &&
	       !listed(getenv("LESSNOCONFIG"), name);
}

const char *tl_env(const char *name)
{
	const struct var *v = find(TL_ENV_USER, name);
	const char *s = v || hidden(name) ? NULL : getenv(name);

	if (v)
		return v->value;
	if (s && *s)
		return s;
	v = find(TL_ENV_SYSTEM, name);
	return v ? v->value : NULL;
}

bool tl_env_is_set(const char *name)
{
	const char *s = tl_env(name);

	return s && *s;
}

bool tl_env_set(enum tl_env_rank rank, const char *name, const char *value)
{
	struct var *v = find(rank, name);
	char *copy = strdup(value);

	if (!copy)
		return false;
	if (!v) {
		struct var *more =
		    realloc(set[rank].vars, (set[rank].n + 1) * sizeof(*set[rank].vars));
		char *key = more ? strdup(name) : NULL;

		if (more)
			set[rank].vars = more;
		if (!key) {
			free(copy);
			return false;
		}
		v = &more[set[rank].n++];
		*v = (struct var){ key, NULL };
	}
	free(v->value);
	v->value = copy;
	return true;
}

void tl_env_fini(void)
{
	for (int rank = 0; rank < 2; rank++) {
		for (size_t i = 0; i < set[rank].n; i++) {
			free(set[rank].vars[i].name);
			free(set[rank].vars[i].value);
		}
		free(set[rank].vars);
		set[rank].vars = NULL;
		set[rank].n = 0;
	}
}
