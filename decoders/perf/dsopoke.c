/*
 * dsopoke.c: code that the kernel changed while it was recorded (TEXT_POKE records), and code that
 * it made (KSYMBOL).
 *
 * Each change makes another binary of the one it changed: the same, with so many of the
 * recording's changes done.  So code is a matter of which binary is mapped, as ever, and who
 * decodes knows nothing of changes.  What is on the 4 KiB page of a change is put together when it
 * is first asked for, and serves all binaries up to the next change of that page.
 */
#include "decoders/perf/dsoparts.h"

#include <stdlib.h>

#define PAGE      4096u
#define WORD_BITS 64u

/* More is no kernel's doing: functions that are traced are changed all at once, some 50000. */
#define MAX_POKES 200000u
#define MAX_BYTES ((size_t)64 << 20)

/* Nor this: BPF programs and trampolines are thousands at the most, and each takes a KiB here. */
#define MAX_KSYMBOLS 65536u

struct page {
	uint64_t known[PAGE / WORD_BITS]; /* a bit for each byte that is */
	uint8_t bytes[PAGE];
};

/* The part of a change that is on one page. */
struct poke {
	struct poke *before; /* in its list; those of a page in falling order */
	_Atomic(struct page *) page;
	struct tl_dso *base;
	uint64_t addr;
	uint32_t number, len;
	uint8_t bytes[];
};

static struct poke **list_of(struct tl_dsos *all, uint64_t addr)
{
	return &all->pokes[(addr / PAGE * UINT64_C(0x9e3779b97f4a7c15)) >> 54];
}

void tl_dsos_drop_pokes(struct tl_dsos *all)
{
	for (size_t i = 0; i < POKED_PAGES; i++)
		while (all->pokes[i]) {
			struct poke *before = all->pokes[i]->before;

			free(atomic_load_explicit(&all->pokes[i]->page, memory_order_relaxed));
			free(all->pokes[i]);
			all->pokes[i] = before;
		}
}

/* ---- what is made */

static struct tl_dso *make(struct tl_dsos *all, enum kind kind, const char *name)
{
	struct tl_dsofile_want none = { .id_len = 0 };
	struct tl_dso *d = tl_dso_new(all, kind, name, &none, -1);

	if (!d)
		return NULL;
	pthread_mutex_lock(&all->lock);
	d->number = all->ndsos++;
	d->next = all->made;
	all->made = d;
	pthread_mutex_unlock(&all->lock);
	return d;
}

struct tl_dso *tl_dsos_ksymbol(struct tl_dsos *all, const char *name, uint64_t start, uint64_t len)
{
	struct tl_dso *d;

	if (all->nksymbols >= MAX_KSYMBOLS)
		return tl_dsos_kernel(all);
	d = make(all, KIND_SYMBOL, name);
	if (d) {
		all->nksymbols++;
		d->start = start;
		d->len = len;
	}
	return d;
}

/* Note the part of a change that is on the page of addr.  False: out of memory. */
static bool add_part(struct tl_dsos *all, struct tl_dso *base, uint64_t addr, const uint8_t *bytes,
		     uint32_t len)
{
	struct poke **list = list_of(all, addr), *p = malloc(sizeof(*p) + len);

	if (!p)
		return false;
	*p = (struct poke){
		.before = *list, .base = base, .addr = addr, .number = all->npokes, .len = len
	};
	memcpy(p->bytes, bytes, len);
	*list = p;
	return true;
}

struct tl_dso *tl_dso_poked(struct tl_dso *d, uint64_t addr, const uint8_t *bytes, size_t len)
{
	struct tl_dsos *all = d->all;
	struct tl_dso *base = d->base ? d->base : d, *poked;

	if (all->npokes >= MAX_POKES || len > MAX_BYTES - all->poked_bytes ||
	    len > UINT64_MAX - addr)
		return d;
	poked = make(all, KIND_POKED, base->name);
	if (!poked)
		return NULL;
	poked->base = base;
	poked->poked = ++all->npokes;
	all->poked_bytes += len;
	while (len > 0) {
		uint32_t room = PAGE - (uint32_t)(addr % PAGE),
			 n = len < room ? (uint32_t)len : room;

		if (!add_part(all, base, addr, bytes, n))
			return NULL;
		addr += n;
		bytes += n;
		len -= n;
	}
	return poked;
}

/* ---- its code */

/* The last change of a page that a binary has. */
static struct poke *last_poke(struct tl_dso *d, uint64_t addr)
{
	struct poke *p = *list_of(d->all, addr);

	while (p && (p->number > d->poked || p->addr / PAGE != addr / PAGE))
		p = p->before;
	return p;
}

static bool has_bit(const uint64_t *bits, uint32_t i)
{
	return bits[i / WORD_BITS] >> i % WORD_BITS & 1;
}

static void set_bit(uint64_t *bits, uint32_t i)
{
	bits[i / WORD_BITS] |= UINT64_C(1) << i % WORD_BITS;
}

/* Put bytes where none are known yet. */
static void fill(struct page *page, uint32_t at, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++, at++) {
		if (has_bit(page->known, at))
			continue;
		page->bytes[at] = bytes[i];
		set_bit(page->known, at);
	}
}

/* What the page had before it was changed, as far as that is known. */
static void fill_from(struct page *page, struct tl_dso *base, uint64_t start)
{
	const uint8_t *bytes;
	uint32_t at = 0;
	size_t len;

	while (at < PAGE && tl_dso_code(base, start + at, &bytes, &len)) {
		if (len > PAGE - at)
			len = PAGE - at;
		fill(page, at, bytes, len);
		at += (uint32_t)len;
	}
}

/* The page after a change; of two threads that make it, the first wins.  NULL: out of memory. */
static const struct page *page_after(struct poke *last)
{
	struct page *page = atomic_load_explicit(&last->page, memory_order_acquire), *none = NULL;
	uint64_t number = last->addr / PAGE;

	if (page)
		return page;
	page = calloc(1, sizeof(*page));
	if (!page)
		return NULL;
	for (const struct poke *p = last; p; p = p->before)
		if (p->addr / PAGE == number)
			fill(page, (uint32_t)(p->addr % PAGE), p->bytes, p->len);
	fill_from(page, last->base, number * PAGE);
	if (!atomic_compare_exchange_strong_explicit(&last->page, &none, page, memory_order_acq_rel,
						     memory_order_acquire)) {
		free(page);
		return none;
	}
	return page;
}

bool tl_dso_poked_code(struct tl_dso *d, uint64_t addr, const uint8_t **bytes, size_t *len)
{
	struct poke *last = last_poke(d, addr);
	uint32_t at = (uint32_t)(addr % PAGE), end = at;
	const struct page *page;

	if (!last) {
		if (!tl_dso_code(d->base, addr, bytes, len))
			return false;
		if (*len > PAGE - at)
			*len = PAGE - at; /* the next page may have been changed */
		return true;
	}
	page = page_after(last);
	if (!page)
		return false;
	while (end < PAGE && has_bit(page->known, end))
		end++;
	*bytes = page->bytes + at;
	*len = end - at;
	return end > at;
}
