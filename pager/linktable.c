/* linktable.c: see linktable.h: a hash table with open addressing; numbers are places in it. */
#include "pager/linktable.h"

#include "pager/cell.h"

#include <stdlib.h>
#include <string.h>

#define NPLACES  (TL_LINK_MAX + 1) /* a power of two; the first one stays empty */
#define MAX_USED (NPLACES * 3 / 4)

static struct {
	struct {
		uint8_t *body;
		size_t len;
	} place[NPLACES];
	unsigned used, generation;
	bool full;
} table;

static bool may_be_sent(const uint8_t *body, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (body[i] < 0x20 || body[i] == 0x7f)
			return false;
	return true;
}

static uint32_t hash(const uint8_t *body, size_t len)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		h = (h ^ body[i]) * 16777619u;
	return h ^ h >> 16;
}

uint32_t tl_linktable_number(const uint8_t *body, size_t len)
{
	uint32_t n = hash(body, len) % NPLACES;

	for (;; n = (n + 1) % NPLACES) {
		if (n == 0)
			continue;
		if (!table.place[n].body)
			break;
		if (table.place[n].len == len && memcmp(table.place[n].body, body, len) == 0)
			return n;
	}
	if (len == 0 || !may_be_sent(body, len))
		return 0;
	if (table.used >= MAX_USED) {
		table.full = true;
		return 0;
	}
	table.place[n].body = malloc(len);
	if (!table.place[n].body)
		return 0;
	memcpy(table.place[n].body, body, len);
	table.place[n].len = len;
	table.used++;
	return n;
}

const uint8_t *tl_linktable_body(uint32_t number, size_t *len)
{
	*len = number < NPLACES ? table.place[number].len : 0;
	return number < NPLACES ? table.place[number].body : NULL;
}

bool tl_linktable_renew(void)
{
	if (!table.full)
		return false;
	for (size_t i = 0; i < NPLACES; i++) {
		free(table.place[i].body);
		table.place[i].body = NULL;
		table.place[i].len = 0;
	}
	table.used = 0;
	table.full = false;
	table.generation++;
	return true;
}

unsigned tl_linktable_generation(void)
{
	return table.generation;
}
