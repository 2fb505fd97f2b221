/*
 * recording.c: a perf.data is decoded by what it holds, which only shows when it is open: the
 * first bytes are the same.  All calls are handed on.  A compressed one is expanded first.
 */
#include "decoders/recording.h"

#include "decoders/packed/expand.h"
#include "decoders/perf/samples.h"
#include "decoders/pt/pt.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define HEAD_BYTES 4096

struct recording {
	const struct tl_decoder_ops *ops;
	void *self;
};

/* The codec of a file that is compressed; NULL: it is not. */
static const struct tl_codec_ops *codec_of(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t head[HEAD_BYTES];
	ssize_t n = fd >= 0 ? pread(fd, head, sizeof(head), 0) : -1;

	if (fd >= 0)
		close(fd);
	return n > 0 ? tl_codec_probe(head, (size_t)n) : NULL;
}

static bool open_perf(const char *path, const struct tl_decoder_options *options,
		      struct tl_perf **perf, struct tl_err *err)
{
	const struct tl_codec_ops *codec = codec_of(path);
	struct tl_err broken = TL_ERR_INIT;
	int fd;

	if (!codec)
		return tl_perf_open(path, perf, err);
	return tl_packed_expand(codec, path, options->progress, &fd, &broken, err) &&
	       tl_perf_open_expanded(path, fd, broken.msg, perf, err);
}

static bool recording_open(const char *path, const struct tl_decoder_options *options,
			   struct tl_span saved, void **self, struct tl_err *err)
{
	struct recording *r = calloc(1, sizeof(*r));
	struct tl_perf *perf;
	bool ok;

	*self = NULL;
	if (!r)
		return tl_err_nomem(err);
	if (!open_perf(path, options, &perf, err)) {
		free(r);
		return false;
	}
	if (tl_perf_pt_info(perf)) {
		r->ops = &tl_decoder_pt_ops;
		ok = tl_pt_open(perf, options, saved, &r->self, err);
	} else {
		r->ops = &tl_decoder_perf_samples;
		ok = tl_perf_samples_open(perf, options, &r->self, err);
	}
	if (!ok) {
		free(r);
		return false;
	}
	*self = r;
	return true;
}

static uint64_t recording_chunks(const void *self)
{
	const struct recording *r = self;

	return r->ops->chunks(r->self);
}

static bool recording_decode(void *self, uint64_t k, struct tl_buf *out, struct tl_err *err)
{
	struct recording *r = self;

	return r->ops->decode(r->self, k, out, err);
}

static uint64_t recording_time(const void *self, uint64_t k)
{
	const struct recording *r = self;

	return r->ops->time(r->self, k);
}

static bool recording_range(const void *self, uint64_t *first_ns, uint64_t *last_ns)
{
	const struct recording *r = self;

	return r->ops->range(r->self, first_ns, last_ns);
}

static bool recording_locate(void *self, uint64_t time_ns, uint64_t *k, uint64_t *byte,
			     struct tl_err *err)
{
	struct recording *r = self;

	return r->ops->locate(r->self, time_ns, k, byte, err);
}

static bool recording_describe(void *self, uint64_t k, uint64_t byte, struct tl_place *out,
			       struct tl_err *err)
{
	struct recording *r = self;

	return r->ops->describe(r->self, k, byte, out, err);
}

static bool recording_calls(void *self, uint64_t k, struct tl_calls *out, struct tl_err *err)
{
	struct recording *r = self;

	if (!r->ops->calls)
		return tl_err_set(err, "samples do not tell calls");
	return r->ops->calls(r->self, k, out, err);
}

static uint64_t recording_gaps(const void *self)
{
	const struct recording *r = self;

	return r->ops->gaps(r->self);
}

static bool recording_whole(void *self, uint64_t k)
{
	struct recording *r = self;

	return r->ops->whole && r->ops->whole(r->self, k);
}

static uint64_t recording_state(void *self)
{
	struct recording *r = self;

	return r->ops->state ? r->ops->state(r->self) : 0;
}

static bool recording_costs(void *self, uint64_t first_ns, uint64_t last_ns,
			    struct tl_cost_count *out, struct tl_err *err)
{
	struct recording *r = self;

	if (!r->ops->costs)
		return tl_err_set(err, "it has samples, which --folded=samples counts");
	return r->ops->costs(r->self, first_ns, last_ns, out, err);
}

static bool recording_samples(void *self, struct tl_cost_count *out, struct tl_err *err)
{
	struct recording *r = self;

	if (!r->ops->samples)
		return tl_err_set(err, "it has Intel PT data, which --folded=ns counts");
	return r->ops->samples(r->self, out, err);
}

static bool recording_save(const void *self, struct tl_buf *out)
{
	const struct recording *r = self;

	return r->ops->save(r->self, out);
}

static void recording_stop(void *self)
{
	struct recording *r = self;

	if (r->ops->stop)
		r->ops->stop(r->self);
}

static void recording_close(void *self)
{
	struct recording *r = self;

	if (!r)
		return;
	r->ops->close(r->self);
	free(r);
}

const struct tl_decoder_ops tl_decoder_recording = {
	.abi = TL_DECODER_ABI,
	.name = "perf",
	.probe = tl_perf_probe,
	.open = recording_open,
	.chunks = recording_chunks,
	.decode = recording_decode,
	.time = recording_time,
	.range = recording_range,
	.locate = recording_locate,
	.describe = recording_describe,
	.calls = recording_calls,
	.gaps = recording_gaps,
	.whole = recording_whole,
	.costs = recording_costs,
	.samples = recording_samples,
	.state = recording_state,
	.save = recording_save,
	.stop = recording_stop,
	.close = recording_close,
};
