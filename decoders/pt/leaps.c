/* leaps.c: see leaps.h. */
#include "decoders/pt/leaps.h"

#include "decoders/perf/dso.h"

#include <string.h>

/* Where an address is in a binary.  False: nothing is mapped there. */
static bool locate(const struct tl_space *space, uint64_t ip, struct tl_dso **dso, uint64_t *at)
{
	const struct tl_map *map = tl_space_find(space, ip);

	if (!map)
		return false;
	*dso = map->dso;
	*at = ip - map->start + map->pgoff;
	return true;
}

/* Is it what throws, or goes back to setjmp? */
static bool is_unwinder(const char *name)
{
	static const char *const names[] = {
		"_Unwind_RaiseException",
		"_Unwind_Resume",
		"_Unwind_Resume_or_Rethrow",
		"_Unwind_ForcedUnwind",
		"__longjmp",
		"____longjmp_chk",
		"longjmp",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

enum tl_pt_leaping tl_pt_leaps(const struct tl_space *space, uint64_t from, uint64_t to)
{
	struct tl_symbol function, other;
	struct tl_dso *dso, *from_dso;
	uint64_t at, from_at;

	if (!locate(space, to, &dso, &at) || !tl_dso_function(dso, at, &function) ||
	    at == function.start)
		return TL_PT_LEAPS_NOT;
	if (!locate(space, from, &from_dso, &from_at) ||
	    !tl_dso_function(from_dso, from_at, &other))
		return TL_PT_LEAPS;
	if (from_dso == dso && other.start == function.start)
		return TL_PT_LEAPS_NOT;
	return is_unwinder(other.name) ? TL_PT_LEAPS_SURELY : TL_PT_LEAPS;
}

bool tl_pt_leap_reach(const struct tl_space *space, uint64_t to, struct tl_pt_reach *around,
		      struct tl_pt_reach *rest)
{
	struct tl_symbol part, whole;
	struct tl_dso *dso;
	uint64_t at;

	if (!locate(space, to, &dso, &at) || !tl_dso_symbol(dso, at, &part) ||
	    !tl_dso_function(dso, at, &whole))
		return false;
	*around = (struct tl_pt_reach){ to - at + part.start, to - at + part.end };
	*rest = (struct tl_pt_reach){ to - at + whole.start, to - at + whole.end };
	return true;
}
