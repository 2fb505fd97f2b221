/* fade.c: see fade.h. */
#include "pager/fade.h"

#include "pager/ansi.h"
#include "text/escape.h"

#include <string.h>

#define ESC     0x1b
#define NSENT   3 /* so many sequences less sends again */
#define ALL_OWN (TL_OWN_BOLD | TL_OWN_UNDERLINE | TL_OWN_BLINK | TL_OWN_STANDOUT)
#define OURS    (ALL_OWN | TL_ROLE_MASK)

/* The terminal as the row is printed. */
struct printing {
	const struct tl_endings *endings;
	struct tl_span line;
	size_t at;           /* bytes of the line seen */
	struct tl_attr text; /* what the text's sequences have set, and has not ended since */
	uint32_t own;        /* the pager's attributes and role in force */
	bool in_hit;
	struct tl_span last[NSENT]; /* the last sequences, the oldest first */
};

/* Is there anything that could fade? */
static bool concerns(const struct tl_row *row)
{
	uint32_t own = 0, text = 0;

	for (unsigned i = 0; i < row->ncells; i++) {
		const struct tl_attr *a = &row->cells[i].attr;

		own |= a->flags & OURS;
		text |= (a->flags & ~(uint32_t)(OURS | TL_LINK_MASK)) | a->fg | a->bg;
	}
	return own && text;
}

static void apply_string(struct tl_attr *attr, const char *s)
{
	size_t n = s ? strlen(s) : 0, len;

	for (size_t i = 0; i < n; i++)
		if (s[i] == ESC &&
		    tl_escape_parse((const uint8_t *)s + i, n - i, &len) == TL_ESCAPE_SGR)
			tl_ansi_apply(attr, (const uint8_t *)s + i, len);
}

static void end_own(struct printing *p)
{
	struct tl_attr shown =
	    tl_colors_resolve(p->endings->colors, (struct tl_attr){ p->own, 0, 0 });

	if (shown.fg || shown.bg)
		p->text = (struct tl_attr){ 0, 0, 0 };
	if (shown.flags & TL_OWN_STANDOUT)
		apply_string(&p->text, p->endings->standout);
	if (shown.flags & (TL_OWN_BOLD | TL_OWN_BLINK))
		apply_string(&p->text, p->endings->all);
	if (shown.flags & TL_OWN_UNDERLINE)
		apply_string(&p->text, p->endings->underline);
	p->own = 0;
}

/* The text's sequences before byte `off`. */
static void send_sequences(struct printing *p, size_t off)
{
	while (p->at < off && p->at < p->line.len) {
		const uint8_t *esc = memchr(p->line.data + p->at, ESC, off - p->at);
		size_t len;

		if (!esc)
			break;
		p->at = (size_t)(esc - p->line.data);
		if (tl_escape_parse(esc, p->line.len - p->at, &len) == TL_ESCAPE_SGR) {
			tl_ansi_apply(&p->text, esc, len);
			memmove(p->last, p->last + 1, (NSENT - 1) * sizeof(p->last[0]));
			p->last[NSENT - 1] = (struct tl_span){ esc, len };
		}
		p->at += len > 0 ? len : 1;
	}
	if (p->at < off)
		p->at = off;
}

static bool is_hit(uint32_t flags)
{
	switch (TL_ROLE_OF(flags)) {
	case TL_ROLE_NONE:
	case TL_ROLE_BINARY:
	case TL_ROLE_CONTROL:
	case TL_ROLE_LINK:
	case TL_ROLE_RSCROLL:
	case TL_ROLE_HEADER:
		return false;
	default:
		return true;
	}
}

static void print_cell(struct printing *p, struct tl_attr *attr)
{
	uint32_t own = attr->flags & OURS;
	bool hit = is_hit(own);

	if (p->in_hit && !hit) {
		end_own(p);
		for (int i = 0; i < NSENT; i++)
			if (p->last[i].len > 0)
				tl_ansi_apply(&p->text, p->last[i].data, p->last[i].len);
	}
	p->in_hit = hit;
	if (own != p->own) {
		end_own(p);
		p->own = own;
	}
	attr->flags = (attr->flags & TL_LINK_MASK) | own | p->text.flags;
	attr->fg = p->text.fg;
	attr->bg = p->text.bg;
}

void tl_fade_row(struct tl_layout *lay, struct tl_row *row, const struct tl_endings *endings)
{
	struct printing p = { .endings = endings };
	unsigned i = 0;

	if (!concerns(row))
		return;
	p.line = tl_layout_bytes(lay, row, 0);
	for (; i < row->ncells; i++) {
		if (row->offs[i] == UINT32_MAX ||
		    TL_ROLE_OF(row->cells[i].attr.flags) == TL_ROLE_RSCROLL)
			continue; /* less puts the text's sequences behind the mark at the left */
		send_sequences(&p, row->offs[i]);
		print_cell(&p, &row->cells[i].attr);
	}
}
