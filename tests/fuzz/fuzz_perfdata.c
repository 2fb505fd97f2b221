/*
 * fuzz_perfdata.c: any bytes as a perf.data file.  All that can be asked of it is asked; AUX
 * bytes that are promised can be read, and each record lies in the file or was unpacked.
 */
#include "decoders/perf/perfdata.h"

#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_RECORDS 200000 /* a few bytes unpack to many */

/* Something that depends on the bytes, so that they are read. */
struct sum {
	uint64_t of, records;
	const struct tl_perf *perf;
};

static void add(struct sum *s, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < n; i++)
		s->of = s->of * 31 + p[i];
}

static void add_string(struct sum *s, const char *string)
{
	if (string)
		add(s, string, strlen(string));
}

static bool see(void *arg, const struct tl_perf_record *r)
{
	struct sum *s = arg;

	must(r->len <= 65535 && r->id_len <= r->len);
	add(s, r->body, r->len);
	add(s, &r->id, sizeof(r->id));
	if (r->id.attr)
		add_string(s, r->id.attr->name);
	return ++s->records < MAX_RECORDS;
}

static void check_queue(const struct tl_perf *p, const struct tl_perf_queue *q, size_t n)
{
	struct tl_buf bytes = TL_BUF_INIT;
	uint64_t at = 0;

	for (size_t i = 0; i < q->npieces; i++) {
		must(q->pieces[i].at == at && q->pieces[i].size > 0);
		at += q->pieces[i].size;
	}
	must(q->size == at && at <= n);
	must(tl_perf_read_aux(p, q, 0, at, &bytes, NULL) && bytes.len == at);
	must(!tl_perf_read_aux(p, q, 1, at, &bytes, NULL));
	tl_buf_fini(&bytes);
}

static void check(const struct tl_perf *p, size_t n)
{
	const struct tl_perf_features *f = tl_perf_features(p);
	const struct tl_perf_pt_info *pt = tl_perf_pt_info(p);
	struct sum s = { .perf = p };

	add_string(&s, f->hostname);
	add_string(&s, f->osrelease);
	add_string(&s, f->version);
	add_string(&s, f->arch);
	add_string(&s, f->cpuid);
	add_string(&s, f->cmdline);
	for (size_t i = 0; i < f->nbuild_ids; i++) {
		must(f->build_ids[i].len <= TL_PERF_BUILD_ID);
		add_string(&s, f->build_ids[i].path);
	}
	for (size_t i = 0; i < tl_perf_nattrs(p); i++) {
		const struct tl_perf_attr *attr = tl_perf_attr(p, i);

		add_string(&s, attr->name);
		for (size_t k = 0; k < attr->nids; k++)
			must(attr->ids[k] == 0 || tl_perf_attr_of_id(p, attr->ids[k]));
	}
	if (pt)
		tl_perf_ns_to_tsc(pt, tl_perf_tsc_to_ns(pt, s.of));
	for (size_t i = 0; i < tl_perf_nqueues(p); i++)
		check_queue(p, tl_perf_queue(p, i), n);
	for (size_t i = 0; i < tl_perf_ndamage(p); i++)
		must(tl_perf_damage(p, i)[0] != '\0');
	tl_perf_walk(p, see, &s, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct tl_err err = TL_ERR_INIT;
	struct tl_perf *p;
	char path[64];

	must(fd >= 0 && write(fd, data, n) == (ssize_t)n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (tl_perf_open(path, &p, &err)) {
		check(p, n);
		tl_perf_close(p);
	} else {
		must(err.msg[0] != '\0');
	}
	close(fd);
	return 0;
}
