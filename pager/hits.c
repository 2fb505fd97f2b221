/* hits.c: see hits.h. */
#include "pager/hits.h"

#define NEAR 1024       /* bytes looked at around a row for matches that reach into it */
#define FAR  TL_STRETCH /* and behind one that is cut off, for those that cannot be seen */

struct shown {
	size_t start, end; /* bytes of the stretch that the row shows */
};

static struct shown shown_bytes(const struct tl_row *row)
{
	struct shown s = { SIZE_MAX, 0 };

	for (unsigned i = 0; i < row->ncells; i++) {
		if (row->offs[i] == UINT32_MAX)
			continue;
		if (row->offs[i] < s.start)
			s.start = row->offs[i];
		if (row->offs[i] >= s.end)
			s.end = (size_t)row->offs[i] + 1;
	}
	return s;
}

/* Bytes [start, end) of the stretch are (part of) a hit. */
static void mark_bytes(struct tl_row *row, size_t start, size_t end, enum tl_role role)
{
	for (unsigned i = 0; i < row->ncells; i++) {
		uint32_t *flags = &row->cells[i].attr.flags;

		if (row->offs[i] < start || row->offs[i] >= end ||
		    TL_ROLE_OF(*flags) == TL_ROLE_RSCROLL)
			continue;
		*flags = tl_with_role(
		    *flags, TL_ROLE_OF(*flags) == TL_ROLE_CONTROL ? TL_ROLE_HIT_CONTROL : role);
	}
}

/* The hit at [start, end) of `line`, which begins at byte `base` of the stretch. */
static void mark_hit(struct tl_row *row, const struct tl_matcher *m, struct tl_scratch *scratch,
		     struct tl_span line, size_t base, size_t start, size_t end)
{
	struct tl_match_group groups[TL_MATCH_GROUPS];
	size_t n = tl_matcher_groups(m, scratch, line, start, groups);

	mark_bytes(row, base + start, base + end, TL_ROLE_SEARCH);
	for (size_t i = 0; i < n; i++)
		mark_bytes(row, base + groups[i].start, base + groups[i].end,
			   TL_ROLE_SUB1 + (enum tl_role)i);
}

unsigned tl_hits_mark(struct tl_layout *lay, struct tl_row *row, const struct tl_matcher *m,
		      struct tl_scratch *scratch, bool show, bool far)
{
	struct shown seen = shown_bytes(row);
	size_t first = row->pos > row->anchor ? (size_t)(row->pos - row->anchor) : 0;
	size_t last = (size_t)(row->next - row->anchor), from = 0, start, end, base;
	struct tl_span line;
	unsigned where = 0;

	if (seen.end == 0)
		return 0;
	far = far && lay->opts.chop;
	/* The row and what is near it: matches that reach into it from farther away are not worth
	 * looking through a long line once a row. */
	line = tl_layout_bytes(lay, row, far ? FAR : NEAR);
	base = first > NEAR ? first - NEAR : 0;
	line.data += base;
	line.len -= base;
	last -= base;
	if (line.len > last && line.len - last > NEAR)
		line.len = last + NEAR;
	while (from <= line.len && tl_matcher_in_line(m, scratch, line, from, &start, &end)) {
		if (start >= last)
			break;
		if (show)
			mark_hit(row, m, scratch, line, base, start, end);
		if (end > start && far && base + start < seen.start)
			where |= TL_HITS_LEFT;
		if (end > start && far && base + end > seen.end)
			where |= TL_HITS_RIGHT;
		if (base + end > seen.start && base + start < seen.end)
			where |= TL_HITS_IN;
		if (tl_matcher_flags(m) & TL_MATCH_SHOW_ONE)
			break;
		from = end > start ? end : end + 1;
	}
	return where;
}
