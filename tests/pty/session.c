/* session.c: see session.h. */
#include "tests/pty/session.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ROWS 200

/* ---- screens */

/* What can be seen of a cell, besides its character: "bu", "rf1", ... */
static void describe(const struct term_cell *c, char *out, size_t size)
{
	bool blank = strcmp(c->text, " ") == 0, fg = !blank || c->reverse || c->underline;
	int n;

	n = snprintf(out, size, "%s%s%s%s%s", c->bold && !blank ? "b" : "", c->underline ? "u" : "",
		     c->reverse ? "r" : "", c->italic && !blank ? "i" : "",
		     c->blink && !blank ? "k" : "");
	if (fg && c->fg != TERM_DEFAULT_COLOR)
		n += snprintf(out + n, size - (size_t)n, "f%x", (unsigned)c->fg);
	if (c->bg != TERM_DEFAULT_COLOR)
		snprintf(out + n, size - (size_t)n, "g%x", (unsigned)c->bg);
}

/* Columns of the row that have something to show.  Behind a message on the bottom line, blanks are
 * reversed where the terminal has scrolled meanwhile: nobody meant that. */
static int used_cols(struct term *t, int y)
{
	int n = term_cols(t);

	while (y + 1 == term_rows(t) && n > 0 && strcmp(term_cell(t, y, n - 1).text, " ") == 0)
		n--;
	return n;
}

/* " 3-7:bu 9-9:r": columns that look the same. */
static char *take_look(struct term *t, int y)
{
	int cols = used_cols(t, y);
	struct tl_buf look = TL_BUF_INIT;
	char now[64], last[64] = "", *copy;
	int from = 0;

	for (int x = 0; x <= cols; x++) {
		now[0] = '\0';
		if (x < cols) {
			struct term_cell c = term_cell(t, y, x);

			if (x > 0 && !*c.text) /* the right half of a wide character */
				continue;
			describe(&c, now, sizeof(now));
		}
		if (strcmp(now, last) == 0)
			continue;
		if (*last)
			tl_buf_printf(&look, " %d-%d:%s", from, x - 1, last);
		memcpy(last, now, sizeof(last));
		from = x;
	}
	copy = strdup(tl_buf_str(&look));
	tl_buf_fini(&look);
	return copy;
}

void session_take(struct session_screen *to, struct term *t)
{
	to->n = term_rows(t);
	for (int y = 0; y < to->n; y++) {
		free(to->text[y]);
		free(to->look[y]);
		to->text[y] = strdup(term_row(t, y));
		to->look[y] = take_look(t, y);
	}
}

void session_forget(struct session_screen *screen)
{
	for (int y = 0; y < MAX_ROWS; y++) {
		free(screen->text[y]);
		free(screen->look[y]);
	}
	memset(screen, 0, sizeof(*screen));
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

void session_difference(const struct session_screen *before, const struct session_screen *after,
			struct tl_buf *lines)
{
	for (int y = 0; y < after->n; y++) {
		const char *text = or_empty(after->text[y]), *look = or_empty(after->look[y]);

		if (strcmp(text, or_empty(before->text[y])) != 0)
			tl_buf_printf(lines, "=%d %s\n", y, text);
		if (strcmp(look, or_empty(before->look[y])) != 0)
			tl_buf_printf(lines, "~%d%s\n", y, look);
	}
}

static bool put(char **at, const char *text, size_t n)
{
	free(*at);
	*at = strndup(text, n);
	return *at != NULL;
}

bool session_apply(struct session_screen *screen, const struct tl_buf *lines)
{
	const char *p = (const char *)lines->data, *end = p + lines->len;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		char *rest;
		long y = strtol(p + 1, &rest, 10);

		if (!nl || y < 0 || y >= MAX_ROWS || (*p != '=' && *p != '~'))
			return false;
		if (*p == '=')
			put(&screen->text[y], rest + 1, (size_t)(nl - rest - 1));
		else
			put(&screen->look[y], rest, (size_t)(nl - rest));
		if (y >= screen->n)
			screen->n = (int)y + 1;
		p = nl + 1;
	}
	return true;
}

/* ---- files */

/* \e, \b, \t, \r, \\ and \xHH stand for bytes. */
static void put_unescaped(FILE *to, const char *s)
{
	static const char letters[] = "ebtr\\", bytes[] = "\033\b\t\r\\";

	for (; *s; s++) {
		const char *which;
		unsigned byte;

		if (*s != '\\' || !s[1]) {
			fputc(*s, to);
		} else if (s[1] == 'x' && sscanf(s + 2, "%2x", &byte) == 1) {
			fputc((int)byte, to);
			s += 3;
		} else {
			which = strchr(letters, *++s);
			fputc(which ? bytes[which - letters] : *s, to);
		}
	}
}

/* "lines 50 text" : 50 lines in which each # is the line's number. */
static void put_lines(FILE *to, const char *s)
{
	char *format;
	long n = strtol(s, &format, 10);

	format += *format == ' ';
	for (long i = 1; i <= n; i++) {
		char line[1024], *q = line;

		for (const char *p = format; *p && q < line + sizeof(line) - 32; p++)
			q += *p == '#' ? sprintf(q, "%ld", i) : (*q = *p, 1);
		*q = '\0';
		put_unescaped(to, line);
		fputc('\n', to);
	}
}

static bool add_words(struct session *s, char *line)
{
	char *save = NULL;

	for (char *w = strtok_r(line, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		char **more = realloc(s->words, (s->nwords + 2) * sizeof(*more));

		if (!more)
			return false;
		s->words = more;
		s->words[s->nwords++] = strdup(w);
		s->words[s->nwords] = NULL;
	}
	return true;
}

static bool add_step(struct session *s, const char *keys)
{
	struct session_step *more = realloc(s->steps, (s->nsteps + 1) * sizeof(*more));

	if (!more)
		return false;
	s->steps = more;
	memset(&more[s->nsteps], 0, sizeof(*more));
	if (keys)
		more[s->nsteps].keys = strdup(keys);
	s->nsteps++;
	return true;
}

/* A line before the first screen. */
static bool read_head(struct session *s, char *line, FILE **file)
{
	char *value = line + strcspn(line, " ");

	value += *value == ' ';
	if (*line == '|' || strncmp(line, "lines ", 6) == 0) {
		if (!*file)
			return false;
		if (*line == '|')
			put_unescaped(*file, line + 1), fputc('\n', *file);
		else
			put_lines(*file, value);
		return true;
	}
	if (strncmp(line, "file ", 5) == 0) {
		if (*file)
			fclose(*file);
		*file = fopen(fixture_path(&s->f, value), "w");
		return *file != NULL;
	}
	if (strncmp(line, "size ", 5) == 0)
		return sscanf(value, "%dx%d", &s->f.opts.cols, &s->f.opts.rows) == 2 &&
		       s->f.opts.rows <= MAX_ROWS;
	if (strncmp(line, "env ", 4) == 0) {
		char *eq = strchr(value, '=');

		if (!eq)
			return false;
		*eq = '\0';
		fixture_setenv(&s->f, value, eq + 1);
		return true;
	}
	if (strncmp(line, "args ", 5) == 0)
		return add_words(s, value);
	return *line == '#' || *line == '\0';
}

static bool read_line(struct session *s, const char *line, FILE **file)
{
	char copy[4096];

	snprintf(copy, sizeof(copy), "%s", line);
	if (strcmp(line, "start") == 0)
		return add_step(s, NULL);
	if (strncmp(line, "key ", 4) == 0)
		return s->nsteps > 0 && add_step(s, line + 4);
	if (s->nsteps > 0 && (*line == '=' || *line == '~'))
		return tl_buf_printf(&s->steps[s->nsteps - 1].shown, "%s\n", line);
	tl_buf_printf(&s->head, "%s\n", line);
	return s->nsteps == 0 && read_head(s, copy, file);
}

bool session_read(struct session *s, const char *path)
{
	FILE *from = fopen(path, "r"), *file = NULL;
	char line[4096];
	bool ok = from != NULL;

	memset(s, 0, sizeof(*s));
	fixture_init(&s->f);
	for (int n = 1; ok && fgets(line, sizeof(line), from); n++) {
		line[strcspn(line, "\n")] = '\0';
		ok = read_line(s, line, &file);
		if (!ok)
			fprintf(stderr, "%s:%d: not understood: %s\n", path, n, line);
	}
	if (from)
		fclose(from);
	if (file)
		fclose(file);
	if (ok && (s->nsteps == 0 || s->nwords == 0))
		fprintf(stderr, "%s: needs args and start\n", path);
	return ok && s->nsteps > 0 && s->nwords > 0;
}

void session_fini(struct session *s)
{
	fixture_fini(&s->f);
	for (size_t i = 0; i < s->nwords; i++)
		free(s->words[i]);
	free(s->words);
	for (size_t i = 0; i < s->nsteps; i++) {
		free(s->steps[i].keys);
		tl_buf_fini(&s->steps[i].shown);
	}
	free(s->steps);
	tl_buf_fini(&s->head);
}

bool session_write(const struct session *s, const char *path)
{
	FILE *to = fopen(path, "w");

	if (!to)
		return false;
	fwrite(s->head.data, 1, s->head.len, to);
	for (size_t i = 0; i < s->nsteps; i++) {
		const struct session_step *step = &s->steps[i];

		if (step->keys)
			fprintf(to, "key %s\n", step->keys);
		else
			fprintf(to, "start\n");
		fwrite(step->shown.data, 1, step->shown.len, to);
	}
	return fclose(to) == 0;
}
