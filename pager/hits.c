/* hits.c: see hits.h. */
#include "pager/hits.h"

#include "pager/stretch.h"

#include <string.h>

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

/* What is searched for hits: a part of the stretch, with what is near on both sides. */
struct searched {
	struct tl_span text;
	size_t base;       /* byte of the stretch at text.data + skip */
	size_t skip;       /* bytes before the stretch */
	bool begins, ends; /* as the line does */
};

/* Copy the part together with what is beyond the borders of its stretch. */
static void copy_over_borders(struct tl_layout *lay, struct searched *s, struct tl_buf *copy)
{
	uint64_t end = lay->anchor + s->base + s->text.len;
	size_t len = s->text.len, n = 0;
	uint8_t *nl;

	copy->len = 0;
	if (!tl_buf_reserve(copy, NEAR + len + NEAR))
		return;
	if (s->base == 0 && !s->begins)
		n = tl_stretch_copy_before(lay, lay->anchor, copy->data, NEAR);
	nl = n > 0 ? memrchr(copy->data, '\n', n) : NULL;
	if (nl) { /* the row's line begins here after all */
		n -= (size_t)(nl + 1 - copy->data);
		memmove(copy->data, nl + 1, n);
		s->begins = true;
	}
	memcpy(copy->data + n, s->text.data, len);
	copy->len = n + len;
	if (lay->whole && !lay->ends_line && end == lay->line_next) {
		size_t more = tl_stretch_copy_after(lay, end, copy->data + copy->len, NEAR);

		nl = memchr(copy->data + copy->len, '\n', more);
		s->ends = nl != NULL;
		copy->len += nl ? (size_t)(nl - (copy->data + copy->len)) : more;
	}
	s->skip = n;
	s->text = (struct tl_span){ copy->data, copy->len };
}

/*
 * The row and what is near it: matches that reach into it from farther away are not worth looking
 * through a long line once a row.
 */
static struct searched searched_bytes(struct tl_layout *lay, const struct tl_row *row,
				      const struct shown *seen, bool far, struct tl_buf *copy)
{
	size_t first = row->pos > row->anchor ? (size_t)(row->pos - row->anchor) : 0;
	size_t last = (size_t)(row->next - row->anchor), around = far ? FAR : NEAR;
	struct searched s = { .text = tl_layout_bytes(lay, row, around) };

	if (lay->opts.chop && seen->start > FAR) /* far inside of a long row */
		first = seen->start;
	if (lay->opts.chop && last > seen->end + around)
		last = seen->end + around;
	s.base = first > around ? first - around : 0;
	s.text.data += s.base;
	s.text.len -= s.base;
	if (s.base + s.text.len > last && s.base + s.text.len - last > NEAR)
		s.text.len = last + NEAR - s.base;
	s.begins = s.base == 0 && lay->starts_line;
	s.ends = lay->whole && lay->ends_line && s.base + s.text.len == lay->bytes.len;
	if ((s.base == 0 && !s.begins) ||
	    (lay->whole && !lay->ends_line && s.base + s.text.len == lay->bytes.len))
		copy_over_borders(lay, &s, copy);
	return s;
}

/* Where byte `at` of what is searched stands in the stretch; what is before it counts as its start. */
static size_t in_stretch(const struct searched *s, size_t at)
{
	return s->base + (at > s->skip ? at - s->skip : 0);
}

static void mark_hit(struct tl_row *row, const struct tl_matcher *m, struct tl_scratch *scratch,
		     const struct searched *s, size_t start, size_t end)
{
	struct tl_match_group groups[TL_MATCH_GROUPS];
	size_t n = tl_matcher_groups(m, scratch, start, groups);

	mark_bytes(row, in_stretch(s, start), in_stretch(s, end), TL_ROLE_SEARCH);
	for (size_t i = 0; i < n; i++)
		mark_bytes(row, in_stretch(s, groups[i].start), in_stretch(s, groups[i].end),
			   TL_ROLE_SUB1 + (enum tl_role)i);
}

/* TL_HITS_ bits of a hit on bytes [start, end) of the stretch. */
static unsigned where_is(const struct shown *seen, size_t start, size_t end, bool far)
{
	unsigned where = 0;

	if (end > start && far && start < seen->start)
		where |= TL_HITS_LEFT;
	if (end > start && far && end > seen->end)
		where |= TL_HITS_RIGHT;
	if (end > seen->start && start < seen->end)
		where |= TL_HITS_IN;
	return where;
}

unsigned tl_hits_mark(struct tl_layout *lay, struct tl_row *row, const struct tl_matcher *m,
		      struct tl_scratch *scratch, bool show, bool far)
{
	struct shown seen = shown_bytes(row);
	struct tl_buf copy = TL_BUF_INIT;
	size_t from = 0, start, end;
	struct searched s;
	unsigned where = 0;

	if (seen.end == 0)
		return 0;
	far = far && lay->opts.chop;
	s = searched_bytes(lay, row, &seen, far, &copy);
	if (!tl_matcher_open_piece(m, scratch, s.text, s.begins, s.ends))
		from = SIZE_MAX;
	while (from <= s.text.len && tl_matcher_in_piece(m, scratch, from, false, &start, &end)) {
		if (in_stretch(&s, start) >= (size_t)(row->next - row->anchor))
			break;
		if (show)
			mark_hit(row, m, scratch, &s, start, end);
		where |= where_is(&seen, in_stretch(&s, start), in_stretch(&s, end), far);
		if (tl_matcher_flags(m) & TL_MATCH_SHOW_ONE)
			break;
		from = end > start ? end : end + 1;
	}
	tl_buf_fini(&copy);
	return where;
}
