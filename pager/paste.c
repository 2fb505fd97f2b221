/* paste.c: see paste.h. */
#include "pager/paste.h"

#include <string.h>

#define ESC        0x1b
#define MARK_BYTES 5              /* behind the ESC */
#define PATIENCE   UINT64_C(5000) /* ms: when no end comes, keys are keys again */

static bool pasting, ignoring;
static uint64_t ignoring_since;

static void ignore(bool on)
{
	ignoring = on;
	ignoring_since = tl_now_ms();
}

/* Do these bytes wait to be read?  A terminal sends them in one go. */
static bool next_are(const struct tl_tty *tty, const char *bytes)
{
	for (unsigned i = 0; i < MARK_BYTES; i++)
		if (i >= tty->n ||
		    (tty->queue[(tty->head + i) % tty->cap].code & 0xff) != (uint8_t)bytes[i])
			return false;
	return true;
}

/* A mark, of which `key` is the first byte; the others are read too. */
static bool take_mark(struct tl_app *app, unsigned key)
{
	struct tl_key rest;
	bool begins;

	if (key != ESC)
		return false;
	begins = next_are(&app->tty, "[200~");
	if (!begins && !next_are(&app->tty, "[201~"))
		return false;
	for (int i = 0; i < MARK_BYTES; i++)
		tl_tty_next(&app->tty, &rest);
	pasting = begins;
	tl_app_prompt_read(app);
	tl_app_dirty(app);
	ignore(begins && app->opt.no_paste && app->mode != TL_MODE_LINE);
	return true;
}

bool tl_paste_takes(struct tl_app *app, unsigned key)
{
	if (take_mark(app, key))
		return true;
	if (ignoring && tl_now_ms() - ignoring_since > PATIENCE)
		ignoring = pasting = false;
	if (pasting && !ignoring && app->opt.no_paste && app->mode == TL_MODE_LINE &&
	    (key == '\n' || key == '\r'))
		ignore(true);
	return ignoring;
}
