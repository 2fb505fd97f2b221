/* watch.c: see watch.h. */
#include "text/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Not in linux/magic.h everywhere; see statfs(2). */
#define MAGIC_XFS      0x58465342
#define MAGIC_ZFS      0x2fc12fc1
#define MAGIC_BCACHEFS 0xca451a4e
#define MAGIC_EXFAT    0x2011bab0
#define MAGIC_JFS      0x3153464a

#define FILE_EVENTS (IN_MODIFY | IN_ATTRIB)
#define DIR_EVENTS \
	(IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)

struct tl_watch {
	int fd;      /* inotify; -1: does not work */
	int file_wd; /* -1: none */
	int dir_wd;  /* -1: none */
	char *name;  /* in the folder */
};

/* Only this kernel writes to these, so it can tell.  Unknown ones are looked at from time to
 * time, which always works. */
static bool is_local(int fd)
{
	static const unsigned long known[] = {
		EXT4_SUPER_MAGIC, BTRFS_SUPER_MAGIC,     TMPFS_MAGIC,       RAMFS_MAGIC,
		F2FS_SUPER_MAGIC, OVERLAYFS_SUPER_MAGIC, MSDOS_SUPER_MAGIC, MAGIC_XFS,
		MAGIC_ZFS,        MAGIC_BCACHEFS,        MAGIC_EXFAT,       MAGIC_JFS,
	};
	struct statfs st;

	if (fstatfs(fd, &st) < 0)
		return false;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if ((unsigned long)(unsigned int)st.f_type == known[i])
			return true;
	return false;
}

static void give_up(struct tl_watch *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

static bool watch_file(struct tl_watch *w, int fd)
{
	char path[64];

	/* The file that is open, whatever its name is by now. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	w->file_wd = inotify_add_watch(w->fd, path, FILE_EVENTS);
	return w->file_wd >= 0;
}

static bool watch_name(struct tl_watch *w, const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX] = ".";
	struct stat st;

	/* What a link leads to may change in another folder. */
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		return false;
	if (slash && (size_t)(slash - path) + 2 > sizeof(dir))
		return false;
	if (slash)
		snprintf(dir, sizeof(dir), "%.*s", slash > path ? (int)(slash - path) : 1, path);
	w->name = strdup(slash ? slash + 1 : path);
	w->dir_wd = inotify_add_watch(w->fd, dir, DIR_EVENTS);
	return w->name && w->dir_wd >= 0;
}

struct tl_watch *tl_watch_open(int fd, const char *path)
{
	struct tl_watch *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->file_wd = w->dir_wd = -1;
	w->fd = fd >= 0 && is_local(fd) ? inotify_init1(IN_CLOEXEC | IN_NONBLOCK) : -1;
	if (w->fd >= 0 && (!watch_file(w, fd) || (path && !watch_name(w, path))))
		give_up(w);
	return w;
}

void tl_watch_close(struct tl_watch *w)
{
	if (!w)
		return;
	give_up(w);
	free(w->name);
	free(w);
}

bool tl_watch_works(const struct tl_watch *w)
{
	return w && w->fd >= 0;
}

int tl_watch_fd(const struct tl_watch *w)
{
	return w ? w->fd : -1;
}

/* Does the event tell of our file?  Other files of the folder are of no interest. */
static bool concerns(const struct tl_watch *w, const struct inotify_event *ev)
{
	if ((ev->mask & IN_Q_OVERFLOW) || ev->wd == w->file_wd)
		return true;
	return ev->wd == w->dir_wd && ev->len > 0 && !strcmp(ev->name, w->name);
}

bool tl_watch_take(struct tl_watch *w)
{
	_Alignas(struct inotify_event) char bytes[4096];
	bool changed = false, gone = false;
	ssize_t n;

	if (!tl_watch_works(w))
		return false;
	while ((n = read(w->fd, bytes, sizeof(bytes))) > 0) {
		for (char *p = bytes; p < bytes + n;) {
			const struct inotify_event *ev = (const struct inotify_event *)p;

			changed = changed || concerns(w, ev);
			if (ev->wd == w->dir_wd && (ev->mask & (IN_DELETE_SELF | IN_MOVE_SELF)))
				gone = true;
			p += sizeof(*ev) + ev->len;
		}
	}
	if (gone || (n < 0 && errno != EAGAIN && errno != EINTR))
		give_up(w);
	return changed || gone;
}
