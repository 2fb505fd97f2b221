/*
 * symbols.h: the symbol table of a binary, as perf would make it: which symbols count, which of
 * several at an address wins, how far each one reaches.
 *
 * Made in two steps: add rows in the order of the file, settle() after each table of it, then
 * finish().  From then on it is const but for names that are demangled when first shown.
 */
#ifndef TL_DECODERS_PERF_SYMBOLS_H
#define TL_DECODERS_PERF_SYMBOLS_H

#include "base/buf.h"
#include "decoders/perf/dso.h"
#include "decoders/perf/elffile.h"

struct tl_symbols;

struct tl_symbol_row {
	uint64_t start, size; /* 0: not told, settle() finds out */
	const char *name;     /* within bytes given to keep(), or of tl_symbols_printf() */
	uint8_t bind, type;   /* STB_*, STT_* */
	bool final;           /* the name is to be shown as it is */
};

/* How far do symbols without a size reach?  To the next one, but in the kernel not from one
 * module to another. */
enum tl_settle { TL_SETTLE_ELF, TL_SETTLE_KALLSYMS };

struct tl_symbols *tl_symbols_new(void); /* NULL: out of memory; release with tl_symbols_free() */
void tl_symbols_free(struct tl_symbols *t);

/* Takes the buffer's bytes, which names point into, and empties it.  False: out of memory,
 * and still takes them. */
bool tl_symbols_keep(struct tl_symbols *t, struct tl_buf *names);

/* A name that the table keeps; NULL: out of memory. */
const char *tl_symbols_printf(struct tl_symbols *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* False: out of memory, or more rows than a table can have. */
bool tl_symbols_add(struct tl_symbols *t, const struct tl_symbol_row *row);
size_t tl_symbols_count(const struct tl_symbols *t);
void tl_symbols_settle(struct tl_symbols *t, enum tl_settle how);
bool tl_symbols_finish(struct tl_symbols *t);

/* After finish(); any thread.  linked() gives the linker's name; named() finds functions only, by the shown or
 * the linker's name. */
bool tl_symbols_find(struct tl_symbols *t, uint64_t offset, struct tl_symbol *out);
bool tl_symbols_linked(struct tl_symbols *t, uint64_t offset, struct tl_symbol *out);
bool tl_symbols_named(struct tl_symbols *t, const char *name, uint64_t *start);

/*
 * Add the symbols of an ELF file, settled: its .symtab and .dynsym, and its PLT's entries.
 * `syms` has the symbols; `runtime`, perhaps the same, is the binary that ran.  What is broken
 * is left out.  False: out of memory.
 */
bool tl_symbols_add_elf(struct tl_symbols *t, const struct tl_elf *syms,
			const struct tl_elf *runtime);

/* Likewise its .symtab alone. */
bool tl_symbols_add_symtab(struct tl_symbols *t, const struct tl_elf *syms,
			   const struct tl_elf *runtime);

/*
 * Add the symbols that some distributions leave in a stripped binary: a small ELF file with a
 * .symtab, packed with xz into the section .gnu_debugdata.  Before tl_symbols_add_elf().  True
 * also where there is none; false: out of memory.
 */
bool tl_symbols_add_debugdata(struct tl_symbols *t, const struct tl_elf *runtime);

/* The address of a symbol of any kind, in its .symtab, as it was linked; false: it has none. */
bool tl_symbols_elf_address(const struct tl_elf *e, const char *name, uint64_t *addr);

/* Does it have a table of symbols?  Of those that are needed at run time?  A packed one? */
bool tl_symbols_elf_has_symtab(const struct tl_elf *e);
bool tl_symbols_elf_has_dynsym(const struct tl_elf *e);
bool tl_symbols_elf_has_debugdata(const struct tl_elf *e);

#endif
