/* keyfiles.c: see keyfiles.h. */
#include "pager/keyfiles.h"

#include "base/buf.h"
#include "pager/commands.h"
#include "pager/editkeys.h"
#include "pager/env.h"
#include "pager/secure.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_FILE (1 << 20) /* bytes; nobody types more */

static struct {
	struct tl_keymap *maps[2]; /* by section */
	tl_keyfiles_warn *warn;
	void *warn_arg;
} keys;

/* A file being read. */
struct reading {
	enum tl_env_rank rank;
	bool begun[2]; /* it has a table in the map */
	bool check;    /* look for errors only */
};

static bool known(void *arg, enum tl_section section, const char *action)
{
	if (!strcmp(action, "noaction") || !strcmp(action, "invalid") || !strcmp(action, "mouse") ||
	    !strcmp(action, "mouse6"))
		return true;
	return section == TL_SECTION_EDIT ? tl_editkeys_known(action) : tl_command_known(action);
}

/* The map for entries of this file. */
static struct tl_keymap *map_for(struct reading *r, enum tl_section section)
{
	struct tl_keymap **map = &keys.maps[section];

	if (!*map)
		*map = tl_keymap_new();
	if (*map && !r->begun[section])
		r->begun[section] = tl_keymap_push(*map);
	return r->begun[section] ? *map : NULL;
}

static void bind(void *arg, enum tl_section section, const uint16_t *seq, size_t n,
		 const char *action, const char *extra)
{
	struct reading *r = arg;
	struct tl_keymap *map = r->check ? NULL : map_for(r, section);

	if (map)
		tl_keymap_bind(map, seq, n, action, extra);
}

static void stop(void *arg, enum tl_section section)
{
	struct reading *r = arg;
	struct tl_keymap *map = r->check ? NULL : map_for(r, section);

	if (map)
		tl_keymap_stop(map);
}

static void set(void *arg, const char *name, const char *value)
{
	struct reading *r = arg;

	if (!r->check)
		tl_env_set(r->rank, name, value);
}

static const char *get(void *arg, const char *name)
{
	return tl_env(name);
}

static void error(void *arg, const char *message)
{
	struct reading *r = arg;

	if (r->check && keys.warn)
		keys.warn(keys.warn_arg, message);
}

static struct tl_lesskey_sink sink_for(struct reading *r)
{
	return (struct tl_lesskey_sink){ r, known, bind, stop, set, get, error };
}

/* Source text, which counts only if it is without errors. */
static bool read_source(const char *text, size_t len, const char *name, bool semicolons,
			enum tl_env_rank rank)
{
	struct reading r = { .rank = rank, .check = true };
	struct tl_lesskey_sink sink = sink_for(&r);

	if (tl_lesskey_source(text, len, name, semicolons, &sink) > 0)
		return false;
	r.check = false;
	tl_lesskey_source(text, len, name, semicolons, &sink);
	return true;
}

/* The bytes of a file.  False: there is none that can be read. */
static bool load(const char *path, struct tl_buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	if (fd < 0)
		return false;
	while (out->len < MAX_FILE && tl_buf_reserve(out, 4096) &&
	       (n = read(fd, out->data + out->len, 4096)) > 0)
		out->len += (size_t)n;
	close(fd);
	return n >= 0;
}

enum outcome { ABSENT, BAD, GOOD };

static enum outcome read_source_file(const char *path, enum tl_env_rank rank)
{
	struct tl_buf b = TL_BUF_INIT;
	enum outcome result = ABSENT;

	if (load(path, &b))
		result = read_source((const char *)b.data, b.len, path, false, rank) ? GOOD : BAD;
	tl_buf_fini(&b);
	return result;
}

static enum outcome read_compiled_file(const char *path, enum tl_env_rank rank)
{
	struct reading r = { .rank = rank, .check = true };
	struct tl_lesskey_sink sink = sink_for(&r);
	struct tl_buf b = TL_BUF_INIT;
	enum outcome result = ABSENT;

	if (load(path, &b)) {
		result = BAD;
		if (b.len > 0 && tl_lesskey_compiled(b.data, b.len, &sink)) {
			r.check = false;
			tl_lesskey_compiled(b.data, b.len, &sink);
			result = GOOD;
		}
	}
	tl_buf_fini(&b);
	return result;
}

/* ---- the standard places */

typedef enum outcome reader(const char *path, enum tl_env_rank rank);

/* $VAR/name, or nothing where VAR is not set. */
static enum outcome read_below(reader *read_file, const char *var, const char *name)
{
	const char *dir = tl_env(var);
	char path[4096];

	if (!dir || !*dir || snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return ABSENT;
	return read_file(path, TL_ENV_USER);
}

static enum outcome read_user_file(reader *read_file, const char *var, const char *in_config,
				   const char *config, const char *in_home)
{
	const char *path = tl_env(var);
	enum outcome result;

	if (path)
		return read_file(path, TL_ENV_USER);
	result = read_below(read_file, "XDG_CONFIG_HOME", in_config);
	if (result == ABSENT)
		result = read_below(read_file, "HOME", config);
	if (result == ABSENT)
		result = read_below(read_file, "HOME", in_home);
	return result;
}

static enum outcome read_system_file(reader *read_file, const char *var, const char *path)
{
	return read_file(tl_env_is_set(var) ? tl_env(var) : path, TL_ENV_SYSTEM);
}

static void warn_compiled(const char *path)
{
	char message[4200];

	snprintf(message, sizeof(message), "Cannot use lesskey file \"%s\"", path ? path : "");
	keys.warn(keys.warn_arg, message);
}

static void read_content(const char *var, enum tl_env_rank rank)
{
	const char *text = tl_env(var);
	char *copy = text ? strdup(text) : NULL; /* it may set itself anew */

	if (copy)
		read_source(copy, strlen(copy), "lesskey-content", true, rank);
	free(copy);
}

void tl_keyfiles_read(tl_keyfiles_warn *warn, void *arg)
{
	keys.warn = warn;
	keys.warn_arg = arg;
	if (!tl_secure_allows(TL_SECURE_LESSKEY) || tl_env_no_config())
		return;
	if (read_system_file(read_source_file, "LESSKEYIN_SYSTEM", "/etc/syslesskey") == ABSENT &&
	    read_system_file(read_compiled_file, "LESSKEY_SYSTEM", "/etc/sysless") == BAD)
		warn_compiled(tl_env("LESSKEY_SYSTEM"));
	if (read_user_file(read_source_file, "LESSKEYIN", "lesskey", ".config/lesskey",
			   ".lesskey") == ABSENT &&
	    read_user_file(read_compiled_file, "LESSKEY", "less", ".config/less", ".less") == BAD)
		warn_compiled(tl_env("LESSKEY"));
	read_content("LESSKEY_CONTENT_SYSTEM", TL_ENV_SYSTEM);
	read_content("LESSKEY_CONTENT", TL_ENV_USER);
}

/* ---- options */

bool tl_keyfiles_add_source(const char *path, struct tl_err *err)
{
	if (!tl_secure_allows(TL_SECURE_LESSKEY) || read_source_file(path, TL_ENV_USER) != GOOD)
		return tl_err_set(err, "Cannot use lesskey source file \"%s\"", path);
	return true;
}

bool tl_keyfiles_add_compiled(const char *path, struct tl_err *err)
{
	if (!tl_secure_allows(TL_SECURE_LESSKEY) || read_compiled_file(path, TL_ENV_USER) != GOOD)
		return tl_err_set(err, "Cannot use lesskey file \"%s\"", path);
	return true;
}

bool tl_keyfiles_add_content(const char *text, struct tl_err *err)
{
	if (!tl_secure_allows(TL_SECURE_LESSKEY) ||
	    !read_source(text, strlen(text), "lesskey-content", true, TL_ENV_USER))
		return tl_err_set(err, "Error in lesskey content");
	return true;
}

struct tl_keymap *tl_keyfiles_commands(void)
{
	return keys.maps[TL_SECTION_COMMAND];
}

struct tl_keymap *tl_keyfiles_edits(void)
{
	return keys.maps[TL_SECTION_EDIT];
}

void tl_keyfiles_fini(void)
{
	tl_keymap_free(keys.maps[0]);
	tl_keymap_free(keys.maps[1]);
	keys.maps[0] = keys.maps[1] = NULL;
	tl_env_fini();
}
