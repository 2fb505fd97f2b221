/* shown.c: the text that is shown: where one is in it, its lines counted, its file changed on disk. */
#include "pager/app.h"

#include "pager/textcalls.h"

#include "decoders/decoder.h"
#include "decoders/packed/packed.h"
#include "pager/texttimes.h"
#include "text/part.h"

#include <string.h>

/* Chunks counted at once on opening: small texts never show a pending line number. */
#define COUNT_AT_ONCE 2

#define MAGIC 16 /* bytes that tell what a recording is */

/* ---- places */

struct tl_file *tl_app_file(struct tl_app *app)
{
	if (app->text.help || app->files.current >= app->files.n)
		return NULL;
	return app->files.files[app->files.current];
}

uint64_t tl_app_first_row(struct tl_app *app, unsigned *row)
{
	struct tl_view *v = app->text.view;

	*row = 0;
	if (!v || tl_view_empty(v))
		return TL_NOPOS;
	while (*row + 1 < tl_view_rows(v) && tl_view_pos(v, *row) == TL_NOPOS)
		++*row;
	return tl_view_pos(v, *row);
}

void tl_app_save_position(struct tl_app *app)
{
	struct tl_file *f = tl_app_file(app);
	unsigned row;
	uint64_t pos = tl_app_first_row(app, &row);

	if (!f || !app->text.view || tl_view_empty(app->text.view))
		return;
	f->pos = pos;
	f->row = row;
}

void tl_app_set_last_mark(struct tl_app *app)
{
	struct tl_file *f = tl_app_file(app);
	unsigned row;
	uint64_t pos = f ? tl_app_first_row(app, &row) : TL_NOPOS;

	if (pos != TL_NOPOS)
		tl_marks_set(&app->marks, TL_MARK_LAST, f->name, pos, row);
}

/* ---- lines */

void tl_app_count_small(struct tl_app *app)
{
	struct tl_text *t = &app->text;
	struct tl_extent ext;

	if (t->counting || !t->lines || app->opt.numbers == 0 || tl_app_decoder(app, NULL))
		return;
	tl_source_extent(t->src, &ext);
	for (uint64_t k = 0; k < ext.nchunks && ext.nchunks <= COUNT_AT_ONCE; k++) {
		struct tl_span span;

		if (tl_source_pin(t->src, k, &span, NULL) != TL_FOUND)
			return;
		tl_lineindex_offer(t->lines, k, span);
		tl_source_unpin(t->src, k, &span);
	}
}

void tl_app_count_lines(struct tl_app *app, bool force)
{
	struct tl_text *t = &app->text;

	if (!t->lines || (app->opt.numbers == 0 && !force && !t->counting))
		return;
	app->count_at_ms = 0;
	if (!t->loaded)
		tl_lineindex_load(t->lines);
	t->loaded = true;
	t->counting = true;
	tl_lineindex_start(t->lines);
}

const struct tl_decoder_ops *tl_app_decoder(struct tl_app *app, void **self)
{
	const struct tl_decoder_ops *ops;
	void *decoder;

	if (!tl_decoder_of(app->text.src, &ops, &decoder))
		return NULL;
	if (self)
		*self = decoder;
	return ops;
}

bool tl_app_is_made(struct tl_app *app)
{
	return tl_app_decoder(app, NULL) || tl_packed_is(app->text.src) ||
	       strcmp(tl_source_kind(app->text.src), "stream") == 0;
}

void tl_app_tell_trouble(struct tl_app *app)
{
	struct tl_err err = TL_ERR_INIT;

	if (!app->text.src || app->text.told || !tl_source_trouble(app->text.src, &err))
		return;
	app->text.told = true;
	tl_follow_end(app);
	tl_app_message(app, "%s", err.msg);
}

void tl_app_tell_recording(struct tl_app *app)
{
	struct tl_text *t = &app->text;
	struct tl_buf head = TL_BUF_INIT;
	struct tl_extent ext;

	if (!t->src || t->looked || app->opt.raw_file ||
	    strcmp(tl_source_kind(t->src), "pipe") != 0)
		return;
	tl_source_extent(t->src, &ext);
	if (ext.nchunks == 0 || (ext.nchunks == 1 && ext.last_len < MAGIC && !ext.complete))
		return;
	t->looked = true;
	if (tl_source_read_part(t->src, 0, 0, MAGIC, &head, NULL) == TL_FOUND &&
	    tl_decoder_probe(head.data, head.len))
		tl_app_message(app, "Recordings are read from files, not from a pipe");
	tl_buf_fini(&head);
}

/* ---- changes on disk */

void tl_app_notice_shrinking(struct tl_app *app)
{
	uint64_t end;

	if (strcmp(tl_source_kind(app->text.src), "file") != 0)
		return;
	end = tl_source_end(app->text.src);
	if (end < app->text.end) {
		if (tl_app_refresh_text(app, false) == TL_SAME) {
			/* Its size is right again: what was read is not what is there now. */
			tl_source_drop_cache(app->text.src);
			tl_view_text_replaced(app->text.view);
		}
		if (app->mode != TL_MODE_FOLLOW)
			tl_app_message(app, "%s shrank while it was open", app->text.name);
	}
	app->text.end = end;
}

/* Of another file another part is to be shown. */
static bool is_part(struct tl_app *app)
{
	const struct tl_file *f = tl_app_file(app);

	return f && !f->kept && tl_part_below(app->text.src);
}

enum tl_change tl_app_refresh_text(struct tl_app *app, bool by_name)
{
	struct tl_err err = TL_ERR_INIT;
	enum tl_change change = tl_source_refresh(app->text.src, by_name, &err);

	switch (change) {
	case TL_SAME:
		return change;
	case TL_GREW:
		app->text.told = false;
		tl_view_grow(app->text.view);
		tl_time_text_grew(app);
		if (app->text.filter)
			tl_filter_grow(app->text.filter);
		break;
	case TL_SHRANK:
	case TL_REPLACED:
		if (tl_app_is_made(app) || is_part(app)) {
			if (app->mode != TL_MODE_FOLLOW)
				tl_app_message(app, "%s was replaced while it was open",
					       app->text.name);
			if (!tl_app_reopen(app, &err))
				tl_app_message(app, "%s", err.msg);
			return change;
		}
		tl_app_end_op(app); /* its workers read what is not there any more */
		tl_find_text_closing(app);
		tl_top_text_closes(app);
		tl_textcalls_close(app->text.calls);
		app->text.calls = NULL;
		tl_source_drop_cache(app->text.src);
		tl_lineindex_reset(app->text.lines);
		tl_texttimes_reset(app->text.times);
		tl_find_text_opened(app);
		tl_view_text_replaced(app->text.view);
		break;
	}
	app->text.end = tl_source_limit(app->text.src);
	tl_app_count_lines(app, false);
	tl_app_dirty(app);
	return change;
}

void tl_app_check_preprocessor(struct tl_app *app)
{
	struct tl_file *f = tl_app_file(app);
	struct tl_err err = TL_ERR_INIT;
	struct tl_extent ext;

	if (!app->opt.show_preproc_errors || !f || f->replaced.pid == 0)
		return;
	tl_source_extent(app->text.src, &ext);
	if (ext.complete && tl_view_at_end(app->text.view) &&
	    !tl_preprocess_ended(&f->replaced, &err))
		tl_app_message(app, "%s", err.msg);
}
