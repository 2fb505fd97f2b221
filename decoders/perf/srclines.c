/*
 * srclines.c: see srclines.h.
 *
 * libdw reads the sections, but its ways to find the unit and the functions of an address are not
 * used: the first needs a table (.debug_aranges) that not all compilers write, the second walks a
 * unit from its beginning for each question.
 */
#include "decoders/perf/srclines.h"

#include "decoders/perf/dwarffile.h"

#include <dwarf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More is not read of hostile files; of others it would be too much for memory. */
#define MAX_UNITS     (4u << 20)
#define MAX_RANGES    (16u << 20) /* of all entries, empty ones too */
#define MAX_FUNCTIONS (1u << 20)  /* of a unit, inlined ones too */
#define MAX_ENTRIES   (64u << 20)
#define MAX_DEPTH     200
#define MAX_INLINED   64 /* in each other */

/* A function, or a copy of one inside of it; one for each of its ranges. */
struct function {
	uint64_t low, high;
	Dwarf_Die
	    die; /* its name, and where it is called, are looked up for those that are shown */
	uint32_t inside; /* of a function: where its copies begin in `copies`, */
	uint32_t ninside;
};

struct functions {
	struct function *v;
	size_t n, cap;
};

struct unit {
	Dwarf_Die die;
	Dwarf_Die entries; /* what has its functions: the same, or of a file of its own */
	bool read;
	const char *folder; /* NULL: not told */
	Dwarf_Lines *lines; /* NULL: none */
	size_t nlines;
	struct functions functions; /* by address */
	struct functions copies;    /* in the order of the file: outer ones come first */
};

struct span {
	uint64_t low, high;
	size_t unit;
};

struct tl_srclines {
	const struct tl_dwarflib *lib;
	struct tl_dwarffile file;
	const atomic_bool *stop; /* NULL: never */
	bool listed;
	struct unit *units;
	size_t nunits, units_cap;
	struct span *spans; /* by address */
	size_t nspans, spans_cap;
	size_t entries;      /* of the unit that is being read */
	size_t ranges;       /* of all that were read */
	char home[PATH_MAX]; /* the folder of the file, with its '/'; "": not known */
	bool alone;          /* units of other files are not looked for */
};

static void find_home(struct tl_srclines *s, int fd)
{
	char link[40], packed[PATH_MAX + 8];
	struct stat st;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, s->home, sizeof(s->home) - 1);
	s->home[n > 0 ? n : 0] = '\0';
	/* All of its units together: newer libdw looks there first. */
	snprintf(packed, sizeof(packed), "%s.dwp", s->home);
	s->alone = lstat(packed, &st) == 0 && !tl_dwarffile_is_plain(packed);
	*(s->home[0] == '/' ? strrchr(s->home, '/') + 1 : s->home) = '\0';
}

struct tl_srclines *tl_srclines_open(int fd, int shared, const atomic_bool *stop)
{
	const struct tl_dwarflib *lib = tl_dwarflib(NULL);
	struct tl_srclines *s = lib ? calloc(1, sizeof(*s)) : NULL;
	Dwarf_CU *cu = NULL;

	if (!s)
		return NULL;
	s->lib = lib;
	s->stop = stop;
	find_home(s, fd);
	if (tl_dwarffile_open(&s->file, lib, fd, shared) &&
	    lib->dwarf_get_units(s->file.dwarf, NULL, &cu, NULL, NULL, NULL, NULL) == 0)
		return s;
	tl_srclines_close(s);
	return NULL;
}

void tl_srclines_close(struct tl_srclines *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->nunits; i++) {
		free(s->units[i].functions.v);
		free(s->units[i].copies.v);
	}
	free(s->units);
	free(s->spans);
	tl_dwarffile_close(&s->file, s->lib);
	free(s);
}

static bool is_stopped(const struct tl_srclines *s)
{
	return s->stop && atomic_load_explicit(s->stop, memory_order_relaxed);
}

/* Room for one more; false: no memory. */
static bool grow(void *v, size_t n, size_t *cap, size_t size)
{
	void **p = v, *more;
	size_t wanted = *cap ? 2 * *cap : 64;

	if (n < *cap)
		return true;
	more = realloc(*p, wanted * size);
	if (!more)
		return false;
	*p = more;
	*cap = wanted;
	return true;
}

/* ---- which unit has an address */

static int by_low(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->low != y->low ? (x->low > y->low) - (x->low < y->low)
				: (x->high < y->high) - (x->high > y->high);
}

static bool add_span(struct tl_srclines *s, uint64_t low, uint64_t high)
{
	if (low >= high)
		return true;
	if (!grow(&s->spans, s->nspans, &s->spans_cap, sizeof(*s->spans)))
		return false;
	s->spans[s->nspans++] = (struct span){ low, high, s->nunits };
	return true;
}

/* Some compilers at run time (and `perf inject --jit`) tell of lines only: what they are about. */
static bool add_lines(struct tl_srclines *s, Dwarf_Die *die)
{
	Dwarf_Addr address = 0, begin = 0;
	bool inside = false, ends;
	Dwarf_Lines *lines;
	size_t n;

	if (s->lib->dwarf_getsrclines(die, &lines, &n) != 0)
		return true;
	for (size_t i = 0; i < n && s->ranges++ < MAX_RANGES; i++) {
		Dwarf_Line *row = s->lib->dwarf_onesrcline(lines, i);

		if (s->lib->dwarf_lineaddr(row, &address) != 0 ||
		    s->lib->dwarf_lineendsequence(row, &ends) != 0)
			continue;
		if (!inside)
			begin = address;
		inside = !ends;
		if (ends && !add_span(s, begin, address))
			return false;
	}
	return true;
}

static bool add_unit(struct tl_srclines *s, Dwarf_Die *die, const Dwarf_Die *entries)
{
	Dwarf_Addr base, low, high;
	ptrdiff_t at = 0;
	bool told = false;

	if (!grow(&s->units, s->nunits, &s->units_cap, sizeof(*s->units)))
		return false;
	s->units[s->nunits] = (struct unit){ .die = *die, .entries = *entries };
	while (s->ranges++ < MAX_RANGES) {
		at = s->lib->dwarf_ranges(die, at, &base, &low, &high);
		if (at <= 0)
			break;
		told = true;
		if (!add_span(s, low, high))
			return false;
	}
	if (!told && !add_lines(s, die))
		return false;
	s->nunits++;
	return true;
}

static const char *string_of(const struct tl_srclines *s, Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attr;

	return s->lib->dwarf_attr(die, name, &attr) ? s->lib->dwarf_formstring(&attr) : NULL;
}

/*
 * Is what a skeleton names a file?  libdw would open anything, and wait for a FIFO's writer.  It looks
 * in the folder of the file that has the skeleton, then in the one where the compiler ran.
 */
static bool names_file(const struct tl_srclines *s, Dwarf_Die *die)
{
	const char *name = string_of(s, die, DW_AT_dwo_name);
	const char *folder = string_of(s, die, DW_AT_comp_dir);
	char path[PATH_MAX];
	bool found = false;

	if (!name)
		name = string_of(s, die, DW_AT_GNU_dwo_name);
	for (unsigned i = 0; name && !s->alone && i < 2; i++) {
		const char *below =
		    name[0] == '/' || (i > 0 && folder && folder[0] == '/') ? "" : s->home;
		const char *in = i > 0 && folder && name[0] != '/' ? folder : "";
		int n = snprintf(path, sizeof(path), "%s%s%s%s", below, in, in[0] ? "/" : "", name);
		struct stat st;

		if (n < 0 || n >= (int)sizeof(path) || stat(path, &st) != 0)
			continue;
		if (!tl_dwarffile_is_plain(path))
			return false;
		found = true;
	}
	return found;
}

/* A skeleton's functions are in a file of their own, which libdw looks for. */
static void find_split(const struct tl_srclines *s, Dwarf_CU *cu, Dwarf_Die *die,
		       Dwarf_Die *entries)
{
	Dwarf_Die split = { .addr = NULL };

	if (names_file(s, die) &&
	    s->lib->dwarf_cu_info(cu, NULL, NULL, NULL, &split, NULL, NULL, NULL) == 0 &&
	    split.addr && tl_dwarffile_strings_end(s->lib, s->lib->dwarf_cu_getdwarf(split.cu)))
		*entries = split;
}

static void list_units(struct tl_srclines *s)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Die die, entries;
	uint8_t type;

	s->listed = true;
	for (unsigned i = 0; i < MAX_UNITS && !is_stopped(s); i++) {
		if (s->lib->dwarf_get_units(s->file.dwarf, cu, &cu, NULL, &type, &die, NULL) != 0)
			break;
		if (type != DW_UT_compile && type != DW_UT_skeleton)
			continue;
		entries = die;
		if (type == DW_UT_skeleton)
			find_split(s, cu, &die, &entries);
		if (!add_unit(s, &die, &entries))
			break;
	}
	if (s->nspans > 0)
		qsort(s->spans, s->nspans, sizeof(*s->spans), by_low);
}

/* NULL: none. */
static struct unit *unit_of(struct tl_srclines *s, uint64_t address)
{
	size_t low = 0, high = s->nspans;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->spans[mid].low <= address)
			low = mid + 1;
		else
			high = mid;
	}
	/* Units do not overlap, but for those of sections that the linker has thrown away. */
	for (unsigned back = 0; low > 0 && back < 64; back++, low--)
		if (address < s->spans[low - 1].high)
			return &s->units[s->spans[low - 1].unit];
	return NULL;
}

/* ---- the functions of a unit */

static const char *name_of(const struct tl_srclines *s, Dwarf_Die *die)
{
	static const unsigned names[] = { DW_AT_linkage_name, DW_AT_MIPS_linkage_name, DW_AT_name };
	Dwarf_Attribute attr;

	for (unsigned i = 0; i < 3; i++)
		if (s->lib->dwarf_attr_integrate(die, names[i], &attr))
			return s->lib->dwarf_formstring(&attr);
	return NULL;
}

/* Where a copy is called. */
static void read_call(const struct tl_srclines *s, struct unit *u, Dwarf_Die *die,
		      struct tl_srcline *place)
{
	Dwarf_Attribute attr;
	Dwarf_Files *files;
	Dwarf_Word number;
	size_t nfiles;

	place->path = NULL;
	place->line = 0;
	if (s->lib->dwarf_attr(die, DW_AT_call_line, &attr) &&
	    s->lib->dwarf_formudata(&attr, &number) == 0 && number <= UINT32_MAX)
		place->line = (unsigned)number;
	if (s->lib->dwarf_attr(die, DW_AT_call_file, &attr) &&
	    s->lib->dwarf_formudata(&attr, &number) == 0 &&
	    s->lib->dwarf_getsrcfiles(&u->entries, &files, &nfiles) == 0 && number < nfiles)
		place->path = s->lib->dwarf_filesrc(files, number, NULL, NULL);
	if (!place->path)
		place->path = "?";
}

/* A row for each of its ranges; how many, or -1: no more can be had. */
static int add_function(struct tl_srclines *s, struct unit *u, Dwarf_Die *die, bool copy)
{
	struct functions *to = copy ? &u->copies : &u->functions;
	struct function f = { .die = *die, .inside = (uint32_t)u->copies.n };
	Dwarf_Addr base;
	ptrdiff_t at = 0;
	int n = 0;

	while (s->ranges++ < MAX_RANGES) {
		at = s->lib->dwarf_ranges(die, at, &base, &f.low, &f.high);
		if (at <= 0)
			return n;
		if (f.low >= f.high)
			continue;
		if (to->n >= MAX_FUNCTIONS || !grow(&to->v, to->n, &to->cap, sizeof(*to->v)))
			return -1;
		to->v[to->n++] = f;
		n++;
	}
	return n;
}

static bool read_entries(struct tl_srclines *s, struct unit *u, Dwarf_Die *parent, unsigned depth,
			 bool inside);

/* An entry and all that is in it.  False: no more can be had. */
static bool read_entry(struct tl_srclines *s, struct unit *u, Dwarf_Die *die, unsigned depth,
		       bool inside)
{
	int tag = s->lib->dwarf_tag(die), n = 0;
	size_t first = u->functions.n;

	if (tag == DW_TAG_subprogram) {
		n = add_function(s, u, die, false);
		inside = n > 0;
	} else if (tag == DW_TAG_inlined_subroutine && inside) {
		n = add_function(s, u, die, true);
	}
	if (n < 0 || !read_entries(s, u, die, depth + 1, inside))
		return false;
	for (int i = 0; tag == DW_TAG_subprogram && i < n; i++) {
		struct function *f = &u->functions.v[first + (size_t)i];

		f->ninside = (uint32_t)u->copies.n - f->inside;
	}
	return true;
}

static bool read_entries(struct tl_srclines *s, struct unit *u, Dwarf_Die *parent, unsigned depth,
			 bool inside)
{
	Dwarf_Die die, next;

	if (depth > MAX_DEPTH || s->lib->dwarf_child(parent, &die) != 0)
		return true;
	do {
		if (++s->entries > MAX_ENTRIES || is_stopped(s) ||
		    !read_entry(s, u, &die, depth, inside))
			return false;
		if (s->lib->dwarf_siblingof(&die, &next) != 0)
			return true;
		die = next;
	} while (true);
}

static int by_address(const void *a, const void *b)
{
	const struct function *x = a, *y = b;

	return x->low != y->low ? (x->low > y->low) - (x->low < y->low)
				: (x->high < y->high) - (x->high > y->high);
}

static void read_unit(struct tl_srclines *s, struct unit *u)
{
	Dwarf_Attribute attr;

	u->read = true;
	s->entries = 0;
	if (s->lib->dwarf_attr(&u->die, DW_AT_comp_dir, &attr))
		u->folder = s->lib->dwarf_formstring(&attr);
	if (s->lib->dwarf_getsrclines(&u->die, &u->lines, &u->nlines) != 0) {
		u->lines = NULL;
		u->nlines = 0;
	}
	read_entries(s, u, &u->entries, 0, false);
	if (u->functions.n > 0)
		qsort(u->functions.v, u->functions.n, sizeof(*u->functions.v), by_address);
}

static const struct function *function_at(const struct unit *u, uint64_t address)
{
	const struct function *v = u->functions.v;
	size_t low = 0, high = u->functions.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (v[mid].low <= address)
			low = mid + 1;
		else
			high = mid;
	}
	/* Functions can be in others, in some languages: the innermost begins last. */
	for (unsigned back = 0; low > 0 && back < 64; back++, low--)
		if (address < v[low - 1].high)
			return &v[low - 1];
	return NULL;
}

/* ---- lines */

static uint64_t address_of(const struct tl_srclines *s, const struct unit *u, size_t i)
{
	Dwarf_Addr address = 0;

	s->lib->dwarf_lineaddr(s->lib->dwarf_onesrcline(u->lines, i), &address);
	return address;
}

/* The last row at an address or before it, if it is not the end of a sequence.  False: none. */
static bool line_at(const struct tl_srclines *s, const struct unit *u, uint64_t address,
		    struct tl_srcline *out)
{
	size_t low = 0, high = u->nlines;
	bool ends = false;
	Dwarf_Line *row;
	int line = 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (address_of(s, u, mid) <= address)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0)
		return false;
	row = s->lib->dwarf_onesrcline(u->lines, low - 1);
	s->lib->dwarf_lineendsequence(row, &ends);
	out->path = ends ? NULL : s->lib->dwarf_linesrc(row, NULL, NULL);
	if (!out->path)
		return false;
	s->lib->dwarf_lineno(row, &line);
	out->line = line > 0 ? (unsigned)line : 0;
	return true;
}

/* The copies that hold an address, outer ones first. */
static unsigned copies_at(const struct unit *u, const struct function *f, uint64_t address,
			  const struct function **out)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < f->ninside && n < MAX_INLINED; i++) {
		const struct function *copy = &u->copies.v[f->inside + i];

		if (address >= copy->low && address < copy->high)
			out[n++] = copy;
	}
	return n;
}

bool tl_srclines_find(struct tl_srclines *s, uint64_t address, tl_srcline_fn *fn, void *arg)
{
	const struct function *copies[MAX_INLINED], *f;
	struct tl_srcline place = { .line = 0 };
	struct unit *u;
	Dwarf_Die die;
	unsigned n;

	if (!s->listed)
		list_units(s);
	u = unit_of(s, address);
	if (!u)
		return false;
	if (!u->read)
		read_unit(s, u);
	if (!line_at(s, u, address, &place))
		return false;
	place.folder = u->folder;
	f = function_at(u, address);
	for (n = f ? copies_at(u, f, address, copies) : 0; n > 0; n--) {
		die = copies[n - 1]->die;
		place.function = name_of(s, &die);
		place.inlined = true;
		fn(arg, &place);
		read_call(s, u, &die, &place);
	}
	if (f)
		die = f->die;
	place.function = f ? name_of(s, &die) : NULL;
	place.inlined = false;
	fn(arg, &place);
	return true;
}
