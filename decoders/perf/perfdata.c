/*
 * perfdata.c: opening and closing a recording.  Everything is read with pread, so that a file
 * that is cut off under us is an error and not a SIGBUS, and only headers are read: the AUX
 * data's places come from the index at the file's end, which costs one small read a record.
 * Where there is no index (pipe mode, folders, recordings that were not ended) all records are
 * walked over once, stepping across the AUX data.
 */
#include "decoders/perf/perfdata.h"

#include "base/bytes.h"
#include "decoders/perf/recording.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOK_FOR_INFO 256 /* records at the start among which AUXTRACE_INFO is looked for */

bool tl_perf_grow(void **array, size_t n, size_t *cap, size_t size)
{
	size_t want;
	void *bigger;

	if (n < *cap)
		return true;
	want = *cap ? *cap * 2 : 16;
	if (want > SIZE_MAX / size)
		return false;
	bigger = realloc(*array, want * size);
	if (!bigger)
		return false;
	*array = bigger;
	*cap = want;
	return true;
}

void *tl_perf_keep(struct tl_perf *p, size_t n)
{
	void *mem;

	if (!tl_perf_grow((void **)&p->kept, p->nkept, &p->kept_cap, sizeof(*p->kept)))
		return NULL;
	mem = calloc(1, n > 0 ? n : 1);
	if (mem)
		p->kept[p->nkept++] = mem;
	return mem;
}

const char *tl_perf_keep_string(struct tl_perf *p, const uint8_t *bytes, size_t n)
{
	size_t len = strnlen((const char *)bytes, n);
	char *s = tl_perf_keep(p, len + 1);

	if (s)
		memcpy(s, bytes, len);
	return s;
}

bool tl_perf_complain(struct tl_perf *p, const char *name, const char *fmt, ...)
{
	struct tl_err line = TL_ERR_INIT;
	va_list args;
	char what[400];

	if (p->ndamage > TL_PERF_MAX_DAMAGE)
		return true;
	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	/* The last one stands for all that follow. */
	if (p->ndamage == TL_PERF_MAX_DAMAGE)
		snprintf(what, sizeof(what), "and more is wrong that is not listed");
	/* Makes one printable line of it. */
	tl_err_set(&line, "%s%s%s", name ? name : "", name ? ": " : "", what);
	if (!tl_perf_grow((void **)&p->damage, p->ndamage, &p->damage_cap, sizeof(*p->damage)))
		return false;
	p->damage[p->ndamage] = strdup(line.msg);
	return p->damage[p->ndamage] && ++p->ndamage;
}

bool tl_perf_pread(int fd, void *out, size_t n, uint64_t offset)
{
	uint8_t *to = out;

	while (n > 0) {
		ssize_t got;

		if (offset > INT64_MAX) {
			errno = 0;
			return false;
		}
		got = pread(fd, to, n, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			if (got == 0)
				errno = 0;
			return false;
		}
		to += got;
		offset += (uint64_t)got;
		n -= (size_t)got;
	}
	return true;
}

/* Take a file of records, and with it fd, which is -1 where it is to be opened by its name. */
static bool add_file(struct tl_perf *p, const char *name, int fd, uint64_t *size,
		     struct tl_err *err)
{
	struct tl_perf_file *f;
	struct stat st;
	struct tl_perf_file *bigger = realloc(p->files, (p->nfiles + 1) * sizeof(*p->files));

	if (!bigger) {
		if (fd >= 0)
			close(fd);
		return tl_err_nomem(err);
	}
	p->files = bigger;
	f = &p->files[p->nfiles];
	*f = (struct tl_perf_file){ .fd = fd };
	f->name = strdup(name);
	if (!f->name) {
		tl_err_nomem(err);
		goto fail;
	}
	if (fd < 0)
		f->fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (f->fd < 0 || fstat(f->fd, &st) != 0) {
		tl_err_sys(err, "cannot open '%s'", name);
		goto fail;
	}
	if (!S_ISREG(st.st_mode)) {
		tl_err_set(err, "%s: not a regular file", name);
		goto fail;
	}
	*size = (uint64_t)st.st_size;
	f->end = *size;
	p->nfiles++;
	return true;
fail:
	if (f->fd >= 0)
		close(f->fd);
	free(f->name);
	return false;
}

/* The number behind "data." of a folder's file; -1: it is none. */
static long data_number(const char *name)
{
	char *end;
	long n;

	if (strncmp(name, "data.", 5) != 0 || name[5] < '0' || name[5] > '9')
		return -1;
	errno = 0;
	n = strtol(name + 5, &end, 10);
	return errno || *end || n > INT32_MAX ? -1 : n;
}

static int by_number(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

/* The numbers of a folder's files data.0, data.1 and so on, in order. */
static bool list_data(const char *path, long **numbers, size_t *n)
{
	DIR *d = opendir(path);
	const struct dirent *e;
	size_t cap = 0;

	*numbers = NULL;
	*n = 0;
	if (!d)
		return true;
	while ((e = readdir(d)) != NULL) {
		long number = data_number(e->d_name);

		if (number < 0)
			continue;
		if (!tl_perf_grow((void **)numbers, *n, &cap, sizeof(**numbers))) {
			closedir(d);
			return false;
		}
		(*numbers)[(*n)++] = number;
	}
	closedir(d);
	if (*n > 0)
		qsort(*numbers, *n, sizeof(**numbers), by_number);
	return true;
}

/* Is this the file `data` of a folder?  Its header says so. */
static bool is_of_folder(const struct tl_perf *p)
{
	const char *slash = strrchr(p->path, '/');
	uint8_t bits[8];

	return strcmp(slash ? slash + 1 : p->path, "data") == 0 &&
	       tl_perf_pread(p->files[0].fd, bits, sizeof(bits), TL_PERF_HEADER_BITS) &&
	       tl_get64(bits) >> TL_PERF_FEATURE_DIR_FORMAT & 1;
}

/* Add what `perf record --threads` wrote beside `data`. */
static bool add_data_files(struct tl_perf *p, const char *folder, struct tl_err *err)
{
	long *numbers;
	size_t n;
	bool ok = true;

	if (!list_data(folder, &numbers, &n)) {
		free(numbers);
		return tl_err_nomem(err);
	}
	for (size_t i = 0; ok && i < n; i++) {
		struct tl_err why = TL_ERR_INIT;
		long before = i > 0 ? numbers[i - 1] + 1 : 0;
		uint64_t size;
		char *name;

		/* perf counts from 0; that the last ones are missing cannot be seen. */
		if (numbers[i] > before)
			ok = tl_perf_complain(p, p->path,
					      "data.%ld is not in the folder, data.%ld is", before,
					      numbers[i]);
		if (p->nfiles >= TL_PERF_MAX_FILES) {
			ok = ok && tl_perf_complain(p, p->path,
						    "more than %d files, the rest is left out",
						    TL_PERF_MAX_FILES);
			break;
		}
		if (asprintf(&name, "%s/data.%ld", folder, numbers[i]) < 0) {
			ok = false;
			break;
		}
		if (!add_file(p, name, -1, &size, &why))
			ok = tl_perf_complain(p, NULL, "%s", why.msg) && ok;
		free(name);
	}
	free(numbers);
	return ok || tl_err_nomem(err);
}

/* What open() wants from the records. */
struct look {
	struct tl_perf *p;
	bool nomem;
	bool info_only; /* and only until it is found, or so many records were seen: */
	uint64_t left;
};

static bool look_at_body(struct tl_perf *p, const struct tl_perf_record *r)
{
	switch (r->type) {
	case TL_PERF_RECORD_AUXTRACE_INFO:
		return tl_perf_add_auxinfo(p, r->body, r->len);
	case TL_PERF_RECORD_AUXTRACE:
		return tl_perf_add_auxtrace(p, r->file, r->offset, r->body, r->len);
	default:
		break;
	}
	if (!p->pipe)
		return true;
	switch (r->type) {
	case TL_PERF_RECORD_ATTR: {
		/* The ids are behind the attribute, which tells its size. */
		uint32_t size = r->len >= 8 ? tl_get32(r->body + 4) : 0;

		if (size < 64 || size > r->len)
			return tl_perf_complain(p, p->files[r->file].name,
						"the event described at byte %" PRIu64
						" has a size of %" PRIu32,
						r->offset, size);
		return tl_perf_add_attr(p, r->body, size, r->body + size, (r->len - size) / 8);
	}
	case TL_PERF_RECORD_EVENT_UPDATE:
		return tl_perf_update_event(p, r->body, r->len);
	case TL_PERF_RECORD_BUILD_ID:
		return tl_perf_add_build_id(p, r->misc, r->body, r->len);
	case TL_PERF_RECORD_FEATURE:
		if (r->len < 8 || tl_get64(r->body) >= TL_PERF_FEATURES)
			return true;
		return tl_perf_add_feature(p, (unsigned)tl_get64(r->body), r->body + 8, r->len - 8);
	default:
		return true;
	}
}

static bool look_at(void *arg, struct tl_perf_record *r)
{
	struct look *look = arg;

	if (look->info_only && look->left-- == 0)
		return false;
	if (look->info_only && r->type != TL_PERF_RECORD_AUXTRACE_INFO)
		return true;
	if (!look_at_body(look->p, r)) {
		look->nomem = true;
		return false;
	}
	return !look->info_only || !look->p->has_info;
}

/* All records: pipe mode, folders, files without a usable index. */
static bool walk_all(struct tl_perf *p)
{
	struct look look = { .p = p };
	struct tl_err err = TL_ERR_INIT;

	p->walked = true;
	if (tl_perf_visit_all(p, look_at, &look, &err))
		return !look.nomem;
	/* What ended the walk says more than that the header promised more. */
	p->data_told = 0;
	return !look.nomem && tl_perf_complain(p, NULL, "%s", err.msg);
}

/* AUXTRACE_INFO, among the first `n` records. */
static bool look_for_info(struct tl_perf *p, uint64_t n)
{
	struct look look = { .p = p, .info_only = true, .left = n };
	struct tl_err err = TL_ERR_INIT;

	tl_perf_visit_all(p, look_at, &look, &err);
	return !look.nomem;
}

/* AUX data by the index if there is one that can be trusted, else by walking. */
static bool find_aux(struct tl_perf *p, uint64_t index, uint64_t index_size)
{
	bool usable = false;

	if (index_size > 0 && !tl_perf_read_auxindex(p, index, index_size, &usable))
		return false;
	/* perf writes the info before all that the kernel wrote. */
	if ((usable || !p->has_aux) && !look_for_info(p, LOOK_FOR_INFO))
		return false;
	if (usable)
		return p->has_info || look_for_info(p, UINT64_MAX);
	/* Without the header's word for it there is AUX data only where there is the info. */
	if (!p->has_aux && !p->has_info)
		return true;
	return walk_all(p);
}

static bool read_all(struct tl_perf *p, uint64_t file_size, struct tl_err *err)
{
	uint64_t features = 0, bits[4] = { 0 }, index = 0, index_size = 0;

	if (!tl_perf_read_header(p, file_size, &features, bits, err))
		return false;
	if (features > 0 &&
	    !tl_perf_read_features(p, features, bits, file_size, &index, &index_size))
		return tl_err_nomem(err);
	p->has_aux = bits[0] >> TL_PERF_FEATURE_AUXTRACE & 1;
	if (!tl_perf_finish_attrs(p) || !(p->pipe ? walk_all(p) : find_aux(p, index, index_size)) ||
	    !tl_perf_finish_attrs(p) || !tl_perf_finish_pt(p) || !tl_perf_make_queues(p) ||
	    !tl_perf_order_queues(p) || !tl_perf_index_queues(p))
		return tl_err_nomem(err);
	if (p->data_told &&
	    !tl_perf_complain(p, p->files[0].name,
			      "cut off at byte %" PRIu64 ": its data should go to byte %" PRIu64,
			      file_size, p->data_told))
		return tl_err_nomem(err);
	return true;
}

bool tl_perf_open(const char *path, struct tl_perf **out, struct tl_err *err)
{
	struct tl_perf *p = calloc(1, sizeof(*p));
	char *name = NULL, *folder = NULL;
	bool is_folder;
	struct stat st;
	uint64_t size;

	if (!p || !(p->path = strdup(path)))
		goto nomem;
	is_folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	if (asprintf(&name, "%s%s", path, is_folder ? "/data" : "") < 0) {
		name = NULL;
		goto nomem;
	}
	folder = strdup(name);
	if (!folder)
		goto nomem;
	if (!add_file(p, name, -1, &size, err) ||
	    ((is_folder || is_of_folder(p)) && !add_data_files(p, dirname(folder), err)) ||
	    !read_all(p, size, err))
		goto fail;
	free(folder);
	free(name);
	*out = p;
	return true;
nomem:
	tl_err_nomem(err);
fail:
	free(folder);
	free(name);
	tl_perf_close(p);
	return false;
}

bool tl_perf_open_expanded(const char *path, int fd, const char *broken, struct tl_perf **out,
			   struct tl_err *err)
{
	struct tl_perf *p = calloc(1, sizeof(*p));
	char *name = NULL;
	uint64_t size;

	*out = NULL;
	if (asprintf(&name, "%s (unpacked)", path) < 0)
		name = NULL;
	if (!p || !name || !(p->path = strdup(path))) {
		close(fd);
		tl_err_nomem(err);
	} else if (add_file(p, name, fd, &size, err)) {
		if (*broken && !tl_perf_complain(p, NULL, "%s", broken))
			tl_err_nomem(err);
		else if (read_all(p, size, err))
			*out = p;
	}
	free(name);
	if (*out)
		return true;
	tl_perf_close(p);
	return false;
}

void tl_perf_close(struct tl_perf *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->nfiles; i++) {
		close(p->files[i].fd);
		free(p->files[i].name);
		free(p->files[i].aux);
	}
	for (size_t i = 0; i < p->nqueues; i++)
		free(p->queues[i].pieces);
	for (size_t i = 0; i < p->ndamage; i++)
		free(p->damage[i]);
	for (size_t i = 0; i < p->nkept; i++)
		free(p->kept[i]);
	free(p->files);
	free(p->attrs);
	free(p->layouts);
	free(p->slots);
	free((void *)p->features.build_ids);
	free(p->found);
	free(p->names);
	free(p->queues);
	free(p->owned);
	free(p->damage);
	free(p->kept);
	free(p->path);
	free(p);
}

const char *tl_perf_path(const struct tl_perf *p)
{
	return p->path;
}

const struct tl_perf_features *tl_perf_features(const struct tl_perf *p)
{
	return &p->features;
}

size_t tl_perf_nattrs(const struct tl_perf *p)
{
	return p->nattrs;
}

const struct tl_perf_attr *tl_perf_attr(const struct tl_perf *p, size_t i)
{
	return &p->attrs[i];
}

const struct tl_perf_pt_info *tl_perf_pt_info(const struct tl_perf *p)
{
	return p->is_pt ? &p->pt : NULL;
}

size_t tl_perf_nqueues(const struct tl_perf *p)
{
	return p->nqueues;
}

const struct tl_perf_queue *tl_perf_queue(const struct tl_perf *p, size_t i)
{
	return &p->queues[i];
}

size_t tl_perf_ndamage(const struct tl_perf *p)
{
	return p->ndamage;
}

const char *tl_perf_damage(const struct tl_perf *p, size_t i)
{
	return p->damage[i];
}

struct walk {
	const struct tl_perf *p;
	bool (*fn)(void *arg, const struct tl_perf_record *r);
	void *arg;
};

static bool walk_one(void *arg, struct tl_perf_record *r)
{
	struct walk *w = arg;

	if (r->type == TL_PERF_RECORD_AUXTRACE)
		return true;
	tl_perf_fill_id(w->p, r);
	return w->fn(w->arg, r);
}

bool tl_perf_walk(const struct tl_perf *p, bool (*fn)(void *arg, const struct tl_perf_record *r),
		  void *arg, struct tl_err *err)
{
	struct walk w = { p, fn, arg };

	return tl_perf_visit_all(p, walk_one, &w, err);
}

double tl_perf_fraction(const struct tl_perf *p, const struct tl_perf_record *r)
{
	double before = (double)r->offset, all = 0;

	for (uint32_t i = 0; i < p->nfiles; i++) {
		double size = (double)p->files[i].end;

		before += i < r->file ? size : 0;
		all += size;
	}
	return all > 0 ? before / all : 0;
}

int tl_perf_probe(const uint8_t *head, size_t len)
{
	/* The second is a recording of a big-endian machine: ours to say so. */
	return len >= 8 && (memcmp(head, "PERFILE2", 8) == 0 || memcmp(head, "2ELIFREP", 8) == 0)
		   ? 100
		   : 0;
}
