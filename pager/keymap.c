/* keymap.c: see keymap.h. */
#include "pager/keymap.h"

#include "pager/terminfo.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SPECIALS 80

struct entry {
	uint16_t keys[TL_MAX_KEYS];
	size_t n;
	char *action, *extra;
};

struct table {
	struct entry *entries;
	size_t n, cap;
	bool stop;
};

struct tl_keymap {
	struct table *tables; /* the one asked last first */
	size_t n;
	struct tl_keymap *base;
	bool asked;                     /* the terminal, what its keys send */
	const char *sent[MAX_SPECIALS]; /* by the terminal, by index of the key; borrowed */
};

struct tl_keymap *tl_keymap_new(void)
{
	return calloc(1, sizeof(struct tl_keymap));
}

static void free_table(struct table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->entries[i].action);
		free(t->entries[i].extra);
	}
	free(t->entries);
}

void tl_keymap_free(struct tl_keymap *km)
{
	for (size_t i = 0; km && i < km->n; i++)
		free_table(&km->tables[i]);
	if (km)
		free(km->tables);
	free(km);
}

bool tl_keymap_push(struct tl_keymap *km)
{
	struct table *more = realloc(km->tables, (km->n + 1) * sizeof(*more));

	if (!more)
		return false;
	km->tables = more;
	memset(&more[km->n++], 0, sizeof(*more));
	return true;
}

static bool reserve(struct table *t)
{
	size_t cap = t->cap ? 2 * t->cap : 16;
	struct entry *more;

	if (t->n < t->cap)
		return true;
	more = realloc(t->entries, cap * sizeof(*more));
	if (!more)
		return false;
	t->entries = more;
	t->cap = cap;
	return true;
}

bool tl_keymap_bind(struct tl_keymap *km, const uint16_t *keys, size_t nkeys, const char *action,
		    const char *extra)
{
	struct table *t;
	struct entry *e;

	if ((km->n == 0 && !tl_keymap_push(km)) || nkeys == 0 || nkeys > TL_MAX_KEYS)
		return false;
	t = &km->tables[km->n - 1];
	if (!reserve(t))
		return false;
	e = &t->entries[t->n];
	memcpy(e->keys, keys, nkeys * sizeof(*keys));
	e->n = nkeys;
	e->action = strdup(action);
	e->extra = extra ? strdup(extra) : NULL;
	if (!e->action || (extra && !e->extra)) {
		free(e->action);
		free(e->extra);
		return false;
	}
	t->n++;
	return true;
}

void tl_keymap_stop(struct tl_keymap *km)
{
	if (km->n > 0 || tl_keymap_push(km))
		km->tables[km->n - 1].stop = true;
}

void tl_keymap_set_base(struct tl_keymap *km, struct tl_keymap *base)
{
	km->base = base;
}

static void ask_terminal(struct tl_keymap *km)
{
	const struct tl_special *key;

	if (km->asked)
		return;
	km->asked = true;
	for (unsigned i = 0; i < MAX_SPECIALS && (key = tl_special(i)) != NULL; i++)
		km->sent[i] = key->terminfo ? tl_terminfo_key(key->terminfo) : NULL;
}

static enum tl_fit fit(const struct tl_keymap *km, const uint16_t *want, size_t nwant,
		       const uint8_t *keys, size_t n);

/* The first key wanted is one that sends `sent`. */
static enum tl_fit fit_string(const struct tl_keymap *km, const char *sent, const uint16_t *want,
			      size_t nwant, const uint8_t *keys, size_t n)
{
	size_t len = strlen(sent);

	if (memcmp(sent, keys, len < n ? len : n) != 0)
		return TL_FIT_NOT;
	return n < len ? TL_FIT_PREFIX : fit(km, want + 1, nwant - 1, keys + len, n - len);
}

static enum tl_fit fit_special(const struct tl_keymap *km, const uint16_t *want, size_t nwant,
			       const uint8_t *keys, size_t n)
{
	unsigned i = *want - TL_KEY_SPECIAL;
	const struct tl_special *key = tl_special(i);
	enum tl_fit best = TL_FIT_NOT, f;

	for (int k = 0; key && k < 3 && key->bytes[k]; k++) {
		f = fit_string(km, key->bytes[k], want, nwant, keys, n);
		best = f > best ? f : best;
	}
	if (i < MAX_SPECIALS && km->sent[i]) {
		f = fit_string(km, km->sent[i], want, nwant, keys, n);
		best = f > best ? f : best;
	}
	return best;
}

static enum tl_fit fit(const struct tl_keymap *km, const uint16_t *want, size_t nwant,
		       const uint8_t *keys, size_t n)
{
	for (; nwant > 0 && n > 0; want++, nwant--, keys++, n--) {
		if (*want >= TL_KEY_SPECIAL)
			return fit_special(km, want, nwant, keys, n);
		if (*want != *keys)
			return TL_FIT_NOT;
	}
	return nwant > 0 ? TL_FIT_PREFIX : n > 0 ? TL_FIT_NOT : TL_FIT_WHOLE;
}

enum tl_fit tl_keymap_find(struct tl_keymap *km, const uint8_t *keys, size_t n,
			   struct tl_binding *out)
{
	ask_terminal(km);
	for (size_t i = km->n; i-- > 0;) {
		const struct table *t = &km->tables[i];

		for (size_t k = t->n; k-- > 0;) {
			const struct entry *e = &t->entries[k];
			enum tl_fit f = fit(km, e->keys, e->n, keys, n);

			if (f == TL_FIT_WHOLE)
				*out = (struct tl_binding){ e->action, e->extra };
			if (f != TL_FIT_NOT)
				return f;
		}
		if (t->stop)
			return TL_FIT_NOT;
	}
	return km->base ? tl_keymap_find(km->base, keys, n, out) : TL_FIT_NOT;
}
