/* folded.c: see folded.h.  Nothing is written before all is counted. */
#include "pager/folded.h"

#include "index/cachedir.h"
#include "pager/app.h"
#include "pager/costjob.h"
#include "pager/decoding.h"
#include "pager/foldedtext.h"
#include "pager/secure.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool write_lines(void *arg, struct tl_span lines)
{
	bool *wrong = arg;

	while (lines.len > 0) {
		ssize_t w = write(STDOUT_FILENO, lines.data, lines.len);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0) {
			/* A reader that has enough is no mistake. */
			*wrong = errno != EPIPE;
			if (*wrong)
				fprintf(stderr, "cannot write standard output: %s\n",
					strerror(errno));
			return false;
		}
		lines.data += w;
		lines.len -= (size_t)w;
	}
	return true;
}

static bool is_of_samples(enum tl_cost_unit unit)
{
	return unit == TL_COST_SAMPLES || unit == TL_COST_PERIODS;
}

/* What is not among the lines. */
static void tell_left_out(const struct tl_cost_result *r, enum tl_cost_unit unit, const char *name)
{
	const char *s = r->ngaps == 1 ? "" : "s";
	struct tl_err line; /* for a terminal, whatever the names are */

	if (r->ngaps > 0) {
		tl_err_set(&line, "%s: %" PRIu64 " gap%s or error%s%s", name, r->ngaps, s, s,
			   is_of_samples(unit) ? ", where samples are missing"
					       : "; behind each a thread's stack begins anew");
		fprintf(stderr, "%s\n", line.msg);
	}
	if (r->nothers > 0) {
		tl_err_set(&line, "%s: samples of %s are counted, %" PRIu64 " of other events not",
			   name, r->event, r->nothers);
		fprintf(stderr, "%s\n", line.msg);
	}
}

/* False: standard output takes no more, or err says what is wrong. */
static bool put_stacks(const struct tl_cost_result *r, enum tl_cost_unit unit, const char *name,
		       int *status, struct tl_err *err)
{
	bool nomem = false, wrong = false, on;

	if (unit == TL_COST_INSNS && r->no_insns)
		return tl_err_set(err, "%s does not tell of instructions: --folded=ns counts time",
				  name);
	if (!is_of_samples(unit) && r->no_insns && !r->has_time)
		return tl_err_set(err, "%s tells neither times nor how long calls took", name);
	if (unit == TL_COST_NS && !r->has_time)
		return tl_err_set(err, "%s has no times: --folded=insns counts instructions", name);
	on = tl_calltree_fold(r->tree, 0, r->names, unit, write_lines, &wrong, &nomem);
	if (nomem)
		return tl_err_nomem(err);
	if (wrong)
		*status = TL_EXIT_ERROR;
	tell_left_out(r, unit, name);
	return on;
}

/* Takes the count.  False as above. */
static bool run(const struct tl_cost_count *begun, struct tl_jobs *pool, enum tl_cost_unit unit,
		const char *name, int *status, struct tl_err *err)
{
	struct tl_cost_result result;
	struct tl_costjob *job = NULL;
	bool ok;

	if (!tl_costjob_start(begun, NULL, pool, NULL, &job, err))
		return false;
	tl_costjob_wait(job);
	ok = tl_costjob_state(job, NULL, err) == TL_COST_DONE &&
	     tl_costjob_result(job, &result, err) && put_stacks(&result, unit, name, status, err);
	tl_costjob_close(job);
	return ok;
}

/* The calls, or samples, of one recording. */
static bool count(struct tl_source *src, struct tl_jobs *pool, enum tl_cost_unit unit,
		  const char *name, int *status, struct tl_err *err)
{
	const struct tl_decoder_ops *ops;
	struct tl_cost_count begun;
	struct tl_err why = TL_ERR_INIT;
	bool can;
	void *self;

	can = tl_decoder_of(src, &ops, &self);
	if (is_of_samples(unit))
		can = can && ops->samples && ops->samples(self, &begun, &why);
	else
		can = can && ops->costs && ops->costs(self, 0, UINT64_MAX, &begun, &why);
	if (!can)
		return tl_err_set(err, "%s has no %s to count%s%s", name,
				  is_of_samples(unit) ? "samples" : "calls", why.msg[0] ? ": " : "",
				  why.msg);
	return run(&begun, pool, unit, name, status, err);
}

static bool fold_recording(const struct tl_options *o, const struct tl_format *format,
			   enum tl_cost_unit unit, struct tl_jobs *pool, int *status,
			   struct tl_err *err)
{
	struct tl_source *src = NULL;
	char *dir = NULL;
	bool on;

	if (!o->no_index && tl_secure_allows(TL_SECURE_HISTORY))
		dir = o->index_dir ? strdup(o->index_dir) : tl_cachedir_default();
	on = tl_decoding_open(o, format, dir, pool, NULL, &src, err) &&
	     count(src, pool, unit, format->name, status, err);
	tl_source_close(src);
	free(dir);
	return on;
}

/* What only the decoders of recordings choose is not ignored: more would be counted than was asked for. */
static bool refuse_choice(const struct tl_options *o, const char *file, struct tl_err *err)
{
	const char *option = o->trace_tid ? "tid" : o->trace_cpu ? "cpu" : "comm";

	return tl_err_set(
	    err,
	    "--%s chooses from recordings only: of %s, which is a text, choose the lines "
	    "with grep, and count these",
	    option, file);
}

/* A text whose lines tell calls. */
static bool fold_text(const struct tl_options *o, const char *file, const struct tl_format *format,
		      enum tl_cost_unit unit, struct tl_jobs *pool, int *status, struct tl_err *err)
{
	struct tl_foldedtext *text;
	struct tl_cost_count begun;
	bool on;

	if (is_of_samples(unit))
		return tl_err_set(err, "only samples of recordings are counted; %s is none", file);
	if (o->trace_tid || o->trace_cpu || o->trace_comm)
		return refuse_choice(o, file, err);
	if (!tl_foldedtext_open(o, file, format, pool, &text, &begun, err))
		return false;
	on = run(&begun, pool, unit, file, status, err);
	tl_foldedtext_close(text);
	return on;
}

static bool fold_file(const struct tl_options *o, const char *file, enum tl_cost_unit unit,
		      struct tl_jobs *pool, int *status)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_format format = { 0 };
	bool on;

	if (tl_decoding_probe(o, file, &format) && format.decoder)
		on = fold_recording(o, &format, unit, pool, status, &err);
	else
		on = fold_text(o, file, &format, unit, pool, status, &err);
	if (err.msg[0]) {
		fprintf(stderr, "%s\n", err.msg);
		*status = TL_EXIT_ERROR;
		on = true;
	}
	free(format.path);
	return on;
}

int tl_folded(const struct tl_options *o, char **names, size_t n)
{
	enum tl_cost_unit unit = o->folded == TL_FOLDED_NS        ? TL_COST_NS
				 : o->folded == TL_FOLDED_INSNS   ? TL_COST_INSNS
				 : o->folded == TL_FOLDED_SAMPLES ? TL_COST_SAMPLES
								  : TL_COST_PERIODS;
	struct tl_err err = TL_ERR_INIT;
	struct tl_jobs *pool = NULL;
	int status = TL_EXIT_OK;
	bool on = true;

	if (o->folded == TL_FOLDED_WRONG) /* which was told */
		return TL_EXIT_ERROR;
	if (!tl_jobs_open(0, &pool, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		return TL_EXIT_ERROR;
	}
	for (size_t i = 0; on && i < n; i++)
		on = fold_file(o, names[i], unit, pool, &status);
	tl_jobs_close(pool);
	return status;
}
