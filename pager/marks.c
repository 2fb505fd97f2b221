/* marks.c: see marks.h. */
#include "pager/marks.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ#'";

_Static_assert(sizeof(letters) - 1 == TL_NMARKS, "a letter for each mark");

char tl_marks_letter(size_t i)
{
	return letters[i];
}

struct tl_mark *tl_marks_of(struct tl_marks *m, unsigned letter)
{
	const char *p = letter > 0 && letter < 0x80 ? strchr(letters, (int)letter) : NULL;

	return p ? &m->marks[p - letters] : NULL;
}

static void clear(struct tl_mark *mark)
{
	free(mark->file);
	*mark = (struct tl_mark){ .pos = TL_NOPOS };
}

void tl_marks_set(struct tl_marks *m, unsigned letter, const char *file, uint64_t pos, unsigned row)
{
	struct tl_mark *mark = tl_marks_of(m, letter);
	char *copy;

	if (!mark)
		return;
	copy = pos != TL_NOPOS ? strdup(file) : NULL;
	clear(mark);
	m->changed = true;
	if (copy)
		*mark = (struct tl_mark){ .file = copy, .pos = pos, .row = row };
	else
		mark->cleared = true;
}

bool tl_mark_is_in(const struct tl_mark *m, const char *file)
{
	return m->file && !m->foreign && !strcmp(m->file, file);
}

void tl_marks_adopt(struct tl_marks *m, const char *file)
{
	char *full = NULL;

	for (size_t i = 0; i < TL_NMARKS; i++) {
		struct tl_mark *mark = &m->marks[i];
		char *copy;

		if (!mark->file || !mark->foreign)
			continue;
		if (!full && !(full = realpath(file, NULL)))
			return;
		if (strcmp(full, mark->file) != 0 || !(copy = strdup(file)))
			continue;
		free(mark->file);
		mark->file = copy;
		mark->foreign = false;
	}
	free(full);
}

void tl_marks_forget_file(struct tl_marks *m, const char *file)
{
	for (size_t i = 0; i < TL_NMARKS; i++)
		if (tl_mark_is_in(&m->marks[i], file))
			clear(&m->marks[i]);
}

void tl_marks_fini(struct tl_marks *m)
{
	for (size_t i = 0; i < TL_NMARKS; i++)
		clear(&m->marks[i]);
}

void tl_marks_add_missing(struct tl_marks *m, struct tl_marks *old)
{
	for (size_t i = 0; i < TL_NMARKS; i++) {
		if (m->marks[i].file || m->marks[i].cleared)
			continue;
		m->marks[i] = old->marks[i];
		old->marks[i] = (struct tl_mark){ .pos = TL_NOPOS };
	}
	tl_marks_fini(old);
}

void tl_marks_override(struct tl_marks *old, const struct tl_marks *m)
{
	for (size_t i = 0; i < TL_NMARKS; i++) {
		const struct tl_mark *mark = &m->marks[i];

		if (mark->cleared)
			clear(&old->marks[i]);
		else if (mark->file && !mark->foreign)
			tl_marks_set(old, (unsigned char)letters[i], mark->file, mark->pos,
				     mark->row);
	}
}

/* ---- as lines */

/* A number and the blanks before it; false: there is none, or it is too large. */
static bool number(const char **p, uint64_t *n)
{
	*p += strspn(*p, " ");
	*n = 0;
	if (**p < '0' || **p > '9')
		return false;
	for (; **p >= '0' && **p <= '9'; ++*p) {
		if (*n > (uint64_t)INT64_MAX / 10 - 1)
			return false;
		*n = 10 * *n + (uint64_t)(**p - '0');
	}
	return true;
}

void tl_marks_read(struct tl_marks *m, const char *line)
{
	struct tl_mark *mark;
	uint64_t row, pos;
	const char *p = line;
	char *file;

	if (*p++ != 'm')
		return;
	p += strspn(p, " ");
	mark = *p ? tl_marks_of(m, (unsigned char)*p++) : NULL;
	if (!mark || !number(&p, &row) || !number(&p, &pos))
		return;
	p += strspn(p, " ");
	file = *p ? strdup(p) : NULL;
	if (!file)
		return;
	clear(mark);
	mark->file = file;
	mark->pos = pos;
	mark->row = row > INT_MAX || row < 1 ? 0 : (unsigned)row - 1;
	mark->foreign = true;
}

void tl_marks_write(const struct tl_marks *m, struct tl_buf *out)
{
	for (size_t i = 0; i < TL_NMARKS; i++) {
		const struct tl_mark *mark = &m->marks[i];
		char *full = NULL;

		if (!mark->file || !strcmp(mark->file, "-"))
			continue;
		if (!mark->foreign)
			full = realpath(mark->file, NULL);
		tl_buf_printf(out, "m %c %u %" PRIu64 " %s\n", letters[i], mark->row + 1, mark->pos,
			      full ? full : mark->file);
		free(full);
	}
}
