/* mouse.c: see mouse.h. */
#include "pager/mouse.h"

#include "pager/commands.h"
#include "pager/wordlist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the options */

enum { VSCROLL = 1, VDRAG = 2, HSCROLL = 4, HDRAG = 8, LCLICK = 16, RCLICK = 32 };

#define VMOVE (VSCROLL | VDRAG)
#define HMOVE (HSCROLL | HDRAG)
#define CLICK (LCLICK | RCLICK)

/* In the order in which less tells them. */
static const struct tl_word names[] = {
	{ "all", VMOVE | HMOVE | CLICK },
	{ "click", CLICK },
	{ "move", VMOVE | HMOVE },
	{ "vmove", VMOVE },
	{ "hmove", HMOVE },
	{ "drag", VDRAG | HDRAG },
	{ "scroll", VSCROLL | HSCROLL },
	{ "rclick", RCLICK },
	{ "lclick", LCLICK },
	{ "hdrag", HDRAG },
	{ "hscroll", HSCROLL },
	{ "vdrag", VDRAG },
	{ "vscroll", VSCROLL },
	{ NULL, 0 },
};

static void keep_message(void *arg, const char *message)
{
	tl_err_set(arg, "%s", message);
}

bool tl_mouse_parse(struct tl_options *o, const char *text, struct tl_err *err)
{
	struct tl_err bad = TL_ERR_INIT;

	o->mouse_features = strcmp(text, "-") == 0 || !err
				? 0
				: tl_wordlist_parse(text, names, "--emouse", keep_message, &bad);
	o->mouse = o->mouse_features != 0;
	return !bad.msg[0] || tl_err_set(err, "%s", bad.msg);
}

void tl_mouse_print(const struct tl_options *o, char *out, size_t size)
{
	char list[64];

	tl_wordlist_print(o->mouse_features, names, list, sizeof(list));
	if (o->mouse_features == 0)
		snprintf(out, size, "Ignore mouse input");
	else
		snprintf(out, size, "Mouse features enabled: %s", list);
}

void tl_mouse_say(const struct tl_options *o, char *out, size_t size)
{
	if (o->mouse_features == (VMOVE | CLICK))
		snprintf(out, size, "Use the mouse for scrolling vertically%s",
			 o->mouse == 2 ? " (reverse)" : "");
	else
		tl_mouse_print(o, out, size);
}

void tl_mouse_changed(struct tl_options *o)
{
	o->mouse_features = o->mouse ? VMOVE | CLICK : 0;
	o->rmouse = o->mouse == 2;
}

bool tl_mouse_enabled(const struct tl_app *app)
{
	return app->opt.mouse_features != 0;
}

/* ---- what it does */

enum { BUTTON_LEFT = 0, RELEASE = 3, MOTION = 32, WHEEL = 64 }; /* of a report's first number */

static struct {
	enum { NO_REPORT, X10_REPORT, SGR_REPORT } reading;
	uint8_t bytes[32];
	unsigned n;
	bool pressed;
	int button, pressed_y; /* of the button that is down */
	int x, y;              /* where it is */
} mouse;

/* Forward n lines, or backward. */
static void scroll(struct tl_app *app, int n)
{
	if (n != 0)
		tl_command_do(app, n > 0 ? "forw-line" : "back-line", (uint64_t)abs(n));
}

/* A button was let go where it was pressed. */
static void click(struct tl_app *app, int button, int x, int y)
{
	unsigned features = app->opt.mouse_features;

	if (button == BUTTON_LEFT && features & LCLICK) {
		if (!tl_links_click(app, (unsigned)y, (unsigned)x))
			tl_mark_set_at(app, '#', (unsigned)y);
	} else if (button != BUTTON_LEFT && features & RCLICK)
		tl_mark_go(app, '#');
}

static void turn_wheel(struct tl_app *app, int which)
{
	int n = which & 1 ? app->opt.wheel_lines : -app->opt.wheel_lines;

	if (app->opt.rmouse)
		n = -n;
	if (which < 2 && app->opt.mouse_features & VSCROLL)
		scroll(app, n);
	if (which >= 2 && app->opt.mouse_features & HSCROLL)
		tl_move_shift_by(app, n);
}

/* The text goes along with the mouse. */
static void drag(struct tl_app *app, int x, int y)
{
	int dx = mouse.x - x, dy = mouse.y - y;

	mouse.x = x;
	mouse.y = y;
	if (app->opt.mouse_features & VDRAG)
		scroll(app, dy);
	if (app->opt.mouse_features & HDRAG)
		tl_move_shift_by(app, dx);
}

static void report(struct tl_app *app, int b, int x, int y, bool released)
{
	if (app->number_text[0] || x < 0 || y < 0)
		return;
	if (b >= WHEEL && b < WHEEL + 4) {
		turn_wheel(app, b - WHEEL);
	} else if (released) {
		if (mouse.pressed && y == mouse.pressed_y)
			click(app, b == RELEASE ? mouse.button : b, x, y);
		mouse.pressed = false;
	} else if (b == MOTION + BUTTON_LEFT) {
		if (mouse.pressed)
			drag(app, x, y);
	} else if (b >= BUTTON_LEFT && b < RELEASE) {
		mouse.pressed = true;
		mouse.button = b;
		mouse.pressed_y = mouse.y = y;
		mouse.x = x;
	}
}

/* ---- reports */

enum tl_fit tl_mouse_begins(const uint8_t *keys, size_t n, struct tl_binding *out)
{
	static const struct tl_binding actions[] = { { "mouse", NULL }, { "mouse6", NULL } };

	if (memcmp(keys, "\033[", n < 2 ? n : 2) != 0)
		return TL_FIT_NOT;
	if (n < 3)
		return TL_FIT_PREFIX;
	if (n > 3 || (keys[2] != 'M' && keys[2] != '<'))
		return TL_FIT_NOT;
	*out = actions[keys[2] == '<'];
	return TL_FIT_WHOLE;
}

bool tl_mouse_is_action(const char *action)
{
	return !strcmp(action, "mouse") || !strcmp(action, "mouse6");
}

void tl_mouse_begin(const char *action)
{
	mouse.reading = strcmp(action, "mouse") == 0 ? X10_REPORT : SGR_REPORT;
	mouse.n = 0;
}

bool tl_mouse_reading(void)
{
	return mouse.reading != NO_REPORT;
}

void tl_mouse_key(struct tl_app *app, unsigned key)
{
	bool sgr = mouse.reading == SGR_REPORT, acts = app->mode == TL_MODE_COMMAND;
	bool behind_digit = mouse.n > 0 && mouse.bytes[mouse.n - 1] != ';';
	int b, x, y;

	if (mouse.n + 1 < sizeof(mouse.bytes))
		mouse.bytes[mouse.n++] = (uint8_t)key;
	if (sgr && ((key >= '0' && key <= '9') || (key == ';' && behind_digit)))
		return;
	if (!sgr && mouse.n < 3)
		return;
	mouse.reading = NO_REPORT;
	mouse.bytes[mouse.n] = '\0';
	if (!sgr && acts) {
		b = mouse.bytes[0] - 32; /* values are sent as 32 and more, places from 1 */
		report(app, b, mouse.bytes[1] - 33, mouse.bytes[2] - 33, b == RELEASE);
	} else if (acts && sscanf((char *)mouse.bytes, "%5d;%5d;%5d", &b, &x, &y) == 3) {
		report(app, b, x - 1, y - 1, key == 'm');
	}
}
