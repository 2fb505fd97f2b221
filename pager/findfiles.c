/* findfiles.c: a search that goes on in the next file of the list, or the one before. */
#include "pager/finding.h"

#include "pager/env.h"

/* Of fewer files than that, opening them is as quick. */
#define HUNT_MIN 4

/*
 * May files be passed over that have no hit?  Not if opening them does more than show them, or if
 * what is shown of them is not simply their text.
 */
static bool may_hunt(const struct tl_app *app)
{
	return app->opt.nevery == 0 && app->find.nfilters == 0 && app->opt.header.lines == 0 &&
	       app->opt.header.cols == 0 && (!tl_env_is_set("LESSOPEN") || app->opt.no_lessopen);
}

/* Hunt from file `next` on.  The last one is not hunted: a search that ends there has opened it. */
static bool hunt(struct tl_app *app, size_t next)
{
	struct tl_find *f = &app->find;
	bool back = f->scan_type & TL_SEARCH_BACKWARD;
	struct tl_filehunt_request req = {
		.files = &app->files,
		.from = next,
		.n = back ? next : app->files.n - 1 - next,
		.backward = back,
		.m = f->matcher,
		.nth = f->scan_nth,
		.charset = app->charset,
		.escapes = app->opt.raw == 2,
		.mailbox = app->mailbox,
	};

	if (req.n < HUNT_MIN || !may_hunt(app))
		return false;
	if (req.n > TL_FILEHUNT_FILES)
		req.n = TL_FILEHUNT_FILES;
	f->hunt = tl_filehunt_start(&req, app->jobs);
	if (!f->hunt)
		return false;
	f->hunt_from = next;
	f->hunt_n = req.n;
	tl_app_begin(app, TL_OP_SEARCH, f->scan_nth, false);
	return true;
}

/* Open a file and search it; `before` was looked at last.  False: it cannot be opened. */
static bool open_and_search(struct tl_app *app, size_t next, size_t before)
{
	struct tl_find *f = &app->find;
	bool back = f->scan_type & TL_SEARCH_BACKWARD;
	size_t was = app->files.current;

	if (!tl_app_open_near(app, next, back ? -1 : 1))
		return false;
	if (f->home == SIZE_MAX)
		f->home = was;
	if (app->files.current == was)
		return true;
	if (app->files.current == next)
		app->files.previous = before;
	tl_find_whole_text(app);
	return true;
}

bool tl_find_look_in_files(struct tl_app *app)
{
	struct tl_find *f = &app->find;
	bool back = f->scan_type & TL_SEARCH_BACKWARD, hunted = f->hunt_next != SIZE_MAX;
	size_t before = app->files.current, next = back ? before - 1 : before + 1;

	if (!(f->scan_type & TL_SEARCH_PAST_EOF) || app->text.help)
		return false;
	if (hunted) {
		next = f->hunt_next;
		before = back ? next + 1 : next - 1;
	}
	f->hunt_next = SIZE_MAX;
	if (next >= app->files.n)
		return false;
	if ((!hunted || f->hunt_passed_all) && hunt(app, next))
		return true;
	return open_and_search(app, next, before);
}

bool tl_find_hunted(struct tl_app *app, uint64_t *hits)
{
	struct tl_find *f = &app->find;
	bool back = f->scan_type & TL_SEARCH_BACKWARD;
	size_t n;

	if (!tl_filehunt_result(f->hunt, &n, hits))
		return false;
	tl_filehunt_close(f->hunt);
	f->hunt = NULL;
	for (size_t i = 0; i < n; i++) /* as if each had been opened */
		tl_app_remember_name(
		    app, app->files.files[back ? f->hunt_from - i : f->hunt_from + i]->name);
	f->hunt_next = back ? f->hunt_from - n : f->hunt_from + n;
	f->hunt_passed_all = n == f->hunt_n;
	return true;
}

double tl_find_how_far(struct tl_app *app)
{
	struct tl_find *f = &app->find;
	bool back = f->scan_type & TL_SEARCH_BACKWARD;
	size_t now = app->files.current, n;
	uint64_t hits;
	double part = 0;

	if (f->hunt) {
		tl_filehunt_result(f->hunt, &n, &hits);
		now = back ? f->hunt_from - n : f->hunt_from + n;
	} else if (f->scan) {
		part = tl_scan_progress(f->scan, &hits);
	}
	if (!(f->scan_type & TL_SEARCH_PAST_EOF) || app->text.help || f->began_in >= app->files.n)
		return part;
	return back ? ((double)f->began_in - (double)now + part) / ((double)f->began_in + 1)
		    : ((double)now - (double)f->began_in + part) /
			  (double)(app->files.n - f->began_in);
}
