/*
 * dwarflib.h: libdw and libelf (elfutils), loaded when the first source line is asked for.
 *
 * Few runs want them, and none should wait for them to be mapped and relocated.
 */
#ifndef TL_DECODERS_PERF_DWARFLIB_H
#define TL_DECODERS_PERF_DWARFLIB_H

#include "base/err.h"

#include <elfutils/libdw.h>

/* All that is used of them. */
#define TL_DWARF_FUNCTIONS(X)    \
	X(elf_version)           \
	X(elf_begin)             \
	X(elf_end)               \
	X(elf_memory)            \
	X(elf_getshdrstrndx)     \
	X(elf_nextscn)           \
	X(elf_strptr)            \
	X(elf_rawdata)           \
	X(gelf_getshdr)          \
	X(dwarf_begin_elf)       \
	X(dwarf_end)             \
	X(dwarf_setalt)          \
	X(dwarf_getelf)          \
	X(dwarf_cu_getdwarf)     \
	X(dwarf_get_units)       \
	X(dwarf_cu_info)         \
	X(dwarf_ranges)          \
	X(dwarf_child)           \
	X(dwarf_siblingof)       \
	X(dwarf_tag)             \
	X(dwarf_attr)            \
	X(dwarf_attr_integrate)  \
	X(dwarf_formudata)       \
	X(dwarf_formstring)      \
	X(dwarf_getsrclines)     \
	X(dwarf_onesrcline)      \
	X(dwarf_lineaddr)        \
	X(dwarf_lineno)          \
	X(dwarf_linesrc)         \
	X(dwarf_lineendsequence) \
	X(dwarf_getsrcfiles)     \
	X(dwarf_filesrc)

struct tl_dwarflib {
#define X(function) __typeof__(function) *function;
	TL_DWARF_FUNCTIONS(X)
#undef X
};

/* NULL with err: they are not there, or too old.  Any thread. */
const struct tl_dwarflib *tl_dwarflib(struct tl_err *err);

#endif
