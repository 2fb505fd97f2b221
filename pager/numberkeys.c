/* numberkeys.c: see numberkeys.h. */
#include "pager/numberkeys.h"

#include <stdlib.h>
#include <string.h>

/* The line-editing keys that less knows here, in the words of lesskey(5).  A number is one word. */
static const char edit_keys[] = "\\e0 home\n\\kh home\n\\eb home\n\\e\\kl home\n\\kL home\n"
				"\\e$ end\n\\ke end\n\\ew end\n\\e\\kr end\n\\kR end\n"
				"\\ex delete\n\\kx delete\n\\177 delete\n"
				"\\eX cut\n\\e\\kx cut\n\\kX cut\n"
				"\\e\\b rub\n\\e\\177 rub\n^W rub\n"
				"\\ei nothing\n\\ki nothing\n^V nothing\n^A nothing\n"
				"^G abort\n";

void tl_number_forget(struct tl_app *app)
{
	app->number_text[0] = '\0';
	app->number_at = 0;
}

void tl_number_take(struct tl_app *app, struct tl_number *n)
{
	char *point = strchr(app->number_text, '.');

	memset(n, 0, sizeof(*n));
	n->given = app->number_text[0] != '\0';
	n->n = strtoull(app->number_text, NULL, 10);
	n->has_fraction = point && point[1];
	if (n->has_fraction)
		n->fraction = strtod(point, NULL);
	tl_number_forget(app);
}

static void erase(struct tl_app *app, unsigned from, unsigned to)
{
	memmove(app->number_text + from, app->number_text + to, strlen(app->number_text + to) + 1);
	app->number_at = from;
}

static void insert(struct tl_app *app, char c)
{
	char *at = app->number_text + app->number_at;

	if (strlen(app->number_text) + 1 >= sizeof(app->number_text))
		return;
	memmove(at + 1, at, strlen(at) + 1);
	*at = c;
	app->number_at++;
}

bool tl_number_key(struct tl_app *app, unsigned key)
{
	if (app->number_text[0] == '\0')
		app->number_at = 0;
	if ((key >= '0' && key <= '9') || (key == '.' && !strchr(app->number_text, '.'))) {
		insert(app, (char)key);
		return true;
	}
	return false;
}

/* The terminal's own keys come first, also where they are DEL, or a command's. */
static bool rubs(struct tl_app *app, unsigned key)
{
	if ((int)key == app->tty.kill)
		tl_number_forget(app);
	else if ((int)key != app->tty.erase && key != '\b')
		return false;
	else if (app->number_at > 0)
		erase(app, app->number_at - 1, app->number_at);
	return true;
}

static bool any_action(void *arg, enum tl_section section, const char *action)
{
	return true;
}

static void bind(void *map, enum tl_section section, const uint16_t *keys, size_t n,
		 const char *action, const char *extra)
{
	tl_keymap_bind(map, keys, n, action, extra);
}

static void act(struct tl_app *app, const char *action)
{
	unsigned len = (unsigned)strlen(app->number_text);

	if (!strcmp(action, "home"))
		app->number_at = 0;
	else if (!strcmp(action, "end"))
		app->number_at = len;
	else if (!strcmp(action, "delete") && app->number_at < len)
		erase(app, app->number_at, app->number_at + 1);
	else if (!strcmp(action, "cut"))
		erase(app, app->number_at, len);
	else if (!strcmp(action, "rub"))
		erase(app, 0, app->number_at);
	else if (!strcmp(action, "abort"))
		tl_number_forget(app);
}

enum tl_fit tl_number_edit(struct tl_app *app, const uint8_t *keys, size_t n)
{
	struct tl_lesskey_sink sink = { .known = any_action, .bind = bind };
	struct tl_binding b;
	enum tl_fit fit;

	if (app->number_text[0] == '\0')
		return TL_FIT_NOT;
	if (n == 1 && rubs(app, keys[0]))
		return TL_FIT_WHOLE;
	if (!app->number_keys) {
		app->number_keys = sink.arg = tl_keymap_new();
		if (!app->number_keys)
			return TL_FIT_NOT;
		tl_lesskey_source(edit_keys, sizeof(edit_keys) - 1, "", false, &sink);
	}
	fit = tl_keymap_find(app->number_keys, keys, n, &b);
	if (fit == TL_FIT_WHOLE)
		act(app, b.action);
	return fit;
}
