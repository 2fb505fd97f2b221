/* history.c: see history.h. */
#include "pager/history.h"

#include <stdlib.h>
#include <string.h>

static void remove_line(struct tl_history *h, size_t i)
{
	free(h->lines[i].text);
	h->n--;
	memmove(h->lines + i, h->lines + i + 1, (h->n - i) * sizeof(*h->lines));
}

static void add(struct tl_history *h, const char *text, bool fresh)
{
	struct tl_history_line *lines;
	char *copy;

	if (*text == '\0')
		return;
	for (size_t i = h->n; h->unique && i-- > 0;)
		if (!strcmp(h->lines[i].text, text))
			remove_line(h, i);
	if (h->n > 0 && !strcmp(h->lines[h->n - 1].text, text))
		return;
	copy = strdup(text);
	lines = realloc(h->lines, (h->n + 1) * sizeof(*lines));
	if (lines)
		h->lines = lines;
	if (!copy || !lines) {
		free(copy);
		return;
	}
	h->lines[h->n++] = (struct tl_history_line){ copy, fresh };
}

void tl_history_add(struct tl_history *h, const char *line)
{
	add(h, line, true);
}

void tl_history_add_old(struct tl_history *h, const char *line)
{
	add(h, line, false);
}

void tl_history_prepend(struct tl_history *h, struct tl_history *old)
{
	struct tl_history now = *h;

	h->lines = old->lines;
	h->n = old->n;
	old->lines = NULL;
	old->n = 0;
	for (size_t i = 0; i < now.n; i++)
		add(h, now.lines[i].text, now.lines[i].fresh);
	tl_history_fini(&now);
}

void tl_history_limit(struct tl_history *h, size_t n)
{
	size_t gone = h->n > 2 * n ? h->n - n : 0;

	if (gone == 0)
		return;
	for (size_t i = 0; i < gone; i++)
		free(h->lines[i].text);
	h->n -= gone;
	memmove(h->lines, h->lines + gone, h->n * sizeof(*h->lines));
}

const char *tl_history_last(const struct tl_history *h)
{
	return h->n > 0 ? h->lines[h->n - 1].text : NULL;
}

void tl_history_fini(struct tl_history *h)
{
	for (size_t i = 0; i < h->n; i++)
		free(h->lines[i].text);
	free(h->lines);
	h->lines = NULL;
	h->n = 0;
}
