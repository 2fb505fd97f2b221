/*
 * codegraph.c: see codegraph.h.
 *
 * The functions of .symtab are decoded one after another; each direct branch and whatever
 * stands behind a branch begins a block.  Costs are a fixpoint: a return costs its
 * instructions, every other block the cheapest of where it leads, calls paid in full.
 */
#include "tests/trace/codegraph.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALTS 8 /* places an indirect branch goes to */

enum { HERE = 1, LEADER = 2 }; /* of an address: an instruction begins; a block begins */

struct reader {
	struct codegraph *g;
	uint8_t *file;
	size_t size;
	const uint8_t *text; /* the segment's bytes */
	uint8_t *marks;      /* of each byte of it */
	uint32_t *block_at;  /* likewise */
	Elf64_Sym *syms;     /* functions by address */
	size_t nsyms;
};

/* A number that depends on `x` alone (splitmix64's mixer). */
static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static bool read_file(struct reader *r, const char *path, struct tl_err *err)
{
	FILE *f = fopen(path, "rb");
	long size;

	if (!f)
		return tl_err_sys(err, "cannot open '%s'", path);
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	rewind(f);
	r->file = malloc(size > 0 ? (size_t)size : 1);
	r->size = r->file && size > 0 ? fread(r->file, 1, (size_t)size, f) : 0;
	fclose(f);
	if (r->size < sizeof(Elf64_Ehdr) || memcmp(r->file, ELFMAG, SELFMAG))
		return tl_err_set(err, "'%s' is no ELF file", path);
	return true;
}

static bool inside(const struct reader *r, uint64_t at, uint64_t n)
{
	return at <= r->size && n <= r->size - at;
}

static bool find_segment(struct reader *r, const char *path, struct tl_err *err)
{
	const Elf64_Ehdr *eh = (const void *)r->file;
	const Elf64_Phdr *ph = (const void *)(r->file + eh->e_phoff);

	if (!inside(r, eh->e_phoff, eh->e_phnum * sizeof(*ph)))
		return tl_err_set(err, "'%s' is cut off", path);
	for (unsigned i = 0; i < eh->e_phnum; i++) {
		if (ph[i].p_type != PT_LOAD || !(ph[i].p_flags & PF_X) ||
		    !inside(r, ph[i].p_offset, ph[i].p_filesz))
			continue;
		r->g->addr = ph[i].p_vaddr;
		r->g->len = ph[i].p_filesz;
		r->g->offset = ph[i].p_offset;
		r->text = r->file + ph[i].p_offset;
		return true;
	}
	return tl_err_set(err, "'%s' has no code", path);
}

static int by_address(const void *a, const void *b)
{
	const Elf64_Sym *x = a, *y = b;

	return x->st_value < y->st_value ? -1 : x->st_value > y->st_value;
}

static void read_build_id(struct reader *r, const Elf64_Shdr *sh)
{
	const Elf64_Nhdr *n = (const void *)(r->file + sh->sh_offset);

	if (sh->sh_size < sizeof(*n) + 4 || n->n_type != NT_GNU_BUILD_ID || n->n_namesz != 4 ||
	    n->n_descsz > sizeof(r->g->build_id) || sh->sh_size < sizeof(*n) + 4 + n->n_descsz)
		return;
	r->g->build_id_len = n->n_descsz;
	memcpy(r->g->build_id, (const uint8_t *)(n + 1) + 4, n->n_descsz);
}

static bool find_functions(struct reader *r, const char *path, struct tl_err *err)
{
	const Elf64_Ehdr *eh = (const void *)r->file;
	const Elf64_Shdr *sh = (const void *)(r->file + eh->e_shoff);
	const struct codegraph *g = r->g;

	if (!inside(r, eh->e_shoff, eh->e_shnum * sizeof(*sh)))
		return tl_err_set(err, "'%s' is cut off", path);
	for (unsigned i = 0; i < eh->e_shnum; i++) {
		if (!inside(r, sh[i].sh_offset, sh[i].sh_type == SHT_NOBITS ? 0 : sh[i].sh_size))
			continue;
		if (sh[i].sh_type == SHT_NOTE)
			read_build_id(r, &sh[i]);
		if (sh[i].sh_type != SHT_SYMTAB || r->syms)
			continue;
		r->syms = malloc(sh[i].sh_size + 1);
		if (!r->syms)
			return tl_err_nomem(err);
		for (size_t k = 0; k < sh[i].sh_size / sizeof(Elf64_Sym); k++) {
			const Elf64_Sym *s = (const Elf64_Sym *)(r->file + sh[i].sh_offset) + k;

			if ((ELF64_ST_TYPE(s->st_info) == STT_FUNC ||
			     (s->st_value == eh->e_entry && s->st_shndx)) &&
			    s->st_value >= g->addr && s->st_value - g->addr < g->len &&
			    s->st_size <= g->len - (s->st_value - g->addr))
				r->syms[r->nsyms++] = *s;
		}
	}
	if (!r->nsyms)
		return tl_err_set(err, "'%s' has no symbols of functions", path);
	qsort(r->syms, r->nsyms, sizeof(*r->syms), by_address);
	/* What was written in assembly often has no size: it goes on to the next one. */
	for (size_t i = 0; i < r->nsyms; i++)
		if (!r->syms[i].st_size)
			r->syms[i].st_size =
			    (i + 1 < r->nsyms ? r->syms[i + 1].st_value : g->addr + g->len) -
			    r->syms[i].st_value;
	return true;
}

static void lead(struct reader *r, uint64_t ip)
{
	if (ip >= r->g->addr && ip - r->g->addr < r->g->len)
		r->marks[ip - r->g->addr] |= LEADER;
}

static bool decode_at(const struct reader *r, uint64_t ip, struct code *c)
{
	uint64_t at = ip - r->g->addr;

	return ip >= r->g->addr && at < r->g->len &&
	       code_decode(r->text + at, r->g->len - at < 15 ? r->g->len - at : 15, ip, c);
}

/* Mark where instructions and blocks begin in a function. */
static void mark_function(struct reader *r, const Elf64_Sym *s)
{
	struct code c;

	lead(r, s->st_value);
	for (uint64_t ip = s->st_value; ip < s->st_value + s->st_size; ip += c.len) {
		if (!decode_at(r, ip, &c))
			return;
		r->marks[ip - r->g->addr] |= HERE;
		if (c.kind == CODE_OTHER)
			continue;
		lead(r, ip + c.len);
		if (c.kind == CODE_JCC || c.kind == CODE_JMP || c.kind == CODE_CALL)
			lead(r, c.target);
	}
}

static uint32_t block_of(const struct reader *r, uint64_t ip)
{
	uint64_t at = ip - r->g->addr;

	return ip >= r->g->addr && at < r->g->len ? r->block_at[at] : CODEGRAPH_NONE;
}

/* How likely a conditional branch is taken: most are one-sided, those back are loops. */
static uint16_t bias_of(uint64_t ip, uint64_t target)
{
	static const uint16_t forward[] = { 500, 2000, 8000, 20000, 32768, 60000, 64500, 32768 };
	static const uint16_t back[] = { 20000, 33000, 45000, 55000 };

	return target <= ip ? back[mix(ip) % 4] : forward[mix(ip) % 8];
}

static void make_block(struct reader *r, uint64_t start, struct codegraph_block *b)
{
	struct code c = { .kind = CODE_BAD };
	uint64_t ip = start;

	*b = (struct codegraph_block){ .start = start,
				       .next = CODEGRAPH_NONE,
				       .target = CODEGRAPH_NONE,
				       .cheapest = CODEGRAPH_NONE,
				       .cost = CODEGRAPH_NEVER };
	do {
		if (!decode_at(r, ip, &c) || b->ninsns == UINT16_MAX) {
			b->kind = CODE_BAD;
			return;
		}
		b->last = ip;
		b->kind = (uint8_t)c.kind;
		ip += c.len;
		b->end = ip;
		b->ninsns++;
	} while (c.kind == CODE_OTHER && ip - r->g->addr < r->g->len &&
		 !(r->marks[ip - r->g->addr] & LEADER));
	b->next = block_of(r, ip);
	if (c.kind == CODE_JCC || c.kind == CODE_JMP || c.kind == CODE_CALL) {
		b->target = block_of(r, c.target);
		b->bias = bias_of(b->last, c.target);
		if (b->target == CODEGRAPH_NONE || (c.kind == CODE_JMP && c.target == b->start) ||
		    (c.kind == CODE_CALL && c.target == b->end))
			b->kind = CODE_BAD; /* out of the text; for ever; only reads the IP */
	}
	if (b->next == CODEGRAPH_NONE && c.kind != CODE_JMP && c.kind != CODE_RET &&
	    c.kind != CODE_JMP_INDIRECT)
		b->kind = CODE_BAD;
	if (c.kind == CODE_INT || c.kind == CODE_FAR || c.kind == CODE_PTWRITE)
		b->kind = CODE_BAD;
}

static bool make_blocks(struct reader *r, struct tl_err *err)
{
	struct codegraph *g = r->g;
	size_t n = 0;

	for (uint64_t at = 0; at < g->len; at++) {
		r->block_at[at] = CODEGRAPH_NONE;
		if ((r->marks[at] & (HERE | LEADER)) == (HERE | LEADER))
			r->block_at[at] = (uint32_t)n++;
	}
	g->blocks = calloc(n + 1, sizeof(*g->blocks));
	g->alts = calloc(n + 1, ALTS * sizeof(*g->alts));
	if (!g->blocks || !g->alts)
		return tl_err_nomem(err);
	for (uint64_t at = 0; at < g->len; at++)
		if (r->block_at[at] != CODEGRAPH_NONE)
			make_block(r, g->addr + at, &g->blocks[r->block_at[at]]);
	g->nblocks = n;
	return true;
}

/* Where indirect branches of a function go. */
static void make_alts(struct reader *r, const Elf64_Sym *s)
{
	struct codegraph *g = r->g;
	uint32_t first = block_of(r, s->st_value), end = first;

	if (first == CODEGRAPH_NONE)
		return;
	while (end < g->nblocks && g->blocks[end].start < s->st_value + s->st_size)
		end++;
	for (uint32_t i = first; i < end; i++) {
		struct codegraph_block *b = &g->blocks[i];

		if ((b->kind != CODE_CALL_INDIRECT && b->kind != CODE_JMP_INDIRECT) || b->nalts)
			continue;
		b->first_alt = (uint32_t)g->nalts;
		for (unsigned k = 0; k < ALTS; k++) {
			uint64_t pick = mix(b->last * ALTS + k);
			uint32_t to;

			if (b->kind == CODE_JMP_INDIRECT && end - i > 2)
				to = i + 1 + (uint32_t)(pick % (end - i - 1));
			else
				to = block_of(r, r->syms[pick % r->nsyms].st_value);
			if (to != CODEGRAPH_NONE && g->blocks[to].kind != CODE_BAD)
				g->alts[g->nalts++] = to;
		}
		b->nalts = (uint32_t)g->nalts - b->first_alt;
		if (!b->nalts)
			b->kind = CODE_BAD;
	}
}

static uint32_t cost_at(const struct codegraph *g, uint32_t block)
{
	return block == CODEGRAPH_NONE ? CODEGRAPH_NEVER : g->blocks[block].cost;
}

/* The sum, which stays NEVER. */
static uint32_t plus(uint32_t a, uint32_t b)
{
	return a >= CODEGRAPH_NEVER / 2 || b >= CODEGRAPH_NEVER / 2 ? CODEGRAPH_NEVER : a + b;
}

/* The cost as the neighbours' costs are now; *to is where it leads. */
static uint32_t cost_now(const struct codegraph *g, const struct codegraph_block *b, uint32_t *to)
{
	uint32_t best = CODEGRAPH_NEVER;

	*to = CODEGRAPH_NONE;
	switch (b->kind) {
	case CODE_RET:
		return b->ninsns;
	case CODE_OTHER:
	case CODE_SYSCALL:
		*to = b->next;
		return plus(b->ninsns, cost_at(g, b->next));
	case CODE_JMP:
		*to = b->target;
		return plus(b->ninsns, cost_at(g, b->target));
	case CODE_CALL:
		*to = b->target;
		return plus(b->ninsns, plus(cost_at(g, b->target), cost_at(g, b->next)));
	case CODE_JCC:
		*to = cost_at(g, b->next) < cost_at(g, b->target) ? b->next : b->target;
		return plus(b->ninsns, cost_at(g, *to));
	case CODE_JMP_INDIRECT:
	case CODE_CALL_INDIRECT:
		for (uint32_t i = 0; i < b->nalts; i++) {
			uint32_t alt = g->alts[b->first_alt + i];

			if (cost_at(g, alt) <= best) {
				best = cost_at(g, alt);
				*to = alt;
			}
		}
		best = plus(b->ninsns, best);
		return b->kind == CODE_JMP_INDIRECT ? best : plus(best, cost_at(g, b->next));
	default:
		return CODEGRAPH_NEVER;
	}
}

static void find_costs(struct codegraph *g)
{
	bool changed;

	do {
		changed = false;
		for (size_t i = g->nblocks; i-- > 0;) {
			struct codegraph_block *b = &g->blocks[i];
			uint32_t to, cost = cost_now(g, b, &to);

			if (cost < b->cost) {
				b->cost = cost;
				b->cheapest = to;
				changed = true;
			}
		}
	} while (changed);
}

/* Indirect branches lead to where a return can be reached, if they have the choice. */
static void drop_dead_ends(struct codegraph *g)
{
	for (size_t i = 0; i < g->nblocks; i++) {
		struct codegraph_block *b = &g->blocks[i];
		uint32_t kept = 0;

		for (uint32_t k = 0; k < b->nalts; k++)
			if (cost_at(g, g->alts[b->first_alt + k]) != CODEGRAPH_NEVER)
				g->alts[b->first_alt + kept++] = g->alts[b->first_alt + k];
		if (b->nalts && !kept)
			b->kind = CODE_BAD;
		b->nalts = kept;
	}
}

bool codegraph_open(const char *path, struct codegraph **out, struct tl_err *err)
{
	struct codegraph *g = calloc(1, sizeof(*g));
	struct reader r = { .g = g };
	bool ok = false;

	if (!g)
		return tl_err_nomem(err);
	if (!read_file(&r, path, err) || !find_segment(&r, path, err) ||
	    !find_functions(&r, path, err))
		goto end;
	r.marks = calloc(g->len + 1, 1);
	r.block_at = calloc(g->len + 1, sizeof(*r.block_at));
	if (!r.marks || !r.block_at) {
		tl_err_nomem(err);
		goto end;
	}
	for (size_t i = 0; i < r.nsyms; i++)
		mark_function(&r, &r.syms[i]);
	if (!make_blocks(&r, err))
		goto end;
	for (size_t i = 0; i < r.nsyms; i++)
		make_alts(&r, &r.syms[i]);
	find_costs(g);
	drop_dead_ends(g);
	g->entry = block_of(&r, ((const Elf64_Ehdr *)(const void *)r.file)->e_entry);
	if (g->entry == CODEGRAPH_NONE)
		tl_err_set(err, "'%s' has no code where it begins", path);
	else
		ok = true;
end:
	free(r.file);
	free(r.marks);
	free(r.block_at);
	free(r.syms);
	if (ok)
		*out = g;
	else
		codegraph_close(g);
	return ok;
}

void codegraph_close(struct codegraph *g)
{
	if (!g)
		return;
	free(g->blocks);
	free(g->alts);
	free(g);
}
