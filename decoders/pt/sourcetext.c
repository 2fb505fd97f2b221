/* sourcetext.c: see sourcetext.h. */
#include "decoders/pt/sourcetext.h"

#include "base/buf.h"
#include "decoders/foreign.h"
#include "decoders/pt/print.h"

#define PATH_MOST 200
#define NAME_MOST 200
#define TEXT_MOST 400

/* Of what goes behind the places. */
#define RESERVED (TEXT_MOST + 16)

struct writing {
	uint8_t *p, *end;
	unsigned nplaces;
	bool full;
	struct tl_srctext *text;
	struct tl_buf line; /* of the innermost place */
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void put_place(void *arg, const struct tl_srcline *place)
{
	struct writing *w = arg;
	uint8_t *p = w->p;

	if (w->end - p < PATH_MOST + NAME_MOST + 48) {
		if (!w->full)
			w->p = PUT_LITERAL(p, " < ...");
		w->full = true;
		return;
	}
	if (w->nplaces++ > 0)
		p = PUT_LITERAL(p, " < ");
	else if (w->text)
		tl_srctext_line(w->text, place->folder, place->path, place->line, &w->line);
	p = tl_foreign_put(p, base_name(place->path), PATH_MOST);
	*p++ = ':';
	if (place->line > 0)
		p = put_dec(p, place->line, 0);
	else
		*p++ = '?';
	/* Who is not inlined, and has nobody inlined, is named by the symbol. */
	if (place->function && (place->inlined || w->nplaces > 1)) {
		*p++ = ' ';
		p = tl_foreign_put(p, place->function, NAME_MOST);
	}
	if (place->inlined)
		p = PUT_LITERAL(p, " (inlined)");
	w->p = p;
}

static uint8_t *put_line(uint8_t *p, struct tl_buf *line)
{
	for (size_t i = 0; i < line->len; i++)
		if (line->data[i] == '\t')
			line->data[i] = ' ';
	p = PUT_LITERAL(p, " | ");
	return tl_foreign_put(p, tl_buf_str(line), TEXT_MOST);
}

uint8_t *tl_pt_put_source(uint8_t *p, struct tl_dso *dso, uint64_t offset, struct tl_srctext *text)
{
	struct writing w = {
		.p = p,
		.end = p + TL_PT_SOURCE_LONGEST - RESERVED,
		.text = text,
		.line = TL_BUF_INIT,
	};

	if (tl_dso_source(dso, offset, put_place, &w) && w.line.len > 0)
		w.p = put_line(w.p, &w.line);
	tl_buf_fini(&w.line);
	return w.p;
}
