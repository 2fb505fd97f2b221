/*
 * elffile.h: as much of an ELF file as symbols and build-ids need: headers, sections, notes.
 *
 * The file is foreign bytes and may change under our hands: it is read, never mapped, and each
 * offset, size and count is held against the file's size first.  32 and 64 bits, little-endian.
 * Layout: System V ABI, edition 4.1, chapter 4, and <elf.h>.
 */
#ifndef TL_DECODERS_PERF_ELFFILE_H
#define TL_DECODERS_PERF_ELFFILE_H

#include "base/buf.h"
#include "text/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TL_ELF_BUILD_ID 20

struct tl_elf_section {
	const char *name; /* "" where the file tells none */
	uint32_t type, link;
	uint64_t flags, addr, offset, size, entsize;
};

struct tl_elf_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, filesz, memsz;
};

struct tl_elf {
	int fd; /* borrowed; -1: `memory` holds the bytes */
	struct tl_span memory;
	uint64_t size; /* of the file */
	bool is64;
	uint16_t type, machine; /* ET_*, EM_* */
	struct tl_elf_section *sections;
	size_t nsections;
	struct tl_elf_segment *segments;
	size_t nsegments;
	struct tl_buf names; /* what the sections' names point into */
};

/*
 * Read the headers.  Borrows the descriptor, or the bytes, until fini().  False: no ELF file, or
 * none that can be read; nothing to be released then.  Sections whose table is broken are as if
 * there were none.  One thread.
 */
bool tl_elf_init_fd(struct tl_elf *e, int fd, uint64_t size);
bool tl_elf_init_memory(struct tl_elf *e, struct tl_span bytes);
void tl_elf_fini(struct tl_elf *e);

/* Exactly n bytes from an offset; false: not there.  Any thread. */
bool tl_elf_read(const struct tl_elf *e, uint64_t at, void *to, size_t n);

/* The first section of that name, NULL: none.  *index may be NULL. */
const struct tl_elf_section *tl_elf_section(const struct tl_elf *e, const char *name,
					    size_t *index);

/* Append the bytes of a section, and a NUL that len does not count.  False: it has none in
 * the file, or out of memory. */
bool tl_elf_load(const struct tl_elf *e, const struct tl_elf_section *s, struct tl_buf *out);

/* The GNU build-id; returns its length, 0: none. */
size_t tl_elf_build_id(const struct tl_elf *e, uint8_t id[TL_ELF_BUILD_ID]);

/* Likewise from notes alone, as /sys/kernel/notes has them. */
size_t tl_elf_note_build_id(const uint8_t *notes, size_t len, uint8_t id[TL_ELF_BUILD_ID]);

/* Where an address is in the file by the loaded segments; false: in none of them. */
bool tl_elf_offset(const struct tl_elf *e, uint64_t vaddr, uint64_t *offset);

#endif
