/*
 * samplecosts.h: samples counted by their stacks, for flame graphs: the thread's name, its functions,
 * the outermost first, as the lines of the samples name them.
 *
 * Several events have nothing in common that could be added: the first sample's is counted.
 */
#ifndef TL_DECODERS_PERF_SAMPLECOSTS_H
#define TL_DECODERS_PERF_SAMPLECOSTS_H

#include "decoders/decoder.h"
#include "decoders/perf/sampleline.h"

/*
 * Begin to count.  gather() gives the samples of chunk k < nchunks, those that are not selected or none;
 * any thread.  All is borrowed until close.
 */
struct tl_samplecosts_of {
	const struct tl_sampleline *line;
	uint64_t nchunks;
	uint64_t ndamage; /* what else is missing, and told of */
	bool (*gather)(const void *arg, uint64_t k, struct tl_gathered *g, struct tl_err *err);
	const void *arg;
};

bool tl_samplecosts_open(const struct tl_samplecosts_of *of, struct tl_cost_count *out,
			 struct tl_err *err);

#endif
