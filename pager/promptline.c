/* promptline.c: see promptline.h.  A prompt is a row of pieces: sequences, and text between them. */
#include "pager/promptline.h"

#include "pager/ansi.h"
#include "pager/celltext.h"
#include "text/escape.h"

/* The length of the piece that text begins with; *kind NONE: it is text. */
static size_t piece(const char *text, enum tl_escape *kind)
{
	size_t n = 0;

	*kind = TL_ESCAPE_NONE;
	if (*text == '\033')
		*kind = tl_escape_parse((const uint8_t *)text, strlen(text), &n);
	if (n > 0)
		return n;
	return 1 + strcspn(text + 1, "\033");
}

static size_t width_of(const char *text, enum tl_charset charset)
{
	enum tl_escape kind;
	size_t width = 0, n;

	for (; *text; text += n) {
		n = piece(text, &kind);
		if (kind == TL_ESCAPE_NONE)
			width += tl_text_width(text, n, charset);
	}
	return width;
}

/* Leave characters out that take *excess columns; returns their bytes.  *half: of the last one,
 * which is wide, a column remains. */
static size_t skip(const char *text, size_t n, size_t *excess, enum tl_charset charset, bool *half)
{
	size_t at = 0;

	*half = false;
	while (at<n && * excess> 0) {
		struct tl_char c = tl_char_at((const uint8_t *)text + at, n - at, charset);
		size_t width = tl_text_width(text + at, c.len, charset);

		*half = width > *excess;
		*excess -= *half ? *excess : width;
		at += c.len;
	}
	return at;
}

unsigned tl_promptline_put(struct tl_cell *row, unsigned cols, unsigned col, const char *text,
			   enum tl_charset charset)
{
	bool own_look = strchr(text, '\033'); /* any sequence: less leaves the look to them */
	struct tl_attr attr = { 0, 0, 0 };
	size_t width = width_of(text, charset), room = cols > col + 1 ? cols - col - 1 : 0, n;
	size_t excess = width > room ? width - room : 0;

	for (; *text; text += n) {
		enum tl_escape kind;
		size_t skipped;
		bool half;
		unsigned from = col;

		n = piece(text, &kind);
		if (kind == TL_ESCAPE_SGR)
			tl_ansi_apply(&attr, (const uint8_t *)text, n);
		if (kind != TL_ESCAPE_NONE)
			continue;
		skipped = skip(text, n, &excess, charset, &half);
		if (half)
			col =
			    tl_cells_put(row, cols, col, " ", 1, TL_ROLE(TL_ROLE_PROMPT), charset);
		col = tl_cells_put(row, cols > 1 ? cols - 1 : 1, col, text + skipped, n - skipped,
				   TL_ROLE(TL_ROLE_PROMPT), charset);
		for (unsigned x = from; own_look && x < col; x++)
			row[x].attr = attr;
	}
	return col;
}
