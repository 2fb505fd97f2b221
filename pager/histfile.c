/* histfile.c: see histfile.h. */
#include "pager/histfile.h"

#include "pager/env.h"
#include "pager/secure.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_LINE ".less-history-file:"
#define LINE_BYTES 2048              /* what is longer was not typed */
#define FILE_BYTES ((off_t)16 << 20) /* nor a file like this */

/* ---- the text of it */

static void tell_line(char *line, enum tl_hist_section *section, tl_histfile_entry *entry,
		      void *arg)
{
	if (!strcmp(line, ".search"))
		*section = TL_HIST_SEARCH;
	else if (!strcmp(line, ".shell"))
		*section = TL_HIST_SHELL;
	else if (!strcmp(line, ".mark"))
		*section = TL_HIST_MARK;
	else if (*line == '"' && (*section == TL_HIST_SEARCH || *section == TL_HIST_SHELL))
		entry(arg, *section, line + 1);
	else if (*line == 'm')
		entry(arg, TL_HIST_MARK, line);
}

bool tl_histfile_parse(const char *bytes, size_t n, tl_histfile_entry *entry, void *arg)
{
	enum tl_hist_section section = TL_HIST_NONE;
	size_t len = strlen(FIRST_LINE);
	char line[LINE_BYTES];

	if (n < len || memcmp(bytes, FIRST_LINE, len) != 0)
		return false;
	for (size_t i = 0, end; i < n; i = end + 1) {
		const char *nl = memchr(bytes + i, '\n', n - i);

		end = nl ? (size_t)(nl - bytes) : n;
		if (i == 0 || end - i >= sizeof(line))
			continue;
		memcpy(line, bytes + i, end - i);
		line[end - i] = '\0';
		line[strcspn(line, "\r")] = '\0';
		tell_line(line, &section, entry, arg);
	}
	return true;
}

/* ---- where it is */

/* dir/name into out; with must_exist only if that is there. */
static bool in_folder(const char *dir, const char *name, bool must_exist, struct tl_buf *out)
{
	out->len = 0;
	if (!dir || !*dir)
		return false;
	tl_buf_printf(out, "%s/%s", dir, name);
	return !must_exist || access(tl_buf_str(out), F_OK) == 0;
}

static bool in_usual_folders(bool must_exist, struct tl_buf *out)
{
	const char *home = tl_env("HOME");
	struct tl_buf state = TL_BUF_INIT;
	bool found = in_folder(tl_env("XDG_STATE_HOME"), "lesshst", must_exist, out);

	if (!found && in_folder(home, ".local/state", true, &state))
		found = in_folder(tl_buf_str(&state), "lesshst", must_exist, out);
	tl_buf_fini(&state);
	return found || in_folder(tl_env("XDG_DATA_HOME"), "lesshst", must_exist, out) ||
	       in_folder(home, ".lesshst", must_exist, out);
}

bool tl_histfile_name(bool to_write, struct tl_buf *out)
{
	const char *name = tl_env("LESSHISTFILE");

	if (name && *name) {
		out->len = 0;
		return strcmp(name, "-") != 0 && strcmp(name, "/dev/null") != 0 &&
		       tl_buf_puts(out, name);
	}
	return in_usual_folders(true, out) || (to_write && in_usual_folders(false, out));
}

/* ---- reading */

enum reading { NOT_THERE, NOT_OURS, READ };

static enum reading read_bytes(const char *path, struct tl_buf *out)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t got;

	if (fd < 0)
		return NOT_THERE;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_BYTES) {
		close(fd);
		return NOT_OURS;
	}
	while (tl_buf_reserve(out, 65536) && (got = read(fd, out->data + out->len, 65536)) > 0 &&
	       (off_t)out->len <= FILE_BYTES)
		out->len += (size_t)got;
	close(fd);
	return READ;
}

/* The entries of the file as it is now. */
static enum reading read_file(const char *path, tl_histfile_entry *entry, void *arg)
{
	struct tl_buf bytes = TL_BUF_INIT;
	enum reading how = read_bytes(path, &bytes);

	if (how == READ && bytes.len > 0 &&
	    !tl_histfile_parse((const char *)bytes.data, bytes.len, entry, arg))
		how = NOT_OURS;
	tl_buf_fini(&bytes);
	return how;
}

struct entries {
	struct tl_history search, shell;
	struct tl_marks marks;
};

static void take_entry(void *arg, enum tl_hist_section section, const char *text)
{
	struct entries *e = arg;

	if (section == TL_HIST_SEARCH)
		tl_history_add_old(&e->search, text);
	else if (section == TL_HIST_SHELL)
		tl_history_add_old(&e->shell, text);
	else
		tl_marks_read(&e->marks, text);
}

static void entries_fini(struct entries *e)
{
	tl_history_fini(&e->search);
	tl_history_fini(&e->shell);
	tl_marks_fini(&e->marks);
}

void tl_histfile_load(struct tl_histfile *h)
{
	struct tl_buf path = TL_BUF_INIT;
	struct entries old = { .search.unique = h->search->unique,
			       .shell.unique = h->shell->unique };

	if (h->loaded)
		return;
	h->loaded = true;
	if (tl_secure_allows(TL_SECURE_HISTORY) && tl_histfile_name(false, &path) &&
	    read_file(tl_buf_str(&path), take_entry, &old) == READ) {
		tl_history_prepend(h->search, &old.search);
		tl_history_prepend(h->shell, &old.shell);
		tl_marks_add_missing(h->marks, &old.marks);
	}
	entries_fini(&old);
	tl_buf_fini(&path);
}

/* ---- writing */

static size_t most_lines(void)
{
	const char *s = tl_env("LESSHISTSIZE");
	int n = s ? atoi(s) : 0;

	return n > 0 ? (size_t)n : 100;
}

static bool has_fresh(const struct tl_history *h)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->lines[i].fresh)
			return true;
	return false;
}

/* What the file has, then what is new; the oldest make room. */
static void write_lines(const char *header, struct tl_history *old, const struct tl_history *now,
			struct tl_buf *out)
{
	size_t most = most_lines();

	for (size_t i = 0; i < now->n; i++)
		if (now->lines[i].fresh)
			tl_history_add(old, now->lines[i].text);
	if (old->n > 0)
		tl_buf_puts(out, header);
	for (size_t i = old->n > most ? old->n - most : 0; i < old->n; i++)
		tl_buf_printf(out, "\"%s\n", old->lines[i].text);
}

static bool write_all(int fd, const struct tl_buf *bytes)
{
	for (size_t at = 0; at < bytes->len;) {
		ssize_t n = write(fd, bytes->data + at, bytes->len - at);

		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

/* A new file takes the old one's place when it is complete.  Only its owner may read it. */
static bool replace_file(const char *path, const struct tl_buf *bytes)
{
	char *full = realpath(path, NULL); /* not a link that leads to it */
	struct tl_buf temp = TL_BUF_INIT;
	bool ok;
	int fd;

	tl_buf_printf(&temp, "%s.XXXXXX", full ? full : path);
	fd = mkostemp((char *)temp.data, O_CLOEXEC);
	ok = fd >= 0 && write_all(fd, bytes);
	if (fd >= 0)
		ok = close(fd) == 0 && ok;
	if (ok)
		ok = rename((const char *)temp.data, full ? full : path) == 0;
	if (fd >= 0 && !ok)
		unlink((const char *)temp.data);
	tl_buf_fini(&temp);
	free(full);
	return ok;
}

static void mark_all_saved(struct tl_histfile *h)
{
	for (size_t i = 0; i < h->search->n; i++)
		h->search->lines[i].fresh = false;
	for (size_t i = 0; i < h->shell->n; i++)
		h->shell->lines[i].fresh = false;
	h->marks->changed = false;
}

static void make_text(struct tl_histfile *h, struct entries *old, bool save_marks,
		      struct tl_buf *out)
{
	tl_buf_puts(out, FIRST_LINE "\n");
	write_lines(".search\n", &old->search, h->search, out);
	write_lines(".shell\n", &old->shell, h->shell, out);
	tl_buf_puts(out, ".mark\n");
	if (save_marks)
		tl_marks_override(&old->marks, h->marks);
	tl_marks_write(&old->marks, out);
}

void tl_histfile_save(struct tl_histfile *h, bool save_marks)
{
	struct tl_buf path = TL_BUF_INIT, text = TL_BUF_INIT;
	struct entries old = { .search.unique = h->search->unique,
			       .shell.unique = h->shell->unique };

	if (!has_fresh(h->search) && !has_fresh(h->shell) && !(save_marks && h->marks->changed))
		return;
	if (tl_secure_allows(TL_SECURE_HISTORY) && tl_histfile_name(true, &path) &&
	    read_file(tl_buf_str(&path), take_entry, &old) != NOT_OURS) {
		make_text(h, &old, save_marks, &text);
		if (replace_file(tl_buf_str(&path), &text))
			mark_all_saved(h);
	}
	entries_fini(&old);
	tl_buf_fini(&path);
	tl_buf_fini(&text);
}
