/*
 * names.h: from an address to the text that a line shows for it.
 *
 * A trace runs over the same few thousand addresses all the time.  Finding the mapping, the
 * symbol and its text is done once for each, and the finished text is kept by (space, address,
 * mode) in a hash table.  The text does not depend on what was asked before, so that all of it may
 * be dropped when it has become too much.  For one thread.
 */
#ifndef TL_DECODERS_PT_NAMES_H
#define TL_DECODERS_PT_NAMES_H

#include "base/buf.h"
#include "decoders/perf/timeline.h"
#include "decoders/pt/disasm.h"
#include "decoders/pt/sourcetext.h"

#include <stdbool.h>
#include <stdint.h>

/* Symbols and paths from files are cut to this many bytes. */
#define TL_PT_NAME_LONGEST 4096

enum tl_pt_name_form {
	TL_PT_NAME_SHORT,  /* main+18, main, 401136 */
	TL_PT_NAME_SYMBOL, /* main, 401136 */
	TL_PT_NAME_PERF,   /* "          401136 main+0x12 (/bin/a)", as perf script prints it */
	TL_PT_NAME_INSN,   /* the same, and the instruction there, as `syntax` and `bytes` say, and
			    * `source` */
	TL_PT_NAME_SOURCE, /* "  main.c:12", as sourcetext.h has it; or nothing */
};

struct tl_pt_name_slot {
	uint64_t ip;
	uint32_t space; /* and the mode, as tl_pt_names_space() has both */
	uint32_t at;    /* of a struct tl_pt_name in the text; 0: empty */
};

/* All zero, but for what is before `slots`, is empty. */
struct tl_pt_names {
	enum tl_pt_name_form form;
	enum tl_pt_syntax syntax;
	bool bytes;                 /* an instruction's bytes come along */
	bool source;                /* and where it was compiled from */
	struct tl_srctext *srctext; /* borrowed; NULL: without the lines' text */
	size_t limit;               /* bytes of memory, about */
	struct tl_pt_name_slot *slots;
	size_t nslots; /* 0 or a power of two */
	size_t used;
	struct tl_buf text;
};

struct tl_pt_name {
	uint32_t len;
	uint8_t text[]; /* with TL_PRINT_SLACK bytes behind that may be read */
};

void tl_pt_names_fini(struct tl_pt_names *names);

/* What _get() does when the text is not there yet. */
const struct tl_pt_name *tl_pt_names_make(struct tl_pt_names *names, const struct tl_space *space,
					  uint64_t ip, unsigned mode);

/* Which bits the code has is in the uppermost two; there are never so many spaces. */
static inline uint32_t tl_pt_names_space(const struct tl_space *space, unsigned mode)
{
	return space->id ^ (uint32_t)(mode % 64) << 26;
}

static inline size_t tl_pt_names_hash(uint32_t space, uint64_t ip)
{
	uint64_t h = (ip ^ ((uint64_t)space << 40)) * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(h ^ (h >> 32));
}

/*
 * The text for an address; it stays valid until the next call.  NULL: out of memory.
 * `mode`: bits of the code there, of which instructions depend; 64 for the other forms.
 */
static inline const struct tl_pt_name *tl_pt_names_get(struct tl_pt_names *names,
						       const struct tl_space *space, uint64_t ip,
						       unsigned mode)
{
	uint32_t key = tl_pt_names_space(space, mode);
	size_t mask = names->nslots - 1, i;

	if (names->nslots == 0)
		return tl_pt_names_make(names, space, ip, mode);
	for (i = tl_pt_names_hash(key, ip);; i++) {
		const struct tl_pt_name_slot *s = &names->slots[i & mask];

		if (s->at == 0)
			return tl_pt_names_make(names, space, ip, mode);
		if (s->ip == ip && s->space == key)
			return (const struct tl_pt_name *)(names->text.data + s->at);
	}
}

#endif
