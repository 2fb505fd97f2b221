/* decoding.c: see decoding.h. */
#include "pager/decoding.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_BYTES 4096

static const struct tl_decoder_ops *probe_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	uint8_t head[HEAD_BYTES];
	ssize_t n;

	if (fd < 0)
		return NULL;
	n = pread(fd, head, sizeof(head), 0);
	close(fd);
	return n > 0 ? tl_decoder_probe(head, (size_t)n) : NULL;
}

const struct tl_decoder_ops *tl_decoding_probe(const struct tl_options *o, const char *name,
					       char **path)
{
	const struct tl_decoder_ops *ops = NULL;
	struct stat st;

	*path = NULL;
	if (!strcmp(name, "-")) { /* a pipe is not one: it can be read in one direction only */
		if (lseek(STDIN_FILENO, 0, SEEK_CUR) != 0)
			return NULL;
		name = "/dev/stdin";
	}
	if (o->raw_file || stat(name, &st) != 0)
		return NULL;
	if (!S_ISDIR(st.st_mode))
		*path = strdup(name);
	else if (asprintf(path, "%s/data", name) < 0)
		*path = NULL;
	if (*path && stat(*path, &st) == 0 && S_ISREG(st.st_mode))
		ops = probe_file(*path);
	if (!ops) {
		free(*path);
		*path = NULL;
	}
	return ops;
}

bool tl_decoding_open(const struct tl_options *o, const struct tl_decoder_ops *ops,
		      const char *path, const char *index_dir, struct tl_jobs *pool,
		      struct tl_source **out, struct tl_err *err)
{
	const struct tl_decoder_options chosen = {
		.view = o->trace_view,
		.columns = o->trace_columns,
		.time = o->trace_time,
		.cpu = o->trace_cpu,
		.tid = o->trace_tid,
		.comm = o->trace_comm,
		.symfs = o->symfs,
		.pool = pool,
	};

	return tl_decoder_open(ops, path, &chosen, index_dir, out, err);
}

/* Without times: as far into the text, if the texts are cut alike. */
static uint64_t as_far(struct tl_source *from, uint64_t pos, struct tl_source *to)
{
	struct tl_extent a, b;

	tl_source_extent(from, &a);
	tl_source_extent(to, &b);
	if (a.nchunks != b.nchunks)
		return TL_NOPOS;
	return tl_source_at(to, tl_source_fraction(from, pos));
}

uint64_t tl_decoding_same_time(struct tl_source *from, uint64_t pos, struct tl_source *to)
{
	const struct tl_decoder_ops *ops, *to_ops;
	struct tl_place place;
	uint64_t k, byte, time;
	void *self, *to_self;

	if (!tl_decoder_of(from, &ops, &self) || !tl_decoder_of(to, &to_ops, &to_self) ||
	    pos == TL_NOPOS)
		return TL_NOPOS;
	if (!ops->describe(self, tl_pos_chunk(from, pos), tl_pos_byte(from, pos), &place, NULL))
		return as_far(from, pos, to);
	time = place.time_ns != TL_DECODER_NOTIME ? place.time_ns : place.chunk_ns;
	if (time == TL_DECODER_NOTIME || !to_ops->locate(to_self, time, &k, &byte, NULL))
		return as_far(from, pos, to);
	return tl_pos_make(to, k, byte);
}
