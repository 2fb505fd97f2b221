/* celltext.c: see celltext.h. */
#include "pager/celltext.h"

#include <string.h>

unsigned tl_cells_put(struct tl_cell *cells, unsigned cols, unsigned col, const char *text,
		      size_t n, uint32_t flags, enum tl_charset charset)
{
	for (size_t i = 0; i < n;) {
		struct tl_char c = tl_char_at((const uint8_t *)text + i, n - i, charset);
		char shown[TL_BINARY_MAX + 1];
		size_t len = 1;

		if (c.kind == TL_CHAR_COMBINING) {
			struct tl_cell *last = col > 0 ? &cells[col - 1] : NULL;

			if (last && last->width == 0 && col > 1) /* behind a wide one */
				last--;
			if (last && last->len + c.len <= TL_CELL_BYTES) {
				memcpy(last->text + last->len, text + i, c.len);
				last->len = (uint8_t)(last->len + c.len);
			}
			i += c.len;
			continue;
		}
		if (c.kind == TL_CHAR_PRINT) {
			if (col + c.width > cols)
				return col;
			cells[col] = tl_cell_blank();
			cells[col].width = c.width;
			cells[col].len = c.len;
			memcpy(cells[col].text, text + i, c.len);
			cells[col].attr.flags = flags;
			if (c.width == 2)
				cells[col + 1] = (struct tl_cell){ { flags, 0, 0 }, 0, 0, "" };
			col += c.width;
			i += c.len;
			continue;
		}
		len = tl_char_show(&c, shown);
		for (size_t k = 0; k < len && col < cols; k++) {
			cells[col] = tl_cell_blank();
			cells[col].text[0] = shown[k];
			cells[col++].attr.flags = flags;
		}
		i += c.len;
	}
	return col;
}
