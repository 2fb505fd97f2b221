/* kallsyms.c: see kallsyms.h. */
#include "decoders/perf/kallsyms.h"

#include <ctype.h>
#include <elf.h>
#include <string.h>

/* Hex digits, at least one; *p goes behind them. */
static bool read_hex(char **p, uint64_t *value)
{
	char *s = *p;

	*value = 0;
	for (; isxdigit((unsigned char)*s); s++) {
		unsigned digit =
		    *s <= '9' ? (unsigned)(*s - '0') : (unsigned)((*s | 0x20) - 'a' + 10);

		*value = *value << 4 | digit;
	}
	if (s == *p)
		return false;
	*p = s;
	return true;
}

/* Cut the first line off: a string of its own, NULL: no more. */
static char *next_line(char **rest)
{
	char *line = *rest, *end;

	if (!*line)
		return NULL;
	end = strchr(line, '\n');
	*rest = end ? end + 1 : line + strlen(line);
	if (end)
		*end = '\0';
	return line;
}

struct kallsym {
	uint64_t addr;
	char type;
	char *name; /* with "\t[module]" behind it */
};

static bool read_kallsym(char *line, struct kallsym *k)
{
	if (!read_hex(&line, &k->addr) || *line++ != ' ' || !*line)
		return false;
	k->type = *line++;
	if (*line++ != ' ' || !*line)
		return false;
	k->name = line;
	return true;
}

/* By how much the kernel has moved; addresses that are hidden from this user are all 0. */
static bool find_move(const struct tl_buf *text, const char *reference, uint64_t at, uint64_t *move)
{
	const char *p = (const char *)text->data;
	size_t n = strlen(reference);

	*move = 0;
	if (at == 0)
		return true;
	for (; (p = strstr(p, reference)); p++) {
		const char *line = p;
		struct kallsym k;
		char copy[64];

		while (line > (const char *)text->data && line[-1] != '\n')
			line--;
		if ((p[n] != '\n' && p[n]) || (size_t)(p + n - line) >= sizeof(copy))
			continue;
		memcpy(copy, line, (size_t)(p + n - line));
		copy[p + n - line] = '\0';
		if (!read_kallsym(copy, &k) || strcmp(k.name, reference) != 0)
			continue;
		*move = at - k.addr;
		return k.addr != 0;
	}
	return false;
}

/* The letters are nm's: text, weak, data, bss; capitals are global. */
static bool is_wanted(const struct kallsym *k)
{
	return strchr("twdb", tolower((unsigned char)k->type)) && k->name[0] != '$' && k->addr != 0;
}

static bool add_kallsym(struct tl_symbols *t, const struct kallsym *k, uint64_t move)
{
	bool code = strchr("tw", tolower((unsigned char)k->type));
	struct tl_symbol_row row = {
		.start = k->addr + move,
		.name = k->name,
		.bind = isupper((unsigned char)k->type) ? STB_GLOBAL : STB_LOCAL,
		.type = code ? STT_FUNC : STT_OBJECT,
		.final = true,
	};

	if (k->type == 'W')
		row.bind = STB_WEAK;
	return tl_symbols_add(t, &row);
}

bool tl_kallsyms_add(struct tl_symbols *t, struct tl_buf *text, const char *reference, uint64_t at)
{
	char *rest = (char *)(uintptr_t)tl_buf_str(text), *line, *begin = rest;
	size_t len = text->len;
	uint64_t move;

	if (!*rest || !find_move(text, reference, at, &move)) {
		tl_buf_fini(text);
		return true;
	}
	if (!tl_symbols_keep(t, text))
		return false;
	while ((line = next_line(&rest))) {
		struct kallsym k;

		if (!read_kallsym(line, &k) || !is_wanted(&k) || (move != 0 && strchr(k.name, '[')))
			continue;
		if (!add_kallsym(t, &k, move))
			return false;
	}
	tl_symbols_settle(t, TL_SETTLE_KALLSYMS);
	for (size_t i = 0; i < len; i++) /* the module's name has done its work */
		if (begin[i] == '\t')
			begin[i] = '\0';
	return true;
}

bool tl_perfmap_add(struct tl_symbols *t, struct tl_buf *text)
{
	char *rest = (char *)(uintptr_t)tl_buf_str(text), *line;

	if (!*rest) {
		tl_buf_fini(text);
		return true;
	}
	if (!tl_symbols_keep(t, text))
		return false;
	while ((line = next_line(&rest))) {
		struct tl_symbol_row row = { .bind = STB_GLOBAL, .type = STT_FUNC, .final = true };

		if (!read_hex(&line, &row.start) || *line++ != ' ' || !read_hex(&line, &row.size) ||
		    *line++ != ' ' || !*line)
			continue;
		row.name = line;
		if (!tl_symbols_add(t, &row))
			return false;
	}
	return true;
}
