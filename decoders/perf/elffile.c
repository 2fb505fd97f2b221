/* elffile.c: see elffile.h. */
#include "decoders/perf/elffile.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_SECTIONS (1u << 20) /* gcc -ffunction-sections on the largest programs: 10^5 */
#define MAX_SEGMENTS 65536u
#define MAX_NOTES    (1u << 20) /* bytes of notes looked through for the build-id */

/* Are bytes [at, at + n) within a file of that size? */
static bool within(uint64_t size, uint64_t at, uint64_t n)
{
	return at <= size && n <= size - at;
}

bool tl_elf_read(const struct tl_elf *e, uint64_t at, void *to, size_t n)
{
	uint8_t *p = to;

	if (!within(e->size, at, n))
		return false;
	if (e->fd < 0) {
		if (n > 0)
			memcpy(to, e->memory.data + at, n);
		return true;
	}
	while (n > 0) {
		ssize_t got = pread(e->fd, p, n, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		p += got;
		at += (uint64_t)got;
		n -= (size_t)got;
	}
	return true;
}

static bool append(const struct tl_elf *e, uint64_t at, uint64_t n, struct tl_buf *out)
{
	if (!within(e->size, at, n) || n >= SIZE_MAX || !tl_buf_reserve(out, (size_t)n + 1) ||
	    !tl_elf_read(e, at, out->data + out->len, (size_t)n))
		return false;
	out->len += (size_t)n;
	out->data[out->len] = 0;
	return true;
}

static void from_section64(const Elf64_Shdr *s, struct tl_elf_section *out)
{
	*out = (struct tl_elf_section){
		.name = "",
		.type = s->sh_type,
		.link = s->sh_link,
		.flags = s->sh_flags,
		.addr = s->sh_addr,
		.offset = s->sh_offset,
		.size = s->sh_size,
		.entsize = s->sh_entsize,
	};
}

static void from_section32(const Elf32_Shdr *s, struct tl_elf_section *out)
{
	*out = (struct tl_elf_section){
		.name = "",
		.type = s->sh_type,
		.link = s->sh_link,
		.flags = s->sh_flags,
		.addr = s->sh_addr,
		.offset = s->sh_offset,
		.size = s->sh_size,
		.entsize = s->sh_entsize,
	};
}

/* Row i of the section table as the file has it; *name is an offset among the names. */
static void get_section(const struct tl_elf *e, const uint8_t *table, size_t i,
			struct tl_elf_section *out, uint32_t *name)
{
	if (e->is64) {
		Elf64_Shdr s;

		memcpy(&s, table + i * sizeof(s), sizeof(s));
		from_section64(&s, out);
		*name = s.sh_name;
	} else {
		Elf32_Shdr s;

		memcpy(&s, table + i * sizeof(s), sizeof(s));
		from_section32(&s, out);
		*name = s.sh_name;
	}
}

/*
 * The table of sections.  Counts that do not fit into the header's 16 bits stand in the first
 * section's size and link.
 */
static bool read_sections(struct tl_elf *e, uint64_t at, size_t entsize, uint64_t n, uint32_t names)
{
	size_t row = e->is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	struct tl_buf table = TL_BUF_INIT;
	struct tl_elf_section first;
	uint32_t name;

	if (at == 0 || entsize != row || !append(e, at, row, &table))
		goto none;
	get_section(e, table.data, 0, &first, &name);
	if (n == 0)
		n = first.size;
	if (names == SHN_XINDEX)
		names = first.link;
	table.len = 0;
	if (n == 0 || n > MAX_SECTIONS || !append(e, at, n * row, &table))
		goto none;
	e->sections = calloc((size_t)n, sizeof(*e->sections));
	if (!e->sections)
		goto none;
	e->nsections = (size_t)n;
	if (names < n) {
		get_section(e, table.data, names, &first, &name);
		if (!tl_elf_load(e, &first, &e->names))
			e->names.len = 0;
	}
	for (size_t i = 0; i < e->nsections; i++) {
		get_section(e, table.data, i, &e->sections[i], &name);
		if (name < e->names.len)
			e->sections[i].name = (const char *)e->names.data + name;
	}
	tl_buf_fini(&table);
	return true;
none:
	tl_buf_fini(&table);
	return false;
}

static void read_segments(struct tl_elf *e, uint64_t at, size_t entsize, size_t n)
{
	size_t row = e->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	struct tl_buf table = TL_BUF_INIT;

	if (n == 0 || n > MAX_SEGMENTS || entsize != row || !append(e, at, n * row, &table))
		goto done;
	e->segments = calloc(n, sizeof(*e->segments));
	if (!e->segments)
		goto done;
	e->nsegments = n;
	for (size_t i = 0; i < n; i++) {
		struct tl_elf_segment *s = &e->segments[i];

		if (e->is64) {
			Elf64_Phdr p;

			memcpy(&p, table.data + i * row, row);
			*s = (struct tl_elf_segment){ p.p_type,  p.p_flags,  p.p_offset,
						      p.p_vaddr, p.p_filesz, p.p_memsz };
		} else {
			Elf32_Phdr p;

			memcpy(&p, table.data + i * row, row);
			*s = (struct tl_elf_segment){ p.p_type,  p.p_flags,  p.p_offset,
						      p.p_vaddr, p.p_filesz, p.p_memsz };
		}
	}
done:
	tl_buf_fini(&table);
}

static bool read_headers(struct tl_elf *e)
{
	unsigned char ident[EI_NIDENT];

	if (!tl_elf_read(e, 0, ident, sizeof(ident)) || memcmp(ident, ELFMAG, SELFMAG) != 0 ||
	    ident[EI_DATA] != ELFDATA2LSB)
		return false;
	e->is64 = ident[EI_CLASS] == ELFCLASS64;
	if (e->is64) {
		Elf64_Ehdr h;

		if (!tl_elf_read(e, 0, &h, sizeof(h)))
			return false;
		e->type = h.e_type;
		e->machine = h.e_machine;
		read_sections(e, h.e_shoff, h.e_shentsize, h.e_shnum, h.e_shstrndx);
		read_segments(e, h.e_phoff, h.e_phentsize, h.e_phnum);
	} else {
		Elf32_Ehdr h;

		if (ident[EI_CLASS] != ELFCLASS32 || !tl_elf_read(e, 0, &h, sizeof(h)))
			return false;
		e->type = h.e_type;
		e->machine = h.e_machine;
		read_sections(e, h.e_shoff, h.e_shentsize, h.e_shnum, h.e_shstrndx);
		read_segments(e, h.e_phoff, h.e_phentsize, h.e_phnum);
	}
	return true;
}

bool tl_elf_init_fd(struct tl_elf *e, int fd, uint64_t size)
{
	*e = (struct tl_elf){ .fd = fd, .size = size };
	return read_headers(e);
}

bool tl_elf_init_memory(struct tl_elf *e, struct tl_span bytes)
{
	*e = (struct tl_elf){ .fd = -1, .memory = bytes, .size = bytes.len };
	return read_headers(e);
}

void tl_elf_fini(struct tl_elf *e)
{
	free(e->sections);
	free(e->segments);
	tl_buf_fini(&e->names);
	*e = (struct tl_elf){ .fd = -1 };
}

const struct tl_elf_section *tl_elf_section(const struct tl_elf *e, const char *name, size_t *index)
{
	for (size_t i = 1; i < e->nsections; i++)
		if (strcmp(e->sections[i].name, name) == 0) {
			if (index)
				*index = i;
			return &e->sections[i];
		}
	return NULL;
}

bool tl_elf_load(const struct tl_elf *e, const struct tl_elf_section *s, struct tl_buf *out)
{
	return s->type != SHT_NOBITS && append(e, s->offset, s->size, out);
}

/* A note is the lengths of a name and of a body, a type, and both of them, padded to 4 bytes. */
size_t tl_elf_note_build_id(const uint8_t *notes, size_t len, uint8_t id[TL_ELF_BUILD_ID])
{
	while (len >= sizeof(Elf64_Nhdr)) {
		uint64_t name, body;
		Elf64_Nhdr h;

		memcpy(&h, notes, sizeof(h));
		notes += sizeof(h);
		len -= sizeof(h);
		name = ((uint64_t)h.n_namesz + 3) & ~UINT64_C(3);
		body = ((uint64_t)h.n_descsz + 3) & ~UINT64_C(3);
		if (name > len || h.n_descsz > len - name)
			break;
		if (h.n_type == NT_GNU_BUILD_ID && h.n_namesz == 4 && h.n_descsz > 0 &&
		    memcmp(notes, "GNU", 4) == 0) {
			size_t n = h.n_descsz < TL_ELF_BUILD_ID ? h.n_descsz : TL_ELF_BUILD_ID;

			memcpy(id, notes + name, n);
			return n;
		}
		if (body > len - name)
			break;
		notes += name + body;
		len -= (size_t)(name + body);
	}
	return 0;
}

static size_t build_id_at(const struct tl_elf *e, uint64_t at, uint64_t size,
			  uint8_t id[TL_ELF_BUILD_ID])
{
	struct tl_buf notes = TL_BUF_INIT;
	size_t n = 0;

	if (size <= MAX_NOTES && append(e, at, size, &notes))
		n = tl_elf_note_build_id(notes.data, notes.len, id);
	tl_buf_fini(&notes);
	return n;
}

size_t tl_elf_build_id(const struct tl_elf *e, uint8_t id[TL_ELF_BUILD_ID])
{
	/* By name first: a few sections against any number of notes; ".note" is the vdso's,
	 * ".notes" the kernel's. */
	static const char *const names[] = { ".note.gnu.build-id", ".notes", ".note" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct tl_elf_section *s = tl_elf_section(e, names[i], NULL);
		size_t n = s && s->type != SHT_NOBITS ? build_id_at(e, s->offset, s->size, id) : 0;

		if (n > 0)
			return n;
	}
	for (size_t i = 0; i < e->nsegments; i++) {
		size_t n = 0;

		if (e->segments[i].type == PT_NOTE)
			n = build_id_at(e, e->segments[i].offset, e->segments[i].filesz, id);
		if (n > 0)
			return n;
	}
	return 0;
}

bool tl_elf_offset(const struct tl_elf *e, uint64_t vaddr, uint64_t *offset)
{
	for (size_t i = 0; i < e->nsegments; i++) {
		const struct tl_elf_segment *s = &e->segments[i];
		uint64_t size = s->memsz > s->filesz ? s->memsz : s->filesz;

		if (s->type == PT_LOAD && vaddr >= s->vaddr && vaddr - s->vaddr < size) {
			*offset = vaddr - s->vaddr + s->offset;
			return true;
		}
	}
	return false;
}
