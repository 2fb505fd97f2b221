/*
 * dwarffile.h: a file with debug information, opened so that libdw opens no other one by itself.
 *
 * Such a file can name others: one that several binaries share (dwz puts it there), and those of its
 * units.  Names are foreign bytes: what is no regular file is not opened, and a FIFO not waited for.
 */
#ifndef TL_DECODERS_PERF_DWARFFILE_H
#define TL_DECODERS_PERF_DWARFFILE_H

#include "decoders/perf/dsofile.h"
#include "decoders/perf/dwarflib.h"

/* Sections of debug information are held in memory. */
#define TL_DWARFFILE_MAX (UINT64_C(4) << 30)

struct tl_dwarffile {
	Elf *elf, *shared_elf, *none_elf;
	Dwarf *dwarf, *shared, *none;
};

/* Borrows the descriptors until close; that of what is shared may be -1: there is none.  False: there is
 * no debug information, or it is damaged; nothing is to be closed then.  Any thread. */
bool tl_dwarffile_open(struct tl_dwarffile *f, const struct tl_dwarflib *lib, int fd, int shared);
void tl_dwarffile_close(struct tl_dwarffile *f, const struct tl_dwarflib *lib);

/*
 * Do all its sections of strings end with a string's end?  libdw reads the names of line tables without
 * asking, and behind the section where they do not: such a file, which is damaged, is not used.
 */
bool tl_dwarffile_strings_end(const struct tl_dwarflib *lib, Dwarf *dwarf);

/*
 * Find what a file shares with others (.gnu_debugaltlink): where it says, from the folder of the file or
 * below symfs, or by build-id in /usr/lib/debug; the build-id must be the one it says.  False: none.
 */
bool tl_dwarffile_find_shared(const struct tl_dsofile_places *p, const struct tl_dsofile *file,
			      struct tl_dsofile *out);

/* May libdw open this, for the units of another file?  Not what would have it open a third one. */
bool tl_dwarffile_is_plain(const char *path);

#endif
