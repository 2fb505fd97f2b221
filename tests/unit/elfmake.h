/*
 * elfmake.h: a small ELF file made in memory, with one of each kind of symbol, for tests.
 * Its addresses are 0x400000 and the offset in the file.
 */
#ifndef TL_TESTS_UNIT_ELFMAKE_H
#define TL_TESTS_UNIT_ELFMAKE_H

#include "base/buf.h"

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ELFMAKE_BASE 0x400000
#define ELFMAKE_TEXT 0x1000 /* 256 bytes */
#define ELFMAKE_PLT  0x2000 /* three entries */

static const uint8_t elfmake_build_id[20] = {
	0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
};

struct elfmake {
	bool strip;               /* no .symtab */
	bool only_debug;          /* a .symtab, and no bytes in what is loaded */
	const uint8_t *debugdata; /* of a section of that name; borrowed */
	size_t debugdata_len;
	struct tl_buf file;
	size_t tables; /* what is from here on is no code */
};

enum {
	EM_NULL,
	EM_TEXT,
	EM_PLT,
	EM_NOTE,
	EM_DYNSYM,
	EM_DYNSTR,
	EM_RELA,
	EM_SYMTAB,
	EM_STRTAB,
	EM_SHSTRTAB,
	EM_DEBUGDATA,
	EM_SECTIONS
};

static const char elfmake_names[] = "\0.text\0.plt\0.note.gnu.build-id\0.dynsym\0.dynstr\0"
				    ".rela.plt\0.symtab\0.strtab\0.shstrtab\0.gnu_debugdata";

static inline void elfmake_usual(struct elfmake *m)
{
	*m = (struct elfmake){ .strip = false };
}

static inline void elfmake_fini(struct elfmake *m)
{
	tl_buf_fini(&m->file);
}

static inline uint32_t elfmake_string(struct tl_buf *strings, const char *s)
{
	uint32_t at = (uint32_t)strings->len;

	if (!tl_buf_append(strings, s, strlen(s) + 1))
		abort();
	return at;
}

static inline void elfmake_symbol(struct tl_buf *table, struct tl_buf *strings, const char *name,
				  unsigned bind, unsigned type, unsigned other, unsigned section,
				  uint64_t offset, uint64_t size)
{
	Elf64_Sym s = {
		.st_name = name[0] ? elfmake_string(strings, name) : 0,
		.st_info = ELF64_ST_INFO(bind, type),
		.st_other = (uint8_t)other,
		.st_shndx = (uint16_t)section,
		.st_value = offset ? ELFMAKE_BASE + offset : 0,
		.st_size = size,
	};

	if (!tl_buf_append(table, &s, sizeof(s)))
		abort();
}

static inline void elfmake_section(struct elfmake *m, Elf64_Shdr *s, const struct tl_buf *bytes)
{
	while (m->file.len % 8)
		if (!tl_buf_putc(&m->file, 0))
			abort();
	s->sh_offset = m->file.len;
	s->sh_size = bytes->len;
	if (!tl_buf_append(&m->file, bytes->data, bytes->len))
		abort();
}

/* Make the bytes. */
static inline void elfmake_finish(struct elfmake *m)
{
	struct tl_buf dynsym = TL_BUF_INIT, dynstr = TL_BUF_INIT, symtab = TL_BUF_INIT;
	struct tl_buf strtab = TL_BUF_INIT, rela = TL_BUF_INIT, note = TL_BUF_INIT;
	struct tl_buf names = TL_BUF_INIT;
	struct tl_buf debugdata = { (uint8_t *)(uintptr_t)m->debugdata, m->debugdata_len, 0 };
	Elf64_Nhdr nhdr = { 4, 20, NT_GNU_BUILD_ID };
	Elf64_Shdr sh[EM_SECTIONS] = { { 0 } };
	Elf64_Ehdr eh = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(eh),
		.e_ehsize = sizeof(eh),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 1,
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = EM_SECTIONS,
		.e_shstrndx = EM_SHSTRTAB,
	};
	Elf64_Phdr ph = {
		.p_type = PT_LOAD,
		.p_flags = PF_R | PF_X,
		.p_offset = 0,
		.p_vaddr = ELFMAKE_BASE,
		.p_filesz = 0x3000,
		.p_memsz = 0x3000,
	};

	elfmake_string(&dynstr, "");
	elfmake_symbol(&dynsym, &dynstr, "", 0, 0, 0, 0, 0, 0);
	elfmake_symbol(&dynsym, &dynstr, "puts", STB_GLOBAL, STT_FUNC, 0, 0, 0, 0);
	elfmake_symbol(&dynsym, &dynstr, "_ZN2ns1gEv", STB_GLOBAL, STT_FUNC, 0, 0, 0, 0);
	elfmake_symbol(&dynsym, &dynstr, "only_dynamic", STB_GLOBAL, STT_FUNC, 0, EM_TEXT, 0x1060,
		       8);
	for (uint64_t i = 1; i <= 2; i++) {
		Elf64_Rela r = { 0, ELF64_R_INFO(i, R_X86_64_JUMP_SLOT), 0 };

		if (!tl_buf_append(&rela, &r, sizeof(r)))
			abort();
	}
	elfmake_string(&strtab, "");
	elfmake_symbol(&symtab, &strtab, "", 0, 0, 0, 0, 0, 0);
	elfmake_symbol(&symtab, &strtab, "file.c", STB_LOCAL, STT_FILE, 0, SHN_ABS, 0, 0);
	elfmake_symbol(&symtab, &strtab, "main", STB_GLOBAL, STT_FUNC, 0, EM_TEXT, 0x1000, 0x20);
	elfmake_symbol(&symtab, &strtab, "_ZN2ns1fEv", STB_GLOBAL, STT_FUNC, 0, EM_TEXT, 0x1020,
		       16);
	elfmake_symbol(&symtab, &strtab, "label", STB_LOCAL, STT_NOTYPE, 0, EM_TEXT, 0x1030, 8);
	elfmake_symbol(&symtab, &strtab, "hidden", STB_LOCAL, STT_NOTYPE, STV_HIDDEN, EM_TEXT,
		       0x1040, 8);
	elfmake_symbol(&symtab, &strtab, "resolver", STB_GLOBAL, STT_GNU_IFUNC, 0, EM_TEXT, 0x1050,
		       8);
	elfmake_symbol(&symtab, &strtab, "absolute", STB_GLOBAL, STT_FUNC, 0, SHN_ABS, 0x1070, 8);
	elfmake_symbol(&symtab, &strtab, "abroad", STB_GLOBAL, STT_FUNC, 0, SHN_UNDEF, 0x1070, 8);
	if (!tl_buf_append(&note, &nhdr, sizeof(nhdr)) || !tl_buf_append(&note, "GNU", 4) ||
	    !tl_buf_append(&note, elfmake_build_id, 20) ||
	    !tl_buf_append(&names, elfmake_names, sizeof(elfmake_names)) ||
	    !tl_buf_append(&m->file, &eh, sizeof(eh)) || !tl_buf_append(&m->file, &ph, sizeof(ph)))
		abort();
	if (!m->only_debug)
		while (m->file.len < 0x2030)
			if (!tl_buf_putc(&m->file, 0x90))
				abort();
	m->tables = m->file.len;

	sh[EM_TEXT] = (Elf64_Shdr){ .sh_type = SHT_PROGBITS,
				    .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
				    .sh_addr = ELFMAKE_BASE + ELFMAKE_TEXT,
				    .sh_offset = ELFMAKE_TEXT,
				    .sh_size = 0x100 };
	sh[EM_PLT] = (Elf64_Shdr){ .sh_type = SHT_PROGBITS,
				   .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
				   .sh_addr = ELFMAKE_BASE + ELFMAKE_PLT,
				   .sh_offset = ELFMAKE_PLT,
				   .sh_size = 0x30,
				   .sh_entsize = 16 };
	sh[EM_NOTE] = (Elf64_Shdr){ .sh_type = SHT_NOTE, .sh_flags = SHF_ALLOC };
	sh[EM_DYNSYM] = (Elf64_Shdr){ .sh_type = SHT_DYNSYM,
				      .sh_flags = SHF_ALLOC,
				      .sh_link = EM_DYNSTR,
				      .sh_entsize = sizeof(Elf64_Sym) };
	sh[EM_DYNSTR] = (Elf64_Shdr){ .sh_type = SHT_STRTAB, .sh_flags = SHF_ALLOC };
	sh[EM_RELA] = (Elf64_Shdr){ .sh_type = SHT_RELA,
				    .sh_flags = SHF_ALLOC,
				    .sh_link = EM_DYNSYM,
				    .sh_entsize = sizeof(Elf64_Rela) };
	sh[EM_SYMTAB] = (Elf64_Shdr){ .sh_type = m->strip ? SHT_NULL : SHT_SYMTAB,
				      .sh_link = EM_STRTAB,
				      .sh_entsize = sizeof(Elf64_Sym) };
	sh[EM_STRTAB] = (Elf64_Shdr){ .sh_type = SHT_STRTAB };
	sh[EM_SHSTRTAB] = (Elf64_Shdr){ .sh_type = SHT_STRTAB };
	elfmake_section(m, &sh[EM_NOTE], &note);
	elfmake_section(m, &sh[EM_DYNSYM], &dynsym);
	elfmake_section(m, &sh[EM_DYNSTR], &dynstr);
	elfmake_section(m, &sh[EM_RELA], &rela);
	elfmake_section(m, &sh[EM_SYMTAB], &symtab);
	elfmake_section(m, &sh[EM_STRTAB], &strtab);
	elfmake_section(m, &sh[EM_SHSTRTAB], &names);
	sh[EM_DEBUGDATA] = (Elf64_Shdr){ .sh_type = SHT_PROGBITS };
	elfmake_section(m, &sh[EM_DEBUGDATA], &debugdata);
	for (unsigned i = 0, at = 0; i < EM_SECTIONS; i++) {
		sh[i].sh_name = at;
		at += (unsigned)strlen(elfmake_names + at) + 1;
		if (m->only_debug && (sh[i].sh_flags & SHF_ALLOC) && i != EM_NOTE) {
			sh[i].sh_type = SHT_NOBITS;
			sh[i].sh_offset = 0x200;
		}
	}
	eh.e_shoff = m->file.len;
	memcpy(m->file.data, &eh, sizeof(eh));
	if (!tl_buf_append(&m->file, sh, sizeof(sh)))
		abort();
	tl_buf_fini(&dynsym);
	tl_buf_fini(&dynstr);
	tl_buf_fini(&symtab);
	tl_buf_fini(&strtab);
	tl_buf_fini(&rela);
	tl_buf_fini(&note);
	tl_buf_fini(&names);
}

#endif
