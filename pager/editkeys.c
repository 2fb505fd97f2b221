/* editkeys.c: see editkeys.h. */
#include "pager/editkeys.h"

#include "pager/keyfiles.h"
#include "pager/mouse.h"

#include <string.h>

/* Actions and the keys that do them. */
static const struct {
	const char *action, *keys;
} actions[] = {
	{ "abort", "\007" },        { "back-complete", "\017" },
	{ "backspace", "\b" },      { "delete", "\033x" },
	{ "down", "\033j" },        { "end", "\033$" },
	{ "expand", "\014" },       { "forw-complete", "\t" },
	{ "home", "\0330" },        { "insert", "\033i" },
	{ "kill-line", "\025" },    { "left", "\033h" },
	{ "literal", "\026" },      { "right", "\033l" },
	{ "up", "\033k" },          { "word-backspace", "\033\b" },
	{ "word-delete", "\033X" }, { "word-left", "\033b" },
	{ "word-right", "\033w" },
};

static const char *keys_of(const char *action)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!strcmp(actions[i].action, action))
			return actions[i].keys;
	return NULL;
}

const char *tl_editkeys_action(size_t i)
{
	return i < sizeof(actions) / sizeof(actions[0]) ? actions[i].action : NULL;
}

bool tl_editkeys_known(const char *action)
{
	return keys_of(action) != NULL;
}

static void put_plain(struct tl_app *app, const uint8_t *keys, size_t n)
{
	while (n-- > 0)
		tl_tty_unget(&app->tty, (struct tl_key){ keys[n] | TL_KEY_PLAIN, 0 });
}

/* Where nothing can be completed or recalled, the keys for that are text. */
static const char *usable(const struct tl_app *app, const char *keys)
{
	bool completes = keys && strchr("\t\014\017", *keys);
	bool recalls = keys && (!strcmp(keys, "\033j") || !strcmp(keys, "\033k"));

	return (completes && !app->line.completer) || (recalls && !app->line.history) ? NULL : keys;
}

static void act(struct tl_app *app, const struct tl_binding *b)
{
	const char *keys = usable(app, keys_of(b->action));

	tl_tty_type(&app->tty, b->extra ? b->extra : "");
	if (keys)
		put_plain(app, (const uint8_t *)keys, strlen(keys));
	else if (strcmp(b->action, "noaction") != 0)
		for (unsigned i = app->nkeys; i-- > 0;) {
			put_plain(app, app->keys + i, 1);
			put_plain(app, (const uint8_t *)"\026", 1);
		}
}

bool tl_editkeys_take(struct tl_app *app, unsigned key)
{
	struct tl_keymap *map = tl_keyfiles_edits();
	struct tl_binding b;
	enum tl_fit fit = TL_FIT_NOT;

	if (app->line.literal || (!map && !tl_mouse_enabled(app)) || key > 0xff ||
	    app->nkeys >= TL_MAX_KEYS)
		return false;
	app->keys[app->nkeys++] = (uint8_t)key;
	if (map)
		fit = tl_keymap_find(map, app->keys, app->nkeys, &b);
	if (fit == TL_FIT_NOT)
		fit = tl_mouse_begins(app->keys, app->nkeys, &b);
	if (fit == TL_FIT_PREFIX)
		return true;
	if (fit == TL_FIT_WHOLE && tl_mouse_is_action(b.action))
		tl_mouse_begin(b.action);
	else if (fit == TL_FIT_WHOLE)
		act(app, &b);
	else
		put_plain(app, app->keys, app->nkeys);
	app->nkeys = 0;
	return true;
}
