/*
 * fuzz_mouse.c: any bytes as reports of the mouse, with any of its options, on a text with links and a
 * header.  Whatever is scrolled, dragged or clicked, the rows shown stay within the text.
 *
 * The input: bytes for the options and the size of the screen, and what the terminal sends: reports,
 * with commands that mean nothing between them.
 */
#include "pager/commands.h"
#include "pager/mouse.h"

#include "tests/fuzz/fuzz.h"
#include "tests/unit/drawing.h"

#include <fcntl.h>
#include <stdio.h>

#define HEAD 4

static const char text[] =
    "\033]8;;http://one\033\\link\033]8;;\033\\ in a line\n"
    "\033]8;;#two\033\\inner\033]8;;\033\\\n"
    "a wide \346\274\242\345\255\227 line that goes on behind the edge of it\n\n"
    "\tx\b_\n\033]8;id=two;\033\\here\033]8;;\033\\\n1\n2\n3\n4\n5\n6\n7\n8\n9\nend";

static struct tl_screen *screen; /* bells go there */

static void open_screen(void)
{
	struct tl_screen_opts opts = { 0 };
	struct tl_err err;

	setenv("TERM", "dumb", 1);
	must(screen ||
	     tl_screen_open(open("/dev/null", O_WRONLY | O_CLOEXEC), &opts, &screen, &err));
}

static void begin(struct tl_app *app, const uint8_t head[HEAD])
{
	char name[] = "text";

	tl_options_init(&app->opt);
	app->opt.mouse_features = head[0];
	app->opt.wheel_lines = (int8_t)head[1];
	app->opt.rmouse = head[1] & 1;
	app->opt.quiet = 1;
	app->opt.raw = 2;
	app->opt.header.lines = head[2] >> 6;
	app->opt.header.line = head[2] >> 6 ? 1 : 0;
	app->charset = TL_CHARSET_UTF8;
	app->rows = 2 + head[2] % 16;
	app->cols = 1 + head[3] % 60;
	app->screen = screen;
	app->text.src = text_source(text, sizeof(text) - 1);
	must(app->text.src && tl_filelist_add(&app->files, name, 0));
	must(tl_lineindex_new(app->text.src, NULL, NULL, &app->text.lines, NULL));
	must(tl_view_open(app->text.src, app->text.lines, &app->text.view, NULL));
	tl_app_apply_options(app);
	tl_view_start(app->text.view, false);
}

static void end(struct tl_app *app)
{
	tl_app_end_op(app);
	for (size_t i = 0; i < app->nmessages; i++)
		free(app->messages[i]);
	free(app->messages);
	tl_links_text_closing(app);
	tl_view_close(app->text.view);
	tl_lineindex_close(app->text.lines);
	tl_source_close(app->text.src);
	tl_keymap_free(app->keymap);
	tl_filelist_fini(&app->files);
	tl_marks_fini(&app->marks);
	tl_options_fini(&app->opt);
}

/* The first bytes of what may be a report. */
struct start {
	uint8_t keys[3];
	size_t n;
};

static void type(struct tl_app *app, struct start *start, uint8_t key)
{
	struct tl_binding b;
	enum tl_fit fit;

	if (tl_mouse_reading()) {
		tl_mouse_key(app, key);
	} else if (app->mode == TL_MODE_MESSAGE) {
		tl_app_drop_message(app);
	} else {
		start->keys[start->n++] = key;
		fit = tl_mouse_begins(start->keys, start->n, &b);
		if (fit == TL_FIT_WHOLE)
			tl_mouse_begin(b.action);
		if (fit != TL_FIT_PREFIX)
			start->n = 0;
	}
}

/* No report is half read, no button down: the next input finds the mouse as this one did. */
static void let_go(struct tl_app *app)
{
	while (tl_mouse_reading())
		tl_mouse_key(app, ' ');
	app->mode = TL_MODE_COMMAND;
	tl_mouse_begin("mouse6");
	for (const char *p = "0;99;99m"; *p; p++)
		tl_mouse_key(app, (unsigned char)*p);
}

static void check(struct tl_view *v)
{
	uint64_t before = 0;

	for (unsigned i = 0; i < tl_view_rows(v); i++) {
		uint64_t pos = tl_view_pos(v, i);

		must(pos == TL_NOPOS || (pos >= before && pos <= sizeof(text)));
		before = pos != TL_NOPOS ? pos : before;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct start start = { .n = 0 };
	struct tl_app *app;

	if (n < HEAD)
		return 0;
	app = calloc(1, sizeof(*app));
	must(app != NULL);
	open_screen();
	begin(app, data);
	for (size_t i = HEAD; i < n; i++) {
		type(app, &start, data[i]);
		tl_app_end_op(app);
		check(app->text.view);
	}
	let_go(app);
	end(app);
	free(app);
	return 0;
}
