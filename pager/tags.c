/* tags.c: see tags.h. */
#include "pager/tags.h"

#include "base/buf.h"
#include "pager/env.h"
#include "pager/names.h"
#include "pager/secure.h"
#include "pager/shell.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- a line */

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* Cut the blanks before what is left. */
static void skip_blanks(struct tl_span *s)
{
	while (s->len > 0 && is_blank(*s->data)) {
		s->data++;
		s->len--;
	}
}

/* Cut a word off. */
static struct tl_span take_word(struct tl_span *s)
{
	struct tl_span word = { s->data, 0 };

	while (word.len < s->len && !is_blank(s->data[word.len]))
		word.len++;
	s->data += word.len;
	s->len -= word.len;
	return word;
}

static uint64_t take_number(struct tl_span *s)
{
	uint64_t n = 0;

	while (s->len > 0 && isdigit(*s->data)) {
		n = n < UINT64_MAX / 20 ? n * 10 + (uint64_t)(*s->data - '0') : n;
		s->data++;
		s->len--;
	}
	return n;
}

/* Room for one more.  Whenever there are a power of two, all is taken, and it is doubled. */
static bool make_room(struct tl_tags *tags)
{
	size_t n = tags->n;
	struct tl_tag *more;

	if ((n & (n - 1)) != 0)
		return true;
	more = realloc(tags->tags, (n > 0 ? 2 * n : 1) * sizeof(*more));
	if (more)
		tags->tags = more;
	return more != NULL;
}

static bool add(struct tl_tags *tags, struct tl_span file, const struct tl_tag *where)
{
	struct tl_tag *to;

	if (!make_room(tags))
		return false;
	to = &tags->tags[tags->n];
	*to = *where;
	to->file = strndup((const char *)file.data, file.len);
	if (!to->file)
		return false;
	tags->n++;
	return true;
}

/* A pattern between two equal characters, with ^ and $ at its ends; a backslash makes the next
 * character plain. */
static bool take_pattern(struct tl_span s, struct tl_tag *where)
{
	uint8_t delimiter = *s.data;
	struct tl_buf text = TL_BUF_INIT;
	bool escaped = false;
	size_t i = 1;

	if (i < s.len && s.data[i] == '^')
		i++;
	for (; i < s.len && (escaped || s.data[i] != delimiter); i++) {
		if (!escaped && s.data[i] == '\\') {
			escaped = true;
			continue;
		}
		if (s.data[i] == '\0' || !tl_buf_putc(&text, s.data[i]))
			break;
		where->whole_line = !escaped && s.data[i] == '$';
		escaped = false;
	}
	if (where->whole_line)
		text.len--;
	where->pattern = strdup(tl_buf_str(&text));
	tl_buf_fini(&text);
	return where->pattern != NULL;
}

bool tl_tags_take_line(struct tl_tags *tags, struct tl_span line, const char *tag)
{
	size_t n = strlen(tag);
	struct tl_span file;
	struct tl_tag where = { 0 };

	if (line.len <= n || memcmp(line.data, tag, n) != 0 || !is_blank(line.data[n]))
		return false;
	line.data += n;
	line.len -= n;
	skip_blanks(&line);
	file = take_word(&line);
	skip_blanks(&line);
	if (file.len == 0 || line.len == 0)
		return false;
	if (isdigit(*line.data))
		where.line = take_number(&line);
	else if (!take_pattern(line, &where))
		return false;
	if (add(tags, file, &where))
		return true;
	free(where.pattern);
	return false;
}

bool tl_tags_take_global(struct tl_tags *tags, struct tl_span line)
{
	struct tl_span file;
	struct tl_tag where = { 0 };

	take_word(&line);
	skip_blanks(&line);
	where.line = take_number(&line);
	skip_blanks(&line);
	file = take_word(&line);
	return where.line > 0 && file.len > 0 && add(tags, file, &where);
}

/* ---- a file */

/* The line at byte `at`, and where the next one starts. */
static struct tl_span line_at(struct tl_span file, size_t at, size_t *next)
{
	const uint8_t *end = memchr(file.data + at, '\n', file.len - at);
	size_t len = end ? (size_t)(end - file.data) - at : file.len - at;

	*next = at + len + (end != NULL);
	if (len > 0 && file.data[at + len - 1] == '\r')
		len--;
	return (struct tl_span){ file.data + at, len };
}

static int compare(struct tl_span line, const char *tag)
{
	size_t n = strlen(tag), len = 0;
	int order;

	while (len < line.len && !is_blank(line.data[len]))
		len++;
	order = memcmp(line.data, tag, len < n ? len : n);
	return order ? order : len < n ? -1 : len > n;
}

/* ctags says so in a line at the beginning. */
static bool is_sorted(struct tl_span file)
{
	static const char says[] = "!_TAG_FILE_SORTED\t1";
	size_t at = 0, next;

	while (at < file.len && file.data[at] == '!') {
		struct tl_span line = line_at(file, at, &next);

		if (line.len >= sizeof(says) - 1 && !memcmp(line.data, says, sizeof(says) - 1))
			return true;
		at = next;
	}
	return false;
}

static size_t line_start(struct tl_span file, size_t at)
{
	const uint8_t *before = at > 0 ? memrchr(file.data, '\n', at) : NULL;

	return before ? (size_t)(before - file.data) + 1 : 0;
}

/* The first line that is not before the tag. */
static size_t bisect(struct tl_span file, const char *tag)
{
	size_t low = 0, high = file.len, next;

	while (low < high) {
		size_t at = line_start(file, low + (high - low) / 2);

		if (compare(line_at(file, at, &next), tag) < 0)
			low = next;
		else
			high = at;
	}
	return low;
}

/* Take the lines from byte `at` on; to_other: up to one of another tag. */
static void take_lines(struct tl_tags *tags, struct tl_span file, size_t at, const char *tag,
		       bool to_other)
{
	for (size_t next; at < file.len; at = next) {
		struct tl_span line = line_at(file, at, &next);

		if (to_other && compare(line, tag) != 0)
			return;
		tl_tags_take_line(tags, line, tag);
	}
}

void tl_tags_search(struct tl_tags *tags, struct tl_span file, const char *tag)
{
	size_t n = tags->n;

	if (is_sorted(file))
		take_lines(tags, file, bisect(file, tag), tag, true);
	if (tags->n == n) /* a file may say that it is sorted, and not be */
		take_lines(tags, file, 0, tag, false);
}

#define MAX_FILE ((off_t)1 << 30) /* bytes of a tags file that are looked at */

/* The bytes of a file.  They are copied: a mapped one may be made anew, and shorter, meanwhile. */
static bool read_all(int fd, size_t size, struct tl_buf *out)
{
	if (!tl_buf_reserve(out, size))
		return false;
	while (out->len < size) {
		ssize_t n = read(fd, out->data + out->len, size - out->len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		out->len += (size_t)n;
	}
	return true;
}

/* False: there is no such file. */
static bool search_path(struct tl_tags *tags, const char *path, const char *tag)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct tl_buf all = TL_BUF_INIT;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	if (read_all(fd, (size_t)(st.st_size < MAX_FILE ? st.st_size : MAX_FILE), &all) &&
	    all.len > 0)
		tl_tags_search(tags, (struct tl_span){ all.data, all.len }, tag);
	tl_buf_fini(&all);
	close(fd);
	return true;
}

/* ---- a program; one that writes without end is listened to for a while */

#define MAX_ANSWER ((size_t)16 << 20) /* bytes */
#define MAX_PLACES 100000

static bool ask_program(const char *program, const char *tag, struct tl_buf *answer)
{
	struct tl_buf command = TL_BUF_INIT, words = TL_BUF_INIT;
	FILE *from = NULL;
	size_t n;

	if (tl_buf_printf(&command, "%s -x ", program) && tl_names_quote(&command, tag) &&
	    tl_shell_words(&words, tl_buf_str(&command)))
		from = popen(tl_buf_str(&words), "re");
	tl_buf_fini(&command);
	tl_buf_fini(&words);
	if (!from)
		return false;
	do {
		n = tl_buf_reserve(answer, BUFSIZ)
			? fread(answer->data + answer->len, 1, BUFSIZ, from)
			: 0;
		answer->len += n;
	} while (n > 0 && answer->len < MAX_ANSWER);
	pclose(from);
	return true;
}

static void search_program(struct tl_tags *tags, const char *program, const char *tag)
{
	struct tl_buf answer = TL_BUF_INIT;

	if (ask_program(program, tag, &answer)) {
		struct tl_span all = { answer.data, answer.len };

		for (size_t at = 0; at < all.len && tags->n < MAX_PLACES;)
			tl_tags_take_global(tags, line_at(all, at, &at));
	}
	tl_buf_fini(&answer);
}

enum tl_tags_found tl_tags_find(const char *path, const char *tag, struct tl_tags *out)
{
	const char *program = tl_env("LESSGLOBALTAGS");

	if (!search_path(out, path, tag)) {
		if (!program || !*program)
			return TL_TAGS_NO_FILE;
		search_program(out, program, tag);
	}
	return out->n > 0 ? TL_TAGS_FOUND : TL_TAGS_NO_TAG;
}

void tl_tags_fini(struct tl_tags *tags)
{
	for (size_t i = 0; i < tags->n; i++) {
		free(tags->tags[i].file);
		free(tags->tags[i].pattern);
	}
	free(tags->tags);
	tags->tags = NULL;
	tags->n = 0;
}
