/* dsofile.c: see dsofile.h. */
#include "decoders/perf/dsofile.h"

#include "decoders/perf/elffile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID_HEX      (2 * TL_DSOFILE_ID + 1)
#define ID_SHOWN    16                  /* hex digits in a message: enough to tell two apart */
#define DEBUG_FILES "/usr/lib/debug"    /* where debug packages put theirs */
#define MAX_FILE    (UINT64_C(1) << 40) /* no binary is that long */
#define LINK_NAME   256                 /* of a .gnu_debuglink */

/* ---- places */

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* A file in a folder (which ends with '/'), if it is there.  False: out of memory. */
static bool if_there(const char *folder, const char *name, char **out)
{
	if (asprintf(out, "%s%s", folder, name) < 0) {
		*out = NULL;
		return false;
	}
	if (!is_file(*out)) {
		free(*out);
		*out = NULL;
	}
	return true;
}

/* The kernel's symbols and the copy of its memory in a folder; they belong together. */
static bool look_for_kernel(struct tl_dsofile_places *p, const char *folder)
{
	return if_there(folder, "kallsyms", &p->kallsyms) && if_there(folder, "kcore", &p->kcore);
}

/*
 * The folder with the recording, and what of the kernel is in it: where it is a folder ("rec/" and
 * "rec/data" both name such a recording), in its kcore_dir.
 */
static bool look_beside(struct tl_dsofile_places *p, const char *recording)
{
	const char *slash = strrchr(recording, '/');
	int n = slash ? (int)(slash + 1 - recording) : 0;
	bool folder = is_folder(recording), ok;
	char *kcore_dir;

	if (asprintf(&p->beside, "%.*s", n, recording) < 0) {
		p->beside = NULL;
		return false;
	}
	if (asprintf(&kcore_dir, "%.*s%s/kcore_dir/", folder ? (int)strlen(recording) : n,
		     recording, folder || n > 0 ? "" : ".") < 0)
		return false;
	ok = look_for_kernel(p, is_folder(kcore_dir) ? kcore_dir : p->beside);
	free(kcore_dir);
	return ok;
}

bool tl_dsofile_places_init(struct tl_dsofile_places *p, const char *recording, const char *symfs)
{
	const char *cache = getenv("PERF_BUILDID_DIR"), *home = getenv("HOME");

	struct stat st;

	*p = (struct tl_dsofile_places){ 0 };
	p->owner = stat(recording, &st) == 0 ? st.st_uid : geteuid();
	if (!look_beside(p, recording))
		goto fail;
	if (symfs && symfs[0] && strcmp(symfs, "/") != 0) {
		p->symfs = strdup(symfs);
		if (!p->symfs)
			goto fail;
	}
	if (cache && cache[0]) {
		p->cache = strdup(cache);
		if (!p->cache)
			goto fail;
	} else if (home && home[0]) {
		if (asprintf(&p->cache, "%s/.debug", home) < 0) {
			p->cache = NULL;
			goto fail;
		}
	}
	return true;
fail:
	tl_dsofile_places_fini(p);
	return false;
}

bool tl_dsofile_places_kernel(struct tl_dsofile_places *p, const char *kallsyms,
			      const char *vmlinux, struct tl_err *err)
{
	const char *slash = kallsyms ? strrchr(kallsyms, '/') : NULL;
	int n = slash ? (int)(slash + 1 - kallsyms) : 0;

	if (kallsyms && access(kallsyms, R_OK) != 0)
		return tl_err_sys(err, "cannot open '%s'", kallsyms);
	if (vmlinux && access(vmlinux, R_OK) != 0)
		return tl_err_sys(err, "cannot open '%s'", vmlinux);
	if (kallsyms) {
		char *kcore;

		if (asprintf(&kcore, "%.*skcore", n, kallsyms) < 0)
			return tl_err_nomem(err);
		if (is_file(kcore)) {
			free(p->kcore);
			p->kcore = kcore;
		} else {
			free(kcore);
		}
		free(p->kallsyms);
		p->kallsyms = strdup(kallsyms);
		if (!p->kallsyms)
			return tl_err_nomem(err);
	}
	free(p->vmlinux);
	p->vmlinux = vmlinux ? strdup(vmlinux) : NULL;
	return !vmlinux || p->vmlinux || tl_err_nomem(err);
}

void tl_dsofile_places_fini(struct tl_dsofile_places *p)
{
	free(p->symfs);
	free(p->beside);
	free(p->cache);
	free(p->kcore);
	free(p->kallsyms);
	free(p->vmlinux);
	*p = (struct tl_dsofile_places){ 0 };
}

/* ---- files */

/* With more flags for open(). */
static bool open_file(const char *path, int flags, struct tl_dsofile *out)
{
	struct stat st;
	int fd, saved;

	*out = (struct tl_dsofile){ .fd = -1 };
	/* Asked twice: opening a device can do something, and a name can change its meaning. */
	if (stat(path, &st) != 0)
		return false;
	if (!S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : ENODEV;
		return false;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);
	if (fd < 0)
		return false;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || (uint64_t)st.st_size > MAX_FILE) {
		errno = ENODEV;
		goto fail;
	}
	out->path = strdup(path);
	if (!out->path)
		goto fail;
	out->fd = fd;
	out->size = (uint64_t)st.st_size;
	return true;
fail:
	saved = errno;
	close(fd);
	errno = saved;
	return false;
}

bool tl_dsofile_open(const char *path, struct tl_dsofile *out)
{
	return open_file(path, 0, out);
}

void tl_dsofile_close(struct tl_dsofile *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	*f = (struct tl_dsofile){ .fd = -1 };
}

/* ---- build-ids */

bool tl_dsofile_same_id(const struct tl_dsofile_want *want, const uint8_t *id, size_t len)
{
	if (len == 0 || len > want->id_len || memcmp(want->id, id, len) != 0)
		return false;
	for (size_t i = len; i < want->id_len; i++)
		if (want->id_len != TL_DSOFILE_ID || want->id[i] != 0)
			return false;
	return true;
}

static const char *hex(const uint8_t *id, size_t len, char out[ID_HEX])
{
	out[0] = '\0';
	for (size_t i = 0; i < len; i++)
		snprintf(out + 2 * i, 3, "%02x", id[i]);
	return out;
}

static size_t id_of(const struct tl_dsofile *f, uint8_t id[TL_DSOFILE_ID])
{
	struct tl_elf elf;
	size_t n = 0;

	if (tl_elf_init_fd(&elf, f->fd, f->size)) {
		n = tl_elf_build_id(&elf, id);
		tl_elf_fini(&elf);
	}
	return n;
}

/* Say that a file is another one than wanted; the first such file is the one that is told. */
static void tell_other(struct tl_err *why, const struct tl_dsofile_want *want, const char *path,
		       const uint8_t *id, size_t len)
{
	char is[ID_HEX], recorded[ID_HEX];

	if (!why || why->msg[0])
		return;
	tl_err_set(
	    why,
	    "'%s' is not the binary that was recorded (build-id %.*s, recorded %.*s); give the "
	    "right one below --symfs",
	    path, ID_SHOWN, len ? hex(id, len, is) : "none", ID_SHOWN,
	    hex(want->id, want->id_len, recorded));
}

/* Open a candidate and look whether it is the wanted one. */
static bool open_wanted(const char *path, const struct tl_dsofile_want *want,
			struct tl_dsofile *out, struct tl_err *why)
{
	uint8_t id[TL_DSOFILE_ID];
	size_t len;

	if (!tl_dsofile_open(path, out)) {
		if (errno == ENODEV && why && !why->msg[0])
			tl_err_set(why, "'%s' is not a file", path);
		else if (errno != ENOENT && errno != ENOTDIR && why && !why->msg[0])
			tl_err_sys(why, "cannot open '%s'", path);
		return false;
	}
	if (want->id_len == 0)
		return true;
	len = id_of(out, id);
	if (tl_dsofile_same_id(want, id, len))
		return true;
	tell_other(why, want, path, id, len);
	tl_dsofile_close(out);
	return false;
}

/* ---- names of candidates; false: there is none, or it is too long */

static bool fits(int n)
{
	return n >= 0 && n < PATH_MAX;
}

/* As perf has it: just the one behind the other. */
static bool below_symfs(char out[PATH_MAX], const struct tl_dsofile_places *p, const char *path)
{
	return fits(
	    snprintf(out, PATH_MAX, "%s%s%s", p->symfs ? p->symfs : "", p->symfs ? "/" : "", path));
}

static bool in_cache(char out[PATH_MAX], const struct tl_dsofile_places *p,
		     const struct tl_dsofile_want *want, const char *name)
{
	char id[ID_HEX];

	if (!p->cache || want->id_len < 2)
		return false;
	hex(want->id, want->id_len, id);
	return fits(snprintf(out, PATH_MAX, "%s/.build-id/%.2s/%s/%s", p->cache, id, id + 2, name));
}

bool tl_dsofile_open_cached(const struct tl_dsofile_places *p, const struct tl_dsofile_want *want,
			    const char *name, struct tl_dsofile *out)
{
	char path[PATH_MAX];

	*out = (struct tl_dsofile){ .fd = -1 };
	return in_cache(path, p, want, name) && tl_dsofile_open(path, out);
}

/* ---- the binary */

bool tl_dsofile_find_code(const struct tl_dsofile_places *p, const struct tl_dsofile_want *want,
			  struct tl_dsofile *out, struct tl_err *why)
{
	struct tl_err wrong = TL_ERR_INIT;
	char path[PATH_MAX];

	if (below_symfs(path, p, want->path) && open_wanted(path, want, out, &wrong))
		return true;
	if (!p->symfs && want->path[0] != '/' &&
	    fits(snprintf(path, sizeof(path), "%s%s", p->beside, want->path)) &&
	    open_wanted(path, want, out, &wrong))
		return true;
	if (in_cache(path, p, want, "elf") && open_wanted(path, want, out, &wrong))
		return true;
	/* Not below symfs; but a file that is the right one may come from anywhere. */
	if (p->symfs && want->id_len > 0 && open_wanted(want->path, want, out, NULL))
		return true;
	if (wrong.msg[0])
		tl_err_set(why, "%s", wrong.msg);
	else if (p->symfs)
		tl_err_set(why, "'%s' not found below '%s'; copy it there", want->path, p->symfs);
	else
		tl_err_set(why, "'%s' not found; copy it below a folder and give --symfs",
			   want->path);
	return false;
}

/* ---- what programs left */

static bool is_believed(const struct tl_dsofile_places *p, const struct tl_dsofile *f)
{
	struct stat st;

	return fstat(f->fd, &st) == 0 &&
	       (st.st_uid == 0 || st.st_uid == geteuid() || st.st_uid == p->owner);
}

/* Why it cannot be opened, by errno; where it is not there, nothing. */
static void tell_dump(struct tl_err *why, const char *path)
{
	if (!why || why->msg[0] || errno == ENOENT || errno == ENOTDIR)
		return;
	if (errno == ELOOP)
		tl_err_set(why, "'%s' is a link and not followed; copy it beside the recording",
			   path);
	else if (errno == ENODEV || errno == EISDIR)
		tl_err_set(why, "'%s' is not a file", path);
	else
		tl_err_sys(why, "cannot open '%s'", path);
}

static bool open_dump(const struct tl_dsofile_places *p, const char *path, struct tl_dsofile *out,
		      struct tl_err *why)
{
	/* Links are not followed: that may be another's, to a file of ours. */
	if (!open_file(path, O_NOFOLLOW, out)) {
		tell_dump(why, path);
		return false;
	}
	if (is_believed(p, out))
		return true;
	if (why && !why->msg[0])
		tl_err_set(why,
			   "'%s' is another user's and not believed; copy it beside the recording",
			   path);
	tl_dsofile_close(out);
	return false;
}

bool tl_dsofile_find_dump(const struct tl_dsofile_places *p, const struct tl_dsofile_want *want,
			  struct tl_dsofile *out, struct tl_err *why)
{
	const char *slash = strrchr(want->path, '/'), *base = slash ? slash + 1 : want->path;
	char path[PATH_MAX];

	*out = (struct tl_dsofile){ .fd = -1 };
	if (below_symfs(path, p, want->path) && open_dump(p, path, out, why))
		return true;
	if (fits(snprintf(path, sizeof(path), "%s%s", p->beside, base)) &&
	    open_dump(p, path, out, why))
		return true;
	if (why && !why->msg[0])
		tl_err_set(why, "'%s' not found; copy it beside the recording", want->path);
	return false;
}

/* ---- its symbols */

struct search {
	const struct tl_dsofile_want *want;
	bool (*fn)(void *arg, struct tl_dsofile *file);
	void *arg;
	bool done;
};

static void try(struct search *s, bool named, const char *path)
{
	struct tl_dsofile file;

	if (!s->done && named && open_wanted(path, s->want, &file, NULL))
		s->done = !s->fn(s->arg, &file);
}

/* The name in a binary's .gnu_debuglink: the NUL-terminated begin of the section. */
static bool read_link(const struct tl_dsofile *code, char name[LINK_NAME])
{
	const struct tl_elf_section *s;
	struct tl_elf elf;
	bool ok = false;

	if (!tl_elf_init_fd(&elf, code->fd, code->size))
		return false;
	s = tl_elf_section(&elf, ".gnu_debuglink", NULL);
	if (s) {
		size_t n = s->size < LINK_NAME - 1 ? (size_t)s->size : LINK_NAME - 1;

		memset(name, 0, LINK_NAME);
		ok = tl_elf_read(&elf, s->offset, name, n) && name[0] && !strchr(name, '/');
	}
	tl_elf_fini(&elf);
	return ok;
}

static void try_link(struct search *s, const struct tl_dsofile *code)
{
	const char *slash = strrchr(code->path, '/');
	int dir = slash ? (int)(slash - code->path) : 1;
	const char *base = slash ? code->path : ".";
	char name[LINK_NAME], path[PATH_MAX];

	if (!read_link(code, name))
		return;
	try(s, fits(snprintf(path, sizeof(path), "%.*s/%s", dir, base, name)), path);
	try(s, fits(snprintf(path, sizeof(path), "%.*s/.debug/%s", dir, base, name)), path);
	try(s, fits(snprintf(path, sizeof(path), DEBUG_FILES "%.*s/%s", dir, base, name)), path);
}

void tl_dsofile_each_symbols(const struct tl_dsofile_places *p, const struct tl_dsofile_want *want,
			     const struct tl_dsofile *code,
			     bool (*fn)(void *arg, struct tl_dsofile *file), void *arg)
{
	struct tl_dsofile_want own = *want;
	struct search s = { &own, fn, arg, false };
	char path[PATH_MAX], tail[PATH_MAX], id[ID_HEX];

	/* A debug file belongs to the binary that is here, also where the recording is silent. */
	if (own.id_len == 0 && code->fd >= 0)
		own.id_len = id_of(code, own.id);
	if (code->fd >= 0)
		try_link(&s, code);
	try(&s, in_cache(path, p, &own, "elf"), path);
	try(&s, in_cache(path, p, &own, "debug"), path);
	if (want->path[0] == '/') {
		try(&s,
		    fits(snprintf(tail, sizeof(tail), DEBUG_FILES "%s.debug", want->path)) &&
			below_symfs(path, p, tail),
		    path);
		try(&s,
		    fits(snprintf(tail, sizeof(tail), DEBUG_FILES "%s", want->path)) &&
			below_symfs(path, p, tail),
		    path);
	}
	if (own.id_len >= 2) {
		hex(own.id, own.id_len, id);
		snprintf(tail, sizeof(tail), DEBUG_FILES "/.build-id/%.2s/%s.debug", id, id + 2);
		try(&s, below_symfs(path, p, tail), path);
		if (p->symfs)
			try(&s, true, tail);
	}
	if (code->fd >= 0)
		try(&s, true, code->path);
}

/* ---- the kernel */

static bool take_kernel(void *arg, struct tl_dsofile *file)
{
	*(struct tl_dsofile *)arg = *file;
	return false;
}

bool tl_dsofile_find_kernel(const struct tl_dsofile_places *p, const struct tl_dsofile_want *want,
			    const char *release, struct tl_dsofile *out, struct tl_err *why)
{
	*out = (struct tl_dsofile){ .fd = -1 };
	if (p->vmlinux)
		return open_wanted(p->vmlinux, want, out, why);
	tl_dsofile_each_kernel(p, want, release, take_kernel, out);
	return out->fd >= 0;
}

void tl_dsofile_each_kernel(const struct tl_dsofile_places *p, const struct tl_dsofile_want *want,
			    const char *release, bool (*fn)(void *arg, struct tl_dsofile *file),
			    void *arg)
{
	/* As perf has them, tools/perf/util/symbol.c. */
	static const char *const places[] = { "/boot/vmlinux-%s", "/usr/lib/debug/boot/vmlinux-%s",
					      "/lib/modules/%s/build/vmlinux",
					      "/usr/lib/debug/lib/modules/%s/vmlinux",
					      "/usr/lib/debug/boot/vmlinux-%s.debug" };
	struct search s = { want, fn, arg, false };
	char path[PATH_MAX], tail[PATH_MAX], id[ID_HEX];

	try(&s, p->vmlinux, p->vmlinux);
	try(&s, in_cache(path, p, want, "elf"), path);
	try(&s, in_cache(path, p, want, "debug"), path);
	if (want->id_len >= 2) {
		hex(want->id, want->id_len, id);
		snprintf(tail, sizeof(tail), DEBUG_FILES "/.build-id/%.2s/%s.debug", id, id + 2);
		try(&s, below_symfs(path, p, tail), path);
	}
	if (!release || strchr(release, '/'))
		return;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		const char *gap = strchr(places[i], '%');

		try(&s,
		    fits(snprintf(tail, sizeof(tail), "%.*s%s%s", (int)(gap - places[i]), places[i],
				  release, gap + 2)) &&
			below_symfs(path, p, tail),
		    path);
	}
}
