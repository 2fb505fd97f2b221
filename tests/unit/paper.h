/* paper.h: a layout with a text of its own, and a row to fill. */
#ifndef TL_TESTS_UNIT_PAPER_H
#define TL_TESTS_UNIT_PAPER_H

#include "drawing.h"
#include "fake_source.h"
#include "pager/layout.h"

#define MAX_COLS 120

struct paper {
	struct tl_source *src;
	struct tl_layout lay;
	struct tl_row row;
};

static inline void open_source(struct paper *p, struct tl_source *src)
{
	p->src = src;
	tl_layout_init(&p->lay, src);
	p->lay.opts.charset = TL_CHARSET_UTF8;
	row_init(&p->row, MAX_COLS);
}

static inline void open_text(struct paper *p, const void *bytes, size_t n)
{
	open_source(p, text_source(bytes, n));
}

static inline void close_paper(struct paper *p)
{
	tl_layout_fini(&p->lay);
	row_fini(&p->row);
	tl_source_close(p->src);
}

#endif
