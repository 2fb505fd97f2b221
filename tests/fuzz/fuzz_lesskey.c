/*
 * fuzz_lesskey.c: any bytes as a lesskey file: source text, the text of --lesskey-content, and compiled.
 * Whatever they are, bindings have keys and an action, and the keymap finds each of them.
 */
#include "pager/keymap.h"

#include "tests/fuzz/fuzz.h"

static bool known(void *arg, enum tl_section section, const char *action)
{
	must(section != TL_SECTION_ENV);
	return action[0] != 'x';
}

static void bind(void *arg, enum tl_section section, const uint16_t *keys, size_t n,
		 const char *action, const char *extra)
{
	must(n > 0 && n <= TL_MAX_KEYS && action[0] && (!extra || strlen(extra) < 1 << 24));
	for (size_t i = 0; i < n; i++)
		must(keys[i] != 0 &&
		     (keys[i] < TL_KEY_SPECIAL || tl_special(keys[i] - TL_KEY_SPECIAL)));
	must(tl_keymap_bind(arg, keys, n, action, extra));
}

static void stop(void *arg, enum tl_section section)
{
	tl_keymap_stop(arg);
	must(tl_keymap_push(arg));
}

static void set(void *arg, const char *name, const char *value)
{
	must(name && value);
}

static const char *get(void *arg, const char *name)
{
	return name[0] == 'A' ? "some/value}of it" : NULL;
}

static void error(void *arg, const char *message)
{
	for (; *message; message++)
		must((unsigned char)*message >= ' ');
}

/* Type the bytes. */
static void type(struct tl_keymap *map, const uint8_t *data, size_t n)
{
	struct tl_binding b;

	for (size_t i = 0; i < n && i < 64; i++)
		for (size_t len = 1; len <= TL_MAX_KEYS && i + len <= n; len++)
			if (tl_keymap_find(map, data + i, len, &b) != TL_FIT_PREFIX)
				break;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tl_lesskey_sink sink = { tl_keymap_new(), known, bind, stop, set, get, error };

	if (!sink.arg)
		return 0;
	tl_lesskey_source((const char *)data, n, "file", false, &sink);
	tl_lesskey_source((const char *)data, n, "file", true, &sink);
	tl_lesskey_compiled(data, n, &sink);
	type(sink.arg, data, n);
	tl_keymap_free(sink.arg);
	return 0;
}
