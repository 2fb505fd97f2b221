/* leaps.c: see leaps.h. */
#include "decoders/pt/leaps.h"

#include "decoders/perf/dso.h"

#include <string.h>

#define COUNT(names) (sizeof(names) / sizeof(*(names)))

static bool is_one_of(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* What throws, or goes back to setjmp. */
static bool is_unwinder(const char *name)
{
	static const char *const names[] = {
		"_Unwind_RaiseException",
		"_Unwind_ForcedUnwind",
		"__longjmp",
		"____longjmp_chk",
		"longjmp",
		"_longjmp",
		"siglongjmp",
	};

	return is_one_of(name, names, COUNT(names));
}

static bool is_resumer(const char *name)
{
	static const char *const names[] = { "_Unwind_Resume", "_Unwind_Resume_or_Rethrow" };

	return is_one_of(name, names, COUNT(names));
}

/* What goes to another stack, and leaves nothing of this one. */
static bool is_switcher(const char *name)
{
	static const char *const names[] = { "gogo",         "runtime.gogo",  "runtime.gogo.abi0",
					     "swapcontext",  "__swapcontext", "setcontext",
					     "__setcontext", "jump_fcontext", "ontop_fcontext" };

	return is_one_of(name, names, COUNT(names));
}

bool tl_pt_is_outermost(const char *name)
{
	static const char *const names[] = { "_start", "clone", "__clone", "clone3", "__clone3" };

	return is_one_of(name, names, COUNT(names));
}

/* How long the name of the whole function is: of "f.cold" and "f.cold.3", and of "f(int) [clone .cold]",
 * which is how that is shown.  *part: it is a part that was put elsewhere. */
static size_t whole_name(const char *name, bool *part)
{
	static const char clone[] = " [clone ";
	const char *cold = strstr(name, ".cold");
	size_t n = cold ? (size_t)(cold - name) : strlen(name), len = sizeof(clone) - 1;

	*part = cold != NULL;
	return cold && n >= len && memcmp(cold - len, clone, len) == 0 ? n - len : n;
}

static bool is_part(const char *name)
{
	return strstr(name, ".cold") != NULL;
}

bool tl_pt_same_name(const char *a, const char *b)
{
	bool a_part, b_part;
	size_t n = whole_name(a, &a_part);

	return strcmp(a, b) == 0 ||
	       (n == whole_name(b, &b_part) && a_part != b_part && memcmp(a, b, n) == 0);
}

bool tl_pt_function_at(const struct tl_space *space, uint64_t at, struct tl_pt_function *out)
{
	const struct tl_map *map = tl_space_find(space, at);
	struct tl_symbol symbol;
	uint64_t offset;

	if (!map)
		return false;
	offset = at - map->start + map->pgoff;
	if (!tl_dso_linked(map->dso, offset, &symbol))
		return false;
	*out = (struct tl_pt_function){ map->dso, at - offset + symbol.start,
					at - offset + symbol.end, symbol.name };
	return true;
}

/* Of functions that have the same name, each may have a part: nobody knows whose it is. */
bool tl_pt_same_function(const struct tl_pt_function *a, const struct tl_pt_function *b)
{
	return a->dso == b->dso && (a->start == b->start || (is_part(a->name) != is_part(b->name) &&
							     tl_pt_same_name(a->name, b->name)));
}

/* The kernel has no such jumps; its programs (BPF) go from one into the midst of another. */
enum tl_pt_leaping tl_pt_leaps(const struct tl_space *space, uint64_t from, uint64_t to)
{
	struct tl_pt_function function, other;
	const struct tl_map *map;

	if (to >> 63 || !tl_pt_function_at(space, to, &function) ||
	    (to == function.start && !is_part(function.name)))
		return TL_PT_LEAPS_NOT;
	if (!tl_pt_function_at(space, from, &other)) {
		map = tl_space_find(space, from);
		return map && map->dso == function.dso ? TL_PT_LEAPS_NOT : TL_PT_LEAPS;
	}
	if (tl_pt_same_function(&function, &other) || is_switcher(other.name))
		return TL_PT_LEAPS_NOT;
	if (is_resumer(other.name))
		return TL_PT_LEAPS_RESUMES;
	if (is_unwinder(other.name))
		return TL_PT_LEAPS_SURELY;
	/* A switch statement's, from or to a part whose function has another name as well. */
	if (function.dso == other.dso && (is_part(function.name) || is_part(other.name)))
		return TL_PT_LEAPS_NOT;
	return TL_PT_LEAPS;
}
