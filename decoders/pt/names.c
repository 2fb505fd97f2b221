/* names.c: see names.h. */
#include "decoders/pt/names.h"

#include "decoders/foreign.h"
#include "decoders/pt/print.h"

#include <stdalign.h>
#include <stdlib.h>

#define FEWEST 256 /* slots */

/* The longest text: address, symbol and offset, name of the binary; an instruction. */
#define LONGEST (2 * TL_PT_NAME_LONGEST + 128 + INSN_LONGEST + TL_PT_SOURCE_LONGEST)

/* An instruction and its bytes, and the symbol it goes to. */
#define INSN_LONGEST (TL_PT_DISASM_LONGEST + TL_PT_NAME_LONGEST + 128)

/* The longest instruction has so many; Intel SDM vol. 2, "Instruction Format". */
#define INSN_BYTES 15

/* Where instructions begin, behind address, symbol and binary. */
#define INSN_COL 64

/* And where what they were compiled from does. */
#define SOURCE_COL (INSN_COL + 40)

/* Bytes there is a column for; few instructions have more. */
#define BYTES_COL 8

void tl_pt_names_fini(struct tl_pt_names *names)
{
	free(names->slots);
	names->slots = NULL;
	names->nslots = names->used = 0;
	tl_buf_fini(&names->text);
}

/* ---- texts */

struct place {
	const struct tl_map *map; /* NULL: nothing is mapped there */
	bool has_symbol;
	struct tl_symbol symbol;
	uint64_t offset; /* from the symbol */
};

static void find_place(const struct tl_space *space, uint64_t ip, struct place *out)
{
	uint64_t in_file;

	*out = (struct place){ .map = tl_space_find(space, ip) };
	if (!out->map)
		return;
	in_file = ip - out->map->start + out->map->pgoff;
	out->has_symbol = tl_dso_symbol(out->map->dso, in_file, &out->symbol);
	if (out->has_symbol)
		out->offset = in_file - out->symbol.start;
}

/* main+18: as ftrace and sptdecode say it */
static uint8_t *put_short(uint8_t *p, const struct place *at, uint64_t ip, bool with_offset)
{
	if (!at->has_symbol)
		return put_hex(p, ip);
	p = tl_foreign_put(p, at->symbol.name, TL_PT_NAME_LONGEST);
	if (with_offset && at->offset > 0) {
		*p++ = '+';
		p = put_dec(p, at->offset, 0);
	}
	return p;
}

/* As perf script prints ip, sym, symoff and dso. */
static uint8_t *put_perf(uint8_t *p, const struct place *at, uint64_t ip)
{
	p = put_hex_16(p, ip);
	*p++ = ' ';
	if (at->has_symbol) {
		p = tl_foreign_put(p, at->symbol.name, TL_PT_NAME_LONGEST);
		p = PUT_LITERAL(p, "+0x");
		p = put_hex(p, at->offset);
	} else {
		p = PUT_LITERAL(p, "[unknown]");
	}
	p = PUT_LITERAL(p, " (");
	if (at->map)
		p = tl_foreign_put(p, tl_dso_name(at->map->dso), TL_PT_NAME_LONGEST);
	else
		p = PUT_LITERAL(p, "[unknown]");
	*p++ = ')';
	return p;
}

/* "e8 d0 ff ff ff          " */
static uint8_t *put_bytes(uint8_t *p, const uint8_t *code, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		memcpy(p, tl_print_bytes + 2 * code[i], 2);
		p[2] = ' ';
		p += 3;
	}
	return len < BYTES_COL ? put_blanks(p, 3 * (BYTES_COL - len)) : p;
}

static uint8_t *put_insn(uint8_t *p, const struct tl_pt_names *names, const struct tl_space *space,
			 const struct place *at, uint64_t ip, unsigned mode)
{
	uint8_t code[INSN_BYTES], text[TL_PT_DISASM_LONGEST], *end;
	struct tl_pt_insn insn;
	struct place to;
	size_t len = 0;

	if (at->map)
		len = tl_dso_copy_code(at->map->dso, ip - at->map->start + at->map->pgoff, code,
				       sizeof(code));
	if (len == 0)
		return PUT_LITERAL(p, "(no code)");
	end = tl_pt_put_insn(text, names->syntax, mode, code, len, ip, &insn);
	if (names->bytes) /* of what is no instruction, the byte it fails at, as objdump has it */
		p = put_bytes(p, code, insn.len ? insn.len : 1);
	memcpy(p, text, (size_t)(end - text));
	p += end - text;
	if (insn.target) {
		find_place(space, insn.target, &to);
		if (to.has_symbol) {
			p = PUT_LITERAL(p, " <");
			p = put_short(p, &to, insn.target, true);
			*p++ = '>';
		}
	}
	return p;
}

/* Two blanks, or more to a column, and the source; nothing where it is not known. */
static uint8_t *put_source(uint8_t *p, const struct tl_pt_names *names, const struct place *at,
			   uint64_t ip, size_t blanks)
{
	uint8_t *from = put_blanks(p, blanks), *end = from;

	if (at->map)
		end = tl_pt_put_source(from, at->map->dso, ip - at->map->start + at->map->pgoff,
				       names->srctext);
	return end > from ? end : p;
}

static uint8_t *put_form(uint8_t *p, const struct tl_pt_names *names, const struct tl_space *space,
			 uint64_t ip, unsigned mode)
{
	const size_t source_col = SOURCE_COL + (names->bytes ? 3 * BYTES_COL : 0);
	uint8_t *begin = p;
	struct place at;

	find_place(space, ip, &at);
	switch (names->form) {
	case TL_PT_NAME_SHORT:
		return put_short(p, &at, ip, true);
	case TL_PT_NAME_SYMBOL:
		return put_short(p, &at, ip, false);
	case TL_PT_NAME_PERF:
		return put_perf(p, &at, ip);
	case TL_PT_NAME_INSN:
		p = put_perf(p, &at, ip);
		*p++ = ' ';
		if (p < begin + INSN_COL)
			p = put_blanks(p, (size_t)(begin + INSN_COL - p));
		p = put_insn(p, names, space, &at, ip, mode);
		if (names->source)
			p = put_source(p, names, &at, ip,
				       p + 2 < begin + source_col ? (size_t)(begin + source_col - p)
								  : 2);
		return p;
	case TL_PT_NAME_SOURCE:
		return put_source(p, names, &at, ip, 2);
	}
	return p;
}

/* ---- the table */

static void insert(struct tl_pt_name_slot *slots, size_t nslots, const struct tl_pt_name_slot *s)
{
	size_t i = tl_pt_names_hash(s->space, s->ip);

	while (slots[i & (nslots - 1)].at)
		i++;
	slots[i & (nslots - 1)] = *s;
}

static bool resize(struct tl_pt_names *names, size_t nslots)
{
	struct tl_pt_name_slot *slots = calloc(nslots, sizeof(*slots));

	if (!slots)
		return false;
	for (size_t i = 0; i < names->nslots; i++)
		if (names->slots[i].at)
			insert(slots, nslots, &names->slots[i]);
	free(names->slots);
	names->slots = slots;
	names->nslots = nslots;
	return true;
}

/* Drop all when it is too much; at most half of the slots are used. */
static bool make_room(struct tl_pt_names *names)
{
	const size_t slot = sizeof(*names->slots);
	bool full = names->used * 2 >= names->nslots;
	size_t nslots = names->nslots << full;

	if (names->nslots == 0)
		return resize(names, FEWEST);
	if (nslots * slot + names->text.len > names->limit || names->text.len > UINT32_MAX / 2) {
		memset(names->slots, 0, names->nslots * slot);
		names->used = 0;
		names->text.len = 0;
		return true;
	}
	return !full || resize(names, nslots);
}

const struct tl_pt_name *tl_pt_names_make(struct tl_pt_names *names, const struct tl_space *space,
					  uint64_t ip, unsigned mode)
{
	struct tl_pt_name_slot slot = { .ip = ip, .space = tl_pt_names_space(space, mode) };
	struct tl_pt_name *name;
	uint8_t *end;
	size_t at;

	if (!make_room(names))
		return NULL;
	/* Not at 0, which stands for an empty slot. */
	at = (names->text.len + sizeof(*name)) / alignof(struct tl_pt_name) *
	     alignof(struct tl_pt_name);
	if (!tl_buf_reserve(&names->text, sizeof(*name) * 2 + LONGEST + TL_PRINT_SLACK))
		return NULL;
	name = (struct tl_pt_name *)(names->text.data + at);
	end = put_form(name->text, names, space, ip, mode);
	name->len = (uint32_t)(end - name->text);
	names->text.len = at + sizeof(*name) + name->len;
	slot.at = (uint32_t)at;
	insert(names->slots, names->nslots, &slot);
	names->used++;
	return name;
}
