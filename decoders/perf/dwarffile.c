/* dwarffile.c: see dwarffile.h. */
#include "decoders/perf/dwarffile.h"

#include "decoders/perf/elffile.h"

#include <elf.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINK_SECTION ".gnu_debugaltlink"
#define MAX_LINK     (PATH_MAX + TL_DSOFILE_ID)

#define LONGEST_BY_ID (2 * TL_DSOFILE_ID + 64)

/*
 * Debug information that tells nothing: one section, of one byte.  Where nothing is shared it is what is
 * shared, as libdw would look for a file otherwise.
 */
static struct {
	Elf64_Ehdr header;
	Elf64_Shdr sections[3];
	char names[32];
} nothing = {
	.header = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		    .e_type = ET_DYN,
		    .e_machine = EM_X86_64,
		    .e_version = EV_CURRENT,
		    .e_shoff = sizeof(Elf64_Ehdr),
		    .e_ehsize = sizeof(Elf64_Ehdr),
		    .e_shentsize = sizeof(Elf64_Shdr),
		    .e_shnum = 3,
		    .e_shstrndx = 2 },
	.sections = { { .sh_type = SHT_NULL },
		      { .sh_name = 1,
			.sh_type = SHT_PROGBITS,
			.sh_offset = sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Shdr),
			.sh_size = 1,
			.sh_addralign = 1 },
		      { .sh_name = 13,
			.sh_type = SHT_STRTAB,
			.sh_offset = sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Shdr),
			.sh_size = 32,
			.sh_addralign = 1 } },
	.names = "\0.debug_line\0.shstrtab",
};

/* By its name, also when packed or of a unit in a file of its own: ".zdebug_line_str", ".debug_str.dwo". */
static bool holds_strings(const char *name)
{
	static const char *const names[] = { "debug_str", "debug_line_str" };
	const char *at = strstr(name, "debug_");

	for (unsigned i = 0; at && i < 2; i++) {
		size_t n = strlen(names[i]);

		if (strncmp(at, names[i], n) == 0 && (!at[n] || strcmp(at + n, ".dwo") == 0))
			return true;
	}
	return false;
}

bool tl_dwarffile_strings_end(const struct tl_dwarflib *lib, Dwarf *dwarf)
{
	Elf *elf = lib->dwarf_getelf(dwarf);
	Elf_Scn *scn = NULL;
	size_t names;

	if (lib->elf_getshdrstrndx(elf, &names) != 0)
		return false;
	while ((scn = lib->elf_nextscn(elf, scn))) {
		GElf_Shdr header;
		const char *name = lib->gelf_getshdr(scn, &header)
				       ? lib->elf_strptr(elf, names, header.sh_name)
				       : NULL;
		const Elf_Data *data; /* what libdw has of it, which has unpacked it */

		if (!name || !holds_strings(name) || header.sh_type == SHT_NOBITS)
			continue;
		data = lib->elf_rawdata(scn, NULL);
		if (data && data->d_buf && data->d_size > 0 &&
		    ((const char *)data->d_buf)[data->d_size - 1])
			return false;
	}
	return true;
}

static bool open_one(const struct tl_dwarflib *lib, int fd, Elf **elf, Dwarf **dwarf)
{
	/* Read, not mapped: the file may be cut off while it is used. */
	*elf = lib->elf_begin(fd, ELF_C_READ, NULL);
	*dwarf = *elf ? lib->dwarf_begin_elf(*elf, DWARF_C_READ, NULL) : NULL;
	return *dwarf && tl_dwarffile_strings_end(lib, *dwarf);
}

bool tl_dwarffile_open(struct tl_dwarffile *f, const struct tl_dwarflib *lib, int fd, int shared)
{
	*f = (struct tl_dwarffile){ .elf = NULL };
	f->none_elf = lib->elf_memory((char *)&nothing, sizeof(nothing));
	f->none = f->none_elf ? lib->dwarf_begin_elf(f->none_elf, DWARF_C_READ, NULL) : NULL;
	if (!f->none || !open_one(lib, fd, &f->elf, &f->dwarf)) {
		tl_dwarffile_close(f, lib);
		return false;
	}
	if (shared >= 0 && open_one(lib, shared, &f->shared_elf, &f->shared)) {
		lib->dwarf_setalt(f->shared, f->none);
		lib->dwarf_setalt(f->dwarf, f->shared);
	} else {
		lib->dwarf_setalt(f->dwarf, f->none);
	}
	return true;
}

void tl_dwarffile_close(struct tl_dwarffile *f, const struct tl_dwarflib *lib)
{
	Dwarf *dwarfs[] = { f->dwarf, f->shared, f->none };
	Elf *elfs[] = { f->elf, f->shared_elf, f->none_elf };

	for (unsigned i = 0; i < 3; i++) {
		if (dwarfs[i])
			lib->dwarf_end(dwarfs[i]);
		if (elfs[i])
			lib->elf_end(elfs[i]);
	}
	*f = (struct tl_dwarffile){ .elf = NULL };
}

/* ---- what is shared */

/* A name, its end, and the build-id.  False: none. */
static bool read_link(const struct tl_dsofile *file, char name[MAX_LINK],
		      struct tl_dsofile_want *want)
{
	const struct tl_elf_section *s;
	struct tl_elf elf;
	size_t n, len;
	bool ok = false;

	*want = (struct tl_dsofile_want){ .path = name };
	if (!tl_elf_init_fd(&elf, file->fd, file->size))
		return false;
	s = tl_elf_section(&elf, LINK_SECTION, NULL);
	n = s && s->type != SHT_NOBITS && s->size < MAX_LINK ? (size_t)s->size : 0;
	if (n > 0 && tl_elf_read(&elf, s->offset, name, n)) {
		name[n] = '\0';
		len = strlen(name);
		ok = len > 0 && len < n - 1 && n - 1 - len <= TL_DSOFILE_ID;
		want->id_len = ok ? n - 1 - len : 0;
		memcpy(want->id, name + len + 1, want->id_len);
	}
	tl_elf_fini(&elf);
	return ok;
}

static bool is_it(const char *path, const struct tl_dsofile_want *want, struct tl_dsofile *out)
{
	uint8_t id[TL_ELF_BUILD_ID];
	struct tl_elf elf;
	size_t len = 0;

	if (!tl_dsofile_open(path, out))
		return false;
	if (out->size <= TL_DWARFFILE_MAX && tl_elf_init_fd(&elf, out->fd, out->size)) {
		len = tl_elf_build_id(&elf, id);
		tl_elf_fini(&elf);
	}
	if (tl_dsofile_same_id(want, id, len))
		return true;
	tl_dsofile_close(out);
	return false;
}

/* The folder of a file, with its '/', where links to it lead. */
static int folder_of(const struct tl_dsofile *file, char path[PATH_MAX])
{
	char link[40];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", file->fd);
	n = readlink(link, path, PATH_MAX - 1);
	path[n > 0 ? n : 0] = '\0';
	return path[0] == '/' ? (int)(strrchr(path, '/') + 1 - path) : 0;
}

/* "/usr/lib/debug/.build-id/12/345678.debug" */
static void name_by_id(const struct tl_dsofile_want *want, char out[LONGEST_BY_ID])
{
	int len = sprintf(out, "/usr/lib/debug/.build-id/%02x/", want->id[0]);

	for (size_t i = 1; i < want->id_len; i++)
		len += sprintf(out + len, "%02x", want->id[i]);
	strcpy(out + len, ".debug");
}

/* The file of that name below a folder. */
static bool is_below(const char *root, const char *name, const struct tl_dsofile_want *want,
		     struct tl_dsofile *out)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s%s", root, name);

	return n >= 0 && n < PATH_MAX && is_it(path, want, out);
}

bool tl_dwarffile_find_shared(const struct tl_dsofile_places *p, const struct tl_dsofile *file,
			      struct tl_dsofile *out)
{
	char name[MAX_LINK + 1], home[PATH_MAX], by_id[LONGEST_BY_ID];
	const char *roots[] = { p->symfs ? p->symfs : "", "" };
	struct tl_dsofile_want want;

	*out = (struct tl_dsofile){ .fd = -1 };
	if (!read_link(file, name, &want))
		return false;
	home[folder_of(file, home)] = '\0';
	if (name[0] != '/' && is_below(home, name, &want, out))
		return true;
	name_by_id(&want, by_id);
	for (unsigned i = p->symfs ? 0 : 1; i < 2; i++) {
		if (name[0] == '/' && is_below(roots[i], name, &want, out))
			return true;
		if (want.id_len >= 2 && is_below(roots[i], by_id, &want, out))
			return true;
	}
	return false;
}

bool tl_dwarffile_is_plain(const char *path)
{
	struct tl_dsofile file;
	struct tl_elf elf;
	bool ok = false;

	if (!tl_dsofile_open(path, &file))
		return false;
	if (file.size <= TL_DWARFFILE_MAX && tl_elf_init_fd(&elf, file.fd, file.size)) {
		ok = !tl_elf_section(&elf, LINK_SECTION, NULL);
		tl_elf_fini(&elf);
	}
	tl_dsofile_close(&file);
	return ok;
}
