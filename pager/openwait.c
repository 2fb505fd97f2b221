/* openwait.c: see openwait.h. */
#include "pager/openwait.h"

#include <string.h>

#define PATIENCE_MS 200 /* before anything is shown */
#define RENEW_MS    100

/* Over what is there: the bottom line of the screen, or, before the first one, the line that the
 * cursor is on. */
static void show(struct tl_openwait *w, double done)
{
	struct tl_screen *screen = w->app->screen;
	struct tl_err line = TL_ERR_INIT;

	/* Makes one printable line of it. */
	tl_err_set(&line, "Opening %.200s... %u%% (interrupt to abort)", w->name,
		   (unsigned)(100 * done));
	if (w->app->cols > 0 && strlen(line.msg) >= w->app->cols)
		line.msg[w->app->cols - 1] = '\0';
	if (tl_screen_started(screen)) {
		tl_screen_notice(screen, line.msg);
		return;
	}
	w->width = strlen(line.msg);
	tl_screen_write(screen, "\r", 1);
	tl_screen_write(screen, line.msg, w->width);
}

static bool step(void *arg, double done)
{
	struct tl_openwait *w = arg;
	uint64_t now;

	if (tl_app_interrupted() || tl_app_ending()) {
		w->given_up = true;
		return false;
	}
	now = tl_now_ms();
	if (now >= w->started_ms + PATIENCE_MS && now >= w->shown_ms + RENEW_MS) {
		w->shown_ms = now;
		show(w, done);
	}
	return true;
}

void tl_openwait_begin(struct tl_openwait *w, struct tl_app *app, const char *name)
{
	*w = (struct tl_openwait){
		.progress = { step, w }, .app = app, .name = name, .started_ms = tl_now_ms()
	};
}

void tl_openwait_end(struct tl_openwait *w)
{
	struct tl_buf blank = TL_BUF_INIT;

	if (w->width == 0)
		return;
	/* The terminal may have put a ^C behind it. */
	if (tl_buf_printf(&blank, "\r%*s\r", (int)(w->app->cols > 0 ? w->app->cols - 1 : w->width),
			  ""))
		tl_screen_write(w->app->screen, (const char *)blank.data, blank.len);
	tl_buf_fini(&blank);
}
