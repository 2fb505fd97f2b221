/*
 * elfsymbols.c: the symbols of an ELF file, those and under the names that perf has.
 *
 * Functions and objects, and labels of assembler code in sections of text or data; PLT entries,
 * which no table names, from the relocations they belong to.
 */
#include "decoders/perf/symbols.h"

#include "decoders/perf/demangle.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define PLT_ENTRY   16   /* bytes, x86, where the section does not tell */
#define PLT_NAME    1023 /* perf cuts names here */
#define ROWS_AT_ONE 4096

/* One table of symbols and the strings its names are. */
struct table {
	const struct tl_elf *elf, *runtime;
	const struct tl_elf_section *section;
	const char *strings;
	size_t nstrings;
};

static const struct tl_elf_section *find_table(const struct tl_elf *e, const char *name,
					       uint32_t type, size_t *index)
{
	const struct tl_elf_section *s = tl_elf_section(e, name, index);

	return s && s->type == type ? s : NULL;
}

bool tl_symbols_elf_has_symtab(const struct tl_elf *e)
{
	return find_table(e, ".symtab", SHT_SYMTAB, NULL) != NULL;
}

bool tl_symbols_elf_has_dynsym(const struct tl_elf *e)
{
	return find_table(e, ".dynsym", SHT_DYNSYM, NULL) != NULL;
}

static size_t symbol_size(const struct tl_elf *e)
{
	return e->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
}

static Elf64_Sym get_symbol(const struct tl_elf *e, const uint8_t *at)
{
	Elf64_Sym s;
	Elf32_Sym s32;

	if (e->is64) {
		memcpy(&s, at, sizeof(s));
		return s;
	}
	memcpy(&s32, at, sizeof(s32));
	return (Elf64_Sym){ s32.st_name,  s32.st_info,  s32.st_other,
			    s32.st_shndx, s32.st_value, s32.st_size };
}

/* Labels are wanted where nobody declares functions: in assembler code. */
static bool is_label(const Elf64_Sym *s)
{
	unsigned visibility = ELF64_ST_VISIBILITY(s->st_other);

	return ELF64_ST_TYPE(s->st_info) == STT_NOTYPE && visibility != STV_HIDDEN &&
	       visibility != STV_INTERNAL;
}

static bool has_code_or_data(const Elf64_Sym *s)
{
	unsigned type = ELF64_ST_TYPE(s->st_info);

	return type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_OBJECT;
}

/* The same section with its place in the file, which a file of debug symbols does not know. */
static const struct tl_elf_section *section_of(const struct table *t, const Elf64_Sym *s)
{
	const struct tl_elf_section *sec;

	if (s->st_shndx >= t->elf->nsections)
		return NULL;
	sec = &t->elf->sections[s->st_shndx];
	if (!(sec->flags & SHF_ALLOC))
		return NULL;
	if (sec->type != SHT_NOBITS)
		return sec;
	return s->st_shndx < t->runtime->nsections ? &t->runtime->sections[s->st_shndx] : NULL;
}

/* The address as an offset in the file. */
static uint64_t place(const struct table *t, const Elf64_Sym *s, const struct tl_elf_section *sec)
{
	uint64_t offset;

	if (t->elf->type != ET_EXEC && t->elf->type != ET_DYN && t->elf->type != ET_REL)
		return s->st_value;
	if (tl_elf_offset(t->runtime, s->st_value, &offset))
		return offset;
	return s->st_value - sec->addr + sec->offset;
}

static bool add_symbol(struct tl_symbols *to, const struct table *t, const Elf64_Sym *s)
{
	const struct tl_elf_section *sec;
	struct tl_symbol_row row;

	if (s->st_name == 0 || s->st_name >= t->nstrings || !t->strings[s->st_name] ||
	    s->st_shndx == SHN_UNDEF || s->st_shndx == SHN_ABS ||
	    (!has_code_or_data(s) && !is_label(s)))
		return true;
	sec = section_of(t, s);
	if (!sec ||
	    (!has_code_or_data(s) && !strstr(sec->name, "text") && !strstr(sec->name, "data")))
		return true;
	row = (struct tl_symbol_row){
		.start = place(t, s, sec),
		.size = s->st_size,
		.name = t->strings + s->st_name,
		.bind = ELF64_ST_BIND(s->st_info),
		.type = ELF64_ST_TYPE(s->st_info),
	};
	return tl_symbols_add(to, &row);
}

/* Load a table's strings, which `to` keeps.  False: out of memory. */
static bool load_strings(struct tl_symbols *to, struct table *t)
{
	struct tl_buf strings = TL_BUF_INIT;

	t->nstrings = 0;
	if (t->section->link >= t->elf->nsections ||
	    !tl_elf_load(t->elf, &t->elf->sections[t->section->link], &strings)) {
		tl_buf_fini(&strings);
		return true;
	}
	t->strings = (const char *)strings.data;
	t->nstrings = strings.len;
	return tl_symbols_keep(to, &strings);
}

/* Read in pieces: a table can be a hundred megabytes. */
static bool add_table(struct tl_symbols *to, struct table *t)
{
	size_t row = symbol_size(t->elf);
	uint64_t n = t->section->size / row;
	size_t before = tl_symbols_count(to);
	uint8_t *rows = malloc(ROWS_AT_ONE * row);
	bool ok = rows && load_strings(to, t);

	for (uint64_t i = 0; ok && i < n; i += ROWS_AT_ONE) {
		size_t now = n - i < ROWS_AT_ONE ? (size_t)(n - i) : ROWS_AT_ONE;

		if (t->section->offset > UINT64_MAX - n * row ||
		    !tl_elf_read(t->elf, t->section->offset + i * row, rows, now * row))
			break;
		for (size_t k = 0; ok && k < now; k++) {
			Elf64_Sym s = get_symbol(t->elf, rows + k * row);

			ok = add_symbol(to, t, &s);
		}
	}
	free(rows);
	if (ok && tl_symbols_count(to) > before)
		tl_symbols_settle(to, TL_SETTLE_ELF);
	return ok;
}

bool tl_symbols_elf_address(const struct tl_elf *e, const char *name, uint64_t *addr)
{
	struct tl_symbols *keeper = tl_symbols_new();
	struct table t = { .elf = e, .runtime = e };
	size_t row = symbol_size(e);
	struct tl_buf rows = TL_BUF_INIT;
	bool found = false;

	t.section = find_table(e, ".symtab", SHT_SYMTAB, NULL);
	if (keeper && t.section && load_strings(keeper, &t) && t.nstrings > 0 &&
	    tl_elf_load(e, t.section, &rows)) {
		for (size_t at = 0; !found && rows.len >= row && at <= rows.len - row; at += row) {
			Elf64_Sym s = get_symbol(e, rows.data + at);

			if (s.st_name == 0 || s.st_name >= t.nstrings ||
			    strcmp(t.strings + s.st_name, name) != 0)
				continue;
			*addr = s.st_value;
			found = true;
		}
	}
	tl_buf_fini(&rows);
	tl_symbols_free(keeper);
	return found;
}

/* The PLT and what tells the names of its entries: relocation i is entry i's. */
struct plt {
	struct tl_buf relocations, symbols;
	size_t step; /* bytes of a relocation */
	uint64_t start, entry;
};

static const char *plt_name(struct tl_symbols *to, const struct table *t, const struct plt *plt,
			    size_t i)
{
	const uint8_t *at = plt->relocations.data + i * plt->step;
	size_t size = symbol_size(t->elf);
	const char *name = "", *shown;
	char *plain;
	uint64_t symbol;

	if (t->elf->is64) {
		Elf64_Rel r;

		memcpy(&r, at, sizeof(r));
		symbol = ELF64_R_SYM(r.r_info);
	} else {
		Elf32_Rel r;

		memcpy(&r, at, sizeof(r));
		symbol = ELF32_R_SYM(r.r_info);
	}
	if (symbol < plt->symbols.len / size) {
		Elf64_Sym s = get_symbol(t->elf, plt->symbols.data + symbol * size);

		if (s.st_name < t->nstrings)
			name = t->strings + s.st_name;
	}
	plain = tl_demangle(name);
	if (plain)
		name = plain;
	if (strlen(name) + strlen("@plt") <= PLT_NAME)
		shown = tl_symbols_printf(to, "%s@plt", name);
	else
		shown = tl_symbols_printf(to, "%.*s", PLT_NAME, name);
	free(plain);
	return shown;
}

static bool add_plt_entries(struct tl_symbols *to, struct table *t, const struct plt *plt)
{
	size_t n = plt->relocations.len / plt->step;
	bool ok = load_strings(to, t);

	for (size_t i = 0; ok && i < n; i++) {
		struct tl_symbol_row row = {
			.start =
			    plt->start + (i + 1) * plt->entry, /* the first one is the lookup */
			.size = plt->entry,
			.name = plt_name(to, t, plt, i),
			.bind = STB_GLOBAL,
			.type = STT_FUNC,
			.final = true,
		};

		ok = row.name && tl_symbols_add(to, &row);
	}
	return ok;
}

static size_t relocation_size(const struct tl_elf *e, uint32_t type)
{
	if (type == SHT_RELA)
		return e->is64 ? sizeof(Elf64_Rela) : sizeof(Elf32_Rela);
	return e->is64 ? sizeof(Elf64_Rel) : sizeof(Elf32_Rel);
}

static bool add_plt(struct tl_symbols *to, const struct tl_elf *e)
{
	const struct tl_elf_section *plt_section = tl_elf_section(e, ".plt", NULL);
	const struct tl_elf_section *relocations = tl_elf_section(e, ".rela.plt", NULL);
	struct table t = { .elf = e, .runtime = e };
	struct plt plt = { .relocations = TL_BUF_INIT, .symbols = TL_BUF_INIT };
	size_t index = 0;
	bool ok = true;

	if (!relocations)
		relocations = tl_elf_section(e, ".rel.plt", NULL);
	t.section = find_table(e, ".dynsym", SHT_DYNSYM, &index);
	if (!t.section || !plt_section || !relocations || relocations->link != index ||
	    (relocations->type != SHT_RELA && relocations->type != SHT_REL) ||
	    plt_section->type == SHT_NOBITS)
		return true;
	plt.step = relocation_size(e, relocations->type);
	plt.start = plt_section->offset;
	plt.entry = plt_section->entsize ? plt_section->entsize : PLT_ENTRY;
	if (plt.entry <= plt_section->size && tl_elf_load(e, relocations, &plt.relocations) &&
	    tl_elf_load(e, t.section, &plt.symbols)) {
		/* No more entries than the section has room for. */
		uint64_t most = plt_section->size / plt.entry * plt.step;

		if (plt.relocations.len > most)
			plt.relocations.len = (size_t)most;
		ok = add_plt_entries(to, &t, &plt);
	}
	tl_buf_fini(&plt.relocations);
	tl_buf_fini(&plt.symbols);
	return ok;
}

bool tl_symbols_add_symtab(struct tl_symbols *to, const struct tl_elf *syms,
			   const struct tl_elf *runtime)
{
	struct table t = { .elf = syms, .runtime = runtime };

	t.section = find_table(syms, ".symtab", SHT_SYMTAB, NULL);
	return !t.section || add_table(to, &t);
}

bool tl_symbols_add_elf(struct tl_symbols *to, const struct tl_elf *syms,
			const struct tl_elf *runtime)
{
	struct table t = { .elf = syms, .runtime = runtime };

	if (!tl_symbols_add_symtab(to, syms, runtime))
		return false;
	t.section = find_table(syms, ".dynsym", SHT_DYNSYM, NULL);
	if (t.section && !add_table(to, &t))
		return false;
	return tl_symbols_count(to) == 0 || add_plt(to, runtime);
}
