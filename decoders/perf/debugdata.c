/*
 * debugdata.c: symbols that are packed into a stripped binary ("MiniDebugInfo", as Fedora builds
 * its packages): the section .gnu_debugdata is an ELF file, compressed with xz, whose .symtab has
 * the functions that .dynsym has not.
 */
#include "decoders/perf/symbols.h"

#include <elf.h>
#include <lzma.h>

#define MAX_UNPACKED ((size_t)256 << 20)  /* the largest known are some MiB */
#define MAX_MEMORY   ((uint64_t)64 << 20) /* for the decoder; `xz -9` asks for as much */
#define STEP         ((size_t)1 << 20)

/* False: it is broken, too large, or there is no memory. */
static bool unpack(const struct tl_buf *packed, struct tl_buf *out)
{
	lzma_stream xz = LZMA_STREAM_INIT;
	lzma_ret ret = lzma_stream_decoder(&xz, MAX_MEMORY, 0);

	xz.next_in = packed->data;
	xz.avail_in = packed->len;
	while (ret == LZMA_OK && out->len < MAX_UNPACKED && tl_buf_reserve(out, STEP)) {
		xz.next_out = out->data + out->len;
		xz.avail_out = STEP;
		ret = lzma_code(&xz, LZMA_FINISH);
		out->len += STEP - xz.avail_out;
	}
	lzma_end(&xz);
	return ret == LZMA_STREAM_END;
}

bool tl_symbols_elf_has_debugdata(const struct tl_elf *e)
{
	const struct tl_elf_section *s = tl_elf_section(e, ".gnu_debugdata", NULL);

	return s && s->type == SHT_PROGBITS && s->size > 0;
}

bool tl_symbols_add_debugdata(struct tl_symbols *t, const struct tl_elf *runtime)
{
	const struct tl_elf_section *s = tl_elf_section(runtime, ".gnu_debugdata", NULL);
	struct tl_buf packed = TL_BUF_INIT, bytes = TL_BUF_INIT;
	struct tl_elf elf;
	bool ok = true;

	if (s && tl_elf_load(runtime, s, &packed) && unpack(&packed, &bytes) &&
	    tl_elf_init_memory(&elf, (struct tl_span){ bytes.data, bytes.len })) {
		ok = tl_symbols_add_symtab(t, &elf, runtime);
		tl_elf_fini(&elf);
	}
	tl_buf_fini(&packed);
	tl_buf_fini(&bytes);
	return ok;
}
