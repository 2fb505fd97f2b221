/*
 * reopening.c: see reopening.h.  What is looked for are positions of the old text: of the line that one looks at, and
 * of marks.  When they are found and one has moved meanwhile, the new ones are looked for; mostly that does not take long.
 */
#include "pager/reopening.h"

#include "base/threadsignals.h"
#include "pager/decoding.h"
#include "pager/filesource.h"
#include "text/part.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A position in the old text, and in the new one. */
struct pair {
	uint64_t from, to;
};

/* What a thread does.  All but what stands below the lock is const meanwhile. */
struct look {
	pthread_t thread;
	struct tl_mailbox *mailbox;
	struct tl_jobs *pool;
	struct tl_source *from; /* borrowed */
	struct tl_format format;
	char *name, *index_dir;
	struct tl_options opt; /* of which it owns what recordings depend on */
	unsigned rows;         /* of the screen, to be decoded as well */
	struct pair *pairs;    /* the first one is what is looked at */
	size_t npairs, nknown;
	struct tl_err err;
	struct look *next; /* of those that were given up */

	atomic_bool stop, over;
	_Atomic(double) done;
	pthread_mutex_t lock;
	struct tl_source *to; /* NULL: not there yet, or, when it is over, never */
};

struct tl_reopening {
	struct look *now;  /* NULL: none */
	struct look *left; /* that were given up, and end by themselves */
	struct tl_op op;   /* while it is put aside */
	bool aside;
	struct tl_option_was
	    *undo; /* how options were when the text that is shown was made; oldest first */
	size_t nundo;
};

/* ---- on the thread */

static bool go_on(void *arg, double done)
{
	struct look *l = arg;

	atomic_store(&l->done, done);
	return !atomic_load(&l->stop);
}

static bool open_new(struct look *l)
{
	struct tl_progress progress = { go_on, l };
	struct tl_source *to;

	if (!tl_decoding_open(&l->opt, &l->format, l->index_dir, l->pool, &progress, &to, &l->err))
		return false;
	pthread_mutex_lock(&l->lock);
	l->to = to;
	pthread_mutex_unlock(&l->lock);
	return true;
}

static void *look(void *arg)
{
	struct look *l = arg;
	const struct tl_msg msg = { TL_MSG_TIME, l };
	struct tl_mailbox *mailbox = l->mailbox;

	tl_thread_leave_signals();
	if (l->to || open_new(l)) {
		bool first = true;

		atomic_store(&l->done, -1);
		for (; l->nknown < l->npairs && !atomic_load(&l->stop); l->nknown++) {
			struct pair *p = &l->pairs[l->nknown];

			p->to = tl_decoding_same_time(l->from, p->from, l->to);
			if (first && !atomic_load(&l->stop))
				tl_decoding_prepare(l->to, p->to, l->rows);
			first = false;
		}
	}
	atomic_store(&l->over, true);
	tl_mailbox_post(mailbox, &msg);
	return NULL;
}

/* ---- looks */

/* The options that recordings depend on, by their places in struct tl_options. */
static const size_t strings[] = {
	offsetof(struct tl_options, trace_view), offsetof(struct tl_options, trace_columns),
	offsetof(struct tl_options, trace_time), offsetof(struct tl_options, trace_disassembly),
	offsetof(struct tl_options, trace_cpu),  offsetof(struct tl_options, trace_tid),
	offsetof(struct tl_options, trace_comm), offsetof(struct tl_options, symfs),
	offsetof(struct tl_options, kallsyms),   offsetof(struct tl_options, vmlinux),
};

#define NSTRINGS (sizeof(strings) / sizeof(strings[0]))

static bool copy_options(struct tl_options *to, const struct tl_options *from)
{
	bool ok = true;

	for (size_t i = 0; i < NSTRINGS; i++) {
		const char *text = *(char *const *)((const char *)from + strings[i]);
		char **copy = (char **)((char *)to + strings[i]);

		*copy = text ? strdup(text) : NULL;
		ok = ok && (*copy || !text);
	}
	to->trace_source = from->trace_source;
	return ok;
}

/* One without a thread.  NULL is fine. */
static void free_look(struct look *l)
{
	if (!l)
		return;
	tl_source_close(l->to);
	for (size_t i = 0; i < NSTRINGS; i++)
		free(*(char **)((char *)&l->opt + strings[i]));
	pthread_mutex_destroy(&l->lock);
	free(l->format.path);
	free(l->name);
	free(l->index_dir);
	free(l->pairs);
	free(l);
}

/* Takes format.path. */
static struct look *new_look(struct tl_app *app, const struct tl_format *format)
{
	struct look *l = calloc(1, sizeof(*l));

	if (!l) {
		free(format->path);
		return NULL;
	}
	pthread_mutex_init(&l->lock, NULL);
	atomic_store(&l->done, -1);
	l->format = *format;
	l->format.name = l->name = strdup(format->name);
	l->mailbox = app->mailbox;
	l->pool = app->jobs;
	l->from = app->text.src;
	l->rows = app->rows;
	l->index_dir = tl_filesource_index_dir(app);
	if (copy_options(&l->opt, &app->opt) && l->name)
		return l;
	free_look(l);
	return NULL;
}

static bool is_known(const struct look *l, uint64_t from, uint64_t *to)
{
	for (size_t i = 0; i < l->npairs; i++)
		if (l->pairs[i].from == from) {
			*to = l->pairs[i].to;
			return true;
		}
	return false;
}

static bool ask_for(struct look *l, uint64_t from)
{
	struct pair *pairs;
	uint64_t to;

	if (is_known(l, from, &to))
		return true;
	pairs = realloc(l->pairs, (l->npairs + 1) * sizeof(*pairs));
	if (!pairs)
		return false;
	l->pairs = pairs;
	l->pairs[l->npairs++] = (struct pair){ from, TL_NOPOS };
	return true;
}

/* All positions that there are now. */
static bool ask_for_all(struct tl_app *app, struct look *l, const struct tl_file *f)
{
	bool ok = ask_for(l, f->pos);

	for (size_t i = 0; i < TL_NMARKS; i++)
		if (tl_mark_is_in(&app->marks.marks[i], f->name))
			ok = ok && ask_for(l, app->marks.marks[i].pos);
	return ok;
}

static bool start(struct look *l)
{
	atomic_store(&l->over, false);
	return pthread_create(&l->thread, NULL, look, l) == 0;
}

/* ---- positions of one text become those of the same times in another */

/* What is to stay where it is: the line that jumps are put at, if there is one. */
static void save_target(struct tl_app *app, struct tl_file *f)
{
	unsigned row = tl_move_jump_row(app);

	tl_app_save_position(app);
	if (app->text.view && tl_view_pos(app->text.view, row) != TL_NOPOS) {
		f->pos = tl_view_pos(app->text.view, row);
		f->row = row;
	}
}

/* A mark whose time the new text does not have leads nowhere. */
static void move_mark(struct tl_app *app, const struct tl_file *f, size_t i, uint64_t to)
{
	unsigned letter = (unsigned char)tl_marks_letter(i);

	if (to == TL_NOPOS)
		tl_marks_set(&app->marks, letter, f->name, TL_NOPOS, 0);
	else
		app->marks.marks[i].pos = to;
}

static void translate_known(struct tl_app *app, const struct look *l, struct tl_file *f)
{
	uint64_t to;

	is_known(l, f->pos, &f->pos);
	for (size_t i = 0; i < TL_NMARKS; i++)
		if (tl_mark_is_in(&app->marks.marks[i], f->name) &&
		    is_known(l, app->marks.marks[i].pos, &to))
			move_mark(app, f, i, to);
}

static void translate_now(struct tl_app *app, struct tl_file *f, struct tl_source *to)
{
	struct tl_source *from = app->text.src;
	struct tl_mark *marks = app->marks.marks;

	f->pos = tl_decoding_same_time(from, f->pos, to);
	for (size_t i = 0; i < TL_NMARKS; i++)
		if (tl_mark_is_in(&marks[i], f->name))
			move_mark(app, f, i, tl_decoding_same_time(from, marks[i].pos, to));
}

/* ---- what is given up */

static void end_look(struct look *l)
{
	pthread_join(l->thread, NULL);
	free_look(l);
}

/* Those that are over; wait: all. */
static void sweep(struct tl_reopening *r, bool wait)
{
	struct look **at = &r->left;

	while (*at) {
		struct look *l = *at;

		if (!wait && !atomic_load(&l->over)) {
			at = &l->next;
			continue;
		}
		*at = l->next;
		end_look(l);
	}
}

static void leave(struct tl_app *app)
{
	struct tl_reopening *r = app->reopening;
	struct look *l = r->now;

	r->now = NULL;
	r->aside = false;
	if (app->op.kind == TL_OP_REOPEN)
		app->op.kind = TL_OP_NONE;
	if (l) {
		atomic_store(&l->stop, true);
		pthread_mutex_lock(&l->lock);
		if (l->to)
			tl_source_abandon(l->to);
		pthread_mutex_unlock(&l->lock);
		l->next = r->left;
		r->left = l;
	}
	sweep(r, false);
}

static void forget_undo(struct tl_reopening *r)
{
	while (r->nundo > 0)
		tl_option_was_fini(&r->undo[--r->nundo]);
}

static void undo_last(struct tl_app *app)
{
	struct tl_reopening *r = app->reopening;

	if (r->nundo > 0)
		tl_option_put_back(&app->opt, &r->undo[--r->nundo]);
}

/* Options whose text was never shown may be wrong: they are put back. */
static void undo_all(struct tl_app *app)
{
	while (app->reopening->nundo > 0)
		undo_last(app);
}

/* Another text is made, at once, with all options. */
static void drop(struct tl_app *app)
{
	if (!app->reopening)
		return;
	leave(app);
	sweep(app->reopening, true);
	forget_undo(app->reopening);
}

void tl_reopening_drop(struct tl_app *app)
{
	if (app->reopening)
		undo_all(app);
	drop(app);
}

void tl_reopening_fini(struct tl_app *app)
{
	drop(app);
	if (app->reopening)
		free(app->reopening->undo);
	free(app->reopening);
	app->reopening = NULL;
}

bool tl_app_reopen(struct tl_app *app, struct tl_err *err)
{
	struct tl_source *src = NULL;
	struct tl_file *f;

	if (!tl_app_open_again(app, &src, err))
		return false;
	drop(app);
	if (!src)
		return true;
	f = tl_app_file(app);
	tl_app_end_op(app);
	save_target(app, f);
	translate_now(app, f, src);
	return tl_app_show_instead(app, src, err);
}

/* ---- the operation */

/* Takes format.path. */
static bool begin(struct tl_app *app, const struct tl_format *format, struct tl_err *err)
{
	struct tl_file *f = tl_app_file(app);
	struct look *l = new_look(app, format);

	if (!l)
		return tl_err_nomem(err);
	save_target(app, f);
	if (!ask_for_all(app, l, f) || !start(l)) {
		free_look(l);
		return tl_err_nomem(err);
	}
	leave(app);
	app->reopening->now = l;
	tl_app_end_op(app);
	tl_app_begin(app, TL_OP_REOPEN, 0, false);
	return true;
}

static bool remember(struct tl_app *app, const struct tl_option_was *was)
{
	struct tl_reopening *r = app->reopening;
	struct tl_option_was *undo = realloc(r->undo, (r->nundo + 1) * sizeof(*undo));

	if (!undo)
		return false;
	r->undo = undo;
	r->undo[r->nundo++] = *was;
	return true;
}

/* Is the file a recording that is shown as one, and will be? */
static bool is_recording(struct tl_app *app, struct tl_format *format)
{
	struct tl_file *f = tl_app_file(app);

	if (!f || f->kept || f->replaced.kind != TL_REPLACED_NOT || !tl_app_decoder(app, NULL) ||
	    !tl_decoding_probe(&app->opt, f->name, format))
		return false;
	if (format->decoder)
		return true;
	free(format->path);
	return false;
}

bool tl_reopening_begin(struct tl_app *app, struct tl_option_was *was, struct tl_err *err)
{
	struct tl_format format;

	if (!app->reopening)
		app->reopening = calloc(1, sizeof(*app->reopening));
	if (!app->reopening)
		return tl_err_nomem(err);
	if (app->text.help)
		tl_app_leave_help(app);
	if (!is_recording(app, &format)) {
		if (!tl_app_reopen(app, err))
			return false;
		tl_option_was_fini(was);
		return true;
	}
	if (!remember(app, was)) {
		free(format.path);
		return tl_err_nomem(err);
	}
	if (begin(app, &format, err))
		return true;
	app->reopening->nundo--;
	return false;
}

/* With the option that was changed last it cannot be made: without it, perhaps. */
static void failed(struct tl_app *app)
{
	struct look *l = app->reopening->now;
	struct tl_err err = TL_ERR_INIT;
	struct tl_format format;

	app->reopening->now = NULL;
	app->op.kind = TL_OP_NONE;
	tl_app_message(app, "%s", l->err.msg);
	end_look(l);
	undo_last(app);
	if (app->reopening->nundo > 0 && is_recording(app, &format)) {
		if (!begin(app, &format, &err))
			tl_app_message(app, "%s", err.msg);
	}
	if (!app->reopening->now)
		undo_all(app);
	tl_app_dirty(app);
}

static void finish(struct tl_app *app)
{
	struct tl_reopening *r = app->reopening;
	struct tl_file *f = tl_app_file(app);
	struct tl_err err = TL_ERR_INIT;
	struct look *l = r->now;
	struct tl_source *to = l->to;

	if (!to) {
		failed(app);
		return;
	}
	save_target(app, f);
	if (ask_for_all(app, l, f) && l->nknown < l->npairs) { /* one has moved */
		pthread_join(l->thread, NULL);
		if (start(l))
			return;
		r->now = NULL; /* without the lines that nobody has looked for */
		l->to = NULL;
		translate_known(app, l, f);
		free_look(l);
	} else {
		r->now = NULL;
		l->to = NULL;
		translate_known(app, l, f);
		end_look(l);
	}
	sweep(r, true); /* they borrow the text that is closed now */
	forget_undo(r);
	app->op.kind = TL_OP_NONE;
	if (!tl_app_show_instead(app, to, &err))
		tl_app_message(app, "%s", err.msg);
}

void tl_reopening_step(struct tl_app *app)
{
	struct tl_reopening *r = app->reopening;

	if (!r)
		return;
	if (r->left)
		sweep(r, false);
	if (!r->now)
		return;
	if (r->aside && app->op.kind == TL_OP_NONE && app->mode == TL_MODE_COMMAND &&
	    tl_app_at_prompt(app) && app->text.src == r->now->from) {
		r->aside = false;
		app->op = r->op;
		tl_app_dirty(app);
	}
	if (app->op.kind == TL_OP_REOPEN && atomic_load(&r->now->over))
		finish(app);
}

void tl_reopening_put_aside(struct tl_app *app)
{
	struct tl_reopening *r = app->reopening;

	r->op = app->op;
	r->aside = r->now != NULL;
}

void tl_reopening_interrupt(struct tl_app *app)
{
	if (app->op.kind != TL_OP_REOPEN)
		return;
	leave(app);
	undo_all(app);
	tl_tty_flush(&app->tty);
	tl_app_message(app, "The view stays as it was");
}

double tl_reopening_how_far(struct tl_app *app)
{
	return app->reopening->now ? atomic_load(&app->reopening->now->done) : -1;
}
